//! Blocks that say again what another block says: quotations pulled out of the text, the same paragraph for another
//! size of screen.

use reportedly_text::is_unspaced;
use rustc_hash::{FxHashSet, FxHasher};
use std::hash::{Hash, Hasher};

/// Tokens that are compared together.
const SHINGLE: usize = 5;
/// Shingles of a block from which on it is compared: shorter ones recur by chance.
const LEAST: usize = 4;
/// The hashes of a text's shingles: words, or characters where words have no spaces between them.
pub(crate) fn shingles(text: &str) -> Vec<u64> {
    let mut tokens = Vec::new();
    let mut word: Option<FxHasher> = None;
    for c in text.chars() {
        if is_unspaced(c) {
            tokens.extend(word.take().map(|w| w.finish()));
            tokens.push(u64::from(c));
        } else if c.is_alphanumeric() {
            let hasher = word.get_or_insert_default();
            if c.is_ascii() {
                c.to_ascii_lowercase().hash(hasher);
            } else {
                c.to_lowercase().for_each(|c| c.hash(hasher));
            }
        } else if c != '\u{ad}' {
            tokens.extend(word.take().map(|w| w.finish()));
        }
    }
    tokens.extend(word.map(|w| w.finish()));
    tokens
        .windows(SHINGLE)
        .map(|window| {
            let mut hasher = FxHasher::default();
            window.hash(&mut hasher);
            hasher.finish()
        })
        .collect()
}

/// The positions of the texts that are the same as an earlier one, or that a longer one has in it where they `may_be_part`.
pub(crate) fn repeated(texts: &[&str], may_be_part: impl Fn(usize) -> bool) -> Vec<usize> {
    let mut blocks: Vec<(usize, Vec<u64>)> = texts.iter().map(|t| shingles(t)).enumerate().collect();
    blocks.retain(|(_, shingles)| shingles.len() >= LEAST);
    blocks.sort_by_key(|(at, shingles)| (std::cmp::Reverse(shingles.len()), *at));
    let mut wholes = FxHashSet::default();
    let mut parts = FxHashSet::default();
    let mut out = Vec::new();
    for (at, shingles) in blocks {
        if !wholes.insert(shingles.clone()) || (may_be_part(at) && shingles.iter().all(|s| parts.contains(s)))
        {
            out.push(at);
        } else {
            parts.extend(shingles);
        }
    }
    out.sort_unstable();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetitions_are_found_in_any_script() {
        for (texts, wanted) in [
            (
                vec![
                    "Nobody asked the people who live along the river, Olan Feld said on Monday.",
                    "“Nobody asked the people who live along the river”",
                    "The council meets again in a week and will hear them then.",
                ],
                vec![1],
            ),
            (
                vec![
                    "市长说大桥将于周五关闭。",
                    "大桥有八十年的历史，需要修理。",
                    "市长说大桥将于周五关闭。",
                ],
                vec![2],
            ),
            (vec!["Read more", "Read more"], vec![]),
        ] {
            assert_eq!(repeated(&texts, |_| true), wanted, "{texts:?}");
        }
    }
}
