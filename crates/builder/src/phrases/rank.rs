//! Which phrases of an item say best what it is about.
//!
//! As in KeyBERT (Grootendorst, 2020) a phrase is good if it lies close to its text among the vectors, and the best are chosen with
//! an eye to each other (maximal marginal relevance, Carbonell and Goldstein, 1998). What is compared is not an encoding of the
//! phrase, which for a large catalogue would take an hour, but the mean of the other items that have it; that also says
//! whether they have anything in common, which those of words like "until" have not.

use predilect_core::ItemIdx;
use predilect_core::catalogue::Catalogue;

use super::{Phrases, Prominence};

/// Items that stand for all that have a phrase.
const SAMPLE: usize = 64;
/// How much a phrase loses by being like one chosen before.
const REPEATED: f64 = 0.5;
/// Score below which a phrase says too little.
const LEAST: f64 = 0.2;
/// What a phrase is thought to be worth before other items tell, counted as so many items.
const DOUBT: f64 = 1.5;

/// A phrase of an item.
#[derive(Debug, Clone, PartialEq)]
pub struct Keyphrase {
    /// As it is written.
    pub text: String,
    /// How well it says what the item is about; the higher the better.
    pub score: f64,
}

struct Candidate {
    number: u32,
    score: f64,
    /// Sum of the vectors of other items that have it, made unit length; zeros where there is none.
    mean: Vec<f32>,
}

impl Phrases {
    /// The phrases that say best what an item is about, at most `limit`, best first. In the language of the item where its text is
    /// written without spaces.
    pub fn key(&self, catalogue: &Catalogue, item: ItemIdx, limit: usize) -> Vec<Keyphrase> {
        let all = catalogue.len() as f64;
        let own: Vec<f32> = values(catalogue, item).collect();
        let mut candidates: Vec<Candidate> = Vec::new();
        for &(number, prominence) in self.of(item.row()) {
            let phrase = &self.list[number as usize];
            let df = phrase.rows.len() as f64;
            if df > 0.2 * all && df > 3.0 {
                continue;
            }
            let (mean, others) = self.mean(catalogue, number, Some(item));
            let near: f64 = mean.iter().zip(&own).map(|(a, b)| f64::from(a * b)).sum();
            let near = catalogue.affinity(near as f32).max(0.0);
            // A name or a label is one whatever other items say.
            let prior = match (prominence, phrase.name) {
                (Prominence::Label, _) => 0.5,
                (_, true) => 0.4,
                _ => 0.15,
            };
            let worth = (near * others + prior * DOUBT) / (others + DOUBT);
            let place = match prominence {
                Prominence::Label => 1.35,
                Prominence::Title => 1.25,
                Prominence::Text => 1.0,
            };
            let whole = if phrase.length > 1 && !phrase.wide || phrase.length > 2 { 1.15 } else { 1.0 };
            let rare = 1.0 - (df / all).sqrt();
            let score = worth * place * whole * rare;
            if score >= LEAST {
                candidates.push(Candidate { number, score, mean });
            }
        }
        candidates.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.number.cmp(&b.number)));
        candidates.truncate(60);
        self.choose(candidates, limit)
    }

    fn choose(&self, mut candidates: Vec<Candidate>, limit: usize) -> Vec<Keyphrase> {
        let mut chosen: Vec<Candidate> = Vec::new();
        while chosen.len() < limit && !candidates.is_empty() {
            let value = |candidate: &Candidate| {
                let like = |other: &Candidate| {
                    candidate.mean.iter().zip(&other.mean).map(|(a, b)| f64::from(a * b)).sum::<f64>().max(0.0)
                };
                let repeated = chosen.iter().map(like).fold(0.0, f64::max);
                candidate.score * (1.0 - REPEATED * repeated)
            };
            let mut best = 0;
            for at in 1..candidates.len() {
                if value(&candidates[at]) > value(&candidates[best]) {
                    best = at;
                }
            }
            let next = candidates.remove(best);
            let text = &self.list[next.number as usize];
            candidates.retain(|other| !self.list[other.number as usize].overlaps(text));
            chosen.push(next);
        }
        let phrase = |candidate: Candidate| Keyphrase {
            text: self.list[candidate.number as usize].text.clone(),
            score: candidate.score,
        };
        chosen.into_iter().map(phrase).collect()
    }

    /// Direction of the items that have a phrase, without one of them, and how many were asked.
    fn mean(&self, catalogue: &Catalogue, number: u32, without: Option<ItemIdx>) -> (Vec<f32>, f64) {
        let rows = &self.list[number as usize].rows;
        let mut sum = vec![0.0_f32; catalogue.header().dimension];
        let mut others = 0.0;
        let step = rows.len().div_ceil(SAMPLE).max(1);
        for &row in rows.iter().step_by(step).filter(|&&row| Some(ItemIdx(row)) != without) {
            values(catalogue, ItemIdx(row)).zip(&mut sum).for_each(|(value, sum)| *sum += value);
            others += 1.0;
        }
        let length = sum.iter().map(|v| v * v).sum::<f32>().sqrt();
        if length > 0.0 {
            sum.iter_mut().for_each(|v| *v /= length);
        }
        (sum, others)
    }
}

fn values(catalogue: &Catalogue, item: ItemIdx) -> impl Iterator<Item = f32> + '_ {
    let (row, scale) = catalogue.vector(item);
    row.iter().map(move |&value| f32::from(value) * scale)
}
