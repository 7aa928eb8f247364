//! Who makes the lists of a simulation.

use predilect_core::EventKind;
use predilect_core::event::Millis;

use super::person::Person;
use crate::data::Act;
use crate::models::{EngineModel, Model};
use crate::run::best;
use crate::split::Case;

/// A recommender with its name and how long it learns from a person.
pub struct Seat<'a> {
    /// Name for reports.
    pub name: String,
    /// What chooses.
    pub who: Who<'a>,
    /// Clicks after which nothing more is learned.
    pub learns_until: usize,
    /// Whether it is told what was looked at and passed over.
    pub views: bool,
}

/// What chooses.
pub enum Who<'a> {
    /// The engine.
    Engine(Box<EngineModel<'a>>),
    /// A baseline, which is told clicks only.
    Model(Box<dyn Model>),
    /// The person: what no recommender can surpass.
    Knows,
}

impl<'a> Seat<'a> {
    /// A baseline.
    pub fn of(model: impl Model + 'static) -> Self {
        Self { name: model.name(), who: Who::Model(Box::new(model)), learns_until: usize::MAX, views: false }
    }

    /// The best `k` after `history`, none of them in `taken`.
    pub fn list(&mut self, person: &Person<'_>, history: &[Act], taken: &[usize], now: Millis, k: usize) -> Vec<usize> {
        let history = &history[..until(history, self.learns_until)];
        let told = |act: &&Act| match self.who {
            Who::Engine(_) => self.views || act.kind != EventKind::View,
            _ => act.kind == EventKind::Click,
        };
        let history: Vec<Act> = history.iter().filter(told).copied().collect();
        let mut scores = match &mut self.who {
            Who::Engine(engine) => return engine.shown(&history, now, taken),
            Who::Model(model) => model.scores(&Case { history, now, ..Case::default() }),
            Who::Knows => (0..person.items()).map(|item| person.liking(item)).collect(),
        };
        taken.iter().for_each(|&item| scores[item] = f64::NAN);
        best(&scores, k)
    }
}

/// Acts up to the click of that number.
fn until(history: &[Act], clicks: usize) -> usize {
    let mut places = history.iter().enumerate().filter(|(_, act)| act.kind == EventKind::Click).map(|(at, _)| at);
    places.nth(clicks).unwrap_or(history.len())
}
