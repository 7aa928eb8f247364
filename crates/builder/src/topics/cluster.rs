//! Clusters of vectors: the same items give the same clusters, nearly the same items nearly the same ones.
//!
//! Spherical k-means (Dhillon and Modha, 2001) that starts from no random draw: the cluster with the widest spread is cut in two
//! at its mean, across the direction in which its items differ most, until there are as many as wanted (principal direction
//! divisive partitioning, Boley, 1998; as a start of k-means: Su and Dy, 2007). A few items more or fewer hardly turn such
//! a direction.

use predilect_core::catalogue::Catalogue;
use predilect_core::{ItemIdx, Query};

/// Rounds of k-means over two halves, and over all clusters.
const HALVES: usize = 6;
const ROUNDS: usize = 20;
/// Steps of power iteration, and items that it looks at.
const POWER: usize = 24;
const SAMPLE: usize = 2048;

/// Puts `rows` into at most `wanted` clusters of at least `least` items each; fewer where they do not differ enough. Each has its
/// rows in ascending order; the largest comes first.
pub(super) fn cluster(catalogue: &Catalogue, rows: &[u32], wanted: usize, least: usize) -> Vec<Vec<u32>> {
    let mut clusters = vec![Cluster::new(catalogue, rows.to_vec())];
    while clusters.len() < wanted {
        let widest = (0..clusters.len())
            .filter(|&at| !clusters[at].whole && clusters[at].rows.len() >= 2 * least)
            .max_by(|&a, &b| clusters[a].spread.total_cmp(&clusters[b].spread).then(b.cmp(&a)));
        let Some(at) = widest else { break };
        match halve(catalogue, &clusters[at].rows, least) {
            Some([left, right]) => {
                clusters[at] = Cluster::new(catalogue, left);
                clusters.push(Cluster::new(catalogue, right));
            }
            None => clusters[at].whole = true,
        }
    }
    let mut lists = refine(catalogue, rows, clusters.into_iter().map(|cluster| cluster.rows).collect(), ROUNDS);
    // What has become too small goes to its neighbours, the smallest first.
    while let Some(smallest) = (0..lists.len()).min_by_key(|&at| lists[at].len()) {
        if lists[smallest].len() >= least || lists.len() == 1 {
            break;
        }
        lists.remove(smallest);
        lists = refine(catalogue, rows, lists, 3);
    }
    lists.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
    lists
}

/// The direction of some items.
pub(super) fn centre(catalogue: &Catalogue, rows: &[u32]) -> Vec<f32> {
    catalogue.sum(rows.iter().map(|&row| ItemIdx(row)))
}

struct Cluster {
    rows: Vec<u32>,
    /// Sum over its items of what their cosine to the centre lacks to 1.
    spread: f64,
    /// It cannot be cut.
    whole: bool,
}

impl Cluster {
    fn new(catalogue: &Catalogue, rows: Vec<u32>) -> Self {
        let sum = centre(catalogue, &rows);
        let length = sum.iter().map(|&v| f64::from(v) * f64::from(v)).sum::<f64>().sqrt();
        Self { spread: rows.len() as f64 - length, rows, whole: false }
    }
}

/// Cuts items in two; nothing where one half would be too small.
fn halve(catalogue: &Catalogue, rows: &[u32], least: usize) -> Option<[Vec<u32>; 2]> {
    let (mean, axis) = principal(catalogue, rows);
    let middle: f32 = mean.iter().zip(&axis).map(|(m, a)| m * a).sum();
    let side = |&row: &u32| {
        let (values, scale) = catalogue.vector(ItemIdx(row));
        values.iter().zip(&axis).map(|(&v, a)| f32::from(v) * a).sum::<f32>() * scale > middle
    };
    let (right, left): (Vec<u32>, Vec<u32>) = rows.iter().partition(|row| side(row));
    if left.is_empty() || right.is_empty() {
        return None;
    }
    let halves = refine(catalogue, rows, vec![left, right], HALVES);
    let [left, right]: [Vec<u32>; 2] = halves.try_into().ok()?;
    (left.len().min(right.len()) >= least).then_some([left, right])
}

/// Mean of items and the direction in which they differ most.
fn principal(catalogue: &Catalogue, rows: &[u32]) -> (Vec<f32>, Vec<f32>) {
    let step = rows.len().div_ceil(SAMPLE);
    let sample: Vec<u32> = rows.iter().copied().step_by(step).collect();
    let mut mean = centre(catalogue, &sample);
    mean.iter_mut().for_each(|v| *v /= sample.len() as f32);
    let d = mean.len();
    // A start that favours no direction, always the same.
    let mut axis: Vec<f32> = (0..d).map(|j| if (j * 7 + j / 3) % 5 < 2 { 1.0 } else { -0.7 }).collect();
    for _ in 0..POWER {
        let offset: f32 = mean.iter().zip(&axis).map(|(m, a)| m * a).sum();
        let mut next = vec![0.0_f32; d];
        let mut total = 0.0;
        for &row in &sample {
            let (values, scale) = catalogue.vector(ItemIdx(row));
            let along = values.iter().zip(&axis).map(|(&v, a)| f32::from(v) * a).sum::<f32>() * scale - offset;
            values.iter().zip(&mut next).for_each(|(&v, next)| *next += f32::from(v) * scale * along);
            total += along;
        }
        next.iter_mut().zip(&mean).for_each(|(next, m)| *next -= total * m);
        let length = next.iter().map(|v| v * v).sum::<f32>().sqrt();
        if length <= f32::MIN_POSITIVE {
            break;
        }
        next.iter_mut().for_each(|v| *v /= length);
        axis = next;
    }
    (mean, axis)
}

/// Spherical k-means from given clusters; those that run empty are gone.
fn refine(catalogue: &Catalogue, rows: &[u32], mut lists: Vec<Vec<u32>>, rounds: usize) -> Vec<Vec<u32>> {
    for _ in 0..rounds {
        let centres: Vec<Query> = lists.iter().map(|list| Query::from_values(&centre(catalogue, list))).collect();
        let mut next = vec![Vec::new(); centres.len()];
        for &row in rows {
            next[nearest(catalogue, &centres, row)].push(row);
        }
        next.retain(|list: &Vec<u32>| !list.is_empty());
        let same = next == lists;
        lists = next;
        if same {
            break;
        }
    }
    lists
}

fn nearest(catalogue: &Catalogue, centres: &[Query], row: u32) -> usize {
    let mut best = (0, f32::NEG_INFINITY);
    for (at, centre) in centres.iter().enumerate() {
        let near = catalogue.similarity(centre, ItemIdx(row));
        if near > best.1 {
            best = (at, near);
        }
    }
    best.0
}
