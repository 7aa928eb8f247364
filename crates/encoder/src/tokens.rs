//! Text to token ids.

use crate::error::{EncoderError, guarded};
use crate::manifest::Manifest;
use crate::normaliser::Steps;
use crate::unigram::Pieces;
use serde::Deserialize;
use std::borrow::Cow;
use tokenizers::decoders::DecoderWrapper;
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::processors::PostProcessorWrapper;
use tokenizers::{PostProcessor, TokenizerImpl, TruncationDirection, TruncationParams, TruncationStrategy};

type Tokenizer = TokenizerImpl<Pieces, Steps, PreTokenizerWrapper, PostProcessorWrapper, DecoderWrapper>;

/// Bytes of an added token, and of all: the library takes the square of the length to look for one, minutes for a long one.
const MAX_ADDED: (usize, usize) = (256, 1 << 18);

/// Refuses added tokens that are too long, before the library sees them.
fn check_added(json: &[u8]) -> Result<(), EncoderError> {
    #[derive(Deserialize)]
    struct File<'a> {
        #[serde(borrow, default)]
        added_tokens: Vec<Added<'a>>,
    }
    #[derive(Deserialize)]
    struct Added<'a> {
        #[serde(borrow)]
        content: Cow<'a, str>,
    }
    let file: File<'_> = serde_json::from_slice(json).map_err(|e| EncoderError::Tokenizer(e.to_string()))?;
    let lengths = || file.added_tokens.iter().map(|token| token.content.len());
    let (longest, all) = (lengths().max().unwrap_or(0), lengths().sum::<usize>());
    if longest > MAX_ADDED.0 || all > MAX_ADDED.1 {
        let most = format!("{} and {}", MAX_ADDED.0, MAX_ADDED.1);
        return Err(EncoderError::Tokenizer(format!(
            "added tokens have up to {longest} bytes, all {all}; at most {most}"
        )));
    }
    Ok(())
}

/// A tokenizer that cuts texts at the encoder's longest length and puts the prefix in front of them.
#[derive(Debug)]
pub(crate) struct Tokens {
    inner: Tokenizer,
    prefix: String,
    /// Tokens that the prefix alone gives, without special tokens: a text must add to these.
    prefix_tokens: usize,
}

impl Tokens {
    pub(crate) fn load(json: &[u8], manifest: &Manifest) -> Result<Tokens, EncoderError> {
        let fail = |e: tokenizers::Error| EncoderError::Tokenizer(e.to_string());
        check_added(json)?;
        let mut inner = guarded(EncoderError::Tokenizer, || {
            serde_json::from_slice::<Tokenizer>(json).map_err(|e| EncoderError::Tokenizer(e.to_string()))
        })?;
        // The library takes these off the longest length, and does not look whether there is so much.
        let own = inner.get_post_processor().map_or(0, |template| template.added_tokens(false));
        if own >= manifest.max_tokens {
            let most = manifest.max_tokens;
            return Err(EncoderError::Tokenizer(format!("its template adds {own} tokens to a text of at most {most}")));
        }
        // A file may carry settings of its own; the manifest decides.
        inner.with_padding(None);
        inner
            .with_truncation(Some(TruncationParams {
                direction: TruncationDirection::Right,
                max_length: manifest.max_tokens,
                strategy: TruncationStrategy::LongestFirst,
                stride: 0,
            }))
            .map_err(fail)?;
        let prefix_tokens = match manifest.prefix.trim() {
            "" => 0,
            prefix => guarded(EncoderError::Tokenizer, || inner.encode_fast(prefix, false).map_err(fail))?.len(),
        };
        Ok(Tokens { inner, prefix: manifest.prefix.clone(), prefix_tokens })
    }

    /// Highest id that a text can give, plus one.
    pub(crate) fn size(&self) -> usize {
        let added = self.inner.get_added_vocabulary().get_vocab().values().max();
        self.inner.get_model().size().max(added.map_or(0, |&id| id as usize + 1))
    }

    /// Ids of a text, special tokens included; `None` where nothing of the text is left after normalisation.
    pub(crate) fn ids(&self, text: &str) -> Result<Option<Vec<u32>>, EncoderError> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        let fail = |e: tokenizers::Error| EncoderError::Run(e.to_string());
        let encoding = guarded(EncoderError::Run, || {
            let encoded = match self.prefix.as_str() {
                "" => self.inner.encode_fast(text, true),
                prefix => self.inner.encode_fast(format!("{prefix}{text}"), true),
            };
            encoded.map_err(fail)
        })?;
        let special = encoding.get_special_tokens_mask();
        let own = special.iter().filter(|&&s| s == 0).count();
        Ok((own > self.prefix_tokens).then(|| encoding.get_ids().to_vec()))
    }
}
