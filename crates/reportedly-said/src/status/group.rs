//! Verb groups: a verb with its auxiliaries, negation and the words that make one event with it.

use super::words::{Auxiliary, ClauseWord, Frame, Governor, Modal, Negator, Words};
use reportedly_text::{Analysis, Pos, TokenKind, VerbForm};
use std::borrow::Cow;
use std::ops::Range;

/// How many adverbs may stand between the parts of a group.
const ADVERBS: usize = 4;

/// An analysed text with the words of its language.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) analysis: &'a Analysis<'a>,
    pub(super) words: &'a Words,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Finite,
    Infinitive,
    Gerund,
    Participle,
}

/// A verb with its auxiliaries.
#[derive(Clone, Debug)]
pub(super) struct Group<'a> {
    /// From the first auxiliary to the last word of the event.
    pub(super) tokens: Range<usize>,
    /// The verb.
    pub(super) head: usize,
    pub(super) lemma: Cow<'a, str>,
    pub(super) kind: Kind,
    pub(super) modality: Option<Modal>,
    /// "going to", "is to".
    pub(super) future: Option<&'static str>,
    pub(super) past: bool,
    pub(super) perfect: bool,
    pub(super) passive: bool,
    pub(super) progressive: bool,
    /// Where it is negated.
    pub(super) negation: Option<usize>,
    /// "be" as a full verb.
    pub(super) copula: bool,
    /// Without auxiliaries.
    pub(super) bare: bool,
}

impl Group<'_> {
    /// "was called off", not "has been".
    pub(super) const fn is_plain_past(&self) -> bool {
        self.past && !self.perfect && self.modality.is_none()
    }

    /// Whether it is finite and tells what lies behind.
    pub(super) fn tells_past(&self) -> bool {
        self.kind == Kind::Finite
            && self.modality.is_none()
            && self.future.is_none()
            && (self.past || self.perfect)
    }
}

impl<'a> Reader<'a> {
    pub(super) fn lower(&self, i: usize) -> &'a str {
        self.analysis.lower(i)
    }

    pub(super) fn pos(&self, i: usize) -> Pos {
        self.analysis.tokens.get(i).map_or(Pos::Punct, |t| t.pos)
    }

    pub(super) fn form(&self, i: usize) -> VerbForm {
        self.analysis.tokens.get(i).map_or(VerbForm::None, |t| t.form)
    }

    pub(super) fn is_word(&self, i: usize) -> bool {
        self.analysis.tokens.get(i).is_some_and(|t| t.kind == TokenKind::Word)
    }

    pub(super) fn is_quote(&self, i: usize) -> bool {
        self.analysis.tokens.get(i).is_some_and(|t| t.kind == TokenKind::Quote)
    }

    pub(super) fn is_capital(&self, i: usize) -> bool {
        self.analysis.token(i).chars().next().is_some_and(char::is_uppercase)
    }

    pub(super) fn is_nominal(&self, i: usize) -> bool {
        matches!(self.pos(i), Pos::Noun | Pos::Propn | Pos::Pron | Pos::Num)
    }

    pub(super) fn is_adverb(&self, i: usize) -> bool {
        let word = self.lower(i);
        self.pos(i) == Pos::Adv
            || self.words.negator(word) == Some(Negator::Adverb)
            || self.words.clause_word(word) == Some(ClauseWord::Adverb)
            || self.is_word(i) && word.ends_with("ly") && word.len() > 4 && self.pos(i) != Pos::Verb
    }

    /// "no longer": two words for one negation.
    fn is_no_longer(&self, i: usize) -> bool {
        self.words.negator(self.lower(i)) == Some(Negator::Determiner)
            && matches!(self.lower(i + 1), "longer" | "more")
            && self.pos(i + 1) != Pos::Adj
    }

    /// Skips adverbs from `i`, and notes where one of them negates.
    fn skip(&self, mut i: usize, end: usize, negation: &mut Option<usize>) -> usize {
        let stop = end.min(i + ADVERBS);
        while i < stop {
            if self.is_no_longer(i) {
                *negation = Some(i);
                i += 2;
                continue;
            }
            if !self.is_adverb(i) {
                break;
            }
            if self.words.negator(self.lower(i)) == Some(Negator::Adverb) {
                *negation = Some(i);
            }
            i += 1;
        }
        i.min(end)
    }

    fn is_base(&self, i: usize) -> bool {
        let word = self.lower(i);
        match self.pos(i) {
            Pos::Verb | Pos::Aux => {
                matches!(self.form(i), VerbForm::Base | VerbForm::Present)
                    || self.words.may_be(word, VerbForm::Base)
            }
            Pos::Noun | Pos::Adj | Pos::Adv | Pos::X | Pos::Adp | Pos::Propn => {
                !self.is_capital(i) && self.words.may_be(word, VerbForm::Base)
            }
            _ => false,
        }
    }

    fn is_participle(&self, i: usize) -> bool {
        let word = self.lower(i);
        match self.pos(i) {
            Pos::Verb | Pos::Aux => {
                self.form(i) == VerbForm::PastParticiple || self.words.may_be(word, VerbForm::PastParticiple)
            }
            Pos::Adj | Pos::X | Pos::Noun | Pos::Adp => {
                self.is_word(i) && self.words.may_be(word, VerbForm::PastParticiple)
            }
            _ => false,
        }
    }

    fn is_gerund(&self, i: usize) -> bool {
        match self.pos(i) {
            Pos::Verb | Pos::Aux => self.lower(i).ends_with("ing"),
            Pos::Noun | Pos::Adj | Pos::X => {
                self.words.is_known_verb(self.lower(i)) && self.words.may_be(self.lower(i), VerbForm::Gerund)
            }
            _ => false,
        }
    }

    fn is_to(&self, i: usize) -> bool {
        self.words.auxiliary(self.lower(i)).is_some_and(|a| a.0 == Auxiliary::To)
    }

    /// Where an infinitive's verb stands, if `i` is its mark.
    fn infinitive(&self, i: usize, end: usize, negation: &mut Option<usize>) -> Option<usize> {
        if !self.is_to(i) {
            return None;
        }
        let verb = self.skip(i + 1, end, negation);
        let sure = matches!(self.pos(verb), Pos::Verb | Pos::Aux);
        (verb < end && self.is_base(verb) && (sure || self.pos(i) == Pos::Part)).then_some(verb)
    }

    /// The verb groups of a run of tokens, in order.
    pub(super) fn groups(&self, tokens: Range<usize>) -> Vec<Group<'a>> {
        let mut groups = Vec::new();
        let mut i = tokens.start;
        while i < tokens.end {
            match self.group(i, tokens.clone()) {
                Some(group) => {
                    i = group.tokens.end.max(i + 1);
                    groups.push(group);
                }
                None => i += 1,
            }
        }
        groups
    }

    fn group(&self, i: usize, within: Range<usize>) -> Option<Group<'a>> {
        if !self.is_word(i) {
            return None;
        }
        let end = within.end;
        let word = self.lower(i);
        let mut group = Group {
            tokens: i..i + 1,
            head: i,
            lemma: Cow::Borrowed(""),
            kind: Kind::Finite,
            modality: None,
            future: None,
            past: false,
            perfect: false,
            passive: false,
            progressive: false,
            negation: None,
            copula: false,
            bare: false,
        };
        let mut negation = None;
        if let Some(verb) = self.infinitive(i, end, &mut negation) {
            group.kind = Kind::Infinitive;
            if i > within.start && self.words.negator(self.lower(i - 1)) == Some(Negator::Adverb) {
                negation = Some(i - 1);
            }
            group.negation = negation;
            self.chain(&mut group, verb, end);
        } else if let Some(modal) = self.words.modal(word).filter(|_| self.is_modal(i, within.start)) {
            let verb = self.skip(i + 1, end, &mut negation);
            if verb >= end || !self.is_base(verb) {
                return None;
            }
            group.modality = Some(modal);
            group.negation = negation.or(modal.negated.then_some(i));
            self.chain(&mut group, verb, end);
        } else if self.words.auxiliary(word).is_some_and(|a| a.0 != Auxiliary::To)
            && matches!(self.pos(i), Pos::Aux | Pos::Verb | Pos::X)
        {
            let (_, form) = self.words.auxiliary(word)?;
            match form {
                VerbForm::Past => group.past = true,
                VerbForm::PastParticiple => group.kind = Kind::Participle,
                VerbForm::Gerund => group.kind = Kind::Gerund,
                _ => {}
            }
            self.chain(&mut group, i, end);
        } else {
            self.bare(&mut group, i, within)?;
        }
        let light = self.words.light(&group.lemma, |n| self.lower(group.head + 1 + n));
        group.tokens.end = (group.head + 1 + light).min(end);
        Some(group)
    }

    fn is_modal(&self, i: usize, start: usize) -> bool {
        matches!(self.pos(i), Pos::Aux | Pos::Verb | Pos::X) && (i == start || !self.is_capital(i))
    }

    /// Follows auxiliaries from `at`, which is one itself or the verb.
    fn chain(&self, group: &mut Group<'a>, mut at: usize, end: usize) {
        let start = at;
        // Each turn moves on, and no group has more than a handful of auxiliaries.
        for _ in 0..6 {
            let mut negation = group.negation;
            let next = self.skip(at + 1, end, &mut negation);
            match self.words.auxiliary(self.lower(at)).map(|a| a.0) {
                Some(Auxiliary::Have) if next < end && self.is_participle(next) => {
                    (group.perfect, group.negation) = (true, negation);
                    at = next;
                }
                Some(Auxiliary::Be) if next < end && self.lower(next) == "going" => {
                    match self.infinitive(next + 1, end, &mut negation) {
                        Some(verb) => {
                            (group.future, group.negation) = (Some("going to"), negation);
                            at = verb;
                        }
                        None => {
                            (group.progressive, group.negation) = (true, negation);
                            at = next;
                            break;
                        }
                    }
                }
                Some(Auxiliary::Be) if next < end && self.is_gerund(next) => {
                    (group.progressive, group.negation) = (true, negation);
                    at = next;
                    if self.words.auxiliary(self.lower(at)).is_none() {
                        break;
                    }
                }
                Some(Auxiliary::Be) if next < end && self.is_participle(next) => {
                    (group.passive, group.negation) = (true, negation);
                    at = next;
                    break;
                }
                Some(Auxiliary::Be) => {
                    let beside = (at + 1..next).all(|i| {
                        let word = self.lower(i);
                        self.words.negator(word).is_some() || self.words.is_future_adverb(word)
                    });
                    match self.infinitive(next, end, &mut negation) {
                        Some(verb) if beside => {
                            (group.future, group.negation) = (Some("is to"), negation);
                            at = verb;
                        }
                        _ => {
                            group.negation = negation;
                            group.copula = true;
                            break;
                        }
                    }
                }
                Some(Auxiliary::Do) if next < end && at == start && self.is_base(next) => {
                    group.negation = negation;
                    at = next;
                    break;
                }
                Some(Auxiliary::Have) => {
                    group.negation = negation;
                    break;
                }
                _ => break,
            }
        }
        group.head = at;
        let form = if group.passive || group.perfect {
            VerbForm::PastParticiple
        } else if group.progressive {
            VerbForm::Gerund
        } else {
            self.form(at)
        };
        group.lemma = self.words.lemma(self.lower(at), form);
    }

    /// A verb by itself.
    fn bare(&self, group: &mut Group<'a>, i: usize, within: Range<usize>) -> Option<()> {
        let word = self.lower(i);
        let form = self.form(i);
        let scheduled = || {
            self.words.may_be(word, VerbForm::PastParticiple)
                && self
                    .words
                    .verb_governors(&self.words.lemma(word, VerbForm::PastParticiple), |n| {
                        self.lower(i + 1 + n)
                    })
                    .any(|g| g.takes(Frame::Subject))
        };
        group.bare = true;
        let before = i.checked_sub(1).filter(|b| *b >= within.start);
        if before.is_some_and(|b| self.closes_before_noun(b)) {
            return None;
        }
        match (self.pos(i), form) {
            (Pos::Verb, VerbForm::Gerund) => group.kind = Kind::Gerund,
            (Pos::Verb, VerbForm::PastParticiple) => group.kind = Kind::Participle,
            (Pos::Verb, VerbForm::Past) => group.past = true,
            (Pos::Verb, VerbForm::Base | VerbForm::Present) => {
                // "ferry crash injures nine": of two finite verbs in a row the first was a noun.
                let finite = matches!(
                    self.form(i + 1),
                    VerbForm::Present
                        | VerbForm::Past
                        | VerbForm::PastParticiple
                        | VerbForm::Modal
                        | VerbForm::Base
                );
                // "drops charges": unless the first takes the second as its object.
                let takes = |verb: usize, noun: usize| {
                    let lemma = self.words.lemma(self.lower(verb), self.form(verb));
                    self.words.is_event_noun(self.lower(noun))
                        && self.words.verb_governors(&lemma, |n| self.lower(verb + 1 + n)).any(|g| {
                            g.takes(Frame::Noun) || g.takes(Frame::EventNoun) || g.takes(Frame::Report)
                        })
                };
                let object = before.is_some_and(|b| self.pos(b) == Pos::Verb && takes(b, i));
                let noun = !word.ends_with('s')
                    && self.words.may_be(word, VerbForm::Base)
                    && (self.ends_inner_phrase(i, within.start)
                        || self.ends_singular_phrase(i, within.start));
                if object
                    || noun
                    || before.is_some()
                        && finite
                        && i + 1 < within.end
                        && self.lower(i) != "help"
                        && !takes(i, i + 1)
                {
                    return None;
                }
                group.past = !word.ends_with('s')
                    && self.words.may_be(word, VerbForm::Past)
                    && i > within.start
                    && !matches!(self.lower(i - 1), "i" | "we" | "you" | "they");
            }
            (Pos::Adj | Pos::Adp | Pos::Adv, _) if scheduled() => group.kind = Kind::Participle,
            _ => return None,
        }
        group.lemma = self.words.lemma(word, form);
        if let Some(b) = before {
            let mut k = b;
            for _ in 0..ADVERBS {
                if self.words.negator(self.lower(k)) == Some(Negator::Adverb) || self.is_no_longer(k) {
                    group.negation = Some(k);
                    break;
                }
                if k == within.start || !(self.is_adverb(k) || self.lower(k) == "longer") {
                    break;
                }
                k -= 1;
            }
        }
        Some(())
    }

    /// "a leak at the Moor Chemicals plant": a base form at the end of a noun phrase behind a preposition, where what
    /// stands before that is no plural that could be its subject.
    fn ends_inner_phrase(&self, i: usize, start: usize) -> bool {
        let mut first = i;
        while first > start && matches!(self.pos(first - 1), Pos::Noun | Pos::Propn | Pos::Adj) {
            first -= 1;
        }
        // At least one noun, its determiner and the preposition.
        if first + 1 > i || first < start + 3 || self.pos(first - 1) != Pos::Det {
            return false;
        }
        let preposition = self.lower(first - 2);
        let leads =
            matches!(self.words.clause_word(preposition), Some(ClauseWord::Preposition | ClauseWord::Either))
                && self.pos(first - 2) == Pos::Adp
                && self.words.temporal(preposition) != "of";
        let inner_plural = self.lower(i - 1).ends_with('s') && self.pos(i - 1) == Pos::Noun;
        let before = first - 3;
        let subject = match self.pos(before) {
            Pos::Noun => !self.is_singular_phrase(before, start),
            Pos::Verb | Pos::Adv | Pos::Aux => false,
            _ => true,
        };
        leads && !subject && !inner_plural
    }

    /// "after a gas leak at the plant": a base form behind "a" and a noun, with no object of its own.
    fn ends_singular_phrase(&self, i: usize, start: usize) -> bool {
        let next = self.pos(i + 1);
        i > start + 1
            && matches!(self.pos(i - 1), Pos::Noun | Pos::Propn)
            && matches!(next, Pos::Adp | Pos::Punct | Pos::Aux | Pos::Cconj)
            && self.is_singular_phrase(i - 1, start)
    }

    /// A noun phrase with an article for one thing: "a gas leak".
    fn is_singular_phrase(&self, head: usize, start: usize) -> bool {
        let mut first = head;
        while first > start && matches!(self.pos(first - 1), Pos::Noun | Pos::Propn | Pos::Adj) {
            first -= 1;
        }
        first > start && self.words.temporal(self.lower(first - 1)) == "a"
    }

    /// A word after which a noun must come, not a verb: "the", "his".
    fn closes_before_noun(&self, i: usize) -> bool {
        let word = self.lower(i);
        let follows = self.lower(i + 1);
        match self.words.clause_word(word) {
            Some(ClauseWord::Determiner)
                if matches!(word, "this" | "these" | "those" | "both" | "each" | "any" | "either") =>
            {
                false
            }
            // "all coaches", "her lost fruit"; but "all agree", "told her left".
            Some(ClauseWord::Determiner) if matches!(word, "all" | "some" | "several") => {
                follows.ends_with('s')
            }
            Some(ClauseWord::Determiner) if word == "her" => self.pos(i + 2) == Pos::Noun,
            Some(ClauseWord::Determiner) => true,
            // "1,100 trains".
            _ if self.pos(i) == Pos::Num => follows.ends_with('s') && self.form(i + 1) == VerbForm::Present,
            _ => self.pos(i) == Pos::Part && word == "'s",
        }
    }

    /// A verb that was taken for something else, for a sentence that seems to have none: "Blast kills four".
    pub(super) fn rescued(&self, tokens: Range<usize>) -> Option<Group<'a>> {
        (tokens.start + 1..tokens.end).find_map(|i| {
            let word = self.lower(i);
            // "thousands march": the base form after a plural.
            let finite = self.words.may_be(word, VerbForm::Past)
                || word.ends_with('s') && self.words.may_be(word, VerbForm::Present)
                || self.lower(i - 1).ends_with('s') && self.words.may_be(word, VerbForm::Base);
            let fits = matches!(self.pos(i), Pos::Noun | Pos::Adj | Pos::X)
                && !self.closes_before_noun(i - 1)
                && matches!(self.pos(i - 1), Pos::Noun | Pos::Propn | Pos::Adj | Pos::Num | Pos::Adv)
                && !self.is_nominal_plain(i + 1);
            (finite && fits).then(|| {
                let past = !word.ends_with('s') && self.words.may_be(word, VerbForm::Past);
                let form = if past { VerbForm::Past } else { VerbForm::Present };
                let lemma = self.words.lemma(word, form);
                let light = self.words.light(&lemma, |n| self.lower(i + 1 + n));
                Group {
                    tokens: i..(i + 1 + light).min(tokens.end),
                    head: i,
                    lemma,
                    kind: Kind::Finite,
                    modality: None,
                    future: None,
                    past,
                    perfect: false,
                    passive: false,
                    progressive: false,
                    negation: None,
                    copula: false,
                    bare: true,
                }
            })
        })
    }

    fn is_nominal_plain(&self, i: usize) -> bool {
        self.pos(i) == Pos::Noun && !self.lower(i).ends_with('s')
    }

    /// The governing reading of a group that takes this frame.
    pub(super) fn governor(&self, group: &Group<'_>, frame: Frame) -> Option<&'a Governor> {
        let head = group.head;
        let words = self.words;
        let reader = *self;
        // "dropped out" drops nothing.
        let own = group.tokens.end.saturating_sub(head + 1);
        words
            .verb_governors(&group.lemma, move |n| reader.lower(head + 1 + n))
            .find(|g| g.takes(frame) && g.rest.len() >= own)
    }

    /// The governing noun or adjective that ends right before token `end`, not before `from`.
    pub(super) fn governor_before(
        &self,
        from: usize,
        end: usize,
        frame: Frame,
    ) -> Option<(usize, &'a Governor)> {
        let reader = *self;
        (from.max(end.saturating_sub(4))..end).find_map(|start| {
            reader
                .words
                .noun_governors(reader.lower(start), move |n| reader.lower(start + 1 + n))
                .find(|g| g.takes(frame) && start + 1 + g.rest.len() == end)
                .map(|g| (start, g))
        })
    }
}
