//! How sure a mean is, and whether one is better than another.

use predilect_core::candidates::mix;
use serde::Serialize;

/// A mean with its standard error.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Mean {
    /// The mean.
    pub value: f64,
    /// Standard deviation of the mean over resamples of the cases.
    pub error: f64,
}

impl Mean {
    /// A number whose error is not known.
    pub fn exact(value: f64) -> Self {
        Self { value, error: f64::NAN }
    }
}

/// Resamples that an error is taken from.
const RESAMPLES: u64 = 1000;

/// Mean over cases, and its bootstrap standard error: that of the means of resamples with replacement (Efron, 1979).
pub fn mean(values: &[f64], seed: u64) -> Mean {
    let n = values.len();
    if n == 0 {
        return Mean { value: f64::NAN, error: f64::NAN };
    }
    let value = values.iter().sum::<f64>() / n as f64;
    let resample = |r: u64| {
        let draw = |i: u64| values[(mix(mix(seed, r), i) % n as u64) as usize];
        (0..n as u64).map(draw).sum::<f64>() / n as f64
    };
    let means: Vec<f64> = (0..RESAMPLES).map(resample).collect();
    let centre = means.iter().sum::<f64>() / RESAMPLES as f64;
    let variance = means.iter().map(|m| (m - centre).powi(2)).sum::<f64>() / (RESAMPLES - 1) as f64;
    Mean { value, error: variance.sqrt() }
}

/// The difference of two systems on the same cases.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Difference {
    /// Mean of `a - b`, and its standard error.
    pub mean: Mean,
    /// Share of random sign flips whose mean is at least as far from 0: the probability of such a difference by chance.
    pub p: f64,
}

/// Paired randomisation test of `a` against `b` (Smucker et al., 2007).
pub fn paired(a: &[f64], b: &[f64], seed: u64) -> Difference {
    let differences: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
    let n = differences.len().max(1) as f64;
    let found = (differences.iter().sum::<f64>() / n).abs();
    let flips = 2000;
    let flipped = |r: u64| {
        let sign = |i: usize| if mix(mix(seed, r), i as u64) & 1 == 0 { 1.0 } else { -1.0 };
        (differences.iter().enumerate().map(|(i, d)| d * sign(i)).sum::<f64>() / n).abs()
    };
    let far = (0..flips).filter(|r| flipped(*r) >= found - 1e-15).count();
    Difference { mean: mean(&differences, seed), p: (far + 1) as f64 / (flips + 1) as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_of_a_mean_is_known() {
        let values: Vec<f64> = (0..400).map(|i| f64::from(i % 2)).collect();
        let mean = mean(&values, 1);
        assert_eq!(mean.value, 0.5);
        // Deviation .5 over the root of 400.
        assert!((mean.error - 0.025).abs() < 0.003, "{}", mean.error);
    }

    #[test]
    fn only_a_real_difference_is_significant() {
        let a: Vec<f64> = (0..200).map(|i| f64::from(i * 7 % 11)).collect();
        let better: Vec<f64> = a.iter().enumerate().map(|(i, v)| v + if i % 3 == 0 { 1.0 } else { 0.0 }).collect();
        let same: Vec<f64> = a.iter().enumerate().map(|(i, v)| v + if i % 2 == 0 { 1.0 } else { -1.0 }).collect();
        assert!(paired(&better, &a, 1).p < 0.001);
        assert!(paired(&same, &a, 1).p > 0.5);
    }
}
