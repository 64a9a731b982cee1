//! Feeds: RSS of any version, Atom and JSON Feed to one shape.
//!
//! ```
//! use reportedly_gather::feeds;
//!
//! let rss = b"<rss version='2.0'><channel><title>Harbour Wire</title>
//!     <item><title>Crane falls at quay four</title><link>/2031/crane</link>
//!     <pubDate>Tue, 04 Mar 2031 10:00:00 GMT</pubDate></item></channel></rss>";
//! let now = "2031-03-04T12:00:00Z".parse().unwrap();
//! let feed = feeds::read(rss, None, "https://wire.example/feed", now).unwrap();
//! assert_eq!(feed.items[0].link.as_deref(), Some("https://wire.example/2031/crane"));
//! ```
//!
//! Written here rather than taken from a library because of what libraries leave out or give up on: whom an item is
//! from (`<source>`, credits), whether its GUID is an address, how often a feed wants to be asked, and a feed of which
//! one item is broken.
//!
//! Reading is pure and its bounds are those of the bytes: nothing is expanded, nothing is read twice.

mod item;
mod json;
mod syndication;

use crate::fetch::without_password;
pub use item::{Item, Source};

use crate::web::is_web;
use jiff::Timestamp;
use reportedly_page::{FIRST_YEAR, decode, feed_date as date, is_believed};
use std::{borrow::Cow, collections::HashSet, time::Duration};
use url::Url;

/// Items that are read of one feed.
pub const MOST_ITEMS: usize = 100_000;
/// Characters of a title.
const LONGEST_TITLE: usize = 1000;
/// Characters of a name, and names of one item.
const LONGEST_NAME: usize = 200;
const MOST_NAMES: usize = 20;
/// Notes on one feed.
const MOST_NOTES: usize = 10;

/// What kind a feed is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// RSS, whatever its version says.
    Rss,
    /// Atom.
    Atom,
    /// JSON Feed.
    Json,
}

impl Format {
    /// As people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rss => "RSS",
            Self::Atom => "Atom",
            Self::Json => "JSON Feed",
        }
    }
}

/// How often a feed wants to be asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Not sooner than after this long (`ttl`, `sy:updatePeriod`).
    pub every: Option<Duration>,
    /// Hours of the day, UTC, in which not to ask: a bit each, from midnight on.
    pub skip_hours: u32,
    /// Days of the week on which not to ask: a bit each, from Monday on.
    pub skip_days: u8,
}

/// A feed.
#[derive(Clone, Debug)]
pub struct Feed {
    /// What kind it is.
    pub format: Format,
    /// Its title.
    pub title: Option<String>,
    /// The page that it belongs to.
    pub home: Option<String>,
    /// Where it says that it lives itself.
    pub own: Option<String>,
    /// Where older items are (RFC 5005).
    pub next: Option<String>,
    /// A tag of its language.
    pub language: Option<String>,
    /// How often it wants to be asked.
    pub wishes: Wishes,
    /// Its items, in its order, each once.
    pub items: Vec<Item>,
    /// What was wrong with it.
    pub notes: Vec<String>,
}

impl Feed {
    fn new(format: Format) -> Self {
        Self {
            format,
            title: None,
            home: None,
            own: None,
            next: None,
            language: None,
            wishes: Wishes::default(),
            items: Vec::new(),
            notes: Vec::new(),
        }
    }
}

/// Why something is no feed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoFeed {
    /// There is nothing.
    #[error("the answer is empty")]
    Empty,
    /// It is something else.
    #[error("there is no feed but {0}")]
    Other(&'static str),
    /// It begins as JSON and cannot be read as such.
    #[error("it is not a JSON feed: {0}")]
    Json(String),
}

/// Reads a feed that came from `url` at `now`.
///
/// Addresses are made absolute, items that stand there twice are dropped, dates ahead of `now` are not believed.
/// Errors: where it is no feed at all. What is broken is read as far as it goes, and noted.
pub fn read(bytes: &[u8], content_type: Option<&str>, url: &str, now: Timestamp) -> Result<Feed, NoFeed> {
    let bytes = marked(bytes);
    let (text, encoding) = decode(&bytes, content_type);
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\0'));
    let mut feed = match text.bytes().next() {
        None => return Err(NoFeed::Empty),
        Some(b'{') => json::read(text)?,
        _ => syndication::read(text).ok_or(NoFeed::Other(other(text)))?,
    };
    feed.notes.splice(0..0, encoding);
    let base = Url::parse(url).ok();
    let host = base.as_ref().and_then(Url::host_str).unwrap_or_default().to_owned();
    let absolute = |address: &mut Option<String>| {
        *address = address.take().and_then(|a| absolute(base.as_ref(), &a));
    };
    absolute(&mut feed.home);
    absolute(&mut feed.own);
    absolute(&mut feed.next);
    let home = feed.home.as_deref().and_then(|home| Url::parse(home).ok()).or_else(|| base.clone());
    let mut unbelieved = 0;
    for item in &mut feed.items {
        item.settle(home.as_ref());
        for date in [&mut item.published, &mut item.updated] {
            if date.as_ref().is_some_and(|date| !is_believed(date, Some(now))) {
                *date = None;
                unbelieved += 1;
            }
        }
    }
    if unbelieved > 0 {
        feed.notes.push(format!(
            "{unbelieved} dates lie in the future or before {FIRST_YEAR} and are not believed"
        ));
    }
    item::name(&mut feed.items, &host);
    let before = feed.items.len();
    let mut seen = HashSet::with_capacity(before);
    feed.items.retain(|item| seen.insert(item.id.clone()));
    if feed.items.len() < before {
        feed.notes.push(format!("{} items stand there more than once", before - feed.items.len()));
    }
    feed.notes.truncate(MOST_NOTES);
    Ok(feed)
}

/// Bytes with a byte order mark, where they are UTF-16 and it is missing.
fn marked(bytes: &[u8]) -> Cow<'_, [u8]> {
    let mark = match bytes {
        [b'<', 0, ..] => b"\xff\xfe",
        [0, b'<', ..] => b"\xfe\xff",
        _ => return Cow::Borrowed(bytes),
    };
    Cow::Owned([mark, bytes].concat())
}

/// What a text is that is no feed.
fn other(text: &str) -> &'static str {
    let head: String = text.chars().take(1000).collect::<String>().to_ascii_lowercase();
    if head.contains("<html") || head.contains("<!doctype html") || head.contains("<head") {
        "a page"
    } else if head.contains("<opml") {
        "an OPML list"
    } else if head.contains("<urlset") || head.contains("<sitemapindex") {
        "a sitemap"
    } else if head.starts_with('<') {
        "XML of another kind"
    } else {
        "something else"
    }
}

/// An address that can be fetched, made absolute.
fn absolute(base: Option<&Url>, address: &str) -> Option<String> {
    // Within an address, line breaks and tabs do not count; XML is often broken across lines.
    let address = address.trim();
    let url = match base {
        Some(base) => base.join(address),
        None => Url::parse(address),
    };
    // Nobody logs in to a third by our hand.
    url.ok().filter(is_web).map(|url| without_password(url.as_str()))
}

/// The first characters of a text, at most so many.
fn first(text: &str, most: usize) -> &str {
    text.char_indices().nth(most).map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests;
