//! A page flattened to text, one block a line, taken apart again: which lines are the article, and what the others
//! are for.
//!
//! Every line is looked at by itself ([`line`]), then the best path through the page is found ([`choose`]), then
//! the lines on the path get their roles. Nothing here knows a language beyond the tables of headings.

mod choose;
mod line;

use crate::lines::{self, Reach};
use crate::{Bearing, Block, DateCandidate, Image, Input, Other, Page, PageKind, Role, When, dates};
use line::{Kind, Line};
use reportedly_text::Span;

/// A standfirst has at most this many words.
const STANDFIRST_WORDS: f32 = 70.0;
/// A heading inside the article has at most this many words.
const SUBHEAD_WORDS: f32 = 18.0;
/// A headline has at most this many words.
const HEADLINE_WORDS: f32 = 30.0;
/// How many lines before the article's first are searched for its headline.
const HEADLINE_REACH: usize = 25;
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
    let lines = line::split(text);
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
    page.dates = dates(&lines, &roles, title, &page);
    page.dates.extend(input.url.and_then(dates::in_address));
    page
}

/// The line that gives the day of the visit: a bare date among the page's first lines, before its headline.
fn masthead_day(lines: &[Line<'_>], roles: &[Role], title: Option<usize>) -> Option<usize> {
    let m = (0..lines.len().min(MASTHEAD_LINES)).find(|&i| lines[i].kind == Kind::DateLine)?;
    let before_title = title.is_some_and(|t| m < t);
    let bare = dates::visible(lines[m].text, None).first().is_some_and(|d| !d.said);
    let titled = roles[..m].contains(&Role::Title);
    (before_title && bare && !titled).then_some(m)
}

/// What speaks of the publication date.
fn dates(lines: &[Line<'_>], roles: &[Role], title: Option<usize>, page: &Page) -> Vec<DateCandidate> {
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
    repeated
        .or_else(|| candidates().find(|&i| lines[i].words >= 5.0))
        .or_else(|| candidates().next())
        .or_else(|| lines.first().filter(|l| can_be_headline(l)).map(|_| 0))
}

/// Gives every line its role.
fn roles(lines: &[Line<'_>], headlines: &[bool], inside: &[bool], title: Option<usize>) -> Vec<Role> {
    let mut roles = Vec::with_capacity(lines.len());
    let mut section = Role::Nav;
    let last = inside.iter().rposition(|i| *i).unwrap_or(0);
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
                Kind::Prose if !line.again => Role::Paragraph,
                Kind::Short if !line.again => Role::Subhead,
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
    credits_name_captions(lines, &mut roles);
    settle_short_lines(lines, &mut roles);
    settle_standfirst(lines, &mut roles);
    roles
}

/// A credit that stands alone makes the line before it a caption, if that is no sentence.
fn credits_name_captions(lines: &[Line<'_>], roles: &mut [Role]) {
    for i in 1..lines.len() {
        let alone = roles[i] == Role::Caption
            && lines::caption_and_credit(lines[i].text).is_some_and(|(caption, _)| caption.is_empty());
        if alone && matches!(roles[i - 1], Role::Subhead | Role::Paragraph) && !lines[i - 1].ends {
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
                for name in lines::byline(line.text).unwrap_or_default() {
                    if !page.authors.contains(&name) {
                        page.authors.push(name);
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
