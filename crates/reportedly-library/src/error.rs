//! What can go wrong with a library, each with what to do about it.

use std::{io, path::PathBuf};

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No library where one was looked for.
    #[error("{}: no library here; {MAKE}", .0.display())]
    Missing(PathBuf),
    /// Another process writes.
    #[error("{}: another process is writing to this library{}; {WAIT}", folder.display(), by(*.process))]
    Busy {
        /// The library.
        folder: PathBuf,
        /// Its number, where it left it.
        process: Option<u32>,
    },
    /// What is there cannot be read.
    #[error("{}: the library cannot be read: {source}; {OWNER}", folder.display())]
    Unreadable {
        /// The library.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The folder cannot be written to.
    #[error("{}: the library cannot be written to: {source}; {DISK}", folder.display())]
    ReadOnly {
        /// The library.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No room on the disk.
    #[error("{}: no room left on the disk; what was acknowledged is kept; {ROOM}", .0.display())]
    Full(PathBuf),
    /// Made by a later release.
    #[error("{}: this library was made by a newer reportedly (version {found} of its schema, {known} is known here); {UPDATE}", folder.display())]
    Newer {
        /// The library.
        folder: PathBuf,
        /// The version that it has.
        found: i64,
        /// The newest that is known.
        known: i64,
    },
    /// Made by an earlier release and not yet brought up to date.
    #[error("{}: this library was made by an older reportedly; {MIGRATE}", .0.display())]
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

impl Error {
    /// What to do about it, as it stands at the end of what is said; `None` where that depends.
    pub const fn cure(&self) -> Option<&'static str> {
        match self {
            Self::Missing(_) => Some(MAKE),
            Self::Busy { .. } => Some(WAIT),
            Self::Unreadable { .. } => Some(OWNER),
            Self::ReadOnly { .. } => Some(DISK),
            Self::Full(_) => Some(ROOM),
            Self::Newer { .. } => Some(UPDATE),
            Self::Older(_) => Some(MIGRATE),
            Self::Damaged { cure, .. } => Some(cure),
            Self::Index { .. } => Some(REBUILD),
            Self::Unknown(_) | Self::File { .. } | Self::Database { .. } => None,
        }
    }

    /// What is wrong, without what to do about it.
    pub fn what(&self) -> String {
        let said = self.to_string();
        let what = self.cure().and_then(|cure| said.strip_suffix(cure)?.strip_suffix("; "));
        what.map(str::to_owned).unwrap_or(said)
    }
}

const MAKE: &str = "`reportedly add` makes one";
const WAIT: &str = "wait until it ends, or give the work to it";
const OWNER: &str = "check who owns it";
const DISK: &str = "check who owns it and whether the disk is mounted for reading only";
const ROOM: &str = "make room and run the same command again";
const UPDATE: &str = "update reportedly";
const MIGRATE: &str = "`reportedly add` or `reportedly rebuild` brings it up to date (take a backup first)";

fn by(process: Option<u32>) -> String {
    process.map(|p| format!(" (process {p})")).unwrap_or_default()
}

/// What to do about a damaged row.
pub(crate) const RESTORE: &str = "`reportedly check` names all that is damaged; restore a backup, or `reportedly forget` the article and add it again";
/// What to do about a damaged file of the database.
pub(crate) const RESTORE_ALL: &str = "restore a backup (`reportedly restore`)";
/// What to do about a damaged projection.
pub(crate) const REBUILD: &str = "`reportedly rebuild` makes it again";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_and_what_to_do_stand_apart() {
        let source = || io::Error::from(io::ErrorKind::PermissionDenied);
        let folder = || PathBuf::from("news");
        for error in [
            Error::Missing(folder()),
            Error::Busy { folder: folder(), process: Some(7) },
            Error::Unreadable { folder: folder(), source: source() },
            Error::ReadOnly { folder: folder(), source: source() },
            Error::Full(folder()),
            Error::Newer { folder: folder(), found: 3, known: 1 },
            Error::Older(folder()),
            Error::Damaged { what: "news".to_owned(), why: "cut short".to_owned(), cure: RESTORE },
            Error::Index { folder: folder(), why: "cut short".to_owned() },
        ] {
            let cure = error.cure().expect("a cure");
            assert_eq!(format!("{}; {cure}", error.what()), error.to_string());
        }
    }
}
