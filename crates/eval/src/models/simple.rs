//! Chance and popularity.

use predilect_core::candidates::{chance, mix};

use super::Model;
use crate::data::Act;
use crate::split::Case;

/// Chance.
pub struct Random {
    /// Number of items.
    pub items: usize,
    /// Equal seeds give equal rankings.
    pub seed: u64,
}

impl Model for Random {
    fn name(&self) -> String {
        "random".to_owned()
    }

    fn scores(&mut self, _: &Case) -> Vec<f64> {
        self.seed = mix(self.seed, 0);
        (0..self.items as u64).map(|item| chance(self.seed, item)).collect()
    }
}

/// Number of acts on an item.
pub struct Popular(Vec<f64>);

impl Popular {
    /// Counts.
    pub fn learn(train: &[Vec<Act>], items: usize) -> Self {
        let mut counts = vec![0.0; items];
        train.iter().flatten().for_each(|act| counts[act.item] += 1.0);
        Self(counts)
    }
}

impl Model for Popular {
    fn name(&self) -> String {
        "popular".to_owned()
    }

    fn scores(&mut self, _: &Case) -> Vec<f64> {
        self.0.clone()
    }
}
