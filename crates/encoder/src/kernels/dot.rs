//! Integer dot products: four rows of 7-bit values with eight columns of int8 weights.
//!
//! Weights lie in panels of eight columns, in groups of four rows: `panel[group][column][4]`, 32 bytes a group. A row of
//! activations holds values of 0 to 127. Then no intermediate of any instruction used here can saturate
//! (`2 * 127 * 128 < 2^15`), and relaxed SIMD, whose result depends on the machine only above 127, is exact as well.

/// Rows of a tile.
pub(crate) const ROWS: usize = 4;
/// Columns of a panel.
pub(crate) const COLUMNS: usize = 8;
/// Weights of a column that lie together.
pub(crate) const GROUP: usize = 4;

/// Dot products of each row with each column.
pub(crate) type Tile = [[i32; COLUMNS]; ROWS];

/// The definition. `rows` have equal lengths, a multiple of [`GROUP`]; `panel` has [`COLUMNS`] times as many bytes.
#[cfg_attr(any(target_arch = "x86_64", target_family = "wasm"), allow(dead_code))]
pub(crate) fn scalar(rows: [&[u8]; ROWS], panel: &[i8]) -> Tile {
    let mut tile = [[0; COLUMNS]; ROWS];
    for (g, group) in panel.as_chunks::<{ GROUP * COLUMNS }>().0.iter().enumerate() {
        for (row, sums) in rows.iter().zip(&mut tile) {
            let x = &row[g * GROUP..][..GROUP];
            for (column, sum) in group.as_chunks::<GROUP>().0.iter().zip(sums) {
                *sum += (0..GROUP).map(|i| i32::from(x[i]) * i32::from(column[i])).sum::<i32>();
            }
        }
    }
    tile
}

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
pub(crate) mod avx2 {
    use super::{COLUMNS, GROUP, ROWS, Tile};
    use std::arch::x86_64::{
        __m256i, _mm256_add_epi32, _mm256_loadu_si256, _mm256_madd_epi16, _mm256_maddubs_epi16, _mm256_set1_epi16,
        _mm256_set1_epi32, _mm256_setzero_si256, _mm256_storeu_si256,
    };

    /// As [`super::scalar`].
    #[target_feature(enable = "avx2")]
    #[inline]
    pub(crate) fn tile(rows: [&[u8]; ROWS], panel: &[i8]) -> Tile {
        let ones = _mm256_set1_epi16(1);
        let mut sums = [_mm256_setzero_si256(); ROWS];
        let groups = panel.as_chunks::<{ GROUP * COLUMNS }>().0;
        let rows = rows.map(|r| &r.as_chunks::<GROUP>().0[..groups.len()]);
        for (g, group) in groups.iter().enumerate() {
            // SAFETY: `group` is 32 readable bytes; the load has no alignment to keep.
            let w = unsafe { _mm256_loadu_si256(group.as_ptr().cast::<__m256i>()) };
            for r in 0..ROWS {
                let x = _mm256_set1_epi32(i32::from_le_bytes(rows[r][g]));
                sums[r] = _mm256_add_epi32(sums[r], _mm256_madd_epi16(_mm256_maddubs_epi16(x, w), ones));
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
    use super::{COLUMNS, GROUP, ROWS, Tile};
    use std::arch::wasm32::*;

    /// As [`super::scalar`].
    #[cfg(any(feature = "relaxed-simd", target_feature = "relaxed-simd"))]
    #[target_feature(enable = "relaxed-simd")]
    pub(crate) fn tile(rows: [&[u8]; ROWS], panel: &[i8]) -> Tile {
        let mut low = [i32x4_splat(0); ROWS];
        let mut high = low;
        let groups = panel.as_chunks::<{ GROUP * COLUMNS }>().0;
        let rows = rows.map(|r| &r.as_chunks::<GROUP>().0[..groups.len()]);
        for (g, group) in groups.iter().enumerate() {
            // SAFETY: `group` is 32 readable bytes; loads have no alignment to keep.
            let (w0, w1) = unsafe {
                let at = group.as_ptr().cast::<v128>();
                (v128_load(at), v128_load(at.add(1)))
            };
            for r in 0..ROWS {
                let x = i32x4_splat(i32::from_le_bytes(rows[r][g]));
                low[r] = i32x4_relaxed_dot_i8x16_i7x16_add(w0, x, low[r]);
                high[r] = i32x4_relaxed_dot_i8x16_i7x16_add(w1, x, high[r]);
            }
        }
        let mut tile = [[0; COLUMNS]; ROWS];
        for r in 0..ROWS {
            tile[r] = lanes(low[r], high[r]);
        }
        tile
    }

    /// As [`super::scalar`]. Four columns at a time: more sums than that do not fit the registers.
    #[cfg(not(any(feature = "relaxed-simd", target_feature = "relaxed-simd")))]
    #[inline]
    pub(crate) fn tile(rows: [&[u8]; ROWS], panel: &[i8]) -> Tile {
        let groups = panel.as_chunks::<{ GROUP * COLUMNS }>().0;
        let rows = rows.map(|r| &r.as_chunks::<GROUP>().0[..groups.len()]);
        let mut halves = [[i32x4_splat(0); ROWS]; 2];
        for (half, out) in halves.iter_mut().enumerate() {
            // Columns 0 and 1, columns 2 and 3: two partial sums each.
            let mut first = [i32x4_splat(0); ROWS];
            let mut second = first;
            for (g, group) in groups.iter().enumerate() {
                // SAFETY: 16 bytes from 0 or from 16 of a group of 32; loads have no alignment to keep.
                let w = unsafe { v128_load(group.as_ptr().add(half * 16).cast::<v128>()) };
                let (w0, w1) = (i16x8_extend_low_i8x16(w), i16x8_extend_high_i8x16(w));
                for r in 0..ROWS {
                    let x = u16x8_extend_low_u8x16(i32x4_splat(i32::from_le_bytes(rows[r][g])));
                    first[r] = i32x4_add(first[r], i32x4_dot_i16x8(w0, x));
                    second[r] = i32x4_add(second[r], i32x4_dot_i16x8(w1, x));
                }
            }
            for r in 0..ROWS {
                out[r] = i32x4_add(
                    i32x4_shuffle::<0, 2, 4, 6>(first[r], second[r]),
                    i32x4_shuffle::<1, 3, 5, 7>(first[r], second[r]),
                );
            }
        }
        let mut tile = [[0; COLUMNS]; ROWS];
        for r in 0..ROWS {
            tile[r] = lanes(halves[0][r], halves[1][r]);
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
    fn check(x: &[u8], w: &[i8], groups: usize) {
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
            .map(|k| i32::from(x[2 * length + k]) * i32::from(w[(k / GROUP) * 32 + 5 * GROUP + k % GROUP]))
            .sum();
        assert_eq!(expected[2][5], by_hand);
    }

    #[test]
    fn extremes_do_not_saturate() {
        for w in [-128, 127] {
            check(&[127; 4 * 1536], &vec![w; 8 * 1536], 384);
        }
    }

    proptest! {
        #[test]
        fn kernels_equal_the_definition(
            groups in 0usize..40,
            x in prop::collection::vec(0u8..128, 4 * 160),
            w in prop::collection::vec(any::<i8>(), 8 * 160),
        ) {
            check(&x, &w, groups);
        }
    }
}
