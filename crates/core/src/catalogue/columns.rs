//! Columns: the item fields that filters and facets read, one after the other in memory.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::order::descending;

use super::{ColumnHead, ColumnKind, ItemParts};

/// A label longer than this is prose, not a label.
const LABEL_MAX_CHARS: usize = 60;
/// Fields that identify or describe an item and are never filtered by.
const PROSE: [&str; 5] = ["id", "title", "text", "url", "image"];

/// Values of one field over all items.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// One number an item, NaN where missing; a date counts days since 1970.
    Number(Vec<f64>),
    /// Labels an item.
    Label(Labels),
}

/// Labels of all items in compressed rows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Labels {
    /// Distinct labels, ascending.
    pub names: Vec<String>,
    /// `values[offsets[i]..offsets[i + 1]]` are the labels of item `i`.
    pub offsets: Vec<u32>,
    /// Indices into `names`.
    pub values: Vec<u32>,
    /// Items that carry each label.
    pub uses: Vec<u32>,
}

impl Labels {
    /// Labels in compressed rows; counts how often each is used.
    pub(super) fn new(names: Vec<String>, offsets: Vec<u32>, values: Vec<u32>) -> Self {
        let mut uses = vec![0; names.len()];
        values.iter().for_each(|&value| uses[value as usize] += 1);
        Self { names, offsets, values, uses }
    }

    /// Labels of the item in `row`, as indices into `names`.
    pub fn of(&self, row: usize) -> &[u32] {
        &self.values[self.offsets[row] as usize..self.offsets[row + 1] as usize]
    }

    /// Index of a label.
    pub fn find(&self, name: &str) -> Option<u32> {
        self.names.binary_search_by(|n| n.as_str().cmp(name)).ok().map(|i| i as u32)
    }

    /// Each label with the number of items that carry it, most frequent first, equal ones by name.
    pub fn counts(&self) -> Vec<(&str, u32)> {
        let order = descending(self.uses.iter().map(|&count| f64::from(count)));
        order.into_iter().map(|i| (self.names[i].as_str(), self.uses[i])).collect()
    }
}

/// Days from 1970-01-01 to a date written `YYYY-MM-DD` (anything after the day is ignored), proleptic Gregorian.
pub fn days_since_1970(date: &str) -> Option<i64> {
    let bytes = date.as_bytes();
    if bytes.len() < 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let number = |range: core::ops::Range<usize>| date.get(range)?.parse::<i64>().ok();
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let longest = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let last = *longest.get(usize::try_from(month - 1).ok()?)?;
    if !(1..=last).contains(&day) || bytes.get(10).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    // Years start in March, so that the leap day is the last of its year.
    let shifted = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + day_of_year - 719_468)
}

/// Chooses a column for every field that can be filtered by, in ascending order of names.
pub(super) fn derive(items: &[ItemParts]) -> Vec<(ColumnHead, Column)> {
    let names: BTreeSet<&str> = items.iter().flat_map(|item| item.fields.keys().map(String::as_str)).collect();
    let mut columns = Vec::new();
    for name in names.into_iter().filter(|name| !PROSE.contains(name)) {
        let values: Vec<Option<&Value>> = items.iter().map(|item| present(&item.fields, name)).collect();
        if let Some((kind, column)) = numbers(&values).or_else(|| dates(&values)).or_else(|| labels(&values)) {
            columns.push((ColumnHead { name: name.to_owned(), kind }, column));
        }
    }
    columns
}

fn present<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    fields.get(name).filter(|value| !value.is_null())
}

fn numbers(values: &[Option<&Value>]) -> Option<(ColumnKind, Column)> {
    let read = |value: &Option<&Value>| value.map_or(Some(f64::NAN), Value::as_f64);
    let column: Vec<f64> = values.iter().map(read).collect::<Option<_>>()?;
    column.iter().any(|v| !v.is_nan()).then_some((ColumnKind::Number, Column::Number(column)))
}

fn dates(values: &[Option<&Value>]) -> Option<(ColumnKind, Column)> {
    let read = |value: &Option<&Value>| match value {
        None => Some(f64::NAN),
        Some(Value::String(text)) if text.is_empty() => Some(f64::NAN),
        Some(Value::String(text)) => days_since_1970(text).map(|days| days as f64),
        Some(_) => None,
    };
    let column: Vec<f64> = values.iter().map(read).collect::<Option<_>>()?;
    column.iter().any(|v| !v.is_nan()).then_some((ColumnKind::Date, Column::Number(column)))
}

fn labels(values: &[Option<&Value>]) -> Option<(ColumnKind, Column)> {
    let rows: Vec<Vec<String>> =
        values.iter().map(|value| value.map_or(Some(Vec::new()), texts)).collect::<Option<_>>()?;
    let distinct: BTreeSet<&str> = rows.iter().flatten().map(String::as_str).collect();
    let uses = rows.iter().map(Vec::len).sum::<usize>();
    // A field where almost every item has a text of its own (an author's note, a code) narrows nothing down.
    if distinct.is_empty() || (uses > 20 && distinct.len() * 2 > uses) {
        return None;
    }
    let index: BTreeMap<&str, u32> = distinct.iter().enumerate().map(|(i, name)| (*name, i as u32)).collect();
    let (mut offsets, mut labels) = (vec![0], Vec::new());
    for row in &rows {
        let mut own: Vec<u32> = row.iter().map(|text| index[text.as_str()]).collect();
        own.sort_unstable();
        own.dedup();
        labels.extend(own);
        offsets.push(labels.len() as u32);
    }
    let names = distinct.into_iter().map(str::to_owned).collect();
    Some((ColumnKind::Label, Column::Label(Labels::new(names, offsets, labels))))
}

fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) if text.is_empty() => Some(Vec::new()),
        Value::String(text) => (text.chars().count() <= LABEL_MAX_CHARS).then(|| vec![text.clone()]),
        Value::Bool(flag) => Some(vec![flag.to_string()]),
        Value::Number(number) => Some(vec![number.to_string()]),
        Value::Array(list) => {
            let mut out = Vec::new();
            for entry in list.iter().filter(|entry| !entry.is_array()) {
                out.extend(texts(entry)?);
            }
            Some(out)
        }
        Value::Null | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn items(values: &[Value]) -> Vec<ItemParts> {
        let fields = |v: &Value| v.as_object().cloned().unwrap();
        values.iter().enumerate().map(|(i, v)| ItemParts { id: i.to_string(), fields: fields(v) }).collect()
    }

    #[test]
    fn days() {
        for (date, days) in [
            ("1970-01-01", Some(0)),
            ("1969-12-31", Some(-1)),
            ("2000-02-29", Some(11_016)),
            ("2026-11-01T10:00:00Z", Some(20_758)),
            ("2023-02-29", None),
            ("1900-02-29", None),
            ("date not known", None),
            ("2023-13-01", None),
        ] {
            assert_eq!(days_since_1970(date), days, "{date}");
        }
    }

    #[test]
    fn kinds_are_recognised() {
        let items = items(&[
            json!({"price": 3, "date": "2024-01-02", "tags": ["b", "a", "b"], "title": "x", "nested": {"a": 1}}),
            json!({"price": null, "tags": "a", "title": "y"}),
        ]);
        let columns = derive(&items);
        let names: Vec<_> = columns.iter().map(|(head, _)| (head.name.as_str(), head.kind)).collect();
        assert_eq!(names, [("date", ColumnKind::Date), ("price", ColumnKind::Number), ("tags", ColumnKind::Label)]);
        let Column::Label(tags) = &columns[2].1 else { panic!("tags are labels") };
        assert_eq!((tags.of(0), tags.of(1)), (&[0, 1][..], &[0][..]));
        assert_eq!(tags.counts(), [("a", 2), ("b", 1)]);
    }

    #[test]
    fn prose_is_no_label() {
        let long = "word ".repeat(20);
        assert!(derive(&items(&[json!({"note": long})])).is_empty());
    }
}
