//! The catalogue builder for JavaScript. All work is done in `predilect-builder`.

use predilect_builder::{Builder as Core, BuilderError, Items, Options};
use predilect_core::Catalogue;
use wasm_bindgen::prelude::*;

/// Reads records, cleans them, and writes a catalogue file.
#[wasm_bindgen]
pub struct Builder {
    state: State,
}

enum State {
    Reading(Box<Core>),
    Ready(Box<Items>),
    /// An error ended the build.
    Ended,
}

#[wasm_bindgen]
impl Builder {
    /// Starts a build. `optionsJson` is a JSON object, `{}` for the defaults; unknown keys are refused.
    #[wasm_bindgen(constructor)]
    pub fn new(#[wasm_bindgen(js_name = "optionsJson")] options_json: &str) -> Result<Builder, JsValue> {
        let core = Options::from_json(options_json).and_then(Core::new).map_err(to_js)?;
        Ok(Self { state: State::Reading(Box::new(core)) })
    }

    /// Reads the next bytes of the input, cut anywhere.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), JsValue> {
        match &mut self.state {
            State::Reading(core) => core.push(bytes).map_err(to_js),
            State::Ready(_) | State::Ended => Err(order("push() after the end of the input; make a new Builder")),
        }
    }

    /// Starts another input, with the name that messages tell; not needed where there is only one.
    pub fn begin(&mut self, name: &str) -> Result<(), JsValue> {
        match &mut self.state {
            State::Reading(core) => core.begin(name).map_err(to_js),
            State::Ready(_) | State::Ended => Err(order("begin() after the end of the input; make a new Builder")),
        }
    }

    /// Ends the input; returns the report as JSON.
    pub fn finish(&mut self) -> Result<String, JsValue> {
        match std::mem::replace(&mut self.state, State::Ended) {
            State::Reading(core) => {
                let items = core.finish().map_err(to_js)?;
                let report =
                    serde_json::to_string(items.report()).map_err(|error| coded("bad-input", &error.to_string()))?;
                self.state = State::Ready(Box::new(items));
                Ok(report)
            }
            other => {
                self.state = other;
                Err(order("finish() comes once, after the last push()"))
            }
        }
    }

    /// The report in a few lines for people.
    pub fn summary(&self) -> Result<String, JsValue> {
        Ok(self.items()?.report().summary())
    }

    /// Id of an item.
    pub fn id(&self, row: usize) -> Option<String> {
        self.items().ok()?.id(row).map(str::to_owned)
    }

    /// Number of items, once the input has ended.
    #[wasm_bindgen(getter)]
    pub fn length(&self) -> usize {
        match &self.state {
            State::Ready(items) => items.len(),
            State::Reading(_) | State::Ended => 0,
        }
    }

    /// The texts to encode for the items `from` to `to` (not included).
    pub fn texts(&self, from: usize, to: usize) -> Result<Vec<String>, JsValue> {
        Ok(self.items()?.texts(from..to))
    }

    /// The catalogue will have the topics of this earlier one, if half of its items are as they were there.
    #[wasm_bindgen(js_name = keepTopics)]
    pub fn keep_topics(&mut self, catalogue: Vec<u8>) -> Result<(), JsValue> {
        match &mut self.state {
            State::Ready(items) => items.keep_topics(catalogue).map_err(to_js),
            State::Reading(_) | State::Ended => Err(order("call finish() first")),
        }
    }

    /// Writes the catalogue file from one vector per text, one after the other, and the encoder's fingerprint.
    pub fn assemble(&self, vectors: &[f32], fingerprint: &str) -> Result<Vec<u8>, JsValue> {
        self.items()?.assemble(vectors, fingerprint).map_err(to_js)
    }

    /// Puts the items into the bytes of a catalogue and takes those of the ids `remove` out; vectors as for `assemble`.
    pub fn amend(
        &self,
        catalogue: Vec<u8>,
        remove: Vec<String>,
        vectors: &[f32],
        fingerprint: &str,
    ) -> Result<Vec<u8>, JsValue> {
        self.items()?.amend(catalogue, &remove, vectors, fingerprint).map_err(to_js)
    }
}

/// Takes items out of the bytes of a catalogue.
#[wasm_bindgen(js_name = removeItems)]
pub fn remove_items(catalogue: Vec<u8>, ids: Vec<String>) -> Result<Vec<u8>, JsValue> {
    predilect_builder::remove(catalogue, &ids).map_err(to_js)
}

/// What a build found of the items, in a few lines for people.
#[wasm_bindgen]
pub fn found(catalogue: Vec<u8>) -> Result<String, JsValue> {
    let opened = Catalogue::open(catalogue).map_err(|error| coded(error.code(), &error.to_string()))?;
    Ok(predilect_builder::found(&opened))
}

/// The bytes of the index of words that belongs to the bytes of a catalogue.
#[wasm_bindgen(js_name = indexWords)]
pub fn index_words(catalogue: Vec<u8>) -> Result<Vec<u8>, JsValue> {
    predilect_builder::index_words(catalogue).map_err(to_js)
}

impl Builder {
    fn items(&self) -> Result<&Items, JsValue> {
        match &self.state {
            State::Ready(items) => Ok(items),
            State::Reading(_) | State::Ended => Err(order("call finish() first")),
        }
    }
}

fn order(message: &str) -> JsValue {
    coded("bad-request", message)
}

fn to_js(error: BuilderError) -> JsValue {
    coded(error.code(), &error.to_string())
}

/// A JavaScript `Error` with a stable `code`.
fn coded(code: &str, message: &str) -> JsValue {
    let error = js_sys::Error::new(message);
    // Setting a property of a fresh plain object cannot fail.
    let _ = js_sys::Reflect::set(&error, &"code".into(), &code.into());
    error.into()
}
