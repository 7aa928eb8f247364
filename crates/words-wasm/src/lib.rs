//! Bindings of the index of words for JavaScript: a module of its own, loaded at the first search.
//!
//! Every refusal is a JavaScript `Error` with a stable `code`.

use predilect_words::{Index, Options, Query, WordsError, is_address, is_searched};
use wasm_bindgen::prelude::*;

/// The words of a catalogue's items.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Words(Index);

#[wasm_bindgen]
impl Words {
    /// Opens the bytes of an index for a catalogue of this content (16 hex digits).
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: Vec<u8>, content: &str) -> Result<Self, JsValue> {
        let content =
            u64::from_str_radix(content, 16).map_err(|_| thrown("bad-input", "content is not 16 hex digits"))?;
        Index::open(bytes, content).map(Self).map_err(refused)
    }

    /// The best items for a text, best first: first all rows, then the bits of their scores. `allowed` has a bit a row; without any,
    /// all are. A `question` is taken as [`Query::question`] does.
    pub fn search(&self, text: &str, prefix: bool, k: usize, allowed: &[u32], question: Option<bool>) -> Vec<u32> {
        let query =
            if question == Some(true) { Query::question(text, &self.0) } else { Query::new(text, &self.0, prefix) };
        let options = Options { k, ..Options::default() };
        let hits = self.0.search(&query, &options, (!allowed.is_empty()).then_some(allowed));
        hits.iter().map(|hit| hit.row).chain(hits.iter().map(|hit| hit.score.to_bits())).collect()
    }

    /// Where texts match: for each its number of ranges; unless that is 0 the first unit of the part to show and the one behind
    /// its last; then first unit and unit behind the last of each range.
    pub fn marks(&self, text: &str, prefix: bool, texts: Vec<String>, room: u32) -> Vec<u32> {
        let query = Query::new(text, &self.0, prefix);
        let mut out = Vec::new();
        for text in &texts {
            let Some(marks) = Some(text).filter(|text| !is_address(text)).and_then(|text| query.marks(text, room))
            else {
                out.push(0);
                continue;
            };
            out.extend([marks.ranges.len() as u32, marks.start, marks.end]);
            out.extend(marks.ranges.iter().flat_map(|&(start, end)| [start, end]));
        }
        out
    }

    /// Whether a field of an item is searched.
    #[wasm_bindgen(js_name = isSearched)]
    pub fn is_searched(field: &str) -> bool {
        is_searched(field)
    }
}

fn refused(error: WordsError) -> JsValue {
    thrown(error.code(), &error.to_string())
}

fn thrown(code: &str, message: &str) -> JsValue {
    let error = js_sys::Error::new(message);
    // Setting a property of a fresh Error cannot fail.
    let _ = js_sys::Reflect::set(&error, &"code".into(), &code.into());
    error.into()
}
