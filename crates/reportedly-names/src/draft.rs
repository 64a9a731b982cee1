//! Mentions before they are joined: what the model labelled, corrected by the tables, by the shape of outlets' names and
//! by what the same text says elsewhere.

use crate::NameKind;
use crate::gazetteer::{Gazetteer, class};
use crate::label;
use reportedly_text::{Analysis, ByLanguage, Language, Pos, TokenKind, rows};
use rustc_hash::{FxHashMap, FxHashSet};
use std::ops::Range;

/// A mention as a run of tokens.
#[derive(Clone, Debug)]
pub struct Draft {
    pub tokens: Range<usize>,
    pub kind: NameKind,
    pub rule: &'static str,
}

/// Names of outlets have up to this many words: "Atlanta Journal and ..." is rare, headlines in capitals are not.
const LONGEST_OUTLET: usize = 6;

/// Names of people have up to this many words.
const LONGEST_PERSON: usize = 4;

/// Finds all mentions, in order, none overlapping.
pub fn find(analysis: &Analysis<'_>, gazetteer: &Gazetteer) -> Vec<Draft> {
    let mut drafts = labelled(analysis, gazetteer);
    outlets(analysis, gazetteer, &mut drafts);
    by_context(analysis, gazetteer, &mut drafts);
    titled(analysis, gazetteer, &mut drafts);
    introduced(analysis, gazetteer, &mut drafts);
    known(analysis, gazetteer, &mut drafts);
    vote(analysis, gazetteer, &mut drafts);
    repeats(analysis, gazetteer, &mut drafts);
    drafts
}

fn labelled(analysis: &Analysis<'_>, gazetteer: &Gazetteer) -> Vec<Draft> {
    let labels = label::label(analysis).unwrap_or_default();
    let mut drafts = Vec::new();
    let mut i = 0;
    while i < labels.len() {
        let first = i;
        i += 1;
        if !label::begins(labels[first]) {
            continue;
        }
        while i < labels.len() && labels[i] == labels[first] + 1 {
            i += 1;
        }
        let mut kind = match labels[first] / 2 {
            0 => NameKind::Person,
            1 => NameKind::Org,
            2 => NameKind::Place,
            _ => NameKind::Other,
        };
        // "Mr" tells more than the model; but "Queen Street" and "Prince Rupert Hospital" are not people.
        let head = gazetteer.word(analysis.token(i - 1));
        if i - first > 1
            && gazetteer.word(analysis.token(first)) & (class::MALE_TITLE | class::FEMALE_TITLE) != 0
            && head & (class::ORG_LAST | class::PLACE_LAST) == 0
        {
            kind = NameKind::Person;
        }
        // So does what the name is called by: "Halden Metals", "Tannery Bridge".
        let called = i - first > 1 && head & (class::SURNAME | class::GIVEN) == 0;
        if kind == NameKind::Person && called && gazetteer.word(analysis.token(first)) & class::GIVEN == 0 {
            if head & class::ORG_LAST != 0 {
                kind = NameKind::Org;
            } else if head & class::PLACE_LAST != 0 {
                kind = NameKind::Place;
            }
        }
        let tokens = trim(analysis, gazetteer, first..i, kind);
        let people = tokens.len() == 1 && gazetteer.word(analysis.token(tokens.start)) & class::DEMONYM != 0;
        if !tokens.is_empty() && !people {
            drafts.push(Draft { tokens, kind, rule: "model" });
        }
    }
    drafts
}

/// Without titles, article, possessive and signs at the ends.
fn trim(
    analysis: &Analysis<'_>,
    gazetteer: &Gazetteer,
    mut tokens: Range<usize>,
    kind: NameKind,
) -> Range<usize> {
    loop {
        let before = tokens.clone();
        while tokens.start < tokens.end
            && (is_sign(analysis, tokens.start) || is_article(analysis, tokens.start))
        {
            tokens.start += 1;
        }
        while tokens.start < tokens.end
            && (is_sign(analysis, tokens.end - 1) || analysis.lower(tokens.end - 1) == "'s")
        {
            tokens.end -= 1;
        }
        if kind == NameKind::Person
            && let Some((end, _)) = gazetteer.longest(analysis, tokens.start, tokens.end, class::TITLE)
            && end < tokens.end
        {
            tokens.start = end;
        }
        if tokens == before {
            return tokens;
        }
    }
}

fn is_sign(analysis: &Analysis<'_>, i: usize) -> bool {
    analysis.tokens.get(i).is_some_and(|t| matches!(t.kind, TokenKind::Quote | TokenKind::Punct))
}

/// What cues and articles the rules below look for.
struct Words {
    articles: FxHashSet<&'static str>,
    /// What an outlet does.
    reporting: FxHashSet<&'static str>,
    /// What stands before an outlet.
    telling: FxHashSet<&'static str>,
    /// What an outlet has done to something, before "by".
    passive: FxHashSet<&'static str>,
    stations: FxHashSet<&'static str>,
    papers: FxHashSet<&'static str>,
    /// What an outlet is called by where it appears: "the Corvanne daily".
    local: FxHashSet<&'static str>,
    /// What outlets are.
    outlets: FxHashSet<&'static str>,
}

static WORDS: ByLanguage<Words> = ByLanguage::new(|language| {
    let of = |kind: &str| {
        rows(Some(language), "outlet-context")
            .filter(|row| row.get(1) == Some(&kind))
            .filter_map(|row| row.first().copied())
            .collect()
    };
    Words {
        articles: of("article"),
        reporting: of("after"),
        telling: of("before"),
        passive: of("passive"),
        stations: of("station"),
        papers: of("paper"),
        local: of("local"),
        outlets: rows(Some(language), "outlet-nouns").filter_map(|row| row.first().copied()).collect(),
    }
});

fn words(language: Language) -> Option<&'static Words> {
    WORDS.get(language)
}

fn is_article(analysis: &Analysis<'_>, i: usize) -> bool {
    words(analysis.language).is_some_and(|w| w.articles.contains(analysis.lower(i)))
}

fn has_capital(analysis: &Analysis<'_>, i: usize) -> bool {
    analysis.token(i).chars().next().is_some_and(char::is_uppercase)
}

/// "Citing a Corvannese diplomat": whether what stands around a run of tokens is meant for the noun behind it.
fn only_describes(analysis: &Analysis<'_>, tokens: &Range<usize>) -> bool {
    let (Some(next), Some(words)) = (analysis.tokens.get(tokens.end), words(analysis.language)) else {
        return false;
    };
    if has_capital(analysis, tokens.end) {
        return false;
    }
    let noun = analysis.lower(tokens.end);
    let local = tokens.len() == 1 && words.local.contains(noun);
    local || next.pos == Pos::Noun && !words.outlets.contains(noun)
}

/// Whether the words around a run of tokens are those that stand around outlets: "told the …", "… reported".
fn speaks_as_outlet(analysis: &Analysis<'_>, tokens: &Range<usize>) -> bool {
    let Some(words) = words(analysis.language) else { return false };
    if words.reporting.contains(analysis.lower(tokens.end)) {
        return true;
    }
    if only_describes(analysis, tokens) {
        return false;
    }
    let mut before = tokens.start;
    while before > 0 && (is_article(analysis, before - 1) || is_sign(analysis, before - 1)) {
        before -= 1;
    }
    before > 0 && words.telling.contains(analysis.lower(before - 1))
}

/// Outlets by the table, and by what they are called.
fn outlets(analysis: &Analysis<'_>, gazetteer: &Gazetteer, drafts: &mut Vec<Draft>) {
    let mut found: Vec<Draft> = Vec::new();
    for sentence in &analysis.sentences {
        let last = sentence.tokens.end;
        let mut i = sentence.tokens.start;
        while i < last {
            if !has_capital(analysis, i) {
                i += 1;
                continue;
            }
            let draft =
                drafts.get(drafts.partition_point(|d| d.tokens.end <= i)).filter(|d| d.tokens.start <= i);
            if let Some((end, _)) = gazetteer.longest(analysis, i, last, class::OUTLET) {
                let tokens = i + usize::from(is_article(analysis, i))..end;
                let long = tokens.len() > 1 || analysis.token(tokens.start).len() > 6;
                let letters = analysis.token(tokens.start);
                let acronym = letters.len() > 2 && letters.bytes().all(|b| b.is_ascii_uppercase());
                // Within a longer name it is a part of that ("BBC Trust").
                let part = draft.is_some_and(|d| d.tokens.len() > tokens.len() && d.tokens.end > end);
                let same = draft
                    .is_some_and(|d| d.tokens == tokens && matches!(d.kind, NameKind::Org | NameKind::Other));
                if !part
                    && !tokens.is_empty()
                    && (long || acronym || same || speaks_as_outlet(analysis, &tokens))
                {
                    found.push(Draft { tokens, kind: NameKind::Outlet, rule: "outlet-table" });
                    i = end;
                    continue;
                }
            }
            let mut end = i + 1;
            while end < last && end - i <= LONGEST_OUTLET && has_capital(analysis, end) {
                end += 1;
            }
            if let Some(tokens) = outlet_by_name(analysis, gazetteer, i..end, sentence.tokens.clone()) {
                let after = tokens.end;
                found.push(Draft { tokens, kind: NameKind::Outlet, rule: "outlet-name" });
                i = after;
                continue;
            }
            i += 1;
        }
    }
    put(drafts, found);
}

/// "Norvale Courier", "Channel Six Meridian": a run of capitals from whose words an outlet can be told.
fn outlet_by_name(
    analysis: &Analysis<'_>,
    gazetteer: &Gazetteer,
    mut run: Range<usize>,
    Range { start: first, end: last }: Range<usize>,
) -> Option<Range<usize>> {
    // What only has its capital from the start of the sentence is no part of the name.
    let begins =
        |i: usize| matches!(analysis.tokens[i].pos, Pos::Propn | Pos::Noun | Pos::Adj | Pos::Num | Pos::X);
    while run.start < run.end
        && (!begins(run.start) || gazetteer.word(analysis.token(run.start)) & class::TITLE != 0)
    {
        run.start += 1;
    }
    if run.len() > LONGEST_OUTLET || run.is_empty() {
        return None;
    }
    // "told the weekly Lantern": a noun before it says so.
    let noun =
        |i: usize| gazetteer.word(analysis.lower(i)) & class::OUTLET_NOUN != 0 && !has_capital(analysis, i);
    if run.start > first && noun(run.start - 1) && run.end - run.start <= 3 {
        return Some(run);
    }
    let station = words(analysis.language)?.stations.contains(analysis.token(run.start));
    if station && run.len() > 1 {
        return Some(run);
    }
    let paper = words(analysis.language)?.papers.contains(analysis.token(run.start));
    if paper && run.len() > 1 && speaks_as_outlet(analysis, &run) {
        return Some(run);
    }
    if station && run.len() == 1 && run.end < last && analysis.tokens[run.end].kind == TokenKind::Number {
        return Some(run.start..run.end + 1);
    }
    let head = (run.start + 1..run.end)
        .rev()
        .find(|i| gazetteer.word(analysis.token(*i)) & class::OUTLET_HEAD != 0)?;
    // "Ostra News Agency": what stands behind belongs to it.
    let agency = head + 1 < run.end && gazetteer.word(analysis.token(head + 1)) & class::ORG_LAST != 0;
    if agency && head + 2 == run.end && gazetteer.word(analysis.token(head)) & class::OUTLET_SURE != 0 {
        return Some(run);
    }
    let tokens = run.start..head + 1;
    let sure = gazetteer.word(analysis.token(head)) & class::OUTLET_SURE != 0 && head + 1 == run.end;
    (sure || speaks_as_outlet(analysis, &tokens)).then_some(tokens)
}

/// "First reported by Northline Business", "Norvale's ministry": what only outlets do and only places have.
fn by_context(analysis: &Analysis<'_>, gazetteer: &Gazetteer, drafts: &mut [Draft]) {
    let Some(words) = words(analysis.language) else { return };
    for draft in drafts.iter_mut() {
        let (first, last) = (draft.tokens.start, draft.tokens.end - 1);
        let lead = gazetteer.word(analysis.token(first));
        let head = gazetteer.word(analysis.token(last));
        let by = first - usize::from(first > 0 && is_article(analysis, first - 1));
        let passive = by > 1
            && !only_describes(analysis, &draft.tokens)
            && words.passive.contains(analysis.lower(by - 2))
            && words.telling.contains(analysis.lower(by - 1));
        let person = draft.kind == NameKind::Person && lead & class::GIVEN != 0;
        let known = (lead | head) & (class::ORG | class::ORG_LAST | class::ANY_PLACE | class::TITLE) != 0;
        if passive && !person && !known && draft.kind != NameKind::Place
            || draft.kind == NameKind::Other
                && draft.tokens.len() < 4
                && speaks_as_outlet(analysis, &draft.tokens)
        {
            draft.kind = NameKind::Outlet;
            draft.rule = "outlet-context";
        }
        let owner =
            draft.kind == NameKind::Person && first == last && lead & (class::GIVEN | class::SURNAME) == 0;
        if owner && has_ministry(analysis, gazetteer, last) {
            draft.kind = NameKind::Place;
            draft.rule = "owner";
        }
    }
}

/// "…'s finance ministry": whether token `i` has what only countries and towns have.
fn has_ministry(analysis: &Analysis<'_>, gazetteer: &Gazetteer, i: usize) -> bool {
    analysis.lower(i + 1) == "'s"
        && (i + 2..i + 5).any(|i| gazetteer.word(analysis.lower(i)) & class::STATE_NOUN != 0)
}

/// "Mr Okafor": what follows a title is a person, whatever else the model took it for, if it took it for a name at all.
fn titled(analysis: &Analysis<'_>, gazetteer: &Gazetteer, drafts: &mut Vec<Draft>) {
    let mut found: Vec<Draft> = Vec::new();
    for sentence in &analysis.sentences {
        let last = sentence.tokens.end;
        let mut i = sentence.tokens.start;
        while i < last {
            let title = if has_capital(analysis, i) {
                gazetteer.longest(analysis, i, last, class::TITLE)
            } else {
                None
            };
            let Some((first, classes)) = title else {
                i += 1;
                continue;
            };
            i = first;
            let mut end = first;
            while end < last && end - first < LONGEST_PERSON && is_name_like(analysis, gazetteer, end) {
                end += 1;
            }
            if end == first {
                continue;
            }
            let at = drafts.partition_point(|d| d.tokens.end <= first);
            match drafts.get_mut(at).filter(|d| d.tokens.start < end) {
                Some(draft) if draft.tokens.start == first && draft.tokens.end >= end => {
                    if draft.tokens.end == end && classes & (class::MALE_TITLE | class::FEMALE_TITLE) != 0 {
                        draft.kind = NameKind::Person;
                    }
                }
                Some(_) => {}
                None => found.push(Draft { tokens: first..end, kind: NameKind::Person, rule: "title" }),
            }
            i = end;
        }
    }
    drafts.append(&mut found);
    drafts.sort_by_key(|d| d.tokens.start);
}

/// "engineer Rufus Klee", "Rufus Klee": two or more words that may be a name, after what a person does, begun by a given
/// name or ended by a family name of the text, where the model found nothing.
fn introduced(analysis: &Analysis<'_>, gazetteer: &Gazetteer, drafts: &mut Vec<Draft>) {
    let family: FxHashSet<&str> = drafts
        .iter()
        .filter(|d| d.kind == NameKind::Person && d.tokens.len() == 1)
        .map(|d| analysis.token(d.tokens.start))
        .collect();
    let mut found: Vec<Draft> = Vec::new();
    for sentence in &analysis.sentences {
        let last = sentence.tokens.end;
        let mut i = sentence.tokens.start;
        while i < last {
            let first = i;
            while i < last && is_name_like(analysis, gazetteer, i) {
                i += 1;
            }
            let run = first..i;
            i = i.max(first + 1);
            if !(2..=LONGEST_PERSON).contains(&run.len()) || run.end < last && has_capital(analysis, run.end)
            {
                continue;
            }
            let role = first > sentence.tokens.start
                && gazetteer.word(analysis.lower(first - 1)) & class::ROLE != 0
                && !has_capital(analysis, first - 1);
            let given = gazetteer.word(analysis.token(first)) & class::GIVEN != 0
                || run.len() == 2 && family.contains(analysis.token(first + 1));
            let at = drafts.partition_point(|d| d.tokens.end <= run.start);
            // A family name that the model found by itself is part of the longer one.
            let part = |d: &Draft| {
                d.kind == NameKind::Person && d.tokens.len() < run.len() && d.tokens.end == run.end
            };
            let free = drafts
                .get(at)
                .is_none_or(|d| d.tokens.start >= run.end || run.start < d.tokens.start && part(d));
            if free && (role || given && analysis.tokens[first].pos == Pos::Propn) {
                found.push(Draft {
                    tokens: run,
                    kind: NameKind::Person,
                    rule: if role { "role" } else { "given-name" },
                });
            }
        }
    }
    put(drafts, found);
}

/// Places and organisations of the tables where the model found nothing or only pieces ("Washington, D.C.").
fn known(analysis: &Analysis<'_>, gazetteer: &Gazetteer, drafts: &mut Vec<Draft>) {
    const PLACES: u32 = class::ANY_PLACE;
    // What a single word may mean besides.
    const OTHERS: u32 = class::GIVEN | class::SURNAME | class::DEMONYM | class::TITLE | class::CALENDAR;
    let mut found: Vec<Draft> = Vec::new();
    for sentence in &analysis.sentences {
        let last = sentence.tokens.end;
        let mut i = sentence.tokens.start;
        while i < last {
            let first = i;
            i += 1;
            if !has_capital(analysis, first) {
                continue;
            }
            let Some((end, classes)) = gazetteer.longest(analysis, first, last, PLACES | class::ORG) else {
                let at = drafts.partition_point(|d| d.tokens.end <= first);
                let free = drafts.get(at).is_none_or(|d| d.tokens.start > first);
                let proper =
                    analysis.tokens[first].pos == Pos::Propn && gazetteer.word(analysis.token(first)) == 0;
                if free && proper && has_ministry(analysis, gazetteer, first) {
                    found.push(Draft { tokens: first..i, kind: NameKind::Place, rule: "owner" });
                }
                continue;
            };
            let capital = |i: usize| i < last && has_capital(analysis, i);
            let at = drafts.partition_point(|d| d.tokens.end <= first);
            let over = &drafts[at..at + drafts[at..].iter().take_while(|d| d.tokens.start < end).count()];
            let pieces = over
                .iter()
                .all(|d| first <= d.tokens.start && d.tokens.end <= end && d.tokens.len() < end - first);
            let alone = end - first > 1 || {
                let certain = classes & OTHERS == 0 && analysis.tokens[first].pos == Pos::Propn;
                let begins = first == sentence.tokens.start;
                certain && !begins && !capital(first - 1) && !capital(end)
            };
            if pieces && alone {
                let kind = if classes & PLACES != 0 { NameKind::Place } else { NameKind::Org };
                found.push(Draft { tokens: first..end, kind, rule: "table" });
                i = end;
            }
        }
    }
    put(drafts, found);
}

/// Puts mentions in; what they overlap gives way to them.
fn put(drafts: &mut Vec<Draft>, mut found: Vec<Draft>) {
    drafts.retain(|draft| {
        let at = found.partition_point(|other| other.tokens.end <= draft.tokens.start);
        found.get(at).is_none_or(|other| draft.tokens.end <= other.tokens.start)
    });
    drafts.append(&mut found);
    drafts.sort_by_key(|d| d.tokens.start);
}

/// Whether a word may be part of a person's name, as far as the tables and part of speech tell.
fn is_name_like(analysis: &Analysis<'_>, gazetteer: &Gazetteer, i: usize) -> bool {
    const OTHERS: u32 = class::ORG_LAST
        | class::ORG_OF
        | class::PLACE_LAST
        | class::COUNTRY
        | class::CALENDAR
        | class::TITLE
        | class::ORG
        | class::ROLE
        | class::DEMONYM;
    let classes = gazetteer.word(analysis.token(i));
    has_capital(analysis, i)
        && analysis.tokens[i].kind == TokenKind::Word
        && matches!(analysis.tokens[i].pos, Pos::Propn | Pos::Noun | Pos::Adj | Pos::X)
        && (classes & OTHERS == 0 || classes & (class::GIVEN | class::SURNAME) != 0)
}

/// Mentions in the same words are of one kind: the one most of them have. A bare family name takes the person's.
fn vote(analysis: &Analysis<'_>, gazetteer: &Gazetteer, drafts: &mut [Draft]) {
    let text = |d: &Draft| analysis.span(d.tokens.clone()).of(analysis.text);
    let mut votes: FxHashMap<&str, [u32; 5]> = FxHashMap::default();
    let mut family: FxHashMap<&str, u32> = FxHashMap::default();
    for draft in drafts.iter() {
        votes.entry(text(draft)).or_default()[draft.kind as usize] += 1;
        if draft.kind == NameKind::Person && draft.tokens.len() > 1 {
            *family.entry(analysis.token(draft.tokens.end - 1)).or_insert(0) += 1;
        }
    }
    for draft in drafts.iter_mut() {
        let words = text(draft);
        if draft.tokens.len() == 1
            && draft.kind != NameKind::Person
            && family.contains_key(words)
            && gazetteer.word(words) & class::COUNTRY == 0
        {
            draft.kind = NameKind::Person;
            draft.rule = "family-name";
            continue;
        }
        let Some(counts) = votes.get(words) else { continue };
        let most = counts.iter().copied().max().unwrap_or(0);
        if counts[draft.kind as usize] < most {
            const KINDS: [NameKind; 5] =
                [NameKind::Person, NameKind::Org, NameKind::Place, NameKind::Outlet, NameKind::Other];
            if let Some(kind) = KINDS.into_iter().find(|k| counts[*k as usize] == most) {
                draft.kind = kind;
                draft.rule = "same-words";
            }
        }
    }
}

/// What was found once is found wherever the text says it again.
fn repeats(analysis: &Analysis<'_>, gazetteer: &Gazetteer, drafts: &mut Vec<Draft>) {
    // By the first token: the names that begin with it, longest first.
    let mut known: FxHashMap<&str, Vec<(Range<usize>, NameKind)>> = FxHashMap::default();
    let mut enter = |tokens: Range<usize>, kind: NameKind| {
        let names = known.entry(analysis.token(tokens.start)).or_default();
        if names.len() < 20 && names.iter().all(|(t, _)| !same_words(analysis, t, tokens.start, tokens.len()))
        {
            names.push((tokens, kind));
        }
    };
    for draft in drafts.iter() {
        let one = draft.tokens.len() == 1;
        if !one && draft.kind != NameKind::Other {
            enter(draft.tokens.clone(), draft.kind);
        }
        let end = draft.tokens.end;
        if draft.kind == NameKind::Person && !one && analysis.token(end - 1).len() > 2 {
            enter(end - 1..end, NameKind::Person);
        }
    }
    for names in known.values_mut() {
        names.sort_by_key(|(tokens, _)| (std::cmp::Reverse(tokens.len()), tokens.start));
    }
    let mut found: Vec<Draft> = Vec::new();
    let mut next = drafts.iter().peekable();
    for sentence in &analysis.sentences {
        let mut i = sentence.tokens.start;
        while i < sentence.tokens.end {
            while next.next_if(|d| d.tokens.end <= i).is_some() {}
            if let Some(draft) = next.peek().filter(|d| d.tokens.start <= i) {
                i = draft.tokens.end;
                continue;
            }
            let room =
                next.peek().map_or(sentence.tokens.end, |d| d.tokens.start.min(sentence.tokens.end)) - i;
            let names = if has_capital(analysis, i) { known.get(analysis.token(i)) } else { None };
            let repeat = names
                .into_iter()
                .flatten()
                .find(|(tokens, _)| tokens.len() <= room && same_words(analysis, tokens, i, tokens.len()));
            // A family name inside a longer run of capitals is part of another name, unless a title stands before.
            let alone = !(i > sentence.tokens.start
                && has_capital(analysis, i - 1)
                && gazetteer.word(analysis.token(i - 1)) & class::TITLE == 0
                || i + 1 < sentence.tokens.end && has_capital(analysis, i + 1));
            match repeat {
                Some((tokens, kind)) if tokens.len() > 1 || alone => {
                    found.push(Draft { tokens: i..i + tokens.len(), kind: *kind, rule: "repeat" });
                    i += tokens.len();
                }
                _ => i += 1,
            }
        }
    }
    drafts.extend(found);
    drafts.sort_by_key(|d| d.tokens.start);
}

fn same_words(analysis: &Analysis<'_>, tokens: &Range<usize>, at: usize, len: usize) -> bool {
    tokens.len() == len && tokens.clone().zip(at..).all(|(a, b)| analysis.token(a) == analysis.token(b))
}
