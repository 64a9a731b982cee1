//! What is remembered of an address that is asked again and again.

use jiff::{SignedDuration, Timestamp};
use reportedly_gather::{
    feeds::Wishes,
    fetch::Validators,
    pace::{History, Trouble},
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Moments with something new that are remembered, the latest ones.
const REMEMBERED: usize = 30;

/// Nobody is asked again sooner by itself, so an error that follows another sooner is no second one.
const SOONEST: SignedDuration = SignedDuration::from_mins(15);

/// What is remembered of a subscription, or of a page. The library keeps it as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// When it was asked last.
    pub last: Option<Timestamp>,
    /// When it last answered with what was wanted, changed or not.
    pub answered: Option<Timestamp>,
    /// What that answer was marked with.
    pub validators: Option<Validators>,
    /// Of servers that mark nothing: a hash of the answer.
    pub digest: Option<u64>,
    /// Of a page: a hash of what the subscriptions said of it when it was read.
    pub said: Option<u64>,
    /// What has gone wrong since then.
    pub wrong: Option<Wrong>,
    /// When there was something new; of a page, when it was first seen and when it had changed.
    pub news: Vec<Timestamp>,
    /// Seconds that a feed wants to be left alone between two questions.
    pub every: Option<u64>,
    /// Hours of the day in which it does not want to be asked, a bit each.
    pub skip_hours: u32,
    /// Days of the week likewise.
    pub skip_days: u8,
    /// Seconds for which its last answer stays good.
    pub fresh_for: Option<u64>,
}

/// What has gone wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wrong {
    /// What kind of an error it is.
    pub kind: Trouble,
    /// How often in a row it was.
    pub nth: u32,
    /// The last one, in plain words.
    pub said: String,
    /// When it was.
    pub at: Timestamp,
    /// When something first went wrong, since which nothing has come.
    #[serde(default)]
    pub since: Option<Timestamp>,
}

impl Asked {
    /// From how it is stored; what cannot be read is as nothing.
    pub fn parse(json: Option<&str>) -> Self {
        json.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
    }

    /// As it is stored.
    pub fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }

    /// There was something new. The first such moment is kept: how long a page is followed counts from it.
    pub fn new_at(&mut self, now: Timestamp) {
        self.news.push(now);
        let more = self.news.len().saturating_sub(REMEMBERED);
        self.news.drain(1..=more);
    }

    /// Something has gone wrong. Gives how often in a row.
    pub fn failed(&mut self, kind: Trouble, said: String, now: Timestamp) -> u32 {
        let again = self.wrong.as_ref().filter(|w| w.kind == kind);
        // Somebody who tries by hand what goes wrong makes it no worse.
        let nth = again.map_or(1, |w| w.nth.saturating_add(u32::from(now.duration_since(w.at) >= SOONEST)));
        let since = self.wrong.as_ref().map_or(now, |w| w.since.unwrap_or(w.at));
        self.wrong = Some(Wrong { kind, nth, said, at: now, since: Some(since) });
        nth
    }

    /// What its pace follows from.
    pub fn history(&self, since: Timestamp) -> History<'_> {
        let fresh_for = self.fresh_for.map(Duration::from_secs);
        History { news: &self.news, since, wishes: self.wishes(), fresh_for }
    }

    /// How often a feed wants to be asked.
    pub fn wishes(&self) -> Wishes {
        let every = self.every.map(Duration::from_secs);
        Wishes { every, skip_hours: self.skip_hours, skip_days: self.skip_days }
    }

    /// Notes how often a feed wants to be asked.
    pub fn wants(&mut self, wishes: Wishes) {
        self.every = wishes.every.map(|every| every.as_secs());
        self.skip_hours = wishes.skip_hours;
        self.skip_days = wishes.skip_days;
    }
}
