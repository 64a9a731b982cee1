//! What a search found: as JSON, and for people.

use crate::{
    Style,
    style::{count, visible},
};
use jiff::Timestamp;
use reportedly_read::{Reading, When};
use reportedly_text::{CodePoints, Span};
use serde::Serialize;
use std::fmt::Write;

/// The best article of a story, as it was found.
#[derive(Clone, Copy, Debug)]
pub struct FoundArticle<'f> {
    /// The article's id.
    pub id: &'f str,
    /// Its file, if any.
    pub path: Option<&'f str>,
    /// What it says.
    pub reading: &'f Reading,
    /// When it was known.
    pub known_at: Timestamp,
    /// Its story's id.
    pub story: Option<&'f str>,
    /// How many other articles of the story were found, at least.
    pub others: usize,
    /// Whether there may be more of them.
    pub uncounted: bool,
    /// How well it answers.
    pub score: f64,
    /// The stretch of its text that is shown.
    pub snippet: Span,
    /// The words in it that were asked for.
    pub hits: &'f [Span],
    /// Those in the title.
    pub title_hits: &'f [Span],
}

/// What was asked, and how much there is.
#[derive(Clone, Copy, Debug)]
pub struct Searched<'f> {
    /// The query.
    pub query: &'f str,
    /// The date asked for, as it was given.
    pub as_of: Option<&'f str>,
    /// How many articles match.
    pub articles: usize,
    /// How many stories were passed over.
    pub offset: usize,
    /// Whether there are stories after these.
    pub more: bool,
}

/// The answer to `search`.
#[derive(Debug, Serialize)]
pub struct SearchAnswer<'f> {
    query: &'f str,
    as_of: Option<&'f str>,
    articles: usize,
    more: bool,
    found: Vec<FoundAnswer<'f>>,
}

#[derive(Debug, Serialize)]
struct FoundAnswer<'f> {
    story: Option<&'f str>,
    id: &'f str,
    path: Option<&'f str>,
    url: Option<&'f str>,
    title: Option<&'f str>,
    outlet: Option<&'f str>,
    published: Option<String>,
    known_at: String,
    score: f64,
    snippet: SnippetAnswer<'f>,
    hits: Vec<HitAnswer>,
    others: usize,
    others_at_least: bool,
}

#[derive(Debug, Serialize)]
struct SnippetAnswer<'f> {
    start: usize,
    end: usize,
    text: &'f str,
}

#[derive(Debug, Serialize)]
struct HitAnswer {
    start: usize,
    end: usize,
    #[serde(rename = "in", skip_serializing_if = "Option::is_none")]
    part: Option<&'static str>,
}

/// Puts what was found into the published shape: spans in code points of the reading's text, or of its title.
pub fn found<'f>(searched: &Searched<'f>, articles: &[FoundArticle<'f>]) -> SearchAnswer<'f> {
    SearchAnswer {
        query: searched.query,
        as_of: searched.as_of,
        articles: searched.articles,
        more: searched.more,
        found: articles.iter().map(article).collect(),
    }
}

fn article<'f>(found: &FoundArticle<'f>) -> FoundAnswer<'f> {
    let reading = found.reading;
    let points = CodePoints::new(&reading.text);
    let hit = |points: &CodePoints<'_>, span: &Span, part| HitAnswer {
        start: points.at(span.start),
        end: points.at(span.end),
        part,
    };
    let title = CodePoints::new(reading.title.as_deref().unwrap_or_default());
    let hits = found.title_hits.iter().map(|h| hit(&title, h, Some("title")));
    FoundAnswer {
        story: found.story,
        id: found.id,
        path: found.path,
        url: reading.url.as_deref(),
        title: reading.title.as_deref(),
        outlet: reading.outlet.as_deref(),
        published: reading.published.best.as_ref().map(|p| p.day().to_string()),
        known_at: found.known_at.to_string(),
        score: found.score,
        snippet: SnippetAnswer {
            start: points.at(found.snippet.start),
            end: points.at(found.snippet.end),
            text: found.snippet.of(&reading.text),
        },
        hits: hits.chain(found.hits.iter().map(|h| hit(&points, h, None))).collect(),
        others: found.others,
        others_at_least: found.uncounted,
    }
}

/// What was found, for people: headline, outlet, day, story, and the words around what was asked for.
pub fn found_text(searched: &Searched<'_>, articles: &[FoundArticle<'_>], style: Style) -> String {
    let mut out = String::new();
    if articles.is_empty() {
        match (searched.articles, searched.as_of) {
            (0, None) => out.push_str("Nothing found.\n"),
            (0, Some(_)) => out.push_str("Nothing found that was known by then.\n"),
            (n, _) if searched.more => {
                let _ = writeln!(out, "{} match; --limit 1 or more shows them", count(n, "article"));
            }
            _ => out.push_str("No more stories.\n"),
        }
        return out;
    }
    for (i, found) in articles.iter().enumerate() {
        if i > 0 {
            out.push('\n');
        }
        let reading = found.reading;
        let title = reading.title.as_deref().unwrap_or("(no title)");
        out.push_str(&style.strong(&style.wrapped(title, 0)));
        out.push('\n');
        let day = reading.published.best.as_ref().map(When::day).map(|d| d.to_string());
        let mut facts: Vec<String> = reading.outlet.iter().cloned().collect();
        facts.extend(day);
        facts.extend(found.story.map(|s| format!("story {s}")));
        if found.others > 0 {
            let least = if found.uncounted { "at least " } else { "" };
            facts.push(format!("{least}{}", count(found.others, "other article")));
        }
        out.push_str(&style.faint(&style.wrapped(&facts.join(" · "), 2)));
        out.push('\n');
        if !found.snippet.is_empty() {
            out.push_str(&excerpt(found, style));
            out.push('\n');
        }
    }
    if searched.more {
        let next = searched.offset + articles.len();
        let _ = writeln!(
            out,
            "\n{}",
            style.faint(&format!(
                "{} match; --offset {next} shows the next stories",
                count(searched.articles, "article")
            ))
        );
    }
    out
}

/// The snippet with what was asked for set off.
fn excerpt(found: &FoundArticle<'_>, style: Style) -> String {
    let text = &found.reading.text;
    let mut shown = String::new();
    if found.snippet.start > 0 {
        shown.push_str("… ");
    }
    let mut at = found.snippet.start;
    for hit in found.hits {
        shown.push_str(&visible(Span::new(at, hit.start).of(text)));
        shown.push_str(&style.strong(&visible(hit.of(text))));
        at = hit.end;
    }
    shown.push_str(&visible(Span::new(at, found.snippet.end).of(text)));
    if found.snippet.end < text.len() {
        shown.push_str(" …");
    }
    let options = textwrap::Options::new(style.width.max(22)).initial_indent("  ").subsequent_indent("  ");
    textwrap::fill(&shown, options)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading() -> Reading {
        Reading {
            title: Some("Die Kräne von Ruddock ruhen".to_owned()),
            outlet: Some("Hafenblatt".to_owned()),
            text: "Über den Hafen.\n\nDie Kräne ruhen seit gestern.\x1b[2J Wer weiß, wie lange.".to_owned(),
            ..Reading::default()
        }
    }

    fn shown<'f>(reading: &'f Reading, hits: &'f [Span], title_hits: &'f [Span]) -> FoundArticle<'f> {
        let start = reading.text.find("Die").unwrap();
        let end = reading.text.find(" Wer").unwrap();
        FoundArticle {
            id: "a",
            path: None,
            reading,
            known_at: Timestamp::UNIX_EPOCH,
            story: Some("s"),
            others: 2,
            uncounted: false,
            score: 1.5,
            snippet: Span::new(start, end),
            hits,
            title_hits,
        }
    }

    fn find(text: &str, word: &str) -> Span {
        let start = text.find(word).unwrap();
        Span::new(start, start + word.len())
    }

    const SEARCHED: Searched<'_> =
        Searched { query: "kräne", as_of: None, articles: 3, offset: 0, more: true };

    #[test]
    fn spans_count_code_points() {
        let reading = reading();
        let hits = [find(&reading.text, "Kräne")];
        let title_hits = [find(reading.title.as_deref().unwrap(), "Kräne")];
        let articles = [shown(&reading, &hits, &title_hits)];
        let json = serde_json::to_value(found(&SEARCHED, &articles)).unwrap();
        let article = &json["found"][0];
        let cut = |of: &str, span: &serde_json::Value| -> String {
            let (start, end) = (span["start"].as_u64().unwrap(), span["end"].as_u64().unwrap());
            of.chars().skip(start as usize).take((end - start) as usize).collect()
        };
        assert_eq!(cut(&reading.text, &article["snippet"]), article["snippet"]["text"].as_str().unwrap());
        assert_eq!(cut(article["title"].as_str().unwrap(), &article["hits"][0]), "Kräne");
        assert_eq!(article["hits"][0]["in"], "title");
        assert_eq!(cut(&reading.text, &article["hits"][1]), "Kräne");
    }

    #[test]
    fn people_see_the_words_and_no_page_steers_the_terminal() {
        let reading = reading();
        let hits = [find(&reading.text, "Kräne")];
        let articles = [shown(&reading, &hits, &[])];
        let plain = found_text(&SEARCHED, &articles, Style { width: 60, color: false });
        let want = "Die Kräne von Ruddock ruhen
  Hafenblatt · story s · 2 other articles
  … Die Kräne ruhen seit gestern.\\u{1b}[2J …

3 articles match; --offset 1 shows the next stories
";
        assert_eq!(plain, want);
        let colored = found_text(&SEARCHED, &articles, Style { width: 60, color: true });
        assert!(colored.contains("\x1b[1mKräne\x1b[0m") && !colored.contains("\x1b[2J"));
        let none = Searched { articles: 0, ..SEARCHED };
        assert_eq!(found_text(&none, &[], Style::default()), "Nothing found.\n");
    }
}
