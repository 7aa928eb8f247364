//! One bit a value: which rows are worth a look.
//!
//! A bit says whether a value is above its mean. The rows whose bits differ least from those of a query hold nearly all
//! of its nearest (Charikar, 2002), at an eighth of the memory to read; how many of them must be looked at, some
//! rows tell by what an exact scan finds for them, and other rows check what is lost by it. Vectors of any encoder will do.

use std::ops::Range;

use predilect_core::kernel::dots;
use predilect_core::{Bitmap, Query};

use crate::sample::{self, HITS};
use crate::{Hit, Rows, TopK};

/// Smallest dimension, so that bits tell enough, and fewest rows that are worth it.
const SMALLEST: (usize, usize) = (96, 20_000);
/// Share of the hits that must be among the candidates, and of those of other queries, by which it is checked.
const RECALL: f32 = 0.985;
const RECALL_LEAST: f32 = 0.97;
/// Rows of which no more than one may have to be looked at: those apart from each other take long.
const WORTH: usize = 16;
/// Rows that the means are taken over.
const MEANS: usize = 4096;

/// Bits of all rows, and how many candidates they must give.
#[derive(Debug, Default)]
pub(crate) struct Sketch {
    /// Of each value, what is above; none where bits are of no use.
    means: Vec<f32>,
    bits: Vec<u64>,
    rows: usize,
    /// Candidates for 10 hits and for 64.
    candidates: [usize; 2],
}

impl Sketch {
    /// Measures rows.
    pub(crate) fn of(rows: Rows<'_>) -> Self {
        let (d, n) = (rows.dimension, rows.scales.len());
        if d < SMALLEST.0 || n < SMALLEST.1 {
            return Self::default();
        }
        let mut sketch = Self::at(rows, [n; 2]);
        let mut candidates = HITS;
        for (which, share) in [(sample::TELL, RECALL), (sample::CHECK, RECALL_LEAST)] {
            let asked = sketch.ranks(rows, which);
            for (k, most) in HITS.into_iter().zip(&mut candidates) {
                let ranks = || asked.iter().flat_map(|ranks| &ranks[..k.min(ranks.len())]);
                let wanted = (ranks().count() as f32 * share) as usize;
                while *most < n && ranks().filter(|&rank| rank <= most).count() < wanted {
                    *most += *most / 8;
                }
            }
        }
        let [few, many] = candidates;
        sketch.candidates = [few, many.max(few)];
        if sketch.passes(HITS[0], n) { Self::default() } else { sketch }
    }

    /// Takes the bits of rows, to give so many candidates for [`HITS`].
    pub(crate) fn at(rows: Rows<'_>, candidates: [usize; 2]) -> Self {
        let (d, n) = (rows.dimension, rows.scales.len());
        let taken = MEANS.min(n);
        let mut means = vec![0.0_f32; d];
        for at in (0..taken).map(|i| i * n / taken) {
            for (mean, &value) in means.iter_mut().zip(&rows.values[at * d..(at + 1) * d]) {
                *mean += f32::from(value) * rows.scales[at] / taken as f32;
            }
        }
        let mut sketch = Self { means, candidates, ..Self::default() };
        sketch.extend(rows);
        sketch
    }

    /// The same, of other rows.
    #[cfg(test)]
    pub(crate) fn again(&self, rows: Rows<'_>) -> Self {
        let mut other = Self { means: self.means.clone(), candidates: self.candidates, ..Self::default() };
        other.extend(rows);
        other
    }

    /// Takes in rows that were added behind those it knows.
    pub(crate) fn extend(&mut self, rows: Rows<'_>) {
        if self.means.is_empty() {
            return;
        }
        // Exactly: those of a million rows are not to be copied for the sake of room to grow.
        self.bits.reserve_exact((rows.scales.len() - self.rows) * self.words());
        for at in self.rows..rows.scales.len() {
            let words = self.of_row(rows, at);
            self.bits.extend(words);
        }
        self.rows = rows.scales.len();
    }

    /// Takes in a row that was changed.
    pub(crate) fn replace(&mut self, rows: Rows<'_>, at: usize) {
        if at < self.rows && !self.means.is_empty() {
            let words = self.of_row(rows, at);
            let start = at * self.words();
            self.bits[start..start + words.len()].copy_from_slice(&words);
        }
    }

    /// Whether a search among so many rows is better done without.
    pub(crate) fn passes(&self, k: usize, rows: usize) -> bool {
        self.means.is_empty() || WORTH * self.wanted(k) >= rows
    }

    /// The `k` best of those rows of `allowed` whose bits are closest to the query's.
    pub(crate) fn search(&self, rows: Rows<'_>, query: &Query, k: usize, allowed: &Bitmap) -> Vec<Hit> {
        let d = rows.dimension;
        let mut gate = Gate::new(self.wanted(k), 64 * self.words());
        self.each(query, |row, far| {
            if far <= gate.limit && allowed.contains(row) {
                gate.take(row, far);
            }
        });
        let mut best = TopK::new(k);
        let candidates: Vec<usize> = gate.candidates().collect();
        for four in candidates.chunks(4) {
            let places: [usize; 4] = std::array::from_fn(|i| four[i.min(four.len() - 1)]);
            let sums = dots(places.map(|at| &rows.values[at * d..(at + 1) * d]), query.values());
            for (&at, sum) in four.iter().zip(sums) {
                best.push(at as u32, query.score(sum, rows.scales[at]));
            }
        }
        best.into_hits()
    }

    /// Every row with its distance: processors count the bits of a word in a cycle.
    #[inline(always)]
    fn each(&self, query: &Query, mut tell: impl FnMut(usize, u32)) {
        let asked = self.of_query(query);
        // The dimension of most encoders of text: with a length that is known, nothing is left of the loop over words.
        if let (Ok(asked), (rows, [])) = (<&[u64; 6]>::try_from(asked.as_slice()), self.bits.as_chunks::<6>()) {
            rows.iter().enumerate().for_each(|(at, row)| tell(at, differing(row, asked)));
        } else {
            self.bits.chunks_exact(asked.len()).enumerate().for_each(|(at, row)| tell(at, differing(row, &asked)));
        }
    }

    /// Of each query of the sample, for each of its best rows, how many candidates it takes to have it among them.
    fn ranks(&self, rows: Rows<'_>, which: Range<usize>) -> Vec<Vec<usize>> {
        let rank = |asked: sample::Asked| {
            let mut distances = vec![0_u32; self.rows];
            let mut within = vec![0_usize; 64 * self.words() + 1];
            self.each(&asked.query, |row, far| {
                distances[row] = far;
                within[far as usize] += 1;
            });
            (1..within.len()).for_each(|far| within[far] += within[far - 1]);
            asked.hits.iter().map(|hit| within[distances[hit.item.row()] as usize]).collect()
        };
        sample::ask(rows, which).into_iter().map(rank).collect()
    }

    fn wanted(&self, k: usize) -> usize {
        let [few, many] = self.candidates;
        if k <= HITS[0] { few } else { many.saturating_mul(k.max(HITS[1])) / HITS[1] }
    }

    fn words(&self) -> usize {
        self.means.len().div_ceil(64)
    }

    fn of_row(&self, rows: Rows<'_>, at: usize) -> Vec<u64> {
        let (d, scale) = (rows.dimension, rows.scales[at]);
        let values = rows.values[at * d..(at + 1) * d].iter().map(|&value| f32::from(value) * scale);
        packed(values.zip(&self.means).map(|(value, &mean)| value > mean))
    }

    fn of_query(&self, query: &Query) -> Vec<u64> {
        let scale = query.score(1, 1.0);
        packed(query.values().iter().zip(&self.means).map(|(&value, &mean)| f32::from(value) * scale > mean))
    }
}

/// Number of bits that differ.
#[inline(always)]
fn differing(row: &[u64], query: &[u64]) -> u32 {
    row.iter().zip(query).map(|(a, b)| (a ^ b).count_ones()).sum()
}

/// Lets rows through whose distance is among the smallest so far, less and less of them.
struct Gate {
    /// The largest distance that is let through.
    limit: u32,
    /// Rows that were let through at each distance up to the limit, and of all these together.
    counts: Vec<u32>,
    within: usize,
    wanted: usize,
    taken: Vec<(u32, u32)>,
}

impl Gate {
    /// For at least so many rows, at distances up to `most`.
    fn new(wanted: usize, most: usize) -> Self {
        Self { limit: most as u32, counts: vec![0; most + 1], within: 0, wanted, taken: Vec::new() }
    }

    fn take(&mut self, row: usize, far: u32) {
        self.taken.push((row as u32, far));
        self.counts[far as usize] += 1;
        self.within += 1;
        while self.limit > 0 && self.within - self.counts[self.limit as usize] as usize >= self.wanted {
            self.within -= self.counts[self.limit as usize] as usize;
            self.limit -= 1;
        }
    }

    /// All rows up to the distance at which there are enough. The order in which they came does not matter.
    fn candidates(&self) -> impl Iterator<Item = usize> {
        self.taken.iter().filter(|taken| taken.1 <= self.limit).map(|taken| taken.0 as usize)
    }
}

/// Bits, the first in the lowest place.
fn packed(bits: impl Iterator<Item = bool>) -> Vec<u64> {
    let mut out = Vec::new();
    for (i, bit) in bits.enumerate() {
        if i % 64 == 0 {
            out.push(0);
        }
        if let Some(word) = out.last_mut() {
            *word |= u64::from(bit) << (i % 64);
        }
    }
    out
}
