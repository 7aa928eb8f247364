//! What a person did to an item, and how much it says about their taste.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Milliseconds since 1970-01-01 UTC.
pub type Millis = i64;

/// Latest time an event may carry: the year 2255, the largest integer JavaScript holds exactly.
pub const MAX_TIME: Millis = 9_007_199_254_740_991;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EventKind {
    /// The item was on screen.
    View,
    /// The item was opened.
    Click,
    /// An explicit yes.
    Like,
    /// An explicit no.
    Dislike,
    /// Stars, 1 to 5 in `value`.
    Rating,
    /// Bought, or already owned.
    Purchase,
    /// Time spent, seconds in `value`.
    Dwell,
    /// Waved away: do not show again.
    Dismiss,
    /// How much the interest that the item belongs to is to count, 0 to 4 in `value`: 0 mutes it, 1 is as usual. Says nothing of the
    /// item itself.
    Tune,
}

impl EventKind {
    /// An opinion; the last one about an item replaces those before.
    pub fn is_explicit(self) -> bool {
        matches!(self, Self::Like | Self::Dislike | Self::Rating | Self::Purchase | Self::Dismiss)
    }

    /// Whether it goes last when a profile is full.
    pub fn is_lasting(self) -> bool {
        self.is_explicit() || self == Self::Tune
    }
}

/// One thing a person did to one item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// What happened.
    pub kind: EventKind,
    /// The caller's id of the item.
    pub item: String,
    /// When, in milliseconds since 1970.
    pub at: Millis,
    /// Stars (1 to 5) of a rating, seconds of a dwell, factor (0 to 4) of a tune; nothing else has a value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
}

/// Why an event is refused.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum EventError {
    /// A rating needs stars.
    #[error("rating of item \"{item}\": value is {found}, expected stars from 1 to 5")]
    Stars {
        /// The item.
        item: String,
        /// What came as value.
        found: String,
    },
    /// A dwell needs seconds.
    #[error("dwell on item \"{item}\": value is {found}, expected seconds from 0 to 86400")]
    Seconds {
        /// The item.
        item: String,
        /// What came as value.
        found: String,
    },
    /// A tune needs a factor.
    #[error("tune by item \"{item}\": value is {found}, expected a factor from 0 to 4")]
    Factor {
        /// The item.
        item: String,
        /// What came as value.
        found: String,
    },
    /// The time is negative or beyond [`MAX_TIME`].
    #[error("event on item \"{item}\": at is {at}, expected milliseconds since 1970")]
    Time {
        /// The item.
        item: String,
        /// What came as time.
        at: Millis,
    },
    /// Only ratings, dwells and tunes carry a value.
    #[error("event on item \"{item}\": only rating, dwell and tune have a value; leave it out")]
    Value {
        /// The item.
        item: String,
    },
}

impl Event {
    /// Checks value and time.
    ///
    /// # Errors
    /// Names the item and what was expected.
    pub fn validate(&self) -> Result<(), EventError> {
        let item = || self.item.clone();
        let found = || self.value.map_or_else(|| "missing".to_owned(), |v| v.to_string());
        match (self.kind, self.value) {
            (EventKind::Rating, Some(v)) if (1.0..=5.0).contains(&v) => {}
            (EventKind::Rating, _) => return Err(EventError::Stars { item: item(), found: found() }),
            (EventKind::Dwell, Some(v)) if (0.0..=86_400.0).contains(&v) => {}
            (EventKind::Dwell, _) => return Err(EventError::Seconds { item: item(), found: found() }),
            (EventKind::Tune, Some(v)) if (0.0..=4.0).contains(&v) => {}
            (EventKind::Tune, _) => return Err(EventError::Factor { item: item(), found: found() }),
            (_, Some(_)) => return Err(EventError::Value { item: item() }),
            (_, None) => {}
        }
        if !(0..=MAX_TIME).contains(&self.at) {
            return Err(EventError::Time { item: item(), at: self.at });
        }
        Ok(())
    }

    /// What the event says about taste, in -1..=1, before it ages.
    ///
    /// Stars are linear around 3; dwell grows with the logarithm of its seconds and reaches .5 at five minutes.
    pub fn weight(&self) -> f64 {
        match self.kind {
            EventKind::Purchase => 1.0,
            EventKind::Like => 0.8,
            EventKind::Rating => (self.value.unwrap_or(3.0) - 3.0) * 0.45,
            EventKind::Dwell => (0.5 * (self.value.unwrap_or(0.0) / 10.0).ln_1p() / 30.0_f64.ln_1p()).min(0.5),
            EventKind::Click => 0.3,
            EventKind::View => 0.1,
            EventKind::Tune => 0.0,
            EventKind::Dismiss => -0.6,
            EventKind::Dislike => -1.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(kind: EventKind, value: Option<f64>) -> Event {
        Event { kind, item: "a".into(), at: 0, value }
    }

    #[test]
    fn weights_keep_their_order() {
        use EventKind::*;
        let order = [
            event(Purchase, None),
            event(Rating, Some(5.0)),
            event(Like, None),
            event(Rating, Some(4.0)),
            event(Dwell, Some(100.0)),
            event(Click, None),
            event(View, None),
            event(Rating, Some(3.0)),
            event(Rating, Some(2.0)),
            event(Dismiss, None),
            event(Rating, Some(1.0)),
            event(Dislike, None),
        ];
        for pair in order.windows(2) {
            assert!(pair[0].weight() > pair[1].weight(), "{:?} before {:?}", pair[0].kind, pair[1].kind);
        }
    }

    #[test]
    fn values_are_checked() {
        for (kind, value, good) in [
            (EventKind::Rating, Some(5.0), true),
            (EventKind::Rating, Some(0.5), false),
            (EventKind::Rating, Some(f64::NAN), false),
            (EventKind::Rating, None, false),
            (EventKind::Dwell, Some(3.0), true),
            (EventKind::Dwell, Some(-1.0), false),
            (EventKind::Like, Some(1.0), false),
            (EventKind::Tune, Some(0.0), true),
            (EventKind::Tune, Some(4.5), false),
            (EventKind::Tune, None, false),
        ] {
            assert_eq!(event(kind, value).validate().is_ok(), good, "{kind:?} {value:?}");
        }
        assert!(Event { at: -1, ..event(EventKind::Like, None) }.validate().is_err());
    }
}
