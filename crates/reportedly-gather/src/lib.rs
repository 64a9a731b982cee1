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
//! The network: [`fetch`] is the only module that asks it, with all bounds; [`robots`] and [`discover`] do so through
//! that. [`feeds`] and [`sitemap`] read what came, [`pace`] says when to ask again and whom next; they are pure.

mod archive;
mod archive_writer;
pub mod discover;
pub mod feeds;
pub mod fetch;
mod files;
mod html;
mod identity;
mod lines;
mod listing;
pub mod opml;
pub mod pace;
mod record;
pub mod robots;
mod saved;
pub mod sitemap;
mod web;
mod xml;

pub use archive::{Archive, Capture, is_archive};
pub use archive_writer::{ArchiveWriter, Response};
pub use files::{LoadError, Walk, load, load_stream, size, walk};
pub use identity::article_id;
pub use lines::Lines;
pub use record::{Record, RecordError, given_time};
