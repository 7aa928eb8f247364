//! The topics of an earlier catalogue, for a later one of mostly the same items.

use predilect_core::catalogue::{Catalogue, Topic, Topics};
use predilect_core::{ItemIdx, Query};

/// Share of the items that must be the same as before for the old topics to fit.
const SAME: f64 = 0.5;

/// What an item is about. Other fields, such as a price, may change without a change of topic.
const ABOUT: [&str; 4] = ["title", "text", "tags", "category"];

/// The topics of `before` for the items of `catalogue`: what is about the same keeps its topic, what is new or about something else gets
/// the closest one, and a topic without items is gone. None where too little is as it was.
pub(super) fn keep(catalogue: &Catalogue, before: &Catalogue) -> Option<Topics> {
    let old = before.topics();
    let kept: Vec<Option<u16>> = catalogue
        .items()
        .map(|item| {
            let was = before.find(catalogue.id(item))?;
            let (now, then) = (catalogue.object(item).ok()?, before.object(was).ok()?);
            let same = ABOUT.iter().all(|name| now.get(*name) == then.get(*name));
            old.of_item.get(was.row()).copied().filter(|_| same)
        })
        .collect();
    let mut members: Vec<Vec<ItemIdx>> = vec![Vec::new(); old.tree.len()];
    for (item, topic) in catalogue.items().zip(&kept) {
        topic.iter().for_each(|&topic| members[usize::from(topic)].push(item));
    }
    let count: usize = members.iter().map(Vec::len).sum();
    if count == 0 || (count as f64) < SAME * catalogue.len() as f64 {
        return None;
    }
    let centre = |items: Vec<ItemIdx>| (!items.is_empty()).then(|| Query::from_values(&catalogue.sum(items)));
    let centres: Vec<Option<Query>> = members.into_iter().map(centre).collect();
    let closest = |item| {
        let (row, scale) = catalogue.vector(item);
        Catalogue::closest_topic(&centres, row, scale)
    };
    let of_item = catalogue.items().zip(&kept).map(|(item, topic)| topic.unwrap_or_else(|| closest(item))).collect();
    Some(without_empty(old, of_item))
}

/// The tree without topics that neither hold an item nor have a part that does.
fn without_empty(old: &Topics, mut of_item: Vec<u16>) -> Topics {
    let all = Topics { of_item: of_item.clone(), ..old.clone() };
    let mut used = vec![false; old.tree.len()];
    (0..of_item.len() as u32).flat_map(|row| all.above(ItemIdx(row))).for_each(|topic| used[topic] = true);
    let (mut places, mut tree) = (vec![0; old.tree.len()], Vec::new());
    for (at, topic) in old.tree.iter().enumerate().filter(|(at, _)| used[*at]) {
        places[at] = tree.len() as u16;
        // Parents come before their parts.
        let parent = topic.parent.map(|parent| places[usize::from(parent)]);
        tree.push(Topic { parent, ..topic.clone() });
    }
    of_item.iter_mut().for_each(|topic| *topic = places[usize::from(*topic)]);
    Topics { languages: old.languages.clone(), tree, of_item }
}
