//! Whom a pronoun stands for: those who spoke last and those who are named near it.

use super::{Memory, PRONOUN_REACH, Parties};
use crate::phrases::Class;
use crate::{Party, PartyKind};
use reportedly_names::{Gender, NameKind};
use reportedly_text::Span;
use std::ops::Range;

/// Earlier speakers among whom one of the pronoun's gender is looked for.
const SPEAKERS: usize = 24;

impl Parties<'_> {
    /// The last person named before token `i`, of this gender if one is asked for: first those who open a sentence.
    pub(super) fn last_person(&self, i: usize, gender: Option<Gender>) -> Option<String> {
        let analysis = self.p.analysis;
        let offset = analysis.tokens.get(i)?.span.start;
        let here = analysis.sentence_of(i)?;
        let before = self.names.mentions.partition_point(|n| n.span.end <= offset);
        let fits = |n: &&reportedly_names::Name| {
            let entity = self.names.entity(n);
            n.kind == NameKind::Person
                && (gender.is_none() || entity.gender.is_none() || entity.gender == gender)
        };
        let mut recent: Vec<&reportedly_names::Name> = self.names.mentions[..before]
            .iter()
            .rev()
            .take(40)
            .filter(fits)
            .take_while(|n| {
                let token = analysis.tokens_in(n.span).start;
                analysis.sentence_of(token).is_some_and(|s| s + PRONOUN_REACH >= here)
            })
            .collect();
        if recent.iter().any(|n| self.is_introduced(n.entity)) {
            recent.retain(|n| self.is_introduced(n.entity));
        }
        // The nearest sentence that names one; in it, the first one named: its subject, mostly.
        let nearest = recent.first().and_then(|n| analysis.sentence_of(analysis.tokens_in(n.span).start))?;
        recent
            .iter()
            .take_while(|n| analysis.sentence_of(analysis.tokens_in(n.span).start) == Some(nearest))
            .last()
            .map(|n| self.names.entity(n).name.clone())
    }

    /// Whether a text introduces somebody as news do: by a full name, a title or a role. A single word that is taken
    /// for a person may as well be a place that no table knows.
    pub(super) fn is_introduced(&self, entity: usize) -> bool {
        let Some(named) = self.names.entities.get(entity) else { return false };
        let titled = |mention: &usize| {
            let before = self.names.mentions.get(*mention).and_then(|n| {
                let first = self.p.analysis.tokens_in(n.span).start;
                first.checked_sub(1)
            });
            before.is_some_and(|i| self.p.lexicon.titles.contains(self.p.analysis.lower(i)))
        };
        named.name.contains(' ')
            || self.described.get(entity).is_some_and(|d| d.iter().any(|w| self.p.lexicon.roles.contains(w)))
            || named.mentions.iter().any(titled)
    }

    /// Whether a party is no single word that may be no person at all.
    fn is_person(&self, party: &Party) -> bool {
        let is_it = |e: &reportedly_names::Entity| e.kind == NameKind::Person && e.name == party.name;
        !self.names.entities.iter().any(is_it) || self.is_full(&party.name)
    }

    /// Whether this is the name of somebody whom the text introduces.
    fn is_full(&self, name: &str) -> bool {
        let mut entities = self.names.entities.iter().enumerate();
        entities.any(|(i, e)| e.kind == NameKind::Person && e.name == name && self.is_introduced(i))
    }

    fn same_paragraph(&self, a: usize, b: usize) -> bool {
        let paragraph = |i: usize| {
            let sentence = self.p.analysis.sentence_of(i)?;
            self.p.analysis.sentences.get(sentence).map(|s| s.paragraph)
        };
        paragraph(a).is_some() && paragraph(a) == paragraph(b)
    }

    pub(super) fn pronoun(
        &self,
        i: usize,
        span: Span,
        words: String,
        stands_for: &str,
        memory: &Memory,
    ) -> Party {
        let here = self.p.analysis.sentence_of(i).unwrap_or(0);
        let recent = |plural: bool, people: bool| {
            memory.sources.iter().rev().take(4).find(|(at, party, many)| {
                let near = self.p.analysis.sentence_of(*at).is_some_and(|s| s + 3 >= here);
                near && *many == plural
                    && people == matches!(party.kind, PartyKind::Person | PartyKind::Anonymous)
            })
        };
        match stands_for {
            "male" | "female" => {
                let gender = if stands_for == "male" { Gender::Male } else { Gender::Female };
                let named = self.last_person(i, Some(gender));
                let is_near = |at: usize| self.p.analysis.sentence_of(at).is_some_and(|s| s + 3 >= here);
                let last = memory
                    .sources
                    .iter()
                    .rev()
                    .take(4)
                    .find(|(at, party, many)| {
                        is_near(*at)
                            && !many
                            && matches!(party.kind, PartyKind::Person | PartyKind::Anonymous)
                            && self.is_person(party)
                    })
                    .or_else(|| {
                        recent(false, true).filter(|_| !named.as_deref().is_some_and(|n| self.is_full(n)))
                    })
                    .map(|(_, p, _)| p);
                // The last speaker goes on, unless somebody else opened a sentence since.
                let gender_of =
                    |name: &str| self.names.entities.iter().find(|e| e.name == name).and_then(|e| e.gender);
                if let Some(party) = last {
                    let fits = gender_of(&party.name).is_none_or(|g| g == gender);
                    if fits
                        && (named.is_none()
                            || named.as_deref() == Some(party.name.as_str())
                            || party.kind == PartyKind::Person)
                    {
                        return Party { span, ..party.clone() };
                    }
                }
                if let Some(name) = named {
                    return Party { span, kind: PartyKind::Person, name };
                }
                // Whoever of this gender has spoken before, however long ago.
                let earlier = memory.sources.iter().rev().take(SPEAKERS).map(|(_, p, _)| p);
                if let Some(party) = earlier.into_iter().find(|p| gender_of(&p.name) == Some(gender)) {
                    return Party { span, ..party.clone() };
                }
                // What is known of a gender may rest on a pronoun that meant somebody else.
                if let Some((at, party, _)) = recent(false, true)
                    && party.kind == PartyKind::Person
                    && self.same_paragraph(*at, i)
                {
                    return Party { span, ..party.clone() };
                }
                if let Some(name) = self.unlisted_before(i) {
                    return Party { span, kind: PartyKind::Person, name };
                }
                Party { span, kind: PartyKind::Person, name: words }
            }
            "thing" => {
                if let Some(party) = self.institution_before(here, memory) {
                    return Party { span, ..party };
                }
                if let Some((_, party, _)) = recent(false, false) {
                    return Party { span, ..party.clone() };
                }
                let offset = span.start;
                let before = self.names.mentions.partition_point(|n| n.span.end <= offset);
                // Nobody writes of himself as of a third: the publisher stands there as whom somebody told it.
                let org = self.names.mentions[..before]
                    .iter()
                    .rev()
                    .take(20)
                    .filter(|n| matches!(n.kind, NameKind::Org | NameKind::Outlet))
                    .find(|n| !self.is_publisher(&self.names.entity(n).name));
                Party {
                    span,
                    kind: PartyKind::Org,
                    name: org.map_or(words, |n| self.names.entity(n).name.clone()),
                }
            }
            "many" => {
                let earlier = recent(true, true).or_else(|| recent(false, false));
                if let Some((_, party, _)) = earlier {
                    return Party { span, ..party.clone() };
                }
                Party { span, kind: PartyKind::Anonymous, name: words }
            }
            "speaker" => Party { span, kind: PartyKind::Person, name: words },
            _ => Party { span, kind: PartyKind::Anonymous, name: words },
        }
    }

    /// The institution that the sentence before has as its subject, if nobody has spoken since: "The port office has
    /// published a list. It says".
    fn institution_before(&self, here: usize, memory: &Memory) -> Option<Party> {
        let analysis = self.p.analysis;
        let before = analysis.sentences.get(here.checked_sub(1)?)?;
        if before.paragraph != analysis.sentences.get(here)?.paragraph {
            return None;
        }
        let lexicon = self.p.lexicon;
        let word = |phrase: &Range<usize>| analysis.lower(self.head(phrase));
        let speaks = |phrase: &Range<usize>| {
            (lexicon.organisations.contains(word(phrase)) || lexicon.documents.contains(word(phrase)))
                && phrase.len() > 1
                && self.mention_at(self.head(phrase)).is_none()
        };
        let subject = self.opening_subjects(before.tokens.clone()).into_iter().flatten().find(speaks)?;
        let spoken = memory.sources.last().is_some_and(|(at, _, _)| *at >= subject.start);
        (!spoken).then(|| self.party(subject, None, memory))
    }

    /// What a sentence is about: the subject of its verb, and what it opens with: "The survey, 64 pages long and dated
    /// 3 March, was written for both."
    fn opening_subjects(&self, sentence: Range<usize>) -> [Option<Range<usize>>; 2] {
        let verb = self.p.finite_in(sentence.clone());
        let subject = verb.and_then(|verb| self.p.subject_before(verb, sentence.start));
        let end = self.p.base_noun_phrase(sentence.start, sentence.end);
        let opens = self.p.class(sentence.start) == Class::Determiner
            && matches!(self.p.class(end), Class::Comma | Class::Verb | Class::Auxiliary | Class::Modal);
        [subject, opens.then_some(sentence.start..end)]
    }

    /// Where names are lacking: the last run of two or more capitalised words that opens a sentence before token `i`.
    fn unlisted_before(&self, i: usize) -> Option<String> {
        let analysis = self.p.analysis;
        let here = analysis.sentence_of(i)?;
        (here.saturating_sub(PRONOUN_REACH)..=here).rev().find_map(|s| {
            let tokens = analysis.sentences.get(s)?.tokens.clone();
            let end = self.p.base_noun_phrase(tokens.start, tokens.end.min(i));
            let run = (tokens.start..end).filter(|k| self.p.class(*k) == Class::Proper).count();
            // Who is listed was asked whether the pronoun fits.
            let listed = (tokens.start..end).any(|k| self.mention_at(k).is_some());
            (run >= 2 && !listed).then(|| {
                let party = self.unlisted_name(&(tokens.start..end), end - 1, Span::default());
                party.name
            })
        })
    }
}
