//! Text to unit vector.
//!
//! An [`Encoder`] is made of three files: an ONNX model, a `tokenizer.json` and a [`Manifest`] that says what the other
//! two must be. It answers one vector of length 1 per text, so that a dot product is a cosine.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use predilect_encoder::{Encoder, Manifest};
//! let manifest = Manifest::from_json(&std::fs::read_to_string("manifest.json")?)?;
//! let encoder = Encoder::load(&std::fs::read("model.onnx")?, &std::fs::read("tokenizer.json")?, &manifest)?;
//! let vectors = encoder.encode(&["green tea", "绿茶"])?;
//! assert_eq!(vectors.len(), 2 * encoder.dimension());
//! # Ok(()) }
//! ```

mod encoder;
mod error;
mod forward;
#[cfg(feature = "generic")]
mod generic;
mod kernels;
mod manifest;
mod onnx;
mod recognise;
mod tokens;

pub use encoder::{Compute, Encoder};
pub use error::{EncoderError, Part};
pub use manifest::{FileEntry, Files, Manifest, Pooling};
