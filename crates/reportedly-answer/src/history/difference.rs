//! What differs between two texts: first which blocks, then which words of those that are much alike.
//!
//! Nothing here looks at a clock: where texts are too long or too different, the answer is coarser, and the same in
//! every run.

use reportedly_text::{Language, Span, is_unspaced, split};
use rustc_hash::FxHashMap;
use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::{
    cmp::{Ordering, Reverse},
    collections::BTreeMap,
    ops::Range,
};

/// Two blocks are one that was changed where they share this share of their words, in percent: paragraphs about
/// different things share a fifth to a third, stops, articles and prepositions.
const ALIKE: usize = 40;
/// The same of blocks that stand elsewhere.
const ALIKE_ELSEWHERE: usize = 60;
/// Below this share of words that stay in their order, also in percent, a change is shown as a whole.
const IN_ORDER: usize = 25;
/// Pairs of blocks between two unchanged ones that are looked at, and words in them: a live blog that changes in a
/// hundred places has some thousands of pairs.
const MOST_PAIRS: usize = 40_000;
const MOST_COMPARED: usize = 16_000_000;

/// Words by number: the same word has the same in all texts that are compared.
pub(super) type Numbers<'t> = FxHashMap<&'t str, u32>;

/// A text taken apart into blocks and their words.
pub(super) struct Apart<'t> {
    text: &'t str,
    blocks: Vec<Span>,
    /// The words of each block, as a range of the following two.
    words: Vec<Range<usize>>,
    numbers: Vec<u32>,
    spans: Vec<Span>,
}

/// A stretch of a text, and the block that it stands in. It may be empty: a place between words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub block: usize,
    pub span: Span,
}

/// One difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Difference {
    pub removed: Piece,
    pub added: Piece,
    /// A block that stands elsewhere.
    pub moved: bool,
    /// A block that comes after all there was.
    pub at_end: bool,
}

impl<'t> Apart<'t> {
    /// Takes a text apart. What does not fit it is left out; text without blocks is one block.
    pub(super) fn new(text: &'t str, blocks: &[Span], language: Language, numbers: &mut Numbers<'t>) -> Self {
        let analysis = split(text, language);
        let mut apart =
            Self { text, blocks: Vec::new(), words: Vec::new(), numbers: Vec::new(), spans: Vec::new() };
        let mut end = 0;
        for block in blocks {
            if block.start >= end && !block.of(text).is_empty() {
                end = block.end;
                apart.blocks.push(*block);
            }
        }
        if apart.blocks.is_empty() && !text.is_empty() {
            apart.blocks.push(Span::new(0, text.len()));
        }
        for block in &apart.blocks {
            let first = apart.spans.len();
            for token in &analysis.tokens[analysis.tokens_in(*block)] {
                words(text, token.span, &mut apart.spans);
            }
            // What is too long to be taken apart is compared as a whole.
            let rest = Span::new(analysis.end.max(block.start), block.end).trimmed(text);
            if !rest.is_empty() {
                apart.spans.push(rest);
            }
            apart.words.push(first..apart.spans.len());
        }
        for span in &apart.spans {
            let next = numbers.len() as u32;
            apart.numbers.push(*numbers.entry(span.of(text)).or_insert(next));
        }
        apart
    }

    /// How many blocks there are.
    pub(super) fn len(&self) -> usize {
        self.blocks.len()
    }

    fn of(&self, block: usize) -> &'t str {
        self.blocks[block].of(self.text)
    }

    fn whole(&self, block: usize) -> Piece {
        Piece { block, span: self.blocks[block] }
    }

    fn numbers_of(&self, block: usize) -> &[u32] {
        &self.numbers[self.words[block].clone()]
    }

    /// The place before a block, or after the last one.
    fn before(&self, block: usize) -> Piece {
        let at = match self.blocks.get(block) {
            Some(span) => span.start,
            None => self.blocks.last().map_or(0, |s| s.end),
        };
        Piece { block: block.min(self.blocks.len().saturating_sub(1)), span: Span::new(at, at) }
    }

    /// Some words of a block, or the place between two of them.
    fn piece(&self, block: usize, words: Range<usize>) -> Piece {
        let all = &self.words[block];
        let (start, end) = (all.start + words.start, all.start + words.end);
        let span = if start < end {
            self.spans[start].to(self.spans[end - 1])
        } else {
            let at = if start > all.start { self.spans[start - 1].end } else { self.blocks[block].start };
            Span::new(at, at)
        };
        Piece { block, span }
    }
}

/// The words of a token: itself, or each character of a script without spaces.
fn words(text: &str, token: Span, spans: &mut Vec<Span>) {
    let mut start = token.start;
    for (at, c) in token.of(text).char_indices().filter(|(_, c)| is_unspaced(*c)) {
        let at = token.start + at;
        if start < at {
            spans.push(Span::new(start, at));
        }
        start = at + c.len_utf8();
        spans.push(Span::new(at, start));
    }
    if start < token.end {
        spans.push(Span::new(start, token.end));
    }
}

/// What differs between two texts, in the order of the new one.
pub(super) fn difference<'t>(old: &Apart<'t>, new: &Apart<'t>) -> Vec<Difference> {
    let mut numbers = Numbers::default();
    let mut numbered = |apart: &Apart<'t>| -> Vec<u32> {
        let mut number = |block| {
            let next = numbers.len() as u32;
            *numbers.entry(apart.of(block)).or_insert(next)
        };
        (0..apart.len()).map(&mut number).collect()
    };
    let (olds, news) = (numbered(old), numbered(new));
    let gaps = gaps(&olds, &news);
    let mut found = Vec::new();
    // Blocks of which nothing is known yet to have stayed.
    let (mut gone, mut come) = (vec![false; old.len()], vec![false; new.len()]);
    for (o, n) in &gaps {
        gone[o.clone()].fill(true);
        come[n.clone()].fill(true);
    }
    let mut elsewhere: FxHashMap<u32, Vec<usize>> = FxHashMap::default();
    for i in (0..old.len()).rev().filter(|i| gone[*i]) {
        elsewhere.entry(olds[i]).or_default().push(i);
    }
    for j in (0..new.len()).filter(|j| come[*j]).collect::<Vec<_>>() {
        if let Some(i) = elsewhere.get_mut(&news[j]).and_then(Vec::pop) {
            (gone[i], come[j]) = (false, false);
            found.push(Difference { removed: old.whole(i), added: new.whole(j), moved: true, at_end: false });
        }
    }
    let mut partner: BTreeMap<usize, usize> = BTreeMap::new();
    let left = |of: Range<usize>, open: &[bool]| of.filter(|i| open[*i]).collect::<Vec<_>>();
    for (o, n) in &gaps {
        for (i, j) in Pairs::of(old, left(o.clone(), &gone), new, left(n.clone(), &come)).in_order() {
            (gone[i], come[j]) = (false, false);
            partner.insert(i, j);
        }
    }
    // What is left may stand elsewhere and have changed.
    for (i, j) in Pairs::of(old, left(0..old.len(), &gone), new, left(0..new.len(), &come)).closest() {
        (gone[i], come[j]) = (false, false);
        partner.insert(i, j);
    }
    for (i, j) in &partner {
        changed(old, *i, new, *j, &mut found);
    }
    for (o, n) in gaps {
        // What went stood after what stayed before it.
        let mut next = n.start;
        for i in o.clone() {
            match partner.get(&i).filter(|j| n.contains(j)) {
                Some(j) => next = j + 1,
                None if gone[i] => found.push(one_sided(old.whole(i), new.before(next), false)),
                None => {}
            }
        }
        let at_end = o.end == old.len() && n.end == new.len() && old.len() > 0 && !o.clone().any(|i| gone[i]);
        let last_kept = n.clone().rev().find(|j| !come[*j]);
        for j in n.filter(|j| come[*j]) {
            let at_end = at_end && last_kept.is_none_or(|last| last < j);
            found.push(one_sided(old.before(o.end), new.whole(j), at_end));
        }
    }
    found.sort_by_key(|d| (d.added.span.start, d.removed.span.start, d.added.span.end));
    found
}

fn one_sided(removed: Piece, added: Piece, at_end: bool) -> Difference {
    Difference { removed, added, moved: false, at_end }
}

/// What differs between two texts of one block each.
pub(super) fn difference_in_words(old: &Apart<'_>, new: &Apart<'_>) -> Vec<Difference> {
    let mut found = Vec::new();
    match (old.len(), new.len()) {
        (0, 0) => {}
        (0, _) => found.push(one_sided(old.before(0), new.whole(0), false)),
        (_, 0) => found.push(one_sided(old.whole(0), new.before(0), false)),
        _ => changed(old, 0, new, 0, &mut found),
    }
    found
}

/// The stretches between what is the same in both.
fn gaps(old: &[u32], new: &[u32]) -> Vec<(Range<usize>, Range<usize>)> {
    let (mut i, mut j) = (0, 0);
    let mut gaps = Vec::new();
    let mut close = |from: (usize, usize), to: (usize, usize)| {
        if from != to {
            gaps.push((from.0..to.0, from.1..to.1));
        }
    };
    for op in capture_diff_slices(Algorithm::Myers, old, new) {
        if let DiffOp::Equal { old_index, new_index, len } = op {
            close((i, j), (old_index, new_index));
            (i, j) = (old_index + len, new_index + len);
        }
    }
    close((i, j), (old.len(), new.len()));
    gaps
}

/// Blocks of both texts of which nothing is the same as a whole, and how much each two of them share.
struct Pairs {
    left: Vec<usize>,
    right: Vec<usize>,
    /// In percent, row by row.
    shares: Vec<usize>,
}

impl Pairs {
    /// Of too many blocks, or too long ones, none is compared with any.
    fn of(old: &Apart<'_>, left: Vec<usize>, new: &Apart<'_>, right: Vec<usize>) -> Self {
        let sorted = |apart: &Apart<'_>, blocks: &[usize]| -> Vec<Vec<u32>> {
            let sorted = |block: &usize| {
                let mut numbers = apart.numbers_of(*block).to_vec();
                numbers.sort_unstable();
                numbers
            };
            blocks.iter().map(sorted).collect()
        };
        let none = Self { left: Vec::new(), right: Vec::new(), shares: Vec::new() };
        let pairs = left.len().saturating_mul(right.len());
        if pairs == 0 || pairs > MOST_PAIRS {
            return none;
        }
        let (a, b) = (sorted(old, &left), sorted(new, &right));
        let words = |all: &[Vec<u32>]| all.iter().map(Vec::len).sum::<usize>();
        if words(&a).saturating_mul(b.len()).saturating_add(words(&b).saturating_mul(a.len())) > MOST_COMPARED
        {
            return none;
        }
        let shares = a.iter().flat_map(|a| b.iter().map(|b| share(a, b))).collect();
        Self { left, right, shares }
    }

    /// Those that are much alike, in the order of both texts: as much as can be.
    fn in_order(&self) -> Vec<(usize, usize)> {
        // The best from (i, j) on, row by row from the end.
        let (rows, columns) = (self.left.len(), self.right.len());
        let width = columns + 1;
        let mut best = vec![0_usize; (rows + 1) * width];
        for i in (0..rows).rev() {
            for j in (0..columns).rev() {
                let share = self.shares[i * columns + j];
                let without = best[(i + 1) * width + j].max(best[i * width + j + 1]);
                let with = if share >= ALIKE { share + best[(i + 1) * width + j + 1] } else { 0 };
                best[i * width + j] = without.max(with);
            }
        }
        let (mut i, mut j) = (0, 0);
        let mut found = Vec::new();
        while i < rows && j < columns {
            let share = self.shares[i * columns + j];
            let here = best[i * width + j];
            if share >= ALIKE && here == share + best[(i + 1) * width + j + 1] {
                found.push((self.left[i], self.right[j]));
                (i, j) = (i + 1, j + 1);
            } else if here == best[(i + 1) * width + j] {
                i += 1;
            } else {
                j += 1;
            }
        }
        found
    }

    /// Those that are most alike, wherever they stand.
    fn closest(&self) -> Vec<(usize, usize)> {
        let columns = self.right.len();
        let mut order: Vec<usize> =
            (0..self.shares.len()).filter(|at| self.shares[*at] >= ALIKE_ELSEWHERE).collect();
        order.sort_by_key(|at| (Reverse(self.shares[*at]), *at));
        let (mut left, mut right) = (vec![false; self.left.len()], vec![false; columns]);
        let mut found = Vec::new();
        for (i, j) in order.into_iter().map(|at| (at / columns, at % columns)) {
            if !left[i] && !right[j] {
                (left[i], right[j]) = (true, true);
                found.push((self.left[i], self.right[j]));
            }
        }
        found
    }
}

/// The share of words that two blocks have in common, in percent; both are sorted.
fn share(a: &[u32], b: &[u32]) -> usize {
    let (mut i, mut j, mut common) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            Ordering::Less => i += 1,
            Ordering::Greater => j += 1,
            Ordering::Equal => (i, j, common) = (i + 1, j + 1, common + 1),
        }
    }
    common * 200 / (a.len() + b.len()).max(1)
}

/// The words that differ between two blocks.
fn changed(old: &Apart<'_>, i: usize, new: &Apart<'_>, j: usize, found: &mut Vec<Difference>) {
    let (a, b) = (old.numbers_of(i), new.numbers_of(j));
    let mut changes = gaps(a, b);
    let changed: usize = changes.iter().map(|(o, n)| o.len() + n.len()).sum();
    let all = a.len() + b.len();
    if (all - changed) * 100 < IN_ORDER * all {
        changes = vec![(0..a.len(), 0..b.len())];
    }
    // A word or two that happen to be the same between longer changes make these harder to read, not shorter.
    let mut joined: Vec<(Range<usize>, Range<usize>)> = Vec::with_capacity(changes.len());
    for (o, n) in changes {
        if let Some((last_o, last_n)) = joined.last_mut() {
            let same = o.start - last_o.end;
            let size = |o: &Range<usize>, n: &Range<usize>| o.len().max(n.len());
            if same < size(last_o, last_n) && same < size(&o, &n) {
                (last_o.end, last_n.end) = (o.end, n.end);
                continue;
            }
        }
        joined.push((o, n));
    }
    for (o, n) in joined {
        found.push(one_sided(old.piece(i, o), new.piece(j, n), false));
    }
}
