//! Finds a BERT-like encoder in an ONNX graph.
//!
//! The graph is read backwards from its output, by what values are made of, not by the names of nodes: post-norm layers
//! of self-attention and a two-layer perceptron, with linear maps between them where there are any, over a sum of word,
//! position and type embeddings. The walk accepts the ways in which exporters write a layer norm, a GELU, a split into
//! heads or position ids, and refuses everything else with the reason; nothing is guessed.

mod attention;
mod embeddings;
mod pattern;
mod weights;

pub(crate) use weights::Table;

use crate::kernels::float::{Activation, Heads, Norm};
use crate::kernels::linear::{Activations, Linear};
use crate::onnx::Graph;
use pattern::Reader;

/// An encoder, ready to be run by fused operators.
#[derive(Debug)]
pub(crate) struct Bert {
    pub word: Table,
    /// Position plus type embedding, `hidden` values per position.
    pub positions: Vec<f32>,
    pub norm: Norm,
    pub layers: Vec<Layer>,
    /// Applied to the result of the last layer, if there is one.
    pub head: Option<Linear>,
}

/// One layer.
#[derive(Debug)]
pub(crate) struct Layer {
    /// Applied to what enters the layer, if there is one: the residual sum takes its result, too.
    pub bridge: Option<Linear>,
    pub heads: Heads,
    /// Queries, keys and values of all heads, side by side.
    pub qkv: Linear,
    pub out: Linear,
    pub attention_norm: Norm,
    pub up: Linear,
    pub activation: Activation,
    pub down: Linear,
    pub norm: Norm,
}

/// Reads an encoder out of a graph.
///
/// # Errors
/// The first thing that is not as expected.
pub(crate) fn bert(graph: &Graph<'_>) -> Result<Bert, String> {
    for &input in &graph.inputs {
        if !matches!(input, "input_ids" | "attention_mask" | "token_type_ids") {
            return Err(format!("it has an input `{input}`"));
        }
    }
    if let Some(node) = graph.nodes.iter().find(|n| !matches!(n.domain, "" | "ai.onnx")) {
        return Err(format!("operator `{}` is not a standard one", node.op));
    }
    let reader = Reader { graph };
    let output = graph.outputs.iter().find(|&&o| o == "last_hidden_state").or(graph.outputs.first());
    let mut name = reader.strip(output.ok_or("it has no output")?);
    let mut head = None;
    if let Ok(linear) = reader.linear(name) {
        name = linear.input;
        head = Some(linear.into_linear(Activations::Fine));
    }
    let mut layers = Vec::new();
    loop {
        let (sum, norm) = reader.norm(name)?;
        let Ok(perceptron) = reader.perceptron(sum) else {
            let (word, positions) = embeddings::read(&reader, sum)?;
            layers.reverse();
            let bert = Bert { word, positions, norm, layers, head };
            return bert.check().map(|()| bert);
        };
        let (sum, attention_norm) = reader.norm(perceptron.input)?;
        let attention = attention::read(&reader, sum)?;
        let bridge = reader.linear(attention.input).ok();
        name = bridge.as_ref().map_or(attention.input, |linear| linear.input);
        layers.push(Layer {
            bridge: bridge.map(|linear| linear.into_linear(Activations::Fine)),
            heads: attention.heads,
            qkv: attention.qkv,
            out: attention.out,
            attention_norm,
            up: perceptron.up,
            activation: perceptron.activation,
            down: perceptron.down,
            norm,
        });
        if layers.len() > 1000 {
            return Err("its layers never end".into());
        }
    }
}

impl Bert {
    /// Length of a vector.
    pub(crate) fn hidden(&self) -> usize {
        self.word.width()
    }

    /// Bytes of weights kept in memory.
    pub(crate) fn bytes(&self) -> usize {
        let layer = |l: &Layer| {
            let bridge = l.bridge.as_ref().map_or(0, Linear::bytes);
            bridge + l.qkv.bytes() + l.out.bytes() + l.up.bytes() + l.down.bytes()
        };
        self.word.bytes()
            + 4 * self.positions.len()
            + self.layers.iter().map(layer).sum::<usize>()
            + self.head.as_ref().map_or(0, Linear::bytes)
    }

    /// Whether all parts fit together: nothing that runs later checks a length again.
    fn check(&self) -> Result<(), String> {
        let hidden = self.hidden();
        let norm = |n: &Norm| n.gamma.len() == hidden && n.beta.len() == hidden;
        let linear = |l: &Linear, inputs: usize, outputs: usize| l.inputs() == inputs && l.outputs() == outputs;
        let layer = |l: &Layer| {
            l.bridge.as_ref().is_none_or(|bridge| linear(bridge, hidden, hidden))
                && linear(&l.qkv, hidden, 3 * hidden)
                && l.heads.count * l.heads.width == hidden
                && linear(&l.out, hidden, hidden)
                && linear(&l.up, hidden, l.down.inputs())
                && l.down.outputs() == hidden
                && norm(&l.attention_norm)
                && norm(&l.norm)
        };
        let sound = hidden > 0
            && self.positions.len() >= hidden
            && self.positions.len().is_multiple_of(hidden)
            && norm(&self.norm)
            && !self.layers.is_empty()
            && self.layers.iter().all(layer)
            && self.head.as_ref().is_none_or(|head| head.inputs() == hidden && head.outputs() > 0);
        if sound { Ok(()) } else { Err("the shapes of its weights do not fit together".into()) }
    }
}
