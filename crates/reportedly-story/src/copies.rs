//! The same text under another roof.
//!
//! Two texts are one where a large part of the shorter one's runs of three words stand in the other. Runs that
//! stand in several texts which are otherwise strangers (notices, sign-up texts) count for nothing from then on.
//!
//! Of each text a few runs are indexed, chosen by hash, and the next text is looked up with all of its own: texts that
//! share any passage share some of them. What that brings is compared in full.

use crate::features::{Features, RATE};
use crate::fold::Past;
use crate::places::Groups;
use crate::positions::Positions;
use crate::save::{Reader, Writer};
use crate::table::{Index, Table};
use std::borrow::Cow;
use std::io::{Read, Result as IoResult, Write};

/// Runs that two texts must share.
const SHARED: usize = 8;
/// Share of the shorter text's runs from which on it is a copy. `run.py neardup`: rewritten copies keep .47 and more, texts on
/// the same matter share less than .2.
const CONTAINED: f32 = 0.35;
/// Share of the names of the text with fewer that must stand in the other: the same report form filled in for
/// another place and other people is no copy. Rewritten and misread copies keep half and more.
const NAMED: f32 = 0.4;
/// Pairs of strangers from which on a run that they share can be a notice.
const WIDESPREAD: u16 = 4;
/// A stretch of the shorter text with nothing shared, as a share of its length, from which on two texts are strangers.
const STRANGE: f32 = 0.25;
/// Runs of a text that are indexed: one of so many, but not fewer and not more than these.
const INDEXED: (usize, usize, usize) = (12, 12, 48);
/// Texts that a run brings as candidates: the latest.
const BROUGHT: usize = 8;
/// Indexed runs that a candidate must share.
const HITS: u32 = 2;
/// Candidates compared in full.
const COMPARED: usize = 12;
/// Slots of the index at most: the runs of the latest half a million texts.
const SLOTS: usize = 1 << 23;
/// Slots for runs that strangers share.
const NOTICES: usize = 1 << 19;

/// The families of copies so far.
#[derive(Clone, Debug)]
pub(crate) struct Copies {
    index: Index<BROUGHT>,
    /// Runs that strangers share: by how many pairs of them in `count`, by how many pairs since then in `frequency`.
    notices: Table<1>,
    /// For each place an earlier one of its family, its own where it is the first.
    families: Groups,
}

impl Copies {
    pub(crate) fn new() -> Self {
        Self { index: Index::new(SLOTS), notices: Table::new(NOTICES), families: Groups::default() }
    }

    /// The families that the next text is a copy in, by their first places, the earliest first; it joins them all.
    pub(crate) fn add<P: Past>(&mut self, text: &Features, past: &mut P) -> Result<Vec<u32>, P::Error> {
        let place = self.families.next();
        let kept = self.kept(text);
        let mut own = Positions::default();
        own.set(text.runs.iter().copied());
        let mut joined: Vec<u32> = Vec::new();
        for other in self.candidates(&kept) {
            let family = self.families.find(other);
            if joined.contains(&family) {
                continue;
            }
            let other = past.features(other)?;
            let rate = text.rate.max(other.rate);
            let theirs = Runs::of(&other, rate);
            let shared = theirs.shared(&own);
            // Most share a phrase or two and no more.
            if shared.len() >= least(rate) && self.is_copy(&Pair::of(shared), &Runs::of(text, rate), &theirs)
            {
                joined.push(family);
            }
        }
        self.enter(&kept, place);
        joined.sort_unstable();
        self.families.push();
        for family in &joined {
            self.families.join(*family, place);
        }
        Ok(joined)
    }

    /// The first place of the family of a text.
    pub(crate) fn family(&self, place: u32) -> u32 {
        self.families.first(place)
    }

    /// A text's runs without those of notices, in order of hash.
    fn kept(&self, text: &Features) -> Vec<u32> {
        ordered(text.runs.iter().copied().filter(|r| !self.is_notice(*r)).collect())
    }

    fn is_notice(&self, run: u32) -> bool {
        self.notices
            .find(run)
            .is_some_and(|s| s.count >= WIDESPREAD && f32::from(s.count) * 3.0 >= s.frequency * 2.0)
    }

    /// The texts that share most of their indexed runs.
    fn candidates(&self, kept: &[u32]) -> Vec<u32> {
        let mut hits: Vec<u32> = kept.iter().flat_map(|run| self.index.places(*run)).collect();
        hits.sort_unstable();
        let mut brought: Vec<(u32, u32)> =
            hits.chunk_by(|a, b| a == b).map(|h| (h.len() as u32, h[0])).filter(|h| h.0 >= HITS).collect();
        brought.sort_unstable_by_key(|h| (std::cmp::Reverse(h.0), h.1));
        brought.truncate(COMPARED);
        brought.into_iter().map(|h| h.1).collect()
    }

    fn enter(&mut self, kept: &[u32], place: u32) {
        let (share, least, most) = INDEXED;
        let count = (kept.len() / share).clamp(least, most).min(kept.len());
        self.index.reserve(count, place);
        // In order of hash, so the same of them in every text that has them.
        for run in &kept[..count] {
            self.index.push(*run, place);
        }
    }

    /// Whether two texts are one; what they share where they are strangers is remembered.
    fn is_copy(&mut self, pair: &Pair, a: &Runs<'_>, b: &Runs<'_>) -> bool {
        self.learn(pair, a, b);
        // What is asked of the two alone first: notices lie scattered in memory.
        if pair.begins_apart(a) && pair.begins_apart(b) || !same_names(a.text, b.text) {
            return false;
        }
        let shared = self.without_notices(&pair.shared);
        shared >= least(a.rate)
            && shared as f32
                >= CONTAINED * self.without_notices(&a.set()).min(self.without_notices(&b.set())) as f32
    }

    /// How many of these runs are of no notice.
    fn without_notices(&self, runs: &[u32]) -> usize {
        runs.iter().filter(|r| !self.is_notice(**r)).count()
    }

    /// Remembers what strangers share.
    fn learn(&mut self, pair: &Pair, a: &Runs<'_>, b: &Runs<'_>) {
        if pair.shared.len() < SHARED {
            return;
        }
        let strange = pair.are_strangers(if a.sampled.len() <= b.sampled.len() { a } else { b });
        if strange {
            self.notices.reserve(pair.shared.len());
        }
        for run in &pair.shared {
            if strange {
                let at = self.notices.enter(*run).0;
                let slot = self.notices.slot_mut(at);
                slot.count = slot.count.saturating_add(1);
                slot.frequency += 1.0;
            } else if let Some(at) = self.notices.position(*run) {
                self.notices.slot_mut(at).frequency += 1.0;
            }
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.index.bytes() + self.notices.bytes() + self.families.bytes()
    }

    pub(crate) fn save(&self, out: &mut Writer<impl Write>) -> IoResult<()> {
        self.families.save(out)?;
        self.index.save(out)?;
        self.notices.save(out)
    }

    pub(crate) fn load(from: &mut Reader<impl Read>, end: u32) -> IoResult<Self> {
        let families = Groups::load(from, end)?;
        Ok(Self {
            families,
            index: Index::load(from, SLOTS, end)?,
            notices: Table::load(from, NOTICES, end)?,
        })
    }
}

/// Runs that two texts must share at a rate.
fn least(rate: u32) -> usize {
    (SHARED >> (rate - RATE)).max(SHARED / 2)
}

/// A text's runs at a rate that is its own or coarser.
struct Runs<'a> {
    text: &'a Features,
    rate: u32,
    /// In order of the text.
    sampled: Cow<'a, [u32]>,
}

impl<'a> Runs<'a> {
    fn of(text: &'a Features, rate: u32) -> Self {
        let zeros = rate.saturating_sub(RATE);
        let sampled = if rate == text.rate {
            Cow::Borrowed(text.runs.as_slice())
        } else {
            Cow::Owned(text.runs.iter().copied().filter(|r| r.trailing_zeros() >= zeros).collect())
        };
        Self { text, rate, sampled }
    }

    /// Those that are among the runs of another text, at a rate no coarser: each once, in order of hash.
    fn shared(&self, other: &Positions) -> Vec<u32> {
        ordered(self.sampled.iter().copied().filter(|r| other.find(*r).is_some()).collect())
    }

    /// Each run once, in order of hash.
    fn set(&self) -> Vec<u32> {
        ordered(self.sampled.to_vec())
    }
}

/// Each of these runs once, in order of hash.
fn ordered(mut runs: Vec<u32>) -> Vec<u32> {
    runs.sort_unstable();
    runs.dedup();
    runs
}

/// What two texts share.
struct Pair {
    /// Their common runs in order of hash,
    shared: Vec<u32>,
    /// and whether a run is one of them.
    positions: Positions,
}

impl Pair {
    fn of(shared: Vec<u32>) -> Self {
        let mut positions = Positions::default();
        positions.set(shared.iter().copied());
        Self { shared, positions }
    }

    fn has(&self, run: u32) -> bool {
        self.positions.find(run).is_some()
    }

    /// Whether the head of one of the texts has nothing of the other. Two texts that begin apart and come together later
    /// are two items above one notice, or on one background; a copy with a new lead keeps most of the text.
    fn begins_apart(&self, text: &Runs<'_>) -> bool {
        let head = text.sampled.iter().take_while(|r| !self.has(**r)).count();
        head as f32 >= STRANGE * text.sampled.len() as f32
    }

    /// Whether the shorter text has a long stretch with nothing of the longer one.
    fn are_strangers(&self, shorter: &Runs<'_>) -> bool {
        let (mut longest, mut stretch) = (0, 0);
        for run in shorter.sampled.iter() {
            stretch = if self.has(*run) { 0 } else { stretch + 1 };
            longest = longest.max(stretch);
        }
        longest as f32 >= STRANGE * shorter.sampled.len() as f32
    }
}

/// Whether two texts speak of the same people and places, as far as they name any.
fn same_names(a: &Features, b: &Features) -> bool {
    let names = |f: &Features| f.terms.iter().filter(|t| t.name).map(|t| t.hash).collect::<Vec<u32>>();
    let (a, b) = (names(a), names(b));
    let mut theirs = b.iter().peekable();
    let mut shared = 0;
    for name in &a {
        while theirs.next_if(|t| *t < name).is_some() {}
        shared += usize::from(theirs.next_if(|t| *t == name).is_some());
    }
    shared as f32 >= NAMED * a.len().min(b.len()) as f32
}
