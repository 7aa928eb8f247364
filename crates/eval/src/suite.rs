//! The whole measurement: every protocol with every model that makes sense there.

use predilect_engine::EngineError;

use crate::data::{Act, Dataset};
use crate::models::{Als, Content, Ease, EngineModel, ItemKnn, Model, Popular, Random, Settings, Weighting};
use crate::report::{Report, Section};
use crate::run::{Outcome, outcome, run};
use crate::split::{Split, cold_items, cold_users, leave_last_out, random, temporal};

/// What to measure.
#[derive(Debug, Clone, PartialEq)]
pub struct SuiteOptions {
    /// Length of the lists.
    pub k: usize,
    /// Of every random choice.
    pub seed: u64,
    /// Instead of the test: parts before the last acts, for choices.
    pub validation: bool,
    /// Only these protocols, by name; all if empty.
    pub only: Vec<String>,
    /// Leave the baselines out.
    pub engine_only: bool,
    /// How the engine is asked.
    pub engine: Settings,
}

/// Names of the protocols.
pub const PROTOCOLS: [&str; 5] = ["warm", "temporal", "random", "cold-items", "cold-users"];

/// Parts that stand for the test where choices are made.
const VALIDATION: [usize; 3] = [1, 2, 3];
/// Steps after which the history of a baseline with decay counts half.
const HALF_LIFE: f64 = 4.0;
/// Numbers of first events of people who were unknown.
pub const FIRST_EVENTS: [usize; 5] = [0, 1, 3, 5, 10];
const FOLDS: usize = 5;

/// Measures. `catalogue` holds the vectors of the items; without it only baselines are measured. `say` is told what is done.
///
/// # Errors
/// If the catalogue cannot be opened.
pub fn suite(
    data: &Dataset,
    catalogue: Option<&[u8]>,
    options: &SuiteOptions,
    say: &dyn Fn(&str),
) -> Result<Report, EngineError> {
    let mut report = Report::new(data, options.k);
    let wanted = |name: &str| options.only.is_empty() || options.only.iter().any(|own| own == name);
    let bench = Bench { data, catalogue, options, say };
    if wanted("warm") {
        let backs: &[usize] = if options.validation { &VALIDATION } else { &[0] };
        let splits: Vec<Split> = backs.iter().map(|&back| leave_last_out(data, back)).collect();
        report.sections.push(bench.section(&splits, Models::Warm)?);
    }
    if wanted("temporal") {
        report.sections.push(bench.section(&[temporal(data, 0.8)], Models::Usual)?);
    }
    if wanted("random") {
        report.sections.push(bench.section(&[random(data, 0.8, options.seed)], Models::Usual)?);
    }
    if wanted("cold-items") {
        let splits: Vec<Split> = (0..3).map(|seed| cold_items(data, 0.2, options.seed + seed)).collect();
        report.sections.push(bench.section(&splits, Models::Content)?);
    }
    if wanted("cold-users") {
        for known in FIRST_EVENTS {
            let splits: Vec<Split> = (0..FOLDS).map(|fold| cold_users(data, known, fold, FOLDS)).collect();
            report.sections.push(bench.section(&splits, Models::Newcomer)?);
        }
    }
    Ok(report)
}

#[derive(Clone, Copy, PartialEq)]
enum Models {
    Warm,
    Usual,
    Content,
    Newcomer,
}

struct Bench<'a> {
    data: &'a Dataset,
    catalogue: Option<&'a [u8]>,
    options: &'a SuiteOptions,
    say: &'a dyn Fn(&str),
}

impl Bench<'_> {
    /// All models of a kind over all splits, the cases of which count as one set.
    fn section(&self, splits: &[Split], models: Models) -> Result<Section, EngineError> {
        let mut bytes_per_item = None;
        let mut outcomes: Vec<Outcome> = Vec::new();
        for split in splits {
            for (at, mut model) in self.models(split, models, &mut bytes_per_item)?.into_iter().enumerate() {
                (self.say)(&format!("{}: {}", split.name, model.name()));
                let one = run(model.as_mut(), self.data, split, self.options.k);
                match outcomes.get_mut(at) {
                    Some(sum) => join(sum, one),
                    None => outcomes.push(one),
                }
            }
        }
        for sum in &mut outcomes {
            sum.means = outcome(&sum.cases);
            sum.lists = sum.lists.scaled(1.0 / splits.len() as f64);
        }
        let name = splits.first().map_or_else(String::new, |split| split.name.clone());
        let cases = outcomes.first().map_or(0, |outcome| outcome.cases.len());
        Ok(Section { name, cases, outcomes, bytes_per_item })
    }

    fn models<'b>(
        &'b self,
        split: &Split,
        models: Models,
        bytes: &mut Option<f64>,
    ) -> Result<Vec<Box<dyn Model + 'b>>, EngineError> {
        let (train, items) = (split.train.as_slice(), self.data.items.len());
        let mut all: Vec<Box<dyn Model + 'b>> = vec![Box::new(Popular::learn(train, items))];
        let models = if self.options.engine_only { Models::Newcomer } else { models };
        if models != Models::Newcomer {
            all.push(Box::new(Random { items, seed: self.options.seed }));
        }
        if matches!(models, Models::Warm | Models::Usual) {
            all.extend(behaviour(train, items, models == Models::Warm));
        }
        if matches!(models, Models::Warm | Models::Content) {
            for weighting in [Weighting::TfIdf, Weighting::Bm25] {
                all.push(Box::new(Content::learn(&self.data.items, weighting)));
            }
        }
        if let Some(catalogue) = self.catalogue {
            let engine = EngineModel::learn(catalogue, &self.data.items, split, self.options.engine.clone())?;
            *bytes = Some(engine.report.bytes_per_item);
            all.push(Box::new(engine));
        }
        Ok(all)
    }
}

/// Models that know behaviour only.
fn behaviour(train: &[Vec<Act>], items: usize, all: bool) -> Vec<Box<dyn Model>> {
    let mut out: Vec<Box<dyn Model>> = Vec::new();
    let knn = |half_life| Box::new(ItemKnn::learn(train, items, 20, 10.0, half_life));
    out.push(knn(Some(HALF_LIFE)));
    if all {
        out.push(knn(None));
        out.push(Box::new(Als::learn(train, items, 64, 10.0, 10.0, 8, 1)));
        out.extend(Ease::learn(train, items, 100.0).map(|ease| Box::new(ease) as Box<dyn Model>));
    }
    let decayed = Ease::learn(train, items, 100.0).map(|ease| ease.with_decay(Some(HALF_LIFE)));
    out.extend(decayed.map(|ease| Box::new(ease) as Box<dyn Model>));
    out
}

fn join(sum: &mut Outcome, one: Outcome) {
    sum.cases.extend(one.cases);
    sum.lists = sum.lists.plus(&one.lists);
    sum.seconds += one.seconds;
}
