//! Byte spans inside, code points at the boundary.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A half-open range of bytes of a text, on character boundaries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The span from `start` up to `end`, in bytes.
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// Length in bytes.
    pub const fn len(self) -> usize {
        self.end.saturating_sub(self.start)
    }

    /// Whether nothing is covered.
    pub const fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// The words covered; empty where the span does not fit the text.
    pub fn of(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or("")
    }

    /// Whether `other` lies wholly inside.
    pub const fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the two share at least one byte.
    pub const fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The smallest span that covers both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self::new(self.start.min(other.start), self.end.max(other.end))
    }

    /// The span without white space at its ends.
    #[must_use]
    pub fn trimmed(self, text: &str) -> Self {
        let words = self.of(text);
        let start = self.start + (words.len() - words.trim_start().len());
        Self::new(start, start + words.trim().len())
    }
}

/// On disk a span is `[start, end]`.
impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.start, self.end).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <(usize, usize)>::deserialize(deserializer).map(|(start, end)| Self { start, end })
    }
}

/// Turns byte offsets of one text into Unicode code points, in constant time.
///
/// Keeps one count every `STEP` bytes; texts that are all ASCII keep none.
#[derive(Clone, Debug)]
pub struct CodePoints<'t> {
    text: &'t str,
    counts: Vec<usize>,
}

const STEP: usize = 64;

impl<'t> CodePoints<'t> {
    /// Counts `text` once.
    pub fn new(text: &'t str) -> Self {
        let mut counts = Vec::new();
        if !text.is_ascii() {
            counts.reserve(text.len() / STEP + 1);
            let mut count = 0;
            for (i, byte) in text.bytes().enumerate() {
                if i % STEP == 0 {
                    counts.push(count);
                }
                count += usize::from(is_first(byte));
            }
        }
        Self { text, counts }
    }

    /// How many code points stand before byte `offset`.
    pub fn at(&self, offset: usize) -> usize {
        let offset = offset.min(self.text.len());
        if self.counts.is_empty() {
            return offset;
        }
        let step = (offset / STEP).min(self.counts.len() - 1);
        self.counts[step] + self.text.as_bytes()[step * STEP..offset].iter().filter(|b| is_first(**b)).count()
    }
}

const fn is_first(byte: u8) -> bool {
    byte & 0b1100_0000 != 0b1000_0000
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn code_points_equal_a_plain_count(text in "\\PC{0,300}") {
            let points = CodePoints::new(&text);
            for (count, (offset, _)) in text.char_indices().enumerate() {
                prop_assert_eq!(points.at(offset), count);
            }
            prop_assert_eq!(points.at(text.len()), text.chars().count());
        }
    }
}
