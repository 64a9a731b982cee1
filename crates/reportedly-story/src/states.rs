//! The names of an article's states: its id for the first, `id-2` and so on for later ones.

use crate::features::Damaged;
use crate::fold::NONE;
use crate::save::{Reader, Writer};
use rustc_hash::FxHashMap;
use std::io::{Read, Result, Write};

/// The states of articles so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct States {
    /// By the hash of an id the place of its latest state.
    latest: FxHashMap<u64, u32>,
    /// For each place the hash of its title and text.
    contents: Vec<u64>,
    /// For a later state the place of the one before it and its number.
    before: FxHashMap<u32, (u32, u32)>,
}

impl States {
    /// The place of the same state of an article, if it was seen before.
    pub(crate) fn seen(&self, id: &str, content: u64) -> Option<u32> {
        let mut place = self.latest.get(&hash(id)).copied();
        while let Some(p) = place {
            if self.contents.get(p as usize) == Some(&content) {
                break;
            }
            place = self.before.get(&p).map(|b| b.0);
        }
        place
    }

    /// Adds a state; the next place is its.
    pub(crate) fn add(&mut self, id: &str, content: u64) -> u32 {
        let place = self.contents.len() as u32;
        self.contents.push(content);
        if let Some(before) = self.latest.insert(hash(id), place) {
            self.before.insert(place, (before, self.number(before) + 1));
        }
        place
    }

    /// Which of the article's states is at a place: 1 the first.
    pub(crate) fn number(&self, place: u32) -> u32 {
        self.before.get(&place).map_or(1, |b| b.1)
    }

    /// The name of the state of an article that is at a place.
    pub(crate) fn name(&self, id: &str, place: u32) -> String {
        match self.number(place) {
            1 => id.to_owned(),
            number => format!("{id}-{number}"),
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.latest.capacity() * 17 + self.contents.capacity() * 8 + self.before.capacity() * 13
    }

    pub(crate) fn save(&self, out: &mut Writer<impl Write>) -> Result<()> {
        out.number(self.contents.len())?;
        self.contents.iter().try_for_each(|c| out.u64(*c))?;
        let mut latest: Vec<(u64, u32)> = self.latest.iter().map(|(id, place)| (*id, *place)).collect();
        latest.sort_unstable();
        out.number(latest.len())?;
        for (id, place) in latest {
            out.u64(id)?;
            out.u32(place)?;
        }
        let mut before: Vec<(u32, u32, u32)> = self.before.iter().map(|(p, b)| (*p, b.0, b.1)).collect();
        before.sort_unstable();
        out.number(before.len())?;
        before.into_iter().try_for_each(|(p, b, n)| [p, b, n].into_iter().try_for_each(|x| out.u32(x)))
    }

    pub(crate) fn load(from: &mut Reader<impl Read>, end: u32) -> Result<Self> {
        let mut states = Self::default();
        if from.number()? != end as usize {
            return Err(Damaged("states").into());
        }
        for _ in 0..end {
            states.contents.push(from.u64()?);
        }
        for _ in 0..from.number()? {
            let (id, place) = (from.u64()?, from.u32()?);
            if place >= end {
                return Err(Damaged("a state").into());
            }
            states.latest.insert(id, place);
        }
        for _ in 0..from.number()? {
            let (place, before, number) = (from.u32()?, from.u32()?, from.u32()?);
            if place >= end || before >= place || number == NONE {
                return Err(Damaged("a later state").into());
            }
            states.before.insert(place, (before, number));
        }
        Ok(states)
    }
}

fn hash(id: &str) -> u64 {
    crate::terms::hash(b'i', id.as_bytes())
}
