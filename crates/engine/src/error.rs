//! Everything that can go wrong in a call, with a stable code.

use predilect_core::{CatalogueError, FilterError, ProfileError, VectorError};
use thiserror::Error;

/// Why a call is refused. The state of the engine is as it was before.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum EngineError {
    /// The catalogue cannot be used.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The profile cannot take this.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The filter does not fit the catalogue.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// The vector does not fit the catalogue.
    #[error(transparent)]
    Vector(#[from] VectorError),
    /// No item has this id.
    #[error("item \"{id}\" is not in the catalogue \"{catalogue}\"; use an id that it holds")]
    UnknownItem {
        /// The id that was asked for.
        id: String,
        /// Name of the catalogue.
        catalogue: String,
    },
    /// No topic has this name.
    #[error("topic \"{name}\" is not in the catalogue; ask topics() for their names")]
    UnknownTopic {
        /// The name that was asked for.
        name: String,
    },
    /// No interest has this key.
    #[error("interest \"{key}\" is not in the profile; ask profile() for its keys")]
    UnknownInterest {
        /// The key that was asked for.
        key: String,
    },
    /// Vectors of two encoders would meet.
    #[error(
        "{what} comes from encoder {found}, the catalogue from {expected}; use the encoder that built the catalogue"
    )]
    EncoderMismatch {
        /// What brought the other vector.
        what: &'static str,
        /// Its fingerprint.
        found: String,
        /// Fingerprint of the catalogue.
        expected: String,
    },
    /// The request or event is not what the call takes.
    #[error("{call}: {what}")]
    Request {
        /// The call.
        call: &'static str,
        /// What is wrong with it.
        what: String,
    },
    /// A cursor that cannot be used.
    #[error("after: {what}; ask for the list again, without after")]
    Cursor {
        /// What is wrong with it.
        what: &'static str,
    },
    /// Bytes are not a whole snapshot.
    #[error("snapshot is damaged: {what}; restore an older one")]
    Snapshot {
        /// What is wrong with it.
        what: String,
    },
    /// A snapshot of another version.
    #[error("snapshot has format {found}, this version reads {expected}; update the package")]
    SnapshotVersion {
        /// Format of the snapshot.
        found: u64,
        /// Format that is read.
        expected: u64,
    },
}

impl EngineError {
    /// Stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Catalogue(error) => error.code(),
            Self::Profile(ProfileError::Event(_)) => "bad-event",
            Self::Profile(ProfileError::Typed { .. }) | Self::Filter(_) | Self::Request { .. } => "bad-request",
            Self::Vector(_) => "dimension-mismatch",
            Self::UnknownItem { .. } | Self::UnknownInterest { .. } | Self::UnknownTopic { .. } => "unknown-item",
            Self::EncoderMismatch { .. } => "encoder-mismatch",
            Self::Cursor { .. } => "bad-cursor",
            Self::Snapshot { .. } => "snapshot-corrupt",
            Self::SnapshotVersion { .. } => "snapshot-version",
        }
    }
}
