//! Which alerts are to be sent to whom, and what came of it.
//!
//! A try is counted before it is made: where a run ends between the sending and the noting, the alert is sent again
//! under the same id with a higher count.

use crate::{
    error::Error,
    library::Library,
    sight::{instant, microseconds},
    store::Store,
    writer::Writer,
};
use jiff::Timestamp;
use rusqlite::params;

/// Alerts of one receiver that are handed out at once.
const AT_ONCE: usize = 1_000;

/// An alert that is to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Its place among all alerts.
    pub sequence: i64,
    /// What it says, as JSON.
    pub body: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
}

/// What becomes of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is being tried; should nothing more be heard of that, again at this time.
    Trying(Timestamp),
    /// The receiver has it.
    Delivered(Timestamp),
    /// It is tried again.
    Failed {
        /// What went wrong, in words.
        said: String,
        /// The receiver answered that it will not have it.
        refused: bool,
        /// When.
        again: Timestamp,
    },
    /// It is not tried any more.
    GivenUp {
        /// What went wrong, in words.
        said: String,
        /// Since when.
        at: Timestamp,
    },
}

/// What a receiver does not have yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// How many alerts.
    pub alerts: usize,
    /// When the next of them is due.
    pub until: Option<Timestamp>,
}

impl Library {
    /// What waits for a receiver, and until when: see [`Writer::due`].
    pub fn waiting(&self, target: &str) -> Result<Waiting, Error> {
        (|| {
            let mut all = self.store.connection.prepare_cached(
                "SELECT due_at, refused FROM delivery JOIN alert ON alert.sequence = delivery.alert
                 WHERE target = ?1 AND due_at IS NOT NULL AND body IS NOT NULL ORDER BY alert",
            )?;
            let mut all = all.query([target])?;
            let (mut waiting, mut held) = (Waiting::default(), false);
            while let Some(row) = all.next()? {
                let (at, refused): (i64, bool) = (row.get(0)?, row.get(1)?);
                waiting.alerts += 1;
                // What comes behind one that failed waits for that.
                if !held {
                    let at = instant(at);
                    waiting.until = Some(waiting.until.map_or(at, |until| until.min(at)));
                }
                held |= !refused;
            }
            Ok(waiting)
        })()
        .map_err(|e| self.store.error(e))
    }

    /// What is to be sent to a receiver now, in order: see [`Writer::due`].
    pub fn due(&self, target: &str, now: Timestamp) -> Result<Vec<Due>, Error> {
        due(&self.store, target, now)
    }
}

impl Writer {
    /// What is to be sent to a receiver now, in order. What failed and waits holds back what comes after it; what the
    /// receiver refused does not.
    pub fn due(&self, target: &str, now: Timestamp) -> Result<Vec<Due>, Error> {
        due(&self.store, target, now)
    }

    /// Makes what waits for a receiver due, also what it refused. Gives how many alerts that are.
    pub fn retry(&mut self, target: &str, now: Timestamp) -> Result<usize, Error> {
        self.store
            .connection
            .prepare_cached(
                "UPDATE delivery SET due_at = ?2 WHERE target = ?1 AND due_at > ?2
                   AND (SELECT body FROM alert WHERE sequence = alert) IS NOT NULL",
            )
            .and_then(|mut change| change.execute(params![target, microseconds(now)]))
            .map_err(|e| self.store.error(e))
    }

    /// Notes what became of deliveries, all of it or nothing.
    pub fn note_deliveries(&mut self, all: &[(i64, &str, Outcome)]) -> Result<(), Error> {
        (|| {
            let transaction = self.store.connection.transaction()?;
            for (alert, target, outcome) in all {
                let (change, time, said, refused) = match outcome {
                    Outcome::Trying(again) => ("attempts = attempts + 1, due_at = ?3", again, None, false),
                    Outcome::Delivered(at) => {
                        ("due_at = NULL, delivered_at = ?3, failed = ?4, refused = ?5", at, None, false)
                    }
                    Outcome::Failed { said, refused, again } => {
                        ("due_at = ?3, failed = ?4, refused = ?5", again, Some(said), *refused)
                    }
                    Outcome::GivenUp { said, at } => {
                        ("due_at = NULL, given_up_at = ?3, failed = ?4, refused = ?5", at, Some(said), false)
                    }
                };
                // What was forgotten meanwhile stays without words.
                let still = "(SELECT body FROM alert WHERE sequence = ?1) IS NOT NULL";
                let sql =
                    format!("UPDATE delivery SET {change} WHERE alert = ?1 AND target = ?2 AND {still}");
                let mut change = transaction.prepare_cached(&sql)?;
                let time = microseconds(*time);
                match outcome {
                    Outcome::Trying(_) => change.execute(params![alert, target, time])?,
                    _ => change.execute(params![alert, target, time, said, refused])?,
                };
            }
            transaction.commit()
        })()
        .map_err(|e| self.store.error(e))
    }
}

fn due(store: &Store, target: &str, now: Timestamp) -> Result<Vec<Due>, Error> {
    let now = microseconds(now);
    (|| {
        let mut waiting = store.connection.prepare_cached(
            "SELECT sequence, body, made_at, attempts, due_at, refused
             FROM delivery JOIN alert ON alert.sequence = delivery.alert
             WHERE target = ?1 AND due_at IS NOT NULL AND body IS NOT NULL ORDER BY alert",
        )?;
        let mut waiting = waiting.query([target])?;
        let mut due = Vec::new();
        while let Some(row) = waiting.next()?
            && due.len() < AT_ONCE
        {
            let (at, refused): (i64, bool) = (row.get(4)?, row.get(5)?);
            match (at <= now, refused) {
                (true, _) => due.push(Due {
                    sequence: row.get(0)?,
                    body: row.get(1)?,
                    made_at: instant(row.get(2)?),
                    attempts: row.get(3)?,
                }),
                (false, true) => {}
                (false, false) => break,
            }
        }
        Ok(due)
    })()
    .map_err(|e| store.error(e))
}
