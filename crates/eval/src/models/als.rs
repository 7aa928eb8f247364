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
