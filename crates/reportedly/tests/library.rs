//! The library as users meet it: the same answers as over the pages, whatever happened on the way.

mod common;

use common::{lines, reportedly, root};
use reportedly_library::Library;
use std::{
    collections::BTreeSet,
    fmt::Write as _,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// How many times `add` is killed; more where this variable says so.
const KILLS: (&str, usize) = ("REPORTEDLY_KILLS", 30);

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// Runs the binary with a library and gives its standard output.
fn ask(library: &Path, arguments: &[&str]) -> String {
    let output = run(library, arguments, b"");
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

fn run(library: &Path, arguments: &[&str], input: &[u8]) -> std::process::Output {
    let library = library.display().to_string();
    let all: Vec<&str> = arguments.iter().copied().chain(["--library", &library]).collect();
    reportedly(&all, input)
}

#[test]
fn the_library_answers_byte_for_byte_as_the_pages_do() {
    const FETCHED: [&str; 2] = ["--fetched", "2031-06-01"];
    let (library, parts) = (folder(), folder());
    ask(library.path(), &[&["add", "examples/newsroom"][..], &FETCHED].concat());
    // In parts, the last first.
    let mut outlets: Vec<_> = std::fs::read_dir(root().join("examples/newsroom"))
        .expect("the newsroom")
        .map(|e| e.expect("an entry").path())
        .filter(|p| p.is_dir())
        .map(|p| format!("examples/newsroom/{}", p.file_name().expect("a name").to_string_lossy()))
        .collect();
    outlets.sort_unstable();
    for outlet in outlets.iter().rev() {
        ask(parts.path(), &[&["add", "-q", outlet][..], &FETCHED].concat());
    }
    for date in [None, Some("2031-01-20"), Some("2031-02-01"), Some("2031-03-01"), Some("1999-01-01")] {
        let when: Vec<&str> = date.iter().flat_map(|d| ["--as-of", d]).collect();
        let pages = [&["stories", "--json", "-q", "examples/newsroom"][..], &FETCHED, &when].concat();
        let pages = text(&reportedly(&pages, b"").stdout);
        for library in [&library, &parts] {
            let kept = ask(library.path(), &[&["stories", "--json", "-q"][..], &when].concat());
            assert!(kept == pages, "as of {date:?}");
            let strict = [&["stories", "--json", "-q", "--strict"][..], &when].concat();
            let of_pages = [&strict[..], &["examples/newsroom"], &FETCHED].concat();
            assert!(
                ask(library.path(), &strict) == text(&reportedly(&of_pages, b"").stdout),
                "strictly as of {date:?}"
            );
            let shown = ask(library.path(), &[&["stories", "-q"][..], &when].concat());
            let wanted = [&["stories", "-q", "examples/newsroom"][..], &FETCHED, &when].concat();
            assert_eq!(shown, text(&reportedly(&wanted, b"").stdout));
        }
    }
    let stories: serde_json::Value =
        serde_json::from_str(&ask(library.path(), &["stories", "--json", "--limit", "1"])).expect("JSON");
    let first = &stories["stories"][0];
    let id = first["id"].as_str().expect("an id");
    let one: serde_json::Value =
        serde_json::from_str(&ask(library.path(), &["story", id, "--json"])).expect("JSON");
    assert_eq!(&one, first);
    let article = first["articles"][0]["id"].as_str().expect("an id");
    let path = first["articles"][0]["path"].as_str().expect("a path");
    let kept: serde_json::Value =
        serde_json::from_str(&ask(library.path(), &["article", article, "--json"])).expect("JSON");
    let read = reportedly(&[&["read", "--json", path][..], &FETCHED].concat(), b"");
    assert_eq!(kept, serde_json::from_slice::<serde_json::Value>(&read.stdout).expect("JSON"));
    let nobody = run(library.path(), &["story", "nobody"], b"");
    assert!(!nobody.status.success() && text(&nobody.stderr).contains("no story or article"));
    let before = run(library.path(), &["article", article, "--as-of", "1999-01-01"], b"");
    assert!(!before.status.success() && text(&before.stderr).contains("known by 1999-01-01"));
}

#[test]
fn what_was_read_is_not_read_again() {
    let library = folder();
    let first = run(library.path(), &["add", "--jsonl", "examples/newsroom/harbour-wire"], b"");
    let first = lines(&first);
    assert!(first.len() > 1 && first.iter().all(|l| l["added"] == true), "{first:?}");
    let again = run(library.path(), &["add", "examples/newsroom/harbour-wire"], b"");
    let said = text(&again.stderr);
    assert!(said.contains(&format!("added 0, {} already there: 0 articles", first.len())), "{said}");
    // Every page is answered, in the same order.
    let known = lines(&run(library.path(), &["add", "--jsonl", "examples/newsroom/harbour-wire"], b""));
    let seen = |lines: &[serde_json::Value]| -> Vec<serde_json::Value> {
        lines.iter().map(|l| serde_json::json!([l["id"], l["path"]])).collect()
    };
    assert_eq!(seen(&known), seen(&first));
    assert!(known.iter().all(|l| l["added"] == false), "{known:?}");
}

#[test]
fn a_page_is_one_article_however_it_was_reached() {
    let page = "<html><head><link rel=canonical href='https://www.wire.example/2031/quay-reopens'>\
        <title>Quay at Velm reopens</title></head><body><h1>Quay at Velm reopens</h1>\
        <p>The quay at Velm reopened on Monday, the harbour master said. Ships came in at noon.</p></body></html>";
    let folder = folder();
    let (saved, archive) = (folder.path().join("saved.html"), folder.path().join("crawl.warc"));
    std::fs::write(&saved, page).expect("written");
    let http = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{page}");
    let record = format!(
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://m.wire.example/q?id=7\r\n\
         WARC-Date: 2031-03-04T10:00:00Z\r\nContent-Type: application/http; msgtype=response\r\n\
         Content-Length: {}\r\n\r\n{http}\r\n\r\n",
        http.len()
    );
    std::fs::write(&archive, record).expect("written");
    let library = folder.path().join("library");
    let paths = [saved.display().to_string(), archive.display().to_string()];
    let added = lines(&run(&library, &["add", "--jsonl", &paths[0], &paths[1]], b""));
    assert!(added.len() == 2 && added[0]["id"] == added[1]["id"], "{added:?}");
    let stories: serde_json::Value =
        serde_json::from_str(&ask(&library, &["stories", "--json"])).expect("JSON");
    assert_eq!(stories["stories"][0]["articles"].as_array().map(Vec::len), Some(1), "{stories}");
}

#[test]
fn an_archive_is_added_once_with_its_broken_records_named() {
    let library = folder();
    let archive = library.path().join("crawl.warc");
    let mut bytes = Vec::new();
    for i in 0..40 {
        let page = format!(
            "<html><title>Quay {i} reopens</title><body><p>Quay {i} at Velm reopened on Monday, the harbour master said."
        );
        let http = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Served-By: pier\r\n\r\n{page}");
        let record = format!(
            "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://wire.example/quay-{i}\r\n\
             WARC-Date: 2031-03-{:02}T10:00:00Z\r\nContent-Type: application/http; msgtype=response\r\n\
             Content-Length: {}\r\n\r\n{http}\r\n\r\n",
            1 + i % 28,
            http.len()
        );
        bytes.extend_from_slice(record.as_bytes());
        if i == 20 {
            bytes.extend_from_slice(b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 99999999\r\n\r\n");
        }
    }
    std::fs::write(&archive, bytes).expect("written");
    let place = library.path().join("library");
    let archive = archive.display().to_string();
    let first = run(&place, &["add", &archive], b"");
    let said = text(&first.stderr);
    assert!(said.contains("broken from byte") && said.contains("added 40"), "{said}");
    let stories: serde_json::Value =
        serde_json::from_str(&ask(&place, &["stories", "--json"])).expect("JSON");
    let article = &stories["stories"][0]["articles"][0];
    assert_eq!(article["known_at"], "2031-03-01T10:00:00Z");
    assert!(article["path"].as_str().is_some_and(|p| p.starts_with(&format!("{archive}@"))), "{article}");
    let again = run(&place, &["add", &archive], b"");
    assert!(text(&again.stderr).contains("added 0, 40 already there"), "{}", text(&again.stderr));
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

fn start_adding(library: &Path) -> std::process::Child {
    Command::new(env!("CARGO_BIN_EXE_reportedly"))
        .args(["add", "-q", "--jsonl", "-", "--library"])
        .arg(library)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary starts")
}

/// Adds, and kills it after a time; gives the ids that it said are on disk, and whether it had ended by itself.
fn add_and_kill(library: &Path, input: &[u8], after: Duration) -> (BTreeSet<String>, bool) {
    let mut child = start_adding(library);
    let mut stdin = child.stdin.take().expect("a pipe");
    let stdout = child.stdout.take().expect("a pipe");
    let input = input.to_vec();
    let feed = std::thread::spawn(move || {
        // It may be killed before it has read everything.
        let _ = stdin.write_all(&input);
    });
    let heard = std::thread::spawn(move || {
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
        std::thread::sleep(Duration::from_millis(1));
    };
    child.wait().expect("ended");
    feed.join().expect("fed");
    (heard.join().expect("heard"), ended)
}

/// The same numbers in every run.
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

#[test]
fn killed_at_any_moment_nothing_acknowledged_is_lost_and_the_next_start_repairs_itself() {
    let kills = std::env::var(KILLS.0).ok().and_then(|k| k.parse().ok()).unwrap_or(KILLS.1);
    let input = records(2_400);
    let undisturbed = folder();
    let begun = Instant::now();
    let (all, ended) = add_and_kill(undisturbed.path(), &input, Duration::from_mins(10));
    let length = begun.elapsed().as_micros() as u64;
    assert!(ended && all.len() == 2_400);
    let answers = |library: &Path| {
        let then = ["stories", "--json", "-q", "--as-of", "2031-07-01", "--limit", "40"];
        (ask(library, &["stories", "--json", "-q", "--limit", "40"]), ask(library, &then))
    };
    let wanted = answers(undisturbed.path());
    let mut seeded = Seeded(0x5eed);
    let (mut library, mut acknowledged, mut done) = (folder(), BTreeSet::new(), 0);
    while done < kills {
        let after = Duration::from_micros(seeded.below(length));
        let (heard, ended) = add_and_kill(library.path(), &input, after);
        acknowledged.extend(heard);
        if let Ok(killed) = Library::open(library.path()) {
            let there: BTreeSet<String> = killed.articles().expect("ids").into_iter().collect();
            let lost: Vec<&String> = acknowledged.difference(&there).collect();
            assert!(lost.is_empty(), "kill {done} after {after:?}: {lost:?}");
            let report = killed.check(false).expect("a check");
            let half: Vec<_> = report.faults.iter().filter(|f| !f.what.contains("not yet part")).collect();
            assert!(half.is_empty(), "kill {done} after {after:?}: {half:?}");
        } else {
            assert!(acknowledged.is_empty(), "kill {done} after {after:?}");
        }
        done += usize::from(!ended);
        // Gone on with a few times, then begun anew.
        if done % 4 == 0 || ended || done == kills {
            let (_, ended) = add_and_kill(library.path(), &input, Duration::from_mins(10));
            assert!(ended);
            assert!(answers(library.path()) == wanted, "kill {done} after {after:?}");
            let report = Library::open(library.path()).expect("a library").check(true).expect("a check");
            assert_eq!(report.faults, [], "kill {done} after {after:?}");
            (library, acknowledged) = (folder(), BTreeSet::new());
        }
    }
}

#[test]
#[cfg(unix)]
fn a_full_disk_is_said_and_costs_nothing_that_was_acknowledged() {
    let library = folder();
    let records = records(1_500);
    let input = library.path().join("records.jsonl");
    std::fs::write(&input, &records).expect("written");
    let place = library.path().join("library");
    // Files of more than 512 KiB cannot be written; the signal that says so is not wanted.
    let limited = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 1024; exec \"$0\" add --jsonl - --library \"$1\" < \"$2\""])
        .arg(env!("CARGO_BIN_EXE_reportedly"))
        .args([&place, &input])
        .output()
        .expect("a shell");
    assert!(!limited.status.success());
    let said = text(&limited.stderr);
    assert!(
        said.contains("no room left on the disk") && said.contains("run the same command again"),
        "{said}"
    );
    let acknowledged: BTreeSet<String> =
        lines(&limited).iter().map(|l| l["id"].as_str().expect("an id").to_owned()).collect();
    let there: BTreeSet<String> =
        Library::open(&place).expect("a library").articles().expect("ids").into_iter().collect();
    assert!(acknowledged.is_subset(&there));
    let (all, ended) = add_and_kill(&place, &records, Duration::from_mins(10));
    assert!(ended && all.len() + there.len() >= 1_500, "{} and {}", all.len(), there.len());
    assert_eq!(Library::open(&place).expect("a library").check(true).expect("a check").faults, []);
}

#[test]
fn a_library_that_cannot_be_had_is_said() {
    let library = folder();
    let nothing = run(library.path(), &["stories"], b"");
    assert!(text(&nothing.stderr).contains("no library here; `reportedly add` makes one"));
    for command in [&["rebuild"][..], &["check"], &["forget", "a1"], &["backup", "copy.db"]] {
        let output = run(library.path(), command, b"");
        assert!(!output.status.success() && text(&output.stderr).contains("no library here"), "{command:?}");
    }
    assert_eq!(std::fs::read_dir(library.path()).expect("the folder").count(), 0, "and none is made");
    ask(library.path(), &["add", "-q", "examples/newsroom/harbour-wire"]);
    let mut child = start_adding(library.path());
    let stdin = child.stdin.take();
    // It has the lock once it has left its number there.
    let number = child.id().to_string();
    let left = || std::fs::read_to_string(library.path().join("writer.lock")).unwrap_or_default();
    while left().trim() != number {
        assert!(child.try_wait().expect("a child").is_none(), "it waits for pages");
        std::thread::sleep(Duration::from_millis(5));
    }
    let busy = run(library.path(), &["add", "examples/newsroom/harbour-wire"], b"");
    assert!(!busy.status.success());
    let said = text(&busy.stderr);
    assert!(
        said.contains("another process is writing to this library") && said.contains("wait until"),
        "{said}"
    );
    // Whoever asks does not wait.
    assert!(!ask(library.path(), &["stories", "-q"]).is_empty());
    drop(stdin);
    child.wait().expect("ended");
    std::fs::write(
        library.path().join("library.db"),
        b"something else, and long enough to be looked at as a database",
    )
    .expect("written");
    let broken = run(library.path(), &["stories"], b"");
    assert!(text(&broken.stderr).contains("restore a backup"), "{}", text(&broken.stderr));
}

#[test]
#[cfg(target_os = "linux")]
fn a_folder_that_cannot_be_written_to_is_said() {
    let output = run(Path::new("/sys/reportedly"), &["add", "examples/newsroom/harbour-wire"], b"");
    let said = text(&output.stderr);
    assert!(said.contains("the library cannot be written to"), "{said}");
}

#[test]
fn a_library_that_lost_everything_is_not_begun_anew_in_silence() {
    let folder = tempfile::tempdir().expect("a folder");
    let pages = root().join("examples/newsroom/vremnik").display().to_string();
    let add = ["add", "--quiet", "--fetched", "2031-06-01", &pages];
    assert!(run(folder.path(), &add, b"").status.success());
    std::fs::write(folder.path().join("library.db"), b"").expect("a file");
    for log in ["library.db-wal", "library.db-shm"] {
        let _ = std::fs::remove_file(folder.path().join(log));
    }
    for arguments in [&add[..], &["stories"], &["check"]] {
        let output = run(folder.path(), arguments, b"");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains("restore a backup"), "{arguments:?}: {said}");
    }
}
