//! Rules: what a page wants of a list besides what the person wants. Each shows in the reasons by its name, and none brings back
//! what may not be shown.

use crate::catalogue::ItemIdx;
use crate::filter::Bitmap;
use crate::rank::{Part, Ranked, Refers, best_first};
use crate::reason::ReasonKind;
use crate::surface::unit;

/// An item with a place of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pin {
    /// The item.
    pub item: ItemIdx,
    /// Its place, from 1; the end of the list where that is shorter.
    pub place: usize,
    /// Which of the page's rules says so.
    pub rule: usize,
}

/// Items that are moved up or down.
#[derive(Debug, Clone, PartialEq)]
pub struct Push {
    /// Which items.
    pub rows: Bitmap,
    /// By what share of the best score; below 0 down.
    pub by: f64,
    /// Which of the page's rules says so.
    pub rule: usize,
}

/// Adds what the pushes say to the scores of `ranked`, best first.
pub fn push(ranked: Vec<Ranked>, pushes: &[Push]) -> Vec<Ranked> {
    if pushes.is_empty() {
        return ranked;
    }
    let unit = unit(&ranked);
    let moved = |mut own: Ranked| {
        let row = own.item.row();
        for push in pushes.iter().filter(|push| push.rows.contains(row)) {
            own.add(Part::new(ReasonKind::Rule, unit * push.by, Refers::Rule(push.rule)));
        }
        own
    };
    best_first(ranked.into_iter().map(moved).collect())
}
