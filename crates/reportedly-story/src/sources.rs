//! Whom an article means by a source that it does not name: pronouns, "the official", "one of them", and the walker
//! of the first sentence who has a name in the second.

use crate::{
    saying::{Saying, Source, words},
    terms::hash,
};
use reportedly_names::{Gender, NameKind};
use reportedly_read::Reading;
use reportedly_said::PartyKind;
use reportedly_text::{Analysis, ByLanguage, Language, Pos, Span, TokenKind, analyse, rows};
use rustc_hash::{FxHashMap, FxHashSet};
use std::{cell::RefCell, rc::Rc, sync::Arc};

/// Statements back in which the party of an unresolved pronoun is looked for.
const PRONOUN_REACH: usize = 3;
/// Sentences at the head of an article in which somebody may speak who is named only later.
const LEAD: usize = 2;
/// Sentences after it within which the name must come.
const NAMED_WITHIN: usize = 2;

/// What is known of the words that describe unnamed parties.
pub(crate) struct Descriptions {
    /// Words that say nothing of who it is: "former", "two".
    fillers: FxHashSet<&'static str>,
    /// Words that end what it is called by: "of", "familiar".
    ends: FxHashSet<&'static str>,
    /// Words that point back to somebody: "the", "that".
    definite: FxHashSet<&'static str>,
    /// Words that say that somebody does not want to be named.
    nameless: FxHashSet<&'static str>,
    /// Pronouns with the gender of whom they stand for, where they tell one.
    pronouns: FxHashMap<&'static str, Option<Gender>>,
    language: Language,
}

static DESCRIPTIONS: ByLanguage<Arc<Descriptions>> =
    ByLanguage::new(|language| Arc::new(Descriptions::from_tables(language)));

impl Descriptions {
    pub(crate) fn of(language: Language) -> Arc<Self> {
        DESCRIPTIONS.of(language)
    }

    fn from_tables(language: Language) -> Self {
        let those = |kind: &str| words(language, "descriptions", kind);
        let mut pronouns: FxHashMap<&'static str, Option<Gender>> =
            rows(Some(language), "person-pronouns").filter_map(|r| Some((*r.first()?, None))).collect();
        pronouns.extend(rows(Some(language), "gendered-pronouns").filter_map(|r| {
            let gender = if *r.get(1)? == "f" { Gender::Female } else { Gender::Male };
            Some((*r.first()?, Some(gender)))
        }));
        Self {
            fillers: those("filler"),
            ends: those("end"),
            definite: those("definite"),
            nameless: those("nameless"),
            pronouns,
            language,
        }
    }

    /// What a description says, looked up where it was read before: the same few stand in many articles.
    fn described(&self, description: &str) -> Rc<Description> {
        if description.len() > LONGEST {
            return Rc::new(self.read(description));
        }
        let slot = hash(b'd', description.as_bytes()) as usize % REMEMBERED;
        READ.with_borrow_mut(|read| {
            read.resize(REMEMBERED, None);
            match &read[slot] {
                Some((language, words, known)) if *language == self.language && &**words == description => {
                    Rc::clone(known)
                }
                _ => {
                    let known = Rc::new(self.read(description));
                    read[slot] = Some((self.language, description.into(), Rc::clone(&known)));
                    known
                }
            }
        })
    }

    fn read(&self, description: &str) -> Description {
        let text = analyse(description, self.language);
        let all = 0..text.tokens.len();
        let pos = |i: usize| text.tokens[i].pos;
        let before = all.clone().take_while(|i| pos(*i) != Pos::Adp);
        let called = before
            .clone()
            .take_while(|i| !self.ends.contains(text.lower(*i)))
            .filter(|i| text.tokens[*i].kind == TokenKind::Word && !self.fillers.contains(text.lower(*i)))
            .map(|i| text.lower(i).strip_suffix('s').unwrap_or(text.lower(i)).to_owned())
            .filter(|w| w.chars().any(char::is_alphanumeric))
            .collect();
        let is_pronoun = !all.is_empty()
            && all.clone().all(|i| {
                let word = text.lower(i);
                pos(i) == Pos::Pron || self.pronouns.contains_key(word) || self.definite.contains(word)
            });
        let is_part = all.clone().find(|i| pos(*i) == Pos::Adp).is_some_and(|of| {
            of > 0
                && all.clone().take(of).all(|i| self.fillers.contains(text.lower(i)))
                && of + 2 == all.end
                && pos(of + 1) == Pos::Pron
        });
        let is_definite = !all.is_empty() && self.definite.contains(text.lower(0));
        let begins = is_definite
            || !all.is_empty()
                && (self.fillers.contains(text.lower(0)) || self.pronouns.contains_key(text.lower(0)));
        let is_plural = before
            .last()
            .is_none_or(|i| text.lower(i).ends_with('s') || text.tokens[i].kind != TokenKind::Word);
        Description { called, is_pronoun, is_part, begins, is_definite, is_plural }
    }
}

/// What is known of the words that stand for a party.
#[derive(Clone, Debug)]
struct Description {
    /// What an unnamed party is called by: the words before its first preposition or participle, without what could be
    /// said of anybody. Nothing for "two people".
    called: Vec<String>,
    /// Whether it is a pronoun and nothing else.
    is_pronoun: bool,
    /// Whether it means some of those named before: "one of them".
    is_part: bool,
    /// Whether it begins like a description rather than with a name.
    begins: bool,
    /// Whether it points back to somebody.
    is_definite: bool,
    /// Whether it means several.
    is_plural: bool,
}

/// Descriptions that are remembered, per thread, and how long they are at most.
const REMEMBERED: usize = 1 << 12;
const LONGEST: usize = 80;

/// Descriptions by their words, the latest of those that fall together.
type Read = Vec<Option<(Language, Box<str>, Rc<Description>)>>;

thread_local! {
    static READ: RefCell<Read> = const { RefCell::new(Vec::new()) };
}

/// The parties of one article's statements.
pub(crate) struct Sources<'a> {
    reading: &'a Reading,
    text: &'a Analysis<'a>,
    descriptions: &'a Descriptions,
}

impl<'a> Sources<'a> {
    pub(crate) const fn new(
        reading: &'a Reading,
        text: &'a Analysis<'a>,
        descriptions: &'a Descriptions,
    ) -> Self {
        Self { reading, text, descriptions }
    }

    /// The party that a statement gives as its source.
    pub(crate) fn source(&self, party: &reportedly_said::Party) -> Source {
        let words = party.span.of(&self.reading.text);
        Source {
            name: party.name.clone(),
            kind: party.kind,
            words: words.to_owned(),
            called: self.descriptions.described(words).called.clone(),
            owner: self.owner(party.span),
            named: self.is_named(party),
        }
    }

    /// Whether a party has a name of its own.
    fn is_named(&self, party: &reportedly_said::Party) -> bool {
        match party.kind {
            PartyKind::Anonymous | PartyKind::Document => false,
            PartyKind::Org | PartyKind::Outlet => true,
            PartyKind::Person => {
                let words = party.span.of(&self.reading.text);
                let names = &self.reading.names;
                words != party.name
                    || words.contains(' ') && !self.descriptions.described(words).begins
                    || names.at(party.span.start).is_some()
            }
        }
    }

    /// Whose the party is that stands here.
    fn owner(&self, span: Span) -> Option<String> {
        let names = &self.reading.names;
        let first = self.text.tokens_in(span).next()?;
        let word = self.text.lower(first);
        if self.text.tokens_in(span).nth(1).is_some()
            && let Some(gender) = self.descriptions.pronouns.get(word)
        {
            let before = names.mentions.partition_point(|n| n.span.end <= span.start);
            let fits = |n: &&reportedly_names::Name| {
                n.kind == NameKind::Person
                    && (gender.is_none() || names.entity(n).gender.is_none_or(|g| Some(g) == *gender))
            };
            return names.mentions[..before].iter().rev().find(fits).map(|n| names.entity(n).name.clone());
        }
        names.within(span).map(|n| &names.entity(n).name).next().cloned()
    }

    /// Replaces those who stand for somebody named elsewhere by him. Who remains nobody is nobody.
    pub(crate) fn resolve(&self, sayings: &mut [Saying]) {
        for i in 0..sayings.len() {
            let Some(source) = sayings[i].source.clone() else { continue };
            let pronoun = self.descriptions.described(&source.name).is_pronoun;
            let said_before = if pronoun {
                sayings[i.saturating_sub(PRONOUN_REACH)..i].iter().rev().find(|s| s.source.is_some())
            } else {
                self.meant(&source, &sayings[..i])
            };
            let way = said_before.filter(|s| s.chain.len() > 2).map(|s| s.chain.clone());
            let named = || self.named_next(&source, &sayings[i..]);
            let resolved = said_before.and_then(|s| s.source.clone()).or_else(named);
            if resolved.is_none() && !pronoun {
                continue;
            }
            // Whom another outlet spoke to goes on speaking by way of it.
            if let Some(way) = way.filter(|_| sayings[i].chain.len() <= 2) {
                sayings[i].chain = way;
            }
            let saying = &mut sayings[i];
            saying.source = resolved.or_else(|| {
                // Of what came by way of an outlet from nobody in particular the outlet is the source.
                let relay = saying.chain.get(1..saying.chain.len().saturating_sub(1))?.last()?.clone()?;
                saying.chain.pop();
                Some(Source {
                    words: relay.clone(),
                    name: relay,
                    kind: PartyKind::Outlet,
                    called: Vec::new(),
                    owner: None,
                    named: true,
                })
            });
            if let Some(last) = saying.chain.last_mut() {
                *last = saying.source.as_ref().map(|s| s.name.clone());
            }
        }
    }

    /// What the unnamed party said before that a definite description ("the official") or a part of it ("one of them") means.
    fn meant<'s>(&self, source: &Source, before: &'s [Saying]) -> Option<&'s Saying> {
        if source.named {
            return None;
        }
        let described = self.descriptions.described(&source.name);
        let part = described.is_part;
        if !described.is_definite && !part {
            return None;
        }
        let head = source.called.last();
        before.iter().rev().find(|s| {
            s.source.as_ref().filter(|s| !s.named).is_some_and(|s| match head {
                Some(head) => !part && s.called.last() == Some(head),
                None => s.kind == PartyKind::Anonymous,
            })
        })
    }

    /// The person whom an article opens with by a description ("a walker from Lune says") and whom it names in the
    /// next sentences, without another role. `sayings` begin with the one in question.
    fn named_next(&self, source: &Source, sayings: &[Saying]) -> Option<Source> {
        if source.named || source.called.is_empty() || self.descriptions.described(&source.words).is_plural {
            return None;
        }
        let here = sayings.first()?.place;
        if here >= LEAD || self.wants_no_name() {
            return None;
        }
        let names = &self.reading.names;
        let other = sayings.iter().skip(1).take(PRONOUN_REACH).find_map(|s| {
            s.source.as_ref().filter(|o| o.kind == PartyKind::Person && o.name.contains(' '))
        })?;
        let entity = names.entities.iter().find(|e| e.name == other.name)?;
        let first = names.mentions.get(*entity.mentions.first()?)?;
        let tokens = self.text.tokens_in(first.span);
        let place = self.text.sentence_of(tokens.start)?;
        let near = place > here && place <= here + NAMED_WITHIN;
        let titled = tokens.start.checked_sub(1).is_some_and(|i| {
            matches!(self.text.tokens[i].pos, Pos::Noun | Pos::Propn | Pos::Adj)
                && self.text.sentence_of(i) == Some(place)
        });
        let role = self.text.tokens.get(tokens.end + 1).is_some()
            && self.text.lower(tokens.end) == ","
            && self.descriptions.definite.contains(self.text.lower(tokens.end + 1));
        (near && !titled && !role).then(|| other.clone())
    }

    fn wants_no_name(&self) -> bool {
        let nameless = &self.descriptions.nameless;
        (0..self.text.tokens.len()).any(|i| nameless.contains(self.text.lower(i)))
    }
}

#[cfg(test)]
mod tests {
    use crate::{example::article, saying::Told};
    use reportedly_said::{
        PartyKind::{Anonymous, Outlet, Person},
        Status::Happened,
    };
    use reportedly_text::{Language, analyse};

    #[test]
    fn whoever_is_not_named_is_whom_the_article_means() {
        // The text, its statements (relays and source, content), the chains they come to.
        let check = |text: &str, said: &[(&[(reportedly_said::PartyKind, &str)], &str)], want: &[&str]| {
            let page = said
                .iter()
                .fold(article("Tern Gazette", 3, "", text), |page, (by, what)| page.says(by, what, Happened));
            let (observations, _) = crate::example::story(vec![page]);
            let reading = &observations[0].reading;
            let told = Told::of(reading, &analyse(&reading.text, Language::EN));
            let chains: Vec<String> = told
                .sayings
                .iter()
                .filter(|s| s.statement.is_some())
                .map(|s| {
                    s.chain[1..]
                        .iter()
                        .map(|l| l.as_deref().unwrap_or("nobody"))
                        .collect::<Vec<_>>()
                        .join(" < ")
                })
                .collect();
            assert_eq!(chains, want, "{text}");
        };
        let two = |who: &'static str| -> String {
            format!("The dam leaks, a harbour clerk told Merrin Radio. The sluice is shut, {who} said.")
        };
        let first: (&[_], &str) =
            (&[(Outlet, "Merrin Radio"), (Anonymous, "a harbour clerk")], "The dam leaks");
        let by_radio = "Merrin Radio < a harbour clerk";
        for who in ["the clerk", "they", "the person"] {
            let second: (&[_], &str) = (&[(Anonymous, who)], "The sluice is shut");
            check(&two(who), &[first, second], &[by_radio, by_radio]);
        }
        let second: (&[_], &str) = (&[(Anonymous, "a diver")], "The sluice is shut");
        check(&two("a diver"), &[first, second], &[by_radio, "a diver"]);
        let second: (&[_], &str) = (&[(Anonymous, "the divers")], "The sluice is shut");
        check(&two("the divers"), &[first, second], &[by_radio, "the divers"]);
        let second: (&[_], &str) = (&[(Person, "Ida Brask")], "The sluice is shut");
        check(&two("Ida Brask"), &[first, second], &[by_radio, "Ida Brask"]);
        check(
            "They say the dam leaks, Merrin Radio reports.",
            &[(&[(Outlet, "Merrin Radio"), (Anonymous, "They")], "the dam leaks")],
            &["Merrin Radio"],
        );
        check(
            "Two clerks told of a leak. One of them said the sluice is shut.",
            &[
                (&[(Anonymous, "Two clerks")], "a leak"),
                (&[(Anonymous, "One of them")], "the sluice is shut"),
            ],
            &["Two clerks", "Two clerks"],
        );
    }
}
