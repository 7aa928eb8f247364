//! Links from item to item, in three or five bytes each.
//!
//! A link takes a row number (2 bytes up to 65,536 items, else 4) and a weight of 1 byte: `(byte / 255)^2 * scale`, with one
//! scale a kind. The square keeps small weights apart where most of them lie.

use safetensors::Dtype;
use serde::{Deserialize, Serialize};

use super::ItemIdx;

/// Why one item leads to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    /// People turned to it shortly before or after.
    Next,
    /// People who turned to one turned to the other, at whatever time: by how much more often than all people.
    Together,
    /// Both say the same; leads to items that events know too little of.
    Alike,
}

impl LinkKind {
    /// All, in the order of the header.
    pub const ALL: [Self; 3] = [Self::Next, Self::Together, Self::Alike];

    /// Name of its tensors.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Together => "together",
            Self::Alike => "alike",
        }
    }
}

/// The items each item leads to, with weights above 0, a row an item.
pub type Links = Vec<Vec<(ItemIdx, f32)>>;

/// Most links of a row; the byte that counts them ends there.
pub const MAX_LINKS: usize = 255;

/// Largest weight of each kind, 0 for a kind of which there are none.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LinkScales(pub [f32; 3]);

impl LinkScales {
    pub(super) fn none(&self) -> bool {
        *self == Self::default()
    }
}

/// Links of one kind as they are kept.
#[derive(Debug, Default)]
pub(super) struct Store {
    pub offsets: Vec<u32>,
    pub items: Vec<u32>,
    pub weights: Vec<u8>,
    pub scale: f64,
}

impl Store {
    pub(super) fn of(&self, row: usize) -> impl Iterator<Item = (ItemIdx, f64)> + '_ {
        let range = match self.offsets.get(row..row + 2) {
            Some(ends) => ends[0] as usize..ends[1] as usize,
            None => 0..0,
        };
        let weight = |byte: u8| (f64::from(byte) / 255.0).powi(2) * self.scale;
        self.items[range.clone()]
            .iter()
            .zip(&self.weights[range])
            .map(move |(&item, &byte)| (ItemIdx(item), weight(byte)))
    }
}

/// Links as bytes: how many each row has, where they lead, how strongly, and the largest weight.
pub(super) fn pack(links: &Links) -> (Vec<u8>, Vec<u32>, Vec<u8>, f32) {
    let scale = links.iter().flatten().map(|link| link.1).fold(0.0, f32::max);
    let (mut counts, mut items, mut weights) = (Vec::new(), Vec::new(), Vec::new());
    for row in links {
        let before = items.len();
        for &(item, weight) in row.iter().take(MAX_LINKS) {
            let byte = ((weight / scale).sqrt() * 255.0).round() as u8;
            if byte > 0 {
                items.push(item.0);
                weights.push(byte);
            }
        }
        counts.push((items.len() - before) as u8);
    }
    (counts, items, weights, scale)
}

/// Type of row numbers.
pub(super) fn row_type(count: usize) -> Dtype {
    if count <= 1 << 16 { Dtype::U16 } else { Dtype::U32 }
}
