//! Observations from another library: as they were recorded there, and part of this one's stories.

use crate::{
    error::Error,
    export::Kept,
    sight::{Row, Sight, Told, microseconds},
    stored::hash,
    writer::Writer,
};
use reportedly_story::Observation;
use rusqlite::{Connection, params};
use rustc_hash::FxHashSet;

/// An observation of another library, ready to be stored: everything that takes time is done, on whatever thread.
#[derive(Debug)]
pub struct Imported {
    row: Content,
    recorded_at: i64,
    known_at: i64,
    known_strict: i64,
}

#[derive(Debug)]
enum Content {
    Observation(Box<Row>),
    Tombstone(Tombstone),
}

#[derive(Debug)]
struct Tombstone {
    article: String,
    sight: [u8; 32],
    page_hash: [u8; 32],
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
        let [recorded_at, known_at, known_strict] =
            [kept.recorded_at, kept.known_at, kept.known_strict].map(microseconds);
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
                    observation: Observation { id: kept.article, path: kept.path, reading },
                    page: page.as_deref(),
                    told: Some(Told { page: kept.page_hash, all: kept.sight }),
                    headers: kept.headers,
                    archive: kept.archive,
                };
                let row = Row::of(&sight, true).map_err(|e| format!("it cannot be packed: {e}"))?;
                Content::Observation(Box::new(row))
            }
        };
        Ok(Self { row, recorded_at, known_at, known_strict })
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
    let mut there = connection.prepare_cached(
        "SELECT forgotten_at IS NULL FROM observation
         WHERE article = ?1 AND page_hash = ?2 AND coalesce(first_seen, -9223372036854775808) = coalesce(?3, -9223372036854775808)",
    )?;
    let mut observation = connection.prepare_cached(
        "INSERT INTO observation (article, sight, url, path, outlet, title, kind, first_seen, recorded_at, known_at,
           known_strict, is_article, content, page_hash, headers, archive, archive_offset, page_kept, forgotten_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
    )?;
    let mut reading = connection.prepare_cached("INSERT INTO reading (seq, body) VALUES (?1, ?2)")?;
    let mut features = connection.prepare_cached("INSERT INTO features (seq, body) VALUES (?1, ?2)")?;
    let mut page =
        connection.prepare_cached("INSERT INTO page (hash, body) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?;
    let mut keep = connection.prepare_cached(
        "UPDATE observation SET page_kept = 1
         WHERE article = ?1 AND page_hash = ?2 AND coalesce(first_seen, -9223372036854775808) = coalesce(?3, -9223372036854775808)
           AND page_kept = 0 AND forgotten_at IS NULL",
    )?;
    let mut imports = Imports::default();
    for Imported { row, recorded_at, known_at, known_strict } in all {
        let mut lives = |article: &str, page_hash: &[u8; 32], first_seen: Option<i64>| {
            let mut rows = there.query(params![article, page_hash, first_seen])?;
            rows.next()?.map(|row| row.get::<_, bool>(0)).transpose()
        };
        match row {
            Content::Tombstone(t) => match lives(&t.article, &t.page_hash, t.first_seen)? {
                Some(true) => imports.kept += 1,
                Some(false) => imports.known += 1,
                None => {
                    observation.execute(params![
                        t.article,
                        t.sight,
                        None::<String>,
                        None::<String>,
                        None::<String>,
                        None::<String>,
                        t.kind,
                        t.first_seen,
                        recorded_at,
                        known_at,
                        known_strict,
                        t.is_article,
                        0,
                        t.page_hash,
                        None::<String>,
                        None::<String>,
                        None::<i64>,
                        false,
                        t.forgotten_at,
                    ])?;
                    imports.tombstones += 1;
                    newly.push(t.article.clone());
                }
            },
            Content::Observation(row) => {
                match lives(&row.article, &row.page_hash, row.first_seen)? {
                    Some(true) => {
                        imports.known += 1;
                        if let Some(body) = &row.page
                            && keep.execute(params![row.article, row.page_hash, row.first_seen])? > 0
                        {
                            page.execute(params![row.page_hash, body])?;
                            imports.pages += 1;
                        }
                        continue;
                    }
                    None if !forgotten.contains(&row.article) => {}
                    Some(false) | None => {
                        imports.forgotten += 1;
                        continue;
                    }
                }
                observation.execute(params![
                    row.article,
                    row.sight,
                    row.url,
                    row.path,
                    row.outlet,
                    row.title,
                    row.kind,
                    row.first_seen,
                    recorded_at,
                    known_at,
                    known_strict,
                    row.is_article,
                    row.content,
                    row.page_hash,
                    row.headers,
                    row.archive.as_ref().map(|a| &a.0),
                    row.archive.as_ref().map(|a| a.1 as i64),
                    row.page.is_some(),
                    None::<i64>,
                ])?;
                let seq = connection.last_insert_rowid();
                reading.execute(params![seq, row.reading])?;
                if let Some(body) = &row.features {
                    features.execute(params![seq, body])?;
                }
                if let Some(body) = &row.page {
                    page.execute(params![row.page_hash, body])?;
                }
                imports.added += 1;
            }
        }
    }
    Ok(imports)
}
