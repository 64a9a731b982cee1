//! The verb groups of a sentence, how they hang together, and their subjects.

use super::group::{Group, Kind, Reader};
use super::words::{ClauseWord, Effect, Frame, Governor, Negator};
use reportedly_text::{Pos, TokenKind, VerbForm};
use std::ops::Range;

/// How many groups back the verb may stand that hands a clause over.
const REACH: usize = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Link {
    /// A main clause.
    Main,
    /// The clause, infinitive or gerund that a governing word takes.
    Governed,
    /// A relative clause, or a participle in its place.
    Relative,
    /// Begins with a subordinator.
    Subordinate,
    /// An infinitive of purpose, a free participle.
    Adjunct,
    /// ", police said".
    Attribution,
}

/// What governs a predicate.
#[derive(Clone, Copy, Debug)]
pub(super) struct Governing<'a> {
    /// The predicate it depends on.
    pub(super) by: Option<usize>,
    /// The reading of that predicate's verb.
    pub(super) verb: Option<&'a Governor>,
    /// The noun or adjective in between, with its place.
    pub(super) noun: Option<(usize, &'a Governor)>,
}

/// A verb group in its clause.
#[derive(Clone, Debug)]
pub(super) struct Predicate<'a> {
    pub(super) group: Group<'a>,
    pub(super) link: Link,
    pub(super) governing: Option<Governing<'a>>,
    /// Where its clause begins.
    pub(super) start: usize,
    /// Its subject's words; empty where it has none.
    pub(super) subject: Range<usize>,
}

/// The predicates of a sentence.
#[derive(Clone, Debug)]
pub(super) struct Clauses<'a> {
    pub(super) tokens: Range<usize>,
    pub(super) predicates: Vec<Predicate<'a>>,
    /// Where a condition begins.
    pub(super) condition: Option<usize>,
    /// Without a stop at its end and with capitals or present tense: a headline.
    pub(super) headline: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Marker {
    Complementizer,
    Question,
    Relative,
    Subordinator,
}

impl<'a> Reader<'a> {
    /// The predicates of a run of tokens, linked.
    pub(super) fn clauses(&self, tokens: Range<usize>) -> Clauses<'a> {
        let condition =
            tokens.clone().find(|i| self.words.is_condition(self.lower(*i), |n| self.lower(i + 1 + n)));
        let headline = !tokens.clone().rev().take(3).any(|i| matches!(self.lower(i), "." | "!" | "?" | "…"));
        let mut clauses = Clauses { tokens: tokens.clone(), predicates: Vec::new(), condition, headline };
        let mut groups = self.groups(tokens.clone());
        if !groups.iter().any(|g| g.kind == Kind::Finite)
            && let Some(verb) = self.rescued(tokens.clone())
        {
            let at = groups.partition_point(|g| g.tokens.start < verb.tokens.start);
            groups.insert(at, verb);
        }
        if self.begins_with_noun(&groups, tokens.start) {
            groups.remove(0);
        }
        self.settle(&mut groups, tokens.start);
        for group in groups {
            let predicate = self.link(&mut clauses.predicates, group, tokens.start);
            clauses.predicates.push(predicate);
        }
        mend(&mut clauses);
        clauses
    }

    /// "State carrier Dunmar may cut fares": a first word that was taken for an order, before a noun and its verb.
    fn begins_with_noun(&self, groups: &[Group<'a>], first: usize) -> bool {
        let [one, two, ..] = groups else { return false };
        one.tokens == (first..first + 1)
            && one.bare
            && one.kind == Kind::Finite
            && !one.past
            && matches!(self.form(first), VerbForm::Base | VerbForm::Present)
            && matches!(self.pos(first + 1), Pos::Noun | Pos::Propn)
            && two.kind == Kind::Finite
            && !two.bare
            && (first + 1..two.tokens.start).all(|i| matches!(self.pos(i), Pos::Noun | Pos::Propn))
    }

    /// Participles that must be finite: "police believe the boy drowned", "workers downed tools and may stay out".
    fn settle(&self, groups: &mut [Group<'a>], first: usize) {
        // "Asked whether he agreed, he left": a participle that was taken for a past.
        let finite = groups.iter().skip(1).any(|g| g.kind == Kind::Finite);
        if let Some(g) = groups.first_mut()
            && finite
            && g.bare
            && g.past
            && g.tokens.start == first
            && self.words.may_be(self.lower(g.head), VerbForm::PastParticiple)
        {
            g.kind = Kind::Participle;
            g.past = false;
        }
        for i in 0..groups.len() {
            let g = &groups[i];
            if g.kind != Kind::Participle || !g.bare || !self.words.may_be(self.lower(g.head), VerbForm::Past)
            {
                continue;
            }
            let gap = |a: &Group<'a>, b: &Group<'a>| a.tokens.end..b.tokens.start.max(a.tokens.end);
            let plain = |r: &Range<usize>| r.clone().all(|n| self.is_word(n) || self.pos(n) == Pos::Num);
            let next = groups.get(i + 1).filter(|n| n.kind == Kind::Finite).map(|n| gap(g, n));
            let joined = next.as_ref().is_some_and(|r| self.joined(r));
            let reduced = next.as_ref().is_some_and(|r| plain(r) && !joined);
            let told = i > 0 && !reduced && self.governor(&groups[i - 1], Frame::Clause).is_some() && {
                let r = gap(&groups[i - 1], g);
                plain(&r) && r.clone().any(|n| self.is_nominal(n))
            };
            let first = joined && !groups[..i].iter().any(|b| b.kind == Kind::Finite);
            if told || first {
                groups[i].kind = Kind::Finite;
                groups[i].past = true;
            }
        }
    }

    fn link(&self, before: &mut [Predicate<'a>], mut group: Group<'a>, first: usize) -> Predicate<'a> {
        let gap = before.last().map_or(first, |p| p.group.tokens.end)..group.tokens.start;
        let last = before.len().checked_sub(1);
        let joined = self.joined(&gap);
        let link;
        let governing;
        let mut start = gap.start;
        // "will sell and move", "to sell and move": the second verb shares what stands before the first.
        if let (Some(j), true, true) = (last, joined, group.bare && group.kind == Kind::Finite && !group.past)
        {
            let p = &before[j];
            if (p.group.modality.is_some() || p.group.future.is_some() || p.group.kind == Kind::Infinitive)
                && matches!(self.form(group.head), VerbForm::Base | VerbForm::Present)
                && !self.lower(group.head).ends_with('s')
            {
                group.modality = p.group.modality;
                group.future = p.group.future;
                group.kind = p.group.kind;
                return share(p, group, gap.start);
            }
        }
        if let (Some(j), true) = (last, joined)
            && group.kind != Kind::Finite
            && before[j].group.kind == group.kind
        {
            return share(&before[j], group, gap.start);
        }
        // "was then set for May and put off": the second participle shares the auxiliary.
        if let (Some(p), true, Kind::Participle) = (before.last(), joined, group.kind)
            && (p.group.passive || p.group.perfect)
            && p.group.kind == Kind::Finite
        {
            (group.kind, group.bare) = (Kind::Finite, false);
            (group.passive, group.perfect, group.past) = (p.group.passive, p.group.perfect, p.group.past);
            (group.modality, group.future) = (p.group.modality, p.group.future);
            return share(p, group, gap.start);
        }
        match group.kind {
            Kind::Infinitive => (link, governing) = self.link_infinitive(before, &gap),
            Kind::Gerund => (link, governing) = self.link_gerund(before, &group, &gap),
            Kind::Participle => {
                let plain = !gap.is_empty() && gap.clone().all(|i| self.is_word(i));
                governing = last.filter(|_| plain).and_then(|j| {
                    let g = self.governor(&before[j].group, Frame::BareParticiple)?;
                    Some(Governing { by: Some(j), verb: Some(g), noun: None })
                });
                link = if governing.is_some() { Link::Governed } else { Link::Relative };
            }
            Kind::Finite => {
                let marker = self.marker(&gap, group.tokens.start);
                if let Some((m, _)) = marker {
                    start = m + 1;
                } else if let Some(c) =
                    gap.clone().rev().find(|i| matches!(self.lower(*i), "," | ";" | ":" | "-" | "–" | "—"))
                {
                    start = c + 1;
                }
                (link, governing) = self.link_finite(before, &mut group, &gap, marker, joined, first);
            }
        }
        let subject = self.subject(before, &group, start, joined, first);
        Predicate { group, link, governing, start, subject }
    }

    /// Whether a coordinator stands right before the group.
    fn joined(&self, gap: &Range<usize>) -> bool {
        let mut i = gap.end;
        while i > gap.start && self.is_adverb(i - 1) {
            i -= 1;
        }
        i > gap.start && self.words.clause_word(self.lower(i - 1)) == Some(ClauseWord::Coordinator)
    }

    /// The last word in the gap that begins a subordinate clause holding the group.
    fn marker(&self, gap: &Range<usize>, group: usize) -> Option<(usize, Marker)> {
        let mut closed = false;
        for i in gap.clone().rev() {
            if self.lower(i) == "," && i + 1 < group {
                closed = true;
                continue;
            }
            let marker = match self.words.clause_word(self.lower(i)) {
                Some(ClauseWord::Complementizer) if self.pos(i) != Pos::Det || i + 1 == group => {
                    Marker::Complementizer
                }
                Some(ClauseWord::Complementizer) if i == gap.start && !self.is_nominal(i + 1) => {
                    Marker::Complementizer
                }
                Some(ClauseWord::Question) => Marker::Question,
                Some(ClauseWord::Relative) => Marker::Relative,
                Some(ClauseWord::Subordinator | ClauseWord::Meanwhile) if !closed => Marker::Subordinator,
                Some(ClauseWord::Either) if !closed && !matches!(self.pos(i), Pos::Adp | Pos::Adv) => {
                    Marker::Subordinator
                }
                _ => continue,
            };
            if closed && matches!(marker, Marker::Relative | Marker::Question) {
                continue;
            }
            return Some((i, marker));
        }
        None
    }

    fn link_finite(
        &self,
        before: &mut [Predicate<'a>],
        group: &mut Group<'a>,
        gap: &Range<usize>,
        marker: Option<(usize, Marker)>,
        joined: bool,
        first: usize,
    ) -> (Link, Option<Governing<'a>>) {
        let last = before.len().checked_sub(1);
        if let Some((m, kind)) = marker {
            return match kind {
                Marker::Subordinator => (Link::Subordinate, None),
                Marker::Relative => (Link::Relative, None),
                Marker::Complementizer | Marker::Question => self.link_clause(before, gap, m, kind, group),
            };
        }
        let Some(j) = last else { return (Link::Main, None) };
        if joined {
            let fellow =
                before.iter().rposition(|p| p.group.kind == Kind::Finite && p.link != Link::Subordinate);
            return fellow.map_or((Link::Main, None), |f| match before[f].link {
                Link::Attribution => (Link::Main, None),
                link => (link, before[f].governing),
            });
        }
        let comma = gap.clone().any(|i| matches!(self.lower(i), "," | ";" | "-" | "–" | "—"));
        let quote = gap.clone().any(|i| self.is_quote(i));
        let takes = self.governor(&before[j].group, Frame::Clause);
        let nominal = gap.clone().any(|i| self.is_nominal(i) || self.pos(i) == Pos::Det);
        let said = self.governor(group, Frame::Clause).is_some_and(|g| g.effect == Effect::Said);
        let closing = quote && said && !self.is_quoted(first, group.head);
        if let Some(g) =
            takes.filter(|_| nominal && !closing && (!comma || quote || self.lower(gap.start) == ":"))
            && before[j].link != Link::Attribution
        {
            return (Link::Governed, Some(Governing { by: Some(j), verb: Some(g), noun: None }));
        }
        if (comma || quote) && said && before.iter().any(|p| p.group.kind == Kind::Finite) {
            return (Link::Attribution, None);
        }
        // "The parade planned for May has been called off", "the debate, first set for May, was cancelled": what
        // looked finite was a participle.
        let p = &before[j];
        let inserted = p.start > 0
            && self.lower(p.start - 1) == ","
            && (p.start..p.group.tokens.start).all(|i| self.is_adverb(i));
        if p.group.bare
            && p.group.kind == Kind::Finite
            && p.link == Link::Main
            && self.words.may_be(self.lower(p.group.head), VerbForm::PastParticiple)
            && takes.is_none()
            && comma == inserted
        {
            let subject = behind(before, j, first);
            let p = &mut before[j];
            p.group.kind = Kind::Participle;
            p.group.past = false;
            p.link = Link::Relative;
            p.subject = subject;
            return (Link::Main, None);
        }
        // A coordinator with a subject of its own goes on at the level of what it follows.
        let coordinated =
            gap.clone().any(|i| self.words.clause_word(self.lower(i)) == Some(ClauseWord::Coordinator));
        if coordinated && before[j].link == Link::Governed && before[j].group.kind == Kind::Finite {
            return (before[j].link, before[j].governing);
        }
        (Link::Main, None)
    }

    /// A clause that begins with "that" or a question word.
    fn link_clause(
        &self,
        before: &[Predicate<'a>],
        gap: &Range<usize>,
        marker: usize,
        kind: Marker,
        group: &Group<'a>,
    ) -> (Link, Option<Governing<'a>>) {
        let last = before.len().checked_sub(1);
        let noun = self.governor_before(gap.start, marker, Frame::Clause);
        if let Some(noun) = noun {
            // "reports that it had bid" depends on what is done with the reports.
            let by = last.filter(|_| !(gap.start..noun.0).any(|i| self.lower(i) == ","));
            let verb = by.and_then(|j| self.by_noun(&before[j].group));
            return (Link::Governed, Some(Governing { by, verb, noun: Some(noun) }));
        }
        for j in (0..before.len()).rev().take(REACH) {
            if let Some(g) = self.governor(&before[j].group, Frame::Clause) {
                if before[j].link == Link::Attribution {
                    break;
                }
                // "the report that was published": a relative clause after a noun of the verb's object.
                let relative = kind == Marker::Complementizer
                    && marker + 1 == group.tokens.start
                    && marker > before[j].group.tokens.end;
                if relative {
                    break;
                }
                return (Link::Governed, Some(Governing { by: Some(j), verb: Some(g), noun: None }));
            }
        }
        // "It was on Sunday that the first boats came."
        let cleft = last.is_some_and(|j| before[j].group.copula && self.lower(before[j].start) == "it");
        if cleft && marker + 1 < group.tokens.start {
            return (Link::Governed, Some(Governing { by: last, verb: None, noun: None }));
        }
        match (kind, last) {
            (Marker::Question, _) => (Link::Subordinate, None),
            _ => (Link::Relative, None),
        }
    }

    /// The reading of a verb that bears on what its object noun governs.
    fn by_noun(&self, group: &Group<'a>) -> Option<&'a Governor> {
        self.governor(group, Frame::Report).or_else(|| self.noun_governor(group))
    }

    fn link_infinitive(&self, before: &[Predicate<'a>], gap: &Range<usize>) -> (Link, Option<Governing<'a>>) {
        let last = before.len().checked_sub(1);
        let mut end = gap.end;
        let mut near = self.governor_before(gap.start, end, Frame::Infinitive);
        while near.is_none() && end > gap.start && self.is_adverb(end - 1) {
            end -= 1;
            near = self.governor_before(gap.start, end, Frame::Infinitive);
        }
        if let Some(noun) = near {
            let verb = last.and_then(|j| self.by_noun(&before[j].group));
            return (Link::Governed, Some(Governing { by: last, verb, noun: Some(noun) }));
        }
        let open = !gap.clone().any(|i| {
            matches!(self.lower(i), ";" | ":")
                || self.words.clause_word(self.lower(i)).is_some_and(|w| {
                    matches!(w, ClauseWord::Relative | ClauseWord::Complementizer | ClauseWord::Question)
                })
        });
        if let Some(j) = last.filter(|_| open) {
            let p = &before[j].group;
            let frame = if p.passive || p.kind == Kind::Participle {
                Frame::PassiveInfinitive
            } else if self.has_object(p.tokens.end..gap.end) {
                Frame::ObjectInfinitive
            } else {
                Frame::Infinitive
            };
            if let Some(g) = self.governor(p, frame) {
                return (Link::Governed, Some(Governing { by: Some(j), verb: Some(g), noun: None }));
            }
        }
        let noun = gap.clone().rev().find_map(|i| {
            let reader = *self;
            self.words
                .noun_governors(self.lower(i), move |n| reader.lower(i + 1 + n))
                .find(|g| g.takes(Frame::Infinitive) && self.is_nominal(i))
                .map(|g| (i, g))
        });
        if let Some(noun) = noun {
            let verb = last.and_then(|j| self.by_noun(&before[j].group));
            return (Link::Governed, Some(Governing { by: last, verb, noun: Some(noun) }));
        }
        (Link::Adjunct, None)
    }

    /// Whether a noun phrase stands right behind a verb: no preposition, no time.
    fn has_object(&self, mut after: Range<usize>) -> bool {
        let Some(i) = after.find(|i| !self.is_adverb(*i)) else { return false };
        let word = self.lower(i);
        !(matches!(self.words.clause_word(word), Some(ClauseWord::Preposition | ClauseWord::Either))
            || self.words.is_calendar_word(word)
            || matches!(self.pos(i), Pos::Adp | Pos::Punct | Pos::Sconj)
            || matches!(self.pos(i), Pos::Adj) && self.words.is_calendar_word(self.lower(i + 1)))
    }

    fn link_gerund(
        &self,
        before: &[Predicate<'a>],
        group: &Group<'a>,
        gap: &Range<usize>,
    ) -> (Link, Option<Governing<'a>>) {
        let last = before.len().checked_sub(1);
        if let Some(j) = last {
            let p = &before[j].group;
            if let Some(g) = self.governor(p, Frame::Gerund) {
                let rest = p.head + 1 + g.rest.len();
                let direct = (rest.min(gap.end)..gap.end).all(|i| self.is_adverb(i));
                let from = gap.end > gap.start
                    && self.words.clause_word(self.lower(gap.end - 1)) == Some(ClauseWord::Preposition)
                    && matches!(self.lower(gap.end - 1), "of" | "from");
                if direct || from {
                    return (Link::Governed, Some(Governing { by: Some(j), verb: Some(g), noun: None }));
                }
            }
        }
        if let Some(noun) = self.governor_before(gap.start, group.tokens.start, Frame::Gerund) {
            let verb = last.and_then(|j| self.by_noun(&before[j].group));
            return (Link::Governed, Some(Governing { by: last, verb, noun: Some(noun) }));
        }
        (Link::Adjunct, None)
    }

    /// The words before a group that are its subject.
    fn subject(
        &self,
        before: &[Predicate<'a>],
        group: &Group<'a>,
        start: usize,
        joined: bool,
        first: usize,
    ) -> Range<usize> {
        let own = start..group.tokens.start;
        let nominal = |r: &Range<usize>| {
            r.clone().any(|i| {
                self.is_nominal(i)
                    || matches!(self.pos(i), Pos::Det | Pos::Adj)
                    || self.words.negator(self.lower(i)).is_some()
            })
        };
        let last = before.len().checked_sub(1);
        if joined {
            let fellow =
                before.iter().rev().find(|p| p.group.kind == Kind::Finite && p.link != Link::Relative);
            return fellow.map_or(own, |p| p.subject.clone());
        }
        let follows = last.is_some_and(|j| is_inserted(&before[j]) && before[j].group.tokens.end == start);
        if nominal(&own) && !follows {
            return own;
        }
        // "The regatta, due this weekend, has been put off", "talks that were to resume did not".
        let Some(j) = last.filter(|j| is_inserted(&before[*j])) else { return own };
        let range = behind(before, j, first);
        if nominal(&range) { range } else { own }
    }

    /// The head of the noun phrase that begins at `from`, not beyond `end`: its last noun before a preposition,
    /// a stop or another clause.
    pub(super) fn noun_head(&self, from: usize, end: usize) -> Option<usize> {
        let mut head = None;
        let mut last = None;
        for i in from..end {
            let word = self.lower(i);
            match self.words.clause_word(word) {
                Some(ClauseWord::Determiner) if head.is_none() => continue,
                Some(ClauseWord::Preposition) if head.is_none() && i == from => continue,
                Some(ClauseWord::Adverb) if head.is_none() => continue,
                Some(_) => break,
                None => {}
            }
            match self.pos(i) {
                Pos::Noun | Pos::Propn | Pos::Num => head = Some(i),
                Pos::Part if word == "'s" || word == "'" => head = None,
                Pos::Adj if head.is_none() => last = Some(i),
                Pos::Adj | Pos::Det | Pos::Adv => {}
                // "ferry crash": a noun that was taken for a verb.
                Pos::Verb if self.words.is_event_noun(word) => head = Some(i),
                Pos::Verb if head.is_none() => {}
                Pos::Punct if self.analysis.tokens[i].kind == TokenKind::Quote => {}
                _ => break,
            }
        }
        // A noun that was taken for an adjective.
        head.or(last)
    }

    /// Where a noun phrase is negated: "no shots", "neither driver", "not a single litre".
    pub(super) fn negated_phrase(&self, range: Range<usize>) -> Option<usize> {
        for i in range {
            let word = self.lower(i);
            match self.words.negator(word) {
                Some(Negator::Determiner | Negator::Pronoun) => {
                    let besides = matches!(
                        self.lower(i + 1),
                        "fewer" | "less" | "later" | "more" | "doubt" | "matter" | "longer" | "."
                    );
                    return (!besides).then_some(i);
                }
                Some(Negator::Adverb)
                    if matches!(self.lower(i + 1), "a" | "one" | "all" | "every" | "even" | "many") =>
                {
                    return Some(i);
                }
                _ => {}
            }
            if self.words.clause_word(word) == Some(ClauseWord::Preposition) {
                return None;
            }
        }
        None
    }
}

/// A second verb that shares what stands before the first.
fn share<'a>(with: &Predicate<'a>, group: Group<'a>, start: usize) -> Predicate<'a> {
    Predicate { group, link: with.link, governing: with.governing, start, subject: with.subject.clone() }
}

/// What can only be told from the whole sentence.
fn mend(clauses: &mut Clauses<'_>) {
    let has_main =
        |c: &Clauses<'_>| c.predicates.iter().any(|p| p.link == Link::Main && p.group.kind == Kind::Finite);
    if has_main(clauses) {
        return;
    }
    // "After 90 years the choir disbanded": the subordinator was a preposition.
    if let Some(p) = clauses
        .predicates
        .iter_mut()
        .find(|p| p.group.kind == Kind::Finite && p.link == Link::Subordinate && clauses.condition.is_none())
    {
        p.link = Link::Main;
        return;
    }
    // "Reik to visit Ilonia": a headline's future. "Explosion heard near the pier": its passive.
    let first = clauses.tokens.start;
    if let Some(p) = clauses.predicates.iter_mut().find(|p| {
        p.group.tokens.start > first
            && (p.group.kind == Kind::Infinitive && p.link == Link::Adjunct
                || p.group.kind == Kind::Participle && p.link == Link::Relative)
    }) {
        p.link = Link::Main;
        if p.group.kind == Kind::Infinitive {
            p.group.future = Some("to");
        } else {
            p.group.passive = true;
        }
        p.subject = p.start..p.group.tokens.start;
    }
}

/// A clause, participle or infinitive that stands between a subject and its verb.
fn is_inserted(p: &Predicate<'_>) -> bool {
    matches!(p.link, Link::Relative | Link::Adjunct) || p.governing.is_some_and(|g| g.by.is_none())
}

/// The words before an inserted clause, and before those inserted right before it.
fn behind(before: &[Predicate<'_>], mut j: usize, first: usize) -> Range<usize> {
    while j > 0 && is_inserted(&before[j - 1]) {
        j -= 1;
    }
    let from = if j == 0 { first } else { before[j - 1].group.tokens.end };
    from..before[j].group.tokens.start.max(from)
}
