//! A file of events, as `predilect build --events` reads it.

use std::path::Path;

use predilect_builder::events::EventReader;

use super::{ReadError, bad, name};
use crate::data::{Dataset, Gather};

pub(super) fn read(path: &Path) -> Result<Dataset, ReadError> {
    let bytes = std::fs::read(path).map_err(|source| ReadError::File { path: path.to_owned(), source })?;
    let mut reader = EventReader::default();
    let found = reader.push(&bytes).and_then(|()| reader.finish()).map_err(|error| bad(path, 0, error.to_string()))?;
    let mut gather = Gather::new(&name(path));
    for (person, history) in found.people.iter().enumerate() {
        for event in history {
            gather.act(&person.to_string(), &event.item, event.kind, event.value, event.at);
        }
    }
    Ok(gather.finish())
}
