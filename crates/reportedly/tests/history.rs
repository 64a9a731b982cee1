//! What changed in an article, and when.

mod common;

use common::{ask, folder, lines, run, text};
use serde_json::{Value, json};
use std::path::Path;

const URL: &str = "https://tern.example/2/bridge";

/// A sight of the page on a day of March.
fn sight(day: u8, cost: &str) -> Value {
    let html = format!(
        "<!DOCTYPE html><title>Bridge closed</title><link rel=canonical href='{URL}'><meta \
         property='article:published_time' content='2031-03-01T08:00:00Z'><article><h1>Bridge closed</h1><p>The \
         bridge at Corrow was closed after inspectors found a crack in its second pier, the harbour master said.\
         </p><p>Repairs would take four weeks and cost {cost} crowns, the mayor told Tern Gazette.</p></article>"
    );
    json!({"html": html, "url": URL, "fetched": format!("2031-03-{day:02}T10:00:00Z")})
}

/// A library in which the page was seen on four days, and the id of its article.
fn library() -> (tempfile::TempDir, String) {
    let folder = folder();
    // In no order: what counts is when they were seen.
    let sights =
        [sight(9, "2.5 million"), sight(1, "two million"), sight(5, "2.5 million"), sight(3, "two million")];
    let records = sights.map(|s| s.to_string()).join("\n");
    let added = lines(&run(folder.path(), &["add", "--jsonl", "-"], records.as_bytes()));
    let id = added[0]["id"].as_str().expect("an id").to_owned();
    (folder, id)
}

fn history(library: &Path, arguments: &[&str]) -> Value {
    let output = run(library, &[&["history", "--json"], arguments].concat(), b"");
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn sights_come_in_the_order_in_which_the_page_was_seen() {
    let (library, id) = library();
    let told = history(library.path(), &[&id]);
    let observations = told["observations"].as_array().expect("observations");
    let days = |o: &Value| json!([o["id"], o["seen"], o["last_seen"], o["sights"]]);
    let expected = [
        json!([id, "2031-03-01T10:00:00Z", "2031-03-03T10:00:00Z", 2]),
        json!([format!("{id}-2"), "2031-03-05T10:00:00Z", "2031-03-09T10:00:00Z", 2]),
    ];
    assert_eq!(observations.iter().map(days).collect::<Vec<_>>(), expected);
    let changes = &observations[1]["changes"];
    assert_eq!(changes.as_array().map(Vec::len), Some(1), "{changes}");
    assert_eq!((&changes[0]["about"], &changes[0]["removed"]["text"]), (&json!("figure"), &json!("two")));
    // The spans are those of the two states as `article` gives them.
    for (state, side) in [(id.clone(), "removed"), (format!("{id}-2"), "added")] {
        let article = run(library.path(), &["article", "--json", &state], b"");
        let article: Value = serde_json::from_slice(&article.stdout).expect("JSON");
        let at = |end: &str| changes[0][side][end].as_u64().expect("an offset") as usize;
        let text = article["text"].as_str().expect("text");
        let words: String = text.chars().skip(at("start")).take(at("end") - at("start")).collect();
        assert_eq!(words, changes[0][side]["text"].as_str().expect("words"), "{side}");
        let told = run(library.path(), &["article", &state], b"").stderr;
        let newer = String::from_utf8_lossy(&told).contains(&format!("{id}-2 is its newest state"));
        assert_eq!(newer, side == "removed", "{state}");
    }
}

#[test]
fn an_article_is_found_by_its_id_a_state_of_it_or_its_address() {
    let (library, id) = library();
    let told = history(library.path(), &[&id]);
    for name in
        [format!("{id}-2"), URL.to_owned(), "http://www.tern.example/2/bridge/?utm_source=mail".to_owned()]
    {
        assert_eq!(history(library.path(), &[&name]), told, "{name}");
    }
    let nobody = run(library.path(), &["history", "https://tern.example/nothing"], b"");
    let said = text(&nobody.stderr);
    assert!(!nobody.status.success() && said.contains("no article"), "{said}");
}

#[test]
fn what_was_not_known_or_is_forgotten_is_not_told() {
    let (library, id) = library();
    // Known when it was seen; the later state from the end of the day that it gives as its own.
    let then = history(library.path(), &[&id, "--as-of", "2031-03-01T12:00:00Z"]);
    let seen: Vec<&Value> =
        then["observations"].as_array().expect("some").iter().map(|o| &o["seen"]).collect();
    assert_eq!(seen, [&json!("2031-03-01T10:00:00Z")]);
    let before = run(library.path(), &["history", &id, "--as-of", "2031-02-01"], b"");
    assert!(!before.status.success(), "{before:?}");
    assert!(run(library.path(), &["forget", &id], b"").status.success());
    for name in [&id, URL] {
        let gone = run(library.path(), &["history", name], b"");
        assert!(!gone.status.success() && gone.stdout.is_empty(), "{gone:?}");
    }
}

#[test]
fn people_see_the_words_that_went_and_came() {
    let (library, id) = library();
    let shown = |arguments: &[&str]| ask(library.path(), &[&["history", &id], arguments].concat());
    let plain = shown(&[]);
    let words =
        "text, figure: Repairs would take four weeks and cost [-two-]{+2.5+} million crowns, the mayor told";
    assert!(plain.contains(words), "{plain}");
    assert!(plain.contains("still so, last seen 2031-03-09 10:00 UTC (2 sights)"), "{plain}");
    let coloured = shown(&["--color", "always"]);
    assert!(coloured.contains("\u{1b}[31;9mtwo\u{1b}[0m") && !coloured.contains("[-"), "{coloured}");
    let alone = shown(&["--as-of", "2031-03-01T12:00:00Z"]);
    assert!(alone.ends_with("Nothing in it has changed.\n"), "{alone}");
}
