//! Stories for people.

use crate::{
    Style,
    style::{count, cut, visible},
};
use jiff::civil::Date;
use reportedly_story::{Claim, Development, Observation, Stance, Story};
use std::fmt::Write;

/// How much of a headline or a sentence is shown, in characters.
const EXCERPT: usize = 320;

/// One story with its origins and timeline.
pub fn story_text(story: &Story, of: &[Observation], style: Style) -> String {
    let mut out = String::new();
    one(&mut out, story, of, style);
    out
}

/// Below the stories shown, how many more there are; nothing where there are no more.
pub fn more_stories(shown: usize, all: usize, style: Style) -> String {
    if shown >= all {
        return String::new();
    }
    let more = count(all - shown, "story");
    let line = format!("… and {more} more (--limit {all} shows them all, --json gives everything)");
    format!("\n{}\n", style.faint(&line))
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
    if copies > 0 {
        facts.push(if copies == 1 {
            "1 of them a copy".to_owned()
        } else {
            format!("{copies} of them copies")
        });
    }
    if outlets.len() > 1 {
        facts.push(count(outlets.len(), "outlet"));
    }
    facts.push(format!("story {}", story.id));
    facts.retain(|f| !f.is_empty());
    line(style.faint(&style.wrapped(&facts.join(" · "), 2)));
    if !outlets.is_empty() {
        line(style.faint(&style.hanging(&outlets.join(", "), 2, 2)));
    }
    // One article tells its own story best; what is of interest is whom it has it from.
    if story.articles.len() == 1 {
        line(style.hanging(&origin_of_one(story, of), 2, 2));
        return;
    }
    if let Some(leading) = story.claims.first() {
        claim(&mut line, leading, story, of, style);
    }
    for denial in story.claims.iter().skip(1).filter(|c| denies(c)) {
        denied(&mut line, denial, of, style);
    }
    also(&mut line, story, style);
    let timeline = main_entries(story);
    if !timeline.is_empty() {
        line(String::new());
        line(format!("  {}", style.strong("Timeline")));
        for d in &timeline {
            let (date, status) = (pad(&d.date), d.told().word());
            let who = said_by(&d.articles, of);
            let text = format!("{date}  {status:8}  {} [{who}]", cut(&d.text, EXCERPT));
            // Colour after wrapping, or its codes would count as columns.
            let text = style.hanging(&text, 4, 4 + TEXT_COLUMN);
            line(text.replacen(status, &style.status(status), 1));
        }
    }
}

/// Whom the only article of a story has it from.
fn origin_of_one(story: &Story, of: &[Observation]) -> String {
    let own = story.articles.first().and_then(|m| of[m.article].reading.outlet.as_deref());
    let origins = story.claims.first().map(|c| c.origins.as_slice()).unwrap_or_default();
    let names: Vec<&str> =
        origins.iter().filter_map(|o| o.name.as_deref()).filter(|n| Some(*n) != own).collect();
    if names.is_empty() {
        "in its own voice".to_owned()
    } else {
        format!("according to {}", names.join("; "))
    }
}

/// Entries of a timeline that people are shown.
const SHOWN: usize = 12;

/// The entries that most articles tell of, in order of date; what is older than the story counts less.
fn main_entries(story: &Story) -> Vec<&Development> {
    let mut ranked: Vec<(usize, &Development)> = story.timeline.iter().enumerate().collect();
    ranked.sort_by_key(|(place, d)| {
        let within = story.first.is_none_or(|first| d.date.as_str() >= first.to_string().as_str());
        (std::cmp::Reverse(d.articles.len() + 2 * usize::from(within)), *place)
    });
    ranked.truncate(SHOWN);
    ranked.sort_by_key(|(place, _)| *place);
    ranked.into_iter().map(|(_, d)| d).collect()
}

/// Where the text of a timeline's entry begins behind its date and status.
const TEXT_COLUMN: usize = 23;

fn denies(claim: &Claim) -> bool {
    claim.articles.iter().any(|a| a.stance == Stance::Denies)
}

/// A date as people write it, in one width: "17 Mar 2031", "Mar 2031", "2031".
fn pad(date: &str) -> String {
    let day = |d: Date| d.strftime("%-d %b %Y").to_string();
    let written = match date.len() {
        7 => format!("{date}-01").parse::<Date>().map(|d| d.strftime("%b %Y").to_string()),
        _ => date.parse::<Date>().map(day),
    };
    format!("{:>11}", written.unwrap_or_else(|_| date.to_owned()))
}

fn said_by(articles: &[usize], of: &[Observation]) -> String {
    let mut names: Vec<String> = Vec::new();
    for a in articles {
        let name = outlet(&of[*a]);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let more = names.len().saturating_sub(2);
    names.truncate(2);
    let mut text = names.join(", ");
    if more > 0 {
        let _ = write!(text, " and {more} more");
    }
    text
}

fn outlet(o: &Observation) -> String {
    // Without an outlet, the name of the file is enough to find the page by.
    let file = || o.path.as_deref().and_then(|p| p.rsplit(['/', '\\']).next()).map(str::to_owned);
    o.reading.outlet.clone().or_else(file).unwrap_or_else(|| o.id.clone())
}

/// What is said, in quotation marks unless it brings its own.
fn quoted(text: &str) -> String {
    let text = cut(text, EXCERPT);
    if text.starts_with(['"', '“', '„', '«']) { text } else { format!("“{text}”") }
}

fn claim(line: &mut impl FnMut(String), claim: &Claim, story: &Story, of: &[Observation], style: Style) {
    line(String::new());
    let mut carriers: Vec<usize> = claim.articles.iter().map(|a| a.article).collect();
    carriers.dedup();
    let facts = format!(
        "{} of {}, {}",
        carriers.len(),
        count(story.articles.len(), "article"),
        count(claim.independent_origins, "independent origin")
    );
    line(format!("  {} {}", style.strong("Claim"), style.faint(&format!("({facts})"))));
    line(style.wrapped(&quoted(&claim.text), 4));
    for origin in &claim.origins {
        let name = origin.name.as_deref().unwrap_or("nobody named");
        let kind = origin.kind.map(|k| format!(" ({})", k.word())).unwrap_or_default();
        let via =
            origin.via.as_deref().filter(|v| *v != name).map(|v| format!(", to {v}")).unwrap_or_default();
        line(style.hanging(&format!("• {name}{kind}{via}"), 4, 6));
        let mut ways: Vec<(String, usize)> = Vec::new();
        for c in claim.articles.iter().filter(|c| origin.articles.contains(&c.article)) {
            // The origin stands above; what is of interest is by way of whom each outlet has it.
            let relays = c.chain.get(..c.chain.len().saturating_sub(1).max(1)).unwrap_or_default();
            let mut links: Vec<&str> = relays.iter().map(|l| l.as_deref().unwrap_or("unknown")).collect();
            let publisher = outlet(&of[c.article]);
            if let Some(first) = links.first_mut() {
                *first = &publisher;
            }
            let copy = story.articles.iter().any(|m| m.article == c.article && m.copy_of.is_some());
            let way = format!("{}{}", links.join(" ← "), if copy { " (copy)" } else { "" });
            match ways.iter_mut().find(|w| w.0 == way) {
                Some(same) => same.1 += 1,
                None => ways.push((way, 1)),
            }
        }
        let more = ways.len().saturating_sub(WAYS);
        for (way, times) in ways.iter().take(WAYS) {
            let times = if *times > 1 { format!(", {times} articles") } else { String::new() };
            line(style.hanging(&visible(&format!("{way}{times}")), 8, 10));
        }
        if more > 0 {
            line(style.faint(&format!("        and {more} more")));
        }
    }
}

/// Ways by which outlets have a claim from one origin that are shown.
const WAYS: usize = 8;

fn denied(line: &mut impl FnMut(String), claim: &Claim, of: &[Observation], style: Style) {
    line(String::new());
    line(format!("  {}", style.strong("Denied")));
    line(style.wrapped(&quoted(&claim.text), 4));
    for o in &claim.origins {
        let name = o.name.as_deref().unwrap_or("somebody unnamed");
        line(style.hanging(&format!("• {name} [{}]", said_by(&o.articles, of)), 4, 6));
    }
}

/// The other claims that several texts carry, a line each.
fn also(line: &mut impl FnMut(String), story: &Story, style: Style) {
    let others: Vec<&Claim> = story.claims.iter().skip(1).filter(|c| !denies(c)).collect();
    if others.is_empty() {
        return;
    }
    line(String::new());
    line(format!("  {}", style.strong("Also reported")));
    for claim in others.iter().take(ALSO) {
        // Who could be anybody is told once, whatever outlets spoke to him.
        let mut names: Vec<&str> = Vec::new();
        for name in claim.origins.iter().filter_map(|o| o.name.as_deref()) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let more = names.len().saturating_sub(3);
        names.truncate(3);
        let mut by = names.join("; ");
        if more > 0 {
            let _ = write!(by, " and {more} more");
        }
        line(style.hanging(&format!("• {} — {by}", quoted(&cut(&claim.text, ALSO_EXCERPT))), 4, 6));
    }
}

/// Further claims that are shown.
const ALSO: usize = 4;
/// How much of each, in characters.
const ALSO_EXCERPT: usize = 160;

/// "3 – 28 March 2031", "30 January – 2 February 2031".
pub fn span_of_dates(first: Option<Date>, last: Option<Date>) -> String {
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
    use super::{pad, quoted, span_of_dates};
    use jiff::civil::date;

    #[test]
    fn dates_stand_in_one_column() {
        let check = |date: &str, want: &str| assert_eq!(pad(date), want);
        check("2031-03-17", "17 Mar 2031");
        check("2031-03-07", " 7 Mar 2031");
        check("2031-03", "   Mar 2031");
        check("2031", "       2031");
    }

    #[test]
    fn what_is_quoted_already_is_not_quoted_again() {
        assert_eq!(quoted("It will sail"), "“It will sail”");
        assert_eq!(quoted("\"It will sail,\""), "\"It will sail,\"");
    }

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
