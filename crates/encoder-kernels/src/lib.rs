//! One function for browsers with relaxed SIMD, loaded into the encoder's memory.
//!
//! A wasm module with an instruction that a browser does not know is refused as a whole. So the encoder carries this one
//! as bytes and loads it where it is understood; a second build of all of the encoder would weigh as much as the
//! first. It has no data and no stack in memory, for it shares that of the encoder; `xtask` refuses to build it otherwise.
#![cfg_attr(target_family = "wasm", no_std)]

#[cfg(all(target_family = "wasm", target_feature = "relaxed-simd"))]
#[allow(unsafe_code)]
mod kernel {
    use core::arch::wasm32::{
        i16x8_add, i16x8_relaxed_dot_i8x16_i7x16, i16x8_splat, i32x4_add, i32x4_dot_i16x8, i32x4_splat, unreachable,
        v128, v128_load, v128_load32_splat, v128_store,
    };

    /// Columns of a panel, and weights of a column that lie together.
    const COLUMNS: usize = 8;
    const GROUP: usize = 4;

    /// Dot products of `count` rows of `stride` values with the eight columns of a panel of weights in 0..=127.
    ///
    /// Relaxed SIMD leaves open what a value with its highest bit set means in the second factor, and what becomes of a
    /// sum of two products that 16 bits do not hold. Neither occurs, so all browsers agree.
    ///
    /// # Safety
    /// `rows` has `count * stride` values, `stride` being a multiple of 4, `panel` has 8 bytes for each value of a row,
    /// `out` takes 8 sums a row; `step` (see `predilect_encoder`'s `dot8`) is not 0.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn dots(
        rows: *const i8,
        count: usize,
        stride: usize,
        panel: *const u8,
        step: usize,
        out: *mut i32,
    ) {
        let mut done = 0;
        while done < count {
            // SAFETY: what the caller promised, from row `done` on; no tile has more rows than are left.
            unsafe {
                let (rows, out) = (rows.add(done * stride), out.add(done * COLUMNS));
                done += match count - done {
                    1 => tile::<1>(rows, stride, panel, step, out),
                    2 => tile::<2>(rows, stride, panel, step, out),
                    3 => tile::<3>(rows, stride, panel, step, out),
                    _ => tile::<4>(rows, stride, panel, step, out),
                };
            }
        }
    }

    /// # Safety
    /// As [`dots`], with R rows.
    #[inline(always)]
    unsafe fn tile<const R: usize>(
        rows: *const i8,
        stride: usize,
        panel: *const u8,
        step: usize,
        out: *mut i32,
    ) -> usize {
        let ones = i16x8_splat(1);
        let mut totals = [[i32x4_splat(0); 2]; R];
        let mut at = 0;
        while at < stride {
            let mut sums = [[i16x8_splat(0); 2]; R];
            let end = if stride - at < step * GROUP { stride } else { at + step * GROUP };
            while at < end {
                // SAFETY: no end is past a row's values, for each of which the panel has 8 bytes; no alignment to keep.
                let w = unsafe {
                    let w = panel.add(at * COLUMNS).cast::<v128>();
                    [v128_load(w), v128_load(w.add(1))]
                };
                for r in 0..R {
                    // SAFETY: there are R rows of `stride` values, which `at + 3` is not past; no alignment to keep.
                    let x = unsafe { v128_load32_splat(rows.add(r * stride + at).cast::<u32>()) };
                    sums[r][0] = i16x8_add(sums[r][0], i16x8_relaxed_dot_i8x16_i7x16(x, w[0]));
                    sums[r][1] = i16x8_add(sums[r][1], i16x8_relaxed_dot_i8x16_i7x16(x, w[1]));
                }
                at += GROUP;
            }
            for r in 0..R {
                totals[r][0] = i32x4_add(totals[r][0], i32x4_dot_i16x8(sums[r][0], ones));
                totals[r][1] = i32x4_add(totals[r][1], i32x4_dot_i16x8(sums[r][1], ones));
            }
        }
        for r in 0..R {
            // SAFETY: `out` takes 8 sums a row; no alignment to keep.
            unsafe {
                let to = out.add(r * COLUMNS).cast::<v128>();
                v128_store(to, totals[r][0]);
                v128_store(to.add(1), totals[r][1]);
            }
        }
        R
    }

    #[panic_handler]
    fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
        unreachable()
    }
}
