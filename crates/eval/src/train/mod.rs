//! Training of the ranking: the weights of the signals, from what people turned to.
//!
//! Questions are acts that a catalogue has not learned from, with every candidate of the engine measured; weights are chosen so
//! that what people did turn to stands first. Three kinds of questions count alike: the last acts of people who are known,
//! acts of people after their first few, and likes among items that nobody turned to. People are parted: a fifth of them
//! chooses how strongly weights are held back, and tells whether the outcome is better than the start.

mod fit;
mod loss;

use predilect_core::rank::{Signals, Weights};
use predilect_engine::EngineError;
use serde::Serialize;

pub use fit::{FitOptions, fit};
pub use loss::{Loss, Question, score};

use crate::data::Dataset;
use crate::metrics::ranking;
use crate::models::{EngineModel, Model, Settings, lesson};
use crate::run::SEED;
use crate::split::{Case, FIRST_EVENTS, Split, cold_items, cold_users};
use crate::stats::{Mean, mean, paired};

/// How to train.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainOptions {
    /// What is lost where a target does not stand first.
    pub loss: Loss,
    /// Candidates for how strongly weights are drawn to where they start.
    pub l2: Vec<f64>,
    /// Most questions of a kind.
    pub most: usize,
    /// Of every random choice.
    pub seed: u64,
}

impl Default for TrainOptions {
    fn default() -> Self {
        Self { loss: Loss::CrossEntropy, l2: vec![0.01, 0.1, 1.0, 10.0], most: 3000, seed: 1 }
    }
}

/// What came of a training.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrainReport {
    /// Questions that weights were fitted to.
    pub questions: usize,
    /// Questions of other people, that tell how good they are.
    pub held: usize,
    /// Questions whose answer is no candidate: no weights can help there.
    pub missed: usize,
    /// The pull towards the start that was chosen.
    pub l2: f64,
    /// nDCG@10 of the held questions before, by kind of question.
    pub before: Vec<(&'static str, Mean)>,
    /// The same with the trained weights.
    pub after: Vec<(&'static str, Mean)>,
    /// nDCG@10 of all held questions, trained less before.
    pub gain: Mean,
    /// The trained weights.
    pub weights: Weights,
}

impl TrainReport {
    /// Whether the trained weights put what people turned to higher, by more than one standard error.
    pub fn is_better(&self) -> bool {
        self.gain.value > self.gain.error
    }
}

/// Last acts of a person that are asked for.
const LAST: usize = 3;
/// Stars from which an act is one that a list should lead to.
const WELCOME: f64 = 3.0;
/// Acts of a newcomer that are passed before the ten that are asked for.
const LATER: usize = 10;
/// One in so many people is unknown, for questions about newcomers.
const FOLDS: usize = 4;
/// One in so many people is held.
const HELD: usize = 5;
/// Share of the items that nobody turned to, for questions about new items.
const COLD: f64 = 0.2;
/// Length of the lists by which weights are judged.
const K: usize = 10;
/// Names of the kinds of questions.
const KINDS: [&str; 3] = ["next", "newcomers", "new items"];

/// Trains the weights of a catalogue for the people of `data`, starting from those of `settings`. `say` is told what is done.
///
/// Nothing where there are too few events to ask a question.
///
/// # Errors
/// If the catalogue cannot be opened.
pub fn train(
    data: &Dataset,
    catalogue: &[u8],
    settings: &Settings,
    options: &TrainOptions,
    say: &dyn Fn(&str),
) -> Result<Option<TrainReport>, EngineError> {
    let start = settings.weights.clone().unwrap_or_else(Weights::for_events);
    let newcomers = FIRST_EVENTS.map(|known| cold_users(data, known, LATER, 0, FOLDS)).to_vec();
    let kinds = [vec![last_acts(data, LAST)], newcomers, vec![cold_items(data, COLD, options.seed)]];
    let (mut fitted, mut held): (Kinds, Kinds) = Default::default();
    let mut missed = 0;
    for (kind, splits) in kinds.iter().enumerate() {
        say(&format!("questions: {}", KINDS[kind]));
        let lesson = lesson(catalogue, &data.items, &splits[0].train, &settings.learn)?;
        let mut engine = EngineModel::new(catalogue, &lesson, &data.items, settings.clone())?;
        engine.restrict(splits[0].pool.as_deref());
        let cases: Vec<&Case> = splits.iter().flat_map(|split| &split.cases).collect();
        for case in cases.iter().step_by(cases.len().div_ceil(options.most).max(1)) {
            let part = if case.person % HELD == 0 { &mut held } else { &mut fitted };
            match engine.measure(case) {
                Some((candidates, targets)) => part[kind].push(Question { candidates, targets, weight: 1.0 }),
                None => missed += 1,
            }
        }
    }
    [&mut fitted, &mut held].into_iter().for_each(balance);
    let (all, rest) = (fitted.concat(), held.concat());
    if all.is_empty() || rest.is_empty() {
        return Ok(None);
    }
    say(&format!("fitting to {} questions", all.len()));
    let tried = options.l2.iter().map(|&l2| {
        let weights = fit(&all, &rest, &start, &FitOptions { loss: options.loss, l2 });
        (l2, mean_ndcg(&rest, &weights.0), weights)
    });
    let Some((l2, _, weights)) = tried.reduce(|best, other| if other.1 > best.1 { other } else { best }) else {
        return Ok(None);
    };
    let weights = levelled(&all, &start, weights);
    let judged = |weights: &Weights| {
        let of = |kind: usize| (KINDS[kind], mean(&ndcgs(&held[kind], &weights.0), SEED));
        (0..KINDS.len()).map(of).collect()
    };
    let gain = paired(&ndcgs(&rest, &weights.0), &ndcgs(&rest, &start.0), SEED).mean;
    let (before, after) = (judged(&start), judged(&weights));
    Ok(Some(TrainReport { questions: all.len(), held: rest.len(), missed, l2, before, after, gain, weights }))
}

/// Questions of each kind.
type Kinds = [Vec<Question>; KINDS.len()];

/// The last acts of each person are asked for, one after the other; a catalogue learns from none of them.
fn last_acts(data: &Dataset, last: usize) -> Split {
    let mut split = Split { name: "last acts".to_owned(), ..Split::default() };
    for (person, acts) in data.people.iter().enumerate() {
        let known = acts.len().saturating_sub(last).max(1).min(acts.len());
        split.train.push(acts[..known].to_vec());
        for at in known..acts.len() {
            let history = acts[..at].to_vec();
            let welcome = acts[at].stars().is_none_or(|stars| stars >= WELCOME);
            if welcome && history.iter().all(|act| act.item != acts[at].item) {
                split.cases.push(Case { person, history, targets: vec![acts[at].item], now: acts[at].at });
            }
        }
    }
    split
}

/// Makes each kind weigh the same, however many questions it has.
fn balance(kinds: &mut Kinds) {
    for questions in kinds {
        let weight = 1.0 / questions.len().max(1) as f64;
        questions.iter_mut().for_each(|question| question.weight = weight);
    }
}

/// Weights times a number, so that scores of candidates differ as much as they did: what diversity, chance and rules of a page
/// add is in the units of the scores.
fn levelled(questions: &[Question], start: &Weights, weights: Weights) -> Weights {
    let level = |weights: &Signals| -> f64 {
        let of = |question: &Question| {
            let n = question.candidates.len() as f64;
            let scores = question.candidates.iter().map(|signals| score(weights, signals));
            let (first, second) = scores.fold((0.0, 0.0), |(a, b), s| (a + s / n, b + s * s / n));
            question.weight * (second - first * first).max(0.0).sqrt()
        };
        questions.iter().map(of).sum()
    };
    let factor = level(&start.0) / level(&weights.0);
    if !factor.is_finite() || factor <= 0.0 {
        return weights;
    }
    // What no question tells apart is in the old units already.
    let scale = |at: usize| if weights.0[at] == start.0[at] { weights.0[at] } else { weights.0[at] * factor };
    Weights(std::array::from_fn(scale))
}

fn ndcgs(questions: &[Question], weights: &Signals) -> Vec<f64> {
    let of = |question: &Question| {
        let scores: Vec<f64> = question.candidates.iter().map(|signals| score(weights, signals)).collect();
        ranking(&scores, &question.targets, K).ndcg
    };
    questions.iter().map(of).collect()
}

fn mean_ndcg(questions: &[Question], weights: &Signals) -> f64 {
    let total: f64 = questions.iter().map(|question| question.weight).sum();
    ndcgs(questions, weights).iter().zip(questions).map(|(ndcg, question)| ndcg * question.weight / total).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic::synthetic;
    use predilect_core::rank::{SIGNALS, Signal};

    #[test]
    fn what_decides_is_found_again() {
        let (data, catalogue) = synthetic(1);
        // Weights that look at nothing but freshness put what people turned to anywhere.
        let mut start = Weights([0.0; SIGNALS]);
        start.set(Signal::Fresh, 0.1);
        let settings = Settings { weights: Some(start), ..Settings::default() };
        for loss in Loss::ALL {
            let options = TrainOptions { loss, l2: vec![0.01], ..TrainOptions::default() };
            let report = train(&data, &catalogue, &settings, &options, &|_| ()).expect("opens").expect("has questions");
            assert!(report.is_better() && report.gain.value > 0.05, "{report:?}");
            assert!(report.weights.of(Signal::Interest) > 0.0 || report.weights.of(Signal::Facet) > 0.0, "{report:?}");
            assert_eq!(report.weights.of(Signal::Fresh), 0.1, "nothing tells it apart");
        }
        let nobody = Dataset { people: Vec::new(), ..data };
        let options = TrainOptions::default();
        assert_eq!(train(&nobody, &catalogue, &Settings::default(), &options, &|_| ()).expect("opens"), None);
    }

    /// Two people and two items, each liked by one of the two: `a` and `b` say who asks and what is asked about.
    fn two_people(product: bool) -> Vec<Question> {
        let signals = |a: f64, b: f64| {
            let mut signals = [0.0; SIGNALS];
            signals[Signal::Session as usize] = a;
            signals[Signal::Popular as usize] = b;
            if product {
                signals[Signal::Interest as usize] = a * b;
            }
            signals
        };
        let question = |(at, a): (usize, f64)| Question {
            candidates: vec![signals(a, 1.0), signals(a, -1.0)],
            targets: vec![at],
            weight: 1.0,
        };
        [1.0, -1.0].into_iter().enumerate().map(question).collect()
    }

    #[test]
    fn without_an_interaction_all_people_get_one_order() {
        let start = Weights([0.0; SIGNALS]);
        for loss in Loss::ALL {
            let options = FitOptions { loss, l2: 1e-6 };
            let (apart, together) = (two_people(false), two_people(true));
            // W1 U + W2 I: the first term is the same for all items of a person and orders nothing.
            let flat = fit(&apart, &[], &start, &options);
            let order = |weights: &Weights, questions: &[Question]| -> Vec<bool> {
                let first = |question: &Question| {
                    score(&weights.0, &question.candidates[0]) > score(&weights.0, &question.candidates[1])
                };
                questions.iter().map(first).collect()
            };
            let found = order(&flat, &apart);
            assert_eq!(found[0], found[1], "{loss:?}");
            let model = fit(&together, &[], &start, &options);
            assert_eq!(order(&model, &together), [true, false], "{loss:?}");
        }
    }
}
