//! What a list is about: some items, the direction they share, and where their links lead.

use crate::catalogue::{Catalogue, ItemIdx};
use crate::trail::Trail;
use crate::vector::Query;

/// Most items of a focus.
pub const MAX_FOCUS: usize = 256;

/// Items that a list is about.
#[derive(Debug, Clone, PartialEq)]
pub struct Focus {
    /// The items, each once.
    pub items: Vec<ItemIdx>,
    /// Their common direction.
    pub query: Query,
    /// Where their links lead.
    pub trail: Trail,
}

impl Focus {
    /// A focus on items, the latest last.
    pub fn new(given: &[ItemIdx], catalogue: &Catalogue) -> Self {
        let mut items: Vec<ItemIdx> = Vec::new();
        for item in given {
            items.retain(|own| own != item);
            items.push(*item);
        }
        let query = match items.as_slice() {
            [one] => catalogue.query(*one),
            all => {
                let mut sum = vec![0.0; catalogue.header().dimension];
                for &item in all {
                    let (row, scale) = catalogue.vector(item);
                    sum.iter_mut().zip(row).for_each(|(sum, &value)| *sum += f32::from(value) * scale);
                }
                Query::from_values(&sum)
            }
        };
        let trail = Trail::of(&items, catalogue);
        Self { items, query, trail }
    }

    /// Cosine of an item with the direction of the focus.
    pub fn cosine(&self, item: ItemIdx, catalogue: &Catalogue) -> f32 {
        catalogue.similarity(&self.query, item)
    }

    /// The item of the focus that is closest to `item`.
    pub fn nearest(&self, item: ItemIdx, catalogue: &Catalogue) -> Option<ItemIdx> {
        let query = catalogue.query(item);
        let mut best: Option<(ItemIdx, f32)> = None;
        for &own in &self.items {
            let cosine = catalogue.similarity(&query, own);
            if best.is_none_or(|(_, other)| cosine > other) {
                best = Some((own, cosine));
            }
        }
        best.map(|(own, _)| own)
    }
}
