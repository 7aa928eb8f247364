//! Sequences without times, as in the Amazon sets of sequential recommendation: `user item item item ...`.

use std::path::Path;

use predilect_core::EventKind;

use super::{ReadError, bad, lines, name};
use crate::data::{Dataset, Gather};

/// Between two steps of a sequence, in milliseconds: a day, so that all counts as one session after the other.
const STEP: i64 = 86_400_000;

pub(super) fn read(path: &Path) -> Result<Dataset, ReadError> {
    let mut gather = Gather::new(&name(path));
    for (at, line) in lines(path)?.iter().enumerate() {
        let mut words = line.split_whitespace();
        let Some(person) = words.next() else { continue };
        let before = gather_len(line);
        if before < 2 {
            return Err(bad(path, at, "found no item, expected a person and the items in order of time"));
        }
        for (step, item) in words.enumerate() {
            gather.act(person, item, EventKind::Purchase, None, step as i64 * STEP);
        }
    }
    Ok(gather.finish())
}

fn gather_len(line: &str) -> usize {
    line.split_whitespace().count()
}
