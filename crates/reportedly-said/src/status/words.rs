//! The words that decide how things stand, from the tables of a language, and the forms of its verbs.

use super::Status;
use reportedly_text::{Language, VerbForm, rows};
use rustc_hash::{FxHashMap, FxHashSet};
use std::borrow::Cow;

/// What a governing word says of that which depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Nothing: "began to", "managed to".
    Same,
    /// Hands a content over.
    Said,
    /// A future put as settled.
    Planned,
    /// Anything short of that.
    Possible,
    /// Rejects it, calls it off.
    Denied,
    /// Puts it off: planned where a new date is given, else possible.
    Moved,
}

/// How something depends on a governing word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub(super) enum Frame {
    Infinitive = 1,
    PassiveInfinitive = 2,
    Gerund = 4,
    Clause = 8,
    BareParticiple = 16,
    Noun = 32,
    Subject = 64,
    Report = 128,
    /// Only where the noun names an event.
    EventNoun = 256,
    /// An infinitive with its own subject before it: "urged residents to boil".
    ObjectInfinitive = 512,
    /// No frame of its own: without it the other thing does not happen. Who "was not invited to speak" did not speak.
    Needed = 1024,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Verb,
    Noun,
    Adjective,
}

/// A word, or several, that says how what depends on it stands.
#[derive(Clone, Debug)]
pub(super) struct Governor {
    /// Its words as in the table: base form first.
    pub(super) words: &'static str,
    /// What must follow the first word at once.
    pub(super) rest: Vec<&'static str>,
    pub(super) class: Class,
    pub(super) effect: Effect,
    frames: u16,
}

impl Governor {
    pub(super) const fn takes(&self, frame: Frame) -> bool {
        self.frames & frame as u16 != 0
    }
}

/// What begins or joins clauses, and the small words around nouns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClauseWord {
    Complementizer,
    Question,
    Relative,
    Subordinator,
    /// A subordinator that says at the same time: "while".
    Meanwhile,
    /// A subordinator or a preposition: "after".
    Either,
    Coordinator,
    Determiner,
    Preposition,
    Pronoun,
    Adverb,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Negator {
    Adverb,
    Determiner,
    Pronoun,
}

/// What a modal makes of its verb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Modality {
    Planned,
    Possible,
    /// "can": what may be done at any time.
    Ability,
    /// "would": settled by what hands the content over.
    Would,
    /// "must": settled by whether a day is set.
    Must,
}

/// A modal verb.
#[derive(Clone, Copy, Debug)]
pub(super) struct Modal {
    pub(super) modality: Modality,
    /// The word it is a form of.
    pub(super) base: &'static str,
    /// Whether it negates: "cannot".
    pub(super) negated: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Auxiliary {
    Be,
    Have,
    Do,
    To,
}

/// The words of one language.
#[derive(Debug)]
pub(super) struct Words {
    forms: FxHashMap<String, Vec<(&'static str, VerbForm)>>,
    governors: FxHashMap<&'static str, Vec<Governor>>,
    clause: FxHashMap<&'static str, ClauseWord>,
    negators: FxHashMap<&'static str, Negator>,
    modals: FxHashMap<&'static str, Modal>,
    auxiliaries: FxHashMap<&'static str, (Auxiliary, VerbForm)>,
    hedges: FxHashSet<&'static str>,
    contrasts: FxHashSet<&'static str>,
    /// Adverbs inside "is to".
    future_adverbs: FxHashSet<&'static str>,
    conditions: FxHashMap<&'static str, Vec<Vec<&'static str>>>,
    light: FxHashMap<&'static str, Vec<Vec<&'static str>>>,
    nouns: FxHashSet<&'static str>,
    calendar: FxHashSet<&'static str>,
    /// The part that words play in temporal expressions.
    temporal: FxHashMap<&'static str, &'static str>,
    /// What may stand before a verb without changing its forms: "re".
    prefixes: Vec<&'static str>,
    /// Whether a verb only supports its noun, else it tells an outcome.
    support: FxHashMap<&'static str, bool>,
}

impl Words {
    /// Reads the tables of a language; every set is empty where it has none.
    pub(super) fn new(language: Language) -> Self {
        let table = |name: &'static str| rows(Some(language), name);
        let mut words = Self {
            forms: FxHashMap::default(),
            governors: FxHashMap::default(),
            clause: FxHashMap::default(),
            negators: FxHashMap::default(),
            modals: FxHashMap::default(),
            auxiliaries: FxHashMap::default(),
            contrasts: table("contrasts").filter_map(|r| r.first().copied()).collect(),
            future_adverbs: table("future-adverbs").filter_map(|r| r.first().copied()).collect(),
            hedges: table("hedges").filter_map(|r| r.first().copied()).collect(),
            conditions: FxHashMap::default(),
            light: FxHashMap::default(),
            nouns: table("event-nouns").filter_map(|r| r.first().copied()).collect(),
            calendar: ["weekdays", "months", "calendar-words"]
                .into_iter()
                .flat_map(table)
                .filter_map(|r| r.first().copied())
                .collect(),
            temporal: table("temporal-words").filter_map(|r| Some((*r.first()?, *r.get(1)?))).collect(),
            prefixes: table("verb-prefixes").filter_map(|r| r.first().copied()).collect(),
            support: FxHashMap::default(),
        };
        for row in table("outcome-verbs") {
            if let [verb, kind] = row[..] {
                words.support.insert(verb, kind == "support");
            }
        }
        for row in table("verb-forms") {
            if let [base, third, past, participle, gerund, ..] = row[..] {
                words.conjugate(
                    base,
                    [
                        (base, VerbForm::Base),
                        (third, VerbForm::Present),
                        (past, VerbForm::Past),
                        (participle, VerbForm::PastParticiple),
                        (gerund, VerbForm::Gerund),
                    ],
                );
            }
        }
        for row in table("governors") {
            let [all, class, effect, frames] = row[..] else { continue };
            let mut parts = all.split(' ');
            let Some(first) = parts.next() else { continue };
            let governor = Governor {
                words: all,
                rest: parts.collect(),
                class: match class {
                    "verb" => Class::Verb,
                    "noun" => Class::Noun,
                    _ => Class::Adjective,
                },
                effect: match effect {
                    "said" => Effect::Said,
                    "planned" => Effect::Planned,
                    "possible" => Effect::Possible,
                    "denied" => Effect::Denied,
                    "moved" => Effect::Moved,
                    _ => Effect::Same,
                },
                frames: frames.split(',').fold(0, |bits, frame| bits | self::frame(frame)),
            };
            words.governors.entry(first).or_default().push(governor);
        }
        for row in table("cues") {
            words.learn_cue(&row);
        }
        // Words that govern as participles do, without being verbs: "due".
        for (word, list) in &words.governors {
            if list.iter().any(|g| g.class == Class::Verb && g.takes(Frame::Subject))
                && !words.forms.contains_key(*word)
            {
                words.forms.insert((*word).to_owned(), vec![(*word, VerbForm::PastParticiple)]);
            }
        }
        // The longest match wins.
        for list in words.governors.values_mut() {
            list.sort_by_key(|g| std::cmp::Reverse(g.rest.len()));
        }
        for row in table("clause-words") {
            let [word, kind] = row[..] else { continue };
            let kind = match kind {
                "complementizer" => ClauseWord::Complementizer,
                "question" => ClauseWord::Question,
                "relative" => ClauseWord::Relative,
                "subordinator" => ClauseWord::Subordinator,
                "meanwhile" => ClauseWord::Meanwhile,
                "either" => ClauseWord::Either,
                "coordinator" => ClauseWord::Coordinator,
                "determiner" => ClauseWord::Determiner,
                "preposition" => ClauseWord::Preposition,
                "pronoun" => ClauseWord::Pronoun,
                _ => ClauseWord::Adverb,
            };
            words.clause.insert(word, kind);
        }
        for row in table("negators") {
            let [word, kind] = row[..] else { continue };
            let kind = match kind {
                "determiner" => Negator::Determiner,
                "pronoun" => Negator::Pronoun,
                _ => Negator::Adverb,
            };
            words.negators.insert(word, kind);
        }
        for row in table("modals") {
            let [word, kind, base, ..] = row[..] else { continue };
            let negated = row.get(3) == Some(&"negated");
            let kind = match kind {
                "planned" => Modality::Planned,
                "ability" => Modality::Ability,
                "would" => Modality::Would,
                "must" => Modality::Must,
                _ => Modality::Possible,
            };
            words.modals.insert(word, Modal { modality: kind, base, negated });
        }
        for row in table("auxiliaries") {
            let [word, role, form] = row[..] else { continue };
            let role = match role {
                "be" => Auxiliary::Be,
                "have" => Auxiliary::Have,
                "do" => Auxiliary::Do,
                _ => Auxiliary::To,
            };
            let form = match form {
                "present" => VerbForm::Present,
                "past" => VerbForm::Past,
                "participle" => VerbForm::PastParticiple,
                "gerund" => VerbForm::Gerund,
                _ => VerbForm::Base,
            };
            words.auxiliaries.insert(word, (role, form));
        }
        for row in table("conditions") {
            let mut parts = row[0].split(' ');
            if let Some(first) = parts.next() {
                words.conditions.entry(first).or_default().push(parts.collect());
            }
        }
        for row in table("light-verbs") {
            if let [verb, rest] = row[..] {
                words.light.entry(verb).or_default().push(rest.split(' ').collect());
            }
        }
        words
    }

    fn conjugate(&mut self, base: &'static str, forms: [(&'static str, VerbForm); 5]) {
        for (variants, form) in forms {
            for word in variants.split(' ') {
                self.forms.entry(word.to_owned()).or_default().push((base, form));
            }
        }
    }

    /// A verb of the table of cues that may hand over a clause and that no row of `governors` speaks of.
    fn learn_cue(&mut self, row: &[&'static str]) {
        let (Some(lemma), Some(act), Some(frames)) = (row.first(), row.get(6), row.get(7)) else { return };
        let clause = frames.split(',').any(|f| f.starts_with("that") || f.starts_with("zero"));
        let known = self.governors.get(lemma).is_some_and(|l| {
            l.iter().any(|g| g.class == Class::Verb && g.rest.is_empty() && g.takes(Frame::Clause))
        });
        if clause && !known && matches!(*act, "speech" | "finding") && !lemma.contains(' ') {
            self.governors.entry(lemma).or_default().push(Governor {
                words: lemma,
                rest: Vec::new(),
                class: Class::Verb,
                effect: Effect::Said,
                frames: Frame::Clause as u16,
            });
        }
    }

    /// Whether a word may be this form of a verb; by the table, else by its ending.
    pub(super) fn may_be(&self, word: &str, form: VerbForm) -> bool {
        if let Some((_, have)) = self.auxiliaries.get(word) {
            return *have == form;
        }
        match self.readings(word) {
            Some(list) => list.iter().any(|f| f.1 == form),
            None => match form {
                VerbForm::Past | VerbForm::PastParticiple => word.len() > 4 && word.ends_with("ed"),
                VerbForm::Gerund => word.len() > 5 && word.ends_with("ing"),
                _ => false,
            },
        }
    }

    /// The readings of a word as a verb; of "restart" those of "start".
    fn readings(&self, word: &str) -> Option<&[(&'static str, VerbForm)]> {
        let bare = || {
            let stem = self.prefixes.iter().find_map(|p| word.strip_prefix(p).filter(|s| s.len() > 2))?;
            self.forms.get(stem.trim_start_matches('-'))
        };
        self.forms.get(word).or_else(bare).map(Vec::as_slice)
    }

    /// Whether the forms of verbs are known.
    pub(super) fn has_verbs(&self) -> bool {
        !self.forms.is_empty()
    }

    /// Whether the table of verb forms knows the word.
    pub(super) fn is_known_verb(&self, word: &str) -> bool {
        self.readings(word).is_some()
    }

    /// The base form of a verb.
    pub(super) fn lemma<'w>(&self, word: &'w str, form: VerbForm) -> Cow<'w, str> {
        if let Some((role, _)) = self.auxiliaries.get(word) {
            return Cow::Borrowed(match role {
                Auxiliary::Be => "be",
                Auxiliary::Have => "have",
                Auxiliary::Do => "do",
                Auxiliary::To => "to",
            });
        }
        let list = self.forms.get(word).map_or(&[][..], Vec::as_slice);
        let exact = list.iter().find(|f| f.1 == form).or(list.first());
        if let Some((base, _)) = exact {
            return Cow::Borrowed(base);
        }
        let stem = word
            .strip_suffix("ing")
            .or_else(|| word.strip_suffix("ed"))
            .or_else(|| word.strip_suffix('s'))
            .unwrap_or(word);
        let with_e = format!("{stem}e");
        if self.governors.contains_key(with_e.as_str()) { Cow::Owned(with_e) } else { Cow::Borrowed(stem) }
    }

    /// The governing readings of a verb, longest first; `after(n)` gives the n-th word behind it.
    pub(super) fn verb_governors<'a>(
        &'a self,
        lemma: &str,
        after: impl Fn(usize) -> &'a str + 'a,
    ) -> impl Iterator<Item = &'a Governor> {
        self.governors
            .get(lemma)
            .into_iter()
            .flatten()
            .filter(move |g| g.class == Class::Verb && g.rest.iter().enumerate().all(|(n, w)| after(n) == *w))
    }

    /// The governing readings of a noun or adjective; `after(n)` gives the n-th word behind it.
    pub(super) fn noun_governors<'a>(
        &'a self,
        word: &str,
        after: impl Fn(usize) -> &'a str + 'a,
    ) -> impl Iterator<Item = &'a Governor> {
        let list = self.governors.get(word).or_else(|| self.governors.get(singular(word).as_ref()));
        list.into_iter()
            .flatten()
            .filter(move |g| g.class != Class::Verb && g.rest.iter().enumerate().all(|(n, w)| after(n) == *w))
    }

    pub(super) fn clause_word(&self, word: &str) -> Option<ClauseWord> {
        self.clause.get(word).copied()
    }

    pub(super) fn negator(&self, word: &str) -> Option<Negator> {
        self.negators.get(word).copied()
    }

    /// What a modal makes of its verb, and the word it is a form of.
    pub(super) fn modal(&self, word: &str) -> Option<Modal> {
        self.modals.get(word).copied()
    }

    pub(super) fn auxiliary(&self, word: &str) -> Option<(Auxiliary, VerbForm)> {
        self.auxiliaries.get(word).copied()
    }

    /// "but": what was meant to happen did not.
    pub(super) fn is_contrast(&self, word: &str) -> bool {
        self.contrasts.contains(word)
    }

    /// Whether a word may stand inside "is to": "is now to open".
    pub(super) fn is_future_adverb(&self, word: &str) -> bool {
        self.future_adverbs.contains(word)
    }

    pub(super) fn is_hedge(&self, word: &str) -> bool {
        self.hedges.contains(word)
    }

    /// Whether a condition begins with this word; `after(n)` gives the n-th word behind it.
    pub(super) fn is_condition<'a>(&self, word: &str, after: impl Fn(usize) -> &'a str) -> bool {
        self.conditions
            .get(word)
            .is_some_and(|l| l.iter().any(|rest| rest.iter().enumerate().all(|(n, w)| after(n) == *w)))
    }

    /// How many words behind a light verb belong to its event.
    pub(super) fn light<'a>(&self, lemma: &str, after: impl Fn(usize) -> &'a str) -> usize {
        self.light.get(lemma).map_or(0, |l| {
            l.iter()
                .filter(|rest| rest.iter().enumerate().all(|(n, w)| after(n) == *w))
                .map(Vec::len)
                .max()
                .unwrap_or(0)
        })
    }

    /// A verb that adds nothing to what its noun governs: "has plans to".
    pub(super) fn is_support(&self, lemma: &str) -> bool {
        self.support.get(lemma) == Some(&true)
    }

    /// A verb that tells what came of the event that is its subject: "killed".
    pub(super) fn is_outcome(&self, lemma: &str) -> bool {
        self.support.get(lemma) == Some(&false)
    }

    /// Whether a noun names something that happens.
    pub(super) fn is_event_noun(&self, word: &str) -> bool {
        self.nouns.contains(word) || self.nouns.contains(singular(word).as_ref())
    }

    /// The part that a word plays in temporal expressions, as `temporal-words.tsv` names it; empty where none.
    pub(super) fn temporal(&self, word: &str) -> &'static str {
        self.temporal.get(word).copied().unwrap_or("")
    }

    /// Whether a word names a day, a month or a coming time.
    pub(super) fn is_calendar_word(&self, word: &str) -> bool {
        self.calendar.contains(word)
    }
}

fn frame(name: &str) -> u16 {
    match name {
        "inf" => Frame::Infinitive as u16 | Frame::PassiveInfinitive as u16,
        "pinf" => Frame::PassiveInfinitive as u16,
        "ing" => Frame::Gerund as u16,
        "clause" => Frame::Clause as u16,
        "bare" => Frame::BareParticiple as u16,
        "noun" => Frame::Noun as u16,
        "subject" => Frame::Subject as u16,
        "report" => Frame::Report as u16,
        "event" => Frame::EventNoun as u16,
        "needed" => Frame::Needed as u16,
        "objinf" => {
            Frame::Infinitive as u16 | Frame::PassiveInfinitive as u16 | Frame::ObjectInfinitive as u16
        }
        _ => 0,
    }
}

/// A noun without the ending of its plural, as English makes it.
fn singular(word: &str) -> Cow<'_, str> {
    if let Some(stem) = word.strip_suffix("ies") {
        return Cow::Owned(format!("{stem}y"));
    }
    let hissing = ["sses", "shes", "ches", "xes"].iter().any(|e| word.ends_with(e));
    Cow::Borrowed(if hissing {
        &word[..word.len() - 2]
    } else {
        word.strip_suffix('s').filter(|s| !s.ends_with('s')).unwrap_or(word)
    })
}

/// The status a plain modality stands for.
pub(super) const fn plain(modality: Modality) -> Status {
    match modality {
        Modality::Planned => Status::Planned,
        _ => Status::Possible,
    }
}
