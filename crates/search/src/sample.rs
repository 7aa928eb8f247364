//! What an exact scan finds for some rows: by it, shorter scans are set and checked.

use std::ops::Range;

use predilect_core::{Bitmap, Query};

use crate::coarse::Facts;
use crate::{Hit, Rows, exact_top_k};

/// Queries that tell, and queries that check.
pub(crate) const TELL: Range<usize> = 0..48;
pub(crate) const CHECK: Range<usize> = 48..72;
/// Hits that a query is taken to look for: few, which are close, and many.
pub(crate) const HITS: [usize; 2] = [10, 64];

/// A query and its best rows, best first.
pub(crate) struct Asked {
    pub query: Query,
    pub hits: Vec<Hit>,
}

/// What rows, and sums of four, which is what interests are, find besides themselves.
pub(crate) fn ask(rows: Rows<'_>, facts: Option<&Facts>, which: Range<usize>) -> Vec<Asked> {
    let (d, n) = (rows.dimension, rows.scales.len());
    // Multiples of the golden ratio lie evenly, however many there are.
    let place = |i: usize| ((i as f64 * 0.618_033_988_75).fract() * n as f64) as usize;
    let query = |i: usize| {
        let members: Vec<usize> = (0..if i.is_multiple_of(2) { 1 } else { 4 }).map(|j| place(i + 97 * j)).collect();
        let value = |j: usize| members.iter().map(|&at| f32::from(rows.values[at * d + j]) * rows.scales[at]).sum();
        let sum: Vec<f32> = (0..d).map(value).collect();
        (Query::from_values(&sum), members)
    };
    // Removed rows have no direction.
    let usable = |(query, _): &(Query, _)| query.score(1, 1.0) > 0.0;
    let (queries, members): (Vec<Query>, Vec<Vec<usize>>) = which.map(query).filter(usable).unzip();
    let most = HITS[HITS.len() - 1];
    let hits = exact_top_k(rows, facts, &queries.iter().collect::<Vec<_>>(), most + 4, &Bitmap::full(n));
    let asked = |((query, members), mut hits): ((Query, Vec<usize>), Vec<Hit>)| {
        hits.retain(|hit| !members.contains(&hit.item.row()));
        hits.truncate(most);
        Asked { query, hits }
    };
    queries.into_iter().zip(members).zip(hits).map(asked).collect()
}
