//! What an article is about, as weighted terms: stems, pairs of capitalised words (names, in any language that
//! has capitals), and for scripts without spaces pairs of characters.

use reportedly_read::Reading;
use reportedly_text::{Analysis, Language, TokenKind, is_unspaced, rows, split};
use rust_stemmers::{Algorithm, Stemmer};
use rustc_hash::FxHashMap;
use std::{cell::RefCell, sync::LazyLock};

/// Tokens of the text that count; what a news item is about stands at its head. Plateau 600..1200 on
/// `run.py stories`.
const TOKENS: usize = 900;
/// The head of the text, whose tokens count double.
const HEAD: usize = 100;
/// How often a word of the title counts.
const TITLE: f32 = 4.0;
/// How often a word of the head counts.
const HEAD_WEIGHT: f32 = 2.0;

/// The terms of one article, by hash, in order of hash.
#[derive(Clone, Debug, Default)]
pub(crate) struct Terms {
    /// Every term once.
    pub counts: Vec<Term>,
    /// Words with capitals inside sentences as they are written, which is the same in every language, with their
    /// weighted counts; in order of hash.
    pub written: Vec<(u64, u32)>,
}

/// One term of an article.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Term {
    /// Its hash.
    pub hash: u64,
    /// Its weighted count, damped.
    pub count: f32,
    /// The same before it is damped.
    pub times: u32,
    /// Whether it names somebody or something: mostly capitalised where it begins no sentence.
    pub name: bool,
    /// Whether it is two words side by side.
    pub pair: bool,
    /// The share of texts that have it anyway.
    pub common: f32,
}

impl Terms {
    /// The terms of a reading.
    pub(crate) fn of(reading: &Reading) -> Self {
        let language = reading.language.unwrap_or(Language::EN);
        let mut counts = Counts::default();
        if let Some(title) = &reading.title {
            count(&split(title, language), |_| TITLE, &mut counts);
        }
        let head = head(&reading.text, TOKENS * 8);
        count(&split(head, language), |i| if i < HEAD { HEAD_WEIGHT } else { 1.0 }, &mut counts);
        Self::damped(counts, language)
    }

    /// The terms of a headline by itself, each counted once.
    pub(crate) fn of_title(title: &str, language: Language) -> Self {
        let mut counts = Counts::default();
        count(&split(title, language), |_| 1.0, &mut counts);
        Self::damped(counts, language)
    }

    fn damped(counts: Counts, language: Language) -> Self {
        let common = common(language);
        let mut written: Vec<(u64, u32)> =
            counts.written.into_iter().map(|(hash, n)| (hash, n as u32)).collect();
        written.sort_unstable_by_key(|w| w.0);
        let mut counts: Vec<Term> = counts
            .terms
            .into_iter()
            .map(|(hash, seen)| Term {
                hash,
                count: damped(seen.count),
                times: seen.count as u32,
                name: seen.capitals > seen.small,
                pair: seen.pair,
                common: common.and_then(|c| c.get(&hash)).copied().unwrap_or(0.0),
            })
            .collect();
        counts.sort_unstable_by_key(|c| c.hash);
        Self { counts, written }
    }
}

/// A count as it weighs: the tenth time a word stands in a text says less than the second.
pub(crate) fn damped(times: f32) -> f32 {
    1.0 + times.max(1.0).ln()
}

/// At most so many bytes of a text.
fn head(text: &str, bytes: usize) -> &str {
    let mut end = text.len().min(bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// What is counted of a term.
#[derive(Default)]
struct Seen {
    count: f32,
    /// Sights with a capital inside a sentence, and without.
    capitals: u32,
    small: u32,
    pair: bool,
}

/// What is counted of an article.
#[derive(Default)]
struct Counts {
    terms: FxHashMap<u64, Seen>,
    /// Words with capitals inside sentences, as they are written.
    written: FxHashMap<u64, f32>,
}

fn count(analysis: &Analysis<'_>, weight: impl Fn(usize) -> f32, counts: &mut Counts) {
    let headline = capitalised(analysis);
    // `capital` is `None` where it says nothing: at the head of a sentence, in a headline with capitals throughout.
    let mut add = |term: u64, n: f32, pair: bool, capital: Option<bool>| {
        let seen = counts.terms.entry(term).or_default();
        seen.count += n;
        seen.pair = pair;
        seen.capitals += u32::from(capital == Some(true));
        seen.small += u32::from(capital == Some(false));
    };
    let mut sentences = analysis.sentences.iter().map(|s| s.tokens.start).peekable();
    let mut first = true;
    // The last capitalised word, if it stands right before.
    let mut before: Option<u64> = None;
    for (i, token) in analysis.tokens.iter().enumerate().take(TOKENS) {
        let lower = analysis.lower(i);
        first |= sentences.next_if(|s| *s <= i).is_some();
        let capital = match token.kind {
            TokenKind::Word => analysis.token(i).chars().next().is_some_and(char::is_uppercase),
            TokenKind::Number => false,
            TokenKind::Quote | TokenKind::Punct => {
                before = None;
                continue;
            }
        };
        if lower.chars().any(is_unspaced) {
            before = None;
            let mut last: Option<char> = None;
            for c in lower.chars() {
                if let Some(l) = last {
                    let mut pair = [0; 8];
                    let n = l.encode_utf8(&mut pair).len();
                    let m = c.encode_utf8(&mut pair[n..]).len();
                    add(hash(b'c', &pair[..n + m]), weight(i), false, None);
                }
                last = Some(c);
            }
            continue;
        }
        if !lower.chars().any(char::is_alphanumeric) {
            continue;
        }
        let term = match token.kind {
            TokenKind::Word => stem(analysis.language, lower),
            _ => hash(b'w', lower.as_bytes()),
        };
        // A middle initial is no part of what a name is compared by.
        if capital && lower.chars().filter(|c| c.is_alphabetic()).count() == 1 {
            continue;
        }
        let says = !(first || headline || token.kind == TokenKind::Number);
        first = false;
        add(term, weight(i), false, says.then_some(capital));
        if says && capital {
            *counts.written.entry(hash(b'w', lower.as_bytes())).or_default() += weight(i);
        }
        if let Some(b) = before.filter(|_| capital && !headline) {
            let mut both = [0; 16];
            both[..8].copy_from_slice(&b.to_le_bytes());
            both[8..].copy_from_slice(&term.to_le_bytes());
            add(hash(b'p', &both), weight(i), true, Some(true));
        }
        before = capital.then_some(term);
    }
}

/// Whether most words have capitals, as in the headlines of some papers.
fn capitalised(analysis: &Analysis<'_>) -> bool {
    let words = analysis.tokens.iter().filter(|t| t.kind == TokenKind::Word);
    let (mut all, mut capitals) = (0, 0);
    for t in words.take(TOKENS) {
        all += 1;
        capitals += usize::from(t.span.of(analysis.text).starts_with(char::is_uppercase));
    }
    capitals * 2 > all
}

/// FNV-1a, so that the same words have the same hash on every machine.
pub(crate) fn hash(kind: u8, bytes: &[u8]) -> u64 {
    let mut h = 0xcbf2_9ce4_8422_2325_u64 ^ u64::from(kind);
    for b in bytes {
        h = (h ^ u64::from(*b)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    h ^ (h >> 29)
}

/// A content word of a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stem {
    /// Its hash, the same as in [`Term`].
    pub hash: u64,
    /// The share of texts that have it anyway.
    pub common: f32,
}

/// The stem of each token; `None` for what is no word.
pub(crate) fn stems(analysis: &Analysis<'_>) -> Vec<Option<Stem>> {
    let common = common(analysis.language);
    (0..analysis.tokens.len())
        .map(|i| {
            let lower = analysis.lower(i);
            let hash = match analysis.tokens[i].kind {
                TokenKind::Word => stem(analysis.language, lower),
                TokenKind::Number => hash(b'w', lower.as_bytes()),
                TokenKind::Quote | TokenKind::Punct => return None,
            };
            Some(Stem { hash, common: common.and_then(|c| c.get(&hash)).copied().unwrap_or(0.0) })
        })
        .collect()
}

/// How common the stems of a language are, as shares of texts; `None` where it has no table.
fn common(language: Language) -> Option<&'static FxHashMap<u64, f32>> {
    static ENGLISH: LazyLock<FxHashMap<u64, f32>> = LazyLock::new(|| shares(Language::EN));
    (language == Language::EN).then(|| &*ENGLISH)
}

/// The share of texts that have a term of this shortened hash anyway.
pub(crate) fn share(language: Language, term: u32) -> f32 {
    static ENGLISH: LazyLock<FxHashMap<u32, f32>> =
        LazyLock::new(|| common(Language::EN).into_iter().flatten().map(|(h, s)| (*h as u32, *s)).collect());
    if language == Language::EN { ENGLISH.get(&term).copied().unwrap_or(0.0) } else { 0.0 }
}

fn shares(language: Language) -> FxHashMap<u64, f32> {
    let mut shares: FxHashMap<u64, f32> = FxHashMap::default();
    for row in rows(Some(language), "common-words") {
        let (Some(word), Some(percent)) = (row.first(), row.get(1).and_then(|p| p.parse::<f32>().ok()))
        else {
            continue;
        };
        let share = shares.entry(stem(language, word)).or_default();
        // Forms of one stem, taken as independent.
        *share = 1.0 - (1.0 - *share) * (1.0 - percent / 100.0);
    }
    shares
}

/// Words whose stems are remembered, per thread, as a power of two: few words make up most of a text.
const REMEMBERED: usize = 1 << 14;

thread_local! {
    static STEMS: RefCell<Stems> = RefCell::default();
}

/// Stems by their words, the latest of those that fall together.
#[derive(Default)]
struct Stems {
    stemmers: FxHashMap<Language, Option<Stemmer>>,
    known: Vec<Option<(Language, Box<str>, u64)>>,
}

/// The hash of the stem of a word in small letters; of the word itself where its language has no stemmer.
pub(crate) fn stem(language: Language, lower: &str) -> u64 {
    let word = hash(b'w', lower.as_bytes());
    STEMS.with_borrow_mut(|Stems { stemmers, known }| {
        let Some(stemmer) = stemmers.entry(language).or_insert_with(|| stemmer(language)) else {
            return word;
        };
        known.resize(REMEMBERED, None);
        let slot = &mut known[word as usize % REMEMBERED];
        match slot {
            Some((l, w, stem)) if *l == language && &**w == lower => *stem,
            _ => {
                let stem = hash(b'w', stemmer.stem(lower).as_bytes());
                *slot = Some((language, lower.into(), stem));
                stem
            }
        }
    })
}

/// The Snowball stemmer of a language.
pub fn stemmer(language: Language) -> Option<Stemmer> {
    let algorithm = match language.code() {
        "ar" => Algorithm::Arabic,
        "da" => Algorithm::Danish,
        "nl" => Algorithm::Dutch,
        "en" => Algorithm::English,
        "fi" => Algorithm::Finnish,
        "fr" => Algorithm::French,
        "de" => Algorithm::German,
        "el" => Algorithm::Greek,
        "hu" => Algorithm::Hungarian,
        "it" => Algorithm::Italian,
        "no" => Algorithm::Norwegian,
        "pt" => Algorithm::Portuguese,
        "ro" => Algorithm::Romanian,
        "ru" => Algorithm::Russian,
        "es" => Algorithm::Spanish,
        "sv" => Algorithm::Swedish,
        "ta" => Algorithm::Tamil,
        "tr" => Algorithm::Turkish,
        _ => return None,
    };
    Some(Stemmer::create(algorithm))
}
