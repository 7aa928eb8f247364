//! What of an item holds phrases.

use predilect_core::CatalogueError;
use predilect_core::catalogue::{Catalogue, Column};
use serde_json::Value;

use super::scan::{BREAK, Vocabulary, is_char};
use crate::value;

/// Characters of a field that are looked at.
const READ: usize = 1200;
/// Longest label; longer ones are prose.
const LABEL: usize = 60;
/// Fields that hold no phrases.
const SILENT: [&str; 6] = ["id", "url", "image", "lang", "date", "date_text"];

/// An item as tokens.
pub(super) struct Text {
    /// As written: title first, then prose.
    pub tokens: Vec<u32>,
    /// The same without the forms of words.
    pub keys: Vec<u32>,
    /// Where the title ends.
    pub title: usize,
    pub labels: Vec<Label>,
}

/// A label as it is written, and its keys.
pub(super) struct Label {
    pub text: String,
    pub keys: Vec<u32>,
}

/// The texts of all items.
pub(super) fn read(catalogue: &Catalogue, words: &mut Vocabulary) -> Result<Vec<Text>, CatalogueError> {
    let is_label = |name: &str| matches!(catalogue.column(name), Some((_, Column::Label(_))));
    let mut texts = Vec::with_capacity(catalogue.len());
    for item in catalogue.items() {
        let fields = catalogue.object(item)?;
        let mut text = Text { tokens: Vec::new(), keys: Vec::new(), title: 0, labels: Vec::new() };
        let prose = |text: &mut Text, words: &mut Vocabulary, value: &str| {
            let end = value.char_indices().nth(READ).map_or(value.len(), |(end, _)| end);
            words.read(&value[..end], &mut text.tokens);
        };
        if let Some(title) = fields.get("title").and_then(Value::as_str) {
            prose(&mut text, words, title);
            text.title = text.tokens.len();
        }
        for (name, value) in fields.iter().filter(|(name, _)| !SILENT.contains(&name.as_str()) && *name != "title") {
            match value {
                Value::String(own) if value::is_address(own) => {}
                Value::String(own) if *name == "category" || is_label(name) => label(&mut text, words, own),
                Value::String(own) => prose(&mut text, words, own),
                Value::Array(list) => {
                    let texts = list.iter().filter_map(Value::as_str).filter(|own| !value::is_address(own));
                    texts.for_each(|own| label(&mut text, words, own));
                }
                _ => {}
            }
        }
        text.keys = text.tokens.iter().map(|&token| words.key(token)).collect();
        texts.push(text);
    }
    Ok(texts)
}

fn label(text: &mut Text, words: &mut Vocabulary, own: &str) {
    // What stands in brackets explains the label.
    let own = own.split(['(', '（', '[', '【']).next().unwrap_or_default().trim();
    if own.chars().count() > LABEL {
        return words.read(own, &mut text.tokens);
    }
    let mut tokens = Vec::new();
    words.read(own, &mut tokens);
    while tokens.last() == Some(&BREAK) {
        tokens.pop();
    }
    let keys: Vec<u32> = tokens.iter().map(|&token| words.key(token)).collect();
    let empty = keys.iter().all(|&key| key == BREAK) || own.starts_with(|c: char| c.is_numeric());
    if !empty && (keys.len() > 1 || words.may_be(&keys) || is_char(keys[0])) {
        text.labels.push(Label { text: own.to_owned(), keys });
    }
}
