//! How readings and pages lie on disk: packed, with a checksum that tells when a byte has changed.

use crate::error::{Error, RESTORE};
use reportedly_read::Reading;
use sha2::{Digest, Sha256};
use std::cell::RefCell;
use zstd::{
    bulk::{Compressor, Decompressor},
    zstd_safe::CParameter,
};

/// How hard readings and pages are packed. Level 1 packs readings 8 % worse in half the time; beyond 3 little is gained.
const LEVEL: i32 = 3;
/// More than this is not unpacked, whatever a row claims: a reading of the largest page takes less.
const MOST_BYTES: usize = 1 << 30;

/// What tells one thing from another by its content, even where somebody wishes to pass one off as the other.
pub type Hash = [u8; 32];

/// The hash of some bytes.
pub fn hash(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// The hash of several pieces, of which it is known where each begins.
pub fn hash_of_parts<'p>(parts: impl IntoIterator<Item = &'p [u8]>) -> Hash {
    let mut all = Sha256::new();
    for part in parts {
        all.update((part.len() as u64).to_le_bytes());
        all.update(part);
    }
    all.finalize().into()
}

thread_local! {
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// Packs bytes.
pub(crate) fn pack(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    COMPRESSOR.with_borrow_mut(|kept| {
        let mut compressor = match kept.take() {
            Some(compressor) => compressor,
            None => {
                let mut new = Compressor::new(LEVEL)?;
                new.set_parameter(CParameter::ChecksumFlag(true))?;
                new
            }
        };
        let packed = compressor.compress(bytes)?;
        *kept = Some(compressor);
        Ok(packed)
    })
}

/// Unpacks bytes; `what` names them where they are damaged.
pub(crate) fn unpack(packed: &[u8], what: impl Fn() -> String) -> Result<Vec<u8>, Error> {
    let damaged = |why: String| Error::Damaged { what: what(), why, cure: RESTORE };
    let size = Decompressor::upper_bound(packed).filter(|s| !packed.is_empty() && *s <= MOST_BYTES);
    let size = size.ok_or_else(|| damaged("it does not begin as packed bytes do".to_owned()))?;
    DECOMPRESSOR.with_borrow_mut(|kept| {
        let mut unpack = || -> std::io::Result<(Vec<u8>, Decompressor<'static>)> {
            let mut decompressor = match kept.take() {
                Some(decompressor) => decompressor,
                None => Decompressor::new()?,
            };
            Ok((decompressor.decompress(packed, size)?, decompressor))
        };
        let (bytes, decompressor) = unpack().map_err(|e| damaged(e.to_string()))?;
        *kept = Some(decompressor);
        Ok(bytes)
    })
}

/// A reading as it is stored.
pub(crate) fn pack_reading(reading: &Reading) -> std::io::Result<Vec<u8>> {
    pack(&serde_json::to_vec(reading)?)
}

/// A reading from how it is stored; `what` names it where it is damaged.
pub(crate) fn unpack_reading(packed: &[u8], what: impl Fn() -> String) -> Result<Reading, Error> {
    let bytes = unpack(packed, &what)?;
    serde_json::from_slice(&bytes).map_err(|e| Error::Damaged {
        what: what(),
        why: e.to_string(),
        cure: RESTORE,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use reportedly_read::{Form, Input, read};
    use std::{fs, path::Path};

    fn survives(bytes: &[u8]) {
        let fetched = Some("2031-03-04T10:00:00.25Z".parse().expect("an instant"));
        let reading = read(&Input {
            bytes,
            form: Form::Unknown,
            outlet: Some("Velm Post"),
            fetched,
            ..Input::default()
        });
        let packed = pack_reading(&reading).expect("to memory");
        let again = unpack_reading(&packed, || "a reading".to_owned()).expect("undamaged");
        assert_eq!(format!("{again:?}"), format!("{reading:?}"));
    }

    #[test]
    fn the_readings_of_pages_survive_exactly() {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../reportedly-page/tests/fixtures");
        let mut seen = 0;
        for folder in fs::read_dir(fixtures).expect("the fixtures") {
            for file in fs::read_dir(folder.expect("an entry").path()).expect("a folder") {
                let path = file.expect("an entry").path();
                if path.file_stem().is_some_and(|s| s == "page") {
                    survives(&fs::read(path).expect("a page"));
                    seen += 1;
                }
            }
        }
        assert!(seen > 50, "{seen}");
    }

    #[test]
    fn a_flipped_byte_is_noticed_wherever_it_is() {
        let reading = read(&Input {
            bytes: b"<p>The quay at Velm reopens on Monday, the harbour master said.",
            ..Input::default()
        });
        let packed = pack_reading(&reading).expect("to memory");
        for at in 0..packed.len() {
            let mut flipped = packed.clone();
            flipped[at] ^= 0x10;
            let error = unpack_reading(&flipped, || "the reading of a1".to_owned()).map(|r| format!("{r:?}"));
            // A bit in the frame's head may change how it is packed and nothing else.
            match error {
                Ok(same) => assert_eq!(same, format!("{reading:?}"), "byte {at}"),
                Err(e) => assert!(e.to_string().starts_with("the reading of a1 is damaged"), "{e}"),
            }
        }
        assert!(unpack(b"", || "a page".to_owned()).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn the_reading_of_anything_survives_exactly(text in "\\PC{0,400}") {
            survives(text.as_bytes());
        }
    }
}
