//! What a library is exported as, and imported from.

pub mod line;
pub mod table;

use clap::ValueEnum;
use std::path::Path;

/// A format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One JSON object an observation, with everything
    Jsonl,
    /// A table of observations
    Parquet,
    /// The pages as an archive
    Warc,
    /// The same, each page packed
    #[value(name = "warc.gz")]
    WarcGz,
    /// The subscriptions
    Opml,
}

impl Format {
    /// By a file's ending.
    pub fn of_name(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
        const ENDINGS: [(&str, Format); 7] = [
            (".jsonl", Format::Jsonl),
            (".ndjson", Format::Jsonl),
            (".parquet", Format::Parquet),
            (".warc", Format::Warc),
            (".warc.gz", Format::WarcGz),
            (".opml", Format::Opml),
            (".xml", Format::Opml),
        ];
        ENDINGS.iter().find(|(ending, _)| name.ends_with(ending)).map(|(_, format)| *format)
    }

    /// By how a file begins.
    pub fn of_content(start: &[u8]) -> Option<Self> {
        let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
        match start {
            _ if start.starts_with(b"PAR1") => Some(Self::Parquet),
            _ if start.starts_with(b"WARC/") => Some(Self::Warc),
            _ if start.starts_with(b"\x1f\x8b") => Some(Self::WarcGz),
            _ if text.starts_with(b"{") => Some(Self::Jsonl),
            _ if text.starts_with(b"<")
                || start.starts_with(b"\xff\xfe<")
                || start.starts_with(b"\xfe\xff") =>
            {
                Some(Self::Opml)
            }
            _ => None,
        }
    }
}
