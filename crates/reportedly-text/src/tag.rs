//! Part of speech: a greedy tagger, left to right, that decides with a linear model (Collins 2002, averaged).
//!
//! Words of the closed classes may only take what the table `closed-words` gives them; where that is one tag, nothing
//! is computed. For all else the model weighs the word, its beginning, end and shape, its neighbours, the two
//! tags before, the auxiliary that still waits for its verb, and how the text writes the word elsewhere.

use crate::model::{Model, feature, hash};
use crate::tables::{ByLanguage, rows, weights};
use crate::{Analysis, Pos, TokenKind, VerbForm};
use rustc_hash::{FxHashMap, FxHashSet};

/// How many labels the model has room for: a power of two, so that rows lie on cache lines.
pub const LABELS: usize = 32;

/// The tags, in the order of the model's labels.
pub const TAGS: [(&str, Pos, VerbForm); 26] = [
    ("ADJ", Pos::Adj, VerbForm::None),
    ("ADP", Pos::Adp, VerbForm::None),
    ("ADV", Pos::Adv, VerbForm::None),
    ("AUX.base", Pos::Aux, VerbForm::Base),
    ("AUX.present", Pos::Aux, VerbForm::Present),
    ("AUX.past", Pos::Aux, VerbForm::Past),
    ("AUX.participle", Pos::Aux, VerbForm::PastParticiple),
    ("AUX.gerund", Pos::Aux, VerbForm::Gerund),
    ("AUX.modal", Pos::Aux, VerbForm::Modal),
    ("CCONJ", Pos::Cconj, VerbForm::None),
    ("DET", Pos::Det, VerbForm::None),
    ("INTJ", Pos::Intj, VerbForm::None),
    ("NOUN", Pos::Noun, VerbForm::None),
    ("NUM", Pos::Num, VerbForm::None),
    ("PART", Pos::Part, VerbForm::None),
    ("PRON", Pos::Pron, VerbForm::None),
    ("PROPN", Pos::Propn, VerbForm::None),
    ("PUNCT", Pos::Punct, VerbForm::None),
    ("SCONJ", Pos::Sconj, VerbForm::None),
    ("SYM", Pos::Sym, VerbForm::None),
    ("VERB.base", Pos::Verb, VerbForm::Base),
    ("VERB.present", Pos::Verb, VerbForm::Present),
    ("VERB.past", Pos::Verb, VerbForm::Past),
    ("VERB.participle", Pos::Verb, VerbForm::PastParticiple),
    ("VERB.gerund", Pos::Verb, VerbForm::Gerund),
    ("X", Pos::X, VerbForm::None),
];

/// The label of a tag by its name.
pub fn label(name: &str) -> Option<u8> {
    TAGS.iter().position(|(n, _, _)| *n == name).map(|i| i as u8)
}

const fn bit(label: u8) -> u32 {
    1 << label
}

const AUX: u32 = 0b1_1111_1000;
const NOUN: u8 = 12;
const PRON: u8 = 15;
const PROPN: u8 = 16;
const PUNCT: u8 = 17;
const SYM: u8 = 19;
const VERBS: u32 = 0b1_1111 << 20;
const GERUND: u8 = 24;
/// What a word that is in no table may be.
const OPEN: u32 = bit(0) | bit(2) | bit(11) | bit(NOUN) | bit(13) | bit(PROPN) | bit(25) | VERBS;
/// What a number may be: "2025", "6th", "1990s", "747".
const NUMBERS: u32 = bit(0) | bit(NOUN) | bit(13) | bit(PROPN);

/// What the tables know of words, by the hash of the word.
struct Lexicon {
    /// The tags that a closed-class word may take.
    closed: FxHashMap<u32, u32>,
    /// The verb tags that a form of a verb may take.
    verbs: FxHashMap<u32, u32>,
}

static LEXICON: ByLanguage<Lexicon> = ByLanguage::new(|language| {
    let mut closed = FxHashMap::default();
    for row in rows(Some(language), "closed-words") {
        let tags = row.get(1).into_iter().flat_map(|tags| tags.split(' ')).filter_map(label);
        *closed.entry(hash(row[0].as_bytes())).or_insert(0) |= tags.map(bit).fold(0, |all, tag| all | tag);
    }
    let mut verbs = FxHashMap::default();
    for row in rows(Some(language), "verb-forms") {
        for (forms, tag) in row.iter().zip(20..) {
            for form in forms.split(' ').filter(|form| !form.is_empty()) {
                *verbs.entry(hash(form.as_bytes())).or_insert(0) |= bit(tag);
            }
        }
    }
    Lexicon { closed, verbs }
});

static MODEL: ByLanguage<Option<Model<LABELS>>> =
    ByLanguage::new(|language| weights(language, "tagger").map(Model::read));

/// Gives every token its part of speech, where the language has a model.
pub(crate) fn tag(analysis: &mut Analysis<'_>) {
    let Some(model) = MODEL.get(analysis.language).and_then(Option::as_ref) else { return };
    let labels = walk(analysis, |_, features, allowed| best(&model.score(features), allowed));
    for (token, label) in analysis.tokens.iter_mut().zip(labels) {
        let (_, pos, form) = TAGS[usize::from(label)];
        token.pos = pos;
        token.form = form;
    }
}

/// The allowed label with the highest score; the first of equals.
pub fn best(scores: &[i32; LABELS], allowed: u32) -> u8 {
    let mut best = (i32::MIN, 25);
    for (label, score) in scores.iter().enumerate().take(TAGS.len()) {
        if allowed & bit(label as u8) != 0 && *score > best.0 {
            best = (*score, label as u8);
        }
    }
    best.1
}

/// What the features ask about a word, hashed once.
#[derive(Clone, Copy, Default)]
struct Word {
    lower: u32,
    prefix: u32,
    suffixes: [u32; 3],
    shape: u32,
    allowed: u32,
    verb: u32,
    /// Whether its first letter is a capital; whether the text elsewhere has it small, or big where it need not be.
    capital: u32,
}

/// How many features [`walk`] hands over.
pub const FEATURES: usize = 32;

/// Goes over the tokens in order and asks for the label of each one whose word leaves a choice: the decider gets
/// the token's index, its features and the labels it may give, one bit each. Learning and tagging both go this way.
pub fn walk(analysis: &Analysis<'_>, mut decide: impl FnMut(usize, &[u32; FEATURES], u32) -> u8) -> Vec<u8> {
    let words = words(analysis);
    let mut labels = vec![25; words.len()];
    let outside = Word { lower: 1, ..Word::default() };
    for sentence in &analysis.sentences {
        let (first, last) = (sentence.tokens.start, sentence.tokens.end);
        // The auxiliary that waits for its verb, whether a noun stands between, and the form of the verb before.
        let (mut waiting, mut between, mut verb) = (0u32, 0u32, 0u32);
        for i in first..last {
            let w = words[i];
            let at = |k: usize| if k >= first && k < last { words[k] } else { outside };
            let label = if w.allowed.is_power_of_two() {
                w.allowed.trailing_zeros() as u8
            } else {
                let (w1, w2, n1, n2) = (at(i.wrapping_sub(1)), at(i.wrapping_sub(2)), at(i + 1), at(i + 2));
                let t1 = if i > first { u32::from(labels[i - 1]) } else { 30 };
                let t2 = if i > first + 1 { u32::from(labels[i - 2]) } else { 30 };
                let aux = waiting << 1 | between;
                let features: [u32; FEATURES] = [
                    feature(0, w.lower, 0),
                    feature(1, w.suffixes[0], 0),
                    feature(2, w.suffixes[1], 0),
                    feature(3, w.suffixes[2], 0),
                    feature(4, w.prefix, 0),
                    feature(5, w.shape, w.capital),
                    feature(6, t1, 0),
                    feature(7, t1, t2),
                    feature(8, w1.lower, 0),
                    feature(9, n1.lower, 0),
                    feature(10, w2.lower, 0),
                    feature(11, n2.lower, 0),
                    feature(12, w.lower, t1),
                    feature(13, n1.suffixes[1], 0),
                    feature(14, w1.suffixes[1], 0),
                    feature(15, w.suffixes[0], aux),
                    feature(16, w.verb, aux),
                    feature(17, w.verb, t1),
                    feature(18, w.suffixes[1], t1),
                    feature(19, n1.allowed, t1),
                    feature(20, w.verb, verb),
                    feature(21, n1.shape, w.capital),
                    feature(22, w1.lower, w.suffixes[0]),
                    feature(23, w.suffixes[0], n1.allowed),
                    feature(24, w1.shape, w.capital),
                    feature(25, w.lower, n1.allowed),
                    feature(26, n1.allowed, n2.allowed),
                    feature(27, w.lower, aux),
                    feature(28, n1.verb, t1),
                    feature(29, w.suffixes[1], w.capital),
                    feature(30, w1.lower, n1.lower),
                    feature(31, w.verb, n1.lower),
                ];
                decide(i, &features, w.allowed)
            };
            labels[i] = label;
            let tag = bit(label);
            if tag & AUX != 0 || w.lower == TO {
                waiting = 1 + w.lower % 1021;
                between = 0;
            } else if tag & VERBS != 0 {
                (waiting, between, verb) = (0, 0, u32::from(label));
            } else if tag & (bit(NOUN) | bit(PRON) | bit(PROPN)) != 0 {
                between = 1;
            }
        }
    }
    labels
}

const TO: u32 = hash(b"to");

fn words(analysis: &Analysis<'_>) -> Vec<Word> {
    let lexicon = LEXICON.get(analysis.language);
    let mut words = vec![Word::default(); analysis.tokens.len()];
    let (mut small, mut big) = (FxHashSet::default(), FxHashSet::default());
    for sentence in &analysis.sentences {
        // Where nearly every word has a capital (headlines), a capital says nothing.
        let mut capitals = 0;
        let mut letters = 0;
        for i in sentence.tokens.clone() {
            let lower = analysis.lower(i).as_bytes();
            let token = analysis.token(i);
            let kind = analysis.tokens[i].kind;
            let word = &mut words[i];
            word.lower = hash(lower);
            word.prefix = hash(&lower[..lower.len().min(3)]);
            word.suffixes = [2, 3, 4].map(|n| hash(&lower[lower.len().saturating_sub(n)..]));
            word.shape = shape(token);
            let closed = lexicon.and_then(|l| l.closed.get(&word.lower)).copied().unwrap_or(0);
            word.verb = lexicon.and_then(|l| l.verbs.get(&word.lower)).copied().unwrap_or(0);
            word.allowed = match kind {
                // "US" and "WHO" are no pronouns, "IT" may be none.
                _ if closed != 0 && token.len() > 1 && token.bytes().all(|b| b.is_ascii_uppercase()) => {
                    closed | bit(PROPN)
                }
                _ if closed != 0 => closed,
                TokenKind::Number => NUMBERS,
                TokenKind::Quote => bit(PUNCT),
                TokenKind::Punct
                    if matches!(token, "$" | "€" | "£" | "¥" | "%" | "+" | "=" | "°" | "§" | "©" | "®") =>
                {
                    bit(SYM)
                }
                TokenKind::Punct => bit(PUNCT),
                TokenKind::Word if lower.ends_with(b"ing") => OPEN,
                TokenKind::Word => OPEN & !bit(GERUND),
            };
            if kind == TokenKind::Word {
                letters += 1;
                let capital = token.chars().next().is_some_and(char::is_uppercase);
                word.capital = u32::from(capital);
                capitals += u32::from(capital);
                if !capital {
                    small.insert(word.lower);
                }
            }
        }
        let headline = letters > 3 && capitals * 3 > letters * 2;
        for i in sentence.tokens.clone() {
            let word = &mut words[i];
            if word.capital == 0 {
                continue;
            }
            if headline {
                word.capital |= 2;
            } else if i == sentence.tokens.start || analysis.tokens[i - 1].kind == TokenKind::Quote {
                word.capital |= 4;
            } else {
                big.insert(word.lower);
            }
        }
    }
    for word in &mut words {
        if word.capital & 6 != 0 {
            word.capital |=
                u32::from(small.contains(&word.lower)) << 3 | u32::from(big.contains(&word.lower)) << 4;
        }
    }
    words
}

/// Capitals, small letters, digits and signs, runs folded: "McKay-2" is "XxXx-d".
fn shape(token: &str) -> u32 {
    let mut folded = [0u8; 8];
    let mut n = 0;
    for c in token.chars() {
        let class = match c {
            'a'..='z' => b'x',
            'A'..='Z' => b'X',
            '0'..='9' => b'd',
            _ if c.is_uppercase() => b'X',
            _ if c.is_alphabetic() => b'x',
            '-' | '.' | ',' | '/' | ':' => c as u8,
            _ => b'?',
        };
        if n > 0 && folded[n - 1] == class {
            continue;
        }
        if n == folded.len() {
            break;
        }
        folded[n] = class;
        n += 1;
    }
    hash(&folded[..n])
}

#[cfg(test)]
mod tests {
    use crate::{Language, Pos, VerbForm, analyse};
    use proptest::prelude::*;

    #[test]
    fn verbs_have_their_forms() {
        let check = |text: &str, word: &str, want: VerbForm| {
            let a = analyse(text, Language::EN);
            let found = (0..a.tokens.len()).find(|i| a.token(*i) == word).map(|i| a.tokens[i].form);
            assert_eq!(found, Some(want), "{word} in {text}");
        };
        check("The mayor said the bridge would close.", "said", VerbForm::Past);
        check("The mayor said the bridge would close.", "would", VerbForm::Modal);
        check("The mayor said the bridge would close.", "close", VerbForm::Base);
        check("The minister has denied the report.", "denied", VerbForm::PastParticiple);
        check("The minister denied the report on Monday.", "denied", VerbForm::Past);
        check("Two men were arrested after the fire.", "arrested", VerbForm::PastParticiple);
        check("The council plans to build a new school.", "build", VerbForm::Base);
        check("Officials are considering the plan.", "considering", VerbForm::Gerund);
        check("The company says it will appeal.", "says", VerbForm::Present);
    }

    #[test]
    fn words_have_their_part_of_speech() {
        let check = |text: &str, word: &str, want: Pos| {
            let a = analyse(text, Language::EN);
            let found = (0..a.tokens.len()).find(|i| a.token(*i) == word).map(|i| a.tokens[i].pos);
            assert_eq!(found, Some(want), "{word} in {text}");
        };
        check("Elena Marsh told the Harbour Wire that the rents had risen.", "Elena", Pos::Propn);
        check("Elena Marsh told the Harbour Wire that the rents had risen.", "rents", Pos::Noun);
        check("The new law protects tenants.", "new", Pos::Adj);
        check("Rents rose quickly in Norvale.", "quickly", Pos::Adv);
        check("Rents rose quickly in Norvale.", "in", Pos::Adp);
        check("It cost $4 million.", "$", Pos::Sym);
        check("The US said no.", "US", Pos::Propn);
        check("Kestrel Bay's mayor left.", "'s", Pos::Part);
    }

    #[test]
    fn languages_without_a_model_are_not_tagged() {
        let a = analyse("Der Bürgermeister sagte nichts.", Language::from_tag("de").unwrap_or(Language::EN));
        assert!(a.tokens.iter().all(|t| matches!(t.pos, Pos::X | Pos::Punct)));
    }

    proptest! {
        #[test]
        fn only_verbs_have_a_form(text in "[ -~“”’é\n]{0,200}") {
            for token in analyse(&text, Language::EN).tokens {
                prop_assert_eq!(
                    token.form != VerbForm::None,
                    matches!(token.pos, Pos::Verb | Pos::Aux)
                );
            }
        }
    }
}
