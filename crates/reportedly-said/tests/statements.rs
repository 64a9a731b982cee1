//! Statements as a reader of the news would mark them: every case is a passage and the statements expected in it.
//!
//! The cases stand in `cases/*.md`: a heading, then blocks of a passage (`> ` lines, the outlet in brackets first)
//! and a list of `source | cue | content | chain`. Pieces of content are joined by ` … `, links of a chain by ` < `
//! (origin first, publisher left out); `-` means none. A passage without a list has no statements.

use proptest::prelude::*;
use reportedly_said::{Act, Said, read};
use reportedly_text::{Language, Span, analyse};
use reportedly_time::Anchor;

fn said(text: &str, outlet: Option<&str>) -> (Said, Vec<String>) {
    let analysis = analyse(text, Language::EN);
    let names = reportedly_names::read(&analysis);
    let said = read(&analysis, &[], &names, outlet, &Anchor::default());
    let lines = said
        .statements
        .iter()
        .filter(|s| matches!(s.act, Act::Speech | Act::Finding))
        .map(|s| {
            let words = |span: Span| span.of(text).replace('\n', " ").trim().to_owned();
            let content: Vec<String> = s.content.iter().map(|c| words(*c)).collect();
            let chain: Vec<&str> =
                s.chain.iter().skip(1).rev().map(|c| c.as_deref().unwrap_or("-")).collect();
            format!(
                "{} | {} | {} | {}",
                s.source.as_ref().map_or_else(|| "-".to_owned(), |p| words(p.span)),
                s.cue.map_or_else(|| "-".to_owned(), words),
                content.join(" … "),
                chain.join(" < ")
            )
        })
        .collect();
    (said, lines)
}

#[track_caller]
fn check(passage: &str, outlet: Option<&str>, expected: &[&str]) {
    let (_, found) = said(passage, outlet);
    assert_eq!(found, expected, "in: {passage}");
}

fn run(cases: &str) {
    let mut lines = cases.lines().peekable();
    let mut ran = 0;
    while let Some(line) = lines.next() {
        let Some(first) = line.strip_prefix("> ") else { continue };
        let mut passage = first.to_owned();
        while let Some(more) = lines.next_if(|l| l.starts_with('>')) {
            passage.push('\n');
            passage.push_str(more.trim_start_matches('>').trim());
        }
        let mut outlet = None;
        if let Some((name, rest)) = passage.strip_prefix('[').and_then(|p| p.split_once("] ")) {
            outlet = Some(name.to_owned());
            passage = rest.to_owned();
        }
        while lines.next_if(|l| l.trim().is_empty()).is_some() {}
        let mut expected = Vec::new();
        while let Some(item) = lines.next_if(|l| l.starts_with("- ")) {
            expected.push(item.strip_prefix("- ").unwrap_or(item));
        }
        check(&passage, outlet.as_deref(), &expected);
        ran += 1;
    }
    assert!(ran > 0, "no cases");
}

#[test]
fn direct_quotations() {
    run(include_str!("cases/direct.md"));
}

#[test]
fn indirect_speech() {
    run(include_str!("cases/indirect.md"));
}

#[test]
fn chains() {
    run(include_str!("cases/chains.md"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_text_gives_valid_spans(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "said", "says", "\"", "“", "”", "‘", "’", "'", ",", ".", ":", ";", "\n", "\n\n", "that", "told", "Ada", "Brook",
                "the minister", "according to", "citing", "was quoted by", "as saying", "reportedly", "to", "and", "is", "believed",
                "he", "who", "will go", "police", "–", "(", ")", "announced", "a plan", "é", "日本", "called", "it", "accused", "of",
                "in a statement", "on Monday", "The Gazette", "reported", "not", "denied", "put", "at", "5",
            ]),
            0..60,
        ),
        glue in prop::sample::select(vec![" ", "", " "]),
    ) {
        let text = words.join(glue);
        let (said, _) = said(&text, Some("The Gazette"));
        for s in &said.statements {
            prop_assert!(!s.content.is_empty());
            prop_assert!(s.chain.len() >= s.relays.len() + 2);
            let spans = s.content.iter().copied().chain(s.cue).chain(s.source.as_ref().map(|p| p.span)).chain(s.relays.iter().map(|r| r.span));
            for span in spans {
                prop_assert!(text.get(span.start..span.end).is_some_and(|w| !w.is_empty()), "{:?} in {:?}", span, text);
            }
        }
    }

    #[test]
    fn any_characters_are_read(text in "\\PC{0,120}") {
        said(&text, None);
    }
}

#[test]
fn absurd_pages_are_answered_with_spans_that_hold() {
    for text in [
        "\" ".repeat(100_000),
        "“".repeat(100_000),
        "he said ".repeat(50_000),
        "\"No,\" he said. ".repeat(20_000),
        "word ".repeat(200_000),
        "X said that ".repeat(30_000),
        ", ".repeat(100_000),
        "and said a thing ".repeat(30_000),
        "'".repeat(300_000),
        "The Gazette told The Herald reported ".repeat(30_000),
    ] {
        let (found, _) = said(&text, Some("The Gazette"));
        for content in found.statements.iter().flat_map(|s| &s.content) {
            assert!(!content.of(&text).is_empty(), "{content:?}");
        }
    }
}
