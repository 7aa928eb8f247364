//! The weights of the ranking, one a signal.

use serde::{Deserialize, Serialize};

/// What the ranking looks at. Scores are sums of signal times weight, so that each has a named part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Affinity to the interest that fits best, times how clear the taste is.
    Interest,
    /// The same, times how well events know the item: below 0, so that content counts less where behaviour is known.
    KnownInterest,
    /// Affinity to the session, times how clear the taste is.
    Session,
    /// How strongly the trail leads there next, times how far the person is known.
    Neighbour,
    /// How much likelier than for everybody it is for people who turned to the same items, times how little the person is
    /// known.
    Together,
    /// How much it says what the items say that the person thought well of.
    Alike,
    /// How much more than others the person turns to its labels.
    Facet,
    /// The same, of late.
    RecentFacet,
    /// Popularity, times how little the person is known.
    Popular,
    /// Recent popularity.
    Trend,
    /// Freshness.
    Fresh,
    /// Closeness to what was rejected.
    Negative,
    /// Logarithm of how often it was shown without an opinion.
    Seen,
}

/// Number of signals.
pub const SIGNALS: usize = 13;

/// A number for each signal.
pub type Signals = [f64; SIGNALS];

impl Signal {
    /// Its name in options and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Interest => "interest",
            Self::KnownInterest => "known-interest",
            Self::Session => "session",
            Self::Neighbour => "neighbour",
            Self::Together => "together",
            Self::Alike => "alike",
            Self::Facet => "facet",
            Self::RecentFacet => "recent-facet",
            Self::Popular => "popular",
            Self::Trend => "trend",
            Self::Fresh => "fresh",
            Self::Negative => "negative",
            Self::Seen => "seen",
        }
    }

    /// Whether its weight may be learned. What a person rejected or passed over goes down whatever others do: a promise, no
    /// statistic.
    pub fn is_learned(self) -> bool {
        !matches!(self, Self::Negative | Self::Seen)
    }

    /// All, in the order of [`Signals`].
    pub const ALL: [Self; SIGNALS] = [
        Self::Interest,
        Self::KnownInterest,
        Self::Session,
        Self::Neighbour,
        Self::Together,
        Self::Alike,
        Self::Facet,
        Self::RecentFacet,
        Self::Popular,
        Self::Trend,
        Self::Fresh,
        Self::Negative,
        Self::Seen,
    ];
}

/// How much each signal counts, in the order of [`Signal::ALL`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Weights(pub Signals);

impl Default for Weights {
    fn default() -> Self {
        let weight = |signal| match signal {
            Signal::Interest => 1.0,
            Signal::KnownInterest => 0.0,
            Signal::Session => 0.2,
            Signal::Neighbour => 1.0,
            Signal::Together => 1.0,
            Signal::Alike => 2.0,
            Signal::Facet => 0.1,
            Signal::RecentFacet => 0.05,
            Signal::Popular => 0.15,
            Signal::Trend => 0.0,
            Signal::Fresh => 0.06,
            Signal::Negative => -0.7,
            Signal::Seen => -0.04,
        };
        Self(Signal::ALL.map(weight))
    }
}

impl Weights {
    /// The weights of a catalogue that has learned from events, where none were trained. Popularity and links are then shares of
    /// people, and count several times as much as they measure.
    pub fn for_events() -> Self {
        let mut weights = Self::default();
        for signal in [Signal::Neighbour, Signal::Together, Signal::Popular] {
            weights.set(signal, 10.0);
        }
        // Scores are larger by as much, and what was passed over has to give way to something else.
        weights.set(Signal::Seen, -1.0);
        weights
    }

    /// Changes the weight of a signal.
    pub fn set(&mut self, signal: Signal, weight: f64) {
        self.0[signal as usize] = weight;
    }

    /// The weight of a signal.
    pub fn of(&self, signal: Signal) -> f64 {
        self.0[signal as usize]
    }

    /// Whether all are numbers.
    pub fn is_finite(&self) -> bool {
        self.0.iter().all(|weight| weight.is_finite())
    }
}
