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
    extract::{Request, State},
    http::{HeaderMap, Response, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Redirect},
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
    let title = Words::of("en").say("broken.title").to_owned();
    let what = error.to_string();
    page(StatusCode::SERVICE_UNAVAILABLE, headers, &Nothing { frame: frame(desk, headers, "", title), what })
}

/// Puts into a page what was refused in bare words before it came to one: too long a form, an address with an odd question.
pub async fn in_words(State(desk): State<Desk>, request: Request, next: Next) -> Response<Body> {
    let headers = request.headers().clone();
    let response = next.run(request).await;
    let status = response.status();
    let why = match status {
        StatusCode::PAYLOAD_TOO_LARGE => "refused.long",
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => "refused.odd",
        StatusCode::METHOD_NOT_ALLOWED => "refused.method",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "refused.kind",
        _ => return response,
    };
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if kind.is_some_and(|kind| !kind.starts_with("text/plain")) {
        return response;
    }
    let mut said = nothing(&desk, &headers, status, Words::of("en").say(why).to_owned());
    if let Some(allowed) = response.headers().get(header::ALLOW) {
        said.headers_mut().insert(header::ALLOW, allowed.clone());
    }
    said
}

/// The same room with the slash that its addresses end in.
pub async fn with_slash(State(desk): State<Desk>) -> Response<Body> {
    Redirect::permanent(&format!("{}/", desk.base)).into_response()
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
