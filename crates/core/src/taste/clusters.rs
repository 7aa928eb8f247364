//! Interests while they grow: clusters of items, gathered one by one.

use super::{Evidence, Interest, Origin, TasteConfig};
use crate::catalogue::Catalogue;
use crate::order::{descending, reorder};
use crate::vector::{Query, dot_f32};

/// What an earlier fold over the same catalogue has gathered, for one whose events only go on from there.
#[derive(Debug, Default)]
pub struct Gathered {
    evidence: Vec<Evidence>,
    clusters: Clusters,
}

/// `products[a][b]` is the dot product of the sums of `a` and `b`; it follows from what is added,
/// so that an item costs one dot product an interest and nothing more.
#[derive(Debug, Clone, Default)]
struct Clusters {
    list: Vec<Cluster>,
    products: Vec<Vec<f64>>,
    /// The unit vector of the item that comes in.
    values: Vec<f32>,
}

/// Members and the weighted sum of their vectors.
#[derive(Debug, Clone)]
struct Cluster {
    members: Vec<Evidence>,
    sum: Vec<f32>,
    weight: f64,
}

impl Clusters {
    /// Puts an item into the interest it is closest to, from `join_affinity` on, or into one of its own.
    fn add(&mut self, evidence: Evidence, catalogue: &Catalogue, join_affinity: f64) {
        let (row, scale) = catalogue.vector(evidence.item);
        self.values.clear();
        self.values.extend(row.iter().map(|&value| f32::from(value) * scale));
        let product = |cluster: &Cluster| f64::from(dot_f32(&self.values, &cluster.sum));
        let products: Vec<f64> = self.list.iter().map(product).collect();
        let mut best: Option<(usize, f64)> = None;
        for (i, product) in products.iter().enumerate() {
            let length = self.products[i][i].sqrt();
            let near = if length > 0.0 { catalogue.affinity((product / length) as f32) } else { 0.0 };
            if near >= join_affinity && best.is_none_or(|(_, other)| near > other) {
                best = Some((i, near));
            }
        }
        let at = best.map_or_else(|| self.push(row.len()), |(i, _)| i);
        let weight = evidence.weight;
        for (j, product) in products.iter().enumerate().filter(|(j, _)| *j != at) {
            self.products[at][j] += weight * product;
            self.products[j][at] = self.products[at][j];
        }
        // The item has length 1: |s + w v|^2 = |s|^2 + 2 w (s v) + w^2.
        self.products[at][at] += 2.0 * weight * products.get(at).unwrap_or(&0.0) + weight * weight;
        let cluster = &mut self.list[at];
        for (sum, &value) in cluster.sum.iter_mut().zip(&self.values) {
            *sum += value * weight as f32;
        }
        cluster.weight += weight;
        cluster.members.push(evidence);
    }

    fn push(&mut self, dimension: usize) -> usize {
        self.list.push(Cluster { members: Vec::new(), sum: vec![0.0; dimension], weight: 0.0 });
        self.products.iter_mut().for_each(|row| row.push(0.0));
        self.products.push(vec![0.0; self.list.len()]);
        self.list.len() - 1
    }

    fn merge_closest(&mut self) {
        let mut closest = (0, 1, f64::NEG_INFINITY);
        for a in 0..self.list.len() {
            for b in a + 1..self.list.len() {
                let lengths = (self.products[a][a] * self.products[b][b]).sqrt();
                let near = if lengths > 0.0 { self.products[a][b] / lengths } else { 0.0 };
                if near > closest.2 {
                    closest = (a, b, near);
                }
            }
        }
        let (into, from, _) = closest;
        let absorbed = self.list.remove(from);
        let mut products = self.products.remove(from);
        let square = products.remove(from);
        for (row, product) in self.products.iter_mut().zip(&products) {
            row.remove(from);
            row[into] += product;
        }
        for j in (0..self.list.len()).filter(|&j| j != into) {
            self.products[into][j] = self.products[j][into];
        }
        self.products[into][into] += products[into] + square;
        let cluster = &mut self.list[into];
        for (sum, value) in cluster.sum.iter_mut().zip(absorbed.sum) {
            *sum += value;
        }
        cluster.weight += absorbed.weight;
        cluster.members.extend(absorbed.members);
    }
}

impl Cluster {
    fn into_interest(self, catalogue: &Catalogue) -> Interest {
        let query = Query::from_values(&self.sum);
        let closeness = |e: &Evidence| f64::from(catalogue.similarity(&query, e.item));
        let order = descending(self.members.iter().map(closeness));
        let members = reorder(self.members, &order);
        let key = format!("items:{}", catalogue.id(members[0].item));
        Interest { key, weight: self.weight, tuned: 1.0, query, origin: Origin::Items(members) }
    }
}

pub(super) fn gather(
    before: &mut Gathered,
    evidence: Vec<Evidence>,
    catalogue: &Catalogue,
    config: &TasteConfig,
) -> Vec<Interest> {
    if !evidence.starts_with(&before.evidence) {
        *before = Gathered::default();
    }
    for one in evidence.into_iter().skip(before.evidence.len()) {
        before.evidence.push(one.clone());
        before.clusters.add(one, catalogue, config.join_affinity);
        if before.clusters.list.len() > config.max_interests.max(1) {
            before.clusters.merge_closest();
        }
    }
    before.clusters.list.iter().map(|cluster| cluster.clone().into_interest(catalogue)).collect()
}

/// All of `members` as one interest.
pub(super) fn together(members: impl IntoIterator<Item = Evidence>, catalogue: &Catalogue) -> Option<Interest> {
    let mut clusters = Clusters::default();
    for member in members {
        clusters.add(member, catalogue, f64::NEG_INFINITY);
    }
    Some(clusters.list.pop()?.into_interest(catalogue))
}
