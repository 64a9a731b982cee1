//! What is looked at of the library's folder.

use super::{Check, machine};
use crate::config::Settings;
use reportedly_answer::count;
use reportedly_library::{Again, Error, Library, is_free, last_written};
use std::{
    fs::{self, File},
    io,
    path::Path,
    time::SystemTime,
};

/// With less room than this an `add` of any size fails.
const NO_ROOM: u64 = 100 << 20;
/// With less than this it is time to look for more.
const LITTLE_ROOM: u64 = 1 << 30;

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
            checks.extend(kept(folder));
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
    last_written(settings.library().ok()?)
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

/// The database and the search index, as they show when they are opened. Whether every page in them is whole is for
/// `reportedly check` to say.
fn kept(folder: &Path) -> Vec<Check> {
    const WHAT: &str = "database";
    let library = match Library::open(folder) {
        Ok(library) => library,
        Err(e @ Error::Missing(_)) => {
            return vec![Check::warning(WHAT, "there is none yet", e.cure().unwrap_or_default())];
        }
        Err(e) => return vec![faulty(WHAT, &e)],
    };
    let counted = || -> Result<String, Error> {
        let view = library.view(None)?;
        let (articles, stories) = (view.articles()?, view.stories()?);
        let (articles, stories) = (count(articles, "article"), count(stories, "story"));
        Ok(format!("{articles} in {stories}, {}", in_words(library.bytes()?)))
    };
    vec![counted().map_or_else(|e| faulty(WHAT, &e), |says| Check::ok(WHAT, says)), index(&library)]
}

fn index(library: &Library) -> Check {
    const WHAT: &str = "search index";
    const CURE: &str = "the next `reportedly add` or `reportedly search` sees to it";
    match library.index() {
        Ok(Ok(index)) if index.behind == 0 => Check::ok(WHAT, "up to date"),
        Ok(Ok(index)) => {
            let behind = count(index.behind, "article");
            Check::warning(WHAT, format!("not in it, though they came or went: {behind}"), CURE)
        }
        Ok(Err(Again::Missing)) => Check::warning(WHAT, "there is none yet", CURE),
        Ok(Err(Again::Other)) => Check::warning(WHAT, "another version made it", CURE),
        Ok(Err(Again::Damaged)) => Check::problem(WHAT, "it is damaged, or of another library", CURE),
        Err(e) => faulty(WHAT, &e),
    }
}

fn faulty(what: &'static str, error: &Error) -> Check {
    let cure = error.cure().unwrap_or("`reportedly check` may say more");
    Check::problem(what, error.what(), cure)
}

/// Who writes to the library, if anybody does.
fn writer(folder: &Path) -> Option<Check> {
    const WHAT: &str = "writer";
    match is_free(folder) {
        Ok(()) => None,
        Err(Error::Busy { process, .. }) => {
            let who = process.map_or_else(|| "a process".to_owned(), |p| format!("process {p}"));
            Some(Check::ok(WHAT, format!("{who} is adding to the library")))
        }
        Err(e) => {
            let says = format!("files cannot be locked here: {}", e.what());
            Some(Check::problem(WHAT, says, "keep the library on a disk of this machine"))
        }
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
