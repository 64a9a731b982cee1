//! Readings on disk.

pub mod search;
