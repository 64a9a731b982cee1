//! Which tokens are parts of names: labels over runs of capitalised words, by a linear-chain model (Collins 2002).
//!
//! Only words with a capital, and what may stand between two of them ("of the", "de", "&"), can be part of a name; each
//! such stretch is labelled by itself, with the best sequence under the model (Viterbi).

use crate::gazetteer::{Gazetteer, class};
use reportedly_text::model::{Model, feature, hash};
use reportedly_text::{Analysis, ByLanguage, TokenKind, weights};
use rustc_hash::FxHashMap;

/// Room for labels in a row of the model.
pub const LABELS: usize = 16;
/// Labels in use: outside, then begin and inside of person, org, place, other.
pub const USED: usize = 9;
/// Outside of names.
pub const OUTSIDE: u8 = 0;

/// Weights and a score for every label.
pub type Scores = [i32; LABELS];

/// Whether a label begins a name.
pub const fn begins(label: u8) -> bool {
    label % 2 == 1
}

/// Whether a label goes on with a name.
pub const fn goes_on(label: u8) -> bool {
    label != OUTSIDE && label.is_multiple_of(2)
}

static MODEL: ByLanguage<Option<Model<LABELS>>> =
    ByLanguage::new(|language| weights(language, "names").map(Model::read));

/// A stretch of tokens to be labelled together.
#[derive(Debug)]
pub struct Stretch {
    /// Its first token.
    pub first: usize,
    /// The features of each token.
    pub features: Vec<Vec<u32>>,
    /// The labels that each token may take, one bit each.
    pub allowed: Vec<u16>,
}

/// Stretches end after this many tokens: no name is longer, whatever is written in capitals all through.
const LONGEST: usize = 60;

/// The question whose rows say how well a label follows another; the answer is the label before.
pub const AFTER: u32 = 255;
/// As the label before: none.
pub const START: u32 = 99;

/// Labels every token.
pub fn label(analysis: &Analysis<'_>) -> Option<Vec<u8>> {
    let model = MODEL.get(analysis.language)?.as_ref()?;
    let gazetteer = Gazetteer::of(analysis.language)?;
    let transitions = transitions(|feature, scores| model.add(feature, scores));
    let mut labels = vec![OUTSIDE; analysis.tokens.len()];
    stretches(analysis, gazetteer, |stretch| {
        let path = decode(stretch, &transitions, |feature, scores| model.add(feature, scores));
        labels[stretch.first..stretch.first + path.len()].copy_from_slice(&path);
    });
    Some(labels)
}

/// How well each label follows each other; the last row is for the start.
pub fn transitions(mut add: impl FnMut(u32, &mut Scores)) -> [Scores; USED + 1] {
    let mut rows = [[0; LABELS]; USED + 1];
    for (before, row) in rows.iter_mut().enumerate() {
        add(feature(AFTER, if before == USED { START } else { before as u32 }, 0), row);
    }
    rows
}

/// The best labels for a stretch.
pub fn decode(
    stretch: &Stretch,
    transitions: &[Scores; USED + 1],
    add: impl FnMut(u32, &mut Scores),
) -> Vec<u8> {
    decode_against(stretch, transitions, add, |_, _| 0)
}

/// As [`decode`], with something added to the score of every label at every place: learning makes what is wrong look
/// better than it does, so that a right answer must win by a margin.
pub fn decode_against(
    stretch: &Stretch,
    transitions: &[Scores; USED + 1],
    mut add: impl FnMut(u32, &mut Scores),
    handicap: impl Fn(usize, u8) -> i32,
) -> Vec<u8> {
    const BARRED: i32 = i32::MIN / 2;
    let mut best = [BARRED; USED];
    let mut back: Vec<[u8; USED]> = Vec::with_capacity(stretch.features.len());
    for (n, (features, allowed)) in stretch.features.iter().zip(&stretch.allowed).enumerate() {
        let mut scores = [0; LABELS];
        for feature in features {
            add(*feature, &mut scores);
        }
        for label in 0..USED as u8 {
            scores[usize::from(label)] += handicap(n, label);
        }
        let mut now = [BARRED; USED];
        let mut from = [0; USED];
        for label in 0..USED as u8 {
            let l = usize::from(label);
            if allowed & 1 << label == 0 {
                continue;
            }
            if n == 0 {
                if !goes_on(label) {
                    now[l] = scores[l] + transitions[USED][l];
                }
                continue;
            }
            for before in 0..USED as u8 {
                let b = usize::from(before);
                if best[b] == BARRED || goes_on(label) && before != label && before + 1 != label {
                    continue;
                }
                let score = best[b] + transitions[b][l] + scores[l];
                if score > now[l] {
                    now[l] = score;
                    from[l] = before;
                }
            }
        }
        best = now;
        back.push(from);
    }
    let mut label = 0;
    for l in 0..USED {
        if best[l] > best[usize::from(label)] {
            label = l as u8;
        }
    }
    let mut path = vec![OUTSIDE; back.len()];
    for n in (0..back.len()).rev() {
        path[n] = label;
        label = back[n][usize::from(label)];
    }
    path
}

/// What the text as a whole says of a word.
mod seen {
    /// Small somewhere.
    pub const SMALL: u32 = 1;
    /// With a capital where it need not have one.
    pub const BIG: u32 = 2;
    /// After a given name or a title.
    pub const PERSON: u32 = 4;
    /// After a preposition of place.
    pub const WHERE: u32 = 8;
    /// Before a word that organisations are called by, or in brackets after one.
    pub const ORG: u32 = 16;
}

#[derive(Clone, Copy, Default)]
struct Word {
    lower: u32,
    suffix: u32,
    shape: u32,
    pos: u32,
    own: u32,
    /// The longest phrase of the tables that it stands in: its classes, and whether it begins it.
    phrase: u32,
    title: bool,
    kind: Kind,
    first: bool,
    headline: bool,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Kind {
    #[default]
    Plain,
    Capital,
    Linker,
    Number,
}

const LINKERS: &[&str] = &[
    "of", "the", "and", "for", "de", "du", "des", "del", "della", "di", "da", "do", "dos", "la", "le", "les",
    "el", "al", "bin", "ibn", "ben", "von", "van", "der", "den", "ter", "ten", "zu", "y", "e", "&", "'", "’",
    "-", "–", ".", "/", "'s", "!", "und", "für", "et",
];

/// Hands over every stretch of tokens that may hold names.
pub fn stretches(analysis: &Analysis<'_>, gazetteer: &Gazetteer, take: impl FnMut(&Stretch)) {
    stretches_masked(analysis, gazetteer, |_| false, take);
}

/// As [`stretches`], with some words, by their hash, made to look as if never seen and in no table: learning from
/// such texts too teaches the model to go by what stands around a name.
pub fn stretches_masked(
    analysis: &Analysis<'_>,
    gazetteer: &Gazetteer,
    mask: impl Fn(u32) -> bool,
    mut take: impl FnMut(&Stretch),
) {
    let mut words = words(analysis, gazetteer);
    for word in &mut words {
        if word.kind == Kind::Capital && word.own & COMMON == 0 && !word.title && mask(word.lower) {
            (word.lower, word.suffix, word.own, word.phrase) = (0, 0, 0, 0);
        }
    }
    let seen = seen_in(analysis, &words);
    for sentence in &analysis.sentences {
        let last = sentence.tokens.end;
        let mut i = sentence.tokens.start;
        while i < last {
            if !matches!(words[i].kind, Kind::Capital | Kind::Number) {
                i += 1;
                continue;
            }
            let mut end = i + 1;
            let mut capitals = words[i].kind == Kind::Capital;
            let mut at = end;
            while at < last && at - end < 3 && at - i < LONGEST && words[at].kind != Kind::Plain {
                capitals |= words[at].kind == Kind::Capital;
                if matches!(words[at].kind, Kind::Capital | Kind::Number) {
                    end = at + 1;
                }
                at += 1;
            }
            if capitals {
                take(&stretch(&words, &seen, sentence.tokens.start..last, i..end));
            }
            i = end;
        }
    }
}

/// Words that are no names by themselves are not masked.
const COMMON: u32 = class::ORG_LAST
    | class::ORG_OF
    | class::PLACE_FIRST
    | class::PLACE_LAST
    | class::OUTLET_HEAD
    | class::ROLE
    | class::CALENDAR
    | class::DEMONYM;

fn words(analysis: &Analysis<'_>, gazetteer: &Gazetteer) -> Vec<Word> {
    const PHRASES: u32 = class::ANY_PLACE | class::ORG | class::OUTLET | class::DEMONYM;
    let mut words: Vec<Word> = (0..analysis.tokens.len())
        .map(|i| {
            let token = analysis.token(i);
            let lower = analysis.lower(i);
            let kind = analysis.tokens[i].kind;
            let capital = token.chars().any(char::is_uppercase);
            let kind = match kind {
                TokenKind::Word if capital && !matches!(token, "I") => Kind::Capital,
                TokenKind::Number if capital => Kind::Capital,
                TokenKind::Number => Kind::Number,
                _ if LINKERS.contains(&lower) => Kind::Linker,
                _ => Kind::Plain,
            };
            let bytes = lower.as_bytes();
            Word {
                lower: hash(bytes),
                suffix: hash(&bytes[bytes.len().saturating_sub(3)..]),
                shape: shape(token),
                pos: analysis.tokens[i].pos as u32,
                own: if kind == Kind::Number { 0 } else { gazetteer.word(token) },
                kind,
                ..Word::default()
            }
        })
        .collect();
    for sentence in &analysis.sentences {
        let tokens = sentence.tokens.clone();
        let letters = tokens.clone().filter(|i| analysis.tokens[*i].kind == TokenKind::Word).count();
        let capitals = tokens.clone().filter(|i| words[*i].kind == Kind::Capital).count();
        let headline = letters > 3 && capitals * 3 > letters * 2;
        let mut after = tokens.start;
        for i in tokens.clone() {
            words[i].headline = headline;
            words[i].first = i == tokens.start || analysis.tokens[i - 1].kind == TokenKind::Quote;
            if words[i].kind != Kind::Capital {
                continue;
            }
            if let Some((end, _)) = gazetteer.longest(analysis, i, tokens.end, class::TITLE) {
                for word in &mut words[i..end] {
                    word.title = true;
                }
            }
            if i >= after
                && let Some((end, class)) = gazetteer.longest(analysis, i, tokens.end, PHRASES)
            {
                words[i].phrase = class << 1 | 1;
                for word in &mut words[i + 1..end] {
                    word.phrase = class << 1;
                }
                after = end;
            }
        }
    }
    words
}

fn seen_in(analysis: &Analysis<'_>, words: &[Word]) -> FxHashMap<u32, u32> {
    let mut seen: FxHashMap<u32, u32> = FxHashMap::default();
    for sentence in &analysis.sentences {
        for i in sentence.tokens.clone() {
            let word = words[i];
            match word.kind {
                Kind::Plain if analysis.tokens[i].kind == TokenKind::Word => {
                    *seen.entry(word.lower).or_insert(0) |= seen::SMALL;
                }
                Kind::Capital if !word.headline => {
                    let mut what = if word.first { 0 } else { seen::BIG };
                    if i > sentence.tokens.start {
                        let before = words[i - 1];
                        if before.own & class::GIVEN != 0 || before.title && before.own & class::ROLE == 0 {
                            what |= seen::PERSON;
                        }
                        if matches!(analysis.lower(i - 1), "in" | "at" | "near" | "from") {
                            what |= seen::WHERE;
                        }
                        if analysis.token(i - 1) == "("
                            && i > sentence.tokens.start + 1
                            && words[i - 2].own & class::ORG_LAST != 0
                        {
                            what |= seen::ORG;
                        }
                    }
                    if i + 1 < sentence.tokens.end && words[i + 1].own & class::ORG_LAST != 0 {
                        what |= seen::ORG;
                    }
                    *seen.entry(word.lower).or_insert(0) |= what;
                }
                _ => {}
            }
        }
    }
    seen
}

fn stretch(
    words: &[Word],
    seen: &FxHashMap<u32, u32>,
    sentence: std::ops::Range<usize>,
    tokens: std::ops::Range<usize>,
) -> Stretch {
    let outside = Word { lower: 1, shape: 1, pos: 31, ..Word::default() };
    let at = |k: usize| if sentence.contains(&k) { words[k] } else { outside };
    let mut result =
        Stretch { first: tokens.start, features: Vec::with_capacity(tokens.len()), allowed: Vec::new() };
    for i in tokens.clone() {
        let w = words[i];
        // The run of capitals that this word stands in: what it is called by stands at its end.
        let mut begin = i;
        while begin > tokens.start && words[begin - 1].kind == Kind::Capital {
            begin -= 1;
        }
        let mut end = i + 1;
        while end < tokens.end && words[end].kind == Kind::Capital {
            end += 1;
        }
        let (head, lead) = (words[end - 1], words[begin]);
        let (before, after) = (at(begin.wrapping_sub(1)), at(end));
        let (b1, b2, a1, a2) = (at(i.wrapping_sub(1)), at(i.wrapping_sub(2)), at(i + 1), at(i + 2));
        let text = seen.get(&w.lower).copied().unwrap_or(0);
        let place = u32::from(w.first) | u32::from(w.headline) << 1;
        let inside = (i - begin).min(3) as u32 | ((end - i).min(4) as u32) << 2;
        let title = |x: Word| u32::from(x.title);
        let mut f = Vec::with_capacity(48);
        let mut ask = |question: u32, first: u32, second: u32| f.push(feature(question, first, second));
        ask(1, 0, 0);
        ask(2, w.lower, 0);
        ask(3, w.lower, w.shape);
        ask(4, w.suffix, w.shape);
        ask(5, w.shape, place);
        ask(6, w.pos, w.shape);
        ask(7, w.pos, b1.pos);
        ask(8, w.pos, a1.pos);
        ask(9, b1.lower, 0);
        ask(10, a1.lower, 0);
        ask(11, b2.lower, b1.lower);
        ask(12, a1.lower, a2.lower);
        ask(13, b1.shape, w.shape);
        ask(14, a1.shape, w.shape);
        ask(15, w.own, inside);
        ask(16, w.phrase, 0);
        ask(17, w.phrase, a1.phrase);
        ask(18, b1.own, w.own);
        ask(19, w.own, a1.own);
        ask(20, title(w) | title(b1) << 1 | title(a1) << 2, w.own);
        ask(21, text, place);
        ask(22, text, w.own);
        ask(23, inside, place);
        ask(24, head.own, inside);
        ask(25, head.lower, u32::from(i + 1 == end));
        ask(26, lead.own, inside);
        ask(27, before.lower, u32::from(i == begin));
        ask(28, after.lower, u32::from(i + 1 == end));
        ask(29, before.lower, after.lower);
        ask(30, before.own & class::ROLE, inside);
        ask(31, after.pos, inside);
        ask(32, before.pos, inside);
        ask(33, at(begin.wrapping_sub(2)).lower, before.lower);
        ask(34, w.lower, b1.lower);
        ask(35, w.lower, a1.lower);
        ask(36, head.suffix, inside);
        ask(37, w.own, text << 2 | place);
        ask(38, head.own, lead.own);
        ask(39, at(begin.wrapping_sub(2)).own & class::ROLE, before.lower);
        ask(40, at(end + 1).lower, after.lower);
        ask(41, w.suffix, inside);
        // "the band X", "the village of X", "X, a small village", "X is a village".
        let noun = before.own & class::NOUN;
        let noun =
            if noun == 0 && is_of(before) { at(begin.wrapping_sub(2)).own & class::NOUN } else { noun };
        ask(46, noun, inside);
        ask(47, apposition(words, &sentence, end), u32::from(begin == i));
        if w.kind == Kind::Linker {
            ask(42, w.lower, b1.own);
            ask(43, w.lower, a1.own);
            ask(44, b1.lower, a1.lower);
            ask(45, a2.own, w.lower);
        }
        result.features.push(f);
        result.allowed.push(match w.kind {
            Kind::Capital => 0b1_1111_1111,
            Kind::Number if a1.kind == Kind::Capital => 0b1_1101_1101,
            Kind::Number | Kind::Linker => 0b1_0101_0101,
            Kind::Plain => 1,
        });
    }
    result
}

/// How far behind a name the noun may stand that says what it is.
const REACH: usize = 8;

/// What the noun behind a name says of it: "…, a small port city", "… is a band".
fn apposition(words: &[Word], sentence: &std::ops::Range<usize>, end: usize) -> u32 {
    let joins =
        |w: &Word| [b",".as_slice(), b"is", b"was", b"(", b"are", b"were"].iter().any(|j| w.lower == hash(j));
    if end >= sentence.end || !joins(&words[end]) {
        return 0;
    }
    let mut after = words[end + 1..sentence.end.min(end + REACH)].iter();
    let article = after
        .next()
        .is_some_and(|w| [b"a".as_slice(), b"an", b"the", b"one"].iter().any(|a| w.lower == hash(a)));
    if !article {
        return 0;
    }
    after
        .take_while(|w| w.kind != Kind::Capital || w.own & class::DEMONYM != 0)
        .map(|w| w.own & class::NOUN)
        .find(|n| *n != 0)
        .unwrap_or(0)
}

fn is_of(word: Word) -> bool {
    word.lower == hash(b"of")
}

/// Capitals, small letters, digits and signs, runs folded, and whether it is long.
fn shape(token: &str) -> u32 {
    let mut folded = [0u8; 8];
    let mut n = 0;
    for c in token.chars() {
        let class = match c {
            _ if c.is_uppercase() => b'X',
            _ if c.is_alphabetic() => b'x',
            _ if c.is_numeric() => b'd',
            '-' | '.' | ',' | '/' | ':' => c as u8,
            _ => b'?',
        };
        // Two capitals differ from one.
        if n > 1 && folded[n - 1] == class && folded[n - 2] == class
            || n > 0 && folded[n - 1] == class && class != b'X'
        {
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
