//! What a catalogue has learned from the events of many people, and how it is kept in a few bytes an item.
//!
//! A neighbour takes a row number (2 bytes up to 65,536 items, else 4) and a weight of 1 byte: `(byte / 255)^2 * scale`, with
//! one scale a catalogue. The square keeps small weights apart where most of them lie.

use serde::{Deserialize, Serialize};

use super::ItemIdx;
use crate::rank::Weights;

/// What a catalogue says of the events it has learned from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LearnedHead {
    /// Events that were read.
    pub events: usize,
    /// People who did them.
    pub people: usize,
    /// People who must have done two things for their neighbourhood to be kept; the same for trends.
    pub min_people: u32,
    /// Steps back in a person's history after which an item counts half, above 0.
    pub half_life_steps: f64,
    /// Largest weight of a neighbour.
    pub scale: f32,
    /// Weights of the ranking; the defaults where none were trained.
    #[serde(default)]
    pub weights: Weights,
}

/// Everything learned, as it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct Learned {
    /// What is said of it.
    pub head: LearnedHead,
    /// People who did something to an item, per row.
    pub support: Vec<u32>,
    /// Recent events of an item as a percentile, 0..=1, per row.
    pub trend: Vec<f32>,
    /// What to turn to after an item, with weights above 0, per row.
    pub neighbours: Vec<Vec<(ItemIdx, f32)>>,
}

/// As it is read.
#[derive(Debug, Default)]
pub(super) struct Store {
    pub support: Vec<u16>,
    pub trend: Vec<u8>,
    pub offsets: Vec<u32>,
    pub items: Vec<u32>,
    pub weights: Vec<u8>,
    pub scale: f64,
}

impl Store {
    pub(super) fn neighbours(&self, row: usize) -> impl Iterator<Item = (ItemIdx, f64)> + '_ {
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

impl Learned {
    /// As bytes of the tensors: support, trend, offsets, items, weights.
    pub(super) fn store(&self) -> Store {
        let mut store = Store { offsets: vec![0], scale: f64::from(self.head.scale), ..Store::default() };
        store.support = self.support.iter().map(|&count| u16::try_from(count).unwrap_or(u16::MAX)).collect();
        store.trend = self.trend.iter().map(|&share| (share * 255.0).round() as u8).collect();
        for row in &self.neighbours {
            for &(item, weight) in row {
                let byte = ((weight / self.head.scale).sqrt() * 255.0).round() as u8;
                if byte > 0 {
                    store.items.push(item.0);
                    store.weights.push(byte);
                }
            }
            store.offsets.push(store.items.len() as u32);
        }
        store
    }
}
