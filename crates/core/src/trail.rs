//! The trail of a person, and where those who went the same way turned to next.
//!
//! The trail is the latest items a person turned to, newest first. Each counts half of what came `half_life_steps` after it;
//! what was rejected is no step. Every step proposes its neighbours in the catalogue, so that an item's score is the sum of
//! step times neighbour weight: the prediction of a sparse item-item model (Ning and Karypis, SLIM, 2011; Steck, EASE, 2019)
//! for a history that fades.

use crate::catalogue::{Catalogue, ItemIdx};
use crate::event::Event;
use crate::order::{ascending, descending, pair, second};
use crate::reason::Cause;

/// Steps that are looked at. With any sensible half-life the rest weighs nothing.
const MAX_STEPS: usize = 64;
/// Different items that are looked at for steps; whoever rejects so many in a row has no trail to follow.
const MAX_PASSED: usize = 4 * MAX_STEPS;

/// An item a person turned to.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The item.
    pub item: ItemIdx,
    /// How much it counts, 1 for the latest.
    pub weight: f64,
    /// The event.
    pub cause: Cause,
}

/// An item that lies close to the trail.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reached {
    /// The item.
    pub item: ItemIdx,
    /// Sum of step times neighbour weight.
    pub score: f64,
    /// Place of the step that adds most.
    pub step: usize,
}

/// The latest steps of a person and what lies close to them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Trail {
    /// Newest first.
    pub steps: Vec<Step>,
    /// In ascending order of rows.
    reached: Vec<Reached>,
}

impl Trail {
    /// Follows the neighbours of the latest items among `events`, oldest first. Empty for a catalogue without neighbours.
    pub fn follow(events: &[Event], catalogue: &Catalogue) -> Self {
        let Some(learned) = catalogue.learned() else { return Self::default() };
        let mut trail = Self::default();
        let mut passed: Vec<ItemIdx> = Vec::new();
        for event in events.iter().rev() {
            let Some(item) = catalogue.find(&event.item).filter(|item| !passed.contains(item)) else { continue };
            passed.push(item);
            if event.weight() >= 0.0 {
                let weight = (-(trail.steps.len() as f64) / learned.half_life_steps).exp2();
                trail.steps.push(Step { item, weight, cause: Cause::from(event) });
            }
            if trail.steps.len() == MAX_STEPS || passed.len() == MAX_PASSED {
                break;
            }
        }
        trail.reached = reached(&trail.steps, catalogue);
        trail
    }

    /// How close an item is to the trail: 0 for not at all.
    pub fn closeness(&self, item: ItemIdx) -> f64 {
        self.find(item).map_or(0.0, |reached| reached.score)
    }

    /// The event that leads to an item most.
    pub fn cause(&self, item: ItemIdx) -> Option<&Cause> {
        Some(&self.steps.get(self.find(item)?.step)?.cause)
    }

    /// All items that are reached, the closest first.
    pub fn closest(&self) -> Vec<ItemIdx> {
        let order = descending(self.reached.iter().map(|reached| reached.score));
        order.into_iter().map(|at| self.reached[at].item).collect()
    }

    fn find(&self, item: ItemIdx) -> Option<&Reached> {
        self.reached.binary_search_by_key(&item, |reached| reached.item).ok().map(|at| &self.reached[at])
    }
}

fn reached(steps: &[Step], catalogue: &Catalogue) -> Vec<Reached> {
    let mut adds: Vec<f64> = Vec::new();
    let mut places: Vec<u64> = Vec::new();
    let mut from: Vec<usize> = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        for (item, weight) in catalogue.neighbours(step.item) {
            places.push(pair(item.0, adds.len() as u32));
            adds.push(step.weight * weight);
            from.push(at);
        }
    }
    ascending(&mut places);
    let mut out: Vec<Reached> = Vec::new();
    let mut most = 0.0;
    for place in places {
        let (item, at) = (ItemIdx((place >> 32) as u32), second(place) as usize);
        match out.last_mut() {
            Some(last) if last.item == item => {
                last.score += adds[at];
                if adds[at] > most {
                    (most, last.step) = (adds[at], from[at]);
                }
            }
            _ => {
                most = adds[at];
                out.push(Reached { item, score: adds[at], step: from[at] });
            }
        }
    }
    out
}
