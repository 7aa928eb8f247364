//! A catalogue in memory. Every offset is checked once, when it is opened, so that no later look-up can fail.

use std::ops::Range;

use safetensors::Dtype;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::levels::Levels;
use super::links::{LinkKind, Links, Store};
use super::places::Places;
use super::reader::{Known, Reader, Spans, places};
use super::space::Space;
use super::{CatalogueError, Column, ColumnHead, ColumnKind, Header, ItemIdx, Labels, LearnedHead, Topics, corrupt};
use crate::vector::{Query, UnitVector};

/// A catalogue in memory: the bytes of its file, and views into them.
#[derive(Debug)]
pub struct Catalogue {
    bytes: Vec<u8>,
    header: Header,
    vectors: Range<usize>,
    space: Space,
    scales: Vec<f32>,
    popularity: Vec<f32>,
    ids: Spans,
    places: Places,
    fields: Spans,
    columns: Vec<(ColumnHead, Column)>,
    levels: Vec<Option<Levels>>,
    support: Vec<u16>,
    trend: Vec<u8>,
    stars: Vec<u8>,
    links: Vec<Store>,
    pub(super) topics: Topics,
    repeats: Option<Labels>,
}

impl Catalogue {
    /// Opens the bytes of a file and checks all of them.
    ///
    /// # Errors
    /// [`CatalogueError`] says whether the bytes are something else, cut off, damaged or of another version.
    pub fn open(bytes: Vec<u8>) -> Result<Self, CatalogueError> {
        let reader = Reader::new(&bytes)?;
        let (count, dimension) = (reader.header.count, reader.header.dimension);
        let vectors = reader.range("vectors", Dtype::I8, &[count, dimension])?;
        let space = reader.space(dimension)?;
        let scales = reader.f32("scales", count)?;
        let popularity = reader.f32("popularity", count)?;
        if scales.iter().chain(&popularity).any(|v| !v.is_finite()) {
            return Err(corrupt("scales or popularity hold a value that is not finite"));
        }
        let ids = reader.spans("ids", count)?;
        let places = places(&bytes, &ids, count)?;
        let fields = reader.spans("fields", count)?;
        let columns = reader.columns()?;
        let levels = columns.iter().map(|(head, column)| match column {
            Column::Number(values) if head.kind == ColumnKind::Number => Levels::of(values),
            _ => None,
        });
        let levels = levels.collect();
        let Known { support, trend, stars } = reader.learned()?;
        let links = LinkKind::ALL.iter().map(|kind| reader.links(*kind)).collect::<Result<_, _>>()?;
        let topics = reader.topics()?;
        let repeats = reader.repeats()?;
        let header = reader.header;
        let share = 0.0..=1.0;
        if header.outline.is_some_and(|o| {
            !((1..dimension).contains(&o.cut) && share.contains(&o.reach) && share.contains(&o.recall))
        }) {
            return Err(corrupt("outline does not fit the dimension, or is no share"));
        }
        Ok(Self {
            bytes,
            header,
            vectors,
            space,
            scales,
            popularity,
            ids,
            places,
            fields,
            columns,
            levels,
            support,
            trend,
            stars,
            links,
            topics,
            repeats,
        })
    }

    /// The file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The file, alone.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// What the catalogue says of itself.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// XXH3-64 of the ids and fields of all items: it stays where only what was learned of them changes.
    pub fn content(&self) -> u64 {
        let mut state = xxhash_rust::xxh3::Xxh3Default::new();
        state.update(&self.bytes[self.ids.all()]);
        state.update(&self.bytes[self.fields.all()]);
        state.digest()
    }

    /// Number of items.
    pub fn len(&self) -> usize {
        self.header.count
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.header.count == 0
    }

    /// All items, by row.
    pub fn items(&self) -> impl Iterator<Item = ItemIdx> + use<> {
        (0..self.header.count as u32).map(ItemIdx)
    }

    /// The rows of all vectors, `len * dimension` values.
    pub fn rows(&self) -> &[i8] {
        bytemuck::cast_slice(&self.bytes[self.vectors.clone()])
    }

    /// A scale a row.
    pub fn scales(&self) -> &[f32] {
        &self.scales
    }

    /// Vector of an item: its int8 row and scale.
    pub fn vector(&self, item: ItemIdx) -> (&[i8], f32) {
        let d = self.header.dimension;
        (&self.rows()[item.row() * d..(item.row() + 1) * d], self.scales[item.row()])
    }

    /// A vector of the encoder as a direction among the rows: less what all items share.
    pub fn project(&self, vector: &UnitVector) -> Query {
        Query::new(&self.space.project(vector))
    }

    pub(super) fn space(&self) -> &Space {
        &self.space
    }

    /// The direction of an item as a query.
    pub fn query(&self, item: ItemIdx) -> Query {
        let (row, scale) = self.vector(item);
        Query::from_values(&row.iter().map(|&v| f32::from(v) * scale).collect::<Vec<_>>())
    }

    /// Cosine between a query and an item.
    pub fn similarity(&self, query: &Query, item: ItemIdx) -> f32 {
        let (row, scale) = self.vector(item);
        query.similarity(row, scale)
    }

    /// Rescales a cosine so that two unrelated items of this catalogue get 0 and equal ones 1.
    ///
    /// Most encoders put all texts into a narrow cone; the mean cosine of the catalogue's own items is its zero.
    pub fn affinity(&self, cosine: f32) -> f64 {
        let zero = f64::from(self.header.background);
        ((f64::from(cosine) - zero) / (1.0 - zero)).clamp(-1.0, 1.0)
    }

    /// Popularity of an item, 0..=1.
    pub fn popularity(&self, item: ItemIdx) -> f64 {
        f64::from(self.popularity[item.row()])
    }

    /// What was learned from events, if anything.
    pub fn learned(&self) -> Option<&LearnedHead> {
        self.header.learned.as_ref()
    }

    /// Where an item leads, with weights above 0.
    pub fn links(&self, kind: LinkKind, item: ItemIdx) -> impl Iterator<Item = (ItemIdx, f64)> + '_ {
        self.links[kind as usize].of(item.row())
    }

    /// All links of a kind, a row an item.
    pub fn all_links(&self, kind: LinkKind) -> Links {
        let row = |item| self.links(kind, item).map(|(other, weight)| (other, weight as f32)).collect();
        self.items().map(row).collect()
    }

    /// Whether there are links of a kind.
    pub fn has_links(&self, kind: LinkKind) -> bool {
        self.header.links.0[kind as usize] > 0.0
    }

    /// People who did something to an item in the events the catalogue has learned from.
    pub fn support(&self, item: ItemIdx) -> f64 {
        self.support.get(item.row()).map_or(0.0, |&count| f64::from(count))
    }

    /// Share of the people that turned to an item, less as many as leave no trace, or the percentile of its popularity where no
    /// events tell, 0..=1.
    pub fn share(&self, item: ItemIdx) -> f64 {
        match &self.header.learned {
            Some(head) => (self.support(item) - f64::from(head.min_people)).max(0.0) / head.people as f64,
            None => self.popularity(item),
        }
    }

    /// How many of the recent events are about an item, as a percentile 0..=1.
    pub fn trend(&self, item: ItemIdx) -> f64 {
        self.trend.get(item.row()).map_or(0.0, |&byte| f64::from(byte) / 255.0)
    }

    /// Mean stars of an item, 1 to 5, where the events had ratings.
    pub fn stars(&self, item: ItemIdx) -> Option<f64> {
        self.stars.get(item.row()).map(|&byte| 1.0 + f64::from(byte) * 4.0 / 255.0)
    }

    /// The caller's id of an item.
    pub fn id(&self, item: ItemIdx) -> &str {
        // Checked when opened; an empty text stands for the impossible.
        std::str::from_utf8(&self.bytes[self.ids.range(item.row())]).unwrap_or_default()
    }

    /// Finds an item by the caller's id.
    pub fn find(&self, id: &str) -> Option<ItemIdx> {
        let row = self.places.find(id.as_bytes(), |row| &self.bytes[self.ids.range(row as usize)]);
        row.map(ItemIdx)
    }

    /// Fields of an item as the JSON object they are stored as.
    ///
    /// # Errors
    /// [`CatalogueError::Corrupt`] if the stored text is not JSON.
    pub fn fields(&self, item: ItemIdx) -> Result<Box<RawValue>, CatalogueError> {
        let broken = || corrupt(format!("fields of item \"{}\" are not JSON", self.id(item)));
        let text = std::str::from_utf8(&self.bytes[self.fields.range(item.row())]).map_err(|_| broken())?;
        RawValue::from_string(text.to_owned()).map_err(|_| broken())
    }

    /// The same as an object.
    ///
    /// # Errors
    /// [`CatalogueError::Corrupt`] if the stored text is no JSON object.
    pub fn object(&self, item: ItemIdx) -> Result<Map<String, Value>, CatalogueError> {
        let broken = |error| corrupt(format!("fields of item \"{}\": {error}", self.id(item)));
        serde_json::from_str(self.fields(item)?.get()).map_err(broken)
    }

    /// Its title, or its id where it has none.
    pub fn title(&self, item: ItemIdx) -> String {
        let fields = self.object(item).unwrap_or_default();
        fields.get("title").and_then(Value::as_str).unwrap_or(self.id(item)).to_owned()
    }

    /// Code of its language, the first where it has several.
    pub fn language(&self, item: ItemIdx) -> Option<&str> {
        let Some((_, Column::Label(labels))) = self.column("lang") else { return None };
        labels.of(item.row()).first().map(|&label| labels.names[label as usize].as_str())
    }

    /// The sum of the vectors of items.
    pub fn sum(&self, items: impl IntoIterator<Item = ItemIdx>) -> Vec<f32> {
        let mut sum = vec![0.0; self.header.dimension];
        for item in items {
            let (row, scale) = self.vector(item);
            row.iter().zip(&mut sum).for_each(|(&value, sum)| *sum += f32::from(value) * scale);
        }
        sum
    }

    /// Which items say the same, as labels: those of one have one in common, the others none. None where all differ.
    pub fn repeats(&self) -> Option<&Labels> {
        self.repeats.as_ref()
    }

    /// The column of a field, with its kind.
    pub fn column(&self, name: &str) -> Option<(ColumnKind, &Column)> {
        self.columns.iter().find(|(head, _)| head.name == name).map(|(head, column)| (head.kind, column))
    }

    /// All columns.
    pub fn columns(&self) -> &[(ColumnHead, Column)] {
        &self.columns
    }

    /// Levels of a column of numbers that are no dates, by its place.
    pub fn levels(&self, column: usize) -> Option<&Levels> {
        self.levels.get(column)?.as_ref()
    }

    /// The name of a label of a column, or the range of a level with the column's name.
    pub fn label(&self, column: usize, label: u32) -> Option<String> {
        let (head, values) = self.columns.get(column)?;
        if let Column::Label(labels) = values {
            return labels.names.get(label as usize).cloned();
        }
        let name = &head.name;
        Some(match self.levels(column)?.bounds(label) {
            [None, None] => return None,
            [Some(from), None] => format!("{name} ≥ {from}"),
            [None, Some(to)] => format!("{name} < {to}"),
            [Some(from), Some(to)] => format!("{name} {from}–{to}"),
        })
    }
}
