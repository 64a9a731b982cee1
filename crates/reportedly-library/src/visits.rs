//! What subscriptions say of articles, and which pages are to be asked for.
//!
//! An item is known by name, which is its article's id as far as its address tells. Its page is visited once for all
//! subscriptions that have it. Who asks is somebody else; here is what must outlive a run.

use crate::{
    error::{Error, RESTORE_ALL},
    library::Library,
    sight::{instant, microseconds},
    store::{DATABASE, Store, cannot_write},
    stored::{pack, unpack},
    writer::Writer,
};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use rustc_hash::FxHashSet;
use serde::Deserialize;
use xxhash_rust::xxh3::xxh3_64;

/// An item as a subscription has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offered {
    /// Its name.
    pub name: String,
    /// What the feed calls it.
    pub guid: Option<String>,
    /// Its page.
    pub url: Option<String>,
    /// A hash of what it says: of another, its page is asked for again.
    pub said: u64,
    /// What it says, as JSON.
    pub body: Vec<u8>,
}

/// What came of a poll.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Items that the subscription did not have.
    pub new: usize,
    /// Items that say something else.
    pub changed: usize,
    /// The pages of these that are due now.
    pub due: Vec<Visit>,
}

/// A page that is to be asked for, or was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visit {
    /// The item's name.
    pub name: String,
    /// Its address; `None` where the item is all there is.
    pub url: Option<String>,
    /// The article that it was found to be.
    pub article: Option<String>,
    /// It stays that article, whatever the page says.
    pub renamed: bool,
    /// When it is asked for next.
    pub due_at: Option<Timestamp>,
    /// What whoever asks remembers, as JSON.
    pub asked: Option<String>,
}

/// How much a subscription has brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Brought {
    /// Items, ever.
    pub items: usize,
    /// Articles in the library.
    pub articles: usize,
    /// Of these, copies of another one's text.
    pub copies: usize,
}

const VISIT: &str = "SELECT name, url, article, renamed, due_at, asked FROM visit";

impl Visit {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            name: row.get(0)?,
            url: row.get(1)?,
            article: row.get(2)?,
            renamed: row.get(3)?,
            due_at: row.get::<_, Option<i64>>(4)?.map(instant),
            asked: row.get(5)?,
        })
    }
}

impl Library {
    /// Pages that are due by a time, the longest due first, those behind `after`, at most so many.
    pub fn due_visits(&self, by: Timestamp, after: Option<&Visit>, most: usize) -> Result<Vec<Visit>, Error> {
        let at = after.and_then(|visit| visit.due_at).map_or(i64::MIN, microseconds);
        let name = after.map_or("", |visit| &visit.name);
        (|| {
            let due = format!(
                "{VISIT} WHERE due_at <= ?1 AND (due_at, name) > (?2, ?3) ORDER BY due_at, name LIMIT ?4"
            );
            let mut due = self.store.connection.prepare_cached(&due)?;
            let due = due.query_map(params![microseconds(by), at, name, most as i64], Visit::read)?;
            due.collect::<rusqlite::Result<Vec<_>>>()
        })()
        .map_err(|e| self.store.error(e))
    }

    /// The page of an item.
    pub fn visit(&self, name: &str) -> Result<Option<Visit>, Error> {
        (|| {
            let visit = format!("{VISIT} WHERE name = ?1");
            self.store.connection.prepare_cached(&visit)?.query_row([name], Visit::read).optional()
        })()
        .map_err(|e| self.store.error(e))
    }

    /// The hosts that are left alone at a time, and until when.
    pub fn held(&self, now: Timestamp) -> Result<Vec<(String, Timestamp)>, Error> {
        (|| {
            let mut all =
                self.store.connection.prepare_cached("SELECT host, until FROM held WHERE until > ?1")?;
            let all = all.query_map([microseconds(now)], |row| Ok((row.get(0)?, instant(row.get(1)?))))?;
            all.collect::<rusqlite::Result<Vec<_>>>()
        })()
        .map_err(|e| self.store.error(e))
    }

    /// The next time at which a page is due.
    pub fn next_visit(&self) -> Result<Option<Timestamp>, Error> {
        (|| {
            let next = "SELECT min(due_at) FROM visit WHERE due_at IS NOT NULL";
            let next: Option<i64> =
                self.store.connection.prepare_cached(next)?.query_row([], |row| row.get(0))?;
            Ok(next.map(instant))
        })()
        .map_err(|e| self.store.error(e))
    }

    /// What the subscriptions say of an item, as JSON, by the subscription's address.
    pub fn said_of(&self, name: &str) -> Result<Vec<(String, Vec<u8>)>, Error> {
        let rows = (|| {
            let mut all = self.store.connection.prepare_cached(
                "SELECT url, body FROM item JOIN subscription ON id = subscription WHERE name = ?1 ORDER BY id",
            )?;
            let all = all.query_map([name], |row| Ok((row.get(0)?, row.get(1)?)))?;
            all.collect::<rusqlite::Result<Vec<(String, Vec<u8>)>>>()
        })();
        let rows = rows.map_err(|e| self.store.error(e))?;
        rows.into_iter().map(|(url, body)| Ok((url, unpacked(&self.store, name, &body)?))).collect()
    }

    /// What each subscription has brought, by the order of [`Library::subscriptions`].
    pub fn brought(&self) -> Result<Vec<Brought>, Error> {
        (|| {
            let mut all = self.store.connection.prepare_cached(
                "SELECT count(item.name), count(DISTINCT placed.article),
                   count(DISTINCT CASE WHEN placed.family <> placed.place THEN placed.article END)
                 FROM subscription
                   LEFT JOIN item ON item.subscription = subscription.id
                   LEFT JOIN visit ON visit.name = item.name
                   LEFT JOIN placed ON placed.name = visit.article
                 GROUP BY subscription.id ORDER BY subscription.id",
            )?;
            let all = all.query_map([], |row| {
                let [items, articles, copies] = [row.get::<_, i64>(0)?, row.get(1)?, row.get(2)?];
                let [items, articles, copies] = [items, articles, copies].map(|n| n as usize);
                Ok(Brought { items, articles, copies })
            })?;
            all.collect::<rusqlite::Result<Vec<_>>>()
        })()
        .map_err(|e| self.store.error(e))
    }

    /// How many items each subscription has brought since a time, but for those that it brought first, which may have
    /// been there for long; and when it brought these. By the order of [`Library::subscriptions`].
    pub fn brought_since(&self, since: Timestamp) -> Result<Vec<(usize, Option<Timestamp>)>, Error> {
        (|| {
            let mut all = self.store.connection.prepare_cached(
                "SELECT count(CASE WHEN item.first_at > first.at AND item.first_at >= ?1 THEN 1 END), first.at
                 FROM subscription
                   LEFT JOIN (SELECT subscription, min(first_at) AS at FROM item GROUP BY subscription) AS first
                     ON first.subscription = subscription.id
                   LEFT JOIN item ON item.subscription = subscription.id
                 GROUP BY subscription.id ORDER BY subscription.id",
            )?;
            let all = all.query_map([microseconds(since)], |row| {
                Ok((row.get::<_, i64>(0)? as usize, row.get::<_, Option<i64>>(1)?.map(instant)))
            })?;
            all.collect::<rusqlite::Result<Vec<_>>>()
        })()
        .map_err(|e| self.store.error(e))
    }

    /// The hash of title and text of an article as it was last seen.
    fn last_content(&self, article: &str) -> Result<Option<i64>, Error> {
        (|| {
            self.store
                .connection
                .prepare_cached(
                    "SELECT content FROM observation WHERE article = ?1 AND forgotten_at IS NULL
                     ORDER BY coalesce(first_seen, recorded_at) DESC, seq DESC LIMIT 1",
                )?
                .query_row([article], |row| row.get(0))
                .optional()
        })()
        .map_err(|e| self.store.error(e))
    }

    /// Whether a sight says nothing else than the last one of its article.
    pub fn says_the_same(&self, row: &crate::sight::Row) -> Result<bool, Error> {
        Ok(self.last_content(&row.article)? == Some(row.content))
    }
}

impl Writer {
    /// Takes what a subscription has, in one transaction. Pages of new items are due at once, those of changed ones
    /// as well. An item that has another address and the GUID of one that the subscription does not have any more is
    /// that one.
    pub fn take_items(
        &mut self,
        subscription: &str,
        items: &[Offered],
        now: Timestamp,
    ) -> Result<Taken, Error> {
        let mut taken = Taken::default();
        let mut ready = Vec::with_capacity(items.len());
        for item in items {
            ready.push(pack(&item.body).map_err(|e| cannot_write(&self.store.folder, e))?);
        }
        let forgotten = &self.forgotten;
        let stored = (|| {
            let transaction = self.store.connection.transaction()?;
            let Some(id) = transaction
                .prepare_cached("SELECT id FROM subscription WHERE url = ?1")?
                .query_row([subscription], |row| row.get::<_, i64>(0))
                .optional()?
            else {
                return Ok(());
            };
            let names: FxHashSet<&str> = items.iter().map(|i| i.name.as_str()).collect();
            let siblings = siblings(&transaction, subscription, id)?;
            for (item, body) in items.iter().zip(&ready) {
                let article = article_of(&transaction, &item.name)?;
                if forgotten.contains(article.as_ref().unwrap_or(&item.name)) {
                    continue;
                }
                let mut there = said(&transaction, id, &item.name)?;
                if there.is_none()
                    && let Some(old) = by_guid(&transaction, id, item)?
                    && !names.contains(old.as_str())
                {
                    if forgotten.contains(&article_of(&transaction, &old)?.unwrap_or_else(|| old.clone())) {
                        continue;
                    }
                    rename(&transaction, id, &old, item)?;
                    there = said(&transaction, id, &item.name)?;
                }
                if there.is_none()
                    && let Some(old) = by_guid_of_siblings(&transaction, &siblings, item)?
                {
                    if forgotten.contains(&article_of(&transaction, &old)?.unwrap_or_else(|| old.clone())) {
                        continue;
                    }
                    is_page_of(&transaction, &old, item)?;
                }
                if there == Some(item.said as i64) {
                    continue;
                }
                transaction
                    .prepare_cached(
                        "INSERT INTO item (subscription, name, guid, said, body, first_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                         ON CONFLICT DO UPDATE SET guid = ?3, said = ?4, body = ?5",
                    )?
                    .execute(params![id, item.name, guid_of(item), item.said as i64, body, microseconds(now)])?;
                // What was due at this very time already, and may be being read, is due at another one (see `visited`).
                // Another feed's item says the same of a page that was read: nothing is to be asked for again.
                let again = there.is_some();
                transaction
                    .prepare_cached(
                        "INSERT INTO visit (name, url, due_at) VALUES (?1, ?2, ?3)
                         ON CONFLICT DO UPDATE SET url = coalesce(?2, url),
                           due_at = CASE WHEN ?4 OR (due_at IS NULL AND article IS NULL)
                             THEN ?3 - (due_at IS ?3) ELSE due_at END",
                    )?
                    .execute(params![item.name, item.url, microseconds(now), again])?;
                if again {
                    taken.changed += 1;
                } else {
                    taken.new += 1;
                }
                let due = transaction
                    .prepare_cached(&format!("{VISIT} WHERE name = ?1 AND due_at <= ?2"))?
                    .query_row(params![item.name, microseconds(now)], Visit::read)
                    .optional()?;
                taken.due.extend(due);
            }
            transaction.commit()
        })();
        stored.map_err(|e| self.store.error(e))?;
        Ok(taken)
    }

    /// Leaves a host alone until a time.
    pub fn hold(&mut self, host: &str, until: Timestamp, now: Timestamp) -> Result<(), Error> {
        (|| {
            self.store.connection.execute("DELETE FROM held WHERE until <= ?1", [microseconds(now)])?;
            self.store.connection.execute(
                "INSERT INTO held (host, until) VALUES (?1, ?2)
                 ON CONFLICT DO UPDATE SET until = max(until, excluded.until)",
                params![host, microseconds(until)],
            )
        })()
        .map_err(|e| self.store.error(e))?;
        Ok(())
    }

    /// Notes what came of asking for pages: the article that it was, if one was read, and when to ask again. Each comes
    /// with when it had been due: what has become due at another time since is to be asked for once more.
    pub fn visited(&mut self, visits: &[(Visit, Option<Timestamp>)]) -> Result<(), Error> {
        let stored = (|| {
            let transaction = self.store.connection.transaction()?;
            for (visit, was_due) in visits {
                let [next, was_due] = [visit.due_at, *was_due].map(|at| at.map(microseconds));
                transaction
                    .prepare_cached(
                        "UPDATE visit SET article = coalesce(?2, article), asked = ?4,
                           due_at = CASE WHEN due_at IS ?5 THEN ?3 ELSE due_at END WHERE name = ?1",
                    )?
                    .execute(params![visit.name, visit.article, next, visit.asked, was_due])?;
            }
            transaction.commit()
        })();
        stored.map_err(|e: rusqlite::Error| self.store.error(e))
    }
}

/// The article that an item's page was found to be.
fn article_of(connection: &Connection, name: &str) -> rusqlite::Result<Option<String>> {
    let article = connection
        .prepare_cached("SELECT article FROM visit WHERE name = ?1")?
        .query_row([name], |row| row.get::<_, Option<String>>(0))
        .optional()?;
    Ok(article.flatten())
}

/// A GUID as it is kept: what is forgotten is known by it if it comes again, and it says nothing.
fn guid_of(item: &Offered) -> Option<String> {
    item.guid.as_ref().map(|guid| format!("{:016x}", xxh3_64(guid.as_bytes())))
}

fn said(connection: &Connection, subscription: i64, name: &str) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT said FROM item WHERE subscription = ?1 AND name = ?2")?
        .query_row(params![subscription, name], |row| row.get(0))
        .optional()
}

fn by_guid(connection: &Connection, subscription: i64, item: &Offered) -> rusqlite::Result<Option<String>> {
    let Some(guid) = guid_of(item) else { return Ok(None) };
    let mut all =
        connection.prepare_cached("SELECT name FROM item WHERE subscription = ?1 AND guid = ?2 LIMIT 2")?;
    let all = all.query_map(params![subscription, guid], |row| row.get(0))?;
    let all = all.collect::<rusqlite::Result<Vec<String>>>()?;
    // A GUID that several items have tells nothing.
    Ok(<[String; 1]>::try_from(all).ok().map(|[one]| one))
}

/// The other subscriptions of a subscription's host.
fn siblings(connection: &Connection, url: &str, id: i64) -> rusqlite::Result<Vec<i64>> {
    // Of "https://wire.example/feed" all up to the path.
    let end = url.find("://").map_or(0, |at| at + 3);
    let host = &url[..url[end..].find('/').map_or(url.len(), |at| end + at)];
    let mut all = connection.prepare_cached(
        "SELECT id FROM subscription WHERE (url = ?1 OR (url >= ?1 || '/' AND url < ?1 || '0')) AND id <> ?2",
    )?;
    let all = all.query_map(params![host, id], |row| row.get(0))?;
    all.collect()
}

/// The item under another address that other subscriptions of the host have with the GUID and the title of one that is
/// heard of for the first time: its address has changed, and they have not been asked since. A GUID alone tells less, for
/// each feed of a host may count by itself.
fn by_guid_of_siblings(
    connection: &Connection,
    siblings: &[i64],
    item: &Offered,
) -> rusqlite::Result<Option<String>> {
    let Some(guid) = guid_of(item).filter(|_| !siblings.is_empty()) else { return Ok(None) };
    let is_known = connection.prepare_cached("SELECT 1 FROM visit WHERE name = ?1")?.exists([&item.name])?;
    let Some(title) = title(&item.body).filter(|_| !is_known) else { return Ok(None) };
    let mut names = FxHashSet::default();
    let mut all = connection
        .prepare_cached("SELECT name, body FROM item WHERE subscription = ?1 AND guid = ?2 LIMIT 2")?;
    for sibling in siblings {
        let mut all = all.query(params![sibling, guid])?;
        while let Some(row) = all.next()? {
            let (name, body): (String, Vec<u8>) = (row.get(0)?, row.get(1)?);
            let said = unpack(&body, String::new).unwrap_or_default();
            if self::title(&said).as_ref() == Some(&title) {
                names.insert(name);
            }
        }
    }
    let mut names = names.into_iter();
    Ok(names.next().filter(|_| names.next().is_none()))
}

/// The title in what a subscription says of an item.
fn title(said: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Titled {
        title: Option<String>,
    }
    let titled: Titled = serde_json::from_slice(said).ok()?;
    titled.title.filter(|title| !title.trim().is_empty())
}

/// Gives an item its new name; its page, read before, stays the article that it was. Under its old address it is asked
/// for no more, unless another subscription has it there.
fn rename(connection: &Connection, subscription: i64, old: &str, item: &Offered) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE item SET name = ?3 WHERE subscription = ?1 AND name = ?2")?
        .execute(params![subscription, old, item.name])?;
    is_page_of(connection, old, item)?;
    connection
        .prepare_cached(
            "UPDATE visit SET due_at = NULL WHERE name = ?1 AND NOT EXISTS (SELECT 1 FROM item WHERE item.name = ?1)",
        )?
        .execute([old])?;
    Ok(())
}

/// Makes the page of an item that of the article that it was under another name.
fn is_page_of(connection: &Connection, old: &str, item: &Offered) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO visit (name, url, article, renamed) SELECT ?2, ?3, article, article IS NOT NULL FROM visit WHERE name = ?1
             ON CONFLICT DO UPDATE SET renamed = renamed OR (article IS NULL AND excluded.article IS NOT NULL),
               article = coalesce(article, excluded.article)",
        )?
        .execute(params![old, item.name, item.url])?;
    Ok(())
}

/// Takes out what subscriptions say of articles that are forgotten, and asks for their pages no more.
pub(crate) fn forget(connection: &Connection, article: &str) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE item SET body = x'' WHERE name IN (SELECT name FROM visit WHERE article = ?1 OR name = ?1)",
        )?
        .execute([article])?;
    connection
        .prepare_cached(
            "UPDATE visit SET url = NULL, asked = NULL, due_at = NULL WHERE article = ?1 OR name = ?1",
        )?
        .execute([article])?;
    Ok(())
}

fn unpacked(store: &Store, name: &str, body: &[u8]) -> Result<Vec<u8>, Error> {
    if body.is_empty() {
        return Ok(Vec::new());
    }
    unpack(body, || format!("{}: item {name}", store.folder.join(DATABASE).display())).map_err(|e| match e {
        Error::Damaged { what, why, .. } => Error::Damaged { what, why, cure: RESTORE_ALL },
        other => other,
    })
}
