//! Learning part of speech.

use super::gum::Document;
use super::perceptron::{Perceptron, shuffled, write};
use super::{FOLDS, say};
use reportedly_text::model::Model;
use reportedly_text::tag::{LABELS, TAGS, best, label, walk};
use reportedly_text::{Analysis, Language, analyse};
use std::collections::BTreeMap;

/// Rounds over the data: more gain nothing on the part left out.
const ROUNDS: usize = 8;
/// Models, each from another order of the documents, whose mean is kept.
const MODELS: usize = 3;
/// Weights under this share of the largest are left out, and rows that changed less often than this.
const LEAST: f64 = 0.02;
const CHANGES: u32 = 2;

struct Example<'t> {
    analysis: Analysis<'t>,
    gold: Vec<u8>,
}

/// Learns the tagger from these documents; its file.
pub fn learn(documents: &[Document]) -> Vec<u8> {
    let examples: Vec<Example<'_>> = documents.iter().map(example).collect();
    let mut measured = Measured::default();
    for fold in 0..FOLDS {
        let learned: Vec<&Example<'_>> =
            examples.iter().enumerate().filter(|(i, _)| i % FOLDS != fold).map(|(_, e)| e).collect();
        let model = Model::read(&train(&learned));
        for (i, example) in examples.iter().enumerate().filter(|(i, _)| i % FOLDS == fold) {
            measured.add(&model, example, documents[i].id.contains("_news_"));
        }
    }
    measured.say();
    train(&examples.iter().collect::<Vec<_>>())
}

fn train(examples: &[&Example<'_>]) -> Vec<u8> {
    let models: Vec<_> = (0..MODELS).map(|model| train_one(examples, model * ROUNDS)).collect();
    write(&models, LEAST, CHANGES)
}

fn train_one(examples: &[&Example<'_>], from: usize) -> Perceptron<LABELS> {
    let mut perceptron = Perceptron::new();
    for round in from..from + ROUNDS {
        for i in shuffled(examples.len(), round) {
            let example = examples[i];
            walk(&example.analysis, |token, features, allowed| {
                let gold = example.gold[token];
                let mut scores = [0; LABELS];
                for feature in features {
                    perceptron.add(*feature, &mut scores);
                }
                let guess = best(&scores, allowed);
                if guess != gold && allowed & 1 << gold != 0 {
                    for feature in features {
                        perceptron.change(*feature, gold, 1);
                        perceptron.change(*feature, guess, -1);
                    }
                }
                perceptron.tick();
                guess
            });
        }
    }
    perceptron
}

/// A document's tags on our tokens: words joined by hyphens are one token here and several there.
fn example(document: &Document) -> Example<'_> {
    let analysis = analyse(&document.text, Language::EN);
    let words = &document.words;
    let mut from = 0;
    let gold = analysis.tokens.iter().map(|token| {
        while words.get(from).is_some_and(|w| w.span.end <= token.span.start) {
            from += 1;
        }
        let to = from + words[from..].iter().take_while(|w| w.span.start < token.span.end).count();
        // The word that depends on none of the others speaks for all.
        let head = (from..to)
            .filter(|i| words[*i].tag != "PUNCT" || to - from == 1)
            .find(|i| words[*i].head.is_none_or(|h| !(from..to).contains(&h)));
        let tag = head.map_or("X", |i| match words[i].tag.as_str() {
            "PROPN" | "NUM" => words[i].tag.as_str(),
            _ if to - from > 1 && words[i].relation == "amod" => "ADJ",
            tag => tag,
        });
        label(tag).unwrap_or(25)
    });
    let gold = gold.collect();
    Example { analysis, gold }
}

#[derive(Default)]
struct Measured {
    tokens: usize,
    right: usize,
    right_pos: usize,
    news: (usize, usize),
    verbs: (usize, usize),
    barred: BTreeMap<(String, &'static str), usize>,
    confusions: BTreeMap<(&'static str, &'static str), usize>,
}

impl Measured {
    fn add(&mut self, model: &Model<LABELS>, example: &Example<'_>, news: bool) {
        let mut barred = Vec::new();
        let labels = walk(&example.analysis, |token, features, allowed| {
            if allowed & 1 << example.gold[token] == 0 {
                barred.push(token);
            }
            let mut scores = [0; LABELS];
            for feature in features {
                model.add(*feature, &mut scores);
            }
            best(&scores, allowed)
        });
        for token in barred {
            let tag = TAGS[usize::from(example.gold[token])].0;
            *self.barred.entry((example.analysis.lower(token).to_owned(), tag)).or_default() += 1;
        }
        for (guess, gold) in labels.iter().zip(&example.gold) {
            let (guess, gold) = (TAGS[usize::from(*guess)], TAGS[usize::from(*gold)]);
            let right = usize::from(guess == gold);
            self.tokens += 1;
            self.right += right;
            self.right_pos += usize::from(guess.1 == gold.1);
            if news {
                self.news.0 += right;
                self.news.1 += 1;
            }
            if gold.0.starts_with("VERB") {
                self.verbs.0 += right;
                self.verbs.1 += 1;
            }
            if right == 0 {
                *self.confusions.entry((gold.0, guess.0)).or_default() += 1;
            }
        }
    }

    fn say(&self) {
        let share = |a: usize, b: usize| a as f64 / b.max(1) as f64;
        say(&format!(
            "part of speech, documents left out: {} tokens, right with form {:.4}, without {:.4}; news {:.4}; verbs {:.4}",
            self.tokens,
            share(self.right, self.tokens),
            share(self.right_pos, self.tokens),
            share(self.news.0, self.news.1),
            share(self.verbs.0, self.verbs.1),
        ));
        let mut confusions: Vec<_> = self.confusions.iter().map(|(pair, n)| (*n, pair)).collect();
        confusions.sort_unstable_by(|a, b| b.cmp(a));
        for (n, (gold, guess)) in confusions.iter().take(15) {
            say(&format!("  {gold} taken for {guess}: {n}"));
        }
        let mut barred: Vec<_> = self.barred.iter().filter(|(_, n)| **n > 2).collect();
        barred.sort_unstable_by(|a, b| b.1.cmp(a.1));
        for ((word, tag), n) in barred.iter().take(20) {
            say(&format!("  the table bars {word} as {tag}: {n}"));
        }
    }
}
