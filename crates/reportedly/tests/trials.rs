//! What may befall a library: kills at any moment, a full disk, a folder that cannot be written to, damage of every kind
//! of file. Nothing acknowledged is lost, nothing is half there, and nothing is passed over in silence.

// What the moments came from is shown with a trial that failed.
#![allow(clippy::print_stdout)]

mod common;

use common::{ask, folder, lines, run, start_adding, text};
use reportedly_library::Library;
use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// How many times `add` is killed, and where the moments come from; others where these variables say so.
const KILLS: (&str, u64) = ("REPORTEDLY_KILLS", 200);
const SEED: (&str, u64) = ("REPORTEDLY_SEED", 0x5eed);
/// Libraries that are tried at once.
const AT_ONCE: u64 = 2;
/// Records: some batches, and enough for the fold to keep a state.
const RECORDS: usize = 1_100;
/// Longer than anything takes.
const LONG: Duration = Duration::from_mins(10);

fn given((name, value): (&str, u64)) -> u64 {
    std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(value)
}

/// Dated reports of some stories, one a line, some of them copies and some of them late.
fn records(count: usize) -> Vec<u8> {
    const PLACES: [&str; 6] = ["Velm", "Skarn", "Orrin Bay", "Tessaly", "Marn", "Dunmere"];
    const THINGS: [&str; 7] = ["ferry", "bridge", "mill", "quay", "reservoir", "tramway", "granary"];
    const DONE: [&str; 5] = ["reopened", "closed", "sank", "flooded", "burned"];
    let mut out = Vec::new();
    for i in 0..count {
        let story = i * 7919 % (count / 6 + 1);
        let (place, thing) = (PLACES[story % 6], THINGS[story / 6 % 7]);
        let done = DONE[story % 5];
        let day = 1 + (i * 31 + story) % 28;
        let month = 1 + story % 12;
        let name = format!("Warden {}", ["Ilse Brandt", "Tom Okell", "Rhea Sund"][story % 3]);
        let mut text = format!(
            "The {thing} at {place} {done} on Monday, {name} said. It was the {story}th such case in {place}."
        );
        let _ = write!(text, " Number {i} of the harbour's notices says that work on the {thing} goes on.");
        let record = serde_json::json!({
            "id": format!("r{i}"),
            "text": if i % 11 == 0 { text.replace("Number", "Notice") } else { text },
            "title": format!("{place}: {thing} {done}"),
            "outlet": PLACES[i % 6],
            "published": format!("2031-{month:02}-{day:02}"),
        });
        writeln!(out, "{record}").expect("to memory");
    }
    out
}

/// Gives it what it reads, kills it after a time; gives the ids that it said are on disk, and whether it had ended by
/// itself.
fn kill(mut child: Child, input: &[u8], after: Duration) -> (BTreeSet<String>, bool) {
    let stdin = child.stdin.take();
    let stdout = child.stdout.take().expect("a pipe");
    thread::scope(|scope| {
        scope.spawn(move || {
            // It may be killed before it has read everything.
            let _ = stdin.map(|mut stdin| stdin.write_all(input));
        });
        let heard = scope.spawn(move || {
            let acknowledged = |line: &str| {
                let line: serde_json::Value = serde_json::from_str(line).ok()?;
                Some(line["id"].as_str()?.to_owned())
            };
            BufReader::new(stdout).lines().map_while(Result::ok).filter_map(|l| acknowledged(&l)).collect()
        });
        let begun = Instant::now();
        let ended = loop {
            if child.try_wait().expect("a child").is_some() {
                break true;
            }
            if begun.elapsed() >= after {
                child.kill().expect("killed");
                break false;
            }
            thread::sleep(Duration::from_millis(1));
        };
        let status = child.wait().expect("ended");
        assert!(!ended || status.success(), "{status}");
        (heard.join().expect("heard"), ended)
    })
}

fn start(library: &Path, arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_reportedly"))
        .args(arguments)
        .arg("--library")
        .arg(library)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary starts")
}

/// All that a library answers: stories now and then, and what is found.
fn answers(library: &Path) -> (String, String, Vec<String>) {
    let then = ["stories", "--json", "-q", "--as-of", "2031-07-01", "--limit", "40"];
    let found = ask(library, &["search", "--json", "ferry", "outlet:Velm", "--limit", "50"]);
    let found: serde_json::Value = serde_json::from_str(&found).expect("JSON");
    let mut found: Vec<String> =
        found["found"].as_array().expect("a list").iter().map(|f| f["id"].to_string()).collect();
    // How fresh an article is depends on the moment.
    found.sort_unstable();
    (ask(library, &["stories", "--json", "-q", "--limit", "40"]), ask(library, &then), found)
}

/// Faults that are more than work that waits for the next start.
fn half_there(library: &Library, deep: bool) -> Vec<String> {
    let report = library.check(deep).expect("a check");
    let waits = |what: &str| what.contains("not yet part") || what.contains("still lie on the disk");
    report.faults.into_iter().map(|f| f.what).filter(|what| !waits(what)).collect()
}

fn whole(library: &Path) {
    assert_eq!(Library::open(library).expect("a library").check(true).expect("a check").faults, []);
}

/// The same numbers in every run.
struct Seeded(u64);

impl Seeded {
    fn new(seed: u64, what: u64) -> Self {
        Self((seed ^ what.wrapping_mul(0x9e37_79b9_7f4a_7c15)) | 1)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end.max(1)
    }

    /// A moment of something that takes so long.
    fn moment(&mut self, of: Duration) -> Duration {
        Duration::from_micros(self.below(of.as_micros() as u64))
    }
}

#[test]
fn killed_at_any_moment_nothing_acknowledged_is_lost_and_the_next_start_repairs_itself() {
    let (kills, seed) = (given(KILLS), given(SEED));
    println!("{kills} kills, {} {seed}", SEED.0);
    let input = &records(RECORDS);
    let done = &AtomicUsize::new(0);
    // How many kills met what: storing, folding, indexing, or a run that had hardly begun.
    let met = &Mutex::new([0_usize; 4]);
    thread::scope(|scope| {
        for worker in 0..AT_ONCE {
            scope.spawn(move || {
                let undisturbed = folder();
                let begun = Instant::now();
                let (all, ended) = kill(start_adding(undisturbed.path()), input, LONG);
                let takes = begun.elapsed();
                assert!(ended && all.len() == RECORDS);
                let wanted = answers(undisturbed.path());
                let mut seeded = Seeded::new(seed, worker + 1);
                while done.load(Ordering::Relaxed) < kills as usize {
                    kill_in_a_row(input, takes, &mut seeded, done, met, &wanted);
                }
            });
        }
    });
    let met = met.lock().expect("counted");
    println!("while it began: {}, stored: {}, folded: {}, indexed: {}", met[0], met[1], met[2], met[3]);
}

/// Kills `add` some times on one library, then lets it end.
fn kill_in_a_row(
    input: &[u8],
    takes: Duration,
    seeded: &mut Seeded,
    done: &AtomicUsize,
    met: &Mutex<[usize; 4]>,
    wanted: &(String, String, Vec<String>),
) {
    let (library, mut acknowledged, mut moments) = (folder(), BTreeSet::new(), Vec::new());
    // What is gone on with takes less time.
    for part in [1, 2, 2, 3].iter().take(1 + seeded.below(4) as usize) {
        let after = seeded.moment(takes / *part);
        let (heard, ended) = kill(start_adding(library.path()), input, after);
        moments.push(after);
        acknowledged.extend(heard);
        if ended {
            break;
        }
        done.fetch_add(1, Ordering::Relaxed);
        let Ok(killed) = Library::open(library.path()) else {
            assert!(acknowledged.is_empty(), "killed after {moments:?}");
            met.lock().expect("counted")[0] += 1;
            continue;
        };
        let there: BTreeSet<String> = killed.articles().expect("ids").into_iter().collect();
        let lost: Vec<&String> = acknowledged.difference(&there).collect();
        assert!(lost.is_empty(), "killed after {moments:?}: {lost:?}");
        let folded = killed.view(None).expect("a view").articles().expect("a number");
        let stage = if there.len() < RECORDS { 1 } else { 2 + usize::from(folded == RECORDS) };
        met.lock().expect("counted")[stage] += 1;
        assert_eq!(half_there(&killed, folded == there.len()), [""; 0], "killed after {moments:?}");
    }
    let (_, ended) = kill(start_adding(library.path()), input, LONG);
    assert!(ended);
    assert!(answers(library.path()) == *wanted, "killed after {moments:?}");
    whole(library.path());
}

/// A copy of a library.
fn copy(library: &Path) -> TempDir {
    fn copy(from: &Path, to: &Path) {
        fs::create_dir_all(to).expect("a folder");
        for entry in fs::read_dir(from).expect("a folder") {
            let from = entry.expect("an entry").path();
            let to = to.join(from.file_name().expect("a name"));
            if from.is_dir() {
                copy(&from, &to);
            } else {
                fs::copy(&from, &to).expect("copied");
            }
        }
    }
    let folder = folder();
    copy(library, folder.path());
    folder
}

#[test]
fn killed_while_it_rebuilds_or_forgets_the_next_start_ends_the_work() {
    const COUNT: usize = 300;
    let seed = given(SEED);
    println!("{} {seed}", SEED.0);
    let mut seeded = Seeded::new(seed, 77);
    let input = records(COUNT);
    let before = folder();
    assert!(run(before.path(), &["add", "-q", "--jsonl", "-"], &input).status.success());
    let with = answers(before.path());
    let gone = copy(before.path());
    ask(gone.path(), &["forget", "r6"]);
    let without = answers(gone.path());
    assert!(with != without && !format!("{without:?}").contains("\"r6\""));
    for arguments in [&["rebuild", "-q"][..], &["forget", "r6"]] {
        let begun = Instant::now();
        kill(start(copy(before.path()).path(), arguments), b"", LONG);
        let takes = begun.elapsed();
        for _ in 0..given(KILLS).div_ceil(16) {
            let library = copy(before.path());
            let after = seeded.moment(takes);
            kill(start(library.path(), arguments), b"", after);
            let killed = Library::open(library.path()).expect("a library");
            assert_eq!(half_there(&killed, false), [""; 0], "{arguments:?} killed after {after:?}");
            let forgotten = killed.articles().expect("ids").len() < COUNT;
            drop(killed);
            assert!(run(library.path(), &["add", "-q", "--jsonl", "-"], &input).status.success());
            let wanted = if forgotten { &without } else { &with };
            assert!(answers(library.path()) == *wanted, "{arguments:?} killed after {after:?}");
            whole(library.path());
        }
    }
}

#[test]
#[cfg(unix)]
fn a_full_disk_is_said_and_costs_nothing_that_was_acknowledged() {
    let input = folder();
    let input = input.path().join("records.jsonl");
    fs::write(&input, records(RECORDS)).expect("written");
    let undisturbed = folder();
    assert!(run(undisturbed.path(), &["add", "-q", "--jsonl", "-"], &records(RECORDS)).status.success());
    let wanted = answers(undisturbed.path());
    // Files of more than so many half kilobytes cannot be written; the signal that says so is not wanted.
    for limit in [30, 300, 800, 1_600, 2_400, 4_800] {
        let library = folder();
        let limited = Command::new("sh")
            .args([
                "-c",
                "trap '' XFSZ; ulimit -f \"$3\"; exec \"$0\" add --jsonl - --library \"$1\" < \"$2\"",
            ])
            .arg(env!("CARGO_BIN_EXE_reportedly"))
            .args([library.path(), &input])
            .arg(limit.to_string())
            .output()
            .expect("a shell");
        let said = text(&limited.stderr);
        let acknowledged: BTreeSet<String> =
            lines(&limited).iter().map(|l| l["id"].as_str().expect("an id").to_owned()).collect();
        if limited.status.success() {
            assert!(limit > 1_000 && acknowledged.len() == RECORDS, "{limit}: {said}");
        } else {
            assert!(
                said.contains("no room left on the disk") && said.contains("run the same command again"),
                "{limit}: {said}"
            );
        }
        if let Ok(library) = Library::open(library.path()) {
            let there: BTreeSet<String> = library.articles().expect("ids").into_iter().collect();
            assert!(acknowledged.is_subset(&there), "{limit}");
            assert_eq!(half_there(&library, false), [""; 0], "{limit}");
        } else {
            assert!(acknowledged.is_empty(), "{limit}");
        }
        assert!(run(library.path(), &["add", "-q", "--jsonl", "-"], &records(RECORDS)).status.success());
        assert!(answers(library.path()) == wanted, "{limit}");
        whole(library.path());
    }
}

/// The newsroom in a library.
fn newsroom() -> TempDir {
    let library = folder();
    add_newsroom(library.path());
    library
}

fn add_newsroom(library: &Path) -> String {
    let output = run(library, &["add", "--fetched", "2031-06-01", "examples/newsroom"], b"");
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stderr)
}

#[test]
#[cfg(unix)]
fn a_library_in_a_folder_for_reading_only_is_read_and_not_written() {
    use std::os::unix::{fs::PermissionsExt, process::CommandExt};
    const NOBODY: u32 = 65_534;
    let library = newsroom();
    let answer = ask(library.path(), &["stories", "-q"]);
    let everything = || {
        let mut all = vec![library.path().to_path_buf()];
        let mut looked = 0;
        while let Some(path) = all.get(looked).cloned() {
            all.extend(fs::read_dir(path).into_iter().flatten().flatten().map(|e| e.path()));
            looked += 1;
        }
        all
    };
    let permit = |folder: u32, file: u32| {
        for path in everything() {
            let mode = if path.is_dir() { folder } else { file };
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("permitted");
        }
    };
    permit(0o555, 0o444);
    let powerful = fs::write(library.path().join("probe"), b"").is_ok();
    let _ = fs::remove_file(library.path().join("probe"));
    let as_nobody = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_reportedly"));
        command.args(arguments).arg("--library").arg(library.path()).stdin(Stdio::null());
        command.current_dir("/").env("XDG_CONFIG_HOME", "/nowhere").env_remove("REPORTEDLY_CONFIG");
        if powerful {
            command.uid(NOBODY).gid(NOBODY);
        }
        command.output()
    };
    // Who may do everything can be forbidden nothing, and nobody may perhaps not run what lies here.
    let (Ok(stories), Ok(search), Ok(add), Ok(check)) = (
        as_nobody(&["stories", "-q"]),
        as_nobody(&["search", "ruddock"]),
        as_nobody(&["add", "/etc/hostname"]),
        as_nobody(&["check"]),
    ) else {
        permit(0o755, 0o644);
        return;
    };
    permit(0o755, 0o644);
    assert_eq!(text(&stories.stdout), answer, "{}", text(&stories.stderr));
    assert!(search.status.success() && !search.stdout.is_empty(), "{}", text(&search.stderr));
    assert!(check.status.success(), "{}", text(&check.stderr));
    let said = text(&add.stderr);
    assert!(!add.status.success() && said.contains("cannot be written to"), "{said}");
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path()).collect();
    files.sort();
    files
}

#[test]
fn an_index_that_lost_a_file_or_a_part_of_one_is_made_again() {
    let whole_library = newsroom();
    let search = ["search", "ruddock", "sale"];
    let wanted = ask(whole_library.path(), &search);
    assert!(wanted.contains("ruddock") || wanted.contains("Ruddock"), "{wanted}");
    let names: Vec<String> = files(&whole_library.path().join("index"))
        .iter()
        .filter(|p| p.is_file())
        .map(|p| p.file_name().expect("a name").to_string_lossy().into_owned())
        .collect();
    assert!(names.len() > 5, "{names:?}");
    for name in &names {
        for damage in ["gone", "cut", "flipped"] {
            let library = copy(whole_library.path());
            let path = library.path().join("index").join(name);
            let bytes = fs::read(&path).expect("a file");
            match damage {
                "gone" => fs::remove_file(&path).expect("removed"),
                "cut" => fs::write(&path, &bytes[..bytes.len() / 2]).expect("written"),
                _ => {
                    let mut bytes = bytes.clone();
                    let middle = bytes.len() / 2;
                    if let Some(byte) = bytes.get_mut(middle) {
                        *byte ^= 0x41;
                    }
                    fs::write(&path, bytes).expect("written");
                }
            }
            let asked = run(library.path(), &search, b"");
            let same = asked.status.success() && text(&asked.stdout) == wanted;
            let check = run(library.path(), &["check"], b"");
            let noticed = !check.status.success() && text(&check.stdout).contains("rebuild");
            let said = format!("{name} {damage}: {}{}", text(&asked.stderr), text(&check.stdout));
            // Either the search has seen to it, or both it and the check say what to do.
            assert!(same || noticed, "{said}");
            assert!(same || !asked.status.success(), "{said}");
            ask(library.path(), &["rebuild", "-q"]);
            assert_eq!(ask(library.path(), &search), wanted, "{said}");
            whole(library.path());
        }
    }
}

#[test]
fn a_damaged_state_of_the_fold_costs_time_and_is_said_by_the_check() {
    let undisturbed = folder();
    let (input, late) = (records(RECORDS), records(RECORDS + 400));
    assert!(run(undisturbed.path(), &["add", "-q", "--jsonl", "-"], &input).status.success());
    let states = files(&undisturbed.path().join("checkpoints"));
    assert!(!states.is_empty());
    for damage in ["gone", "cut", "flipped", "none"] {
        let library = copy(undisturbed.path());
        for state in files(&library.path().join("checkpoints")) {
            let mut bytes = fs::read(&state).expect("a state");
            let middle = bytes.len() / 2;
            match damage {
                "gone" => fs::remove_file(&state).expect("removed"),
                "cut" => fs::write(&state, &bytes[..middle]).expect("written"),
                "flipped" => {
                    bytes[middle] ^= 1;
                    fs::write(&state, bytes).expect("written");
                }
                _ => {}
            }
        }
        let check = run(library.path(), &["check"], b"");
        let said = text(&check.stdout);
        assert_eq!(said.contains("the fold's state after"), damage != "none", "{damage}: {said}");
        assert!(run(library.path(), &["add", "-q", "--jsonl", "-"], &late).status.success());
        whole(library.path());
    }
}

#[test]
fn a_byte_that_changes_in_the_database_is_noticed_or_changes_nothing() {
    let before = folder();
    let input = records(60);
    assert!(run(before.path(), &["add", "-q", "--jsonl", "-"], &input).status.success());
    // All of it in one file.
    for log in ["library.db-wal", "library.db-shm"] {
        assert!(fs::metadata(before.path().join(log)).map_or(0, |m| m.len()) == 0 || log.ends_with("shm"));
    }
    let wanted = answers(before.path());
    let database = fs::read(before.path().join("library.db")).expect("the database");
    let seed = given(SEED);
    println!("{} {seed}", SEED.0);
    let mut seeded = Seeded::new(seed, 5);
    let mut noticed = 0;
    for _ in 0..60 {
        let library = copy(before.path());
        let at = seeded.below(database.len() as u64) as usize;
        let mut bytes = database.clone();
        bytes[at] ^= 1 << seeded.below(8);
        fs::write(library.path().join("library.db"), bytes).expect("written");
        let check = run(library.path(), &["check", "--deep"], b"");
        let said = format!("byte {at}: {}{}", text(&check.stdout), text(&check.stderr));
        if check.status.success() {
            let stories = run(library.path(), &["stories", "--json", "-q", "--limit", "40"], b"");
            assert!(text(&stories.stdout) == wanted.0, "{said}");
        } else {
            noticed += 1;
            let cures = ["rebuild", "restore", "--remove-damaged", "forget", "add"];
            assert!(cures.iter().any(|c| said.contains(c)), "{said}");
        }
    }
    assert!(noticed > 10, "{noticed}");
}
