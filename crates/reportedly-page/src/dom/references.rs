//! Character references (`&amp;`, `&#8217;`), as the HTML standard decodes them.

use html5ever::data::{C1_REPLACEMENTS, NAMED_ENTITIES};
use memchr::memchr;

/// Where a reference stands: in an attribute, `&copy=2` is no reference, since addresses are full of such.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Text,
    Attribute,
}

/// Adds a text to another with the references in it decoded.
pub(super) fn decode(text: &str, place: Place, out: &mut String) {
    let mut rest = text;
    while let Some(at) = memchr(b'&', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let read = match rest.as_bytes().first() {
            Some(b'#') => number(&rest[1..], out).map(|length| length + 1),
            Some(b) if b.is_ascii_alphanumeric() => name(rest, place, out),
            _ => None,
        };
        match read {
            Some(length) => rest = &rest[length..],
            None => out.push('&'),
        }
    }
    out.push_str(rest);
}

/// What follows `&#`: the length of it that is read, `None` where there is no digit.
fn number(text: &str, out: &mut String) -> Option<usize> {
    const BEYOND: u32 = 0x110000;
    let bytes = text.as_bytes();
    let (base, from) = match bytes.first()? {
        b'x' | b'X' => (16, 1),
        _ => (10, 0),
    };
    let digits = bytes[from..].iter().map_while(|b| char::from(*b).to_digit(base));
    let (value, length) =
        digits.fold((0, 0), |(value, length), digit| (BEYOND.min(value * base + digit), length + 1));
    if length == 0 {
        return None;
    }
    let old = value.checked_sub(0x80).and_then(|c1| C1_REPLACEMENTS.get(c1 as usize).copied().flatten());
    let c = old.or_else(|| char::from_u32(value)).filter(|c| *c != '\0');
    out.push(c.unwrap_or(char::REPLACEMENT_CHARACTER));
    let end = from + length;
    Some(end + usize::from(bytes.get(end) == Some(&b';')))
}

/// What follows `&`: the length of the longest name there.
fn name(text: &str, place: Place, out: &mut String) -> Option<usize> {
    let letters = text.bytes().take_while(u8::is_ascii_alphanumeric).count();
    // No name is the beginning of one that ends here.
    let closed = text.as_bytes().get(letters) == Some(&b';');
    if closed && let Some(found) = listed(&text[..=letters]) {
        out.extend(found);
        return Some(letters + 1);
    }
    // The table holds the beginnings of names too.
    let beginnings = (1..=letters).take_while(|end| NAMED_ENTITIES.contains_key(&text[..*end]));
    let (length, found) = beginnings.filter_map(|end| Some((end, listed(&text[..end])?))).last()?;
    let next = text.as_bytes().get(length);
    if place == Place::Attribute && next.is_some_and(|b| *b == b'=' || b.is_ascii_alphanumeric()) {
        return None;
    }
    out.extend(found);
    Some(length)
}

/// The characters that a name stands for.
fn listed(name: &str) -> Option<impl Iterator<Item = char>> {
    let (first, second) = *NAMED_ENTITIES.get(name)?;
    let first = char::from_u32(first).filter(|c| *c != '\0')?;
    Some(std::iter::once(first).chain(char::from_u32(second).filter(|c| *c != '\0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_decoded_as_browsers_do() {
        for (text, in_text, in_attribute) in [
            ("a &amp; b", "a & b", "a & b"),
            ("a & b &", "a & b &", "a & b &"),
            ("&amp", "&", "&"),
            ("&ampere", "&ere", "&ampere"),
            ("?a=1&copy=2", "?a=1©=2", "?a=1&copy=2"),
            ("&notit;", "¬it;", "&notit;"),
            ("&notin;", "∉", "∉"),
            ("&NotEqualTilde;", "≂\u{338}", "≂\u{338}"),
            ("&nosuchname;", "&nosuchname;", "&nosuchname;"),
            ("&#8217;&#x2019;&#X2019", "’’’", "’’’"),
            ("&#146;", "’", "’"),
            ("&#0;&#xD800;&#99999999999999;", "\u{fffd}\u{fffd}\u{fffd}", "\u{fffd}\u{fffd}\u{fffd}"),
            ("&#;&#x;&#xg;", "&#;&#x;&#xg;", "&#;&#x;&#xg;"),
            ("&ä;", "&ä;", "&ä;"),
        ] {
            for (place, want) in [(Place::Text, in_text), (Place::Attribute, in_attribute)] {
                let mut out = String::new();
                decode(text, place, &mut out);
                assert_eq!(out, want, "{text}");
            }
        }
    }
}
