//! Lines of NDJSON, however long: what no page can hold is cut while it is read, so that a line takes no more memory
//! than a page may.

use memchr::{memchr, memchr2};
use std::io::{self, BufRead};

/// Bytes, once unescaped, that are kept of a page: enough that the reading notices that there is more.
const PAGE_BYTES: usize = reportedly_read::MOST_BYTES + 16;
/// The same in base64, a whole number of its groups of four.
pub(crate) const CODED_BYTES: usize = PAGE_BYTES.div_ceil(3) * 4;
/// Bytes that are kept of any other string.
const STRING_BYTES: usize = 64 << 10;
/// Bytes outside strings: numbers, brackets, white space. With more of them, a line is no record.
const OTHER_BYTES: usize = 8 << 20;

/// Lines of a reader, as bytes, with long strings cut.
///
/// A line that is no record is an error and the next one is given; a reader that fails gives its error and ends.
#[derive(Debug)]
pub struct Lines<R> {
    reader: R,
    failed: bool,
}

impl<R: BufRead> Lines<R> {
    /// The lines of a reader.
    pub const fn new(reader: R) -> Self {
        Self { reader, failed: false }
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = io::Result<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let mut line = Line::default();
        let mut begun = false;
        loop {
            let bytes = match self.reader.fill_buf() {
                Ok(bytes) => bytes,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => {
                    self.failed = true;
                    return Some(Err(e));
                }
            };
            if bytes.is_empty() {
                return begun.then(|| line.done());
            }
            begun = true;
            let end = memchr(b'\n', bytes);
            line.take(&bytes[..end.unwrap_or(bytes.len())]);
            let used = end.map_or(bytes.len(), |end| end + 1);
            self.reader.consume(used);
            if end.is_some() {
                return Some(line.done());
            }
        }
    }
}

/// Where in a line we are.
#[derive(Clone, Copy, Default, PartialEq)]
enum At {
    #[default]
    Outside,
    Inside,
    /// After a backslash.
    Escape,
    /// Before so many digits of `\uXXXX`, with what they are so far.
    Digits(u8, u16),
}

/// A line while it is read.
#[derive(Default)]
struct Line {
    kept: Vec<u8>,
    at: At,
    /// Bytes that may still be kept of this string, once unescaped.
    left: usize,
    /// Nothing more is kept of this string.
    is_cut: bool,
    /// Where the escape began that we are in.
    escape: usize,
    outside: usize,
    /// The last string that was read to its end, where it was short enough for a name.
    last: Vec<u8>,
    /// Where this string begins in `kept`.
    start: usize,
    /// A colon came last: this string is the value of the one before.
    is_value: bool,
}

impl Line {
    fn done(self) -> io::Result<Vec<u8>> {
        if self.outside > OTHER_BYTES {
            let what = format!("a line has more than {OTHER_BYTES} bytes outside its strings");
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        Ok(self.kept)
    }

    fn take(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let used = match self.at {
                At::Outside => self.outside(bytes),
                At::Inside => self.inside(bytes),
                At::Escape | At::Digits(..) => {
                    self.escaped(bytes[0]);
                    1
                }
            };
            bytes = &bytes[used..];
        }
    }

    fn outside(&mut self, bytes: &[u8]) -> usize {
        let quote = memchr(b'"', bytes);
        let between = &bytes[..quote.unwrap_or(bytes.len())];
        self.outside += between.len();
        if self.outside <= OTHER_BYTES {
            self.kept.extend_from_slice(between);
        }
        if let Some(sign) = between.iter().rfind(|b| !b.is_ascii_whitespace()) {
            self.is_value = *sign == b':';
        }
        if quote.is_some() {
            self.kept.push(b'"');
            self.start = self.kept.len();
            self.left = match self.last.as_slice() {
                _ if !self.is_value => STRING_BYTES,
                b"html_base64" => CODED_BYTES,
                b"html" | b"flat" | b"text" => PAGE_BYTES,
                // Whoever escapes letters of a name may mean any.
                name if name.contains(&b'\\') => PAGE_BYTES,
                _ => STRING_BYTES,
            };
            (self.at, self.is_cut) = (At::Inside, false);
        }
        between.len() + usize::from(quote.is_some())
    }

    fn inside(&mut self, bytes: &[u8]) -> usize {
        let sign = memchr2(b'"', b'\\', bytes);
        let plain = &bytes[..sign.unwrap_or(bytes.len())];
        if !self.is_cut {
            let kept = plain.len().min(self.left);
            self.kept.extend_from_slice(&plain[..kept]);
            self.left -= kept;
            self.is_cut = kept < plain.len();
        }
        match sign.map(|at| bytes[at]) {
            Some(b'"') => {
                self.last.clear();
                let string = self.kept.get(self.start..).unwrap_or_default();
                self.last.extend_from_slice(string.get(..string.len().min(16)).unwrap_or_default());
                self.kept.push(b'"');
                (self.at, self.is_value) = (At::Outside, false);
            }
            Some(_) => {
                self.escape = self.kept.len();
                if !self.is_cut {
                    self.kept.push(b'\\');
                }
                self.at = At::Escape;
            }
            None => {}
        }
        plain.len() + usize::from(sign.is_some())
    }

    /// A byte of an escape sequence; a sequence is kept whole or not at all.
    fn escaped(&mut self, byte: u8) {
        if !self.is_cut {
            self.kept.push(byte);
        }
        self.at = match (self.at, char::from(byte).to_digit(16)) {
            (At::Escape, _) if byte == b'u' => At::Digits(4, 0),
            (At::Digits(n, code), Some(digit)) if n > 1 => At::Digits(n - 1, code << 4 | digit as u16),
            (At::Digits(_, code), Some(digit)) => self.unescaped(match code << 4 | digit as u16 {
                0..0x80 => 1,
                // Of a surrogate pair each half, at least.
                0x80..0x800 | 0xd800..0xe000 => 2,
                _ => 3,
            }),
            // What is no escape is told by the parser.
            _ => self.unescaped(1),
        };
    }

    /// Counts an escape sequence that ends here.
    fn unescaped(&mut self, bytes: usize) -> At {
        if !self.is_cut && bytes > self.left {
            self.kept.truncate(self.escape);
            self.is_cut = true;
        }
        self.left = self.left.saturating_sub(bytes);
        At::Inside
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Record;
    use proptest::prelude::*;
    use std::io::BufReader;

    fn lines(input: &[u8]) -> Vec<String> {
        // A small buffer, so that everything is met in pieces.
        let lines = Lines::new(BufReader::with_capacity(3, input));
        lines
            .map(|l| l.map_or_else(|e| e.to_string(), |l| String::from_utf8_lossy(&l).into_owned()))
            .collect()
    }

    #[test]
    fn lines_that_fit_stay_as_they_are() {
        for line in [
            r#"{"id":"a","text":"One \"two\" \\ \u00e9 \ud83d\ude00 é","url":null}"#,
            r#"{"a":["html", "b\\"], "flat" : "x"}"#,
            "{\"text\":\"\\",
            "  ",
            "",
        ] {
            assert_eq!(
                lines(format!("{line}\n{line}\r\n{line}").as_bytes())[..2],
                [line.to_owned(), format!("{line}\r")]
            );
        }
        assert_eq!(lines(b""), [""; 0]);
    }

    /// However the string is written, and whatever the name: enough is kept to see that there is more, and no more.
    #[test]
    fn long_strings_are_cut() {
        for (name, piece, unescaped, most) in [
            ("text", "a", 1, PAGE_BYTES),
            ("html", "é", 2, PAGE_BYTES),
            ("flat", "\\u0000", 1, PAGE_BYTES),
            ("flat", "\\n<", 2, PAGE_BYTES),
            ("html", "\\ud83d\\ude00", 4, PAGE_BYTES),
            ("te\\u0078t", "a", 1, PAGE_BYTES),
            ("html_base64", "QUFB", 4, CODED_BYTES),
            ("html_base64", "\\/\\/\\/\\/", 4, CODED_BYTES),
            ("title", "a", 1, STRING_BYTES),
        ] {
            let long = piece.repeat(most / unescaped + 100);
            let rest = if name == "title" { ",\"text\":\"\"" } else { "" };
            let input = format!("{{\"id\":\"x\",\"{name}\":\"{long}\",\"url\":\"\"{rest}}}\n{{}}");
            let mut lines = Lines::new(input.as_bytes());
            let line = lines.next().expect("a line").expect("no failure");
            let kept = line.len() - (input.len() - 3 - long.len());
            assert!(kept <= most * piece.len() / unescaped, "{name} {piece}: {kept}");
            assert!(kept + 2 * piece.len() > most * piece.len() / unescaped, "{name} {piece}: {kept}");
            let record = Record::parse(&line).expect("a record");
            assert_eq!(record.id.as_deref(), Some("x"));
            assert_eq!(record.bytes.len() > reportedly_read::MOST_BYTES, name != "title", "{name} {piece}");
            assert_eq!(lines.next().map(|l| l.expect("no failure")).as_deref(), Some(&b"{}"[..]));
        }
    }

    #[test]
    fn what_is_no_record_is_bounded_too() {
        let input = format!("{}\n{{}}\n", "[".repeat(OTHER_BYTES * 2));
        let found = lines(input.as_bytes());
        assert!(found[0].contains("outside its strings"), "{}", found[0]);
        assert_eq!(found[1], "{}");
    }

    #[test]
    fn a_reader_that_fails_is_not_asked_again() {
        struct Broken;
        impl io::Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("broken"))
            }
        }
        let all: Vec<_> = Lines::new(BufReader::new(Broken)).collect();
        assert_eq!(all.len(), 1);
    }

    proptest! {
        #[test]
        fn short_lines_are_never_changed(input in "([{}:,\"\\\\u0-9a-fé \n]|html|text){0,60}") {
            let given: Vec<_> = input.split_inclusive('\n').map(|l| l.trim_end_matches('\n').to_owned()).collect();
            prop_assert_eq!(lines(input.as_bytes()), given);
        }
    }
}
