//! Changes to an input that leave most of it in order.

mod bytes;
mod catalogue;
mod json;
mod protobuf;

pub use catalogue::{File, Tensor};
use serde_json::Value;
use serde_json::value::RawValue;
use xxhash_rust::xxh3::xxh3_64;

use crate::Rng;

/// How inputs are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// JSON text.
    Json,
    /// JSON or a table, line by line.
    Lines,
    /// A profile with its checksum.
    Snapshot,
    /// Tensors behind a header with a checksum.
    Catalogue,
    /// Protobuf messages.
    Protobuf,
    /// Bytes behind a head with their checksum.
    Words,
}

/// Changes an input in a few places. What is not of its shape is changed as bytes.
pub fn mutate(shape: Shape, input: &[u8], rng: &mut Rng) -> Vec<u8> {
    let mut input = input.to_vec();
    let changes = if rng.once_in(3) { 2 + rng.below(3) } else { 1 };
    for _ in 0..changes {
        let as_bytes = rng.once_in(8);
        input = match shape {
            _ if as_bytes => bytes::change(&input, rng),
            Shape::Json => json::change_text(&input, rng).unwrap_or_else(|| bytes::change(&input, rng)),
            Shape::Lines => lines(&input, rng),
            Shape::Snapshot => snapshot(&input, rng).unwrap_or_else(|| bytes::change(&input, rng)),
            Shape::Catalogue => catalogue::change(&input, rng).unwrap_or_else(|| bytes::change(&input, rng)),
            Shape::Protobuf => protobuf::change(&input, rng, 0),
            Shape::Words => words(&input, rng),
        };
    }
    input
}

/// Changes one line as JSON where it is JSON, or the text as a whole.
fn lines(input: &[u8], rng: &mut Rng) -> Vec<u8> {
    if rng.once_in(2) {
        return bytes::change(input, rng);
    }
    let mut lines: Vec<Vec<u8>> = input.split(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
    let at = rng.below(lines.len());
    lines[at] = json::change_text(&lines[at], rng).unwrap_or_else(|| bytes::change(&lines[at], rng));
    lines.join(&b'\n')
}

/// Changes the profile of a snapshot and gives it the checksum that fits.
fn snapshot(input: &[u8], rng: &mut Rng) -> Option<Vec<u8>> {
    let mut envelope: Value = serde_json::from_slice(input).ok()?;
    if rng.once_in(8) {
        json::change(&mut envelope, rng);
        return serde_json::to_vec(&envelope).ok();
    }
    let mut profile = envelope.get_mut("profile")?.take();
    json::change(&mut profile, rng);
    let text = serde_json::to_string(&profile).ok()?;
    seal(&envelope, &text)
}

/// Changes an index of words behind its checksum and gives it the one that fits.
fn words(input: &[u8], rng: &mut Rng) -> Vec<u8> {
    const HEAD: usize = 20;
    let Some((head, body)) = input.split_at_checked(HEAD) else { return bytes::change(input, rng) };
    let body = bytes::change(body, rng);
    [&head[..12], &xxh3_64(&body).to_le_bytes(), &body].concat()
}

/// A snapshot of the text of a profile.
fn seal(envelope: &Value, profile: &str) -> Option<Vec<u8>> {
    let format = envelope.get("format")?;
    let raw: &RawValue = serde_json::from_str(profile).ok()?;
    let checksum = format!("{:016x}", xxh3_64(raw.get().as_bytes()));
    Some(format!(r#"{{"format":{format},"checksum":"{checksum}","profile":{raw}}}"#).into_bytes())
}
