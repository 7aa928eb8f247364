//! `manifest.json`: what an encoder is, and what its files must be.

use crate::error::{EncoderError, Part};
use crate::onnx::ModelFile;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Name, length and hash of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// File name inside the encoder's folder.
    pub name: String,
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256, 64 hexadecimal digits.
    pub sha256: String,
}

/// The two files of an encoder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Files {
    /// The ONNX file.
    pub model: FileEntry,
    /// `tokenizer.json`.
    pub tokenizer: FileEntry,
}

/// How token vectors become one vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pooling {
    /// The mean over all tokens, the special ones included.
    Mean,
}

/// The contents of `manifest.json`. Keys that are not listed here are ignored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Name of the encoder.
    pub id: String,
    /// Its revision.
    #[serde(default)]
    pub revision: String,
    /// Values of a vector.
    pub dimension: usize,
    /// How token vectors become one.
    pub pooling: Pooling,
    /// Whether vectors are scaled to length 1. This crate always does.
    #[serde(default = "yes")]
    pub normalise: bool,
    /// Longest text in tokens, special tokens included; the rest is cut off.
    pub max_tokens: usize,
    /// Put in front of every text.
    #[serde(default)]
    pub prefix: String,
    /// Licence of the weights.
    #[serde(default)]
    pub licence: String,
    /// What the files must be.
    pub files: Files,
    /// 16 hexadecimal digits that name the vector space; see [`Manifest::computed_fingerprint`].
    pub fingerprint: String,
}

fn yes() -> bool {
    true
}

impl Manifest {
    /// Reads and checks the text of `manifest.json`.
    ///
    /// # Errors
    /// [`EncoderError::Manifest`] for malformed JSON, a missing key, a length of 0, or a fingerprint that does not follow
    /// from the other keys.
    pub fn from_json(json: &str) -> Result<Manifest, EncoderError> {
        if json.trim_start().starts_with('<') {
            return Err(EncoderError::Manifest("it is an HTML page".into()));
        }
        let manifest: Manifest = serde_json::from_str(json).map_err(|e| EncoderError::Manifest(e.to_string()))?;
        manifest.check()?;
        Ok(manifest)
    }

    /// The fingerprint that follows from the files' hashes and from everything else that decides a vector: the first
    /// 16 hexadecimal digits of the SHA-256 of `model hash \n tokenizer hash \n dimension \n pooling \n max_tokens \n
    /// prefix`.
    pub fn computed_fingerprint(&self) -> String {
        let pooling = match self.pooling {
            Pooling::Mean => "mean",
        };
        let text = format!(
            "{}\n{}\n{}\n{pooling}\n{}\n{}",
            self.files.model.sha256, self.files.tokenizer.sha256, self.dimension, self.max_tokens, self.prefix
        );
        let mut digits = hex(&Sha256::digest(text.as_bytes()));
        digits.truncate(16);
        digits
    }

    pub(crate) fn check(&self) -> Result<(), EncoderError> {
        let fail = |why: String| Err(EncoderError::Manifest(why));
        if self.dimension == 0 || self.max_tokens < 3 {
            return fail(format!("dimension {} or max_tokens {} is too small", self.dimension, self.max_tokens));
        }
        if !self.normalise {
            return fail("`normalise` is false; vectors are always scaled to length 1".into());
        }
        let computed = self.computed_fingerprint();
        if computed != self.fingerprint {
            return fail(format!("its fingerprint is {}, its contents give {computed}", self.fingerprint));
        }
        Ok(())
    }

    /// Compares the length of a file with what it should be.
    pub(crate) fn check_file(&self, part: Part, file: &dyn ModelFile) -> Result<(), EncoderError> {
        if file.read(0..file.size().min(64)).trim_ascii_start().starts_with(b"<") {
            return Err(EncoderError::Html(part));
        }
        let (expected, found) = (self.entry(part).bytes, file.size() as u64);
        if expected == found { Ok(()) } else { Err(EncoderError::Size { part, expected, found }) }
    }

    /// Compares the length and the hash of a file with what they should be.
    pub(crate) fn check_hash(&self, part: Part, bytes: &[u8]) -> Result<(), EncoderError> {
        self.check_file(part, &bytes)?;
        let (expected, found) = (&self.entry(part).sha256, hex(&Sha256::digest(bytes)));
        if found.eq_ignore_ascii_case(expected) {
            return Ok(());
        }
        Err(EncoderError::Hash { part, expected: expected.clone(), found })
    }

    fn entry(&self, part: Part) -> &FileEntry {
        match part {
            Part::Model => &self.files.model,
            Part::Tokenizer => &self.files.tokenizer,
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    bytes.iter().flat_map(|&b| [digit(b >> 4), digit(b & 15)]).collect()
}
