//! Subscriptions as feed readers exchange them: OPML, folders within folders.
//!
//! A file comes from anywhere: its size and depth are bounded, and entities of its own making mean nothing.

use crate::{web::is_web, xml::attribute};
use quick_xml::{
    Reader,
    escape::escape,
    events::{BytesStart, Event},
};
use reportedly_page::decode;
use rustc_hash::FxHashMap;
use std::fmt::Write;
use url::Url;

/// Bytes of the largest file that is read: some fifty thousand feeds.
const MOST_BYTES: usize = 16 << 20;
/// Folders within folders that are kept apart; deeper ones count as the last of these.
const DEEPEST: usize = 16;
/// Outlines within outlines that are followed at all.
const FOLLOWED: usize = 256;
/// Characters of a title or a folder's name.
const LONGEST: usize = 500;
/// Bytes of an address; no feed has a longer one.
const LONGEST_ADDRESS: usize = 2_000;

/// One feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Feed {
    /// Its address.
    pub url: String,
    /// Its title.
    pub title: Option<String>,
    /// The address of its site.
    pub site: Option<String>,
    /// The folders that it is in, each from the outermost on; in none of them where it is in no folder.
    pub folders: Vec<Vec<String>>,
}

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Feeds {
    /// Its feeds in order, each once.
    pub feeds: Vec<Feed>,
    /// What was passed over, with its line.
    pub problems: Vec<(usize, String)>,
}

/// What is wrong with a file as a whole.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpmlError {
    /// It is larger than any list of feeds.
    #[error("more than {} MiB, which no list of subscriptions has", MOST_BYTES >> 20)]
    Large,
    /// It is no XML from some line on.
    #[error("line {0}: {1}")]
    Xml(usize, String),
    /// It is something else.
    #[error("no OPML: there is no <opml> in it")]
    Other,
}

/// An outline that is open.
enum Open {
    Folder(String),
    /// A feed, or something without a name.
    Leaf,
}

/// The feeds of an OPML file.
pub fn parse(bytes: &[u8]) -> Result<Feeds, OpmlError> {
    if bytes.len() > MOST_BYTES {
        return Err(OpmlError::Large);
    }
    let (text, _) = decode(bytes, None);
    let line = |at: u64| text.as_bytes().iter().take(at as usize).filter(|b| **b == b'\n').count() + 1;
    let mut reader = Reader::from_str(&text);
    // A file by hand may leave out an end.
    reader.config_mut().check_end_names = false;
    reader.config_mut().allow_unmatched_ends = true;
    let mut found = Found::default();
    let mut open: Vec<Open> = Vec::new();
    let (mut is_opml, mut deeper) = (false, 0_usize);
    loop {
        let at = reader.buffer_position();
        let event =
            reader.read_event().map_err(|e| OpmlError::Xml(line(reader.error_position()), e.to_string()))?;
        match event {
            Event::Start(tag) if is(&tag, "opml") => is_opml = true,
            Event::Empty(tag) if is(&tag, "outline") => {
                found.outline(&tag, &open, || line(at));
            }
            Event::Start(tag) if is(&tag, "outline") => {
                if open.len() >= FOLLOWED {
                    deeper += 1;
                    continue;
                }
                let outline = found.outline(&tag, &open, || line(at));
                open.push(outline);
            }
            Event::End(tag) if tag.local_name().as_ref().eq_ignore_ascii_case("outline") => {
                if deeper > 0 {
                    deeper -= 1;
                } else {
                    open.pop();
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    if !is_opml {
        return Err(OpmlError::Other);
    }
    Ok(found.feeds)
}

fn is(tag: &BytesStart<'_>, name: &str) -> bool {
    tag.local_name().as_ref().eq_ignore_ascii_case(name)
}

#[derive(Default)]
struct Found {
    feeds: Feeds,
    by_url: FxHashMap<String, usize>,
}

impl Found {
    fn outline(&mut self, tag: &BytesStart<'_>, open: &[Open], line: impl Fn() -> usize) -> Open {
        let told = |name: &str| {
            let value = attribute(tag, name)?;
            Some(value.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|v| !v.is_empty())
        };
        let name = told("title").or_else(|| told("text"));
        let name = name.map(|name| name.chars().take(LONGEST).collect::<String>());
        let Some(given) = told("xmlUrl") else {
            return name.map_or(Open::Leaf, Open::Folder);
        };
        let Some(url) = address(&given).filter(|url| url.len() <= LONGEST_ADDRESS) else {
            let given: String = given.chars().take(LONGEST).collect();
            self.feeds.problems.push((line(), format!("{given:?} is no address of a feed")));
            return Open::Leaf;
        };
        let folder: Vec<String> = open
            .iter()
            .filter_map(|o| match o {
                Open::Folder(name) => Some(name.clone()),
                Open::Leaf => None,
            })
            .take(DEEPEST)
            .collect();
        let at = *self.by_url.entry(url.clone()).or_insert_with(|| {
            self.feeds.feeds.push(Feed { url, ..Feed::default() });
            self.feeds.feeds.len() - 1
        });
        if let Some(feed) = self.feeds.feeds.get_mut(at) {
            feed.title = feed.title.take().or(name);
            feed.site = feed.site.take().or_else(|| address(&told("htmlUrl")?));
            if !folder.is_empty() && !feed.folders.contains(&folder) {
                feed.folders.push(folder);
            }
        }
        Open::Leaf
    }
}

/// An address on the web, in one way of writing it.
fn address(given: &str) -> Option<String> {
    let given = given.trim();
    let web = match given.split_once(':') {
        Some((feed, rest)) if feed.eq_ignore_ascii_case("feed") => {
            if rest.starts_with("//") {
                format!("http:{rest}")
            } else {
                rest.to_owned()
            }
        }
        _ => given.to_owned(),
    };
    Url::parse(&web).ok().filter(is_web).map(String::from)
}

/// A folder with what is in it, in order of first mention.
#[derive(Default)]
struct Folder<'f> {
    names: Vec<&'f str>,
    folders: FxHashMap<&'f str, Folder<'f>>,
    feeds: Vec<&'f Feed>,
}

/// An OPML 2.0 file of feeds.
pub fn write(feeds: &[Feed], title: &str) -> String {
    let mut all = Folder::default();
    for feed in feeds {
        if feed.folders.is_empty() {
            all.feeds.push(feed);
        }
        for path in &feed.folders {
            let mut folder = &mut all;
            for name in path.iter().take(DEEPEST) {
                if !folder.folders.contains_key(name.as_str()) {
                    folder.names.push(name);
                }
                folder = folder.folders.entry(name).or_default();
            }
            folder.feeds.push(feed);
        }
    }
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<opml version=\"2.0\">\n  <head>\n    <title>{}</title>\n  </head>\n  <body>\n",
        escaped(title)
    );
    write_folder(&all, 2, &mut out);
    out.push_str("  </body>\n</opml>\n");
    out
}

/// At most [`DEEPEST`] deep, which bounds the recursion.
fn write_folder(folder: &Folder<'_>, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    for feed in &folder.feeds {
        let title = escaped(feed.title.as_deref().unwrap_or(&feed.url));
        let _ = write!(out, "{indent}<outline type=\"rss\" text=\"{title}\"");
        if feed.title.is_some() {
            let _ = write!(out, " title=\"{title}\"");
        }
        let _ = write!(out, " xmlUrl=\"{}\"", escaped(&feed.url));
        if let Some(site) = &feed.site {
            let _ = write!(out, " htmlUrl=\"{}\"", escaped(site));
        }
        out.push_str("/>\n");
    }
    for name in &folder.names {
        let _ = writeln!(out, "{indent}<outline text=\"{0}\" title=\"{0}\">", escaped(name));
        if let Some(inner) = folder.folders.get(name) {
            write_folder(inner, depth + 1, out);
        }
        let _ = writeln!(out, "{indent}</outline>");
    }
}

/// Text that can stand in an attribute; what XML cannot hold is left out.
fn escaped(text: &str) -> String {
    let text: String =
        text.chars().filter(|c| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}')).collect();
    escape(text.as_str()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{Feed, MOST_BYTES, OpmlError, parse, write};
    use proptest::prelude::*;

    fn feed(url: &str, title: Option<&str>, folders: &[&[&str]]) -> Feed {
        let folders =
            folders.iter().map(|path| path.iter().map(|name| (*name).to_owned()).collect()).collect();
        Feed { url: url.to_owned(), title: title.map(str::to_owned), site: None, folders }
    }

    #[test]
    fn an_address_without_end_is_passed_over() {
        let list = |length: usize| {
            let path = "a".repeat(length);
            format!("<opml><body><outline xmlUrl=\"https://wire.example/{path}\"/></body></opml>")
        };
        let short = parse(list(1_000).as_bytes()).expect("OPML");
        assert_eq!((short.feeds.len(), short.problems.len()), (1, 0));
        let long = parse(list(100_000).as_bytes()).expect("OPML");
        assert!(long.feeds.is_empty() && long.problems.len() == 1 && long.problems[0].1.len() < 2_000);
    }

    #[test]
    fn feeds_are_found_with_folders_and_titles_however_the_file_is_written() {
        let found = parse(
            br#"<?xml version="1.0"?>
<OPML version="1.1"><head><title>mine</title></head><body>
  <outline text="Ports &amp; quays">
    <Outline TEXT="Harbour Wire" xmlurl="https://wire.example/feed?a=1&amp;b=2" HTMLURL="https://wire.example/"/>
    <outline title="Local" text="ignored"><outline type="rss" text="" xmlUrl="feed://tern.example/rss"/></outline>
  </outline>
  <outline text="again" xmlUrl="HTTPS://wire.example/feed?a=1&amp;b=2"></outline>
  <outline text="no feed" xmlUrl="javascript:alert(1)"/>
  <outline text="&unknown; entity" xmlUrl="https://velm.example/rss"/>
</body></OPML>"#,
        )
        .expect("OPML");
        let mut wire = feed("https://wire.example/feed?a=1&b=2", Some("Harbour Wire"), &[&["Ports & quays"]]);
        wire.site = Some("https://wire.example/".to_owned());
        assert_eq!(
            found.feeds,
            [
                wire,
                feed("http://tern.example/rss", None, &[&["Ports & quays", "Local"]]),
                feed("https://velm.example/rss", Some("&unknown; entity"), &[]),
            ]
        );
        assert_eq!(found.problems, [(8, "\"javascript:alert(1)\" is no address of a feed".to_owned())]);
    }

    #[test]
    fn encodings_are_heeded() {
        let latin = b"<?xml version='1.0' encoding='ISO-8859-1'?><opml><outline text='K\xfcste' xmlUrl='http://k.example/'/></opml>";
        assert_eq!(parse(latin).expect("OPML").feeds[0].title.as_deref(), Some("K\u{fc}ste"));
        let mut wide: Vec<u8> = vec![0xff, 0xfe];
        let text = "<opml><outline text='Küste' xmlUrl='http://k.example/'/></opml>";
        wide.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(parse(&wide).expect("OPML").feeds[0].title.as_deref(), Some("K\u{fc}ste"));
    }

    #[test]
    fn what_is_no_opml_or_too_much_is_said() {
        assert_eq!(parse(b"<html><body>"), Err(OpmlError::Other));
        assert_eq!(parse(b""), Err(OpmlError::Other));
        assert_eq!(parse(&vec![b' '; MOST_BYTES + 1]), Err(OpmlError::Large));
        let broken = parse(b"<opml>\n<outline text='a' \n<").expect_err("broken");
        assert!(broken.to_string().starts_with("line "), "{broken}");
    }

    #[test]
    fn hostile_files_stay_small() {
        let bomb = r#"<!DOCTYPE opml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>
<opml><body><outline text="&b;&f;" xmlUrl="http://a.example/"/></body></opml>"#;
        assert_eq!(parse(bomb.as_bytes()).expect("OPML").feeds[0].title.as_deref(), Some("&b;&f;"));
        let deep = format!(
            "<opml>{}<outline xmlUrl='http://a.example/'/>{}<outline text='z' xmlUrl='http://b.example/'/></opml>",
            "<outline text='f'>".repeat(100_000),
            "</outline>".repeat(100_000)
        );
        let found = parse(deep.as_bytes()).expect("OPML");
        assert_eq!(found.feeds[0].folders[0].len(), super::DEEPEST);
        assert!(found.feeds[1].folders.is_empty(), "what was opened is closed again");
        let long =
            format!("<opml><outline text='{}' xmlUrl='http://a.example/'/></opml>", "x".repeat(1 << 20));
        assert_eq!(parse(long.as_bytes()).expect("OPML").feeds[0].title.as_ref().map(String::len), Some(500));
    }

    fn name() -> impl Strategy<Value = String> {
        "[a-zA-Z&<>\"'äß€ ]{0,12}".prop_map(|n| n.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            feeds in prop::collection::vec(
                (name(), prop::option::of(0_u8..9), prop::collection::btree_set(prop::collection::vec(name(), 1..4), 0..3)),
                0..12,
            )
        ) {
            let feeds: Vec<Feed> = feeds
                .into_iter()
                .enumerate()
                .map(|(i, (title, site, folders))| Feed {
                    url: format!("https://f{i}.example/rss?a=1&b=2"),
                    title: Some(title).filter(|t| !t.is_empty()),
                    site: site.map(|s| format!("https://s{s}.example/")),
                    folders: folders.into_iter().filter(|f| f.iter().all(|n| !n.is_empty())).collect(),
                })
                .collect();
            let found = parse(write(&feeds, "mine").as_bytes()).expect("OPML");
            prop_assert_eq!(found.problems, []);
            let ordered = |feeds: Vec<Feed>| {
                let mut feeds: Vec<Feed> = feeds
                    .into_iter()
                    .map(|mut f| {
                        f.folders.sort();
                        // Where a feed has no title, its address is shown in its place.
                        f.title = f.title.filter(|t| *t != f.url);
                        f
                    })
                    .collect();
                feeds.sort_by(|a, b| a.url.cmp(&b.url));
                feeds
            };
            prop_assert_eq!(ordered(found.feeds), ordered(feeds));
        }

        #[test]
        fn anything_is_read_or_refused(text in "(<|>|/|outline|opml|xmlUrl|=|\"|'| |&|;|!|\\[|\\PC){0,80}") {
            let _ = parse(text.as_bytes());
        }
    }
}
