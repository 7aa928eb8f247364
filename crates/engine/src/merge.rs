//! Adds what another copy of the profile holds: the log of a store, an export of another device.

use predilect_core::{Event, Typed, UnitVector, VectorError};
use serde::{Deserialize, Serialize};

use crate::snapshot::TypedBody;
use crate::{Engine, EngineError};

/// A part of a profile, in the form in which a snapshot holds the whole.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MergeRequest {
    /// Fingerprint of the encoder that the vectors of `typed` come from.
    #[serde(default)]
    pub encoder: String,
    /// Events; an item that the catalogue lacks is no error, for another catalogue may have it.
    #[serde(default)]
    pub events: Vec<Event>,
    /// Texts about the person's taste.
    #[serde(default)]
    pub typed: Vec<TypedBody>,
    /// Leaves out what the profile holds already.
    #[serde(default)]
    pub new_only: bool,
    /// Says what would be added, and adds nothing.
    #[serde(default)]
    pub preview: bool,
}

/// What was added, or would be.
#[derive(Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MergeReply {
    /// Events added.
    pub events: usize,
    /// Texts added.
    pub typed: usize,
    /// Events and texts that the profile holds already.
    pub known: usize,
    /// Events, among those added, on items that the catalogue lacks. They are kept and say nothing here.
    pub unknown_items: usize,
    /// Texts without a vector of the catalogue's encoder. They are not added: encode them and `describe`.
    pub unencoded: Vec<Unencoded>,
}

/// A text that needs a vector.
#[derive(Debug, PartialEq, Serialize)]
pub struct Unencoded {
    /// The text.
    pub text: String,
    /// How much it counts, -1 to 1.
    pub weight: f64,
    /// When it was written, in milliseconds since 1970.
    pub at: i64,
}

impl Engine {
    /// Adds events and texts, all or none.
    ///
    /// # Errors
    /// Names the first event or text that is refused; the profile then stays as it was.
    pub fn merge(&mut self, request: MergeRequest) -> Result<MergeReply, EngineError> {
        let mut reply = MergeReply::default();
        let mut profile = self.profile.clone();
        for event in request.events {
            if request.new_only && self.holds(&event) {
                reply.known += 1;
                continue;
            }
            reply.events += 1;
            reply.unknown_items += usize::from(self.catalogue.find(&event.item).is_none());
            profile.record(event)?;
        }
        let header = self.catalogue.header();
        for TypedBody { text, vector, weight, at } in request.typed {
            let same = |other: &Typed| other.text == text && other.at >= at;
            if request.new_only && self.profile.typed().iter().any(same) {
                reply.known += 1;
            } else if vector.is_empty() || request.encoder != header.encoder {
                reply.unencoded.push(Unencoded { text, weight, at });
            } else {
                let vector = UnitVector::new(&vector)?;
                if vector.dimension() != header.dimension {
                    return Err(VectorError::Dimension { found: vector.dimension(), expected: header.dimension }.into());
                }
                reply.typed += 1;
                profile.describe(Typed { text, vector, weight, at })?;
            }
        }
        if !request.preview {
            self.adopt(profile);
        }
        Ok(reply)
    }

    fn holds(&self, event: &Event) -> bool {
        let events = self.profile.events();
        let first = events.partition_point(|other| other.at < event.at);
        events[first..].iter().take_while(|other| other.at == event.at).any(|other| other == event)
    }
}
