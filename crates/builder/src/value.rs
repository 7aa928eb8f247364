//! Single values: labels, lists written as text, numbers, and what of a value is worth keeping.

pub(crate) use predilect_words::is_address;
use serde_json::{Number, Value};

use crate::clean;

/// Longest tag or category, in characters; filters take no longer ones.
pub(crate) const MAX_LABEL: usize = 60;
/// Most values of a list.
const MAX_LIST: usize = 100;

/// Labels in a value: a list, objects with a name, or a text that separates them by `|`, `;` or `、`, else, if `commas`,
/// by commas.
pub(crate) fn labels(value: &Value, commas: bool) -> Vec<String> {
    let raw: Vec<String> = match value {
        Value::String(text) => match written_list(text) {
            Some(list) => return labels(&list, commas),
            // Entities end in a semicolon, so they are resolved before the text is split.
            None => split(&clean::prose(text), commas),
        },
        Value::Array(list) => list.iter().filter_map(label).collect(),
        other => label(other).into_iter().collect(),
    };
    raw.iter()
        .map(|text| clean::prose(text))
        .filter(|text| !text.is_empty())
        .map(|text| clean::cut(&text, MAX_LABEL - 1, |_| 1).unwrap_or(text))
        .collect()
}

fn label(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Object(object) => {
            ["name", "title", "label"].iter().find_map(|key| object.get(*key)?.as_str().map(str::to_owned))
        }
        _ => None,
    }
}

fn split(text: &str, commas: bool) -> Vec<String> {
    let separators: &[char] = match text {
        _ if text.contains('|') => &['|'],
        _ if text.contains([';', '；']) => &[';', '；'],
        _ if text.contains('、') => &['、'],
        _ if commas => &[',', '，'],
        _ => &[],
    };
    text.split(separators).map(str::to_owned).collect()
}

/// A list that was written as JSON or by Python's `str()`.
fn written_list(text: &str) -> Option<Value> {
    let text = text.trim();
    if !text.starts_with('[') || !text.ends_with(']') {
        return None;
    }
    if let Ok(value @ Value::Array(_)) = serde_json::from_str(text) {
        return Some(value);
    }
    let inner = text.strip_prefix("['")?.strip_suffix("']")?;
    Some(inner.split("', '").map(|part| Value::String(part.to_owned())).collect())
}

/// A cell of a table without a role: a list if it is written as one or `list` says so, else its text.
pub(crate) fn cell(text: &str, list: bool) -> Value {
    match written_list(text) {
        Some(value) => value,
        None if list => split(text, true).iter().map(|part| Value::String(clean::plain(part))).collect(),
        None => Value::String(text.to_owned()),
    }
}

/// A plain decimal number. Leading zeros, signs other than `-`, and more digits than a double holds stay text, because
/// they are codes.
pub(crate) fn number(text: &str) -> Option<Value> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let padded = whole.len() > 1 && whole.starts_with('0');
    if !all_digits(whole) || !all_digits(fraction) || padded || digits.len() > 15 {
        return None;
    }
    match text.parse::<i64>() {
        Ok(number) => Some(Value::from(number)),
        Err(_) => text.parse().ok().and_then(Number::from_f64).map(Value::Number),
    }
}

/// What of a value goes into the catalogue.
pub(crate) enum Kept {
    /// Null, empty.
    Nothing,
    /// All of it.
    Whole(Value),
    /// A part of it.
    Cut(Value),
    /// None of it, and why.
    Dropped(&'static str),
}

/// Cleans a value without a role.
pub(crate) fn keep(value: Value, max_chars: usize) -> Kept {
    match value {
        Value::Null => Kept::Nothing,
        Value::Bool(_) | Value::Number(_) => Kept::Whole(value),
        Value::Object(_) => Kept::Dropped("an object, expected a text, number or list"),
        Value::String(text) => {
            let clean = clean::plain(&text);
            if clean.is_empty() {
                return Kept::Nothing;
            }
            match clean::cut(&clean, max_chars, |_| 1) {
                None => Kept::Whole(Value::String(clean)),
                Some(_) if is_address(&clean) => Kept::Dropped("an address too long to keep and of no use when cut"),
                Some(short) => Kept::Cut(Value::String(short)),
            }
        }
        Value::Array(list) => keep_list(&list, max_chars),
    }
}

fn keep_list(list: &[Value], max_chars: usize) -> Kept {
    let mut kept = Vec::new();
    let mut room = max_chars;
    let mut short = false;
    for value in list {
        let entry = match value {
            Value::String(_) | Value::Object(_) => label(value).map(|text| Value::String(clean::plain(&text))),
            Value::Bool(_) | Value::Number(_) => Some(value.clone()),
            _ => None,
        };
        let Some(entry) = entry.filter(|entry| entry.as_str() != Some("")) else { continue };
        let length = entry.as_str().map_or(1, |text| text.chars().count());
        if kept.len() == MAX_LIST || length > room {
            short = true;
            break;
        }
        room -= length;
        kept.push(entry);
    }
    match (kept.is_empty(), short) {
        (true, _) if list.iter().any(|v| v.is_object() || v.is_array()) => Kept::Dropped("a list of objects or lists"),
        (true, false) => Kept::Nothing,
        (true, true) => Kept::Dropped("a list whose first value is too long"),
        (false, false) => Kept::Whole(Value::Array(kept)),
        (false, true) => Kept::Cut(Value::Array(kept)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn label_table() {
        for (value, commas, expected) in [
            (json!("a|b| c"), true, vec!["a", "b", "c"]),
            (json!("Rock, hard;Pop"), true, vec!["Rock, hard", "Pop"]),
            (json!("咖啡、茶"), false, vec!["咖啡", "茶"]),
            (json!("Action, Drama"), true, vec!["Action", "Drama"]),
            (json!("Home, Garden"), false, vec!["Home, Garden"]),
            (json!(["x", "", " y ", 3, null]), true, vec!["x", "y", "3"]),
            (json!([{"id": 28, "name": "Action"}, {"id": 1}]), true, vec!["Action"]),
            (json!("[{\"id\": 28, \"name\": \"Action\"}]"), true, vec!["Action"]),
            (json!("['Sci-Fi', 'Drama']"), true, vec!["Sci-Fi", "Drama"]),
            (json!("[]"), true, vec![]),
            (json!("R&amp;B"), true, vec!["R&B"]),
        ] {
            assert_eq!(labels(&value, commas), expected, "{value}");
        }
        assert_eq!(labels(&json!("x".repeat(80)), true)[0].chars().count(), MAX_LABEL);
    }

    #[test]
    fn numbers_that_are_codes_stay_text() {
        for (text, expected) in [
            ("12", Some(json!(12))),
            ("-0.50", Some(json!(-0.5))),
            ("0", Some(json!(0))),
            ("007", None),
            ("+1", None),
            ("1e5", None),
            ("1.", None),
            (".5", None),
            ("12345678901234567", None),
            ("1,5", None),
            ("", None),
            ("NaN", None),
        ] {
            assert_eq!(number(text), expected, "{text}");
        }
    }

    #[test]
    fn kept_values() {
        let show = |value: Value| match keep(value, 40) {
            Kept::Nothing => "nothing".to_owned(),
            Kept::Whole(value) => format!("whole {value}"),
            Kept::Cut(value) => format!("cut {value}"),
            Kept::Dropped(_) => "dropped".to_owned(),
        };
        for (value, expected) in [
            (json!(null), "nothing"),
            (json!(""), "nothing"),
            (json!([]), "nothing"),
            (json!(false), "whole false"),
            (json!(" a\nb "), r#"whole "a b""#),
            (json!({"a": 1}), "dropped"),
            (json!([[1]]), "dropped"),
            (json!([1, "two", {"name": "three"}, null]), r#"whole [1,"two","three"]"#),
            (json!("https://example.org/a-very-long-address-that-does-not-fit"), "dropped"),
            (
                json!("one two three four five six seven eight nine"),
                r#"cut "one two three four five six seven eight…""#,
            ),
            (json!(["one two three four five", "six seven eight nine ten"]), r#"cut ["one two three four five"]"#),
        ] {
            assert_eq!(show(value.clone()), expected, "{value}");
        }
    }
}
