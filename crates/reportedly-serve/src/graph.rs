//! The origins of a claim, drawn: outlets on the left, those that they cite between, who said it first on the right.

use crate::story::outlet;
use reportedly_story::{Claim, Observation, Stance, Story};
use std::{cmp::Reverse, collections::BTreeMap, fmt::Write};

/// Boxes of one column that are drawn; what is left over is counted.
const MOST: usize = 12;
/// Columns: an outlet, two that were cited on the way, the origin.
const COLUMNS: usize = 4;
/// How often the columns are put in order.
const ROUNDS: usize = 6;
/// How high a box of one line is, and what each further line adds.
const BOX: usize = 26;
const LINE: usize = 16;
/// A name stands on so many lines of so many characters, and is cut after that.
const LINES: usize = 2;
const CHARACTERS: usize = 26;
/// What is left free between two boxes, and the room of a line that passes between them.
const SPACE: usize = 8;
const PASS: usize = 6;
/// How wide a character of the small face is, in units of the drawing.
const CHARACTER: usize = 7;
const GAP: usize = 64;
const MARGIN: usize = 2;

/// The drawing.
pub struct Graph {
    pub width: usize,
    pub height: usize,
    pub boxes: Vec<Node>,
    pub lines: Vec<Line>,
    /// Boxes that found no room.
    pub more: usize,
}

/// A name in its place.
pub struct Node {
    pub name: String,
    /// Its lines, each with where it stands.
    pub shown: Vec<(String, usize)>,
    pub x: usize,
    pub y: usize,
    pub width: usize,
    pub height: usize,
    /// Where its words begin.
    pub text_x: usize,
    /// Who said it first, by the texts.
    pub origin: bool,
}

/// Who has it from whom.
pub struct Line {
    /// A path as SVG has it.
    pub path: String,
    /// All who have it this way print somebody else's text.
    pub copy: bool,
}

/// What has a place in a column: a name, or a line that passes through to a column further on.
struct Slot {
    name: Option<String>,
    shown: Vec<String>,
    column: usize,
    /// Filled in when it is drawn: its upper edge.
    y: usize,
}

impl Slot {
    fn of(name: &str, column: usize) -> Self {
        Self { shown: lines(name), name: Some(name.to_owned()), column, y: 0 }
    }

    fn pass(column: usize) -> Self {
        Self { name: None, shown: Vec::new(), column, y: 0 }
    }

    fn height(&self) -> usize {
        if self.name.is_none() { PASS } else { BOX + LINE * self.shown.len().saturating_sub(1) }
    }

    fn width(&self) -> usize {
        let widest = self.shown.iter().map(|line| line.chars().count()).max();
        widest.map_or(0, |widest| widest * CHARACTER + 20)
    }

    fn middle(&self) -> usize {
        self.y + self.height() / 2
    }
}

/// A name in lines that a box has room for; what is left over is cut.
fn lines(name: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in name.split_whitespace() {
        let full = lines.len() == LINES;
        let Some(line) = lines.last_mut() else { break };
        let room = CHARACTERS.saturating_sub(line.chars().count() + 1);
        let length = word.chars().count();
        if line.is_empty() || length <= room {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        } else if full {
            line.push('…');
            break;
        } else {
            lines.push(word.to_owned());
        }
    }
    for line in &mut lines {
        if line.chars().count() > CHARACTERS {
            *line = line.chars().take(CHARACTERS - 1).chain(['…']).collect();
        }
    }
    lines
}

impl Graph {
    /// Draws who has a claim from whom. Nothing where that is one name.
    pub fn of(claim: &Claim, story: &Story, of: &[Observation]) -> Option<Self> {
        // By name: its distance from the origin, the greatest that there is.
        let mut level: BTreeMap<String, usize> = BTreeMap::new();
        let mut edges: BTreeMap<(String, String), bool> = BTreeMap::new();
        let mut origins: Vec<String> = Vec::new();
        for carrier in claim.articles.iter().filter(|c| c.stance == Stance::Asserts) {
            let copy = story.articles.iter().any(|m| m.article == carrier.article && m.copy_of.is_some());
            let mut chain: Vec<String> = carrier
                .chain
                .iter()
                .map(|link| link.clone().unwrap_or_else(|| "unknown".to_owned()))
                .collect();
            match chain.first_mut() {
                Some(first) => *first = outlet(&of[carrier.article]),
                None => continue,
            }
            chain.dedup();
            let Some(last) = chain.last().cloned() else { continue };
            if !origins.contains(&last) {
                origins.push(last);
            }
            for (from_end, name) in chain.iter().rev().enumerate() {
                let entry = level.entry(name.clone()).or_default();
                *entry = (*entry).max(from_end).min(COLUMNS - 1);
            }
            for pair in chain.windows(2) {
                let all_copies = edges.entry((pair[0].clone(), pair[1].clone())).or_insert(true);
                *all_copies &= copy;
            }
        }
        // Some leave out whom a name has it from: others tell.
        origins.retain(|name| edges.keys().all(|(from, _)| from != name));
        if edges.is_empty() {
            return None;
        }
        // Whoever passed something on stands left of whom he has it from, whatever other ways there are.
        for _ in 0..COLUMNS {
            for (from, to) in edges.keys() {
                let least = level.get(to).map_or(0, |l| l + 1).min(COLUMNS - 1);
                if let Some(own) = level.get_mut(from) {
                    *own = (*own).max(least);
                }
            }
        }
        let deepest = level.values().copied().max().unwrap_or(0);
        let mut columns: Vec<Vec<&str>> = vec![Vec::new(); deepest + 1];
        for (name, level) in &level {
            columns[deepest - level].push(name);
        }
        // Those with most lines are drawn.
        let degree = |name: &str| edges.keys().filter(|(a, b)| a == name || b == name).count();
        let mut more = 0;
        for column in &mut columns {
            column.sort_by_key(|name| Reverse(degree(name)));
            more += column.len().saturating_sub(MOST);
            column.truncate(MOST);
        }
        let placed = columns.iter().enumerate();
        let mut slots: Vec<Slot> =
            placed.flat_map(|(i, names)| names.iter().map(move |name| Slot::of(name, i))).collect();
        let place: BTreeMap<String, usize> =
            slots.iter().enumerate().filter_map(|(i, slot)| Some((slot.name.clone()?, i))).collect();
        // Each line by the places that it goes through, one in every column on its way.
        let mut ways: Vec<(Vec<usize>, bool)> = Vec::new();
        for ((from, to), copy) in &edges {
            let (Some(from), Some(to)) = (place.get(from), place.get(to)) else { continue };
            let mut way = vec![*from];
            for column in slots[*from].column + 1..slots[*to].column {
                way.push(slots.len());
                slots.push(Slot::pass(column));
            }
            way.push(*to);
            ways.push((way, *copy));
        }
        let columns = order(&slots, &ways, deepest + 1);
        Some(Self::draw(slots, &columns, &ways, &origins, more))
    }

    fn draw(
        mut slots: Vec<Slot>,
        columns: &[Vec<usize>],
        ways: &[(Vec<usize>, bool)],
        origins: &[String],
        more: usize,
    ) -> Self {
        let tall = |column: &[usize], slots: &[Slot]| -> usize {
            column.iter().map(|i| slots[*i].height() + SPACE).sum::<usize>().saturating_sub(SPACE)
        };
        let height = columns.iter().map(|column| tall(column, &slots)).max().unwrap_or(0);
        // Where each column begins and ends.
        let mut sides: Vec<(usize, usize)> = Vec::new();
        let mut x = MARGIN;
        for column in columns {
            let width = column.iter().map(|i| slots[*i].width()).max().unwrap_or(0);
            let mut y = MARGIN + (height - tall(column, &slots)) / 2;
            for i in column {
                slots[*i].y = y;
                y += slots[*i].height() + SPACE;
            }
            sides.push((x, x + width));
            x += width + GAP;
        }
        let lines = ways.iter().map(|(way, copy)| Line { path: path(way, &slots, &sides), copy: *copy });
        let lines = lines.collect();
        // A line that goes round the last box wants room beside it.
        let round = ways.iter().any(|(way, _)| {
            way.last().is_some_and(|to| {
                slots[*to].column == columns.len() - 1 && slots[way[0]].column == slots[*to].column
            })
        });
        let room = if round { GAP / 2 } else { 0 };
        let boxes = slots.into_iter().filter_map(|slot| {
            let (left, right) = sides[slot.column];
            let (y, height) = (slot.y, slot.height());
            let shown = slot.shown.iter().enumerate();
            let shown = shown.map(|(i, line)| (line.clone(), y + BOX / 2 + 4 + i * LINE)).collect();
            let name = slot.name?;
            let origin = origins.contains(&name);
            Some(Node { name, shown, x: left, y, width: right - left, height, text_x: left + 10, origin })
        });
        Self {
            width: x - GAP + MARGIN + room,
            height: height + 2 * MARGIN,
            boxes: boxes.collect(),
            lines,
            more,
        }
    }
}

/// The way of a line: from the right side of a box to the left side of the next, straight through the columns between.
fn path(way: &[usize], slots: &[Slot], sides: &[(usize, usize)]) -> String {
    let first = &slots[way[0]];
    let (mut x, mut y) = (sides[first.column].1, first.middle());
    let mut path = format!("M{x} {y}");
    for step in way.windows(2) {
        let (from, to) = (&slots[step[0]], &slots[step[1]]);
        let (left, right) = sides[to.column];
        let next = to.middle();
        if to.column <= from.column {
            // Who cite each other stand in one column, and the line goes round.
            let out = x.max(right) + GAP / 2;
            let _ = write!(path, "C{out} {y} {out} {next} {right} {next}");
            continue;
        }
        let half = (left - x) / 2;
        let _ = write!(path, "C{} {y} {} {next} {left} {next}", x + half, left - half);
        if to.name.is_none() {
            let _ = write!(path, "H{right}");
        }
        (x, y) = (right, next);
    }
    path
}

/// The columns, in an order in which lines cross little: each place beside the middle of those that it is joined to.
fn order(slots: &[Slot], ways: &[(Vec<usize>, bool)], columns: usize) -> Vec<Vec<usize>> {
    let mut joined: Vec<Vec<usize>> = vec![Vec::new(); slots.len()];
    for pair in ways.iter().flat_map(|(way, _)| way.windows(2)) {
        joined[pair[0]].push(pair[1]);
        joined[pair[1]].push(pair[0]);
    }
    let mut order: Vec<Vec<usize>> = vec![Vec::new(); columns];
    for (i, slot) in slots.iter().enumerate() {
        order[slot.column].push(i);
    }
    let mut row = vec![0; slots.len()];
    for round in 0..ROUNDS {
        for column in &order {
            for (place, slot) in column.iter().enumerate() {
                // In parts of the column's height, so that a short column lies beside the middle of a long one.
                row[*slot] = (2 * place + 1) * 1000 / (2 * column.len());
            }
        }
        for (place, column) in order.iter_mut().enumerate() {
            // The columns at both ends take turns to stand still.
            if place == if round % 2 == 0 { columns - 1 } else { 0 } {
                continue;
            }
            column.sort_by_key(|slot| {
                let joined = &joined[*slot];
                let middle = joined.iter().map(|other| row[*other]).sum::<usize>() / joined.len().max(1);
                (middle, *slot)
            });
        }
    }
    order
}
