//! Who publishes a page: by its data, by the end or the beginning of its title, by the name over it, by its host.

use super::{cuts, key, letters, tidy};
use crate::blocks::{Kind, Layout};
use crate::dom::Dom;
use crate::structured::{self, Structured};
use reportedly_text::rows;
use rustc_hash::FxHashSet;
use std::sync::LazyLock;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Words of an outlet's name.
const MAX_NAME_WORDS: usize = 5;
/// Letters of a host's name from which on the name over the page may be told by it.
const MIN_HOST: usize = 5;
/// Blocks at the top of a page among which its name stands, and blocks after it among which the headline does.
const MASTHEAD_RUNS: usize = 12;
const HEADLINE_RUNS: usize = 60;

/// The host of a page.
pub(crate) struct Host {
    /// The name under which it was registered: "harbourwire" of "www.harbourwire.co.uk".
    pub(super) label: String,
    /// That with its ending: "harbourwire.co.uk".
    pub(crate) domain: String,
    /// All of it but "www.".
    whole: String,
    /// Whether it is a part of the site with a name of its own: "weekly.harbourwire.co.uk".
    is_part: bool,
}

/// Names before a domain that stand for the site as a whole.
const WHOLE_SITE: [&str; 6] = ["www", "m", "amp", "mobile", "web", "news"];

/// The host in an address.
pub(crate) fn host(url: &str) -> Option<Host> {
    let url = url::Url::parse(url).ok()?;
    // Numbers name no outlet.
    let Some(url::Host::Domain(host)) = url.host() else { return None };
    let domain = psl::domain_str(host)?;
    let label = domain.split('.').next()?;
    let before = host.strip_suffix(domain).unwrap_or("").trim_end_matches('.');
    Some(Host {
        label: label.to_owned(),
        domain: domain.to_owned(),
        whole: host.strip_prefix("www.").unwrap_or(host).to_owned(),
        is_part: !before.is_empty() && !WHOLE_SITE.contains(&before),
    })
}

/// The host that publishes a page: that of its own address, save where the page calls itself by that under which it was
/// found and names another's as the article's origin.
pub(super) fn host_of(data: &Structured, found: Option<&str>, own: Option<&str>) -> Option<Host> {
    let (found, own) = (found.and_then(host), own.and_then(host));
    let (Some(at), Some(of)) = (&found, &own) else { return own.or(found) };
    let calls_itself =
        || data.meta(&["og:site_name", "application-name"]).is_some_and(|name| is_host(name, at));
    if at.domain != of.domain && calls_itself() { found } else { own }
}

/// Who publishes the page: by its data, by the end or the beginning of its title, by the name over it, by its host.
pub(super) fn outlet(dom: &Dom, data: &Structured, layout: &Layout, host: Option<&Host>) -> Option<String> {
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
    let candidates: Vec<String> = [site, publisher, of_site.map(|n| tidy(&structured::unescape(n)))]
        .into_iter()
        .flatten()
        .map(|n| name_alone(&n))
        .filter(|n| !n.is_empty() && n.len() <= 60 && !n.contains("://"))
        .collect();
    let in_host = |name: &str| host.is_some_and(|host| is_host(name, host));
    let suffix = data.title.as_deref().and_then(|title| {
        let (_, end) = cuts(title).last().copied()?;
        Some(title.get(end..)?.trim().to_owned())
            .filter(|s| !s.is_empty() && s.split(' ').count() <= MAX_NAME_WORDS)
    });
    let prefix = data.title.as_deref().and_then(|title| name_before_headline(title, layout));
    let over = host.and_then(|host| {
        let named = layout.runs.iter().take(MASTHEAD_RUNS).filter(|r| {
            host.label.len() >= MIN_HOST
                && r.words <= MAX_NAME_WORDS
                && !r.sentence
                && folded(&r.text).iter().any(|f| f.starts_with(&host.label))
        });
        // Its menu may hold "Tarn Herald Shop"; its name stands in other lines too.
        let times = |name: &str| layout.runs.iter().filter(|r| r.text.starts_with(name)).count();
        named.rev().max_by_key(|r| times(&r.text)).map(|r| r.text.clone())
    });
    // The name that is in the host is the outlet's; a company that owns it may be called otherwise.
    let named: Vec<&String> = candidates.iter().chain(&suffix).collect();
    let printed =
        named.iter().filter(|n| in_host(n) && !is_address(n)).max_by_key(|n| (looks(n), first_of(&named, n)));
    printed
        .map(|n| host.and_then(|host| called(host, n)).unwrap_or_else(|| (*n).clone()))
        .or_else(|| host.and_then(|host| listed(host, &named)))
        .or_else(|| named.iter().find(|n| in_host(n)).map(|n| (*n).clone()))
        .or_else(|| candidates.first().cloned())
        .or(prefix)
        .or(suffix)
        .or(over)
        .or_else(|| host.map(|host| host.domain.clone()))
        .or_else(|| {
            let notices = layout.runs.iter().rev().filter(|r| r.words <= NOTICE_WORDS);
            notices.take(NOTICES).find_map(|r| in_notice(&r.text))
        })
}

/// Words of a copyright notice, and short blocks at the end of a page among which it stands.
const NOTICE_WORDS: usize = 20;
const NOTICES: usize = 8;

/// Whose a page is by its copyright notice: "© 2031 Tarn Herald. All rights reserved.", "Copyright 2003 Tarn Herald".
pub(crate) fn in_notice(line: &str) -> Option<String> {
    let (_, after) = line.split_once('©').or_else(|| {
        let at = line.to_ascii_lowercase().find("copyright")?;
        line.get(at..)?.split_at_checked("copyright".len())
    })?;
    // The sign may stand before the year, the year after the name.
    let is_year = |c: char| {
        c.is_ascii_digit() || c.is_whitespace() || matches!(c, '-' | '–' | '—' | ',' | ':' | '©' | ')')
    };
    let name = after.trim_start_matches("(c)").trim_start_matches(is_year);
    let name = name.strip_prefix("by ").unwrap_or(name);
    let end = name.find(['.', '|', ',', '·', '•', '/', '(', '–', '—', '-']).unwrap_or(name.len());
    let name = name[..end].trim_end_matches(is_year);
    let words: Vec<&str> = name.split_whitespace().collect();
    let is_name = (2..=MAX_NAME_WORDS).contains(&words.len())
        && words.iter().all(|w| w.starts_with(char::is_uppercase) || w.len() <= 3)
        && words[0].starts_with(char::is_uppercase)
        && !name.to_lowercase().ends_with("reserved");
    is_name.then(|| words.join(" "))
}

/// How far a wording is from what a machine would make of a name: "National Post" is better than "nationalpost".
fn looks(name: &str) -> u8 {
    u8::from(name.contains(' ')) * 2 + u8::from(name.contains(char::is_uppercase))
}

/// The earlier a name, the larger.
fn first_of(names: &[&String], name: &str) -> std::cmp::Reverse<usize> {
    std::cmp::Reverse(names.iter().position(|n| *n == name).unwrap_or(usize::MAX))
}

/// Whether a name is an address: "tarnherald.example".
fn is_address(name: &str) -> bool {
    !name.contains(' ') && name.trim_matches('.').contains('.')
}

/// Words that begin names and are left out of hosts ("The Tarn Herald", tarnherald.example).
static ARTICLES: LazyLock<FxHashSet<&'static str>> =
    LazyLock::new(|| rows(None, "outlet_articles").filter_map(|row| row.first().copied()).collect());

/// Whether a name is the one in the host: "Süddeutsche Küste" of sueddeutschekueste.example.
fn is_host(name: &str, host: &Host) -> bool {
    let name = key(name);
    let without = name.split_once(' ').filter(|(first, _)| ARTICLES.contains(first)).map(|(_, rest)| rest);
    let hosts = [letters(&host.label), letters(&host.domain)];
    std::iter::once(name.as_str()).chain(without).any(|name| folded(name).iter().any(|f| hosts.contains(f)))
        || hosts[0].strip_prefix("the").is_some_and(|host| folded(&name).iter().any(|f| f == host))
}

/// A name's letters as hosts have them: without marks, or with German vowels and Danish letters written out.
fn folded(name: &str) -> [String; 2] {
    let plain = letters(name).nfd().filter(|c| !is_combining_mark(*c)).flat_map(spelt).collect();
    let mut out = String::new();
    for c in letters(name).nfc() {
        match c {
            'ä' => out.push_str("ae"),
            'ö' => out.push_str("oe"),
            'ü' => out.push_str("ue"),
            c => out.extend(c.nfd().filter(|c| !is_combining_mark(*c)).flat_map(spelt)),
        }
    }
    [plain, out]
}

/// A letter that has no mark to lose, as hosts spell it.
fn spelt(c: char) -> impl Iterator<Item = char> {
    let (first, second) = match c {
        'ß' => ('s', Some('s')),
        'æ' => ('a', Some('e')),
        'œ' => ('o', Some('e')),
        'ø' => ('o', None),
        'å' => ('a', None),
        'ł' => ('l', None),
        'đ' | 'ð' => ('d', None),
        'ı' => ('i', None),
        c => (c, None),
    };
    std::iter::once(first).chain(second)
}

/// The table of outlets: name, other names with bars between them, domain.
static OUTLETS: LazyLock<Vec<[&str; 3]>> =
    LazyLock::new(|| rows(None, "outlets").filter_map(|row| row.get(..3)?.try_into().ok()).collect());

/// The name of the table of outlets that is the host's, where a page puts an article before it.
fn called(host: &Host, name: &str) -> Option<String> {
    let is_name = |n: &str| letters(n) == letters(name);
    OUTLETS.iter().find_map(|[listed, others, of]| {
        let is_listed = *of == host.domain && letters(listed) == letters(&host.label);
        (is_listed && others.split(" | ").any(is_name)).then(|| (*listed).to_owned())
    })
}

/// The name under which the table of outlets has a host.
fn listed(host: &Host, named: &[&String]) -> Option<String> {
    OUTLETS.iter().find_map(|[name, others, of]| {
        let called = |n: &&String| n == name || others.split(" | ").any(|o| o == n.as_str());
        let same_label = of.split('.').next() == Some(host.label.as_str()) && named.iter().any(called);
        (*of == host.whole || *of == host.domain && !host.is_part || same_label).then(|| (*name).to_owned())
    })
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
pub(crate) fn name_alone(name: &str) -> String {
    let name = name.trim();
    let cut = cuts(name).first().map_or(name, |(start, _)| name[..*start].trim());
    if cut.is_empty() { name.to_owned() } else { cut.to_owned() }
}
