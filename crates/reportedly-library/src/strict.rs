//! Stories of a library where a page counts as known only from the last day on which it can have been published.
//!
//! That is another order than the log's, and another fold: it is made in memory, from what is kept of each reading for
//! the fold, each time that it is asked for. It takes as long as `rebuild` and as much memory as adding does.

use crate::{
    error::Error,
    folding::{HELD, OnDisk, features},
    library::{Found, Library, Logged, ToldStory, packed, tell_all},
    sight::{instant, microseconds, turn_of},
};
use jiff::Timestamp;
use reportedly_story::{Cache, Fold, Outlets};
use rusqlite::{Connection, Row, Transaction};
use std::{cmp::Reverse, collections::BTreeMap, sync::Arc};

/// The library as it stood at a time, strictly.
#[derive(Debug)]
pub struct Strict<'l> {
    library: &'l Library,
    transaction: Transaction<'l>,
    /// The states of articles by place.
    states: Vec<Logged>,
    /// Places of the members of each story, by the place of the article that founded it.
    stories: BTreeMap<i64, Vec<usize>>,
    outlets: Outlets,
}

/// An observation whose turn comes.
struct Next {
    seq: i64,
    known_at: i64,
    article: String,
    first_seen: Option<i64>,
    content: i64,
    outlet: Option<String>,
}

impl Next {
    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            seq: row.get(0)?,
            known_at: row.get(1)?,
            article: row.get(2)?,
            first_seen: row.get(3)?,
            content: row.get(4)?,
            outlet: row.get(5)?,
        })
    }

    fn turn(&self) -> impl Ord + use<'_> {
        turn_of(self.known_at, &self.article, self.first_seen, self.content)
    }
}

impl Library {
    /// The library as it stood at a time, or as it stands now, with each page known only from the last day on which it
    /// can have been published.
    pub fn strict(&self, as_of: Option<Timestamp>) -> Result<Strict<'_>, Error> {
        let transaction = self.store.connection.unchecked_transaction().map_err(|e| self.store.error(e))?;
        let mut folding = Folding { cache: Cache::new(HELD), ..Folding::default() };
        let until = as_of.map_or(i64::MAX, microseconds);
        let folded = || -> rusqlite::Result<Result<(), Error>> {
            let mut rows = transaction.prepare(
                "SELECT seq, known_strict, article, first_seen, content, outlet FROM observation
                 WHERE is_article = 1 AND forgotten_at IS NULL AND known_strict <= ?1
                 ORDER BY known_strict, article",
            )?;
            // Those known at the same moment under the same id, whose turn other things decide.
            let mut together: Vec<Next> = Vec::new();
            for next in rows.query_map([until], Next::of)? {
                let next = next?;
                let follows = |last: &Next| (last.known_at, &last.article) != (next.known_at, &next.article);
                if together.last().is_some_and(follows)
                    && let Err(error) = folding.take(&transaction, std::mem::take(&mut together))
                {
                    return Ok(Err(error));
                }
                together.push(next);
            }
            Ok(folding.take(&transaction, together))
        }();
        folded.map_err(|e| self.store.error(e))??;
        let (states, stories, outlets) = folding.ended();
        Ok(Strict { library: self, transaction, states, stories, outlets })
    }
}

#[derive(Default)]
struct Folding {
    fold: Fold,
    cache: Cache,
    states: Vec<Logged>,
    outlets: Outlets,
}

impl Folding {
    fn take(&mut self, connection: &Connection, mut together: Vec<Next>) -> Result<(), Error> {
        together.sort_by(|a, b| a.turn().cmp(&b.turn()));
        for next in together {
            let own = Arc::new(features(connection, next.seq)?);
            let states = &self.states;
            // The fold asks for nothing that it was not given.
            let seq = |place| Ok(states.get(place as usize).map_or(next.seq, |state: &Logged| state.seq));
            let past = &mut OnDisk { connection, cache: &mut self.cache, seq };
            let step = self.fold.add(&next.article, &own, past)?;
            if step.again {
                continue;
            }
            self.cache.put(step.place, own);
            self.states.push(Logged {
                seq: next.seq,
                place: i64::from(step.place),
                known_at: next.known_at,
                article: next.article,
                name: step.name,
                family: None,
            });
            if let Some(outlet) = &next.outlet {
                self.outlets.add(outlet);
            }
        }
        Ok(())
    }

    /// What came of it.
    fn ended(mut self) -> (Vec<Logged>, BTreeMap<i64, Vec<usize>>, Outlets) {
        let mut stories: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
        for (at, state) in self.states.iter_mut().enumerate() {
            let place = at as u32;
            state.family = Some(self.fold.family(place)).filter(|f| *f != place).map(i64::from);
            stories.entry(i64::from(self.fold.story(place))).or_default().push(at);
        }
        (self.states, stories, self.outlets)
    }
}

impl Strict<'_> {
    /// How many articles were known.
    pub fn articles(&self) -> usize {
        self.states.iter().filter(|s| s.name == s.article).count()
    }

    /// How many stories there were.
    pub fn stories(&self) -> usize {
        self.stories.len()
    }

    /// The stories heard of last, the latest first, at most so many.
    pub fn newest(&self, limit: Option<usize>) -> Vec<Found> {
        let found = self.stories.iter().filter_map(|(place, members)| {
            let last = members.iter().map(|m| self.states[*m].known_at).max()?;
            let id = self.states.get(*place as usize)?.name.clone();
            Some(Found { place: *place, id, last: instant(last) })
        });
        let mut found: Vec<Found> = found.collect();
        found.sort_by(|a, b| (Reverse(a.last), &a.id).cmp(&(Reverse(b.last), &b.id)));
        found.truncate(limit.unwrap_or(usize::MAX));
        found
    }

    /// Tells stories as they stood, one after the other as they are wanted, several at once on all cores.
    pub fn tell_all<'v>(
        &'v self,
        stories: &'v [Found],
    ) -> impl Iterator<Item = Result<ToldStory, Error>> + 'v {
        let packed = |story: &Found| {
            let members = self.stories.get(&story.place).into_iter().flatten();
            let members: Vec<Logged> = members.map(|m| self.states[*m].clone()).collect();
            let packed = packed(&self.transaction, &members).map_err(|e| self.library.store.error(e))?;
            Ok((members, packed))
        };
        tell_all(stories, packed, &self.outlets)
    }
}
