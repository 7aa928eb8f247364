//! What can go wrong, with a stable code for callers in other languages.

use thiserror::Error;

/// Which of the two files of an encoder an error is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The ONNX file.
    Model,
    /// `tokenizer.json`.
    Tokenizer,
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Part::Model => "model",
            Part::Tokenizer => "tokenizer",
        })
    }
}

/// Everything that loading an encoder or encoding a text can answer instead of a result.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EncoderError {
    /// `manifest.json` cannot be read or contradicts itself.
    #[error("the encoder's manifest is not usable: {0}; fetch manifest.json again")]
    Manifest(String),
    /// A server answered with a web page in place of a file.
    #[error("the {0} file is an HTML page; check the address it is fetched from")]
    Html(Part),
    /// A file is shorter or longer than the manifest says.
    #[error("the {part} file has {found} bytes, the manifest says {expected}; fetch it again")]
    Size {
        /// The file.
        part: Part,
        /// Bytes according to the manifest.
        expected: u64,
        /// Bytes given.
        found: u64,
    },
    /// A file's SHA-256 is not the manifest's.
    #[error("the {part} file has the SHA-256 {found}, the manifest says {expected}; fetch both files again")]
    Hash {
        /// The file.
        part: Part,
        /// Hexadecimal hash according to the manifest.
        expected: String,
        /// Hexadecimal hash of the bytes given.
        found: String,
    },
    /// The bytes are no ONNX model, or a damaged one.
    #[error("the model file is damaged or no ONNX model: {0}; fetch it again")]
    Model(String),
    /// The model is sound but not one this crate can run.
    #[error(
        "this model cannot be run: {0}; an encoder takes `input_ids` and `attention_mask` (i64 [batch, sequence]) and answers `last_hidden_state` (f32 [batch, sequence, hidden])"
    )]
    Unsupported(String),
    /// `tokenizer.json` cannot be read.
    #[error("the tokenizer file is not usable: {0}; fetch it again")]
    Tokenizer(String),
    /// The tokenizer names tokens that the model has no row for.
    #[error(
        "the tokenizer has {tokens} tokens, the model {rows} rows: they belong to different encoders; take both files from one folder"
    )]
    Mismatch {
        /// Highest token id of the tokenizer, plus one.
        tokens: usize,
        /// Rows of the model's embedding table.
        rows: usize,
    },
    /// The model's vectors are not as long as the manifest says.
    #[error("the model's vectors have {found} values, the manifest says {expected}; take all files from one folder")]
    Dimension {
        /// Values according to the manifest.
        expected: usize,
        /// Values of the model.
        found: usize,
    },
    /// A text without anything to encode.
    #[error("text {index} is empty; leave it out")]
    EmptyText {
        /// Position in the batch.
        index: usize,
    },
    /// The caller's progress function asked to stop.
    #[error("encoding was stopped")]
    Stopped,
    /// The model was loaded but fails while it runs.
    #[error("the model failed while encoding: {0}")]
    Run(String),
}

impl EncoderError {
    /// A stable name in kebab case, the same in Rust, JavaScript and the command line.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Manifest(_)
            | Self::Html(_)
            | Self::Size { .. }
            | Self::Hash { .. }
            | Self::Model(_)
            | Self::Tokenizer(_)
            | Self::Mismatch { .. } => "model-corrupt",
            Self::Unsupported(_) | Self::Run(_) => "model-unsupported",
            Self::Dimension { .. } => "dimension-mismatch",
            Self::EmptyText { .. } => "empty-text",
            Self::Stopped => "aborted",
        }
    }
}

/// Runs what reads or uses a file by a library that panics where parts of it contradict each other, as a template with a token
/// that has no ids does, or an output that no node makes. In wasm a panic ends the encoder's module, and nothing else.
pub(crate) fn guarded<T>(
    refuse: impl FnOnce(String) -> EncoderError,
    run: impl FnOnce() -> Result<T, EncoderError>,
) -> Result<T, EncoderError> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(run))
        .unwrap_or_else(|_| Err(refuse("its parts contradict each other".into())))
}
