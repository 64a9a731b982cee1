//! An observation as one line of JSON, and back.

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use reportedly_answer::{Exact, Shape, reading, reading_of};
use reportedly_library::Kept;
use reportedly_read::PageKind;
use serde::{Deserialize, Serialize};
use std::{
    fmt::Write as _,
    io::{self, BufRead, Read},
};

/// The version of the lines that are written. A reader that knows it knows what stands in them.
const VERSION: u32 = 1;
/// Bytes of the longest line that is read: a page of 8 MiB with its reading takes half of it at most.
const LONGEST: usize = 128 << 20;
/// Bytes of the longest id.
const LONGEST_ID: usize = 4 << 10;

/// A line, of text that is borrowed where it is written and owned where it is read.
#[derive(Serialize, Deserialize)]
struct Line<Text, Reading> {
    version: u32,
    article: Text,
    path: Option<Text>,
    kind: PageKind,
    first_seen: Option<Timestamp>,
    recorded_at: Timestamp,
    known_at: Timestamp,
    known_strict: Timestamp,
    sight: String,
    page_hash: String,
    headers: Option<Text>,
    archive: Option<Archive>,
    forgotten_at: Option<Timestamp>,
    reading: Option<Reading>,
    exact: Option<Exact>,
    #[serde(skip_serializing_if = "Option::is_none")]
    page_base64: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Archive {
    path: String,
    offset: u64,
}

/// Which of all lines it is, and nothing else.
#[derive(Deserialize)]
struct Versioned {
    version: Option<u32>,
}

/// An observation as a line, without its end.
pub fn write(kept: &Kept) -> serde_json::Result<Vec<u8>> {
    written(kept, kept.page.as_deref())
}

/// The same without the page's bytes.
pub fn write_without_page(kept: &Kept) -> serde_json::Result<Vec<u8>> {
    written(kept, None)
}

fn written(kept: &Kept, page: Option<&[u8]>) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&Line {
        version: VERSION,
        article: kept.article.as_str(),
        path: kept.path.as_deref(),
        kind: kept.kind,
        first_seen: kept.first_seen,
        recorded_at: kept.recorded_at,
        known_at: kept.known_at,
        known_strict: kept.known_strict,
        sight: hexadecimal(&kept.sight),
        page_hash: hexadecimal(&kept.page_hash),
        headers: kept.headers.as_deref(),
        archive: kept.archive.clone().map(|(path, offset)| Archive { path, offset }),
        forgotten_at: kept.forgotten_at,
        reading: kept.reading.as_ref().map(|r| reading(&kept.article, kept.path.as_deref(), r)),
        exact: kept.reading.as_ref().map(Exact::of),
        page_base64: page.map(|page| STANDARD.encode(page)),
    })
}

/// An observation from a line. Errors say what is wrong with it.
pub fn parse(line: &[u8]) -> Result<Kept, String> {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    if !line.trim_ascii_start().starts_with(b"{") {
        return Err("not JSON of an observation: an object is expected".to_owned());
    }
    match serde_json::from_slice(line) {
        Ok(Versioned { version: Some(VERSION) }) => {}
        Ok(Versioned { version: Some(other) }) => {
            return Err(format!("its version is {other}, {VERSION} is known here: update reportedly"));
        }
        Ok(Versioned { version: None }) => {
            return Err(
                "no observation as `reportedly export` writes it (\"version\" is missing); pages as NDJSON are added with `reportedly add --jsonl -`"
                    .to_owned(),
            );
        }
        Err(e) => return Err(format!("not JSON of an observation: {e}")),
    }
    let line: Line<String, Shape> =
        serde_json::from_slice(line).map_err(|e| format!("not an observation: {e}"))?;
    debug_assert_eq!(line.version, VERSION);
    if line.article.is_empty() || line.article.len() > LONGEST_ID {
        return Err(format!("\"article\" has no byte or more than {LONGEST_ID}"));
    }
    let reading = match (line.reading, line.exact) {
        (Some(shape), Some(exact)) => Some(reading_of(shape, exact)?),
        (None, None) => None,
        _ => return Err("of \"reading\" and \"exact\" only one is there".to_owned()),
    };
    let page = line.page_base64.map(|page| STANDARD.decode(page));
    Ok(Kept {
        article: line.article,
        sight: bytes(&line.sight).ok_or("\"sight\" is no hash")?,
        page_hash: bytes(&line.page_hash).ok_or("\"page_hash\" is no hash")?,
        path: line.path,
        kind: reading.as_ref().map_or(line.kind, |r| r.kind),
        first_seen: line.first_seen,
        recorded_at: line.recorded_at,
        known_at: line.known_at,
        known_strict: line.known_strict,
        headers: line.headers,
        archive: line.archive.map(|a| (a.path, a.offset)),
        forgotten_at: line.forgotten_at,
        reading,
        page: page.transpose().map_err(|e| format!("\"page_base64\" is not base64: {e}"))?,
        place: None,
    })
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

fn bytes(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 2 * bytes.len() || !text.is_ascii() {
        return None;
    }
    for (i, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * i..2 * i + 2)?, 16).ok()?;
    }
    Some(bytes)
}

/// The lines of a reader, each of bounded length.
pub struct Lines<R> {
    reader: R,
    ended: bool,
}

impl<R: BufRead> Lines<R> {
    /// From where the reader stands.
    pub fn new(reader: R) -> Self {
        Self { reader, ended: false }
    }

    fn line(&mut self) -> io::Result<Option<Result<Vec<u8>, String>>> {
        let mut line = Vec::new();
        let most = LONGEST as u64 + 1;
        if self.reader.by_ref().take(most).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        if line.last() == Some(&b'\n') {
            line.pop();
        } else if line.len() > LONGEST {
            drop(line);
            self.reader.skip_until(b'\n')?;
            return Ok(Some(Err(format!("the line has more than {} MiB", LONGEST >> 20))));
        }
        Ok(Some(Ok(line)))
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = Result<Vec<u8>, String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        match self.line() {
            Ok(line) => line,
            Err(e) => {
                self.ended = true;
                Some(Err(format!("reading ends here: {e}")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Kept, parse, write};
    use proptest::prelude::*;
    use reportedly_read::{Form, Input, read};

    fn kept(text: &str, page: bool) -> Kept {
        let bytes = text.as_bytes();
        let fetched = Some("2031-03-04T10:00:00.25Z".parse().expect("an instant"));
        let reading = read(&Input { bytes, form: Form::Unknown, fetched, ..Input::default() });
        let at = |text: &str| text.parse().expect("an instant");
        Kept {
            article: "a1".to_owned(),
            sight: [7; 32],
            page_hash: [250; 32],
            path: Some("pages/a.html".to_owned()),
            kind: reading.kind,
            first_seen: fetched,
            recorded_at: at("2031-03-05T10:00:00.000001Z"),
            known_at: at("2031-03-04T10:00:00Z"),
            known_strict: at("2031-03-04T23:59:59Z"),
            headers: Some("HTTP/1.1 200 OK\nA: b\n".to_owned()),
            archive: Some(("crawl.warc.gz".to_owned(), u64::from(u32::MAX) * 9)),
            forgotten_at: None,
            reading: Some(reading),
            page: page.then(|| bytes.to_vec()),
            place: None,
        }
    }

    #[test]
    fn a_line_says_what_is_wrong_with_it() {
        let whole = String::from_utf8(write(&kept("The quay reopens.", true)).expect("JSON")).expect("UTF-8");
        assert!(parse(whole.as_bytes()).is_ok());
        for (line, says) in [
            (String::new(), "not JSON"),
            ("[1]".to_owned(), "an object is expected"),
            (r#"{"id":"a","text":"b"}"#.to_owned(), "reportedly add --jsonl"),
            (whole.replace("\"version\":1", "\"version\":2"), "update reportedly"),
            (whole.replace("\"article\":\"a1\"", "\"article\":\"\""), "\"article\""),
            (whole.replace("fafa", "fag0"), "\"page_hash\""),
            (whole.replace("\"sight\":\"07", "\"sight\":\"ü"), "\"sight\""),
            (whole.replace("\"page_base64\":\"", "\"page_base64\":\"?"), "base64"),
            (whole.replace("\"exact\":{", "\"other\":{"), "only one"),
            (whole[..whole.len() / 2].to_owned(), "not JSON"),
        ] {
            let error = parse(line.as_bytes()).expect_err(says);
            assert!(error.contains(says), "{says}: {error}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn an_observation_comes_back_exactly(text in "\\PC{0,200}", page in any::<bool>()) {
            let kept = kept(&text, page);
            let again = parse(&write(&kept).expect("JSON")).expect("an observation");
            prop_assert_eq!(format!("{again:?}"), format!("{kept:?}"));
        }

        #[test]
        fn any_bytes_are_an_observation_or_refused(at in any::<prop::sample::Index>(), with in any::<u8>()) {
            let mut line = write(&kept("The quay at Velm reopens on Monday, Petra Lomax said.", true)).expect("JSON");
            let at = at.index(line.len());
            line[at] = with;
            let _ = parse(&line);
        }
    }
}
