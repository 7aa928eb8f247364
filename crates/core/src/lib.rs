//! The recommender as pure functions.
//!
//! Nothing here does I/O, reads a clock or draws random numbers: time and seed are arguments. A [`Catalogue`] is the
//! immutable file of items, a [`Profile`] the events of one person, a [`Taste`] the fold of the second over the first.
//! [`candidates`], [`rank`](rank::rank) and [`choose`](choose::choose) turn a taste into a list whose [`Reason`]s sum to each
//! score.

pub mod candidates;
pub mod catalogue;
pub mod choose;
pub mod event;
pub mod filter;
pub mod focus;
pub mod kernel;
pub mod order;
pub mod profile;
pub mod rank;
pub mod reason;
pub mod request;
pub mod rules;
pub mod stars;
pub mod surface;
pub mod taste;
pub mod trail;
pub mod vector;

pub use catalogue::{Catalogue, CatalogueError, ItemIdx};
pub use event::{Event, EventError, EventKind};
pub use filter::{Bitmap, Filter, FilterError};
pub use focus::Focus;
pub use profile::{Forget, Profile, ProfileError, Typed};
pub use reason::{Reason, ReasonKind};
pub use request::Request;
pub use surface::Surface;
pub use taste::{Interest, Taste, TasteConfig};
pub use vector::{Query, UnitVector, VectorError, cosine};
