//! An article's pictures: address, caption, credit.

use crate::article::{Aside, Labelled};
use crate::blocks::{Kind, Layout};
use crate::dom::{self, DOCUMENT, Dom, NodeId};
use crate::hints::{Hint, Hints};
use crate::structured::{self, Structured};
use crate::{Image, Role, lines};
use rustc_hash::FxHashMap;
use std::ops::Range;

/// Pictures that are kept.
const MAX_IMAGES: usize = 60;
/// Bytes of the longest caption.
const MAX_CAPTION: usize = 1_500;
/// Blocks before the article in which its lead picture may stand.
const BEFORE: usize = 40;
/// Blocks between a lead picture's caption and the headline below it.
const ABOVE: usize = 3;
/// Blocks of the article itself among which its lead picture may stand.
const INTO: usize = 3;
/// Blocks of text in what holds a picture and its caption without naming it: caption, credit, a button.
const MAX_LOOSE_BLOCKS: usize = 3;
/// Share of linked characters from which on words beside a picture are a teaser.
const MAX_LINKED: f32 = 0.5;
/// Words of a button that counts the pictures of a gallery.
const MAX_COUNT_WORDS: usize = 4;
/// Digits of a caption that nothing names: more make a date with its time.
const MAX_DIGITS: usize = 6;
/// Words of a caption that nothing names as one.
const LOOSE_WORDS: std::ops::RangeInclusive<usize> = 3..=60;
/// Words of a picture's alternative text for it to be a caption, where the page prints it too.
const ALTERNATIVE_WORDS: std::ops::RangeInclusive<usize> = 4..=80;
/// Pictures whose alternative text is looked at.
const MAX_ALTERNATIVES: usize = 8;
/// Elements around a picture that are looked at for such a caption.
const LOOSE_ANCESTORS: usize = 6;

/// The pictures of the article, in page order.
pub(crate) fn gather(
    dom: &Dom,
    data: &Structured,
    layout: &Layout,
    labelled: &Labelled,
    hints: &mut Hints,
) -> Vec<Image> {
    let regions = layout.by_node();
    let article = &layout.regions[labelled.container].runs;
    let title = labelled.roles.iter().position(|r| *r == Some(Role::Title));
    let from = title.unwrap_or(0).min(article.start).max(article.start.saturating_sub(BEFORE));
    // What nothing names as a caption is one only between headline and text.
    let below = title.map_or(article.start, |t| t + 1).min(article.start);
    let mut images: Vec<Image> = Vec::new();
    let mut at = dom.following(DOCUMENT, DOCUMENT, false);
    while let Some(id) = at {
        let mut skip = false;
        let whole = if images.len() < MAX_IMAGES { picture(dom, id, hints) } else { None };
        if let Some(whole) = whole {
            let region = std::iter::once(id).chain(dom.ancestors(id)).find_map(|n| regions.get(&n).copied());
            let holds = region.is_some_and(|r| {
                let runs = &layout.regions[r].runs;
                let near = runs.end + ABOVE >= from && runs.start < article.end;
                // A figure with its caption between headline and end is the article's own, however the elements
                // around it are named.
                let is_own = runs.start >= from && dom.name(id) == "figure" && has_figcaption(dom, id);
                let is_lead =
                    is_own && title.is_some_and(|t| runs.start > t) && runs.start <= article.start + INTO;
                near && match labelled.asides.get(r) {
                    Some(Aside::Unseen) => false,
                    Some(Aside::For(role)) => {
                        *role == Role::Caption || is_lead || is_own && !is_elsewhere(*role)
                    }
                    _ => true,
                }
            });
            if holds {
                let image = read(dom, whole, id);
                if !image.caption.as_deref().is_some_and(is_count)
                    && (image.caption.is_some() || image.credit.is_some())
                    && !images.iter().any(|i| i.caption == image.caption)
                {
                    images.push(image);
                }
                skip = true;
            }
        } else if images.is_empty()
            && matches!(dom.name(id), "img" | "amp-img")
            && let Some(image) = loose(dom, id, layout, labelled, &regions, below..article.start + INTO)
        {
            images.push(image);
        }
        at = dom.following(DOCUMENT, id, skip);
    }
    let lead = data.meta(&["og:image", "twitter:image", "og:image:url"]).map(str::to_owned);
    let told = || {
        data.pictures().into_iter().find_map(|thing| {
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
        })
    };
    if images.iter().all(|i| i.caption.is_none()) {
        let first = told().or_else(|| {
            let near = |id: NodeId| {
                let region =
                    std::iter::once(id).chain(dom.ancestors(id)).find_map(|n| regions.get(&n).copied());
                region.is_some_and(|r| {
                    let runs = &layout.regions[r].runs;
                    runs.end + ABOVE >= from
                        && runs.start < article.start + INTO
                        && !matches!(labelled.asides.get(r), Some(Aside::For(role)) if is_elsewhere(*role))
                })
            };
            printed_alternative(dom, data, near, title.and_then(|t| layout.runs.get(t)).map(|r| &*r.text))
        });
        images.splice(0..0, first);
    } else if let Some(first) = images.first_mut()
        && let Some(whole) = &first.caption
        && let Some(caption) = told().and_then(|t| t.caption)
        && let Some(rest) = whole.strip_prefix(caption.trim()).filter(|rest| !rest.trim().is_empty())
    {
        // Where the data has the caption alone, what follows it on the page is the credit.
        let credit =
            rest.trim_matches(|c: char| c.is_whitespace() || matches!(c, '|' | '/' | '(' | ')' | '-' | '–'));
        first.credit =
            first.credit.take().or_else(|| Some(bare_credit(credit).to_owned()).filter(|c| !c.is_empty()));
        first.caption = Some(caption.trim().to_owned());
    }
    match images.first_mut() {
        Some(first) if first.url.is_none() => first.url = lead,
        None if lead.is_some() => images.push(Image { url: lead, ..Image::default() }),
        _ => {}
    }
    images
}

/// The lead picture whose alternative text stands on the page as words too, seen or not: some sites fold captions away.
fn printed_alternative(
    dom: &Dom,
    data: &Structured,
    near: impl Fn(NodeId) -> bool,
    title: Option<&str>,
) -> Option<Image> {
    let of_card = data.meta(&["og:image:alt", "twitter:image:alt"]).map(|alt| (None, alt.to_owned()));
    let pictures = dom
        .descendants(DOCUMENT)
        .filter(|id| matches!(dom.name(*id), "img" | "amp-img"))
        .filter_map(|id| Some((Some(id), dom.attr(id, "alt")?.to_owned())))
        .filter(|(id, alt)| {
            ALTERNATIVE_WORDS.contains(&alt.split_whitespace().count()) && id.is_some_and(&near)
        })
        .take(MAX_ALTERNATIVES);
    let known: Vec<(Option<NodeId>, String, String)> = of_card
        .into_iter()
        .chain(pictures)
        .map(|(id, alt)| (id, lines::folded(&alt), alt))
        .filter(|(_, folded, alt)| {
            alt.len() <= MAX_CAPTION
                && ALTERNATIVE_WORDS.contains(&alt.split_whitespace().count())
                && title.is_none_or(|t| lines::folded(t) != *folded)
        })
        .collect();
    if known.is_empty() {
        return None;
    }
    let printed: Vec<String> = dom
        .descendants(DOCUMENT)
        .filter_map(|id| Some((id, dom.text_node(id)?)))
        .filter(|(_, text)| {
            text.len() <= MAX_CAPTION * 2 && ALTERNATIVE_WORDS.contains(&text.split_whitespace().count())
        })
        .filter(|(id, _)| {
            let around = dom.name(dom.parent(*id));
            !matches!(around, "title" | "script" | "style" | "h1" | "h2" | "h3" | "a")
        })
        .map(|(_, text)| lines::folded(text))
        .filter(|text| known.iter().any(|(_, folded, _)| folded == text))
        .collect();
    let (id, _, alt) = known.into_iter().find(|(_, folded, _)| printed.contains(folded))?;
    let url = id.and_then(|id| address(dom, id));
    Some(Image { url, caption: Some(alt.trim().to_owned()), credit: None })
}

fn has_figcaption(dom: &Dom, figure: NodeId) -> bool {
    dom.descendants(figure).any(|d| dom.name(d) == "figcaption")
}

/// Whether words count the pictures of a gallery: "View 3 images", "Bild 2 von 12".
fn is_count(words: &str) -> bool {
    let mut parts = words.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
    words.split_whitespace().count() <= MAX_COUNT_WORDS
        && parts.any(|w| w.len() <= 2 && w.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether pictures in a part of the page are those of other articles.
fn is_elsewhere(role: Role) -> bool {
    matches!(
        role,
        Role::Comments
            | Role::Related
            | Role::Feed
            | Role::Trending
            | Role::Nav
            | Role::Newsletter
            | Role::Consent
    )
}

/// The lead picture where nothing names its caption: the few words that share a small element with it.
fn loose(
    dom: &Dom,
    picture: NodeId,
    layout: &Layout,
    labelled: &Labelled,
    regions: &FxHashMap<NodeId, usize>,
    lead: Range<usize>,
) -> Option<Image> {
    let around = dom.ancestors(picture).take(LOOSE_ANCESTORS).find(|a| regions.contains_key(a))?;
    let region = *regions.get(&around)?;
    let runs = layout.regions[region].runs.clone();
    let links = std::iter::once(around).chain(dom.ancestors(around)).any(|n| dom.name(n) == "a");
    if links
        || runs.start < lead.start
        || runs.end > lead.end
        || runs.len() > MAX_LOOSE_BLOCKS
        || !matches!(labelled.asides.get(region), Some(Aside::No | Aside::For(Role::Caption)))
    {
        return None;
    }
    let (mut caption, mut credit) = (None, None);
    for i in runs {
        let run = layout.runs.get(i)?;
        let role = labelled.roles.get(i).copied().flatten();
        let other = matches!(run.kind, Kind::Heading(_))
            || matches!(
                role,
                Some(Role::Title | Role::Standfirst | Role::Subhead | Role::Byline | Role::DateLine)
            )
            || run.linked > MAX_LINKED
            || run.text.chars().filter(char::is_ascii_digit).count() > MAX_DIGITS;
        if other || run.words > *LOOSE_WORDS.end() {
            return None;
        }
        match lines::caption_and_credit(&run.text) {
            Some(("", by)) => credit = Some(by.to_owned()),
            Some((words, by)) if caption.is_none() => {
                caption = Some(words.to_owned());
                credit = Some(by.to_owned());
            }
            None if caption.is_none() && LOOSE_WORDS.contains(&run.words) => caption = Some(run.text.clone()),
            _ => {}
        }
    }
    caption.as_ref()?;
    Some(Image { url: address(dom, picture), caption, credit })
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
        // A gallery is named like its captions.
        if dom.first(id, "figure").is_some() {
            return None;
        }
        // A caption without a figure: the picture stands beside it.
        if has_picture(id) {
            return Some(id);
        }
        return dom.ancestors(id).take(3).find(|a| has_picture(*a)).map(|_| id);
    }
    None
}

/// The address of a picture.
fn address(dom: &Dom, img: NodeId) -> Option<String> {
    let value = ["src", "data-src", "data-original"]
        .iter()
        .find_map(|a| dom.attr(img, a).filter(|v| !v.starts_with("data:") && !v.trim().is_empty()));
    value.map(|v| v.trim().to_owned())
}

/// Reads a picture's caption and credit.
fn read(dom: &Dom, whole: NodeId, from: NodeId) -> Image {
    let source = dom.descendants(whole).find(|d| matches!(dom.name(*d), "img" | "amp-img"));
    let url = source.and_then(|img| address(dom, img));
    let (mut caption, mut credit) = (String::new(), String::new());
    let has_caption_element = has_figcaption(dom, from);
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
            // The same caption a second time, for another width of the screen.
            skip |= in_caption.is_none_or(|c| c != id) && !caption.trim().is_empty();
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
                // What style sheets set apart: "Ferries wait (left)" and "Photo: Olan Feld".
                if caption.ends_with([')', '.', '"', '”', '“', '»']) && text.starts_with(char::is_uppercase)
                {
                    caption.push(' ');
                }
                dom::push_words(&mut caption, dom::floor(text, MAX_CAPTION));
            } else if !dom::is_inline(name) {
                dom::push_words(&mut caption, " ");
            }
        }
        at = dom.following(from, id, skip);
    }
    let mut caption = without_count(caption.trim());
    let mut said = String::new();
    // "Quelle : Olan Feld"
    let closed = caption.replace(" :", ":");
    if credit.is_empty()
        && let Some((words, by)) =
            lines::caption_and_credit(caption).or_else(|| lines::caption_and_credit(&closed))
    {
        by.clone_into(&mut said);
        caption = words;
    }
    let credit = if credit.is_empty() { said } else { bare_credit(&credit).to_owned() };
    let given = |s: &str| Some(s.trim().to_owned()).filter(|s| !s.is_empty());
    Image { url, caption: given(caption), credit: given(&credit) }
}

/// A caption without what counts it among others: "3/12", "3 of 12".
fn without_count(caption: &str) -> &str {
    let after_number = |text: &str| -> Option<usize> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        (1..=3).contains(&digits).then_some(digits)
    };
    let rest = after_number(caption).and_then(|digits| {
        let rest = caption[digits..].trim_start();
        let rest = rest.strip_prefix('/').or_else(|| rest.strip_prefix("of "))?.trim_start();
        let rest = &rest[after_number(rest)?..];
        rest.starts_with([' ', ':', '.', '|']).then(|| rest.trim_start_matches([' ', ':', '.', '|']))
    });
    rest.filter(|r| !r.is_empty()).unwrap_or(caption)
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

#[cfg(test)]
mod tests {
    use crate::{Form, Input, read};

    /// The caption and the credit of the first picture.
    fn check(html: &str, wanted: (&str, &str)) {
        let text =
            "<p>The quay at Velm stayed closed on Monday, the harbour master said, and the ferry with it."
                .repeat(4);
        let html = html.replace("TEXT", &text);
        let page = read(&Input { bytes: html.as_bytes(), form: Form::Html, ..Input::default() });
        let first = page.images.first();
        let caption = first.and_then(|i| i.caption.as_deref()).unwrap_or("");
        let credit = first.and_then(|i| i.credit.as_deref()).unwrap_or("");
        assert_eq!((caption, credit), wanted, "{html}");
    }

    #[test]
    fn lead_captions_are_found_however_they_are_named() {
        let said = ("Ferries wait outside the harbour.", "Olan Feld");
        for lead in [
            "<figure><img src=q.jpg><figcaption>Ferries wait outside the harbour. Photo: Olan Feld</figcaption></figure>",
            "<div class=picture><img src=q.jpg><div>Ferries wait outside the harbour.</div><div>Photo: Olan Feld</div></div>",
            "<div class=picture><span>Photo: Olan Feld</span><img src=q.jpg><div>Ferries wait outside the harbour.</div></div>",
            "<div class=caption><img src=q.jpg>View 3 images</div><figure><img src=q.jpg>\
             <figcaption>Ferries wait outside the harbour. Photo: Olan Feld</figcaption></figure>",
            // Once for wide screens, once for narrow ones.
            "<figure><img src=q.jpg><figcaption>Ferries wait outside the harbour. Photo: Olan Feld</figcaption>\
             <span><figcaption>Ferries wait outside the harbour. Photo: Olan Feld</figcaption></span></figure>",
        ] {
            check(&format!("<article><h1>Fog closes the quay</h1>{lead}TEXT</article>"), said);
            check(
                &format!(
                    "<div class=promo-lead><h1>Fog closes the quay</h1>{lead}</div><article>TEXT</article>"
                ),
                said,
            );
        }
        check(
            "<figure><img src=q.jpg><figcaption>Ferries wait. Photo: Olan Feld</figcaption></figure>\
             <article><h1>Fog closes the quay</h1>TEXT</article>",
            ("Ferries wait.", "Olan Feld"),
        );
    }

    #[test]
    fn a_caption_that_is_folded_away_is_told_by_the_picture() {
        let picture =
            "<div><div><div><img src=q.jpg alt='Ferries wait outside the harbour.'></div></div></div>";
        let folded = "<div style='display:none'><span>Ferries wait outside the harbour.</span></div>";
        check(
            &format!("<article><h1>Fog closes the quay</h1>{picture}{folded}TEXT</article>"),
            ("Ferries wait outside the harbour.", ""),
        );
        // What is said to those alone who do not see the picture is none.
        check(&format!("<article><h1>Fog closes the quay</h1>{picture}TEXT</article>"), ("", ""));
    }

    #[test]
    fn words_beside_a_picture_are_not_all_captions() {
        for beside in [
            "<div><img src=p.jpg><div>Petra Lomax 24.04.2031, 19:35</div></div>",
            "<div><img src=p.jpg><h3>More from the harbour today</h3></div>",
            "<div><a href=/tides><img src=p.jpg><div>How the tides of Velm work</div></a></div>",
        ] {
            check(&format!("<article><h1>Fog closes the quay</h1>{beside}TEXT</article>"), ("", ""));
        }
    }

    #[test]
    fn a_credit_is_told_by_the_data_that_has_the_caption_alone() {
        check(
            "<script type=application/ld+json>{\"@type\":\"NewsArticle\",\"image\":{\"@type\":\"ImageObject\",\
             \"caption\":\"Ferries wait.\"}}</script><article><h1>Fog closes the quay</h1>\
             <figure><img src=q.jpg><figcaption>Ferries wait. Feld Pictures</figcaption></figure>TEXT</article>",
            ("Ferries wait.", "Feld Pictures"),
        );
    }
}
