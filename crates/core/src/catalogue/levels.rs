//! Levels of a number: which eighth of the items it lies in, so that numbers can be counted like labels.

use crate::order::descending;

/// Levels a column has at most.
const LEVELS: usize = 8;
/// Items that tell where levels begin.
const SAMPLE: usize = 1000;

/// Where the levels of a number column begin, and how many items there are of each.
#[derive(Debug, Clone, PartialEq)]
pub struct Levels {
    /// Least value of each level but the first, ascending.
    cuts: Vec<f64>,
    /// Items of each level, each with its share in it.
    uses: Vec<f64>,
}

impl Levels {
    /// Levels of about equally many values; none where there are not two different ones.
    pub(super) fn of(values: &[f64]) -> Option<Self> {
        let known: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
        let sample: Vec<f64> = known.iter().copied().step_by(known.len() / SAMPLE + 1).collect();
        let order = descending(sample.iter().map(|value| -value));
        let mut cuts: Vec<f64> =
            (1..LEVELS).filter_map(|at| Some(sample[*order.get(at * sample.len() / LEVELS)?])).collect();
        cuts.dedup();
        let least = sample[*order.first()?];
        cuts.retain(|&cut| cut > least);
        if cuts.is_empty() {
            return None;
        }
        let mut levels = Self { uses: vec![0.0; cuts.len() + 1], cuts };
        for value in known {
            levels.shares(value).into_iter().for_each(|(level, share)| levels.uses[level as usize] += share);
        }
        Some(levels)
    }

    /// The levels that a number belongs to and its shares in them: half its own, a quarter those beside it. Nothing for what is
    /// no number.
    pub fn shares(&self, value: f64) -> [(u32, f64); 3] {
        let own = self.cuts.partition_point(|&cut| cut <= value);
        let share = if value.is_finite() { 1.0 } else { 0.0 };
        [(own.saturating_sub(1), 0.25), (own, 0.5), ((own + 1).min(self.cuts.len()), 0.25)]
            .map(|(level, part)| (level as u32, part * share))
    }

    /// Items of each level.
    pub fn uses(&self) -> &[f64] {
        &self.uses
    }

    /// Where a level begins and where the next one does, as far as it has ends.
    pub fn bounds(&self, level: u32) -> [Option<f64>; 2] {
        let level = level as usize;
        [level.checked_sub(1).and_then(|at| self.cuts.get(at)), self.cuts.get(level)].map(Option::<&f64>::copied)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_hold_about_as_many_items_each() {
        let values: Vec<f64> = (0..5000).map(|at| f64::from(at * 7919 % 5000)).chain([f64::NAN]).collect();
        let levels = Levels::of(&values).expect("different values");
        assert_eq!(levels.uses().len(), LEVELS);
        assert!((levels.uses().iter().sum::<f64>() - 5000.0).abs() < 1e-6);
        assert!(levels.uses().iter().all(|&uses| (400.0..850.0).contains(&uses)), "{:?}", levels.uses());
        let [Some(from), Some(to)] = levels.bounds(3) else { panic!("inner levels have ends") };
        assert!(levels.shares((from + to) / 2.0).contains(&(3, 0.5)));
        assert!(levels.shares(f64::NAN).iter().all(|(_, share)| *share == 0.0));
        assert_eq!(levels.bounds(0)[0], None);
        assert_eq!(levels.bounds(LEVELS as u32 - 1)[1], None);
    }

    #[test]
    fn few_values_make_few_levels() {
        assert_eq!(Levels::of(&[]), None);
        assert_eq!(Levels::of(&[f64::NAN; 4]), None);
        assert_eq!(Levels::of(&[2.0; 40]), None);
        let two = Levels::of(&[1.0, 1.0, 1.0, 5.0, 5.0]).expect("two values");
        assert_eq!((two.bounds(0), two.bounds(1)), ([None, Some(5.0)], [Some(5.0), None]));
        assert_eq!(two.shares(1.0), [(0, 0.25), (0, 0.5), (1, 0.25)]);
    }
}
