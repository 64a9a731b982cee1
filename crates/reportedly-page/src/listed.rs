//! A page together with what a feed or a sitemap says of it: the words come from whichever gives more, the rest from
//! outside where the page does not give it.

use crate::dates;
use crate::listing::{Listing, ListingKind, feed_date, is_believed};
use crate::{
    Bearing, DateCandidate, Form, Input, Other, Page, PageKind, Role, byline, html, meta, repeats, words,
};
use reportedly_text::Language;
use rustc_hash::FxHashSet;
use std::borrow::Cow;

// Which of two texts is an article's. Judged on pages of our own writing; `tests/listed.rs` holds them.

/// Words from which on a text that is called a summary is an article.
const ARTICLE_WORDS: usize = 80;
/// Words that a listed text must have beyond those of a page that it goes on from: captions and bylines make a few.
const MORE_WORDS: usize = 25;
/// The share (in per cent) that it must have beyond them.
const MORE: usize = 130;
/// How many times as many words a listed text must have as a page that says something else.
const TIMES: usize = 3;
/// Words of a page that says something else from which on it is an article of its own.
const OWN_ARTICLE: usize = 120;
/// The share (in per cent) of a text's five-word sequences that stand in another if it is a part of that.
const PART: usize = 60;
/// Bytes of a listed text that are read.
const MOST_TEXT: usize = 1 << 20;
/// Bytes of a listed title, of a name, and names that are read.
const MOST_TITLE: usize = 1_000;
const MOST_NAME: usize = 200;
const MOST_NAMES: usize = 20;
/// How far a listed date is believed, in the measure of the page's own: less than what data about the article say
/// (75, 80), more than print (50) and what a moving date may be.
const DATE: u8 = 60;

/// Completes a page with what is said of it elsewhere.
pub(crate) fn complete(page: &mut Page, listing: &Listing, input: &Input<'_>) {
    // What is listed as a comment is the commenter's.
    if input.url.is_some_and(leads_to_comment) {
        return;
    }
    let address = input.url.or(page.url.as_deref()).map(str::to_owned);
    let address = address.as_deref();
    outlet(page, listing, address);
    let replaced = input.form != Form::Text && text(page, listing, input);
    let title = listing.title.as_deref().map(str::trim).filter(|t| !t.is_empty());
    if let Some(title) =
        title.filter(|_| page.title.is_none() && (page.kind.is_article() || input.bytes.is_empty()))
    {
        let names =
            [&page.outlet, &listing.outlet, &listing.source].into_iter().flatten().map(String::as_str);
        page.title = Some(meta::listed_title(cut(title, MOST_TITLE), names, address));
    }
    if page.kind == PageKind::Index && !replaced {
        return;
    }
    writers(page, listing, address);
    if page.language.is_none() {
        page.language = listing.language.as_deref().and_then(Language::from_tag);
    }
    listed_dates(page, listing, input);
}

/// Whether an address is that of a comment on a page.
fn leads_to_comment(url: &str) -> bool {
    url.split_once('#').is_some_and(|(_, place)| place.to_ascii_lowercase().starts_with("comment"))
}

/// The beginning of what may be endless.
fn cut(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

/// Who publishes the page: where it does not say so, whoever lists it does, or an outlet of the same site.
fn outlet(page: &mut Page, listing: &Listing, address: Option<&str>) {
    if page.outlet.as_deref().is_some_and(|name| !meta::is_bare_host(name, address)) {
        return;
    }
    let own_source = listing.source.as_ref().filter(|_| is_own_source(listing, address));
    let told = listing.outlet.as_ref().or(own_source).map(|name| meta::name_alone(cut(name, MOST_NAME)));
    page.outlet = told.filter(|name| !name.is_empty()).or(page.outlet.take());
}

/// Whether what an item is said to be taken from is the page's own site, as in feeds of many outlets' items.
fn is_own_source(listing: &Listing, address: Option<&str>) -> bool {
    let sites = listing.source_url.as_deref().zip(address);
    sites.is_some_and(|(source, address)| meta::are_of_one_site(source, address))
}

/// People where the page names none; agencies and outlets to whom the article is credited.
fn writers(page: &mut Page, listing: &Listing, address: Option<&str>) {
    let names = || listing.authors.iter().take(MOST_NAMES).map(|name| cut(name, MOST_NAME));
    let told = byline::from_listing(names(), page.outlet.as_deref());
    if page.authors.is_empty() {
        page.authors = told.authors();
    }
    let source = listing.source.as_deref().filter(|_| !is_own_source(listing, address));
    let source = source.map(|name| byline::sources(cut(name, MOST_NAME), listing.source_url.as_deref()));
    let credits =
        listing.credits.iter().take(MOST_NAMES).flat_map(|line| byline::credited(cut(line, MOST_NAME)));
    for name in told.agencies.into_iter().chain(source.into_iter().flatten()).chain(credits) {
        let outlets = [page.outlet.as_deref(), listing.outlet.as_deref()];
        let is_own = outlets.into_iter().flatten().any(|own| byline::is_outlet(&name, own))
            || byline::is_at(&name, address);
        let folded = name.to_lowercase();
        if !is_own && !page.agencies.iter().any(|known| known.to_lowercase() == folded) {
            page.agencies.push(name);
        }
    }
}

/// Dates, as evidence beside the page's own.
fn listed_dates(page: &mut Page, listing: &Listing, input: &Input<'_>) {
    let rules = match listing.kind {
        ListingKind::Feed => ["feed-published", "feed-updated"],
        ListingKind::Sitemap => ["sitemap-published", "sitemap-updated"],
    };
    let dates = [(&listing.published, Bearing::Published), (&listing.updated, Bearing::Updated)];
    for (rule, (said, bearing)) in rules.into_iter().zip(dates) {
        let Some((said, says)) = said.as_deref().and_then(|said| Some((said, feed_date(said)?))) else {
            continue;
        };
        if !is_believed(&says, input.fetched) {
            let (by, said) = (listing.kind.word(), cut(said, MOST_NAME));
            page.diagnostics.push(format!("published: \"{said}\", as the {by} has it, is not believed"));
            continue;
        }
        let at = page.dates.partition_point(|known| known.weight >= DATE);
        page.dates.insert(at, dates::candidate(rule, said, says, bearing, DATE));
    }
}

/// Takes the text from the listing where that gives clearly more. Gives whether it did.
fn text(page: &mut Page, listing: &Listing, input: &Input<'_>) -> bool {
    let Some(told) = listing.text.as_deref().filter(|text| !text.trim().is_empty()) else { return false };
    let shown = words::count(&page.text);
    // Its length tells mostly; only what may be taken is taken apart.
    let has_article = page.kind.is_article();
    if has_article && told.len() < page.text.len() {
        return false;
    }
    let title = listing.title.as_deref().or(page.title.as_deref()).map(|title| cut(title, MOST_TITLE));
    let mut told = html::fragment(&marked_up(cut(told, MOST_TEXT)), title);
    let length = words::count(&told.page.text);
    let is_whole = !told.is_cut && (listing.whole || length >= ARTICLE_WORDS);
    let (is_part, wins) = match page.kind {
        PageKind::Empty | PageKind::Error | PageKind::Wall | PageKind::Index => (false, length > 0),
        // A live blog is longer than any item of it; what is in doubt is the page's.
        PageKind::LiveBlog => (true, false),
        PageKind::Article | PageKind::Stub | PageKind::Video | PageKind::Gallery | PageKind::Forum => {
            let is_longer = length >= shown + MORE_WORDS && length * 100 >= shown * MORE;
            let is_part = is_longer && is_part(&page.text, &told.page.text);
            let is_more = length >= (shown * TIMES).max(ARTICLE_WORDS) && shown < OWN_ARTICLE;
            // Of two beginnings of one article the longer one, whatever each is called.
            (is_part, is_part || is_whole && is_more)
        }
    };
    if !wins {
        return false;
    }
    let by = listing.kind.word();
    page.diagnostics.push(if input.bytes.is_empty() {
        format!("text: {length} words from the {by}; the page itself was not read")
    } else if has_article || page.kind == PageKind::Empty {
        format!("text: {length} words from the {by}, where the page shows {shown}")
    } else {
        format!("text: {length} words from the {by}, for the page carries no article ({})", page.kind.word())
    });
    if !has_article {
        of_no_article(page);
    }
    if !is_part && shown > 0 {
        page.other.push(Other { role: Role::Other, text: std::mem::take(&mut page.text) });
    }
    page.text = std::mem::take(&mut told.page.text);
    page.blocks = std::mem::take(&mut told.page.blocks);
    page.other.append(&mut told.page.other);
    page.diagnostics.append(&mut told.page.diagnostics);
    if page.images.is_empty() {
        page.images = std::mem::take(&mut told.page.images);
    }
    page.kind = if is_whole { PageKind::Article } else { PageKind::Stub };
    let declared = listing.language.as_deref().and_then(Language::from_tag).or(page.language);
    page.language = meta::told_language(declared, &page.text);
    for date in &mut page.dates {
        relocate(date, &page.text);
    }
    true
}

/// What an error page, a wall or a list says of itself is nothing about the article.
fn of_no_article(page: &mut Page) {
    if page.kind != PageKind::Empty {
        page.title = None;
    }
    let of_data = |rule: &str| matches!(rule, "json-ld" | "meta" | "script-data" | "url" | "url-month");
    page.dates.retain(|date| date.bearing == Bearing::NotAfter || of_data(date.rule));
}

/// Finds the words of a piece of evidence in another text.
fn relocate(date: &mut DateCandidate, text: &str) {
    if let Some(span) = &mut date.span {
        let at = text.find(&date.text).filter(|_| !date.text.is_empty());
        date.span = at.map(|start| {
            *span = reportedly_text::Span::new(start, start + date.text.len());
            *span
        });
    }
}

/// Whether most of a text stands in another, word for word.
fn is_part(short: &str, long: &str) -> bool {
    let parts = repeats::shingles(short);
    if parts.is_empty() {
        // A few words: as they stand, or as a beginning that is cut off.
        let bare = |text: &str| meta::tidy(text).trim_end_matches(['…', '.', ' ', '[', ']']).to_lowercase();
        return bare(long).contains(&bare(short));
    }
    let whole: FxHashSet<u64> = repeats::shingles(long).into_iter().collect();
    let shared = parts.iter().filter(|part| whole.contains(part)).count();
    shared * 100 >= parts.len() * PART
}

/// A text without any tags has its paragraphs in lines.
fn marked_up(text: &str) -> Cow<'_, str> {
    let has_tags = text.match_indices('<').any(|(at, _)| {
        text[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!'))
    });
    if has_tags || !text.trim().contains('\n') {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace('\n', "<p>"))
}
