//! The encoder: files in, vectors out.

use crate::error::{EncoderError, Part};
use crate::forward::Int8;
#[cfg(feature = "generic")]
use crate::generic::Generic;
use crate::manifest::Manifest;
use crate::onnx::ModelFile;
use crate::tokens::Tokens;
#[cfg(not(target_family = "wasm"))]
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Tokens of one work item: enough to keep the matrix kernels busy, little enough for the caches and for progress.
const CHUNK_TOKENS: usize = 1024;

/// Which arithmetic an [`Encoder`] runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compute {
    /// int8 where the graph is recognised, else f32 (or an error, without the feature `generic`).
    Auto,
    /// int8, or an error that says why the graph is not recognised.
    Int8,
    /// f32 through tract's own operators, whatever the graph. Needs the feature `generic`.
    F32,
}

#[allow(clippy::large_enum_variant, reason = "an encoder has one")]
enum Net {
    Int8(Int8),
    #[cfg(feature = "generic")]
    Generic(Generic),
}

/// A loaded encoder. It keeps no state between calls and can be shared by threads.
pub struct Encoder {
    tokens: Tokens,
    net: Net,
    dimension: usize,
    fingerprint: String,
}

impl std::fmt::Debug for Encoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Encoder").field("dimension", &self.dimension).field("fingerprint", &self.fingerprint).finish()
    }
}

impl Encoder {
    /// Loads an encoder from the bytes of `model.onnx` and `tokenizer.json`.
    ///
    /// The bytes are compared with the manifest's lengths and SHA-256 hashes.
    ///
    /// # Errors
    /// A manifest that contradicts itself, files that are not the manifest's, damaged files, a model that cannot be run,
    /// a tokenizer of another encoder.
    pub fn load(model: &[u8], tokenizer: &[u8], manifest: &Manifest) -> Result<Encoder, EncoderError> {
        Encoder::load_with(model, tokenizer, manifest, Compute::Auto)
    }

    /// [`Encoder::load`] with a choice of the arithmetic.
    ///
    /// # Errors
    /// As [`Encoder::load`].
    pub fn load_with(
        model: &[u8],
        tokenizer: &[u8],
        manifest: &Manifest,
        compute: Compute,
    ) -> Result<Encoder, EncoderError> {
        manifest.check()?;
        manifest.check_hash(Part::Model, model)?;
        manifest.check_hash(Part::Tokenizer, tokenizer)?;
        Encoder::load_from(&model, tokenizer, manifest, compute)
    }

    /// [`Encoder::load_with`] of a model file that need not be in memory as a whole. Hashes are not compared.
    ///
    /// # Errors
    /// As [`Encoder::load`].
    pub fn load_from(
        model: &dyn ModelFile,
        tokenizer: &[u8],
        manifest: &Manifest,
        compute: Compute,
    ) -> Result<Encoder, EncoderError> {
        manifest.check()?;
        manifest.check_file(Part::Model, model)?;
        manifest.check_file(Part::Tokenizer, &tokenizer)?;
        let tokens = Tokens::load(tokenizer, manifest)?;
        let (net, hidden, rows) = Net::load(model, manifest, compute)?;
        if hidden != manifest.dimension {
            return Err(EncoderError::Dimension { expected: manifest.dimension, found: hidden });
        }
        if let Some(rows) = rows
            && tokens.size() > rows
        {
            return Err(EncoderError::Mismatch { tokens: tokens.size(), rows });
        }
        Ok(Encoder { tokens, net, dimension: hidden, fingerprint: manifest.fingerprint.clone() })
    }

    /// Values of a vector.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// 16 hexadecimal digits that name the vector space: vectors of different fingerprints must not be compared.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// The arithmetic that runs: [`Compute::Int8`] or [`Compute::F32`].
    pub fn compute(&self) -> Compute {
        match self.net {
            Net::Int8(_) => Compute::Int8,
            #[cfg(feature = "generic")]
            Net::Generic(_) => Compute::F32,
        }
    }

    /// Bytes of weights that the int8 path keeps in memory; `None` on the f32 path.
    pub fn weight_bytes(&self) -> Option<usize> {
        match &self.net {
            Net::Int8(net) => Some(net.bytes()),
            #[cfg(feature = "generic")]
            Net::Generic(_) => None,
        }
    }

    /// The tokens that stand for a text, prefix and special tokens included, cut off at the encoder's longest length.
    ///
    /// # Errors
    /// [`EncoderError::EmptyText`] where nothing of the text is left.
    pub fn token_ids(&self, text: &str) -> Result<Vec<u32>, EncoderError> {
        self.tokens.ids(text)?.ok_or(EncoderError::EmptyText { index: 0 })
    }

    /// One unit vector per text, `texts.len() * dimension()` values in the order of the texts.
    ///
    /// A vector depends on its own text alone, not on the others of the call.
    ///
    /// # Errors
    /// [`EncoderError::EmptyText`] with the position of the first text that has nothing to encode.
    pub fn encode(&self, texts: &[&str]) -> Result<Vec<f32>, EncoderError> {
        let ids = self.all_ids(texts)?;
        let mut out = vec![0.0; texts.len() * self.dimension];
        for chunk in chunks(&ids) {
            self.encode_chunk(&ids, &chunk, |index, vector| {
                out[index * self.dimension..][..self.dimension].copy_from_slice(vector);
            })?;
        }
        Ok(out)
    }

    /// [`Encoder::encode`] on `threads` threads; `progress` is called with the number of texts done so far, from any of
    /// them, and stops the work by answering `false`. The vectors do not depend on the number of threads.
    ///
    /// # Errors
    /// As [`Encoder::encode`], and [`EncoderError::Stopped`].
    #[cfg(not(target_family = "wasm"))]
    pub fn encode_parallel(
        &self,
        texts: &[&str],
        threads: usize,
        progress: &(dyn Fn(usize) -> bool + Sync),
    ) -> Result<Vec<f32>, EncoderError> {
        let ids = self.all_ids(texts)?;
        let chunks = chunks(&ids);
        let (next, done, stop) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
        let work = || -> Result<Vec<(usize, Vec<f32>)>, EncoderError> {
            let mut vectors = Vec::new();
            while !stop.load(Ordering::Relaxed)
                && let Some(chunk) = chunks.get(next.fetch_add(1, Ordering::Relaxed))
            {
                let result = self.encode_chunk(&ids, chunk, |index, vector| vectors.push((index, vector.to_vec())));
                let total = done.fetch_add(chunk.len(), Ordering::Relaxed) + chunk.len();
                if result.is_err() || !progress(total) {
                    stop.store(true, Ordering::Relaxed);
                }
                result?;
            }
            Ok(vectors)
        };
        let parts = std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads.max(1)).map(|_| scope.spawn(work)).collect();
            let mut parts = vec![work()];
            for other in others {
                parts.push(other.join().unwrap_or_else(|_| Err(EncoderError::Run("a thread panicked".into()))));
            }
            parts
        });
        let mut out = vec![0.0; texts.len() * self.dimension];
        let mut count = 0;
        for part in parts {
            for (index, vector) in part? {
                out[index * self.dimension..][..self.dimension].copy_from_slice(&vector);
                count += 1;
            }
        }
        if count < texts.len() { Err(EncoderError::Stopped) } else { Ok(out) }
    }

    fn all_ids(&self, texts: &[&str]) -> Result<Vec<Vec<u32>>, EncoderError> {
        let ids = |(index, text): (usize, &&str)| self.tokens.ids(text)?.ok_or(EncoderError::EmptyText { index });
        texts.iter().enumerate().map(ids).collect()
    }

    fn encode_chunk(
        &self,
        ids: &[Vec<u32>],
        chunk: &[usize],
        mut put: impl FnMut(usize, &[f32]),
    ) -> Result<(), EncoderError> {
        let texts: Vec<&[u32]> = chunk.iter().map(|&i| ids[i].as_slice()).collect();
        let mut vectors = Vec::with_capacity(chunk.len() * self.dimension);
        self.net.run(&texts, &mut vectors)?;
        for (&index, vector) in chunk.iter().zip(vectors.chunks_exact(self.dimension)) {
            put(index, vector);
        }
        Ok(())
    }
}

impl Net {
    /// The net, the length of its vectors, and the number of tokens it knows where that can be told.
    fn load(
        model: &dyn ModelFile,
        manifest: &Manifest,
        compute: Compute,
    ) -> Result<(Net, usize, Option<usize>), EncoderError> {
        if compute != Compute::F32 {
            match Int8::load(model, manifest.max_tokens) {
                Ok(net) => {
                    let (hidden, rows) = (net.dimension(), net.rows());
                    return Ok((Net::Int8(net), hidden, Some(rows)));
                }
                Err(EncoderError::Unsupported(_)) if compute == Compute::Auto && cfg!(feature = "generic") => {}
                Err(error) => return Err(error),
            }
        }
        #[cfg(feature = "generic")]
        {
            let net = Generic::load(&model.read(0..model.size()))?;
            let (hidden, rows) = (net.hidden(), net.rows());
            Ok((Net::Generic(net), hidden, rows))
        }
        #[cfg(not(feature = "generic"))]
        Err(EncoderError::Unsupported("f32 needs the feature `generic`".into()))
    }

    fn run(&self, texts: &[&[u32]], out: &mut Vec<f32>) -> Result<(), EncoderError> {
        match self {
            Net::Int8(net) => {
                net.run(texts, out);
                Ok(())
            }
            #[cfg(feature = "generic")]
            Net::Generic(net) => net.run(texts, out),
        }
    }
}

/// Positions of texts, sorted by length and cut into work items of about [`CHUNK_TOKENS`] tokens.
fn chunks(ids: &[Vec<u32>]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..ids.len()).collect();
    order.sort_by_key(|&i| ids[i].len());
    let mut chunks: Vec<Vec<usize>> = Vec::new();
    let mut tokens = usize::MAX;
    for i in order {
        if tokens.saturating_add(ids[i].len()) > CHUNK_TOKENS {
            chunks.push(Vec::new());
            tokens = 0;
        }
        tokens += ids[i].len();
        if let Some(chunk) = chunks.last_mut() {
            chunk.push(i);
        }
    }
    chunks
}
