//! Records as people have them (JSON Lines, a JSON array, CSV) -> clean items -> the bytes of a catalogue file.
//!
//! Nothing here reads a file, a clock or a random number: bytes come in pieces, and equal pieces give equal catalogues,
//! natively and in wasm. The vectors are made by the caller between the two halves:
//!
//! ```
//! use predilect_builder::{Builder, Options};
//!
//! let mut builder = Builder::new(Options::default())?;
//! builder.push(b"{\"id\": \"kettle\", \"title\": \"Kettle\", \"tags\": [\"tea\"]}\n")?;
//! let items = builder.finish()?;
//! assert_eq!(items.report().kept, 1);
//! assert_eq!(items.text(0).as_deref(), Some("Kettle. tea"));
//! let catalogue = items.assemble(&[0.6, 0.8], "0123456789abcdef")?;
//! assert!(!catalogue.is_empty());
//! # Ok::<(), predilect_builder::BuilderError>(())
//! ```

mod alike;
mod build;
mod clean;
mod compose;
mod date;
mod error;
pub mod events;
mod found;
mod input;
mod item;
mod items;
mod language;
mod options;
pub mod phrases;
mod report;
mod summary;
pub mod topics;
mod value;
mod variants;
mod words;

pub use build::Builder;
pub use error::BuilderError;
pub use found::found;
pub use items::{Items, remove};
pub use options::{Format, Options, Role};
pub use report::{FieldKind, FieldReport, Lengths, Note, Reason, Report, Sample, Tally};
pub use words::{field_texts, index_words, words};
