//! The ends of an article: what a page says about the author and about itself comes after it, and some of that
//! before it.

use super::kin::Nearness;
use super::line::{self, Kind, Line};
use crate::lines;
use reportedly_text::is_unspaced;
use reportedly_text::{languages, rows};
use rustc_hash::FxHashSet;
use std::sync::LazyLock;

/// A note about the author has at least so many words.
const NOTE_WORDS: f32 = 15.0;
/// A line with the author's name over it has at most so many.
const NAME_WORDS: f32 = 8.0;
/// An article has so many words before such a note, and at most so many, or this share of it, stand after it.
const BEFORE: f32 = 100.0;
const AFTER: f32 = 150.0;
const AFTER_SHARE: f32 = 0.2;
/// A page with more paragraphs under a name is a list.
const NOTES: usize = 2;
/// As near as this to the article, a paragraph is no note about its author.
const NOTE_NEAR: f32 = 0.8;
/// So many lines at the end are looked at.
const LAST_LINES: usize = 12;
/// So many teasers at an end are no part of the article; each has a headline of so many words and a paragraph of at
/// most so many.
const TEASERS: usize = 2;
const TEASER_HEADLINE: f32 = 4.0;
const TEASER_WORDS: f32 = 45.0;
/// The name over a post has at most so many words.
const SIGNATURE_WORDS: f32 = 6.0;
/// A time of day alone has at most so many words.
const CLOCK_WORDS: f32 = 3.0;
/// So many posts within so many lines are readers'.
const POSTS: usize = 4;
const POSTS_LINES: usize = 40;
/// Among so many first paragraphs stand notes about the page.
const FIRST_PARAGRAPHS: usize = 3;
/// So many words of service make a paragraph speak of the page, or one if it is far from the article.
const SERVICE: usize = 2;
const FAR: f32 = 0.6;

/// Words of service of all languages together: a page's furniture is often in another language than its article.
static WORDS: LazyLock<FxHashSet<&'static str>> = LazyLock::new(|| {
    languages("service-words")
        .flat_map(|l| rows(Some(l), "service-words"))
        .filter_map(|row| row.first().copied())
        .collect()
});
/// Those of scripts without spaces.
static UNSPACED: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let mut words: Vec<&str> = WORDS.iter().copied().filter(|w| w.chars().all(is_unspaced)).collect();
    words.sort_unstable();
    words
});

/// Takes notes about the author and about the page off an article's end.
pub(super) fn cut(lines: &[Line<'_>], near: Option<&Nearness>, inside: &mut [bool]) {
    if let Some(end) = note_about_the_author(lines, near, inside) {
        inside[end..].fill(false);
    }
    if let Some(end) = teasers(lines, inside) {
        inside[end..].fill(false);
    }
    if let Some(end) = notes_about_the_page(lines, near, inside) {
        inside[end..].fill(false);
    }
    if let Some(end) = signed_posts(lines, inside) {
        inside[end..].fill(false);
    }
    notes_before_the_article(lines, near, inside);
}

/// Where the last lines become teasers: headlines with one small paragraph each, as nothing before them in the
/// article is built.
fn teasers(lines: &[Line<'_>], inside: &[bool]) -> Option<usize> {
    let own: Vec<usize> = (0..lines.len()).filter(|&i| inside[i]).collect();
    let at = |k: usize| own.get(k).map(|&i| &lines[i]);
    let is_headline =
        |k: usize| at(k).is_some_and(|l| l.kind == Kind::Short && !l.ends && l.words >= TEASER_HEADLINE);
    let is_small = |k: usize| at(k).is_some_and(|l| l.kind == Kind::Prose && l.words <= TEASER_WORDS);
    let is_teaser =
        |k: usize| is_headline(k) && is_small(k + 1) && at(k + 2).is_none_or(|l| l.kind == Kind::Short);
    let mut begin = own.len();
    let mut found = 0;
    while begin >= 2 && is_teaser(begin - 2) {
        begin -= 2;
        found += 1;
    }
    let built_so = (0..begin).filter(|&k| is_teaser(k)).count();
    let begins = *own.get(begin)?;
    (found >= TEASERS && built_so * 2 < found && prose(lines, inside, 0..begins) >= BEFORE).then_some(begins)
}

/// Where readers' posts begin, for all that no heading says so: short lines, each a name over the minute of a post,
/// come again and again, with some prose after each.
fn signed_posts(lines: &[Line<'_>], inside: &[bool]) -> Option<usize> {
    let is_name = |l: &Line<'_>| {
        l.kind == Kind::Short && l.words <= SIGNATURE_WORDS && !l.text.contains(|c: char| c.is_numeric())
    };
    let is_minute =
        |l: &Line<'_>| l.kind == Kind::DateLine && l.words > CLOCK_WORDS && line::has_clock(l.text);
    let posts: Vec<usize> = lines
        .windows(3)
        .enumerate()
        .filter(|(_, w)| is_name(&w[0]) && is_minute(&w[1]) && w[2].kind == Kind::Prose)
        .map(|(i, _)| i)
        .collect();
    let (mut before, mut last) = (0.0, 0);
    posts.iter().enumerate().find_map(|(k, &i)| {
        before += prose(lines, inside, last..i);
        last = i;
        let many = posts.get(k + POSTS - 1).is_some_and(|&end| end - i <= POSTS_LINES);
        (many && before >= BEFORE).then_some(i)
    })
}

/// Takes out what the page says about itself among the first paragraphs: what it earns, whom it asks.
fn notes_before_the_article(lines: &[Line<'_>], near: Option<&Nearness>, inside: &mut [bool]) {
    let first: Vec<usize> =
        (0..lines.len()).filter(|&i| inside[i] && is_paragraph(&lines[i])).take(FIRST_PARAGRAPHS).collect();
    for i in first {
        if speaks_of_the_page(&lines[i], false) && near.is_some_and(|n| n.of[i] < FAR) {
            inside[i] = false;
        }
    }
}

fn is_paragraph(line: &Line<'_>) -> bool {
    line.kind == Kind::Prose && line.words >= NOTE_WORDS
}

/// Where a note about the author begins: a paragraph that begins with a name that the byline has, or that stands
/// over it.
fn note_about_the_author(lines: &[Line<'_>], near: Option<&Nearness>, inside: &[bool]) -> Option<usize> {
    let authors: FxHashSet<String> = lines
        .iter()
        .filter(|l| l.kind == Kind::Byline)
        .filter_map(|l| lines::byline(l.text))
        .flatten()
        .filter_map(|name| first_name(&name).map(str::to_owned))
        .collect();
    let total: f32 = prose(lines, inside, 0..lines.len());
    let over = |i: usize| {
        let name = first_name(lines[i].text)?;
        let above = (i.saturating_sub(2)..i).rev().find(|&k| {
            let line = &lines[k];
            matches!(line.kind, Kind::Short | Kind::Byline)
                && line.words <= NAME_WORDS
                && first_name(line.text) == Some(name)
                && is_named(line.text)
        });
        above.or_else(|| authors.contains(name).then_some(i))
    };
    let notes: Vec<(usize, usize)> = (0..lines.len())
        .filter(|&i| is_paragraph(&lines[i]) && lines[i].ends)
        .filter_map(|i| Some((i, over(i)?)))
        .collect();
    if notes.len() > NOTES {
        return None;
    }
    notes.into_iter().filter(|&(i, _)| inside[i]).find_map(|(i, begin)| {
        let (before, after) = (prose(lines, inside, 0..i), prose(lines, inside, i + 1..lines.len()));
        let apart = near.is_none_or(|n| n.of[i] < NOTE_NEAR);
        (apart && before >= BEFORE && after <= AFTER.max(total * AFTER_SHARE)).then_some(begin)
    })
}

/// Words of prose inside the article in a part of the page.
fn prose(lines: &[Line<'_>], inside: &[bool], part: std::ops::Range<usize>) -> f32 {
    part.filter(|&i| inside[i] && lines[i].kind == Kind::Prose).map(|i| lines[i].words).sum()
}

/// The first word of a line if it may be a name.
fn first_name(text: &str) -> Option<&str> {
    let word = text.split_whitespace().next()?.trim_matches(|c: char| !c.is_alphanumeric());
    (word.chars().count() >= 3
        && word.starts_with(char::is_uppercase)
        && word.chars().all(char::is_alphabetic))
    .then_some(word)
}

/// Whether a line begins with two words that are names.
fn is_named(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let mut name = || words.next().is_some_and(|w| w.starts_with(char::is_uppercase));
    name() && name()
}

/// Where the last lines begin to speak of the page: nothing but such lines, short ones and far ones follow.
fn notes_about_the_page(lines: &[Line<'_>], near: Option<&Nearness>, inside: &[bool]) -> Option<usize> {
    let mut begin = None;
    for i in (0..lines.len()).rev().filter(|&i| inside[i]).take(LAST_LINES) {
        let line = &lines[i];
        if speaks_of_the_page(line, near.is_some_and(|n| n.of[i] < FAR)) {
            begin = Some(i);
        } else if is_paragraph(line) || line.kind == Kind::Prose && line.ends && begin.is_none() {
            break;
        }
    }
    begin.filter(|&b| prose(lines, inside, 0..b) >= BEFORE)
}

fn speaks_of_the_page(line: &Line<'_>, far: bool) -> bool {
    if line.kind != Kind::Prose {
        return false;
    }
    if line.opening.is_some() {
        return true;
    }
    let lower = line.text.to_lowercase();
    let mut found: FxHashSet<&str> =
        lower.split(|c: char| !c.is_alphanumeric()).filter(|w| WORDS.contains(w)).collect();
    found.extend(UNSPACED.iter().filter(|w| lower.contains(**w)));
    found.len() >= SERVICE || far && !found.is_empty()
}
