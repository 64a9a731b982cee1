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
pub mod serve;
pub mod stories;
pub mod story;
pub mod subscriptions;
pub mod timeline;
pub mod update;

use crate::arguments::AsOf;
use anyhow::{Result, bail};
use reportedly_gather::article_id;
use reportedly_library::{Library, View};

/// The article that somebody means by its id, that of one of its states, or its address.
fn article_meant(which: &str, view: &View<'_>, library: &Library, as_of: Option<&AsOf>) -> Result<String> {
    let mut found = Vec::new();
    if which.contains("://") {
        // However its address was written; what names no page gives an id that nothing has.
        found = view.articles_named(&article_id(Some(which), which.as_bytes()))?;
    }
    if found.is_empty() {
        found = view.articles_named(which)?;
    }
    match <[String; 1]>::try_from(found) {
        Ok([one]) => Ok(one),
        Err(none) if none.is_empty() => Err(no_such("article", which, as_of, library)),
        Err(several) => {
            bail!("{which}: several articles were seen there: name one of {}", several.join(", "))
        }
    }
}

/// That the library has nothing of this kind with this id.
fn no_such(what: &str, id: &str, as_of: Option<&AsOf>, library: &Library) -> anyhow::Error {
    let then = as_of.map(|d| format!(" that was known by {}", d.text)).unwrap_or_default();
    anyhow::anyhow!("{id}: no {what} with this id{then} in {}", library.folder().display())
}
