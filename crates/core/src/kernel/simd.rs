//! The kernels of wasm with `simd128`.

use super::{Lanes, SLACK, dot_scalar};
use core::arch::wasm32::{
    f32x4, f32x4_add, f32x4_convert_i32x4, f32x4_gt, f32x4_mul, f32x4_splat, i16x8_load_extend_i8x8, i32x4, i32x4_add,
    i32x4_bitmask, i32x4_dot_i16x8, i32x4_extract_lane, i32x4_shuffle, i32x4_splat, u8x16_add, u8x16_bitmask,
    u8x16_splat, u8x16_swizzle, u16x8_add, u16x8_le, u16x8_shl, u16x8_shr, u16x8_shuffle, u16x8_splat, v128, v128_and,
    v128_load, v128_or, v128_store,
};

/// See the scalar form.
#[inline(always)]
#[allow(unsafe_code)]
pub(super) fn products<const R: usize, const Q: usize, const N: usize>(
    rows: [&[i8]; R],
    queries: [&[i16]; Q],
) -> [i32; N] {
    let n = rows.iter().map(|row| row.len()).chain(queries.iter().map(|query| query.len())).min().unwrap_or(0);
    let steps = n / 16;
    let mut sums = [i32x4_splat(0); N];
    for step in 0..steps {
        let at = step * 16;
        // SAFETY: `at + 16 <= n`, and all rows and queries hold at least `n` values; loads need no alignment.
        let (low, high, first, second) = unsafe {
            (
                rows.map(|row| i16x8_load_extend_i8x8(row.as_ptr().add(at))),
                rows.map(|row| i16x8_load_extend_i8x8(row.as_ptr().add(at + 8))),
                queries.map(|query| v128_load(query.as_ptr().add(at).cast::<v128>())),
                queries.map(|query| v128_load(query.as_ptr().add(at + 8).cast::<v128>())),
            )
        };
        for (i, sum) in sums.iter_mut().enumerate() {
            let low = i32x4_dot_i16x8(low[i % R], first[i % Q]);
            *sum = i32x4_add(*sum, i32x4_add(low, i32x4_dot_i16x8(high[i % R], second[i % Q])));
        }
    }
    let mut out = add_lanes(sums);
    if steps * 16 < n {
        for (i, out) in out.iter_mut().enumerate() {
            *out += dot_scalar(&rows[i % R][steps * 16..n], &queries[i % Q][steps * 16..n]);
        }
    }
    out
}

/// The sum of the lanes of each.
#[inline(always)]
fn add_lanes<const N: usize>(sums: [v128; N]) -> [i32; N] {
    let pair = |a, b| i32x4_add(i32x4_shuffle::<0, 4, 2, 6>(a, b), i32x4_shuffle::<1, 5, 3, 7>(a, b));
    let at = |i: usize| sums.get(i).copied().unwrap_or(i32x4_splat(0));
    let (ab, cd) = (pair(at(0), at(1)), pair(at(2), at(3)));
    let sum = i32x4_add(i32x4_shuffle::<0, 1, 4, 5>(ab, cd), i32x4_shuffle::<2, 3, 6, 7>(ab, cd));
    let lanes = [
        i32x4_extract_lane::<0>(sum),
        i32x4_extract_lane::<1>(sum),
        i32x4_extract_lane::<2>(sum),
        i32x4_extract_lane::<3>(sum),
    ];
    std::array::from_fn(|i| lanes[i])
}

/// See the scalar form.
#[inline(always)]
pub(super) fn over_bars(sums: &[i32; 4], scales: [f32; 4], tails: [f32; 4], lanes: &Lanes) -> u8 {
    let vector = |v: [f32; 4]| f32x4(v[0], v[1], v[2], v[3]);
    let sums = f32x4_convert_i32x4(i32x4(sums[0], sums[1], sums[2], sums[3]));
    let head = f32x4_mul(sums, f32x4_mul(vector(scales), vector(lanes.scales)));
    let most = f32x4_add(head, f32x4_add(f32x4_mul(vector(tails), vector(lanes.tails)), f32x4_splat(SLACK)));
    i32x4_bitmask(f32x4_gt(most, vector(lanes.bars)))
}

/// See the definition, [`super::lookup`].
#[inline(always)]
#[allow(unsafe_code)]
pub(super) fn look_up(columns: &[[u8; 16]], tables: &[[u8; 16]], limit: u16, sums: &mut [u16; 16]) -> u16 {
    let load = |from: &[u8; 16]| {
        // SAFETY: 16 bytes are there; the load has no alignment to keep.
        unsafe { v128_load(from.as_ptr().cast::<v128>()) }
    };
    // Even rows and odd rows.
    let (mut even, mut odd) = (u16x8_splat(0), u16x8_splat(0));
    let (low, byte) = (u8x16_splat(15), u16x8_splat(255));
    for (pair, tables) in columns.as_chunks::<2>().0.iter().zip(tables.as_chunks::<4>().0) {
        let [first, second] = [load(&pair[0]), load(&pair[1])];
        let look = |table: usize, codes| u8x16_swizzle(load(&tables[table]), v128_and(codes, low));
        let one = u8x16_add(look(0, first), look(1, u16x8_shr(first, 4)));
        let two = u8x16_add(look(2, second), look(3, u16x8_shr(second, 4)));
        let four = u8x16_add(one, two);
        even = u16x8_add(even, v128_and(four, byte));
        odd = u16x8_add(odd, u16x8_shr(four, 8));
    }
    let limit = u16x8_splat(limit);
    let near = v128_or(v128_and(u16x8_le(even, limit), byte), u16x8_shl(u16x8_le(odd, limit), 8));
    let near = u8x16_bitmask(near);
    if near != 0 {
        let halves = [
            u16x8_shuffle::<0, 8, 1, 9, 2, 10, 3, 11>(even, odd),
            u16x8_shuffle::<4, 12, 5, 13, 6, 14, 7, 15>(even, odd),
        ];
        for (to, half) in sums.as_chunks_mut::<8>().0.iter_mut().zip(halves) {
            // SAFETY: 16 writable bytes are there; the store has no alignment to keep.
            unsafe { v128_store(to.as_mut_ptr().cast::<v128>(), half) };
        }
    }
    near
}
