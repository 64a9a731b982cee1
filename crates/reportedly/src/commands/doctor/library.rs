//! What is looked at of the library's folder.

use super::{Check, machine};
use crate::config::Settings;
use std::{
    fs::{self, File, TryLockError},
    io::{self, Read},
    path::Path,
    time::SystemTime,
};

/// With less room than this an `add` of any size fails.
const NO_ROOM: u64 = 100 << 20;
/// With less than this it is time to look for more.
const LITTLE_ROOM: u64 = 1 << 30;

const DATABASE: &str = "library.db";
/// What is not yet in its place in the database.
const LOG: &str = "library.db-wal";
const LOCK: &str = "writer.lock";

const WHAT: &str = "library";
const ELSEWHERE: &str = "say where it is with --library, REPORTEDLY_LIBRARY or in the configuration";

/// The library and the disk that it is on.
pub fn checks(settings: &Settings) -> Vec<Check> {
    let folder = match settings.library() {
        Ok(folder) => folder,
        Err(e) => return vec![Check::problem(WHAT, e.to_string(), "or set HOME")],
    };
    let mut checks = Vec::new();
    match fs::metadata(folder) {
        Ok(found) if found.is_dir() => {
            checks.push(writable(folder));
            checks.push(database(folder));
            checks.extend(writer(folder));
        }
        Ok(_) => checks.push(Check::problem(WHAT, format!("{} is no folder", folder.display()), ELSEWHERE)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => checks.push(missing(folder)),
        Err(e) => checks.push(Check::problem(WHAT, format!("{}: {e}", folder.display()), ELSEWHERE)),
    }
    // Of a folder that is not there, the one that would hold it.
    if let Some(there) = folder.ancestors().find(|f| f.is_dir()) {
        checks.extend(machine::free(there).map(room));
        checks.extend(machine::file_system(there).map(|kind| file_system(&kind)));
    }
    checks
}

/// When the library was written to last.
pub fn written(settings: &Settings) -> Option<SystemTime> {
    let folder = settings.library().ok()?;
    let files = [DATABASE, LOG].map(|name| fs::metadata(folder.join(name)).and_then(|m| m.modified()).ok());
    files.into_iter().flatten().max()
}

fn missing(folder: &Path) -> Check {
    let there = folder.ancestors().find(|f| f.is_dir()).unwrap_or(Path::new("."));
    match try_to_write(there) {
        Ok(()) => Check::warning(
            WHAT,
            format!("{}: there is none yet", folder.display()),
            "the first `reportedly add` makes it",
        ),
        Err(e) => {
            let says = format!(
                "{}: there is none, and none can be made in {}: {e}",
                folder.display(),
                there.display()
            );
            Check::problem(WHAT, says, ELSEWHERE)
        }
    }
}

fn writable(folder: &Path) -> Check {
    match try_to_write(folder) {
        Ok(()) => Check::ok(WHAT, folder.display().to_string()),
        Err(e) => Check::problem(
            WHAT,
            format!("{}: can be read and not written to: {e}", folder.display()),
            "look who owns it, and whether its disk is mounted for reading only",
        ),
    }
}

/// Nothing tells as surely whether a folder can be written to as writing.
fn try_to_write(folder: &Path) -> io::Result<()> {
    let probe = folder.join(format!(".reportedly-doctor-{}", std::process::id()));
    File::options().write(true).create_new(true).open(&probe)?;
    fs::remove_file(probe)
}

/// What a database begins with.
const MAGIC: &[u8] = b"SQLite format 3\0";

/// Whether the database is one, and whole. What stands in it is for `reportedly check`.
fn database(folder: &Path) -> Check {
    const WHAT: &str = "database";
    const CURE: &str = "restore a backup";
    let path = folder.join(DATABASE);
    let mut header = Vec::new();
    let size = match File::open(&path)
        .and_then(|f| Ok((f.metadata()?.len(), f.take(100).read_to_end(&mut header)?)))
    {
        Ok((size, _)) => size,
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            return Check::warning(WHAT, "there is none yet", "the first `reportedly add` makes it");
        }
        Err(e) => return Check::problem(WHAT, format!("{}: {e}", path.display()), "look who owns it"),
    };
    if !header.starts_with(MAGIC) || header.len() < 100 {
        return Check::problem(WHAT, format!("{} is no database", path.display()), CURE);
    }
    let number = |at: usize| header[at..at + 4].iter().fold(0, |n, b| n << 8 | u64::from(*b));
    // SQLite writes 65536, which does not fit, as 1.
    let page = match number(14) & 0xffff {
        1 => 65536,
        bytes => bytes,
    };
    let logged = fs::metadata(folder.join(LOG)).is_ok_and(|m| m.len() > 0);
    let counted = number(24) == number(92);
    if counted && !logged && size < number(28) * page {
        return Check::problem(WHAT, format!("{} is cut short", path.display()), CURE);
    }
    Check::ok(WHAT, format!("version {} of its schema, {}", number(60), in_words(size)))
}

/// Who writes to the library, if anybody does.
fn writer(folder: &Path) -> Option<Check> {
    let mut lock = File::open(folder.join(LOCK)).ok()?;
    match lock.try_lock_shared() {
        Ok(()) => None,
        Err(TryLockError::WouldBlock) => {
            let mut who = String::new();
            let who = lock.read_to_string(&mut who).map(|_| who.trim().to_owned()).unwrap_or_default();
            let says = if who.is_empty() { "a process".to_owned() } else { format!("process {who}") };
            Some(Check::ok("writer", format!("{says} is adding to the library")))
        }
        Err(TryLockError::Error(e)) => Some(Check::problem(
            "writer",
            format!("files cannot be locked here: {e}"),
            "keep the library on a disk of this machine",
        )),
    }
}

fn room(bytes: u64) -> Check {
    let says = format!("{} free", in_words(bytes));
    match bytes {
        ..NO_ROOM => Check::problem("disk", says, "make room: nothing can be added"),
        NO_ROOM..LITTLE_ROOM => Check::warning("disk", says, "make room before it ends"),
        LITTLE_ROOM.. => Check::ok("disk", says),
    }
}

fn in_words(bytes: u64) -> String {
    match bytes {
        ..1_000_000 => format!("{} kB", bytes / 1000),
        1_000_000..1_000_000_000 => format!("{} MB", bytes / 1_000_000),
        _ => format!("{} GB", bytes / 1_000_000_000),
    }
}

fn file_system(kind: &str) -> Check {
    if machine::is_network(kind) {
        let says = format!("{kind} is shared with other machines, and a library's locks do not hold on it");
        return Check::problem("file system", says, "keep the library on a disk of this machine");
    }
    Check::ok("file system", kind)
}

#[cfg(test)]
mod tests {
    use super::{file_system, in_words, room};
    use crate::commands::doctor::State;

    #[test]
    fn a_full_disk_and_one_of_another_machine_are_problems() {
        let states = [0, 500 << 20, 5 << 30].map(|bytes| room(bytes).state);
        assert_eq!(states, [State::Problem, State::Warning, State::Ok]);
        assert_eq!(in_words(2_500_000_000), "2 GB");
        assert_eq!((file_system("nfs4").state, file_system("ext4").state), (State::Problem, State::Ok));
    }
}
