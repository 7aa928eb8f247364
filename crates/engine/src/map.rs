//! The map: items, topics and interests in two dimensions, for people who would rather look than read.
//!
//! The axes are the two directions in which the topics of the catalogue differ most (its items, where it has no topics), and a place on
//! an axis is the share of items before it. So the map depends on the catalogue alone: what a person does moves their interests, never
//! the ground.

use predilect_core::event::Millis;
use predilect_core::order::{descending, reorder};
use predilect_core::taste::Origin;
use predilect_core::{Catalogue, ItemIdx, Query, UnitVector};
use serde::Serialize;

use crate::Engine;

/// Items that tell the axes where there are no topics.
const SAMPLE: usize = 512;
/// Steps of the power iteration: a picture needs no more digits.
const STEPS: usize = 40;
/// Items whose middle a text gets.
const CLOSE: usize = 5;

/// A place, 0..=1 from the left and from the top.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Place {
    x: f64,
    y: f64,
}

/// Something on the map. One type for all of it: each costs pages the code that writes it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mark {
    /// Id of an item, key of an interest, empty for a topic.
    pub id: String,
    /// Title of an item, name of an interest or a topic.
    pub name: String,
    /// From the left, 0..=1.
    pub x: f64,
    /// From the top, 0..=1.
    pub y: f64,
    /// Popularity of an item, share of an interest of all interests (0 for a muted one), share of a topic of all items.
    pub weight: f64,
    /// Ids of the items of an interest.
    pub items: Vec<String>,
}

/// What a map shows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MapReply {
    /// Those of the interests, then others, as many of each topic.
    pub items: Vec<Mark>,
    /// Those of the upper level, the largest first, in the middle of their items.
    pub topics: Vec<Mark>,
    /// Strongest first, muted ones behind, in the middle of their items, by what each counts; texts in the middle of what is closest.
    pub interests: Vec<Mark>,
}

/// Where all items are.
#[derive(Debug)]
pub(crate) struct Ground(Vec<Place>);

impl Ground {
    pub(crate) fn new(catalogue: &Catalogue) -> Self {
        let mut places = vec![Place { x: 0.5, y: 0.5 }; catalogue.len()];
        let [across, down] = axes(catalogue).map(|axis| order(catalogue, &Query::from_values(&axis)));
        let share = |rank: usize| (rank as f64 + 0.5) / catalogue.len() as f64;
        across.into_iter().enumerate().for_each(|(rank, row)| places[row].x = share(rank));
        down.into_iter().enumerate().for_each(|(rank, row)| places[row].y = share(rank));
        Self(places)
    }

    fn place(&self, item: ItemIdx) -> Place {
        self.0[item.row()]
    }
}

/// Rows by how far they lie along a direction, the farthest first.
fn order(catalogue: &Catalogue, direction: &Query) -> Vec<usize> {
    descending(catalogue.items().map(|item| f64::from(catalogue.similarity(direction, item))))
}

/// The mean of places, by weight; the middle of the map for none.
#[inline(never)]
fn middle(places: &[(Place, f64)]) -> Place {
    let (mut x, mut y, mut total) = (0.0, 0.0, 0.0);
    for &(place, weight) in places {
        x += place.x * weight;
        y += place.y * weight;
        total += weight;
    }
    if total > 0.0 { Place { x: x / total, y: y / total } } else { Place { x: 0.5, y: 0.5 } }
}

fn mark(id: String, name: String, Place { x, y }: Place, weight: f64, items: Vec<String>) -> Mark {
    Mark { id, name, x, y, weight, items }
}

/// The two directions in which topics, or items, differ most; signs are such that the largest value is above 0.
fn axes(catalogue: &Catalogue) -> [Vec<f32>; 2] {
    let topics = catalogue.topics();
    let mut counts = vec![0.0; topics.tree.len()];
    topics.of_item.iter().for_each(|&topic| counts[usize::from(topic)] += 1.0);
    let mut centres: Vec<(UnitVector, f32)> =
        topics.lowest().filter_map(|topic| Some((catalogue.topic_centre(topic)?, counts[topic]))).collect();
    if centres.len() < 3 {
        let step = catalogue.len().div_ceil(SAMPLE).max(1);
        let alone = |item| Some((UnitVector::new(&catalogue.sum([item])).ok()?, 1.0));
        centres = catalogue.items().step_by(step).filter_map(alone).collect();
    }
    let mut centres: Vec<(Vec<f32>, f32)> =
        centres.into_iter().map(|(centre, count)| (centre.as_slice().to_vec(), count)).collect();
    let dimension = catalogue.header().dimension;
    let total: f32 = centres.iter().map(|(_, count)| count).sum();
    let mut mean = vec![0.0; dimension];
    for (centre, count) in &centres {
        add(&mut mean, centre, count / total);
    }
    for (centre, _) in &mut centres {
        add(centre, &mean, -1.0);
    }
    let first = strongest(&centres, dimension);
    for (centre, _) in &mut centres {
        let along = dot(centre, &first);
        add(centre, &first, -along);
    }
    let second = strongest(&centres, dimension);
    [first, second]
}

/// The direction in which centres differ most from their mean, 0.
#[inline(never)]
fn strongest(centres: &[(Vec<f32>, f32)], dimension: usize) -> Vec<f32> {
    let length = |centre: &[f32]| dot(centre, centre);
    let far = centres.iter().reduce(|a, b| if b.1 * length(&b.0) > a.1 * length(&a.0) { b } else { a });
    let mut axis = far.map_or_else(|| vec![0.0; dimension], |(centre, _)| centre.clone());
    for _ in 0..STEPS {
        let mut next = vec![0.0; dimension];
        for (centre, count) in centres {
            let along = count * dot(centre, &axis);
            add(&mut next, centre, along);
        }
        let norm = length(&next).sqrt();
        if norm <= f32::MIN_POSITIVE {
            break;
        }
        axis.fill(0.0);
        add(&mut axis, &next, 1.0 / norm);
    }
    let largest = axis.iter().copied().reduce(|a, b| if b.abs() > a.abs() { b } else { a });
    if largest.is_some_and(|value| value < 0.0) {
        let other = axis.clone();
        add(&mut axis, &other, -2.0);
    }
    axis
}

#[inline(never)]
fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[inline(never)]
fn add(sum: &mut [f32], values: &[f32], factor: f32) {
    sum.iter_mut().zip(values).for_each(|(sum, value)| *sum += factor * value);
}

impl Engine {
    /// The map as of `now`: all items of interests, and others up to `k`; names are in the language of this code where there are any.
    pub fn map(&self, now: Millis, k: usize, lang: Option<&str>) -> MapReply {
        let catalogue = &self.catalogue;
        let ground = self.ground.get_or_init(|| Ground::new(catalogue));
        let taste = self.taste(now);
        let mine = taste.interests.iter().chain(&taste.muted);
        let names = self.interest_replies(mine.clone(), lang);
        let interests: Vec<Mark> = mine
            .clone()
            .zip(names)
            .map(|(interest, reply)| {
                let places: Vec<(Place, f64)> = match &interest.origin {
                    Origin::Items(evidence) => {
                        evidence.iter().map(|own| (ground.place(own.item), own.weight)).collect()
                    }
                    Origin::Typed(_) => {
                        let near = order(catalogue, &interest.query).into_iter().take(CLOSE);
                        near.map(|row| (ground.0[row], 1.0)).collect()
                    }
                };
                mark(reply.key, reply.name, middle(&places), reply.weight, reply.items)
            })
            .collect();

        let mut shown: Vec<ItemIdx> = mine.flat_map(|interest| interest.items()).collect();
        let topics = catalogue.topics();
        let upper = |item: ItemIdx| topics.above(item).last().unwrap_or(0);
        let tops = topics.tree.iter().filter(|topic| topic.parent.is_none()).count().max(1);
        let mut room = vec![k.div_ceil(tops); topics.tree.len().max(1)];
        for &item in &self.orders.popular {
            if shown.len() >= k {
                break;
            }
            let room = &mut room[upper(item)];
            if *room > 0 && !shown.contains(&item) {
                *room -= 1;
                shown.push(item);
            }
        }
        let item = |&item: &ItemIdx| {
            let id = catalogue.id(item).to_owned();
            mark(id, catalogue.title(item), ground.place(item), catalogue.popularity(item), Vec::new())
        };

        let language = lang.map_or(0, |code| topics.language(code));
        let mut sums: Vec<Vec<(Place, f64)>> = vec![Vec::new(); topics.tree.len()];
        for item in catalogue.items() {
            if let Some(sum) = sums.get_mut(upper(item)) {
                sum.push((ground.place(item), 1.0));
            }
        }
        let of_all = |places: &[(Place, f64)]| places.len() as f64 / catalogue.len() as f64;
        let topics: Vec<Mark> = topics
            .tree
            .iter()
            .zip(sums)
            .filter(|(_, places)| !places.is_empty())
            .map(|(topic, places)| {
                let (name, weight) = (topic.name(language).to_owned(), of_all(&places));
                mark(String::new(), name, middle(&places), weight, Vec::new())
            })
            .collect();
        let by_count = descending(topics.iter().map(|topic| topic.weight));
        let topics = reorder(topics, &by_count);
        MapReply { items: shown.iter().map(item).collect(), topics, interests }
    }
}

#[cfg(test)]
mod tests {
    use predilect_core::catalogue::{CatalogueParts, ItemParts, write};
    use predilect_core::{Event, EventKind};

    use super::*;

    /// Items of three kinds in a cone.
    fn engine(count: usize) -> Engine {
        let item = |i: usize| ItemParts {
            id: format!("i{i}"),
            fields: serde_json::json!({"title": format!("Item {i}"), "popularity": i}).as_object().cloned().unwrap(),
        };
        let items: Vec<ItemParts> = (0..count).map(item).collect();
        let value = |i: usize, j: usize| match j {
            8 => 2.0,
            j if j == i % 3 => 1.0,
            j => 0.05 * ((i * 7 + j * 3) % 11) as f32,
        };
        let vectors: Vec<f32> = (0..count).flat_map(|i| (0..9).map(move |j| value(i, j))).collect();
        let parts = CatalogueParts { name: "t", encoder: "e", dimension: 9, vectors: &vectors, items: &items };
        Engine::open(write(&parts).unwrap()).unwrap()
    }

    fn at(mark: &Mark) -> Place {
        Place { x: mark.x, y: mark.y }
    }

    fn far(a: Place, b: Place) -> f64 {
        (a.x - b.x).hypot(a.y - b.y)
    }

    #[test]
    fn kinds_lie_apart_and_stay_where_they_are() {
        let mut engine = engine(60);
        let before = engine.map(0, 60, None);
        assert_eq!((before.items.len(), before.interests.len()), (60, 0));
        let of = |map: &MapReply, id: &str| at(map.items.iter().find(|item| item.id == id).unwrap());
        let centre = |kind: usize| {
            let places: Vec<_> = (0..20).map(|i| (of(&before, &format!("i{}", 3 * i + kind)), 1.0)).collect();
            middle(&places)
        };
        for (a, b) in [(0, 1), (1, 2), (0, 2)] {
            assert!(far(centre(a), centre(b)) > 0.3, "{a} {b}: {:?} {:?}", centre(a), centre(b));
        }
        let like = |id: &str| Event { kind: EventKind::Like, item: id.to_owned(), at: 1000, value: None };
        engine.record(vec![like("i4"), like("i7")]).unwrap();
        let after = engine.map(2000, 10, None);
        assert_eq!(after.items.len(), 10);
        assert!(after.items.iter().all(|item| of(&before, &item.id) == at(item)));
        let [interest] = &after.interests[..] else { panic!("{:?}", after.interests) };
        assert!(far(at(interest), centre(1)) < 0.25 && interest.items.len() == 2);
        assert!(interest.items.iter().all(|id| after.items.iter().any(|item| item.id == *id)));
    }

    #[test]
    fn what_has_no_extent_is_a_map_too() {
        for count in [0, 1, 2] {
            let map = engine(count).map(0, 5, Some("zh"));
            assert_eq!(map.items.len(), count);
            assert!(map.items.iter().all(|item| (0.0..=1.0).contains(&item.x)));
        }
    }
}
