//! The sum that goes into the first layer: a row per token, per position, and per sentence type.

use super::pattern::Reader;
use super::weights::{self, Table};
use crate::onnx::{Attribute, Kind};

/// One term of the sum.
enum Term {
    Word(Table),
    /// Rows for positions 0, 1, 2, ...
    Positions(Vec<f32>),
    /// The same for every position.
    Every(Vec<f32>),
}

/// The word table, and the sum of everything else per position.
pub(super) fn read<'g>(reader: &Reader<'g, '_>, name: &'g str) -> Result<(Table, Vec<f32>), String> {
    let mut terms = Vec::new();
    collect(reader, name, 8, &mut terms);
    let (mut word, mut positions, mut every) = (None, None, Vec::new());
    for term in terms {
        match read_term(reader, term).ok_or_else(|| reader.not(term, "a word, position or type embedding"))? {
            Term::Word(table) if word.is_none() => word = Some(table),
            Term::Positions(rows) if positions.is_none() => positions = Some(rows),
            Term::Every(row) => every.push(row),
            _ => return Err(format!("`{name}` has two embeddings of one kind")),
        }
    }
    let word = word.ok_or("no table is looked up by `input_ids`")?;
    let mut positions = positions.ok_or("it has no position embeddings")?;
    let width = word.width();
    if width == 0 || every.iter().any(|row| row.len() != width) || positions.len() % width != 0 {
        return Err("its embeddings have different widths".into());
    }
    for row in positions.chunks_exact_mut(width) {
        for term in &every {
            crate::kernels::float::add_row(row, term);
        }
    }
    Ok((word, positions))
}

/// The terms of nested sums.
fn collect<'g>(reader: &Reader<'g, '_>, name: &'g str, depth: usize, into: &mut Vec<&'g str>) {
    match reader.made_by(name, &["Add"]) {
        Some(node) if depth > 0 => {
            for i in 0..2 {
                if let Some(input) = reader.input(node, i) {
                    collect(reader, input, depth - 1, into);
                }
            }
        }
        _ => into.push(reader.strip(name)),
    }
}

fn read_term<'g>(reader: &Reader<'g, '_>, name: &'g str) -> Option<Term> {
    if let Some((dims, values)) = weights::floats(reader.graph, name) {
        // One row for all positions, or one for each.
        let (&width, leading) = dims.split_last()?;
        let rows: usize = leading.iter().product();
        return match rows {
            1 => Some(Term::Every(values)),
            _ if width > 0 && dims.len() == 3 && dims[0] == 1 => Some(Term::Positions(values)),
            _ => None,
        };
    }
    if let Some(slice) = reader.made_by(name, &["Slice"]) {
        let (dims, values) = weights::floats(reader.graph, slice.input(0)?)?;
        let axis = dims.len().checked_sub(2)?;
        let from = first_of_slice(reader, name, axis)?;
        let width = *dims.last()?;
        return (dims.iter().product::<usize>() == dims[axis] * width)
            .then(|| values.get(from * width..).map(|rows| Term::Positions(rows.to_vec())))?;
    }
    if let Some(product) = reader.made_by(name, &["Mul"]) {
        return reader.either(product).into_iter().find_map(|(rows, scales)| scaled_rows(reader, rows, scales));
    }
    let gather = reader.made_by(name, &["Gather"])?;
    if gather.int("axis", 0) != 0 {
        return None;
    }
    let ids = reader.input(gather, 1)?;
    let table = weights::table(reader.graph, gather.input(0)?)?;
    if ids == "input_ids" {
        return Some(Term::Word(table));
    }
    let width = table.width();
    let row = |r: usize| {
        let mut row = vec![0.0; width];
        table.add_to(r, &mut row);
        row
    };
    if all_zero(reader, ids, 8) {
        return Some(Term::Every(row(0)));
    }
    let from = first_position(reader, ids, 16)?;
    (from < table.rows()).then(|| Term::Positions((from..table.rows()).flat_map(row).collect()))
}

/// int8 rows that are looked up first and scaled then, so that no runtime expands the whole table.
fn scaled_rows<'g>(reader: &Reader<'g, '_>, rows: &'g str, scales: &'g str) -> Option<Term> {
    let looked_up = |name: &'g str| {
        let gather = reader.made_by(name, &["Gather"])?;
        let words = gather.int("axis", 0) == 0 && reader.input(gather, 1)? == "input_ids";
        words.then(|| weights::constant(reader.graph, gather.input(0)?))?
    };
    let (rows, scales) = (looked_up(rows)?, looked_up(scales)?);
    let [count, width] = rows.dims[..] else { return None };
    if scales.dims != [count, 1] || width == 0 {
        return None;
    }
    let values = match rows.kind {
        Kind::I8 => rows.signed_bytes(),
        _ => rows.small_ints()?.into_iter().map(|v| i8::try_from(v).ok()).collect::<Option<Vec<i8>>>()?,
    };
    Some(Term::Word(Table::Int8 { width, values, scales: scales.floats()?, row_step: 1, block: width }))
}

/// Whether ids are 0 for every token of a single sentence.
fn all_zero<'g>(reader: &Reader<'g, '_>, name: &'g str, depth: usize) -> bool {
    let name = reader.strip(name);
    if name == "token_type_ids" {
        return true;
    }
    if let Some(tensor) = weights::constant(reader.graph, name) {
        return tensor.ints().is_some_and(|v| !v.is_empty() && v.iter().all(|&v| v == 0));
    }
    let Some(node) = reader.graph.producer(name) else { return false };
    match node.op {
        "ConstantOfShape" => !node.attributes.iter().any(|(_, a)| match a {
            Attribute::Tensor(t) => t.ints().is_none_or(|v| v.iter().any(|&v| v != 0)),
            _ => false,
        }),
        "Slice" | "Expand" | "Unsqueeze" | "Reshape" => {
            depth > 0 && reader.input(node, 0).is_some_and(|n| all_zero(reader, n, depth - 1))
        }
        _ => false,
    }
}

/// For ids that count the tokens of an unpadded text (`c, c+1, c+2, ...`): `c`.
fn first_position<'g>(reader: &Reader<'g, '_>, name: &'g str, depth: usize) -> Option<usize> {
    let first = counted(reader, name, depth)?;
    usize::try_from(first).ok()
}

fn counted<'g>(reader: &Reader<'g, '_>, name: &'g str, depth: usize) -> Option<i64> {
    let name = reader.strip(name);
    if let Some(tensor) = weights::constant(reader.graph, name) {
        let values = tensor.ints()?;
        let first = *values.first()?;
        let counts = values.len() > 1 && values.iter().zip(first..).all(|(&v, expected)| v == expected);
        return counts.then_some(first);
    }
    let node = reader.graph.producer(name)?;
    let depth = depth.checked_sub(1)?;
    let follow = |name: &'g str| counted(reader, name, depth);
    let number = |name: &'g str| weights::scalar(reader.graph, name).map(|v| v as i64);
    match node.op {
        "Unsqueeze" | "Expand" | "Reshape" => follow(reader.input(node, 0)?),
        "Slice" => {
            let whole = weights::constant(reader.graph, node.input(0)?)?;
            let axis = whole.dims.len().checked_sub(1)?;
            let skipped = first_of_slice(reader, name, axis)?;
            Some(follow(reader.input(node, 0)?)? + i64::try_from(skipped).ok()?)
        }
        "Range" => (number(reader.input(node, 2)?)? == 1).then(|| number(reader.input(node, 0)?))?,
        "Add" => reader.either(node).into_iter().find_map(|(x, c)| Some(follow(x)? + number(c)?)),
        "Sub" => Some(follow(reader.input(node, 0)?)? - number(reader.input(node, 1)?)?),
        "Mul" => reader.either(node).into_iter().find_map(|(x, m)| {
            let ones = is_mask(reader, m, depth);
            if ones { follow(x) } else { None }
        }),
        "CumSum" => {
            let axis = number(reader.input(node, 1)?)?;
            let plain = node.int("exclusive", 0) == 0 && node.int("reverse", 0) == 0;
            (matches!(axis, 1 | -1) && plain && is_mask(reader, reader.input(node, 0)?, depth)).then_some(1)
        }
        _ => None,
    }
}

/// Whether a value is 1 for every token that is not padding: the mask itself, or `input_ids != padding`.
fn is_mask<'g>(reader: &Reader<'g, '_>, name: &'g str, depth: usize) -> bool {
    let name = reader.strip(name);
    if name == "attention_mask" {
        return true;
    }
    let not_padding = || {
        let not = reader.made_by(name, &["Not"])?;
        let equal = reader.made_by(reader.input(not, 0)?, &["Equal"])?;
        let (ids, padding) = (reader.input(equal, 0)?, reader.input(equal, 1)?);
        (ids == "input_ids" && weights::scalar(reader.graph, padding).is_some()).then_some(())
    };
    depth > 0 && not_padding().is_some()
}

/// For a `Slice` along `axis` only, with a step of 1: where it starts.
fn first_of_slice<'g>(reader: &Reader<'g, '_>, name: &'g str, axis: usize) -> Option<usize> {
    let node = reader.made_by(name, &["Slice"])?;
    let one = |i: usize| match weights::constant(reader.graph, node.input(i)?)?.ints()?[..] {
        [value] => Some(value),
        _ => None,
    };
    let rank = weights::floats(reader.graph, node.input(0)?)
        .map(|(dims, _)| dims.len())
        .or_else(|| Some(weights::constant(reader.graph, node.input(0)?)?.dims.len()))?;
    let along = match node.input(3) {
        Some(_) => one(3)?,
        None => 0,
    };
    let along = if along < 0 { along + rank as i64 } else { along };
    let step = if node.input(4).is_some() { one(4)? } else { 1 };
    (usize::try_from(along).ok()? == axis && step == 1).then(|| usize::try_from(one(1)?).ok())?
}
