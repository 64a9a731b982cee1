//! What leaves a library and comes back: exports, imports, retention.

mod common;

use common::{folder, lines, run, text};
use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

/// Runs what must succeed and gives standard output and standard error.
fn ask(library: &Path, arguments: &[&str]) -> (Vec<u8>, String) {
    let output = run(library, arguments, b"");
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    (output.stdout, text(&output.stderr))
}

/// A library of the newsroom, a takedown in it.
fn newsroom(folder: &Path) {
    ask(folder, &["add", "-q", "examples/newsroom", "--fetched", "2031-06-01"]);
    let (stories, _) = ask(folder, &["stories", "--json"]);
    let stories: serde_json::Value = serde_json::from_slice(&stories).expect("JSON");
    let id = stories["stories"][1]["articles"][0]["id"].as_str().expect("an id").to_owned();
    ask(folder, &["forget", &id]);
}

/// All that a library answers, now and as of some dates.
fn answers(library: &Path) -> Vec<String> {
    let mut answers = Vec::new();
    for date in [None, Some("2031-01-20"), Some("2031-02-01"), Some("2031-03-01"), Some("1999-01-01")] {
        let when: Vec<&str> = date.iter().flat_map(|d| ["--as-of", d]).collect();
        for question in [&["stories", "--json"][..], &["search", "ferry OR quay OR water", "--json"]] {
            let asked = [question, &when].concat();
            answers.push(format!("{asked:?}: {}", text(&ask(library, &asked).0)));
        }
    }
    answers
}

fn whole(library: &Path) {
    let (said, _) = ask(library, &["check", "--deep"]);
    assert!(text(&said).contains(": whole"), "{}", text(&said));
}

#[test]
fn an_export_makes_the_same_library_elsewhere() {
    let library = folder();
    newsroom(library.path());
    let wanted = answers(library.path());
    assert!(wanted[0].len() > 10_000);
    let files = folder();
    let name = |name: &str| files.path().join(name).display().to_string();
    let jsonl = name("news.jsonl");
    let (_, said) = ask(library.path(), &["export", &jsonl]);
    assert!(said.contains("observations written, 1 of them forgotten"), "{said}");
    let exported = fs::read(&jsonl).expect("the export");
    for file in [jsonl.clone(), name("news.parquet")] {
        ask(library.path(), &["export", "--force", "-q", &file]);
        let elsewhere = folder();
        let (_, first) = ask(elsewhere.path(), &["import", &file]);
        assert!(first.contains("imported ") && first.contains("1 forgotten there"), "{first}");
        assert!(answers(elsewhere.path()) == wanted, "{file}");
        whole(elsewhere.path());
        let (again, _) = ask(elsewhere.path(), &["export", "-", "--to", "jsonl"]);
        assert!(again == exported, "{file}: exported again it is the same");
        let (_, second) = ask(elsewhere.path(), &["import", &file]);
        assert!(second.contains("imported 0 observations"), "{second}");
        // The pages are there, with what they are known by.
        let (_, added) = ask(elsewhere.path(), &["add", "examples/newsroom", "--fetched", "2031-06-01"]);
        assert!(added.contains("added 0, "), "{added}");
    }
}

#[test]
fn an_export_as_of_a_date_is_what_was_known_and_of_an_outlet_what_is_its_own() {
    let library = folder();
    newsroom(library.path());
    let rows = |arguments: &[&str]| -> Vec<serde_json::Value> {
        let all = [&["export", "-", "--to", "jsonl", "--no-pages"][..], arguments].concat();
        text(&ask(library.path(), &all).0)
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect()
    };
    let (all, then) = (rows(&[]), rows(&["--as-of", "2031-02-01"]));
    assert!(!then.is_empty() && then.len() < all.len());
    assert!(then.iter().all(|r| r["known_at"].as_str() <= Some("2031-02-01T23:59:59Z")));
    assert!(all.iter().all(|r| r["page_base64"].is_null()));
    let outlet = all.iter().find_map(|r| r["reading"]["outlet"].as_str()).expect("an outlet");
    let own = rows(&["--outlet", outlet]);
    assert!(!own.is_empty() && own.iter().all(|r| r["reading"]["outlet"] == *outlet));
    assert!(rows(&["--since", "2999-01-01"]).is_empty());
    let elsewhere = folder();
    let export = then.iter().fold(String::new(), |text, row| text + &row.to_string() + "\n");
    assert!(run(elsewhere.path(), &["import", "-"], export.as_bytes()).status.success());
    let stories = |library: &Path, when: &[&str]| ask(library, &[&["stories"][..], when].concat()).0;
    assert_eq!(
        text(&stories(elsewhere.path(), &[])),
        text(&stories(library.path(), &["--as-of", "2031-02-01"])).replace(" as of 2031-02-01", "")
    );
}

#[test]
fn a_wrong_line_is_named_and_costs_only_itself() {
    let library = folder();
    newsroom(library.path());
    let (export, _) = ask(library.path(), &["export", "-", "--to", "jsonl", "--no-pages"]);
    let export = text(&export);
    let mut all: Vec<String> = export.lines().take(6).map(str::to_owned).collect();
    all[1] = all[1].replace("\"start\":0", "\"start\":99999999");
    all[2].truncate(100);
    all[4] = "{\"id\":\"a\",\"text\":\"The quay reopens.\"}".to_owned();
    let elsewhere = folder();
    let output = run(elsewhere.path(), &["import", "-"], all.join("\n").as_bytes());
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for says in ["line 2: ", "line 3: not JSON", "line 5: no observation", "imported 3 observations"] {
        assert!(said.contains(says), "{says}: {said}");
    }
    assert!(said.contains("points outside the text"), "{said}");
    whole(elsewhere.path());
    for (input, says) in [
        (&b""[..], "is empty"),
        (b"PK\x03\x04", "neither observations"),
        (b"<html></html>", "no OPML"),
        (b"\x1f\x8b\x08", "reportedly add"),
        (b"PAR1", "give its file"),
    ] {
        let output = run(elsewhere.path(), &["import", "-"], input);
        assert!(!output.status.success());
        assert!(text(&output.stderr).contains(says), "{says}: {}", text(&output.stderr));
    }
}

#[test]
fn a_damaged_table_is_refused_and_does_no_harm() {
    let library = folder();
    newsroom(library.path());
    let table = library.path().join("news.parquet");
    let name = table.display().to_string();
    ask(library.path(), &["export", &name, "--no-pages"]);
    let whole_table = fs::read(&table).expect("the table");
    for i in 0..12 {
        let mut damaged = whole_table.clone();
        let at = 4 + i * (damaged.len() - 8) / 12;
        damaged[at] ^= 0x55;
        if i % 4 == 3 {
            damaged.truncate(at);
        }
        fs::write(&table, damaged).expect("written");
        let elsewhere = folder();
        let output = run(elsewhere.path(), &["import", &name], b"");
        assert!(output.status.code().is_some_and(|c| c < 2), "at {at}: {}", text(&output.stderr));
        if elsewhere.path().join("library.db").exists() {
            whole(elsewhere.path());
        }
    }
}

#[test]
fn a_killed_import_is_just_run_again() {
    let library = folder();
    newsroom(library.path());
    let (export, _) = ask(library.path(), &["export", "-", "--to", "jsonl"]);
    let elsewhere = folder();
    for part in [3, 2] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_reportedly"))
            .args(["import", "-", "--library"])
            .arg(elsewhere.path())
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary starts");
        let mut input = child.stdin.take().expect("a pipe");
        let _ = input.write_all(&export[..export.len() / part]);
        std::thread::sleep(Duration::from_millis(300));
        child.kill().expect("killed");
        child.wait().expect("ended");
    }
    assert!(run(elsewhere.path(), &["import", "-"], &export).status.success());
    assert!(answers(elsewhere.path()) == answers(library.path()));
    whole(elsewhere.path());
}

#[test]
fn pages_leave_as_an_archive_that_add_reads() {
    let library = folder();
    let records: Vec<String> = (0..30)
        .map(|i| {
            let url = if i % 3 == 0 { String::new() } else { format!("https://wire.example/quay-{i}") };
            let html = format!("<html><title>Quay {i} reopens</title><body><p>Quay {i} at Velm reopened on Monday, the harbour master said. “It was time,” said Petra Lomax.");
            let record = serde_json::json!({"url": url, "html": html, "fetched": format!("2031-03-{:02}", 1 + i % 28)});
            format!("{record}\n")
        })
        .collect();
    assert!(run(library.path(), &["add", "--jsonl", "-"], records.concat().as_bytes()).status.success());
    let readings = |library: &Path| -> Vec<serde_json::Value> {
        let output = run(library, &["export", "-", "--to", "jsonl", "--no-pages"], b"");
        let mut readings: Vec<_> = lines(&output).into_iter().map(|mut l| l["reading"].take()).collect();
        readings.retain(|r| !r["url"].is_null());
        for reading in &mut readings {
            reading["path"].take();
        }
        readings
    };
    for ending in ["warc", "warc.gz"] {
        let archive = library.path().join(format!("pages.{ending}")).display().to_string();
        let (_, said) = ask(library.path(), &["export", &archive]);
        assert!(said.contains("20 pages written, 10 left out, since they have no address"), "{said}");
        let elsewhere = folder();
        let (_, said) = ask(elsewhere.path(), &["add", &archive]);
        assert!(said.contains("added 20"), "{said}");
        assert_eq!(readings(elsewhere.path()), readings(library.path()));
        let refused = run(elsewhere.path(), &["import", &archive], b"");
        assert_eq!(refused.status.code(), Some(2), "{}", text(&refused.stderr));
    }
}

#[test]
fn a_file_is_there_whole_or_not_at_all_and_none_is_overwritten_unasked() {
    let library = folder();
    newsroom(library.path());
    let files = folder();
    let file = files.path().join("news.jsonl");
    let name = file.display().to_string();
    ask(library.path(), &["export", &name]);
    let size = fs::metadata(&file).expect("the export").len();
    let refused = run(library.path(), &["export", &name], b"");
    assert!(text(&refused.stderr).contains("is there already: --force"), "{}", text(&refused.stderr));
    ask(library.path(), &["export", &name, "--force", "--no-pages"]);
    assert!(fs::metadata(&file).expect("the export").len() < size);
    assert_eq!(run(library.path(), &["export", "news"], b"").status.code(), Some(2));
    assert_eq!(run(library.path(), &["export", "a.opml", "--outlet", "x"], b"").status.code(), Some(2));
    assert_eq!(fs::read_dir(files.path()).expect("a folder").count(), 1);
    // Somebody's own file beside it, the library itself, a folder that is not there.
    let own = files.path().join("other.jsonl.unfinished");
    fs::write(&own, "mine").expect("written");
    ask(library.path(), &["export", &files.path().join("other.jsonl").display().to_string()]);
    assert_eq!(fs::read_to_string(&own).expect("still there"), "mine");
    let database = library.path().join("library.db").display().to_string();
    let refused = run(library.path(), &["export", &database, "--to", "jsonl", "--force"], b"");
    assert_eq!(refused.status.code(), Some(2), "{}", text(&refused.stderr));
    whole(library.path());
    let nowhere = files.path().join("none").join("a.jsonl").display().to_string();
    let said = text(&run(library.path(), &["export", &nowhere], b"").stderr);
    assert!(said.contains("none: there is no such folder"), "{said}");
}

#[test]
fn exports_to_one_file_at_once_leave_a_whole_one() {
    let library = folder();
    newsroom(library.path());
    let files = folder();
    let file = files.path().join("news.jsonl");
    let name = file.display().to_string();
    let folder = library.path().display().to_string();
    let export = || {
        Command::new(env!("CARGO_BIN_EXE_reportedly"))
            .args(["export", "-q", "--force", &name, "--library", &folder])
            .spawn()
            .expect("started")
    };
    let exports: Vec<_> = (0..3).map(|_| export()).collect();
    for mut export in exports {
        assert!(export.wait().expect("ended").success());
    }
    let (alone, _) = ask(library.path(), &["export", "-", "--to", "jsonl"]);
    assert!(fs::read(&file).expect("the export") == alone);
    assert_eq!(fs::read_dir(files.path()).expect("a folder").count(), 1);
}

#[test]
fn pages_that_were_left_out_are_brought_by_a_fuller_export() {
    let library = folder();
    newsroom(library.path());
    let (without, _) = ask(library.path(), &["export", "-", "--to", "jsonl", "--no-pages"]);
    let (with, _) = ask(library.path(), &["export", "-", "--to", "jsonl"]);
    let elsewhere = folder();
    assert!(run(elsewhere.path(), &["import", "-"], &without).status.success());
    let filled = run(elsewhere.path(), &["import", "-"], &with);
    assert!(text(&filled.stderr).contains("of them given their pages"), "{}", text(&filled.stderr));
    let (again, _) = ask(elsewhere.path(), &["export", "-", "--to", "jsonl"]);
    assert!(again == with);
    whole(elsewhere.path());
}

#[test]
fn what_was_forgotten_is_said_to_be_so_and_told_to_who_follows() {
    let library = folder();
    let page = |title: &str| {
        let html =
            format!("<html><title>{title}</title><body><p>{title}, the harbour master said on Monday.");
        format!("{}\n", serde_json::json!({"id": title, "html": html, "fetched": "2031-03-01"}))
    };
    let pages = [page("The quay reopens"), page("The mole is closed")].concat();
    assert!(run(library.path(), &["add", "--jsonl", "-"], pages.as_bytes()).status.success());
    std::thread::sleep(Duration::from_millis(20));
    let since = jiff::Timestamp::now().to_string();
    ask(library.path(), &["forget", "The quay reopens"]);
    let again = run(library.path(), &["add", "--jsonl", "-"], pages.as_bytes());
    let said = text(&again.stderr);
    assert!(said.contains("1 already there, 1 of articles that were ordered forgotten"), "{said}");
    let (since_then, _) = ask(library.path(), &["export", "-", "--to", "jsonl", "--since", &since]);
    let lines = text(&since_then);
    assert_eq!(lines.lines().count(), 1, "{lines}");
    assert!(lines.contains("\"forgotten_at\":\"20"), "{lines}");
}

#[test]
#[cfg(unix)]
fn a_full_disk_leaves_no_half_export() {
    let library = folder();
    newsroom(library.path());
    let files = folder();
    let file = files.path().join("news.jsonl");
    let limited = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 64; exec \"$0\" export \"$1\" --library \"$2\""])
        .arg(env!("CARGO_BIN_EXE_reportedly"))
        .args([file.as_path(), library.path()])
        .output()
        .expect("a shell");
    assert!(!limited.status.success());
    assert!(text(&limited.stderr).contains("no room left on the disk"), "{}", text(&limited.stderr));
    assert_eq!(fs::read_dir(files.path()).expect("a folder").count(), 0);
}

#[test]
fn subscriptions_come_from_feed_readers_and_go_to_them() {
    let library = folder();
    let list = r#"<opml version="1.0"><body>
<outline text="Ports"><outline text="Harbour Wire" XMLURL="https://wire.example/feed" htmlUrl="https://wire.example/"/>
<outline text="Local"><outline text="Tern" xmlUrl="https://tern.example/rss"/></outline></outline>
<outline text="bad" xmlUrl="ftp://x.example/"/>
</body></opml>"#;
    let first = run(library.path(), &["import", "-"], list.as_bytes());
    let said = text(&first.stderr);
    assert!(said.contains("line 4: ") && said.contains("2 subscriptions added"), "{said}");
    assert_eq!(first.status.code(), Some(1));
    let again = run(library.path(), &["import", "-"], list.as_bytes());
    assert!(text(&again.stderr).contains("0 subscriptions added, 2 already there"));
    let (shown, _) = ask(library.path(), &["subscriptions"]);
    let shown = text(&shown);
    for line in [
        "Harbour Wire  ",
        "  https://wire.example/feed  [Ports]",
        "  https://tern.example/rss  [Ports/Local]",
    ] {
        assert!(shown.lines().any(|shown| shown.starts_with(line)), "{line}: {shown}");
    }
    let (export, _) = ask(library.path(), &["export", "-", "--to", "opml"]);
    let elsewhere = folder();
    assert!(run(elsewhere.path(), &["import", "-"], &export).status.success());
    let json = |library: &Path| {
        let (answer, _) = ask(library, &["subscriptions", "--json"]);
        let mut answer: serde_json::Value = serde_json::from_slice(&answer).expect("JSON");
        for s in answer["subscriptions"].as_array_mut().expect("a list") {
            assert!(s["added_at"].take().is_string());
        }
        answer
    };
    assert_eq!(json(elsewhere.path()), json(library.path()));
    whole(library.path());
}

#[test]
fn what_the_rules_take_is_said_before_it_goes() {
    let library = folder();
    newsroom(library.path());
    let before = answers(library.path());
    let set = folder();
    let rules = |rules: &str| {
        let file = set.path().join("r.toml");
        fs::write(&file, format!("retention = [{rules}]")).expect("written");
        file.display().to_string()
    };
    let take = |config: &str, more: &[&str]| -> serde_json::Value {
        let all = [&["retain", "--json", "--config", config][..], more].concat();
        serde_json::from_slice(&ask(library.path(), &all).0).expect("JSON")
    };
    let old = rules("{ drop = 'pages', after = '1 day' }");
    assert_eq!(take(&old, &["--apply"])["rules"][0]["pages"], 0, "all of it is of today");
    let pages = rules("{ drop = 'pages', after = '0 days' }");
    let planned = take(&pages, &[]);
    assert!(planned["rules"][0]["pages"].as_u64() > Some(50), "{planned}");
    assert!(planned["rules"][0]["bytes"].as_u64() > Some(10_000), "{planned}");
    assert_eq!(take(&pages, &[])["rules"], planned["rules"], "nothing goes by being asked about");
    assert_eq!(take(&pages, &["--apply"])["rules"], planned["rules"]);
    assert_eq!(take(&pages, &[])["rules"][0]["pages"], 0);
    assert!(answers(library.path()) == before, "answers do not need the pages");
    whole(library.path());
    let (wire, _) = ask(
        library.path(),
        &["retain", "--config", &rules("{ drop = 'articles', after = '0 days', outlet = 'Harbour Wire' }")],
    );
    assert!(text(&wire).starts_with("articles of Harbour Wire after 0 days: "), "{}", text(&wire));
    let developing = rules("{ drop = 'articles', after = '0 days', developing = '5000 years' }");
    let rest = take(&developing, &[]);
    let all = take(&rules("{ drop = 'articles', after = '0 days' }"), &["--apply"]);
    assert!(rest["rules"][0]["articles"].as_u64() < all["rules"][0]["articles"].as_u64());
    whole(library.path());
    let (stories, _) = ask(library.path(), &["stories", "--json"]);
    let stories: serde_json::Value = serde_json::from_slice(&stories).expect("JSON");
    assert_eq!(stories["stories"], serde_json::json!([]));
    let wrong =
        run(library.path(), &["retain", "--config", &rules("\n{ drop = 'all', after = '1 day' }")], b"");
    assert_eq!(wrong.status.code(), Some(2));
    assert!(text(&wrong.stderr).contains("r.toml:2: retention: drop"), "{}", text(&wrong.stderr));
}
