//! What many lists are like together, besides being right.

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;

/// Of all lists.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListMetrics {
    /// Share of all items that are in some list.
    pub coverage: f64,
    /// Mean of 1 - similarity over the pairs of a list, mean over lists.
    pub diversity: f64,
    /// Mean of -log2 of the share of people who know an item, in bits.
    pub novelty: f64,
    /// Divergence of the tags of a list from those of the person's history, in nats, mean over lists (Steck, 2018).
    pub calibration: f64,
    /// Its standard error: that of a mean over lists.
    pub calibration_error: f64,
    /// Share of all places that go to the most popular tenth of the items.
    pub popularity_share: f64,
}

impl ListMetrics {
    /// Sum with others, part by part.
    pub fn plus(&self, other: &Self) -> Self {
        Self {
            coverage: self.coverage + other.coverage,
            diversity: self.diversity + other.diversity,
            novelty: self.novelty + other.novelty,
            calibration: self.calibration + other.calibration,
            calibration_error: self.calibration_error.hypot(other.calibration_error),
            popularity_share: self.popularity_share + other.popularity_share,
        }
    }

    /// All parts times a factor.
    pub fn scaled(&self, factor: f64) -> Self {
        Self {
            coverage: self.coverage * factor,
            diversity: self.diversity * factor,
            novelty: self.novelty * factor,
            calibration: self.calibration * factor,
            calibration_error: self.calibration_error * factor,
            popularity_share: self.popularity_share * factor,
        }
    }
}

/// What is known of a list.
pub struct Shown<'a> {
    /// The list.
    pub list: &'a [usize],
    /// Items of the history.
    pub history: &'a [usize],
}

/// Weight of the history in the tags of a list, so that a missing tag does not count as infinite (Steck, 2018).
const SMOOTHING: f64 = 0.01;

/// Metrics of lists, given how many people know each item, of `people`; the tags of each; and the similarity of two.
pub fn lists(
    shown: &[Shown<'_>],
    support: &[u32],
    people: usize,
    tags: &[Vec<String>],
    similarity: impl Fn(usize, usize) -> f64,
) -> ListMetrics {
    let mut order: Vec<usize> = (0..support.len()).collect();
    order.sort_by(|a, b| support[*b].cmp(&support[*a]).then(a.cmp(b)));
    let head: HashSet<usize> = order.into_iter().take(support.len().div_ceil(10)).collect();
    let all: HashSet<usize> = shown.iter().flat_map(|shown| shown.list).copied().collect();
    let places: Vec<usize> = shown.iter().flat_map(|shown| shown.list).copied().collect();
    let per_place = |value: &dyn Fn(usize) -> f64| average(places.iter().map(|&item| value(item)));
    let diversity = |shown: &Shown<'_>| {
        let pairs = shown.list.iter().enumerate().flat_map(|(i, a)| shown.list[..i].iter().map(move |b| (*a, *b)));
        average(pairs.map(|(a, b)| 1.0 - similarity(a, b)))
    };
    let divergences: Vec<f64> = shown.iter().filter_map(|shown| divergence(shown, tags)).collect();
    let calibration = average(divergences.iter().copied());
    let spread = divergences.iter().map(|own| (own - calibration).powi(2)).sum::<f64>();
    let count = divergences.len() as f64;
    ListMetrics {
        coverage: all.len() as f64 / support.len().max(1) as f64,
        diversity: average(shown.iter().filter(|shown| shown.list.len() > 1).map(diversity)),
        novelty: per_place(&|item| -(f64::from(support[item].max(1)) / people.max(1) as f64).log2()),
        calibration,
        calibration_error: if count > 1.0 { (spread / (count - 1.0) / count).sqrt() } else { 0.0 },
        popularity_share: per_place(&|item| f64::from(u8::from(head.contains(&item)))),
    }
}

fn average(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    if count > 0.0 { sum / count } else { 0.0 }
}

fn divergence(shown: &Shown<'_>, tags: &[Vec<String>]) -> Option<f64> {
    let (history, list) = (mix(shown.history, tags)?, mix(shown.list, tags)?);
    let term = |(tag, p): (&&str, &f64)| {
        let q = (1.0 - SMOOTHING) * list.get(tag).unwrap_or(&0.0) + SMOOTHING * p;
        p * (p / q).ln()
    };
    Some(history.iter().map(term).sum())
}

/// Share of each tag over items, where each item has one vote.
fn mix<'a>(items: &[usize], tags: &'a [Vec<String>]) -> Option<BTreeMap<&'a str, f64>> {
    let tagged: Vec<&Vec<String>> = items.iter().map(|&item| &tags[item]).filter(|own| !own.is_empty()).collect();
    let mut shares = BTreeMap::new();
    for own in &tagged {
        for tag in own.iter() {
            *shares.entry(tag.as_str()).or_insert(0.0) += 1.0 / (own.len() * tagged.len()) as f64;
        }
    }
    (!shares.is_empty()).then_some(shares)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let tags: Vec<Vec<String>> = ["x", "x", "y", "y"].iter().map(|tag| vec![(*tag).to_owned()]).collect();
        let shown = [Shown { list: &[0, 1], history: &[0, 2] }, Shown { list: &[0, 2], history: &[0, 2] }];
        let found = lists(&shown, &[8, 4, 2, 1], 8, &tags, |a, b| if tags[a] == tags[b] { 1.0 } else { 0.0 });
        assert_eq!(found.coverage, 0.75);
        assert_eq!(found.diversity, 0.5);
        // Bits: 0, 1, 0, 2 over four places.
        assert_eq!(found.novelty, 0.75);
        // Item 0 is the most popular tenth of four, and has two of four places.
        assert_eq!(found.popularity_share, 0.5);
        // First list: p = (1/2, 1/2), q = (.995, .005); second: p = q.
        let first = 0.5 * (0.5 / 0.995_f64).ln() + 0.5 * (0.5 / 0.005_f64).ln();
        assert!((found.calibration - first / 2.0).abs() < 1e-12);
        // Of two values, half their distance.
        assert!((found.calibration_error - first / 2.0).abs() < 1e-12);
        let twice = found.plus(&found).scaled(0.5);
        assert!((twice.calibration_error - found.calibration_error / 2.0_f64.sqrt()).abs() < 1e-12);
    }
}
