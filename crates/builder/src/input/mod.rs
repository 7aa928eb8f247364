//! Bytes in pieces of any size -> records, one at a time, with the line they start on.

mod json;
mod table;

use serde_json::Value;

use crate::{
    error::BuilderError,
    options::{Format, Options},
    report::Reason,
};

/// A longer record is taken for a broken file (a quote that is never closed) and refused.
const MAX_RECORD: usize = 8 << 20;
/// Bytes that tell other encodings apart.
const MAGIC: usize = 4;
/// Bytes within which the first record or header row must begin and the format show.
const MAX_HEAD: usize = 1 << 20;

/// One record of the source.
pub(crate) struct Record {
    /// Named values in the order of the source.
    pub fields: Vec<(String, Value)>,
    /// All values are cells of a table, where lists and numbers are written as text.
    pub table: bool,
}

/// Why a record is left out.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Problem {
    pub reason: Reason,
    pub field: Option<String>,
    pub message: String,
}

impl Problem {
    pub(crate) fn new(reason: Reason, field: Option<&str>, message: impl Into<String>) -> Self {
        Self { reason, field: field.map(str::to_owned), message: message.into() }
    }
}

/// Receives a record or why it could not be read, and its line.
pub(crate) type Sink<'a> = dyn FnMut(u64, Result<Record, Problem>) -> Result<(), BuilderError> + 'a;

/// The incremental reader of all formats.
pub(crate) struct Reader {
    format: Format,
    delimiter: Option<u8>,
    state: State,
}

enum State {
    /// Bytes that do not yet show the format.
    Head(Vec<u8>),
    Lines(json::Lines),
    Array(json::Array),
    Table(Box<table::Table>),
}

impl Reader {
    pub(crate) fn new(options: &Options) -> Self {
        let delimiter = options.delimiter.and_then(|c| u8::try_from(c).ok());
        Self { format: options.format, delimiter, state: State::Head(Vec::new()) }
    }

    /// The format that was found and, for a table, its separator.
    pub(crate) fn found(&self) -> (Format, Option<char>) {
        match &self.state {
            State::Head(_) => (self.format, None),
            State::Lines(_) => (Format::Jsonl, None),
            State::Array(_) => (Format::Json, None),
            State::Table(table) if table.delimiter() == b'\t' => (Format::Tsv, Some('\t')),
            State::Table(table) => (Format::Csv, Some(char::from(table.delimiter()))),
        }
    }

    pub(crate) fn push(&mut self, bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), BuilderError> {
        match &mut self.state {
            State::Head(head) => {
                head.extend_from_slice(bytes);
                self.leave_head(false, sink)
            }
            State::Lines(lines) => lines.push(bytes, sink),
            State::Array(array) => array.push(bytes, sink),
            State::Table(table) => table.push(bytes, sink),
        }
    }

    pub(crate) fn finish(&mut self, sink: &mut Sink<'_>) -> Result<(), BuilderError> {
        if matches!(self.state, State::Head(_)) {
            self.leave_head(true, sink)?;
        }
        match &mut self.state {
            State::Head(_) => Ok(()),
            State::Lines(lines) => lines.finish(sink),
            State::Array(array) => array.finish(sink),
            State::Table(table) => table.finish(sink),
        }
    }

    /// Decides the format once enough bytes are there (or `last` says that no more come), and replays them.
    fn leave_head(&mut self, last: bool, sink: &mut Sink<'_>) -> Result<(), BuilderError> {
        let State::Head(head) = &mut self.state else { return Ok(()) };
        if head.len() < MAGIC && !last {
            return Ok(());
        }
        refuse_other_encodings(head)?;
        let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
        let Some(&first) = text.iter().find(|b| !b.is_ascii_whitespace()) else {
            return if head.len() > MAX_HEAD { Err(BuilderError::Empty) } else { Ok(()) };
        };
        let format = match (self.format, first) {
            (Format::Auto, b'{') => Format::Jsonl,
            (Format::Auto, b'[') => Format::Json,
            (Format::Auto, _) => Format::Csv,
            (format, _) => format,
        };
        self.state = match format {
            Format::Jsonl => {
                let mut lines = json::Lines::default();
                lines.push(text, sink)?;
                State::Lines(lines)
            }
            Format::Json => {
                let mut array = json::Array::default();
                array.push(text, sink)?;
                State::Array(array)
            }
            Format::Auto | Format::Csv | Format::Tsv => {
                let delimiter = match (format, self.delimiter) {
                    (_, Some(delimiter)) => delimiter,
                    (Format::Tsv, None) => b'\t',
                    _ => match table::guess_delimiter(text, last || text.len() > MAX_HEAD) {
                        Some(delimiter) => delimiter,
                        None => return Ok(()),
                    },
                };
                let mut table = Box::new(table::Table::new(delimiter));
                table.push(text, sink)?;
                State::Table(table)
            }
        };
        Ok(())
    }
}

/// Names the encodings and wrappers that people send instead of UTF-8 text.
fn refuse_other_encodings(head: &[u8]) -> Result<(), BuilderError> {
    let message = match head {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "the input is UTF-16; save it as UTF-8 (iconv -f utf-16 -t utf-8)",
        [0x1f, 0x8b, ..] => "the input is gzip; unpack it first (gunzip)",
        [0x28, 0xb5, 0x2f, 0xfd, ..] => "the input is Zstandard; unpack it first (unzstd)",
        [b'P', b'K', 3, 4, ..] => "the input is a zip or Excel file; export it as CSV in UTF-8",
        [b'P', b'A', b'R', b'1', ..] => "the input is Parquet; export it as JSON Lines or CSV",
        _ => return Ok(()),
    };
    Err(BuilderError::Input(message.into()))
}

/// A record's bytes as text.
fn utf8(bytes: &[u8]) -> Result<&str, Problem> {
    std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let byte = bytes.get(at).copied().unwrap_or_default();
        let message = format!(
            "byte {} of the record (0x{byte:02X}) is not UTF-8; save the file as UTF-8 (from Chinese Excel: iconv -f gb18030 -t utf-8)",
            at + 1
        );
        Problem::new(Reason::Encoding, None, message)
    })
}

fn too_long() -> Problem {
    let message = format!("the record is longer than {} MiB; a quote or bracket may not be closed", MAX_RECORD >> 20);
    Problem::new(Reason::Syntax, None, message)
}
