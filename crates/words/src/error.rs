//! Why bytes are not an index of words.

use thiserror::Error;

use crate::FORMAT;

/// Why an index cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WordsError {
    /// Something else came, often an HTML page.
    #[error("not an index of words: the bytes start with {start}; check the address it is fetched from")]
    NotWords {
        /// The first bytes, printable.
        start: String,
    },
    /// The bytes contradict themselves, or end too early.
    #[error("index of words is damaged: {what}; fetch or build it again")]
    Corrupt {
        /// What contradicts.
        what: &'static str,
    },
    /// Written by another version.
    #[error(
        "index of words has format {found}, this version reads 1 and {FORMAT}; build it again or update the package"
    )]
    Version {
        /// Format of the file.
        found: u32,
    },
    /// Made for other items.
    #[error(
        "index of words belongs to other items ({found:016x}, the catalogue has {expected:016x}); build both together"
    )]
    Foreign {
        /// Content that it was made for.
        found: u64,
        /// Content of the catalogue.
        expected: u64,
    },
}

impl WordsError {
    /// Stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotWords { .. } => "not-words",
            Self::Corrupt { .. } => "words-corrupt",
            Self::Version { .. } => "words-version",
            Self::Foreign { .. } => "words-mismatch",
        }
    }
}
