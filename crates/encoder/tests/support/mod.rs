//! Small encoders with made-up weights, written as ONNX files byte by byte.

#![allow(dead_code)]

use predilect_encoder::Manifest;
use sha2::{Digest, Sha256};

/// A protobuf message under construction.
#[derive(Default)]
pub struct Message(Vec<u8>);

impl Message {
    fn varint(&mut self, mut value: u64) {
        while value > 127 {
            self.0.push(value as u8 | 128);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    pub fn int(mut self, field: u64, value: i64) -> Message {
        self.varint(field << 3);
        self.varint(value as u64);
        self
    }

    pub fn float(mut self, field: u64, value: f32) -> Message {
        self.varint(field << 3 | 5);
        self.0.extend(value.to_le_bytes());
        self
    }

    pub fn bytes(mut self, field: u64, bytes: &[u8]) -> Message {
        self.varint(field << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend(bytes);
        self
    }

    pub fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// How a model is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Style {
    /// int8 weights behind `DequantizeLinear`, else f32.
    pub quantised: bool,
    /// `LayerNormalization` and `Gelu`, else both written out.
    pub operators: bool,
    /// Weights stored `[outputs][inputs]` behind `Transpose`.
    pub transposed: bool,
    /// Position ids counted from the mask, as XLM-R does, else a slice of a constant.
    pub counted: bool,
    /// Adds a mask that hides later tokens.
    pub causal: bool,
}

pub const PLAIN: Style = Style { quantised: true, operators: true, transposed: false, counted: false, causal: false };

pub const HIDDEN: usize = 24;
pub const HEADS: usize = 3;
pub const INNER: usize = 40;
pub const VOCABULARY: usize = 60;
pub const POSITIONS: usize = 20;
const LAYERS: usize = 2;

struct Writer {
    graph: Message,
    seed: u64,
    count: usize,
    style: Style,
}

impl Writer {
    fn random(&mut self, count: usize, size: f32) -> Vec<f32> {
        let mut next = || {
            self.seed = self.seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            ((self.seed >> 40) as f32 / (1 << 23) as f32 - 1.0) * size
        };
        (0..count).map(|_| next()).collect()
    }

    fn fresh(&mut self, hint: &str) -> String {
        self.count += 1;
        format!("{hint}_{}", self.count)
    }

    fn node(&mut self, op: &str, inputs: &[&str], attributes: &[Vec<u8>]) -> String {
        let output = self.fresh(op);
        let mut node = Message::default();
        for input in inputs {
            node = node.bytes(1, input.as_bytes());
        }
        node = node.bytes(2, output.as_bytes()).bytes(3, output.as_bytes()).bytes(4, op.as_bytes());
        for attribute in attributes {
            node = node.bytes(5, attribute);
        }
        self.graph = std::mem::take(&mut self.graph).bytes(1, &node.finish());
        output
    }

    fn constant(&mut self, hint: &str, dims: &[usize], code: i64, raw: &[u8]) -> String {
        let name = self.fresh(hint);
        let mut tensor = Message::default();
        for &d in dims {
            tensor = tensor.int(1, d as i64);
        }
        let tensor = tensor.int(2, code).bytes(8, name.as_bytes()).bytes(9, raw).finish();
        self.graph = std::mem::take(&mut self.graph).bytes(5, &tensor);
        name
    }

    fn floats(&mut self, dims: &[usize], values: &[f32]) -> String {
        let raw: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        self.constant("f", dims, 1, &raw)
    }

    fn longs(&mut self, dims: &[usize], values: &[i64]) -> String {
        let raw: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        self.constant("i", dims, 7, &raw)
    }

    /// A matrix `[rows][columns]` of int8 values with a scale along `axis`, or the same values in f32.
    fn matrix(&mut self, rows: usize, columns: usize, axis: usize) -> String {
        let q: Vec<i8> = self.random(rows * columns, 127.4).iter().map(|v| v.round() as i8).collect();
        let length = [rows, columns][axis];
        let scales: Vec<f32> = self.random(length, 0.001).iter().map(|v| v.abs() + 0.002).collect();
        if self.style.quantised {
            let raw: Vec<u8> = q.iter().map(|&v| v as u8).collect();
            let weights = self.constant("w", &[rows, columns], 3, &raw);
            let scales = self.floats(&[length], &scales);
            self.node("DequantizeLinear", &[&weights, &scales], &[int("axis", axis as i64)])
        } else {
            let scale = |i: usize| scales[[i / columns, i % columns][axis]];
            let values: Vec<f32> = q.iter().enumerate().map(|(i, &v)| f32::from(v) * scale(i)).collect();
            self.floats(&[rows, columns], &values)
        }
    }

    fn linear(&mut self, x: &str, inputs: usize, outputs: usize) -> String {
        let weights = if self.style.transposed {
            let stored = self.matrix(outputs, inputs, 0);
            self.node("Transpose", &[&stored], &[ints("perm", &[1, 0])])
        } else {
            self.matrix(inputs, outputs, 1)
        };
        let product = self.node("MatMul", &[x, &weights], &[]);
        let bias = self.random(outputs, 0.3);
        let bias = self.floats(&[outputs], &bias);
        self.node("Add", &[&bias, &product], &[])
    }

    fn norm(&mut self, x: &str) -> String {
        let gamma: Vec<f32> = self.random(HIDDEN, 0.3).iter().map(|v| v + 1.0).collect();
        let gamma = self.floats(&[HIDDEN], &gamma);
        let beta = self.random(HIDDEN, 0.2);
        let beta = self.floats(&[HIDDEN], &beta);
        if self.style.operators {
            return self.node("LayerNormalization", &[x, &gamma, &beta], &[float("epsilon", 1e-6), int("axis", -1)]);
        }
        let last = [ints("axes", &[-1])];
        let mean = self.node("ReduceMean", &[x], &last);
        let centred = self.node("Sub", &[x, &mean], &[]);
        let two = self.floats(&[], &[2.0]);
        let square = self.node("Pow", &[&centred, &two], &[]);
        let variance = self.node("ReduceMean", &[&square], &last);
        let epsilon = self.floats(&[], &[1e-6]);
        let sum = self.node("Add", &[&variance, &epsilon], &[]);
        let root = self.node("Sqrt", &[&sum], &[]);
        let normal = self.node("Div", &[&centred, &root], &[]);
        let scaled = self.node("Mul", &[&normal, &gamma], &[]);
        self.node("Add", &[&scaled, &beta], &[])
    }

    fn gelu(&mut self, x: &str) -> String {
        if self.style.operators {
            return self.node("Gelu", &[x], &[]);
        }
        let root = self.floats(&[], &[std::f32::consts::SQRT_2]);
        let scaled = self.node("Div", &[x, &root], &[]);
        let erf = self.node("Erf", &[&scaled], &[]);
        let one = self.floats(&[], &[1.0]);
        let sum = self.node("Add", &[&erf, &one], &[]);
        let product = self.node("Mul", &[x, &sum], &[]);
        let half = self.floats(&[], &[0.5]);
        self.node("Mul", &[&product, &half], &[])
    }

    fn heads(&mut self, x: &str, perm: &[i64]) -> String {
        let linear = self.linear(x, HIDDEN, HIDDEN);
        let shape = self.longs(&[4], &[0, 0, HEADS as i64, (HIDDEN / HEADS) as i64]);
        let split = self.node("Reshape", &[&linear, &shape], &[]);
        self.node("Transpose", &[&split], &[ints("perm", perm)])
    }

    fn layer(&mut self, x: &str, mask: &str) -> String {
        let query = self.heads(x, &[0, 2, 1, 3]);
        let key = self.heads(x, &[0, 2, 3, 1]);
        let value = self.heads(x, &[0, 2, 1, 3]);
        let scores = self.node("MatMul", &[&query, &key], &[]);
        let root = self.floats(&[], &[((HIDDEN / HEADS) as f32).sqrt()]);
        let scaled = self.node("Div", &[&scores, &root], &[]);
        let masked = self.node("Add", &[&scaled, mask], &[]);
        let weights = self.node("Softmax", &[&masked], &[int("axis", -1)]);
        let product = self.node("MatMul", &[&weights, &value], &[]);
        let back = self.node("Transpose", &[&product], &[ints("perm", &[0, 2, 1, 3])]);
        let shape = self.longs(&[3], &[0, 0, HIDDEN as i64]);
        let merged = self.node("Reshape", &[&back, &shape], &[]);
        let out = self.linear(&merged, HIDDEN, HIDDEN);
        let sum = self.node("Add", &[&out, x], &[]);
        let x = self.norm(&sum);
        let up = self.linear(&x, HIDDEN, INNER);
        let active = self.gelu(&up);
        let down = self.linear(&active, INNER, HIDDEN);
        let sum = self.node("Add", &[&x, &down], &[]);
        self.norm(&sum)
    }

    fn embeddings(&mut self) -> String {
        let word = self.matrix(VOCABULARY, HIDDEN, 0);
        let word = self.node("Gather", &[&word, "input_ids"], &[]);
        let positions = self.random(POSITIONS * HIDDEN, 0.3);
        let positions = self.floats(&[POSITIONS, HIDDEN], &positions);
        let ids = if self.style.counted {
            // 2, 3, 4, ... as XLM-R counts.
            let axis = self.longs(&[], &[1]);
            let count = self.node("CumSum", &["attention_mask", &axis], &[]);
            let kept = self.node("Mul", &[&count, "attention_mask"], &[]);
            let padding = self.longs(&[], &[1]);
            self.node("Add", &[&kept, &padding], &[])
        } else {
            let all: Vec<i64> = (0..POSITIONS as i64).collect();
            let all = self.longs(&[1, POSITIONS], &all);
            let shape = self.node("Shape", &["input_ids"], &[]);
            let one = self.longs(&[], &[1]);
            let length = self.node("Gather", &[&shape, &one], &[int("axis", 0)]);
            let axis = self.longs(&[1], &[0]);
            let length = self.node("Unsqueeze", &[&length, &axis], &[]);
            let (zero, along) = (self.longs(&[1], &[0]), self.longs(&[1], &[1]));
            self.node("Slice", &[&all, &zero, &length, &along], &[])
        };
        let position = self.node("Gather", &[&positions, &ids], &[]);
        let kind = self.random(HIDDEN, 0.1);
        let kind = self.floats(&[HIDDEN], &kind);
        let sum = self.node("Add", &[&word, &kind], &[]);
        let sum = self.node("Add", &[&sum, &position], &[]);
        self.norm(&sum)
    }

    fn mask(&mut self) -> String {
        let axes = self.longs(&[2], &[1, 2]);
        let mask = self.node("Unsqueeze", &["attention_mask", &axes], &[]);
        let mask = self.node("Cast", &[&mask], &[int("to", 1)]);
        let one = self.floats(&[], &[1.0]);
        let hidden = self.node("Sub", &[&one, &mask], &[]);
        let low = self.floats(&[], &[-10000.0]);
        let mask = self.node("Mul", &[&hidden, &low], &[]);
        if !self.style.causal {
            return mask;
        }
        let later = self.floats(&[1, 1, 1, 1], &[-1.0]);
        let later = self.node("Trilu", &[&later], &[]);
        self.node("Add", &[&mask, &later], &[])
    }
}

fn attribute(name: &str, kind: i64) -> Message {
    Message::default().bytes(1, name.as_bytes()).int(20, kind)
}

fn int(name: &str, value: i64) -> Vec<u8> {
    attribute(name, 2).int(3, value).finish()
}

fn float(name: &str, value: f32) -> Vec<u8> {
    attribute(name, 1).float(2, value).finish()
}

fn ints(name: &str, values: &[i64]) -> Vec<u8> {
    values.iter().fold(attribute(name, 7), |m, &v| m.int(8, v)).finish()
}

fn value(name: &str, kind: i64, dims: &[&str]) -> Vec<u8> {
    let shape = dims.iter().fold(Message::default(), |m, d| {
        let dim = match d.parse() {
            Ok(length) => Message::default().int(1, length),
            Err(_) => Message::default().bytes(2, d.as_bytes()),
        };
        m.bytes(1, &dim.finish())
    });
    let tensor = Message::default().int(1, kind).bytes(2, &shape.finish());
    let kind = Message::default().bytes(1, &tensor.finish());
    Message::default().bytes(1, name.as_bytes()).bytes(2, &kind.finish()).finish()
}

/// The bytes of a model.
pub fn model(style: Style) -> Vec<u8> {
    let mut writer = Writer { graph: Message::default(), seed: 7, count: 0, style };
    let mut x = writer.embeddings();
    let mask = writer.mask();
    for _ in 0..LAYERS {
        x = writer.layer(&x, &mask);
    }
    let hidden = HIDDEN.to_string();
    let graph = writer
        .graph
        .bytes(2, b"encoder")
        .bytes(11, &value("input_ids", 7, &["batch", "sequence"]))
        .bytes(11, &value("attention_mask", 7, &["batch", "sequence"]))
        .bytes(12, &value(&x, 1, &["batch", "sequence", &hidden]));
    let opset = if style.operators { 20 } else { 13 };
    let opset = Message::default().bytes(1, b"").int(2, opset);
    Message::default().int(1, 8).bytes(7, &graph.finish()).bytes(8, &opset.finish()).finish()
}

/// A unigram tokenizer of `size` pieces: specials, letters, some Chinese characters, fillers.
pub fn tokenizer(size: usize) -> Vec<u8> {
    let mut pieces = vec!["<s>".to_owned(), "<pad>".into(), "</s>".into(), "<unk>".into(), "▁".into()];
    pieces.extend(('a'..='z').map(String::from));
    pieces.extend(["绿", "茶", "电", "影", "▁tea", "▁green"].map(String::from));
    let fillers = size.saturating_sub(pieces.len());
    pieces.extend((0..fillers).map(|i| format!("<filler{i}>")));
    let vocabulary: Vec<String> =
        pieces.iter().enumerate().map(|(i, p)| format!("[{p:?}, {}]", -1.0 - i as f64 / 10.0)).collect();
    let special = |id: usize| {
        format!(
            r#"{{"id":{id},"content":"{}","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}}"#,
            pieces[id]
        )
    };
    let specials: Vec<String> = (0..4).map(special).collect();
    format!(
        r#"{{"version":"1.0","truncation":null,"padding":null,"added_tokens":[{}],
        "normalizer":{{"type":"NFKC"}},
        "pre_tokenizer":{{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}},
        "post_processor":{{"type":"TemplateProcessing",
          "single":[{{"SpecialToken":{{"id":"<s>","type_id":0}}}},{{"Sequence":{{"id":"A","type_id":0}}}},{{"SpecialToken":{{"id":"</s>","type_id":0}}}}],
          "pair":[{{"Sequence":{{"id":"A","type_id":0}}}},{{"Sequence":{{"id":"B","type_id":1}}}}],
          "special_tokens":{{"<s>":{{"id":"<s>","ids":[0],"tokens":["<s>"]}},"</s>":{{"id":"</s>","ids":[2],"tokens":["</s>"]}}}}}},
        "decoder":null,
        "model":{{"type":"Unigram","unk_id":3,"vocab":[{}],"byte_fallback":false}}}}"#,
        specials.join(","),
        vocabulary.join(",")
    )
    .into_bytes()
}

/// A manifest that fits two files.
pub fn manifest(model: &[u8], tokenizer: &[u8]) -> Manifest {
    let entry = |name: &str, bytes: &[u8]| {
        let hash: String = Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect();
        serde_json::json!({"name": name, "bytes": bytes.len(), "sha256": hash})
    };
    let json = serde_json::json!({
        "id": "test", "revision": "1", "dimension": HIDDEN, "pooling": "mean", "normalise": true, "max_tokens": 16,
        "prefix": "", "licence": "MIT", "fingerprint": "",
        "files": {"model": entry("model.onnx", model), "tokenizer": entry("tokenizer.json", tokenizer)},
    });
    let mut manifest: Manifest = serde_json::from_value(json).expect("a manifest");
    manifest.fingerprint = manifest.computed_fingerprint();
    manifest
}

/// Cosine of two vectors of length 1.
pub fn cosine(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}
