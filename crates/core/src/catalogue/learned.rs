//! What a catalogue has learned from the events of many people.

use serde::{Deserialize, Serialize};

use super::links::Links;
use crate::rank::Weights;

/// What a catalogue says of the events it has learned from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LearnedHead {
    /// Events that were read.
    pub events: usize,
    /// People who did them.
    pub people: usize,
    /// People who must have done two things for a link between them to be kept; the same for trends.
    pub min_people: u32,
    /// Steps back in a person's history after which an item counts half for what comes next, above 0.
    pub half_life_steps: f64,
    /// Days after which what a person did counts half for their interests, above 0.
    pub half_life_days: f64,
    /// Items a person must have turned to for what comes next to count as much as what goes together, above 0.
    pub handoff: f64,
    /// Mean of all ratings, 1 to 5 stars, if there were any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stars: Option<f64>,
    /// Weights of the ranking; the defaults where none were trained.
    #[serde(default)]
    pub weights: Weights,
}

impl LearnedHead {
    /// Rounds all numbers to what a reader of JSON gives back to the last bit: serde_json reads more digits than a `f64` can hold
    /// exactly a little off, and the checksum would tell.
    pub(super) fn settle(&mut self) {
        let round = |value: &mut f64| {
            // What is smaller than this weighs nothing, and would need more digits.
            *value = if value.abs() < 1e-9 { 0.0 } else { format!("{value:.11e}").parse().unwrap_or(*value) };
        };
        for value in [&mut self.half_life_steps, &mut self.half_life_days, &mut self.handoff] {
            round(value);
            *value = value.max(1e-9);
        }
        self.stars.iter_mut().for_each(round);
        self.weights.0.iter_mut().for_each(round);
    }
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
    /// Mean stars of an item, 1 to 5, drawn towards the mean of all where few people rated it, per row; empty if nobody did.
    pub stars: Vec<f32>,
    /// [`super::LinkKind::Next`].
    pub next: Links,
    /// [`super::LinkKind::Together`].
    pub together: Links,
    /// [`super::LinkKind::Alike`], to items that few people turned to.
    pub alike: Links,
}
