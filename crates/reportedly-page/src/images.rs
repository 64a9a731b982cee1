//! An article's pictures: address, caption, credit.

use crate::article::{Aside, Labelled};
use crate::blocks::Layout;
use crate::dom::{self, DOCUMENT, Dom, NodeId};
use crate::hints::{Hint, Hints};
use crate::structured::{self, Structured};
use crate::{Image, Role, lines};

/// Pictures that are kept.
const MAX_IMAGES: usize = 60;
/// Bytes of the longest caption.
const MAX_CAPTION: usize = 1_500;
/// Blocks before the article in which its lead picture may stand.
const BEFORE: usize = 40;

/// The pictures of the article, in page order.
pub(crate) fn gather(dom: &Dom, data: &Structured, layout: &Layout, labelled: &Labelled) -> Vec<Image> {
    let regions = layout.by_node();
    let article = &layout.regions[labelled.container].runs;
    let title = labelled.roles.iter().position(|r| *r == Some(Role::Title));
    let from = title.unwrap_or(0).min(article.start).max(article.start.saturating_sub(BEFORE));
    let mut hints = Hints::default();
    let mut images: Vec<Image> = Vec::new();
    let mut at = dom.following(DOCUMENT, DOCUMENT, false);
    while let Some(id) = at {
        let mut skip = false;
        if images.len() < MAX_IMAGES
            && let Some(whole) = picture(dom, id, &mut hints)
        {
            let region = std::iter::once(id).chain(dom.ancestors(id)).find_map(|n| regions.get(&n).copied());
            let holds = region.is_some_and(|r| {
                let runs = &layout.regions[r].runs;
                let near = runs.end > from.saturating_sub(1) && runs.start < article.end;
                near && !matches!(labelled.asides.get(r), Some(Aside::For(role)) if *role != Role::Caption)
                    && labelled.asides.get(r) != Some(&Aside::Unseen)
            });
            if holds {
                let image = read(dom, whole, id);
                if (image.caption.is_some() || image.credit.is_some())
                    && !images.iter().any(|i| i.caption == image.caption)
                {
                    images.push(image);
                }
                skip = true;
            }
        }
        at = dom.following(DOCUMENT, id, skip);
    }
    let lead = data.meta(&["og:image", "twitter:image", "og:image:url"]).map(str::to_owned);
    if images.iter().all(|i| i.caption.is_none()) {
        let told = data.pictures().into_iter().find_map(|thing| {
            let said = |key: &str| {
                thing
                    .get(key)
                    .and_then(structured::plain)
                    .map(structured::unescape)
                    .filter(|c| !c.trim().is_empty())
            };
            let caption = said("caption")?;
            Some(Image {
                url: said("url").or_else(|| said("contentUrl")),
                caption: Some(caption),
                credit: said("creditText"),
            })
        });
        images.splice(0..0, told);
    }
    match images.first_mut() {
        Some(first) if first.url.is_none() => first.url = lead,
        None if lead.is_some() => images.push(Image { url: lead, ..Image::default() }),
        _ => {}
    }
    images
}

/// Whether an element is a picture with its caption, or a caption; gives the element that holds both.
fn picture(dom: &Dom, id: NodeId, hints: &mut Hints) -> Option<NodeId> {
    let name = dom.name(id);
    let has_picture = |n: NodeId| {
        dom.descendants(n).take(80).any(|d| matches!(dom.name(d), "img" | "picture" | "video" | "amp-img"))
    };
    if name == "figure" {
        // Quotations, tables and players are figures too.
        let shows = has_picture(id) || dom.first(id, "figcaption").is_some();
        return shows.then_some(id);
    }
    if name.is_empty() || matches!(name, "body" | "html" | "img" | "picture" | "a" | "time" | "button") {
        return None;
    }
    if dom.attr(id, "class").is_none() && name != "figcaption" {
        return None;
    }
    if name == "figcaption" || hints.of(dom, id) == Some(Hint::Aside(Role::Caption)) {
        // A caption without a figure: the picture stands beside it.
        if has_picture(id) {
            return Some(id);
        }
        return dom.ancestors(id).take(3).find(|a| has_picture(*a)).map(|_| id);
    }
    None
}

/// Reads a picture's caption and credit.
fn read(dom: &Dom, whole: NodeId, from: NodeId) -> Image {
    let source = dom.descendants(whole).find(|d| matches!(dom.name(*d), "img" | "amp-img"));
    let url = source.and_then(|img| {
        let value = ["src", "data-src", "data-original"]
            .iter()
            .find_map(|a| dom.attr(img, a).filter(|v| !v.starts_with("data:") && !v.trim().is_empty()));
        value.map(|v| v.trim().to_owned())
    });
    let (mut caption, mut credit) = (String::new(), String::new());
    let has_caption_element = dom.descendants(from).any(|d| dom.name(d) == "figcaption");
    let mut at = dom.following(from, from, false);
    let mut in_caption: Option<NodeId> = None;
    while let Some(id) = at {
        let name = dom.name(id);
        let mut skip = matches!(
            name,
            "script"
                | "style"
                | "noscript"
                | "template"
                | "svg"
                | "button"
                | "iframe"
                | "select"
                | "h1"
                | "h2"
        ) || dom.attr(id, "class").is_some_and(|c| {
            c.contains("sr-only")
                || c.contains("visually-hidden")
                || c.contains("visuallyhidden")
                || c.contains("screen-reader")
        });
        if name == "figcaption" {
            in_caption = Some(id);
        } else if in_caption.is_some_and(|c| !dom.ancestors(id).any(|a| a == c)) {
            in_caption = None;
        }
        if !skip && is_credit(dom, id) {
            let text = dom.text(id, 300);
            if !text.is_empty() && !credit.contains(&text) {
                if !credit.is_empty() {
                    credit.push_str(" / ");
                }
                credit.push_str(&text);
            }
            skip = true;
        }
        if !skip
            && caption.len() < MAX_CAPTION
            && (!has_caption_element || in_caption.is_some() || from != whole)
        {
            if let Some(text) = dom.text_node(id) {
                dom::push_words(&mut caption, dom::floor(text, MAX_CAPTION));
            } else if !dom::is_inline(name) {
                dom::push_words(&mut caption, " ");
            }
        }
        at = dom.following(from, id, skip);
    }
    let mut caption = caption.trim();
    let mut said = String::new();
    if credit.is_empty()
        && let Some((words, by)) = lines::caption_and_credit(caption)
    {
        by.clone_into(&mut said);
        caption = words;
    }
    let credit = if credit.is_empty() { said } else { bare_credit(&credit).to_owned() };
    let given = |s: &str| Some(s.trim().to_owned()).filter(|s| !s.is_empty());
    Image { url, caption: given(caption), credit: given(&credit) }
}

/// A credit without the word that introduces it and the brackets around it.
fn bare_credit(credit: &str) -> &str {
    let bracketed = [('(', ')'), ('[', ']')].iter().find_map(|(open, close)| {
        let inside = credit.trim().strip_prefix(*open)?.strip_suffix(*close)?;
        (!inside.contains([*open, *close])).then_some(inside.trim())
    });
    let credit = bracketed.unwrap_or(credit);
    match lines::caption_and_credit(credit) {
        Some(("", by)) if !by.is_empty() => by,
        _ => credit,
    }
}

/// Whether an element's names say that it is a picture's credit.
fn is_credit(dom: &Dom, id: NodeId) -> bool {
    let named = |value: &str| {
        let value = value.to_ascii_lowercase();
        [
            "credit",
            "copyright",
            "photographer",
            "fotograf",
            "source",
            "quelle",
            "byline",
            "creator",
            "agency",
            "kredit",
            "rights",
            "provider",
            "author",
        ]
        .iter()
        .any(|word| value.contains(word))
    };
    !matches!(dom.name(id), "" | "source" | "img" | "picture" | "figure")
        && (dom.name(id) == "cite"
            || ["class", "itemprop", "data-testid"].iter().any(|a| dom.attr(id, a).is_some_and(named)))
        && !dom.attr(id, "class").is_some_and(|c| c.to_ascii_lowercase().contains("caption-"))
}
