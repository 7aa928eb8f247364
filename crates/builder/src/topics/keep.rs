//! The topics of an earlier catalogue, for a later one of mostly the same items.

use std::collections::HashMap;

use predilect_core::catalogue::{Catalogue, Topics};
use predilect_core::{ItemIdx, Query};

/// Share of the items that must be the same as before for the old topics to fit.
const SAME: f64 = 0.5;

/// The topics of `before` for the items of `catalogue`: what is as it was keeps its topic, what is new or another gets the closest one,
/// and a topic without items is gone. None where too little is as it was.
pub(super) fn keep(catalogue: &Catalogue, before: &Catalogue) -> Option<Topics> {
    let old = before.topics();
    let same = |item: ItemIdx| {
        let was = before.find(catalogue.id(item))?;
        // Compared as they are stored: equal items give equal bytes.
        let equal = before.fields(was).ok()?.get() == catalogue.fields(item).ok()?.get();
        old.of_item.get(was.row()).copied().filter(|_| equal)
    };
    let kept: Vec<Option<u16>> = catalogue.items().map(same).collect();
    let count = kept.iter().flatten().count();
    if count == 0 || (count as f64) < SAME * catalogue.len() as f64 {
        return None;
    }
    let mut members: Vec<Vec<ItemIdx>> = vec![Vec::new(); old.tree.len()];
    for (item, topic) in catalogue.items().zip(&kept) {
        if let Some(topic) = topic {
            members[usize::from(*topic)].push(item);
        }
    }
    let centres: Vec<(u16, Query)> = (0..)
        .zip(&members)
        .filter(|(_, items)| !items.is_empty())
        .map(|(topic, items)| (topic, Query::from_values(&catalogue.sum(items.iter().copied()))))
        .collect();
    let closest = |item: ItemIdx| {
        let near = |(_, centre): &&(u16, Query)| catalogue.similarity(centre, item);
        centres.iter().reduce(|a, b| if near(&b) > near(&a) { b } else { a }).map_or(0, |(topic, _)| *topic)
    };
    let of_item: Vec<u16> =
        catalogue.items().zip(&kept).map(|(item, topic)| topic.unwrap_or_else(|| closest(item))).collect();
    Some(without_empty(old, of_item))
}

/// The tree without topics that neither hold an item nor have a part that does.
fn without_empty(old: &Topics, mut of_item: Vec<u16>) -> Topics {
    let mut used = vec![false; old.tree.len()];
    for &topic in &of_item {
        used[usize::from(topic)] = true;
        if let Some(parent) = old.tree[usize::from(topic)].parent {
            used[usize::from(parent)] = true;
        }
    }
    let places: HashMap<u16, u16> =
        (0..).zip(used).filter(|(_, used)| *used).map(|(topic, _)| topic).zip(0..).collect();
    let mut tree = Vec::new();
    for (at, topic) in (0_u16..).zip(&old.tree) {
        if places.contains_key(&at) {
            let parent = topic.parent.and_then(|parent| places.get(&parent).copied());
            tree.push(predilect_core::catalogue::Topic { parent, ..topic.clone() });
        }
    }
    of_item.iter_mut().for_each(|topic| *topic = places[topic]);
    Topics { languages: old.languages.clone(), tree, of_item }
}
