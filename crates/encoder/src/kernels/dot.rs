//! Integer dot products: rows of 14-bit values with columns of int8 weights.
//!
//! Weights lie in panels of eight columns, in pairs of rows: `panel[pair][column][2]`, 16 bytes a pair. A pair of
//! activations is spread over a register and multiplied with the pairs of all columns at once, so that every lane holds the
//! sum of one column from the first step to the last. A tile is as many rows and panels as there are registers for: what
//! is loaded once is used by all of it. Whoever calls keeps the sums below 2^31; then all kernels agree.

/// Columns of a panel.
pub(crate) const COLUMNS: usize = 8;
/// Weights of a column that lie together.
pub(crate) const GROUP: usize = 2;

/// Dot products of each row with each column of each panel. Filled in place, for it is large enough for a
/// copy to be felt.
pub(crate) type Tile<const R: usize, const P: usize> = [[[i32; COLUMNS]; P]; R];

/// Pairs of values that all rows and panels have.
#[inline(always)]
fn groups<const R: usize, const P: usize>(rows: &[&[i16]; R], panels: &[&[i8]; P]) -> usize {
    let rows = rows.iter().map(|row| row.len() / GROUP);
    rows.chain(panels.iter().map(|panel| panel.len() / (GROUP * COLUMNS))).min().unwrap_or(0)
}

/// The definition. `rows` have equal lengths, a multiple of [`GROUP`]; `panels` have [`COLUMNS`] times as many bytes.
#[cfg_attr(
    any(target_arch = "x86_64", target_family = "wasm"),
    allow(dead_code, reason = "processors have kernels of their own")
)]
pub(crate) fn scalar<const R: usize, const P: usize>(rows: [&[i16]; R], panels: [&[i8]; P], tile: &mut Tile<R, P>) {
    *tile = [[[0; COLUMNS]; P]; R];
    for g in 0..groups(&rows, &panels) {
        for (row, sums) in rows.iter().zip(tile.iter_mut()) {
            let x = &row[g * GROUP..][..GROUP];
            for (panel, sums) in panels.iter().zip(sums) {
                let group = &panel[g * GROUP * COLUMNS..][..GROUP * COLUMNS];
                for (column, sum) in group.as_chunks::<GROUP>().0.iter().zip(sums) {
                    let dot: i32 = x.iter().zip(column).map(|(&x, &w)| i32::from(x) * i32::from(w)).sum();
                    *sum = sum.wrapping_add(dot);
                }
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
pub(crate) mod avx2 {
    use super::{COLUMNS, GROUP, Tile, groups};
    use std::arch::x86_64::{
        __m128i, __m256i, _mm_loadu_si128, _mm256_add_epi32, _mm256_cvtepi8_epi16, _mm256_madd_epi16,
        _mm256_set1_epi32, _mm256_setzero_si256, _mm256_storeu_si256,
    };

    /// As [`super::scalar`].
    #[target_feature(enable = "avx2")]
    #[inline]
    pub(crate) fn tile<const R: usize, const P: usize>(rows: [&[i16]; R], panels: [&[i8]; P], tile: &mut Tile<R, P>) {
        let mut sums = [[_mm256_setzero_si256(); P]; R];
        for g in 0..groups(&rows, &panels) {
            let mut weights = [_mm256_setzero_si256(); P];
            for p in 0..P {
                // SAFETY: every panel has 16 bytes for each group; the load has no alignment to keep.
                let w = unsafe { _mm_loadu_si128(panels[p].as_ptr().add(g * GROUP * COLUMNS).cast::<__m128i>()) };
                weights[p] = _mm256_cvtepi8_epi16(w);
            }
            for r in 0..R {
                // SAFETY: every row has two values for each group, the bits of one i32.
                let pair = unsafe { rows[r].as_ptr().add(g * GROUP).cast::<i32>().read_unaligned() };
                let x = _mm256_set1_epi32(pair);
                for p in 0..P {
                    sums[r][p] = _mm256_add_epi32(sums[r][p], _mm256_madd_epi16(x, weights[p]));
                }
            }
        }
        for r in 0..R {
            for p in 0..P {
                // SAFETY: the lanes are 32 writable bytes; the store has no alignment to keep.
                unsafe { _mm256_storeu_si256(tile[r][p].as_mut_ptr().cast::<__m256i>(), sums[r][p]) };
            }
        }
    }
}

#[cfg(all(target_family = "wasm", target_feature = "simd128"))]
#[allow(unsafe_code)]
pub(crate) mod wasm {
    use super::{COLUMNS, GROUP, Tile, groups};
    use std::arch::wasm32::{
        i16x8_extend_high_i8x16, i16x8_extend_low_i8x16, i32x4_add, i32x4_dot_i16x8, i32x4_splat, v128, v128_load,
        v128_load32_splat, v128_store,
    };

    /// As [`super::scalar`].
    #[inline(always)]
    pub(crate) fn tile<const R: usize, const P: usize>(rows: [&[i16]; R], panels: [&[i8]; P], tile: &mut Tile<R, P>) {
        let mut low = [[i32x4_splat(0); P]; R];
        let mut high = low;
        for g in 0..groups(&rows, &panels) {
            let (mut first, mut second) = ([i32x4_splat(0); P], [i32x4_splat(0); P]);
            for p in 0..P {
                // SAFETY: every panel has 16 bytes for each group; the load has no alignment to keep.
                let w = unsafe { v128_load(panels[p].as_ptr().add(g * GROUP * COLUMNS).cast::<v128>()) };
                (first[p], second[p]) = (i16x8_extend_low_i8x16(w), i16x8_extend_high_i8x16(w));
            }
            for r in 0..R {
                // SAFETY: every row has two values for each group, the bits of one u32; the load has no alignment to keep.
                let x = unsafe { v128_load32_splat(rows[r].as_ptr().add(g * GROUP).cast::<u32>()) };
                for p in 0..P {
                    low[r][p] = i32x4_add(low[r][p], i32x4_dot_i16x8(x, first[p]));
                    high[r][p] = i32x4_add(high[r][p], i32x4_dot_i16x8(x, second[p]));
                }
            }
        }
        for r in 0..R {
            for p in 0..P {
                // SAFETY: the lanes are 32 writable bytes; the stores have no alignment to keep.
                unsafe {
                    let to = tile[r][p].as_mut_ptr().cast::<v128>();
                    v128_store(to, low[r][p]);
                    v128_store(to.add(1), high[r][p]);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Checks the machine's own kernel against the definition, and the definition against one sum by hand.
    fn check(x: &[i16], w: &[i8], groups: usize) {
        let length = groups * GROUP;
        let rows = [0, 1, 2].map(|r| &x[r * length..][..length]);
        let panels = [0, 1].map(|p| &w[p * length * COLUMNS..][..length * COLUMNS]);
        let mut expected = [[[7; COLUMNS]; 2]; 3];
        scalar(rows, panels, &mut expected);
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            let mut got = [[[8; COLUMNS]; 2]; 3];
            // SAFETY: the machine has AVX2.
            #[allow(unsafe_code)]
            unsafe {
                avx2::tile(rows, panels, &mut got);
            }
            assert_eq!(got, expected);
        }
        let by_hand: i32 = (0..length)
            .map(|k| i32::from(x[2 * length + k]) * i32::from(panels[1][(k / GROUP) * 16 + 5 * GROUP + k % GROUP]))
            .sum();
        assert_eq!(expected[2][1][5], by_hand);
    }

    #[test]
    fn extremes_do_not_overflow() {
        for w in [-128, 127] {
            check(&[16_383; 3 * 1024], &vec![w; 2 * 8 * 1024], 512);
        }
    }

    proptest! {
        #[test]
        fn kernels_equal_the_definition(
            groups in 0usize..80,
            x in prop::collection::vec(0_i16..16_384, 3 * 160),
            w in prop::collection::vec(any::<i8>(), 2 * 8 * 160),
        ) {
            check(&x, &w, groups);
        }
    }
}
