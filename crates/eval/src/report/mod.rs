//! What was measured, as data; [`html`] makes a page of it.

mod html;

pub use html::html;

use serde::Serialize;

use crate::data::Dataset;
use crate::run::Outcome;

/// A run of the suite.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Name of the data.
    pub data: String,
    /// Items, people and acts after filtering.
    pub items: usize,
    /// People.
    pub people: usize,
    /// Acts.
    pub acts: usize,
    /// Length of the lists.
    pub k: usize,
    /// A section a protocol.
    pub sections: Vec<Section>,
}

/// What models reached under a protocol.
#[derive(Debug, Clone, Serialize)]
pub struct Section {
    /// The protocol.
    pub name: String,
    /// Number of cases.
    pub cases: usize,
    /// What each model reached.
    pub outcomes: Vec<Outcome>,
    /// What the engine ships for it, bytes an item besides vectors.
    pub bytes_per_item: Option<f64>,
}

impl Report {
    /// An empty report about `data`.
    pub fn new(data: &Dataset, k: usize) -> Self {
        let (items, people, acts) = (data.items.len(), data.people.len(), data.acts());
        let name = data.name.clone();
        Self { data: name, items, people, acts, k, sections: Vec::new() }
    }
}
