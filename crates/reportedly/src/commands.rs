//! The commands, each with its arguments and what it does.

pub mod add;
pub mod alerts;
pub mod article;
pub mod backup;
pub mod check;
pub mod completions;
pub mod config;
pub mod doctor;
pub mod export;
pub mod follow;
pub mod forget;
pub mod history;
pub mod import;
pub mod man;
pub mod read;
pub mod rebuild;
pub mod retain;
pub mod search;
pub mod stories;
pub mod story;
pub mod subscriptions;
pub mod timeline;
pub mod update;

use crate::arguments::AsOf;
use reportedly_library::Library;

/// That the library has nothing of this kind with this id.
fn no_such(what: &str, id: &str, as_of: Option<&AsOf>, library: &Library) -> anyhow::Error {
    let then = as_of.map(|d| format!(" that was known by {}", d.text)).unwrap_or_default();
    anyhow::anyhow!("{id}: no {what} with this id{then} in {}", library.folder().display())
}
