//! Pages seen more than once: what counts is when each state became known, not what its file is called.

mod common;

use common::{check_spans, folder, lines, reportedly, text};
use std::{
    fs::{self, File},
    process::{Command, Stdio},
};

const TEXT: &str = "<p>The bridge at Corrow was closed after inspectors found a crack in its second pier, the \
    harbour master Ada Finch said. Traffic is being sent over the ford.</p><p>The mayor told Tern Gazette that \
    repairs would take four weeks and cost two million crowns.</p><p>Nobody was hurt, the fire service said.</p>";

/// A page as a browser saves it, with a record of its address and of the time.
fn saved(day: &str, title: &str, text: &str) -> String {
    format!(
        "<!DOCTYPE html> <html><!--\n Page saved with SingleFile \n url: https://tern.example/2/bridge\n saved date: \
         {day} 2031 10:00:00 GMT+0000 (UTC)\n--><head><title>{title}</title></head><body><article>\
         <h1>{title}</h1>{text}</article></body></html>"
    )
}

/// The articles that `stories` lists, each with its id and when it was known.
fn articles(pages: &[(&str, String)], as_of: Option<&str>) -> Vec<(String, String)> {
    let folder = folder();
    for (name, page) in pages {
        fs::write(folder.path().join(name), page).expect("a file");
    }
    let path = folder.path().to_str().expect("a path");
    let mut arguments = vec!["stories", "--json", "--quiet", path];
    arguments.extend(as_of.iter().flat_map(|day| ["--as-of", day]));
    let output = reportedly(&arguments, b"");
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let word = |v: &serde_json::Value| v.as_str().unwrap_or_default().to_owned();
    let stories = answer["stories"].as_array().expect("stories");
    stories
        .iter()
        .flat_map(|s| s["articles"].as_array().expect("articles"))
        .map(|a| (word(&a["id"]), word(&a["known_at"])))
        .collect()
}

#[test]
fn a_page_saved_twice_is_known_from_its_first_sight_whatever_the_files_are_called() {
    let (early, late) =
        (saved("Sat Mar 01", "Bridge closed", TEXT), saved("Mon Mar 10", "Bridge closed", TEXT));
    for names in [["a.html", "b.html"], ["b.html", "a.html"]] {
        let pages = [(names[0], early.clone()), (names[1], late.clone())];
        for as_of in [None, Some("2031-03-01"), Some("2031-03-10")] {
            let known: Vec<String> = articles(&pages, as_of).into_iter().map(|a| a.1).collect();
            assert_eq!(known, ["2031-03-01T10:00:00Z"], "{names:?} {as_of:?}");
        }
    }
}

#[test]
fn a_later_state_takes_no_name_from_an_earlier_one() {
    let early = saved("Sat Mar 01", "Bridge closed", TEXT);
    let alone = articles(&[("page.html", early.clone())], None);
    let more = format!("{TEXT}<p>A councillor said that the crack had been known for years.</p>");
    for later in [saved("Mon Mar 10", "Bridge closed", &more), saved("Mon Mar 10", "Crack was known", TEXT)] {
        for names in [["a.html", "b.html"], ["b.html", "a.html"]] {
            let pages = [(names[0], early.clone()), (names[1], later.clone())];
            assert_eq!(articles(&pages, Some("2031-03-01")), alone, "as if the later state were not there");
            let now = articles(&pages, None);
            let [(id, known)] = now.as_slice() else { panic!("one article, in its newest state: {now:?}") };
            assert!(*id != alone[0].0 && known == "2031-03-10T10:00:00Z", "{now:?}");
        }
    }
}

#[test]
fn markup_in_two_bytes_a_character_is_markup() {
    let folder = folder();
    let page = saved("Sat Mar 01", "Bridge closed", TEXT);
    let path = |name: &str| folder.path().join(name).to_str().expect("a path").to_owned();
    let mut wide = vec![0xff, 0xfe];
    wide.extend(page.encode_utf16().flat_map(u16::to_le_bytes));
    let mut big = vec![0xfe, 0xff];
    big.extend(page.encode_utf16().flat_map(u16::to_be_bytes));
    let mut texts = Vec::new();
    for (name, bytes) in [("plain.html", page.as_bytes()), ("little.html", &wide), ("big.html", &big)] {
        fs::write(path(name), bytes).expect("a file");
        let output = reportedly(&["read", "--jsonl", &path(name)], b"");
        let reading = lines(&output).pop().expect("a reading");
        check_spans(&reading);
        texts.push(reading["text"].clone());
    }
    assert!(texts[0].as_str().is_some_and(|t| t.contains("second pier")));
    assert!(texts.iter().all(|t| *t == texts[0]), "{texts:?}");
}

/// Where nobody can be told what went wrong, the answers still come.
#[cfg(target_os = "linux")]
#[test]
fn answers_come_where_standard_error_is_gone() {
    let full = File::options().write(true).open("/dev/full").expect("a device");
    let output = Command::new(env!("CARGO_BIN_EXE_reportedly"))
        .args(["read", "--jsonl", "examples/newsroom/ostra", "nosuch"])
        .current_dir(common::root())
        .stdin(Stdio::null())
        .stderr(full)
        .output()
        .expect("the binary ends");
    assert_eq!(output.status.code(), Some(1));
    assert!(lines(&output).len() > 1);
}

#[test]
fn an_archive_tells_when_its_pages_were_seen() {
    let folder = folder();
    let page =
        format!("<!DOCTYPE html><title>Bridge closed</title><article><h1>Bridge closed</h1>{TEXT}</article>");
    let record = |day: u8, status: &str| {
        let block = format!("HTTP/1.1 {status}\r\nContent-Type: text/html\r\n\r\n{page}");
        format!(
            "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://tern.example/2/bridge\r\n\
             WARC-Date: 2031-03-{day:02}T10:00:00Z\r\nContent-Type: application/http; msgtype=response\r\n\
             Content-Length: {}\r\n\r\n{block}\r\n\r\n",
            block.len()
        )
    };
    let archive =
        [record(9, "200 OK"), "no record\r\n".to_owned(), record(2, "200 OK"), record(3, "404 Gone")];
    fs::write(folder.path().join("crawl.warc"), archive.concat()).expect("a file");
    let path = folder.path().to_str().expect("a path");
    let output = reportedly(&["stories", "--json", path], b"");
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let article = &answer["stories"][0]["articles"][0];
    assert_eq!(article["known_at"], "2031-03-02T10:00:00Z", "{answer}");
    let place = article["path"].as_str().expect("a path");
    assert!(place.contains("crawl.warc@"), "{place}");
    let said = text(&output.stderr);
    assert!(said.contains("broken from byte") && said.contains("1 of other kinds passed over"), "{said}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_timeline_counts_a_page_once_however_often_it_was_saved() {
    let told = |days: &[&str]| {
        let folder = folder();
        for (i, day) in days.iter().enumerate() {
            let page = saved(day, "Bridge closed", TEXT);
            fs::write(folder.path().join(format!("{i}.html")), page).expect("a file");
        }
        let path = folder.path().to_str().expect("a path");
        reportedly(&["timeline", "--jsonl", "--sentences", "9", path], b"").stdout
    };
    let once = told(&["Sat Mar 01"]);
    assert!(!once.is_empty());
    assert_eq!(told(&["Sat Mar 01", "Mon Mar 10"]), once);
}

#[test]
fn what_is_told_on_standard_error_steers_no_terminal() {
    let record = b"{\"text\":\"a\",\"fetched\":\"\\u001b[31m\\u001b]0;x\\u0007\"}\n";
    let output = reportedly(&["read", "--jsonl", "-"], record);
    assert_eq!(output.status.code(), Some(1));
    assert!(!output.stderr.iter().any(|b| *b < b' ' && *b != b'\n'), "{output:?}");
    assert!(output.stderr.windows(6).any(|w| w == b"\\u{1b}"), "it is written out");
}
