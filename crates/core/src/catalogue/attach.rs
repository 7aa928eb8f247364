//! Adding what was learned from events, or measured, to a catalogue that was written without, or with something older.

use std::collections::BTreeMap;

use safetensors::{Dtype, SafeTensors};

use super::learned::Learned;
use super::read::neighbour_type;
use super::write::{Tensor, finish, percentiles};
use super::{Catalogue, CatalogueError, Header, OutlineHead};

/// The bytes of `catalogue` with `learned` in place of what it had learned before. Popularity becomes the percentile of
/// the support.
///
/// # Errors
/// [`CatalogueError::Parts`] if the rows of `learned` are not those of the catalogue; any error of opening it.
pub fn attach(catalogue: &[u8], learned: &Learned) -> Result<Vec<u8>, CatalogueError> {
    let refuse = |what: String| CatalogueError::Parts { what };
    let mut header = Catalogue::open(catalogue.to_vec())?.header().clone();
    let count = header.count;
    let rows = [learned.support.len(), learned.trend.len(), learned.neighbours.len()];
    if rows != [count; 3] {
        return Err(refuse(format!("what was learned is about {rows:?} items, the catalogue has {count}")));
    }
    let mut tensors = tensors(catalogue)?;
    let store = learned.store();
    let dtype = neighbour_type(count);
    let row_bytes = |item: &u32| match dtype {
        Dtype::U16 => (*item as u16).to_le_bytes().to_vec(),
        _ => item.to_le_bytes().to_vec(),
    };
    let entries = store.items.len();
    let support: Vec<Option<f64>> = learned.support.iter().map(|&n| (n > 0).then_some(f64::from(n))).collect();
    let mut add = |name: &str, tensor: Tensor| tensors.insert(name.to_owned(), tensor);
    add("popularity", Tensor::f32(&percentiles(&support)));
    let bytes = store.support.iter().flat_map(|count| count.to_le_bytes()).collect();
    add("support", Tensor { dtype: Dtype::U16, shape: vec![count], bytes });
    add("trend", Tensor::u8(store.trend));
    let bytes = store.items.iter().flat_map(row_bytes).collect();
    add("neighbours.items", Tensor { dtype, shape: vec![entries], bytes });
    add("neighbours.weights", Tensor::u8(store.weights));
    add("neighbours.offsets", Tensor::u32(&store.offsets));
    header.learned = Some(learned.head.clone());
    finish(header, &tensors)
}

/// The bytes of `catalogue` with `outline` in its header.
///
/// # Errors
/// Only if it cannot be written.
pub fn outlined(catalogue: Catalogue, outline: Option<OutlineHead>) -> Result<Vec<u8>, CatalogueError> {
    if catalogue.header().outline == outline {
        return Ok(catalogue.into_bytes());
    }
    let header = Header { outline, ..catalogue.header().clone() };
    finish(header, &tensors(catalogue.bytes())?)
}

/// Copies of all tensors of a catalogue.
fn tensors(catalogue: &[u8]) -> Result<BTreeMap<String, Tensor>, CatalogueError> {
    let file = SafeTensors::deserialize(catalogue);
    let file = file.map_err(|error| CatalogueError::Parts { what: error.to_string() })?;
    let copy = |(name, view): (&str, safetensors::tensor::TensorView<'_>)| {
        let tensor = Tensor { dtype: view.dtype(), shape: view.shape().to_vec(), bytes: view.data().to_vec() };
        (name.to_owned(), tensor)
    };
    Ok(file.iter().map(copy).collect())
}

#[cfg(test)]
mod tests {
    use super::super::{CatalogueParts, Change, ItemParts, LearnedHead, amend, write};
    use super::*;
    use crate::ItemIdx;

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
            scale: 0.4,
            weights: Default::default(),
        };
        let learned = Learned {
            head,
            support: vec![7, 70_000, 0],
            trend: vec![0.5, 1.0, 0.0],
            neighbours: vec![vec![(ItemIdx(1), 0.4), (ItemIdx(2), 0.1)], vec![], vec![(ItemIdx(0), 0.2)]],
        };
        let once = attach(&plain, &learned).unwrap();
        assert_eq!(attach(&once, &learned).unwrap(), once, "again changes nothing");
        let catalogue = Catalogue::open(once).unwrap();
        assert_eq!(catalogue.learned(), Some(&learned.head));
        let first: Vec<_> = catalogue.neighbours(ItemIdx(0)).collect();
        assert_eq!(first[0], (ItemIdx(1), f64::from(0.4_f32)));
        assert!(first[1].0 == ItemIdx(2) && (first[1].1 - 0.1).abs() < 0.001);
        assert_eq!(catalogue.neighbours(ItemIdx(1)).count(), 0);
        assert_eq!(catalogue.support(ItemIdx(1)), 65_535.0);
        assert_eq!((catalogue.popularity(ItemIdx(1)), catalogue.popularity(ItemIdx(2))), (1.0, 0.0));

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
            Catalogue::open(outlined(plain, Some(OutlineHead { cut, reach, recall: 0.98 })).unwrap())
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
