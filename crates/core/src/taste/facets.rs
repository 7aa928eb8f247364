//! Facets: which labels a person turns to more than chance would have it.
//!
//! Of the weight of all they turned to, a label has a share. It is compared with its share among what they were shown and passed
//! over or rejected, drawn towards its share of the whole catalogue: the ratio's logarithm is the label's lift. A few acts move
//! a lift a little (both sides start from the same pseudo-count), and much-used labels that everybody meets have none.

use crate::catalogue::{Catalogue, Column, ItemIdx};
use crate::event::Millis;
use crate::order::descending;

/// How facets are folded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FacetConfig {
    /// Weight of acts that every label starts with, as if it had been met as often as expected; above 0.
    pub prior: f64,
    /// Passed-over items that count as much as the whole catalogue in what is expected; above 0.
    pub shown: f64,
    /// Items turned to since then after which one counts half, above 0.
    pub half_life_acts: f64,
}

impl Default for FacetConfig {
    fn default() -> Self {
        Self { prior: 1.0, shown: 20.0, half_life_acts: std::env::var("FH").ok().and_then(|v| v.parse().ok()).unwrap_or(20.0) }
    }
}

/// An item that a person met.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Met {
    pub item: ItemIdx,
    /// How much it says, above 0.
    pub weight: f64,
    /// When.
    pub at: Millis,
}

/// The lifts of all labels for one person.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Facets {
    /// Per column of the catalogue, per label; empty where a column has no labels or nothing is known.
    lifts: Vec<Vec<f32>>,
}

/// A label of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facet {
    /// Place of the column in the catalogue.
    pub column: usize,
    /// Place of the label in the column.
    pub label: u32,
}

impl Facets {
    /// Folds what a person turned to and what they passed over.
    pub(super) fn fold(
        catalogue: &Catalogue,
        mut turned: Vec<Met>,
        mut passed: Vec<Met>,
        config: &FacetConfig,
    ) -> Self {
        if turned.is_empty() && passed.is_empty() {
            return Self::default();
        }
        let order = descending(turned.iter().map(|met| met.at as f64));
        let times: Vec<Millis> = order.iter().map(|&at| turned[at].at).collect();
        let fade = |met: &mut Met| {
            let since = times.partition_point(|&at| at > met.at);
            met.weight *= (-(since as f64) / config.half_life_acts).exp2();
        };
        turned.iter_mut().chain(&mut passed).for_each(fade);
        let sum = |list: &[Met]| list.iter().map(|met| met.weight).sum::<f64>();
        let (all, others) = (sum(&turned), sum(&passed));
        let count = catalogue.len() as f64;
        let lifts = |(_, column): &(_, Column)| {
            let Column::Label(labels) = column else { return Vec::new() };
            let tally = |list: &[Met]| {
                let mut tally = vec![0.0; labels.names.len()];
                for met in list {
                    labels.of(met.item.row()).iter().for_each(|&label| tally[label as usize] += met.weight);
                }
                tally
            };
            let (own, other) = (tally(&turned), tally(&passed));
            let lift = |at: usize| {
                let usual = f64::from(labels.uses[at]) / count;
                let expected = all * (other[at] + config.shown * usual) / (others + config.shown);
                ((own[at] + config.prior) / (expected + config.prior)).ln() as f32
            };
            (0..labels.names.len()).map(lift).collect()
        };
        Self { lifts: catalogue.columns().iter().map(lifts).collect() }
    }

    /// How much the labels of an item speak for it (below 0: against it), and the one that says most.
    pub fn read(&self, catalogue: &Catalogue, item: ItemIdx) -> (f64, Option<Facet>) {
        let (mut sum, mut count, mut most) = (0.0, 0_u32, None);
        let mut largest = 0.0_f64;
        for (at, (lifts, (_, column))) in self.lifts.iter().zip(catalogue.columns()).enumerate() {
            let Column::Label(labels) = column else { continue };
            for &label in labels.of(item.row()) {
                let lift = f64::from(lifts[label as usize]);
                sum += lift;
                count += 1;
                if lift.abs() > largest {
                    (largest, most) = (lift.abs(), Some(Facet { column: at, label }));
                }
            }
        }
        // Labels of one item say partly the same.
        (if count == 0 { 0.0 } else { sum / f64::from(count).sqrt() }, most)
    }
}
