//! The numbers that a content is about: "at least 40 people were hurt, not eleven".

use crate::saying::words;
use reportedly_read::Reading;
use reportedly_text::{Analysis, ByLanguage, Language, Span, TokenKind, rows};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// Words of a content among which the number stands that it is about.
const REACH: usize = 5;
/// Numbers that a content sets itself against.
const MOST: usize = 4;

/// The words of a language for numbers, and those that say how a number is meant.
pub(crate) struct Counting {
    numerals: FxHashMap<&'static str, u64>,
    /// Before a number that may be greater: "at least".
    least: FxHashSet<&'static str>,
    /// Before a number that is wrong: "not", "rather than".
    not: FxHashSet<&'static str>,
}

static COUNTING: ByLanguage<Arc<Counting>> =
    ByLanguage::new(|language| Arc::new(Counting::from_tables(language)));

impl Counting {
    pub(crate) fn of(language: Language) -> Arc<Self> {
        COUNTING.of(language)
    }

    fn from_tables(language: Language) -> Self {
        let those = |kind: &str| words(language, "figures", kind);
        let numerals = rows(Some(language), "numerals")
            .filter(|r| r.get(2) == Some(&"cardinal"))
            .filter_map(|r| Some((*r.first()?, r.get(1)?.parse().ok()?)))
            .collect();
        Self { numerals, least: those("least"), not: those("not") }
    }

    fn number(&self, text: &Analysis<'_>, i: usize) -> Option<u64> {
        match text.tokens[i].kind {
            TokenKind::Number => text.lower(i).replace([',', '.'], "").parse().ok(),
            _ => self.numerals.get(text.lower(i)).copied(),
        }
        .filter(|n| *n > 1)
    }
}

/// The numbers of one content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Figures {
    /// The one that it begins with.
    first: Option<u64>,
    /// Whether it may be more.
    at_least: bool,
    /// Those that it says are wrong.
    not: Vec<u64>,
}

impl Figures {
    pub(crate) fn of(text: &Analysis<'_>, content: &[Span], reading: &Reading, counting: &Counting) -> Self {
        let mut figures = Self::default();
        let timed = |span: Span| {
            let from = reading.times.partition_point(|t| t.span.end <= span.start);
            reading.times.get(from).is_some_and(|t| t.span.overlaps(span))
        };
        let worded = |i: &usize| matches!(text.tokens[*i].kind, TokenKind::Word | TokenKind::Number);
        let all = content.iter().flat_map(|c| text.tokens_in(*c)).filter(worded);
        for (place, i) in all.enumerate() {
            let Some(number) = counting.number(text, i) else { continue };
            let before = Before { text, i };
            if before.is_one_of(&counting.not) {
                if figures.not.len() < MOST {
                    figures.not.push(number);
                }
            } else if place < REACH && figures.first.is_none() && !timed(text.tokens[i].span) {
                figures.first = Some(number);
                figures.at_least = before.is_one_of(&counting.least);
            }
        }
        figures
    }

    /// Whether it counts nothing.
    pub(crate) const fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// Whether what two contents count cannot both be so.
    pub(crate) fn conflict(&self, other: &Self) -> bool {
        let differ = matches!((self.first, other.first), (Some(a), Some(b))
            if a != b && !(self.at_least && b > a) && !(other.at_least && a > b));
        let rejects = |a: &Self, b: &Self| b.first.is_some_and(|n| a.not.contains(&n));
        differ || rejects(self, other) || rejects(other, self)
    }
}

/// The words before a token.
struct Before<'a> {
    text: &'a Analysis<'a>,
    i: usize,
}

impl Before<'_> {
    /// Whether these words end in one of these phrases of one or two words.
    fn is_one_of(&self, phrases: &FxHashSet<&'static str>) -> bool {
        let Some(last) = self.i.checked_sub(1).map(|b| self.text.lower(b)) else { return false };
        let two = self.i.checked_sub(2).map(|b| format!("{} {last}", self.text.lower(b)));
        phrases.contains(last) || two.is_some_and(|t| phrases.contains(t.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Counting, Figures};
    use reportedly_read::Reading;
    use reportedly_text::{Language, Span, analyse};

    fn figures(content: &str) -> Figures {
        let text = analyse(content, Language::EN);
        let reading = Reading { text: content.to_owned(), ..Reading::default() };
        Figures::of(&text, &[Span::new(0, content.len())], &reading, &Counting::of(Language::EN))
    }

    #[test]
    fn figures_that_cannot_both_be_so_are_in_conflict() {
        let check = |a: &str, b: &str, want: bool| {
            assert_eq!(figures(a).conflict(&figures(b)), want, "{a} / {b}");
            assert_eq!(figures(b).conflict(&figures(a)), want, "{b} / {a}");
        };
        check("Twelve miners are trapped", "Nine miners are trapped", true);
        check("Twelve miners are trapped", "12 people are trapped", false);
        check("At least nine miners are trapped", "Twelve miners are trapped", false);
        check("At least twelve miners are trapped", "Nine miners are trapped", true);
        check("More miners are trapped than the nine first named", "Nine miners are trapped", true);
        check("Twelve miners are trapped, not nine", "Nine miners are trapped", true);
        check("Miners are trapped", "Nine miners are trapped", false);
    }
}
