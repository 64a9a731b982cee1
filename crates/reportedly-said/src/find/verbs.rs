//! Cue verbs: who their subject is, and where their content stands.

use super::{Finder, Found};
use crate::Act;
use crate::lexicon::{Spelling, Verb};
use crate::phrases::Class;
use reportedly_text::VerbForm;
use std::ops::Range;

/// How many tokens a name has that stands behind a description.
const NAME: usize = 8;

/// How a cue verb stands in its clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mood {
    /// Finite and active.
    Active,
    /// "is said", "was reported".
    Passive,
    /// "adding that": the subject is that of the main verb.
    Gerund,
    /// "to announce", "will announce".
    Prospective,
    /// Not a cue here.
    None,
}

/// A verb's group: its first token, and what its auxiliaries say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    pub(super) start: usize,
    pub(super) mood: Mood,
    pub(super) negated: bool,
    pub(super) infinitive: bool,
    /// The subject is a text: "the poll shows".
    pub(super) document: bool,
}

impl Finder<'_> {
    /// Tries a cue verb at token `i`; gives how many tokens it used up.
    pub(super) fn verb(&mut self, i: usize, sentence: usize, tokens: &Range<usize>) -> usize {
        if self.inside_speech(i) || i < self.done {
            return 1;
        }
        let p = self.p;
        let Some((verb, spelling)) = p.lexicon.verb_at(p.analysis, i) else { return 1 };
        let length = 1 + spelling.rest.len();
        if !self.is_verb(i, verb, spelling, tokens) || self.has_other_particle(i + length, spelling) {
            return 1;
        }
        let group = self.group(i, spelling, tokens);
        match group.mood {
            Mood::None => {}
            Mood::Passive => self.passive(i, length, verb, group, sentence, tokens),
            _ => self.active(i, length, verb, group, sentence, tokens),
        }
        length
    }

    fn is_verb(&self, i: usize, verb: &Verb, spelling: &Spelling, tokens: &Range<usize>) -> bool {
        if self.p.class(i) == Class::Verb {
            return true;
        }
        if !matches!(self.p.class(i), Class::Noun | Class::Proper | Class::Adjective) || spelling.forms.gerund
        {
            return false;
        }
        if matches!(verb.lemma, "say" | "tell" | "add") || spelling.forms.past && !spelling.forms.base {
            return true;
        }
        // Taggers take "X reports that" and ", X predicts." for nouns.
        let after = i + 1 + spelling.rest.len();
        let before = i.checked_sub(1).filter(|_| i > tokens.start);
        let subject =
            before.is_some_and(|b| matches!(self.p.class(b), Class::Noun | Class::Proper | Class::Pronoun));
        let opens = self.p.analysis.lower(after) == "that" && verb.frames.that;
        spelling.forms.third && subject && opens
            || verb.frames.paren && subject && self.is_tag(i, after, tokens)
    }

    /// ", X says," at the end of a clause: a comma, a phrase, the word, and a stop or comma.
    fn is_tag(&self, i: usize, after: usize, tokens: &Range<usize>) -> bool {
        const LONGEST: usize = 8;
        if after < tokens.end && !matches!(self.p.class(after), Class::Comma | Class::Stop | Class::Dash) {
            return false;
        }
        let open = (tokens.start..i)
            .rev()
            .take(LONGEST)
            .find(|k| matches!(self.p.class(*k), Class::Comma | Class::Quote | Class::Stop));
        open.is_some_and(|k| {
            k + 1 < i
                && self.p.class(k) != Class::Stop
                && self.p.starts_noun_phrase(k + 1)
                && (self.parties.is_known(k + 1..i) || self.p.class(k + 1) == Class::Proper)
                && self.p.finite_in(tokens.start..k).is_some()
        })
    }

    /// "claiming back", "put off": another verb than the one in the table.
    fn has_other_particle(&self, after: usize, spelling: &Spelling) -> bool {
        spelling.rest.is_empty()
            && matches!(self.p.analysis.lower(after), "back" | "off" | "down" | "away" | "over" | "up")
            && !matches!(self.p.class(after), Class::Noun | Class::Adjective)
            && self.p.analysis.lower(after + 1) != "to"
    }

    fn group(&self, head: usize, spelling: &Spelling, tokens: &Range<usize>) -> Group {
        let p = self.p;
        let start = p.group_start(head, tokens.start);
        let (mut be, mut have, mut modal, mut to, mut negated, mut do_) =
            (false, false, false, false, false, false);
        for k in start..head {
            match p.class(k) {
                Class::Modal => modal = true,
                Class::To => to = true,
                Class::Negation => negated = true,
                Class::Auxiliary => match p.analysis.lower(k) {
                    "have" | "has" | "had" | "having" | "'ve" => have = true,
                    "do" | "does" | "did" => do_ = true,
                    "'s" | "'d" if spelling.forms.participle && !spelling.forms.gerund => have = true,
                    _ => be = true,
                },
                _ => {}
            }
        }
        if start > tokens.start && matches!(p.analysis.lower(start - 1), "nor" | "neither") {
            negated = true;
        }
        let forms = spelling.forms;
        let form = p.form(head);
        let mood = if forms.gerund && !forms.past {
            let idle =
                start > 0 && matches!(p.analysis.lower(start - 1), "without" | "instead" | "not" | "of");
            match (be || modal, idle) {
                (true, _) => Mood::Active,
                (false, true) => Mood::None,
                (false, false) => Mood::Gerund,
            }
        } else if forms.participle && be {
            Mood::Passive
        } else if to || modal {
            if forms.base || have { Mood::Prospective } else { Mood::None }
        } else if have || do_ {
            Mood::Active
        } else if forms.past && self.has_agent(head + 1 + spelling.rest.len(), tokens) {
            if self.as_before(start, tokens).is_some() { Mood::Passive } else { Mood::None }
        } else if forms.past || forms.third || forms.base && form != VerbForm::Gerund {
            Mood::Active
        } else {
            Mood::None
        };
        Group { start, mood, negated, infinitive: to, document: false }
    }

    /// "by X", where X is somebody: "said by telephone" is no passive.
    fn has_agent(&self, i: usize, tokens: &Range<usize>) -> bool {
        let end = self.p.noun_phrase(i + 1, tokens.end);
        self.p.analysis.lower(i) == "by" && end > i + 1 && self.parties.may_speak(i + 1..end)
    }

    fn active(
        &mut self,
        i: usize,
        length: usize,
        verb: &Verb,
        mut group: Group,
        sentence: usize,
        tokens: &Range<usize>,
    ) {
        let after = i + length;
        let (mut source, mut apposition, mut parenthetical, mut relay_words) = (None, None, None, None);
        let mut tag_start = group.start;
        let mut tag_end = after;
        let mut adjacent = false;
        let inverted = self.inverted(group.start, after, verb, tokens);
        if let Some(subject) = inverted.clone() {
            tag_end = subject.end;
            adjacent = true;
            apposition = self.name_behind(&subject);
            source = Some(subject);
        } else if group.mood == Mood::Gerund || group.infinitive {
            source = self.main_subject(i, sentence, tokens);
        } else if let Some((subject, extra)) = self.subject(group.start, sentence, tokens) {
            adjacent = subject.end == group.start
                || extra.as_ref().is_some_and(|e| e.end + 1 == group.start && e.start == subject.end + 1);
            if adjacent {
                tag_start = subject.start;
            }
            parenthetical.clone_from(&extra);
            if let Some(extra) = extra
                && !self.parties.names_head(&subject)
                && self.parties.has_name(extra.clone())
            {
                apposition = Some(extra);
            }
            // "a memo seen by X": the outlet is no part of the source.
            let cut = subject
                .clone()
                .skip(1)
                .find(|k| self.p.introduces_relay(*k) && self.p.class(*k) != Class::Preposition);
            let relative = (subject.start + 1..subject.end).find(|k| {
                matches!(self.p.analysis.lower(*k), "who" | "which" | "whose")
                    && self.p.class(*k) == Class::Wh
            });
            if let Some(relative) = relative.filter(|r| cut.is_none_or(|c| *r < c)) {
                relay_words = Some(relative..subject.end);
                source = Some(subject.start..relative);
            } else if let Some(cut) = cut {
                relay_words = Some(cut..subject.end);
                source = Some(subject.start..cut);
            } else {
                source = Some(subject);
            }
        }
        if source.is_none() {
            return;
        }
        let tagged = adjacent;
        group.document = source.as_ref().is_some_and(|s| self.parties.is_document(s));
        let right = self.right(tag_end, verb, group, tokens, inverted.is_some());
        let left_quote =
            tagged && verb.frames.quote && self.quote_before(tag_start).is_some_and(|q| !self.claimed[q]);
        let mut found = Found {
            act: verb.act,
            source,
            apposition,
            cue: Some(i..after),
            content: Vec::new(),
            relays: Vec::new(),
            quoted: false,
            sentence,
            rule: "cue",
        };
        if group.negated && matches!(verb.act, Act::Speech | Act::Finding) {
            found.act = Act::Refusal;
        } else if group.mood == Mood::Prospective && matches!(verb.act, Act::Speech | Act::Finding) {
            found.act = if self.goes_on(i) { verb.act } else { Act::Intention };
        }
        // To ask is to put a question, not a content.
        if verb.lemma == "ask" && right.as_ref().is_some_and(|r| !r.quoted && r.rule != "object-infinitive") {
            found.act = Act::Intention;
        }
        let mut tail_from = tag_end;
        match right {
            Some(right) if right.strong && (right.quoted || !left_quote) => {
                if let Some(r) = &right.recipient {
                    tail_from = r.end;
                    if self.parties.is_outlet(r.clone()) {
                        found.relays.push(r.clone());
                    }
                }
                found.quoted = right.quoted;
                found.rule = right.rule;
                found.content = right.content;
                if let Some(cue) = right.cue {
                    found.cue = Some(cue);
                }
                if let Some(origin) = right.origin
                    && found.source.as_ref().is_some_and(|s| self.parties.is_outlet(s.clone()))
                    && let Some(relay) = found.source.replace(origin)
                {
                    found.relays.insert(0, relay);
                    found.apposition = None;
                    found.rule = "learned-from";
                }
                if let Some(inner) = right.source {
                    if let Some(relay) = found.source.replace(inner) {
                        found.relays.insert(0, relay);
                    }
                    found.apposition = None;
                    self.done = found.cue.as_ref().map_or(0, |c| c.end);
                }
                // A quotation split by its tag, or a clause: "The suspect, Z said, was released".
                if right.quoted
                    && left_quote
                    && let Some(left) = self.left_of(tag_start, sentence, tokens)
                {
                    found.content.splice(0..0, left);
                    found.rule = "quote-split";
                }
            }
            other => {
                let speaks = matches!(verb.act, Act::Speech | Act::Finding) && !group.negated;
                let rest = if tagged && speaks && verb.frames.paren {
                    self.resumed(tag_start, tag_end, sentence, tokens)
                } else {
                    None
                };
                if tagged
                    && speaks
                    && (verb.frames.paren || left_quote)
                    && let Some(left) = self.left_or_fragment(tag_start, sentence, tokens, rest.is_some())
                {
                    found.quoted = left.last().is_some_and(|c| self.ends_quoted(c));
                    found.rule = if found.quoted { "quote-before" } else { "clause-before" };
                    found.content = left;
                    if let Some(r) = other.as_ref().and_then(|r| r.recipient.clone()) {
                        tail_from = r.end;
                        if self.parties.is_outlet(r.clone()) {
                            found.relays.push(r);
                        }
                    }
                    if !found.quoted
                        && let Some(rest) = rest
                    {
                        found.content.push(rest);
                        found.rule = "clause-split";
                    }
                }
                if found.content.is_empty()
                    && let Some(right) = other
                {
                    found.quoted = right.quoted;
                    found.rule = right.rule;
                    found.content = right.content;
                    found.relays.extend(right.recipient.filter(|r| self.parties.is_outlet(r.clone())));
                }
            }
        }
        if found.content.is_empty() {
            return;
        }
        let first = found.content.first().map_or("", |c| self.p.analysis.lower(c.start));
        if matches!(first, "nothing" | "little")
            && matches!(verb.lemma, "say" | "add" | "reveal" | "disclose")
        {
            found.act = Act::Refusal;
        }
        // "Z had spoken to relatives, who said": an outlet's interview.
        if group.start > tokens.start
            && self.p.class(group.start - 1) == Class::Wh
            && let Some(s) = found.source.clone()
            && let Some(relay) = self.nearest_subject(s.start, sentence, tokens)
            && self.parties.is_outlet(relay.clone())
        {
            found.relays.insert(0, relay);
            found.rule = "relative-clause";
        }
        // What the words around cue and source say about the way it took.
        let first_content = found.content.iter().map(|c| c.start).filter(|s| *s > i).min();
        let tail = first_content.unwrap_or_else(|| self.p.analysis.sentences[sentence].tokens.end);
        let mut relays = self.relays_in(tail_from..tail.max(tail_from), tokens);
        for words in [parenthetical, relay_words].into_iter().flatten() {
            relays.extend(self.relays_in(words, tokens));
        }
        if let Some(s) = &found.source {
            relays.extend(self.relays_in(s.clone(), tokens));
            let lead_start = self.lead_start(s.start, sentence);
            if !found.content.iter().any(|c| c.start < s.start) {
                relays.extend(self.relays_in(lead_start..s.start, tokens));
            }
        }
        for r in relays {
            if !found.relays.contains(&r) {
                found.relays.push(r);
            }
        }
        self.push(found);
    }

    /// The start of what leads to a source: the sentence's.
    fn lead_start(&self, i: usize, sentence: usize) -> usize {
        self.tokens_of(sentence).start.max(i.saturating_sub(40))
    }

    /// "went on to say" is said; "is expected to say" is not.
    fn goes_on(&self, i: usize) -> bool {
        let a = self.p.analysis;
        i >= 3 && matches!(a.lower(i - 2), "on") && matches!(a.lower(i - 3), "went" | "goes" | "go" | "gone")
    }

    /// "…, said the ship's master, Signe Aldergate": the name that says whom a description means.
    fn name_behind(&self, subject: &Range<usize>) -> Option<Range<usize>> {
        let from = subject.end + 1;
        if self.p.class(subject.end) != Class::Comma || self.parties.names_head(subject) {
            return None;
        }
        let end = self.p.base_noun_phrase(from, from + NAME);
        let closed = matches!(self.p.class(end), Class::Comma | Class::Stop);
        (end > from && closed && self.parties.names_head(&(from..end)) && self.parties.has_name(from..end))
            .then_some(from..end)
    }

    /// "P, said X": the noun phrase behind a cue that follows its content.
    fn inverted(
        &self,
        start: usize,
        after: usize,
        verb: &Verb,
        tokens: &Range<usize>,
    ) -> Option<Range<usize>> {
        if !(verb.frames.paren || verb.frames.quote) || start == 0 {
            return None;
        }
        let quoted = self.quote_before(start).is_some();
        let comma = matches!(self.p.class(start - 1), Class::Comma) && start > tokens.start;
        // "Said Ada Brook: …"
        if start == tokens.start && verb.frames.paren && self.p.form(start) != VerbForm::Base {
            let end = self.p.noun_phrase(after, tokens.end);
            let stops = matches!(self.p.class(end), Class::Comma | Class::Stop);
            return (end > after && stops && self.parties.may_speak(after..end)).then_some(after..end);
        }
        if !(quoted || comma && !verb.frames.noun) {
            return None;
        }
        if verb.frames.recipient && verb.lemma == "tell" {
            return None;
        }
        let end = self.p.noun_phrase(after, tokens.end);
        if end == after || self.p.is_time(after) || (after..end).all(|k| self.p.is_time(k)) {
            return None;
        }
        let mut next = end;
        while matches!(self.p.class(next), Class::Adverb) {
            next += 1;
        }
        if next < tokens.end && self.p.is_finite(next) {
            return None;
        }
        if !quoted && !self.parties.may_speak(after..end) {
            return None;
        }
        // "X, who resigned, said Y": the comma closes a relative clause. A content has a verb of its own.
        if !quoted {
            let first = tokens.start;
            let has_relative = (first..start - 1)
                .any(|k| self.p.class(k) == Class::Wh && k > first && self.p.class(k - 1) == Class::Comma);
            if has_relative || (self.p.finite_in(first..start - 1).is_none() && start - first < 4) {
                return None;
            }
        }
        Some(after..end)
    }

    /// The subject of a verb group that begins at `start`, and what stands between two commas behind it.
    fn subject(
        &self,
        start: usize,
        sentence: usize,
        tokens: &Range<usize>,
    ) -> Option<(Range<usize>, Option<Range<usize>>)> {
        let p = self.p;
        let before = start.checked_sub(1).filter(|_| start > tokens.start)?;
        match p.class(before) {
            Class::Wh | Class::Subordinator
                if matches!(p.analysis.lower(before), "who" | "which" | "that") =>
            {
                let mut end = before;
                if end > tokens.start && p.class(end - 1) == Class::Comma {
                    end -= 1;
                }
                p.antecedent(end, tokens.start).map(|s| (s, None))
            }
            Class::Comma => {
                let mut close = before;
                for _ in 0..3 {
                    let open = (tokens.start..close).rev().take(60).find(|k| p.class(*k) == Class::Comma)?;
                    if let Some(subject) = p.subject_before(open, tokens.start) {
                        let at_start = subject.start == tokens.start
                            || matches!(
                                p.class(subject.start - 1),
                                Class::Comma
                                    | Class::Subordinator
                                    | Class::Conjunction
                                    | Class::Quote
                                    | Class::Stop
                            );
                        if at_start || close != before {
                            return Some((subject, Some(open + 1..before)));
                        }
                    }
                    close = open;
                }
                None
            }
            Class::Dash => {
                let open = (tokens.start..before).rev().take(60).find(|k| p.class(*k) == Class::Dash)?;
                p.subject_before(open, tokens.start).map(|s| (s, Some(open + 1..before)))
            }
            Class::Conjunction => self.main_subject(start, sentence, tokens).map(|s| (s, None)),
            _ => p.subject_before(start, tokens.start).map(|s| (s, None)),
        }
    }

    /// The subject of what governs token `i`: the last statement's source in the sentence, else that of the nearest finite verb before.
    fn main_subject(&self, i: usize, sentence: usize, tokens: &Range<usize>) -> Option<Range<usize>> {
        let last = self
            .found
            .iter()
            .rev()
            .take_while(|f| f.sentence == sentence)
            .find(|f| f.rule != "adverb" && f.cue.as_ref().is_some_and(|c| c.start < i));
        if let Some(f) = last {
            return f.source.clone();
        }
        self.nearest_subject(i, sentence, tokens)
    }

    /// The subject of the nearest finite verb before token `i` that governs it.
    fn nearest_subject(&self, i: usize, sentence: usize, tokens: &Range<usize>) -> Option<Range<usize>> {
        let p = self.p;
        let floor = tokens.start.max(i.saturating_sub(crate::phrases::REACH));
        let mut best = None;
        for k in (floor..i).rev() {
            if self.quote_at(k).is_some() || !p.is_finite(k) {
                continue;
            }
            let start = p.group_start(k, tokens.start);
            let before = start.checked_sub(1).filter(|_| start > tokens.start);
            // Verbs of relative and other subordinate clauses do not govern.
            if before
                .is_some_and(|b| matches!(p.class(b), Class::Wh | Class::Subordinator | Class::Conjunction))
            {
                continue;
            }
            let subject = match before.map(|b| p.class(b)) {
                Some(Class::Comma) => self.subject(start, sentence, tokens).map(|s| s.0),
                _ => p.subject_before(start, tokens.start),
            };
            if let Some(subject) = subject {
                best = Some(subject);
                break;
            }
        }
        best
    }

    /// What goes on behind a tag in the middle: "The suspect, Z said, was released", "In May, she said, prices rose".
    pub(super) fn resumed(
        &self,
        tag: usize,
        from: usize,
        sentence: usize,
        tokens: &Range<usize>,
    ) -> Option<Range<usize>> {
        let p = self.p;
        let before = tag.checked_sub(1).filter(|b| *b > tokens.start && p.class(*b) == Class::Comma)?;
        let mut comma = (from..tokens.end.min(from + 30))
            .find(|k| p.class(*k) == Class::Comma && self.quote_at(*k).is_none())?;
        if p.lexicon.citing.at(p.analysis, comma + 1) > 0 {
            comma = (comma + 1..tokens.end.min(comma + 20)).find(|k| p.class(*k) == Class::Comma)?;
        }
        let next = comma + 1;
        let start = self.clause_start(tag, sentence);
        let complete = p.finite_in(start..before).is_some()
            && !matches!(p.class(start), Class::Subordinator | Class::Wh)
            && !matches!(p.class(before - 1), Class::Subordinator | Class::Wh);
        let resumes = if complete {
            // "…, she said, and that …": only what lacks a subject can belong to the clause before.
            false
        } else {
            p.is_finite(next)
                && p.lexicon.verb_at(p.analysis, next).is_none_or(|_| p.class(next) != Class::Verb)
                || self.is_clause(next, tokens)
                || p.class(next) == Class::Quote
        };
        if resumes { self.clause(next, tokens) } else { None }
    }

    fn passive(
        &mut self,
        i: usize,
        length: usize,
        verb: &Verb,
        group: Group,
        sentence: usize,
        tokens: &Range<usize>,
    ) {
        let p = self.p;
        let after = i + length;
        // "by X", wherever it stands before the content.
        let mut k = after;
        let mut agent = None;
        while matches!(p.class(k), Class::Adverb) {
            k += 1;
        }
        if p.analysis.lower(k) == "by" {
            let end = p.noun_phrase(k + 1, tokens.end);
            let quoted_as = verb.lemma == "quote" && p.analysis.lower(end) == "as";
            if end > k + 1 && (quoted_as || self.parties.may_speak(k + 1..end)) {
                agent = Some(k + 1..end);
                k = end;
            }
        }
        let subject = self.subject(group.start, sentence, tokens).map(|s| s.0);
        let mut found = Found {
            act: verb.act,
            source: agent.clone(),
            apposition: None,
            cue: Some(i..after),
            content: Vec::new(),
            relays: Vec::new(),
            quoted: false,
            sentence,
            rule: "passive",
        };
        if group.negated && matches!(verb.act, Act::Speech | Act::Finding) {
            found.act = Act::Refusal;
        }
        let impersonal = subject.as_ref().is_some_and(|s| s.len() == 1 && p.analysis.lower(s.start) == "it");
        if verb.lemma == "quote" && p.analysis.lower(k) == "as" && p.class(k + 1) == Class::Verb {
            // "X was quoted by Z as saying P"
            let Some(subject) = subject else { return };
            found.cue = Some(k..k + 2);
            let content_at = k + 2 + usize::from(p.analysis.lower(k + 2) == "that");
            let content = self
                .quoted_right(content_at, verb.frames, tokens)
                .or_else(|| {
                    (content_at < tokens.end
                        && p.class(content_at) != Class::Stop
                        && p.class(content_at) != Class::Comma)
                        .then(|| self.clause(content_at, tokens).map(|c| vec![c]))
                        .flatten()
                })
                .or_else(|| self.left_of(subject.start, sentence, tokens));
            let Some(content) = content else { return };
            found.quoted = content.last().is_some_and(|c| self.ends_quoted(c));
            found.content = content;
            found.source = Some(subject);
            found.relays.extend(agent);
            found.rule = "quoted-as-saying";
        } else if impersonal && verb.frames.that {
            // "It was reported that P"
            let at = k + usize::from(p.analysis.lower(k) == "that");
            let Some(content) = self.clause(at, tokens) else { return };
            if at == k && !self.is_clause(at, tokens) {
                return;
            }
            found.content.push(content);
            found.rule = "impersonal";
            if verb.act == Act::Belief && verb.lemma != "expect" {
                found.act = Act::Speech;
            }
        } else if p.class(k) == Class::To
            && !verb.frames.recipient
            && !verb.frames.of
            && (verb.frames.that || verb.frames.zero)
        {
            // "The general is believed to have fled"
            let Some(subject) = subject else { return };
            if verb.frames.object_to && verb.act == Act::Speech {
                return;
            }
            let Some(content) = self.clause(k, tokens) else { return };
            found.content = vec![subject, content];
            found.rule = "said-to";
            if verb.act == Act::Belief && verb.lemma != "expect" {
                found.act = Act::Speech;
            }
        } else if self.follows_as(group.start, tokens) {
            // "as first reported by X"
            let Some(start) = self.as_before(group.start, tokens) else { return };
            let left = if start == tokens.start {
                let comma = (k..tokens.end).find(|x| p.class(*x) == Class::Comma);
                comma.and_then(|c| self.clause(c + 1, tokens)).map(|c| vec![c])
            } else {
                self.left_of(start, sentence, tokens)
            };
            let Some(content) = left else { return };
            found.content = content;
            found.rule = "as-reported";
        } else if let (Some(_), Some(subject)) = (&agent, subject)
            && (verb.frames.noun || verb.frames.said_noun && self.is_sayable(subject.start, subject.end))
        {
            // "The sale was announced by X"
            found.content = vec![subject];
            found.rule = "passive-subject";
        }
        if !found.content.is_empty() {
            self.push(found);
        }
    }

    fn follows_as(&self, start: usize, tokens: &Range<usize>) -> bool {
        self.as_before(start, tokens).is_some()
    }

    /// The "as" of "as first reported by X".
    fn as_before(&self, start: usize, tokens: &Range<usize>) -> Option<usize> {
        (tokens.start..start).rev().take(3).find(|k| self.p.analysis.lower(*k) == "as")
    }
}
