//! A story: what is known, whose word it is, how it came about.

use super::{failed, frame, nothing};
use crate::{
    Desk,
    answer::{Frame, page},
    dates,
    kept::keep,
    related::Related,
    story::StoryView,
};
use askama::Template;
use axum::{
    body::Body,
    extract::{Path, Query, State},
    http::{HeaderMap, Response, StatusCode},
};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use reportedly_library::{Error, Found, Member, View};
use rustc_hash::FxHashSet;
use serde::Deserialize;

/// Other stories that are named of those that some articles were of.
const PARTS: usize = 3;

/// What may be asked of a story.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    as_of: String,
}

/// The page.
#[derive(Template)]
#[template(path = "story.html")]
struct Page {
    frame: Frame,
    story: StoryView,
    /// The day that is asked about, as it is written in a form, and as people write it.
    as_of: Option<(String, String)>,
    /// Where others of its articles were by then.
    parts: Vec<Part>,
    /// The days that may be asked about, with how many articles each brought.
    days: Vec<Day>,
    strip: Strip,
    related: Related,
}

/// The days of a story in proportion, for the slider.
#[derive(Default)]
struct Strip {
    first: String,
    /// Days from the first to the last.
    length: i32,
    /// The day that is shown, counted from the first.
    at: i32,
    bars: Vec<Bar>,
    /// JSON: each day, counted from the first, with its articles.
    days: String,
}

/// A day of the strip, in a drawing 1000 wide and 32 high.
struct Bar {
    x: i32,
    height: usize,
    past: bool,
}

impl Strip {
    fn of(days: &[Day], current: Option<Date>) -> Self {
        let (Some(first), Some(last)) = (days.first(), days.last()) else { return Self::default() };
        let length = apart(first.at, last.at).max(1);
        let at = current.map_or(length, |day| apart(first.at, day).clamp(0, length));
        let most = days.iter().map(|d| d.articles).max().unwrap_or(1).max(1);
        let bars = days.iter().map(|d| {
            let after = apart(first.at, d.at);
            Bar { x: after * 995 / length, height: 4 + d.articles * 28 / most, past: after <= at }
        });
        let counts: Vec<(i32, usize)> = days.iter().map(|d| (apart(first.at, d.at), d.articles)).collect();
        Self {
            first: first.date.clone(),
            length,
            at,
            bars: bars.collect(),
            days: serde_json::to_string(&counts).unwrap_or_default(),
        }
    }
}

/// Days between two.
fn apart(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

/// Another story that some articles were of.
struct Part {
    id: String,
    title: String,
    articles: usize,
}

/// A day on which something became known.
struct Day {
    at: Date,
    date: String,
    shown: String,
    articles: usize,
    current: bool,
}

/// Shows a story.
pub async fn show(
    State(desk): State<Desk>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response<Body> {
    let day = asked.as_of.trim().parse::<Date>().ok();
    if day.is_none() && !asked.as_of.trim().is_empty() {
        let what = format!("“{}” is no day: give one like 2031-03-04.", asked.as_of);
        return nothing(&desk, &headers, StatusCode::BAD_REQUEST, what);
    }
    let wanted = id.clone();
    let counted = desk.counting.at_hand();
    let read = desk.shelf.read(move |shelf, library| {
        let now = library.view(None)?;
        let Some(story) = now.story(&wanted)? else { return Ok(None) };
        let Some(day) = day else {
            let told = now.tell(&story)?;
            let days = days(told.story.articles.iter().filter_map(|m| m.known_at), day);
            let related = Related::to_story(&now, counted.as_deref(), &story)?;
            return Ok(Some((Some(StoryView::of(&told)), days, related, Vec::new())));
        };
        let days = days(shelf.days(&now, &story)?.iter().copied(), Some(day));
        let members = now.members_of(&story)?;
        drop(now);
        let then = library.view(Some(end_of(day)))?;
        let Some(found) = then.story(&wanted)? else {
            return Ok(Some((None, days, Related::default(), vec![])));
        };
        let parts = parts(&then, &found, &members)?;
        let told = then.tell(&found)?;
        // What else there was by then is not counted.
        Ok(Some((Some(StoryView::of(&told)), days, Related::default(), parts)))
    });
    let as_of = day.map(|day| (day.to_string(), dates::day(day)));
    match read.await {
        Err(e) => failed(&desk, &headers, &e),
        Ok(None) => nothing(
            &desk,
            &headers,
            StatusCode::NOT_FOUND,
            format!("There is no story or article with the id {id}."),
        ),
        Ok(Some((None, ..))) => {
            let day = as_of.map_or_else(String::new, |(_, shown)| shown);
            nothing(
                &desk,
                &headers,
                StatusCode::NOT_FOUND,
                format!("Nothing was known of this story by {day}."),
            )
        }
        Ok(Some((Some(story), days, related, parts))) => {
            let frame = frame(&desk, &headers, "story", story.title.clone());
            keep(page(
                StatusCode::OK,
                &headers,
                &Page { frame, story, as_of, parts, strip: Strip::of(&days, day), days, related },
            ))
        }
    }
}

/// What are articles of one story now and stood apart by then: other stories, each with how many they had of it.
fn parts(then: &View<'_>, found: &Found, members: &[Member]) -> Result<Vec<Part>, Error> {
    let articles = |story: &Found| -> Result<FxHashSet<String>, Error> {
        Ok(then.members_of(story)?.into_iter().map(|member| member.article).collect())
    };
    let mut placed = articles(found)?;
    let mut parts = Vec::new();
    for member in members {
        if placed.contains(&member.article) || parts.len() == PARTS {
            continue;
        }
        // What was not known by then is in no story.
        let Some(other) = then.story(&member.article)? else { continue };
        let there = articles(&other)?;
        let articles = members.iter().filter(|member| there.contains(&member.article)).count();
        let title = then.tell(&other)?.story.title;
        parts.push(Part { id: other.id, title, articles });
        placed.extend(there);
    }
    Ok(parts)
}

/// The last instant of a day, in UTC.
fn end_of(day: Date) -> Timestamp {
    let next = day.to_zoned(TimeZone::UTC).map(|start| start.timestamp() + SignedDuration::from_hours(24));
    next.map_or(Timestamp::MAX, |next| next - SignedDuration::from_nanos(1))
}

fn days(known: impl Iterator<Item = Timestamp>, current: Option<Date>) -> Vec<Day> {
    let mut days: Vec<(Date, usize)> = Vec::new();
    let mut all: Vec<Date> = known.map(dates::day_of).collect();
    all.sort_unstable();
    for date in all {
        match days.last_mut() {
            Some((last, articles)) if *last == date => *articles += 1,
            _ => days.push((date, 1)),
        }
    }
    // The last of those that were past on the day that is asked about.
    let at = current.and_then(|current| days.iter().rposition(|(date, _)| *date <= current));
    let day = |(i, (date, articles)): (usize, &(Date, usize))| Day {
        at: *date,
        date: date.to_string(),
        shown: dates::day(*date),
        articles: *articles,
        current: at == Some(i),
    };
    days.iter().enumerate().map(day).collect()
}
