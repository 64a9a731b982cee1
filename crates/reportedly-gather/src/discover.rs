//! What lies behind an address: a feed, a page, a list; and the feeds that a site has.

use crate::{
    feeds::{self, Format},
    fetch::{Fetched, Fetcher, Outcome, Request, Wants},
    html::links,
    web::is_web,
    xml::{Part, Shape, walk},
};
use flate2::read::MultiGzDecoder;
use jiff::Timestamp;
use reportedly_page::decode;
use std::{borrow::Cow, io::Read, ops::ControlFlow, time::Duration};
use url::Url;

/// Bytes in which it is looked for what something is.
const HEAD: usize = 64 << 10;
/// Links of a page that are looked at.
const MOST_LINKS: usize = 5000;
/// Feeds of one page that are told.
const MOST_FEEDS: usize = 50;
/// Addresses that are tried where a page names no feed.
const MOST_TRIED: usize = 12;
/// Where sites have their feeds, the most usual first.
const PLACES: &[&str] =
    &["/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feeds", "/feed.json"];

/// What an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A feed.
    Feed(Format),
    /// A page for people.
    Page,
    /// A list of feeds.
    Opml,
    /// A list of pages, or of such lists.
    Sitemap,
    /// None of these.
    Other,
}

/// A feed that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundFeed {
    /// Its address.
    pub url: String,
    /// What it is called there, or calls itself.
    pub title: Option<String>,
    /// Of which kind it is, where that is known.
    pub format: Option<Format>,
    /// How it was found.
    pub by: By,
}

/// How a feed was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// It is what was asked for.
    Itself,
    /// The page's head names it.
    Head,
    /// The page links to it, and there is one.
    Link,
    /// It lies where feeds mostly lie.
    Place,
}

/// What was found behind an address.
#[derive(Clone, Debug)]
pub struct Found {
    /// What came of asking for it.
    pub fetched: Fetched,
    /// What it is; `None` where nothing came.
    pub kind: Option<Kind>,
    /// The feeds that it is or leads to.
    pub feeds: Vec<FoundFeed>,
}

/// Tells what bytes are, by what they are rather than by what they are called.
pub fn kind(bytes: &[u8], content_type: Option<&str>) -> Kind {
    let mut unpacked = Vec::new();
    let bytes = if bytes.starts_with(b"\x1f\x8b") {
        // What could be unpacked before a fault says enough.
        let _ = MultiGzDecoder::new(bytes).take(HEAD as u64).read_to_end(&mut unpacked);
        unpacked.as_slice()
    } else {
        bytes.get(..HEAD).unwrap_or(bytes)
    };
    let (text, _) = decode(bytes, content_type);
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\0'));
    if text.starts_with('{') {
        let is_feed = text.contains("jsonfeed.org/version");
        return if is_feed { Kind::Feed(Format::Json) } else { Kind::Other };
    }
    let mut root = None;
    let shape = Shape { records: &[], wrappers: &[], containers: |_, _| false };
    walk(text, &shape, &mut |part| {
        if let Part::Root(name, _) = part {
            root = Some(name.to_ascii_lowercase());
        }
        ControlFlow::Break(())
    });
    let says_html = content_type.is_some_and(|kind| kind.to_ascii_lowercase().contains("html"));
    match root.as_deref() {
        Some("rss" | "rdf") => Kind::Feed(Format::Rss),
        Some("feed" | "entry") => Kind::Feed(Format::Atom),
        Some("opml") => Kind::Opml,
        Some("urlset" | "sitemapindex") => Kind::Sitemap,
        Some("html" | "head" | "body" | "title" | "meta" | "div" | "p") => Kind::Page,
        _ if says_html || text.to_ascii_lowercase().contains("<html") => Kind::Page,
        _ => Kind::Other,
    }
}

/// The feeds that a page's head names, the site's own before those of comments.
pub fn in_head(bytes: &[u8], content_type: Option<&str>, url: &str) -> Vec<FoundFeed> {
    let (text, _) = decode(bytes, content_type);
    let found = links(&text, MOST_LINKS);
    let base = base(url, found.base.as_deref());
    let mut feeds: Vec<FoundFeed> = Vec::new();
    for link in found.named {
        let rel = |name| link.rel.split_ascii_whitespace().any(|rel| rel == name);
        let format = format(&link.kind, &link.href);
        let is_feed = rel("feed") || (rel("alternate") && !rel("stylesheet") && format.is_some());
        let Some(url) = is_feed.then(|| absolute(base.as_ref(), &link.href)).flatten() else { continue };
        if feeds.len() < MOST_FEEDS && !feeds.iter().any(|feed| feed.url == url) {
            let title = Some(link.title).filter(|title| !title.is_empty());
            feeds.push(FoundFeed { url, title, format: format.flatten(), by: By::Head });
        }
    }
    // A sort that keeps the page's order otherwise.
    feeds.sort_by_key(|feed| feed.url.contains("comments"));
    feeds
}

/// Whether a type is one of feeds, and of which, where it says so.
#[expect(clippy::option_option, reason = "whether, and which")]
fn format(kind: &str, href: &str) -> Option<Option<Format>> {
    match kind.split(';').next().unwrap_or_default().trim() {
        "application/rss+xml" | "application/rdf+xml" => Some(Some(Format::Rss)),
        "application/atom+xml" => Some(Some(Format::Atom)),
        "application/feed+json" => Some(Some(Format::Json)),
        // Programs' interfaces are JSON too.
        "application/json" if looks_like_feed(href) => Some(Some(Format::Json)),
        "text/xml" | "application/xml" | "text/rss" | "application/rss" | "application/x-rss+xml" => {
            Some(None)
        }
        _ => None,
    }
}

/// Whether an address is like those of feeds.
fn looks_like_feed(href: &str) -> bool {
    let href = href.to_ascii_lowercase();
    let path = href.split(['?', '#']).next().unwrap_or_default();
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let (name, ending) = last.rsplit_once('.').unwrap_or((last, ""));
    matches!(ending, "rss" | "atom" | "rdf")
        || (matches!(ending, "" | "xml" | "json") && ["feed", "feeds", "rss", "atom"].contains(&name))
        || (ending == "xml" && ["feed", "rss", "atom"].iter().any(|part| path.contains(part)))
        || href.contains("format=rss")
        || href.contains("feed=rss")
}

/// Addresses where feeds of a site may be: what its page links to that is named like one, then the usual places.
pub fn places(bytes: &[u8], content_type: Option<&str>, url: &str) -> Vec<(String, By)> {
    let (text, _) = decode(bytes, content_type);
    let found = links(&text, MOST_LINKS);
    let base = base(url, found.base.as_deref());
    let linked =
        found.anchors.iter().filter(|a| looks_like_feed(&a.href) || format(&a.kind, &a.href).is_some());
    let linked = linked.filter_map(|a| absolute(base.as_ref(), &a.href)).map(|url| (url, By::Link));
    let page = Url::parse(url).ok();
    let below = page.as_ref().map(|page| page.path().trim_end_matches('/')).filter(|path| !path.is_empty());
    let below =
        below.into_iter().flat_map(|path| PLACES[..2].iter().map(move |place| format!("{path}{place}")));
    let usual = below.chain(PLACES.iter().map(ToString::to_string));
    let usual = usual.filter_map(|path| absolute(page.as_ref(), &path)).map(|url| (url, By::Place));
    let mut places: Vec<(String, By)> = Vec::new();
    for (place, by) in linked.take(MOST_TRIED / 2).chain(usual) {
        if places.len() < MOST_TRIED && place != url && !places.iter().any(|(known, _)| *known == place) {
            places.push((place, by));
        }
    }
    places
}

/// Looks for the feeds behind an address.
///
/// Where a page names none, places are tried one after the other, `pause` apart, until there is one.
pub async fn find(fetcher: &Fetcher, url: &str, now: Timestamp, pause: Duration) -> Found {
    let fetched = fetcher.fetch(&Request::new(url).wants(Wants::Page)).await;
    let mut found = Found { kind: None, feeds: Vec::new(), fetched };
    let Outcome::Answer(answer) = &found.fetched.outcome else { return found };
    let (bytes, content_type) = (&answer.bytes, answer.content_type.as_deref());
    let kind = kind(bytes, content_type);
    found.kind = Some(kind);
    match kind {
        Kind::Feed(_) => found.feeds.extend(itself(&found.fetched, now, By::Itself)),
        Kind::Page => {
            found.feeds = in_head(bytes, content_type, &found.fetched.url);
            if !found.feeds.is_empty() {
                return found;
            }
            for (place, by) in places(bytes, content_type, &found.fetched.url) {
                tokio::time::sleep(pause).await;
                let tried = fetcher.fetch(&Request::new(place).wants(Wants::Feed)).await;
                if let Some(feed) = itself(&tried, now, by) {
                    found.feeds.push(feed);
                    break;
                }
            }
        }
        Kind::Opml | Kind::Sitemap | Kind::Other => {}
    }
    found
}

/// The feed that an answer is.
fn itself(fetched: &Fetched, now: Timestamp, by: By) -> Option<FoundFeed> {
    let Outcome::Answer(answer) = &fetched.outcome else { return None };
    let feed = feeds::read(&answer.bytes, answer.content_type.as_deref(), &fetched.url, now).ok()?;
    Some(FoundFeed { url: fetched.url.clone(), title: feed.title, format: Some(feed.format), by })
}

fn base(url: &str, base: Option<&str>) -> Option<Url> {
    let url = Url::parse(url).ok()?;
    Some(base.and_then(|base| url.join(base).ok()).unwrap_or(url))
}

fn absolute(base: Option<&Url>, href: &str) -> Option<String> {
    let href: Cow<'_, str> = match href.strip_prefix("feed:") {
        // feed://host/path, feed:https://host/path
        Some(rest) if rest.starts_with("//") => format!("https:{rest}").into(),
        Some(rest) => rest.into(),
        None => href.into(),
    };
    let mut url = base?.join(&href).ok()?;
    url.set_fragment(None);
    is_web(&url).then(|| url.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn things_are_what_they_are_and_not_what_they_are_called() {
        for (text, content_type, what) in [
            ("<?xml version='1.0'?><!-- a --><rss version='2.0'>", "text/html", Kind::Feed(Format::Rss)),
            ("<rdf:RDF xmlns='http://purl.org/rss/1.0/'>", "", Kind::Feed(Format::Rss)),
            ("\u{feff} <feed xmlns='http://www.w3.org/2005/Atom'>", "text/plain", Kind::Feed(Format::Atom)),
            ("{\"version\":\"https://jsonfeed.org/version/1\"", "", Kind::Feed(Format::Json)),
            ("{\"items\":[]}", "application/json", Kind::Other),
            ("<!DOCTYPE html><html>", "application/rss+xml", Kind::Page),
            ("<!DOCTYPE html><title>A", "", Kind::Page),
            ("Welcome", "text/html; charset=utf-8", Kind::Page),
            ("Welcome", "text/plain", Kind::Other),
            ("<?xml version='1.0'?><opml version='2.0'>", "", Kind::Opml),
            ("<urlset xmlns='x'>", "", Kind::Sitemap),
            ("<sitemapindex>", "", Kind::Sitemap),
            ("<svg>", "image/svg+xml", Kind::Other),
            ("", "", Kind::Other),
        ] {
            assert_eq!(kind(text.as_bytes(), Some(content_type)), what, "{text}");
        }
    }

    #[test]
    fn a_pages_head_names_feeds() {
        let html = b"<html><head><base href='/en/'>
            <link rel=alternate type=application/rss+xml title='Comments' href='/comments/feed'>
            <link rel='alternate' type='application/atom+xml; charset=utf-8' title='All &amp; more' href='atom'>
            <link rel='ALTERNATE' type='application/feed+json' href='feed://wire.example/feed.json'>
            <link rel='alternate' type='application/json' href='/wp-json/posts/1'>
            <link rel='alternate' type='application/rss+xml' href='javascript:no'>
            <link rel='alternate' hreflang='de' href='/de/'><link rel='alternate stylesheet' type='text/xml' href='/s'>
            <link rel='alternate' type='application/atom+xml' href='/en/atom#again'>";
        let feeds = in_head(html, None, "https://wire.example/news/");
        let told: Vec<_> = feeds.iter().map(|f| (f.url.as_str(), f.title.as_deref(), f.format)).collect();
        assert_eq!(
            told,
            [
                ("https://wire.example/en/atom", Some("All & more"), Some(Format::Atom)),
                ("https://wire.example/feed.json", None, Some(Format::Json)),
                ("https://wire.example/comments/feed", Some("Comments"), Some(Format::Rss)),
            ]
        );
    }

    #[test]
    fn feeds_lie_where_they_mostly_do() {
        let html = b"<a href='/about'>About</a><a href='/news.rss'>RSS</a><a href='/story-about-rss'>No</a>";
        let places = places(html, None, "https://wire.example/sport/");
        let urls: Vec<&str> = places.iter().map(|(url, _)| url.as_str()).collect();
        assert_eq!(
            urls[..4],
            [
                "https://wire.example/news.rss",
                "https://wire.example/sport/feed",
                "https://wire.example/sport/rss",
                "https://wire.example/feed",
            ]
        );
        assert_eq!((places[0].1, places[1].1), (By::Link, By::Place));
        assert!(urls.len() <= MOST_TRIED);
    }

    proptest! {
        #[test]
        fn any_bytes_are_something(bytes in prop::collection::vec(any::<u8>(), 0..200), url in ".{0,30}") {
            let _ = (kind(&bytes, None), in_head(&bytes, None, &url), places(&bytes, None, &url));
        }
    }
}
