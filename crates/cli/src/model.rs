//! The encoder from its folder.

use std::path::Path;

use predilect_encoder::{Encoder, Manifest};

use crate::failure::Failure;
use crate::files;

/// Reads the manifest of an encoder's folder.
pub fn manifest(folder: &Path) -> Result<Manifest, Failure> {
    let path = folder.join("manifest.json");
    if !path.is_file() {
        let message =
            format!("{}: there is no encoder (no manifest.json); name its folder with --model", folder.display());
        return Err(Failure::data(message));
    }
    let text = String::from_utf8_lossy(&files::read(&path)?).into_owned();
    Manifest::from_json(&text).map_err(|error| Failure::data(format!("{}: {error}", path.display())))
}

/// Loads the encoder of a folder.
pub fn load(folder: &Path) -> Result<Encoder, Failure> {
    let manifest = manifest(folder)?;
    let model = files::read(&folder.join(&manifest.files.model.name))?;
    let tokenizer = files::read(&folder.join(&manifest.files.tokenizer.name))?;
    Encoder::load(&model, &tokenizer, &manifest)
        .map_err(|error| Failure::data(format!("encoder in {}: {error}", folder.display())))
}
