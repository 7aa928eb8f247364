//! Vectors of one's own: rows that come, change and go, searched like those of a catalogue.

use predilect_core::kernel::coarse;
use predilect_core::vector::{MAX_DIMENSION, quantise_row};
use predilect_core::{Bitmap, Query, UnitVector, VectorError};
use thiserror::Error;

use crate::coarse::Facts;
use crate::sketch::Sketch;
use crate::{Hit, Rows, exact_top_k};

/// The sketch is measured anew when there are so many times as many rows as when it was.
const GROWTH: (usize, usize) = (3, 2);

/// Why rows are not taken, or not searched.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum IndexError {
    /// A vector is not usable.
    #[error("vector {at}: {error}")]
    Vector {
        /// Which of the vectors given.
        at: usize,
        /// What is wrong with it.
        error: VectorError,
    },
    /// The values are not whole vectors.
    #[error("{values} values are not whole vectors of {dimension}")]
    Partial {
        /// Values that were given.
        values: usize,
        /// Values of a vector.
        dimension: usize,
    },
    /// There is no such row, or it was removed.
    #[error("row {0} is not in the index")]
    NoRow(usize),
    /// A stored row has the value -128, or a scale that is not a number from 0.
    #[error("stored row {0} is damaged; write the file again")]
    Stored(usize),
    /// The memory is at its end.
    #[error("there is no memory for {0} more rows")]
    Memory(usize),
}

/// Rows with numbers that stay: those of removed rows are not given again.
#[derive(Debug, Default)]
pub struct VectorIndex {
    dimension: usize,
    values: Vec<i8>,
    /// 0 for a removed row.
    scales: Vec<f32>,
    removed: Vec<u32>,
    facts: Facts,
    sketch: Sketch,
    /// Rows when the sketch was measured.
    measured: usize,
}

impl VectorIndex {
    /// An empty index.
    ///
    /// # Errors
    /// The dimension is 0 or above [`MAX_DIMENSION`].
    pub fn new(dimension: usize) -> Result<Self, VectorError> {
        if dimension == 0 || dimension > MAX_DIMENSION {
            return Err(VectorError::Unsupported(dimension));
        }
        Ok(Self { dimension, ..Self::default() })
    }

    /// Values of a row.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// Rows that are there, without the removed ones.
    pub fn count(&self) -> usize {
        self.scales.len() - self.removed.len()
    }

    /// The number that the next row gets.
    pub fn end(&self) -> usize {
        self.scales.len()
    }

    /// Values and scales of the rows from `from` to before `to`, cut at the end; removed rows have the scale 0.
    pub fn stored(&self, from: usize, to: usize) -> (&[i8], &[f32]) {
        let to = to.min(self.end());
        let from = from.min(to);
        (&self.values[from * self.dimension..to * self.dimension], &self.scales[from..to])
    }

    /// Makes room for exactly so many rows more, so that a large index grows without a copy.
    ///
    /// # Errors
    /// [`IndexError::Memory`].
    pub fn reserve(&mut self, rows: usize) -> Result<(), IndexError> {
        let values = rows.checked_mul(self.dimension).ok_or(IndexError::Memory(rows))?;
        let reserved = self.values.try_reserve_exact(values).and_then(|()| self.scales.try_reserve_exact(rows));
        reserved.map_err(|_| IndexError::Memory(rows))
    }

    /// Adds vectors of any length above 0, one after the other; returns the number of the first. All or none.
    ///
    /// # Errors
    /// [`IndexError::Partial`], [`IndexError::Vector`], [`IndexError::Memory`].
    pub fn add(&mut self, vectors: &[f32]) -> Result<usize, IndexError> {
        let first = self.end();
        self.grow(self.whole(vectors.len())?)?;
        for (at, vector) in vectors.chunks_exact(self.dimension).enumerate() {
            match UnitVector::new(vector) {
                Ok(unit) => {
                    let (row, scale) = quantise_row(&unit);
                    self.values.extend(row);
                    self.scales.push(scale);
                }
                Err(error) => {
                    self.values.truncate(first * self.dimension);
                    self.scales.truncate(first);
                    return Err(IndexError::Vector { at, error });
                }
            }
        }
        Ok(first)
    }

    /// Adds rows as they are stored: `dimension` values of -127..=127 each, and a scale each, 0 for a
    /// row that was removed. All or none.
    ///
    /// # Errors
    /// [`IndexError::Partial`], [`IndexError::Stored`], [`IndexError::Memory`].
    pub fn add_stored(&mut self, values: &[i8], scales: &[f32]) -> Result<usize, IndexError> {
        let (first, rows) = (self.end(), self.whole(values.len())?);
        if rows != scales.len() {
            return Err(IndexError::Partial { values: scales.len(), dimension: rows });
        }
        let sound = |(row, scale): (&[i8], &f32)| scale.is_finite() && *scale >= 0.0 && !row.contains(&i8::MIN);
        let mut pairs = values.chunks_exact(self.dimension).zip(scales);
        if let Some(at) = pairs.position(|pair| !sound(pair)) {
            return Err(IndexError::Stored(first + at));
        }
        self.grow(rows)?;
        self.values.extend_from_slice(values);
        self.scales.extend_from_slice(scales);
        let gone = (first as u32..).zip(scales).filter(|(_, scale)| **scale == 0.0);
        self.removed.extend(gone.map(|(row, _)| row));
        Ok(first)
    }

    /// Puts another vector in the place of a row.
    ///
    /// # Errors
    /// [`IndexError::NoRow`], [`IndexError::Partial`], [`IndexError::Vector`].
    pub fn set(&mut self, row: usize, vector: &[f32]) -> Result<(), IndexError> {
        self.check(row)?;
        if self.whole(vector.len())? != 1 {
            return Err(IndexError::Partial { values: vector.len(), dimension: self.dimension });
        }
        let unit = UnitVector::new(vector).map_err(|error| IndexError::Vector { at: 0, error })?;
        let (values, scale) = quantise_row(&unit);
        self.values[row * self.dimension..][..self.dimension].copy_from_slice(&values);
        self.scales[row] = scale;
        let rows = Rows { values: &self.values, scales: &self.scales, dimension: self.dimension };
        self.facts.replace(rows, row);
        self.sketch.replace(rows, row);
        Ok(())
    }

    /// Takes a row out.
    ///
    /// # Errors
    /// [`IndexError::NoRow`].
    pub fn remove(&mut self, row: usize) -> Result<(), IndexError> {
        self.check(row)?;
        self.scales[row] = 0.0;
        self.removed.push(row as u32);
        Ok(())
    }

    /// The `k` nearest rows for each of the queries, which lie one after the other, best first; among the rows `only`, where
    /// they are given. Of a large index only the rows that promise most are compared in full, where a sample of the rows has
    /// shown that at least 97 in 100 of the hits are among them; with `exact`, all are.
    ///
    /// # Errors
    /// [`IndexError::Partial`], [`IndexError::Vector`].
    pub fn search(
        &mut self,
        queries: &[f32],
        k: usize,
        only: Option<&[u32]>,
        exact: bool,
    ) -> Result<Vec<Vec<Hit>>, IndexError> {
        self.whole(queries.len())?;
        let query = |(at, values)| match UnitVector::new(values) {
            Ok(unit) => Ok(Query::new(&unit)),
            Err(error) => Err(IndexError::Vector { at, error }),
        };
        let queries = queries.chunks_exact(self.dimension).enumerate().map(query).collect::<Result<Vec<_>, _>>()?;
        let mut allowed = match only {
            None => Bitmap::full(self.end()),
            Some(rows) => {
                let mut allowed = Bitmap::empty(self.end());
                rows.iter().for_each(|&row| allowed.insert(row as usize));
                allowed
            }
        };
        self.removed.iter().for_each(|&row| allowed.remove(row as usize));
        let rows = Rows { values: &self.values, scales: &self.scales, dimension: self.dimension };
        if coarse::available(self.dimension) {
            self.facts.extend(rows);
        }
        if !exact {
            self.measure();
        }
        if exact || self.sketch.passes(k, only.map_or(self.end(), <[u32]>::len)) {
            let queries: Vec<&Query> = queries.iter().collect();
            return Ok(exact_top_k(self.rows(), Some(&self.facts), &queries, k, &allowed));
        }
        Ok(queries.iter().map(|query| self.sketch.search(self.rows(), query, k, &allowed)).collect())
    }

    /// Brings the sketch up to date.
    fn measure(&mut self) {
        let rows = Rows { values: &self.values, scales: &self.scales, dimension: self.dimension };
        if self.measured == 0 || self.end() * GROWTH.1 >= self.measured * GROWTH.0 {
            // Freed first: two at once may be more than there is room for.
            self.sketch = Sketch::default();
            self.sketch = Sketch::of(rows, &self.facts);
            self.measured = self.end();
        } else {
            self.sketch.extend(rows);
        }
    }

    fn rows(&self) -> Rows<'_> {
        Rows { values: &self.values, scales: &self.scales, dimension: self.dimension }
    }

    fn check(&self, row: usize) -> Result<(), IndexError> {
        self.scales.get(row).filter(|&&scale| scale > 0.0).map(|_| ()).ok_or(IndexError::NoRow(row))
    }

    fn whole(&self, values: usize) -> Result<usize, IndexError> {
        let dimension = self.dimension;
        if values.is_multiple_of(dimension) {
            Ok(values / dimension)
        } else {
            Err(IndexError::Partial { values, dimension })
        }
    }

    fn grow(&mut self, rows: usize) -> Result<(), IndexError> {
        let values = self.values.try_reserve(rows * self.dimension);
        values.and_then(|()| self.scales.try_reserve(rows)).map_err(|_| IndexError::Memory(rows))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const D: usize = 112;

    fn vector(seed: u64) -> Vec<f32> {
        let value = |j: u64| (predilect_core::candidates::chance(seed, j) - 0.5) as f32 / (1.0 + j as f32 / 8.0);
        (0..D as u64).map(value).collect()
    }

    fn found(index: &mut VectorIndex, query: &[f32], only: Option<&[u32]>, exact: bool) -> Vec<(u32, f32)> {
        index.search(query, 10, only, exact).unwrap()[0].iter().map(|hit| (hit.item.0, hit.score)).collect()
    }

    #[test]
    fn refusals_name_the_culprit_and_change_nothing() {
        let mut index = VectorIndex::new(2).unwrap();
        assert_eq!(VectorIndex::new(0).unwrap_err(), VectorError::Unsupported(0));
        let error = index.add(&[1.0, 0.0, 0.0, f32::NAN]).unwrap_err();
        assert_eq!(error, IndexError::Vector { at: 1, error: VectorError::NotFinite { at: 1 } });
        assert_eq!((index.count(), index.end()), (0, 0));
        assert_eq!(index.add(&[1.0]).unwrap_err(), IndexError::Partial { values: 1, dimension: 2 });
        assert_eq!(index.add_stored(&[1, -128], &[0.5]).unwrap_err(), IndexError::Stored(0));
        assert_eq!(index.add_stored(&[1, 2], &[f32::INFINITY]).unwrap_err(), IndexError::Stored(0));
        assert_eq!(index.remove(0).unwrap_err(), IndexError::NoRow(0));
        assert_eq!(index.reserve(usize::MAX / 2).unwrap_err(), IndexError::Memory(usize::MAX / 2));
        assert_eq!(index.add(&[1.0, 0.0, 0.0, 2.0]).unwrap(), 0);
        assert!(index.search(&[f32::INFINITY, 0.0], 1, None, false).is_err());
        index.remove(0).unwrap();
        let (values, scales) = index.stored(0, 9);
        let mut copy = VectorIndex::new(2).unwrap();
        copy.add_stored(values, scales).unwrap();
        assert_eq!((copy.count(), copy.end()), (1, 2), "a removed row stays removed");
        assert_eq!(index.set(0, &[1.0, 1.0]).unwrap_err(), IndexError::NoRow(0));
        assert_eq!(found(&mut index, &[1.0, 0.0], None, false).len(), 1);
        assert!(found(&mut VectorIndex::new(2).unwrap(), &[1.0, 0.0], None, false).is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]
        /// Rows that came one by one, changed and went are found like rows that were there from the start, by a full
        /// comparison and by their bits.
        #[test]
        fn changes_equal_a_fresh_start(count in 2000_usize..2200, seed in 0_u64..1000, changes in 1_usize..60) {
            let mut lived = VectorIndex::new(D).unwrap();
            let all = |count: usize| (0..count as u64).flat_map(|r| vector(seed + r)).collect::<Vec<f32>>();
            let mut now: Vec<Option<Vec<f32>>> = (0..count as u64).map(|r| Some(vector(seed + r))).collect();
            lived.add(&all(count)).unwrap();
            lived.sketch = Sketch::at(lived.rows(), [count / 50; 2]);
            lived.measured = count;
            for i in 0..changes {
                let at = (i * 37 + seed as usize) % now.len();
                let fresh = vector(90_000 + i as u64);
                match (i % 3, now[at].is_some()) {
                    (0, true) => { lived.remove(at).unwrap(); now[at] = None; }
                    (1, true) => { lived.set(at, &fresh).unwrap(); now[at] = Some(fresh); }
                    _ => { prop_assert_eq!(lived.add(&fresh).unwrap(), now.len()); now.push(Some(fresh)); }
                }
            }
            let kept: Vec<usize> = (0..now.len()).filter(|&at| now[at].is_some()).collect();
            prop_assert_eq!(lived.count(), kept.len());
            let mut fresh = VectorIndex::new(D).unwrap();
            fresh.add(&now.iter().flatten().flatten().copied().collect::<Vec<f32>>()).unwrap();
            fresh.sketch = lived.sketch.again(fresh.rows());
            fresh.measured = kept.len();
            let only: Vec<u32> = (0..now.len() as u32).filter(|row| row % 3 == 0).collect();
            let only_fresh: Vec<u32> =
                (0..kept.len() as u32).filter(|&row| kept[row as usize].is_multiple_of(3)).collect();
            for (q, exact) in (0..4).zip([true, false, true, false]) {
                let query = vector(50_000 + q);
                for (some, some_fresh) in [(None, None), (Some(only.as_slice()), Some(only_fresh.as_slice()))] {
                    let expected = found(&mut fresh, &query, some_fresh, exact);
                    let expected: Vec<(u32, f32)> =
                        expected.into_iter().map(|(row, score)| (kept[row as usize] as u32, score)).collect();
                    prop_assert_eq!(expected.len(), 10);
                    prop_assert_eq!(found(&mut lived, &query, some, exact), expected);
                }
            }
        }
    }

    /// Rows around 200 topics.
    #[test]
    fn few_candidates_hold_nearly_all_hits() {
        const COUNT: usize = 20_000;
        let noise = |seed: u64| (0..D as u64).map(move |j| (predilect_core::candidates::chance(seed, j) - 0.5) as f32);
        let vector =
            |r: u64| noise(90_000 + r % 200).zip(noise(r)).map(|(a, b)| 1.5 * a + b + 0.3).collect::<Vec<f32>>();
        let mut index = VectorIndex::new(D).unwrap();
        index.add(&(0..COUNT as u64).flat_map(vector).collect::<Vec<f32>>()).unwrap();
        index.measure();
        assert!(!index.sketch.passes(10, COUNT), "bits pay on rows like these");
        assert!(index.sketch.passes(10, 500), "not among few rows");
        let mut both = 0;
        for q in 0..50 {
            let query = vector(500_000 + q);
            let truth = found(&mut index, &query, None, true);
            both += found(&mut index, &query, None, false).iter().filter(|hit| truth.contains(hit)).count();
        }
        assert!(both >= 485, "{both} of 500 found");
        let mut index = VectorIndex::new(D).unwrap();
        // Few values of a row are large: whether they are above the mean says little.
        let spikes = |r: u64| noise(r).map(|value| value.powi(9));
        index.add(&(0..COUNT as u64).flat_map(spikes).collect::<Vec<f32>>()).unwrap();
        index.measure();
        assert!(index.sketch.passes(10, COUNT), "bits tell too little");
    }
}
