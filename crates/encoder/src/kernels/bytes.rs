//! Linear layers with activations of 8 bits: weights that span at most 7 bits a column, as [`super::dot8`] wants them.

use super::dot8::{COLUMNS, GROUP, Rows, Sums, step_of};
use super::float::{most, range, range_by, sum_by};
use super::widest;

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
    /// Per panel: [`step_of`].
    steps: Vec<usize>,
}

/// Reused between calls.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    values: Rows,
    rows: Vec<Row>,
    sums: Vec<Sums>,
    /// Of all rows, one after the other.
    outliers: Vec<Outlier>,
    /// Inputs that are outliers in any row, and their weights in the panel at hand.
    places: Vec<usize>,
    heavy: Vec<[f32; COLUMNS]>,
}

/// `x = middle + step * q`, the sum of all `q`, and how many outliers there are.
#[derive(Debug, Clone, Copy)]
struct Row {
    middle: f32,
    step: f32,
    sum: i32,
    outliers: usize,
}

/// What the integer at a place leaves of a value; the place is one of [`Scratch::places`].
#[derive(Debug, Clone, Copy)]
struct Outlier {
    place: usize,
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
        for (panel, from) in panels.chunks_exact_mut((stride * COLUMNS).max(1)).zip((0..).step_by(COLUMNS)) {
            let least = padded(&low, from);
            for (group, rows) in panel.as_chunks_mut().0.iter_mut().zip(weights.chunks(GROUP * outputs)) {
                let mut given = [least; GROUP];
                for (given, row) in given.iter_mut().zip(rows.chunks_exact(outputs)) {
                    *given = padded(row, from);
                }
                *group = shifted(given, least);
            }
        }
        let zero = |columns: &[i8]| std::array::from_fn(|c| columns.get(c).map_or(0, |&low| -i32::from(low)));
        let steps = panels.chunks_exact((stride * COLUMNS).max(1)).map(step_of).collect();
        Some(Bytes { inputs, panels, zeros: low.chunks(COLUMNS).map(zero).collect(), steps })
    }

    /// Bytes kept in memory.
    pub(super) fn bytes(&self) -> usize {
        self.panels.len() + size_of_val(&*self.zeros) + size_of_val(&*self.steps)
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
        let stride = self.inputs.next_multiple_of(GROUP);
        for (x, y) in x.chunks(BLOCK * self.inputs).zip(y.chunks_mut(BLOCK * outputs)) {
            quantise(x, self.inputs, scratch);
            let Scratch { values, rows, sums, outliers, places, heavy } = &mut *scratch;
            values.prepare();
            sums.resize(rows.len(), [0; COLUMNS]);
            for (p, (panel, zeros)) in self.panels.chunks_exact(stride * COLUMNS).zip(&self.zeros).enumerate() {
                values.dots(stride, panel, self.steps[p], sums);
                heavy.clear();
                heavy.extend(places.iter().map(|&at| {
                    let group = &panel[at / GROUP * GROUP * COLUMNS..][..GROUP * COLUMNS];
                    std::array::from_fn(|c| (i32::from(group[c * GROUP + at % GROUP]) - zeros[c]) as f32)
                }));
                let panel = Panel { at: p * COLUMNS, zeros, heavy, columns: &columns[p] };
                finish(sums, rows, outliers, panel, y, outputs);
            }
        }
    }
}

/// The values of a panel that begins at `from`, zeros where it is not full.
#[inline(always)]
fn padded(row: &[i8], from: usize) -> [i8; COLUMNS] {
    let row = &row[from..];
    row.first_chunk().copied().unwrap_or_else(|| std::array::from_fn(|c| row.get(c).copied().unwrap_or(0)))
}

/// How far four rows of weights are above the least of their columns, column by column.
#[inline(always)]
#[cfg(all(target_family = "wasm", target_feature = "simd128"))]
fn shifted(rows: [[i8; COLUMNS]; GROUP], least: [i8; COLUMNS]) -> [u8; GROUP * COLUMNS] {
    use std::arch::wasm32::{i8x16_shuffle, i8x16_sub, i64x2, i64x2_extract_lane};
    let word = |row: [i8; COLUMNS]| i64::from_le_bytes(row.map(i8::cast_unsigned));
    let two = |a, b| i8x16_sub(i64x2(word(a), word(b)), i64x2(word(least), word(least)));
    let (a, b) = (two(rows[0], rows[1]), two(rows[2], rows[3]));
    let first = i8x16_shuffle::<0, 8, 16, 24, 1, 9, 17, 25, 2, 10, 18, 26, 3, 11, 19, 27>(a, b);
    let second = i8x16_shuffle::<4, 12, 20, 28, 5, 13, 21, 29, 6, 14, 22, 30, 7, 15, 23, 31>(a, b);
    let words = [
        i64x2_extract_lane::<0>(first),
        i64x2_extract_lane::<1>(first),
        i64x2_extract_lane::<0>(second),
        i64x2_extract_lane::<1>(second),
    ];
    let mut out = [0; GROUP * COLUMNS];
    out.as_chunks_mut().0.iter_mut().zip(words).for_each(|(out, word)| *out = word.to_le_bytes());
    out
}

/// How far four rows of weights are above the least of their columns, column by column.
#[inline(always)]
#[cfg(not(all(target_family = "wasm", target_feature = "simd128")))]
fn shifted(rows: [[i8; COLUMNS]; GROUP], least: [i8; COLUMNS]) -> [u8; GROUP * COLUMNS] {
    std::array::from_fn(|i| rows[i % GROUP][i / GROUP].wrapping_sub(least[i / GROUP]).cast_unsigned())
}

/// What the sums of a panel become results with.
#[derive(Clone, Copy)]
struct Panel<'a> {
    /// Its first column.
    at: usize,
    zeros: &'a Sums,
    /// Per place of outliers: the weights.
    heavy: &'a [[f32; COLUMNS]],
    /// Scale, sum of the weights, bias.
    columns: &'a [[f32; COLUMNS]; 3],
}

widest! {
    /// Fills the columns of a panel in rows of `outputs`.
    fn finish(sums: &[Sums], rows: &[Row], outliers: &[Outlier], panel: Panel<'_>, y: &mut [f32], outputs: usize) {
        let Panel { at, zeros, heavy, columns: [scale, weights, bias] } = panel;
        let mut outliers = outliers.iter();
        for ((sums, row), y) in sums.iter().zip(rows).zip(y.chunks_exact_mut(outputs)) {
            let mut values = [0.0; COLUMNS];
            for c in 0..COLUMNS {
                values[c] = row.step * (sums[c] - zeros[c] * row.sum) as f32 + row.middle * weights[c];
            }
            for outlier in outliers.by_ref().take(row.outliers) {
                let weights = &heavy[outlier.place];
                for c in 0..COLUMNS {
                    values[c] += outlier.rest * weights[c];
                }
            }
            for c in 0..COLUMNS {
                values[c] = values[c] * scale[c] + bias[c];
            }
            let y = &mut y[at..];
            match y.first_chunk_mut() {
                Some(full) => *full = values,
                None => y.iter_mut().zip(values).for_each(|(y, value)| *y = value),
            }
        }
    }
}

widest! {
    /// Quantises rows of `width` values.
    fn quantise(x: &[f32], width: usize, scratch: &mut Scratch) {
        let stride = width.next_multiple_of(GROUP);
        scratch.rows.clear();
        scratch.outliers.clear();
        scratch.places.clear();
        let out = scratch.values.clear(x.len() / width * stride);
        for (row, out) in x.chunks_exact(width).zip(out.chunks_exact_mut(stride)) {
            scratch.rows.push(quantise_row(row, out, &mut scratch.outliers, &mut scratch.places));
        }
    }
}

/// Fills `out` with integers in -127..=127, and appends the row's outliers.
#[inline(always)]
fn quantise_row(row: &[f32], out: &mut [i8], outliers: &mut Vec<Outlier>, places: &mut Vec<usize>) -> Row {
    let from = outliers.len();
    let (mut low, mut high) = range(row);
    let far = FAR * (sum_by(row, |v| v * v) / row.len() as f32).sqrt();
    if high > far || low < -far {
        let (chunks, rest) = row.as_chunks::<16>();
        let chunks = chunks.iter().map(<[f32; 16]>::as_slice).chain([rest]);
        for (chunk, at) in chunks.zip((0..).step_by(16)) {
            if most(chunk) > far.to_bits() {
                for (&rest, at) in chunk.iter().zip(at..).filter(|(v, _)| v.abs() > far) {
                    let place = places.iter().position(|&place| place == at).unwrap_or(places.len());
                    if place == places.len() {
                        places.push(at);
                    }
                    outliers.push(Outlier { place, rest });
                }
            }
        }
        if outliers.len() - from > MOST {
            outliers.truncate(from);
        } else {
            (low, high) = range_by(row, |v| if v.abs().to_bits() > far.to_bits() { 0.0 } else { v });
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
        let q = ((v - middle) * factor + 12_582_912.0).to_bits().cast_signed() << 24 >> 24;
        sum += q;
        *out = q as i8;
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
        let mut x: Vec<f32> = (0..2 * 384).map(|i| (i as f32 * 0.7).sin()).collect();
        (x[5], x[300], x[384 + 300]) = (40.0, -25.0, 30.0);
        let mut scratch = Scratch::default();
        quantise(&x, 384, &mut scratch);
        assert_eq!(scratch.places, [5, 300]);
        let mut outliers = scratch.outliers.iter();
        for ((x, q), row) in x.chunks(384).zip(scratch.values.get().chunks(384)).zip(&scratch.rows) {
            assert_eq!(row.sum, q.iter().map(|&q| i32::from(q)).sum::<i32>());
            let mut back: Vec<f32> = q.iter().map(|&q| row.middle + row.step * f32::from(q)).collect();
            for outlier in outliers.by_ref().take(row.outliers) {
                back[scratch.places[outlier.place]] += outlier.rest;
            }
            for (at, (back, x)) in back.iter().zip(x).enumerate() {
                assert!((back - x).abs() < 0.0041, "{at}: {back} {x}");
            }
        }
        assert!(outliers.next().is_none());
    }

    #[test]
    fn many_outliers_are_none() {
        let mut row = vec![0.01f32; 1536];
        row[..5].fill(9.0);
        let mut scratch = Scratch::default();
        quantise(&row, 1536, &mut scratch);
        assert!(scratch.outliers.is_empty() && scratch.values.get()[0] == 127);
    }
}
