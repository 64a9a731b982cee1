//! Sitemaps: what pages a site says it has, and what it says about them.
//!
//! ```
//! use reportedly_gather::sitemap::{Sitemap, read};
//!
//! let xml = b"<urlset><url><loc>https://wire.example/crane</loc><lastmod>2031-03-04</lastmod></url></urlset>";
//! let Some(Sitemap::Pages(pages)) = read(xml, None).sitemap else { panic!() };
//! assert_eq!(pages[0].url, "https://wire.example/crane");
//! ```

use crate::{
    html::plain,
    web::is_web,
    xml::{Part, Shape, Space, walk},
};
use flate2::read::MultiGzDecoder;
use reportedly_page::{decode, stamp};
use reportedly_read::When;
use std::{borrow::Cow, io::Read, ops::ControlFlow};
use url::Url;

/// Pages that are read of one sitemap: what the protocol allows.
pub const MOST_PAGES: usize = 50_000;
/// Bytes of a sitemap, unpacked: what the protocol allows.
const MOST_BYTES: u64 = 50 << 20;
/// Notes on one sitemap.
const MOST_NOTES: usize = 10;

/// A page that a sitemap names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// Its address.
    pub url: String,
    /// When it was changed last (`lastmod`).
    pub changed: Option<When>,
    /// What a news sitemap says about it.
    pub news: Option<News>,
}

/// What a news sitemap says about a page: evidence of the same kind as the page's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct News {
    /// The outlet.
    pub outlet: Option<String>,
    /// A tag of its language.
    pub language: Option<String>,
    /// When it was published.
    pub published: Option<When>,
    /// The words in which it says so.
    pub published_text: Option<String>,
    /// The title.
    pub title: Option<String>,
}

/// A sitemap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sitemap {
    /// Of pages.
    Pages(Vec<Listed>),
    /// Of other sitemaps.
    Index(Vec<Listed>),
}

/// A sitemap that was read.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// `None` where it is no sitemap.
    pub sitemap: Option<Sitemap>,
    /// What was wrong with it.
    pub notes: Vec<String>,
}

const SHAPE: Shape = Shape {
    records: &["url", "sitemap"],
    wrappers: &["urlset", "sitemapindex"],
    containers: |space, name| space == Space::News && matches!(name, "news" | "publication"),
};

/// Reads a sitemap, packed with gzip or not: XML, or a text with an address a line.
pub fn read(bytes: &[u8], content_type: Option<&str>) -> Outcome {
    let mut notes = Vec::new();
    let mut unpacked = Vec::new();
    let bytes = if bytes.starts_with(b"\x1f\x8b") {
        if let Err(e) = MultiGzDecoder::new(bytes).take(MOST_BYTES).read_to_end(&mut unpacked) {
            notes.push(format!("cut: {} bytes could be unpacked: {e}", unpacked.len()));
        }
        Cow::Owned(unpacked)
    } else {
        Cow::Borrowed(bytes)
    };
    let (text, encoding) = decode(&bytes, content_type);
    notes.extend(encoding);
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if !text.starts_with('<') {
        let pages = lines(text);
        return Outcome { sitemap: pages.map(Sitemap::Pages), notes };
    }
    let mut index = None;
    let mut pages = Vec::new();
    let mut more = 0;
    let mut page = Listed::default();
    let faults = walk(text, &SHAPE, &mut |part| {
        match part {
            Part::Root(name, _) => match name {
                "urlset" => index = Some(false),
                "sitemapindex" => index = Some(true),
                _ => return ControlFlow::Break(()),
            },
            Part::Begin(_) => page = Listed::default(),
            Part::End(_) => {
                let done = std::mem::take(&mut page);
                if done.url.is_empty() {
                } else if pages.len() < MOST_PAGES {
                    pages.push(done);
                } else {
                    more += 1;
                }
            }
            Part::Field(field) => {
                let text = field.text.trim();
                let some = || Some(plain(text)).filter(|text| !text.is_empty());
                match (field.space, field.name, field.within) {
                    (Space::Plain, "loc", None) => page.url = address(text).unwrap_or_default(),
                    (Space::Plain, "lastmod", None) => page.changed = stamp(text, None),
                    (Space::News, name, _) => {
                        let news = page.news.get_or_insert_default();
                        match name {
                            "name" => news.outlet = some(),
                            "language" => news.language = some(),
                            "title" => news.title = some(),
                            "publication_date" => {
                                news.published = stamp(text, None);
                                news.published_text = some();
                            }
                            _ => {}
                        }
                    }
                    _ => {}
                }
            }
        }
        ControlFlow::Continue(())
    });
    let left = MOST_NOTES.saturating_sub(notes.len());
    notes.extend(faults.into_iter().take(left));
    if more > 0 {
        notes.push(format!("{more} pages more than {MOST_PAGES} are not read"));
    }
    let sitemap = index.map(|index| if index { Sitemap::Index(pages) } else { Sitemap::Pages(pages) });
    Outcome { sitemap, notes }
}

/// An address that can be fetched.
fn address(text: &str) -> Option<String> {
    Url::parse(text).ok().filter(is_web).map(String::from)
}

/// A sitemap of bare addresses; `None` where a line is something else.
fn lines(text: &str) -> Option<Vec<Listed>> {
    let mut pages = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()).take(MOST_PAGES) {
        pages.push(Listed { url: address(line)?, ..Listed::default() });
    }
    Some(pages).filter(|pages| !pages.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use jiff::civil::date;
    use proptest::prelude::*;
    use std::io::Write;

    fn pages(text: &str) -> Vec<Listed> {
        match read(text.as_bytes(), None).sitemap {
            Some(Sitemap::Pages(pages)) => pages,
            other => panic!("{other:?}"),
        }
    }

    const NEWS: &str = "<?xml version='1.0'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'
        xmlns:n='http://www.google.com/schemas/sitemap-news/0.9' xmlns:image='urn:image'>
        <url><loc> https://wire.example/crane?a=1&amp;b=2 </loc><lastmod>2031-03-04</lastmod>
        <n:news><n:publication><n:name>Harbour Wire</n:name><n:language>en</n:language></n:publication>
        <n:publication_date>2031-03-04T09:00:00+01:00</n:publication_date><n:title>Crane &amp;amp; quay</n:title></n:news>
        <image:image><image:loc>https://wire.example/a.jpg</image:loc></image:image></url>
        <url><loc>ftp://wire.example/no</loc></url><url><loc>https://wire.example/2</loc></url></urlset>";

    #[test]
    fn a_news_sitemap_tells_outlet_title_and_date() {
        let pages = pages(NEWS);
        assert_eq!(pages.len(), 2);
        assert_eq!(pages[0].url, "https://wire.example/crane?a=1&b=2");
        assert_eq!(pages[0].changed, Some(When::Day(date(2031, 3, 4))));
        let news = pages[0].news.clone().expect("news");
        assert_eq!(news.outlet.as_deref(), Some("Harbour Wire"));
        assert_eq!(news.language.as_deref(), Some("en"));
        assert_eq!(news.title.as_deref(), Some("Crane & quay"));
        assert_eq!(news.published_text.as_deref(), Some("2031-03-04T09:00:00+01:00"));
        assert!(matches!(news.published, Some(When::Instant(_, 3600))));
        assert_eq!(pages[1], Listed { url: "https://wire.example/2".to_owned(), ..Listed::default() });
    }

    #[test]
    fn indexes_packed_and_plain_sitemaps_are_read() {
        let index =
            "<sitemapindex><sitemap><loc>https://wire.example/1.xml.gz</loc></sitemap></sitemapindex>";
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(index.as_bytes()).expect("written");
        let packed = packed.finish().expect("finished");
        for bytes in [index.as_bytes(), &packed] {
            let Some(Sitemap::Index(of)) = read(bytes, None).sitemap else { panic!("no index") };
            assert_eq!(of[0].url, "https://wire.example/1.xml.gz");
        }
        let cut = read(&packed[..packed.len() - 12], None);
        assert!(cut.notes[0].starts_with("cut: "), "{:?}", cut.notes);
        assert_eq!(pages("\u{feff}https://a.example/\n\nhttps://b.example/\n").len(), 2);
        for no in ["", "not an address", "<html></html>", "<rss/>", "{}"] {
            assert_eq!(read(no.as_bytes(), None).sitemap, None, "{no}");
        }
    }

    #[test]
    fn sitemaps_are_read_as_far_as_they_go() {
        let text = format!("<urlset>{}", "<url><loc>https://a.example/</loc></url>".repeat(MOST_PAGES + 3));
        let read = read(text.as_bytes(), None);
        assert!(matches!(read.sitemap, Some(Sitemap::Pages(pages)) if pages.len() == MOST_PAGES));
        assert_eq!(read.notes, ["3 pages more than 50000 are not read"]);
        assert_eq!(pages("<urlset><url><loc>https://a.example/</loc><lastmod><!x").len(), 1);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..300), mark in 0usize..3) {
            let mark: &[u8] = [&b""[..], b"\x1f\x8b\x08", b"<urlset><url><loc>"][mark];
            let _ = read(&[mark, &bytes].concat(), None);
        }
    }
}
