//! Tables: a header row, then one record a row, cells quoted where needed (RFC 4180).

use csv_core::{ReadRecordResult, ReaderBuilder};
use serde_json::Value;

use super::{MAX_RECORD, Problem, Record, Sink, too_long, utf8};
use crate::{clean, error::BuilderError, report::Reason};

/// More columns than this are no table that anybody made on purpose.
const MAX_COLUMNS: usize = 4096;

/// The most frequent separator of the header row, or `None` while the row has no end and `last` does not say that
/// more cannot come.
pub(super) fn guess_delimiter(text: &[u8], last: bool) -> Option<u8> {
    const CANDIDATES: [u8; 4] = [b',', b';', b'\t', b'|'];
    let mut counts = [0_usize; CANDIDATES.len()];
    let mut quoted = false;
    let mut begun = false;
    let mut ended = last;
    for &byte in text {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted && begun => {
                ended = true;
                break;
            }
            _ if quoted => {}
            _ => {
                if let Some(at) = CANDIDATES.iter().position(|&c| c == byte) {
                    counts[at] += 1;
                }
            }
        }
        begun |= !byte.is_ascii_whitespace();
    }
    let mut best = 0;
    for (at, &count) in counts.iter().enumerate() {
        if count > counts[best] {
            best = at;
        }
    }
    ended.then_some(CANDIDATES[best])
}

/// The incremental reader of one table.
pub(super) struct Table {
    core: csv_core::Reader,
    delimiter: u8,
    header: Option<Vec<String>>,
    /// Cells of the row being read, one after the other, and where each ends.
    cells: Vec<u8>,
    cells_len: usize,
    ends: Vec<usize>,
    ends_len: usize,
    /// Line feeds consumed so far.
    lines: u64,
    /// Line of the row being read.
    start: u64,
    at_row_start: bool,
    over: bool,
}

impl Table {
    pub(super) fn new(delimiter: u8) -> Self {
        Self {
            core: ReaderBuilder::new().delimiter(delimiter).build(),
            delimiter,
            header: None,
            cells: vec![0; 4096],
            cells_len: 0,
            ends: vec![0; 64],
            ends_len: 0,
            lines: 0,
            start: 1,
            at_row_start: true,
            over: false,
        }
    }

    pub(super) fn delimiter(&self) -> u8 {
        self.delimiter
    }

    pub(super) fn push(&mut self, bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), BuilderError> {
        let nul = bytes.iter().position(|&b| b == 0);
        self.rows(nul.map_or(bytes, |at| &bytes[..at]), sink)?;
        if nul.is_some() {
            let message = "the input is binary (it holds NUL bytes); expected JSON Lines, a JSON array or CSV";
            return Err(BuilderError::Input(message.into()));
        }
        Ok(())
    }

    fn rows(&mut self, mut bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), BuilderError> {
        while !bytes.is_empty() {
            if self.at_row_start {
                let blank = bytes.iter().take_while(|&&b| matches!(b, b'\n' | b'\r')).count();
                self.lines += newlines(&bytes[..blank]);
                bytes = &bytes[blank..];
                if bytes.is_empty() {
                    break;
                }
                self.start = self.lines + 1;
                self.at_row_start = false;
            }
            let read = self.step(bytes, sink)?;
            bytes = &bytes[read..];
        }
        Ok(())
    }

    pub(super) fn finish(&mut self, sink: &mut Sink<'_>) -> Result<(), BuilderError> {
        // An empty input tells csv_core that no more comes; it may ask for room first.
        while !self.at_row_start {
            self.step(&[], sink)?;
        }
        Ok(())
    }

    /// Lets csv_core read once; returns the bytes it took.
    fn step(&mut self, bytes: &[u8], sink: &mut Sink<'_>) -> Result<usize, BuilderError> {
        let (result, read, written, ended) =
            self.core.read_record(bytes, &mut self.cells[self.cells_len..], &mut self.ends[self.ends_len..]);
        self.lines += newlines(&bytes[..read]);
        self.cells_len += written;
        self.ends_len += ended;
        match result {
            ReadRecordResult::InputEmpty => {}
            ReadRecordResult::OutputFull => {
                if self.cells.len() >= MAX_RECORD {
                    self.over = true;
                    self.cells_len = 0;
                } else {
                    self.cells.resize(self.cells.len() * 2, 0);
                }
            }
            ReadRecordResult::OutputEndsFull => {
                if self.ends.len() >= MAX_RECORD {
                    self.over = true;
                    self.ends_len = 0;
                } else {
                    self.ends.resize(self.ends.len() * 2, 0);
                }
            }
            ReadRecordResult::Record => self.end_row(sink)?,
            ReadRecordResult::End => self.at_row_start = true,
        }
        Ok(read)
    }

    fn end_row(&mut self, sink: &mut Sink<'_>) -> Result<(), BuilderError> {
        let over = std::mem::take(&mut self.over);
        let row = if over { Err(too_long()) } else { self.row() };
        self.cells_len = 0;
        self.ends_len = 0;
        self.at_row_start = true;
        let Some(header) = &self.header else {
            let names = row.map_err(|problem| BuilderError::Input(format!("header row: {}", problem.message)))?;
            if names.len() > MAX_COLUMNS {
                let message = format!("header row: {} columns, expected at most {MAX_COLUMNS}", names.len());
                return Err(BuilderError::Input(message));
            }
            self.header = Some(column_names(&names));
            return Ok(());
        };
        let record = row.and_then(|mut cells| {
            while cells.len() > header.len() && cells.last().is_some_and(String::is_empty) {
                cells.pop();
            }
            if cells.len() != header.len() {
                let message = format!("{} cells, expected {} as in the header row", cells.len(), header.len());
                return Err(Problem::new(Reason::Syntax, None, message));
            }
            let fields = header.iter().cloned().zip(cells.into_iter().map(Value::String)).collect();
            Ok(Record { fields, table: true })
        });
        sink(self.start, record)
    }

    fn row(&self) -> Result<Vec<String>, Problem> {
        let mut from = 0;
        self.ends[..self.ends_len]
            .iter()
            .map(|&end| {
                let cell = utf8(self.cells.get(from..end).unwrap_or_default())?;
                from = end;
                Ok(cell.to_owned())
            })
            .collect()
    }
}

/// Names that are not empty and differ.
fn column_names(cells: &[String]) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(cells.len());
    for (at, cell) in cells.iter().enumerate() {
        let mut name = clean::plain(cell);
        if name.is_empty() {
            name = format!("column_{}", at + 1);
        }
        while names.contains(&name) {
            name = format!("{name}_{}", at + 1);
        }
        names.push(name);
    }
    names
}

fn newlines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|&&b| b == b'\n').count() as u64
}
