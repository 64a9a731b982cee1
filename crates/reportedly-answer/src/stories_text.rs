//! Stories for people.

use crate::{
    Style,
    style::{count, cut, visible},
};
use jiff::civil::Date;
use reportedly_story::{Claim, Observation, Stance, Story};
use std::fmt::Write;

/// How much of a headline or a sentence is shown, in characters.
const EXCERPT: usize = 320;

/// What people are shown of a set of stories.
#[derive(Clone, Copy, Debug, Default)]
pub struct StoriesView {
    /// At most so many stories; all of them where it is `None`.
    pub limit: Option<usize>,
    /// Where articles have no outlet, name them by their path.
    pub style: Style,
}

/// The stories, newest first, each with its origins and timeline.
pub fn stories_text(stories: &[Story], of: &[Observation], view: StoriesView) -> String {
    let mut out = String::new();
    let shown = view.limit.unwrap_or(stories.len()).min(stories.len());
    for (i, story) in stories[..shown].iter().enumerate() {
        if i > 0 {
            out.push('\n');
        }
        one(&mut out, story, of, view.style);
    }
    if shown < stories.len() {
        let _ = writeln!(
            out,
            "\n{}",
            view.style.faint(&format!(
                "… and {} more (--limit {} shows them all, --json gives everything)",
                count(stories.len() - shown, "story"),
                stories.len()
            ))
        );
    }
    out
}

fn one(out: &mut String, story: &Story, of: &[Observation], style: Style) {
    let mut line = |text: String| {
        out.push_str(&text);
        out.push('\n');
    };
    line(style.strong(&style.wrapped(&story.title, 0)));
    let copies = story.articles.iter().filter(|a| a.copy_of.is_some()).count();
    let mut outlets: Vec<&str> =
        story.articles.iter().filter_map(|a| of[a.article].reading.outlet.as_deref()).collect();
    outlets.sort_unstable();
    outlets.dedup();
    let mut facts = vec![span_of_dates(story.first, story.last), count(story.articles.len(), "article")];
    if !outlets.is_empty() {
        facts.push(count(outlets.len(), "outlet"));
    }
    if copies > 0 {
        facts.push(count(copies, "copy"));
    }
    facts.retain(|f| !f.is_empty());
    line(style.faint(&style.wrapped(&facts.join(" · "), 2)));
    if !outlets.is_empty() {
        line(style.faint(&style.hanging(&outlets.join(", "), 2, 2)));
    }
    if let Some(leading) = story.claims.first() {
        claim(&mut line, leading, story, style);
    }
    for denied in
        story.claims.iter().skip(1).filter(|c| c.articles.iter().any(|a| a.stance == Stance::Denies))
    {
        line(String::new());
        line(format!("  {}", style.strong("Denied")));
        line(style.wrapped(&format!("“{}”", cut(&denied.text, EXCERPT)), 4));
        for o in &denied.origins {
            line(style.wrapped(&format!("by {}", o.name.as_deref().unwrap_or("somebody unnamed")), 4));
        }
    }
    if !story.timeline.is_empty() {
        line(String::new());
        line(format!("  {}", style.strong("Timeline")));
        for d in &story.timeline {
            let who = said_by(&d.articles, of);
            let text = format!("{}  {:8}  {} [{who}]", pad(&d.date), d.status.word(), cut(&d.text, EXCERPT));
            let text = style.hanging(&text, 4, 26);
            // Colour after wrapping, or its codes would count as columns.
            line(text.replacen(d.status.word(), &style.status(d.status.word()), 1));
        }
    }
}

fn pad(date: &str) -> String {
    format!("{date:10}")
}

fn said_by(articles: &[usize], of: &[Observation]) -> String {
    let mut names: Vec<String> = Vec::new();
    for a in articles {
        let name = outlet(&of[*a]);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let more = names.len().saturating_sub(3);
    names.truncate(3);
    let mut text = names.join(", ");
    if more > 0 {
        let _ = write!(text, " and {more} more");
    }
    text
}

fn outlet(o: &Observation) -> String {
    o.reading.outlet.clone().or_else(|| o.path.clone()).unwrap_or_else(|| o.id.clone())
}

fn claim(line: &mut impl FnMut(String), claim: &Claim, story: &Story, style: Style) {
    line(String::new());
    let carriers = claim.articles.iter().filter(|a| a.stance == Stance::Asserts).count();
    line(format!(
        "  {} {}",
        style.strong("What most reports rest on"),
        style.faint(&format!(
            "({} of {}; {})",
            carriers,
            count(story.articles.len(), "article"),
            count(claim.independent_origins, "independent origin")
        ))
    ));
    line(style.wrapped(&format!("“{}”", cut(&claim.text, EXCERPT)), 4));
    for origin in &claim.origins {
        let kind = origin.kind.map(|k| format!(" ({})", k.word())).unwrap_or_default();
        let name = origin.name.as_deref().unwrap_or("nobody named");
        line(style.wrapped(&format!("Origin: {name}{kind}"), 4));
        let mut shown: Vec<String> = Vec::new();
        for c in claim.articles.iter().filter(|c| origin.articles.contains(&c.article)) {
            let links: Vec<&str> = c.chain.iter().map(|l| l.as_deref().unwrap_or("unknown")).collect();
            let copy = story.articles.iter().any(|m| m.article == c.article && m.copy_of.is_some());
            let text = format!("{}{}", visible(&links.join(" ← ")), if copy { "  (copy)" } else { "" });
            if !shown.contains(&text) {
                line(style.hanging(&text, 6, 8));
                shown.push(text);
            }
        }
    }
}

/// "3 – 28 March 2031", "30 January – 2 February 2031".
fn span_of_dates(first: Option<Date>, last: Option<Date>) -> String {
    let day = |d: Date| d.strftime("%-d %B %Y").to_string();
    match (first, last) {
        (Some(a), Some(b)) if a == b => day(a),
        (Some(a), Some(b)) if a.year() == b.year() && a.month() == b.month() => {
            format!("{} – {}", a.day(), day(b))
        }
        (Some(a), Some(b)) if a.year() == b.year() => format!("{} – {}", a.strftime("%-d %B"), day(b)),
        (Some(a), Some(b)) => format!("{} – {}", day(a), day(b)),
        (Some(a), None) | (None, Some(a)) => day(a),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::span_of_dates;
    use jiff::civil::date;

    #[test]
    fn spans_of_dates_say_no_more_than_needed() {
        let check = |a, b, want: &str| assert_eq!(span_of_dates(a, b), want);
        check(Some(date(2031, 3, 3)), Some(date(2031, 3, 28)), "3 – 28 March 2031");
        check(Some(date(2031, 1, 30)), Some(date(2031, 2, 2)), "30 January – 2 February 2031");
        check(Some(date(2030, 12, 30)), Some(date(2031, 1, 2)), "30 December 2030 – 2 January 2031");
        check(Some(date(2031, 3, 3)), Some(date(2031, 3, 3)), "3 March 2031");
        check(None, None, "");
    }
}
