//! Following from the command line: what is told, to whom, and what is not.

mod common;

use common::{folder, reportedly, text};
use std::{fs, path::Path, process::Output};
use tempfile::TempDir;

/// A desk with a library, and a configuration whose only target writes down what it is given.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        let desk = Self { folder: folder() };
        let log = desk.path("log").display().to_string();
        let script = format!("cat >> {log:?}");
        let targets = format!(
            "targets = [\n  {{ name = \"log\", command = [\"sh\", \"-c\", {script:?}] }},\n  \
             {{ name = \"desk\", webhook = \"http://127.0.0.1:9/T0/pa5s\", secret = \"s3cret\" }},\n]\n"
        );
        fs::write(desk.path("r.toml"), targets).expect("written");
        desk
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let (library, config) =
            (self.path("library").display().to_string(), self.path("r.toml").display().to_string());
        let all: Vec<&str> =
            arguments.iter().copied().chain(["--library", &library, "--config", &config]).collect();
        reportedly(&all, b"")
    }

    /// Runs what must succeed and gives standard output and standard error.
    fn ask(&self, arguments: &[&str]) -> (String, String) {
        let output = self.run(arguments);
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "{arguments:?}: {err}");
        (out, err)
    }

    /// Adds the pages of an outlet of the newsroom.
    fn add(&self, outlet: &str) {
        let folder = Path::new("examples/newsroom").join(outlet).display().to_string();
        self.ask(&["add", "-q", &folder, "--fetched", "2031-06-01"]);
    }

    /// The alerts that the log was given.
    fn log(&self) -> Vec<serde_json::Value> {
        let log = fs::read_to_string(self.path("log")).unwrap_or_default();
        log.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }
}

#[cfg(unix)]
#[test]
fn what_is_new_is_told_once_to_each_and_shown() {
    let desk = Desk::new();
    desk.add("harbour-wire");
    let (shown, said) = desk.ask(&["follow", "Ruddock", "mill", "--to", "log", "--dry-run"]);
    assert!(shown.contains("Ruddock mill: new story: ") && shown.contains("Say so: two people"), "{shown}");
    assert!(said.contains("nothing is followed") && said.contains("alerts would go to log"), "{said}");
    assert!(desk.ask(&["following"]).1.contains("nothing is followed"));

    desk.ask(&["follow", "Ruddock", "mill", "--to", "log", "--name", "mill"]);
    desk.ask(&["follow", "Marigold"]);
    assert!(desk.ask(&["alerts", "--send"]).1.contains("0 new alerts, 0 delivered"));
    assert_eq!(desk.log(), [""; 0]);

    desk.add("evening-beacon");
    let (due, said) = desk.ask(&["alerts", "--send", "--dry-run"]);
    assert!(due.contains("# to log\n") && due.contains("REPORTEDLY_ALERT_NEWS=\"denial\""), "{due}\n{said}");
    assert!(desk.log().is_empty() && desk.ask(&["alerts", "--json"]).0.contains("\"alerts\": []"));

    let (_, said) = desk.ask(&["alerts", "--send"]);
    let log = desk.log();
    assert!(!log.is_empty() && said.contains(&format!("{} new alert", log.len())), "{said}: {log:?}");
    assert!(log.iter().all(|a| a["follow"] == "mill" && a["attempt"] == 1 && a["test"] == false), "{log:?}");
    desk.ask(&["rebuild", "-q"]);
    desk.ask(&["alerts", "--send"]);
    assert_eq!(desk.log().len(), log.len(), "each once");

    let (alerts, _) = desk.ask(&["alerts", "--json"]);
    let alerts: serde_json::Value = serde_json::from_str(&alerts).expect("JSON");
    assert_eq!(alerts["alerts"][0]["deliveries"][0]["state"], "delivered");
    assert_eq!(alerts["alerts"][0]["id"], log[log.len() - 1]["id"]);
    let (following, _) = desk.ask(&["following"]);
    assert!(
        following.contains("1  mill  Ruddock mill") && following.contains("to log, desk; 0 alerts"),
        "{following}"
    );

    // What is forgotten is told no more and shown no more.
    let article = log[0]["links"][0]["article"].as_str().expect("an id");
    desk.ask(&["forget", article]);
    let (alerts, _) = desk.ask(&["alerts"]);
    assert!(alerts.contains("mill: an article that it quoted was forgotten"), "{alerts}");
    assert!(!alerts.contains(log[0]["text"].as_str().expect("words")), "{alerts}");

    desk.ask(&["unfollow", "mill"]);
    assert!(!desk.ask(&["following"]).0.contains("mill"));
    assert_eq!(desk.run(&["unfollow", "mill"]).status.code(), Some(1));
}

#[cfg(unix)]
#[test]
fn a_test_goes_out_marked_and_a_receiver_that_is_down_is_said_without_its_secrets() {
    let desk = Desk::new();
    desk.ask(&["alerts", "--test", "log"]);
    assert_eq!(desk.log()[0]["test"], true);
    let (shown, _) = desk.ask(&["alerts", "--test", "desk", "--dry-run"]);
    assert!(
        shown.contains("POST http://127.0.0.1:9/…\n") && shown.contains("Reportedly-Signature: t="),
        "{shown}"
    );
    assert!(!shown.contains("s3cret") && !shown.contains("pa5s"), "{shown}");
    let down = desk.run(&["alerts", "--test", "desk"]);
    let said = text(&down.stderr);
    assert_eq!(down.status.code(), Some(1));
    assert!(
        said.contains("desk: no connection") && !said.contains("pa5s") && !said.contains("s3cret"),
        "{said}"
    );
    for shown in [desk.ask(&["config"]).0, desk.ask(&["config", "--json"]).0, desk.ask(&["doctor"]).0] {
        assert!(!shown.contains("s3cret") && !shown.contains("pa5s"), "{shown}");
    }
}

#[test]
fn what_cannot_be_followed_is_said() {
    let desk = Desk::new();
    desk.add("le-fanal");
    let check = |arguments: &[&str], status: i32, expected: &str| {
        let output = desk.run(arguments);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {said}");
        assert!(said.contains(expected), "{arguments:?}: {said}");
    };
    check(&["follow"], 2, "required");
    check(&["follow", "(a"], 2, "^");
    check(&["follow", "a", "--story", "b"], 2, "cannot be used with");
    check(&["follow", "--story", "nothing"], 1, "no story or article with this id");
    check(&["follow", "a", "--to", "lug"], 2, "did you mean log?");
    check(&["follow", "a", "--name", " "], 2, "a name that can be seen");
    check(&["follow", "a", "--name", "7"], 2, "\"7\" would be taken for a number");
    check(&["alerts", "--retry", "lug"], 2, "did you mean log?");
    check(&["alerts", "--test", "phone"], 2, "there are log, desk");
    check(&["alerts", "--dry-run"], 2, "goes with --send or --test");
    check(&["unfollow", "a"], 1, "is not followed");
    desk.ask(&["follow", "Nadja Rook"]);
    check(&["follow", "Nadja Rook"], 2, "is followed already");
    desk.ask(&["follow", "Nadja Rook", "--name", "again"]);
    assert!(desk.ask(&["following"]).0.contains("2  again  "), "what failed has no number");
    assert_eq!(desk.ask(&["alerts", "--limit", "0"]), (String::new(), String::new()));
    check(&["unfollow", "Nadja"], 1, "is not followed");
}

#[cfg(unix)]
#[test]
fn what_reaches_nobody_is_said_and_sent_again_when_somebody_asks() {
    let desk = Desk::new();
    desk.add("harbour-wire");
    let (shown, _) = desk.ask(&["search", "Ruddock", "mill", "--json"]);
    let shown: serde_json::Value = serde_json::from_str(&shown).expect("JSON");
    let article = shown["found"][0]["id"].as_str().expect("an id").to_owned();
    let (example, _) = desk.ask(&["follow", "--story", &article, "--dry-run"]);
    assert!(!example.contains("new story") && example.contains("new origin"), "{example}");

    desk.ask(&["follow", "Ruddock", "mill", "--to", "desk", "--name", "mill"]);
    desk.add("evening-beacon");
    let down = desk.run(&["alerts", "--send"]);
    let said = text(&down.stderr);
    assert_eq!(down.status.code(), Some(1), "{said}");
    assert!(said.contains("desk: no connection") && said.contains(" 0 delivered, "), "{said}");
    assert!(said.contains(" until 20"), "{said}");
    // It waits: nothing is tried, and nothing goes wrong.
    let (_, said) = desk.ask(&["alerts", "--send"]);
    assert!(said.contains("0 new alerts, 0 delivered, ") && said.contains(" until 20"), "{said}");

    let path = desk.path("r.toml");
    let log = desk.path("log").display().to_string();
    let script = format!("cat >> {log:?}");
    fs::write(&path, format!("targets = [{{ name = \"desk\", command = [\"sh\", \"-c\", {script:?}] }}]"))
        .expect("written");
    let (_, said) = desk.ask(&["alerts", "--retry", "desk"]);
    assert!(!desk.log().is_empty() && !said.contains("wait"), "{said}");
}
