//! Files, folders, WARC archives, NDJSON and the network to pages; lists of feeds; pages into WARC archives.
//!
//! ```no_run
//! use reportedly_gather::{load, walk};
//!
//! let found = walk(&["saved-pages".into()]);
//! for file in &found.files {
//!     match load(file) {
//!         Ok(record) => println!("{}: {} bytes", file.display(), record.bytes.len()),
//!         Err(problem) => eprintln!("{problem}"),
//!     }
//! }
//! ```
//!
//! [`fetch`] is the only module that asks the network; [`robots`] and [`discover`] do it through that.

mod archive;
mod archive_writer;
pub mod fetch;
mod files;
mod identity;
mod lines;
pub mod opml;
mod record;
mod saved;

pub use archive::{Archive, Capture, is_archive};
pub use archive_writer::{ArchiveWriter, Response};
pub use files::{LoadError, Walk, load, load_stream, size, walk};
pub use identity::article_id;
pub use lines::Lines;
pub use record::{Record, RecordError, given_time};
