//! A bounded heap that keeps the best hits of a scan.

use predilect_core::ItemIdx;

use crate::Hit;

/// The best `k` of all pushed rows; equal scores prefer the lower row.
#[derive(Debug)]
pub struct TopK {
    /// Binary heap with the worst kept hit at the root.
    heap: Vec<(f32, u32)>,
    k: usize,
}

/// Whether `a` ranks below `b`.
fn below(a: (f32, u32), b: (f32, u32)) -> bool {
    a.0 < b.0 || (a.0 == b.0 && a.1 > b.1)
}

impl TopK {
    /// Keeps `k` hits.
    pub fn new(k: usize) -> Self {
        Self { heap: Vec::with_capacity(k.min(1024)), k }
    }

    /// The score that a row must reach to get in; below every score while there is room.
    #[inline]
    pub fn bar(&self) -> f32 {
        if self.heap.len() < self.k {
            f32::NEG_INFINITY
        } else {
            self.heap.first().map_or(f32::INFINITY, |worst| worst.0)
        }
    }

    /// Offers a row. Scores are finite: they come from integers and checked scales.
    #[inline]
    pub fn push(&mut self, row: u32, score: f32) {
        let entry = (score, row);
        if self.heap.len() < self.k {
            self.heap.push(entry);
            let mut at = self.heap.len() - 1;
            while at > 0 && below(self.heap[at], self.heap[(at - 1) / 2]) {
                self.heap.swap(at, (at - 1) / 2);
                at = (at - 1) / 2;
            }
        } else if self.heap.first().is_some_and(|&worst| below(worst, entry)) {
            self.heap[0] = entry;
            self.sink();
        }
    }

    fn sink(&mut self) {
        let mut at = 0;
        loop {
            let (left, right) = (2 * at + 1, 2 * at + 2);
            let mut least = at;
            for child in [left, right] {
                if child < self.heap.len() && below(self.heap[child], self.heap[least]) {
                    least = child;
                }
            }
            if least == at {
                return;
            }
            self.heap.swap(at, least);
            at = least;
        }
    }

    /// The kept hits, best first.
    pub fn into_hits(mut self) -> Vec<Hit> {
        // The root is the worst: taking it off again and again fills the list from its end.
        let mut hits = vec![Hit { item: ItemIdx(0), score: 0.0 }; self.heap.len()];
        for hit in hits.iter_mut().rev() {
            let (score, row) = self.heap.swap_remove(0);
            *hit = Hit { item: ItemIdx(row), score };
            self.sink();
        }
        hits
    }
}
