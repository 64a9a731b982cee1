//! Which mentions name the same: surnames and full names, short forms and acronyms, other names from the tables.

use crate::draft::Draft;
use crate::gazetteer::{Gazetteer, class, named};
use crate::{Entity, Gender, Name, NameKind, Names};
use reportedly_text::{Analysis, ByLanguage, Language, rows};
use rustc_hash::FxHashMap;

/// How much a title, a given name and a pronoun that follows say of a person's gender.
const TITLE: i32 = 5;
const GIVEN: i32 = 3;
const PRONOUN: i32 = 1;

/// Entities are compared with this many before them at most, the last first.
const BACK: usize = 400;

/// The main name of what has several, from the tables.
struct Aliases {
    main: FxHashMap<&'static str, &'static str>,
    pronouns: FxHashMap<&'static str, Gender>,
}

static ALIASES: ByLanguage<Aliases> = ByLanguage::new(aliases);

fn aliases(language: Language) -> Aliases {
    let mut main = FxHashMap::default();
    for row in rows(Some(language), "organisations").chain(rows(None, "outlets")) {
        for name in named(&row) {
            main.entry(name).or_insert(row[0]);
        }
    }
    for row in rows(Some(language), "places") {
        if let Some(name) = row.get(2).filter(|name| !name.is_empty()) {
            main.insert(row[0], *name);
        }
    }
    let pronouns = rows(Some(language), "gendered-pronouns")
        .filter_map(|row| {
            Some((*row.first()?, if row.get(1)? == &"f" { Gender::Female } else { Gender::Male }))
        })
        .collect();
    Aliases { main, pronouns }
}

/// What is known of an entity while its mentions are gathered.
struct Open<'t> {
    kind: NameKind,
    /// The words of its longest name.
    words: Vec<&'t str>,
    name: &'t str,
    mentions: Vec<usize>,
    gender: i32,
}

/// Joins the mentions.
pub fn join(analysis: &Analysis<'_>, gazetteer: &Gazetteer, drafts: &[Draft]) -> Names {
    let aliases = ALIASES.get(analysis.language);
    let mut open: Vec<Open<'_>> = Vec::new();
    let mut by_name: FxHashMap<(bool, &str), usize> = FxHashMap::default();
    let mut mentions = Vec::with_capacity(drafts.len());
    for (n, draft) in drafts.iter().enumerate() {
        let span = analysis.span(draft.tokens.clone());
        let name = span.of(analysis.text);
        let words: Vec<&str> = draft.tokens.clone().map(|i| analysis.token(i)).collect();
        let person = draft.kind == NameKind::Person;
        let main = aliases.and_then(|a| a.main.get(name).copied()).filter(|_| !person).unwrap_or(name);
        let found = by_name
            .get(&(person, main))
            .copied()
            // A bare family name goes to whom it was last said of.
            .filter(|_| !person || words.len() > 1)
            .or_else(|| {
                earlier(analysis, gazetteer, &open, draft, &words, n.checked_sub(1).map(|b| &drafts[b]))
            });
        let entity = found.unwrap_or(open.len());
        if found.is_none() {
            open.push(Open { kind: draft.kind, words: words.clone(), name, mentions: Vec::new(), gender: 0 });
        }
        by_name.entry((person, main)).or_insert(entity);
        let known = &mut open[entity];
        if name.len() > known.name.len() {
            known.name = name;
            known.words = words;
        }
        known.mentions.push(n);
        if draft.kind == NameKind::Outlet || known.kind == NameKind::Other {
            known.kind = draft.kind;
        }
        if person {
            known.gender += gender(analysis, gazetteer, aliases, drafts, n);
        }
        mentions.push(Name { span, kind: draft.kind, entity, rule: draft.rule });
    }
    let entities = open
        .into_iter()
        .map(|open| {
            for mention in &open.mentions {
                mentions[*mention].kind = open.kind;
            }
            Entity {
                name: open.name.split_whitespace().collect::<Vec<_>>().join(" "),
                kind: open.kind,
                gender: match open.gender {
                    0 => None,
                    g if g > 0 => Some(Gender::Female),
                    _ => Some(Gender::Male),
                },
                mentions: open.mentions,
            }
        })
        .collect();
    Names { mentions, entities }
}

/// The entity named before in other words that this mention fits.
fn earlier(
    analysis: &Analysis<'_>,
    gazetteer: &Gazetteer,
    open: &[Open<'_>],
    draft: &Draft,
    words: &[&str],
    before: Option<&Draft>,
) -> Option<usize> {
    let mut near: Vec<(usize, usize)> = open
        .iter()
        .enumerate()
        .rev()
        .take(BACK)
        .map(|(e, o)| (o.mentions.last().copied().unwrap_or(0), e))
        .collect();
    near.sort_unstable_by(|a, b| b.cmp(a));
    let same = |kind: NameKind| {
        kind == draft.kind
            || matches!(kind, NameKind::Org | NameKind::Outlet | NameKind::Other)
                && matches!(draft.kind, NameKind::Org | NameKind::Outlet | NameKind::Other)
    };
    let near: Vec<(usize, &Open<'_>)> =
        near.into_iter().map(|(_, e)| (e, &open[e])).filter(|(_, o)| same(o.kind)).collect();
    if draft.kind == NameKind::Person {
        let given = words.len() == 1 && gazetteer.word(words[0]) & class::GIVEN != 0;
        let by_family = near.iter().find(|(_, o)| same_person(&o.words, words));
        // "Elena" may be Elena Marsh, where no one is called so by family name.
        return by_family
            .or_else(|| near.iter().find(|(_, o)| given && o.words.len() > 1 && o.words[0] == words[0]))
            .map(|(e, _)| *e);
    }
    // "European Commission (EC)": in brackets right behind.
    if let Some(before) = before
        && words.len() == 1
        && before.tokens.end + 1 == draft.tokens.start
        && analysis.token(before.tokens.end) == "("
        && analysis.token(draft.tokens.end) == ")"
        && before.kind != NameKind::Person
        && let Some((e, _)) = near.iter().find(|(_, o)| o.mentions.last().is_some())
        && is_short_for(words[0], &before.tokens.clone().map(|i| analysis.token(i)).collect::<Vec<_>>())
    {
        return Some(*e);
    }
    if let [word] = words {
        let head = class::ORG_LAST | class::OUTLET_HEAD | class::ORG_OF;
        let short = gazetteer.word(word) & head != 0;
        return near
            .iter()
            .find(|(_, o)| {
                is_short_for(word, &o.words)
                    || short
                        && o.words.len() > 1
                        && (o.words.last() == Some(word)
                            || o.words.get(1) == Some(&"of") && o.words[0] == *word)
            })
            .map(|(e, _)| *e);
    }
    near.iter()
        .find(|(_, o)| match o.words.as_slice() {
            [word] => is_short_for(word, words),
            longer => longer.len() > words.len() && longer.ends_with(words) && draft.kind != NameKind::Place,
        })
        .map(|(e, _)| *e)
}

/// Whether two forms of a name fit one person: the same family name, and given names that agree as far as both have them.
fn same_person(known: &[&str], new: &[&str]) -> bool {
    let (Some(a), Some(b)) = (known.last(), new.last()) else { return false };
    if a != b {
        return false;
    }
    let (a, b) = (&known[..known.len() - 1], &new[..new.len() - 1]);
    match (a.first(), b.first()) {
        (Some(a), Some(b)) => a == b || is_initial(a, b) || is_initial(b, a),
        _ => true,
    }
}

fn is_initial(short: &str, long: &str) -> bool {
    short.trim_end_matches('.').chars().count() == 1 && short.chars().next() == long.chars().next()
}

/// Whether `short` is made of the first letters of the words with a capital.
fn is_short_for(short: &str, words: &[&str]) -> bool {
    if words.len() < 2 || short.len() < 2 {
        return false;
    }
    let letters = short.chars().filter(|c| c.is_uppercase());
    let firsts = words.iter().filter_map(|w| w.chars().next()).filter(|c| c.is_uppercase());
    short.chars().filter(|c| c.is_alphabetic()).count() == short.chars().filter(|c| c.is_uppercase()).count()
        && letters.eq(firsts)
}

/// What one mention says of a person's gender: above zero, female.
fn gender(
    analysis: &Analysis<'_>,
    gazetteer: &Gazetteer,
    aliases: Option<&Aliases>,
    drafts: &[Draft],
    n: usize,
) -> i32 {
    let draft = &drafts[n];
    let sign =
        |class: u32, male: u32, female: u32| i32::from(class & female != 0) - i32::from(class & male != 0);
    let mut votes = 0;
    if let Some(before) = draft.tokens.start.checked_sub(1) {
        votes += TITLE * sign(gazetteer.word(analysis.token(before)), class::MALE_TITLE, class::FEMALE_TITLE);
    }
    if draft.tokens.len() > 1 {
        votes += GIVEN * sign(gazetteer.word(analysis.token(draft.tokens.start)), class::MALE, class::FEMALE);
    }
    // The first pronoun behind, up to the end of the next sentence, if nobody else is named before it.
    let sentence = analysis.sentence_of(draft.tokens.start).unwrap_or(0);
    let end =
        analysis.sentences.get(sentence + 1).or(analysis.sentences.get(sentence)).map_or(0, |s| s.tokens.end);
    let other =
        drafts[n + 1..].iter().find(|d| d.kind == NameKind::Person).map_or(end, |d| d.tokens.start.min(end));
    let pronoun = (draft.tokens.end..other).find_map(|i| aliases?.pronouns.get(analysis.lower(i)));
    votes
        + match pronoun {
            Some(Gender::Female) => PRONOUN,
            Some(Gender::Male) => -PRONOUN,
            None => 0,
        }
}
