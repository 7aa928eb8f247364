//! Topics and repeats in the engine.

use predilect_builder::{Builder, Options};
use predilect_engine::{Engine, RecommendRequest};
use serde_json::{Value, json};

/// Eighteen items of three subjects; the last two tell the story of the first.
fn engine() -> Engine {
    let mut builder = Builder::new(Options::default()).expect("options");
    let mut vectors: Vec<f32> = Vec::new();
    let subjects = ["tea", "space", "chess"];
    for i in 0..18_usize {
        let about = subjects[i % 3];
        let (text, side) = match i {
            16 | 17 => ("Notes of the first evening with an old kettle by the river".to_owned(), 0),
            0 => ("Notes of the first evening with an old kettle by the river".to_owned(), 0),
            _ => (
                format!("{about} {i} {} {}", ["north", "south"][i % 2], ["dawn", "noon", "dusk", "night"][i % 4]),
                i % 3,
            ),
        };
        let title = if i > 15 { ["Evening notes", "By the river"][i % 2].to_owned() } else { format!("Part {i}") };
        let item =
            json!({"id": format!("i{i}"), "title": title, "text": text, "lang": "en", "category": subjects[side]});
        builder.push(format!("{item}\n").as_bytes()).expect("record");
        vectors.extend((0..6).map(|j| if j == side { 1.0 } else { 0.02 * ((i * 7 + j * 5) % 11) as f32 }));
    }
    Engine::open(builder.finish().expect("items").assemble(&vectors, "e").expect("catalogue")).expect("engine")
}

fn ids(engine: &Engine, request: &RecommendRequest) -> Vec<String> {
    engine.recommend(request).expect("list").items.into_iter().map(|item| item.id).collect()
}

#[test]
fn a_topic_that_is_followed_leads_the_list_and_is_forgotten_as_if_never_told() {
    let mut engine = engine();
    let topics = engine.topics(None, 2);
    assert_eq!(topics.iter().map(|topic| topic.count).sum::<usize>(), 18);
    let names: Vec<&str> = topics.iter().map(|topic| topic.name.as_str()).collect();
    assert!(names.contains(&"chess") && topics.iter().all(|topic| topic.examples.len() == 2), "{topics:?}");
    let (before, snapshot) = (engine.profile_json(0, None), engine.snapshot());
    let vector = engine.follow("chess", 5, 1.0).expect("a topic");
    assert_eq!(vector.len(), 6);
    let profile: Value = serde_json::from_str(&engine.profile_json(0, None).expect("profile")).expect("JSON");
    assert_eq!(
        (&profile["interests"][0]["name"], &profile["interests"][0]["kind"]),
        (&json!("chess"), &json!("typed"))
    );
    let list = engine.recommend(&RecommendRequest { k: 4, ..RecommendRequest::new(10) }).expect("list");
    for item in &list.items {
        let fields: Value = serde_json::from_str(item.fields.get()).expect("JSON");
        assert_eq!(fields["category"], "chess");
        assert!(item.reasons.iter().any(|reason| reason.text.as_deref() == Some("chess")));
    }
    engine.forget_json("{\"interest\": \"typed:chess\"}").expect("it is there");
    assert_eq!((engine.profile_json(0, None), engine.snapshot()), (before, snapshot));
    assert_eq!(engine.follow("cooking", 5, 1.0).map_err(|error| error.code()), Err("unknown-item"));
}

#[test]
fn an_interest_has_the_name_of_its_topic() {
    let mut engine = engine();
    let like = |item: &str, at: i64| json!({"kind": "like", "item": item, "at": at});
    engine.record_json(&json!([like("i1", 1), like("i4", 2)]).to_string()).expect("events");
    let profile: Value = serde_json::from_str(&engine.profile_json(10, Some("en")).expect("profile")).expect("JSON");
    let interest = &profile["interests"][0];
    assert_eq!((&interest["name"], &interest["keywords"][0]), (&json!("space"), &json!("space")), "{interest}");
    assert!(interest["label"].as_str().is_some_and(|label| label.starts_with("Part")));
}

#[test]
fn what_says_the_same_never_shares_a_list() {
    let engine = engine();
    let same = ["i0", "i16", "i17"];
    assert_eq!(engine.catalogue().header().repeats, 2);
    for diversity in [0.0, 0.9] {
        let all = ids(&engine, &RecommendRequest { k: 18, diversity: Some(diversity), ..RecommendRequest::new(1) });
        assert_eq!(all.iter().filter(|id| same.contains(&id.as_str())).count(), 1, "{all:?}");
        assert_eq!(all.len(), 16);
    }
    let request = RecommendRequest { topic: Some("tea".to_owned()), k: 18, ..RecommendRequest::new(1) };
    let tea = ids(&engine, &request);
    assert!(!tea.is_empty() && tea.iter().filter(|id| same.contains(&id.as_str())).count() == 1);
    // Page by page too.
    let mut seen = Vec::new();
    let mut reply: Value =
        serde_json::from_str(&engine.recommend_json(r#"{"now": 1, "k": 5}"#).expect("list")).expect("JSON");
    loop {
        seen.extend(reply["items"].as_array().into_iter().flatten().map(|item| item["id"].clone()));
        let Some(next) = reply["next"].as_str().map(str::to_owned) else { break };
        reply = serde_json::from_str(&engine.more_json(&next, None).expect("page")).expect("JSON");
    }
    assert_eq!(seen.iter().filter(|id| same.iter().any(|other| *id == other)).count(), 1, "{seen:?}");
}
