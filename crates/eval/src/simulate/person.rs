//! Made-up people: what they like, and how they look at a list.

use std::collections::BTreeMap;

use predilect_core::candidates::{chance, mix};

use crate::data::Item;

/// How people behave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Habits {
    /// Share of looks that end in a click or not by chance.
    pub noise: f64,
    /// Chance to look at a place, of the chance to look at the one above it (Moffat and Zobel, 2008).
    pub patience: f64,
    /// Chance that one loved tag gives way to another, a list.
    pub drift: f64,
    /// How much two people of equal taste differ over an item, 0..=1.
    pub whim: f64,
    /// Chance of a like after a click on something good.
    pub outspoken: f64,
}

impl Default for Habits {
    fn default() -> Self {
        Self { noise: 0.1, patience: 0.85, drift: 0.01, whim: 0.3, outspoken: 0.3 }
    }
}

/// Liking of the loved tags, the dearest first.
const LOVED: [f64; 3] = [1.0, 0.8, 0.6];
/// Liking of all others.
const OTHER: f64 = 0.1;
/// Share of the items that a tag needs to be loved.
const COMMON: f64 = 0.01;

/// Which items have which tags, tags by number.
pub struct World {
    /// Tags of each item.
    pub tags: Vec<Vec<usize>>,
    /// Tags that people may love.
    pub common: Vec<usize>,
}

impl World {
    /// Reads the tags.
    pub fn new(items: &[Item]) -> Self {
        let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
        let mut counts: Vec<usize> = Vec::new();
        let mut tags = Vec::with_capacity(items.len());
        for item in items {
            let mut own: Vec<usize> = Vec::with_capacity(item.tags.len());
            for tag in &item.tags {
                let at = number_of(&mut numbers, tag);
                counts.resize(counts.len().max(at + 1), 0);
                counts[at] += 1;
                own.push(at);
            }
            tags.push(own);
        }
        let least = (items.len() as f64 * COMMON) as usize;
        let common = (0..counts.len()).filter(|&tag| counts[tag] > least).collect();
        Self { tags, common }
    }
}

fn number_of<'a>(numbers: &mut BTreeMap<&'a str, usize>, tag: &'a str) -> usize {
    let next = numbers.len();
    *numbers.entry(tag).or_insert(next)
}

/// A person: a number and what they love at the moment.
pub struct Person<'a> {
    world: &'a World,
    habits: &'a Habits,
    seed: u64,
    loved: Vec<usize>,
}

impl<'a> Person<'a> {
    /// A person with tastes of their own.
    pub fn new(world: &'a World, habits: &'a Habits, seed: u64) -> Self {
        let mut person = Self { world, habits, seed, loved: Vec::new() };
        person.change(0);
        person
    }

    /// Loves other tags from now on.
    pub fn change(&mut self, round: u64) {
        let before = std::mem::take(&mut self.loved);
        for place in 0..LOVED.len() as u64 {
            self.learn_to_love(mix(mix(self.seed, round), place), &before);
        }
    }

    /// Perhaps gives up one tag for another.
    pub fn drift(&mut self, round: u64) {
        let dice = mix(mix(self.seed, 11), round);
        if chance(dice, 0) < self.habits.drift && !self.loved.is_empty() {
            let gone = self.loved.remove((mix(dice, 1) % self.loved.len() as u64) as usize);
            self.learn_to_love(mix(dice, 2), &[gone]);
        }
    }

    fn learn_to_love(&mut self, dice: u64, never: &[usize]) {
        let mut open = self.world.common.iter().filter(|tag| !self.loved.contains(tag) && !never.contains(tag));
        let count = open.clone().count() as u64;
        if count > 0 {
            self.loved.extend(open.nth((mix(dice, 3) % count) as usize));
        }
    }

    /// Number of items there are.
    pub fn items(&self) -> usize {
        self.world.tags.len()
    }

    /// How much they like an item, 0..=1: as much as its dearest tag, and a whim.
    pub fn liking(&self, item: usize) -> f64 {
        let tags = &self.world.tags[item];
        let of = |tag: &usize| self.loved.iter().position(|loved| loved == tag).map_or(OTHER, |at| LOVED[at]);
        let dearest = tags.iter().map(of).fold(OTHER, f64::max);
        let whim = self.habits.whim * (chance(mix(self.seed, 17), item as u64) - 0.5);
        (dearest + whim).clamp(0.0, 1.0)
    }

    /// What they do with the item at a place of a list, the same for whoever shows it.
    pub fn look(&self, item: usize, place: usize, round: u64) -> Look {
        let dice = mix(mix(self.seed, 23 + round), item as u64);
        if chance(dice, 0) >= self.habits.patience.powi(place as i32) {
            return Look::Unseen;
        }
        let liking = self.liking(item);
        let wanted = self.habits.noise / 2.0 + (1.0 - self.habits.noise) * liking * liking;
        if chance(dice, 1) >= wanted {
            Look::Passed
        } else if liking > 0.6 && chance(dice, 2) < self.habits.outspoken {
            Look::Liked
        } else {
            Look::Clicked
        }
    }
}

/// What became of a place of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Not looked at.
    Unseen,
    /// Looked at and passed over.
    Passed,
    /// Opened.
    Clicked,
    /// Opened and liked.
    Liked,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn world() -> World {
        let item = |at: usize| Item { tags: vec![format!("t{}", at % 6)], ..Item::default() };
        World::new(&(0..600).map(item).collect::<Vec<_>>())
    }

    #[test]
    fn they_click_what_they_love_and_what_stands_high() {
        let (world, habits) = (world(), Habits { drift: 0.0, ..Habits::default() });
        let clicks = |loved: bool, place: usize| {
            let one = |seed: u64| {
                let person = Person::new(&world, &habits, seed);
                let item =
                    (0..6).find(|tag| (person.loved[0] == *tag) == loved && (loved || !person.loved.contains(tag)));
                let look = person.look(item.expect("a tag"), place, 1);
                usize::from(matches!(look, Look::Clicked | Look::Liked))
            };
            (0..400).map(one).sum::<usize>()
        };
        assert!(clicks(true, 0) > 5 * clicks(false, 0));
        assert!(clicks(true, 0) > 2 * clicks(true, 9));
    }

    #[test]
    fn a_change_leaves_nothing_of_the_old_taste() {
        let (world, habits) = (world(), Habits::default());
        let mut person = Person::new(&world, &habits, 3);
        let before = person.loved.clone();
        person.change(9);
        assert!(person.loved.len() == 3 && person.loved.iter().all(|tag| !before.contains(tag)));
    }

    #[test]
    fn drift_replaces_one_tag_now_and_then() {
        let (world, habits) = (world(), Habits { drift: 0.1, ..Habits::default() });
        let mut person = Person::new(&world, &habits, 5);
        let mut changes = 0;
        for round in 0..500 {
            let before = person.loved.clone();
            person.drift(round);
            let kept = before.iter().filter(|tag| person.loved.contains(tag)).count();
            assert!(kept >= 2 && person.loved.len() == 3);
            changes += 3 - kept;
        }
        assert!((25..80).contains(&changes), "{changes}");
    }
}
