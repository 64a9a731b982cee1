//! Pages in WARC archives: whole ones, broken ones, cut ones.

use flate2::{Compression, write::GzEncoder};
use reportedly_gather::{Archive, Capture, Record};
use std::io::Write;

const PAGE: &str = "<!DOCTYPE html><p>The quay at Kestrel Bay reopens on Monday.</p>";

/// A record of an archive.
fn record(kind: &str, number: usize, block: &[u8]) -> Vec<u8> {
    let head = format!(
        "WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Target-URI: https://tern.example/{number}\r\n\
         WARC-Date: 2031-03-04T05:06:07Z\r\nWARC-Record-ID: <urn:uuid:0a0a0a0a-0000-4000-8000-{number:012}>\r\n\
         Content-Type: {}\r\nContent-Length: {}\r\n\r\n",
        if kind == "response" { "application/http; msgtype=response" } else { "text/plain" },
        block.len(),
    );
    [head.as_bytes(), block, b"\r\n\r\n"].concat()
}

fn response(number: usize, head: &str, body: &[u8]) -> Vec<u8> {
    record("response", number, &[format!("HTTP/1.1 {head}\r\n\r\n").as_bytes(), body].concat())
}

fn page(number: usize) -> Vec<u8> {
    response(number, "200 OK\r\nContent-Type: text/html; charset=utf-8", PAGE.as_bytes())
}

fn zipped(bytes: &[u8]) -> Vec<u8> {
    let mut zip = GzEncoder::new(Vec::new(), Compression::fast());
    zip.write_all(bytes).expect("to memory");
    zip.finish().expect("to memory")
}

/// What an archive gives: pages with their place, how many other records, what is said of broken ones.
fn read(name: &str, bytes: &[u8]) -> (Vec<(Record, u64)>, usize, Vec<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("a file");
    let (mut pages, mut others, mut broken) = (Vec::new(), 0, Vec::new());
    for capture in Archive::open(&path).expect("an archive") {
        match capture {
            Capture::Page(record, at) => pages.push((*record, at)),
            Capture::Other => others += 1,
            Capture::Broken(e) => broken.push(e.to_string()),
        }
    }
    (pages, others, broken)
}

fn addresses(pages: &[(Record, u64)]) -> Vec<&str> {
    pages.iter().map(|p| p.0.url.as_deref().unwrap_or_default()).collect()
}

#[test]
fn pages_come_with_their_address_time_and_place() {
    let records = [
        record("warcinfo", 0, b"software: a crawler"),
        record("request", 1, b"GET /1 HTTP/1.1\r\n\r\n"),
        page(1),
        response(2, "301 Moved\r\nLocation: /3", b""),
        response(3, "200 OK\r\nContent-Type: image/png", b"\x89PNG"),
        page(4),
        record("conversion", 5, b"The quay reopens\nThe quay at Kestrel Bay reopens."),
    ];
    for name in ["crawl.warc", "crawl.warc.gz", "crawl.warc.zst"] {
        let pack = |record: &Vec<u8>| match name.rsplit_once('.') {
            Some((_, "gz")) => zipped(record),
            Some((_, "zst")) => zstd::encode_all(&record[..], 1).expect("to memory"),
            _ => record.clone(),
        };
        let packed: Vec<Vec<u8>> = records.iter().map(pack).collect();
        let places: Vec<u64> =
            (0..packed.len()).map(|n| packed[..n].iter().map(Vec::len).sum::<usize>() as u64).collect();
        let (pages, others, broken) = read(name, &packed.concat());
        assert_eq!((others, broken), (4, vec![]), "{name}");
        assert_eq!(
            addresses(&pages),
            ["https://tern.example/1", "https://tern.example/4", "https://tern.example/5"]
        );
        assert_eq!(
            pages.iter().map(|p| p.1).collect::<Vec<_>>(),
            [places[2], places[5], places[6]],
            "{name}"
        );
        assert_eq!(pages[0].0.bytes, PAGE.as_bytes());
        assert_eq!(pages[0].0.fetched.map(|t| t.to_string()).as_deref(), Some("2031-03-04T05:06:07Z"));
    }
}

#[test]
fn coded_pages_are_decoded_and_those_that_only_say_so_are_left() {
    let chunked = format!("{:x}\r\n{PAGE}\r\n0\r\n\r\n", PAGE.len());
    for (head, body) in [
        ("Content-Encoding: gzip", zipped(PAGE.as_bytes())),
        ("Content-Encoding: gzip", PAGE.as_bytes().to_vec()),
        ("Content-Encoding: br", PAGE.as_bytes().to_vec()),
        ("Content-Encoding: none-such", PAGE.as_bytes().to_vec()),
        ("Transfer-Encoding: chunked", chunked.into_bytes()),
        ("Transfer-Encoding: chunked", PAGE.as_bytes().to_vec()),
    ] {
        let (pages, ..) = read("a.warc", &response(1, &format!("200 OK\r\n{head}"), &body));
        assert_eq!(pages[0].0.bytes, PAGE.as_bytes(), "{head}");
    }
}

#[test]
fn a_broken_record_is_reported_and_costs_only_itself() {
    let wrong_length =
        String::from_utf8(page(2)).expect("text").replace("Content-Length: 1", "Content-Length: 9");
    for (name, packed) in [("crawl.warc", false), ("crawl.warc.gz", true)] {
        let pack = |r: Vec<u8>| if packed { zipped(&r) } else { r };
        let mut damaged = pack(page(3));
        damaged[if packed { 10 } else { 0 }..40].fill(0xaa);
        for broken in [pack(wrong_length.clone().into_bytes()), damaged, b"no record at all\r\n".repeat(9)] {
            let archive = [pack(page(1)), broken, pack(page(4)), pack(page(5))].concat();
            let (pages, _, broken) = read(name, &archive);
            let found = addresses(&pages);
            assert!(found.starts_with(&["https://tern.example/1"]), "{name} {found:?}");
            assert!(
                found.ends_with(&["https://tern.example/4", "https://tern.example/5"]),
                "{name} {found:?}"
            );
            assert_eq!(broken.len(), 1, "{name} {found:?} {broken:?}");
        }
    }
}

#[test]
fn an_archive_that_is_cut_gives_what_stands_before_the_cut() {
    for (name, archive) in [
        ("crawl.warc", [page(1), page(2)].concat()),
        ("crawl.warc.gz", [zipped(&page(1)), zipped(&page(2))].concat()),
    ] {
        let (pages, _, broken) = read(name, &archive[..archive.len() - 40]);
        assert_eq!(
            (addresses(&pages), broken.len()),
            (vec!["https://tern.example/1"], 1),
            "{name}: {broken:?}"
        );
    }
}

#[test]
fn what_is_no_archive_is_said_to_be_none() {
    let (pages, others, broken) = read("crawl.warc.gz", b"WARC/1.0 is what we would have liked\r\n");
    assert_eq!((pages.len(), others, broken.len()), (0, 0, 1), "{broken:?}");
    let (pages, _, broken) = read("empty.warc", b"");
    assert_eq!((pages.len(), broken.len()), (0, 0));
}

#[test]
fn many_beginnings_without_a_record_end_and_what_follows_them_is_read() {
    let beginnings = b"WARC/1.0\r\n".repeat(200_000);
    let nothing = vec![b' '; 1 << 17];
    let (pages, _, broken) = read("beginnings.warc", &[&beginnings[..], &nothing, &page(1)].concat());
    assert_eq!(addresses(&pages), ["https://tern.example/1"]);
    assert_eq!(broken.len(), 1, "{broken:?}");
}
