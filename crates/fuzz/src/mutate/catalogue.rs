//! Changes to a catalogue file: its header, or a tensor's values, shape or name, with offsets and checksum that fit again.

use predilect_core::catalogue::Header;
use safetensors::SafeTensors;
use serde_json::{Map, Value, json};
use xxhash_rust::xxh3::Xxh3Default;

use super::{bytes, json};
use crate::Rng;

/// A file taken apart.
#[derive(Debug, Clone)]
pub struct File {
    /// The catalogue's own header.
    pub head: Value,
    /// Tensors in the order of their bytes.
    pub tensors: Vec<Tensor>,
}

/// One tensor.
#[derive(Debug, Clone)]
pub struct Tensor {
    /// Name.
    pub name: String,
    /// Type, as safetensors names it.
    pub dtype: String,
    /// Shape.
    pub shape: Vec<usize>,
    /// Values, little-endian.
    pub bytes: Vec<u8>,
}

/// Changes a file; nothing where the bytes are none.
pub fn change(input: &[u8], rng: &mut Rng) -> Option<Vec<u8>> {
    let mut file = File::read(input)?;
    if rng.once_in(3) || file.tensors.is_empty() {
        json::change(&mut file.head, rng);
        return Some(file.write());
    }
    let at = rng.below(file.tensors.len());
    let other = file.tensors[rng.below(file.tensors.len())].clone();
    match rng.below(10) {
        0 => drop(file.tensors.remove(at)),
        1 => file.tensors[at].name = other.name,
        2 => file.tensors[at] = Tensor { name: file.tensors[at].name.clone(), ..other },
        3 => resize(&mut file.tensors[at], rng),
        4 => file.tensors[at].dtype = other.dtype,
        5 => file.tensors[at].bytes = bytes::change(&file.tensors[at].bytes, rng),
        _ => set(&mut file.tensors[at], rng),
    }
    Some(file.write())
}

/// Gives a tensor another shape, and as many bytes as that needs.
fn resize(tensor: &mut Tensor, rng: &mut Rng) {
    let length = tensor.shape.iter().product::<usize>().max(1);
    let width = (tensor.bytes.len() / length).max(1);
    match rng.below(3) {
        0 => tensor.shape.push(1),
        1 => drop(tensor.shape.pop()),
        _ => {
            if let Some(first) = tensor.shape.first_mut() {
                *first = [0, 1, *first + 1, first.saturating_sub(1)][rng.below(4)];
            }
        }
    }
    let length = tensor.shape.iter().product::<usize>().min(1 << 16);
    tensor.bytes.resize(length * width, 0);
}

/// Sets some values to what lies at the edge of their type or of the file.
fn set(tensor: &mut Tensor, rng: &mut Rng) {
    let width = match tensor.dtype.as_str() {
        "I8" | "U8" => 1,
        "I16" | "U16" => 2,
        "F64" => 8,
        _ => 4,
    };
    let count = tensor.bytes.len() / width;
    for _ in 0..1 + rng.below(3) {
        let at = rng.below(count) * width;
        let Some(place) = tensor.bytes.get_mut(at..at + width) else { return };
        let float = *rng.pick(&[0.0, -1.0, f64::NAN, f64::INFINITY, f64::MAX, f64::MIN_POSITIVE, 1e30, -1e30]);
        match tensor.dtype.as_str() {
            "F32" => place.copy_from_slice(&(float as f32).to_le_bytes()),
            "F64" => place.copy_from_slice(&float.to_le_bytes()),
            _ => {
                let mut word = [0; 8];
                word[..width].copy_from_slice(place);
                let whole = u64::from_le_bytes(word);
                let whole = match rng.below(5) {
                    0 => whole.wrapping_add(1),
                    1 => whole.wrapping_sub(1),
                    2 => u64::MAX,
                    3 => 1 << (8 * width - 1),
                    _ => rng.below(2 * count + 2) as u64,
                };
                place.copy_from_slice(&whole.to_le_bytes()[..width]);
            }
        }
    }
}

impl File {
    /// Takes a file apart.
    pub fn read(input: &[u8]) -> Option<Self> {
        let (length, rest) = input.split_first_chunk()?;
        let (header, data) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
        let header: Map<String, Value> = serde_json::from_slice(header).ok()?;
        let head = serde_json::from_str(header.get("__metadata__")?.get("predilect")?.as_str()?).ok()?;
        let number = |value: &Value| value.as_u64().and_then(|n| usize::try_from(n).ok());
        let tensor = |(name, entry): (&String, &Value)| {
            let [from, to] = entry.get("data_offsets")?.as_array()?.as_slice() else { return None };
            let range = number(from)?..number(to)?;
            Some(Tensor {
                name: name.clone(),
                dtype: entry.get("dtype")?.as_str()?.to_owned(),
                shape: entry.get("shape")?.as_array()?.iter().map(number).collect::<Option<_>>()?,
                bytes: data.get(range)?.to_vec(),
            })
        };
        let tensors = header.iter().filter(|(name, _)| *name != "__metadata__").map(tensor).collect::<Option<_>>()?;
        Some(Self { head, tensors })
    }

    /// Puts it together; where the header is one, with the checksum that fits.
    pub fn write(&self) -> Vec<u8> {
        let bytes = self.plain(&self.head);
        let sealed = || {
            let header: Header = serde_json::from_value(self.head.clone()).ok()?;
            let tensors = SafeTensors::deserialize(&bytes).ok()?;
            let mut head = self.head.clone();
            head["checksum"] = json!(checksum(header, &tensors)?);
            Some(self.plain(&head))
        };
        sealed().unwrap_or(bytes)
    }

    fn plain(&self, head: &Value) -> Vec<u8> {
        let mut header = Map::from_iter([("__metadata__".to_owned(), json!({"predilect": head.to_string()}))]);
        let mut data = Vec::new();
        for Tensor { name, dtype, shape, bytes } in &self.tensors {
            let offsets = [data.len(), data.len() + bytes.len()];
            header.insert(name.clone(), json!({"dtype": dtype, "shape": shape, "data_offsets": offsets}));
            data.extend(bytes);
        }
        let header = Value::Object(header).to_string();
        [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &data].concat()
    }
}

/// As the core computes it. If they part ways, the test that changed catalogues are still opened fails.
fn checksum(header: Header, tensors: &SafeTensors<'_>) -> Option<String> {
    let bare = Header { checksum: String::new(), ..header };
    let mut state = Xxh3Default::new();
    state.update(serde_json::to_string(&bare).ok()?.as_bytes());
    let mut views: Vec<_> = tensors.iter().collect();
    views.sort_by_key(|(name, _)| *name);
    for (name, view) in views {
        state.update(name.as_bytes());
        state.update(format!("{:?}{:?}", view.dtype(), view.shape()).as_bytes());
        state.update(view.data());
    }
    Some(format!("{:016x}", state.digest()))
}
