//! The pages in a WARC archive (.warc, .warc.gz, .warc.zst; Common Crawl's .warc.wet.gz as flattened pages).
//!
//! An archive may be terabytes and its records may be broken: one record is in memory at a time, and after a broken
//! one reading goes on at the next place where a record can begin.

use crate::{LoadError, Record, files::MOST_BYTES};
use fastwarc::{
    stream_io::{brotli::BrotliReader, chunked::ChunkedReader, zstd::ZstdReader},
    warc::{
        iter::{ArchiveIteratorOptions, ArchiveIteratorThreadSafe},
        record::{SharedWarcRecord, WarcRecord, WarcRecordType},
    },
};
use flate2::bufread::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use jiff::Timestamp;
use reportedly_read::Form;
use std::{
    borrow::Cow,
    fs::File,
    io::{self, BufReader, Cursor, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

/// Bytes of an archive that are looked through at a time for the next record: few at first, since it is mostly near and
/// there may be a broken one at every step.
const WINDOWS: std::ops::RangeInclusive<usize> = 1 << 12..=1 << 20;

/// Beginnings of records that are tried one after the other where all are broken; from then on one in each [`STEP`].
const TRIED: u32 = 64;
/// Bytes.
const STEP: u64 = 1 << 16;

/// What comes next in an archive.
#[derive(Debug)]
pub enum Capture {
    /// A page, and where in the archive its record begins, in bytes of the file as it lies on disk.
    Page(Box<Record>, u64),
    /// A record that is no page: a request, a redirect, a picture.
    Other,
    /// Records that cannot be read, and where reading goes on.
    Broken(LoadError),
}

/// An archive that is being read.
#[derive(Debug)]
pub struct Archive {
    path: PathBuf,
    records: Option<ArchiveIteratorThreadSafe>,
    /// Where to look for the next record if this one is broken.
    next: u64,
    /// What was said of the records that are being passed over.
    broken: Option<(u64, String)>,
    /// How many beginnings were tried since the last record that could be read.
    tried: u32,
}

/// Whether a file is an archive, by its name.
pub fn is_archive(path: &Path) -> bool {
    let name = path.file_name().map(|n| n.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let name = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
    name.ends_with(".warc") || name.ends_with(".warc.wet")
}

impl Archive {
    /// Opens an archive. Errors: where it cannot be opened.
    pub fn open(path: &Path) -> Result<Self, LoadError> {
        let mut archive = Self { path: path.to_path_buf(), records: None, next: 0, broken: None, tried: 0 };
        archive.start(0).map_err(|source| LoadError::Unreadable { path: path.to_path_buf(), source })?;
        Ok(archive)
    }

    /// Goes on at a place where a record may begin.
    fn start(&mut self, at: u64) -> io::Result<()> {
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(at))?;
        let options =
            ArchiveIteratorOptions { parse_http: false, inplace: true, ..ArchiveIteratorOptions::default() };
        self.records = Some(ArchiveIteratorThreadSafe::with_options(BufReader::new(file), options));
        Ok(())
    }

    /// Goes on at the next place after `self.next` where a record may begin; `false` where there is none.
    fn resume(&mut self) -> io::Result<bool> {
        self.records = None;
        let mut file = File::open(&self.path)?;
        self.tried += 1;
        let from = if self.tried > TRIED { self.next + STEP } else { self.next };
        let Some(at) = next_record(&mut file, from)? else { return Ok(false) };
        self.next = at + 1;
        self.start(at)?;
        Ok(true)
    }

    /// What was passed over, once it is known where reading goes on.
    fn passed(&mut self, until: Option<u64>) -> Option<Capture> {
        let (from, what) = self.broken.take()?;
        let until =
            until.map_or_else(|| "no record follows".to_owned(), |at| format!("goes on at byte {at}"));
        let source = io::Error::new(
            io::ErrorKind::InvalidData,
            format!("broken from byte {from} on: {what}; {until}"),
        );
        Some(Capture::Broken(LoadError::Unreadable { path: self.path.clone(), source }))
    }
}

impl Iterator for Archive {
    type Item = Capture;

    fn next(&mut self) -> Option<Capture> {
        loop {
            let next = self.records.as_mut().and_then(Iterator::next);
            let record = match next {
                None if self.broken.is_some() || self.records.is_some() => {
                    self.records = None;
                    return self.passed(None);
                }
                None => return None,
                Some(record) => record.and_then(|r| r.with_mut(|r| Ok((r.stream_pos(), capture(r)?)))),
            };
            match record {
                Ok((at, capture)) => {
                    self.next = at + 1;
                    self.tried = 0;
                    return match self.passed(Some(at)) {
                        None => {
                            Some(capture.map_or(Capture::Other, |record| Capture::Page(Box::new(record), at)))
                        }
                        // Said first; the record is read again.
                        Some(broken) => {
                            if self.start(at).is_err() {
                                self.records = None;
                            }
                            Some(broken)
                        }
                    };
                }
                Err(e) => {
                    let from = self.next.saturating_sub(1);
                    self.broken.get_or_insert_with(|| (from, e.to_string()));
                    if !self.resume().unwrap_or(false) {
                        self.records = None;
                    }
                }
            }
        }
    }
}

/// The place at or after `from` where a record may begin.
fn next_record(file: &mut File, from: u64) -> io::Result<Option<u64>> {
    /// What a gzip member, a zstd frame and an uncompressed record begin with.
    const BEGINNINGS: [&[u8]; 3] = [b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"WARC/1."];
    const LONGEST: usize = 7;
    let mut window = Vec::new();
    let mut size = *WINDOWS.start();
    let mut at = from;
    loop {
        file.seek(SeekFrom::Start(at))?;
        window.clear();
        file.by_ref().take(size as u64).read_to_end(&mut window)?;
        let found = BEGINNINGS.iter().filter_map(|b| memchr::memmem::find(&window, b)).min();
        if let Some(found) = found {
            return Ok(Some(at + found as u64));
        }
        if window.len() < size {
            return Ok(None);
        }
        at += (size - LONGEST) as u64;
        size = (size * 4).min(*WINDOWS.end());
    }
}

/// The page in a record; `None` where it holds none.
fn capture(warc: &mut WarcRecord) -> io::Result<Option<Record>> {
    let header = |name: &str| warc.headers().get(name).map(|v| v.trim().to_owned()).filter(|v| !v.is_empty());
    let mut record = Record {
        url: header("WARC-Target-URI").map(|u| u.trim_matches(['<', '>']).to_owned()),
        fetched: header("WARC-Date").and_then(|d| d.parse::<Timestamp>().ok()),
        content_type: header("Content-Type"),
        form: Form::Unknown,
        ..Record::default()
    };
    let mut coded = None;
    match warc.record_type() {
        WarcRecordType::Response if warc.is_http() => {
            warc.parse_http()?;
            let Some(http) = warc.http_headers() else { return Ok(None) };
            if !http.status_code().is_none_or(|code| (200..300).contains(&code)) {
                return Ok(None);
            }
            record.content_type = http.get("Content-Type").map(Cow::into_owned);
            let lines = http.items().map(|(name, value)| format!("{name}: {value}\n"));
            record.headers =
                Some(http.status_line().map(|s| format!("{s}\n")).into_iter().chain(lines).collect());
            let of = |name: &str| http.get(name).map(|v| v.to_ascii_lowercase()).unwrap_or_default();
            coded = Some((of("Transfer-Encoding"), of("Content-Encoding")));
        }
        WarcRecordType::Resource | WarcRecordType::Response => {}
        WarcRecordType::Conversion => record.form = Form::Flat,
        _ => return Ok(None),
    }
    if !may_be_page(record.content_type.as_deref()) {
        return Ok(None);
    }
    let Some(reader) = warc.reader_mut() else { return Ok(None) };
    reader.take(MOST_BYTES).read_to_end(&mut record.bytes)?;
    // A record that is cut off with the archive: what is there is no page that anybody has seen.
    if (record.bytes.len() as u64) < warc.content_length().min(MOST_BYTES) {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the archive ends within the record"));
    }
    if let Some((transfer, content)) = coded {
        for coding in content.rsplit(',').chain(transfer.rsplit(',')).map(str::trim).rev() {
            decode(&mut record, coding);
        }
    }
    Ok(Some(record))
}

/// Whether a page may have this content type.
fn may_be_page(content_type: Option<&str>) -> bool {
    let Some(kind) = content_type.and_then(|t| t.split(';').next()) else { return true };
    let kind = kind.trim().to_ascii_lowercase();
    kind.is_empty() || kind == "text/plain" || kind.contains("html")
}

/// Takes off a coding, where the bytes have it: many archivers decode a page and leave its headers as they were.
fn decode(record: &mut Record, coding: &str) {
    let bytes = &record.bytes;
    let mut plain = Vec::new();
    let mut read = |mut reader: Box<dyn Read>| reader.by_ref().take(MOST_BYTES).read_to_end(&mut plain);
    let whole = Cursor::new(bytes.clone());
    let result = match coding {
        "gzip" | "x-gzip" if bytes.starts_with(b"\x1f\x8b") => read(Box::new(MultiGzDecoder::new(whole))),
        "deflate" if bytes.first().is_some_and(|b| b & 0x0f == 8) => read(Box::new(ZlibDecoder::new(whole))),
        "deflate" if !bytes.starts_with(b"<") => read(Box::new(DeflateDecoder::new(whole))),
        "br" if !bytes.trim_ascii_start().starts_with(b"<") => read(Box::new(BrotliReader::new(whole))),
        "zstd" if bytes.starts_with(b"\x28\xb5\x2f\xfd") => read(Box::new(ZstdReader::new(whole))),
        "chunked" if begins_with_a_length(bytes) => read(Box::new(ChunkedReader::new(whole))),
        _ => return,
    };
    if let Err(e) = result {
        record.notes.push(format!("cut: {} bytes could be unpacked: {e}", plain.len()));
    }
    record.bytes = plain;
}

/// Whether bytes begin with a line that is a chunk's length.
fn begins_with_a_length(bytes: &[u8]) -> bool {
    let line = bytes.split(|b| matches!(b, b'\r' | b';')).next().unwrap_or_default();
    (1..=8).contains(&line.len()) && line.iter().all(u8::is_ascii_hexdigit)
}
