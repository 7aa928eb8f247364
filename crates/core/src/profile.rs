//! The profile: what one person did and wrote, as it happened. Everything else is folded from it, so that forgetting an
//! event equals never having seen it.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::event::{Event, EventError, MAX_TIME, Millis};
use crate::vector::UnitVector;

/// Events that are kept; beyond that the oldest go, views and clicks before opinions.
pub const MAX_EVENTS: usize = 10_000;
/// Typed texts that are kept; beyond that the oldest goes.
pub const MAX_TYPED: usize = 100;
/// Characters of a typed text that are kept for display.
const MAX_TEXT_CHARS: usize = 500;

/// A text a person wrote about their taste, and its vector.
#[derive(Debug, Clone, PartialEq)]
pub struct Typed {
    /// The text, at most 500 characters.
    pub text: String,
    /// Its vector, from the encoder of the catalogue.
    pub vector: UnitVector,
    /// How much it counts, -1 (not this) to 1.
    pub weight: f64,
    /// When it was written.
    pub at: Millis,
}

/// What is to be forgotten.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Forget {
    /// Every event about one item.
    Item(String),
    /// One interest, by the key that the profile shows.
    Interest(String),
    /// Everything before a time.
    Before(Millis),
    /// Everything, if true.
    All(bool),
}

/// Why something cannot enter a profile.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ProfileError {
    /// A bad event.
    #[error(transparent)]
    Event(#[from] EventError),
    /// A bad typed interest.
    #[error("typed interest: {what}")]
    Typed {
        /// What is wrong.
        what: String,
    },
}

/// What one person did and wrote, in order of time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Profile {
    events: Vec<Event>,
    typed: Vec<Typed>,
}

impl Profile {
    /// The events, oldest first; equal times in the order they came.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// The typed texts, oldest first.
    pub fn typed(&self) -> &[Typed] {
        &self.typed
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty() && self.typed.is_empty()
    }

    /// The latest events, at most `limit`, before the one at a place, and what was written before it.
    pub fn before(&self, place: usize, limit: usize) -> Self {
        let until = self.events.get(place).map_or(MAX_TIME, |event| event.at);
        let typed = self.typed.iter().take_while(|typed| typed.at < until).cloned().collect();
        let place = place.min(self.events.len());
        Self { events: self.events[place.saturating_sub(limit)..place].to_vec(), typed }
    }

    /// Adds an event.
    ///
    /// # Errors
    /// Refuses an event whose value or time does not fit its kind; the profile stays as it was.
    pub fn record(&mut self, event: Event) -> Result<(), ProfileError> {
        event.validate()?;
        let at = self.events.partition_point(|other| other.at <= event.at);
        self.events.insert(at, event);
        if self.events.len() > MAX_EVENTS {
            let weakest = self.events.iter().position(|event| !event.kind.is_lasting()).unwrap_or(0);
            self.events.remove(weakest);
        }
        Ok(())
    }

    /// Adds a typed text; the same text again replaces the earlier one.
    ///
    /// # Errors
    /// Refuses an empty text, a weight outside -1..=1 and an impossible time.
    pub fn describe(&mut self, typed: Typed) -> Result<(), ProfileError> {
        let refuse = |what: &str| ProfileError::Typed { what: what.to_owned() };
        let text: String = typed.text.trim().chars().take(MAX_TEXT_CHARS).collect();
        let text = text.trim_end().to_owned();
        if text.is_empty() {
            return Err(refuse("text is empty; write what you like"));
        }
        if !(-1.0..=1.0).contains(&typed.weight) {
            return Err(refuse("weight is outside -1..1"));
        }
        if !(0..=MAX_TIME).contains(&typed.at) {
            return Err(refuse("at is not milliseconds since 1970"));
        }
        self.typed.retain(|other| other.text != text);
        let at = self.typed.partition_point(|other| other.at <= typed.at);
        self.typed.insert(at, Typed { text, ..typed });
        if self.typed.len() > MAX_TYPED {
            self.typed.remove(0);
        }
        Ok(())
    }

    /// Removes every event about the items for which `is` holds.
    pub fn forget_items(&mut self, is: impl Fn(&str) -> bool) {
        self.events.retain(|event| !is(&event.item));
    }

    /// Removes a typed text.
    pub fn forget_typed(&mut self, text: &str) {
        self.typed.retain(|typed| typed.text != text);
    }

    /// Removes everything before a time.
    pub fn forget_before(&mut self, at: Millis) {
        self.events.retain(|event| event.at >= at);
        self.typed.retain(|typed| typed.at >= at);
    }

    /// Removes everything.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::EventKind;

    fn event(kind: EventKind, item: &str, at: Millis) -> Event {
        Event { kind, item: item.into(), at, value: None }
    }

    #[test]
    fn events_stay_in_order_of_time() {
        let mut profile = Profile::default();
        for at in [5, 1, 3, 3] {
            profile.record(event(EventKind::Like, "a", at)).unwrap();
        }
        assert_eq!(profile.events().iter().map(|e| e.at).collect::<Vec<_>>(), [1, 3, 3, 5]);
    }

    #[test]
    fn full_profile_keeps_opinions() {
        let mut profile = Profile::default();
        profile.record(event(EventKind::Purchase, "kept", 0)).unwrap();
        for at in 1..=MAX_EVENTS as i64 {
            profile.record(event(EventKind::View, "a", at)).unwrap();
        }
        assert_eq!(profile.events().len(), MAX_EVENTS);
        assert_eq!(profile.events()[0].item, "kept");
    }

    #[test]
    fn typed_texts_are_checked() {
        let typed =
            |text: &str, weight| Typed { text: text.into(), vector: UnitVector::new(&[1.0]).unwrap(), weight, at: 1 };
        let mut profile = Profile::default();
        assert!(profile.describe(typed("  ", 1.0)).is_err());
        assert!(profile.describe(typed("tea", f64::NAN)).is_err());
        profile.describe(typed("tea", 1.0)).unwrap();
        profile.describe(typed(" tea ", -1.0)).unwrap();
        assert_eq!((profile.typed().len(), profile.typed()[0].weight), (1, -1.0));
    }
}
