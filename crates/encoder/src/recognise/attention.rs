//! Self-attention over all tokens of a text.

use super::pattern::{LinearAt, Reader};
use super::weights::{self, Matrix};
use crate::kernels::float::Heads;
use crate::kernels::linear::{Activations, Linear};

/// `x + out(attention(qkv(x)))`.
pub(super) struct Attention<'g> {
    pub input: &'g str,
    pub heads: Heads,
    pub qkv: Linear,
    pub out: Linear,
}

/// Queries, keys or values: `[batch, heads, sequence, width]` out of a linear layer.
struct Split<'g> {
    linear: LinearAt<'g>,
    count: usize,
    width: usize,
}

/// Reads the sum of a value and the attention over it.
pub(super) fn read<'g>(reader: &Reader<'g, '_>, name: &'g str) -> Result<Attention<'g>, String> {
    let what = "the sum of a value and the attention over it";
    let add = reader.made_by(name, &["Add"]).ok_or_else(|| reader.not(name, what))?;
    let mut why = String::new();
    for (inner, input) in reader.either(add) {
        match branch(reader, inner, input) {
            Ok(attention) => return Ok(attention),
            Err(reason) if why.is_empty() => why = reason,
            Err(_) => {}
        }
    }
    Err(why)
}

fn branch<'g>(reader: &Reader<'g, '_>, name: &'g str, input: &'g str) -> Result<Attention<'g>, String> {
    let out = reader.linear(name)?;
    // Heads side by side again: `Reshape(Transpose(P V))`.
    let merged = |name: &'g str| {
        let reshape = reader.made_by(name, &["Reshape"])?;
        let transpose = reader.made_by(reader.input(reshape, 0)?, &["Transpose"])?;
        (transpose.ints("perm") == Some(&[0, 2, 1, 3])).then(|| reader.input(transpose, 0))?
    };
    let product = merged(out.input).ok_or_else(|| reader.not(out.input, "attention heads put side by side"))?;
    let product = reader.made_by(product, &["MatMul"]).ok_or_else(|| reader.not(product, "weights times values"))?;
    let (weights_name, values) = (reader.input(product, 0).unwrap_or(""), reader.input(product, 1).unwrap_or(""));
    let value = split(reader, values, false)?;
    let softmax = reader
        .made_by(weights_name, &["Softmax"])
        .filter(|n| matches!(n.int("axis", -1), -1 | 3))
        .ok_or_else(|| reader.not(weights_name, "a softmax over keys"))?;
    let scores = reader.input(softmax, 0).unwrap_or("");
    let (scores, factor) = scaled(reader, masked(reader, scores)?);
    let dot = reader.made_by(scores, &["MatMul"]).ok_or_else(|| reader.not(scores, "queries times keys"))?;
    let (query, query_factor) = scaled(reader, reader.input(dot, 0).unwrap_or(""));
    let (key, key_factor) = scaled(reader, reader.input(dot, 1).unwrap_or(""));
    let (query, key) = (split(reader, query, false)?, split(reader, key, true)?);

    let same_shape = [&query, &key].iter().all(|s| (s.count, s.width) == (value.count, value.width));
    let same_input = [&query, &key, &value].iter().all(|s| s.linear.input == input);
    if !same_shape || !same_input {
        return Err(format!("the attention that makes `{name}` is not over one value with one shape of heads"));
    }
    let heads = Heads { count: value.count, width: value.width, scale: factor * query_factor * key_factor };
    let qkv = side_by_side([query.linear, key.linear, value.linear])
        .ok_or_else(|| format!("queries, keys and values of `{name}` have different shapes"))?;
    Ok(Attention { input, heads, qkv, out: out.into_linear(Activations::Fast) })
}

/// Takes a factor off a value.
fn scaled<'g>(reader: &Reader<'g, '_>, name: &'g str) -> (&'g str, f32) {
    let step = |name: &'g str| {
        let node = reader.made_by(name, &["Mul", "Div"])?;
        let (a, b) = (reader.input(node, 0)?, reader.input(node, 1)?);
        match (weights::scalar(reader.graph, a), weights::scalar(reader.graph, b)) {
            (_, Some(b)) if node.op == "Div" => Some((a, 1.0 / b)),
            (_, Some(b)) => Some((a, b)),
            (Some(a), _) if node.op == "Mul" => Some((b, a)),
            _ => None,
        }
    };
    match step(name) {
        Some((inner, factor)) => (inner, factor),
        None => (name, 1.0),
    }
}

/// Takes the mask of padding off the scores. Texts are never padded here, so that it changes nothing; a mask of any
/// other kind does, and is refused.
fn masked<'g>(reader: &Reader<'g, '_>, name: &'g str) -> Result<&'g str, String> {
    let Some(node) = reader.made_by(name, &["Add", "Where"]) else { return Ok(name) };
    let candidates = match node.op {
        "Add" => reader.either(node).to_vec(),
        _ => {
            let at = |i| reader.input(node, i).unwrap_or("");
            // `Where(keep, scores, lowest)`, or the other way round.
            let constant = |name: &'g str| weights::scalar(reader.graph, name).is_some();
            vec![if constant(at(2)) { (at(1), at(0)) } else { (at(2), at(0)) }]
        }
    };
    let is_scores = |name: &'g str| reader.made_by(scaled(reader, name).0, &["MatMul"]).is_some();
    candidates
        .into_iter()
        .find(|&(scores, mask)| is_scores(scores) && from_attention_mask(reader, mask, 64))
        .map(|(scores, _)| scores)
        .ok_or_else(|| format!("the mask that is added in `{name}` is not one of padding"))
}

/// Whether a value is computed from `attention_mask` and single numbers alone, one element at a time.
fn from_attention_mask<'g>(reader: &Reader<'g, '_>, name: &'g str, depth: usize) -> bool {
    let name = reader.strip(name);
    if name == "attention_mask" {
        return true;
    }
    let Some(node) = reader.graph.producer(name) else { return false };
    if depth == 0 {
        return false;
    }
    let follow = |i: usize| reader.input(node, i).is_some_and(|n| from_attention_mask(reader, n, depth - 1));
    let single = |i: usize| reader.input(node, i).is_some_and(|n| weights::scalar(reader.graph, n).is_some());
    match node.op {
        // Their other inputs are shapes and axes.
        "Unsqueeze" | "Expand" | "Reshape" | "Not" => follow(0),
        "Sub" | "Mul" | "Equal" | "Add" | "Div" | "Greater" => (follow(0) && single(1)) || (single(0) && follow(1)),
        "Where" => follow(0) && (single(1) || follow(1)) && (single(2) || follow(2)),
        _ => false,
    }
}

/// `[batch, sequence, heads * width]` split into heads; `keys` are transposed once more for the product.
fn split<'g>(reader: &Reader<'g, '_>, name: &'g str, keys: bool) -> Result<Split<'g>, String> {
    let read = || {
        let transpose = reader.made_by(name, &["Transpose"])?;
        let inner = reader.input(transpose, 0)?;
        let reshape = match transpose.ints("perm")? {
            [0, 2, 1, 3] if !keys => inner,
            [0, 2, 3, 1] if keys => inner,
            [0, 1, 3, 2] if keys => {
                let first = reader.made_by(inner, &["Transpose"])?;
                (first.ints("perm") == Some(&[0, 2, 1, 3])).then(|| reader.input(first, 0))??
            }
            _ => return None,
        };
        let reshape = reader.made_by(reshape, &["Reshape"])?;
        let (count, width) = last_two(reader, reader.input(reshape, 1)?)?;
        let linear = reader.linear(reader.input(reshape, 0)?).ok()?;
        let outputs = linear.matrix.scales.len();
        let (count, width) = match (count, width) {
            (-1, w) => (outputs.checked_div(usize::try_from(w).ok()?)?, usize::try_from(w).ok()?),
            (c, -1) => (usize::try_from(c).ok()?, outputs.checked_div(usize::try_from(c).ok()?)?),
            (c, w) => (usize::try_from(c).ok()?, usize::try_from(w).ok()?),
        };
        (count.checked_mul(width)? == outputs).then_some(Split { linear, count, width })
    };
    read().ok_or_else(|| reader.not(name, "a linear layer split into heads"))
}

/// The last two lengths of a shape of four.
fn last_two<'g>(reader: &Reader<'g, '_>, name: &'g str) -> Option<(i64, i64)> {
    if let Some(shape) = weights::constant(reader.graph, name) {
        let shape = shape.ints()?;
        let [_, _, count, width] = shape[..] else { return None };
        return Some((count, width));
    }
    let concat = reader.made_by(name, &["Concat"])?;
    if concat.inputs.len() != 4 {
        return None;
    }
    let one = |i: usize| match weights::constant(reader.graph, concat.inputs[i])?.ints()?[..] {
        [value] => Some(value),
        _ => None,
    };
    Some((one(2)?, one(3)?))
}

fn side_by_side(parts: [LinearAt<'_>; 3]) -> Option<Linear> {
    let inputs = parts[0].matrix.inputs;
    if parts.iter().any(|p| p.matrix.inputs != inputs) {
        return None;
    }
    let mut weights = Vec::new();
    for k in 0..inputs {
        for LinearAt { matrix: Matrix { weights: w, scales, .. }, .. } in &parts {
            weights.extend_from_slice(&w[k * scales.len()..][..scales.len()]);
        }
    }
    let scales: Vec<f32> = parts.iter().flat_map(|p| p.matrix.scales.iter().copied()).collect();
    let bias: Vec<f32> = parts.iter().flat_map(|p| p.bias.iter().copied()).collect();
    Some(Linear::new(inputs, &weights, &scales, &bias, Activations::Fast))
}
