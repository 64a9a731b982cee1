//! What holds for every text.

use jiff::civil::Date;
use proptest::prelude::*;
use reportedly_text::{Language, analyse};
use reportedly_time::{Anchor, days, find, resolve};

/// Words that the rules look at.
const WORDS: &[&str] = &[
    "March",
    "May",
    "Sept.",
    "Friday",
    "Mon",
    "the",
    "a",
    "this",
    "last",
    "next",
    "of",
    "two",
    "twenty",
    "3",
    "31",
    "1998",
    "1990s",
    "'98",
    "mid-",
    "first",
    "third-quarter",
    "quarter",
    "year",
    "weeks",
    "day",
    "ago",
    "earlier",
    "later",
    "before",
    "end",
    "early",
    "10:30",
    "a.m.",
    "noon",
    "morning",
    "yesterday",
    "-",
    ",",
    ".",
    "\n",
    "every",
    "daily",
    "summer",
    "fiscal",
    "half",
    "about",
    "more than",
    "–",
    "9/11/2001",
    "2025-02-30",
    "0",
    "99999999999",
    "century",
    "Easter",
    "will",
    "said",
    "was",
    "’",
    "é",
    "hundred",
    "thousand",
    "million",
    "and",
    "to",
    "in",
    "per",
    "old",
];

/// Texts made of the words that the rules look at, so that the rules meet in every order.
fn timely_text() -> impl Strategy<Value = String> {
    prop::collection::vec((prop::sample::select(WORDS), prop::bool::ANY), 0..30).prop_map(|words| {
        words.iter().flat_map(|(word, glued)| [*word, if *glued { "" } else { " " }]).collect()
    })
}

fn anchors() -> impl Strategy<Value = Anchor> {
    let day = |n: i32| Date::constant(1600, 1, 1).saturating_add(jiff::Span::new().days(n));
    prop_oneof![
        Just(Anchor::default()),
        (0..250_000i32).prop_map(move |n| Anchor::day(day(n))),
        (0..250_000i32, 0..800i32).prop_map(move |(n, width)| Anchor {
            best: None,
            earliest: Some(day(n)),
            latest: Some(day(n + width)),
        }),
    ]
}

fn holds(text: &str, anchor: &Anchor) -> Result<(), TestCaseError> {
    let analysis = analyse(text, Language::EN);
    let mentions = find(&analysis);
    let times = resolve(&mentions, &analysis, anchor);
    prop_assert_eq!(mentions.len(), times.len());
    let mut end = 0;
    for (mention, timex) in mentions.iter().zip(&times) {
        prop_assert_eq!(mention.span, timex.span);
        prop_assert!(timex.span.start >= end, "spans overlap or are out of order");
        prop_assert!(!timex.span.of(text).trim().is_empty(), "a span does not fit the text");
        end = timex.span.end;
        if let Some((first, last)) = timex.days() {
            prop_assert!(first <= last);
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_text_is_read(text in "\\PC{0,300}", anchor in anchors()) {
        holds(&text, &anchor)?;
    }

    #[test]
    fn any_order_of_temporal_words_is_read(text in timely_text(), anchor in anchors()) {
        holds(&text, &anchor)?;
    }

    #[test]
    fn any_value_has_days_or_none(value in "[0-9XWQHPTSEU:-]{0,16}") {
        if let Some((first, last)) = days(&value) {
            prop_assert!(first <= last);
        }
    }
}

#[test]
fn values_cover_their_days() {
    let check = |value: &str, expected: Option<(&str, &str)>| {
        let expected = expected.map(|(a, b)| (a.parse().unwrap(), b.parse().unwrap()));
        assert_eq!(days(value), expected, "{value}");
    };
    check("2025-03-02", Some(("2025-03-02", "2025-03-02")));
    check("2025-03-02T10:30", Some(("2025-03-02", "2025-03-02")));
    check("2025-03-02TMO", Some(("2025-03-02", "2025-03-02")));
    check("2024-02", Some(("2024-02-01", "2024-02-29")));
    check("2025", Some(("2025-01-01", "2025-12-31")));
    check("199", Some(("1990-01-01", "1999-12-31")));
    check("19", Some(("1900-01-01", "1999-12-31")));
    check("2025-W09", Some(("2025-02-24", "2025-03-02")));
    check("2025-W09-WE", Some(("2025-03-01", "2025-03-02")));
    check("2025-Q1", Some(("2025-01-01", "2025-03-31")));
    check("2025-H2", Some(("2025-07-01", "2025-12-31")));
    check("2025-WI", Some(("2025-12-01", "2026-02-28")));
    check("2025-02-30", None);
    check("2025-03-02-04", None);
    check("P3D", None);
    check("PRESENT_REF", None);
    check("XXXX-WXX-2", None);
    check("", None);
}
