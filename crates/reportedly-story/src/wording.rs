//! What a stretch of text says, as weighted stems: the rarer a word is in general, the more it says.

use crate::terms::stem;
use reportedly_text::{Analysis, Language, Span, TokenKind, rows};
use reportedly_time::Timex;
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// What a number weighs against a rare word: figures are corrected from report to report while the matter stays.
const NUMBER: f32 = 0.4;
/// What a word weighs that is short and of a language without a table of common words.
const SHORT: f32 = 0.15;
/// Letters up to which a word is short.
const SHORT_LETTERS: usize = 3;

/// Weighted stems, each once, in order of their hash.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wording {
    terms: Vec<(u64, f32)>,
    /// All weights together.
    weight: f32,
}

impl Wording {
    /// The words inside `spans`, those of temporal expressions left out: when is no part of what.
    pub(crate) fn of(analysis: &Analysis<'_>, spans: &[Span], times: &[Timex]) -> Self {
        let mut terms = Vec::new();
        for span in spans {
            let mut times = times[times.partition_point(|t| t.span.end <= span.start)..].iter().peekable();
            for i in analysis.tokens_in(*span) {
                let token = analysis.tokens[i];
                while times.next_if(|t| t.span.end <= token.span.start).is_some() {}
                if times.peek().is_some_and(|t| t.span.overlaps(token.span)) {
                    continue;
                }
                let lower = analysis.lower(i);
                let weight = match token.kind {
                    TokenKind::Word => rarity(analysis.language, lower),
                    TokenKind::Number => NUMBER,
                    TokenKind::Quote | TokenKind::Punct => continue,
                };
                if weight > 0.0 {
                    terms.push((stem(analysis.language, lower), weight));
                }
            }
        }
        Self::from_terms(terms)
    }

    /// From terms in any order.
    pub(crate) fn from_terms(mut terms: Vec<(u64, f32)>) -> Self {
        terms.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
        terms.dedup_by_key(|t| t.0);
        Self::of_terms(terms)
    }

    /// From terms each once, in order of their hash.
    fn of_terms(terms: Vec<(u64, f32)>) -> Self {
        Self { weight: terms.iter().map(|t| t.1).sum(), terms }
    }

    /// The terms with their weights.
    pub(crate) fn terms(&self) -> &[(u64, f32)] {
        &self.terms
    }

    /// Adds what another wording says, at a discount where it is new.
    pub(crate) fn add(&mut self, other: &Self, discount: f32) {
        let mut terms = std::mem::take(&mut self.terms);
        terms.extend(other.terms.iter().map(|(t, w)| (*t, w * discount)));
        *self = Self::from_terms(terms);
    }

    /// The weight of one term.
    pub(crate) fn weight_of(&self, term: u64) -> Option<f32> {
        self.terms.binary_search_by_key(&term, |t| t.0).ok().map(|i| self.terms[i].1)
    }

    /// All weights together.
    pub(crate) const fn weight(&self) -> f32 {
        self.weight
    }

    /// The weight of what two wordings share; of each term the smaller weight.
    pub(crate) fn shared(&self, other: &Self) -> f32 {
        let mut theirs = other.terms.iter().peekable();
        let mut sum = 0.0;
        for (term, weight) in &self.terms {
            while theirs.next_if(|t| t.0 < *term).is_some() {}
            if let Some((_, w)) = theirs.next_if(|t| t.0 == *term) {
                sum += weight.min(*w);
            }
        }
        sum
    }

    /// The weight of those terms of another wording that this one has.
    pub(crate) fn known(&self, other: &Self) -> f32 {
        other.terms.iter().filter(|(t, _)| self.weight_of(*t).is_some()).map(|t| t.1).sum()
    }

    /// The same terms, each weight multiplied.
    pub(crate) fn scaled(&self, by: impl Fn(u64) -> f32) -> Self {
        Self::of_terms(self.terms.iter().map(|(t, w)| (*t, w * by(*t))).filter(|t| t.1 > 0.0).collect())
    }

    /// How alike two wordings are, 0 to 1: what they share against the geometric mean of what they say.
    pub(crate) fn likeness(&self, other: &Self) -> f32 {
        self.likeness_by(self.shared(other), other)
    }

    /// The same where it is known what they share.
    pub(crate) fn likeness_by(&self, shared: f32, other: &Self) -> f32 {
        let both = self.weight() * other.weight();
        if both > 0.0 { shared / both.sqrt() } else { 0.0 }
    }
}

/// How much a word says, 0 (stands in every text) to 1 (stands in next to none).
fn rarity(language: Language, lower: &str) -> f32 {
    static ENGLISH: LazyLock<FxHashMap<&'static str, f32>> = LazyLock::new(|| shares(Language::EN));
    let none = FxHashMap::default();
    let shares = if language == Language::EN { &*ENGLISH } else { &none };
    match shares.get(lower) {
        Some(share) => -share.ln() / -RAREST.ln(),
        None if lower.chars().count() <= SHORT_LETTERS && shares.is_empty() => SHORT,
        None => 1.0,
    }
}

/// The share of texts below which a word is taken for rare.
const RAREST: f32 = 0.01;

fn shares(language: Language) -> FxHashMap<&'static str, f32> {
    rows(Some(language), "common-words")
        .filter_map(|row| {
            let percent: f32 = row.get(1)?.parse().ok()?;
            Some((*row.first()?, (percent / 100.0).clamp(RAREST, 1.0)))
        })
        .collect()
}
