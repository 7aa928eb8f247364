//! The first half of a build: reading and cleaning.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

use serde_json::Value;

use crate::{
    error::BuilderError,
    input::{Problem, Reader, Record},
    item::{Item, Mapper},
    items::Items,
    language,
    options::{Format, Options, Role},
    report::{FieldKind, FieldReport, Lengths, Note, Reason, Report, Sample, Tallies, excerpt, place},
    value,
};

/// Field names remembered for messages; a file with more has none that anybody meant.
const MAX_NAMES: usize = 1000;

/// Reads records from bytes in pieces of any size.
pub struct Builder {
    options: Options,
    reader: Reader,
    /// Layout of the first input.
    format: Option<(Format, Option<char>)>,
    collected: Collected,
}

/// What was read so far.
struct Collected {
    mapper: Mapper,
    strict: bool,
    keep_duplicates: bool,
    items: Vec<Item>,
    read: usize,
    dropped: Tallies<Reason>,
    notes: Tallies<Note>,
    source: Option<Rc<str>>,
    ids: HashMap<String, Place>,
    contents: HashMap<u128, Place>,
    names: Vec<String>,
    known: HashSet<String>,
    mapping: BTreeMap<String, BTreeMap<String, usize>>,
}

/// Input and line of a record.
type Place = (Option<Rc<str>>, u64);

impl Builder {
    /// Starts a build.
    ///
    /// # Errors
    /// [`BuilderError::Options`] for options that contradict each other or are out of range.
    pub fn new(options: Options) -> Result<Self, BuilderError> {
        options.check()?;
        let collected = Collected {
            mapper: Mapper::new(options.clone()),
            strict: options.strict,
            keep_duplicates: options.keep_duplicates,
            items: Vec::new(),
            read: 0,
            dropped: Tallies::default(),
            notes: Tallies::default(),
            source: None,
            ids: HashMap::new(),
            contents: HashMap::new(),
            names: Vec::new(),
            known: HashSet::new(),
            mapping: BTreeMap::new(),
        };
        Ok(Self { reader: Reader::new(&options), format: None, options, collected })
    }

    /// Reads the next bytes. Records may be cut anywhere between two calls.
    ///
    /// # Errors
    /// [`BuilderError::Input`] if the bytes are no text of a known layout, [`BuilderError::Record`] for a bad record if
    /// the options are strict. The build cannot go on after an error.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), BuilderError> {
        let collected = &mut self.collected;
        let result = self.reader.push(bytes, &mut |line, record| collected.add(line, record));
        result.map_err(|error| collected.name(error))
    }

    /// Ends the input before, if any, and starts another one, which may have another layout. `name` is told with its
    /// lines in messages. Not needed where there is only one input.
    ///
    /// # Errors
    /// As [`Builder::push`].
    pub fn begin(&mut self, name: &str) -> Result<(), BuilderError> {
        self.end_input()?;
        self.reader = Reader::new(&self.options);
        self.collected.source = Some(name.into());
        Ok(())
    }

    fn end_input(&mut self) -> Result<(), BuilderError> {
        let collected = &mut self.collected;
        let result = self.reader.finish(&mut |line, record| collected.add(line, record));
        result.map_err(|error| collected.name(error))?;
        if self.format.is_none() && collected.read > 0 {
            self.format = Some(self.reader.found());
        }
        Ok(())
    }

    /// Records read so far, for a progress line.
    pub fn read(&self) -> usize {
        self.collected.read
    }

    /// Ends the input and checks the whole.
    ///
    /// # Errors
    /// As [`Builder::push`], and: nothing was read or kept, more than half of the records are unusable, or a field named
    /// in the options is in no record.
    pub fn finish(mut self) -> Result<Items, BuilderError> {
        self.end_input()?;
        let Self { options, reader, format, collected } = self;
        if collected.read == 0 {
            return Err(BuilderError::Empty);
        }
        let bad = collected.dropped.unusable();
        check_names(&options, &collected, bad)?;
        if bad * 2 > collected.read {
            let first = collected.dropped.first_unusable();
            return Err(BuilderError::MostlyBad {
                bad,
                read: collected.read,
                place: first.map(Sample::place).unwrap_or_default(),
                message: first.map(Sample::text).unwrap_or_default(),
            });
        }
        let (format, delimiter) = format.unwrap_or_else(|| reader.found());
        let mut items = collected.items;
        type_columns(&mut items);
        let languages = settle_languages(&mut items, options.default_lang.as_deref());
        let text_chars = lengths(&items);
        strip(&mut items, &options);
        let report = Report {
            name: options.name.clone(),
            format,
            delimiter,
            read: collected.read,
            kept: items.len(),
            dropped: collected.dropped.into_sorted(),
            notes: collected.notes.into_sorted(),
            languages,
            mapping: collected.mapping,
            fields: fields(&items, &options),
            text_chars,
        };
        Ok(Items::new(options, items, report))
    }
}

impl Collected {
    fn add(&mut self, line: u64, record: Result<Record, Problem>) -> Result<(), BuilderError> {
        self.read += 1;
        match record.and_then(|record| self.keep(line, &record)) {
            Ok(()) => Ok(()),
            Err(Problem { reason, field, message }) => {
                let sample = self.sample(line, field, message);
                if self.strict && reason.is_fault() {
                    return Err(BuilderError::Record { place: sample.place(), message: sample.text() });
                }
                self.dropped.add(reason, || sample);
                Ok(())
            }
        }
    }

    fn sample(&self, line: u64, field: Option<String>, message: String) -> Sample {
        Sample { source: self.source.as_deref().map(str::to_owned), line, field, message }
    }

    /// Says in which of several inputs an error is.
    fn name(&self, error: BuilderError) -> BuilderError {
        match (error, &self.source) {
            (BuilderError::Input(message), Some(source)) => BuilderError::Input(format!("{source}: {message}")),
            (error, _) => error,
        }
    }

    /// A record of before, as seen from the present input.
    fn before(&self, (source, line): &Place) -> String {
        let other = source.as_deref().filter(|_| *source != self.source);
        place(other, *line)
    }

    fn keep(&mut self, line: u64, record: &Record) -> Result<(), Problem> {
        for (name, _) in &record.fields {
            if self.names.len() < MAX_NAMES && !self.known.contains(name) {
                self.known.insert(name.clone());
                self.names.push(name.clone());
            }
        }
        let (item, notes, used) = self.mapper.item(record)?;
        if let Some(first) = self.ids.get(&item.id) {
            let message =
                format!("{} is already the id of {}, expected one of its own", excerpt(&item.id), self.before(first));
            return Err(Problem::new(Reason::DuplicateId, Some("id"), message));
        }
        if !self.keep_duplicates {
            let content = item.content();
            if let Some(first) = self.contents.get(&content) {
                let message = format!("{} has the words of {}", excerpt(&item.id), self.before(first));
                return Err(Problem::new(Reason::DuplicateContent, None, message));
            }
            self.contents.insert(content, (self.source.clone(), line));
        }
        self.ids.insert(item.id.clone(), (self.source.clone(), line));
        for (note, field, message) in notes {
            let sample = self.sample(line, field.map(str::to_owned), message);
            self.notes.add(note, || sample);
        }
        for (role, source) in used {
            *self.mapping.entry(role.name().to_owned()).or_default().entry(source).or_default() += 1;
        }
        self.items.push(item);
        Ok(())
    }
}

/// A mapping that names a field which no record has is a typing error, whatever else went well.
fn check_names(options: &Options, collected: &Collected, bad: usize) -> Result<(), BuilderError> {
    if collected.names.len() == MAX_NAMES || bad == collected.read && collected.names.is_empty() {
        return Ok(());
    }
    let mapped = Role::ALL.iter().flat_map(|role| options.sources(*role).iter().map(|name| (role.name(), name, false)));
    let kept = options.fields.iter().map(|name| ("fields", name, true));
    let dropped = options.drop.iter().map(|name| ("drop", name, true));
    let also = options.encode_also.iter().map(|name| ("encode-also", name, false));
    let lists = options.lists.iter().map(|name| ("lists", name, false));
    for (option, name, canonical) in mapped.chain(kept).chain(dropped).chain(also).chain(lists) {
        let is_role = canonical && Role::ALL.iter().any(|role| role.name() == name);
        if !collected.known.contains(name) && !is_role {
            let found = collected.names.iter().take(30).map(String::as_str).collect::<Vec<_>>().join(", ");
            return Err(BuilderError::UnknownField { field: name.clone(), option, found });
        }
    }
    Ok(())
}

/// Table cells without a role: a column that holds only numbers, only `true`/`false`, or a `|` somewhere, is read as
/// numbers, truth values or lists.
fn type_columns(items: &mut [Item]) {
    #[derive(Clone, Copy)]
    struct Seen {
        numbers: bool,
        booleans: bool,
        bars: bool,
    }
    let is_role = |name: &str| Role::ALL.iter().any(|role| role.name() == name) || name == "date_text";
    let mut columns: BTreeMap<String, Seen> = BTreeMap::new();
    for (name, value) in items.iter().filter(|item| item.table).flat_map(|item| &item.fields) {
        let Some(text) = value.as_str().filter(|_| !is_role(name)) else { continue };
        let seen = match columns.get_mut(name) {
            Some(seen) => seen,
            None => columns.entry(name.clone()).or_insert(Seen { numbers: true, booleans: true, bars: false }),
        };
        seen.numbers &= value::number(text).is_some();
        seen.booleans &= boolean(text).is_some();
        seen.bars |= text.contains('|');
    }
    for item in items.iter_mut().filter(|item| item.table) {
        for (name, value) in &mut item.fields {
            let (Some(seen), Some(text)) = (columns.get(name), value.as_str()) else { continue };
            let typed = if seen.numbers {
                value::number(text)
            } else if seen.booleans {
                boolean(text).map(Value::Bool)
            } else if seen.bars {
                Some(text.split('|').map(str::trim).filter(|part| !part.is_empty()).map(Value::from).collect())
            } else {
                None
            };
            if let Some(typed) = typed {
                *value = typed;
            }
        }
    }
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

/// Gives every item whose language can be known one, and counts them.
fn settle_languages(items: &mut [Item], default: Option<&str>) -> BTreeMap<String, usize> {
    if let Some(default) = default {
        for item in items.iter_mut() {
            item.fields.entry("lang").or_insert_with(|| Value::from(default));
        }
    } else {
        let open: Vec<usize> = (0..items.len()).filter(|&at| !items[at].fields.contains_key("lang")).collect();
        let guesses: Vec<_> = open
            .iter()
            .map(|&at| language::guess(&format!("{} {}", items[at].text_of("title"), items[at].text_of("text"))))
            .collect();
        for (&at, lang) in open.iter().zip(language::settle(&guesses)) {
            if let Some(lang) = lang {
                items[at].fields.insert("lang".into(), Value::from(lang));
            }
        }
    }
    let mut languages = BTreeMap::new();
    for item in items.iter() {
        let lang = item.fields.get("lang").and_then(Value::as_str).unwrap_or(language::UNKNOWN);
        *languages.entry(lang.to_owned()).or_default() += 1;
    }
    languages
}

fn lengths(items: &[Item]) -> Lengths {
    let mut all: Vec<usize> =
        items.iter().map(|item| item.text_of("title").chars().count() + item.text_of("text").chars().count()).collect();
    all.sort_unstable();
    let at =
        |share: f64| all.get(((all.len().saturating_sub(1)) as f64 * share).round() as usize).copied().unwrap_or(0);
    Lengths { min: at(0.0), median: at(0.5), p95: at(0.95), max: at(1.0) }
}

/// Fields that were read only to be encoded are taken out once `texts()` no longer needs them; those that nobody
/// needs are taken out at once, to save their memory.
fn strip(items: &mut [Item], options: &Options) {
    let needed = |name: &str| {
        matches!(name, "title" | "text" | "tags" | "category") || options.encode_also.iter().any(|also| also == name)
    };
    for item in items {
        item.fields.retain(|name, _| needed(name) || !options.drop.iter().any(|drop| drop == name));
    }
}

/// Count, kind and size of every field that will be in the catalogue.
fn fields(items: &[Item], options: &Options) -> Vec<FieldReport> {
    let mut all: BTreeMap<&str, FieldReport> = BTreeMap::new();
    for (name, value) in items.iter().flat_map(|item| &item.fields) {
        if !options.stores(name) {
            continue;
        }
        let kind = match value {
            Value::String(_) => FieldKind::Text,
            Value::Number(_) => FieldKind::Number,
            Value::Bool(_) => FieldKind::Boolean,
            Value::Array(_) => FieldKind::List,
            Value::Null | Value::Object(_) => FieldKind::Mixed,
        };
        let report = all.entry(name).or_insert(FieldReport { name: name.clone(), count: 0, kind, bytes: 0 });
        report.count += 1;
        report.bytes += value.to_string().len();
        if report.kind != kind {
            report.kind = FieldKind::Mixed;
        }
    }
    let order = |name: &str| Role::ALL.iter().position(|role| role.name() == name).unwrap_or(Role::ALL.len());
    let mut fields: Vec<FieldReport> = all.into_values().collect();
    fields.sort_by(|a, b| order(&a.name).cmp(&order(&b.name)).then(a.name.cmp(&b.name)));
    fields
}
