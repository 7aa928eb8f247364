//! The whole measurement: every protocol with every model that makes sense there.

use predilect_engine::EngineError;

use crate::ablation::variants;
use crate::data::{Act, Dataset};
use crate::models::{
    Als, Content, Ease, EngineModel, ItemKnn, Lesson, Model, Popular, Random, Settings, Weighting, lesson,
};
use crate::report::{Report, Section};
use crate::run::{Outcome, SEED, outcome, run};
use crate::split::{FIRST_EVENTS, Split, cold_items, cold_users, leave_last_out, random, temporal};
use crate::stats::paired;
use crate::train::TrainOptions;
use crate::{rating, robust, simulate};

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
    /// Made-up people of the protocol about drifting tastes.
    pub people: usize,
    /// Instead of baselines: the engine without each of its parts.
    pub ablation: bool,
    /// How the engine is asked.
    pub engine: Settings,
    /// Beside the engine also one whose weights are trained on what each split may learn from.
    pub train: Option<TrainOptions>,
}

/// Names of the protocols.
pub const PROTOCOLS: [&str; 8] =
    ["warm", "temporal", "random", "cold-items", "cold-users", "rating", "drift", "robust"];

/// Parts that stand for the test where choices are made.
const VALIDATION: [usize; 3] = [1, 2, 3];
/// Steps after which the history of a baseline with decay counts half.
const HALF_LIFE: f64 = 4.0;
const FOLDS: usize = 5;
/// Seeds of the cold items that choices are made on begin here.
const VALIDATION_SEEDS: u64 = 1000;

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
    let backs: &[usize] = if options.validation { &VALIDATION } else { &[0] };
    if wanted("warm") {
        let splits: Vec<Split> = backs.iter().map(|&back| leave_last_out(data, back)).collect();
        report.sections.extend(bench.sections(&[splits], Models::Warm)?);
    }
    if wanted("temporal") {
        report.sections.extend(bench.sections(&[vec![temporal(data, 0.8)]], Models::Usual)?);
    }
    if wanted("random") {
        report.sections.extend(bench.sections(&[vec![random(data, 0.8, options.seed)]], Models::Usual)?);
    }
    if wanted("cold-items") {
        let first = options.seed + if options.validation { VALIDATION_SEEDS } else { 0 };
        let splits: Vec<Split> = (0..3).map(|seed| cold_items(data, 0.2, first + seed)).collect();
        report.sections.extend(bench.sections(&[splits], Models::Content)?);
    }
    if wanted("cold-users") {
        let from = if options.validation { 20 } else { 10 };
        let folds = |known| (0..FOLDS).map(|fold| cold_users(data, known, from, fold, FOLDS)).collect();
        let splits: Vec<Vec<Split>> = FIRST_EVENTS.into_iter().map(folds).collect();
        report.sections.extend(bench.sections(&splits, Models::Newcomer)?);
    }
    if let Some(catalogue) = catalogue {
        let engine = Settings { k: options.k, ..options.engine.clone() };
        if wanted("rating") {
            say("rating");
            let seed = options.seed + if options.validation { VALIDATION_SEEDS } else { 0 };
            report.tables.extend(rating::table(data, catalogue, &engine, seed)?);
        }
        if wanted("drift") {
            say("drift");
            let SuiteOptions { k, people, engine_only, .. } = *options;
            let sizes = simulate::Sizes { k, people, engine_only, ..Default::default() };
            report.tables.extend(simulate::drift(data, catalogue, &engine, &sizes, options.seed)?);
        }
        if wanted("robust") {
            say("robustness");
            report.tables.extend(robust::tables(data, catalogue, &engine, backs[0], options.seed)?);
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
    /// All models of a kind over groups of splits. The cases of a group count as one set; splits at the same place of their
    /// groups have the same training part, which is learned from once.
    fn sections(&self, groups: &[Vec<Split>], models: Models) -> Result<Vec<Section>, EngineError> {
        let mut bytes_per_item = None;
        let mut outcomes: Vec<Vec<Outcome>> = vec![Vec::new(); groups.len()];
        for at in 0..groups.first().map_or(0, Vec::len) {
            for (place, mut model) in self.models(&groups[0][at], models, &mut bytes_per_item)?.into_iter().enumerate()
            {
                for (group, outcomes) in groups.iter().zip(&mut outcomes) {
                    (self.say)(&format!("{}: {}", group[at].name, model.name()));
                    let one = run(model.as_mut(), self.data, &group[at], self.options.k);
                    match outcomes.get_mut(place) {
                        Some(sum) => join(sum, one),
                        None => outcomes.push(one),
                    }
                }
            }
        }
        let section = |(group, outcomes): (&Vec<Split>, Vec<Outcome>)| {
            let name = group.first().map_or_else(String::new, |split| split.name.clone());
            self.section(name, outcomes, group.len(), bytes_per_item)
        };
        Ok(groups.iter().zip(outcomes).map(section).collect())
    }

    fn section(&self, name: String, mut outcomes: Vec<Outcome>, splits: usize, bytes: Option<f64>) -> Section {
        let own = &self.options.engine.name;
        let reference = outcomes.iter().find(|outcome| outcome.model == *own).map(Outcome::ndcg);
        for sum in &mut outcomes {
            sum.means = outcome(&sum.cases);
            sum.lists = sum.lists.scaled(1.0 / splits as f64);
            let other = reference.as_ref().filter(|_| sum.model != *own);
            sum.difference = other.map(|other| paired(&sum.ndcg(), other, SEED));
        }
        let cases = outcomes.first().map_or(0, |outcome| outcome.cases.len());
        Section { name, cases, against: reference.map(|_| own.clone()), outcomes, bytes_per_item: bytes }
    }

    fn models<'b>(
        &'b self,
        split: &Split,
        models: Models,
        bytes: &mut Option<f64>,
    ) -> Result<Vec<Box<dyn Model + 'b>>, EngineError> {
        let (train, items) = (split.train.as_slice(), self.data.items.len());
        let mut all: Vec<Box<dyn Model + 'b>> = Vec::new();
        if !self.options.ablation {
            all.push(Box::new(Popular::learn(train, items)));
            if !self.options.engine_only {
                all.push(Box::new(Random { items, seed: self.options.seed }));
                if models != Models::Content {
                    all.extend(behaviour(train, items, models == Models::Warm));
                }
                for weighting in [Weighting::TfIdf, Weighting::Bm25] {
                    all.push(Box::new(Content::learn(&self.data.items, weighting)));
                }
            }
        }
        if let Some(catalogue) = self.catalogue {
            let engine = &self.options.engine;
            let lesson = lesson(catalogue, &self.data.items, train, &engine.learn)?;
            *bytes = Some(lesson.report.bytes_per_item);
            let mut all_settings = if self.options.ablation { variants(engine) } else { vec![engine.clone()] };
            if let Some(options) = &self.options.train {
                let known = Dataset { people: train.to_vec(), ..self.data.clone() };
                if let Some(report) = crate::train::train(&known, catalogue, engine, options, self.say)? {
                    let name = format!("{}, trained", engine.name);
                    all_settings.push(Settings { name, weights: Some(report.weights), ..engine.clone() });
                }
            }
            for settings in all_settings {
                all.push(Box::new(self.engine(catalogue, &lesson, settings)?));
            }
        }
        Ok(all)
    }

    fn engine(&self, catalogue: &[u8], lesson: &Lesson, settings: Settings) -> Result<EngineModel<'_>, EngineError> {
        EngineModel::new(catalogue, lesson, &self.data.items, Settings { k: self.options.k, ..settings })
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
    }
    if let Some(ease) = Ease::learn(train, items, 100.0) {
        if all {
            out.push(Box::new(ease.clone()));
        }
        out.push(Box::new(ease.with_decay(Some(HALF_LIFE))));
    }
    out
}

fn join(sum: &mut Outcome, one: Outcome) {
    sum.cases.extend(one.cases);
    sum.lists = sum.lists.plus(&one.lists);
    sum.seconds += one.seconds;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::html;
    use crate::synthetic::synthetic;

    fn options(only: &[&str]) -> SuiteOptions {
        SuiteOptions {
            k: 10,
            seed: 1,
            validation: false,
            only: only.iter().map(|name| (*name).to_owned()).collect(),
            engine_only: false,
            people: 100,
            ablation: false,
            engine: Settings::default(),
            train: None,
        }
    }

    #[test]
    fn every_protocol_has_the_engine_and_its_baselines() {
        let (data, catalogue) = synthetic(1);
        let only = ["warm", "temporal", "random", "cold-items", "cold-users"];
        let report = suite(&data, Some(&catalogue), &options(&only), &|_| ()).expect("measures");
        assert_eq!(report.sections.len(), 4 + FIRST_EVENTS.len());
        for section in &report.sections {
            assert!(section.cases > 0 && section.outcomes.len() >= 5, "{}", section.name);
            assert_eq!(section.against.as_deref(), Some("predilect"), "{}", section.name);
            let of = |name: &str| section.outcomes.iter().find(|own| own.model == name).expect("a model");
            assert!(of("predilect").difference.is_none());
            let less = of("random").difference.expect("is compared").mean.value;
            let expected = of("random").mean("nDCG").value - of("predilect").mean("nDCG").value;
            assert!((less - expected).abs() < 1e-12, "{}", section.name);
        }
        let known = |name: &str| {
            let section = report.sections.iter().find(|own| own.name == name).expect("a section");
            section.outcomes.iter().find(|own| own.model == "predilect").expect("a model").mean("nDCG").value
        };
        assert!(known("cold users, 3 events") > known("cold users, 0 events"));
        assert!(html(&report).contains("cold users, 10 events"));
    }

    #[test]
    fn what_matters_is_missed_when_it_is_off() {
        let (data, catalogue) = synthetic(1);
        let options = SuiteOptions { ablation: true, ..options(&["cold-items"]) };
        let report = suite(&data, Some(&catalogue), &options, &|_| ()).expect("measures");
        let section = &report.sections[0];
        let less = |name: &str| {
            let outcome = section.outcomes.iter().find(|own| own.model == name).expect("a part");
            outcome.difference.expect("is compared").mean
        };
        // Nobody has turned to these items: only what they say speaks for them.
        let interests = less("without interests");
        assert!(interests.value + 2.0 * interests.error < 0.0, "{interests:?}");
        assert!(less("without fading of steps").value.abs() < 0.02);
    }
}
