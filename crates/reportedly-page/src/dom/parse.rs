//! From markup to a tree.
//!
//! Between the tokens and html5ever's tree builder stands a gate that keeps the work in proportion to the input: it
//! bounds depth and nodes, since the builder looks through its stack of open elements at nearly every tag.

use super::sink::Sink;
use super::tokens::Tokens;
use super::{Dom, NodeId, floor};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts};
use html5ever::{LocalName, local_name};
use std::cell::Cell;

/// Bytes of text that are parsed: what is decoded from another encoding may be longer than it was.
const MAX_BYTES: usize = crate::MOST_BYTES;
/// Nodes that a tree may have. A news page has 2,000 to 20,000.
pub(super) const MAX_NODES: usize = 300_000;
/// Depth at which further elements are left out, their text kept. Browsers stop at 512.
pub(super) const MAX_DEPTH: u32 = 256;
/// Attributes that a tree may hold.
pub(super) const MAX_ATTRIBUTES: usize = 800_000;

/// Parses a page.
pub(crate) fn parse(html: &str) -> Dom {
    let mut cut = Vec::new();
    let whole = html.len();
    let html = floor(html, MAX_BYTES);
    if html.len() < whole {
        cut.push(format!("cut: {} of {whole} bytes of markup are read", html.len()));
    }
    let gate = Gate::new(html.len());
    let page = with_line_feeds(html);
    let read = Tokens::new(&page, &gate).run();
    if !gate.has_room() {
        cut.push(format!("cut: more than {MAX_NODES} nodes after {read} bytes"));
    }
    gate.into_dom(cut)
}

/// The page with its line ends as line feeds.
fn with_line_feeds(html: &str) -> StrTendril {
    if memchr::memchr(b'\r', html.as_bytes()).is_none() {
        return StrTendril::from_slice(html);
    }
    let mut page = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = memchr::memchr(b'\r', rest.as_bytes()) {
        page.push_str(&rest[..at]);
        page.push('\n');
        rest = &rest[at + 1..];
        rest = rest.strip_prefix('\n').unwrap_or(rest);
    }
    page.push_str(rest);
    StrTendril::from(page)
}

/// Stands between tokens and tree builder.
pub(super) struct Gate {
    builder: TreeBuilder<NodeId, Sink>,
    dropped: Cell<usize>,
    /// Elements left out that are still open: their end tags are left out too.
    open: Cell<usize>,
}

impl Gate {
    pub(super) fn new(bytes: usize) -> Self {
        let builder = TreeBuilder::new(Sink::for_page(bytes), TreeBuilderOpts::default());
        Self { builder, dropped: Cell::new(0), open: Cell::new(0) }
    }

    /// Whether the tree may grow further.
    pub(super) fn has_room(&self) -> bool {
        self.builder.sink.nodes.borrow().len() <= MAX_NODES
    }

    /// Hands a token on to the tree builder, which says how to read on.
    pub(super) fn take(&self, token: Token) -> TokenSinkResult<NodeId> {
        if let Token::TagToken(tag) = &token
            && self.builder.sink.depth.get() > MAX_DEPTH
            && !changes_tokens(tag)
        {
            match tag.kind {
                TagKind::StartTag => {
                    self.dropped.set(self.dropped.get() + 1);
                    if !tag.self_closing && !is_void(&tag.name) {
                        self.open.set(self.open.get() + 1);
                    }
                    return TokenSinkResult::Continue;
                }
                TagKind::EndTag if self.open.get() > 0 => {
                    self.open.set(self.open.get() - 1);
                    return TokenSinkResult::Continue;
                }
                TagKind::EndTag => {}
            }
        }
        self.builder.process_token(token, 0)
    }

    /// All tokens have been handed on.
    pub(super) fn end(&self) {
        self.builder.end();
    }

    /// Whether what comes next stands in an element of SVG or MathML.
    pub(super) fn in_foreign_element(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }

    pub(super) fn into_dom(self, mut cut: Vec<String>) -> Dom {
        if self.dropped.get() > 0 {
            cut.push(format!("cut: {} elements deeper than {MAX_DEPTH}", self.dropped.get()));
        }
        if self.builder.sink.attributes.get() > MAX_ATTRIBUTES {
            cut.push(format!("cut: elements after the first {MAX_ATTRIBUTES} attributes are without theirs"));
        }
        Dom { nodes: self.builder.sink.nodes.into_inner(), cut }
    }
}

/// Elements after whose start tag text is no markup: the tree builder must see them.
fn changes_tokens(tag: &Tag) -> bool {
    matches!(
        tag.name,
        local_name!("script")
            | local_name!("style")
            | local_name!("textarea")
            | local_name!("title")
            | local_name!("xmp")
            | local_name!("iframe")
            | local_name!("noembed")
            | local_name!("noframes")
            | local_name!("noscript")
            | local_name!("plaintext")
    )
}

fn is_void(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("area")
            | local_name!("base")
            | local_name!("br")
            | local_name!("col")
            | local_name!("embed")
            | local_name!("hr")
            | local_name!("img")
            | local_name!("input")
            | local_name!("link")
            | local_name!("meta")
            | local_name!("source")
            | local_name!("track")
            | local_name!("wbr")
    )
}
