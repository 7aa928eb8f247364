//! What a ranking loses on a question, with first and second derivatives by the weights of the signals.
//!
//! All losses are convex in the weights. With `s = w x` the score of a candidate with the signals `x`, for a target `t`:
//!
//! - cross-entropy: `-log(exp(s_t) / sum_c exp(s_c))` over `t` and all candidates that are no targets (a softmax, as in
//!   ListNet, Cao et al., 2007);
//! - pairwise: the mean over candidates `c` that are no targets of `log(1 + exp(s_c - s_t))` (BPR, Rendle et al., 2009);
//! - squared: the same mean of `(s_t - s_c - 1)^2 / 2` (RankRLS, Pahikkala et al., 2009).

use predilect_core::rank::{SIGNALS, Signals};

/// What is lost where a target does not stand first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// Every candidate above the target counts, those high up most.
    CrossEntropy,
    /// Every candidate above the target counts alike.
    Pairwise,
    /// Every candidate that is not just one below the target: squared error of the difference.
    Squared,
}

/// A question with all candidates measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Signals of the candidates.
    pub candidates: Vec<Signals>,
    /// Places of the targets among them, at least one.
    pub targets: Vec<usize>,
    /// How much the question counts, above 0.
    pub weight: f64,
}

/// Loss with its derivatives by each weight, and by each two of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Slope {
    pub value: f64,
    pub first: Signals,
    pub second: [Signals; SIGNALS],
}

impl Slope {
    pub const ZERO: Self = Self { value: 0.0, first: [0.0; SIGNALS], second: [[0.0; SIGNALS]; SIGNALS] };

    /// Adds `share` times the derivatives of a sum of squares: `curve` of `(x x^T)`, `slope` of `x`.
    fn add(&mut self, x: &Signals, slope: f64, curve: f64) {
        for i in 0..SIGNALS {
            self.first[i] += slope * x[i];
            if curve != 0.0 && x[i] != 0.0 {
                for j in 0..SIGNALS {
                    self.second[i][j] += curve * x[i] * x[j];
                }
            }
        }
    }
}

/// Score of signals under weights.
pub fn score(weights: &Signals, signals: &Signals) -> f64 {
    weights.iter().zip(signals).map(|(weight, signal)| weight * signal).sum()
}

impl Loss {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::CrossEntropy, Self::Pairwise, Self::Squared];

    /// Adds the loss of a question under `weights`, times its weight, to `sum`.
    pub fn add(self, question: &Question, weights: &Signals, sum: &mut Slope) {
        let scores: Vec<f64> = question.candidates.iter().map(|signals| score(weights, signals)).collect();
        let share = question.weight / question.targets.len() as f64;
        for &target in &question.targets {
            let others = (0..scores.len()).filter(|at| !question.targets.contains(at));
            match self {
                Self::CrossEntropy => softmax(question, &scores, target, others, share, sum),
                Self::Pairwise => pairs(question, &scores, target, others, share, logistic, sum),
                Self::Squared => pairs(question, &scores, target, others, share, squared, sum),
            }
        }
    }
}

fn softmax(
    question: &Question,
    scores: &[f64],
    target: usize,
    others: impl Iterator<Item = usize> + Clone,
    share: f64,
    sum: &mut Slope,
) {
    let all = others.chain([target]);
    let top = all.clone().map(|at| scores[at]).fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = all.clone().map(|at| (scores[at] - top).exp()).sum();
    sum.value += share * (top + total.ln() - scores[target]);
    let mut mean = [0.0; SIGNALS];
    for at in all {
        let p = (scores[at] - top).exp() / total;
        let x = &question.candidates[at];
        mean.iter_mut().zip(x).for_each(|(mean, x)| *mean += p * x);
        sum.add(x, share * p, share * p);
    }
    sum.add(&question.candidates[target], -share, 0.0);
    // The curvature is the covariance: the mean of the squares less the square of the mean.
    sum.add(&mean, 0.0, -share);
}

fn pairs(
    question: &Question,
    scores: &[f64],
    target: usize,
    others: impl Iterator<Item = usize> + Clone,
    share: f64,
    lost: fn(f64) -> [f64; 3],
    sum: &mut Slope,
) {
    let share = share / others.clone().count().max(1) as f64;
    for at in others {
        let [value, slope, curve] = lost(scores[at] - scores[target]);
        sum.value += share * value;
        let mut x = question.candidates[at];
        x.iter_mut().zip(&question.candidates[target]).for_each(|(x, own)| *x -= own);
        sum.add(&x, share * slope, share * curve);
    }
}

/// What is lost by a candidate that is ahead of the target by so much, with the derivatives.
fn logistic(ahead: f64) -> [f64; 3] {
    let p = 1.0 / (1.0 + (-ahead).exp());
    // log(1 + e^a) without overflow.
    [ahead.max(0.0) + (-ahead.abs()).exp().ln_1p(), p, p * (1.0 - p)]
}

fn squared(ahead: f64) -> [f64; 3] {
    let off = ahead + 1.0;
    [0.5 * off * off, off, 1.0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use predilect_core::candidates::{chance, mix};

    fn question(seed: u64) -> Question {
        let signals = |at: u64| std::array::from_fn(|i| chance(mix(seed, at), i as u64) * 2.0 - 0.5);
        Question { candidates: (0..12).map(signals).collect(), targets: vec![3, 7], weight: 0.7 }
    }

    fn at(loss: Loss, question: &Question, weights: &Signals) -> Slope {
        let mut sum = Slope::ZERO;
        loss.add(question, weights, &mut sum);
        sum
    }

    #[test]
    fn derivatives_agree_with_differences() {
        const STEP: f64 = 1e-5;
        for loss in Loss::ALL {
            for seed in 0..5 {
                let question = question(seed);
                let weights: Signals = std::array::from_fn(|i| 3.0 * chance(seed, i as u64) - 1.0);
                let here = at(loss, &question, &weights);
                for i in 0..SIGNALS {
                    let moved = |by: f64| {
                        let mut weights = weights;
                        weights[i] += by;
                        at(loss, &question, &weights)
                    };
                    let (up, down) = (moved(STEP), moved(-STEP));
                    let first = (up.value - down.value) / (2.0 * STEP);
                    assert!((first - here.first[i]).abs() < 1e-7, "{loss:?} {i}: {first} {}", here.first[i]);
                    for j in 0..SIGNALS {
                        let second = (up.first[j] - down.first[j]) / (2.0 * STEP);
                        assert!((second - here.second[i][j]).abs() < 1e-7, "{loss:?} {i} {j}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_step_down_the_slope_loses_less() {
        for loss in Loss::ALL {
            let question = question(9);
            let mut weights = [0.0; SIGNALS];
            let mut before = f64::INFINITY;
            for _ in 0..50 {
                let here = at(loss, &question, &weights);
                assert!(here.value < before, "{loss:?}");
                before = here.value;
                weights.iter_mut().zip(&here.first).for_each(|(weight, slope)| *weight -= 0.1 * slope);
            }
        }
    }

    #[test]
    fn losses_by_hand() {
        let mut two = Question { candidates: vec![[0.0; SIGNALS]; 2], targets: vec![0], weight: 1.0 };
        two.candidates[0][0] = 1.0;
        let mut weights = [0.0; SIGNALS];
        weights[0] = 2.0;
        let expected = (1.0 + (-2.0_f64).exp()).ln();
        for loss in [Loss::CrossEntropy, Loss::Pairwise] {
            assert!((at(loss, &two, &weights).value - expected).abs() < 1e-12, "{loss:?}");
        }
        assert!((at(Loss::Squared, &two, &weights).value - 0.5).abs() < 1e-12, "two ahead where one was asked for");
    }
}
