//! The same text under another roof.
//!
//! Two texts are one where a large part of the shorter one's runs of three words stand in the other. Runs that
//! stand in many texts which are otherwise strangers (notices, sign-up texts) count for nothing.

use crate::terms::Terms;
use rustc_hash::{FxHashMap, FxHashSet};

/// Words of a run.
const RUN: usize = 3;
/// One of so many runs is kept, chosen by hash.
const SAMPLE: u64 = 2;
/// Runs that two texts must share.
const SHARED: usize = 8;
/// Share of the shorter text's runs from which on it is a copy. `run.py neardup`: rewritten copies keep .47 and more, texts on
/// the same matter share less than .2.
const CONTAINED: f32 = 0.36;
/// Share of the names of the text with fewer that must stand in the other: the same report form filled in for
/// another place and other people is no copy. Rewritten and misread copies keep half and more.
const NAMED: f32 = 0.4;
/// Texts from which on a run can be a notice.
const WIDESPREAD: usize = 5;
/// Pairs of texts that a run is judged by.
const JUDGED: usize = 8;
/// A stretch of the shorter text with nothing shared, as a share of its length, from which on two texts are strangers.
const STRANGE: f32 = 0.25;
/// Texts that a run brings as candidates.
const BROUGHT: usize = 12;
/// Candidates compared in full.
const COMPARED: usize = 12;

/// The sampled runs of one text, in order of the text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Runs {
    runs: Vec<u64>,
    /// The names in it, by hash and in order of hash.
    names: Vec<u64>,
}

impl Runs {
    /// Takes a text apart. Case, punctuation and spacing do not count.
    pub(crate) fn of(text: &str, terms: &Terms) -> Self {
        let mut runs = Vec::new();
        let mut words = [0_u64; RUN];
        let mut count = 0;
        let mut push = |word: u64| {
            words.rotate_left(1);
            words[RUN - 1] = word;
            count += 1;
            if count >= RUN {
                let h = words.iter().fold(0, |h: u64, w| mix(h ^ w));
                if h % SAMPLE == 0 {
                    runs.push(h);
                }
            }
        };
        let mut word: Option<u64> = None;
        for c in text.chars().flat_map(char::to_lowercase) {
            if c.is_alphanumeric() {
                let h = mix(word.unwrap_or(0).wrapping_add(u64::from(u32::from(c)) + 1));
                // Scripts without spaces: every character is a word.
                if crate::terms::unspaced(c) {
                    push(h);
                    word = None;
                } else {
                    word = Some(h);
                }
            } else if !matches!(c, '\'' | '’')
                && let Some(w) = word.take()
            {
                push(w);
            }
        }
        if let Some(w) = word {
            push(w);
        }
        Self { runs, names: terms.counts.iter().filter(|t| t.name).map(|t| t.hash).collect() }
    }
}

const fn mix(h: u64) -> u64 {
    let h = (h ^ (h >> 31)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (h ^ (h >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

/// For each text, in the order given, the first text that it is a copy of.
pub(crate) fn links(texts: &[Runs]) -> Vec<Option<usize>> {
    let mut postings: FxHashMap<u64, Vec<u32>> = FxHashMap::default();
    for (i, text) in texts.iter().enumerate() {
        for run in &text.runs {
            let texts = postings.entry(*run).or_default();
            if texts.last() != Some(&(i as u32)) {
                texts.push(i as u32);
            }
        }
    }
    let notices = notices(texts, &postings);
    let kept: Vec<Vec<u64>> = texts
        .iter()
        .map(|t| {
            let mut runs: Vec<u64> = t.runs.iter().copied().filter(|r| !notices.contains(r)).collect();
            runs.sort_unstable();
            runs.dedup();
            runs
        })
        .collect();
    let mut cluster: Vec<usize> = (0..texts.len()).collect();
    for (i, runs) in kept.iter().enumerate() {
        let mut hits: FxHashMap<u32, u32> = FxHashMap::default();
        for run in runs {
            let texts = &postings[run];
            let here = texts.partition_point(|t| *t < i as u32);
            for t in texts[..here].iter().rev().take(BROUGHT) {
                *hits.entry(*t).or_default() += 1;
            }
        }
        let mut hits: Vec<(u32, u32)> = hits.into_iter().filter(|h| h.1 as usize >= SHARED).collect();
        hits.sort_unstable_by_key(|h| (std::cmp::Reverse(h.1), h.0));
        for (other, _) in hits.into_iter().take(COMPARED) {
            let other = other as usize;
            let shared = shared(runs, &kept[other]);
            let shorter = runs.len().min(kept[other].len());
            let contained = shared >= SHARED && shared as f32 >= CONTAINED * shorter as f32;
            if contained && same_names(&texts[i], &texts[other]) && !share_only_ends(&texts[i], &texts[other])
            {
                let (a, b) = (root(&mut cluster, i), root(&mut cluster, other));
                cluster[a.max(b)] = a.min(b);
            }
        }
    }
    (0..texts.len())
        .map(|i| {
            let r = root(&mut cluster, i);
            (r != i).then_some(r)
        })
        .collect()
}

/// Whether two texts speak of the same people and places, as far as they name any.
fn same_names(a: &Runs, b: &Runs) -> bool {
    let fewer = a.names.len().min(b.names.len());
    shared(&a.names, &b.names) as f32 >= NAMED * fewer as f32
}

/// Whether two texts begin apart and come together later: two items above one notice, or on one background.
/// A copy with a new lead keeps most of the text.
fn share_only_ends(a: &Runs, b: &Runs) -> bool {
    let apart = |a: &Runs, b: &Runs| {
        let known: FxHashSet<u64> = b.runs.iter().copied().collect();
        let head = a.runs.iter().take_while(|r| !known.contains(r)).count();
        head as f32 >= STRANGE * a.runs.len() as f32
    };
    apart(a, b) && apart(b, a)
}

fn root(cluster: &mut [usize], mut i: usize) -> usize {
    while cluster[i] != i {
        cluster[i] = cluster[cluster[i]];
        i = cluster[i];
    }
    i
}

/// How many hashes two lists share, both in order.
fn shared(a: &[u64], b: &[u64]) -> usize {
    let mut b = b.iter().peekable();
    let mut n = 0;
    for x in a {
        while b.next_if(|y| *y < x).is_some() {}
        n += usize::from(b.next_if(|y| *y == x).is_some());
    }
    n
}

/// Runs that stand in many texts which are otherwise strangers.
fn notices(texts: &[Runs], postings: &FxHashMap<u64, Vec<u32>>) -> FxHashSet<u64> {
    let mut judged: FxHashMap<(u32, u32), bool> = FxHashMap::default();
    let mut notices = FxHashSet::default();
    for (run, owners) in postings.iter().filter(|p| p.1.len() >= WIDESPREAD) {
        let step = (owners.len() - 1).div_ceil(JUDGED);
        let (mut strangers, mut pairs) = (0, 0);
        for k in (0..owners.len() - 1).step_by(step) {
            let pair = (owners[k], owners[k + 1]);
            let strange = judged
                .entry(pair)
                .or_insert_with(|| are_strangers(&texts[pair.0 as usize], &texts[pair.1 as usize]));
            strangers += usize::from(*strange);
            pairs += 1;
        }
        if strangers * 3 >= pairs * 2 {
            notices.insert(*run);
        }
    }
    notices
}

/// Whether the shorter of two texts has a long stretch with nothing of the other.
fn are_strangers(a: &Runs, b: &Runs) -> bool {
    let (shorter, longer) = if a.runs.len() <= b.runs.len() { (a, b) } else { (b, a) };
    let known: FxHashSet<u64> = longer.runs.iter().copied().collect();
    let (mut longest, mut stretch) = (0, 0);
    for run in &shorter.runs {
        stretch = if known.contains(run) { 0 } else { stretch + 1 };
        longest = longest.max(stretch);
    }
    longest as f32 >= STRANGE * shorter.runs.len() as f32
}
