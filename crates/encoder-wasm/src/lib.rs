//! Bindings of [`predilect_encoder`] for JavaScript: a module of its own, fetched when a text must be encoded.
//!
//! Errors are JavaScript `Error`s with a property `code`; see [`predilect_encoder::EncoderError::code`].

mod relaxed;

use js_sys::Uint8Array;
use predilect_encoder::{Compute, EncoderError, Manifest, ModelFile};
use predilect_heads::{Head, HeadError};
use std::borrow::Cow;
use std::ops::Range;
use wasm_bindgen::prelude::*;

/// A loaded encoder.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Encoder(predilect_encoder::Encoder);

#[wasm_bindgen]
impl Encoder {
    /// Loads the bytes of `model.onnx` and `tokenizer.json` with the text of `manifest.json`.
    ///
    /// The caller compares the SHA-256 hashes; here only the lengths are compared.
    ///
    /// # Errors
    /// `model-corrupt`, `model-unsupported`, `dimension-mismatch`.
    #[wasm_bindgen(constructor)]
    pub fn new(model: Uint8Array, tokenizer: &[u8], manifest_json: &str) -> Result<Encoder, JsValue> {
        relaxed::load();
        let manifest = Manifest::from_json(manifest_json).map_err(to_js)?;
        let model = Outside(model);
        predilect_encoder::Encoder::load_from(&model, tokenizer, &manifest, Compute::Auto).map(Encoder).map_err(to_js)
    }

    /// One unit vector per text: a `Float32Array` of `texts.length * dimension` values. Vectors do not depend on the
    /// other texts of a call, so a caller that wants to show progress or to stop passes a few dozen at a time.
    ///
    /// # Errors
    /// `empty-text` with the position; `bad-input` where something is not a string.
    pub fn encode(&self, texts: Vec<JsValue>) -> Result<Vec<f32>, JsValue> {
        // Lone surrogates arrive as U+FFFD.
        let texts = texts.iter().enumerate().map(|(index, text)| {
            text.as_string().ok_or_else(|| js_error("bad-input", &format!("text {index} is not a string")))
        });
        let texts: Vec<String> = texts.collect::<Result<_, _>>()?;
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        self.0.encode(&texts).map_err(to_js)
    }

    /// Token ids of a text, special tokens included: a `Uint32Array`.
    ///
    /// # Errors
    /// `empty-text`.
    #[wasm_bindgen(js_name = tokenIds)]
    pub fn token_ids(&self, text: &str) -> Result<Vec<u32>, JsValue> {
        self.0.token_ids(text).map_err(to_js)
    }

    /// Values of a vector.
    #[wasm_bindgen(getter)]
    pub fn dimension(&self) -> usize {
        self.0.dimension()
    }

    /// 16 hexadecimal digits that name the vector space.
    #[wasm_bindgen(getter)]
    pub fn fingerprint(&self) -> String {
        self.0.fingerprint().to_owned()
    }
}

/// What a head says of each of some vectors of the encoder `fingerprint`: JSON of a list.
///
/// # Errors
/// `head-corrupt`, `encoder-mismatch`.
#[wasm_bindgen]
pub fn classify(head: &str, vectors: &[f32], fingerprint: &str) -> Result<String, JsValue> {
    let answers = Head::from_json(head).and_then(|head| head.classify(vectors, fingerprint)).map_err(of_head)?;
    serde_json::to_string(&answers).map_err(|error| js_error("bad-input", &error.to_string()))
}

/// A head, as JSON, of labels and the vectors of what describes them.
///
/// # Errors
/// `bad-input`.
#[wasm_bindgen(js_name = describedHead)]
pub fn described_head(labels: Vec<String>, vectors: &[f32], fingerprint: &str) -> Result<String, JsValue> {
    let classes: Vec<usize> = (0..labels.len()).collect();
    let head = Head::prototypes("described", fingerprint, &labels, vectors, &classes, 0).map_err(of_head)?;
    Ok(head.to_json())
}

fn of_head(error: HeadError) -> JsValue {
    js_error(error.code(), &error.to_string())
}

/// A model file that stays in JavaScript's memory.
struct Outside(Uint8Array);

impl ModelFile for Outside {
    fn size(&self) -> usize {
        self.0.length() as usize
    }

    fn read(&self, range: Range<usize>) -> Cow<'_, [u8]> {
        Cow::Owned(self.0.subarray(range.start as u32, range.end as u32).to_vec())
    }
}

fn to_js(error: EncoderError) -> JsValue {
    js_error(error.code(), &error.to_string())
}

fn js_error(code: &str, message: &str) -> JsValue {
    let error = js_sys::Error::new(message);
    // Setting a property of a fresh Error cannot fail.
    let _ = js_sys::Reflect::set(&error, &JsValue::from_str("code"), &JsValue::from_str(code));
    error.into()
}
