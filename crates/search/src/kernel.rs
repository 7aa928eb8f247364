//! The integer dot product of an int8 row and a 14-bit query.
//!
//! The scalar loop is the reference and the native path (compilers vectorise integer sums). In wasm with `simd128` two
//! accumulators of `i32x4.dot_i16x8_s` run over 16 values a step. The sum cannot overflow: see
//! [`predilect_core::vector::MAX_DIMENSION`].

/// Dot product of equally long slices; the shorter one decides otherwise.
pub fn dot_scalar(row: &[i8], query: &[i16]) -> i32 {
    predilect_core::vector::dot(row, query)
}

/// Dot product by the fastest kernel of this build, equal to [`dot_scalar`].
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline]
pub fn dot(row: &[i8], query: &[i16]) -> i32 {
    dot_scalar(row, query)
}

/// Dot product by the fastest kernel of this build, equal to [`dot_scalar`].
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline]
#[allow(unsafe_code)]
pub fn dot(row: &[i8], query: &[i16]) -> i32 {
    use core::arch::wasm32::{
        i16x8_extend_high_i8x16, i16x8_extend_low_i8x16, i32x4_add, i32x4_dot_i16x8, i32x4_extract_lane, i32x4_splat,
        v128, v128_load,
    };
    let n = row.len().min(query.len());
    let steps = n / 16;
    let (mut low, mut high) = (i32x4_splat(0), i32x4_splat(0));
    for step in 0..steps {
        let at = step * 16;
        // SAFETY: `at + 16 <= n`, and both slices hold at least `n` values; v128_load needs no alignment.
        let (r, q0, q1) = unsafe {
            (
                v128_load(row.as_ptr().add(at).cast::<v128>()),
                v128_load(query.as_ptr().add(at).cast::<v128>()),
                v128_load(query.as_ptr().add(at + 8).cast::<v128>()),
            )
        };
        low = i32x4_add(low, i32x4_dot_i16x8(i16x8_extend_low_i8x16(r), q0));
        high = i32x4_add(high, i32x4_dot_i16x8(i16x8_extend_high_i8x16(r), q1));
    }
    let sum = i32x4_add(low, high);
    let lanes = i32x4_extract_lane::<0>(sum)
        + i32x4_extract_lane::<1>(sum)
        + i32x4_extract_lane::<2>(sum)
        + i32x4_extract_lane::<3>(sum);
    lanes + dot_scalar(&row[steps * 16..n], &query[steps * 16..n])
}
