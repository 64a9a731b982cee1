//! How a proposition stands: its own verb group, what governs it, and what hands it over.

use super::Status;
use super::clause::{Clauses, Link, Predicate};
use super::group::{Group, Kind, Reader};
use super::words::{Auxiliary, Class, Effect, Frame, Governor, Modality, plain};
use reportedly_text::{Pos, Span, VerbForm};
use std::ops::Range;

/// How many governing words are followed outwards.
const DEPTH: usize = 8;

/// How many sentences of a content are looked through for a proposition.
const SENTENCES: usize = 4;

/// A status and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) status: Status,
    pub(super) reason: String,
}

impl Standing {
    pub(super) fn new(status: Status, reason: impl Into<String>) -> Self {
        Self { status, reason: reason.into() }
    }

    fn plain() -> Self {
        Self::new(Status::Happened, "plain")
    }
}

/// What stands around a proposition.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Around {
    /// Handed over by a verb in the past, in indirect speech: "would" is a plain future there.
    pub(super) told: bool,
    /// A coming day is named: the present tense speaks of the future.
    pub(super) coming: bool,
}

/// What governing words make of a proposition.
pub(super) fn apply(effect: Effect, inner: Standing, reason: impl FnOnce() -> String) -> Standing {
    match (effect, inner.status) {
        (Effect::Same | Effect::Said, _) | (Effect::Planned, Status::Denied) => inner,
        (Effect::Planned, _) => Standing::new(Status::Planned, reason()),
        (Effect::Possible | Effect::Moved, _) => Standing::new(Status::Possible, reason()),
        (Effect::Denied, _) => Standing::new(Status::Denied, reason()),
    }
}

/// What the standing of a governing verb makes of what it governs.
fn within(outer: &Standing, inner: Standing) -> Standing {
    match (outer.status, inner.status) {
        (Status::Happened, _) | (Status::Planned, Status::Planned | Status::Possible | Status::Denied) => {
            inner
        }
        (Status::Planned, Status::Happened) | (Status::Possible, _) => {
            Standing::new(outer.status, outer.reason.clone())
        }
        (Status::Denied, Status::Denied) => {
            Standing::new(Status::Possible, format!("{}+{}", outer.reason, inner.reason))
        }
        (Status::Denied, _) => Standing::new(Status::Denied, outer.reason.clone()),
    }
}

impl<'a> Reader<'a> {
    /// How a predicate stands by its own words.
    pub(super) fn own(&self, clauses: &Clauses<'_>, k: usize, around: Around) -> Standing {
        let p = &clauses.predicates[k];
        let g = &p.group;
        let conditional =
            clauses.condition.is_some() && p.link != Link::Subordinate && g.kind == Kind::Finite;
        let negation = self.negation(clauses, k);
        let negated =
            || negation.map(|i| Standing::new(Status::Denied, format!("negation:{}", self.negator_name(i))));
        if let Some(modal) = g.modality {
            let (modality, name) = (modal.modality, modal.base);
            let reason = || format!("modal:{name}");
            return match modality {
                Modality::Planned | Modality::Would if negation.is_some() => {
                    negated().unwrap_or_else(Standing::plain)
                }
                _ if conditional => Standing::new(Status::Possible, self.condition_name(clauses)),
                Modality::Planned if self.hedge(clauses, k).is_some() => self.hedged(clauses, k),
                Modality::Would if g.perfect => Standing::new(Status::Possible, reason()),
                Modality::Would if around.told => Standing::new(Status::Planned, reason()),
                Modality::Ability if negation.is_some() => negated().unwrap_or_else(Standing::plain),
                Modality::Possible if name == "could" && negation.is_some() => {
                    negated().unwrap_or_else(Standing::plain)
                }
                Modality::Must if around.coming && negation.is_none() => {
                    Standing::new(Status::Planned, reason())
                }
                other => Standing::new(plain(other), reason()),
            };
        }
        if let Some(future) = g.future {
            if g.perfect && (g.past || future == "is to") {
                return Standing::new(Status::Denied, "future:was to have");
            }
            if conditional {
                return Standing::new(Status::Possible, self.condition_name(clauses));
            }
            return negated().unwrap_or_else(|| Standing::new(Status::Planned, format!("future:{future}")));
        }
        if let Some(denied) = negated() {
            return denied;
        }
        if self.hedge(clauses, k).is_some() {
            return self.hedged(clauses, k);
        }
        let present = g.kind == Kind::Finite && !g.past && !g.perfect;
        if present && conditional {
            return Standing::new(Status::Possible, self.condition_name(clauses));
        }
        if present && around.coming && !clauses.headline {
            return Standing::new(Status::Planned, "present:coming day");
        }
        Standing::plain()
    }

    fn hedge(&self, clauses: &Clauses<'_>, k: usize) -> Option<usize> {
        let p = &clauses.predicates[k];
        let end =
            clauses.predicates.get(k + 1).map_or(clauses.tokens.end, |n| n.start.min(n.group.tokens.start));
        (p.start..end.max(p.group.tokens.end)).find(|i| self.words.is_hedge(self.lower(*i)))
    }

    fn hedged(&self, clauses: &Clauses<'_>, k: usize) -> Standing {
        let word = self.hedge(clauses, k).map_or("", |i| self.lower(i));
        Standing::new(Status::Possible, format!("hedge:{word}"))
    }

    fn condition_name(&self, clauses: &Clauses<'_>) -> String {
        format!("condition:{}", clauses.condition.map_or("", |i| self.lower(i)))
    }

    fn negator_name(&self, i: usize) -> &str {
        match self.lower(i) {
            "n't" => "not",
            word => word,
        }
    }

    /// Where a predicate is negated: beside its verb, in its subject, or in its object.
    fn negation(&self, clauses: &Clauses<'_>, k: usize) -> Option<usize> {
        let p = &clauses.predicates[k];
        if p.group.negation.is_some() {
            return p.group.negation;
        }
        if (p.group.kind == Kind::Finite || p.link == Link::Main)
            && let Some(i) = self.negated_phrase(p.subject.clone())
        {
            return Some(i);
        }
        let mut after = p.group.tokens.end;
        while after < clauses.tokens.end
            && self.is_adverb(after)
            && self.words.negator(self.lower(after)).is_none()
        {
            after += 1;
        }
        if after >= clauses.tokens.end {
            return None;
        }
        let object = after..(after + 2).min(clauses.tokens.end);
        self.negated_phrase(object).filter(|i| *i == after)
    }

    /// How a predicate stands with all that governs it.
    pub(super) fn standing(&self, clauses: &Clauses<'_>, k: usize, around: Around) -> Standing {
        let told = around.told || self.is_told(clauses, k);
        let mut standing = self.own(clauses, k, Around { told, ..around });
        let mut at = k;
        for _ in 0..DEPTH {
            let Some(governing) = clauses.predicates[at].governing else { break };
            let mut said = false;
            if let Some((i, g)) = governing.noun {
                let class = if g.class == Class::Noun { "noun" } else { "adjective" };
                standing = apply(g.effect, standing, || format!("{class}:{}", g.words));
                let negated = i > clauses.tokens.start
                    && governing.by.is_none()
                    && self.negated_phrase(i - 1..i).is_some();
                if negated {
                    standing = within(&Standing::new(Status::Denied, "negation:no"), standing);
                }
            }
            if let Some(g) = governing.verb {
                said = g.effect == Effect::Said;
                let effect = self.verb_effect(g, governing.by.map(|j| &clauses.predicates[j].group));
                let perfect = g.effect == Effect::Planned && clauses.predicates[at].group.perfect;
                standing = apply(if perfect { Effect::Denied } else { effect }, standing, || {
                    format!("verb:{}", g.words)
                });
            }
            let Some(by) = governing.by.filter(|j| *j != at && *j < clauses.predicates.len()) else { break };
            if !said {
                let told = around.told || self.is_told(clauses, by);
                let outer = self.own(clauses, by, Around { told, coming: around.coming });
                let unsure = outer.status == Status::Denied
                    && leaves_open(clauses, by, governing.verb, governing.noun.map(|n| n.1));
                if unsure {
                    standing = Standing::new(Status::Possible, outer.reason);
                } else {
                    standing = within(&outer, standing);
                }
            }
            // "was due to sail but stayed in port".
            let group = &clauses.predicates[by].group;
            let meant = (group.passive || group.kind == Kind::Participle || group.copula)
                && group.past
                && clauses.predicates[k].group.kind == Kind::Infinitive
                && matches!(standing.status, Status::Planned | Status::Possible);
            let from = clauses.predicates[k].group.tokens.end;
            if let Some(i) = (from..clauses.tokens.end)
                .find(|i| self.words.is_contrast(self.lower(*i)) && self.pos(*i) != Pos::Adp)
                .filter(|_| meant)
            {
                return Standing::new(Status::Denied, format!("contrast:{}", self.lower(i)));
            }
            at = by;
        }
        standing
    }

    /// "had to close" tells a fact, "has to close" a duty.
    fn verb_effect(&self, g: &Governor, by: Option<&Group<'_>>) -> Effect {
        let have = g.rest.is_empty() && self.words.auxiliary(g.words).is_some_and(|a| a.0 == Auxiliary::Have);
        if have && by.is_some_and(|b| b.past || b.perfect || b.modality.is_some()) {
            Effect::Same
        } else {
            g.effect
        }
    }

    /// Whether a predicate stands in indirect speech after a verb in the past.
    fn is_told(&self, clauses: &Clauses<'_>, k: usize) -> bool {
        if self.is_quoted(clauses.tokens.start, clauses.predicates[k].group.head) {
            return false;
        }
        let mut at = k;
        for _ in 0..DEPTH {
            let Some(governing) = clauses.predicates[at].governing else { break };
            let Some(by) = governing.by else { break };
            let p = &clauses.predicates[by].group;
            if governing.verb.is_some_and(|g| g.takes(Frame::Clause))
                && (p.past || p.perfect || p.kind == Kind::Gerund)
            {
                return true;
            }
            at = by;
        }
        clauses.predicates.iter().any(|p| p.link == Link::Attribution && p.group.past)
    }

    /// Whether an odd number of quotation marks stands between `from` and `at`.
    pub(super) fn is_quoted(&self, from: usize, at: usize) -> bool {
        (from..at).filter(|i| self.is_quote(*i) && self.lower(*i) != "'").count() % 2 == 1
    }

    /// Whether a run of tokens names a coming day or month, as no habit.
    pub(super) fn names_coming(&self, range: Range<usize>) -> bool {
        range.into_iter().any(|i| {
            self.words.is_calendar_word(self.lower(i))
                && i.checked_sub(1)
                    .is_none_or(|b| !matches!(self.lower(b), "every" | "each" | "last" | "since"))
        })
    }

    /// The predicate that carries what another one only governs: "plans to move" → "move".
    pub(super) fn leaf(&self, clauses: &Clauses<'_>, k: usize) -> usize {
        let mut at = k;
        for _ in 0..DEPTH {
            let next = clauses.predicates.iter().enumerate().position(|(j, p)| {
                j != at
                    && p.link == Link::Governed
                    && p.group.kind != Kind::Finite
                    && p.governing
                        .is_some_and(|g| g.by == Some(at) && !g.verb.is_some_and(|v| self.is_saying(v)))
            });
            match next {
                Some(j) => at = j,
                None => break,
            }
        }
        at
    }

    /// Whether a governing verb hands contents over, whatever else it does: "told him to wait".
    fn is_saying(&self, g: &Governor) -> bool {
        g.effect == Effect::Said
            || g.effect == Effect::Possible
                && self.words.verb_governors(g.words, |_| "").any(|other| other.effect == Effect::Said)
    }

    /// What a verb makes of the noun it acts on: "called off the parade", "the vote was put off until May".
    pub(super) fn on_noun(&self, clauses: &Clauses<'_>, k: usize, around: Around) -> Option<Standing> {
        let p = &clauses.predicates[k];
        let subject = self
            .governor(&p.group, Frame::Subject)
            .filter(|_| p.group.passive || p.group.kind == Kind::Participle);
        let g = self.noun_governor(&p.group).or(subject)?;
        let told = around.told || self.is_told(clauses, k);
        let outer = self.own(clauses, k, Around { told, coming: false });
        let inner = if g.effect == Effect::Moved && self.new_date(clauses, k).is_some() {
            Standing::new(Status::Planned, format!("verb:{}", g.words))
        } else {
            apply(g.effect, Standing::plain(), || format!("verb:{}", g.words))
        };
        // "may be called off" leaves it open, "will be called off" does not.
        Some(within(&outer, inner))
    }

    /// Whether a verb that acts on nouns for events has one here: "is preparing a sale", not "is preparing lunch".
    fn acts_on_noun(&self, clauses: &Clauses<'_>, k: usize) -> bool {
        let any = self.noun_governor(&clauses.predicates[k].group).is_none_or(|g| g.takes(Frame::Noun));
        any || self.event_noun(clauses, k).is_some()
    }

    /// The reading of a verb, or of what "be" says, that acts on a noun.
    pub(super) fn noun_governor(&self, g: &Group<'_>) -> Option<&'a Governor> {
        if g.copula {
            let reader = *self;
            return (g.head + 1..g.head + 3).find_map(|i| {
                self.words
                    .noun_governors(self.lower(i), move |n| reader.lower(i + 1 + n))
                    .find(|g| g.takes(Frame::Noun))
            });
        }
        self.governor(g, Frame::Noun).or_else(|| self.governor(g, Frame::EventNoun))
    }

    /// Where the new date of something moved begins: behind "to", "until", "till".
    pub(super) fn new_date(&self, clauses: &Clauses<'_>, k: usize) -> Option<usize> {
        let from = clauses.predicates[k].group.tokens.end;
        let end = clauses.predicates.get(k + 1).map_or(clauses.tokens.end, |n| n.group.tokens.start);
        (from..end).find(|i| {
            matches!(self.lower(*i), "to" | "until" | "till" | "for" | "by")
                && (i + 1..(i + 5).min(end)).any(|n| {
                    self.words.is_calendar_word(self.lower(n))
                        || matches!(
                            self.lower(n),
                            "next"
                                | "later"
                                | "a"
                                | "week"
                                | "month"
                                | "year"
                                | "spring"
                                | "summer"
                                | "autumn"
                                | "fall"
                                | "winter"
                        )
                        || self.pos(n) == Pos::Num
                })
        })
    }

    /// How the first main proposition of a content stands.
    pub(super) fn content(&self, content: &[Span], cue: Option<Span>) -> Standing {
        let cue_tokens = cue.map(|c| self.analysis.tokens_in(c)).unwrap_or_default();
        let is_verb = |i: &usize| matches!(self.pos(*i), Pos::Verb | Pos::Aux);
        let cue_head =
            cue_tokens.clone().find(is_verb).or((!cue_tokens.is_empty()).then_some(cue_tokens.start));
        // "would" is a plain future behind all cues but those in the present.
        let past = cue_head.is_some_and(|i| {
            !is_verb(&i)
                || !matches!(self.form(i), VerbForm::Present | VerbForm::Base)
                || self.words.may_be(self.lower(i), VerbForm::Past)
        });
        let (inner, frame) = self.proposition(content, past);
        match cue_head {
            Some(i) => self.handed(i, inner, frame),
            None => inner,
        }
    }

    /// The first proposition of a content, and how it would depend on the cue.
    fn proposition(&self, content: &[Span], past: bool) -> (Standing, Frame) {
        let mut first = None;
        for span in content {
            let tokens = self.analysis.tokens_in(*span);
            if tokens.is_empty() {
                continue;
            }
            let phrase = first.get_or_insert(tokens.clone()).clone();
            let mut from = tokens.start;
            for _ in 0..SENTENCES {
                let Some(s) = self.analysis.sentence_of(from) else { break };
                let end = self.analysis.sentences[s].tokens.end.min(tokens.end);
                if let Some(found) = self.clause_content(from..end, &phrase, past) {
                    return found;
                }
                from = end;
                if from >= tokens.end {
                    break;
                }
            }
        }
        let phrase = first.unwrap_or_default();
        (self.phrase(phrase), Frame::Noun)
    }

    fn clause_content(
        &self,
        tokens: Range<usize>,
        phrase: &Range<usize>,
        past: bool,
    ) -> Option<(Standing, Frame)> {
        let clauses = self.clauses(tokens.clone());
        let quoted = self.is_quote(tokens.start)
            || tokens.start > 0 && self.is_quote(tokens.start - 1) && self.lower(tokens.start - 1) != "'";
        let main = |p: &Predicate<'_>| p.link == Link::Main && p.group.kind == Kind::Finite;
        let k = clauses
            .predicates
            .iter()
            .position(main)
            .or_else(|| clauses.predicates.iter().position(|p| p.link == Link::Main))
            .or_else(|| {
                let at = (tokens.start..tokens.end).find(|i| self.is_word(*i))?;
                let p = clauses.predicates.first()?;
                let open = p.group.tokens.start <= at + 1
                    || p.group.kind == Kind::Infinitive && p.governing.is_none();
                (open && p.group.kind != Kind::Participle).then_some(0)
            })
            .or_else(|| {
                clauses
                    .predicates
                    .iter()
                    .position(|p| p.link == Link::Governed && p.governing.is_some_and(|g| g.noun.is_some()))
            });
        let Some(k) = k else {
            // "If the pump fails …", its main verb not recognised.
            let open = clauses.condition.is_some_and(|c| c <= tokens.start + 1);
            return open
                .then(|| (Standing::new(Status::Possible, self.condition_name(&clauses)), Frame::Clause));
        };
        let p = &clauses.predicates[k];
        let frame = match p.group.kind {
            Kind::Infinitive => Frame::Infinitive,
            Kind::Gerund => Frame::Gerund,
            Kind::Finite | Kind::Participle => Frame::Clause,
        };
        let end = clauses.predicates.get(k + 1).map_or(tokens.end, |n| n.start.max(n.group.tokens.start));
        let coming = self.names_coming(p.start..end.max(p.group.tokens.end));
        let around = Around { told: past && !quoted, coming };
        // An order: a base form with nothing before it.
        let at = tokens.clone().find(|i| self.is_word(*i));
        if at == Some(p.group.tokens.start)
            && p.group.bare
            && p.group.kind == Kind::Finite
            && self.words.may_be(self.lower(p.group.head), VerbForm::Base)
            && !self.lower(p.group.head).ends_with('s')
            && quoted
        {
            return Some((Standing::new(Status::Possible, "imperative"), frame));
        }
        let leaf = self.leaf(&clauses, k);
        let mut standing = if leaf != k {
            self.standing(&clauses, leaf, around)
        } else if let Some(s) = self.on_noun(&clauses, k, around).filter(|_| self.acts_on_noun(&clauses, k)) {
            s
        } else {
            self.standing(&clauses, k, around)
        };
        // "I hope that", "we think": what is only thought is open.
        let thought = clauses.predicates.iter().any(|q| {
            q.governing.is_some_and(|g| {
                g.by == Some(k)
                    && g.noun.is_none()
                    && q.group.kind == Kind::Finite
                    && g.verb.is_some_and(|v| v.effect == Effect::Possible)
            })
        });
        if thought && standing.status == Status::Happened {
            standing = Standing::new(Status::Possible, format!("verb:{}", p.group.lemma));
        }
        // The subject may stand in an earlier piece.
        if phrase.start != tokens.start
            && standing.status == Status::Happened
            && let Some(i) = self.negated_phrase(phrase.clone())
        {
            standing = Standing::new(Status::Denied, format!("negation:{}", self.negator_name(i)));
        }
        Some((standing, frame))
    }

    /// How a noun phrase stands that is said.
    fn phrase(&self, tokens: Range<usize>) -> Standing {
        if let Some(i) = self.negated_phrase(tokens.clone()) {
            return Standing::new(Status::Denied, format!("negation:{}", self.negator_name(i)));
        }
        for i in tokens.clone() {
            let reader = *self;
            if let Some(g) = self
                .words
                .noun_governors(self.lower(i), move |n| reader.lower(i + 1 + n))
                .find(|g| !matches!(g.effect, Effect::Same | Effect::Said))
            {
                return apply(g.effect, Standing::plain(), || format!("noun:{}", g.words));
            }
            if self.pos(i) == Pos::Noun {
                break;
            }
        }
        if let Some(i) = tokens.clone().find(|i| matches!(self.lower(*i), "for" | "from"))
            && self.names_coming(i + 1..(i + 4).min(tokens.end))
        {
            return Standing::new(Status::Planned, "noun:coming day");
        }
        Standing::plain()
    }

    /// What the cue makes of its content.
    fn handed(&self, cue: usize, inner: Standing, frame: Frame) -> Standing {
        let word = self.lower(cue);
        if self.words.is_hedge(word) {
            return apply(Effect::Possible, inner, || format!("cue:{word}"));
        }
        let reader = *self;
        let lemma = self.words.lemma(word, self.form(cue));
        let verbs: Vec<&Governor> =
            self.words.verb_governors(&lemma, move |n| reader.lower(cue + 1 + n)).collect();
        let passive = self.form(cue) == VerbForm::PastParticiple;
        let fits = |g: &&&Governor| match frame {
            Frame::Infinitive => g.takes(Frame::Infinitive) || passive && g.takes(Frame::PassiveInfinitive),
            Frame::Noun => g.takes(Frame::Noun) || g.takes(Frame::Report),
            other => g.takes(other),
        };
        let noun = self.words.noun_governors(word, move |n| reader.lower(cue + 1 + n)).next();
        let governor = verbs
            .iter()
            .find(fits)
            .or_else(|| verbs.iter().find(|g| frame != Frame::Clause && g.effect != Effect::Said))
            .copied()
            .or_else(|| noun.filter(|_| verbs.is_empty()))
            .or_else(|| verbs.iter().find(|g| matches!(g.effect, Effect::Denied)).copied());
        let Some(g) = governor else { return inner };
        // A rejection that is itself negated ("has not ruled out") leaves the matter open.
        let negated = (cue.saturating_sub(4)..cue)
            .rev()
            .take_while(|i| self.is_adverb(*i) || self.words.auxiliary(self.lower(*i)).is_some())
            .any(|i| self.words.negator(self.lower(i)).is_some());
        if negated && g.effect == Effect::Denied {
            return Standing::new(Status::Possible, format!("negation+cue:{}", g.words));
        }
        apply(g.effect, inner, || format!("cue:{lemma}"))
    }
}

/// "is not expected to", "is not likely to": unlikely, not denied.
fn leaves_open(clauses: &Clauses<'_>, by: usize, verb: Option<&Governor>, noun: Option<&Governor>) -> bool {
    let passive = verb.is_some_and(|g| g.effect == Effect::Possible && !g.takes(Frame::Needed))
        && clauses.predicates[by].group.passive;
    passive || noun.is_some_and(|g| g.effect == Effect::Possible && g.class == Class::Adjective)
}
