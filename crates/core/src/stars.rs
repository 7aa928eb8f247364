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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{CatalogueParts, ItemParts, Learned, LearnedHead, attach, write};
    use crate::event::Event;

    /// Items of two kinds, all with a mean of three stars but the last, which has five.
    fn catalogue(stars: Option<f64>) -> Catalogue {
        let item = |at: usize| ItemParts { id: format!("i{at}"), fields: Default::default() };
        let items: Vec<ItemParts> = (0..8).map(item).collect();
        let vectors: Vec<f32> =
            (0..8).flat_map(|at| if at % 2 == 0 { [1.0, 0.0, 0.1] } else { [0.0, 1.0, 0.1] }).collect();
        let parts = CatalogueParts { name: "t", encoder: "e", dimension: 3, vectors: &vectors, items: &items };
        let plain = Catalogue::open(write(&parts).unwrap()).unwrap();
        let head = LearnedHead {
            events: 1,
            people: 1,
            min_people: 1,
            half_life_steps: 4.0,
            half_life_days: 30.0,
            handoff: 10.0,
            stars,
            weights: Default::default(),
        };
        let (links, mut means) = (vec![vec![]; 8], vec![3.0; 8]);
        means[7] = 5.0;
        let (next, together, alike) = (links.clone(), links.clone(), links);
        let learned = Learned { head, support: vec![1; 8], trend: vec![0.0; 8], stars: means, next, together, alike };
        Catalogue::open(attach(&plain, &learned).unwrap()).unwrap()
    }

    fn after(catalogue: &Catalogue, ratings: &[(&str, f64)]) -> Vec<f64> {
        let mut profile = Profile::default();
        for (at, (item, stars)) in (0..).zip(ratings) {
            let event = Event { kind: EventKind::Rating, item: (*item).to_owned(), at, value: Some(*stars) };
            profile.record(event).unwrap();
        }
        let stars = Stars::of(&profile, catalogue).unwrap();
        (0..8).map(|row| stars.predict(ItemIdx(row))).collect()
    }

    #[test]
    fn own_ratings_move_what_others_gave() {
        let catalogue = catalogue(Some(3.25));
        let none = after(&catalogue, &[]);
        assert!((none[0] - 3.0).abs() < 0.01 && none[7] == 5.0);
        let kind = after(&catalogue, &[("i0", 5.0), ("i1", 5.0)]);
        assert!(kind[2] > none[2] && kind[3] > none[3], "who is kind to all is kind to the next");
        let one = after(&catalogue, &[("i0", 5.0), ("i1", 1.0)]);
        assert!(one[2] > 3.5 && one[3] < 2.5, "{one:?}");
        let again = after(&catalogue, &[("i0", 1.0), ("i0", 5.0), ("i1", 1.0)]);
        assert_eq!(again, one, "the last rating of an item counts");
        assert!(one.iter().all(|stars| (1.0..=5.0).contains(stars)));
    }

    #[test]
    fn without_ratings_there_are_no_stars() {
        assert!(Stars::of(&Profile::default(), &catalogue(None)).is_none());
    }
}
