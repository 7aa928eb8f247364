//! One record -> one clean item, or why not.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use xxhash_rust::xxh3::xxh3_128;

use crate::{
    clean,
    date::{self, Date},
    input::{Problem, Record},
    language,
    options::{Options, Role},
    report::{Note, Reason, excerpt},
    value::{self, MAX_LABEL},
};

/// Longest id, in characters.
const MAX_ID: usize = 200;
/// Longest title, in characters; longer ones are texts in the wrong field and are cut.
const MAX_TITLE: usize = 300;
/// Most tags of an item.
const MAX_TAGS: usize = 50;
/// A text is cut to this many bytes before its HTML is looked at, so that no input takes long.
const MAX_RAW: usize = 64 << 10;

/// A cleaned item. `fields` holds everything but the id.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Item {
    /// Its values were cells of a table.
    pub table: bool,
    pub id: String,
    pub fields: Map<String, Value>,
}

impl Item {
    pub(crate) fn text_of(&self, name: &str) -> &str {
        self.fields.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// Hash of all words of the item. Two items with the same are the same to a reader: addresses and numbers aside, or,
    /// where there is no text, numbers included.
    pub(crate) fn content(&self) -> u128 {
        let with_numbers = self.text_of("text").is_empty();
        let mut words = String::new();
        for (name, value) in &self.fields {
            let before = words.len();
            match value {
                Value::String(text) if value::is_address(text) || name == "lang" => {}
                Value::String(text) => letters(text, &mut words),
                Value::Array(list) => list.iter().filter_map(Value::as_str).for_each(|text| letters(text, &mut words)),
                other if with_numbers => words.push_str(&other.to_string()),
                _ => {}
            }
            if words.len() > before {
                words.push('\0');
                words.push_str(name);
                words.push('\0');
            }
        }
        xxh3_128(words.as_bytes())
    }
}

/// Cleans texts and joins them, cut to `limit` characters.
fn prose(role: Role, raw: &[String], limit: usize, notes: &mut Notes) -> String {
    let parts: Vec<String> = raw.iter().map(|text| clean::prose(text)).filter(|text| !text.is_empty()).collect();
    let whole = parts.join(" ");
    match clean::cut(&whole, limit, |_| 1) {
        Some(short) => {
            let length = whole.chars().count();
            notes.push((Note::Cut, Some(role.name()), format!("{length} characters, cut to {limit}")));
            short
        }
        None => whole,
    }
}

fn put(fields: &mut Map<String, Value>, name: &str, text: String) {
    if !text.is_empty() {
        fields.insert(name.to_owned(), Value::String(text));
    }
}

fn letters(text: &str, out: &mut String) {
    let before = out.len();
    out.extend(text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase));
    if out.len() == before {
        out.push_str(text);
    }
    out.push('\u{1}');
}

/// What was changed in the record on the way.
pub(crate) type Notes = Vec<(Note, Option<&'static str>, String)>;

/// Which source field served which role.
pub(crate) type Used = Vec<(Role, String)>;

/// Maps and cleans records of one input.
#[derive(Debug)]
pub(crate) struct Mapper {
    options: Options,
}

struct Taken<'a> {
    record: &'a Record,
    taken: Vec<bool>,
    used: Used,
}

impl Mapper {
    pub(crate) fn new(options: Options) -> Self {
        Self { options }
    }

    /// Makes an item of a record.
    pub(crate) fn item(&self, record: &Record) -> Result<(Item, Notes, Used), Problem> {
        let mut notes = Notes::new();
        let mut from = Taken { record, taken: vec![false; record.fields.len()], used: Used::new() };
        let mut fields = Map::new();

        let id = self.id(&mut from)?;
        let mut title = prose(Role::Title, &self.raw(Role::Title, &mut from)?, MAX_TITLE, &mut notes);
        let mut texts = self.raw(Role::Text, &mut from)?;
        if title.is_empty()
            && let Some(first) = texts.first_mut()
            && let Some((heading, rest)) = clean::heading(first)
        {
            title = prose(Role::Title, &[heading.to_owned()], MAX_TITLE, &mut notes);
            *first = rest.to_owned();
            notes.push((
                Note::TitleFromHeading,
                Some("title"),
                format!("no title, took the heading {}", excerpt(&title)),
            ));
        }
        let text = prose(Role::Text, &texts, self.options.max_chars, &mut notes);
        if title.is_empty() && text.is_empty() {
            return Err(empty(record, &from));
        }
        if title.is_empty() {
            notes.push((Note::NoTitle, Some("title"), format!("no title, the text begins {}", excerpt(&text))));
        }
        put(&mut fields, "title", title);
        put(&mut fields, "text", text);
        let (category, tags) = self.labels(&mut from, &mut notes);
        put(&mut fields, "category", category);
        if let Some(lang) = self.lang(&mut from, &mut notes) {
            put(&mut fields, "lang", lang);
        }
        if !tags.is_empty() {
            fields.insert("tags".into(), tags.into_iter().map(Value::String).collect());
        }
        if let Some(number) = self.popularity(&mut from, &mut notes) {
            fields.insert("popularity".into(), number);
        }
        self.date(&mut from, &mut fields, &mut notes);
        self.others(&from, &mut fields, &mut notes);

        let mut item = Item { table: record.table, id: String::new(), fields };
        item.id = match id {
            Some(id) => id,
            None => {
                let all = Value::Object(item.fields.clone()).to_string();
                let made = format!("h{:016x}", xxh3_128(all.as_bytes()) as u64);
                notes.push((Note::IdMade, Some("id"), format!("no id, made \"{made}\" from its content")));
                made
            }
        };
        Ok((item, notes, from.used))
    }

    fn id(&self, from: &mut Taken<'_>) -> Result<Option<String>, Problem> {
        let Some(value) = from.first(Role::Id, &self.options) else { return Ok(None) };
        let id = match value {
            Value::String(text) => clean::plain(text),
            Value::Number(number) => number.to_string(),
            other => return Err(wrong("id", "a text or a number", other)),
        };
        if id.chars().count() > MAX_ID {
            let message = format!("found {}, expected at most {MAX_ID} characters", excerpt(&id));
            return Err(Problem::new(Reason::BadField, Some("id"), message));
        }
        Ok(Some(id).filter(|id| !id.is_empty()))
    }

    /// The texts of a role as they are written.
    fn raw(&self, role: Role, from: &mut Taken<'_>) -> Result<Vec<String>, Problem> {
        let text = |value: &Value| match value {
            Value::String(text) => Ok(text[..text.floor_char_boundary(MAX_RAW)].to_owned()),
            Value::Number(number) => Ok(number.to_string()),
            Value::Array(list) if list.iter().all(Value::is_string) => {
                let joined = list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ");
                Ok(joined[..joined.floor_char_boundary(MAX_RAW)].to_owned())
            }
            other => Err(wrong(role.name(), "a text", other)),
        };
        from.all(role, &self.options).into_iter().map(text).collect()
    }

    /// Category and tags; further categories are tags.
    fn labels(&self, from: &mut Taken<'_>, notes: &mut Notes) -> (String, Vec<String>) {
        let mut categories: Vec<String> =
            from.all(Role::Category, &self.options).into_iter().flat_map(|value| value::labels(value, false)).collect();
        let mut tags: Vec<String> =
            from.all(Role::Tags, &self.options).into_iter().flat_map(|value| value::labels(value, true)).collect();
        let category = if categories.is_empty() { String::new() } else { categories.remove(0) };
        tags.append(&mut categories);
        let mut seen = BTreeSet::new();
        tags.retain(|tag| seen.insert(tag.to_lowercase()));
        if tags.len() > MAX_TAGS {
            notes.push((Note::Cut, Some("tags"), format!("{} tags, cut to {MAX_TAGS}", tags.len())));
            tags.truncate(MAX_TAGS);
        }
        (category, tags)
    }

    fn lang(&self, from: &mut Taken<'_>, notes: &mut Notes) -> Option<String> {
        let text = from.first(Role::Lang, &self.options)?.as_str().unwrap_or_default();
        let code = language::normalise(text);
        if code.is_none() && !text.trim().is_empty() {
            let message = format!("found {}, expected a code such as en or zh-CN", excerpt(text));
            notes.push((Note::LangUnknown, Some("lang"), message));
        }
        code
    }

    fn popularity(&self, from: &mut Taken<'_>, notes: &mut Notes) -> Option<Value> {
        let value = from.first(Role::Popularity, &self.options)?;
        let number = match value {
            Value::Number(number) => Some(Value::Number(number.clone())),
            Value::String(text) => value::number(&text.trim().replace([',', '_', ' '], "")),
            _ => None,
        };
        let number = number.filter(|number| number.as_f64().is_some_and(|n| n >= 0.0));
        if number.is_none() {
            let message = format!("found {}, expected a number from 0 on", excerpt(&value.to_string()));
            notes.push((Note::PopularityUnknown, Some("popularity"), message));
        }
        number
    }

    fn date(&self, from: &mut Taken<'_>, fields: &mut Map<String, Value>, notes: &mut Notes) {
        let Some(value) = from.first(Role::Date, &self.options) else { return };
        match date::read(value) {
            Date::Day(day) => {
                fields.insert("date".into(), Value::String(day));
            }
            Date::Year(year) => {
                if !from.record.fields.iter().any(|(name, _)| name == "year") {
                    fields.insert("year".into(), Value::from(year));
                }
            }
            Date::Unknown => {
                let text = value.as_str().map_or_else(|| value.to_string(), clean::plain);
                notes.push((Note::DateUnknown, Some("date"), format!("found {}, expected YYYY-MM-DD", excerpt(&text))));
                let text = clean::cut(&text, MAX_LABEL - 1, |_| 1).unwrap_or(text);
                fields.insert("date_text".into(), Value::String(text));
            }
        }
    }

    /// Everything without a role, under its own name.
    fn others(&self, from: &Taken<'_>, fields: &mut Map<String, Value>, notes: &mut Notes) {
        for ((source, value), taken) in from.record.fields.iter().zip(&from.taken) {
            let unwanted = !self.options.fields.is_empty() && !self.options.fields.contains(source);
            if *taken || (unwanted && !self.options.encode_also.contains(source)) {
                continue;
            }
            let name = clean::plain(source);
            let value = match value {
                Value::String(text) if from.record.table => value::cell(text, self.options.lists.contains(source)),
                other => other.clone(),
            };
            let hides =
                name.is_empty() || Role::ALL.iter().any(|role| role.name() == name) || fields.contains_key(&name);
            match value::keep(value, self.options.max_chars) {
                value::Kept::Nothing => {}
                _ if hides => {
                    let message = format!("field {} of the source is left out, its name is taken", excerpt(source));
                    notes.push((Note::FieldHidden, None, message));
                }
                value::Kept::Dropped(what) => {
                    notes.push((Note::ValueDropped, None, format!("{} is {what}", excerpt(&name))));
                }
                value::Kept::Whole(value) => {
                    fields.insert(name, value);
                }
                value::Kept::Cut(value) => {
                    notes.push((
                        Note::Cut,
                        None,
                        format!("{} is over {} characters", excerpt(&name), self.options.max_chars),
                    ));
                    fields.insert(name, value);
                }
            }
        }
    }
}

impl<'a> Taken<'a> {
    /// The values of a role that are not empty: of the first usual name that has one, or of all names that are given.
    fn all(&mut self, role: Role, options: &Options) -> Vec<&'a Value> {
        let given = options.sources(role);
        let mut found = Vec::new();
        if given.is_empty() {
            for usual in role.usual_names() {
                let at = (0..self.record.fields.len()).find(|&at| {
                    let (name, value) = &self.record.fields[at];
                    !self.taken[at] && !is_blank(value) && name.trim().to_lowercase() == *usual
                });
                if let Some(at) = at {
                    found.push(self.take(role, at));
                    break;
                }
            }
        } else {
            for name in given {
                if let Some(at) = self.record.fields.iter().position(|(own, _)| own == name) {
                    let value = self.take(role, at);
                    if !is_blank(value) {
                        found.push(value);
                    }
                }
            }
        }
        found
    }

    fn first(&mut self, role: Role, options: &Options) -> Option<&'a Value> {
        self.all(role, options).into_iter().next()
    }

    fn take(&mut self, role: Role, at: usize) -> &'a Value {
        self.taken[at] = true;
        let (name, value) = &self.record.fields[at];
        self.used.push((role, name.clone()));
        value
    }
}

fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}

fn wrong(field: &str, expected: &str, found: &Value) -> Problem {
    let found = match found {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    Problem::new(Reason::BadField, Some(field), format!("found {found}, expected {expected}"))
}

fn empty(record: &Record, from: &Taken<'_>) -> Problem {
    let named = from.used.iter().any(|(role, _)| matches!(role, Role::Title | Role::Text));
    let message = if named {
        "found nothing left after cleaning, expected text".to_owned()
    } else {
        let names: Vec<&str> = record.fields.iter().take(8).map(|(name, _)| name.as_str()).collect();
        format!("found no title and no text, expected one of them; the record has: {}", names.join(", "))
    };
    Problem::new(Reason::Empty, Some("title"), message)
}
