//! The pages, each with what it asks the library and what it shows.

pub mod alerts;
pub mod article;
mod change;
pub mod feed;
pub mod hot;
pub mod keys;
pub mod outlets;
pub mod search;
pub mod settings;
pub mod story;
pub mod subscriptions;
pub mod topics;
pub mod videos;

use crate::{
    Desk,
    answer::{Frame, page},
    reader::Reader,
    words::Words,
};
use askama::Template;
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, Response, StatusCode},
    response::IntoResponse,
};
use jiff::Timestamp;
use reportedly_library::Error;

/// What is said where there is nothing to show.
#[derive(Template)]
#[template(path = "nothing.html")]
struct Nothing {
    frame: Frame,
    what: String,
}

/// The frame of a page in a room, for whoever sent these headers.
fn frame(desk: &Desk, headers: &HeaderMap, room: &'static str, title: String) -> Frame {
    let reader = Reader::of(headers, Timestamp::now());
    Frame { words: Words::of("en"), base: desk.base.to_string(), reader, rooms: &keys::PLACES, room, title }
}

fn nothing(desk: &Desk, headers: &HeaderMap, status: StatusCode, what: String) -> Response<Body> {
    let title = Words::of("en").say("nothing.title").to_owned();
    page(status, headers, &Nothing { frame: frame(desk, headers, "", title), what })
}

/// An address that leads nowhere.
pub async fn missing(State(desk): State<Desk>, headers: HeaderMap) -> Response<Body> {
    let what = Words::of("en").say("nothing.page").to_owned();
    nothing(&desk, &headers, StatusCode::NOT_FOUND, what)
}

/// The library could not be read.
fn failed(desk: &Desk, headers: &HeaderMap, error: &Error) -> Response<Body> {
    nothing(desk, headers, StatusCode::SERVICE_UNAVAILABLE, error.to_string())
}

/// A page that could not be made, for a reason that is ours.
pub fn broken(desk: &Desk, headers: &HeaderMap, status: StatusCode, why: &'static str) -> Response<Body> {
    nothing(desk, headers, status, Words::of("en").say(why).to_owned())
}

/// Whether the library can be read.
pub async fn ready(State(desk): State<Desk>) -> Response<Body> {
    match desk.shelf.read(|_, library| library.view(None).map(|_| ())).await {
        Ok(()) => "ready\n".into_response(),
        Err(e) => (StatusCode::SERVICE_UNAVAILABLE, format!("{e}\n")).into_response(),
    }
}
