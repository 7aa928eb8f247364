//! Topics of a catalogue: a tree of two levels, found among the vectors and named by the items' own words.

mod cluster;
mod keep;
mod name;

use std::collections::BTreeSet;

use predilect_core::catalogue::{Catalogue, Topic, Topics};
use predilect_core::{ItemIdx, Query};

use crate::phrases::Phrases;
use name::Unnamed;

/// Items below which there is nothing to divide.
const FEW: usize = 12;
/// Most topics of the upper level, as many as a person looks through.
const MOST: f64 = 16.0;

/// The topics of a catalogue, none for one of a few items: those of the catalogue `before` where most items are as they were there.
pub fn topics(catalogue: &Catalogue, phrases: &Phrases, before: Option<&Catalogue>) -> Topics {
    let count = catalogue.len();
    if count < FEW {
        return Topics::default();
    }
    if let Some(kept) = before.and_then(|before| keep::keep(catalogue, before)) {
        return kept;
    }
    let (upper, lower) = sizes(count);
    let least = (count / (6 * lower)).clamp(3, 400);
    let rows: Vec<u32> = (0..count as u32).collect();
    let mut unnamed: Vec<Unnamed> = Vec::new();
    let mut of_item = vec![0_u16; count];
    for rows in cluster::cluster(catalogue, &rows, upper, (2 * least).min(count / 4)) {
        let (parent, whole) = (unnamed.len(), rows.len());
        let wanted = (rows.len() * lower).div_ceil(count).clamp(1, MOST as usize);
        let parts = if wanted < 2 { Vec::new() } else { cluster::cluster(catalogue, &rows, wanted, least) };
        rows.iter().for_each(|&row| of_item[row as usize] = parent as u16);
        unnamed.push(Unnamed { parent: None, rows });
        for rows in parts.into_iter().filter(|part| part.len() < whole) {
            rows.iter().for_each(|&row| of_item[row as usize] = unnamed.len() as u16);
            unnamed.push(Unnamed { parent: Some(parent), rows });
        }
    }
    let spoken: Vec<&str> = catalogue.items().map(|item| catalogue.language(item).unwrap_or("und")).collect();
    let (languages, mut tree) = name::name(&unnamed, phrases, &spoken);
    for (topic, own) in tree.iter_mut().zip(&unnamed) {
        if topic.names.iter().all(String::is_empty) {
            // No phrase tells it from the others: its most central item does.
            let centre = Query::from_values(&cluster::centre(catalogue, &own.rows));
            let near = |row: &u32| catalogue.similarity(&centre, ItemIdx(*row));
            let central = own.rows.iter().copied().reduce(|a, b| if near(&b) > near(&a) { b } else { a }).unwrap_or(0);
            topic.names[0] = catalogue.title(ItemIdx(central)).chars().take(60).collect();
        }
    }
    distinct(&mut tree);
    Topics { languages, tree, of_item }
}

/// Topics wanted of the upper level and of both: few enough to look through, the more the larger a catalogue is.
fn sizes(count: usize) -> (usize, usize) {
    // Square roots only, which every machine takes alike: about 1.3 times the 0.44th power.
    let root = (count as f64).sqrt();
    let lower = 1.3 * root / root.sqrt().sqrt().sqrt();
    let upper = (1.8 * lower.sqrt()).min(MOST);
    (upper.round() as usize, lower.round() as usize)
}

/// A name that comes twice gets a number.
fn distinct(tree: &mut [Topic]) {
    let mut seen: BTreeSet<String> = Default::default();
    for topic in tree {
        for name in topic.names.iter_mut().filter(|name| !name.is_empty()) {
            let plain = name.clone();
            let mut times = 1;
            while seen.contains(&name.to_lowercase()) {
                times += 1;
                *name = format!("{plain} ({times})");
            }
        }
        // Two languages may have one name for it.
        seen.extend(topic.names.iter().map(|name| name.to_lowercase()));
    }
}
