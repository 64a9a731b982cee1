//! Which files hold pages, and what is in them.

use crate::{Record, archive::is_archive, saved};
use flate2::bufread::MultiGzDecoder;
use reportedly_read::Form;
use std::{
    fs::{self, File},
    io::{self, BufReader, Read},
    path::{Path, PathBuf},
};

/// More of a file than this is not read: a compressed file may claim any size, a device has no end. One byte more than
/// is read of a page, so that the reading says that it was cut.
pub(crate) const MOST_BYTES: u64 = reportedly_read::MOST_BYTES as u64 + 1;

/// How much of a file of unknown kind is looked at to see whether it is HTML.
const SNIFF_BYTES: usize = 1024;

/// What was found at some paths.
#[derive(Debug, Default)]
pub struct Walk {
    /// Files that hold pages, archives ([`is_archive`]) among them: as given, folders walked in order of their names.
    pub files: Vec<PathBuf>,
    /// How many hidden files and folders were passed over.
    pub hidden: usize,
    /// How many files of other kinds were passed over.
    pub skipped: usize,
    /// Paths that cannot be read, and folders without a page.
    pub problems: Vec<LoadError>,
}

/// Why a path gives no page.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// It cannot be opened or read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A folder in which nothing is a page.
    #[error("{}: no page in this folder (looked for .html, .htm, .txt, .mhtml, .warc and .gz of these)", path.display())]
    NoPages {
        /// The folder.
        path: PathBuf,
    },
}

/// Finds the pages at these paths: files as they are given, folders walked.
pub fn walk(paths: &[PathBuf]) -> Walk {
    let mut found = Walk::default();
    for path in paths {
        match fs::metadata(path) {
            Err(source) => found.problems.push(LoadError::Unreadable { path: path.clone(), source }),
            Ok(what) if what.is_dir() => {
                let before = (found.files.len(), found.problems.len());
                walk_folder(path, &mut found);
                if before == (found.files.len(), found.problems.len()) {
                    found.problems.push(LoadError::NoPages { path: path.clone() });
                }
            }
            Ok(_) => found.files.push(path.clone()),
        }
    }
    found
}

fn walk_folder(folder: &Path, found: &mut Walk) {
    // A stack instead of recursion: folders may be nested as deep as the file system allows.
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(path) = waiting.pop() {
        let kind = if path == folder { fs::metadata(&path) } else { fs::symlink_metadata(&path) };
        match kind {
            Err(source) => found.problems.push(LoadError::Unreadable { path, source }),
            Ok(kind) if kind.is_dir() => {
                let names = fs::read_dir(&path).and_then(|all| all.map(|e| e.map(|e| e.path())).collect());
                match names {
                    Err(source) => found.problems.push(LoadError::Unreadable { path, source }),
                    Ok(names) => {
                        let mut names: Vec<PathBuf> = names;
                        let all = names.len();
                        names.retain(|n| !is_hidden(n));
                        found.hidden += all - names.len();
                        names.sort_unstable_by(|a, b| b.cmp(a));
                        waiting.extend(names);
                    }
                }
            }
            Ok(kind) => {
                // A link may point anywhere, back up the tree included: only links to files are followed. What is
                // no file (a pipe, a socket, a device) may have no end, or no beginning.
                let kind = if kind.is_symlink() { fs::metadata(&path) } else { Ok(kind) };
                match kind.and_then(|kind| Ok(kind.is_file() && holds_page(&path)?)) {
                    Ok(true) => found.files.push(path),
                    Ok(false) => found.skipped += 1,
                    Err(source) => found.problems.push(LoadError::Unreadable { path, source }),
                }
            }
        }
    }
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|n| n.as_encoded_bytes().starts_with(b"."))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Html,
    Text,
    Mhtml,
    Other,
}

/// The kind a name tells, and whether the file is compressed.
fn kind_by_name(path: &Path) -> (Kind, bool) {
    let name = path.file_name().map(|n| n.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let (name, compressed) = match name.strip_suffix(".gz") {
        Some(inner) => (inner, true),
        None => (name.as_str(), false),
    };
    let kind = match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html" | "htm" | "xhtml" | "shtml") => Kind::Html,
        Some("txt" | "text") => Kind::Text,
        Some("mhtml" | "mht") => Kind::Mhtml,
        _ => Kind::Other,
    };
    (kind, compressed)
}

/// Whether a file found in a folder is worth reading: by its name, else (pages saved without an ending, or under
/// `index.php?id=3`) by how it begins.
fn holds_page(path: &Path) -> io::Result<bool> {
    match kind_by_name(path) {
        _ if is_archive(path) => Ok(true),
        (Kind::Other, true) => Ok(false),
        (Kind::Other, false) => {
            let mut start = Vec::with_capacity(SNIFF_BYTES);
            File::open(path)?.take(SNIFF_BYTES as u64).read_to_end(&mut start)?;
            Ok(begins_like_html(&start))
        }
        _ => Ok(true),
    }
}

fn begins_like_html(start: &[u8]) -> bool {
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
    let begins = |with: &[u8]| start.get(..with.len()).is_some_and(|s| s.eq_ignore_ascii_case(with));
    begins(b"<!doctype html") || begins(b"<html") || begins(b"<head") || begins(b"<!-- saved from url=")
}

/// Reads a page from an open stream, as far as pages are read: a stream may have no end.
pub fn load_stream(stream: impl Read) -> io::Result<Record> {
    from_reader(stream, Kind::Other)
}

/// Reads the page in a file, with its own record of its address and time: what browsers, SingleFile, HTTrack and
/// the Wayback Machine write into pages they save, and MHTML's headers.
pub fn load(path: &Path) -> Result<Record, LoadError> {
    let (kind, _) = kind_by_name(path);
    File::open(path)
        .and_then(|file| from_reader(file, kind))
        .map_err(|source| LoadError::Unreadable { path: path.to_path_buf(), source })
}

/// How much room a page in this file may need while it is read, in bytes; a guess for what is compressed.
pub fn size(path: &Path) -> usize {
    /// Pages shrink to a fifth or tenth.
    const UNPACKED: u64 = 10;
    let length = fs::metadata(path).map_or(0, |m| m.len());
    let (_, compressed) = kind_by_name(path);
    length.saturating_mul(if compressed { UNPACKED } else { 1 }).min(MOST_BYTES) as usize
}

fn from_reader(reader: impl Read, kind: Kind) -> io::Result<Record> {
    let mut reader = BufReader::new(reader);
    let mut record = Record { form: Form::Unknown, ..Record::default() };
    // A pipe may give fewer than these at a time.
    let mut magic = Vec::new();
    reader.by_ref().take(2).read_to_end(&mut magic)?;
    let compressed = magic == [0x1f, 0x8b];
    let reader = io::Cursor::new(magic).chain(reader);
    if compressed {
        let unpacked = MultiGzDecoder::new(reader).take(MOST_BYTES).read_to_end(&mut record.bytes);
        // A cut archive still gives what stands before the cut.
        if let Err(e) = unpacked {
            record.notes.push(format!("cut: {} bytes could be unpacked: {e}", record.bytes.len()));
        }
    } else {
        reader.take(MOST_BYTES).read_to_end(&mut record.bytes)?;
    }
    if record.bytes.starts_with(b"WARC/1.") {
        let what = "this is a WARC archive, whose pages are found by their places in a file: \
                    save it as a file with a name in .warc or .warc.gz and give that";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
    }
    if kind == Kind::Mhtml || saved::is_mhtml(&record.bytes) {
        let notes = record.notes;
        let mut record = saved::from_mhtml(&record.bytes).unwrap_or_else(|| Record {
            notes: vec!["form: MHTML without an HTML part".to_owned()],
            ..Record::default()
        });
        record.notes.splice(0..0, notes);
        return Ok(record);
    }
    // Text or HTML is told apart by content: names lie.
    saved::own_record(&mut record);
    Ok(record)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, bytes) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, bytes).expect("a file");
        }
        folder
    }

    #[test]
    fn folders_are_walked_in_order_and_what_is_no_page_is_counted() {
        let folder = folder(&[
            ("b/two.htm", b"<p>two"),
            ("a.html", b"<p>one"),
            (".git/config.html", b""),
            (".hidden.html", b""),
            ("picture.jpg", b"\xff\xd8"),
            ("index.php?id=7", b"<!DOCTYPE html><p>three"),
            ("notes.txt", b"four"),
        ]);
        let found = walk(&[folder.path().to_path_buf()]);
        let names: Vec<_> = found
            .files
            .iter()
            .map(|f| f.strip_prefix(folder.path()).expect("inside").display().to_string())
            .collect();
        assert_eq!(names, ["a.html", "b/two.htm", "index.php?id=7", "notes.txt"]);
        assert_eq!((found.hidden, found.skipped, found.problems.len()), (2, 1, 0));
    }

    #[test]
    fn a_missing_path_and_an_empty_folder_are_named() {
        let empty = folder(&[]);
        let found = walk(&[empty.path().to_path_buf(), empty.path().join("nowhere")]);
        let said: Vec<String> = found.problems.iter().map(ToString::to_string).collect();
        assert!(said[0].contains("no page in this folder"), "{said:?}");
        assert!(said[1].contains("nowhere"), "{said:?}");
    }

    #[test]
    fn an_archive_is_not_taken_for_a_page() {
        let archive = b"WARC/1.1\r\nWARC-Type: warcinfo\r\nContent-Length: 0\r\n\r\n\r\n\r\n";
        let mut zipped = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        zipped.write_all(archive).expect("to memory");
        for stream in [archive.to_vec(), zipped.finish().expect("to memory")] {
            let said = load_stream(&stream[..]).expect_err("no page").to_string();
            assert!(said.contains("WARC archive") && said.contains("save it as a file"), "{said}");
        }
    }

    #[test]
    fn what_has_no_end_is_cut() {
        let record = load_stream(io::repeat(b'a')).expect("a page");
        let reading = reportedly_read::read(&record.input());
        assert!(reading.diagnostics.iter().any(|d| d.starts_with("cut: ")), "{:?}", reading.diagnostics);
        let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        io::copy(&mut io::repeat(b'a').take(MOST_BYTES * 4), &mut bomb).expect("to memory");
        let folder = folder(&[("bomb.html.gz", &bomb.finish().expect("to memory"))]);
        let record = load(&folder.path().join("bomb.html.gz")).expect("a page");
        assert_eq!(record.bytes.len() as u64, MOST_BYTES);
    }

    #[test]
    fn compressed_pages_are_read_even_when_cut() {
        let mut zipped = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        zipped.write_all("<p>The quay reopens.</p>".repeat(4000).as_bytes()).expect("to memory");
        let zipped = zipped.finish().expect("to memory");
        let folder = folder(&[("whole.html.gz", &zipped), ("cut.html.gz", &zipped[..zipped.len() - 9])]);
        let read = |name: &str| load(&folder.path().join(name)).expect("a page").bytes.len();
        assert_eq!(read("whole.html.gz"), 24 * 4000);
        assert!(read("cut.html.gz") > 0);
    }
}
