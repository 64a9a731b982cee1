//! Bytes to text: which encoding a page is in.
//!
//! In order: a byte order mark, the `Content-Type` header, the page's own `<meta>`, valid UTF-8, and only then a
//! guess. A declaration is not believed where the bytes contradict it.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use std::borrow::Cow;

/// Bytes in which a declaration is looked for. The standard says 1024; pages put scripts before it.
const PRESCAN: usize = 4096;
/// Bytes that a guess is made from: guessing is slow, and more changes little.
const GUESSED_FROM: usize = 64 << 10;

/// Turns bytes into text, and says what was done where it was not plain UTF-8.
pub fn decode<'a>(bytes: &'a [u8], content_type: Option<&str>) -> (Cow<'a, str>, Option<String>) {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, _) = encoding.decode_without_bom_handling(&bytes[mark..]);
        let note =
            (encoding != UTF_8).then(|| format!("encoding: {} by its byte order mark", encoding.name()));
        return (text, note);
    }
    let declared = content_type
        .and_then(charset)
        .map(|label| (label, "header"))
        .or_else(|| prescan(&bytes[..bytes.len().min(PRESCAN)]).map(|label| (label, "page")));
    let declared = declared.and_then(|(label, by)| {
        let encoding = Encoding::for_label(label.as_bytes())?;
        // A page that can be searched for ASCII is not in UTF-16, whatever it says.
        let encoding = if encoding.is_ascii_compatible() { encoding } else { UTF_8 };
        Some((encoding, by))
    });
    let valid = std::str::from_utf8(bytes);
    match (declared, valid) {
        (Some((encoding, by)), Ok(text))
            if encoding != UTF_8 && !text.is_ascii() && text.len() == bytes.len() =>
        {
            // Valid multi-byte UTF-8 does not come about by chance, but in the stateful encodings all is ASCII.
            if encoding == encoding_rs::ISO_2022_JP {
                return told(bytes, encoding, by);
            }
            (Cow::Borrowed(text), Some(format!("encoding: UTF-8, though the {by} says {}", encoding.name())))
        }
        (Some((encoding, by)), Ok(_)) if encoding == encoding_rs::ISO_2022_JP => told(bytes, encoding, by),
        (_, Ok(text)) => (Cow::Borrowed(text), None),
        (Some((encoding, by)), Err(_)) if encoding != UTF_8 => told(bytes, encoding, by),
        (declared, Err(error)) => {
            let nearly = nearly_utf8(bytes, error.valid_up_to());
            let encoding = if nearly { UTF_8 } else { guess(bytes) };
            let why = match declared {
                Some((_, by)) => format!(", though the {by} says UTF-8"),
                None => String::new(),
            };
            let note = if nearly {
                "encoding: UTF-8 with invalid bytes".to_owned()
            } else {
                format!("encoding: {} by its bytes{why}", encoding.name())
            };
            (encoding.decode_without_bom_handling(bytes).0, Some(note))
        }
    }
}

fn told<'a>(bytes: &'a [u8], encoding: &'static Encoding, by: &str) -> (Cow<'a, str>, Option<String>) {
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    (text, Some(format!("encoding: {} by the {by}", encoding.name())))
}

/// Whether most of what is not ASCII is valid UTF-8: a page cut within a character, or with foreign bytes in it.
fn nearly_utf8(bytes: &[u8], valid_up_to: usize) -> bool {
    let (mut good, mut bad) = (bytes[..valid_up_to].iter().filter(|b| **b >= 0xc2).count(), 0);
    for chunk in bytes[valid_up_to..].utf8_chunks() {
        good += chunk.valid().bytes().filter(|b| *b >= 0xc2).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good > bad * 4
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    // What is not ASCII may begin late: start the sample there.
    let first = bytes.iter().position(|b| !b.is_ascii()).unwrap_or(0).saturating_sub(1024);
    let sample = &bytes[first..bytes.len().min(first + GUESSED_FROM)];
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(sample, first + sample.len() == bytes.len());
    let guessed = detector.guess(None, chardetng::Utf8Detection::Deny);
    if guessed.is_ascii_compatible() { guessed } else { WINDOWS_1252 }
}

/// The `charset` parameter of a `Content-Type`.
fn charset(content_type: &str) -> Option<String> {
    let lower = content_type.to_ascii_lowercase();
    let value = lower.split("charset").nth(1)?.trim_start().strip_prefix('=')?.trim_start();
    let value = value.trim_start_matches(['"', '\'']);
    let end = value.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ';' | ',' | '>' | '/'));
    Some(value[..end.unwrap_or(value.len())].to_owned()).filter(|v| !v.is_empty())
}

/// The encoding that a page's first bytes declare, in a `<meta>` or an XML declaration.
fn prescan(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(bytes).to_ascii_lowercase();
    if let Some(xml) = head.trim_start().strip_prefix("<?xml")
        && let Some(end) = xml.find("?>")
        && let Some(value) = xml[..end].split("encoding=").nth(1)
        && let Some(label) = value.get(1..).and_then(|v| v.split(['"', '\'']).next())
    {
        return Some(label.to_owned());
    }
    head.split("<meta").skip(1).find_map(|tag| charset(tag.split_once('>').map_or(tag, |(tag, _)| tag)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], content_type: Option<&str>, text: &str, note: Option<&str>) {
        let (got, said) = decode(bytes, content_type);
        assert_eq!((got.as_ref(), said.as_deref()), (text, note));
    }

    #[test]
    fn declarations_are_believed_unless_the_bytes_contradict_them() {
        check(b"plain", None, "plain", None);
        check("gr\u{fc}n".as_bytes(), None, "grün", None);
        check(b"\xef\xbb\xbfgreen", Some("text/html; charset=iso-8859-1"), "green", None);
        check(b"\xff\xfeg\0r\0", None, "gr", Some("encoding: UTF-16LE by its byte order mark"));
        check(
            b"gr\xfcn",
            Some("text/html; charset=ISO-8859-1"),
            "grün",
            Some("encoding: windows-1252 by the header"),
        );
        check(
            b"<meta charset='windows-1251'>\xcf\xf0",
            None,
            "<meta charset='windows-1251'>Пр",
            Some("encoding: windows-1251 by the page"),
        );
        check(
            "<meta charset=latin1>gr\u{fc}n".as_bytes(),
            None,
            "<meta charset=latin1>grün",
            Some("encoding: UTF-8, though the page says windows-1252"),
        );
        check(
            b"<meta charset=utf-8>Die B\xfcrger gr\xfc\xdfen, f\xfcr die n\xe4chsten f\xfcnf Jahre.",
            None,
            "<meta charset=utf-8>Die Bürger grüßen, für die nächsten fünf Jahre.",
            Some("encoding: windows-1252 by its bytes, though the page says UTF-8"),
        );
    }

    #[test]
    fn a_page_cut_within_a_character_stays_utf8() {
        let text = "Größe, Füße, Straße, Übermut, Ärger, öde".as_bytes();
        let cut = &text[..text.len() - 4];
        let (_, note) = decode(&cut[..=cut.iter().rposition(|b| *b == 0xc3).unwrap_or(0)], None);
        assert_eq!(note.as_deref(), Some("encoding: UTF-8 with invalid bytes"));
    }
}
