//! Files, folders and NDJSON to pages.

mod record;

pub use record::{Record, RecordError};
