//! A reading for people.

use crate::{
    Style,
    style::{count, cut, visible},
    when,
};
use reportedly_read::{Reading, Role, When};
use reportedly_said::{Act, Statement, Status};
use std::fmt::Write;

/// How much of a statement or of a piece left aside is shown, in characters.
const EXCERPT: usize = 240;

/// Everything about a page that a reader wants to see: head, dates with their evidence, the article, who said what
/// by way of whom, and what was left aside.
pub fn reading_text(path: Option<&str>, r: &Reading, style: Style) -> String {
    let mut out = String::new();
    let mut line = |text: &str| {
        out.push_str(text);
        out.push('\n');
    };
    if let Some(path) = path {
        line(&style.faint(&visible(path)));
    }
    if !r.kind.is_article() {
        line(&style.wrapped(&format!("No article on this page: {}.", kind_in_words(r)), 0));
    }
    if let Some(title) = &r.title {
        line(&style.strong(&style.wrapped(title, 0)));
    }
    let mut head: Vec<String> = Vec::new();
    if !r.authors.is_empty() {
        head.push(format!("By {}", r.authors.join(", ")));
    }
    if !r.agencies.is_empty() {
        head.push(format!("Agencies: {}", r.agencies.join(", ")));
    }
    head.extend(r.outlet.clone());
    match r.kind.word() {
        "live-blog" => head.push("live blog".to_owned()),
        "stub" => head.push("only the beginning of the article".to_owned()),
        _ => {}
    }
    if r.minutes() > 0 {
        head.push(format!("{} min read", r.minutes()));
    }
    if !head.is_empty() {
        line(&style.wrapped(&head.join(" · "), 0));
    }
    line(&style.wrapped(&published(r), 0));
    for e in r.published.evidence.iter().take(6) {
        let text = format!("{}: “{}” says {}", e.rule, cut(&e.text, 120), when(&e.says));
        line(&style.faint(&style.hanging(&text, 2, 4)));
    }
    if let Some(updated) = &r.updated {
        line(&style.wrapped(&format!("Updated {}", readable(updated)), 0));
    }
    if let Some(image) = r.images.iter().find(|i| i.caption.is_some() || i.credit.is_some()) {
        let credit = image.credit.as_ref().map(|c| format!(" (credit: {c})")).unwrap_or_default();
        line(&style.hanging(&format!("Picture: {}{credit}", image.caption.as_deref().unwrap_or("–")), 0, 2));
    }
    for block in &r.blocks {
        let words = block.span.of(&r.text);
        line("");
        match block.role {
            Role::Subhead => line(&style.strong(&style.wrapped(words, 0))),
            Role::ListItem => line(&style.hanging(&format!("• {words}"), 0, 2)),
            Role::Quote | Role::Embed => line(&style.wrapped(words, 4)),
            Role::Table => {
                for row in words.lines() {
                    line(&style.hanging(row, 2, 4));
                }
            }
            _ => line(&style.wrapped(words, 0)),
        }
    }
    if !r.statements.is_empty() {
        line("");
        line(&style.strong("Who said what"));
        for s in &r.statements {
            statement(&mut line, s, r, style);
        }
    }
    if !r.other.is_empty() {
        line("");
        line(&style.strong("Left aside"));
        for o in &r.other {
            let text = format!("{}: {}", o.role.word(), cut(o.text.trim(), 160));
            line(&style.faint(&style.hanging(&text, 2, 4)));
        }
    }
    if !r.diagnostics.is_empty() {
        line("");
        line(&style.strong("Notes"));
        for d in &r.diagnostics {
            line(&style.hanging(d, 2, 4));
        }
    }
    out
}

fn kind_in_words(r: &Reading) -> &'static str {
    match r.kind.word() {
        "index" => "a front, section or search page",
        "video" => "a video page",
        "forum" => "a discussion",
        "gallery" => "a picture gallery",
        "error" => "an error page",
        "wall" => "a request to log in, to register or to accept cookies",
        _ => "nothing to read",
    }
}

fn statement(line: &mut impl FnMut(&str), s: &Statement, r: &Reading, style: Style) {
    let source = s.source.as_ref().map_or("somebody unnamed", |p| p.name.as_str());
    let mut way: Vec<&str> = vec![source];
    way.extend(s.relays.iter().rev().map(|p| p.name.as_str()));
    let act = match s.act {
        Act::Speech => String::new(),
        other => format!("{}, ", other.word()),
    };
    let head = visible(&way.join(" → "));
    line(&format!("  {} {}", style.strong(&head), style.faint(&format!("({act}{})", status(s)))));
    let content: Vec<&str> = s.content.iter().map(|c| c.of(&r.text)).collect();
    line(&style.wrapped(&cut(&content.join(" … "), EXCERPT), 4));
    // Dates inside what is said, where they are more than the words themselves tell.
    let dates: Vec<String> = r
        .times
        .iter()
        .filter(|t| s.content.iter().any(|c| c.contains(t.span)))
        .filter_map(|t| t.value.as_ref().map(|v| (t.span.of(&r.text), v)))
        .filter(|(_, v)| v.starts_with(|c: char| c.is_ascii_digit()))
        .map(|(words, v)| format!("{words} = {v}"))
        .collect();
    if !dates.is_empty() {
        line(&style.faint(&style.wrapped(&dates.join("; "), 4)));
    }
}

/// The status in words: what is only negated is not yet a denial of anybody's claim.
fn status(s: &Statement) -> &'static str {
    match s.status {
        Status::Denied if s.reason.starts_with("negation:") => "negated",
        other => other.word(),
    }
}

fn published(r: &Reading) -> String {
    let p = &r.published;
    match (&p.best, p.earliest, p.latest) {
        (Some(best), earliest, latest) if earliest == latest => format!("Published {}", readable(best)),
        (Some(best), Some(e), Some(l)) => {
            format!("Published {}, in any case between {e} and {l}", readable(best))
        }
        (Some(best), _, _) => format!("Published {}", readable(best)),
        (None, Some(e), Some(l)) => format!("Published between {e} and {l}"),
        (None, Some(e), None) => format!("Published on {e} or later"),
        (None, None, Some(l)) => format!("Published on {l} or earlier"),
        (None, None, None) => "Publication date unknown".to_owned(),
    }
}

fn readable(date: &When) -> String {
    when(date).replace('T', " ")
}

/// What `read` says on standard error when it is done: how much was an article, and of what kind the rest was.
pub fn summary(articles: usize, others: &[(&str, usize)]) -> String {
    let mut text = count(articles, "article");
    let all: usize = others.iter().map(|o| o.1).sum();
    if all > 0 {
        let kinds: Vec<String> = others.iter().map(|(kind, n)| format!("{n} {kind}")).collect();
        let _ = write!(text, ", {} without an article ({})", count(all, "page"), kinds.join(", "));
    }
    text
}
