//! The binary as users meet it: transcripts of its help, errors and answers, and what it promises about streams.

mod common;

use common::{check_spans, lines, reportedly, root, text};
use std::{
    io::Write,
    process::{Command, Stdio},
};

/// Help, errors, outputs, and every `$ reportedly …` block of the README. To accept a change:
/// `TRYCMD=overwrite cargo test -p reportedly --test cli`.
#[test]
fn transcripts() {
    std::env::set_current_dir(root()).expect("the workspace's root");
    trycmd::TestCases::new()
        .env("XDG_CONFIG_HOME", "/home/ada/.config")
        .env("XDG_DATA_HOME", "/home/ada/.local/share")
        .register_bin("cargo", trycmd::schema::Bin::Ignore)
        .register_bin("reportedly", trycmd::cargo::cargo_bin!("reportedly"))
        .case("crates/reportedly/tests/cmd/*.md")
        .case("README.md")
        .run();
}

#[test]
fn what_was_known_is_counted_and_what_matches_nothing_is_said() {
    let error = |arguments: &[&str]| text(&reportedly(arguments, b"").stderr);
    let told = error(&["stories", "--as-of", "1999-01-01", "examples/newsroom"]);
    assert!(told.contains("known by 1999-01-01: 0 of "), "{told}");
    let told = error(&["timeline", "--query", "zeppelin,airship", "examples/newsroom/harbour-wire"]);
    assert!(told.contains("no article speaks of zeppelin, airship"), "{told}");
    let told = error(&["timeline", "--query", "Marigold", "examples/newsroom/harbour-wire"]);
    assert!(!told.contains("no article"), "{told}");
}

#[test]
fn every_record_is_answered_in_order_whatever_it_holds() {
    let mut input = Vec::new();
    for i in 0..300 {
        let record = match i % 5 {
            0 => {
                serde_json::json!({"id": i.to_string(), "text": "The quay reopened on Monday, the harbour master said."})
            }
            1 => serde_json::json!({"id": i.to_string(), "html": "<html><body><p>".repeat(i)}),
            2 => serde_json::json!({"id": i.to_string(), "flat": "\u{0}\u{feff}\n\n>>"}),
            3 => serde_json::json!({"id": i.to_string(), "html_base64": "/////wAAAA=="}),
            _ => serde_json::json!({"id": i.to_string(), "text": ""}),
        };
        writeln!(input, "{record}").expect("to memory");
    }
    let one = reportedly(&["read", "--jsonl", "-", "--jobs", "1"], &input);
    let many = reportedly(&["read", "--jsonl", "-", "--jobs", "5"], &input);
    assert!(one.status.success() && many.status.success());
    assert_eq!(one.stdout, many.stdout, "the same on one thread and on many");
    let ids: Vec<_> = lines(&one).iter().map(|r| r["id"].as_str().expect("an id").to_owned()).collect();
    assert_eq!(ids, (0..300).map(|i| i.to_string()).collect::<Vec<_>>());
}

#[test]
fn clean_text_comes_back_byte_for_byte() {
    let text = "  One “two”\u{301}.\r\n\n\n\tThree\u{a0}four… \n";
    let record = serde_json::json!({"id": "a", "text": text}).to_string();
    let answers = lines(&reportedly(&["read", "--jsonl", "-"], record.as_bytes()));
    assert_eq!(answers[0]["text"], text);
}

#[test]
fn a_date_given_wrongly_is_said_to_be_unused() {
    let output = reportedly(&["read", "--jsonl", "-"], b"{\"text\":\"One.\",\"published\":\"nope\"}");
    assert!(lines(&output)[0]["diagnostics"].to_string().contains("date given"));
}

#[test]
fn pages_that_are_no_article_are_said_to_be_none() {
    let output = reportedly(&["read", "--jsonl", "examples/newsroom"], b"");
    let kinds: Vec<_> =
        lines(&output).iter().map(|r| r["kind"].as_str().expect("a kind").to_owned()).collect();
    let count = |kind: &str| kinds.iter().filter(|k| *k == kind).count();
    assert_eq!(
        (count("index"), count("error"), count("video"), count("live-blog")),
        (2, 1, 1, 1),
        "{kinds:?}"
    );
}

#[test]
fn a_broken_line_is_named_and_costs_only_itself() {
    let input =
        b"{\"id\":\"a\",\"text\":\"One.\"}\n{oops\n\n{\"id\":\"b\"}\n{\"id\":\"c\",\"text\":\"Two.\"}\n";
    let output = reportedly(&["read", "--jsonl", "-"], input);
    assert_eq!(output.status.code(), Some(1));
    let ids: Vec<_> = lines(&output).iter().map(|r| r["id"].clone()).collect();
    assert_eq!(ids, ["a", "c"]);
    let said = text(&output.stderr);
    assert!(said.contains("line 2") && said.contains("line 4"), "{said}");
}

#[test]
fn missing_paths_are_named_and_the_rest_is_done() {
    let page = "examples/newsroom/README.md";
    let output = reportedly(&["read", "--jsonl", "no/such/page.html", page], b"");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(lines(&output).len(), 1);
    assert!(text(&output.stderr).contains("no/such/page.html"));
}

#[test]
fn usage_errors_are_told_apart_from_failures() {
    for wrong in [
        &["read"][..],
        &["read", "--fetched", "yesterday", "x"],
        &["stories", "--as-of", "2031-13-01", "examples/newsroom"],
        &["read", "--json", "--jsonl", "x"],
        &["read", "--json", "examples/newsroom"],
        &["read", "--jsonl", "-", "examples/newsroom"],
        &["nonsense"],
    ] {
        assert_eq!(reportedly(wrong, b"").status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn a_closed_pipe_is_no_error() {
    for command in [["read", "--jsonl"], ["stories", "--json"], ["timeline", "--jsonl"]] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_reportedly"))
            .args(command)
            .arg("examples/newsroom")
            .current_dir(root())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(text(&output.stderr).matches("roken pipe").count(), 0, "{command:?}");
        assert!(output.status.success(), "{command:?}: {output:?}");
    }
}

#[test]
fn the_same_folder_gives_the_same_stories_twice_and_on_any_number_of_threads() {
    let run = |jobs| reportedly(&["stories", "examples/newsroom", "--json", "--jobs", jobs], b"").stdout;
    let first = run("1");
    assert!(!first.is_empty());
    assert_eq!(first, run("4"));
}

/// Every span of every reading lies in its text and shows what it names.
#[test]
fn spans_point_at_the_words_they_name() {
    let output = reportedly(&["read", "--jsonl", "examples/newsroom"], b"");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let readings = lines(&output);
    assert!(readings.len() > 80);
    let statements: usize = readings.iter().map(check_spans).sum();
    assert!(statements > 100, "{statements} statements in the whole newsroom");
}
