//! An article: its text with what was found in it, when it was published and what that rests on.

use super::{failed, frame, nothing};
use crate::{
    Desk,
    answer::{Frame, page},
    dates,
    story::{outlet, status},
};
use askama::Template;
use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, Response, StatusCode},
};
use reportedly_read::{Reading, Role};
use reportedly_said::{PartyKind, Statement};
use reportedly_text::Span;

#[derive(Template)]
#[template(path = "article.html")]
struct Page {
    frame: Frame,
    title: String,
    outlet: String,
    authors: String,
    agencies: String,
    minutes: usize,
    kind: &'static str,
    is_article: bool,
    url: Option<String>,
    published: Option<String>,
    bounds: Option<String>,
    evidence: Vec<(String, String, String)>,
    updated: Option<String>,
    story: Option<(String, String)>,
    blocks: Vec<BlockView>,
    images: Vec<(Option<String>, Option<String>)>,
    statements: Vec<Said>,
    other: Vec<(&'static str, String)>,
    diagnostics: Vec<String>,
}

/// A paragraph, a heading, a quotation.
struct BlockView {
    role: &'static str,
    pieces: Vec<Piece>,
}

/// A stretch of text with one set of marks.
struct Piece {
    text: String,
    /// "name" or "time", and what it means.
    mark: Option<(&'static str, String)>,
    /// Part of what somebody says: its number, its status, and who says it.
    said: Option<(usize, &'static str, String)>,
}

/// What somebody says.
struct Said {
    who: String,
    kind: Option<&'static str>,
    by_way_of: String,
    status: &'static str,
    reason: String,
    content: String,
}

/// Shows an article.
pub async fn show(State(desk): State<Desk>, Path(id): Path<String>, headers: HeaderMap) -> Response<Body> {
    let wanted = id.clone();
    let read = desk.shelf.read(move |_, library| {
        let view = library.view(None)?;
        let Some(found) = view.article(&wanted)? else { return Ok(None) };
        let story = match view.story(&wanted)? {
            Some(story) => {
                let title = view.article(&story.id)?.and_then(|first| first.reading.title);
                Some((story.id.clone(), title.unwrap_or(story.id)))
            }
            None => None,
        };
        Ok(Some((found, story)))
    });
    let (found, story) = match read.await {
        Err(e) => return failed(&desk, &headers, &e),
        Ok(None) => {
            let what = format!("There is no article with the id {id}.");
            return nothing(&desk, &headers, StatusCode::NOT_FOUND, what);
        }
        Ok(Some(found)) => found,
    };
    let outlet = outlet(&found);
    let reading = &found.reading;
    let title = reading.title.clone().unwrap_or_else(|| found.id.clone());
    let published = &reading.published;
    let bounds = match (published.earliest, published.latest) {
        (Some(a), Some(b)) if a == b => None,
        (Some(a), Some(b)) => Some(format!("between {} and {}", dates::day(a), dates::day(b))),
        (Some(a), None) => Some(format!("not before {}", dates::day(a))),
        (None, Some(b)) => Some(format!("not after {}", dates::day(b))),
        (None, None) => None,
    };
    let evidence =
        published.evidence.iter().map(|e| (e.rule.to_string(), e.text.clone(), dates::day(e.says.day())));
    let view = Page {
        frame: frame(&desk, &headers, "article", title.clone()),
        title,
        outlet,
        authors: reading.authors.join(", "),
        agencies: reading.agencies.join(", "),
        minutes: reading.minutes(),
        kind: reading.kind.word(),
        is_article: reading.kind.is_article(),
        url: reading.url.clone().filter(|url| url.starts_with("https://") || url.starts_with("http://")),
        published: published.best.as_ref().map(|when| dates::day(when.day())),
        bounds,
        evidence: evidence.collect(),
        updated: reading.updated.as_ref().map(|when| dates::day(when.day())),
        story,
        blocks: blocks(reading),
        images: reading.images.iter().map(|i| (i.caption.clone(), i.credit.clone())).collect(),
        statements: reading.statements.iter().map(|s| said(reading, s)).collect(),
        other: reading.other.iter().map(|o| (o.role.word(), o.text.clone())).collect(),
        diagnostics: reading.diagnostics.clone(),
    };
    page(StatusCode::OK, &headers, &view)
}

fn who(statement: &Statement) -> String {
    statement.source.as_ref().map_or_else(|| "nobody named".to_owned(), |party| party.name.clone())
}

fn said(reading: &Reading, statement: &Statement) -> Said {
    let words = statement.content.iter().map(|span| span.of(&reading.text));
    let relays: Vec<&str> = statement.relays.iter().map(|party| party.name.as_str()).collect();
    Said {
        who: who(statement),
        kind: statement.source.as_ref().map(|party| PartyKind::word(party.kind)),
        by_way_of: relays.join(" ← "),
        status: status(statement.status),
        reason: statement.reason.clone(),
        content: words.collect::<Vec<_>>().join(" … "),
    }
}

/// The blocks of the text, cut where marks begin and end.
fn blocks(reading: &Reading) -> Vec<BlockView> {
    let text = &reading.text;
    // What is said, each byte once: who comes first keeps it.
    let mut spans: Vec<(Span, usize)> = Vec::new();
    for (i, statement) in reading.statements.iter().enumerate() {
        spans.extend(statement.content.iter().map(|span| (*span, i)));
    }
    spans.sort_by_key(|(span, i)| (span.start, span.end, *i));
    let mut at = 0;
    spans.retain(|(span, _)| {
        let free = span.start >= at;
        at = if free { span.end } else { at };
        free
    });
    let mut marks: Vec<(Span, &'static str, String)> = Vec::new();
    for name in &reading.names.mentions {
        let entity = &reading.names.entities[name.entity];
        marks.push((name.span, "name", format!("{}: {}", name.kind.word(), entity.name)));
    }
    for time in &reading.times {
        marks.push((time.span, "time", time.value.clone().unwrap_or_else(|| "not to be told".to_owned())));
    }
    marks.sort_by_key(|(span, ..)| (span.start, std::cmp::Reverse(span.end)));
    let mut at = 0;
    marks.retain(|(span, ..)| {
        let free = span.start >= at;
        at = if free { span.end } else { at };
        free
    });
    let piece = |from: usize, to: usize| {
        let said = spans.iter().find(|(span, _)| span.start <= from && to <= span.end);
        let said = said.map(|(_, i)| {
            let statement = &reading.statements[*i];
            (*i, status(statement.status), who(statement))
        });
        let mark = marks.iter().find(|(span, ..)| span.start <= from && to <= span.end);
        let mark = mark.map(|(_, kind, means)| (*kind, means.clone()));
        Some(Piece { text: text.get(from..to)?.to_owned(), mark, said })
    };
    reading
        .blocks
        .iter()
        .map(|block| {
            let within = |at: &usize| block.span.start < *at && *at < block.span.end;
            let ends = spans.iter().flat_map(|(s, _)| [s.start, s.end]);
            let ends = ends.chain(marks.iter().flat_map(|(s, ..)| [s.start, s.end]));
            let mut cuts: Vec<usize> = ends.filter(within).collect();
            cuts.extend([block.span.start, block.span.end]);
            cuts.sort_unstable();
            cuts.dedup();
            let pieces = cuts.windows(2).filter_map(|pair| piece(pair[0], pair[1])).collect();
            BlockView { role: block.role.word(), pieces }
        })
        .collect()
}

/// Whether a block is a heading.
impl BlockView {
    fn is_heading(&self) -> bool {
        self.role == Role::Subhead.word()
    }

    fn is_quote(&self) -> bool {
        self.role == Role::Quote.word() || self.role == Role::Embed.word()
    }
}
