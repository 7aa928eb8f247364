//! A small catalogue with links of every kind, and what people may do there.

use predilect_builder::events::{Act, LearnOptions, learn};
use predilect_builder::{Builder, Options};
use predilect_core::catalogue::{LinkKind, attach};
use predilect_core::{Catalogue, EventKind, ItemIdx};
use predilect_engine::Engine;
use proptest::prelude::*;
use serde_json::{Value, json};

pub const ITEMS: usize = 40;
pub const DIMENSION: usize = 8;
pub const NOW: i64 = 1_700_000_000_000;

pub fn engine() -> Engine {
    sized(ITEMS)
}

/// The catalogue with so many items.
pub fn sized(count: usize) -> Engine {
    let mut builder = Builder::new(Options::default()).expect("options");
    let mut vectors = Vec::new();
    for i in 0..count {
        let record = json!({"id": format!("i{i}"), "title": format!("Item number {i}"), "group": format!("g{}", i % 4), "tags": [format!("t{}", i % 3), format!("t{}", i % 7)],
            "price": i * 5 % 40, "popularity": (i * 7 % 10) as f64 / 10.0, "date": format!("2023-{:02}-01", i % 12 + 1)});
        builder.push(format!("{record}\n").as_bytes()).expect("a record");
        // Four directions with noise: groups are alike, items differ.
        vectors.extend((0..DIMENSION).map(|j| {
            let noise = ((i * 31 + j * 17) % 13) as f32 / 13.0 - 0.5;
            noise * 0.5 + if j == i % 4 { 1.0 } else { 0.2 }
        }));
    }
    let items = builder.finish().expect("items");
    Engine::open(linked(items.assemble(&vectors, "test").expect("catalogue"), count)).expect("engine")
}

/// The catalogue with links of every kind: 60 people turned to five items of a group in turn, but to hardly any of the last ones,
/// which others say the same as.
fn linked(catalogue: Vec<u8>, count: usize) -> Vec<u8> {
    let act = |item: usize, at: i64| Act { item, kind: EventKind::Click, value: None, at };
    let person = |p: usize| (0..5).map(|step| act((p % 4 + 4 * (step + p / 4)) % (ITEMS - 10), step as i64)).collect();
    let mut people: Vec<Vec<Act>> = (0..60).map(person).collect();
    people.push((count - 10..count).map(|item| act(item, 9)).collect());
    let rows = count as u32;
    let alike = (0..rows).map(|i| vec![(ItemIdx((i * 7 + 3) % rows), 0.3)]).collect();
    let (learned, report) = learn(&people, alike, &LearnOptions::default());
    assert!(report.neighbours > 0 && report.together > 0);
    let opened = Catalogue::open(catalogue).expect("opens");
    let catalogue = attach(&opened, &learned).expect("fits");
    let opened = Catalogue::open(catalogue).expect("opens");
    assert!(LinkKind::ALL.iter().all(|kind| opened.has_links(*kind)));
    opened.into_bytes()
}

fn event() -> impl Strategy<Value = Value> {
    let kinds = ["view", "click", "like", "dislike", "purchase", "dismiss", "rating", "dwell", "tune"];
    // A dozen visits of a minute, so that something is taken of what is passed over.
    (0..kinds.len(), 0..ITEMS, 0..12_i64, 0..60_i64, 1..=5_i64).prop_map(move |(kind, item, visit, second, value)| {
        let at = NOW - visit * 8 * 86_400_000 - second * 1000;
        let mut event = json!({"kind": kinds[kind], "item": format!("i{item}"), "at": at});
        if kind >= 6 {
            event["value"] = json!(if kind == 8 { (value - 1) % 4 } else { value });
        }
        event
    })
}

pub fn events() -> impl Strategy<Value = Vec<Value>> {
    prop::collection::vec(event(), 0..30)
}

pub fn recorded(events: &[Value]) -> Engine {
    let mut engine = engine();
    engine.record_json(&Value::from(events.to_vec()).to_string()).expect("events are good");
    engine
}

pub fn recommended(engine: &Engine, request: Value) -> Value {
    serde_json::from_str(&engine.recommend_json(&request.to_string()).expect("a reply")).expect("JSON")
}

pub fn ids(reply: &Value) -> Vec<String> {
    reply["items"].as_array().into_iter().flatten().filter_map(|item| item["id"].as_str().map(str::to_owned)).collect()
}
