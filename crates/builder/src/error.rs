//! Why no catalogue can be made. Bad single records are not errors but part of the [`Report`](crate::Report).

use predilect_core::CatalogueError;
use thiserror::Error;

/// Why a build stops.
#[derive(Debug, Error)]
pub enum BuilderError {
    /// The options contradict each other or hold an impossible value.
    #[error("{0}")]
    Options(String),
    /// The bytes are no text this builder reads (compressed, UTF-16, one JSON value that is no list of records).
    #[error("{0}")]
    Input(String),
    /// A record is bad and [`Options::strict`](crate::Options::strict) is set.
    #[error("{place}: {message}")]
    Record {
        /// Where the record starts: `line 3`, or `shop.jsonl, line 3` where several inputs are read.
        place: String,
        /// What is wrong with which field.
        message: String,
    },
    /// No record was found at all.
    #[error(
        "the input holds no record; expected JSON Lines (one object a line), a JSON array of objects, or CSV with a header row"
    )]
    Empty,
    /// More than half of the records are unusable, so the mapping is probably wrong.
    #[error("{bad} of {read} records are unusable, more than half; the first: {place}: {message}")]
    MostlyBad {
        /// Unusable records.
        bad: usize,
        /// Records read.
        read: usize,
        /// Where the first unusable record starts.
        place: String,
        /// What is wrong with it.
        message: String,
    },
    /// A field named in the options is in no record.
    #[error("no record has the field `{field}` that --{option} names; fields found: {found}")]
    UnknownField {
        /// The name that was asked for.
        field: String,
        /// The option that named it.
        option: &'static str,
        /// The names that exist.
        found: String,
    },
    /// `assemble` got a number of values that does not divide into one vector an item.
    #[error(
        "{values} vector values for {items} items; give one vector of equal length per text, in the order of the texts"
    )]
    Vectors {
        /// Values given.
        values: usize,
        /// Items kept.
        items: usize,
    },
    /// The catalogue refuses the items.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
}

impl BuilderError {
    /// Stable kebab-case name, the `code` of the JavaScript error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Options(_) | Self::UnknownField { .. } => "bad-request",
            Self::Vectors { .. } => "dimension-mismatch",
            _ => "bad-input",
        }
    }
}
