//! `reportedly search` as users meet it.

mod common;

use common::{folder, lines, run, text, told};
use std::path::Path;

/// The example newsroom in a library.
fn newsroom(folder: &Path) {
    let added = run(folder, &["add", "--jsonl", "examples/newsroom"], b"");
    assert!(added.status.success() && lines(&added).len() > 50, "{}", text(&added.stderr));
}

fn search(folder: &Path, arguments: &[&str]) -> (String, String, Option<i32>) {
    told(&run(folder, &[&["search"], arguments].concat(), b""))
}

fn json(folder: &Path, arguments: &[&str]) -> serde_json::Value {
    let (out, error, _) = search(folder, &[arguments, &["--json"]].concat());
    serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out}{error}"))
}

#[test]
fn the_library_is_searched_as_of_any_date_and_shows_the_words() {
    let folder = folder();
    newsroom(folder.path());
    let found = json(folder.path(), &["ruddock", "sale"]);
    let hits = found["found"].as_array().expect("hits");
    assert!(!hits.is_empty() && found["articles"].as_u64() > Some(1), "{found}");
    for hit in hits {
        let cut = |of: &str, span: &serde_json::Value, from: u64| -> String {
            let (start, end) = (span["start"].as_u64().unwrap_or(0), span["end"].as_u64().unwrap_or(0));
            of.chars().skip((start - from) as usize).take((end - start) as usize).collect()
        };
        let snippet = &hit["snippet"];
        for span in hit["hits"].as_array().expect("spans") {
            let (of, from) = match span.get("in") {
                Some(_) => (&hit["title"], 0),
                None => (&snippet["text"], snippet["start"].as_u64().unwrap_or(0)),
            };
            let word = cut(of.as_str().expect("text"), span, from).to_lowercase();
            assert!(word.contains("ruddock") || word.starts_with("sale"), "{word}: {hit}");
        }
        assert!(hit["story"].is_string() && hit["known_at"].is_string(), "{hit}");
    }
    let then = json(folder.path(), &["ruddock", "--as-of", "2031-02-01"]);
    assert!(then["articles"].as_u64() < json(folder.path(), &["ruddock"])["articles"].as_u64());
    let days = then["found"].as_array().expect("hits").iter().map(|h| h["known_at"].as_str().unwrap_or("9"));
    assert!(days.into_iter().all(|d| d < "2031-02-02"), "{then}");

    let (out, _, code) = search(folder.path(), &["zeppelin"]);
    assert_eq!((out.as_str(), code), ("Nothing found.\n", Some(0)));
    let (out, _, _) = search(folder.path(), &["ruddock", "--limit", "1"]);
    assert!(out.contains("story ") && out.to_lowercase().contains("ruddock"), "{out}");
}

#[test]
fn a_query_that_means_nothing_is_pointed_at() {
    let folder = folder();
    let (out, error, code) = search(folder.path(), &["strike author:lomax"]);
    assert_eq!((out.as_str(), code), ("", Some(2)));
    assert!(
        error.starts_with("strike author:lomax\n       ^^^^^^^\nerror: there is no field named author"),
        "{error}"
    );
    let (_, error, code) = search(&folder.path().join("none"), &["strike"]);
    assert_eq!(code, Some(1));
    assert!(error.contains("no library here"), "{error}");
}

#[test]
fn an_index_that_was_lost_or_damaged_is_made_again() {
    let folder = folder();
    newsroom(folder.path());
    let want = json(folder.path(), &["ruddock", "--as-of", "2031-03-01"]);
    let index = folder.path().join("index");
    std::fs::write(index.join("meta.json"), "?").expect("written");
    let (_, error, _) = search(folder.path(), &["ruddock"]);
    assert!(error.contains("the search index was made again, since it was damaged"), "{error}");
    std::fs::remove_dir_all(&index).expect("removed");
    assert_eq!(json(folder.path(), &["ruddock", "--as-of", "2031-03-01"]), want);
}
