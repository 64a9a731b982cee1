//! What a page says to its reader about itself in the midst of an article or at its end: appeals to subscribe, to give
//! money or to follow, and walls before what only members may read.
//!
//! The phrases are data: `tables/<language>/appeals.tsv`. All languages are looked up together, like the other words
//! of a page's furniture.

use crate::Role;
use crate::lines;
use reportedly_text::is_unspaced;
use reportedly_text::{languages, rows};
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// What a block asks of its reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Appeal {
    /// What it is for.
    pub(crate) role: Role,
    /// Whether what follows it is for members alone.
    pub(crate) is_wall: bool,
}

/// A phrase: its words after the first.
struct Phrase {
    rest: Vec<&'static str>,
    appeal: Appeal,
}

/// Phrases by their first word.
static PHRASES: LazyLock<FxHashMap<&'static str, Vec<Phrase>>> = LazyLock::new(|| {
    let mut map: FxHashMap<&'static str, Vec<Phrase>> = FxHashMap::default();
    for (text, appeal) in table().filter(|(text, _)| !text.contains(is_unspaced)) {
        let mut words = text.split(' ');
        let Some(first) = words.next() else { continue };
        map.entry(first).or_default().push(Phrase { rest: words.collect(), appeal });
    }
    map
});

/// Phrases of scripts without spaces.
static UNSPACED: LazyLock<Vec<(&'static str, Appeal)>> =
    LazyLock::new(|| table().filter(|(text, _)| text.contains(is_unspaced)).collect());

fn table() -> impl Iterator<Item = (&'static str, Appeal)> {
    languages("appeals").flat_map(|language| rows(Some(language), "appeals")).filter_map(|row| {
        let [text, what] = row[..] else { return None };
        let role = if what == "wall" { Role::Promo } else { lines::role_of(what)? };
        Some((text, Appeal { role, is_wall: what == "wall" }))
    })
}

/// What a text asks of its reader, by the first phrase of the tables that stands in it.
pub(crate) fn find(text: &str) -> Option<Appeal> {
    let folded = lines::folded(text);
    let words: Vec<&str> = folded
        .split(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '-')))
        .filter(|w| !w.is_empty())
        .collect();
    let spaced = (0..words.len()).find_map(|at| {
        let phrases = PHRASES.get(words[at])?;
        phrases.iter().find(|p| words[at + 1..].starts_with(&p.rest)).map(|p| p.appeal)
    });
    spaced.or_else(|| {
        let unspaced = folded.contains(is_unspaced);
        UNSPACED
            .iter()
            .filter(|_| unspaced)
            .find(|(phrase, _)| folded.contains(phrase))
            .map(|(_, appeal)| *appeal)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn appeals_are_told_from_reports_of_them() {
        let check = |text: &str, want: Option<(Role, bool)>| {
            assert_eq!(find(text).map(|a| (a.role, a.is_wall)), want, "{text}");
        };
        check("If you value what we do, please support our work with a gift.", Some((Role::Promo, false)));
        check("Subscribe to read the rest of this story.", Some((Role::Promo, true)));
        check("Abonnieren Sie unseren Brief aus Lune.", Some((Role::Newsletter, false)));
        check("登録すると、続きを読むことができます。", Some((Role::Promo, true)));
        check("The harbour board asked its members for support.", None);
        check("", None);
    }

    #[test]
    fn every_row_says_what_it_is_for() {
        for language in languages("appeals") {
            for row in rows(Some(language), "appeals") {
                let valid = row.len() == 2 && (row[1] == "wall" || lines::role_of(row[1]).is_some());
                assert!(valid && lines::folded(row[0]) == row[0], "{language:?}: {row:?}");
            }
        }
    }
}
