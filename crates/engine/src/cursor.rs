//! Cursors: where a list goes on, as a text for the page to hand back.
//!
//! 16 hex digits of XXH3-64 over the rest, which is `{"catalogue": checksum, "shown": [..], "request": {..}}`: the request with
//! its time and seed, and the rows that were shown, ascending, each less the one before.

use predilect_core::{Bitmap, Catalogue, ItemIdx};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::{EngineError, RecommendRequest};

/// Where a list goes on.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Cursor {
    catalogue: String,
    shown: Vec<u32>,
    pub request: RecommendRequest,
}

impl Cursor {
    pub(crate) fn new(catalogue: &Catalogue, shown: &[ItemIdx], request: RecommendRequest) -> Self {
        let mut is = Bitmap::empty(catalogue.len());
        shown.iter().for_each(|item| is.insert(item.row()));
        let rows = (0..catalogue.len()).filter(|&row| is.contains(row));
        let mut last = 0;
        let shown = rows.map(|row| row as u32 - std::mem::replace(&mut last, row as u32)).collect();
        Self { catalogue: catalogue.header().checksum.clone(), shown, request }
    }

    pub(crate) fn write(&self) -> Result<String, EngineError> {
        let text = serde_json::to_string(self).map_err(|_| damaged())?;
        Ok(format!("{:016x}{text}", xxh3_64(text.as_bytes())))
    }

    /// Reads a cursor of `catalogue`.
    pub(crate) fn read(text: &str, catalogue: &Catalogue) -> Result<Self, EngineError> {
        let (sum, text) = text.split_at_checked(16).ok_or_else(damaged)?;
        if sum != format!("{:016x}", xxh3_64(text.as_bytes())) {
            return Err(damaged());
        }
        let cursor: Self = serde_json::from_str(text).map_err(|_| damaged())?;
        if cursor.catalogue != catalogue.header().checksum {
            return Err(EngineError::Cursor {
                what: "the cursor is of another catalogue, or of one that has changed since",
            });
        }
        let shown = cursor.shown();
        let fits = shown.len() == cursor.shown.len() && shown.last().is_none_or(|item| item.row() < catalogue.len());
        if fits { Ok(cursor) } else { Err(damaged()) }
    }

    /// The items that were shown.
    pub(crate) fn shown(&self) -> Vec<ItemIdx> {
        let row = |sum: &mut u32, step: &u32| {
            *sum = sum.checked_add(*step)?;
            Some(ItemIdx(*sum))
        };
        self.shown.iter().scan(0, row).collect()
    }
}

fn damaged() -> EngineError {
    EngineError::Cursor { what: "the text is not a whole cursor" }
}
