//! Linear models over hashed features: what the taggers decide with.
//!
//! A model is a set of rows, one weight a label, found by the 32-bit hash of a feature. Rows that learning left
//! at nothing are not kept. The file: the number of rows, then for each, in the order of their hashes, the distance from the
//! hash before and the number of weights (both as LEB128), then label and weight, a byte each.

/// A model that chooses between `LABELS` labels.
#[derive(Clone, Debug)]
pub struct Model<const LABELS: usize> {
    slots: Vec<(u32, u32)>,
    rows: Vec<[i8; LABELS]>,
    mask: usize,
    /// Bits of which each feature that has a row sets one. Most features of a text have none, and these bits lie in
    /// a nearer cache than the slots.
    known: Vec<u64>,
    shift: u32,
}

const EMPTY: u32 = u32::MAX;
/// Bits for each slot.
const BITS: usize = 4;

impl<const LABELS: usize> Model<LABELS> {
    /// Reads what [`Model::write`] wrote; rows that do not fit end the reading.
    pub fn read(bytes: &[u8]) -> Self {
        let mut at = 0;
        let count = number(bytes, &mut at).unwrap_or(0) as usize;
        // Every row takes at least two bytes.
        let count = count.min(bytes.len() / 2);
        let size = (count * 2).next_power_of_two().max(2);
        // A feature's bit is told by the highest bits of its hash.
        let bits = (size * BITS).max(64);
        let mut model = Self {
            slots: vec![(0, EMPTY); size],
            rows: Vec::with_capacity(count),
            mask: size - 1,
            known: vec![0; bits / 64],
            shift: u32::BITS.saturating_sub(bits.ilog2()),
        };
        let mut hash = 0u32;
        for _ in 0..count {
            let (Some(step), Some(weights)) = (number(bytes, &mut at), number(bytes, &mut at)) else { break };
            let end = at.saturating_add(weights as usize * 2);
            let Some(pairs) = bytes.get(at..end) else { break };
            at = end;
            hash = hash.wrapping_add(step);
            let mut row = [0; LABELS];
            for pair in pairs.chunks_exact(2) {
                if let Some(weight) = row.get_mut(usize::from(pair[0])) {
                    *weight = pair[1].cast_signed();
                }
            }
            model.insert(hash, row);
        }
        model
    }

    fn insert(&mut self, hash: u32, row: [i8; LABELS]) {
        let mut slot = spread(hash) & self.mask;
        while self.slots[slot].1 != EMPTY {
            slot = (slot + 1) & self.mask;
        }
        self.slots[slot] = (hash, self.rows.len() as u32);
        self.rows.push(row);
        let bit = (hash >> self.shift) as usize;
        if let Some(bits) = self.known.get_mut(bit / 64) {
            *bits |= 1 << (bit % 64);
        }
    }

    /// Whether a feature may have a row.
    #[inline]
    fn may_have(&self, feature: u32) -> bool {
        let bit = (feature >> self.shift) as usize;
        self.known.get(bit / 64).is_some_and(|bits| bits >> (bit % 64) & 1 != 0)
    }

    /// Adds a feature's weights to the scores.
    #[inline]
    pub fn add(&self, feature: u32, scores: &mut [i32; LABELS]) {
        if let Some(row) = self.row(feature) {
            for (score, weight) in scores.iter_mut().zip(&self.rows[row as usize]) {
                *score += i32::from(*weight);
            }
        }
    }

    /// The scores of all features together. Every row is looked for before the first is added up, so that the
    /// waits for memory run side by side.
    #[inline]
    pub fn score<const N: usize>(&self, features: &[u32; N]) -> [i32; LABELS] {
        let mut likely = [0; N];
        let mut candidates = 0;
        // Without a branch: which of them it will be cannot be foreseen.
        for feature in features {
            likely[candidates] = *feature;
            candidates += usize::from(self.may_have(*feature));
        }
        let mut found = [0; N];
        let mut count = 0;
        for feature in &likely[..candidates] {
            if let Some(row) = self.row(*feature) {
                found[count] = row;
                count += 1;
            }
        }
        const { assert!(N < 256, "the weights of all features fit into 16 bits") };
        let mut scores = [0_i16; LABELS];
        for row in &found[..count] {
            for (score, weight) in scores.iter_mut().zip(&self.rows[*row as usize]) {
                *score += i16::from(*weight);
            }
        }
        scores.map(i32::from)
    }

    #[inline]
    fn row(&self, feature: u32) -> Option<u32> {
        let mut slot = spread(feature) & self.mask;
        loop {
            let (hash, row) = self.slots[slot];
            if row == EMPTY {
                return None;
            }
            if hash == feature {
                return Some(row);
            }
            slot = (slot + 1) & self.mask;
        }
    }

    /// The file for these rows, in the order of their hashes.
    pub fn write(rows: &std::collections::BTreeMap<u32, [i8; LABELS]>) -> Vec<u8> {
        let mut bytes = Vec::new();
        push(&mut bytes, rows.len() as u32);
        let mut before = 0;
        for (hash, row) in rows {
            push(&mut bytes, hash - before);
            before = *hash;
            push(&mut bytes, row.iter().filter(|w| **w != 0).count() as u32);
            for (label, weight) in row.iter().enumerate().filter(|(_, w)| **w != 0) {
                bytes.extend([label as u8, weight.cast_unsigned()]);
            }
        }
        bytes
    }
}

fn spread(hash: u32) -> usize {
    (hash ^ (hash >> 15)) as usize
}

fn number(bytes: &[u8], at: &mut usize) -> Option<u32> {
    let mut value = 0u32;
    for shift in (0..35).step_by(7) {
        let byte = *bytes.get(*at)?;
        *at += 1;
        value |= u32::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn push(bytes: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// The hash of a feature: which question is asked, and up to two answers.
#[inline]
pub const fn feature(question: u32, first: u32, second: u32) -> u32 {
    let mut h = (question as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    h = (h ^ first as u64).wrapping_mul(0xff51_afd7_ed55_8ccd);
    h = (h ^ (h >> 29) ^ ((second as u64) << 17)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    (h >> 32) as u32
}

/// The hash of a run of bytes (FNV-1a).
#[inline]
pub const fn hash(bytes: &[u8]) -> u32 {
    let mut h = 0x811c_9dc5u32;
    let mut i = 0;
    while i < bytes.len() {
        h = (h ^ bytes[i] as u32).wrapping_mul(0x0100_0193);
        i += 1;
    }
    h
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(rows in proptest::collection::btree_map(any::<u32>(), any::<[i8; 3]>(), 0..50)) {
            let model = Model::<3>::read(&Model::write(&rows));
            for (hash, row) in &rows {
                let mut scores = [0; 3];
                model.add(*hash, &mut scores);
                prop_assert_eq!(scores, row.map(i32::from));
            }
        }

        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..200), feature: u32) {
            Model::<3>::read(&bytes).add(feature, &mut [0; 3]);
        }
    }
}
