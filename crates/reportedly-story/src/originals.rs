//! Which of several copies of one text is the original.
//!
//! Whoever credits another's text has not written it: a reprint that says "(Osprey Wire)" under itself is no original
//! where Osprey Wire's own version is at hand. Among the others it is the one published on the earliest day; of one day the
//! one that most of the others credit, then the one of the earlier hour, then the longer one.

use crate::{Observation, day, origins, saying};
use jiff::Timestamp;
use reportedly_page::Role;
use reportedly_read::{Reading, When};
use std::cmp::Reverse;

/// Bytes at the head of a text in which an outlet in brackets is its dateline's.
const DATELINE: usize = 100;
/// Words of a paragraph that may be a credit line.
const CREDIT_LINE: usize = 8;

/// Which of the versions of one text, which are in order of becoming known, is the original.
pub(crate) fn original(observations: &[Observation], family: &[usize]) -> usize {
    let versions: Vec<&Reading> = family.iter().map(|i| &observations[*i].reading).collect();
    if versions.len() > 1 { of_versions(&versions).unwrap_or(0) } else { 0 }
}

/// The original among the versions of one text, which are in order of becoming known.
fn of_versions(versions: &[&Reading]) -> Option<usize> {
    let mut outlets: Vec<String> = versions
        .iter()
        .filter_map(|v| v.outlet.as_deref().map(origins::key))
        .filter(|o| !o.is_empty())
        .collect();
    outlets.sort_unstable();
    outlets.dedup();
    let credits: Vec<Vec<&str>> = versions.iter().map(|v| credits(v, &outlets)).collect();
    let crediting = |outlet: Option<&str>| {
        let outlet = outlet.map(origins::key).unwrap_or_default();
        credits.iter().filter(|c| c.contains(&outlet.as_str())).count()
    };
    // Where each credits another, none can be left out.
    let open = credits.iter().any(Vec::is_empty);
    (0..versions.len()).filter(|i| !open || credits[*i].is_empty()).min_by_key(|i| {
        let version = versions[*i];
        let published = day(version);
        let hour = hour(version);
        (
            (published.is_none(), published),
            Reverse(crediting(version.outlet.as_deref())),
            (hour.is_none(), hour),
            Reverse(version.text.len()),
        )
    })
}

/// When in the day a text was published, where the page says so.
fn hour(reading: &Reading) -> Option<Timestamp> {
    match reading.published.best.as_ref()? {
        When::Instant(instant, _) => Some(*instant),
        When::Local(_) | When::Day(_) => None,
    }
}

/// Those of the outlets that a text credits, without its own.
fn credits<'o>(reading: &Reading, outlets: &'o [String]) -> Vec<&'o str> {
    let own = reading.outlet.as_deref().map(origins::key);
    let said = saying::credits_of(reading);
    let lines = credit_lines(reading);
    outlets
        .iter()
        .filter(|o| Some(*o) != own.as_ref() && (said.contains(o) || lines.iter().any(|l| names(l, o))))
        .map(String::as_str)
        .collect()
}

/// The places where a text says whose it is: bylines, the dateline, short first and last paragraphs; in lower case.
fn credit_lines(reading: &Reading) -> Vec<String> {
    let short = |text: &&str| text.split_whitespace().count() <= CREDIT_LINE;
    let first = reading.blocks.first().map_or("", |b| b.span.of(&reading.text));
    let bylines = reading.other.iter().filter(|o| matches!(o.role, Role::Byline | Role::DateLine));
    let ends = reading.blocks.iter().rev().take(2).map(|b| b.span.of(&reading.text));
    bylines
        .map(|o| o.text.as_str())
        .chain(reading.authors.iter().map(String::as_str))
        .chain(ends)
        .chain([first])
        .filter(short)
        .chain([dateline(first)])
        .map(|l| l.to_lowercase().replace('’', "'"))
        .collect()
}

/// What stands before a paragraph's first sentence: "VELM, May 6 (Osprey Wire) - ", with or without the dash.
fn dateline(paragraph: &str) -> &str {
    let before_dash = paragraph.len() - saying::without_dateline(paragraph).len();
    let bracket = paragraph.find(')').map_or(0, |b| b + 1);
    let bracket = if bracket <= DATELINE { bracket } else { 0 };
    paragraph.get(..before_dash.max(bracket)).unwrap_or_default()
}

/// Whether a line has a name as whole words.
fn names(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + name.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Placed, example::article, members::told};
    use reportedly_page::Block;
    use reportedly_said::{PartyKind, Status};
    use reportedly_text::Span;

    const TEXT: &str = "The ferry sank off Velm in fog. Nine people were saved, the coastguard said.";

    /// Outlet, day, text of each version; the outlet whose version is the original.
    fn check(versions: &[(&str, i8, &str)], want: &str) {
        let articles = versions.iter().map(|(outlet, day, text)| {
            let a = article(outlet, *day, "Ferry sinks", text);
            if text.contains("told Osprey Wire") {
                let parties = [(PartyKind::Outlet, "Osprey Wire"), (PartyKind::Org, "the coastguard")];
                a.says(&parties, "The ferry sank", Status::Happened)
            } else {
                a
            }
        });
        let (mut observations, _) = crate::example::story(articles.collect());
        for reading in observations.iter_mut().map(|o| &mut o.reading) {
            let mut end = 0;
            reading.blocks = Vec::new();
            for paragraph in reading.text.split_inclusive("\n\n") {
                let span = Span::new(end, end + paragraph.trim_end().len());
                reading.blocks.push(Block { role: Role::Paragraph, span });
                end += paragraph.len();
            }
        }
        let placed: Vec<Placed> = (0..versions.len())
            .map(|article| Placed { article, known_at: None, family: (article > 0).then_some(0) })
            .collect();
        let found: Vec<Option<usize>> = told(&observations, &placed).iter().map(|m| m.copy_of).collect();
        let originals: Vec<&str> =
            (0..versions.len()).filter(|i| found[*i].is_none()).map(|i| versions[i].0).collect();
        assert_eq!(originals, [want], "{versions:?}");
        let place = versions.iter().position(|v| v.0 == want);
        assert!(found.iter().flatten().all(|o| Some(*o) == place), "{versions:?}");
    }

    #[test]
    fn a_version_that_credits_another_is_not_the_original() {
        let signed = format!("{TEXT}\n\n(Osprey Wire)");
        let dateline = format!("VELM, March 6 (Osprey Wire) - {TEXT}");
        let wire = format!("VELM, March 6 (Osprey Wire) - {TEXT}\n\nMore to come.");
        // Of one day, in any order.
        check(&[("Velm Post", 6, &dateline), ("Osprey Wire", 6, &wire)], "Osprey Wire");
        check(&[("Osprey Wire", 6, &wire), ("Velm Post", 6, &dateline)], "Osprey Wire");
        // Though it is dated earlier.
        check(&[("Velm Post", 5, &dateline), ("Osprey Wire", 6, &wire)], "Osprey Wire");
        // A credit to somebody whose version is not at hand says nothing.
        check(&[("Velm Post", 5, &dateline), ("Skarn Post", 6, TEXT)], "Velm Post");
        // Who dropped the credit is no original of the same day.
        check(
            &[("Velm Post", 6, TEXT), ("Skarn Post", 6, &dateline), ("Osprey Wire", 6, &wire)],
            "Osprey Wire",
        );
        // Credits round in a circle cannot decide.
        check(
            &[("Velm Post", 5, &dateline), ("Osprey Wire", 6, &format!("{TEXT}\n\n(Velm Post)"))],
            "Velm Post",
        );
        check(&[("Velm Post", 5, &signed), ("Osprey Wire", 6, TEXT)], "Osprey Wire");
        // A name that only looks alike.
        check(
            &[("Velm Post", 5, &signed.replace("Osprey", "Ospreys")), ("Osprey Wire", 6, TEXT)],
            "Velm Post",
        );
        // What was said by way of an outlet.
        let told = TEXT.replace("coastguard said", "coastguard told Osprey Wire");
        check(&[("Velm Post", 5, &told), ("Osprey Wire", 6, TEXT)], "Osprey Wire");
    }

    #[test]
    fn without_credits_the_earliest_is_the_original_then_the_longest() {
        let longer = format!("{TEXT} Two are missing.");
        check(&[("Velm Post", 6, &longer), ("Skarn Post", 5, TEXT)], "Skarn Post");
        check(&[("Velm Post", 6, TEXT), ("Skarn Post", 6, &longer)], "Skarn Post");
    }
}
