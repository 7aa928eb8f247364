//! Made-up data for tests: items of topics, and people who turn to the items of one topic, then of another.

use predilect_core::EventKind;
use predilect_core::candidates::{chance, mix};
use predilect_core::catalogue::{CatalogueParts, ItemParts, write};

use crate::data::{Act, Dataset, Item};

/// Number of topics.
pub const TOPICS: usize = 8;
/// Items of a topic.
pub const PER_TOPIC: usize = 100;
const DIMENSION: usize = 32;
const HOUR: i64 = 3_600_000;

/// Data with 120 people of 24 acts, and the catalogue of its items: vectors lie around a direction a topic.
pub fn synthetic(seed: u64) -> (Dataset, Vec<u8>) {
    let count = TOPICS * PER_TOPIC;
    let item = |at: usize| Item {
        id: format!("i{at}"),
        title: format!("thing {at}"),
        tags: vec![format!("topic{}", at % TOPICS)],
        text: format!("about topic{}", at % TOPICS),
        ..Item::default()
    };
    let items: Vec<Item> = (0..count).map(item).collect();
    let value = |at: usize, j: usize| {
        let own = if j == at % TOPICS { 1.0 } else { 0.0 };
        own + 0.3 * (chance(mix(seed, at as u64), j as u64) as f32 - 0.5)
    };
    let vectors: Vec<f32> = (0..count).flat_map(|at| (0..DIMENSION).map(move |j| value(at, j))).collect();
    let parts: Vec<ItemParts> =
        items.iter().map(|item| ItemParts { id: item.id.clone(), fields: Default::default() }).collect();
    let parts =
        CatalogueParts { name: "made up", encoder: "none", dimension: DIMENSION, vectors: &vectors, items: &parts };
    let catalogue = write(&parts).expect("parts fit");
    (Dataset { name: "made up".to_owned(), items, people: (0..120).map(|p| person(seed, p)).collect() }, catalogue)
}

fn person(seed: u64, person: usize) -> Vec<Act> {
    let draw = |step: u64, n: usize| (mix(mix(seed, person as u64 + 7), step) % n as u64) as usize;
    let mut acts: Vec<Act> = Vec::new();
    for step in 0..24 {
        let topic = (person + if step < 16 { 0 } else { 1 }) % TOPICS;
        // Two draws: what comes first in a topic is the more popular.
        let place = draw(step * 2, PER_TOPIC).min(draw(step * 2 + 1, PER_TOPIC));
        let item = topic + place * TOPICS;
        if acts.iter().all(|act| act.item != item) {
            let at = 1_700_000_000_000 + (person as i64 * 40 + step as i64) * HOUR;
            acts.push(Act { item, kind: EventKind::Rating, value: Some(5.0), at });
        }
    }
    acts
}
