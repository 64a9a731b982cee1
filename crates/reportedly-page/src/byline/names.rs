//! A byline's words taken apart: names, posts, places, desks. The words are data: `tables/<language>/byline_starts.tsv`,
//! `byline_posts.tsv`, `desks.tsv`, `name_joins.tsv`, `no_names.tsv`. All languages are looked up together, since data
//! about a page is often in another language than its article.

use crate::dates;
use crate::lines::{self, folded};
use crate::structured;
use reportedly_text::{languages, rows};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::LazyLock;

/// The longest phrase before a name, in words.
const LONGEST_START: usize = 6;
/// Words of a name.
const NAME_WORDS: std::ops::RangeInclusive<usize> = 2..=5;
/// Names that one line gives.
const MAX_NAMES: usize = 8;

fn words_of(table: &'static str) -> FxHashSet<&'static str> {
    languages(table).flat_map(|l| rows(Some(l), table)).filter_map(|row| row.first().copied()).collect()
}

/// Phrases before names: those of bylines that stand as lines of their own, and those of links and labels.
static STARTS: LazyLock<FxHashSet<&'static str>> = LazyLock::new(|| {
    let mut all = words_of("byline_starts");
    for language in languages("line_starts") {
        all.extend(rows(Some(language), "line_starts").filter(|r| r.get(1) == Some(&"byline")).map(|r| r[0]));
    }
    all
});
/// What people are: "reporter", "editor".
static POSTS: LazyLock<FxHashSet<&'static str>> = LazyLock::new(|| words_of("byline_posts"));
/// What makes a name that of a desk: "newsroom", "team".
static DESKS: LazyLock<FxHashSet<&'static str>> = LazyLock::new(|| words_of("desks"));
/// What stands where names stand and is none: accounts, buttons.
static NO_NAMES: LazyLock<FxHashSet<&'static str>> = LazyLock::new(|| words_of("no_names"));
/// Those of them who take pictures.
static PICTURE_POSTS: LazyLock<FxHashSet<&'static str>> = LazyLock::new(|| {
    let rows = languages("byline_posts").flat_map(|l| rows(Some(l), "byline_posts"));
    rows.filter(|row| row.get(1) == Some(&"pictures")).map(|row| row[0]).collect()
});
/// "Reporter", as it is written right before or after a name in scripts without capitals.
static WRITTEN_TO_NAMES: LazyLock<FxHashSet<&'static str>> = LazyLock::new(|| words_of("posts_at_names"));
/// Labels of whom an article was taken from.
static SOURCES: LazyLock<FxHashSet<&'static str>> = LazyLock::new(|| words_of("source_labels"));
/// Words between names (`and`), and between a name and a place (`in`); some are both, in different languages.
static JOINS: LazyLock<FxHashMap<&'static str, (bool, bool)>> = LazyLock::new(|| {
    let mut all: FxHashMap<&'static str, (bool, bool)> = FxHashMap::default();
    for row in languages("name_joins").flat_map(|l| rows(Some(l), "name_joins")) {
        let [word, kind] = row[..] else { continue };
        let known = all.entry(word).or_default();
        known.0 |= kind == "and";
        known.1 |= kind == "in";
    }
    all
});
/// Small words inside names: "van", "del".
static PARTICLES: LazyLock<FxHashSet<&'static str>> =
    LazyLock::new(|| rows(None, "name_particles").filter_map(|row| row.first().copied()).collect());
/// News agencies by all their names.
static AGENCIES: LazyLock<FxHashSet<String>> = LazyLock::new(|| {
    rows(None, "outlets")
        .filter(|row| row.get(3) == Some(&"agency"))
        .flat_map(|row| row.into_iter().take(2).flat_map(|names| names.split(" | ")))
        .chain(rows(None, "agencies").flatten())
        .map(folded)
        .filter(|name| !name.is_empty())
        .collect()
});

/// Whether words are the name of an agency and nothing else.
pub(super) fn is_agency(words: &str) -> bool {
    lines::is_agency(words) || AGENCIES.contains(bare(&folded(words)))
}

/// Whether a name is a desk's and no person's: "Harbour Desk", "Redaktion".
pub(super) fn is_desk(name: &str) -> bool {
    let folded = folded(name);
    DESKS.contains(folded.as_str()) || folded.split([' ', '-', '_']).any(|word| DESKS.contains(bare(word)))
}

/// Whether it is no name at all: an account, a button, a date.
pub(super) fn is_no_name(name: &str) -> bool {
    let folded = folded(name);
    NO_NAMES.contains(bare(&folded))
        || STARTS.contains(bare(&folded))
        || STARTS.contains(folded.as_str())
        || folded.chars().filter(char::is_ascii_digit).count() > 4
        || crate::words::count(name) > 7
        || !folded.chars().any(char::is_alphabetic)
}

/// Characters of a name in a script without spaces, and of a Korean one.
const UNSPACED_NAME: std::ops::RangeInclusive<usize> = 2..=4;
/// Characters of a name that has kana in it.
const LONGEST_KANA_NAME: usize = 7;
/// Bytes of a line that gives such names.
const MAX_UNSPACED_LINE: usize = 120;

/// The names in a line of a script where nothing stands between what introduces names and the first of them:
/// "（责编：林岚、周帆）", "홍길동 기자".
pub(super) fn unspaced(line: &str) -> Option<Vec<String>> {
    if line.len() > MAX_UNSPACED_LINE || line.is_ascii() {
        return None;
    }
    let is_name = |name: &str, is_letter: fn(char) -> bool| {
        UNSPACED_NAME.contains(&name.chars().count()) && name.chars().all(is_letter)
    };
    let is_bracket =
        |c: char| matches!(c, '(' | ')' | '[' | ']' | '【' | '】' | '（' | '）' | '［' | '］' | '〔' | '〕');
    let line = line.trim_matches(|c: char| c.is_whitespace() || is_bracket(c));
    let is_unspaced: fn(char) -> bool = reportedly_text::is_unspaced;
    // "来源：柳港日报 作者：林岚": what each label introduces goes up to the next one, or to what is no name.
    let mut labels =
        line.char_indices().filter(|(_, c)| matches!(c, '：' | ':' | '/' | '／')).take(MAX_NAMES);
    let labelled = labels.find_map(|(at, sign)| {
        let before = line[..at].trim_end();
        let start = before.rfind(|c: char| c.is_whitespace() || is_bracket(c) || matches!(c, '：' | ':'));
        let label = before[start.unwrap_or(0)..].trim_start_matches(|c: char| !c.is_alphanumeric());
        if !STARTS.contains(label) || SOURCES.contains(label) {
            return None;
        }
        let rest = &line[at + sign.len_utf8()..];
        let rest = rest.split(is_bracket).next().unwrap_or(rest);
        let mut names = Vec::new();
        for name in rest.split(|c: char| c.is_whitespace() || matches!(c, '、' | '，' | ',' | '/' | '；'))
        {
            if is_name(name, is_unspaced) {
                names.push(name.to_owned());
            } else if !name.is_empty() {
                // Another label or the date may follow; anything else is no list of names.
                let goes_on = name.contains(['：', ':']) || name.starts_with(|c: char| c.is_ascii_digit());
                if !goes_on {
                    return None;
                }
                break;
            }
        }
        (!names.is_empty() && names.len() <= MAX_NAMES).then_some(names)
    });
    if labelled.is_some() {
        return labelled;
    }
    let is_hangul = |c: char| ('가'..='힣').contains(&c);
    let words: Vec<&str> = line.split_whitespace().collect();
    let hangul =
        words.iter().position(|w| w.strip_suffix('=').unwrap_or(w).ends_with("기자")).and_then(|at| {
            let inside = words[at].trim_end_matches('=').strip_suffix("기자").unwrap_or("");
            let before = if inside.is_empty() { words.get(at.checked_sub(1)?).copied()? } else { inside };
            is_name(before, is_hangul).then(|| vec![before.to_owned()])
        });
    // "記者・佐野みどり"
    hangul.or_else(|| {
        words.iter().find_map(|word| {
            let name = WRITTEN_TO_NAMES.iter().find_map(|post| word.strip_prefix(post))?;
            let name = name.strip_prefix(['・', '=', '＝', '｜', '|'])?;
            let kana = name.chars().any(|c| ('\u{3040}'..='\u{30ff}').contains(&c));
            let most = if kana { LONGEST_KANA_NAME } else { *UNSPACED_NAME.end() };
            let is_name = (*UNSPACED_NAME.start()..=most).contains(&name.chars().count())
                && name.chars().all(is_unspaced);
            is_name.then(|| vec![name.to_owned()])
        })
    })
}

fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

/// What follows a phrase that introduces names ("By", "Zeige alle Beiträge von"); `None` where none stands first.
pub(super) fn after_start(line: &str) -> Option<&str> {
    let mut ends = Vec::new();
    let mut in_word = false;
    for (i, c) in line.char_indices() {
        if c.is_whitespace() && in_word {
            ends.push(i);
        }
        in_word = !c.is_whitespace();
        if ends.len() == LONGEST_START {
            break;
        }
    }
    if ends.len() < LONGEST_START && in_word {
        ends.push(line.len());
    }
    let end = ends.into_iter().rev().find(|end| {
        let phrase = folded(&line[..*end]);
        STARTS.contains(phrase.as_str()) || STARTS.contains(phrase.trim_end_matches([':', '：', '.']))
    })?;
    Some(line[end..].trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '：')))
}

/// A name without what stands around it in bylines: phrases before it, posts, places and handles after it.
pub(super) fn clean(name: &str) -> String {
    let mut tidy = String::new();
    crate::dom::push_words(&mut tidy, &structured::unescape(name));
    let mut name = tidy.trim();
    while let Some(rest) = after_start(name).filter(|r| !r.is_empty()) {
        name = rest;
    }
    if name.starts_with(['(', '[']) || name.contains(": ") {
        return String::new();
    }
    if let Some((before, inside)) = name.split_once(['(', '['])
        && inside.trim_end().ends_with([')', ']'])
        && !before.trim().is_empty()
    {
        name = before;
    }
    if let Some((before, _)) = name.split_once(['|', '•']) {
        name = before;
    }
    if let Some((before, after)) = [" - ", " – ", " — "].into_iter().find_map(|dash| name.split_once(dash))
        && (is_desk(after) || has_post(after))
    {
        name = before;
    }
    // "Reporter" stands beside a name of one word.
    for post in WRITTEN_TO_NAMES.iter() {
        let alone = name.strip_suffix(post).or_else(|| name.strip_prefix(post)).map(str::trim);
        name = alone.filter(|n| !n.is_empty()).unwrap_or(name);
    }
    let mut words: Vec<&str> = name.split_whitespace().filter(|w| !w.contains('@')).collect();
    // "Petra Lomax all posts": a button beside the name.
    let button = (2..=LONGEST_START.min(words.len().saturating_sub(2)))
        .rev()
        .find(|count| NO_NAMES.contains(folded(&words[words.len() - count..].join(" ")).as_str()));
    words.truncate(words.len() - button.unwrap_or(0));
    // Posts stand after the name, or before it.
    let is_desk = is_desk(&words.join(" "));
    while !is_desk && words.len() > 2 && words.last().is_some_and(|w| POSTS.contains(bare(&folded(w)))) {
        words.pop();
    }
    while !is_desk && words.len() > 2 && words.first().is_some_and(|w| POSTS.contains(bare(&folded(w)))) {
        words.remove(0);
    }
    // "Petra Lomax in Velm", and what is left of it where the place is a link of its own.
    let at = words.iter().skip(1).position(|w| joins(w).1).map(|i| i + 1);
    if let Some(at) = at {
        let head = words[..at].join(" ");
        let place = words[at + 1..].iter().all(|w| w.starts_with(char::is_uppercase));
        if place && (at >= 2 || is_agency(&head)) {
            words.truncate(at);
        }
    }
    words
        .join(" ")
        .trim_matches(|c: char| {
            c.is_whitespace()
                || matches!(c, ',' | ';' | ':' | '-' | '–' | '/' | '|' | '*' | '"' | '→' | '»' | '~' | '·')
        })
        .to_owned()
}

fn joins(word: &str) -> (bool, bool) {
    let (and, place) = JOINS.get(folded(word).as_str()).copied().unwrap_or_default();
    // "Di Stefano" is a name.
    (and, place && !is_capitalised(word))
}

/// A capital and then small letters.
fn is_capitalised(word: &str) -> bool {
    let mut letters = word.chars();
    letters.next().is_some_and(char::is_uppercase) && letters.next().is_some_and(char::is_lowercase)
}

/// Whether one of some words is what people who write are called.
pub(super) fn has_post(words: &str) -> bool {
    folded(words).split(' ').any(|w| POSTS.contains(bare(w)))
}

/// The names in what stands where authors stand: one, or several with signs or words between them.
pub(super) fn split(line: &str) -> Vec<String> {
    let line = line.trim();
    let is_address =
        line.contains("://") || line.starts_with("www.") || line.contains('@') && !line.contains(' ');
    if line.is_empty() || is_address {
        return Vec::new();
    }
    let rest = after_start(line).filter(|r| !r.is_empty()).unwrap_or(line);
    let several = rest.contains([',', ';', '|', '&', '•', '·', '/', '、', '，', '\n'])
        || rest.split_whitespace().any(|w| joins(w).0);
    if !several {
        return vec![rest.to_owned()];
    }
    people(rest).unwrap_or_else(|| vec![rest.to_owned()])
}

/// Whether a post is that of somebody who takes pictures.
pub(super) fn takes_pictures(post: &str) -> bool {
    folded(post).split(' ').any(|w| PICTURE_POSTS.contains(bare(w)))
}

/// The people that a line names, where it does nothing else.
pub(super) fn only_people(line: &str) -> Option<Vec<String>> {
    let mut names = Vec::new();
    for part in line.split([',', ';', '|', '&', '•', '·', '/', '、', '，']) {
        for piece in split_joined(part.trim()) {
            let name = piece.join(" ");
            if !is_person(&name) || has_post(&name) || is_desk(&name) || is_agency(&name) || is_no_name(&name)
            {
                return None;
            }
            names.push(name);
        }
    }
    (!names.is_empty() && names.len() <= MAX_NAMES).then_some(names)
}

/// A list of names up to where a sentence about the article begins: "Jeanne Villard. Publié le …".
fn before_sentence(list: &str) -> &str {
    let end = list.match_indices(". ").find(|(at, _)| {
        let before = list[..*at].rsplit(' ').next().unwrap_or("");
        // "J. Villard", "Dr. Villard"
        before.chars().count() > 3 && dates::says_what_a_date_is(&list[at + 1..])
    });
    end.map_or(list, |(at, _)| &list[..at])
}

/// The agency that brackets in a byline name: "(avec AFP)", "(dpa)"; and what stands before the brackets.
fn agency_in_brackets(list: &str) -> Option<(&str, String)> {
    let (before, rest) = list.split_once('(')?;
    let inside = rest.split_once(')')?.0.trim();
    let agency = match inside.split_once(' ') {
        Some((first, rest)) if joins(first).0 => rest,
        _ => inside,
    };
    is_agency(agency).then(|| (before, agency.to_owned()))
}

/// Names in a list of people and agencies; `None` where it begins with something else.
pub(crate) fn people(list: &str) -> Option<Vec<String>> {
    let list = before_sentence(list);
    if let Some((before, agency)) = agency_in_brackets(list) {
        let mut names = people_in(before)?;
        names.push(agency);
        return Some(names);
    }
    people_in(list)
}

fn people_in(list: &str) -> Option<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    for part in list.split([',', ';', '|', '&', '•', '·', '/', '–', '、', '，', '\n']) {
        let part = part.trim().trim_end_matches(['.', ':']);
        for piece in split_joined(part) {
            let whole = piece.join(" ");
            let name = clean(&whole);
            let stands_for_one = is_agency(&name) || is_desk(&name) && names.is_empty();
            let person = is_person(&name) && (names.is_empty() || !has_post(&whole) || name != whole);
            if stands_for_one || person {
                names.push(name);
            } else if names.is_empty() {
                return None;
            }
            // What follows the names is a post, a place or a date.
        }
        if names.len() >= MAX_NAMES {
            break;
        }
    }
    (!names.is_empty()).then_some(names)
}

/// The words of each name in "Petra Lomax and Olan Feld".
fn split_joined(part: &str) -> Vec<Vec<&str>> {
    let words: Vec<&str> = part.split_whitespace().collect();
    let mut pieces: Vec<Vec<&str>> = vec![Vec::new()];
    for (i, word) in words.iter().enumerate() {
        let (and, place) = joins(word);
        let before = pieces.last().map_or(0, Vec::len);
        // "Dan" joins names in Indonesian, and is one in English.
        let and = and && (before >= 2 || !is_capitalised(word));
        // ", and Olan Feld"
        if and && before == 0 && i + 1 < words.len() && word.len() > 1 {
            continue;
        }
        let ends = and && before >= 1 && i + 1 < words.len() && !(place && i + 2 == words.len());
        // "Lomax y Feld" is two people, "Ortega y Gasset" one: a family name alone does not stand first.
        if ends && (before >= 2 || words.len() - i > 2 || word.len() > 1) {
            pieces.push(Vec::new());
        } else if let Some(piece) = pieces.last_mut() {
            piece.push(word);
        }
    }
    pieces
}

/// Whether words look like a person's name: two to five, all but particles with capitals.
pub(super) fn is_person(name: &str) -> bool {
    let words: Vec<&str> = name.split_whitespace().collect();
    let capital = |w: &str| {
        let first = w.chars().next();
        first.is_some_and(|c| c.is_uppercase() || !c.is_lowercase() && c.is_alphabetic())
    };
    let unspaced = name.chars().all(|c| reportedly_text::is_unspaced(c) || matches!(c, '・' | ' '));
    (NAME_WORDS.contains(&words.len()) || unspaced && words.len() == 1 && name.chars().count() <= 8)
        && words
            .iter()
            .all(|w| PARTICLES.contains(w) || capital(w) || w.starts_with(['\'', '’', '"', '“', '(']))
        && words.iter().filter(|w| capital(w)).count() >= words.len().min(2)
        && words
            .first()
            .zip(words.last())
            .is_some_and(|(_, last)| capital(last) || last.ends_with([')', '.']))
        && !name.contains(|c: char| c.is_ascii_digit())
}
