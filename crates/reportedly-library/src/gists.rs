//! What is counted of each article, as it is stored: one row an observation, written with it.

use crate::{
    error::Error,
    sight::gist_of,
    store::{Store, set, setting},
};
use rayon::prelude::*;
use reportedly_story::{GIST_VERSION, Gist};
use rusqlite::{Connection, OptionalExtension, params};

/// The setting that says of which version all gists are there.
const COMPLETE: &str = "gists";
/// Gists that are made again in one transaction.
const MADE: usize = 2_000;

/// Makes the gists that a library of an older version lacks. A run that is killed is gone on with by the next.
pub(crate) fn complete(store: &mut Store) -> Result<(), Error> {
    let version = i64::from(GIST_VERSION);
    let found = setting(&store.connection, COMPLETE).map_err(|e| store.error(e))?;
    if found == Some(version) {
        return Ok(());
    }
    if found.is_some() {
        forget(&store.connection).map_err(|e| store.error(e))?;
    }
    let mut last = 0;
    while let Some(end) = make_some(store, last)? {
        last = end;
    }
    set(&store.connection, COMPLETE, Some(version)).map_err(|e| store.error(e))
}

/// Makes some that are missing after an observation. Gives the last that was looked at.
fn make_some(store: &mut Store, after: i64) -> Result<Option<i64>, Error> {
    let missing = (|| {
        let mut rows = store.connection.prepare_cached(
            "SELECT seq, reading.body FROM observation JOIN reading USING (seq)
             WHERE seq > ?1 AND is_article = 1 AND forgotten_at IS NULL
               AND NOT EXISTS (SELECT 1 FROM gist WHERE gist.seq = observation.seq)
             ORDER BY seq LIMIT ?2",
        )?;
        let rows = rows.query_map(params![after, MADE as i64], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect::<rusqlite::Result<Vec<(i64, Vec<u8>)>>>()
    })();
    let missing = missing.map_err(|e| store.error(e))?;
    let end = missing.last().map(|row| row.0);
    // A damaged reading is what `check` finds; it is counted as one that says nothing.
    let made = missing.into_par_iter().map(|(seq, body)| {
        (seq, gist_of(&body, || format!("observation {seq}")).unwrap_or_default().to_bytes())
    });
    let made: Vec<(i64, Vec<u8>)> = made.collect();
    let stored = (|| {
        let transaction = store.connection.transaction()?;
        {
            let mut insert = transaction.prepare_cached("INSERT INTO gist (seq, body) VALUES (?1, ?2)")?;
            for (seq, body) in made {
                insert.execute(params![seq, body])?;
            }
        }
        transaction.commit()
    })();
    stored.map_err(|e| store.error(e))?;
    Ok(end)
}

/// Lets all of them go, to be made again.
pub(crate) fn forget(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM gist", [])?;
    set(connection, COMPLETE, None)
}

/// The gist of an observation, made from its reading where there is none yet.
pub(crate) fn gist(connection: &Connection, seq: i64) -> rusqlite::Result<Gist> {
    let stored: Option<Vec<u8>> = connection
        .prepare_cached("SELECT body FROM gist WHERE seq = ?1")?
        .query_row([seq], |row| row.get(0))
        .optional()?;
    if let Some(gist) = stored.and_then(|body| Gist::from_bytes(&body).ok()) {
        return Ok(gist);
    }
    let reading: Option<Vec<u8>> = connection
        .prepare_cached("SELECT body FROM reading WHERE seq = ?1")?
        .query_row([seq], |row| row.get(0))
        .optional()?;
    let made = reading.and_then(|body| gist_of(&body, || format!("observation {seq}")).ok());
    Ok(made.unwrap_or_default())
}
