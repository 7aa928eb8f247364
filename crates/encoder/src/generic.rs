//! Any ONNX encoder through tract's own operators, in f32: the path for graphs that [`crate::recognise`] does not know,
//! and the reference that the int8 path is measured against.

use crate::error::{EncoderError, guarded};
use crate::kernels::float::{add_row, mean, unit};
use std::sync::Arc;
use tract_onnx::prelude::*;
use tract_onnx::tract_hir::internal::{DimLike, TractErrorContext};

/// Texts that go through the plan together; they are padded to the longest, so callers sort by length first.
const BATCH: usize = 16;

/// What the model wants at one of its inputs.
#[derive(Debug, Clone, Copy)]
enum Input {
    Ids,
    Mask,
    /// All zero: these encoders see one sentence at a time.
    TokenTypes,
}

/// A plan with symbolic batch and length.
pub(crate) struct Generic {
    plan: Arc<TypedRunnableModel>,
    inputs: Vec<Input>,
    output: usize,
    hidden: usize,
    rows: Option<usize>,
}

impl Generic {
    pub(crate) fn load(model: &[u8]) -> Result<Generic, EncoderError> {
        guarded(EncoderError::Model, || Self::read(model))
    }

    fn read(model: &[u8]) -> Result<Generic, EncoderError> {
        let damaged = |e: TractError| EncoderError::Model(format!("{e:#}"));
        let unsupported = |e: TractError| EncoderError::Unsupported(format!("{e:#}"));
        let onnx = onnx();
        let proto = onnx.proto_model_for_read(&mut std::io::Cursor::new(model)).map_err(damaged)?;
        if proto.graph.as_ref().is_none_or(|g| g.node.is_empty()) {
            return Err(EncoderError::Model("it holds no graph".into()));
        }
        let graph = onnx.model_for_proto_model(&proto).map_err(unsupported)?;
        drop(proto);

        let mut inputs = Vec::new();
        for outlet in graph.input_outlets().map_err(unsupported)? {
            inputs.push(match graph.node(outlet.node).name.as_str() {
                "input_ids" => Input::Ids,
                "attention_mask" => Input::Mask,
                "token_type_ids" => Input::TokenTypes,
                other => return Err(EncoderError::Unsupported(format!("it has an input `{other}`"))),
            });
        }
        if !inputs.iter().any(|i| matches!(i, Input::Ids)) {
            return Err(EncoderError::Unsupported("it has no input `input_ids`".into()));
        }
        let typed = graph.into_typed().and_then(|m| m.into_decluttered()).map_err(unsupported)?;
        let facts = typed.output_outlets().map_err(unsupported)?;
        let hidden = |outlet: &OutletId| -> Option<usize> {
            let fact = typed.outlet_fact(*outlet).ok()?;
            if fact.datum_type != f32::datum_type() || fact.shape.rank() != 3 {
                return None;
            }
            fact.shape[2].to_usize().ok()
        };
        let (output, hidden) = facts
            .iter()
            .enumerate()
            .find_map(|(i, outlet)| hidden(outlet).map(|hidden| (i, hidden)))
            .ok_or_else(|| EncoderError::Unsupported("no output is f32 [batch, sequence, hidden]".into()))?;
        let rows = embedding_rows(&typed);
        let plan = typed.into_optimized().and_then(|m| m.into_runnable()).map_err(unsupported)?;
        Ok(Generic { plan, inputs, output, hidden, rows })
    }

    pub(crate) fn hidden(&self) -> usize {
        self.hidden
    }

    /// Rows of the largest constant that ids are looked up in, where it can be told.
    pub(crate) fn rows(&self) -> Option<usize> {
        self.rows
    }

    /// One unit vector per text, appended to `out`.
    pub(crate) fn run(&self, texts: &[&[u32]], out: &mut Vec<f32>) -> Result<(), EncoderError> {
        for batch in texts.chunks(BATCH) {
            let run = || self.run_batch(batch, out).map_err(|e| EncoderError::Run(format!("{e:#}")));
            guarded(EncoderError::Run, run)?;
        }
        Ok(())
    }

    fn run_batch(&self, texts: &[&[u32]], out: &mut Vec<f32>) -> TractResult<()> {
        let longest = texts.iter().map(|t| t.len()).max().unwrap_or(0);
        let shape = [texts.len(), longest];
        let filled = |value: &dyn Fn(u32) -> i64| -> TractResult<TValue> {
            let mut cells = vec![0i64; texts.len() * longest];
            for (row, ids) in cells.chunks_exact_mut(longest).zip(texts) {
                for (cell, &id) in row.iter_mut().zip(*ids) {
                    *cell = value(id);
                }
            }
            Ok(Tensor::from_shape(&shape, &cells)?.into())
        };
        let mut inputs = tvec!();
        for input in &self.inputs {
            inputs.push(match input {
                Input::Ids => filled(&i64::from)?,
                Input::Mask => filled(&|_| 1)?,
                Input::TokenTypes => filled(&|_| 0)?,
            });
        }
        let outputs = self.plan.run(inputs)?;
        let states = outputs[self.output].to_plain_array_view::<f32>()?;
        let states = states.to_slice().context("the output is not contiguous")?;
        for (text, ids) in states.chunks_exact(longest * self.hidden).zip(texts) {
            let at = out.len();
            out.resize(at + self.hidden, 0.0);
            for token in text.chunks_exact(self.hidden).take(ids.len()) {
                add_row(&mut out[at..], token);
            }
            mean(&mut out[at..], ids.len());
            unit(&mut out[at..]);
        }
        Ok(())
    }
}

/// The most rows of any rank-2 constant: in an encoder that is the embedding table.
fn embedding_rows(model: &TypedModel) -> Option<usize> {
    let of = |node: &TypedNode| {
        let konst = node.outputs.first()?.fact.konst.as_ref()?;
        (konst.rank() == 2).then(|| konst.shape()[0])
    };
    model.nodes().iter().filter_map(of).max()
}
