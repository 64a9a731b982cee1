//! Takedowns: text, page and reading go; that there was something stays.

use crate::{
    checkpoints,
    error::Error,
    folding::cut_from,
    follows,
    sight::microseconds,
    store::{INDEX, set, setting},
    stored::{hash, unpack},
    visits,
    writer::Writer,
};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

/// The setting that says how far an unfinished takedown has come.
const FORGETTING: &str = "forgetting";

/// What is to be forgotten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// The article with this id, in all its states.
    Article(String),
    /// The articles with these ids.
    Articles(Vec<String>),
    /// All that was seen at this address.
    Url(String),
    /// All of this outlet.
    Outlet(String),
}

/// What was forgotten, or would be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// The articles by id and title, in order of their ids.
    pub articles: Vec<(String, Option<String>)>,
    /// Their observations.
    pub observations: usize,
}

/// An observation that is to go.
struct Going {
    seq: i64,
    article: String,
    title: Option<String>,
    page_hash: Vec<u8>,
    known_at: i64,
    is_article: bool,
}

impl Writer {
    /// Says what would be forgotten.
    pub fn would_forget(&self, which: &Which) -> Result<Forgotten, Error> {
        let going = going(&self.store.connection, which).map_err(|e| self.store.error(e))?;
        Ok(summary(&going))
    }

    /// Forgets: text, page, reading and all that was made of them go, on disk as well. What stays is that an article
    /// with this id was seen, when, and the hashes by which it is known if it comes again; it is not taken again.
    pub fn forget(&mut self, which: &Which) -> Result<Forgotten, Error> {
        let gone = (|| {
            let now = microseconds(Timestamp::now());
            let transaction = self.store.connection.transaction()?;
            let going = going(&transaction, which)?;
            let first = going.iter().filter(|g| g.is_article).map(|g| (g.known_at, g.article.clone())).min();
            if let Some(first) = &first {
                cut_from(&transaction, first)?;
            }
            for gone in &going {
                empty(&transaction, gone, now)?;
                visits::forget(&transaction, &gone.article)?;
                // What follows a story is mostly called by its headline.
                transaction.execute(
                    "UPDATE follow SET name = 'story ' || story WHERE story = ?1 AND name = ?2",
                    params![gone.article, gone.title],
                )?;
            }
            follows::forget(&transaction, &going.iter().map(|g| g.article.as_str()).collect())?;
            if !going.is_empty() {
                remains(&transaction, Some(EVERYWHERE))?;
            }
            transaction.commit()?;
            Ok(going)
        })();
        let going = gone.map_err(|e| self.store.error(e))?;
        self.folding.forget();
        self.forgotten.extend(going.iter().map(|g| g.article.clone()));
        self.fold()?;
        if !going.is_empty() {
            self.tidy()?;
        }
        Ok(summary(&going))
    }

    /// Ends what forgetting began, where it did not come to its end: nothing of what was forgotten lies about
    /// afterwards.
    pub(crate) fn end_forgetting(&mut self) -> Result<(), Error> {
        let left = left(&self.store.connection).map_err(|e| self.store.error(e))?;
        if left == Some(EVERYWHERE) {
            self.tidy()?;
        }
        if left.is_some() {
            self.purge_index()?;
            let ended = "DELETE FROM setting WHERE name = ?1 AND value = ?2";
            self.store
                .connection
                .execute(ended, params![FORGETTING, IN_INDEX])
                .map_err(|e| self.store.error(e))?;
        }
        Ok(())
    }

    /// Takes out observations that cannot be read any more, as if they had never been added, so that they can be
    /// added again.
    pub fn remove_damaged(&mut self, report: &crate::check::Report) -> Result<usize, Error> {
        let mut all: Vec<i64> = report.faults.iter().filter_map(|f| f.observation).collect();
        all.sort_unstable();
        all.dedup();
        let removed = (|| {
            let transaction = self.store.connection.transaction()?;
            for seq in &all {
                let (key, page): ((i64, String), Vec<u8>) = transaction.query_row(
                    "SELECT known_at, article, page_hash FROM observation WHERE seq = ?1",
                    [seq],
                    |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)),
                )?;
                cut_from(&transaction, &key)?;
                for table in ["reading", "features", "gist"] {
                    transaction.execute(&format!("DELETE FROM {table} WHERE seq = ?1"), [seq])?;
                }
                transaction.execute("DELETE FROM observation WHERE seq = ?1", [seq])?;
                if !is_page_whole(&transaction, &page)? {
                    // It is damaged for all its sights.
                    transaction
                        .execute("UPDATE observation SET page_kept = 0 WHERE page_hash = ?1", [&page])?;
                }
                transaction.execute(
                    "DELETE FROM page WHERE hash = ?1
                       AND NOT EXISTS (SELECT 1 FROM observation WHERE page_hash = ?1 AND page_kept = 1)",
                    [&page],
                )?;
            }
            transaction.commit()
        })();
        removed.map_err(|e| self.store.error(e))?;
        self.folding.forget();
        self.fold()?;
        Ok(all.len())
    }

    /// Gives room back to the system, and lets nothing of what was deleted lie about.
    pub(crate) fn tidy(&self) -> Result<(), Error> {
        checkpoints::sweep(&self.store).map_err(|e| self.store.error(e))?;
        let connection = &self.store.connection;
        let indexed = self.store.folder.join(INDEX).exists();
        let tidied = (|| {
            connection.execute_batch("VACUUM")?;
            let busy: bool = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
            // Who reads meanwhile may need what was; then the next start does it.
            if !busy && left(connection)?.is_some() {
                remains(connection, indexed.then_some(IN_INDEX))?;
            }
            Ok(())
        })();
        tidied.map_err(|e: rusqlite::Error| self.store.error(e))
    }
}

/// Whether a page is there as it was stored.
fn is_page_whole(connection: &Connection, page: &[u8]) -> rusqlite::Result<bool> {
    let body: Option<Vec<u8>> =
        connection.query_row("SELECT body FROM page WHERE hash = ?1", [page], |row| row.get(0)).optional()?;
    Ok(body.is_some_and(|body| unpack(&body, String::new).is_ok_and(|bytes| hash(&bytes) == page)))
}

/// Where bytes of what was forgotten may still lie: in the database's file and the index, or in the index alone.
const EVERYWHERE: i64 = 2;
const IN_INDEX: i64 = 1;

/// Where bytes of what was forgotten may still lie.
pub(crate) fn left(connection: &Connection) -> rusqlite::Result<Option<i64>> {
    setting(connection, FORGETTING)
}

fn remains(connection: &Connection, place: Option<i64>) -> rusqlite::Result<()> {
    set(connection, FORGETTING, place)
}

fn summary(going: &[Going]) -> Forgotten {
    let mut articles: Vec<(String, Option<String>)> =
        going.iter().map(|g| (g.article.clone(), g.title.clone())).collect();
    articles.sort();
    articles.dedup_by(|a, b| a.0 == b.0);
    Forgotten { articles, observations: going.len() }
}

fn going(connection: &Connection, which: &Which) -> rusqlite::Result<Vec<Going>> {
    let (column, values) = match which {
        Which::Article(id) => ("article", vec![id.clone()]),
        Which::Articles(ids) => ("article", ids.clone()),
        Which::Url(url) => ("url", vec![url.clone()]),
        Which::Outlet(name) => ("outlet", spellings(connection, name)?),
    };
    let mut rows = connection.prepare(&format!(
        "SELECT seq, article, title, page_hash, known_at, is_article FROM observation
         WHERE {column} = ?1 AND forgotten_at IS NULL"
    ))?;
    let mut going = Vec::new();
    for value in values {
        let rows = rows.query_map([value], |row| {
            Ok(Going {
                seq: row.get(0)?,
                article: row.get(1)?,
                title: row.get(2)?,
                page_hash: row.get(3)?,
                known_at: row.get(4)?,
                is_article: row.get(5)?,
            })
        })?;
        for row in rows {
            going.push(row?);
        }
    }
    going.sort_by_key(|g| g.seq);
    Ok(going)
}

/// An outlet as pages spell it: capitals and the spaces between its words are no difference.
pub(crate) fn spellings(connection: &Connection, outlet: &str) -> rusqlite::Result<Vec<String>> {
    let wanted = name(outlet);
    let mut all = connection.prepare("SELECT DISTINCT outlet FROM observation WHERE outlet IS NOT NULL")?;
    let mut all: Vec<String> = all.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    all.retain(|spelt| name(spelt) == wanted);
    Ok(all)
}

/// An outlet's name in the one spelling by which names are compared.
pub(crate) fn name(outlet: &str) -> String {
    outlet.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Leaves of an observation that it was.
fn empty(connection: &Connection, gone: &Going, now: i64) -> rusqlite::Result<()> {
    for table in ["reading", "features", "gist"] {
        connection.execute(&format!("DELETE FROM {table} WHERE seq = ?1"), [gone.seq])?;
    }
    connection.execute(
        "UPDATE observation SET url = NULL, path = NULL, outlet = NULL, title = NULL, headers = NULL, archive = NULL,
           archive_offset = NULL, content = 0, page_kept = 0, forgotten_at = ?2 WHERE seq = ?1",
        params![gone.seq, now],
    )?;
    // The same bytes may be another article's page as well, under another address.
    connection.execute(
        "DELETE FROM page WHERE hash = ?1
           AND NOT EXISTS (SELECT 1 FROM observation WHERE page_hash = ?1 AND forgotten_at IS NULL)",
        [&gone.page_hash],
    )?;
    Ok(())
}
