//! The space of a catalogue: the encoder's, less what all of its items share, turned so that a large catalogue is searched
//! by the leading values of its rows.
//!
//! Most encoders put every text into a narrow cone and every language into a corner of it: two unrelated items score .8 and
//! more, and a Chinese item is closer to any Chinese one than to an English one about the same thing. Taking away the mean
//! of the catalogue and the directions that tell its languages apart leaves what the texts are about (mean removal as in
//! Mu and Viswanath, 2018; language means as in Libovický et al., 2020). The same map is applied to every query.

use std::collections::BTreeMap;

use super::rotation;
use crate::vector::UnitVector;

/// From so many items on, a rotation saves more than its bytes cost.
const TURNED: usize = 10_000;
/// Items that the rotation is fitted to, spread evenly.
const SAMPLE: usize = 8192;
/// Fewer items than this say too little about what is shared.
const MIN_ITEMS: usize = 100;
/// A language with fewer items than this has no direction of its own.
const MIN_LANGUAGE: usize = 30;
/// Languages that are told apart, the most frequent ones.
const MAX_LANGUAGES: usize = 4;
/// Squared length below which a direction is noise.
const NOISE: f64 = 1e-6;

/// What is taken away from a vector, and how the rest is turned.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Space {
    /// The mean over languages of their mean vectors; empty for a catalogue that is too small.
    pub centre: Vec<f32>,
    /// Orthonormal directions between languages.
    pub axes: Vec<Vec<f32>>,
    /// Orthonormal rows, see [`rotation`]; empty for a catalogue that is not large.
    pub rotation: Vec<i16>,
}

impl Space {
    /// What the items of `vectors`, each in its language, share.
    pub fn fit(vectors: &[UnitVector], languages: &[&str]) -> Self {
        if vectors.len() < MIN_ITEMS {
            return Self::default();
        }
        let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (row, language) in languages.iter().enumerate() {
            groups.entry(language).or_default().push(row);
        }
        let mut groups: Vec<Vec<usize>> = groups.into_values().filter(|rows| rows.len() >= MIN_LANGUAGE).collect();
        groups.sort_by_key(|rows| std::cmp::Reverse(rows.len()));
        groups.truncate(MAX_LANGUAGES);
        if groups.is_empty() {
            groups.push((0..vectors.len()).collect());
        }
        let means: Vec<Vec<f64>> = groups.iter().map(|rows| mean(rows.iter().map(|&row| &vectors[row]))).collect();
        let d = means[0].len();
        let centre: Vec<f64> = (0..d).map(|j| means.iter().map(|m| m[j]).sum::<f64>() / means.len() as f64).collect();
        let mut axes: Vec<Vec<f64>> = Vec::new();
        for mean in &means {
            let mut axis: Vec<f64> = mean.iter().zip(&centre).map(|(m, c)| m - c).collect();
            axes.iter().for_each(|other| remove(&mut axis, other));
            let square: f64 = axis.iter().map(|v| v * v).sum();
            if square > NOISE {
                axis.iter_mut().for_each(|v| *v /= square.sqrt());
                axes.push(axis);
            }
        }
        let narrow = |wide: &Vec<f64>| wide.iter().map(|&v| v as f32).collect();
        let mut space = Self { centre: narrow(&centre), axes: axes.iter().map(narrow).collect(), rotation: Vec::new() };
        if vectors.len() >= TURNED {
            let spread = (0..SAMPLE).map(|i| &vectors[i * vectors.len() / SAMPLE]);
            let left = spread.map(|vector| space.left(vector).unwrap_or_else(|| wide(vector)));
            space.rotation = rotation::fit(left, d);
        }
        space
    }

    /// The direction that is left of a vector; the vector itself if nothing is.
    pub fn project(&self, vector: &UnitVector) -> UnitVector {
        if self.centre.is_empty() {
            return vector.clone();
        }
        let left = self.left(vector).unwrap_or_else(|| wide(vector));
        let turned = match self.rotation.is_empty() {
            true => left.iter().map(|&v| v as f32).collect(),
            false => rotation::turn(&self.rotation, &left),
        };
        UnitVector::new(&turned).unwrap_or_else(|_| vector.clone())
    }

    /// The vector of the encoder that a direction among the rows comes from: unit length, with nothing along the axes but what all
    /// items have, so that [`Space::project`] leads back to the direction.
    pub fn lift(&self, direction: &UnitVector) -> UnitVector {
        if self.centre.is_empty() {
            return direction.clone();
        }
        let mut back = match self.rotation.is_empty() {
            true => wide(direction),
            false => rotation::turn_back(&self.rotation, direction.as_slice()),
        };
        for axis in &self.axes {
            let axis: Vec<f64> = axis.iter().map(|&v| f64::from(v)).collect();
            remove(&mut back, &axis);
        }
        // |centre + t * back| = 1, of which one solution lies ahead, as the centre is within the sphere.
        let centre: Vec<f64> = self.centre.iter().map(|&v| f64::from(v)).collect();
        let square: f64 = back.iter().map(|v| v * v).sum();
        let across: f64 = centre.iter().zip(&back).map(|(c, b)| c * b).sum();
        let inside: f64 = 1.0 - centre.iter().map(|c| c * c).sum::<f64>();
        let t = ((across * across + square * inside.max(0.0)).sqrt() - across) / square.max(f64::MIN_POSITIVE);
        let vector: Vec<f32> = centre.iter().zip(&back).map(|(c, b)| (c + t * b) as f32).collect();
        UnitVector::new(&vector).unwrap_or_else(|_| direction.clone())
    }

    /// What is left of a vector without what all items share, if anything is.
    fn left(&self, vector: &UnitVector) -> Option<Vec<f64>> {
        let mut left: Vec<f64> = wide(vector).iter().zip(&self.centre).map(|(v, &c)| v - f64::from(c)).collect();
        for axis in &self.axes {
            let axis: Vec<f64> = axis.iter().map(|&v| f64::from(v)).collect();
            remove(&mut left, &axis);
        }
        left.iter().any(|&v| v as f32 != 0.0).then_some(left)
    }
}

fn wide(vector: &UnitVector) -> Vec<f64> {
    vector.as_slice().iter().map(|&v| f64::from(v)).collect()
}

fn mean<'a>(vectors: impl Iterator<Item = &'a UnitVector>) -> Vec<f64> {
    let (mut sum, mut count) = (Vec::new(), 0.0);
    for vector in vectors {
        sum.resize(vector.dimension(), 0.0);
        sum.iter_mut().zip(vector.as_slice()).for_each(|(s, &v)| *s += f64::from(v));
        count += 1.0;
    }
    sum.iter_mut().for_each(|s| *s /= count);
    sum
}

/// Takes the part along a unit axis away.
fn remove(vector: &mut [f64], axis: &[f64]) {
    let along: f64 = vector.iter().zip(axis).map(|(v, a)| v * a).sum();
    vector.iter_mut().zip(axis).for_each(|(v, a)| *v -= along * a);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::candidates::chance;

    /// Two languages that say the same things in two corners of a cone.
    fn bilingual() -> (Vec<UnitVector>, Vec<&'static str>) {
        let topic = |t: usize, j: usize| if j == t % 5 { 0.3 } else { 0.0 };
        let vector = |(language, i): (usize, usize)| {
            let noise = |j: usize| (chance(7, (language * 1000 + i * 10 + j) as u64) - 0.5) as f32 * 0.05;
            let corner = |j: usize| {
                if j == 6 {
                    3.0
                } else if j == 7 {
                    language as f32
                } else {
                    0.0
                }
            };
            UnitVector::new(&(0..8).map(|j| topic(i, j) + corner(j) + noise(j)).collect::<Vec<_>>()).unwrap()
        };
        let order: Vec<(usize, usize)> = (0..200).map(|n| (n % 2, n / 2)).collect();
        (order.iter().copied().map(vector).collect(), order.iter().map(|(l, _)| ["en", "zh"][*l]).collect())
    }

    #[test]
    fn languages_meet_where_topics_do() {
        let (vectors, languages) = bilingual();
        let space = Space::fit(&vectors, &languages);
        assert_eq!(space.axes.len(), 1);
        let (english, chinese, other) = (&vectors[0], &vectors[1], &vectors[2]);
        assert!(english.dot(chinese) < english.dot(other), "before, language decides");
        let [english, chinese, other] = [english, chinese, other].map(|v| space.project(v));
        assert!(english.dot(&chinese) > 0.8 && english.dot(&other) < 0.3, "after, the topic does");
    }

    #[test]
    fn small_catalogues_stay_as_they_are() {
        let (vectors, languages) = bilingual();
        let space = Space::fit(&vectors[..50], &languages[..50]);
        assert_eq!(space.project(&vectors[0]), vectors[0]);
    }
}
