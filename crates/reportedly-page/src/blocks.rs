//! A page as a sequence of blocks: runs of text as a reader sees them apart, each with what tells article from
//! furniture: its length in words, how much of it is linked, what element it is, and which regions it lies in.
//!
//! One walk over the tree makes both the blocks and the regions (every element that holds blocks). A region
//! covers a run of consecutive blocks, so that sums over regions are sums over runs.

mod weigh;

use crate::dates::printed;
use crate::dom::{self, DOCUMENT, Dom, NodeId, is_inline};
use crate::hints::{Hint, Hints};
use crate::{lines, live, words};
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::{Hash, Hasher};
use std::ops::Range;

/// Bytes of text that a page's blocks may hold together.
const MAX_TEXT: usize = 8 << 20;
/// Words that a paragraph counts for at most: one long block does not make an article.
const MAX_MASS: usize = 120;
/// Words from which on a block counts even where it ends with no stop.
const LONG: usize = 25;
/// Words from which on a sentence counts.
const SHORT: usize = 7;
/// Share of linked characters above which a block is no prose.
const LINKED: f32 = 0.5;
/// Words from which on a table's cell is a paragraph: the table is there for the layout.
const CELL_PARAGRAPH: usize = 40;
/// The same where they end as a sentence.
const CELL_SENTENCE: usize = 15;
/// Words of a line that stands by itself between line breaks: a byline, a name, a date.
const LINE_WORDS: usize = 10;
/// Words of prose before which a page's head is not over.
const HEAD_PROSE: usize = 120;
/// Nodes of a box that is made of lines below each other, bytes of the clock time that it begins with, and bytes of
/// its text that are looked at.
const STACK_NODES: usize = 12;
const STACK_TIME: usize = 40;
const STACK_TEXT: usize = 2_000;
/// Share of bold letters from which on a block is set in bold.
const BOLD: f32 = 0.95;

/// What element a block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A paragraph.
    Paragraph,
    /// Text that stands in a container by itself.
    Loose,
    /// A heading, by its level.
    Heading(u8),
    /// A list's item.
    Item,
    /// A definition's term or description.
    Definition,
    /// A cell of a table: of the table and row it stands in.
    Cell { table: NodeId, row: NodeId },
    /// Preformatted text.
    Preformatted,
    /// A picture's caption.
    Caption,
}

/// A run of text.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) text: String,
    pub(crate) kind: Kind,
    /// The innermost region that it lies in.
    pub(crate) region: usize,
    pub(crate) words: usize,
    /// Share of characters that are linked.
    pub(crate) linked: f32,
    /// Share of characters that are linked to other sites, or to somebody's mailbox.
    pub(crate) outward: f32,
    /// Whether most of what is linked leads to a place on the same page, or nowhere: a button that unfolds an answer.
    pub(crate) unfolds: bool,
    /// Whether it ends as a sentence does.
    pub(crate) sentence: bool,
    /// Inside a `<blockquote>`.
    pub(crate) quoted: bool,
    /// Inside a `<figure>`.
    pub(crate) figure: bool,
    /// All of it in bold.
    pub(crate) bold: bool,
    /// Inside a link that holds blocks: a card that leads elsewhere.
    pub(crate) wrapped: bool,
}

impl Run {
    /// How much the block speaks for being in an article.
    pub(crate) fn mass(&self) -> usize {
        let prose = self.words >= LONG || (self.words >= SHORT && self.sentence);
        if !prose || self.linked > LINKED {
            return 0;
        }
        let words = self.words.min(MAX_MASS);
        match self.kind {
            Kind::Paragraph | Kind::Loose => words,
            Kind::Item | Kind::Definition | Kind::Cell { .. } | Kind::Preformatted => words / 2,
            Kind::Heading(_) | Kind::Caption => 0,
        }
    }
}

/// An element that holds blocks.
#[derive(Debug)]
pub(crate) struct Region {
    pub(crate) node: NodeId,
    pub(crate) parent: usize,
    pub(crate) hint: Option<Hint>,
    /// Whether it is an `<article>`.
    pub(crate) article: bool,
    /// Whether it is the `<main>` element.
    pub(crate) main: bool,
    /// Whether its names speak of a wall before the article.
    pub(crate) walls: bool,
    /// Pictures in it that stand in no smaller region.
    pub(crate) pictures: usize,
    /// Whether it has a class name.
    pub(crate) named: bool,
    /// The same for regions of the same names.
    pub(crate) names: u64,
    /// The blocks in it.
    pub(crate) runs: Range<usize>,
    /// Mass of the blocks in it that no hint takes out.
    pub(crate) mass: usize,
    /// Mass of those that lie in no smaller region.
    pub(crate) own: usize,
}

/// A page as blocks.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) runs: Vec<Run>,
    /// The first is the page.
    pub(crate) regions: Vec<Region>,
    /// Whether the page holds more text than is kept.
    pub(crate) cut: bool,
}

/// What the walk must undo when it leaves an element.
struct Open {
    node: NodeId,
    /// The region to return to, where the element made one.
    region: Option<usize>,
    kind: Option<Kind>,
    link: bool,
    outward: bool,
    unfolds: bool,
    time: bool,
    bold: bool,
    quote: bool,
    figure: bool,
}

/// Shares of a block's characters that are linked.
#[derive(Clone, Copy)]
struct Links {
    all: f32,
    outward: f32,
    unfolds: bool,
}

/// What ended right before the next words, with nothing between them: a reader sees such things apart.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ended {
    Nothing,
    Link(NodeId),
    Time,
}

/// Two elements inside a line of which one begins where the other ends, with nothing between them.
#[derive(Clone, Copy, Default)]
struct Border {
    /// One has ended since the last words; whether it had a class.
    closed: Option<bool>,
    /// Another has begun since; whether both had a class.
    crossed: Option<bool>,
}

struct Walk<'d> {
    dom: &'d Dom,
    /// The domain of the page.
    site: Option<&'d str>,
    layout: Layout,
    region: usize,
    kind: Kind,
    line: String,
    linked: usize,
    outward: usize,
    unfolding: usize,
    bold: usize,
    breaks: usize,
    /// Words of prose so far.
    prose: usize,
    /// Where lines begin in the block after its first, by single line breaks, and what was bold before them.
    lines: Vec<(usize, usize)>,
    ended: Ended,
    border: Border,
    /// The box whose elements stand below each other.
    stack: NodeId,
    in_link: usize,
    in_outward: usize,
    in_unfolding: usize,
    in_bold: usize,
    in_quote: usize,
    in_figure: usize,
    table: NodeId,
    row: NodeId,
    bytes: usize,
}

/// Takes a page apart into blocks; `site` is its own domain, where it is known.
pub(crate) fn lay_out(dom: &Dom, hints: &mut Hints, site: Option<&str>) -> Layout {
    let root = dom.first(DOCUMENT, "body").unwrap_or(DOCUMENT);
    let page = Region {
        node: root,
        parent: 0,
        hint: None,
        article: false,
        main: false,
        walls: false,
        pictures: 0,
        named: false,
        names: 0,
        runs: 0..0,
        mass: 0,
        own: 0,
    };
    let mut walk = Walk {
        dom,
        site,
        layout: Layout { runs: Vec::new(), regions: vec![page], cut: false },
        region: 0,
        kind: Kind::Loose,
        line: String::new(),
        linked: 0,
        outward: 0,
        unfolding: 0,
        bold: 0,
        breaks: 0,
        prose: 0,
        lines: Vec::new(),
        ended: Ended::Nothing,
        border: Border::default(),
        stack: DOCUMENT,
        in_link: 0,
        in_outward: 0,
        in_unfolding: 0,
        in_bold: 0,
        in_quote: 0,
        in_figure: 0,
        table: DOCUMENT,
        row: DOCUMENT,
        bytes: 0,
    };
    let mut open: Vec<Open> = Vec::new();
    let mut at = dom.first_child(root);
    while let Some(id) = at {
        if walk.bytes > MAX_TEXT {
            walk.layout.cut = true;
            break;
        }
        let entered = walk.enter(id, hints);
        let goes_in = entered.is_some() && dom.first_child(id).is_some();
        if let Some(entered) = entered {
            if goes_in {
                open.push(entered);
            } else {
                walk.leave(&entered);
            }
        }
        if goes_in {
            at = dom.first_child(id);
            continue;
        }
        let mut last = id;
        at = dom.next_sibling(last);
        while at.is_none() && last != root {
            last = dom.parent(last);
            if open.last().is_some_and(|o| o.node == last)
                && let Some(left) = open.pop()
            {
                walk.leave(&left);
            }
            if last == root || last == DOCUMENT {
                break;
            }
            at = dom.next_sibling(last);
        }
    }
    while let Some(left) = open.pop() {
        walk.leave(&left);
    }
    walk.flush();
    let mut layout = walk.layout;
    layout.regions[0].runs = 0..layout.runs.len();
    layout.weigh();
    layout
}

impl Walk<'_> {
    /// Goes into an element; `None` where there is nothing to go into.
    fn enter(&mut self, id: NodeId, hints: &mut Hints) -> Option<Open> {
        if let Some(text) = self.dom.text_node(id) {
            self.push(text);
            return None;
        }
        let name = self.dom.name(id);
        match name {
            "" | "script" | "style" | "noscript" | "noframes" | "template" | "svg" | "math" | "iframe"
            | "object" | "embed" | "canvas" | "video" | "audio" | "select" | "option" | "button"
            | "input" | "textarea" | "head" | "link" | "meta" | "source" | "track" | "map" | "area"
            | "progress" | "meter" | "rt" | "rp" | "datalist" | "amp-ad" | "amp-iframe" | "amp-analytics" => {
                return None;
            }
            "img" | "picture" | "amp-img" => {
                self.layout.regions[self.region].pictures += 1;
                return None;
            }
            "br" => {
                self.breaks += 1;
                self.ended = Ended::Nothing;
                return None;
            }
            "hr" => {
                self.flush();
                return None;
            }
            _ => {}
        }
        let mut open = Open {
            node: id,
            region: None,
            kind: None,
            link: name == "a",
            outward: name == "a" && self.leads_outward(id),
            unfolds: name == "a" && self.stays(id),
            time: name == "time",
            bold: matches!(name, "b" | "strong"),
            quote: matches!(name, "blockquote"),
            figure: name == "figure",
        };
        if open.link || open.time {
            self.set_apart(id);
        }
        self.in_link += usize::from(open.link);
        self.in_outward += usize::from(open.outward);
        self.in_unfolding += usize::from(open.unfolds);
        self.in_bold += usize::from(open.bold);
        if is_inline(name) {
            // Inline elements make no block, but some are not seen, and some carry what is no prose.
            if matches!(hints.of(self.dom, id), Some(Hint::Hidden)) {
                self.leave(&open);
                return None;
            }
            if self.stack != DOCUMENT && self.dom.parent(id) == self.stack {
                self.flush();
            }
            if let Some(closed) = self.border.closed {
                let both = closed && is_named(self.dom, id);
                self.border.crossed = Some(both || self.border.crossed == Some(true));
            }
            return Some(open);
        }
        self.flush();
        self.in_quote += usize::from(open.quote);
        self.in_figure += usize::from(open.figure);
        open.kind = Some(self.kind);
        self.kind = match name {
            "p" if matches!(self.kind, Kind::Item | Kind::Caption | Kind::Definition) => self.kind,
            "p" => Kind::Paragraph,
            "h1" => Kind::Heading(1),
            "h2" => Kind::Heading(2),
            "h3" => Kind::Heading(3),
            "h4" => Kind::Heading(4),
            "h5" => Kind::Heading(5),
            "h6" => Kind::Heading(6),
            "li" => Kind::Item,
            "dt" | "dd" => Kind::Definition,
            "td" if self.is_layout(id) => Kind::Loose,
            "td" | "th" => Kind::Cell { table: self.table, row: self.row },
            "pre" => Kind::Preformatted,
            "figcaption" | "caption" => Kind::Caption,
            "div" | "span" => match self.kind {
                kind @ (Kind::Item
                | Kind::Caption
                | Kind::Cell { .. }
                | Kind::Heading(_)
                | Kind::Definition) => kind,
                _ => Kind::Loose,
            },
            _ => Kind::Loose,
        };
        match name {
            "table" => self.table = id,
            "tr" => self.row = id,
            "div" | "li" | "section" | "article" if self.is_stack(id) => self.stack = id,
            _ => {}
        }
        let hint = hints.of(self.dom, id);
        let start = self.layout.runs.len();
        self.layout.regions.push(Region {
            node: id,
            parent: self.region,
            hint,
            article: name == "article",
            main: name == "main",
            walls: hint.is_some_and(Hint::takes_out) && is_wall(self.dom, id),
            pictures: 0,
            named: is_named(self.dom, id),
            names: names_of(self.dom, id),
            runs: start..start,
            mass: 0,
            own: 0,
        });
        open.region = Some(self.region);
        self.region = self.layout.regions.len() - 1;
        Some(open)
    }

    fn leave(&mut self, open: &Open) {
        if let Some(outer) = open.region {
            self.flush();
            let end = self.layout.runs.len();
            let innermost = self.region + 1 == self.layout.regions.len();
            let region = &mut self.layout.regions[self.region];
            region.runs.end = end;
            // Leaves that hold nothing are not kept.
            if region.runs.is_empty() && innermost {
                let pictures = region.pictures;
                self.layout.regions.pop();
                self.layout.regions[outer].pictures += pictures;
            }
            self.region = outer;
            self.in_quote -= usize::from(open.quote);
            self.in_figure -= usize::from(open.figure);
        }
        if let Some(kind) = open.kind {
            self.kind = kind;
        }
        self.in_link -= usize::from(open.link);
        self.in_outward -= usize::from(open.outward);
        self.in_unfolding -= usize::from(open.unfolds);
        self.in_bold -= usize::from(open.bold);
        if open.region.is_none() {
            let named = is_named(self.dom, open.node);
            self.border.closed = Some(named || self.border.closed == Some(true));
        }
        if open.link {
            self.ended = Ended::Link(open.node);
        } else if open.time {
            self.ended = Ended::Time;
        }
    }

    /// Puts a space before a time, and before a link that follows one to elsewhere: a word may be linked in parts.
    fn set_apart(&mut self, id: NodeId) {
        let leads_elsewhere = match self.ended {
            Ended::Nothing => false,
            Ended::Link(before) => self.dom.attr(before, "href") != self.dom.attr(id, "href"),
            Ended::Time => true,
        };
        if (leads_elsewhere || self.dom.name(id) == "time") && self.line.ends_with(char::is_alphanumeric) {
            self.line.push(' ');
        }
        self.ended = Ended::Nothing;
    }

    /// Whether a link leads to a place on the same page, or nowhere.
    fn stays(&self, link: NodeId) -> bool {
        let address = self.dom.attr(link, "href").unwrap_or("").trim_start();
        address.is_empty() || address.starts_with('#') || address.starts_with("javascript:")
    }

    /// Whether a link leads to another site, or to somebody's mailbox.
    fn leads_outward(&self, link: NodeId) -> bool {
        let Some(address) = self.dom.attr(link, "href").map(str::trim_start) else { return false };
        if address.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("mailto:")) {
            return true;
        }
        let Some(site) = self.site else { return false };
        let Some((scheme, rest)) = address.split_once("//") else { return false };
        if !matches!(scheme, "" | "http:" | "https:") {
            return false;
        }
        let host = rest.split(['/', '?', '#', ':']).next().unwrap_or("");
        let name = host.len().checked_sub(site.len()).and_then(|at| host.get(at..));
        !name.is_some_and(|name| name.eq_ignore_ascii_case(site))
    }

    /// Whether a box holds a clock time, perhaps a headline, and a text, each in an element that stands in lines
    /// elsewhere: an update of a live blog, made of classes alone.
    fn is_stack(&self, id: NodeId) -> bool {
        let mut last = None;
        for (at, child) in self.dom.children(id).enumerate() {
            if at > STACK_NODES {
                return false;
            }
            if let Some(text) = self.dom.text_node(child) {
                if text.trim().is_empty() {
                    continue;
                }
                return false;
            }
            if !is_inline(self.dom.name(child)) || !is_named(self.dom, child) {
                return false;
            }
            if last.is_none() && !live::is_clock_time(self.dom.text(child, STACK_TIME).trim()) {
                return false;
            }
            last = Some((at, child));
        }
        last.is_some_and(|(at, child)| {
            let text = self.dom.text(child, STACK_TEXT);
            at > 0 && words::count(&text) >= SHORT && words::ends_sentence(&text) || text.len() >= STACK_TEXT
        })
    }

    /// Whether a table's cell holds blocks of its own: the table is there for the layout.
    fn is_layout(&self, cell: NodeId) -> bool {
        let mut paragraphs = 0;
        self.dom.children(cell).any(|c| match self.dom.name(c) {
            "h1" | "h2" | "h3" | "table" => true,
            "p" => {
                paragraphs += 1;
                paragraphs > 1
            }
            _ => false,
        })
    }

    fn push(&mut self, text: &str) {
        if self.breaks > 0 && !text.trim().is_empty() {
            if self.breaks > 1 {
                self.flush();
            } else if !self.line.is_empty() {
                if !self.line.ends_with(' ') {
                    self.line.push(' ');
                }
                self.lines.push((self.line.len(), self.bold));
            }
            self.breaks = 0;
        }
        if self.ended == Ended::Time
            && text.starts_with(char::is_alphanumeric)
            && self.line.ends_with(char::is_alphanumeric)
        {
            self.line.push(' ');
        }
        if let Some(both) = self.border.crossed
            && self.are_apart(text, both)
        {
            self.line.push(' ');
        }
        if !text.is_empty() {
            self.ended = Ended::Nothing;
            self.border = Border::default();
        }
        let before = self.line.len();
        dom::push_words(&mut self.line, text);
        let added = self.line.len() - before;
        self.bytes += added;
        if self.in_link > 0 {
            self.linked += added;
        }
        if self.in_outward > 0 {
            self.outward += added;
        }
        if self.in_unfolding > 0 {
            self.unfolding += added;
        }
        if self.in_bold > 0 {
            self.bold += added;
        }
    }

    /// Whether words that begin in another element than those before them are others, where a reader sees them apart
    /// by how they look: "Lena Marsh" and "Editor", "18:40" and "Fog". A word may be set in parts, and begin with a
    /// letter that is set large.
    fn are_apart(&self, text: &str, named: bool) -> bool {
        let Some(next) = text.chars().next().filter(|c| c.is_alphanumeric()) else { return false };
        let mut before = self.line.chars().rev();
        let Some(last) = before.next().filter(|c| c.is_alphanumeric()) else { return false };
        if !before.next().is_some_and(char::is_alphanumeric) {
            return false;
        }
        if next.is_uppercase() && (last.is_lowercase() || last.is_ascii_digit()) {
            return true;
        }
        if !named {
            return false;
        }
        let has_case = |c: char| c.is_lowercase() || c.is_uppercase();
        if next.is_uppercase()
            || last.is_ascii_digit() && has_case(next)
            || has_case(last) && next.is_ascii_digit()
        {
            return true;
        }
        // Prose in a script that has no capitals is set in parts as well; lines around it are not.
        let caseless = |c: char| !c.is_ascii_digit() && !has_case(c);
        self.kind == Kind::Loose && caseless(last) && (caseless(next) || next.is_ascii_digit())
    }

    fn flush(&mut self) {
        self.breaks = 0;
        self.border = Border::default();
        self.ended = Ended::Nothing;
        let line = std::mem::take(&mut self.line);
        let starts = std::mem::take(&mut self.lines);
        if !line.trim().is_empty() {
            let length = line.trim_end().len() as f32;
            let links = Links {
                all: (self.linked as f32 / length).min(1.0),
                outward: (self.outward as f32 / length).min(1.0),
                unfolds: self.unfolding * 2 > self.linked,
            };
            let bold = |letters: usize, text: &str| letters as f32 >= BOLD * text.trim_end().len() as f32;
            let (mut start, mut set) = (0, 0);
            let early = self.prose < HEAD_PROSE && matches!(self.kind, Kind::Loose | Kind::Paragraph);
            if early && are_single(&line, &starts) {
                for (end, before) in starts {
                    self.add(&line[start..end], links, bold(before - set, &line[start..end]));
                    (start, set) = (end, before);
                }
            }
            let rest = self.bold - set;
            self.add(&line[start..], links, bold(rest, &line[start..]));
        }
        (self.linked, self.outward, self.unfolding, self.bold) = (0, 0, 0, 0);
        self.line = line;
        self.line.clear();
    }

    fn add(&mut self, text: &str, links: Links, bold: bool) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        let words = words::count(text);
        let mut kind = self.kind;
        let sentence = words::ends_sentence(text);
        if words >= LONG || words >= SHORT && sentence {
            self.prose += words;
        }
        if let Kind::Cell { .. } = kind
            && (words >= CELL_PARAGRAPH || (words >= CELL_SENTENCE && sentence))
        {
            kind = Kind::Loose;
        }
        self.layout.runs.push(Run {
            words,
            linked: links.all,
            outward: links.outward,
            unfolds: links.unfolds,
            sentence,
            text: text.to_owned(),
            kind,
            region: self.region,
            quoted: self.in_quote > 0,
            figure: self.in_figure > 0,
            bold,
            wrapped: self.in_link > 0,
        });
    }
}

/// Whether the lines of a block are short and no sentences, and one of them is a byline or a date: such lines stand
/// below each other, not in one another.
fn are_single(text: &str, starts: &[(usize, usize)]) -> bool {
    let starts: Vec<usize> = starts.iter().map(|(at, _)| *at).collect();
    let spans =
        || std::iter::once(0).chain(starts.iter().copied()).zip(starts.iter().copied().chain([text.len()]));
    let lines = || spans().map(|(start, end)| text[start..end].trim());
    !starts.is_empty()
        && lines().all(|line| words::count(line) <= LINE_WORDS && !words::ends_sentence(line))
        && lines().any(|line| {
            lines::byline(line).is_some()
                || line.contains(|c: char| c.is_ascii_digit()) && !printed::find(line, None).is_empty()
        })
}

/// Whether a class or id speaks of a wall.
fn is_wall(dom: &Dom, id: NodeId) -> bool {
    ["class", "id"].iter().filter_map(|a| dom.attr(id, a)).any(|names| {
        let names = names.to_ascii_lowercase();
        ["paywall", "pay-wall", "regwall", "piano", "meter-wall", "subscriber-only"]
            .iter()
            .any(|w| names.contains(w))
    })
}

/// A number for the class names of an element; of its tag, where it has none.
fn names_of(dom: &Dom, id: NodeId) -> u64 {
    let mut hasher = FxHasher::default();
    if !is_named(dom, id) {
        dom.name(id).hash(&mut hasher);
    }
    for class in dom.attr(id, "class").unwrap_or("").split_ascii_whitespace().take(3) {
        class.hash(&mut hasher);
    }
    hasher.finish()
}

/// Whether an element has a class.
fn is_named(dom: &Dom, id: NodeId) -> bool {
    dom.attr(id, "class").is_some_and(|c| !c.trim().is_empty())
}

impl Layout {
    /// The embedded post that a region lies in.
    pub(crate) fn embed(&self, region: usize) -> Option<usize> {
        /// Elements that a post's words lie in.
        const DEPTH: usize = 6;
        let mut at = region;
        for _ in 0..DEPTH {
            if at == 0 || self.regions[at].hint == Some(Hint::Embed) {
                break;
            }
            at = self.regions[at].parent;
        }
        (self.regions[at].hint == Some(Hint::Embed)).then_some(at)
    }

    /// The innermost region that each element lies in, for those that are asked for.
    pub(crate) fn by_node(&self) -> FxHashMap<NodeId, usize> {
        self.regions.iter().enumerate().map(|(at, region)| (region.node, at)).collect()
    }
}
