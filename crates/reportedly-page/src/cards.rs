//! Cards: boxes side by side that each hold a link to another page and a few words from it. Where a page is made of
//! them it is a list (search results, a tag's articles); in an article they are teasers.

use crate::blocks::{Kind, Layout};
use crate::dates::printed;
use rustc_hash::FxHashMap;
use std::ops::Range;

/// Cards that make a list.
const FEWEST: usize = 3;
/// Blocks of a card: the link, a date, a name, an excerpt or two.
const BLOCKS: std::ops::RangeInclusive<usize> = 2..=7;
/// Words of the linked headline.
const HEADLINE_WORDS: std::ops::RangeInclusive<usize> = 3..=30;
/// Share of it that is linked, and of the excerpt at most.
const LINKED: f32 = 0.8;
const EXCERPT_LINKED: f32 = 0.3;
/// Blocks of prose in a card.
const EXCERPTS: std::ops::RangeInclusive<usize> = 1..=2;
/// Words of an excerpt.
const EXCERPT_WORDS: usize = 70;

/// The cards among a range of blocks: of each its blocks, in page order.
pub(crate) fn find(layout: &Layout, within: &Range<usize>) -> Vec<Range<usize>> {
    let mut rows: FxHashMap<(usize, u64), Vec<Range<usize>>> = FxHashMap::default();
    let first = layout.regions.partition_point(|r| r.runs.start < within.start);
    for region in &layout.regions[first.min(layout.regions.len())..] {
        if region.runs.start >= within.end {
            break;
        }
        if region.runs.end <= within.end && is_card(layout, &region.runs) {
            rows.entry((region.parent, region.names)).or_default().push(region.runs.clone());
        }
    }
    let mut cards: Vec<Range<usize>> =
        rows.into_values().filter(|row| row.len() >= FEWEST).flatten().collect();
    // Of boxes in each other that hold the same, one.
    cards.sort_by_key(|c| (c.start, std::cmp::Reverse(c.end)));
    let mut end = 0;
    cards.retain(|card| {
        let apart = card.start >= end;
        end = end.max(card.end);
        apart
    });
    cards
}

/// Whether a box begins with a headline that is a link to another page of the site, and has an excerpt below it and no
/// second headline.
fn is_card(layout: &Layout, runs: &Range<usize>) -> bool {
    if !BLOCKS.contains(&runs.len()) {
        return false;
    }
    let blocks = &layout.runs[runs.clone()];
    let is_headline = |at: usize| {
        let run = &blocks[at];
        run.linked > LINKED
            && run.outward < 0.5
            && !run.unfolds
            && HEADLINE_WORDS.contains(&run.words)
            && run.mass() == 0
            && printed::find(&run.text, None).is_empty()
    };
    let Some(headline) = (0..2).find(|at| is_headline(*at)) else { return false };
    let excerpts = blocks.iter().filter(|r| r.mass() > 0);
    let (count, short) = excerpts.fold((0, true), |(count, short), r| {
        let cell = matches!(r.kind, Kind::Cell { .. });
        let excerpt =
            r.linked <= EXCERPT_LINKED && r.words <= EXCERPT_WORDS && !r.quoted && !r.figure && !cell;
        (count + 1, short && excerpt)
    });
    let before = &blocks[..headline];
    EXCERPTS.contains(&count)
        && short
        && before.iter().all(|r| r.mass() == 0 && !matches!(r.kind, Kind::Heading(_)))
}
