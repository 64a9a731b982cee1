//! What every answer carries: who may ask, headers, packing.

use crate::{
    Desk, dates,
    forms::is_from_here,
    front::News,
    reader::{Reader, YEAR},
    words::Words,
};
use askama::Template;
use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header, uri::Authority},
    middleware::Next,
    response::IntoResponse,
};
use flate2::{Compression, write::GzEncoder};
use jiff::Timestamp;
use std::io::Write;
use xxhash_rust::xxh3::xxh3_64;

/// Nothing runs but what is ours, nothing is loaded from elsewhere, nobody frames us.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'";
/// Answers from this size on are packed.
const PACKED: usize = 1 << 10;

/// Lets in whom the server is for.
pub async fn guard(State(desk): State<Desk>, request: Request, next: Next) -> Response<Body> {
    if request.headers().get_all(header::HOST).iter().nth(1).is_some() {
        return plain(StatusCode::BAD_REQUEST, "a request is to one host\n");
    }
    if !is_ours(&desk, &request) {
        return plain(StatusCode::MISDIRECTED_REQUEST, "this server does not go by that name\n");
    }
    match *request.method() {
        Method::GET | Method::HEAD => {}
        Method::POST if is_from_here(request.headers()) => {}
        Method::POST => {
            let what = "nothing was changed: that did not come from a page of this server\n";
            return plain(StatusCode::FORBIDDEN, what);
        }
        _ => return plain(StatusCode::METHOD_NOT_ALLOWED, "there is nothing to change here that way\n"),
    }
    next.run(request).await
}

/// Gives an answer the headers that every answer has.
pub fn dress(headers: &mut HeaderMap) {
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}

/// Whether somebody asks for this server by a name that it has. A page elsewhere whose name was bent to this machine
/// does not: it asks by its own.
fn is_ours(desk: &Desk, request: &Request) -> bool {
    let said = || request.headers().get(header::HOST).and_then(|h| h.to_str().ok());
    // Where the whole address is asked for, it goes before what else is said.
    let host = request.uri().authority().map(Authority::as_str).or_else(said).unwrap_or_default();
    let name = host.strip_suffix(&format!(":{}", desk.listen.port())).unwrap_or(host);
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    name == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// A few words.
pub fn plain(status: StatusCode, text: &'static str) -> Response<Body> {
    (status, text).into_response()
}

/// What the frame around every page needs.
pub struct Frame {
    /// The texts.
    pub words: &'static Words,
    /// What all addresses begin with.
    pub base: String,
    /// Who reads it.
    pub reader: Reader,
    /// Where the keys after a g lead, for the script: "h/ s/search".
    pub rooms: &'static str,
    /// The room that the page is in.
    pub room: &'static str,
    /// What the page is called.
    pub title: String,
}

impl Frame {
    /// A cookie of ours for a year, as it is set.
    pub fn cookie(&self, name: &str, value: &str) -> String {
        let path = if self.base.is_empty() { "/" } else { &self.base };
        format!("{name}={value}; Path={path}; Max-Age={YEAR}; HttpOnly; SameSite=Lax")
    }

    /// Whether news is new to whoever reads.
    pub fn is_new(&self, news: &News) -> bool {
        self.reader.is_new(news.came, news.known)
    }

    /// The day of a moment where the reader is.
    pub fn day(&self, at: &Timestamp) -> String {
        dates::day_in(*at, &self.reader.zone)
    }

    /// The address of something that is shipped with the program.
    pub fn asset(&self, name: &str) -> String {
        crate::assets::address(&self.base, name)
    }
}

/// A page as an answer: packed where that is wanted, not sent where the browser has it.
pub fn page(status: StatusCode, headers: &HeaderMap, template: &impl Template) -> Response<Body> {
    match template.render() {
        Ok(html) => html_answer(status, headers, html.into_bytes()),
        Err(e) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{e}\n")).into_response(),
    }
}

fn html_answer(status: StatusCode, headers: &HeaderMap, html: Vec<u8>) -> Response<Body> {
    let tag = format!("\"{:016x}\"", xxh3_64(&html));
    let said =
        |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default();
    let response = Response::builder()
        .header(header::CONTENT_TYPE, "text/html; charset=utf-8")
        .header(header::CACHE_CONTROL, "private, no-cache")
        .header(header::VARY, "accept-encoding, cookie")
        .header(header::ETAG, &tag);
    let made = if status == StatusCode::OK && said(header::IF_NONE_MATCH) == tag {
        response.status(StatusCode::NOT_MODIFIED).body(Body::empty())
    } else if html.len() >= PACKED && said(header::ACCEPT_ENCODING).contains("gzip") {
        response.status(status).header(header::CONTENT_ENCODING, "gzip").body(Body::from(packed(&html)))
    } else {
        response.status(status).body(Body::from(html))
    };
    made.unwrap_or_else(|_| plain(StatusCode::INTERNAL_SERVER_ERROR, "the answer cannot be put together\n"))
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 3), Compression::new(5));
    // Writing to memory does not fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}
