//! Each reader with what must hold whatever it is given.

use std::sync::OnceLock;

use predilect_builder::events::{EventReader, LearnOptions, teach};
use predilect_builder::{Builder, Items, Options};
use predilect_core::Catalogue;
use predilect_encoder::{Encoder, EncoderError, Manifest};
use predilect_engine::{ByMeaning, ByWords, Engine, EngineError};
use predilect_words::{Index, Options as SearchOptions, Query};
use serde_json::{Value, json};

use crate::seeds::{self, DIMENSION, ENCODER, NOW};
use crate::support;

/// Refusals of a catalogue's bytes.
const CATALOGUE: &[&str] = &["not-a-catalogue", "catalogue-truncated", "catalogue-corrupt", "catalogue-version"];
/// Refusals of a call to an engine whose catalogue may be odd.
const CALL: &[&str] =
    &["bad-event", "bad-request", "unknown-item", "dimension-mismatch", "encoder-mismatch", "catalogue-corrupt"];
/// Refusals of a text that is to be a cursor.
const CURSOR: &[&str] = &["bad-cursor"];
/// Refusals of an encoder's files.
const ENCODER_FILES: &[&str] =
    &["model-corrupt", "model-unsupported", "dimension-mismatch", "encoder-mismatch", "empty-text"];
/// Rows of a file that are put to use.
const USED: usize = 4;

fn allowed<T>(result: Result<T, EngineError>, codes: &[&str]) -> Option<T> {
    result.map_err(|error| assert!(codes.contains(&error.code()), "{}: {error}", error.code())).ok()
}

/// The bytes of a catalogue; one that opens answers every call.
pub fn catalogue(bytes: &[u8]) {
    let Some(mut engine) = allowed(Engine::open(bytes.to_vec()), CATALOGUE) else { return };
    engine.info_json().unwrap();
    let header = engine.catalogue().header().clone();
    let ids: Vec<String> =
        engine.catalogue().items().take(USED).map(|item| engine.catalogue().id(item).to_owned()).collect();
    allowed(engine.items(&ids), CALL);
    let events: Vec<Value> = ids
        .iter()
        .zip(["like", "purchase", "dismiss", "view"])
        .map(|(id, kind)| json!({"kind": kind, "item": id, "at": NOW}))
        .collect();
    allowed(engine.record_json(&Value::from(events).to_string()), CALL);
    let vector: Vec<f32> = (0..header.dimension).map(|i| 1.0 - i as f32 / 10_000.0).collect();
    allowed(engine.describe("tea", &vector, &header.encoder, NOW, 1.0), CALL);
    for column in &header.columns {
        let filter = json!({&column.name: {"not": "tea"}});
        allowed(engine.recommend_json(&json!({"now": NOW, "k": 5, "filter": filter}).to_string()), CALL);
    }
    if let Some(text) =
        allowed(engine.recommend_json(&json!({"now": NOW, "k": 9, "include_owned": true}).to_string()), CALL)
    {
        let reply: Value = serde_json::from_str(&text).unwrap();
        let list: Vec<&Value> = reply["items"].as_array().unwrap().iter().map(|item| &item["id"]).collect();
        assert!(list.iter().enumerate().all(|(at, id)| !list[..at].contains(id)), "an item comes twice");
    }
    allowed(
        engine.search_json(None, Some(ByMeaning { vector: &vector, encoder: &header.encoder }), "{\"text\": \"tea\"}"),
        CALL,
    );
    if let Some(id) = ids.first() {
        for surface in ["similar", "together", "because"] {
            let request = json!({"now": NOW, "surface": surface, "items": [id], "k": 1}).to_string();
            let Some(reply) = allowed(engine.recommend_json(&request), CALL) else { continue };
            if let Some(next) = serde_json::from_str::<Value>(&reply).unwrap()["next"].as_str() {
                // Refused as little as the request itself: the cursor is its own.
                allowed(engine.more_json(next, None), CALL);
            }
        }
        if let Ok(rest) = predilect_builder::remove(bytes.to_vec(), std::slice::from_ref(id)) {
            allowed(engine.replace(rest), CATALOGUE);
        }
    }
    if let Ok(more) = newcomer().amend(bytes.to_vec(), &[], &vector, &header.encoder) {
        allowed(engine.replace(more), CATALOGUE).expect("what is written can be opened");
    }
    let profile = engine.snapshot().unwrap();
    engine.restore(&profile).expect("what is written can be restored");
}

/// Refusals of an index of words.
const WORDS: &[&str] = &["not-words", "words-corrupt", "words-version", "words-mismatch"];

/// The bytes of an index of words; one that opens finds rows that it has, with scores that are shares.
pub fn words(bytes: &[u8]) {
    let index = match Index::read(bytes.to_vec()) {
        Ok(index) => index,
        Err(error) => return assert!(WORDS.contains(&error.code()), "{}: {error}", error.code()),
    };
    for text in ["tea", "Item numbr 3", "it", "茶", "電影 台", "nothing of the sort"] {
        let query = Query::new(text, &index, true);
        let hits = index.search(&query, &SearchOptions::default(), Some(&[u32::MAX]));
        assert!(hits.iter().all(|hit| (hit.row as usize) < index.len() && (0.0..=1.0).contains(&hit.score)));
        query.marks("Item number 3 茶 for tea", 12);
        let form = |c| index.variants().fold(c);
        assert!(text.chars().all(|c| form(form(c)) == form(c)));
    }
}

/// A text to search for in an index of words, which may hold anything.
pub fn query(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    static INDEX: OnceLock<Index> = OnceLock::new();
    let index = INDEX.get_or_init(|| Index::read(seeds::words().remove(0)).unwrap());
    for prefix in [false, true] {
        let query = Query::new(&text, index, prefix);
        index.search(&query, &SearchOptions::default(), None);
        query.marks(&text, 60);
    }
}

/// An item to add.
fn newcomer() -> Items {
    let mut builder = Builder::new(Options::default()).unwrap();
    builder.push(b"{\"id\": \"new\", \"title\": \"New\", \"price\": 3, \"tags\": [\"tea\"]}").unwrap();
    builder.finish().unwrap()
}

/// The bytes of a snapshot; a refusal leaves the profile alone, and what is taken is written again as it was.
pub fn snapshot(bytes: &[u8]) {
    let mut engine = seeds::engine();
    let before = engine.snapshot().unwrap();
    let codes =
        ["snapshot-corrupt", "snapshot-version", "encoder-mismatch", "dimension-mismatch", "bad-event", "bad-request"];
    if allowed(engine.restore(bytes), &codes).is_none() {
        assert_eq!(engine.snapshot().unwrap(), before, "a refused snapshot changes nothing");
        return;
    }
    let after = engine.snapshot().unwrap();
    let mut other = seeds::engine();
    other.restore(&after).expect("what is written can be restored");
    assert_eq!(other.snapshot().unwrap(), after);
    use_profile(&mut other);
}

type Change = fn(&mut Engine, &str) -> Result<(), EngineError>;

/// Text given to every call.
pub fn requests(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let fresh = static_engine();
    allowed(fresh.recommend_json(text), CALL);
    allowed(fresh.more_json(text, None), CURSOR);
    let meaning = ByMeaning { vector: &seeds::vector(1), encoder: ENCODER };
    let words = ByWords { rows: &[3, 1, 3], scores: &[0.5, 0.25, 0.1] };
    allowed(fresh.search_json(Some(words), Some(meaning), text), CALL);
    allowed(fresh.allowed_json(text), CALL);
    allowed(fresh.items_json(text), CALL);
    let calls: [Change; 3] =
        [Engine::record_json, Engine::forget_json, |engine, text| engine.merge_json(text).map(drop)];
    for call in calls {
        let mut engine = seeds::engine();
        let before = engine.snapshot().unwrap();
        if allowed(call(&mut engine, text), CALL).is_none() {
            assert_eq!(engine.snapshot().unwrap(), before, "a refused call changes nothing");
        } else {
            use_profile(&mut engine);
        }
    }
}

/// A profile that was taken answers, can be written and can be forgotten.
fn use_profile(engine: &mut Engine) {
    engine.recommend_json(&json!({"now": NOW, "k": 5, "explore": 0.1}).to_string()).unwrap();
    for _ in 0..USED {
        // What is left is grouped anew each time.
        let reply: Value = serde_json::from_str(&engine.profile_json(NOW, None).unwrap()).unwrap();
        let Some(first) = reply["interests"].get(0) else { break };
        engine.forget_json(&json!({"interest": first["key"]}).to_string()).unwrap();
    }
    engine.forget_json("{\"before\": 1699900000000}").unwrap();
    let bytes = engine.snapshot().unwrap();
    engine.restore(&bytes).expect("what is written can be restored");
}

thread_local! {
    static ENGINE: &'static Engine = Box::leak(Box::new(seeds::engine()));
}

/// An engine that calls leave as it is.
fn static_engine() -> &'static Engine {
    ENGINE.with(|engine| *engine)
}

/// A filter; those that are taken hold for every item of the list.
pub fn filter(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(filter) = serde_json::from_str::<Value>(text) else { return };
    let engine = static_engine();
    let similar = json!({"now": NOW, "surface": "similar", "items": ["i1"], "k": 20});
    let mut request = similar.clone();
    request["filter"] = filter.clone();
    let Some(some) = allowed(engine.recommend_json(&request.to_string()), CALL) else { return };
    let count = |text: &str| serde_json::from_str::<Value>(text).unwrap()["items"].as_array().unwrap().len();
    let all = engine.recommend_json(&similar.to_string()).unwrap();
    assert!(count(&some) <= count(&all), "a filter takes away");
    let request = json!({"now": NOW, "k": 20, "include_owned": true, "filter": filter}).to_string();
    assert!(allowed(engine.recommend_json(&request), CALL).is_some(), "every call takes the filter");
}

/// Records of items, in one piece and in two: the same report, and a catalogue that opens.
pub fn items(bytes: &[u8]) {
    let options = Options { max_chars: 60, ..Options::default() };
    let run = |pieces: [&[u8]; 2]| {
        let mut builder = Builder::new(options.clone()).unwrap();
        pieces.iter().try_for_each(|piece| builder.push(piece))?;
        builder.finish()
    };
    let (whole, pieces) = (run([bytes, b""]), run([&bytes[..bytes.len() / 2], &bytes[bytes.len() / 2..]]));
    let (whole, pieces) = match (whole, pieces) {
        (Ok(whole), Ok(pieces)) => (whole, pieces),
        (whole, pieces) => {
            assert_eq!(whole.err().map(|e| e.to_string()), pieces.err().map(|e| e.to_string()));
            return;
        }
    };
    let report = whole.report();
    assert_eq!(report, pieces.report());
    assert_eq!(report.read, report.kept + report.dropped_total());
    assert_eq!(report.kept, whole.len());
    let vectors: Vec<f32> = (0..whole.len()).flat_map(seeds::vector).collect();
    let written = whole.assemble(&vectors, ENCODER).unwrap();
    assert_eq!(Catalogue::open(written.clone()).unwrap().len(), whole.len());
    catalogue(&written);
}

/// Events of many people, in one piece and in two: the same histories, and what is learned can be attached.
pub fn events(bytes: &[u8]) {
    let run = |pieces: [&[u8]; 2]| {
        let mut reader = EventReader::default();
        pieces.iter().try_for_each(|piece| reader.push(piece))?;
        reader.finish()
    };
    let (whole, pieces) = (run([bytes, b""]), run([&bytes[..bytes.len() / 2], &bytes[bytes.len() / 2..]]));
    let histories = match (whole, pieces) {
        (Ok(whole), Ok(pieces)) => {
            assert_eq!(whole, pieces);
            whole
        }
        (whole, pieces) => {
            assert_eq!(whole.err().map(|e| e.to_string()), pieces.err().map(|e| e.to_string()));
            return;
        }
    };
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    let bytes = BYTES.get_or_init(|| seeds::catalogue_of(12));
    let opened = Catalogue::open(bytes.clone()).unwrap();
    let acts = histories.acts(|id| opened.find(id).map(|item| item.row()));
    let options = LearnOptions { min_people: 1, ..LearnOptions::default() };
    catalogue(&teach(&opened, &acts, &options).unwrap().0);
}

/// Options of a build.
pub fn options(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(options) = Options::from_json(text) else { return };
    let mut builder = Builder::new(options).unwrap();
    if builder.push(b"id,title,tags\n1,one,a|b\n2,two,\n").is_ok()
        && let Ok(items) = builder.finish()
    {
        let vectors = vec![0.5; items.len() * DIMENSION];
        Catalogue::open(items.assemble(&vectors, ENCODER).unwrap()).unwrap();
    }
}

/// An encoder that loads encodes, and a refusal has a code.
fn use_encoder(loaded: Result<Encoder, EncoderError>) {
    let refused = |error: EncoderError| assert!(ENCODER_FILES.contains(&error.code()), "{}: {error}", error.code());
    let Ok(encoder) = loaded.map_err(refused) else { return };
    match encoder.encode(&["green tea", "绿茶 \u{0} 👩\u{200d}🚀"]) {
        Ok(vectors) => assert_eq!(vectors.len(), 2 * encoder.dimension()),
        Err(error) => refused(error),
    }
}

/// The text of a manifest, for files that are what they were.
pub fn manifest(bytes: &[u8]) {
    static FILES: OnceLock<(Vec<u8>, Vec<u8>)> = OnceLock::new();
    let (model, tokenizer) = FILES.get_or_init(seeds::encoder);
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(mut manifest) = Manifest::from_json(text) {
        use_encoder(Encoder::load(model, tokenizer, &manifest));
        manifest.fingerprint = manifest.computed_fingerprint();
        use_encoder(Encoder::load(model, tokenizer, &manifest));
    }
}

/// A tokenizer, published as it is.
pub fn tokenizer(bytes: &[u8]) {
    static MODEL: OnceLock<Vec<u8>> = OnceLock::new();
    let model = MODEL.get_or_init(|| seeds::encoder().0);
    use_encoder(Encoder::load(model, bytes, &support::manifest(model, bytes)));
}

/// A model, published as it is.
pub fn model(bytes: &[u8]) {
    static TOKENIZER: OnceLock<Vec<u8>> = OnceLock::new();
    let tokenizer = TOKENIZER.get_or_init(|| seeds::encoder().1);
    use_encoder(Encoder::load(bytes, tokenizer, &support::manifest(bytes, tokenizer)));
}
