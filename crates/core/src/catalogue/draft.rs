//! Files while they are put together: tensors and a header, to which what was learned or measured is added before they are
//! written once.

use std::collections::BTreeMap;

use safetensors::{Dtype, SafeTensors};

use super::learned::Learned;
use super::links::{LinkKind, Links, pack, row_type};
use super::topics::Topics;
use super::write::{Tensor, finish, percentiles};
use super::{Catalogue, CatalogueError, Header, OutlineHead};

/// The bytes of `catalogue` with `learned` in place of what it had learned before, and of all its links. Popularity becomes the
/// percentile of the support.
///
/// # Errors
/// [`CatalogueError::Parts`] if the rows of `learned` are not those of the catalogue.
pub fn attach(catalogue: &Catalogue, learned: &Learned) -> Result<Vec<u8>, CatalogueError> {
    let mut draft = Draft::of(catalogue)?;
    draft.learn(learned)?;
    draft.finish()
}

/// What was measured and found of the items of a catalogue.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// How a scan may be cut short.
    pub outline: Option<OutlineHead>,
    /// Which are alike.
    pub alike: Links,
    /// What they are about.
    pub topics: Topics,
    /// Rows that say the same as an earlier one, with the first that does, ascending.
    pub repeats: Vec<(u32, u32)>,
}

/// The bytes of `catalogue` with what was found of its items.
///
/// # Errors
/// [`CatalogueError::Parts`] if the rows of `alike` are not those of the catalogue, [`CatalogueError::Corrupt`] if topics or repeats do
/// not fit it.
pub fn measured(catalogue: &Catalogue, found: &Found) -> Result<Vec<u8>, CatalogueError> {
    let mut draft = Draft::of(catalogue)?;
    draft.header.outline = found.outline;
    draft.link(LinkKind::Alike, &found.alike)?;
    draft.topics(&found.topics)?;
    draft.repeats(&found.repeats)?;
    draft.finish()
}

/// A file that is not yet written.
pub(super) struct Draft {
    pub header: Header,
    pub tensors: BTreeMap<String, Tensor>,
}

impl Draft {
    fn of(catalogue: &Catalogue) -> Result<Self, CatalogueError> {
        let file = SafeTensors::deserialize(catalogue.bytes());
        let file = file.map_err(|error| CatalogueError::Parts { what: error.to_string() })?;
        let copy = |(name, view): (&str, safetensors::tensor::TensorView<'_>)| {
            let tensor = Tensor { dtype: view.dtype(), shape: view.shape().to_vec(), bytes: view.data().to_vec() };
            (name.to_owned(), tensor)
        };
        Ok(Self { header: catalogue.header().clone(), tensors: file.iter().map(copy).collect() })
    }

    pub(super) fn learn(&mut self, learned: &Learned) -> Result<(), CatalogueError> {
        self.check(&[learned.support.len(), learned.trend.len()])?;
        if learned.head.stars.is_some() {
            self.check(&[learned.stars.len()])?;
            let byte = |stars: &f32| ((stars - 1.0) / 4.0 * 255.0).round() as u8;
            self.tensors.insert("stars".to_owned(), Tensor::u8(learned.stars.iter().map(byte).collect()));
        } else {
            self.tensors.remove("stars");
        }
        let support: Vec<Option<f64>> = learned.support.iter().map(|&n| (n > 0).then_some(f64::from(n))).collect();
        let narrow = |&people: &u32| u16::try_from(people).unwrap_or(u16::MAX).to_le_bytes();
        let bytes = learned.support.iter().flat_map(narrow).collect();
        let trend = learned.trend.iter().map(|&share| (share * 255.0).round() as u8).collect();
        for (name, tensor) in [
            ("popularity", Tensor::f32(&percentiles(&support))),
            ("support", Tensor { dtype: Dtype::U16, shape: vec![self.header.count], bytes }),
            ("trend", Tensor::u8(trend)),
        ] {
            self.tensors.insert(name.to_owned(), tensor);
        }
        for (kind, links) in LinkKind::ALL.into_iter().zip([&learned.next, &learned.together, &learned.alike]) {
            self.link(kind, links)?;
        }
        self.header.learned = Some(learned.head.clone());
        Ok(())
    }

    pub(super) fn link(&mut self, kind: LinkKind, links: &Links) -> Result<(), CatalogueError> {
        self.check(&[links.len()])?;
        let (counts, items, weights, scale) = pack(links);
        self.header.links.0[kind as usize] = scale;
        let parts = ["items", "counts", "weights"].map(|part| format!("{}.{part}", kind.name()));
        if scale == 0.0 {
            parts.iter().for_each(|part| drop(self.tensors.remove(part)));
            return Ok(());
        }
        let dtype = row_type(self.header.count);
        let row_bytes = |item: &u32| match dtype {
            Dtype::U16 => (*item as u16).to_le_bytes().to_vec(),
            _ => item.to_le_bytes().to_vec(),
        };
        let rows = Tensor { dtype, shape: vec![items.len()], bytes: items.iter().flat_map(row_bytes).collect() };
        self.tensors.extend(parts.into_iter().zip([rows, Tensor::u8(counts), Tensor::u8(weights)]));
        Ok(())
    }

    pub(super) fn topics(&mut self, topics: &Topics) -> Result<(), CatalogueError> {
        topics.check(self.header.count)?;
        self.header.topics = topics.tree.len();
        if topics.tree.is_empty() {
            ["topics", "topics.items"].iter().for_each(|name| drop(self.tensors.remove(*name)));
            return Ok(());
        }
        let text = topics.to_text();
        let again = Topics::from_text(&text).map(|read| Topics { of_item: topics.of_item.clone(), ..read });
        if again.as_ref() != Some(topics) {
            return Err(CatalogueError::Parts { what: "a topic has a tab or a line break in its name".to_owned() });
        }
        let items = match topics.tree.len() {
            ..=256 => Tensor::u8(topics.of_item.iter().map(|&topic| topic as u8).collect()),
            _ => Tensor::u16(&topics.of_item),
        };
        self.tensors.extend([("topics".to_owned(), Tensor::u8(text.into_bytes())), ("topics.items".to_owned(), items)]);
        Ok(())
    }

    pub(super) fn repeats(&mut self, repeats: &[(u32, u32)]) -> Result<(), CatalogueError> {
        self.header.repeats = repeats.len();
        self.tensors.remove("repeats");
        if !repeats.is_empty() {
            let flat: Vec<u32> = repeats.iter().flat_map(|&(row, first)| [row, first]).collect();
            super::repeats::read(flat.iter().copied(), self.header.count)?;
            self.tensors.insert("repeats".to_owned(), Tensor { shape: vec![repeats.len(), 2], ..Tensor::u32(&flat) });
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Result<Vec<u8>, CatalogueError> {
        finish(self.header, &self.tensors)
    }

    fn check(&self, rows: &[usize]) -> Result<(), CatalogueError> {
        let count = self.header.count;
        if rows.iter().any(|&rows| rows != count) {
            let what = format!("what was learned is about {rows:?} items, the catalogue has {count}");
            return Err(CatalogueError::Parts { what });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{CatalogueParts, Change, ItemParts, LearnedHead, amend, write};
    use super::*;
    use crate::ItemIdx;
    use crate::candidates::chance;

    #[test]
    fn what_is_attached_is_read_again() {
        let items: Vec<ItemParts> =
            ["a", "b", "c"].iter().map(|id| ItemParts { id: (*id).to_owned(), fields: Default::default() }).collect();
        let vectors = [1.0, 0.0, 0.0, 1.0, 1.0, 1.0];
        let parts = CatalogueParts { name: "t", encoder: "e", dimension: 2, vectors: &vectors, items: &items };
        let plain = write(&parts).unwrap();
        let head = LearnedHead {
            events: 9,
            people: 3,
            min_people: 2,
            half_life_steps: 4.0,
            half_life_days: 30.0,
            handoff: 10.0,
            stars: Some(3.5),
            weights: Default::default(),
        };
        let learned = Learned {
            head,
            support: vec![7, 70_000, 0],
            trend: vec![0.5, 1.0, 0.0],
            stars: vec![1.0, 3.5, 5.0],
            next: vec![vec![(ItemIdx(1), 0.4), (ItemIdx(2), 0.1)], vec![], vec![(ItemIdx(0), 0.2)]],
            together: vec![vec![]; 3],
            alike: vec![vec![]; 3],
        };
        let plain = Catalogue::open(plain).unwrap();
        let catalogue = Catalogue::open(attach(&plain, &learned).unwrap()).unwrap();
        assert_eq!(attach(&catalogue, &learned).unwrap(), catalogue.bytes(), "again changes nothing");
        assert_eq!(catalogue.learned(), Some(&learned.head));
        let stars = |row| catalogue.stars(ItemIdx(row)).unwrap_or_default();
        assert!(stars(0) == 1.0 && (stars(1) - 3.5).abs() < 0.01 && stars(2) == 5.0);
        let of = |catalogue: &Catalogue, kind, row| catalogue.links(kind, ItemIdx(row)).collect::<Vec<_>>();
        let first = of(&catalogue, LinkKind::Next, 0);
        assert_eq!(first[0], (ItemIdx(1), f64::from(0.4_f32)));
        assert!(first[1].0 == ItemIdx(2) && (first[1].1 - 0.1).abs() < 0.001);
        assert!(of(&catalogue, LinkKind::Next, 1).is_empty() && of(&catalogue, LinkKind::Together, 0).is_empty());
        assert_eq!(catalogue.support(ItemIdx(1)), 65_535.0);
        assert_eq!((catalogue.popularity(ItemIdx(1)), catalogue.popularity(ItemIdx(2))), (1.0, 0.0));

        let both = Learned { alike: vec![vec![], vec![(ItemIdx(0), 0.3)], vec![]], ..learned.clone() };
        let both = Catalogue::open(attach(&catalogue, &both).unwrap()).unwrap();
        assert_eq!(of(&both, LinkKind::Alike, 1), [(ItemIdx(0), f64::from(0.3_f32))]);
        assert_eq!(of(&both, LinkKind::Next, 0), first);
        assert_eq!(attach(&both, &learned).unwrap(), catalogue.bytes(), "and taken away");

        // Numbers of many digits, as means and training give them.
        for seed in 0..200 {
            let mut long = learned.clone();
            long.head.stars = Some(1.0 + 4.0 * chance(seed, 0));
            long.head.half_life_days = 1e-6 / chance(seed, 1);
            long.head.handoff = 1e-300;
            let weights = (2..).map(|at| (chance(seed, at) - 0.5) * 10_f64.powi(3 - at as i32));
            long.head.weights.0.iter_mut().zip(weights).for_each(|(weight, value)| *weight = value);
            let read = Catalogue::open(attach(&plain, &long).unwrap()).unwrap();
            let stars = read.learned().and_then(|head| head.stars);
            assert!((stars.unwrap() - long.head.stars.unwrap()).abs() < 1e-10, "{seed}");
        }

        let mut wrong = learned;
        wrong.support.pop();
        assert!(matches!(attach(&plain, &wrong), Err(CatalogueError::Parts { .. })));
    }

    #[test]
    fn an_outline_is_kept_and_checked() {
        let items = |ids: &[&str]| -> Vec<ItemParts> {
            ids.iter().map(|id| ItemParts { id: (*id).to_owned(), fields: Default::default() }).collect()
        };
        let vectors = [1.0, 0.0, 0.0, 1.0];
        let with = |cut, reach| {
            let two = items(&["a", "b"]);
            let parts = CatalogueParts { name: "t", encoder: "e", dimension: 2, vectors: &vectors, items: &two };
            let plain = Catalogue::open(write(&parts).unwrap()).unwrap();
            let outline = Some(OutlineHead { cut, reach, recall: 0.98 });
            let found = Found { outline, alike: vec![vec![]; 2], topics: Topics::default(), repeats: Vec::new() };
            Catalogue::open(measured(&plain, &found).unwrap())
        };
        let good = with(1, 0.25).unwrap();
        assert_eq!(good.header().outline, Some(OutlineHead { cut: 1, reach: 0.25, recall: 0.98 }));
        let put = |old: Catalogue, ids: &[&str]| {
            let (put, vectors) = (items(ids), vec![1.0; 2 * ids.len()]);
            let change = Change { remove: &[], put: &put, vectors: &vectors, encoder: "e" };
            Catalogue::open(amend(old.into_bytes(), &change).unwrap()).unwrap()
        };
        let more = put(good, &["c"]);
        assert_eq!(more.header().outline.map(|head| head.cut), Some(1), "a few items more change nothing");
        assert_eq!(put(more, &["d", "e"]).header().outline, None, "it was measured with far fewer");
        for (cut, reach) in [(0, 0.5), (2, 0.5), (1, 1.5), (1, -0.5)] {
            assert!(matches!(with(cut, reach), Err(CatalogueError::Corrupt { .. })), "{cut} {reach}");
        }
    }
}
