//! The tense of the clause that an expression stands in: it decides between last Friday and next.

use crate::lexicon::{Lexicon, TenseWord};
use reportedly_text::{Analysis, Pos, TokenKind, VerbForm};

/// What the clause's verb says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tense {
    Past,
    Present,
    Future,
    Unknown,
}

/// How many tokens the search for a verb goes to either side.
const REACH: usize = 40;

/// The tense of the verb that governs token `at`: the nearest before it in its sentence, else the first after it.
pub(crate) fn tense(analysis: &Analysis<'_>, at: usize) -> Tense {
    let Some(lexicon) = Lexicon::of(analysis.language) else { return Tense::Unknown };
    let Some(sentence) = analysis.sentence_of(at).and_then(|s| analysis.sentences.get(s)) else {
        return Tense::Unknown;
    };
    let reader = Reader { analysis, lexicon, first: sentence.tokens.start };
    for i in (sentence.tokens.start.max(at.saturating_sub(REACH))..at).rev() {
        // A clause in quotes or brackets that is over says nothing about what follows it.
        if let Some(tense) = reader.at(i) {
            return tense;
        }
    }
    for i in at + 1..sentence.tokens.end.min(at + REACH) {
        if let Some(tense) = reader.at(i) {
            return tense;
        }
    }
    Tense::Unknown
}

struct Reader<'a, 't> {
    analysis: &'a Analysis<'t>,
    lexicon: &'static Lexicon,
    first: usize,
}

impl Reader<'_, '_> {
    /// The tense that token `i` gives its clause, if it is a verb that gives one.
    fn at(&self, i: usize) -> Option<Tense> {
        let word = self.word(i);
        let form = self.form(i);
        match word {
            Some(TenseWord::Future) => return Some(Tense::Future),
            Some(TenseWord::Modal) => return Some(Tense::Future),
            Some(TenseWord::Past) => return Some(Tense::Past),
            Some(TenseWord::Plan) => {
                return Some(match self.auxiliary(i) {
                    Some(TenseWord::Past | TenseWord::PastVerb) => Tense::Past,
                    _ => Tense::Future,
                });
            }
            Some(TenseWord::PlanVerb) if self.analysis.lower(i + 1) == "to" => return Some(Tense::Future),
            Some(TenseWord::Present) => return Some(Tense::Present),
            Some(TenseWord::Perfect) => return Some(Tense::Past),
            Some(TenseWord::PastVerb | TenseWord::Participle) => return Some(self.participle(i)),
            _ => {}
        }
        match form {
            VerbForm::Past => Some(Tense::Past),
            VerbForm::PastParticiple => Some(self.participle(i)),
            VerbForm::Modal => Some(Tense::Future),
            VerbForm::Base if i > self.first && self.analysis.lower(i - 1) == "to" => Some(Tense::Future),
            _ => None,
        }
    }

    fn word(&self, i: usize) -> Option<TenseWord> {
        self.lexicon.get(self.analysis.lower(i)).and_then(|e| e.tense)
    }

    /// The tagged form, or a guess by the ending where nothing is tagged.
    fn form(&self, i: usize) -> VerbForm {
        let Some(token) = self.analysis.tokens.get(i) else { return VerbForm::None };
        if token.kind != TokenKind::Word {
            return VerbForm::None;
        }
        if token.pos != Pos::X {
            return token.form;
        }
        let lower = self.analysis.lower(i);
        let capital = token.span.of(self.analysis.text).starts_with(char::is_uppercase);
        if lower.len() > 3
            && lower.ends_with("ed")
            && !lower.ends_with("eed")
            && !capital
            && !lower.contains('-')
        {
            return VerbForm::PastParticiple;
        }
        if i > self.first
            && self.analysis.lower(i - 1) == "to"
            && self.lexicon.get(lower).is_none_or(|e| e.role.is_none() && e.numeral.is_none())
            && !capital
        {
            return VerbForm::Base;
        }
        VerbForm::None
    }

    /// A form that is past or participle: by the auxiliary before it, past where there is none.
    fn participle(&self, i: usize) -> Tense {
        match self.auxiliary(i) {
            Some(TenseWord::Future | TenseWord::Modal) => Tense::Future,
            Some(TenseWord::Present) => Tense::Present,
            _ => Tense::Past,
        }
    }

    /// The nearest auxiliary before `i`, over "be", "been", "not" and adverbs.
    fn auxiliary(&self, i: usize) -> Option<TenseWord> {
        let mut be = false;
        for k in (self.first.max(i.saturating_sub(4))..i).rev() {
            let lower = self.analysis.lower(k);
            match self.word(k) {
                Some(TenseWord::Base) => be = true,
                Some(TenseWord::Participle) if lower == "been" => {}
                Some(TenseWord::Perfect) if be => {}
                Some(word) => return Some(word),
                None if lower == "to" && be => return Some(TenseWord::Future),
                None if lower == "not" || lower == "n't" || lower == "also" || lower.ends_with("ly") => {}
                None => return None,
            }
        }
        None
    }
}
