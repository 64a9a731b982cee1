//! Readings on disk: every observation kept, stories folded from them, the text found again.

mod error;
pub mod search;
mod stored;

pub use error::Error;
