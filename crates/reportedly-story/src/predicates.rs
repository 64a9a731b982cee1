//! What contents say, for comparison: two contents speak for each other where they say the same, in whatever words,
//! and against each other where one of them says that it is not so, or says the opposite.
//!
//! The grammar is that of statuses ([`reportedly_said::status::predications`]). What words mean is in tables: the
//! families of verbs and nouns that say the same and their opposites (`predicate-families`), and the words that only
//! pass on what the noun with them says (`bearers`: "is preparing a sale", "talks on a sale").

use crate::{saying::words, terms::stem};
use reportedly_said::{Status, status::Predication};
use reportedly_text::{Analysis, ByLanguage, Language, Pos, Span, TokenKind, VerbForm, rows};
use rustc_hash::{FxHashMap, FxHashSet};
use std::{ops::Range, sync::Arc};

/// Tokens behind a noun among which the noun stands that says what it is about: "talks on the early sale".
const REACH: usize = 8;
/// Phrases behind a verb that are looked at.
const PHRASES: usize = 3;
/// Tokens of a content that are looked through for phrases.
const LONGEST: usize = 200;

/// How what is said stands to a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    /// It says the same.
    Same,
    /// It says the same of something that has another name.
    Alike,
    /// It says what the claim tells by the way: "a car hit the wall", of "two were hurt when a car hit the wall".
    Part,
    /// It says that it is not so, or the opposite.
    Opposite,
    /// It says something else.
    Other,
    /// It speaks of a deal, talks or plans and does not say what about; or negates them.
    Bare {
        /// Whether it says that there are none.
        negated: bool,
    },
    /// It says that something is untrue and does not say what.
    Untrue,
    /// What is said is not known.
    Unknown,
    /// Neither what is said nor what is claimed is known.
    Unread,
}

impl Relation {
    /// Whether two contents may be the same claim.
    pub(crate) const fn may_be_same(self) -> bool {
        matches!(self, Self::Same | Self::Alike | Self::Unknown | Self::Unread)
    }
}

/// What one clause says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Predicate {
    /// What it says, as hashes: of its word, and of each family that it is of. The word's comes first.
    senses: Vec<u64>,
    /// The families of the opposite.
    opposites: Vec<u64>,
    /// What governs it says: the talks of "in talks to sell".
    around: Vec<u64>,
    /// Who does it, and who it is done to, where they have names.
    doer: Vec<u64>,
    done_to: Vec<u64>,
    /// The nouns for what it is done to, else for what does it.
    of: Vec<u64>,
    /// Whether it says that it is not so.
    negated: bool,
    /// Whether it leaves open what it says: "may sell".
    tentative: bool,
    /// Whether it is told by the way.
    aside: bool,
    /// Whether it speaks of a deal or talks and does not say what about.
    bare: bool,
    /// Whether it leaves a matter open where it is negated: "no decision has been taken".
    open: bool,
    /// Whether it says that something is untrue.
    untrue: bool,
}

/// What a content says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Predicates {
    all: Vec<Predicate>,
    /// Whether it leaves open what it says: "may sell".
    tentative: bool,
}

impl Predicates {
    /// What these spans say.
    pub(crate) fn of(text: &Analysis<'_>, content: &[Span]) -> Self {
        let vocabulary = VOCABULARY.of(text.language);
        let said = reportedly_said::status::predications(text, content);
        // A noun by itself: where that is "the report", what is said is not known.
        let is_phrase = matches!(said.as_slice(), [one] if !one.is_verb && one.subject.is_empty());
        let mut all: Vec<Predicate> = said.iter().map(|p| vocabulary.predicate(text, p)).collect();
        if is_phrase {
            all.retain(|p| !p.bare || p.untrue);
        }
        if !all.is_empty() && !is_phrase {
            let negated = all.iter().find(|p| !p.aside).is_some_and(|p| p.negated);
            all.extend(vocabulary.phrases_in(text, content).map(|p| Predicate { negated, ..p }));
        }
        let mut plain = said.iter().filter(|p| !p.is_aside).peekable();
        let tentative = plain.peek().is_some() && plain.all(|p| p.status == Status::Possible);
        Self { all, tentative }
    }

    /// How what is said stands to this claim.
    pub(crate) fn relation(&self, said: &Self) -> Relation {
        let claimed = || self.all.iter().filter(|p| !p.aside && !p.untrue && !p.senses.is_empty());
        if claimed().next().is_none() || said.all.is_empty() {
            return match (self.all.is_empty(), said.all.is_empty()) {
                (true, true) => Relation::Unread,
                _ if said.all.iter().any(|p| p.untrue) => Relation::Untrue,
                _ => Relation::Unknown,
            };
        }
        for b in &said.all {
            for a in claimed().filter(|a| share(&a.senses, &b.senses) && !a.is_of_others(b)) {
                if (a.negated == b.negated) != b.untrue {
                    let apart = !a.of.is_empty() && !b.of.is_empty() && !share(&a.of, &b.of);
                    return if apart { Relation::Alike } else { Relation::Same };
                }
                if !b.aside {
                    return Relation::Opposite;
                }
            }
        }
        let said_plainly = || said.all.iter().filter(|p| !p.aside);
        let told = self.all.iter().filter(|p| p.aside && !p.negated);
        for a in told {
            if said_plainly().any(|b| !b.negated && !b.untrue && share(&a.senses, &b.senses)) {
                return Relation::Part;
            }
        }
        for b in said_plainly() {
            // Of the same thing, and not only wished for.
            let opposite = claimed()
                .any(|a| share(&a.opposites, &b.senses) && a.negated == b.negated && share(&a.of, &b.of));
            if opposite && !b.untrue && !b.tentative {
                return Relation::Opposite;
            }
        }
        for b in said_plainly() {
            if b.untrue && b.senses.is_empty() {
                return Relation::Untrue;
            }
            if b.bare && !b.negated && claimed().any(|a| share(&a.around, &b.senses)) {
                return Relation::Same;
            }
            if b.bare && !(b.open && b.negated && self.tentative) {
                return Relation::Bare { negated: b.negated };
            }
        }
        Relation::Other
    }
}

impl Predicate {
    /// Whether it says what another does of others: "Merrow sued Talbeck" and "Talbeck sued Merrow".
    fn is_of_others(&self, other: &Self) -> bool {
        let apart = |a: &[u64], b: &[u64]| !a.is_empty() && !b.is_empty() && !share(a, b);
        let same_word = self.senses.first() == other.senses.first();
        apart(&self.doer, &other.doer)
            && apart(&self.done_to, &other.done_to)
            && (share(&self.doer, &other.done_to) == share(&self.done_to, &other.doer))
            && same_word
    }
}

fn share(a: &[u64], b: &[u64]) -> bool {
    a.iter().any(|x| b.contains(x))
}

/// Whether who says this turns something down rather than denies it: "rejected the offer".
pub(crate) fn turns_down(text: &Analysis<'_>, content: &[Span], cue: Option<Span>) -> bool {
    let vocabulary = VOCABULARY.of(text.language);
    let language = text.language;
    let refuses = cue.is_some_and(|cue| {
        text.tokens_in(cue).any(|i| vocabulary.refusing.contains(&stem(language, text.lower(i))))
    });
    let Some(first) = content.first().filter(|_| refuses) else { return false };
    // The first noun of the content, before any verb.
    let mut tokens = text.tokens_in(*first).filter(|i| text.tokens[*i].kind == TokenKind::Word);
    let noun = |i: &usize| matches!(text.tokens[*i].pos, Pos::Noun | Pos::Verb | Pos::Aux);
    let Some(head) = tokens.find(noun) else { return false };
    // "the closure plan": the last noun of a row.
    let row = (head..text.tokens.len()).take(REACH).take_while(|i| text.tokens[*i].pos == Pos::Noun);
    row.last().is_some_and(|i| vocabulary.refused.contains(&stem(language, text.lower(i))))
}

/// The words of a language that tell what contents say.
struct Vocabulary {
    /// The names and the opposites of the families.
    families: Vec<(u64, Vec<u64>)>,
    /// The families of verbs of several words, by the first.
    phrasal: FxHashMap<&'static str, Vec<(Vec<&'static str>, usize)>>,
    /// The families of single words, by stem.
    single: FxHashMap<u64, Vec<usize>>,
    /// The families of phrases that stand anywhere.
    anywhere: Vec<(Vec<&'static str>, usize)>,
    /// Verbs and nouns that pass on what a noun says.
    bearing: FxHashSet<&'static str>,
    bearers: FxHashSet<u64>,
    /// Words that leave a matter open where they are negated.
    open: FxHashSet<u64>,
    /// What stands before nouns: "the", "its".
    determiners: FxHashSet<&'static str>,
    /// Nouns for what happens.
    events: FxHashSet<u64>,
    /// Words for what is untrue, and the nouns of which they say so.
    untrue: FxHashSet<u64>,
    sayings: FxHashSet<u64>,
    /// Verbs that turn down, and the nouns for what is turned down.
    refusing: FxHashSet<u64>,
    refused: FxHashSet<u64>,
}

static VOCABULARY: ByLanguage<Arc<Vocabulary>> =
    ByLanguage::new(|language| Arc::new(Vocabulary::from_tables(language)));

impl Vocabulary {
    fn from_tables(language: Language) -> Self {
        let stems = |all: FxHashSet<&'static str>| all.into_iter().map(|w| stem(language, w)).collect();
        let events = rows(Some(language), "event-nouns").filter_map(|r| r.first().copied()).collect();
        let mut vocabulary = Self {
            families: Vec::new(),
            phrasal: FxHashMap::default(),
            single: FxHashMap::default(),
            anywhere: Vec::new(),
            bearing: words(language, "bearers", "verb"),
            bearers: stems(words(language, "bearers", "noun")),
            open: stems(words(language, "bearers", "open")),
            determiners: rows(Some(language), "clause-words")
                .filter(|r| r.get(1) == Some(&"determiner"))
                .filter_map(|r| r.first().copied())
                .collect(),
            events: stems(events),
            untrue: stems(words(language, "falsehoods", "word")),
            sayings: stems(words(language, "falsehoods", "of")),
            refusing: stems(words(language, "refusals", "verb")),
            refused: stems(words(language, "refusals", "noun")),
        };
        let list = |field: &'static str| field.split(',').filter(|w| *w != "-");
        let named = |family: &str| stem(language, &format!("{family} (family)"));
        for row in rows(Some(language), "predicate-families") {
            let [family, verbs, nouns, phrases, opposites] = row[..] else { continue };
            let at = vocabulary.families.len();
            vocabulary.families.push((named(family), list(opposites).map(named).collect()));
            for word in list(verbs).chain(list(nouns)) {
                let mut parts = word.split(' ');
                let Some(first) = parts.next() else { continue };
                let rest: Vec<&str> = parts.collect();
                if rest.is_empty() {
                    vocabulary.single.entry(stem(language, first)).or_default().push(at);
                } else {
                    vocabulary.phrasal.entry(first).or_default().push((rest, at));
                }
            }
            vocabulary.anywhere.extend(list(phrases).map(|p| (p.split(' ').collect(), at)));
        }
        vocabulary
    }

    /// What a clause says.
    fn predicate(&self, text: &Analysis<'_>, said: &Predication) -> Predicate {
        let language = text.language;
        let own = stem(language, &said.word);
        let mut predicate = Predicate {
            negated: said.status == Status::Denied,
            aside: said.is_aside,
            ..Predicate::default()
        };
        if let Some(noun) = said.governing {
            predicate.around.push(stem(language, text.lower(noun)));
        }
        self.name_parties(text, said, &mut predicate);
        if !said.is_verb && self.untrue.contains(&own) && self.is_of_sayings(text, said.subject.clone()) {
            predicate.untrue = !predicate.negated;
            // "reports of a closure are false": what is untrue is the closure.
            if let Some(head) = self.head_of(text, said.subject.clone()) {
                self.add_noun(text, head, said.subject.end, &mut predicate);
            }
            if predicate.bare || !said.subject.clone().any(|i| self.is_act(text, i)) {
                predicate.senses.clear();
                predicate.bare = false;
            }
            predicate.negated = false;
            return predicate;
        }
        if !said.is_verb {
            self.add_noun(text, said.head, said.object.end, &mut predicate);
            return predicate;
        }
        let phrase = self.phrase_at(text, said);
        if let Some(words) = self.bearing_at(text, said) {
            let from = (said.object.start + words).min(said.object.end);
            let object = from..said.object.end;
            let nouns = if said.is_passive { Vec::new() } else { self.heads_of(text, object) };
            let subject = self.head_of(text, said.subject.clone());
            // Its object, else its subject, else what stands behind a preposition: "is preparing for a sale".
            let of_object = |behind: bool| nouns.iter().filter(move |n| n.1 == behind);
            let subject = subject.map(|head| (head, said.subject.end));
            let nouns = of_object(false)
                .map(|n| (n.0, said.object.end))
                .chain(subject)
                .chain(of_object(true).map(|n| (n.0, said.object.end)));
            let nouns: Vec<(usize, usize)> = nouns.collect();
            let meant = !phrase.is_empty() || self.single.contains_key(&own);
            let act = nouns.iter().find(|n| self.is_act(text, n.0));
            if let Some((head, end)) = act.or_else(|| nouns.first().filter(|_| !meant)) {
                self.add_noun(text, *head, *end, &mut predicate);
                predicate.of.clear();
                predicate.open |= self.open.contains(&own);
                return predicate;
            }
        }
        if !phrase.is_empty() {
            for family in phrase {
                self.add_family(family, &mut predicate);
            }
            return predicate;
        }
        self.add_word(own, &mut predicate);
        predicate.open = self.open.contains(&own);
        predicate
    }

    /// The families of the verb of several words that stands here, the longest.
    fn phrase_at(&self, text: &Analysis<'_>, said: &Predication) -> Vec<usize> {
        let fits =
            |rest: &[&str]| rest.iter().enumerate().all(|(n, word)| text.lower(said.head + 1 + n) == *word);
        let all = self.phrasal.get(said.word.as_str()).into_iter().flatten().filter(|p| fits(&p.0));
        let longest = all.clone().map(|p| p.0.len()).max();
        all.filter(|p| Some(p.0.len()) == longest).map(|p| p.1).collect()
    }

    /// How many words belong to a verb that passes on what a noun with it says, where it does.
    fn bearing_at(&self, text: &Analysis<'_>, said: &Predication) -> Option<usize> {
        let mut phrase = said.word.clone();
        let mut longest = self.bearing.contains(phrase.as_str()).then_some(0);
        for words in 1..=2 {
            phrase.push(' ');
            phrase.push_str(text.lower(said.head + words));
            if self.bearing.contains(phrase.as_str()) {
                longest = Some(words);
            }
        }
        longest
    }

    /// Whether a noun tells what happens, or passes on what another tells.
    fn is_act(&self, text: &Analysis<'_>, i: usize) -> bool {
        let stem = stem(text.language, text.lower(i));
        self.bearers.contains(&stem) || self.is_telling(stem)
    }

    fn is_telling(&self, stem: u64) -> bool {
        !self.bearers.contains(&stem) && (self.single.contains_key(&stem) || self.events.contains(&stem))
    }

    /// Whether a subject is something that is said, a figure, or what was spoken of before.
    fn is_of_sayings(&self, text: &Analysis<'_>, subject: Range<usize>) -> bool {
        let pronoun = subject.clone().all(|i| {
            let pos = text.tokens.get(i).map(|t| t.pos);
            !matches!(pos, Some(Pos::Noun | Pos::Propn))
        });
        let said = |i: usize| self.sayings.contains(&stem(text.language, text.lower(i)));
        pronoun || self.head_of(text, subject).is_some_and(said)
    }

    /// What a noun says: of one that passes on what another says, that one.
    fn add_noun(&self, text: &Analysis<'_>, head: usize, end: usize, predicate: &mut Predicate) {
        let language = text.language;
        let own = stem(language, text.lower(head));
        if !self.bearers.contains(&own) {
            self.add_word(own, predicate);
            return;
        }
        let mut behind = false;
        // "talks on closing it": the next verb may be what the noun is about.
        for i in head + 1..(end + 1).min(head + 1 + REACH) {
            let Some(token) = text.tokens.get(i) else { break };
            if token.pos == Pos::Punct || i == end && token.form != VerbForm::Gerund {
                break;
            }
            behind |= matches!(token.pos, Pos::Adp | Pos::Part | Pos::Sconj);
            let noun =
                matches!(token.pos, Pos::Noun | Pos::Verb | Pos::Adj) || token.form == VerbForm::Gerund;
            let told = stem(language, text.lower(i));
            if behind && noun && (self.is_telling(told) || token.form == VerbForm::Gerund) {
                self.add_word(told, predicate);
                return;
            }
        }
        // "the sale talks".
        let before = head.checked_sub(1).filter(|b| matches!(text.tokens[*b].pos, Pos::Noun | Pos::Adj));
        if let Some(told) = before.map(|b| stem(language, text.lower(b))).filter(|t| self.is_telling(*t)) {
            self.add_word(told, predicate);
            return;
        }
        predicate.bare = true;
        predicate.open = self.open.contains(&own);
        self.add_word(own, predicate);
    }

    fn add_word(&self, stem: u64, predicate: &mut Predicate) {
        predicate.senses.push(stem);
        for family in self.single.get(&stem).into_iter().flatten() {
            self.add_family(*family, predicate);
        }
    }

    fn add_family(&self, family: usize, predicate: &mut Predicate) {
        if let Some((name, opposites)) = self.families.get(family) {
            predicate.senses.push(*name);
            predicate.opposites.extend(opposites);
        }
    }

    /// Those phrases of a content that say something wherever they stand: "in exchange for".
    fn phrases_in<'t>(
        &'t self,
        text: &'t Analysis<'_>,
        content: &'t [Span],
    ) -> impl Iterator<Item = Predicate> + 't {
        let tokens = content.iter().flat_map(|c| text.tokens_in(*c)).take(LONGEST);
        tokens.flat_map(move |i| {
            let stands = move |words: &[&str]| words.iter().enumerate().all(|(n, w)| text.lower(i + n) == *w);
            self.anywhere.iter().filter(move |(words, _)| stands(words)).map(|(_, family)| {
                let mut predicate = Predicate::default();
                self.add_family(*family, &mut predicate);
                predicate
            })
        })
    }

    /// Who does it and who it is done to, by the names that stand there.
    fn name_parties(&self, text: &Analysis<'_>, said: &Predication, predicate: &mut Predicate) {
        if !said.is_verb {
            return;
        }
        let object = if said.is_passive { Vec::new() } else { self.heads_of(text, said.object.clone()) };
        let direct = object.iter().find(|n| !n.1).map(|n| n.0);
        let of = direct.or_else(|| self.head_of(text, said.subject.clone()));
        predicate.of.extend(of.map(|i| stem(text.language, text.lower(i))));
        let subject = self.names_of(text, said.subject.clone());
        if said.is_passive {
            predicate.done_to = subject;
            let by = said.object.clone().find(|i| text.lower(*i) == "by");
            predicate.doer = by.map(|by| self.names_of(text, by + 1..said.object.end)).unwrap_or_default();
        } else {
            predicate.doer = subject;
            predicate.done_to = self.names_of(text, said.object.clone());
        }
    }
}

impl Vocabulary {
    /// The tokens of the noun phrase with which a run begins; empty where it begins with something else.
    fn first_phrase(&self, text: &Analysis<'_>, tokens: Range<usize>) -> Range<usize> {
        let start = tokens.start;
        let determines = |i: usize| self.determiners.contains(text.lower(i));
        let inside = |i: usize| {
            text.tokens.get(i).is_some_and(|t| {
                matches!(t.pos, Pos::Det | Pos::Adj | Pos::Num | Pos::Noun | Pos::Propn | Pos::Part)
                    || t.kind == TokenKind::Quote
                    || determines(i)
                    // "in its hands": what was taken for a verb.
                    || t.pos == Pos::Verb && i > start && determines(i - 1)
            })
        };
        let end = tokens.clone().find(|i| !inside(*i)).unwrap_or(tokens.end);
        start..end.max(start)
    }

    /// The noun on which the noun phrase ends with which a run begins.
    fn head_of(&self, text: &Analysis<'_>, tokens: Range<usize>) -> Option<usize> {
        let noun = |i: &usize| matches!(text.tokens[*i].pos, Pos::Noun | Pos::Propn);
        self.first_phrase(text, tokens).rev().find(noun)
    }

    /// The nouns of the phrases that stand in a row behind a verb, and whether they stand behind a preposition.
    fn heads_of(&self, text: &Analysis<'_>, tokens: Range<usize>) -> Vec<(usize, bool)> {
        let mut heads = Vec::new();
        let mut from = tokens.start;
        while from < tokens.end && heads.len() < PHRASES {
            let preposition = text.tokens.get(from).is_some_and(|t| t.pos == Pos::Adp);
            let phrase = self.first_phrase(text, from + usize::from(preposition)..tokens.end);
            let Some(head) = self.head_of(text, phrase.clone()) else { break };
            heads.push((head, preposition));
            from = phrase.end;
        }
        heads
    }

    fn names_of(&self, text: &Analysis<'_>, tokens: Range<usize>) -> Vec<u64> {
        self.first_phrase(text, tokens)
            .filter(|i| text.tokens[*i].pos == Pos::Propn)
            .map(|i| stem(text.language, text.lower(i)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Predicates, Relation, turns_down};
    use proptest::prelude::*;
    use reportedly_text::{Language, Span, analyse};

    fn says(content: &str) -> Predicates {
        Predicates::of(&analyse(content, Language::EN), &[Span::new(0, content.len())])
    }

    fn check(claim: &str, said: &str, want: Relation) {
        assert_eq!(says(claim).relation(&says(said)), want, "{claim} / {said}");
    }

    #[test]
    fn contents_say_the_same_in_other_words() {
        use Relation::{Alike, Bare, Opposite, Other, Part, Same, Unknown, Unread, Untrue};
        let close = "the firm will close its mill";
        check(close, "the mill is to be shut", Same);
        check(close, "the closure of the mill is being prepared", Same);
        check(close, "the firm has agreed on a plan for the closure of its mill", Same);
        check(close, "it was in talks on closing the mill", Same);
        check(close, "the firm will close its plant", Alike);
        check(close, "the mill will not close", Opposite);
        check(close, "the firm has no plans to close its mill", Opposite);
        check(close, "the mill will stay open", Opposite);
        check(close, "the shop will stay open", Other);
        check(close, "the union wants the mill to stay open", Other);
        check(close, "reports of a closure were false", Opposite);
        check(close, "the reports were untrue", Untrue);
        check(close, "the mill makes paper", Other);
        check(close, "the closure of the mill has been postponed", Other);
        check(close, "there are no plans", Bare { negated: true });
        check("the firm may close its mill", "no decision has been taken", Other);
        check(close, "no decision has been taken", Bare { negated: true });
        check(close, "the report", Unknown);
        check("a bus ran into the wall", "four people were hurt when a bus ran into the wall", Same);
        check("four people were hurt when a bus ran into the wall", "a bus ran into the wall", Part);
        check("", "the report", Unread);
        check("the harbour may free the crew in exchange for a ship", "an exchange was agreed", Same);
        check("the two sides could exchange prisoners", "the sailors may be freed", Alike);
        check("the two sides could exchange prisoners", "the exchange has been postponed", Other);
    }

    #[test]
    fn who_does_it_to_whom_is_part_of_what_is_said() {
        use Relation::{Alike, Other, Same};
        check("Merrow sued Talbeck", "Talbeck sued Merrow", Other);
        check("Merrow sued Talbeck", "Talbeck was sued by Merrow", Same);
        check("Merrow sued Talbeck", "Merrow sued its landlord", Alike);
    }

    #[test]
    fn offers_are_turned_down_and_claims_denied() {
        let check = |sentence: &str, cue: &str, content: &str, want: bool| {
            let text = analyse(sentence, Language::EN);
            let span = |words: &str| {
                let start = sentence.find(words).expect("the words stand in the sentence");
                Span::new(start, start + words.len())
            };
            assert_eq!(turns_down(&text, &[span(content)], Some(span(cue))), want, "{sentence}");
        };
        check("The union rejected the offer.", "rejected", "the offer", true);
        check(
            "The union rejected the plan to close the mill.",
            "rejected",
            "the plan to close the mill",
            true,
        );
        check("The union rejected the report.", "rejected", "the report", false);
        check("The firm denied the plan.", "denied", "the plan", false);
    }

    proptest! {
        #[test]
        fn any_words_are_taken(claim in "\\PC{0,120}", said in "\\PC{0,120}") {
            let (claim, said) = (says(&claim), says(&said));
            prop_assert!(claim.relation(&claim) != Relation::Other || !claim.all.iter().any(|p| !p.aside));
            let _ = claim.relation(&said);
        }
    }
}
