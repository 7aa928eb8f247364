//! The protobuf wire format, and the ONNX messages in a graph. Every length is checked against the bytes that are there.

use super::file::{LEFT, ModelFile};
use super::tensor::{Data, Kind, Tensor};
use super::{Attribute, Graph, Node};
use std::borrow::Cow;

/// A field's value.
enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

impl<'a> Value<'a> {
    fn bytes(&self) -> Result<&'a [u8], String> {
        match self {
            Value::Bytes(b) => Ok(b),
            Value::Number(_) => Err("a field has the wrong type".into()),
        }
    }

    fn text(&self) -> Result<&'a str, String> {
        std::str::from_utf8(self.bytes()?).map_err(|_| "a name is not UTF-8".into())
    }

    fn int(&self) -> Result<i64, String> {
        match self {
            Value::Number(n) => Ok(n.cast_signed()),
            Value::Bytes(_) => Err("a field has the wrong type".into()),
        }
    }

    /// A repeated integer: one number, or several packed into bytes.
    fn ints(&self, into: &mut Vec<i64>) -> Result<(), String> {
        match self {
            Value::Number(n) => into.push(n.cast_signed()),
            Value::Bytes(bytes) => {
                let mut rest = *bytes;
                while !rest.is_empty() {
                    into.push(varint(&mut rest)?.cast_signed());
                }
            }
        }
        Ok(())
    }
}

pub(super) fn varint(rest: &mut &[u8]) -> Result<u64, String> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (&byte, tail) = rest.split_first().ok_or("it ends in the middle of a number")?;
        *rest = tail;
        value |= u64::from(byte & 127) << shift;
        if byte < 128 {
            return Ok(value);
        }
    }
    Err("a number is too long".into())
}

fn take<'a>(rest: &mut &'a [u8], count: u64) -> Result<&'a [u8], String> {
    let missing = || format!("it ends {count} bytes into a field of which {} are there", rest.len());
    let count = usize::try_from(count).map_err(|_| missing())?;
    let (head, tail) = rest.split_at_checked(count).ok_or_else(missing)?;
    *rest = tail;
    Ok(head)
}

/// Calls `each` with the number and value of every field of a message.
fn fields<'a>(mut rest: &'a [u8], mut each: impl FnMut(u64, Value<'a>) -> Result<(), String>) -> Result<(), String> {
    while !rest.is_empty() {
        let key = varint(&mut rest)?;
        let value = match key & 7 {
            0 => Value::Number(varint(&mut rest)?),
            1 => Value::Number(take(&mut rest, 8)?.try_into().map_or(0, u64::from_le_bytes)),
            2 => {
                let length = varint(&mut rest)?;
                Value::Bytes(take(&mut rest, length)?)
            }
            5 => Value::Number(take(&mut rest, 4)?.try_into().map_or(0, u32::from_le_bytes).into()),
            other => return Err(format!("wire type {other} is unknown")),
        };
        each(key >> 3, value)?;
    }
    Ok(())
}

/// `GraphProto`, of which large constants may be left in the file.
pub(super) fn graph<'a>(bytes: &'a [u8], file: &'a dyn ModelFile) -> Result<Graph<'a>, String> {
    let mut graph = Graph::default();
    fields(bytes, |field, value| {
        match field {
            1 => graph.nodes.push(node(value.bytes()?)?),
            5 => {
                let (name, tensor) = tensor(value.bytes()?, Some(file))?;
                graph.constants.insert(name, tensor);
            }
            11 => graph.inputs.push(value_name(value.bytes()?)?),
            12 => graph.outputs.push(value_name(value.bytes()?)?),
            _ => {}
        }
        Ok(())
    })?;
    Ok(graph)
}

fn value_name(bytes: &[u8]) -> Result<&str, String> {
    let mut name = "";
    fields(bytes, |field, value| {
        if field == 1 {
            name = value.text()?;
        }
        Ok(())
    })?;
    Ok(name)
}

fn node(bytes: &[u8]) -> Result<Node<'_>, String> {
    let mut node = Node::default();
    fields(bytes, |field, value| {
        match field {
            1 => node.inputs.push(value.text()?),
            2 => node.outputs.push(value.text()?),
            4 => node.op = value.text()?,
            5 => node.attributes.push(attribute(value.bytes()?)?),
            7 => node.domain = value.text()?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(node)
}

fn attribute(bytes: &[u8]) -> Result<(&str, Attribute<'_>), String> {
    const FLOAT: i64 = 1;
    const INT: i64 = 2;
    const STRING: i64 = 3;
    const TENSOR: i64 = 4;
    const INTS: i64 = 7;
    let (mut name, mut kind) = ("", 0);
    let (mut f, mut i, mut s, mut t, mut ints) = (0.0, 0, &[][..], None, Vec::new());
    fields(bytes, |field, value| {
        match field {
            1 => name = value.text()?,
            2 => f = f32::from_bits(value.int()? as u32),
            3 => i = value.int()?,
            4 => s = value.bytes()?,
            5 => t = Some(tensor(value.bytes()?, None)?.1),
            8 => value.ints(&mut ints)?,
            20 => kind = value.int()?,
            _ => {}
        }
        Ok(())
    })?;
    let attribute = match (kind, t) {
        (FLOAT, _) => Attribute::Float(f),
        (INT, _) => Attribute::Int(i),
        (STRING, _) => Attribute::Text(s),
        (TENSOR, Some(t)) => Attribute::Tensor(t),
        (INTS, _) => Attribute::Ints(ints),
        _ => Attribute::Other,
    };
    Ok((name, attribute))
}

fn tensor<'a>(bytes: &'a [u8], file: Option<&'a dyn ModelFile>) -> Result<(&'a str, Tensor<'a>), String> {
    let (mut name, mut dims, mut code) = ("", Vec::new(), 0);
    let mut raw = None;
    let (mut floats, mut int32s, mut int64s) = (Vec::new(), Vec::new(), Vec::new());
    fields(bytes, |field, value| {
        match field {
            1 => value.ints(&mut dims)?,
            2 => code = value.int()?,
            4 => match value {
                Value::Number(n) => floats.extend_from_slice(&(n as u32).to_le_bytes()),
                Value::Bytes(b) => floats.extend_from_slice(b),
            },
            5 => value.ints(&mut int32s)?,
            7 => value.ints(&mut int64s)?,
            8 => name = value.text()?,
            9 => raw = Some(Data::Here(Cow::Borrowed(value.bytes()?))),
            LEFT => raw = Some(left(value.bytes()?, file).ok_or("a constant lies outside of it")?),
            13 | 14 if !matches!(value, Value::Number(0)) => {
                return Err("its weights are in another file".into());
            }
            _ => {}
        }
        Ok(())
    })?;
    let dims: Vec<usize> = dims
        .iter()
        .map(|&d| usize::try_from(d).map_err(|_| format!("constant `{name}` has a length of {d}")))
        .collect::<Result<_, _>>()?;
    let kind = Kind::from_code(code);
    let listed = || match kind {
        Kind::F32 => floats,
        Kind::I64 => int64s.iter().flat_map(|v| v.to_le_bytes()).collect(),
        // Everything narrower is stored one value to an int32; 4-bit kinds two to a byte, one byte to an int32.
        Kind::I32 => int32s.iter().flat_map(|&v| (v as i32).to_le_bytes()).collect(),
        Kind::F16 => int32s.iter().flat_map(|&v| (v as u16).to_le_bytes()).collect(),
        _ => int32s.iter().map(|&v| v as u8).collect(),
    };
    let tensor = Tensor { dims, kind, data: raw.unwrap_or_else(|| Data::Here(Cow::Owned(listed()))) };
    tensor.check().map_err(|why| format!("constant `{name}` {why}"))?;
    Ok((name, tensor))
}

/// The place in the file that a constant was left at.
fn left<'a>(bytes: &[u8], file: Option<&'a dyn ModelFile>) -> Option<Data<'a>> {
    let [from, length] = *bytes.as_chunks().0 else { return None };
    let from = usize::try_from(u64::from_le_bytes(from)).ok()?;
    let end = from.checked_add(usize::try_from(u64::from_le_bytes(length)).ok()?)?;
    file.filter(|file| end <= file.size()).map(|file| Data::Left(file, from..end))
}
