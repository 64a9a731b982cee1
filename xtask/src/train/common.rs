//! How common words are in general prose.

use super::gum::Document;
use std::collections::{BTreeMap, BTreeSet};

/// Documents that a word must stand in to be listed.
const DOCUMENTS: usize = 3;

/// The table of words with how many of 100 documents have them; names are left out.
pub fn table(documents: &[Document]) -> String {
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    for document in documents {
        let words: BTreeSet<String> = document
            .words
            .iter()
            .filter(|w| w.tag != "PROPN" && w.tag != "PUNCT")
            .map(|w| w.span.of(&document.text).to_lowercase())
            .filter(|w| w.contains(|c: char| c.is_ascii_lowercase()))
            .collect();
        for word in words {
            *found.entry(word).or_default() += 1;
        }
    }
    let mut table = format!(
        "# How common words are: lower-case form, and how many of 100 documents of general prose have it.\n\
         # Counted by `cargo xtask train` over {} documents of GUM (see DATA.md); words of at least {DOCUMENTS} documents, no names.\n",
        documents.len()
    );
    for (word, n) in found.iter().filter(|(_, n)| **n >= DOCUMENTS) {
        let percent = (n * 200 + documents.len()) / (2 * documents.len());
        table.extend([word.as_str(), "\t", &percent.to_string(), "\n"]);
    }
    table
}
