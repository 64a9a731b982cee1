//! Which lines are the article: the best path through before, inside, set-in and after.

use super::line::{Kind, Line};
use crate::Role;
use crate::lines::Reach;

// Each weight: what a line adds to a path that counts it as the article's, in words of prose.
// Set by hand with `xtask bench pages flat`, in steps of some five words.

/// The most that one line may count.
const MOST: f32 = 60.0;
/// Prose that does not end like a sentence counts this share.
const UNENDED: f32 = 0.6;
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
    inside
}

/// Whether the heading of such a section closes an article.
fn is_barrier(role: Role) -> bool {
    !matches!(role, Role::Share | Role::Promo | Role::Consent | Role::Other)
}

fn scores(lines: &[Line<'_>], headlines: &[bool]) -> Vec<f32> {
    let mut scores = Vec::with_capacity(lines.len());
    // The section whose heading was passed, and how many paragraphs in a row have stood since.
    let mut section: Option<Role> = None;
    for (i, line) in lines.iter().enumerate() {
        if headlines[i] {
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
                Reach::Section if f.role == Role::Comments => COMMENTS,
                Reach::Section => SECTION,
            },
        };
        if let Some(f) = line.opening
            && line.kind == Kind::Prose
        {
            score -= if f.reach == Reach::Section { 30.0 } else { 15.0 };
        }
        if line.again && !headlines[i] {
            score = score.min(0.0) + AGAIN;
        } else if line.times > 2 && line.kind == Kind::Prose {
            score = score.min(0.0) + AGAIN;
        }
        if section.is_some() && score > 0.0 {
            score = score * UNDER_SECTION.0 + UNDER_SECTION.1;
        }
        match line.kind {
            Kind::Furniture(f) if f.reach == Reach::Section && is_barrier(f.role) => section = Some(f.role),
            _ => {}
        }
        if let Some(role) = section
            && role != Role::Comments
            && i >= 1
            && is_paragraph(line)
            && is_paragraph(&lines[i - 1])
        {
            // Two full paragraphs on end: the article goes on.
            section = None;
        }
        scores.push(score);
    }
    scores
}

/// A paragraph longer than teasers are.
fn is_paragraph(line: &Line<'_>) -> bool {
    line.kind == Kind::Prose && line.ends && line.words >= 28.0
}
