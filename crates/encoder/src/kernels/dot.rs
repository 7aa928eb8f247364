//! Integer dot products: four rows of 14-bit values with eight columns of int8 weights.
//!
//! Weights lie in panels of eight columns, in pairs of rows: `panel[pair][column][2]`, 16 bytes a pair. A pair of
//! activations is spread over a register and multiplied with the pairs of all columns at once, so that every lane holds the
//! sum of one column from the first step to the last. Whoever calls keeps the sums below 2^31; then all kernels agree.

/// Rows of a tile.
pub(crate) const ROWS: usize = 4;
/// Columns of a panel.
pub(crate) const COLUMNS: usize = 8;
/// Weights of a column that lie together.
pub(crate) const GROUP: usize = 2;

/// Dot products of each row with each column.
pub(crate) type Tile = [[i32; COLUMNS]; ROWS];

/// The definition. `rows` have equal lengths, a multiple of [`GROUP`]; `panel` has [`COLUMNS`] times as many bytes.
#[cfg_attr(any(target_arch = "x86_64", target_family = "wasm"), allow(dead_code))]
pub(crate) fn scalar(rows: [&[i16]; ROWS], panel: &[i8]) -> Tile {
    let mut tile = [[0_i32; COLUMNS]; ROWS];
    for (g, group) in panel.as_chunks::<{ GROUP * COLUMNS }>().0.iter().enumerate() {
        for (row, sums) in rows.iter().zip(&mut tile) {
            let x = &row[g * GROUP..][..GROUP];
            for (column, sum) in group.as_chunks::<GROUP>().0.iter().zip(sums) {
                let dot: i32 = x.iter().zip(column).map(|(&x, &w)| i32::from(x) * i32::from(w)).sum();
                *sum = sum.wrapping_add(dot);
            }
        }
    }
    tile
}

/// Two values as the bits of one.
#[cfg(any(target_arch = "x86_64", all(target_family = "wasm", target_feature = "simd128")))]
#[inline(always)]
fn pair(x: [i16; GROUP]) -> i32 {
    i32::from(x[1]) << 16 | i32::from(x[0] as u16)
}

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
pub(crate) mod avx2 {
    use super::{COLUMNS, GROUP, ROWS, Tile, pair};
    use std::arch::x86_64::{
        __m128i, __m256i, _mm_loadu_si128, _mm256_add_epi32, _mm256_cvtepi8_epi16, _mm256_madd_epi16,
        _mm256_set1_epi32, _mm256_setzero_si256, _mm256_storeu_si256,
    };

    /// As [`super::scalar`].
    #[target_feature(enable = "avx2")]
    #[inline]
    pub(crate) fn tile(rows: [&[i16]; ROWS], panel: &[i8]) -> Tile {
        let mut sums = [_mm256_setzero_si256(); ROWS];
        let groups = panel.as_chunks::<{ GROUP * COLUMNS }>().0;
        let rows = rows.map(|r| &r.as_chunks::<GROUP>().0[..groups.len()]);
        for (g, group) in groups.iter().enumerate() {
            // SAFETY: `group` is 16 readable bytes; the load has no alignment to keep.
            let w = _mm256_cvtepi8_epi16(unsafe { _mm_loadu_si128(group.as_ptr().cast::<__m128i>()) });
            for r in 0..ROWS {
                sums[r] = _mm256_add_epi32(sums[r], _mm256_madd_epi16(_mm256_set1_epi32(pair(rows[r][g])), w));
            }
        }
        sums.map(|sum| {
            let mut lanes = [0i32; COLUMNS];
            // SAFETY: `lanes` is 32 writable bytes; the store has no alignment to keep.
            unsafe { _mm256_storeu_si256(lanes.as_mut_ptr().cast::<__m256i>(), sum) };
            lanes
        })
    }
}

#[cfg(all(target_family = "wasm", target_feature = "simd128"))]
#[allow(unsafe_code)]
pub(crate) mod wasm {
    use super::{COLUMNS, GROUP, ROWS, Tile, pair};
    use std::arch::wasm32::{
        i16x8_extend_high_i8x16, i16x8_extend_low_i8x16, i32x4_add, i32x4_dot_i16x8, i32x4_extract_lane, i32x4_splat,
        v128, v128_load,
    };

    /// As [`super::scalar`].
    #[inline]
    pub(crate) fn tile(rows: [&[i16]; ROWS], panel: &[i8]) -> Tile {
        let groups = panel.as_chunks::<{ GROUP * COLUMNS }>().0;
        let rows = rows.map(|r| &r.as_chunks::<GROUP>().0[..groups.len()]);
        let mut low = [i32x4_splat(0); ROWS];
        let mut high = low;
        for (g, group) in groups.iter().enumerate() {
            // SAFETY: `group` is 16 readable bytes; the load has no alignment to keep.
            let w = unsafe { v128_load(group.as_ptr().cast::<v128>()) };
            let (w0, w1) = (i16x8_extend_low_i8x16(w), i16x8_extend_high_i8x16(w));
            for r in 0..ROWS {
                let x = i32x4_splat(pair(rows[r][g]));
                low[r] = i32x4_add(low[r], i32x4_dot_i16x8(x, w0));
                high[r] = i32x4_add(high[r], i32x4_dot_i16x8(x, w1));
            }
        }
        let mut tile = [[0; COLUMNS]; ROWS];
        for r in 0..ROWS {
            tile[r] = lanes(low[r], high[r]);
        }
        tile
    }

    #[inline]
    fn lanes(low: v128, high: v128) -> [i32; COLUMNS] {
        [
            i32x4_extract_lane::<0>(low),
            i32x4_extract_lane::<1>(low),
            i32x4_extract_lane::<2>(low),
            i32x4_extract_lane::<3>(low),
            i32x4_extract_lane::<0>(high),
            i32x4_extract_lane::<1>(high),
            i32x4_extract_lane::<2>(high),
            i32x4_extract_lane::<3>(high),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Checks the machine's own kernel against the definition.
    fn check(x: &[i16], w: &[i8], groups: usize) {
        let length = groups * GROUP;
        let rows = [0, 1, 2, 3].map(|r| &x[r * length..][..length]);
        let expected = scalar(rows, &w[..length * COLUMNS]);
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            // SAFETY: the machine has AVX2.
            #[allow(unsafe_code)]
            let got = unsafe { avx2::tile(rows, &w[..length * COLUMNS]) };
            assert_eq!(got, expected);
        }
        let by_hand: i32 = (0..length)
            .map(|k| i32::from(x[2 * length + k]) * i32::from(w[(k / GROUP) * 16 + 5 * GROUP + k % GROUP]))
            .sum();
        assert_eq!(expected[2][5], by_hand);
    }

    #[test]
    fn extremes_do_not_overflow() {
        for w in [-128, 127] {
            check(&[16_383; 4 * 1024], &vec![w; 8 * 1024], 512);
        }
    }

    proptest! {
        #[test]
        fn kernels_equal_the_definition(
            groups in 0usize..80,
            x in prop::collection::vec(0_i16..16_384, 4 * 160),
            w in prop::collection::vec(any::<i8>(), 8 * 160),
        ) {
            check(&x, &w, groups);
        }
    }
}
