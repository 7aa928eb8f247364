//! Models that are compared: the engine and the baselines.

mod als;
mod content;
mod ease;
mod engine;
mod knn;
mod simple;

pub use als::Als;
pub use content::{Content, Weighting};
pub use ease::Ease;
pub use engine::{EngineModel, LISTED, Lesson, Settings, lesson};
pub use knn::ItemKnn;
pub use simple::{Popular, Random};

use crate::data::Act;
use crate::split::Case;

/// Something that scores items for a person.
pub trait Model {
    /// Name for reports.
    fn name(&self) -> String;

    /// Told before any case: only items for which `pool` holds may be answered. For models that do not score all items.
    fn restrict(&mut self, _pool: Option<&[bool]>) {}

    /// A score an item, higher first; minus infinity for what it would not show.
    fn scores(&mut self, case: &Case) -> Vec<f64>;

    /// What to show as the list of `k`, where that is not just the best scores.
    fn list(&mut self, _case: &Case, _k: usize) -> Option<Vec<usize>> {
        None
    }
}

/// Weights of a history that fades by steps: 1 for the last act, half of that `half_life` steps before.
fn faded(history: &[Act], half_life: Option<f64>) -> impl Iterator<Item = (usize, f64)> + '_ {
    let weight = move |back: usize| half_life.map_or(1.0, |steps| (-(back as f64) / steps).exp2());
    history.iter().rev().enumerate().map(move |(back, act)| (act.item, weight(back)))
}
