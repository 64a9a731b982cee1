//! Which lines are the article: the best path through before, inside, set-in and after.

use super::line::{Kind, Line};
use crate::Role;
use crate::lines::Reach;

// Each weight: what a line adds to a path that counts it as the article's, in words of prose.
// Set by hand with the flat figures of `cargo xtask gate`, in steps of some five words.

/// The most that one line may count.
const MOST: f32 = 60.0;
/// Prose that does not end like a sentence counts this share.
const UNENDED: f32 = 0.3;
/// A short line.
const SHORT: f32 = -8.0;
/// A menu run together.
const NAMES: f32 = -20.0;
/// Byline, date, credit, reading time: belongs to an article, is not its text.
const ASIDE: f32 = -3.0;
/// A button or a note.
const FURNITURE: f32 = -6.0;
/// A teaser set into an article.
const TEASER: f32 = -12.0;
/// The heading of a section that is not the article.
const SECTION: f32 = -40.0;
/// The heading of the readers' comments, after which nothing is the article.
const COMMENTS: f32 = -90.0;
/// A line that stood on the page before.
const AGAIN: f32 = -25.0;
/// Prose in the reach of a section's heading counts this share less a fixed sum.
const UNDER_SECTION: (f32, f32) = (0.5, -12.0);
/// A paragraph longer than most teasers.
const FULL: f32 = 20.0;
/// So many words in such paragraphs, among so many lines, and an article goes on after a section's heading.
const GOES_ON: f32 = 110.0;
const WINDOW: usize = 6;
/// Comments open no section before so many words of the article: above it, they are a button.
const UNDER_WAY: f32 = 100.0;
/// Leaving the article for something set into it, and coming back.
const SET_IN: f32 = -22.0;
/// Coming back over the heading of a section.
const BACK_OVER_SECTION: f32 = -40.0;
/// Beginning right at or after the headline.
const AT_HEADLINE: f32 = 45.0;

/// For each line whether it lies inside the article.
pub(super) fn inside(lines: &[Line<'_>], headlines: &[bool]) -> Vec<bool> {
    const BEFORE: usize = 0;
    const IN: usize = 1;
    const GAP: usize = 2;
    const AFTER: usize = 3;
    let scores = scores(lines, headlines);
    let mut best = [0.0, f32::MIN, f32::MIN, f32::MIN];
    let mut from: Vec<[u8; 4]> = Vec::with_capacity(lines.len());
    for (i, line) in lines.iter().enumerate() {
        let begin = if headlines[i] || i > 0 && headlines[i - 1] { AT_HEADLINE } else { 0.0 };
        let over = match line.kind {
            Kind::Furniture(f) if f.reach == Reach::Section && is_barrier(f.role) => BACK_OVER_SECTION,
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
    fill_lists(lines, &mut inside);
    inside
}

/// Lists and tables cost the path more than going round them; those between two parts of the article that hold
/// nothing but short lines belong to it all the same.
fn fill_lists(lines: &[Line<'_>], inside: &mut [bool]) {
    let (Some(first), Some(last)) = (inside.iter().position(|i| *i), inside.iter().rposition(|i| *i)) else {
        return;
    };
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
        let gap = &lines[start..i];
        let plain =
            |l: &&Line<'_>| matches!(l.kind, Kind::Short | Kind::Prose | Kind::DateLine) && l.times <= 2;
        if gap.iter().all(|l| plain(&l)) {
            inside[start..i].fill(true);
        }
    }
}

/// Whether the heading of such a section closes an article.
fn is_barrier(role: Role) -> bool {
    !matches!(role, Role::Share | Role::Promo | Role::Consent | Role::Other)
}

fn scores(lines: &[Line<'_>], headlines: &[bool]) -> Vec<f32> {
    let mut scores = Vec::with_capacity(lines.len());
    // The section whose heading was passed.
    let mut section: Option<Role> = None;
    // Words of prose since the headline.
    let mut prose = 0.0;
    for (i, line) in lines.iter().enumerate() {
        if headlines[i] {
            (section, prose) = (None, 0.0);
        }
        if section.is_some_and(|role| role != Role::Comments) && goes_on(&lines[i..]) {
            section = None;
        }
        let mut score = match line.kind {
            Kind::Prose => line.words.min(MOST) * if line.ends { 1.0 } else { UNENDED },
            Kind::Short => SHORT,
            Kind::Names => NAMES,
            Kind::Caption | Kind::Byline | Kind::DateLine | Kind::ReadingTime => ASIDE,
            Kind::Furniture(f) => match f.reach {
                Reach::Line => FURNITURE,
                Reach::Next => TEASER,
                Reach::Section if f.role == Role::Comments && prose < UNDER_WAY => FURNITURE,
                Reach::Section if f.role == Role::Comments => COMMENTS,
                Reach::Section => SECTION,
            },
        };
        if let Some(f) = line.opening
            && line.kind == Kind::Prose
        {
            score -= if f.reach == Reach::Section { 30.0 } else { 15.0 };
        }
        if (line.again && !headlines[i]) || line.times > 2 && line.kind == Kind::Prose {
            score = score.min(0.0) + AGAIN;
        }
        if section.is_some() && score > 0.0 {
            score = score * UNDER_SECTION.0 + UNDER_SECTION.1;
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

/// Whether an article goes on from here, for all that a section's heading stands before it: this line and those
/// after it hold more prose than teasers do.
fn goes_on(lines: &[Line<'_>]) -> bool {
    let full = |l: &Line<'_>| l.kind == Kind::Prose && l.ends && !l.again && l.words >= FULL;
    lines.first().is_some_and(full)
        && lines.iter().take(WINDOW).filter(|l| full(l)).map(|l| l.words).sum::<f32>() >= GOES_ON
}
