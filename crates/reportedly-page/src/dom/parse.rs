//! From markup to a tree.
//!
//! Between html5ever's tokeniser and its tree builder stands a gate that keeps the work in proportion to the input:
//! it bounds depth, nodes and attributes, since the builder looks through its stack of open elements at nearly
//! every tag.

use super::sink::Sink;
use super::{Dom, NodeId, READ, floor};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts};
use html5ever::{LocalName, local_name};
use std::cell::Cell;

/// Bytes of text that are parsed: what is decoded from another encoding may be longer than it was.
const MAX_BYTES: usize = crate::MOST_BYTES;
/// Nodes that a tree may have. A news page has 2,000 to 20,000.
pub(super) const MAX_NODES: usize = 300_000;
/// Depth at which further elements are left out, their text kept. Browsers stop at 512.
pub(super) const MAX_DEPTH: u32 = 256;
/// Attributes that one tag may have: the tokeniser compares each with all before it.
const MAX_TAG_ATTRIBUTES: u32 = 600;
/// Bytes given to the tokeniser at a time.
const CHUNK: usize = 8 << 10;
/// The same where tags may be long: small, so that a tag that is longer than a chunk is noticed.
const SMALL_CHUNK: usize = 1 << 10;

/// Parses a page.
pub(crate) fn parse(html: &str) -> Dom {
    let mut cut = Vec::new();
    let whole = html.len();
    let html = floor(html, MAX_BYTES);
    if html.len() < whole {
        cut.push(format!("cut: {} of {whole} bytes of markup are read", html.len()));
    }
    let builder = TreeBuilder::new(Sink::for_page(html.len()), TreeBuilderOpts::default());
    let gate = Gate {
        builder,
        tokens: Cell::new(0),
        dropped: Cell::new(0),
        open: Cell::new(0),
        raw: Cell::new(None),
    };
    let tokenizer = Tokenizer::new(gate, TokenizerOpts::default());
    let queue = BufferQueue::default();
    let page = StrTendril::from_slice(html);
    let (mut at, mut end, mut tokens, mut long_tag, mut before) = (0, 0, 0, None::<LongTag>, "");
    while at < html.len() {
        // Where a script has ended in a chunk, its rest comes next.
        if at >= end {
            end = at + floor(&html[at..], chunk_length(&html.as_bytes()[at..])).len();
        }
        let mut chunk = &html[at..end];
        queue.push_back(page.subtendril(at as u32, chunk.len() as u32));
        at = end;
        // Scripts stop the tokeniser so that they may run, declared encodings so that they may be believed; here
        // none runs, and the page is decoded already.
        while !matches!(tokenizer.feed(&queue), html5ever::TokenizerResult::Done) {
            if let Some(element) = tokenizer.sink.raw.take() {
                while let Some(rest) = queue.pop_front() {
                    at -= rest.len();
                }
                let length = raw_length(&html[at..], &element);
                tokenizer.sink.take_raw(page.subtendril(at as u32, length as u32));
                at += length;
                chunk = "";
            }
        }
        let now = tokenizer.sink.tokens.get();
        if now == tokens {
            let tag = long_tag.get_or_insert_with(|| LongTag::begun_in(before));
            tag.read(chunk);
            if tag.attributes() > MAX_TAG_ATTRIBUTES {
                cut.push(format!("cut: a tag of more than {MAX_TAG_ATTRIBUTES} attributes after {at} bytes"));
                break;
            }
        } else {
            long_tag = None;
        }
        (tokens, before) = (now, chunk);
        if tokenizer.sink.builder.sink.nodes.borrow().len() > MAX_NODES {
            cut.push(format!("cut: more than {MAX_NODES} nodes after {at} bytes"));
            break;
        }
    }
    tokenizer.end();
    let gate = tokenizer.sink;
    if gate.dropped.get() > 0 {
        cut.push(format!("cut: {} elements deeper than {MAX_DEPTH}", gate.dropped.get()));
    }
    let nodes = gate.builder.sink.nodes.into_inner();
    Dom { nodes, cut }
}

/// How many bytes to give to the tokeniser: more where tags end often enough to be short.
fn chunk_length(rest: &[u8]) -> usize {
    let mut last = 0;
    for end in memchr::memchr_iter(b'>', &rest[..rest.len().min(CHUNK)]) {
        if end - last > SMALL_CHUNK {
            break;
        }
        last = end;
    }
    last.max(SMALL_CHUNK)
}

/// Counts the attributes of a tag that has not ended yet, without knowing where it began: at every `<` it may
/// have. One count for each state that the tokeniser can be in, the largest over all beginnings.
struct LongTag {
    between: Option<u32>,
    after_equals: Option<u32>,
    bare: Option<u32>,
    double: Option<u32>,
    single: Option<u32>,
    last: u8,
}

impl LongTag {
    fn begun_in(text: &str) -> Self {
        let mut tag =
            Self { between: None, after_equals: None, bare: None, double: None, single: None, last: b' ' };
        tag.read(text);
        tag
    }

    fn read(&mut self, text: &str) {
        let more = |n: Option<u32>| n.map(|n| n + 1);
        for b in text.bytes() {
            match b {
                b'"' => {
                    let closed = more(self.double.take());
                    self.double = self.after_equals.take();
                    self.between = self.between.max(closed);
                }
                b'\'' => {
                    let closed = more(self.single.take());
                    self.single = self.after_equals.take();
                    self.between = self.between.max(closed);
                }
                b'=' => {
                    self.bare = self.bare.max(self.after_equals.take());
                    self.after_equals = self.between.take();
                }
                b'>' => (self.between, self.bare, self.after_equals) = (None, None, None),
                b'/' | b' ' | b'\t' | b'\n' | b'\r' | b'\x0c' => {
                    if !matches!(self.last, b'/' | b' ' | b'\t' | b'\n' | b'\r' | b'\x0c') {
                        self.between = more(self.between);
                    }
                    if b != b'/' {
                        self.between = self.between.max(more(self.bare.take()));
                    }
                }
                // Comments and declarations have no attributes.
                b'!' | b'?' if self.last == b'<' => self.between = self.between.filter(|n| *n > 0),
                b'<' => self.between = self.between.max(Some(0)),
                _ => self.bare = self.bare.max(self.after_equals.take()),
            }
            self.last = b;
        }
    }

    fn attributes(&self) -> u32 {
        [self.between, self.after_equals, self.bare, self.double, self.single]
            .into_iter()
            .flatten()
            .max()
            .unwrap_or(0)
    }
}

/// Stands between tokeniser and tree builder.
struct Gate {
    builder: TreeBuilder<NodeId, Sink>,
    tokens: Cell<usize>,
    dropped: Cell<usize>,
    /// Elements left out that are still open: their end tags are left out too.
    open: Cell<usize>,
    /// The element that has just begun and whose content is text, whatever it looks like.
    raw: Cell<Option<LocalName>>,
}

impl Gate {
    /// Gives the whole content of such an element to the tree builder.
    fn take_raw(&self, text: StrTendril) {
        if text.is_empty() {
            return;
        }
        let text = if memchr::memchr(b'\r', text.as_bytes()).is_some() {
            StrTendril::from(text.replace("\r\n", "\n").replace('\r', "\n"))
        } else {
            text
        };
        // Only tags change what the tokeniser does next.
        let _ = self.builder.process_token(Token::CharacterTokens(text), 0);
    }
}

/// The length of the text that stands in an element before its end tag, as the standard has it: a script that is
/// commented out may hold another with its end tag. Half of many pages is scripts and styles, and the tokeniser
/// would look at each of their characters.
fn raw_length(text: &str, element: &str) -> usize {
    let bytes = text.as_bytes();
    let is_tag = |at: usize| {
        let end = at + element.len();
        bytes.get(at..end).is_some_and(|name| name.eq_ignore_ascii_case(element.as_bytes()))
            && bytes
                .get(end)
                .is_some_and(|b| matches!(b, b'\t' | b'\n' | b'\x0c' | b'\r' | b' ' | b'/' | b'>'))
    };
    let is_script = element == "script";
    let (mut at, mut commented, mut nested) = (0, false, false);
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let next = if commented { memchr::memchr2(b'<', b'-', rest) } else { memchr::memchr(b'<', rest) };
        let Some(next) = next else { return bytes.len() };
        at += next;
        let here = &bytes[at..];
        if here.starts_with(b"</") && is_tag(at + 2) {
            if !nested {
                return at;
            }
            nested = false;
        } else if commented && here.starts_with(b"-->") {
            (commented, nested) = (false, false);
        } else if commented && here.starts_with(b"<") && is_tag(at + 1) {
            nested = true;
        } else if is_script && !commented && here.starts_with(b"<!--") {
            commented = true;
            // Its dashes may be those that end it: "<!-->".
            at += 1;
        }
        at += 1;
    }
}

impl TokenSink for Gate {
    type Handle = NodeId;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<NodeId> {
        if matches!(token, Token::ParseError(_)) {
            return TokenSinkResult::Continue;
        }
        self.tokens.set(self.tokens.get() + 1);
        let Token::TagToken(mut tag) = token else { return self.builder.process_token(token, line) };
        if self.builder.sink.depth.get() > MAX_DEPTH && !changes_tokenizer(&tag) {
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
        tag.attrs.retain(|a| READ.contains(&a.name.local));
        tag.attrs.shrink_to_fit();
        let name = tag.name.clone();
        match self.builder.process_token(Token::TagToken(tag), line) {
            // The tokeniser stops after the tag and goes on where the text has ended.
            TokenSinkResult::RawData(RawKind::ScriptData | RawKind::Rawtext) => {
                self.raw.set(Some(name));
                TokenSinkResult::EncodingIndicator(StrTendril::new())
            }
            result => result,
        }
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

/// Elements after whose start tag text is no markup: the tree builder must see them.
fn changes_tokenizer(tag: &Tag) -> bool {
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
