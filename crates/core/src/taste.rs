//! The taste of a person: a profile folded over a catalogue.
//!
//! Per item, the last opinion (like, rating, purchase, ...) counts in full and what was merely looked at adds up to a limit;
//! all of it halves with every half-life. Items with a positive sum are gathered, oldest first, into interests: an item
//! joins the interest whose centre it is closest to, or starts one. What a person typed is an interest of its own.

use crate::catalogue::{Catalogue, ItemIdx};
use crate::event::{Event, EventKind, Millis};
use crate::order::{ascending, descending, pair, reorder, second};
use crate::profile::Profile;
use crate::reason::Cause;
use crate::trail::Trail;
use crate::vector::{Query, dot_f32};

/// How a profile is folded.
#[derive(Debug, Clone, PartialEq)]
pub struct TasteConfig {
    /// Days after which an event counts half, above 0.
    pub half_life_days: f64,
    /// Interests that are kept apart, at least 1.
    pub max_interests: usize,
    /// Affinity to the centre of an interest from which an item joins it, 0..=1.
    pub join_affinity: f64,
    /// Items that are folded; the ones that count least are left out beyond that, a hundred or so at a time.
    pub max_items: usize,
    /// Minutes that a session looks back.
    pub session_minutes: i64,
    /// Items of a session, the latest ones.
    pub session_items: usize,
    /// What views, clicks and dwells of one item can add up to.
    pub implicit_limit: f64,
}

impl Default for TasteConfig {
    fn default() -> Self {
        Self {
            half_life_days: 30.0,
            max_interests: 8,
            join_affinity: 0.3,
            max_items: 1000,
            session_minutes: 30,
            session_items: 5,
            implicit_limit: 0.5,
        }
    }
}

/// An item that speaks for or against something.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// The item.
    pub item: ItemIdx,
    /// How much, above 0.
    pub weight: f64,
    /// The event that says it most.
    pub cause: Cause,
}

/// What an interest or a dislike is made of.
#[derive(Debug, Clone, PartialEq)]
pub enum Origin {
    /// Items, the one closest to the centre first.
    Items(Vec<Evidence>),
    /// A typed text.
    Typed(String),
}

/// Something a person likes (or does not), as a direction.
#[derive(Debug, Clone, PartialEq)]
pub struct Interest {
    /// Names the interest as long as its medoid stays the same.
    pub key: String,
    /// How much it counts, above 0.
    pub weight: f64,
    /// Its direction.
    pub query: Query,
    /// What it is made of.
    pub origin: Origin,
}

impl Interest {
    /// Whether the interest is made of `item`.
    pub fn has(&self, item: ItemIdx) -> bool {
        matches!(&self.origin, Origin::Items(evidence) if evidence.iter().any(|e| e.item == item))
    }

    /// Of its items, the one that speaks most for `item`: close to it and of weight.
    pub fn cause(&self, catalogue: &Catalogue, item: ItemIdx) -> Option<&Evidence> {
        let Origin::Items(evidence) = &self.origin else { return None };
        let query = catalogue.query(item);
        let mut best: Option<(&Evidence, f64)> = None;
        for e in evidence {
            // No item is closer than itself: what weighs too little need not be compared.
            let most = e.weight.sqrt();
            if best.is_none_or(|(_, other)| most > other) {
                let pull = most * catalogue.affinity(catalogue.similarity(&query, e.item)).max(0.0);
                if best.is_none_or(|(_, other)| pull > other) {
                    best = Some((e, pull));
                }
            }
        }
        best.map(|(e, _)| e)
    }
}

/// What is known of a person, ready to rank with.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Taste {
    /// Positive interests, strongest first.
    pub interests: Vec<Interest>,
    /// What to keep away from, strongest first.
    pub negatives: Vec<Interest>,
    /// What the person looks at right now.
    pub session: Option<Interest>,
    /// The latest steps and what lies close to them.
    pub trail: Trail,
    /// Sum of the weights of all interests.
    pub strength: f64,
    /// Items about which the person has said something; not recommended again unless asked.
    pub known: Vec<ItemIdx>,
    /// Bought items, oldest first.
    pub owned: Vec<ItemIdx>,
    /// Rejected items, oldest first.
    pub dismissed: Vec<ItemIdx>,
    /// Items that were viewed or opened, with how often, in ascending order of rows.
    pub seen: Vec<(ItemIdx, u32)>,
}

impl Taste {
    /// How often an item was viewed or opened.
    pub fn times_seen(&self, item: ItemIdx) -> u32 {
        self.seen.binary_search_by_key(&item, |(seen, _)| *seen).map_or(0, |at| self.seen[at].1)
    }
}

/// What the events say about one item.
struct Opinion<'a> {
    item: ItemIdx,
    seen: u32,
    explicit: Option<(&'a Event, f64)>,
    implicit: f64,
    strongest_implicit: Option<(&'a Event, f64)>,
    owned: bool,
}

/// Milliseconds of an hour.
const HOUR: Millis = 3_600_000;

/// Items that are left out together once there are too many.
const STEP: usize = 128;

/// Negatives that are looked at when ranking.
const MAX_NEGATIVES: usize = 50;

/// What an earlier fold over the same catalogue has gathered, for one whose events only go on from there.
#[derive(Debug, Default)]
pub struct Gathered {
    evidence: Vec<Evidence>,
    clusters: Clusters,
}

/// Folds `profile` over `catalogue` as of `now`. Events about items that the catalogue does not have are passed over.
pub fn fold(profile: &Profile, catalogue: &Catalogue, config: &TasteConfig, now: Millis) -> Taste {
    fold_on(&mut Gathered::default(), profile, catalogue, config, now)
}

/// As [`fold`], in less time where `before` comes from a fold with the same catalogue and configuration.
pub fn fold_on(
    before: &mut Gathered,
    profile: &Profile,
    catalogue: &Catalogue,
    config: &TasteConfig,
    now: Millis,
) -> Taste {
    // In whole hours: within one, interests change by what is done and not by the clock.
    let age = Age { half_life: config.half_life_days * 86_400_000.0, now: now - now.rem_euclid(HOUR) };
    let mut taste = Taste::default();
    let (mut liked, mut disliked) = (Vec::new(), Vec::new());
    let (opinions, seen) = opinions(profile, catalogue, &age);
    taste.seen = seen;
    for opinion in opinions {
        let item = opinion.item;
        let explicit = opinion.explicit.map_or(0.0, |(_, weight)| weight);
        let weight = if explicit < 0.0 { explicit } else { explicit + opinion.implicit.min(config.implicit_limit) };
        if opinion.explicit.is_some() {
            taste.known.push(item);
        }
        if opinion.owned {
            taste.owned.push(item);
        }
        if opinion.rejected() {
            taste.dismissed.push(item);
        }
        let strongest = opinion.explicit.filter(|e| e.1 != 0.0).or(opinion.strongest_implicit);
        if let Some((event, _)) = strongest.filter(|_| weight != 0.0) {
            let evidence = Evidence { item, weight: weight.abs(), cause: Cause::from(event) };
            if weight > 0.0 { liked.push(evidence) } else { disliked.push(evidence) }
        }
    }

    // Were the weakest left out one by one, all interests would shift a little with every event.
    let spare = liked.len().saturating_sub(config.max_items) % STEP;
    keep_strongest(&mut liked, config.max_items + spare);
    keep_strongest(&mut disliked, MAX_NEGATIVES);
    taste.interests = gather(before, liked, catalogue, config);
    taste.negatives = disliked.into_iter().filter_map(|evidence| together([evidence], catalogue)).collect();
    for typed in profile.typed() {
        let weight = typed.weight.abs() * age.factor(typed.at);
        let interest = Interest {
            key: format!("typed:{}", typed.text),
            weight,
            query: catalogue.project(&typed.vector),
            origin: Origin::Typed(typed.text.clone()),
        };
        if weight > 0.0 {
            if typed.weight > 0.0 { taste.interests.push(interest) } else { taste.negatives.push(interest) }
        }
    }
    for list in [&mut taste.interests, &mut taste.negatives] {
        let order = descending(list.iter().map(|interest| interest.weight));
        *list = reorder(std::mem::take(list), &order);
    }
    taste.negatives.truncate(MAX_NEGATIVES);
    taste.strength = taste.interests.iter().map(|interest| interest.weight).sum();
    taste.session = session(profile, catalogue, config, now);
    taste.trail = Trail::follow(profile.events(), catalogue);
    taste
}

/// Rejected items, the one that came up first ahead: [`Taste::dismissed`] without the rest. Rejections do not age.
pub fn dismissed(profile: &Profile, catalogue: &Catalogue) -> Vec<ItemIdx> {
    let (opinions, _) = opinions(profile, catalogue, &Age { half_life: 1.0, now: 0 });
    opinions.iter().filter(|opinion| opinion.rejected()).map(|opinion| opinion.item).collect()
}

struct Age {
    half_life: f64,
    now: Millis,
}

impl Age {
    fn factor(&self, at: Millis) -> f64 {
        (-((self.now - at).max(0) as f64) / self.half_life).exp2()
    }
}

/// What the events say per item, in the order in which the items first came up; and what was seen, by row.
fn opinions<'a>(profile: &'a Profile, catalogue: &Catalogue, age: &Age) -> (Vec<Opinion<'a>>, Vec<(ItemIdx, u32)>) {
    let events = profile.events();
    let known = |(at, event): (usize, &Event)| Some(pair(catalogue.find(&event.item)?.0, at as u32));
    let mut by_item: Vec<u64> = events.iter().enumerate().filter_map(known).collect();
    ascending(&mut by_item);

    let (mut opinions, mut seen, mut firsts): (Vec<Opinion<'a>>, Vec<_>, Vec<u64>) = Default::default();
    for entry in by_item {
        let (item, at) = (ItemIdx((entry >> 32) as u32), second(entry));
        if opinions.last().is_none_or(|last| last.item != item) {
            firsts.push(pair(at, opinions.len() as u32));
            opinions.push(Opinion {
                item,
                seen: 0,
                explicit: None,
                implicit: 0.0,
                strongest_implicit: None,
                owned: false,
            });
        }
        let event = &events[at as usize];
        if let Some(opinion) = opinions.last_mut() {
            opinion.add(event, event.weight() * age.factor(event.at));
        }
    }
    seen.extend(opinions.iter().filter(|opinion| opinion.seen > 0).map(|opinion| (opinion.item, opinion.seen)));
    ascending(&mut firsts);
    let order: Vec<usize> = firsts.into_iter().map(|first| second(first) as usize).collect();
    (reorder(opinions, &order), seen)
}

impl<'a> Opinion<'a> {
    fn rejected(&self) -> bool {
        let no = |(event, _): (&Event, f64)| {
            matches!(event.kind, EventKind::Dislike | EventKind::Dismiss) || event.weight() < 0.0
        };
        self.explicit.is_some_and(no)
    }

    /// Takes in the next event about the item, in order of time.
    fn add(&mut self, event: &'a Event, weight: f64) {
        self.owned |= event.kind == EventKind::Purchase;
        self.seen += u32::from(matches!(event.kind, EventKind::View | EventKind::Click));
        if event.kind.is_explicit() {
            self.explicit = Some((event, weight));
            return;
        }
        self.implicit += weight;
        if self.strongest_implicit.is_none_or(|(_, other)| weight >= other) {
            self.strongest_implicit = Some((event, weight));
        }
    }
}

/// Drops the lightest beyond `limit`, of equal ones the earliest, keeping the order of the rest.
fn keep_strongest(evidence: &mut Vec<Evidence>, limit: usize) {
    if evidence.len() > limit {
        let last = evidence.len() - 1;
        let mut kept = vec![false; evidence.len()];
        for at in descending(evidence.iter().rev().map(|e| e.weight)).into_iter().take(limit) {
            kept[last - at] = true;
        }
        let mut kept = kept.into_iter();
        evidence.retain(|_| kept.next() == Some(true));
    }
}

/// Interests while they grow. `products[a][b]` is the dot product of the sums of `a` and `b`; it follows from what is added,
/// so that an item costs one dot product an interest and nothing more.
#[derive(Debug, Clone, Default)]
struct Clusters {
    list: Vec<Cluster>,
    products: Vec<Vec<f64>>,
    /// The unit vector of the item that comes in.
    values: Vec<f32>,
}

/// Members and the weighted sum of their vectors.
#[derive(Debug, Clone)]
struct Cluster {
    members: Vec<Evidence>,
    sum: Vec<f32>,
    weight: f64,
}

impl Clusters {
    /// Puts an item into the interest it is closest to, from `join_affinity` on, or into one of its own.
    fn add(&mut self, evidence: Evidence, catalogue: &Catalogue, join_affinity: f64) {
        let (row, scale) = catalogue.vector(evidence.item);
        self.values.clear();
        self.values.extend(row.iter().map(|&value| f32::from(value) * scale));
        let product = |cluster: &Cluster| f64::from(dot_f32(&self.values, &cluster.sum));
        let products: Vec<f64> = self.list.iter().map(product).collect();
        let mut best: Option<(usize, f64)> = None;
        for (i, product) in products.iter().enumerate() {
            let length = self.products[i][i].sqrt();
            let near = if length > 0.0 { catalogue.affinity((product / length) as f32) } else { 0.0 };
            if near >= join_affinity && best.is_none_or(|(_, other)| near > other) {
                best = Some((i, near));
            }
        }
        let at = best.map_or_else(|| self.push(row.len()), |(i, _)| i);
        let weight = evidence.weight;
        for (j, product) in products.iter().enumerate().filter(|(j, _)| *j != at) {
            self.products[at][j] += weight * product;
            self.products[j][at] = self.products[at][j];
        }
        // The item has length 1: |s + w v|^2 = |s|^2 + 2 w (s v) + w^2.
        self.products[at][at] += 2.0 * weight * products.get(at).unwrap_or(&0.0) + weight * weight;
        let cluster = &mut self.list[at];
        for (sum, &value) in cluster.sum.iter_mut().zip(&self.values) {
            *sum += value * weight as f32;
        }
        cluster.weight += weight;
        cluster.members.push(evidence);
    }

    fn push(&mut self, dimension: usize) -> usize {
        self.list.push(Cluster { members: Vec::new(), sum: vec![0.0; dimension], weight: 0.0 });
        self.products.iter_mut().for_each(|row| row.push(0.0));
        self.products.push(vec![0.0; self.list.len()]);
        self.list.len() - 1
    }

    fn merge_closest(&mut self) {
        let mut closest = (0, 1, f64::NEG_INFINITY);
        for a in 0..self.list.len() {
            for b in a + 1..self.list.len() {
                let lengths = (self.products[a][a] * self.products[b][b]).sqrt();
                let near = if lengths > 0.0 { self.products[a][b] / lengths } else { 0.0 };
                if near > closest.2 {
                    closest = (a, b, near);
                }
            }
        }
        let (into, from, _) = closest;
        let absorbed = self.list.remove(from);
        let mut products = self.products.remove(from);
        let square = products.remove(from);
        for (row, product) in self.products.iter_mut().zip(&products) {
            row.remove(from);
            row[into] += product;
        }
        for j in (0..self.list.len()).filter(|&j| j != into) {
            self.products[into][j] = self.products[j][into];
        }
        self.products[into][into] += products[into] + square;
        let cluster = &mut self.list[into];
        for (sum, value) in cluster.sum.iter_mut().zip(absorbed.sum) {
            *sum += value;
        }
        cluster.weight += absorbed.weight;
        cluster.members.extend(absorbed.members);
    }
}

impl Cluster {
    fn into_interest(self, catalogue: &Catalogue) -> Interest {
        let query = Query::from_values(&self.sum);
        let closeness = |e: &Evidence| f64::from(catalogue.similarity(&query, e.item));
        let order = descending(self.members.iter().map(closeness));
        let members = reorder(self.members, &order);
        let key = format!("items:{}", catalogue.id(members[0].item));
        Interest { key, weight: self.weight, query, origin: Origin::Items(members) }
    }
}

fn gather(
    before: &mut Gathered,
    evidence: Vec<Evidence>,
    catalogue: &Catalogue,
    config: &TasteConfig,
) -> Vec<Interest> {
    if !evidence.starts_with(&before.evidence) {
        *before = Gathered::default();
    }
    for one in evidence.into_iter().skip(before.evidence.len()) {
        before.evidence.push(one.clone());
        before.clusters.add(one, catalogue, config.join_affinity);
        if before.clusters.list.len() > config.max_interests.max(1) {
            before.clusters.merge_closest();
        }
    }
    before.clusters.list.iter().map(|cluster| cluster.clone().into_interest(catalogue)).collect()
}

/// All of `members` as one interest.
fn together(members: impl IntoIterator<Item = Evidence>, catalogue: &Catalogue) -> Option<Interest> {
    let mut clusters = Clusters::default();
    for member in members {
        clusters.add(member, catalogue, f64::NEG_INFINITY);
    }
    Some(clusters.list.pop()?.into_interest(catalogue))
}

/// The latest items the person turned to within the session, the last one counting most.
fn session(profile: &Profile, catalogue: &Catalogue, config: &TasteConfig, now: Millis) -> Option<Interest> {
    let since = now - config.session_minutes * 60_000;
    let mut members: Vec<Evidence> = Vec::new();
    for event in profile.events().iter().rev().take_while(|event| event.at >= since) {
        let Some(item) = catalogue.find(&event.item) else { continue };
        if members.len() == config.session_items || event.weight() <= 0.0 || members.iter().any(|m| m.item == item) {
            continue;
        }
        let weight = event.weight() * 0.8_f64.powi(members.len() as i32);
        members.push(Evidence { item, weight, cause: Cause::from(event) });
    }
    together(members, catalogue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_equal_weights_the_latest_stay() {
        let cause = || Cause { kind: EventKind::Like, item: String::new(), at: 0 };
        let evidence = |(row, weight)| Evidence { item: ItemIdx(row), weight, cause: cause() };
        let left = |weights: &[f64], limit| {
            let mut list: Vec<Evidence> = (0..).zip(weights.iter().copied()).map(evidence).collect();
            keep_strongest(&mut list, limit);
            list.iter().map(|e| e.item.0).collect::<Vec<_>>()
        };
        assert_eq!(left(&[1.0; 5], 2), [3, 4]);
        assert_eq!(left(&[3.0, 1.0, 2.0, 1.0], 3), [0, 2, 3]);
        assert_eq!(left(&[1.0, 2.0], 2), [0, 1]);
    }
}
