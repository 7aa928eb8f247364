//! Bindings of the engine for JavaScript: JSON text, bytes and vectors in and out, no logic.
//!
//! Every refusal is a JavaScript `Error` with a stable `code`.

use predilect_engine::{EngineError, Told};
use wasm_bindgen::prelude::*;

fn thrown(error: EngineError) -> JsValue {
    let thrown = js_sys::Error::new(&error.to_string());
    // Setting a property of a fresh object cannot fail.
    let _ = js_sys::Reflect::set(&thrown, &"code".into(), &error.code().into());
    thrown.into()
}

/// What is known of a text: what was found by its words (rows, then the bits of their scores), and its vector.
fn told(words: Option<Vec<u32>>, vector: Option<Vec<f32>>, fingerprint: Option<String>) -> Told {
    let words = words.map(|found| {
        let (rows, bits) = found.split_at(found.len() / 2);
        (rows.to_vec(), bits.iter().map(|&bits| f32::from_bits(bits)).collect())
    });
    Told { words, meaning: vector.map(|vector| (vector, fingerprint.unwrap_or_default())) }
}

/// A catalogue and the profile of one person.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Engine(predilect_engine::Engine);

#[wasm_bindgen]
impl Engine {
    /// Opens the bytes of a catalogue file.
    #[wasm_bindgen(constructor)]
    pub fn new(catalogue: Vec<u8>) -> Result<Self, JsValue> {
        predilect_engine::Engine::open(catalogue).map(Self).map_err(thrown)
    }

    /// The bytes of the catalogue.
    pub fn catalogue(&self) -> Vec<u8> {
        self.0.catalogue().bytes().to_vec()
    }

    /// Puts another catalogue in the place of the present one; the profile stays.
    pub fn replace(&mut self, catalogue: Vec<u8>) -> Result<(), JsValue> {
        self.0.replace(catalogue).map_err(thrown)
    }

    /// Adds an event or a list of events, all or none.
    pub fn record(&mut self, event: &str) -> Result<(), JsValue> {
        self.0.record_json(event).map_err(thrown)
    }

    /// Adds a text about the person's taste with its vector; a weight below 0 means "not this".
    pub fn describe(
        &mut self,
        text: &str,
        vector: &[f32],
        fingerprint: &str,
        at: f64,
        weight: f64,
    ) -> Result<(), JsValue> {
        self.0.describe(text, vector, fingerprint, at as i64, weight).map_err(thrown)
    }

    /// Recommends items. Of a request in words: what was found by its words (rows, then the bits of their scores), its vector, or
    /// both.
    pub fn recommend(
        &self,
        request: &str,
        words: Option<Vec<u32>>,
        vector: Option<Vec<f32>>,
        fingerprint: Option<String>,
    ) -> Result<String, JsValue> {
        self.0.recommend_told_json(request, told(words, vector, fingerprint)).map_err(thrown)
    }

    /// Goes on with a list, by as many items as before where no number is given; the rest as for `recommend`.
    pub fn more(
        &self,
        after: &str,
        k: Option<usize>,
        words: Option<Vec<u32>>,
        vector: Option<Vec<f32>>,
        fingerprint: Option<String>,
    ) -> Result<String, JsValue> {
        self.0.more_told_json(after, k, told(words, vector, fingerprint)).map_err(thrown)
    }

    /// The request of the list that a cursor goes on with.
    #[wasm_bindgen(js_name = requestOf)]
    pub fn request_of(&self, after: &str) -> Result<String, JsValue> {
        self.0.request_of(after).map(str::to_owned).map_err(thrown)
    }

    /// Content of the catalogue, for its index of words: 16 hex digits.
    pub fn content(&self) -> String {
        format!("{:016x}", self.0.catalogue().content())
    }

    /// How many items a search by words is to propose, and then the rows that it may find, as bits; none for all.
    pub fn allowed(&self, request: &str) -> Result<Vec<u32>, JsValue> {
        let (pool, mut bits) = self.0.allowed_json(request).map_err(thrown)?;
        bits.insert(0, pool as u32);
        Ok(bits)
    }

    /// Items that fit a text, given what was found by words (rows, then the bits of their scores), its vector, or both.
    pub fn search(
        &self,
        words: Option<Vec<u32>>,
        vector: Option<Vec<f32>>,
        fingerprint: &str,
        request: &str,
    ) -> Result<String, JsValue> {
        let told = told(words, vector, Some(fingerprint.to_owned()));
        self.0.search_json(told.by_words(), told.by_meaning(), request).map_err(thrown)
    }

    /// Texts for the index of words to look for before the first question; none where it has.
    pub fn probes(&self) -> Vec<String> {
        self.0.probes()
    }

    /// Takes what the index found for the probes, one after the other, as for `search`, each led by the number of its values.
    pub fn probed(&self, found: &[u32]) {
        let (mut all, mut rest) = (Vec::new(), found);
        while let Some((&count, more)) = rest.split_first() {
            let (own, behind) = more.split_at((count as usize).min(more.len()));
            all.extend(told(Some(own.to_vec()), None, None).words);
            rest = behind;
        }
        self.0.probed(all);
    }

    /// The item that answers a question, given as for `search`.
    pub fn ask(
        &self,
        words: Option<Vec<u32>>,
        vector: Option<Vec<f32>>,
        fingerprint: &str,
        request: &str,
    ) -> Result<String, JsValue> {
        let told = told(words, vector, Some(fingerprint.to_owned()));
        self.0.ask_json(told.by_words(), told.by_meaning(), request).map_err(thrown)
    }

    /// Fields of items, null for an unknown id.
    pub fn items(&self, ids: &str) -> Result<String, JsValue> {
        self.0.items_json(ids).map_err(thrown)
    }

    /// Stars the person would give items, null where nothing tells.
    #[wasm_bindgen(js_name = predictRatings)]
    pub fn predict_ratings(&self, ids: &str) -> Result<String, JsValue> {
        self.0.predict_ratings_json(ids).map_err(thrown)
    }

    /// The topics of the catalogue.
    pub fn topics(&self, examples: usize, lang: Option<String>) -> Result<String, JsValue> {
        self.0.topics_json(lang.as_deref(), examples).map_err(thrown)
    }

    /// Adds a topic to what the person likes, and returns the vector that stands for it.
    pub fn follow(&mut self, topic: &str, at: f64, weight: f64) -> Result<Vec<f32>, JsValue> {
        self.0.follow(topic, at as i64, weight).map_err(thrown)
    }

    /// All that is known of the person, with names in a language where there are any.
    pub fn profile(&self, now: f64, lang: Option<String>) -> Result<String, JsValue> {
        self.0.profile_json(now as i64, lang.as_deref()).map_err(thrown)
    }

    /// Items, topics and interests in two dimensions.
    pub fn map(&self, now: f64, k: usize, lang: Option<String>) -> Result<String, JsValue> {
        self.0.map_json(now as i64, k, lang.as_deref()).map_err(thrown)
    }

    /// Forgets an item, an interest, everything before a time, or everything.
    pub fn forget(&mut self, what: &str) -> Result<(), JsValue> {
        self.0.forget_json(what).map_err(thrown)
    }

    /// Adds what another copy of the profile holds, or says what it would add.
    pub fn merge(&mut self, request: &str) -> Result<String, JsValue> {
        self.0.merge_json(request).map_err(thrown)
    }

    /// The profile as bytes.
    pub fn snapshot(&self) -> Result<Vec<u8>, JsValue> {
        self.0.snapshot().map_err(thrown)
    }

    /// Replaces the profile by that of a snapshot.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<(), JsValue> {
        self.0.restore(bytes).map_err(thrown)
    }

    /// The encoder of the catalogue's vectors.
    pub fn fingerprint(&self) -> String {
        self.0.catalogue().header().encoder.clone()
    }

    /// What the catalogue holds.
    pub fn info(&self) -> Result<String, JsValue> {
        self.0.info_json().map_err(thrown)
    }
}
