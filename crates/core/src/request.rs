//! A request in words, for this list only: how far items fit it, and what that adds to their scores.

use crate::catalogue::{Catalogue, ItemIdx};
use crate::rank::{Part, Ranked, Refers, best_first};
use crate::reason::ReasonKind;
use crate::surface::unit;
use crate::vector::Query;

/// What the words of a text count where its meaning counts too; meaning counts the rest to 1.
pub const WORDS: f64 = 0.7;
/// Fit from which an item fits in full, where no item fits better.
const FULL: f64 = 0.3;

/// A request in words. At least one side knows something of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The text, for the reasons.
    pub text: String,
    /// What an item gets that fits in full, in scores of the best item without the request; at least 0.
    pub weight: f64,
    /// The share of its words that items answer, 0..=1, by row; none where words were not looked at.
    pub words: Option<Vec<f32>>,
    /// Its direction; none where meaning was not looked at.
    pub query: Option<Query>,
}

impl Request {
    /// How far an item fits, 0..=1.
    pub fn fit(&self, item: ItemIdx, catalogue: &Catalogue) -> f64 {
        let words = self.words.as_ref().map(|shares| f64::from(shares[item.row()]));
        let affinity = self.query.as_ref().map(|query| catalogue.affinity(catalogue.similarity(query, item)).max(0.0));
        match (words, affinity) {
            (Some(words), Some(affinity)) => WORDS * words + (1.0 - WORDS) * affinity,
            (words, affinity) => words.or(affinity).unwrap_or(0.0),
        }
    }

    /// Adds to scores how far items fit, measured by the one that fits best: a request in words is seldom met word by word.
    pub fn add(&self, ranked: Vec<Ranked>, catalogue: &Catalogue) -> Vec<Ranked> {
        let unit = self.weight * unit(&ranked);
        let fits: Vec<f64> = ranked.iter().map(|own| self.fit(own.item, catalogue)).collect();
        let most = fits.iter().copied().fold(FULL, f64::max);
        let fitting = |(mut own, fit): (Ranked, f64)| {
            own.add(Part::new(ReasonKind::Request, unit * fit / most, Refers::Request));
            own
        };
        best_first(ranked.into_iter().zip(fits).map(fitting).collect())
    }
}
