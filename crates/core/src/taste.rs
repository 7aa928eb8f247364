//! The taste of a person: a profile folded over a catalogue.
//!
//! Per item, the last opinion (like, rating, purchase, ...) counts in full and what was merely looked at adds up to a limit;
//! all of it halves with every half-life. Items with a positive sum are gathered, oldest first, into interests: an item
//! joins the interest whose centre it is closest to, or starts one. What a person typed is an interest of its own.

mod choices;
mod clusters;
mod facets;
mod opinions;

pub use choices::{Chosen, choices};
pub use clusters::Gathered;
pub use facets::{Facet, FacetConfig, Facets};

use facets::Met;

use clusters::{gather, together};
use opinions::{Age, opinions};

use crate::catalogue::{Catalogue, ItemIdx};
use crate::event::{EventKind, MAX_TIME, Millis};
use crate::filter::Bitmap;
use crate::order::{descending, reorder};
use crate::profile::Profile;
use crate::reason::Cause;
use crate::trail::Trail;
use crate::vector::Query;

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
    /// How labels are weighed.
    pub facets: FacetConfig,
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
            facets: FacetConfig::default(),
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
    /// How much it counts, above 0; of a muted one, how much it would.
    pub weight: f64,
    /// The factor that the person put on it, in its weight already; 1 if none, 0 for a muted one.
    pub tuned: f64,
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

    /// Its items, if it is made of some.
    pub fn items(&self) -> impl Iterator<Item = ItemIdx> {
        let evidence = match &self.origin {
            Origin::Items(evidence) => evidence.as_slice(),
            Origin::Typed(_) => &[],
        };
        evidence.iter().map(|e| e.item)
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
    /// Interests that the person muted, strongest first: they count nowhere.
    pub muted: Vec<Interest>,
    /// What to keep away from, strongest first.
    pub negatives: Vec<Interest>,
    /// What the person looks at right now.
    pub session: Option<Interest>,
    /// The latest steps and what lies close to them.
    pub trail: Trail,
    /// Which labels the person turns to, in the long run.
    pub facets: Facets,
    /// The same, of late.
    pub recent_facets: Facets,
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

    /// Lets interests count as much as the person wants: the last word about any of their items holds.
    fn tune(&mut self, tunings: &[(ItemIdx, f64)]) {
        if tunings.is_empty() {
            return;
        }
        for mut interest in std::mem::take(&mut self.interests) {
            interest.tuned =
                tunings.iter().rev().find(|(item, _)| interest.has(*item)).map_or(1.0, |(_, factor)| *factor);
            if interest.tuned > 0.0 {
                interest.weight *= interest.tuned;
                self.interests.push(interest);
            } else {
                self.muted.push(interest);
            }
        }
    }
}

/// Milliseconds of an hour.
const HOUR: Millis = 3_600_000;

/// Items that are left out together once there are too many.
const STEP: usize = 128;

/// What a view weighs before it ages.
const VIEW: f64 = 0.1;
/// Views after which an item is passed over for good.
const MOST_PASSED: f64 = 3.0;

/// Negatives that are looked at when ranking.
const MAX_NEGATIVES: usize = 50;

/// Folds `profile` over `catalogue` as of `now`. Events about items that the catalogue does not have are passed over. It takes
/// less time where `before` comes from a fold with the same catalogue and configuration; its outcome is the same.
pub fn fold(
    before: &mut Gathered,
    profile: &Profile,
    catalogue: &Catalogue,
    config: &TasteConfig,
    now: Millis,
) -> Taste {
    // No event is outside of these.
    let now = now.clamp(0, MAX_TIME);
    // In whole hours: within one, interests change by what is done and not by the clock.
    let age = Age { half_life: config.half_life_days * 86_400_000.0, now: now - now.rem_euclid(HOUR) };
    let mut taste = Taste::default();
    let (mut liked, mut disliked) = (Vec::new(), Vec::new());
    let (mut turned, mut passed) = (Vec::new(), Vec::new());
    let items = items(profile, catalogue);
    let (opinions, seen) = opinions(profile, &items, &age);
    taste.seen = seen;
    for opinion in opinions {
        let item = opinion.item;
        let explicit = opinion.explicit.map_or(0.0, |(_, weight)| weight);
        let weight = if explicit < 0.0 { explicit } else { explicit + opinion.implicit.min(config.implicit_limit) };
        if opinion.only_seen() {
            let weight = (opinion.implicit / VIEW).min(MOST_PASSED);
            passed.push(Met { item, weight, at: opinion.at });
        } else if weight > 0.0 {
            turned.push(Met { item, weight, at: opinion.at });
        } else if weight < 0.0 {
            passed.push(Met { item, weight: -MOST_PASSED * weight, at: opinion.at });
        }
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
    taste.tune(&tunings(profile, &items));
    let mut muted = Bitmap::empty(catalogue.len());
    taste.muted.iter().flat_map(Interest::items).for_each(|item| muted.insert(item.row()));
    turned.retain(|met| !muted.contains(met.item.row()));
    taste.negatives = disliked.into_iter().filter_map(|evidence| together([evidence], catalogue)).collect();
    for typed in profile.typed() {
        let weight = typed.weight.abs() * age.factor(typed.at);
        let interest = Interest {
            key: format!("typed:{}", typed.text),
            weight,
            tuned: 1.0,
            query: catalogue.project(&typed.vector),
            origin: Origin::Typed(typed.text.clone()),
        };
        if weight > 0.0 {
            if typed.weight > 0.0 { taste.interests.push(interest) } else { taste.negatives.push(interest) }
        }
    }
    for list in [&mut taste.interests, &mut taste.muted, &mut taste.negatives] {
        let order = descending(list.iter().map(|interest| interest.weight));
        *list = reorder(std::mem::take(list), &order);
    }
    taste.negatives.truncate(MAX_NEGATIVES);
    taste.strength = taste.interests.iter().map(|interest| interest.weight).sum();
    taste.session = session(profile, &items, &muted, catalogue, config, now);
    taste.trail = Trail::follow(profile.events(), &items, muted, catalogue);
    [taste.facets, taste.recent_facets] = Facets::fold(catalogue, &turned, &passed, &config.facets);
    taste
}

/// Rejected items, the one that came up first ahead: [`Taste::dismissed`] without the rest. Rejections do not age.
pub fn dismissed(profile: &Profile, catalogue: &Catalogue) -> Vec<ItemIdx> {
    let items = items(profile, catalogue);
    let (opinions, _) = opinions(profile, &items, &Age { half_life: 1.0, now: 0 });
    opinions.iter().filter(|opinion| opinion.rejected()).map(|opinion| opinion.item).collect()
}

/// What the person wants the interests of items to count, oldest first.
fn tunings(profile: &Profile, items: &[Option<ItemIdx>]) -> Vec<(ItemIdx, f64)> {
    let events = profile.events().iter().zip(items).filter(|(event, _)| event.kind == EventKind::Tune);
    events.filter_map(|(event, item)| Some(((*item)?, event.value?))).collect()
}

/// The item of each event, where the catalogue has it.
fn items(profile: &Profile, catalogue: &Catalogue) -> Vec<Option<ItemIdx>> {
    profile.events().iter().map(|event| catalogue.find(&event.item)).collect()
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

/// The latest items the person turned to within the session, the last one counting most.
fn session(
    profile: &Profile,
    items: &[Option<ItemIdx>],
    muted: &Bitmap,
    catalogue: &Catalogue,
    config: &TasteConfig,
    now: Millis,
) -> Option<Interest> {
    let since = now - config.session_minutes * 60_000;
    let mut members: Vec<Evidence> = Vec::new();
    for (event, item) in profile.events().iter().zip(items).rev().take_while(|(event, _)| event.at >= since) {
        let Some(item) = item.filter(|item| !muted.contains(item.row())) else { continue };
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
