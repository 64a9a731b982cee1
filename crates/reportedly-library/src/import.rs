//! Observations from another library: as they were recorded there, and part of this one's stories.

use crate::{
    error::Error,
    export::Kept,
    insertion::{Insertion, Times},
    sight::{Row, Sight, Told, microseconds},
    stored::{Hash, hash},
    writer::Writer,
};
use reportedly_story::Observation;
use rusqlite::{Connection, params};
use rustc_hash::FxHashSet;

/// Which observation is meant, in the words of the index that says that there is only one: by its article, the page's
/// hash and when it was first seen.
const THE_SAME: &str = "article = ?1 AND page_hash = ?2
    AND coalesce(first_seen, -9223372036854775808) = coalesce(?3, -9223372036854775808)";

/// An observation of another library, ready to be stored: everything that takes time is done, on whatever thread.
#[derive(Debug)]
pub struct Imported {
    row: Content,
    times: Times,
}

#[derive(Debug)]
enum Content {
    Observation(Box<Row>),
    Tombstone(Tombstone),
}

#[derive(Debug)]
struct Tombstone {
    article: String,
    sight: Hash,
    page_hash: Hash,
    kind: &'static str,
    is_article: bool,
    first_seen: Option<i64>,
    forgotten_at: i64,
}

impl Imported {
    /// Makes an observation ready. Errors say what of it cannot be.
    pub fn of(mut kept: Kept) -> Result<Self, String> {
        let page = kept.page.take();
        if page.as_ref().is_some_and(|page| hash(page) != kept.page_hash) {
            return Err("the page is not the one that \"page_hash\" names".to_owned());
        }
        let times = Times {
            recorded_at: microseconds(kept.recorded_at),
            known_at: microseconds(kept.known_at),
            known_strict: microseconds(kept.known_strict),
        };
        let row = match (kept.reading, kept.forgotten_at) {
            (None, None) => {
                return Err("there is neither a reading nor word that it was forgotten".to_owned());
            }
            (Some(_), Some(_)) => return Err("it was forgotten, and has a reading all the same".to_owned()),
            (None, Some(forgotten_at)) => Content::Tombstone(Tombstone {
                article: kept.article,
                sight: kept.sight,
                page_hash: kept.page_hash,
                kind: kept.kind.word(),
                is_article: kept.kind.is_article(),
                first_seen: kept.first_seen.map(microseconds),
                forgotten_at: microseconds(forgotten_at),
            }),
            (Some(reading), None) => {
                let sight = Sight {
                    observation: Observation { id: kept.article, state: 1, path: kept.path, reading },
                    page: page.as_deref(),
                    told: Some(Told { page: kept.page_hash, all: kept.sight }),
                    headers: kept.headers,
                    archive: kept.archive,
                };
                let row = Row::of(&sight, true).map_err(|e| format!("it cannot be packed: {e}"))?;
                Content::Observation(Box::new(row))
            }
        };
        Ok(Self { row, times })
    }

    /// Bytes that it takes.
    pub fn size(&self) -> usize {
        match &self.row {
            Content::Observation(row) => row.size(),
            Content::Tombstone(_) => 0,
        }
    }
}

/// What came of importing observations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imports {
    /// New observations.
    pub added: usize,
    /// Those that were there already.
    pub known: usize,
    /// Those among these whose page was not there.
    pub pages: usize,
    /// Those of articles that were ordered forgotten here, which are not taken again.
    pub forgotten: usize,
    /// New tombstones of what was forgotten there.
    pub tombstones: usize,
    /// Observations that were forgotten there, and are kept here.
    pub kept: usize,
}

impl std::ops::AddAssign for Imports {
    fn add_assign(&mut self, more: Self) {
        self.added += more.added;
        self.known += more.known;
        self.pages += more.pages;
        self.forgotten += more.forgotten;
        self.tombstones += more.tombstones;
        self.kept += more.kept;
    }
}

impl Writer {
    /// Stores observations of another library in one transaction: when this returns they are on disk, and none is
    /// before. They are part of answers after the next [`Writer::fold`].
    ///
    /// A tombstone keeps its article from being added; it takes nothing away that is here.
    pub fn import(&mut self, all: &[Imported]) -> Result<Imports, Error> {
        let stored = (|| {
            let transaction = self.store.connection.transaction()?;
            let mut forgotten = Vec::new();
            let imports = insert(&transaction, all, &self.forgotten, &mut forgotten)?;
            transaction.commit()?;
            Ok((imports, forgotten))
        })();
        let (imports, forgotten) = stored.map_err(|e| self.store.error(e))?;
        self.forgotten.extend(forgotten);
        Ok(imports)
    }
}

fn insert(
    connection: &Connection,
    all: &[Imported],
    forgotten: &FxHashSet<String>,
    newly: &mut Vec<String>,
) -> rusqlite::Result<Imports> {
    let mut insertion = Insertion::prepare(connection)?;
    let mut there = connection
        .prepare_cached(&format!("SELECT forgotten_at IS NULL FROM observation WHERE {THE_SAME}"))?;
    let mut tombstone = connection.prepare_cached(
        "INSERT INTO observation (article, sight, kind, first_seen, recorded_at, known_at, known_strict, is_article,
           content, page_hash, page_kept, forgotten_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, ?9, 0, ?10)",
    )?;
    let mut keep = connection.prepare_cached(&format!(
        "UPDATE observation SET page_kept = 1 WHERE {THE_SAME} AND page_kept = 0 AND forgotten_at IS NULL"
    ))?;
    let mut imports = Imports::default();
    for Imported { row, times } in all {
        let mut lives = |article: &str, page_hash: &Hash, first_seen: Option<i64>| {
            let mut rows = there.query(params![article, page_hash, first_seen])?;
            rows.next()?.map(|row| row.get::<_, bool>(0)).transpose()
        };
        match row {
            Content::Tombstone(t) => match lives(&t.article, &t.page_hash, t.first_seen)? {
                Some(true) => imports.kept += 1,
                Some(false) => imports.known += 1,
                None => {
                    tombstone.execute(params![
                        t.article,
                        t.sight,
                        t.kind,
                        t.first_seen,
                        times.recorded_at,
                        times.known_at,
                        times.known_strict,
                        t.is_article,
                        t.page_hash,
                        t.forgotten_at,
                    ])?;
                    imports.tombstones += 1;
                    newly.push(t.article.clone());
                }
            },
            Content::Observation(row) => match lives(&row.article, &row.page_hash, row.first_seen)? {
                Some(true) => {
                    imports.known += 1;
                    if row.page.is_some()
                        && keep.execute(params![row.article, row.page_hash, row.first_seen])? > 0
                    {
                        insertion.page(row)?;
                        imports.pages += 1;
                    }
                }
                None if !forgotten.contains(&row.article) => {
                    imports.added += usize::from(insertion.row(row, *times)?);
                }
                Some(false) | None => imports.forgotten += 1,
            },
        }
    }
    Ok(imports)
}
