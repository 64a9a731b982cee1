//! Adding to a library.

use crate::{
    error::Error,
    folding::{Folded, Folding},
    insertion::{Insertion, Times},
    sight::{Row, Sight, microseconds},
    store::{DATABASE, Identity, Lock, Store, cannot_write, identity, make_folder},
};
use jiff::Timestamp;
use rayon::prelude::*;
use reportedly_story::Observation;
use rusqlite::Connection;
use rustc_hash::FxHashSet;
use std::{io, path::Path};

/// Sights that are stored in one go, which is what is lost at most when the power fails before it is acknowledged.
pub const BATCH: usize = 500;

/// New observations from which on they are folded before all are added, where they come in order: so the fold goes on
/// beside the reading of what comes next.
const WAITING: usize = BATCH;

/// The one that writes to a library.
#[derive(Debug)]
pub struct Writer {
    pub(crate) store: Store,
    pub(crate) folding: Folding,
    pub(crate) forgotten: FxHashSet<String>,
    /// New observations that are not folded, and from how many on it is looked whether they can be.
    waiting: usize,
    looked_from: usize,
    _lock: Lock,
}

/// What a writer had loaded of the fold when it ended, for the next one of the same process: of a large library it takes
/// seconds to load.
#[derive(Debug, Default)]
pub struct Warm(Option<(Mark, Folding)>);

/// The log that a loaded fold is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    which: Option<Identity>,
    steps: i64,
    cut: i64,
}

impl Mark {
    fn of(store: &Store) -> Result<Self, Error> {
        let log = "SELECT (SELECT coalesce(max(step) + 1, 0) FROM placed), (SELECT coalesce(max(number), 0) FROM cut)";
        let read = store.connection.query_row(log, [], |row| Ok((row.get(0)?, row.get(1)?)));
        let (steps, cut) = read.map_err(|e| store.error(e))?;
        Ok(Self { which: identity(&store.folder), steps, cut })
    }
}

/// What came of adding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Added {
    /// New observations.
    pub added: usize,
    /// Those that were there already.
    pub known: usize,
    /// Those of articles that were ordered forgotten, which are not taken again.
    pub forgotten: usize,
}

impl std::ops::AddAssign for Added {
    fn add_assign(&mut self, more: Self) {
        self.added += more.added;
        self.known += more.known;
        self.forgotten += more.forgotten;
    }
}

impl Writer {
    /// Opens a library for writing; makes it where there is none. What a killed run left unfolded is folded with the
    /// next [`Writer::fold`]. Errors: another process writes, the folder cannot be written to.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        make_folder(folder)?;
        let lock = Lock::take(folder)?;
        let store = Store::to_write(folder, &lock)?;
        let forgotten = forgotten(&store.connection).map_err(|e| store.error(e))?;
        Ok(Self {
            store,
            folding: Folding::default(),
            forgotten,
            waiting: 0,
            looked_from: WAITING,
            _lock: lock,
        })
    }

    /// Opens a library that is there for writing. Errors: as of [`Writer::open`], and where there is none.
    pub fn existing(folder: &Path) -> Result<Self, Error> {
        if !folder.join(DATABASE).is_file() {
            return Err(Error::Missing(folder.to_path_buf()));
        }
        Self::open(folder)
    }

    /// Takes over what an earlier writer had loaded, where nobody has changed the log since.
    pub fn warm_up(&mut self, warm: Warm) -> Result<(), Error> {
        if let Some((mark, folding)) = warm.0
            && Mark::of(&self.store)? == mark
        {
            self.folding = folding;
        }
        Ok(())
    }

    /// Ends, and leaves to the next writer what was loaded.
    pub fn leave(self) -> Result<Warm, Error> {
        let mark = Mark::of(&self.store)?;
        Ok(Warm(self.folding.leave(mark.steps).map(|folding| (mark, folding))))
    }

    /// The library's folder.
    pub fn folder(&self) -> &Path {
        &self.store.folder
    }

    /// Adds readings of which no page is at hand, [`BATCH`] at a time, and folds them.
    pub fn add_readings(&mut self, observations: Vec<Observation>) -> Result<Added, Error> {
        let added = self.take_readings(observations)?;
        self.fold()?;
        Ok(added)
    }

    /// Adds them and leaves the last [`Writer::fold`] to the caller, who has more.
    pub fn take_readings(&mut self, observations: Vec<Observation>) -> Result<Added, Error> {
        let mut added = Added::default();
        let mut observations = observations.into_iter();
        let mut next = || -> Vec<Observation> { observations.by_ref().take(BATCH).collect() };
        let folder = self.store.folder.clone();
        let mut ready = rows(next());
        loop {
            let store = ready.map_err(|e| cannot_write(&folder, e))?;
            if store.is_empty() {
                break;
            }
            let batch = next();
            // The next ones are made ready while these are stored.
            let (prepared, stored) = rayon::join(
                || rows(batch),
                || {
                    let (added, _) = self.add_rows(&store)?;
                    self.fold_in_order()?;
                    Ok(added)
                },
            );
            ready = prepared;
            added += stored?;
        }
        Ok(added)
    }

    /// Stores sights in one transaction: when this returns they are on disk, and none is before. They are part of
    /// answers after the next [`Writer::fold`].
    ///
    /// Says of each as well whether it is new.
    pub fn add_rows(&mut self, rows: &[Row]) -> Result<(Added, Vec<bool>), Error> {
        self.add_rows_at(rows, Timestamp::now())
    }

    /// The same where it is told when they are recorded.
    pub fn add_rows_at(&mut self, rows: &[Row], now: Timestamp) -> Result<(Added, Vec<bool>), Error> {
        let now = microseconds(now);
        let forgotten = &self.forgotten;
        let stored = (|| {
            let transaction = self.store.connection.transaction()?;
            let added = insert(&transaction, rows, forgotten, now)?;
            transaction.commit()?;
            Ok(added)
        })();
        let stored = stored.map_err(|e| self.store.error(e))?;
        self.waiting += stored.0.added;
        Ok(stored)
    }

    /// Folds what waits where that is much and all of it comes after what was folded, so that nothing has to be folded
    /// again; where something came late, it is better to wait for the rest.
    pub fn fold_in_order(&mut self) -> Result<(), Error> {
        if self.waiting < self.looked_from {
            return Ok(());
        }
        if Folding::waits_in_order(&self.store)? {
            self.waiting = 0;
            self.folding.go_on(&mut self.store)?;
        } else {
            self.looked_from *= 2;
        }
        Ok(())
    }

    /// Folds what was added: stories, copies and names are those of an orderly run afterwards.
    pub fn fold(&mut self) -> Result<Folded, Error> {
        self.waiting = 0;
        self.looked_from = WAITING;
        self.folding.bring_up_to_date(&mut self.store)
    }

    /// Makes everything that is folded again, from the observations alone.
    pub fn rebuild(&mut self) -> Result<Folded, Error> {
        self.folding.make_again(&mut self.store)
    }
}

/// Readings ready to be stored, made so on all cores.
fn rows(observations: Vec<Observation>) -> io::Result<Vec<Row>> {
    let row = |observation| {
        let sight = Sight { observation, page: None, told: None, headers: None, archive: None };
        Row::of(&sight, false)
    };
    observations.into_par_iter().map(row).collect()
}

fn forgotten(connection: &Connection) -> rusqlite::Result<FxHashSet<String>> {
    let mut all =
        connection.prepare("SELECT DISTINCT article FROM observation WHERE forgotten_at IS NOT NULL")?;
    let all = all.query_map([], |row| row.get(0))?;
    all.collect()
}

fn insert(
    connection: &Connection,
    rows: &[Row],
    forgotten: &FxHashSet<String>,
    now: i64,
) -> rusqlite::Result<(Added, Vec<bool>)> {
    let mut insertion = Insertion::prepare(connection)?;
    let mut added = Added::default();
    let mut all_new = Vec::with_capacity(rows.len());
    for row in rows {
        let new = if forgotten.contains(&row.article) {
            added.forgotten += 1;
            false
        } else {
            let times = Times {
                recorded_at: now,
                known_at: row.known_at.unwrap_or(now),
                known_strict: row.known_strict.unwrap_or(now),
            };
            let new = insertion.row(row, times)?;
            *(if new { &mut added.added } else { &mut added.known }) += 1;
            new
        };
        all_new.push(new);
    }
    Ok((added, all_new))
}
