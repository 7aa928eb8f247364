//! EASE (Steck, 2019): all item-item weights of a ridge regression in closed form, `B = I - P diag(P)^-1` with
//! `P = (X^T X + ridge I)^-1`.

use faer::linalg::solvers::DenseSolveCore;
use faer::{Mat, Par, Side};

use super::{Model, faded};
use crate::data::Act;
use crate::split::Case;

/// Dense weights; 4 bytes a pair of items.
#[derive(Clone)]
pub struct Ease {
    /// Row after row: what an item of the history adds to each.
    weights: Vec<f32>,
    items: usize,
    half_life: Option<f64>,
}

impl Ease {
    /// Learns; none if the matrix cannot be inverted, which a ridge above 0 excludes.
    pub fn learn(train: &[Vec<Act>], items: usize, ridge: f32) -> Option<Self> {
        faer::set_global_parallelism(Par::Seq);
        let mut gram = Mat::<f32>::zeros(items, items);
        for acts in train {
            for a in acts {
                acts.iter().for_each(|b| gram[(a.item, b.item)] += 1.0);
            }
        }
        (0..items).for_each(|i| gram[(i, i)] += ridge);
        let inverse = gram.llt(Side::Lower).ok()?.inverse();
        let weight = |i: usize, j: usize| if i == j { 0.0 } else { -inverse[(i, j)] / inverse[(j, j)] };
        let weights = (0..items * items).map(|at| weight(at / items, at % items)).collect();
        Some(Self { weights, items, half_life: None })
    }

    /// The same weights for a history that fades by steps.
    pub fn with_decay(self, half_life: Option<f64>) -> Self {
        Self { half_life, ..self }
    }
}

impl Model for Ease {
    fn name(&self) -> String {
        format!("dense EASE{}", if self.half_life.is_some() { " + decay" } else { "" })
    }

    fn scores(&mut self, case: &Case) -> Vec<f64> {
        let mut scores = vec![0.0; self.items];
        for (item, weight) in faded(&case.history, self.half_life) {
            let row = &self.weights[item * self.items..(item + 1) * self.items];
            scores.iter_mut().zip(row).for_each(|(score, &value)| *score += weight * f64::from(value));
        }
        scores
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use predilect_core::EventKind;

    fn act(item: usize) -> Act {
        Act { item, kind: EventKind::Like, value: None, at: item as i64 }
    }

    #[test]
    fn weights_by_hand() {
        // Three people: two with both items, one with the first only; ridge 1. Gram + ridge = [[4, 2], [2, 3]], its inverse
        // [[3, -2], [-2, 4]] / 8: from the first to the second 2 / 4, back 2 / 3.
        let train = [vec![act(0), act(1)], vec![act(0), act(1)], vec![act(0)]];
        let ease = Ease::learn(&train, 2, 1.0).expect("can be inverted");
        let close = |a: f32, b: f32| (a - b).abs() < 1e-6;
        assert!(close(ease.weights[1], 0.5) && close(ease.weights[2], 2.0 / 3.0), "{:?}", ease.weights);
        assert_eq!(ease.weights[0], 0.0);
    }

    #[test]
    fn with_decay_the_last_act_counts_most() {
        let train = [vec![act(0), act(2)], vec![act(1), act(3)]];
        let case = Case { history: vec![act(0), act(1)], now: 9, ..Case::default() };
        let mut ease = Ease::learn(&train, 4, 1.0).expect("can be inverted");
        let plain = ease.scores(&case);
        assert!((plain[2] - plain[3]).abs() < 1e-6);
        let faded = ease.with_decay(Some(1.0)).scores(&case);
        assert!((faded[2] - faded[3] / 2.0).abs() < 1e-6, "{faded:?}");
    }
}
