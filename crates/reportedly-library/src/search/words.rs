//! Words as the index knows them: lower case, without diacritics, stemmed by the language of their text.
//!
//! One field holds every language. A stem is kept apart by its language (`en:strik`), so that French "général" and
//! English "general" are not one word; a query asks for a word's stem in each language that the index has. Numbers,
//! words of languages without a stemmer and pairs of characters of scripts without spaces are the same in all
//! (`:2031`, `:東京`).

use reportedly_story::stemmer;
use reportedly_text::{Language, Span, TokenKind, is_unspaced, split};
use rust_stemmers::Stemmer;
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A word of a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word<'a> {
    /// Where it stands.
    pub span: Span,
    /// It in lower case.
    pub lower: &'a str,
    /// Whether it is the same in all languages: no stem is taken of it.
    pub bare: bool,
}

/// Gives the words of a text in order. A token is divided at whatever is no letter or digit ("long-term" is two
/// words, "O'Brien" too), initialisms lose their stops, a possessive "'s" is no word.
pub(super) fn words(text: &str, language: Language, mut each: impl FnMut(Word<'_>)) {
    let analysis = split(text, language);
    let mut joined = String::new();
    // Tokens of a script without spaces that adjoin, which are one run.
    let mut run: Option<Span> = None;
    for (i, token) in analysis.tokens.iter().enumerate() {
        if !matches!(token.kind, TokenKind::Word | TokenKind::Number) {
            continue;
        }
        let lower = analysis.lower(i);
        let adjoins = !lower.is_ascii() && lower.chars().any(is_unspaced);
        if let Some(before) = run {
            if adjoins && before.end == token.span.start {
                run = Some(before.to(token.span));
                continue;
            }
            runs(text, before, &mut each);
        }
        run = adjoins.then_some(token.span);
        if adjoins || lower == "'s" {
            continue;
        }
        if lower.bytes().all(|b| b.is_ascii_alphabetic()) {
            each(Word { span: token.span, lower, bare: false });
        } else if is_initialism(lower) {
            joined.clear();
            joined.extend(lower.chars().filter(|c| *c != '.'));
            each(Word { span: token.span, lower: &joined, bare: false });
        } else {
            runs(text, token.span, &mut each);
        }
    }
    if let Some(last) = run {
        runs(text, last, &mut each);
    }
}

/// "u.s.", "u.k": single letters with stops between.
fn is_initialism(lower: &str) -> bool {
    let body = lower.strip_suffix('.').unwrap_or(lower);
    body.contains('.')
        && body.split('.').all(|p| {
            let mut letters = p.chars();
            letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none()
        })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Spaced,
    Unspaced,
    Other,
}

fn class(c: char) -> Class {
    if is_unspaced(c) {
        Class::Unspaced
    } else if c.is_alphanumeric() || is_combining_mark(c) {
        Class::Spaced
    } else {
        Class::Other
    }
}

/// The words inside a token.
fn runs(text: &str, token: Span, each: &mut impl FnMut(Word<'_>)) {
    let mut run: Option<(usize, Class)> = None;
    let ends = token.of(text).char_indices().map(|(i, c)| (token.start + i, class(c)));
    for (at, class) in ends.chain([(token.end, Class::Other)]) {
        if let Some((start, kind)) = run {
            if kind == class {
                continue;
            }
            run_words(text, Span::new(start, at), kind, each);
        }
        run = (class != Class::Other).then_some((at, class));
    }
}

fn run_words(text: &str, span: Span, kind: Class, each: &mut impl FnMut(Word<'_>)) {
    let written = span.of(text);
    if kind == Class::Unspaced {
        let mut starts = written.char_indices().map(|(i, _)| i).chain([written.len()]);
        let (Some(mut first), Some(mut second)) = (starts.next(), starts.next()) else { return };
        let mut pairs = 0;
        for third in starts {
            let pair = Span::new(span.start + first, span.start + third);
            each(Word { span: pair, lower: pair.of(text), bare: true });
            (first, second) = (second, third);
            pairs += 1;
        }
        if pairs == 0 {
            let alone = Span::new(span.start + first, span.start + second);
            each(Word { span: alone, lower: alone.of(text), bare: true });
        }
        return;
    }
    let lower = written.to_lowercase();
    let bare = lower.starts_with(|c: char| c.is_numeric());
    each(Word { span, lower: &lower, bare });
}

/// Words whose terms are remembered, per thread; then it begins anew.
const REMEMBERED: usize = 100_000;

thread_local! {
    /// Stemming is the dearest part of indexing, and few words make up most of a text.
    static STEMS: RefCell<FxHashMap<Language, Stems>> = RefCell::default();
}

struct Stems {
    stemmer: Option<Stemmer>,
    known: FxHashMap<Box<str>, Box<str>>,
}

/// Appends the term for a word of a text in a language.
pub(super) fn push_term(out: &mut String, lower: &str, bare: bool, language: Language) {
    if bare {
        out.push(':');
        fold(out, lower);
        return;
    }
    STEMS.with_borrow_mut(|all| {
        let stems = all
            .entry(language)
            .or_insert_with(|| Stems { stemmer: stemmer(language), known: FxHashMap::default() });
        if let Some(term) = stems.known.get(lower) {
            out.push_str(term);
            return;
        }
        let start = out.len();
        match &stems.stemmer {
            Some(s) => {
                out.push_str(language.code());
                out.push(':');
                fold(out, &s.stem(lower));
            }
            None => {
                out.push(':');
                fold(out, lower);
            }
        }
        if stems.known.len() >= REMEMBERED {
            stems.known.clear();
        }
        stems.known.insert(lower.into(), out[start..].into());
    });
}

/// Appends a word without its diacritics. Marks that are letters of their own right, as the dots of kana, stay.
pub(super) fn fold(out: &mut String, lower: &str) {
    if lower.is_ascii() {
        out.push_str(lower);
        return;
    }
    for c in lower.nfkd().filter(|c| !is_diacritic(*c)).nfc() {
        match c {
            'ß' => out.push_str("ss"),
            'æ' => out.push_str("ae"),
            'œ' => out.push_str("oe"),
            'þ' => out.push_str("th"),
            'ø' => out.push('o'),
            'ł' => out.push('l'),
            'đ' | 'ð' => out.push('d'),
            'ı' => out.push('i'),
            'ς' => out.push('σ'),
            c => out.push(c),
        }
    }
}

/// Marks over and under Latin, Greek and Cyrillic letters, the points of Hebrew and Arabic.
const fn is_diacritic(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn terms(text: &str, language: &str) -> String {
        let language = Language::from_tag(language).unwrap();
        let mut out = String::new();
        words(text, language, |w| {
            if !out.is_empty() {
                out.push(' ');
            }
            push_term(&mut out, w.lower, w.bare, language);
        });
        out
    }

    #[test]
    fn words_are_found_in_any_form() {
        let check =
            |text: &str, language: &str, want: &str| assert_eq!(terms(text, language), want, "{text}");
        check(
            "Strikes, striking: O'Brien's long-term plan",
            "en",
            "en:strike en:strike en:o en:brien en:long en:term en:plan",
        );
        check("The U.S. in 2031", "en", "en:the en:us en:in :2031");
        check("Café Müller", "en", "en:cafe en:muller");
        check("die Straße", "de", "de:die de:strass");
        check("東京都", "ja", ":東京 :京都");
        check("5G東京", "ja", ":5g :東京");
        check("žlutý kůň", "cs", ":zluty :kun");
    }

    proptest! {
        #[test]
        fn words_lie_in_the_text(text in "\\PC{0,200}", language in "en|de|fr|ja|th|ru") {
            let language = Language::from_tag(&language).unwrap();
            let mut last = 0;
            words(&text, language, |w| {
                assert!(!w.lower.is_empty() && text.get(w.span.start..w.span.end).is_some());
                assert!(w.span.start >= last);
                last = w.span.start;
            });
        }
    }
}
