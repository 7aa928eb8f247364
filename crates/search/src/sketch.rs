//! One bit a value: which rows are worth a look.
//!
//! A bit says whether a value is above its mean. Where it differs from the query's, the row is taken to be as far away as the
//! query's value is large; rows with the smallest sums of that hold nearly all of its nearest, at an eighth of the memory to
//! read. The sums of four bits lie in tables (product quantisation, Jegou and others, 2011), from which processors look
//! up those of 16 rows at a time. How many rows must be looked at, some rows tell by what an exact scan
//! finds for them, and other rows check what is lost by it. Vectors of any encoder will do.

use std::ops::Range;

use predilect_core::kernel::dots;
use predilect_core::kernel::lookup::{MOST, ROWS, look_up};
use predilect_core::{Bitmap, Query};

use crate::coarse::Facts;
use crate::sample::{self, HITS};
use crate::{Hit, Rows, TopK, bits};

/// Smallest dimension, so that bits tell enough, and fewest rows that are worth it.
const SMALLEST: (usize, usize) = (96, 20_000);
/// Share of the hits that must be among the candidates, and of those of other queries, by which it is checked.
const RECALL: f32 = 0.985;
const RECALL_LEAST: f32 = 0.97;
/// Candidates a hit that are taken at least, times the square root of the rows: where each row has many near it, rows are found by few
/// candidates, and queries from outside, which are far from all of these, are not.
const LEAST: f32 = 0.12;
/// Rows of which no more than one may have to be looked at: those apart from each other take long.
const WORTH: usize = 16;
/// Rows that the means are taken over.
const MEANS: usize = 4096;

/// Bits of all rows, and how many candidates they must give.
#[derive(Debug, Default)]
pub(crate) struct Sketch {
    /// Of each value, what is above; none where bits are of no use.
    means: Vec<f32>,
    /// Of 16 rows at a time, eight values of each after the other.
    columns: Vec<[u8; ROWS]>,
    rows: usize,
    /// Candidates for 10 hits and for 64.
    candidates: [usize; 2],
}

impl Sketch {
    /// Measures rows.
    pub(crate) fn of(rows: Rows<'_>, facts: &Facts) -> Self {
        let (d, n) = (rows.dimension, rows.scales.len());
        if d < SMALLEST.0 || n < SMALLEST.1 {
            return Self::default();
        }
        let mut sketch = Self::at(rows, [n; 2]);
        let least = LEAST * (n as f32).sqrt();
        let mut candidates = HITS.map(|k| (k as f32 * least) as usize);
        for (which, share) in [(sample::TELL, RECALL), (sample::CHECK, RECALL_LEAST)] {
            let asked = sketch.ranks(rows, facts, which);
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
        let columns = rows.scales.len().div_ceil(ROWS) * self.width();
        self.columns.reserve_exact(columns - self.columns.len());
        self.columns.resize(columns, [0; ROWS]);
        (self.rows..rows.scales.len()).for_each(|at| self.put(rows, at));
        self.rows = rows.scales.len();
    }

    /// Takes in a row that was changed.
    pub(crate) fn replace(&mut self, rows: Rows<'_>, at: usize) {
        if at < self.rows && !self.means.is_empty() {
            self.put(rows, at);
        }
    }

    fn put(&mut self, rows: Rows<'_>, at: usize) {
        let (width, scale) = (self.width(), rows.scales[at]);
        let columns = &mut self.columns[at / ROWS * width..][..width];
        let eights = rows.values[at * rows.dimension..][..rows.dimension].chunks(8).zip(self.means.chunks(8));
        for (column, (values, means)) in columns.iter_mut().zip(eights) {
            let bits = values.iter().zip(means).map(|(&value, &mean)| u8::from(f32::from(value) * scale > mean));
            column[at % ROWS] = bits.rev().fold(0, |byte, bit| byte << 1 | bit);
        }
    }

    /// Whether a search among so many rows is better done without.
    pub(crate) fn passes(&self, k: usize, rows: usize) -> bool {
        self.means.is_empty() || WORTH * self.wanted(k) >= rows
    }

    /// The `k` best of those rows of `allowed` whose bits are closest to the query's.
    pub(crate) fn search(&self, rows: Rows<'_>, query: &Query, k: usize, allowed: &Bitmap) -> Vec<Hit> {
        let d = rows.dimension;
        let mut gate = Gate::new(self.wanted(k), 2 * self.width() * usize::from(MOST));
        self.each(query, |row, far| {
            if allowed.contains(row) {
                gate.take(row, far);
            }
            gate.limit
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

    /// Every row with its distance, as far as that is at most what `tell` answered last.
    #[inline(always)]
    fn each(&self, query: &Query, mut tell: impl FnMut(usize, u16) -> u16) {
        let tables = self.tables(query);
        let (mut limit, mut sums) = (u16::MAX, [0; ROWS]);
        for (block, columns) in self.columns.chunks_exact(self.width()).enumerate() {
            let near = look_up(columns, &tables, limit, &mut sums);
            for at in bits(near.into()).filter(|at| block * ROWS + at < self.rows) {
                if sums[at] <= limit {
                    limit = tell(block * ROWS + at, sums[at]);
                }
            }
        }
    }

    /// How much farther each code of four bits is from the query than the nearest code is: two tables a column.
    fn tables(&self, query: &Query) -> Vec<[u8; ROWS]> {
        let scale = query.score(1, 1.0);
        let value = |(&value, &mean): (&i16, &f32)| f32::from(value) * scale - mean;
        let mut values: Vec<f32> = query.values().iter().zip(&self.means).map(value).collect();
        values.resize(8 * self.width(), 0.0);
        let fours = || values.as_chunks::<4>().0.iter();
        let most = fours().map(|four| four.iter().map(|value| value.abs()).sum()).fold(0.0, f32::max);
        let unit = f32::from(MOST) / most.max(f32::MIN_POSITIVE);
        let far = |four: &[f32; 4], code: usize| -> f32 {
            let differs = |&(i, value): &(usize, &f32)| (code >> i & 1 == 1) != (*value > 0.0);
            four.iter().enumerate().filter(differs).map(|(_, value)| value.abs()).sum()
        };
        fours().map(|four| std::array::from_fn(|code| (far(four, code) * unit).round_ties_even() as u8)).collect()
    }

    /// Of each query of the sample, for each of its best rows, how many candidates it takes to have it among them.
    fn ranks(&self, rows: Rows<'_>, facts: &Facts, which: Range<usize>) -> Vec<Vec<usize>> {
        let rank = |asked: sample::Asked| {
            let mut distances = vec![0_u16; self.rows];
            let mut within = vec![0_usize; 2 * self.width() * usize::from(MOST) + 1];
            self.each(&asked.query, |row, far| {
                distances[row] = far;
                within[usize::from(far)] += 1;
                u16::MAX
            });
            (1..within.len()).for_each(|far| within[far] += within[far - 1]);
            asked.hits.iter().map(|hit| within[usize::from(distances[hit.item.row()])]).collect()
        };
        sample::ask(rows, Some(facts), which).into_iter().map(rank).collect()
    }

    fn wanted(&self, k: usize) -> usize {
        let [few, many] = self.candidates;
        if k <= HITS[0] { few } else { many.saturating_mul(k.max(HITS[1])) / HITS[1] }
    }

    /// Columns of a block: an even number, as they are looked up in pairs.
    fn width(&self) -> usize {
        self.means.len().div_ceil(16) * 2
    }
}

/// Lets rows through whose distance is among the smallest so far, less and less of them.
struct Gate {
    /// The largest distance that is let through.
    limit: u16,
    /// Rows that were let through at each distance up to the limit, and of all these together.
    counts: Vec<u32>,
    within: usize,
    wanted: usize,
    taken: Vec<(u32, u16)>,
}

impl Gate {
    /// For at least so many rows, at distances up to `most`.
    fn new(wanted: usize, most: usize) -> Self {
        Self { limit: most as u16, counts: vec![0; most + 1], within: 0, wanted, taken: Vec::new() }
    }

    fn take(&mut self, row: usize, far: u16) {
        self.taken.push((row as u32, far));
        self.counts[usize::from(far)] += 1;
        self.within += 1;
        while self.limit > 0 && self.within - self.counts[usize::from(self.limit)] as usize >= self.wanted {
            self.within -= self.counts[usize::from(self.limit)] as usize;
            self.limit -= 1;
        }
    }

    /// All rows up to the distance at which there are enough. The order in which they came does not matter.
    fn candidates(&self) -> impl Iterator<Item = usize> {
        self.taken.iter().filter(|taken| taken.1 <= self.limit).map(|taken| taken.0 as usize)
    }
}
