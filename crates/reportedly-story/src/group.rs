//! Articles to stories, one after the other.
//!
//! An article is compared with the articles that share its heaviest terms, by the cosine of their terms weighted
//! with the document frequencies seen so far, and damped by the days between them. It joins the story whose nearest and
//! whose average recent article it resembles most: the average keeps a stream of similar incidents from growing
//! into one story. An article that resembles two stories as much joins them.

use crate::terms::Terms;
use rustc_hash::FxHashMap;

/// The numbers that grouping rests on; all from `run.py stories`, chosen on plateaus.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    /// Similarity to a story from which on an article belongs to it.
    pub join: f32,
    /// Average similarity of two stories from which on an article that resembles both makes them one.
    pub merge: f32,
    /// Share of the nearest article in the similarity to a story; the rest is the average's.
    pub nearest: f32,
    /// Similarity of names below which the similarity of two articles is damped.
    pub names: f32,
    /// Days after which the part of a similarity that fades has fallen to a third.
    pub fade: f32,
    /// Days that one article in between counts for at most: where little is reported, weeks of silence say little.
    pub spacing: f32,
    /// The part of a similarity that never fades.
    pub lasting: f32,
    /// Articles of a story that an article is compared with: the latest.
    pub recent: usize,
    /// Articles that the document frequencies begin with, at the shares of general prose.
    pub before: f32,
    /// Terms of an article that are kept: the heaviest.
    pub terms: usize,
}

/// What ships.
pub(crate) const SETTINGS: Settings = Settings {
    join: 0.17,
    merge: 0.24,
    nearest: 0.5,
    names: 0.1,
    fade: 12.0,
    lasting: 0.5,
    spacing: 1.0,
    recent: 12,
    before: 200.0,
    terms: 200,
};

/// Terms that candidates are looked up by.
const LOOKED_UP: usize = 24;
/// Articles that one term brings: the latest that have it.
const BROUGHT: usize = 200;
/// Further stories that an article may join to its own.
const JOINED: usize = 3;
/// Candidates that are compared in full.
const COMPARED: usize = 40;

/// A term of an article.
#[derive(Clone, Copy)]
struct Counted {
    term: u32,
    name: bool,
    /// Its count, or its count times its rarity.
    weight: f32,
}

struct Article {
    /// Its terms, in order.
    counts: Vec<Counted>,
    day: Option<i32>,
    story: usize,
    /// Which of the articles given it is.
    place: usize,
}

/// The stories of the articles so far.
pub(crate) struct Grouping {
    settings: Settings,
    vocabulary: FxHashMap<u64, u32>,
    /// Articles that have a term, and the logarithm of that.
    frequency: Vec<(f32, f32)>,
    /// The articles that have a term among their heaviest.
    postings: Vec<Vec<u32>>,
    /// The articles that are no copies.
    articles: Vec<Article>,
    /// For each article given, itself or its original among `articles`.
    places: Vec<usize>,
    /// The articles of a story; empty once it is merged into another.
    stories: Vec<Vec<u32>>,
    /// How many pairs of articles were compared.
    pub comparisons: usize,
}

impl Grouping {
    pub(crate) fn new(settings: Settings) -> Self {
        Self {
            settings,
            vocabulary: FxHashMap::default(),
            frequency: Vec::new(),
            postings: Vec::new(),
            articles: Vec::new(),
            places: Vec::new(),
            stories: Vec::new(),
            comparisons: 0,
        }
    }

    /// Puts the next article where it belongs. `day` counts days.
    pub(crate) fn add(&mut self, terms: &Terms, day: Option<i32>) {
        let mut counts: Vec<Counted> = Vec::with_capacity(terms.counts.len());
        for t in &terms.counts {
            let next = self.vocabulary.len() as u32;
            let term = *self.vocabulary.entry(t.hash).or_insert(next);
            if term == next {
                self.frequency.push((t.common * self.settings.before, 0.0));
                self.postings.push(Vec::new());
            }
            let frequency = &mut self.frequency[term as usize];
            *frequency = (frequency.0 + 1.0, (frequency.0 + 1.0).ln());
            counts.push(Counted { term, name: t.name, weight: t.count });
        }
        // The logarithm of the number of articles, those that the frequencies began with included.
        let all = (self.articles.len() as f32 + 1.0 + self.settings.before).ln();
        // Ties are broken by term number, which is the order of first sight: the same in every run.
        let mut weighted: Vec<Counted> =
            counts.iter().map(|c| Counted { weight: c.weight * self.rarity(c.term, all), ..*c }).collect();
        weighted.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.term.cmp(&b.term)));
        weighted.truncate(self.settings.terms);
        let candidates = self.candidates(&weighted);
        weighted.sort_unstable_by_key(|w| w.term);
        counts.retain(|c| weighted.binary_search_by_key(&c.term, |w| w.term).is_ok());
        counts.sort_unstable_by_key(|c| c.term);

        let index = self.articles.len();
        let mut scored = self.scored(&weighted, day, &candidates, all);
        scored.retain(|s| s.1 >= self.settings.join);
        let story = match scored.first() {
            Some((story, _)) => *story,
            None => {
                self.stories.push(Vec::new());
                self.stories.len() - 1
            }
        };
        for c in &counts {
            self.postings[c.term as usize].push(index as u32);
        }
        self.articles.push(Article { counts, day, story, place: self.places.len() });
        self.places.push(index);
        self.stories[story].push(index as u32);
        // The article may be what shows two stories to be one.
        for (other, _) in scored.iter().skip(1).take(JOINED) {
            if self.between(story, *other, all) >= self.settings.merge {
                self.merge(story, *other);
            }
        }
    }

    /// Puts a copy of an earlier article beside it. It says nothing new, so nothing is learned from it.
    pub(crate) fn add_copy(&mut self, original: usize) {
        self.places.push(self.places[original]);
    }

    /// The inverse document frequency of a term, never quite nothing.
    fn rarity(&self, term: u32, all: f32) -> f32 {
        (all - self.frequency[term as usize].1).max(0.05)
    }

    /// The articles that share most of the heaviest terms.
    fn candidates(&self, weighted: &[Counted]) -> Vec<u32> {
        let mut shared: FxHashMap<u32, f32> = FxHashMap::default();
        for w in weighted.iter().take(LOOKED_UP) {
            for a in self.postings[w.term as usize].iter().rev().take(BROUGHT) {
                *shared.entry(*a).or_default() += w.weight * w.weight;
            }
        }
        let mut shared: Vec<(u32, f32)> = shared.into_iter().collect();
        shared.sort_by(|a, b| b.1.total_cmp(&a.1).then(b.0.cmp(&a.0)));
        shared.truncate(COMPARED);
        shared.into_iter().map(|s| s.0).collect()
    }

    /// The candidates' stories with their similarity, nearest first.
    fn scored(
        &mut self,
        weighted: &[Counted],
        day: Option<i32>,
        candidates: &[u32],
        all: f32,
    ) -> Vec<(usize, f32)> {
        let mut stories: Vec<usize> = candidates.iter().map(|a| self.articles[*a as usize].story).collect();
        stories.sort_unstable();
        stories.dedup();
        let length = lengths(weighted.iter().copied());
        let mut scored = Vec::with_capacity(stories.len());
        for story in stories {
            let members = &self.stories[story];
            let recent = &members[members.len().saturating_sub(self.settings.recent)..];
            let older = candidates
                .iter()
                .filter(|c| self.articles[**c as usize].story == story && !recent.contains(c));
            let (mut nearest, mut sum) = (0.0_f32, 0.0);
            let mut compared = 0;
            for (k, a) in recent.iter().chain(older).enumerate() {
                let s = self.similarity(weighted, length, day, *a, all);
                nearest = nearest.max(s);
                if k < recent.len() {
                    sum += s;
                }
                compared += 1;
            }
            let average = sum / recent.len().max(1) as f32;
            let share = self.settings.nearest;
            scored.push((story, share * nearest + (1.0 - share) * average));
            self.comparisons += compared;
        }
        scored.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        scored
    }

    fn similarity(
        &self,
        weighted: &[Counted],
        length: [f32; 2],
        day: Option<i32>,
        other: u32,
        all: f32,
    ) -> f32 {
        let place = other;
        let other = &self.articles[other as usize];
        let (mut dot, mut square) = ([0.0_f32; 2], [0.0_f32; 2]);
        let mut mine = weighted.iter().peekable();
        for c in &other.counts {
            let w = c.weight * self.rarity(c.term, all);
            square[usize::from(c.name)] += w * w;
            while mine.next_if(|m| m.term < c.term).is_some() {}
            if let Some(m) = mine.next_if(|m| m.term == c.term) {
                dot[usize::from(c.name)] += w * m.weight;
            }
        }
        let terms = (dot[0] + dot[1])
            / ((length[0] + length[1]) * (square[0] + square[1])).sqrt().max(f32::MIN_POSITIVE);
        let names = dot[1] / (length[1] * square[1]).sqrt().max(f32::MIN_POSITIVE);
        // Articles that name quite other people and places are of two events, however alike their words.
        let named = length[1] > 0.0 && square[1] > 0.0;
        let cosine = if named { terms * (names / self.settings.names).min(1.0).powi(2) } else { terms };
        let passed = (self.articles.len() - place as usize) as f32;
        let days = match (day, other.day) {
            (Some(a), Some(b)) => (a.abs_diff(b) as f32).min(passed * self.settings.spacing),
            _ => 0.0,
        };
        let lasting = self.settings.lasting;
        cosine * (lasting + (1.0 - lasting) * (-days / self.settings.fade).exp())
    }

    /// The average similarity of the articles of two stories, the latest of each.
    fn between(&mut self, a: usize, b: usize, all: f32) -> f32 {
        let latest = |story: usize| {
            let members = &self.stories[story];
            &members[members.len().saturating_sub(self.settings.recent)..]
        };
        let (mut sum, mut pairs) = (0.0, 0);
        for x in latest(a) {
            let article = &self.articles[*x as usize];
            let weighted: Vec<Counted> = article
                .counts
                .iter()
                .map(|c| Counted { weight: c.weight * self.rarity(c.term, all), ..*c })
                .collect();
            let length = lengths(weighted.iter().copied());
            for y in latest(b) {
                sum += self.similarity(&weighted, length, article.day, *y, all);
                pairs += 1;
            }
        }
        self.comparisons += pairs;
        sum / pairs.max(1) as f32
    }

    fn merge(&mut self, a: usize, b: usize) {
        let (keep, drop) = (a.min(b), a.max(b));
        if keep == drop {
            return;
        }
        let moved = std::mem::take(&mut self.stories[drop]);
        for m in &moved {
            self.articles[*m as usize].story = keep;
        }
        self.stories[keep].extend(moved);
        self.stories[keep].sort_unstable();
    }

    /// For each article its story's first article.
    pub(crate) fn founders(&self) -> Vec<usize> {
        let founder = |article: &usize| {
            let story = self.articles[*article].story;
            self.stories[story].first().map_or(0, |f| self.articles[*f as usize].place)
        };
        self.places.iter().map(founder).collect()
    }
}

/// The squared lengths of words and names.
fn lengths(weighted: impl Iterator<Item = Counted>) -> [f32; 2] {
    let mut square = [0.0; 2];
    for w in weighted {
        square[usize::from(w.name)] += w.weight * w.weight;
    }
    square
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::Term;

    /// An article of invented words: some of its incident, some that every article of its kind has.
    fn article(incident: u64, voice: u64, own: u64) -> Terms {
        let of = |hash: u64, name: bool| Term { hash, count: 1.0, name, pair: false, common: 0.0 };
        let mut counts: Vec<Term> = (0..own).map(|i| of(incident * 1000 + i, i % 2 == 0)).collect();
        counts.extend((0..30).map(|i| of(9_000_000 + i, false)));
        counts.extend((0..10).map(|i| of(8_000_000 + (incident * 7 + voice * 13 + i) % 500, false)));
        counts.sort_by_key(|t| t.hash);
        counts.dedup_by_key(|t| t.hash);
        Terms { counts, ..Terms::default() }
    }

    /// Two articles on each incident, one incident a day.
    fn stream(incidents: u64) -> Grouping {
        let mut grouping = Grouping::new(SETTINGS);
        for incident in 0..incidents {
            for voice in 0..2 {
                grouping.add(&article(incident, voice, 12), Some(incident as i32));
            }
        }
        grouping
    }

    #[test]
    fn a_dense_stream_of_one_kind_grows_no_snowball() {
        let founders = stream(400).founders();
        let mut sizes: FxHashMap<usize, usize> = FxHashMap::default();
        for f in founders.iter().skip(100) {
            *sizes.entry(*f).or_default() += 1;
        }
        assert!(sizes.values().all(|n| *n <= 4), "{:?}", sizes.values().max());
        let pairs = (50..400).filter(|i| founders[i * 2] == founders[i * 2 + 1]).count();
        assert!(pairs > 330, "{pairs}");
    }

    #[test]
    fn work_grows_with_the_number_of_articles() {
        let (small, large) = (stream(800).comparisons, stream(1600).comparisons);
        assert!(large * 2 < small * 5, "{small} comparisons became {large}");
    }

    #[test]
    fn an_article_can_join_two_stories() {
        let half = |from: u64| Terms {
            counts: (from..from + 20)
                .map(|hash| Term { hash, count: 1.0, name: false, pair: false, common: 0.0 })
                .collect(),
            ..Terms::default()
        };
        let mut grouping = Grouping::new(Settings { merge: 0.0, ..SETTINGS });
        for from in [0, 20, 10] {
            grouping.add(&half(from), None);
        }
        assert_eq!(grouping.founders(), [0, 0, 0]);
    }
}
