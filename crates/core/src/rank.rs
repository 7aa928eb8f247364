//! Ranking: a score for every candidate, as a sum of named parts.

use crate::candidates::{Candidate, age_days, chance};
use crate::catalogue::{Catalogue, ItemIdx};
use crate::event::Millis;
use crate::order::{descending, reorder};
use crate::reason::{Reason, ReasonKind};
use crate::taste::{Interest, Origin, Taste};

/// Weights of the parts. All are at least 0; a part is 0 when its weight is.
#[derive(Debug, Clone, PartialEq)]
pub struct RankConfig {
    /// Of the best matching interest.
    pub interest: f64,
    /// Of the session.
    pub session: f64,
    /// Of popularity for someone about whom nothing is known.
    pub popular: f64,
    /// Share of `popular` that goes away as the taste gets clear, 0..=1.
    pub popular_fades: f64,
    /// Of a brand-new item.
    pub fresh: f64,
    /// Days after which an item is half as fresh, above 0.
    pub fresh_half_life_days: f64,
    /// Of closeness to what was rejected.
    pub negative: f64,
    /// Affinity to something rejected below which it does not count, 0..1.
    pub negative_from: f64,
    /// Of the logarithm of how often an item was shown without an opinion.
    pub seen: f64,
    /// Of chance, at full exploration.
    pub explore: f64,
    /// Strength of a taste at which it counts half.
    pub half_strength: f64,
}

impl Default for RankConfig {
    fn default() -> Self {
        Self {
            interest: 1.0,
            session: 0.2,
            popular: 0.15,
            popular_fades: 0.5,
            fresh: 0.06,
            fresh_half_life_days: 30.0,
            negative: 0.7,
            negative_from: 0.25,
            seen: 0.04,
            explore: 0.4,
            half_strength: 0.8,
        }
    }
}

/// Which part of a taste a part of a score refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refers {
    Nothing,
    Interest(usize),
    Negative(usize),
    Session,
}

/// A part of a score, before it is worded.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    kind: ReasonKind,
    value: f64,
    refers: Refers,
}

impl Part {
    pub(crate) fn plain(kind: ReasonKind, value: f64) -> Self {
        Self { kind, value, refers: Refers::Nothing }
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
    pub(crate) fn add(&mut self, part: Part) {
        if part.value != 0.0 {
            self.score += part.value;
            self.parts.push(part);
        }
    }
}

/// What the moment brings: time, chance and how much of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    /// Milliseconds since 1970.
    pub now: Millis,
    /// Equal seeds give equal lists.
    pub seed: u64,
    /// How much chance may decide, 0..=1.
    pub explore: f64,
}

/// Scores all candidates, best first; equal scores as they came.
pub fn rank(
    candidates: &[Candidate],
    taste: &Taste,
    catalogue: &Catalogue,
    config: &RankConfig,
    moment: Moment,
) -> Vec<Ranked> {
    let scorer = Scorer::new(taste, catalogue, config, moment);
    let scored: Vec<Ranked> = candidates.iter().map(|candidate| scorer.score(candidate.item)).collect();
    let order = descending(scored.iter().map(|ranked| ranked.score));
    reorder(scored, &order)
}

struct Scorer<'a> {
    taste: &'a Taste,
    catalogue: &'a Catalogue,
    config: &'a RankConfig,
    moment: Moment,
    /// How clear the taste is, 0 for nothing known, towards 1.
    clarity: f64,
    strongest: f64,
}

impl<'a> Scorer<'a> {
    fn new(taste: &'a Taste, catalogue: &'a Catalogue, config: &'a RankConfig, moment: Moment) -> Self {
        let clarity = taste.strength / (taste.strength + config.half_strength);
        let strongest = taste.interests.first().map_or(1.0, |interest| interest.weight);
        Self { taste, catalogue, config, moment, clarity, strongest }
    }

    fn affinity(&self, interest: &Interest, item: ItemIdx) -> f64 {
        self.catalogue.affinity(self.catalogue.similarity(&interest.query, item)).max(0.0)
    }

    fn score(&self, item: ItemIdx) -> Ranked {
        let mut ranked = Ranked { item, score: 0.0, interest: None, parts: Vec::with_capacity(6) };
        self.positive(&mut ranked);
        self.negative(&mut ranked);
        let popular = self.config.popular * (1.0 - self.config.popular_fades * self.clarity);
        ranked.add(Part::plain(ReasonKind::Popular, popular * self.catalogue.popularity(item)));
        if let Some(age) = age_days(self.catalogue, item, self.moment.now) {
            let fresh = self.config.fresh * (-age / self.config.fresh_half_life_days).exp2();
            // Below a thousandth it would only clutter the reasons.
            ranked.add(Part::plain(ReasonKind::Fresh, if fresh < 0.001 { 0.0 } else { fresh }));
        }
        let times = f64::from(self.taste.times_seen(item));
        ranked.add(Part::plain(ReasonKind::Seen, -self.config.seen * times.ln_1p()));
        let luck = self.config.explore * self.moment.explore * chance(self.moment.seed, u64::from(item.0));
        ranked.add(Part::plain(ReasonKind::Explore, luck));
        ranked
    }

    /// The one interest that fits best, so that a reason has one cause; and the session.
    fn positive(&self, ranked: &mut Ranked) {
        let mut best = 0.0;
        for (i, interest) in self.taste.interests.iter().enumerate() {
            // A weak interest counts at least half, or the strongest would take the whole list.
            let share = 0.5 + 0.5 * interest.weight / self.strongest;
            let value = self.config.interest * self.clarity * share * self.affinity(interest, ranked.item);
            if value > best {
                best = value;
                ranked.interest = Some(i);
            }
        }
        if let Some(i) = ranked.interest {
            let kind = match self.taste.interests[i].origin {
                Origin::Items(_) => ReasonKind::Interest,
                Origin::Typed(_) => ReasonKind::Typed,
            };
            ranked.add(Part { kind, value: best, refers: Refers::Interest(i) });
        }
        if let Some(session) = &self.taste.session {
            let value = self.config.session * self.clarity * self.affinity(session, ranked.item);
            ranked.add(Part { kind: ReasonKind::Session, value, refers: Refers::Session });
        }
    }

    fn negative(&self, ranked: &mut Ranked) {
        let from = self.config.negative_from;
        let mut worst = (0.0, 0);
        for (i, negative) in self.taste.negatives.iter().enumerate() {
            let near = (self.affinity(negative, ranked.item) - from).max(0.0) / (1.0 - from);
            let value = negative.weight.min(1.0) * near;
            if value > worst.0 {
                worst = (value, i);
            }
        }
        let part = Part {
            kind: ReasonKind::Negative,
            value: -self.config.negative * worst.0,
            refers: Refers::Negative(worst.1),
        };
        ranked.add(part);
    }
}

/// Words the parts of a score as reasons with their causes, the largest first. They sum to the score.
pub fn explain(ranked: &Ranked, taste: &Taste, catalogue: &Catalogue) -> Vec<Reason> {
    let order = descending(ranked.parts.iter().map(|part| part.value.abs()));
    order.into_iter().map(|i| reason(&ranked.parts[i], ranked.item, taste, catalogue)).collect()
}

fn reason(part: &Part, item: ItemIdx, taste: &Taste, catalogue: &Catalogue) -> Reason {
    let mut reason = Reason::plain(part.kind, part.value);
    let interest = match part.refers {
        Refers::Nothing => None,
        Refers::Interest(i) => taste.interests.get(i),
        Refers::Negative(i) => taste.negatives.get(i),
        Refers::Session => taste.session.as_ref(),
    };
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
