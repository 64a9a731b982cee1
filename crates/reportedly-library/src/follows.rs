//! What is followed, and what was found to be new in it.
//!
//! How far a follow was looked at, the alerts that came of it and whom they are for are written in one transaction, so
//! that each alert is made once, whenever a run ends.

use crate::{
    error::{Error, RESTORE_ALL},
    library::Library,
    sight::{instant, microseconds},
    store::{DATABASE, Store},
    writer::Writer,
};
use jiff::Timestamp;
use rusqlite::{Connection, params};
use rustc_hash::FxHashSet;

/// Articles by which a story is found again should the one that founded it go.
const ANCHORS: usize = 8;

/// What is followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Followed {
    /// A search, in the words of its query.
    Search(String),
    /// The story with this id.
    Story(String),
}

/// A search or story that somebody wishes to hear of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Follow {
    /// Its number; the library says.
    pub id: i64,
    /// Its name, each once.
    pub name: String,
    /// What it is.
    pub what: Followed,
    /// Further articles of a story, by which it is found should the one that founded it go.
    pub anchors: Vec<String>,
    /// Who is told, by name.
    pub targets: Vec<String>,
    /// Since when.
    pub added_at: Timestamp,
    /// The last observation that is no news any more.
    pub looked: i64,
    /// When that was found.
    pub looked_at: Timestamp,
}

/// An alert that is to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAlert {
    /// Its id: one that was ever made is not made again.
    pub id: String,
    /// The number of its follow.
    pub follow: i64,
    /// The articles whose words it has.
    pub articles: Vec<String>,
    /// What it says, as JSON.
    pub body: String,
}

/// What came of looking at a follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looked {
    /// Its number.
    pub follow: i64,
    /// The last observation that is no news any more.
    pub looked: i64,
    /// Of a story: its id as it is now, and articles of it.
    pub story: Option<(String, Vec<String>)>,
}

/// An alert as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAlert {
    /// Its place among all alerts.
    pub sequence: i64,
    /// Its id.
    pub id: String,
    /// The name of its follow.
    pub follow: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// What it says, as JSON; `None` where an article that it quoted was forgotten.
    pub body: Option<String>,
    /// Whom it is for.
    pub deliveries: Vec<Delivery>,
}

/// How a delivery stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// For whom, by name.
    pub target: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next.
    pub due_at: Option<Timestamp>,
    /// When it was delivered.
    pub delivered_at: Option<Timestamp>,
    /// When it was given up.
    pub given_up_at: Option<Timestamp>,
    /// The receiver answered that it will not have it.
    pub refused: bool,
    /// What went wrong last.
    pub failed: Option<String>,
}

impl Library {
    /// All that is followed, in the order in which it was added.
    pub fn follows(&self) -> Result<Vec<Follow>, Error> {
        follows(&self.store)
    }

    /// How many alerts a follow has had, and when the last one was made.
    pub fn alerts_of(&self, follow: &Follow) -> Result<(usize, Option<Timestamp>), Error> {
        let counted = self
            .store
            .connection
            .prepare_cached("SELECT count(*), max(made_at) FROM alert WHERE follow = ?1")
            .and_then(|mut s| {
                s.query_row([follow.id], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?)))
            });
        let (count, last) = counted.map_err(|e| self.store.error(e))?;
        Ok((count as usize, last.map(instant)))
    }

    /// The latest alerts, the last one first, with how each delivery stands.
    pub fn alerts(&self, limit: usize) -> Result<Vec<KeptAlert>, Error> {
        (|| {
            let connection = &self.store.connection;
            let mut all = connection.prepare_cached(
                "SELECT sequence, alert.id, name, made_at, body FROM alert JOIN follow ON follow.id = alert.follow
                 ORDER BY sequence DESC LIMIT ?1",
            )?;
            let all = all.query_map([i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
                Ok(KeptAlert {
                    sequence: row.get(0)?,
                    id: row.get(1)?,
                    follow: row.get(2)?,
                    made_at: instant(row.get(3)?),
                    body: row.get(4)?,
                    deliveries: Vec::new(),
                })
            })?;
            let mut all = all.collect::<rusqlite::Result<Vec<KeptAlert>>>()?;
            for alert in &mut all {
                alert.deliveries = deliveries(connection, alert.sequence)?;
            }
            Ok(all)
        })()
        .map_err(|e| self.store.error(e))
    }
}

impl Writer {
    /// All that is followed, in the order in which it was added.
    pub fn follows(&self) -> Result<Vec<Follow>, Error> {
        follows(&self.store)
    }

    /// Begins to follow something: what is in the library by now is no news. `None` where there is one of this name.
    pub fn follow(
        &mut self,
        name: &str,
        what: &Followed,
        targets: &[String],
        now: Timestamp,
    ) -> Result<Option<i64>, Error> {
        let (query, story) = match what {
            Followed::Search(query) => (Some(query), None),
            Followed::Story(story) => (None, Some(story)),
        };
        (|| {
            let connection = &self.store.connection;
            let added = connection
                .prepare_cached(
                    "INSERT INTO follow (name, query, story, targets, added_at, looked, looked_at)
                     SELECT ?1, ?2, ?3, ?4, ?5, (SELECT coalesce(max(seq), 0) FROM observation), ?5
                     WHERE NOT EXISTS (SELECT 1 FROM follow WHERE name = ?1)",
                )?
                .execute(params![name, query, story, list(targets), microseconds(now)])?;
            Ok((added > 0).then(|| connection.last_insert_rowid()))
        })()
        .map_err(|e| self.store.error(e))
    }

    /// Ends a follow; its alerts go with it. `false` where there is none.
    pub fn unfollow(&mut self, id: i64) -> Result<bool, Error> {
        (|| {
            let transaction = self.store.connection.transaction()?;
            transaction.execute(
                "DELETE FROM delivery WHERE alert IN (SELECT sequence FROM alert WHERE follow = ?1)",
                [id],
            )?;
            transaction.execute("DELETE FROM alert WHERE follow = ?1", [id])?;
            let gone = transaction.execute("DELETE FROM follow WHERE id = ?1", [id])?;
            transaction.commit()?;
            Ok(gone > 0)
        })()
        .map_err(|e| self.store.error(e))
    }

    /// Keeps what came of looking: the alerts, whom each is for, and how far each follow was looked at. Gives the ids
    /// of the alerts that are new.
    pub fn keep_alerts(
        &mut self,
        looked: &[Looked],
        alerts: &[NewAlert],
        now: Timestamp,
    ) -> Result<FxHashSet<String>, Error> {
        let now = microseconds(now);
        (|| {
            let transaction = self.store.connection.transaction()?;
            let mut new = FxHashSet::default();
            for alert in alerts {
                let made = transaction
                    .prepare_cached(
                        "INSERT INTO alert (id, follow, made_at, articles, body) VALUES (?1, ?2, ?3, ?4, ?5)
                         ON CONFLICT DO NOTHING",
                    )?
                    .execute(params![alert.id, alert.follow, now, list(&alert.articles), alert.body])?;
                if made == 0 {
                    continue;
                }
                new.insert(alert.id.clone());
                transaction
                    .prepare_cached(
                        "INSERT INTO delivery (alert, target, due_at)
                         SELECT ?1, value, ?3 FROM follow, json_each(targets) WHERE follow.id = ?2
                         ON CONFLICT DO NOTHING",
                    )?
                    .execute(params![transaction.last_insert_rowid(), alert.follow, now])?;
            }
            for looked in looked {
                transaction
                    .prepare_cached(
                        "UPDATE follow SET looked = ?2, looked_at = ?3, story = coalesce(?4, story),
                           anchors = coalesce(?5, anchors)
                         WHERE id = ?1",
                    )?
                    .execute(params![
                        looked.follow,
                        looked.looked,
                        now,
                        looked.story.as_ref().map(|s| &s.0),
                        looked.story.as_ref().map(|s| list(&s.1[..s.1.len().min(ANCHORS)])),
                    ])?;
            }
            transaction.commit()?;
            Ok(new)
        })()
        .map_err(|e| self.store.error(e))
    }
}

/// Empties the alerts that have words of articles, and sends them no more.
pub(crate) fn forget(connection: &Connection, articles: &FxHashSet<&str>) -> rusqlite::Result<()> {
    let mut all = connection.prepare("SELECT sequence, articles FROM alert WHERE body IS NOT NULL")?;
    let mut all = all.query([])?;
    let mut gone: Vec<i64> = Vec::new();
    while let Some(row) = all.next()? {
        let of: Vec<String> = serde_json::from_str(row.get_ref(1)?.as_str()?).unwrap_or_default();
        if of.iter().any(|article| articles.contains(article.as_str())) {
            gone.push(row.get(0)?);
        }
    }
    for sequence in gone {
        connection.execute("UPDATE alert SET body = NULL WHERE sequence = ?1", [sequence])?;
        connection
            .execute("UPDATE delivery SET due_at = NULL, failed = NULL WHERE alert = ?1", [sequence])?;
    }
    Ok(())
}

fn follows(store: &Store) -> Result<Vec<Follow>, Error> {
    type Stored = (Follow, Option<String>, Option<String>, String, String);
    let rows = (|| {
        let mut all = store.connection.prepare_cached(
            "SELECT id, name, added_at, looked, looked_at, query, story, anchors, targets FROM follow ORDER BY id",
        )?;
        let all = all.query_map([], |row| {
            let follow = Follow {
                id: row.get(0)?,
                name: row.get(1)?,
                what: Followed::Search(String::new()),
                anchors: Vec::new(),
                targets: Vec::new(),
                added_at: instant(row.get(2)?),
                looked: row.get(3)?,
                looked_at: instant(row.get(4)?),
            };
            Ok((follow, row.get(5)?, row.get(6)?, row.get(7)?, row.get(8)?))
        })?;
        all.collect::<rusqlite::Result<Vec<Stored>>>()
    })();
    let rows = rows.map_err(|e| store.error(e))?;
    rows.into_iter()
        .map(|(follow, query, story, anchors, targets)| {
            let what = match query {
                Some(query) => Followed::Search(query),
                None => Followed::Story(story.unwrap_or_default()),
            };
            let parsed = |what: &str, json: &str| {
                serde_json::from_str(json).map_err(|e| Error::Damaged {
                    what: format!("{}: {what} of {:?}", store.folder.join(DATABASE).display(), follow.name),
                    why: e.to_string(),
                    cure: RESTORE_ALL,
                })
            };
            let (anchors, targets) = (parsed("the articles", &anchors)?, parsed("the targets", &targets)?);
            Ok(Follow { what, anchors, targets, ..follow })
        })
        .collect()
}

fn deliveries(connection: &Connection, alert: i64) -> rusqlite::Result<Vec<Delivery>> {
    let mut of = connection.prepare_cached(
        "SELECT target, attempts, due_at, delivered_at, given_up_at, refused, failed FROM delivery WHERE alert = ?1
         ORDER BY target",
    )?;
    let of = of.query_map([alert], |row| {
        let time = |column| row.get::<_, Option<i64>>(column).map(|t| t.map(instant));
        Ok(Delivery {
            target: row.get(0)?,
            attempts: row.get(1)?,
            due_at: time(2)?,
            delivered_at: time(3)?,
            given_up_at: time(4)?,
            refused: row.get(5)?,
            failed: row.get(6)?,
        })
    })?;
    of.collect()
}

fn list(names: &[String]) -> String {
    serde_json::to_string(names).unwrap_or_else(|_| "[]".to_owned())
}
