//! Requests as they come in and replies as they go out. All of them are JSON at the boundary.

use predilect_core::event::{EventKind, Millis};
use predilect_core::focus::MAX_FOCUS;
use predilect_core::{Event, Reason, Surface};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::EngineError;
use crate::search::{ByMeaning, ByWords};

/// Most items of one reply.
pub const MAX_K: usize = 1000;

fn ten() -> usize {
    10
}

fn two() -> f64 {
    2.0
}

fn yes() -> bool {
    true
}

/// Asks for recommendations.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecommendRequest {
    /// Milliseconds since 1970.
    pub now: Millis,
    /// What the list is.
    #[serde(default)]
    pub surface: Surface,
    /// Ids of what it is about, the latest last: 1 to 256 for `similar` and `together`, at most 1 for `because`.
    #[serde(default)]
    pub items: Vec<String>,
    /// Items wanted, 1..=1000.
    #[serde(default = "ten")]
    pub k: usize,
    /// Equal seeds give equal lists.
    #[serde(default)]
    pub seed: u64,
    /// Condition on fields, see [`predilect_core::filter`].
    #[serde(default)]
    pub filter: Map<String, Value>,
    /// Name of a topic, in any language, whose items alone are shown.
    #[serde(default)]
    pub topic: Option<String>,
    /// 0 (best scores only) to 1 (as different as possible). Where it is left out, .3 for `for-you`, `because` and `trending`,
    /// else 0.
    #[serde(default)]
    pub diversity: Option<f64>,
    /// How much chance may decide, 0..=1. Counts for `for-you` and `because`.
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
    /// Most items of one label, by field, at least 1.
    #[serde(default)]
    pub caps: Map<String, Value>,
    /// How far the mix of a field's labels follows that of what the person likes, by field, 0..=1.
    #[serde(default)]
    pub calibration: Map<String, Value>,
    /// Items with places of their own.
    #[serde(default)]
    pub pin: Vec<PinRule>,
    /// Items that come up.
    #[serde(default)]
    pub boost: Vec<PushRule>,
    /// Items that go down.
    #[serde(default)]
    pub bury: Vec<PushRule>,
    /// What the person asks for now, in words; for `for-you` only, and needs `told`.
    #[serde(default)]
    pub text: Option<String>,
    /// What an item gets that fits the text in full, in scores of the best item without it, 0..=10.
    #[serde(default = "two")]
    pub text_weight: f64,
    /// How the text is looked for, for who goes on with the list; `told` decides.
    #[serde(default)]
    pub by: Option<String>,
    /// What is known of the text.
    #[serde(skip)]
    pub told: Told,
}

/// How a text is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// Items with its words.
    Words,
    /// Items whose meaning is close.
    Meaning,
    /// Both.
    Both,
}

/// What is known of a text, kept: see [`crate::ByWords`] and [`crate::ByMeaning`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Told {
    /// Rows that have its words, and a score each.
    pub words: Option<(Vec<u32>, Vec<f32>)>,
    /// Its vector, and the fingerprint of the encoder.
    pub meaning: Option<(Vec<f32>, String)>,
}

impl Told {
    /// What was found by words.
    pub fn by_words(&self) -> Option<ByWords<'_>> {
        self.words.as_ref().map(|(rows, scores)| ByWords { rows, scores })
    }

    /// The vector.
    pub fn by_meaning(&self) -> Option<ByMeaning<'_>> {
        self.meaning.as_ref().map(|(vector, encoder)| ByMeaning { vector, encoder })
    }
}

/// Puts an item in a place.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PinRule {
    /// Name of the rule, for the reasons.
    pub name: String,
    /// Id of the item.
    pub item: String,
    /// Its place in the list, all pages together, from 1.
    pub place: usize,
}

/// Moves items up or down.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PushRule {
    /// Name of the rule, for the reasons.
    pub name: String,
    /// Which items, see [`predilect_core::filter`].
    pub filter: Map<String, Value>,
    /// By what share of the best score, above 0, at most 10.
    pub by: f64,
}

impl RecommendRequest {
    /// The request that says nothing but its time, in milliseconds since 1970.
    pub fn new(now: Millis) -> Self {
        Self {
            now,
            surface: Surface::ForYou,
            items: Vec::new(),
            k: ten(),
            seed: 0,
            filter: Map::new(),
            topic: None,
            diversity: None,
            explore: 0.0,
            include_owned: false,
            exclude: Vec::new(),
            personal: true,
            caps: Map::new(),
            calibration: Map::new(),
            pin: Vec::new(),
            boost: Vec::new(),
            bury: Vec::new(),
            text: None,
            text_weight: two(),
            by: None,
            told: Told::default(),
        }
    }

    /// Diversity, said or usual.
    pub(crate) fn diversity(&self) -> f64 {
        let usual = match self.surface {
            Surface::ForYou | Surface::Because | Surface::Trending => 0.3,
            Surface::Similar | Surface::Together | Surface::Continue => 0.0,
        };
        self.diversity.unwrap_or(usual)
    }

    pub(crate) fn check(&self) -> Result<(), EngineError> {
        check_k("recommend", self.k)?;
        for (name, value) in [("diversity", self.diversity()), ("explore", self.explore)] {
            if !(0.0..=1.0).contains(&value) {
                return refuse(format!("{name} is {value}, expected 0 to 1"));
            }
        }
        if !(0.0..=10.0).contains(&self.text_weight) {
            return refuse(format!("textWeight is {}, expected 0 to 10", self.text_weight));
        }
        if let Some(by) = self.by.as_ref().filter(|by| !["words", "meaning", "both"].contains(&by.as_str())) {
            return refuse(format!("by is \"{by}\", expected words, meaning or both"));
        }
        if let Some(text) = &self.text {
            if text.trim().is_empty() {
                return refuse("text is empty; say what is asked for, or leave it out".to_owned());
            }
            if self.surface != Surface::ForYou {
                return refuse("text is for the surface for-you only; search for it instead".to_owned());
            }
            if self.told == Told::default() {
                return refuse("text needs its vector, or what was found by its words".to_owned());
            }
        }
        let items = match self.surface {
            Surface::Similar | Surface::Together => 1..=MAX_FOCUS,
            Surface::Because => 0..=1,
            Surface::ForYou | Surface::Continue | Surface::Trending => 0..=0,
        };
        if !items.contains(&self.items.len()) {
            let (found, least, most) = (self.items.len(), items.start(), items.end());
            return refuse(format!("items: found {found} ids, expected {least} to {most} for this surface"));
        }
        for PinRule { name, place, .. } in &self.pin {
            if *place == 0 {
                return refuse(format!("pin \"{name}\": place is 0, expected 1 for the first"));
            }
        }
        for PushRule { name, by, .. } in self.boost.iter().chain(&self.bury) {
            if !(*by > 0.0 && *by <= 10.0) {
                return refuse(format!("rule \"{name}\": by is {by}, expected above 0, at most 10"));
            }
        }
        Ok(())
    }
}

pub(crate) fn refuse<T>(what: String) -> Result<T, EngineError> {
    Err(EngineError::Request { call: "recommend", what })
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
    /// How a text was looked for: by `words`, by `meaning` or by `both`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<By>,
    /// What a list of `because` is about; none where nothing is known that it could be about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<About>,
    /// For [`crate::Engine::more_json`]; none at the end, and for a search.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// An item, and what the person did to it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct About {
    /// The caller's id.
    pub item: String,
    /// What the person did, if anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<EventKind>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Millis>,
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

/// What answers a question.
#[derive(Debug, Serialize)]
pub struct AnswerReply {
    /// `answered` or `unsure`.
    pub status: &'static str,
    /// The answer, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<AnsweredItem>,
    /// What else may be, the likeliest first.
    pub others: Vec<AnsweredItem>,
    /// How the question was looked for.
    pub by: By,
}

/// An item that may answer a question.
#[derive(Debug, Serialize)]
pub struct AnsweredItem {
    /// The caller's id.
    pub id: String,
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// Its text; without one its title.
    pub text: String,
    /// How likely it is the answer, 0..=1.
    pub confidence: f64,
    /// The item as the catalogue holds it.
    pub fields: Box<RawValue>,
}

/// All that is known of a person, for them to see.
#[derive(Debug, Serialize)]
pub struct ProfileReply {
    /// Number of events.
    pub events: usize,
    /// What they like, strongest first, muted ones behind.
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
    /// What it is about: the topic of most of its items, or else as `label`.
    pub name: String,
    /// Labels that its items share and others have not, and what its topic is about, at most 5.
    pub keywords: Vec<String>,
    /// `items` or `typed`.
    pub kind: &'static str,
    /// Share of all interests (or negatives), 0..=1; 0 for a muted one.
    pub weight: f64,
    /// The factor that the person put on it (`tune`), 0 for muted; left out where it is 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tuned: Option<f64>,
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
