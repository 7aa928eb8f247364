//! Changes to a JSON value: one node becomes another.

use serde_json::{Map, Number, Value, json};

use crate::Rng;

/// Changes JSON text; nothing where it is none.
pub fn change_text(input: &[u8], rng: &mut Rng) -> Option<Vec<u8>> {
    let mut value: Value = serde_json::from_slice(input).ok()?;
    change(&mut value, rng);
    serde_json::to_vec(&value).ok()
}

/// Changes one node.
pub fn change(value: &mut Value, rng: &mut Rng) {
    let count = count(value);
    let donor = nth(value, &mut rng.below(count)).cloned();
    let mut at = rng.below(count);
    if let Some(node) = nth(value, &mut at) {
        change_node(node, donor, rng);
    }
}

fn change_node(node: &mut Value, donor: Option<Value>, rng: &mut Rng) {
    if rng.once_in(4) {
        *node = odd(rng);
        return;
    }
    if rng.once_in(5)
        && let Some(donor) = donor
    {
        *node = donor;
        return;
    }
    match node {
        Value::Number(number) => *node = near(number, rng),
        Value::String(text) => change_string(text, rng),
        Value::Array(list) => change_list(list, donor, rng),
        Value::Object(object) => change_object(object, donor, rng),
        _ => *node = odd(rng),
    }
}

/// Values at the edges of what there is.
fn odd(rng: &mut Rng) -> Value {
    match rng.below(24) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(0),
        3 => json!(-1),
        4 => json!(i64::MIN),
        5 => json!(i64::MAX),
        6 => json!(u64::MAX),
        7 => json!(f64::MAX),
        8 => json!(f64::MIN_POSITIVE / 4.0),
        9 => json!(-0.0),
        10 => json!(1e39),
        11 => json!(0.1),
        12 => json!(""),
        13 => json!("\0"),
        14 => json!("\u{fffd}\u{202e}中文👩\u{200d}🚀"),
        15 => json!("x".repeat(10_000)),
        16 => json!([]),
        17 => json!({}),
        18 => (0..100).fold(Value::Null, |inner, _| json!([inner])),
        19 => json!({"": {"": null}}),
        20 => json!(vec![0; 1000]),
        21 => json!(4_294_967_296_u64),
        22 => json!({"min": 1, "max": -1}),
        _ => json!(rng.bits() as i32),
    }
}

fn near(number: &Number, rng: &mut Rng) -> Value {
    let value = number.as_f64().unwrap_or_default();
    match (number.as_i64(), rng.below(6)) {
        (Some(whole), 0) => json!(whole.wrapping_add(1)),
        (Some(whole), 1) => json!(whole.wrapping_sub(1)),
        (Some(whole), 2) => json!(whole.wrapping_neg()),
        (Some(whole), 3) => json!(whole.wrapping_mul(1 << rng.below(40))),
        (_, 4) => json!(value + 0.5),
        (_, 5) => json!(value * -1e10),
        _ => odd(rng),
    }
}

fn change_string(text: &mut String, rng: &mut Rng) {
    let at = text.char_indices().map(|(at, _)| at).nth(rng.below(text.chars().count())).unwrap_or(0);
    match rng.below(5) {
        0 => text.truncate(at),
        1 => text.insert(at, *rng.pick(&['\0', '\u{301}', '<', '👩', ' ', '0', '\u{feff}', '\n'])),
        2 => drop(text.drain(at..)),
        3 => *text = text.repeat(1 + rng.below(40)).chars().take(20_000).collect(),
        _ => *text = text.chars().rev().collect(),
    }
}

fn change_list(list: &mut Vec<Value>, donor: Option<Value>, rng: &mut Rng) {
    if list.is_empty() {
        list.extend(donor);
        return;
    }
    let (one, other) = (rng.below(list.len()), rng.below(list.len()));
    match rng.below(5) {
        0 => drop(list.remove(one)),
        1 => list.insert(one, list[other].clone()),
        2 => list.swap(one, other),
        3 => list.truncate(one),
        _ => list.insert(one, donor.unwrap_or_default()),
    }
}

fn change_object(object: &mut Map<String, Value>, donor: Option<Value>, rng: &mut Rng) {
    let keys: Vec<String> = object.keys().cloned().collect();
    if keys.is_empty() {
        object.insert("key".into(), donor.unwrap_or_default());
        return;
    }
    let (one, other) = (rng.pick(&keys).clone(), rng.pick(&keys).clone());
    match rng.below(4) {
        0 => drop(object.remove(&one)),
        1 => {
            let value = object.get(&other).cloned().unwrap_or_default();
            object.insert(one, value);
        }
        2 => {
            let value = object.remove(&one).unwrap_or_default();
            object.insert(format!("{one}{}", rng.pick(&["", "x", "\0", "é"])), value);
        }
        _ => drop(object.insert(one, donor.unwrap_or_default())),
    }
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(list) => list.iter().map(count).sum(),
        Value::Object(object) => object.values().map(count).sum(),
        _ => 0,
    }
}

fn nth<'a>(value: &'a mut Value, at: &mut usize) -> Option<&'a mut Value> {
    if *at == 0 {
        return Some(value);
    }
    *at -= 1;
    match value {
        Value::Array(list) => list.iter_mut().find_map(|inner| nth(inner, at)),
        Value::Object(object) => object.values_mut().find_map(|inner| nth(inner, at)),
        _ => None,
    }
}
