//! One item of a feed, and what it is called: the same wherever and however often it is met.

use super::{LONGEST_NAME, LONGEST_TITLE, MOST_NAMES, absolute, first};
use crate::{article_id, html::plain, identity::canonical};
use reportedly_read::When;
use std::collections::{HashMap, HashSet};
use url::Url;
use xxhash_rust::xxh3::xxh3_64;

/// Different items from which on an address that they share is a list's.
const LIST: usize = 3;

/// Whom an item was taken from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// Its name.
    pub name: String,
    /// Its address.
    pub url: Option<String>,
}

/// One item of a feed.
#[derive(Clone, Debug, Default)]
pub struct Item {
    /// What the article is called: sixteen hexadecimal digits, from its address, else from its GUID, else from its
    /// title and day. The first is the same as [`article_id`] gives the page, so that an item is one article in five
    /// feeds, with another GUID and with another title.
    pub id: String,
    /// What the feed calls it.
    pub guid: Option<String>,
    /// The page.
    pub link: Option<String>,
    /// Its title, as text.
    pub title: String,
    /// Who wrote it, as the feed says: people, desks, agencies.
    pub authors: Vec<String>,
    /// When it was published, if that can be believed.
    pub published: Option<When>,
    /// When it was changed, if that can be believed.
    pub updated: Option<When>,
    /// The words in which the feed says when it was published.
    pub published_text: Option<String>,
    /// The words in which it says when it was changed.
    pub updated_text: Option<String>,
    /// Its text, as HTML that nobody has cleaned.
    pub text: Option<String>,
    /// Whether the feed gives the text as the whole of it, and not as a summary.
    pub whole: bool,
    /// Words of the text.
    pub words: usize,
    /// Whom it was taken from (`<source>`).
    pub source: Option<Source>,
    /// To whom it is credited otherwise: source, publisher, rights (`dc:source`, `dc:rights` …).
    pub credits: Vec<String>,
    /// To whom its pictures are credited (`media:credit`, `media:copyright`).
    pub picture_credits: Vec<String>,
    /// A tag of its language.
    pub language: Option<String>,
    /// Whether the GUID may be the page's address.
    pub(super) guid_is_link: bool,
}

impl Item {
    /// Keeps a text if it says more than what is there.
    pub(super) fn offer(&mut self, text: &str, whole: bool) {
        let text = text.trim();
        let words = count_words(text);
        // What is called the whole and is empty or a teaser loses to a longer summary.
        if words > self.words || (words == self.words && whole && !text.is_empty()) {
            self.text = Some(text.to_owned());
            self.words = words;
            self.whole = whole;
        }
    }

    pub(super) fn author(&mut self, name: &str) {
        push(&mut self.authors, person(&plain(name)));
    }

    pub(super) fn credit(&mut self, name: &str) {
        push(&mut self.credits, &plain(name));
    }

    pub(super) fn picture_credit(&mut self, name: &str) {
        push(&mut self.picture_credits, &plain(name));
    }

    /// Makes addresses absolute and texts plain.
    pub(super) fn settle(&mut self, base: Option<&Url>) {
        let title = plain(&self.title);
        first(&title, LONGEST_TITLE).clone_into(&mut self.title);
        let guid = self.guid.as_deref().filter(|_| self.guid_is_link);
        // A GUID that is to be an address is one only if it begins as one.
        let guid = guid.filter(|guid| guid.starts_with("http://") || guid.starts_with("https://"));
        self.link = self.link.as_deref().or(guid).and_then(|link| absolute(base, link));
        if let Some(source) = &mut self.source {
            let name = plain(&source.name);
            first(&name, LONGEST_NAME).clone_into(&mut source.name);
            source.url = source.url.take().and_then(|url| absolute(base, &url));
        }
        self.source.take_if(|source| source.name.is_empty() && source.url.is_none());
    }
}

fn push(names: &mut Vec<String>, name: &str) {
    let name = first(name.trim(), LONGEST_NAME);
    if !name.is_empty() && names.len() < MOST_NAMES && !names.iter().any(|known| known == name) {
        names.push(name.to_owned());
    }
}

/// The name in what RSS has for an author: "desk@wire.example (Ada Quill)".
fn person(author: &str) -> &str {
    match author.split_once(" (") {
        Some((address, name)) if address.contains('@') && !address.contains(' ') => {
            name.trim_end_matches(')')
        }
        _ => author,
    }
}

/// Words outside of tags.
fn count_words(html: &str) -> usize {
    let (mut words, mut in_word, mut in_tag) = (0, false, false);
    for c in html.chars() {
        match c {
            '<' => (in_tag, in_word) = (true, false),
            '>' => in_tag = false,
            _ if in_tag => {}
            c if c.is_alphanumeric() => {
                // Scripts without spaces: a sign counts as a word.
                words += usize::from(!in_word || c >= '\u{3040}');
                in_word = true;
            }
            c if c.is_whitespace() => in_word = false,
            _ => {}
        }
    }
    words
}

/// Names items. `host` is where their feed is from.
pub(super) fn name(items: &mut [Item], host: &str) {
    // An address that all items share, or that some do which are different in all else, is a list's and not theirs.
    let address = |item: &Item| item.link.as_deref().and_then(canonical);
    let different = |a: &Item, b: &Item| a.guid != b.guid && a.title != b.title;
    let mut sharing: HashMap<String, (usize, Vec<usize>)> = HashMap::new();
    for (i, item) in items.iter().enumerate() {
        let Some(address) = address(item) else { continue };
        let (count, of_them) = sharing.entry(address).or_default();
        *count += 1;
        if of_them.len() < LIST && of_them.iter().all(|other| different(&items[*other], item)) {
            of_them.push(i);
        }
    }
    let all = items.len();
    let is_list = |(count, of_them): &(usize, Vec<usize>)| {
        of_them.len() >= LIST || (*count == all && of_them.len() > 1)
    };
    let lists: HashSet<String> =
        sharing.into_iter().filter(|(_, sharing)| is_list(sharing)).map(|(address, _)| address).collect();
    for item in items {
        let own = address(item).filter(|address| !lists.contains(address));
        item.id = if own.is_some() {
            article_id(item.link.as_deref(), b"")
        } else {
            let title = item.title.to_lowercase();
            let key = match &item.guid {
                // What begins with a scheme is meant to be one of a kind everywhere, anything else within its site.
                Some(guid) if guid.contains(':') => format!("guid {guid}"),
                Some(guid) => format!("guid {host} {guid}"),
                None => {
                    let day = item.published.as_ref().map(|date| date.day().to_string()).unwrap_or_default();
                    // Without a title, the text has to do.
                    let text = item.text.as_deref().filter(|_| title.is_empty()).unwrap_or_default();
                    format!("title {host} {title} {text} {day}")
                }
            };
            format!("{:016x}", xxh3_64(key.as_bytes()))
        };
    }
}
