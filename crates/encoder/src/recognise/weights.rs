//! Constants of a graph as the int8 path wants them.

use crate::onnx::{Graph, Kind, Node, Tensor};

/// A weight matrix `[inputs][outputs]` in int8 with a scale per output.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Matrix {
    pub inputs: usize,
    pub weights: Vec<i8>,
    pub scales: Vec<f32>,
}

/// Rows that token ids are looked up in, as they are stored.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Table {
    /// Value `(r, c)` is `values[r * width + c] * scales[r * row_step + c / block]`.
    Int8 { width: usize, values: Vec<i8>, scales: Vec<f32>, row_step: usize, block: usize },
    /// Plain values, `width` a row.
    Float { width: usize, values: Vec<f32> },
}

impl Table {
    /// Values of a row.
    pub(crate) fn width(&self) -> usize {
        match self {
            Table::Int8 { width, .. } | Table::Float { width, .. } => *width,
        }
    }

    /// Number of rows.
    pub(crate) fn rows(&self) -> usize {
        let values = match self {
            Table::Int8 { values, .. } => values.len(),
            Table::Float { values, .. } => values.len(),
        };
        values / self.width().max(1)
    }

    /// Bytes kept in memory.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Table::Int8 { values, scales, .. } => values.len() + 4 * scales.len(),
            Table::Float { values, .. } => 4 * values.len(),
        }
    }

    /// Adds a row to `out`, which is `width` long. A row that does not exist adds nothing.
    pub(crate) fn add_to(&self, row: usize, out: &mut [f32]) {
        if row >= self.rows() {
            return;
        }
        match self {
            Table::Int8 { width, values, scales, row_step, block } => {
                let values = &values[row * width..][..*width];
                let scales = &scales[row * row_step..];
                for ((out, values), &scale) in out.chunks_mut(*block).zip(values.chunks(*block)).zip(scales) {
                    for (o, &v) in out.iter_mut().zip(values) {
                        *o += f32::from(v) * scale;
                    }
                }
            }
            Table::Float { width, values } => crate::kernels::float::add_row(out, &values[row * width..][..*width]),
        }
    }
}

/// Names a value up to operators that do not change it.
pub(crate) fn strip<'a>(graph: &'a Graph<'_>, mut name: &'a str) -> &'a str {
    while let Some(node) = graph.producer(name)
        && matches!(node.op, "Identity" | "Cast" | "Dropout")
        && let Some(input) = node.input(0)
    {
        name = input;
    }
    name
}

/// A constant, through operators that do not change it.
pub(crate) fn constant<'g, 'a>(graph: &'g Graph<'a>, name: &'g str) -> Option<&'g Tensor<'a>> {
    graph.constants.get(strip(graph, name))
}

/// A constant of one element, or a product, quotient or root of such.
pub(crate) fn scalar(graph: &Graph<'_>, name: &str) -> Option<f32> {
    scalar_within(graph, name, 8)
}

fn scalar_within(graph: &Graph<'_>, name: &str, depth: usize) -> Option<f32> {
    if let Some(tensor) = constant(graph, name) {
        return tensor.scalar().or_else(|| match tensor.ints()?.as_slice() {
            [one] => Some(*one as f32),
            _ => None,
        });
    }
    let node = graph.producer(strip(graph, name))?;
    let input = |i: usize| node.input(i).filter(|_| depth > 0).and_then(|n| scalar_within(graph, n, depth - 1));
    match node.op {
        "Sqrt" => Some(input(0)?.sqrt()),
        "Div" => Some(input(0)? / input(1)?),
        "Mul" => Some(input(0)? * input(1)?),
        _ => None,
    }
}

/// A constant's shape and values: stored as floats, or quantised behind `DequantizeLinear`.
pub(crate) fn floats(graph: &Graph<'_>, name: &str) -> Option<(Vec<usize>, Vec<f32>)> {
    if let Some(tensor) = constant(graph, name) {
        return Some((tensor.dims.clone(), tensor.floats()?));
    }
    let node = graph.producer(strip(graph, name))?;
    match node.op {
        "DequantizeLinear" => {
            let quantised = Quantised::of(graph, node)?;
            Some((quantised.tensor.dims.clone(), quantised.expand()?))
        }
        "Transpose" => {
            let (dims, values) = floats(graph, node.input(0)?)?;
            let [rows, columns] = dims[..] else { return None };
            swaps(node).then(|| (vec![columns, rows], transpose(&values, rows, columns)))
        }
        _ => None,
    }
}

/// A matrix of a linear layer, `[inputs][outputs]`, or `[outputs][inputs]` where `transposed`.
///
/// int8 weights with a scale per output are taken as they are; anything else is rounded to that.
pub(crate) fn matrix(graph: &Graph<'_>, name: &str, transposed: bool) -> Option<Matrix> {
    let name = strip(graph, name);
    if let Some(node) = graph.producer(name) {
        if node.op == "Transpose" && swaps(node) {
            return matrix(graph, node.input(0)?, !transposed);
        }
        if node.op == "DequantizeLinear"
            && let Some(exact) = Quantised::of(graph, node).and_then(|q| q.matrix(transposed))
        {
            return Some(exact);
        }
    }
    let (dims, values) = floats(graph, name)?;
    let [rows, columns] = dims[..] else { return None };
    let (inputs, outputs, values) =
        if transposed { (columns, rows, transpose(&values, rows, columns)) } else { (rows, columns, values) };
    let mut largest = vec![0.0f32; outputs];
    for row in values.chunks_exact(outputs.max(1)) {
        for (m, v) in largest.iter_mut().zip(row) {
            *m = if v.abs() > *m { v.abs() } else { *m };
        }
    }
    let scales: Vec<f32> = largest.iter().map(|m| m / 127.0).collect();
    let round =
        |(i, v): (usize, &f32)| if scales[i % outputs] > 0.0 { (v / scales[i % outputs]).round() as i8 } else { 0 };
    let weights = values.iter().enumerate().map(round).collect();
    Some(Matrix { inputs, weights, scales })
}

/// A table that `Gather` looks rows up in.
pub(crate) fn table(graph: &Graph<'_>, name: &str) -> Option<Table> {
    let name = strip(graph, name);
    if let Some(node) = graph.producer(name)
        && node.op == "DequantizeLinear"
        && let Some(table) = Quantised::of(graph, node).and_then(|q| q.table())
    {
        return Some(table);
    }
    let (dims, values) = floats(graph, name)?;
    let [_, width] = dims[..] else { return None };
    Some(Table::Float { width, values })
}

/// Whether a `Transpose` swaps two axes.
fn swaps(node: &Node<'_>) -> bool {
    node.ints("perm").is_none_or(|perm| perm == [1, 0])
}

fn transpose(values: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    (0..rows * columns).map(|i| values[(i % rows) * columns + i / rows]).collect()
}

/// The constants of a `DequantizeLinear`.
struct Quantised<'g, 'a> {
    tensor: &'g Tensor<'a>,
    scales: Vec<f32>,
    zeros: Vec<i16>,
    axis: usize,
    /// Values along `axis` that share a scale; 0 where a slice along `axis` shares one.
    block: usize,
}

impl<'g, 'a> Quantised<'g, 'a> {
    fn of(graph: &'g Graph<'a>, node: &'g Node<'a>) -> Option<Self> {
        let tensor = constant(graph, node.input(0)?)?;
        let scale = constant(graph, node.input(1)?)?;
        let scales = scale.floats()?;
        let zeros = match node.input(2) {
            None => Vec::new(),
            Some(name) => constant(graph, name)?.small_ints()?,
        };
        let zeros = if zeros.iter().all(|&z| z == 0) { Vec::new() } else { zeros };
        let rank = tensor.dims.len();
        let axis = node.int("axis", 1);
        let axis = usize::try_from(if axis < 0 { axis + rank as i64 } else { axis }).ok()?;
        let block = usize::try_from(node.int("block_size", 0)).ok()?;
        let expected = if scales.len() == 1 {
            1
        } else if block > 0 {
            let along = tensor.dims.get(axis)?;
            tensor.len() / (*along).max(1) * along.div_ceil(block)
        } else {
            *tensor.dims.get(axis)?
        };
        let sound = scales.len() == expected && (zeros.is_empty() || zeros.len() == expected);
        sound.then_some(Quantised { tensor, scales, zeros, axis, block })
    }

    /// Which scale belongs to an element.
    fn scale_index(&self, element: usize) -> usize {
        if self.scales.len() == 1 {
            return 0;
        }
        let dims = &self.tensor.dims;
        let inner: usize = dims[self.axis + 1..].iter().product();
        let along = element / inner % dims[self.axis];
        if self.block == 0 {
            return along;
        }
        let outer = element / (inner * dims[self.axis]);
        (outer * dims[self.axis].div_ceil(self.block) + along / self.block) * inner + element % inner
    }

    fn expand(&self) -> Option<Vec<f32>> {
        let values = self.tensor.small_ints()?.into_iter().enumerate().map(|(i, v)| {
            let s = self.scale_index(i);
            f32::from(v - self.zeros.get(s).copied().unwrap_or(0)) * self.scales[s]
        });
        Some(values.collect())
    }

    /// Without loss, where there is one scale per output.
    fn matrix(&self, transposed: bool) -> Option<Matrix> {
        let [rows, columns] = self.tensor.dims[..] else { return None };
        if self.tensor.kind != Kind::I8 || !self.zeros.is_empty() || self.block != 0 {
            return None;
        }
        let (inputs, outputs, out_axis) = if transposed { (columns, rows, 0) } else { (rows, columns, 1) };
        let scales = match self.scales.len() {
            1 => vec![self.scales[0]; outputs],
            _ if self.axis == out_axis => self.scales.clone(),
            _ => return None,
        };
        let mut weights = self.tensor.signed_bytes();
        if transposed {
            weights = (0..rows * columns).map(|i| weights[(i % rows) * columns + i / rows]).collect();
        }
        Some(Matrix { inputs, weights, scales })
    }

    /// Without loss, where the zero points are 0.
    fn table(&self) -> Option<Table> {
        let [_, width] = self.tensor.dims[..] else { return None };
        if !self.zeros.is_empty() {
            return None;
        }
        let values = match self.tensor.kind {
            Kind::I8 => self.tensor.signed_bytes(),
            Kind::I4 => self.tensor.small_ints()?.into_iter().map(|v| v as i8).collect(),
            _ => return None,
        };
        let (row_step, block) = match (self.scales.len(), self.axis, self.block) {
            (1, ..) => (0, width),
            (_, 0, 0) => (1, width),
            (_, 1, 0) => (0, 1),
            (_, 1, block) => (width.div_ceil(block), block),
            _ => return None,
        };
        Some(Table::Int8 { width, values, scales: self.scales.clone(), row_step, block })
    }
}
