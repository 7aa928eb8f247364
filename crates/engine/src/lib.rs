//! One catalogue, one profile, and the calls a page makes on them.
//!
//! ```text
//! recommend: taste = fold(profile) -> plan(taste) -> top_k(plan) -> gather(hits) -> finish -> choose -> reply
//! ```
//! All but `top_k` is pure; the scan is the only heavy step. Equal catalogue, profile and request give equal replies.

mod answer;
mod cursor;
mod error;
mod json;
mod learned;
mod list;
mod map;
mod merge;
mod plan;
mod recall;
mod request;
mod search;
mod snapshot;
mod topics;

pub use answer::Signs;
pub use cursor::Shown;
pub use error::EngineError;
pub use map::{MapReply, Mark};
pub use merge::{MergeReply, MergeRequest, Unencoded};
pub use request::{
    About, AnswerReply, AnsweredItem, By, Counts, Entries, InfoReply, InterestReply, MAX_K, PinRule, ProfileReply,
    PushRule, Range, RecommendRequest, Reply, ReplyItem, SearchRequest, Told,
};
pub use search::{ByMeaning, ByWords};
pub use snapshot::TypedBody;
pub use topics::TopicReply;

use std::cell::{OnceCell, RefCell};

use predilect_core::candidates::{by_date, by_popularity, by_trend};
use predilect_core::catalogue::Column;
use predilect_core::event::Millis;
use predilect_core::rank::{Signal, Weights};
use predilect_core::stars::Stars;
use predilect_core::taste::{Gathered, Origin, fold};
use predilect_core::{
    Bitmap, Catalogue, Event, Filter, Forget, Interest, ItemIdx, Profile, Reason, Taste, TasteConfig, Typed,
    UnitVector, VectorError,
};
use predilect_search::Outline;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use learned::Choices;
use map::Ground;
use plan::Orders;
use recall::Memory;

/// Events that a profile reply lists.
const RECENT: usize = 50;
/// Labels that a facet lists.
const FACET_LABELS: usize = 100;

/// A catalogue and the profile of one person.
#[derive(Debug)]
pub struct Engine {
    catalogue: Catalogue,
    profile: Profile,
    orders: Orders,
    /// Made for the first list that searches.
    outline: OnceCell<Outline>,
    /// Made for the first map.
    ground: OnceCell<Ground>,
    memory: RefCell<Memory>,
    gathered: RefCell<Gathered>,
    choices: RefCell<Choices>,
    doubts: answer::Doubts,
    taste_config: TasteConfig,
}

impl Engine {
    /// Opens a catalogue file for a person about whom nothing is known yet.
    ///
    /// # Errors
    /// [`EngineError::Catalogue`] says what is wrong with the bytes.
    pub fn open(catalogue: Vec<u8>) -> Result<Self, EngineError> {
        let catalogue = Catalogue::open(catalogue)?;
        let orders =
            Orders { popular: by_popularity(&catalogue), fresh: by_date(&catalogue), trend: by_trend(&catalogue) };
        let mut taste_config = TasteConfig::default();
        if let Some(learned) = catalogue.learned() {
            taste_config.half_life_days = learned.half_life_days;
        }
        Ok(Self {
            catalogue,
            profile: Profile::default(),
            orders,
            outline: OnceCell::new(),
            ground: OnceCell::new(),
            memory: RefCell::default(),
            gathered: RefCell::default(),
            choices: RefCell::default(),
            doubts: Default::default(),
            taste_config,
        })
    }

    /// The catalogue.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// Puts another catalogue in the place of the present one; the profile stays. What is wrong changes nothing.
    ///
    /// # Errors
    /// [`EngineError::Catalogue`], or [`EngineError::EncoderMismatch`] for a catalogue of another encoder.
    pub fn replace(&mut self, catalogue: Vec<u8>) -> Result<(), EngineError> {
        let mut other = Self::open(catalogue)?;
        let encoder = &self.catalogue.header().encoder;
        if other.catalogue.header().encoder != *encoder {
            let (found, expected) = (other.catalogue.header().encoder.clone(), encoder.clone());
            return Err(EngineError::EncoderMismatch { what: "the other catalogue", found, expected });
        }
        std::mem::swap(&mut self.profile, &mut other.profile);
        *self = other;
        Ok(())
    }

    /// Puts another profile in the place of the present one.
    pub fn adopt(&mut self, profile: Profile) {
        self.profile = profile;
        self.forget_answers();
    }

    /// The profile.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Adds events, all or none.
    ///
    /// # Errors
    /// Names the first bad event or unknown item.
    pub fn record(&mut self, events: Vec<Event>) -> Result<(), EngineError> {
        for event in &events {
            self.find(&event.item)?;
            event.validate().map_err(predilect_core::ProfileError::from)?;
        }
        let (last, count) = (self.profile.events().last().map_or(0, |event| event.at), self.profile.events().len());
        let added = events.len();
        let late = events.iter().any(|event| event.at < last);
        for event in events {
            self.profile.record(event)?;
        }
        if late || self.profile.events().len() < count + added {
            self.choices.take();
        }
        Ok(())
    }

    /// Adds a text that the person wrote about their taste, with its vector from the encoder `fingerprint`. A weight below 0
    /// means "not this".
    ///
    /// # Errors
    /// Refuses a vector of another encoder or dimension, an empty text and a weight outside -1..=1.
    pub fn describe(
        &mut self,
        text: &str,
        vector: &[f32],
        fingerprint: &str,
        at: Millis,
        weight: f64,
    ) -> Result<(), EngineError> {
        let vector = self.vector(vector, fingerprint, "the text")?;
        self.choices.take();
        Ok(self.profile.describe(Typed { text: text.to_owned(), vector, weight, at })?)
    }

    /// Fields of items, none for an id that does not exist.
    ///
    /// # Errors
    /// Only if the stored fields are not JSON.
    pub fn items(&self, ids: &[String]) -> Result<Vec<Option<Box<RawValue>>>, EngineError> {
        let fields = |id: &String| self.catalogue.find(id).map(|item| self.catalogue.fields(item)).transpose();
        Ok(ids.iter().map(fields).collect::<Result<_, _>>()?)
    }

    /// How many stars, 1 to 5, the person would give items, judged by their ratings; nothing for an id that does not exist, or where
    /// the catalogue has not learned from ratings.
    pub fn predict_ratings(&self, ids: &[String]) -> Vec<Option<f64>> {
        let stars = Stars::of(&self.profile, &self.catalogue);
        ids.iter().map(|id| Some(stars.as_ref()?.predict(self.catalogue.find(id)?))).collect()
    }

    /// The weights of the ranking: those of the catalogue, times the factors of the person's choices if `personal`.
    fn weights(&self, personal: bool) -> Weights {
        let mut weights = self.catalogue.learned().map_or_else(Weights::default, |learned| learned.weights.clone());
        if personal {
            let mut choices = self.choices.borrow_mut();
            choices.learn(&self.profile, &self.catalogue, &weights, &self.taste_config);
            weights.0.iter_mut().zip(choices.factors()).for_each(|(weight, factor)| *weight *= factor);
        }
        weights
    }

    /// All that is known of the person, as of `now`.
    /// Names of interests are in the language of this code, or else in that of their items.
    pub fn profile_reply(&self, now: Millis, lang: Option<&str>) -> ProfileReply {
        let taste = self.taste(now);
        let ids = |items: &[ItemIdx]| items.iter().map(|&item| self.catalogue.id(item).to_owned()).collect();
        self.weights(true);
        let choices = self.choices.borrow();
        let factors = Signal::ALL.into_iter().map(Signal::name).zip(choices.factors().iter().copied());
        ProfileReply {
            events: self.profile.events().len(),
            interests: self.interest_replies(taste.interests.iter().chain(&taste.muted), lang),
            negatives: self.interest_replies(taste.negatives.iter(), lang),
            owned: ids(&taste.owned),
            dismissed: ids(&taste.dismissed),
            recent: self.profile.events().iter().rev().take(RECENT).cloned().collect(),
            factors: Entries(factors.filter(|(_, factor)| *factor != 1.0).collect()),
        }
    }

    fn interest_replies<'a>(
        &self,
        interests: impl Iterator<Item = &'a Interest> + Clone,
        lang: Option<&str>,
    ) -> Vec<InterestReply> {
        let weight = |interest: &Interest| if interest.tuned > 0.0 { interest.weight } else { 0.0 };
        let total = interests.clone().map(weight).sum::<f64>().max(f64::MIN_POSITIVE);
        let reply = |interest: &Interest| {
            let (kind, label, items) = match &interest.origin {
                Origin::Items(evidence) => ("items", self.catalogue.title(evidence[0].item), evidence.as_slice()),
                Origin::Typed(text) => ("typed", text.clone(), &[][..]),
            };
            let items: Vec<String> = items.iter().map(|e| self.catalogue.id(e.item).to_owned()).collect();
            let medoid = items.first().cloned();
            let (key, weight) = (interest.key.clone(), weight(interest) / total);
            let tuned = Some(interest.tuned).filter(|&tuned| tuned != 1.0);
            let (name, keywords) = self.interest_name(&interest.origin, lang);
            let name = name.unwrap_or_else(|| label.clone());
            InterestReply { key, name, keywords, label, kind, weight, tuned, medoid, items }
        };
        interests.map(reply).collect()
    }

    /// Forgets; afterwards all is as if it had never been.
    ///
    /// # Errors
    /// [`EngineError::UnknownInterest`] if no interest has that key.
    pub fn forget(&mut self, what: &Forget) -> Result<(), EngineError> {
        match what {
            Forget::Item(id) => self.profile.forget_items(|item| item == id),
            Forget::Before(at) => self.profile.forget_before(*at),
            Forget::All(true) => self.profile.clear(),
            Forget::All(false) => {
                return Err(EngineError::Request {
                    call: "forget",
                    what: "all is false; say true or leave it out".to_owned(),
                });
            }
            Forget::Interest(key) => self.forget_interest(key)?,
        }
        self.forget_answers();
        Ok(())
    }

    /// What is kept from list to list speaks of what was liked.
    // Once, not at every caller: each would carry the code that frees it.
    #[inline(never)]
    fn forget_answers(&mut self) {
        self.memory.take();
        self.gathered.take();
        self.choices.take();
    }

    fn forget_interest(&mut self, key: &str) -> Result<(), EngineError> {
        let medoid = key.strip_prefix("items:").and_then(|id| self.catalogue.find(id));
        // Against an event of a clock far ahead all else counts nothing; at the beginning of time nothing is old.
        let latest = self.profile.events().last().map_or(0, |event| event.at);
        for now in [latest, 0] {
            let taste = self.taste(now);
            let mut all = taste.interests.iter().chain(&taste.muted).chain(&taste.negatives);
            // The most central item can change as events age; the interest that holds it is still the one that is meant.
            let found =
                all.clone().find(|i| i.key == key).or_else(|| all.find(|i| medoid.is_some_and(|item| i.has(item))));
            match found.map(|interest| &interest.origin) {
                Some(Origin::Typed(text)) => self.profile.forget_typed(&text.clone()),
                Some(Origin::Items(evidence)) => {
                    let ids: Vec<String> = evidence.iter().map(|e| self.catalogue.id(e.item).to_owned()).collect();
                    self.profile.forget_items(|item| ids.iter().any(|id| id == item));
                }
                None => continue,
            }
            return Ok(());
        }
        Err(EngineError::UnknownInterest { key: key.to_owned() })
    }

    /// The profile as bytes.
    ///
    /// # Errors
    /// Only if a value cannot be written, which checked events exclude.
    pub fn snapshot(&self) -> Result<Vec<u8>, EngineError> {
        snapshot::write(&self.profile, &self.catalogue.header().encoder)
    }

    /// Replaces the profile by that of a snapshot.
    ///
    /// # Errors
    /// Says whether the bytes are damaged, of another version or of another encoder; the profile then stays as it was.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<(), EngineError> {
        let header = self.catalogue.header();
        let profile = snapshot::read(bytes, &header.encoder, header.dimension)?;
        self.adopt(profile);
        Ok(())
    }

    /// What the catalogue holds.
    pub fn info(&self) -> InfoReply<'_> {
        let header = self.catalogue.header();
        let mut info = InfoReply {
            name: &header.name,
            count: header.count,
            dimension: header.dimension,
            fingerprint: &header.encoder,
            checksum: &header.checksum,
            languages: Entries(Vec::new()),
            facets: Entries(Vec::new()),
            ranges: Entries(Vec::new()),
        };
        for (head, column) in self.catalogue.columns() {
            match column {
                Column::Label(labels) => {
                    let mut counts = labels.counts();
                    counts.truncate(FACET_LABELS);
                    if head.name == "lang" {
                        info.languages = Entries(counts.clone());
                    }
                    info.facets.0.push((&head.name, Entries(counts)));
                }
                Column::Number(values) => {
                    let known = values.iter().copied().filter(|v| !v.is_nan());
                    let (min, max) = known.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
                    info.ranges.0.push((&head.name, Range { min, max }));
                }
            }
        }
        info
    }

    fn taste(&self, now: Millis) -> Taste {
        let mut gathered = self.gathered.borrow_mut();
        fold(&mut gathered, &self.profile, &self.catalogue, &self.taste_config, now)
    }

    fn find(&self, id: &str) -> Result<ItemIdx, EngineError> {
        self.catalogue.find(id).ok_or_else(|| EngineError::UnknownItem {
            id: id.to_owned(),
            catalogue: self.catalogue.header().name.clone(),
        })
    }

    fn filter(&self, json: &Map<String, Value>) -> Result<Bitmap, EngineError> {
        Ok(Filter::parse(json, &self.catalogue)?.bitmap(&self.catalogue))
    }

    fn vector(&self, values: &[f32], fingerprint: &str, what: &'static str) -> Result<UnitVector, EngineError> {
        let header = self.catalogue.header();
        if fingerprint != header.encoder {
            let (found, expected) = (fingerprint.to_owned(), header.encoder.clone());
            return Err(EngineError::EncoderMismatch { what, found, expected });
        }
        let vector = UnitVector::new(values)?;
        if vector.dimension() != header.dimension {
            return Err(VectorError::Dimension { found: vector.dimension(), expected: header.dimension }.into());
        }
        Ok(vector)
    }

    fn reply_item(&self, item: ItemIdx, score: f64, reasons: Vec<Reason>) -> Result<ReplyItem, EngineError> {
        Ok(ReplyItem { id: self.catalogue.id(item).to_owned(), score, reasons, fields: self.catalogue.fields(item)? })
    }
}
