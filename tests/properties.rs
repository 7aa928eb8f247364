//! Properties that hold for every profile: of the engine as a whole.

mod world;

use predilect_builder::{Builder, Options};
use predilect_engine::{ByMeaning, Engine};
use proptest::prelude::*;
use serde_json::{Value, json};

use world::{DIMENSION, ITEMS, NOW, engine, events, ids, recommended, recorded};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_profile_merged_from_parts_is_the_profile(events in events(), cut in 0..30_usize) {
        let whole = recorded(&events);
        let (first, second) = events.split_at(cut.min(events.len()));
        let mut parts = engine();
        for part in [first, second] {
            parts.merge_json(&json!({"events": part}).to_string()).expect("merged");
        }
        prop_assert_eq!(parts.snapshot().expect("bytes"), whole.snapshot().expect("bytes"));
        // Again as an import, nothing is new.
        let merged = parts.merge_json(&json!({"events": events, "newOnly": true}).to_string()).expect("merged");
        let merged: Value = serde_json::from_str(&merged).expect("JSON");
        prop_assert_eq!(&merged["events"], 0);
        prop_assert_eq!(parts.snapshot().expect("bytes"), whole.snapshot().expect("bytes"));
    }

    #[test]
    fn a_list_is_whole(events in events(), k in 1_usize..50, diversity in 0.0..1.0_f64, explore in 0.0..1.0_f64) {
        let engine = recorded(&events);
        let request = json!({"now": NOW, "k": k, "diversity": diversity, "explore": explore, "seed": 7});
        let reply = recommended(&engine, request.clone());
        prop_assert_eq!(&reply, &recommended(&engine, request));

        let list = ids(&reply);
        let mut distinct = list.clone();
        distinct.sort();
        distinct.dedup();
        prop_assert_eq!(distinct.len(), list.len());
        // An opinion removes an item; nothing else does.
        let opinion = |e: &&Value| !["view", "click", "dwell", "tune"].contains(&e["kind"].as_str().unwrap_or(""));
        let mut known: Vec<&str> = events.iter().filter(opinion).filter_map(|e| e["item"].as_str()).collect();
        known.sort_unstable();
        known.dedup();
        prop_assert!(list.iter().all(|id| !known.contains(&id.as_str())));
        prop_assert_eq!(list.len(), k.min(ITEMS - known.len()));

        let mut last = f64::INFINITY;
        for item in reply["items"].as_array().into_iter().flatten() {
            let score = item["score"].as_f64().unwrap_or(f64::NAN);
            let parts: f64 = item["reasons"].as_array().into_iter().flatten().filter_map(|r| r["part"].as_f64()).sum();
            prop_assert!((parts - score).abs() < 1e-9);
            prop_assert!(score <= last + 1e-12, "scores descend");
            last = score;
        }
    }

    #[test]
    fn a_filter_starves_nothing(events in events(), group in 0..4) {
        let engine = recorded(&events);
        let all = recommended(&engine, json!({"now": NOW, "k": 100, "diversity": 0}));
        let some = recommended(&engine, json!({"now": NOW, "k": 100, "diversity": 0, "filter": {"group": format!("g{group}")}}));
        let in_group = |id: &String| id[1..].parse::<usize>().is_ok_and(|i| i % 4 == group as usize);
        prop_assert_eq!(ids(&some), ids(&all).into_iter().filter(in_group).collect::<Vec<_>>());
    }

    /// What is remembered from list to list saves time and changes nothing.
    #[test]
    fn lists_do_not_depend_on_earlier_lists(events in events(), forget in 0..ITEMS) {
        let mut lived = engine();
        let request = json!({"now": NOW, "k": 20});
        for (at, event) in events.iter().enumerate() {
            lived.record_json(&event.to_string()).expect("a good event");
            if at % 7 == 6 {
                lived.forget_json(&json!({"item": format!("i{forget}")}).to_string()).expect("forgets");
            }
            let mut fresh = engine();
            fresh.restore(&lived.snapshot().expect("a snapshot")).expect("restores");
            prop_assert_eq!(recommended(&lived, request.clone()), recommended(&fresh, request.clone()));
        }
    }

    #[test]
    fn forgotten_equals_never_seen(events in events(), item in 0..ITEMS) {
        let id = format!("i{item}");
        let mut forgetful = recorded(&events);
        forgetful.forget_json(&json!({"item": id}).to_string()).expect("forgets");
        let others: Vec<Value> = events.into_iter().filter(|e| e["item"] != id.as_str()).collect();
        let innocent = recorded(&others);
        let request = json!({"now": NOW, "k": 50});
        prop_assert_eq!(recommended(&forgetful, request.clone()), recommended(&innocent, request));
        prop_assert_eq!(forgetful.profile_json(NOW, None), innocent.profile_json(NOW, None));
    }

    /// What is muted counts nowhere, and the page can bring it back.
    #[test]
    fn a_muted_interest_is_no_reason(events in events(), which in any::<prop::sample::Index>()) {
        let events: Vec<Value> = events.into_iter().filter(|e| e["kind"] != "tune").collect();
        let mut engine = recorded(&events);
        let shown = |engine: &Engine| -> Value { serde_json::from_str(&engine.profile_json(NOW, None).expect("profile")).expect("JSON") };
        let request = json!({"now": NOW, "k": 50, "personal": false});
        let (before, usual) = (shown(&engine), recommended(&engine, request.clone()));
        let interests = before["interests"].as_array().expect("a list");
        prop_assume!(!interests.is_empty());
        let own = &interests[which.index(interests.len())];
        let tune = |engine: &mut Engine, value: f64| {
            let event = json!({"kind": "tune", "item": own["medoid"], "at": NOW, "value": value});
            engine.record_json(&event.to_string()).expect("a good event");
        };
        tune(&mut engine, 0.0);
        let muted = shown(&engine);
        let found = muted["interests"].as_array().into_iter().flatten().find(|i| i["key"] == own["key"]).expect("still shown");
        prop_assert_eq!((&found["tuned"], &found["weight"]), (&json!(0.0), &json!(0.0)));
        let items = own["items"].as_array().expect("a list");
        let reply = recommended(&engine, request.clone());
        for reason in reply["items"].as_array().into_iter().flatten().flat_map(|item| item["reasons"].as_array().expect("a list")) {
            prop_assert!(reason["kind"] == "negative" || !items.contains(&reason["event"]["item"]), "{}", reason);
        }
        tune(&mut engine, 1.0);
        prop_assert_eq!(recommended(&engine, request.clone()), usual.clone());
        tune(&mut engine, 0.0);
        engine.forget_json(&json!({"interest": own["key"]}).to_string()).expect("a muted interest can be forgotten");
        let others: Vec<Value> = events.into_iter().filter(|e| !items.contains(&e["item"])).collect();
        prop_assert_eq!(recommended(&engine, request.clone()), recommended(&recorded(&others), request));
    }

    #[test]
    fn interests_can_be_forgotten_by_their_keys(events in events()) {
        let mut engine = recorded(&events);
        for _ in 0..ITEMS {
            let profile: Value = serde_json::from_str(&engine.profile_json(NOW, None).expect("profile")).expect("JSON");
            let first = [&profile["interests"], &profile["negatives"]].into_iter().find_map(|list| list[0]["key"].as_str());
            let Some(key) = first else { return Ok(()) };
            engine.forget_json(&json!({"interest": key}).to_string()).expect("forgets");
        }
        prop_assert!(false, "interests are left");
    }

    #[test]
    fn a_snapshot_restores_everything(events in events(), at in any::<prop::sample::Index>(), flip in 1..=255_u8) {
        let mut engine = recorded(&events);
        engine.describe("quiet evenings", &[0.5; DIMENSION], "test", NOW, -0.5).expect("described");
        let bytes = engine.snapshot().expect("a snapshot");
        let mut other = world::engine();
        other.restore(&bytes).expect("restores");
        prop_assert_eq!(engine.profile_json(NOW, None), other.profile_json(NOW, None));
        prop_assert_eq!(other.snapshot().expect("a snapshot"), bytes.clone());

        let mut damaged = bytes.clone();
        let at = at.index(damaged.len());
        damaged[at] ^= flip;
        if let Err(error) = other.restore(&damaged) {
            prop_assert!(["snapshot-corrupt", "snapshot-version"].contains(&error.code()), "{}", error);
        }
        prop_assert_eq!(engine.profile_json(NOW, None), other.profile_json(NOW, None));
        let cut = other.restore(&bytes[..at]).map_err(|error| error.code());
        prop_assert_eq!(cut, Err("snapshot-corrupt"));
    }

    #[test]
    fn damaged_catalogues_are_refused(at in any::<prop::sample::Index>(), flip in 1..=255_u8) {
        let bytes = catalogue_bytes();
        let mut damaged = bytes.clone();
        let place = at.index(bytes.len());
        damaged[place] ^= flip;
        // White space in the header carries nothing; all else is covered by the checksum.
        if let Err(error) = Engine::open(damaged) {
            let codes = ["catalogue-corrupt", "catalogue-truncated", "catalogue-version", "not-a-catalogue"];
            prop_assert!(codes.contains(&error.code()), "{}", error);
        } else {
            prop_assert!(bytes[place].is_ascii_whitespace(), "byte {} is not checked", place);
        }
        let cut = Engine::open(bytes[..place].to_vec()).map(|_| ()).map_err(|error| error.code());
        prop_assert!(cut == Err("catalogue-truncated") || cut == Err("not-a-catalogue"), "{:?} at {}", cut, place);
    }

    #[test]
    fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), text in ".*") {
        prop_assert!(Engine::open(bytes.clone()).is_err());
        let mut engine = engine();
        prop_assert!(engine.restore(&bytes).is_err());
        prop_assert!(engine.record_json(&text).is_err());
        prop_assert!(engine.recommend_json(&text).is_err());
        prop_assert!(engine.forget_json(&text).is_err());
    }
}

fn catalogue_bytes() -> Vec<u8> {
    let mut builder = Builder::new(Options::default()).expect("options");
    builder.push(b"{\"id\": \"a\", \"title\": \"Tea\", \"tags\": [\"x\"], \"price\": 3}\n{\"id\": \"b\", \"title\": \"Pot\"}\n").expect("records");
    builder.finish().expect("items").assemble(&[1.0, 0.0, 0.0, 1.0], "test").expect("catalogue")
}

#[test]
fn what_is_not_a_catalogue_is_named() {
    for (bytes, code) in [
        (&b"<!doctype html><title>not found</title>"[..], "not-a-catalogue"),
        (b"", "not-a-catalogue"),
        (b"PK\x03\x04 something zipped", "not-a-catalogue"),
    ] {
        assert_eq!(Engine::open(bytes.to_vec()).map(|_| ()).map_err(|error| error.code()), Err(code));
    }
    let mut newer = catalogue_bytes();
    let format = br#"\"format\":"#;
    let at = newer.windows(format.len()).position(|bytes| bytes == format).expect("the header names its format");
    newer[at + format.len()] = b'9';
    assert_eq!(Engine::open(newer).map(|_| ()).map_err(|error| error.code()), Err("catalogue-version"));
}

#[test]
fn wrong_encoder_and_dimension_are_named() {
    let mut engine = engine();
    let error = engine.describe("tea", &[1.0; DIMENSION], "another", NOW, 1.0).expect_err("refused");
    assert_eq!(error.code(), "encoder-mismatch");
    assert!(error.to_string().contains("another") && error.to_string().contains("test"));
    let error = engine
        .search_json(None, Some(ByMeaning { vector: &[1.0; 3], encoder: "test" }), "{\"text\": \"tea\"}")
        .expect_err("refused");
    assert_eq!(error.code(), "dimension-mismatch");
    assert!(error.to_string().contains('3') && error.to_string().contains('8'));
}

#[test]
fn merging_keeps_what_the_catalogue_lacks_and_hands_back_texts_of_another_encoder() {
    let mut engine = engine();
    let request = json!({
        "encoder": "test",
        "events": [{"kind": "like", "item": "gone", "at": 5}, {"kind": "like", "item": "i1", "at": 6}],
        "typed": [{"text": "tea", "vector": vec![1.0; DIMENSION], "weight": 1.0, "at": 7}, {"text": "jazz", "weight": -0.5, "at": 8}],
    });
    let merged = |engine: &mut Engine, mut request: Value, more: Value| -> Value {
        request.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
        serde_json::from_str(&engine.merge_json(&request.to_string()).expect("merged")).expect("JSON")
    };
    let waiting = json!([{"text": "jazz", "weight": -0.5, "at": 8}]);
    let added = json!({"events": 2, "typed": 1, "known": 0, "unknownItems": 1, "unencoded": waiting});
    let preview = merged(&mut engine, request.clone(), json!({"preview": true}));
    assert_eq!(preview, added);
    assert!(engine.profile().is_empty(), "a preview adds nothing");
    assert_eq!(merged(&mut engine, request.clone(), json!({})), added);
    assert_eq!((engine.profile().events().len(), engine.profile().typed().len()), (2, 1));
    let again = merged(&mut engine, request.clone(), json!({"newOnly": true}));
    assert_eq!((&again["events"], &again["typed"], &again["known"]), (&json!(0), &json!(0), &json!(3)));
    let foreign = merged(&mut engine, request, json!({"encoder": "another"}));
    assert_eq!(foreign["unencoded"].as_array().map(Vec::len), Some(2));

    let before = engine.snapshot().expect("bytes");
    let bad = json!({"events": [{"kind": "like", "item": "i2", "at": 5}, {"kind": "rating", "item": "i1", "at": 6}]});
    assert_eq!(engine.merge_json(&bad.to_string()).expect_err("refused").code(), "bad-event");
    assert_eq!(engine.snapshot().expect("bytes"), before, "all or none");
}

#[test]
fn an_empty_catalogue_and_an_empty_profile_answer_sensibly() {
    let fresh = engine();
    assert_eq!(ids(&recommended(&fresh, json!({"now": NOW, "k": 5}))).len(), 5);
    let parts = empty_catalogue();
    let empty = Engine::open(parts).expect("an empty catalogue opens");
    assert!(ids(&recommended(&empty, json!({"now": NOW}))).is_empty());
}

fn empty_catalogue() -> Vec<u8> {
    use predilect_core::catalogue::{CatalogueParts, write};
    write(&CatalogueParts { name: "empty", encoder: "test", dimension: 8, vectors: &[], items: &[] }).expect("writes")
}
