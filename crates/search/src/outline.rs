//! What a scan can leave out.
//!
//! Encoders whose leading values carry most let a scan decide by the head of a row: the rest of the dot product is at most
//! the product of the lengths of both tails (Cauchy and Schwarz) and for text a fraction of it (the idea of ADSampling, Gao
//! and Long, 2023), so that a row whose head falls far short of the worst hit is not among the best. Heads are kept apart,
//! so that a scan runs through a fraction of the memory. A sample of the rows tells how large that fraction is in this
//! catalogue, and whether heads pay.

use predilect_core::kernel::dot;
use predilect_core::order::{descending, reorder};

use crate::Rows;

/// Values of a head, as a share of the dimension, and for this many rows and more, where a copy of the heads weighs.
const SHARE: f64 = 1.0 / 3.0;
const MANY: usize = 250_000;
const SHARE_OF_MANY: f64 = 1.0 / 6.0;
/// Smallest dimension and number of rows that are worth it.
const SMALLEST: (usize, usize) = (96, 2048);
const SAMPLE_ROWS: usize = 1024;
const SAMPLE_QUERIES: usize = 32;
/// Hits that a scan is assumed to look for.
const HITS: usize = 64;
/// Share of the sample's hits that are granted their whole score. Most of the others are hits even so, with a little less.
const GRANTED: f64 = 0.93;
/// Largest share of rows that may have to be looked at as a whole.
const WORTH: f64 = 0.15;

/// Heads of all rows, and how long their tails are.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outline {
    /// Values of a head; 0 where heads are of no use.
    cut: usize,
    /// Share of the largest possible product of two tails that a row is granted.
    reach: f32,
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
        reach(rows, cut).map_or_else(Self::default, |reach| Self::at(rows, cut, reach))
    }

    /// Takes heads of `cut` values, less than the dimension, and grants tails `reach`, 0..=1.
    pub fn at(rows: Rows<'_>, cut: usize, reach: f32) -> Self {
        let mut outline = Self { cut, reach, heads: Vec::new(), tails: Vec::new() };
        outline.extend(rows);
        outline
    }

    /// Takes in rows that were added behind those it knows.
    pub(crate) fn extend(&mut self, rows: Rows<'_>) {
        let (cut, known) = (self.cut, self.tails.len());
        if cut == 0 {
            return;
        }
        // Exactly: heads of a million rows are not to be copied for the sake of room to grow.
        self.heads.reserve_exact((rows.scales.len() - known) * cut);
        for (row, scale) in rows.values.chunks_exact(rows.dimension).zip(rows.scales).skip(known) {
            self.heads.extend_from_slice(&row[..cut]);
            self.tails.push(length(&row[cut..]) * scale);
        }
    }

    /// Takes in a row that was changed.
    pub(crate) fn replace(&mut self, rows: Rows<'_>, at: usize) {
        let (d, cut) = (rows.dimension, self.cut);
        if let Some(tail) = self.tails.get_mut(at) {
            let row = &rows.values[at * d..(at + 1) * d];
            self.heads[at * cut..(at + 1) * cut].copy_from_slice(&row[..cut]);
            *tail = length(&row[cut..]) * rows.scales[at];
        }
    }

    /// Values of a head; 0 where heads are of no use.
    pub fn cut(&self) -> usize {
        self.cut
    }

    /// Share of the largest possible product of two tails that a row is granted.
    pub(crate) fn reach(&self) -> f32 {
        self.reach
    }

    /// The values up to the cut, row after row.
    pub(crate) fn heads(&self) -> &[i8] {
        &self.heads
    }

    /// Length of each row's tail.
    pub(crate) fn tails(&self) -> &[f32] {
        &self.tails
    }
}

/// Euclidean length of integers.
pub(crate) fn length<T: Copy + Into<i64>>(values: &[T]) -> f32 {
    let square: i64 = values.iter().map(|&value| value.into() * value.into()).sum();
    (square as f64).sqrt() as f32
}

/// What tails must be granted for most hits to keep their score, if heads then decide nearly everything: measured on a
/// sample, in which single rows and sums of four look for their neighbours.
fn reach(rows: Rows<'_>, cut: usize) -> Option<f32> {
    let (d, n) = (rows.dimension, rows.scales.len());
    let row = |at: usize| &rows.values[at * d..(at + 1) * d];
    let spread = |i: usize, count: usize| i * n / count;
    let others: Vec<usize> = (0..SAMPLE_ROWS).map(|i| spread(i, SAMPLE_ROWS)).collect();
    // A scan for the best `HITS` of all rows keeps its bar where the best few of the sample lie.
    let hits = (HITS * SAMPLE_ROWS).div_ceil(n);
    // Of every query: score, head and largest tail of the sampled rows, best first.
    let ask = |i: usize| {
        let members: Vec<usize> = (0..if i.is_multiple_of(2) { 1 } else { 4 })
            .map(|j| spread((i + 3 * j) % SAMPLE_QUERIES, SAMPLE_QUERIES))
            .collect();
        let sum = |j: usize| members.iter().map(|&at| i16::from(row(at)[j])).sum();
        let query: Vec<i16> = (0..d).map(sum).collect();
        let unit = 1.0 / length(&query).max(1.0);
        let tail = length(&query[cut..]) * unit;
        let judged = |&at: &usize| {
            let upto = |end: usize| dot(&row(at)[..end], &query[..end]) as f32 * rows.scales[at] * unit;
            [upto(d), upto(cut), tail * length(&row(at)[cut..]) * rows.scales[at]]
        };
        let all: Vec<[f32; 3]> = others.iter().filter(|at| !members.contains(at)).map(judged).collect();
        let order = descending(all.iter().map(|judged| f64::from(judged[0])));
        reorder(all, &order)
    };
    let asked: Vec<Vec<[f32; 3]>> = (0..SAMPLE_QUERIES).map(ask).collect();
    let needed = |[score, head, tail]: &[f32; 3]| if *tail > 0.0 { (score - head) / tail } else { 0.0 };
    let needs: Vec<f32> = asked.iter().flat_map(|all| all[..hits].iter().map(needed)).collect();
    let order = descending(needs.iter().map(|&need| f64::from(need)));
    let reach = needs[order[(needs.len() as f64 * (1.0 - GRANTED)) as usize]].clamp(0.0, 1.0);
    let kept =
        |all: &Vec<[f32; 3]>| all.iter().filter(|[_, head, tail]| head + reach * tail >= all[hits - 1][0]).count();
    let kept: usize = asked.iter().map(kept).sum();
    ((kept as f64) < WORTH * (SAMPLE_QUERIES * SAMPLE_ROWS) as f64).then_some(reach)
}
