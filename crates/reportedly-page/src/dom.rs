//! The tree of an HTML page: an arena of nodes that refer to each other by index.
//!
//! html5ever builds it, so that it is the tree a browser would build: [`parse`] feeds and bounds it with what `tokens`
//! reads, `sink` is what it builds into.

mod parse;
mod references;
#[cfg(test)]
mod same_tree;
mod sink;
mod tokens;

pub(crate) use parse::parse;

use html5ever::tendril::StrTendril;
use html5ever::{Attribute, LocalName, QualName};
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// A node, by its index.
pub(crate) type NodeId = u32;

/// Nodes that are looked at for the words of one element.
pub(crate) const MAX_WALKED: usize = 4_000;

/// The root, which is no element and no child.
pub(crate) const DOCUMENT: NodeId = 0;

/// What a node is.
#[derive(Debug)]
pub(crate) enum Data {
    Document,
    Text(StrTendril),
    Element(QualName, Vec<Attribute>),
    /// A comment, a processing instruction: nothing to read.
    Nothing,
}

#[derive(Debug)]
struct Node {
    parent: NodeId,
    first: NodeId,
    last: NodeId,
    previous: NodeId,
    next: NodeId,
    depth: u32,
    /// The attributes that it may have, each as one bit: most questions are for such as it has not.
    attributes: u64,
    data: Data,
}

/// The bit that stands for an attribute's name, and for some others.
#[inline]
const fn bit(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let (first, last) = match bytes {
        [] => (0, 0),
        [first, .., last] => (*first, *last),
        [only] => (*only, *only),
    };
    1 << ((first as usize + 5 * last as usize + 11 * bytes.len()) % 64)
}

/// The tree of a page.
#[derive(Debug)]
pub(crate) struct Dom {
    nodes: Vec<Node>,
    /// What was left out, as diagnostics.
    pub(crate) cut: Vec<String>,
}

/// The longest prefix of at most `bytes` bytes that ends on a character boundary.
pub(crate) fn floor(text: &str, bytes: usize) -> &str {
    let mut end = text.len().min(bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Attributes that somebody reads; the others are not kept.
static READ: LazyLock<FxHashMap<&'static str, LocalName>> = LazyLock::new(|| {
    const NAMES: &[&str] = &[
        "alt",
        "aria-hidden",
        "aria-label",
        "charset",
        "class",
        "content",
        "data",
        "data-component",
        "data-date",
        "data-datetime",
        "data-id",
        "data-module",
        "data-original",
        "data-published",
        "data-qa",
        "data-role",
        "data-src",
        "data-test",
        "data-test-id",
        "data-testid",
        "data-time",
        "data-timestamp",
        "data-type",
        "date",
        "datetime",
        "hidden",
        "href",
        "http-equiv",
        "id",
        "itemid",
        "itemprop",
        "itemscope",
        "itemtype",
        "lang",
        "media",
        "name",
        "property",
        "pubdate",
        "rel",
        "role",
        "src",
        "srcset",
        "style",
        "title",
        "type",
        "width",
        "height",
    ];
    NAMES.iter().map(|name| (*name, LocalName::from(*name))).collect()
});

impl Node {
    fn attribute(&self, name: &str) -> Option<&str> {
        match &self.data {
            Data::Element(_, attrs) => attrs.iter().find(|a| &*a.name.local == name).map(|a| &*a.value),
            _ => None,
        }
    }

    fn new(data: Data) -> Self {
        let attributes = match &data {
            Data::Element(_, attributes) => attributes.iter().fold(0, |bits, a| bits | bit(&a.name.local)),
            _ => 0,
        };
        Self { parent: 0, first: 0, last: 0, previous: 0, next: 0, depth: 0, attributes, data }
    }
}

impl Dom {
    /// The number of nodes: every [`NodeId`] is below it.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// What a node is.
    pub(crate) fn data(&self, id: NodeId) -> &Data {
        self.nodes.get(id as usize).map_or(&Data::Nothing, |n| &n.data)
    }

    /// The element's name in lower case; "" for what is no element.
    pub(crate) fn name(&self, id: NodeId) -> &str {
        match self.data(id) {
            Data::Element(name, _) => &name.local,
            _ => "",
        }
    }

    /// The value of an attribute, as it stands.
    #[inline]
    pub(crate) fn attr(&self, id: NodeId, name: &str) -> Option<&str> {
        let node = self.nodes.get(id as usize).filter(|n| n.attributes & bit(name) != 0)?;
        node.attribute(name)
    }

    /// The text of a text node.
    pub(crate) fn text_node(&self, id: NodeId) -> Option<&str> {
        match self.data(id) {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The parent; the document for the root element and for what hangs nowhere.
    pub(crate) fn parent(&self, id: NodeId) -> NodeId {
        self.nodes.get(id as usize).map_or(DOCUMENT, |n| n.parent)
    }

    /// The first child, if any.
    pub(crate) fn first_child(&self, id: NodeId) -> Option<NodeId> {
        self.nodes.get(id as usize).map(|n| n.first).filter(|c| *c != 0)
    }

    /// The next sibling, if any.
    pub(crate) fn next_sibling(&self, id: NodeId) -> Option<NodeId> {
        self.nodes.get(id as usize).map(|n| n.next).filter(|c| *c != 0)
    }

    /// The children, in order.
    pub(crate) fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        std::iter::successors(self.first_child(id), |c| self.next_sibling(*c))
    }

    /// The ancestors, from the parent up, without the document.
    pub(crate) fn ancestors(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        std::iter::successors(Some(self.parent(id)), |p| Some(self.parent(*p))).take_while(|p| *p != DOCUMENT)
    }

    /// The node after `id` in document order; with `skip`, after all that lies in it. Stays inside `root`.
    pub(crate) fn following(&self, root: NodeId, id: NodeId, skip: bool) -> Option<NodeId> {
        if !skip && let Some(child) = self.first_child(id) {
            return Some(child);
        }
        let mut at = id;
        while at != root && at != DOCUMENT {
            if let Some(next) = self.next_sibling(at) {
                return Some(next);
            }
            at = self.parent(at);
        }
        None
    }

    /// All nodes below `root`, in document order.
    pub(crate) fn descendants(&self, root: NodeId) -> impl Iterator<Item = NodeId> {
        std::iter::successors(self.following(root, root, false), move |id| self.following(root, *id, false))
    }

    /// The first element of this name below `root`.
    pub(crate) fn first(&self, root: NodeId, name: &str) -> Option<NodeId> {
        self.descendants(root).find(|id| self.name(*id) == name)
    }

    /// The words below a node, scripts and styles left out, runs of white space as one space; at most `limit` bytes, and
    /// those of the first [`MAX_WALKED`] nodes: there may be many without a word.
    pub(crate) fn text(&self, root: NodeId, limit: usize) -> String {
        self.words(root, limit, false)
    }

    /// The same as [`Dom::text`], but where a small letter meets a capital at the border of two elements, they are two
    /// words: style sheets set such elements apart.
    pub(crate) fn wording(&self, root: NodeId, limit: usize) -> String {
        self.words(root, limit, true)
    }

    fn words(&self, root: NodeId, limit: usize, apart: bool) -> String {
        let mut out = String::new();
        if let Some(text) = self.text_node(root) {
            push_words(&mut out, text);
        }
        let mut at = self.following(root, root, false);
        let mut walked = 0;
        while let Some(id) = at {
            walked += 1;
            if out.len() > limit || walked > MAX_WALKED {
                break;
            }
            let name = self.name(id);
            let skip = matches!(name, "script" | "style" | "noscript" | "template" | "svg");
            match self.text_node(id) {
                Some(text) => {
                    let meets = apart
                        && out.ends_with(|c: char| c.is_lowercase() || c.is_ascii_digit())
                        && text.starts_with(char::is_uppercase);
                    if meets {
                        out.push(' ');
                    }
                    push_words(&mut out, text);
                }
                None if !is_inline(name) => push_words(&mut out, " "),
                None => {}
            }
            at = self.following(root, id, skip);
        }
        out.truncate(floor(&out, limit).len());
        out.truncate(out.trim_end().len());
        out
    }
}

/// Elements that stand inside a line of text.
pub(crate) fn is_inline(name: &str) -> bool {
    matches!(
        name,
        "a" | "abbr"
            | "acronym"
            | "b"
            | "bdi"
            | "bdo"
            | "big"
            | "cite"
            | "code"
            | "data"
            | "del"
            | "dfn"
            | "em"
            | "font"
            | "i"
            | "ins"
            | "kbd"
            | "label"
            | "mark"
            | "nobr"
            | "q"
            | "rb"
            | "ruby"
            | "s"
            | "samp"
            | "small"
            | "span"
            | "strike"
            | "strong"
            | "sub"
            | "sup"
            | "time"
            | "tt"
            | "u"
            | "var"
            | "wbr"
    )
}

/// Adds text to a line: white space becomes one space, none at the line's beginning, and what is never seen
/// (soft hyphens, zero-width marks) is left out.
pub(crate) fn push_words(out: &mut String, text: &str) {
    if text.is_ascii() && memchr::memchr(0, text.as_bytes()).is_none() {
        let mut rest = text;
        while let Some(end) = rest.bytes().position(|b| matches!(b, b'\t'..=b'\r' | b' ')) {
            out.push_str(&rest[..end]);
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
            rest = &rest[end + 1..];
        }
        out.push_str(rest);
        return;
    }
    for (i, piece) in text.split(char::is_whitespace).enumerate() {
        if i > 0 && !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
        if piece.is_ascii() && !piece.contains('\0') {
            out.push_str(piece);
        } else {
            out.extend(
                piece
                    .chars()
                    .filter(|c| !matches!(c, '\u{200b}' | '\u{feff}' | '\u{ad}' | '\u{2060}' | '\0')),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::parse::MAX_DEPTH;
    use super::*;

    fn depth(dom: &Dom) -> u32 {
        dom.nodes.iter().map(|n| n.depth).max().unwrap_or(0)
    }

    #[test]
    fn pages_go_on_after_their_declared_encoding() {
        let dom = parse("<head><meta charset='UTF-8'><title>Fog</title></head><body><p>Fog over the bay.");
        assert_eq!(dom.first(DOCUMENT, "p").map(|p| dom.text(p, 100)).as_deref(), Some("Fog over the bay."));
    }

    /// Shapes that make a tree builder work hard: the tree must grow no faster than the page, and not too deep.
    #[test]
    fn work_grows_no_faster_than_the_page() {
        let shapes: [&dyn Fn(usize) -> String; 9] = [
            &|n| "<div>".repeat(n),
            &|n| "<a href=x>".repeat(n),
            &|n| "<b><i><p>".repeat(n),
            &|n| "<table><tr><td>".repeat(n),
            &|n| "<ul><li>".repeat(n),
            &|n| "<svg><g>".repeat(n),
            &|n| format!("{}{}", "<font color=1>".repeat(n / 8), "</p><p>x".repeat(n)),
            &|n| (0..n).map(|i| ["<b id=", &i.to_string(), ">"].concat()).collect::<String>() + "text",
            &|n| "<table>x<tr>".repeat(n),
        ];
        for (i, shape) in shapes.iter().enumerate() {
            let (once, twice) = (parse(&shape(2_000)), parse(&shape(4_000)));
            assert!(depth(&twice) <= MAX_DEPTH + 8, "shape {i}: depth {}", depth(&twice));
            let (once, twice) = (once.nodes.len(), twice.nodes.len());
            assert!(twice <= once * 2 + 2 * MAX_DEPTH as usize, "shape {i}: {once} nodes, then {twice}");
        }
    }

    #[test]
    fn what_is_left_out_is_said() {
        let dom = parse(&"<div>".repeat(1_000));
        assert!(dom.cut.iter().any(|c| c.starts_with("cut: ") && c.contains("deeper than")), "{:?}", dom.cut);
        let harmless = format!("<p>one</p><!-- {} --><p>two</p>", "word - \"x\" ".repeat(3_000));
        let dom = parse(&harmless);
        assert_eq!((dom.cut.len(), dom.text(DOCUMENT, 100).as_str()), (0, "one two"));
    }

    #[test]
    fn scripts_end_where_a_browser_ends_them() {
        for (script, after) in [
            ("<script>a < b\r\n</script>", true),
            ("<SCRIPT>a</Script >", true),
            ("<script></script>", true),
            ("<script>a</scripts><p>in</p></script>", true),
            ("<script><!-- <script> </script> <p>in</p> --></script>", true),
            ("<script><!-- <script> </script> <p>in</p></script>", true),
            ("<script><!--></script>", true),
            ("<script><!-- <script> </script>", false),
            ("<script type=application/ld+json>{\"a\": \"<p>\"}</script>", true),
            ("<style>a > b</scripts></style>", true),
            ("<svg><style>in</style></svg>", true),
            ("<style>a", false),
        ] {
            let dom = parse(&format!("{script}<p>after"));
            let said = dom.first(DOCUMENT, "p").map(|p| dom.text(p, 100));
            assert_eq!(said.as_deref(), after.then_some("after"), "{script}");
        }
    }

    #[test]
    fn text_is_as_a_reader_sees_it() {
        let dom = parse("<p>One\n\n  two<br>three <b>fo</b>ur&shy;teen<script>no</script></p>");
        assert_eq!(dom.text(DOCUMENT, 100), "One two three fourteen");
    }
}
