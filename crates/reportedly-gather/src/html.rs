//! The little that is wanted of HTML without reading a page: the text of a snippet, the links in a head.

use html5ever::{
    Attribute,
    tendril::StrTendril,
    tokenizer::{
        BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
        states::{Rawtext, Rcdata, ScriptData},
    },
};
use std::cell::RefCell;

/// What stands in HTML.
enum Piece {
    Open(Tag),
    Close(Tag),
    Text(StrTendril),
}

struct Sink<F>(RefCell<F>);

impl<F: FnMut(Piece)> TokenSink for Sink<F> {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let mut visit = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(text) => visit(Piece::Text(text)),
            Token::TagToken(tag) if tag.kind == TagKind::EndTag => visit(Piece::Close(tag)),
            Token::TagToken(tag) => {
                // Without a tree the tokenizer does not know in which elements tags are no tags.
                let raw = match &*tag.name {
                    "script" => Some(ScriptData),
                    "style" | "xmp" | "iframe" | "noembed" | "noframes" => Some(Rawtext),
                    "title" | "textarea" => Some(Rcdata),
                    _ => None,
                };
                visit(Piece::Open(tag));
                if let Some(kind) = raw {
                    return TokenSinkResult::RawData(kind);
                }
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

fn tokens(html: &str, visit: impl FnMut(Piece)) {
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from(html));
    let tokenizer = Tokenizer::new(Sink(RefCell::new(visit)), TokenizerOpts::default());
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
}

/// Elements that stand within a line: what is around them is one word.
const INLINE: &[&str] = &[
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "del", "em", "font", "i", "ins", "kbd", "mark", "q", "s",
    "small", "span", "strong", "sub", "sup", "tt", "u", "var", "wbr",
];

/// The text of HTML: tags taken out, references resolved, white space collapsed.
pub(crate) fn plain(html: &str) -> String {
    let mut out = String::new();
    if !html.contains(['<', '&']) {
        collapse(html, &mut out);
        return out;
    }
    let mut hidden = 0;
    let mut line = String::new();
    tokens(html, |piece| match piece {
        Piece::Text(text) if hidden == 0 => line.push_str(&text),
        Piece::Text(_) => {}
        Piece::Open(tag) | Piece::Close(tag) => {
            if matches!(&*tag.name, "script" | "style") && !tag.self_closing {
                hidden = usize::from(tag.kind == TagKind::StartTag);
            }
            if !INLINE.contains(&&*tag.name) {
                line.push(' ');
            }
        }
    });
    collapse(&line, &mut out);
    out
}

fn collapse(text: &str, out: &mut String) {
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
}

/// A link that a page has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Link {
    /// Its kinds, in lower case; empty for `<a>`.
    pub rel: String,
    pub href: String,
    pub kind: String,
    /// Its title, or the text of an `<a>`.
    pub title: String,
}

/// What a page's markup says about where things are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Links {
    pub base: Option<String>,
    pub title: String,
    /// `<link>`
    pub named: Vec<Link>,
    /// `<a>`
    pub anchors: Vec<Link>,
}

/// The links of a page, of each kind the first `most`.
pub(crate) fn links(html: &str, most: usize) -> Links {
    let mut found = Links::default();
    let mut in_title = false;
    let mut in_anchor = false;
    tokens(html, |piece| match piece {
        Piece::Open(tag) => match &*tag.name {
            "base" if found.base.is_none() => found.base = attribute(&tag, "href"),
            "title" => in_title = found.title.is_empty(),
            "link" if found.named.len() < most => {
                if let Some(href) = attribute(&tag, "href") {
                    let of = |name| attribute(&tag, name).unwrap_or_default();
                    found.named.push(Link {
                        rel: of("rel").to_ascii_lowercase(),
                        href,
                        kind: of("type").to_ascii_lowercase(),
                        title: of("title"),
                    });
                }
            }
            "a" => {
                in_anchor = false;
                if found.anchors.len() < most
                    && let Some(href) = attribute(&tag, "href")
                {
                    in_anchor = true;
                    let kind = attribute(&tag, "type").unwrap_or_default().to_ascii_lowercase();
                    found.anchors.push(Link { href, kind, ..Link::default() });
                }
            }
            _ => {}
        },
        Piece::Close(tag) => match &*tag.name {
            "title" => in_title = false,
            "a" => in_anchor = false,
            _ => {}
        },
        Piece::Text(text) => {
            let into = if in_title {
                &mut found.title
            } else if in_anchor && let Some(anchor) = found.anchors.last_mut() {
                &mut anchor.title
            } else {
                return;
            };
            let mut all = std::mem::take(into);
            if all.len() < LONGEST_TITLE {
                all.push_str(&text);
            }
            *into = all;
        }
    });
    for title in [&mut found.title].into_iter().chain(found.anchors.iter_mut().map(|a| &mut a.title)) {
        let mut out = String::new();
        collapse(title, &mut out);
        *title = out;
    }
    found
}

/// Bytes after which a title is no longer gathered.
const LONGEST_TITLE: usize = 2000;

fn attribute(tag: &Tag, name: &str) -> Option<String> {
    let found = tag.attrs.iter().find(|Attribute { name: of, .. }| &*of.local == name)?;
    Some(found.value.trim().to_owned()).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_text_of_a_snippet_is_what_a_reader_sees() {
        for (html, text) in [
            ("one  two\n", "one two"),
            ("AT&amp;T &eacute;t&eacute; &hellip;", "AT&T été …"),
            ("<p>One.</p><p>Two<b>fold</b>.</p>", "One. Twofold."),
            ("a<br>b<script>x</script>c<style>p{}</style>", "a b c"),
            ("a < b & c", "a < b & c"),
        ] {
            assert_eq!(plain(html), text);
        }
    }

    #[test]
    fn links_are_found_in_any_markup() {
        let found = links(
            "<!doctype html><title>Harbour\n Wire</title><base href=/en/><LINK rel='Alternate' type='application/rss+xml' \
             title='News &amp; more' href=feed><script>'<link rel=alternate href=no>'</script>\
             <a href='/rss'>All <b>feeds</b></a><a>none</a>",
            10,
        );
        assert_eq!((found.title.as_str(), found.base.as_deref()), ("Harbour Wire", Some("/en/")));
        assert_eq!(
            found.named,
            [Link {
                rel: "alternate".to_owned(),
                href: "feed".to_owned(),
                kind: "application/rss+xml".to_owned(),
                title: "News & more".to_owned(),
            }]
        );
        assert_eq!(found.anchors.len(), 1);
        assert_eq!(found.anchors[0].title, "All feeds");
    }

    proptest! {
        #[test]
        fn any_text_is_taken_for_html(html in "([<>/&;!a-c =\"'-]|<title>|<a href=x>|</a>|<script>|&amp;|é){0,60}") {
            prop_assert!(!plain(&html).contains("  "));
            prop_assert!(links(&html, 3).anchors.len() <= 3);
        }
    }
}
