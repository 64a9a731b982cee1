//! Observations into their tables.

use crate::sight::Row;
use rusqlite::{CachedStatement, Connection, params};

/// When an observation was recorded, and from when on its text was known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    pub(crate) recorded_at: i64,
    pub(crate) known_at: i64,
    pub(crate) known_strict: i64,
}

/// The statements that store an observation with all that is kept of it.
pub(crate) struct Insertion<'c> {
    connection: &'c Connection,
    observation: CachedStatement<'c>,
    reading: CachedStatement<'c>,
    features: CachedStatement<'c>,
    gist: CachedStatement<'c>,
    page: CachedStatement<'c>,
}

impl<'c> Insertion<'c> {
    pub(crate) fn prepare(connection: &'c Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            connection,
            observation: connection.prepare_cached(
                "INSERT INTO observation (article, sight, url, path, outlet, title, kind, first_seen, recorded_at, known_at,
                   known_strict, is_article, content, page_hash, headers, archive, archive_offset, page_kept)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)
                 ON CONFLICT DO NOTHING",
            )?,
            reading: connection.prepare_cached("INSERT INTO reading (seq, body) VALUES (?1, ?2)")?,
            features: connection.prepare_cached("INSERT INTO features (seq, body) VALUES (?1, ?2)")?,
            gist: connection.prepare_cached("INSERT INTO gist (seq, body) VALUES (?1, ?2)")?,
            page: connection
                .prepare_cached("INSERT INTO page (hash, body) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?,
        })
    }

    /// Stores an observation and says whether it is new: one that is there already is left as it is.
    pub(crate) fn row(&mut self, row: &Row, times: Times) -> rusqlite::Result<bool> {
        let new = self.observation.execute(params![
            row.article,
            row.sight,
            row.url,
            row.path,
            row.outlet,
            row.title,
            row.kind,
            row.first_seen,
            times.recorded_at,
            times.known_at,
            times.known_strict,
            row.is_article,
            row.content,
            row.page_hash,
            row.headers,
            row.archive.as_ref().map(|a| &a.0),
            row.archive.as_ref().map(|a| a.1 as i64),
            row.page.is_some(),
        ])?;
        if new == 0 {
            return Ok(false);
        }
        let seq = self.connection.last_insert_rowid();
        self.reading.execute(params![seq, row.reading])?;
        if let Some(body) = &row.features {
            self.features.execute(params![seq, body])?;
        }
        if let Some(body) = &row.gist {
            self.gist.execute(params![seq, body])?;
        }
        self.page(row)?;
        Ok(true)
    }

    /// Stores the page of an observation, if it has one.
    pub(crate) fn page(&mut self, row: &Row) -> rusqlite::Result<()> {
        if let Some(body) = &row.page {
            self.page.execute(params![row.page_hash, body])?;
        }
        Ok(())
    }
}
