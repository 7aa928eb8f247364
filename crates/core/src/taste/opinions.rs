//! Opinions: what all events about one item say together.

use crate::catalogue::ItemIdx;
use crate::event::{Event, EventKind, Millis};
use crate::order::{ascending, pair, reorder, second};
use crate::profile::Profile;

/// What the events say about one item.
pub(super) struct Opinion<'a> {
    pub(super) item: ItemIdx,
    /// When anything last happened to it.
    pub(super) at: Millis,
    pub(super) seen: u32,
    pub(super) explicit: Option<(&'a Event, f64)>,
    pub(super) implicit: f64,
    pub(super) strongest_implicit: Option<(&'a Event, f64)>,
    pub(super) owned: bool,
}

/// How much less events count as they age.
pub(super) struct Age {
    pub(super) half_life: f64,
    pub(super) now: Millis,
}

impl Age {
    pub(super) fn factor(&self, at: Millis) -> f64 {
        (-((self.now - at).max(0) as f64) / self.half_life).exp2()
    }
}

/// What the events, whose items are given, say per item, in the order in which the items first came up; and what was seen, by row.
pub(super) fn opinions<'a>(
    profile: &'a Profile,
    items: &[Option<ItemIdx>],
    age: &Age,
) -> (Vec<Opinion<'a>>, Vec<(ItemIdx, u32)>) {
    let events = profile.events();
    let known = |(at, item): (usize, &Option<ItemIdx>)| Some(pair((*item)?.0, at as u32));
    let about = |(at, _): &(usize, &Option<ItemIdx>)| events[*at].kind != EventKind::Tune;
    let mut by_item: Vec<u64> = items.iter().enumerate().filter(about).filter_map(known).collect();
    ascending(&mut by_item);

    let (mut opinions, mut seen, mut firsts): (Vec<Opinion<'a>>, Vec<_>, Vec<u64>) = Default::default();
    for entry in by_item {
        let (item, at) = (ItemIdx((entry >> 32) as u32), second(entry));
        if opinions.last().is_none_or(|last| last.item != item) {
            firsts.push(pair(at, opinions.len() as u32));
            opinions.push(Opinion {
                item,
                at: 0,
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
    /// Whether the item was on screen and nothing else came of it.
    pub(super) fn only_seen(&self) -> bool {
        self.explicit.is_none() && self.strongest_implicit.is_some_and(|(event, _)| event.kind == EventKind::View)
    }

    pub(super) fn rejected(&self) -> bool {
        let no = |(event, _): (&Event, f64)| {
            matches!(event.kind, EventKind::Dislike | EventKind::Dismiss) || event.weight() < 0.0
        };
        self.explicit.is_some_and(no)
    }

    /// Takes in the next event about the item, in order of time.
    fn add(&mut self, event: &'a Event, weight: f64) {
        self.at = event.at;
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
