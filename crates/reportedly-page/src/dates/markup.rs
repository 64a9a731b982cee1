//! What an HTML page speaks of its date in data, in markup and in print.

use super::visible::{Visible, cue};
use super::{candidate, printed, visible};
use crate::blocks::{Kind, Layout};
use crate::dom::{DOCUMENT, Dom, NodeId};
use crate::hints::{Hint, Hints};
use crate::structured::{self, Structured};
use crate::{Bearing, DateCandidate, Page, Role, When};
use jiff::civil::Date;
use reportedly_text::Language;

// Weights, in the measure of `dates`. Set by hand with the dates figures of `cargo xtask gate`.

/// `datePublished` of the article in JSON-LD.
const JSON_LD: u8 = 80;
/// The same where it equals the date of the last change.
const JSON_LD_MOVING: u8 = 60;
/// The same of the page, or the date of creation.
const JSON_LD_PAGE: u8 = 50;
/// `<meta>` that names the publication.
const META: u8 = 75;
/// `<meta>` that names a date.
const META_DATE: u8 = 55;
/// `itemprop="datePublished"`.
const MICRODATA: u8 = 60;
/// `<time>` between headline and text.
const TIME: u8 = 55;
/// `<time>` elsewhere in the article.
const TIME_ELSEWHERE: u8 = 28;
/// An element that is named for the date, by its class or id.
const NAMED: u8 = 48;
/// The same, elsewhere than near the headline.
const NAMED_ELSEWHERE: u8 = 24;
/// The only date among the printed ones of a page that has no other.
const LAST_RESORT: u8 = 12;
/// Elements whose text is longer are not asked for their date, in bytes.
const ELEMENT_TEXT: usize = 160;
/// Blocks above the headline and under the first of the text that may give the date.
const NEAR: usize = 12;
/// Blocks after the last of the text that may give the date.
const AFTER: usize = 6;
/// The day of the visit stands among so many first blocks.
const MASTHEAD_BLOCKS: usize = 3;
/// Words of a block that is asked for its date.
const BLOCK_WORDS: usize = 30;
/// Elements named for dates that are looked at.
const MOST_NAMED: usize = 400;

/// Names of `<meta>` that give the publication, those that give some date, those that give the last change.
const PUBLISHED: &[&str] = &[
    "article:published_time",
    "og:published_time",
    "article:published",
    "og:article:published_time",
    "datepublished",
    "date_published",
    "publishdate",
    "publish-date",
    "publish_date",
    "published_time",
    "published-date",
    "publication_date",
    "publicationdate",
    "pubdate",
    "rnews:datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "cxenseparse:recs:publishtime",
    "cxenseparse:publishtime",
    "bt:pubdate",
    "dcterms.issued",
    "dc.date.issued",
    "dc.dateissued",
    "citation_online_date",
    "citation_publication_date",
    "article.published",
    "article:post_date",
    "shareaholic:article_published_time",
    "ptime",
    "published",
    "video:release_date",
    "originalpublicationdate",
    "displaydate",
    "dateposted",
    "date.published",
    "article_date_original",
    "vf:published",
    "mediator_published_time",
    "xpub",
    "iso-8601-publish-date",
    "nrkno:published",
    "weibo:article:create_at",
    "apub:time",
    "release_date",
    "gentime",
    "prism.publicationdate",
];
const SOME_DATE: &[&str] = &[
    "date",
    "dc.date",
    "dc:date",
    "dcterms.date",
    "dc.date.created",
    "dcterms.created",
    "dc.created",
    "created",
    "datecreated",
    "date_created",
    "og:pubdate",
    "article:date",
    "creation_date",
    "time",
    "citation_date",
    "article.created",
    "sort_date",
    "search_date",
    "timestamp",
    "doc_date",
    "newsdate",
    "content_date",
    "og:date",
    "og:article:date",
    "dcsext.articlefirstpublished",
    "eomportal-date",
];
const CHANGED: &[&str] = &[
    "article:modified_time",
    "og:updated_time",
    "article:modified",
    "datemodified",
    "date_modified",
    "lastmod",
    "last-modified",
    "last_modified",
    "dcterms.modified",
    "dc.date.modified",
    "modified_time",
    "article.updated",
    "updated",
    "updated_time",
    "og:modified_time",
    "modificationdate",
    "lastmodified",
    "article:updated_time",
    "revision_date",
    "utime",
    "date.updated",
    "modified",
    "cxenseparse:recs:modifiedtime",
];

/// All that an HTML page speaks of its date.
pub(crate) fn gather(
    dom: &Dom,
    data: &Structured,
    layout: &Layout,
    roles: &[Option<Role>],
    url: Option<&str>,
    page: &Page,
) -> Vec<DateCandidate> {
    let language = page.language;
    let mut found = Vec::new();
    json_ld(data, language, &mut found);
    meta(data, language, &mut found);
    elements(dom, data, language, &mut found);
    found.extend(url.and_then(super::in_address).or_else(|| page.url.as_deref().and_then(super::in_address)));
    blocks(layout, roles, page, &mut found);
    found.extend(super::dateline(&page.text, language));
    settle_order(&mut found);
    settle_masthead(&mut found);
    // Strongest first; what says the same in the same way is said once.
    found.sort_by_key(|c| std::cmp::Reverse(c.weight));
    let mut kept: Vec<DateCandidate> = Vec::new();
    for c in found {
        let known =
            |k: &DateCandidate| k.rule == c.rule && k.bearing == c.bearing && k.says.day() == c.says.day();
        if !kept.iter().any(known) {
            kept.push(c);
        }
    }
    kept
}

/// A masthead gives one day, and nothing on the page is younger; what looks like several or an old one is none.
fn settle_masthead(found: &mut Vec<DateCandidate>) {
    let is_masthead = |c: &DateCandidate| c.rule == "masthead";
    let Some(day) = found.iter().find(|c| is_masthead(c)).map(|c| c.says.day()) else { return };
    let belied = found.iter().any(|c| {
        let day_of = c.says.day();
        is_masthead(c) && day_of != day
            || c.weight >= JSON_LD_MOVING && c.bearing != Bearing::NotAfter && day_of > day
    });
    if belied {
        found.retain(|c| !is_masthead(c));
    }
}

/// Where day and month could stand either way round, the way round that other dates of the page bear out.
fn settle_order(found: &mut [DateCandidate]) {
    let sure: Vec<Date> =
        found.iter().filter(|c| !printed::is_ambiguous(&c.text)).map(|c| c.says.day()).collect();
    for c in found.iter_mut() {
        let day = c.says.day();
        if !sure.contains(&day)
            && printed::is_ambiguous(&c.text)
            && let Ok(turned) = Date::new(day.year(), day.day(), day.month())
            && sure.contains(&turned)
        {
            c.says = When::Day(turned);
        }
    }
}

fn json_ld(data: &Structured, language: Option<Language>, found: &mut Vec<DateCandidate>) {
    let mut take = |thing: &structured::Thing, key: &str, bearing: Bearing, weight: u8| {
        let Some(text) = thing.get(key).and_then(structured::plain) else { return false };
        let Some(says) = printed::stamp(text, language) else { return false };
        found.push(candidate("json-ld", text, says, bearing, weight));
        true
    };
    // Of several articles, the page's own comes first; lists of others have no body and no authors.
    let own = data
        .articles()
        .into_iter()
        .find(|t| t.contains_key("datePublished") || t.contains_key("dateCreated"));
    if let Some(article) = own {
        // A date of publication that changes with every change is none.
        let moves = article.get("datePublished").is_some_and(|p| Some(p) == article.get("dateModified"));
        let weight = if moves { JSON_LD_MOVING } else { JSON_LD };
        if !take(article, "datePublished", Bearing::Published, weight) {
            take(article, "dateCreated", Bearing::Published, JSON_LD_PAGE);
        }
        take(article, "dateModified", Bearing::Updated, JSON_LD);
        return;
    }
    let is =
        |thing: &&structured::Thing, names: &[&str]| structured::types(thing).any(|t| names.contains(&t));
    let things = data.things();
    let pages = [
        "WebPage",
        "ItemPage",
        "CollectionPage",
        "Recipe",
        "HowTo",
        "Product",
        "Event",
        "Dataset",
        "FAQPage",
    ];
    if let Some(page) = things.iter().find(|t| is(t, &pages) && t.contains_key("datePublished")) {
        take(page, "datePublished", Bearing::Published, JSON_LD_PAGE);
        take(page, "dateModified", Bearing::Updated, JSON_LD_PAGE);
    } else if let Some(video) =
        things.iter().find(|t| is(t, &["VideoObject", "AudioObject", "PodcastEpisode"]))
    {
        take(video, "uploadDate", Bearing::Published, TIME_ELSEWHERE);
        take(video, "datePublished", Bearing::Published, TIME_ELSEWHERE);
    }
}

fn meta(data: &Structured, language: Option<Language>, found: &mut Vec<DateCandidate>) {
    for (name, content) in &data.meta {
        let name = name.trim_start_matches("property:");
        let (bearing, weight) = if PUBLISHED.contains(&name) {
            (Bearing::Published, META)
        } else if SOME_DATE.contains(&name) {
            (Bearing::Published, META_DATE)
        } else if CHANGED.contains(&name) {
            (Bearing::Updated, META)
        } else {
            continue;
        };
        if let Some(says) = printed::stamp(content, language) {
            found.push(candidate("meta", content, says, bearing, weight));
        }
    }
}

/// `<time>`, microdata, and elements that are named for dates.
fn elements(dom: &Dom, data: &Structured, language: Option<Language>, found: &mut Vec<DateCandidate>) {
    let headline = dom.first(DOCUMENT, "h1");
    let around: Vec<NodeId> = headline.map(|h| dom.ancestors(h).collect()).unwrap_or_default();
    let mut hints = Hints::default();
    let mut seen = 0;
    for (property, id) in &data.properties {
        let bearing = match property.as_str() {
            "datepublished" | "datecreated" | "pubdate" => Bearing::Published,
            "datemodified" => Bearing::Updated,
            _ => continue,
        };
        if let Some(says) = stamp_of(dom, *id, language) {
            let weight = match place(dom, *id, &around, &mut hints) {
                Place::Free => MICRODATA,
                Place::Aside => MICRODATA / 2,
                Place::Out => continue,
            };
            found.push(candidate("microdata", &text_of(dom, *id), says, bearing, weight));
        }
    }
    for id in dom.descendants(DOCUMENT) {
        let is_time = dom.name(id) == "time";
        let named = if is_time { Some(Bearing::Published) } else { named_for_dates(dom, id) };
        let Some(by_name) = named else { continue };
        seen += 1;
        if seen > MOST_NAMED {
            break;
        }
        let text = text_of(dom, id);
        if text.len() > ELEMENT_TEXT {
            continue;
        }
        let printed_here = visible(&text, language);
        let stamp = stamp_of(dom, id, language);
        let place = place(dom, id, &around, &mut hints);
        if stamp.is_none() && printed_here.is_empty() || place == Place::Out {
            continue;
        }
        if let [v] = printed_here[..]
            && !v.said
            && is_bare(&text, v.printed.span.len())
            && masthead(dom, id, headline, &mut hints)
        {
            found.push(candidate("masthead", &text, When::Day(v.printed.day), Bearing::NotAfter, 50));
            continue;
        }
        let near = headline.is_none_or(|h| id > h && id < h + 600);
        let near = near && place == Place::Free;
        let (rule, base) = match (is_time, near) {
            _ if place == Place::Aside => {
                (if is_time { "time-element" } else { "date-element" }, LAST_RESORT)
            }
            (true, true) => ("time-element", TIME),
            (true, false) => ("time-element", TIME_ELSEWHERE),
            (false, true) => ("date-element", NAMED),
            (false, false) => ("date-element", NAMED_ELSEWHERE),
        };
        let words_before = before(dom, id);
        let bearing = |v: Option<&Visible>| {
            let by_words = v.filter(|v| v.said).map(|v| v.bearing).or_else(|| cue(&words_before));
            by_words.or_else(|| class_says(dom, id)).unwrap_or(by_name)
        };
        match stamp {
            Some(says) => found.push(candidate(rule, &text, says, bearing(printed_here.first()), base)),
            None => {
                for v in printed_here.iter().take(2) {
                    found.push(candidate(rule, &text, When::Day(v.printed.day), bearing(Some(v)), base));
                }
            }
        }
    }
}

/// The text of an element, or the attribute that stands in its place.
fn text_of(dom: &Dom, id: NodeId) -> String {
    let text = dom.text(id, ELEMENT_TEXT * 2);
    if !text.trim().is_empty() {
        return text;
    }
    ["datetime", "content", "title"].iter().find_map(|a| dom.attr(id, a)).unwrap_or("").to_owned()
}

/// The date that an element's attributes give.
fn stamp_of(dom: &Dom, id: NodeId, language: Option<Language>) -> Option<When> {
    [
        "datetime",
        "content",
        "data-datetime",
        "data-date",
        "data-published",
        "data-timestamp",
        "data-time",
        "date",
        "title",
    ]
    .iter()
    .find_map(|a| printed::stamp(dom.attr(id, a)?, language))
    .or_else(|| {
        // Without attributes, the words of the element.
        let text = dom.text(id, ELEMENT_TEXT);
        (dom.name(id) == "time" || dom.attr(id, "itemprop").is_some())
            .then(|| printed::stamp(&text, language))
            .flatten()
    })
}

/// Where an element lies, by the names of what it lies in and what does not hold the headline too.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In the article, as far as names tell.
    Free,
    /// In a sidebar, a footer, a list of other articles.
    Aside,
    /// Among readers' comments, or not seen.
    Out,
}

fn place(dom: &Dom, id: NodeId, around_headline: &[NodeId], hints: &mut Hints) -> Place {
    let mut place = Place::Free;
    for a in [id].into_iter().chain(dom.ancestors(id)) {
        if around_headline.contains(&a) {
            break;
        }
        match hints.of(dom, a) {
            Some(Hint::Aside(Role::Comments)) => return Place::Out,
            Some(Hint::Hidden) if dom.name(a) != "time" => return Place::Out,
            Some(Hint::Aside(
                Role::Related
                | Role::Trending
                | Role::Feed
                | Role::Video
                | Role::Promo
                | Role::Newsletter
                | Role::Legal
                | Role::Consent
                | Role::Topics
                | Role::Nav,
            )) => place = Place::Aside,
            _ if matches!(dom.name(a), "footer" | "nav" | "aside") && !in_article(dom, a) => {
                place = Place::Aside;
            }
            _ => {}
        }
    }
    place
}

fn in_article(dom: &Dom, id: NodeId) -> bool {
    dom.ancestors(id).any(|a| dom.name(a) == "article")
}

/// Whether a text is a date, its weekday and little else: the outlet's name perhaps.
fn is_bare(text: &str, date: usize) -> bool {
    /// Bytes beside the date.
    const BESIDE: usize = 40;
    text.trim().len() <= date + BESIDE && !text.contains(':')
}

/// Whether an element is in the page's head, before the headline, and gives the day of the visit.
fn masthead(dom: &Dom, id: NodeId, headline: Option<NodeId>, hints: &mut Hints) -> bool {
    if headline.is_none_or(|h| id >= h) {
        return false;
    }
    dom.ancestors(id).chain([id]).any(|a| {
        let named = ["class", "id"].iter().filter_map(|n| dom.attr(a, n)).any(|names| {
            names.to_ascii_lowercase().split(|c: char| !c.is_ascii_alphanumeric()).any(|w| {
                matches!(w, "masthead" | "today" | "topbar" | "currentdate" | "navbar" | "todaydate")
            })
        });
        named
            || dom.name(a) == "header" && !in_article(dom, a) && dom.first(a, "h1").is_none()
            || matches!(hints.of(dom, a), Some(Hint::Aside(Role::Masthead | Role::Nav)))
    })
}

/// Whether class or id name an element for a date; then what date.
fn named_for_dates(dom: &Dom, id: NodeId) -> Option<Bearing> {
    if matches!(dom.name(id), "" | "html" | "body" | "script" | "style" | "meta" | "link" | "input" | "svg") {
        return None;
    }
    let mut bearing = None;
    for attribute in ["class", "id", "data-testid", "data-qa"] {
        let Some(names) = dom.attr(id, attribute) else { continue };
        let names = names.to_ascii_lowercase();
        let update = names.contains("update") && !names.contains("update-") || names.contains("modified");
        let dated = [
            "date", "time", "publish", "pubdate", "posted", "datum", "fecha", "byline", "dateline", "meta",
            "info", "created", "data-",
        ]
        .iter()
        .any(|w| names.contains(w));
        if update {
            bearing = bearing.or(Some(Bearing::Updated));
        } else if dated {
            bearing = bearing.or(Some(Bearing::Published));
        }
    }
    bearing
}

/// What the names of a `<time>` say.
fn class_says(dom: &Dom, id: NodeId) -> Option<Bearing> {
    let parents = dom.ancestors(id).take(2);
    let names: String = [id]
        .into_iter()
        .chain(parents)
        .flat_map(|a| ["class", "itemprop", "id", "data-testid"].iter().filter_map(move |n| dom.attr(a, n)))
        .collect::<Vec<_>>()
        .join(" ")
        .to_ascii_lowercase();
    (names.contains("modified") || names.contains("updated") && !names.contains("published"))
        .then_some(Bearing::Updated)
}

/// The words right before an element, in the same parent.
fn before(dom: &Dom, id: NodeId) -> String {
    let parent = dom.parent(id);
    let mut words = String::new();
    for child in dom.children(parent).take(40) {
        if child == id {
            break;
        }
        let text = match dom.text_node(child) {
            Some(text) => text.to_owned(),
            None => dom.text(child, 60),
        };
        if text.contains(|c: char| c.is_ascii_digit()) {
            words.clear();
        } else {
            words.push(' ');
            words.push_str(&text);
        }
    }
    let start = words.ceil_char_boundary(words.len().saturating_sub(60));
    words.split_off(start)
}

/// Printed dates of blocks around the article's text; captions.
fn blocks(layout: &Layout, roles: &[Option<Role>], page: &Page, found: &mut Vec<DateCandidate>) {
    let language = page.language;
    let is_text = |i: &usize| roles.get(*i).copied().flatten().is_some_and(Role::is_text);
    let first = (0..layout.runs.len()).find(is_text);
    let last = (0..layout.runs.len()).rev().find(is_text);
    let headline = layout.runs.iter().position(|r| {
        matches!(r.kind, Kind::Heading(1)) || page.title.as_deref().is_some_and(|t| t == r.text)
    });
    let (Some(first), Some(last)) = (first, last) else { return };
    let mut weakest = Vec::new();
    for (i, run) in layout.runs.iter().enumerate() {
        let Some(role) = roles[i] else { continue };
        if role == Role::Caption {
            if i + NEAR >= first && i <= last {
                for v in visible(&run.text, language) {
                    found.push(candidate(
                        "caption",
                        &run.text,
                        When::Day(v.printed.day),
                        Bearing::NotBefore,
                        30,
                    ));
                }
            }
            continue;
        }
        if run.words > BLOCK_WORDS
            || matches!(
                role,
                Role::Comments
                    | Role::Related
                    | Role::Trending
                    | Role::Feed
                    | Role::Video
                    | Role::Promo
                    | Role::Newsletter
                    | Role::Legal
                    | Role::Consent
                    | Role::Topics
            )
            || role.is_text() && !(i <= first + 1 || i == last)
        {
            continue;
        }
        let bare =
            run.words <= 6 && matches!(role, Role::Masthead | Role::Nav | Role::Other | Role::DateLine);
        if i < MASTHEAD_BLOCKS
            && bare
            && headline.is_some_and(|h| i < h)
            && let [v] = visible(&run.text, language)[..]
            && !v.said
            && is_bare(&run.text, v.printed.span.len())
        {
            found.push(candidate("masthead", &run.text, When::Day(v.printed.day), Bearing::NotAfter, 50));
            continue;
        }
        let begin = headline.filter(|h| *h <= first).unwrap_or(first);
        let weight = if i > begin && i <= first + 3 {
            super::UNDER_HEADLINE
        } else if i <= begin && i + NEAR / 2 >= begin && role != Role::Masthead && role != Role::Nav {
            super::ABOVE_HEADLINE
        } else if i > last && i <= last + AFTER || i == last {
            super::AFTER_ARTICLE
        } else {
            0
        };
        for v in visible(&run.text, language).into_iter().take(3) {
            let says = When::Day(v.printed.day);
            if weight == 0 {
                weakest.push(candidate(
                    "printed",
                    &run.text,
                    says,
                    v.bearing,
                    LAST_RESORT + if v.said { super::SAID + 10 } else { 0 },
                ));
                continue;
            }
            let weight = if v.said { weight + super::SAID } else { weight };
            found.push(candidate("date-line", &run.text, says, v.bearing, weight));
        }
    }
    found.extend(weakest.into_iter().take(4));
}
