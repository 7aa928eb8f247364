//! What a scan can leave out.
//!
//! Encoders whose leading values carry most let a scan decide by the head of a row: the rest of the dot product is at most
//! the product of the lengths of both tails (Cauchy and Schwarz) and for text a fraction of it, so that a row whose head
//! falls far short of the worst hit is not among the best whatever its tail holds. Heads are kept apart, so that a scan runs
//! through a fraction of the memory. A sample tells whether it pays.

use std::ops::Range;

use predilect_core::kernel::{BLOCK, dot};

use crate::{REACH, Rows};

/// Values of a head, as a share of the dimension, and for this many rows and more, where a copy of the heads weighs.
const SHARE: f64 = 1.0 / 3.0;
const MANY: usize = 250_000;
const SHARE_OF_MANY: f64 = 1.0 / 6.0;
/// Smallest dimension and number of rows that are worth it.
const SMALLEST: (usize, usize) = (96, 2048);
const SAMPLE_ROWS: usize = 512;
const SAMPLE_QUERIES: usize = 12;
/// Hits that a scan is assumed to look for.
const HITS: usize = 64;
/// Largest share of rows that may have to be looked at as a whole.
const WORTH: f64 = 0.15;

/// Heads of all rows, and how long their tails are.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outline {
    /// Values of a head; 0 where heads are of no use.
    cut: usize,
    /// The values up to the cut, row after row.
    heads: Vec<i8>,
    /// Length of each row's tail, in terms of the unit vector that the row stands for.
    tails: Vec<f32>,
}

impl Outline {
    /// Measures rows.
    pub fn of(rows: Rows<'_>) -> Self {
        let (d, n) = (rows.dimension, rows.scales.len());
        if d < SMALLEST.0 || n < SMALLEST.1 {
            return Self::default();
        }
        let share = if n < MANY { SHARE } else { SHARE_OF_MANY };
        let cut = (d as f64 * share) as usize / 16 * 16;
        if pays(rows, cut) { Self::at(rows, cut) } else { Self::default() }
    }

    /// Measures rows with heads of `cut` values, less than the dimension.
    pub fn at(rows: Rows<'_>, cut: usize) -> Self {
        let each = || rows.values.chunks_exact(rows.dimension.max(1));
        Self {
            cut,
            heads: each().flat_map(|row| &row[..cut]).copied().collect(),
            tails: each().zip(rows.scales).map(|(row, scale)| length(&row[cut..]) * scale).collect(),
        }
    }

    /// Values of a head; 0 where heads are of no use.
    pub fn cut(&self) -> usize {
        self.cut
    }

    /// The values up to the cut, row after row.
    pub(crate) fn heads(&self) -> &[i8] {
        &self.heads
    }

    /// Lengths of the tails of at most a block of rows; zeros without heads.
    pub(crate) fn tails(&self, rows: Range<usize>) -> &[f32] {
        self.tails.get(rows.clone()).unwrap_or(&[0.0; BLOCK][..rows.len()])
    }
}

/// Euclidean length of integers.
pub(crate) fn length<T: Copy + Into<i64>>(values: &[T]) -> f32 {
    let square: i64 = values.iter().map(|&value| value.into() * value.into()).sum();
    (square as f64).sqrt() as f32
}

/// Whether heads decide nearly everything on a sample: single rows and sums of four look for their neighbours in it.
fn pays(rows: Rows<'_>, cut: usize) -> bool {
    let (d, n) = (rows.dimension, rows.scales.len());
    let row = |at: usize| &rows.values[at * d..(at + 1) * d];
    let spread = |i: usize, count: usize| i * n / count;
    let others: Vec<usize> = (0..SAMPLE_ROWS).map(|i| spread(i, SAMPLE_ROWS)).collect();
    // A scan for the best `HITS` of all rows keeps its bar where the best few of the sample lie.
    let rank = (HITS * SAMPLE_ROWS).div_ceil(n).clamp(1, SAMPLE_ROWS / 4);
    let mut kept = 0;
    for i in 0..SAMPLE_QUERIES {
        let mut query = vec![0_i16; d];
        for j in 0..(if i % 2 == 0 { 1 } else { 4 }) {
            let member = row(spread((i + 3 * j) % SAMPLE_QUERIES, SAMPLE_QUERIES));
            query.iter_mut().zip(member).for_each(|(sum, &value)| *sum += i16::from(value));
        }
        let unit = 1.0 / length(&query).max(1.0);
        let upto = |at: usize, end: usize| dot(&row(at)[..end], &query[..end]) as f32 * rows.scales[at] * unit;
        let mut scores: Vec<f32> = others.iter().map(|&at| upto(at, d)).collect();
        scores.sort_unstable_by(|a, b| b.total_cmp(a));
        let tail = length(&query[cut..]) * unit * REACH;
        let most = |at: usize| upto(at, cut) + tail * length(&row(at)[cut..]) * rows.scales[at];
        kept += others.iter().filter(|&&at| most(at) >= scores[rank]).count();
    }
    (kept as f64) < WORTH * (SAMPLE_QUERIES * SAMPLE_ROWS) as f64
}
