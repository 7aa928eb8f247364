//! Implicit ALS (Hu, Koren and Volinsky, 2008): factors of people and items, fitted in turns to "turned to it or not" with
//! more confidence where they did. A person's factors are solved from the history at the moment of the question.

use faer::linalg::solvers::Solve;
use faer::{Mat, Side};
use predilect_core::candidates::{chance, mix};

use super::Model;
use crate::data::Act;
use crate::split::Case;

/// Factors of items.
pub struct Als {
    factors: Mat<f64>,
    gram: Mat<f64>,
    confidence: f64,
    ridge: f64,
}

impl Als {
    /// Learns `rank` factors in `rounds`; an act has the confidence `1 + confidence`.
    pub fn learn(
        train: &[Vec<Act>],
        items: usize,
        rank: usize,
        confidence: f64,
        ridge: f64,
        rounds: usize,
        seed: u64,
    ) -> Self {
        let people: Vec<Vec<usize>> = train.iter().map(|acts| acts.iter().map(|act| act.item).collect()).collect();
        let mut of_item: Vec<Vec<usize>> = vec![Vec::new(); items];
        for (person, own) in people.iter().enumerate() {
            own.iter().for_each(|item| of_item[*item].push(person));
        }
        let mut factors = Mat::from_fn(items, rank, |i, j| (chance(mix(seed, i as u64), j as u64) - 0.5) * 0.1);
        for _ in 0..rounds {
            let persons = half(&factors, &people, confidence, ridge);
            factors = half(&persons, &of_item, confidence, ridge);
        }
        let gram = factors.transpose() * &factors;
        Self { factors, gram, confidence, ridge }
    }
}

/// Factors of one side from those of the other.
fn half(other: &Mat<f64>, links: &[Vec<usize>], confidence: f64, ridge: f64) -> Mat<f64> {
    let gram = other.transpose() * other;
    let mut out = Mat::zeros(links.len(), other.ncols());
    for (row, linked) in links.iter().enumerate() {
        let solved = solve(other, &gram, linked, confidence, ridge);
        for (j, value) in solved.into_iter().enumerate() {
            out[(row, j)] = value;
        }
    }
    out
}

fn solve(other: &Mat<f64>, gram: &Mat<f64>, linked: &[usize], confidence: f64, ridge: f64) -> Vec<f64> {
    let rank = other.ncols();
    let mut left = gram.clone();
    let mut right = Mat::<f64>::zeros(rank, 1);
    for &link in linked {
        for a in 0..rank {
            right[(a, 0)] += (1.0 + confidence) * other[(link, a)];
            for b in 0..rank {
                left[(a, b)] += confidence * other[(link, a)] * other[(link, b)];
            }
        }
    }
    (0..rank).for_each(|a| left[(a, a)] += ridge);
    match left.llt(Side::Lower) {
        Ok(llt) => {
            let found = llt.solve(&right);
            (0..rank).map(|a| found[(a, 0)]).collect()
        }
        Err(_) => vec![0.0; rank],
    }
}

impl Model for Als {
    fn name(&self) -> String {
        "implicit ALS".to_owned()
    }

    fn scores(&mut self, case: &Case) -> Vec<f64> {
        let history: Vec<usize> = case.history.iter().map(|act| act.item).collect();
        let person = solve(&self.factors, &self.gram, &history, self.confidence, self.ridge);
        let score = |item: usize| person.iter().enumerate().map(|(j, value)| value * self.factors[(item, j)]).sum();
        (0..self.factors.nrows()).map(score).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use predilect_core::EventKind;

    #[test]
    fn a_person_is_solved_by_hand() {
        // One factor, items at 1 and 2, confidence 3, ridge 1. Gram 5; who turned to the second item:
        // (4 * 2) / (5 + 3 * 4 + 1).
        let other = Mat::from_fn(2, 1, |i, _| 1.0 + i as f64);
        let gram = other.transpose() * &other;
        let found = solve(&other, &gram, &[1], 3.0, 1.0);
        assert!((found[0] - 8.0 / 18.0).abs() < 1e-12, "{found:?}");
    }

    #[test]
    fn what_goes_together_is_found() {
        let act = |item| Act { item, kind: EventKind::Like, value: None, at: 0 };
        // Even items go with even ones, odd with odd.
        let train: Vec<Vec<Act>> = (0..20)
            .map(|p| (0..10).filter(|i| (i * 3 + p / 2) % 5 > 0).map(|i| act(i * 2 + p % 2)).collect())
            .collect();
        let mut als = Als::learn(&train, 20, 4, 10.0, 1.0, 8, 1);
        let scores = als.scores(&Case { history: vec![act(0), act(2)], ..Case::default() });
        let least = (2..10).map(|i| scores[i * 2]).fold(f64::INFINITY, f64::min);
        let most = (0..10).map(|i| scores[i * 2 + 1]).fold(f64::NEG_INFINITY, f64::max);
        assert!(least > most, "{scores:?}");
    }
}
