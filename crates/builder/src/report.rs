//! What a build did with its input: the counts add up, every dropped record has a reason, samples are bounded.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::options::Format;

/// Samples kept of each reason.
const SAMPLES: usize = 5;
/// Longest excerpt of a value in a message, in characters.
const EXCERPT: usize = 40;

/// Why a record is not in the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Not a JSON object, or not as many cells as the header row.
    Syntax,
    /// Not UTF-8.
    Encoding,
    /// A field has a value that cannot be used.
    BadField,
    /// Neither title nor text.
    Empty,
    /// Its id was used before.
    DuplicateId,
    /// All its words were there before.
    DuplicateContent,
}

impl Reason {
    /// Whether the record itself is at fault, so that [`Options::strict`](crate::Options::strict) ends the build.
    pub const fn is_fault(self) -> bool {
        !matches!(self, Self::DuplicateContent)
    }

    /// Whether many such records hint at a wrong mapping or file.
    pub(crate) const fn is_unusable(self) -> bool {
        !matches!(self, Self::DuplicateContent | Self::DuplicateId)
    }
}

/// What was changed in a record that was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Note {
    /// Without an id; one was made from its content.
    IdMade,
    /// Without a title; the Markdown heading that its text begins with was taken.
    TitleFromHeading,
    /// Without a title.
    NoTitle,
    /// A value over the limit was cut.
    Cut,
    /// A value was left out: an object inside, or an address too long to be cut.
    ValueDropped,
    /// A field of the source was left out because a mapped one took its name.
    FieldHidden,
    /// The date is no day; kept as `date_text`.
    DateUnknown,
    /// The popularity is no number from 0 on.
    PopularityUnknown,
    /// The language is no code.
    LangUnknown,
}

/// One case of a reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sample {
    /// Name of the input, where several are read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Line on which the record starts, from 1.
    pub line: u64,
    /// The field concerned, if it is one.
    pub field: Option<String>,
    /// What was found and what was expected.
    pub message: String,
}

/// How often something happened, with the first cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tally<T> {
    /// What happened.
    pub reason: T,
    /// To how many records.
    pub count: usize,
    /// The first of them.
    pub samples: Vec<Sample>,
}

/// Kind of a field over all items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FieldKind {
    /// Strings.
    Text,
    /// Numbers.
    Number,
    /// True or false.
    Boolean,
    /// Lists of strings or numbers.
    List,
    /// Several of these.
    Mixed,
}

/// One field of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldReport {
    /// Its name in the items.
    pub name: String,
    /// Items that have it.
    pub count: usize,
    /// What it holds.
    pub kind: FieldKind,
    /// Bytes of JSON that its values take, to see what makes a file large.
    pub bytes: usize,
}

/// Lengths of the kept texts in characters, title and text together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Lengths {
    /// Shortest.
    pub min: usize,
    /// Half are at most this long.
    pub median: usize,
    /// 95 of 100 are at most this long.
    pub p95: usize,
    /// Longest.
    pub max: usize,
}

/// What a build did. `kept` and the counts of `dropped` sum to `read`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Name of the catalogue.
    pub name: String,
    /// Layout that was read.
    pub format: Format,
    /// Separator of a table.
    pub delimiter: Option<char>,
    /// Records found, blank lines and the header row aside.
    pub read: usize,
    /// Items in the catalogue.
    pub kept: usize,
    /// Why the other records are not in it.
    pub dropped: Vec<Tally<Reason>>,
    /// What was changed in those that are.
    pub notes: Vec<Tally<Note>>,
    /// Items by language code; `und` where it is unknown.
    pub languages: BTreeMap<String, usize>,
    /// Source fields of each mapped field, with how many items took it from there.
    pub mapping: BTreeMap<String, BTreeMap<String, usize>>,
    /// Fields of the items.
    pub fields: Vec<FieldReport>,
    /// Lengths of title and text.
    pub text_chars: Lengths,
}

impl Report {
    /// Records that are not in the catalogue.
    pub fn dropped_total(&self) -> usize {
        self.dropped.iter().map(|tally| tally.count).sum()
    }
}

/// Counts by reason while reading.
#[derive(Debug)]
pub(crate) struct Tallies<T>(Vec<Tally<T>>);

impl<T> Default for Tallies<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Copy + Ord> Tallies<T> {
    pub(crate) fn add(&mut self, reason: T, sample: impl FnOnce() -> Sample) {
        let at = match self.0.iter().position(|tally| tally.reason == reason) {
            Some(at) => at,
            None => {
                self.0.push(Tally { reason, count: 0, samples: Vec::new() });
                self.0.len() - 1
            }
        };
        let tally = &mut self.0[at];
        tally.count += 1;
        if tally.samples.len() < SAMPLES {
            tally.samples.push(sample());
        }
    }

    /// Most frequent first, equal ones in the order of their definition.
    pub(crate) fn into_sorted(mut self) -> Vec<Tally<T>> {
        self.0.sort_by(|a, b| b.count.cmp(&a.count).then(a.reason.cmp(&b.reason)));
        self.0
    }
}

impl Tallies<Reason> {
    pub(crate) fn unusable(&self) -> usize {
        self.0.iter().filter(|tally| tally.reason.is_unusable()).map(|tally| tally.count).sum()
    }

    /// The unusable record that comes first in the input.
    pub(crate) fn first_unusable(&self) -> Option<&Sample> {
        let samples = self.0.iter().filter(|tally| tally.reason.is_unusable()).flat_map(|tally| &tally.samples);
        samples.min_by_key(|sample| sample.line)
    }
}

impl Sample {
    /// `shop.jsonl, line 3`, or `line 3` where there is one input.
    pub fn place(&self) -> String {
        place(self.source.as_deref(), self.line)
    }

    /// `title: found a list, expected a text`.
    pub fn text(&self) -> String {
        match &self.field {
            Some(field) => format!("{field}: {}", self.message),
            None => self.message.clone(),
        }
    }
}

pub(crate) fn place(source: Option<&str>, line: u64) -> String {
    match source {
        Some(source) => format!("{source}, line {line}"),
        None => format!("line {line}"),
    }
}

/// A value in a message, short enough for one line.
pub(crate) fn excerpt(value: &str) -> String {
    let clean = crate::clean::plain(value);
    match clean.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("\"{}…\"", &clean[..end]),
        None => format!("\"{clean}\""),
    }
}
