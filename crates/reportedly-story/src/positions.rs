//! Where a hash stands in a short list of them. Most of what is asked for is not in it, and that is told at the first
//! look, without a branch that goes now one way and now the other.

/// Slots for each hash: nine of ten looks for what is not there end at the first.
const SLOTS: usize = 8;

/// The positions of hashes in a list.
#[derive(Clone, Debug, Default)]
pub(crate) struct Positions {
    /// Each hash with its position; free where that is [`FREE`].
    slots: Vec<(u32, u32)>,
    shift: u32,
}

const FREE: u32 = u32::MAX;

impl Positions {
    /// Takes the place of what was there; of equal hashes the first counts.
    pub(crate) fn set(&mut self, hashes: impl ExactSizeIterator<Item = u32>) {
        let size = (hashes.len() * SLOTS).next_power_of_two().max(2);
        self.shift = 32 - size.ilog2();
        self.slots.clear();
        self.slots.resize(size, (0, FREE));
        for (position, hash) in (0..).zip(hashes) {
            let at = self.slot(hash);
            if self.slots[at].1 == FREE {
                self.slots[at] = (hash, position);
            }
        }
    }

    /// The slot of a hash, or the one where it belongs.
    fn slot(&self, hash: u32) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = (hash.wrapping_mul(0x9e37_79b9) >> self.shift) as usize & mask;
        while self.slots[at].1 != FREE && self.slots[at].0 != hash {
            at = (at + 1) & mask;
        }
        at
    }

    /// The position of a hash, if it is in the list.
    #[inline]
    pub(crate) fn find(&self, hash: u32) -> Option<usize> {
        match self.slots[self.slot(hash)].1 {
            FREE => None,
            position => Some(position as usize),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_found_where_it_stands_first() {
        let mut positions = Positions::default();
        positions.set([].into_iter());
        assert_eq!(positions.find(0), None);
        let list: Vec<u32> = (0..700).map(|i| i * i * 7919 % 5003).collect();
        positions.set(list.iter().copied());
        for hash in 0..5003 {
            assert_eq!(positions.find(hash), list.iter().position(|h| *h == hash));
        }
    }
}
