//! The engine that runs in the page, over a catalogue that has learned from the training part only.

use predilect_builder::events::{LearnOptions, LearnReport, learn};
use predilect_core::candidates::Candidate;
use predilect_core::catalogue::{Catalogue, ColumnKind, Learned, LinkKind, attach};
use predilect_core::event::Millis;
use predilect_core::rank::{Gauge, RankConfig, Signals, Weights};
use predilect_core::{ItemIdx, Profile};
use predilect_engine::{Engine, EngineError, RecommendRequest};
use serde_json::json;

use super::Model;
use crate::data::{Act, Item, event};
use crate::split::Case;

/// Items the engine is asked for; it orders no more, so that all others share one place at the end.
pub const LISTED: usize = 100;
/// Above any score, so that what a diverse list shows stands ahead of what it leaves out.
const SHOWN: f64 = 1e6;
/// The field that lists are calibrated to.
const TAGS: &str = "tags";
/// Just before any session.
const BEFORE_SESSION: Millis = 31 * 60_000;

/// How the engine is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Name for reports.
    pub name: String,
    /// How the catalogue learns.
    pub learn: LearnOptions,
    /// Weights of the ranking instead of those of the catalogue.
    pub weights: Option<Weights>,
    /// Diversity of the first `k`; the order of what follows them knows none.
    pub diversity: f64,
    /// How far the tags of the first `k` follow those of what the person likes.
    pub calibration: f64,
    /// Length of the lists.
    pub k: usize,
    /// Whether an event says less the older it is.
    pub ageing: bool,
    /// Whether a person's choices move the weights.
    pub personal: bool,
}

impl Default for Settings {
    fn default() -> Self {
        let name = "predilect".to_owned();
        let learn = LearnOptions::default();
        Self { name, learn, weights: None, diversity: 0.0, calibration: 0.0, k: 10, ageing: true, personal: true }
    }
}

/// What a catalogue learns from histories, before it is written into it.
pub struct Lesson {
    learned: Learned,
    /// What was learned, in numbers.
    pub report: LearnReport,
}

/// Learns from `train` for the rows of `catalogue`.
///
/// # Errors
/// If the catalogue cannot be opened.
pub fn lesson(
    catalogue: &[u8],
    items: &[Item],
    train: &[Vec<Act>],
    options: &LearnOptions,
) -> Result<Lesson, EngineError> {
    let opened = Catalogue::open(catalogue.to_vec())?;
    let row: Vec<Option<ItemIdx>> = items.iter().map(|item| opened.find(&item.id)).collect();
    let known = |act: &Act| Some(Act { item: row[act.item]?.row(), ..*act });
    let acts: Vec<Vec<Act>> = train.iter().map(|acts| acts.iter().filter_map(known).collect()).collect();
    let (learned, report) = learn(&acts, opened.all_links(LinkKind::Alike), options);
    Ok(Lesson { learned, report })
}

/// The engine.
pub struct EngineModel<'a> {
    engine: Engine,
    items: &'a [Item],
    /// Row of the catalogue -> item of the data set.
    of_row: Vec<Option<usize>>,
    /// Items that are no answer.
    closed: Vec<usize>,
    settings: Settings,
}

impl<'a> EngineModel<'a> {
    /// An engine over `catalogue` with what it has learned.
    ///
    /// # Errors
    /// If the catalogue cannot be opened.
    pub fn new(catalogue: &[u8], lesson: &Lesson, items: &'a [Item], settings: Settings) -> Result<Self, EngineError> {
        let mut learned = lesson.learned.clone();
        learned.head.half_life_steps = settings.learn.half_life_steps;
        if let Some(weights) = &settings.weights {
            learned.head.weights = weights.clone();
        }
        learned.head.handoff = settings.learn.handoff;
        learned.head.half_life_days = settings.learn.half_life_days;
        let engine = Engine::open(attach(&Catalogue::open(catalogue.to_vec())?, &learned)?)?;
        let mut of_row = vec![None; engine.catalogue().len()];
        for (at, item) in items.iter().enumerate() {
            if let Some(row) = engine.catalogue().find(&item.id) {
                of_row[row.row()] = Some(at);
            }
        }
        Ok(Self { engine, items, of_row, closed: Vec::new(), settings })
    }

    /// The list a page would show after `history` at `now`, without the items `exclude`.
    pub fn shown(&mut self, history: &[Act], now: Millis, exclude: &[usize]) -> Vec<usize> {
        self.adopt(history, now);
        let list = self.ask(now, self.settings.k, true, exclude);
        list.into_iter().map(|(item, _)| item).collect()
    }

    /// How close two items are in the catalogue, 0 for unrelated ones.
    pub fn affinity(&self, a: usize, b: usize) -> f64 {
        let catalogue = self.engine.catalogue();
        let row = |item: usize| catalogue.find(&self.items[item].id);
        let (Some(a), Some(b)) = (row(a), row(b)) else { return 0.0 };
        catalogue.affinity(catalogue.similarity(&catalogue.query(a), b))
    }

    /// The signals of all candidates after the history of a case, and the places of its targets among them; nothing if none of
    /// them is a candidate.
    pub fn measure(&mut self, case: &Case) -> Option<(Vec<Signals>, Vec<usize>)> {
        self.adopt(&case.history, case.now);
        let request = self.request(case.now, LISTED, false, &self.closed);
        let (candidates, taste) = self.engine.candidates(&request).ok()?;
        let config = RankConfig::default();
        let gauge = Gauge::new(&taste, self.engine.catalogue(), &config, case.now);
        let signals = candidates.iter().map(|candidate| gauge.read(candidate.item).signals).collect();
        let item = |candidate: &Candidate| self.of_row[candidate.item.row()];
        let wanted = |candidate: &Candidate| item(candidate).is_some_and(|item| case.targets.contains(&item));
        let targets: Vec<usize> = (0..candidates.len()).filter(|&at| wanted(&candidates[at])).collect();
        (!targets.is_empty()).then_some((signals, targets))
    }

    /// Stars that a person of this history would give items, where the catalogue has learned from ratings.
    pub fn stars(&mut self, history: &[Act], items: &[usize]) -> Vec<Option<f64>> {
        self.adopt(history, 0);
        let ids: Vec<String> = items.iter().map(|&item| self.items[item].id.clone()).collect();
        self.engine.predict_ratings(&ids)
    }

    fn adopt(&mut self, history: &[Act], now: Millis) {
        let mut profile = Profile::default();
        for act in history {
            let mut event = event(act, self.items);
            if !self.settings.ageing {
                event.at = event.at.max(now - BEFORE_SESSION);
            }
            // Acts of a data set are checked when read; the engine would refuse none of them.
            let _ = profile.record(event);
        }
        self.engine.adopt(profile);
    }

    /// For `k` items, with the wishes of the settings or without.
    fn request(&self, now: Millis, k: usize, wishes: bool, exclude: &[usize]) -> RecommendRequest {
        let Settings { diversity, calibration, .. } = self.settings;
        let tags = matches!(self.engine.catalogue().column(TAGS), Some((ColumnKind::Label, _)));
        let calibration = (wishes && tags && calibration > 0.0).then(|| (TAGS.to_owned(), json!(calibration)));
        RecommendRequest {
            k,
            diversity: Some(if wishes { diversity } else { 0.0 }),
            calibration: calibration.into_iter().collect(),
            exclude: exclude.iter().map(|&item| self.items[item].id.clone()).collect(),
            personal: self.settings.personal,
            ..RecommendRequest::new(now)
        }
    }

    /// The best `k`, with the wishes of the settings or without.
    fn ask(&self, now: Millis, k: usize, wishes: bool, exclude: &[usize]) -> Vec<(usize, f64)> {
        let list = self.engine.rank(&self.request(now, k, wishes, exclude)).unwrap_or_default();
        list.into_iter().filter_map(|ranked| Some((self.of_row[ranked.item.row()]?, ranked.score))).collect()
    }
}

impl Model for EngineModel<'_> {
    fn name(&self) -> String {
        self.settings.name.clone()
    }

    fn restrict(&mut self, pool: Option<&[bool]>) {
        self.closed = pool.map_or_else(Vec::new, |pool| (0..pool.len()).filter(|&item| !pool[item]).collect());
    }

    fn scores(&mut self, case: &Case) -> Vec<f64> {
        self.adopt(&case.history, case.now);
        let mut scores = vec![f64::NEG_INFINITY; self.items.len()];
        for (item, score) in self.ask(case.now, LISTED, false, &self.closed) {
            scores[item] = score;
        }
        let Settings { k, diversity, calibration, .. } = self.settings;
        if diversity > 0.0 || calibration > 0.0 {
            for (item, score) in self.ask(case.now, k, true, &self.closed) {
                scores[item] = SHOWN + score;
            }
        }
        scores
    }
}
