//! Exact hits by way of coarse queries, where the processor adds up small numbers faster ([`predilect_core::kernel::coarse`]).

use predilect_core::kernel::coarse::{Block, LEVEL, Lanes, SHIFT, STEP, level, over_four, over_one};
use predilect_core::kernel::{BLOCK, SLACK, dot};
use predilect_core::{Bitmap, Query};

use crate::{Hit, Rows, TopK, bits, outline::length};

/// What is known of rows besides their values.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// [`SHIFT`] times the sum of each row.
    shifts: Vec<i32>,
    /// No row is longer than this.
    longest: f32,
}

impl Facts {
    /// Takes in rows that were added behind those it knows.
    pub(crate) fn extend(&mut self, rows: Rows<'_>) {
        // Exactly: those of a million rows are not to be copied for the sake of room to grow.
        self.shifts.reserve_exact(rows.scales.len() - self.shifts.len());
        for at in self.shifts.len()..rows.scales.len() {
            let shift = self.take(rows, at);
            self.shifts.push(shift);
        }
    }

    /// Takes in a row that was changed.
    pub(crate) fn replace(&mut self, rows: Rows<'_>, at: usize) {
        if at < self.shifts.len() {
            self.shifts[at] = self.take(rows, at);
        }
    }

    fn take(&mut self, rows: Rows<'_>, at: usize) -> i32 {
        let row = &rows.values[at * rows.dimension..][..rows.dimension];
        let (sum, square) = row.iter().fold((0, 0), |(sum, square), &value| {
            let value = i32::from(value);
            (sum + value, square + value * value)
        });
        self.longest = self.longest.max((square as f32).sqrt() * rows.scales[at]);
        SHIFT * sum
    }
}

/// Rows of a quarter of a block.
const QUARTER: usize = BLOCK / 4;

/// The hits of [`crate::top_k`] without an outline. The dimension is a multiple of [`STEP`].
pub(crate) fn top_k(rows: Rows<'_>, facts: &Facts, queries: &[&Query], k: usize, allowed: &Bitmap) -> Vec<Vec<Hit>> {
    debug_assert!(rows.dimension.is_multiple_of(STEP) && facts.shifts.len() == rows.scales.len());
    let scan = Scan { rows, facts };
    let mut searches: Vec<Search<'_>> = queries.iter().map(|query| Search::new(query, facts.longest, k)).collect();
    let answerable = |search: &&mut Search<'_>| k > 0 && search.levels.len() == rows.dimension;
    let mut running: Vec<&mut Search<'_>> = searches.iter_mut().filter(answerable).collect();
    let n = rows.scales.len();
    if running.len() < 4 {
        // Four places, whole blocks apart: their rows come from memory at the same time.
        let apart = n.div_ceil(4 * BLOCK) * BLOCK;
        for step in (0..apart).step_by(BLOCK) {
            let starts = [0, 1, 2, 3].map(|place| place * apart + step);
            let wanted = starts.map(|start| allowed.word(start / BLOCK));
            running.iter_mut().for_each(|search| scan.one_query(search, starts, wanted, BLOCK));
        }
    } else {
        // One block after the other: it stays in the nearest cache until all queries have seen it.
        for start in (0..n).step_by(BLOCK) {
            let wanted = allowed.word(start / BLOCK);
            let mut fours = running.chunks_exact_mut(4);
            fours.by_ref().for_each(|four| scan.four_queries(four, start, wanted));
            let quarters = [0, 1, 2, 3].map(|quarter| quarter * QUARTER);
            let starts = quarters.map(|quarter| start + quarter);
            let wanted = quarters.map(|quarter| wanted >> quarter & ((1 << QUARTER) - 1));
            fours.into_remainder().iter_mut().for_each(|search| scan.one_query(search, starts, wanted, QUARTER));
        }
    }
    searches.into_iter().map(|search| search.best.into_hits()).collect()
}

/// One query on its way through the rows.
struct Search<'a> {
    query: &'a Query,
    levels: Vec<u8>,
    /// Cosine of a sum of 1 with a row of scale 1.
    scale: f32,
    /// The most that what levels leave out of the query can add to a score.
    rest: f32,
    best: TopK,
}

impl<'a> Search<'a> {
    fn new(query: &'a Query, longest: f32, k: usize) -> Self {
        let levels: Vec<u8> = query.values().iter().map(|&value| level(value)).collect();
        let left = |(&value, &level): (&i16, &u8)| i32::from(value) - LEVEL * (i32::from(level) - SHIFT);
        let rest: Vec<i32> = query.values().iter().zip(&levels).map(left).collect();
        let scale = query.score(1, 1.0);
        Self {
            query,
            levels,
            scale: scale * LEVEL as f32,
            rest: length(&rest) * scale * longest + SLACK,
            best: TopK::new(k),
        }
    }

    /// What a row must exceed by its levels.
    fn bar(&self) -> f32 {
        self.best.bar() - self.rest
    }

    /// Takes a row that could be among the best.
    fn offer(&mut self, rows: Rows<'_>, row: usize) {
        let values = &rows.values[row * rows.dimension..][..rows.dimension];
        self.best.push(row as u32, self.query.score(dot(values, self.query.values()), rows.scales[row]));
    }
}

#[derive(Clone, Copy)]
struct Scan<'a> {
    rows: Rows<'a>,
    facts: &'a Facts,
}

impl<'a> Scan<'a> {
    /// Offers the `wanted` rows of the block from `start` to four searches.
    fn four_queries(self, searches: &mut [&mut Search<'_>], start: usize, wanted: u64) {
        if wanted == 0 {
            return;
        }
        let levels: [&[u8]; 4] = std::array::from_fn(|i| searches[i].levels.as_slice());
        let lanes = Lanes {
            scales: std::array::from_fn(|i| searches[i].scale),
            bars: std::array::from_fn(|i| searches[i].bar()),
        };
        let over = over_four(self.block(start, BLOCK), levels, &lanes);
        for (search, over) in searches.iter_mut().zip(over) {
            bits(over & wanted).for_each(|at| search.offer(self.rows, start + at));
        }
    }

    /// Offers the `wanted` rows of four places of `count` rows to one search.
    fn one_query(self, search: &mut Search<'_>, starts: [usize; 4], wanted: [u64; 4], count: usize) {
        // Another place stands in for one of which nothing is wanted.
        let Some(some) = wanted.iter().position(|&wanted| wanted != 0) else { return };
        let lanes = Lanes { scales: [search.scale; 4], bars: [search.bar(); 4] };
        let place = |place: usize| self.block(starts[if wanted[place] == 0 { some } else { place }], count);
        let over = over_one(std::array::from_fn(place), &search.levels, &lanes);
        for place in 0..4 {
            bits(over[place] & wanted[place]).for_each(|at| search.offer(self.rows, starts[place] + at));
        }
    }

    fn block(self, start: usize, count: usize) -> Block<'a> {
        let end = (start + count).min(self.rows.scales.len());
        Block {
            values: &self.rows.values[start * self.rows.dimension..end * self.rows.dimension],
            scales: &self.rows.scales[start..end],
            shifts: &self.facts.shifts[start..end],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use predilect_core::UnitVector;
    use predilect_core::candidates::chance;
    use predilect_core::vector::quantise_row;
    use proptest::prelude::*;

    proptest! {
        /// Hits and scores are those of the full scan, with filters, equal rows, removed ones, rows of one value
        /// only (`flat`), and rows that are longer than 1, as a file may hold them.
        #[test]
        fn hits_are_those_of_the_full_scan(
            steps in 1_usize..6,
            n in 0_usize..700,
            k in 0_usize..30,
            flat in any::<bool>(),
            every in 1_usize..5,
            seed in any::<u64>(),
        ) {
            let d = steps * STEP;
            let value = |i: usize| {
                let value = (chance(seed, i as u64) - 0.5) as f32;
                if flat { value.signum() } else { value + 1e-3 }
            };
            let vector = |r: usize| (0..d).map(|j| value(r % 400 * d + j)).collect::<Vec<f32>>();
            let (mut values, mut scales) = (Vec::new(), Vec::new());
            for r in 0..n {
                let (row, scale) = quantise_row(&UnitVector::new(&vector(r)).unwrap());
                values.extend(row);
                scales.push(match r % 50 { 7 => 0.0, 9 => scale * 1.5, _ => scale });
            }
            let rows = Rows { values: &values, scales: &scales, dimension: d };
            let mut allowed = Bitmap::empty(n);
            (0..n).filter(|r| r % every == 0 && r / 64 % 3 != 1).for_each(|r| allowed.insert(r));
            let queries: Vec<Query> = (0..6).map(|i| Query::new(&UnitVector::new(&vector(395 + i)).unwrap())).collect();
            let queries: Vec<&Query> = queries.iter().collect();
            let mut facts = Facts::default();
            facts.extend(Rows { values: &values[..n / 2 * d], scales: &scales[..n / 2], dimension: d });
            facts.extend(rows);
            let found = top_k(rows, &facts, &queries, k, &allowed);
            prop_assert_eq!(&found, &crate::top_k(rows, None, &queries, k, &allowed));
            for (query, hits) in queries.iter().zip(&found) {
                prop_assert_eq!(&top_k(rows, &facts, &[query], k, &allowed)[0], hits);
            }
        }
    }
}
