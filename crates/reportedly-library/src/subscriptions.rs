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

/// What is at a subscription's address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SubscriptionKind {
    /// A feed.
    #[default]
    Feed,
    /// A sitemap, or an index of them.
    Sitemap,
}

impl SubscriptionKind {
    /// As it is stored and told.
    pub fn word(self) -> &'static str {
        match self {
            Self::Feed => "feed",
            Self::Sitemap => "sitemap",
        }
    }
}

/// A feed that somebody wishes to have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
    /// What it is.
    pub kind: SubscriptionKind,
    /// When it is asked next; at once where that is not known.
    pub due_at: Option<Timestamp>,
    /// What whoever asks it remembers, as JSON.
    pub asked: Option<String>,
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
                "SELECT url, title, site, paused, added_at, folders, kind, due_at, asked FROM subscription
                 ORDER BY id",
            )?;
            let all = all.query_map([], |row| {
                let subscription = Subscription {
                    url: row.get(0)?,
                    title: row.get(1)?,
                    site: row.get(2)?,
                    folders: Vec::new(),
                    paused: row.get(3)?,
                    added_at: instant(row.get(4)?),
                    kind: match row.get_ref(6)?.as_str()? {
                        "sitemap" => SubscriptionKind::Sitemap,
                        _ => SubscriptionKind::Feed,
                    },
                    due_at: row.get::<_, Option<i64>>(7)?.map(instant),
                    asked: row.get(8)?,
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
                            "INSERT INTO subscription (url, title, site, folders, paused, added_at, kind)
                             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
                        )?
                        .execute(params![
                            wanted.url,
                            wanted.title,
                            wanted.site,
                            folders,
                            wanted.paused,
                            now,
                            wanted.kind.word(),
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

impl Writer {
    /// Notes what came of asking a subscription: when to ask it again, and what whoever asks remembers. A title or site
    /// that it lacked it gets.
    pub fn asked(&mut self, told: &Subscription) -> Result<(), Error> {
        (|| {
            self.store
                .connection
                .prepare_cached(
                    "UPDATE subscription SET due_at = ?2, asked = ?3, paused = ?4, title = coalesce(title, ?5),
                       site = coalesce(site, ?6)
                     WHERE url = ?1",
                )?
                .execute(params![
                    told.url,
                    told.due_at.map(microseconds),
                    told.asked,
                    told.paused,
                    told.title,
                    told.site
                ])
        })()
        .map_err(|e| self.store.error(e))?;
        Ok(())
    }

    /// A subscription has moved for good: it goes on under its new address. Where there is one already, both become
    /// that one, in the folders of both.
    pub fn moved(&mut self, old: &str, new: &str) -> Result<(), Error> {
        let of = |url: &str| {
            let there = folders(&self.store.connection, url).map_err(|e| self.store.error(e))?;
            there.map(|(id, folders)| Ok((id, parsed(&self.store, url, &folders)?))).transpose()
        };
        let (Some((old_id, old_folders)), there) = (of(old)?, of(new)?) else { return Ok(()) };
        (|| {
            let transaction = self.store.connection.transaction()?;
            match there {
                None => {
                    transaction
                        .execute("UPDATE subscription SET url = ?2 WHERE id = ?1", params![old_id, new])?;
                }
                Some((id, _)) if id == old_id => {}
                Some((id, mut folders)) => {
                    folders.extend(old_folders);
                    let mut seen = Vec::new();
                    folders.retain(|folder| !seen.contains(folder) && (seen.push(folder.clone()), true).1);
                    let folders = serde_json::to_string(&folders).unwrap_or_else(|_| "[]".to_owned());
                    transaction.execute(
                        "UPDATE OR IGNORE item SET subscription = ?2 WHERE subscription = ?1",
                        params![old_id, id],
                    )?;
                    remove(&transaction, old_id)?;
                    transaction.execute(
                        "UPDATE subscription SET folders = ?2 WHERE id = ?1",
                        params![id, folders],
                    )?;
                }
            }
            transaction.commit()
        })()
        .map_err(|e| self.store.error(e))
    }

    /// Ends a subscription; its articles stay. `false` where there is none.
    pub fn unsubscribe(&mut self, url: &str) -> Result<bool, Error> {
        (|| {
            let transaction = self.store.connection.transaction()?;
            let there = folders(&transaction, url)?;
            if let Some((id, _)) = there {
                remove(&transaction, id)?;
            }
            transaction.commit()?;
            Ok(there.is_some())
        })()
        .map_err(|e| self.store.error(e))
    }
}

/// Takes a subscription out with what it says; pages that nothing else names are asked for no more.
fn remove(connection: &Connection, id: i64) -> rusqlite::Result<()> {
    connection.execute(
        "UPDATE visit SET due_at = NULL WHERE name IN (SELECT name FROM item WHERE subscription = ?1)
           AND name NOT IN (SELECT name FROM item WHERE subscription <> ?1)",
        [id],
    )?;
    connection.execute("DELETE FROM item WHERE subscription = ?1", [id])?;
    connection.execute("DELETE FROM subscription WHERE id = ?1", [id])?;
    Ok(())
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
