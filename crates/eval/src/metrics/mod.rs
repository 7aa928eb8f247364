//! Metrics: of one ranking, of many lists together, of predicted stars.

mod lists;
mod ranking;
mod rating;

pub use lists::{ListMetrics, Shown, lists};
pub use ranking::{RankMetrics, ranking};
pub use rating::{RatingMetrics, rating};
