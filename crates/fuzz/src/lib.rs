//! What happens to a reader when bytes from outside are wrong: each reader with valid inputs, and ways to change these.
//!
//! Noise is refused at the first check and teaches nothing. So inputs are taken apart as what they are (JSON, tensors,
//! protobuf, lines), changed in one place, and put together with lengths and checksums that fit again.
//!
//! A reader must not panic, must refuse with one of the documented codes, and must leave everything as it was when it
//! refuses. `tests/readers.rs` is the short run; `npm run fuzz` is the long one, guided by coverage (`guided.rs`).

#![allow(clippy::unwrap_used, reason = "a panic is how a finding is told")]

pub mod mutate;
mod readers;
mod rng;
mod seeds;
#[allow(missing_docs, missing_debug_implementations, reason = "written for the tests of the encoder")]
#[path = "../../encoder/tests/support/mod.rs"]
mod support;

pub use mutate::Shape;
pub use rng::Rng;

/// A reader of bytes from outside.
#[derive(Debug, Clone, Copy)]
pub struct Reader {
    /// Name, also of its folder of regression cases.
    pub name: &'static str,
    /// How its inputs are put together.
    pub shape: Shape,
    /// Inputs that it takes.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Reads an input and uses what it gives. Panics if something does not hold.
    pub read: fn(&[u8]),
}

/// All of them.
pub const READERS: &[Reader] = &[
    Reader { name: "catalogue", shape: Shape::Catalogue, seeds: seeds::catalogues, read: readers::catalogue },
    Reader { name: "snapshot", shape: Shape::Snapshot, seeds: seeds::snapshots, read: readers::snapshot },
    Reader { name: "requests", shape: Shape::Json, seeds: seeds::requests, read: readers::requests },
    Reader { name: "filter", shape: Shape::Json, seeds: seeds::filters, read: readers::filter },
    Reader { name: "items", shape: Shape::Lines, seeds: seeds::items, read: readers::items },
    Reader { name: "words", shape: Shape::Words, seeds: seeds::words, read: readers::words },
    Reader { name: "query", shape: Shape::Lines, seeds: seeds::queries, read: readers::query },
    Reader { name: "events", shape: Shape::Lines, seeds: seeds::events, read: readers::events },
    Reader { name: "options", shape: Shape::Json, seeds: seeds::options, read: readers::options },
    Reader { name: "manifest", shape: Shape::Json, seeds: seeds::manifests, read: readers::manifest },
    Reader { name: "tokenizer", shape: Shape::Json, seeds: seeds::tokenizers, read: readers::tokenizer },
    Reader { name: "model", shape: Shape::Protobuf, seeds: seeds::models, read: readers::model },
];

/// The reader of this name.
pub fn reader(name: &str) -> Option<&'static Reader> {
    READERS.iter().find(|reader| reader.name == name)
}
