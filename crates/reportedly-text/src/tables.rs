//! Language knowledge as data: one kind a file, `tables/<language>/<name>.tsv`; what belongs to no language
//! (outlets) stands in `tables/<name>.tsv`.
//!
//! A table is lines of tab-separated fields. Empty lines and lines that begin with `#` say nothing to the program.

use crate::Language;
use std::sync::{Arc, LazyLock, OnceLock};

include!(concat!(env!("OUT_DIR"), "/tables.rs"));

/// The table of this name for a language, or the one that belongs to none (`None`).
pub fn table(language: Option<Language>, name: &str) -> Option<&'static str> {
    let code = language.as_ref().map_or("", Language::code);
    let at = TABLES.binary_search_by_key(&(code, name), |(language, name, _)| (language, name)).ok()?;
    Some(TABLES[at].2)
}

/// The rows of a table, as their fields; none where the table does not exist.
pub fn rows(language: Option<Language>, name: &str) -> impl Iterator<Item = Vec<&'static str>> {
    table(language, name)
        .unwrap_or("")
        .lines()
        .map(|line| line.trim_end_matches('\r'))
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .map(|line| line.split('\t').map(str::trim).collect())
}

/// The languages that have a table of this name, in alphabetical order.
pub fn languages(name: &str) -> impl Iterator<Item = Language> {
    TABLES.iter().filter(move |(_, n, _)| *n == name).filter_map(|(l, _, _)| Language::from_tag(l))
}

/// Learned weights of this name for a language, as written by `cargo xtask train`.
pub fn weights(language: Language, name: &str) -> Option<&'static [u8]> {
    WEIGHTS.iter().find(|(l, n, _)| *l == language.code() && *n == name).map(|(_, _, bytes)| *bytes)
}

/// Something made of a language's tables, once, when first asked for.
pub struct ByLanguage<T> {
    make: fn(Language) -> T,
    made: LazyLock<Vec<(Language, OnceLock<T>)>>,
}

impl<T> ByLanguage<T> {
    /// `make` is called at most once for a language.
    pub const fn new(make: fn(Language) -> T) -> Self {
        Self { make, made: LazyLock::new(slots) }
    }

    /// What was made for this language; nothing where it has no tables.
    pub fn get(&self, language: Language) -> Option<&T> {
        let (_, cell) = self.made.iter().find(|(l, _)| *l == language)?;
        Some(cell.get_or_init(|| (self.make)(language)))
    }
}

impl<T> ByLanguage<Arc<T>> {
    /// What was made for this language; made anew where it has no tables.
    pub fn of(&self, language: Language) -> Arc<T> {
        self.get(language).map_or_else(|| (self.make)(language), Arc::clone)
    }
}

fn slots<T>() -> Vec<(Language, OnceLock<T>)> {
    let mut all: Vec<Language> = TABLES.iter().filter_map(|(code, _, _)| Language::from_tag(code)).collect();
    all.sort_unstable();
    all.dedup();
    all.into_iter().map(|l| (l, OnceLock::new())).collect()
}

/// The languages that have a table of this name, in order of their codes.
pub(crate) fn languages_with(name: &str) -> impl Iterator<Item = Language> {
    TABLES.iter().filter(move |(_, n, _)| *n == name).filter_map(|(l, _, _)| Language::from_tag(l))
}
