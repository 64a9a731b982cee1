//! Hot this week: what moved most, and why it stands where it does.

use super::{failed, frame};
use crate::{
    Desk,
    answer::{Frame, page},
    counting::Counted,
    dates,
    words::Words,
};
use askama::Template;
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, Response, StatusCode},
};
use std::sync::Arc;

#[derive(Template)]
#[template(path = "hot.html")]
struct Page {
    frame: Frame,
    counted: Option<Arc<Counted>>,
    /// The first and the last day of the week, as they are written for machines and for people.
    week: Option<[(String, String); 2]>,
}

/// Shows what moved most.
pub async fn show(State(desk): State<Desk>, headers: HeaderMap) -> Response<Body> {
    let counted = match desk.counting.newest().await {
        Ok(counted) => counted,
        Err(e) => return failed(&desk, &headers, &e),
    };
    let week = counted.as_ref().and_then(|c| c.hot.week);
    let week = week.map(|(from, to)| [from, to].map(|day| (day.to_string(), dates::day(day))));
    let frame = frame(&desk, &headers, "hot", Words::of("en").say("hot.title").to_owned());
    page(StatusCode::OK, &headers, &Page { frame, counted, week })
}
