//! Page fixtures: a folder each, the page beside what a careful reader finds on it.
//!
//! `tests/fixtures/<kind of page>/page.*` is read and compared with `expected.txt`. `cargo xtask fixture PAGE` makes
//! a new folder with what is read now, ready to correct by hand.

use jiff::civil::Date;
use reportedly_page::{Bearing, Form, Input, Page, read};
use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

/// Set by `cargo xtask fixture`: expectations that do not exist yet are written instead of missed.
const WRITE: &str = "REPORTEDLY_WRITE_FIXTURES";

#[test]
fn pages_are_read_as_a_careful_reader_would() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for folder in folders() {
        seen += 1;
        let page = page_in(&folder);
        let bytes = fs::read(&page).expect("the page");
        let found = shown(&read(&Input { bytes: &bytes, form: Form::Unknown, ..Input::default() }));
        let path = folder.join("expected.txt");
        match fs::read_to_string(&path) {
            Ok(expected) if expected == found => {}
            Ok(expected) => wrong.push(difference(&path, &expected, &found)),
            Err(_) if std::env::var_os(WRITE).is_some() => fs::write(&path, found).expect("written"),
            Err(e) => wrong.push(format!("{}: {e} (cargo xtask fixture makes it)", path.display())),
        }
    }
    assert!(seen > 0, "no fixtures");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut all: Vec<_> = fs::read_dir(root)
        .expect("the fixtures")
        .map(|e| e.expect("an entry").path())
        .filter(|p| p.is_dir())
        .collect();
    all.sort();
    all
}

fn page_in(folder: &Path) -> PathBuf {
    let mut files = fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path());
    files.find(|p| p.file_stem().is_some_and(|s| s == "page")).expect("a file named page.*")
}

/// A page as lines: facts, then the article's blocks, then what was left aside.
fn shown(page: &Page) -> String {
    let mut out = String::new();
    let mut line = |name: &str, text: &str| {
        let _ = writeln!(out, "{name}: {}", text.replace('\n', "\n    "));
    };
    line("kind", page.kind.word());
    for (name, value) in [("title", &page.title), ("outlet", &page.outlet), ("url", &page.url)] {
        if let Some(value) = value {
            line(name, value);
        }
    }
    for author in &page.authors {
        line("author", author);
    }
    for agency in &page.agencies {
        line("agency", agency);
    }
    if let Some(language) = page.language {
        line("language", language.code());
    }
    for (name, bearing) in [
        ("published", Bearing::Published),
        ("updated", Bearing::Updated),
        ("not after", Bearing::NotAfter),
        ("not before", Bearing::NotBefore),
    ] {
        if let Some(day) = strongest(page, bearing) {
            line(name, &day.to_string());
        }
    }
    for image in &page.images {
        if let Some(caption) = &image.caption {
            line("caption", caption);
        }
        if let Some(credit) = &image.credit {
            line("credit", credit);
        }
    }
    for diagnostic in &page.diagnostics {
        line("diagnostic", diagnostic);
    }
    line("\n==", "article");
    for block in &page.blocks {
        line(block.role.word(), block.span.of(&page.text));
    }
    line("\n==", "left aside");
    for other in &page.other {
        line(other.role.word(), other.text.trim());
    }
    out
}

/// The sum of weights from which on a day of publication is more than a guess.
const BELIEVED: u32 = 40;

/// The day that most speaks for: candidates that agree add up, and the first of equals wins.
fn strongest(page: &Page, bearing: Bearing) -> Option<Date> {
    let mut days: Vec<(Date, u32)> = Vec::new();
    for candidate in page.dates.iter().filter(|d| d.bearing == bearing) {
        let (day, weight) = (candidate.says.day(), u32::from(candidate.weight));
        match days.iter_mut().find(|(d, _)| *d == day) {
            Some((_, sum)) => *sum += weight,
            None => days.push((day, weight)),
        }
    }
    let most = days
        .iter()
        .map(|(_, sum)| *sum)
        .max()
        .filter(|sum| bearing != Bearing::Published || *sum >= BELIEVED)?;
    days.into_iter().find(|(_, sum)| *sum == most).map(|(day, _)| day)
}

fn difference(path: &Path, expected: &str, found: &str) -> String {
    let mut out = format!("{}\n", path.display());
    let (want, got): (Vec<_>, Vec<_>) = (expected.lines().collect(), found.lines().collect());
    for line in &want {
        if !got.contains(line) {
            let _ = writeln!(out, "  - {line}");
        }
    }
    for line in &got {
        if !want.contains(line) {
            let _ = writeln!(out, "  + {line}");
        }
    }
    if out.lines().count() == 1 {
        out.push_str("  the same lines in another order\n");
    }
    out
}
