//! Setting up: configuration, completions, manual pages, and what the doctor sees.

mod common;

use common::{folder, text};
use serde_json::Value;
use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Output},
};

/// A home with nothing in it.
struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        Self(folder())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes the configuration where it is looked for.
    fn configure(&self, text: &str) {
        let folder = self.path().join(".config/reportedly");
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("reportedly.toml"), text).expect("written");
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_reportedly"));
        command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."));
        // What is set on this machine is not the test's.
        command.args(arguments).env_clear().env("HOME", self.path());
        command.env("XDG_CONFIG_HOME", self.path().join(".config"));
        command.env("XDG_DATA_HOME", self.path().join(".local/share"));
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("it runs")
    }

    /// What the doctor says of one thing: state and words.
    fn doctor(&self, what: &str, arguments: &[&str]) -> (String, String, Option<i32>) {
        let output = self.run(&[&["doctor", "--json"], arguments].concat());
        let seen: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let checks = seen["checks"].as_array().expect("checks");
        let check = checks.iter().find(|c| c["check"] == what);
        let word = |name: &str| check.and_then(|c| c[name].as_str()).unwrap_or_default().to_owned();
        (word("state"), word("says"), output.status.code())
    }
}

/// Files, variables and flags reach the commands, each overruling the one before.
#[test]
fn a_setting_has_its_effect_and_the_last_to_speak_is_heard() {
    let home = Home::new();
    let stories = |variable: Option<&str>, arguments: &[&str]| {
        let mut command = home.command(&[&["stories", "examples/newsroom", "--quiet"], arguments].concat());
        command.envs(variable.map(|v| ("REPORTEDLY_LIMIT", v)));
        let told = text(&command.output().expect("it runs").stdout);
        let rest = told.lines().last().unwrap_or_default();
        rest.split(' ').nth(2).and_then(|n| n.parse::<usize>().ok()).expect("how many stories are not shown")
    };
    let rest = stories(None, &[]);
    home.configure("limit = 1\ncolor = 'always'");
    assert_eq!(stories(None, &[]), rest + 9);
    assert_eq!(stories(Some("2"), &[]), rest + 8);
    assert_eq!(stories(Some("2"), &["--limit", "3"]), rest + 7);

    let coloured = |arguments: &[&str]| {
        let page = "examples/newsroom/radio-lumen/page-4471.txt";
        text(&home.run(&[&["read", page], arguments].concat()).stdout).contains('\x1b')
    };
    assert!(coloured(&[]) && !coloured(&["--color", "never"]));
    // Programs get the same whatever is set.
    let json = home.run(&["stories", "examples/newsroom", "--json"]);
    assert!(
        serde_json::from_slice::<Value>(&json.stdout).expect("JSON")["stories"]
            .as_array()
            .expect("stories")
            .len()
            > 1
    );
}

#[test]
fn where_everything_comes_from_is_told() {
    let home = Home::new();
    home.configure("# mine\nlimit = 4\n\nlibrary = \"news\"");
    let output = home.command(&["config", "--json", "--color", "never"]).env("REPORTEDLY_JOBS", "3").output();
    let told: Value = serde_json::from_slice(&output.expect("it runs").stdout).expect("JSON");
    let file = home.path().join(".config/reportedly/reportedly.toml");
    assert_eq!((told["file"].as_str(), told["found"].as_bool()), (file.to_str(), Some(true)));
    let check = |key: &str, value: Value, origin: &str, at: Option<String>| {
        let of = &told["settings"][key];
        assert_eq!(
            (&of["value"], of["origin"].as_str(), of["at"].as_str()),
            (&value, Some(origin), at.as_deref()),
            "{key}"
        );
    };
    check("limit", 4.into(), "file", Some(format!("{}:2", file.display())));
    check(
        "library",
        home.path().join(".config/reportedly/news").to_str().into(),
        "file",
        Some(format!("{}:4", file.display())),
    );
    check("jobs", 3.into(), "variable", Some("REPORTEDLY_JOBS".to_owned()));
    check("color", "never".into(), "flag", Some("--color".to_owned()));
    check("pages", "all".into(), "default", None);
}

#[test]
fn a_configuration_that_is_wrong_stops_every_command_that_heeds_it() {
    let home = Home::new();
    home.configure("limits = 3\njobs = 'all'");
    for arguments in [&["read", "-"][..], &["stories", "-"], &["config"]] {
        let output = home.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let told = text(&output.stderr);
        assert!(told.contains("reportedly.toml:1: unknown key \"limits\": did you mean limit?\n"), "{told}");
        assert!(
            told.contains("reportedly.toml:2: jobs = \"all\": give a whole number from 1 to 65535\n"),
            "{told}"
        );
    }
    for arguments in [&["--help"][..], &["completions", "bash"], &["man"], &["config", "--example"]] {
        assert!(home.run(arguments).status.success(), "{arguments:?}");
    }
    let (state, says, status) = home.doctor("configuration", &[]);
    assert!(state == "problem" && says.contains("limits") && status == Some(1), "{state} {says} {status:?}");
}

/// The names of all commands, from the help.
fn commands() -> Vec<String> {
    let help = text(&Home::new().run(&["--help"]).stdout);
    // Indented by two, and neither an example nor an option.
    let lines = help
        .lines()
        .filter_map(|l| l.strip_prefix("  "))
        .filter(|l| l.starts_with(|c: char| c.is_lowercase()));
    let names = lines.filter_map(|l| l.split_whitespace().next());
    let names: Vec<_> = names.filter(|n| !["reportedly", "curl"].contains(n)).map(str::to_owned).collect();
    assert!(names.len() > 5 && names.contains(&"stories".to_owned()), "{names:?}");
    names
}

#[test]
fn every_shell_completes_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = Home::new().run(&["completions", shell]);
        assert!(output.status.success(), "{shell}");
        let script = text(&output.stdout);
        for name in commands().iter().map(String::as_str).chain(["--as-of", "--library"]) {
            let name = if shell == "fish" { name.trim_start_matches('-') } else { name };
            assert!(script.contains(name), "{shell}: {name}");
        }
    }
}

#[test]
fn every_command_has_a_page_of_the_manual() {
    let home = Home::new();
    let folder = home.path().join("man");
    assert!(home.run(&["man", "--dir", folder.to_str().expect("UTF-8")]).status.success());
    let page = |name: &str| {
        let path = folder.join(format!("{name}.1"));
        fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    };
    let sections = [
        "NAME",
        "SYNOPSIS",
        "DESCRIPTION",
        "OPTIONS",
        "EXAMPLES",
        "\"EXIT STATUS\"",
        "ENVIRONMENT",
        "FILES",
        "\"SEE ALSO\"",
    ];
    let whole = page("reportedly");
    for name in commands().iter().filter(|n| *n != "help") {
        let text = page(&format!("reportedly-{name}"));
        for section in sections {
            assert!(text.contains(&format!(".SH {section}\n")), "{name}: {section}");
        }
        let examples = text.split(".SH EXAMPLES\n.nf\n").nth(1).unwrap_or_default();
        assert!(
            examples.split(".fi").next().unwrap_or_default().contains(&format!("reportedly {name}")),
            "{name}"
        );
        assert!(whole.contains(&format!("reportedly\\-{name}(1)")), "{name}");
        let printed = home.run(&["man", name]).stdout;
        assert!(printed == text.as_bytes(), "{name}: printed and written are the same");
    }
    let output = home.run(&["man", "sing"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("there are read, "));
}

#[test]
fn the_doctor_finds_what_is_wrong_with_the_library() {
    let home = Home::new();
    let at = |name: &str| home.path().join(name).to_str().expect("UTF-8").to_owned();
    let check = |folder: &str, state: &str, says: &str| {
        let (found, words, status) = home.doctor("library", &["--library", folder]);
        assert!(found == state && words.contains(says), "{folder}: {found}: {words}");
        assert_eq!(status, Some(i32::from(state == "problem")), "{folder}");
    };
    check(&at("none"), "warning", "none yet");
    fs::write(home.path().join("file"), "").expect("written");
    check(&at("file"), "problem", "is no folder");
    fs::create_dir(home.path().join("news")).expect("a folder");
    check(&at("news"), "ok", "news");
    let left = |name: &str| fs::read_dir(home.path().join(name)).expect("a folder").count();
    assert_eq!((left("."), left("news")), (2, 0), "nothing is left behind");
    // Not even root can write here.
    if cfg!(target_os = "linux") {
        check("/sys/kernel", "problem", "not written to");
        check("/sys/kernel/news", "problem", "none can be made in /sys/kernel");
    }
}

#[test]
fn the_doctor_tells_a_database_from_what_is_none() {
    let home = Home::new();
    let folder = home.path().join("news");
    fs::create_dir(&folder).expect("a folder");
    let check = |content: Option<&[u8]>, state: &str, says: &str| {
        if let Some(content) = content {
            fs::write(folder.join("library.db"), content).expect("written");
        }
        let (found, words, _) = home.doctor("database", &["--library", folder.to_str().expect("UTF-8")]);
        assert!(found == state && words.contains(says), "{says}: {found}: {words}");
    };
    check(None, "warning", "none yet");
    check(Some(b"all that was, and long enough to be looked at as a database"), "problem", "is damaged");
    fs::remove_file(folder.join("library.db")).expect("removed");
    let root = env!("CARGO_MANIFEST_DIR");
    let pages = format!("{root}/../../examples/newsroom/vremnik");
    let library = folder.to_str().expect("UTF-8");
    let add = ["add", "--quiet", "--library", library, "--fetched", "2031-06-01", &pages];
    assert!(home.run(&add).status.success());
    check(None, "ok", "1 article in 1 story");
    let index = || home.doctor("search index", &["--library", library]);
    assert_eq!((index().0.as_str(), index().1.as_str()), ("ok", "up to date"));
    fs::write(folder.join("index/meta.json"), "{").expect("written");
    assert_eq!((index().0.as_str(), index().2), ("problem", Some(1)));
    fs::remove_dir_all(folder.join("index")).expect("removed");
    assert_eq!(index().0, "warning");
    let whole = fs::read(folder.join("library.db")).expect("a database");
    check(Some(&whole[..whole.len() / 2]), "problem", "is damaged");
}

#[test]
fn the_doctor_tells_who_writes() {
    let home = Home::new();
    let folder = home.path().to_str().expect("UTF-8");
    let writer = || home.doctor("writer", &["--library", folder]);
    let mut lock = fs::File::create(home.path().join("writer.lock")).expect("made");
    assert_eq!(writer().0, "", "nobody does");
    lock.lock().expect("locked");
    writeln!(lock, "4711").expect("written");
    assert_eq!((writer().0.as_str(), writer().1.as_str()), ("ok", "process 4711 is adding to the library"));
}

#[test]
fn the_doctor_sees_variables_and_terminals() {
    let home = Home::new();
    let with = |name: &str, value: &str| {
        let output = home.command(&["doctor"]).env("LANG", "C.UTF-8").env(name, value).output();
        text(&output.expect("it runs").stdout)
    };
    let told = with("REPORTEDLY_LIBARY", "x");
    assert!(
        told.contains("warning  variables      the variable REPORTEDLY_LIBARY means nothing: did you mean"),
        "{told}"
    );
    assert!(told.contains("ok       locale         C.UTF-8"), "{told}");
    assert!(with("LC_CTYPE", "POSIX").contains("warning  locale         POSIX"));
    assert!(with("REPORTEDLY_COLOR", "always").contains("answers are coloured"));
}

/// What could not be shown must not pass for shown.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_for_help_as_well() {
    let home = Home::new();
    for arguments in [
        &["--help"][..],
        &["--version"],
        &["help", "read"],
        &["read", "-h"],
        &["config"],
        &["man"],
        &["doctor"],
        &["completions", "zsh"],
    ] {
        let full = fs::File::options().write(true).open("/dev/full").expect("/dev/full");
        let output = home.command(arguments).stdout(full).output().expect("it runs");
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(text(&output.stderr).contains("os error 28"), "{arguments:?}: {}", text(&output.stderr));
    }
}
