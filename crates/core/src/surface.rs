//! Scores of the lists besides the one "for you": what resembles some items, goes with them, was begun, or is turned to by
//! many.

use serde::Deserialize;

use crate::candidates::{Candidate, age_days};
use crate::catalogue::{Catalogue, ItemIdx, LinkKind};
use crate::event::{EventKind, Millis};
use crate::focus::Focus;
use crate::profile::Profile;
use crate::rank::{Part, Ranked, Refers, Signal, Weights, best_first};
use crate::reason::{Cause, ReasonKind};

/// What a list is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Surface {
    /// What the person may like.
    #[default]
    ForYou,
    /// What resembles some items.
    Similar,
    /// What people turn to who turn to some items.
    Together,
    /// What the person began and has no opinion on yet, the latest first.
    Continue,
    /// What many turned to lately; without events what is popular, else what is new.
    Trending,
    /// What lies close to one item, ordered for the person.
    Because,
}

/// Scores candidates by how they resemble the focus: their cosine, and the words they share with it.
pub fn similar(candidates: &[Candidate], focus: &Focus, catalogue: &Catalogue) -> Vec<Ranked> {
    let score = |candidate: &Candidate| {
        let item = candidate.item;
        let cosine = f64::from(focus.cosine(item, catalogue));
        let alike = focus.trail.closeness(LinkKind::Alike, item);
        Ranked::new(
            item,
            [
                Part::new(ReasonKind::Similar, cosine, Refers::Focus),
                Part::new(ReasonKind::Alike, alike, Refers::FocusTrail(LinkKind::Alike)),
            ],
        )
    };
    best_first(candidates.iter().map(score).collect())
}

/// Scores candidates by what people did who turned to the focus. What nobody links to it follows behind, by its cosine.
pub fn together(candidates: &[Candidate], focus: &Focus, catalogue: &Catalogue, weights: &Weights) -> Vec<Ranked> {
    let scored: Vec<Ranked> = candidates
        .iter()
        .map(|candidate| Ranked::new(candidate.item, linked(candidate.item, focus, weights)))
        .collect();
    let least = scored.iter().map(|ranked| ranked.score).filter(|&score| score > 0.0).fold(1.0, f64::min);
    let behind = |mut ranked: Ranked| {
        if ranked.score <= 0.0 {
            let cosine = f64::from(focus.cosine(ranked.item, catalogue));
            ranked.add(Part::new(ReasonKind::Similar, least * cosine, Refers::Focus));
        }
        ranked
    };
    best_first(scored.into_iter().map(behind).collect())
}

/// Adds to scores for the person how close items are to the focus. An item equal to it gets as much as the best score.
pub fn because(ranked: Vec<Ranked>, focus: &Focus, catalogue: &Catalogue, weights: &Weights) -> Vec<Ranked> {
    let unit = unit(&ranked);
    let nearer = |mut own: Ranked| {
        let affinity = catalogue.affinity(focus.cosine(own.item, catalogue));
        own.add(Part::new(ReasonKind::Similar, unit * affinity, Refers::Focus));
        linked(own.item, focus, weights).into_iter().for_each(|part| own.add(part));
        own
    };
    best_first(ranked.into_iter().map(nearer).collect())
}

fn linked(item: ItemIdx, focus: &Focus, weights: &Weights) -> [Part; 2] {
    let part = |kind, signal, link| {
        Part::new(kind, weights.of(signal) * focus.trail.closeness(link, item), Refers::FocusTrail(link))
    };
    [
        part(ReasonKind::Together, Signal::Together, LinkKind::Together),
        part(ReasonKind::Neighbour, Signal::Neighbour, LinkKind::Next),
    ]
}

/// Scores candidates by trend, popularity and date. What the catalogue knows first counts in full, each other a tenth of the one
/// before.
pub fn trending(candidates: &[Candidate], catalogue: &Catalogue, known: [bool; 3], now: Millis) -> Vec<Ranked> {
    let mut weights = [0.0; 3];
    let mut weight = 1.0;
    for (own, _) in weights.iter_mut().zip(known).filter(|(_, known)| *known) {
        *own = weight;
        weight *= 0.1;
    }
    let score = |candidate: &Candidate| {
        let item = candidate.item;
        let fresh = age_days(catalogue, item, now).map_or(0.0, |age| FRESH_DAYS / (FRESH_DAYS + age));
        Ranked::new(
            item,
            [
                Part::plain(ReasonKind::Trend, weights[0] * catalogue.trend(item)),
                Part::plain(ReasonKind::Popular, weights[1] * catalogue.popularity(item)),
                Part::plain(ReasonKind::Fresh, weights[2] * fresh),
            ],
        )
    };
    best_first(candidates.iter().map(score).collect())
}

/// Days after which an item counts half as new.
const FRESH_DAYS: f64 = 30.0;

/// Scores candidates by when they were begun: 1 for the latest, half of it for the one before, then a third.
pub fn continued(candidates: &[Candidate], begun: &[(ItemIdx, Cause)]) -> Vec<Ranked> {
    let place = |candidate: &Candidate| begun.iter().position(|(item, _)| *item == candidate.item);
    let score = |candidate: &Candidate| {
        let at = place(candidate)?;
        let part = Part::new(ReasonKind::Continue, 1.0 / (at + 1) as f64, Refers::Begun(at));
        Some(Ranked::new(candidate.item, [part]))
    };
    best_first(candidates.iter().filter_map(score).collect())
}

/// Items that a person opened or spent time with, the latest first, each with the latest event that says so.
pub fn begun(profile: &Profile, catalogue: &Catalogue) -> Vec<(ItemIdx, Cause)> {
    let mut found: Vec<(ItemIdx, Cause)> = Vec::new();
    for event in profile.events().iter().rev() {
        if found.len() == MAX_BEGUN {
            break;
        }
        let (EventKind::Click | EventKind::Dwell, Some(item)) = (event.kind, catalogue.find(&event.item)) else {
            continue;
        };
        if found.iter().all(|(other, _)| *other != item) {
            found.push((item, Cause::from(event)));
        }
    }
    found
}

/// Items that count as begun; what came before them is past.
const MAX_BEGUN: usize = 1000;

/// What counts as much as the best of the scores.
pub(crate) fn unit(ranked: &[Ranked]) -> f64 {
    match ranked.first() {
        Some(best) if best.score > 0.0 => best.score,
        _ => 1.0,
    }
}
