//! Measures recommendations: the engine that runs in the page beside baselines, on data whose answers are known.
//!
//! ```text
//! read -> Dataset -> split -> Split { train, cases } -> Model::learn(train) -> run(model, cases) -> Outcome -> report
//! ```
//! The engine is driven over a catalogue that has learned from the training part only. Nothing here runs in a page.

pub mod ablation;
pub mod ask;
pub mod data;
pub mod heads;
pub mod metrics;
pub mod models;
pub mod rating;
pub mod read;
pub mod reasons;
pub mod report;
pub mod robust;
pub mod run;
pub mod search;
pub mod simulate;
pub mod split;
pub mod stats;
pub mod steps;
pub mod suite;
#[cfg(test)]
mod synthetic;
pub mod train;
