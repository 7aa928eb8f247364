//! Candidates: the items worth ranking, each with the sources that proposed it.

use crate::catalogue::{Catalogue, Column, ColumnKind, ItemIdx, LinkKind};
use crate::event::Millis;
use crate::filter::Bitmap;
use crate::order::{ascending, descending, pair, second};

/// Milliseconds of a day.
pub const DAY: f64 = 86_400_000.0;

/// Who proposed an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The most popular items.
    Popular,
    /// The newest items.
    Fresh,
    /// Chance, or all there is.
    Explore,
    /// A vector search for the session.
    Session,
    /// Links of the trail.
    Link(LinkKind),
    /// The items most turned to lately.
    Trend,
    /// A vector search for what the list is about.
    Focus,
    /// Who asks: items to pin or to boost, and those that were shown before.
    Asked,
    /// A search for what was asked for in words.
    Request,
    /// A vector search for the interest at this place in the taste.
    Interest(u32),
}

impl Source {
    fn code(self) -> u32 {
        match self {
            Self::Popular => 0,
            Self::Fresh => 1,
            Self::Explore => 2,
            Self::Session => 3,
            Self::Trend => 4,
            Self::Link(kind) => 5 + kind as u32,
            Self::Focus => 8,
            Self::Asked => 9,
            Self::Request => 10,
            Self::Interest(i) => i.saturating_add(11),
        }
    }

    fn from_code(code: u32) -> Self {
        match code {
            0 => Self::Popular,
            1 => Self::Fresh,
            2 => Self::Explore,
            3 => Self::Session,
            4 => Self::Trend,
            5 => Self::Link(LinkKind::Next),
            6 => Self::Link(LinkKind::Together),
            7 => Self::Link(LinkKind::Alike),
            8 => Self::Focus,
            9 => Self::Asked,
            10 => Self::Request,
            more => Self::Interest(more - 11),
        }
    }
}

/// An item worth ranking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The item.
    pub item: ItemIdx,
    /// Who proposed it, each once.
    pub sources: Vec<Source>,
}

/// Joins the lists of all sources into candidates in ascending order of rows.
pub fn join(lists: Vec<(Source, Vec<ItemIdx>)>) -> Vec<Candidate> {
    let proposal =
        |(source, items): (Source, Vec<ItemIdx>)| items.into_iter().map(move |item| pair(item.0, source.code()));
    let mut proposals: Vec<u64> = lists.into_iter().flat_map(proposal).collect();
    ascending(&mut proposals);
    let mut out: Vec<Candidate> = Vec::new();
    for proposal in proposals {
        let (item, source) = (ItemIdx((proposal >> 32) as u32), Source::from_code(second(proposal)));
        match out.last_mut() {
            Some(last) if last.item == item => last.sources.push(source),
            _ => out.push(Candidate { item, sources: vec![source] }),
        }
    }
    out
}

/// Rows by descending popularity, equal ones by row. Depends on the catalogue only: make it once.
pub fn by_popularity(catalogue: &Catalogue) -> Vec<ItemIdx> {
    by_share(catalogue, &|item| catalogue.popularity(item))
}

/// Rows by descending trend, equal ones by row. Depends on the catalogue only: make it once.
pub fn by_trend(catalogue: &Catalogue) -> Vec<ItemIdx> {
    by_share(catalogue, &|item| catalogue.trend(item))
}

fn by_share(catalogue: &Catalogue, share: &dyn Fn(ItemIdx) -> f64) -> Vec<ItemIdx> {
    let items: Vec<ItemIdx> = catalogue.items().filter(|&item| share(item) > 0.0).collect();
    let order = descending(items.iter().map(|&item| share(item)));
    order.into_iter().map(|at| items[at]).collect()
}

/// Rows that have a date, newest first, equal ones by row. Depends on the catalogue only: make it once.
pub fn by_date(catalogue: &Catalogue) -> Vec<ItemIdx> {
    let Some(days) = dates(catalogue) else { return Vec::new() };
    let order = descending(days.iter().copied());
    order.into_iter().filter(|&row| !days[row].is_nan()).map(|row| ItemIdx(row as u32)).collect()
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
    let count = allowed.count();
    if count == 0 {
        return Vec::new();
    }
    let ticket = |row: u32| pair((mix(seed, u64::from(row)) >> 32) as u32, row);
    let rows = || (0..allowed.len() as u32).filter(|&row| allowed.contains(row as usize));
    // Tickets are spread evenly, so the lowest ones lie below this bound; sorting all of a large catalogue would be slow.
    let bound = ((2 * limit + 64) as f64 / count as f64 * 2.0_f64.powi(64)) as u64;
    let mut drawn: Vec<u64> = rows().map(ticket).filter(|&ticket| ticket <= bound).collect();
    if drawn.len() < limit {
        drawn = rows().map(ticket).collect();
    }
    ascending(&mut drawn);
    drawn.into_iter().take(limit).map(|ticket| ItemIdx(second(ticket))).collect()
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
        assert_eq!(joined[1], Candidate { item: a, sources: vec![Source::Popular, Source::Interest(1)] });
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
