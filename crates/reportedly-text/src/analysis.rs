//! Tokens and sentences.
//!
//! Tokens follow the Penn conventions where they matter to the readers above: clitics stand by themselves
//! (`president` `'s`, `do` `n't`), abbreviations keep their stop (`Dr.`, `U.S.`), words joined by a hyphen stay
//! one token, and so do digits joined by `. , : / -`.

use crate::tables::{ByLanguage, rows};
use crate::tag::tag;
use crate::{Language, Span};
use rustc_hash::{FxHashMap, FxHashSet};
use std::ops::Range;

/// Bytes of a text that are taken apart: fifty times a long article, several times the longest live blog. What stands
/// after them stays text, but no fact is read from it, so that time and memory are bounded however long a page is.
pub const MOST_BYTES: usize = 1 << 19;
/// Tokens that a text is taken apart into, for texts that are all signs: as many as that many bytes of prose have.
pub const MOST_TOKENS: usize = 100_000;
/// Tokens of the longest sentence: what is longer is no sentence but a list or a flood, and is divided, since readers
/// look from one word of a sentence for another. The longest sentence of prose in newspapers has some 250.
pub const LONGEST_SENTENCE: usize = 400;
/// Bytes of the longest initialism with stops inside.
const LONGEST_INITIALISM: usize = 32;

/// What a token is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// Letters first.
    Word,
    /// A digit first.
    Number,
    /// A quotation mark of any kind, single ones included where they are no apostrophe.
    Quote,
    /// Any other character.
    Punct,
}

/// Universal part-of-speech tags (universaldependencies.org/u/pos).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Pos {
    /// Adjective.
    Adj,
    /// Adposition.
    Adp,
    /// Adverb.
    Adv,
    /// Auxiliary.
    Aux,
    /// Coordinating conjunction.
    Cconj,
    /// Determiner.
    Det,
    /// Interjection.
    Intj,
    /// Noun.
    Noun,
    /// Numeral.
    Num,
    /// Particle.
    Part,
    /// Pronoun.
    Pron,
    /// Proper noun.
    Propn,
    /// Punctuation.
    Punct,
    /// Subordinating conjunction.
    Sconj,
    /// Symbol.
    Sym,
    /// Verb.
    Verb,
    /// Other, or not tagged.
    X,
}

/// Form of a verb or auxiliary; `None` for everything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum VerbForm {
    /// Not a verb.
    None,
    /// Base form, infinitive or imperative.
    Base,
    /// Finite present.
    Present,
    /// Finite past.
    Past,
    /// Past participle.
    PastParticiple,
    /// Present participle or gerund.
    Gerund,
    /// Modal.
    Modal,
}

/// One token.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    /// Where it stands.
    pub span: Span,
    /// What it is made of.
    pub kind: TokenKind,
    /// Its part of speech.
    pub pos: Pos,
    /// Its form, for verbs.
    pub form: VerbForm,
    lower: (u32, u32),
}

/// One sentence: a run of tokens inside one paragraph.
#[derive(Clone, Debug)]
pub struct Sentence {
    /// Where it stands, without white space around it.
    pub span: Span,
    /// Its tokens, as indices into [`Analysis::tokens`].
    pub tokens: Range<usize>,
    /// The paragraph it belongs to, as an index into [`Analysis::paragraphs`].
    pub paragraph: usize,
}

/// A text taken apart once, for every reader above.
#[derive(Clone, Debug)]
pub struct Analysis<'t> {
    /// The text itself.
    pub text: &'t str,
    /// Its language.
    pub language: Language,
    /// Its paragraphs: the runs between line ends.
    pub paragraphs: Vec<Span>,
    /// Its sentences, in order.
    pub sentences: Vec<Sentence>,
    /// Its tokens, in order.
    pub tokens: Vec<Token>,
    /// Where taking apart ended: the text's length, or less at a limit ([`MOST_BYTES`], [`MOST_TOKENS`]).
    pub end: usize,
    lowered: String,
}

impl Analysis<'_> {
    /// The words of token `i`; empty where there is none.
    pub fn token(&self, i: usize) -> &str {
        self.tokens.get(i).map_or("", |t| t.span.of(self.text))
    }

    /// Token `i` in lower case, curly apostrophes straightened; empty where there is none.
    pub fn lower(&self, i: usize) -> &str {
        self.tokens.get(i).map_or("", |t| &self.lowered[t.lower.0 as usize..t.lower.1 as usize])
    }

    /// The sentence that holds token `i`, as an index.
    pub fn sentence_of(&self, i: usize) -> Option<usize> {
        let s = self.sentences.partition_point(|s| s.tokens.end <= i);
        self.sentences.get(s).filter(|x| x.tokens.contains(&i)).map(|_| s)
    }

    /// The tokens that lie inside a span, as indices.
    pub fn tokens_in(&self, span: Span) -> Range<usize> {
        let start = self.tokens.partition_point(|t| t.span.start < span.start);
        let end = self.tokens.partition_point(|t| t.span.end <= span.end);
        start..end.max(start)
    }

    /// The span from the first to the last of a run of tokens; empty for an empty run.
    pub fn span(&self, tokens: Range<usize>) -> Span {
        match (self.tokens.get(tokens.start), self.tokens.get(tokens.end.wrapping_sub(1))) {
            (Some(a), Some(b)) if tokens.start < tokens.end => a.span.to(b.span),
            _ => Span::default(),
        }
    }
}

/// Takes `text` apart: paragraphs at line ends, sentences, tokens with part of speech.
pub fn analyse(text: &str, language: Language) -> Analysis<'_> {
    let mut analysis = split(text, language);
    tag(&mut analysis);
    analysis
}

/// As [`analyse`], without part of speech: enough to bring the entries of a table into the tokens of a text.
pub fn split(text: &str, language: Language) -> Analysis<'_> {
    let end = within_limit(text).len();
    let mut analysis = Analysis {
        text,
        language,
        paragraphs: Vec::new(),
        sentences: Vec::new(),
        tokens: Vec::with_capacity(end / 5),
        end,
        lowered: String::with_capacity(end),
    };
    let words = WORDS.get(language);
    let mut start = 0;
    for line in text[..end].split_inclusive('\n') {
        let mut span = Span::new(start, start + line.len()).trimmed(text);
        start += line.len();
        if !span.is_empty() {
            let paragraph = analysis.paragraphs.len();
            let first = analysis.tokens.len();
            let full = tokenise(&mut analysis, words, span);
            if full {
                span.end = analysis.tokens.last().map_or(span.end, |t| t.span.end);
                analysis.end = span.end;
            }
            analysis.paragraphs.push(span);
            split_sentences(&mut analysis, words, paragraph, first);
            if full {
                break;
            }
        }
    }
    analysis
}

/// What is read of a text: all of it, or what stands before the last white space within [`MOST_BYTES`].
pub fn within_limit(text: &str) -> &str {
    if text.len() <= MOST_BYTES {
        return text;
    }
    let mut end = MOST_BYTES;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..text[..end].rfind(char::is_whitespace).filter(|at| *at > 0).unwrap_or(end)]
}

fn push(a: &mut Analysis<'_>, span: Span, kind: TokenKind) {
    let from = a.lowered.len() as u32;
    let words = span.of(a.text);
    if words.is_ascii() {
        a.lowered.push_str(words);
        a.lowered[from as usize..].make_ascii_lowercase();
    } else {
        for c in words.chars() {
            match c {
                '’' => a.lowered.push('\''),
                _ => a.lowered.extend(c.to_lowercase()),
            }
        }
    }
    let pos = match kind {
        TokenKind::Number => Pos::Num,
        TokenKind::Quote | TokenKind::Punct => Pos::Punct,
        TokenKind::Word => Pos::X,
    };
    a.tokens.push(Token { span, kind, pos, form: VerbForm::None, lower: (from, a.lowered.len() as u32) });
}

const fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’')
}

/// Whether a character is a token by itself.
const fn stands_alone(c: char) -> bool {
    matches!(c, '\u{0e00}'..='\u{0e7f}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}')
}

/// Adds the tokens of a span; whether there are as many as there may be and more is left.
fn tokenise(a: &mut Analysis<'_>, words: Option<&Words>, span: Span) -> bool {
    let text = a.text;
    let end = span.end;
    let mut i = span.start;
    let next = |i: usize| text[i..end].chars().next();
    while let Some(c) = next(i) {
        let start = i;
        i += c.len_utf8();
        if c.is_whitespace() {
            continue;
        }
        if a.tokens.len() >= MOST_TOKENS {
            return true;
        }
        if stands_alone(c) {
            push(a, Span::new(start, i), TokenKind::Word);
        } else if c.is_alphanumeric() {
            let number = c.is_numeric();
            while let Some(n) = next(i) {
                let after = || next(i + n.len_utf8());
                let joins = match n {
                    '\'' | '’' => !number && after().is_some_and(char::is_alphabetic),
                    '-' | '‑' => after().is_some_and(char::is_alphanumeric),
                    '.' | ',' | ':' | '/' => {
                        text[..i].chars().next_back().is_some_and(char::is_numeric)
                            && after().is_some_and(char::is_numeric)
                            || n == '.'
                                && i - start <= LONGEST_INITIALISM
                                && single_letters(&text[start..i])
                                && after().is_some_and(char::is_alphabetic)
                                && !next(i + 1 + after().map_or(0, char::len_utf8))
                                    .is_some_and(char::is_alphabetic)
                    }
                    _ => n.is_alphanumeric() && !stands_alone(n) || is_mark(n),
                };
                if !joins {
                    break;
                }
                i += n.len_utf8();
            }
            if next(i) == Some('.')
                && (is_initialism(&text[start..i])
                    || is_abbreviation(words, &text[start..i], &text[i + 1..end]))
            {
                i += 1;
            }
            if number {
                push(a, Span::new(start, i), TokenKind::Number);
            } else {
                let word = &text[start..i];
                let cut = start + clitic(word);
                push(a, Span::new(start, cut), TokenKind::Word);
                if cut < i {
                    push(a, Span::new(cut, i), TokenKind::Word);
                }
            }
        } else if matches!(c, '"' | '“' | '”' | '„' | '«' | '»' | '‘' | '‹' | '›' | '「' | '」' | '『' | '』')
            || is_apostrophe(c)
        {
            push(a, Span::new(start, i), TokenKind::Quote);
        } else {
            // A run of the same sign ("...", "--") is one token.
            while next(i) == Some(c) && matches!(c, '.' | '-' | '–' | '—') {
                i += c.len_utf8();
            }
            push(a, Span::new(start, i), TokenKind::Punct);
        }
    }
    false
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036f}' | '\u{00ad}' | '\u{200d}')
}

/// "U", "U.S", "a.m": single letters with stops between them.
fn single_letters(word: &str) -> bool {
    word.split('.').all(|part| {
        let mut chars = part.chars();
        chars.next().is_some_and(char::is_alphabetic) && chars.next().is_none()
    })
}

/// Single letters that a stop belongs to: several, or one capital.
fn is_initialism(word: &str) -> bool {
    single_letters(word) && (word.contains('.') || word.chars().all(char::is_uppercase))
}

/// What a table of abbreviations says of one of them.
#[derive(Clone, Copy)]
struct Abbreviation {
    before: Before,
    may_end: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Before {
    Anything,
    Number,
    Capital,
}

/// What taking a text apart needs to know of its language.
struct Words {
    abbreviations: FxHashMap<&'static str, Abbreviation>,
    openers: FxHashSet<&'static str>,
}

static WORDS: ByLanguage<Words> = ByLanguage::new(|language| Words {
    abbreviations: rows(Some(language), "abbreviations")
        .filter_map(|row| {
            let before = match row.get(1).copied() {
                Some("number") => Before::Number,
                Some("capital") => Before::Capital,
                _ => Before::Anything,
            };
            Some((*row.first()?, Abbreviation { before, may_end: row.get(2) == Some(&"end") }))
        })
        .collect(),
    openers: rows(Some(language), "sentence-openers").filter_map(|row| row.first().copied()).collect(),
});

/// Longer words are no abbreviations; no need to look them up.
const LONGEST_ABBREVIATION: usize = 8;

/// Whether the stop after `word` belongs to it, by what follows the stop.
fn is_abbreviation(words: Option<&Words>, word: &str, after: &str) -> bool {
    if word.len() > LONGEST_ABBREVIATION {
        return false;
    }
    let Some(found) = words.and_then(|w| w.abbreviations.get(word.to_lowercase().as_str())) else {
        return false;
    };
    let next = after.trim_start().chars().next();
    match found.before {
        Before::Anything => true,
        Before::Number => next.is_some_and(char::is_numeric),
        Before::Capital => next.is_some_and(char::is_uppercase),
    }
}

/// Where a clitic begins in a word: `president's` → 9, `don't` → 2; the word's length where there is none.
fn clitic(word: &str) -> usize {
    for (i, c) in word.char_indices().rev().take(4) {
        if is_apostrophe(c) {
            let tail = word[i + c.len_utf8()..].to_lowercase();
            return match tail.as_str() {
                "t" if i > 1 && word[..i].ends_with(['n', 'N']) => i - 1,
                "s" | "re" | "ve" | "ll" | "d" | "m" => i,
                _ => word.len(),
            };
        }
    }
    word.len()
}

fn split_sentences(a: &mut Analysis<'_>, words: Option<&Words>, paragraph: usize, first: usize) {
    let last = a.tokens.len();
    let mut start = first;
    let mut i = first;
    while i < last {
        let word = a.tokens[i].span.of(a.text);
        let stop = matches!(word, "." | "!" | "?" | "..." | "…" | "。" | "！" | "？")
            || a.tokens[i].kind == TokenKind::Word
                && word.ends_with('.')
                && ends_after_abbreviation(a, words, i, last);
        i += 1;
        if i - start >= LONGEST_SENTENCE {
            finish(a, start..i, paragraph);
            start = i;
            continue;
        }
        if !stop {
            continue;
        }
        // Closing quotes, brackets and further stops belong to the sentence they close.
        while i < last && i - start < LONGEST_SENTENCE && closes(a, i) {
            i += 1;
        }
        if i < last && !begins(a, i) {
            continue;
        }
        finish(a, start..i, paragraph);
        start = i;
    }
    if start < last {
        finish(a, start..last, paragraph);
    }
}

fn finish(a: &mut Analysis<'_>, tokens: Range<usize>, paragraph: usize) {
    let span = a.span(tokens.clone());
    a.sentences.push(Sentence { span, tokens, paragraph });
}

fn closes(a: &Analysis<'_>, i: usize) -> bool {
    let glued = a.tokens[i - 1].span.end == a.tokens[i].span.start;
    let word = a.token(i);
    match word {
        "”" | "»" | "’" | ")" | "]" | "." | "!" | "?" | "」" | "』" => true,
        "\"" | "'" => glued,
        _ => false,
    }
}

fn begins(a: &Analysis<'_>, i: usize) -> bool {
    let t = a.tokens[i];
    match t.kind {
        TokenKind::Quote | TokenKind::Number => true,
        TokenKind::Punct => {
            matches!(a.token(i), "(" | "[" | "-" | "–" | "—" | "•" | "$" | "€" | "£" | "#" | "@")
        }
        TokenKind::Word => a.token(i).chars().next().is_some_and(|c| !c.is_lowercase()),
    }
}

/// "U.S. The" ends a sentence, "U.S. President" does not: the next word must be one that only begins sentences.
fn ends_after_abbreviation(a: &Analysis<'_>, words: Option<&Words>, i: usize, last: usize) -> bool {
    if i + 1 >= last {
        return true;
    }
    let word = a.lower(i).trim_end_matches('.');
    let initialism = is_initialism(word) && word.contains('.');
    let may_end = initialism || words.and_then(|w| w.abbreviations.get(word)).is_some_and(|x| x.may_end);
    may_end
        && a.token(i + 1).chars().next().is_some_and(char::is_uppercase)
        && words.is_some_and(|w| w.openers.contains(a.lower(i + 1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tokens(text: &str) -> Vec<String> {
        let a = analyse(text, Language::EN);
        (0..a.tokens.len()).map(|i| a.token(i).to_owned()).collect()
    }

    #[test]
    fn tokens_follow_the_penn_conventions() {
        let check = |text: &str, want: &str| assert_eq!(tokens(text).join("|"), want);
        check("Moscow's full-scale plan", "Moscow|'s|full-scale|plan");
        check("It won’t rise 6.5% by 10:30 a.m.", "It|wo|n’t|rise|6.5|%|by|10:30|a.m.");
        check("U.S. President J. Marsh", "U.S.|President|J.|Marsh");
        check("\"No,\" she said...", "\"|No|,|\"|she|said|...");
        check("on Feb. 28, 2025-03-02", "on|Feb.|28|,|2025-03-02");
    }

    #[test]
    fn sentences_end_where_readers_end_them() {
        let check = |text: &str, want: usize| {
            assert_eq!(analyse(text, Language::EN).sentences.len(), want, "{text}");
        };
        check("Dr. Marsh left. She did not say why.", 2);
        check("He met U.S. officials on Feb. 3 in Kestrel Bay.", 1);
        check("\"Go home!\" he said. \"Now.\" They went.", 3);
        check("One line\nanother line", 2);
        check("The answer was no. She left.", 2);
        check("It was bus No. 7 that stopped.", 1);
        check("He lives in the U.S. The family moved in Sept. 2019.", 2);
        check("The firm is Lomax Inc. It makes rope.", 2);
    }

    #[test]
    fn floods_are_cut_and_divided() {
        let flood = "\"the minister said , ".repeat(100_000);
        for text in
            [&flood, &"\"".repeat(MOST_TOKENS * 2), &flood.replace(" , ", "\n"), &"a".repeat(MOST_BYTES * 2)]
        {
            let a = analyse(text, Language::EN);
            assert!(a.tokens.len() <= MOST_TOKENS + 1 && a.end <= MOST_BYTES, "{}", a.tokens.len());
            assert!(a.tokens.last().is_some_and(|t| t.span.end <= a.end));
            assert!(a.paragraphs.last().is_some_and(|p| p.end <= a.end));
            assert!(a.sentences.iter().all(|s| s.tokens.len() <= LONGEST_SENTENCE));
            assert_eq!(a.sentences.iter().map(|s| s.tokens.len()).sum::<usize>(), a.tokens.len());
        }
        let initials = "a.".repeat(1_000);
        assert!(analyse(&initials, Language::EN).tokens.iter().all(|t| t.span.len() < 100));
        assert_eq!(analyse("It is short.", Language::EN).end, 12);
    }

    proptest! {
        #[test]
        fn every_character_is_covered_once(text in "[ -~“”’é\n]{0,200}") {
            let a = analyse(&text, Language::EN);
            let covered: String = (0..a.tokens.len()).map(|i| a.token(i)).collect();
            let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
            prop_assert_eq!(covered, plain);
            for w in a.tokens.windows(2) {
                prop_assert!(w[0].span.end <= w[1].span.start);
            }
            let n: usize = a.sentences.iter().map(|s| s.tokens.len()).sum();
            prop_assert_eq!(n, a.tokens.len());
        }
    }
}
