//! What the steps of vectors in a catalogue cost, which are as coarse as ranking allows for the sake of bytes on the wire.
//!
//! Beside the rows of the catalogue stand rows of the same directions with as many steps as a byte has. The same directions are asked of
//! both, not rounded.

use std::collections::HashMap;

use predilect_core::candidates::by_chance;
use predilect_core::order::descending;
use predilect_core::vector::quantise_row;
use predilect_core::{Bitmap, Catalogue, Query, UnitVector, VectorError};
use serde::Serialize;

use crate::stats::{Mean, mean};

/// Items that are asked for.
const ASKED: usize = 1000;
/// Nearest items that are compared.
const NEAREST: usize = 10;

/// How far coarse steps and fine ones agree.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepsReport {
    /// Items of the catalogue.
    pub items: usize,
    /// Items whose nearest ones were looked for.
    pub asked: usize,
    /// Share of them whose nearest item is the same.
    pub nearest: Mean,
    /// Share of the ten nearest that are the same.
    pub ten: Mean,
    /// Bits that a value needs at least (its entropy), as the catalogue has it, and with fine steps.
    pub bits: [f64; 2],
}

/// Compares the rows of a catalogue with finer ones of the vectors that it was made from, one an item, one after the other.
///
/// # Errors
/// [`VectorError`] for a vector that is none.
pub fn steps(catalogue: &Catalogue, vectors: &[f32]) -> Result<StepsReport, VectorError> {
    let dimension = catalogue.header().dimension;
    let directions: Vec<Query> = vectors
        .chunks_exact(dimension)
        .map(|vector| Ok(catalogue.project(&UnitVector::new(vector)?)))
        .collect::<Result<_, VectorError>>()?;
    let fine: Vec<(Vec<i8>, f32)> = directions
        .iter()
        .map(|direction| {
            let values: Vec<f32> = direction.values().iter().map(|&value| f32::from(value)).collect();
            Ok(quantise_row(&UnitVector::new(&values)?))
        })
        .collect::<Result<_, VectorError>>()?;
    let asked = by_chance(&Bitmap::full(catalogue.len()), ASKED, 1);
    let (mut nearest, mut ten) = (Vec::new(), Vec::new());
    for item in &asked {
        let query = &directions[item.row()];
        let best = |similarity: &dyn Fn(usize) -> f32| -> Vec<usize> {
            let all = (0..catalogue.len()).map(|row| if row == item.row() { -2.0 } else { f64::from(similarity(row)) });
            descending(all).into_iter().take(NEAREST.min(catalogue.len() - 1)).collect()
        };
        let rough = best(&|row| catalogue.similarity(query, predilect_core::ItemIdx(row as u32)));
        let exact = best(&|row| query.similarity(&fine[row].0, fine[row].1));
        let same = rough.iter().filter(|row| exact.contains(row)).count();
        ten.push(same as f64 / exact.len().max(1) as f64);
        nearest.push(f64::from(u8::from(rough.first() == exact.first())));
    }
    let bits = [entropy(catalogue.rows().iter()), entropy(fine.iter().flat_map(|(row, _)| row))];
    Ok(StepsReport { items: catalogue.len(), asked: asked.len(), nearest: mean(&nearest, 1), ten: mean(&ten, 1), bits })
}

/// Bits a value at least, if each is written by itself (Shannon, 1948).
fn entropy<'a>(values: impl Iterator<Item = &'a i8>) -> f64 {
    let mut counts: HashMap<i8, f64> = HashMap::new();
    for &value in values {
        *counts.entry(value).or_default() += 1.0;
    }
    let total: f64 = counts.values().sum();
    counts.values().map(|count| count / total * (total / count).log2()).sum()
}

#[cfg(test)]
mod tests {
    use predilect_core::candidates::chance;
    use predilect_core::catalogue::{CatalogueParts, ItemParts, write};

    use super::*;

    #[test]
    fn entropy_is_that_of_a_coin_and_a_die() {
        assert_eq!(entropy([3, 3, 3].iter()), 0.0);
        assert!((entropy([0, 1, 0, 1].iter()) - 1.0).abs() < 1e-12);
        assert!((entropy([1, 2, 3, 4, 5, 6, 7, 8].iter()) - 3.0).abs() < 1e-12);
    }

    #[test]
    fn coarse_steps_need_fewer_bits_and_agree_mostly() {
        let (count, dimension) = (300, 64);
        let items: Vec<ItemParts> =
            (0..count).map(|i| ItemParts { id: format!("{i}"), fields: Default::default() }).collect();
        let vectors: Vec<f32> = (0..count as u64)
            .flat_map(|i| {
                (0..dimension as u64).map(move |j| chance(i % 30, j) as f32 + 0.6 * chance(i, 99 + j) as f32 - 0.8)
            })
            .collect();
        let parts = CatalogueParts { name: "t", encoder: "e", dimension, vectors: &vectors, items: &items };
        let catalogue = Catalogue::open(write(&parts).unwrap()).unwrap();
        let report = steps(&catalogue, &vectors).unwrap();
        assert_eq!((report.items, report.asked), (count, count));
        assert!(report.bits[0] < report.bits[1] - 1.0, "{:?}", report.bits);
        assert!(report.ten.value > 0.9 && report.ten.value < 1.0, "{:?}", report.ten);
        assert!(steps(&catalogue, &vec![0.0; count * dimension]).is_err());
    }
}
