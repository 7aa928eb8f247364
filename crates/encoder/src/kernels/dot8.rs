//! Integer dot products: rows of 8-bit values with columns of weights that span 7 bits.
//!
//! Weights are stored from the smallest of their column upwards, in 0..=127, in panels of eight columns, four rows of
//! weights together: `panel[group][column][4]`. Two products at a time are added in 16 bits, and those sums are
//! added up in 16 bits, too, for as long as they cannot overflow: small weights, which coarsely rounded models have,
//! stay below for many groups. Only then ([`step_of`]) they move to 32 bits. All steps are exact, so all kernels agree.

/// Columns of a panel.
pub(crate) const COLUMNS: usize = 8;
/// Weights of a column that lie together.
pub(crate) const GROUP: usize = 4;
/// The most that the weights of a 16-bit sum may add up to: with the largest value, 128, it stays below 2^15.
pub(crate) const ROOM: u16 = 255;

/// Dot products of a row with the columns of a panel.
pub(crate) type Sums = [i32; COLUMNS];

/// After how many groups the 16-bit sums of a panel have to move on: the most for which they have room, a whole number
/// of fours where there are four. As many for all of a panel, so that processors foresee when.
pub(crate) fn step_of(panel: &[u8]) -> usize {
    let groups = panel.as_chunks::<{ GROUP * COLUMNS }>().0;
    let fours: Vec<Pairs> = groups.chunks(4).map(|four| sum(four.iter().map(pairs))).collect();
    let room = |sums: Pairs| sums.iter().all(|&sum| sum <= ROOM);
    let of_fours = (1..=8).rev().find(|&step| fours.chunks(step).all(|some| room(sum(some.iter().copied()))));
    let of_groups = || (1..4).rev().find(|&step| groups.chunks(step).all(|some| room(sum(some.iter().map(pairs)))));
    of_fours.map(|step| step * 4).or_else(of_groups).unwrap_or(1)
}

/// The weights that go into each 16-bit sum.
type Pairs = [u16; GROUP * COLUMNS / 2];

fn pairs(group: &[u8; GROUP * COLUMNS]) -> Pairs {
    std::array::from_fn(|i| u16::from(group[2 * i]) + u16::from(group[2 * i + 1]))
}

fn sum(all: impl Iterator<Item = Pairs>) -> Pairs {
    all.fold(Pairs::default(), |sums, more| std::array::from_fn(|i| sums[i] + more[i]))
}

/// Rows of quantised activations.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    values: Vec<i8>,
    /// The same where the kernel wants them so.
    #[cfg(all(target_family = "wasm", target_feature = "simd128"))]
    wide: Vec<i16>,
}

impl Rows {
    /// Room for so many values, all 0.
    pub(crate) fn clear(&mut self, count: usize) -> &mut [i8] {
        self.values.clear();
        self.values.resize(count, 0);
        &mut self.values
    }

    /// The values.
    #[cfg(test)]
    pub(crate) fn get(&self) -> &[i8] {
        &self.values
    }

    /// To be called when the values have changed.
    pub(crate) fn prepare(&mut self) {
        #[cfg(all(target_family = "wasm", target_feature = "simd128"))]
        if !relaxed::installed() {
            self.wide.clear();
            self.wide.extend(self.values.iter().map(|&value| i16::from(value)));
        }
    }

    /// Dot products of each row of `stride` values with the columns of a panel, whose [`step_of`] is `step`, by the best
    /// kernel there is. `out` has an element for each row.
    pub(crate) fn dots(&self, stride: usize, panel: &[u8], step: usize, out: &mut [Sums]) {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            // SAFETY: the machine has AVX2, which is all that the function asks for.
            #[allow(unsafe_code)]
            unsafe {
                avx2::dots(&self.values, stride, panel, step, out);
            }
            return;
        }
        #[cfg(all(target_family = "wasm", target_feature = "simd128"))]
        match relaxed::installed() {
            true => relaxed::dots(&self.values, stride, panel, step, out),
            false => wide::dots(&self.wide, stride, panel, out),
        }
        #[cfg(not(all(target_family = "wasm", target_feature = "simd128")))]
        scalar(&self.values, stride, panel, step, out);
    }
}

/// The definition: `out[row]` from each row of `stride` values and the panel.
#[cfg_attr(any(target_arch = "x86_64", target_family = "wasm"), allow(dead_code, reason = "the definition, for tests"))]
pub(crate) fn scalar(rows: &[i8], stride: usize, panel: &[u8], _step: usize, out: &mut [Sums]) {
    for (row, sums) in rows.chunks_exact(stride).zip(out) {
        *sums = [0; COLUMNS];
        for (x, group) in row.as_chunks::<GROUP>().0.iter().zip(panel.as_chunks::<{ GROUP * COLUMNS }>().0) {
            for (w, sum) in group.as_chunks::<GROUP>().0.iter().zip(sums.iter_mut()) {
                *sum += x.iter().zip(w).map(|(&x, &w)| i32::from(x) * i32::from(w)).sum::<i32>();
            }
        }
    }
}

/// What kernels rely on.
#[inline(always)]
#[cfg_attr(
    not(any(target_arch = "x86_64", target_family = "wasm")),
    allow(dead_code, reason = "other processors have no kernel")
)]
fn check(values: usize, stride: usize, panel: &[u8], step: usize, rows: usize) {
    assert!(stride.is_multiple_of(GROUP) && values >= rows * stride, "rows are whole");
    assert!(panel.len() == stride * COLUMNS, "the panel has a group for every group of a row");
    assert!(step > 0, "every step goes on");
}

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
pub(crate) mod avx2 {
    use super::{COLUMNS, GROUP, Sums, check};
    use std::arch::x86_64::{
        __m256i, _mm256_add_epi16, _mm256_add_epi32, _mm256_loadu_si256, _mm256_madd_epi16, _mm256_maddubs_epi16,
        _mm256_set1_epi16, _mm256_set1_epi32, _mm256_setzero_si256, _mm256_storeu_si256,
    };

    /// As [`super::scalar`].
    #[target_feature(enable = "avx2")]
    pub(crate) fn dots(rows: &[i8], stride: usize, panel: &[u8], step: usize, out: &mut [Sums]) {
        check(rows.len(), stride, panel, step, out.len());
        let mut left = out.len();
        while left > 0 {
            let from = out.len() - left;
            let (rows, to) = (&rows[from * stride..], &mut out[from..]);
            left -= match left {
                8.. => tile::<8>(rows, stride, panel, step, to),
                4.. => tile::<4>(rows, stride, panel, step, to),
                2.. => tile::<2>(rows, stride, panel, step, to),
                _ => tile::<1>(rows, stride, panel, step, to),
            };
        }
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn tile<const R: usize>(rows: &[i8], stride: usize, panel: &[u8], step: usize, out: &mut [Sums]) -> usize {
        let ones = _mm256_set1_epi16(1);
        let mut totals = [_mm256_setzero_si256(); R];
        let (mut g, groups) = (0, stride / GROUP);
        while g < groups {
            let mut sums = [_mm256_setzero_si256(); R];
            let end = groups.min(g + step);
            while g < end {
                // SAFETY: the panel has 32 bytes for each group (`check`); the load has no alignment to keep.
                let w = unsafe { _mm256_loadu_si256(panel.as_ptr().add(g * GROUP * COLUMNS).cast::<__m256i>()) };
                for (r, sum) in sums.iter_mut().enumerate() {
                    // SAFETY: there are R rows of `stride` values, of which these are four, the bits of one i32.
                    let x = unsafe { rows.as_ptr().add(r * stride + g * GROUP).cast::<i32>().read_unaligned() };
                    *sum = _mm256_add_epi16(*sum, _mm256_maddubs_epi16(w, _mm256_set1_epi32(x)));
                }
                g += 1;
            }
            for r in 0..R {
                totals[r] = _mm256_add_epi32(totals[r], _mm256_madd_epi16(sums[r], ones));
            }
        }
        for r in 0..R {
            // SAFETY: the sums of a row are 32 writable bytes; the store has no alignment to keep.
            unsafe { _mm256_storeu_si256(out[r].as_mut_ptr().cast::<__m256i>(), totals[r]) };
        }
        R
    }
}

/// Without relaxed SIMD: rows of i16, weights widened as they are loaded.
#[cfg(all(target_family = "wasm", target_feature = "simd128"))]
#[allow(unsafe_code)]
pub(crate) mod wide {
    use super::{COLUMNS, GROUP, Sums};
    use std::arch::wasm32::{
        i16x8_load_extend_u8x8, i32x4_add, i32x4_dot_i16x8, i32x4_shuffle, i32x4_splat, v128, v128_load64_splat,
        v128_store,
    };

    /// As [`super::scalar`], of rows of i16.
    pub(crate) fn dots(rows: &[i16], stride: usize, panel: &[u8], out: &mut [Sums]) {
        assert!(stride.is_multiple_of(GROUP) && rows.len() >= out.len() * stride, "rows are whole");
        assert!(panel.len() == stride * COLUMNS, "the panel has a group for every group of a row");
        let mut left = out.len();
        while left > 0 {
            let from = out.len() - left;
            let (rows, to) = (&rows[from * stride..], &mut out[from..]);
            left -= match left {
                4.. => tile::<4>(rows, stride, panel, to),
                3 => tile::<3>(rows, stride, panel, to),
                2 => tile::<2>(rows, stride, panel, to),
                _ => tile::<1>(rows, stride, panel, to),
            };
        }
    }

    /// Half a panel at a time: the sums of four rows then stay in registers.
    #[inline(always)]
    fn tile<const R: usize>(rows: &[i16], stride: usize, panel: &[u8], out: &mut [Sums]) -> usize {
        for half in 0..2 {
            let mut sums = [[i32x4_splat(0); 2]; R];
            for g in 0..stride / GROUP {
                let at = g * GROUP * COLUMNS + half * 16;
                // SAFETY: the panel has 32 bytes for each group; the loads have no alignment to keep.
                let w = unsafe {
                    let w = panel.as_ptr().add(at);
                    [i16x8_load_extend_u8x8(w), i16x8_load_extend_u8x8(w.add(8))]
                };
                for r in 0..R {
                    // SAFETY: there are R rows of `stride` values: four of them, the bits of one u64; no alignment to keep.
                    let x = unsafe { v128_load64_splat(rows.as_ptr().add(r * stride + g * GROUP).cast::<u64>()) };
                    sums[r][0] = i32x4_add(sums[r][0], i32x4_dot_i16x8(x, w[0]));
                    sums[r][1] = i32x4_add(sums[r][1], i32x4_dot_i16x8(x, w[1]));
                }
            }
            for r in 0..R {
                let [a, b] = sums[r];
                let sum = i32x4_add(i32x4_shuffle::<0, 2, 4, 6>(a, b), i32x4_shuffle::<1, 3, 5, 7>(a, b));
                // SAFETY: the sums of a row are 32 writable bytes, of which this is one half; no alignment to keep.
                unsafe { v128_store(out[r].as_mut_ptr().cast::<v128>().add(half), sum) };
            }
        }
        R
    }
}

/// The kernel for relaxed SIMD. A module with its instructions is refused as a whole where they are unknown, so it is a
/// small module of its own (`encoder-kernels`), loaded into the same memory where it is understood.
#[cfg(all(target_family = "wasm", target_feature = "simd128"))]
#[allow(unsafe_code)]
pub(crate) mod relaxed {
    use super::{Sums, check};
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// `rows`, `count`, `stride`, `panel`, `step`, `out`: as in [`dots`].
    type Kernel = unsafe extern "C" fn(*const i8, usize, usize, *const u8, usize, *mut i32);

    /// Its place in the module's table of functions; 0 is never one.
    static PLACE: AtomicUsize = AtomicUsize::new(0);

    /// Takes the kernel at a place of the module's table of functions.
    ///
    /// # Safety
    /// The function there is `dots` of `encoder-kernels`, and stays there.
    pub unsafe fn install(place: u32) {
        PLACE.store(place as usize, Ordering::Relaxed);
    }

    pub(crate) fn installed() -> bool {
        PLACE.load(Ordering::Relaxed) != 0
    }

    /// As [`super::scalar`]. Only where it is installed.
    pub(crate) fn dots(rows: &[i8], stride: usize, panel: &[u8], step: usize, out: &mut [Sums]) {
        check(rows.len(), stride, panel, step, out.len());
        let place = PLACE.load(Ordering::Relaxed);
        assert!(place != 0, "no kernel is installed");
        // SAFETY: a function pointer is a place in the table, and `install` was promised what is there. The kernel reads and
        // writes what `check` found to be there.
        unsafe {
            let kernel = std::mem::transmute::<usize, Kernel>(place);
            kernel(rows.as_ptr(), out.len(), stride, panel.as_ptr(), step, out.as_mut_ptr().cast::<i32>());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Checks the machine's own kernel against the definition, and the definition against a sum by hand.
    fn compare(rows: &[i8], count: usize, groups: usize, panel: &[u8]) {
        let stride = groups * GROUP;
        let (rows, panel) = (&rows[..count * stride], &panel[..stride * COLUMNS]);
        let mut expected = vec![[7; COLUMNS]; count];
        scalar(rows, stride, panel, 1, &mut expected);
        for (row, sums) in rows.chunks_exact(stride).zip(&expected) {
            let weight = |k: usize| i32::from(panel[(k / GROUP) * 32 + 5 * GROUP + k % GROUP]);
            assert_eq!(sums[5], (0..stride).map(|k| i32::from(row[k]) * weight(k)).sum::<i32>());
        }
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            let mut got = vec![[8; COLUMNS]; count];
            // SAFETY: the machine has AVX2.
            #[allow(unsafe_code)]
            unsafe {
                avx2::dots(rows, stride, panel, step_of(panel), &mut got);
            }
            assert_eq!(got, expected);
        }
    }

    #[test]
    fn extremes_do_not_overflow() {
        for x in [-128, 127] {
            for w in [0, 1, 7, 8, 9, 63, 64, 127] {
                compare(&[x; 3 * 1536], 3, 384, &[w; 1536 * COLUMNS]);
            }
        }
    }

    #[test]
    fn steps_are_as_long_as_they_may_be() {
        for (weight, step) in [(0, 32), (7, 16), (12, 8), (31, 4), (32, 3), (63, 2), (64, 1), (127, 1)] {
            assert_eq!(step_of(&[weight; 40 * 32]), step, "{weight}");
        }
        assert_eq!(step_of(&[]), 32);
    }

    proptest! {
        #[test]
        fn kernels_equal_the_definition(
            count in 1usize..20, groups in 1usize..50, most in 0u8..128, seed in any::<u64>(),
        ) {
            let mut state = seed;
            let mut next = move || {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                (state >> 48) as u16
            };
            let rows: Vec<i8> = (0..count * groups * GROUP).map(|_| next() as i8).collect();
            let panel: Vec<u8> = (0..groups * GROUP * COLUMNS).map(|_| (next() % (u16::from(most) + 1)) as u8).collect();
            compare(&rows, count, groups, &panel);
        }
    }
}
