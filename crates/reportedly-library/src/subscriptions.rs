//! The feeds that a library is to be fed from.

use crate::{
    error::{Error, RESTORE_ALL},
    library::Library,
    sight::{instant, microseconds},
    store::{DATABASE, Store},
    writer::Writer,
};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

/// A feed that somebody wishes to have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Its address.
    pub url: String,
    /// Its title.
    pub title: Option<String>,
    /// The address of the site that it is of.
    pub site: Option<String>,
    /// The folders that it is in, each from the outermost on.
    pub folders: Vec<Vec<String>>,
    /// Not to be fetched for now.
    pub paused: bool,
    /// When it was added; the library says.
    pub added_at: Timestamp,
}

/// What came of subscribing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Subscribed {
    /// New subscriptions.
    pub added: usize,
    /// Those that were there already, of which some are now in further folders.
    pub known: usize,
}

impl Library {
    /// The subscriptions in the order in which they were added.
    pub fn subscriptions(&self) -> Result<Vec<Subscription>, Error> {
        let rows = (|| {
            let mut all = self.store.connection.prepare(
                "SELECT url, title, site, paused, added_at, folders FROM subscription ORDER BY id",
            )?;
            let all = all.query_map([], |row| {
                let subscription = Subscription {
                    url: row.get(0)?,
                    title: row.get(1)?,
                    site: row.get(2)?,
                    folders: Vec::new(),
                    paused: row.get(3)?,
                    added_at: instant(row.get(4)?),
                };
                Ok((subscription, row.get(5)?))
            })?;
            all.collect::<rusqlite::Result<Vec<(Subscription, String)>>>()
        })();
        let rows = rows.map_err(|e| self.store.error(e))?;
        rows.into_iter()
            .map(|(s, folders)| {
                let folders = parsed(&self.store, &s.url, &folders)?;
                Ok(Subscription { folders, ..s })
            })
            .collect()
    }
}

impl Writer {
    /// Adds subscriptions. One that is there stays as it is, and is in the folders of both afterwards; a title or site
    /// that it lacked it gets.
    pub fn subscribe(&mut self, all: &[Subscription]) -> Result<Subscribed, Error> {
        let mut there = Vec::with_capacity(all.len());
        for wanted in all {
            let folders = folders(&self.store.connection, &wanted.url).map_err(|e| self.store.error(e))?;
            let folders = folders.map(|(id, folders)| Ok((id, parsed(&self.store, &wanted.url, &folders)?)));
            there.push(folders.transpose()?);
        }
        let now = microseconds(Timestamp::now());
        let stored = (|| {
            let mut subscribed = Subscribed::default();
            let transaction = self.store.connection.transaction()?;
            for (wanted, there) in all.iter().zip(there) {
                let Some((id, mut folders)) = there else {
                    let folders = serde_json::to_string(&wanted.folders).unwrap_or_else(|_| "[]".to_owned());
                    subscribed.added += transaction
                        .prepare_cached(
                            "INSERT INTO subscription (url, title, site, folders, paused, added_at)
                             VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
                        )?
                        .execute(params![
                            wanted.url,
                            wanted.title,
                            wanted.site,
                            folders,
                            wanted.paused,
                            now
                        ])?;
                    continue;
                };
                for folder in &wanted.folders {
                    if !folders.contains(folder) {
                        folders.push(folder.clone());
                    }
                }
                let folders = serde_json::to_string(&folders).unwrap_or_else(|_| "[]".to_owned());
                transaction
                    .prepare_cached(
                        "UPDATE subscription SET folders = ?2, title = coalesce(title, ?3), site = coalesce(site, ?4)
                         WHERE id = ?1",
                    )?
                    .execute(params![id, folders, wanted.title, wanted.site])?;
                subscribed.known += 1;
            }
            transaction.commit()?;
            Ok(subscribed)
        })();
        stored.map_err(|e| self.store.error(e))
    }
}

fn folders(connection: &Connection, url: &str) -> rusqlite::Result<Option<(i64, String)>> {
    connection
        .prepare_cached("SELECT id, folders FROM subscription WHERE url = ?1")?
        .query_row([url], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

fn parsed(store: &Store, url: &str, folders: &str) -> Result<Vec<Vec<String>>, Error> {
    serde_json::from_str(folders).map_err(|e| Error::Damaged {
        what: format!("{}: the folders of {url}", store.folder.join(DATABASE).display()),
        why: e.to_string(),
        cure: RESTORE_ALL,
    })
}
