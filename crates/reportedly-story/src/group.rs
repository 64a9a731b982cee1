//! Articles to stories, one after the other.
//!
//! An article is compared with the articles that share its heaviest terms, by the cosine of their terms weighted
//! with the document frequencies seen so far, and damped by the days between them. It joins the story whose nearest and
//! whose average recent article it resembles most: the average keeps a stream of similar incidents from growing
//! into one story. An article that resembles two stories as much joins them.

use crate::features::{DAMPED, Damaged, Features, Term};
use crate::fold::{Merge, Past};
use crate::places::{Sights, Stories};
use crate::positions::Positions;
use crate::save::{Reader, Writer};
use crate::table::Table;
use std::io::{Read, Result as IoResult, Write};
use std::sync::Arc;

/// The numbers that grouping rests on; all from `run.py stories`, chosen on plateaus.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    /// Similarity to a story from which on an article belongs to it.
    pub join: f32,
    /// Similarity below which the articles that share an article's heaviest terms say that their story is another one.
    pub glance: f32,
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
}

/// What ships.
pub(crate) const SETTINGS: Settings = Settings {
    join: 0.171,
    glance: 0.06,
    merge: 0.22,
    nearest: 0.5,
    names: 0.1,
    fade: 12.0,
    lasting: 0.5,
    spacing: 1.0,
    recent: 12,
    before: 200.0,
};

/// Terms that candidates are looked up by.
const LOOKED_UP: usize = 24;
/// Terms that an article is found by: its heaviest.
const POSTED: usize = 32;
/// Articles that one term brings: the latest that have it.
const BROUGHT: usize = 64;
/// Further stories that an article may join to its own.
const JOINED: usize = 3;
/// Candidates that are compared in full.
const COMPARED: usize = 40;
/// Stories whose articles are compared in full.
const STORIES: usize = 16;
/// How far the logarithm of the number of articles may have moved since an article's length was taken; plateau .03 to .06.
const DRIFT: f32 = 0.06;
/// Slots for terms at most.
const SLOTS: usize = 1 << 22;

/// A term of the article at hand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weighted {
    pub hash: u32,
    pub name: bool,
    /// Its inverse document frequency.
    pub rarity: f32,
    /// Its count times its rarity.
    pub weight: f32,
}

/// The terms of an article by hash, with their squared lengths.
struct Vector {
    terms: Vec<Weighted>,
    /// Where each term stands among them.
    positions: Positions,
    length: [f32; 2],
    day: Option<i32>,
}

/// What is known of terms and articles so far.
#[derive(Clone, Debug)]
pub(crate) struct Grouping {
    settings: Settings,
    /// Terms: in how many articles, in how many stories, and the latest articles that have them among their heaviest.
    pub terms: Table<BROUGHT>,
    /// For each place how many articles that are no copies came before.
    nth: Vec<u32>,
    /// Articles that are no copies.
    articles: u32,
    /// For each place the squared lengths of its words and of its names,
    lengths: Vec<[f32; 2]>,
    /// and how many articles that are no copies there were when they were taken.
    taken: Vec<u32>,
    /// How much each place shares with the article at hand; all zero between two articles.
    shared: Vec<f32>,
    /// How many pairs of articles were compared.
    pub comparisons: usize,
}

impl Grouping {
    pub(crate) fn new(settings: Settings) -> Self {
        Self {
            settings,
            terms: Table::new(SLOTS),
            nth: Vec::new(),
            articles: 0,
            lengths: Vec::new(),
            taken: Vec::new(),
            shared: Vec::new(),
            comparisons: 0,
        }
    }

    /// The logarithm of the number of articles, those that the frequencies began with included.
    fn all(&self) -> f32 {
        (self.articles as f32 + 1.0 + self.settings.before).ln()
    }

    /// Leaves a place to a copy of an earlier article. It says nothing new, so nothing is learned from it.
    pub(crate) fn add_copy(&mut self) {
        self.nth.push(self.articles);
        self.lengths.push([0.0; 2]);
        self.taken.push(0);
    }

    /// Puts the next article where it belongs; the story that it joined or founded, and those that are one by it.
    pub(crate) fn add<P: Past>(
        &mut self,
        features: &Features,
        stories: &mut Stories,
        sights: &mut Sights<'_, P>,
    ) -> Result<(u32, Vec<Merge>), P::Error> {
        let place = stories.next();
        self.terms.reserve(features.terms.len());
        for t in &features.terms {
            let (at, known) = self.terms.enter(t.hash);
            let slot = self.terms.slot_mut(at);
            if !known {
                slot.frequency = features.share(t.hash) * self.settings.before;
            }
            slot.frequency += 1.0;
        }
        let all = self.all();
        let vector = self.vector(features, all);
        let mut heaviest = vector.terms.clone();
        heaviest.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.hash.cmp(&b.hash)));
        let candidates = self.candidates(&heaviest, stories);
        let mut scored = self.scored(&vector, &candidates, all, stories, sights)?;
        scored.retain(|s| s.1 >= self.settings.join);
        for t in heaviest.iter().take(POSTED) {
            if let Some(at) = self.terms.position(t.hash) {
                self.terms.push(at, place);
            }
        }
        self.nth.push(self.articles);
        self.lengths.push(vector.length);
        self.taken.push(self.articles);
        self.articles += 1;
        let story = scored.first().map_or(place, |s| s.0);
        stories.add(Some(story).filter(|s| *s != place), false, features.day);
        self.count_stories(stories, sights)?;
        // The article may be what shows two stories to be one.
        let mut merges = Vec::new();
        for (other, _) in scored.iter().skip(1).take(JOINED) {
            let (story, other) = (stories.founder(place), stories.founder(*other));
            if story != other && self.between(story, other, all, stories, sights)? >= self.settings.merge {
                merges.extend(self.unite(story, other, stories, sights)?);
            }
        }
        Ok((story, merges))
    }

    /// Counts the story of the article at hand for those of its terms that are new to it.
    fn count_stories<P: Past>(
        &mut self,
        stories: &mut Stories,
        sights: &mut Sights<'_, P>,
    ) -> Result<(), P::Error> {
        let features = Arc::clone(&sights.features);
        let mut fresh: Vec<bool> = features.terms.iter().map(|t| !t.pair).collect();
        let (own, story) = (sights.place, stories.founder(sights.place));
        for place in stories.recent(story, self.settings.recent).into_iter().filter(|p| *p != own) {
            let other = sights.features(place)?;
            mark_shared(&features.terms, &other.terms, |i| fresh[i] = false);
        }
        for (term, _) in features.terms.iter().zip(fresh).filter(|t| t.1) {
            if let Some(at) = self.terms.position(term.hash) {
                let slot = self.terms.slot_mut(at);
                slot.count = slot.count.saturating_add(1);
            }
        }
        Ok(())
    }

    /// Makes two stories one.
    pub(crate) fn unite<P: Past>(
        &mut self,
        a: u32,
        b: u32,
        stories: &mut Stories,
        sights: &mut Sights<'_, P>,
    ) -> Result<Option<Merge>, P::Error> {
        // Terms that both had were counted twice.
        let mut sides: [Vec<Term>; 2] = [Vec::new(), Vec::new()];
        for (side, story) in sides.iter_mut().zip([a, b]) {
            for place in stories.recent(story, self.settings.recent) {
                side.extend(sights.features(place)?.terms.iter().filter(|t| !t.pair));
            }
            side.sort_unstable_by_key(|t| t.hash);
            side.dedup_by_key(|t| t.hash);
        }
        let mut both = Vec::new();
        mark_shared(&sides[0], &sides[1], |i| both.push(sides[0][i].hash));
        for term in both {
            if let Some(at) = self.terms.position(term) {
                let slot = self.terms.slot_mut(at);
                slot.count = slot.count.saturating_sub(1).max(1);
            }
        }
        Ok(stories.merge(a, b, self.settings.recent))
    }

    fn weighted(&self, term: Term, all: f32) -> Weighted {
        let rarity = self.rarity(term, all);
        Weighted { hash: term.hash, name: term.name, rarity, weight: term.count() * rarity }
    }

    fn vector(&self, features: &Features, all: f32) -> Vector {
        let terms: Vec<Weighted> = features.terms.iter().map(|t| self.weighted(*t, all)).collect();
        let mut positions = Positions::default();
        positions.set(terms.iter().map(|t| t.hash));
        Vector { length: lengths(terms.iter().copied()), terms, positions, day: features.day }
    }

    /// The inverse document frequency of a term, never quite nothing.
    fn rarity(&self, term: Term, all: f32) -> f32 {
        let frequency = self.terms.find(term.hash).map_or(1.0, |s| s.frequency);
        (all - frequency.max(1.0).ln()).max(0.05)
    }

    /// The articles that share most of the heaviest terms, of the stories that the foremost of them are in.
    fn candidates(&mut self, heaviest: &[Weighted], stories: &mut Stories) -> Vec<u32> {
        let mut found: Vec<u32> = Vec::new();
        self.shared.resize(self.nth.len(), 0.0);
        for w in heaviest.iter().take(LOOKED_UP) {
            let Some(at) = self.terms.position(w.hash) else { continue };
            for a in self.terms.places(at) {
                let shared = &mut self.shared[a as usize];
                if *shared == 0.0 {
                    found.push(a);
                }
                *shared += w.weight * w.weight;
            }
        }
        let mut shared: Vec<(u32, f32)> =
            found.into_iter().map(|a| (a, std::mem::take(&mut self.shared[a as usize]))).collect();
        let order = |a: &(u32, f32), b: &(u32, f32)| b.1.total_cmp(&a.1).then(b.0.cmp(&a.0));
        if shared.len() > COMPARED {
            shared.select_nth_unstable_by(COMPARED, order);
            shared.truncate(COMPARED);
        }
        shared.sort_unstable_by(order);
        let mut of: Vec<u32> = Vec::new();
        shared.retain(|s| {
            let story = stories.founder(s.0);
            if !of.contains(&story) && of.len() < STORIES {
                of.push(story);
            }
            of.contains(&story)
        });
        shared.into_iter().map(|s| s.0).collect()
    }

    /// The candidates' stories with their similarity, nearest first.
    fn scored<P: Past>(
        &mut self,
        vector: &Vector,
        candidates: &[u32],
        all: f32,
        stories: &mut Stories,
        sights: &mut Sights<'_, P>,
    ) -> Result<Vec<(u32, f32)>, P::Error> {
        let mut of: Vec<(u32, u32)> = candidates.iter().map(|a| (stories.founder(*a), *a)).collect();
        of.sort_unstable();
        let mut scored = Vec::new();
        let mut found: Vec<f32> = Vec::new();
        for chunk in of.chunk_by(|a, b| a.0 == b.0) {
            let story = chunk[0].0;
            let recent = stories.recent(story, self.settings.recent);
            let latest = recent.last().copied().unwrap_or(story);
            found.clear();
            for (_, candidate) in chunk {
                found.push(self.similarity(vector, (*candidate, latest), all, sights)?);
            }
            let mut nearest = found.iter().copied().fold(0.0, f32::max);
            // Where those that share the heaviest terms are quite unlike it, the others of the story are no nearer.
            if nearest < self.settings.glance {
                continue;
            }
            let mut sum = 0.0;
            for place in &recent {
                let s = match chunk.iter().position(|c| c.1 == *place) {
                    Some(at) => found[at],
                    None => self.similarity(vector, (*place, latest), all, sights)?,
                };
                nearest = nearest.max(s);
                sum += s;
            }
            let average = sum / recent.len().max(1) as f32;
            let share = self.settings.nearest;
            scored.push((story, share * nearest + (1.0 - share) * average));
        }
        scored.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        Ok(scored)
    }

    fn similarity<P: Past>(
        &mut self,
        mine: &Vector,
        (place, latest): (u32, u32),
        all: f32,
        sights: &mut Sights<'_, P>,
    ) -> Result<f32, P::Error> {
        self.comparisons += 1;
        let other = sights.features(place)?;
        let at = place as usize;
        // Its story's articles have made its terms less rare since, or all the others have made them rarer.
        let grown = self.nth.get(latest as usize).is_some_and(|n| *n > self.taken[at]);
        let before = self.taken[at] as f32 + 1.0 + self.settings.before;
        if grown || all - before.ln() > DRIFT {
            self.lengths[at] = lengths(other.terms.iter().map(|t| self.weighted(*t, all)));
            self.taken[at] = self.articles;
        }
        let square = self.lengths[at];
        let mut dot = [0.0_f32; 2];
        let damped = &*DAMPED;
        for y in &other.terms {
            if let Some(x) = mine.positions.find(y.hash).and_then(|x| mine.terms.get(x)) {
                dot[usize::from(y.name)] += damped[usize::from(y.times)] * x.rarity * x.weight;
            }
        }
        let length = mine.length;
        let terms = (dot[0] + dot[1])
            / ((length[0] + length[1]) * (square[0] + square[1])).sqrt().max(f32::MIN_POSITIVE);
        let names = dot[1] / (length[1] * square[1]).sqrt().max(f32::MIN_POSITIVE);
        // Articles that name quite other people and places are of two events, however alike their words.
        let named = length[1] > 0.0 && square[1] > 0.0;
        let cosine = if named { terms * (names / self.settings.names).min(1.0).powi(2) } else { terms };
        let passed = (self.articles - self.nth[at]) as f32;
        let days = match (mine.day, other.day) {
            (Some(a), Some(b)) => (a.abs_diff(b) as f32).min(passed * self.settings.spacing),
            _ => 0.0,
        };
        let lasting = self.settings.lasting;
        Ok(cosine * (lasting + (1.0 - lasting) * (-days / self.settings.fade).exp()))
    }

    /// The average similarity of the articles of two stories, the latest of each.
    fn between<P: Past>(
        &mut self,
        a: u32,
        b: u32,
        all: f32,
        stories: &Stories,
        sights: &mut Sights<'_, P>,
    ) -> Result<f32, P::Error> {
        let (mut sum, mut pairs) = (0.0, 0);
        let others = stories.recent(b, self.settings.recent);
        let latest = others.last().copied().unwrap_or(b);
        for x in stories.recent(a, self.settings.recent) {
            let features = sights.features(x)?;
            let vector = self.vector(&features, all);
            for y in &others {
                sum += self.similarity(&vector, (*y, latest), all, sights)?;
                pairs += 1;
            }
        }
        Ok(sum / pairs.max(1) as f32)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.terms.bytes() + self.nth.capacity() * 4 + self.lengths.capacity() * 8 + self.taken.capacity() * 4
    }

    pub(crate) fn save(&self, out: &mut Writer<impl Write>) -> IoResult<()> {
        self.terms.save(out)?;
        out.u32(self.articles)?;
        out.list(&self.nth)?;
        out.list(&self.taken)?;
        self.lengths.iter().flatten().try_for_each(|number| out.u32(number.to_bits()))
    }

    pub(crate) fn load(from: &mut Reader<impl Read>, end: u32) -> IoResult<Self> {
        let mut grouping = Self { terms: Table::load(from, SLOTS, end)?, ..Self::new(SETTINGS) };
        grouping.articles = from.u32()?;
        grouping.nth = from.list(end as usize)?;
        grouping.taken = from.list(end as usize)?;
        let lists = [&grouping.nth, &grouping.taken];
        if lists.iter().any(|l| l.len() != end as usize || l.iter().any(|n| *n > grouping.articles)) {
            return Err(Damaged("articles").into());
        }
        for _ in 0..end {
            grouping.lengths.push([f32::from_bits(from.u32()?), f32::from_bits(from.u32()?)]);
        }
        Ok(grouping)
    }
}

/// Says of each term that stands in both lists where in the first it stands.
fn mark_shared(mine: &[Term], theirs: &[Term], mut shared: impl FnMut(usize)) {
    let mut theirs = theirs.iter().peekable();
    for (i, term) in mine.iter().enumerate() {
        while theirs.next_if(|t| t.hash < term.hash).is_some() {}
        if theirs.next_if(|t| t.hash == term.hash).is_some() {
            shared(i);
        }
    }
}

/// The squared lengths of words and names.
fn lengths(weighted: impl Iterator<Item = Weighted>) -> [f32; 2] {
    let mut square = [0.0; 2];
    for w in weighted {
        square[usize::from(w.name)] += w.weight * w.weight;
    }
    square
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::{self, Terms};
    use reportedly_text::Language;
    use std::collections::BTreeMap;

    fn features(mut counts: Vec<terms::Term>, day: Option<i32>) -> Arc<Features> {
        counts.sort_by_key(|t| t.hash);
        counts.dedup_by_key(|t| t.hash);
        let terms = Terms { counts, ..Terms::default() };
        Arc::new(Features { day, ..Features::of_terms(&terms, Language::EN) })
    }

    fn term(hash: u64, name: bool) -> terms::Term {
        terms::Term { hash, count: 1.0, times: 1, name, pair: false, common: 0.0 }
    }

    /// An article of invented words: some of its incident, some that every article of its kind has.
    fn article(incident: u64, voice: u64, own: u64) -> Arc<Features> {
        let mut counts: Vec<terms::Term> = (0..own).map(|i| term(incident * 1000 + i, i % 2 == 0)).collect();
        counts.extend((0..30).map(|i| term(9_000_000 + i, false)));
        counts.extend((0..10).map(|i| term(8_000_000 + (incident * 7 + voice * 13 + i) % 500, false)));
        features(counts, Some(incident as i32))
    }

    /// Groups articles; the founders of their stories, and how many comparisons it took.
    fn grouped(settings: Settings, given: &[Arc<Features>]) -> (Vec<u32>, usize) {
        let (mut grouping, mut stories) = (Grouping::new(settings), Stories::default());
        let mut past: Vec<Arc<Features>> = Vec::new();
        for (place, features) in (0..).zip(given) {
            let mut sights = Sights { past: &mut past, place, features: Arc::clone(features) };
            let Ok(_) = grouping.add(features, &mut stories, &mut sights);
            past.push(Arc::clone(features));
        }
        ((0..given.len() as u32).map(|p| stories.founder_of(p)).collect(), grouping.comparisons)
    }

    /// Two articles on each incident, one incident a day.
    fn stream(incidents: u64) -> (Vec<u32>, usize) {
        let given: Vec<Arc<Features>> =
            (0..incidents).flat_map(|i| (0..2).map(move |voice| article(i, voice, 12))).collect();
        grouped(SETTINGS, &given)
    }

    #[test]
    fn a_dense_stream_of_one_kind_grows_no_snowball() {
        let founders = stream(400).0;
        let mut sizes: BTreeMap<u32, usize> = BTreeMap::new();
        for f in founders.iter().skip(100) {
            *sizes.entry(*f).or_default() += 1;
        }
        assert!(sizes.values().all(|n| *n <= 4), "{:?}", sizes.values().max());
        let pairs = (50..400).filter(|i| founders[i * 2] == founders[i * 2 + 1]).count();
        assert!(pairs > 330, "{pairs}");
    }

    #[test]
    fn work_grows_with_the_number_of_articles() {
        let (small, large) = (stream(800).1, stream(1600).1);
        assert!(large * 2 < small * 5, "{small} comparisons became {large}");
    }

    #[test]
    fn an_article_can_join_two_stories() {
        let half = |from: u64| features((from..from + 20).map(|hash| term(hash, false)).collect(), None);
        let given = [half(1), half(21), half(11)];
        assert_eq!(grouped(Settings { merge: 0.0, ..SETTINGS }, &given).0, [0, 0, 0]);
    }
}
