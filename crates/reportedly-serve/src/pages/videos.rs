//! Videos: pages that show one and carry no article.

use super::{failed, frame};
use crate::{
    Desk,
    answer::{Frame, page},
    words::Words,
};
use askama::Template;
use axum::{
    body::Body,
    extract::{Query, State},
    http::{HeaderMap, Response, StatusCode},
};
use reportedly_library::Line;
use serde::Deserialize;

/// Videos of a page.
const SHOWN: usize = 30;

/// What may be asked.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    from: usize,
}

#[derive(Template)]
#[template(path = "videos.html")]
struct Page {
    frame: Frame,
    videos: Vec<Line>,
    next: Option<usize>,
}

/// Shows the newest videos.
pub async fn show(
    State(desk): State<Desk>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response<Body> {
    let from = asked.from.min(1 << 20);
    let read = desk.shelf.read(move |_, library| library.view(None)?.videos(from, SHOWN + 1));
    let mut videos = match read.await {
        Ok(videos) => videos,
        Err(e) => return failed(&desk, &headers, &e),
    };
    let next = (videos.len() > SHOWN).then_some(from + SHOWN);
    videos.truncate(SHOWN);
    let frame = frame(&desk, &headers, "video", Words::of("en").say("video.title").to_owned());
    page(StatusCode::OK, &headers, &Page { frame, videos, next })
}
