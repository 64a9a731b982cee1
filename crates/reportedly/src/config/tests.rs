use super::{Color, Config, Environment, Flags, Origin, Pages, SETTINGS, nearest, variables};
use std::{fs, path::Path};

fn environment(variables: &[(&str, &str)]) -> Environment {
    variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect()
}

/// What comes of a file with this text, these variables and flags.
fn load(text: &str, variables: &[(&str, &str)], flags: &Flags) -> (Config, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("r.toml");
    fs::write(&path, text).expect("written");
    let flags = Flags { config: Some(path), ..flags.clone() };
    (Config::load(&flags, &environment(variables)), folder)
}

#[test]
fn a_variable_overrules_the_file_and_a_flag_both() {
    let (config, folder) = load("# mine\ncolor = 'never'\nlimit = 3\njobs = 2", &[], &Flags::default());
    let settings = config.settings().expect("no problems");
    let file = folder.path().join("r.toml");
    assert_eq!((settings.color.value, settings.limit.value, settings.jobs()), (Color::Never, 3, 2));
    assert_eq!(settings.color.origin, Origin::File(file.clone(), 2));
    assert_eq!(settings.pages.origin, Origin::Default);

    let given = [("REPORTEDLY_COLOR", "always"), ("REPORTEDLY_PAGES", "none")];
    let (config, _folder) = load("color = 'never'", &given, &Flags::default());
    let settings = config.settings().expect("no problems");
    assert_eq!((settings.color.value, settings.pages.value), (Color::Always, Pages::None));
    assert_eq!(settings.color.origin.to_string(), "REPORTEDLY_COLOR");

    let flags = Flags { color: Some(Color::Auto), ..Flags::default() };
    let (config, _folder) = load("color = 'never'", &given, &flags);
    let settings = config.settings().expect("no problems");
    assert_eq!(
        (settings.color.value, settings.color.origin.to_string()),
        (Color::Auto, "--color".to_owned())
    );
}

#[test]
fn wrong_values_are_told_with_their_place_and_what_is_allowed() {
    let check = |text: &str, variables: &[(&str, &str)], expected: &str| {
        let (config, folder) = load(text, variables, &Flags::default());
        let told = config.settings().map_or_else(|e| e.to_string(), |_| "nothing".to_owned());
        assert_eq!(
            told.replace(&format!("{}/", folder.path().display()), ""),
            expected,
            "{text} {variables:?}"
        );
    };
    check("\njobs = 0", &[], "r.toml:2: jobs = 0: give a whole number from 1 to 65535");
    check("jobs = \"4\"", &[], "r.toml:1: jobs = \"4\": give a whole number from 1 to 65535");
    check("jobs = 70000", &[], "r.toml:1: jobs = 70000: give a whole number from 1 to 65535");
    check("limit = -1", &[], "r.toml:1: limit = -1: give a whole number");
    check("limit = 1_000\njobs = 0x10", &[], "nothing");
    check("pages = 'some'", &[], "r.toml:1: pages = \"some\": give \"all\" or \"none\"");
    check("[pages]\nkeep = 1", &[], "r.toml:1: pages = {…}: give \"all\" or \"none\"");
    check("color = true", &[], "r.toml:1: color = true: give \"auto\", \"always\" or \"never\"");
    check(
        "library = 3",
        &[],
        "r.toml:1: library = 3: give a folder; in the file, ~/ is the home directory and others are relative to the file",
    );
    check(
        "",
        &[("REPORTEDLY_JOBS", "many")],
        "REPORTEDLY_JOBS: \"many\": give a whole number from 1 to 65535",
    );
    check(
        "",
        &[("REPORTEDLY_JOBS", "1"), ("REPORTEDLY_JOBS_FILE", "x")],
        "REPORTEDLY_JOBS and REPORTEDLY_JOBS_FILE are both set: keep one of them",
    );
    check(
        "retention = [\n  { drop = \"pages\", after = \"90 days\" },\n  { drop = \"pages\", after = \"soon\" },\n]",
        &[],
        "r.toml:3: retention: after = \"soon\": give a number of days, weeks, months or years: \"90 days\"",
    );
    check(
        "[[retention]]\ndrop = 'pages'\nafter = '1 year'\n\n[[retention]]\ndrop = 'all'\nafter = '1 year'",
        &[],
        "r.toml:5: retention: drop: give \"pages\" or \"articles\"",
    );
    check(
        "retention = 3",
        &[],
        "r.toml:1: retention = 3: give a list of rules like { drop = \"pages\", after = \"90 days\" }; see `reportedly retain --help`",
    );
    // All that is wrong is said at once, what a variable overrules as well.
    check(
        "jobs = 0\ncolour = 1",
        &[("REPORTEDLY_JOBS", "1")],
        "r.toml:1: jobs = 0: give a whole number from 1 to 65535\n  \
         r.toml:2: unknown key \"colour\": did you mean color?",
    );
}

#[test]
fn a_variable_may_name_the_file_that_holds_the_value() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("jobs");
    fs::write(&path, "3\r\n").expect("written");
    let given = [("REPORTEDLY_JOBS_FILE", path.to_str().expect("UTF-8"))];
    let (config, _folder) = load("jobs = 2", &given, &Flags::default());
    let settings = config.settings().expect("no problems");
    assert_eq!((settings.jobs(), settings.jobs.origin.to_string()), (3, "REPORTEDLY_JOBS_FILE".to_owned()));
    let (config, _folder) = load("", &[("REPORTEDLY_JOBS_FILE", "/no/such/file")], &Flags::default());
    assert!(config.problems[0].starts_with("REPORTEDLY_JOBS_FILE: /no/such/file: "), "{:?}", config.problems);
}

#[test]
fn paths_in_the_file_are_relative_to_it() {
    let (config, folder) = load("library = 'news'", &[], &Flags::default());
    assert_eq!(config.settings().and_then(super::Settings::library).ok(), Some(&*folder.path().join("news")));
    let (config, _folder) = load("library = '/srv/news'", &[], &Flags::default());
    assert_eq!(config.settings().and_then(super::Settings::library).ok(), Some(Path::new("/srv/news")));
}

#[test]
fn a_file_that_was_asked_for_must_be_there() {
    let flags = Flags { config: Some("/no/such/file".into()), ..Flags::default() };
    let config = Config::load(&flags, &Environment::new());
    assert!(config.problems[0].starts_with("/no/such/file: "), "{:?}", config.problems);
    let config = Config::load(&Flags::default(), &environment(&[("REPORTEDLY_CONFIG", "/no/such/file")]));
    assert_eq!(config.problems.len(), 1);
}

#[test]
fn variables_that_mean_nothing_are_found() {
    let given = environment(&[
        ("REPORTEDLY_LIBARY", "x"),
        ("REPORTEDLY_LIBRARY", "x"),
        ("REPORTEDLY_JOBS_FILE", "x"),
        ("REPORTEDLY_CONFIG", "x"),
    ]);
    let config = Config::load(&Flags::default(), &given);
    assert_eq!(config.unknown, ["REPORTEDLY_LIBARY"]);
    assert_eq!(nearest("REPORTEDLY_LIBARY", variables()).as_deref(), Some("REPORTEDLY_LIBRARY"));
}

#[test]
fn every_setting_is_told_in_order_and_none_twice() {
    let (config, _folder) = load("", &[], &Flags::default());
    let told = config.settings_so_far().in_force().map(|(setting, ..)| setting.key);
    assert_eq!(told, SETTINGS.map(|s| s.key));
}
