//! Contents that stand behind their cue: clauses, quotations, infinitives, noun phrases, and whom they are told.

use super::Finder;
use super::verbs::Group;
use crate::Act;
use crate::lexicon::{Frames, Verb};
use crate::phrases::Class;
use reportedly_text::VerbForm;
use std::ops::Range;

/// How many tokens are said between commas of somebody who is quoted: "the official, whom it did not name,".
const ASIDE: usize = 12;

/// What stands to the right of a cue.
#[derive(Debug)]
pub(super) struct Right {
    pub(super) content: Vec<Range<usize>>,
    pub(super) recipient: Option<Range<usize>>,
    /// Where the tag ends, for the search for relays.
    pub(super) quoted: bool,
    pub(super) rule: &'static str,
    /// A clause, an infinitive or a quotation, which only a cue takes; not a mere noun phrase.
    pub(super) strong: bool,
    /// The source is not the subject: "quoted X as saying".
    pub(super) source: Option<Range<usize>>,
    pub(super) cue: Option<Range<usize>>,
    /// Whom an outlet has it from: "learned from X that".
    pub(super) origin: Option<Range<usize>>,
}

impl Finder<'_> {
    /// Where a sentence goes on behind a relative clause that begins here between commas.
    fn behind_aside(&self, end: usize, tokens: &Range<usize>) -> usize {
        let p = self.p;
        if p.class(end) != Class::Comma || p.class(end + 1) != Class::Wh {
            return end;
        }
        let closes = (end + 2..tokens.end.min(end + ASIDE)).find(|i| p.class(*i) == Class::Comma);
        closes.map_or(end, |comma| comma + 1)
    }

    /// What stands to the right of a cue that ends before token `from`.
    pub(super) fn right(
        &self,
        from: usize,
        verb: &Verb,
        group: Group,
        tokens: &Range<usize>,
        inverted: bool,
    ) -> Option<Right> {
        let p = self.p;
        let frames = verb.frames;
        let mut k = from;
        let mut right = Right {
            content: Vec::new(),
            recipient: None,
            quoted: false,
            rule: "clause-that",
            strong: true,
            source: None,
            cue: None,
            origin: None,
        };
        if !inverted {
            while p.class(k) == Class::Adverb
                && !matches!(p.analysis.lower(k), "there" | "here")
                && k < tokens.end
                && k - from < 3
            {
                k += 1;
            }
            if frames.recipient
                && let Some(end) = self.recipient(k, verb, tokens)
            {
                right.recipient = Some(k..end);
                k = end;
            } else if p.analysis.lower(k) == "to" && p.class(k) == Class::Preposition && frames.that {
                let end = p.base_noun_phrase(k + 1, tokens.end);
                if end > k + 1 {
                    right.recipient = Some(k + 1..end);
                    k = end;
                }
            }
        }
        // Right behind the cue.
        if let Some(found) = self.quoted_right(k, frames, tokens) {
            right.content = found;
            right.quoted = true;
            right.rule = "quote-after";
            return Some(right);
        }
        if inverted {
            // Only a quotation goes on behind "said X": all else is about X.
            if let Some(found) = self.far_quote(k, tokens) {
                right.content = found;
                right.quoted = true;
                right.rule = "quote-after";
                return Some(right);
            }
            return None;
        }
        if frames.that && p.analysis.lower(k) == "that" && p.class(k) != Class::Determiner
            || frames.that
                && p.analysis.lower(k) == "that"
                && p.starts_noun_phrase(k + 1)
                && self.is_clause(k + 1, tokens)
        {
            right.content.push(self.clause(k + 1, tokens)?);
            return Some(right);
        }
        if verb.lemma == "quote" {
            let source = p.noun_phrase(k, tokens.end);
            let end = self.behind_aside(source, tokens);
            if source > k && p.analysis.lower(end) == "as" && p.class(end + 1) == Class::Verb {
                let after = end + 2 + usize::from(p.analysis.lower(end + 2) == "that");
                right.content = self
                    .quoted_right(after, frames, tokens)
                    .or_else(|| self.clause(after, tokens).map(|c| vec![c]))?;
                right.quoted = right.content.first().is_some_and(|c| p.class(c.start) == Class::Quote);
                right.source = Some(k..source);
                right.cue = Some(end..end + 2);
                right.rule = "quoted-as-saying";
                return Some(right);
            }
        }
        if frames.wh
            && (p.class(k) == Class::Wh
                || matches!(p.analysis.lower(k), "whether" | "if" | "how" | "why" | "when"))
        {
            right.content.push(self.clause(k, tokens)?);
            right.rule = "clause-wh";
            return Some(right);
        }
        // "The Post has learned from two officials that": the outlet passes on.
        if frames.that && verb.act == Act::Finding && p.analysis.lower(k) == "from" {
            let end = p.noun_phrase(k + 1, tokens.end);
            let that = self.behind_adjuncts(end, tokens);
            if end > k + 1 && p.analysis.lower(that) == "that" && self.parties.may_speak(k + 1..end) {
                right.content.push(self.clause(that + 1, tokens)?);
                right.origin = Some(k + 1..end);
                return Some(right);
            }
        }
        // With something between: time, place, addressee.
        if frames.that || frames.zero || frames.quote {
            let next = self.behind_adjuncts(k, tokens);
            if next > k {
                if p.analysis.lower(next) == "that" && frames.that {
                    right.content.push(self.clause(next + 1, tokens)?);
                    return Some(right);
                }
                if let Some(found) = self.quoted_right(next, frames, tokens) {
                    right.content = found;
                    right.quoted = true;
                    right.rule = "quote-after";
                    return Some(right);
                }
                if frames.zero
                    && next < tokens.end
                    && p.class(next) != Class::Comma
                    && self.is_clause(next, tokens)
                {
                    right.content.push(self.clause(next, tokens)?);
                    right.rule = "clause-bare";
                    return Some(right);
                }
            }
        }
        if (frames.zero
            || frames.zero_marked && matches!(p.class(k), Class::Pronoun | Class::Determiner)
            || frames.that && right.recipient.is_some())
            && self.is_clause(k, tokens)
        {
            right.content.push(self.clause(k, tokens)?);
            right.rule = "clause-bare";
            return Some(right);
        }
        // "a gap that experts say makes the wall moot"
        if frames.zero && frames.paren && p.is_finite(k) && k == from && self.is_relative_tag(from, tokens) {
            right.content.push(self.clause(k, tokens)?);
            right.rule = "clause-relative";
            return Some(right);
        }
        if frames.to && p.class(k) == Class::To {
            right.content.push(self.clause(k, tokens)?);
            right.rule = "infinitive";
            return Some(right);
        }
        if frames.object_to {
            let start = right.recipient.as_ref().map_or(k, |r| r.start);
            let end = p.noun_phrase(start, tokens.end);
            let to = if end > start { end } else { start };
            if end > start
                && (p.class(to) == Class::To
                    || p.class(to) == Class::Negation && p.class(to + 1) == Class::To)
            {
                right.content.push(self.clause(start, tokens)?);
                right.recipient = None;
                right.rule = "object-infinitive";
                return Some(right);
            }
        }
        if frames.of {
            let end = p.noun_phrase(k, tokens.end);
            if end > k && (k..tokens.end.min(end + 6)).any(|x| p.analysis.lower(x) == "of") {
                right.content.push(self.clause(k, tokens)?);
                right.rule = "accuse-of";
                return Some(right);
            }
        }
        for preposition in &verb.prepositions {
            if p.analysis.lower(k) == *preposition && k + 1 < tokens.end {
                right.content.push(self.clause(k + 1, tokens)?);
                right.rule = "prepositional";
                return Some(right);
            }
        }
        if frames.gerund && p.class(k) == Class::Verb && p.form(k) == VerbForm::Gerund {
            right.content.push(self.clause(k, tokens)?);
            right.rule = "gerund";
            return Some(right);
        }
        if frames.naming
            && let Some(found) = self.naming(k, tokens)
        {
            right.content.push(found);
            right.rule = "naming";
            return Some(right);
        }
        if frames.as_ {
            let end = p.noun_phrase(k, tokens.end);
            if end > k && p.analysis.lower(end) == "as" {
                let content = if verb.act == Act::Speech && matches!(verb.lemma, "dismiss" | "reject") {
                    k..end
                } else {
                    self.clause(k, tokens)?
                };
                right.content.push(content);
                right.rule = "described-as";
                return Some(right);
            }
        }
        if frames.figure {
            let at = (k..tokens.end.min(k + 10))
                .take_while(|x| !p.is_finite(*x))
                .find(|x| p.analysis.lower(*x) == "at")?;
            if p.class(at + 1) != Class::Number && !(at + 1..at + 4).any(|x| p.class(x) == Class::Number) {
                return None;
            }
            right.content.push(self.clause(k, tokens)?);
            right.rule = "figure";
            return Some(right);
        }
        if frames.noun || frames.said_noun {
            return self.noun_right(k, verb, frames, group, tokens, right);
        }
        right.recipient.is_some().then_some(Right { strong: false, ..right })
    }

    pub(super) fn noun_right(
        &self,
        k: usize,
        verb: &Verb,
        frames: Frames,
        group: Group,
        tokens: &Range<usize>,
        mut right: Right,
    ) -> Option<Right> {
        let p = self.p;
        let base = p.base_noun_phrase(k, tokens.end);
        if base <= k || self.p.is_time(k) || (k..base).all(|x| p.is_time(x)) {
            return right.recipient.is_some().then_some(Right { strong: false, ..right });
        }
        // Only what can be said, where the verb has other uses.
        let document = verb.act == Act::Finding && group.document;
        if !(frames.noun || document || self.is_sayable(k, base)) {
            return None;
        }
        let mut content = self.noun_content(k, tokens)?;
        // "rejected the claim as fiction": the judgement is not the content.
        if matches!(verb.lemma, "reject" | "dismiss")
            && let Some(as_) = content.clone().find(|x| p.analysis.lower(*x) == "as" && *x > k)
        {
            content.end = as_;
        }
        right.content.push(content);
        right.rule = "noun-phrase";
        Some(right)
    }

    /// A noun phrase that is itself something said, or a quotation.
    pub(super) fn is_sayable(&self, i: usize, end: usize) -> bool {
        self.p.lexicon.contents.contains(self.p.analysis.lower(end - 1))
            || self.quote_at(end).is_some()
            || self.quote_at(i).is_some()
    }

    /// "called the levy 'a tax on breakfast'": the second of two phrases.
    pub(super) fn naming(&self, k: usize, tokens: &Range<usize>) -> Option<Range<usize>> {
        let p = self.p;
        let end = p.noun_phrase(k, tokens.end);
        if end == k {
            return None;
        }
        let next = end + usize::from(p.analysis.lower(end) == "as");
        if let Some(q) = self.quote_at(next) {
            return (self.quotes[q].tokens.start == next).then(|| self.quotes[q].tokens.clone());
        }
        // "called it a disgrace": a determiner or adjective begins the second phrase.
        (p.starts_noun_phrase(next) && !p.is_time(next)).then(|| self.noun_content(next, tokens)).flatten()
    }

    /// Whether the tag that ends before token `from` stands in a relative clause: "that experts say", "who he said".
    pub(super) fn is_relative_tag(&self, from: usize, tokens: &Range<usize>) -> bool {
        let p = self.p;
        (tokens.start..from.saturating_sub(1))
            .rev()
            .take(8)
            .find(|k| {
                matches!(
                    p.class(*k),
                    Class::Comma | Class::Stop | Class::Quote | Class::Subordinator | Class::Wh
                )
            })
            .is_some_and(|k| {
                matches!(p.analysis.lower(k), "that" | "which" | "who" | "whom") && k > tokens.start
            })
    }

    /// The addressee of "told X that": its end. Not the subject of a clause: "warned gusts could reach".
    pub(super) fn recipient(&self, k: usize, verb: &Verb, tokens: &Range<usize>) -> Option<usize> {
        let p = self.p;
        let mut end = p.base_noun_phrase(k, tokens.end);
        if end == k {
            return None;
        }
        // "a panel of MPs", "the head of the union".
        while p.analysis.lower(end) == "of" && p.starts_noun_phrase(end + 1) {
            let next = p.base_noun_phrase(end + 1, tokens.end);
            if next <= end + 1 {
                break;
            }
            end = next;
        }
        // "X and Y"
        if p.class(end) == Class::Conjunction && p.starts_noun_phrase(end + 1) && verb.lemma == "tell" {
            let next = p.base_noun_phrase(end + 1, tokens.end);
            if next > end + 1 && !p.is_finite(next) {
                end = next;
            }
        }
        // The tagger's noun phrase may run over into the content's subject: an outlet's name ends where its mention ends.
        if let Some(name_end) = self.parties.outlet_end(k, end) {
            end = name_end;
        }
        let mut next = end;
        while p.class(next) == Class::Adverb {
            next += 1;
        }
        (verb.lemma == "tell" || !p.is_finite(next)).then_some(end)
    }

    /// Whether a clause stands at token `i`: a noun phrase with a finite verb behind it.
    pub(super) fn is_clause(&self, i: usize, tokens: &Range<usize>) -> bool {
        let p = self.p;
        if i >= tokens.end {
            return false;
        }
        let opens = p.starts_noun_phrase(i)
            || matches!(p.class(i), Class::Quote)
            || matches!(
                p.analysis.lower(i),
                "there"
                    | "if"
                    | "when"
                    | "while"
                    | "no"
                    | "although"
                    | "because"
                    | "under"
                    | "in"
                    | "what"
                    | "once"
                    | "despite"
            )
            || p.class(i) == Class::Verb && p.form(i) == VerbForm::Gerund;
        if !opens {
            return false;
        }
        let end = self.clause_end(i, tokens);
        let base = p.base_noun_phrase(i, end).max(i + 1);
        // A relative clause's verb is not that of the clause.
        let Some(finite) = p.finite_in(base.min(end)..end) else { return false };
        let between = base..finite;
        between.clone().all(|k| p.class(k) != Class::Subordinator)
            && (p.class(base) != Class::Wh || p.finite_in(finite + 1..end).is_some())
            && !(p.class(base) == Class::Comma && p.class(base + 1) != Class::Wh && between.len() > 12)
    }

    /// Skips adverbs, and phrases of time, place and manner: where the content may begin.
    pub(super) fn behind_adjuncts(&self, from: usize, tokens: &Range<usize>) -> usize {
        let p = self.p;
        let mut k = from;
        let limit = tokens.end.min(from + 40);
        while k < limit {
            let next = match p.class(k) {
                Class::Adverb => k + 1,
                Class::Preposition | Class::To => {
                    let end = p.base_noun_phrase(k + 1, limit);
                    if end == k + 1 && p.class(end) == Class::Verb && p.form(end) == VerbForm::Gerund {
                        p.base_noun_phrase(end + 1, limit).max(end + 1)
                    } else {
                        end
                    }
                }
                Class::Noun | Class::Proper | Class::Number | Class::Determiner | Class::Adjective
                    if p.is_time(k) || p.is_time(k + 1) && p.base_noun_phrase(k, limit) <= k + 3 =>
                {
                    let mut end = k + 1;
                    while end < limit && (p.is_time(end) || p.class(end) == Class::Number) {
                        end += 1;
                    }
                    end
                }
                Class::Comma => {
                    // A parenthesis that a comma closes.
                    if p.analysis.lower(k + 1) == "that" {
                        return k + 1;
                    }
                    let close =
                        (k + 1..limit).find(|x| p.class(*x) == Class::Comma || p.class(*x) == Class::Quote);
                    match close {
                        Some(c) if p.class(c) == Class::Comma && p.analysis.lower(c + 1) == "that" => {
                            return c + 1;
                        }
                        _ => return k,
                    }
                }
                _ => return k,
            };
            if next <= k {
                return k;
            }
            k = next;
        }
        k
    }

    /// A quotation right at token `k`, a comma or colon before it allowed; after a colon also plain words.
    pub(super) fn quoted_right(
        &self,
        k: usize,
        frames: Frames,
        tokens: &Range<usize>,
    ) -> Option<Vec<Range<usize>>> {
        let p = self.p;
        if !(frames.quote || frames.that) {
            return None;
        }
        let mut start = k;
        let colon = p.analysis.token(k) == ":";
        if colon || p.class(k) == Class::Comma {
            start += 1;
        }
        if let Some(q) = self.quote_at(start)
            && self.quotes[q].tokens.start == start
            && !self.claimed[q]
        {
            let quote = &self.quotes[q].tokens;
            // A few quoted words at the head of a clause: "said 'safe zones' would be set up".
            let goes_on = quote.end < tokens.end
                && !colon
                && start == k
                && !matches!(p.class(quote.end), Class::Comma | Class::Stop | Class::Dash | Class::Quote);
            let sentence = p.analysis.token(start + 1).chars().next().is_some_and(char::is_uppercase)
                && p.finite_in(quote.clone()).is_some();
            if goes_on && !sentence && p.class(quote.end) != Class::Conjunction {
                let clause = self.clause(start, tokens)?;
                return Some(vec![clause]);
            }
            return Some(self.quotation_from(q));
        }
        if colon && start < tokens.end {
            // "He said: the bridge is closed."
            let content = self.trim(start..tokens.end);
            return (!content.is_empty()).then(|| vec![content]);
        }
        if colon {
            // The words stand in the next paragraph.
            let next = p.analysis.sentence_of(start)?;
            let first = self.tokens_of(next).start;
            if let Some(q) = self.quote_at(first)
                && self.quotes[q].tokens.start == first
            {
                return Some(self.quotation_from(q));
            }
            let paragraph = p.analysis.paragraphs.get(p.analysis.sentences.get(next)?.paragraph)?;
            let all = p.analysis.tokens_in(*paragraph);
            return (all.len() < super::LONGEST_CLAUSE).then(|| vec![all]);
        }
        None
    }

    /// A quotation with the paragraphs that continue it.
    pub(super) fn quotation_from(&self, q: usize) -> Vec<Range<usize>> {
        let mut pieces = vec![self.quotes[q].tokens.clone()];
        let mut last = q;
        while self.quotes[last].continues && last + 1 < self.quotes.len() && pieces.len() < super::MOST_PIECES
        {
            last += 1;
            pieces.push(self.quotes[last].tokens.clone());
        }
        pieces
    }

    /// The other half of a quotation that its tag divides: ", "will run …"".
    pub(super) fn far_quote(&self, k: usize, tokens: &Range<usize>) -> Option<Vec<Range<usize>>> {
        let limit = tokens.end.min(k + 40);
        let q = (k..limit).find_map(|x| self.quote_at(x).filter(|q| self.quotes[*q].tokens.start == x))?;
        let start = self.quotes[q].tokens.start;
        let marked =
            start > k && (self.p.class(start - 1) == Class::Comma || self.p.analysis.token(start - 1) == ":");
        let speaks = (k..start).any(|x| {
            self.p.is_finite(x)
                && self.p.class(x) == Class::Verb
                && self.p.lexicon.verb_at(self.p.analysis, x).is_some()
        });
        (marked && !speaks && !self.claimed[q]).then(|| self.quotation_from(q))
    }
}
