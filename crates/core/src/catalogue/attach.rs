//! Adding what was learned from events, or measured, to a catalogue that was written without, or with something older.

use std::collections::BTreeMap;

use safetensors::{Dtype, SafeTensors};

use super::learned::Learned;
use super::links::{LinkKind, Links, pack, row_type};
use super::write::{Tensor, finish, percentiles};
use super::{Catalogue, CatalogueError, Header, OutlineHead};

/// The bytes of `catalogue` with `learned` in place of what it had learned before. Popularity becomes the percentile of
/// the support.
///
/// # Errors
/// [`CatalogueError::Parts`] if the rows of `learned` are not those of the catalogue; any error of opening it.
pub fn attach(catalogue: &[u8], learned: &Learned) -> Result<Vec<u8>, CatalogueError> {
    let mut header = Catalogue::open(catalogue.to_vec())?.header().clone();
    check(header.count, &[learned.support.len(), learned.trend.len()])?;
    let mut tensors = tensors(catalogue)?;
    let support: Vec<Option<f64>> = learned.support.iter().map(|&n| (n > 0).then_some(f64::from(n))).collect();
    tensors.insert("popularity".to_owned(), Tensor::f32(&percentiles(&support)));
    let narrow = |&people: &u32| u16::try_from(people).unwrap_or(u16::MAX).to_le_bytes();
    let bytes = learned.support.iter().flat_map(narrow).collect();
    tensors.insert("support".to_owned(), Tensor { dtype: Dtype::U16, shape: vec![header.count], bytes });
    let trend = learned.trend.iter().map(|&share| (share * 255.0).round() as u8).collect();
    tensors.insert("trend".to_owned(), Tensor::u8(trend));
    add(&mut header, &mut tensors, LinkKind::Next, &learned.next)?;
    add(&mut header, &mut tensors, LinkKind::Together, &learned.together)?;
    header.learned = Some(learned.head.clone());
    finish(header, &tensors)
}

/// The bytes of `catalogue` with these links in place of those that it had of that kind.
///
/// # Errors
/// [`CatalogueError::Parts`] if the rows of `links` are not those of the catalogue; any error of opening it.
pub fn link(catalogue: &[u8], kind: LinkKind, links: &Links) -> Result<Vec<u8>, CatalogueError> {
    let mut header = Catalogue::open(catalogue.to_vec())?.header().clone();
    let mut tensors = tensors(catalogue)?;
    add(&mut header, &mut tensors, kind, links)?;
    finish(header, &tensors)
}

fn check(count: usize, rows: &[usize]) -> Result<(), CatalogueError> {
    if rows.iter().any(|&rows| rows != count) {
        let what = format!("what was learned is about {rows:?} items, the catalogue has {count}");
        return Err(CatalogueError::Parts { what });
    }
    Ok(())
}

fn add(
    header: &mut Header,
    tensors: &mut BTreeMap<String, Tensor>,
    kind: LinkKind,
    links: &Links,
) -> Result<(), CatalogueError> {
    check(header.count, &[links.len()])?;
    let (counts, items, weights, scale) = pack(links);
    header.links.0[kind as usize] = scale;
    let name = |part: &str| format!("{}.{part}", kind.name());
    let parts = ["items", "counts", "weights"].map(name);
    if scale == 0.0 {
        parts.iter().for_each(|part| drop(tensors.remove(part)));
        return Ok(());
    }
    let dtype = row_type(header.count);
    let row_bytes = |item: &u32| match dtype {
        Dtype::U16 => (*item as u16).to_le_bytes().to_vec(),
        _ => item.to_le_bytes().to_vec(),
    };
    let rows = Tensor { dtype, shape: vec![items.len()], bytes: items.iter().flat_map(row_bytes).collect() };
    tensors.extend(parts.into_iter().zip([rows, Tensor::u8(counts), Tensor::u8(weights)]));
    Ok(())
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
            half_life_days: 30.0,
            handoff: 10.0,
            weights: Default::default(),
        };
        let learned = Learned {
            head,
            support: vec![7, 70_000, 0],
            trend: vec![0.5, 1.0, 0.0],
            next: vec![vec![(ItemIdx(1), 0.4), (ItemIdx(2), 0.1)], vec![], vec![(ItemIdx(0), 0.2)]],
            together: vec![vec![]; 3],
        };
        let once = attach(&plain, &learned).unwrap();
        assert_eq!(attach(&once, &learned).unwrap(), once, "again changes nothing");
        let catalogue = Catalogue::open(once).unwrap();
        assert_eq!(catalogue.learned(), Some(&learned.head));
        let of = |catalogue: &Catalogue, kind, row| catalogue.links(kind, ItemIdx(row)).collect::<Vec<_>>();
        let first = of(&catalogue, LinkKind::Next, 0);
        assert_eq!(first[0], (ItemIdx(1), f64::from(0.4_f32)));
        assert!(first[1].0 == ItemIdx(2) && (first[1].1 - 0.1).abs() < 0.001);
        assert!(of(&catalogue, LinkKind::Next, 1).is_empty() && of(&catalogue, LinkKind::Together, 0).is_empty());
        assert_eq!(catalogue.support(ItemIdx(1)), 65_535.0);
        assert_eq!((catalogue.popularity(ItemIdx(1)), catalogue.popularity(ItemIdx(2))), (1.0, 0.0));

        let alike = vec![vec![], vec![(ItemIdx(0), 0.3)], vec![]];
        let both = link(catalogue.bytes(), LinkKind::Alike, &alike).unwrap();
        assert_eq!(link(&both, LinkKind::Alike, &vec![vec![]; 3]).unwrap(), catalogue.into_bytes(), "and taken away");
        let both = Catalogue::open(attach(&both, &learned).unwrap()).unwrap();
        assert_eq!(of(&both, LinkKind::Alike, 1), [(ItemIdx(0), f64::from(0.3_f32))]);
        assert_eq!(of(&both, LinkKind::Next, 0), first);

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
