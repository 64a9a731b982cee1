//! An article: its text with what was found in it, when it was published and what that rests on.

use super::{failed, frame, nothing};
use crate::{
    Desk,
    answer::{Frame, page},
    dates,
    kept::keep,
    related::Related,
    story::{foreign, outlet, status},
    words::Words,
};
use askama::Template;
use axum::{
    body::Body,
    extract::{Path, State as State_},
    http::{HeaderMap, Response, StatusCode, header},
    response::IntoResponse,
};
use jiff::{Timestamp, tz::TimeZone};
use reportedly_answer::{History, Mark, Observed, Passage, Sight, passages};
use reportedly_library::{Error, ToldStory};
use reportedly_read::{Reading, Role, When};
use reportedly_said::{PartyKind, Statement};
use reportedly_story::Observation;
use reportedly_text::Span;
use std::collections::BTreeMap;

/// States of an article that are shown.
const STATES: usize = 50;
/// A kept page is looked at, and does nothing.
const SANDBOX: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; \
     frame-ancestors 'none'";

#[derive(Template)]
#[template(path = "article.html")]
struct Page {
    frame: Frame,
    id: String,
    title: String,
    outlet: String,
    authors: String,
    agencies: String,
    minutes: usize,
    kind: &'static str,
    is_article: bool,
    url: Option<String>,
    kept: bool,
    lang: Option<String>,
    published: Option<(String, String)>,
    bounds: Option<(&'static str, String, String)>,
    evidence: Vec<(&'static str, String, String)>,
    updated: Option<(String, String)>,
    story: Option<InStory>,
    blocks: Vec<BlockView>,
    images: Vec<(Option<String>, Option<String>)>,
    statements: Vec<Said>,
    other: Vec<(&'static str, String)>,
    states: Vec<State>,
    diagnostics: Vec<String>,
    related: Related,
}

/// The article in its story.
struct InStory {
    id: String,
    title: String,
    /// Who has the story's leading claim from whom, as this article tells it.
    chain: Vec<String>,
    /// The article that it is a copy of, and its outlet.
    copy_of: Option<(String, String)>,
    /// The same text in other places.
    copies: Vec<(String, String)>,
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
    /// The status of what somebody says here.
    said: Option<&'static str>,
    /// The statements whose last words these are, and who says each.
    ends: Vec<(usize, String)>,
}

/// What somebody says.
struct Said {
    who: Option<String>,
    kind: Option<&'static str>,
    /// From whoever published it to whoever said it.
    chain: Vec<String>,
    status: &'static str,
    /// The word that makes it so.
    reason: Option<String>,
    content: String,
}

/// How the article read at a time, and what had changed.
struct State {
    id: Option<String>,
    current: bool,
    at: Timestamp,
    /// The key of what that time is.
    what: &'static str,
    passages: Vec<Passage>,
}

/// Shows an article.
pub async fn show(State_(desk): State_<Desk>, Path(id): Path<String>, headers: HeaderMap) -> Response<Body> {
    let wanted = id.clone();
    let counted = desk.counting.at_hand();
    let read = desk.shelf.read(move |_, library| {
        let view = library.view(None)?;
        let Some(found) = view.article(&wanted)? else { return Ok(None) };
        let (story, related) = match view.story(&wanted)? {
            Some(story) => {
                let outlet = found.reading.outlet.as_deref();
                let related = Related::to_article(&view, counted.as_deref(), &story, outlet)?;
                (Some(InStory::of(&view.tell(&story)?, &found)), related)
            }
            None => (None, Related::default()),
        };
        let kept = view.kept_page(&found.id)?.is_some();
        let mut states = Vec::new();
        let mut history = History::default();
        let mut note = |observed: Option<Observed>| {
            // A page that is seen every hour does not fill ours: the latest states are shown.
            if let Some(observed) = observed {
                states.push(State::of(&observed, &found.id));
                if states.len() > STATES {
                    states.remove(0);
                }
            }
        };
        view.sights(found.article(), |seen| {
            note(history.see(Sight {
                id: seen.state,
                seen: seen.first_seen,
                recorded_at: seen.recorded_at,
                known_at: seen.known_at,
                reading: seen.reading,
            }));
            Ok::<(), Error>(())
        })?;
        note(history.end());
        Ok(Some((found, story, related, kept, states)))
    });
    let (found, story, related, kept, states) = match read.await {
        Err(e) => return failed(&desk, &headers, &e),
        Ok(None) => return no_such(&desk, &headers, &id),
        Ok(Some(found)) => found,
    };
    let outlet = outlet(&found);
    let reading = &found.reading;
    let title = reading.title.clone().unwrap_or_else(|| found.id.clone());
    let published = &reading.published;
    let bounds = match (published.earliest, published.latest) {
        (Some(a), Some(b)) if a == b => None,
        (Some(a), Some(b)) => Some(("article.between", dates::day(a), dates::day(b))),
        (Some(a), None) => Some(("article.from", dates::day(a), String::new())),
        (None, Some(b)) => Some(("article.until", dates::day(b), String::new())),
        (None, None) => None,
    };
    let frame = frame(&desk, &headers, "article", title.clone());
    let zone = frame.reader.zone.clone();
    let when = |when: &When| (when.day().to_string(), written(when, &zone));
    let evidence = published
        .evidence
        .iter()
        .map(|e| (Words::of("en").rule(e.rule), e.text.clone(), written(&e.says, &zone)));
    let view = Page {
        id: found.id.clone(),
        lang: foreign(reading),
        kept,
        title,
        outlet,
        authors: reading.authors.join(", "),
        agencies: reading.agencies.join(", "),
        minutes: reading.minutes(),
        kind: reading.kind.word(),
        is_article: reading.kind.is_article(),
        url: reading.url.clone().filter(|url| url.starts_with("https://") || url.starts_with("http://")),
        published: published.best.as_ref().map(when),
        bounds,
        evidence: evidence.collect(),
        updated: reading.updated.as_ref().map(when),
        story,
        blocks: blocks(reading),
        images: reading.images.iter().map(|i| (i.caption.clone(), i.credit.clone())).collect(),
        statements: reading.statements.iter().map(|s| said(reading, s)).collect(),
        other: reading.other.iter().map(|o| (o.role.word(), o.text.clone())).collect(),
        states: if states.len() > 1 { states } else { Vec::new() },
        diagnostics: reading.diagnostics.clone(),
        related,
        frame,
    };
    keep(page(StatusCode::OK, &headers, &view))
}

fn no_such(desk: &Desk, headers: &HeaderMap, id: &str) -> Response<Body> {
    let what = Words::of("en").say("article.no-such").replace("{}", id);
    nothing(desk, headers, StatusCode::NOT_FOUND, what)
}

/// Gives the kept copy of a page as it came, in a place of its own where nothing of it can run, ask or be sent.
pub async fn kept(State_(desk): State_<Desk>, Path(id): Path<String>, headers: HeaderMap) -> Response<Body> {
    let wanted = id.clone();
    let read = desk.shelf.read(move |_, library| library.view(None)?.kept_page(&wanted));
    let (bytes, told) = match read.await {
        Err(e) => return failed(&desk, &headers, &e),
        Ok(None) => return no_such(&desk, &headers, &id),
        Ok(Some(kept)) => kept,
    };
    // Its own word for what it is counts only as far as its encoding.
    let told = told.unwrap_or_default().to_ascii_lowercase();
    let charset = told.split("charset=").nth(1).unwrap_or_default().trim_start_matches(['"', '\'']);
    let charset: String =
        charset.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).take(24).collect();
    let start = &bytes[..bytes.len().min(4096)];
    let kind = if start.contains(&b'<') { "text/html" } else { "text/plain" };
    let kind = if charset.is_empty() { kind.to_owned() } else { format!("{kind}; charset={charset}") };
    let headers = [
        (header::CONTENT_TYPE, kind.as_str()),
        (header::CONTENT_SECURITY_POLICY, SANDBOX),
        (header::CACHE_CONTROL, "private, no-cache"),
    ];
    (headers, bytes).into_response()
}

impl InStory {
    fn of(told: &ToldStory, article: &Observation) -> Self {
        let (story, of) = (&told.story, told.observations.as_slice());
        let own = story.articles.iter().find(|m| of[m.article].article() == article.article());
        let name = |i: usize| (of[i].id.clone(), outlet(&of[i]));
        let family = own.map(|own| own.copy_of.unwrap_or(own.article));
        let copies = story.articles.iter().filter(|m| {
            let is_own = own.is_some_and(|own| own.article == m.article || own.copy_of == Some(m.article));
            !is_own && family.is_some() && m.copy_of.or(Some(m.article)) == family
        });
        let link = |link: &Option<String>| link.clone().unwrap_or_else(|| "unknown".to_owned());
        Self {
            id: story.id.clone(),
            title: story.title.clone(),
            chain: own.map(|m| m.chain.iter().map(link).collect()).unwrap_or_default(),
            copy_of: own.and_then(|m| m.copy_of).map(name),
            copies: copies.map(|m| name(m.article)).collect(),
        }
    }
}

impl State {
    fn of(observed: &Observed, shown: &str) -> Self {
        let (at, what) = match (observed.is_first(), observed.seen) {
            (true, Some(seen)) => (seen, "state.first"),
            (false, Some(seen)) => (seen, "state.changed"),
            (true, None) => (observed.known_at, "state.known"),
            (false, None) => (observed.known_at, "state.known-changed"),
        };
        let id = observed.id.clone();
        Self { current: id.as_deref() == Some(shown), id, at, what, passages: passages(observed) }
    }
}

/// A date as precise as a page gives it.
fn written(when: &When, zone: &TimeZone) -> String {
    match when {
        When::Day(day) => dates::day(*day),
        When::Local(time) => format!("{}, {}", dates::day(time.date()), time.strftime("%H:%M")),
        When::Instant(at, _) => dates::instant(*at, zone),
    }
}

fn who(statement: &Statement) -> Option<String> {
    statement.source.as_ref().map(|party| party.name.clone())
}

/// What a status follows from, as people read it: of "modal:would" the word.
fn reason(reason: &str) -> Option<String> {
    let word = reason.rsplit(':').next().filter(|_| reason.contains(':'))?;
    Some(format!("“{word}”"))
}

fn said(reading: &Reading, statement: &Statement) -> Said {
    let words = statement.content.iter().map(|span| span.of(&reading.text));
    let link = |link: &Option<String>| link.clone().unwrap_or_else(|| "unknown".to_owned());
    Said {
        who: who(statement),
        kind: statement.source.as_ref().map(|party| PartyKind::word(party.kind)),
        chain: statement.chain.iter().map(link).collect(),
        status: status(statement.status),
        reason: reason(&statement.reason),
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
        marks.push((
            name.span,
            "name",
            format!("{}: {}", Words::of("en").kind(name.kind.word()), entity.name),
        ));
    }
    for time in &reading.times {
        marks.push((
            time.span,
            "time",
            time.value.as_deref().map_or_else(|| Words::of("en").say("time.unknown").to_owned(), dates::long),
        ));
    }
    marks.sort_by_key(|(span, ..)| (span.start, std::cmp::Reverse(span.end)));
    let mut at = 0;
    marks.retain(|(span, ..)| {
        let free = span.start >= at;
        at = if free { span.end } else { at };
        free
    });
    // Where the last words of each statement end, also of one that another was told within.
    let mut ends: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (i, statement) in reading.statements.iter().enumerate() {
        if let Some(end) = statement.content.iter().map(|c| c.end).max() {
            ends.entry(end).or_default().push(i);
        }
    }
    let piece = |from: usize, to: usize| {
        let said = spans.iter().find(|(span, _)| span.start <= from && to <= span.end);
        let ends = ends.range(to..=to).flat_map(|(_, statements)| statements);
        let name = |i: &usize| {
            (*i, who(&reading.statements[*i]).unwrap_or_else(|| Words::of("en").say("nobody").to_owned()))
        };
        let ends = ends.map(name).collect();
        let said = said.map(|(_, i)| status(reading.statements[*i].status));
        let mark = marks.iter().find(|(span, ..)| span.start <= from && to <= span.end);
        let mark = mark.map(|(_, kind, means)| (*kind, means.clone()));
        Some(Piece { text: text.get(from..to)?.to_owned(), mark, said, ends })
    };
    reading
        .blocks
        .iter()
        .map(|block| {
            let within = |at: &usize| block.span.start < *at && *at < block.span.end;
            let cuts = spans.iter().flat_map(|(s, _)| [s.start, s.end]);
            let cuts =
                cuts.chain(marks.iter().flat_map(|(s, ..)| [s.start, s.end])).chain(ends.keys().copied());
            let mut cuts: Vec<usize> = cuts.filter(within).collect();
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
