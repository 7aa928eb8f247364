//! Requests in words: what they add to a list for a person.

mod world;

use predilect_engine::{Engine, Told};
use proptest::prelude::*;
use serde_json::{Value, json};

use world::{DIMENSION, ITEMS, NOW, engine, events, ids, recommended, recorded};

fn words(rows: &[u32], scores: &[f32]) -> Told {
    Told { words: Some((rows.to_vec(), scores.to_vec())), meaning: None }
}

fn meaning(vector: &[f32]) -> Told {
    Told { words: None, meaning: Some((vector.to_vec(), "test".to_owned())) }
}

/// The direction of a group of items.
fn towards(group: usize) -> Vec<f32> {
    (0..DIMENSION).map(|j| if j == group { 1.0 } else { 0.2 }).collect()
}

fn asked(engine: &Engine, request: &Value, told: &Told) -> Value {
    serde_json::from_str(&engine.recommend_told_json(&request.to_string(), told.clone()).expect("a reply"))
        .expect("JSON")
}

fn part(item: &Value) -> f64 {
    let reasons = item["reasons"].as_array().into_iter().flatten();
    reasons.filter(|reason| reason["kind"] == "request").filter_map(|reason| reason["part"].as_f64()).sum()
}

fn told() -> impl Strategy<Value = Told> {
    let found = prop::collection::btree_map(0..ITEMS as u32, 0.0..1.0_f32, 0..12);
    let vector = prop::collection::vec(-1.0..1.0_f32, DIMENSION);
    (prop::option::of(found), prop::option::of(vector)).prop_filter_map("one side", |(found, vector)| {
        let vector = vector.filter(|vector| vector.iter().any(|value| value.abs() > 0.1));
        let told = Told {
            words: found.map(|found| found.into_iter().unzip()),
            meaning: vector.map(|v| (v, "test".to_owned())),
        };
        (told != Told::default()).then_some(told)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn parts_sum_and_pages_join(
        events in events(), told in told(), weight in 0.0..10.0_f64, diversity in 0.0..1.0_f64, k in 1..12_usize,
    ) {
        let engine = recorded(&events);
        let request = json!({"now": NOW, "k": 60, "diversity": diversity, "text": "x", "textWeight": weight});
        let whole = asked(&engine, &request, &told);
        for item in whole["items"].as_array().expect("a list") {
            let reasons = item["reasons"].as_array().expect("a list");
            let sum: f64 = reasons.iter().filter_map(|reason| reason["part"].as_f64()).sum();
            prop_assert!((sum - item["score"].as_f64().expect("a score")).abs() < 1e-9);
            prop_assert!(part(item) >= 0.0, "nothing is lowered by a request");
            prop_assert!(reasons.iter().all(|reason| reason["kind"] != "request" || reason["text"] == "x"));
        }
        // The same items as without, in another order.
        let mut plain = ids(&recommended(&engine, json!({"now": NOW, "k": 60})));
        let mut with = ids(&whole);
        plain.sort();
        with.sort();
        prop_assert_eq!(plain, with);

        let mut request = request;
        request["k"] = json!(k);
        let mut page = asked(&engine, &request, &told);
        let mut joined = ids(&page);
        while let Some(after) = page["next"].as_str() {
            prop_assert_eq!(engine.request_of(after).expect("a cursor"), request.to_string());
            page = serde_json::from_str(&engine.more_told_json(after, None, told.clone()).expect("a page")).expect("JSON");
            joined.extend(ids(&page));
        }
        prop_assert_eq!(joined, ids(&whole));
    }

    /// Among items of one score, whoever fits better comes first; with a weight of 0 nothing moves.
    #[test]
    fn a_request_decides_as_far_as_it_weighs(events in events(), told in told()) {
        let engine = recorded(&events);
        let list = |weight: f64| asked(&engine, &json!({"now": NOW, "k": 60, "diversity": 0, "text": "x", "textWeight": weight}), &told);
        prop_assert_eq!(ids(&list(0.0)), ids(&recommended(&engine, json!({"now": NOW, "k": 60, "diversity": 0}))));
        let strong = list(10.0);
        let plain = &ids(&list(0.0))[0];
        let before = strong["items"].as_array().expect("a list").iter().find(|item| item["id"] == plain.as_str()).map(part);
        prop_assert!(Some(part(&strong["items"][0])) >= before, "who comes first with the request fits it no less");
    }
}

#[test]
fn taste_and_request_meet() {
    let mut engine = engine();
    engine
        .record_json(
            &json!([{"kind": "like", "item": "i0", "at": NOW}, {"kind": "like", "item": "i4", "at": NOW}]).to_string(),
        )
        .expect("good events");
    let group = |id: &String| id[1..].parse::<usize>().map_or(9, |n| n % 4);
    let usual = ids(&recommended(&engine, json!({"now": NOW, "k": 5, "diversity": 0})));
    assert!(usual.iter().filter(|id| group(id) == 0).count() >= 3, "{usual:?}");
    let request = json!({"now": NOW, "k": 5, "diversity": 0, "text": "something of group 2"});
    let by_meaning = asked(&engine, &request, &meaning(&towards(2)));
    assert!(ids(&by_meaning).iter().all(|id| group(id) == 2), "{by_meaning}");
    assert_eq!(by_meaning["by"], "meaning");
    assert!(by_meaning["items"][0]["reasons"].as_array().expect("a list").len() > 1, "the taste still counts");
    let by_words = asked(&engine, &request, &words(&[33, 13], &[0.4, 0.9]));
    assert_eq!(ids(&by_words)[0], "i13");
    assert_eq!(by_words["by"], "words");
    let both = Told { words: words(&[13], &[0.9]).words, ..meaning(&towards(2)) };
    assert_eq!(asked(&engine, &request, &both)["by"], "both");
    // What is owned, filtered or excluded stays away, however well it fits.
    let narrow = json!({"now": NOW, "k": 50, "text": "x", "filter": {"group": "g1"}, "exclude": ["i13"]});
    let list = ids(&asked(&engine, &narrow, &words(&[0, 2, 13], &[0.9; 3])));
    assert!(!list.is_empty() && list.iter().all(|id| group(id) == 1 && id != "i13"), "{list:?}");
    assert!(recommended(&engine, json!({"now": NOW}))["by"].is_null());
}

#[test]
fn requests_that_cannot_be_met_are_named() {
    let engine = engine();
    let refused = |more: Value, told: &Told| {
        let mut request = json!({"now": NOW, "text": "x"});
        request.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
        let error = engine.recommend_told_json(&request.to_string(), told.clone()).expect_err("refused");
        (error.code(), error.to_string())
    };
    let good = words(&[1], &[0.5]);
    for (more, told, code, named) in [
        (json!({}), Told::default(), "bad-request", "vector"),
        (json!({"text": " "}), good.clone(), "bad-request", "empty"),
        (json!({"textWeight": -1}), good.clone(), "bad-request", "0 to 10"),
        (json!({"surface": "similar", "items": ["i1"]}), good.clone(), "bad-request", "for-you"),
        (json!({"by": "magic"}), good, "bad-request", "magic"),
        (json!({}), words(&[1], &[2.0]), "bad-request", "scores"),
        (json!({}), meaning(&[1.0, 2.0]), "dimension-mismatch", "2"),
        (json!({}), Told { words: None, meaning: Some((towards(1), "other".to_owned())) }, "encoder-mismatch", "other"),
    ] {
        let (found, message) = refused(more, &told);
        assert!(found == code && message.contains(named), "{found}: {message}");
    }
}
