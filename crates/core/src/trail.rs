//! The trail of a person, and the items it leads to.
//!
//! The trail is the latest items a person turned to, newest first. Every step proposes the items it is linked to, and an item's
//! score is the sum of step times link weight, for each kind of link by itself ([`LinkKind`]):
//!
//! - what comes next: a step counts half of what came `half_life_steps` after it. This is the prediction of a sparse item-item
//!   model (Ning and Karypis, SLIM, 2011; Steck, EASE, 2019) for a history that fades;
//! - what goes together: all steps count alike, and as if one more had proposed nothing, so that the sum estimates by how
//!   much likelier than for everybody the item is;
//! - what says the same: a step counts as the person thought of it, below 0 for what was rejected.

use crate::catalogue::{Catalogue, ItemIdx, LinkKind};
use crate::event::{Event, EventKind};
use crate::filter::Bitmap;
use crate::order::largest;
use crate::reason::Cause;

/// Different items that are looked at: more change neither the next item nor the average.
const MAX_STEPS: usize = 256;

/// An item a person turned to.
#[derive(Debug, Clone, PartialEq)]
struct Step {
    item: ItemIdx,
    /// Place among those that were not rejected, 0 for the latest.
    place: usize,
    /// What is thought of it, -1..=1.
    opinion: f64,
    /// The event, where there is one.
    cause: Option<Cause>,
}

/// An item that the trail leads to.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Reached {
    item: ItemIdx,
    /// Sum of step times link weight.
    score: f64,
    /// Place of the step that adds most.
    step: usize,
}

/// The latest steps of a person and where they lead.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Trail {
    steps: Vec<Step>,
    /// Items a person turned to and did not reject, up to [`MAX_STEPS`].
    length: usize,
    /// One a kind of link.
    paths: [Path; LinkKind::ALL.len()],
}

/// Where one kind of link leads.
#[derive(Debug, Clone, PartialEq, Default)]
struct Path {
    /// In the order in which the steps reach them, the latest step first.
    reached: Vec<Reached>,
    /// Per row the place among those, from 1; 0 for a row that is not reached. Empty where there are no links.
    places: Vec<u32>,
}

impl Path {
    fn find(&self, item: ItemIdx) -> Option<&Reached> {
        let place = *self.places.get(item.row())? as usize;
        self.reached.get(place.wrapping_sub(1))
    }
}

impl Trail {
    /// Follows the links of the latest items among `events`, oldest first, but for `muted` ones; `items` are theirs, where the
    /// catalogue has them.
    pub fn follow(events: &[Event], items: &[Option<ItemIdx>], muted: Bitmap, catalogue: &Catalogue) -> Self {
        let mut trail = Self::default();
        let mut passed = muted;
        for (event, item) in events.iter().zip(items).rev().filter(|(event, _)| event.kind != EventKind::Tune) {
            let Some(item) = item.filter(|item| !passed.contains(item.row())) else { continue };
            passed.insert(item.row());
            trail.step(item, event.weight(), Some(Cause::from(event)));
            if trail.steps.len() == MAX_STEPS {
                break;
            }
        }
        trail.led(catalogue)
    }

    /// Follows the links of different items, the latest last.
    pub fn of(items: &[ItemIdx], catalogue: &Catalogue) -> Self {
        let mut trail = Self::default();
        items.iter().rev().take(MAX_STEPS).for_each(|&item| trail.step(item, 1.0, None));
        trail.led(catalogue)
    }

    fn step(&mut self, item: ItemIdx, opinion: f64, cause: Option<Cause>) {
        self.steps.push(Step { item, place: self.length, opinion, cause });
        self.length += usize::from(opinion >= 0.0);
    }

    fn led(mut self, catalogue: &Catalogue) -> Self {
        self.paths = LinkKind::ALL.map(|kind| self.lead(kind, catalogue));
        self
    }

    /// Items a person turned to and did not reject; beyond some hundreds it stays the same.
    pub fn length(&self) -> usize {
        self.length
    }

    /// How strongly the trail leads to an item: 0 for not at all.
    pub fn closeness(&self, kind: LinkKind, item: ItemIdx) -> f64 {
        self.find(kind, item).map_or(0.0, |reached| reached.score)
    }

    /// The event that leads to an item most.
    pub fn cause(&self, kind: LinkKind, item: ItemIdx) -> Option<&Cause> {
        self.source(kind, item)?.cause.as_ref()
    }

    /// The item of the trail that leads to an item most.
    pub fn origin(&self, kind: LinkKind, item: ItemIdx) -> Option<ItemIdx> {
        Some(self.source(kind, item)?.item)
    }

    fn source(&self, kind: LinkKind, item: ItemIdx) -> Option<&Step> {
        self.steps.get(self.find(kind, item)?.step)
    }

    /// The items of `allowed` that the trail leads to most, the closest first, at most `limit`.
    pub fn closest(&self, kind: LinkKind, allowed: &Bitmap, limit: usize) -> Vec<ItemIdx> {
        let reached = self.paths[kind as usize].reached.iter();
        let list: Vec<&Reached> = reached.filter(|own| own.score > 0.0 && allowed.contains(own.item.row())).collect();
        let scores: Vec<f64> = list.iter().map(|own| own.score).collect();
        largest(&scores, limit).into_iter().map(|at| list[at].item).collect()
    }

    fn find(&self, kind: LinkKind, item: ItemIdx) -> Option<&Reached> {
        self.paths[kind as usize].find(item)
    }

    fn weight(&self, kind: LinkKind, step: &Step, half_life: f64) -> f64 {
        match kind {
            LinkKind::Alike => step.opinion,
            _ if step.opinion < 0.0 => 0.0,
            LinkKind::Next => (-(step.place as f64) / half_life).exp2(),
            LinkKind::Together => 1.0 / (self.length as f64 + 1.0),
        }
    }

    fn lead(&self, kind: LinkKind, catalogue: &Catalogue) -> Path {
        let mut path = Path::default();
        if !catalogue.has_links(kind) {
            return path;
        }
        path.places = vec![0; catalogue.len()];
        let half_life = catalogue.learned().map_or(1.0, |learned| learned.half_life_steps);
        // What the step that adds most adds, for each that is reached.
        let mut most: Vec<f64> = Vec::new();
        for (at, step) in self.steps.iter().enumerate() {
            let own = self.weight(kind, step, half_life);
            for (item, weight) in catalogue.links(kind, step.item) {
                let add = own * weight;
                let place = &mut path.places[item.row()];
                if *place == 0 {
                    path.reached.push(Reached { item, score: 0.0, step: at });
                    most.push(0.0);
                    *place = most.len() as u32;
                }
                let (reached, most) = (&mut path.reached[*place as usize - 1], &mut most[*place as usize - 1]);
                reached.score += add;
                if add.abs() > *most {
                    (*most, reached.step) = (add.abs(), at);
                }
            }
        }
        path
    }
}
