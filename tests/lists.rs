//! Properties of lists: of every surface, with rules, caps and calibration, in one piece and in pages.

mod world;

use std::collections::BTreeMap;

use predilect_engine::Engine;
use proptest::prelude::*;
use serde_json::{Value, json};

use world::{ITEMS, NOW, engine, events, ids, recommended, recorded};

const SURFACES: [&str; 6] = ["for-you", "similar", "together", "continue", "trending", "because"];

/// A request for a surface with everything a page may wish, each wish there or not.
fn request() -> impl Strategy<Value = Value> {
    let wishes = (any::<[bool; 6]>(), 0.0..1.0_f64, 0.1..3.0_f64, 1..8_u64, 0.0..=1.0_f64);
    (0..SURFACES.len(), 0..ITEMS, 0..ITEMS, 1..12_usize, wishes).prop_map(
        |(surface, item, other, place, (there, diversity, by, cap, calibration))| {
            let mut request =
                json!({"now": NOW, "surface": SURFACES[surface], "k": 8, "seed": 3, "diversity": diversity});
            if ["similar", "together"].contains(&SURFACES[surface]) {
                request["items"] = json!([format!("i{item}"), format!("i{other}")]);
            }
            let wishes = [
                ("filter", json!({"group": {"not": format!("g{}", item % 4)}})),
                ("exclude", json!([format!("i{other}"), format!("i{}", (other + 9) % ITEMS)])),
                ("caps", json!({"group": cap, "tags": cap + 1})),
                ("calibration", json!({"tags": calibration})),
                (
                    "pin",
                    json!([{"name": "first", "item": format!("i{}", (item + 7) % ITEMS), "place": place},
                    {"name": "second", "item": format!("i{other}"), "place": 2}]),
                ),
                ("boost", json!([{"name": "up", "filter": {"tags": "t1"}, "by": by}])),
            ];
            for ((key, wish), there) in wishes.into_iter().zip(there) {
                if there {
                    request[key] = wish;
                }
            }
            request["bury"] = json!([{"name": "down", "filter": {"group": "g2"}, "by": by}]);
            request
        },
    )
}

fn with(request: &Value, key: &str, value: Value) -> Value {
    let mut request = request.clone();
    request[key] = value;
    request
}

fn more(engine: &Engine, after: &Value) -> Value {
    let after = after.as_str().expect("a cursor");
    serde_json::from_str(&engine.more_json(after, None).expect("a reply")).expect("JSON")
}

/// The items of a list in pages, `between` which something may happen.
fn pages(engine: &mut Engine, request: &Value, mut between: impl FnMut(&mut Engine, &Value)) -> Vec<Value> {
    let mut page = recommended(engine, request.clone());
    let mut all = Vec::new();
    loop {
        let items = page["items"].as_array().cloned().unwrap_or_default();
        all.extend(items);
        let Some(next) = page.get("next").cloned() else { return all };
        between(engine, &page);
        page = more(engine, &next);
    }
}

fn item(id: &str) -> usize {
    id[1..].parse().expect("a number")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn parts_sum_and_nothing_ruled_out_comes(events in events(), request in request()) {
        let engine = recorded(&events);
        let reply = recommended(&engine, with(&request, "k", json!(100)));
        let pinned = request.get("pin").is_some();
        let mut last = f64::INFINITY;
        for own in reply["items"].as_array().into_iter().flatten() {
            let score = own["score"].as_f64().unwrap_or(f64::NAN);
            let reasons = own["reasons"].as_array().cloned().unwrap_or_default();
            let parts: f64 = reasons.iter().filter_map(|reason| reason["part"].as_f64()).sum();
            prop_assert!((parts - score).abs() < 1e-9, "{own}");
            // Pins that find no place before the end of the list keep their score.
            prop_assert!(score <= last + 1e-9 || pinned, "scores descend");
            last = score;
            for reason in &reasons {
                prop_assert_eq!(reason["kind"] == "rule", reason.get("rule").is_some());
            }
            let named = |name: &str| reasons.iter().any(|reason| reason["rule"] == name);
            let id = item(own["id"].as_str().unwrap_or_default());
            prop_assert_eq!(named("down"), id % 4 == 2, "what is buried says so");
            prop_assert_eq!(named("up"), request.get("boost").is_some() && (id % 3 == 1 || id % 7 == 1));
        }
        let shown = ids(&reply);
        let opinion = |e: &&Value| !["view", "click", "dwell", "tune"].contains(&e["kind"].as_str().unwrap_or(""));
        let known: Vec<&str> = events.iter().filter(opinion).filter_map(|e| e["item"].as_str()).collect();
        prop_assert!(shown.iter().all(|id| !known.contains(&id.as_str())), "an opinion rules out");
        let listed = |key: &str, id: &String| request[key].as_array().is_some_and(|ids| ids.iter().any(|own| *own == **id));
        prop_assert!(shown.iter().all(|id| !listed("exclude", id) && !listed("items", id)));
        if let Some(group) = request["filter"]["group"]["not"].as_str() {
            prop_assert!(shown.iter().all(|id| format!("g{}", item(id) % 4) != group), "the filter holds");
        }
    }

    #[test]
    fn caps_hold_and_starve_nothing(events in events(), request in request(), cap in 1..5_usize) {
        let engine = recorded(&events);
        let request = with(&with(&request, "caps", json!({"group": cap})), "k", json!(100));
        let capped = ids(&recommended(&engine, request.clone()));
        let free = ids(&recommended(&engine, with(&request, "caps", json!({}))));
        let count = |list: &[String]| {
            let mut groups = BTreeMap::new();
            list.iter().for_each(|id| *groups.entry(item(id) % 4).or_insert(0) += 1);
            groups
        };
        let there = count(&free);
        for (group, found) in count(&capped) {
            prop_assert_eq!(found, cap.min(there[&group]), "as many as there may be");
        }
        prop_assert_eq!(capped.len(), there.values().map(|&found| cap.min(found)).sum::<usize>());
    }

    #[test]
    fn pages_are_one_long_list(events in events(), request in request(), k in 1..9_usize) {
        let mut engine = recorded(&events);
        let whole = recommended(&engine, with(&request, "k", json!(100)));
        prop_assert!(whole.get("next").is_none(), "the end is told");
        let full = |page: &Value| page["items"].as_array().is_some_and(|items| items.len() == k);
        let pages = pages(&mut engine, &with(&request, "k", json!(k)), |_, page| assert!(full(page), "the next page is needed"));
        prop_assert_eq!(Value::from(pages), whole["items"].clone());
    }

    #[test]
    fn nothing_comes_again_whatever_happens_between_pages(events in events(), others in events(), request in request()) {
        let mut engine = recorded(&events);
        let mut others = others.into_iter();
        let shown = pages(&mut engine, &with(&request, "k", json!(3)), |engine, page| {
            let kinds = ["like", "dismiss", "click"];
            let first = page["items"][0]["id"].clone();
            engine.record_json(&json!({"kind": kinds[ids(page).len() % 3], "item": first, "at": NOW}).to_string()).expect("an event");
            others.next().into_iter().for_each(|event| engine.record_json(&event.to_string()).expect("an event"));
        });
        let mut list: Vec<&str> = shown.iter().filter_map(|item| item["id"].as_str()).collect();
        let count = list.len();
        list.sort_unstable();
        list.dedup();
        prop_assert_eq!(list.len(), count);
    }

    #[test]
    fn damaged_cursors_are_refused(at in any::<prop::sample::Index>(), flip in 1..128_u8) {
        let engine = engine();
        let reply = recommended(&engine, json!({"now": NOW, "k": 5, "filter": {"group": ["g1", "g2"]}}));
        let mut bytes = reply["next"].as_str().expect("a cursor").as_bytes().to_vec();
        let at = at.index(bytes.len());
        bytes[at] = (bytes[at] ^ flip) & 127;
        let text = String::from_utf8(bytes).expect("ASCII");
        prop_assume!(Some(text.as_str()) != reply["next"].as_str());
        let error = engine.more_json(&text, None).expect_err("refused");
        prop_assert_eq!(error.code(), "bad-cursor");
    }
}

/// Of so many items not all are candidates at once: a list is made in stages, for 32, 128 and 512 places.
#[test]
fn pages_join_where_a_list_is_made_in_stages() {
    let mut engine = world::sized(1300);
    let events = [("like", 5), ("click", 40), ("purchase", 77), ("dislike", 6), ("view", 90), ("click", 91)];
    for (second, (kind, item)) in events.into_iter().enumerate() {
        let event = json!({"kind": kind, "item": format!("i{item}"), "at": NOW - 9_000 + second as i64 * 1000});
        engine.record_json(&event.to_string()).expect("a good event");
    }
    let wishes = json!({
        "caps": {"tags": 90}, "calibration": {"tags": 0.3}, "filter": {"group": {"not": "g3"}},
        "pin": [{"name": "late", "item": "i1201", "place": 140}], "bury": [{"name": "down", "filter": {"tags": "t2"}, "by": 0.2}],
    });
    for surface in SURFACES {
        for wished in [false, true] {
            let mut request = json!({"now": NOW, "surface": surface, "k": 300, "seed": 3, "diversity": 0.3});
            if ["similar", "together"].contains(&surface) {
                request["items"] = json!(["i8"]);
            }
            if wished {
                request.as_object_mut().expect("an object").extend(wishes.as_object().expect("an object").clone());
            }
            let whole = ids(&recommended(&engine, request.clone()));
            if ["for-you", "similar", "because"].contains(&surface) {
                assert!(whole.len() > 128, "{surface} reaches the third stage: {}", whole.len());
            }
            // Neither page ends where a stage does.
            for k in [23, 70] {
                let mut page = recommended(&engine, with(&request, "k", json!(k)));
                let mut joined = ids(&page);
                while let Some(next) = page.get("next").filter(|_| joined.len() < whole.len()).cloned() {
                    page = more(&engine, &next);
                    joined.extend(ids(&page));
                }
                joined.truncate(whole.len());
                assert_eq!(joined, whole, "{surface} by {k}, wishes: {wished}");
            }
        }
    }
}

#[test]
fn cursors_of_another_catalogue_are_refused_with_the_remedy() {
    let engine = engine();
    let reply = recommended(&engine, json!({"now": NOW, "k": 5}));
    let mut other = world::engine();
    let rest = predilect_builder::remove(other.catalogue().bytes().to_vec(), &["i3".to_owned()]).expect("removes");
    other.replace(rest).expect("opens");
    for after in [reply["next"].as_str().expect("a cursor"), "", "0123456789abcdef{}"] {
        let error = other.more_json(after, None).expect_err("refused");
        assert_eq!(error.code(), "bad-cursor");
        assert!(error.to_string().contains("ask for the list again"), "{error}");
    }
}

#[test]
fn surfaces_show_what_they_are_for() {
    let engine = recorded(&[
        json!({"kind": "click", "item": "i5", "at": NOW - 5}),
        json!({"kind": "dwell", "item": "i9", "at": NOW - 4, "value": 60}),
        json!({"kind": "click", "item": "i5", "at": NOW - 3}),
        json!({"kind": "click", "item": "i7", "at": NOW - 2}),
        json!({"kind": "view", "item": "i8", "at": NOW - 2}),
        json!({"kind": "purchase", "item": "i7", "at": NOW - 1}),
    ]);
    let ask = |request: Value| recommended(&engine, request);
    let first = |reply: &Value| reply["items"][0]["reasons"][0].clone();

    let begun = ask(json!({"now": NOW, "surface": "continue"}));
    assert_eq!(ids(&begun), ["i5", "i9"], "the latest first, without what was bought or only seen");
    assert_eq!(first(&begun)["event"], json!({"kind": "click", "item": "i5", "at": NOW - 3}));

    let because = ask(json!({"now": NOW, "surface": "because", "k": 3}));
    assert_eq!(because["because"], json!({"item": "i7", "kind": "purchase", "at": NOW - 1}));
    let close = |reason: &Value| reason["kind"] == "similar" && reason["item"] == "i7";
    assert!(because["items"][0]["reasons"].as_array().expect("reasons").iter().any(close));
    let given = ask(json!({"now": NOW, "surface": "because", "items": ["i2"], "k": 3}));
    assert_eq!(given["because"], json!({"item": "i2"}), "nothing was done to it");

    let together = ask(json!({"now": NOW, "surface": "together", "items": ["i1", "i2"], "k": 30}));
    let kinds: Vec<Value> =
        together["items"].as_array().expect("items").iter().map(|item| item["reasons"][0]["kind"].clone()).collect();
    let linked = kinds.iter().take_while(|kind| **kind != "similar").count();
    assert!(linked > 0 && linked < kinds.len());
    assert!(kinds[linked..].iter().all(|kind| kind == "similar"), "what only resembles follows: {kinds:?}");
    let item = first(&together)["item"].clone();
    assert!(item == "i1" || item == "i2", "reasons name the item that leads there");

    let trending = ask(json!({"now": NOW, "surface": "trending"}));
    assert_eq!(first(&trending)["kind"], "trend");
    let fresh = world::engine();
    assert_eq!(recommended(&fresh, json!({"now": NOW, "surface": "because"}))["items"], json!([]), "nothing is known");
}

#[test]
fn wishes_that_cannot_be_met_are_named() {
    let engine = engine();
    for (wish, named) in [
        (json!({"surface": "similar"}), "1 to 256"),
        (json!({"surface": "for-you", "items": ["i1"]}), "0 to 0"),
        (json!({"surface": "because", "items": ["i1", "i2"]}), "0 to 1"),
        (json!({"surface": "nearby"}), "nearby"),
        (json!({"caps": {"popularity": 2}}), "popularity"),
        (json!({"caps": {"group": 0}}), "above 0"),
        (json!({"calibration": {"tags": 2}}), "0 to 1"),
        (json!({"pin": [{"name": "p", "item": "i1", "place": 0}]}), "place is 0"),
        (json!({"boost": [{"name": "b", "filter": {}, "by": 0}]}), "by is 0"),
        (json!({"boost": [{"name": "b", "filter": {"colour": "red"}, "by": 1}]}), "colour"),
        (json!({"bury": [{"name": "b", "by": 1}]}), "filter"),
    ] {
        let mut request = json!({"now": NOW});
        request.as_object_mut().expect("an object").extend(wish.as_object().cloned().unwrap_or_default());
        let error = engine.recommend_json(&request.to_string()).expect_err("refused");
        assert_eq!(error.code(), "bad-request", "{wish}");
        assert!(error.to_string().contains(named), "{wish}: {error}");
    }
    let error = engine.recommend_json(&json!({"now": NOW, "surface": "similar", "items": ["none"]}).to_string());
    assert_eq!(error.expect_err("refused").code(), "unknown-item");
}
