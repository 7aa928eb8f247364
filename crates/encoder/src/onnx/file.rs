//! A model file of which only what is asked for is in memory.
//!
//! In wasm, memory that was used once is never given back. So large constants stay where the file is until they are laid
//! out, one by one.

use std::borrow::Cow;
use std::ops::Range;

/// The bytes of a model file, wherever they are.
pub trait ModelFile {
    /// How many there are.
    fn size(&self) -> usize;

    /// Some of them; `range` ends at [`ModelFile::size`] at the latest.
    fn read(&self, range: Range<usize>) -> Cow<'_, [u8]>;
}

impl ModelFile for &[u8] {
    fn size(&self) -> usize {
        self.len()
    }

    fn read(&self, range: Range<usize>) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self[range])
    }
}

/// Constants from so many bytes on are left in the file.
const LARGE: usize = 4096;

/// Number of the field that says where the bytes of a constant were left: offset and length. ONNX does not use it.
pub(super) const LEFT: u64 = 1 << 20;

const GRAPH: u64 = 7;
const INITIALIZER: u64 = 5;
const RAW_DATA: u64 = 9;

/// The graph of a model file, `GraphProto`, with [`LEFT`] in place of the bytes of large constants.
///
/// # Errors
/// Why the bytes are no model, or a damaged one.
pub(crate) fn outline(file: &dyn ModelFile) -> Result<Vec<u8>, String> {
    let mut graph = Vec::new();
    fields(file, 0..file.size(), |number, _, body| {
        if number != GRAPH {
            return Ok(());
        }
        fields(file, body, |number, whole, body| {
            if number != INITIALIZER || body.len() < LARGE {
                graph.extend_from_slice(&file.read(whole));
                return Ok(());
            }
            let mut tensor = Vec::new();
            fields(file, body, |number, whole, body| {
                if number == RAW_DATA && body.len() >= LARGE {
                    put(LEFT << 3 | 2, &mut tensor);
                    tensor.push(16);
                    tensor.extend([body.start as u64, body.len() as u64].into_iter().flat_map(u64::to_le_bytes));
                } else {
                    tensor.extend_from_slice(&file.read(whole));
                }
                Ok(())
            })?;
            put(INITIALIZER << 3 | 2, &mut graph);
            put(tensor.len() as u64, &mut graph);
            graph.append(&mut tensor);
            Ok(())
        })
    })?;
    Ok(graph)
}

/// Calls `each` with the number, the place and the place of the contents of every field of a message.
fn fields(
    file: &dyn ModelFile,
    message: Range<usize>,
    mut each: impl FnMut(u64, Range<usize>, Range<usize>) -> Result<(), String>,
) -> Result<(), String> {
    /// A key and a length, at their longest.
    const HEAD: usize = 20;
    let mut from = message.start;
    while from < message.end {
        let head = file.read(from..message.end.min(from + HEAD));
        let mut rest = &*head;
        let key = super::proto::varint(&mut rest)?;
        let length = match key & 7 {
            0 => super::proto::varint(&mut rest).map(|_| 0)?,
            1 => 8,
            2 => super::proto::varint(&mut rest)?,
            5 => 4,
            other => return Err(format!("wire type {other} is unknown")),
        };
        let start = from + head.len() - rest.len();
        let end = usize::try_from(length).ok().and_then(|length| start.checked_add(length));
        let end = end
            .filter(|&end| end <= message.end)
            .ok_or_else(|| format!("it ends {length} bytes into a field of which {} are there", message.end - start))?;
        each(key >> 3, from..end, start..end)?;
        from = end;
    }
    Ok(())
}

/// A number of variable length.
fn put(mut number: u64, to: &mut Vec<u8>) {
    while number > 127 {
        to.push(number as u8 | 128);
        number >>= 7;
    }
    to.push(number as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A field of bytes.
    fn field(number: u64, bytes: &[u8]) -> Vec<u8> {
        let mut all = Vec::new();
        put(number << 3 | 2, &mut all);
        put(bytes.len() as u64, &mut all);
        all.extend_from_slice(bytes);
        all
    }

    #[test]
    fn large_constants_are_left_in_the_file() {
        let tensor = |bytes: &[u8]| [field(8, b"name"), field(RAW_DATA, bytes)].concat();
        let graph = [field(INITIALIZER, &tensor(&[1; 10])), field(INITIALIZER, &tensor(&[2; 5000]))].concat();
        let file = [field(2, b"producer"), field(GRAPH, &graph), field(8, b"opset")].concat();
        let got = outline(&file.as_slice()).expect("a model");
        assert!(got.len() < 100 && got.starts_with(&field(INITIALIZER, &tensor(&[1; 10]))));
        let place: Vec<u64> = got[got.len() - 16..].as_chunks().0.iter().map(|&b| u64::from_le_bytes(b)).collect();
        assert_eq!(place[1], 5000);
        assert!(file[place[0] as usize..][..5000].iter().all(|&b| b == 2));
        for length in 0..file.len() {
            if let Ok(part) = outline(&&file[..length]) {
                assert!(part.is_empty() || part == got, "{length}");
            }
        }
    }
}
