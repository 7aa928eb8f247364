//! Exact top-k over int8 rows.
//!
//! One scan answers several queries at once. A filter is applied inside the scan, so a list is never shorter than the
//! filter allows. Sums are integers and ties go to the lower row: every kernel gives the same hits and the same scores.

mod heap;
mod kernel;

use predilect_core::{Bitmap, Catalogue, ItemIdx, Query};

pub use heap::TopK;
pub use kernel::{dot, dot_scalar};

/// A row and its cosine with the query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// The item.
    pub item: ItemIdx,
    /// Cosine with the query, -1..=1.
    pub score: f32,
}

/// Rows to search: `scales.len()` rows of `dimension` values.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    /// The values, row after row.
    pub values: &'a [i8],
    /// A scale a row.
    pub scales: &'a [f32],
    /// Values a row.
    pub dimension: usize,
}

impl<'a> From<&'a Catalogue> for Rows<'a> {
    fn from(catalogue: &'a Catalogue) -> Self {
        Self { values: catalogue.rows(), scales: catalogue.scales(), dimension: catalogue.header().dimension }
    }
}

/// Rows that stay in the fastest cache while all queries are scored against them.
const BLOCK: usize = 64;

/// The `k` best rows of `allowed` for each query, best first, equal scores by row.
///
/// A query whose dimension differs from the rows gets no hits: dimensions are checked where vectors enter.
pub fn top_k(rows: Rows<'_>, queries: &[&Query], k: usize, allowed: &Bitmap) -> Vec<Vec<Hit>> {
    let mut heaps: Vec<TopK> = queries.iter().map(|_| TopK::new(k)).collect();
    let d = rows.dimension;
    if k == 0 || d == 0 {
        return heaps.into_iter().map(TopK::into_hits).collect();
    }
    let mut chosen = Vec::with_capacity(BLOCK);
    for start in (0..rows.scales.len()).step_by(BLOCK) {
        let end = (start + BLOCK).min(rows.scales.len());
        chosen.clear();
        chosen.extend((start..end).filter(|&row| allowed.contains(row)));
        for (query, heap) in queries.iter().zip(&mut heaps) {
            if query.values().len() != d {
                continue;
            }
            for &row in &chosen {
                let sum = dot(&rows.values[row * d..(row + 1) * d], query.values());
                heap.push(row as u32, query.score(sum, rows.scales[row]));
            }
        }
    }
    heaps.into_iter().map(TopK::into_hits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use predilect_core::UnitVector;
    use predilect_core::vector::quantise_row;
    use proptest::prelude::*;

    struct Data {
        values: Vec<i8>,
        scales: Vec<f32>,
        dimension: usize,
    }

    impl Data {
        fn new(vectors: &[Vec<f32>]) -> Self {
            let dimension = vectors.first().map_or(4, Vec::len);
            let mut data = Self { values: Vec::new(), scales: Vec::new(), dimension };
            for vector in vectors {
                let (row, scale) = quantise_row(&UnitVector::new(vector).unwrap());
                data.values.extend(row);
                data.scales.push(scale);
            }
            data
        }

        fn rows(&self) -> Rows<'_> {
            Rows { values: &self.values, scales: &self.scales, dimension: self.dimension }
        }
    }

    fn query(values: &[f32]) -> Query {
        Query::new(&UnitVector::new(values).unwrap())
    }

    fn items(hits: &[Hit]) -> Vec<u32> {
        hits.iter().map(|hit| hit.item.0).collect()
    }

    #[test]
    fn edges() {
        let data = Data::new(&[vec![1.0, 0.0], vec![1.0, 0.0], vec![0.0, 1.0]]);
        let q = query(&[1.0, 0.1]);
        let run = |k, allowed: &Bitmap| items(&top_k(data.rows(), &[&q], k, allowed)[0]);
        assert_eq!(run(2, &Bitmap::full(3)), [0, 1], "equal scores by row");
        assert_eq!(run(9, &Bitmap::full(3)), [0, 1, 2], "k above the rows");
        assert!(run(0, &Bitmap::full(3)).is_empty());
        assert!(run(3, &Bitmap::empty(3)).is_empty());
        let none = Data::new(&[]);
        assert!(top_k(none.rows(), &[&query(&[1.0, 0.0, 0.0, 0.0])], 3, &Bitmap::full(0))[0].is_empty());
        let wrong = query(&[1.0, 0.0, 0.0]);
        assert!(top_k(data.rows(), &[&wrong], 3, &Bitmap::full(3))[0].is_empty());
    }

    proptest! {
        #[test]
        fn scan_equals_sort(
            d in 1_usize..70,
            n in 0_usize..200,
            k in 0_usize..30,
            seed in any::<u64>(),
        ) {
            let value = |i: usize| (predilect_core::candidates::chance(seed, i as u64) - 0.5) as f32 + 1e-3;
            let vector = |r: usize| (0..d).map(|j| value(r * d + j)).collect::<Vec<f32>>();
            let mut data = Data::new(&(0..n).map(vector).collect::<Vec<_>>());
            data.dimension = d;
            let queries: Vec<Query> = (0..3).map(|i| query(&vector(1000 + i))).collect();
            let mut allowed = Bitmap::full(n);
            (0..n).filter(|r| r % 3 == 1).for_each(|r| allowed.remove(r));

            let batch = top_k(data.rows(), &queries.iter().collect::<Vec<_>>(), k, &allowed);
            for (query, hits) in queries.iter().zip(&batch) {
                let mut all: Vec<(u32, f32)> = (0..n)
                    .filter(|&r| allowed.contains(r))
                    .map(|r| {
                        let row = &data.values[r * d..(r + 1) * d];
                        prop_assert_eq!(dot(row, query.values()), dot_scalar(row, query.values()));
                        Ok((r as u32, query.similarity(row, data.scales[r])))
                    })
                    .collect::<Result<_, TestCaseError>>()?;
                all.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
                all.truncate(k);
                let found: Vec<(u32, f32)> = hits.iter().map(|hit| (hit.item.0, hit.score)).collect();
                prop_assert_eq!(&found, &all);
                prop_assert_eq!(&top_k(data.rows(), &[query], k, &allowed)[0], hits);
            }
        }
    }
}
