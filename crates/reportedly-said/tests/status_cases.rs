//! Runs the Markdown cases of `tests/cases/status-*.md`: prose, a quoted line, and below it what must be found.

use jiff::civil::date;
use proptest::prelude::*;
use reportedly_said::status;
use reportedly_text::{Analysis, Language, Span, analyse};
use reportedly_time::Anchor;

struct Case {
    line: usize,
    text: String,
    wanted: Vec<String>,
}

fn cases(file: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for (n, line) in file.lines().enumerate() {
        if let Some(text) = line.strip_prefix("> ") {
            cases.push(Case { line: n + 1, text: text.to_owned(), wanted: Vec::new() });
        } else if let (Some(wanted), Some(case)) = (line.strip_prefix("- "), cases.last_mut()) {
            case.wanted.push(wanted.to_owned());
        }
    }
    assert!(cases.iter().all(|c| !c.wanted.is_empty()), "a case without an expectation");
    cases
}

fn report(file: &str, failures: &[String]) {
    assert!(failures.is_empty(), "{} of {file} failed:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn events_stand_as_the_cases_say() {
    check_events("status-events.md", include_str!("cases/status-events.md"));
}

#[test]
fn events_in_longer_sentences_stand_as_the_cases_say() {
    check_events("status-more-events.md", include_str!("cases/status-more-events.md"));
}

fn check_events(name: &str, file: &str) {
    let anchor = Anchor::day(date(2032, 6, 3));
    let mut failures = Vec::new();
    for case in cases(file) {
        let analysis = analyse(&case.text, Language::EN);
        let mentions = reportedly_time::find(&analysis);
        let times = reportedly_time::resolve(&mentions, &analysis, &anchor);
        let events = status::events(&analysis, &times, &anchor);
        for wanted in &case.wanted {
            let (words, rest) = wanted.split_once(": ").expect("words: status, when");
            let (status, when) = rest.split_once(", ").expect("status, when");
            let start = case.text.find(words).expect("the event's words stand in the sentence");
            let span = Span::new(start, start + words.len());
            let found = events.iter().find(|e| e.span.overlaps(span));
            let right = found
                .is_some_and(|e| e.status.word() == status && e.when.as_deref().unwrap_or("null") == when);
            if !right {
                let got: Vec<String> = events
                    .iter()
                    .map(|e| {
                        format!(
                            "{}: {}, {} ({})",
                            e.span.of(&case.text),
                            e.status.word(),
                            e.when.as_deref().unwrap_or("null"),
                            e.reason
                        )
                    })
                    .collect();
                failures.push(format!(
                    "{}: {}\n    wanted {wanted}\n    got    {}",
                    case.line,
                    case.text,
                    got.join("; ")
                ));
            }
        }
    }
    report(name, &failures);
}

/// The text without its marks, the pieces of the content, the cue.
fn unmarked(marked: &str) -> (String, Vec<Span>, Option<Span>) {
    let (mut text, mut content, mut cue) = (String::new(), Vec::new(), None);
    let (mut piece, mut word) = (0, None);
    for c in marked.chars() {
        match c {
            '[' => piece = text.len(),
            ']' => content.push(Span::new(piece, text.len())),
            '*' => match word.take() {
                None => word = Some(text.len()),
                Some(start) => cue = Some(Span::new(start, text.len())),
            },
            c => text.push(c),
        }
    }
    (text, content, cue)
}

#[test]
fn contents_stand_as_the_cases_say() {
    let mut failures = Vec::new();
    for case in cases(include_str!("cases/status-contents.md")) {
        let (text, content, cue) = unmarked(&case.text);
        let analysis: Analysis<'_> = analyse(&text, Language::EN);
        let (status, reason) = status::of_content(&analysis, &content, cue);
        for wanted in &case.wanted {
            let (wanted_status, wanted_reason) =
                wanted.split_once(", ").map_or((wanted.as_str(), None), |(s, r)| (s, Some(r)));
            if status.word() != wanted_status || wanted_reason.is_some_and(|r| r != reason) {
                failures.push(format!(
                    "{}: {}\n    wanted {wanted}\n    got    {}, {reason}",
                    case.line,
                    case.text,
                    status.word()
                ));
            }
        }
    }
    report("status-contents.md", &failures);
}

proptest! {
    #[test]
    fn any_words_give_events_with_words(
        words in proptest::collection::vec(
            prop::sample::select(vec![
                "the", "parade", "was", "to", "have", "been", "not", "no", "called", "off", "said", "that", "will", "and",
                "but", ",", ".", "“", "”", "if", "due", "on", "Monday", "put", "until", "May", "is", "there", "has", "yet",
                "plans", "strike", "’s", "-", "\n", "’", "going", "likely", "1931",
            ]),
            0..60,
        ),
        tail in "\\PC{0,30}",
    ) {
        let text = format!("{} {tail}", words.join(" "));
        let analysis = analyse(&text, Language::EN);
        let anchor = Anchor::day(date(2032, 6, 3));
        let times = reportedly_time::resolve(&reportedly_time::find(&analysis), &analysis, &anchor);
        for event in status::events(&analysis, &times, &anchor) {
            prop_assert!(!event.span.of(&text).is_empty(), "{:?} in {text:?}", event.span);
            prop_assert!(event.when.as_deref().is_none_or(|w| matches!(w.len(), 4 | 7 | 10)), "{:?}", event.when);
        }
        let whole = Span::new(0, text.len());
        for sentence in &analysis.sentences {
            let (_, reason) = status::of_content(&analysis, &[sentence.span, whole], Some(sentence.span));
            prop_assert!(!reason.is_empty());
        }
    }
}
