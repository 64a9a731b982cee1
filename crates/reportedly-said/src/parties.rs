//! Who a phrase stands for: a person, an institution, an outlet, somebody unnamed, a text.
//!
//! Pronouns and definite descriptions ("the minister", "the two people") are resolved to what the article named before.

mod pronouns;

use crate::phrases::{Class, Phrases};
use crate::{Party, PartyKind};
use reportedly_names::{NameKind, Names};
use reportedly_text::Span;
use rustc_hash::{FxHashMap, FxHashSet};
use std::ops::Range;

/// How many sentences back a pronoun looks for what it stands for.
const PRONOUN_REACH: usize = 6;
/// Sentences that open an article, where people may stand by their role before they are named.
const LEAD: usize = 2;
/// Sentences later in which the name must have come.
const INTRODUCTION_REACH: usize = 3;
/// Tokens after "reported" within which whom an outlet cites is named: "reported on Thursday evening, citing".
const REPORT_REACH: usize = 8;
/// How many tokens before and after a name may describe it.
const DESCRIPTION_REACH: usize = 10;

/// The parties of one text.
pub struct Parties<'a> {
    p: &'a Phrases<'a>,
    names: &'a Names,
    publisher: Option<&'a str>,
    /// Words that describe each entity: "minister" for "Interior Minister Jorn Adeyo".
    described: Vec<FxHashSet<&'a str>>,
    /// Entities that the text treats as outlets.
    outlets: FxHashSet<usize>,
}

/// What was resolved so far, in order of the text.
#[derive(Debug, Default)]
pub struct Memory {
    /// Earlier sources: the token they begin at, the party, whether plural.
    sources: Vec<(usize, Party, bool)>,
    /// The last unnamed source by its head noun.
    by_head: FxHashMap<String, usize>,
}

impl<'a> Parties<'a> {
    /// Looks through the names of a text once.
    pub fn new(p: &'a Phrases<'a>, names: &'a Names, publisher: Option<&'a str>) -> Self {
        let mut parties = Self {
            p,
            names,
            publisher,
            described: vec![FxHashSet::default(); names.entities.len()],
            outlets: FxHashSet::default(),
        };
        for mention in &names.mentions {
            parties.describe(mention.span, mention.entity);
        }
        parties
    }

    fn describe(&mut self, span: Span, entity: usize) {
        let analysis = self.p.analysis;
        let lexicon = self.p.lexicon;
        let tokens = analysis.tokens_in(span);
        let Some(set) = self.described.get_mut(entity) else { return };
        for i in (tokens.start.saturating_sub(DESCRIPTION_REACH)..tokens.start).rev() {
            match self.p.class(i) {
                Class::Noun | Class::Proper | Class::Adjective => {
                    let word = analysis.lower(i);
                    set.insert(word);
                    if i + 1 == tokens.start && self.p.lexicon.is_outlet(word) {
                        self.outlets.insert(entity);
                    }
                }
                Class::Preposition | Class::Determiner | Class::Possessive => {}
                // "The mayor of Kestrel Bay, Elena Marsh,"
                Class::Comma if i + 1 == tokens.start => {}
                _ => break,
            }
        }
        // "Kasimir Holt, the opposition leader," and "Petra Lomax, who chairs"
        if self.p.class(tokens.end) == Class::Comma {
            for i in tokens.end + 1..tokens.end + 1 + DESCRIPTION_REACH {
                match self.p.class(i) {
                    Class::Noun | Class::Proper | Class::Adjective => {
                        set.insert(analysis.lower(i));
                    }
                    Class::Preposition | Class::Determiner | Class::Possessive | Class::Number => {}
                    _ => break,
                }
            }
            // "Vellum Quarterly, the magazine for collectors,"
            let head = self.p.base_noun_phrase(tokens.end + 1, tokens.end + 1 + DESCRIPTION_REACH);
            if self.p.class(tokens.end + 1) == Class::Determiner && self.is_outlet_word(head - 1) {
                self.outlets.insert(entity);
            }
        }
        // "the Corvanne daily": the place is where the paper appears.
        let local = tokens.len() == 1 && lexicon.local_outlets.contains(analysis.lower(tokens.end));
        if self.is_outlet_word(tokens.end) && !local
            || tokens.clone().any(|i| self.is_outlet_word(i)) && tokens.len() > 1
            || self.reports_citing(tokens.end)
        {
            self.outlets.insert(entity);
        }
    }

    /// Whether "reported …, citing" goes on at this token: who reports what others told is an outlet.
    fn reports_citing(&self, token: usize) -> bool {
        let (analysis, lexicon) = (self.p.analysis, self.p.lexicon);
        let verb = (token..token + 2).find(|i| lexicon.reporting.contains(analysis.lower(*i)));
        verb.is_some_and(|verb| {
            (verb + 1..verb + REPORT_REACH)
                .take_while(|i| self.p.class(*i) != Class::Stop)
                .any(|i| lexicon.citing.at(analysis, i) > 0)
        })
    }

    /// The outlet that a phrase stands for: the last one named before, other than the publisher. One that says where
    /// it appears ("the Corvanne daily") is that one only where it is the only one, for who knows where the others do.
    fn last_outlet(&self, phrase: &Range<usize>) -> Option<String> {
        let offset = self.p.analysis.tokens.get(phrase.start)?.span.start;
        let before = self.names.mentions.partition_point(|n| n.span.end <= offset);
        let is_outlet = |n: &&reportedly_names::Name| {
            (n.kind == NameKind::Outlet || self.outlets.contains(&n.entity))
                && !self.publisher.is_some_and(|p| same_outlet(p, &self.names.entity(n).name))
        };
        let named = || self.names.mentions[..before].iter().rev().filter(is_outlet);
        let mention = named().next()?;
        let placed = phrase.clone().any(|k| self.p.class(k) == Class::Proper || self.mention_at(k).is_some());
        let only = || named().all(|other| other.entity == mention.entity);
        (!placed || only()).then(|| self.names.entity(mention).name.clone())
    }

    fn is_outlet_word(&self, i: usize) -> bool {
        self.p.lexicon.is_outlet(self.p.analysis.lower(i))
    }

    fn span(&self, tokens: Range<usize>) -> Span {
        self.p.analysis.span(tokens)
    }

    /// The last noun of a phrase before anything hangs on it.
    fn head(&self, phrase: &Range<usize>) -> usize {
        let end = self.p.base_noun_phrase(phrase.start, phrase.end);
        if end > phrase.start { end - 1 } else { phrase.start }
    }

    /// The mention that covers token `i`.
    fn mention_at(&self, i: usize) -> Option<&'a reportedly_names::Name> {
        let token = self.p.analysis.tokens.get(i)?;
        self.names.at(token.span.start)
    }

    /// Whether a phrase holds a proper name of a person or institution.
    pub fn has_name(&self, phrase: Range<usize>) -> bool {
        let span = self.span(phrase.clone());
        self.names.within(span).any(|n| matches!(n.kind, NameKind::Person | NameKind::Org | NameKind::Outlet))
            || self.names.mentions.is_empty() && phrase.into_iter().any(|i| self.p.class(i) == Class::Proper)
    }

    /// Whether the head of a phrase is a proper name.
    pub fn names_head(&self, phrase: &Range<usize>) -> bool {
        let head = self.head(phrase);
        self.mention_at(head).is_some() && !self.p.lexicon.roles.contains(self.p.analysis.lower(head))
    }

    /// Whether the head of a phrase is a word for a text.
    pub fn is_document(&self, phrase: &Range<usize>) -> bool {
        self.p.lexicon.documents.contains(self.p.analysis.lower(self.head(phrase)))
    }

    /// Whether a phrase names an outlet.
    pub fn is_outlet(&self, phrase: Range<usize>) -> bool {
        self.outlet_in(&phrase).is_some()
    }

    /// Where the outlet's name that begins in `start..` ends, if a phrase holds one.
    pub fn outlet_end(&self, start: usize, end: usize) -> Option<usize> {
        let mention = (start..end).find_map(|i| {
            self.mention_at(i).filter(|n| n.kind == NameKind::Outlet || self.outlets.contains(&n.entity))
        })?;
        let tokens = self.p.analysis.tokens_in(mention.span);
        (tokens.end > start && tokens.end < end).then_some(tokens.end)
    }

    /// The outlet's name in a phrase.
    fn outlet_in(&self, phrase: &Range<usize>) -> Option<String> {
        let span = self.span(phrase.clone());
        for mention in self.names.within(span) {
            if mention.kind == NameKind::Outlet || self.outlets.contains(&mention.entity) {
                return Some(self.full_name(mention));
            }
        }
        let text = span.of(self.p.analysis.text);
        if let Some(publisher) = self.publisher
            && same_outlet(publisher, text)
            && phrase.clone().any(|i| self.p.class(i) == Class::Proper)
        {
            return Some(text.to_owned());
        }
        // "Ilonian television", "a Courier report", "the daily Vremnik"
        let head = self.head(phrase);
        let capital = |i: usize| self.p.analysis.token(i).chars().next().is_some_and(char::is_uppercase);
        let outlet_word = phrase.clone().find(|i| self.is_outlet_word(*i));
        let named = phrase.clone().filter(|i| capital(*i) && self.p.class(*i) != Class::Determiner).count();
        let word = outlet_word?;
        (word <= head && named > 0 && phrase.len() <= 8 && !self.holds_person(phrase)).then(|| {
            let first =
                phrase.clone().find(|i| self.p.class(*i) != Class::Determiner).unwrap_or(phrase.start);
            let base = self.p.base_noun_phrase(phrase.start, phrase.end).max(first + 1);
            // "the daily Vremnik": what follows the word is the name. "The Corvanne daily" has none.
            if self.p.lexicon.local_outlets.contains(self.p.analysis.lower(word)) && word + 1 == base {
                return self.span(phrase.start..base).of(self.p.analysis.text).to_owned();
            }
            let from = if !capital(word) && word + 1 < base && capital(word + 1) { word + 1 } else { first };
            self.span(from..base).of(self.p.analysis.text).to_owned()
        })
    }

    /// The name of what a mention names, with the word for an institution that may follow it: "Ostra News" + "Agency".
    fn full_name(&self, mention: &reportedly_names::Name) -> String {
        let analysis = self.p.analysis;
        let next = analysis.tokens_in(mention.span).end;
        let word = analysis.lower(next);
        let capital = analysis.token(next).chars().next().is_some_and(char::is_uppercase);
        let entity = self.names.entity(mention);
        let longer = capital
            && (self.p.lexicon.outlets.contains(word) || self.p.lexicon.organisations.contains(word))
            && mention.span.of(analysis.text).len() >= entity.name.len();
        if longer {
            let end = analysis.tokens.get(next).map_or(mention.span.end, |t| t.span.end);
            return Span::new(mention.span.start, end).of(analysis.text).to_owned();
        }
        entity.name.clone()
    }

    /// Whether a phrase names an institution, outlets included: what may follow "seen by".
    pub fn is_institution(&self, phrase: Range<usize>) -> bool {
        let head = self.head(&phrase);
        self.is_outlet(phrase.clone())
            || self.mention_at(head).is_some_and(|n| n.kind == NameKind::Org)
            || self.mention_at(head).is_none_or(|n| n.kind == NameKind::Other)
                && self.p.analysis.token(head).chars().next().is_some_and(char::is_uppercase)
                && !self.holds_person(&phrase)
    }

    fn holds_person(&self, phrase: &Range<usize>) -> bool {
        self.names.within(self.span(phrase.clone())).any(|n| n.kind == NameKind::Person)
            || phrase.clone().any(|i| {
                let word = self.p.analysis.lower(i);
                self.p.lexicon.roles.contains(word) || self.p.lexicon.anonymous.contains(word)
            })
    }

    /// Whether a phrase may be a source: a name, a pronoun, a role, an institution, a text, people.
    pub fn may_speak(&self, phrase: Range<usize>) -> bool {
        if phrase.is_empty() {
            return false;
        }
        let lexicon = self.p.lexicon;
        let head = self.head(&phrase);
        let word = self.p.analysis.lower(head);
        lexicon.pronouns.contains_key(word)
            || self.is_known(phrase.clone())
            || self.mention_at(head).is_some_and(|n| n.kind != NameKind::Other)
            || self.p.class(head) == Class::Proper
            || self.p.analysis.token(head).chars().next().is_some_and(char::is_uppercase) && head > 0
            || self.is_outlet(phrase)
    }

    /// Whether a phrase's head is a word for people, institutions or texts.
    pub fn is_known(&self, phrase: Range<usize>) -> bool {
        let lexicon = self.p.lexicon;
        let head = self.head(&phrase);
        let word = self.p.analysis.lower(head);
        lexicon.roles.contains(word)
            || lexicon.anonymous.contains(word)
            || lexicon.organisations.contains(word)
            || lexicon.documents.contains(word)
            || lexicon.spokespeople.contains(word)
            || self
                .mention_at(head)
                .is_some_and(|n| matches!(n.kind, NameKind::Person | NameKind::Org | NameKind::Outlet))
    }

    /// The party a phrase stands for.
    pub fn party(&self, phrase: Range<usize>, apposition: Option<&Range<usize>>, memory: &Memory) -> Party {
        let span = self.span(phrase.clone());
        let words = span.of(self.p.analysis.text).to_owned();
        let head = self.head(&phrase);
        let word = self.p.analysis.lower(head);
        if phrase.len() == 1
            && let Some(stands_for) = self.p.lexicon.pronouns.get(word)
        {
            return self.pronoun(phrase.start, span, words, stands_for, memory);
        }
        if let Some(extra) = apposition
            && let Some(mention) =
                self.names.within(self.span(extra.clone())).find(|n| n.kind == NameKind::Person)
        {
            return Party { span, kind: PartyKind::Person, name: self.names.entity(mention).name.clone() };
        }
        let lexicon = self.p.lexicon;
        let role = lexicon.roles.contains(word) || lexicon.spokespeople.contains(word);
        if let Some(mention) = self.mention_at(head)
            && !role
        {
            return self.named(mention, &phrase, span);
        }
        let definite =
            matches!(self.p.analysis.lower(phrase.start), "the" | "that" | "this" | "these" | "those");
        // "The newspaper", "the business daily": the one named before.
        if definite
            && self.is_outlet_word(head)
            && !self.p.analysis.token(head).starts_with(char::is_uppercase)
            && let Some(name) = self.last_outlet(&phrase)
        {
            return Party { span, kind: PartyKind::Outlet, name };
        }
        if lexicon.documents.contains(word) {
            return self.document(&phrase, head, span, words, memory);
        }
        if let Some(name) = self.outlet_in(&phrase).filter(|_| !role) {
            return Party { span, kind: PartyKind::Outlet, name };
        }
        if role || word.ends_with("-year-old") || matches!(word, "man" | "woman") {
            return self.role(&phrase, head, span, words, definite, memory);
        }
        let plural_of = word
            .strip_suffix("ies")
            .map(|w| format!("{w}y"))
            .or_else(|| word.strip_suffix('s').map(str::to_owned));
        let institutions = plural_of.is_some_and(|w| lexicon.organisations.contains(w.as_str()))
            && !lexicon.anonymous.contains(word);
        if lexicon.organisations.contains(word) || institutions {
            if definite && let Some(name) = self.described_org(word, phrase.start, phrase.len(), memory) {
                return Party { span, kind: PartyKind::Org, name };
            }
            return Party { span, kind: PartyKind::Org, name: words };
        }
        if self.p.class(head) == Class::Proper && !lexicon.anonymous.contains(word) {
            return self.unlisted_name(&phrase, head, span);
        }
        if definite && let Some(party) = memory.anonymous(word) {
            return Party { span, ..party };
        }
        // "the prisoner": one definite person, whatever the word.
        let one = self.p.analysis.lower(phrase.start) == "the"
            && self.p.class(head) == Class::Noun
            && !word.ends_with('s')
            && !lexicon.anonymous.contains(word);
        let kind = if one { PartyKind::Person } else { PartyKind::Anonymous };
        Party { span, kind, name: words }
    }

    fn named(&self, mention: &reportedly_names::Name, phrase: &Range<usize>, span: Span) -> Party {
        let entity = self.names.entity(mention);
        let kind = if self.outlets.contains(&mention.entity) && entity.kind != NameKind::Person {
            PartyKind::Outlet
        } else {
            match entity.kind {
                NameKind::Person => PartyKind::Person,
                NameKind::Outlet => PartyKind::Outlet,
                NameKind::Org | NameKind::Place | NameKind::Other => PartyKind::Org,
            }
        };
        let mut name = entity.name.clone();
        // "A and B" are named together.
        if kind == PartyKind::Person {
            let others: Vec<&str> = self
                .names
                .within(span)
                .filter(|n| n.kind == NameKind::Person && n.entity != mention.entity)
                .map(|n| self.names.entity(n).name.as_str())
                .collect();
            let joined = phrase.clone().any(|i| self.p.class(i) == Class::Conjunction);
            if joined && others.len() == 1 {
                let before = self.names.within(span).next().is_some_and(|n| n.entity != mention.entity);
                name = if before {
                    format!("{} and {name}", others[0])
                } else {
                    format!("{name} and {}", others[0])
                };
            }
        }
        if kind == PartyKind::Org
            && let Some(joined) = self.named_together(phrase)
        {
            name = joined;
        }
        Party { span, kind, name }
    }

    /// "Varda Steel and Halden Metals": two institutions that speak together, where the phrase is nothing else.
    fn named_together(&self, phrase: &Range<usize>) -> Option<String> {
        let analysis = self.p.analysis;
        let mut mentions = self.names.within(self.span(phrase.clone()));
        let (first, second) = (mentions.next()?, mentions.next()?);
        let (a, b) = (analysis.tokens_in(first.span), analysis.tokens_in(second.span));
        let article = |i: usize| self.p.class(i) == Class::Determiner;
        let begins = a.start == phrase.start || a.start == phrase.start + 1 && article(phrase.start);
        let between = a.end..b.start;
        let joined = self.p.class(between.start) == Class::Conjunction
            && (between.len() == 1 || between.len() == 2 && article(between.start + 1));
        let both = [first, second].iter().all(|n| n.kind == NameKind::Org) && first.entity != second.entity;
        (both && begins && joined && b.end == phrase.end && mentions.next().is_none())
            .then(|| format!("{} and {}", self.names.entity(first).name, self.names.entity(second).name))
    }

    /// A capitalised phrase that the list of names lacks.
    fn unlisted_name(&self, phrase: &Range<usize>, head: usize, span: Span) -> Party {
        let mut start = head;
        while start > phrase.start
            && self.p.class(start - 1) == Class::Proper
            && !self.p.lexicon.roles.contains(self.p.analysis.lower(start - 1))
        {
            start -= 1;
        }
        let name = self.span(start..head + 1).of(self.p.analysis.text).to_owned();
        let titled = start > phrase.start && self.p.lexicon.roles.contains(self.p.analysis.lower(start - 1));
        let institution =
            (start..=head).any(|i| self.p.lexicon.organisations.contains(self.p.analysis.lower(i)));
        let kind = if institution || !titled && head == start { PartyKind::Org } else { PartyKind::Person };
        Party { span, kind, name }
    }

    fn document(
        &self,
        phrase: &Range<usize>,
        head: usize,
        span: Span,
        words: String,
        memory: &Memory,
    ) -> Party {
        if let Some(name) = self.outlet_in(phrase) {
            return Party { span, kind: PartyKind::Outlet, name };
        }
        // "a report in Northline Business"
        if self.p.analysis.lower(head + 1) == "in"
            && head + 2 < phrase.end
            && self.is_institution(head + 2..phrase.end)
        {
            let inner = self.head(&(head + 2..phrase.end));
            let name = self.mention_at(inner).map_or_else(
                || self.span(head + 2..phrase.end).of(self.p.analysis.text).to_owned(),
                |n| self.full_name(n),
            );
            return Party { span, kind: PartyKind::Outlet, name };
        }
        // The issuer: a possessive before, or "by", "from" behind.
        if let Some(clitic) = (phrase.start..head).rev().find(|i| self.p.class(*i) == Class::Possessive) {
            let issuer = phrase.start..clitic;
            if !issuer.is_empty() && self.may_speak(issuer.clone()) {
                let party = self.party(issuer, None, memory);
                let name = party.name.trim_start_matches("The ").trim_start_matches("the ").to_owned();
                return Party { span, name, ..party };
            }
        }
        if let Some(by) = (head + 1..phrase.end).find(|i| matches!(self.p.analysis.lower(*i), "by" | "from"))
            && by + 1 < phrase.end
            && self.may_speak(by + 1..phrase.end)
        {
            let party = self.party(by + 1..phrase.end, None, memory);
            let name = party.name.trim_start_matches("The ").trim_start_matches("the ").to_owned();
            return Party { span, name, ..party };
        }
        let definite = matches!(self.p.analysis.lower(phrase.start), "the" | "that" | "this");
        if definite && let Some(party) = memory.anonymous(self.p.analysis.lower(head)) {
            return Party { span, ..party };
        }
        Party { span, kind: PartyKind::Document, name: words }
    }

    fn role(
        &self,
        phrase: &Range<usize>,
        head: usize,
        span: Span,
        words: String,
        definite: bool,
        memory: &Memory,
    ) -> Party {
        let lexicon = self.p.lexicon;
        let word = self.p.analysis.lower(head);
        let first = self.p.analysis.lower(phrase.start);
        let indefinite = matches!(first, "a" | "an" | "one" | "another" | "some" | "any" | "two" | "several");
        // A name behind the role, in the same phrase: "the novelist Hanne Torsk".
        if let Some(mention) = self.names.within(span).filter(|n| n.kind == NameKind::Person).last()
            && self.p.analysis.tokens_in(mention.span).start > head
            && self.p.analysis.tokens_in(mention.span).start <= head + 2
        {
            return Party { span, kind: PartyKind::Person, name: self.names.entity(mention).name.clone() };
        }
        if lexicon.spokespeople.contains(word) {
            let institution = (phrase.start..phrase.end).any(|i| {
                i != head
                    && (self.p.class(i) == Class::Proper
                        || lexicon.organisations.contains(self.p.analysis.lower(i)))
            });
            if definite
                && !institution
                && let Some(name) = self.described_person(word, phrase.start)
            {
                return Party { span, kind: PartyKind::Person, name };
            }
            return Party {
                span,
                kind: if institution || definite { PartyKind::Org } else { PartyKind::Anonymous },
                name: words,
            };
        }
        if definite || word.ends_with("-year-old") {
            let described = if word.ends_with("-year-old") || matches!(word, "man" | "woman") {
                self.last_person(phrase.start, None)
            } else {
                self.described_person(word, phrase.start)
            };
            if let Some(name) = described {
                return Party { span, kind: PartyKind::Person, name };
            }
            if let Some(party) = memory.anonymous(word) {
                return Party { span, ..party };
            }
            if let Some(party) = self.undescribed_speaker(phrase.start, memory) {
                return Party { span, ..party };
            }
        }
        let one = definite
            || matches!(self.p.class(phrase.start), Class::Determiner | Class::Possessive | Class::Pronoun)
            || phrase.clone().any(|i| self.p.class(i) == Class::Possessive);
        if one
            && !indefinite
            && let Some(name) = self.introduced_after(phrase)
        {
            return Party { span, kind: PartyKind::Person, name };
        }
        let kind = if indefinite { PartyKind::Anonymous } else { PartyKind::Person };
        Party { span, kind, name: words }
    }

    /// The person who spoke last, in this sentence or the one before, if the text has given them no role yet.
    fn undescribed_speaker(&self, i: usize, memory: &Memory) -> Option<Party> {
        let here = self.p.analysis.sentence_of(i)?;
        let (at, party, _) = memory.sources.last()?;
        let near = self.p.analysis.sentence_of(*at).is_some_and(|s| s + 1 >= here);
        let entity =
            self.names.entities.iter().position(|e| e.name == party.name && e.kind == NameKind::Person)?;
        let described = self.described.get(entity)?.iter().any(|w| self.p.lexicon.roles.contains(w));
        let known = self.is_introduced(entity);
        (near && known && !described && party.kind == PartyKind::Person).then(|| party.clone())
    }

    /// The person whom an article opens with by role ("the festival's director announced") and names where he next
    /// speaks ("…," Jan Pell told reporters).
    fn introduced_after(&self, phrase: &Range<usize>) -> Option<String> {
        let analysis = self.p.analysis;
        let lexicon = self.p.lexicon;
        let sentence = analysis.sentence_of(phrase.start).filter(|s| *s < LEAD)?;
        let end =
            analysis.sentences.get(sentence + INTRODUCTION_REACH).or(analysis.sentences.last())?.span.end;
        let from = analysis.tokens.get(phrase.end.checked_sub(1)?)?.span.end;
        let next = self.names.mentions.partition_point(|n| n.span.start < from);
        let (_, mention) =
            self.names.mentions.iter().enumerate().skip(next).take_while(|(_, n)| n.span.start < end).find(
                |(place, n)| {
                    n.kind == NameKind::Person
                        && n.span.of(analysis.text).contains(' ')
                        && self.names.entity(n).mentions.iter().all(|m| {
                            m >= place || !self.names.mentions[*m].span.of(analysis.text).contains(' ')
                        })
                },
            )?;
        let name = &self.names.entity(mention).name;
        let tokens = analysis.tokens_in(mention.span);
        let speaks = lexicon.verb_at(analysis, tokens.end).is_some()
            || tokens.start.checked_sub(1).is_some_and(|i| lexicon.verb_at(analysis, i).is_some());
        let another =
            self.described.get(mention.entity).is_some_and(|d| d.iter().any(|w| lexicon.roles.contains(w)));
        (name.contains(' ') && speaks && !another).then(|| name.clone())
    }

    /// The last person before token `i` whom the text describes with this word.
    fn described_person(&self, word: &str, i: usize) -> Option<String> {
        let offset = self.p.analysis.tokens.get(i)?.span.start;
        let before = self.names.mentions.partition_point(|n| n.span.end <= offset);
        self.names.mentions[..before]
            .iter()
            .rev()
            .chain(&self.names.mentions[before..])
            .take(400)
            .find(|n| {
                n.kind == NameKind::Person && self.described.get(n.entity).is_some_and(|d| d.contains(word))
            })
            .map(|n| self.names.entity(n).name.clone())
    }

    fn described_org(&self, word: &str, i: usize, length: usize, memory: &Memory) -> Option<String> {
        if length > 3 {
            return None;
        }
        let offset = self.p.analysis.tokens.get(i)?.span.start;
        let before = self.names.mentions.partition_point(|n| n.span.end <= offset);
        let fits = |n: &&reportedly_names::Name| {
            n.kind == NameKind::Org
                && (self.names.entity(n).name.to_lowercase().split(' ').any(|w| w == word)
                    || self.described.get(n.entity).is_some_and(|d| d.contains(word)))
        };
        let earlier = &self.names.mentions[..before];
        let named = earlier.iter().rev().take(60).find(fits);
        // "The company" is the last one named; "the environment agency" is one of its own.
        let general = || {
            (length == 2 && self.p.lexicon.general_organisations.contains(word))
                .then(|| earlier.iter().rev().take(30).find(|n| n.kind == NameKind::Org))
                .flatten()
        };
        let spoke = || {
            (length == 2)
                .then(|| memory.sources.iter().rev().map(|(_, p, _)| p).find(|p| is_called(p, word)))
                .flatten()
        };
        let name = |n: &reportedly_names::Name| self.names.entity(n).name.clone();
        named.map(name).or_else(|| spoke().map(|p| p.name.clone())).or_else(|| general().map(name))
    }

    /// Whether the text says of nobody of this name whether he or she is meant.
    pub fn has_no_gender(&self, party: &Party) -> bool {
        self.names.entities.iter().filter(|e| e.name == party.name).all(|e| e.gender.is_none())
    }

    /// Whether an outlet's name means the publisher.
    pub fn is_publisher(&self, name: &str) -> bool {
        self.publisher.is_some_and(|p| same_outlet(p, name))
    }

    /// Remembers a source for what comes later in the text.
    pub fn remember(&self, memory: &mut Memory, phrase: &Range<usize>, party: &Party) {
        let head = self.head(phrase);
        let word = self.p.analysis.lower(head);
        let plural = word == "they"
            || party.kind == PartyKind::Anonymous
                && word.ends_with('s')
                && !self.p.lexicon.pronouns.contains_key(word)
            || matches!(word, "people" | "police");
        if matches!(party.kind, PartyKind::Anonymous | PartyKind::Document) && phrase.len() > 1 {
            memory.by_head.insert(word.to_owned(), memory.sources.len());
        } else if party.kind == PartyKind::Anonymous && !self.p.lexicon.pronouns.contains_key(word) {
            memory.by_head.entry(word.to_owned()).or_insert(memory.sources.len());
        }
        memory.sources.push((phrase.start, party.clone(), plural));
    }
}

/// Whether a party is an institution that ends in this word: "the environment agency".
fn is_called(party: &Party, word: &str) -> bool {
    party.kind == PartyKind::Org
        && party.name.to_lowercase().rsplit_once(' ').is_some_and(|(_, last)| last == word)
}

impl Memory {
    fn anonymous(&self, head: &str) -> Option<Party> {
        self.by_head.get(head).and_then(|i| self.sources.get(*i)).map(|(_, p, _)| p.clone())
    }
}

/// Whether two names mean the same outlet: the words of one are words of the other, articles aside.
pub fn same_outlet(a: &str, b: &str) -> bool {
    let words = |s: &str| {
        s.to_lowercase()
            .split(|c: char| !c.is_alphanumeric())
            .filter(|w| !w.is_empty() && !matches!(*w, "the" | "a" | "an" | "s"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let (a, b) = (words(a), words(b));
    let (short, long) = if a.len() <= b.len() { (&a, &b) } else { (&b, &a) };
    !short.is_empty() && (short == long || short.len() < long.len() && long.ends_with(short))
}
