//! Bindings of the search on WebGPU for JavaScript: a module of its own, which costs nothing until a page asks for it.
//!
//! Every refusal is a JavaScript `Error` with a stable `code`.

use predilect_core::{Bitmap, Query, UnitVector};
use predilect_gpu::{GpuError, GpuIndex, Options, Way};
use predilect_search::Hit;
use wasm_bindgen::prelude::*;

/// Rows in graphics memory.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Gpu(GpuIndex);

#[wasm_bindgen]
impl Gpu {
    /// An empty index of vectors of `dimension` values. `software` takes an adapter that is the CPU, too; `binding` is the
    /// most bytes of a buffer that a shader may see, where fewer are wanted than there may be.
    pub async fn open(dimension: usize, software: bool, binding: Option<f64>) -> Result<Self, JsValue> {
        let options = Options { software, plain: false, binding: binding.map(|bytes| bytes as u64) };
        GpuIndex::open(dimension, options).await.map(Self).map_err(refused)
    }

    /// What the adapter calls itself.
    #[wasm_bindgen(getter)]
    pub fn adapter(&self) -> String {
        self.0.adapter().to_owned()
    }

    /// Rows that are there.
    #[wasm_bindgen(getter)]
    pub fn end(&self) -> usize {
        self.0.rows()
    }

    /// Adds rows as they are stored; `more` are expected after them.
    pub async fn push(&mut self, values: Vec<i8>, scales: Vec<f32>, more: usize) -> Result<(), JsValue> {
        self.0.push(&values, &scales, more).await.map_err(refused)
    }

    /// Puts other values in the place of a row; with the scale 0 it is no longer found.
    pub async fn set(&mut self, row: usize, values: Vec<i8>, scale: f32) -> Result<(), JsValue> {
        self.0.set(row, &values, scale).await.map_err(refused)
    }

    /// Compares what the device computes with the CPU.
    pub async fn check(&mut self) -> Result<(), JsValue> {
        self.0.check().await.map_err(refused)
    }

    /// The nearest rows of each query, equally many for each: first all rows, then the bits of all scores.
    pub async fn search(
        &mut self,
        queries: Vec<f32>,
        dimension: usize,
        k: usize,
        only: Option<Vec<u32>>,
    ) -> Result<Vec<u32>, JsValue> {
        let query = |values: &[f32]| UnitVector::new(values).map(|unit| Query::new(&unit));
        let queries: Vec<Query> = queries
            .chunks(dimension.max(1))
            .map(query)
            .collect::<Result<_, _>>()
            .map_err(|error| thrown("bad-input", &error.to_string()))?;
        let mut allowed = Bitmap::empty(self.0.rows());
        match only {
            Some(rows) => rows.iter().for_each(|&row| allowed.insert(row as usize)),
            None => allowed = Bitmap::full(self.0.rows()),
        }
        for (row, _) in self.0.scales().iter().enumerate().filter(|(_, scale)| **scale == 0.0) {
            allowed.remove(row);
        }
        let asked: Vec<&Query> = queries.iter().collect();
        let hits = self.0.search(&asked, k, &allowed, Way::Best).await.map_err(refused)?;
        let hits: Vec<Hit> = hits.into_iter().flatten().collect();
        Ok(hits.iter().map(|hit| hit.item.0).chain(hits.iter().map(|hit| hit.score.to_bits())).collect())
    }
}

fn refused(error: GpuError) -> JsValue {
    thrown(error.code(), &error.to_string())
}

fn thrown(code: &str, message: &str) -> JsValue {
    let error = js_sys::Error::new(message);
    // Setting a property of a fresh Error cannot fail.
    let _ = js_sys::Reflect::set(&error, &"code".into(), &code.into());
    error.into()
}
