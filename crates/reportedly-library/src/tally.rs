//! Counting a whole library: who publishes, who cites whom, what stories are about.
//!
//! What is counted of each article lies in the table of gists; where it was put says the log. A tally holds some thirty
//! bytes an article and goes on from where it stopped: what the log gained is added, from where the log was cut back
//! it is counted again. What comes of it, [`Counts`], is made anew each time and shared by all who ask.

use crate::{
    counts::{Cites, Counts, Moved, NONE, OutletCount, StoryCount, TOPICS, Topic},
    error::Error,
    gists::gist,
    library::View,
    sight::{instant, microseconds},
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use reportedly_story::{Gist, name_key};
use rusqlite::{OptionalExtension, Transaction, params};
use rustc_hash::{FxHashMap, FxHashSet};
use std::{cmp::Reverse, sync::Arc};
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

/// Microseconds of a day.
const DAY: i64 = 24 * 60 * 60 * 1_000_000;
/// Days of a week, the newest article's among them.
const WEEK: i64 = 7;
/// Stories that moved in the week which are handed over, those with the most new outlets.
const MOVED: usize = 60;
/// Articles of an outlet that are handed over, the newest.
const NEWEST: usize = 20;

/// A library as far as it has been counted.
#[derive(Debug, Default)]
pub struct Tally {
    /// The last cut of the log that was taken into account.
    cut: i64,
    /// Steps of the log that were counted, and the last of their observations.
    steps: i64,
    last: Option<i64>,
    /// The outlets that were known, by hash: what is an outlet's name hangs on them.
    known: u64,
    places: Vec<Place>,
    /// Outlets cited, of all places one after the other.
    cited: Vec<u32>,
    merged: Vec<Merged>,
    families_merged: Vec<Merged>,
    outlets: Names,
    topics: Names,
    stories: Arc<Vec<StoryCount>>,
    /// Stories whose topics have to be told again.
    changed: FxHashSet<u32>,
}

/// What is counted of a state of an article.
#[derive(Clone, Copy, Debug)]
struct Place {
    known_at: i64,
    step: u32,
    story: u32,
    family: u32,
    outlet: u32,
    /// Where in the list of outlets cited its own end.
    cited: u32,
    /// Whether it is an article's first state.
    first: bool,
}

/// One that became part of another.
#[derive(Clone, Copy, Debug)]
struct Merged {
    step: i64,
    gone: u32,
    kept: u32,
}

/// Names by number; capitals and articles are no difference, the first spelling is shown.
#[derive(Debug, Default)]
struct Names {
    numbers: FxHashMap<u64, u32>,
    shown: Vec<Arc<str>>,
}

impl Names {
    fn number(&mut self, name: &str) -> u32 {
        let next = self.shown.len() as u32;
        *self.numbers.entry(xxh3_64(name_key(name).as_bytes())).or_insert_with(|| {
            self.shown.push(name.into());
            next
        })
    }
}

impl Tally {
    /// Counts what has changed since the last time, in a view of the library as it stands.
    pub fn count(&mut self, view: &View<'_>) -> Result<Counts, Error> {
        self.go_back(view)?;
        self.go_on(view)?;
        let roots = roots(self.places.iter().map(|p| p.story), &self.merged);
        self.tell_topics(view, &roots)?;
        Ok(self.counted(&roots))
    }

    /// Lets go of what the log does not have any more.
    fn go_back(&mut self, view: &View<'_>) -> Result<(), Error> {
        let (newest, oldest, step, last) = view.ask(|t| {
            let bounds = "SELECT coalesce(max(number), 0), coalesce(min(number), 0) FROM cut";
            let (newest, oldest): (i64, i64) = t.query_row(bounds, [], |r| Ok((r.get(0)?, r.get(1)?)))?;
            let step = "SELECT min(step) FROM cut WHERE number > ?1";
            let step: Option<i64> = t.query_row(step, [self.cut], |r| r.get(0))?;
            let end = step.unwrap_or(self.steps).min(self.steps);
            let last = t
                .prepare_cached("SELECT seq FROM placed WHERE step = ?1")?
                .query_row([end - 1], |r| r.get::<_, i64>(0))
                .optional()?;
            Ok((newest, oldest, step, last))
        })?;
        let known = view.ask(known)?;
        let missed = newest < self.cut || oldest > self.cut + 1;
        let step = step.filter(|step| *step < self.steps);
        let unlike = step.is_none() && self.steps > 0 && last != self.last;
        if missed || unlike || known != self.known {
            *self = Self { known, ..Self::default() };
        } else if let Some(step) = step {
            self.cut_from(step);
            self.last = last;
        }
        self.cut = newest;
        Ok(())
    }

    fn cut_from(&mut self, step: i64) {
        let kept = self.places.partition_point(|p| i64::from(p.step) < step);
        for gone in self.places.drain(kept..) {
            self.changed.insert(gone.story);
        }
        self.cited.truncate(self.places.last().map_or(0, |p| p.cited as usize));
        let kept = self.merged.partition_point(|m| m.step < step);
        for m in self.merged.drain(kept..) {
            self.changed.extend([m.gone, m.kept]);
        }
        let kept = self.families_merged.partition_point(|m| m.step < step);
        for m in self.families_merged.drain(kept..) {
            self.changed.extend(self.places.get(m.kept as usize).map(|p| p.story));
        }
        self.steps = step;
    }

    /// Takes what the log has gained.
    fn go_on(&mut self, view: &View<'_>) -> Result<(), Error> {
        let from = self.steps;
        view.ask(|t| {
            let mut rows = t.prepare_cached(
                "SELECT step, seq, known_at, place, story, family, name = article, gist.body
                 FROM placed LEFT JOIN gist USING (seq) WHERE step >= ?1 ORDER BY step",
            )?;
            let mut rows = rows.query([from])?;
            while let Some(row) = rows.next()? {
                let seq: i64 = row.get(1)?;
                self.last = Some(seq);
                let Some(place) = row.get::<_, Option<u32>>(3)? else { continue };
                let body: Option<Vec<u8>> = row.get(7)?;
                let gist = match body.and_then(|body| Gist::from_bytes(&body).ok()) {
                    Some(gist) => gist,
                    None => gist(t, seq)?,
                };
                for name in gist.outlets_cited(view.outlets()) {
                    self.cited.push(self.outlets.number(name));
                }
                let story = row.get(4)?;
                self.changed.insert(story);
                self.places.push(Place {
                    known_at: row.get(2)?,
                    step: row.get(0)?,
                    story,
                    family: row.get::<_, Option<u32>>(5)?.unwrap_or(place),
                    outlet: gist.outlet.map_or(NONE, |name| self.outlets.number(&name)),
                    cited: self.cited.len() as u32,
                    first: row.get(6)?,
                });
            }
            Ok(())
        })?;
        let merged = view.ask(|t| merges(t, "merged", from))?;
        self.changed.extend(merged.iter().flat_map(|m| [m.gone, m.kept]));
        self.merged.extend(merged);
        let families = view.ask(|t| merges(t, "family_merged", from))?;
        let story = |m: &Merged| self.places.get(m.kept as usize).map(|p| p.story);
        self.changed.extend(families.iter().filter_map(story));
        self.families_merged.extend(families);
        self.steps = view.steps;
        Ok(())
    }

    /// Tells again what the changed stories are about, and takes over what the others are.
    fn tell_topics(&mut self, view: &View<'_>, story_of: &[u32]) -> Result<(), Error> {
        let families = roots(self.places.iter().map(|p| p.family), &self.families_merged);
        let mut parts: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
        for m in &self.merged {
            parts.entry(root(story_of, m.kept)).or_default().push(m.gone);
        }
        let changed: FxHashSet<u32> = std::mem::take(&mut self.changed)
            .into_iter()
            .filter(|story| (*story as usize) < self.places.len())
            .map(|story| root(story_of, story))
            .collect();
        let mut founders: Vec<u32> = (0..self.places.len() as u32)
            .filter(|place| self.places[*place as usize].story == *place && root(story_of, *place) == *place)
            .collect();
        founders.sort_unstable();
        let mut stories = Vec::with_capacity(founders.len());
        for place in founders {
            let before = self.stories.binary_search_by_key(&place, |s| s.place).ok();
            let topics = match before.filter(|_| !changed.contains(&place)) {
                Some(before) => self.stories[before].topics,
                None => {
                    let gone = parts.get(&place).map_or(&[][..], Vec::as_slice);
                    let own = |place: u32| root(&families, place) == place;
                    let gists = view.ask(|t| gists_of(t, place, gone, own, usize::MAX))?;
                    let mut topics = [NONE; TOPICS];
                    for (slot, name) in topics.iter_mut().zip(reportedly_story::topics(&gists)) {
                        *slot = self.topics.number(&name);
                    }
                    topics
                }
            };
            stories.push(StoryCount { place, topics, articles: 0, copies: 0, outlets: 0, last: i64::MIN });
        }
        self.stories = Arc::new(stories);
        Ok(())
    }

    /// Of each family of copies the original, as stories have it: nobody who credits another of them and whom none of them
    /// credits (who has a part from another may well have written the whole), the earliest day, whom most of the others
    /// credit, the earliest, whom most credit for other texts, as they do an agency.
    fn originals(&self, families: &[u32]) -> FxHashMap<u32, u32> {
        let mut members: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
        for number in 0..self.places.len() as u32 {
            let family = root(families, number);
            if family != number {
                members.entry(family).or_insert_with(|| vec![family]).push(number);
            }
        }
        let cites = |number: u32| {
            let from = number.checked_sub(1).map_or(0, |before| self.places[before as usize].cited);
            &self.cited[from as usize..self.places[number as usize].cited as usize]
        };
        let outlet = |number: u32| self.places[number as usize].outlet;
        // By outlet: in how many of the others' texts each family credits it, and all families do.
        let mut all: FxHashMap<u32, usize> = FxHashMap::default();
        let mut of_family: FxHashMap<(u32, u32), usize> = FxHashMap::default();
        let mut crediting: FxHashSet<u32> = FxHashSet::default();
        for (family, members) in &members {
            let outlets: FxHashSet<u32> = members.iter().map(|m| outlet(*m)).filter(|o| *o != NONE).collect();
            for member in members {
                for cited in cites(*member).iter().filter(|c| outlets.contains(c) && **c != outlet(*member)) {
                    crediting.insert(*member);
                    *all.entry(*cited).or_default() += 1;
                    *of_family.entry((*family, *cited)).or_default() += 1;
                }
            }
        }
        let original = |(family, members): (u32, Vec<u32>)| {
            let original = members.iter().min_by_key(|m| {
                let place = &self.places[**m as usize];
                let times = of_family.get(&(family, place.outlet)).copied().unwrap_or(0);
                let copied = times == 0 && crediting.contains(m);
                let ever = all.get(&place.outlet).copied().unwrap_or(0);
                (copied, place.known_at.div_euclid(DAY), Reverse(times), place.known_at, Reverse(ever), **m)
            });
            (family, original.copied().unwrap_or(family))
        };
        members.into_iter().map(original).collect()
    }

    /// Everything that is counted.
    fn counted(&mut self, stories_of: &[u32]) -> Counts {
        let families = roots(self.places.iter().map(|p| p.family), &self.families_merged);
        let originals = self.originals(&families);
        let mut stories = self.stories.to_vec();
        let mut outlets: Vec<OutletCount> =
            self.outlets.shown.iter().map(|name| OutletCount::of(Arc::clone(name))).collect();
        let mut pairs: FxHashMap<(u32, u32), (u32, u32)> = FxHashMap::default();
        // Of each story and outlet with a text of its own there: when it came.
        let mut carried: Vec<(u32, u32, i64)> = Vec::with_capacity(self.places.len());
        let mut articles = 0;
        for (number, place) in self.places.iter().enumerate() {
            let number = number as u32;
            let family = root(&families, number);
            let is_own = originals.get(&family).map_or(family == number, |original| *original == number);
            let story = root(stories_of, place.story);
            if let Ok(i) = stories.binary_search_by_key(&story, |s| s.place) {
                let story = &mut stories[i];
                story.articles += u32::from(place.first);
                story.copies += u32::from(place.first && !is_own);
                story.last = story.last.max(place.known_at);
            }
            articles += usize::from(place.first);
            let Some(outlet) = outlets.get_mut(place.outlet as usize) else { continue };
            if place.first {
                outlet.articles += 1;
                outlet.copies += u32::from(!is_own);
                outlet.last = outlet.last.max(place.known_at);
            }
            if is_own {
                carried.push((story, place.outlet, place.known_at));
            }
            if is_own && place.first {
                let from = number.checked_sub(1).map_or(0, |before| self.places[before as usize].cited);
                for cited in &self.cited[from as usize..place.cited as usize] {
                    let pair = pairs.entry((place.outlet, *cited)).or_default();
                    *pair = (pair.0 + 1, number);
                }
            }
        }
        for (number, place) in self.places.iter().enumerate().rev().filter(|(_, place)| place.first) {
            if let Some(outlet) = outlets.get_mut(place.outlet as usize)
                && outlet.newest.len() < NEWEST
            {
                outlet.newest.push(number as u32);
            }
        }
        let newest = self.places.iter().map(|p| p.known_at).max();
        let week = newest.map(week_of);
        carried.sort_unstable();
        carried.dedup_by_key(|c| (c.0, c.1));
        let moved = carriers(&carried, week, &mut stories, &mut outlets);
        let mut cites: Vec<Cites> = pairs
            .into_iter()
            .map(|((from, to), (articles, evidence))| Cites { from, to, articles, evidence })
            .collect();
        cites.sort_unstable_by_key(|c| (c.from, c.to));
        for pair in &cites {
            outlets[pair.from as usize].cites += 1;
            outlets[pair.to as usize].cited += 1;
        }
        let stories = Arc::new(stories);
        self.stories = Arc::clone(&stories);
        let (topics, of_topics) = topics(&self.topics.shown, &stories);
        let week = week.map(|(from, to)| (instant(from), instant(to)));
        Counts::of(articles, stories, outlets, cites, topics, of_topics, moved, week)
    }
}

/// How many outlets carry each story, who was the first alone, and what moved in the week. Of each story and outlet there
/// is the first text of its own.
fn carriers(
    carried: &[(u32, u32, i64)],
    week: Option<(i64, i64)>,
    stories: &mut [StoryCount],
    outlets: &mut [OutletCount],
) -> Vec<Moved> {
    let mut moved = Vec::new();
    for of_story in carried.chunk_by(|a, b| a.0 == b.0) {
        let Some(story) = of_story.first().map(|c| c.0) else { continue };
        let Ok(i) = stories.binary_search_by_key(&story, |s| s.place) else { continue };
        stories[i].outlets = of_story.len() as u32;
        if let Some(first) = of_story.iter().min_by_key(|c| c.2)
            && of_story.len() > 1
            && of_story.iter().filter(|c| c.2 == first.2).count() == 1
        {
            outlets[first.1 as usize].first += 1;
        }
        let Some((from, _)) = week.filter(|(from, _)| stories[i].last >= *from) else { continue };
        let new = of_story.iter().filter(|c| c.2 >= from).count();
        moved.push(Moved { story: i as u32, outlets: new as u32 });
    }
    moved.sort_by_key(|m| {
        let story = &stories[m.story as usize];
        (Reverse((m.outlets, story.outlets, story.articles)), story.place)
    });
    moved.truncate(MOVED);
    moved
}

/// The stories of each topic, the newest first.
fn topics(names: &[Arc<str>], stories: &[StoryCount]) -> (Vec<Topic>, Vec<u32>) {
    let numbered = stories.iter().enumerate();
    let mut all: Vec<(u32, u32)> =
        numbered.flat_map(|(i, s)| s.topics().map(move |topic| (topic, i as u32))).collect();
    all.sort_unstable_by_key(|(topic, i)| {
        let story = &stories[*i as usize];
        (*topic, Reverse(story.last), story.place)
    });
    let mut topics: Vec<Topic> = names.iter().map(|name| Topic::of(Arc::clone(name))).collect();
    let mut at = 0;
    for of_topic in all.chunk_by(|a, b| a.0 == b.0) {
        let Some((topic, newest)) = of_topic.first() else { continue };
        let topic = &mut topics[*topic as usize];
        topic.from = at;
        topic.stories = of_topic.len() as u32;
        topic.last = stories[*newest as usize].last;
        at += topic.stories;
    }
    (topics, all.into_iter().map(|(_, story)| story).collect())
}

/// The first and the last moment of the week that ends with the day of an instant.
fn week_of(newest: i64) -> (i64, i64) {
    let day = instant(newest).to_zoned(TimeZone::UTC).start_of_day().map(|day| day.timestamp());
    let day: Timestamp = day.unwrap_or_else(|_| instant(newest));
    let back = SignedDuration::from_hours(24 * (WEEK - 1));
    let from = day.checked_sub(back).unwrap_or(day);
    (microseconds(from), newest)
}

/// What each place is part of by now, by the place of the founder: it is told what each was part of at first.
fn roots(first: impl Iterator<Item = u32>, merged: &[Merged]) -> Vec<u32> {
    let mut roots: Vec<u32> = first.collect();
    for m in merged {
        if let Some(gone) = roots.get_mut(m.gone as usize) {
            *gone = m.kept;
        }
    }
    for place in 0..roots.len() {
        let mut at = roots[place];
        // No way is longer than there are merges, whatever stands in the log.
        for _ in 0..=merged.len() {
            let next = root(&roots, at);
            if next == at {
                break;
            }
            at = next;
        }
        roots[place] = at;
    }
    roots
}

fn root(roots: &[u32], of: u32) -> u32 {
    roots.get(of as usize).copied().unwrap_or(of)
}

fn merges(t: &Transaction<'_>, table: &str, from: i64) -> rusqlite::Result<Vec<Merged>> {
    let sql = format!("SELECT step, gone, kept FROM {table} WHERE step >= ?1 ORDER BY step, gone");
    let mut rows = t.prepare_cached(&sql)?;
    let rows =
        rows.query_map([from], |r| Ok(Merged { step: r.get(0)?, gone: r.get(1)?, kept: r.get(2)? }))?;
    rows.collect()
}

/// The outlets that are known, by hash.
fn known(t: &Transaction<'_>) -> rusqlite::Result<u64> {
    let mut hash = Xxh3::new();
    let mut names = t.prepare_cached("SELECT name FROM outlet ORDER BY name")?;
    let mut names = names.query([])?;
    while let Some(row) = names.next()? {
        hash.update(row.get::<_, String>(0)?.as_bytes());
        hash.update(b"\n");
    }
    Ok(hash.digest())
}

/// The gists of a story's articles, copies left out: each where its first state stands, in its newest state. At most
/// so many, the first ones.
pub(crate) fn gists_of(
    t: &Transaction<'_>,
    story: u32,
    parts: &[u32],
    mut is_own: impl FnMut(u32) -> bool,
    most: usize,
) -> rusqlite::Result<Vec<Gist>> {
    let mut rows =
        t.prepare_cached("SELECT place, seq, article FROM placed WHERE story = ?1 ORDER BY step LIMIT ?2")?;
    let mut members: Vec<(u32, i64, String)> = Vec::new();
    let limit = i64::try_from(most).unwrap_or(i64::MAX);
    for part in std::iter::once(&story).chain(parts) {
        let own = rows.query_map(params![part, limit], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?;
        for member in own {
            members.push(member?);
        }
    }
    members.sort_unstable_by_key(|m| m.0);
    members.truncate(most);
    let mut newest: FxHashMap<&str, usize> = FxHashMap::default();
    for (i, member) in members.iter().enumerate() {
        newest.insert(&member.2, i);
    }
    let mut seen = FxHashSet::default();
    let firsts = members.iter().filter(|m| seen.insert(m.2.as_str()));
    let told = firsts.map(|m| &members[newest[m.2.as_str()]]).filter(|m| is_own(m.0));
    told.map(|(_, seq, _)| gist(t, *seq)).collect()
}
