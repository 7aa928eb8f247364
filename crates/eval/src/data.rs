//! A data set: people, what they did in order of time, and what is known of the items.

use std::collections::HashMap;

use predilect_core::event::Millis;
use predilect_core::{Event, EventKind};

pub use predilect_builder::events::Act;

/// The act as an event of the engine.
pub fn event(act: &Act, items: &[Item]) -> Event {
    Event { kind: act.kind, item: items[act.item].id.clone(), at: act.at, value: act.value }
}

/// What is known of an item besides events.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Item {
    /// The data set's own id.
    pub id: String,
    /// Title, empty where unknown.
    pub title: String,
    /// Year of the title, where it has one.
    pub year: Option<u32>,
    /// Genres, categories.
    pub tags: Vec<String>,
    /// Prose about it.
    pub text: String,
}

/// People and items.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Dataset {
    /// Name for reports.
    pub name: String,
    /// The items; acts refer to them by index.
    pub items: Vec<Item>,
    /// What each person did, oldest first.
    pub people: Vec<Vec<Act>>,
}

impl Dataset {
    /// Number of acts.
    pub fn acts(&self) -> usize {
        self.people.iter().map(Vec::len).sum()
    }

    /// Without the items that fewer than `least` acts are about; people without acts go too.
    pub fn with_support(self, least: usize) -> Self {
        let mut counts = vec![0; self.items.len()];
        self.people.iter().flatten().for_each(|act| counts[act.item] += 1);
        self.keep(|item, _| counts[item] >= least)
    }

    /// Only the items for which `is` holds.
    pub fn keep(self, is: impl Fn(usize, &Item) -> bool) -> Self {
        let Self { name, items, people } = self;
        let mut place = vec![None; items.len()];
        let mut kept = Vec::new();
        for (old, item) in items.into_iter().enumerate() {
            if is(old, &item) {
                place[old] = Some(kept.len());
                kept.push(item);
            }
        }
        let moved = |act: Act| Some(Act { item: place[act.item]?, ..act });
        let people = people.into_iter().map(|acts| acts.into_iter().filter_map(moved).collect::<Vec<_>>());
        Self { name, items: kept, people: people.filter(|acts| !acts.is_empty()).collect() }
    }
}

/// Collects acts whose people and items are named by texts.
#[derive(Debug, Default)]
pub struct Gather {
    data: Dataset,
    people: HashMap<String, usize>,
    items: HashMap<String, usize>,
}

impl Gather {
    /// Starts a data set.
    pub fn new(name: &str) -> Self {
        Self { data: Dataset { name: name.to_owned(), ..Dataset::default() }, ..Self::default() }
    }

    /// The item of an id; made if there is none.
    pub fn item(&mut self, id: &str) -> &mut Item {
        let at = self.place(id);
        &mut self.data.items[at]
    }

    fn place(&mut self, id: &str) -> usize {
        if let Some(&at) = self.items.get(id) {
            return at;
        }
        self.items.insert(id.to_owned(), self.data.items.len());
        self.data.items.push(Item { id: id.to_owned(), ..Item::default() });
        self.data.items.len() - 1
    }

    /// Adds an act.
    pub fn act(&mut self, person: &str, item: &str, kind: EventKind, value: Option<f64>, at: Millis) {
        let item = self.place(item);
        let at_person = match self.people.get(person) {
            Some(&at) => at,
            None => {
                self.people.insert(person.to_owned(), self.data.people.len());
                self.data.people.push(Vec::new());
                self.data.people.len() - 1
            }
        };
        self.data.people[at_person].push(Act { item, kind, value, at });
    }

    /// The data set: acts in order of time, equal times in the order they came.
    pub fn finish(mut self) -> Dataset {
        self.data.people.iter_mut().for_each(|acts| acts.sort_by_key(|act| act.at));
        self.data
    }
}
