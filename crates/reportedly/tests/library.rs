//! The library as users meet it: the same answers as over the pages, whatever happened on the way.

mod common;

use common::{ask, folder, lines, reportedly, root, run, start_adding, text};
use std::{path::Path, time::Duration};

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
    let folder = folder();
    let pages = root().join("examples/newsroom/vremnik").display().to_string();
    let add = ["add", "--quiet", "--fetched", "2031-06-01", &pages];
    assert!(run(folder.path(), &add, b"").status.success());
    std::fs::write(folder.path().join("library.db"), b"").expect("a file");
    for log in ["library.db-wal", "library.db-shm"] {
        let _ = std::fs::remove_file(folder.path().join(log));
    }
    for arguments in [&add[..], &["stories"], &["check"]] {
        let output = run(folder.path(), arguments, b"");
        let said = text(&output.stderr);
        assert!(!output.status.success() && said.contains("restore a backup"), "{arguments:?}: {said}");
    }
}
