//! What the names of an element (tag, class, id, role) say about what is in it.

use crate::dom::{Dom, NodeId};
use crate::{Role, lines};
use reportedly_text::rows;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::LazyLock;

/// What the names of an element say about what is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Hint {
    /// The article's text: known class names, `itemprop="articleBody"`.
    Body,
    /// The lead-in.
    Standfirst,
    /// A post from elsewhere that the article shows.
    Embed,
    /// Not seen.
    Hidden,
    /// Something around the article.
    Aside(Role),
}

/// Longest run of words of a class name that is looked up.
const MAX_RUN: usize = 4;
/// Words of an id that is a name; a longer one is a heading's words.
const MAX_ID_PARTS: usize = 4;
/// Words of a class name that are looked at.
const MAX_PARTS: usize = 12;

static NAMES: LazyLock<FxHashMap<&'static str, Hint>> = LazyLock::new(|| {
    rows(None, "page_classes")
        .filter_map(|row| {
            let [name, role] = row[..] else { return None };
            let hint = match role {
                "body" => Hint::Body,
                "standfirst" => Hint::Standfirst,
                "embed" => Hint::Embed,
                "hidden" => Hint::Hidden,
                other => Hint::Aside(lines::role_of(other)?),
            };
            Some((name, hint))
        })
        .collect()
});

/// The words that such names begin with: most words of class names begin none.
static BEGINNINGS: LazyLock<FxHashSet<&'static str>> =
    LazyLock::new(|| NAMES.keys().filter_map(|name| name.split('-').next()).collect());

#[derive(Clone, Copy, Default)]
enum Asked {
    #[default]
    No,
    Yes(Option<Hint>),
}

/// Reads the names of a page's elements, remembering elements and class names that were seen before.
#[derive(Default)]
pub(crate) struct Hints {
    /// By node; those that were not asked yet are [`Asked::No`].
    elements: Vec<Asked>,
    seen: FxHashMap<String, Option<Hint>>,
}

impl Hints {
    /// What the names of an element say. The document's root and body speak of the page as a whole and are not asked.
    pub(crate) fn of(&mut self, dom: &Dom, id: NodeId) -> Option<Hint> {
        if self.elements.is_empty() {
            self.elements.resize(dom.len(), Asked::No);
        }
        if let Some(Asked::Yes(hint)) = self.elements.get(id as usize) {
            return *hint;
        }
        let hint = self.read(dom, id);
        if let Some(element) = self.elements.get_mut(id as usize) {
            *element = Asked::Yes(hint);
        }
        hint
    }

    fn read(&mut self, dom: &Dom, id: NodeId) -> Option<Hint> {
        let name = dom.name(id);
        if matches!(name, "html" | "body") {
            return None;
        }
        if is_hidden(dom, id) {
            return Some(Hint::Hidden);
        }
        if dom.attr(id, "itemprop").is_some_and(|p| p.split_ascii_whitespace().any(|p| p == "articleBody")) {
            return Some(Hint::Body);
        }
        let by_tag = match name {
            "nav" | "menu" => Some(Role::Nav),
            "footer" => Some(Role::Legal),
            "aside" => Some(Role::Other),
            "form" | "dialog" => Some(Role::Promo),
            "figcaption" => Some(Role::Caption),
            "address" => Some(Role::Byline),
            _ => None,
        };
        let by_role = dom.attr(id, "role").and_then(|r| match r {
            "navigation" | "search" | "menu" | "menubar" | "tablist" => Some(Role::Nav),
            "banner" => Some(Role::Masthead),
            "contentinfo" => Some(Role::Legal),
            "complementary" => Some(Role::Other),
            "dialog" | "alertdialog" => Some(Role::Promo),
            _ => None,
        });
        let heading = matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6");
        let mut best: Option<(Hint, usize)> = None;
        for attribute in
            ["class", "id", "data-testid", "data-component", "data-module", "data-qa", "data-test-id"]
        {
            if let Some(value) = dom.attr(id, attribute) {
                for class in value.split_ascii_whitespace().take(24) {
                    // Anchors are named after the heading that they stand at, headings after their own words.
                    if attribute == "id" && (heading || class.split(['-', '_']).count() > MAX_ID_PARTS) {
                        continue;
                    }
                    if let Some(hint) = self.of_class(class) {
                        let weight = hint.weight();
                        if best.is_none_or(|(_, w)| weight > w) {
                            best = Some((hint, weight));
                        }
                    }
                }
            }
        }
        best.map(|(hint, _)| hint).or(by_role.or(by_tag).map(Hint::Aside))
    }

    fn of_class(&mut self, class: &str) -> Option<Hint> {
        if class.len() > 80 || !class.is_ascii() {
            return None;
        }
        if let Some(hint) = self.seen.get(class) {
            return *hint;
        }
        let hint = read_class(class);
        self.seen.insert(class.to_owned(), hint);
        hint
    }
}

impl Hint {
    /// Whether it takes what it stands on out of the article.
    pub(crate) const fn takes_out(self) -> bool {
        matches!(self, Self::Aside(_) | Self::Hidden)
    }

    /// Which of several hints on one element holds: that of the greatest weight.
    pub(crate) const fn weight(self) -> usize {
        match self {
            Self::Hidden => 5,
            Self::Aside(Role::Byline | Role::DateLine | Role::Title) => 2,
            Self::Aside(_) => 4,
            Self::Standfirst => 1,
            Self::Body | Self::Embed => 3,
        }
    }
}

/// Takes a class name apart at hyphens, underscores and capitals, and looks its words up, the longest runs first.
fn read_class(class: &str) -> Option<Hint> {
    // Utility classes ("md:hidden", "w-1/2", "[&>p]:mb-4") speak of looks.
    if class.contains([':', '[', '/', '(', '@']) {
        return None;
    }
    let mut joined = String::with_capacity(class.len() + 8);
    let mut before = b'-';
    let mut camel = true;
    for (at, b) in class.bytes().enumerate() {
        if !before.is_ascii_alphanumeric() {
            camel = is_camel(&class[at..]);
        }
        if b.is_ascii_alphabetic() {
            if camel && b.is_ascii_uppercase() && before.is_ascii_lowercase() {
                joined.push('-');
            }
            joined.push(b.to_ascii_lowercase() as char);
        } else if b.is_ascii_digit() {
            joined.push(b as char);
        } else if !joined.ends_with('-') {
            joined.push('-');
        }
        before = b;
    }
    let joined = joined.trim_matches('-');
    let parts: Vec<&str> = joined.split('-').take(MAX_PARTS).collect();
    // "has-sidebar", "no-comments": what a page has, not what this part is.
    if matches!(
        parts.first(),
        Some(&("has" | "no" | "with" | "without" | "not" | "is" | "js" | "hide" | "show"))
    ) {
        return NAMES.get(joined).copied();
    }
    let whole = ["=", joined].concat();
    if let Some(hint) = NAMES.get(whole.as_str()) {
        return Some(*hint);
    }
    let mut found: Option<(Hint, usize, usize)> = None;
    let offset = |part: &str| part.as_ptr() as usize - joined.as_ptr() as usize;
    for start in (0..parts.len()).filter(|start| BEGINNINGS.contains(parts[*start])) {
        for end in (start + 1..=parts.len().min(start + MAX_RUN)).rev() {
            let run = &joined[offset(parts[start])..offset(parts[end - 1]) + parts[end - 1].len()];
            if let Some(hint) = NAMES.get(run) {
                let candidate = (*hint, end - start, hint.weight());
                if found.is_none_or(|(_, length, weight)| (candidate.1, candidate.2) > (length, weight)) {
                    found = Some(candidate);
                }
                break;
            }
        }
    }
    found.map(|(hint, ..)| hint)
}

/// Whether capitals in a name up to its next hyphen begin words; in the random letters that tools make they do not.
fn is_camel(rest: &str) -> bool {
    let end = rest.bytes().position(|b| !b.is_ascii_alphanumeric()).unwrap_or(rest.len());
    let name = rest.as_bytes().get(..end).unwrap_or_default();
    let within = name.iter().rposition(|b| !b.is_ascii_digit()).map_or(0, |last| last + 1);
    let capitals = name.iter().filter(|b| b.is_ascii_uppercase()).count();
    let letters = name.iter().filter(|b| b.is_ascii_alphabetic()).count();
    !name[..within].iter().any(u8::is_ascii_digit) && letters >= capitals * CAMEL_LETTERS
}

/// Letters that a word in such a name has at least, on average.
const CAMEL_LETTERS: usize = 3;

fn is_hidden(dom: &Dom, id: NodeId) -> bool {
    if dom.attr(id, "hidden").is_some() || dom.attr(id, "aria-hidden") == Some("true") {
        return true;
    }
    // "hidden md:block" is hidden on small screens alone.
    if let Some(classes) = dom.attr(id, "class")
        && classes.split_ascii_whitespace().any(|c| matches!(c, "hidden" | "d-none"))
        && !classes.contains(':')
        && !classes.contains("-block")
        && !classes.contains("-flex")
    {
        return true;
    }
    dom.attr(id, "style").is_some_and(hides)
}

/// Whether a style declares that what it is for is not seen.
fn hides(style: &str) -> bool {
    let ends = |text: &str, with: &str| {
        let start = text.len().checked_sub(with.len()).and_then(|start| text.get(start..));
        start.is_some_and(|end| end.eq_ignore_ascii_case(with))
    };
    let begins =
        |text: &str, with: &str| text.get(..with.len()).is_some_and(|t| t.eq_ignore_ascii_case(with));
    memchr::memchr_iter(b':', style.as_bytes()).any(|colon| {
        let (property, value) = (style[..colon].trim_end(), style[colon + 1..].trim_start());
        ends(property, "display") && begins(value, "none")
            || ends(property, "visibility") && begins(value, "hidden")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_hide() {
        for (style, hidden) in [
            ("display:none", true),
            ("color: red; DISPLAY : None !important", true),
            ("visibility:\thidden;", true),
            ("display: block", false),
            ("visibility: visible; overflow: hidden", false),
            ("display", false),
            ("ä:none", false),
        ] {
            assert_eq!(hides(style), hidden, "{style}");
        }
    }

    #[test]
    fn class_names_are_read_by_their_words() {
        for (class, hint) in [
            ("article-body", Some(Hint::Body)),
            ("articleBody", Some(Hint::Body)),
            ("article__body-content", Some(Hint::Body)),
            ("c-related_articles--wide", Some(Hint::Aside(Role::Related))),
            ("RelatedPosts", Some(Hint::Aside(Role::Related))),
            ("newsletter-signup", Some(Hint::Aside(Role::Newsletter))),
            ("has-sidebar", None),
            ("no-comments", None),
            ("md:hidden", None),
            ("header", None),
            ("loading", None),
            ("screen-reader-text", Some(Hint::Hidden)),
        ] {
            assert_eq!(read_class(class), hint, "{class}");
        }
    }
}
