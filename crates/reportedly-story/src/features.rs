//! What the fold needs of a reading: a fingerprint, small enough to be kept for every article ever read.

use crate::known;
use crate::terms::{Terms, damped, hash, share};
use reportedly_read::Reading;
use reportedly_text::{Language, is_unspaced};

/// Terms of an article that are kept: the heaviest. With 128 or 200 `run.py stories` loses on some sets.
const TERMS: usize = 160;
/// Names as they are written that are kept: the commonest.
const WRITTEN: usize = 40;
/// Words of a run.
const RUN: usize = 3;
/// One of so many runs is kept, by hash, as a power of two.
pub(crate) const RATE: u32 = 1;
/// Runs that are kept at most; of longer texts every second, fourth … of them, by hash.
const RUNS: usize = 1024;
/// The form of the bytes.
const VERSION: u8 = 1;

/// A term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Term {
    /// Its shortened hash.
    pub hash: u32,
    /// Its weighted count.
    pub times: u8,
    /// Whether it names somebody or something.
    pub name: bool,
    /// Whether it is two words side by side.
    pub pair: bool,
}

impl Term {
    /// Its count as it weighs.
    pub(crate) fn count(self) -> f32 {
        DAMPED[usize::from(self.times)]
    }
}

/// Counts as they weigh.
pub(crate) static DAMPED: std::sync::LazyLock<[f32; 256]> =
    std::sync::LazyLock::new(|| std::array::from_fn(|n| damped(n as f32)));

/// What the fold needs of a reading, bounded in size: an article of 400 words takes about a kilobyte and a half.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Features {
    pub(crate) content: u64,
    /// The day it is of, counted from 1970.
    pub(crate) day: Option<i32>,
    pub(crate) language: Language,
    /// Its terms, in order of hash.
    pub(crate) terms: Vec<Term>,
    /// Words with capitals inside sentences as they are written, with their weighted counts, in order of hash.
    pub(crate) written: Vec<(u32, u8)>,
    /// Kept are the runs whose hash has so many zeros at its end.
    pub(crate) rate: u32,
    /// Runs of words in order of the text, by their hash without the [`RATE`] zeros that all of them have.
    pub(crate) runs: Vec<u32>,
}

impl Default for Features {
    fn default() -> Self {
        Self {
            content: 0,
            day: None,
            language: Language::EN,
            terms: Vec::new(),
            written: Vec::new(),
            rate: RATE,
            runs: Vec::new(),
        }
    }
}

/// Bytes that are not what they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damaged(pub &'static str);

impl std::fmt::Display for Damaged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "damaged: {}", self.0)
    }
}

impl std::error::Error for Damaged {}

impl From<Damaged> for std::io::Error {
    fn from(damaged: Damaged) -> Self {
        Self::new(std::io::ErrorKind::InvalidData, damaged)
    }
}

impl Features {
    /// Takes a reading apart.
    pub fn of(reading: &Reading) -> Self {
        let (runs, rate) = runs(reportedly_text::within_limit(&reading.text));
        Self {
            content: content(reading),
            day: crate::day(reading).map(known::number),
            rate,
            runs,
            ..Self::of_terms(&Terms::of(reading), reading.language.unwrap_or(Language::EN))
        }
    }

    pub(crate) fn of_terms(found: &Terms, language: Language) -> Self {
        // What weighs most before anything is known of other articles.
        let weight = |t: &crate::terms::Term| t.count * -(t.common.max(LEAST_SHARE)).ln();
        let mut heaviest: Vec<(f32, &crate::terms::Term)> =
            found.counts.iter().map(|t| (weight(t), t)).collect();
        heaviest.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.hash.cmp(&b.1.hash)));
        let mut terms: Vec<Term> = heaviest
            .into_iter()
            .take(TERMS)
            .map(|(_, t)| Term {
                hash: t.hash as u32,
                times: t.times.clamp(1, MOST_TIMES) as u8,
                name: t.name,
                pair: t.pair,
            })
            .collect();
        terms.sort_unstable_by_key(|t| (t.hash, std::cmp::Reverse(t.times), t.name, t.pair));
        terms.dedup_by_key(|t| t.hash);
        let mut commonest = found.written.clone();
        commonest.sort_by_key(|w| (std::cmp::Reverse(w.1), w.0));
        let mut written: Vec<(u32, u8)> =
            commonest.into_iter().take(WRITTEN).map(|w| (w.0 as u32, w.1.clamp(1, 255) as u8)).collect();
        written.sort_by_key(|w| (w.0, std::cmp::Reverse(w.1)));
        written.dedup_by_key(|w| w.0);
        Self { language, terms, written, ..Self::default() }
    }

    /// A hash of title and text: two observations of one article with the same are the same state of it.
    pub fn content(&self) -> u64 {
        self.content
    }

    /// The share of texts that have a term anyway.
    pub(crate) fn share(&self, term: u32) -> f32 {
        share(self.language, term)
    }

    /// The compact form.
    pub fn to_bytes(&self) -> Vec<u8> {
        let size = 24 + self.terms.len() * 5 + self.written.len() * 5 + self.runs.len() * 4;
        let mut bytes = Vec::with_capacity(size);
        bytes.push(VERSION);
        bytes.push(u8::from(self.day.is_some()));
        bytes.extend(self.content.to_le_bytes());
        bytes.extend(self.day.unwrap_or(0).to_le_bytes());
        let code = self.language.code().as_bytes();
        bytes.extend([code.first().copied().unwrap_or(b'e'), code.get(1).copied().unwrap_or(b'n')]);
        bytes.push(self.rate as u8);
        for n in [self.terms.len(), self.written.len(), self.runs.len()] {
            bytes.extend((n as u16).to_le_bytes());
        }
        for t in &self.terms {
            bytes.extend(t.hash.to_le_bytes());
            bytes.push(t.times | u8::from(t.name) << 6 | u8::from(t.pair) << 7);
        }
        for (hash, times) in &self.written {
            bytes.extend(hash.to_le_bytes());
            bytes.push(*times);
        }
        for run in &self.runs {
            bytes.extend(run.to_le_bytes());
        }
        bytes
    }

    /// The other way; any bytes give features or an error.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Damaged> {
        let mut bytes = Bytes(bytes);
        if bytes.take::<1>()? != [VERSION] {
            return Err(Damaged("features of another version"));
        }
        let [dated] = bytes.take()?;
        let content = u64::from_le_bytes(bytes.take()?);
        let day = i32::from_le_bytes(bytes.take()?);
        let code = bytes.take::<2>()?;
        let language = std::str::from_utf8(&code).ok().and_then(Language::from_tag);
        let [rate] = bytes.take()?;
        let mut lengths = [0_usize; 3];
        for n in &mut lengths {
            *n = usize::from(u16::from_le_bytes(bytes.take()?));
        }
        let [terms, written, runs] = lengths;
        if terms > TERMS
            || written > WRITTEN
            || runs > RUNS
            || dated > 1
            || !(RATE..=MOST_RATE).contains(&rate.into())
        {
            return Err(Damaged("features out of bounds"));
        }
        let mut features = Self {
            content,
            day: (dated == 1).then_some(day),
            language: language.ok_or(Damaged("features in no language"))?,
            rate: rate.into(),
            ..Self::default()
        };
        for _ in 0..terms {
            let hash = u32::from_le_bytes(bytes.take()?);
            let [packed] = bytes.take()?;
            let times = packed & MOST_TIMES as u8;
            features.terms.push(Term { hash, times, name: packed & 1 << 6 != 0, pair: packed & 1 << 7 != 0 });
        }
        for _ in 0..written {
            let hash = u32::from_le_bytes(bytes.take()?);
            features.written.push((hash, bytes.take::<1>()?[0]));
        }
        for _ in 0..runs {
            features.runs.push(u32::from_le_bytes(bytes.take()?));
        }
        let ordered = features.terms.is_sorted_by(|a, b| a.hash < b.hash)
            && features.written.is_sorted_by(|a, b| a.0 < b.0)
            && features.terms.iter().all(|t| t.times > 0)
            && features.written.iter().all(|w| w.1 > 0);
        if !ordered || !bytes.0.is_empty() {
            return Err(Damaged("features out of order"));
        }
        Ok(features)
    }
}

/// A share of texts below which nothing is known of a term.
const LEAST_SHARE: f32 = 0.002;
/// The greatest weighted count that is kept.
const MOST_TIMES: u32 = 63;
/// The coarsest sampling of runs.
const MOST_RATE: u32 = 16;

/// Bytes yet to be read.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], Damaged> {
        let (taken, rest) = self.0.split_first_chunk::<N>().ok_or(Damaged("features cut short"))?;
        self.0 = rest;
        Ok(*taken)
    }
}

/// A hash of title and text.
pub(crate) fn content(reading: &Reading) -> u64 {
    let title = reading.title.as_ref().map_or(0, |t| mix(hash(b't', t.as_bytes())));
    mix(title ^ hash(b'x', reading.text.as_bytes()))
}

const fn mix(h: u64) -> u64 {
    let h = (h ^ (h >> 31)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (h ^ (h >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

/// The sampled runs of a text, in its order, and at what rate. Case, punctuation and spacing do not count.
fn runs(text: &str) -> (Vec<u32>, u32) {
    let mut runs: Vec<u64> = Vec::new();
    let mut rate = RATE;
    let mut words = [0_u64; RUN];
    let mut count = 0;
    let mut push = |word: u64| {
        words.rotate_left(1);
        words[RUN - 1] = word;
        count += 1;
        if count >= RUN {
            let h = words.iter().fold(0, |h: u64, w| mix(h ^ w));
            if h.trailing_zeros() >= rate {
                runs.push(h);
            }
            if runs.len() > RUNS && rate < MOST_RATE {
                rate += 1;
                runs.retain(|h| h.trailing_zeros() >= rate);
            }
        }
    };
    let mut word: Option<u64> = None;
    let mut take = |c: char| {
        if c.is_alphanumeric() {
            let h = mix(word.unwrap_or(0).wrapping_add(u64::from(u32::from(c)) + 1));
            // Scripts without spaces: every character is a word.
            if is_unspaced(c) {
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
    };
    for c in text.chars() {
        if c.is_ascii() {
            take(c.to_ascii_lowercase());
        } else {
            c.to_lowercase().for_each(&mut take);
        }
    }
    if let Some(w) = word {
        push(w);
    }
    runs.truncate(RUNS);
    (runs.into_iter().map(|h| (h >> RATE) as u32).collect(), rate)
}
