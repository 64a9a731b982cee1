//! Stories that are one although their articles hardly resemble each other: a feature, a look back, a page in another
//! language has few words in common with the news, but the same names and the same rare things.
//!
//! Two stories are kin where several of the terms that dominate both are known to hardly any other story. What many
//! stories speak of, a president or a country, joins nothing, however often it is named. A story in another language is
//! compared by the names that both languages write alike, and joins the one story that it shares most of them with.

use crate::terms::Terms;
use reportedly_text::Language;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};

// All numbers from `run.py stories`: what raises gva, ecbplus and giveme5w1h and leaves allsides.

/// Terms that dominate a story: its heaviest.
const DOMINANT: usize = 20;
/// Stories that may know a term on which two of them are joined.
const FEW: usize = 4;
/// Such terms that two stories must share.
const SHARED: usize = 2;
/// Similarity of the terms of two stories from which on they are kin.
const ALIKE: f32 = 0.3;
/// The same where one of them has no date, so that nothing says that they tell of one time.
const ALIKE_UNDATED: f32 = 0.45;
/// Similarity that their names must have as well.
const NAMES_ALIKE: f32 = 0.45;
/// Names that stories in different languages must share among the dominant ones.
const SHARED_ABROAD: usize = 3;
/// Similarity of these names from which on they are kin.
const ALIKE_ABROAD: f32 = 0.55;
/// Days of silence between two stories after which a similarity has fallen to a third.
const FADE: f32 = 100.0;
/// How often kin are looked for: stories that were joined may have become kin to others.
const ROUNDS: usize = 3;
/// Stories that the frequencies begin with, at the shares of general prose.
const BEFORE: f32 = 200.0;
/// Stories with a name from which on it brings no candidates.
const WIDESPREAD: usize = 40;

/// An article.
pub(crate) struct Text<'a> {
    /// Its terms.
    pub terms: &'a Terms,
    /// Its language.
    pub language: Language,
    /// The day it is of.
    pub day: Option<i32>,
    /// Whether it is a copy of another, and so says nothing new.
    pub copy: bool,
}

/// What a story is told in. Weights are in order of hash, dominant terms heaviest first.
struct Profile {
    founder: usize,
    terms: Vec<(u64, f32)>,
    names: Vec<(u64, f32)>,
    /// The dominant terms that are names.
    dominant: Vec<u64>,
    /// Names as they are written, of those that more than one language has.
    written: Vec<(u64, f32)>,
    /// The dominant ones of these.
    dominant_written: Vec<u64>,
    languages: Vec<Language>,
    days: Option<(i32, i32)>,
}

/// For each article the founder of its story once kin are joined; `founders` says whose it was before.
pub(crate) fn joined(mut founders: Vec<usize>, texts: &[Text<'_>]) -> Vec<usize> {
    for _ in 0..ROUNDS {
        let kept = round(&founders, texts);
        if kept.is_empty() {
            break;
        }
        for founder in &mut founders {
            *founder = root(&kept, *founder);
        }
    }
    founders
}

/// The founder that stands for another's story.
fn root(kept: &BTreeMap<usize, usize>, mut founder: usize) -> usize {
    while let Some(other) = kept.get(&founder) {
        founder = *other;
    }
    founder
}

/// One look for kin: for founders whose story joins an earlier one, that one's founder.
fn round(founders: &[usize], texts: &[Text<'_>]) -> BTreeMap<usize, usize> {
    let counted = Counted::of(founders, texts);
    let profiles: Vec<Profile> =
        counted.members.iter().map(|(founder, places)| counted.profile(*founder, places, texts)).collect();
    let mut guests: BTreeMap<usize, (f32, usize)> = BTreeMap::new();
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (a, b) in candidates(&profiles, &counted) {
        let (x, y) = (&profiles[a], &profiles[b]);
        if x.languages.iter().any(|l| y.languages.contains(l)) {
            if are_kin(x, y, &counted) {
                pairs.push((a, b));
            }
            continue;
        }
        // The story in the language that fewer articles are in is the guest.
        let (guest, host) = if counted.speakers(x) <= counted.speakers(y) { (a, b) } else { (b, a) };
        if let Some(alike) = alike_abroad(x, y) {
            let best = guests.entry(guest).or_insert((alike, host));
            if alike > best.0 {
                *best = (alike, host);
            }
        }
    }
    pairs.extend(guests.into_iter().map(|(guest, (_, host))| (guest, host)));
    let mut kept: BTreeMap<usize, usize> = BTreeMap::new();
    for (a, b) in pairs {
        let (x, y) = (root(&kept, profiles[a].founder), root(&kept, profiles[b].founder));
        if x != y {
            kept.insert(x.max(y), x.min(y));
        }
    }
    kept
}

/// Pairs of stories that share a dominant name which not too many have.
fn candidates(profiles: &[Profile], counted: &Counted) -> BTreeSet<(usize, usize)> {
    let mut holders: BTreeMap<(bool, u64), Vec<usize>> = BTreeMap::new();
    for (i, profile) in profiles.iter().enumerate() {
        for term in profile.dominant.iter().filter(|t| counted.is_known_to_few(**t)) {
            holders.entry((false, *term)).or_default().push(i);
        }
        for name in &profile.dominant_written {
            holders.entry((true, *name)).or_default().push(i);
        }
    }
    let mut pairs = BTreeSet::new();
    for held in holders.values().filter(|h| h.len() <= WIDESPREAD) {
        for (k, b) in held.iter().enumerate() {
            pairs.extend(held[..k].iter().map(|a| (*a, *b)));
        }
    }
    pairs
}

/// Whether two stories in one language are one.
fn are_kin(a: &Profile, b: &Profile, counted: &Counted) -> bool {
    let shared = a.dominant.iter().filter(|t| counted.is_known_to_few(**t) && b.dominant.contains(t)).count();
    if shared < SHARED {
        return false;
    }
    let near = near(a, b);
    let enough = if a.days.is_some() && b.days.is_some() { ALIKE } else { ALIKE_UNDATED };
    cosine(&a.names, &b.names) * near >= NAMES_ALIKE && cosine(&a.terms, &b.terms) * near >= enough
}

/// How much two stories in different languages resemble each other, where they are kin.
fn alike_abroad(a: &Profile, b: &Profile) -> Option<f32> {
    let shared = a.dominant_written.iter().filter(|n| b.dominant_written.contains(n)).count();
    let alike = cosine(&a.written, &b.written) * near(a, b);
    (shared >= SHARED_ABROAD && alike >= ALIKE_ABROAD).then_some(alike)
}

/// What is left of a similarity over the days of silence between two stories.
fn near(a: &Profile, b: &Profile) -> f32 {
    let silence = match (a.days, b.days) {
        (Some(a), Some(b)) => a.0.saturating_sub(b.1).max(b.0.saturating_sub(a.1)).max(0) as f32,
        _ => 0.0,
    };
    (-silence / FADE).exp()
}

fn cosine(a: &[(u64, f32)], b: &[(u64, f32)]) -> f32 {
    let mut theirs = b.iter().peekable();
    let mut dot = 0.0;
    for (term, weight) in a {
        while theirs.next_if(|t| t.0 < *term).is_some() {}
        if let Some((_, other)) = theirs.next_if(|t| t.0 == *term) {
            dot += weight * other;
        }
    }
    let square = |x: &[(u64, f32)]| x.iter().map(|t| t.1 * t.1).sum::<f32>();
    dot / (square(a) * square(b)).sqrt().max(f32::MIN_POSITIVE)
}

/// The stories and how many of them have each term: a story counts once, however many articles it has.
struct Counted {
    /// The articles of each story by founder.
    members: BTreeMap<usize, Vec<usize>>,
    /// Stories that have a term.
    stories: FxHashMap<u64, usize>,
    /// The same with what general prose has.
    frequency: FxHashMap<u64, f32>,
    /// Stories that have a name as it is written.
    written: FxHashMap<u64, f32>,
    /// The languages that have it.
    languages: FxHashMap<u64, Vec<Language>>,
    /// Articles in a language.
    speakers: BTreeMap<Language, usize>,
}

impl Counted {
    fn of(founders: &[usize], texts: &[Text<'_>]) -> Self {
        let mut counted = Self {
            members: BTreeMap::new(),
            stories: FxHashMap::default(),
            frequency: FxHashMap::default(),
            written: FxHashMap::default(),
            languages: FxHashMap::default(),
            speakers: BTreeMap::new(),
        };
        for (place, founder) in founders.iter().enumerate() {
            counted.members.entry(*founder).or_default().push(place);
        }
        for places in counted.members.values() {
            let (mut terms, mut written) = (FxHashSet::default(), FxHashSet::default());
            for text in places.iter().map(|p| &texts[*p]).filter(|t| !t.copy) {
                *counted.speakers.entry(text.language).or_default() += 1;
                for term in text.terms.counts.iter().filter(|t| !t.pair && terms.insert(t.hash)) {
                    *counted.stories.entry(term.hash).or_default() += 1;
                    *counted.frequency.entry(term.hash).or_insert(term.common * BEFORE) += 1.0;
                }
                for (name, _) in &text.terms.written {
                    if written.insert(*name) {
                        *counted.written.entry(*name).or_default() += 1.0;
                    }
                    let languages = counted.languages.entry(*name).or_default();
                    if !languages.contains(&text.language) {
                        languages.push(text.language);
                    }
                }
            }
        }
        counted
    }

    fn is_known_to_few(&self, term: u64) -> bool {
        self.stories.get(&term).is_none_or(|n| *n <= FEW)
    }

    /// Articles in the commonest language of a story.
    fn speakers(&self, profile: &Profile) -> usize {
        profile.languages.iter().filter_map(|l| self.speakers.get(l)).max().copied().unwrap_or(0)
    }

    fn profile(&self, founder: usize, places: &[usize], texts: &[Text<'_>]) -> Profile {
        let own: Vec<&Text<'_>> = places.iter().map(|p| &texts[*p]).filter(|t| !t.copy).collect();
        let mut terms: BTreeMap<u64, (f32, bool)> = BTreeMap::new();
        let mut written: BTreeMap<u64, f32> = BTreeMap::new();
        for text in &own {
            for term in text.terms.counts.iter().filter(|t| !t.pair) {
                let counted = terms.entry(term.hash).or_default();
                *counted = (counted.0 + term.count, counted.1 || term.name);
            }
            for (name, count) in &text.terms.written {
                if self.languages.get(name).is_some_and(|l| l.len() > 1) {
                    *written.entry(*name).or_default() += count;
                }
            }
        }
        let articles = own.len().max(1) as f32;
        let all = (self.members.len() as f32 + BEFORE).ln();
        let weight = |count: f32, stories: Option<&f32>| {
            count / articles * (all - stories.copied().unwrap_or(1.0).ln()).max(0.05)
        };
        let terms: Vec<(u64, f32, bool)> =
            terms.into_iter().map(|(t, (n, name))| (t, weight(n, self.frequency.get(&t)), name)).collect();
        let written: Vec<(u64, f32)> =
            written.into_iter().map(|(w, n)| (w, weight(n, self.written.get(&w)))).collect();
        let dominant = heaviest(terms.clone());
        let mut languages: Vec<Language> = own.iter().map(|t| t.language).collect();
        languages.sort_unstable();
        languages.dedup();
        let days = || places.iter().filter_map(|p| texts[*p].day);
        Profile {
            founder,
            names: terms.iter().filter(|t| t.2).map(|t| (t.0, t.1)).collect(),
            dominant: dominant.into_iter().filter(|t| t.2).map(|t| t.0).collect(),
            dominant_written: heaviest(written.iter().map(|w| (w.0, w.1, true)).collect())
                .into_iter()
                .map(|t| t.0)
                .collect(),
            terms: terms.into_iter().map(|t| (t.0, t.1)).collect(),
            written,
            languages,
            days: days().min().zip(days().max()),
        }
    }
}

fn heaviest(mut terms: Vec<(u64, f32, bool)>) -> Vec<(u64, f32, bool)> {
    terms.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    terms.truncate(DOMINANT);
    terms
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::Term;

    const NAMES: std::ops::Range<u64> = 0..100;

    /// Terms below 100 are names, the others words.
    fn terms(of: &[u64]) -> Terms {
        let mut counts: Vec<Term> = of
            .iter()
            .map(|hash| Term {
                hash: *hash,
                count: 1.0,
                name: NAMES.contains(hash),
                pair: false,
                common: 0.0,
            })
            .collect();
        counts.sort_unstable_by_key(|t| t.hash);
        let written = counts.iter().filter(|t| t.name).map(|t| (t.hash, 1.0)).collect();
        Terms { counts, written }
    }

    /// Whether two stories of an article each become one, beside twenty stories that all speak of name 99.
    fn check(a: (&str, &[u64], i32), b: (&str, &[u64], i32), kin: bool) {
        let mut given: Vec<(Language, Terms, i32)> =
            [a, b].iter().map(|s| (Language::from_tag(s.0).unwrap(), terms(s.1), s.2)).collect();
        for i in 0..20 {
            given.push((Language::EN, terms(&[99, 50 + i, 5000 + i * 2, 5001 + i * 2]), 5));
        }
        let texts: Vec<Text<'_>> = given
            .iter()
            .map(|(language, terms, day)| Text { terms, language: *language, day: Some(*day), copy: false })
            .collect();
        let found = joined((0..given.len()).collect(), &texts);
        assert_eq!(found[1] == 0, kin, "{a:?} {b:?}");
        assert!(found[2..].iter().enumerate().all(|(i, f)| *f == i + 2), "{found:?}");
    }

    #[test]
    fn a_feature_joins_its_story_by_the_names_that_hardly_another_has() {
        let news: &[u64] = &[1, 2, 3, 4, 200, 201, 202, 203];
        let feature: &[u64] = &[1, 2, 3, 5, 300, 301, 302, 303];
        check(("en", news, 3), ("en", feature, 6), true);
        // Not long after it is over, and not for one name alone.
        check(("en", news, 3), ("en", feature, 900), false);
        check(("en", news, 3), ("en", &[1, 6, 7, 8, 300, 301, 302, 303], 4), false);
    }

    #[test]
    fn a_name_that_dominates_the_collection_joins_nothing() {
        check(("en", &[99, 1, 200, 201], 3), ("en", &[99, 2, 300, 301], 3), false);
        check(("en", &[99, 200, 201], 3), ("en", &[99, 300, 301], 3), false);
    }

    #[test]
    fn a_page_in_another_language_joins_by_the_names_both_write_alike() {
        let news: &[u64] = &[1, 2, 3, 4, 200, 201, 202, 203];
        check(("en", news, 3), ("fr", &[1, 2, 3, 900, 901, 902, 903, 904], 4), true);
        check(("fr", &[1, 2, 3, 900, 901, 902, 903], 2), ("en", news, 3), true);
        check(("en", news, 3), ("fr", &[1, 2, 900, 901, 902, 903, 904], 4), false);
        check(("en", news, 3), ("fr", &[1, 99, 900, 901, 902, 903, 904], 4), false);
    }
}
