//! Just enough of ONNX: the nodes, constants and inputs of a graph, borrowed from its [`outline`] and the file.
//!
//! tract's own reader copies every tensor and expands quantised ones; the int8 path wants them as they are stored.

mod file;
mod proto;
mod tensor;

pub use file::ModelFile;
pub(crate) use file::outline;
pub(crate) use tensor::{Kind, Tensor};

use std::collections::HashMap;

/// An attribute's value, where it is of a kind that encoders use.
#[derive(Clone)]
pub(crate) enum Attribute<'a> {
    Float(f32),
    Int(i64),
    Ints(Vec<i64>),
    Text(&'a [u8]),
    Tensor(Tensor<'a>),
    Other,
}

/// One operator call.
#[derive(Clone, Default)]
pub(crate) struct Node<'a> {
    pub op: &'a str,
    pub domain: &'a str,
    pub inputs: Vec<&'a str>,
    pub outputs: Vec<&'a str>,
    pub attributes: Vec<(&'a str, Attribute<'a>)>,
}

impl Node<'_> {
    /// The `i`-th input's name; `None` where it is left out.
    pub(crate) fn input(&self, i: usize) -> Option<&str> {
        self.inputs.get(i).copied().filter(|name| !name.is_empty())
    }

    pub(crate) fn int(&self, name: &str, default: i64) -> i64 {
        self.attributes.iter().find(|(n, _)| *n == name).map_or(default, |(_, a)| match a {
            Attribute::Int(i) => *i,
            _ => default,
        })
    }

    pub(crate) fn float(&self, name: &str, default: f32) -> f32 {
        self.attributes.iter().find(|(n, _)| *n == name).map_or(default, |(_, a)| match a {
            Attribute::Float(f) => *f,
            _ => default,
        })
    }

    pub(crate) fn ints(&self, name: &str) -> Option<&[i64]> {
        self.attributes.iter().find(|(n, _)| *n == name).and_then(|(_, a)| match a {
            Attribute::Ints(v) => Some(v.as_slice()),
            _ => None,
        })
    }

    pub(crate) fn text(&self, name: &str) -> Option<&[u8]> {
        self.attributes.iter().find(|(n, _)| *n == name).and_then(|(_, a)| match a {
            Attribute::Text(v) => Some(*v),
            _ => None,
        })
    }
}

/// A graph: who makes each value.
#[derive(Default)]
pub(crate) struct Graph<'a> {
    pub nodes: Vec<Node<'a>>,
    pub constants: HashMap<&'a str, Tensor<'a>>,
    pub inputs: Vec<&'a str>,
    pub outputs: Vec<&'a str>,
    producers: HashMap<&'a str, usize>,
}

impl<'a> Graph<'a> {
    /// Reads the [`outline`] of a model file.
    ///
    /// # Errors
    /// Why the bytes are no model, or a damaged one.
    pub(crate) fn read(outline: &'a [u8], file: &'a dyn ModelFile) -> Result<Graph<'a>, String> {
        let mut graph = proto::graph(outline, file)?;
        if graph.nodes.is_empty() {
            return Err("it holds no graph".into());
        }
        for (i, node) in graph.nodes.iter().enumerate() {
            for &output in node.outputs.iter().filter(|o| !o.is_empty()) {
                if graph.producers.insert(output, i).is_some() {
                    return Err(format!("`{output}` is made twice"));
                }
            }
        }
        // Makers before users, as ONNX wants it: whoever walks back from a value comes to an end.
        for (i, node) in graph.nodes.iter().enumerate() {
            if let Some(&input) = node.inputs.iter().find(|&&input| graph.producers.get(input).is_some_and(|&p| p >= i))
            {
                return Err(format!("`{input}` is used before it is made"));
            }
        }
        for node in &graph.nodes {
            if node.op == "Constant"
                && let (Some(&output), Some((_, Attribute::Tensor(t)))) =
                    (node.outputs.first(), node.attributes.iter().find(|(n, _)| *n == "value"))
            {
                graph.constants.insert(output, t.clone());
            }
        }
        // Exporters of old list constants among the inputs.
        graph.inputs.retain(|name| !graph.constants.contains_key(name));
        Ok(graph)
    }

    /// The node that makes a value.
    pub(crate) fn producer(&self, name: &str) -> Option<&Node<'a>> {
        self.producers.get(name).and_then(|&i| self.nodes.get(i))
    }
}
