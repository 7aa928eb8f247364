//! Filters: a condition on item fields, checked when parsed, applied as a bitmap inside the scan.
//!
//! `{"section": "shop", "tags": ["tea", "coffee"], "price": {"max": 30}, "lang": {"not": "zh"}}`: every field must hold.
//! A list holds if any of its values does; a field with several labels holds if any label does. An item without the field
//! holds only for `not`.

use serde_json::{Map, Value};
use thiserror::Error;

use crate::catalogue::{Catalogue, Column, ColumnKind, Labels, days_since_1970};

/// A set of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bitmap {
    words: Vec<u64>,
    len: usize,
}

impl Bitmap {
    /// All of `len` rows.
    pub fn full(len: usize) -> Self {
        let mut bitmap = Self { words: vec![u64::MAX; len.div_ceil(64)], len };
        bitmap.trim();
        bitmap
    }

    /// None of `len` rows.
    pub fn empty(len: usize) -> Self {
        Self { words: vec![0; len.div_ceil(64)], len }
    }

    fn trim(&mut self) {
        let rest = self.len % 64;
        if let (1.., Some(last)) = (rest, self.words.last_mut()) {
            *last &= (1 << rest) - 1;
        }
    }

    /// Whether `row` is in the set; a row beyond the end is not.
    pub fn contains(&self, row: usize) -> bool {
        self.words.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 == 1)
    }

    /// The rows from `64 * at` on, the first in the lowest bit.
    #[inline]
    pub fn word(&self, at: usize) -> u64 {
        self.words.get(at).copied().unwrap_or(0)
    }

    /// Adds `row`.
    pub fn insert(&mut self, row: usize) {
        if row < self.len {
            self.words[row / 64] |= 1 << (row % 64);
        }
    }

    /// Takes `row` out.
    pub fn remove(&mut self, row: usize) {
        if row < self.len {
            self.words[row / 64] &= !(1 << (row % 64));
        }
    }

    /// Whether every row of `other` is in the set.
    pub fn contains_all(&self, other: &Self) -> bool {
        self.len == other.len && self.words.iter().zip(&other.words).all(|(own, other)| other & !own == 0)
    }

    /// Number of rows in the set.
    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Number of rows it speaks of.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it speaks of no row at all.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Keeps the rows that are in `other` as well.
    pub fn intersect(&mut self, other: &Self) {
        for (word, with) in self.words.iter_mut().zip(&other.words) {
            *word &= with;
        }
    }

    fn invert(&mut self) {
        self.words.iter_mut().for_each(|word| *word = !*word);
        self.trim();
    }
}

/// Why a filter is refused.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum FilterError {
    /// The catalogue has no such column.
    #[error("filter: no field \"{field}\" to filter by; this catalogue has {known}")]
    Field {
        /// The field of the filter.
        field: String,
        /// Fields that exist.
        known: String,
    },
    /// The condition has a shape that the field does not take.
    #[error("filter on \"{field}\": found {found}, expected {expected}")]
    Condition {
        /// The field of the filter.
        field: String,
        /// The condition as JSON.
        found: String,
        /// What fits.
        expected: &'static str,
    },
}

/// A condition on item fields.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter(Vec<(String, Condition)>);

#[derive(Debug, Clone, PartialEq)]
enum Condition {
    Labels(Vec<String>),
    Numbers(Vec<f64>),
    Range(f64, f64),
    Not(Box<Condition>),
}

impl Filter {
    /// Reads a filter for `catalogue`.
    ///
    /// # Errors
    /// Names the field that does not exist or the condition that does not fit it.
    pub fn parse(json: &Map<String, Value>, catalogue: &Catalogue) -> Result<Self, FilterError> {
        let mut conditions = Vec::new();
        for (field, value) in json {
            let Some((kind, _)) = catalogue.column(field) else {
                let known: Vec<_> = catalogue.columns().iter().map(|(head, _)| head.name.as_str()).collect();
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                return Err(FilterError::Field { field: field.clone(), known });
            };
            conditions.push((field.clone(), condition(field, value, kind)?));
        }
        Ok(Self(conditions))
    }

    /// The rows for which every condition holds.
    pub fn bitmap(&self, catalogue: &Catalogue) -> Bitmap {
        let mut out = Bitmap::full(catalogue.len());
        for (field, condition) in &self.0 {
            if let Some((_, column)) = catalogue.column(field) {
                out.intersect(&condition.rows(column, catalogue.len()));
            }
        }
        out
    }
}

fn condition(field: &str, value: &Value, kind: ColumnKind) -> Result<Condition, FilterError> {
    let refuse = |expected| FilterError::Condition { field: field.to_owned(), found: value.to_string(), expected };
    if let Value::Object(object) = value {
        if let (1, Some(inner)) = (object.len(), object.get("not")) {
            return Ok(Condition::Not(Box::new(condition(field, inner, kind)?)));
        }
        let range = "{\"min\": .., \"max\": ..} or {\"not\": ..}";
        if object.is_empty() || kind == ColumnKind::Label || object.keys().any(|key| key != "min" && key != "max") {
            return Err(refuse(if kind == ColumnKind::Label {
                "a label, a list of labels or {\"not\": ..}"
            } else {
                range
            }));
        }
        let bound =
            |key: &str, open: f64| object.get(key).map_or(Some(open), |v| number(v, kind)).ok_or_else(|| refuse(range));
        return Ok(Condition::Range(bound("min", f64::NEG_INFINITY)?, bound("max", f64::INFINITY)?));
    }
    let list = match value {
        Value::Array(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    if kind == ColumnKind::Label {
        let label = |v: &Value| match v {
            Value::String(text) => Some(text.clone()),
            Value::Bool(flag) => Some(flag.to_string()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        let labels = list.iter().map(label).collect::<Option<_>>();
        return labels.map(Condition::Labels).ok_or_else(|| refuse("a label or a list of labels"));
    }
    let expected = if kind == ColumnKind::Date {
        "a date YYYY-MM-DD or a range"
    } else {
        "a number, a list of numbers or a range"
    };
    list.iter().map(|v| number(v, kind)).collect::<Option<_>>().map(Condition::Numbers).ok_or_else(|| refuse(expected))
}

fn number(value: &Value, kind: ColumnKind) -> Option<f64> {
    match (kind, value) {
        (ColumnKind::Date, Value::String(date)) => days_since_1970(date).map(|days| days as f64),
        _ => value.as_f64(),
    }
}

impl Condition {
    fn rows(&self, column: &Column, len: usize) -> Bitmap {
        let mut out = Bitmap::empty(len);
        match (self, column) {
            (Self::Not(inner), column) => {
                out = inner.rows(column, len);
                out.invert();
            }
            (Self::Labels(wanted), Column::Label(labels)) => mark_labels(&mut out, wanted, labels),
            (Self::Numbers(wanted), Column::Number(values)) => mark(&mut out, values, |v| wanted.contains(&v)),
            (Self::Range(min, max), Column::Number(values)) => mark(&mut out, values, |v| v >= *min && v <= *max),
            _ => {}
        }
        out
    }
}

fn mark(out: &mut Bitmap, values: &[f64], holds: impl Fn(f64) -> bool) {
    for (row, &value) in values.iter().enumerate() {
        if holds(value) {
            out.insert(row);
        }
    }
}

fn mark_labels(out: &mut Bitmap, wanted: &[String], labels: &Labels) {
    let wanted: Vec<u32> = wanted.iter().filter_map(|name| labels.find(name)).collect();
    for row in 0..out.len() {
        if labels.of(row).iter().any(|label| wanted.contains(label)) {
            out.insert(row);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{CatalogueParts, ItemParts, write};
    use serde_json::json;

    fn catalogue() -> Catalogue {
        let fields = [
            json!({"section": "shop", "price": 10, "tags": ["tea", "pot"], "date": "2025-01-01"}),
            json!({"section": "shop", "price": 40, "tags": ["car"], "date": "2026-01-01"}),
            json!({"section": "news", "tags": ["tea"]}),
        ];
        let item = |(i, f): (usize, &Value)| ItemParts { id: format!("i{i}"), fields: f.as_object().cloned().unwrap() };
        let items: Vec<_> = fields.iter().enumerate().map(item).collect();
        let vectors = [1.0, 0.0, 0.0, 1.0, 1.0, 1.0];
        let parts = CatalogueParts { name: "t", encoder: "e", dimension: 2, vectors: &vectors, items: &items };
        Catalogue::open(write(&parts).unwrap()).unwrap()
    }

    fn rows(filter: Value) -> Result<Vec<usize>, FilterError> {
        let catalogue = catalogue();
        let bitmap = Filter::parse(filter.as_object().unwrap(), &catalogue)?.bitmap(&catalogue);
        Ok((0..3).filter(|&row| bitmap.contains(row)).collect())
    }

    #[test]
    fn conditions() {
        for (filter, expected) in [
            (json!({}), vec![0, 1, 2]),
            (json!({"section": "shop"}), vec![0, 1]),
            (json!({"tags": ["tea", "car"], "section": "shop"}), vec![0, 1]),
            (json!({"tags": {"not": "tea"}}), vec![1]),
            (json!({"price": {"max": 20}}), vec![0]),
            (json!({"price": {"not": {"max": 20}}}), vec![1, 2]),
            (json!({"price": [10, 40]}), vec![0, 1]),
            (json!({"date": {"min": "2025-06-01"}}), vec![1]),
            (json!({"section": "nowhere"}), vec![]),
        ] {
            assert_eq!(rows(filter.clone()).unwrap(), expected, "{filter}");
        }
    }

    #[test]
    fn mistakes_are_named() {
        for (filter, word) in [
            (json!({"sektion": "shop"}), "sektion"),
            (json!({"price": "cheap"}), "cheap"),
            (json!({"price": {"maximum": 3}}), "maximum"),
            (json!({"tags": {"min": 3}}), "tags"),
            (json!({"date": "yesterday"}), "yesterday"),
        ] {
            let message = rows(filter.clone()).unwrap_err().to_string();
            assert!(message.contains(word), "{filter}: {message}");
        }
    }

    #[test]
    fn inverting_keeps_the_length() {
        let mut bitmap = Bitmap::empty(70);
        bitmap.invert();
        assert_eq!(bitmap.count(), 70);
        bitmap.remove(69);
        assert!(!bitmap.contains(69) && !bitmap.contains(70));
    }
}
