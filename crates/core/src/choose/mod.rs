//! Choosing from the ranked items one by one, each by its score and by what stands above it: what resembles that is put back,
//! labels that are missing come forward, of some there is room for a few only, and some items have places of their own.
//!
//! No item gains by what is chosen before it, so final scores descend; and nothing that is chosen depends on what comes later,
//! so that a list may be made in pieces.

mod calibration;
mod caps;
mod diversity;

pub use diversity::DiversityConfig;

use crate::catalogue::{Catalogue, ItemIdx, Labels};
use crate::filter::Bitmap;
use crate::order::reorder;
use crate::rank::{Part, Ranked, Refers};
use crate::reason::ReasonKind;
use crate::rules::Pin;
use crate::surface::unit;
use crate::taste::Taste;

use calibration::Calibration;
use caps::Caps;
use diversity::Diversity;

/// What a list is to be like, besides good.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Shape<'a> {
    /// 0 (best scores only) to 1 (as different as possible).
    pub diversity: f64,
    /// Labels and how many items of each of them there may be.
    pub caps: Vec<(&'a Labels, u32)>,
    /// Labels and how far their mix is to follow what the person likes, 0..=1.
    pub calibration: Vec<(&'a Labels, f64)>,
    /// Items with places of their own, in ascending order of these.
    pub pins: Vec<Pin>,
}

/// What to choose from.
#[derive(Debug)]
pub struct Pool<'a> {
    /// Items with their scores, best first.
    pub ranked: Vec<Ranked>,
    /// Whether no other item may come.
    pub whole: bool,
    /// Items that have been chosen before.
    pub before: &'a [ItemIdx],
}

/// Chooses the next `count` items, fewer where there are no more.
pub fn choose(
    pool: Pool<'_>,
    count: usize,
    shape: &Shape<'_>,
    config: &DiversityConfig,
    taste: &Taste,
    catalogue: &Catalogue,
) -> Vec<Ranked> {
    let Pool { mut ranked, whole, before } = pool;
    let mut state = State {
        open: vec![Is::Open; ranked.len()],
        first: 0,
        unit: unit(&ranked),
        diversity: Diversity::new(shape.diversity, config, taste, ranked.len()),
        caps: Caps::new(&shape.caps),
        calibration: Calibration::all(&shape.calibration, taste),
    };
    let mut gone = Bitmap::empty(catalogue.len());
    before.iter().for_each(|item| gone.insert(item.row()));
    for at in 0..ranked.len() {
        if gone.contains(ranked[at].item.row()) {
            state.caps.take(ranked[at].item);
            state.take(at, &ranked, catalogue);
        }
    }
    let mut pins = state.reserve(&shape.pins, &ranked).into_iter().peekable();
    let mut chosen = Vec::new();
    while chosen.len() < count {
        let best = state.best(&ranked, catalogue);
        let due = |pin: &(usize, Pin)| pin.1.place <= before.len() + chosen.len() + 1 || (best.is_none() && whole);
        let (at, pin) = match (pins.next_if(due), best) {
            (Some((at, pin)), _) => (at, Some(pin)),
            (None, Some((at, _))) => (at, None),
            (None, None) => break,
        };
        let parts = state.parts(at, &ranked, catalogue);
        let own = &mut ranked[at];
        parts.into_iter().for_each(|part| own.add(part));
        match (pin, best) {
            (Some(pin), best) => {
                // As much as brings it to its place, up or down.
                let value = best.map_or(0.0, |(_, score)| score - own.score);
                own.score += value;
                own.parts.push(Part::new(ReasonKind::Rule, value, Refers::Rule(pin.rule)));
            }
            (None, _) => state.caps.take(own.item),
        }
        state.take(at, &ranked, catalogue);
        chosen.push(at);
    }
    reorder(ranked, &chosen)
}

/// What may become of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Is {
    Open,
    Pinned,
    Taken,
}

struct State<'a> {
    open: Vec<Is>,
    /// Before this one none is open.
    first: usize,
    /// What counts as much as the best score.
    unit: f64,
    diversity: Diversity<'a>,
    caps: Caps<'a>,
    calibration: Vec<Calibration<'a>>,
}

impl State<'_> {
    /// The open item with the highest final score.
    fn best(&mut self, ranked: &[Ranked], catalogue: &Catalogue) -> Option<(usize, f64)> {
        let most: f64 = self.calibration.iter().map(|own| self.unit * own.most()).sum();
        while self.open.get(self.first).is_some_and(|is| *is != Is::Open) {
            self.first += 1;
        }
        let mut best: Option<(usize, f64)> = None;
        for (at, candidate) in ranked.iter().enumerate().skip(self.first) {
            // Sorted by score: nothing further down can win any more.
            if best.is_some_and(|(_, score)| candidate.score + most <= score) {
                break;
            }
            if self.open[at] == Is::Open && self.caps.allow(candidate.item) {
                let [penalty, gain] = self.changes(at, candidate, catalogue);
                let score = candidate.score + penalty + gain;
                if best.is_none_or(|(_, other)| score > other) {
                    best = Some((at, score));
                }
            }
        }
        best
    }

    fn changes(&mut self, at: usize, own: &Ranked, catalogue: &Catalogue) -> [f64; 2] {
        let gain: f64 = self.calibration.iter().map(|calibration| self.unit * calibration.gain(own.item)).sum();
        [self.diversity.penalty(at, own, catalogue), gain]
    }

    fn parts(&mut self, at: usize, ranked: &[Ranked], catalogue: &Catalogue) -> [Part; 2] {
        let [penalty, gain] = self.changes(at, &ranked[at], catalogue);
        [Part::plain(ReasonKind::Diversity, penalty), Part::plain(ReasonKind::Calibration, gain)]
    }

    fn take(&mut self, at: usize, ranked: &[Ranked], catalogue: &Catalogue) {
        self.open[at] = Is::Taken;
        self.diversity.take(&ranked[at], catalogue);
        self.calibration.iter_mut().for_each(|own| own.take(ranked[at].item));
    }

    /// Keeps room for the pins that may still come, with their places in the ranking.
    fn reserve(&mut self, pins: &[Pin], ranked: &[Ranked]) -> Vec<(usize, Pin)> {
        let mut kept = Vec::new();
        for pin in pins {
            let at = ranked.iter().position(|own| own.item == pin.item);
            if let Some(at) = at.filter(|&at| self.open[at] == Is::Open && self.caps.allow(pin.item)) {
                self.open[at] = Is::Pinned;
                self.caps.take(pin.item);
                kept.push((at, *pin));
            }
        }
        kept
    }
}

#[cfg(test)]
mod tests;
