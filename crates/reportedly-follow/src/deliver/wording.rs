//! An alert in words, for people.

use crate::{Alert, AlertOrigin, Link, News};
use std::fmt::Write as _;

/// Characters of a subject.
const SUBJECT: usize = 160;

/// The status of what took place, which says so with another verb than the others.
const HAPPENED: &str = "happened";

/// Text on one line that steers nothing: control characters, line ends and marks of direction become spaces.
pub fn one_line(text: &str) -> String {
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let plain: String = text.chars().map(|c| if steers(c) { ' ' } else { c }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What is new, in a few words.
fn what(alert: &Alert) -> String {
    match (alert.news, &alert.before, &alert.status) {
        (News::Story, ..) => "new story".to_owned(),
        (News::Origin, ..) if alert.origins.len() > 1 => "new origins".to_owned(),
        (News::Origin, ..) => "new origin".to_owned(),
        (News::Denial, ..) => "denied".to_owned(),
        (News::Status, _, Some(status)) if status == HAPPENED => "has happened".to_owned(),
        (News::Status, Some(before), Some(status)) => format!("{before}, now {status}"),
        (News::Status, ..) => "changed".to_owned(),
    }
}

/// One line that says what is new where.
pub fn subject(alert: &Alert) -> String {
    let subject = one_line(&format!("{}: {}: {}", alert.follow, what(alert), alert.headline));
    match subject.char_indices().nth(SUBJECT) {
        Some((end, _)) => format!("{}…", &subject[..end]),
        None => subject,
    }
}

/// The whole of it, without its subject.
pub fn text(alert: &Alert) -> String {
    let mut text = format!("{}\n", one_line(&alert.text));
    if let (Some(before), Some(status)) = (&alert.before, &alert.status) {
        let before = match before.as_str() {
            HAPPENED => "It was said to have happened".to_owned(),
            before => format!("It was {}", one_line(before)),
        };
        let _ = match status.as_str() {
            HAPPENED => writeln!(text, "{before}, and has happened now."),
            status => writeln!(text, "{before}, and is {} now.", one_line(status)),
        };
    }
    if !alert.origins.is_empty() {
        let who: Vec<String> = alert.origins.iter().map(origin).collect();
        let says = match (alert.news, who.len()) {
            (News::Denial, 1) => "Denies it",
            (News::Denial, _) => "Deny it",
            (_, 1) => "Says so",
            (_, _) => "Say so",
        };
        let _ = writeln!(text, "{says}: {}.", who.join("; "));
    }
    match (alert.news, alert.independent_origins) {
        (News::Denial, _) | (_, None | Some(0)) => {}
        (_, Some(1)) => text.push_str("It rests on 1 independent origin.\n"),
        (_, Some(n)) => {
            let _ = writeln!(text, "It rests on {n} independent origins.");
        }
    }
    for link in &alert.links {
        let _ = write!(text, "\n{}\n", article(link));
    }
    text
}

fn origin(origin: &AlertOrigin) -> String {
    match &origin.via {
        Some(via) => format!("{} (told to {})", one_line(&origin.name), one_line(via)),
        None => one_line(&origin.name),
    }
}

fn article(link: &Link) -> String {
    let parts = [link.title.as_deref(), link.outlet.as_deref()];
    let mut line: Vec<String> = parts.into_iter().flatten().map(one_line).collect();
    line.extend(link.published.map(|day| day.to_string()));
    let line = line.join(", ");
    match &link.url {
        Some(url) => format!("{line}\n{}", one_line(url)),
        None => line,
    }
}
