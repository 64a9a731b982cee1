//! Contents: how far a clause, a noun phrase, a quotation goes.

use super::{Finder, LONGEST_CLAUSE};
use crate::Act;
use crate::phrases::Class;
use std::ops::Range;

impl Finder<'_> {
    /// A run of tokens without the commas, stops and dashes at its ends that stand outside quotation marks.
    pub(super) fn trim(&self, tokens: Range<usize>) -> Range<usize> {
        let (mut start, mut end) = (tokens.start, tokens.end);
        while start < end && matches!(self.p.class(start), Class::Comma | Class::Stop | Class::Dash) {
            start += 1;
        }
        while end > start
            && matches!(self.p.class(end - 1), Class::Comma | Class::Stop | Class::Dash | Class::Conjunction)
        {
            end -= 1;
        }
        start..end
    }

    /// Widens a clause so that it does not cut a quotation in two.
    pub(super) fn with_quote(&self, tokens: Range<usize>) -> Range<usize> {
        for i in [tokens.end.saturating_sub(1), tokens.end, tokens.end + 1] {
            if let Some(q) = self.quote_at(i) {
                let quote = &self.quotes[q].tokens;
                let closes =
                    quote.start >= tokens.start && quote.start < tokens.end && quote.end > tokens.end;
                if closes {
                    return tokens.start..quote.end;
                }
            }
        }
        tokens
    }

    /// Whether a content ends with the mark that closes a quotation, so that more may follow.
    pub(super) fn ends_quoted(&self, tokens: &Range<usize>) -> bool {
        self.quote_at(tokens.end.saturating_sub(1)).is_some_and(|q| self.quotes[q].tokens.end == tokens.end)
    }

    /// The clause that begins at token `i`, to its end; `None` where nothing stands there.
    pub(super) fn clause(&self, i: usize, tokens: &Range<usize>) -> Option<Range<usize>> {
        let mut end = self.clause_end(i, tokens);
        // "While the mayor maintains P, her deputy said": a clause inside one that opens the sentence ends with it.
        if self.opens_subordinate(tokens.start, i)
            && let Some(comma) =
                (i..end).find(|k| self.p.class(*k) == Class::Comma && self.quote_at(*k).is_none())
            && self.p.starts_noun_phrase(comma + 1)
            && self.p.finite_in(comma + 1..end).is_some()
        {
            end = comma;
        }
        let clause = self.trim(i..end);
        (!clause.is_empty()).then(|| self.with_quote(clause))
    }

    /// Whether the sentence begins with a subordinate clause that holds token `i`.
    fn opens_subordinate(&self, first: usize, i: usize) -> bool {
        matches!(
            self.p.analysis.lower(first),
            "while"
                | "although"
                | "though"
                | "whereas"
                | "after"
                | "when"
                | "because"
                | "since"
                | "as"
                | "if"
                | "before"
        ) && i > first
            && i - first < 25
            && !(first..i).any(|k| self.p.class(k) == Class::Comma)
    }

    /// Where reported speech that begins at `i` ends: with the sentence, or before the next word that opens
    /// another statement or leaves this one.
    pub(super) fn clause_end(&self, i: usize, tokens: &Range<usize>) -> usize {
        let limit = tokens.end.min(i + LONGEST_CLAUSE);
        let mut k = i;
        while k < limit {
            // Quotations are passed over whole.
            if let Some(q) = self.quote_at(k) {
                let quote = &self.quotes[q].tokens;
                if quote.start >= i && quote.end > k + 1 {
                    k = quote.end;
                    continue;
                }
            }
            if k > i && self.leaves(k, i, tokens) {
                return k;
            }
            k += 1;
        }
        k
    }

    /// Whether token `k` ends the reported clause that began at `from`.
    fn leaves(&self, k: usize, from: usize, tokens: &Range<usize>) -> bool {
        let analysis = self.p.analysis;
        let lexicon = self.p.lexicon;
        match self.p.class(k) {
            Class::Stop => analysis.lower(k) == ";",
            Class::Comma => {
                let mut next = k + 1;
                let conjoined = self.p.class(next) == Class::Conjunction;
                if conjoined {
                    next += 1;
                }
                while self.p.class(next) == Class::Adverb {
                    next += 1;
                }
                if next >= tokens.end {
                    return false;
                }
                if lexicon.prefixes.at(analysis, next) > 0
                    || lexicon.citing.at(analysis, next) > 0
                    || self.cue_follows(next, conjoined)
                {
                    return true;
                }
                if !conjoined && self.tag_follows(next, tokens) {
                    return true;
                }
                // "…, while others say": a contrast with a speaker of its own.
                matches!(analysis.lower(k + 1), "but" | "while" | "though" | "although" | "whereas")
                    && self.speaker_follows(k + 2, tokens)
            }
            Class::Conjunction if k > from + 1 && analysis.lower(k) == "and" => {
                let mut next = k + 1;
                while self.p.class(next) == Class::Adverb {
                    next += 1;
                }
                self.cue_follows(next, true) || self.speaker_follows(k + 1, tokens)
            }
            Class::Dash => lexicon.prefixes.at(analysis, k + 1) > 0,
            _ => lexicon.prefixes.at(analysis, k) > 0,
        }
    }

    /// A cue verb at token `i` that opens another statement of the same source: a gerund ("adding that") or,
    /// after "and", a finite verb.
    fn cue_follows(&self, i: usize, conjoined: bool) -> bool {
        let Some((verb, spelling)) = self.p.lexicon.verb_at(self.p.analysis, i) else { return false };
        if self.p.class(i) != Class::Verb {
            return false;
        }
        let after = i + 1 + spelling.rest.len();
        let opens = self.p.analysis.lower(after) == "that"
            || self.quote_at(after).is_some()
            || self.p.class(after) == Class::To && verb.frames.to
            || self.p.class(after) == Class::Wh
            || self.p.starts_noun_phrase(after);
        if spelling.forms.gerund {
            return opens && matches!(verb.act, Act::Speech | Act::Finding);
        }
        conjoined && opens && self.p.is_finite(i) && (spelling.forms.past || spelling.forms.third)
    }

    /// "officials say": a noun phrase and a cue verb.
    fn speaker_follows(&self, i: usize, tokens: &Range<usize>) -> bool {
        let after = self.p.noun_phrase(i, tokens.end);
        after > i
            && self.p.class(after) == Class::Verb
            && self.p.is_finite(after)
            && self
                .p
                .lexicon
                .verb_at(self.p.analysis, after)
                .is_some_and(|(v, _)| v.frames.that && v.frames.quote && v.act == Act::Speech)
    }

    /// ", X said." or ", X said, …": a tag that closes the clause before it.
    fn tag_follows(&self, i: usize, tokens: &Range<usize>) -> bool {
        let after = self.p.noun_phrase(i, tokens.end);
        let Some((verb, spelling)) = self.p.lexicon.verb_at(self.p.analysis, after) else { return false };
        if after == i || !verb.frames.paren || verb.act != Act::Speech || !self.p.is_finite(after) {
            return false;
        }
        let next = after + 1 + spelling.rest.len();
        next >= tokens.end
            || matches!(self.p.class(next), Class::Comma | Class::Stop)
            || self.p.is_time(next)
            || self.p.class(next) == Class::Preposition && self.p.is_adjunct(next, tokens.end)
    }

    /// A noun phrase as content: to the clause's end, without the phrases that say when and where it was said.
    pub(super) fn noun_content(&self, i: usize, tokens: &Range<usize>) -> Option<Range<usize>> {
        let end = self.clause_end(i, tokens);
        let mut cut = end;
        let mut k = i + 1;
        while k < end {
            if let Some(q) = self.quote_at(k) {
                k = self.quotes[q].tokens.end.max(k + 1);
                continue;
            }
            if self.p.class(k) == Class::Comma || self.is_occasion(k, end) {
                cut = k;
                break;
            }
            k += 1;
        }
        let cut = cut.min(end);
        let clause = self.trim(i..cut);
        (!clause.is_empty()).then(|| self.with_quote(clause))
    }

    /// "in a statement", "at the farm congress": where the words were spoken.
    pub(super) fn is_occasion(&self, i: usize, end: usize) -> bool {
        if !matches!(self.p.analysis.lower(i), "in" | "at" | "during" | "on" | "via" | "through") {
            return false;
        }
        let after = self.p.base_noun_phrase(i + 1, end);
        after > i + 1 && self.p.lexicon.occasions.contains(self.p.analysis.lower(after - 1))
    }

    /// Outlets that the words of `range` name as what the statement came through.
    pub(super) fn relays_in(&self, range: Range<usize>, tokens: &Range<usize>) -> Vec<Range<usize>> {
        let mut relays = Vec::new();
        let mut i = range.start;
        while i < range.end {
            let n = self.p.lexicon.relaying.at(self.p.analysis, i);
            let from = i + n;
            i = from.max(i + 1);
            if n > 0 {
                let end = self.p.base_noun_phrase(from, tokens.end.min(range.end.max(from)));
                let by = matches!(self.p.analysis.lower(from - 1), "by" | "in" | "on" | "for");
                let named = end > from
                    && (self.parties.is_outlet(from..end) || by && self.parties.is_institution(from..end));
                if named {
                    relays.push(from..end);
                    i = end;
                }
            }
        }
        relays
    }
}
