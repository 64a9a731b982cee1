//! Copies of a library, and libraries from copies.

use crate::{
    error::{Error, RESTORE_ALL},
    library::Library,
    store::{CHECKPOINTS, DATABASE, INDEX, Lock, VERSION, cannot_write, database, make_folder},
    writer::Writer,
};
use rusqlite::{Connection, OpenFlags, backup::Backup};
use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

impl Library {
    /// Copies the library into one file, as it stands now, while others may write to it. The file is there whole or
    /// not at all; one that is there is not overwritten.
    pub fn backup(&self, to: &Path) -> Result<(), Error> {
        if to.exists() {
            return Err(Error::Unknown(format!(
                "{}: there is a file already, and it is not overwritten: name another one",
                to.display()
            )));
        }
        let parent = to.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if !parent.is_dir() {
            return Err(Error::Unknown(format!("{}: there is no such folder", parent.display())));
        }
        let unfinished = beside(to, &format!(".{}.unfinished", std::process::id()));
        let copied = self.copy(&unfinished).and_then(|()| {
            let moved = File::open(&unfinished)
                .and_then(|file| file.sync_all())
                .and_then(|()| fs::rename(&unfinished, to));
            moved.map_err(|source| cannot_write(to, source))
        });
        if copied.is_err() {
            let _ = fs::remove_file(&unfinished);
        }
        copied
    }

    fn copy(&self, to: &Path) -> Result<(), Error> {
        let copied = copy_whole(&self.store.connection, to).and_then(|copy| sound(&copy));
        match copied.map_err(|e| database(to, e))? {
            None => Ok(()),
            Some(why) => Err(Error::Damaged {
                what: self.store.folder.join(DATABASE).display().to_string(),
                why,
                cure: RESTORE_ALL,
            }),
        }
    }
}

/// Makes a library from a copy. A library that is there is put aside as `library.db.before-restore` where `replace`
/// says that it may be, with a number behind it where one lies there; the stories and the index are made again.
///
/// Gives where the old one went. What was forgotten after the copy was made is in the library again.
pub fn restore(from: &Path, folder: &Path, replace: bool) -> Result<Option<PathBuf>, Error> {
    File::open(from).map_err(|source| Error::File { path: from.to_path_buf(), source })?;
    let opened = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_ONLY).and_then(|copy| {
        let version: i64 = copy.pragma_query_value(None, "user_version", |row| row.get(0))?;
        let fault = sound(&copy)?;
        Ok((copy, version, fault))
    });
    let damaged =
        |why: String| Error::Damaged { what: from.display().to_string(), why, cure: "take another backup" };
    let (copy, version, fault) = opened.map_err(|e| damaged(e.to_string()))?;
    if let Some(why) = fault {
        return Err(damaged(why));
    }
    if version == 0 {
        return Err(damaged("it is no library".to_owned()));
    }
    if version > VERSION {
        return Err(Error::Newer { folder: from.to_path_buf(), found: version, known: VERSION });
    }
    make_folder(folder)?;
    let lock = Lock::take(folder)?;
    let place = folder.join(DATABASE);
    if place.exists() && !replace {
        return Err(Error::Unknown(format!(
            "{}: a library is there already: --replace puts it aside, --library DIR names another folder",
            folder.display()
        )));
    }
    let unfinished = beside(&place, ".unfinished");
    copy_whole(&copy, &unfinished).map_err(|e| database(folder, e))?;
    let aside = place.exists().then(|| free_name(&folder.join(format!("{DATABASE}{ASIDE}"))));
    let restored = (|| {
        File::open(&unfinished)?.sync_all()?;
        if let Some(aside) = &aside {
            put_aside(&place, aside)?;
        }
        for file in fs::read_dir(folder.join(CHECKPOINTS))? {
            fs::remove_file(file?.path())?;
        }
        let index = folder.join(INDEX);
        if index.exists() {
            fs::remove_dir_all(index)?;
        }
        fs::rename(&unfinished, &place)
    })();
    restored.map_err(|source| cannot_write(folder, source))?;
    drop(lock);
    Writer::open(folder)?.fold()?;
    Ok(aside)
}

/// What the database is called that a restored one took the place of.
const ASIDE: &str = ".before-restore";

/// The name itself, or the first with a number behind it that is free.
fn free_name(path: &Path) -> PathBuf {
    let numbered = (2..).map(|n| beside(path, &format!("-{n}")));
    let mut names = std::iter::once(path.to_path_buf()).chain(numbered);
    names.find(|p| !p.exists()).unwrap_or_else(|| path.to_path_buf())
}

/// Databases in a library's folder that restored ones took the place of: what is forgotten is still in them.
pub fn put_aside_before(folder: &Path) -> Vec<PathBuf> {
    let name = format!("{DATABASE}{ASIDE}");
    let files = fs::read_dir(folder).into_iter().flatten().flatten().map(|f| f.path());
    let mut aside: Vec<PathBuf> = files
        .filter(|p| {
            p.file_name()
                .and_then(|n| n.to_str())
                .is_some_and(|n| n.starts_with(&name) && !n.ends_with("-wal"))
        })
        .collect();
    aside.sort();
    aside
}

/// Copies a database into one file, without a log beside it.
fn copy_whole(from: &Connection, to: &Path) -> rusqlite::Result<Connection> {
    let _ = fs::remove_file(to);
    let mut copy = Connection::open(to)?;
    // All at once: what others write meanwhile is not seen.
    Backup::new(from, &mut copy)?.step(-1)?;
    one_file(&copy)?;
    Ok(copy)
}

/// Brings a database's log into it, and does without one from then on.
fn one_file(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))
}

/// Moves a database out of the way, with its log where that cannot be brought in: it may be damaged, or somebody may
/// be reading.
fn put_aside(place: &Path, aside: &Path) -> io::Result<()> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let _ = Connection::open_with_flags(place, flags).and_then(|old| one_file(&old));
    for ending in ["", "-wal"] {
        let (old, aside) = (beside(place, ending), beside(aside, ending));
        if old.exists() {
            fs::rename(old, aside)?;
        }
    }
    // The index of a log is made from it again, and without a log there is nothing for it to say.
    for place in [place, aside] {
        let _ = fs::remove_file(beside(place, "-shm"));
    }
    Ok(())
}

/// What is wrong with a database file, if anything.
fn sound(connection: &Connection) -> rusqlite::Result<Option<String>> {
    let said: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    Ok((said != "ok").then_some(said))
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut beside = path.as_os_str().to_owned();
    beside.push(ending);
    beside.into()
}
