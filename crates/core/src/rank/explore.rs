//! Exploration: chance decides between kinds of reasons, never between single items.
//!
//! Thompson sampling (Thompson, 1933; Chapelle and Li, 2011). Every item is on one arm: the reason that speaks most for it, and
//! for interests which of them; or none. Of each arm it is counted how often the person took an item of it that they saw. A rate
//! is drawn from what these counts leave possible, and all items of the arm go up by it: arms that are hardly known may go up
//! far, those that are known to be worth little do not.

use super::Ranked;
use crate::candidates::{chance, mix};
use crate::reason::ReasonKind;

/// What an item stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Arm {
    kind: Option<ReasonKind>,
    interest: Option<usize>,
}

impl Arm {
    fn of(ranked: &Ranked) -> Self {
        let (mut kind, mut most) = (None, 0.0);
        for part in &ranked.parts {
            if part.value > most {
                (kind, most) = (Some(part.kind), part.value);
            }
        }
        let own = matches!(kind, Some(ReasonKind::Interest | ReasonKind::Typed));
        Self { kind, interest: ranked.interest.filter(|_| own) }
    }
}

/// An arm with its counts, and its rate once it is drawn.
#[derive(Debug, Clone, PartialEq)]
struct Counted {
    arm: Arm,
    taken: f64,
    passed: f64,
    rate: Option<f64>,
}

/// How often each arm was taken and passed over.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Arms {
    list: Vec<Counted>,
}

impl Arms {
    /// Counts an item that was taken, or seen and passed over.
    pub fn count(&mut self, ranked: &Ranked, taken: bool) {
        let counted = self.of(ranked);
        *(if taken { &mut counted.taken } else { &mut counted.passed }) += 1.0;
    }

    fn of(&mut self, ranked: &Ranked) -> &mut Counted {
        let arm = Arm::of(ranked);
        let at = self.list.iter().position(|own| own.arm == arm).unwrap_or_else(|| {
            self.list.push(Counted { arm, taken: 1.0, passed: 1.0, rate: None });
            self.list.len() - 1
        });
        &mut self.list[at]
    }

    /// A rate for the arm of an item, 0..=1, the same for all items of it.
    pub fn rate(&mut self, ranked: &Ranked, seed: u64) -> f64 {
        let counted = self.of(ranked);
        let rate = counted.rate.unwrap_or_else(|| counted.draw(seed));
        counted.rate = Some(rate);
        rate
    }
}

impl Counted {
    /// Drawn from the normal distribution with the mean and the variance of the Beta distribution of the counts.
    fn draw(&self, seed: u64) -> f64 {
        let n = self.taken + self.passed;
        let mean = self.taken / n;
        let deviation = (mean * (1.0 - mean) / (n + 1.0)).sqrt();
        let Arm { kind, interest } = self.arm;
        let name = kind.map_or(0, |kind| 1 + kind as u64) << 8 | interest.map_or(0, |at| 1 + at as u64);
        // A sum of twelve is near enough to normal.
        let normal: f64 = (0..12).map(|draw| chance(mix(seed, name), draw)).sum::<f64>() - 6.0;
        (mean + deviation * normal).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ItemIdx;
    use crate::rank::Part;

    fn ranked(item: u32, kind: ReasonKind, interest: Option<usize>) -> Ranked {
        Ranked { item: ItemIdx(item), score: 1.0, interest, parts: vec![Part::plain(kind, 1.0)] }
    }

    #[test]
    fn what_is_taken_goes_up_more_often_and_items_of_an_arm_together() {
        let mut arms = Arms::default();
        let good = ranked(1, ReasonKind::Interest, Some(0));
        let bad = ranked(2, ReasonKind::Interest, Some(1));
        let new = ranked(3, ReasonKind::Fresh, None);
        for _ in 0..20 {
            arms.count(&good, true);
            arms.count(&bad, false);
        }
        let rates = |ranked: &Ranked| (0..300).map(|seed| arms.clone().rate(ranked, seed)).collect::<Vec<_>>();
        let (good, bad, new) = (rates(&good), rates(&bad), rates(&new));
        let mean = |list: &[f64]| list.iter().sum::<f64>() / list.len() as f64;
        assert!(mean(&good) > 0.85 && mean(&bad) < 0.15 && (mean(&new) - 0.5).abs() < 0.05);
        let spread = |list: &[f64]| list.iter().map(|rate| (rate - mean(list)).abs()).sum::<f64>();
        assert!(spread(&new) > 3.0 * spread(&bad), "what is not known may be anything");
        assert_eq!(rates(&ranked(9, ReasonKind::Interest, Some(1))), bad);
    }
}
