//! Pages that were made and are given again as they are, while the library is as it was.
//!
//! A page says itself that it may be kept ([`keep`]): it follows from its address, the library and what
//! [`Reader::key`](crate::reader::Reader::key) says, and holds nothing that is meant for one browser.

use crate::{Desk, answer::plain, reader::Reader, shelf::Stamp};
use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, Method, Response, StatusCode, header},
    middleware::Next,
};
use jiff::Timestamp;
use rustc_hash::FxHashMap;
use std::{
    mem::take,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Bytes that pages may take, packed: some thousands of stories.
const BYTES: usize = 64 << 20;
/// How long a page is good for: it may say what day it is.
const AGE: Duration = Duration::from_mins(1);
/// What a page takes beside its bytes, about.
const BESIDE: usize = 512;

/// A page's mark that it may be kept.
#[derive(Clone, Copy, Debug)]
struct Keep;

/// Says of a page that it may be kept.
pub fn keep(mut page: Response<Body>) -> Response<Body> {
    page.extensions_mut().insert(Keep);
    page
}

/// A page as it is sent.
#[derive(Clone, Debug)]
struct Page {
    of: Stamp,
    made: Instant,
    headers: HeaderMap,
    body: Bytes,
}

/// Pages by what they follow from, those of late and those of before: what is asked for again becomes one of late, and
/// what was not goes when there are too many.
#[derive(Debug, Default)]
struct Pages {
    late: FxHashMap<String, Page>,
    before: FxHashMap<String, Page>,
    /// Bytes of those of late.
    bytes: usize,
}

impl Pages {
    fn get(&mut self, key: &str) -> Option<Page> {
        if let Some(page) = self.late.get(key) {
            return Some(page.clone());
        }
        let (key, page) = self.before.remove_entry(key)?;
        self.put(key, page.clone());
        Some(page)
    }

    fn put(&mut self, key: String, page: Page) {
        self.bytes += key.len() + page.body.len() + BESIDE;
        if self.bytes > BYTES / 2 {
            self.before = take(&mut self.late);
            self.bytes = key.len() + page.body.len() + BESIDE;
        }
        self.late.insert(key, page);
    }
}

/// All pages that are kept.
#[derive(Debug, Default)]
pub struct Kept(Mutex<Pages>);

fn said<'r>(request: &'r Request, name: &HeaderName) -> &'r str {
    request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// What a page follows from, where it may be one that is kept: they are kept packed, as every browser takes them.
fn key(request: &Request) -> Option<String> {
    if *request.method() != Method::GET || !said(request, &header::ACCEPT_ENCODING).contains("gzip") {
        return None;
    }
    let reader = Reader::of(request.headers(), Timestamp::now()).key();
    let address = request.uri().path_and_query()?.as_str();
    Some(format!("{address} {reader}"))
}

impl Kept {
    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The page as it is sent to whoever asks.
    fn find(&self, key: &str, of: Stamp, request: &Request) -> Option<Response<Body>> {
        let page = self.pages().get(key).filter(|page| page.of == of && page.made.elapsed() < AGE)?;
        let has =
            page.headers.get(header::ETAG).is_some_and(|tag| tag == said(request, &header::IF_NONE_MATCH));
        let mut response = Response::new(if has { Body::empty() } else { Body::from(page.body) });
        *response.headers_mut() = page.headers;
        if has {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            response.headers_mut().remove(header::CONTENT_ENCODING);
        }
        Some(response)
    }
}

/// Whether an answer is a whole page, packed, for everybody.
fn may_be_kept(response: &Response<Body>) -> bool {
    let has = |name| response.headers().contains_key(name);
    let whole = response.status() == StatusCode::OK && has(header::CONTENT_ENCODING);
    whole && !has(header::SET_COOKIE) && response.extensions().get::<Keep>().is_some()
}

/// Gives a page that is kept, or has it made and keeps it.
pub async fn kept(State(desk): State<Desk>, request: Request, next: Next) -> Response<Body> {
    let Some(key) = key(&request) else { return next.run(request).await };
    let (of, made) = (desk.shelf.stamp(), Instant::now());
    if let Some(found) = desk.kept.find(&key, of, &request) {
        return found;
    }
    let response = next.run(request).await;
    if !may_be_kept(&response) {
        return response;
    }
    let (head, body) = response.into_parts();
    // It is in memory already.
    let Ok(body) = to_bytes(body, BYTES).await else {
        return plain(StatusCode::INTERNAL_SERVER_ERROR, "the page cannot be sent\n");
    };
    desk.kept.pages().put(key, Page { of, made, headers: head.headers.clone(), body: body.clone() });
    Response::from_parts(head, Body::from(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_stays_and_the_rest_goes() {
        let page = Page {
            of: Stamp::default(),
            made: Instant::now(),
            headers: HeaderMap::new(),
            body: Bytes::from(vec![0; 1 << 20]),
        };
        let mut pages = Pages::default();
        for i in 0..500 {
            pages.put(i.to_string(), page.clone());
            assert!(pages.get("0").is_some(), "{i}");
            assert!(pages.late.len() + pages.before.len() <= BYTES >> 20, "{i}");
        }
        assert!(pages.get("499").is_some());
        assert!(pages.get("1").is_none());
    }
}
