use super::*;
use crate::{Style, observed_text};
use proptest::prelude::*;
use reportedly_read::{Form, Input, PageKind, read};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

fn reading(text: &str) -> Reading {
    read(&Input { bytes: text.as_bytes(), form: Form::Text, ..Input::default() })
}

/// What sights of these readings, an hour apart, are told as; the text is that of the last.
fn sights(readings: Vec<Reading>) -> Vec<Observed> {
    let mut history = History::default();
    let mut observed = Vec::new();
    for (hour, reading) in readings.into_iter().enumerate() {
        let seen: Timestamp = format!("2031-03-04T{hour:02}:00:00Z").parse().expect("an instant");
        let sight = Sight { id: None, seen: Some(seen), recorded_at: seen, known_at: seen, reading };
        observed.extend(history.see(sight));
    }
    observed.extend(history.end());
    observed
}

/// The lines that tell a person how one text became another.
fn told(old: &str, new: &str) -> Vec<String> {
    let observed = sights(vec![reading(old), reading(new)]);
    let style = Style { width: 400, color: false };
    let text = observed.last().map(|o| observed_text(o, style)).expect("two sights");
    text.lines().skip(1).map(|line| line.trim().to_owned()).collect()
}

#[test]
fn words_that_changed_are_told_among_those_around_them() {
    let check = |old: &str, new: &str, expected: &[&str]| assert_eq!(told(old, new), expected, "{old}");
    check(
        "Four people were hurt at the quay in Velm, the police said.",
        "Six people were hurt at the quay in Velm, the police said.",
        &["text, figure: [-Four-]{+Six+} people were hurt at the quay in …"],
    );
    check(
        "Damage at the quay runs to 1,200,000 crowns.",
        "Damage at the quay runs to 1,350,000 crowns.",
        &["text, figure: Damage at the quay runs to [-1,200,000-]{+1,350,000+} crowns."],
    );
    check(
        "The quay in Velm reopens on March 4, the harbour master said.",
        "The quay in Velm reopens on March 6, the harbour master said.",
        &["text, date: The quay in Velm reopens on March [-4-]{+6+}, the harbour master said."],
    );
    check(
        "\"Nobody knew of it,\" the mayor said on Monday.",
        "\"Hardly anyone knew of it,\" the mayor said on Monday.",
        &["text, quotation: \"[-Nobody-]{+Hardly anyone+} knew of it,\" the mayor said on Monday."],
    );
    check("The old quay is closed.", "The quay is closed.", &["text: The [-old-] quay is closed."]);
    check("The quay is closed.", "The old quay is closed.", &["text: The {+old+} quay is closed."]);
    check("Old quays close.", "Quays may close.", &["text: [-Old quays-]{+Quays may+} close."]);
    check("港口周一重新开放。", "港口周二重新开放。", &["text: 港口周[-一-]{+二+}重新开放。"]);
}

#[test]
fn paragraphs_that_moved_came_or_went_are_told_as_such() {
    const A: &str = "The quay in Velm was closed on Monday after a crack was found in its wall.";
    const B: &str = "The harbour master said that ships are being sent to Corrow instead.";
    const C: &str = "Nobody was hurt, the fire service said in the evening.";
    let check = |old: &[&str], new: &[&str], expected: &[String]| {
        assert_eq!(told(&old.join("\n\n"), &new.join("\n\n")), expected);
    };
    const D: &str = "A ferry was sent back to sea on Tuesday.";
    check(&[A, B, C, D], &[A, C, D, B], &[format!("moved: {B}")]);
    let changed = "The harbour master said that ships are being sent to Karsk instead.";
    let told = "text, name: … said that ships are being sent to [-Corrow-]{+Karsk+} instead.".to_owned();
    check(&[A, B, C, D], &[A, C, D, changed], &[told]);
    check(&[A, B], &[A, B, C], &[format!("added, as an update: {{+{C}+}}")]);
    check(&[A, C], &[A, B, C], &[format!("added: {{+{B}+}}")]);
    check(&[A, B, C], &[A, C], &[format!("removed: [-{B}-]")]);
    // Not a word is shared that tells anything: one went, another came.
    let came = "Ferries run hourly.";
    check(&[A, B, C], &[A, came, C], &[format!("removed: [-{B}-]"), format!("added: {{+{came}+}}")]);
}

#[test]
fn sights_that_show_the_same_are_one() {
    let (a, b) = (reading("The quay is closed."), reading("The quay is open."));
    let mut later = a.clone();
    later.fetched = Some("2031-03-04T01:00:00Z".parse().expect("an instant"));
    let observed = sights(vec![a.clone(), later, b, a]);
    let counts: Vec<_> = observed.iter().map(|o| (o.sights, o.changes.len())).collect();
    assert_eq!(counts, [(2, 0), (1, 1), (1, 1)], "what came back is a change");
    assert_eq!(observed[0].last_seen, Some("2031-03-04T01:00:00Z".parse().expect("an instant")));
    let text = observed_text(&observed[0], Style::default());
    assert!(text.contains("still so, last seen 2031-03-04 01:00 UTC (2 sights)"), "{text}");
}

#[test]
fn a_wall_in_between_hides_nothing_and_tells_nothing() {
    let (a, b) = (reading("The quay is closed."), reading("The quay is open."));
    let wall = Reading { kind: PageKind::Wall, ..Reading::default() };
    let words = |o: &Observed| -> Vec<(&'static str, String, String)> {
        let word = |c: &Change| (c.part.word(), c.removed.text.clone(), c.added.text.clone());
        o.changes.iter().map(word).collect()
    };
    let observed = sights(vec![a, wall, b]);
    let changed = |part, removed: &str, added: &str| (part, removed.to_owned(), added.to_owned());
    assert_eq!(words(&observed[1]), [changed("kind", "article", "wall")]);
    assert_eq!(words(&observed[2]), [changed("kind", "wall", "article"), changed("text", "closed", "open")]);
}

#[test]
fn head_and_pictures_are_compared_too() {
    let image = |caption: &str, credit: &str| Image {
        url: None,
        caption: Some(caption.to_owned()),
        credit: Some(credit.to_owned()),
    };
    let mut old = reading("The quay is closed.");
    let mut new = old.clone();
    old.title = Some("Quay in Velm closed".to_owned());
    new.title = Some("Quay in Velm shut".to_owned());
    old.authors = vec!["Ada Finch".to_owned(), "Bo Marsh".to_owned()];
    new.authors = vec!["Bo Marsh".to_owned()];
    old.published.best = Some(When::Day("2031-03-04".parse().expect("a day")));
    new.published.best = Some(When::Day("2031-03-05".parse().expect("a day")));
    old.images = vec![image("A crane at Corrow.", "Karl Ostrand"), image("The quay in 2030.", "Ada Finch")];
    new.images = vec![image("The quay in 2029.", "Ada Finch"), image("A crane at Corrow.", "Karl Ostrand")];
    let observed = sights(vec![old, new]);
    let answer = serde_json::to_value(super::observed(&observed[1])).expect("JSON");
    let expected = serde_json::json!([
        {"in": "title", "change": "replaced", "about": null,
         "removed": {"start": 13, "end": 19, "text": "closed"}, "added": {"start": 13, "end": 17, "text": "shut"}},
        {"in": "authors", "change": "removed", "about": null, "removed": {"text": "Ada Finch"}, "added": null},
        {"in": "published", "change": "replaced", "about": null,
         "removed": {"text": "2031-03-04"}, "added": {"text": "2031-03-05"}},
        {"in": "caption", "change": "replaced", "about": "figure",
         "removed": {"in": "caption:1", "start": 12, "end": 16, "text": "2030"},
         "added": {"in": "caption:0", "start": 12, "end": 16, "text": "2029"}},
    ]);
    assert_eq!(answer["changes"], expected, "{answer:#}");
}

/// The characters of a text without the stretches of it that went or came, and without white space. Blocks may have
/// moved, so they are in no order.
fn without(text: &str, mut stretches: Vec<Span>) -> Vec<char> {
    stretches.sort_unstable();
    let mut left = String::new();
    let mut from = 0;
    for stretch in stretches {
        left.push_str(Span::new(from, stretch.start).of(text));
        from = stretch.end;
    }
    left.push_str(Span::new(from, text.len()).of(text));
    let mut left: Vec<char> = left.chars().filter(|c| !c.is_whitespace()).collect();
    left.sort_unstable();
    left
}

fn check_any(old: &str, new: &str) {
    // Empty texts count as articles here.
    let article = |text: &str| Reading { kind: PageKind::Article, ..reading(text) };
    let observed = sights(vec![article(old), article(new)]);
    let Some(last) = observed.get(1) else { return };
    let before = last.before.as_deref().expect("the sight before");
    let texts: Vec<&Change> = last.changes.iter().filter(|c| c.part == Part::Text).collect();
    for c in &texts {
        assert_eq!(c.removed.span.of(&before.text), c.removed.text);
        assert_eq!(c.added.span.of(&last.reading.text), c.added.text);
    }
    let stretches = |side: fn(&Change) -> Span| texts.iter().map(|c| side(c)).collect::<Vec<_>>();
    let kept = without(&before.text, stretches(|c| c.removed.span));
    assert_eq!(kept, without(&last.reading.text, stretches(|c| c.added.span)), "what is left is the same");
    observed_text(last, Style::default());
    serde_json::to_string(&super::observed(last)).expect("JSON");
}

#[test]
fn texts_made_to_be_slow_to_compare_are_compared() {
    let text = |words: &mut dyn FnMut(usize) -> String, many: usize, line: usize| {
        let mut text = String::new();
        for i in 0..many {
            let end = if i % line == line - 1 { "\n\n" } else { " " };
            let _ = write!(text, "{}{end}", words(i));
        }
        text
    };
    let begun = Instant::now();
    // Some 1 MB each, of one paragraph or of many; no word in common, or only two words at all.
    for line in [12, 300, usize::MAX] {
        check_any(
            &text(&mut |i| format!("a{i}"), 150_000, line),
            &text(&mut |i| format!("b{i}"), 150_000, line),
        );
        let mut state = 7_u64;
        let mut two = |_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            if state >> 63 == 0 { "one".to_owned() } else { "two".to_owned() }
        };
        check_any(&text(&mut two, 150_000, line), &text(&mut two, 150_000, line));
    }
    assert!(begun.elapsed() < Duration::from_mins(1), "{:?}", begun.elapsed());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_left_of_both_texts_is_the_same(
        old in "([a-c]{1,2}[ .,]|\n\n|\\PC){0,60}",
        new in "([a-c]{1,2}[ .,]|\n\n|\\PC){0,60}",
    ) {
        check_any(&old, &new);
    }
}
