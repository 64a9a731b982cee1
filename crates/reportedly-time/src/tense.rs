//! The tense of the clause that an expression stands in: it decides between last Friday and next.

use crate::lexicon::{Lexicon, Role, TenseWord};
use reportedly_text::{Analysis, Pos, VerbForm};

/// What the clause's verb says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tense {
    Past,
    Present,
    Future,
    /// "until" bounds something that may end on either side of publication.
    Bound,
    Unknown,
}

/// How many tokens the search for a verb goes to either side.
const REACH: usize = 40;

/// The tense of the verb that governs token `at`: where a clause begins there, the first verb after it, else the
/// nearest before it; the other way where there is none.
pub(crate) fn tense(analysis: &Analysis<'_>, at: usize) -> Tense {
    let Some(lexicon) = Lexicon::of(analysis.language) else { return Tense::Unknown };
    let Some(sentence) = analysis.sentence_of(at).and_then(|s| analysis.sentences.get(s)) else {
        return Tense::Unknown;
    };
    let headline = !matches!(
        analysis.lower(sentence.tokens.end.saturating_sub(1)),
        "." | "?" | "!" | "\"" | "”" | "'" | "’"
    );
    let reader = Reader { analysis, lexicon, first: sentence.tokens.start, headline };
    let backward =
        || (sentence.tokens.start.max(at.saturating_sub(REACH))..at).rev().find_map(|i| reader.at(i));
    let forward = || (at + 1..sentence.tokens.end.min(at + REACH)).find_map(|i| reader.at(i));
    match reader.preposition(at) {
        Some(Role::Since) => return Tense::Past,
        Some(Role::To) if reader.is_moved(at) => return Tense::Future,
        Some(Role::Until) if !reader.begins_clause(at) && backward() != Some(Tense::Present) => {
            return Tense::Bound;
        }
        _ => {}
    }
    let found =
        if reader.begins_clause(at) { forward().or_else(backward) } else { backward().or_else(forward) };
    // The present looks ahead only where nothing in the sentence is past: "fell on Friday to $20 each" is not "leave
    // on Friday"; nor does "Friday's closing price".
    if found == Some(Tense::Present)
        && (reader.role(at + 1) == Some(Role::Possessive)
            || sentence.tokens.clone().any(|i| !reader.is_unchanged(i) && reader.at(i) == Some(Tense::Past)))
    {
        return Tense::Unknown;
    }
    found.unwrap_or(Tense::Unknown)
}

struct Reader<'a, 't> {
    analysis: &'a Analysis<'t>,
    lexicon: &'static Lexicon,
    first: usize,
    /// The sentence has no stop at its end; headlines tell the past in the present.
    headline: bool,
}

impl Reader<'_, '_> {
    /// The tense that token `i` gives its clause, if it is a verb that gives one.
    fn at(&self, i: usize) -> Option<Tense> {
        // A tag decides whether "left" or "plan" are verbs here; "due" and "payable" are none anyway.
        let token = self.analysis.tokens.get(i)?;
        let no_verb = !matches!(token.pos, Pos::X | Pos::Verb | Pos::Aux);
        let word = self.word(i).filter(|w| matches!(w, TenseWord::Future | TenseWord::Plan) || !no_verb);
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
            Some(TenseWord::PlanVerb) if matches!(self.role(i + 1), Some(Role::To | Role::For)) => {
                return Some(Tense::Future);
            }
            Some(TenseWord::Present) if self.role(i + 1) == Some(Role::To) => return Some(Tense::Future),
            Some(TenseWord::Present) => return Some(Tense::Present),
            Some(TenseWord::Perfect) => return Some(Tense::Past),
            Some(TenseWord::PastVerb | TenseWord::Participle) => return Some(self.participle(i)),
            _ => {}
        }
        match token.form {
            VerbForm::Past => Some(Tense::Past),
            VerbForm::PastParticiple => Some(self.participle(i)),
            VerbForm::Modal => Some(Tense::Future),
            VerbForm::Present => Some(if self.headline { Tense::Unknown } else { Tense::Present }),
            _ => None,
        }
    }

    /// A verb that may as well be present: "the seats go on sale on Monday and cost 12 marks".
    fn is_unchanged(&self, i: usize) -> bool {
        self.lexicon.get(self.analysis.lower(i)).is_some_and(|e| e.unchanged) && self.auxiliary(i).is_none()
    }

    fn role(&self, i: usize) -> Option<Role> {
        self.lexicon.get(self.analysis.lower(i)).and_then(|e| e.role)
    }

    /// The preposition right before `at`, over articles and words like "early".
    fn preposition(&self, at: usize) -> Option<Role> {
        let before = (self.first.max(at.saturating_sub(3))..at).rev();
        before.map(|i| self.role(i)).find(|r| !matches!(r, Some(Role::The | Role::Early | Role::Late)))?
    }

    /// "postponed to Friday": a verb right before the preposition puts the event there.
    fn is_moved(&self, at: usize) -> bool {
        let to = (self.first..at).rev().find(|i| self.role(*i) == Some(Role::To));
        to.and_then(|to| self.analysis.tokens.get(to.checked_sub(1)?)).is_some_and(|t| t.pos == Pos::Verb)
    }

    /// Whether nothing but prepositions and articles stands between `at` and the start of its clause.
    fn begins_clause(&self, at: usize) -> bool {
        for i in (self.first..at).rev() {
            match self.role(i) {
                Some(Role::And) => return true,
                Some(_) => {}
                None => {
                    let pos = self.analysis.tokens.get(i).map(|t| t.pos);
                    return matches!(pos, Some(Pos::Punct | Pos::Cconj))
                        && !matches!(self.analysis.lower(i), ")" | "%");
                }
            }
        }
        true
    }

    fn word(&self, i: usize) -> Option<TenseWord> {
        self.lexicon.get(self.analysis.lower(i)).and_then(|e| e.tense)
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
            let pos = self.analysis.tokens.get(k).map(|t| t.pos);
            match self.word(k) {
                Some(TenseWord::Base) => be = true,
                Some(TenseWord::Perfect) if be => {}
                // "was to have been held", "were to have met": what was ahead then.
                Some(TenseWord::Perfect)
                    if self.role(k.wrapping_sub(1)) == Some(Role::To)
                        && self.word(k.wrapping_sub(2)) == Some(TenseWord::Past) =>
                {
                    return Some(TenseWord::Future);
                }
                Some(word) => return Some(word),
                None if self.role(k) == Some(Role::To) => return be.then_some(TenseWord::Future),
                None if matches!(pos, Some(Pos::Adv | Pos::Part)) => {}
                None => return None,
            }
        }
        None
    }
}
