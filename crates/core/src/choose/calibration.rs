//! Calibration (Steck, "Calibrated recommendations", 2018): the mix of labels in a list follows that of what the person
//! likes.
//!
//! For a list of a given length the divergence from the person's mix `p` falls as `sum over labels of p ln(list)` grows, where
//! an item counts for its labels in equal parts. What one more item adds to that sum only falls as the list grows. Each label
//! starts as if the list held one item with the person's own mix.

use crate::catalogue::{ItemIdx, Labels};
use crate::taste::{Origin, Taste};

/// What an item counts for, in all; whole numbers add up to the same in any order.
const WHOLE: u32 = 1 << 16;

pub(super) struct Calibration<'a> {
    labels: &'a Labels,
    strength: f64,
    /// Share of each label in what the person likes.
    wanted: Vec<f64>,
    /// What the list has of each label.
    have: Vec<u32>,
}

impl<'a> Calibration<'a> {
    /// Those that have a mix to follow.
    pub(super) fn all(shapes: &[(&'a Labels, f64)], taste: &Taste) -> Vec<Self> {
        shapes.iter().filter_map(|&(labels, strength)| Self::new(labels, strength, taste)).collect()
    }

    fn new(labels: &'a Labels, strength: f64, taste: &Taste) -> Option<Self> {
        let mut wanted = vec![0.0; labels.names.len()];
        let mut sum = 0.0;
        for interest in &taste.interests {
            let Origin::Items(evidence) = &interest.origin else { continue };
            for liked in evidence {
                let own = labels.of(liked.item.row());
                for &label in own {
                    wanted[label as usize] += liked.weight / own.len() as f64;
                    sum += liked.weight / own.len() as f64;
                }
            }
        }
        wanted.iter_mut().for_each(|share| *share /= sum);
        let have = vec![0; wanted.len()];
        (strength > 0.0 && sum > 0.0).then_some(Self { labels, strength, wanted, have })
    }

    /// What an item adds, at least 0.
    pub(super) fn gain(&self, item: ItemIdx) -> f64 {
        let own = self.labels.of(item.row());
        let share = 1.0 / own.len() as f64;
        self.strength * own.iter().map(|&label| self.of(label as usize, share)).sum::<f64>()
    }

    /// More than any item adds.
    pub(super) fn most(&self) -> f64 {
        self.strength * (0..self.wanted.len()).map(|label| self.of(label, 1.0)).sum::<f64>()
    }

    fn of(&self, label: usize, share: f64) -> f64 {
        let wanted = self.wanted[label];
        if wanted == 0.0 {
            return 0.0;
        }
        let have = f64::from(self.have[label]) / f64::from(WHOLE);
        wanted * (share / (have + wanted)).ln_1p()
    }

    pub(super) fn take(&mut self, item: ItemIdx) {
        let own = self.labels.of(item.row());
        for &label in own {
            self.have[label as usize] += WHOLE / own.len() as u32;
        }
    }
}
