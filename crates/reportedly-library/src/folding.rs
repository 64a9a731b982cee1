//! The fold over a library's observations: its log, its checkpoints, and what a late arrival undoes.
//!
//! The log always holds the fold of the first observations in the order of the fold, as far as it goes: what was
//! added since and comes later in that order is waiting; what was added since and comes earlier is late, and the log
//! is cut back to it before anything else. So a run that was killed at any moment is gone on with where it stopped.

use crate::{
    checkpoints::{self, AT_THE_END, ON_THE_WAY, Spacing},
    error::{Error, REBUILD},
    gists,
    sight::{features_of, turn_of},
    store::{self, Store, set, setting},
};
use rayon::prelude::*;
use reportedly_story::{Cache, FOLD_VERSION as VERSION, Features, Fold, Merge, Past, Step};
use rusqlite::{Connection, OptionalExtension, Statement, TransactionBehavior, params};
use rustc_hash::FxHashSet;
use std::{path::Path, sync::Arc};

/// Steps that are taken in one transaction: what readers see grows by so much at a time, and so much is taken again
/// after a crash.
const STEPS: usize = 20_000;
/// Observations whose features are fetched at a time.
const FETCHED: usize = 1_000;
/// Cuts of the log that are remembered.
const CUTS: i64 = 1_000;
/// Features that are held, some 3 KB each, up to twice as many.
pub(crate) const HELD: usize = 20_000;

/// The fold as far as it has been loaded.
#[derive(Default)]
pub(crate) struct Folding {
    state: Option<State>,
}

impl std::fmt::Debug for Folding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Folding").field("steps", &self.state.as_ref().map(|s| s.steps)).finish()
    }
}

struct State {
    fold: Fold,
    cache: Cache,
    /// Steps taken.
    steps: i64,
}

/// What came of folding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Folded {
    /// Steps that were taken.
    pub steps: usize,
    /// How many of them had been taken before, and were undone by what came late.
    pub again: usize,
}

/// The place of an observation in the order of the fold, but for ties, which are settled by content.
type Key = (i64, String);

/// Before every observation.
fn before_all() -> Key {
    (i64::MIN, String::new())
}

/// An observation that is to be folded.
struct Next {
    seq: i64,
    key: Key,
    first_seen: Option<i64>,
    content: i64,
    outlet: Option<String>,
    features: Arc<Features>,
}

/// The features of what was folded, from the database and the latest ones from memory.
pub(crate) struct OnDisk<'f, F> {
    pub connection: &'f Connection,
    pub cache: &'f mut Cache,
    /// The observation at a place.
    pub seq: F,
}

impl<F: Fn(u32) -> Result<i64, Error>> Past for OnDisk<'_, F> {
    type Error = Error;

    fn features(&mut self, place: u32) -> Result<Arc<Features>, Error> {
        if let Some(held) = self.cache.get(place) {
            return Ok(held);
        }
        let features = Arc::new(features(self.connection, (self.seq)(place)?)?);
        self.cache.put(place, Arc::clone(&features));
        Ok(features)
    }
}

/// The features of what is in the log.
fn logged<'f>(
    connection: &'f Connection,
    cache: &'f mut Cache,
) -> OnDisk<'f, impl Fn(u32) -> Result<i64, Error>> {
    let seq = move |place| {
        connection
            .prepare_cached("SELECT seq FROM placed WHERE place = ?1")
            .and_then(|mut s| s.query_row([place], |row| row.get(0)))
            .map_err(lost)
    };
    OnDisk { connection, cache, seq }
}

/// What SQLite said of the log while it was read.
#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn lost(source: rusqlite::Error) -> Error {
    Error::Damaged { what: "the log of stories".to_owned(), why: source.to_string(), cure: REBUILD }
}

/// The features of an observation as they are stored; `None` where they are missing, of another version or damaged.
fn stored_features(connection: &Connection, seq: i64) -> rusqlite::Result<Option<Features>> {
    let stored: Option<Vec<u8>> = connection
        .prepare_cached("SELECT body FROM features WHERE seq = ?1")?
        .query_row([seq], |row| row.get(0))
        .optional()?;
    Ok(stored.and_then(|bytes| Features::from_bytes(&bytes).ok()))
}

/// The features of an observation, made again from its reading where they have to be.
pub(crate) fn features(connection: &Connection, seq: i64) -> Result<Features, Error> {
    if let Some(features) = stored_features(connection, seq).map_err(lost)? {
        return Ok(features);
    }
    let (article, body): (String, Vec<u8>) = connection
        .prepare_cached("SELECT article, body FROM observation JOIN reading USING (seq) WHERE seq = ?1")
        .and_then(|mut s| s.query_row([seq], |row| Ok((row.get(0)?, row.get(1)?))))
        .map_err(lost)?;
    features_of(&body, || format!("the reading of article {article} (observation {seq})"))
}

impl Folding {
    /// Folds all that was added. Afterwards the log is that of an orderly run over everything.
    pub(crate) fn bring_up_to_date(&mut self, store: &mut Store) -> Result<Folded, Error> {
        let folded = self.fold(store, false)?;
        gists::complete(store)?;
        self.keep(store, AT_THE_END)?;
        Ok(folded)
    }

    /// The same on the way, with more to come.
    pub(crate) fn go_on(&mut self, store: &mut Store) -> Result<Folded, Error> {
        self.fold(store, false)
    }

    /// Folds everything once more, from features made once more.
    pub(crate) fn make_again(&mut self, store: &mut Store) -> Result<Folded, Error> {
        self.state = None;
        let folded = self.fold(store, true)?;
        gists::complete(store)?;
        self.keep(store, AT_THE_END)?;
        Ok(folded)
    }

    fn keep(&self, store: &Store, spacing: Spacing) -> Result<(), Error> {
        let Some(state) = &self.state else { return Ok(()) };
        let transaction = store.connection.unchecked_transaction().map_err(|e| store.error(e))?;
        checkpoints::keep(&transaction, &store.folder, &state.fold, state.steps, spacing)?;
        transaction.commit().and_then(|()| checkpoints::sweep(store)).map_err(|e| store.error(e))
    }

    /// Takes all steps that wait. Those that come after what was folded are seen some [`STEPS`] at a time; what was undone
    /// is done again before anybody sees it, so that no reader misses what had been there.
    fn fold(&mut self, store: &mut Store, mut again: bool) -> Result<Folded, Error> {
        let mut folded = Folded::default();
        again |= decided_otherwise(&store.connection).map_err(|e| store.error(e))?;
        loop {
            let mut state = self.state.take();
            let folder = store.folder.clone();
            let database = |e| store::database(&folder, e);
            let transaction = store
                .connection
                .transaction_with_behavior(TransactionBehavior::Immediate)
                .map_err(database)?;
            let (mut undone, mut made) = (0, Vec::new());
            if std::mem::take(&mut again) {
                undone += clear(&transaction).map_err(database)?;
            }
            note_version(&transaction).map_err(database)?;
            undone += cut_back(&transaction).map_err(database)?;
            if undone > 0 {
                state = None;
                folded.again += undone;
            }
            let mut waits = anything_waits(&transaction).map_err(database)?;
            while waits {
                let state = match &mut state {
                    Some(state) => state,
                    none => {
                        let resumed = resume(&transaction, &folder)?;
                        // What came late once will do so again, and then finds a state here to go on from.
                        let fold = &resumed.fold;
                        made.extend(checkpoints::keep(
                            &transaction,
                            &folder,
                            fold,
                            resumed.steps,
                            AT_THE_END,
                        )?);
                        none.insert(resumed)
                    }
                };
                folded.steps += state.take_steps(&transaction, &folder)?;
                waits = anything_waits(&transaction).map_err(database)?;
                if undone == 0 {
                    break;
                }
                made.extend(checkpoints::keep(&transaction, &folder, &state.fold, state.steps, ON_THE_WAY)?);
                checkpoints::let_go(&transaction, &folder, &mut made).map_err(database)?;
            }
            transaction.commit().map_err(database)?;
            self.state = state;
            self.keep(store, ON_THE_WAY)?;
            if !waits {
                return Ok(folded);
            }
        }
    }

    /// Lets the loaded state go: the log was changed beside it.
    pub(crate) fn forget(&mut self) {
        self.state = None;
    }

    /// What of it another may go on with, where it is that of a log of so many steps.
    pub(crate) fn leave(self, steps: i64) -> Option<Self> {
        let state = self.state.filter(|state| state.steps == steps)?;
        Some(Self { state: Some(State { cache: Cache::new(HELD), ..state }) })
    }

    /// Whether none of what waits is late.
    pub(crate) fn waits_in_order(store: &Store) -> Result<bool, Error> {
        (|| {
            let (first, last) = (first_new(&store.connection)?, last(&store.connection)?);
            Ok(first.is_none_or(|first| last.is_none_or(|last| first > last)))
        })()
        .map_err(|e| store.error(e))
    }
}

/// The newest observation that was taken into account.
fn folded_up_to(connection: &Connection) -> rusqlite::Result<i64> {
    Ok(setting(connection, "folded")?.unwrap_or(0))
}

/// Whether the log is of a fold that decides otherwise than this one. The first that there was left no note.
fn decided_otherwise(connection: &Connection) -> rusqlite::Result<bool> {
    Ok(setting(connection, "fold")? != Some(VERSION.into()) && last(connection)?.is_some())
}

fn note_version(connection: &Connection) -> rusqlite::Result<()> {
    if setting(connection, "fold")? != Some(VERSION.into()) {
        set(connection, "fold", Some(VERSION.into()))?;
    }
    Ok(())
}

/// The first in order among those added since.
fn first_new(connection: &Connection) -> rusqlite::Result<Option<Key>> {
    // By their number: those added since are few, those of the order many.
    connection
        .prepare_cached(
            "SELECT known_at, article FROM observation NOT INDEXED
             WHERE seq > ?1 AND is_article = 1 AND forgotten_at IS NULL ORDER BY known_at, article LIMIT 1",
        )?
        .query_row([folded_up_to(connection)?], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

/// The last in the log.
fn last(connection: &Connection) -> rusqlite::Result<Option<Key>> {
    connection
        .prepare_cached("SELECT known_at, article FROM placed ORDER BY step DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

/// How many steps the log has.
pub(crate) fn steps(connection: &Connection) -> rusqlite::Result<i64> {
    connection
        .prepare_cached("SELECT coalesce(max(step) + 1, 0) FROM placed")?
        .query_row([], |row| row.get(0))
}

/// How many stories there are at the end of the log.
fn stories(connection: &Connection) -> rusqlite::Result<i64> {
    let stories = "SELECT stories FROM placed ORDER BY step DESC LIMIT 1";
    Ok(connection.prepare_cached(stories)?.query_row([], |row| row.get(0)).optional()?.unwrap_or(0))
}

/// Cuts the log back to before whatever came late, and takes all that there is into account. Gives how many steps
/// were undone.
fn cut_back(connection: &Connection) -> rusqlite::Result<usize> {
    let newest: i64 =
        connection.query_row("SELECT coalesce(max(seq), 0) FROM observation", [], |row| row.get(0))?;
    if newest == folded_up_to(connection)? {
        return Ok(0);
    }
    let mut undone = 0;
    if let (Some(first), Some(last)) = (first_new(connection)?, last(connection)?)
        && first <= last
    {
        undone = cut_from(connection, &first)?;
    }
    set(connection, "folded", Some(newest))?;
    Ok(undone)
}

/// Lets all that was folded go, what it was folded from as well. Gives how many steps there were.
fn clear(connection: &Connection) -> rusqlite::Result<usize> {
    for table in ["merged", "family_merged", "outlet", "checkpoint", "features", "gist"] {
        connection.execute(&format!("DELETE FROM {table}"), [])?;
    }
    gists::forget(connection)?;
    note_cut(connection, 0)?;
    connection.execute("DELETE FROM placed", [])
}

/// Notes that the log was cut back to before this step.
fn note_cut(connection: &Connection, step: i64) -> rusqlite::Result<()> {
    connection.execute("INSERT INTO cut (step) VALUES (?1)", [step])?;
    let known = connection.last_insert_rowid() - CUTS;
    connection.execute("DELETE FROM cut WHERE number <= ?1", [known]).map(|_| ())
}

/// Folds everything once more in memory and says where the log differs, if it does.
pub(crate) fn compare(store: &Store) -> Result<Option<String>, Error> {
    let connection = &store.connection;
    let transaction = connection.unchecked_transaction().map_err(|e| store.error(e))?;
    let mut fold = Fold::new();
    let mut cache = Cache::new(HELD);
    let mut taken = 0;
    let mut key = before_all();
    loop {
        let group = waiting(&transaction, &key).map_err(|e| store.error(e))?;
        let Some(end) = group.last() else { break };
        key = end.1.clone();
        for next in with_features(&transaction, group, false, &|e| store.error(e))? {
            let step = fold.add(&next.key.1, &next.features, &mut logged(&transaction, &mut cache))?;
            let said = Said::of(&step);
            let logged = Said::logged(&transaction, taken, next.seq).map_err(lost)?;
            if logged.as_ref() != Some(&said) {
                return Ok(Some(format!(
                    "step {taken} of the log of stories (article {}) is not what folding gives",
                    next.key.1
                )));
            }
            if !step.again {
                cache.put(step.place, next.features);
            }
            taken += 1;
        }
    }
    if steps(&transaction).map_err(lost)? != taken {
        return Ok(Some("the log of stories goes on where there are no more observations".to_owned()));
    }
    Ok(None)
}

/// Takes the steps from this key on back. Gives how many there were.
pub(crate) fn cut_from(connection: &Connection, key: &Key) -> rusqlite::Result<usize> {
    let step: Option<i64> = connection
        .query_row(
            "SELECT step FROM placed WHERE known_at >= ?1 AND (known_at > ?1 OR article >= ?2)
             ORDER BY known_at, step LIMIT 1",
            params![key.0, key.1],
            |row| row.get(0),
        )
        .optional()?;
    let Some(step) = step else { return Ok(0) };
    for (table, column) in [("merged", "step"), ("family_merged", "step"), ("outlet", "step")] {
        connection.execute(&format!("DELETE FROM {table} WHERE {column} >= ?1"), [step])?;
    }
    connection.execute("DELETE FROM checkpoint WHERE steps > ?1", [step])?;
    note_cut(connection, step)?;
    connection.execute("DELETE FROM placed WHERE step >= ?1", [step])
}

/// An observation that waits, without its features.
type Waiting = (i64, Key, Option<i64>, i64, Option<String>);

/// The observations after a key, some [`FETCHED`] of them: those of one key are not parted. Of one key they are in no
/// particular order.
fn waiting(connection: &Connection, after: &Key) -> rusqlite::Result<Vec<Waiting>> {
    let mut rows = connection.prepare_cached(
        "SELECT seq, known_at, article, first_seen, content, outlet FROM observation
         WHERE is_article = 1 AND forgotten_at IS NULL AND (known_at, article) > (?1, ?2)
         ORDER BY known_at, article",
    )?;
    let mut rows = rows.query(params![after.0, after.1])?;
    let mut waiting: Vec<Waiting> = Vec::with_capacity(FETCHED);
    while let Some(row) = rows.next()? {
        let next: Waiting = (row.get(0)?, (row.get(1)?, row.get(2)?), row.get(3)?, row.get(4)?, row.get(5)?);
        if waiting.len() >= FETCHED && waiting.last().is_some_and(|l| l.1 != next.1) {
            break;
        }
        waiting.push(next);
    }
    Ok(waiting)
}

fn anything_waits(connection: &Connection) -> rusqlite::Result<bool> {
    let (known_at, article) = last(connection)?.unwrap_or_else(before_all);
    connection
        .prepare_cached(
            "SELECT 1 FROM observation
             WHERE is_article = 1 AND forgotten_at IS NULL AND (known_at, article) > (?1, ?2) LIMIT 1",
        )?
        .exists(params![known_at, article])
}

/// The state at the end of the log: the newest checkpoint, and from there on the log's steps once more.
fn resume(connection: &Connection, folder: &Path) -> Result<State, Error> {
    let (mut fold, mut taken) = checkpoints::newest(connection, folder)?;
    let mut cache = Cache::new(HELD);
    let end = steps(connection).map_err(lost)?;
    while taken < end {
        let rows = (|| {
            let mut rows = connection.prepare_cached(
                "SELECT seq, article, place FROM placed WHERE step >= ?1 ORDER BY step LIMIT ?2",
            )?;
            let rows =
                rows.query_map(params![taken, FETCHED as i64], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?;
            rows.collect::<rusqlite::Result<Vec<(i64, String, Option<u32>)>>>()
        })()
        .map_err(lost)?;
        if rows.is_empty() {
            return Err(unlike("steps are missing"));
        }
        for (seq, article, place) in rows {
            let features = Arc::new(features(connection, seq)?);
            let step = fold.add(&article, &features, &mut logged(connection, &mut cache))?;
            if place != (!step.again).then_some(step.place) {
                return Err(unlike("a step taken again ends elsewhere"));
            }
            if !step.again {
                cache.put(step.place, features);
            }
            taken += 1;
        }
    }
    Ok(State { fold, cache, steps: taken })
}

fn unlike(why: &str) -> Error {
    Error::Damaged { what: "the log of stories".to_owned(), why: why.to_owned(), cure: REBUILD }
}

impl State {
    /// Takes some [`STEPS`] steps more.
    fn take_steps(&mut self, connection: &Connection, folder: &Path) -> Result<usize, Error> {
        let database = |e| store::database(folder, e);
        let mut key = last(connection).map_err(database)?.unwrap_or_else(before_all);
        let mut log = Log::new(connection).map_err(database)?;
        let mut taken = 0;
        while taken < STEPS {
            let group = waiting(connection, &key).map_err(database)?;
            let Some(end) = group.last() else { break };
            key = end.1.clone();
            for next in with_features(connection, group, true, &database)? {
                let step =
                    self.fold.add(&next.key.1, &next.features, &mut logged(connection, &mut self.cache))?;
                log.write(self.steps, &next, &step).map_err(database)?;
                if !step.again {
                    self.cache.put(step.place, next.features);
                }
                self.steps += 1;
                taken += 1;
            }
        }
        Ok(taken)
    }
}

/// Fetches the features of observations and puts them in their turn. Those that have to be made again are made on all
/// cores, and stored where `store` says so.
fn with_features(
    connection: &Connection,
    waiting: Vec<Waiting>,
    store: bool,
    database: &impl Fn(rusqlite::Error) -> Error,
) -> Result<Vec<Next>, Error> {
    enum Stored {
        Features(Features),
        Reading(Vec<u8>),
    }
    let mut stored = Vec::with_capacity(waiting.len());
    for next in waiting {
        let found = match stored_features(connection, next.0).map_err(database)? {
            Some(features) => Stored::Features(features),
            None => Stored::Reading(
                connection
                    .prepare_cached("SELECT body FROM reading WHERE seq = ?1")
                    .and_then(|mut s| s.query_row([next.0], |row| row.get(0)).optional())
                    .map_err(database)?
                    .unwrap_or_default(),
            ),
        };
        stored.push((next, found));
    }
    let made = stored.into_par_iter().map(|((seq, key, first_seen, content, outlet), found)| {
        let (features, new) = match found {
            Stored::Features(features) => (features, false),
            Stored::Reading(body) => (
                features_of(&body, || format!("the reading of article {} (observation {seq})", key.1))?,
                true,
            ),
        };
        Ok((Next { seq, key, first_seen, content, outlet, features: Arc::new(features) }, new))
    });
    let made: Vec<(Next, bool)> = made.collect::<Result<_, Error>>()?;
    let mut all = Vec::with_capacity(made.len());
    for (next, new) in made {
        if new && store {
            connection
                .prepare_cached("INSERT OR REPLACE INTO features (seq, body) VALUES (?1, ?2)")
                .and_then(|mut s| s.execute(params![next.seq, next.features.to_bytes()]))
                .map_err(database)?;
        }
        all.push(next);
    }
    all.sort_by(|a, b| a.turn().cmp(&b.turn()));
    Ok(all)
}

impl Next {
    /// Its turn among those of its key.
    fn turn(&self) -> impl Ord + use<'_> {
        turn_of(self.key.0, &self.key.1, self.first_seen, self.content)
    }
}

/// What the log says of a step.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    place: Option<u32>,
    name: Option<String>,
    story: Option<u32>,
    family: Option<u32>,
    merged: Vec<(u32, u32)>,
    families_merged: Vec<(u32, u32)>,
}

impl Said {
    fn of(step: &Step) -> Self {
        let new = !step.again;
        let pairs = |merges: &[Merge]| {
            let mut pairs: Vec<(u32, u32)> =
                merges.iter().filter(|_| new).map(|m| (m.from, m.into)).collect();
            pairs.sort_unstable();
            pairs
        };
        Self {
            place: new.then_some(step.place),
            name: new.then(|| step.name.clone()),
            story: new.then_some(step.story),
            family: step.family.filter(|_| new),
            merged: pairs(&step.merges),
            families_merged: pairs(&step.families_merged),
        }
    }

    /// What was said of the step with this number, if it was that observation's.
    fn logged(connection: &Connection, step: i64, seq: i64) -> rusqlite::Result<Option<Self>> {
        let pairs = |table: &str| -> rusqlite::Result<Vec<(u32, u32)>> {
            let sql = format!("SELECT gone, kept FROM {table} WHERE step = ?1 ORDER BY gone, kept");
            let mut pairs = connection.prepare_cached(&sql)?;
            let pairs = pairs.query_map([step], |row| Ok((row.get(0)?, row.get(1)?)))?;
            pairs.collect()
        };
        let (merged, families_merged) = (pairs("merged")?, pairs("family_merged")?);
        connection
            .prepare_cached("SELECT place, name, story, family FROM placed WHERE step = ?1 AND seq = ?2")?
            .query_row([step, seq], |row| {
                Ok(Self {
                    place: row.get(0)?,
                    name: row.get(1)?,
                    story: row.get(2)?,
                    family: row.get(3)?,
                    merged,
                    families_merged,
                })
            })
            .optional()
    }
}

/// The log that is written.
struct Log<'c> {
    placed: Statement<'c>,
    merged: Statement<'c>,
    family_merged: Statement<'c>,
    outlet: Statement<'c>,
    outlets: FxHashSet<String>,
    stories: i64,
}

impl<'c> Log<'c> {
    fn new(connection: &'c Connection) -> rusqlite::Result<Self> {
        let outlets = connection
            .prepare("SELECT name FROM outlet")?
            .query_map([], |r| r.get(0))?
            .collect::<Result<_, _>>()?;
        Ok(Self {
            placed: connection.prepare(
                "INSERT INTO placed (step, seq, known_at, article, place, name, story, family, stories)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?,
            merged: connection.prepare("INSERT INTO merged (gone, kept, step) VALUES (?1, ?2, ?3)")?,
            family_merged: connection
                .prepare("INSERT INTO family_merged (gone, kept, step) VALUES (?1, ?2, ?3)")?,
            outlet: connection.prepare("INSERT INTO outlet (name, step) VALUES (?1, ?2)")?,
            outlets,
            stories: stories(connection)?,
        })
    }

    fn write(&mut self, step: i64, next: &Next, taken: &Step) -> rusqlite::Result<()> {
        let new = !taken.again;
        if new {
            self.stories += i64::from(taken.story == taken.place) - taken.merges.len() as i64;
        }
        self.placed.execute(params![
            step,
            next.seq,
            next.key.0,
            next.key.1,
            new.then_some(taken.place),
            new.then_some(&taken.name),
            new.then_some(taken.story),
            taken.family.filter(|_| new),
            self.stories,
        ])?;
        if !new {
            return Ok(());
        }
        for merge in &taken.merges {
            self.merged.execute(params![merge.from, merge.into, step])?;
        }
        for merge in &taken.families_merged {
            self.family_merged.execute(params![merge.from, merge.into, step])?;
        }
        if let Some(outlet) = &next.outlet
            && !self.outlets.contains(outlet)
        {
            self.outlet.execute(params![outlet, step])?;
            self.outlets.insert(outlet.clone());
        }
        Ok(())
    }
}
