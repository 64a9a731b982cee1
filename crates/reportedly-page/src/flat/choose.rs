//! Which lines are the article: the best path through before, inside, set-in and after.

use super::kin::{self, Nearness};
use super::line::{Kind, Line, PROSE_WORDS};
use super::tail;
use crate::Role;
use crate::lines::{Furniture, Reach};
use rustc_hash::FxHashSet;
use std::ops::Range;

// Each weight: what a line adds to a path that counts it as the article's, in words of prose.
// Set by hand with the flat figures of `cargo xtask gate`, in steps of some five words.

/// The most that one line may count.
const MOST: f32 = 60.0;
/// Prose that does not end like a sentence counts this share.
const UNENDED: f32 = 0.3;
/// The same where it speaks of what the article speaks of.
const UNENDED_NEAR: f32 = 0.5;
/// A short line.
const SHORT: f32 = -8.0;
/// A menu run together.
const NAMES: f32 = -20.0;
/// Byline, date, credit, reading time: belongs to an article, is not its text.
const ASIDE: f32 = -4.0;
/// A button or a note.
const FURNITURE: f32 = -6.0;
/// A teaser set into an article.
const TEASER: f32 = -12.0;
/// The heading of a section that is not the article.
const SECTION: f32 = -40.0;
/// The heading of the readers' comments, after which nothing is the article.
const COMMENTS: f32 = -90.0;
/// Prose that stands on the page three times or more, and a caption that stood on it before.
const AGAIN: f32 = -25.0;
/// Prose that stood on the page once before counts this share less a fixed sum.
const TWICE_SHARE: f32 = 0.3;
const TWICE_SUM: f32 = -10.0;
/// So many paragraphs that stand on the page more than once, if they are most of all, make a page that has its text
/// twice.
const TWOFOLD: usize = 8;
/// A short line that stood on the page twice or more before.
const OFTEN: f32 = -6.0;
/// Prose in the reach of a section's heading counts this share less a fixed sum: where it is near to the article,
/// where it is not known how near, where it is far from it.
const UNDER_NEAR: f32 = 0.9;
const UNDER_NEAR_SUM: f32 = -4.0;
const UNDER_UNKNOWN: f32 = 0.5;
const UNDER_UNKNOWN_SUM: f32 = -12.0;
const UNDER_FAR: f32 = 0.3;
const UNDER_FAR_SUM: f32 = -16.0;
/// Prose that is far from the article counts this share less a fixed sum where no heading stands before it.
const FAR_SHARE: f32 = 0.5;
const FAR_SUM: f32 = -10.0;
/// An article of fewer paragraphs does not show what is far from it.
const FAR_PARAGRAPHS: usize = 8;
/// As near to the article as its own paragraphs are to each other, or nearly; further than nearly all of them.
const NEAR: f32 = 0.8;
const MIDDLING: f32 = 0.6;
const FAR: f32 = 0.55;
/// Near words after a section's heading that show that an article goes on, among [`WINDOW`] lines.
const NEAR_GOES_ON: f32 = 70.0;
/// Lines between two parts of the article belong to it if they are so near to it, and no more of their words than
/// this share stand around it too.
const GAP_NEAR: f32 = 0.5;
const GAP_ELSEWHERE: f32 = 0.3;
/// What lies at an end of the article belongs to it unless so many lines set it apart, it has fewer words and is
/// further from it.
const END_GAP: usize = 4;
const END_WORDS: f32 = 80.0;
const END_NEAR: f32 = 0.7;
/// A list at the end of an article has at most so many items.
const LIST_ITEMS: usize = 25;
/// A line above the first paragraph with fewer words has to be near to the article.
const HEAD_WORDS: f32 = 8.0;
/// Headings that stand on the page so often are buttons.
const BUTTON_TIMES: u16 = 3;
/// Coming back over such a button.
const BACK_OVER_BUTTON: f32 = -12.0;
/// A paragraph longer than most teasers.
const FULL: f32 = 20.0;
/// So many words in such paragraphs, among so many lines, and an article goes on after a section's heading.
const GOES_ON: f32 = 110.0;
const WINDOW: usize = 6;
/// So many buttons and captions may stand between two paragraphs that follow each other.
const PAIR_REACH: usize = 3;
/// The headline of a teaser has at least so many words.
const TEASER_HEADLINE: f32 = 4.0;
/// A teaser set into an article has at most so many lines.
const SET_IN_LINES: usize = 4;
/// Comments open no section before so many words of the article: above it, they are a button.
const UNDER_WAY: f32 = 100.0;
/// Leaving the article for something set into it, and coming back.
const SET_IN: f32 = -22.0;
/// Coming back over the heading of a section.
const BACK_OVER_SECTION: f32 = -40.0;
/// Coming back over the heading of the readers' comments.
const BACK_OVER_COMMENTS: f32 = -150.0;
/// An article with fewer words may be scattered among short lines, if so many times more are found there; where
/// they stand under headings of sections, it has fewer still, or there are many times more.
const RATHER_LITTLE: f32 = 240.0;
const LITTLE: f32 = 40.0;
const SCATTERED_MORE: f32 = 2.0;
const SCATTERED_MUCH_MORE: f32 = 8.0;
/// What lines of such an article count.
const SCATTERED_SHORT: f32 = -2.0;
const SCATTERED_UNENDED: f32 = 0.6;
const SCATTERED_SECTION: f32 = -12.0;
/// Beginning right at or after the headline.
const AT_HEADLINE: f32 = 60.0;

/// For each line whether it lies inside the article.
///
/// The path is looked for twice: the second time with what the first one found to be the article's subject.
pub(super) fn inside(lines: &[Line<'_>], headlines: &[bool]) -> Vec<bool> {
    let first = path(lines, &scores(lines, headlines, None), headlines, None);
    let near = kin::nearness(lines, headlines, &first);
    let second = match &near {
        Some(_) => path(lines, &scores(lines, headlines, near.as_ref()), headlines, near.as_ref()),
        None => first,
    };
    let inside = finished(lines, near.as_ref(), second);
    let found = words(lines, &inside);
    if found >= RATHER_LITTLE {
        return inside;
    }
    let scattered = path(lines, &scattered(lines), headlines, None);
    // A short article among teasers has their headings around it.
    let headed = (0..lines.len()).any(|i| scattered[i] && is_section(&lines[i]));
    let more = if found >= LITTLE && headed { SCATTERED_MUCH_MORE } else { SCATTERED_MORE };
    if words(lines, &scattered) < found * more {
        return inside;
    }
    let near = kin::nearness(lines, headlines, &scattered);
    finished(lines, near.as_ref(), scattered)
}

/// Whether a line is the heading of a section.
fn is_section(line: &Line<'_>) -> bool {
    matches!(line.kind, Kind::Furniture(f) if f.reach == Reach::Section)
}

/// Words of the lines inside.
fn words(lines: &[Line<'_>], inside: &[bool]) -> f32 {
    lines.iter().zip(inside).filter(|(_, i)| **i).map(|(line, _)| line.words).sum()
}

/// Mends the path where it is bound to be wrong: at its ends and in its gaps.
fn finished(lines: &[Line<'_>], near: Option<&Nearness>, mut inside: Vec<bool>) -> Vec<bool> {
    if let Some(near) = near {
        drop_far_ends(lines, near, &mut inside);
    }
    fill_gaps(lines, near, &mut inside);
    take_in_list(lines, &mut inside);
    tail::cut(lines, near, &mut inside);
    if let Some(near) = near {
        clear_head(lines, near, &mut inside);
    }
    inside
}

/// Takes out what lies before or after the article, set apart from it by several lines, is short and speaks of
/// something else.
fn drop_far_ends(lines: &[Line<'_>], near: &Nearness, inside: &mut [bool]) {
    if near.paragraphs < FAR_PARAGRAPHS {
        return;
    }
    let mut runs: Vec<Range<usize>> = Vec::new();
    for i in (0..lines.len()).filter(|&i| inside[i]) {
        match runs.last_mut() {
            Some(run) if run.end == i => run.end += 1,
            _ => runs.push(i..i + 1),
        }
    }
    let [first, second, ..] = &runs[..] else { return };
    let [.., before, last] = &runs[..] else { return };
    let far = |run: &Range<usize>, gap: usize| {
        let prose = || run.clone().filter(|&i| lines[i].kind == Kind::Prose);
        let words: f32 = prose().map(|i| lines[i].words).sum();
        let shared: f32 = prose().map(|i| lines[i].words * near.of[i]).sum();
        gap >= END_GAP && words < END_WORDS && shared < words * END_NEAR
    };
    let first_is_far = far(first, second.start - first.end);
    let last_is_far = far(last, last.start - before.end);
    if first_is_far {
        inside[first.clone()].fill(false);
    }
    if last_is_far {
        inside[last.clone()].fill(false);
    }
}

/// Takes out the few words between the headline and the first paragraph that speak of something else: names,
/// buttons, figures.
fn clear_head(lines: &[Line<'_>], near: &Nearness, inside: &mut [bool]) {
    let paragraph = |l: &Line<'_>| l.kind == Kind::Prose && l.ends && l.words >= PROSE_WORDS;
    let Some(first) = (0..lines.len()).find(|&i| inside[i] && paragraph(&lines[i])) else { return };
    for i in 0..first {
        let line = &lines[i];
        inside[i] &=
            !(line.kind == Kind::Short && !line.ends && line.words < HEAD_WORDS && near.of[i] < MIDDLING);
    }
}

/// Scores for a page whose article is scattered among short lines: a list, a plan, a table, a page of links with a
/// word on each. What stands under a heading counts in full, short lines cost little.
fn scattered(lines: &[Line<'_>]) -> Vec<f32> {
    lines
        .iter()
        .map(|line| match line.kind {
            Kind::Prose if line.again => 0.0,
            Kind::Prose => line.words.min(MOST) * if line.ends { 1.0 } else { SCATTERED_UNENDED },
            Kind::Short => SCATTERED_SHORT,
            Kind::Names => NAMES,
            Kind::Caption | Kind::Byline | Kind::DateLine | Kind::ReadingTime => ASIDE,
            Kind::Furniture(f) => match f.role {
                Role::Comments => COMMENTS,
                _ if f.reach == Reach::Section => SCATTERED_SECTION,
                _ => FURNITURE,
            },
        })
        .collect()
}

fn path(lines: &[Line<'_>], scores: &[f32], headlines: &[bool], near: Option<&Nearness>) -> Vec<bool> {
    const BEFORE: usize = 0;
    const IN: usize = 1;
    const GAP: usize = 2;
    const AFTER: usize = 3;
    let mut best = [0.0, f32::MIN, f32::MIN, f32::MIN];
    let mut from: Vec<[u8; 4]> = Vec::with_capacity(lines.len());
    for (i, line) in lines.iter().enumerate() {
        let begin = if headlines[i] || i > 0 && headlines[i - 1] { AT_HEADLINE } else { 0.0 };
        let over = match line.kind {
            Kind::Furniture(f) if f.role == Role::Comments && scores[i] <= COMMENTS => BACK_OVER_COMMENTS,
            Kind::Furniture(f) if f.reach == Reach::Section && is_barrier(f.role) => {
                if is_button(line, f.role) || is_set_in(lines, i, f.role, near) {
                    BACK_OVER_BUTTON
                } else {
                    BACK_OVER_SECTION
                }
            }
            _ => 0.0,
        };
        let pick = |options: &[(usize, f32)]| {
            let mut top = (options[0].0, best[options[0].0] + options[0].1);
            for &(state, add) in &options[1..] {
                if best[state] + add > top.1 {
                    top = (state, best[state] + add);
                }
            }
            (top.0 as u8, top.1)
        };
        let before = pick(&[(BEFORE, 0.0)]);
        let within = pick(&[(IN, scores[i]), (BEFORE, scores[i] + begin), (GAP, scores[i])]);
        let gap = pick(&[(GAP, over), (IN, SET_IN + over)]);
        let after = pick(&[(AFTER, 0.0), (IN, 0.0)]);
        best = [before.1, within.1, gap.1, after.1];
        from.push([before.0, within.0, gap.0, after.0]);
    }
    let mut state = [BEFORE, IN, AFTER]
        .into_iter()
        .max_by(|a, b| best[*a].total_cmp(&best[*b]).then(b.cmp(a)))
        .unwrap_or(BEFORE);
    let mut inside = vec![false; lines.len()];
    for i in (0..lines.len()).rev() {
        inside[i] = state == IN;
        state = from[i][state] as usize;
    }
    inside
}

/// Takes in the list that the article's last line announces with a colon.
fn take_in_list(lines: &[Line<'_>], inside: &mut [bool]) {
    let Some(last) = inside.iter().rposition(|i| *i) else { return };
    if !lines[last].text.ends_with([':', '：']) {
        return;
    }
    let is_item = |l: &&Line<'_>| matches!(l.kind, Kind::Short | Kind::Prose | Kind::Names) && l.times == 1;
    let items = lines[last + 1..].iter().take_while(is_item).count();
    if items <= LIST_ITEMS {
        inside[last + 1..=last + items].fill(true);
    }
}

/// Lists and tables cost the path more than going round them. What lies between two parts of the article and speaks
/// of what the article speaks of belongs to it all the same; teasers set in do not.
fn fill_gaps(lines: &[Line<'_>], near: Option<&Nearness>, inside: &mut [bool]) {
    let (Some(first), Some(last)) = (inside.iter().position(|i| *i), inside.iter().rposition(|i| *i)) else {
        return;
    };
    let around: FxHashSet<&str> = lines[..first].iter().chain(&lines[last + 1..]).map(|l| l.text).collect();
    let mut i = first;
    while i < last {
        if inside[i] {
            i += 1;
            continue;
        }
        let start = i;
        while i < last && !inside[i] {
            i += 1;
        }
        fill_gap(lines, near, &around, start..i, inside);
    }
}

fn fill_gap(
    lines: &[Line<'_>],
    near: Option<&Nearness>,
    around: &FxHashSet<&str>,
    gap: Range<usize>,
    inside: &mut [bool],
) {
    let is = |test: &dyn Fn(&Line<'_>) -> bool| lines[gap.clone()].iter().any(test);
    let furnished = is(&|l| matches!(l.kind, Kind::Furniture(_)));
    let dated = is(&|l| matches!(l.kind, Kind::DateLine | Kind::Byline | Kind::ReadingTime | Kind::Caption));
    if furnished && dated {
        return;
    }
    let (mut all, mut shared, mut elsewhere) = (0.0, 0.0, 0.0);
    for k in gap.clone() {
        if !matches!(lines[k].kind, Kind::Short | Kind::Prose | Kind::Names) {
            continue;
        }
        all += lines[k].words;
        shared += lines[k].words * near.map_or(1.0, |n| n.of[k]);
        elsewhere += if around.contains(lines[k].text) { lines[k].words } else { 0.0 };
    }
    if shared < all * GAP_NEAR || elsewhere > all * GAP_ELSEWHERE {
        return;
    }
    // Teasers stand under a heading or after a word for them, up to the next paragraph.
    let mut teasers = false;
    for k in gap {
        match lines[k].kind {
            Kind::Furniture(f)
                if f.reach == Reach::Next || f.reach == Reach::Section && is_barrier(f.role) =>
            {
                teasers = true;
            }
            Kind::Prose if lines[k].ends && lines[k].words >= PROSE_WORDS => {
                if near.is_none_or(|n| n.of[k] >= MIDDLING) {
                    teasers = false;
                }
                inside[k] = !teasers;
            }
            Kind::Short | Kind::Prose | Kind::Names => inside[k] = !teasers,
            _ => inside[k] = !teasers,
        }
    }
}

/// Whether the heading of such a section closes an article.
fn is_barrier(role: Role) -> bool {
    !matches!(role, Role::Share | Role::Promo | Role::Consent)
}

/// Whether a section's heading is but a button, since every item of the page has one.
fn is_button(line: &Line<'_>, role: Role) -> bool {
    role != Role::Comments && line.times >= BUTTON_TIMES
}

pub(super) fn scores(lines: &[Line<'_>], headlines: &[bool], near: Option<&Nearness>) -> Vec<f32> {
    let mut scores = Vec::with_capacity(lines.len());
    // The section whose heading was passed.
    let mut section: Option<Role> = None;
    // Words of prose since the headline.
    let mut prose = 0.0;
    let twofold = is_twofold(lines);
    let large = near.is_some_and(|n| n.paragraphs >= FAR_PARAGRAPHS);
    for (i, line) in lines.iter().enumerate() {
        if headlines[i] {
            (section, prose) = (None, 0.0);
        }
        // A menu is over where an article's head stands.
        let is_head = matches!(line.kind, Kind::Byline | Kind::ReadingTime);
        if is_head && section == Some(Role::Nav) {
            section = None;
        }
        if section.is_some_and(|role| {
            role != Role::Comments
                && (goes_on(lines, i, near) || may_be_set_in(role) && is_paired(lines, i, near))
        }) {
            section = None;
        }
        let mut score = match line.kind {
            Kind::Prose if line.ends => line.words.min(MOST),
            Kind::Prose if near.is_some_and(|n| n.of[i] >= NEAR) => line.words.min(MOST) * UNENDED_NEAR,
            Kind::Prose => line.words.min(MOST) * UNENDED,
            Kind::Short => SHORT,
            Kind::Names => NAMES,
            Kind::Caption | Kind::Byline | Kind::DateLine | Kind::ReadingTime => ASIDE,
            Kind::Furniture(f) => match f.reach {
                Reach::Line => FURNITURE,
                Reach::Next => TEASER,
                Reach::Section if f.role == Role::Comments && prose < UNDER_WAY => FURNITURE,
                Reach::Section if f.role == Role::Comments => COMMENTS,
                Reach::Section if is_button(line, f.role) => TEASER,
                Reach::Section => SECTION,
            },
        };
        if let Some(f) = line.opening
            && line.kind == Kind::Prose
        {
            score -= if f.reach == Reach::Section { 30.0 } else { 15.0 };
        }
        if !headlines[i] {
            score = if twofold && line.kind == Kind::Prose { score } else { repeated(line, score) };
        }
        if score > 0.0 {
            let near = near.map(|n| n.of[i]);
            let far = large && near.is_some_and(|n| n < FAR);
            let (share, sum) = match (section.is_some(), near) {
                (true, Some(n)) if n >= NEAR => (UNDER_NEAR, UNDER_NEAR_SUM),
                (true, Some(n)) if large && n < MIDDLING => (UNDER_FAR, UNDER_FAR_SUM),
                (true, _) => (UNDER_UNKNOWN, UNDER_UNKNOWN_SUM),
                (false, _) if far => (FAR_SHARE, FAR_SUM),
                (false, _) => (1.0, 0.0),
            };
            score = score * share + sum;
        }
        match line.kind {
            Kind::Furniture(f)
                if f.reach == Reach::Section
                    && is_barrier(f.role)
                    && (f.role != Role::Comments || prose >= UNDER_WAY) =>
            {
                section = Some(f.role);
            }
            Kind::Prose => prose += line.words,
            _ => {}
        }
        scores.push(score);
    }
    scores
}

/// Whether a page has its text twice or more: most of its paragraphs are repeated.
pub(super) fn is_twofold(lines: &[Line<'_>]) -> bool {
    let full = || lines.iter().filter(|l| l.kind == Kind::Prose && l.words >= FULL && !l.again);
    let repeated = full().filter(|l| l.times > 1).count();
    repeated >= TWOFOLD && repeated * 2 > full().count()
}

/// The score of a line that stands on the page more than once. What stands twice may be a contents list and its
/// headings, or a page that has its text twice; what stands often is a teaser or a button.
fn repeated(line: &Line<'_>, score: f32) -> f32 {
    match (line.kind, line.times) {
        (_, 0..=1) => score,
        (Kind::Prose, 2) if line.again => score * TWICE_SHARE + TWICE_SUM,
        (Kind::Prose, 2) => score,
        (Kind::Prose, _) => score.min(0.0) + AGAIN,
        (Kind::Caption, _) if line.again => score + AGAIN,
        (_, 2) => score,
        _ if line.again => score + OFTEN,
        _ => score,
    }
}

/// Whether such a section is often set into an article.
fn may_be_set_in(role: Role) -> bool {
    matches!(
        role,
        Role::Related | Role::Newsletter | Role::Video | Role::Feed | Role::Trending | Role::Topics
    )
}

/// Whether paragraphs that follow each other stand soon after a section's heading.
fn is_set_in(lines: &[Line<'_>], heading: usize, role: Role, near: Option<&Nearness>) -> bool {
    may_be_set_in(role) && (heading + 1..lines.len()).take(SET_IN_LINES).any(|i| is_paired(lines, i, near))
}

/// Whether a paragraph is followed by another, as those of an article are; teasers have a headline each.
fn is_paired(lines: &[Line<'_>], i: usize, near: Option<&Nearness>) -> bool {
    let full = |k: usize| {
        let l = &lines[k];
        l.kind == Kind::Prose
            && l.ends
            && l.times == 1
            && l.words >= FULL
            && l.opening.is_none()
            && near.is_none_or(|n| n.of[k] >= MIDDLING)
    };
    let is_small = |l: &&Line<'_>| {
        matches!(l.kind, Kind::Caption | Kind::Furniture(Furniture { reach: Reach::Line | Reach::Next, .. }))
    };
    let next = i + 1 + lines[i + 1..].iter().take(PAIR_REACH).take_while(is_small).count();
    full(i) && next < lines.len() && full(next)
}

/// Whether a headline stands right over each of several paragraphs.
fn are_teasers(lines: &[Line<'_>], paragraphs: &[usize]) -> bool {
    let is_headed = |i: &usize| {
        let above = i.checked_sub(1).and_then(|k| lines.get(k));
        above.is_some_and(|l| l.kind == Kind::Short && !l.ends && l.words >= TEASER_HEADLINE)
    };
    paragraphs.len() > 1 && paragraphs.iter().all(is_headed)
}

/// Whether an article goes on from here, for all that a section's heading stands before it: this line and those
/// after it hold more prose than teasers do, or prose about the same.
fn goes_on(lines: &[Line<'_>], i: usize, near: Option<&Nearness>) -> bool {
    let full = |l: &Line<'_>| l.kind == Kind::Prose && l.ends && !l.again && l.words >= FULL;
    if !full(&lines[i]) {
        return false;
    }
    let window = i..lines.len().min(i + WINDOW);
    let words = |is: &dyn Fn(usize) -> bool| {
        window.clone().filter(|&k| full(&lines[k]) && is(k)).map(|k| lines[k].words).sum::<f32>()
    };
    match near {
        None => words(&|_| true) >= GOES_ON,
        Some(near) => {
            near.of[i] >= MIDDLING
                && words(&|k| near.of[k] >= NEAR) >= NEAR_GOES_ON
                && !are_teasers(lines, &window.clone().filter(|&k| full(&lines[k])).collect::<Vec<_>>())
        }
    }
}
