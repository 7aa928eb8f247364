//! The catalogue file: what it holds, how it is written ([`write`]) and read ([`Catalogue::open`]).
//!
//! # Layout, format 4
//! A safetensors file. Its metadata has one key, `predilect`, whose value is the JSON of [`Header`]. Integers are little
//! endian; `n` is the number of items, `d` the dimension.
//!
//! | tensor | type, shape | meaning |
//! |---|---|---|
//! | `vectors` | I8 `[n, d]` | rows in -127..=127 |
//! | `centre`, `axes` | F32 `[d]` or `[0]`, `[m, d]` | what is taken away from every vector, see below |
//! | `rotation` | I16 `[d, d]` or `[0, d]` | orthonormal rows, 32,767 for 1; catalogues of 10,000 items and more have one |
//! | `scales` | F32 `[n]` | `row * scale` has length 1 |
//! | `popularity` | F32 `[n]` | percentile of the field `popularity` among the items that have one, 0..=1; 0 without |
//! | `ids`, `ids.offsets` | U8, U32 `[n+1]` | UTF-8 ids, one after the other |
//! | `fields`, `fields.offsets` | U8, U32 `[n+1]` | one JSON object an item |
//! | `column{i}.numbers` | F64 `[n]` | number column, NaN where missing; a date counts days since 1970 |
//! | `column{i}.names` | U8 | label column: JSON array of its labels, ascending |
//! | `column{i}.labels`, `column{i}.offsets` | U32, U32 `[n+1]` | label column: indices into the names |
//!
//! A catalogue that has learned from events ([`attach`]) has `learned` in its header, and `support` and `trend`; one whose items
//! lead to each other has the largest weight of each kind of link ([`LinkKind`]) as `links` in its header, and three tensors a
//! kind that there is. Without them it is read as one that knows nothing of the sort.
//!
//! | tensor | type, shape | meaning |
//! |---|---|---|
//! | `support` | U16 `[n]` | people who did something to the item, at most 65,535 |
//! | `trend` | U8 `[n]` | percentile of its recent events, 255 the most |
//! | `stars` | U8 `[n]` | mean of its ratings, 0 for one star and 255 for five; only with ratings |
//! | `next.items`, `next.counts` | U16 (U32 above 65,536 items), U8 `[n]` | rows that an item leads to, and how many |
//! | `next.weights` | U8 | their weights, `(byte / 255)^2 * scale` |
//! | `together.*`, `alike.*` | | the same for the other kinds |
//!
//! A catalogue that is divided into topics has their number as `topics` in its header, and two tensors; one in which items say the same
//! has `repeats`.
//!
//! | tensor | type, shape | meaning |
//! |---|---|---|
//! | `topics` | U8 | text of [`Topics`]: names and keywords |
//! | `topics.items` | U8 (U16 above 256 topics) `[n]` | topic of each item |
//! | `repeats` | U32 `[m, 2]` | a row and the first row that says the same, in ascending order |
//!
//! A row is what is left of an item's vector when `centre` and the parts along the orthonormal `axes` are taken away, turned
//! by `rotation` and made unit length again; a query goes the same way ([`Catalogue::project`]). Catalogues of fewer than 100 items have no centre.
//!
//! `outline` in the header, where there is one, says how a search may leave rows out ([`OutlineHead`]).
//!
//! `checksum` in the header is XXH3-64 over the header without checksum and over every tensor's name, type, shape and
//! bytes in ascending order of names. It finds damage, not forgery: that is the task of the SHA-256 a page may demand.

mod amend;
mod columns;
mod draft;
mod learned;
mod levels;
mod links;
mod places;
mod read;
mod reader;
mod repeats;
mod rotation;
mod space;
mod topics;
mod write;

pub use amend::{Change, amend};
pub use columns::{Column, Labels, days_since_1970};
pub use draft::{Found, attach, measured};
pub use learned::{Learned, LearnedHead};
pub use levels::Levels;
pub use links::{LinkKind, LinkScales, Links, MAX_LINKS};
pub use read::Catalogue;
pub use topics::{Topic, Topics};
pub use write::percentiles;
pub use write::{CatalogueParts, ItemParts, write};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Version of the layout that this code writes and reads.
pub const FORMAT: u32 = 4;

const METADATA_KEY: &str = "predilect";

/// Dense index of an item: its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemIdx(pub u32);

impl ItemIdx {
    /// The row as an index.
    pub fn row(self) -> usize {
        self.0 as usize
    }
}

/// Kind of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColumnKind {
    /// One number an item.
    Number,
    /// Days since 1970, from `YYYY-MM-DD`.
    Date,
    /// Any number of labels an item.
    Label,
}

/// Name and kind of a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnHead {
    /// Name of the item field.
    pub name: String,
    /// What it holds.
    pub kind: ColumnKind,
}

/// What a catalogue says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// Version of the layout, see [`FORMAT`].
    pub format: u32,
    /// Name given by its maker.
    pub name: String,
    /// Fingerprint of the encoder that made the vectors.
    pub encoder: String,
    /// Values a vector.
    pub dimension: usize,
    /// Number of items.
    pub count: usize,
    /// Mean cosine between two different items, the zero of [`Catalogue::affinity`].
    pub background: f32,
    /// Columns in the order of their tensors.
    pub columns: Vec<ColumnHead>,
    /// What was learned from events, if anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub learned: Option<LearnedHead>,
    /// Largest weight of each kind of link.
    #[serde(default, skip_serializing_if = "LinkScales::none")]
    pub links: LinkScales,
    /// How scans may be cut short, if that pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outline: Option<OutlineHead>,
    /// Number of topics.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub topics: usize,
    /// Number of items that say the same as one before them.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub repeats: usize,
    /// XXH3-64 of all the rest, 16 hex digits.
    #[serde(default)]
    pub checksum: String,
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// How a scan may judge rows by their leading values; measured when the catalogue is built. In the header it is
/// `[cut, reach, recall]`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(from = "[f32; 3]", into = "[f32; 3]")]
pub struct OutlineHead {
    /// Leading values that rows are judged by, less than the dimension.
    pub cut: usize,
    /// Share of the largest possible product of the other values that a row is granted, 0..=1.
    pub reach: f32,
    /// Share of the best rows that were found so, with other queries than those that told the reach.
    pub recall: f32,
}

impl From<[f32; 3]> for OutlineHead {
    fn from([cut, reach, recall]: [f32; 3]) -> Self {
        Self { cut: cut as usize, reach, recall }
    }
}

impl From<OutlineHead> for [f32; 3] {
    fn from(head: OutlineHead) -> Self {
        [head.cut as f32, head.reach, head.recall]
    }
}

/// Why bytes are not a catalogue, or parts cannot become one.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum CatalogueError {
    /// Something else came, often an HTML page.
    #[error("not a catalogue: the bytes start with {start}; check the address it is fetched from")]
    NotACatalogue {
        /// The first bytes, printable.
        start: String,
    },
    /// Fewer bytes than the header announces.
    #[error("catalogue is cut off after {found} bytes; fetch it again")]
    Truncated {
        /// Bytes that are there.
        found: usize,
    },
    /// The bytes contradict the header or themselves.
    #[error("catalogue is damaged: {what}; fetch or build it again")]
    Corrupt {
        /// What contradicts.
        what: String,
    },
    /// Written by another version.
    #[error("catalogue has format {found}, this version reads {FORMAT}; build it again or update the package")]
    Version {
        /// Format of the file.
        found: u32,
    },
    /// Vectors of another encoder.
    #[error(
        "vectors come from encoder {found}, the catalogue from {expected}; use the encoder that built the catalogue"
    )]
    Encoder {
        /// Fingerprint of the encoder of the vectors.
        found: String,
        /// Fingerprint of the catalogue's.
        expected: String,
    },
    /// Parts that cannot be written.
    #[error("cannot write the catalogue: {what}")]
    Parts {
        /// What is wrong, with the item.
        what: String,
    },
}

impl CatalogueError {
    /// Stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotACatalogue { .. } => "not-a-catalogue",
            Self::Truncated { .. } => "catalogue-truncated",
            Self::Corrupt { .. } => "catalogue-corrupt",
            Self::Version { .. } => "catalogue-version",
            Self::Encoder { .. } => "encoder-mismatch",
            Self::Parts { .. } => "bad-input",
        }
    }
}

fn corrupt(what: impl Into<String>) -> CatalogueError {
    CatalogueError::Corrupt { what: what.into() }
}

/// Feeds the checksum in one fixed order, the same for writer and reader.
fn checksum<'a>(header: &Header, tensors: impl Iterator<Item = (&'a str, String, &'a [u8])>) -> String {
    let bare = Header { checksum: String::new(), ..header.clone() };
    let mut state = xxhash_rust::xxh3::Xxh3Default::new();
    state.update(serde_json::to_string(&bare).unwrap_or_default().as_bytes());
    for (name, shape, bytes) in tensors {
        state.update(name.as_bytes());
        state.update(shape.as_bytes());
        state.update(bytes);
    }
    format!("{:016x}", state.digest())
}
