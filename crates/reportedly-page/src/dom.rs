//! The tree of an HTML page: an arena of nodes that refer to each other by index.
//!
//! html5ever builds it, so that it is the tree a browser would build. Between html5ever's tokeniser and its tree
//! builder stands a gate that keeps the work in proportion to the input: it bounds depth, nodes and attributes,
//! since the builder looks through its stack of open elements at nearly every tag.

use html5ever::interface::tree_builder::{ElemName, ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts};
use html5ever::{Attribute, LocalName, Namespace, QualName, local_name, ns};
use rustc_hash::FxHashSet;
use std::borrow::Cow;
use std::cell::{Cell, Ref, RefCell};
use std::sync::LazyLock;

/// Bytes of text that are parsed: what is decoded from another encoding may be longer than it was.
const MAX_BYTES: usize = crate::MOST_BYTES;
/// Nodes that a tree may have. A news page has 2,000 to 20,000.
const MAX_NODES: usize = 300_000;
/// Depth at which further elements are left out, their text kept. Browsers stop at 512.
const MAX_DEPTH: u32 = 256;
/// Attributes that a tree may hold.
const MAX_ATTRIBUTES: usize = 800_000;
/// Attributes that one tag may have: the tokeniser compares each with all before it.
const MAX_TAG_ATTRIBUTES: u32 = 600;
/// Bytes given to the tokeniser at a time.
const CHUNK: usize = 8 << 10;
/// The same where tags may be long: small, so that a tag that is longer than a chunk is noticed.
const SMALL_CHUNK: usize = 1 << 10;

/// A node, by its index.
pub(crate) type NodeId = u32;

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

/// The longest prefix of at most `bytes` bytes that ends on a character boundary.
pub(crate) fn floor(text: &str, bytes: usize) -> &str {
    let mut end = text.len().min(bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
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

/// Attributes that somebody reads; the others are not kept.
static READ: LazyLock<FxHashSet<LocalName>> = LazyLock::new(|| {
    const NAMES: &[&str] = &[
        "alt",
        "aria-hidden",
        "aria-label",
        "charset",
        "class",
        "content",
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
    NAMES.iter().map(|name| LocalName::from(*name)).collect()
});

/// The tree while it is built.
struct Sink {
    nodes: RefCell<Vec<Node>>,
    /// Depth of the element that was last put into the tree or closed.
    depth: Cell<u32>,
    attributes: Cell<usize>,
}

impl Sink {
    /// A tree with room for the nodes that a page of this length has, mostly.
    fn for_page(bytes: usize) -> Self {
        const BYTES_A_NODE: usize = 64;
        let mut nodes = Vec::with_capacity((bytes / BYTES_A_NODE).min(MAX_NODES) + 1);
        nodes.push(Node::new(Data::Document));
        Self { nodes: RefCell::new(nodes), depth: Cell::new(0), attributes: Cell::new(0) }
    }
}

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

fn detach(nodes: &mut [Node], id: NodeId) {
    let Node { parent, previous, next, .. } = nodes[id as usize];
    let attached = nodes[parent as usize].first == id || previous != 0;
    if previous != 0 {
        nodes[previous as usize].next = next;
    } else if attached {
        nodes[parent as usize].first = next;
    }
    if next != 0 {
        nodes[next as usize].previous = previous;
    } else if attached {
        nodes[parent as usize].last = previous;
    }
    let node = &mut nodes[id as usize];
    (node.parent, node.previous, node.next) = (0, 0, 0);
}

fn append(nodes: &mut [Node], parent: NodeId, id: NodeId) {
    detach(nodes, id);
    let last = std::mem::replace(&mut nodes[parent as usize].last, id);
    if last == 0 {
        nodes[parent as usize].first = id;
    } else {
        nodes[last as usize].next = id;
    }
    let depth = nodes[parent as usize].depth + 1;
    let node = &mut nodes[id as usize];
    (node.parent, node.previous, node.depth) = (parent, last, depth);
}

impl Sink {
    fn add(&self, data: Data) -> NodeId {
        let mut nodes = self.nodes.borrow_mut();
        nodes.push(Node::new(data));
        (nodes.len() - 1) as NodeId
    }

    /// The node for what is to be put in after `previous`, unless it is text that is added to that one.
    fn node_for(&self, previous: NodeId, child: NodeOrText<NodeId>) -> Option<NodeId> {
        match child {
            NodeOrText::AppendNode(id) => Some(id),
            NodeOrText::AppendText(text) => {
                if previous != 0
                    && let Data::Text(before) = &mut self.nodes.borrow_mut()[previous as usize].data
                {
                    before.push_tendril(&text);
                    return None;
                }
                Some(self.add(Data::Text(text)))
            }
        }
    }
}

/// The name of an element, borrowed from the tree.
#[derive(Debug)]
pub(crate) struct Name<'a>(Ref<'a, QualName>);

impl ElemName for Name<'_> {
    fn ns(&self) -> &Namespace {
        &self.0.ns
    }

    fn local_name(&self) -> &LocalName {
        &self.0.local
    }
}

/// Stands for the name of what is no element: the builder asks for none, but it must not bring us down.
static NO_NAME: LazyLock<QualName> = LazyLock::new(|| QualName::new(None, ns!(), local_name!("")));

impl TreeSink for Sink {
    type Handle = NodeId;
    type Output = Self;
    type ElemName<'a> = Name<'a>;

    fn finish(self) -> Self {
        self
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> NodeId {
        DOCUMENT
    }

    fn elem_name<'a>(&'a self, target: &'a NodeId) -> Name<'a> {
        Name(Ref::map(self.nodes.borrow(), |nodes| match &nodes[*target as usize].data {
            Data::Element(name, _) => name,
            _ => &NO_NAME,
        }))
    }

    fn create_element(&self, name: QualName, mut attrs: Vec<Attribute>, _: ElementFlags) -> NodeId {
        let count = self.attributes.get() + attrs.len();
        self.attributes.set(count);
        if count > MAX_ATTRIBUTES {
            attrs = Vec::new();
        }
        self.add(Data::Element(name, attrs))
    }

    fn create_comment(&self, _: StrTendril) -> NodeId {
        self.add(Data::Nothing)
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> NodeId {
        self.add(Data::Nothing)
    }

    fn append(&self, parent: &NodeId, child: NodeOrText<NodeId>) {
        let last = self.nodes.borrow()[*parent as usize].last;
        if let Some(id) = self.node_for(last, child) {
            let mut nodes = self.nodes.borrow_mut();
            append(&mut nodes, *parent, id);
            let node = &nodes[id as usize];
            if matches!(node.data, Data::Element(..)) {
                self.depth.set(node.depth);
            }
        }
    }

    fn append_based_on_parent_node(&self, element: &NodeId, previous: &NodeId, child: NodeOrText<NodeId>) {
        let nodes = self.nodes.borrow();
        let Node { parent, previous: before, .. } = nodes[*element as usize];
        let attached = before != 0 || nodes[parent as usize].first == *element;
        drop(nodes);
        if attached {
            self.append_before_sibling(element, child);
        } else {
            self.append(previous, child);
        }
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn pop(&self, node: &NodeId) {
        let nodes = self.nodes.borrow();
        self.depth.set(nodes[*node as usize].depth.saturating_sub(1));
    }

    fn get_template_contents(&self, target: &NodeId) -> NodeId {
        // The contents of templates are kept as their children and skipped with them.
        *target
    }

    fn same_node(&self, x: &NodeId, y: &NodeId) -> bool {
        x == y
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &NodeId, child: NodeOrText<NodeId>) {
        let previous = self.nodes.borrow()[*sibling as usize].previous;
        if let Some(id) = self.node_for(previous, child) {
            let mut nodes = self.nodes.borrow_mut();
            detach(&mut nodes, id);
            let Node { parent, previous, depth, .. } = nodes[*sibling as usize];
            let node = &mut nodes[id as usize];
            (node.parent, node.previous, node.next, node.depth) = (parent, previous, *sibling, depth);
            nodes[*sibling as usize].previous = id;
            if previous == 0 {
                nodes[parent as usize].first = id;
            } else {
                nodes[previous as usize].next = id;
            }
        }
    }

    fn add_attrs_if_missing(&self, target: &NodeId, attrs: Vec<Attribute>) {
        let node = &mut self.nodes.borrow_mut()[*target as usize];
        if let Data::Element(_, existing) = &mut node.data {
            for a in attrs {
                if existing.len() < 64 && !existing.iter().any(|e| e.name == a.name) {
                    node.attributes |= bit(&a.name.local);
                    existing.push(a);
                }
            }
        }
    }

    fn remove_from_parent(&self, target: &NodeId) {
        detach(&mut self.nodes.borrow_mut(), *target);
    }

    fn reparent_children(&self, node: &NodeId, new_parent: &NodeId) {
        let mut nodes = self.nodes.borrow_mut();
        let mut child = nodes[*node as usize].first;
        while child != 0 {
            let next = nodes[child as usize].next;
            append(&mut nodes, *new_parent, child);
            child = next;
        }
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

    /// The words below a node, scripts and styles left out, runs of white space as one space; at most `limit` bytes.
    pub(crate) fn text(&self, root: NodeId, limit: usize) -> String {
        let mut out = String::new();
        if let Some(text) = self.text_node(root) {
            push_words(&mut out, text);
        }
        let mut at = self.following(root, root, false);
        while let Some(id) = at {
            if out.len() > limit {
                break;
            }
            let name = self.name(id);
            let skip = matches!(name, "script" | "style" | "noscript" | "template" | "svg");
            match self.text_node(id) {
                Some(text) => push_words(&mut out, text),
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
        for (page, said) in [
            ("<div>".repeat(1_000), "deeper than"),
            (
                format!(
                    "<p {}>",
                    (0..5_000).map(|i| ["a", &i.to_string(), "=1 "].concat()).collect::<String>()
                ),
                "attributes",
            ),
        ] {
            let dom = parse(&page);
            assert!(
                dom.cut.iter().any(|c| c.starts_with("cut: ") && c.contains(said)),
                "{said}: {:?}",
                dom.cut
            );
        }
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
