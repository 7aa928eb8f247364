//! What of an item is encoded.
//!
//! Small encoders read about 128 tokens and ignore the rest, and what comes first weighs most in short texts. So: title,
//! then text, then tags and category, each a sentence of its own. The text is cut, at the end of a sentence if possible,
//! so that the tags, which say most in fewest words, are always read: to about 100 tokens, of which a word of letters
//! takes one in four characters and a character of Chinese, Japanese or Korean one in less than two.

use serde_json::Value;

use crate::{
    clean::{self, is_wide},
    item::Item,
};

/// Room for the text, in letters.
const TEXT_ROOM: usize = 400;
/// A wide character takes as much room as this many letters.
const WIDE: usize = 3;

/// The text of an item for the encoder; never empty.
pub(crate) fn text(item: &Item, also: &[String]) -> String {
    let mut out = String::new();
    sentence(&mut out, item.text_of("title"));
    let text = item.text_of("text");
    let short = clean::cut(text, TEXT_ROOM, |c| if is_wide(c) { WIDE } else { 1 });
    sentence(&mut out, short.as_deref().unwrap_or(text));
    let mut words = strings(item.fields.get("tags"));
    for name in std::iter::once("category").chain(also.iter().map(String::as_str)) {
        words.extend(strings(item.fields.get(name)));
    }
    let mut seen: Vec<&str> = Vec::new();
    for word in words {
        if !seen.contains(&word) {
            seen.push(word);
        }
    }
    let wide = seen.first().is_some_and(|word| word.chars().any(is_wide));
    sentence(&mut out, &seen.join(if wide { "、" } else { ", " }));
    out
}

/// Appends a part, ending the one before as its writing does.
fn sentence(out: &mut String, part: &str) {
    if part.is_empty() {
        return;
    }
    match out.chars().next_back() {
        None => {}
        Some('。' | '！' | '？' | '：' | '；' | '」' | '』') => {}
        Some('.' | '!' | '?' | ':' | ';' | '…') => out.push(' '),
        Some(last) => out.push_str(if is_wide(last) { "。" } else { ". " }),
    }
    out.push_str(part);
}

fn strings(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn compose(fields: Value) -> String {
        let item = Item { table: false, id: "a".into(), fields: fields.as_object().cloned().unwrap() };
        text(&item, &["maker".to_owned()])
    }

    #[test]
    fn table() {
        for (fields, expected) in [
            (
                json!({"title": "Kettle", "text": "Boils water.", "tags": ["tea", "kitchen"], "category": "home"}),
                "Kettle. Boils water. tea, kitchen, home",
            ),
            (json!({"title": "Who?", "tags": ["tea"], "category": "tea", "maker": ["Ann", "Bo"]}), "Who? tea, Ann, Bo"),
            (
                json!({"title": "咖喱炒蟹", "text": "一道菜", "tags": ["海鲜", "家常"], "category": "aquatic"}),
                "咖喱炒蟹。一道菜。海鲜、家常、aquatic",
            ),
            (json!({"text": "Only text"}), "Only text"),
            (json!({"title": "X", "price": 3, "date": "2024-01-01"}), "X"),
        ] {
            assert_eq!(compose(fields), expected);
        }
    }

    #[test]
    fn long_texts_leave_room_for_tags() {
        let long = "A sentence of some words that goes on. ".repeat(40);
        let composed = compose(json!({"title": "T", "text": long.trim(), "tags": ["tag"]}));
        assert!(composed.ends_with("goes on. tag") && composed.len() < 420, "{composed}");
        let long = "这是一个很长的句子。".repeat(60);
        let composed = compose(json!({"title": "题", "text": long, "tags": ["标签"]}));
        assert!(composed.ends_with("句子。标签") && composed.chars().count() < 150, "{composed}");
    }
}
