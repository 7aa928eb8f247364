//! How well one full ranking places the right answers.
//!
//! The place of an answer is 1 + items above + half of the others with its score, so that ties are worth their average.
//! With `R` right answers of which `h` are among the first `k` of `n` items:
//! precision `h / k`, recall `h / R`, F1 their harmonic mean, hit rate `h > 0`, accuracy the share of the `n` items that
//! "shown or not" puts on the right side; nDCG sums `1 / log2(1 + place)` over the first `k`, divided by the best possible
//! sum; MRR is `1 / place` of the first answer; MAP averages `answers so far / place` over the first `k`, divided by
//! `min(R, k)`; AUC is the share of pairs of a right and a wrong item that are in order, ties half.

use serde::Serialize;

/// Metrics of one case.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RankMetrics {
    /// nDCG at k.
    pub ndcg: f64,
    /// Whether an answer is among the first k.
    pub hit_rate: f64,
    /// Reciprocal place of the first answer, over the full ranking.
    pub mrr: f64,
    /// Mean average precision at k.
    pub map: f64,
    /// Answers among the first k, by k.
    pub precision: f64,
    /// Answers among the first k, by answers.
    pub recall: f64,
    /// Harmonic mean of both.
    pub f1: f64,
    /// Items on the right side of the cut at k.
    pub accuracy: f64,
    /// Pairs in order.
    pub auc: f64,
}

/// Scores `scores`, higher first, where NaN takes an item out, against the items `targets`.
pub fn ranking(scores: &[f64], targets: &[usize], k: usize) -> RankMetrics {
    let n = scores.iter().filter(|score| !score.is_nan()).count() as f64;
    let (right, k_f) = (targets.len() as f64, k as f64);
    let mut places = Vec::with_capacity(targets.len());
    let mut ordered = 0.0;
    for &target in targets {
        let own = scores[target];
        let above = scores.iter().filter(|score| **score > own).count() as f64;
        let equal = scores.iter().filter(|score| **score == own).count() as f64 - 1.0;
        if own.is_nan() {
            places.push(f64::INFINITY);
            continue;
        }
        places.push(1.0 + above + equal / 2.0);
        let right_above = targets.iter().filter(|other| scores[**other] > own).count() as f64;
        let right_equal = targets.iter().filter(|other| scores[**other] == own).count() as f64 - 1.0;
        ordered += (n - right) - (above - right_above) - (equal - right_equal) / 2.0;
    }
    places.sort_by(f64::total_cmp);
    let shown: Vec<f64> = places.iter().copied().filter(|place| *place <= k_f).collect();
    let hits = shown.len() as f64;
    let ideal: f64 = (1..=targets.len().min(k)).map(|place| 1.0 / (1.0 + place as f64).log2()).sum();
    let (precision, recall) = (hits / k_f, hits / right);
    RankMetrics {
        ndcg: shown.iter().map(|place| 1.0 / (1.0 + place).log2()).sum::<f64>() / ideal,
        hit_rate: f64::from(u8::from(hits > 0.0)),
        mrr: places.first().map_or(0.0, |place| 1.0 / place),
        map: shown.iter().enumerate().map(|(i, place)| (i as f64 + 1.0) / place).sum::<f64>() / right.min(k_f),
        precision,
        recall,
        f1: if hits > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 },
        accuracy: (n - (k_f.min(n) - hits) - (right - hits)) / n,
        auc: if n > right { ordered / (right * (n - right)) } else { 1.0 },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
    }

    #[test]
    fn by_hand() {
        // Items in order of score: 1 0 2 3 4; right: 0 and 3, at places 2 and 4; k = 3.
        let found = ranking(&[0.8, 0.9, 0.7, 0.6, 0.5], &[0, 3], 3);
        close(found.ndcg, (1.0 / 3.0_f64.log2()) / (1.0 + 1.0 / 3.0_f64.log2()));
        close(found.hit_rate, 1.0);
        close(found.mrr, 0.5);
        close(found.map, 0.25);
        close(found.precision, 1.0 / 3.0);
        close(found.recall, 0.5);
        close(found.f1, 0.4);
        // Right: item 0 shown, item 4 not shown; wrong: 1 and 2 shown, 3 not.
        close(found.accuracy, 0.4);
        // Pairs: 0 above 2 and 4 but below 1; 3 above 4 but below 1 and 2.
        close(found.auc, 3.0 / 6.0);
    }

    #[test]
    fn ties_are_worth_their_average() {
        // Four equal scores: place 2.5.
        let found = ranking(&[1.0, 1.0, 1.0, 1.0], &[2], 3);
        close(found.ndcg, 1.0 / 3.5_f64.log2());
        close(found.auc, 0.5);
        close(ranking(&[1.0, 1.0, 1.0, 1.0], &[2], 2).ndcg, 0.0);
    }

    #[test]
    fn masked_items_do_not_count() {
        let found = ranking(&[f64::NAN, 0.5, 0.9, 0.1], &[1], 1);
        close(found.mrr, 0.5);
        close(found.auc, 0.5);
        close(found.accuracy, 1.0 / 3.0);
        close(ranking(&[f64::NAN, 0.5], &[0], 1).mrr, 0.0);
    }
}
