//! Sums of int8 rows with queries of 6 bits, for browsers with relaxed SIMD.
//!
//! A query is cut to its leading bits, shifted upwards to 0..=63. Then two products at a time, and two such pairs, fit in 16 bits, and
//! the processor adds them up in a third of the steps. What was cut off can add no more to a score than the product of both
//! lengths (Cauchy and Schwarz): rows that stay below the bar with it are out, the few others are looked at exactly, so
//! that the hits are those of an exact scan.
//!
//! The kernel is a small module of its own (`predilect-search-kernels`), as a module with instructions that a browser does not know
//! is refused as a whole; it is loaded into the memory of the module that installs it.

use super::BLOCK;

/// What a level of a coarse query stands for, in terms of the query's values.
pub const LEVEL: i32 = 256;
/// What is added to levels, so that none is below 0.
pub const SHIFT: i32 = 32;
/// Dimensions are multiples of this.
pub const STEP: usize = 16;

/// The level of a value of a query, 0..=63.
pub fn level(value: i16) -> u8 {
    (((i32::from(value) + LEVEL / 2).div_euclid(LEVEL) + SHIFT).clamp(0, 2 * SHIFT - 1)) as u8
}

/// Whether there is a kernel for rows of this dimension.
pub fn available(dimension: usize) -> bool {
    dimension.is_multiple_of(STEP) && dimension > 0 && installed()
}

/// At most [`BLOCK`] rows next to each other.
#[derive(Debug, Clone, Copy)]
pub struct Block<'a> {
    /// As many values a row as a query has.
    pub values: &'a [i8],
    /// A scale a row.
    pub scales: &'a [f32],
    /// [`SHIFT`] times the sum of each row.
    pub shifts: &'a [i32],
}

/// What four lanes need to judge a row.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(16))]
pub struct Lanes {
    /// Cosine of a sum of 1 with a row of scale 1.
    pub scales: [f32; 4],
    /// What must be exceeded, less all that a query's levels may leave out.
    pub bars: [f32; 4],
}

/// Which rows of a block exceed the bar of a query: bit `i` of mask `q` for row `i` and query `q`.
pub fn over_four(block: Block<'_>, queries: [&[u8]; 4], lanes: &Lanes) -> [u64; 4] {
    let (d, count) = (queries[0].len(), block.scales.len());
    assert!(queries.iter().all(|query| query.len() == d), "queries are equally long");
    check(&block, d, count);
    #[cfg(target_family = "wasm")]
    if installed() {
        return guest::over_four(block, queries, lanes);
    }
    let mut over = [0; 4];
    for i in 0..count {
        let sums = queries.map(|query| product(&block.values[i * d..][..d], query) - block.shifts[i]);
        judge(sums, [block.scales[i]; 4], lanes).for_each(|q| over[q] |= 1 << i);
    }
    over
}

/// [`over_four`] for one query, which fills all lanes, and rows at four places; a mask for each. Only the first rows of a place are
/// judged, as many as all places have; the others are said to be over.
pub fn over_one(places: [Block<'_>; 4], query: &[u8], lanes: &Lanes) -> [u64; 4] {
    let (d, counts) = (query.len(), places.map(|block| block.scales.len()));
    let shared = counts.into_iter().fold(BLOCK, usize::min);
    places.iter().for_each(|block| check(block, d, shared));
    let mut over = counts.map(|count| below(count) & !below(shared));
    #[cfg(target_family = "wasm")]
    if installed() {
        guest::over_one(places, shared, query, lanes, &mut over);
        return over;
    }
    for i in 0..shared {
        let sums = places.map(|block| product(&block.values[i * d..][..d], query) - block.shifts[i]);
        judge(sums, places.map(|block| block.scales[i]), lanes).for_each(|place| over[place] |= 1 << i);
    }
    over
}

/// What kernels rely on.
fn check(block: &Block<'_>, d: usize, count: usize) {
    assert!(d.is_multiple_of(STEP) && count <= BLOCK, "so are the steps of the kernels");
    let Block { values, scales, shifts } = block;
    assert!(values.len() >= d * count && scales.len() >= count && shifts.len() >= count, "rows are whole");
}

/// The lowest `count` bits.
fn below(count: usize) -> u64 {
    if count >= 64 { u64::MAX } else { (1 << count) - 1 }
}

/// The definition of a sum.
fn product(row: &[i8], query: &[u8]) -> i32 {
    row.iter().zip(query).map(|(&r, &q)| i32::from(r) * i32::from(q)).sum()
}

/// The definition of what is over: the lanes.
fn judge(sums: [i32; 4], scales: [f32; 4], lanes: &Lanes) -> impl Iterator<Item = usize> {
    (0..4).filter(move |&i| sums[i] as f32 * (scales[i] * lanes.scales[i]) > lanes.bars[i])
}

#[cfg(not(target_family = "wasm"))]
fn installed() -> bool {
    false
}

#[cfg(target_family = "wasm")]
pub use guest::install;
#[cfg(target_family = "wasm")]
use guest::installed;

#[cfg(target_family = "wasm")]
#[allow(unsafe_code)]
mod guest {
    use super::{Block, Lanes};
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Where the rows of a place are.
    #[repr(C)]
    struct Place {
        values: *const i8,
        scales: *const f32,
        shifts: *const i32,
    }

    impl From<Block<'_>> for Place {
        fn from(block: Block<'_>) -> Self {
            Self { values: block.values.as_ptr(), scales: block.scales.as_ptr(), shifts: block.shifts.as_ptr() }
        }
    }

    /// Four places, the number of rows of each, the dimension, the query, the lanes, the masks.
    type One = unsafe extern "C" fn(&[Place; 4], usize, usize, *const u8, &Lanes, &mut [u64; 4]);
    /// A place, its rows, the dimension, the queries, the lanes, the masks.
    type Four = unsafe extern "C" fn(&Place, usize, usize, &[*const u8; 4], &Lanes, &mut [u64; 4]);

    /// Their places in the module's table of functions; 0 is never one.
    static ONE: AtomicUsize = AtomicUsize::new(0);
    static FOUR: AtomicUsize = AtomicUsize::new(0);

    /// Takes the kernels at two places of the module's table of functions.
    ///
    /// # Safety
    /// The functions there are `one` and `four` of `predilect-search-kernels`, and stay there.
    pub unsafe fn install(one: u32, four: u32) {
        FOUR.store(four as usize, Ordering::Relaxed);
        ONE.store(one as usize, Ordering::Relaxed);
    }

    pub(super) fn installed() -> bool {
        ONE.load(Ordering::Relaxed) != 0
    }

    /// Only where it is installed, of what was checked.
    pub(super) fn over_one(places: [Block<'_>; 4], shared: usize, query: &[u8], lanes: &Lanes, over: &mut [u64; 4]) {
        let places = places.map(Place::from);
        // SAFETY: a function pointer is a place in the table, and `install` was promised what is there. Every place holds `shared`
        // rows as long as the query, a multiple of 16, with their scales and shifts, as the caller checked.
        unsafe {
            let kernel = std::mem::transmute::<usize, One>(ONE.load(Ordering::Relaxed));
            kernel(&places, shared, query.len(), query.as_ptr(), lanes, over);
        }
    }

    /// Only where it is installed, of what was checked.
    pub(super) fn over_four(block: Block<'_>, queries: [&[u8]; 4], lanes: &Lanes) -> [u64; 4] {
        let (d, mut over) = (queries[0].len(), [0; 4]);
        // SAFETY: as for `over_one`; all queries have the same length, as the caller checked.
        unsafe {
            let kernel = std::mem::transmute::<usize, Four>(FOUR.load(Ordering::Relaxed));
            kernel(&block.into(), block.scales.len(), d, &queries.map(<[u8]>::as_ptr), lanes, &mut over);
        }
        over
    }
}
