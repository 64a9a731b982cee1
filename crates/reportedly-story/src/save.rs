//! A state as bytes: numbers in little-endian order, summed up at the end so that damage is seen.

use crate::features::Damaged;
use std::io::{BufReader, BufWriter, Read, Result, Write};

/// Writes numbers.
pub(crate) struct Writer<W: Write> {
    out: BufWriter<W>,
    sum: u64,
}

const fn mixed(sum: u64, number: u64) -> u64 {
    let h = (sum.rotate_left(23) ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    h ^ (h >> 32)
}

impl<W: Write> Writer<W> {
    pub(crate) fn new(out: W) -> Self {
        Self { out: BufWriter::with_capacity(1 << 16, out), sum: 0 }
    }

    pub(crate) fn u32(&mut self, number: u32) -> Result<()> {
        self.sum = mixed(self.sum, number.into());
        self.out.write_all(&number.to_le_bytes())
    }

    pub(crate) fn u64(&mut self, number: u64) -> Result<()> {
        self.u32(number as u32)?;
        self.u32((number >> 32) as u32)
    }

    pub(crate) fn number(&mut self, number: usize) -> Result<()> {
        self.u64(number as u64)
    }

    pub(crate) fn list(&mut self, list: &[u32]) -> Result<()> {
        self.number(list.len())?;
        list.iter().try_for_each(|n| self.u32(*n))
    }

    /// Writes the sum and whatever is still held.
    pub(crate) fn finish(mut self) -> Result<()> {
        let sum = self.sum;
        self.out.write_all(&sum.to_le_bytes())?;
        self.out.flush()
    }
}

/// Reads them again.
pub(crate) struct Reader<R: Read> {
    from: BufReader<R>,
    sum: u64,
}

impl<R: Read> Reader<R> {
    pub(crate) fn new(from: R) -> Self {
        Self { from: BufReader::with_capacity(1 << 16, from), sum: 0 }
    }

    pub(crate) fn u32(&mut self) -> Result<u32> {
        let mut bytes = [0; 4];
        self.from.read_exact(&mut bytes).map_err(|e| match e.kind() {
            std::io::ErrorKind::UnexpectedEof => Damaged("cut short").into(),
            _ => e,
        })?;
        let number = u32::from_le_bytes(bytes);
        self.sum = mixed(self.sum, number.into());
        Ok(number)
    }

    pub(crate) fn u64(&mut self) -> Result<u64> {
        Ok(u64::from(self.u32()?) | u64::from(self.u32()?) << 32)
    }

    pub(crate) fn number(&mut self) -> Result<usize> {
        // Nothing that is counted here comes near this; sums and products of such numbers stay in bounds.
        match self.u64()? {
            n if n < 1 << 40 => Ok(n as usize),
            _ => Err(Damaged("a number").into()),
        }
    }

    /// A list of at most so many numbers.
    pub(crate) fn list(&mut self, most: usize) -> Result<Vec<u32>> {
        let length = self.number()?;
        if length > most {
            return Err(Damaged("a list's length").into());
        }
        let mut list = Vec::new();
        for _ in 0..length {
            list.push(self.u32()?);
        }
        Ok(list)
    }

    /// Whether all was read as it was written, and nothing is left.
    pub(crate) fn finish(mut self) -> Result<()> {
        let mut bytes = [0; 8];
        let sum = self.sum;
        self.from.read_exact(&mut bytes)?;
        if u64::from_le_bytes(bytes) != sum || self.from.read(&mut [0])? != 0 {
            return Err(Damaged("the sum").into());
        }
        Ok(())
    }
}
