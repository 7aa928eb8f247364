//! Requests as they come in and replies as they go out. All of them are JSON at the boundary.

use predilect_core::event::Millis;
use predilect_core::{Event, Reason};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::EngineError;

/// Most items of one reply.
pub const MAX_K: usize = 1000;

fn ten() -> usize {
    10
}

fn yes() -> bool {
    true
}

fn default_diversity() -> f64 {
    0.3
}

/// Asks for recommendations.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecommendRequest {
    /// Milliseconds since 1970.
    pub now: Millis,
    /// Items wanted, 1..=1000.
    #[serde(default = "ten")]
    pub k: usize,
    /// Equal seeds give equal lists.
    #[serde(default)]
    pub seed: u64,
    /// Condition on fields, see [`predilect_core::filter`].
    #[serde(default)]
    pub filter: Map<String, Value>,
    /// 0 (best scores only) to 1 (as different as possible).
    #[serde(default = "default_diversity")]
    pub diversity: f64,
    /// How much chance may decide, 0..=1.
    #[serde(default)]
    pub explore: f64,
    /// Also show what the person has bought, liked, rated or dismissed.
    #[serde(default)]
    pub include_owned: bool,
    /// Ids not to show.
    #[serde(default)]
    pub exclude: Vec<String>,
    /// Whether what the person chose from earlier lists moves the weights of the ranking.
    #[serde(default = "yes")]
    pub personal: bool,
}

impl RecommendRequest {
    pub(crate) fn check(&self) -> Result<(), EngineError> {
        check_k("recommend", self.k)?;
        for (name, value) in [("diversity", self.diversity), ("explore", self.explore)] {
            if !(0.0..=1.0).contains(&value) {
                let what = format!("{name} is {value}, expected 0 to 1");
                return Err(EngineError::Request { call: "recommend", what });
            }
        }
        Ok(())
    }
}

/// Asks for items similar to one.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SimilarRequest {
    /// The item.
    pub id: String,
    /// Items wanted, 1..=1000.
    #[serde(default = "ten")]
    pub k: usize,
    /// Condition on fields.
    #[serde(default)]
    pub filter: Map<String, Value>,
}

/// Asks for items that match a text.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchRequest {
    /// The text, for the reasons.
    pub text: String,
    /// Items wanted, 1..=1000.
    #[serde(default = "ten")]
    pub k: usize,
    /// Condition on fields.
    #[serde(default)]
    pub filter: Map<String, Value>,
}

pub(crate) fn check_k(call: &'static str, k: usize) -> Result<(), EngineError> {
    if (1..=MAX_K).contains(&k) {
        return Ok(());
    }
    Err(EngineError::Request { call, what: format!("k is {k}, expected 1 to {MAX_K}") })
}

/// A list of items.
#[derive(Debug, Serialize)]
pub struct Reply {
    /// The items, best first.
    pub items: Vec<ReplyItem>,
}

/// An item of a reply.
#[derive(Debug, Serialize)]
pub struct ReplyItem {
    /// The caller's id.
    pub id: String,
    /// Sum of the parts of all reasons.
    pub score: f64,
    /// Why it is here, the largest part first.
    pub reasons: Vec<Reason>,
    /// The item as the catalogue holds it.
    pub fields: Box<RawValue>,
}

/// All that is known of a person, for them to see.
#[derive(Debug, Serialize)]
pub struct ProfileReply {
    /// Number of events.
    pub events: usize,
    /// What they like, strongest first.
    pub interests: Vec<InterestReply>,
    /// What to keep away from, strongest first.
    pub negatives: Vec<InterestReply>,
    /// Bought items.
    pub owned: Vec<String>,
    /// Rejected items.
    pub dismissed: Vec<String>,
    /// The latest events, newest first, at most 50.
    pub recent: Vec<Event>,
    /// Factors that the person's choices have put on the weights of signals, without those that are 1.
    pub factors: Entries<'static, f64>,
}

/// An interest.
#[derive(Debug, Serialize)]
pub struct InterestReply {
    /// Name for `forget`.
    pub key: String,
    /// Name for people: title of the most central item, or the typed text.
    pub label: String,
    /// `items` or `typed`.
    pub kind: &'static str,
    /// Share of all interests (or negatives), 0..=1.
    pub weight: f64,
    /// The most central item.
    pub medoid: Option<String>,
    /// Its items, the most central first.
    pub items: Vec<String>,
}

/// What a catalogue holds.
#[derive(Debug, Serialize)]
pub struct InfoReply<'a> {
    /// Its name.
    pub name: &'a str,
    /// Number of items.
    pub count: usize,
    /// Values a vector.
    pub dimension: usize,
    /// Fingerprint of its encoder.
    pub fingerprint: &'a str,
    /// Checksum of the file.
    pub checksum: &'a str,
    /// Items a language, most first.
    pub languages: Counts<'a>,
    /// Labels of each field that can be filtered by, most frequent first, at most 100.
    pub facets: Entries<'a, Counts<'a>>,
    /// Smallest and largest value of each number; dates count days since 1970.
    pub ranges: Entries<'a, Range>,
}

/// Smallest and largest value of a field.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Range {
    /// Smallest.
    pub min: f64,
    /// Largest.
    pub max: f64,
}

/// Labels with the number of their items.
pub type Counts<'a> = Entries<'a, u32>;

/// An object whose keys keep their order.
#[derive(Debug, Default)]
pub struct Entries<'a, T>(pub Vec<(&'a str, T)>);

impl<T: Serialize> Serialize for Entries<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}
