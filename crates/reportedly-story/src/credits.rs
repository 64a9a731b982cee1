//! Whom an article is credited to: the agencies that its reading names, and where it names none, the outlet in its
//! dateline, its byline, its first or last lines.

use crate::{origins::key, outlets::Outlets};
use reportedly_read::{Reading, Role};
use reportedly_text::{Language, rows};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::LazyLock;

/// Words of a line that may be a credit.
const LINE: usize = 8;
/// Lines beside the text that are looked at.
const LINES: usize = 60;
/// Words that introduce a name.
const START: usize = 4;
/// Bytes in which the bracket of a dateline begins.
const DATELINE: usize = 60;
/// Words of an agency's name in a dateline.
const NAME: usize = 4;

/// The tables' agencies and outlets: for each name, as it is compared, the number of its row.
static LISTED: LazyLock<FxHashMap<String, usize>> = LazyLock::new(|| {
    let mut all = FxHashMap::default();
    for (number, row) in rows(None, "outlets").enumerate() {
        let names = row.iter().take(2).flat_map(|names| names.split(" | "));
        for name in names.filter(|name| !name.is_empty()) {
            all.entry(key(name)).or_insert(number);
        }
    }
    all
});

/// Agencies as bylines call them.
static AGENCIES: LazyLock<FxHashSet<String>> =
    LazyLock::new(|| rows(None, "agencies").filter_map(|row| row.first().map(|name| key(name))).collect());

/// What stands where a text says whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Credit {
    name: String,
    /// Whether it is an agency's wherever nobody knows it: in the brackets of a dateline.
    sure: bool,
}

impl Credit {
    /// What stands there.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whether that is an outlet or an agency, whoever else is known.
    pub(crate) fn is_outlet(&self) -> bool {
        let key = key(&self.name);
        self.sure || LISTED.contains_key(&key) || AGENCIES.contains(&key)
    }
}

/// Whether two names are one outlet's: "AP" and "Associated Press".
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    let (a, b) = (key(one), key(other));
    let initials = |name: &str| name.split(' ').filter_map(|word| word.chars().next()).collect::<String>();
    let row = |name: &String| LISTED.get(name);
    a == b
        || a.contains(' ') && initials(&a) == b
        || b.contains(' ') && initials(&b) == a
        || row(&a).is_some() && row(&a) == row(&b)
}

/// What may name an outlet in the places where a text says whose it is, in order.
pub(crate) fn of(reading: &Reading) -> Vec<Credit> {
    let block = |block: &reportedly_read::Block| block.span.of(&reading.text);
    let mut credits: Vec<Credit> =
        reading.blocks.first().and_then(|b| dateline(block(b), reading)).into_iter().collect();
    let short = |text: &&str| text.split_whitespace().count() <= LINE;
    let beside =
        reading.other.iter().flat_map(|other| other.text.lines().map(move |line| (other.role, line)));
    let bylines = beside.take(LINES).filter_map(|(role, line)| match role {
        Role::Byline | Role::DateLine => Some(line),
        // Among what else stands around a text, a credit says that it is one.
        Role::Other => label(line),
        _ => None,
    });
    let ends = reading.blocks.iter().take(1).chain(reading.blocks.iter().rev().take(2)).map(block);
    let lines = reading.authors.iter().map(String::as_str).chain(bylines).chain(ends.filter(short));
    let starts = starts(reading.language.unwrap_or(Language::EN));
    for piece in lines.flat_map(|line| line.split([',', '|', '/', '(', ')', ':', ';', '·', '•', '–', '—']))
    {
        for piece in piece.split(" - ").flat_map(|piece| piece.split(" via ")) {
            let piece = after_start(piece.trim(), &starts);
            // "Harbour Wire staff"
            let (before, last) = piece.rsplit_once(' ').unwrap_or_default();
            let piece = if last.starts_with(char::is_lowercase) { before } else { piece };
            if !piece.is_empty() {
                credits.push(Credit { name: piece.to_owned(), sure: false });
            }
        }
    }
    credits
}

/// The first of them that is an outlet's or an agency's, and not the publisher's own.
pub(crate) fn known(credits: &[Credit], outlets: &Outlets, own: Option<&str>) -> Option<String> {
    let own = |name: &str| own.is_some_and(|own| is_same(name, own));
    let name = |credit: &Credit| {
        let known = outlets.named(&credit.name).map(str::to_owned);
        known.or_else(|| credit.is_outlet().then(|| credit.name.clone()))
    };
    credits.iter().filter_map(name).find(|name| !own(name))
}

/// What a line in brackets or behind a label holds: "(Harbour Wire)", "Source: Harbour Wire".
fn label(line: &str) -> Option<&str> {
    let line = line.trim();
    let inside = line.strip_prefix('(').and_then(|line| line.strip_suffix(')'));
    let behind = || line.split_once(": ").filter(|(label, _)| !label.contains(' ')).map(|(_, name)| name);
    inside.or_else(behind).filter(|name| name.split_whitespace().count() <= NAME)
}

/// The agency in the brackets of a dateline: "VELM, May 6 (Osprey Wire) - ".
fn dateline(paragraph: &str, reading: &Reading) -> Option<Credit> {
    let open = paragraph.find('(').filter(|open| *open <= DATELINE)?;
    let close = open + paragraph.get(open..)?.find(')')?;
    let after = paragraph.get(close + 1..)?.trim_start();
    let name = paragraph.get(open + 1..close)?.trim();
    let ends = after.starts_with(['-', '–', '—', ':']);
    let is_name = (1..=NAME).contains(&name.split_whitespace().count())
        && !name.contains(|c: char| c.is_ascii_digit())
        && !reading.times.iter().take(LINE).any(|time| time.span.start <= close && time.span.end > open);
    let place = paragraph[..open].split([',', ' ']).next().unwrap_or_default();
    let shouted =
        place.chars().filter(|c| c.is_alphabetic()).count() > 1 && !place.chars().any(char::is_lowercase);
    (ends && is_name).then(|| Credit { name: name.to_owned(), sure: shouted })
}

/// What follows the words that introduce a name: "By", "Reporting by".
fn after_start<'p>(piece: &'p str, starts: &FxHashSet<&str>) -> &'p str {
    let ends = piece.match_indices(' ').take(START).map(|(at, _)| at);
    let known = ends.filter(|end| starts.contains(piece[..*end].to_lowercase().as_str())).last();
    known.map_or(piece, |end| piece[end..].trim_start())
}

/// Words before the names in bylines.
fn starts(language: Language) -> FxHashSet<&'static str> {
    rows(Some(language), "byline_starts").filter_map(|row| row.first().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example::article;
    use reportedly_page::{Block, Other};
    use reportedly_text::Span;

    /// The credit of a page of the Velm Post, by its text, byline and what else stands beside it.
    fn check(text: &str, author: &str, other: (Role, &str), want: Option<&str>) {
        let outlets = Outlets::of(["Velm Post", "Osprey Wire", "The Associated Press"]);
        let article = article("Velm Post", 6, "Ferry sinks", text);
        let mut reading = crate::example::story(vec![article]).0.remove(0).reading;
        let mut end = 0;
        reading.blocks = Vec::new();
        for paragraph in text.split_inclusive("\n\n") {
            let span = Span::new(end, end + paragraph.trim_end().len());
            reading.blocks.push(Block { role: Role::Paragraph, span });
            end += paragraph.len();
        }
        reading.authors = Some(author.to_owned()).filter(|a| !a.is_empty()).into_iter().collect();
        reading.other = vec![Other { role: other.0, text: other.1.to_owned() }];
        assert_eq!(
            known(&of(&reading), &outlets, Some("Velm Post")).as_deref(),
            want,
            "{text} {author} {other:?}"
        );
    }

    #[test]
    fn a_text_says_whose_it_is_in_its_dateline_its_byline_and_its_last_lines() {
        const TEXT: &str =
            "The ferry sank off Velm in fog. Nine people were saved, the coastguard said on Tuesday.";
        let none = (Role::Nav, "Osprey Wire");
        check(TEXT, "", none, None);
        check(&format!("VELM, March 6 (Osprey Wire) - {TEXT}"), "", none, Some("Osprey Wire"));
        check(&format!("VELM (Pylon) – {TEXT}"), "", none, Some("Pylon"));
        check(&format!("Velm (dpa) - {TEXT}"), "", none, Some("dpa"));
        check(&format!("VELM (Velm Post) - {TEXT}"), "", none, None);
        check("The ferry (Marigold) - an old one, as it happens - sank off Velm in fog.", "", none, None);
        check("VELM (March 6) - The ferry sank off Velm in the fog.", "", none, None);
        check(&format!("{TEXT}\n\n(Osprey Wire)"), "", none, Some("Osprey Wire"));
        check(&format!("{TEXT}\n\nSource: Osprey Wire"), "", none, Some("Osprey Wire"));
        check(&format!("{TEXT}\n\nReporting by Osprey Wire"), "", none, Some("Osprey Wire"));
        check(TEXT, "Osprey Wire", none, Some("Osprey Wire"));
        check(TEXT, "Osprey Wire staff", none, Some("Osprey Wire"));
        check(TEXT, "Ada Quill", (Role::Byline, "By Ada Quill, Osprey Wire"), Some("Osprey Wire"));
        check(TEXT, "", (Role::Byline, "By Osprey Wire"), Some("Osprey Wire"));
        check(TEXT, "", (Role::Other, "Osprey Wire"), None);
        check(TEXT, "", (Role::Other, "Source: Osprey Wire"), Some("Osprey Wire"));
        check(TEXT, "", (Role::Byline, "Reuters"), Some("Reuters"));
        check(&format!("{TEXT} Osprey Wire had it first."), "", none, None);
    }

    #[test]
    fn one_outlet_may_have_several_names() {
        assert!(is_same("AP", "The Associated Press") && is_same("the Osprey Wire", "Osprey Wire"));
        assert!(!is_same("Osprey Wire", "Velm Post") && !is_same("A", "B"));
    }
}
