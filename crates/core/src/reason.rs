//! Reasons: the parts of a score and what caused them.

use serde::Serialize;

use crate::event::{Event, EventKind, Millis};

/// Where a part of a score comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ReasonKind {
    /// Close to items the person liked.
    Interest,
    /// Close to a text the person wrote.
    Typed,
    /// Close to what the person looks at right now.
    Session,
    /// People who turned to what the person turned to went on to this.
    Neighbour,
    /// People who turned to what the person turned to also turned to this.
    Together,
    /// Says much the same as what the person turned to.
    Alike,
    /// Has a label that the person turns to more than others do (below 0: less); `text` is the label.
    Facet,
    /// Liked by many.
    Popular,
    /// Turned to by many lately.
    Trend,
    /// New.
    Fresh,
    /// Close to something the person rejected.
    Negative,
    /// Shown before without an opinion.
    Seen,
    /// Close to what stands above it in the list, or its interest has had its share.
    Diversity,
    /// Chance, to find out about new tastes.
    Explore,
    /// Close to what the list is about.
    Similar,
    /// Begun and not finished.
    Continue,
    /// Its labels are fewer in the list than among what the person likes.
    Calibration,
    /// The page pins, boosts or buries it.
    Rule,
    /// Close to the text searched for.
    Match,
    /// Has words of the text searched for.
    Words,
    /// Fits the request in words that came with the call; `text` is that request.
    Request,
}

/// The event behind a reason.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cause {
    /// What happened.
    pub kind: EventKind,
    /// To which item.
    pub item: String,
    /// When.
    pub at: Millis,
}

impl From<&Event> for Cause {
    fn from(event: &Event) -> Self {
        Self { kind: event.kind, item: event.item.clone(), at: event.at }
    }
}

/// A part of a score. The parts of an item sum to its score.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reason {
    /// Where it comes from.
    pub kind: ReasonKind,
    /// How much it adds.
    pub part: f64,
    /// The event that caused it most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<Cause>,
    /// The item that the list is about and that leads here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// The text that caused it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Key of the interest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interest: Option<String>,
    /// Name of the rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
}

impl Reason {
    /// A part without a cause of its own.
    pub fn plain(kind: ReasonKind, part: f64) -> Self {
        Self { kind, part, event: None, item: None, text: None, interest: None, rule: None }
    }
}
