//! Candidates: the items worth ranking, each with the sources that proposed it.

use std::collections::BTreeMap;

use crate::catalogue::{Catalogue, Column, ColumnKind, ItemIdx};
use crate::event::Millis;
use crate::filter::Bitmap;

/// Milliseconds of a day.
pub const DAY: f64 = 86_400_000.0;

/// Who proposed an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A vector search for the interest at this place in the taste.
    Interest(usize),
    /// A vector search for the session.
    Session,
    /// The most popular items.
    Popular,
    /// The newest items.
    Fresh,
    /// Chance.
    Explore,
}

/// An item worth ranking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The item.
    pub item: ItemIdx,
    /// Who proposed it, in ascending order.
    pub sources: Vec<Source>,
}

/// Joins the lists of all sources into candidates in ascending order of rows.
pub fn join(lists: Vec<(Source, Vec<ItemIdx>)>) -> Vec<Candidate> {
    let mut by_item: BTreeMap<ItemIdx, Vec<Source>> = BTreeMap::new();
    for (source, items) in lists {
        for item in items {
            by_item.entry(item).or_default().push(source);
        }
    }
    let candidate = |(item, mut sources): (ItemIdx, Vec<Source>)| {
        sources.sort_unstable();
        sources.dedup();
        Candidate { item, sources }
    };
    by_item.into_iter().map(candidate).collect()
}

/// Rows by descending popularity, equal ones by row. Depends on the catalogue only: make it once.
pub fn by_popularity(catalogue: &Catalogue) -> Vec<ItemIdx> {
    let mut order: Vec<ItemIdx> = catalogue.items().filter(|&item| catalogue.popularity(item) > 0.0).collect();
    order.sort_by(|&a, &b| catalogue.popularity(b).total_cmp(&catalogue.popularity(a)).then(a.cmp(&b)));
    order
}

/// Rows that have a date, newest first, equal ones by row. Depends on the catalogue only: make it once.
pub fn by_date(catalogue: &Catalogue) -> Vec<ItemIdx> {
    let Some(days) = dates(catalogue) else { return Vec::new() };
    let mut order: Vec<ItemIdx> = catalogue.items().filter(|item| !days[item.row()].is_nan()).collect();
    order.sort_by(|a, b| days[b.row()].total_cmp(&days[a.row()]).then(a.cmp(b)));
    order
}

/// Age of an item in days at `now`, from its field `date`; none for items without a date or from the future.
pub fn age_days(catalogue: &Catalogue, item: ItemIdx, now: Millis) -> Option<f64> {
    let age = now as f64 / DAY - dates(catalogue)?[item.row()];
    (age >= 0.0).then_some(age)
}

fn dates(catalogue: &Catalogue) -> Option<&[f64]> {
    match catalogue.column("date") {
        Some((ColumnKind::Date, Column::Number(days))) => Some(days),
        _ => None,
    }
}

/// The first `limit` of `order` that are in `allowed`.
pub fn first_allowed(order: &[ItemIdx], allowed: &Bitmap, limit: usize) -> Vec<ItemIdx> {
    order.iter().copied().filter(|item| allowed.contains(item.row())).take(limit).collect()
}

/// Up to `limit` different rows of `allowed`, chosen by `seed`.
pub fn by_chance(allowed: &Bitmap, limit: usize, seed: u64) -> Vec<ItemIdx> {
    let mut drawn: Vec<(u64, ItemIdx)> = (0..allowed.len() as u32)
        .filter(|&row| allowed.contains(row as usize))
        .map(|row| (mix(seed, u64::from(row)), ItemIdx(row)))
        .collect();
    let limit = limit.min(drawn.len());
    if limit > 0 && limit < drawn.len() {
        drawn.select_nth_unstable(limit - 1);
    }
    drawn.truncate(limit);
    drawn.sort_unstable();
    drawn.into_iter().map(|(_, item)| item).collect()
}

/// A well spread number from a seed and a row (the finaliser of SplitMix64).
pub fn mix(seed: u64, row: u64) -> u64 {
    let mut x = seed.wrapping_add(row.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// A number in 0..1 from a seed and a row.
pub fn chance(seed: u64, row: u64) -> f64 {
    (mix(seed, row) >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_joined() {
        let (a, b) = (ItemIdx(2), ItemIdx(1));
        let joined =
            join(vec![(Source::Popular, vec![a, b]), (Source::Interest(1), vec![a]), (Source::Popular, vec![a])]);
        assert_eq!(joined[0], Candidate { item: b, sources: vec![Source::Popular] });
        assert_eq!(joined[1], Candidate { item: a, sources: vec![Source::Interest(1), Source::Popular] });
    }

    #[test]
    fn chance_is_seeded_and_allowed() {
        let mut allowed = Bitmap::full(100);
        allowed.remove(7);
        let draw = |seed| by_chance(&allowed, 10, seed);
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        assert!((0..50).all(|seed| !draw(seed).contains(&ItemIdx(7)) && draw(seed).len() == 10));
        assert_eq!(by_chance(&allowed, 1000, 3).len(), 99);
    }
}
