//! Which region of a page holds the article, and which of the regions beside it belong to it.
//!
//! First the smallest region that holds nearly all prose, found by going down from the page, past other stories.
//! Then up again: a body that is split over several containers is taken whole, and what stands between them and is
//! no prose is left aside.

use crate::blocks::{Kind, Layout, Run};
use crate::hints::Hint;
use crate::{lines, meta};

/// Share of a region's mass that a child must have so that the rest counts for nothing.
const NEARLY_ALL: f32 = 0.95;
/// The same where the region has no paragraphs of its own.
const MOST: f32 = 0.7;
/// The same where names say that the child is the article's text.
const NAMED: f32 = 0.4;
/// Mass from which on a region that is named as the article's text is believed.
const NAMED_MASS: usize = 60;
/// The same where it is one of several `<article>` elements, and the one with the page's headline.
const OWN_STORY: f32 = 0.25;

/// Stories in a region that are looked at.
const STORIES: usize = 8;

// A region beside the container belongs to it under these conditions. Judged on the pages that lost half a body.
/// Levels above the container at which its parts are looked for.
const LEVELS: usize = 6;
/// Words of prose in a part.
const PART: usize = 40;
/// The share of a part's words that are prose.
const PART_PROSE: f32 = 0.7;
/// The share of a part's words that are linked, at most.
const PART_LINKED: f32 = 0.2;
/// Words of an average block of prose in a part after the container.
const PART_BLOCK: usize = 25;
/// Blocks of prose in a part after the container.
const PART_BLOCKS: usize = 3;
/// The share of the container's prose that a part after it has where its names differ.
const PART_AFTER: f32 = 0.4;
/// The same where its names are the container's.
const PART_ALIKE: f32 = 0.1;
/// Words of what may stand between two parts: headings, pictures' captions.
const BETWEEN: usize = 40;

/// The region that holds the article, and the regions in it that do not belong to it.
pub(crate) struct Chosen {
    pub(crate) container: usize,
    pub(crate) excluded: Vec<usize>,
}

/// What the blocks of a region add up to.
#[derive(Clone, Copy, Default)]
struct Sum {
    words: usize,
    linked: f32,
    prose: usize,
    blocks: usize,
    /// Headings that are links: teasers have them.
    teasers: usize,
}

impl Sum {
    fn add(&mut self, other: Self) {
        self.words += other.words;
        self.linked += other.linked;
        self.prose += other.prose;
        self.blocks += other.blocks;
        self.teasers += other.teasers;
    }

    fn of(run: &Run) -> Self {
        let is_prose = run.mass() > 0 && matches!(run.kind, Kind::Paragraph | Kind::Loose);
        Self {
            words: run.words,
            linked: run.linked * run.words as f32,
            prose: if is_prose { run.words } else { 0 },
            blocks: usize::from(is_prose),
            teasers: usize::from(matches!(run.kind, Kind::Heading(_)) && run.linked > 0.5),
        }
    }

    /// Whether it is prose, and not cards, links or forms.
    fn is_prose(self) -> bool {
        self.teasers == 0
            && self.prose >= PART
            && self.prose as f32 >= PART_PROSE * self.words as f32
            && self.linked <= PART_LINKED * self.words as f32
    }
}

/// Finds the region that holds the article.
pub(crate) fn choose(layout: &Layout, title: Option<&str>) -> Chosen {
    let regions = &layout.regions;
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); regions.len()];
    for (at, region) in regions.iter().enumerate().skip(1) {
        if !matches!(region.hint, Some(Hint::Aside(_) | Hint::Hidden)) {
            children[region.parent].push(at);
        }
    }
    let headline = title.and_then(|title| {
        layout.runs.iter().position(|r| matches!(r.kind, Kind::Heading(_)) && meta::is_title(title, &r.text))
    });
    let container = descend(layout, &children, headline);
    widen(layout, &children, headline, container)
}

fn descend(layout: &Layout, children: &[Vec<usize>], headline: Option<usize>) -> usize {
    let regions = &layout.regions;
    let stories: Vec<usize> = (1..regions.len()).filter(|at| regions[*at].article).collect();
    // Whether a region is another story, or little more than a box around one.
    let is_story = |at: usize| {
        let region = &regions[at];
        let first = stories.partition_point(|s| *s < at);
        region.article
            || stories[first..]
                .iter()
                .take_while(|s| regions[**s].runs.start < region.runs.end)
                .take(STORIES)
                .any(|s| region.runs.end >= regions[*s].runs.end && regions[*s].mass * 2 >= region.mass)
    };
    let mut at = 0;
    loop {
        let here = &regions[at];
        let with_mass = || children[at].iter().filter(|c| regions[**c].mass > 0);
        let own_story = with_mass().find(|c| {
            let region = &regions[**c];
            region.article
                && headline.is_some_and(|h| region.runs.contains(&h))
                && region.mass as f32 >= OWN_STORY * here.mass as f32
                && with_mass().any(|other| other != *c && is_story(*other))
        });
        if let Some(&child) = own_story {
            at = child;
            continue;
        }
        let Some(&child) = with_mass().max_by_key(|c| (regions[**c].mass, std::cmp::Reverse(**c))) else {
            break;
        };
        let share = regions[child].mass as f32 / here.mass.max(1) as f32;
        let named = regions[child].hint == Some(Hint::Body) && regions[child].mass >= NAMED_MASS;
        let like = with_mass().filter(|c| regions[**c].mass * 5 >= here.mass).count();
        let descends = share >= NEARLY_ALL
            || (share >= MOST && here.own * 10 < here.mass && like < 2 && here.hint != Some(Hint::Body))
            || (named && share >= NAMED && like < 2);
        // A single paragraph is no container.
        if !descends || regions[child].runs.len() < 2 {
            break;
        }
        at = child;
    }
    at
}

/// Takes in the regions beside the container that hold more of the same text.
fn widen(layout: &Layout, children: &[Vec<usize>], headline: Option<usize>, container: usize) -> Chosen {
    let regions = &layout.regions;
    let mut sums = vec![Sum::default(); regions.len()];
    for run in &layout.runs {
        sums[run.region].add(Sum::of(run));
    }
    for at in (1..regions.len()).rev() {
        if !matches!(regions[at].hint, Some(Hint::Aside(_) | Hint::Hidden)) {
            let sum = sums[at];
            sums[regions[at].parent].add(sum);
        }
    }
    let body = sums[container];
    let mut chosen = Chosen { container, excluded: Vec::new() };
    // The blocks from the first part to the last.
    let mut hull = regions[container].runs.clone();
    let mut beside = Vec::new();
    let mut path = container;
    for _ in 0..LEVELS {
        // An article or the page's main part is whole.
        if path == 0 || regions[path].article || regions[path].main {
            break;
        }
        let parent = regions[path].parent;
        let mut joined = false;
        for &other in children[parent].iter().filter(|c| **c != path) {
            let region = &regions[other];
            let after = region.runs.start >= hull.end;
            let sum = sums[other];
            let near = if after {
                let alike = region.names == regions[path].names && region.named;
                sum.is_prose()
                    && sum.prose >= PART_BLOCK * sum.blocks
                    && sum.blocks >= PART_BLOCKS
                    && sum.prose as f32 >= if alike { PART_ALIKE } else { PART_AFTER } * body.prose as f32
            } else {
                sum.is_prose() && headline.is_none_or(|h| region.runs.start > h || region.runs.contains(&h))
            };
            let belongs = near && !region.article && !is_furniture(layout, other);
            if belongs {
                joined = true;
                hull = hull.start.min(region.runs.start)..hull.end.max(region.runs.end);
            } else {
                beside.push(other);
            }
        }
        path = parent;
        if joined {
            chosen.container = parent;
            chosen.excluded.append(&mut beside);
        }
    }
    // Headings and the like between two parts stay.
    chosen.excluded.retain(|other| {
        let (region, sum) = (&regions[*other], sums[*other]);
        let within = region.runs.start >= hull.start && region.runs.end <= hull.end;
        !within || sum.words > BETWEEN || sum.linked > 0.5 * sum.words as f32
    });
    chosen
}

/// Whether a heading in a region, or right before it, says that it is not the article.
fn is_furniture(layout: &Layout, at: usize) -> bool {
    let runs = &layout.regions[at].runs;
    let before = runs.start.saturating_sub(1)..runs.start;
    let says = |i: usize| {
        let text = &layout.runs[i].text;
        lines::heading(text).is_some() || lines::opening(text).is_some()
    };
    before.chain(runs.clone().take(3)).any(says)
}
