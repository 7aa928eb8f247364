//! Reading a catalogue: every offset is checked once, here, so that no later look-up can fail.

use std::borrow::Cow;
use std::ops::Range;

use safetensors::{Dtype, SafeTensorError, SafeTensors};
use serde_json::value::RawValue;

use super::links::{LinkKind, Store, row_type};
use super::places::Places;
use super::space::Space;
use super::{
    CatalogueError, Column, ColumnHead, ColumnKind, FORMAT, Header, ItemIdx, Labels, LearnedHead, METADATA_KEY,
    checksum, corrupt,
};
use crate::vector::{MAX_DIMENSION, Query, UnitVector};

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
    support: Vec<u16>,
    trend: Vec<u8>,
    links: Vec<Store>,
}

/// Consecutive texts in the file.
#[derive(Debug)]
struct Spans {
    start: usize,
    offsets: Vec<u32>,
}

impl Spans {
    fn range(&self, row: usize) -> Range<usize> {
        self.start + self.offsets[row] as usize..self.start + self.offsets[row + 1] as usize
    }
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
        let (support, trend) = reader.learned()?;
        let links = LinkKind::ALL.iter().map(|kind| reader.links(*kind)).collect::<Result<_, _>>()?;
        let header = reader.header;
        let share = 0.0..=1.0;
        if header.outline.is_some_and(|o| {
            !((1..dimension).contains(&o.cut) && share.contains(&o.reach) && share.contains(&o.recall))
        }) {
            return Err(corrupt("rotation or outline do not fit the dimension"));
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
            support,
            trend,
            links,
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
    /// Encoders put all texts into a narrow cone; the mean cosine of the catalogue's own items is its zero.
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

    /// The column of a field, with its kind.
    pub fn column(&self, name: &str) -> Option<(ColumnKind, &Column)> {
        self.columns.iter().find(|(head, _)| head.name == name).map(|(head, column)| (head.kind, column))
    }

    /// All columns.
    pub fn columns(&self) -> &[(ColumnHead, Column)] {
        &self.columns
    }
}

/// Where each id is, after checking that they are texts that differ.
fn places(bytes: &[u8], ids: &Spans, count: usize) -> Result<Places, CatalogueError> {
    let id = |row: u32| &bytes[ids.range(row as usize)];
    if let Some(row) = (0..count as u32).find(|&row| std::str::from_utf8(id(row)).is_err()) {
        return Err(corrupt(format!("id of row {row} is not UTF-8")));
    }
    Places::new(count, id).map_err(|row| corrupt(format!("the id of row {row} comes twice")))
}

struct Reader<'a> {
    bytes: &'a [u8],
    tensors: SafeTensors<'a>,
    header: Header,
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8]) -> Result<Self, CatalogueError> {
        // The JSON of a safetensors header follows eight bytes of length.
        let looks_right = bytes.get(8).is_none_or(|&b| b == b'{') && bytes.first() != Some(&b'<');
        if !looks_right || bytes.is_empty() {
            let start: String =
                bytes.iter().take(12).map(|&b| if b.is_ascii_graphic() { b as char } else { '.' }).collect();
            let start = if start.is_empty() { "nothing".to_owned() } else { format!("\"{start}\"") };
            return Err(CatalogueError::NotACatalogue { start });
        }
        let tensors = SafeTensors::deserialize(bytes).map_err(|error| match error {
            SafeTensorError::HeaderTooSmall
            | SafeTensorError::InvalidHeaderLength
            | SafeTensorError::MetadataIncompleteBuffer => CatalogueError::Truncated { found: bytes.len() },
            other => corrupt(other.to_string()),
        })?;
        let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(|error| corrupt(error.to_string()))?;
        let json = metadata.metadata().as_ref().and_then(|entries| entries.get(METADATA_KEY));
        let Some(json) = json else {
            return Err(CatalogueError::NotACatalogue { start: "a safetensors file of something else".to_owned() });
        };
        // The version decides how the rest is read, so it is looked at alone first.
        #[derive(serde::Deserialize)]
        struct Version {
            format: u32,
        }
        let version: Version = serde_json::from_str(json).map_err(|error| corrupt(format!("header: {error}")))?;
        if version.format != FORMAT {
            return Err(CatalogueError::Version { found: version.format });
        }
        let header: Header = serde_json::from_str(json).map_err(|error| corrupt(format!("header: {error}")))?;
        let reader = Self { bytes, tensors, header };
        reader.check()?;
        Ok(reader)
    }

    fn check(&self) -> Result<(), CatalogueError> {
        let mut views: Vec<_> = self.tensors.iter().collect();
        // A dozen tensors: a plain insertion sort, for the size of the code.
        for i in 1..views.len() {
            let mut at = i;
            while at > 0 && views[at].0 < views[at - 1].0 {
                views.swap(at, at - 1);
                at -= 1;
            }
        }
        let parts = views.iter().map(|(name, t)| (*name, format!("{:?}{:?}", t.dtype(), t.shape()), t.data()));
        if checksum(&self.header, parts) != self.header.checksum {
            return Err(corrupt("its checksum does not match"));
        }
        let header = &self.header;
        if header.dimension == 0 || header.dimension > MAX_DIMENSION || u32::try_from(header.count).is_err() {
            return Err(corrupt(format!("{} items of dimension {}", header.count, header.dimension)));
        }
        if !header.background.is_finite() || header.background >= 1.0 {
            return Err(corrupt("background similarity is not below 1"));
        }
        Ok(())
    }

    fn range(&self, name: &str, dtype: Dtype, shape: &[usize]) -> Result<Range<usize>, CatalogueError> {
        let data = self.data(name, dtype, Some(shape))?;
        let start = data.as_ptr() as usize - self.bytes.as_ptr() as usize;
        Ok(start..start + data.len())
    }

    fn data(&self, name: &str, dtype: Dtype, shape: Option<&[usize]>) -> Result<&'a [u8], CatalogueError> {
        let tensor = self.tensors.tensor(name).map_err(|_| corrupt(format!("{name} is missing")))?;
        if tensor.dtype() != dtype || shape.is_some_and(|shape| tensor.shape() != shape) {
            return Err(corrupt(format!("{name} is {:?} {:?}", tensor.dtype(), tensor.shape())));
        }
        Ok(tensor.data())
    }

    fn u32(&self, name: &str, count: usize) -> Result<Vec<u32>, CatalogueError> {
        Ok(words(self.data(name, Dtype::U32, Some(&[count]))?).map(u32::from_le_bytes).collect())
    }

    fn f32(&self, name: &str, count: usize) -> Result<Vec<f32>, CatalogueError> {
        Ok(words(self.data(name, Dtype::F32, Some(&[count]))?).map(f32::from_le_bytes).collect())
    }

    fn space(&self, dimension: usize) -> Result<Space, CatalogueError> {
        let centre = self.data("centre", Dtype::F32, None)?;
        let axes = self.data("axes", Dtype::F32, None)?;
        let centre: Vec<f32> = words(centre).map(f32::from_le_bytes).collect();
        let axes: Vec<f32> = words(axes).map(f32::from_le_bytes).collect();
        let fits = centre.is_empty() || centre.len() == dimension;
        if !fits || !axes.len().is_multiple_of(dimension) || centre.iter().chain(&axes).any(|v| !v.is_finite()) {
            return Err(corrupt("centre or axes do not fit the dimension"));
        }
        let rotation: Vec<i16> = words(self.data("rotation", Dtype::I16, None)?).map(i16::from_le_bytes).collect();
        if !rotation.is_empty() && (centre.is_empty() || rotation.len() != dimension * dimension) {
            return Err(corrupt("rotation or outline do not fit the dimension"));
        }
        Ok(Space { centre, axes: axes.chunks(dimension).map(<[f32]>::to_vec).collect(), rotation })
    }

    fn offsets(&self, name: &str, count: usize, total: usize) -> Result<Vec<u32>, CatalogueError> {
        let offsets = self.u32(name, count + 1)?;
        let rising = offsets.windows(2).all(|pair| pair[0] <= pair[1]);
        if !rising || offsets[0] != 0 || offsets[count] as usize != total {
            return Err(corrupt(format!("{name} do not cover their data")));
        }
        Ok(offsets)
    }

    fn spans(&self, name: &str, count: usize) -> Result<Spans, CatalogueError> {
        let data = self.data(name, Dtype::U8, None)?;
        let start = data.as_ptr() as usize - self.bytes.as_ptr() as usize;
        Ok(Spans { start, offsets: self.offsets(&format!("{name}.offsets"), count, data.len())? })
    }

    fn columns(&self) -> Result<Vec<(ColumnHead, Column)>, CatalogueError> {
        self.header.columns.iter().enumerate().map(|(i, head)| Ok((head.clone(), self.column(i, head.kind)?))).collect()
    }

    /// Support and trend.
    fn learned(&self) -> Result<(Vec<u16>, Vec<u8>), CatalogueError> {
        let Some(head) = &self.header.learned else { return Ok((Vec::new(), Vec::new())) };
        let count = self.header.count;
        let positive = head.half_life_steps.min(head.half_life_days).min(head.handoff) > 0.0;
        if !(positive && head.people > 0 && head.weights.is_finite()) {
            return Err(corrupt("a number of what was learned is out of range"));
        }
        let support = words(self.data("support", Dtype::U16, Some(&[count]))?).map(u16::from_le_bytes).collect();
        Ok((support, self.data("trend", Dtype::U8, Some(&[count]))?.to_vec()))
    }

    fn links(&self, kind: LinkKind) -> Result<Store, CatalogueError> {
        let (count, scale) = (self.header.count, self.header.links.0[kind as usize]);
        if scale == 0.0 {
            return Ok(Store::default());
        }
        let name = |part: &str| format!("{}.{part}", kind.name());
        let dtype = row_type(count);
        let items = self.data(&name("items"), dtype, None)?;
        let items: Vec<u32> = match dtype {
            Dtype::U16 => words(items).map(|word| u32::from(u16::from_le_bytes(word))).collect(),
            _ => words(items).map(u32::from_le_bytes).collect(),
        };
        let weights = self.data(&name("weights"), Dtype::U8, Some(&[items.len()]))?.to_vec();
        let mut offsets = vec![0];
        for &own in self.data(&name("counts"), Dtype::U8, Some(&[count]))? {
            offsets.push(offsets[offsets.len() - 1] + u32::from(own));
        }
        let fit =
            scale > 0.0 && offsets[count] as usize == items.len() && items.iter().all(|&item| (item as usize) < count);
        if !fit || !scale.is_finite() {
            return Err(corrupt("a link leads to a row that does not exist"));
        }
        Ok(Store { offsets, items, weights, scale: f64::from(scale) })
    }

    fn column(&self, i: usize, kind: ColumnKind) -> Result<Column, CatalogueError> {
        let count = self.header.count;
        if kind != ColumnKind::Label {
            let data = self.data(&format!("column{i}.numbers"), Dtype::F64, Some(&[count]))?;
            return Ok(Column::Number(words(data).map(f64::from_le_bytes).collect()));
        }
        let names = self.data(&format!("column{i}.names"), Dtype::U8, None)?;
        let names: Vec<Cow<'_, str>> =
            serde_json::from_slice(names).map_err(|_| corrupt(format!("names of column {i} are not JSON")))?;
        let values: Vec<u32> =
            words(self.data(&format!("column{i}.labels"), Dtype::U32, None)?).map(u32::from_le_bytes).collect();
        if values.iter().any(|&value| value as usize >= names.len()) || names.windows(2).any(|pair| pair[0] >= pair[1])
        {
            return Err(corrupt(format!("labels of column {i} do not match their names")));
        }
        let offsets = self.offsets(&format!("column{i}.offsets"), count, values.len())?;
        Ok(Column::Label(Labels { names: names.into_iter().map(Cow::into_owned).collect(), offsets, values }))
    }
}

fn words<const N: usize>(data: &[u8]) -> impl Iterator<Item = [u8; N]> {
    data.chunks_exact(N).map(|chunk| {
        let mut word = [0; N];
        word.copy_from_slice(chunk);
        word
    })
}
