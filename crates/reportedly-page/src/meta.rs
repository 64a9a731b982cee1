//! What a page says about its article: title, outlet, language, address.

use crate::blocks::{Kind, Layout};
use crate::dom::{DOCUMENT, Dom};
use crate::lines;
use crate::structured::{self, Structured};
use reportedly_text::Language;
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
/// Words of an outlet's name.
const MAX_NAME_WORDS: usize = 5;
/// Letters of a host's name from which on the name over the page may be told by it.
const MIN_HOST: usize = 5;
/// Blocks at the top of a page among which its name stands, and blocks after it among which the headline does.
const MASTHEAD_RUNS: usize = 12;
const HEADLINE_RUNS: usize = 60;
/// Headings of the first level that are looked at.
const MAX_HEADINGS: usize = 8;

/// What a page says about its article.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) outlet: Option<String>,
    pub(crate) url: Option<String>,
}

/// Gathers it.
pub(crate) fn gather(dom: &Dom, data: &Structured, layout: &Layout, url: Option<&str>) -> Facts {
    let address = address(data, url);
    let outlet = outlet(dom, data, layout, address.as_deref().or(url));
    Facts {
        title: title(dom, data, outlet.as_deref()),
        description: data.meta(&["og:description", "description", "twitter:description"]).map(str::to_owned),
        outlet,
        url: address,
    }
}

/// Letters and digits in lower case, words apart.
fn key(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_alphanumeric() {
            out.extend(c.to_lowercase());
        } else if !out.is_empty() && !out.ends_with(' ') && !matches!(c, '\'' | '’') {
            out.push(' ');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// The article's title: what headings, data and `<title>` agree on most.
fn title(dom: &Dom, data: &Structured, outlet: Option<&str>) -> Option<String> {
    let articles = data.articles();
    let headline = articles
        .iter()
        .find_map(|t| structured::plain(t.get("headline").or_else(|| t.get("name"))?))
        .map(|h| tidy(&structured::unescape(h)))
        .unwrap_or_default();
    let card = data.meta(&["og:title"]).map(tidy).unwrap_or_default();
    let other_card = data.meta(&["twitter:title"]).map(tidy).unwrap_or_default();
    let whole = data.title.clone().unwrap_or_default();
    let said: BTreeSet<String> = [&headline, &card, &whole]
        .iter()
        .flat_map(|t| key(t).split(' ').map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let headings: Vec<String> = dom
        .descendants(DOCUMENT)
        .filter(|id| dom.name(*id) == "h1")
        .take(MAX_HEADINGS)
        .map(|id| dom.text(id, 600))
        .filter(|t| !t.is_empty())
        .collect();
    let best = headings
        .iter()
        .map(|heading| {
            let heading_key = key(heading);
            let words: BTreeSet<&str> = heading_key.split(' ').collect();
            let shared = words.iter().filter(|w| said.contains(**w)).count() as f32;
            (shared / words.len() as f32, shared.sqrt(), heading)
        })
        .fold(None::<(f32, f32, &String)>, |best, next| match best {
            Some(best) if best.0 * best.1 >= next.0 * next.1 => Some(best),
            _ => Some(next),
        });
    let known: Vec<String> =
        headings.iter().chain([&headline]).map(|t| key(t)).filter(|k| !k.is_empty()).collect();
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
    if let Some((share, _, heading)) = best {
        let agrees = share >= AGREES || said.len() <= 1;
        vote(heading, if agrees { BY_HEADING } else { BY_FAR_HEADING });
    }
    vote(&headline, BY_HEADLINE);
    vote(&without_outlet(&card, &known, outlet), BY_CARD);
    vote(&without_outlet(&whole, &known, outlet), BY_TITLE);
    vote(&without_outlet(&other_card, &known, outlet), BY_OTHER_CARD);
    // The first of the strongest.
    let most = votes.iter().map(|v| v.1).max()?;
    votes.into_iter().find(|v| v.1 == most).map(|v| v.2)
}

fn tidy(text: &str) -> String {
    let mut out = String::new();
    crate::dom::push_words(&mut out, text);
    out.truncate(out.trim_end().len());
    out
}

/// The places where a title may be cut: a sign (or one sign twice and more) with spaces around it, or a bar.
fn cuts(title: &str) -> Vec<(usize, usize)> {
    let mut cuts = Vec::new();
    let mut past = 0;
    for (i, c) in title.char_indices() {
        if i < past {
            continue;
        }
        let rest = &title[i..];
        let end = i + rest.len() - rest.trim_start_matches(c).len();
        past = end;
        let spaced = title[..i].ends_with(' ') && title[end..].starts_with(' ');
        if c == '|'
            || (spaced && matches!(c, '–' | '—' | '-' | '·' | '»' | '•' | ':' | '/' | '~' | '«' | '‹' | '›'))
        {
            cuts.push((i, end));
        }
    }
    cuts
}

/// A title without the outlet's name at its end or its beginning.
fn without_outlet(title: &str, known: &[String], outlet: Option<&str>) -> String {
    let cuts = cuts(title);
    let outlet = outlet.map(key).filter(|o| !o.is_empty());
    let mut best = title;
    for (start, end) in cuts.iter().rev() {
        let (Some(head), Some(tail)) = (best.get(..*start), best.get(*end..)) else { continue };
        if known.contains(&key(head)) {
            return head.trim().to_owned();
        }
        if outlet.as_ref().is_some_and(|o| *o == key(tail)) {
            best = head.trim();
        }
    }
    if let Some((start, end)) = cuts.first()
        && outlet.as_ref().is_some_and(|o| *o == key(&title[..*start]))
        && let Some(rest) = best.get(*end..).map(str::trim).filter(|r| !r.is_empty())
    {
        return rest.to_owned();
    }
    if best.len() == title.len()
        && let Some((start, end)) = cuts.last()
    {
        let (head, tail) = (title[..*start].trim(), title[*end..].trim());
        if head.split(' ').count() >= 3 && tail.split(' ').count() <= 4 && head.len() > tail.len() {
            return head.to_owned();
        }
    }
    best.to_owned()
}

/// The page's own address.
fn address(data: &Structured, url: Option<&str>) -> Option<String> {
    let base = url.and_then(|u| url::Url::parse(u).ok());
    let given = data.canonical.as_deref().or_else(|| data.meta(&["og:url"]));
    given
        .and_then(|given| match (&base, url::Url::parse(given)) {
            (_, Ok(whole)) => Some(whole),
            (Some(base), Err(_)) => base.join(given).ok(),
            (None, Err(_)) => None,
        })
        .filter(|u| matches!(u.scheme(), "http" | "https") && u.path().len() > 1)
        .map(String::from)
        .or_else(|| url.map(str::to_owned))
}

/// The name of a page's host under which it was registered: "harbourwire" of "www.harbourwire.co.uk".
fn host_name(url: &str) -> Option<(String, String)> {
    let url = url::Url::parse(url).ok()?;
    let host = url.host_str()?;
    let domain = psl::domain_str(host)?;
    let name = domain.split('.').next()?;
    Some((name.to_owned(), domain.to_owned()))
}

/// Who publishes the page: by its data, by the end or the beginning of its title, by the name over it, by its host.
fn outlet(dom: &Dom, data: &Structured, layout: &Layout, url: Option<&str>) -> Option<String> {
    let articles = data.articles();
    let publisher = articles
        .iter()
        .find_map(|t| structured::plain(data.resolve(t.get("publisher")?)))
        .map(|n| tidy(&structured::unescape(n)))
        .or_else(|| marked_publisher(dom, data));
    let site = data.meta(&["og:site_name", "application-name", "apple-mobile-web-app-title"]).map(tidy);
    let of_site = data.things().into_iter().find_map(|t| {
        let is_site = structured::types(t).any(|k| matches!(k, "WebSite" | "NewsMediaOrganization"));
        is_site.then(|| structured::plain(t.get("name")?)).flatten()
    });
    let host = url.and_then(host_name);
    // The name that is in the host is the outlet's; a company that owns it may be called otherwise.
    let candidates: Vec<String> = [site, publisher, of_site.map(|n| tidy(&structured::unescape(n)))]
        .into_iter()
        .flatten()
        .map(|n| name_alone(&n))
        .filter(|n| !n.is_empty() && n.len() <= 60 && !n.contains("://"))
        .collect();
    let letters = |s: &str| key(s).replace(' ', "");
    let bare = |s: &str| letters(s).trim_start_matches("the").to_owned();
    let in_host = |name: &str| host.as_ref().is_some_and(|(host, _)| bare(host) == bare(name));
    let suffix = data.title.as_deref().and_then(|title| {
        let (_, end) = cuts(title).last().copied()?;
        Some(title.get(end..)?.trim().to_owned())
            .filter(|s| !s.is_empty() && s.split(' ').count() <= MAX_NAME_WORDS)
    });
    let prefix = data.title.as_deref().and_then(|title| name_before_headline(title, layout));
    let over = host.as_ref().and_then(|(host, _)| {
        let named = layout.runs.iter().take(MASTHEAD_RUNS).filter(|r| {
            host.len() >= MIN_HOST
                && r.words <= MAX_NAME_WORDS
                && !r.sentence
                && bare(&r.text).starts_with(host)
        });
        // Its menu may hold "Tarn Herald Shop"; its name stands in other lines too.
        let times = |name: &str| layout.runs.iter().filter(|r| r.text.starts_with(name)).count();
        named.rev().max_by_key(|r| times(&r.text)).map(|r| r.text.clone())
    });
    candidates
        .iter()
        .find(|n| in_host(n))
        .or_else(|| suffix.iter().find(|s| in_host(s)))
        .or_else(|| candidates.first())
        .cloned()
        .or(prefix)
        .or(suffix)
        .or(over)
        .or_else(|| host.map(|(_, domain)| domain))
}

/// The publisher that microdata names.
fn marked_publisher(dom: &Dom, data: &Structured) -> Option<String> {
    let publisher = data.properties.iter().find(|(p, _)| p == "publisher")?.1;
    let name = data
        .properties
        .iter()
        .find(|(p, n)| p == "name" && dom.ancestors(*n).take(6).any(|a| a == publisher))
        .map_or(publisher, |(_, n)| *n);
    let text = dom.attr(name, "content").map_or_else(|| dom.text(name, 200), tidy);
    Some(text).filter(|t| t.split(' ').count() <= MAX_NAME_WORDS && !t.is_empty())
}

/// The outlet's name where a title begins with it: the page prints that first, and the headline below it.
fn name_before_headline(title: &str, layout: &Layout) -> Option<String> {
    let (start, end) = cuts(title).first().copied()?;
    let (name, headline) = (title.get(..start)?.trim(), title.get(end..)?.trim());
    let words = name.split(' ').count();
    if words > MAX_NAME_WORDS || headline.split(' ').count() <= words {
        return None;
    }
    let begins = |run: &str, with: &str| {
        key(run).strip_prefix(with).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    let (name_key, headline_key) = (key(name), key(headline));
    let at = layout
        .runs
        .iter()
        .take(MASTHEAD_RUNS)
        .position(|r| !matches!(r.kind, Kind::Heading(_)) && begins(&r.text, &name_key))?;
    let below = layout.runs[at + 1..].iter().take(HEADLINE_RUNS).any(|r| begins(&r.text, &headline_key));
    (!name_key.is_empty() && below).then(|| name.to_owned())
}

/// An outlet's name without the motto after it.
fn name_alone(name: &str) -> String {
    let name = name.trim();
    let cut = cuts(name).first().map_or(name, |(start, _)| name[..*start].trim());
    if cut.is_empty() { name.to_owned() } else { cut.to_owned() }
}

/// The language of the article: by its words, and by what the page declares where they are few.
pub(crate) fn language(data: &Structured, text: &str) -> Option<Language> {
    let declared = data
        .language
        .as_deref()
        .or_else(|| data.meta(&["og:locale", "content-language", "language", "dc.language"]));
    let declared = declared.and_then(Language::from_tag);
    let enough = text.len() > 200 || declared.is_none();
    enough.then(|| reportedly_text::detect(text)).flatten().or(declared)
}

/// Whether a line is one of the page's own titles.
pub(crate) fn is_title(title: &str, line: &str) -> bool {
    line.len() <= title.len() + 80 && lines::folded(line).len() > 3 && key(title) == key(line)
}

#[cfg(test)]
mod tests {
    use crate::{Form, Input, read};

    fn check(html: &str, title: &str, outlet: &str) {
        let page = read(&Input { bytes: html.as_bytes(), form: Form::Html, ..Input::default() });
        assert_eq!((page.title.as_deref(), page.outlet.as_deref()), (Some(title), Some(outlet)), "{html}");
    }

    #[test]
    fn titles_give_up_the_outlet_at_either_end() {
        let body =
            "<td>Tarn Herald<br>8 May 2031<td><b>Is our bridge too low?</b><p>It may be, said the mayor.";
        for title in ["Is our bridge too low? :: Tarn Herald", "Tarn Herald - Is our bridge too low?"] {
            check(
                &format!("<title>{title}</title><table><tr>{body}</table>"),
                "Is our bridge too low?",
                "Tarn Herald",
            );
        }
    }

    #[test]
    fn outlets_are_told_by_microdata_and_by_the_name_over_the_page() {
        check(
            "<title>Fog - Tarn News</title><h1>Fog</h1><p itemprop=publisher itemscope>\
             <meta itemprop=name content='Tarn Herald'></p>",
            "Fog",
            "Tarn Herald",
        );
        check(
            "<title>Fog at noon</title><link rel=canonical href='https://tarnherald.example/fog'>\
             <ul><li>Tarn Herald shop</ul><div>Tarn Herald Weekly</div><h1>Fog at noon</h1>\
             <div>Tarn Herald Weekly, founded in 1871</div>",
            "Fog at noon",
            "Tarn Herald Weekly",
        );
    }
}
