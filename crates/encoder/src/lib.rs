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
//!
//! # Two paths
//!
//! A graph that is a BERT-like encoder (post-norm layers, learned positions; weights in f32, f16, int8 or int4) is
//! recognised and run by this crate's own code: int8 weights, activations rounded row by row on the fly, no padding: to 8
//! bits where the weights of a column span at most 7, as those of the shipped model do, else to 14. It takes as much
//! memory as the int8 weights. Every other graph needs the feature `generic`: tract, in f32.
//!
//! # Equal bytes everywhere
//!
//! The int8 path gives the same bytes on every machine and in every browser: integer dot products are exact, and all
//! f32 arithmetic is written in one fixed order without fused multiply-add. So a catalogue does not show where it was
//! encoded. A vector depends on its text alone, not on the batch or on the number of threads.
//!
//! # In wasm
//!
//! Build with `-C target-feature=+simd128`. Optimisers must not be allowed to reorder floating point: no `--fast-math` for
//! wasm-opt. Relaxed SIMD makes it faster and changes no vector: the module `encoder-kernels`, which `encoder-wasm` loads
//! where the browser understands it.

mod encoder;
mod error;
mod forward;
#[cfg(feature = "generic")]
mod generic;
mod kernels;
mod manifest;
mod normaliser;
mod onnx;
mod recognise;
mod tokens;
mod unigram;

pub use encoder::{Compute, Encoder};
pub use error::{EncoderError, Part};
#[cfg(all(target_family = "wasm", target_feature = "simd128"))]
pub use kernels::dot8::relaxed::install as install_kernel;
pub use manifest::{FileEntry, Files, Manifest, Pooling};
pub use onnx::ModelFile;
