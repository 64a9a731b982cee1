//! How subscriptions fare: state, pace, what they bring.

use crate::{Asked, Wrong};
use jiff::{SignedDuration, Timestamp};
use reportedly_gather::pace::{Bounds, Trouble, wait};
use reportedly_library::{Brought, Error, Library, Subscription};

/// What is new a day is counted over so long, as far as it goes back.
const LOOKED_BACK: SignedDuration = SignedDuration::from_hours(24 * 30);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// How a subscription is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It is gone for good, as its server says.
    Gone,
    /// The last answer was none that could be used.
    Failing,
    /// Somebody wants it so.
    Paused,
    /// It was not asked yet.
    New,
    /// It answers.
    Well,
}

impl State {
    /// In one word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Failing => "failing",
            Self::Paused => "paused",
            Self::New => "new",
            Self::Well => "well",
        }
    }
}

/// A subscription and how it fares.
#[derive(Clone, Debug)]
pub struct Health {
    /// It.
    pub subscription: Subscription,
    /// What is remembered of asking it.
    pub asked: Asked,
    /// In a word.
    pub state: State,
    /// What it has brought.
    pub brought: Brought,
    /// How long it is left alone between two questions.
    pub every: SignedDuration,
    /// Items a day that were not there before, where it has been asked for a day at least.
    pub new_a_day: Option<f64>,
}

impl Health {
    /// From what is stored; `new` is what it brought since a time, and when it brought its first.
    pub fn of(
        subscription: Subscription,
        brought: Brought,
        new: (usize, Option<Timestamp>),
        since: Timestamp,
        now: Timestamp,
    ) -> Self {
        let asked = Asked::parse(subscription.asked.as_deref());
        let state = match &asked.wrong {
            Some(wrong) if subscription.paused && wrong.kind == Trouble::Gone => State::Gone,
            _ if subscription.paused => State::Paused,
            Some(_) => State::Failing,
            None if asked.answered.is_none() => State::New,
            None => State::Well,
        };
        let every = wait(&asked.history(subscription.added_at), now, &Bounds::default());
        let over = new.1.map(|first| now.duration_since(first.max(since))).filter(|over| *over >= DAY);
        let new_a_day = over.map(|over| new.0 as f64 / (over.as_secs_f64() / DAY.as_secs_f64()));
        Self { subscription, asked, state, brought, every, new_a_day }
    }

    /// All of a library, in the order in which they were added.
    pub fn of_all(library: &Library, now: Timestamp) -> Result<Vec<Self>, Error> {
        let since = now.checked_sub(LOOKED_BACK).unwrap_or(Timestamp::MIN);
        let brought = library.brought()?.into_iter().zip(library.brought_since(since)?);
        let all = library.subscriptions()?.into_iter().zip(brought);
        Ok(all.map(|(s, (brought, new))| Self::of(s, brought, new, since, now)).collect())
    }

    /// Whether it is asked at all.
    pub fn is_asked(&self) -> bool {
        !matches!(self.state, State::Gone | State::Paused)
    }
}

impl Wrong {
    /// Since when nothing has come.
    pub fn begun(&self) -> Timestamp {
        self.since.unwrap_or(self.at)
    }
}

/// "2 hours ago"
pub fn ago(at: Timestamp, now: Timestamp) -> String {
    match now.duration_since(at) {
        past if past < SignedDuration::from_mins(1) => "just now".to_owned(),
        past => format!("{} ago", rough(past)),
    }
}

/// To the minute, then to the hour, then to the day: "45 min", "2 h", "3 days".
pub fn rough(time: SignedDuration) -> String {
    let minutes = (time.as_secs().max(0) + 30) / 60;
    match minutes {
        0 => "1 min".to_owned(),
        m if m < 60 => format!("{m} min"),
        m if m < 36 * 60 => format!("{} h", (m + 30) / 60),
        m => format!("{} days", (m + 12 * 60) / (24 * 60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_told_roughly() {
        let check = |seconds, expected: &str| assert_eq!(rough(SignedDuration::from_secs(seconds)), expected);
        check(20, "1 min");
        check(45 * 60, "45 min");
        check(60 * 60, "1 h");
        check(100 * 60, "2 h");
        check(35 * 3600, "35 h");
        check(36 * 3600, "2 days");
        check(-5, "1 min");
    }
}
