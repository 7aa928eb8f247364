//! Facets: which labels a person turns to more than chance would have it. Numbers (a price, a year) are labels too, by their
//! [levels](crate::catalogue::Levels).
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
    /// The same for what is of late.
    pub recent_acts: f64,
}

impl Default for FacetConfig {
    fn default() -> Self {
        Self { prior: 1.0, shown: 20.0, half_life_acts: 20.0, recent_acts: 4.0 }
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

/// How often a person met each label.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Facets {
    /// Per column of the catalogue, per label: weight of what was turned to and of what was passed over; empty where a column has
    /// no labels or nothing is known.
    tallies: Vec<Vec<[f64; 2]>>,
    /// The same of all items.
    sums: [f64; 2],
    config: FacetConfig,
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
    /// Folds what a person turned to and what they passed over, in the long run and of late.
    pub(super) fn fold(catalogue: &Catalogue, turned: &[Met], passed: &[Met], config: &FacetConfig) -> [Self; 2] {
        let order = descending(turned.iter().map(|met| met.at as f64));
        let times: Vec<Millis> = order.iter().map(|&at| turned[at].at).collect();
        // Items that were turned to since.
        let since = |met: &Met| times.partition_point(|&at| at > met.at) as f64;
        [config.half_life_acts, config.recent_acts].map(|half_life| {
            let mut facets = Self::default();
            if turned.is_empty() && passed.is_empty() {
                return facets;
            }
            facets.config = *config;
            facets.tallies.extend(catalogue.columns().iter().enumerate().map(|(at, (_, column))| match column {
                Column::Label(labels) => vec![[0.0; 2]; labels.names.len()],
                Column::Number(_) => vec![[0.0; 2]; catalogue.levels(at).map_or(0, |levels| levels.uses().len())],
            }));
            for (side, met) in turned.iter().map(|met| (0, met)).chain(passed.iter().map(|met| (1, met))) {
                facets.add(catalogue, met.item, side, met.weight * (-since(met) / half_life).exp2());
            }
            facets
        })
    }

    fn add(&mut self, catalogue: &Catalogue, item: ItemIdx, side: usize, weight: f64) {
        self.sums[side] += weight;
        for (at, (tallies, (_, column))) in self.tallies.iter_mut().zip(catalogue.columns()).enumerate() {
            match column {
                Column::Label(labels) => {
                    labels.of(item.row()).iter().for_each(|&label| tallies[label as usize][side] += weight);
                }
                Column::Number(values) => {
                    let shares = catalogue.levels(at).map(|levels| levels.shares(values[item.row()]));
                    for (level, share) in shares.into_iter().flatten() {
                        tallies[level as usize][side] += weight * share;
                    }
                }
            }
        }
    }

    /// How much the labels of an item speak for it (below 0: against it), and the one that says most.
    pub fn read(&self, catalogue: &Catalogue, item: ItemIdx) -> (f64, Option<Facet>) {
        let (mut sum, mut count, mut most) = (0.0, 0_u32, None);
        let mut largest = 0.0_f64;
        for (column, (tallies, (_, values))) in self.tallies.iter().zip(catalogue.columns()).enumerate() {
            let mut take = |label: u32, uses: f64, share: f64| {
                let lift = share * self.lift(tallies[label as usize], uses / catalogue.len() as f64);
                sum += lift;
                if lift.abs() > largest {
                    (largest, most) = (lift.abs(), Some(Facet { column, label }));
                }
            };
            match values {
                Column::Label(labels) => {
                    let own = labels.of(item.row());
                    own.iter().for_each(|&label| take(label, f64::from(labels.uses[label as usize]), 1.0));
                    count += own.len() as u32;
                }
                Column::Number(values) => {
                    let (Some(levels), value) = (catalogue.levels(column), values[item.row()]) else { continue };
                    if value.is_finite() {
                        levels
                            .shares(value)
                            .into_iter()
                            .for_each(|(level, share)| take(level, levels.uses()[level as usize], share));
                        count += 1;
                    }
                }
            }
        }
        // Labels of one item say partly the same.
        (if count == 0 { 0.0 } else { sum / f64::from(count).sqrt() }, most)
    }

    /// Logarithm of how much more a label was turned to than expected, given its share of the catalogue.
    fn lift(&self, [own, other]: [f64; 2], usual: f64) -> f64 {
        let FacetConfig { prior, shown, .. } = self.config;
        let expected = self.sums[0] * (other + shown * usual) / (self.sums[1] + shown);
        ((own + prior) / (expected + prior)).ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{CatalogueParts, ItemParts, write};

    /// Twelve items: half of them red, half blue, one of each with a label of its own.
    fn catalogue() -> Catalogue {
        with(|at| {
            let mut tags = vec![if at.is_multiple_of(2) { "red" } else { "blue" }];
            if at < 2 {
                tags.push(["rare red", "rare blue"][at]);
            }
            serde_json::json!({"tags": tags})
        })
    }

    fn with(fields: impl Fn(usize) -> serde_json::Value) -> Catalogue {
        let item = |at: usize| ItemParts { id: format!("i{at}"), fields: fields(at).as_object().unwrap().clone() };
        let items: Vec<ItemParts> = (0..12).map(item).collect();
        let vectors: Vec<f32> = (0..12).flat_map(|at| [1.0, at as f32]).collect();
        let parts = CatalogueParts { name: "t", encoder: "e", dimension: 2, vectors: &vectors, items: &items };
        Catalogue::open(write(&parts).unwrap()).unwrap()
    }

    fn met(rows: &[u32], weight: f64) -> Vec<Met> {
        rows.iter().map(|&row| Met { item: ItemIdx(row), weight, at: Millis::from(row) }).collect()
    }

    fn lift(facets: &Facets, catalogue: &Catalogue, row: u32) -> f64 {
        facets.read(catalogue, ItemIdx(row)).0
    }

    #[test]
    fn labels_that_are_turned_to_more_than_expected_speak_for_an_item() {
        let catalogue = catalogue();
        let config = FacetConfig::default();
        let [none, _] = Facets::fold(&catalogue, &[], &[], &config);
        assert_eq!(none.read(&catalogue, ItemIdx(3)), (0.0, None));
        let fold = |turned: &[u32], passed: &[u32]| {
            Facets::fold(&catalogue, &met(turned, 1.0), &met(passed, 1.0), &config)[0].clone()
        };
        let few = fold(&[2, 4], &[]);
        let (red, blue) = (lift(&few, &catalogue, 6), lift(&few, &catalogue, 7));
        assert!(red > 0.0 && blue < 0.0);
        let name = few.read(&catalogue, ItemIdx(6)).1.and_then(|facet| catalogue.label(facet.column, facet.label));
        assert_eq!(name.as_deref(), Some("red"));
        let more = fold(&[2, 4, 6, 8], &[]);
        assert!(lift(&more, &catalogue, 10) > red, "many acts say more than few");
        let mixed = fold(&[2, 3, 4, 5], &[]);
        assert!(lift(&mixed, &catalogue, 6).abs() < 0.1 && lift(&mixed, &catalogue, 7).abs() < 0.1);
        let shown_red_only = fold(&[2, 4], &[6, 8, 10, 2, 4, 6]);
        assert!(lift(&shown_red_only, &catalogue, 10) < red, "who is shown nothing else chose nothing");
        assert!(
            lift(&fold(&[], &[6, 8, 10]), &catalogue, 2).abs() < 1e-6,
            "to pass over everything says nothing of a label"
        );
    }

    #[test]
    fn numbers_like_those_turned_to_speak_for_an_item() {
        let catalogue = with(|at| match at {
            11 => serde_json::json!({}),
            _ => serde_json::json!({"price": at * 10, "date": format!("2026-11-{:02}", at + 1)}),
        });
        let facets = &Facets::fold(&catalogue, &met(&[1, 2, 3], 1.0), &[], &FacetConfig::default())[0];
        let of = |row| facets.read(&catalogue, ItemIdx(row));
        assert!(of(2).0 > 0.0 && of(4).0 > of(6).0 && of(9).0 < 0.0, "cheap ones, and what is close to them");
        let facet = of(2).1.expect("a level");
        let range = catalogue.label(facet.column, facet.label).expect("a name");
        assert!(range.starts_with("price 1") || range.starts_with("price 2"), "{range}");
        assert_eq!(of(11), (0.0, None), "no price, and dates are no levels");
    }

    #[test]
    fn what_was_turned_to_last_counts_most() {
        let catalogue = catalogue();
        // Red before blue: rows are times.
        let [long, late] = Facets::fold(&catalogue, &met(&[2, 4, 6, 7, 9, 11], 1.0), &[], &FacetConfig::default());
        let [red, blue] = [2, 3].map(|row| (lift(&late, &catalogue, row), lift(&long, &catalogue, row)));
        assert!(red.0 < 0.0 && blue.0 > 0.0, "of late");
        assert!(red.0 < red.1 && blue.0 > blue.1, "more so than in the long run");
    }
}
