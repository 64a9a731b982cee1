//! What people wish of a library that no configuration file says: kept with it, under names of their own.

use crate::{error::Error, library::Library, store::Store, writer::Writer};
use rusqlite::{OptionalExtension, params};

/// What the names begin with, so that none is that of a number which the library keeps for itself.
const PREFIX: &str = "preference ";

impl Library {
    /// The preference with this name.
    pub fn preference(&self, name: &str) -> Result<Option<String>, Error> {
        preference(&self.store, name)
    }
}

impl Writer {
    /// The preference with this name.
    pub fn preference(&self, name: &str) -> Result<Option<String>, Error> {
        preference(&self.store, name)
    }

    /// Keeps a preference, or forgets it.
    pub fn prefer(&mut self, name: &str, value: Option<&str>) -> Result<(), Error> {
        let (connection, name) = (&self.store.connection, format!("{PREFIX}{name}"));
        let kept = match value {
            Some(value) => connection.execute(
                "INSERT INTO setting (name, value) VALUES (?1, ?2)
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                params![name, value],
            ),
            None => connection.execute("DELETE FROM setting WHERE name = ?1", [name]),
        };
        kept.map(|_| ()).map_err(|e| self.store.error(e))
    }
}

fn preference(store: &Store, name: &str) -> Result<Option<String>, Error> {
    let value = "SELECT value FROM setting WHERE name = ?1";
    let found = store
        .connection
        .prepare_cached(value)
        .and_then(|mut s| s.query_row([format!("{PREFIX}{name}")], |row| row.get(0)).optional());
    found.map_err(|e| store.error(e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preference_is_kept_changed_and_forgotten() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut writer = Writer::open(folder.path()).expect("a library");
        let of = || Library::open(folder.path()).expect("a library").preference("digest").expect("asked");
        assert_eq!(of(), None);
        for value in ["7 mail", "8 \u{fc}\0 mail"] {
            writer.prefer("digest", Some(value)).expect("kept");
            assert_eq!(of().as_deref(), Some(value));
        }
        writer.prefer("digest", None).expect("forgotten");
        assert_eq!(of(), None);
    }
}
