//! Whether a line speaks of what the article speaks of: the share of its telling words that other paragraphs of
//! the article have too, measured against what is usual for that article.
//!
//! It asks for no language. Words are cut to a stem's length, scripts without spaces give pairs of characters, and
//! words count for less the more lines of the page have them, which takes care of the small ones.

use super::line::{Kind, Line};
use reportedly_text::is_unspaced;
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};
use std::hash::{Hash, Hasher};

/// Words are told apart by so many of their first letters.
const STEM: usize = 6;
/// Shorter words tell nothing.
const SHORTEST: usize = 3;
/// An article of fewer paragraphs has no usual share.
const FEWEST: usize = 4;
/// A paragraph of so many words that shares so many with the headline speaks of the same.
const FULL: f32 = 20.0;
const SHARED: usize = 2;
/// The most words of a line that are looked at.
const MOST_WORDS: usize = 400;

/// How near the lines of a page are to its article.
#[derive(Clone, Debug)]
pub(super) struct Nearness {
    /// For each line: 1 is as near as the article's own paragraphs commonly are to each other.
    pub(super) of: Vec<f32>,
    /// How many paragraphs the article was taken to have.
    pub(super) paragraphs: usize,
}

/// How near each line is to the article; `None` where the article is too short to say.
pub(super) fn nearness(lines: &[Line<'_>], headlines: &[bool], inside: &[bool]) -> Option<Nearness> {
    let words: Vec<Vec<u64>> = lines.iter().map(|l| telling_words(l.text)).collect();
    let mut core: Vec<bool> =
        (0..lines.len()).map(|i| inside[i] && lines[i].kind == Kind::Prose && !lines[i].again).collect();
    let count = |core: &[bool]| core.iter().filter(|c| **c).count();
    if count(&core) < FEWEST {
        add_what_the_headline_speaks_of(lines, headlines, &words, &mut core);
    }
    if count(&core) < FEWEST {
        return None;
    }
    let is_core = |i: usize| core[i];
    let mut on_page: FxHashMap<u64, u32> = FxHashMap::default();
    let mut in_core: FxHashMap<u64, u32> = FxHashMap::default();
    let mut different = 0_u32;
    for (i, line) in lines.iter().enumerate() {
        if !line.again {
            different += 1;
            words[i].iter().for_each(|w| *on_page.entry(*w).or_insert(0) += 1);
        }
        if is_core(i) || headlines[i] && !line.again {
            words[i].iter().for_each(|w| *in_core.entry(*w).or_insert(0) += 1);
        }
    }
    let weight = |w: &u64| (1.0 + different as f32 / on_page.get(w).copied().unwrap_or(1).max(1) as f32).ln();
    let shares: Vec<f32> = (0..lines.len())
        .map(|i| {
            let own = u32::from(is_core(i) || headlines[i] && !lines[i].again);
            let (mut shared, mut all) = (0.0, 0.0);
            for w in &words[i] {
                all += weight(w);
                if in_core.get(w).copied().unwrap_or(0) > own {
                    shared += weight(w);
                }
            }
            if all > 0.0 { shared / all } else { 0.0 }
        })
        .collect();
    let mut usual: Vec<f32> = (0..lines.len()).filter(|&i| is_core(i)).map(|i| shares[i]).collect();
    usual.sort_by(f32::total_cmp);
    let paragraphs = usual.len();
    let usual = usual[paragraphs / 2];
    (usual > 0.0).then(|| Nearness { of: shares.iter().map(|s| s / usual).collect(), paragraphs })
}

/// Takes full paragraphs that share words with the headline into the core.
fn add_what_the_headline_speaks_of(
    lines: &[Line<'_>],
    headlines: &[bool],
    words: &[Vec<u64>],
    core: &mut [bool],
) {
    let mut headline: FxHashSet<u64> =
        (0..lines.len()).filter(|&i| headlines[i]).flat_map(|i| words[i].iter().copied()).collect();
    if headline.is_empty() {
        // The first line is most often the page's title.
        headline.extend(words.first().into_iter().flatten());
    }
    for (i, line) in lines.iter().enumerate() {
        let full = line.kind == Kind::Prose && line.ends && line.words >= FULL && line.times == 1;
        core[i] |= full && words[i].iter().filter(|w| headline.contains(w)).count() >= SHARED;
    }
}

/// The different words of a line that may tell something, as hashes.
fn telling_words(text: &str) -> Vec<u64> {
    let mut words = Vec::new();
    let mut seen = FxHashSet::default();
    let mut add = |word: &[char]| {
        let mut hasher = FxHasher::default();
        word.hash(&mut hasher);
        let hash = hasher.finish();
        if seen.insert(hash) {
            words.push(hash);
        }
    };
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).take(MOST_WORDS) {
        if word.chars().any(is_unspaced) {
            let letters: Vec<char> = word.chars().take(MOST_WORDS).collect();
            letters.windows(2).for_each(&mut add);
        } else if word.contains(char::is_alphabetic) {
            let letters: Vec<char> = word.chars().flat_map(char::to_lowercase).take(STEM).collect();
            if letters.len() >= SHORTEST {
                add(&letters);
            }
        }
    }
    words
}
