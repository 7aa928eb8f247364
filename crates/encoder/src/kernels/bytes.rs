//! Linear layers with activations of 8 bits: weights that span at most 7 bits a column, as [`super::dot8`] wants them.

use super::dot8::{COLUMNS, Ends, GROUP, Sums, ends_of};
use super::float::{range, range_by, sum_by};

/// Rows that go through all panels together: their bytes stay in the cache while the weights stream past.
const BLOCK: usize = 64;

/// Half the number of steps between the smallest and the largest activation of a row.
const TOP: f32 = 127.0;

/// A value so many times the root mean square of its row is an outlier: it would make the steps of all others coarse.
const FAR: f32 = 6.0;

/// A row with more outliers has none: each costs as much as some thirty values do otherwise.
const MOST: usize = 4;

/// The weights of a layer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bytes {
    inputs: usize,
    /// [`super::dot8`]'s layout, zeros where a panel is not full.
    panels: Vec<u8>,
    /// Per panel: what stands for a weight of zero in each column.
    zeros: Vec<Sums>,
    /// All panels' ends, and where those of each begin.
    ends: Vec<u32>,
    ends_at: Vec<usize>,
}

/// Reused between calls.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    narrow: Vec<i8>,
    #[cfg(all(target_family = "wasm", target_feature = "simd128"))]
    wide: Vec<i16>,
    rows: Vec<Row>,
    sums: Vec<Sums>,
    /// Of all rows, one after the other.
    outliers: Vec<Outlier>,
}

/// `x = middle + step * q`, the sum of all `q`, and how many outliers there are.
#[derive(Debug, Clone, Copy)]
struct Row {
    middle: f32,
    step: f32,
    sum: i32,
    outliers: usize,
}

/// What the integer at a place leaves of a value.
#[derive(Debug, Clone, Copy)]
struct Outlier {
    at: usize,
    rest: f32,
}

impl Bytes {
    /// From weights `[inputs][outputs]`; none where those of a column span more than 127.
    pub(super) fn new(inputs: usize, outputs: usize, weights: &[i8]) -> Option<Bytes> {
        let (mut low, mut high) = (vec![0i8; outputs], vec![0i8; outputs]);
        for row in weights.chunks_exact(outputs.max(1)) {
            for ((low, high), &w) in low.iter_mut().zip(&mut high).zip(row) {
                (*low, *high) = (w.min(*low), w.max(*high));
            }
        }
        if low.iter().zip(&high).any(|(&low, &high)| i16::from(high) - i16::from(low) > 127) {
            return None;
        }
        let stride = inputs.next_multiple_of(GROUP);
        let mut panels = vec![0u8; outputs.div_ceil(COLUMNS) * stride * COLUMNS];
        for (k, row) in weights.chunks_exact(outputs.max(1)).enumerate() {
            let at = k / GROUP * GROUP * COLUMNS + k % GROUP;
            for (n, (&w, &low)) in row.iter().zip(&low).enumerate() {
                panels[n / COLUMNS * stride * COLUMNS + at + n % COLUMNS * GROUP] = w.wrapping_sub(low).cast_unsigned();
            }
        }
        let zero = |columns: &[i8]| std::array::from_fn(|c| columns.get(c).map_or(0, |&low| -i32::from(low)));
        let (mut ends, mut ends_at) = (Vec::new(), vec![0]);
        for panel in panels.chunks_exact((stride * COLUMNS).max(1)) {
            ends.extend(ends_of(panel));
            ends_at.push(ends.len());
        }
        Some(Bytes { inputs, panels, zeros: low.chunks(COLUMNS).map(zero).collect(), ends, ends_at })
    }

    /// Bytes kept in memory.
    pub(super) fn bytes(&self) -> usize {
        self.panels.len() + size_of_val(&*self.zeros) + size_of_val(&*self.ends) + size_of_val(&*self.ends_at)
    }

    /// Fills `y` (rows of `outputs`) from `x`. `columns`: scale, sum of the weights and bias, per panel.
    pub(super) fn run(
        &self,
        outputs: usize,
        columns: &[[[f32; COLUMNS]; 3]],
        x: &[f32],
        y: &mut [f32],
        scratch: &mut Scratch,
    ) {
        for (x, y) in x.chunks(BLOCK * self.inputs).zip(y.chunks_mut(BLOCK * outputs)) {
            #[cfg(target_arch = "x86_64")]
            if std::arch::is_x86_feature_detected!("avx2") {
                // SAFETY: the machine has AVX2, which is all that the function asks for.
                #[allow(unsafe_code)]
                unsafe {
                    self.block_avx2(outputs, columns, x, y, scratch);
                }
                continue;
            }
            #[cfg(all(target_family = "wasm", target_feature = "simd128"))]
            if super::dot8::relaxed::installed() {
                self.block(outputs, columns, x, y, scratch, |s| &mut s.narrow, super::dot8::relaxed::dots);
            } else {
                let dots = |rows: &[i16], stride, panel: &_, _: &_, out: &mut _| {
                    super::dot8::wide::dots(rows, stride, panel, out)
                };
                self.block(outputs, columns, x, y, scratch, |s| &mut s.wide, dots);
            }
            #[cfg(not(all(target_family = "wasm", target_feature = "simd128")))]
            {
                let dots =
                    |rows: &[i8], stride, panel: &_, _: &_, out: &mut _| super::dot8::scalar(rows, stride, panel, out);
                self.block(outputs, columns, x, y, scratch, |s| &mut s.narrow, dots);
            }
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn block_avx2(
        &self,
        outputs: usize,
        columns: &[[[f32; COLUMNS]; 3]],
        x: &[f32],
        y: &mut [f32],
        scratch: &mut Scratch,
    ) {
        let dots = |rows: &[i8], stride, panel: &_, ends: &_, out: &mut _| {
            super::dot8::avx2::dots(rows, stride, panel, ends, out);
        };
        self.block(outputs, columns, x, y, scratch, |s| &mut s.narrow, dots);
    }

    #[inline(always)]
    #[allow(clippy::too_many_arguments)]
    fn block<T: Value>(
        &self,
        outputs: usize,
        columns: &[[[f32; COLUMNS]; 3]],
        x: &[f32],
        y: &mut [f32],
        scratch: &mut Scratch,
        place: impl Fn(&mut Scratch) -> &mut Vec<T>,
        dots: impl Fn(&[T], usize, &[u8], &Ends, &mut [Sums]),
    ) {
        let stride = self.inputs.next_multiple_of(GROUP);
        let count = x.len() / self.inputs;
        let mut quantised = std::mem::take(place(scratch));
        quantised.clear();
        quantised.resize(count * stride, T::default());
        scratch.rows.clear();
        scratch.outliers.clear();
        for (row, out) in x.chunks_exact(self.inputs).zip(quantised.chunks_exact_mut(stride)) {
            scratch.rows.push(quantise(row, out, &mut scratch.outliers));
        }
        scratch.sums.resize(count, [0; COLUMNS]);
        for (p, (panel, zeros)) in self.panels.chunks_exact(stride * COLUMNS).zip(&self.zeros).enumerate() {
            dots(&quantised, stride, panel, &self.ends[self.ends_at[p]..self.ends_at[p + 1]], &mut scratch.sums);
            let [scale, weights, bias] = &columns[p];
            let mut outliers = &*scratch.outliers;
            for ((sums, row), y) in scratch.sums.iter().zip(&scratch.rows).zip(y.chunks_exact_mut(outputs)) {
                let mut values: [f32; COLUMNS] = std::array::from_fn(|c| {
                    let dot = sums[c] - zeros[c] * row.sum;
                    row.step * dot as f32 + row.middle * weights[c]
                });
                let (own, others) = outliers.split_at(row.outliers);
                for outlier in own {
                    let group = &panel[outlier.at / GROUP * GROUP * COLUMNS..][..GROUP * COLUMNS];
                    let shift = outlier.at % GROUP * 8;
                    for ((value, four), zero) in values.iter_mut().zip(group.as_chunks::<GROUP>().0).zip(zeros) {
                        let weight = (u32::from_le_bytes(*four) >> shift & 255).cast_signed() - zero;
                        *value += outlier.rest * weight as f32;
                    }
                }
                outliers = others;
                let value = |c: usize| values[c] * scale[c] + bias[c];
                let out = &mut y[p * COLUMNS..];
                match out.first_chunk_mut::<COLUMNS>() {
                    Some(full) => *full = std::array::from_fn(value),
                    None => out.iter_mut().enumerate().for_each(|(c, out)| *out = value(c)),
                }
            }
        }
        *place(scratch) = quantised;
    }
}

/// What a quantised activation is kept as.
trait Value: Copy + Default {
    fn of(value: i32) -> Self;
}

impl Value for i8 {
    #[inline(always)]
    fn of(value: i32) -> i8 {
        value as i8
    }
}

#[cfg(all(target_family = "wasm", target_feature = "simd128"))]
impl Value for i16 {
    #[inline(always)]
    fn of(value: i32) -> i16 {
        value as i8 as i16
    }
}

/// Fills `out` with integers in -127..=127, and appends the row's outliers.
#[inline(always)]
fn quantise<T: Value>(row: &[f32], out: &mut [T], outliers: &mut Vec<Outlier>) -> Row {
    let from = outliers.len();
    let (mut low, mut high) = range(row);
    let far = FAR * (sum_by(row, |v| v * v) / row.len() as f32).sqrt();
    if high > far || low < -far {
        let count = sum_by(row, |v| if v.abs() > far { 1.0 } else { 0.0 });
        if count <= MOST as f32 {
            for (chunk, from) in row.chunks(16).zip((0..).step_by(16)) {
                if chunk.iter().fold(false, |any, v| any | (v.abs() > far)) {
                    let all = chunk.iter().zip(from..).filter(|(v, _)| v.abs() > far);
                    outliers.extend(all.map(|(&rest, at)| Outlier { at, rest }));
                }
            }
            (low, high) = range_by(row, |v| if v.abs() > far { 0.0 } else { v });
        }
    }
    let middle = (low + high) * 0.5;
    let factor = TOP / (high - middle);
    let factor = if factor.is_finite() { factor } else { 0.0 };
    let step = (high - middle) / TOP;
    let mut sum = 0;
    for (out, &v) in out.iter_mut().zip(row) {
        // Outliers stop at the ends of the range.
        let v = if v > high { high } else { v };
        let v = if v < low { low } else { v };
        // Adding 1.5 * 2^23 leaves the value, rounded to the nearest integer, in the low bits.
        let q = i32::from((((v - middle) * factor + 12_582_912.0).to_bits()) as u8 as i8);
        sum += q;
        *out = T::of(q);
    }
    for outlier in &mut outliers[from..] {
        let end = if outlier.rest > high { TOP } else { -TOP };
        outlier.rest -= middle + step * end;
    }
    Row { middle, step, sum, outliers: outliers.len() - from }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outliers_leave_the_steps_of_others_fine() {
        let mut row: Vec<f32> = (0..384).map(|i| (i as f32 * 0.7).sin()).collect();
        (row[5], row[300]) = (40.0, -25.0);
        let (mut out, mut outliers) = (vec![0i8; 384], Vec::new());
        let got = quantise(&row, &mut out, &mut outliers);
        assert_eq!((got.outliers, got.sum), (2, out.iter().map(|&q| i32::from(q)).sum()));
        for (at, (&v, &q)) in row.iter().zip(&out).enumerate() {
            let rest: f32 = outliers.iter().filter(|o| o.at == at).map(|o| o.rest).sum();
            assert!((got.middle + got.step * f32::from(q) + rest - v).abs() < 0.0041, "{at}");
        }
    }

    #[test]
    fn many_outliers_are_none() {
        let mut row = vec![0.01f32; 1536];
        row[..5].fill(9.0);
        let (mut out, mut outliers) = (vec![0i8; 1536], Vec::new());
        assert_eq!(quantise(&row, &mut out, &mut outliers).outliers, 0);
        assert!(outliers.is_empty() && out[0] == 127);
    }
}
