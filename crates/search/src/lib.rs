//! Exact top-k over int8 rows.
//!
//! One scan answers several queries at once. A filter is applied inside the scan, so a list is never shorter than the
//! filter allows. Sums are integers and ties go to the lower row: every kernel gives the same hits and the same scores.

mod coarse;
mod heap;
mod index;
mod outline;
mod sample;
mod sketch;

use coarse::Facts;
use predilect_core::kernel::{self, BLOCK, Block, Lanes, dot, scan_four, scan_one};
use predilect_core::{Bitmap, Catalogue, ItemIdx, Query};

pub use heap::TopK;
pub use index::{IndexError, VectorIndex};
pub use outline::{Outline, measure};
#[cfg(target_family = "wasm")]
pub use predilect_core::kernel::coarse::install as install_kernels;

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

/// The `k` best rows of `allowed` for each query, best first, equal scores by row. Scores are cosines.
///
/// With the `outline` of the same rows the answer is nearly that, and comes sooner: a score is at most what the head and a
/// share of the largest possible product of the tails add up to, which seldom cuts it short, and a row that cannot reach
/// the best by that is not read any further. By this score the answer is exact: it does not depend on the order of rows.
///
/// A query whose dimension differs from the rows gets no hits: dimensions are checked where vectors enter.
pub fn top_k(
    rows: Rows<'_>,
    outline: Option<&Outline>,
    queries: &[&Query],
    k: usize,
    allowed: &Bitmap,
) -> Vec<Vec<Hit>> {
    let d = rows.dimension;
    let scan = Scan::new(rows, outline);
    let mut searches: Vec<Search<'_>> = queries.iter().map(|query| Search::new(query, scan, k)).collect();
    let answerable = |search: &&mut Search<'_>| k > 0 && d > 0 && search.query.values().len() == d;
    let mut running: Vec<&mut Search<'_>> = searches.iter_mut().filter(answerable).collect();
    // Four places, whole blocks apart.
    let apart = rows.scales.len().div_ceil(4 * BLOCK) * BLOCK;
    for step in (0..apart).step_by(BLOCK) {
        let starts = [0, 1, 2, 3].map(|place| place * apart + step);
        let wanted = starts.map(|start| allowed.word(start / BLOCK));
        if wanted == [0; 4] {
            continue;
        }
        let mut fours = running.chunks_exact_mut(4);
        for four in fours.by_ref() {
            starts.into_iter().zip(wanted).for_each(|(start, wanted)| scan.four_queries(four, start, wanted));
        }
        fours.into_remainder().iter_mut().for_each(|search| scan.one_query(search, starts, wanted));
    }
    searches.into_iter().map(|search| search.best.into_hits()).collect()
}

/// The hits of [`top_k`] without an outline, by the fastest way of this build.
#[inline(never)]
fn exact_top_k(rows: Rows<'_>, facts: Option<&Facts>, queries: &[&Query], k: usize, allowed: &Bitmap) -> Vec<Vec<Hit>> {
    match facts {
        Some(facts) if kernel::coarse::available(rows.dimension) => coarse::top_k(rows, facts, queries, k, allowed),
        _ => top_k(rows, None, queries, k, allowed),
    }
}

/// One query on its way through the rows.
struct Search<'a> {
    query: &'a Query,
    /// Cosine of a dot product of 1 with a row of scale 1.
    scale: f32,
    /// Length of the query's tail, in terms of its unit vector and as far as it is granted.
    tail: f32,
    best: TopK,
}

impl<'a> Search<'a> {
    fn new(query: &'a Query, scan: Scan<'_>, k: usize) -> Self {
        let scale = query.score(1, 1.0);
        let tail = outline::length(query.values().get(scan.head..).unwrap_or(&[]));
        let tail = tail * scale * scan.outline.map_or(0.0, Outline::reach);
        Self { query, scale, tail, best: TopK::new(k) }
    }
}

/// The places of the bits that are set, ascending.
fn bits(mut word: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let at = word.trailing_zeros() as usize;
        word &= word.wrapping_sub(1);
        (at < 64).then_some(at)
    })
}

#[derive(Clone, Copy)]
struct Scan<'a> {
    rows: Rows<'a>,
    outline: Option<&'a Outline>,
    /// Values that every row is judged by first.
    head: usize,
    /// These values of all rows.
    heads: &'a [i8],
}

impl<'a> Scan<'a> {
    fn new(rows: Rows<'a>, outline: Option<&'a Outline>) -> Self {
        let outline = outline.filter(|outline| outline.cut() > 0);
        let (heads, head) = outline.map_or((rows.values, rows.dimension), |o| (o.heads(), o.cut()));
        Self { rows, outline, head, heads }
    }

    /// Offers the `wanted` rows of the block from `start` to four searches.
    fn four_queries(self, searches: &mut [&mut Search<'_>], start: usize, wanted: u64) {
        if wanted == 0 {
            return;
        }
        let heads: [&[i16]; 4] = std::array::from_fn(|i| &searches[i].query.values()[..self.head]);
        let lanes = Lanes {
            scales: std::array::from_fn(|i| searches[i].scale),
            tails: std::array::from_fn(|i| searches[i].tail),
            bars: std::array::from_fn(|i| searches[i].best.bar()),
        };
        let mut sums = [[0; 4]; BLOCK];
        let over = scan_four(self.block(start), heads, &lanes, &mut sums) & wanted;
        for at in bits(over) {
            for (search, &sum) in searches.iter_mut().zip(&sums[at]) {
                self.offer(search, start + at, sum);
            }
        }
    }

    /// Offers the `wanted` rows of four blocks to one search.
    fn one_query(self, search: &mut Search<'_>, starts: [usize; 4], wanted: [u64; 4]) {
        let lanes = Lanes { scales: [search.scale; 4], tails: [search.tail; 4], bars: [search.best.bar(); 4] };
        let mut sums = [[0; 4]; BLOCK];
        let block = |place: usize| if wanted[place] == 0 { Block::EMPTY } else { self.block(starts[place]) };
        let blocks = std::array::from_fn(block);
        let over = scan_one(blocks, &search.query.values()[..self.head], &lanes, &mut sums);
        for place in 0..4 {
            for at in bits(over[place] & wanted[place]) {
                self.offer(search, starts[place] + at, sums[at][place]);
            }
        }
    }

    fn block(self, start: usize) -> Block<'a> {
        let end = (start + BLOCK).min(self.rows.scales.len());
        Block {
            values: &self.heads[start * self.head..end * self.head],
            scales: &self.rows.scales[start..end],
            tails: self.outline.map_or(&[0.0; BLOCK][..end - start], |outline| &outline.tails()[start..end]),
        }
    }

    /// Takes a row whose head has the dot product `sum`.
    #[inline]
    fn offer(self, search: &mut Search<'_>, row: usize, sum: i32) {
        let (d, scale) = (self.rows.dimension, self.rows.scales[row]);
        let mut score = search.query.score(sum, scale);
        if let Some(outline) = self.outline {
            let most = score + search.tail * outline.tails()[row];
            if most < search.best.bar() {
                return;
            }
            let rest = dot(&self.rows.values[row * d + self.head..(row + 1) * d], &search.query.values()[self.head..]);
            score = search.query.score(sum + rest, scale).min(most);
        }
        search.best.push(row as u32, score);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use predilect_core::UnitVector;
    use predilect_core::kernel::dot_scalar;
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

        fn top_k(&self, queries: &[&Query], k: usize, allowed: &Bitmap) -> Vec<Vec<Hit>> {
            top_k(self.rows(), None, queries, k, allowed)
        }
    }

    fn query(values: &[f32]) -> Query {
        Query::new(&UnitVector::new(values).unwrap())
    }

    fn items(hits: &[Hit]) -> Vec<u32> {
        hits.iter().map(|hit| hit.item.0).collect()
    }

    fn pairs(hits: &[Hit]) -> Vec<(u32, f32)> {
        hits.iter().map(|hit| (hit.item.0, hit.score)).collect()
    }

    fn sorted(mut all: Vec<(u32, f32)>, k: usize) -> Vec<(u32, f32)> {
        all.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        all.truncate(k);
        all
    }

    /// Rows around 40 topics, their energy falling from value to value as that of an encoder whose axes are sorted by it.
    #[test]
    fn heads_find_nearly_all_of_the_best() {
        const D: usize = 96;
        let noise = |seed: u64| {
            (0..D as u64).map(move |j| {
                let sum: f64 = (0..4).map(|i| predilect_core::candidates::chance(seed, 4 * j + i) - 0.5).sum();
                sum as f32 / (1.0 + j as f32 / 4.0)
            })
        };
        let vector = |r: u64| noise(9000 + r % 40).zip(noise(r)).map(|(a, b)| 0.5 * a + b).collect::<Vec<f32>>();
        let data = Data::new(&(0..4000).map(vector).collect::<Vec<_>>());
        let head = measure(data.rows()).expect("heads pay on rows like these");
        assert!(head.recall >= 0.97 && head.reach < 1.0, "{head:?}");
        let outline = Outline::at(data.rows(), head.cut, head.reach);
        let sum = |i: u64| (0..30).flat_map(move |m| vector(i * 7 + m * 40).into_iter().enumerate());
        let queries: Vec<Query> = (0..20_u64)
            .map(|i| {
                let mut mean = vec![0.0; D];
                if i % 2 == 0 {
                    mean = vector(i)
                } else {
                    sum(i).for_each(|(j, v)| mean[j] += v)
                }
                query(&mean)
            })
            .collect();
        let asked: Vec<&Query> = queries.iter().collect();
        let allowed = Bitmap::full(4000);
        let found = top_k(data.rows(), Some(&outline), &asked, 60, &allowed);
        let best = data.top_k(&asked, 60, &allowed);
        let both = |(a, b): (&Vec<Hit>, &Vec<Hit>)| items(a).iter().filter(|row| items(b).contains(row)).count();
        let recall = found.iter().zip(&best).map(both).sum::<usize>() as f64 / (20 * 60) as f64;
        assert!(recall >= 0.97, "recall {recall}");
    }

    #[test]
    fn heads_that_tell_nothing_are_left() {
        let noise = |r: u64| (0..96).map(|j| (predilect_core::candidates::chance(r, j) - 0.5) as f32).collect();
        let mut data = Data::new(&(0..3000).map(noise).collect::<Vec<Vec<f32>>>());
        assert_eq!(measure(data.rows()), None, "every value says as much as every other");
        data.scales.fill(0.0);
        assert_eq!(measure(data.rows()), None, "all rows were removed");
    }

    #[test]
    fn edges() {
        let data = Data::new(&[vec![1.0, 0.0], vec![1.0, 0.0], vec![0.0, 1.0]]);
        let q = query(&[1.0, 0.1]);
        let run = |k, allowed: &Bitmap| items(&data.top_k(&[&q], k, allowed)[0]);
        assert_eq!(run(2, &Bitmap::full(3)), [0, 1], "equal scores by row");
        assert_eq!(run(9, &Bitmap::full(3)), [0, 1, 2], "k above the rows");
        assert!(run(0, &Bitmap::full(3)).is_empty());
        assert!(run(3, &Bitmap::empty(3)).is_empty());
        let none = Data::new(&[]);
        assert!(none.top_k(&[&query(&[1.0, 0.0, 0.0, 0.0])], 3, &Bitmap::full(0))[0].is_empty());
        let wrong = query(&[1.0, 0.0, 0.0]);
        assert!(data.top_k(&[&wrong], 3, &Bitmap::full(3))[0].is_empty());
    }

    proptest! {
        #[test]
        fn scan_equals_sort(
            d in 1_usize..70,
            n in 0_usize..200,
            head in 0.0_f32..1.0,
            steep in 0.0_f32..0.2,
            reach in 0.0_f32..1.0,
            k in 0_usize..30,
            seed in any::<u64>(),
        ) {
            let value = |i: usize| (predilect_core::candidates::chance(seed, i as u64) - 0.5) as f32 + 1e-3;
            let vector =
                |r: usize| (0..d).map(|j| value(r * d + j) * (-steep * j as f32).exp()).collect::<Vec<f32>>();
            let mut data = Data::new(&(0..n).map(vector).collect::<Vec<_>>());
            data.dimension = d;
            let queries: Vec<Query> = (0..6).map(|i| query(&vector(1000 + i))).collect();
            let mut allowed = Bitmap::full(n);
            (0..n).filter(|r| r % 3 == 1).for_each(|r| allowed.remove(r));

            let batch = data.top_k(&queries.iter().collect::<Vec<_>>(), k, &allowed);
            let outline = Outline::at(data.rows(), (head * d as f32) as usize, reach);
            let asked: Vec<&Query> = queries.iter().collect();
            let cut = outline.cut();
            for (query, hits) in asked.iter().zip(top_k(data.rows(), Some(&outline), &asked, k, &allowed)) {
                let tail = outline::length(&query.values()[cut..]) * query.score(1, 1.0) * reach;
                let granted = |r: usize| {
                    let row = &data.values[r * d..(r + 1) * d];
                    let most = query.score(dot(&row[..cut], &query.values()[..cut]), data.scales[r]) + tail * outline.tails().get(r).copied().unwrap_or(0.0);
                    let score = query.similarity(row, data.scales[r]);
                    (r as u32, if cut == 0 { score } else { score.min(most) })
                };
                let all: Vec<(u32, f32)> = (0..n).filter(|&r| allowed.contains(r)).map(granted).collect();
                prop_assert_eq!(pairs(&hits), sorted(all, k));
            }
            for (query, hits) in queries.iter().zip(&batch) {
                let all: Vec<(u32, f32)> = (0..n)
                    .filter(|&r| allowed.contains(r))
                    .map(|r| {
                        let row = &data.values[r * d..(r + 1) * d];
                        prop_assert_eq!(dot(row, query.values()), dot_scalar(row, query.values()));
                        Ok((r as u32, query.similarity(row, data.scales[r])))
                    })
                    .collect::<Result<_, TestCaseError>>()?;
                prop_assert_eq!(pairs(hits), sorted(all, k));
                prop_assert_eq!(&data.top_k(&[query], k, &allowed)[0], hits);
            }
        }
    }
}
