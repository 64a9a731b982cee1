//! The folder and its database: opening, the lock of the one writer, the versions of the schema.

use crate::error::{Error, RESTORE_ALL};
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, TransactionBehavior, ffi, params};
use std::{
    fmt::Write as _,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

/// The database's name in the folder.
pub(crate) const DATABASE: &str = "library.db";
/// The lock's.
const LOCK: &str = "writer.lock";
/// Where the fold's states lie.
pub(crate) const CHECKPOINTS: &str = "checkpoints";
/// The folder of the search index.
pub(crate) const INDEX: &str = "index";

/// The steps from each version of the schema to the next, from an empty file on.
const MIGRATIONS: &[&str] = &[
    include_str!("../schema/0001.sql"),
    include_str!("../schema/0002.sql"),
    include_str!("../schema/0003.sql"),
    include_str!("../schema/0004.sql"),
    include_str!("../schema/0005.sql"),
];
/// The version that this program reads and writes.
pub(crate) const VERSION: i64 = MIGRATIONS.len() as i64;

/// How long a reader waits for a writer that is putting its last changes in order, and the other way round.
const PATIENCE: Duration = Duration::from_secs(10);
/// Prepared statements that are kept.
const STATEMENTS: usize = 64;

/// The lock that makes a process the one that writes.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of a library. Errors: where another process has it.
    pub(crate) fn take(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(LOCK);
        let open = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = open.map_err(|source| cannot_write(folder, source))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Error::Busy { folder: folder.to_path_buf(), process: left_by(&mut file) });
            }
            Err(TryLockError::Error(source)) => return Err(cannot_write(folder, source)),
        }
        // For whoever is told to wait.
        let said = file
            .set_len(0)
            .and_then(|()| file.seek(SeekFrom::Start(0)))
            .and_then(|_| writeln!(file, "{}", std::process::id()));
        said.map_err(|source| cannot_write(folder, source))?;
        Ok(Self { _file: file })
    }
}

/// Says whether nobody is writing to a library. Errors: somebody is, or its files cannot be locked.
pub fn is_free(folder: &Path) -> Result<(), Error> {
    let path = folder.join(LOCK);
    let Ok(mut file) = File::open(&path) else { return Ok(()) };
    match file.try_lock_shared() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => {
            Err(Error::Busy { folder: folder.to_path_buf(), process: left_by(&mut file) })
        }
        Err(TryLockError::Error(source)) => Err(Error::File { path, source }),
    }
}

/// When a library was written to last.
pub fn last_written(folder: &Path) -> Option<SystemTime> {
    let database = folder.join(DATABASE);
    let written = |path: &Path| fs::metadata(path).and_then(|m| m.modified()).ok();
    written(&database).max(written(&log_of(&database)))
}

/// A file: another one where it was replaced, for as long as somebody has the older one open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity(#[cfg(unix)] (u64, u64), #[cfg(not(unix))] Option<SystemTime>);

/// Which file a library's database is; `None` where there is none.
pub fn identity(folder: &Path) -> Option<Identity> {
    let file = fs::metadata(folder.join(DATABASE)).ok()?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        Some(Identity((file.dev(), file.ino())))
    }
    #[cfg(not(unix))]
    Some(Identity(file.created().ok()))
}

/// The number of the process that holds the lock.
fn left_by(lock: &mut File) -> Option<u32> {
    let mut left = String::new();
    lock.read_to_string(&mut left).ok().and_then(|_| left.trim().parse().ok())
}

/// What the system said when something in a library's folder could not be written.
pub(crate) fn cannot_write(folder: &Path, source: io::Error) -> Error {
    let folder = folder.to_path_buf();
    match source.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            Error::ReadOnly { folder, source }
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            Error::Full(folder)
        }
        _ => Error::File { path: folder, source },
    }
}

/// The folder and an open connection to its database.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) folder: PathBuf,
    pub(crate) connection: Connection,
}

impl Store {
    /// Opens a library for reading.
    pub(crate) fn to_read(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(DATABASE);
        let unreadable = |source| Error::Unreadable { folder: folder.to_path_buf(), source };
        match File::open(&path).and_then(|f| f.metadata()) {
            Ok(found) if found.is_file() => {}
            Err(e) if e.kind() == io::ErrorKind::PermissionDenied => return Err(unreadable(e)),
            Ok(_) | Err(_) => return Err(Error::Missing(folder.to_path_buf())),
        }
        let open = |path: &Path, more: OpenFlags| {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | more;
            Connection::open_with_flags(path, flags).and_then(|c| version(&c).map(|v| (c, v)))
        };
        let opened = match open(&path, OpenFlags::empty()) {
            Err(e) if cannot_mark(&e) && has_log(&path) => {
                let why = "the last to write to it was cut short, and what it left has to be brought in first, by \
                           `reportedly add` or another command that may write";
                return Err(unreadable(io::Error::other(why)));
            }
            // Where nothing can be written, not even a reader's mark can be left: nobody writes then.
            Err(e) if cannot_mark(&e) => open(&as_immutable(&path), OpenFlags::SQLITE_OPEN_URI),
            opened => opened,
        };
        let (connection, version) = opened.map_err(|e| database(folder, e))?;
        check_owner(folder, &connection)?;
        check_version(folder, version)?;
        if version == 0 {
            lost(folder)?;
            return Err(Error::Missing(folder.to_path_buf()));
        }
        if version < VERSION {
            return Err(Error::Older(folder.to_path_buf()));
        }
        let store = Self { folder: folder.to_path_buf(), connection };
        store.prepare("PRAGMA cache_size = -65536; PRAGMA mmap_size = 268435456; PRAGMA query_only = 1;")?;
        Ok(store)
    }

    /// Takes less memory, for one of many that read side by side: what each maps into memory counts for each.
    pub(crate) fn read_lightly(&self) -> Result<(), Error> {
        self.prepare("PRAGMA cache_size = -24576; PRAGMA mmap_size = 0;")
    }

    /// Opens a library for writing, after its lock was taken; makes it where there is none, and brings its schema up
    /// to date.
    pub(crate) fn to_write(folder: &Path, _lock: &Lock) -> Result<Self, Error> {
        let path = folder.join(DATABASE);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&path, flags).map_err(|e| database(folder, e))?;
        check_owner(folder, &connection)?;
        if version(&connection).map_err(|e| database(folder, e))? == 0 {
            lost(folder)?;
        }
        let mut store = Self { folder: folder.to_path_buf(), connection };
        store.prepare(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
             PRAGMA secure_delete = ON; PRAGMA cache_size = -131072; PRAGMA temp_store = MEMORY;
             PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 268435456;",
        )?;
        store.migrate()?;
        Ok(store)
    }

    fn prepare(&self, pragmas: &str) -> Result<(), Error> {
        let ready =
            self.connection.busy_timeout(PATIENCE).and_then(|()| self.connection.execute_batch(pragmas));
        self.connection.set_prepared_statement_cache_capacity(STATEMENTS);
        ready.map_err(|e| self.error(e))
    }

    fn migrate(&mut self) -> Result<(), Error> {
        let found = version(&self.connection).map_err(|e| self.error(e))?;
        check_version(&self.folder, found)?;
        for (i, step) in MIGRATIONS.iter().enumerate().skip(found as usize) {
            let migrated = (|| {
                let transaction =
                    self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
                transaction.execute_batch(step)?;
                transaction.pragma_update(None, "user_version", i as i64 + 1)?;
                transaction.commit()
            })();
            migrated.map_err(|e| database(&self.folder, e))?;
        }
        Ok(())
    }

    /// Bytes of the database.
    pub(crate) fn bytes(&self) -> Result<u64, Error> {
        let bytes = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
        let bytes = self.connection.query_row(bytes, [], |row| row.get::<_, i64>(0));
        bytes.map(i64::unsigned_abs).map_err(|e| self.error(e))
    }

    /// What SQLite said, with what to do about it.
    pub(crate) fn error(&self, source: rusqlite::Error) -> Error {
        database(&self.folder, source)
    }
}

/// Makes a library's folder where there is none.
pub(crate) fn make_folder(folder: &Path) -> Result<(), Error> {
    fs::create_dir_all(folder)
        .and_then(|()| fs::create_dir_all(folder.join(CHECKPOINTS)))
        .map_err(|source| cannot_write(folder, source))
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

fn check_version(folder: &Path, found: i64) -> Result<(), Error> {
    if (0..=VERSION).contains(&found) {
        return Ok(());
    }
    Err(Error::Newer { folder: folder.to_path_buf(), found, known: VERSION })
}

/// Says whether a database is a library, or has nothing in it. Errors: it is another program's.
fn check_owner(folder: &Path, connection: &Connection) -> Result<(), Error> {
    let tables = "SELECT count(*), count(CASE WHEN name = 'observation' THEN 1 END) FROM sqlite_master WHERE type = 'table'";
    let (all, ours): (i64, i64) = connection
        .query_row(tables, [], |row| Ok((row.get(0)?, row.get(1)?)))
        .map_err(|e| database(folder, e))?;
    if all == 0 || ours > 0 {
        return Ok(());
    }
    Err(Error::Damaged {
        what: folder.join(DATABASE).display().to_string(),
        why: "it is another program's database".to_owned(),
        cure: "name another folder with --library",
    })
}

/// A database with nothing in it is a library that was begun and has nothing yet; with an index or states of the fold
/// beside it, it is one that lost everything, which must not be begun anew in silence.
fn lost(folder: &Path) -> Result<(), Error> {
    let has_files =
        |name: &str| fs::read_dir(folder.join(name)).is_ok_and(|mut files| files.next().is_some());
    if has_files(CHECKPOINTS) || has_files(INDEX) {
        return Err(Error::Damaged {
            what: format!("{}: {DATABASE}", folder.display()),
            why: "it is empty, though what was made from it lies beside it".to_owned(),
            cure: "restore a backup, or move the folder away to begin anew",
        });
    }
    Ok(())
}

/// Whether a reader was refused because it cannot write next to the database.
fn cannot_mark(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly))
}

/// Whether changes lie beside the database that are not yet in it.
fn has_log(database: &Path) -> bool {
    fs::metadata(log_of(database)).is_ok_and(|m| m.len() > 0)
}

fn log_of(database: &Path) -> PathBuf {
    let mut log = database.as_os_str().to_owned();
    log.push("-wal");
    log.into()
}

fn as_immutable(path: &Path) -> PathBuf {
    let mut uri = String::from("file:");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' => uri.push(char::from(*byte)),
            _ if byte.is_ascii_alphanumeric() => uri.push(char::from(*byte)),
            _ => {
                let _ = write!(uri, "%{byte:02x}");
            }
        }
    }
    uri.push_str("?immutable=1");
    uri.into()
}

/// A number that the library remembers.
pub(crate) fn setting(connection: &Connection, name: &str) -> rusqlite::Result<Option<i64>> {
    let value = "SELECT value FROM setting WHERE name = ?1";
    connection.prepare_cached(value)?.query_row([name], |row| row.get(0)).optional()
}

/// Remembers a number, or forgets it.
pub(crate) fn set(connection: &Connection, name: &str, value: Option<i64>) -> rusqlite::Result<()> {
    match value {
        Some(value) => connection.execute(
            "INSERT INTO setting (name, value) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            params![name, value],
        )?,
        None => connection.execute("DELETE FROM setting WHERE name = ?1", [name])?,
    };
    Ok(())
}

/// What SQLite said of a library, with what to do about it.
pub(crate) fn database(folder: &Path, source: rusqlite::Error) -> Error {
    let folder = folder.to_path_buf();
    let code = source.sqlite_error().map(|e| e.extended_code);
    match source.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => Error::Full(folder),
        // A limit on the size of files shows as a failed write, or as a file for readers' marks that cannot grow.
        Some(ErrorCode::SystemIoFailure)
            if [ffi::SQLITE_IOERR_WRITE, ffi::SQLITE_IOERR_SHMSIZE].map(Some).contains(&code) =>
        {
            Error::Full(folder)
        }
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            Error::ReadOnly { folder, source: io::Error::other(source.to_string()) }
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::Busy { folder, process: None },
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Error::Damaged {
            what: folder.join(DATABASE).display().to_string(),
            why: source.to_string(),
            cure: RESTORE_ALL,
        },
        _ => Error::Database { folder, source },
    }
}
