//! What a story is called and what it is about, in the articles' own words.

use reportedly_read::Reading;
use reportedly_text::{Language, split};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cmp::Reverse;

use crate::{gist::Gist, terms::Terms};

/// Topics a story is given.
const TOPICS: usize = 6;
/// Headlines that are compared; a story of thousands of articles is called by its first ones.
const HEADLINES: usize = 60;

/// What a question stands for against a statement: it asks what the story tells.
const QUESTION: f32 = 0.5;

/// The headline that stands for most: the one that resembles the others most, rather no question. Where no article has a title,
/// the first sentence of the first.
pub fn headline(articles: &[Gist]) -> String {
    let titled: Vec<(&str, Terms)> = articles
        .iter()
        .filter(|a| a.is_titled)
        .filter_map(|a| Some((a.title.as_deref()?, a.language.unwrap_or(Language::EN))))
        .take(HEADLINES)
        .map(|(title, language)| (title, Terms::of_title(title, language)))
        .collect();
    let mut frequency: FxHashMap<u64, usize> = FxHashMap::default();
    for term in titled.iter().flat_map(|t| &t.1.counts) {
        *frequency.entry(term.hash).or_default() += 1;
    }
    // A headline stands for another by the words they share; long ones gain nothing by their length.
    let standing = |terms: &Terms| {
        let shared: f32 =
            terms.counts.iter().map(|t| (1.0 - t.common) * (frequency[&t.hash] as f32 - 1.0)).sum();
        shared / (terms.counts.len() as f32).sqrt().max(1.0)
    };
    let mut best: Option<(&str, f32)> = None;
    for (title, terms) in &titled {
        let asks = title.trim_end_matches(['"', '”', '»', ' ']).ends_with(['?', '？', '؟']);
        let s = standing(terms) * if asks { QUESTION } else { 1.0 };
        if best.is_none_or(|b| s > b.1) {
            best = Some((title, s));
        }
    }
    match best {
        Some((title, _)) => title.to_owned(),
        None => articles.iter().find_map(|a| a.title.clone()).unwrap_or_default(),
    }
}

/// What stands for a headline where there is none.
pub(crate) fn first_sentence(reading: &Reading) -> Option<String> {
    let line = reading.text.lines().map(str::trim).find(|l| !l.is_empty())?;
    let analysis = split(line, reading.language.unwrap_or(Language::EN));
    analysis.sentences.first().map(|s| s.span.of(line).to_owned())
}

/// A title without the outlet's name behind a bar or dash.
pub(crate) fn plain_title(reading: &Reading) -> Option<&str> {
    let title = reading.title.as_deref()?.trim();
    let plain = [" | ", " - ", " – ", " — ", " :: "].iter().find_map(|bar| {
        let (head, tail) = title.rsplit_once(bar)?;
        let outlet = reading.outlet.as_deref()?;
        tail.trim().eq_ignore_ascii_case(outlet).then(|| head.trim())
    });
    Some(plain.unwrap_or(title)).filter(|t| !t.is_empty())
}

/// The names that most articles bring, the most frequent first, each by its commonest form.
pub fn topics(articles: &[Gist]) -> Vec<String> {
    struct Topic<'g> {
        name: &'g str,
        articles: usize,
        mentions: usize,
        first: usize,
    }
    let mut topics: FxHashMap<String, Topic<'_>> = FxHashMap::default();
    for gist in articles {
        let mut seen = FxHashSet::default();
        for (name, mentions) in &gist.names {
            let key = name.to_lowercase();
            let first = topics.len();
            let topic = topics.entry(key.clone()).or_insert(Topic { name, articles: 0, mentions: 0, first });
            topic.mentions += mentions;
            topic.articles += usize::from(seen.insert(key));
        }
    }
    let mut topics: Vec<Topic<'_>> = topics.into_values().collect();
    topics.sort_by_key(|t| (Reverse(t.articles), Reverse(t.mentions), t.first));
    let mut names: Vec<&str> = Vec::new();
    for topic in topics {
        // "Marsh" beside "Ida Marsh" adds nothing.
        let said = |n: &&str| n.split_whitespace().any(|w| w == topic.name);
        if names.len() < TOPICS && !names.iter().any(said) {
            names.push(topic.name);
        }
    }
    names.into_iter().map(str::to_owned).collect()
}
