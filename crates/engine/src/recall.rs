//! Hits of earlier searches, kept for as long as they answer what is asked now.
//!
//! From one call to the next a person's taste changes in one interest or two. The others ask what they asked before, and
//! of the same rows less a few: their hits need no new scan. Answers are those of a scan, whatever was asked before; only
//! their time differs.

use predilect_core::{Bitmap, Query};
use predilect_search::{Hit, Outline, Rows, top_k};

/// Hits that are fetched beyond those asked for, so that some rows may be ruled out later.
const SPARE: usize = 40;

/// Queries with the best rows of `allowed` for each.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    allowed: Option<Bitmap>,
    answers: Vec<Answer>,
}

#[derive(Debug)]
struct Answer {
    query: Query,
    /// The best rows, all of them if `complete`.
    hits: Vec<Hit>,
    complete: bool,
}

impl Memory {
    /// As [`top_k`].
    pub(crate) fn top_k(
        &mut self,
        rows: Rows<'_>,
        outline: Option<&Outline>,
        queries: &[&Query],
        k: usize,
        allowed: &Bitmap,
    ) -> Vec<Vec<Hit>> {
        if !self.allowed.as_ref().is_some_and(|before| before.contains_all(allowed)) {
            self.answers.clear();
        }
        self.allowed = Some(allowed.clone());
        for answer in &mut self.answers {
            answer.hits.retain(|hit| allowed.contains(hit.item.row()));
        }
        self.answers.retain(|answer| {
            (answer.complete || answer.hits.len() >= k) && queries.iter().any(|query| **query == answer.query)
        });
        let known = |query: &Query| self.answers.iter().any(|answer| answer.query == *query);
        let unknown: Vec<&Query> = queries.iter().copied().filter(|query| !known(query)).collect();
        let wanted = k.saturating_add(SPARE);
        let found = top_k(rows, outline, &unknown, wanted, allowed);
        self.answers.extend(unknown.iter().zip(found).map(|(query, hits)| Answer {
            query: (*query).clone(),
            complete: hits.len() < wanted,
            hits,
        }));
        let answer = |query: &&Query| self.answers.iter().find(|answer| answer.query == **query);
        queries
            .iter()
            .map(|query| answer(query).map_or(Vec::new(), |a| a.hits.iter().take(k).copied().collect()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use predilect_core::UnitVector;
    use predilect_core::candidates::chance;
    use predilect_core::vector::quantise_row;

    const ROWS: usize = 400;
    const DIMENSION: usize = 8;

    fn vector(seed: u64) -> UnitVector {
        let values: Vec<f32> = (0..DIMENSION as u64).map(|j| chance(seed, j) as f32 - 0.5).collect();
        UnitVector::new(&values).unwrap()
    }

    #[test]
    fn what_was_asked_before_changes_no_answer() {
        let (mut values, mut scales) = (Vec::new(), Vec::new());
        for row in 0..ROWS {
            let (row, scale) = quantise_row(&vector(row as u64));
            values.extend(row);
            scales.push(scale);
        }
        let rows = Rows { values: &values, scales: &scales, dimension: DIMENSION };
        let outline = Outline::at(rows, 3, 0.4);
        let outline = Some(&outline);
        let (mut memory, mut allowed) = (Memory::default(), Bitmap::full(ROWS));
        let mut reused = 0;
        for step in 0..200_u64 {
            match step % 10 {
                9 => allowed.insert((step * 7 % ROWS as u64) as usize),
                _ => allowed.remove((step * 31 % ROWS as u64) as usize),
            }
            // Interests change slowly, and come and go.
            let queries: Vec<Query> = (0..step % 4).map(|i| Query::new(&vector(1000 + (step / 3 + i) % 5))).collect();
            let queries: Vec<&Query> = queries.iter().collect();
            let k = [10, 30, 500][(step % 3) as usize];
            reused += usize::from(!memory.answers.is_empty());
            let fresh = top_k(rows, outline, &queries, k, &allowed);
            assert_eq!(memory.top_k(rows, outline, &queries, k, &allowed), fresh, "step {step}");
        }
        assert!(reused > 50);
    }
}
