//! Inputs that the readers take.

use predilect_builder::events::{EventReader, LearnOptions, teach};
use predilect_builder::{Builder, Options};
use predilect_core::Catalogue;
use predilect_engine::Engine;
use serde_json::{Value, json};

use crate::mutate::{File, Tensor};
use crate::support;

/// Values a vector.
pub const DIMENSION: usize = 8;
/// Fingerprint of the catalogues' encoder.
pub const ENCODER: &str = "test";
/// A time shortly after all events of the seeds.
pub const NOW: i64 = 1_700_000_000_000;
const DAY: i64 = 86_400_000;

/// A vector for the item of a row, four directions with noise.
pub fn vector(row: usize) -> Vec<f32> {
    let noise = |j: usize| ((row * 31 + j * 17) % 13) as f32 / 26.0 - 0.25;
    (0..DIMENSION).map(|j| noise(j) + if j == row % 4 { 1.0 } else { 0.2 }).collect()
}

/// A catalogue of so many items with fields of every kind.
pub fn catalogue_of(count: usize) -> Vec<u8> {
    let mut builder = Builder::new(Options::default()).unwrap();
    for i in 0..count {
        let lang = ["en", "zh"][i % 2];
        let record = json!({"id": format!("i{i}"), "title": format!("Item number {i} {}", ["茶", "電影", "臺"][i % 3]), "tags": ["tea", format!("t{}", i % 5)],
            "group": format!("g{}", i % 4), "price": i as f64 * 1.5, "popularity": (i * 7 % 10) as f64, "sold": i % 2 == 0,
            "date": format!("2023-{:02}-01", i % 12 + 1), "lang": lang});
        builder.push(format!("{record}\n").as_bytes()).unwrap();
    }
    let vectors: Vec<f32> = (0..count).flat_map(vector).collect();
    builder.finish().unwrap().assemble(&vectors, ENCODER).unwrap()
}

/// What people did, as a table.
fn histories() -> String {
    let rows = (0..60).map(|n| {
        let kind = ["view", "like", "purchase"][n % 3];
        format!("p{},i{},{kind},2023-11-{:02}T10:00:00\n", n % 6, (n / 6) % 5, n % 14 + 1)
    });
    format!("user,item,kind,time\n{}", rows.collect::<String>())
}

/// A catalogue that has learned neighbours and trends.
fn learned() -> Vec<u8> {
    let catalogue = Catalogue::open(catalogue_of(12)).unwrap();
    let mut reader = EventReader::default();
    reader.push(histories().as_bytes()).unwrap();
    let acts = reader.finish().unwrap().acts(|id| catalogue.find(id).map(|item| item.row()));
    teach(&catalogue, &acts, &LearnOptions::default()).unwrap().0
}

/// A catalogue as large ones are: its space turned, its scans cut short.
fn turned() -> Vec<u8> {
    let mut file = File::read(&catalogue_of(120)).unwrap();
    file.head["outline"] = json!([3.0, 0.5, 0.98]);
    let identity = (0..DIMENSION * DIMENSION).map(|i| if i % (DIMENSION + 1) == 0 { i16::MAX } else { 0 });
    let bytes = identity.flat_map(i16::to_le_bytes).collect();
    let rotation = Tensor { name: "rotation".into(), dtype: "I16".into(), shape: vec![DIMENSION, DIMENSION], bytes };
    *file.tensors.iter_mut().find(|tensor| tensor.name == "rotation").unwrap() = rotation;
    file.write()
}

pub fn catalogues() -> Vec<Vec<u8>> {
    vec![catalogue_of(3), learned(), turned()]
}

/// A person with opinions, ratings and a typed interest.
pub fn engine() -> Engine {
    let mut engine = Engine::open(catalogue_of(12)).unwrap();
    let kinds = ["view", "click", "like", "dislike", "rating", "purchase", "dwell", "dismiss", "tune"];
    let event = |(n, kind): (usize, &&str)| {
        let mut event = json!({"kind": kind, "item": format!("i{n}"), "at": NOW - n as i64 * DAY});
        if matches!(*kind, "rating" | "dwell" | "tune") {
            event["value"] = json!(4);
        }
        event
    };
    let events: Vec<Value> = kinds.iter().enumerate().map(event).collect();
    engine.record_json(&Value::from(events).to_string()).unwrap();
    engine.describe("quiet evenings 晚上", &vector(1), ENCODER, NOW, 0.5).unwrap();
    engine
}

pub fn snapshots() -> Vec<Vec<u8>> {
    vec![Engine::open(catalogue_of(3)).unwrap().snapshot().unwrap(), engine().snapshot().unwrap()]
}

fn texts(values: impl IntoIterator<Item = Value>) -> Vec<Vec<u8>> {
    values.into_iter().map(|value| value.to_string().into_bytes()).collect()
}

pub fn requests() -> Vec<Vec<u8>> {
    let event = json!({"kind": "rating", "item": "i2", "at": NOW, "value": 4.5});
    let typed = json!({"text": "tea", "vector": vector(2), "weight": -0.5, "at": NOW - DAY});
    texts([
        json!({"kind": "like", "item": "i1", "at": NOW}),
        json!([event, {"kind": "dwell", "item": "i3", "at": NOW - DAY, "value": 20}]),
        json!({"now": NOW, "k": 5, "seed": 7, "diversity": 0.5, "explore": 0.2, "include_owned": true, "exclude": ["i1"],
            "filter": {"group": "g1"}}),
        json!({"now": NOW, "surface": "together", "items": ["i1", "i2"], "k": 3, "filter": {"price": {"min": 1, "max": 9}}}),
        json!({"now": NOW, "surface": "because", "k": 2, "caps": {"group": 2}, "calibration": {"tags": 0.5},
            "pin": [{"name": "p", "item": "i3", "place": 2}], "boost": [{"name": "b", "filter": {"group": "g1"}, "by": 0.5}],
            "bury": [{"name": "u", "filter": {"tags": "t1"}, "by": 1}]}),
        json!({"text": "tea 茶", "k": 3, "filter": {"lang": {"not": "en"}}}),
        json!(["i1", "none", "i2"]),
        json!({"item": "i2"}),
        json!({"interest": "i2"}),
        json!({"before": NOW - 2 * DAY}),
        json!({"all": true}),
        json!({"encoder": ENCODER, "events": [event], "typed": [typed], "new_only": true, "preview": false}),
    ])
}

pub fn filters() -> Vec<Vec<u8>> {
    texts([
        json!({"group": "g1", "price": {"min": 2, "max": 12.5}}),
        json!({"tags": ["tea", "t1"], "lang": {"not": ["zh"]}}),
        json!({"date": {"min": "2023-02-01", "max": "2023-09-01"}, "sold": true}),
        json!({"price": 3, "group": {"not": "g2"}}),
    ])
}

pub fn items() -> Vec<Vec<u8>> {
    let lines = "{\"id\":\"a\",\"title\":\"Tea <b>pot</b>\",\"text\":\"Keeps &amp; warms\",\"tags\":[\"tea\",\"iron\"],\"price\":39.5}\n\
        {\"id\":7,\"title\":\"茶杯\",\"text\":\"景德镇白瓷。\",\"date\":\"2023-05-01\",\"popularity\":12}\n\
        {\"title\":\"Wax\",\"category\":\"car\",\"lang\":\"en\",\"extra\":{\"deep\":[1,null]}}\n";
    let array = format!("[{}]", lines.trim_end().replace('\n', ","));
    let table = "\u{feff}id;title;text;tags;date\r\n1;\"A \"\"quoted\"\" pot\";\"two\nlines\";tea|iron;2024-02-29\r\n2;Cup;;;\r\n";
    [lines, &array, table, "id\ttitle\n1\tone\n2\ttwo\n"].map(|text| text.as_bytes().to_vec()).into()
}

pub fn events() -> Vec<Vec<u8>> {
    let lines = "{\"user\":\"p\",\"item\":\"i1\",\"rating\":4.5,\"timestamp\":1700000000}\n\
        {\"user\":2,\"item\":\"i2\",\"kind\":\"like\",\"time\":\"2023-11-01T10:00:00\"}\n";
    [histories().as_str(), lines, "userId\tmovieId\trating\ttimestamp\n1\ti1\t5\t964982703\n"]
        .map(|text| text.as_bytes().to_vec())
        .into()
}

pub fn words() -> Vec<Vec<u8>> {
    [3, 40].map(|count| predilect_builder::words(&Catalogue::open(catalogue_of(count)).unwrap()).unwrap()).into()
}

pub fn queries() -> Vec<Vec<u8>> {
    ["Item numbr 3", "wh-1000xm4 C++ don't U.S.A. 1,000", "ｶﾞｲﾄﾞ 茶 手機殼 电影", "e\u{301} שָׁלוֹם 🎮\u{fffd}<b>"]
        .map(|text| text.as_bytes().to_vec())
        .into()
}

pub fn options() -> Vec<Vec<u8>> {
    texts([
        json!({"name": "shop", "format": "csv", "delimiter": ";", "id": ["nr"], "text": ["a", "b"], "max_chars": 400}),
        json!({"format": "auto", "fields": ["price"], "drop": ["cast"], "encode_also": ["cast"], "lists": ["tags"],
            "default_lang": "en", "strict": true, "keep_duplicates": true}),
    ])
}

/// Files of a small encoder.
pub fn encoder() -> (Vec<u8>, Vec<u8>) {
    (support::model(support::PLAIN), support::tokenizer(support::VOCABULARY))
}

pub fn manifests() -> Vec<Vec<u8>> {
    let (model, tokenizer) = encoder();
    vec![serde_json::to_vec(&support::manifest(&model, &tokenizer)).unwrap()]
}

pub fn tokenizers() -> Vec<Vec<u8>> {
    vec![encoder().1]
}

pub fn models() -> Vec<Vec<u8>> {
    let plain = support::PLAIN;
    [
        plain,
        support::Style { quantised: false, ..plain },
        support::Style { operators: false, transposed: true, ..plain },
        support::Style { counted: true, ..plain },
    ]
    .map(support::model)
    .into()
}
