//! Printed dates of a short line, each with what the words before it say it is.

use super::printed::{self, Printed};
use crate::Bearing;
use reportedly_text::{Language, Span, languages, rows};
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
    /// Whether it is the day of a printed edition, which may be the day after.
    pub(crate) edition: bool,
}

/// What words say of the date that follows them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Cue {
    Published,
    Updated,
    /// It is a date, and no more is said ("Date:").
    Dated,
    /// It is the day of a printed edition.
    Edition,
    /// It is the date of something else: a deadline, somebody's birth, the day a reader joined.
    Other,
}

impl Cue {
    /// What the date is evidence for.
    pub(super) const fn bearing(self) -> Bearing {
        match self {
            Self::Updated => Bearing::Updated,
            Self::Published | Self::Dated | Self::Edition | Self::Other => Bearing::Published,
        }
    }

    /// Whether it says that the article was published or changed.
    pub(super) const fn is_said(self) -> bool {
        !matches!(self, Self::Edition | Self::Other)
    }
}

static CUES: LazyLock<FxHashMap<&'static str, Cue>> = LazyLock::new(|| {
    let mut cues = FxHashMap::default();
    for language in languages("date_cues") {
        for row in rows(Some(language), "date_cues") {
            let [words, kind] = row[..] else { continue };
            cues.entry(words).or_insert(match kind {
                "updated" => Cue::Updated,
                "dated" => Cue::Dated,
                "edition" => Cue::Edition,
                "other" => Cue::Other,
                _ => Cue::Published,
            });
        }
    }
    cues
});

/// Bytes of a stamp.
const STAMP: usize = 32;
/// Characters after a date in which a word says that it was a change.
const AFTER: usize = 16;
/// The same, where the verb ends its clause: "wurde am 2. März 2031 um 14 Uhr veröffentlicht".
const CLAUSE: usize = 40;

/// Words between a date and what says that it is something else's: "on", "the".
const OTHER_REACH: usize = 1;

/// The dates of a line, in order, but for those that are said to be something else's.
pub(crate) fn visible(line: &str, language: Option<Language>) -> Vec<Visible> {
    let mut from = 0;
    // A stamp ("2031-03-02T10:15") among words is meant for programs and seldom seen.
    let is_stamp = |span: Span| {
        let after = line.get(span.end..).and_then(|t| t.strip_prefix('T'));
        after.is_some_and(|t| t.starts_with(|c: char| c.is_ascii_digit())) && line.trim().len() > STAMP
    };
    let mut dates = printed::find(line, language);
    dates.retain(|d| !is_stamp(d.span));
    let last = dates.last().map(|d| d.span);
    let one = dates.len() == 1;
    dates
        .into_iter()
        .filter_map(|printed| {
            let before = line.get(from..printed.span.start).unwrap_or("");
            let after = line.get(printed.span.end..).unwrap_or("");
            from = printed.span.end;
            // "2 March 2031 (updated)" says so after it; words between two dates belong to the second.
            let cue = cue(before).or_else(|| {
                let clause = after.split(['.', ';', '\n']).next().filter(|_| last == Some(printed.span))?;
                let upto =
                    |most: usize| clause.char_indices().nth(most).map_or(clause, |(i, _)| &clause[..i]);
                let near = cue(upto(AFTER)).filter(|c| *c == Cue::Updated);
                let verb = |c: &Cue| one && matches!(c, Cue::Published | Cue::Updated);
                near.or_else(|| cue(upto(CLAUSE)).filter(verb))
            });
            (cue != Some(Cue::Other)).then(|| Visible {
                printed,
                bearing: cue.map_or(Bearing::Published, Cue::bearing),
                said: cue.is_some_and(Cue::is_said),
                edition: cue == Some(Cue::Edition),
            })
        })
        .collect()
}

/// The last cue among words; what says no more than that it is a date gives way to what says more.
pub(super) fn cue(words: &str) -> Option<Cue> {
    let lower = words.to_lowercase();
    let parts: Vec<&str> = lower.split(|c: char| !c.is_alphabetic()).filter(|w| !w.is_empty()).collect();
    let mut dated = None;
    let mut run = String::new();
    for end in (1..=parts.len()).rev() {
        let found = (1..=3.min(end)).rev().find_map(|n| {
            run.clear();
            for part in &parts[end - n..end] {
                run.push_str(if run.is_empty() { "" } else { " " });
                run.push_str(part);
            }
            CUES.get(run.as_str())
        });
        match found {
            Some(Cue::Dated) => dated = Some(Cue::Dated),
            // "Until", "born" speak of the date only where they stand right before it.
            Some(Cue::Other) if end + OTHER_REACH < parts.len() => {}
            Some(cue) => return Some(*cue),
            None => {}
        }
    }
    if dated.is_some() {
        return dated;
    }
    // Scripts without spaces, and words with the cue run into them ("更新日", "Publiziert:").
    let unspaced =
        |c: char| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}');
    if lower.contains(unspaced) {
        let at = |cue: Cue| {
            CUES.iter()
                .filter(|(w, c)| **c == cue && w.contains(unspaced))
                .filter_map(|(w, _)| lower.rfind(w))
                .max()
        };
        return match (at(Cue::Published), at(Cue::Updated)) {
            (None, None) => None,
            (published, updated) if updated > published => Some(Cue::Updated),
            _ => Some(Cue::Published),
        };
    }
    None
}
