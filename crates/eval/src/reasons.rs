//! Reasons: each names the event that caused it; without that event the item is to score less (for what lowers it: more).
//!
//! People are made up: each turns to items around a few anchors, in sessions, and to some at random, with opinions of all kinds.

use std::collections::BTreeMap;

use predilect_core::candidates::{DAY, mix};
use predilect_core::reason::Cause;
use predilect_core::{Event, EventKind, Profile, Reason, ReasonKind};
use predilect_engine::{Engine, EngineError, PinRule, RecommendRequest, ReplyItem};

use crate::report::{Row, Table};
use crate::stats::{Mean, mean};

/// When lists are asked for, milliseconds since 1970.
const NOW: i64 = 1_780_000_000_000;
/// Items of a list that are looked at.
const K: usize = 10;

/// A reason and what became of its item without the cause.
struct Case {
    kind: ReasonKind,
    lowers: bool,
    /// Whether the score moved as the reason says.
    score: bool,
    /// Whether the part did.
    part: bool,
}

/// Measures how often it holds, over lists for made-up people; the engine keeps no profile of them.
///
/// # Errors
/// Only if the engine refuses a request or an event.
pub fn measure(engine: &mut Engine, people: u64, seed: u64) -> Result<Table, EngineError> {
    let mut cases = Vec::new();
    for person in 0..people {
        let profile = made_up(engine, mix(seed, person))?;
        engine.adopt(profile.clone());
        let list = engine.recommend(&RecommendRequest { k: K, ..RecommendRequest::new(NOW) })?;
        for id in list.items.into_iter().map(|item| item.id) {
            engine.adopt(profile.clone());
            let Some(whole) = alone(engine, &id)? else { continue };
            for reason in whole.reasons.iter() {
                let Some(cause) = &reason.event else { continue };
                let mut without = Profile::default();
                for event in profile.events().iter().filter(|event| Cause::from(*event) != *cause) {
                    without.record(event.clone())?;
                }
                engine.adopt(without);
                let Some(rest) = alone(engine, &id)? else { continue };
                cases.push(case(&whole, &rest, reason));
            }
        }
    }
    engine.adopt(Profile::default());
    Ok(table(&cases, engine, people, seed))
}

fn case(whole: &ReplyItem, rest: &ReplyItem, reason: &Reason) -> Case {
    let lowers = reason.part < 0.0;
    let sign = if lowers { -1.0 } else { 1.0 };
    let sum = |item: &ReplyItem, of: &dyn Fn(ReasonKind) -> bool| -> f64 {
        item.reasons.iter().filter(|own| of(own.kind)).map(|own| own.part).sum()
    };
    // The rule that brings the item to the first place lifts it to what stands there.
    let score = |item: &ReplyItem| sum(item, &|kind| kind != ReasonKind::Rule);
    let part = |item: &ReplyItem| sum(item, &|kind| kind == reason.kind);
    // What differs by less is the same sum in another order.
    let falls = |before: f64, after: f64| sign * (before - after) > 1e-12;
    Case { kind: reason.kind, lowers, score: falls(score(whole), score(rest)), part: falls(part(whole), part(rest)) }
}

/// An item with its score, whatever stands above it.
fn alone(engine: &Engine, id: &str) -> Result<Option<ReplyItem>, EngineError> {
    let pin = PinRule { name: "alone".to_owned(), item: id.to_owned(), place: 1 };
    let request = RecommendRequest {
        k: 1,
        pin: vec![pin],
        diversity: Some(0.0),
        include_owned: true,
        // What choices say about weights is no cause of its own.
        personal: false,
        ..RecommendRequest::new(NOW)
    };
    Ok(engine.recommend(&request)?.items.into_iter().find(|item| item.id == id))
}

/// Events of a person, from a seed.
fn made_up(engine: &Engine, seed: u64) -> Result<Profile, EngineError> {
    let catalogue = engine.catalogue();
    let mut drawn = 0;
    let mut draw = |below: usize| {
        drawn += 1;
        (mix(seed, drawn) % below.max(1) as u64) as usize
    };
    let mut profile = Profile::default();
    for visit in 0..1 + draw(4) {
        let anchor = catalogue.query(predilect_core::ItemIdx(draw(catalogue.len()) as u32));
        let near = predilect_core::order::descending(
            catalogue.items().map(|item| f64::from(catalogue.similarity(&anchor, item))),
        );
        let day = if visit == 0 { 0 } else { 1 + draw(60) };
        for step in 0..2 + draw(6) {
            let row = if draw(5) == 0 { draw(catalogue.len()) } else { near[draw(12.min(near.len()))] };
            let kinds = [
                EventKind::View,
                EventKind::View,
                EventKind::Click,
                EventKind::Click,
                EventKind::Like,
                EventKind::Purchase,
                EventKind::Rating,
                EventKind::Dwell,
                EventKind::Dislike,
            ];
            let kind = kinds[draw(kinds.len())];
            let value = match kind {
                EventKind::Rating => Some(1.0 + draw(5) as f64),
                EventKind::Dwell => Some(5.0 + draw(200) as f64),
                _ => None,
            };
            let at = NOW - (day as f64 * DAY) as i64 - 1000 * (600 - 40 * step as i64);
            let item = catalogue.id(predilect_core::ItemIdx(row as u32)).to_owned();
            profile.record(Event { kind, item, at, value })?;
        }
    }
    Ok(profile)
}

fn table(cases: &[Case], engine: &Engine, people: u64, seed: u64) -> Table {
    let mut kinds: BTreeMap<String, Vec<&Case>> = BTreeMap::new();
    for case in cases {
        let kind = serde_json::to_value(case.kind).ok();
        let kind = kind.as_ref().and_then(|kind| kind.as_str()).unwrap_or_default().to_owned();
        let name = if case.lowers { format!("{kind}, lowering") } else { kind };
        kinds.entry(name).or_default().push(case);
        kinds.entry("all".to_owned()).or_default().push(case);
    }
    let share = |cases: &[&Case], of: fn(&Case) -> bool| {
        mean(&cases.iter().map(|case| f64::from(u8::from(of(case)))).collect::<Vec<_>>(), seed)
    };
    let row = |(name, cases): (String, Vec<&Case>)| Row {
        name,
        cells: vec![Mean::exact(cases.len() as f64), share(&cases, |case| case.score), share(&cases, |case| case.part)],
    };
    Table {
        name: format!("reasons ({} items, {people} made-up people, lists of {K})", engine.catalogue().len()),
        note: "share of the reasons that name an event without which the item's score is lower (for what lowers it: higher), and \
            without which the part itself is"
            .to_owned(),
        columns: vec!["reasons", "score", "part"],
        rows: kinds.into_iter().map(row).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use predilect_core::catalogue::{CatalogueParts, ItemParts, write};
    use serde_json::json;

    #[test]
    fn without_their_cause_items_fall() {
        let item = |n: usize| ItemParts {
            id: format!("i{n}"),
            fields: json!({"title": format!("Item {n}")}).as_object().cloned().expect("an object"),
        };
        let items: Vec<_> = (0..40).map(item).collect();
        let vectors: Vec<f32> = (0..40 * 4).map(|i| (mix(7, i) % 1000) as f32 / 500.0 - 1.0).collect();
        let parts = CatalogueParts { name: "t", encoder: "e", dimension: 4, vectors: &vectors, items: &items };
        let mut engine = Engine::open(write(&parts).expect("a catalogue")).expect("an engine");
        let table = measure(&mut engine, 30, 1).expect("measured");
        let (cases, score) =
            (table.cell("interest", "reasons").expect("some"), table.cell("interest", "score").expect("some"));
        assert!(cases.value > 50.0 && score.value > 0.8, "{cases:?} {score:?}");
        assert!(engine.profile().is_empty());
        // An event that is not the cause is not a reason: all rows are of kinds that have events.
        assert!(table.rows.iter().all(|row| row.cells[0].value > 0.0));
    }
}
