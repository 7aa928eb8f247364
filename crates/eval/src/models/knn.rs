//! ItemKNN (Sarwar et al., 2001): cosine between items over the people who turned to them, the nearest `k` of each item.

use super::{Model, faded};
use crate::data::Act;
use crate::split::Case;

/// Nearest items of each item.
pub struct ItemKnn {
    near: Vec<Vec<(usize, f64)>>,
    half_life: Option<f64>,
}

impl ItemKnn {
    /// Learns with `k` neighbours and a shrinkage of `shrink` people.
    pub fn learn(train: &[Vec<Act>], items: usize, k: usize, shrink: f64, half_life: Option<f64>) -> Self {
        let mut people: Vec<Vec<usize>> = vec![Vec::new(); items];
        for (person, acts) in train.iter().enumerate() {
            acts.iter().for_each(|act| people[act.item].push(person));
        }
        let near = |item: usize| {
            let mut both = vec![0.0; items];
            for &person in &people[item] {
                train[person].iter().for_each(|act| both[act.item] += 1.0);
            }
            let own = people[item].len() as f64;
            let cosine = |other: usize| both[other] / ((own * people[other].len() as f64).sqrt() + shrink);
            let mut near: Vec<(usize, f64)> = (0..items)
                .filter(|&other| other != item && both[other] > 0.0)
                .map(|other| (other, cosine(other)))
                .collect();
            near.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            near.truncate(k);
            near
        };
        Self { near: (0..items).map(near).collect(), half_life }
    }
}

impl Model for ItemKnn {
    fn name(&self) -> String {
        format!("ItemKNN{}", if self.half_life.is_some() { " + decay" } else { "" })
    }

    fn scores(&mut self, case: &Case) -> Vec<f64> {
        let mut scores = vec![0.0; self.near.len()];
        for (item, weight) in faded(&case.history, self.half_life) {
            self.near[item].iter().for_each(|(other, near)| scores[*other] += weight * near);
        }
        scores
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use predilect_core::EventKind;

    #[test]
    fn cosines_by_hand() {
        let act = |item| Act { item, kind: EventKind::Like, value: None, at: 0 };
        // Item 0 with four people, of whom one has item 1 and two have item 2.
        let train = [vec![act(0), act(1)], vec![act(0), act(2)], vec![act(0), act(2)], vec![act(0)]];
        let case = Case { history: vec![act(0)], ..Case::default() };
        let scores = |k, shrink| ItemKnn::learn(&train, 3, k, shrink, None).scores(&case);
        let close = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
        close(scores(2, 0.0)[1], 1.0 / 2.0);
        close(scores(2, 0.0)[2], 2.0 / 8.0_f64.sqrt());
        close(scores(2, 1.0)[1], 1.0 / 3.0);
        close(scores(1, 0.0)[1], 0.0);
    }
}
