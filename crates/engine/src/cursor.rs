//! Cursors: where a list goes on, as a text for the page to hand back.
//!
//! 16 hex digits of XXH3-64 over the rest, which has five parts, with semicolons between: checksum of the catalogue; items of a
//! page; row that a list of `because` is about, if it is one; rows that were shown, ascending, each less the one before, with
//! commas between; and the request as it came, with its time and seed.

use std::fmt::Write;

use predilect_core::{Bitmap, Catalogue, ItemIdx};

use crate::EngineError;
use crate::snapshot::checksum;

/// What a list has shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shown {
    /// The items, by row.
    pub items: Vec<ItemIdx>,
    /// What a list of `because` is about.
    pub about: Option<ItemIdx>,
}

/// A cursor with the text of its request.
#[derive(Debug, PartialEq)]
pub(crate) struct Cursor<'a> {
    pub k: usize,
    pub shown: Shown,
    pub request: &'a str,
}

impl<'a> Cursor<'a> {
    pub(crate) fn write(&self, catalogue: &Catalogue) -> String {
        let mut text = format!("{};{};", catalogue.header().checksum, self.k);
        // A text takes all that is written to it.
        if let Some(about) = self.shown.about {
            let _ = write!(text, "{}", about.0);
        }
        let mut is = Bitmap::empty(catalogue.len());
        self.shown.items.iter().for_each(|item| is.insert(item.row()));
        let (mut before, mut last) = (';', 0);
        for row in (0..catalogue.len()).filter(|&row| is.contains(row)) {
            let _ = write!(text, "{before}{}", row - last);
            (before, last) = (',', row);
        }
        let _ = write!(text, ";{}", self.request);
        text.insert_str(0, &checksum(&text));
        text
    }

    /// Reads a cursor of `catalogue`.
    pub(crate) fn read(text: &'a str, catalogue: &Catalogue) -> Result<Self, EngineError> {
        let damaged = EngineError::Cursor { what: "the text is not a whole cursor" };
        let whole = text.split_at_checked(16).filter(|(sum, rest)| *sum == checksum(rest));
        let Some((_, rest)) = whole else { return Err(damaged) };
        let mut parts = rest.splitn(5, ';');
        let mut next = || parts.next().unwrap_or_default();
        if next() != catalogue.header().checksum {
            let what = "the cursor is of another catalogue, or of one that has changed since";
            return Err(EngineError::Cursor { what });
        }
        let (k, about, rows, request) = (next(), next(), next(), next());
        let item = |row: u32| Some(ItemIdx(row)).filter(|item| item.row() < catalogue.len());
        let mut last = 0_u32;
        let row = |step: &str| {
            last = last.checked_add(step.parse().ok()?)?;
            item(last)
        };
        let items: Option<Vec<ItemIdx>> = rows.split(',').map(row).collect();
        let (Some(items), Ok(k)) = (items, k.parse()) else { return Err(damaged) };
        let about = about.parse().ok().and_then(item);
        Ok(Self { k, shown: Shown { items, about }, request })
    }
}
