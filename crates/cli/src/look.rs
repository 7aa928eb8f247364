//! Texts looked for by words and by meaning, with what there is beside the catalogue.

use std::path::Path;

use predilect_engine::{Engine, EngineError, SearchRequest, Told};
use predilect_words::{Index, Options, Query};

use crate::answer::failure;
use crate::args::{ByArg, LookArgs};
use crate::failure::Failure;
use crate::{index, model};

/// What is known of a text, and the index that knew its words.
pub struct Looked {
    pub told: Told,
    pub index: Option<Index>,
}

/// Looks for a text in the way that was asked for, else in all that there are files for.
pub fn look(
    args: &LookArgs,
    catalogue: &Path,
    engine: &Engine,
    request: &SearchRequest,
    query: &dyn Fn(&Index) -> Query,
) -> Result<Looked, Failure> {
    let path = args.words.clone().unwrap_or_else(|| index::beside(catalogue));
    // What was asked for by name must be there.
    let words = args.by == Some(ByArg::Words)
        || args.by != Some(ByArg::Meaning) && (args.by.is_some() || args.words.is_some() || path.is_file());
    let meaning = args.by != Some(ByArg::Words)
        && (args.by.is_some() || !words || args.model.model.join("manifest.json").is_file());
    let allowed = engine.allowed(request).map_err(failure)?;
    let index = words.then(|| index::read(&path, engine.catalogue())).transpose()?;
    let allowed = (!allowed.is_empty()).then_some(allowed.as_slice());
    let told = Told {
        words: index.as_ref().map(|index| found(index, &query(index), request.k, allowed)),
        meaning: meaning.then(|| vector(args, &request.text, engine)).transpose()?,
    };
    Ok(Looked { told, index })
}

/// Rows with the words of a query, and their scores.
pub fn found(index: &Index, query: &Query, k: usize, allowed: Option<&[u32]>) -> (Vec<u32>, Vec<f32>) {
    let options = Options { k: Engine::pool(k), ..Options::default() };
    let hits = index.search(query, &options, allowed);
    hits.iter().map(|hit| (hit.row, hit.score)).unzip()
}

/// The vector of a text, and the fingerprint of its encoder.
fn vector(args: &LookArgs, text: &str, engine: &Engine) -> Result<(Vec<f32>, String), Failure> {
    // A wrong encoder is told from its manifest, before it is loaded.
    let fingerprint = model::manifest(&args.model.model)?.fingerprint;
    let expected = &engine.catalogue().header().encoder;
    if fingerprint != *expected {
        let (found, expected) = (fingerprint, expected.clone());
        return Err(failure(EngineError::EncoderMismatch { what: "the query", found, expected }));
    }
    let encoder = model::load(&args.model.model)?;
    let vector = encoder.encode(&[text]).map_err(|error| Failure::usage(format!("\"{text}\": {error}")))?;
    Ok((vector, fingerprint))
}
