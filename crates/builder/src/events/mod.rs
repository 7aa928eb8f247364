//! Events of many people -> what a catalogue learns from them.
//!
//! A file of events has a heading (or named keys) and a row an event: who, what, how, when. [`EventReader`] reads it in
//! pieces, [`learn`] turns the histories into popularity, trend and neighbours.

mod learn;
mod ridge;
mod row;
mod together;

use std::collections::HashMap;

use predilect_core::catalogue::{LinkKind, attach};
use predilect_core::event::{Event, Millis};
use predilect_core::{Catalogue, CatalogueError, EventKind};
use serde_json::Value;

use crate::error::BuilderError;
use crate::input::{Reader, Record};
use crate::options::Options;

pub use learn::{LearnOptions, LearnReport, learn};

/// The bytes of `catalogue` with what it learns from histories, each oldest first, with rows as items.
///
/// # Errors
/// Only if it cannot be written.
pub fn teach(
    catalogue: &Catalogue,
    people: &[Vec<Act>],
    options: &LearnOptions,
) -> Result<(Vec<u8>, LearnReport), CatalogueError> {
    let (learned, report) = learn(people, catalogue.all_links(LinkKind::Alike), options);
    Ok((attach(catalogue, &learned)?, report))
}

/// One thing a person did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Act {
    /// Row of the item.
    pub item: usize,
    /// What happened.
    pub kind: EventKind,
    /// Stars of a rating (1 to 5), seconds of a dwell.
    pub value: Option<f64>,
    /// When, in milliseconds since 1970.
    pub at: Millis,
}

impl Act {
    /// The stars, if it is a rating.
    pub fn stars(&self) -> Option<f64> {
        self.value.filter(|_| self.kind == EventKind::Rating)
    }
}

/// Reads events in pieces of any size, as CSV, TSV, JSON Lines or a JSON array.
///
/// Columns are found by their names: `user` (or `person`, `userId`, `user_id`, `session`), `item` (`itemId`, `item_id`,
/// `movieId`, `product`, `asin`), `kind` (or `event`, `action`, `type`), `rating` (`stars`, `score`, `value`), `time` (`at`,
/// `timestamp`, `date`). Times are milliseconds, seconds or `YYYY-MM-DDThh:mm:ss`.
pub struct EventReader {
    reader: Reader,
    gathered: Gathered,
}

#[derive(Default)]
struct Gathered {
    people: HashMap<String, usize>,
    events: Vec<Vec<Event>>,
    read: usize,
    bad: usize,
    first_bad: Option<String>,
}

impl Default for EventReader {
    fn default() -> Self {
        Self { reader: Reader::new(&Options::default()), gathered: Gathered::default() }
    }
}

/// Events of many people, and how many rows could not be read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Histories {
    /// A history a person, oldest first; people in the order in which they come up.
    pub people: Vec<Vec<Event>>,
    /// Rows that were read.
    pub read: usize,
    /// Rows that are no event.
    pub bad: usize,
    /// The first of them, with its line.
    pub first_bad: Option<String>,
}

impl EventReader {
    /// Reads the next bytes.
    ///
    /// # Errors
    /// [`BuilderError::Input`] if the bytes are no text of a known layout.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), BuilderError> {
        let gathered = &mut self.gathered;
        self.reader.push(bytes, &mut |line, record| {
            gathered.add(line, record.map_err(|problem| problem.message));
            Ok(())
        })
    }

    /// Ends the input.
    ///
    /// # Errors
    /// As [`EventReader::push`], and [`BuilderError::Empty`] or [`BuilderError::MostlyBad`].
    pub fn finish(mut self) -> Result<Histories, BuilderError> {
        let gathered = &mut self.gathered;
        self.reader.finish(&mut |line, record| {
            gathered.add(line, record.map_err(|problem| problem.message));
            Ok(())
        })?;
        let Gathered { mut events, read, bad, first_bad, .. } = self.gathered;
        if read == 0 {
            return Err(BuilderError::Empty);
        }
        if bad * 2 > read {
            let message = first_bad.unwrap_or_default();
            return Err(BuilderError::MostlyBad { bad, read, place: "events".to_owned(), message });
        }
        events.iter_mut().for_each(|history| history.sort_by_key(|event| event.at));
        Ok(Histories { people: events, read, bad, first_bad })
    }
}

impl Gathered {
    fn add(&mut self, line: u64, record: Result<Record, String>) {
        self.read += 1;
        match record.and_then(|record| row::event(&record)) {
            Ok((person, event)) => {
                let next = self.people.len();
                let place = *self.people.entry(person).or_insert(next);
                if place == self.events.len() {
                    self.events.push(Vec::new());
                }
                self.events[place].push(event);
            }
            Err(what) => {
                self.bad += 1;
                self.first_bad.get_or_insert_with(|| format!("line {line}: {what}"));
            }
        }
    }
}

impl Histories {
    /// The histories with items as rows; events about items that `row` does not know are left out.
    pub fn acts(&self, row: impl Fn(&str) -> Option<usize>) -> Vec<Vec<Act>> {
        let act =
            |event: &Event| Some(Act { item: row(&event.item)?, kind: event.kind, value: event.value, at: event.at });
        self.people.iter().map(|history| history.iter().filter_map(act).collect()).collect()
    }
}

/// A text or number as text.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Histories, BuilderError> {
        let mut reader = EventReader::default();
        for byte in text.as_bytes().chunks(7) {
            reader.push(byte)?;
        }
        reader.finish()
    }

    #[test]
    fn tables_of_several_kinds_are_read() {
        let stars = read("userId,movieId,rating,timestamp\n1,7,4.5,1700000000\n1,5,0.5,1600000000\n2,7,3,5\n").unwrap();
        let first = &stars.people[0][0];
        assert_eq!((first.item.as_str(), first.value, first.at), ("5", Some(1.0), 1_600_000_000_000));
        let kinds =
            read("{\"user\": \"u\", \"item\": 3, \"kind\": \"buy\", \"at\": \"2024-01-02T03:04:05Z\"}\n").unwrap();
        let event = &kinds.people[0][0];
        assert_eq!((event.kind, event.item.as_str(), event.at), (EventKind::Purchase, "3", 1_704_164_645_000));
    }

    #[test]
    fn bad_rows_are_counted_and_named() {
        let found = read("user,item,kind,time\nu,a,like,1\nu,a,wish,1\nu,b,view,2\n").unwrap();
        assert_eq!((found.read, found.bad), (3, 1));
        assert!(found.first_bad.unwrap().contains("wish"));
        assert!(matches!(read("user,item,kind,time\nu,a,wish,1\n"), Err(BuilderError::MostlyBad { .. })));
        assert!(matches!(read("\n"), Err(BuilderError::Empty)));
    }
}
