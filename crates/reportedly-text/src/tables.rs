//! Language knowledge as data: one kind a file, `tables/<language>/<name>.tsv`; what belongs to no language
//! (outlets) stands in `tables/<name>.tsv`.
//!
//! A table is lines of tab-separated fields. Empty lines and lines that begin with `#` say nothing to the program.

use crate::Language;

include!(concat!(env!("OUT_DIR"), "/tables.rs"));

/// The table of this name for a language, or the one that belongs to none (`None`).
pub fn table(language: Option<Language>, name: &str) -> Option<&'static str> {
    let code = language.as_ref().map_or("", Language::code);
    TABLES.iter().find(|(l, n, _)| *l == code && *n == name).map(|(_, _, text)| *text)
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

/// Whether anything at all is known about a language.
pub fn has_tables(language: Language) -> bool {
    TABLES.iter().any(|(l, _, _)| *l == language.code())
}
