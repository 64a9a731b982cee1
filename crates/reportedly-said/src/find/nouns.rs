//! Cue nouns: "X's claim that P", "the allegation, made by X, is that P".

use super::{Finder, Found};
use crate::Act;
use crate::phrases::Class;
use std::ops::Range;

/// How far the words about a cue noun may reach before its clause, in tokens.
const LONGEST_ASIDE: usize = 25;

impl Finder<'_> {
    /// Tries a cue noun at token `i`; whether it hands a clause over.
    pub(super) fn noun(&mut self, i: usize, sentence: usize, tokens: &Range<usize>) -> bool {
        let p = self.p;
        if !matches!(p.class(i), Class::Noun) {
            return false;
        }
        let (mut that, mut source, mut relays) = (i + 1, self.possessor(i, tokens), Vec::new());
        if p.class(that) == Class::Comma {
            // "The allegation, made by X and first published by Y, is that P"
            let Some(close) =
                (that + 1..tokens.end.min(that + LONGEST_ASIDE)).find(|k| p.class(*k) == Class::Comma)
            else {
                return false;
            };
            source = source.or_else(|| self.agent_in(that + 1..close, &["made", "raised", "voiced", "put"]));
            relays = self.relays_in(that + 1..close, tokens);
            that = close + 1;
        } else if p.analysis.lower(that) == "by" || p.analysis.lower(that) == "from" {
            let end = p.noun_phrase(that + 1, tokens.end);
            if end > that + 1 && self.parties.may_speak(that + 1..end) {
                source = Some(that + 1..end);
                that = end;
            }
        }
        if matches!(p.analysis.lower(that), "is" | "was") {
            that += 1;
        }
        if p.analysis.lower(that) != "that" || p.class(that) == Class::Determiner || source.is_none() {
            return false;
        }
        let Some(content) = self.clause(that + 1, tokens) else { return false };
        if p.finite_in(content.clone()).is_none() {
            return false;
        }
        self.push(Found {
            act: Act::Speech,
            source,
            apposition: None,
            cue: Some(i..i + 1),
            content: vec![content],
            relays,
            quoted: false,
            sentence,
            rule: "cue-noun",
        });
        true
    }

    /// "X's repeated claim": X.
    fn possessor(&self, i: usize, tokens: &Range<usize>) -> Option<Range<usize>> {
        let p = self.p;
        let mut k = i;
        while k > tokens.start
            && i - k < 4
            && matches!(p.class(k - 1), Class::Adjective | Class::Noun | Class::Verb)
        {
            k -= 1;
        }
        let clitic = k.checked_sub(1).filter(|c| *c > tokens.start && p.class(*c) == Class::Possessive)?;
        let source = p.antecedent(clitic, tokens.start)?;
        self.parties.may_speak(source.clone()).then_some(source)
    }

    /// "made by X" inside an aside: X.
    fn agent_in(&self, aside: Range<usize>, verbs: &[&str]) -> Option<Range<usize>> {
        let p = self.p;
        let by = aside
            .clone()
            .skip(1)
            .find(|k| p.analysis.lower(*k) == "by" && verbs.contains(&p.analysis.lower(k - 1)))?;
        let end = p.base_noun_phrase(by + 1, aside.end);
        (end > by + 1).then_some(by + 1..end)
    }
}
