//! The lines of a flattened page, with what can be told of each by itself and by its repetition on the page.

use crate::Role;
use crate::dates::printed;
use crate::lines::{self, Furniture, Reach};
use reportedly_text::is_unspaced;
use rustc_hash::{FxHashMap, FxHashSet};

/// What a line is, before its place on the page is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Sentences.
    Prose,
    /// Few words, no sentence: a heading, a teaser, a list item, a button.
    Short,
    /// Many words, hardly a sentence: a menu run together.
    Names,
    /// A picture's caption with its credit, or a credit alone.
    Caption,
    /// Names of authors after "by".
    Byline,
    /// A date and little else.
    DateLine,
    /// "2 min read".
    ReadingTime,
    /// Known words of what stands around articles.
    Furniture(Furniture),
}

/// One line of a flattened page.
#[derive(Clone, Debug)]
pub(super) struct Line<'t> {
    /// Its words.
    pub(super) text: &'t str,
    /// How many words, a character of an unspaced script counting as half a one.
    pub(super) words: f32,
    /// Whether it ends like a sentence.
    pub(super) ends: bool,
    /// How often it stands on the page.
    pub(super) times: u16,
    /// Whether it stood on the page before.
    pub(super) again: bool,
    /// What it is.
    pub(super) kind: Kind,
    /// Known first words, for a line that is prose all the same.
    pub(super) opening: Option<Furniture>,
}

/// Lines with at least this many words are prose if they look like it.
pub(super) const PROSE_WORDS: f32 = 12.0;
/// A character of an unspaced script, in words.
const A_CHARACTER: f32 = 0.5;
/// Lines of unspaced scripts without a stop are prose from here on.
const UNSPACED_WORDS: f32 = 50.0;
/// Sentences with at least this many words are prose.
const SENTENCE_WORDS: f32 = 4.0;
/// Least share of lower-case words in prose, in scripts that have case; a list of titles has less.
const LOWER_CASE: f32 = 0.35;
/// A date line has at most this many words.
const DATE_LINE_WORDS: f32 = 16.0;
/// A line with known first words is furniture up to this many words, prose above.
const OPENING_WORDS: f32 = 30.0;
/// What is shared by lines of a pattern has so many words, and so many lines have it.
const PATTERN_WORDS: usize = 3;
const PATTERN_TIMES: u16 = 2;
/// Words of a name or a mark that open a longer line open a sentence.
const NAMED_WORDS: f32 = 8.0;
/// The most lines that are looked at.
pub(super) const MOST_LINES: usize = 20_000;

/// Takes a page apart into lines, and says whether there are more than are looked at; those without a letter or digit
/// are left out.
pub(super) fn split(text: &str) -> (Vec<Line<'_>>, bool) {
    let mut worded = text
        .split(['\n', '\r', '\u{2028}', '\u{2029}'])
        .map(|l| {
            l.trim_matches(|c: char| {
                c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}' | '\u{200e}' | '\u{200f}')
            })
        })
        .filter(|l| l.contains(char::is_alphanumeric));
    let texts: Vec<&str> = worded.by_ref().take(MOST_LINES).collect();
    let more = worded.next().is_some();
    let mut times: FxHashMap<&str, u16> = FxHashMap::default();
    for t in &texts {
        let n = times.entry(t).or_insert(0);
        *n = n.saturating_add(1);
    }
    let mut seen: FxHashSet<&str> = FxHashSet::default();
    let mut lines: Vec<Line<'_>> = texts
        .iter()
        .map(|&text| {
            let again = !seen.insert(text);
            let counts = Counts::of(text);
            let (kind, opening) = kind(text, &counts);
            Line {
                text,
                words: counts.words,
                ends: counts.ends,
                times: times.get(text).copied().unwrap_or(1),
                again,
                kind,
                opening,
            }
        })
        .collect();
    mark_patterns(&mut lines);
    (lines, more)
}

/// Lines made after one pattern are furniture: they share what stands in brackets at their end ("… (opens in a new
/// window)") or what a bar sets off ("Read this as well | …", "… | more").
fn mark_patterns(lines: &mut [Line<'_>]) {
    let may_be = |l: &Line<'_>| matches!(l.kind, Kind::Short | Kind::Prose | Kind::Names) && !l.ends;
    let mut known: FxHashMap<String, u16> = FxHashMap::default();
    for line in lines.iter().filter(|l| may_be(l) && !l.again) {
        for part in in_brackets(line.text).into_iter().chain(barred(line.text)) {
            *known.entry(part).or_insert(0) += 1;
        }
    }
    for line in lines.iter_mut().filter(|l| may_be(l)) {
        let is_pattern = |part: String| known.get(&part).is_some_and(|n| *n >= PATTERN_TIMES);
        if in_brackets(line.text).into_iter().chain(barred(line.text)).any(is_pattern) {
            line.kind = Kind::Furniture(Furniture { role: Role::Other, reach: Reach::Line });
        }
    }
}

/// What stands in brackets at the end of a line, if it is several words.
fn in_brackets(text: &str) -> Option<String> {
    let (_, inside) = text.strip_suffix(')')?.rsplit_once('(')?;
    (inside.split_whitespace().count() >= PATTERN_WORDS && !inside.contains(|c: char| c.is_numeric()))
        .then(|| inside.to_owned())
}

/// What stands before the first bar of a line, if it is several words, and after the last, if it is one small one.
fn barred(text: &str) -> impl Iterator<Item = String> {
    let before = text
        .split_once('|')
        .map(|(b, _)| b.trim())
        .filter(|b| b.split_whitespace().count() >= PATTERN_WORDS)
        .map(|b| format!("{b}|"));
    let after = text
        .rsplit_once('|')
        .map(|(_, a)| a.trim())
        .filter(|a| a.starts_with(char::is_lowercase) && !a.contains(' '))
        .map(|a| format!("|{a}"));
    before.into_iter().chain(after)
}

/// What is counted in a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counts {
    words: f32,
    /// Share of words that begin in lower case, among those whose script has case; 1 where none has.
    lower: f32,
    ends: bool,
    /// Letters among the characters that are no space.
    letters: f32,
    /// Whether the script has no spaces between words.
    unspaced: bool,
}

impl Counts {
    pub(super) fn of(text: &str) -> Self {
        let (mut words, mut lower, mut upper) = (0.0_f32, 0_u32, 0_u32);
        let (mut letters, mut signs) = (0_u32, 0_u32);
        let mut inside = false;
        let mut unspaced = 0_u32;
        for c in text.chars() {
            if is_unspaced(c) {
                words += A_CHARACTER;
                unspaced += 1;
                inside = false;
            } else if c.is_alphanumeric() {
                if !inside {
                    words += 1.0;
                    lower += u32::from(c.is_lowercase());
                    upper += u32::from(c.is_uppercase());
                }
                inside = true;
            } else if !matches!(c, '\'' | '’' | '-' | '.' | '\u{ad}') {
                inside = false;
            }
            if !c.is_whitespace() {
                letters += u32::from(c.is_alphabetic());
                signs += 1;
            }
        }
        let cased = lower + upper;
        let is_unspaced = unspaced * 2 > signs;
        Self {
            words,
            lower: if cased == 0 || is_unspaced { 1.0 } else { lower as f32 / cased as f32 },
            ends: ends_like_a_sentence(text)
                || is_unspaced && words >= UNSPACED_WORDS && text.ends_with(has_no_stop),
            letters: if signs == 0 { 0.0 } else { letters as f32 / signs as f32 },
            unspaced: is_unspaced,
        }
    }
}

/// Letters of Thai, Lao, Burmese and Khmer, which end their paragraphs without a sign.
fn has_no_stop(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
}

fn ends_like_a_sentence(text: &str) -> bool {
    let text = text.trim_end_matches(|c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '"' | '”' | '“' | '»' | '«' | '’' | '\'' | ')' | ']' | '」' | '』' | '）' | '*' | '\u{200b}'
            )
    });
    // An ellipsis ends a teaser that was cut.
    text.ends_with(['.', '!', '?', '。', '！', '？', '।', '؟', '။', '។', '۔', '…', ';', ':'])
        && !text.ends_with("...")
        && !text.ends_with('…')
        && !text.ends_with(':')
}

fn kind(text: &str, counts: &Counts) -> (Kind, Option<Furniture>) {
    if let Some(furniture) = lines::heading(text) {
        return (Kind::Furniture(furniture), None);
    }
    if counts.words <= DATE_LINE_WORDS && is_date_line(text, counts) {
        return (Kind::DateLine, None);
    }
    if lines::is_reading_time(text) {
        return (Kind::ReadingTime, None);
    }
    if let Some((caption, credit)) = lines::caption_and_credit(text)
        && (counts.words <= 80.0 || caption.is_empty())
        && !credit.is_empty()
    {
        return (Kind::Caption, None);
    }
    // A credit in brackets that was cut off by a tag of its own.
    if text.ends_with('(') && counts.words >= SENTENCE_WORDS {
        return (Kind::Caption, None);
    }
    if counts.words <= 14.0 && !counts.ends && lines::byline(text).is_some() {
        return (Kind::Byline, None);
    }
    let opening = lines::opening(text).filter(|f| opens(*f, text, counts));
    if let Some(furniture) = opening
        && counts.words <= OPENING_WORDS
        && !(counts.ends && counts.words > PROSE_WORDS)
    {
        return (Kind::Furniture(furniture), None);
    }
    // Headlines of unspaced scripts are long by our count, and have no stop.
    let kind = if is_address(text)
        || counts.letters < 0.5
        || counts.unspaced && !counts.ends && counts.words < UNSPACED_WORDS
    {
        Kind::Short
    } else if counts.words >= PROSE_WORDS {
        if counts.lower < LOWER_CASE && !(counts.ends && counts.lower > 0.2) {
            Kind::Names
        } else {
            Kind::Prose
        }
    } else if counts.ends && counts.words >= SENTENCE_WORDS && counts.lower >= LOWER_CASE {
        Kind::Prose
    } else {
        Kind::Short
    };
    (kind, opening)
}

/// Whether known first words make the line what they say. "By" and "in this article" open sentences too, and
/// what speaks of a date has figures.
fn opens(furniture: Furniture, text: &str, counts: &Counts) -> bool {
    match furniture.role {
        Role::DateLine => counts.words <= NAMED_WORDS && text.contains(|c: char| c.is_numeric()),
        Role::Byline | Role::Nav | Role::Other | Role::Topics => counts.words <= NAMED_WORDS,
        _ => true,
    }
}

/// A line that is an address and little else.
fn is_address(text: &str) -> bool {
    let longest =
        text.split_whitespace().filter(|w| w.contains("://") || w.starts_with("www.")).map(str::len).max();
    longest.is_some_and(|l| l * 2 > text.len())
}

/// A line that says little else than a date.
fn is_date_line(text: &str, counts: &Counts) -> bool {
    if !text.contains(|c: char| c.is_numeric()) {
        return false;
    }
    let found = printed::find(text, None);
    let covered: usize = found.iter().map(|f| f.span.len()).sum();
    let rest = text.len().saturating_sub(covered);
    if !found.is_empty() {
        // "Actualizado a las 15:10h." ends with an abbreviation.
        let begins = text.starts_with(|c: char| c.is_ascii_digit());
        let is_most = covered * 3 >= text.len() || begins && has_clock(text) && counts.words <= 8.0;
        return (!counts.ends || is_most) && (counts.words <= 8.0 || rest <= covered * 3);
    }
    // "10:45 Uhr", "06:00"
    counts.words <= 4.0 && has_clock(text)
}

/// Whether a time of day stands in a line.
pub(super) fn has_clock(text: &str) -> bool {
    text.as_bytes().windows(3).any(|w| w[0].is_ascii_digit() && w[1] == b':' && w[2].is_ascii_digit())
}
