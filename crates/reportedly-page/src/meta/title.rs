//! An article's title: what headings, data and `<title>` agree on most, without the outlet's name and without the
//! label that some pages set over it.

use super::outlet::Host;
use super::{cuts, key, letters};
use crate::blocks::{Kind, Layout, Run};
use crate::dom::{DOCUMENT, Dom, NodeId};
use crate::structured::{self, Structured};
use crate::{lines, words};
use std::collections::BTreeSet;

// What each source of the title is worth; the wording with the largest sum wins. Tried over the pages of
// `pages.py meta`: the first heading is right most often, but not where data and `<title>` agree on another.
const BY_HEADING: u32 = 6;
const BY_FAR_HEADING: u32 = 2;
const BY_HEADLINE: u32 = 4;
const BY_CARD: u32 = 3;
const BY_TITLE: u32 = 2;
const BY_OTHER_CARD: u32 = 1;
/// Share of a heading's words that must stand in the page's other titles for it to be the article's.
const AGREES: f32 = 0.4;
/// Headings of the first level that are looked at.
const MAX_HEADINGS: usize = 8;
/// Bytes of a heading that are read.
const MAX_HEADING: usize = 600;
/// Words of what stands after the last sign of a title, for it to be an outlet or a section of it.
const MAX_SUFFIX_WORDS: usize = 4;
/// Words that a title has at least.
const MIN_TITLE_WORDS: usize = 3;

/// Parts of the class names of labels over headlines.
const LABELS: [&str; 12] = [
    "kicker",
    "overline",
    "eyebrow",
    "topline",
    "roofline",
    "dachzeile",
    "spitzmarke",
    "supertitle",
    "pretitle",
    "strapline",
    "vorspann",
    "label",
];

/// A heading: its words, and what may be the title in them.
struct Heading {
    words: String,
    /// Without its first part, without its last, where it has several.
    less: Vec<String>,
    /// Whether its first part is named as a label.
    labelled: bool,
    /// Whether it leads to the front page.
    leads_home: bool,
    /// Whether it is the end of a path of sections.
    ends_path: bool,
}

/// The article's title: what headings, data and `<title>` agree on most.
pub(super) fn title(
    dom: &Dom,
    data: &Structured,
    layout: &Layout,
    outlet: Option<&str>,
    host: Option<&Host>,
) -> Option<String> {
    let articles = data.articles();
    let headline = articles
        .iter()
        .find_map(|t| structured::plain(t.get("headline").or_else(|| t.get("name"))?))
        .map(|h| super::tidy(&structured::unescape(h)))
        .unwrap_or_default();
    let card = data.meta(&["og:title"]).map(super::tidy).unwrap_or_default();
    let other_card = data.meta(&["twitter:title"]).map(super::tidy).unwrap_or_default();
    let whole = data.title.clone().unwrap_or_default();
    let names = Names::new(data, outlet, host);
    let others: Vec<String> = [&headline, &card, &other_card]
        .into_iter()
        .map(|t| key(t))
        .chain([key(&without_outlet(&card, &[], &names)), key(&without_outlet(&whole, &[], &names))])
        .filter(|k| !k.is_empty())
        .collect();
    let said: BTreeSet<String> = [&headline, &card, &whole]
        .iter()
        .flat_map(|t| key(t).split(' ').map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let headings: Vec<(String, bool)> = dom
        .descendants(DOCUMENT)
        .filter(|id| dom.name(*id) == "h1")
        .take(MAX_HEADINGS)
        .map(|id| heading(dom, id))
        .filter(|h| !h.words.is_empty() && !is_masthead(h, &names, &others))
        .map(|h| (h.ends_path, without_label(h, &others)))
        .map(|(ends_path, words)| (names.without(&words).to_owned(), ends_path))
        .collect();
    let best = headings
        .iter()
        .map(|(heading, ends_path)| {
            let heading_key = key(heading);
            let words: BTreeSet<&str> = heading_key.split(' ').collect();
            let shared = words.iter().filter(|w| said.contains(**w)).count() as f32;
            (shared / words.len() as f32, shared.sqrt(), heading, *ends_path)
        })
        .fold(None::<(f32, f32, &String, bool)>, |best, next| match best {
            Some(best) if best.0 * best.1 >= next.0 * next.1 => Some(best),
            _ => Some(next),
        });
    let known: Vec<String> =
        headings.iter().map(|h| &h.0).chain([&headline]).map(|t| key(t)).filter(|k| !k.is_empty()).collect();
    let mut votes: Vec<(String, u32, String)> = Vec::new();
    let mut vote = |words: &str, weight: u32| {
        let key = key(words);
        if key.is_empty() {
            return;
        }
        match votes.iter_mut().find(|(k, ..)| *k == key) {
            Some((_, sum, _)) => *sum += weight,
            None => votes.push((key, weight, words.to_owned())),
        }
    };
    if let Some((share, _, heading, ends_path)) = best {
        let agrees = !ends_path && (share >= AGREES || said.len() <= 1);
        vote(heading, if agrees { BY_HEADING } else { BY_FAR_HEADING });
    }
    vote(&headline, BY_HEADLINE);
    vote(&without_outlet(&card, &known, &names), BY_CARD);
    vote(&without_outlet(&whole, &known, &names), BY_TITLE);
    vote(&without_outlet(&other_card, &known, &names), BY_OTHER_CARD);
    // Pages that have no headings and are all called after their outlet.
    if headings.is_empty()
        && headline.is_empty()
        && card.is_empty()
        && let Some(line) = bold_headline(layout, &whole)
    {
        return Some(line);
    }
    // The first of the strongest.
    let most = votes.iter().map(|v| v.1).max()?;
    votes.into_iter().find(|v| v.1 == most).map(|v| v.2)
}

/// The headline of a page that sets it as a line in bold, over a byline, a date or the text, where the page's title is
/// one that all its pages have: the outlet's name.
fn bold_headline(layout: &Layout, title: &str) -> Option<String> {
    /// Words of such a headline, and of a title that is a name.
    const WORDS: std::ops::RangeInclusive<usize> = 3..=24;
    const NAME_WORDS: usize = 5;
    /// Blocks from the headline to the text.
    const HEAD: usize = 6;
    let prose = layout.runs.iter().position(|r| r.mass() > 0)?;
    let from = prose.saturating_sub(HEAD);
    let head = &layout.runs[from..prose];
    if head.iter().any(|r| matches!(r.kind, Kind::Heading(_))) || words::count(title) > NAME_WORDS {
        return None;
    }
    let said: BTreeSet<String> = key(title).split(' ').map(str::to_owned).collect();
    let is_headline = |r: &&Run| {
        let own = key(&r.text);
        let shared = own.split(' ').filter(|w| said.contains(*w)).count();
        r.bold
            && r.linked < 0.5
            && WORDS.contains(&r.words)
            && shared * 2 < said.len().max(1)
            && lines::opening(&r.text).is_none()
            && lines::heading(&r.text).is_none()
    };
    head.iter().find(is_headline).map(|r| r.text.clone())
}

/// What the outlet is called on the page.
struct Names(Vec<String>);

impl Names {
    fn new(data: &Structured, outlet: Option<&str>, host: Option<&Host>) -> Self {
        let site = data.meta(&["og:site_name"]);
        let mut names: Vec<String> = [outlet, site].into_iter().flatten().map(letters).collect();
        names.extend(host.into_iter().flat_map(|h| [letters(&h.label), letters(&h.domain)]));
        names.retain(|n| !n.is_empty());
        Self(names)
    }

    /// Those that are known from outside.
    fn told<'n>(names: impl Iterator<Item = &'n str>, host: Option<&Host>) -> Self {
        let host = host.into_iter().flat_map(|h| [letters(&h.label), letters(&h.domain)]);
        Self(names.map(letters).chain(host).filter(|n| !n.is_empty()).collect())
    }

    fn has(&self, words: &str) -> bool {
        self.0.contains(&letters(words))
    }

    /// A title without the outlet's name after its last sign or before its first.
    fn without<'t>(&self, title: &'t str) -> &'t str {
        let cuts = cuts(title);
        let mut best = title;
        for (start, end) in cuts.iter().rev() {
            let (Some(head), Some(tail)) = (best.get(..*start), best.get(*end..)) else { continue };
            if self.has(tail) && !head.trim().is_empty() {
                best = head.trim_end();
            }
        }
        if let Some((start, end)) = cuts.first()
            && self.has(&title[..*start])
            && let Some(rest) = best.get(*end..).map(str::trim).filter(|r| !r.is_empty())
        {
            return rest;
        }
        // "Tarn Herald: Fog at noon", without a space before the sign.
        match best.split_once(": ") {
            // A motto goes on in small letters: "Tarn Herald: news from the valley".
            Some((name, rest)) if self.has(name) && rest.trim().starts_with(|c: char| !c.is_lowercase()) => {
                rest.trim()
            }
            _ => best,
        }
    }
}

/// A title without the names of outlets at its ends. What else stands there may be the headline's own.
pub(super) fn without_names<'n>(
    title: &str,
    outlets: impl Iterator<Item = &'n str>,
    host: Option<&Host>,
) -> String {
    Names::told(outlets, host).without(title).trim().to_owned()
}

/// Whether a heading is the page's name and not the article's.
fn is_masthead(heading: &Heading, names: &Names, others: &[String]) -> bool {
    let key = key(&heading.words);
    // Pages that are about the outlet say so in all their titles.
    if others.iter().take(2).any(|o| *o == key) {
        return false;
    }
    names.has(&heading.words) || heading.leads_home
}

/// A heading's words without the label set over the headline in the same element, where there is one.
fn without_label(heading: Heading, others: &[String]) -> String {
    // A label that one of the page's own titles leaves out is none of the headline, though others keep it.
    if heading.labelled
        && let Some(rest) = heading.less.first()
        && rest.split(' ').count() >= MIN_TITLE_WORDS
        && others.contains(&key(rest))
    {
        return rest.clone();
    }
    let whole = key(&heading.words);
    if others.contains(&whole) {
        return heading.words;
    }
    let named = |less: &&String| {
        let less = key(less);
        !less.is_empty()
            && others.iter().any(|o| o.strip_suffix(&less).is_some_and(|b| b.is_empty() || b.ends_with(' ')))
    };
    if let Some(less) = heading.less.iter().find(named) {
        return less.clone();
    }
    match heading.less.into_iter().next() {
        Some(first) if heading.labelled => first,
        _ => heading.words,
    }
}

/// Reads a heading.
fn heading(dom: &Dom, id: NodeId) -> Heading {
    let words = wording(dom, id);
    // The parts of a heading are the children of its innermost element that holds all of it.
    let mut inner = id;
    let parts = loop {
        let parts: Vec<NodeId> =
            dom.children(inner).filter(|c| !wording(dom, *c).is_empty()).take(8).collect();
        match parts[..] {
            [only] if dom.text_node(only).is_none() => inner = only,
            _ => break parts,
        }
    };
    let leads_home = std::iter::once(inner)
        .chain(dom.ancestors(inner).take(3))
        .any(|n| dom.name(n) == "a" && dom.attr(n, "href").is_some_and(is_front_page));
    let texts: Vec<String> = parts.iter().map(|p| wording(dom, *p)).collect();
    let is_words = |t: &&String| t.chars().any(char::is_alphanumeric);
    let apart =
        |texts: &[String]| texts.iter().skip_while(|t| !is_words(t)).cloned().collect::<Vec<_>>().join(" ");
    let mut less = Vec::new();
    if texts.len() > 1 {
        less.push(apart(&texts[1..]));
        let mut before = texts[..texts.len() - 1].to_vec();
        before.reverse();
        let mut before: Vec<String> = before.into_iter().skip_while(|t| !is_words(&t)).collect();
        before.reverse();
        less.push(before.join(" "));
    }
    less.retain(|l| !l.is_empty());
    let labelled = parts.len() > 1
        && parts.first().is_some_and(|p| {
            dom.name(*p) == "small"
                || dom.attr(*p, "class").is_some_and(|class| {
                    let class = class.to_ascii_lowercase();
                    LABELS.iter().any(|l| class.contains(l))
                })
        });
    let ends_path = dom.ancestors(id).take(6).any(|n| {
        dom.name(n) == "nav"
            || dom.attr(n, "class").is_some_and(|class| class.to_ascii_lowercase().contains("breadcrumb"))
    });
    Heading { words, less, labelled, leads_home, ends_path }
}

/// Whether an address is that of a site's front page.
fn is_front_page(href: &str) -> bool {
    let path = match href.find("://") {
        Some(at) => href[at + 3..].split_once('/').map_or("", |(_, path)| path),
        None => href.strip_prefix('/').unwrap_or("-"),
    };
    path.is_empty() || path == "index.html" || path == "index.php"
}

/// The words of a heading, a byline or a part of one.
pub(crate) fn wording(dom: &Dom, root: NodeId) -> String {
    dom.wording(root, MAX_HEADING)
}

/// A title without the outlet's name at its end or its beginning.
fn without_outlet(title: &str, known: &[String], names: &Names) -> String {
    let cuts = cuts(title);
    for (start, _) in cuts.iter().rev() {
        if title.get(..*start).is_some_and(|head| known.contains(&key(head))) {
            return title[..*start].trim().to_owned();
        }
    }
    let best = names.without(title);
    if best.len() == title.len()
        && let Some((start, end)) = cuts.last()
    {
        let (head, tail) = (title[..*start].trim(), title[*end..].trim());
        if head.split(' ').count() >= MIN_TITLE_WORDS
            && tail.split(' ').count() <= MAX_SUFFIX_WORDS
            && head.len() > tail.len()
        {
            return head.to_owned();
        }
    }
    best.trim().to_owned()
}
