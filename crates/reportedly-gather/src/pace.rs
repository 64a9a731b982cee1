//! When to ask again, and whom next: pure functions that are told the time.
//!
//! A feed is asked about twice as often as it has something new, less often the longer it is silent, and never more
//! often than it or its server wants. After an error it is left alone, the longer the more errors there were in a row:
//! how long depends on the error, and what the server asks for (`Retry-After`) comes before what we think.
//!
//! ```
//! use reportedly_gather::pace::{Bounds, History, due};
//!
//! let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
//! let news = [at("2031-03-04T06:00:00Z"), at("2031-03-04T08:00:00Z"), at("2031-03-04T10:00:00Z")];
//! let history = History { news: &news, since: at("2031-03-01T00:00:00Z"), ..History::default() };
//! let next = due("https://wire.example/feed", &history, at("2031-03-04T10:00:00Z"), &Bounds::default());
//! // An hour, and a little by which feeds that were added together drift apart.
//! assert!(next >= at("2031-03-04T11:00:00Z") && next < at("2031-03-04T11:06:01Z"));
//! ```

mod queue;

pub use queue::{Queue, Rules, Step};

use crate::{
    feeds::Wishes,
    fetch::{Fault, Outcome, RetryAfter},
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use xxhash_rust::xxh3::xxh3_64;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);
const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Moments with something new that are looked at, the latest ones: a feed's pace changes.
const MOMENTS: usize = 20;
/// How far back they count.
const LOOKED_BACK: SignedDuration = SignedDuration::from_hours(24 * 60);
/// A feed is asked so many times between two moments with something new, as far as the past tells.
const TIMES: i32 = 2;
/// A silent feed is asked so many times while its silence doubles.
const SILENCE: i32 = 8;
/// The longest that a feed's own wish (`ttl`) is heeded, and a server's (`Cache-Control`). Static servers give the
/// latter for all files alike, and asking whether something has changed costs them next to nothing.
const LONGEST_WISH: SignedDuration = SignedDuration::from_hours(24 * 7);
const LONGEST_FRESH: SignedDuration = DAY;
/// The longest that `Retry-After` is heeded.
const LONGEST_RETRY: SignedDuration = SignedDuration::from_hours(24 * 30);
/// Feeds drift apart by up to this part of their interval, so that those added together are not asked together.
const DRIFT: i32 = 10;
/// After so many answers in a row that it is gone for good, a feed is not asked any more.
const GONE: u32 = 3;

/// Between which a feed's pace lies, whatever its past is.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// Not sooner than after this long.
    pub shortest: SignedDuration,
    /// Not later than after this long.
    pub longest: SignedDuration,
    /// Where there is no past.
    pub first: SignedDuration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { shortest: MINUTE * 15, longest: DAY, first: HOUR }
    }
}

/// What is known of a feed.
#[derive(Clone, Debug, Default)]
pub struct History<'h> {
    /// When it was seen to have something new, in any order; the same moment for all items of one answer.
    pub news: &'h [Timestamp],
    /// Since when it is asked.
    pub since: Timestamp,
    /// What it wants.
    pub wishes: Wishes,
    /// For how long its last answer stays good.
    pub fresh_for: Option<Duration>,
}

/// When a feed that has answered is to be asked again. `name` is anything that tells it from others.
pub fn due(name: &str, history: &History<'_>, now: Timestamp, bounds: &Bounds) -> Timestamp {
    let wait = wait(history, now, bounds);
    let drift = wait / DRIFT / 1000 * (xxh3_64(name.as_bytes()) % 1000) as i32;
    outside_of_skipped(later(now, wait + drift), &history.wishes)
}

/// How long a feed that has answered is left alone: by what has been, unless it or its server wants longer.
pub fn wait(history: &History<'_>, now: Timestamp, bounds: &Bounds) -> SignedDuration {
    let signed = |time: Duration| SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX);
    let wish = history.wishes.every.map(|every| signed(every).min(LONGEST_WISH)).unwrap_or_default();
    let fresh = history.fresh_for.map(|fresh| signed(fresh).min(LONGEST_FRESH)).unwrap_or_default();
    interval(history.news, history.since, now, bounds).max(wish).max(fresh)
}

/// How long to wait by what has been: half of what mostly lies between two moments with something new, or an eighth of
/// the silence since the last, whichever is longer.
pub fn interval(news: &[Timestamp], since: Timestamp, now: Timestamp, bounds: &Bounds) -> SignedDuration {
    let from = now.checked_sub(LOOKED_BACK).unwrap_or(Timestamp::MIN);
    let mut moments: Vec<Timestamp> = news.iter().copied().filter(|at| (from..=now).contains(at)).collect();
    moments.sort_unstable();
    moments.dedup();
    let moments = &moments[moments.len().saturating_sub(MOMENTS)..];
    let mut gaps: Vec<SignedDuration> =
        moments.windows(2).map(|pair| pair[1].duration_since(pair[0])).collect();
    gaps.sort_unstable();
    let usual = gaps.get(gaps.len() / 2).map_or(bounds.first, |gap| *gap / TIMES);
    let last = moments.last().copied().unwrap_or(since).min(now);
    usual.max(now.duration_since(last) / SILENCE).clamp(bounds.shortest, bounds.longest.max(bounds.shortest))
}

fn later(now: Timestamp, wait: SignedDuration) -> Timestamp {
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}

/// The next full hour outside of those in which a feed does not want to be asked; the same time where it may be.
pub fn outside_of_skipped(mut at: Timestamp, wishes: &Wishes) -> Timestamp {
    const HOURS: u32 = (1 << 24) - 1;
    const DAYS: u8 = (1 << 7) - 1;
    let (hours, days) = (wishes.skip_hours & HOURS, wishes.skip_days & DAYS);
    // Who skips everything has not meant it.
    if (hours == 0 && days == 0) || hours == HOURS || days == DAYS {
        return at;
    }
    for _ in 0..24 * 7 {
        let local = at.to_zoned(TimeZone::UTC);
        let day = local.weekday().to_monday_zero_offset();
        if hours >> local.hour() & 1 == 0 && days >> day & 1 == 0 {
            return at;
        }
        let hour = 3600;
        let next = (at.as_second().div_euclid(hour) + 1) * hour;
        at = Timestamp::from_second(next).unwrap_or(Timestamp::MAX);
    }
    at
}

/// What kind of an error it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trouble {
    /// It refuses us: 401, 402, 403, 451.
    Refused,
    /// It is asked too often: 429.
    TooOften,
    /// It is gone for good: 410.
    Gone,
    /// It is not there: 404 and the like.
    Missing,
    /// The server is down or has an error: 5xx, answers that are none.
    Down,
    /// Nobody answers, or not to the end.
    Silent,
    /// The name is not known.
    NoName,
    /// It cannot be told whether it is the server that it should be.
    Insecure,
    /// What came can never be used: an address that is refused, a circle of redirects, something that is no feed.
    Unusable,
}

impl Trouble {
    /// The error that an outcome is; `None` where it is none.
    pub fn of(outcome: &Outcome) -> Option<Self> {
        match outcome {
            Outcome::Answer(_) | Outcome::Unchanged(_) => None,
            Outcome::Status(status, _) => Some(match status {
                401 | 402 | 403 | 451 => Self::Refused,
                429 => Self::TooOften,
                410 => Self::Gone,
                400..=499 => Self::Missing,
                _ => Self::Down,
            }),
            Outcome::Failed(fault) => Some(match fault {
                Fault::Name(_) => Self::NoName,
                Fault::Certificate(_) => Self::Insecure,
                Fault::Connection(_) | Fault::TooSlow(_) | Fault::Silent(_) | Fault::BrokeOff(_) => {
                    Self::Silent
                }
                Fault::Protocol(_) | Fault::Headers(_) | Fault::Packing(_) | Fault::Unpacking => Self::Down,
                Fault::Address(_)
                | Fault::Scheme(_)
                | Fault::Private(_)
                | Fault::Redirect(_)
                | Fault::Circle(_)
                | Fault::Redirects(_)
                | Fault::Client(_) => Self::Unusable,
            }),
        }
    }

    /// How long to wait after the first such error, and at most. Twice as long after each.
    fn waits(self) -> (SignedDuration, SignedDuration) {
        match self {
            // Whoever refuses us has mostly done so for good, and sees us as a pest if we go on.
            Self::Refused | Self::Unusable => (HOUR * 12, DAY * 7),
            Self::TooOften => (HOUR * 4, DAY * 3),
            Self::Gone => (DAY, DAY),
            Self::Missing | Self::Insecure => (HOUR * 6, DAY * 3),
            Self::NoName => (HOUR * 2, DAY * 2),
            // What is down is mostly up again soon.
            Self::Down | Self::Silent => (MINUTE * 30, DAY),
        }
    }
}

/// When to ask again after an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// Then.
    At(Timestamp),
    /// Not any more.
    Never,
}

/// When to ask again after the `nth` error in a row (the first is 1).
pub fn again(
    trouble: Trouble,
    nth: u32,
    retry_after: Option<RetryAfter>,
    now: Timestamp,
    bounds: &Bounds,
) -> Again {
    if trouble == Trouble::Gone && nth >= GONE {
        return Again::Never;
    }
    if let Some(retry) = retry_after {
        let at =
            retry.at(now).clamp(later(now, bounds.shortest), later(now, LONGEST_RETRY.max(bounds.shortest)));
        return Again::At(at);
    }
    let (first, most) = trouble.waits();
    let doubled = first.saturating_mul(1 << nth.saturating_sub(1).min(16));
    Again::At(later(now, doubled.min(most).max(bounds.shortest)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::Hints;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    const NOW: &str = "2031-03-04T12:00:00Z";

    /// Minutes until the next time, after moments with something new that lie so many minutes back.
    fn minutes(back: &[i64]) -> i64 {
        let now = at(NOW);
        let news: Vec<_> = back.iter().map(|m| now - MINUTE * *m as i32).collect();
        interval(&news, now - DAY * 30, now, &Bounds::default()).as_mins()
    }

    #[test]
    fn a_feed_is_asked_at_its_own_pace() {
        // Every two hours.
        assert_eq!(minutes(&[0, 120, 240, 360]), 60);
        // Many items at once are one moment.
        assert_eq!(minutes(&[0, 0, 0, 120, 120, 240]), 60);
        // Every few minutes, every few days: within bounds.
        assert_eq!(minutes(&[0, 3, 6, 9]), 15);
        assert_eq!(minutes(&[0, 10_000, 20_000]), 24 * 60);
        // The longer the silence, the longer the wait.
        assert_eq!(minutes(&[960, 1080, 1200]), 120);
        assert_eq!(minutes(&[40_000]), 24 * 60);
        // Nothing yet: from the first wait on, longer and longer.
        assert_eq!(interval(&[], at(NOW), at(NOW), &Bounds::default()), HOUR);
        assert_eq!(interval(&[], at(NOW) - DAY, at(NOW), &Bounds::default()), HOUR * 3);
        // What lies ahead does not count.
        assert_eq!(minutes(&[-500, 0, 120, 240]), 60);
    }

    #[test]
    fn nobody_is_asked_more_often_than_they_want() {
        let now = at(NOW);
        let news: Vec<_> = (0..10).map(|n| now - MINUTE * n).collect();
        let wait = |every: Option<Duration>, fresh_for: Option<Duration>, skip_hours, skip_days| {
            let wishes = Wishes { every, skip_hours, skip_days };
            let history = History { news: &news, since: now - DAY, wishes, fresh_for };
            let next = due("feed", &history, now, &Bounds::default());
            assert_eq!(next, due("feed", &history, now, &Bounds::default()));
            next.duration_since(now)
        };
        let about =
            |wait: SignedDuration, wanted: SignedDuration| wait >= wanted && wait <= wanted + wanted / DRIFT;
        assert!(about(wait(None, None, 0, 0), MINUTE * 15));
        assert!(about(wait(Some(Duration::from_hours(2)), None, 0, 0), HOUR * 2));
        assert!(about(wait(None, Some(Duration::from_hours(3)), 0, 0), HOUR * 3));
        assert!(about(wait(Some(Duration::from_hours(9999)), None, 0, 0), LONGEST_WISH));
        assert!(about(wait(None, Some(Duration::MAX), 0, 0), LONGEST_FRESH));
        // 2031-03-04 is a Tuesday; at noon and at one it does not want to be asked.
        assert_eq!(wait(None, None, 0b11 << 12, 0), HOUR * 2);
        assert_eq!(wait(None, None, 0, 0b10), HOUR * 12);
        assert!(about(wait(None, None, u32::MAX, u8::MAX), MINUTE * 15));
        let names = ["a", "b", "c", "d"].map(|name| due(name, &History::default(), now, &Bounds::default()));
        assert!(names.iter().any(|next| *next != names[0]), "feeds drift apart");
    }

    #[test]
    fn who_is_in_trouble_is_left_alone() {
        let now = at(NOW);
        let bounds = Bounds::default();
        let minutes = |trouble, nth| match again(trouble, nth, None, now, &bounds) {
            Again::At(next) => next.duration_since(now).as_mins(),
            Again::Never => -1,
        };
        for (trouble, expected) in [
            (Trouble::Refused, [12, 24, 48, 168].map(|hours| hours * 60)),
            (Trouble::TooOften, [4, 8, 16, 72].map(|hours| hours * 60)),
            (Trouble::Gone, [24 * 60, 24 * 60, -1, -1]),
            (Trouble::Missing, [6, 12, 24, 72].map(|hours| hours * 60)),
            (Trouble::Down, [30, 60, 120, 24 * 60]),
            (Trouble::NoName, [2, 4, 8, 48].map(|hours| hours * 60)),
        ] {
            assert_eq!([1, 2, 3, 40].map(|nth| minutes(trouble, nth)), expected, "{trouble:?}");
        }
        let after = |seconds| Some(RetryAfter::For(Duration::from_secs(seconds)));
        let wait = |trouble, retry| match again(trouble, 9, retry, now, &bounds) {
            Again::At(next) => next.duration_since(now),
            Again::Never => SignedDuration::MAX,
        };
        // What the server wants wins, within reason.
        assert_eq!(wait(Trouble::TooOften, after(7200)), HOUR * 2);
        assert_eq!(wait(Trouble::Down, after(5)), bounds.shortest);
        assert_eq!(wait(Trouble::Down, after(u64::MAX)), LONGEST_RETRY);
        assert_eq!(wait(Trouble::Down, Some(RetryAfter::Until(now + DAY))), DAY);
    }

    #[test]
    fn every_outcome_is_trouble_of_a_kind_or_none() {
        let status = |status| Trouble::of(&Outcome::Status(status, Hints::default()));
        for (code, trouble) in [
            (403, Trouble::Refused),
            (404, Trouble::Missing),
            (410, Trouble::Gone),
            (429, Trouble::TooOften),
            (500, Trouble::Down),
            (202, Trouble::Down),
        ] {
            assert_eq!(status(code), Some(trouble));
        }
        assert_eq!(Trouble::of(&Outcome::Unchanged(Hints::default())), None);
        let failed = |fault| Trouble::of(&Outcome::Failed(fault));
        assert_eq!(failed(Fault::Silent(Duration::ZERO)), Some(Trouble::Silent));
        assert_eq!(failed(Fault::Private(String::new())), Some(Trouble::Unusable));
    }

    proptest! {
        #[test]
        fn the_next_time_lies_ahead_and_within_bounds(
            now in -100_000_000_000i64..100_000_000_000,
            back in prop::collection::vec(-1_000_000i64..1_000_000_000, 0..50),
            every in any::<Option<u64>>(),
            skip_hours in any::<u32>(),
            skip_days in any::<u8>(),
        ) {
            let now = Timestamp::from_second(now).expect("an instant");
            let news: Vec<_> = back.iter().filter_map(|b| Timestamp::from_second(now.as_second() - b).ok()).collect();
            let wishes = Wishes { every: every.map(Duration::from_secs), skip_hours, skip_days };
            let history = History { news: &news, since: now, wishes, fresh_for: None };
            let wait = due("feed", &history, now, &Bounds::default()).duration_since(now);
            prop_assert!(wait >= MINUTE * 15, "{wait:?}");
            prop_assert!(wait <= LONGEST_WISH * 2 + DAY * 7, "{wait:?}");
        }
    }
}
