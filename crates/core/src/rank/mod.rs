//! Ranking: a score for every candidate, as a sum of named parts: signals ([`Signal`]) times weights ([`Weights`]).

mod explore;
mod personal;
mod weights;

use explore::Arms;
pub use personal::{Choice, PersonalConfig, factors};
pub use weights::{SIGNALS, Signal, Signals, Weights};

use crate::candidates::{Candidate, age_days};
use crate::catalogue::{Catalogue, ItemIdx, LinkKind};
use crate::event::Millis;
use crate::focus::Focus;
use crate::order::{descending, reorder};
use crate::reason::{Cause, Reason, ReasonKind};
use crate::request::Request;
use crate::taste::{Facet, Interest, Origin, Taste};

/// How the signals are measured, and how much chance may add.
#[derive(Debug, Clone, PartialEq)]
pub struct RankConfig {
    /// Days after which an item is half as fresh, above 0.
    pub fresh_half_life_days: f64,
    /// Affinity to something rejected below which it does not count, 0..1.
    pub negative_from: f64,
    /// What chance adds at full exploration, at most.
    pub explore: f64,
    /// Strength of a taste at which it counts half.
    pub half_strength: f64,
    /// People at which events know an item half.
    pub half_support: f64,
    /// Items a person must have turned to for half the way from what everybody likes to what they like, where the catalogue
    /// does not say it.
    pub handoff: f64,
    /// Items that a typed interest counts for on that way.
    pub typed_acts: f64,
}

impl Default for RankConfig {
    fn default() -> Self {
        Self {
            fresh_half_life_days: 30.0,
            negative_from: 0.25,
            explore: 0.4,
            half_strength: 0.8,
            half_support: 10.0,
            handoff: 10.0,
            typed_acts: 20.0,
        }
    }
}

/// What a part of a score refers to: of the taste, of the focus of the list, or of the rules of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refers {
    Nothing,
    Interest(usize),
    Negative(usize),
    Session,
    Trail(LinkKind),
    Facet(Facet),
    Focus,
    FocusTrail(LinkKind),
    Begun(usize),
    Rule(usize),
    Request,
}

/// A part of a score, before it is worded.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    kind: ReasonKind,
    pub(crate) value: f64,
    refers: Refers,
}

impl Part {
    pub(crate) fn plain(kind: ReasonKind, value: f64) -> Self {
        Self::new(kind, value, Refers::Nothing)
    }

    pub(crate) fn new(kind: ReasonKind, value: f64, refers: Refers) -> Self {
        Self { kind, value, refers }
    }
}

/// A candidate with its score.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked {
    /// The item.
    pub item: ItemIdx,
    /// Sum of the parts.
    pub score: f64,
    /// The interest that fits best, by its place in the taste.
    pub interest: Option<usize>,
    /// What the score is made of; no part is 0.
    pub parts: Vec<Part>,
}

impl Ranked {
    pub(crate) fn new(item: ItemIdx, parts: impl IntoIterator<Item = Part>) -> Self {
        let mut ranked = Self { item, score: 0.0, interest: None, parts: Vec::new() };
        parts.into_iter().for_each(|part| ranked.add(part));
        ranked
    }

    pub(crate) fn add(&mut self, part: Part) {
        if part.value != 0.0 {
            self.score += part.value;
            self.parts.push(part);
        }
    }
}

/// What the moment brings: time, chance and how much of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment<'a> {
    /// Milliseconds since 1970.
    pub now: Millis,
    /// Equal seeds give equal lists.
    pub seed: u64,
    /// How much chance may decide, 0..=1.
    pub explore: f64,
    /// Items that the person took of those they saw, for chance to know what is worth trying.
    pub taken: &'a [ItemIdx],
    /// Items that they saw and passed over.
    pub passed: &'a [ItemIdx],
}

/// Scores all candidates, best first; equal scores as they came.
pub fn rank(
    candidates: &[Candidate],
    taste: &Taste,
    catalogue: &Catalogue,
    weights: &Weights,
    config: &RankConfig,
    moment: Moment<'_>,
) -> Vec<Ranked> {
    let gauge = Gauge::new(taste, catalogue, config, moment.now);
    let read = |item: ItemIdx| gauge.read(item).ranked(item, weights);
    let mut scored: Vec<Ranked> = candidates.iter().map(|candidate| read(candidate.item)).collect();
    let most = config.explore * moment.explore;
    if most > 0.0 {
        let mut arms = Arms::default();
        moment.taken.iter().for_each(|&item| arms.count(&read(item), true));
        moment.passed.iter().for_each(|&item| arms.count(&read(item), false));
        for ranked in &mut scored {
            let rate = arms.rate(ranked, moment.seed);
            ranked.add(Part::plain(ReasonKind::Explore, most * rate));
        }
    }
    best_first(scored)
}

/// Sorts by score; equal scores stay as they came.
#[inline(never)]
pub(crate) fn best_first(scored: Vec<Ranked>) -> Vec<Ranked> {
    let order = descending(scored.iter().map(|ranked| ranked.score));
    reorder(scored, &order)
}

/// Measures the signals of items for one taste.
pub struct Gauge<'a> {
    taste: &'a Taste,
    catalogue: &'a Catalogue,
    config: &'a RankConfig,
    now: Millis,
    /// How clear the taste is, 0 for nothing known, towards 1.
    clarity: f64,
    strongest: f64,
    /// How far the person is known by what they turned to, 0 for not at all, towards 1.
    settled: f64,
}

/// The signals of an item and what they refer to.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The signals.
    pub signals: Signals,
    interest: Option<usize>,
    typed: bool,
    negative: usize,
    facet: Option<Facet>,
}

impl Reading {
    /// Sums signals times weights. A part that comes from two signals of one cause is one part.
    fn ranked(&self, item: ItemIdx, weights: &Weights) -> Ranked {
        let mut ranked = Ranked { item, score: 0.0, interest: self.interest, parts: Vec::with_capacity(6) };
        let value = |signal: Signal| weights.of(signal) * self.signals[signal as usize];
        let interest = if self.typed { ReasonKind::Typed } else { ReasonKind::Interest };
        let refers = self.interest.map_or(Refers::Nothing, Refers::Interest);
        for (kind, refers, value) in [
            (interest, refers, value(Signal::Interest) + value(Signal::KnownInterest)),
            (ReasonKind::Session, Refers::Session, value(Signal::Session)),
            (ReasonKind::Neighbour, Refers::Trail(LinkKind::Next), value(Signal::Neighbour)),
            (ReasonKind::Together, Refers::Trail(LinkKind::Together), value(Signal::Together)),
            (ReasonKind::Alike, Refers::Trail(LinkKind::Alike), value(Signal::Alike)),
            (
                ReasonKind::Facet,
                self.facet.map_or(Refers::Nothing, Refers::Facet),
                value(Signal::Facet) + value(Signal::RecentFacet),
            ),
            (ReasonKind::Popular, Refers::Nothing, value(Signal::Popular)),
            (ReasonKind::Trend, Refers::Nothing, value(Signal::Trend)),
            (ReasonKind::Fresh, Refers::Nothing, value(Signal::Fresh)),
            (ReasonKind::Negative, Refers::Negative(self.negative), value(Signal::Negative)),
            (ReasonKind::Seen, Refers::Nothing, value(Signal::Seen)),
        ] {
            ranked.add(Part { kind, value, refers });
        }
        ranked
    }
}

impl<'a> Gauge<'a> {
    /// Gets ready for a taste.
    pub fn new(taste: &'a Taste, catalogue: &'a Catalogue, config: &'a RankConfig, now: Millis) -> Self {
        let clarity = taste.strength / (taste.strength + config.half_strength);
        let strongest = taste.interests.first().map_or(1.0, |interest| interest.weight);
        let handoff = catalogue.learned().map_or(config.handoff, |learned| learned.handoff);
        // Who says in words what they like has said as much as by some items.
        let typed = taste.interests.iter().filter(|interest| matches!(interest.origin, Origin::Typed(_))).count();
        let acts = (taste.trail.length() as f64 + config.typed_acts * typed as f64) / handoff;
        let settled = 1.0 - 1.0 / (1.0 + acts.powi(3));
        Self { taste, catalogue, config, now, clarity, strongest, settled }
    }

    /// The signals of an item.
    pub fn read(&self, item: ItemIdx) -> Reading {
        let (interest, affinity) = self.interest(item);
        let (negative, rejected) = self.negative(item);
        let support = self.catalogue.support(item);
        let known = support / (support + self.config.half_support);
        let trail = |kind| self.taste.trail.closeness(kind, item);
        let session = self.taste.session.as_ref().map_or(0.0, |session| self.affinity(session, item));
        let (facets, facet) = self.taste.facets.read(self.catalogue, item);
        let (recent_facets, recent_facet) = self.taste.recent_facets.read(self.catalogue, item);
        // In the order of the signals.
        let signals = [
            affinity,
            affinity * known,
            session * self.clarity,
            trail(LinkKind::Next) * self.settled,
            trail(LinkKind::Together) * (1.0 - self.settled),
            trail(LinkKind::Alike),
            facets,
            recent_facets,
            self.catalogue.share(item) * (1.0 - self.settled),
            self.catalogue.trend(item),
            self.fresh(item),
            rejected,
            f64::from(self.taste.times_seen(item)).ln_1p(),
        ];
        let typed = interest.is_some_and(|i| matches!(self.taste.interests[i].origin, Origin::Typed(_)));
        Reading { signals, interest, typed, negative, facet: facet.or(recent_facet) }
    }

    fn affinity(&self, interest: &Interest, item: ItemIdx) -> f64 {
        self.catalogue.affinity(self.catalogue.similarity(&interest.query, item)).max(0.0)
    }

    /// The one interest that fits best, so that a reason has one cause.
    fn interest(&self, item: ItemIdx) -> (Option<usize>, f64) {
        let mut best = (None, 0.0);
        for (i, interest) in self.taste.interests.iter().enumerate() {
            // A weak interest counts at least half, or the strongest would take the whole list.
            let share = 0.5 + 0.5 * interest.weight / self.strongest;
            let value = self.clarity * share * self.affinity(interest, item);
            if value > best.1 {
                best = (Some(i), value);
            }
        }
        best
    }

    fn negative(&self, item: ItemIdx) -> (usize, f64) {
        let from = self.config.negative_from;
        let mut worst = (0, 0.0);
        for (i, negative) in self.taste.negatives.iter().enumerate() {
            let near = (self.affinity(negative, item) - from).max(0.0) / (1.0 - from);
            let value = negative.weight.min(1.0) * near;
            if value > worst.1 {
                worst = (i, value);
            }
        }
        worst
    }

    fn fresh(&self, item: ItemIdx) -> f64 {
        let Some(age) = age_days(self.catalogue, item, self.now) else { return 0.0 };
        let fresh = (-age / self.config.fresh_half_life_days).exp2();
        // Below this it would only clutter the reasons.
        if fresh < 0.02 { 0.0 } else { fresh }
    }
}

/// What parts of scores refer to.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Of the person.
    pub taste: &'a Taste,
    /// Of the items.
    pub catalogue: &'a Catalogue,
    /// What the list is about, if it is about some items.
    pub focus: Option<&'a Focus>,
    /// What the person began, see [`begun`](crate::surface::begun).
    pub begun: &'a [(ItemIdx, Cause)],
    /// Names of the page's rules.
    pub rules: &'a [&'a str],
    /// What was asked for in words.
    pub request: Option<&'a Request>,
}

/// Words the parts of a score as reasons with their causes, the largest first. They sum to the score.
pub fn explain(ranked: &Ranked, context: &Context<'_>) -> Vec<Reason> {
    let order = descending(ranked.parts.iter().map(|part| part.value.abs()));
    order.into_iter().map(|i| reason(&ranked.parts[i], ranked.item, context)).collect()
}

fn reason(part: &Part, item: ItemIdx, context: &Context<'_>) -> Reason {
    let Context { taste, catalogue, focus, begun, rules, request } = context;
    let mut reason = Reason::plain(part.kind, part.value);
    let name = |item: ItemIdx| catalogue.id(item).to_owned();
    let mut interest = None;
    match part.refers {
        Refers::Nothing => {}
        Refers::Interest(i) => interest = taste.interests.get(i),
        Refers::Negative(i) => interest = taste.negatives.get(i),
        Refers::Session => interest = taste.session.as_ref(),
        Refers::Trail(kind) => reason.event = taste.trail.cause(kind, item).cloned(),
        Refers::Facet(facet) => reason.text = catalogue.label(facet.column, facet.label),
        Refers::Focus => reason.item = focus.and_then(|focus| focus.nearest(item, catalogue)).map(name),
        Refers::FocusTrail(kind) => reason.item = focus.and_then(|focus| focus.trail.origin(kind, item)).map(name),
        Refers::Begun(i) => reason.event = begun.get(i).map(|(_, cause)| cause.clone()),
        Refers::Request => reason.text = request.map(|request| request.text.clone()),
        Refers::Rule(i) => reason.rule = rules.get(i).map(|&name| name.to_owned()),
    }
    if let Some(interest) = interest {
        reason.event = interest.cause(catalogue, item).map(|evidence| evidence.cause.clone());
        if let Origin::Typed(text) = &interest.origin {
            reason.text = Some(text.clone());
        }
        if part.refers != Refers::Session {
            reason.interest = Some(interest.key.clone());
        }
    }
    reason
}
