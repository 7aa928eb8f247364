//! `predilect index`, and the index of words beside a catalogue.

use std::path::{Path, PathBuf};

use predilect_core::Catalogue;
use predilect_words::Index;
use serde_json::{Value, json};

use crate::args::IndexArgs;
use crate::failure::Failure;
use crate::files;

/// `predilect index`.
pub fn index(args: &IndexArgs) -> Result<(), Failure> {
    let catalogue = Catalogue::open(files::read(&args.catalogue)?)
        .map_err(|error| Failure::data(format!("{}: {error}", args.catalogue.display())))?;
    let path = args.output.clone().unwrap_or_else(|| beside(&args.catalogue));
    files::check_writable(&path)?;
    println!("{}", summary(&write(&catalogue, &path)?));
    Ok(())
}

/// Where the index of words of a catalogue lies.
pub fn beside(catalogue: &Path) -> PathBuf {
    // Never the catalogue itself.
    let taken = catalogue.extension().is_some_and(|extension| extension == "words");
    catalogue.with_extension(if taken { "words.index" } else { "words" })
}

/// Writes the index of words of a catalogue; says what it holds.
pub fn write(catalogue: &Catalogue, path: &Path) -> Result<Value, Failure> {
    let bytes = predilect_builder::words(catalogue).map_err(|error| Failure::data(error.to_string()))?;
    files::write(path, &bytes)?;
    let length = bytes.len();
    let index = Index::read(bytes).map_err(|error| Failure::data(error.to_string()))?;
    let each = length as f64 / index.len().max(1) as f64;
    Ok(json!({"file": path, "bytes": length, "terms": index.terms(), "bytesPerItem": each}))
}

/// The same in a line.
pub fn summary(report: &Value) -> String {
    format!(
        "{}: {} terms, {:.2} MB, {:.0} bytes an item",
        report["file"].as_str().unwrap_or_default(),
        report["terms"],
        report["bytes"].as_f64().unwrap_or_default() / 1e6,
        report["bytesPerItem"].as_f64().unwrap_or_default()
    )
}

/// Reads the index of words of a catalogue.
pub fn read(path: &Path, catalogue: &Catalogue) -> Result<Index, Failure> {
    Index::open(files::read(path)?, catalogue.content())
        .map_err(|error| Failure::data(format!("{}: {error}", path.display())))
}
