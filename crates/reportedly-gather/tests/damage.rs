//! Damaged archives: no page that nobody has seen, every whole one, and what is broken is said.

use flate2::{Compression, write::GzEncoder};
use reportedly_gather::{Archive, Capture};
use std::{
    collections::BTreeSet,
    fmt::Write as _,
    io::Write,
    time::{Duration, Instant},
};

/// A page that is longer than what a reader holds at a time, and unlike its neighbours.
fn page(number: usize) -> Vec<u8> {
    let mut page =
        format!("<!DOCTYPE html><title>Lock {number}</title><p>Lock {number} at Velm is open.<script>");
    let mut state = number as u64 + 1;
    while page.len() < 150_000 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let _ = write!(page, "x{:x}();", state >> 40);
    }
    page.into_bytes()
}

/// A record with a page, its length told by `length`.
fn record(number: usize, body: &[u8], length: impl Fn(usize) -> String) -> Vec<u8> {
    let http = [b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", body].concat();
    let head = format!(
        "WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: https://velm.example/{number}\r\n\
         Content-Type: application/http; msgtype=response\r\n{}\r\n",
        length(http.len())
    );
    [head.as_bytes(), &http, b"\r\n\r\n"].concat()
}

fn told(length: usize) -> String {
    format!("Content-Length: {length}\r\n")
}

fn zipped(bytes: &[u8]) -> Vec<u8> {
    let mut zip = GzEncoder::new(Vec::new(), Compression::fast());
    zip.write_all(bytes).expect("to memory");
    zip.finish().expect("to memory")
}

/// The pages with their addresses' last parts, and what is said of broken records.
fn read(name: &str, bytes: &[u8]) -> (Vec<(usize, Vec<u8>)>, Vec<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("a file");
    let (mut pages, mut broken) = (Vec::new(), Vec::new());
    for capture in Archive::open(&path).expect("an archive") {
        match capture {
            Capture::Page(record, _) => {
                let url = record.url.unwrap_or_default();
                let number = url.rsplit('/').next().and_then(|n| n.parse().ok()).unwrap_or(usize::MAX);
                pages.push((number, record.bytes));
            }
            Capture::Other => {}
            Capture::Broken(e) => broken.push(e.to_string()),
        }
    }
    (pages, broken)
}

#[test]
fn a_wrong_length_costs_its_record_and_no_other() {
    let wrong: [(&str, &dyn Fn(usize) -> String); 8] = [
        ("too short", &|n| told(n - 5)),
        ("much too short", &|n| told(n / 2)),
        ("nothing", &|_| told(0)),
        ("too long", &|n| told(n + 5)),
        ("into the next", &|n| told(n + 400)),
        ("over the next", &|n| told(n + 200_000)),
        ("beyond the end", &|_| told(usize::MAX)),
        ("none", &|_| String::new()),
    ];
    for (what, wrong) in wrong {
        for packed in [false, true] {
            let pack = |r: Vec<u8>| if packed { zipped(&r) } else { r };
            let mut archive = Vec::new();
            for number in 0..5 {
                let length: &dyn Fn(usize) -> String = if number == 2 { wrong } else { &told };
                archive.extend(pack(record(number, &page(number), length)));
            }
            let (pages, broken) = read(if packed { "a.warc.gz" } else { "a.warc" }, &archive);
            let numbers: Vec<usize> = pages.iter().map(|p| p.0).collect();
            assert_eq!(numbers, [0, 1, 3, 4], "{what}, packed: {packed}: {broken:?}");
            assert_eq!(broken.len(), 1, "{what}, packed: {packed}: {broken:?}");
            assert!(pages.iter().all(|(n, bytes)| *bytes == page(*n)), "{what}, packed: {packed}");
        }
    }
}

#[test]
fn what_a_flipped_byte_or_a_cut_leaves_is_whole_or_said_to_be_broken() {
    let members: Vec<Vec<u8>> = (0..4).map(|n| zipped(&record(n, &page(n), told))).collect();
    let archive = members.concat();
    let mut state = 7_u64;
    let mut below = |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % n
    };
    let mut lost = 0;
    for trial in 0..150 {
        let mut damaged = archive.clone();
        let at = below(archive.len());
        match trial % 3 {
            0 => damaged[at] ^= 1 << below(8),
            // Bytes are missing in the middle, the end of a member among them now and then.
            1 => drop(damaged.drain(at..(at + 1 + below(30)).min(archive.len()))),
            _ => {
                let end = members[..2].concat().len();
                drop(damaged.drain(end - 1 - below(40)..end));
            }
        }
        let (pages, broken) = read("a.warc.gz", &damaged);
        for (number, bytes) in &pages {
            assert!(*bytes == page(*number), "trial {trial}: page {number} is not the one that was seen");
        }
        let found: BTreeSet<usize> = pages.iter().map(|p| p.0).collect();
        assert!(pages.len() >= 2, "trial {trial}: {found:?} {broken:?}");
        if found.len() < 4 {
            lost += 1;
            assert!(!broken.is_empty(), "trial {trial}: only {found:?}, and nothing is said");
        }
    }
    assert!(lost > 100, "{lost}");
}

#[test]
fn a_response_without_a_header_is_broken_and_one_with_other_line_ends_is_not() {
    let whole = record(1, b"<p>Lock 1", told);
    let headless = String::from_utf8(whole.clone()).expect("text").replace("HTTP/1.1 200 OK", "200 OK very");
    let other = {
        let http = b"HTTP/1.1 200 OK\nContent-Type: text/html\n\n<p>Lock 3";
        let head = "WARC/1.0\r\nWARC-Type: response\r\nContent-Type: application/http\r\n";
        [format!("{head}{}\r\n", told(http.len())).as_bytes(), http, b"\r\n\r\n"].concat()
    };
    let (pages, broken) = read("a.warc", &[whole, headless.into_bytes(), other].concat());
    assert!(broken.len() == 1 && broken[0].contains("no HTTP header"), "{broken:?}");
    // The last one has no address, and is a page all the same.
    assert_eq!(pages, [(1, b"<p>Lock 1".to_vec()), (usize::MAX, b"<p>Lock 3".to_vec())]);
}

#[test]
fn what_looks_like_records_is_passed_over_in_time_that_grows_with_its_length() {
    let good = record(1, b"<p>Lock 1", told);
    let empty = zipped(b"no record");
    let nested = zipped(b"WARC/1.0\r\n\r\n");
    let long = record(2, b"", |_| told(99_999_999));
    let bounds: [(&str, Vec<u8>, usize); 6] = [
        ("beginnings", b"WARC/1.0\r\n".to_vec(), 200_000),
        ("beginnings of headers", b"WARC/1.0\r\nWARC-Type: response\r\n".to_vec(), 50_000),
        ("empty headers", b"WARC/1.0\r\nContent-Length: 9\r\n\r\n".to_vec(), 50_000),
        ("members without a record", empty, 50_000),
        ("members that begin like one", nested, 20_000),
        ("records that are too long, among whole ones", [long, good.clone()].concat(), 3_000),
    ];
    for (what, piece, count) in bounds {
        let time = |count: usize| {
            let archive = [b"garbage", &piece.repeat(count)[..], b"\r\n\r\n", &good].concat();
            // What else the machine does is not asked about.
            let best = (0..2).map(|_| {
                let begun = Instant::now();
                let (pages, broken) = read("a.warc", &archive);
                assert!(!broken.is_empty() && !pages.is_empty(), "{what}: {broken:?}");
                assert_eq!(pages.last().map(|p| p.0), Some(1), "{what}");
                begun.elapsed()
            });
            best.min().unwrap_or_default()
        };
        let (some, more) = (time(count / 4), time(count));
        assert!(
            more < some * 10 + Duration::from_millis(200),
            "{what}: {some:?}, four times as many {more:?}"
        );
    }
}
