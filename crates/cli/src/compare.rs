//! How far the topics of two catalogues agree about the items that both have.

use std::collections::HashMap;

use predilect_core::{Catalogue, ItemIdx};

/// Agreement about the items in both.
#[derive(Debug, Clone, PartialEq)]
pub struct Agreement {
    /// Items in both.
    pub items: usize,
    /// Share of them whose topic has the same name, above and below.
    pub same_name: [f64; 2],
    /// Adjusted Rand index (Hubert and Arabie, 1985), above and below: 1 for the same division, 0 for chance.
    pub rand: [f64; 2],
}

/// Compares the topics of two catalogues.
pub fn compare(a: &Catalogue, b: &Catalogue) -> Agreement {
    let pairs: Vec<(ItemIdx, ItemIdx)> = a.items().filter_map(|item| Some((item, b.find(a.id(item))?))).collect();
    let (mut same_name, mut rand) = ([0.0; 2], [0.0; 2]);
    for (level, (same_name, rand)) in same_name.iter_mut().zip(&mut rand).enumerate() {
        let topics: Vec<(usize, usize)> =
            pairs.iter().filter_map(|(x, y)| Some((topic(a, *x, level == 0)?, topic(b, *y, level == 0)?))).collect();
        let name = |catalogue: &Catalogue, topic: usize| catalogue.topics().tree[topic].name(0).to_owned();
        let same = topics.iter().filter(|(x, y)| name(a, *x) == name(b, *y)).count();
        *same_name = same as f64 / topics.len().max(1) as f64;
        *rand = adjusted_rand(&topics);
    }
    Agreement { items: pairs.len(), same_name, rand }
}

fn topic(catalogue: &Catalogue, item: ItemIdx, upper: bool) -> Option<usize> {
    let topics = catalogue.topics();
    let own = usize::from(*topics.of_item.get(item.row())?);
    Some(topics.tree[own].parent.filter(|_| upper).map_or(own, usize::from))
}

fn adjusted_rand(pairs: &[(usize, usize)]) -> f64 {
    let mut cells: HashMap<(usize, usize), f64> = HashMap::new();
    let (mut rows, mut columns): (HashMap<usize, f64>, HashMap<usize, f64>) = Default::default();
    for &(a, b) in pairs {
        *cells.entry((a, b)).or_default() += 1.0;
        *rows.entry(a).or_default() += 1.0;
        *columns.entry(b).or_default() += 1.0;
    }
    let two = |n: f64| n * (n - 1.0) / 2.0;
    let together: f64 = cells.values().map(|&n| two(n)).sum();
    let (in_a, in_b): (f64, f64) = (rows.values().map(|&n| two(n)).sum(), columns.values().map(|&n| two(n)).sum());
    let expected = in_a * in_b / two(pairs.len() as f64).max(1.0);
    let most = (in_a + in_b) / 2.0;
    if most == expected { 1.0 } else { (together - expected) / (most - expected) }
}

#[cfg(test)]
mod tests {
    use super::adjusted_rand;

    #[test]
    fn divisions() {
        let with = |b: [usize; 6]| adjusted_rand(&(0..6).map(|i| (i / 2, b[i])).collect::<Vec<_>>());
        assert_eq!(with([7, 7, 3, 3, 5, 5]), 1.0, "names of clusters do not count");
        // No pair together in both, 3 and 6 of 15 in each: (0 - 1.2) / (4.5 - 1.2).
        assert!((with([0, 1, 0, 1, 0, 1]) + 4.0 / 11.0).abs() < 1e-9);
        assert!(with([0, 0, 1, 1, 1, 2]) > 0.3);
    }
}
