//! How answers for people look: width, colour, wrapping.

use std::fmt::Write;

/// How wide an answer may be and whether it may use colour.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Columns.
    pub width: usize,
    /// Whether ANSI colours are wanted.
    pub color: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self { width: 100, color: false }
    }
}

impl Style {
    fn paint(self, code: &str, text: &str) -> String {
        if self.color { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// What stands out: titles, headings.
    pub fn strong(self, text: &str) -> String {
        self.paint("1", text)
    }

    /// What steps back: evidence, counts.
    pub fn faint(self, text: &str) -> String {
        self.paint("2", text)
    }

    /// How a thing stands, in the colour of its kind.
    pub fn status(self, word: &str) -> String {
        let code = match word {
            "happened" => "32",
            "planned" => "36",
            "possible" => "33",
            _ => "31",
        };
        self.paint(code, word)
    }

    /// Words that went.
    pub(crate) fn removed(self, words: &str) -> String {
        self.each_word("31;9", words, "[-", "-]")
    }

    /// Words that came.
    pub(crate) fn added(self, words: &str) -> String {
        self.each_word("32;1", words, "{+", "+}")
    }

    /// Words in a colour, each by itself, so that lines may end between them; without colour in brackets.
    fn each_word(self, code: &str, words: &str, open: &str, close: &str) -> String {
        if !self.color {
            return format!("{open}{words}{close}");
        }
        let words: Vec<String> = words.split(' ').map(|word| self.paint(code, word)).collect();
        words.join(" ")
    }

    /// Text wrapped to the width, every line indented by `indent` columns.
    pub fn wrapped(self, text: &str, indent: usize) -> String {
        self.hanging(text, indent, indent)
    }

    /// Text wrapped to the width, the first line indented by `first` columns, the others by `rest`.
    pub fn hanging(self, text: &str, first: usize, rest: usize) -> String {
        self.hanging_painted(&visible(text), first, rest)
    }

    /// The same of what may hold colours, and no control characters but theirs.
    pub(crate) fn hanging_painted(self, text: &str, first: usize, rest: usize) -> String {
        let (a, b) = (" ".repeat(first), " ".repeat(rest));
        let options =
            textwrap::Options::new(self.width.max(rest + 20)).initial_indent(&a).subsequent_indent(&b);
        textwrap::fill(text, options)
    }
}

/// Text from a page as a terminal may be given it: control characters, which could move the cursor or rewrite what
/// stands above, are written out; line ends become spaces.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' | '\r' => out.push(' '),
            // Direction overrides can make a text read as its opposite.
            c if c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') => {
                let _ = write!(out, "\\u{{{:x}}}", c as u32);
            }
            c => out.push(c),
        }
    }
    out
}

/// "1 article", "2 articles".
pub fn count(n: usize, one: &str) -> String {
    if n == 1 {
        format!("1 {one}")
    } else if let Some(stem) = one.strip_suffix('y') {
        format!("{n} {stem}ies")
    } else {
        format!("{n} {one}s")
    }
}

/// A text cut after `most` characters, on a word where there is one.
pub(crate) fn cut(text: &str, most: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(most) else { return text.to_owned() };
    let end = text[..end].rfind(' ').filter(|i| *i > end / 2).unwrap_or(end);
    format!("{} …", text[..end].trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_cannot_steer_the_terminal() {
        assert_eq!(visible("red \x1b[31m\u{202e}x\nnext"), "red \\u{1b}[31m\\u{202e}x next");
    }

    #[test]
    fn counts_read_like_english() {
        assert_eq!((count(1, "copy"), count(3, "copy"), count(0, "article")).1, "3 copies");
        assert_eq!(cut("one two three", 8), "one two …");
        assert_eq!(cut("short", 8), "short");
    }
}
