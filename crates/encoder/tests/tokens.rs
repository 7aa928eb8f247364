//! Token ids of the shipped tokenizer against those of the reference tokenizer (`tokens.py` wrote them).

use predilect_encoder::{Encoder, Manifest};
use serde::Deserialize;
use std::path::PathBuf;

#[derive(Deserialize)]
struct Case {
    text: String,
    #[serde(default = "once")]
    repeat: usize,
    count: usize,
    ids: String,
}

fn once() -> usize {
    1
}

/// FNV-1a over little-endian 32-bit numbers.
fn digest(ids: &[u32]) -> String {
    let bytes = ids.iter().flat_map(|id| id.to_le_bytes());
    let value =
        bytes.fold(0xcbf2_9ce4_8422_2325_u64, |value, byte| (value ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{value:016x}")
}

#[test]
fn ids_are_those_of_the_reference_tokenizer() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../models/predilect-encoder-small");
    let file = |name: &str| std::fs::read(folder.join(name)).expect("a file of the encoder");
    let manifest = Manifest::from_json(&String::from_utf8(file("manifest.json")).expect("text")).expect("a manifest");
    let encoder = Encoder::load(&file(&manifest.files.model.name), &file(&manifest.files.tokenizer.name), &manifest);
    let encoder = encoder.expect("the encoder");
    let cases: Vec<Case> =
        include_str!("tokens.jsonl").lines().map(|line| serde_json::from_str(line).expect("a case")).collect();
    assert!(cases.len() > 1900, "{} texts", cases.len());
    for case in cases {
        let ids = encoder.token_ids(&case.text.repeat(case.repeat)).expect("ids");
        assert_eq!((ids.len(), digest(&ids)), (case.count, case.ids), "{:?} x {}: {ids:?}", case.text, case.repeat);
    }
}
