//! Libraries that are damaged, or that somebody may read and not write to.

mod common;

use common::{folder, root, told};
use std::{
    fs,
    path::{Path, PathBuf},
};

fn run(library: &Path, arguments: &[&str]) -> (String, String, Option<i32>) {
    told(&common::run(library, arguments, b""))
}

const PAGES: [&str; 4] = ["add", "--fetched", "2031-06-01", "examples/newsroom/vremnik"];
const SEARCH: [&str; 3] = ["search", "--json", "\"in the\""];

fn newsroom(library: &Path) {
    let (_, error, code) = run(library, &PAGES);
    assert_eq!(code, Some(0), "{error}");
}

fn segment_file(library: &Path, ending: &str) -> PathBuf {
    let mut files = fs::read_dir(library.join("index")).expect("an index").map(|f| f.expect("a file").path());
    files.find(|f| f.extension().is_some_and(|e| e == ending)).expect("a segment")
}

#[test]
fn adding_nothing_new_mends_the_index() {
    let library = folder();
    newsroom(library.path());
    let (wanted, ..) = run(library.path(), &SEARCH);
    assert!(wanted.contains("\"snippet\""), "{wanted}");
    fs::remove_file(segment_file(library.path(), "pos")).expect("removed");
    let (report, _, code) = run(library.path(), &["check", "--deep"]);
    assert!(code == Some(1) && report.contains("the search index is damaged"), "{report}");
    assert!(report.contains("rebuild") && report.contains("1 fault"), "{report}");
    let (_, error, code) = run(library.path(), &PAGES);
    assert!(code == Some(0) && error.contains("the search index was made again"), "{error}");
    assert_eq!(run(library.path(), &SEARCH), (wanted, String::new(), Some(0)));
    assert_eq!(run(library.path(), &["check", "--deep"]).2, Some(0));
}

#[test]
fn what_is_found_to_be_damaged_while_searching_is_mended_without_a_panic() {
    let library = folder();
    newsroom(library.path());
    let (wanted, ..) = run(library.path(), &SEARCH);
    for ending in ["idx", "pos", "term"] {
        let file = segment_file(library.path(), ending);
        let mut bytes = fs::read(&file).expect("a file");
        // What stands at the end is looked at when it is opened.
        let end = bytes.len() - bytes.len() / 4 - 100;
        bytes[..end].fill(0xff);
        fs::write(&file, bytes).expect("written");
        let (report, _, _) = run(library.path(), &["check"]);
        assert!(report.contains("search index"), "{ending}: {report}");
        let (found, error, code) = run(library.path(), &SEARCH);
        assert!(!error.contains("panicked") && !error.contains("RUST_BACKTRACE"), "{ending}: {error}");
        assert_eq!((found == wanted, code), (true, Some(0)), "{ending}: {error}");
        assert!(error.contains("the search index was made again"), "{ending}: {error}");
    }
}

#[cfg(unix)]
mod readers {
    use super::*;
    use std::{
        os::unix::{
            fs::{MetadataExt, PermissionsExt},
            process::CommandExt,
        },
        process::Command,
    };

    /// Everything below a folder, innermost first.
    fn all(folder: &Path) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path()) {
            if entry.is_dir() {
                found.extend(all(&entry));
            }
            found.push(entry);
        }
        found
    }

    fn set(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("permissions");
    }

    /// The program run by somebody who is bound by permissions: the one who runs the tests, or nobody, where that is
    /// the superuser.
    struct Reader {
        folder: tempfile::TempDir,
        program: PathBuf,
    }

    impl Reader {
        fn new() -> Self {
            let folder = folder();
            set(folder.path(), 0o755);
            let program = folder.path().join("reportedly");
            let built = env!("CARGO_BIN_EXE_reportedly");
            fs::hard_link(built, &program)
                .or_else(|_| fs::copy(built, &program).map(|_| ()))
                .expect("a copy");
            newsroom(&folder.path().join("library"));
            Self { folder, program }
        }

        fn library(&self) -> PathBuf {
            self.folder.path().join("library")
        }

        fn run(&self, arguments: &[&str]) -> (String, String, Option<i32>) {
            let mut command = Command::new(&self.program);
            command.args(arguments).arg("--library").arg(self.library());
            command.current_dir("/").env("XDG_CONFIG_HOME", "/nowhere").env_remove("REPORTEDLY_LIBRARY");
            if fs::metadata("/proc/self").is_ok_and(|m| m.uid() == 0) {
                command.uid(65_534).gid(65_534);
            }
            told(&command.output().expect("the program starts"))
        }
    }

    impl Drop for Reader {
        fn drop(&mut self) {
            set(&self.library(), 0o755);
            all(&self.library()).iter().rev().for_each(|p| set(p, 0o755));
        }
    }

    #[test]
    fn a_library_that_one_may_read_and_not_write_to_answers() {
        let reader = Reader::new();
        let library = reader.library();
        let shown = run(&library, &["stories", "--json"]);
        let found = run(&library, &SEARCH);
        let id = |json: &str| -> String {
            let json: serde_json::Value = serde_json::from_str(json).expect("JSON");
            json["stories"][0]["id"].as_str().expect("an id").to_owned()
        };
        let id = id(&shown.0);
        // As they were made, but for the right to write, which the superuser's files do not give to others anyway.
        for path in all(&library).iter().chain([&library]) {
            set(path, fs::metadata(path).expect("a file").permissions().mode() & 0o7555);
        }
        assert_eq!(reader.run(&["stories", "--json"]), shown);
        assert_eq!(reader.run(&SEARCH), found);
        assert_eq!(reader.run(&["story", &id]).2, Some(0));
        assert_eq!(reader.run(&["article", &id]).2, Some(0));
        let (report, error, code) = reader.run(&["check", "--deep"]);
        assert_eq!(code, Some(0), "{report}{error}");
        let page = root().join("Cargo.toml").display().to_string();
        for writing in [&["add", &page][..], &["rebuild"], &["forget", &id]] {
            let (_, error, code) = reader.run(writing);
            assert!(code == Some(1) && error.contains("cannot be written to"), "{writing:?}: {error}");
            assert_eq!(error.matches("Permission denied").count(), 1, "said once: {error}");
        }
        // Without an index there is nothing to be done, and it is said.
        set(&library, 0o755);
        fs::rename(library.join("index"), reader.folder.path().join("index")).expect("moved");
        set(&library, 0o555);
        let (_, error, code) = reader.run(&SEARCH);
        assert!(code == Some(1) && error.contains("the search index has to be made first"), "{error}");
        assert!(error.contains("cannot be written to"), "{error}");
    }

    #[test]
    fn a_library_that_one_may_not_read_is_said_to_be_so() {
        let reader = Reader::new();
        let library = reader.library();
        set(&library.join("index/meta.json"), 0);
        let (_, error, code) = reader.run(&SEARCH);
        assert!(code == Some(1) && error.contains("cannot be read: Permission denied"), "{error}");
        let (report, _, code) = reader.run(&["check"]);
        assert!(code == Some(1) && report.contains("the search index cannot be read"), "{report}");
        set(&library.join("library.db"), 0);
        for command in [&["stories"][..], &["check"], &SEARCH] {
            let (_, error, code) = reader.run(command);
            assert!(code == Some(1) && error.contains("the library cannot be read"), "{command:?}: {error}");
        }
        set(&library, 0);
        let (_, error, _) = reader.run(&["stories"]);
        assert!(error.contains("the library cannot be read"), "{error}");
    }

    #[test]
    fn a_copy_is_restored_into_one_file_that_can_be_written_to() {
        let reader = Reader::new();
        let library = reader.library();
        let copy = reader.folder.path().join("copy.db").display().to_string();
        assert_eq!(run(&library, &["backup", &copy]).2, Some(0));
        let (_, error, code) = run(&library, &["backup", &copy]);
        assert!(code == Some(1) && error.contains("there is a file already"), "{error}");
        assert_eq!(error.matches("already").count(), 1, "{error}");
        set(Path::new(&copy), 0o444);
        // As a run that was killed leaves it.
        fs::write(library.join("library.db-shm"), vec![0; 32_768]).expect("written");
        let (_, error, code) = run(&library, &["restore", &copy, "--replace"]);
        assert_eq!(code, Some(0), "{error}");
        let left = fs::read_dir(&library).expect("the library").map(|f| f.expect("a file").file_name());
        let left: Vec<String> = left.map(|name| name.to_string_lossy().into_owned()).collect();
        let aside: Vec<&String> = left.iter().filter(|name| name.starts_with("library.db.")).collect();
        assert_eq!(aside, ["library.db.before-restore"]);
        assert_eq!(fs::metadata(library.join("library.db")).expect("a file").mode() & 0o600, 0o600);
        let (_, error, code) = run(&library, &PAGES);
        assert!(code == Some(0) && error.contains("added 0"), "{error}");
        let (_, error, code) = run(&library, &["restore", "nowhere.db", "--replace"]);
        assert!(code == Some(1) && error.contains("nowhere.db: No such file"), "{error}");
    }
}
