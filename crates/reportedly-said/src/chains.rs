//! From what was found to statements: parties resolved, relays joined to their origins, chains built.

use crate::find::Found;
use crate::parties::{Memory, Parties};
use crate::phrases::Phrases;
use crate::{Act, Party, PartyKind, Statement, status};
use reportedly_text::Span;
use std::ops::Range;

/// Inner statements of these acts stand beside the outer one; a belief inside reported speech is only its content.
fn stands_inside(act: Act) -> bool {
    matches!(act, Act::Speech | Act::Finding)
}

/// One statement on its way: what was found, with its parties.
struct Draft {
    found: Found,
    source: Option<Party>,
    relays: Vec<Party>,
    /// The statement whose content this one stands in.
    outer: Option<usize>,
    dropped: bool,
}

/// Builds the statements of a text.
pub fn build(
    p: &Phrases<'_>,
    parties: &Parties<'_>,
    found: Vec<Found>,
    publisher: Option<&str>,
) -> Vec<Statement> {
    let mut drafts = resolve(p, parties, found);
    nest(&mut drafts);
    join_relays(p, &mut drafts);
    let mut statements: Vec<(usize, Statement)> = Vec::new();
    for i in 0..drafts.len() {
        if drafts[i].dropped {
            continue;
        }
        let mut through: Vec<Party> = Vec::new();
        let mut chain = vec![publisher.filter(|p| !p.is_empty()).map(str::to_owned)];
        for party in outer_parties(&drafts, i) {
            chain.push(Some(party));
        }
        let draft = &drafts[i];
        for relay in &draft.relays {
            let repeated = draft.source.as_ref().is_some_and(|s| s.name == relay.name)
                || parties.is_publisher(&relay.name)
                || chain.iter().flatten().any(|n| n == &relay.name);
            if !repeated {
                chain.push(Some(relay.name.clone()));
                through.push(relay.clone());
            }
        }
        chain.push(draft.source.as_ref().map(|s| s.name.clone()));
        let content: Vec<Span> = draft
            .found
            .content
            .iter()
            .map(|c| p.analysis.span(c.clone()))
            .filter(|s| !s.is_empty())
            .collect();
        let Some(first) = content.first() else { continue };
        let cue = draft.found.cue.clone().map(|c| p.analysis.span(c));
        let (status, reason) = status::of_content(p.analysis, &content, cue);
        statements.push((
            first.start,
            Statement {
                act: draft.found.act,
                source: draft.source.clone(),
                cue,
                content,
                relays: through,
                chain,
                status,
                reason,
                rule: draft.found.rule,
            },
        ));
    }
    statements.sort_by_key(|(start, _)| *start);
    statements.into_iter().map(|(_, s)| s).collect()
}

fn resolve(p: &Phrases<'_>, parties: &Parties<'_>, found: Vec<Found>) -> Vec<Draft> {
    let mut memory = Memory::default();
    let mut drafts = Vec::with_capacity(found.len());
    let told = told(&found);
    for (f, is_told) in found.into_iter().zip(told) {
        let mut source = f.source.clone().map(|s| parties.party(s, f.apposition.as_ref(), &memory));
        if let Some(party) = &mut source {
            let first = f.content.first().map_or("", |c| p.analysis.lower(c.start));
            if f.rule == "as-reported" && party.kind == PartyKind::Org {
                party.kind = PartyKind::Outlet;
            } else if party.kind == PartyKind::Person
                && first == "it"
                && f.rule == "clause-bare"
                && parties.has_no_gender(party)
            {
                // "Brook Savings said it would": no person.
                party.kind = PartyKind::Org;
            }
        }
        let relays = f
            .relays
            .iter()
            .map(|r| {
                let mut party = parties.party(r.clone(), None, &memory);
                if party.kind == PartyKind::Org {
                    party.kind = PartyKind::Outlet;
                }
                party
            })
            .collect();
        if !is_told && let (Some(phrase), Some(party)) = (&f.source, &source) {
            parties.remember(&mut memory, phrase, party);
        }
        drafts.push(Draft { found: f, source, relays, outer: None, dropped: false });
    }
    drafts
}

/// Of which of them another tells what they thought or meant: that is its content and not theirs, and who is "she" in the
/// next sentence is whoever told it.
fn told(found: &[Found]) -> Vec<bool> {
    let cue = |f: &Found| f.cue.clone().or_else(|| f.source.clone());
    (0..found.len())
        .map(|i| {
            let Some(cue) = cue(&found[i]).filter(|_| !stands_inside(found[i].act)) else { return false };
            let near = i.saturating_sub(OUTER_REACH)..found.len().min(i + OUTER_REACH);
            near.filter(|k| *k != i).any(|k| holds(&found[k].content, &cue))
        })
        .collect()
}

fn holds(outer: &[Range<usize>], inner: &Range<usize>) -> bool {
    outer.iter().any(|c| c.start <= inner.start && inner.end <= c.end)
}

fn length(content: &[Range<usize>]) -> usize {
    content.iter().map(ExactSizeIterator::len).sum()
}

fn shared(a: &[Range<usize>], b: &[Range<usize>]) -> usize {
    a.iter()
        .map(|x| b.iter().map(|y| x.end.min(y.end).saturating_sub(x.start.max(y.start))).sum::<usize>())
        .sum()
}

/// Relays that a chain may have: one that names more is a flood.
const MOST_RELAYS: usize = 16;
/// How many statements back the one that holds this one is looked for.
const OUTER_REACH: usize = 12;

/// Finds the statements that stand inside another's content.
fn nest(drafts: &mut [Draft]) {
    for i in 0..drafts.len() {
        let Some(cue) = drafts[i].found.cue.clone().or_else(|| drafts[i].found.source.clone()) else {
            continue;
        };
        let near = i.saturating_sub(OUTER_REACH)..drafts.len().min(i + OUTER_REACH);
        let outer = near
            .filter(|k| *k != i && !drafts[*k].dropped && holds(&drafts[*k].found.content, &cue))
            .min_by_key(|k| length(&drafts[*k].found.content));
        let Some(outer) = outer else { continue };
        // Two that hold each other's cues are one and the same sentence read twice.
        let Some(outer_cue) = drafts[outer].found.cue.clone() else { continue };
        if holds(&drafts[i].found.content, &outer_cue) {
            continue;
        }
        drafts[i].outer = Some(outer);
        let rule = drafts[i].found.rule;
        let through_outlet = drafts[outer].source.as_ref().is_some_and(|s| s.kind == PartyKind::Outlet);
        let clause = matches!(
            rule,
            "relative-clause"
                | "learned-from"
                | "clause-that"
                | "clause-bare"
                | "according-to"
                | "according-to-first"
                | "object-infinitive"
                | "citing"
                | "quoted-as-saying"
        ) || through_outlet;
        if !stands_inside(drafts[i].found.act) || !clause {
            drafts[i].dropped = true;
        }
    }
}

/// An outlet that passes on what somebody said is a relay: one statement, the inner one.
fn join_relays(p: &Phrases<'_>, drafts: &mut [Draft]) {
    // Those that stand in each, so that what is joined need not be looked for among all.
    let mut inner_of: Vec<Vec<usize>> = vec![Vec::new(); drafts.len()];
    for (i, draft) in drafts.iter().enumerate() {
        if let Some(outer) = draft.outer {
            inner_of[outer].push(i);
        }
    }
    for i in 0..drafts.len() {
        if drafts[i].dropped {
            continue;
        }
        let Some(outer) = drafts[i].outer else { continue };
        // "P, according to X, Z reported": Z can only be an outlet.
        let passes_on = drafts[i].found.rule == "according-to"
            && drafts[outer]
                .found
                .cue
                .as_ref()
                .is_some_and(|c| p.analysis.lower(c.start).starts_with("report"));
        let relays_it = drafts[outer]
            .source
            .as_ref()
            .is_some_and(|s| s.kind == PartyKind::Outlet || passes_on && s.kind != PartyKind::Anonymous);
        if !relays_it || drafts[outer].found.content.is_empty() {
            continue;
        }
        // The inner statement must be what the outer content mainly says.
        let whole = length(&drafts[outer].found.content).max(1);
        let inner = shared(&drafts[i].found.content, &drafts[outer].found.content);
        let first = drafts[i].found.source.iter().chain(&drafts[i].found.relays).map(|s| s.start).min();
        let opens =
            first.is_some_and(|s| drafts[outer].found.content.first().is_some_and(|c| s <= c.start + 3));
        let same = drafts[i].found.rule == "according-to"
            && match (drafts[i].found.content.first(), drafts[outer].found.content.first()) {
                (Some(a), Some(b)) => a.start == b.start,
                _ => false,
            };
        // "had spoken to relatives, who said P": they follow in a relative clause.
        let relative = drafts[i].found.rule == "relative-clause";
        if !(2 * inner >= whole || opens || same || relative) {
            continue;
        }
        let mut relays = std::mem::take(&mut drafts[outer].relays);
        relays.extend(drafts[outer].source.take().map(|s| Party { kind: PartyKind::Outlet, ..s }));
        relays.append(&mut drafts[i].relays);
        relays.truncate(MOST_RELAYS);
        drafts[i].relays = relays;
        drafts[i].outer = drafts[outer].outer;
        drafts[outer].dropped = true;
        // What else stood in the outlet's content stands by itself now.
        let next = drafts[i].outer;
        let moved = std::mem::take(&mut inner_of[outer]);
        for k in &moved {
            drafts[*k].outer = next;
        }
        if let Some(next) = next {
            inner_of[next].extend(moved);
        }
    }
}

/// Those whose contents a statement stands in, outermost first, by name.
fn outer_parties(drafts: &[Draft], i: usize) -> Vec<String> {
    let mut names = Vec::new();
    let mut at = drafts[i].outer;
    let mut depth = 0;
    while let Some(outer) = at {
        if depth > 6 {
            break;
        }
        depth += 1;
        if !drafts[outer].dropped {
            names.extend(drafts[outer].source.as_ref().map(|s| s.name.clone()));
            names.extend(drafts[outer].relays.iter().rev().map(|r| r.name.clone()));
        }
        at = drafts[outer].outer;
    }
    names.reverse();
    names
}
