//! The news feed: the newest developments first.

use super::{failed, frame};
use crate::{
    Desk,
    answer::{Frame, page},
    front::Front,
    words::Words,
};
use askama::Template;
use axum::{
    body::Body,
    extract::{Query, State},
    http::{HeaderMap, Response, StatusCode, header},
};
use serde::Deserialize;
use std::sync::Arc;

/// Developments that a page shows.
const SHOWN: usize = 30;

/// What may be asked of the feed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    topic: String,
    outlet: String,
    language: String,
    status: String,
    from: usize,
}

#[derive(Template)]
#[template(path = "feed.html")]
struct Page {
    frame: Frame,
    front: Arc<Front>,
    /// How many of those shown are new.
    new: usize,
    asked: Asked,
    /// Places in the front.
    shown: Vec<usize>,
    next: Option<String>,
}

/// Shows the newest developments.
pub async fn show(
    State(desk): State<Desk>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response<Body> {
    let front = match desk.shelf.front().await {
        Ok(front) => front,
        Err(e) => return failed(&desk, &headers, &e),
    };
    let is = |wanted: &str, all: &[String]| wanted.is_empty() || all.iter().any(|one| one == wanted);
    let mut matching = front.news.iter().enumerate().filter(|(_, news)| {
        is(&asked.topic, &news.topics)
            && is(&asked.outlet, &news.outlets)
            && (asked.language.is_empty() || news.languages.contains(&asked.language))
            && (asked.status.is_empty() || news.developments.iter().any(|d| d.is(&asked.status)))
    });
    let shown: Vec<usize> = matching.by_ref().skip(asked.from).take(SHOWN).map(|(i, _)| i).collect();
    let next = matching.next().map(|_| {
        let mut address = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in [
            ("topic", &asked.topic),
            ("outlet", &asked.outlet),
            ("language", &asked.language),
            ("status", &asked.status),
        ] {
            if !value.is_empty() {
                address.append_pair(name, value);
            }
        }
        address.append_pair("from", &(asked.from + SHOWN).to_string());
        format!("{}/?{}", desk.base, address.finish())
    });
    let title = Words::of("en").say("feed.title").to_owned();
    let frame = frame(&desk, &headers, "feed", title);
    let visit = frame.cookie("seen", &frame.reader.visit(front.last));
    let new = shown.iter().filter(|i| frame.is_new(&front.news[**i])).count();
    let mut answer = page(StatusCode::OK, &headers, &Page { frame, front, new, asked, shown, next });
    if let Ok(visit) = visit.parse() {
        answer.headers_mut().append(header::SET_COOKIE, visit);
    }
    answer
}
