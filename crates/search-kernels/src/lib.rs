//! Two functions for browsers with relaxed SIMD, loaded into the memory of the module that searches vectors.
//!
//! Like those of the encoder they are a module of their own, without data and without a stack in memory.
#![cfg_attr(target_family = "wasm", no_std)]

#[cfg(all(target_family = "wasm", target_feature = "relaxed-simd"))]
#[allow(unsafe_code)]
mod kernel {
    use core::arch::wasm32::{
        f32x4, f32x4_convert_i32x4, f32x4_gt, f32x4_mul, f32x4_splat, i16x8_add, i16x8_relaxed_dot_i8x16_i7x16,
        i16x8_splat, i32x4, i32x4_add, i32x4_bitmask, i32x4_dot_i16x8, i32x4_shuffle, i32x4_splat, i32x4_sub,
        unreachable, v128, v128_load,
    };

    /// Where the rows of a place are, with a scale and a shift each.
    #[repr(C)]
    pub struct Place {
        values: *const i8,
        scales: *const f32,
        shifts: *const i32,
    }

    /// What four lanes need to judge a row: the cosine of a sum of 1, and what must be exceeded.
    #[repr(C)]
    pub struct Lanes {
        scales: v128,
        bars: v128,
    }

    /// Which rows of four places exceed the bar of a query of values in 0..=63, which fills all lanes: sets bit `i` of mask `p` for row `i`
    /// of place `p`.
    ///
    /// Relaxed SIMD leaves open what a value with its highest bit set means in the second factor, and what becomes of a
    /// sum of two products that 16 bits do not hold. Neither occurs, so all browsers agree; and two such sums fit as well.
    ///
    /// # Safety
    /// Every place has `count` rows of `dimension` values, a multiple of 16, at most 64 of them; there are `dimension` values behind `query`.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn one(
        places: &[Place; 4],
        count: usize,
        dimension: usize,
        query: *const u8,
        lanes: &Lanes,
        over: &mut [u64; 4],
    ) {
        let [a, b, c, d] = places;
        for i in 0..count {
            // SAFETY: row `i` is there, at each place.
            unsafe {
                let rows = [a, b, c, d].map(|place| place.values.add(i * dimension));
                let sums = sums(rows, dimension, query);
                let at = |place: &Place| (*place.scales.add(i), *place.shifts.add(i));
                let [a, b, c, d] = [at(a), at(b), at(c), at(d)];
                judge(sums, f32x4(a.0, b.0, c.0, d.0), i32x4(a.1, b.1, c.1, d.1), lanes, i, over);
            }
        }
    }

    /// Sums of four rows with a query.
    ///
    /// # Safety
    /// All have `dimension` values, a multiple of 16.
    #[inline(always)]
    unsafe fn sums(rows: [*const i8; 4], dimension: usize, query: *const u8) -> v128 {
        let ones = ones(dimension);
        let mut totals = [i32x4_splat(0); 4];
        // SAFETY: no step is past the end.
        unsafe {
            let mut at = 0;
            while at + 32 <= dimension {
                let query = [load(query, at), load(query.add(16), at)];
                for (total, row) in totals.iter_mut().zip(rows) {
                    *total = i32x4_add(
                        *total,
                        i32x4_dot_i16x8(products([load(row, at), load(row.add(16), at)], query), ones),
                    );
                }
                at += 32;
            }
            if at < dimension {
                for (total, row) in totals.iter_mut().zip(rows) {
                    let last = i16x8_relaxed_dot_i8x16_i7x16(load(row, at), load(query, at));
                    *total = i32x4_add(*total, i32x4_dot_i16x8(last, ones));
                }
            }
        }
        add_lanes(totals)
    }

    /// Which rows exceed the bars of four queries of values in 0..=63: sets bit `i` of mask `q` for row `i` and query `q`.
    ///
    /// # Safety
    /// The place has `count` rows of `dimension` values, a multiple of 16, at most 64 of them; there are `dimension` values behind each
    /// query.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn four(
        place: &Place,
        count: usize,
        dimension: usize,
        queries: &[*const u8; 4],
        lanes: &Lanes,
        over: &mut [u64; 4],
    ) {
        let (queries, ones) = (*queries, ones(dimension));
        let mut done = 0;
        while done < count {
            // Two at a time; a last one is taken twice.
            let both = [done, if done + 1 < count { done + 1 } else { done }];
            let mut totals = [[i32x4_splat(0); 4]; 2];
            // SAFETY: both rows are there, and four queries as long; no step is past their end.
            unsafe {
                let rows = both.map(|at| place.values.add(at * dimension));
                let mut at = 0;
                while at + 32 <= dimension {
                    let rows = rows.map(|row| [load(row, at), load(row.add(16), at)]);
                    for (q, query) in queries.into_iter().enumerate() {
                        let query = [load(query, at), load(query.add(16), at)];
                        for (totals, row) in totals.iter_mut().zip(rows) {
                            totals[q] = i32x4_add(totals[q], i32x4_dot_i16x8(products(row, query), ones));
                        }
                    }
                    at += 32;
                }
                if at < dimension {
                    for (q, query) in queries.into_iter().enumerate() {
                        for (totals, row) in totals.iter_mut().zip(rows) {
                            let last = i16x8_relaxed_dot_i8x16_i7x16(load(row, at), load(query, at));
                            totals[q] = i32x4_add(totals[q], i32x4_dot_i16x8(last, ones));
                        }
                    }
                }
                for (totals, at) in totals.into_iter().zip(both) {
                    let (scale, shift) = (*place.scales.add(at), *place.shifts.add(at));
                    judge(add_lanes(totals), f32x4_splat(scale), i32x4_splat(shift), lanes, at, over);
                }
            }
            done += 2;
        }
    }

    /// Eight times 1. Optimisers that see a constant put it into every step, where browsers make it anew each time.
    #[inline(always)]
    fn ones(dimension: usize) -> v128 {
        i16x8_splat((dimension % 16) as i16 + 1)
    }

    /// Products of 32 values, added up in 16 bits.
    #[inline(always)]
    fn products(row: [v128; 2], query: [v128; 2]) -> v128 {
        let first = i16x8_relaxed_dot_i8x16_i7x16(row[0], query[0]);
        i16x8_add(first, i16x8_relaxed_dot_i8x16_i7x16(row[1], query[1]))
    }

    /// Sets bit `at` of the masks of the lanes whose bar is exceeded, which few are.
    #[inline(always)]
    fn judge(sums: v128, scales: v128, shifts: v128, lanes: &Lanes, at: usize, over: &mut [u64; 4]) {
        let scores = f32x4_mul(f32x4_convert_i32x4(i32x4_sub(sums, shifts)), f32x4_mul(scales, lanes.scales));
        let bits = i32x4_bitmask(f32x4_gt(scores, lanes.bars));
        if bits != 0 {
            for (lane, mask) in over.iter_mut().enumerate() {
                *mask |= u64::from(bits >> lane & 1) << at;
            }
        }
    }

    /// # Safety
    /// 16 values are there from `at` on.
    #[inline(always)]
    unsafe fn load<T>(values: *const T, at: usize) -> v128 {
        // SAFETY: as promised; values are bytes, and the load has no alignment to keep.
        unsafe { v128_load(values.cast::<u8>().add(at).cast::<v128>()) }
    }

    /// The sum of the lanes of each.
    #[inline(always)]
    fn add_lanes([a, b, c, d]: [v128; 4]) -> v128 {
        let pair = |a, b| i32x4_add(i32x4_shuffle::<0, 4, 2, 6>(a, b), i32x4_shuffle::<1, 5, 3, 7>(a, b));
        let (ab, cd) = (pair(a, b), pair(c, d));
        i32x4_add(i32x4_shuffle::<0, 1, 4, 5>(ab, cd), i32x4_shuffle::<2, 3, 6, 7>(ab, cd))
    }

    #[panic_handler]
    fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
        unreachable()
    }
}
