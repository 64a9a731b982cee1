//! Asking a library: what is known now, and what was known then.

use crate::{
    error::Error,
    folding, searching,
    sight::{self, instant, microseconds},
    store::Store,
    stored::unpack_reading,
};
use jiff::Timestamp;
use rayon::prelude::*;
use reportedly_story::{Observation, Outlets, Placed, Story, each, known_at};
use rusqlite::{OptionalExtension, Row, Transaction, params};
use rustc_hash::{FxHashMap, FxHashSet};
use std::{cell::RefCell, cmp::Reverse, path::Path, sync::Arc};

/// Stories that are told side by side.
const TOLD: usize = 32;

/// A library open for reading. It waits for nobody and nobody waits for it; several may be open at once.
#[derive(Debug)]
pub struct Library {
    pub(crate) store: Store,
    /// The outlets of the last view, for the next one.
    outlets: RefCell<Option<Known>>,
}

/// Outlets, and of which state of the database up to which step of the log they are.
#[derive(Debug)]
struct Known {
    version: i64,
    last: Option<i64>,
    outlets: Arc<Outlets>,
}

/// The library as it stood at a time: it does not change while it is looked at.
#[derive(Debug)]
pub struct View<'l> {
    pub(crate) library: &'l Library,
    transaction: Transaction<'l>,
    as_of: Option<Timestamp>,
    /// Steps of the fold that were taken by then.
    pub(crate) steps: i64,
    outlets: Arc<Outlets>,
}

/// The state that a library is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// The last observation.
    seen: i64,
    /// The last step of the log.
    step: i64,
    /// How often something was taken into the index.
    indexed: i64,
    /// How often something was taken out for good.
    taken: i64,
}

/// A story, by the place of the article that founded it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub(crate) place: i64,
    /// Its id.
    pub id: String,
    /// When it was last heard of.
    pub last: Timestamp,
}

/// A story with the observations that its indices point into.
#[derive(Clone, Debug)]
pub struct ToldStory {
    /// The story.
    pub story: Story,
    /// Its articles.
    pub observations: Vec<Observation>,
}

/// A member of a story, as the log has it.
#[derive(Clone, Debug)]
pub(crate) struct Logged {
    pub(crate) seq: i64,
    pub(crate) place: i64,
    pub(crate) known_at: i64,
    pub(crate) article: String,
    pub(crate) name: String,
    pub(crate) family: Option<i64>,
}

/// A stored observation of a story, still packed.
pub(crate) struct Packed {
    article: String,
    name: String,
    path: Option<String>,
    body: Vec<u8>,
}

impl Library {
    /// Opens a library for reading. Errors: there is none, or one that this program does not know.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        Ok(Self { store: Store::to_read(folder)?, outlets: RefCell::default() })
    }

    /// The same for one of many that read side by side: each takes some 25 MB at the most.
    pub fn open_lightly(folder: &Path) -> Result<Self, Error> {
        let library = Self::open(folder)?;
        library.store.read_lightly()?;
        Ok(library)
    }

    /// The state that it is in: what it tells follows from this, whatever else is written to it.
    pub fn state(&self) -> Result<State, Error> {
        let connection = &self.store.connection;
        let last = "SELECT (SELECT coalesce(max(seq), 0) FROM observation), (SELECT coalesce(max(step), -1) FROM placed)";
        (|| {
            let (seen, step) =
                connection.prepare_cached(last)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let indexed = searching::commits(connection)?;
            // What is taken out of the truth is followed by giving its room back, which is counted there.
            let taken = connection.pragma_query_value(None, "schema_version", |row| row.get(0))?;
            Ok(State { seen, step, indexed, taken })
        })()
        .map_err(|e| self.store.error(e))
    }

    /// Whether something that was stored is not yet part of stories, or not yet found by searching.
    pub fn is_behind(&self) -> Result<bool, Error> {
        let behind =
            "SELECT EXISTS (SELECT 1 FROM unindexed) OR (SELECT coalesce(max(seq), 0) FROM observation)
                        <> coalesce((SELECT value FROM setting WHERE name = 'folded'), 0)";
        self.store.connection.query_row(behind, [], |row| row.get(0)).map_err(|e| self.store.error(e))
    }

    /// The library's folder.
    pub fn folder(&self) -> &Path {
        &self.store.folder
    }

    /// Bytes of the database.
    pub fn bytes(&self) -> Result<u64, Error> {
        self.store.bytes()
    }

    /// The id of the article that this was, where it was read before.
    pub fn known(&self, told: &sight::Told) -> Result<Option<String>, Error> {
        let connection = &self.store.connection;
        let known = connection.prepare_cached(
            "SELECT article FROM observation WHERE sight = ?1 AND forgotten_at IS NULL LIMIT 1",
        );
        known
            .and_then(|mut s| s.query_row([told.all], |row| row.get(0)).optional())
            .map_err(|e| self.store.error(e))
    }

    /// The ids of all articles of which an observation is kept, in order.
    pub fn articles(&self) -> Result<Vec<String>, Error> {
        (|| {
            let all = "SELECT DISTINCT article FROM observation WHERE forgotten_at IS NULL ORDER BY article";
            let mut all = self.store.connection.prepare(all)?;
            let all = all.query_map([], |row| row.get(0))?;
            all.collect::<rusqlite::Result<Vec<String>>>()
        })()
        .map_err(|e| self.store.error(e))
    }

    /// The library as it stood at a time, or as it stands now.
    pub fn view(&self, as_of: Option<Timestamp>) -> Result<View<'_>, Error> {
        let looked = (|| {
            let transaction = self.store.connection.unchecked_transaction()?;
            let steps = match as_of {
                None => folding::steps(&transaction)?,
                Some(time) => transaction
                    .prepare_cached(
                        "SELECT step + 1 FROM placed WHERE known_at <= ?1 ORDER BY known_at DESC, step DESC LIMIT 1",
                    )?
                    .query_row([microseconds(time)], |row| row.get(0))
                    .optional()?
                    .unwrap_or(0),
            };
            let outlets = self.outlets(&transaction, steps)?;
            Ok((transaction, steps, outlets))
        })();
        let (transaction, steps, outlets) = looked.map_err(|e| self.store.error(e))?;
        Ok(View { library: self, transaction, as_of, steps, outlets })
    }

    /// The outlets that were known after so many steps. Whoever asks again and again gets those of the last time, as
    /// long as nobody wrote to the library and no further outlet is among them.
    fn outlets(&self, transaction: &Transaction<'_>, steps: i64) -> rusqlite::Result<Arc<Outlets>> {
        let version = transaction.pragma_query_value(None, "data_version", |row| row.get(0))?;
        let last = "SELECT max(step) FROM outlet WHERE step < ?1";
        let last = transaction.prepare_cached(last)?.query_row([steps], |row| row.get(0))?;
        if let Some(known) = &*self.outlets.borrow()
            && known.version == version
            && known.last == last
        {
            return Ok(Arc::clone(&known.outlets));
        }
        let mut named =
            transaction.prepare_cached("SELECT name FROM outlet WHERE step < ?1 ORDER BY step")?;
        let mut named = named.query([steps])?;
        let mut outlets = Outlets::default();
        while let Some(row) = named.next()? {
            outlets.add(&row.get::<_, String>(0)?);
        }
        let outlets = Arc::new(outlets);
        *self.outlets.borrow_mut() = Some(Known { version, last, outlets: Arc::clone(&outlets) });
        Ok(outlets)
    }
}

impl View<'_> {
    /// The time that it shows the library at; `None`: as it stands.
    pub(crate) fn as_of(&self) -> Option<Timestamp> {
        self.as_of
    }

    /// How many articles were known.
    pub fn articles(&self) -> Result<usize, Error> {
        // Its first state has the name of the article.
        let count = "SELECT count(*) FROM placed WHERE step < ?1 AND name = article";
        let count: i64 = self.ask(|t| t.prepare_cached(count)?.query_row([self.steps], |row| row.get(0)))?;
        Ok(count as usize)
    }

    /// How many stories there were.
    pub fn stories(&self) -> Result<usize, Error> {
        let count = "SELECT stories FROM placed WHERE step < ?1 ORDER BY step DESC LIMIT 1";
        self.ask(|t| {
            let count = t.prepare_cached(count)?.query_row([self.steps], |row| row.get(0)).optional()?;
            Ok(count.unwrap_or(0_i64) as usize)
        })
    }

    /// The stories heard of last, the latest first, at most so many.
    pub fn newest(&self, limit: Option<usize>) -> Result<Vec<Found>, Error> {
        let limit = limit.unwrap_or(usize::MAX);
        let mut found: Vec<(i64, i64)> = self.ask(|t| {
            let mut seen = FxHashSet::default();
            let mut found: Vec<(i64, i64)> = Vec::new();
            let mut rows = t.prepare_cached(
                "SELECT known_at, story FROM placed WHERE step < ?1 AND story IS NOT NULL ORDER BY step DESC",
            )?;
            let mut rows = rows.query([self.steps])?;
            while let Some(row) = rows.next()? {
                let (known_at, story): (i64, i64) = (row.get(0)?, row.get(1)?);
                // Those heard of at the same moment are in order of their ids, so all of them are looked at.
                if found.len() >= limit && found.last().is_some_and(|l| l.0 != known_at) {
                    break;
                }
                let story = self.story_of(t, story)?;
                if seen.insert(story) {
                    found.push((known_at, story));
                }
            }
            Ok(found)
        })?;
        let mut stories = Vec::with_capacity(found.len());
        for (known_at, place) in found.drain(..) {
            stories.push(Found { place, id: self.name(place)?, last: instant(known_at) });
        }
        stories.sort_by(|a, b| (Reverse(a.last), &a.id).cmp(&(Reverse(b.last), &b.id)));
        stories.truncate(limit);
        Ok(stories)
    }

    /// The story with this id, or the one that the article with this id is in.
    pub fn story(&self, id: &str) -> Result<Option<Found>, Error> {
        let place: Option<i64> = self.ask(|t| {
            let place: Option<i64> = t
                .prepare_cached("SELECT place FROM placed WHERE name = ?1 AND step < ?2")?
                .query_row(params![id, self.steps], |row| row.get(0))
                .optional()?;
            let Some(place) = place else { return Ok(None) };
            let story: i64 = t
                .prepare_cached("SELECT story FROM placed WHERE place = ?1")?
                .query_row([place], |row| row.get(0))?;
            self.story_of(t, story).map(Some)
        })?;
        let Some(place) = place else { return Ok(None) };
        let last = self.members(place)?.last().map_or(0, |m| m.known_at);
        Ok(Some(Found { place, id: self.name(place)?, last: instant(last) }))
    }

    /// Tells a story as it stood.
    pub fn tell(&self, story: &Found) -> Result<ToldStory, Error> {
        told(self.packed(story)?, &self.outlets)
    }

    /// Tells stories as they stood, one after the other as they are wanted, several at once on all cores.
    pub fn tell_all<'v>(
        &'v self,
        stories: &'v [Found],
    ) -> impl Iterator<Item = Result<ToldStory, Error>> + 'v {
        tell_all(stories, |story| self.packed(story), &self.outlets)
    }

    /// The article with this id, or this state of it (`id-2`), as it was last seen: what was read, and where it came
    /// from. What carries no article is found by its id as well.
    pub fn article(&self, id: &str) -> Result<Option<Observation>, Error> {
        let found: Option<Packed> = self.ask(|t| {
            let packed = |row: &Row<'_>| {
                let (article, name) = (row.get(0)?, row.get(1)?);
                Ok(Packed { article, name, path: row.get(2)?, body: row.get(3)? })
            };
            let article = t
                .prepare_cached(
                    "SELECT article, name, path, body FROM placed JOIN observation USING (seq, article)
                       JOIN reading USING (seq)
                     WHERE name = ?1 AND placed.step < ?2",
                )?
                .query_row(params![id, self.steps], packed)
                .optional()?;
            if article.is_some() {
                return Ok(article);
            }
            t.prepare_cached(
                "SELECT article, article, path, body FROM observation JOIN reading USING (seq)
                 WHERE article = ?1 AND is_article = 0 ORDER BY seq DESC LIMIT 1",
            )?
            .query_row([id], packed)
            .optional()
        })?;
        found.as_ref().map(observation).transpose()
    }

    /// What an observation of an article says, under the name of the state that it is.
    pub(crate) fn observation(&self, seq: i64) -> Result<Option<Observation>, Error> {
        let packed = self.ask(|t| {
            t.prepare_cached(
                "SELECT article, name, path, body FROM placed JOIN observation USING (seq, article)
                   JOIN reading USING (seq)
                 WHERE seq = ?1 AND name IS NOT NULL AND placed.step < ?2",
            )?
            .query_row(params![seq, self.steps], |row| {
                let (article, name) = (row.get(0)?, row.get(1)?);
                Ok(Packed { article, name, path: row.get(2)?, body: row.get(3)? })
            })
            .optional()
        })?;
        packed.as_ref().map(observation).transpose()
    }

    pub(crate) fn ask<T>(
        &self,
        ask: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, Error> {
        ask(&self.transaction).map_err(|e| self.library.store.error(e))
    }

    /// The story that a story has become.
    pub(crate) fn story_of(&self, t: &Transaction<'_>, mut story: i64) -> rusqlite::Result<i64> {
        let mut kept = t.prepare_cached("SELECT kept FROM merged WHERE gone = ?1 AND step < ?2")?;
        while let Some(next) = kept.query_row(params![story, self.steps], |row| row.get(0)).optional()? {
            story = next;
        }
        Ok(story)
    }

    pub(crate) fn name(&self, place: i64) -> Result<String, Error> {
        let name = "SELECT name FROM placed WHERE place = ?1";
        self.ask(|t| t.prepare_cached(name)?.query_row([place], |row| row.get(0)))
    }

    /// The members of a story in order of the fold.
    pub(crate) fn members(&self, story: i64) -> Result<Vec<Logged>, Error> {
        self.ask(|t| {
            let mut gone = t.prepare_cached("SELECT gone FROM merged WHERE kept = ?1 AND step < ?2")?;
            let mut stories = vec![story];
            let mut looked = 0;
            while let Some(story) = stories.get(looked) {
                let rows = gone.query_map(params![story, self.steps], |row| row.get::<_, i64>(0))?;
                let rows: Vec<i64> = rows.collect::<Result<_, _>>()?;
                stories.extend(rows);
                looked += 1;
            }
            let mut placed = t.prepare_cached(
                "SELECT seq, place, known_at, article, name, family FROM placed WHERE story = ?1 AND step < ?2",
            )?;
            let mut family =
                t.prepare_cached("SELECT kept FROM family_merged WHERE gone = ?1 AND step < ?2")?;
            let mut members = Vec::new();
            for story in stories {
                let rows = placed.query_map(params![story, self.steps], |row| {
                    Ok(Logged {
                        seq: row.get(0)?,
                        place: row.get(1)?,
                        known_at: row.get(2)?,
                        article: row.get(3)?,
                        name: row.get(4)?,
                        family: row.get(5)?,
                    })
                })?;
                for member in rows {
                    members.push(member?);
                }
            }
            for member in &mut members {
                let own = member.family.unwrap_or(member.place);
                let mut first = own;
                while let Some(next) =
                    family.query_row(params![first, self.steps], |r| r.get(0)).optional()?
                {
                    first = next;
                }
                member.family = (first != member.place).then_some(first);
            }
            members.sort_by_key(|m| m.place);
            Ok(members)
        })
    }

    /// The outlets that were known.
    pub(crate) fn outlets(&self) -> &Outlets {
        &self.outlets
    }

    pub(crate) fn packed(&self, story: &Found) -> Result<(Vec<Logged>, Vec<Packed>), Error> {
        let members = self.members(story.place)?;
        let packed = self.ask(|t| packed(t, &members))?;
        Ok((members, packed))
    }
}

/// What members of a story say, as it is stored.
pub(crate) fn packed(t: &Transaction<'_>, members: &[Logged]) -> rusqlite::Result<Vec<Packed>> {
    let mut row =
        t.prepare_cached("SELECT path, body FROM observation JOIN reading USING (seq) WHERE seq = ?1")?;
    let packed = members.iter().map(|m| {
        let packed = |r: &Row<'_>| {
            let (article, name) = (m.article.clone(), m.name.clone());
            Ok(Packed { article, name, path: r.get(0)?, body: r.get(1)? })
        };
        row.query_row([m.seq], packed)
    });
    packed.collect()
}

/// Tells stories one after the other as they are wanted, several at once on all cores.
pub(crate) fn tell_all<'s>(
    stories: &'s [Found],
    packed: impl Fn(&Found) -> Result<(Vec<Logged>, Vec<Packed>), Error> + 's,
    outlets: &'s Outlets,
) -> impl Iterator<Item = Result<ToldStory, Error>> + 's {
    stories.chunks(TOLD).flat_map(move |some| {
        let packed: Vec<_> = some.iter().map(&packed).collect();
        packed.into_par_iter().map(|p| told(p?, outlets)).collect::<Vec<_>>()
    })
}

fn observation(packed: &Packed) -> Result<Observation, Error> {
    let reading = unpack_reading(&packed.body, || format!("the reading of article {}", packed.name))?;
    // A state is named by its article and its number.
    let number = packed.name.strip_prefix(&packed.article).and_then(|n| n.strip_prefix('-')?.parse().ok());
    Ok(Observation {
        state: number.unwrap_or(1),
        id: packed.name.clone(),
        path: packed.path.clone(),
        reading,
    })
}

fn told(packed: (Vec<Logged>, Vec<Packed>), outlets: &Outlets) -> Result<ToldStory, Error> {
    told_with(packed, |observations, placed| reportedly_story::tell(observations, placed, outlets))
}

/// A story told by whoever is given its articles and their places.
pub(crate) fn told_with(
    (members, packed): (Vec<Logged>, Vec<Packed>),
    tell: impl FnOnce(&[Observation], &[Placed]) -> Story,
) -> Result<ToldStory, Error> {
    let observations: Vec<Observation> = each(&packed, observation).into_iter().collect::<Result<_, _>>()?;
    let index: FxHashMap<i64, usize> = members.iter().enumerate().map(|(i, m)| (m.place, i)).collect();
    let placed: Vec<Placed> = members
        .iter()
        .enumerate()
        .map(|(i, m)| Placed {
            article: i,
            // Where only the day of adding is known, that is no date of the article.
            known_at: known_at(&observations[i].reading, false).map(|_| instant(m.known_at)),
            family: m.family.and_then(|f| index.get(&f).copied()),
        })
        .collect();
    let story = tell(&observations, &placed);
    Ok(ToldStory { story, observations })
}
