//! Who wrote an article: from the page's data, from elements that are named for it, from its byline.

mod credits;
mod names;
mod parts;

use crate::article::{Aside, Labelled};
use crate::blocks::Layout;
use crate::dates::printed;
use crate::dom::{DOCUMENT, Dom, MAX_WALKED, NodeId, floor};
use crate::meta::wording;
use crate::structured::{self, Structured};
use crate::{Role, lines, words};
use aho_corasick::AhoCorasick;
pub(crate) use credits::{credited, is_at, sources};
pub(crate) use names::people;
use names::{clean, split};
use rustc_hash::FxHashMap;
use serde_json::Value;
use std::sync::LazyLock;

/// Authors that are kept.
const MAX_AUTHORS: usize = 12;
/// Entries of an author list in the data that are looked at.
const MAX_LISTED: usize = 100;
/// Bytes of the longest name.
const MAX_NAME: usize = 60;
/// Bytes that are read of a line that somebody calls the author.
const MAX_LINE: usize = 1_000;
/// Bytes of the longest element that is a byline.
const MAX_BYLINE: usize = 160;
/// Names in a line that gives the date too, and blocks below the headline among which it stands.
const MOST_NAMES: usize = 3;
const UNDER_TITLE: usize = 3;
/// Blocks around the headline and the text's beginning in which a byline is looked for.
const NEAR: usize = 14;
/// Blocks before and after the article among which elements named for its author stand.
const BEFORE: usize = 80;
const AFTER: usize = 20;

/// The rank of links to pages about authors, the last of those by which elements are named for them.
const LINK: u8 = 4;
/// Words before the one that introduces a name in a line that begins with a date.
const MAX_WORDS_BEFORE: usize = 8;
/// Words of a name that has no capitals.
const MAX_LOOSE_WORDS: usize = 3;

/// The people who wrote an article, and the agencies it is credited to.
#[derive(Debug, Default)]
pub(crate) struct Writers {
    pub(crate) authors: Vec<String>,
    pub(crate) agencies: Vec<String>,
    /// Those whom the page names where authors stand, though they are no people: its own name, an agency, a desk.
    pub(crate) others: Vec<String>,
    /// Agencies and desks that the page's data lists beside people as if they were such.
    beside: Vec<String>,
}

impl Writers {
    fn add(&mut self, name: &str, outlet: Option<&str>) {
        let name = clean(name);
        if name.is_empty() || name.len() > MAX_NAME || self.authors.len() >= MAX_AUTHORS {
            return;
        }
        if names::is_no_name(&name) {
            return;
        }
        let agency = names::is_agency(&name);
        if agency && !self.agencies.contains(&name) {
            self.agencies.push(name.clone());
        }
        if agency || names::is_desk(&name) || outlet.is_some_and(|o| is_outlet(&name, o)) {
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
        if self.others.len() < MAX_AUTHORS && !self.others.iter().any(|o| lines::folded(o) == folded) {
            self.others.push(name);
        }
    }

    /// Whether nobody is named, nor anybody in their place.
    pub(crate) fn is_empty(&self) -> bool {
        self.authors.is_empty() && self.others.is_empty()
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
        if self.others.is_empty() {
            self.others = seen.others;
        }
        self
    }

    /// The names to show: people, or where the page names none, whoever it names in their place.
    pub(crate) fn authors(&self) -> Vec<String> {
        if self.authors.is_empty() {
            return self.others.clone();
        }
        let beside = self.beside.iter().filter(|name| !self.authors.contains(name));
        self.authors.iter().chain(beside).cloned().collect()
    }

    /// Keeps those others that were known before, if any were: the first who names them knows best.
    fn keep_others(&mut self, known: usize) {
        if known > 0 {
            self.others.truncate(known);
        }
    }

    /// Adds the names in a line that somebody calls the author.
    fn add_line(&mut self, line: &str, outlet: Option<&str>) {
        for name in split(floor(line, MAX_LINE)) {
            self.add(&name, outlet);
        }
    }
}

/// From a line that begins as bylines do, of a page that has no markup.
pub(crate) fn from_line(line: &str) -> Writers {
    let mut found = Writers::default();
    let names = lines::byline(line).or_else(|| names::unspaced(line));
    for name in names.into_iter().flatten() {
        found.add(&name, None);
    }
    found
}

/// From what a feed or a sitemap says.
pub(crate) fn from_listing<'n>(names: impl Iterator<Item = &'n str>, outlet: Option<&str>) -> Writers {
    let mut found = Writers::default();
    for line in names {
        found.add_line(line, outlet);
    }
    found
}

/// From the page's data.
pub(crate) fn from_data(data: &Structured, outlet: Option<&str>) -> Writers {
    let mut found = Writers::default();
    for thing in data.articles() {
        for key in ["author", "creator"] {
            let Some(author) = thing.get(key) else { continue };
            let list = match author {
                Value::Array(items) => items.iter().take(MAX_LISTED).collect(),
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
                    if organisation && !names::is_agency(&name) {
                        let name = clean(&name);
                        if !names::is_no_name(&name) && !name.is_empty() && name.len() <= MAX_NAME {
                            found.add_other(name);
                        }
                        continue;
                    }
                    let known = found.others.len();
                    found.add_line(&name, outlet);
                    let stand_in = |name: &&String| {
                        !organisation
                            && (names::is_agency(name) || names::is_desk(name))
                            && !outlet.is_some_and(|o| is_outlet(name, o))
                    };
                    let beside: Vec<String> =
                        found.others[known..].iter().filter(stand_in).cloned().collect();
                    found.beside.extend(beside);
                }
            }
            if !found.authors.is_empty() {
                return found;
            }
        }
    }
    found.beside.clear();
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
        "articleauthor",
        "shareaholic:article_author_name",
    ] {
        let known = found.others.len();
        for line in data.metas(name) {
            found.add_line(line, outlet);
        }
        found.keep_others(known);
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

/// From the page as it is seen: elements named for it, then a line that begins as bylines do, then, where the page's
/// data tells nobody either (`is_told`), names of one word.
pub(crate) fn from_page(
    dom: &Dom,
    data: &Structured,
    layout: &Layout,
    labelled: &Labelled,
    outlet: Option<&str>,
    is_told: bool,
) -> Writers {
    let regions = layout.by_node();
    let title = labelled.roles.iter().position(|r| *r == Some(Role::Title));
    let start = layout.regions[labelled.container].runs.start;
    let end = layout.regions[labelled.container].runs.end;
    let region =
        |id: NodeId| std::iter::once(id).chain(dom.ancestors(id)).find_map(|n| regions.get(&n).copied());
    let is_below = |id: NodeId| region(id).is_some_and(|r| layout.regions[r].runs.start >= end);
    // Names in comments, teasers and sidebars are other people's.
    let in_article = |id: NodeId| {
        region(id).is_none_or(|r| {
            let runs = &layout.regions[r].runs;
            let near = runs.start + BEFORE >= start && runs.start <= end + AFTER;
            // Beside the headline stands the article's own byline, whatever the element around it is for.
            let is_head =
                title.is_some_and(|t| runs.start >= t && runs.end <= start + 1 && runs.len() <= NEAR);
            if is_head && labelled.asides.get(r) == Some(&Aside::For(Role::Promo)) {
                return true;
            }
            // Another story below this one has a byline of its own.
            let others = runs.start >= start
                && matches!(labelled.roles.get(runs.start), Some(Some(Role::Related | Role::Feed)));
            near && !others
                && !matches!(
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
    let is_author = |property: &str| matches!(property, "author" | "creator");
    for (_, id) in data.properties.iter().filter(|(p, _)| is_author(p)).take(MAX_LISTED) {
        if in_article(*id) {
            let inner = data
                .properties
                .iter()
                .find(|(p, n)| p == "name" && (n == id || dom.ancestors(*n).take(6).any(|a| a == *id)));
            let node = inner.map_or(*id, |(_, n)| *n);
            let text = dom.attr(node, "content").map_or_else(|| wording(dom, node), str::to_owned);
            if text.len() <= MAX_BYLINE {
                found.add_line(&text, outlet);
            }
        }
    }
    if !found.authors.is_empty() {
        return found;
    }
    let mut named: Vec<(u8, NodeId)> = Vec::new();
    let mut known = FxHashMap::default();
    for id in dom.descendants(DOCUMENT) {
        let rank = match (dom.attr(id, "rel"), dom.attr(id, "class"), dom.attr(id, "id")) {
            (Some(rel), ..) if rel.split_ascii_whitespace().any(|r| r == "author") => 0,
            (_, class, other) => match class
                .into_iter()
                .chain(other)
                .flat_map(str::split_ascii_whitespace)
                .filter_map(|class| *known.entry(class).or_insert_with(|| author_class(class)))
                .min()
            {
                Some(rank) => rank,
                None if dom.name(id) == "a" && leads_to_author(dom, id) => LINK,
                None => continue,
            },
        };
        if dom.name(id) != "body" && named.len() < 400 && in_article(id) {
            named.push((rank, id));
        }
    }
    named.sort_by_key(|(rank, _)| *rank);
    for rank in 0..=LINK {
        let mut beside = None;
        for (_, id) in named.iter().filter(|(r, _)| *r == rank) {
            // Links to authors stand in one line; those elsewhere lead to others.
            if beside.is_some_and(|line| line != dom.parent(*id)) {
                continue;
            }
            let text = wording(dom, *id);
            // Where the byline is the outlet's or a desk's, names below the article are those of other articles.
            let known = found.others.len();
            if text.is_empty() || known > 0 && is_below(*id) {
                continue;
            }
            if text.len() > MAX_BYLINE {
                // A box about the author begins with the name.
                let first = dom
                    .descendants(*id)
                    .take(MAX_WALKED)
                    .find_map(|n| dom.text_node(n).map(str::trim).filter(|t| !t.is_empty()));
                if rank > 1
                    && let Some(names) = first.and_then(names_in)
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
                .take(MAX_WALKED)
                .filter(|n| dom.name(*n) == "a" && leads_to_author(dom, *n))
                .map(|n| wording(dom, n))
                .filter(|t| t.len() <= MAX_NAME && (names_in(t).is_some() || words::count(t) == 1))
                .collect();
            if rank > 0 && !links.is_empty() {
                for link in links {
                    found.add_line(&link, outlet);
                }
            } else if rank == 0 || rank == 1 {
                found.add_line(&text, outlet);
            } else if let Some(names) = names_in(&text) {
                for name in names {
                    found.add(&name, outlet);
                }
            }
            found.keep_others(known);
            if rank == LINK && !found.authors.is_empty() {
                beside = Some(dom.parent(*id));
            } else if rank > 1 && !found.authors.is_empty() {
                break;
            }
        }
        if !found.authors.is_empty() {
            return found;
        }
    }
    // Lines: "By …" near the headline or the text's beginning, "Written by …" at its end too.
    let near_title = title.map(|t| t.saturating_sub(3)..(t + NEAR).min(layout.runs.len()));
    let near_text = start.saturating_sub(NEAR)..(start + 4).min(layout.runs.len());
    let near_end = end.saturating_sub(4)..(end + NEAR).min(layout.runs.len());
    for i in near_title.into_iter().flatten().chain(near_text).chain(near_end) {
        let Some(run) = layout.runs.get(i).filter(|r| r.words <= 18) else { continue };
        if i > start && labelled.roles.get(i) == Some(&Some(Role::Related)) {
            continue;
        }
        let next = layout.runs.get(i + 1).filter(|r| r.words <= 6).map(|r| r.text.as_str());
        let names = match names::after_start(&run.text) {
            // "By" alone, and the name below it.
            Some("") => people(next.unwrap_or("")),
            Some(rest) => people(rest).map(|names| parts::whole_names(dom, layout, i, names)),
            None => after_date(&run.text).and_then(people),
        };
        let names = names.or_else(|| names::unspaced(&run.text)).or_else(|| {
            let under = title.is_some_and(|t| i > t && i <= t + UNDER_TITLE);
            under.then(|| dated_names(&run.text).or_else(|| parts::names_alone(dom, layout, i)))?
        });
        for name in names.into_iter().flatten() {
            found.add(&name, outlet);
        }
        if !found.authors.is_empty() {
            break;
        }
    }
    if !is_told && found.is_empty() {
        let under = title.map(|t| t.saturating_sub(1)..(t + 2 * UNDER_TITLE).min(layout.runs.len()));
        let line = || under.into_iter().flatten().find_map(|i| one_word_after_start(layout, i));
        if let Some(name) = one_word(dom, &named).or_else(line) {
            found.add(&name, outlet);
        }
    }
    found
}

/// The names in a line that may be a byline: after what introduces them, or all of it.
fn names_in(line: &str) -> Option<Vec<String>> {
    names::after_start(line).filter(|r| !r.is_empty()).and_then(people).or_else(|| people(line))
}

/// The names in "Published on 7 August by …".
fn after_date(line: &str) -> Option<&str> {
    let starts = line.char_indices().filter(|(_, c)| *c == ' ').map(|(i, _)| i + 1).take(MAX_WORDS_BEFORE);
    starts.into_iter().find_map(|i| {
        let (before, rest) = line.split_at(i);
        let introduced = before.contains(|c: char| c.is_ascii_digit()) && names::after_start(rest).is_some();
        introduced.then(|| names::after_start(rest)).flatten()
    })
}

/// The first name of one word, or without capitals, in elements that are named for authors: what people call
/// themselves on sites of their own.
fn one_word(dom: &Dom, named: &[(u8, NodeId)]) -> Option<String> {
    named.iter().map(|(_, id)| clean(&wording(dom, *id))).find(|name| is_loose_name(name))
}

/// Whether words may be what somebody calls himself on a site of his own.
fn is_loose_name(name: &str) -> bool {
    (1..=MAX_LOOSE_WORDS).contains(&words::count(name))
        && name.len() <= MAX_NAME
        && !names::is_no_name(name)
        && lines::heading(name).is_none()
        && name.starts_with(char::is_alphabetic)
        && !lines::is_reading_time(name)
}

/// Such a name in a line below the headline that begins as bylines do, or in the line after it: "Posted by seafarer on
/// 7 August".
fn one_word_after_start(layout: &Layout, at: usize) -> Option<String> {
    let run = layout.runs.get(at).filter(|r| r.words <= MAX_WORDS_BEFORE && !r.sentence)?;
    let said = match names::after_start(&run.text).or_else(|| after_date(&run.text))? {
        "" => layout.runs.get(at + 1).filter(|r| r.words <= 2).map(|r| r.text.as_str())?,
        rest => rest,
    };
    let end =
        said.find(|c: char| c.is_ascii_digit() || matches!(c, '|' | '·' | '•' | '@' | ',' | '(' | '–' | '—'));
    let said = said[..end.unwrap_or(said.len())].trim();
    let said = match (end, said.rsplit_once(' ')) {
        // "seafarer on 7 August"
        (Some(_), Some((before, last))) if last.chars().all(char::is_lowercase) => before,
        _ => said,
    };
    let name = clean(said);
    (words::count(&name) == 1 && is_loose_name(&name) && !names::is_desk(&name)).then_some(name)
}

/// The names in a line of names and a date: "Petra Lomax · 9 Jan 2031", "9.1.2031 | 13:10 | Petra Lomax".
fn dated_names(line: &str) -> Option<Vec<String>> {
    let dates = printed::find(line, None);
    let date = dates.first().filter(|_| dates.len() == 1)?.span;
    let is_sign = |c: char| matches!(c, '·' | '•' | '|' | '-' | '–' | '—' | ',' | '/');
    let signs = |c: char| c.is_whitespace() || is_sign(c);
    let (before, after) = (line.get(..date.start)?, line.get(date.end..)?);
    let (said, parted) = if after.trim_matches(signs).is_empty() {
        let said = before.trim_end_matches(signs);
        (said, said.len() < before.trim_end().len())
    } else if before.trim_matches(signs).is_empty() {
        // The hour may stand between.
        let hour = after.rfind(|c: char| c.is_ascii_digit()).map_or(0, |at| at + 1);
        let cut = hour + after[hour..].find(is_sign)?;
        (after[cut..].trim_start_matches(signs), true)
    } else {
        return None;
    };
    (parted && words::count(said) <= MOST_NAMES * 3)
        .then(|| people(said))?
        .filter(|found| found.len() <= MOST_NAMES)
}

/// Whether a link leads to a page about an author.
fn leads_to_author(dom: &Dom, link: NodeId) -> bool {
    static PATHS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(AUTHOR_PATHS).ok());
    let leads = |href: &str| PATHS.as_ref().is_some_and(|paths| paths.is_match(href));
    dom.attr(link, "href").is_some_and(leads)
}

/// How surely a class name says that an element is an author's name.
fn author_class(class: &str) -> Option<u8> {
    /// One of these is in every class name that does.
    static SAY: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
        let words = ["author", "autor", "auteur", "byline", "writ", "yazar", "muhabir", "fn"];
        AhoCorasick::builder().ascii_case_insensitive(true).build(words).ok()
    });
    if !SAY.as_ref().is_some_and(|say| say.is_match(class)) {
        return None;
    }
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
        || has("yazar")
        || has("muhabir")
        || class == "fn"
        || has("written-by")
        || has("writtenby")
    {
        return Some(3);
    }
    None
}

/// Whether a name is the outlet's own.
pub(crate) fn is_outlet(name: &str, outlet: &str) -> bool {
    let letters =
        |s: &str| s.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    let initials =
        |s: &str| s.split([' ', '-']).filter_map(|w| w.chars().next()).collect::<String>().to_lowercase();
    if outlet.contains(' ') && letters(name) == initials(outlet) {
        return true;
    }
    let (name, outlet) = (letters(name), letters(outlet));
    let outlet = outlet.strip_prefix("the").unwrap_or(&outlet);
    let name = name.strip_prefix("the").unwrap_or(&name);
    !outlet.is_empty()
        && (name == outlet
            || (outlet.len() >= 4 && name.starts_with(outlet))
            || (name.len() >= 5 && outlet.starts_with(name)))
}

#[cfg(test)]
mod tests {
    use crate::{Form, Input, read};

    fn check(html: &str, authors: &[&str], agencies: &[&str]) {
        let page = read(&Input { bytes: html.as_bytes(), form: Form::Html, ..Input::default() });
        assert_eq!((page.authors, page.agencies), (to_strings(authors), to_strings(agencies)), "{html}");
    }

    fn to_strings(names: &[&str]) -> Vec<String> {
        names.iter().map(|n| (*n).to_owned()).collect()
    }

    /// A page of the Tarn Herald with something in its head, and something below its headline.
    fn page(head: &str, byline: &str) -> String {
        let text =
            "<p>The quay at Velm stayed closed on Monday, the harbour master said, and the ferry with it."
                .repeat(4);
        format!(
            "<meta property=og:site_name content='Tarn Herald'>{head}<title>Fog closes the quay</title>\
             <article><h1>Fog closes the quay</h1>{byline}{text}</article>"
        )
    }

    #[test]
    fn data_names_people_agencies_and_desks() {
        let author = |name: &str| format!("<meta name=author content='{name}'>");
        for (name, authors, agencies) in [
            ("By Petra Lomax", &["Petra Lomax"][..], &[][..]),
            ("Petra Lomax and Olan Feld, Harbour Correspondents", &["Petra Lomax", "Olan Feld"], &[]),
            ("Petra Lomax, and Olan Feld", &["Petra Lomax", "Olan Feld"], &[]),
            ("Petra Lomax og Olan Feld", &["Petra Lomax", "Olan Feld"], &[]),
            ("Petra Lomax / Journalist", &["Petra Lomax"], &[]),
            ("Zeige alle Beiträge von Petra van der Lomax", &["Petra van der Lomax"], &[]),
            ("Petra Lomax @plomax", &["Petra Lomax"], &[]),
            ("Petra Lomax plomax@tarnherald.example", &["Petra Lomax"], &[]),
            ("Dan Lomax and Olan Feld", &["Dan Lomax", "Olan Feld"], &[]),
            ("Petra Lomax in Velm", &["Petra Lomax"], &[]),
            ("Petra Lomax - Herald Editorial Team", &["Petra Lomax"], &[]),
            ("Institute for Tides and Currents", &["Institute for Tides and Currents"], &[]),
            // Nobody is named: who stands in their place is shown.
            ("Reuters in Velm", &["Reuters"], &["Reuters"]),
            ("dpa", &["dpa"], &["dpa"]),
            ("Redaktion", &["Redaktion"], &[]),
            ("admin", &[], &[]),
            ("Petra Lomax alle Artikel", &["Petra Lomax"], &[]),
            ("Show all articles of Petra Lomax", &["Petra Lomax"], &[]),
        ] {
            check(&page(&author(name), ""), authors, agencies);
        }
        let listed = |names: &str| {
            format!(
                "<script type=application/ld+json>{{\"@type\":\"NewsArticle\",\"author\":[{names}]}}</script>"
            )
        };
        // Who is listed with people as one of them wrote with them.
        check(
            &page(&listed("{\"name\":\"Petra Lomax\"},{\"name\":\"dpa\"},{\"name\":\"Tarn Herald\"}"), ""),
            &["Petra Lomax", "dpa"],
            &["dpa"],
        );
        // People go before desks, agencies stand apart.
        check(
            &page(&author("Tarn Herald"), "<p class=byline>By Petra Lomax, Reuters</p>"),
            &["Petra Lomax"],
            &["Reuters"],
        );
        check(&page(&author("TH"), "<p class=byline>By Petra Lomax</p>"), &["Petra Lomax"], &[]);
    }

    #[test]
    fn the_page_names_people_where_its_data_names_none() {
        for (byline, authors) in [
            ("<div class=author><b>Petra Lomax</b><i>Reporter</i></div>", &["Petra Lomax"][..]),
            ("<p>Published on 7 August by Petra Lomax</p>", &["Petra Lomax"]),
            (
                "<p>Von <a href=/autoren/lomax>Petra Lomax</a> und <a href=/autoren/feld>Olan Feld</a></p>",
                &["Petra Lomax", "Olan Feld"],
            ),
            (
                "<div class=author-name>(Image: Olan Feld)</div><div class=byline>By Petra Lomax</div>",
                &["Petra Lomax"],
            ),
            ("<span class=author>seafarer</span>", &["seafarer"]),
            ("<p>Posted by seafarer on 7 August 2031</p>", &["seafarer"]),
            ("<p>Posted by</p><p>seafarer</p>", &["seafarer"]),
            ("<p>Posted by the harbour</p>", &[]),
            ("<p>9 August 2031 | 13:10 | Petra Lomax</p>", &["Petra Lomax"]),
            ("<p>记者：林岚</p>", &["林岚"]),
            ("<p>（责编：林岚、周帆）</p>", &["林岚", "周帆"]),
            ("<p>[벨름=탄뉴스] 윤하늘 기자 = yoon@tarnherald.example</p>", &["윤하늘"]),
            ("<span class=author>3 min read</span>", &[]),
            ("<span class=author>About the author</span>", &[]),
        ] {
            check(&page("", byline), authors, &[]);
        }
    }
}
