//! Multinomial logistic regression with an L2 penalty, by L-BFGS (Nocedal and Wright, Numerical Optimization, 7.4). The loss is convex,
//! the start is zero, and sums have one order: equal examples give equal weights.

/// Values of a feature vector that are not 0, by feature.
pub type Sparse = Vec<(u32, f32)>;

/// A feature vector and its class.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// Values by feature.
    pub values: Sparse,
    /// Class, from 0 on.
    pub class: usize,
}

/// How to fit.
#[derive(Debug, Clone, PartialEq)]
pub struct FitOptions {
    /// Weight of half the squared length of the weights, offsets aside, beside the sum of all losses; above 0.
    pub l2: f64,
    /// Most steps.
    pub steps: usize,
}

impl Default for FitOptions {
    fn default() -> Self {
        Self { l2: 10.0, steps: 100 }
    }
}

/// Pairs of steps that the curvature is guessed from.
const MEMORY: usize = 8;
/// Length of the gradient, relative to the first, at which it is done.
const DONE: f64 = 1e-6;

/// Weights of each class, `features` values and an offset, class after class.
pub fn fit(examples: &[Example], features: usize, classes: usize, options: &FitOptions) -> Vec<f64> {
    let size = classes * (features + 1);
    let mut at = vec![0.0; size];
    let (mut value, mut slope) = loss(examples, features, classes, options.l2, &at);
    let first = length(&slope);
    let mut pairs: Vec<(Vec<f64>, Vec<f64>)> = Vec::new();
    for _ in 0..options.steps {
        if length(&slope) <= DONE * first || first == 0.0 {
            break;
        }
        let mut way = direction(&slope, &pairs);
        if dot(&way, &slope) >= 0.0 {
            pairs.clear();
            way = slope.iter().map(|v| -v).collect();
        }
        let along = dot(&way, &slope);
        // The first step has no curvature to go by.
        let mut step = if pairs.is_empty() { 1.0 / length(&slope).max(1.0) } else { 1.0 };
        let mut found = None;
        for _ in 0..40 {
            let next: Vec<f64> = at.iter().zip(&way).map(|(a, w)| a + step * w).collect();
            let (there, slope) = loss(examples, features, classes, options.l2, &next);
            if there <= value + 1e-4 * step * along {
                found = Some((next, there, slope));
                break;
            }
            step *= 0.5;
        }
        let Some((next, there, next_slope)) = found else { break };
        let moved: Vec<f64> = next.iter().zip(&at).map(|(a, b)| a - b).collect();
        let turned: Vec<f64> = next_slope.iter().zip(&slope).map(|(a, b)| a - b).collect();
        if dot(&moved, &turned) > 1e-12 {
            pairs.push((moved, turned));
            if pairs.len() > MEMORY {
                pairs.remove(0);
            }
        }
        (at, value, slope) = (next, there, next_slope);
    }
    at
}

/// Score of each class for a feature vector.
pub fn scores(weights: &[f64], features: usize, values: &Sparse) -> Vec<f64> {
    let score =
        |own: &[f64]| own[features] + values.iter().map(|&(at, v)| own[at as usize] * f64::from(v)).sum::<f64>();
    weights.chunks_exact(features + 1).map(score).collect()
}

/// Scores as probabilities.
pub(crate) fn softmax(scores: &mut [f64]) {
    let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    scores.iter_mut().for_each(|score| *score = (*score - most).exp());
    let total: f64 = scores.iter().sum();
    scores.iter_mut().for_each(|score| *score /= total);
}

/// Loss and its slope.
fn loss(examples: &[Example], features: usize, classes: usize, l2: f64, weights: &[f64]) -> (f64, Vec<f64>) {
    let width = features + 1;
    let mut value = 0.0;
    let mut slope = vec![0.0; classes * width];
    for example in examples {
        let mut chance = scores(weights, features, &example.values);
        softmax(&mut chance);
        value -= chance[example.class].max(1e-300).ln();
        for (class, &chance) in chance.iter().enumerate() {
            let error = chance - f64::from(u8::from(class == example.class));
            let own = &mut slope[class * width..(class + 1) * width];
            example.values.iter().for_each(|&(at, v)| own[at as usize] += error * f64::from(v));
            own[features] += error;
        }
    }
    for (own, slope) in weights.chunks_exact(width).zip(slope.chunks_exact_mut(width)) {
        for at in 0..features {
            value += 0.5 * l2 * own[at] * own[at];
            slope[at] += l2 * own[at];
        }
    }
    (value, slope)
}

/// The two-loop recursion.
fn direction(slope: &[f64], pairs: &[(Vec<f64>, Vec<f64>)]) -> Vec<f64> {
    let mut way: Vec<f64> = slope.iter().map(|v| -v).collect();
    let mut alphas = Vec::new();
    for (moved, turned) in pairs.iter().rev() {
        let alpha = dot(moved, &way) / dot(moved, turned);
        way.iter_mut().zip(turned).for_each(|(w, t)| *w -= alpha * t);
        alphas.push(alpha);
    }
    if let Some((moved, turned)) = pairs.last() {
        let scale = dot(moved, turned) / dot(turned, turned);
        way.iter_mut().for_each(|w| *w *= scale);
    }
    for ((moved, turned), alpha) in pairs.iter().zip(alphas.into_iter().rev()) {
        let beta = dot(turned, &way) / dot(moved, turned);
        way.iter_mut().zip(moved).for_each(|(w, m)| *w += (alpha - beta) * m);
    }
    way
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn length(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn example(values: &[f32], class: usize) -> Example {
        Example { values: (0..).zip(values.iter().copied()).collect(), class }
    }

    proptest! {
        /// The slope is what the loss does when a weight changes a little, and at the end there is none.
        #[test]
        fn slopes_are_those_of_the_loss(
            rows in prop::collection::vec((prop::collection::vec(-2.0_f32..2.0, 3), 0_usize..3), 4..12),
            weights in prop::collection::vec(-1.0_f64..1.0, 12),
        ) {
            let examples: Vec<Example> = rows.iter().map(|(values, class)| example(values, *class)).collect();
            let (_, slope) = loss(&examples, 3, 3, 0.5, &weights);
            for at in 0..weights.len() {
                let moved = |by: f64| {
                    let mut moved = weights.clone();
                    moved[at] += by;
                    loss(&examples, 3, 3, 0.5, &moved).0
                };
                prop_assert!((slope[at] - (moved(1e-5) - moved(-1e-5)) / 2e-5).abs() < 1e-4);
            }
            let end = fit(&examples, 3, 3, &FitOptions { l2: 0.5, steps: 300 });
            let (lowest, slope) = loss(&examples, 3, 3, 0.5, &end);
            prop_assert!(length(&slope) < 1e-3, "{slope:?}");
            prop_assert!(lowest <= loss(&examples, 3, 3, 0.5, &weights).0 + 1e-9);
        }
    }

    #[test]
    fn a_line_between_two_classes() {
        let examples: Vec<Example> =
            [(-2.0, 0), (-1.0, 0), (1.0, 1), (2.0, 1)].iter().map(|&(x, class)| example(&[x], class)).collect();
        let weights = fit(&examples, 1, 2, &FitOptions::default());
        for (x, class) in [(-0.5, 0), (0.5, 1)] {
            let scores = scores(&weights, 1, &vec![(0, x)]);
            assert_eq!(usize::from(scores[1] > scores[0]), class);
        }
    }
}
