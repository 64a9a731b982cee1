//! What holds whatever is read: every page is answered, and what went wrong is said.

mod common;

use common::{check_spans, folder, lines, reportedly, root, text};
use serde_json::{Value, json};
use std::{
    fs::{self, File},
    io::{Read, Write},
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

/// More than is read of a page.
const HUGE: usize = 9 << 20;

fn diagnostics(reading: &Value) -> String {
    reading["diagnostics"].to_string()
}

/// So many pieces, each with its number between its two parts.
fn numbered(n: usize, before: &str, after: &str) -> String {
    (0..n).flat_map(|i| [before.to_owned(), i.to_string(), after.to_owned()]).collect()
}

/// Absurd records, each with the kind that it must be given and what its diagnostics must say.
fn absurd() -> Vec<(Value, &'static str, &'static str)> {
    let sentence = "The harbour master said that the quay would reopen. ";
    let paragraph = format!("<p>{}</p>", sentence.repeat(3));
    vec![
        (json!({"text": ""}), "empty", ""),
        (json!({"text": " \n\u{feff}\t"}), "", ""),
        (json!({"html": "<html>"}), "empty", ""),
        (json!({"html": "<script>var a = 1;</script><!-- no -->"}), "empty", ""),
        (json!({"flat": "\0\0\0\n>>\n"}), "", ""),
        (json!({"html_base64": "/////wAAAA=="}), "", ""),
        (json!({"html": "<div>".repeat(20_000) + &paragraph.repeat(5)}), "article", "deeper than"),
        (json!({"html": numbered(20_000, "<x", ">") + &paragraph}), "", "deeper than"),
        (json!({"html": format!("<p {}>{paragraph}", numbered(5_000, "a", "=1 "))}), "", ""),
        (
            json!({"html": paragraph.repeat(5)
                + &"<p id=a class=a style=a title=a alt=a name=a lang=a rel=a src=a href=a>".repeat(81_000)}),
            "article",
            "attributes",
        ),
        (
            json!({"html": format!("{}<img alt='{}", paragraph.repeat(5), "a ".repeat(HUGE / 2))}),
            "article",
            "there is more",
        ),
        (
            json!({"html": format!("{}<!--{}", paragraph.repeat(5), "a ".repeat(HUGE / 2))}),
            "article",
            "there is more",
        ),
        (json!({"flat": numbered(20_001, "The quay ", "\n")}), "", "20000 lines"),
        (
            json!({"html": format!(
                "<script type='application/ld+json'>[0{}]</script>{}",
                ",1".repeat(600_000),
                paragraph.repeat(5)
            )}),
            "article",
            "JSON-LD are not read",
        ),
        (
            json!({"html": paragraph.repeat(5) + "</div></p><table><tr><td><a href=<b><script>"}),
            "article",
            "",
        ),
        (json!({"text": sentence.repeat(HUGE / sentence.len())}), "article", "there is more"),
        (json!({"text": "Ä".repeat(HUGE / 2)}), "article", "there is more"),
        (json!({"text": "a\n".repeat(60_000)}), "article", "blocks are told to byte 100000"),
        (json!({"text": sentence.repeat(20_000)}), "article", "are read from the first"),
        (json!({"flat": "Reuters told CNN reported ".repeat(4_000)}), "article", ""),
    ]
}

#[test]
fn absurd_pages_are_answered_and_what_was_cut_is_said() {
    let pages = absurd();
    let mut input = Vec::new();
    for (i, (page, ..)) in pages.iter().enumerate() {
        let mut page = page.clone();
        page["id"] = i.to_string().into();
        writeln!(input, "{page}").expect("to memory");
    }
    let one = reportedly(&["read", "--jsonl", "-", "--jobs", "1"], &input);
    let many = reportedly(&["read", "--jsonl", "-", "--jobs", "3"], &input);
    assert!(one.status.success() && many.status.success());
    assert!(one.stdout == many.stdout, "the same on one thread and on many");
    let readings = lines(&one);
    assert_eq!(readings.len(), pages.len());
    for (reading, (page, kind, says)) in readings.iter().zip(&pages) {
        let start: String = page.to_string().chars().take(60).collect();
        check_spans(reading);
        assert!(kind.is_empty() || reading["kind"] == *kind, "{start}: {}", reading["kind"]);
        assert!(diagnostics(reading).contains(says), "{start}: {}", diagnostics(reading));
        assert_eq!(
            diagnostics(reading).contains("cut: "),
            !says.is_empty(),
            "{start}: {}",
            diagnostics(reading)
        );
        let text = reading["text"].as_str().expect("text");
        if reading["kind"] == "empty" {
            assert_eq!((text, reading["statements"].as_array().map(Vec::len)), ("", Some(0)), "{start}");
        }
        if let Some(given) = page["text"].as_str() {
            assert!(given.starts_with(text), "{start}: not what was given");
            assert!(text.len() == given.len() || given.len() > HUGE / 2 && text.len() > 7 << 20, "{start}");
        }
    }
}

#[test]
fn files_that_break_off_are_read_as_far_as_they_go() {
    let folder = folder();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).expect("a file");
    let mut packed = Command::new("gzip").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("gzip");
    let page = "<p>The harbour master said that the quay would reopen on Monday, and that it rained.</p>";
    let long = numbered(3_000, page, "");
    packed.stdin.take().expect("a pipe").write_all(long.as_bytes()).expect("written");
    let packed = packed.wait_with_output().expect("packed").stdout;
    write("a-cut.html.gz", &packed[..packed.len() / 2]);
    write("b-head.html.gz", &packed[..12]);
    write(
        "c-none.mhtml",
        b"From: <Saved>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b",
    );
    write("d-cut.html", &long.as_bytes()[..long.len() / 2]);
    write("e-picture.html", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    let path = folder.path().to_str().expect("a path");
    let output = reportedly(&["read", "--jsonl", path], b"");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let readings = lines(&output);
    let of =
        |i: usize| (readings[i]["kind"].as_str().unwrap_or_default().to_owned(), diagnostics(&readings[i]));
    assert_eq!(of(0).0, "article");
    assert!(of(0).1.contains("could be unpacked"), "{:?}", of(0));
    assert!(of(1).0 == "empty" && of(1).1.contains("could be unpacked"), "{:?}", of(1));
    assert!(of(2).0 == "empty" && of(2).1.contains("MHTML"), "{:?}", of(2));
    assert_eq!(of(3).0, "article");
    assert!(of(4).0 == "empty" && of(4).1.contains("a picture"), "{:?}", of(4));
}

/// Nothing in a folder keeps a run waiting or costs the other pages, and what cannot be read is named.
#[cfg(unix)]
#[test]
fn a_folder_may_hold_anything() {
    use std::os::unix::{fs::symlink, net::UnixListener};
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("page.html"), "<p>The harbour master said that the quay would reopen.</p>").expect("a file");
    fs::create_dir(at("folder.html")).expect("a folder");
    fs::write(at("folder.html/inner.txt"), "The quay reopens.").expect("a file");
    let made = Command::new("mkfifo").arg(at("pipe.html")).status().expect("mkfifo");
    assert!(made.success());
    let _socket = UnixListener::bind(at("socket.html")).expect("a socket");
    symlink("/dev/zero", at("endless.html")).expect("a link");
    symlink(folder.path(), at("up")).expect("a link");
    symlink("nowhere.html", at("dangling.html")).expect("a link");
    symlink("loop-b.html", at("loop-a.html")).expect("a link");
    symlink("loop-a.html", at("loop-b.html")).expect("a link");
    let path = folder.path().to_str().expect("a path");
    let output = reportedly(&["read", "--jsonl", path], b"");
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    let paths: Vec<_> =
        lines(&output).iter().map(|r| r["path"].as_str().unwrap_or_default().to_owned()).collect();
    assert_eq!(paths, [format!("{path}/folder.html/inner.txt"), format!("{path}/page.html")]);
    for name in ["dangling.html", "loop-a.html", "loop-b.html"] {
        assert!(said.contains(name), "{name}: {said}");
    }
    assert!(said.contains("4 of other kinds passed over"), "{said}");

    // Given by name they are told one by one; the rest is done.
    let page = at("page.html");
    let named = [at("dangling.html"), at("loop-a.html"), page];
    let named: Vec<&str> = named.iter().filter_map(|p| p.to_str()).collect();
    let output = reportedly(&[&["read", "--jsonl"], &named[..]].concat(), b"");
    assert_eq!((output.status.code(), lines(&output).len()), (Some(1), 1));
}

#[test]
fn a_folder_as_standard_input_is_an_error_and_no_endless_loop() {
    for form in [&["read", "--jsonl", "-"][..], &["read", "-"]] {
        let Ok(folder) = File::open(root()) else { return };
        let child = Command::new(env!("CARGO_BIN_EXE_reportedly"))
            .args(form)
            .stdin(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(text(&output.stderr).matches("standard input").count(), 1, "{form:?}");
    }
}

/// Whoever stops a long run keeps what it has said so far.
#[test]
fn a_run_that_is_killed_leaves_whole_lines() {
    let folder = folder();
    let path = folder.path().join("readings.jsonl");
    let mut child = Command::new(env!("CARGO_BIN_EXE_reportedly"))
        .args(["read", "--jsonl", "-", "--jobs", "2"])
        .stdin(Stdio::piped())
        .stdout(File::create(&path).expect("a file"))
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let size = |path: &Path| fs::metadata(path).map_or(0, |m| m.len());
    // Records go in until answers have come out, and the input stays open: the run is under way when it is killed.
    for i in 0.. {
        let record = json!({"id": i.to_string(), "text": "The quay reopened on Monday, the harbour master said.\n".repeat(20)});
        writeln!(stdin, "{record}").expect("taken");
        if size(&path) > 20_000 {
            break;
        }
        if i % 50 == 49 {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    child.kill().expect("killed");
    child.wait().expect("it ends");
    let mut text = String::new();
    File::open(&path).and_then(|mut f| f.read_to_string(&mut text)).expect("UTF-8");
    assert!(text.ends_with('\n'));
    for (i, line) in text.lines().enumerate() {
        let reading: Value = serde_json::from_str(line).expect("a whole line");
        assert_eq!(reading["id"], i.to_string());
    }
}

/// A reader that has seen enough ends the run, however much input is left.
#[test]
fn a_closed_pipe_ends_a_stream() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_reportedly"))
        .args(["read", "--jsonl", "-", "--quiet"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().expect("a pipe");
    let record = json!({"text": "The quay reopened on Monday, the harbour master said.\n".repeat(20)})
        .to_string()
        + "\n";
    // The pipe breaks once the binary has left.
    while stdin.write_all(record.as_bytes()).is_ok() {}
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(text(&output.stderr), "");
    assert!(output.status.success());
}
