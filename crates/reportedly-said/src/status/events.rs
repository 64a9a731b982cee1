//! What took or takes place: one event for each main proposition, the outlet's own voice included.

use super::Status;
use super::clause::{Clauses, Link, Predicate};
use super::group::{Kind, Reader};
use super::rules::{Around, Standing, apply};
use super::when::{Direction, Stamp};
use super::words::{ClauseWord, Effect, Frame};
use crate::Event;
use jiff::civil::Date;
use reportedly_text::Pos;
use reportedly_time::{Anchor, Timex};
use std::ops::Range;

impl Reader<'_> {
    /// The events of one sentence.
    pub(super) fn sentence_events(
        &self,
        tokens: Range<usize>,
        times: &[Timex],
        anchor: &Anchor,
        out: &mut Vec<Event>,
    ) {
        let clauses = self.clauses(tokens);
        let stamps = self.stamps(&clauses, times);
        let first = out.len();
        for k in 0..clauses.predicates.len() {
            self.event(&clauses, k, &stamps, anchor, out);
        }
        self.dated_nouns(&clauses, &stamps, anchor, out);
        out[first..].sort_by_key(|e| (e.span.start, e.span.end));
        let mut seen = None;
        let mut i = first;
        while i < out.len() {
            if seen == Some(out[i].span) {
                out.remove(i);
            } else {
                seen = Some(out[i].span);
                i += 1;
            }
        }
    }

    fn event(
        &self,
        clauses: &Clauses<'_>,
        k: usize,
        stamps: &[Stamp<'_>],
        anchor: &Anchor,
        out: &mut Vec<Event>,
    ) {
        let p = &clauses.predicates[k];
        let owned: Vec<&Stamp<'_>> = self.owned(clauses, k, stamps);
        let coming = owned.iter().any(|s| self.is_coming(s, anchor));
        let around = Around { told: false, coming };
        // What only governs something else is told by that.
        let governs = clauses.predicates.iter().enumerate().any(|(j, q)| {
            j != k
                && q.link == Link::Governed
                && q.governing.is_some_and(|g| {
                    g.by == Some(k)
                        && (g.verb.is_some() || p.group.copula || self.words.is_support(&p.group.lemma))
                })
        });
        match p.link {
            Link::Attribution | Link::Subordinate | Link::Adjunct => return,
            Link::Relative | Link::Main | Link::Governed if governs => return,
            _ => {}
        }
        if let Some(i) = self.event_noun(clauses, k) {
            let standing = self.on_noun(clauses, k, around);
            if let Some(standing) = standing {
                let rule = "verb-on-noun";
                if p.link == Link::Relative {
                    // "the parade planned for May": told by the main verb, if that acts on it.
                    let main = clauses
                        .predicates
                        .iter()
                        .enumerate()
                        .skip(k + 1)
                        .any(|(j, q)| q.link == Link::Main && self.event_noun(clauses, j) == Some(i));
                    if main || stamps.is_empty() {
                        return;
                    }
                }
                let when = self.noun_when(clauses, k, i, stamps, &standing, anchor);
                self.push(i..i + 1, standing, when, rule, out);
                return;
            }
        }
        let standing = self.standing(clauses, k, around);
        if p.link == Link::Relative {
            let told = p.group.kind == Kind::Finite
                && (!owned.is_empty() || standing.status == Status::Denied && p.group.future.is_some());
            if !told {
                return;
            }
        }
        let when = self.when(clauses, k, &owned, stamps, &standing, anchor);
        if p.group.copula {
            if standing.status == Status::Happened && when.is_none() {
                return;
            }
            let time = |i: usize| stamps.iter().any(|s| s.tokens.contains(&i));
            if let Some(i) = self.complement(clauses, k).filter(|i| !time(*i)) {
                self.push(i..i + 1, standing, when, "copula", out);
            }
            return;
        }
        // "announced a strike for 10 June".
        if self.governor(&p.group, Frame::Clause).is_some_and(|g| g.effect == Effect::Said)
            && let Some(i) = self.object(clauses, k).filter(|i| self.words.is_event_noun(self.lower(*i)))
        {
            let standing = if coming {
                apply(Effect::Planned, standing, || "noun:coming day".to_owned())
            } else {
                standing
            };
            let when = self.when(clauses, k, &owned, stamps, &standing, anchor);
            self.push(i..i + 1, standing, when, "announced-noun", out);
            return;
        }
        // "blast kills four": the noun happened, the verb tells its outcome.
        if standing.status == Status::Happened && !p.group.passive && self.words.is_outcome(&p.group.lemma) {
            let noun = self.noun_head(p.subject.start, p.subject.end).or(p.subject.end.checked_sub(1));
            if let Some(i) =
                noun.filter(|i| p.subject.contains(i) && self.words.is_event_noun(self.lower(*i)))
            {
                self.push(i..i + 1, standing.clone(), when.clone(), "event-noun", out);
            }
        }
        // What is so at all times is no happening.
        let timeless = p.group.kind == Kind::Finite
            && p.group.bare
            && !p.group.past
            && standing.status == Status::Happened
            && when.is_none()
            && !clauses.headline;
        if timeless {
            return;
        }
        let head = p.group.head;
        self.push(head..p.group.tokens.end.max(head + 1), standing, when, "verb", out);
    }

    /// "The talks on 18 February marked …": a noun that its own phrase dates to a day gone by, in a sentence that
    /// goes on to tell what happened.
    fn dated_nouns(
        &self,
        clauses: &Clauses<'_>,
        stamps: &[Stamp<'_>],
        anchor: &Anchor,
        out: &mut Vec<Event>,
    ) {
        let Some(published) = anchor.best else { return };
        for stamp in stamps {
            let Some(noun) = stamp.tokens.start.checked_sub(2).filter(|n| *n >= clauses.tokens.start) else {
                continue;
            };
            if self.words.clause_word(self.lower(noun + 1)) != Some(ClauseWord::Preposition)
                || !self.words.is_event_noun(self.lower(noun))
            {
                continue;
            }
            let next = clauses.predicates.iter().position(|p| p.group.tokens.start >= stamp.tokens.end);
            // "go on sale on Monday": with the verb before it, not in the subject of the next.
            let Some(k) = next.filter(|k| clauses.predicates[*k].subject.contains(&noun)) else { continue };
            let standing = self.standing(clauses, k, Around { told: false, coming: false });
            let when = self.date(stamp, Direction::Past, anchor);
            let gone = when.as_ref().is_some_and(|w| w.len() == 10 && *w < published.to_string());
            if gone && standing.status == Status::Happened {
                self.push(noun..noun + 1, standing, when, "dated-noun", out);
            }
        }
    }

    fn push(
        &self,
        tokens: Range<usize>,
        standing: Standing,
        when: Option<String>,
        rule: &'static str,
        out: &mut Vec<Event>,
    ) {
        let span = self.analysis.span(tokens);
        if !span.is_empty() {
            out.push(Event { span, status: standing.status, reason: standing.reason, when, rule });
        }
    }

    /// The noun that a verb acts on, where such a verb stands here: its subject in the passive, else its object.
    pub(super) fn event_noun(&self, clauses: &Clauses<'_>, k: usize) -> Option<usize> {
        let p = &clauses.predicates[k];
        let g = &p.group;
        let passive = g.passive || g.kind == Kind::Participle;
        let subject = || self.noun_head(p.subject.start, p.subject.end);
        if let Some(governor) = self.noun_governor(g) {
            let noun = if passive { subject() } else { self.object(clauses, k) };
            return noun.filter(|i| governor.takes(Frame::Noun) || self.words.is_event_noun(self.lower(*i)));
        }
        if passive && self.governor(g, Frame::Subject).is_some() && self.dated_after(clauses, k) {
            return subject();
        }
        None
    }

    /// "is due on", "is set for", "scheduled this week".
    fn dated_after(&self, clauses: &Clauses<'_>, k: usize) -> bool {
        let i = clauses.predicates[k].group.tokens.end;
        i < clauses.tokens.end
            && (self.words.clause_word(self.lower(i)) == Some(ClauseWord::Preposition)
                || matches!(self.lower(i), "this" | "next" | "to" | "before" | "after")
                || self.words.is_calendar_word(self.lower(i)))
    }

    fn object(&self, clauses: &Clauses<'_>, k: usize) -> Option<usize> {
        let g = &clauses.predicates[k].group;
        let mut from = g.tokens.end;
        if let Some(governor) = self.noun_governor(g) {
            from = from.max(g.head + 1 + governor.rest.len());
            if g.copula {
                from += 1 + usize::from(self.is_adverb(g.head + 1));
            }
        }
        let end = clauses.predicates.get(k + 1).map_or(clauses.tokens.end, |n| n.group.tokens.start);
        self.noun_head(from, end.max(from))
    }

    /// What "be" says: the noun after "there is", else the adjective or noun.
    pub(super) fn complement(&self, clauses: &Clauses<'_>, k: usize) -> Option<usize> {
        let g = &clauses.predicates[k].group;
        let end = clauses.predicates.get(k + 1).map_or(clauses.tokens.end, |n| n.group.tokens.start);
        let from = g.head + 1;
        let adjective = (from..end)
            .take_while(|i| self.is_adverb(*i) || self.pos(*i) == Pos::Adj)
            .find(|i| self.pos(*i) == Pos::Adj);
        match adjective {
            Some(i) if !self.is_nominal(i + 1) && self.pos(i + 1) != Pos::Adj => Some(i),
            _ => self.noun_head(from, end),
        }
    }

    /// The temporal expressions of a predicate's clause; else those of what happens along with it.
    fn owned<'s, 't>(&self, clauses: &Clauses<'_>, k: usize, stamps: &'s [Stamp<'t>]) -> Vec<&'s Stamp<'t>> {
        let negated = clauses.predicates[k].group.negation.is_some();
        let mut owned: Vec<&Stamp<'t>> =
            stamps.iter().filter(|s| s.owner == Some(k) && (negated || !s.until)).collect();
        if owned.is_empty() {
            // A purpose or a free participle behind the verb, and "as", "when", keep the time that follows them.
            let goes_along = |p: &Predicate<'_>| {
                p.link == Link::Adjunct
                    || p.link == Link::Subordinate
                        && p.start > 0
                        && self.words.clause_word(self.lower(p.start - 1)) == Some(ClauseWord::Meanwhile)
            };
            owned = stamps
                .iter()
                .filter(|s| {
                    s.owner.is_some_and(|o| o > k && clauses.predicates[k + 1..=o].iter().all(goes_along))
                })
                .collect();
        }
        owned
    }

    fn is_coming(&self, stamp: &Stamp<'_>, anchor: &Anchor) -> bool {
        match (self.date(stamp, Direction::Future, anchor), anchor.best) {
            (Some(date), Some(day)) => {
                let today = day.to_string();
                // A bare weekday or month is read as coming; what is fixed must lie ahead.
                date.as_str() > today.get(..date.len()).unwrap_or("")
                    || date.len() == 10
                        && date == today
                        && stamp.timex.kind == reportedly_time::TimexKind::Date
                        && self.names_coming(stamp.tokens.clone())
            }
            (_, None) => self.names_coming(stamp.tokens.clone()),
            _ => false,
        }
    }

    fn when(
        &self,
        clauses: &Clauses<'_>,
        k: usize,
        owned: &[&Stamp<'_>],
        stamps: &[Stamp<'_>],
        standing: &Standing,
        anchor: &Anchor,
    ) -> Option<String> {
        let direction = self.direction(clauses, k, standing, stamps, anchor);
        if let Some(date) = self.best(owned.iter().copied(), direction, anchor) {
            return Some(date);
        }
        // The time may stand with what governs the event, where that is no act of its own on an earlier day.
        let mut at = k;
        for _ in 0..4 {
            let governing = clauses.predicates[at].governing?;
            let by = governing.by?;
            let effect = governing.verb.map_or(Effect::Same, |g| g.effect);
            let outer = &clauses.predicates[by].group;
            let shared = matches!(effect, Effect::Same | Effect::Denied)
                && !governing.verb.is_some_and(|g| g.takes(Frame::Clause))
                || !(outer.past || outer.perfect) && effect != Effect::Said
                || outer.passive && effect != Effect::Said;
            if !shared {
                return None;
            }
            if let Some(date) = self.best(stamps.iter().filter(|s| s.owner == Some(by)), direction, anchor) {
                return Some(date);
            }
            at = by;
        }
        None
    }

    /// The most exact of several dates, the first of equals.
    fn best<'s, 't: 's>(
        &self,
        stamps: impl Iterator<Item = &'s Stamp<'t>>,
        direction: Direction,
        anchor: &Anchor,
    ) -> Option<String> {
        let mut best: Option<String> = None;
        for stamp in stamps {
            if let Some(date) = self.date(stamp, direction, anchor)
                && best.as_ref().is_none_or(|b| date.len() > b.len())
            {
                best = Some(date);
            }
        }
        best
    }

    /// When the event a noun names was or is to be: the new date where it is moved, else what stands in its own
    /// phrase, else what stands with the verb.
    fn noun_when(
        &self,
        clauses: &Clauses<'_>,
        k: usize,
        noun: usize,
        stamps: &[Stamp<'_>],
        standing: &Standing,
        anchor: &Anchor,
    ) -> Option<String> {
        let p = &clauses.predicates[k];
        if let Some(from) = self
            .new_date(clauses, k)
            .filter(|_| self.noun_governor(&p.group).is_some_and(|g| g.effect == Effect::Moved))
        {
            return self.best(stamps.iter().filter(|s| s.tokens.start > from), Direction::Future, anchor);
        }
        let gone = p.group.is_plain_past();
        let direction = match standing.status {
            Status::Happened => Direction::Past,
            Status::Denied if gone => self
                .calling_off_day(clauses, k, noun, stamps, anchor)
                .map_or(Direction::CalledOff, Direction::After),
            _ => Direction::Future,
        };
        // The noun's own phrase reaches from its subject's start to the verb, or over its object.
        let phrase = if noun < p.group.tokens.start {
            p.subject.start..p.group.tokens.start
        } else {
            p.group.tokens.end
                ..clauses.predicates.get(k + 1).map_or(clauses.tokens.end, |n| n.group.tokens.start)
        };
        self.best(stamps.iter().filter(|s| phrase.contains(&s.tokens.start)), direction, anchor)
            .or_else(|| self.best(stamps.iter().filter(|s| s.owner == Some(k)), direction, anchor))
    }

    /// Which way an event lies, from how it stands and the verb that tells it.
    fn direction(
        &self,
        clauses: &Clauses<'_>,
        k: usize,
        standing: &Standing,
        stamps: &[Stamp<'_>],
        anchor: &Anchor,
    ) -> Direction {
        let g = &clauses.predicates[k].group;
        match standing.status {
            Status::Happened => return Direction::Past,
            Status::Planned => return Direction::Future,
            Status::Possible | Status::Denied => {}
        }
        // "was to have been held on Friday but has been called off": it lay ahead when it was called off.
        if g.future.is_some()
            && g.past
            && let Some(off) = (0..clauses.predicates.len()).find(|j| self.calls_off(clauses, *j))
        {
            let undated = if clauses.predicates[off].group.is_plain_past() {
                Direction::Past
            } else {
                Direction::Future
            };
            return self
                .calling_off_day(clauses, off, g.head, stamps, anchor)
                .map_or(undated, Direction::After);
        }
        let past = if g.kind == Kind::Finite {
            g.perfect || g.past && g.modality.is_none()
        } else {
            // An infinitive lies ahead of what governs it, unless that denies it.
            g.perfect
                || standing.status == Status::Denied
                    && clauses.predicates[k].governing.and_then(|x| x.by).is_some_and(|j| {
                        let outer = &clauses.predicates[j].group;
                        outer.past && outer.modality.is_none()
                    })
        };
        if past { Direction::Past } else { Direction::Future }
    }

    /// Whether a verb calls off or moves what it acts on.
    fn calls_off(&self, clauses: &Clauses<'_>, k: usize) -> bool {
        self.noun_governor(&clauses.predicates[k].group)
            .is_some_and(|g| matches!(g.effect, Effect::Denied | Effect::Moved))
    }

    /// The day on which a verb says that something was called off: "planned for Friday, was called off on Sunday".
    fn calling_off_day(
        &self,
        clauses: &Clauses<'_>,
        k: usize,
        noun: usize,
        stamps: &[Stamp<'_>],
        anchor: &Anchor,
    ) -> Option<Date> {
        let group = &clauses.predicates[k].group;
        let end = self.new_date(clauses, k).unwrap_or(clauses.tokens.end);
        let behind = stamps.iter().find(|s| {
            s.owner == Some(k) && !s.until && s.tokens.start >= group.tokens.end && s.tokens.start < end
        })?;
        // Behind a noun that is its object, the day is that of the noun: "called off the march on Sunday".
        if noun >= group.tokens.end {
            return None;
        }
        self.date(behind, Direction::Past, anchor)?.parse().ok()
    }
}
