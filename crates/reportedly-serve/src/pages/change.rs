//! What the rooms have in common in which something is changed: forms, and what is said after a change.

use super::{failed, nothing};
use crate::{
    Desk,
    answer::page,
    forms::{Posted, Refused, Session},
    words::Words,
};
use askama::Template;
use axum::{
    body::Body,
    http::{HeaderMap, Response, StatusCode, header},
    response::IntoResponse,
};
use reportedly_library::Error;
use serde::Deserialize;

/// What a change left to be said: a code and a number, which stand in the address; the words are ours.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Said {
    said: String,
    n: usize,
}

impl Said {
    /// In words, where the code is one.
    pub fn words(&self) -> Option<String> {
        let words = Words::of("en");
        let said = words.find(&format!("said.{}", self.said));
        said.or_else(|| {
            words.find(&format!("said.{}.{}", self.said, if self.n == 1 { "one" } else { "many" }))
        })
        .map(|said| said.replace("{}", &self.n.to_string()))
    }
}

/// Leads on to a room, which says what was done.
pub fn go(desk: &Desk, room: &str, said: &str, n: usize) -> Response<Body> {
    let to = format!("{}{room}?said={said}&n={n}", desk.base);
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}

/// A page with forms on it.
pub fn form(
    status: StatusCode,
    headers: &HeaderMap,
    session: &Session,
    template: &impl Template,
) -> Response<Body> {
    session.on(page(status, headers, template))
}

/// What was sent, if it was sent by whoever was shown the form; else the answer to whoever sent it.
pub fn posted(desk: &Desk, headers: &HeaderMap, body: &[u8]) -> Result<Posted, Box<Response<Body>>> {
    Posted::of(desk, headers, body).map_err(|refused| {
        let (status, key) = match refused {
            Refused::Forged => (StatusCode::FORBIDDEN, "forms.forged"),
            Refused::NoForm => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "forms.none"),
        };
        Box::new(nothing(desk, headers, status, Words::of("en").say(key).to_owned()))
    })
}

/// The library could not be changed.
pub fn unchanged(desk: &Desk, headers: &HeaderMap, error: &Error) -> Response<Body> {
    match error {
        Error::Busy { .. } => {
            let what = Words::of("en").say("forms.busy").to_owned();
            nothing(desk, headers, StatusCode::SERVICE_UNAVAILABLE, what)
        }
        other => failed(desk, headers, other),
    }
}
