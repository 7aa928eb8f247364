//! The profile as bytes: readable JSON with a checksum.
//!
//! `{"format": 1, "checksum": XXH3-64 of the text of "profile", "profile": {"encoder", "events": [..], "typed": [..]}}`

use predilect_core::event::Millis;
use predilect_core::{Event, Profile, Typed, UnitVector};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use xxhash_rust::xxh3::xxh3_64;

use crate::EngineError;

const FORMAT: u64 = 1;

#[derive(Serialize, Deserialize)]
struct Envelope {
    format: u64,
    checksum: String,
    profile: Box<RawValue>,
}

#[derive(Serialize, Deserialize)]
struct Body {
    encoder: String,
    events: Vec<Event>,
    typed: Vec<TypedBody>,
}

/// A text about the person's taste, as it is kept.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypedBody {
    /// The text.
    pub text: String,
    /// Its vector; empty where none is at hand.
    #[serde(default)]
    pub vector: Vec<f32>,
    /// How much it counts, -1 to 1.
    pub weight: f64,
    /// When it was written, in milliseconds since 1970.
    pub at: Millis,
}

fn damaged(what: impl ToString) -> EngineError {
    EngineError::Snapshot { what: what.to_string() }
}

/// XXH3-64 of a text, in 16 hex digits.
// Once, not at every caller: it is kilobytes of wasm.
#[inline(never)]
pub(crate) fn checksum(text: &str) -> String {
    format!("{:016x}", xxh3_64(text.as_bytes()))
}

/// Writes a profile whose vectors come from `encoder`.
pub(crate) fn write(profile: &Profile, encoder: &str) -> Result<Vec<u8>, EngineError> {
    let typed = |t: &Typed| TypedBody {
        text: t.text.clone(),
        vector: t.vector.as_slice().to_vec(),
        weight: t.weight,
        at: t.at,
    };
    let body = Body {
        encoder: encoder.to_owned(),
        events: profile.events().to_vec(),
        typed: profile.typed().iter().map(typed).collect(),
    };
    let profile = serde_json::value::to_raw_value(&body).map_err(damaged)?;
    let checksum = checksum(profile.get());
    serde_json::to_vec(&Envelope { format: FORMAT, checksum, profile }).map_err(damaged)
}

/// Reads a profile for a catalogue of `encoder` and `dimension`. Events about items that the catalogue lacks are kept.
pub(crate) fn read(bytes: &[u8], encoder: &str, dimension: usize) -> Result<Profile, EngineError> {
    #[derive(Deserialize)]
    struct Version {
        format: u64,
    }
    let version: Version = serde_json::from_slice(bytes).map_err(damaged)?;
    if version.format != FORMAT {
        return Err(EngineError::SnapshotVersion { found: version.format, expected: FORMAT });
    }
    let envelope: Envelope = serde_json::from_slice(bytes).map_err(damaged)?;
    if envelope.checksum != checksum(envelope.profile.get()) {
        return Err(damaged("its checksum does not match"));
    }
    let body: Body = serde_json::from_str(envelope.profile.get()).map_err(damaged)?;
    if !body.typed.is_empty() && body.encoder != encoder {
        let what = "a typed interest of the snapshot";
        return Err(EngineError::EncoderMismatch { what, found: body.encoder, expected: encoder.to_owned() });
    }
    let mut profile = Profile::default();
    for event in body.events {
        profile.record(event).map_err(damaged)?;
    }
    for typed in body.typed {
        let vector = UnitVector::new(&typed.vector).map_err(damaged)?;
        if vector.dimension() != dimension {
            return Err(damaged("a typed interest has another dimension"));
        }
        let typed = Typed { text: typed.text, vector, weight: typed.weight, at: typed.at };
        profile.describe(typed).map_err(damaged)?;
    }
    Ok(profile)
}
