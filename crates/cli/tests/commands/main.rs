//! The commands as a person runs them. What needs no encoder uses catalogues with given vectors.

#![allow(clippy::unwrap_used)]

mod answer;
mod build;
mod learn;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use flate2::{Compression, write::GzEncoder};
use predilect_builder::{Builder, Options};
use serde_json::{Value, json};
use tempfile::TempDir;

const ITEMS: &str = r#"{"id":"kettle","title":"Kettle","text":"Boils water for tea.","tags":["tea"],"category":"kitchen","price":30,"lang":"en"}
{"id":"cup","title":"Tea cup","tags":["tea"],"category":"kitchen","price":5,"lang":"en"}
{"id":"teapot","title":"茶壶","text":"泡茶用的壶。","tags":["tea"],"category":"kitchen","price":20,"lang":"zh"}
{"id":"drill","title":"Drill","text":"Makes holes.","tags":["tools"],"category":"workshop","price":80,"lang":"en"}
{"id":"saw","title":"Saw","tags":["tools"],"category":"workshop","price":15,"lang":"en"}
"#;

fn run(folder: &Path, args: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_predilect"))
        .args(args)
        .current_dir(folder)
        .env_remove("PREDILECT_MODEL")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The command may end before it reads all.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

fn stdout(folder: &Path, args: &[&str]) -> String {
    let output = run(folder, args, b"");
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Exit code and standard error.
fn failure(folder: &Path, args: &[&str], input: &[u8]) -> (i32, String) {
    let output = run(folder, args, input);
    assert!(output.stdout.is_empty(), "{args:?} printed {}", String::from_utf8_lossy(&output.stdout));
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

/// A folder with `items.jsonl` and `shop.predilect`, whose vectors put tea things and tools at a right angle.
fn shop() -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("items.jsonl"), ITEMS).unwrap();
    let mut builder = Builder::new(Options { name: "shop".into(), ..Options::default() }).unwrap();
    builder.push(ITEMS.as_bytes()).unwrap();
    let vectors = [1.0, 0.1, 0.9, 0.2, 0.8, 0.1, 0.1, 1.0, 0.2, 0.9];
    let bytes = builder.finish().unwrap().assemble(&vectors, "0123456789abcdef").unwrap();
    fs::write(folder.path().join("shop.predilect"), bytes).unwrap();
    folder
}

fn ids(json: &str) -> Vec<String> {
    let reply: Value = serde_json::from_str(json).unwrap();
    reply["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// The encoder of this checkout, where it is there.
fn model() -> Option<PathBuf> {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/predilect-encoder-small").canonicalize().ok()?;
    folder.join("model.onnx").is_file().then_some(folder)
}
