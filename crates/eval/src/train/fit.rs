//! Weights that lose least: Newton's method on a convex loss, drawn towards the weights it starts from.

use predilect_core::rank::{SIGNALS, Signal, Signals, Weights};

use super::loss::{Loss, Question, Slope};

/// How to fit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FitOptions {
    /// What is lost.
    pub loss: Loss,
    /// How strongly weights are drawn to where they start, in units of each signal's variance (L2).
    pub l2: f64,
}

/// Steps at most; the method doubles its digits with each near the end.
const STEPS: usize = 30;
/// Times that a step is halved at most.
const HALVES: i32 = 20;
/// Loss by which a step must gain for another one.
const GAIN: f64 = 1e-7;

/// Fits weights to `questions`, starting from `start`. What no question tells apart keeps its weight. Stops where no step
/// lowers the loss on `held` as well (early stopping), unless that is empty.
pub fn fit(questions: &[Question], held: &[Question], start: &Weights, options: &FitOptions) -> Weights {
    let spread = spread(questions);
    let mut weights = start.0;
    let (mut here, mut best) =
        (slope(questions, &weights, options, &spread, &start.0), mean(held, &weights, options.loss));
    for _ in 0..STEPS {
        let direction = step(&here, &weights, &spread, &start.0);
        // The first point on the way, halved as often as needed, that loses less, on both.
        let found = (0..HALVES).find_map(|halves| {
            let length = 0.5_f64.powi(halves);
            let next: Signals = std::array::from_fn(|i| weights[i] + length * direction[i]);
            let there = slope(questions, &next, options, &spread, &start.0);
            let lost = mean(held, &next, options.loss);
            (there.value < here.value && lost <= best).then_some((next, there, lost))
        });
        let Some((next, there, lost)) = found else { break };
        let gained = here.value - there.value;
        (weights, here, best) = (next, there, lost);
        if gained < GAIN {
            break;
        }
    }
    Weights(weights)
}

/// Mean loss of questions.
pub fn mean(questions: &[Question], weights: &Signals, loss: Loss) -> f64 {
    let mut sum = Slope::ZERO;
    questions.iter().for_each(|question| loss.add(question, weights, &mut sum));
    sum.value / total(questions)
}

fn total(questions: &[Question]) -> f64 {
    questions.iter().map(|question| question.weight).sum::<f64>().max(f64::MIN_POSITIVE)
}

/// Variance of each signal among the candidates of a question, on average.
fn spread(questions: &[Question]) -> Signals {
    let mut sum = [0.0; SIGNALS];
    for question in questions {
        let n = question.candidates.len() as f64;
        for (i, sum) in sum.iter_mut().enumerate() {
            let values = question.candidates.iter().map(|signals| signals[i]);
            let (first, second) = values.fold((0.0, 0.0), |(a, b), x| (a + x / n, b + x * x / n));
            *sum += question.weight * (second - first * first).max(0.0);
        }
    }
    sum.map(|sum| sum / total(questions))
}

fn slope(questions: &[Question], weights: &Signals, options: &FitOptions, spread: &Signals, start: &Signals) -> Slope {
    let mut sum = Slope::ZERO;
    questions.iter().for_each(|question| options.loss.add(question, weights, &mut sum));
    let n = total(questions);
    sum.value /= n;
    for i in 0..SIGNALS {
        let (pull, off) = (options.l2 * spread[i], weights[i] - start[i]);
        sum.value += pull * off * off;
        sum.first[i] = sum.first[i] / n + 2.0 * pull * off;
        sum.second[i].iter_mut().for_each(|curve| *curve /= n);
        sum.second[i][i] += 2.0 * pull;
    }
    sum
}

/// The least and the largest weight that a signal may have, so that what speaks for an item never counts against it.
fn range(signal: Signal, start: f64) -> (f64, f64) {
    match signal {
        signal if !signal.is_learned() => (start, start),
        // The gate: content counts less where behaviour is known.
        Signal::KnownInterest => (f64::NEG_INFINITY, f64::INFINITY),
        _ => (0.0, f64::INFINITY),
    }
}

/// The change of weights that loses least of the curve that touches the loss here, within the ranges: one weight after the
/// other until none moves.
fn step(here: &Slope, weights: &Signals, spread: &Signals, start: &Signals) -> Signals {
    let mut change = [0.0; SIGNALS];
    for _ in 0..500 {
        let mut moved = 0.0_f64;
        for signal in Signal::ALL {
            let i = signal as usize;
            let curve = here.second[i][i];
            if spread[i] < 1e-12 || curve < 1e-15 {
                continue;
            }
            let others: f64 = (0..SIGNALS).filter(|&j| j != i).map(|j| here.second[i][j] * change[j]).sum();
            let (least, most) = range(signal, start[i]);
            let next = (-(here.first[i] + others) / curve).clamp(least - weights[i], most - weights[i]);
            moved = moved.max((next - change[i]).abs() * spread[i].sqrt());
            change[i] = next;
        }
        if moved < 1e-9 {
            break;
        }
    }
    change
}
