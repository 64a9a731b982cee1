//! What an HTML page speaks of its date in data: JSON-LD, `<meta>`, and the state that its scripts carry.

use super::{candidate, printed};
use crate::dom::{DOCUMENT, Dom};
use crate::structured::{self, Structured, Thing};
use crate::{Bearing, DateCandidate, When};
use reportedly_text::Language;
use rustc_hash::FxHashSet;
use serde_json::Value;

// Weights, in the measure of `dates`. Set by hand with the dates figures of `cargo xtask gate`.

/// `datePublished` of the article in JSON-LD.
const JSON_LD: u8 = 80;
/// The same where it is the very moment of the last change.
const MOVING: u8 = 46;
/// The same of the page, of a second article, or the date of creation.
const JSON_LD_PAGE: u8 = 50;
/// The same of the page beside its article: too little to stretch the bounds.
const JSON_LD_BESIDE: u8 = 40;
/// The same of a film or a recording on the page.
const JSON_LD_MEDIA: u8 = 28;
/// `<meta>` that names the publication.
const META: u8 = 75;
/// `<meta>` that names a date.
const META_DATE: u8 = 55;
/// The one day that a page's scripts name as that of the publication, where nothing else does.
const SCRIPT: u8 = 44;
/// Bytes of the scripts of a page that are looked through.
const SCRIPT_BYTES: usize = 2 << 20;
/// Dates of the scripts of a page that are looked at.
const SCRIPT_DATES: usize = 64;
/// Further articles in the data from which on they are a list of others.
const LIST: usize = 3;

/// Keys under which an article's data holds what others wrote, and when.
const OTHERS: &[&str] = &[
    "blogPost",
    "blogPosts",
    "citation",
    "comment",
    "comments",
    "hasPart",
    "isBasedOn",
    "isRelatedTo",
    "itemListElement",
    "liveBlogUpdate",
    "mentions",
    "relatedLink",
    "review",
    "reviews",
    "subjectOf",
    "suggestedAnswer",
];
/// Types of what is a page's own subject as an article is.
const WORKS: &[&str] = &["Recipe", "HowTo", "Book", "Dataset", "Course", "QAPage", "DiscussionForumPosting"];
/// Types of pages and of what else may carry the date of publication.
const PAGES: &[&str] = &["WebPage", "ItemPage", "CollectionPage", "AboutPage", "Product", "Event", "FAQPage"];
/// Types of films and recordings.
const MEDIA: &[&str] = &["VideoObject", "AudioObject", "PodcastEpisode"];

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

/// Names under which scripts carry the date of publication, in lower case and without signs.
const SCRIPT_KEYS: &[&str] = &[
    "articlepublicationdate",
    "articlepublished",
    "articlepublisheddate",
    "contentpublicationdate",
    "datepublished",
    "firstpublished",
    "firstpublishedat",
    "firstpublisheddate",
    "pagepublicationdate",
    "publicationdate",
    "publishdate",
    "publishedat",
    "publisheddate",
    "publishedon",
    "publishedtime",
    "publishtime",
];

/// The dates in JSON-LD.
pub(super) fn json_ld(data: &Structured, language: Option<Language>, found: &mut Vec<DateCandidate>) {
    let mut take = |thing: &Thing, key: &str, bearing: Bearing, weight: u8| {
        let Some(text) = thing.get(key).and_then(structured::plain) else { return false };
        let Some(says) = printed::stamp(text, language) else { return false };
        found.push(candidate("json-ld", text, says, bearing, weight));
        true
    };
    let things = data.things();
    let others = of_others(&things);
    let is_own = |thing: &&Thing| !others.contains(&std::ptr::from_ref(*thing).addr());
    let is_dated = |thing: &&Thing| thing.contains_key("datePublished") || thing.contains_key("dateCreated");
    let of = |names: &'static [&'static str]| {
        move |thing: &&Thing| structured::types(thing).any(|t| names.contains(&t))
    };
    // Of several articles, the page's own comes first; lists of others have no body and no authors.
    let articles: Vec<&Thing> = data.articles().into_iter().filter(is_own).filter(is_dated).collect();
    let page = things.iter().copied().filter(is_own).find(|t| of(PAGES)(t) && is_dated(t));
    let own = articles
        .first()
        .copied()
        .or_else(|| things.iter().copied().filter(is_own).find(|t| of(WORKS)(t) && is_dated(t)));
    if let Some(article) = own {
        let stamp = |key: &str| printed::stamp(structured::plain(article.get(key)?)?, language);
        // A date of publication that changes with every change is none.
        let moves =
            stamp("datePublished").is_some_and(|p| stamp("dateModified").is_some_and(|m| same(&p, &m)));
        if !take(article, "datePublished", Bearing::Published, if moves { MOVING } else { JSON_LD }) {
            take(article, "dateCreated", Bearing::Published, JSON_LD_PAGE);
        }
        take(article, "dateModified", Bearing::Updated, JSON_LD);
        // The same article told twice, or its page.
        let headline = article.get("headline").and_then(structured::plain);
        let again = articles.iter().skip(1).copied();
        let again = again.filter(|t| t.get("headline").and_then(structured::plain) == headline);
        if articles.len() <= LIST {
            for thing in again {
                take(thing, "datePublished", Bearing::Published, JSON_LD_PAGE);
                take(thing, "dateModified", Bearing::Updated, JSON_LD_PAGE);
            }
            if let Some(page) = page {
                take(page, "datePublished", Bearing::Published, JSON_LD_BESIDE);
            }
        }
    } else if let Some(page) = page {
        take(page, "datePublished", Bearing::Published, JSON_LD_PAGE);
        take(page, "dateModified", Bearing::Updated, JSON_LD_PAGE);
    } else if let Some(media) = things.iter().find(|t| of(MEDIA)(t)) {
        take(media, "uploadDate", Bearing::Published, JSON_LD_MEDIA);
        take(media, "datePublished", Bearing::Published, JSON_LD_MEDIA);
    }
}

/// Whether two stamps give the same moment.
fn same(one: &When, other: &When) -> bool {
    match (one, other) {
        (When::Instant(a, _), When::Instant(b, _)) => a == b,
        _ => one == other,
    }
}

/// The addresses of the objects that are others' work: comments, reviews, lists of articles.
fn of_others(things: &[&Thing]) -> FxHashSet<usize> {
    let mut others = FxHashSet::default();
    let mut stack: Vec<&Value> =
        things.iter().flat_map(|t| OTHERS.iter().filter_map(|key| t.get(*key))).collect();
    while let Some(value) = stack.pop() {
        match value {
            Value::Array(items) => stack.extend(items),
            // What was seen once is not walked again.
            Value::Object(thing) if others.insert(std::ptr::from_ref(thing).addr()) => {
                stack.extend(thing.values().filter(|v| v.is_object() || v.is_array()));
            }
            _ => {}
        }
    }
    others
}

/// The dates in `<meta>`.
pub(super) fn meta(data: &Structured, language: Option<Language>, found: &mut Vec<DateCandidate>) {
    let first = found.len();
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
    // Here too, what changes with every change is no date of publication.
    let changed: Vec<When> = found[first..]
        .iter()
        .filter(|c| c.bearing == Bearing::Updated && !matches!(c.says, When::Day(_)))
        .map(|c| c.says.clone())
        .collect();
    for c in &mut found[first..] {
        if c.bearing == Bearing::Published && changed.iter().any(|u| same(u, &c.says)) {
            c.weight = c.weight.min(MOVING);
        }
    }
}

/// The day that the page's scripts name as that of the publication, if they name one only.
pub(super) fn scripts(
    dom: &Dom,
    data: &Structured,
    language: Option<Language>,
    found: &mut Vec<DateCandidate>,
) {
    let mut left = SCRIPT_BYTES;
    let mut named = Vec::new();
    let carried = data.meta.iter().map(|(_, content)| content.as_str()).filter(|c| c.starts_with('{'));
    for content in carried {
        look_through(content, language, &mut named);
    }
    for id in dom.descendants(DOCUMENT).filter(|id| dom.name(*id) == "script") {
        for text in dom.children(id).filter_map(|c| dom.text_node(c)) {
            if text.len() > left || named.len() > SCRIPT_DATES {
                break;
            }
            left -= text.len();
            look_through(text, language, &mut named);
        }
    }
    let Some((text, says)) = named.first() else { return };
    if named.iter().all(|(_, s)| s.day() == says.day()) {
        found.push(candidate("script-data", text, says.clone(), Bearing::Published, SCRIPT));
    }
}

/// Finds the values of the keys that name the publication.
fn look_through<'t>(text: &'t str, language: Option<Language>, named: &mut Vec<(&'t str, When)>) {
    /// What every such key has in it.
    const STEM: &str = "ubli";
    /// Bytes of the longest key and the longest value.
    const KEY: usize = 40;
    const VALUE: usize = 60;
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|t| t.find(STEM)).map(|at| at + from) {
        from = at + STEM.len();
        let before = &text[text.ceil_char_boundary(at.saturating_sub(KEY))..at];
        let start = at - before.chars().rev().take_while(|c| is_name(*c)).count();
        let after = &text[at..text.floor_char_boundary((at + KEY).min(text.len()))];
        let end = at + after.chars().take_while(|c| is_name(*c)).count();
        let key: String = text[start..end]
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_ascii_lowercase();
        if !SCRIPT_KEYS.contains(&key.as_str()) {
            continue;
        }
        let rest = &text[end..text.floor_char_boundary((end + VALUE).min(text.len()))];
        let Some(value) = rest.trim_start_matches(['"', '\'', '\\', ' ']).strip_prefix(':') else { continue };
        let value = value.trim_start_matches(['"', '\'', '\\', ' ']);
        let value = &value[..value.find(['"', '\'', '\\', '}', ';']).unwrap_or(value.len())];
        if let Some(says) = printed::stamp(value, language) {
            named.push((value, says));
        }
        if named.len() > SCRIPT_DATES {
            break;
        }
    }
}
