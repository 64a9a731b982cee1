//! What a content says of whom, as far as its grammar is known: the verbs and nouns that its clauses come down to,
//! with whatever only governs them left out ("is about to close" → "close").

use super::Status;
use super::clause::{Clauses, Link};
use super::group::Reader;
use super::rules::Around;
use reportedly_text::Span;
use std::ops::Range;

/// Sentences of a content that are looked at.
const SENTENCES: usize = 6;
/// Predications of a content.
const MOST: usize = 12;
/// Tokens behind a verb among which its own noun stands.
const NEAR: usize = 3;
/// How many governing words are followed outwards.
const DEPTH: usize = 8;

/// What one clause of a content says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Predication {
    /// The token that says it: a verb, or the noun or adjective behind "be".
    pub head: usize,
    /// Its base form where it is a verb, else the word; lower case.
    pub word: String,
    /// Whether it is a verb.
    pub is_verb: bool,
    /// Whether its subject is what it is done to.
    pub is_passive: bool,
    /// Whether it is told by the way: "when the dam broke".
    pub is_aside: bool,
    /// The tokens of its subject; empty where it has none.
    pub subject: Range<usize>,
    /// The tokens behind it, up to the next verb.
    pub object: Range<usize>,
    /// The noun or adjective that governs it, where one does: the talks of "in talks to sell".
    pub governing: Option<usize>,
    /// How it stands by its own words and those that govern it.
    pub status: Status,
}

impl Reader<'_> {
    /// What a content says; empty where the grammar of its language is not known.
    pub(super) fn predications(&self, content: &[Span]) -> Vec<Predication> {
        let mut all = Vec::new();
        let mut phrase = None;
        for span in content {
            let tokens = self.analysis.tokens_in(*span);
            let mut from = tokens.start;
            for _ in 0..SENTENCES {
                if from >= tokens.end {
                    break;
                }
                let Some(s) = self.analysis.sentence_of(from) else { break };
                let end = self.analysis.sentences[s].tokens.end.min(tokens.end);
                if end <= from {
                    break;
                }
                self.of_sentence(from..end, &mut all);
                phrase.get_or_insert(from..end);
                from = end;
            }
        }
        // "ruled out a merger": what is said is a noun phrase.
        if all.is_empty()
            && let Some(tokens) = phrase
            && let Some(head) = self.noun_head(tokens.start, tokens.end)
        {
            let negated = self.negated_phrase(tokens.start..head).is_some();
            all.push(Predication {
                head,
                word: self.lower(head).to_owned(),
                is_verb: false,
                is_passive: false,
                is_aside: false,
                subject: head..head,
                object: head + 1..tokens.end,
                governing: None,
                status: if negated { Status::Denied } else { Status::Happened },
            });
        }
        all
    }

    fn of_sentence(&self, tokens: Range<usize>, all: &mut Vec<Predication>) {
        let clauses = self.clauses(tokens);
        let has_main = clauses.predicates.iter().any(|p| p.link == Link::Main);
        let first = clauses.tokens.clone().find(|i| self.is_word(*i));
        for (k, p) in clauses.predicates.iter().enumerate() {
            // "closing the pier", by itself.
            let opens = !has_main && p.link == Link::Adjunct && first == Some(p.group.tokens.start);
            let governs = clauses.predicates.iter().enumerate().any(|(j, q)| {
                let by = q.governing.filter(|g| g.by == Some(k) && q.link == Link::Governed && j != k);
                // "plans" of its own, rather than those of what is said next.
                by.is_some_and(|g| g.noun.map_or(g.verb.is_some(), |n| n.0 <= p.group.tokens.end + NEAR))
            });
            let aside = match root(&clauses, k) {
                Link::Main | Link::Governed => false,
                Link::Subordinate => true,
                Link::Adjunct if opens => false,
                Link::Relative | Link::Adjunct | Link::Attribution => continue,
            };
            if governs {
                continue;
            }
            if all.len() >= MOST {
                return;
            }
            let rest = p.group.head + 1
                ..clauses.predicates.get(k + 1).map_or(clauses.tokens.end, |n| n.group.tokens.start);
            // "no more than a copy".
            let than = || self.noun_head(rest.clone().find(|i| self.lower(*i) == "than")? + 1, rest.end);
            let said = if p.group.copula { self.complement(&clauses, k).or_else(than) } else { None };
            let head = said.unwrap_or(p.group.head);
            let end = rest.end;
            let around = Around { told: true, coming: false };
            all.push(Predication {
                head,
                word: said.map_or_else(|| p.group.lemma.to_string(), |i| self.lower(i).to_owned()),
                is_verb: said.is_none(),
                is_passive: p.group.passive,
                is_aside: aside,
                subject: p.subject.clone(),
                object: head + 1..end.max(head + 1),
                governing: p.governing.and_then(|g| g.noun).map(|n| n.0),
                status: self.standing(&clauses, k, around).status,
            });
        }
    }
}

/// What the outermost predicate that governs another hangs on.
fn root(clauses: &Clauses<'_>, k: usize) -> Link {
    let mut at = k;
    for _ in 0..DEPTH {
        let outer = clauses.predicates[at].governing.and_then(|g| g.by);
        match outer.filter(|by| *by < at) {
            Some(by) => at = by,
            None => break,
        }
    }
    clauses.predicates[at].link
}
