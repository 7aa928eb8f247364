//! Linear layers: int8 weights, activations quantised row by row on the fly: to 8 bits where the weights of a column span
//! 7, which is twice as fast, else, and where it is asked for, to 14.

use super::bytes::Bytes;
use super::dot::{COLUMNS, GROUP, Tile};
use super::float::range;

/// Rows that go through all panels together: their bytes stay in the cache while the weights stream past.
const BLOCK: usize = 48;

/// Largest quantised activation of 14 bits.
const TOP: u16 = 16_383;

/// `y = x W + b` with `W` in int8 and one scale per column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Linear {
    inputs: usize,
    outputs: usize,
    /// Per panel of columns: scale, sum of the weights, bias.
    columns: Vec<[[f32; COLUMNS]; 3]>,
    weights: Weights,
}

#[derive(Debug, Clone, PartialEq)]
enum Weights {
    /// For activations of 8 bits.
    Narrow(Bytes),
    Wide(Wide),
}

/// Weights for activations of 14 bits.
#[derive(Debug, Clone, PartialEq)]
struct Wide {
    /// [`super::dot`]'s layout, zeros where a panel is not full.
    panels: Vec<i8>,
    /// Largest quantised activation: [`TOP`], or less where weights are so heavy that a sum could overflow.
    top: u16,
}

/// Bits of an activation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Activations {
    /// 8 where the weights allow it.
    Fast,
    /// 14.
    Fine,
}

/// Reused between calls.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    quantised: Vec<i16>,
    /// Per row: smallest value and step.
    rows: Vec<(f32, f32)>,
    pub(super) bytes: super::bytes::Scratch,
}

impl Linear {
    /// From weights `[inputs][outputs]`, a scale per output, and a bias per output.
    ///
    /// `scales` and `bias` have `outputs` values, `weights` has `inputs * outputs`.
    pub(crate) fn new(inputs: usize, weights: &[i8], scales: &[f32], bias: &[f32], activations: Activations) -> Linear {
        let outputs = scales.len();
        let mut columns = vec![[[0.0; COLUMNS]; 3]; outputs.div_ceil(COLUMNS)];
        let mut sums = vec![0i32; outputs];
        for row in weights.chunks_exact(outputs.max(1)) {
            sums.iter_mut().zip(row).for_each(|(sum, &w)| *sum += i32::from(w));
        }
        for n in 0..outputs {
            let [scale, sum, shift] = &mut columns[n / COLUMNS];
            scale[n % COLUMNS] = scales[n];
            sum[n % COLUMNS] = sums[n] as f32;
            shift[n % COLUMNS] = bias[n];
        }
        let narrow = match activations {
            Activations::Fast => Bytes::new(inputs, outputs, weights),
            Activations::Fine => None,
        };
        let weights = match narrow {
            Some(bytes) => Weights::Narrow(bytes),
            None => Weights::Wide(Wide::new(inputs, outputs, weights)),
        };
        Linear { inputs, outputs, columns, weights }
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
        let weights = match &self.weights {
            Weights::Narrow(bytes) => bytes.bytes(),
            Weights::Wide(wide) => wide.panels.len(),
        };
        weights + self.columns.len() * size_of::<[[f32; COLUMNS]; 3]>()
    }

    /// Fills `y` (rows of `outputs`) from `x` (as many rows of `inputs`).
    pub(crate) fn run(&self, x: &[f32], y: &mut [f32], scratch: &mut Scratch) {
        let wide = match &self.weights {
            Weights::Narrow(bytes) => return bytes.run(self.outputs, &self.columns, x, y, &mut scratch.bytes),
            Weights::Wide(wide) => wide,
        };
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            // SAFETY: the machine has AVX2, which is all that the function asks for.
            #[allow(unsafe_code)]
            unsafe {
                run_avx2(self, wide, x, y, scratch);
            }
            return;
        }
        #[cfg(all(target_family = "wasm", target_feature = "simd128"))]
        run_with::<4, 1>(self, wide, x, y, scratch, super::dot::wasm::tile, super::dot::wasm::tile);
        #[cfg(not(all(target_family = "wasm", target_feature = "simd128")))]
        run_with::<4, 1>(self, wide, x, y, scratch, super::dot::scalar, super::dot::scalar);
    }
}

impl Wide {
    fn new(inputs: usize, outputs: usize, weights: &[i8]) -> Wide {
        let groups = inputs.div_ceil(GROUP);
        let mut panels = vec![0i8; outputs.div_ceil(COLUMNS) * groups * GROUP * COLUMNS];
        let mut sizes = vec![0_u32; outputs];
        for (k, row) in weights.chunks_exact(outputs.max(1)).enumerate() {
            for (n, &w) in row.iter().enumerate() {
                let group = (n / COLUMNS) * groups + k / GROUP;
                panels[(group * COLUMNS + n % COLUMNS) * GROUP + k % GROUP] = w;
                sizes[n] += u32::from(w.unsigned_abs());
            }
        }
        let largest = sizes.into_iter().max().unwrap_or(0).max(1);
        Wide { panels, top: (i32::MAX as u32 / largest).min(u32::from(TOP)) as u16 }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn run_avx2(layer: &Linear, wide: &Wide, x: &[f32], y: &mut [f32], scratch: &mut Scratch) {
    use super::dot::avx2::tile;
    // Twelve sums, two panels and a row fill the registers.
    run_with::<6, 2>(
        layer,
        wide,
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
    wide: &Wide,
    x: &[f32],
    y: &mut [f32],
    scratch: &mut Scratch,
    tile: impl Fn([&[i16]; R], [&[i8]; P], &mut Tile<R, P>),
    single: impl Fn([&[i16]; R], [&[i8]; 1], &mut Tile<R, 1>),
) {
    let stride = layer.inputs.next_multiple_of(GROUP);
    for (x, y) in x.chunks(BLOCK * layer.inputs).zip(y.chunks_mut(BLOCK * layer.outputs)) {
        quantise(x, layer.inputs, stride, wide.top, scratch);
        let mut panel = 0;
        while panel + P <= layer.columns.len() {
            multiply(layer, wide, panel, scratch, &tile, y);
            panel += P;
        }
        for panel in panel..layer.columns.len() {
            multiply(layer, wide, panel, scratch, &single, y);
        }
    }
}

/// Multiplies the quantised rows with `P` panels.
#[inline(always)]
fn multiply<const R: usize, const P: usize>(
    layer: &Linear,
    wide: &Wide,
    first: usize,
    scratch: &Scratch,
    tile: &impl Fn([&[i16]; R], [&[i8]; P], &mut Tile<R, P>),
    y: &mut [f32],
) {
    let stride = layer.inputs.next_multiple_of(GROUP);
    let rows = y.len() / layer.outputs;
    let panels = std::array::from_fn(|p| &wide.panels[(first + p) * stride * COLUMNS..][..stride * COLUMNS]);
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
            inputs in 1usize..70, outputs in 1usize..35, rows in 1usize..60, most in 1u8..=127, fine in any::<bool>(),
            seed in any::<u64>(),
        ) {
            let activations = if fine { Activations::Fine } else { Activations::Fast };
            let mut state = seed;
            let mut next = move || {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                (state >> 40) as f32 / (1 << 23) as f32 - 1.0
            };
            let weights: Vec<i8> = (0..inputs * outputs).map(|_| (next() * f32::from(most)) as i8).collect();
            let scales: Vec<f32> = (0..outputs).map(|_| next().abs() * 0.01).collect();
            let bias: Vec<f32> = (0..outputs).map(|_| next()).collect();
            let x: Vec<f32> = (0..rows * inputs).map(|_| next() * 3.0 + 1.0).collect();
            let layer = Linear::new(inputs, &weights, &scales, &bias, activations);
            let steps = if matches!(layer.weights, Weights::Narrow(_)) { 254.0 } else { f64::from(TOP) };
            prop_assert_eq!(steps == 254.0, !fine && (most < 64 || matches!(layer.weights, Weights::Narrow(_))));
            let mut y = vec![f32::NAN; rows * outputs];
            layer.run(&x, &mut y, &mut Scratch::default());
            for (row, got) in x.chunks_exact(inputs).zip(y.chunks_exact(outputs)) {
                let (low, high) = range(row);
                let half_step = f64::from(high - low) / 2.0 / steps;
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
        for (modulus, activations) in [(255, Activations::Fine), (100, Activations::Fast)] {
            check_neighbours(modulus, activations);
        }
    }

    fn check_neighbours(modulus: usize, activations: Activations) {
        let (inputs, outputs) = (37, 19);
        let weights: Vec<i8> = (0..inputs * outputs).map(|i| (i * 37 % modulus) as u8 as i8).collect();
        let layer = Linear::new(inputs, &weights, &vec![0.01; outputs], &vec![0.5; outputs], activations);
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
        for activations in [Activations::Fast, Activations::Fine] {
            let layer = Linear::new(3, &[1, -1, 2], &[0.5], &[1.0], activations);
            let mut y = [0.0; 4];
            layer.run(
                &[2.0, 2.0, 2.0, 0.0, 0.0, 0.0, f32::NAN, 1.0, 2.0, f32::INFINITY, 0.0, 1.0],
                &mut y,
                &mut Scratch::default(),
            );
            assert_eq!(y[..2], [3.0, 1.0]);
        }
    }
}
