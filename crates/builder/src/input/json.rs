//! JSON Lines, and the elements of one JSON array.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::{MAX_RECORD, Problem, Record, Sink, too_long, utf8};
use crate::{error::BuilderError, report::Reason};

/// Splits at line feeds.
#[derive(Default)]
pub(super) struct Lines {
    buffer: Vec<u8>,
    line: u64,
    /// The line is over the limit; its bytes are skipped.
    over: bool,
}

impl Lines {
    pub(super) fn push(&mut self, mut bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), BuilderError> {
        while let Some(at) = bytes.iter().position(|&b| b == b'\n') {
            let (head, tail) = bytes.split_at(at);
            bytes = tail.get(1..).unwrap_or_default();
            if self.buffer.is_empty() && !self.over {
                self.line += 1;
                emit(self.line, head, sink)?;
            } else {
                self.keep(head);
                self.end_line(sink)?;
            }
        }
        self.keep(bytes);
        Ok(())
    }

    pub(super) fn finish(&mut self, sink: &mut Sink<'_>) -> Result<(), BuilderError> {
        self.end_line(sink)
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.buffer.len() + bytes.len() > MAX_RECORD {
            self.over = true;
            self.buffer.clear();
        }
        if !self.over {
            self.buffer.extend_from_slice(bytes);
        }
    }

    fn end_line(&mut self, sink: &mut Sink<'_>) -> Result<(), BuilderError> {
        self.line += 1;
        let result = if std::mem::take(&mut self.over) {
            sink(self.line, Err(too_long()))
        } else {
            emit(self.line, &self.buffer, sink)
        };
        self.buffer.clear();
        result
    }
}

/// Splits the elements of a top-level array without parsing them twice.
#[derive(Default)]
pub(super) struct Array {
    buffer: Vec<u8>,
    line: u64,
    /// Line on which the element in the buffer begins.
    start: u64,
    depth: u32,
    in_string: bool,
    escaped: bool,
    over: bool,
}

/// Depth outside the array after its end.
const CLOSED: u32 = u32::MAX;

impl Array {
    pub(super) fn push(&mut self, bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), BuilderError> {
        for &byte in bytes {
            if byte == b'\n' {
                self.line += 1;
            }
            if self.in_string {
                self.in_string = self.escaped || byte != b'"';
                self.escaped = !self.escaped && byte == b'\\';
                self.keep(byte);
                continue;
            }
            match (self.depth, byte) {
                (CLOSED, b) if !b.is_ascii_whitespace() => {
                    let message = format!("line {}: text after the end of the JSON array", self.line + 1);
                    return Err(BuilderError::Input(message));
                }
                (CLOSED, _) => {}
                (0, b'[') => self.depth = 1,
                (0, b) if b.is_ascii_whitespace() => {}
                (0, _) => {
                    let message = format!("line {}: expected a JSON array of objects", self.line + 1);
                    return Err(BuilderError::Input(message));
                }
                (1, b',') => self.end_element(false, sink)?,
                (1, b']') => {
                    self.end_element(true, sink)?;
                    self.depth = CLOSED;
                }
                (_, b) => {
                    match b {
                        b'"' => self.in_string = true,
                        b'[' | b'{' => self.depth += 1,
                        // Never to 0: a stray bracket belongs to the element and is reported with it.
                        b']' | b'}' => self.depth = (self.depth - 1).max(1),
                        _ => {}
                    }
                    self.keep(b);
                }
            }
        }
        Ok(())
    }

    pub(super) fn finish(&mut self, _sink: &mut Sink<'_>) -> Result<(), BuilderError> {
        if self.depth == CLOSED {
            return Ok(());
        }
        let message = format!("line {}: the JSON array is not closed; the input is cut off", self.line + 1);
        Err(BuilderError::Input(message))
    }

    fn keep(&mut self, byte: u8) {
        if self.buffer.is_empty() {
            if byte.is_ascii_whitespace() {
                return;
            }
            self.start = self.line + 1;
        }
        if self.buffer.len() < MAX_RECORD {
            self.buffer.push(byte);
        } else {
            self.over = true;
        }
    }

    fn end_element(&mut self, last: bool, sink: &mut Sink<'_>) -> Result<(), BuilderError> {
        let line = if self.buffer.is_empty() { self.line + 1 } else { self.start };
        let result = if std::mem::take(&mut self.over) {
            sink(line, Err(too_long()))
        } else if self.buffer.is_empty() && last {
            // `[]` and the trailing comma that JSON forbids and people write.
            Ok(())
        } else if self.buffer.is_empty() {
            sink(line, Err(Problem::new(Reason::Syntax, None, "found nothing between two commas, expected an object")))
        } else {
            emit(line, &self.buffer, sink)
        };
        self.buffer.clear();
        result
    }
}

fn emit(line: u64, bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), BuilderError> {
    let bytes = bytes.trim_ascii();
    if bytes.is_empty() { Ok(()) } else { sink(line, parse(bytes)) }
}

fn parse(bytes: &[u8]) -> Result<Record, Problem> {
    let text = utf8(bytes)?;
    match serde_json::from_str::<Object>(text) {
        Ok(Object(fields)) => Ok(Record { fields, table: false }),
        Err(error) if error.is_data() => {
            let found = match text.as_bytes().first() {
                Some(b'[') => "an array",
                Some(b'"') => "a string",
                _ => "a single value",
            };
            Err(Problem::new(Reason::Syntax, None, format!("found {found}, expected a JSON object")))
        }
        Err(error) if error.is_eof() => {
            let message = "the JSON object does not end on its line; write one object a line (jq -c '.[]' does it)";
            Err(Problem::new(Reason::Syntax, None, message))
        }
        Err(error) => {
            // serde_json counts lines within this record, which only an array element can have several of.
            let full = error.to_string();
            let what = full.split(" at line ").next().unwrap_or_default();
            Err(Problem::new(Reason::Syntax, None, format!("is not JSON: {what} at column {}", error.column())))
        }
    }
}

/// An object in source order; of a key given twice the last value holds, as in every JSON reader.
struct Object(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Object;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut fields: Vec<(String, Value)> = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    match fields.iter_mut().find(|(known, _)| *known == name) {
                        Some(slot) => slot.1 = value,
                        None => fields.push((name, value)),
                    }
                }
                Ok(Object(fields))
            }
        }
        deserializer.deserialize_map(Fields)
    }
}
