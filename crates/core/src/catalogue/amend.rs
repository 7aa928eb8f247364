//! Changing some items of a catalogue, in the space that it has.

use std::collections::{HashMap, HashSet};

use super::write::{Parts, assemble};
use super::{Catalogue, CatalogueError, ItemIdx, ItemParts, Learned, LearnedHead, LinkKind, Links, Topics};
use crate::vector::{UnitVector, VectorError, compact_row};

/// What is to be changed.
#[derive(Debug)]
pub struct Change<'a> {
    /// Ids of items that go. Unknown ones are passed over.
    pub remove: &'a [String],
    /// Items that come, or take the place of those with the same id.
    pub put: &'a [ItemParts],
    /// A vector of the catalogue's encoder for each of them, one after the other.
    pub vectors: &'a [f32],
    /// Fingerprint of that encoder; not looked at where nothing is put.
    pub encoder: &'a str,
}

/// The bytes of `catalogue` after a change. What stays keeps its order, what replaces keeps its place, what is new comes
/// last. Vectors are put into the space that was fitted when the catalogue was built, so that what stays scores as before; what was
/// learned from events about the items that stay is kept.
///
/// # Errors
/// [`CatalogueError::Encoder`] for vectors of another encoder, [`CatalogueError::Parts`] names an item that is refused, and
/// any error of opening the catalogue.
pub fn amend(catalogue: Vec<u8>, change: &Change<'_>) -> Result<Vec<u8>, CatalogueError> {
    let old = Catalogue::open(catalogue)?;
    let header = old.header();
    let dimension = header.dimension;
    if !change.put.is_empty() && change.encoder != header.encoder {
        let (found, expected) = (change.encoder.to_owned(), header.encoder.clone());
        return Err(CatalogueError::Encoder { found, expected });
    }
    let refuse = |what: String| CatalogueError::Parts { what };
    if change.vectors.len() != change.put.len() * dimension {
        let found = change.vectors.len();
        return Err(refuse(format!("{} items of dimension {dimension} came with {found} values", change.put.len())));
    }
    let project = |(item, values): (&ItemParts, &[f32])| {
        let vector = UnitVector::new(values);
        let vector = vector.map_err(|error: VectorError| refuse(format!("item \"{}\": {error}", item.id)))?;
        Ok(compact_row(&old.space().project(&vector)))
    };
    let put: Vec<(Vec<i8>, f32)> =
        change.put.iter().zip(change.vectors.chunks_exact(dimension)).map(project).collect::<Result<_, _>>()?;

    // Of every row to come: the old item, or the one that is put.
    let mut sources: Vec<Result<ItemIdx, usize>> = Vec::new();
    let place: HashMap<&str, usize> = change.put.iter().enumerate().map(|(at, put)| (put.id.as_str(), at)).collect();
    let gone: HashSet<&str> = change.remove.iter().map(String::as_str).collect();
    let mut placed = vec![false; change.put.len()];
    for item in old.items() {
        let id = old.id(item);
        if let Some(&at) = place.get(id) {
            placed[at] = true;
            sources.push(Err(at));
        } else if !gone.contains(id) {
            sources.push(Ok(item));
        }
    }
    sources.extend((0..placed.len()).filter(|&at| !placed[at]).map(Err));

    let (mut items, mut rows, mut scales) = (Vec::new(), Vec::new(), Vec::new());
    for source in &sources {
        let (item, row, scale) = match *source {
            Err(at) => (change.put[at].clone(), put[at].0.as_slice(), put[at].1),
            Ok(item) => {
                let (row, scale) = old.vector(item);
                (parts_of(&old, item)?, row, scale)
            }
        };
        items.push(item);
        rows.extend_from_slice(row);
        scales.push(scale);
    }
    let parts = Parts {
        name: &header.name,
        encoder: &header.encoder,
        dimension,
        space: old.space(),
        rows: &rows,
        scales: &scales,
        items: &items,
        // With many more items than it was measured with, it may no longer hold.
        outline: header.outline.filter(|_| 2 * items.len() <= 3 * old.len()),
    };
    let mut draft = assemble(&parts)?;
    let kept = Kept::new(&old, &sources);
    match header.learned.clone() {
        Some(head) => draft.learn(&kept.learned(head))?,
        None => draft.link(LinkKind::Alike, &kept.links(LinkKind::Alike))?,
    }
    draft.topics(&kept.topics(&rows, &scales))?;
    draft.repeats(&kept.repeats())?;
    draft.finish()
}

/// An item as it was written.
fn parts_of(catalogue: &Catalogue, item: ItemIdx) -> Result<ItemParts, CatalogueError> {
    let id = catalogue.id(item).to_owned();
    let mut fields = catalogue.object(item)?;
    fields.remove("id");
    Ok(ItemParts { id, fields })
}

/// What is known of the items that stay.
struct Kept<'a> {
    old: &'a Catalogue,
    sources: &'a [Result<ItemIdx, usize>],
    /// Old row -> new row.
    now: Vec<Option<ItemIdx>>,
}

impl<'a> Kept<'a> {
    fn new(old: &'a Catalogue, sources: &'a [Result<ItemIdx, usize>]) -> Self {
        let mut now = vec![None; old.len()];
        for (row, source) in sources.iter().enumerate() {
            if let Ok(item) = source {
                now[item.row()] = Some(ItemIdx(row as u32));
            }
        }
        Self { old, sources, now }
    }

    fn links(&self, kind: LinkKind) -> Links {
        let row = |item: ItemIdx| {
            let links = self.old.links(kind, item);
            links.filter_map(|(other, weight)| Some((self.now[other.row()]?, weight as f32))).collect()
        };
        self.sources.iter().map(|source| source.map_or_else(|_| Vec::new(), row)).collect()
    }

    /// Items that stay keep their topic; others get the one they are closest to.
    fn topics(&self, rows: &[i8], scales: &[f32]) -> Topics {
        let old = self.old.topics();
        if old.tree.is_empty() || self.sources.is_empty() {
            return Topics::default();
        }
        let centres = if self.sources.iter().any(Result::is_err) { self.old.topic_centres() } else { Vec::new() };
        let d = self.old.header().dimension;
        let topic = |(row, source): (usize, &Result<ItemIdx, usize>)| match source {
            Ok(item) => old.of_item[item.row()],
            Err(_) => Catalogue::closest_topic(&centres, &rows[row * d..(row + 1) * d], scales[row]),
        };
        Topics { of_item: self.sources.iter().enumerate().map(topic).collect(), ..old.clone() }
    }

    /// Repeats among the items that stay; what is put is not compared with the rest.
    fn repeats(&self) -> Vec<(u32, u32)> {
        let Some(labels) = self.old.repeats() else { return Vec::new() };
        let mut first: HashMap<u32, u32> = HashMap::new();
        let mut pairs = Vec::new();
        for (row, source) in (0..).zip(self.sources) {
            for &label in source.map_or(&[][..], |item| labels.of(item.row())) {
                match first.get(&label) {
                    Some(&first) => pairs.push((row, first)),
                    None => drop(first.insert(label, row)),
                }
            }
        }
        pairs
    }

    fn learned(&self, head: LearnedHead) -> Learned {
        let each = || self.sources.iter().map(|source| source.ok());
        // A new item is thought to be like all.
        let stars =
            |mean: f64| each().map(|item| item.and_then(|item| self.old.stars(item)).unwrap_or(mean) as f32).collect();
        let stars = head.stars.map_or_else(Vec::new, stars);
        Learned {
            head,
            support: each().map(|item| item.map_or(0, |item| self.old.support(item) as u32)).collect(),
            trend: each().map(|item| item.map_or(0.0, |item| self.old.trend(item) as f32)).collect(),
            stars,
            next: self.links(LinkKind::Next),
            together: self.links(LinkKind::Together),
            alike: self.links(LinkKind::Alike),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{CatalogueParts, attach, write};
    use super::*;
    use crate::candidates::chance;
    use crate::rank::Weights;

    const D: usize = 12;

    fn vector(seed: u64) -> Vec<f32> {
        (0..D as u64).map(|j| (chance(seed, j) - 0.4) as f32).collect()
    }

    fn item(id: &str, title: &str) -> ItemParts {
        let fields = serde_json::json!({"title": title, "section": if title.len() > 7 { "long" } else { "short" }});
        ItemParts { id: id.to_owned(), fields: fields.as_object().unwrap().clone() }
    }

    fn catalogue(count: u64) -> Vec<u8> {
        let items: Vec<ItemParts> = (0..count).map(|i| item(&format!("i{i}"), &format!("Item {i}"))).collect();
        let vectors: Vec<f32> = (0..count).flat_map(vector).collect();
        write(&CatalogueParts { name: "t", encoder: "e", dimension: D, vectors: &vectors, items: &items }).unwrap()
    }

    fn ids(catalogue: &Catalogue) -> Vec<&str> {
        catalogue.items().map(|item| catalogue.id(item)).collect()
    }

    #[test]
    fn what_stays_scores_as_before_and_what_comes_is_found() {
        let bytes = catalogue(150);
        let put = [item("new", "A new one"), item("i7", "Another seven")];
        let vectors = [vector(900), vector(901)].concat();
        let remove = ["i3".to_owned(), "nowhere".to_owned()];
        let change = Change { remove: &remove, put: &put, vectors: &vectors, encoder: "e" };
        let (old, new) =
            (Catalogue::open(bytes.clone()).unwrap(), Catalogue::open(amend(bytes, &change).unwrap()).unwrap());
        assert_eq!(new.len(), 150);
        assert_eq!(new.find("i3"), None);
        assert_eq!(&ids(&new)[..5], ["i0", "i1", "i2", "i4", "i5"]);
        assert_eq!(ids(&new)[149], "new");
        let query = UnitVector::new(&vector(5000)).unwrap();
        let score = |c: &Catalogue, id: &str| c.similarity(&c.project(&query), c.find(id).unwrap());
        for id in ["i0", "i4", "i149"] {
            assert_eq!(score(&old, id), score(&new, id));
            assert_eq!(
                old.fields(old.find(id).unwrap()).unwrap().get(),
                new.fields(new.find(id).unwrap()).unwrap().get()
            );
        }
        let near = UnitVector::new(&vector(901)).unwrap();
        let seven = new.find("i7").unwrap();
        assert!(new.similarity(&new.project(&near), seven) > 0.99);
        assert!(new.fields(seven).unwrap().get().contains("Another seven"));
    }

    #[test]
    fn back_and_forth_is_where_it_was() {
        let bytes = catalogue(40);
        let put = [item("x", "Extra")];
        let there = Change { remove: &[], put: &put, vectors: &vector(77), encoder: "e" };
        let back = Change { remove: &["x".to_owned()], put: &[], vectors: &[], encoder: "" };
        let away = amend(bytes.clone(), &there).unwrap();
        assert_ne!(away, bytes);
        assert_eq!(amend(away, &back).unwrap(), bytes);
        let all: Vec<String> = (0..40).map(|i| format!("i{i}")).collect();
        let empty = amend(bytes, &Change { remove: &all, ..back }).unwrap();
        assert!(Catalogue::open(empty).unwrap().is_empty());
    }

    #[test]
    fn what_was_learned_follows_its_items() {
        let head = LearnedHead {
            events: 9,
            people: 3,
            min_people: 1,
            half_life_steps: 5.0,
            half_life_days: 30.0,
            handoff: 10.0,
            stars: Some(3.0),
            weights: Weights::default(),
        };
        let learned = Learned {
            head,
            support: vec![4, 2, 1],
            trend: vec![1.0, 0.5, 0.2],
            stars: vec![5.0, 1.0, 1.0],
            next: vec![vec![(ItemIdx(1), 0.5), (ItemIdx(2), 1.0)], vec![(ItemIdx(0), 0.7)], vec![]],
            together: vec![vec![]; 3],
            alike: vec![vec![], vec![], vec![(ItemIdx(0), 0.5), (ItemIdx(1), 0.5)]],
        };
        let bytes = attach(&Catalogue::open(catalogue(3)).unwrap(), &learned).unwrap();
        let put = [item("z", "Last")];
        let remove = ["i1".to_owned()];
        let change = Change { remove: &remove, put: &put, vectors: &vector(9), encoder: "e" };
        let new = Catalogue::open(amend(bytes, &change).unwrap()).unwrap();
        assert_eq!(ids(&new), ["i0", "i2", "z"]);
        assert_eq!(new.support(ItemIdx(0)), 4.0);
        assert_eq!(new.support(ItemIdx(2)), 0.0);
        let stars: Vec<f64> = (0..3).map(|row| new.stars(ItemIdx(row)).unwrap_or_default()).collect();
        assert!(stars[..2] == [5.0, 1.0] && (stars[2] - 3.0).abs() < 0.01, "{stars:?}");
        assert_eq!(new.links(LinkKind::Next, ItemIdx(0)).collect::<Vec<_>>(), [(ItemIdx(1), 1.0)]);
        assert_eq!(new.links(LinkKind::Alike, ItemIdx(1)).collect::<Vec<_>>(), [(ItemIdx(0), 0.5)]);
    }

    #[test]
    fn refusals() {
        let put = [item("new", "A new one")];
        let other = Change { remove: &[], put: &put, vectors: &vector(1), encoder: "other" };
        assert!(matches!(amend(catalogue(3), &other), Err(CatalogueError::Encoder { .. })));
        let short = Change { vectors: &[1.0], encoder: "e", ..other };
        assert!(matches!(amend(catalogue(3), &short), Err(CatalogueError::Parts { .. })));
        let nothing = Change { vectors: &[0.0; D], ..short };
        let error = amend(catalogue(3), &nothing).unwrap_err().to_string();
        assert!(error.contains("\"new\""), "{error}");
    }
}
