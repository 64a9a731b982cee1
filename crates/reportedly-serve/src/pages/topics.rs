//! Topics: what stories are about, and the stories of each.

use super::{failed, frame, nothing};
use crate::{
    Desk,
    answer::{Frame, page},
    counting::Counted,
    words::Words,
};
use askama::Template;
use axum::{
    body::Body,
    extract::{Path, Query, State},
    http::{HeaderMap, Response, StatusCode},
};
use reportedly_library::{Line, StoryCount, TopicOrder};
use serde::Deserialize;
use std::sync::Arc;

/// Topics of a page, stories of a page.
const TOPICS: usize = 120;
const STORIES: usize = 25;

/// What may be asked.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    order: String,
    from: usize,
}

#[derive(Template)]
#[template(path = "topics.html")]
struct Page {
    frame: Frame,
    counted: Option<Arc<Counted>>,
    order: TopicOrder,
    /// The orders: each with its name in the address and the key of its text.
    orders: [(TopicOrder, &'static str, &'static str); 3],
    word: &'static str,
    from: usize,
    shown: usize,
    next: Option<usize>,
}

#[derive(Template)]
#[template(path = "topic.html")]
struct TopicPage {
    frame: Frame,
    name: String,
    stories: usize,
    lines: Vec<(StoryCount, Line)>,
    next: Option<usize>,
}

const ORDERS: [(TopicOrder, &str, &str); 3] = [
    (TopicOrder::Stories, "stories", "topics.stories"),
    (TopicOrder::Newest, "newest", "topics.newest"),
    (TopicOrder::Name, "name", "topics.name"),
];

/// Shows the topics.
pub async fn show(
    State(desk): State<Desk>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response<Body> {
    let counted = match desk.counting.newest().await {
        Ok(counted) => counted,
        Err(e) => return failed(&desk, &headers, &e),
    };
    let (order, word, _) = ORDERS.into_iter().find(|o| o.1 == asked.order).unwrap_or(ORDERS[0]);
    let all = counted.as_ref().map_or(0, |c| c.counts.topics());
    let next = asked.from.checked_add(TOPICS).filter(|next| *next < all);
    let frame = frame(&desk, &headers, "topics", Words::of("en").say("topics.title").to_owned());
    let view = Page { frame, counted, order, orders: ORDERS, word, from: asked.from, shown: TOPICS, next };
    page(StatusCode::OK, &headers, &view)
}

/// Shows the stories of a topic.
pub async fn topic(
    State(desk): State<Desk>,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response<Body> {
    let words = Words::of("en");
    let counted = match desk.counting.newest().await {
        Ok(counted) => counted,
        Err(e) => return failed(&desk, &headers, &e),
    };
    let Some(counted) = counted else {
        return nothing(&desk, &headers, StatusCode::SERVICE_UNAVAILABLE, words.say("counting").to_owned());
    };
    let Some(topic) = counted.counts.topic(&name).cloned() else {
        return nothing(&desk, &headers, StatusCode::NOT_FOUND, words.say("topic.none").to_owned());
    };
    let stories: Vec<StoryCount> =
        counted.counts.stories_of(&topic).skip(asked.from).take(STORIES).copied().collect();
    let read = desk.shelf.read(move |_, library| library.view(None)?.story_lines(&stories));
    let lines = match read.await {
        Ok(lines) => lines,
        Err(e) => return failed(&desk, &headers, &e),
    };
    let stories = topic.stories as usize;
    let next = asked.from.checked_add(STORIES).filter(|next| *next < stories);
    let name = topic.name.to_string();
    let frame = frame(&desk, &headers, "topics", name.clone());
    page(StatusCode::OK, &headers, &TopicPage { frame, name, stories, lines, next })
}
