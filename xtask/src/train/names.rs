//! Learning names.

use super::gum::Document;
use super::perceptron::{Perceptron, shuffled, write};
use super::{FOLDS, say};
use reportedly_names::gazetteer::{Gazetteer, class};
use reportedly_names::label::{
    AFTER, LABELS, OUTSIDE, START, Scores, Stretch, USED, begins, decode, decode_against, goes_on, stretches,
    stretches_masked, transitions,
};
use reportedly_text::model::{Model, feature};
use reportedly_text::{Analysis, Language, Span, analyse};
use std::collections::BTreeMap;

/// Rounds over the data: more gain nothing on the part left out.
const ROUNDS: usize = 10;
/// The share of words, in per cent, that are masked in each round, in turn: without, names nobody has heard of are missed.
const MASKED: [u32; 2] = [0, 40];
/// By how much the right labels must win: against a missed name, and against any other mistake.
const MISSED: i32 = 8;
const WRONG: i32 = 4;
/// Models, each from another order of the documents, whose mean is kept.
const MODELS: usize = 3;
/// WNUT17, unlike news in its ways of writing, is learned from in one round of so many.
const SELDOM: usize = 3;
/// Weights under this share of the largest are left out, and rows that changed less often than this.
const LEAST: f64 = 0.02;
const CHANGES: u32 = 2;

/// What a name names, in the order of the labels.
#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    Person,
    Org,
    Place,
    Other,
}

/// A text with its names.
pub struct Text {
    source: &'static str,
    pub words: String,
    pub names: Vec<(Span, Kind)>,
}

impl Text {
    pub fn new(source: &'static str) -> Self {
        Self { source, words: String::new(), names: Vec::new() }
    }
}

/// The names among GUM's mentions: those whose head is a proper noun, cut down to the name.
pub fn of_gum(documents: &[Document]) -> Vec<Text> {
    documents
        .iter()
        .map(|document| {
            let source = if document.id.contains("_news_") { "news" } else { "gum" };
            let mut names: Vec<(Span, Kind)> = Vec::new();
            let mut mentions: Vec<_> = document.mentions.iter().collect();
            mentions.sort_by_key(|m| (m.words.start, std::cmp::Reverse(m.words.end)));
            for mention in mentions {
                let Some((span, kind)) = name(document, &mention.words, &mention.kind) else { continue };
                if names.iter().all(|(other, _)| !other.overlaps(span)) {
                    names.push((span, kind));
                }
            }
            Text { source, words: document.text.clone(), names }
        })
        .collect()
}

fn name(document: &Document, mention: &std::ops::Range<usize>, kind: &str) -> Option<(Span, Kind)> {
    let words = &document.words;
    let of = |i: usize| words[i].span.of(&document.text);
    let gazetteer = Gazetteer::of(Language::EN)?;
    let is = |i: usize, classes: u32| gazetteer.word(of(i)) & classes != 0;
    let head = mention.clone().find(|i| words[*i].head.is_none_or(|h| !mention.contains(&h)))?;
    let capital = |i: usize| of(i).chars().next().is_some_and(char::is_uppercase);
    if words[head].tag != "PROPN" || !capital(head) {
        return None;
    }
    let mut kind = match kind {
        "person" => Kind::Person,
        "organization" => Kind::Org,
        "place" => Kind::Place,
        "time" => return None,
        _ => Kind::Other,
    };
    let (mut first, mut last) = (head, head);
    if kind == Kind::Person {
        // A name is flat; what describes it ("President", "US") hangs on it by other relations.
        let part = |i: usize| {
            of(i) == "-"
                || matches!(words[i].relation.as_str(), "flat" | "goeswith" | "flat:foreign")
                    && words[i].tag == "PROPN"
        };
        while last + 1 < mention.end && part(last + 1) {
            last += 1;
        }
        if is(first, class::TITLE) && last > first {
            first += 1;
        } else if is(first, class::TITLE) || is(first, class::DEMONYM) {
            return None;
        }
    } else {
        let links = |i: usize| {
            matches!(of(i), "of" | "the" | "and" | "for" | "&" | "-" | "'s" | "de" | "'" | "in" | ".")
        };
        let grows = |i: usize| capital(i) && !(kind == Kind::Place && words[i].tag == "PUNCT");
        while first > mention.start {
            if grows(first - 1) && !matches!(of(first - 1), "The") {
                first -= 1;
            } else if of(first - 1) == "-" && first - 1 > mention.start && grows(first - 2) {
                first -= 2;
            } else {
                break;
            }
        }
        loop {
            let mut next = last + 1;
            while next < mention.end && next - last < 3 && links(next) {
                next += 1;
            }
            if next >= mention.end || !grows(next) {
                break;
            }
            last = next;
        }
        if first == last && is(first, class::DEMONYM) {
            return None;
        }
    }
    let span = words[first].span.to(words[last].span);
    if kind == Kind::Org && gazetteer.word(span.of(&document.text)) & class::COUNTRY != 0 {
        kind = Kind::Place;
    }
    Some((span, kind))
}

struct Example<'t> {
    analysis: Analysis<'t>,
    gold: Vec<u8>,
    source: &'static str,
}

/// Learns the names from these texts; the model's file.
pub fn learn(texts: &[Text]) -> Vec<u8> {
    let Some(gazetteer) = Gazetteer::of(Language::EN) else { return Vec::new() };
    let examples: Vec<Example<'_>> = texts.iter().map(example).collect();
    let mut measured: BTreeMap<&str, Measured> = BTreeMap::new();
    for fold in 0..FOLDS {
        let learned: Vec<&Example<'_>> =
            examples.iter().enumerate().filter(|(i, _)| i % FOLDS != fold).map(|(_, e)| e).collect();
        let model = Model::<LABELS>::read(&train(gazetteer, &learned));
        let moves = transitions(|feature, scores| model.add(feature, scores));
        for (_, example) in examples.iter().enumerate().filter(|(i, _)| i % FOLDS == fold) {
            let mut labels = vec![OUTSIDE; example.gold.len()];
            stretches(&example.analysis, gazetteer, |stretch| {
                let path = decode(stretch, &moves, |feature, scores| model.add(feature, scores));
                labels[stretch.first..stretch.first + path.len()].copy_from_slice(&path);
            });
            measured.entry(example.source).or_default().add(&labels, &example.gold);
        }
    }
    for (source, measured) in &measured {
        say(&format!("names, documents left out, {source}: {}", measured.words()));
    }
    train(gazetteer, &examples.iter().collect::<Vec<_>>())
}

fn train(gazetteer: &Gazetteer, examples: &[&Example<'_>]) -> Vec<u8> {
    let models: Vec<_> = (0..MODELS).map(|model| train_one(gazetteer, examples, model * ROUNDS)).collect();
    write(&models, LEAST, CHANGES)
}

fn train_one(gazetteer: &Gazetteer, examples: &[&Example<'_>], from: usize) -> Perceptron<LABELS> {
    let mut perceptron = Perceptron::new();
    for round in from..from + ROUNDS {
        for i in shuffled(examples.len(), round) {
            let example = examples[i];
            if example.source == "wnut17" && round % SELDOM != 0 {
                continue;
            }
            let salt = (i * ROUNDS * MODELS + round) as u32;
            let mask = |word: u32| feature(salt, word, 0) % 100 < MASKED[round % MASKED.len()];
            stretches_masked(&example.analysis, gazetteer, mask, |stretch| {
                let gold = &example.gold[stretch.first..stretch.first + stretch.features.len()];
                let moves = transitions(|feature, scores: &mut Scores| perceptron.add(feature, scores));
                let handicap = |n: usize, label: u8| match (gold[n], label) {
                    (gold, label) if gold == label => 0,
                    (_, OUTSIDE) => MISSED,
                    _ => WRONG,
                };
                let add = |feature, scores: &mut Scores| perceptron.add(feature, scores);
                let path = decode_against(stretch, &moves, add, handicap);
                learn_from(&mut perceptron, stretch, gold, &path);
                perceptron.tick();
            });
        }
    }
    perceptron
}

fn learn_from(perceptron: &mut Perceptron<LABELS>, stretch: &Stretch, gold: &[u8], path: &[u8]) {
    let after = |labels: &[u8], n: usize| if n == 0 { START } else { u32::from(labels[n - 1]) };
    for n in 0..path.len() {
        if gold[n] != path[n] {
            for feature in &stretch.features[n] {
                perceptron.change(*feature, gold[n], 1);
                perceptron.change(*feature, path[n], -1);
            }
        }
        let (right, wrong) = ((after(gold, n), gold[n]), (after(path, n), path[n]));
        if right != wrong {
            perceptron.change(feature(AFTER, right.0, 0), right.1, 1);
            perceptron.change(feature(AFTER, wrong.0, 0), wrong.1, -1);
        }
    }
}

/// A text's labels on our tokens.
fn example(text: &Text) -> Example<'_> {
    let analysis = analyse(&text.words, Language::EN);
    let mut gold = vec![OUTSIDE; analysis.tokens.len()];
    for (span, kind) in &text.names {
        let mut begun = false;
        for (i, token) in analysis.tokens.iter().enumerate() {
            if token.span.overlaps(*span) {
                gold[i] = *kind as u8 * 2 + if begun { 2 } else { 1 };
                begun = true;
            }
        }
    }
    // What the model may not say cannot be learned.
    if let Some(gazetteer) = Gazetteer::of(Language::EN) {
        let mut possible = vec![1u16; gold.len()];
        stretches(&analysis, gazetteer, |stretch| {
            possible[stretch.first..stretch.first + stretch.allowed.len()].copy_from_slice(&stretch.allowed);
        });
        for i in 0..gold.len() {
            let before = if i == 0 { OUTSIDE } else { gold[i - 1] };
            if possible[i] & 1 << gold[i] == 0 {
                gold[i] = OUTSIDE;
            } else if goes_on(gold[i]) && before != gold[i] && before + 1 != gold[i] {
                gold[i] = if possible[i] & 1 << (gold[i] - 1) != 0 { gold[i] - 1 } else { OUTSIDE };
            }
        }
    }
    Example { analysis, gold, source: text.source }
}

#[derive(Default)]
struct Measured {
    right: [usize; 4],
    found: [usize; 4],
    gold: [usize; 4],
}

impl Measured {
    fn add(&mut self, labels: &[u8], gold: &[u8]) {
        let (found, gold) = (spans(labels), spans(gold));
        for name in &found {
            self.found[name.2] += 1;
            self.right[name.2] += usize::from(gold.binary_search(name).is_ok());
        }
        for name in &gold {
            self.gold[name.2] += 1;
        }
    }

    fn words(&self) -> String {
        let f = |right: usize, found: usize, gold: usize| 2.0 * right as f64 / (found + gold).max(1) as f64;
        let all = |counts: &[usize; 4]| counts[..3].iter().sum::<usize>();
        let kind = |k: usize| f(self.right[k], self.found[k], self.gold[k]);
        format!(
            "F1 {:.3} (person {:.3}, org {:.3}, place {:.3}; other {:.3}) of {} names",
            f(all(&self.right), all(&self.found), all(&self.gold)),
            kind(0),
            kind(1),
            kind(2),
            kind(3),
            all(&self.gold)
        )
    }
}

fn spans(labels: &[u8]) -> Vec<(usize, usize, usize)> {
    let mut spans = Vec::new();
    let mut i = 0;
    while i < labels.len() {
        let first = i;
        i += 1;
        if begins(labels[first]) {
            while i < labels.len() && labels[i] == labels[first] + 1 {
                i += 1;
            }
            spans.push((first, i, usize::from(labels[first] / 2)));
        }
    }
    spans
}

const _: () = assert!(USED <= LABELS);
