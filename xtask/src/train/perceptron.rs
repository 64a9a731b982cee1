//! The averaged perceptron.

use reportedly_text::model::Model;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// Weights while they are learned.
pub struct Perceptron<const LABELS: usize> {
    rows: FxHashMap<u32, Row<LABELS>>,
    step: i64,
}

struct Row<const LABELS: usize> {
    weights: [i32; LABELS],
    /// Every change times the step it was made at: what the average lacks against the last weights.
    late: [i64; LABELS],
    seen: u32,
}

impl<const LABELS: usize> Perceptron<LABELS> {
    pub fn new() -> Self {
        Self { rows: FxHashMap::default(), step: 1 }
    }

    pub fn add(&self, feature: u32, scores: &mut [i32; LABELS]) {
        if let Some(row) = self.rows.get(&feature) {
            for (score, weight) in scores.iter_mut().zip(row.weights) {
                *score += weight;
            }
        }
    }

    /// Moves a feature's weight for one label.
    pub fn change(&mut self, feature: u32, label: u8, by: i32) {
        let step = self.step;
        let row = self.rows.entry(feature).or_insert_with(|| Row {
            weights: [0; LABELS],
            late: [0; LABELS],
            seen: 0,
        });
        row.weights[usize::from(label)] += by;
        row.late[usize::from(label)] += i64::from(by) * step;
        row.seen += 1;
    }

    /// One decision is over.
    pub fn tick(&mut self) {
        self.step += 1;
    }

    /// The averaged weights of the rows that changed at least so often.
    fn averages(&self, changes: u32) -> impl Iterator<Item = (u32, [f64; LABELS])> {
        let step = self.step as f64;
        self.rows.iter().filter(move |(_, row)| row.seen >= changes).map(move |(hash, row)| {
            (*hash, std::array::from_fn(|l| f64::from(row.weights[l]) - row.late[l] as f64 / step))
        })
    }
}

/// The file of the mean of several models, in bytes: weights under `least` (of the largest, clipped at the 999th
/// thousandth) are left out, and so are rows that changed fewer than `changes` times.
pub fn write<const LABELS: usize>(models: &[Perceptron<LABELS>], least: f64, changes: u32) -> Vec<u8> {
    let mut sums: BTreeMap<u32, [f64; LABELS]> = BTreeMap::new();
    for model in models {
        for (hash, row) in model.averages(changes) {
            let sum = sums.entry(hash).or_insert([0.0; LABELS]);
            for (sum, weight) in sum.iter_mut().zip(row) {
                *sum += weight;
            }
        }
    }
    let mut sizes: Vec<f64> = sums.values().flatten().map(|w| w.abs()).filter(|w| *w > 0.0).collect();
    sizes.sort_by(f64::total_cmp);
    let largest = sizes.get(sizes.len() * 999 / 1000).copied().unwrap_or(1.0).max(f64::MIN_POSITIVE);
    let rows = sums.into_iter().map(|(hash, row)| {
        let byte = |weight: f64| {
            let share = weight / largest;
            if share.abs() < least { 0 } else { (share * 127.0).round().clamp(-127.0, 127.0) as i8 }
        };
        (hash, row.map(byte))
    });
    Model::write(&rows.filter(|(_, row)| row.iter().any(|w| *w != 0)).collect())
}

/// The order in which documents are gone through: shuffled, the same in every run.
pub fn shuffled(count: usize, round: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    let mut state = round as u64 + 1;
    for i in (1..count).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        order.swap(i, (state >> 33) as usize % (i + 1));
    }
    order
}
