//! The commands, each with its arguments and what it does.

pub mod add;
pub mod article;
pub mod backup;
pub mod check;
pub mod completions;
pub mod config;
pub mod doctor;
pub mod forget;
pub mod man;
pub mod read;
pub mod rebuild;
pub mod search;
pub mod stories;
pub mod story;
pub mod timeline;
