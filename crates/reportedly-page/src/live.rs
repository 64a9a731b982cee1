//! Live blogs: which blocks make up each update of a page that is added to as things happen.
//!
//! An update begins with a clock time: "14:32", "2.15 pm", "14:32 Uhr: Die Bahn fährt wieder". Times that begin
//! blocks of the same kind and names again and again cut the page into updates.

use crate::Role;
use crate::article::{Aside, Labelled};
use crate::blocks::{Kind, Layout, Run};
use crate::structured::{self, Structured};
use crate::{lines, words};
use reportedly_text::rows;
use rustc_hash::FxHashMap;
use std::ops::Range;
use std::sync::LazyLock;

/// Updates from which on a page that calls itself live is a live blog.
const FEWEST: usize = 3;
/// Updates from which on a page that does not is one, if the newest comes first.
const FEWEST_UNNAMED: usize = 4;
/// Words of a line that is a time, perhaps with a day and a name to it.
const HEAD_WORDS: usize = 8;
/// Words of the day that a time may have to it.
const DAY_WORDS: usize = 4;
/// Words of a line that a time begins and a headline follows.
const HEADLINE_WORDS: usize = 30;
/// Blocks of one update that are looked at for its text.
const REACH: usize = 60;
/// Elements around a time that are looked at for the one that holds its update.
const MAX_DEPTH: usize = 40;

/// Words in the titles of live blogs.
static TITLES: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| rows(None, "live_titles").filter_map(|row| row.first().copied()).collect());

/// A live blog's updates: the blocks of each, in page order; none where the page is no live blog.
pub(crate) fn updates(
    data: &Structured,
    layout: &Layout,
    labelled: &Labelled,
    title: Option<&str>,
) -> Vec<Range<usize>> {
    let heads = heads(layout, labelled);
    let named = data.things().iter().any(|t| structured::types(t).any(|k| k == "LiveBlogPosting"))
        || title.is_some_and(is_live_title);
    let newest_first = heads.windows(2).filter(|pair| pair[0].1 > pair[1].1).count();
    let enough = if named {
        heads.len() >= FEWEST
    } else {
        // Timetables and chronologies go the other way. The night may have midnight in it.
        heads.len() >= FEWEST_UNNAMED && newest_first + 2 >= heads.len()
    };
    if !enough {
        return Vec::new();
    }
    let heads: Vec<usize> = heads.into_iter().map(|(at, _)| at).collect();
    cut(layout, &heads)
}

/// Whether a title says that its page is live.
fn is_live_title(title: &str) -> bool {
    let padded = format!(" {} ", lines::folded(title).replace(|c: char| !c.is_alphanumeric(), " "));
    TITLES.iter().any(|words| {
        if words.is_ascii() { padded.contains(&format!(" {words} ")) } else { padded.contains(words) }
    })
}

/// The line after an update's time is its headline, where nothing says otherwise: before the first prose of a page such
/// lines are taken for furniture.
pub(crate) fn keep_headlines(layout: &Layout, labelled: &mut Labelled, updates: &[Range<usize>]) {
    for at in updates.iter().filter(|u| u.len() > 2).map(|u| u.start + 1) {
        let run = &layout.runs[at];
        let is_line = matches!(run.kind, Kind::Loose | Kind::Paragraph) && run.linked < 0.5 && run.words > 0;
        if labelled.roles[at] == Some(Role::Other) && is_line && labelled.asides[run.region] == Aside::No {
            labelled.roles[at] = Some(Role::Subhead);
        }
    }
}

/// Whether a block of an update that was put aside is part of it: its time, its headline.
pub(crate) fn belongs(run: &Run, role: Role) -> bool {
    let time = head_time(&run.text, run.words, run.sentence).is_some();
    matches!(role, Role::DateLine | Role::Byline | Role::Related | Role::Other) && time
        || role == Role::Other && matches!(run.kind, Kind::Heading(_))
}

/// Whether a text is a clock time, with a day to it perhaps.
pub(crate) fn is_clock_time(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_digit())
        && clock(text).is_some_and(|(_, rest)| words::count(rest) <= DAY_WORDS)
}

/// The minute of the day of the clock time that stands in a line, wherever it does.
pub(crate) fn minute_in(text: &str) -> Option<u16> {
    let begins = |i: usize| {
        text[..i]
            .chars()
            .next_back()
            .is_none_or(|c| !c.is_alphanumeric() && !matches!(c, ':' | '.' | '/' | '-'))
    };
    text.char_indices()
        .filter(|(i, c)| c.is_ascii_digit() && begins(*i))
        .find_map(|(i, _)| clock(&text[i..]).map(|(minute, _)| minute))
}

/// The blocks that begin updates, with the minute of the day that each gives.
fn heads(layout: &Layout, labelled: &Labelled) -> Vec<(usize, u16)> {
    let range = layout.regions[labelled.container].runs.clone();
    let is_text = |i: usize| labelled.roles[i].is_some_and(Role::is_text);
    let mut groups: FxHashMap<(u8, u64), Vec<(usize, u16)>> = FxHashMap::default();
    let mut order: Vec<(u8, u64)> = Vec::new();
    for i in range.clone() {
        let run = &layout.runs[i];
        let seen = labelled.roles[i].is_some_and(|role| !matches!(role, Role::Comments | Role::Feed));
        if !seen || run.figure || run.quoted {
            continue;
        }
        let Some(minute) = head_time(&run.text, run.words, run.sentence) else { continue };
        // A list of links to the updates is not the updates.
        if run.kind == Kind::Item && run.linked > 0.5 {
            continue;
        }
        let key = (shape(run.kind), layout.regions[run.region].names);
        let group = groups.entry(key).or_default();
        if group.is_empty() {
            order.push(key);
        }
        group.push((i, minute));
    }
    // The group with the most updates; the first of equals.
    let mut best: Vec<(usize, u16)> = Vec::new();
    for key in order {
        let group = groups.remove(&key).unwrap_or_default();
        let with_text = group
            .iter()
            .enumerate()
            .filter(|(k, (at, _))| {
                let next = group.get(k + 1).map_or(range.end, |(next, _)| *next);
                (*at..next.min(at + REACH)).any(|i| is_text(i) && layout.runs[i].mass() > 0)
            })
            .count();
        if with_text * 4 >= group.len() * 3 && group.len() > best.len() {
            best = group;
        }
    }
    best
}

/// What kind of element a block is, without its place.
const fn shape(kind: Kind) -> u8 {
    match kind {
        Kind::Paragraph => 0,
        Kind::Loose => 1,
        Kind::Heading(level) => 10 + level,
        Kind::Item => 2,
        Kind::Definition => 3,
        Kind::Cell { .. } => 4,
        Kind::Preformatted => 5,
        Kind::Caption => 6,
    }
}

/// The minute of the day that begins an update, or stands in the line that does.
fn head_time(text: &str, words: usize, sentence: bool) -> Option<u16> {
    let (minute, rest) = clock(text).map_or((None, text), |(minute, rest)| (Some(minute), rest));
    if let Some(minute) = minute {
        let rest = rest.trim_start();
        let follows = rest.is_empty() || words <= HEAD_WORDS && !sentence;
        let titled =
            words <= HEADLINE_WORDS && rest.starts_with([':', '-', '–', '—', '|', '•', '·', '/', ',']);
        return (follows || titled || sentence).then_some(minute);
    }
    if sentence || words > HEAD_WORDS {
        return None;
    }
    // After a day: "2 Nov 2031 11.42", "Today 14:05".
    text.char_indices()
        .filter(|(i, c)| *c == ' ' && text[i + 1..].starts_with(|c: char| c.is_ascii_digit()))
        .find_map(|(i, _)| clock(&text[i + 1..]).map(|(minute, _)| minute))
}

/// The clock time that a text begins with, in minutes, and what follows it.
fn clock(text: &str) -> Option<(u16, &str)> {
    let number = |s: &str| -> Option<(u16, usize)> {
        let digits = s.bytes().take_while(u8::is_ascii_digit).count();
        (1..=2).contains(&digits).then(|| s[..digits].parse().ok().map(|n| (n, digits)))?
    };
    let (hour, digits) = number(text)?;
    let rest = &text[digits..];
    let mut minutes = None;
    let mut after = rest;
    for separator in [":", ".", "h", "H", "：", "時", "时", "시 "] {
        if let Some(tail) = rest.strip_prefix(separator)
            && let Some((minute, 2)) = number(tail)
        {
            minutes = Some(minute);
            after = &tail[2..];
        }
    }
    // "11.42.2031" and "10:15:30.5" are no clock times, nor is "4.50 m".
    if after.starts_with(|c: char| c.is_ascii_digit() || c == '.' || c == '%') && minutes.is_some() {
        return None;
    }
    let lower = after.trim_start().get(..6).or(Some(after.trim_start())).unwrap_or("").to_lowercase();
    let half = ["am", "a.m.", "pm", "p.m."]
        .iter()
        .find(|h| lower.strip_prefix(**h).is_some_and(|r| !r.starts_with(char::is_alphanumeric)));
    let mut hour = hour;
    if let Some(half) = half {
        if hour == 0 || hour > 12 {
            return None;
        }
        hour = hour % 12 + if half.starts_with('p') { 12 } else { 0 };
        after = &after.trim_start()[half.len()..];
    }
    let minute = match (minutes, half) {
        (Some(minute), _) => minute,
        (None, Some(_)) => 0,
        (None, None) => return None,
    };
    for word in ["Uhr", "GMT", "UTC", "BST", "CET", "CEST", "EST", "EDT", "ET", "PT", "h", "分", "분"] {
        let tail = after.trim_start();
        if let Some(rest) = tail.strip_prefix(word)
            && !rest.starts_with(|c: char| c.is_ascii_alphabetic())
        {
            after = rest;
        }
    }
    (hour < 24 && minute < 60).then_some((hour * 60 + minute, after))
}

/// The updates that the blocks begin: each the largest element that holds no other, or all up to the next.
fn cut(layout: &Layout, heads: &[usize]) -> Vec<Range<usize>> {
    let held = |runs: &Range<usize>| {
        heads.partition_point(|h| *h < runs.end) - heads.partition_point(|h| *h < runs.start)
    };
    let mut own = Vec::with_capacity(heads.len());
    let mut outer = 0;
    for &head in heads {
        let mut at = layout.runs[head].region;
        for _ in 0..MAX_DEPTH {
            let parent = layout.regions[at].parent;
            if at == 0 || held(&layout.regions[parent].runs) != 1 {
                break;
            }
            at = parent;
        }
        outer = layout.regions[at].parent;
        own.push(layout.regions[at].runs.clone());
    }
    if own.iter().zip(heads).all(|(runs, head)| runs.len() > 1 && held(runs) == 1 && runs.contains(head)) {
        return own;
    }
    // The last goes on to the end of what holds them all.
    while outer != 0 && held(&layout.regions[outer].runs) < heads.len() {
        outer = layout.regions[outer].parent;
    }
    let end = layout.regions[outer].runs.end;
    heads
        .iter()
        .zip(heads.iter().skip(1).copied().chain([end]))
        .map(|(start, end)| *start..end.max(*start))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clock_times_begin_updates() {
        let check = |line: &str, want: Option<u16>| {
            let sentence = words::ends_sentence(line);
            assert_eq!(head_time(line, words::count(line), sentence), want, "{line}");
        };
        check("14:32", Some(14 * 60 + 32));
        check("2.15pm GMT", Some(14 * 60 + 15));
        check("12:05 a.m. Petra Lomax", Some(5));
        check("15:20 Uhr: Bahn legt neues Angebot vor", Some(15 * 60 + 20));
        check("14h05 – Le pont est fermé", Some(14 * 60 + 5));
        check("15時30分 橋が閉まる", Some(15 * 60 + 30));
        check("2 Nov 2031 11.42", Some(11 * 60 + 42));
        check("3 pm", Some(15 * 60));
        check("25:10", None);
        check("4.5 million", None);
        check("12.11.2031", None);
        check("The bridge closed at 14:32 on Friday.", None);
        check("2031", None);
    }

    #[test]
    fn titles_say_that_a_page_is_live() {
        for (title, live) in [
            ("Storm Agnes live: trains stop", true),
            ("Council budget night: as it happened", true),
            ("Liveticker zum Streik", true),
            ("Otters thrive and deliver a lesson", false),
        ] {
            assert_eq!(is_live_title(title), live, "{title}");
        }
    }
}
