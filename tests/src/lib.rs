//! The golden runner: a case is a file of data, a catalogue and steps with what they must answer.
//!
//! ```json
//! {
//!   "about": "one sentence",
//!   "items": [{"id": "a", "title": "Tea pot", "vector": [1, 0]}],
//!   "steps": [
//!     {"record": {"kind": "like", "item": "a", "at": 0}},
//!     {"recommend": {"now": 0, "k": 3}, "expect": {"ids": ["b", "c"]}}
//!   ]
//! }
//! ```
//! Items without `vector` are encoded by the model in `models/predilect-encoder-small`. Calls: `ask` (`{"text", "lang"?, "vector"?}`), `record`, `describe`
//! (`{"text", "vector"?, "at"?, "weight"?}`), `follow` (`{"topic", "at"?, "weight"?}`), `forget`, `recommend`, `search` (a request with
//! `vector` or a text to encode), `topics`, `profile`, `classify` (`{"texts", "labels"}`, descriptions of labels). What a call may be expected to do: `ids` (exactly these, in this order), `first` (the first ids as a set),
//! `before` (pairs, the first item above the second), `absent` (ids), `holds` (field to values, each of which some item has),
//! `causes` (id to the item whose event caused it), `scores` (id to score, within .001), `names` (texts, each of which some topic or interest is called),
//! `keywords` (words, each of which some interest is about), `labels` (of the texts, in their order), `status` of what is
//! asked, `best` (id of the answer, or of the likeliest other) and `missed` (id that ought to be best and is known not to be), `error` (`code` and `contains`, texts of the message).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use predilect_builder::{Builder, Options};
use predilect_encoder::{Encoder, Manifest};
use predilect_engine::{ByMeaning, ByWords, Engine, EngineError};
use predilect_heads::Head;
use predilect_words::{Index, Query};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Fingerprint of catalogues whose vectors are given.
const GIVEN: &str = "given-by-the-case";

/// A golden case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What it shows.
    pub about: String,
    /// Items as records, with `vector` or without.
    pub items: Vec<Map<String, Value>>,
    /// Calls, one after the other.
    pub steps: Vec<Map<String, Value>>,
}

/// What a call must answer.
#[derive(Debug, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Expect {
    ids: Option<Vec<String>>,
    first: Option<Vec<String>>,
    before: Vec<(String, String)>,
    absent: Vec<String>,
    holds: BTreeMap<String, Vec<String>>,
    causes: BTreeMap<String, String>,
    scores: BTreeMap<String, f64>,
    names: Vec<String>,
    keywords: Vec<String>,
    labels: Option<Vec<String>>,
    status: Option<String>,
    best: Option<String>,
    missed: Option<String>,
    error: Option<Refusal>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Refusal {
    code: String,
    contains: Vec<String>,
}

/// Folder of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Loads the model that the repository ships.
///
/// # Errors
/// Names the file that cannot be read or used.
pub fn shipped_encoder() -> Result<Encoder, String> {
    let folder = root().join("models/predilect-encoder-small");
    let read = |name: &str| std::fs::read(folder.join(name)).map_err(|error| format!("{name}: {error}"));
    let manifest = String::from_utf8(read("manifest.json")?).map_err(|error| error.to_string())?;
    let manifest = Manifest::from_json(&manifest).map_err(|error| error.to_string())?;
    Encoder::load(&read("model.onnx")?, &read("tokenizer.json")?, &manifest).map_err(|error| error.to_string())
}

/// Runs a case; the error names the step and what was found.
///
/// # Errors
/// The first expectation that does not hold, or a case that cannot be run.
pub fn run(case: &Case, encoder: &dyn Fn() -> Result<Encoder, String>) -> Result<(), String> {
    let mut runner = Runner::new(case, encoder)?;
    for (i, step) in case.steps.iter().enumerate() {
        runner.step(step).map_err(|what| format!("step {}: {what}", i + 1))?;
    }
    Ok(())
}

struct Runner {
    engine: Engine,
    encoder: Option<Encoder>,
    fingerprint: String,
}

impl Runner {
    fn new(case: &Case, load: &dyn Fn() -> Result<Encoder, String>) -> Result<Self, String> {
        let text = |error: predilect_builder::BuilderError| error.to_string();
        let mut builder = Builder::new(Options::default()).map_err(text)?;
        let mut vectors: Vec<f32> = Vec::new();
        for item in &case.items {
            let mut record = item.clone();
            if let Some(vector) = record.remove("vector") {
                vectors.extend(floats(&vector)?);
            }
            builder.push(format!("{}\n", Value::Object(record)).as_bytes()).map_err(text)?;
        }
        let items = builder.finish().map_err(text)?;
        let given = !vectors.is_empty();
        let encoder = if given { None } else { Some(load()?) };
        if let Some(encoder) = &encoder {
            let texts = items.texts(0..items.len());
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            vectors = encoder.encode(&texts).map_err(|error| error.to_string())?;
        }
        let fingerprint = encoder.as_ref().map_or(GIVEN, |encoder| encoder.fingerprint()).to_owned();
        let catalogue = items.assemble(&vectors, &fingerprint).map_err(text)?;
        let engine = Engine::open(catalogue).map_err(|error| error.to_string())?;
        Ok(Self { engine, encoder, fingerprint })
    }

    fn step(&mut self, step: &Map<String, Value>) -> Result<(), String> {
        let mut step = step.clone();
        let expect: Expect = match step.remove("expect") {
            Some(expect) => serde_json::from_value(expect).map_err(|error| error.to_string())?,
            None => Expect::default(),
        };
        let mut calls = step.into_iter();
        let (Some((call, request)), None) = (calls.next(), calls.next()) else {
            return Err("a step has one call and perhaps \"expect\"".to_owned());
        };
        check(&expect, self.call(&call, request)?)
    }

    /// The reply of a call, or its refusal; an error is a case that cannot be run.
    fn call(&mut self, call: &str, request: Value) -> Result<Result<Value, EngineError>, String> {
        let parsed = |text: String| serde_json::from_str(&text).unwrap_or(Value::Null);
        let text = request.to_string();
        Ok(match call {
            "record" => self.engine.record_json(&text).map(|()| Value::Null),
            "forget" => self.engine.forget_json(&text).map(|()| Value::Null),
            "recommend" => self.engine.recommend_json(&text).map(parsed),
            "describe" => {
                let vector = self.vector(&request)?;
                let (at, weight) = (request["at"].as_i64().unwrap_or(0), request["weight"].as_f64().unwrap_or(1.0));
                let text = request["text"].as_str().unwrap_or_default();
                self.engine.describe(text, &vector, &self.fingerprint, at, weight).map(|()| Value::Null)
            }
            "search" => {
                let vector = self.vector(&request)?;
                let mut request = request;
                if let Some(object) = request.as_object_mut() {
                    object.remove("vector");
                }
                self.engine
                    .search_json(
                        None,
                        Some(ByMeaning { vector: &vector, encoder: &self.fingerprint }),
                        &request.to_string(),
                    )
                    .map(parsed)
            }
            "ask" => {
                let vector = self.vector(&request)?;
                let text = request["text"].as_str().unwrap_or_default();
                let bytes = predilect_builder::words(self.engine.catalogue()).map_err(|error| error.to_string())?;
                let index = Index::open(bytes, self.engine.catalogue().content()).map_err(|error| error.to_string())?;
                let found = |text: &str| -> (Vec<u32>, Vec<f32>) {
                    let options = predilect_words::Options { k: Engine::pool(4), ..Default::default() };
                    let hits = index.search(&Query::question(text, &index), &options, None);
                    hits.iter().map(|hit| (hit.row, hit.score)).unzip()
                };
                self.engine.probed(self.engine.probes().iter().map(|text| found(text)).collect());
                let (rows, scores) = found(text);
                let filter = request.get("lang").map_or(json!({}), |lang| json!({"lang": lang}));
                self.engine
                    .ask_json(
                        Some(ByWords { rows: &rows, scores: &scores }),
                        Some(ByMeaning { vector: &vector, encoder: &self.fingerprint }),
                        &json!({"text": text, "k": 4, "filter": filter}).to_string(),
                    )
                    .map(parsed)
            }
            "topics" => self.engine.topics_json(request["lang"].as_str(), 0).map(parsed),
            "profile" => self.engine.profile_json(request["now"].as_i64().unwrap_or(0), None).map(parsed),
            "follow" => {
                let (at, weight) = (request["at"].as_i64().unwrap_or(0), request["weight"].as_f64().unwrap_or(1.0));
                self.engine.follow(request["topic"].as_str().unwrap_or_default(), at, weight).map(|_| Value::Null)
            }
            "classify" => Ok(self.classify(&request)?),
            other => return Err(format!("no call \"{other}\"")),
        })
    }

    fn classify(&self, request: &Value) -> Result<Value, String> {
        let encoder = self.encoder.as_ref().ok_or("the case has no encoder")?;
        let texts =
            |value: &Value| serde_json::from_value::<Vec<String>>(value.clone()).map_err(|error| error.to_string());
        let encode = |texts: Vec<String>| {
            encoder.encode(&texts.iter().map(String::as_str).collect::<Vec<_>>()).map_err(|error| error.to_string())
        };
        let described = request["labels"].as_object().ok_or("labels are missing")?;
        let labels: Vec<String> = described.keys().cloned().collect();
        let vectors = encode(texts(&described.values().cloned().collect())?)?;
        let classes: Vec<usize> = (0..labels.len()).collect();
        let head = Head::prototypes("case", encoder.fingerprint(), &labels, &vectors, &classes, 0);
        let vectors = encode(texts(&request["texts"])?)?;
        let answers = head.and_then(|head| head.classify(&vectors, encoder.fingerprint()));
        serde_json::to_value(answers.map_err(|error| error.to_string())?).map_err(|error| error.to_string())
    }

    fn vector(&self, request: &Value) -> Result<Vec<f32>, String> {
        match (request.get("vector"), &self.encoder) {
            (Some(vector), _) => floats(vector),
            (None, Some(encoder)) => {
                let text = request["text"].as_str().ok_or("text is missing")?;
                encoder.encode(&[text]).map_err(|error| error.to_string())
            }
            (None, None) => Err("vector is missing".to_owned()),
        }
    }
}

/// Names and keywords of topics, of their parts and of interests.
fn called(reply: &Value, names: &mut Vec<String>, keywords: &mut Vec<String>) {
    let lists = [reply.as_array(), reply["topics"].as_array(), reply["interests"].as_array()];
    for one in lists.into_iter().flatten().flatten() {
        names.extend(one["name"].as_str().map(str::to_owned));
        keywords.extend(one["keywords"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned));
        called(one, names, keywords);
    }
}

fn floats(value: &Value) -> Result<Vec<f32>, String> {
    serde_json::from_value(value.clone()).map_err(|error| format!("vector: {error}"))
}

fn check(expect: &Expect, answer: Result<Value, EngineError>) -> Result<(), String> {
    let reply = match (answer, &expect.error) {
        (Ok(reply), None) => reply,
        (Ok(reply), Some(refusal)) => return Err(format!("expected {}, found {reply}", refusal.code)),
        (Err(error), None) => return Err(format!("{}: {error}", error.code())),
        (Err(error), Some(refusal)) => {
            let message = error.to_string();
            let named = refusal.contains.iter().all(|text| message.contains(text));
            let right = error.code() == refusal.code && named;
            return if right { Ok(()) } else { Err(format!("found {}: {message}", error.code())) };
        }
    };
    let best = reply["answer"]["id"].as_str().or(reply["others"][0]["id"].as_str()).into();
    for (what, wanted, found) in [("status", &expect.status, &reply["status"]), ("best", &expect.best, &best)] {
        if wanted.as_ref().is_some_and(|wanted| found != wanted.as_str()) {
            return Err(format!("expected {what} {wanted:?}; found {reply}"));
        }
    }
    if expect.missed.as_ref().is_some_and(|missed| best == missed.as_str()) {
        return Err("found what is known to be missed: make it `best`".to_owned());
    }
    let items = reply["items"].as_array().cloned().unwrap_or_default();
    let ids: Vec<&str> = items.iter().filter_map(|item| item["id"].as_str()).collect();
    let wrong = |what: &str| Err(format!("{what}; found {ids:?}"));
    let place = |id: &String| ids.iter().position(|other| other == id);

    if expect.ids.as_ref().is_some_and(|expected| *expected != ids) {
        return wrong(&format!("expected {:?}", expect.ids));
    }
    if let Some(first) = &expect.first {
        let mut found: Vec<&str> = ids.iter().take(first.len()).copied().collect();
        let mut wanted: Vec<&str> = first.iter().map(String::as_str).collect();
        found.sort_unstable();
        wanted.sort_unstable();
        if found != wanted {
            return wrong(&format!("expected first {first:?} in any order"));
        }
    }
    for (above, below) in &expect.before {
        match (place(above), place(below)) {
            (Some(a), Some(b)) if a < b => {}
            (Some(_), None) => {}
            _ => return wrong(&format!("expected {above} before {below}")),
        }
    }
    if let Some(id) = expect.absent.iter().find(|id| place(id).is_some()) {
        return wrong(&format!("expected no {id}"));
    }
    for (field, values) in &expect.holds {
        let has = |value: &&String| items.iter().any(|item| item["fields"][field] == value.as_str());
        if let Some(value) = values.iter().find(|value| !has(value)) {
            return wrong(&format!("expected an item whose {field} is {value}"));
        }
    }
    let (mut names, mut keywords) = (Vec::new(), Vec::new());
    called(&reply, &mut names, &mut keywords);
    for (what, wanted, found) in [("name", &expect.names, &names), ("keyword", &expect.keywords, &keywords)] {
        if let Some(missing) = wanted.iter().find(|one| !found.contains(one)) {
            return Err(format!("expected a {what} {missing}; found {found:?}"));
        }
    }
    if let Some(labels) = &expect.labels {
        let found: Vec<&str> = reply.as_array().into_iter().flatten().filter_map(|one| one["label"].as_str()).collect();
        if *labels != found {
            return Err(format!("expected labels {labels:?}; found {found:?}"));
        }
    }
    for (id, score) in &expect.scores {
        let found = place(id).and_then(|at| items[at]["score"].as_f64());
        if found.is_none_or(|found| (found - score).abs() > 1e-3) {
            return wrong(&format!("expected {id} to score {score}, found {found:?}"));
        }
    }
    for (id, cause) in &expect.causes {
        let reasons = place(id).map_or(json!([]), |at| items[at]["reasons"].clone());
        let named = reasons.as_array().is_some_and(|list| list.iter().any(|r| r["event"]["item"] == cause.as_str()));
        if !named {
            return wrong(&format!("expected {cause} among the causes of {id}, found {reasons}"));
        }
    }
    for item in &items {
        let parts: f64 = item["reasons"].as_array().into_iter().flatten().filter_map(|r| r["part"].as_f64()).sum();
        let score = item["score"].as_f64().unwrap_or(f64::NAN);
        if (parts - score).abs() > 1e-9 {
            return wrong(&format!("reasons of {} sum to {parts}, not to its score {score}", item["id"]));
        }
    }
    Ok(())
}
