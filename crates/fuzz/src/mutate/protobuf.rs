//! Changes to a protobuf message: one field, at any depth, with all lengths around it put right.

use crate::Rng;

/// Messages in messages that are looked into.
const DEPTH: usize = 6;

#[derive(Debug, Clone)]
struct Field {
    number: u64,
    content: Content,
}

#[derive(Debug, Clone)]
enum Content {
    Varint(u64),
    Fixed8(Vec<u8>),
    Bytes(Vec<u8>),
    Fixed4(Vec<u8>),
}

/// Changes a message; bytes that are none are changed as bytes.
pub fn change(input: &[u8], rng: &mut Rng, depth: usize) -> Vec<u8> {
    let Some(mut fields) = parse(input).filter(|fields| !fields.is_empty()) else {
        return super::bytes::change(input, rng);
    };
    let (one, other) = (rng.below(fields.len()), rng.below(fields.len()));
    match rng.below(if depth < DEPTH { 16 } else { 9 }) {
        0 => drop(fields.remove(one)),
        1 => fields.insert(one, fields[other].clone()),
        2 => fields.swap(one, other),
        3 => fields[one].number = [0, 1, 2, 5, 19, 1 << 28][rng.below(6)],
        4 => fields[one].content = fields[other].content.clone(),
        5 => fields.truncate(one),
        _ => match &mut fields[one].content {
            Content::Varint(value) => {
                *value = match rng.below(8) {
                    0 => value.wrapping_add(1),
                    1 => value.wrapping_sub(1),
                    2 => value.wrapping_neg(),
                    3 => 1 << rng.below(64),
                    4 => u64::MAX,
                    _ => rng.below(40) as u64,
                }
            }
            Content::Bytes(bytes) if rng.once_in(8) => *bytes = super::bytes::change(bytes, rng),
            Content::Bytes(bytes) => *bytes = change(bytes, rng, depth + 1),
            Content::Fixed4(bytes) | Content::Fixed8(bytes) => {
                let odd = *rng.pick(&[0.0, -0.0, f64::NAN, f64::INFINITY, f64::MIN_POSITIVE, f64::MAX, -1.0]);
                *bytes = match bytes.len() {
                    4 => (odd as f32).to_le_bytes().to_vec(),
                    _ => odd.to_le_bytes().to_vec(),
                };
            }
        },
    }
    write(&fields)
}

fn parse(mut input: &[u8]) -> Option<Vec<Field>> {
    let mut fields = Vec::new();
    while !input.is_empty() {
        let key = varint(&mut input)?;
        let content = match key & 7 {
            0 => Content::Varint(varint(&mut input)?),
            1 => Content::Fixed8(take(&mut input, 8)?),
            2 => {
                let length = usize::try_from(varint(&mut input)?).ok()?;
                Content::Bytes(take(&mut input, length)?)
            }
            5 => Content::Fixed4(take(&mut input, 4)?),
            _ => return None,
        };
        fields.push(Field { number: key >> 3, content });
    }
    Some(fields)
}

fn write(fields: &[Field]) -> Vec<u8> {
    let mut out = Vec::new();
    for Field { number, content } in fields {
        let (wire, bytes) = match content {
            Content::Varint(_) => (0, &[][..]),
            Content::Fixed8(bytes) => (1, bytes.as_slice()),
            Content::Bytes(bytes) => (2, bytes.as_slice()),
            Content::Fixed4(bytes) => (5, bytes.as_slice()),
        };
        put(&mut out, number << 3 | wire);
        match content {
            Content::Varint(value) => put(&mut out, *value),
            Content::Bytes(_) => put(&mut out, bytes.len() as u64),
            _ => {}
        }
        out.extend(bytes);
    }
    out
}

fn varint(input: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = input.split_first()?;
        *input = rest;
        value |= u64::from(byte & 127) << shift;
        if byte < 128 {
            return Some(value);
        }
    }
    None
}

fn put(out: &mut Vec<u8>, mut value: u64) {
    while value > 127 {
        out.push(value as u8 | 128);
        value >>= 7;
    }
    out.push(value as u8);
}

fn take(input: &mut &[u8], length: usize) -> Option<Vec<u8>> {
    let (bytes, rest) = input.split_at_checked(length)?;
    *input = rest;
    Some(bytes.to_vec())
}
