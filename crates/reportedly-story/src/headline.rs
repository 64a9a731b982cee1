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
/// Marks that open and close what a headline quotes.
const QUOTES: [(char, char); 6] = [('“', '”'), ('„', '“'), ('«', '»'), ('»', '«'), ('「', '」'), ('"', '"')];
/// What a headline stands for at least, as a share of the one that stands for most, to be of the same matter.
const SAME_MATTER: f32 = 0.6;

/// The newest of the headlines that stand for the story: of those that resemble the others nearly as much as any does, the last
/// that is a statement, in the language of most. "To be cleared on Saturday" is no headline once it is cleared. The
/// articles are in the order in which they were told. Where none has a title, the first sentence of the first.
pub fn headline(articles: &[Gist]) -> String {
    let titled: Vec<Titled<'_>> = articles.iter().filter_map(Titled::of).take(HEADLINES).collect();
    let mut frequency: FxHashMap<u64, usize> = FxHashMap::default();
    let mut languages: FxHashMap<&Language, usize> = FxHashMap::default();
    for title in &titled {
        *languages.entry(&title.language).or_default() += 1;
        for term in &title.terms.counts {
            *frequency.entry(term.hash).or_default() += 1;
        }
    }
    // A headline stands for another by the words they share; long ones gain nothing by their length.
    let standing = |Titled { terms, asks, .. }: &Titled<'_>| {
        let shared: f32 =
            terms.counts.iter().map(|t| (1.0 - t.common) * (frequency[&t.hash] as f32 - 1.0)).sum();
        shared / (terms.counts.len() as f32).sqrt().max(1.0) * if *asks { QUESTION } else { 1.0 }
    };
    let standings: Vec<f32> = titled.iter().map(standing).collect();
    // The first of those that stand for most; where none has a word of another, what began the story.
    let most = (0..titled.len()).reduce(|best, k| if standings[k] > standings[best] { k } else { best });
    let Some(most) = most else {
        return articles.iter().find_map(|a| a.title.clone()).unwrap_or_default();
    };
    let usual = languages.values().copied().max().unwrap_or_default();
    let is_newer = |k: &usize| {
        let title = &titled[*k];
        !title.asks && languages[&title.language] == usual && standings[*k] >= standings[most] * SAME_MATTER
    };
    let newer = if standings[most] > 0.0 { (most + 1..titled.len()).rev().find(is_newer) } else { None };
    titled[newer.unwrap_or(most)].title.to_owned()
}

/// A headline with what it is compared by.
struct Titled<'g> {
    title: &'g str,
    language: Language,
    /// Of what it says itself: a speaker's words are not what the story is called by.
    terms: Terms,
    /// Whether it is a question.
    asks: bool,
}

impl<'g> Titled<'g> {
    fn of(gist: &'g Gist) -> Option<Self> {
        let title = gist.title.as_deref().filter(|_| gist.is_titled)?;
        let language = gist.language.unwrap_or(Language::EN);
        let own = Some(without_quotes(title)).filter(|own| own.contains(char::is_alphabetic));
        let terms = Terms::of_title(own.as_deref().unwrap_or(title), language);
        let asks = title.trim_end_matches(['"', '”', '»', ' ']).ends_with(['?', '？', '؟']);
        Some(Self { title, language, terms, asks })
    }
}

/// A title without what stands in quotation marks; a mark that is not closed quotes nothing.
fn without_quotes(title: &str) -> String {
    let mut own = String::with_capacity(title.len());
    let mut rest = title;
    while let Some(c) = rest.chars().next() {
        let behind = &rest[c.len_utf8()..];
        let close = QUOTES.iter().find(|(open, _)| *open == c).map(|(_, close)| *close);
        match close.and_then(|close| behind.find(close).map(|at| at + close.len_utf8())) {
            Some(end) => rest = &behind[end..],
            None => {
                own.push(c);
                rest = behind;
            }
        }
    }
    own
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

    fn headed(titles: &[&str]) -> String {
        let gist =
            |title: &&str| Gist { title: Some((*title).to_owned()), is_titled: true, ..Gist::default() };
        headline(&titles.iter().map(gist).collect::<Vec<_>>())
    }

    #[test]
    fn a_headline_gives_way_to_a_newer_one_of_the_same_matter() {
        let planned = ["Velm ferry to be sold to Torvia Lines", "Velm ferry may be sold, union says"];
        assert_eq!(headed(&planned[..1]), planned[0]);
        let ended = [planned[0], planned[1], "Velm ferry sale called off", "A quiet morning by the water"];
        assert_eq!(headed(&ended), ended[2]);
    }

    #[test]
    fn a_question_and_what_is_of_another_matter_head_no_story() {
        let titles = ["Velm ferry to be sold", "Velm ferry sale agreed", "Will the Velm ferry be sold?"];
        assert_eq!(headed(&titles), titles[1]);
        assert_eq!(headed(&["Market opens", "Harvest is late"]), "Market opens");
    }

    #[test]
    fn what_a_headline_quotes_is_not_what_a_story_is_called_by() {
        let ended = "“I said yes and then I thought again about all of it”: Velm ferry sale is off";
        assert_eq!(headed(&["Velm ferry to be sold", "Velm ferry sale moved to May", ended]), ended);
        assert_eq!(without_quotes("„Nein“, sagt «Velm» “open"), ", sagt  “open");
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
