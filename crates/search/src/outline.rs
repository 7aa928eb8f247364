//! What a scan can leave out.
//!
//! Encoders whose leading values carry most let a scan decide by the head of a row: the rest of the dot product is at most
//! the product of the lengths of both tails (Cauchy and Schwarz) and for text a fraction of it (the idea of ADSampling, Gao
//! and Long, 2023), so that a row whose head falls far short of the worst hit is not among the best. Heads are kept apart,
//! so that a scan runs through a fraction of the memory. How large that fraction is, some rows tell by what an exact scan
//! finds for them; other rows check what is lost by it, and whether heads pay.

use std::ops::Range;

use predilect_core::Query;
use predilect_core::catalogue::OutlineHead;
use predilect_core::kernel::dot;

use crate::sample::{self, CHECK, HITS, TELL};
use crate::{Hit, Rows};

/// Values of a head, as a share of the dimension.
const SHARE: f64 = 1.0 / 3.0;
/// Smallest dimension and number of rows that are worth it.
const SMALLEST: (usize, usize) = (96, 2048);
/// Share of the hits to be found, and of those of other queries, by which it is checked; how much more is granted if not.
const RECALL: f32 = 0.99;
const RECALL_LEAST: f32 = 0.97;
const STEP: f32 = 0.05;
/// Share of many hits that must keep their whole score, so that the best stay in order.
const WHOLE: f32 = 0.93;
/// Largest share of rows that may have to be looked at as a whole, and how many rows tell.
const WORTH: f32 = 0.15;
const SAMPLE: usize = 1024;

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
    /// Takes heads of `cut` values, less than the dimension, and grants tails `reach`, 0..=1.
    pub fn at(rows: Rows<'_>, cut: usize, reach: f32) -> Self {
        let each = || rows.values.chunks_exact(rows.dimension);
        let heads = each().flat_map(|row| &row[..cut]).copied().collect();
        let tails = each().zip(rows.scales).map(|(row, scale)| length(&row[cut..]) * scale).collect();
        Self { cut, reach, heads, tails }
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

/// Which heads to take of these rows; none if they are of no use, so that a scan is to read everything.
pub fn measure(rows: Rows<'_>) -> Option<OutlineHead> {
    let (d, n) = (rows.dimension, rows.scales.len());
    if d < SMALLEST.0 || n < SMALLEST.1 {
        return None;
    }
    let cut = (d as f64 * SHARE) as usize / 16 * 16;
    let told = ask(rows, cut, TELL);
    let whole = quantile(told.iter().flat_map(|asked| asked.hits.iter().map(|hit| hit.granted(hit.score))), WHOLE);
    let found = |k: usize| quantile(told.iter().flat_map(|asked| asked.needed(k)), RECALL);
    let mut reach = HITS.map(found).into_iter().fold(whole, f32::max);

    let checked = ask(rows, cut, CHECK);
    let recall = |reach: f32| {
        let recall = |k: usize| share_of(checked.iter().flat_map(|asked| asked.needed(k)).map(|need| need <= reach));
        HITS.map(recall).into_iter().fold(1.0, f32::min)
    };
    while reach < 1.0 && recall(reach) < RECALL_LEAST {
        reach = (reach + STEP).min(1.0);
    }
    let recall = recall(reach);
    let kept = share_of(checked.iter().flat_map(|asked| {
        let bar = asked.bar(HITS[1]);
        let row = |i: usize| asked.judge(rows, cut, i * n / SAMPLE);
        (0..SAMPLE).map(row).map(move |row| row.head + reach * row.tail >= bar)
    }));
    (recall >= RECALL_LEAST && kept < WORTH).then_some(OutlineHead { cut, reach, recall })
}

/// A row as a query sees it: its score, that of its head, and the most that its tail can add.
struct Judged {
    score: f32,
    head: f32,
    tail: f32,
}

impl Judged {
    /// Share of the tail that must be granted for the row to reach `score`; the whole tail is always enough.
    fn granted(&self, score: f32) -> f32 {
        ((score - self.head) / self.tail.max(f32::MIN_POSITIVE)).clamp(0.0, 1.0)
    }
}

/// A query and its best rows, best first.
struct Asked {
    query: Query,
    tail: f32,
    hits: Vec<Judged>,
}

impl Asked {
    fn judge(&self, rows: Rows<'_>, cut: usize, at: usize) -> Judged {
        let (row, scale) = (&rows.values[at * rows.dimension..][..rows.dimension], rows.scales[at]);
        let score = |upto: usize| self.query.score(dot(&row[..upto], &self.query.values()[..upto]), scale);
        Judged { score: score(row.len()), head: score(cut), tail: self.tail * length(&row[cut..]) * scale }
    }

    /// Score of the last of the best `k`.
    fn bar(&self, k: usize) -> f32 {
        self.hits.iter().take(k).next_back().map_or(f32::INFINITY, |hit| hit.score)
    }

    /// What each of the best `k` must be granted to be found.
    fn needed(&self, k: usize) -> impl Iterator<Item = f32> {
        let bar = self.bar(k);
        self.hits.iter().take(k).map(move |hit| hit.granted(bar))
    }
}

fn ask(rows: Rows<'_>, cut: usize, which: Range<usize>) -> Vec<Asked> {
    let judge = |sample::Asked { query, hits }| {
        let tail = length(&query.values()[cut..]) * query.score(1, 1.0);
        let mut asked = Asked { query, tail, hits: Vec::new() };
        asked.hits = hits.iter().map(|hit: &Hit| asked.judge(rows, cut, hit.item.row())).collect();
        asked
    };
    sample::ask(rows, None, which).into_iter().map(judge).collect()
}

/// The least of the values that so many of them do not exceed.
fn quantile(values: impl Iterator<Item = f32>, share: f32) -> f32 {
    let mut values: Vec<f32> = values.collect();
    values.sort_unstable_by(f32::total_cmp);
    let last = values.len().saturating_sub(1);
    values.get((last as f32 * share).ceil() as usize).copied().unwrap_or(1.0)
}

fn share_of(values: impl Iterator<Item = bool>) -> f32 {
    let (all, met) = values.fold((0, 0), |(all, met), value| (all + 1, met + usize::from(value)));
    met as f32 / all.max(1) as f32
}
