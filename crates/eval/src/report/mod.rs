//! What was measured, as data; [`html`] makes a page of it.

mod html;

pub use html::html;

use serde::Serialize;

use crate::data::Dataset;
use crate::run::Outcome;
use crate::stats::Mean;

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
    /// What is measured otherwise.
    pub tables: Vec<Table>,
}

/// What models reached under a protocol.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Section {
    /// The protocol.
    pub name: String,
    /// Number of cases.
    pub cases: usize,
    /// The model that the others are compared with, case by case.
    pub against: Option<String>,
    /// What each model reached.
    pub outcomes: Vec<Outcome>,
    /// What the engine ships for it, bytes an item besides vectors.
    pub bytes_per_item: Option<f64>,
}

/// Numbers with a meaning of their own.
#[derive(Debug, Clone, Serialize)]
pub struct Table {
    /// What is measured.
    pub name: String,
    /// How, and what the columns mean.
    pub note: String,
    /// Headings of the numbers.
    pub columns: Vec<&'static str>,
    /// The rows.
    pub rows: Vec<Row>,
}

/// A row of a table: a number a column.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// What the numbers are about.
    pub name: String,
    /// A number a column; an error that is no number is not known.
    pub cells: Vec<Mean>,
}

impl Table {
    /// A cell, by names of row and column.
    pub fn cell(&self, row: &str, column: &str) -> Option<Mean> {
        let at = self.columns.iter().position(|own| *own == column)?;
        self.rows.iter().find(|own| own.name == row)?.cells.get(at).copied()
    }
}

impl Report {
    /// An empty report about `data`.
    pub fn new(data: &Dataset, k: usize) -> Self {
        let (items, people, acts) = (data.items.len(), data.people.len(), data.acts());
        let name = data.name.clone();
        Self { data: name, items, people, acts, k, sections: Vec::new(), tables: Vec::new() }
    }
}
