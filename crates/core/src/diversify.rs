//! Diversity: choosing from the ranked items one by one, each penalised for what stands above it.
//!
//! Maximal marginal relevance (Carbonell and Goldstein, 1998) with a second penalty that grows as an interest uses up its
//! share of the list. Penalties only grow, so the final scores descend.

use crate::catalogue::Catalogue;
use crate::rank::{Part, Ranked};
use crate::reason::ReasonKind;
use crate::taste::Taste;

/// How strongly to diversify.
#[derive(Debug, Clone, PartialEq)]
pub struct DiversifyConfig {
    /// Penalty for an item equal to one above it, at full diversity.
    pub redundancy: f64,
    /// Penalty for an item whose interest has had its whole share, at full diversity.
    pub saturation: f64,
}

impl Default for DiversifyConfig {
    fn default() -> Self {
        Self { redundancy: 0.5, saturation: 0.6 }
    }
}

/// Chooses the best `k` of `ranked` (best first) at `diversity` 0..=1, where 0 changes nothing.
pub fn diversify(
    mut ranked: Vec<Ranked>,
    taste: &Taste,
    catalogue: &Catalogue,
    config: &DiversifyConfig,
    diversity: f64,
    k: usize,
) -> Vec<Ranked> {
    if diversity == 0.0 {
        ranked.truncate(k);
        return ranked;
    }
    let shares: Vec<f64> = taste.interests.iter().map(|interest| interest.weight / taste.strength).collect();
    let mut taken = vec![0.0_f64; shares.len()];
    // The closest affinity of each remaining item to the chosen ones.
    let mut closest = vec![0.0_f64; ranked.len()];
    let mut chosen = Vec::with_capacity(k.min(ranked.len()));
    while chosen.len() < k && !ranked.is_empty() {
        let penalty = |i: usize| {
            let saturation = ranked[i].interest.map_or(0.0, |j| (taken[j] / (shares[j] * k as f64).max(1.0)).min(2.0));
            -diversity * (config.redundancy * closest[i] + config.saturation * saturation)
        };
        let mut best = (0, ranked[0].score + penalty(0));
        for (i, candidate) in ranked.iter().enumerate().skip(1) {
            // Sorted by score and never raised: nothing further down can win any more.
            if candidate.score <= best.1 {
                break;
            }
            let value = candidate.score + penalty(i);
            if value > best.1 {
                best = (i, value);
            }
        }
        let part = Part::plain(ReasonKind::Diversity, penalty(best.0));
        let mut next = ranked.remove(best.0);
        closest.remove(best.0);
        next.add(part);
        if let Some(j) = next.interest {
            taken[j] += 1.0;
        }
        let query = catalogue.query(next.item);
        for (candidate, near) in ranked.iter().zip(&mut closest) {
            *near = near.max(catalogue.affinity(catalogue.similarity(&query, candidate.item)));
        }
        chosen.push(next);
    }
    chosen
}
