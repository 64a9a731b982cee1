//! Running the binary.

#![allow(dead_code, reason = "not every test file needs all of it")]

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};
use tempfile::TempDir;

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The binary in the workspace's root. What is set on this machine is not the test's.
fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_reportedly"));
    command.current_dir(root()).env("XDG_CONFIG_HOME", "/nowhere");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("REPORTEDLY_"))
    {
        command.env_remove(name);
    }
    command
}

pub fn reportedly(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = binary()
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_vec();
    let feed = std::thread::spawn(move || {
        // A program that has seen enough may close its input.
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().expect("the binary ends");
    feed.join().expect("fed");
    output
}

/// Runs the binary with a library.
pub fn run(library: &Path, arguments: &[&str], input: &[u8]) -> Output {
    let library = library.to_str().expect("UTF-8");
    reportedly(&[arguments, &["--library", library]].concat(), input)
}

/// Runs the binary with a library, which must succeed, and gives its standard output.
pub fn ask(library: &Path, arguments: &[&str]) -> String {
    let output = run(library, arguments, b"");
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

/// An empty folder, which goes when the test ends.
pub fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// What the binary wrote: UTF-8, always.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// Standard output, standard error and the exit code.
pub fn told(output: &Output) -> (String, String, Option<i32>) {
    (text(&output.stdout), text(&output.stderr), output.status.code())
}

/// `add` of records that it is given on standard input.
pub fn start_adding(library: &Path) -> Child {
    binary()
        .args(["add", "-q", "--jsonl", "-", "--library"])
        .arg(library)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary starts")
}

pub fn lines(output: &Output) -> Vec<serde_json::Value> {
    text(&output.stdout).lines().map(|l| serde_json::from_str(l).expect("JSON on every line")).collect()
}

/// Every span of a reading lies in its text; gives how many statements it has.
pub fn check_spans(reading: &serde_json::Value) -> usize {
    let length = reading["text"].as_str().expect("text").chars().count();
    let check = |s: &serde_json::Value| {
        let at = |name: &str| s[name].as_u64().expect("an offset") as usize;
        assert!(at("start") < at("end") && at("end") <= length, "{s} in {}", reading["id"]);
    };
    for list in ["blocks", "times", "names", "events"] {
        reading[list].as_array().expect("a list").iter().for_each(check);
    }
    let statements = reading["statements"].as_array().expect("a list");
    for s in statements {
        s["content"].as_array().expect("a list").iter().for_each(check);
        for part in ["source", "cue"] {
            if !s[part].is_null() {
                check(&s[part]);
            }
        }
        assert_eq!(s["chain"][0], reading["outlet"], "a chain begins with the outlet");
    }
    statements.len()
}
