//! Stories that have gained something, told as they were and as they are.
//!
//! What was there before is told by when an observation came in, not by when it was known: what comes late is new to
//! whoever follows a story. A state of an article counts from the first observation that said the same, whichever of
//! them stands in the log.

use crate::{
    error::Error,
    library::{Found, Library, View, told_with},
    search::Query,
    searching::Searchable,
    sight::instant,
};
use jiff::Timestamp;
use reportedly_story::{Observation, Placed, Story};
use rusqlite::params;
use rustc_hash::{FxHashMap, FxHashSet};

/// An article of a story, and when it came into the library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The observation that stands for it.
    pub observation: i64,
    /// The first observation that said the same.
    pub first: i64,
    /// The state's id, as stories name it.
    pub name: String,
    /// The article's id.
    pub article: String,
    /// When it was known.
    pub known_at: Timestamp,
}

/// A story as it was and as it is. Indices of both point into the same observations.
#[derive(Clone, Debug)]
pub struct Grown {
    /// As it is.
    pub story: Story,
    /// As it was; `None` where nothing of it was there.
    pub before: Option<Story>,
    /// Its articles.
    pub observations: Vec<Observation>,
}

impl View<'_> {
    /// The last observation.
    pub fn last_observation(&self) -> Result<i64, Error> {
        self.ask(|t| t.query_row("SELECT coalesce(max(seq), 0) FROM observation", [], |row| row.get(0)))
    }

    /// The stories with an article that came in after an observation, in order of their founding.
    pub fn gained(&self, after: i64) -> Result<Vec<Found>, Error> {
        let places = self.ask(|t| {
            let mut rows = t.prepare_cached(
                "SELECT DISTINCT story FROM placed WHERE seq > ?1 AND story IS NOT NULL AND step < ?2",
            )?;
            let rows = rows.query_map(params![after, self.steps], |row| row.get(0))?;
            let stories: Vec<i64> = rows.collect::<rusqlite::Result<_>>()?;
            let mut places = Vec::with_capacity(stories.len());
            for story in stories {
                places.push(self.story_of(t, story)?);
            }
            places.sort_unstable();
            places.dedup();
            Ok(places)
        })?;
        places
            .into_iter()
            .map(|place| {
                let last = self.members(place)?.last().map_or(0, |m| m.known_at);
                Ok(Found { place, id: self.name(place)?, last: instant(last) })
            })
            .collect()
    }

    /// The articles of a story, in order of becoming known.
    pub fn members_of(&self, story: &Found) -> Result<Vec<Member>, Error> {
        let logged = self.members(story.place)?;
        self.ask(|t| {
            let mut first = t.prepare_cached(
                "SELECT article, (SELECT min(seq) FROM observation AS same
                   WHERE same.article = this.article AND same.content = this.content AND same.forgotten_at IS NULL)
                 FROM observation AS this WHERE seq = ?1",
            )?;
            let members = logged.iter().map(|m| {
                let (article, first) = first.query_row([m.seq], |row| Ok((row.get(0)?, row.get(1)?)))?;
                let (observation, name) = (m.seq, m.name.clone());
                Ok(Member { observation, first, name, article, known_at: instant(m.known_at) })
            });
            members.collect()
        })
    }

    /// Tells a story as it is, and as it was when only those of its articles were there of which `old` says so, in the
    /// order of [`View::members_of`].
    pub fn tell_grown(&self, story: &Found, old: &[bool]) -> Result<Grown, Error> {
        let mut before = None;
        let told = told_with(self.packed(story)?, |observations, placed| {
            before = was(placed, old).map(|was| reportedly_story::tell(observations, &was, self.outlets()));
            reportedly_story::tell(observations, placed, self.outlets())
        })?;
        Ok(Grown { story: told.story, before, observations: told.observations })
    }

    /// Those of some observations that a query finds.
    pub fn matching(
        &self,
        searchable: &Searchable,
        query: &Query,
        among: &[i64],
    ) -> Result<FxHashSet<i64>, Error> {
        let among: Vec<u64> = among.iter().map(|seq| *seq as u64).collect();
        let found = self.found_among(searchable, query, &among)?;
        Ok(found.into_iter().map(|seq| seq as i64).collect())
    }
}

/// The members that were there, each family of copies with the first of them at its head.
fn was(placed: &[Placed], old: &[bool]) -> Option<Vec<Placed>> {
    let mut heads: FxHashMap<usize, usize> = FxHashMap::default();
    let mut was: Vec<Placed> = Vec::new();
    for member in placed.iter().filter(|m| old.get(m.article).copied().unwrap_or(false)) {
        let head = *heads.entry(member.family.unwrap_or(member.article)).or_insert(member.article);
        was.push(Placed { family: Some(head).filter(|h| *h != member.article), ..*member });
    }
    (!was.is_empty()).then_some(was)
}

impl Library {
    /// Whether everything is folded and in the search index: only then is all that is new found.
    pub fn is_up_to_date(&self) -> Result<bool, Error> {
        Ok(self.searchable()?.is_some_and(|s| s.behind == 0))
    }
}
