//! Integer dot products of int8 rows and 14-bit queries, and the scan of a block of rows.
//!
//! The scalar code is the reference and the native path (compilers vectorise integer sums). In wasm with `simd128` each of
//! four products has an accumulator for `i32x4.dot_i16x8_s`; what is shared, a row or a query, is loaded and widened once
//! for all four. No sum can overflow: see [`crate::vector::MAX_DIMENSION`].

pub mod coarse;
pub mod lookup;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd;

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use simd::{over_bars, products};

/// Dot product of equally long slices; the shorter one decides otherwise.
pub fn dot_scalar(row: &[i8], query: &[i16]) -> i32 {
    row.iter().zip(query).map(|(&r, &q)| i32::from(r) * i32::from(q)).sum()
}

/// Dot product by the fastest kernel of this build, equal to [`dot_scalar`].
#[inline]
pub fn dot(row: &[i8], query: &[i16]) -> i32 {
    products::<1, 1, 1>([row], [query])[0]
}

/// [`dot`] of four rows; those that lie apart come from memory at the same time.
#[inline]
pub fn dots(rows: [&[i8]; 4], query: &[i16]) -> [i32; 4] {
    products::<4, 1, 4>(rows, [query])
}

/// Rows of a full block.
pub const BLOCK: usize = 64;

/// Rows, or their heads, next to each other.
#[derive(Debug, Clone, Copy)]
pub struct Block<'a> {
    /// As many values a row as a query has.
    pub values: &'a [i8],
    /// A scale a row; their number, at most [`BLOCK`], is that of the rows.
    pub scales: &'a [f32],
    /// Length of the rest of each row, as many as `scales`.
    pub tails: &'a [f32],
}

impl Block<'_> {
    /// No rows.
    pub const EMPTY: Self = Self { values: &[], scales: &[], tails: &[] };
}

/// What four lanes need to judge a row by its leading values.
#[derive(Debug, Clone, Copy)]
pub struct Lanes {
    /// Cosine of a dot product of 1 with a row of scale 1.
    pub scales: [f32; 4],
    /// Length of the rest of the query, as far as it is granted.
    pub tails: [f32; 4],
    /// What must be exceeded.
    pub bars: [f32; 4],
}

/// What rounding can add to a bound is far less than this.
pub const SLACK: f32 = 1e-5;

/// Dot products of every row with four queries, and which rows could exceed the bar of a query: bit `i` for row `i`.
pub fn scan_four(block: Block<'_>, queries: [&[i16]; 4], lanes: &Lanes, sums: &mut [[i32; 4]; BLOCK]) -> u64 {
    let head = queries[0].len();
    let mut over = 0;
    for (i, (&scale, &tail)) in block.scales.iter().zip(block.tails).enumerate().take(BLOCK) {
        sums[i] = products::<1, 4, 4>([&block.values[i * head..][..head]], queries);
        over |= u64::from(over_bars(&sums[i], [scale; 4], [tail; 4], lanes) != 0) << i;
    }
    over
}

/// [`scan_four`] for one query, whose scale, tail and bar fill all lanes, over blocks of four places. Memory that is read
/// in several places at a time comes about twice as fast. Sum `i` of place `j` is `sums[i][j]`.
pub fn scan_one(blocks: [Block<'_>; 4], query: &[i16], lanes: &Lanes, sums: &mut [[i32; 4]; BLOCK]) -> [u64; 4] {
    let head = query.len();
    let row = |place: usize, i: usize| &blocks[place].values[i * head..][..head];
    let counts = blocks.map(|block| block.scales.len().min(BLOCK));
    let shared = counts.into_iter().fold(BLOCK, usize::min);
    let mut over = [0; 4];
    for (i, sums) in sums.iter_mut().enumerate().take(shared) {
        *sums = dots([row(0, i), row(1, i), row(2, i), row(3, i)], query);
        let [scales, tails] = [blocks.map(|block| block.scales[i]), blocks.map(|block| block.tails[i])];
        let lanes = over_bars(sums, scales, tails, lanes);
        if lanes != 0 {
            for (place, over) in over.iter_mut().enumerate() {
                *over |= u64::from(lanes >> place & 1) << i;
            }
        }
    }
    for (place, over) in over.iter_mut().enumerate() {
        // What is left at the end of a place is looked at as a whole.
        for (i, sums) in sums.iter_mut().enumerate().take(counts[place]).skip(shared) {
            sums[place] = dot(row(place, i), query);
            *over |= 1 << i;
        }
    }
    over
}

/// Product `i` is that of row `i` and query `i`, where there is only one of a kind that one. `N` is the larger count.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline(always)]
fn products<const R: usize, const Q: usize, const N: usize>(rows: [&[i8]; R], queries: [&[i16]; Q]) -> [i32; N] {
    std::array::from_fn(|i| dot_scalar(rows[i % R], queries[i % Q]))
}

/// Which of four sums could exceed its bar: bit `i` for lane `i`.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline(always)]
fn over_bars(sums: &[i32; 4], scales: [f32; 4], tails: [f32; 4], lanes: &Lanes) -> u8 {
    let most = |i: usize| sums[i] as f32 * (scales[i] * lanes.scales[i]) + tails[i] * lanes.tails[i] + SLACK;
    (0..4).map(|i| u8::from(most(i) > lanes.bars[i]) << i).sum()
}
