//! Texts for films from a list of another source, matched by title and year.

use std::collections::HashMap;

use serde::Deserialize;

use crate::data::Dataset;

#[derive(Deserialize)]
struct Film {
    title: String,
    year: Option<u32>,
    #[serde(default)]
    text: String,
}

/// Adds the texts of `films` (JSON Lines with `title`, `year`, `text`) to the items with the same title and year; how many.
///
/// # Errors
/// The first line that is no such object.
pub fn add_texts(data: &mut Dataset, films: &str) -> Result<usize, serde_json::Error> {
    let mut texts: HashMap<(String, Option<u32>), String> = HashMap::new();
    for line in films.lines().filter(|line| !line.is_empty()) {
        let film: Film = serde_json::from_str(line)?;
        if !film.text.is_empty() {
            texts.insert((film.title.to_lowercase(), film.year), film.text);
        }
    }
    let mut matched = 0;
    for item in &mut data.items {
        if let Some(text) = texts.get(&(item.title.to_lowercase(), item.year)) {
            item.text.clone_from(text);
            matched += 1;
        }
    }
    Ok(matched)
}
