//! A page flattened to text, one block a line, taken apart again: which lines are the article, and what the others
//! are for.
//!
//! Every line is looked at by itself ([`line`]), then the best path through the page is found ([`choose`]), then
//! the lines on the path get their roles. Nothing here knows a language beyond the tables of headings.

mod choose;
mod kin;
mod line;
mod tail;

use crate::lines::{self, Reach};
use crate::{
    Bearing, Block, DateCandidate, Image, Input, Other, Page, PageKind, Role, When, byline, dates, meta,
};
use line::{Kind, Line};
use reportedly_text::Span;
use rustc_hash::{FxHashMap, FxHashSet};

/// A standfirst has at most this many words.
const STANDFIRST_WORDS: f32 = 70.0;
/// A heading inside the article has at most this many words.
const SUBHEAD_WORDS: f32 = 18.0;
/// A headline has at most this many words.
const HEADLINE_WORDS: f32 = 30.0;
/// A headline that is told by being said twice has at least this many words.
const REPEATED_WORDS: f32 = 4.0;
/// A short line that stands alone among paragraphs so often is a button.
const NOISE_TIMES: u16 = 4;
/// How many lines before the article's first are searched for its headline.
const HEADLINE_REACH: usize = 25;
/// Lines before the article's first that may be its headline, byline, date, reading time and picture.
const HEAD_LINES: usize = 7;
/// A caption has at most this many words.
const CAPTION_WORDS: f32 = 60.0;
/// An article has at least this many words of prose.
const ARTICLE_WORDS: f32 = 25.0;

/// The day of the visit stands among so many first lines.
const MASTHEAD_LINES: usize = 4;
/// A line that is asked for its date has at most this many words.
const DATE_WORDS: f32 = 25.0;
/// How many lines above the headline, under the first of the text, after the last of the text may give the date.
const ABOVE_LINES: usize = 3;
const UNDER_LINES: usize = 3;
const AFTER_LINES: usize = 3;

/// Takes a flattened page apart.
pub(crate) fn read(text: &str, input: &Input<'_>) -> Page {
    let (lines, more) = line::split(text);
    let headlines = headlines(&lines, input.title);
    let inside = choose::inside(&lines, &headlines);
    let start = inside.iter().position(|i| *i).unwrap_or(lines.len());
    let title = title_line(&lines, &headlines, start);
    let mut roles = roles(&lines, &headlines, &inside, title);
    let masthead = masthead_day(&lines, &roles, title);
    if let Some(m) = masthead {
        roles[m] = Role::Masthead;
    }
    let mut page = assemble(&lines, &roles, title);
    if page.kind == PageKind::Index {
        // Where there is no article, nothing is its text, and nobody its author.
        for role in roles.iter_mut().filter(|r| r.is_text()) {
            *role = Role::Related;
        }
        page = Page { kind: PageKind::Index, authors: Vec::new(), ..assemble(&lines, &roles, title) };
    }
    page.outlet = outlet(&lines, &roles, title);
    page.dates = dates(&lines, &roles, title, &page, input.url);
    page.dates.extend(input.url.and_then(dates::in_address));
    if more {
        page.diagnostics
            .push(format!("cut: the first {} lines are read, and there are more", line::MOST_LINES));
    }
    page
}

/// Who publishes the page: what follows the headline in the page's title, or the name that the page begins with.
fn outlet(lines: &[Line<'_>], roles: &[Role], title: Option<usize>) -> Option<String> {
    /// Words of an outlet's name.
    const NAME_WORDS: usize = 5;
    let first = lines.first()?.text;
    let is_name = |name: &str| {
        let n = name.split_whitespace().count();
        (1..=NAME_WORDS).contains(&n)
            && name.starts_with(char::is_uppercase)
            && !name.contains(|c: char| c.is_ascii_digit())
    };
    if let Some(t) = title.filter(|t| *t > 0)
        && let Some((before, name)) = first
            .char_indices()
            .rev()
            .find(|(i, c)| {
                matches!(c, '|' | '-' | '–' | '—' | '·' | ':') && first[..*i].ends_with([' ', ':'])
            })
            .map(|(i, c)| (&first[..i], first[i + c.len_utf8()..].trim()))
        && letters(before).starts_with(&letters(lines[t].text))
        && is_name(name)
    {
        return Some(name.to_owned());
    }
    if title != Some(0)
        && let Some(name) = masthead_name(first).filter(|n| is_name(n))
    {
        return Some(name.to_owned());
    }
    let stands_alone = title.is_some_and(|t| t > 1)
        && lines[0].kind == Kind::Short
        && matches!(roles.get(1), Some(Role::Nav | Role::Masthead));
    if stands_alone && is_name(first) {
        // What is all in capitals may be printed otherwise below.
        let notice = notice(lines).filter(|n| letters(n) == letters(first));
        return notice.or_else(|| Some(first.to_owned()));
    }
    notice(lines)
}

/// Whose the page is by the copyright notice at its end.
fn notice(lines: &[Line<'_>]) -> Option<String> {
    /// Lines at the end of a page among which it stands.
    const LINES: usize = 12;
    lines.iter().rev().take(LINES).find_map(|line| meta::in_notice(line.text))
}

/// The first column of a masthead in one line: "The Tarn Herald   Thursday, 20 March 2031   Fair".
fn masthead_name(line: &str) -> Option<&str> {
    let mut columns = line.split("  ").flat_map(|c| c.split(['\t', '|', '·'])).map(str::trim);
    let name = columns.next().filter(|n| !n.is_empty() && dates::visible(n, None).is_empty())?;
    columns.any(|c| !dates::visible(c, None).is_empty()).then_some(name)
}

/// The line that gives the day of the visit: a bare date among the page's first lines, before its headline.
fn masthead_day(lines: &[Line<'_>], roles: &[Role], title: Option<usize>) -> Option<usize> {
    if title.is_some_and(|t| t > 0) && lines.first().is_some_and(|l| masthead_name(l.text).is_some()) {
        return Some(0);
    }
    let m = (0..lines.len().min(MASTHEAD_LINES)).find(|&i| lines[i].kind == Kind::DateLine)?;
    let before_title = title.is_some_and(|t| m < t);
    let bare = dates::visible(lines[m].text, None).first().is_some_and(|d| !d.said);
    let titled = roles[..m].contains(&Role::Title);
    (before_title && bare && !titled).then_some(m)
}

/// What speaks of the publication date.
fn dates(
    lines: &[Line<'_>],
    roles: &[Role],
    title: Option<usize>,
    page: &Page,
    url: Option<&str>,
) -> Vec<DateCandidate> {
    let first = roles.iter().position(|r| r.is_text()).unwrap_or(lines.len());
    let last = roles.iter().rposition(|r| r.is_text()).unwrap_or(0);
    // The text begins under the standfirst for what stands between headline and text.
    let first = first + usize::from(roles.get(first) == Some(&Role::Standfirst));
    let mut found = Vec::new();
    for (i, line) in lines.iter().enumerate() {
        let caption = roles[i] == Role::Caption && i + 10 >= first && i <= last + 2;
        if !caption && (line.words > DATE_WORDS || roles[i].is_text()) {
            continue;
        }
        let above = title.is_some_and(|t| i < t && t - i <= ABOVE_LINES);
        let under = title.is_some_and(|t| i > t) && i <= first.max(title.unwrap_or(0)) + UNDER_LINES;
        let after = i > last && i <= last + AFTER_LINES;
        for date in dates::visible(line.text, page.language) {
            let says = When::Day(date.printed.day);
            let (rule, bearing, weight) = match roles[i] {
                Role::Masthead => ("masthead", Bearing::NotAfter, 60),
                Role::Caption if caption => ("caption", Bearing::NotBefore, 50),
                Role::Caption
                | Role::Legal
                | Role::Related
                | Role::Feed
                | Role::Trending
                | Role::Comments => continue,
                _ if under => ("date-line", date.bearing, dates::UNDER_HEADLINE),
                _ if above => ("date-line", date.bearing, dates::ABOVE_HEADLINE),
                _ if after => ("date-line", date.bearing, dates::AFTER_ARTICLE),
                _ => continue,
            };
            let weight = if date.said { weight + dates::SAID } else { weight };
            found.push(dates::candidate(rule, line.text, says, bearing, weight));
        }
    }
    found.extend(dates::dateline(&page.text, page.language));
    let short = lines.iter().filter(|l| l.words <= DATE_WORDS).map(|l| l.text);
    dates::settle_order(&mut found, short, url, page.language);
    found
}

/// Letters and digits of a line in lower case: what makes two lines the same headline.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Which lines say what the page's first line (most often its title) or the told title says.
fn headlines(lines: &[Line<'_>], told: Option<&str>) -> Vec<bool> {
    let mut is_headline = vec![false; lines.len()];
    let first = told.or_else(|| lines.first().map(|l| l.text)).map(letters).unwrap_or_default();
    for (i, line) in lines.iter().enumerate() {
        if i == 0 && told.is_none() || !can_be_headline(line) || line.words < 3.0 {
            continue;
        }
        let letters = letters(line.text);
        // The title of a page is its headline with the outlet's name to it, or cut short.
        let same = letters.len() >= 12
            && (first.contains(&letters) && letters.len() * 5 >= first.len() * 2
                || first.len() >= 12 && letters.contains(&first) && first.len() * 5 >= letters.len() * 3);
        is_headline[i] = same;
    }
    // Where none says it: the first line that is said twice on end, or over a line between, before a paragraph.
    let twice = |i: usize| {
        can_be_headline(&lines[i])
            && lines[i].words >= REPEATED_WORDS
            && lines[i + 1..].iter().take(2).any(|l| l.text == lines[i].text)
            && lines[i + 1..]
                .iter()
                .take(HEADLINE_REACH / 2)
                .any(|l| l.kind == Kind::Prose && l.words >= line::PROSE_WORDS)
    };
    if !is_headline.contains(&true)
        && let Some(first) = (0..lines.len()).find(|i| twice(*i))
    {
        for i in first..lines.len().min(first + 3) {
            is_headline[i] = lines[i].text == lines[first].text;
        }
    }
    is_headline
}

fn can_be_headline(line: &Line<'_>) -> bool {
    matches!(line.kind, Kind::Short | Kind::Prose | Kind::Names) && line.words <= HEADLINE_WORDS
}

/// The headline: the line before the article that says what the title says, or that is repeated, or the last before it.
fn title_line(lines: &[Line<'_>], headlines: &[bool], start: usize) -> Option<usize> {
    let end = lines.len().min(start.saturating_add(3));
    let from = start.saturating_sub(HEADLINE_REACH);
    if let Some(i) = (from..end).rev().find(|&i| headlines[i]) {
        return Some(i);
    }
    if start == lines.len() {
        return None;
    }
    let candidates = || (from..start).rev().filter(|&i| can_be_headline(&lines[i]) && lines[i].words >= 3.0);
    let repeated = candidates().find(|&i| lines[i].times > 1 && lines[i].words >= 4.0);
    // The line over byline, date and reading time; what stands below them is a caption.
    let above = |i: usize| {
        let is_head = |l: &Line<'_>| matches!(l.kind, Kind::Byline | Kind::DateLine | Kind::ReadingTime);
        lines[i].words >= 4.0 && lines[i + 1..start].iter().take(2).any(is_head)
    };
    let head = (from..start)
        .rev()
        .take(HEAD_LINES)
        .take_while(
            |&i| !matches!(lines[i].kind, Kind::Furniture(f) if matches!(f.role, Role::Nav | Role::Masthead)),
        )
        .filter(|&i| can_be_headline(&lines[i]) && above(i))
        .last();
    repeated
        .or(head)
        .or_else(|| candidates().find(|&i| lines[i].words >= 5.0))
        .or_else(|| candidates().next())
        .or_else(|| lines.first().filter(|l| can_be_headline(l)).map(|_| 0))
}

/// Gives every line its role.
fn roles(lines: &[Line<'_>], headlines: &[bool], inside: &[bool], title: Option<usize>) -> Vec<Role> {
    let mut roles = Vec::with_capacity(lines.len());
    let mut section = Role::Nav;
    let last = inside.iter().rposition(|i| *i).unwrap_or(0);
    let heard_twice = said_twice(lines, inside);
    for (i, line) in lines.iter().enumerate() {
        let by_words = match line.kind {
            Kind::Furniture(f) => {
                if f.reach == Reach::Section {
                    section = f.role;
                }
                Some(f.role)
            }
            Kind::Caption => Some(Role::Caption),
            Kind::Byline => Some(Role::Byline),
            Kind::DateLine => Some(Role::DateLine),
            Kind::ReadingTime => Some(Role::Other),
            Kind::Prose | Kind::Short | Kind::Names => None,
        };
        let role = if Some(i) == title
            || headlines[i] && title.is_some_and(|t| letters(lines[t].text) == letters(line.text))
        {
            section = Role::Other;
            Role::Title
        } else if inside[i] {
            by_words.unwrap_or(match line.kind {
                _ if heard_twice[i] => Role::Other,
                Kind::Prose | Kind::Names => Role::Paragraph,
                Kind::Short => Role::Subhead,
                _ => Role::Other,
            })
        } else {
            if i == last + 1 && section == Role::Nav {
                section = Role::Other;
            }
            by_words.unwrap_or(section)
        };
        roles.push(role);
    }
    credits_name_captions(lines, &mut roles, title);
    settle_short_lines(lines, &mut roles);
    settle_standfirst(lines, &mut roles);
    roles
}

/// Which lines inside the article are no part of it since they stand elsewhere too: a paragraph that the article had
/// before, and what stands around the article as well. A heading stands in a contents list once before.
fn said_twice(lines: &[Line<'_>], inside: &[bool]) -> Vec<bool> {
    let (first, last) = match (inside.iter().position(|i| *i), inside.iter().rposition(|i| *i)) {
        (Some(first), Some(last)) => (first, last),
        _ => (0, 0),
    };
    let mut before: FxHashMap<&str, u16> = FxHashMap::default();
    for line in &lines[..first] {
        *before.entry(line.text).or_insert(0) += 1;
    }
    let after = after_but_contents(lines, inside, last);
    let mut said: FxHashSet<&str> = FxHashSet::default();
    let twofold = choose::is_twofold(lines);
    let is_short = |i: Option<usize>| i.and_then(|i| lines.get(i)).is_some_and(|l| l.kind == Kind::Short);
    (0..lines.len())
        .map(|i| {
            let line = &lines[i];
            if !inside[i] || line.times < 2 {
                return false;
            }
            match line.kind {
                _ if twofold => !said.insert(line.text),
                Kind::Prose if line.words >= line::PROSE_WORDS => !said.insert(line.text),
                Kind::Prose | Kind::Short => {
                    // Among short lines it is a cell of a table or an item of a list.
                    let alone = !is_short(i.checked_sub(1)) && !is_short(Some(i + 1));
                    after.contains(line.text)
                        || before.get(line.text).copied().unwrap_or(0) > 1
                        || line.times >= NOISE_TIMES && alone
                }
                _ => false,
            }
        })
        .collect()
}

/// What stands after the article, but for a list of its contents: lines of the article that follow each other there too.
fn after_but_contents<'t>(lines: &[Line<'t>], inside: &[bool], last: usize) -> FxHashSet<&'t str> {
    let headings: FxHashSet<&str> = (0..lines.len())
        .filter(|&i| inside[i] && lines[i].kind != Kind::Caption)
        .map(|i| lines[i].text)
        .collect();
    let is_listed = |i: usize| i > last && lines.get(i).is_some_and(|l| headings.contains(l.text));
    (last + 1..lines.len())
        .filter(|&i| !(is_listed(i) && (is_listed(i - 1) || is_listed(i + 1))))
        .map(|i| lines[i].text)
        .collect()
}

/// A credit that stands alone makes the line before it a caption, if that is no sentence, or if it stands under the
/// headline where no standfirst does: after another paragraph, or parted from the headline.
fn credits_name_captions(lines: &[Line<'_>], roles: &mut [Role], title: Option<usize>) {
    let first = roles.iter().position(|r| *r == Role::Paragraph);
    for i in 1..lines.len() {
        let alone = roles[i] == Role::Caption
            && lines::caption_and_credit(lines[i].text).is_some_and(|(caption, _)| caption.is_empty());
        if !alone || !matches!(roles[i - 1], Role::Subhead | Role::Paragraph) {
            continue;
        }
        let above = i.checked_sub(2).map(|k| roles[k]);
        let parted =
            above.is_some_and(|r| matches!(r, Role::Byline | Role::DateLine | Role::Share | Role::Other));
        let second = above == Some(Role::Paragraph) && first.is_some_and(|f| f + 2 == i);
        let in_head = title.is_some_and(|t| t < i && i - t <= HEAD_LINES)
            && lines[i - 1].words <= CAPTION_WORDS
            && first.is_some_and(|f| f + 2 >= i)
            && (parted || second);
        if !lines[i - 1].ends || in_head {
            roles[i - 1] = Role::Caption;
        }
    }
}

/// Short lines inside the article: headings stand alone before a paragraph, list items stand together.
fn settle_short_lines(lines: &[Line<'_>], roles: &mut [Role]) {
    let mut i = 0;
    while i < roles.len() {
        if roles[i] != Role::Subhead {
            i += 1;
            continue;
        }
        let start = i;
        while i < roles.len() && roles[i] == Role::Subhead {
            i += 1;
        }
        let run = start..i;
        let before = start.checked_sub(1);
        let introduced =
            before.is_some_and(|b| roles[b] == Role::Paragraph && lines[b].text.ends_with([':', '：']));
        let followed = roles.get(i) == Some(&Role::Paragraph);
        if run.len() == 1 && !introduced {
            if !followed || lines[start].words > SUBHEAD_WORDS {
                roles[start] = Role::Other;
            }
            continue;
        }
        let marked = run
            .clone()
            .filter(|&k| {
                lines[k].text.starts_with(|c: char| {
                    matches!(c, '-' | '–' | '•' | '*' | '·' | '▪' | '●') || c.is_ascii_digit()
                })
            })
            .count();
        let keep = introduced || marked * 2 >= run.len() || run.len() >= 2;
        for k in run.clone() {
            roles[k] = if keep { Role::ListItem } else { Role::Other };
        }
        if followed && run.len() >= 2 && lines[i - 1].words <= SUBHEAD_WORDS {
            roles[i - 1] = Role::Subhead;
        }
    }
}

/// The paragraph right under the headline is the standfirst if byline, date or picture part it from the others.
fn settle_standfirst(lines: &[Line<'_>], roles: &mut [Role]) {
    let Some(first) = roles.iter().position(|r| *r == Role::Paragraph) else { return };
    let under_headline =
        roles[..first].iter().rposition(|r| *r == Role::Title).is_some_and(|t| first - t <= 2);
    let parted = roles[first + 1..]
        .iter()
        .take_while(|r| !r.is_text())
        .any(|r| matches!(r, Role::Byline | Role::DateLine | Role::Caption | Role::Share));
    if under_headline && parted && lines[first].words <= STANDFIRST_WORDS {
        roles[first] = Role::Standfirst;
    }
}

/// Puts the page together from its lines.
fn assemble(lines: &[Line<'_>], roles: &[Role], title: Option<usize>) -> Page {
    let mut page = Page::default();
    let mut prose = 0.0;
    let around = roles.iter().position(|r| r.is_text()).zip(roles.iter().rposition(|r| r.is_text()));
    for (i, line) in lines.iter().enumerate() {
        let role = roles[i];
        if role.is_text() {
            if !page.text.is_empty() {
                page.text.push_str("\n\n");
            }
            let start = page.text.len();
            page.text.push_str(line.text);
            page.blocks.push(Block { role, span: Span::new(start, page.text.len()) });
            if role != Role::Subhead {
                prose += line.words;
            }
            continue;
        }
        // Pictures and names of the article stand in it or shortly before it.
        let near = around.is_some_and(|(first, last)| i + 10 >= first && i <= last + 2);
        match role {
            Role::Title => continue,
            Role::Caption if near && !line.again => {
                let (caption, credit) = lines::caption_and_credit(line.text).unwrap_or((line.text, ""));
                let given = |s: &str| (!s.is_empty()).then(|| s.to_owned());
                match page.images.last_mut().filter(|_| caption.is_empty()) {
                    Some(image) if image.credit.is_none() => image.credit = given(credit),
                    _ => {
                        page.images.push(Image { url: None, caption: given(caption), credit: given(credit) });
                    }
                }
                continue;
            }
            Role::Byline if near => {
                let found = byline::from_line(line.text);
                for (name, to) in (found.authors.into_iter().map(|n| (n, true)))
                    .chain(found.agencies.into_iter().map(|n| (n, false)))
                {
                    let names = if to { &mut page.authors } else { &mut page.agencies };
                    if !names.contains(&name) {
                        names.push(name);
                    }
                }
            }
            _ => {}
        }
        match page.other.last_mut() {
            Some(other) if other.role == role && i > 0 && roles[i - 1] == role => {
                other.text.push('\n');
                other.text.push_str(line.text);
            }
            _ => page.other.push(Other { role, text: line.text.to_owned() }),
        }
    }
    page.title = title.map(|t| lines[t].text.to_owned());
    page.language = reportedly_text::detect(&page.text);
    page.kind = kind(&page, lines, prose);
    page
}

fn kind(page: &Page, lines: &[Line<'_>], prose: f32) -> PageKind {
    if lines.is_empty() {
        PageKind::Empty
    } else if prose >= ARTICLE_WORDS {
        PageKind::Article
    } else if lines.len() > 30 {
        PageKind::Index
    } else if page.text.is_empty() {
        PageKind::Empty
    } else {
        PageKind::Article
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(text: &str) -> Page {
        read(text, &Input::default())
    }

    const ARTICLE: &str = "Tarn Herald\n\
        Skip to content\n\
        Sign in\n\
        Latest\n\
        Bakers win prize\n\
        Harbour of Lune to close for the winter\n\
        Harbour of Lune to close for the winter\n\
        By Petra Lomax\n\
        Wednesday 7 May 2031\n\
        The harbour of Lune in spring, on April 3, 2029. (Olan Feld / Pylon via Getty Images)\n\
        2 min read\n\
        The harbour of Lune will close for the winter because its breakwater is cracked, the mayor said on Tuesday after a visit.\n\
        Engineers found the cracks in March, when divers looked at the wall for the first time in eleven years, and they have grown since.\n\
        Boats move out\n\
        Most of the forty boats will be moved to Ostwick, where the fishing co-operative has offered places at half the price.\n\
        Nobody will be paid for the move.\n\
        Related Articles\n\
        Sheep fair draws record crowd\n\
        The fair in Velm drew more visitors than ever, its organisers said on Sunday.\n\
        Mill reopens as museum\n\
        The old mill at Ruddock has been made into a museum of paper.\n\
        Hot this week\n\
        Bakers win prize\n\
        © 2031 Tarn Herald. All rights reserved.\n";

    #[test]
    fn an_article_is_told_from_what_stands_around_it() {
        let page = of(ARTICLE);
        assert_eq!(page.title.as_deref(), Some("Harbour of Lune to close for the winter"));
        assert_eq!(page.outlet.as_deref(), Some("Tarn Herald"));
        assert_eq!(page.authors, ["Petra Lomax"]);
        let roles: Vec<&str> = page.blocks.iter().map(|b| b.role.word()).collect();
        assert_eq!(roles, ["paragraph", "paragraph", "subhead", "paragraph", "paragraph"]);
        assert!(page.text.starts_with("The harbour of Lune will") && page.text.ends_with("for the move."));
        assert_eq!(page.images[0].credit.as_deref(), Some("Olan Feld / Pylon via Getty Images"));
        let role_of = |words: &str| page.other.iter().find(|o| o.text.contains(words)).map(|o| o.role);
        assert_eq!(role_of("Sheep fair"), Some(Role::Related));
        assert_eq!(role_of("All rights"), Some(Role::Legal));
    }

    #[test]
    fn the_headline_stands_over_byline_and_caption_and_the_masthead_names_the_outlet() {
        let page = of("The Tarn Herald   Thursday, 8 May 2031   Fair, wind backing south\n\
            Harbour | Town | Letters\n\
            Lanterns on the quay\n\
            1 min read\n\
            The quay by night, winter 2029\n\
            Forty lanterns hung on the quay at Velm on Sunday night, one for each of the boats that came home.\n\
            The custom is older than the harbour wall, the harbour master said, and cheaper than mending it.\n");
        assert_eq!(page.title.as_deref(), Some("Lanterns on the quay"));
        assert_eq!(page.outlet.as_deref(), Some("The Tarn Herald"));
        let found: Vec<_> = page.dates.iter().map(|d| (d.rule, d.bearing)).collect();
        assert_eq!(found, [("masthead", Bearing::NotAfter)]);
    }

    #[test]
    fn the_line_under_the_headline_dates_the_page_and_the_caption_bounds_it() {
        let page = of(ARTICLE);
        let found: Vec<String> =
            page.dates.iter().map(|d| format!("{} {} {:?}", d.rule, d.says.day(), d.bearing)).collect();
        assert_eq!(found, ["date-line 2031-05-07 Published", "caption 2029-04-03 NotBefore"]);
    }

    #[test]
    fn a_masthead_is_the_day_of_the_visit() {
        let page = of(&ARTICLE
            .replace("Wednesday 7 May 2031\n", "")
            .replace("Skip to content", "Monday, June 2, 2031"));
        let masthead: Vec<_> = page.dates.iter().filter(|d| d.rule == "masthead").collect();
        assert_eq!(masthead.len(), 1);
        assert_eq!(masthead[0].bearing, Bearing::NotAfter);
        assert!(page.dates.iter().all(|d| d.bearing != Bearing::Published));
        assert!(page.other.iter().any(|o| o.role == Role::Masthead));
    }

    #[test]
    fn pages_without_an_article_say_so() {
        assert_eq!(of("").kind, PageKind::Empty);
        let front: Vec<String> = (0..60).map(|i| format!("Headline number {i} of today")).collect();
        assert_eq!(of(&front.join("\n")).kind, PageKind::Index);
        let with_a_note = format!("{}\nThe mayor and the baker speak.\nBoth of them.", front.join("\n"));
        let page = of(&with_a_note);
        assert_eq!((page.kind, page.text.as_str()), (PageKind::Index, ""));
    }

    proptest! {
        #[test]
        fn any_text_gives_blocks_that_cover_it(
            text in "([A-Za-z]{1,9}|[0-9]{1,4}|Photo:|Related|\\(|©|/|日本|。|\\.|,|\n| ){0,200}"
        ) {
            let page = of(&text);
            for block in &page.blocks {
                prop_assert!(block.role.is_text());
                prop_assert!(!block.span.of(&page.text).is_empty());
            }
            for d in &page.dates {
                prop_assert!(d.span.is_none_or(|s| page.text.get(s.start..s.end).is_some()));
            }
            prop_assert!(page.other.iter().all(|o| !o.role.is_text()));
        }

        #[test]
        fn arbitrary_text_is_read(text in "\\PC{0,300}") {
            let _ = of(&text);
        }
    }
}
