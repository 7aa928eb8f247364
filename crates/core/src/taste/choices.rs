//! Choices: what a person took of a list they saw, and what they passed over.

use crate::catalogue::ItemIdx;
use crate::event::{Event, EventKind, Millis};

/// Time within which events are about one list.
const SPAN: Millis = 120_000;

/// Items of each side of a choice, the latest ones: every pair is looked at, and events that are told at once may be thousands.
const MOST: usize = 20;

/// A list of which something was taken and something passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// Events before the list was looked at.
    pub before: usize,
    /// Items that were opened, liked or bought, each once.
    pub taken: Vec<ItemIdx>,
    /// Items that were on screen and nothing more, each once.
    pub passed: Vec<ItemIdx>,
}

/// The latest choices among `events`, oldest first, at most `limit`; `find` has the item of an event, where the catalogue has it.
pub fn choices(events: &[Event], find: impl Fn(&Event) -> Option<ItemIdx>, limit: usize) -> Vec<Chosen> {
    // Where one list ends depends on all before it; what is in it need be looked up for the latest only.
    let mut starts = Vec::new();
    let mut from = 0;
    while from < events.len() {
        starts.push(from);
        let until = events[from].at.saturating_add(SPAN);
        from += events[from..].partition_point(|event| event.at < until);
    }
    let mut to = events.len();
    let mut latest = Vec::new();
    for from in starts.into_iter().rev() {
        if latest.len() == limit {
            break;
        }
        latest.extend(chosen(from, &events[from..to], &find));
        to = from;
    }
    latest.reverse();
    latest
}

fn chosen(before: usize, events: &[Event], find: impl Fn(&Event) -> Option<ItemIdx>) -> Option<Chosen> {
    let (mut taken, mut passed): (Vec<ItemIdx>, Vec<ItemIdx>) = Default::default();
    for event in events {
        let list = match event.kind {
            EventKind::View => &mut passed,
            _ if event.weight() > 0.0 => &mut taken,
            _ => continue,
        };
        let Some(item) = find(event) else { continue };
        if !list.contains(&item) {
            list.push(item);
        }
    }
    passed.retain(|item| !taken.contains(item));
    for list in [&mut taken, &mut passed] {
        list.drain(..list.len().saturating_sub(MOST));
    }
    (!taken.is_empty() && !passed.is_empty()).then_some(Chosen { before, taken, passed })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(event: &Event) -> Option<ItemIdx> {
        event.item.parse().ok().map(ItemIdx)
    }

    #[test]
    fn lists_are_told_apart_by_time() {
        use EventKind::*;
        let event = |(kind, item, seconds): &(EventKind, u32, i64)| Event {
            kind: *kind,
            item: item.to_string(),
            at: seconds * 1000,
            value: None,
        };
        let told = [
            (View, 1, 0),
            (View, 2, 1),
            (Click, 2, 5),
            (View, 3, 9),
            // Nothing is taken of this one, nothing passed over of the next.
            (View, 4, 200),
            (View, 4, 201),
            (Like, 5, 500),
            (View, 6, 900),
            (Dislike, 6, 901),
            (Purchase, 7, 902),
        ];
        let events: Vec<_> = told.iter().map(event).collect();
        let rows = |list: &[u32]| list.iter().map(|&row| ItemIdx(row)).collect::<Vec<_>>();
        let first = Chosen { before: 0, taken: rows(&[2]), passed: rows(&[1, 3]) };
        let last = Chosen { before: 7, taken: rows(&[7]), passed: rows(&[6]) };
        assert_eq!(choices(&events, find, 9), [first, last.clone()]);
        assert_eq!(choices(&events, find, 1), [last]);
    }

    #[test]
    fn what_is_told_at_once_is_bounded() {
        let event = |row: u32| {
            let kind = if row.is_multiple_of(2) { EventKind::View } else { EventKind::Click };
            Event { kind, item: row.to_string(), at: 0, value: None }
        };
        let events: Vec<_> = (0..100).map(event).collect();
        let [choice] = &choices(&events, find, 9)[..] else { panic!("one list") };
        assert_eq!((choice.taken.len(), choice.passed.len()), (MOST, MOST));
        assert_eq!(
            (choice.taken.last(), choice.passed.last()),
            (Some(&ItemIdx(99)), Some(&ItemIdx(98))),
            "the latest stay"
        );
    }
}
