//! Pages into a WARC archive (1.1), one `response` record each.

use flate2::{Compression, write::GzEncoder};
use jiff::Timestamp;
use std::{
    fmt::Write as _,
    io::{self, Write},
};
use xxhash_rust::xxh3::xxh3_128;

/// A page to be written.
#[derive(Clone, Copy, Debug)]
pub struct Response<'p> {
    /// Its address.
    pub url: &'p str,
    /// When it was seen.
    pub seen: Timestamp,
    /// The headers that it came with, one a line, with or without a status line before them.
    pub headers: Option<&'p str>,
    /// Its bytes.
    pub bytes: &'p [u8],
}

/// An archive that is being written.
#[derive(Debug)]
pub struct ArchiveWriter<W: Write> {
    out: W,
    packed: bool,
}

/// What stands for the type of a page that came without headers.
const HTML: &str = "text/html";
const PLAIN: &str = "text/plain";
/// How a header is marked that was true of the page on its way and is not of its bytes as they were kept; so do other
/// archivers.
const WAS: &str = "X-Crawler-";

impl<W: Write> ArchiveWriter<W> {
    /// Begins an archive, each record of it packed by itself where `packed` says so.
    pub fn new(out: W, packed: bool, software: &str, date: Timestamp) -> io::Result<Self> {
        let mut writer = Self { out, packed };
        let about = format!(
            "software: {software}\r\nformat: WARC File Format 1.1\r\nconformsTo: https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n"
        );
        let head = format!("WARC-Type: warcinfo\r\nWARC-Date: {date}\r\n");
        writer.record(&head, "application/warc-fields", about.as_bytes(), &[])?;
        Ok(writer)
    }

    /// Writes a page; `false` where its address cannot stand in an archive.
    pub fn page(&mut self, page: &Response<'_>) -> io::Result<bool> {
        if page.url.is_empty() || page.url.contains(|c: char| c.is_control() || c.is_whitespace()) {
            return Ok(false);
        }
        let head =
            format!("WARC-Type: response\r\nWARC-Target-URI: {}\r\nWARC-Date: {}\r\n", page.url, page.seen);
        let http = http_head(page.headers.unwrap_or_default(), page.bytes);
        self.record(&head, "application/http;msgtype=response", http.as_bytes(), page.bytes)?;
        Ok(true)
    }

    /// Ends the archive.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }

    fn record(&mut self, head: &str, kind: &str, first: &[u8], second: &[u8]) -> io::Result<()> {
        // The same record has the same id whenever it is written.
        let id = xxh3_128([head.as_bytes(), first, second].concat().as_slice());
        let [a, b, c, d] = [id >> 96, (id >> 80) & 0xffff, (id >> 64) & 0xfff, (id >> 48) & 0x3fff];
        // A UUID of version 8: of the writer's own making.
        let id = format!("{a:08x}-{b:04x}-8{c:03x}-{:04x}-{:012x}", d | 0x8000, id & 0xffff_ffff_ffff);
        let length = first.len() + second.len();
        let head = format!(
            "WARC/1.1\r\n{head}WARC-Record-ID: <urn:uuid:{id}>\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
        );
        let parts = [head.as_bytes(), first, second, b"\r\n\r\n"];
        if self.packed {
            let mut member = GzEncoder::new(&mut self.out, Compression::default());
            parts.iter().try_for_each(|part| member.write_all(part))?;
            member.finish()?;
            return Ok(());
        }
        parts.iter().try_for_each(|part| self.out.write_all(part))
    }
}

/// The head of the response: what was kept of it, and true of the bytes as they were kept.
fn http_head(headers: &str, bytes: &[u8]) -> String {
    let mut lines = headers.lines().map(str::trim).peekable();
    let status = lines.next_if(|line| line.starts_with("HTTP/")).unwrap_or("HTTP/1.1 200 OK");
    let mut head = format!("{}\r\n", visible(status));
    let mut typed = false;
    for line in lines {
        let Some((name, value)) = line.split_once(':') else { continue };
        let (name, value) = (name.trim(), visible(value.trim()));
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_graphic()) {
            continue;
        }
        let is = |other: &str| name.eq_ignore_ascii_case(other);
        typed |= is("Content-Type");
        let was = is("Content-Encoding") || is("Transfer-Encoding") || is("Content-Length");
        let _ = write!(head, "{}{name}: {value}\r\n", if was { WAS } else { "" });
    }
    if !typed {
        let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
        let is_markup = start.starts_with(b"<");
        let _ = write!(head, "Content-Type: {}\r\n", if is_markup { HTML } else { PLAIN });
    }
    let _ = write!(head, "Content-Length: {}\r\n\r\n", bytes.len());
    head
}

/// Text that cannot end a line of headers.
fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::{ArchiveWriter, Response};
    use crate::{Archive, Capture, Record};
    use proptest::prelude::*;
    use std::{fs, path::Path};

    const PAGE: &[u8] = b"<!doctype html><title>Quay</title><p>The quay at Velm reopens on Monday.";

    fn written(packed: bool, pages: &[Response<'_>]) -> Vec<u8> {
        let seen = "2031-03-05T00:00:00Z".parse().expect("an instant");
        let mut writer = ArchiveWriter::new(Vec::new(), packed, "reportedly", seen).expect("begun");
        for page in pages {
            assert!(writer.page(page).expect("to memory"));
        }
        writer.finish().expect("to memory")
    }

    fn read(path: &Path, bytes: &[u8]) -> Vec<Record> {
        fs::write(path, bytes).expect("written");
        let captures = Archive::open(path).expect("an archive").filter_map(|capture| match capture {
            Capture::Page(record, _) => Some(*record),
            Capture::Other => None,
            Capture::Broken(e) => panic!("{e}"),
        });
        captures.collect()
    }

    #[test]
    fn pages_come_back_with_their_addresses_times_and_headers() {
        let folder = tempfile::tempdir().expect("a folder");
        let page = Response {
            url: "https://wire.example/quay?a=1",
            seen: "2031-03-04T10:00:00.25Z".parse().expect("an instant"),
            headers: Some(
                "HTTP/2 203 Fine\nContent-Type: text/html; charset=utf-8\nContent-Encoding: gzip\nX-Odd: a\u{7}b\n\nnonsense\n",
            ),
            bytes: PAGE,
        };
        let bare = Response { headers: None, bytes: b"The quay reopens.", ..page };
        for (packed, name) in [(false, "a.warc"), (true, "a.warc.gz")] {
            let bytes = written(packed, &[page, bare]);
            assert_eq!(bytes, written(packed, &[page, bare]), "the same each time");
            let found = read(&folder.path().join(name), &bytes);
            assert_eq!(found.len(), 2);
            assert_eq!(found[0].bytes, PAGE);
            assert_eq!(found[0].url.as_deref(), Some(page.url));
            assert_eq!(found[0].fetched, Some(page.seen));
            assert_eq!(found[0].content_type.as_deref(), Some("text/html; charset=utf-8"));
            let headers = found[0].headers.as_deref().unwrap_or_default();
            assert!(headers.starts_with("HTTP/2 203 Fine\n"), "{headers}");
            assert!(headers.contains("X-Crawler-Content-Encoding: gzip"), "{headers}");
            assert_eq!(found[1].content_type.as_deref(), Some("text/plain"));
        }
    }

    #[test]
    fn an_address_that_would_break_out_of_its_line_is_not_written() {
        let seen = "2031-03-05T00:00:00Z".parse().expect("an instant");
        let mut writer = ArchiveWriter::new(Vec::new(), false, "reportedly", seen).expect("begun");
        for url in ["", "https://wire.example/a\r\nWARC-Type: request", "https://wire.example/a b"] {
            let page = Response { url, seen, headers: None, bytes: PAGE };
            assert!(!writer.page(&page).expect("to memory"), "{url}");
        }
    }

    proptest! {
        #[test]
        fn whatever_the_headers_and_bytes_the_page_comes_back(
            headers in "([A-Za-z-]{1,12}: \\PC{0,20}\n|\\PC{0,20}\r?\n){0,6}",
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            packed in any::<bool>(),
        ) {
            prop_assume!(!headers.to_ascii_lowercase().contains("content-type"));
            prop_assume!(!headers.starts_with("HTTP/"));
            let folder = tempfile::tempdir().expect("a folder");
            let seen = "2031-03-05T00:00:00Z".parse().expect("an instant");
            let page = Response { url: "https://wire.example/a", seen, headers: Some(&headers), bytes: &bytes };
            let found = read(&folder.path().join("a.warc"), &written(packed, &[page, page]));
            prop_assert_eq!(found.len(), 2);
            prop_assert_eq!(&found[1].bytes, &bytes);
        }
    }
}
