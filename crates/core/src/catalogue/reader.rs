//! The parts of a catalogue file, each checked against the header and against the others.

use std::borrow::Cow;
use std::ops::Range;

use safetensors::{Dtype, SafeTensorError, SafeTensors};

use super::links::{LinkKind, Store, row_type};
use super::places::Places;
use super::space::Space;
use super::{
    CatalogueError, Column, ColumnHead, ColumnKind, FORMAT, Header, Labels, METADATA_KEY, Topics, checksum, corrupt,
    repeats,
};
use crate::vector::MAX_DIMENSION;

/// Consecutive texts in the file.
#[derive(Debug)]
pub(super) struct Spans {
    start: usize,
    offsets: Vec<u32>,
}

impl Spans {
    pub(super) fn all(&self) -> Range<usize> {
        self.start..self.start + self.offsets.last().map_or(0, |&end| end as usize)
    }

    pub(super) fn range(&self, row: usize) -> Range<usize> {
        self.start + self.offsets[row] as usize..self.start + self.offsets[row + 1] as usize
    }
}

/// Where each id is, after checking that they are texts that differ.
pub(super) fn places(bytes: &[u8], ids: &Spans, count: usize) -> Result<Places, CatalogueError> {
    let id = |row: u32| &bytes[ids.range(row as usize)];
    if let Some(row) = (0..count as u32).find(|&row| std::str::from_utf8(id(row)).is_err()) {
        return Err(corrupt(format!("id of row {row} is not UTF-8")));
    }
    Places::new(count, id).map_err(|row| corrupt(format!("the id of row {row} comes twice")))
}

/// A file while it is read.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    tensors: SafeTensors<'a>,
    pub header: Header,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Result<Self, CatalogueError> {
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

    pub(super) fn range(&self, name: &str, dtype: Dtype, shape: &[usize]) -> Result<Range<usize>, CatalogueError> {
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

    pub(super) fn f32(&self, name: &str, count: usize) -> Result<Vec<f32>, CatalogueError> {
        Ok(words(self.data(name, Dtype::F32, Some(&[count]))?).map(f32::from_le_bytes).collect())
    }

    pub(super) fn space(&self, dimension: usize) -> Result<Space, CatalogueError> {
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
            return Err(corrupt("rotation does not fit the dimension"));
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

    pub(super) fn spans(&self, name: &str, count: usize) -> Result<Spans, CatalogueError> {
        let data = self.data(name, Dtype::U8, None)?;
        let start = data.as_ptr() as usize - self.bytes.as_ptr() as usize;
        Ok(Spans { start, offsets: self.offsets(&format!("{name}.offsets"), count, data.len())? })
    }

    pub(super) fn columns(&self) -> Result<Vec<(ColumnHead, Column)>, CatalogueError> {
        self.header.columns.iter().enumerate().map(|(i, head)| Ok((head.clone(), self.column(i, head.kind)?))).collect()
    }

    pub(super) fn learned(&self) -> Result<Known, CatalogueError> {
        let Some(head) = &self.header.learned else { return Ok(Default::default()) };
        let count = self.header.count;
        let positive = head.half_life_steps.min(head.half_life_days).min(head.handoff) > 0.0;
        let stars = head.stars.is_none_or(|stars| (1.0..=5.0).contains(&stars));
        if !(positive && stars && head.people > 0 && head.weights.is_finite()) {
            return Err(corrupt("a number of what was learned is out of range"));
        }
        let support = words(self.data("support", Dtype::U16, Some(&[count]))?).map(u16::from_le_bytes).collect();
        let bytes = |name| Ok(self.data(name, Dtype::U8, Some(&[count]))?.to_vec());
        let stars = if head.stars.is_some() { bytes("stars")? } else { Vec::new() };
        Ok(Known { support, trend: bytes("trend")?, stars })
    }

    pub(super) fn links(&self, kind: LinkKind) -> Result<Store, CatalogueError> {
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

    pub(super) fn topics(&self) -> Result<Topics, CatalogueError> {
        if self.header.topics == 0 {
            return Ok(Topics::default());
        }
        let text = std::str::from_utf8(self.data("topics", Dtype::U8, None)?).ok();
        let mut topics = text.and_then(Topics::from_text).ok_or_else(|| corrupt("topics are no list of topics"))?;
        let count = self.header.count;
        topics.of_item = match topics.tree.len() {
            ..=256 => self.data("topics.items", Dtype::U8, Some(&[count]))?.iter().map(|&topic| topic.into()).collect(),
            _ => words(self.data("topics.items", Dtype::U16, Some(&[count]))?).map(u16::from_le_bytes).collect(),
        };
        if topics.tree.len() != self.header.topics {
            return Err(corrupt("there are not as many topics as it says"));
        }
        topics.check(count)?;
        Ok(topics)
    }

    pub(super) fn repeats(&self) -> Result<Option<Labels>, CatalogueError> {
        match self.header.repeats {
            0 => Ok(None),
            many => {
                let pairs = self.data("repeats", Dtype::U32, Some(&[many, 2]))?;
                repeats::read(words(pairs).map(u32::from_le_bytes), self.header.count).map(Some)
            }
        }
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
        Ok(Column::Label(Labels::new(names.into_iter().map(Cow::into_owned).collect(), offsets, values)))
    }
}

/// What events tell of each item; empty where there were none.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub support: Vec<u16>,
    pub trend: Vec<u8>,
    pub stars: Vec<u8>,
}

fn words<const N: usize>(data: &[u8]) -> impl Iterator<Item = [u8; N]> {
    data.chunks_exact(N).map(|chunk| {
        let mut word = [0; N];
        word.copy_from_slice(chunk);
        word
    })
}
