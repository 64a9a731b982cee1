//! Searching a library, and keeping its index up to date.
//!
//! The index follows the log: what the log gained or lost stands in the table `unindexed` until the index has it.
//! The index is committed first and the table emptied after, each with the number of the commit, so that a run killed
//! between the two is seen and done again. An index that is missing, older or damaged, or whose number is neither,
//! is made again from the readings.

use crate::{
    error::Error,
    library::{Library, View},
    search::{
        Ask, Entry, Index, OpenError, Prepared, Query, SearchError, Snippet, Stories, highlights, snippet,
    },
    sight::instant,
    store::{INDEX, Store, cannot_write, set, setting},
    stored::unpack_reading,
    writer::Writer,
};
use jiff::Timestamp;
use rayon::prelude::*;
use reportedly_read::Reading;
use reportedly_story::Observation;
use reportedly_text::{Language, Span};
use rusqlite::{Connection, OptionalExtension, params};
use std::{cell::RefCell, io, path::PathBuf};
use tantivy::{TantivyError, directory::error::LockError};

/// Memory of the index's writer: larger makes fewer and larger segments, which search faster.
const MEMORY: usize = 128 << 20;
/// Articles that one commit of the index takes in: what is done again after a crash.
const COMMITTED: usize = 50_000;
/// The setting that holds the number of the index's last commit.
const COMMITS: &str = "indexed";
/// Articles that are read and made ready at a time.
const READ: usize = 500;

/// How far the index is being brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Indexed {
    /// Articles that were taken in or out.
    pub done: usize,
    /// Articles that were to be.
    pub of: usize,
    /// Why all of it is made again, where it is.
    pub again: Option<Again>,
    /// Articles whose reading is damaged: they are found by nothing.
    pub damaged: usize,
}

/// Why an index is made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// There was none.
    Missing,
    /// Another version made it.
    Other,
    /// It was damaged, or of another library.
    Damaged,
}

/// An article that was found.
#[derive(Clone, Debug)]
pub struct FoundArticle {
    /// It, with what it says.
    pub observation: Observation,
    /// When it was known.
    pub known_at: Timestamp,
    /// The id of its story.
    pub story: Option<String>,
    /// How many other articles of the story were found, at least.
    pub others: usize,
    /// Whether there may be more of them.
    pub uncounted: bool,
    /// How well it answers.
    pub score: f64,
    /// The stretch of its text that shows best what was asked for.
    pub snippet: Snippet,
    /// What was asked for in its title.
    pub title_hits: Vec<Span>,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// How many articles match.
    pub articles: usize,
    /// The best article of each story, best first.
    pub found: Vec<FoundArticle>,
    /// Whether there are stories after these.
    pub more: bool,
}

/// The index of a library, and how far behind it is.
#[derive(Clone, Debug)]
pub struct Searchable {
    index: Index,
    /// Articles that it does not yet know as they are.
    pub behind: usize,
}

fn folder(store: &Store) -> PathBuf {
    store.folder.join(INDEX)
}

fn index_error(store: &Store, error: &SearchError) -> Error {
    let folder = store.folder.clone();
    if let TantivyError::LockFailure(LockError::LockBusy, _) = &error.0 {
        return Error::Busy { folder, process: None };
    }
    let refused = error.io().map(|e| cannot_write(&folder, io::Error::new(e.kind(), e.to_string())));
    match refused {
        Some(refused @ (Error::ReadOnly { .. } | Error::Full(_))) => refused,
        _ => Error::Index { folder, why: error.why() },
    }
}

/// The number of the last commit that the log knows of.
pub(crate) fn commits(connection: &Connection) -> rusqlite::Result<i64> {
    Ok(setting(connection, COMMITS)?.unwrap_or(0))
}

fn count(store: &Store, query: &str) -> Result<usize, Error> {
    let count =
        store.connection.prepare_cached(query).and_then(|mut s| s.query_row([], |r| r.get::<_, i64>(0)));
    Ok(count.map_err(|e| store.error(e))? as usize)
}

const WAITING: &str = "SELECT count(*) FROM unindexed";
/// States of articles in the log, which is what the index has.
const HELD: &str = "SELECT coalesce(max(place) + 1, 0) FROM placed";

/// The index as it lies there, and by how many commits it is ahead of the log: none, or the one that a killed run
/// could not tell of.
fn open(store: &Store) -> Result<Result<(Index, i64), Again>, Error> {
    let index = match Index::open(&folder(store)) {
        Ok(index) => index,
        Err(OpenError::Unreadable(source)) => {
            return Err(Error::Unreadable { folder: folder(store), source });
        }
        Err(OpenError::Missing) => return Ok(Err(Again::Missing)),
        Err(OpenError::Other) => return Ok(Err(Again::Other)),
        Err(OpenError::Damaged(_)) => return Ok(Err(Again::Damaged)),
    };
    let Ok(stamp) = index.stamp() else { return Ok(Err(Again::Damaged)) };
    let ahead =
        stamp.state.parse::<i64>().unwrap_or(0) - commits(&store.connection).map_err(|e| store.error(e))?;
    Ok(if (0..=1).contains(&ahead) { Ok((index, ahead)) } else { Err(Again::Damaged) })
}

impl Writer {
    /// Brings the search index up to date with what was folded, telling now and then how far it is. One that is
    /// missing, older or damaged is made again.
    pub fn index(&mut self, mut tell: impl FnMut(Indexed)) -> Result<Indexed, Error> {
        let indexed = match self.index_further(&mut tell) {
            Ok(Ok(indexed)) => indexed,
            Ok(Err(again)) => self.index_anew(Some(again), &mut tell)?,
            // Some damage shows only where it is written to.
            Err(Error::Index { .. }) => self.index_anew(Some(Again::Damaged), &mut tell)?,
            Err(error) => return Err(error),
        };
        self.end_forgetting()?;
        Ok(indexed)
    }

    /// Makes the search index again, whatever it is like.
    pub fn index_again(&mut self, mut tell: impl FnMut(Indexed)) -> Result<Indexed, Error> {
        let indexed = self.index_anew(None, &mut tell)?;
        self.end_forgetting()?;
        Ok(indexed)
    }

    /// Takes everything out of the index that was removed from it, bytes and all, as a takedown asks for.
    pub fn purge_index(&mut self) -> Result<(), Error> {
        let Ok((index, _)) = open(&self.store)? else { return Ok(()) };
        match index.writer(MEMORY).and_then(|mut w| w.purge()).map_err(|e| index_error(&self.store, &e)) {
            // What was removed must not stay in what is damaged.
            Err(Error::Index { .. }) => self.index_anew(None, &mut |_| {}).map(|_| ()),
            purged => purged,
        }
    }

    /// Takes into the index that is there what it lacks.
    fn index_further(&mut self, tell: &mut impl FnMut(Indexed)) -> Result<Result<Indexed, Again>, Error> {
        let (index, ahead) = match open(&self.store)? {
            Ok(opened) => opened,
            Err(again) => return Ok(Err(again)),
        };
        let mut indexed = Indexed::default();
        self.take_in(&index, ahead > 0, &mut indexed, tell)?;
        let held = index.stamp().map_err(|e| index_error(&self.store, &e))?.count as usize;
        Ok(if held == count(&self.store, HELD)? { Ok(indexed) } else { Err(Again::Damaged) })
    }

    /// Makes the index from nothing.
    fn index_anew(&mut self, again: Option<Again>, tell: &mut impl FnMut(Indexed)) -> Result<Indexed, Error> {
        let mut indexed = Indexed { again, ..Indexed::default() };
        let index = self.empty_index()?;
        self.take_in(&index, false, &mut indexed, tell)?;
        Ok(indexed)
    }

    /// An empty index; all articles wait to be taken in.
    fn empty_index(&mut self) -> Result<Index, Error> {
        let marked = (|| {
            let transaction = self.store.connection.transaction()?;
            transaction.execute_batch(
                "DELETE FROM unindexed;
                 INSERT INTO unindexed (seq, held) SELECT seq, 0 FROM placed WHERE place IS NOT NULL;
                 DELETE FROM setting WHERE name = 'indexed';",
            )?;
            transaction.commit()
        })();
        marked.map_err(|e: rusqlite::Error| self.store.error(e))?;
        Index::create(&folder(&self.store)).map_err(|e| index_error(&self.store, &e))
    }

    /// Takes in what waits.
    fn take_in(
        &mut self,
        index: &Index,
        ahead: bool,
        indexed: &mut Indexed,
        tell: &mut impl FnMut(Indexed),
    ) -> Result<(), Error> {
        indexed.of = count(&self.store, WAITING)?;
        if indexed.of == 0 {
            return Ok(());
        }
        let mut commits = commits(&self.store.connection).map_err(|e| self.store.error(e))?;
        let mut writer = index.writer(MEMORY).map_err(|e| index_error(&self.store, &e))?;
        // What a killed run took in may be in already.
        let mut twice = ahead;
        loop {
            let waiting = waiting(&self.store)?;
            let Some(last) = waiting.last().map(|w| w.0) else { break };
            for some in waiting.chunks(READ) {
                let rows = rows(&self.store, some)?;
                let ready: Vec<(Prepared, bool)> = rows.into_par_iter().map(|r| r.ready()).collect();
                for (seq, held) in some {
                    if *held || twice {
                        writer.remove(*seq as u64).map_err(|e| index_error(&self.store, &e))?;
                    }
                }
                for (prepared, damaged) in ready {
                    indexed.damaged += usize::from(damaged);
                    writer.add_prepared(prepared).map_err(|e| index_error(&self.store, &e))?;
                }
                indexed.done += some.len();
                tell(*indexed);
            }
            commits += 1;
            writer.commit(&commits.to_string()).map_err(|e| index_error(&self.store, &e))?;
            let told = (|| {
                let transaction = self.store.connection.transaction()?;
                transaction.execute("DELETE FROM unindexed WHERE seq <= ?1", [last])?;
                set(&transaction, COMMITS, Some(commits))?;
                transaction.commit()
            })();
            told.map_err(|e: rusqlite::Error| self.store.error(e))?;
            twice = false;
        }
        writer.finish().map_err(|e| index_error(&self.store, &e))
    }
}

/// What waits next, and whether the index may have it.
fn waiting(store: &Store) -> Result<Vec<(i64, bool)>, Error> {
    let waiting: rusqlite::Result<_> = (|| {
        let mut waiting =
            store.connection.prepare_cached("SELECT seq, held FROM unindexed ORDER BY seq LIMIT ?1")?;
        let waiting = waiting.query_map([COMMITTED as i64], |row| Ok((row.get(0)?, row.get(1)?)))?;
        waiting.collect()
    })();
    waiting.map_err(|e| store.error(e))
}

/// An article that is to be taken in.
struct Waiting {
    seq: i64,
    name: String,
    known_at: i64,
    body: Vec<u8>,
}

impl Waiting {
    /// It made ready, and whether its reading is damaged.
    fn ready(&self) -> (Prepared, bool) {
        let reading = unpack_reading(&self.body, || self.name.clone());
        let damaged = reading.is_err();
        let reading: Reading = reading.unwrap_or_default();
        let entry = Entry {
            number: self.seq as u64,
            name: &self.name,
            known_at: instant(self.known_at),
            reading: &reading,
        };
        (Prepared::of(&entry), damaged)
    }
}

/// Those of some observations that are in the log.
fn rows(store: &Store, some: &[(i64, bool)]) -> Result<Vec<Waiting>, Error> {
    let rows = (|| {
        let mut row = store.connection.prepare_cached(
            "SELECT name, placed.known_at, body FROM placed JOIN reading USING (seq)
             WHERE seq = ?1 AND place IS NOT NULL",
        )?;
        let mut rows = Vec::with_capacity(some.len());
        for (seq, _) in some {
            let waiting = |row: &rusqlite::Row<'_>| {
                Ok(Waiting { seq: *seq, name: row.get(0)?, known_at: row.get(1)?, body: row.get(2)? })
            };
            rows.extend(row.query_row([seq], waiting).optional()?);
        }
        Ok(rows)
    })();
    rows.map_err(|e| store.error(e))
}

/// What is wrong with the index. That there is none, or that it is behind, is nothing wrong: the next search or `add`
/// sees to it.
pub(crate) fn faults(store: &Store) -> Result<Vec<String>, Error> {
    let index = match open(store)? {
        Ok((index, _)) => index,
        Err(Again::Missing | Again::Other) => return Ok(Vec::new()),
        Err(Again::Damaged) => {
            return Ok(vec!["the search index is damaged or of another library".to_owned()]);
        }
    };
    let damaged = index.damaged_files().map_err(|e| index_error(store, &e))?;
    let mut faults: Vec<String> =
        damaged.iter().map(|f| format!("the search index is damaged in {}", f.display())).collect();
    let stamp = index.stamp().map_err(|e| index_error(store, &e))?;
    let (waiting, held) = (count(store, WAITING)?, count(store, HELD)?);
    if waiting == 0 && stamp.count != held as u64 {
        faults.push(format!("the search index holds {} articles and should hold {held}", stamp.count));
    }
    Ok(faults)
}

impl Library {
    /// The index, to be searched. `None` where it has to be made again, which [`Writer::index`] does.
    pub fn searchable(&self) -> Result<Option<Searchable>, Error> {
        Ok(self.index()?.ok())
    }

    /// The same with why it has to be made again.
    pub fn index(&self) -> Result<Result<Searchable, Again>, Error> {
        Ok(match open(&self.store)? {
            Ok((index, _)) => Ok(Searchable { index, behind: count(&self.store, WAITING)? }),
            Err(again) => Err(again),
        })
    }
}

/// Stories as a view has them. What goes wrong is kept until somebody can be told.
struct Told<'v, 'l> {
    view: &'v View<'l>,
    failed: RefCell<Option<Error>>,
}

impl Told<'_, '_> {
    fn keep<T>(&self, result: Result<T, Error>) -> Option<T> {
        result.map_err(|e| *self.failed.borrow_mut() = Some(e)).ok()
    }
}

impl Stories for Told<'_, '_> {
    fn stories_of(&self, articles: &[u64]) -> Vec<Option<u64>> {
        let story =
            |seq: &u64| self.keep(self.view.story_of_observation(*seq as i64)).flatten().map(|s| s as u64);
        articles.iter().map(story).collect()
    }

    fn members(&self, story: &str) -> Vec<u64> {
        let members = self.keep(self.view.observations_of(story)).unwrap_or_default();
        members.into_iter().map(|seq| seq as u64).collect()
    }
}

impl View<'_> {
    /// Searches the library as it stood. `now` is the present, from which it is told how fresh an article is.
    pub fn search(&self, searchable: &Searchable, query: &Query, ask: &Ask) -> Result<Answer, Error> {
        let told = Told { view: self, failed: RefCell::default() };
        let found =
            searchable.index.search(query, ask, &told).map_err(|e| index_error(&self.library.store, &e))?;
        if let Some(failed) = told.failed.into_inner() {
            return Err(failed);
        }
        let mut answer = Answer { articles: found.articles, found: Vec::new(), more: found.more };
        for hit in found.hits {
            // What was forgotten since the index was committed.
            let Some(observation) = self.observation(hit.number as i64)? else { continue };
            let language = observation.reading.language.unwrap_or(Language::EN);
            let title = observation.reading.title.as_deref().unwrap_or_default();
            answer.found.push(FoundArticle {
                known_at: hit.known_at,
                story: hit.story.map(|s| self.name(s as i64)).transpose()?,
                others: hit.others,
                uncounted: hit.uncounted,
                score: hit.score,
                snippet: snippet(query, &observation.reading.text, language),
                title_hits: highlights(query, title, language),
                observation,
            });
        }
        Ok(answer)
    }

    /// Those of some observations that a query finds.
    pub(crate) fn found_among(
        &self,
        searchable: &Searchable,
        query: &Query,
        among: &[u64],
    ) -> Result<Vec<u64>, Error> {
        let told = Told { view: self, failed: RefCell::default() };
        let found =
            searchable.index.among(query, among, &told).map_err(|e| index_error(&self.library.store, &e))?;
        told.failed.into_inner().map_or(Ok(found), Err)
    }

    fn story_of_observation(&self, seq: i64) -> Result<Option<i64>, Error> {
        self.ask(|t| {
            let story = t.prepare_cached("SELECT story FROM placed WHERE seq = ?1 AND step < ?2")?;
            let mut story = story;
            let story: Option<Option<i64>> =
                story.query_row(params![seq, self.steps], |row| row.get(0)).optional()?;
            story.flatten().map(|s| self.story_of(t, s)).transpose()
        })
    }

    fn observations_of(&self, story: &str) -> Result<Vec<i64>, Error> {
        let Some(story) = self.story(story)? else { return Ok(Vec::new()) };
        Ok(self.members(story.place)?.into_iter().map(|m| m.seq).collect())
    }
}
