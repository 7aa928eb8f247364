use super::*;
use crate::catalogue::{CatalogueParts, Column, ItemParts, write};
use crate::event::{Event, EventKind};
use crate::profile::Profile;
use crate::taste::{Gathered, TasteConfig, fold};
use serde_json::{Value, json};

const DAY: i64 = 86_400_000;

/// Items of three kinds in directions of their own: `a0` to `a5`, and so for b and c.
fn catalogue() -> Catalogue {
    let kinds = ["a", "b", "c"];
    let name = |at: usize| format!("{}{}", kinds[at / 6], at % 6);
    let fields = |at: usize| match json!({"id": name(at), "kind": kinds[at / 6]}) {
        Value::Object(fields) => fields,
        _ => unreachable!(),
    };
    let items: Vec<ItemParts> = (0..18).map(|at| ItemParts { id: name(at), fields: fields(at) }).collect();
    let vectors: Vec<f32> =
        (0..18).flat_map(|at| (0..3).map(move |j| if j == at / 6 { 1.0 } else { 0.1 * at as f32 / 18.0 })).collect();
    let parts = CatalogueParts { name: "t", encoder: "e", dimension: 3, vectors: &vectors, items: &items };
    Catalogue::open(write(&parts).unwrap()).unwrap()
}

fn labels(catalogue: &Catalogue) -> &Labels {
    match catalogue.column("kind") {
        Some((_, Column::Label(labels))) => labels,
        _ => panic!("kinds are labels"),
    }
}

/// Who likes three of kind a and one of kind b.
fn taste(catalogue: &Catalogue) -> Taste {
    let mut profile = Profile::default();
    for item in ["a0", "a1", "a2", "b0"] {
        profile.record(Event { kind: EventKind::Like, item: item.into(), at: DAY, value: None }).unwrap();
    }
    fold(&mut Gathered::default(), &profile, catalogue, &TasteConfig::default(), DAY)
}

/// All items, the first best by far less than a label weighs.
fn ranked(catalogue: &Catalogue) -> Vec<Ranked> {
    let score = |item: ItemIdx| Part::plain(ReasonKind::Popular, 1.0 - f64::from(item.0) / 100.0);
    catalogue.items().map(|item| Ranked::new(item, [score(item)])).collect()
}

fn list(catalogue: &Catalogue, shape: &Shape<'_>, before: &[ItemIdx], count: usize) -> Vec<Ranked> {
    let pool = Pool { ranked: ranked(catalogue), whole: true, before };
    choose(pool, count, shape, &DiversityConfig::default(), &taste(catalogue), catalogue)
}

fn ids<'a>(catalogue: &'a Catalogue, list: &[Ranked]) -> Vec<&'a str> {
    list.iter().map(|own| catalogue.id(own.item)).collect()
}

#[test]
fn without_wishes_the_best_scores_come() {
    let catalogue = catalogue();
    assert_eq!(ids(&catalogue, &list(&catalogue, &Shape::default(), &[], 3)), ["a0", "a1", "a2"]);
}

#[test]
fn caps_leave_room_for_others_and_end_the_list() {
    let catalogue = catalogue();
    let shape = Shape { caps: vec![(labels(&catalogue), 2)], ..Shape::default() };
    assert_eq!(ids(&catalogue, &list(&catalogue, &shape, &[], 10)), ["a0", "a1", "b0", "b1", "c0", "c1"]);
}

#[test]
fn calibration_follows_the_mix_of_what_is_liked() {
    let catalogue = catalogue();
    let first = |strength| {
        let shape = Shape { calibration: vec![(labels(&catalogue), strength)], ..Shape::default() };
        let list = list(&catalogue, &shape, &[], 4);
        assert!(list.windows(2).all(|pair| pair[0].score >= pair[1].score), "scores descend");
        ids(&catalogue, &list).join(" ")
    };
    assert_eq!(first(0.0), "a0 a1 a2 a3");
    // Three in four of what is liked are of kind a, one is of kind b.
    assert_eq!(first(1.0), "a0 b0 a1 a2");
}

#[test]
fn pins_have_their_places_within_the_caps() {
    let catalogue = catalogue();
    let pin = |id: &str, place| Pin { item: catalogue.find(id).unwrap(), place, rule: 0 };
    let pins = vec![pin("c5", 2), pin("b4", 3), pin("c4", 99)];
    let shape = Shape { caps: vec![(labels(&catalogue), 1)], pins: pins.clone(), ..Shape::default() };
    // There is room for one of kind c.
    assert_eq!(ids(&catalogue, &list(&catalogue, &shape, &[], 9)), ["a0", "c5", "b4"]);
    let shape = Shape { pins, ..Shape::default() };
    let list = list(&catalogue, &shape, &[], 99);
    assert_eq!((catalogue.id(list[1].item), catalogue.id(list[17].item)), ("c5", "c4"));
    for own in list {
        let sum: f64 = own.parts.iter().map(|part| part.value).sum();
        assert!((sum - own.score).abs() < 1e-12);
    }
}

#[test]
fn pieces_make_the_whole() {
    let catalogue = catalogue();
    let pins = vec![Pin { item: catalogue.find("c5").unwrap(), place: 5, rule: 0 }];
    let of = labels(&catalogue);
    let shape = Shape { diversity: 0.7, caps: vec![(of, 5)], calibration: vec![(of, 0.4)], pins };
    let whole = list(&catalogue, &shape, &[], 99);
    assert_eq!(whole.len(), 15);
    let mut before = Vec::new();
    for own in &whole {
        let next = list(&catalogue, &shape, &before, 1);
        assert_eq!((next[0].item, next[0].score), (own.item, own.score));
        before.push(own.item);
    }
    assert!(list(&catalogue, &shape, &before, 1).is_empty());
}
