//! What kind of page it is: an article, the beginning of one behind a wall, or no article at all; and what of it
//! could not be read.

use crate::blocks::{Kind, Layout, Run};
use crate::cards;
use crate::dates::printed;
use crate::dom::{DOCUMENT, Dom};
use crate::hints::Hint;
use crate::structured::{self, Structured};
use crate::{Image, PageKind, Role, words};
use reportedly_text::rows;
use rustc_hash::FxHashMap;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::LazyLock;

// Words below which a text is not the whole of what the page calls itself. Judged by eye on a few pages each.
const ERROR_WORDS: usize = 120;
const WALL_WORDS: usize = 60;
const CONSENT_WORDS: usize = 150;
/// Words of prose that a request to accept cookies has beside it, of the ways around it.
const BESIDE_CONSENT: usize = 50;
/// Words of a page, all told, that is nothing but a form to log in.
const FORM_PAGE_WORDS: usize = 250;
const STUB_WORDS: usize = 220;
const WALLED_WORDS: usize = 90;
const VIDEO_WORDS: usize = 100;
const GALLERY_WORDS: usize = 150;
const INDEX_WORDS: usize = 150;
/// Captioned pictures from which on little text makes a gallery.
const GALLERY_IMAGES: usize = 6;
/// Linked headlines from which on little text makes a front page.
const INDEX_LINKS: usize = 25;
/// Words of a link that is a headline.
const HEADLINE_WORDS: usize = 4;

/// Words of the beginning of an article, as lists of articles print it.
const TEASER_WORDS: usize = 10;
/// Such beginnings that make a list, if they are three quarters of a page's longer blocks.
const TEASERS: usize = 3;
/// Linked headlines with a few lines below each that make a list, where little else stands on the page.
const CARDS: usize = 5;
/// Blocks below a linked headline that are its teaser.
const CARD_REACH: usize = 3;
/// Words of prose that a list of articles has beside its teasers.
const BESIDE_CARDS: usize = 70;
/// Posts of a discussion, blocks of one of them, and words of a line in it that gives its date.
const POSTS: usize = 3;
const POST_BLOCKS: usize = 40;
const POST_DATE_WORDS: usize = 12;
/// Articles in a page's data from which on they are a list.
const LISTED: usize = 3;
/// The most pages that an article is cut into.
const MOST_PAGES: u32 = 60;
/// Words of a line that counts pages.
const PAGE_COUNT_WORDS: usize = 16;
/// Bytes between the two numbers.
const GAP: usize = 6;

/// What is known of a page when its kind is asked for.
pub(crate) struct Known<'a> {
    pub(crate) dom: &'a Dom,
    pub(crate) data: &'a Structured,
    pub(crate) layout: &'a Layout,
    pub(crate) roles: &'a [Option<Role>],
    pub(crate) title: Option<&'a str>,
    pub(crate) url: Option<&'a str>,
    pub(crate) text: &'a str,
    pub(crate) images: &'a [Image],
    /// Updates of a live blog.
    pub(crate) updates: usize,
}

/// Whether a text is cut off.
fn is_cut(text: &str) -> bool {
    let text = text.trim_end_matches([' ', ']', ')']);
    text.ends_with('…') || text.ends_with("...")
}

/// Whether a title begins with one of a table's rows.
fn begins_with(title: &str, table: &str) -> bool {
    rows(None, table).any(|row| row.first().is_some_and(|start| title.starts_with(start)))
}

/// The words of a table, each in a row of its own.
fn words_of(table: &str) -> Vec<&'static str> {
    rows(None, table).filter_map(|row| row.first().copied()).collect()
}

/// Words by which forums call themselves, in titles, addresses and the names of the software that they run on.
static FORUM_WORDS: LazyLock<Vec<&str>> = LazyLock::new(|| words_of("forum_words"));
static SPEAKS_OF_CONSENT: LazyLock<Vec<&str>> = LazyLock::new(|| words_of("consent_words"));
static PAGE_WORDS: LazyLock<Vec<&str>> = LazyLock::new(|| words_of("page_words"));

/// The kind of a page, and what else is to be said about it.
pub(crate) fn of(page: &Known<'_>) -> (PageKind, Vec<String>) {
    let (kind, note) = kind(page);
    let mut notes: Vec<String> = note.into_iter().collect();
    notes.extend(unread(page, kind));
    (kind, notes)
}

fn kind(page: &Known<'_>) -> (PageKind, Option<String>) {
    let Known { data, layout, text, .. } = *page;
    let length = words::count(text);
    let things = data.things();
    let is = |kind: &str| things.iter().any(|t| structured::types(t).any(|k| k == kind));
    let lower = page.title.map(str::to_lowercase).unwrap_or_default();
    let whole = data.title.as_deref().map(str::to_lowercase).unwrap_or_default();
    if length < ERROR_WORDS && [&lower, &whole].iter().any(|t| begins_with(t, "error_titles")) {
        return (PageKind::Error, None);
    }
    if page.updates > 0 || is("LiveBlogPosting") && length > 0 {
        return (PageKind::LiveBlog, None);
    }
    let lists = ["CollectionPage", "SearchResultsPage", "ProfilePage", "ItemList"].iter().any(|k| is(k))
        && several_articles(data);
    let typed = data.meta(&["og:type"]).map(str::to_ascii_lowercase).unwrap_or_default();
    let has_article = typed == "article" || !data.articles().is_empty() && !lists;
    if length < CONSENT_WORDS
        && !has_article
        && let Some(note) = wall(page, &lower, length)
    {
        return (PageKind::Wall, Some(note));
    }
    let says_walled =
        things.iter().any(|t| match t.get("isAccessibleForFree") {
            Some(Value::Bool(free)) => !free,
            Some(Value::String(free)) => free.eq_ignore_ascii_case("false"),
            _ => false,
        }) || data.meta(&["article:content_tier"]).is_some_and(|tier| matches!(tier, "locked" | "metered"));
    let asks_for_money = layout.regions.iter().any(|r| r.hint == Some(Hint::Aside(Role::Promo)) && r.walls);
    if length > 0
        && ((says_walled && length < STUB_WORDS) || (has_article && asks_for_money && length < WALLED_WORDS))
    {
        return (PageKind::Stub, Some(format!("wall: {length} words before it")));
    }
    let captions = page.images.iter().filter(|i| i.caption.is_some()).count();
    if length < GALLERY_WORDS && (is("ImageGallery") || captions >= GALLERY_IMAGES) {
        return (PageKind::Gallery, None);
    }
    if length < VIDEO_WORDS && (typed.starts_with("video") || (is("VideoObject") && !has_article)) {
        return (PageKind::Video, None);
    }
    if !has_article && is_list(layout, length) {
        return (PageKind::Index, None);
    }
    if !has_article && is_forum(page) {
        return (PageKind::Forum, None);
    }
    if length == 0 { (PageKind::Empty, None) } else { (PageKind::Article, None) }
}

/// Whether a page's data names several articles by different headlines.
fn several_articles(data: &Structured) -> bool {
    let headlines: BTreeSet<&str> = data
        .articles()
        .iter()
        .filter_map(|t| structured::plain(t.get("headline").or_else(|| t.get("name"))?))
        .collect();
    headlines.len() >= LISTED || data.articles().is_empty()
}

/// Whether a page is a discussion: by its data, or by its own word for it and posts of one form, each with its date.
fn is_forum(page: &Known<'_>) -> bool {
    let Known { dom, data, layout, .. } = *page;
    let is = |kind: &str| data.things().iter().any(|t| structured::types(t).any(|k| k == kind));
    if is("QAPage") || is("DiscussionForumPosting") {
        return true;
    }
    let names_forum = |text: &str| {
        text.to_lowercase().split(|c: char| !c.is_alphanumeric()).any(|word| FORUM_WORDS.contains(&word))
    };
    let body = dom.first(DOCUMENT, "body");
    let named = body.into_iter().flat_map(|body| ["class", "id"].map(|a| dom.attr(body, a))).flatten();
    let says = named
        .chain([data.title.as_deref(), page.url, data.meta(&["generator"])].into_iter().flatten())
        .any(names_forum);
    if !says {
        return false;
    }
    let is_dated = |r: &Run| r.words <= POST_DATE_WORDS && !printed::find(&r.text, None).is_empty();
    let mut posts: FxHashMap<(usize, u64), (usize, usize)> = FxHashMap::default();
    for region in layout.regions.iter().filter(|r| r.named && r.mass > 0 && r.runs.len() <= POST_BLOCKS) {
        let runs = &layout.runs[region.runs.clone()];
        if runs.iter().any(|r| r.mass() > 0) && runs.iter().any(is_dated) {
            let (count, mass) = posts.entry((region.parent, region.names)).or_default();
            (*count, *mass) = (*count + 1, *mass + region.mass);
        }
    }
    // They are what the page is made of.
    posts.values().any(|(count, mass)| *count >= POSTS && mass * 10 >= layout.regions[0].mass * 6)
}

/// Whether a page is a list of articles.
fn is_list(layout: &Layout, length: usize) -> bool {
    let is_headline = |r: &Run| r.linked > 0.8 && r.words >= HEADLINE_WORDS;
    let headlines = layout.runs.iter().filter(|r| is_headline(r)).count();
    if length < INDEX_WORDS && headlines >= INDEX_LINKS {
        return true;
    }
    // Beginnings of articles, each cut off with an ellipsis, and hardly anything else.
    let texts = layout.runs.iter().filter(|r| {
        r.words >= TEASER_WORDS
            && !matches!(r.kind, Kind::Heading(_) | Kind::Caption)
            && (r.linked < 0.8 || is_cut(&r.text))
    });
    let (texts, teasers) = texts.fold((0, 0), |(all, cut), r| (all + 1, cut + usize::from(is_cut(&r.text))));
    if teasers >= TEASERS && teasers * 4 >= texts * 3 {
        return true;
    }
    // Boxes of a linked headline and an excerpt, and hardly anything else.
    let boxes = cards::find(layout, &(0..layout.runs.len()));
    if !boxes.is_empty() {
        let mut out = vec![false; layout.regions.len()];
        for (at, region) in layout.regions.iter().enumerate().skip(1) {
            out[at] = out[region.parent] || region.hint.is_some_and(Hint::takes_out);
        }
        let (mut inside, mut beside) = (0, 0);
        for (i, run) in layout.runs.iter().enumerate().filter(|(_, r)| !out[r.region]) {
            let at = boxes.partition_point(|b| b.end <= i);
            let boxed = boxes.get(at).is_some_and(|b| b.contains(&i));
            *(if boxed { &mut inside } else { &mut beside }) += run.mass();
        }
        if inside > 0 && beside < BESIDE_CARDS.min(inside) {
            return true;
        }
    }
    // Cards: a linked headline, a few lines below it, and again.
    let (mut cards, mut beside, mut since) = (0, 0, CARD_REACH);
    for run in &layout.runs {
        let furniture = layout.regions[run.region].hint.is_some_and(|h| {
            matches!(
                h,
                Hint::Hidden | Hint::Aside(Role::Legal | Role::Consent | Role::Nav | Role::Newsletter)
            )
        });
        if furniture {
            continue;
        }
        if is_headline(run) && matches!(run.kind, Kind::Heading(_)) {
            cards += 1;
            since = 0;
        } else if run.mass() > 0 {
            if since >= CARD_REACH {
                beside += run.words;
            }
            since = CARD_REACH;
        } else {
            since += 1;
        }
    }
    cards >= CARDS && beside < BESIDE_CARDS
}

/// What a page wants before it shows anything.
fn wall(page: &Known<'_>, title: &str, length: usize) -> Option<String> {
    let all: usize = page.layout.runs.iter().map(|r| r.words).sum();
    let asks_for_password = page.dom.descendants(DOCUMENT).any(|id| {
        page.dom.name(id) == "input"
            && page.dom.attr(id, "type").is_some_and(|t| t.eq_ignore_ascii_case("password"))
    });
    let asks = begins_with(title, "login_titles") || asks_for_password && all < FORM_PAGE_WORDS;
    if length < WALL_WORDS && asks {
        return Some("wall: nothing but a request to log in or register".to_owned());
    }
    // Paragraphs that speak of cookies and consent, and hardly any others.
    let (mut about, mut prose) = (0, 0);
    for (run, role) in page.layout.runs.iter().zip(page.roles) {
        if run.mass() > 0 || *role == Some(Role::Consent) && run.words >= HEADLINE_WORDS {
            prose += run.words;
            let lower = run.text.to_lowercase();
            let speaks = SPEAKS_OF_CONSENT.iter().any(|w| lower.contains(w));
            about += if speaks || *role == Some(Role::Consent) { run.words } else { 0 };
        }
    }
    let beside = prose - about;
    (about > beside && beside < BESIDE_CONSENT && all < FORM_PAGE_WORDS * 2
        || begins_with(title, "consent_titles"))
    .then(|| "wall: nothing but a request to accept cookies".to_owned())
}

/// What belongs to a page and was not read.
fn unread(page: &Known<'_>, kind: PageKind) -> Vec<String> {
    let mut notes = Vec::new();
    if kind.is_article()
        && let Some(note) = pages(page)
    {
        notes.push(note);
    }
    if kind == PageKind::Article && goes_on_elsewhere(page) {
        notes.push("cut: the page shows the beginning of the text, and a link to the rest".to_owned());
    }
    let (mut frames, mut files) = (0, 0);
    let mut says_scripts = false;
    for id in page.dom.descendants(DOCUMENT) {
        let pdf = |attribute: &str| {
            page.dom.attr(id, attribute).is_some_and(|address| {
                let path = address.split(['?', '#']).next().unwrap_or("");
                path.len() >= 4 && path.as_bytes()[path.len() - 4..].eq_ignore_ascii_case(b".pdf")
            })
        };
        match page.dom.name(id) {
            "frame" => frames += 1,
            "embed" | "iframe" if pdf("src") => files += 1,
            "object" if pdf("data") => files += 1,
            "embed" | "object" if page.dom.attr(id, "type") == Some("application/pdf") => files += 1,
            "noscript" if page.text.is_empty() => {
                says_scripts |= page.dom.text(id, 400).to_ascii_lowercase().contains("javascript");
            }
            _ => {}
        }
    }
    if frames > 0 {
        notes.push(format!("frames: {frames}, which are pages of their own and are not read"));
    }
    if files > 0 {
        notes.push("embedded: a PDF file, which is not read".to_owned());
    }
    if page.text.is_empty() && says_scripts {
        notes.push("scripts: the page writes its text with scripts, which are not run".to_owned());
    }
    notes
}

/// Whether the text is cut off, and a short link follows: "Continue reading".
fn goes_on_elsewhere(page: &Known<'_>) -> bool {
    /// Words of such a link.
    const LINK_WORDS: usize = 5;
    let Some(last) = page.roles.iter().rposition(|r| r.is_some_and(Role::is_text)) else { return false };
    let run = &page.layout.runs[last];
    let next = page.layout.runs.get(last + 1);
    run.mass() > 0
        && (is_cut(&run.text) || run.text.ends_with("[…]"))
        && next.is_some_and(|n| n.linked > 0.8 && n.words <= LINK_WORDS)
}

/// Whether an article goes on on other pages.
fn pages(page: &Known<'_>) -> Option<String> {
    let counted = page.layout.runs.iter().zip(page.roles).find_map(|(run, role)| {
        let around = role.is_some_and(|r| !matches!(r, Role::Caption | Role::Comments | Role::Title));
        let short = run.words <= PAGE_COUNT_WORDS && !run.sentence;
        if around && short { page_count(&run.text) } else { None }
    });
    if let Some((number, of)) = counted {
        return Some(format!("pages: this is {number} of {of}, the others are not read"));
    }
    let own = page.url?;
    let is_next = |rel: &str| rel.split_ascii_whitespace().any(|r| r.eq_ignore_ascii_case("next"));
    let next = page.dom.descendants(DOCUMENT).find_map(|id| {
        page.dom.attr(id, "rel").filter(|rel| is_next(rel))?;
        page.dom.attr(id, "href")
    })?;
    let base = url::Url::parse(own).ok()?;
    let next = base.join(next).ok()?;
    (next != base && next.host_str() == base.host_str() && unnumbered(&next) == unnumbered(&base))
        .then(|| format!("pages: the article goes on at {next}"))
}

/// "Page 2 of 3", "Seite 2 von 3": the number of a page and of all.
fn page_count(text: &str) -> Option<(u32, u32)> {
    if !text.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    let lower = text.trim().to_lowercase();
    let word = PAGE_WORDS
        .iter()
        .find_map(|word| lower.strip_prefix(word).filter(|rest| !rest.starts_with(char::is_alphabetic)))?;
    let number = |text: &str| -> Option<(u32, usize)> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        Some((text[..digits].parse().ok()?, digits))
    };
    let word = word.trim_start();
    let (own, digits) = number(word)?;
    // "of", "von", "de", "/": a short word between the numbers.
    let between = &word[digits..];
    let gap = between.find(|c: char| c.is_ascii_digit()).filter(|gap| (1..=GAP).contains(gap))?;
    let (all, _) = number(&between[gap..])?;
    let joined = between[..gap].contains(|c: char| c == '/' || c.is_alphabetic());
    (joined && (1..=all).contains(&own) && (2..=MOST_PAGES).contains(&all)).then_some((own, all))
}

/// An address without what numbers a page in it: "/story/2/", "/story?page=2", "/story-2.html", "/story/page/2".
fn unnumbered(address: &url::Url) -> String {
    let path = address.path().trim_end_matches('/');
    let (path, ending) = match path.rsplit_once('.') {
        Some((path, ending)) if ending.len() <= 5 && !ending.contains('/') => (path, ending),
        _ => (path, ""),
    };
    let end = path.trim_end_matches(|c: char| c.is_ascii_digit());
    // Long numbers name an article.
    let path = if path.len() - end.len() <= 2 { end } else { path };
    let path = path.trim_end_matches(['/', '-', '_', ',']);
    let path =
        ["/page", "/seite", "/p", "-page", "-p"].iter().find_map(|p| path.strip_suffix(p)).unwrap_or(path);
    let query: Vec<String> = address
        .query_pairs()
        .filter(|(name, _)| !matches!(name.as_ref(), "page" | "p" | "pg" | "seite" | "pagina"))
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    format!("{}.{ending}?{}", path.trim_end_matches('/'), query.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_one_article_are_told_from_neighbours() {
        let check = |own: &str, next: &str, same: bool| {
            let at = |path: &str| {
                url::Url::parse(&format!("https://tarnherald.example{path}")).expect("an address")
            };
            assert_eq!(unnumbered(&at(own)) == unnumbered(&at(next)), same, "{own} {next}");
        };
        check("/mill-fire", "/mill-fire/2", true);
        check("/mill-fire/", "/mill-fire/page/2/", true);
        check("/mill-fire.html", "/mill-fire-2.html", true);
        check("/news?id=551", "/news?id=551&page=2", true);
        check("/news?id=551", "/news?id=552", false);
        check("/story-88121", "/story-88122", false);
        check("/mill-fire", "/ferry-fares", false);
    }

    #[test]
    fn lines_count_pages() {
        for (line, count) in [
            ("Page 2 of 3", Some((2, 3))),
            ("Seite 1 von 4", Some((1, 4))),
            ("Page 3", None),
            ("Page 5 of 3", None),
            ("Pages turn 2 of 3", None),
            ("Page 2 of 3 1 2 3 Next", Some((2, 3))),
            ("Page 1 2 3", None),
        ] {
            assert_eq!(page_count(line), count, "{line}");
        }
    }
}
