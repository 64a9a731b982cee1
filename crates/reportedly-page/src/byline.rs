//! Who wrote an article: from the page's data, from elements that are named for it, from its byline.

use crate::article::{Aside, Labelled};
use crate::blocks::Layout;
use crate::dom::{DOCUMENT, Dom, NodeId, floor};
use crate::structured::{self, Structured};
use crate::{Role, lines, words};
use serde_json::Value;

/// Authors that are kept.
const MAX_AUTHORS: usize = 12;
/// Bytes of the longest name.
const MAX_NAME: usize = 60;
/// Bytes that are read of a line that somebody calls the author.
const MAX_LINE: usize = 1_000;
/// Bytes of the longest element that is a byline.
const MAX_BYLINE: usize = 160;
/// Blocks around the headline and the text's beginning in which a byline is looked for.
const NEAR: usize = 14;

/// The people who wrote an article, and the agencies it is credited to.
#[derive(Debug, Default)]
pub(crate) struct Writers {
    pub(crate) authors: Vec<String>,
    pub(crate) agencies: Vec<String>,
    /// Those whom the page names where authors stand, though they are no people: its own name, an agency, a desk.
    pub(crate) others: Vec<String>,
}

impl Writers {
    fn add(&mut self, name: &str, outlet: Option<&str>) {
        let name = clean(name);
        if name.is_empty() || name.len() > MAX_NAME || self.authors.len() >= MAX_AUTHORS {
            return;
        }
        if is_nobody(&name) {
            return;
        }
        let agency = lines::is_agency(&name);
        if agency || outlet.is_some_and(|o| is_outlet(&name, o)) {
            if agency && !self.agencies.contains(&name) {
                self.agencies.push(name.clone());
            }
            self.add_other(name);
            return;
        }
        let folded = lines::folded(&name);
        if !self.authors.iter().any(|a| lines::folded(a) == folded) {
            self.authors.push(name);
        }
    }

    fn add_other(&mut self, name: String) {
        let folded = lines::folded(&name);
        if !self.others.iter().any(|o| lines::folded(o) == folded) {
            self.others.push(name);
        }
    }

    /// What two ways of looking found: people of the first that has any.
    pub(crate) fn or(mut self, seen: Self) -> Self {
        for agency in seen.agencies {
            if !self.agencies.contains(&agency) {
                self.agencies.push(agency);
            }
        }
        if self.authors.is_empty() {
            self.authors = seen.authors;
        }
        for other in seen.others {
            self.add_other(other);
        }
        self
    }

    /// The names to show: people, or where the page names none, whoever it names in their place.
    pub(crate) fn authors(&self) -> Vec<String> {
        if self.authors.is_empty() { self.others.clone() } else { self.authors.clone() }
    }

    /// Adds the names in a line that somebody calls the author.
    fn add_line(&mut self, line: &str, outlet: Option<&str>) {
        for name in split(floor(line, MAX_LINE)) {
            self.add(&name, outlet);
        }
    }
}

/// From the page's data.
pub(crate) fn from_data(data: &Structured, outlet: Option<&str>) -> Writers {
    let mut found = Writers::default();
    for thing in data.articles() {
        for key in ["author", "creator"] {
            let Some(author) = thing.get(key) else { continue };
            let list = match author {
                Value::Array(items) => items.iter().collect(),
                one => vec![one],
            };
            for one in list {
                let one = data.resolve(one);
                let organisation = one.as_object().is_some_and(|t| {
                    structured::types(t).any(|k| k.ends_with("Organization") || k == "Corporation")
                });
                let names: Vec<&str> = match one {
                    Value::Object(thing) => match thing.get("name") {
                        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
                        name => name.and_then(Value::as_str).into_iter().collect(),
                    },
                    other => other.as_str().into_iter().collect(),
                };
                for name in names {
                    let name = structured::unescape(name);
                    if organisation && !lines::is_agency(&name) {
                        let name = clean(&name);
                        if !is_nobody(&name) && name.len() <= MAX_NAME {
                            found.add_other(name);
                        }
                        continue;
                    }
                    found.add_line(&name, outlet);
                }
            }
            if !found.authors.is_empty() {
                return found;
            }
        }
    }
    for name in [
        "author",
        "article:author",
        "article:author_name",
        "parsely-author",
        "sailthru.author",
        "dc.creator",
        "dcterms.creator",
        "dc.creator.name",
        "citation_author",
        "byl",
        "cxenseparse:author",
        "mrf:authors",
        "cxense-author",
        "og:article:author",
        "book:author",
        "twitter:creator:name",
        "authors",
        "content-author",
    ] {
        for line in data.metas(name) {
            found.add_line(line, outlet);
        }
        if !found.authors.is_empty() {
            break;
        }
    }
    // Cards with labelled fields.
    for (label, value) in [("twitter:label1", "twitter:data1"), ("twitter:label2", "twitter:data2")] {
        if found.authors.is_empty()
            && let (Some(label), Some(value)) = (data.meta(&[label]), data.meta(&[value]))
            && lines::opening(label).is_some_and(|f| f.role == Role::Byline)
        {
            found.add_line(value, outlet);
        }
    }
    found
}

/// Words in the addresses of pages about authors.
const AUTHOR_PATHS: [&str; 16] = [
    "/author",
    "/by/",
    "/people/",
    "/profile",
    "/team/",
    "/autor",
    "/auteur",
    "/staff/",
    "/contributor",
    "/writer",
    "/producers/",
    "/journalist",
    "/reporter",
    "/redaktion/",
    "/person/",
    "/columnist",
];

/// From the page as it is seen: elements named for it, then a line that begins as bylines do.
pub(crate) fn from_page(
    dom: &Dom,
    data: &Structured,
    layout: &Layout,
    labelled: &Labelled,
    outlet: Option<&str>,
) -> Writers {
    let regions = layout.by_node();
    let start = layout.regions[labelled.container].runs.start;
    let end = layout.regions[labelled.container].runs.end;
    // Names in comments, teasers and sidebars are other people's.
    let in_article = |id: NodeId| {
        let region = std::iter::once(id).chain(dom.ancestors(id)).find_map(|n| regions.get(&n).copied());
        region.is_none_or(|r| {
            let near = layout.regions[r].runs.start + 80 >= start && layout.regions[r].runs.start <= end + 20;
            near && !matches!(
                labelled.asides.get(r),
                Some(Aside::For(
                    Role::Comments
                        | Role::Related
                        | Role::Feed
                        | Role::Trending
                        | Role::Nav
                        | Role::Promo
                        | Role::Video
                ))
            )
        })
    };
    let mut found = Writers::default();
    for (property, id) in &data.properties {
        if matches!(property.as_str(), "author" | "creator") && in_article(*id) {
            let inner = data
                .properties
                .iter()
                .find(|(p, n)| p == "name" && (n == id || dom.ancestors(*n).take(6).any(|a| a == *id)));
            let node = inner.map_or(*id, |(_, n)| *n);
            let text =
                dom.attr(node, "content").map_or_else(|| dom.text(node, MAX_BYLINE + 1), str::to_owned);
            if text.len() <= MAX_BYLINE {
                found.add_line(&text, outlet);
            }
        }
    }
    if !found.authors.is_empty() {
        return found;
    }
    let mut named: Vec<(u8, NodeId)> = Vec::new();
    for id in dom.descendants(DOCUMENT) {
        let rank = match (dom.attr(id, "rel"), dom.attr(id, "class"), dom.attr(id, "id")) {
            (Some(rel), ..) if rel.split_ascii_whitespace().any(|r| r == "author") => 0,
            (_, class, other) => match class
                .into_iter()
                .chain(other)
                .flat_map(str::split_ascii_whitespace)
                .filter_map(author_class)
                .min()
            {
                Some(rank) => rank,
                None if dom.name(id) == "a" && leads_to_author(dom, id) => 4,
                None => continue,
            },
        };
        if dom.name(id) != "body" && named.len() < 400 && in_article(id) {
            named.push((rank, id));
        }
    }
    named.sort_by_key(|(rank, _)| *rank);
    for rank in 0..=4 {
        for (_, id) in named.iter().filter(|(r, _)| *r == rank) {
            let text = dom.text(*id, MAX_BYLINE + 1);
            if text.is_empty() {
                continue;
            }
            if text.len() > MAX_BYLINE {
                // A box about the author begins with the name.
                let first = dom
                    .descendants(*id)
                    .find_map(|n| dom.text_node(n).map(str::trim).filter(|t| !t.is_empty()));
                if rank > 1
                    && let Some(names) = first.and_then(|t| lines::byline(t).or_else(|| lines::people(t)))
                {
                    for name in names {
                        found.add(&name, outlet);
                    }
                }
                if found.authors.is_empty() {
                    continue;
                }
                break;
            }
            // Links inside a byline are the names in it.
            let links: Vec<String> = dom
                .descendants(*id)
                .filter(|n| dom.name(*n) == "a" && leads_to_author(dom, *n))
                .map(|n| dom.text(n, MAX_NAME + 1))
                .filter(|t| lines::people(t).is_some() || words::count(t) == 1)
                .collect();
            if rank > 0 && !links.is_empty() {
                for link in links {
                    found.add_line(&link, outlet);
                }
            } else if rank == 0 || rank == 1 {
                found.add_line(&text, outlet);
            } else if let Some(names) = lines::byline(&text).or_else(|| lines::people(&text)) {
                for name in names {
                    found.add(&name, outlet);
                }
            }
            if rank > 1 && !found.authors.is_empty() {
                break;
            }
        }
        if !found.authors.is_empty() {
            return found;
        }
    }
    // Lines: "By …" near the headline or the text's beginning, "Written by …" at its end too.
    let title = labelled.roles.iter().position(|r| *r == Some(Role::Title));
    let near_title = title.map(|t| t.saturating_sub(3)..(t + NEAR).min(layout.runs.len()));
    let near_text = start.saturating_sub(NEAR)..(start + 4).min(layout.runs.len());
    let near_end = end.saturating_sub(4)..(end + NEAR).min(layout.runs.len());
    for i in near_title.into_iter().flatten().chain(near_text).chain(near_end) {
        let Some(run) = layout.runs.get(i).filter(|r| r.words <= 18) else { continue };
        let next = layout.runs.get(i + 1).filter(|r| r.words <= 6).map(|r| r.text.as_str());
        let introduces = run.words <= 2 && lines::opening(&run.text).is_some_and(|f| f.role == Role::Byline);
        let names = lines::byline(&run.text)
            .or_else(|| introduces.then(|| lines::people(next?)).flatten())
            .or_else(|| {
                // "Published on 7 August by …"
                let (before, after) = run.text.split_once(" by ").or_else(|| run.text.split_once(" By "))?;
                (before.contains(|c: char| c.is_ascii_digit()) && words::count(before) <= 8)
                    .then(|| lines::people(after))?
            });
        for name in names.into_iter().flatten() {
            found.add(&name, outlet);
        }
        if !found.authors.is_empty() {
            break;
        }
    }
    found
}

/// Whether a link leads to a page about an author.
fn leads_to_author(dom: &Dom, link: NodeId) -> bool {
    dom.attr(link, "href").is_some_and(|href| AUTHOR_PATHS.iter().any(|path| href.contains(path)))
}

/// How surely a class name says that an element is an author's name.
fn author_class(class: &str) -> Option<u8> {
    let class = class.to_ascii_lowercase();
    let has = |word: &str| class.contains(word);
    if has("authorization")
        || has("comment")
        || has("avatar")
        || has("image")
        || has("photo")
        || has("bio")
        || has("related")
    {
        return None;
    }
    if [
        "author-name",
        "author_name",
        "authorname",
        "author__name",
        "byline-name",
        "byline__name",
        "byline_name",
        "authors-name",
    ]
    .iter()
    .any(|n| has(n))
    {
        return Some(1);
    }
    if has("byline") {
        return Some(2);
    }
    if has("author")
        || has("autor")
        || has("auteur")
        || has("writer")
        || class == "fn"
        || has("written-by")
        || has("writtenby")
    {
        return Some(3);
    }
    None
}

/// The names in what stands where authors stand: one, or several with signs between them.
fn split(line: &str) -> Vec<String> {
    let line = line.trim();
    if line.is_empty() || line.contains("://") || line.starts_with("www.") || line.contains('@') {
        return Vec::new();
    }
    let named = lines::byline(line).or_else(|| {
        let several = line.contains([',', ';', '|', '&', '•', '·', '/', '\n'])
            || [" and ", " und ", " et ", " y "].iter().any(|a| line.contains(a));
        several.then(|| lines::people(line)).flatten()
    });
    named.unwrap_or_else(|| vec![line.to_owned()])
}

/// A name without what stands around it in bylines.
fn clean(name: &str) -> String {
    let mut out = String::new();
    crate::dom::push_words(&mut out, &structured::unescape(name));
    let mut name = out.trim();
    let folded = lines::folded(name);
    for by in [
        "written by ",
        "posted by ",
        "by: ",
        "by ",
        "von ",
        "par ",
        "por ",
        "door ",
        "author: ",
        "autor: ",
        "text: ",
    ] {
        if folded.starts_with(by) && name.is_char_boundary(by.len()) && name.len() > by.len() {
            name = name[by.len()..].trim();
            break;
        }
    }
    if let Some((before, _)) = name.split_once(['(', '|', '•', '[']) {
        name = before.trim();
    }
    let name = name.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, ',' | ';' | ':' | '-' | '–' | '/' | '|' | '*' | '"')
    });
    name.to_owned()
}

/// Whether a name is the outlet's own.
fn is_outlet(name: &str, outlet: &str) -> bool {
    let letters =
        |s: &str| s.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    let (name, outlet) = (letters(name), letters(outlet));
    let outlet = outlet.strip_prefix("the").unwrap_or(&outlet);
    let name = name.strip_prefix("the").unwrap_or(&name);
    !outlet.is_empty()
        && (name == outlet
            || (outlet.len() >= 4 && name.starts_with(outlet))
            || (name.len() >= 5 && outlet.starts_with(name)))
}

/// Whether it is no name: a role, a date, a button.
fn is_nobody(name: &str) -> bool {
    let folded = lines::folded(name);
    let nobody = [
        "admin",
        "administrator",
        "editor",
        "editors",
        "editorial",
        "editorial team",
        "editorial staff",
        "staff",
        "staff writer",
        "staff reporter",
        "staff report",
        "staff reports",
        "news desk",
        "newsdesk",
        "web desk",
        "online desk",
        "newsroom",
        "redaktion",
        "redacción",
        "redazione",
        "rédaction",
        "la rédaction",
        "redação",
        "redactie",
        "guest",
        "guest author",
        "guest post",
        "guest contributor",
        "contributor",
        "anonymous",
        "unknown",
        "author",
        "none",
        "null",
        "undefined",
        "webmaster",
        "team",
        "press release",
        "agencies",
        "agency",
        "user",
        "default",
        "n/a",
        "view all posts",
        "follow",
        "correspondent",
        "our correspondent",
        "special correspondent",
        "by",
        "posts by",
        "more posts",
        "read more",
        "share",
        "wire services",
        "news agencies",
    ];
    nobody.contains(&folded.as_str())
        || folded.chars().filter(char::is_ascii_digit).count() > 2
        || words::count(name) > 7
        || !folded.chars().any(char::is_alphabetic)
        || folded.contains(".com")
        || folded.contains(".org")
}
