//! What can go wrong with a library, each with what to do about it.

use std::{io, path::PathBuf};

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No library where one was looked for.
    #[error("{}: no library here; `reportedly add` makes one", .0.display())]
    Missing(PathBuf),
    /// Another process writes.
    #[error("{}: another process is writing to this library{}; wait until it ends, or give the work to it", folder.display(), by(*.process))]
    Busy {
        /// The library.
        folder: PathBuf,
        /// Its number, where it left it.
        process: Option<u32>,
    },
    /// What is there cannot be read.
    #[error("{}: the library cannot be read: {source}; check who owns it", folder.display())]
    Unreadable {
        /// The library.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The folder cannot be written to.
    #[error("{}: the library cannot be written to: {source}; check who owns it and whether the disk is mounted for reading only", folder.display())]
    ReadOnly {
        /// The library.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No room on the disk.
    #[error("{}: no room left on the disk; what was acknowledged is kept: make room and run the same command again", .0.display())]
    Full(PathBuf),
    /// Made by a later release.
    #[error("{}: this library was made by a newer reportedly (version {found} of its schema, {known} is known here): update reportedly", folder.display())]
    Newer {
        /// The library.
        folder: PathBuf,
        /// The version that it has.
        found: i64,
        /// The newest that is known.
        known: i64,
    },
    /// Made by an earlier release and not yet brought up to date.
    #[error("{}: this library was made by an older reportedly: `reportedly add` or `reportedly rebuild` brings it up to date (take a backup first)", .0.display())]
    Older(PathBuf),
    /// Something stored cannot be read.
    #[error("{what} is damaged: {why}; {cure}")]
    Damaged {
        /// What.
        what: String,
        /// In what way.
        why: String,
        /// What to do.
        cure: &'static str,
    },
    /// The search index cannot be used.
    #[error("{}: the search index is damaged: {why}; {REBUILD}", folder.display())]
    Index {
        /// The library.
        folder: PathBuf,
        /// In what way.
        why: String,
    },
    /// Something that is not there.
    #[error("{0}")]
    Unknown(String),
    /// A file.
    #[error("{}: {source}", path.display())]
    File {
        /// Its path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The database.
    #[error("{}: {source}", folder.display())]
    Database {
        /// The library.
        folder: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
}

fn by(process: Option<u32>) -> String {
    process.map(|p| format!(" (process {p})")).unwrap_or_default()
}

/// What to do about a damaged row.
pub(crate) const RESTORE: &str = "`reportedly check` names all that is damaged; restore a backup, or `reportedly forget` the article and add it again";
/// What to do about a damaged file of the database.
pub(crate) const RESTORE_ALL: &str = "restore a backup (`reportedly restore`)";
/// What to do about a damaged projection.
pub(crate) const REBUILD: &str = "`reportedly rebuild` makes it again";
