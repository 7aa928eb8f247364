//! Linear layers: int8 weights, activations quantised row by row on the fly.

use super::dot::{COLUMNS, GROUP, Tile};
use super::float::range;

/// Rows that go through all panels together: their bytes stay in the cache while the weights stream past.
const BLOCK: usize = 48;

/// Largest quantised activation: 14 bits. With 7, the nearest neighbour of too many texts changes.
const TOP: u16 = 16_383;

/// `y = x W + b` with `W` in int8 and one scale per column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Linear {
    inputs: usize,
    outputs: usize,
    /// [`super::dot`]'s layout, zeros where a panel is not full.
    panels: Vec<i8>,
    /// Per column: scale, sum of the weights, bias.
    columns: Vec<[[f32; COLUMNS]; 3]>,
    /// Largest quantised activation: [`TOP`], or less where weights are so heavy that a sum could overflow.
    top: u16,
}

/// Reused between calls.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    quantised: Vec<i16>,
    /// Per row: smallest value and step.
    rows: Vec<(f32, f32)>,
}

impl Linear {
    /// From weights `[inputs][outputs]`, a scale per output, and a bias per output.
    ///
    /// `scales` and `bias` have `outputs` values, `weights` has `inputs * outputs`.
    pub(crate) fn new(inputs: usize, weights: &[i8], scales: &[f32], bias: &[f32]) -> Linear {
        let outputs = scales.len();
        let groups = inputs.div_ceil(GROUP);
        let panel_count = outputs.div_ceil(COLUMNS);
        let mut panels = vec![0i8; panel_count * groups * GROUP * COLUMNS];
        let mut columns = vec![[[0.0; COLUMNS]; 3]; panel_count];
        let (mut sums, mut sizes) = (vec![0i32; outputs], vec![0_u32; outputs]);
        for (k, row) in weights.chunks_exact(outputs.max(1)).enumerate() {
            for (n, &w) in row.iter().enumerate() {
                let group = (n / COLUMNS) * groups + k / GROUP;
                panels[(group * COLUMNS + n % COLUMNS) * GROUP + k % GROUP] = w;
                sums[n] += i32::from(w);
                sizes[n] += u32::from(w.unsigned_abs());
            }
        }
        for n in 0..outputs {
            let [scale, sum, shift] = &mut columns[n / COLUMNS];
            scale[n % COLUMNS] = scales[n];
            sum[n % COLUMNS] = sums[n] as f32;
            shift[n % COLUMNS] = bias[n];
        }
        let largest = sizes.into_iter().max().unwrap_or(0).max(1);
        let top = (i32::MAX as u32 / largest).min(u32::from(TOP)) as u16;
        Linear { inputs, outputs, panels, columns, top }
    }

    /// Length of a row of `x`.
    pub(crate) fn inputs(&self) -> usize {
        self.inputs
    }

    /// Length of a row of `y`.
    pub(crate) fn outputs(&self) -> usize {
        self.outputs
    }

    /// Bytes kept in memory.
    pub(crate) fn bytes(&self) -> usize {
        self.panels.len() + self.columns.len() * size_of::<[[f32; COLUMNS]; 3]>()
    }

    /// Fills `y` (rows of `outputs`) from `x` (as many rows of `inputs`).
    pub(crate) fn run(&self, x: &[f32], y: &mut [f32], scratch: &mut Scratch) {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            // SAFETY: the machine has AVX2, which is all that the function asks for.
            #[allow(unsafe_code)]
            unsafe {
                run_avx2(self, x, y, scratch);
            }
            return;
        }
        #[cfg(all(target_family = "wasm", target_feature = "simd128"))]
        run_with::<4, 1>(self, x, y, scratch, super::dot::wasm::tile, super::dot::wasm::tile);
        #[cfg(not(all(target_family = "wasm", target_feature = "simd128")))]
        run_with::<4, 1>(self, x, y, scratch, super::dot::scalar, super::dot::scalar);
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn run_avx2(layer: &Linear, x: &[f32], y: &mut [f32], scratch: &mut Scratch) {
    use super::dot::avx2::tile;
    // Twelve sums, two panels and a row fill the registers.
    run_with::<6, 2>(
        layer,
        x,
        y,
        scratch,
        |rows, panels, out| tile(rows, panels, out),
        |rows, panel, out| tile(rows, panel, out),
    );
}

/// `tile` takes `R` rows and `P` panels at a time, `single` the panels that are left.
#[inline(always)]
fn run_with<const R: usize, const P: usize>(
    layer: &Linear,
    x: &[f32],
    y: &mut [f32],
    scratch: &mut Scratch,
    tile: impl Fn([&[i16]; R], [&[i8]; P], &mut Tile<R, P>),
    single: impl Fn([&[i16]; R], [&[i8]; 1], &mut Tile<R, 1>),
) {
    let stride = layer.inputs.next_multiple_of(GROUP);
    for (x, y) in x.chunks(BLOCK * layer.inputs).zip(y.chunks_mut(BLOCK * layer.outputs)) {
        quantise(x, layer.inputs, stride, layer.top, scratch);
        let mut panel = 0;
        while panel + P <= layer.columns.len() {
            multiply(layer, panel, scratch, &tile, y);
            panel += P;
        }
        for panel in panel..layer.columns.len() {
            multiply(layer, panel, scratch, &single, y);
        }
    }
}

/// Multiplies the quantised rows with `P` panels.
#[inline(always)]
fn multiply<const R: usize, const P: usize>(
    layer: &Linear,
    first: usize,
    scratch: &Scratch,
    tile: &impl Fn([&[i16]; R], [&[i8]; P], &mut Tile<R, P>),
    y: &mut [f32],
) {
    let stride = layer.inputs.next_multiple_of(GROUP);
    let rows = y.len() / layer.outputs;
    let panels = std::array::from_fn(|p| &layer.panels[(first + p) * stride * COLUMNS..][..stride * COLUMNS]);
    let mut dots = [[[0; COLUMNS]; P]; R];
    for from in (0..rows).step_by(R) {
        let real = R.min(rows - from);
        let row = |r: usize| &scratch.quantised[(from + r.min(real - 1)) * stride..][..stride];
        tile(std::array::from_fn(row), panels, &mut dots);
        for (r, dots) in dots.iter().enumerate().take(real) {
            let (low, step) = scratch.rows[from + r];
            for (p, dots) in dots.iter().enumerate() {
                let [scale, sum, bias] = &layer.columns[first + p];
                let value = |c: usize| (step * dots[c] as f32 + low * sum[c]) * scale[c] + bias[c];
                let at = (first + p) * COLUMNS;
                let out = &mut y[(from + r) * layer.outputs..][..layer.outputs][at..];
                match out.first_chunk_mut::<COLUMNS>() {
                    Some(full) => *full = std::array::from_fn(value),
                    None => out.iter_mut().enumerate().for_each(|(c, out)| *out = value(c)),
                }
            }
        }
    }
}

/// `x = low + step * q` with `q` in 0..=top, low and step of each row from its smallest and largest value.
#[inline(always)]
fn quantise(x: &[f32], width: usize, stride: usize, top: u16, scratch: &mut Scratch) {
    scratch.rows.clear();
    scratch.quantised.clear();
    scratch.quantised.resize(x.len() / width * stride, 0);
    for (row, out) in x.chunks_exact(width).zip(scratch.quantised.chunks_exact_mut(stride)) {
        let (low, high) = range(row);
        let factor = f32::from(top) / (high - low);
        let factor = if factor.is_finite() { factor } else { 0.0 };
        for (out, &v) in out.iter_mut().zip(row) {
            // Adding 2^23 leaves the value, rounded to the nearest integer, in the low bits.
            *out = (((v - low) * factor + 8_388_608.0).to_bits() & u32::from(TOP)) as i16;
        }
        scratch.rows.push((low, (high - low) / f32::from(top)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// The distance to the exact product is at most what rounding each activation by half a step can do.
        #[test]
        fn result_is_within_the_rounding_of_the_activations(
            inputs in 1usize..70, outputs in 1usize..35, rows in 1usize..60, seed in any::<u64>(),
        ) {
            let mut state = seed;
            let mut next = move || {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                (state >> 40) as f32 / (1 << 23) as f32 - 1.0
            };
            let weights: Vec<i8> = (0..inputs * outputs).map(|_| (next() * 127.0) as i8).collect();
            let scales: Vec<f32> = (0..outputs).map(|_| next().abs() * 0.01).collect();
            let bias: Vec<f32> = (0..outputs).map(|_| next()).collect();
            let x: Vec<f32> = (0..rows * inputs).map(|_| next() * 3.0 + 1.0).collect();
            let layer = Linear::new(inputs, &weights, &scales, &bias);
            let mut y = vec![f32::NAN; rows * outputs];
            layer.run(&x, &mut y, &mut Scratch::default());
            for (row, got) in x.chunks_exact(inputs).zip(y.chunks_exact(outputs)) {
                let (low, high) = range(row);
                let half_step = f64::from(high - low) / 2.0 / f64::from(TOP);
                for n in 0..outputs {
                    let w = |k: usize| f64::from(weights[k * outputs + n]) * f64::from(scales[n]);
                    let exact = f64::from(bias[n]) + (0..inputs).map(|k| f64::from(row[k]) * w(k)).sum::<f64>();
                    let allowed = half_step * (0..inputs).map(|k| w(k).abs()).sum::<f64>() * 1.01 + 1e-4;
                    prop_assert!((f64::from(got[n]) - exact).abs() <= allowed, "{} {}", got[n], exact);
                }
            }
        }
    }

    #[test]
    fn rows_do_not_depend_on_their_neighbours() {
        let (inputs, outputs) = (37, 19);
        let weights: Vec<i8> = (0..inputs * outputs).map(|i| (i * 37 % 255) as u8 as i8).collect();
        let layer = Linear::new(inputs, &weights, &vec![0.01; outputs], &vec![0.5; outputs]);
        let x: Vec<f32> = (0..inputs * 101).map(|i| (i * i % 97) as f32 - 40.0).collect();
        let mut all = vec![0.0; outputs * 101];
        layer.run(&x, &mut all, &mut Scratch::default());
        let mut scratch = Scratch::default();
        for (x, expected) in x.chunks_exact(inputs).zip(all.chunks_exact(outputs)) {
            let mut y = vec![0.0; outputs];
            layer.run(x, &mut y, &mut scratch);
            assert_eq!(y, expected);
        }
    }

    #[test]
    fn constant_rows_and_wild_values_do_not_crash() {
        let layer = Linear::new(3, &[1, -1, 2], &[0.5], &[1.0]);
        let mut y = [0.0; 4];
        layer.run(
            &[2.0, 2.0, 2.0, 0.0, 0.0, 0.0, f32::NAN, 1.0, 2.0, f32::INFINITY, 0.0, 1.0],
            &mut y,
            &mut Scratch::default(),
        );
        assert_eq!(y[..2], [3.0, 1.0]);
    }
}
