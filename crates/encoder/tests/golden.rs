//! The shipped encoder against vectors and token ids of onnxruntime and the reference tokenizer.

mod support;

use predilect_encoder::{Compute, Encoder, Manifest};
use serde::Deserialize;
use std::path::PathBuf;
use support::cosine;

#[derive(Deserialize)]
struct Golden {
    fingerprint: String,
    texts: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    text: String,
    ids: Vec<u32>,
    vector: Vec<f32>,
}

/// Least cosine with vectors from f32 arithmetic: what rounding activations may cost a text.
const LEAST_COSINE: f32 = 0.99;

#[test]
fn ids_are_equal_and_vectors_close() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../models/predilect-encoder-small");
    let Ok(golden) = std::fs::read_to_string(folder.join("golden.json")) else {
        eprintln!("skipped: {} has no golden.json", folder.display());
        return;
    };
    let golden: Golden = serde_json::from_str(&golden).expect("golden.json");
    let manifest = std::fs::read_to_string(folder.join("manifest.json")).expect("manifest.json");
    let manifest = Manifest::from_json(&manifest).expect("a manifest");
    let file = |name: &str| std::fs::read(folder.join(name)).expect("a file of the manifest");
    let (model, tokenizer) = (file(&manifest.files.model.name), file(&manifest.files.tokenizer.name));
    let encoder = Encoder::load_with(&model, &tokenizer, &manifest, Compute::Int8).expect("the encoder");
    assert_eq!(encoder.fingerprint(), golden.fingerprint);
    let mut least = 1.0f32;
    for case in &golden.texts {
        assert_eq!(encoder.token_ids(&case.text).expect("ids"), case.ids, "{}", case.text);
        let vector = encoder.encode(&[&case.text]).expect("a vector");
        let likeness = cosine(&vector, &case.vector);
        least = least.min(likeness);
        assert!(likeness > LEAST_COSINE, "{likeness}: {}", case.text);
    }
    println!("{} texts, least cosine {least}", golden.texts.len());
}
