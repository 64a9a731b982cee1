//! What kind of page it is: an article, the beginning of one behind a wall, or no article at all.

use crate::blocks::Layout;
use crate::hints::Hint;
use crate::structured::{self, Structured};
use crate::{Image, PageKind, Role, words};
use reportedly_text::rows;
use serde_json::Value;

// Words below which a text is not the whole of what the page calls itself. Judged by eye on a few pages each.
const ERROR_WORDS: usize = 120;
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

/// Whether a text is cut off.
fn is_cut(text: &str) -> bool {
    let text = text.trim_end_matches([' ', ']', ')']);
    text.ends_with('…') || text.ends_with("...")
}

/// The kind of a page, and what else is to be said about it.
pub(crate) fn of(
    data: &Structured,
    layout: &Layout,
    title: Option<&str>,
    text: &str,
    images: &[Image],
) -> (PageKind, Option<String>) {
    let length = words::count(text);
    let things = data.things();
    let is = |kind: &str| things.iter().any(|t| structured::types(t).any(|k| k == kind));
    let lower = title.map(str::to_lowercase).unwrap_or_default();
    if length < ERROR_WORDS
        && rows(None, "error_titles").any(|row| row.first().is_some_and(|start| lower.starts_with(start)))
    {
        return (PageKind::Error, None);
    }
    if is("LiveBlogPosting") && length > 0 {
        return (PageKind::LiveBlog, None);
    }
    let says_walled =
        things.iter().any(|t| match t.get("isAccessibleForFree") {
            Some(Value::Bool(free)) => !free,
            Some(Value::String(free)) => free.eq_ignore_ascii_case("false"),
            _ => false,
        }) || data.meta(&["article:content_tier"]).is_some_and(|tier| matches!(tier, "locked" | "metered"));
    let has_article = !data.articles().is_empty()
        || data.meta(&["og:type"]).is_some_and(|kind| kind.eq_ignore_ascii_case("article"));
    let asks_for_money = layout.regions.iter().any(|r| r.hint == Some(Hint::Aside(Role::Promo)) && r.walls);
    if length > 0
        && ((says_walled && length < STUB_WORDS) || (has_article && asks_for_money && length < WALLED_WORDS))
    {
        return (PageKind::Stub, Some(format!("wall: {length} words before it")));
    }
    let captions = images.iter().filter(|i| i.caption.is_some()).count();
    if length < GALLERY_WORDS && (is("ImageGallery") || captions >= GALLERY_IMAGES) {
        return (PageKind::Gallery, None);
    }
    let of_video = data.meta(&["og:type"]).is_some_and(|kind| kind.starts_with("video"));
    if length < VIDEO_WORDS && (of_video || (is("VideoObject") && !has_article)) {
        return (PageKind::Video, None);
    }
    let headlines = layout.runs.iter().filter(|r| r.linked > 0.8 && r.words >= HEADLINE_WORDS).count();
    // Beginnings of articles, each cut off with an ellipsis, and hardly anything else.
    let texts = layout.runs.iter().filter(|r| {
        r.words >= TEASER_WORDS
            && !matches!(r.kind, crate::blocks::Kind::Heading(_) | crate::blocks::Kind::Caption)
            && (r.linked < 0.8 || is_cut(&r.text))
    });
    let (texts, teasers) = texts.fold((0, 0), |(all, cut), r| (all + 1, cut + usize::from(is_cut(&r.text))));
    let lists = teasers >= TEASERS && teasers * 4 >= texts * 3;
    if !has_article && (lists || length < INDEX_WORDS && headlines >= INDEX_LINKS) {
        return (PageKind::Index, None);
    }
    if length == 0 { (PageKind::Empty, None) } else { (PageKind::Article, None) }
}
