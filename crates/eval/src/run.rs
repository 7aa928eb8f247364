//! Runs models over the cases of a split.

use serde::Serialize;

use crate::data::Dataset;
use crate::metrics::{ListMetrics, RankMetrics, Shown, lists, ranking};
use crate::models::Model;
use crate::split::Split;
use crate::stats::{Difference, Mean, mean};

/// What a model reached.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    /// Name of the model.
    pub model: String,
    /// Metrics of each case.
    #[serde(skip)]
    pub cases: Vec<RankMetrics>,
    /// Of all lists together.
    pub lists: ListMetrics,
    /// Means over cases, by name.
    pub means: Vec<(&'static str, Mean)>,
    /// nDCG less that of the model that the section compares with.
    pub difference: Option<Difference>,
    /// Seconds for all cases.
    pub seconds: f64,
}

/// A metric of a case.
pub type Metric = fn(&RankMetrics) -> f64;

/// The metrics of a case by name.
pub const METRICS: [(&str, Metric); 9] = [
    ("nDCG", |m| m.ndcg),
    ("HR", |m| m.hit_rate),
    ("MRR", |m| m.mrr),
    ("MAP", |m| m.map),
    ("precision", |m| m.precision),
    ("recall", |m| m.recall),
    ("F1", |m| m.f1),
    ("accuracy", |m| m.accuracy),
    ("AUC", |m| m.auc),
];

/// Seed of all bootstrap errors.
pub const SEED: u64 = 20;

impl Outcome {
    /// nDCG of each case.
    pub fn ndcg(&self) -> Vec<f64> {
        self.cases.iter().map(|case| case.ndcg).collect()
    }

    /// The mean of a metric.
    pub fn mean(&self, name: &str) -> Mean {
        let found = self.means.iter().find(|(own, _)| *own == name);
        found.map_or(Mean { value: f64::NAN, error: f64::NAN }, |(_, mean)| *mean)
    }
}

/// Asks a model all questions of a split: full ranking, the history masked.
pub fn run(model: &mut dyn Model, data: &Dataset, split: &Split, k: usize) -> Outcome {
    // Only to report how long it took; no result depends on it.
    let started = std::time::Instant::now();
    let mut support = vec![0_u32; data.items.len()];
    split.train.iter().flatten().for_each(|act| support[act.item] += 1);
    let mut cases = Vec::with_capacity(split.cases.len());
    let mut shown: Vec<(Vec<usize>, Vec<usize>)> = Vec::new();
    model.restrict(split.pool.as_deref());
    for case in &split.cases {
        let mut scores = model.scores(case);
        for act in &case.history {
            scores[act.item] = f64::NAN;
        }
        if let Some(pool) = &split.pool {
            scores.iter_mut().zip(pool).filter(|(_, open)| !**open).for_each(|(score, _)| *score = f64::NAN);
        }
        cases.push(ranking(&scores, &case.targets, k));
        let list = model.list(case, k).unwrap_or_else(|| best(&scores, k));
        shown.push((list, case.history.iter().map(|act| act.item).collect()));
    }
    let seconds = started.elapsed().as_secs_f64();
    let tags: Vec<Vec<String>> = data.items.iter().map(|item| item.tags.clone()).collect();
    let shown: Vec<Shown<'_>> = shown.iter().map(|(list, history)| Shown { list, history }).collect();
    let lists = lists(&shown, &support, split.train.len(), &tags, |a, b| overlap(&tags[a], &tags[b]));
    Outcome { model: model.name(), means: outcome(&cases), cases, lists, difference: None, seconds }
}

/// Means of all metrics over cases.
pub fn outcome(cases: &[RankMetrics]) -> Vec<(&'static str, Mean)> {
    METRICS.map(|(name, metric)| (name, mean(&cases.iter().map(metric).collect::<Vec<_>>(), SEED))).to_vec()
}

/// The best `k`, equal ones by row; NaN takes an item out.
pub fn best(scores: &[f64], k: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..scores.len()).filter(|&item| scores[item] > f64::NEG_INFINITY).collect();
    order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]).then(a.cmp(b)));
    order.truncate(k);
    order
}

/// Shared tags by all tags of two items (Jaccard).
fn overlap(a: &[String], b: &[String]) -> f64 {
    let shared = a.iter().filter(|tag| b.contains(tag)).count();
    let all = a.len() + b.len() - shared;
    if all == 0 { 0.0 } else { shared as f64 / all as f64 }
}
