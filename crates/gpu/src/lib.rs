//! Similarity search on WebGPU: the rows of [`predilect_search`] in the memory of a graphics processor.
//!
//! Sums are the same integers as on the CPU, and hits are put in order by the same arithmetic, so the answers are the same.
//! Whatever goes wrong is an error with a code; a caller then asks the CPU, which has everything.

mod device;
mod encode;
mod error;
mod index;
mod pack;
mod read;

pub use device::Options;
pub use error::GpuError;
pub use index::{GpuIndex, Way};
