//! The pages in a WARC archive (.warc, .warc.gz, .warc.zst; Common Crawl's .warc.wet.gz as flattened pages).
//!
//! An archive may be terabytes and its records may be broken: one record is in memory at a time, and after a broken
//! one reading goes on at the next place where a record can begin. A record counts as read only when it ends where it
//! says that it ends: what a wrong length cuts off, or takes from its neighbours, is no page that anybody has seen.

use crate::{LoadError, Record, files::MOST_BYTES};
use fastwarc::{
    stream_io::{brotli::BrotliReader, chunked::ChunkedReader, traits::WarcRead, zstd::ZstdReader},
    warc::{
        iter::{ArchiveIteratorOptions, ArchiveIteratorThreadSafe},
        record::{AutoDecode, SharedWarcRecord, WarcRecord, WarcRecordType},
    },
};
use flate2::bufread::{DeflateDecoder, GzDecoder, MultiGzDecoder, ZlibDecoder};
use jiff::Timestamp;
use reportedly_read::Form;
use std::{
    borrow::Cow,
    fs::File,
    io::{self, BufRead, BufReader, Cursor, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

/// Bytes of an archive that are looked through at a time for the next record: few at first, since it is mostly near and
/// there may be a broken one at every step.
const WINDOWS: std::ops::RangeInclusive<usize> = 1 << 12..=1 << 20;

/// Bytes that are read from the disk at a time.
const BUFFER: usize = 1 << 16;
/// The longest header of a record, and of the response in it.
const HEADER: usize = 1 << 15;

/// Packed members that look like records and are tried, in [`STEP`] bytes, where all are broken: they may lie one in the
/// other, and each may take as long to try as all of them together.
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
    /// The same file once more, to look ahead in.
    ahead: File,
    records: Option<ArchiveIteratorThreadSafe>,
    /// Where the last record that could be read ends.
    end: u64,
    /// Where to look for the next record if this one is broken.
    next: u64,
    /// What was said of the records that are being passed over.
    broken: Option<(u64, String)>,
    /// How many packed members were tried from a place on, and the place.
    tried: (u32, u64),
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
        let unreadable = |source| LoadError::Unreadable { path: path.to_path_buf(), source };
        let ahead = File::open(path).map_err(unreadable)?;
        let path = path.to_path_buf();
        let mut archive = Self { path, ahead, records: None, end: 0, next: 0, broken: None, tried: (0, 0) };
        archive.start(0).map_err(unreadable)?;
        Ok(archive)
    }

    /// Goes on at a place where a record may begin.
    fn start(&mut self, at: u64) -> io::Result<()> {
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(at))?;
        let options =
            ArchiveIteratorOptions { parse_http: false, inplace: true, ..ArchiveIteratorOptions::default() };
        let file = BufReader::with_capacity(BUFFER, file);
        self.records = Some(ArchiveIteratorThreadSafe::with_options(file, options));
        Ok(())
    }

    /// Goes on at the next place after `self.next` where a record may begin; `false` where there is none.
    fn resume(&mut self) -> io::Result<bool> {
        self.records = None;
        let (tried, since) = &mut self.tried;
        if self.next >= *since + STEP {
            (*tried, *since) = (0, self.next);
        }
        let from = if *tried < TRIED { self.next } else { *since + STEP };
        let Some((at, packed)) = next_record(&mut self.ahead, from)? else { return Ok(false) };
        *tried += u32::from(packed);
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
                Some(record) => {
                    let ahead = &mut self.ahead;
                    let record = record.map_err(|e| (None, e));
                    record.and_then(|r| {
                        r.with_mut(|r| {
                            let at = r.stream_pos();
                            let (capture, end) = capture(r, ahead).map_err(|e| (Some(at), e))?;
                            Ok((at, end, capture))
                        })
                    })
                }
            };
            match record {
                Ok((at, end, capture)) => {
                    self.end = end;
                    self.next = at + 1;
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
                Err((at, e)) => {
                    self.broken.get_or_insert_with(|| (at.unwrap_or(self.end), e.to_string()));
                    self.next = self.next.max(at.map_or(0, |at| at + 1));
                    if !self.resume().unwrap_or(false) {
                        self.records = None;
                    }
                }
            }
        }
    }
}

/// The first place at or after `from` where something stands that looks like a record, and whether it is packed.
fn next_record(file: &mut File, from: u64) -> io::Result<Option<(u64, bool)>> {
    let mut window = Vec::new();
    let mut size = *WINDOWS.start();
    let mut at = from;
    loop {
        file.seek(SeekFrom::Start(at))?;
        window.clear();
        file.by_ref().take(size as u64).read_to_end(&mut window)?;
        let last = window.len() < size;
        let mut undecided = None;
        for found in beginnings(&window) {
            let place = at + found as u64;
            match look(&window[found..], last) {
                Look::Packed => return Ok(Some((place, true))),
                Look::Plain { end } if ends_at(file, place.saturating_add(end))? => {
                    return Ok(Some((place, false)));
                }
                Look::Plain { .. } | Look::Nothing => {}
                Look::TooLittle => {
                    undecided = Some(found);
                    break;
                }
            }
        }
        if last {
            return Ok(None);
        }
        // What may be a record, or the beginning of one, is looked at whole.
        at += undecided.unwrap_or(size - LONGEST) as u64;
        size = (size * 4).min(*WINDOWS.end());
    }
}

/// What a gzip member, a zstd frame and an uncompressed record begin with.
const BEGINNINGS: [&[u8]; 3] = [GZIP, ZSTD, PLAIN];
const GZIP: &[u8] = b"\x1f\x8b\x08";
const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";
const PLAIN: &[u8] = b"WARC/1.";
/// The length of the longest of them.
const LONGEST: usize = 7;

/// Where something begins that may be a record, in order.
fn beginnings(bytes: &[u8]) -> impl Iterator<Item = usize> {
    let mut found = BEGINNINGS.map(|b| memchr::memmem::find_iter(bytes, b).peekable());
    std::iter::from_fn(move || {
        let next = found.iter_mut().filter_map(|f| f.peek().copied()).min()?;
        for kind in &mut found {
            kind.next_if_eq(&next);
        }
        Some(next)
    })
}

/// What bytes look like that begin as a record does.
enum Look {
    /// A packed member with a record in it.
    Packed,
    /// A record that ends so many bytes on.
    Plain {
        end: u64,
    },
    Nothing,
    /// There are too few of them to say.
    TooLittle,
}

/// Looks at bytes that begin as a record does; `last` where no others follow. What is no record is found out within its
/// own bytes, up to the next beginning: many beginnings without a record cost no more than to look through them once.
fn look(bytes: &[u8], last: bool) -> Look {
    /// Bytes that are unpacked to see whether a record is in them.
    const UNPACKED: u64 = 1 << 12;
    if bytes.starts_with(GZIP) {
        let mut begins = Vec::new();
        let unpacked = GzDecoder::new(bytes).take(UNPACKED).read_to_end(&mut begins);
        let all = unpacked.is_ok() && begins.len() < UNPACKED as usize;
        return match look(&begins, all) {
            Look::Plain { .. } => Look::Packed,
            Look::TooLittle if begins.starts_with(PLAIN) => Look::Packed,
            Look::TooLittle if !last && bytes.len() < HEADER => Look::TooLittle,
            _ => Look::Nothing,
        };
    }
    let Some(rest) = bytes.strip_prefix(PLAIN) else {
        return match bytes.starts_with(ZSTD) {
            true => Look::Packed,
            false if PLAIN.starts_with(bytes) && !last => Look::TooLittle,
            false => Look::Nothing,
        };
    };
    let rest = &rest[..rest.len().min(HEADER)];
    // An address may have these letters in it, but no line of a header ends with them and a digit.
    let another = memchr::memmem::find(rest, PLAIN)
        .filter(|n| rest.get(n + LONGEST + 1..).is_some_and(|r| r.starts_with(b"\r\n")));
    let header = memchr::memmem::find(&rest[..another.unwrap_or(rest.len())], b"\r\n\r\n");
    match header {
        Some(end) => match length(&rest[..end]) {
            Some(length) => Look::Plain { end: ((LONGEST + end + 4) as u64).saturating_add(length) },
            None => Look::Nothing,
        },
        None if last || another.is_some() || rest.len() == HEADER => Look::Nothing,
        None => Look::TooLittle,
    }
}

/// The length that a record's header tells.
fn length(header: &[u8]) -> Option<u64> {
    const NAME: &[u8] = b"Content-Length:";
    let mut lines = header.split(|b| *b == b'\n');
    let line = lines.find(|l| l.get(..NAME.len()).is_some_and(|n| n.eq_ignore_ascii_case(NAME)))?;
    std::str::from_utf8(&line[NAME.len()..]).ok()?.trim().parse().ok()
}

/// Whether a record may end at a place in a file.
fn ends_at(file: &mut File, end: u64) -> io::Result<bool> {
    let length = file.metadata()?.len();
    if end >= length {
        return Ok(end == length);
    }
    let mut follows = Vec::with_capacity(FOLLOWS);
    file.seek(SeekFrom::Start(end))?;
    file.by_ref().take(FOLLOWS as u64).read_to_end(&mut follows)?;
    Ok(may_follow(&follows))
}

fn broken(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Where a record ends, for those that are cut off or go on too long.
struct Extent {
    /// The beginning of the packed member that it begins in; `None` in an archive that is not packed.
    member: Option<u64>,
    /// Where its bytes end, in an archive that is not packed.
    end: u64,
}

impl Extent {
    /// Looks, in an archive that is not packed, whether something that can follow a record stands where this one ends.
    fn of(warc: &mut WarcRecord, ahead: &mut File) -> io::Result<Self> {
        let length = warc.headers().get("Content-Length").and_then(|l| l.trim().parse::<u64>().ok());
        let length = length.ok_or_else(|| broken("the record does not say how long it is"))?;
        // Only in the standard's writing is it taken for what it is, and the length before it would be this one's too.
        if length != warc.content_length() {
            return Err(broken("the length of the record is not written as the standard has it"));
        }
        let Some(reader) = warc.reader_mut() else { return Err(broken("the record has no bytes")) };
        if let Some(member) = reader.frame_start_position()? {
            return Ok(Self { member: Some(member), end: 0 });
        }
        let end = reader.inner_stream_position()?.saturating_add(length);
        if ends_at(ahead, end)? {
            return Ok(Self { member: None, end });
        }
        Err(if end > ahead.metadata()?.len() { cut() } else { wrong_length() })
    }

    /// Takes in the record's bytes, as many as are wanted, and passes over the others.
    fn read(&self, warc: &mut WarcRecord, most: u64, bytes: &mut Vec<u8>) -> io::Result<()> {
        let length = warc.content_length();
        let Some(reader) = warc.reader_mut() else { return Err(broken("the record has no bytes")) };
        if self.member.is_none() {
            reader.take(most).read_to_end(bytes)?;
            return if (bytes.len() as u64) < length.min(most) { Err(cut()) } else { Ok(()) };
        }
        let (mut passed, mut member) = (0, self.member);
        while passed < length {
            let some = reader.fill_buf()?;
            let (n, at_record) = (some.len(), some.starts_with(PLAIN));
            if n == 0 {
                return Err(cut());
            }
            let wanted = most.saturating_sub(passed).min(n as u64) as usize;
            bytes.extend_from_slice(&some[..wanted]);
            // A record may lie in several members, and a member may hold several, but a new one is no part of this.
            let now = reader.frame_start_position()?;
            if std::mem::replace(&mut member, now) != now && at_record {
                return Err(wrong_length());
            }
            reader.consume(n);
            passed += n as u64;
        }
        // With the line ends after the record the member ends, and shows whether it is whole.
        reader.reset_limit();
        let follows = may_follow(reader.fill_buf()?);
        reader.set_limit(0);
        if follows { Ok(()) } else { Err(wrong_length()) }
    }
}

fn cut() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the archive ends within the record")
}

fn wrong_length() -> io::Error {
    broken("the record does not end where it says")
}

/// Bytes after a record that tell whether it has ended.
const FOLLOWS: usize = 8;

/// Whether this may follow a record: two line ends, however written, at once the next record, or nothing.
fn may_follow(bytes: &[u8]) -> bool {
    let ends = |with: &[u8]| bytes.starts_with(with) || with.starts_with(bytes);
    [&b"\r\n\r\n"[..], b"\n\n", b"WARC/", b"\r\nWARC/"].into_iter().any(ends)
}

/// The page in a record, `None` where it holds none, and where the record ends.
fn capture(warc: &mut WarcRecord, ahead: &mut File) -> io::Result<(Option<Record>, u64)> {
    let extent = Extent::of(warc, ahead)?;
    let page = page(warc, &extent)?;
    if extent.member.is_none() {
        // With the line ends, of which there may be fewer.
        return Ok((page, (extent.end + 4).min(ahead.metadata()?.len())));
    }
    if page.is_none() {
        extent.read(warc, 0, &mut Vec::new())?;
    }
    let end = warc.reader_mut().map_or(Ok(0), WarcRead::inner_stream_position)?;
    Ok((page, end))
}

/// The same, of a record that ends where it says, or is known to when it has been read.
fn page(warc: &mut WarcRecord, extent: &Extent) -> io::Result<Option<Record>> {
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
            warc.parse_http_with_opts(AutoDecode::None, HEADER, true)?;
            let Some(http) = warc.http_headers() else { return Ok(None) };
            if !http.status_line().is_some_and(|s| s.starts_with("HTTP/")) {
                return Err(broken("the response has no HTTP header"));
            }
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
    extent.read(warc, MOST_BYTES, &mut record.bytes)?;
    if let Some((transfer, content)) = coded {
        let codings = content.rsplit(',').chain(transfer.rsplit(',')).map(str::trim).rev();
        for coding in codings.filter(|c| !c.is_empty()) {
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
