//! Stories that are one although their articles hardly resemble each other: a feature, a look back, a page in another
//! language has few words in common with the news, but the same names and the same rare things.
//!
//! Whenever an article has joined or founded a story, that story is compared with those that hold its names. Two
//! stories are kin where several of the terms that dominate both are known to hardly any other story so far. What many
//! stories speak of, a president or a country, joins nothing, however often it is named. A story in another language is
//! compared by the names that both languages write alike, and joins the one story that it shares most of them with.

use crate::features::{DAMPED, Damaged, Features};
use crate::fold::{Merge, Past};
use crate::group::{Grouping, SETTINGS};
use crate::places::{Sights, Stories};
use crate::save::{Reader, Writer};
use crate::table::Table;
use reportedly_text::Language;
use std::collections::BTreeMap;
use std::io::{Read, Result as IoResult, Write};
use std::sync::Arc;

// All numbers from `run.py stories`: what raises gva, ecbplus and giveme5w1h and leaves allsides.

/// Terms that dominate a story: its heaviest.
const DOMINANT: usize = 20;
/// Stories that may know a term on which two of them are joined.
const FEW: u16 = 4;
/// Such terms that an article must share with another story for the two stories to be compared.
const HELD: usize = 2;
/// Such terms that two stories must share. With two, stories on quite different sides of one man's affairs are joined.
const SHARED: usize = 3;
/// Similarity of the names and of all terms of two stories from which on they are kin; plateaus .38 to .4 and .25 to .27.
const ALIKE: (f32, f32) = (0.4, 0.27);
/// The same where one of them has no date, so that nothing says that they tell of one time.
const ALIKE_UNDATED: (f32, f32) = (0.6, 0.35);
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
/// Stories with a name as it is written from which on it brings no candidates.
const WIDESPREAD: f32 = 40.0;
/// Stories compared in full.
const COMPARED: usize = 4;
/// Names as they are written that an article is found by.
const POSTED: usize = 8;
/// Articles that such a name brings.
const BROUGHT: usize = 16;
/// Slots for names as they are written at most.
const SLOTS: usize = 1 << 20;

/// What a story is told in. Weights are in order of hash, dominant terms heaviest first.
struct Profile {
    terms: Vec<(u32, f32)>,
    names: Vec<(u32, f32)>,
    /// The dominant terms that are names.
    dominant: Vec<u32>,
    /// Names as they are written, of those that more than one language has.
    written: Vec<(u32, f32)>,
    /// The dominant ones of these.
    dominant_written: Vec<u32>,
    languages: Vec<Language>,
    days: Option<(i32, i32)>,
}

/// Names as they are written, and languages, so far.
#[derive(Clone, Debug)]
pub(crate) struct Kin {
    /// Names: how many stories have one, in which language (or [`SEVERAL`]), and the latest articles that have it.
    written: Table<BROUGHT>,
    /// Articles in a language.
    speakers: BTreeMap<Language, u32>,
}

/// Stands for several languages.
const SEVERAL: u16 = u16::MAX;

/// A language in two bytes.
fn code(language: Language) -> u16 {
    let code = language.code().as_bytes();
    u16::from_le_bytes([code.first().copied().unwrap_or(0), code.get(1).copied().unwrap_or(0)])
}

impl Kin {
    pub(crate) fn new() -> Self {
        Self { written: Table::new(SLOTS), speakers: BTreeMap::new() }
    }

    /// Takes note of the article at hand, which is in this story, and makes the story one with its kin.
    pub(crate) fn add<P: Past>(
        &mut self,
        grouping: &mut Grouping,
        stories: &mut Stories,
        sights: &mut Sights<'_, P>,
    ) -> Result<Vec<Merge>, P::Error> {
        let features = Arc::clone(&sights.features);
        let place = sights.place;
        *self.speakers.entry(features.language).or_default() += 1;
        self.learn(&features, stories, sights)?;
        let mut merges = Vec::new();
        for _ in 0..ROUNDS {
            let story = stories.founder(place);
            let mut kin = Self::at_home(&features, story, grouping, stories);
            let abroad =
                if self.speakers.len() > 1 { self.abroad(&features, story, stories) } else { Vec::new() };
            if kin.is_empty() && abroad.is_empty() {
                break;
            }
            let own = self.profile(story, grouping, stories, sights)?;
            let mut others = Vec::new();
            kin.extend(abroad);
            kin.sort_unstable();
            kin.dedup();
            for other in kin {
                others.push((other, self.profile(other, grouping, stories, sights)?));
            }
            let Some(joined) = Self::kin(&own, &others, grouping) else { break };
            merges.extend(grouping.unite(story, joined, stories, sights)?);
        }
        Ok(merges)
    }

    /// The first of the stories that is kin to one; of guests and hosts the one that resembles it most.
    fn kin(own: &Profile, others: &[(u32, Profile)], grouping: &Grouping) -> Option<u32> {
        let mut host: Option<(f32, u32)> = None;
        for (story, other) in others {
            if own.languages.iter().any(|l| other.languages.contains(l)) {
                if are_kin(own, other, grouping) {
                    return Some(*story);
                }
            } else if let Some(alike) = alike_abroad(own, other)
                && host.is_none_or(|h| alike > h.0)
            {
                host = Some((alike, *story));
            }
        }
        host.map(|h| h.1)
    }

    /// Counts the names of the article at hand that are new to its story.
    fn learn<P: Past>(
        &mut self,
        features: &Features,
        stories: &mut Stories,
        sights: &mut Sights<'_, P>,
    ) -> Result<(), P::Error> {
        let mut fresh = vec![true; features.written.len()];
        let (own, story) = (sights.place, stories.founder(sights.place));
        for place in stories.recent(story, SETTINGS.recent).into_iter().filter(|p| *p != own) {
            let other = sights.features(place)?;
            let mut theirs = other.written.iter().peekable();
            for (fresh, (name, _)) in fresh.iter_mut().zip(&features.written) {
                while theirs.next_if(|t| t.0 < *name).is_some() {}
                *fresh &= theirs.next_if(|t| t.0 == *name).is_none();
            }
        }
        self.written.reserve(features.written.len());
        let mut heaviest = Vec::new();
        let all = (stories.count() as f32 + BEFORE).ln();
        for ((name, times), fresh) in features.written.iter().zip(fresh) {
            let (at, known) = self.written.enter(*name);
            let slot = self.written.slot_mut(at);
            slot.frequency += f32::from(u8::from(fresh));
            let language = code(features.language);
            slot.count = if !known || slot.count == language { language } else { SEVERAL };
            heaviest.push((DAMPED[usize::from(*times)] * (all - slot.frequency.max(1.0).ln()), *name, at));
        }
        heaviest.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        for (_, _, at) in heaviest.into_iter().take(POSTED) {
            self.written.push(at, sights.place);
        }
        Ok(())
    }

    /// Stories that share several of the article's names which are known to few.
    fn at_home(features: &Features, story: u32, grouping: &Grouping, stories: &mut Stories) -> Vec<u32> {
        let mut held = Vec::new();
        for term in features.terms.iter().filter(|t| t.name && !t.pair) {
            let Some(at) = grouping.terms.position(term.hash) else { continue };
            if (2..=FEW).contains(&grouping.terms.slot(at).count) {
                let mut of: Vec<u32> =
                    grouping.terms.places(at).map(|p| stories.founder(p)).filter(|s| *s != story).collect();
                of.sort_unstable();
                of.dedup();
                held.extend(of);
            }
        }
        foremost(held, HELD)
    }

    /// Stories that share several of the article's names as they are written in several languages.
    fn abroad(&self, features: &Features, story: u32, stories: &mut Stories) -> Vec<u32> {
        let mut held = Vec::new();
        for (name, _) in &features.written {
            let Some(at) = self.written.position(*name) else { continue };
            let slot = self.written.slot(at);
            if slot.count == SEVERAL && slot.frequency <= WIDESPREAD {
                let mut of: Vec<u32> =
                    self.written.places(at).map(|p| stories.founder(p)).filter(|s| *s != story).collect();
                of.sort_unstable();
                of.dedup();
                held.extend(of);
            }
        }
        foremost(held, SHARED_ABROAD)
    }

    fn profile<P: Past>(
        &self,
        story: u32,
        grouping: &Grouping,
        stories: &Stories,
        sights: &mut Sights<'_, P>,
    ) -> Result<Profile, P::Error> {
        let mut own = Vec::new();
        for place in stories.recent(story, SETTINGS.recent) {
            own.push(sights.features(place)?);
        }
        let articles = own.len().max(1) as f32;
        let all = (stories.count() as f32 + BEFORE).ln();
        let weight = |count: f32, held: f32| count / articles * (all - held.max(1.0).ln()).max(0.05);
        let mut counted: Vec<(u32, f32, bool, f32)> = own
            .iter()
            .flat_map(|f| {
                let terms = f.terms.iter().filter(|t| !t.pair);
                terms.map(|t| (t.hash, t.count(), t.name, f.share(t.hash) * BEFORE))
            })
            .collect();
        counted.sort_by(|a, b| a.0.cmp(&b.0).then(b.3.total_cmp(&a.3)));
        let terms: Vec<(u32, f32, bool)> = counted
            .chunk_by(|a, b| a.0 == b.0)
            .map(|same| {
                let held = grouping.terms.find(same[0].0).map_or(1.0, |s| f32::from(s.count));
                let count = same.iter().map(|t| t.1).sum();
                (same[0].0, weight(count, held + same[0].3), same.iter().any(|t| t.2))
            })
            .collect();
        let mut names: Vec<(u32, f32)> = own
            .iter()
            .flat_map(|f| f.written.iter().map(|(name, times)| (*name, DAMPED[usize::from(*times)])))
            .collect();
        names.sort_by_key(|n| n.0);
        let written: Vec<(u32, f32)> = names
            .chunk_by(|a, b| a.0 == b.0)
            .filter_map(|same| {
                let slot = self.written.find(same[0].0).filter(|s| s.count == SEVERAL)?;
                Some((same[0].0, weight(same.iter().map(|n| n.1).sum(), slot.frequency)))
            })
            .collect();
        let dominant = heaviest(terms.clone());
        let mut languages: Vec<Language> = own.iter().map(|f| f.language).collect();
        languages.sort_unstable();
        languages.dedup();
        Ok(Profile {
            names: terms.iter().filter(|t| t.2).map(|t| (t.0, t.1)).collect(),
            dominant: dominant.into_iter().filter(|t| t.2).map(|t| t.0).collect(),
            dominant_written: heaviest(written.iter().map(|w| (w.0, w.1, true)).collect())
                .into_iter()
                .map(|t| t.0)
                .collect(),
            terms: terms.into_iter().map(|t| (t.0, t.1)).collect(),
            written,
            languages,
            days: stories.days(story),
        })
    }

    pub(crate) fn bytes(&self) -> usize {
        self.written.bytes()
    }

    pub(crate) fn save(&self, out: &mut Writer<impl Write>) -> IoResult<()> {
        self.written.save(out)?;
        out.number(self.speakers.len())?;
        for (language, articles) in &self.speakers {
            out.u32(code(*language).into())?;
            out.u32(*articles)?;
        }
        Ok(())
    }

    pub(crate) fn load(from: &mut Reader<impl Read>, end: u32) -> IoResult<Self> {
        let written = Table::load(from, SLOTS, end)?;
        let mut speakers = BTreeMap::new();
        for _ in 0..from.number()? {
            let code = (from.u32()? as u16).to_le_bytes();
            let language = std::str::from_utf8(&code).ok().and_then(Language::from_tag);
            speakers.insert(language.ok_or(Damaged("a language"))?, from.u32()?);
        }
        Ok(Self { written, speakers })
    }
}

/// Those of the stories that are given so often at least, the most often given first, and not many.
fn foremost(mut held: Vec<u32>, least: usize) -> Vec<u32> {
    held.sort_unstable();
    let mut often: Vec<(usize, u32)> =
        held.chunk_by(|a, b| a == b).map(|h| (h.len(), h[0])).filter(|h| h.0 >= least).collect();
    often.sort_unstable_by_key(|h| (std::cmp::Reverse(h.0), h.1));
    often.into_iter().take(COMPARED).map(|h| h.1).collect()
}

/// Whether two stories in one language are one.
fn are_kin(a: &Profile, b: &Profile, grouping: &Grouping) -> bool {
    let known_to_few = |term: u32| grouping.terms.find(term).is_none_or(|s| s.count <= FEW);
    let shared = a.dominant.iter().filter(|t| known_to_few(**t) && b.dominant.contains(t)).count();
    if shared < SHARED {
        return false;
    }
    let near = near(a, b);
    let dated = a.days.is_some() && b.days.is_some();
    let (names, terms) = if dated { ALIKE } else { ALIKE_UNDATED };
    cosine(&a.names, &b.names) * near >= names && cosine(&a.terms, &b.terms) * near >= terms
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

fn cosine(a: &[(u32, f32)], b: &[(u32, f32)]) -> f32 {
    let mut theirs = b.iter().peekable();
    let mut dot = 0.0;
    for (term, weight) in a {
        while theirs.next_if(|t| t.0 < *term).is_some() {}
        if let Some((_, other)) = theirs.next_if(|t| t.0 == *term) {
            dot += weight * other;
        }
    }
    let square = |x: &[(u32, f32)]| x.iter().map(|t| t.1 * t.1).sum::<f32>();
    dot / (square(a) * square(b)).sqrt().max(f32::MIN_POSITIVE)
}

fn heaviest(mut terms: Vec<(u32, f32, bool)>) -> Vec<(u32, f32, bool)> {
    terms.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    terms.truncate(DOMINANT);
    terms
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::Settings;
    use crate::terms::{Term, Terms};

    const NAMES: std::ops::Range<u64> = 1..100;

    /// Terms below 100 are names, the others words.
    fn features(language: &str, of: &[u64], day: i32) -> Arc<Features> {
        let counts: Vec<Term> = of
            .iter()
            .map(|hash| Term {
                hash: *hash,
                count: 1.0,
                times: 1,
                name: NAMES.contains(hash),
                pair: false,
                common: 0.0,
            })
            .collect();
        let written = counts.iter().filter(|t| t.name).map(|t| (t.hash, 1)).collect();
        let language = Language::from_tag(language).unwrap();
        Arc::new(Features { day: Some(day), ..Features::of_terms(&Terms { counts, written }, language) })
    }

    /// Whether two stories of an article each become one, with twenty stories between them that all speak of name 99.
    fn check(a: (&str, &[u64], i32), b: (&str, &[u64], i32), kin: bool) {
        let mut given = vec![features(a.0, a.1, a.2)];
        for i in 0..20 {
            given.push(features("en", &[99, 50 + i, 5000 + i * 2, 5001 + i * 2], 5));
        }
        given.push(features(b.0, b.1, b.2));
        let mut grouping = Grouping::new(Settings { join: 2.0, ..SETTINGS });
        let (mut found, mut stories) = (Kin::new(), Stories::default());
        let mut past: Vec<Arc<Features>> = Vec::new();
        let mut merges = Vec::new();
        for (place, features) in (0..).zip(&given) {
            let mut sights = Sights { past: &mut past, place, features: Arc::clone(features) };
            let Ok(_) = grouping.add(features, &mut stories, &mut sights);
            let Ok(merged) = found.add(&mut grouping, &mut stories, &mut sights);
            merges.extend(merged);
            past.push(Arc::clone(features));
        }
        let want = if kin { vec![Merge { from: 21, into: 0 }] } else { Vec::new() };
        assert_eq!(merges, want, "{a:?} {b:?}");
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
