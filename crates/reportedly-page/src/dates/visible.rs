//! Printed dates of a short line, each with what the words before it say it is.

use super::printed::{self, Printed};
use crate::Bearing;
use reportedly_text::{Language, languages, rows};
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// A printed date with what the words before it say it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Visible {
    /// The date.
    pub(crate) printed: Printed,
    /// [`Bearing::Published`] or [`Bearing::Updated`].
    pub(crate) bearing: Bearing,
    /// Whether words said so.
    pub(crate) said: bool,
}

static CUES: LazyLock<FxHashMap<&'static str, Bearing>> = LazyLock::new(|| {
    let mut cues = FxHashMap::default();
    for language in languages("date_cues") {
        for row in rows(Some(language), "date_cues") {
            let [words, kind] = row[..] else { continue };
            cues.entry(words).or_insert(if kind == "updated" {
                Bearing::Updated
            } else {
                Bearing::Published
            });
        }
    }
    cues
});

/// The dates of a line, in order.
pub(crate) fn visible(line: &str, language: Option<Language>) -> Vec<Visible> {
    let mut from = 0;
    printed::find(line, language)
        .into_iter()
        .map(|printed| {
            let before = line.get(from..printed.span.start).unwrap_or("");
            let after = line.get(printed.span.end..).unwrap_or("");
            from = printed.span.end;
            // "2 March 2031 (updated)" says so after it.
            let cue = cue(before).or_else(|| {
                let end = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
                let after = &after[..end];
                (after.chars().count() <= 16).then(|| cue(after)).flatten().filter(|c| *c == Bearing::Updated)
            });
            Visible { printed, bearing: cue.unwrap_or(Bearing::Published), said: cue.is_some() }
        })
        .collect()
}

/// The last cue among words.
pub(super) fn cue(words: &str) -> Option<Bearing> {
    let lower = words.to_lowercase();
    let parts: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    for end in (1..=parts.len()).rev() {
        for n in (1..=3.min(end)).rev() {
            if let Some(bearing) = CUES.get(parts[end - n..end].join(" ").as_str()) {
                return Some(*bearing);
            }
        }
    }
    // Scripts without spaces, and words with the cue run into them ("更新日", "Publiziert:").
    let unspaced =
        |c: char| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}');
    if lower.contains(unspaced) {
        let at = |bearing: Bearing| {
            CUES.iter()
                .filter(|(w, b)| **b == bearing && w.contains(unspaced))
                .filter_map(|(w, _)| lower.rfind(w))
                .max()
        };
        return match (at(Bearing::Published), at(Bearing::Updated)) {
            (None, None) => None,
            (published, updated) if updated > published => Some(Bearing::Updated),
            _ => Some(Bearing::Published),
        };
    }
    None
}
