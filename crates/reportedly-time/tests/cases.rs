//! Runs every case in `tests/cases/*.md`.
//!
//! A fenced block is one case. Its first line is the day of publication (`2025-03-05`), its bounds
//! (`2025-03-01..2025-03-09`), or `?` where nothing is known. The rest is the text, each expression written
//! `[words](TYPE value)`, with `?` for a value that cannot be told. Whatever is not marked is no expression.

use jiff::civil::Date;
use reportedly_text::{Language, analyse};
use reportedly_time::{Anchor, find, resolve};
use std::{fs, path::Path};

fn anchor(line: &str) -> Anchor {
    let day =
        |text: &str| text.trim().parse::<Date>().unwrap_or_else(|e| panic!("{line:?} is no anchor: {e}"));
    match line.split_once("..") {
        Some((earliest, latest)) => {
            Anchor { best: None, earliest: Some(day(earliest)), latest: Some(day(latest)) }
        }
        None if line.trim() == "?" => Anchor::default(),
        None => Anchor::day(day(line)),
    }
}

/// The text without its marks.
fn plain(marked: &str) -> String {
    let mut out = String::new();
    let mut rest = marked;
    while let Some((before, after)) = rest.split_once('[') {
        let (words, after) = after.split_once("](").unwrap_or_else(|| panic!("open mark in {marked:?}"));
        let (_, after) = after.split_once(')').unwrap_or_else(|| panic!("open value in {marked:?}"));
        out += before;
        out += words;
        rest = after;
    }
    out + rest
}

/// The text with the marks that the crate gives it.
fn marked(text: &str, anchor: &Anchor) -> String {
    let analysis = analyse(text, Language::EN);
    let mut out = String::new();
    let mut at = 0;
    for timex in resolve(&find(&analysis), &analysis, anchor) {
        out += &text[at..timex.span.start];
        let value = timex.value.as_deref().unwrap_or("?");
        out.extend(["[", timex.span.of(text), "](", timex.kind.word(), " ", value, ")"]);
        at = timex.span.end;
    }
    out + &text[at..]
}

#[test]
fn expressions_are_found_and_resolved_as_the_cases_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let (mut cases, mut wrong) = (0, Vec::new());
    for file in files.iter().filter(|f| f.extension().is_some_and(|e| e == "md")) {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let content = fs::read_to_string(file).unwrap();
        for (i, block) in content.split("\n```").enumerate().filter(|(i, _)| i % 2 == 1) {
            let (_, block) = block.split_once('\n').unwrap_or_default();
            let (first, expected) =
                block.split_once('\n').unwrap_or_else(|| panic!("{name}: case {i} has no text"));
            let actual = marked(&plain(expected), &anchor(first));
            cases += 1;
            if actual != expected {
                wrong
                    .push(format!("{name}, published {first}\n  expected: {expected}\n  found:    {actual}"));
            }
        }
    }
    assert!(cases > 0, "no cases found");
    assert!(wrong.is_empty(), "{} of {cases} cases fail:\n\n{}", wrong.len(), wrong.join("\n\n"));
}
