//! Records out of XML: the items of a feed, the entries of a sitemap.
//!
//! Such files are flat (records with fields, and here and there a field with fields of its own), and many of them are
//! not well-formed. So what is read is not a tree: fields are known by their names, a field ends where its end tag
//! stands, and nothing else in it counts. After a fault that the parser cannot get over, reading goes on at the next
//! record. Entities that a file declares for itself are not expanded, and depth costs nothing.

use memchr::memmem;
use quick_xml::{
    Reader,
    escape::resolve_predefined_entity,
    events::{BytesStart, Event},
};
use std::ops::ControlFlow;

/// Faults after which the rest is given up: each may have cost a look at all that is left.
const MOST_FAULTS: usize = 100;
/// Prefixes that a file may declare.
const MOST_PREFIXES: usize = 64;
/// Fields within fields.
const MOST_CONTAINERS: usize = 4;
/// Attributes of an element that are looked at.
const MOST_ATTRIBUTES: usize = 64;

/// The vocabulary that a name is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Space {
    /// The format's own: RSS of any version, sitemaps.
    Plain,
    Atom,
    Dublin,
    Content,
    Media,
    Syndication,
    News,
    Feedburner,
    Other,
}

/// Vocabularies, by the end of their address and the prefix that they mostly have.
const SPACES: &[(Space, &[&str], &[&str])] = &[
    (Space::Atom, &["www.w3.org/2005/atom", "purl.org/atom/ns"], &["atom", "atom10", "a10"]),
    (Space::Dublin, &["purl.org/dc/elements/1.1", "purl.org/dc/terms"], &["dc", "dcterms"]),
    (Space::Content, &["purl.org/rss/1.0/modules/content"], &["content"]),
    (Space::Media, &["search.yahoo.com/mrss"], &["media"]),
    (Space::Syndication, &["purl.org/rss/1.0/modules/syndication"], &["sy"]),
    (Space::News, &["www.google.com/schemas/sitemap-news/0.9"], &["news"]),
    (Space::Feedburner, &["rssnamespace.org/feedburner/ext/1.0"], &["feedburner"]),
    (
        Space::Plain,
        &[
            "purl.org/rss/1.0",
            "my.netscape.com/rdf/simple/0.9",
            "backend.userland.com/rss2",
            "www.sitemaps.org/schemas/sitemap/0.9",
            "www.google.com/schemas/sitemap/0.84",
        ],
        &[],
    ),
];

/// A field, with all that stands in it.
#[derive(Debug)]
pub(crate) struct Field<'t> {
    pub space: Space,
    pub name: &'t str,
    /// The field that it stands in, if it does not stand in the record itself.
    pub within: Option<&'t str>,
    tag: BytesStart<'t>,
    /// Its text, references resolved.
    pub text: String,
    /// What stands in it as it is written, where that has tags.
    pub markup: Option<&'t str>,
}

/// What a file is made of, in its order.
#[derive(Debug)]
pub(crate) enum Part<'t> {
    /// The outermost element, by its local name.
    Root(&'t str, BytesStart<'t>),
    /// A record begins.
    Begin(BytesStart<'t>),
    /// A field of the record that has begun, or of the file where none has.
    Field(Field<'t>),
    /// The record ends.
    End(Ended),
}

/// How a record ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// As it should.
    Whole,
    /// In a fault, after which another one begins: something of it may be lost.
    Broken,
    /// With the file: the rest of it has not come.
    Cut,
}

/// Which elements are what.
pub(crate) struct Shape {
    /// Records, by their local names.
    pub records: &'static [&'static str],
    /// Elements around records.
    pub wrappers: &'static [&'static str],
    /// Fields that have fields.
    pub containers: fn(Space, &str) -> bool,
}

/// An attribute of an element, references resolved.
pub(crate) fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = tag.html_attributes();
    let found = attributes
        .with_checks(false)
        .take(MOST_ATTRIBUTES)
        .flatten()
        .find(|a| a.key.into_inner().eq_ignore_ascii_case(name))?;
    Some(resolved(&found.value).trim().to_owned())
}

/// Text with its references resolved; those that are unknown stay as they are.
fn resolved(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        // No name is longer; without a bound, a text of ampersands would be looked through for each.
        let end = after.bytes().take(32).position(|b| b == b';');
        rest = match end {
            Some(end) => {
                reference(&after[..end], &mut out);
                &after[end + 1..]
            }
            None => {
                out.push('&');
                after
            }
        };
    }
    out.push_str(rest);
    out
}

/// One reference, by what stands between `&` and `;`.
fn reference(name: &str, out: &mut String) {
    let number = name.strip_prefix('#').map(|number| match number.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => number.parse(),
    });
    match number {
        Some(Ok(code)) => out.push(char::from_u32(code).filter(|c| *c != '\0').unwrap_or('\u{fffd}')),
        _ => match resolve_predefined_entity(name) {
            Some(text) => out.push_str(text),
            // HTML's names, and whatever the file declares: the first are resolved where the text is taken for HTML.
            None => {
                out.push('&');
                out.push_str(name);
                out.push(';');
            }
        },
    }
}

impl Field<'_> {
    /// An attribute, by its name as it is written (`rel`, `rdf:resource`).
    pub(crate) fn attribute(&self, name: &str) -> Option<String> {
        attribute(&self.tag, name).filter(|value| !value.is_empty())
    }

    /// What stands in it: text, or markup where there is some.
    pub(crate) fn content(&self) -> &str {
        self.markup.unwrap_or(&self.text)
    }
}

/// A field that has begun.
struct Open<'t> {
    space: Space,
    name: &'t str,
    /// Its name as it is written, with the prefix.
    written: &'t str,
    tag: BytesStart<'t>,
    text: String,
    /// Where its inside begins.
    from: usize,
    /// Whether it has elements in it.
    parted: bool,
    /// Elements of its own name that have begun in it.
    nested: usize,
}

impl Open<'_> {
    fn is(&self, written: &str) -> bool {
        self.written == written
    }
}

struct Walk<'t, 's> {
    text: &'t str,
    shape: &'s Shape,
    /// Declared prefixes; the last declaration counts, wherever it stands.
    prefixes: Vec<(String, Space)>,
    /// The record that has begun, by its name as it is written.
    record: Option<&'t str>,
    containers: Vec<Open<'t>>,
    leaf: Option<Open<'t>>,
    rooted: bool,
}

/// Reads a file; what was wrong with it is given back, a line each.
pub(crate) fn walk<'t>(
    text: &'t str,
    shape: &Shape,
    visit: &mut dyn FnMut(Part<'t>) -> ControlFlow<()>,
) -> Vec<String> {
    let mut walk = Walk {
        text,
        shape,
        prefixes: Vec::new(),
        record: None,
        containers: Vec::new(),
        leaf: None,
        rooted: false,
    };
    let mut notes = Vec::new();
    let mut base = 0;
    loop {
        let mut reader = Reader::from_str(&text[base..]);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        let fault = loop {
            let before = base + reader.buffer_position() as usize;
            match reader.read_event() {
                Ok(Event::Eof) => {
                    let _ = walk.end_record(Ended::Cut, visit);
                    return notes;
                }
                Ok(event) => {
                    let after = base + reader.buffer_position() as usize;
                    if walk.step(event, before, after, visit).is_break() {
                        return notes;
                    }
                }
                Err(error) => break (base + reader.error_position() as usize, error),
            }
        };
        let (at, error) = fault;
        let next = next_record(text, shape, at.max(base) + 1);
        let goes_on = match next {
            Some(next) => format!("went on at byte {next}"),
            None => "what follows is lost".to_owned(),
        };
        notes.push(format!("broken XML at byte {at}: {error}; {goes_on}"));
        walk.leaf = None;
        let ended = walk.end_record(if next.is_some() { Ended::Broken } else { Ended::Cut }, visit);
        let Some(next) = next.filter(|_| ended.is_continue()) else { return notes };
        if notes.len() >= MOST_FAULTS {
            notes.push("too many faults: the rest is not read".to_owned());
            return notes;
        }
        base = next;
    }
}

/// The place at or after `from` where a record may begin.
fn next_record(text: &str, shape: &Shape, from: usize) -> Option<usize> {
    let bytes = text.as_bytes().get(from..)?;
    let begins = |name: &str| {
        memmem::find_iter(bytes, format!("<{name}").as_bytes()).find(|at| {
            matches!(bytes.get(at + name.len() + 1), Some(b'>' | b' ' | b'\t' | b'\r' | b'\n' | b'/'))
        })
    };
    shape.records.iter().filter_map(|name| begins(name)).min().map(|at| from + at)
}

impl<'t> Walk<'t, '_> {
    fn step(
        &mut self,
        event: Event<'t>,
        before: usize,
        after: usize,
        visit: &mut dyn FnMut(Part<'t>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        match event {
            Event::Start(tag) => self.start(tag, before, after, false, visit),
            Event::Empty(tag) => self.start(tag, before, after, true, visit),
            Event::End(_) => self.end(before, after, visit),
            Event::Text(text) => self.push(|out| out.push_str(&text)),
            Event::CData(text) => self.push(|out| out.push_str(&text)),
            Event::GeneralRef(name) => self.push(|out| reference(&name, out)),
            _ => ControlFlow::Continue(()),
        }
    }

    fn push(&mut self, with: impl FnOnce(&mut String)) -> ControlFlow<()> {
        if let Some(open) = self.leaf.as_mut().or(self.containers.last_mut()) {
            with(&mut open.text);
        }
        ControlFlow::Continue(())
    }

    /// The name in a tag, as it is written.
    fn written(&self, before: usize, after: usize) -> &'t str {
        let tag = self.text[before..after].trim_start_matches(['<', '/']);
        let end = tag.find(|c: char| c.is_ascii_whitespace() || matches!(c, '>' | '/')).unwrap_or(tag.len());
        &tag[..end]
    }

    fn start(
        &mut self,
        tag: BytesStart<'t>,
        before: usize,
        after: usize,
        empty: bool,
        visit: &mut dyn FnMut(Part<'t>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let written = self.written(before, after);
        let name = written.rsplit_once(':').map_or(written, |(_, name)| name);
        // In a field nothing counts but the next record: then the field's end is missing.
        let is_record =
            self.record.is_none_or(|record| record == written) && self.shape.records.contains(&name);
        if let Some(leaf) = self.leaf.as_mut().filter(|_| !is_record) {
            leaf.parted = true;
            leaf.nested += usize::from(!empty && leaf.is(written));
            return ControlFlow::Continue(());
        }
        self.declare(&tag);
        let space = self.space(written);
        let first = !self.rooted;
        if first {
            self.rooted = true;
            visit(Part::Root(name, tag.clone()))?;
        }
        let own = matches!(space, Space::Plain | Space::Atom);
        if own && is_record {
            self.end_record(Ended::Whole, visit)?;
            self.record = Some(written);
            visit(Part::Begin(tag))?;
            return if empty { self.end_record(Ended::Whole, visit) } else { ControlFlow::Continue(()) };
        }
        // The outermost element is around all, whatever it is called.
        if first
            || own
                && self.record.is_none()
                && self.shape.wrappers.iter().any(|w| w.eq_ignore_ascii_case(name))
        {
            return ControlFlow::Continue(());
        }
        // A record within a field of another kind.
        if self.leaf.is_some() {
            return ControlFlow::Continue(());
        }
        let open =
            Open { space, name, written, tag, text: String::new(), from: after, parted: false, nested: 0 };
        if empty {
            return self.field(open, after, visit);
        }
        if self.containers.len() < MOST_CONTAINERS && (self.shape.containers)(space, name) {
            self.containers.push(open);
        } else {
            self.leaf = Some(open);
        }
        ControlFlow::Continue(())
    }

    fn end(
        &mut self,
        before: usize,
        after: usize,
        visit: &mut dyn FnMut(Part<'t>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let written = self.written(before, after);
        if self.record == Some(written) {
            return self.end_record(Ended::Whole, visit);
        }
        if let Some(leaf) = &mut self.leaf {
            if leaf.is(written) {
                if leaf.nested > 0 {
                    leaf.nested -= 1;
                } else if let Some(leaf) = self.leaf.take() {
                    return self.field(leaf, before, visit);
                }
                return ControlFlow::Continue(());
            }
            // A container's end ends what was left open in it.
            if !self.containers.iter().any(|open| open.is(written)) {
                return ControlFlow::Continue(());
            }
            self.leaf = None;
        }
        if self.containers.iter().any(|open| open.is(written)) {
            while let Some(open) = self.containers.pop() {
                let last = open.is(written);
                self.field(open, before, visit)?;
                if last {
                    break;
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn field(
        &mut self,
        open: Open<'t>,
        until: usize,
        visit: &mut dyn FnMut(Part<'t>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let markup = open.parted.then(|| self.text.get(open.from..until)).flatten();
        let within = self.containers.last().map(|open| open.name);
        visit(Part::Field(Field {
            space: open.space,
            name: open.name,
            within,
            tag: open.tag,
            text: open.text,
            markup,
        }))
    }

    /// Ends the record, if one has begun; what is open in it is dropped.
    fn end_record(
        &mut self,
        ended: Ended,
        visit: &mut dyn FnMut(Part<'t>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        self.leaf = None;
        self.containers.clear();
        if self.record.take().is_some() { visit(Part::End(ended)) } else { ControlFlow::Continue(()) }
    }

    fn declare(&mut self, tag: &BytesStart<'t>) {
        // Looking at attributes costs; nearly no tag has declarations.
        if !tag.attributes_raw().contains("xmlns") {
            return;
        }
        for attribute in tag.html_attributes().with_checks(false).take(MOST_ATTRIBUTES).flatten() {
            let key = attribute.key.into_inner();
            let prefix = match key.strip_prefix("xmlns") {
                Some("") => "",
                Some(prefix) if prefix.starts_with(':') => &prefix[1..],
                _ => continue,
            };
            let address = attribute.value.trim().to_ascii_lowercase();
            let address = address.trim_start_matches("https://").trim_start_matches("http://");
            let address = address.trim_end_matches(['/', '#']);
            let known = SPACES.iter().find(|(_, addresses, _)| addresses.contains(&address));
            let space = match known {
                Some((space, ..)) => *space,
                None if prefix.is_empty() => Space::Plain,
                None => Space::Other,
            };
            if let Some((_, known)) = self.prefixes.iter_mut().find(|(known, _)| *known == prefix) {
                *known = space;
            } else if self.prefixes.len() < MOST_PREFIXES {
                self.prefixes.push((prefix.to_owned(), space));
            }
        }
    }

    fn space(&self, written: &str) -> Space {
        let prefix = written.rsplit_once(':').map_or("", |(prefix, _)| prefix);
        if let Some((_, space)) = self.prefixes.iter().find(|(known, _)| *known == prefix) {
            return *space;
        }
        if prefix.is_empty() {
            return Space::Plain;
        }
        let known = SPACES.iter().find(|(_, _, prefixes)| prefixes.contains(&prefix));
        known.map_or(Space::Other, |(space, ..)| *space)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SHAPE: Shape = Shape {
        records: &["item", "entry"],
        wrappers: &["rss", "channel", "feed"],
        containers: |_, name| matches!(name, "author" | "group"),
    };

    /// Fields as `container/name=content`, records in brackets.
    fn read(text: &str) -> (String, Vec<String>) {
        let mut out = String::new();
        let notes = walk(text, &SHAPE, &mut |part| {
            match part {
                Part::Root(..) => {}
                Part::Begin(_) => out.push('['),
                Part::End(_) => out.push(']'),
                Part::Field(field) => {
                    let within = field.within.map(|w| format!("{w}/")).unwrap_or_default();
                    out.extend([&within, field.name, "=", field.content(), ";"]);
                }
            }
            ControlFlow::Continue(())
        });
        (out, notes)
    }

    fn check(text: &str, expected: &str) {
        let (got, notes) = read(text);
        assert_eq!((got.as_str(), notes.len()), (expected, 0), "{text}: {notes:?}");
    }

    #[test]
    fn records_are_read_by_the_names_of_their_fields() {
        check(
            "<?xml version='1.0'?><rss><channel><title>Wire</title><item><title>One</title><link>a</link></item>\
             <item/><item><title>Two</title></item></channel></rss>",
            "title=Wire;[title=One;link=a;][][title=Two;]",
        );
        check(
            "<feed><entry><author><name>Ada</name></author><content><p>a <b>b</b></p></content></entry></feed>",
            "[author/name=Ada;author=;content=<p>a <b>b</b></p>;]",
        );
        check("<rss><item><title>a &amp; b &lt;i&gt; &#233;&#x1F600; &nbsp;&#0;</title></item>", {
            "[title=a & b <i> \u{e9}\u{1f600} &nbsp;\u{fffd};]"
        });
        check("<rss><item><t><![CDATA[a <b> & c]]> d</t></item></rss>", "[t=a <b> & c d;]");
        // A field of its own name in it.
        check("<feed><entry><c><c>x</c></c><t>y</t></entry></feed>", "[c=<c>x</c>;t=y;]");
    }

    #[test]
    fn what_is_not_well_formed_is_read_as_far_as_it_goes() {
        check("<rss><item><t>AT&T & co &</t></item>", "[t=AT&T & co &;]");
        check("<rss><item><t>a<br>b</t><l>c</l></item></rss>", "[t=a<br>b;l=c;]");
        check("<rss><item><t>a</t></b></rss>", "[t=a;]");
        // An end that is missing costs the field, not the next record.
        check("<rss><item><l>x</l><t>one<item><t>two</t></item>", "[l=x;][t=two;]");
        check("<rss><channel><title>Wire<item><t>two</t></item>", "[t=two;]");
        check("<rss><item><author><name>Ada</author><t>x</t></item>", "[author=;t=x;]");
        let (got, notes) = read("<rss><item><t>one</t></item><item><t><![CDATA[cut");
        assert_eq!((got.as_str(), notes.len()), ("[t=one;][]", 1), "{notes:?}");
        let (got, notes) = read("<rss><item><t>one</t><!bad></item><item><t>two</t></item></rss>");
        assert_eq!((got.as_str(), notes.len()), ("[t=one;][t=two;]", 1), "{notes:?}");
    }

    #[test]
    fn entities_are_not_expanded_and_depth_costs_nothing() {
        let bomb = "<!DOCTYPE r [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><rss><item><t>&b;</t></item></rss>";
        check(bomb, "[t=&b;;]");
        let deep = format!("<rss><item><t>{}</t><l>x</l></item></rss>", "<d>".repeat(200_000));
        let (got, _) = read(&deep);
        assert!(got.ends_with(";l=x;]"));
        let faults = "<item><!bad>".repeat(100_000);
        let (_, notes) = read(&faults);
        assert_eq!(notes.len(), MOST_FAULTS + 1);
    }

    #[test]
    fn vocabularies_are_known_by_their_address_or_else_by_their_prefix() {
        let mut seen = Vec::new();
        let text = "<r xmlns:x='http://purl.org/dc/elements/1.1/' xmlns:dc='urn:other'><item><x:creator/>\
                    <dc:creator/><media:credit/><odd:name/></item></r>";
        walk(text, &SHAPE, &mut |part| {
            if let Part::Field(field) = part {
                seen.push(field.space);
            }
            ControlFlow::Continue(())
        });
        assert_eq!(seen, [Space::Dublin, Space::Other, Space::Media, Space::Other]);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "([<>/&;!?a-c \\[\\]=\"'-]|<item>|</item>|<t>|</t>|<!\\[CDATA\\[|\\]\\]>|<author>|\u{e9}|<t/>){0,60}") {
            let (mut begun, mut ended) = (0, 0);
            walk(&text, &SHAPE, &mut |part| {
                match part {
                    Part::Begin(_) => begun += 1,
                    Part::End(_) => ended += 1,
                    _ => {}
                }
                ControlFlow::Continue(())
            });
            prop_assert_eq!(begun, ended);
        }
    }
}
