//! Contents that stand before their cue: "P, X said" and quotations with their tag behind them.

use super::{Finder, LONGEST_CLAUSE, MOST_PIECES};
use crate::phrases::Class;
use std::ops::Range;

impl Finder<'_> {
    /// The quotation that closes right before token `i`, a comma between them allowed.
    pub(super) fn quote_before(&self, i: usize) -> Option<usize> {
        let mut k = i.checked_sub(1)?;
        if matches!(self.p.class(k), Class::Comma | Class::Dash) {
            k = k.checked_sub(1)?;
        }
        let q = self.quote_at(k)?;
        let quote = &self.quotes[q];
        if quote.tokens.end != k + 1 || quote.continues {
            return None;
        }
        // A quotation that ends with a full stop is over: what begins with a capital behind it is no tag.
        let last = (quote.tokens.start..k).rev().find(|x| self.p.class(*x) != Class::Quote)?;
        let over = self.p.analysis.token(last) == "." && k + 1 == i;
        let tag_opens = self.p.analysis.token(i).chars().next().is_some_and(char::is_uppercase);
        let paragraph =
            |x: usize| self.p.analysis.sentence_of(x).map(|s| self.p.analysis.sentences[s].paragraph);
        (!(over && tag_opens) && paragraph(k) == paragraph(i)).then_some(q)
    }

    /// Whether a quotation is one by itself, and not some quoted words of a clause.
    pub(super) fn stands_alone(&self, q: usize) -> bool {
        let start = self.quotes[q].tokens.start;
        let Some(sentence) = self.p.analysis.sentence_of(start) else { return false };
        if start <= self.tokens_of(sentence).start {
            return true;
        }
        matches!(self.p.class(start - 1), Class::Comma | Class::Stop | Class::Dash | Class::Quote)
            && self.p.analysis.token(start + 1).chars().next().is_some_and(char::is_uppercase)
    }

    /// The quotation and the paragraphs before it that it continues.
    pub(super) fn whole_quotation(&self, q: usize) -> Vec<Range<usize>> {
        let mut first = q;
        while first > 0
            && self.quotes[first - 1].continues
            && q - first < MOST_PIECES
            && !self.claimed[first - 1]
        {
            first -= 1;
        }
        self.quotes[first..=q].iter().map(|x| x.tokens.clone()).collect()
    }

    /// What stands before a tag that begins at token `i`.
    pub(super) fn left_of(
        &self,
        i: usize,
        sentence: usize,
        tokens: &Range<usize>,
    ) -> Option<Vec<Range<usize>>> {
        self.left_or_fragment(i, sentence, tokens, false)
    }

    /// The same; with `fragment`, what stands there need not be a clause by itself, since it goes on behind the tag.
    pub(super) fn left_or_fragment(
        &self,
        i: usize,
        sentence: usize,
        tokens: &Range<usize>,
        fragment: bool,
    ) -> Option<Vec<Range<usize>>> {
        if let Some(q) = self.quote_before(i)
            && !self.claimed[q]
        {
            if self.stands_alone(q) {
                return Some(self.whole_quotation(q));
            }
            let first = self.p.analysis.sentence_of(self.quotes[q].tokens.start)?;
            let start = self.clause_start(self.quotes[q].tokens.start, first);
            let content = self.trim(start..self.quotes[q].tokens.start);
            let whole = content.start.min(self.quotes[q].tokens.start)..self.quotes[q].tokens.end;
            // "On this weekend's "Talk", X said": no clause, but a title in quotation marks.
            return (fragment || self.p.finite_in(whole.clone()).is_some()).then(|| Vec::from([whole]));
        }
        if i <= tokens.start + 1 {
            return None;
        }
        if !matches!(self.p.class(i - 1), Class::Comma | Class::Dash | Class::Quote | Class::Bracket)
            && self.p.lexicon.prefixes.at(self.p.analysis, i) == 0
        {
            return None;
        }
        let content = self.trim(self.clause_start(i, sentence)..i);
        if !fragment
            && content.end > content.start
            && matches!(self.p.class(content.end - 1), Class::Subordinator | Class::Wh)
        {
            return None;
        }
        if !fragment && self.only_adverbials(&content) {
            return None;
        }
        // A bare adverbial is no content: there must be a verb, or a headline's words.
        let finite = self.p.finite_in(content.clone()).is_some();
        let stands = fragment || finite || content.len() >= 3 && !self.is_adverbial(&content);
        (content.len() >= 2 && stands).then(|| vec![content])
    }

    /// Whether every stretch between commas is an adverbial: "On Monday, when asked about the dam".
    fn only_adverbials(&self, content: &Range<usize>) -> bool {
        let mut start = content.start;
        loop {
            let end = (start..content.end)
                .find(|k| self.p.class(*k) == Class::Comma && self.quote_at(*k).is_none())
                .unwrap_or(content.end);
            let opens = self.p.class(start);
            let subordinate = matches!(opens, Class::Subordinator | Class::Wh)
                || matches!(self.p.analysis.lower(start), "after" | "before" | "since" | "while");
            let adverbial = subordinate
                || matches!(opens, Class::Preposition | Class::Adverb | Class::Conjunction)
                    && self.p.finite_in(start + 1..end).is_none()
                || opens == Class::Verb
                    && !self.p.is_finite(start)
                    && self.p.finite_in(start + 1..end).is_none()
                    && !(start..end).any(|k| self.p.class(k) == Class::To);
            if !adverbial {
                return false;
            }
            if end >= content.end {
                return true;
            }
            start = end + 1;
        }
    }

    fn is_adverbial(&self, content: &Range<usize>) -> bool {
        matches!(
            self.p.class(content.start),
            Class::Preposition | Class::Subordinator | Class::Adverb | Class::Conjunction | Class::Wh
        ) || content.clone().all(|i| self.p.is_time(i) || self.p.class(i) == Class::Determiner)
    }

    /// Where the clause before token `i` begins: after a semicolon or an earlier statement of the same sentence,
    /// else with the sentence.
    pub(super) fn clause_start(&self, i: usize, sentence: usize) -> usize {
        let tokens = self.tokens_of(sentence);
        let mut start = tokens.start;
        for k in (tokens.start..i).rev().take(LONGEST_CLAUSE) {
            if self.p.analysis.lower(k) == ";" && self.quote_at(k).is_none() {
                start = k + 1;
                break;
            }
        }
        for f in self.found.iter().rev().take_while(|f| f.sentence == sentence) {
            let end = f.cue.iter().chain(&f.source).chain(&f.content).map(|r| r.end).max().unwrap_or(0);
            if end < i
                && end > start
                && matches!(f.rule, "clause-before" | "clause-split" | "quote-before" | "quote-split")
            {
                start = end;
            }
        }
        // "14:05 –": the time of a live blog's entry.
        if self.p.class(start) == Class::Number && self.p.class(start + 1) == Class::Dash {
            start += 2;
        }
        start.min(i)
    }
}
