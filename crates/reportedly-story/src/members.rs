//! The articles of a story as it is told: each once, in the newest state that is known, with the copies among them
//! pointing to their originals.
//!
//! The fold puts every state of an article where its text belongs. A story tells of the article: what an older state
//! said and the newest one does not is said no more. Whoever copied the older state has copied the article all the
//! same.

use crate::{Development, Member, Observation, Placed, known::day, originals::original};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// For each of the placed states the first and the newest one of the same article, all as places in `placed`.
struct States {
    first: Vec<usize>,
    newest: Vec<usize>,
}

impl States {
    fn of(observations: &[Observation], placed: &[Placed]) -> Self {
        let mut ends: FxHashMap<&str, (usize, usize)> = FxHashMap::default();
        let articles: Vec<&str> = placed.iter().map(|m| observations[m.article].article()).collect();
        for (i, article) in articles.iter().enumerate() {
            ends.entry(article).or_insert((i, i)).1 = i;
        }
        let (first, newest) = articles.iter().map(|article| ends[article]).unzip();
        Self { first, newest }
    }

    fn is_newest(&self, place: usize) -> bool {
        self.newest[place] == place
    }
}

/// The articles of a story, in order of becoming known: an article stands where its first state did.
pub(crate) fn told(observations: &[Observation], placed: &[Placed]) -> Vec<Member> {
    let states = States::of(observations, placed);
    let originals = originals(observations, placed, &states);
    let article = |place: usize| placed[place].article;
    (0..placed.len())
        .filter(|place| states.first[*place] == *place)
        .map(|first| states.newest[first])
        .map(|newest| Member {
            article: article(newest),
            known_at: placed[newest].known_at,
            copy_of: originals.get(&family(&placed[newest])).filter(|o| **o != newest).map(|o| article(*o)),
            chain: Vec::new(),
            turn: newest,
        })
        .collect()
}

/// The family of copies that a state is in, by its first article.
fn family(member: &Placed) -> usize {
    member.family.unwrap_or(member.article)
}

/// The original of each family of copies, as a place. Where that is a state which is no more, it is the newest state of
/// the article, unless that is itself a copy of another text by now.
fn originals(observations: &[Observation], placed: &[Placed], states: &States) -> BTreeMap<usize, usize> {
    let among = |versions: &[usize]| {
        let articles: Vec<usize> = versions.iter().map(|v| placed[*v].article).collect();
        versions[original(observations, &articles)]
    };
    // Of each article in a family its first state there, which is what was copied or is a copy.
    let mut families: BTreeMap<usize, BTreeMap<usize, usize>> = BTreeMap::new();
    for (place, member) in placed.iter().enumerate() {
        families.entry(family(member)).or_default().entry(states.first[place]).or_insert(place);
    }
    let families: BTreeMap<usize, Vec<usize>> =
        families.into_iter().map(|(first, versions)| (first, versions.into_values().collect())).collect();
    let originals: BTreeMap<usize, usize> =
        families.iter().map(|(first, versions)| (*first, states.newest[among(versions)])).collect();
    let standing = |first: usize, newest: usize| {
        let is_here = |newest: usize| family(&placed[newest]) == first;
        if is_here(newest) || originals.get(&family(&placed[newest])) == Some(&newest) {
            return Some(newest);
        }
        let left = families[&first].iter().copied().filter(|v| is_here(states.newest[*v]));
        let left: Vec<usize> = left.collect();
        (!left.is_empty()).then(|| states.newest[among(&left)])
    };
    originals.iter().filter_map(|(first, original)| Some((*first, standing(*first, *original)?))).collect()
}

/// What an older state of an article said in the same words was known from then on.
pub(crate) fn known_before(timeline: &mut [Development], observations: &[Observation], placed: &[Placed]) {
    let states = States::of(observations, placed);
    let mut older: FxHashMap<usize, Vec<&Placed>> = FxHashMap::default();
    for (place, member) in placed.iter().enumerate().filter(|(place, _)| !states.is_newest(*place)) {
        older.entry(placed[states.newest[place]].article).or_default().push(member);
    }
    for development in timeline {
        let said = development
            .articles
            .iter()
            .filter_map(|a| older.get(a))
            .flatten()
            .filter(|m| observations[m.article].reading.text.contains(&development.text));
        let known = said.filter_map(|m| m.known_at.map(day));
        development.known = known.chain(development.known).min();
    }
}
