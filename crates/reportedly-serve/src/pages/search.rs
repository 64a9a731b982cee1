//! The search, with the query language of the command line.

use super::{failed, frame};
use crate::{
    Desk,
    answer::{Frame, page},
    dates,
    kept::keep,
    story::outlet,
    words::Words,
};
use askama::Template;
use axum::{
    body::Body,
    extract::{Query, State},
    http::{HeaderMap, Response, StatusCode},
};
use jiff::Timestamp;
use reportedly_library::{
    Answer,
    search::{Ask, Query as Parsed},
};
use reportedly_text::Span;
use serde::Deserialize;

/// Stories that a page shows.
const SHOWN: usize = 20;

/// What may be asked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    from: usize,
}

#[derive(Template)]
#[template(path = "search.html")]
struct Page {
    frame: Frame,
    asked: Asked,
    /// What is wrong with what was asked.
    wrong: Option<String>,
    articles: usize,
    found: Vec<FoundView>,
    next: Option<usize>,
}

/// The best article of a story.
struct FoundView {
    story: Option<String>,
    id: String,
    title: Vec<(String, bool)>,
    outlet: String,
    known: String,
    snippet: Vec<(String, bool)>,
    others: usize,
    uncounted: bool,
}

/// What is found.
pub async fn show(
    State(desk): State<Desk>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response<Body> {
    let words = Words::of("en");
    let frame = frame(&desk, &headers, "search", words.say("search.title").to_owned());
    let mut page_of =
        Page { frame, asked: asked.clone(), wrong: None, articles: 0, found: Vec::new(), next: None };
    if asked.q.trim().is_empty() {
        return page(StatusCode::OK, &headers, &page_of);
    }
    let query = match Parsed::parse(&asked.q) {
        Ok(query) => query,
        Err(e) => {
            page_of.wrong = Some(e.to_string());
            return page(StatusCode::OK, &headers, &page_of);
        }
    };
    let from = asked.from;
    let read = desk.shelf.read(move |shelf, library| {
        let view = library.view(None)?;
        match shelf.index(library)? {
            Err(_) => Ok(None),
            Ok(index) => {
                let ask = Ask { as_of: None, now: Timestamp::now(), limit: SHOWN, offset: from };
                view.search(&index, &query, &ask).map(Some)
            }
        }
    });
    match read.await {
        Err(e) => return failed(&desk, &headers, &e),
        Ok(None) => {
            desk.wishes.catch_up();
            page_of.wrong = Some(words.say("search.no-index").to_owned());
        }
        Ok(Some(answer)) => fill(&mut page_of, &answer),
    }
    keep(page(StatusCode::OK, &headers, &page_of))
}

fn fill(page: &mut Page, answer: &Answer) {
    page.articles = answer.articles;
    page.next = answer.more.then_some(page.asked.from + SHOWN);
    page.found = answer
        .found
        .iter()
        .map(|found| {
            let reading = &found.observation.reading;
            let title = reading.title.as_deref().unwrap_or_default();
            FoundView {
                story: found.story.clone(),
                id: found.observation.id.clone(),
                title: marked(title, Span::new(0, title.len()), &found.title_hits),
                outlet: outlet(&found.observation),
                known: dates::day(dates::day_of(found.known_at)),
                snippet: marked(&reading.text, found.snippet.span, &found.snippet.hits),
                others: found.others,
                uncounted: found.uncounted,
            }
        })
        .collect();
}

/// A stretch of a text in pieces, each with whether it is to be marked.
fn marked(text: &str, within: Span, hits: &[Span]) -> Vec<(String, bool)> {
    let mut pieces = Vec::new();
    let mut at = within.start;
    let mut piece = |from: usize, to: usize, mark: bool| {
        if let Some(words) = text.get(from..to).filter(|words| !words.is_empty()) {
            pieces.push((words.to_owned(), mark));
        }
    };
    for hit in hits {
        if hit.start < at || hit.end > within.end {
            continue;
        }
        piece(at, hit.start, false);
        piece(hit.start, hit.end, true);
        at = hit.end;
    }
    piece(at, within.end, false);
    pieces
}
