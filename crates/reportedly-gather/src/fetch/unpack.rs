//! Packed answers (`Content-Encoding`), unpacked piece by piece as they come.
//!
//! What comes out is counted as it comes out, so that an answer that would unpack to gigabytes ends at the limit
//! without having taken more memory than the limit.

use brotli_decompressor::writer::DecompressorWriter;
use flate2::write::{DeflateDecoder, GzDecoder, ZlibDecoder};
use std::io::{self, Write};
use zstd::stream::write::Decoder as ZstdDecoder;

/// What the codings that we read are called in `Accept-Encoding`.
pub(super) const CODINGS: &str = "gzip, br, zstd, deflate";

/// Bytes of brotli's output buffer.
const BROTLI_BUFFER: usize = 16 << 10;
/// The largest window that zstd may ask for, as a power of two: 8 MiB, which RFC 9659 sets for the web.
const ZSTD_WINDOW: u32 = 23;

/// Unpacked bytes, up to a limit.
#[derive(Debug, Default)]
struct Sink {
    bytes: Vec<u8>,
    most: usize,
    full: bool,
}

impl Write for Sink {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let room = self.most - self.bytes.len();
        if piece.len() > room {
            self.bytes.extend_from_slice(&piece[..room]);
            self.full = true;
            return Err(io::Error::other("the limit is reached"));
        }
        self.bytes.extend_from_slice(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

enum Decoder {
    /// Nothing has come that would tell what is packed how.
    Waiting(Sink),
    Plain(Sink),
    Gzip(Box<GzDecoder<Sink>>),
    Zlib(Box<ZlibDecoder<Sink>>),
    Deflate(Box<DeflateDecoder<Sink>>),
    Brotli(Box<DecompressorWriter<Sink>>),
    Zstd(Box<ZstdDecoder<'static, Sink>>),
}

/// An answer's body while it comes.
pub(super) struct Unpacker {
    coding: String,
    /// The first bytes, until there are enough to tell what they are.
    first: Vec<u8>,
    decoder: Decoder,
}

/// What a piece did.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// There may be more.
    More,
    /// The limit is reached: what is there is cut.
    Full,
    /// What comes cannot be unpacked.
    Broken,
}

impl Unpacker {
    /// For an answer with this `Content-Encoding`; `None` where it is packed in a way that we did not ask for.
    pub(super) fn new(coding: &str, most: usize) -> Option<Self> {
        let coding = coding.trim().to_ascii_lowercase();
        let coding = coding.strip_prefix("x-").unwrap_or(&coding).to_owned();
        let sink = Sink { most, ..Sink::default() };
        let decoder = match coding.as_str() {
            "" | "identity" | "none" | "utf-8" => Decoder::Plain(sink),
            "gzip" | "br" | "zstd" | "deflate" => Decoder::Waiting(sink),
            _ => return None,
        };
        Some(Self { coding, first: Vec::new(), decoder })
    }

    /// Takes a piece as it came over the wire.
    pub(super) fn push(&mut self, piece: &[u8]) -> Step {
        if !matches!(self.decoder, Decoder::Waiting(_)) {
            return self.write(piece);
        }
        self.first.extend_from_slice(piece);
        // Four bytes tell a zstd frame, the longest of the marks.
        if self.first.len() < 4 { Step::More } else { self.begin() }
    }

    /// Chooses the decoder by what the bytes are: servers name a coding and send the page as it is, or the other
    /// deflate.
    fn begin(&mut self) -> Step {
        let Decoder::Waiting(sink) = &mut self.decoder else { return Step::More };
        let sink = std::mem::take(sink);
        let first = std::mem::take(&mut self.first);
        self.decoder = match (self.coding.as_str(), first.as_slice()) {
            (_, [0x1f, 0x8b, ..]) => Decoder::Gzip(Box::new(GzDecoder::new(sink))),
            ("zstd", [0x28, 0xb5, 0x2f, 0xfd, ..]) => match ZstdDecoder::new(sink) {
                Ok(mut decoder) => {
                    if decoder.window_log_max(ZSTD_WINDOW).is_err() {
                        return Step::Broken;
                    }
                    Decoder::Zstd(Box::new(decoder))
                }
                Err(_) => return Step::Broken,
            },
            ("br", bytes) if !looks_plain(bytes) => {
                Decoder::Brotli(Box::new(DecompressorWriter::new(sink, BROTLI_BUFFER)))
            }
            ("deflate", [a, b, ..]) if a & 0x0f == 8 && u16::from_be_bytes([*a, *b]) % 31 == 0 => {
                Decoder::Zlib(Box::new(ZlibDecoder::new(sink)))
            }
            ("deflate", bytes) if !looks_plain(bytes) => {
                Decoder::Deflate(Box::new(DeflateDecoder::new(sink)))
            }
            _ => Decoder::Plain(sink),
        };
        self.write(&first)
    }

    fn write(&mut self, piece: &[u8]) -> Step {
        let written = match &mut self.decoder {
            Decoder::Waiting(_) => Ok(()),
            Decoder::Plain(sink) => sink.write_all(piece),
            Decoder::Gzip(decoder) => write_to(decoder, piece),
            Decoder::Zlib(decoder) => write_to(decoder, piece),
            Decoder::Deflate(decoder) => write_to(decoder, piece),
            Decoder::Brotli(decoder) => decoder.write_all(piece),
            Decoder::Zstd(decoder) => decoder.write_all(piece),
        };
        match written {
            Ok(()) => Step::More,
            Err(_) if self.sink().full => Step::Full,
            Err(_) => Step::Broken,
        }
    }

    /// The unpacked bytes, and whether they end where the packing says that they end.
    pub(super) fn finish(mut self) -> (Vec<u8>, bool) {
        if matches!(self.decoder, Decoder::Waiting(_)) && !self.first.is_empty() {
            self.begin();
        }
        let whole = match &mut self.decoder {
            Decoder::Waiting(_) | Decoder::Plain(_) => true,
            Decoder::Gzip(decoder) => decoder.try_finish().is_ok(),
            Decoder::Zlib(decoder) => decoder.try_finish().is_ok(),
            Decoder::Deflate(decoder) => decoder.try_finish().is_ok(),
            Decoder::Brotli(decoder) => decoder.close().is_ok(),
            Decoder::Zstd(decoder) => decoder.flush().is_ok(),
        };
        // A decoder that is dropped may want to write once more.
        let sink = std::mem::take(self.sink_mut());
        (sink.bytes, whole)
    }

    fn sink(&self) -> &Sink {
        match &self.decoder {
            Decoder::Waiting(sink) | Decoder::Plain(sink) => sink,
            Decoder::Gzip(decoder) => decoder.get_ref(),
            Decoder::Zlib(decoder) => decoder.get_ref(),
            Decoder::Deflate(decoder) => decoder.get_ref(),
            Decoder::Brotli(decoder) => decoder.get_ref(),
            Decoder::Zstd(decoder) => decoder.get_ref(),
        }
    }

    fn sink_mut(&mut self) -> &mut Sink {
        match &mut self.decoder {
            Decoder::Waiting(sink) | Decoder::Plain(sink) => sink,
            Decoder::Gzip(decoder) => decoder.get_mut(),
            Decoder::Zlib(decoder) => decoder.get_mut(),
            Decoder::Deflate(decoder) => decoder.get_mut(),
            Decoder::Brotli(decoder) => decoder.get_mut(),
            Decoder::Zstd(decoder) => decoder.get_mut(),
        }
    }
}

/// Writes all of a piece; what follows the end of what is packed is left out.
fn write_to(decoder: &mut impl Write, mut piece: &[u8]) -> io::Result<()> {
    while !piece.is_empty() {
        match decoder.write(piece)? {
            0 => break,
            n => piece = &piece[n..],
        }
    }
    Ok(())
}

/// Whether bytes are the beginning of text rather than of something packed.
fn looks_plain(bytes: &[u8]) -> bool {
    matches!(bytes.trim_ascii_start(), [b'<', next, ..] if next.is_ascii_alphabetic() || matches!(next, b'?' | b'!'))
        || matches!(bytes, [b'{', b'"' | b'\n' | b'\r' | b' ', ..] | [0xef, 0xbb, 0xbf, ..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{
        Compression,
        write::{DeflateEncoder, GzEncoder, ZlibEncoder},
    };
    use proptest::prelude::*;

    const PAGE: &str = "<rss><channel><title>Harbour Wire</title></channel></rss>";
    /// Brotli's shortest form: a stored block.
    const BROTLI: &[u8] = b"\x0b\x02\x80quay!\x03";

    fn unpack(coding: &str, bytes: &[u8], most: usize, step: usize) -> Option<(String, bool, Step)> {
        let mut unpacker = Unpacker::new(coding, most)?;
        let mut last = Step::More;
        for piece in bytes.chunks(step) {
            last = unpacker.push(piece);
            if last != Step::More {
                break;
            }
        }
        let (bytes, whole) = unpacker.finish();
        Some((String::from_utf8_lossy(&bytes).into_owned(), whole, last))
    }

    fn packed(coding: &str) -> Vec<u8> {
        let page = PAGE.as_bytes();
        let written = match coding {
            "gzip" => {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
                encoder.write_all(page).and_then(|()| encoder.finish())
            }
            "deflate" => {
                let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
                encoder.write_all(page).and_then(|()| encoder.finish())
            }
            "raw" => {
                let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
                encoder.write_all(page).and_then(|()| encoder.finish())
            }
            "zstd" => zstd::encode_all(page, 1),
            _ => Ok(page.to_vec()),
        };
        written.expect("packed")
    }

    #[test]
    fn every_coding_is_unpacked_in_pieces_of_any_size() {
        for (coding, bytes) in [
            ("", "plain"),
            ("identity", "plain"),
            ("gzip", "gzip"),
            ("x-gzip", "gzip"),
            ("deflate", "deflate"),
            ("deflate", "raw"),
            ("zstd", "zstd"),
            // Named packed, sent plain.
            ("gzip", "plain"),
            ("br", "plain"),
            ("deflate", "plain"),
            ("zstd", "plain"),
            // Named otherwise than it is packed.
            ("br", "gzip"),
        ] {
            for step in [1, 3, 1000] {
                let got = unpack(coding, &packed(bytes), 1 << 20, step);
                assert_eq!(got, Some((PAGE.to_owned(), true, Step::More)), "{coding} {bytes} {step}");
            }
        }
        assert_eq!(unpack("br", BROTLI, 100, 1), Some(("quay!".to_owned(), true, Step::More)));
        assert_eq!(unpack("compress", b"", 1, 1), None);
        assert_eq!(unpack("gzip, gzip", b"", 1, 1), None);
    }

    #[test]
    fn what_unpacks_to_more_than_the_limit_ends_there() {
        let zeros = vec![0; 4 << 20];
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(&zeros).expect("written");
        let mut deflate = ZlibEncoder::new(Vec::new(), Compression::best());
        deflate.write_all(&zeros).expect("written");
        for (coding, bytes) in [
            ("gzip", gzip.finish().expect("finished")),
            ("deflate", deflate.finish().expect("finished")),
            ("zstd", zstd::encode_all(&zeros[..], 1).expect("packed")),
            ("identity", zeros.clone()),
        ] {
            let (text, _, step) = unpack(coding, &bytes, 1000, 512).expect("a coding");
            assert_eq!((text.len(), step), (1000, Step::Full), "{coding}");
        }
    }

    #[test]
    fn what_breaks_off_is_not_whole() {
        for coding in ["gzip", "deflate"] {
            let bytes = packed(coding);
            let (_, whole, _) = unpack(coding, &bytes[..bytes.len() - 9], 1 << 20, 7).expect("a coding");
            assert!(!whole, "{coding}");
        }
        let mut followed = packed("gzip");
        followed.extend_from_slice(b"and something else");
        assert_eq!(unpack("gzip", &followed, 1 << 20, 5).map(|(text, ..)| text).as_deref(), Some(PAGE));
    }

    proptest! {
        #[test]
        fn any_bytes_end_within_the_limit(
            bytes in prop::collection::vec(any::<u8>(), 0..300),
            coding in prop::sample::select(vec!["gzip", "br", "deflate", "zstd", ""]),
        ) {
            let mut bytes = bytes;
            for mark in [&[][..], &b"\x28\xb5\x2f\xfd"[..], &b"\x1f\x8b\x08"[..], &b"\x78\x9c"[..]] {
                bytes.splice(0..0, mark.iter().copied());
                let (text, ..) = unpack(coding, &bytes, 64, 11).expect("a coding");
                // A byte that is no text becomes one character of three bytes.
                prop_assert!(text.len() <= 64 * 3);
            }
        }
    }
}
