//! Bindings of the vector index for JavaScript: a module of its own for pages that bring their own vectors.
//!
//! Every refusal is a JavaScript `Error` with a stable `code`.

mod relaxed;

use predilect_search::{Hit, IndexError};
use wasm_bindgen::prelude::*;

/// Vectors with numbers, searched for the nearest.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Index(predilect_search::VectorIndex);

#[wasm_bindgen]
impl Index {
    /// An empty index of vectors of `dimension` values, 1 to 2048.
    #[wasm_bindgen(constructor)]
    pub fn new(dimension: usize) -> Result<Self, JsValue> {
        relaxed::load();
        predilect_search::VectorIndex::new(dimension)
            .map(Self)
            .map_err(|error| thrown("dimension-mismatch", &error.to_string()))
    }

    /// Makes room for exactly so many rows more.
    pub fn reserve(&mut self, rows: usize) -> Result<(), JsValue> {
        self.0.reserve(rows).map_err(refused)
    }

    /// Adds vectors; returns the number of the first.
    pub fn add(&mut self, vectors: &[f32]) -> Result<usize, JsValue> {
        self.0.add(vectors).map_err(refused)
    }

    /// Adds rows as they are stored; returns the number of the first.
    #[wasm_bindgen(js_name = addStored)]
    pub fn add_stored(&mut self, values: &[i8], scales: &[f32]) -> Result<usize, JsValue> {
        self.0.add_stored(values, scales).map_err(refused)
    }

    /// Puts another vector in the place of a row.
    pub fn set(&mut self, row: usize, vector: &[f32]) -> Result<(), JsValue> {
        self.0.set(row, vector).map_err(refused)
    }

    /// Takes a row out.
    pub fn remove(&mut self, row: usize) -> Result<(), JsValue> {
        self.0.remove(row).map_err(refused)
    }

    /// The nearest rows of each query, equally many for each: first all rows, then the bits of all scores.
    pub fn search(
        &mut self,
        queries: &[f32],
        k: usize,
        only: Option<Vec<u32>>,
        exact: bool,
    ) -> Result<Vec<u32>, JsValue> {
        let hits = self.0.search(queries, k, only.as_deref(), exact).map_err(refused)?;
        let hits: Vec<Hit> = hits.into_iter().flatten().collect();
        Ok(hits.iter().map(|hit| hit.item.0).chain(hits.iter().map(|hit| hit.score.to_bits())).collect())
    }

    /// The scale of every row, 0 for removed ones.
    pub fn scales(&self) -> Vec<f32> {
        self.0.stored(0, self.0.end()).1.to_vec()
    }

    /// The values of some rows, as they are stored.
    pub fn values(&self, from: usize, to: usize) -> Vec<i8> {
        self.0.stored(from, to).0.to_vec()
    }

    /// The number that the next row gets.
    #[wasm_bindgen(getter)]
    pub fn end(&self) -> usize {
        self.0.end()
    }

    /// Rows that are there.
    #[wasm_bindgen(getter)]
    pub fn count(&self) -> usize {
        self.0.count()
    }
}

fn refused(error: IndexError) -> JsValue {
    let code = match error {
        IndexError::Partial { .. } => "dimension-mismatch",
        IndexError::Memory(_) => "out-of-memory",
        IndexError::NoRow(_) => "unknown-item",
        IndexError::Vector { .. } | IndexError::Stored(_) => "bad-input",
    };
    thrown(code, &error.to_string())
}

fn thrown(code: &str, message: &str) -> JsValue {
    let error = js_sys::Error::new(message);
    // Setting a property of a fresh Error cannot fail.
    let _ = js_sys::Reflect::set(&error, &"code".into(), &code.into());
    error.into()
}
