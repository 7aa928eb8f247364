//! Runs a recognised encoder.
//!
//! Tokens of all texts lie one after another, without padding: a text costs what it is long, its vector cannot depend
//! on its neighbours, and no shape has to be known beforehand.

use crate::error::EncoderError;
use crate::kernels::float::{activate, add_norm, add_row, attention, mean, unit};
use crate::kernels::linear::Scratch;
use crate::onnx::{Graph, ModelFile, outline};
use crate::recognise::{Bert, bert};

/// An encoder over int8 weights.
pub(crate) struct Int8(Bert);

impl Int8 {
    /// # Errors
    /// [`EncoderError::Model`] for a damaged file, [`EncoderError::Unsupported`] for a graph that is not BERT-like,
    /// [`EncoderError::Manifest`] where the model has fewer positions than `max_tokens`.
    pub(crate) fn load(model: &dyn ModelFile, max_tokens: usize) -> Result<Int8, EncoderError> {
        let outline = outline(model).map_err(EncoderError::Model)?;
        let graph = Graph::read(&outline, model).map_err(EncoderError::Model)?;
        let bert = bert(&graph).map_err(EncoderError::Unsupported)?;
        let positions = bert.positions.len() / bert.hidden();
        if positions < max_tokens {
            return Err(EncoderError::Manifest(format!(
                "max_tokens is {max_tokens}, the model has {positions} positions"
            )));
        }
        Ok(Int8(bert))
    }

    /// Length of a vector.
    pub(crate) fn dimension(&self) -> usize {
        self.0.head.as_ref().map_or(self.0.hidden(), |head| head.outputs())
    }

    /// Rows of the word table.
    pub(crate) fn rows(&self) -> usize {
        self.0.word.rows()
    }

    /// Bytes of weights kept in memory.
    pub(crate) fn bytes(&self) -> usize {
        self.0.bytes()
    }

    /// One unit vector per text, appended to `out`. A text has at most as many tokens as [`Int8::load`] was asked for.
    pub(crate) fn run(&self, texts: &[&[u32]], out: &mut Vec<f32>) {
        let bert = &self.0;
        let width = bert.hidden();
        let tokens: usize = texts.iter().map(|t| t.len()).sum();
        let inner = bert.layers.iter().map(|l| l.up.outputs()).max().unwrap_or(0);
        let mut x = vec![0.0; tokens * width];
        let mut other = vec![0.0; tokens * width];
        let mut wide = vec![0.0; tokens * inner.max(3 * width)];
        let (mut scratch, mut keys) = (Scratch::default(), Vec::new());

        self.embed(texts, &mut x);
        for layer in &bert.layers {
            if let Some(bridge) = &layer.bridge {
                bridge.run(&x, &mut other, &mut scratch);
                std::mem::swap(&mut x, &mut other);
            }
            let qkv = &mut wide[..tokens * 3 * width];
            layer.qkv.run(&x, qkv, &mut scratch);
            let (mut from, mut to) = (&*qkv, other.as_mut_slice());
            for text in texts {
                let (this, rest) = from.split_at(text.len() * 3 * width);
                let (here, others) = to.split_at_mut(text.len() * width);
                attention(this, layer.heads, here, &mut keys);
                (from, to) = (rest, others);
            }
            // The qkv buffer is free again: it takes the sum.
            let sum = &mut wide[..tokens * width];
            layer.out.run(&other, sum, &mut scratch);
            add_norm(sum, Some(&x), &layer.attention_norm);
            x.copy_from_slice(sum);
            let inner = &mut wide[..tokens * layer.up.outputs()];
            layer.up.run(&x, inner, &mut scratch);
            activate(inner, layer.activation);
            layer.down.run(inner, &mut other, &mut scratch);
            add_norm(&mut other, Some(&x), &layer.norm);
            std::mem::swap(&mut x, &mut other);
        }
        self.pool(texts, &x, &mut scratch, out);
    }

    fn embed(&self, texts: &[&[u32]], x: &mut [f32]) {
        let bert = &self.0;
        let width = bert.hidden();
        let mut rows = x.chunks_exact_mut(width);
        for text in texts {
            let positions = bert.positions.chunks_exact(width);
            for ((&id, row), position) in text.iter().zip(rows.by_ref()).zip(positions) {
                bert.word.add_to(id as usize, row);
                add_row(row, position);
            }
        }
        add_norm(x, None, &bert.norm);
    }

    fn pool(&self, texts: &[&[u32]], mut x: &[f32], scratch: &mut Scratch, out: &mut Vec<f32>) {
        let width = self.0.hidden();
        let mut pooled = vec![0.0; texts.len() * width];
        for (text, vector) in texts.iter().zip(pooled.chunks_exact_mut(width)) {
            let (this, rest) = x.split_at(text.len() * width);
            for token in this.chunks_exact(width) {
                add_row(vector, token);
            }
            mean(vector, text.len().max(1));
            x = rest;
        }
        let at = out.len();
        match &self.0.head {
            // The mean of a linear layer is the linear layer of the mean.
            Some(head) => {
                out.resize(at + texts.len() * head.outputs(), 0.0);
                head.run(&pooled, &mut out[at..], scratch);
            }
            None => out.extend_from_slice(&pooled),
        }
        out[at..].chunks_exact_mut(self.dimension()).for_each(unit);
    }
}
