//! Encodes lines of text: `vectors MODEL_FOLDER [--f32] [--threads N] < texts > vectors`, little-endian f32.
//!
//! For comparing two builds, or int8 with f32, byte by byte or by ranking; times go to standard error.

use predilect_encoder::{Compute, Encoder, Manifest};
use std::io::{Read, Write};
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let folder = std::path::PathBuf::from(args.next().ok_or("which folder?")?);
    let (mut compute, mut threads) = (Compute::Auto, 1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--f32" => compute = Compute::F32,
            "--threads" => threads = args.next().ok_or("how many?")?.parse()?,
            other => return Err(format!("what is {other}?").into()),
        }
    }
    let manifest = Manifest::from_json(&std::fs::read_to_string(folder.join("manifest.json"))?)?;
    let model = std::fs::read(folder.join(&manifest.files.model.name))?;
    let tokenizer = std::fs::read(folder.join(&manifest.files.tokenizer.name))?;
    let start = Instant::now();
    let encoder = Encoder::load_with(&model, &tokenizer, &manifest, compute)?;
    eprintln!("{:?}, loaded in {:.0?}, weights {:?} bytes", encoder.compute(), start.elapsed(), encoder.weight_bytes());

    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let texts: Vec<&str> = text.lines().collect();
    let start = Instant::now();
    let vectors = encoder.encode_parallel(&texts, threads, &|_| true)?;
    let seconds = start.elapsed().as_secs_f64();
    let tokens: usize = texts.iter().map(|t| encoder.token_ids(t).map_or(0, |ids| ids.len())).sum();
    eprintln!("{} texts, {tokens} tokens in {seconds:.3} s: {:.0} texts/s", texts.len(), texts.len() as f64 / seconds);
    let bytes: Vec<u8> = vectors.iter().flat_map(|v| v.to_le_bytes()).collect();
    std::io::stdout().write_all(&bytes)?;
    Ok(())
}
