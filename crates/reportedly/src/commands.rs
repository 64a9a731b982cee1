//! The commands, each with its arguments and what it does.

pub mod config;
pub mod read;
pub mod stories;
pub mod timeline;
