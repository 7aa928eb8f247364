//! The engine that runs in the page, over a catalogue that has learned from the training part only.

use predilect_builder::events::{LearnOptions, LearnReport, learn};
use predilect_core::catalogue::{Catalogue, attach};
use predilect_core::rank::Weights;
use predilect_core::{ItemIdx, Profile};
use predilect_engine::{Engine, EngineError, RecommendRequest};
use serde_json::Map;

use super::Model;
use crate::data::{Act, Item, event};
use crate::split::{Case, Split};

/// Items the engine is asked for; it orders no more, so that all others share one place at the end.
const LISTED: usize = 100;

/// How the engine is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Name for reports.
    pub name: String,
    /// How the catalogue learns.
    pub learn: LearnOptions,
    /// Weights of the ranking instead of those of the catalogue.
    pub weights: Option<Weights>,
    /// Diversity of the lists that are shown; scores for metrics of accuracy come from the same request.
    pub diversity: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { name: "predilect".to_owned(), learn: LearnOptions::default(), weights: None, diversity: 0.0 }
    }
}

/// The engine.
pub struct EngineModel<'a> {
    engine: Engine,
    items: &'a [Item],
    /// Row of the catalogue -> item of the data set.
    of_row: Vec<Option<usize>>,
    settings: Settings,
    /// What was learned.
    pub report: LearnReport,
}

/// `catalogue` with what it learns from `train`.
///
/// # Errors
/// If the catalogue cannot be opened.
pub fn learned(
    catalogue: &[u8],
    items: &[Item],
    train: &[Vec<Act>],
    options: &LearnOptions,
    weights: Option<&Weights>,
) -> Result<(Vec<u8>, LearnReport), EngineError> {
    let opened = Catalogue::open(catalogue.to_vec())?;
    let row: Vec<Option<ItemIdx>> = items.iter().map(|item| opened.find(&item.id)).collect();
    let known = |act: &Act| Some(Act { item: row[act.item]?.row(), ..*act });
    let acts: Vec<Vec<Act>> = train.iter().map(|acts| acts.iter().filter_map(known).collect()).collect();
    let (mut learned, report) = learn(&acts, opened.len(), options);
    if let Some(weights) = weights {
        learned.head.weights = weights.clone();
    }
    Ok((attach(catalogue, &learned)?, report))
}

impl<'a> EngineModel<'a> {
    /// An engine over `catalogue` with what it learns from the split.
    ///
    /// # Errors
    /// If the catalogue cannot be opened.
    pub fn learn(catalogue: &[u8], items: &'a [Item], split: &Split, settings: Settings) -> Result<Self, EngineError> {
        let (bytes, report) = learned(catalogue, items, &split.train, &settings.learn, settings.weights.as_ref())?;
        let engine = Engine::open(bytes)?;
        let mut of_row = vec![None; engine.catalogue().len()];
        for (at, item) in items.iter().enumerate() {
            if let Some(row) = engine.catalogue().find(&item.id) {
                of_row[row.row()] = Some(at);
            }
        }
        Ok(Self { engine, items, of_row, settings, report })
    }

    fn ask(&mut self, case: &Case, k: usize) -> Vec<(usize, f64)> {
        let mut profile = Profile::default();
        for act in &case.history {
            // Acts of a data set are checked when read; the engine would refuse none of them.
            let _ = profile.record(event(act, self.items));
        }
        self.engine.adopt(profile);
        let request = RecommendRequest {
            now: case.now,
            k,
            seed: 0,
            filter: Map::new(),
            diversity: self.settings.diversity,
            explore: 0.0,
            include_owned: false,
            exclude: Vec::new(),
        };
        let list = self.engine.rank(&request).unwrap_or_default();
        list.into_iter().filter_map(|ranked| Some((self.of_row[ranked.item.row()]?, ranked.score))).collect()
    }
}

impl Model for EngineModel<'_> {
    fn name(&self) -> String {
        self.settings.name.clone()
    }

    fn scores(&mut self, case: &Case) -> Vec<f64> {
        let mut scores = vec![f64::NEG_INFINITY; self.items.len()];
        for (item, score) in self.ask(case, LISTED) {
            scores[item] = score;
        }
        scores
    }
}
