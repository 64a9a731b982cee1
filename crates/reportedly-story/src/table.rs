//! Flat tables from shortened hashes to counts and to the latest places that have them, bounded in memory.
//!
//! Where a table may grow no further, what was seen but once and not since the last such moment is forgotten: that
//! depends on nothing but what was put in before.

use crate::features::Damaged;
use crate::save::{Reader, Writer};
use std::io::{Read, Result, Write};

/// The frequency of what was seen more than once.
const TWICE: f32 = 1.5;
/// Slots that a table begins with.
const SLOTS: usize = 1 << 10;

/// What is counted of a key.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Slot {
    /// The key; zero where the slot is free.
    key: u32,
    /// A place, or where its places lie.
    at: u32,
    /// A frequency.
    pub frequency: f32,
    /// A smaller count, or what else is to be remembered.
    pub count: u16,
    /// How many places there are; from `MOST` on they go round, and it says where the latest is too.
    held: u8,
    /// Whether it was seen more than once, or since what is rare was last forgotten.
    seen: bool,
}

/// A table with at most `MOST` places for a key, the latest.
#[derive(Clone, Debug)]
pub(crate) struct Table<const MOST: usize> {
    slots: Vec<Slot>,
    /// How many are taken.
    taken: usize,
    /// Slots up to which it grows.
    limit: usize,
    /// Lists of places by the logarithm of their length.
    lists: Vec<Lists>,
}

/// Lists of places of one length.
#[derive(Clone, Debug, Default)]
struct Lists {
    places: Vec<u32>,
    /// Lists that are free.
    free: Vec<u32>,
}

impl<const MOST: usize> Table<MOST> {
    /// A table of at most so many slots, a power of two.
    pub(crate) fn new(limit: usize) -> Self {
        assert!(MOST.is_power_of_two() && MOST <= 64 && limit.is_power_of_two());
        let lists = vec![Lists::default(); MOST.ilog2() as usize + 1];
        Self { slots: vec![Slot::default(); SLOTS.min(limit)], taken: 0, limit, lists }
    }

    /// Makes room for so many further keys. Slots keep their places until the next such call.
    pub(crate) fn reserve(&mut self, keys: usize) {
        while (self.taken + keys) * 4 > self.slots.len() * 3 {
            if self.slots.len() < self.limit {
                self.rebuild(self.slots.len() * 2, |_| true);
                continue;
            }
            // First what was seen once and not lately, then what was not seen lately, then the rarest.
            let size = self.slots.len();
            self.rebuild(size, |s| s.seen || s.frequency >= TWICE);
            if self.taken * 2 > size {
                self.rebuild(size, |s| s.seen);
            }
            let mut rare = TWICE;
            while self.taken * 2 > size && rare < f32::MAX {
                self.rebuild(size, |s| s.frequency >= rare);
                rare *= 2.0;
            }
            for slot in &mut self.slots {
                slot.seen = false;
            }
            if keys * 4 > size * 2 {
                return;
            }
        }
    }

    fn rebuild(&mut self, size: usize, keep: impl Fn(&Slot) -> bool) {
        let old = std::mem::replace(&mut self.slots, vec![Slot::default(); size]);
        self.taken = 0;
        for slot in old.into_iter().filter(|s| s.key != 0) {
            if keep(&slot) {
                let at = self.vacancy(slot.key);
                self.slots[at] = slot;
                self.taken += 1;
            } else if slot.held > 1 {
                self.lists[class(slot.held, MOST)].free.push(slot.at);
            }
        }
    }

    /// The slot of a key, or the one where it belongs.
    fn vacancy(&self, key: u32) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = spread(key) as usize & mask;
        while self.slots[at].key != 0 && self.slots[at].key != key {
            at = (at + 1) & mask;
        }
        at
    }

    /// The slot of a key, if it has one.
    pub(crate) fn find(&self, key: u32) -> Option<&Slot> {
        let slot = &self.slots[self.vacancy(named(key))];
        (slot.key != 0).then_some(slot)
    }

    /// The number of the slot of a key, if it has one.
    pub(crate) fn position(&self, key: u32) -> Option<usize> {
        let at = self.vacancy(named(key));
        (self.slots[at].key != 0).then_some(at)
    }

    /// The number of the slot of a key, which is taken now, and whether it was before. There must be room.
    pub(crate) fn enter(&mut self, key: u32) -> (usize, bool) {
        let key = named(key);
        let at = self.vacancy(key);
        let slot = &mut self.slots[at];
        let known = slot.key != 0;
        if known {
            slot.seen = true;
        } else {
            *slot = Slot { key, ..Slot::default() };
            self.taken += 1;
        }
        (at, known)
    }

    /// A slot by its number.
    pub(crate) fn slot(&self, at: usize) -> &Slot {
        &self.slots[at]
    }

    /// A slot by its number.
    pub(crate) fn slot_mut(&mut self, at: usize) -> &mut Slot {
        &mut self.slots[at]
    }

    /// Adds a place to a slot; the oldest one goes where there are too many.
    pub(crate) fn push(&mut self, at: usize, place: u32) {
        let slot = &mut self.slots[at];
        let held = slot.held as usize;
        if held == 0 {
            (slot.at, slot.held) = (place, 1);
            return;
        }
        if held < MOST && held.is_power_of_two() {
            // The list is full: the next longer one.
            let lists = &mut self.lists[class(slot.held + 1, MOST)];
            let length = held * 2;
            let list = lists.free.pop().unwrap_or_else(|| {
                lists.places.resize(lists.places.len() + length, 0);
                (lists.places.len() / length - 1) as u32
            });
            let to = list as usize * length;
            if held == 1 {
                lists.places[to] = slot.at;
            } else {
                let shorter = class(slot.held, MOST);
                let from = slot.at as usize * held;
                for i in 0..held {
                    self.lists[shorter + 1].places[to + i] = self.lists[shorter].places[from + i];
                }
                self.lists[shorter].free.push(slot.at);
            }
            slot.at = list;
        }
        let class = class(slot.held.saturating_add(1), MOST);
        let length = 1 << class;
        self.lists[class].places[(slot.at as usize * length) + held % length] = place;
        slot.held = if held + 1 == MOST * 2 { MOST as u8 } else { held as u8 + 1 };
    }

    /// The places of a slot, the latest first.
    pub(crate) fn places(&self, at: usize) -> impl Iterator<Item = u32> + '_ {
        let slot = self.slots[at];
        let held = slot.held as usize;
        let class = class(slot.held, MOST);
        let length = 1 << class;
        let list: &[u32] = match held {
            0 | 1 => &[],
            _ => self.lists[class].places.get(slot.at as usize * length..).unwrap_or_default(),
        };
        (0..held.min(MOST)).map(move |i| {
            if held == 1 { slot.at } else { list.get((held - 1 - i) % length).copied().unwrap_or_default() }
        })
    }

    /// Bytes of memory.
    pub(crate) fn bytes(&self) -> usize {
        let lists: usize = self.lists.iter().map(|l| l.places.capacity() + l.free.capacity()).sum();
        self.slots.capacity() * size_of::<Slot>() + lists * size_of::<u32>()
    }

    pub(crate) fn save(&self, out: &mut Writer<impl Write>) -> Result<()> {
        out.number(self.slots.len())?;
        out.number(self.taken)?;
        for slot in self.slots.iter().filter(|s| s.key != 0) {
            out.u32(slot.key)?;
            out.u32(slot.frequency.to_bits())?;
            out.u32(u32::from(slot.count) | u32::from(slot.held) << 16 | u32::from(slot.seen) << 24)?;
            // A list is written out as it lies.
            let class = class(slot.held, MOST);
            match slot.held {
                0 => {}
                1 => out.u32(slot.at)?,
                held => {
                    let list = &self.lists[class].places[(slot.at as usize) << class..];
                    for place in &list[..usize::from(held).min(MOST)] {
                        out.u32(*place)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Reads a table of places before `end`.
    pub(crate) fn load(from: &mut Reader<impl Read>, limit: usize, end: u32) -> Result<Self> {
        let mut table = Self::new(limit);
        let (size, taken) = (from.number()?, from.number()?);
        if !size.is_power_of_two() || size > limit || size < table.slots.len() || taken * 4 > size * 3 {
            return Err(Damaged("a table's size").into());
        }
        table.slots = vec![Slot::default(); size];
        for _ in 0..taken {
            let (key, frequency, rest) = (from.u32()?, f32::from_bits(from.u32()?), from.u32()?);
            let (count, held, seen) = (rest as u16, (rest >> 16) as u8, rest >> 24 != 0);
            if key == 0 || !frequency.is_finite() || usize::from(held) >= MOST * 2 {
                return Err(Damaged("a table's entry").into());
            }
            let at = table.vacancy(key);
            if table.slots[at].key != 0 {
                return Err(Damaged("an entry given twice").into());
            }
            let mut slot = Slot { key, at: 0, frequency, count, held, seen };
            let mut place =
                || from.u32().and_then(|p| if p < end { Ok(p) } else { Err(Damaged("a place").into()) });
            match held {
                0 => {}
                1 => slot.at = place()?,
                _ => {
                    let lists = &mut table.lists[class(held, MOST)];
                    let length = 1 << class(held, MOST);
                    slot.at = (lists.places.len() / length) as u32;
                    for _ in 0..usize::from(held).min(MOST) {
                        lists.places.push(place()?);
                    }
                    let end = (slot.at as usize + 1) * length;
                    lists.places.resize(end, 0);
                }
            }
            table.slots[at] = slot;
            table.taken += 1;
        }
        Ok(table)
    }
}

/// Which lists hold so many places.
fn class(held: u8, most: usize) -> usize {
    usize::from(held).min(most).max(1).next_power_of_two().ilog2() as usize
}

/// A key that is not zero.
fn named(key: u32) -> u32 {
    key.max(1)
}

/// Spreads keys over the slots.
fn spread(key: u32) -> u32 {
    let h = (key ^ (key >> 15)).wrapping_mul(0x2c1b_3c6d);
    let h = (h ^ (h >> 12)).wrapping_mul(0x297a_2d39);
    h ^ (h >> 15)
}

/// The latest places of keys that mostly have one: a key stands in it once for each of its places, up to `MOST`.
#[derive(Clone, Debug)]
pub(crate) struct Index<const MOST: usize> {
    /// Key and place; the key is zero where the slot is free.
    slots: Vec<(u32, u32)>,
    taken: usize,
    limit: usize,
    /// Places before this one were forgotten.
    from: u32,
}

impl<const MOST: usize> Index<MOST> {
    /// An index of at most so many slots, a power of two.
    pub(crate) fn new(limit: usize) -> Self {
        Self { slots: vec![(0, 0); SLOTS.min(limit)], taken: 0, limit, from: 0 }
    }

    /// Makes room for so many further entries, where it must by forgetting the older half of the places before `now`.
    pub(crate) fn reserve(&mut self, entries: usize, now: u32) {
        while (self.taken + entries) * 4 > self.slots.len() * 3 {
            let size = if self.slots.len() < self.limit {
                self.slots.len() * 2
            } else if self.from < now {
                self.from += (now - self.from).div_ceil(2);
                self.slots.len()
            } else {
                return;
            };
            let old = std::mem::replace(&mut self.slots, vec![(0, 0); size]);
            self.taken = 0;
            let from = self.from;
            for (key, place) in old.into_iter().filter(|s| s.0 != 0 && s.1 >= from) {
                self.settle(key, place);
            }
        }
    }

    fn settle(&mut self, key: u32, place: u32) {
        let mask = self.slots.len() - 1;
        let mut at = spread(key) as usize & mask;
        while self.slots[at].0 != 0 {
            at = (at + 1) & mask;
        }
        self.slots[at] = (key, place);
        self.taken += 1;
    }

    /// Adds a place to a key; the oldest one goes where there are too many. There must be room.
    pub(crate) fn push(&mut self, key: u32, place: u32) {
        let key = named(key);
        let mask = self.slots.len() - 1;
        let mut at = spread(key) as usize & mask;
        let (mut held, mut oldest) = (0, at);
        while self.slots[at].0 != 0 {
            if self.slots[at].0 == key {
                if held == 0 || self.slots[at].1 < self.slots[oldest].1 {
                    oldest = at;
                }
                held += 1;
            }
            at = (at + 1) & mask;
        }
        if held < MOST {
            self.slots[at] = (key, place);
            self.taken += 1;
        } else {
            self.slots[oldest].1 = place;
        }
    }

    /// The places of a key, in no order.
    pub(crate) fn places(&self, key: u32) -> impl Iterator<Item = u32> + '_ {
        let key = named(key);
        let mask = self.slots.len() - 1;
        let first = spread(key) as usize & mask;
        let run = (0..self.slots.len()).map(move |i| self.slots[(first + i) & mask]);
        run.take_while(|s| s.0 != 0).filter(move |s| s.0 == key).map(|s| s.1)
    }

    /// Bytes of memory.
    pub(crate) fn bytes(&self) -> usize {
        self.slots.capacity() * size_of::<(u32, u32)>()
    }

    pub(crate) fn save(&self, out: &mut Writer<impl Write>) -> Result<()> {
        out.number(self.slots.len())?;
        out.number(self.taken)?;
        out.u32(self.from)?;
        for (key, place) in self.slots.iter().filter(|s| s.0 != 0) {
            out.u32(*key)?;
            out.u32(*place)?;
        }
        Ok(())
    }

    /// Reads an index of places before `end`.
    pub(crate) fn load(from: &mut Reader<impl Read>, limit: usize, end: u32) -> Result<Self> {
        let (size, taken) = (from.number()?, from.number()?);
        if !size.is_power_of_two() || size > limit || size < SLOTS.min(limit) || taken * 4 > size * 3 {
            return Err(Damaged("an index's size").into());
        }
        let mut index = Self { slots: vec![(0, 0); size], taken: 0, limit, from: from.u32()? };
        for _ in 0..taken {
            let (key, place) = (from.u32()?, from.u32()?);
            if key == 0 || place >= end {
                return Err(Damaged("an index's entry").into());
            }
            index.settle(key, place);
        }
        Ok(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_its_latest_places() {
        let mut table: Table<4> = Table::new(1 << 12);
        for place in 0..11 {
            for key in 0..900_u32 {
                table.reserve(1);
                let at = table.enter(key * 7919).0;
                table.push(at, place);
                let held: Vec<u32> = table.places(at).collect();
                let want: Vec<u32> = (0..=place).rev().take(4).collect();
                assert_eq!(held, want, "{key}");
            }
        }
        assert!(table.find(3).is_none());
    }

    #[test]
    fn a_full_table_forgets_what_was_seen_once() {
        let mut table: Table<2> = Table::new(1 << 10);
        for key in 1..5000_u32 {
            table.reserve(2);
            for (key, place) in [(key, key), (100_000 + key % 50, key)] {
                let at = table.enter(key).0;
                table.slot_mut(at).frequency += 1.0;
                table.push(at, place);
            }
            assert!(table.slots.len() <= 1 << 10 && table.taken * 4 <= table.slots.len() * 3);
        }
        assert!(table.find(1).is_none() && table.find(4999).is_some());
        let often = (100_000..100_050).filter(|k| table.find(*k).is_some_and(|s| s.frequency > 90.0)).count();
        assert_eq!(often, 50);
        let lists: usize = table.lists.iter().map(|l| l.places.len()).sum();
        assert!(lists < 1 << 11, "{lists}");
    }

    #[test]
    fn a_full_index_forgets_the_oldest_places() {
        let mut index: Index<2> = Index::new(1 << 10);
        for place in 0..4000_u32 {
            index.reserve(2, place);
            index.push(place + 10, place);
            index.push(7, place);
        }
        let mut seven: Vec<u32> = index.places(7).collect();
        seven.sort_unstable();
        assert_eq!(seven, [3998, 3999]);
        assert_eq!(index.places(4009).collect::<Vec<u32>>(), [3999]);
        assert_eq!(index.places(10).count(), 0);
        assert!(index.slots.len() <= 1 << 10);
    }
}
