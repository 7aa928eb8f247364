//! Stars: how many a person would give an item.
//!
//! The mean of the item, moved by how much kinder or stricter the person is than others, and by how they judged items like it:
//! their ratings' remainders, weighted by the square of the affinity. All three are drawn towards 0 where little is known.
//! The squared error of ratings is least for the means; the constants are those of the least absolute error on validation parts.

use crate::catalogue::{Catalogue, ItemIdx};
use crate::event::EventKind;
use crate::filter::Bitmap;
use crate::profile::Profile;

/// Ratings of a person that count as much as being like everybody.
const LENIENCE: f64 = 3.0;
/// Sum of squared affinities that counts as much as no remainder.
const DOUBT: f64 = 0.5;
/// Latest ratings that are compared.
const MOST: usize = 500;

/// One person's way of giving stars.
#[derive(Debug, Clone)]
pub struct Stars<'a> {
    catalogue: &'a Catalogue,
    /// Stars above everybody's.
    lenience: f64,
    /// Rated items, the latest first, with the stars that mean and lenience leave over.
    rest: Vec<(ItemIdx, f64)>,
}

impl<'a> Stars<'a> {
    /// Reads the ratings of a profile; nothing where the catalogue has not learned from ratings.
    pub fn of(profile: &Profile, catalogue: &'a Catalogue) -> Option<Self> {
        let mut rest: Vec<(ItemIdx, f64)> = Vec::new();
        let mut rated = Bitmap::empty(catalogue.len());
        for event in profile.events().iter().rev().filter(|event| event.kind == EventKind::Rating) {
            let Some(item) = catalogue.find(&event.item).filter(|item| !rated.contains(item.row())) else { continue };
            rated.insert(item.row());
            rest.push((item, event.value? - catalogue.stars(item)?));
            if rest.len() == MOST {
                break;
            }
        }
        catalogue.learned()?.stars?;
        let lenience = rest.iter().map(|(_, rest)| rest).sum::<f64>() / (rest.len() as f64 + LENIENCE);
        rest.iter_mut().for_each(|(_, rest)| *rest -= lenience);
        Some(Self { catalogue, lenience, rest })
    }

    /// Stars for an item, 1 to 5.
    pub fn predict(&self, item: ItemIdx) -> f64 {
        let query = self.catalogue.query(item);
        let (mut sum, mut all) = (0.0, DOUBT);
        for &(other, rest) in &self.rest {
            let near = self.catalogue.affinity(self.catalogue.similarity(&query, other)).max(0.0).powi(2);
            sum += near * rest;
            all += near;
        }
        let mean = self.catalogue.stars(item).unwrap_or_default();
        (mean + self.lenience + sum / all).clamp(1.0, 5.0)
    }
}
