//! What a story is called and what it is about, in the articles' own words.

use reportedly_read::Reading;
use reportedly_text::{ByLanguage, Language, rows, split};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cmp::Reverse;

use crate::{gist::Gist, terms::Terms};

/// Topics a story is given.
const TOPICS: usize = 6;
/// Headlines that are compared; a story of thousands of articles is called by its first ones.
const HEADLINES: usize = 60;

/// Forms of one name that are told apart.
const FORMS: usize = 8;
/// Letters of a place at least, without what falls away before an ending.
const STEM: usize = 3;
/// Letters that fall away before an ending.
const LAST: &str = "aeoy";

static ENDINGS: ByLanguage<Vec<&'static str>> = ByLanguage::new(|language| {
    rows(Some(language), "demonym-endings").filter_map(|row| row.first().copied()).collect()
});

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

/// The names that most articles bring, the most frequent first, each by its commonest form, rather none in capitals as
/// datelines have them; "Ilonian" adds nothing where there is Ilonia.
pub fn topics(articles: &[Gist]) -> Vec<String> {
    struct Topic<'g> {
        /// Its forms, with how often each stands there.
        forms: Vec<(&'g str, usize)>,
        articles: usize,
        mentions: usize,
        first: usize,
        language: Language,
    }
    let mut topics: FxHashMap<String, Topic<'_>> = FxHashMap::default();
    for gist in articles {
        let mut seen = FxHashSet::default();
        for (name, mentions) in &gist.names {
            let key = name.to_lowercase();
            let first = topics.len();
            let language = gist.language.unwrap_or(Language::EN);
            let topic = topics.entry(key.clone()).or_insert_with(|| Topic {
                forms: Vec::new(),
                articles: 0,
                mentions: 0,
                first,
                language,
            });
            match topic.forms.iter().position(|(form, _)| form == name) {
                Some(form) => topic.forms[form].1 += mentions,
                None if topic.forms.len() < FORMS => topic.forms.push((name, *mentions)),
                None => {}
            }
            topic.mentions += mentions;
            topic.articles += usize::from(seen.insert(key));
        }
    }
    let mut of: Vec<&String> = topics.keys().collect();
    of.sort_by_key(|key| {
        let topic = &topics[*key];
        (Reverse(topic.articles), Reverse(topic.mentions), topic.first)
    });
    let mut names: Vec<&str> = Vec::new();
    for key in of {
        let topic = &topics[key];
        let is_shouted = |form: &str| !form.chars().any(char::is_lowercase);
        // Of two forms as common as each other the first.
        let form = topic.forms.iter().rev().max_by_key(|(form, times)| (!is_shouted(form), *times));
        let Some((name, _)) = form else { continue };
        // "Marsh" beside "Ida Marsh" adds nothing.
        let said = |n: &&str| n.split_whitespace().any(|w| w == *name);
        let is_known = |place: &str| topics.contains_key(place);
        if names.iter().any(said) || of_a_place(key, topic.language, is_known) {
            continue;
        }
        names.push(name);
        if names.len() == TOPICS {
            break;
        }
    }
    names.into_iter().map(str::to_owned).collect()
}

/// Whether a word, in lower case, is made of the name of a place that is known: "norvalian" of "norvale".
fn of_a_place(word: &str, language: Language, is_known: impl Fn(&str) -> bool) -> bool {
    let Some(endings) = ENDINGS.get(language) else { return false };
    let stems = endings.iter().filter_map(|ending| word.strip_suffix(ending));
    let mut stems = stems.filter(|stem| stem.chars().count() >= STEM);
    stems.any(|stem| {
        is_known(stem)
            || LAST.chars().any(|last| word.len() > stem.len() + 1 && is_known(&format!("{stem}{last}")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gist(names: &[(&str, usize)]) -> Gist {
        Gist { names: names.iter().map(|(n, times)| ((*n).to_owned(), *times)).collect(), ..Gist::default() }
    }

    #[test]
    fn topics_have_their_commonest_form_and_no_capitals_of_datelines() {
        let articles =
            [gist(&[("VELM HARBOUR", 3), ("NATO", 1)]), gist(&[("Velm harbour", 1), ("Velm Harbour", 2)])];
        assert_eq!(topics(&articles), ["Velm Harbour", "NATO"]);
    }

    #[test]
    fn what_is_of_a_place_is_no_topic_beside_it() {
        let articles =
            [gist(&[("Torvian", 9), ("Torvia", 2), ("Skarnese", 3), ("Skarn", 1), ("Lindish", 1)])];
        assert_eq!(topics(&articles), ["Torvia", "Skarn", "Lindish"]);
        assert_eq!(topics(&[gist(&[("Marshall", 3), ("Marsh", 1)])]), ["Marshall", "Marsh"]);
    }
}
