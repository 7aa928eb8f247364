//! Maximal marginal relevance (Carbonell and Goldstein, 1998), with a second penalty that grows as an interest uses up its
//! share of the list.

use crate::catalogue::Catalogue;
use crate::rank::Ranked;
use crate::taste::Taste;
use crate::vector::Query;

/// How strongly to diversify.
#[derive(Debug, Clone, PartialEq)]
pub struct DiversityConfig {
    /// Penalty for an item equal to one above it, at full diversity.
    pub redundancy: f64,
    /// Penalty for an item whose interest has had its whole share, at full diversity. It can double.
    pub saturation: f64,
    /// Items that the interests share among them, at least 1.
    pub span: f64,
}

impl Default for DiversityConfig {
    fn default() -> Self {
        Self { redundancy: 0.5, saturation: 0.6, span: 10.0 }
    }
}

pub(super) struct Diversity<'a> {
    config: &'a DiversityConfig,
    amount: f64,
    /// Items that each interest may have before it is saturated.
    shares: Vec<f64>,
    taken: Vec<f64>,
    above: Vec<Query>,
    /// Per item the closest affinity to those above it, of which so many have been looked at.
    closest: Vec<(f64, usize)>,
}

impl<'a> Diversity<'a> {
    pub(super) fn new(amount: f64, config: &'a DiversityConfig, taste: &Taste, count: usize) -> Self {
        let share = |weight: f64| (weight / taste.strength * config.span).max(1.0);
        let shares: Vec<f64> = taste.interests.iter().map(|interest| share(interest.weight)).collect();
        let taken = vec![0.0; shares.len()];
        Self { config, amount, shares, taken, above: Vec::new(), closest: vec![(0.0, 0); count] }
    }

    /// At most 0, and never more than before. `own` is the item at `at`.
    pub(super) fn penalty(&mut self, at: usize, own: &Ranked, catalogue: &Catalogue) -> f64 {
        if self.amount == 0.0 {
            return 0.0;
        }
        let (closest, seen) = &mut self.closest[at];
        for query in &self.above[*seen..] {
            *closest = closest.max(catalogue.affinity(catalogue.similarity(query, own.item)));
        }
        *seen = self.above.len();
        let saturation = own.interest.map_or(0.0, |i| (self.taken[i] / self.shares[i]).min(2.0));
        -self.amount * (self.config.redundancy * *closest + self.config.saturation * saturation)
    }

    pub(super) fn take(&mut self, own: &Ranked, catalogue: &Catalogue) {
        if self.amount > 0.0 {
            self.above.push(catalogue.query(own.item));
            if let Some(i) = own.interest {
                self.taken[i] += 1.0;
            }
        }
    }
}
