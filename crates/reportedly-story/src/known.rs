//! When a text was public, as far as can be told, and the order that follows from it.

use crate::features::content;
use crate::fold::turn;
use crate::states::States;
use crate::{Observation, Question};
use jiff::{
    Timestamp,
    civil::{Date, Time},
    tz::TimeZone,
};
use reportedly_read::{Reading, When};
use rustc_hash::FxHashMap;

/// When a reading's text was known: the earlier of first seen and the end of the day of `published.best`; where
/// there is none, `published.latest`. Strictly, `latest` always. A text that says it was updated is known from its
/// update on, unless seen before. `None` where nothing bounds it.
pub fn known_at(reading: &Reading, strict: bool) -> Option<Timestamp> {
    let published = &reading.published;
    let best = published.best.as_ref().filter(|_| !strict).map(When::day);
    let public = best.or(published.latest).and_then(end_of_day);
    let updated = reading.updated.as_ref().and_then(|u| end_of_day(u.day()));
    let public = match (public, updated) {
        (Some(p), Some(u)) => Some(p.max(u)),
        (p, u) => p.or(u),
    };
    match (public, reading.fetched) {
        (Some(p), Some(f)) => Some(p.min(f)),
        (p, f) => p.or(f),
    }
}

/// The last second of a day, UTC.
pub(crate) fn end_of_day(day: Date) -> Option<Timestamp> {
    let last = Time::constant(23, 59, 59, 0);
    day.to_datetime(last).to_zoned(TimeZone::UTC).ok().map(|z| z.timestamp())
}

/// The UTC day of an instant.
pub(crate) fn day(instant: Timestamp) -> Date {
    instant.to_zoned(TimeZone::UTC).date()
}

/// Days since 1970.
pub(crate) fn number(day: Date) -> i32 {
    let epoch = Date::constant(1970, 1, 1);
    epoch.until(day).map_or(0, |s| s.get_days())
}

/// Two files may hold the same page, or two states of it: what says the same is one observation, from when it was
/// first seen; another state is an observation of its own and takes a name of its own. Names are given in order of
/// becoming known (strictly or not, as [`known_at`] has it), so that what is learned later changes none of them.
pub fn tell_apart(observations: &mut Vec<Observation>, strict: bool) {
    let contents: Vec<u64> = observations.iter().map(|o| content(&o.reading)).collect();
    let mut order: Vec<usize> = (0..observations.len()).collect();
    order.sort_by(|a, b| {
        let key = |i: usize| {
            let Observation { id, path, reading, .. } = &observations[i];
            (turn(known_at(reading, strict), id, reading.fetched, contents[i]), path)
        };
        key(*a).cmp(&key(*b))
    });
    let mut names: Vec<Option<(String, u32)>> = vec![None; observations.len()];
    let mut states = States::default();
    for i in order {
        let id = &observations[i].id;
        if states.seen(id, contents[i]).is_none() {
            let place = states.add(id, contents[i]);
            names[i] = Some((states.name(id, place), states.number(place)));
        }
    }
    let mut names = names.into_iter();
    observations.retain_mut(|o| match names.next().flatten() {
        Some((name, state)) => {
            (o.id, o.state) = (name, state);
            true
        }
        None => false,
    });
}

/// The articles that a question is about, as indices, in order of becoming known; those of unknown date last, and
/// not at all where it is asked what was known by a time. Of an article seen more than once only the latest sight
/// counts.
pub(crate) fn order(observations: &[Observation], question: &Question) -> Vec<(usize, Option<Timestamp>)> {
    let mut latest: FxHashMap<&str, (usize, Option<Timestamp>)> = FxHashMap::default();
    for (i, o) in observations.iter().enumerate().filter(|(_, o)| o.reading.kind.is_article()) {
        let known = known_at(&o.reading, question.strict);
        if question.as_of.is_some_and(|t| known.is_none_or(|k| k > t)) {
            continue;
        }
        let sight = latest.entry(&o.id).or_insert((i, known));
        if observations[sight.0].reading.fetched <= o.reading.fetched {
            *sight = (i, known);
        }
    }
    let mut known: Vec<(usize, Option<Timestamp>)> = latest.into_values().collect();
    known.sort_by_key(|(i, k)| (k.is_none(), *k, observations[*i].article(), observations[*i].state));
    known
}
