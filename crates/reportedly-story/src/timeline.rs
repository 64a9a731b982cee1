//! One story as a timeline: its most telling days, each in a few of the articles' own sentences.
//!
//! A day tells much when many sentences speak of it, above all long afterwards, and when much is published on it.
//! A sentence tells much when it has the words that the story, and that day, is told in.
//!
//! Asked about something, the timeline rests on the articles that are about it, and of the others on the sentences that
//! speak of it.

use crate::{Day, Observation, day, terms};
use jiff::{ToSpan, civil::Date};
use rayon::prelude::*;
use reportedly_read::Reading;
use reportedly_text::{Language, split};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

// All numbers from `run.py timeline` (date F1 and AR1); each stands on a plateau.

/// What a sentence that speaks of a day counts for it when it is published soon after.
const SPOKEN_SOON: f32 = 1.0;
/// The same for one that looks back over more than `LOOKING_BACK` days.
const SPOKEN_LATER: f32 = 4.0;
/// Days from which on an article looks back.
const LOOKING_BACK: i32 = 5;
/// What an article counts for the day it is published on.
const PUBLISHED: f32 = 1.0;
/// What it counts for the day before, of which it mostly tells.
const PUBLISHED_AFTER: f32 = 0.5;
/// Words of a sentence that is worth choosing.
const WORDS: std::ops::RangeInclusive<usize> = 5..=45;
/// Sentences of an article that can be told of its own day without saying so.
const LEAD: usize = 6;
/// What such a sentence counts, for that day and for the day before; one that says its day counts 1.
const OWN_DAY: f32 = 1.0;
const DAY_BEFORE: f32 = 0.4;
/// How strongly words that all prose has are discounted.
const UNCOMMON: i32 = 2;
/// Words added to a sentence's length, so that the shortest do not win.
const SHORT: f32 = 4.0;
/// Share of a sentence's words that another chosen one may have.
const REPEATED: f32 = 0.5;

/// Sentences that speak of what is asked about, from which on an article is about it wherever they stand.
const ABOUT: usize = 3;

/// One sentence of an article.
struct Sentence {
    /// The article, as an index into the observations.
    article: usize,
    text: String,
    /// Its content words, by hash.
    words: Vec<u64>,
    /// The day it is told of.
    day: Date,
    /// How surely: said outright, or only by the article's day.
    weight: f32,
}

/// What one article gives.
#[derive(Default)]
struct Told {
    /// The day it is published, where it is about what is asked.
    published: Option<Date>,
    sentences: Vec<Sentence>,
    /// The days that its sentences speak of, one for each time, and how many days later they do.
    spoken: Vec<(Date, i32)>,
    /// All content words with how common they are.
    words: FxHashMap<u64, f32>,
}

/// The `dates` most telling days, each with at most `sentences` sentences; in order of date. `query` holds words, or
/// several words that belong together, one of which an article or a sentence must have.
pub fn timeline(observations: &[Observation], dates: usize, sentences: usize, query: &[String]) -> Vec<Day> {
    tell(&told(observations, query), dates, sentences, query)
}

/// The same of articles which are known to be of one story: what calls it by another name than the query's stays, and
/// sentences that have its words come first.
pub fn timeline_of_story(
    observations: &[Observation],
    dates: usize,
    sentences: usize,
    query: &[String],
) -> Vec<Day> {
    tell(&told(observations, &[]), dates, sentences, query)
}

fn told(observations: &[Observation], query: &[String]) -> Vec<Told> {
    let mut newest: FxHashMap<&str, u32> = FxHashMap::default();
    for o in observations.iter().filter(|o| o.reading.kind.is_article()) {
        let state = newest.entry(o.article()).or_default();
        *state = o.state.max(*state);
    }
    observations
        .par_iter()
        .enumerate()
        .filter(|(_, o)| o.reading.kind.is_article() && newest.get(o.article()) == Some(&o.state))
        .map(|(article, o)| Told::of(article, &o.reading, query))
        .collect()
}

fn tell(told: &[Told], dates: usize, sentences: usize, query: &[String]) -> Vec<Day> {
    let days = telling_days(told, dates);
    let value = values(told, query);
    let mut of_day: BTreeMap<Date, Vec<&Sentence>> = days.iter().map(|d| (*d, Vec::new())).collect();
    for sentence in told.iter().flat_map(|t| &t.sentences) {
        if let Some(of_day) = of_day.get_mut(&sentence.day) {
            of_day.push(sentence);
        }
    }
    let mut chosen: Vec<FxHashSet<u64>> = Vec::new();
    of_day
        .into_iter()
        .map(|(date, candidates)| {
            let chosen = choose(&candidates, sentences, &value, &mut chosen);
            Day {
                date,
                sentences: chosen.iter().map(|s| s.text.clone()).collect(),
                articles: chosen.iter().map(|s| s.article).collect(),
            }
        })
        .filter(|d| !d.sentences.is_empty())
        .collect()
}

/// Whether any article speaks of what is asked about.
pub fn is_spoken_of(observations: &[Observation], query: &[String]) -> bool {
    let speaks = |reading: &Reading| {
        let language = reading.language.unwrap_or(Language::EN);
        let query = Query::of(query, language);
        let text = terms::stems(&split(&reading.text, language));
        let title = terms::stems(&split(reading.title.as_deref().unwrap_or_default(), language));
        query.is_in(&sorted(&text)) || query.is_in(&sorted(&title))
    };
    observations.par_iter().any(|o| o.reading.kind.is_article() && speaks(&o.reading))
}

/// What is asked about: the stems of each of its words, in order.
struct Query(Vec<Vec<u64>>);

impl Query {
    fn of(query: &[String], language: Language) -> Self {
        let stems = |words: &String| sorted(&terms::stems(&split(words, language)));
        Self(query.iter().map(stems).filter(|s| !s.is_empty()).collect())
    }

    const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether all stems of one of its words are among these, which are in order.
    fn is_in(&self, stems: &[u64]) -> bool {
        self.0.iter().any(|word| word.iter().all(|stem| stems.binary_search(stem).is_ok()))
    }
}

/// The hashes of stems, each once, in order.
fn sorted(stems: &[Option<terms::Stem>]) -> Vec<u64> {
    let mut hashes: Vec<u64> = stems.iter().flatten().map(|s| s.hash).collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

impl Told {
    fn of(article: usize, reading: &Reading, query: &[String]) -> Self {
        let published = day(reading);
        let language = reading.language.unwrap_or(Language::EN);
        let analysis = split(&reading.text, language);
        let stems = terms::stems(&analysis);
        let words: Vec<Vec<u64>> =
            analysis.sentences.iter().map(|s| sorted(&stems[s.tokens.clone()])).collect();
        let query = Query::of(query, language);
        let speaks: Vec<bool> = words.iter().map(|w| query.is_empty() || query.is_in(w)).collect();
        let title = || terms::stems(&split(reading.title.as_deref().unwrap_or_default(), language));
        let about = speaks.iter().take(LEAD).any(|s| *s)
            || speaks.iter().filter(|s| **s).count() >= ABOUT
            || query.is_in(&sorted(&title()));
        let mut told = Self { published: published.filter(|_| about), ..Self::default() };
        let mut times = reading.times.iter().peekable();
        for (place, (sentence, words)) in analysis.sentences.iter().zip(words).enumerate() {
            while times.next_if(|t| t.span.start < sentence.span.start).is_some() {}
            let mut spoken: Vec<Date> = Vec::new();
            while let Some(time) = times.next_if(|t| t.span.end <= sentence.span.end) {
                if let Some((first, last)) = time.days()
                    && first == last
                    && !spoken.contains(&first)
                {
                    spoken.push(first);
                }
            }
            if !(about || speaks[place]) {
                continue;
            }
            told.words.extend(stems[sentence.tokens.clone()].iter().flatten().map(|s| (s.hash, s.common)));
            let text = sentence.span.of(&reading.text);
            let fits = WORDS.contains(&sentence.tokens.len()) && is_whole(text);
            let mut add = |day: Date, weight: f32| {
                if fits {
                    told.sentences.push(Sentence {
                        article,
                        text: text.to_owned(),
                        words: words.clone(),
                        day,
                        weight,
                    });
                }
            };
            for day in &spoken {
                add(*day, 1.0);
            }
            if let Some(p) = published.filter(|_| spoken.is_empty() && place < LEAD) {
                add(p, OWN_DAY);
                if let Ok(before) = p.yesterday() {
                    add(before, DAY_BEFORE);
                }
            }
            told.spoken.extend(spoken.into_iter().map(|day| (day, back(published, day))));
        }
        told
    }
}

/// How many days after one it was spoken of.
fn back(published: Option<Date>, day: Date) -> i32 {
    published.map_or(0, |p| (p - day).get_days())
}

/// Whether a sentence is one: it begins like one and ends with a stop.
fn is_whole(text: &str) -> bool {
    let begins = text.chars().next().is_some_and(|c| !c.is_lowercase());
    let end = text.trim_end_matches(['"', '\'', '”', '’', '»', ')', ' ']);
    begins && end.ends_with(['.', '!', '。', '！'])
}

/// The days that most is told of, inside the time over which the articles were published.
fn telling_days(told: &[Told], dates: usize) -> Vec<Date> {
    let published = || told.iter().filter_map(|t| t.published);
    // Where nothing is about what is asked, but is spoken of, any day will do.
    let first = published().min().unwrap_or(Date::MIN);
    let last = published().max().unwrap_or(Date::MAX);
    let mut score: BTreeMap<Date, f32> = BTreeMap::new();
    let mut add = |day: Date, n: f32| {
        if (first..=last).contains(&day) {
            *score.entry(day).or_default() += n;
        }
    };
    for t in told {
        for (day, back) in &t.spoken {
            add(*day, if *back > LOOKING_BACK { SPOKEN_LATER } else { SPOKEN_SOON });
        }
        if let Some(p) = t.published {
            add(p, PUBLISHED);
            if let Ok(before) = p.checked_sub(1.day()) {
                add(before, PUBLISHED_AFTER);
            }
        }
    }
    let mut days: Vec<(Date, f32)> = score.into_iter().collect();
    days.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    days.truncate(dates);
    days.into_iter().map(|d| d.0).collect()
}

/// What each word is worth: the more articles have it, the more the story is told in it, unless all prose has it.
fn values(told: &[Told], query: &[String]) -> FxHashMap<u64, f32> {
    let mut articles: FxHashMap<u64, (usize, f32)> = FxHashMap::default();
    for t in told {
        for (word, common) in &t.words {
            articles.entry(*word).or_insert((0, *common)).0 += 1;
        }
    }
    let all = told.len().max(1) as f32;
    let mut values: FxHashMap<u64, f32> = articles
        .into_iter()
        .map(|(word, (n, common))| {
            let share = n as f32 / all;
            (word, share.sqrt() * (1.0 - common).powi(UNCOMMON))
        })
        .collect();
    for word in query {
        let analysis = split(word, Language::EN);
        for stem in terms::stems(&analysis).into_iter().flatten() {
            *values.entry(stem.hash).or_default() += 1.0;
        }
    }
    values
}

/// The sentences that stand for a day, none repeating another.
fn choose<'t>(
    candidates: &[&'t Sentence],
    sentences: usize,
    value: &FxHashMap<u64, f32>,
    chosen: &mut Vec<FxHashSet<u64>>,
) -> Vec<&'t Sentence> {
    // What the day itself is told in.
    let mut here: FxHashMap<u64, f32> = FxHashMap::default();
    for s in candidates {
        for word in &s.words {
            *here.entry(*word).or_default() += s.weight;
        }
    }
    let worth = |word: &u64| {
        value.get(word).copied().unwrap_or(0.0) * (1.0 + here.get(word).copied().unwrap_or(0.0)).ln()
    };
    let mut scored: Vec<(f32, &'t Sentence)> = candidates
        .iter()
        .map(|s| {
            let sum: f32 = s.words.iter().map(worth).sum();
            (s.weight * sum / (s.words.len() as f32 + SHORT), *s)
        })
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.text.cmp(&b.1.text)));
    let mut out: Vec<&Sentence> = Vec::new();
    for (_, s) in scored {
        if out.len() == sentences {
            break;
        }
        let repeated = |other: &FxHashSet<u64>| {
            let both = s.words.iter().filter(|w| other.contains(w)).count();
            both as f32 > REPEATED * s.words.len() as f32
        };
        if s.words.is_empty() || chosen.iter().any(repeated) {
            continue;
        }
        chosen.push(s.words.iter().copied().collect());
        out.push(s);
    }
    out
}
