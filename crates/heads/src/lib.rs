//! Heads: classifiers of a few labels over the vectors of an encoder.
//!
//! A head is a direction and an offset a label; the largest product wins, and a softmax over all of them says how sure it is. It is
//! fitted to a few labelled texts ([`train`]), to as few as one a label, or to descriptions of the labels and no example at
//! all ([`Head::prototypes`]). The file is JSON of a few kilobytes.

mod fit;
mod head;
mod watch;

pub use fit::{Example, FitOptions, Sparse, fit, scores};
pub use head::{Answer, FORMAT, Head, HeadError, train};
pub use watch::{Count, Story, WatchOptions, Watched, watch};
