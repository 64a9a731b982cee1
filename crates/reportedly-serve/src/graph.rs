//! The origins of a claim, drawn: outlets on the left, those that they cite between, who said it first on the right.

use crate::story::outlet;
use reportedly_story::{Claim, Observation, Stance, Story};
use std::collections::BTreeMap;

/// Boxes of one column that are drawn; what is left over is counted.
const MOST: usize = 12;
/// Columns: an outlet, two that were cited on the way, the origin.
const COLUMNS: usize = 4;
const ROW: usize = 34;
const BOX: usize = 26;
/// How wide a character of the small face is, and a box at most, in units of the drawing.
const CHARACTER: usize = 7;
const WIDEST: usize = 190;
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
    pub shown: String,
    pub x: usize,
    pub y: usize,
    pub width: usize,
    pub height: usize,
    /// Where its words begin, and on which line they stand.
    pub text_x: usize,
    pub text_y: usize,
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
        let mut columns: Vec<Vec<String>> = vec![Vec::new(); deepest + 1];
        for (name, level) in &level {
            columns[deepest - level].push(name.clone());
        }
        let more = order(&mut columns, &edges);
        Some(Self::draw(&columns, &edges, &origins, more))
    }

    fn draw(
        columns: &[Vec<String>],
        edges: &BTreeMap<(String, String), bool>,
        origins: &[String],
        more: usize,
    ) -> Self {
        let shown = |name: &str| {
            let room = (WIDEST - 20) / CHARACTER;
            if name.chars().count() <= room {
                return name.to_owned();
            }
            let cut: String = name.chars().take(room - 1).collect();
            format!("{}…", cut.trim_end())
        };
        let width = |name: &str| shown(name).chars().count() * CHARACTER + 20;
        let rows = columns.iter().map(Vec::len).max().unwrap_or(0);
        let mut boxes: Vec<Node> = Vec::new();
        let mut x = MARGIN;
        for column in columns {
            let widest = column.iter().map(|name| width(name)).max().unwrap_or(0);
            let top = MARGIN + (rows - column.len()) * ROW / 2;
            for (row, name) in column.iter().enumerate() {
                let y = top + row * ROW;
                boxes.push(Node {
                    shown: shown(name),
                    name: name.clone(),
                    x,
                    y,
                    width: widest,
                    height: BOX,
                    text_x: x + 10,
                    text_y: y + BOX / 2 + 4,
                    origin: origins.contains(name),
                });
            }
            x += widest + GAP;
        }
        let place = |name: &str| boxes.iter().find(|b| b.name == name);
        let lines = edges.iter().filter_map(|((from, to), copy)| {
            let (from, to) = (place(from)?, place(to)?);
            let (x1, y1) = (from.x + from.width, from.y + BOX / 2);
            let (x2, y2) = (to.x, to.y + BOX / 2);
            let half = x2.saturating_sub(x1) / 2;
            let path = format!("M{x1} {y1}C{} {y1} {} {y2} {x2} {y2}", x1 + half, x2.saturating_sub(half));
            Some(Line { path, copy: *copy })
        });
        let lines = lines.collect();
        Self { width: x - GAP + MARGIN, height: rows * ROW + MARGIN, boxes, lines, more }
    }
}

/// Puts names where their lines cross little: each beside the middle of those that it is joined to. Gives how many
/// found no room.
fn order(columns: &mut [Vec<String>], edges: &BTreeMap<(String, String), bool>) -> usize {
    // Those with most lines are drawn.
    let degree = |name: &String| edges.keys().filter(|(a, b)| a == name || b == name).count();
    let mut more = 0;
    for column in columns.iter_mut() {
        column.sort_by_key(|name| std::cmp::Reverse(degree(name)));
        more += column.len().saturating_sub(MOST);
        column.truncate(MOST);
    }
    for round in 0..6 {
        let fixed: BTreeMap<String, usize> = columns
            .iter()
            .flat_map(|column| column.iter().enumerate().map(|(row, name)| (name.clone(), row)))
            .collect();
        let last = columns.len() - 1;
        for (place, column) in columns.iter_mut().enumerate() {
            // The columns at both ends take turns to stand still.
            if place == if round % 2 == 0 { last } else { 0 } {
                continue;
            }
            let middle = |name: &String| {
                let joined: Vec<usize> = edges
                    .keys()
                    .filter_map(|(a, b)| if a == name { Some(b) } else { (b == name).then_some(a) })
                    .filter_map(|other| fixed.get(other).copied())
                    .collect();
                joined.iter().sum::<usize>() * 100 / joined.len().max(1)
            };
            column.sort_by_cached_key(|name| (middle(name), name.clone()));
        }
    }
    more
}
