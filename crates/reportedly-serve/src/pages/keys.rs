//! The keys, as a page; with a script, `?` shows the same on top of any other.

use super::frame;
use crate::{
    Desk,
    answer::{Frame, page},
    words::Words,
};
use askama::Template;
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, Response, StatusCode},
};
use std::sync::LazyLock;

/// Keys by themselves: what is pressed, and the text that says what it does.
const KEYS: [(&[&str], &str); 5] = [
    (&["j"], "keys.next"),
    (&["k"], "keys.previous"),
    (&["o"], "keys.open"),
    (&["s", "/"], "keys.search"),
    (&["?"], "keys.help"),
];

/// Keys after a g: where each goes, and what that room is called.
const ROOMS: [(&str, &str, &str); 9] = [
    ("h", "/", "nav.news"),
    ("s", "/search", "nav.search"),
    ("w", "/hot", "nav.hot"),
    ("t", "/topics", "nav.topics"),
    ("o", "/outlets", "nav.outlets"),
    ("v", "/video", "nav.video"),
    ("f", "/subscriptions", "nav.subscriptions"),
    ("a", "/alerts", "nav.alerts"),
    ("e", "/settings", "nav.settings"),
];

/// The same for the script: the key and the path of each.
pub static PLACES: LazyLock<String> =
    LazyLock::new(|| ROOMS.map(|(key, path, _)| format!("{key}{path}")).join(" "));

#[derive(Template)]
#[template(path = "keys.html")]
struct Page {
    frame: Frame,
    keys: [(&'static [&'static str], &'static str); KEYS.len()],
    rooms: [(&'static str, &'static str, &'static str); ROOMS.len()],
}

/// Shows the keys.
pub async fn show(State(desk): State<Desk>, headers: HeaderMap) -> Response<Body> {
    let title = Words::of("en").say("keys.title").to_owned();
    let view = Page { frame: frame(&desk, &headers, "keys", title), keys: KEYS, rooms: ROOMS };
    page(StatusCode::OK, &headers, &view)
}
