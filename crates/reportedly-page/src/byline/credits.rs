//! To whom a feed's item is credited: agencies and outlets in lines such as "Reuters", "© dpa", "Northline via AFP".

use super::names::is_agency;
use crate::meta;
use reportedly_text::rows;
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// Words of an outlet's name.
const NAME_WORDS: usize = 6;

/// The table of outlets: domains by all their names, in small letters.
static DOMAINS: LazyLock<FxHashMap<String, &'static str>> = LazyLock::new(|| {
    let mut all = FxHashMap::default();
    for row in rows(None, "outlets") {
        let [name, others, domain, ..] = row[..] else { continue };
        for name in std::iter::once(name).chain(others.split(" | ")).filter(|name| !name.is_empty()) {
            all.entry(name.to_lowercase()).or_insert(domain);
        }
    }
    all
});

/// The names in the table of outlets, by domain.
static NAMES: LazyLock<FxHashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let named = rows(None, "outlets").filter_map(|row| Some((*row.get(2)?, *row.first()?)));
    named.filter(|(domain, _)| !domain.is_empty()).collect()
});

fn is_known(name: &str) -> bool {
    is_agency(name) || DOMAINS.contains_key(&name.to_lowercase())
}

/// Whether an outlet is the one at an address, by the table of outlets.
pub(crate) fn is_at(name: &str, address: Option<&str>) -> bool {
    let site = address.and_then(meta::host).map(|host| host.domain);
    site.is_some_and(|site| DOMAINS.get(&name.to_lowercase()).is_some_and(|domain| *domain == site))
}

/// The agencies and outlets of the tables that a line credits, where it does nothing else.
pub(crate) fn credited(line: &str) -> Vec<String> {
    parts(line, &[" via ", ",", ";", "/", "|", " and ", " & ", " - ", " – ", "©", "(c)", "(C)", ":"])
        .into_iter()
        .filter(|name| is_known(name))
        .collect()
}

/// Those whom an item names as its source: known or not, for that is what the field is for. The address tells the
/// outlet where the name is that of one of its feeds.
pub(crate) fn sources(name: &str, address: Option<&str>) -> Vec<String> {
    let mut names = Vec::new();
    for part in parts(name, &[" via "]) {
        let pieces = parts(&part, &["|", " - ", " – ", " — ", " » ", " :: ", ": "]);
        let known = pieces.iter().find(|piece| is_known(piece)).cloned();
        let alone = || meta::name_alone(&part);
        let site = address.and_then(meta::host).and_then(|host| NAMES.get(host.domain.as_str()));
        let name = known.or_else(|| site.map(|name| (*name).to_owned())).unwrap_or_else(alone);
        let is_name = name.split_whitespace().count() <= NAME_WORDS
            && name.contains(char::is_alphabetic)
            && !name.contains(['@', '/']);
        if is_name && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// What stands between separators, without years and signs around it.
fn parts(line: &str, separators: &[&str]) -> Vec<String> {
    let mut parts = vec![line];
    for separator in separators {
        parts = parts.into_iter().flat_map(|part| part.split(separator)).collect();
    }
    let bare = |part: &str| {
        let is_around =
            |c: char| c.is_whitespace() || c.is_ascii_digit() || matches!(c, '.' | '-' | '–' | '(' | ')');
        let part = part.trim_matches(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '"'));
        // "20 Minuten" is a name, "2031 dpa" is none.
        let stripped = part.trim_matches(is_around);
        meta::tidy(if is_known(part) { part } else { stripped })
    };
    parts.into_iter().map(bare).filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_credit_agencies_and_outlets() {
        for (line, names) in [
            ("Reuters", &["Reuters"][..]),
            ("© dpa", &["dpa"]),
            ("© 2031 dpa", &["dpa"]),
            ("Reuters / dpa", &["Reuters", "dpa"]),
            ("Source: AFP", &["AFP"]),
            ("20 Minuten", &["20 Minuten"]),
            ("Ada Quill", &[]),
            ("Copyright 2031 Kestrel Bay Gazette. All rights reserved.", &[]),
            ("The Reuters building on the quay", &[]),
            ("", &[]),
        ] {
            assert_eq!(credited(line), names, "{line}");
        }
    }

    #[test]
    fn sources_are_named_whether_known_or_not() {
        for (name, address, names) in [
            ("Harbour Wire", None, &["Harbour Wire"][..]),
            ("Harbour Wire via Northline", None, &["Harbour Wire", "Northline"]),
            ("Harbour Wire - all the news of the coast", None, &["Harbour Wire"]),
            ("World news | Reuters", None, &["Reuters"]),
            ("Top stories", Some("https://www.reuters.com/feed"), &["Reuters"]),
            ("https://wire.example/feed", None, &[]),
            ("desk@wire.example", None, &[]),
            ("17", None, &[]),
        ] {
            assert_eq!(sources(name, address), names, "{name}");
        }
    }
}
