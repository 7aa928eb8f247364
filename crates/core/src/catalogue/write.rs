//! Writing a catalogue: parts in, deterministic bytes out.

use std::borrow::Cow;
use std::collections::BTreeMap;

use safetensors::{Dtype, View};
use serde_json::{Map, Value};

use super::columns::{Column, derive};
use super::draft::Draft;
use super::places::Places;
use super::space::Space;
use super::{CatalogueError, FORMAT, Header, LinkScales, METADATA_KEY, OutlineHead, checksum};
use crate::vector::{MAX_DIMENSION, UnitVector, compact_row};

/// An item as it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemParts {
    /// The caller's id, unique in the catalogue, not empty.
    pub id: String,
    /// All fields that pages and filters may use; `id` is added.
    pub fields: Map<String, Value>,
}

/// Everything a catalogue is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct CatalogueParts<'a> {
    /// Name for people.
    pub name: &'a str,
    /// Fingerprint of the encoder that made `vectors`.
    pub encoder: &'a str,
    /// Values a vector.
    pub dimension: usize,
    /// `items.len() * dimension` values, row after row; each row is scaled to length 1.
    pub vectors: &'a [f32],
    /// The items, in the order of their rows.
    pub items: &'a [ItemParts],
}

pub(super) struct Tensor {
    pub dtype: Dtype,
    pub shape: Vec<usize>,
    pub bytes: Vec<u8>,
}

impl View for &Tensor {
    fn dtype(&self) -> Dtype {
        self.dtype
    }
    fn shape(&self) -> &[usize] {
        &self.shape
    }
    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.bytes)
    }
    fn data_len(&self) -> usize {
        self.bytes.len()
    }
}

impl Tensor {
    pub(super) fn u8(bytes: Vec<u8>) -> Self {
        Self { dtype: Dtype::U8, shape: vec![bytes.len()], bytes }
    }
    pub(super) fn u32(values: &[u32]) -> Self {
        let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        Self { dtype: Dtype::U32, shape: vec![values.len()], bytes }
    }
    pub(super) fn u16(values: &[u16]) -> Self {
        let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        Self { dtype: Dtype::U16, shape: vec![values.len()], bytes }
    }
    pub(super) fn f32(values: &[f32]) -> Self {
        let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        Self { dtype: Dtype::F32, shape: vec![values.len()], bytes }
    }
    fn i16(values: &[i16], width: usize) -> Self {
        let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        Self { dtype: Dtype::I16, shape: vec![values.len() / width, width], bytes }
    }
    fn f64(values: &[f64]) -> Self {
        let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        Self { dtype: Dtype::F64, shape: vec![values.len()], bytes }
    }
}

/// Writes a catalogue file. Equal parts give equal bytes on every machine.
///
/// # Errors
/// [`CatalogueError::Parts`] names the item: wrong number of values, a vector without direction, an empty or repeated id.
pub fn write<'a>(parts: &CatalogueParts<'a>) -> Result<Vec<u8>, CatalogueError> {
    let refuse = |what: String| CatalogueError::Parts { what };
    let (count, dimension) = (parts.items.len(), parts.dimension);
    if dimension == 0 || dimension > MAX_DIMENSION {
        return Err(refuse(format!("dimension {dimension} is outside 1..={MAX_DIMENSION}")));
    }
    if u32::try_from(count).is_err() || parts.vectors.len() != count * dimension {
        let found = parts.vectors.len();
        return Err(refuse(format!(
            "{count} items of dimension {dimension} need {} values, found {found}",
            count * dimension
        )));
    }

    check_ids(parts.items)?;
    let unit = |(item, vector): (&ItemParts, &[f32])| {
        UnitVector::new(vector).map_err(|error| refuse(format!("item \"{}\": {error}", item.id)))
    };
    let units =
        parts.items.iter().zip(parts.vectors.chunks_exact(dimension)).map(unit).collect::<Result<Vec<_>, _>>()?;
    let language = |item: &'a ItemParts| item.fields.get("lang").and_then(Value::as_str).unwrap_or_default();
    let space = Space::fit(&units, &parts.items.iter().map(language).collect::<Vec<_>>());
    let (mut rows, mut scales) = (Vec::with_capacity(count * dimension), Vec::with_capacity(count));
    for unit in &units {
        let (row, scale) = compact_row(&space.project(unit));
        rows.extend(row);
        scales.push(scale);
    }
    let CatalogueParts { name, encoder, items, .. } = *parts;
    assemble(&Parts { name, encoder, dimension, space: &space, rows: &rows, scales: &scales, items, outline: None })?
        .finish()
}

/// A catalogue whose vectors are rows already.
#[derive(Debug)]
pub(super) struct Parts<'a> {
    pub name: &'a str,
    pub encoder: &'a str,
    pub dimension: usize,
    pub space: &'a Space,
    /// A row of `dimension` values an item.
    pub rows: &'a [i8],
    /// A scale an item.
    pub scales: &'a [f32],
    pub items: &'a [ItemParts],
    pub outline: Option<OutlineHead>,
}

/// A catalogue file that has learned nothing.
pub(super) fn assemble(parts: &Parts<'_>) -> Result<Draft, CatalogueError> {
    let refuse = |what: String| CatalogueError::Parts { what };
    let Parts { name, encoder, dimension, space, rows, scales, items, outline } = *parts;
    check_ids(items)?;
    let count = items.len();
    let mut total = vec![0.0_f64; dimension];
    for (row, scale) in rows.chunks_exact(dimension).zip(scales) {
        for (sum, value) in total.iter_mut().zip(row) {
            *sum += f64::from(*value) * f64::from(*scale);
        }
    }
    let rows = rows.iter().map(|value| value.to_le_bytes()[0]).collect();

    let (ids, ids_offsets) = joined(items.iter().map(|item| Cow::Borrowed(item.id.as_bytes())))?;
    let (fields, fields_offsets) = joined(items.iter().map(|item| Cow::Owned(fields_json(item))))?;
    let mut tensors = BTreeMap::from([
        ("vectors".to_owned(), Tensor { dtype: Dtype::I8, shape: vec![count, dimension], bytes: rows }),
        ("centre".to_owned(), Tensor::f32(&space.centre)),
        ("axes".to_owned(), Tensor { shape: vec![space.axes.len(), dimension], ..Tensor::f32(&space.axes.concat()) }),
        ("rotation".to_owned(), Tensor::i16(&space.rotation, dimension)),
        ("scales".to_owned(), Tensor::f32(scales)),
        ("popularity".to_owned(), Tensor::f32(&popularity(items))),
        ("ids".to_owned(), Tensor::u8(ids)),
        ("ids.offsets".to_owned(), Tensor::u32(&ids_offsets)),
        ("fields".to_owned(), Tensor::u8(fields)),
        ("fields.offsets".to_owned(), Tensor::u32(&fields_offsets)),
    ]);
    let mut heads = Vec::new();
    for (i, (head, column)) in derive(items).into_iter().enumerate() {
        match column {
            Column::Number(values) => {
                tensors.insert(format!("column{i}.numbers"), Tensor::f64(&values));
            }
            Column::Label(labels) => {
                let names = serde_json::to_vec(&labels.names).map_err(|error| refuse(error.to_string()))?;
                tensors.insert(format!("column{i}.names"), Tensor::u8(names));
                tensors.insert(format!("column{i}.labels"), Tensor::u32(&labels.values));
                tensors.insert(format!("column{i}.offsets"), Tensor::u32(&labels.offsets));
            }
        }
        heads.push(head);
    }

    let header = Header {
        format: FORMAT,
        name: name.to_owned(),
        encoder: encoder.to_owned(),
        dimension,
        count,
        background: background(&total, count),
        columns: heads,
        learned: None,
        links: LinkScales::default(),
        outline,
        topics: 0,
        repeats: 0,
        checksum: String::new(),
    };
    Ok(Draft { header, tensors })
}

/// The bytes of a file from its header, whose checksum is made here, and its tensors.
pub(super) fn finish(mut header: Header, tensors: &BTreeMap<String, Tensor>) -> Result<Vec<u8>, CatalogueError> {
    let refuse = |what: String| CatalogueError::Parts { what };
    let views =
        tensors.iter().map(|(name, t)| (name.as_str(), format!("{:?}{:?}", t.dtype, t.shape), t.bytes.as_slice()));
    if let Some(learned) = &mut header.learned {
        learned.settle();
    }
    header.checksum = checksum(&header, views);
    let json = serde_json::to_string(&header).map_err(|error| refuse(error.to_string()))?;
    if serde_json::from_str::<Header>(&json).ok().as_ref() != Some(&header) {
        return Err(refuse("a number of the header is not the same when it is read again".to_owned()));
    }
    let metadata = [(METADATA_KEY.to_owned(), json)].into_iter().collect();
    safetensors::serialize(tensors.iter().map(|(name, t)| (name.as_str(), t)), Some(metadata))
        .map_err(|error| refuse(error.to_string()))
}

fn check_ids(items: &[ItemParts]) -> Result<(), CatalogueError> {
    if let Some(row) = items.iter().position(|item| item.id.is_empty()) {
        return Err(CatalogueError::Parts { what: format!("item in row {row} has an empty id") });
    }
    Places::new(items.len(), |row| items[row as usize].id.as_bytes()).map(|_| ()).map_err(|row| {
        let id = &items[row as usize].id;
        CatalogueError::Parts { what: format!("id \"{id}\" comes twice; ids must be unique") }
    })
}

fn fields_json(item: &ItemParts) -> Vec<u8> {
    let mut fields = item.fields.clone();
    fields.insert("id".to_owned(), Value::String(item.id.clone()));
    Value::Object(fields).to_string().into_bytes()
}

fn joined<'a>(rows: impl Iterator<Item = Cow<'a, [u8]>>) -> Result<(Vec<u8>, Vec<u32>), CatalogueError> {
    let (mut bytes, mut offsets) = (Vec::new(), vec![0]);
    for row in rows {
        bytes.extend_from_slice(&row);
        let end = u32::try_from(bytes.len());
        offsets.push(
            end.map_err(|_| CatalogueError::Parts { what: "fields exceed 4 GiB; keep fewer fields".to_owned() })?,
        );
    }
    Ok((bytes, offsets))
}

/// Percentile of each item's popularity among those that have one; 0 for the others.
fn popularity(items: &[ItemParts]) -> Vec<f32> {
    let known: Vec<Option<f64>> = items.iter().map(|item| item.fields.get("popularity")?.as_f64()).collect();
    percentiles(&known)
}

/// Percentile of each value among those that there are, 0..=1; equal values share the mean percentile, none gets 0.
pub fn percentiles(values: &[Option<f64>]) -> Vec<f32> {
    let mut known: Vec<(f64, usize)> =
        values.iter().enumerate().filter_map(|(row, value)| Some(((*value)?, row))).collect();
    known.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut out = vec![0.0; values.len()];
    let mut from = 0;
    while from < known.len() {
        let to = from + known[from..].iter().take_while(|entry| entry.0 == known[from].0).count();
        let percentile = ((from + to + 1) as f64 / 2.0 / known.len() as f64) as f32;
        for &(_, row) in &known[from..to] {
            out[row] = percentile.min(1.0);
        }
        from = to;
    }
    out
}

/// Mean cosine over all pairs of different unit rows, from the length of their sum.
fn background(total: &[f64], count: usize) -> f32 {
    if count < 2 {
        return 0.0;
    }
    let n = count as f64;
    let square: f64 = total.iter().map(|v| v * v).sum();
    ((square - n) / (n * (n - 1.0))).clamp(-1.0, 0.99) as f32
}
