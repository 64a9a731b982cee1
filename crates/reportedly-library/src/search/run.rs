//! Answering: which articles match, how well, folded by story.

use super::guard::guarded;
use super::index::{FIELDS, Index, KEY, KNOWN, LENGTH, NUMBER, SPELT, SearchError, day_number, fact, spelt};
use super::query::{Asked, Node, Query};
use super::words::push_term;
use jiff::Timestamp;
use rayon::prelude::*;
use reportedly_text::Language;
use rustc_hash::FxHashMap;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Bound;
use std::sync::Arc;
use tantivy::columnar::{Column, ColumnValues};
use tantivy::postings::{Postings, SegmentPostings};
use tantivy::query::{
    AllQuery, BooleanQuery, EmptyQuery, EnableScoring, Occur, PhraseQuery, Query as Matcher, RangeQuery,
    TermQuery, TermSetQuery, Weight,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocSet, Searcher, SegmentReader, TERMINATED, Term};

/// How soon more of the same word counts less, and how much long articles are held back: the usual values of BM25.
const K1: f64 = 1.2;
const B: f64 = 0.75;
/// What an article loses by age, at most: half. Relevance decides first.
const OLD: f64 = 0.5;
/// Days after which it has lost half of that.
const HALF_LIFE: f64 = 180.0;
/// Scores are compared in millionths.
const ROUNDED: f64 = 1e6;
/// The best hits that are folded by story at once: what a search costs in look-ups of stories.
const WINDOW: usize = 250;
/// The most hits that are folded for one answer.
const MOST: usize = 8_000;

/// Documents that are looked at together.
const BLOCK: usize = 64;
const DAY: f64 = 86_400e6;

/// What is asked besides the query.
#[derive(Clone, Copy, Debug)]
pub struct Ask {
    /// Only what was known by then.
    pub as_of: Option<Timestamp>,
    /// The present: how fresh an article is, is told from here, or from `as_of` where that is given.
    pub now: Timestamp,
    /// How many stories are given.
    pub limit: usize,
    /// How many are passed over.
    pub offset: usize,
}

/// Where the library keeps which article belongs to which story, as of the date that is asked about.
pub trait Stories {
    /// The story of each article, by their numbers; `None` for one that is in none.
    fn stories_of(&self, articles: &[u64]) -> Vec<Option<u64>>;
    /// The articles of the story with this id.
    fn members(&self, story: &str) -> Vec<u64>;
}

/// An answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// How many articles match.
    pub articles: usize,
    /// The best article of each story, best first.
    pub hits: Vec<Hit>,
    /// Whether there are stories after these.
    pub more: bool,
}

/// The best article of a story.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// Its number.
    pub number: u64,
    /// Its name.
    pub name: String,
    /// How well it answers.
    pub score: f64,
    /// When it was known.
    pub known_at: Timestamp,
    /// Its story.
    pub story: Option<u64>,
    /// How many other articles of the story match, of the best hits.
    pub others: usize,
    /// Whether more of them may match than were counted.
    pub uncounted: bool,
}

/// What the whole index has, as of a time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Totals {
    generation: u64,
    as_of: Option<i64>,
    articles: u64,
    words: u64,
}

/// A hit on its way: in order of rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    score: i64,
    known: i64,
    key: u64,
    segment: usize,
    document: u32,
}

impl Index {
    /// Searches.
    pub fn search(&self, query: &Query, ask: &Ask, stories: &dyn Stories) -> Result<Found, SearchError> {
        let searcher = self.reader.searcher();
        let as_of = ask.as_of.map(Timestamp::as_microsecond);
        let languages = guarded(|| languages(&searcher))?;
        let matcher = matcher(&query.root, &languages, stories);
        let weight = guarded(|| Ok(matcher.weight(EnableScoring::disabled_from_searcher(&searcher))?))?;
        let totals = self.totals(&searcher, as_of)?;
        let scored = scored(query, &languages, &searcher, as_of, &totals)?;
        let now = ask.as_of.unwrap_or(ask.now).as_microsecond();
        let mut window = WINDOW.max(ask.offset.saturating_add(ask.limit).saturating_mul(4)).min(MOST);
        loop {
            let run = Run { as_of, now, window, scored: &scored, totals: &totals };
            let (articles, places) = run.best(&searcher, weight.as_ref())?;
            let found = fold(&searcher, &places, articles, ask, stories)?;
            let enough = found.hits.len() >= ask.limit || places.len() == articles || window == MOST;
            if enough {
                return Ok(found);
            }
            window = MOST;
        }
    }

    /// Those of some articles that match, by their numbers, in no particular order.
    pub fn among(
        &self,
        query: &Query,
        articles: &[u64],
        stories: &dyn Stories,
    ) -> Result<Vec<u64>, SearchError> {
        let searcher = self.reader.searcher();
        let languages = guarded(|| languages(&searcher))?;
        let number = |n: &u64| Term::from_field_u64(FIELDS.number, *n);
        let matcher = BooleanQuery::intersection(vec![
            matcher(&query.root, &languages, stories),
            Box::new(TermSetQuery::new(articles.iter().map(number))),
        ]);
        let weight = guarded(|| Ok(matcher.weight(EnableScoring::disabled_from_searcher(&searcher))?))?;
        let found = of_segments(&searcher, |_, reader| {
            let numbers: Arc<dyn ColumnValues<u64>> = reader.fast_fields().column_first_or_default(NUMBER)?;
            let alive = reader.alive_bitset();
            let mut found = Vec::new();
            let mut hits = weight.scorer(reader, 1.0)?;
            let mut document = hits.doc();
            while document != TERMINATED {
                if alive.is_none_or(|a| a.is_alive(document)) {
                    found.push(numbers.get_val(document));
                }
                document = hits.advance();
            }
            Ok(found)
        })?;
        Ok(found.concat())
    }

    /// How many articles and words there are by then; remembered, since it is asked of every article.
    fn totals(&self, searcher: &Searcher, as_of: Option<i64>) -> Result<Totals, SearchError> {
        let generation = searcher.generation().generation_id();
        let known = self.totals.lock().map_or(None, |t| *t);
        if let Some(known) = known.filter(|t| t.generation == generation && t.as_of == as_of) {
            return Ok(known);
        }
        let count = |reader: &SegmentReader| -> Result<(u64, u64), SearchError> {
            let columns = Columns::of(reader)?;
            let (mut articles, mut words) = (0, 0);
            if columns.none_by(as_of) {
                return Ok((0, 0));
            }
            for document in reader.doc_ids_alive() {
                if columns.known_by(document, as_of) {
                    articles += 1;
                    words += columns.length.get_val(document);
                }
            }
            Ok((articles, words))
        };
        let parts = of_segments(searcher, |_, reader| count(reader))?;
        let (articles, words) = parts.into_iter().fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
        let totals = Totals { generation, as_of, articles, words };
        if let Ok(mut slot) = self.totals.lock() {
            *slot = Some(totals);
        }
        Ok(totals)
    }
}

/// What is looked up of an article while hits are ranked.
struct Columns {
    known: Arc<dyn ColumnValues<i64>>,
    length: Arc<dyn ColumnValues<u64>>,
    key: Arc<dyn ColumnValues<u64>>,
}

impl Columns {
    fn of(reader: &SegmentReader) -> Result<Self, SearchError> {
        let fast = reader.fast_fields();
        Ok(Self {
            known: fast.column_first_or_default(KNOWN)?,
            length: fast.column_first_or_default(LENGTH)?,
            key: fast.column_first_or_default(KEY)?,
        })
    }

    fn known_by(&self, document: u32, as_of: Option<i64>) -> bool {
        as_of.is_none_or(|t| self.known.get_val(document) <= t)
    }

    /// Whether all of the segment was known by then.
    fn all_by(&self, as_of: Option<i64>) -> bool {
        as_of.is_none_or(|t| self.known.max_value() <= t)
    }

    /// Whether nothing of the segment was known by then.
    fn none_by(&self, as_of: Option<i64>) -> bool {
        as_of.is_some_and(|t| self.known.min_value() > t)
    }
}

/// What each segment says, asked side by side.
fn of_segments<T: Send>(
    searcher: &Searcher,
    ask: impl Fn(usize, &SegmentReader) -> Result<T, SearchError> + Sync,
) -> Result<Vec<T>, SearchError> {
    let readers = searcher.segment_readers().par_iter().enumerate();
    readers.map(|(i, reader)| guarded(|| ask(i, reader))).collect()
}

/// The languages of the index.
fn languages(searcher: &Searcher) -> Result<Vec<Language>, SearchError> {
    let mut found = std::collections::BTreeSet::new();
    for reader in searcher.segment_readers() {
        let facts = reader.inverted_index(FIELDS.facts)?;
        let mut terms = facts.terms().range().ge("lang:").lt("lang;").into_stream()?;
        while terms.advance() {
            let code = terms.key().get(5..).and_then(|c| std::str::from_utf8(c).ok());
            found.extend(code.and_then(Language::from_tag));
        }
    }
    Ok(found.into_iter().collect())
}

/// The terms that a word is in the index, one a language at most, each once.
fn terms(word: &Asked, languages: &[Language]) -> Vec<Term> {
    let mut found: Vec<String> = Vec::new();
    for language in languages {
        let mut term = String::new();
        push_term(&mut term, &word.lower, word.bare, *language);
        if !found.contains(&term) {
            found.push(term);
        }
    }
    found.iter().map(|t| Term::from_field_text(FIELDS.body, t)).collect()
}

fn term(term: Term) -> Box<dyn Matcher> {
    Box::new(TermQuery::new(term, IndexRecordOption::Basic))
}

fn any(mut of: Vec<Box<dyn Matcher>>) -> Box<dyn Matcher> {
    match of.len() {
        0 => Box::new(EmptyQuery),
        1 => of.swap_remove(0),
        _ => Box::new(BooleanQuery::union(of)),
    }
}

/// Terms at given distances from one another.
fn at(mut places: Vec<(usize, Term)>) -> Box<dyn Matcher> {
    match places.len() {
        0 => Box::new(EmptyQuery),
        1 => term(places.swap_remove(0).1),
        _ => Box::new(PhraseQuery::new_with_offset(places)),
    }
}

/// What a part of the query matches.
fn matcher(node: &Node, languages: &[Language], stories: &dyn Stories) -> Box<dyn Matcher> {
    let fields = &*FIELDS;
    let whole = || (Occur::Must, Box::new(AllQuery) as Box<dyn Matcher>);
    match node {
        Node::All(nodes) => {
            let mut parts: Vec<_> = nodes
                .iter()
                .map(|n| match n {
                    Node::Not(n) => (Occur::MustNot, matcher(n, languages, stories)),
                    n => (Occur::Must, matcher(n, languages, stories)),
                })
                .collect();
            if parts.iter().all(|p| p.0 == Occur::MustNot) {
                parts.push(whole());
            }
            Box::new(BooleanQuery::new(parts))
        }
        Node::Any(nodes) => any(nodes.iter().map(|n| matcher(n, languages, stories)).collect()),
        Node::Not(n) => {
            Box::new(BooleanQuery::new(vec![whole(), (Occur::MustNot, matcher(n, languages, stories))]))
        }
        Node::Text(words) => {
            let mut phrases: Vec<Vec<Term>> = Vec::new();
            for language in languages {
                let phrase: Vec<Term> = words.iter().flat_map(|w| terms(w, &[*language])).collect();
                if !phrases.contains(&phrase) {
                    phrases.push(phrase);
                }
            }
            any(phrases.into_iter().map(|p| at(p.into_iter().enumerate().collect())).collect())
        }
        Node::Name(kind, words) => {
            let name = |w: &Asked| Term::from_field_text(fields.facts, &fact(&format!("{kind}:"), &w.lower));
            at(words.iter().map(name).enumerate().collect())
        }
        Node::Said(source, words) => {
            // What belongs to one statement stands at one position.
            let together = |language: Option<Language>| {
                let mut found: Vec<(usize, Term)> = Vec::new();
                let by = source.iter().map(|w| fact("source:", &w.lower));
                let of = words.iter().filter_map(|w| {
                    let mut term = String::new();
                    push_term(&mut term, &w.lower, w.bare, language?);
                    Some(term)
                });
                for term in by.chain(of) {
                    let term = (0, Term::from_field_text(fields.said, &term));
                    if !found.contains(&term) {
                        found.push(term);
                    }
                }
                at(found)
            };
            if words.is_empty() {
                together(None)
            } else {
                any(languages.iter().map(|l| together(Some(*l))).collect())
            }
        }
        Node::Fact(fact) => term(Term::from_field_text(fields.facts, fact)),
        Node::Before(day) => days(fields.published, Bound::Unbounded, Bound::Excluded(day_number(*day))),
        Node::After(day) => days(fields.published, Bound::Included(day_number(*day)), Bound::Unbounded),
        Node::Story(story) => {
            let members = stories.members(story);
            Box::new(TermSetQuery::new(members.iter().map(|n| Term::from_field_u64(fields.number, *n))))
        }
    }
}

fn days(field: Field, from: Bound<i64>, to: Bound<i64>) -> Box<dyn Matcher> {
    let term = |day: i64| Term::from_field_i64(field, day);
    Box::new(RangeQuery::new(from.map(term), to.map(term)))
}

/// A word that is scored.
struct Scored {
    /// What it is in each language.
    terms: Vec<Term>,
    /// How much it tells: the fewer articles have it, the more.
    weight: f64,
}

/// The words of the query that count, each once, in the order of the query.
fn scored(
    query: &Query,
    languages: &[Language],
    searcher: &Searcher,
    as_of: Option<i64>,
    totals: &Totals,
) -> Result<Vec<Scored>, SearchError> {
    let mut seen: Vec<&Asked> = Vec::new();
    for word in query.wanted(false).into_iter().flatten() {
        if !seen.contains(&word) {
            seen.push(word);
        }
    }
    let mut found = Vec::new();
    for word in seen {
        let terms = terms(word, languages);
        // An article has one language: no article is counted twice.
        let parts = of_segments(searcher, |_, reader| frequency(reader, &terms, as_of))?;
        let with: u64 = parts.iter().sum();
        if with > 0 {
            let without = totals.articles.saturating_sub(with) as f64;
            let weight = (1.0 + (without + 0.5) / (with as f64 + 0.5)).ln();
            found.push(Scored { terms, weight });
        }
    }
    Ok(found)
}

/// How many articles of a segment have one of the terms.
fn frequency(reader: &SegmentReader, terms: &[Term], as_of: Option<i64>) -> Result<u64, SearchError> {
    let columns = Columns::of(reader)?;
    if columns.none_by(as_of) {
        return Ok(0);
    }
    let index = reader.inverted_index(FIELDS.body)?;
    let alive = reader.alive_bitset();
    let whole = alive.is_none() && columns.all_by(as_of);
    let mut with = 0;
    for term in terms {
        if whole {
            with += u64::from(index.doc_freq(term)?);
            continue;
        }
        let Some(mut postings) = index.read_postings(term, IndexRecordOption::Basic)? else { continue };
        let mut document = postings.doc();
        while document != TERMINATED {
            let counts = alive.is_none_or(|a| a.is_alive(document)) && columns.known_by(document, as_of);
            with += u64::from(counts);
            document = postings.advance();
        }
    }
    Ok(with)
}

/// One pass over the index.
struct Run<'r> {
    as_of: Option<i64>,
    now: i64,
    window: usize,
    scored: &'r [Scored],
    totals: &'r Totals,
}

impl Run<'_> {
    /// How many articles match, and the best of them, best first.
    fn best(&self, searcher: &Searcher, weight: &dyn Weight) -> Result<(usize, Vec<Place>), SearchError> {
        let parts = of_segments(searcher, |i, reader| self.segment(i, reader, weight))?;
        let mut places = Vec::new();
        let mut articles = 0;
        for (matched, best) in parts {
            articles += matched;
            places.extend(best);
        }
        places.sort_unstable_by(|a, b| b.cmp(a));
        places.truncate(self.window);
        Ok((articles, places))
    }

    fn segment(
        &self,
        segment: usize,
        reader: &SegmentReader,
        weight: &dyn Weight,
    ) -> Result<(usize, Vec<Place>), SearchError> {
        let columns = Columns::of(reader)?;
        if columns.none_by(self.as_of) {
            return Ok((0, Vec::new()));
        }
        let index = reader.inverted_index(FIELDS.body)?;
        let mut words: Vec<(f64, Vec<SegmentPostings>)> = Vec::new();
        for word in self.scored {
            let mut postings = Vec::new();
            for term in &word.terms {
                postings.extend(index.read_postings(term, IndexRecordOption::WithFreqs)?);
            }
            words.push((word.weight, postings));
        }
        let most: f64 = words.iter().map(|w| w.0 * (K1 + 1.0)).sum();
        let average = (self.totals.words as f64 / self.totals.articles.max(1) as f64).max(1.0);
        let alive = reader.alive_bitset();
        let filtered = self.as_of.filter(|_| !columns.all_by(self.as_of));
        let mut matched = 0;
        let mut best: BinaryHeap<Reverse<Place>> = BinaryHeap::with_capacity(self.window + 1);
        // What a document has at most, whatever its words.
        let bound = if words.is_empty() { 1.0 } else { most };
        let (mut known, mut lengths) = ([0i64; BLOCK], [0u64; BLOCK]);
        let mut block = |documents: &[u32]| {
            let (known, lengths) = (&mut known[..documents.len()], &mut lengths[..documents.len()]);
            columns.known.get_vals(documents, known);
            if !words.is_empty() {
                columns.length.get_vals(documents, lengths);
            }
            for ((&document, &known), &length) in documents.iter().zip(&*known).zip(&*lengths) {
                if alive.is_some_and(|a| !a.is_alive(document)) || filtered.is_some_and(|t| known > t) {
                    continue;
                }
                matched += 1;
                let fresh = freshness(self.now, known);
                let full = best.len() == self.window;
                let least = best.peek().filter(|_| full).map(|p| p.0.score);
                if least.is_some_and(|l| rounded(bound * fresh) < l) {
                    continue;
                }
                let norm = K1 * (1.0 - B + B * length as f64 / average);
                let relevance = if words.is_empty() { 1.0 } else { relevance(&mut words, document, norm) };
                let score = rounded(relevance * fresh);
                if least.is_some_and(|l| score < l) {
                    continue;
                }
                let key = columns.key.get_val(document);
                best.push(Reverse(Place { score, known, key, segment, document }));
                if best.len() > self.window {
                    best.pop();
                }
            }
        };
        weight.for_each_no_score(reader, &mut |documents| documents.chunks(BLOCK).for_each(&mut block))?;
        Ok((matched, best.into_iter().map(|p| p.0).collect()))
    }
}

fn relevance(words: &mut [(f64, Vec<SegmentPostings>)], document: u32, norm: f64) -> f64 {
    let mut sum = 0.0;
    for (weight, postings) in words {
        for postings in postings {
            // The next is most often the one.
            if postings.doc() < document && postings.advance() < document {
                postings.seek(document);
            }
            if postings.doc() == document {
                let times = f64::from(postings.term_freq());
                sum += *weight * times * (K1 + 1.0) / (times + norm);
            }
        }
    }
    sum
}

/// One for what is new, falling to [`OLD`].
fn freshness(now: i64, known: i64) -> f64 {
    let days = (now.saturating_sub(known).max(0)) as f64 / DAY;
    OLD + (1.0 - OLD) / (1.0 + days / HALF_LIFE)
}

fn rounded(score: f64) -> i64 {
    (score * ROUNDED).round() as i64
}

/// The best hit of each story.
fn fold(
    searcher: &Searcher,
    places: &[Place],
    articles: usize,
    ask: &Ask,
    stories: &dyn Stories,
) -> Result<Found, SearchError> {
    let mut ranked = guarded(|| named(searcher, places))?;
    ranked.sort_by(|a, b| (b.0.score, b.0.known).cmp(&(a.0.score, a.0.known)).then_with(|| a.2.cmp(&b.2)));
    let numbers: Vec<u64> = ranked.iter().map(|r| r.1).collect();
    let mut hits: Vec<Hit> = Vec::new();
    let mut of: FxHashMap<u64, usize> = FxHashMap::default();
    let uncounted = places.len() < articles;
    let given = stories.stories_of(&numbers).into_iter().chain(std::iter::repeat(None));
    for ((place, number, name), story) in ranked.into_iter().zip(given) {
        if let Some(hit) = story.and_then(|s| of.get(&s)) {
            hits[*hit].others += 1;
            continue;
        }
        if let Some(story) = story {
            of.insert(story, hits.len());
        }
        hits.push(Hit {
            number,
            name,
            score: place.score as f64 / ROUNDED,
            known_at: Timestamp::from_microsecond(place.known).unwrap_or_default(),
            story,
            others: 0,
            uncounted,
        });
    }
    let end = ask.offset.saturating_add(ask.limit);
    let more = hits.len() > end || uncounted;
    hits.truncate(end);
    let hits = hits.into_iter().skip(ask.offset).collect();
    Ok(Found { articles, hits, more })
}

/// Hits with their numbers and names.
fn named<'p>(searcher: &Searcher, places: &'p [Place]) -> Result<Vec<(&'p Place, u64, String)>, SearchError> {
    let columns = |field| -> Result<Vec<Column<u64>>, SearchError> {
        Ok(searcher.segment_readers().iter().map(|r| r.fast_fields().u64(field)).collect::<Result<_, _>>()?)
    };
    let (numbers, names) = (columns(NUMBER)?, columns(SPELT)?);
    Ok(places
        .iter()
        .map(|p| {
            let number = numbers.get(p.segment).and_then(|c| c.first(p.document));
            let name = names.get(p.segment).map(|c| spelt(c.values_for_doc(p.document)));
            (p, number.unwrap_or_default(), name.unwrap_or_default())
        })
        .collect())
}
