//! The f32 half: sums, layer norm, exponential, GELU, softmax attention, pooling.

use super::widest;
use std::array::from_fn;

/// Lanes of every reduction. A power of two; part of the definition of a vector, not a tuning knob.
const LANES: usize = 8;

/// Folds eight partial sums: 0+4, 1+5, 2+6, 3+7, then halves again.
#[inline(always)]
fn fold(lanes: [f32; LANES]) -> f32 {
    let half = [lanes[0] + lanes[4], lanes[1] + lanes[5], lanes[2] + lanes[6], lanes[3] + lanes[7]];
    (half[0] + half[2]) + (half[1] + half[3])
}

/// `sum(map(x))` over eight lanes; element `i` goes to lane `i % 8`.
#[inline(always)]
pub(super) fn sum_by(x: &[f32], map: impl Fn(f32) -> f32) -> f32 {
    let mut lanes = [0.0f32; LANES];
    let (chunks, rest) = x.as_chunks::<LANES>();
    for chunk in chunks {
        lanes = from_fn(|l| lanes[l] + map(chunk[l]));
    }
    for (lane, &v) in lanes.iter_mut().zip(rest) {
        *lane += map(v);
    }
    fold(lanes)
}

/// Smallest and largest element. A NaN is beyond all numbers of its sign.
#[inline(always)]
pub(super) fn range(x: &[f32]) -> (f32, f32) {
    range_by(x, |v| v)
}

/// Smallest and largest of `map(x)`.
#[inline(always)]
pub(super) fn range_by(x: &[f32], map: impl Fn(f32) -> f32) -> (f32, f32) {
    let first = x.first().map_or(0, |&v| ordered(map(v)));
    let (mut low, mut high) = (first, first);
    for &v in x {
        let v = ordered(map(v));
        (low, high) = (low.min(v), high.max(v));
    }
    (unordered(low), unordered(high))
}

/// An integer that is ordered as the value is: compilers make vectors of least and largest integers, not of floats.
#[inline(always)]
fn ordered(v: f32) -> i32 {
    let bits = v.to_bits().cast_signed();
    bits ^ (bits >> 31 & i32::MAX)
}

/// The value of [`ordered`].
#[inline(always)]
fn unordered(bits: i32) -> f32 {
    f32::from_bits((bits ^ (bits >> 31 & i32::MAX)).cast_unsigned())
}

/// The largest size of an element, as the bits of an f32, which are ordered as sizes are.
#[inline(always)]
pub(super) fn most(x: &[f32]) -> u32 {
    x.iter().fold(0, |most, v| most.max(v.abs().to_bits()))
}

/// `sum += row`.
#[inline(always)]
pub(crate) fn add_row(sum: &mut [f32], row: &[f32]) {
    for (s, &v) in sum.iter_mut().zip(row) {
        *s += v;
    }
}

/// A sum of `count` vectors to their mean.
pub(crate) fn mean(sum: &mut [f32], count: usize) {
    let count = count as f32;
    sum.iter_mut().for_each(|v| *v /= count);
}

/// Scales a vector to length 1. A zero vector stays zero.
pub(crate) fn unit(x: &mut [f32]) {
    let length = sum_by(x, |v| v * v).sqrt();
    if length > 0.0 {
        x.iter_mut().for_each(|v| *v /= length);
    }
}

/// Scale, shift and epsilon of a layer norm.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Norm {
    pub gamma: Vec<f32>,
    pub beta: Vec<f32>,
    pub epsilon: f32,
}

widest! {
    /// `row = gamma * (row + residual - mean) / sqrt(variance + epsilon) + beta` for every row.
    pub(crate) fn add_norm(x: &mut [f32], residual: Option<&[f32]>, norm: &Norm) {
        let width = norm.gamma.len();
        if let Some(residual) = residual {
            add_row(x, residual);
        }
        for row in x.chunks_exact_mut(width) {
            let mean = sum_by(row, |v| v) / width as f32;
            row.iter_mut().for_each(|v| *v -= mean);
            let deviation = (sum_by(row, |v| v * v) / width as f32 + norm.epsilon).sqrt();
            let factor = 1.0 / deviation;
            for ((v, &g), &b) in row.iter_mut().zip(&norm.gamma).zip(&norm.beta) {
                *v = *v * factor * g + b;
            }
        }
    }
}

/// `e^x` for `-87 <= x <= 88`, clamped to that range; relative error below 2e-7 (Cephes `expf`).
#[inline(always)]
fn exp(x: f32) -> f32 {
    let x = if x > 88.0 { 88.0 } else { x };
    let x = if x < -87.0 { -87.0 } else { x };
    // Adding and subtracting 1.5 * 2^23 rounds to the nearest integer, ties to even.
    const ROUND: f32 = 12_582_912.0;
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = x - n * 0.693_359_4;
    let r = r - n * -2.121_944_4e-4;
    let mut p = 1.987_569_1e-4;
    p = p * r + 1.398_199_9e-3;
    p = p * r + 8.333_452e-3;
    p = p * r + 4.166_579_6e-2;
    p = p * r + 1.666_666_5e-1;
    p = p * r + 0.5;
    let e = p * (r * r) + r + 1.0;
    // The low bits of `shifted` hold n: put them where the exponent is.
    let scale = f32::from_bits(shifted.to_bits().wrapping_add(127).wrapping_shl(23));
    e * scale
}

/// The error function; absolute error below 1e-6 (rational minimax approximation on [-4, 4], as in Eigen).
#[inline(always)]
fn erf(x: f32) -> f32 {
    let x = if x > 4.0 { 4.0 } else { x };
    let x = if x < -4.0 { -4.0 } else { x };
    let s = x * x;
    let mut p = -2.726_142_3e-10;
    p = p * s + 2.770_681_4e-8;
    p = p * s + -2.101_024e-6;
    p = p * s + -5.692_506_5e-5;
    p = p * s + -7.349_906e-4;
    p = p * s + -2.954_6e-3;
    p = p * s + -1.609_603_3e-2;
    let mut q = -1.456_607_2e-5;
    q = q * s + -2.133_740_6e-4;
    q = q * s + -1.682_827e-3;
    q = q * s + -7.373_329_3e-3;
    q = q * s + -1.426_473_9e-2;
    x * p / q
}

/// What a linear layer does to its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Activation {
    Relu,
    /// `x * (1 + erf(x / sqrt 2)) / 2`
    Gelu,
    /// `x / (1 + e^(-2u))`, `u = sqrt(2 / pi) * (x + .044715 x^3)`
    GeluTanh,
}

widest! {
    /// Applies an activation to every element.
    pub(crate) fn activate(x: &mut [f32], activation: Activation) {
        match activation {
            Activation::Relu => x.iter_mut().for_each(|v| *v = if *v > 0.0 { *v } else { 0.0 }),
            Activation::Gelu => {
                x.iter_mut().for_each(|v| *v = 0.5 * *v * (1.0 + erf(*v * std::f32::consts::FRAC_1_SQRT_2)));
            }
            Activation::GeluTanh => x.iter_mut().for_each(|v| {
                let u = 0.797_884_6 * (*v + 0.044_715 * (*v * *v * *v));
                *v /= 1.0 + exp(-2.0 * u);
            }),
        }
    }
}

/// Shape and factor of an attention.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Heads {
    /// Number of heads.
    pub count: usize,
    /// Values per head.
    pub width: usize,
    /// Factor of the scores.
    pub scale: f32,
}

/// Query rows that go through the keys and values together.
const TILE: usize = 4;

/// Eight values that are computed with as one.
pub(crate) type Block = [f32; LANES];

/// Of each of four rows of factors: the sum of `factor * block` over all blocks, in their order.
#[inline(always)]
fn weighted(blocks: &[Block], rows: [&[f32]; TILE]) -> [Block; TILE] {
    let mut sums = [[0.0; LANES]; TILE];
    let [a, b, c, d] = rows;
    for ((((block, &a), &b), &c), &d) in blocks.iter().zip(a).zip(b).zip(c).zip(d) {
        for (sums, factor) in sums.iter_mut().zip([a, b, c, d]) {
            for l in 0..LANES {
                sums[l] += factor * block[l];
            }
        }
    }
    sums
}

widest! {
    /// Every token of one text attends to every token of it. `qkv`: rows of queries, keys, values, each `count * width`
    /// wide; `out`: rows of `count * width`; `scratch`: reused between calls.
    pub(crate) fn attention(qkv: &[f32], heads: Heads, out: &mut [f32], scratch: &mut Vec<Block>) {
        let Heads { count, width, scale } = heads;
        let all = count * width;
        let tokens = qkv.len() / (3 * all);
        let (across, along) = (tokens.div_ceil(LANES), width.div_ceil(LANES));
        scratch.clear();
        scratch.resize(across * width + along * tokens + TILE * across, [0.0; LANES]);
        let (keys, rest) = scratch.split_at_mut(across * width);
        let (values, scores) = rest.split_at_mut(along * tokens);
        for head in 0..count {
            let (q_at, k_at, v_at) = (head * width, all + head * width, 2 * all + head * width);
            // Eight tokens' keys lie together, value by value, and eight values of a token, so that both products run
            // through memory in its order.
            for (t, row) in qkv.chunks_exact(3 * all).enumerate() {
                let keys = &mut keys[t / LANES * width..][..width];
                for (key, &k) in keys.iter_mut().zip(&row[k_at..][..width]) {
                    key[t % LANES] = k;
                }
                for (part, v) in row[v_at..][..width].chunks(LANES).enumerate() {
                    values[part * tokens + t].iter_mut().zip(v).for_each(|(to, v)| *to = *v);
                }
            }
            for from in (0..tokens).step_by(TILE) {
                let rows = TILE.min(tokens - from);
                let query = |r: usize| &qkv[(from + r.min(rows - 1)) * 3 * all + q_at..][..width];
                let queries = [query(0), query(1), query(2), query(3)];
                for (at, keys) in keys.chunks_exact(width).enumerate() {
                    for (r, sums) in weighted(keys, queries).iter().enumerate() {
                        scores[r * across + at] = sums.map(|sum| sum * scale);
                    }
                }
                let mut factors = [0.0f32; TILE];
                for (factor, scores) in factors.iter_mut().zip(scores.chunks_exact_mut(across)) {
                    *factor = 1.0 / softmax(scores, tokens);
                }
                let shares = |r: usize| &scores[r * across..][..across].as_flattened()[..tokens];
                let shares = [shares(0), shares(1), shares(2), shares(3)];
                for (part, values) in values.chunks_exact(tokens).enumerate() {
                    let lanes = LANES.min(width - part * LANES);
                    for (r, sums) in weighted(values, shares).iter().enumerate().take(rows) {
                        let to = &mut out[(from + r) * all + q_at + part * LANES..][..lanes];
                        to.iter_mut().zip(sums).for_each(|(to, sum)| *to = sum * factors[r]);
                    }
                }
            }
        }
    }
}

/// `e^(x - max)` of the first `count` elements, 0 for the rest; answers their sum.
#[inline(always)]
fn softmax(blocks: &mut [Block], count: usize) -> f32 {
    let x = blocks.as_flattened_mut();
    let (_, max) = range(&x[..count]);
    x.iter_mut().for_each(|v| *v = exp(*v - max));
    x[count..].fill(0.0);
    let mut sums = [0.0; LANES];
    for block in blocks {
        for l in 0..LANES {
            sums[l] += block[l];
        }
    }
    fold(sums)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn exp_is_within_two_units_in_the_last_place() {
        for i in -8700..=8800 {
            let x = i as f32 / 100.0;
            let exact = f64::from(x).exp();
            assert!((f64::from(exp(x)) / exact - 1.0).abs() < 2.4e-7, "{x}");
        }
        assert!(exp(f32::NEG_INFINITY) < 1e-37);
        assert_eq!(exp(0.0), 1.0);
    }

    #[test]
    fn gelu_is_the_textbook_one() {
        // erf at 0.5, 1, 2, 3 (Abramowitz and Stegun, table 7.1).
        for (x, exact) in [(0.5, 0.520_499_9), (1.0, 0.842_700_8), (2.0, 0.995_322_3), (3.0, 0.999_977_9f32)] {
            assert!((erf(x) - exact).abs() < 1e-6 && (erf(-x) + exact).abs() < 1e-6, "{x}");
        }
        assert!((erf(30.0) - 1.0).abs() < 1e-6);
        let mut x = [-1.0, 0.0, 1.0, 3.0];
        activate(&mut x, Activation::GeluTanh);
        for (got, exact) in x.iter().zip([-0.158_808, 0.0, 0.841_192, 2.996_363]) {
            assert!((got - exact).abs() < 1e-5, "{got} {exact}");
        }
    }

    /// Attention written the obvious way, in f64.
    fn slow_attention(qkv: &[f32], heads: Heads) -> Vec<f64> {
        let all = heads.count * heads.width;
        let tokens = qkv.len() / (3 * all);
        let at =
            |t: usize, part: usize, h: usize, d: usize| f64::from(qkv[t * 3 * all + part * all + h * heads.width + d]);
        let mut out = vec![0.0; tokens * all];
        for h in 0..heads.count {
            for i in 0..tokens {
                let score = |j: usize| (0..heads.width).map(|d| at(i, 0, h, d) * at(j, 1, h, d)).sum::<f64>();
                let e: Vec<f64> = (0..tokens).map(|j| (score(j) * f64::from(heads.scale)).exp()).collect();
                let sum: f64 = e.iter().sum();
                for d in 0..heads.width {
                    out[i * all + h * heads.width + d] = (0..tokens).map(|j| e[j] * at(j, 2, h, d)).sum::<f64>() / sum;
                }
            }
        }
        out
    }

    proptest! {
        #[test]
        fn attention_equals_the_obvious_one(
            tokens in 1usize..20, count in 1usize..4, width in 1usize..19, seed in any::<u64>(),
        ) {
            let mut state = seed;
            let qkv: Vec<f32> = (0..tokens * 3 * count * width).map(|_| {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                (state >> 40) as f32 / (1 << 23) as f32 - 1.0
            }).collect();
            let heads = Heads { count, width, scale: 0.5 };
            let mut out = vec![0.0; tokens * count * width];
            attention(&qkv, heads, &mut out, &mut vec![[7.0; LANES]; 3]);
            for (got, exact) in out.iter().zip(slow_attention(&qkv, heads)) {
                prop_assert!((f64::from(*got) - exact).abs() < 1e-5);
            }
        }

        #[test]
        fn norm_has_mean_beta_and_deviation_gamma(x in prop::collection::vec(-5f32..5.0, 2..70)) {
            let norm = Norm { gamma: vec![2.0; x.len()], beta: vec![1.0; x.len()], epsilon: 1e-6 };
            let spread = range(&x);
            prop_assume!(spread.1 - spread.0 > 0.1);
            let mut y = x.clone();
            add_norm(&mut y, None, &norm);
            let mean = y.iter().sum::<f32>() / y.len() as f32;
            let variance = y.iter().map(|v| (v - mean) * (v - mean)).sum::<f32>() / y.len() as f32;
            prop_assert!((mean - 1.0).abs() < 1e-3 && (variance - 4.0).abs() < 2e-2, "{mean} {variance}");
        }

        #[test]
        fn range_is_min_and_max(x in prop::collection::vec(-5f32..5.0, 1..70)) {
            let min = x.iter().copied().fold(f32::INFINITY, f32::min);
            let max = x.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            prop_assert_eq!(range(&x), (min, max));
        }
    }
}
