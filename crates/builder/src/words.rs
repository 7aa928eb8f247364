//! The index of words of a catalogue's items.

use predilect_core::{Catalogue, CatalogueError};
use predilect_words::{Writer, Zone, is_searched};
use serde_json::{Map, Value};

use crate::{error::BuilderError, value, variants::variants};

/// The bytes of the index of words that belongs to a catalogue, over all texts and lists of texts that it keeps of its items.
/// Equal items give equal bytes.
///
/// # Errors
/// [`CatalogueError::Corrupt`] if the fields of an item are not JSON.
pub fn words(catalogue: &Catalogue) -> Result<Vec<u8>, CatalogueError> {
    let mut writer = Writer::new(variants().clone());
    for item in catalogue.items() {
        let fields = catalogue.object(item)?;
        writer.item(field_texts(&fields).into_iter().map(|(name, text)| (zone(name), text)));
    }
    Ok(writer.finish(catalogue.content()))
}

/// [`words`] for the bytes of a catalogue.
///
/// # Errors
/// [`BuilderError::Catalogue`] for a catalogue that is damaged.
pub fn index_words(catalogue: Vec<u8>) -> Result<Vec<u8>, BuilderError> {
    Ok(words(&Catalogue::open(catalogue)?)?)
}

/// What of an item is searched by words: each text with the name of its field.
pub fn field_texts(fields: &Map<String, Value>) -> Vec<(&str, &str)> {
    let mut out = Vec::new();
    for (name, value) in fields.iter().filter(|(name, _)| is_searched(name)) {
        let list = match value {
            Value::Array(list) => list.as_slice(),
            one => std::slice::from_ref(one),
        };
        let texts = list.iter().filter_map(Value::as_str).filter(|text| !value::is_address(text));
        out.extend(texts.map(|text| (name.as_str(), text)));
    }
    out
}

fn zone(field: &str) -> Zone {
    if field == "title" { Zone::Title } else { Zone::Rest }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Builder, Options};
    use predilect_words::{Index, Query};

    /// An index of items that have only titles.
    fn titled(titles: &[&str]) -> Index {
        let mut builder = Builder::new(Options::default()).unwrap();
        for (row, title) in titles.iter().enumerate() {
            builder
                .push(format!("{}\n", serde_json::json!({"id": row.to_string(), "title": title})).as_bytes())
                .unwrap();
        }
        let built = builder.finish().unwrap();
        let vectors: Vec<f32> = (0..titles.len()).flat_map(|row| [1.0, row as f32]).collect();
        let catalogue = Catalogue::open(built.assemble(&vectors, "e").unwrap()).unwrap();
        Index::open(words(&catalogue).unwrap(), catalogue.content()).unwrap()
    }

    #[test]
    fn traditional_and_simplified_are_found_alike() {
        let index = titled(&["香港電影", "电影票", "台北小吃", "臺灣夜市", "如何退货", "Kettle"]);
        for (traditional, simplified, rows) in [
            ("電影", "电影", vec![0, 1]),
            ("臺", "台", vec![2, 3]),
            ("台灣", "台湾", vec![3]),
            ("怎麼退貨", "怎么退货", vec![4]),
        ] {
            for question in [false, true] {
                let query =
                    |text| if question { Query::question(text, &index) } else { Query::new(text, &index, false) };
                let hits = |text| index.search(&query(text), &Default::default(), None);
                let mut found: Vec<u32> = hits(traditional).iter().map(|hit| hit.row).collect();
                found.sort_unstable();
                assert_eq!((found, hits(traditional)), (rows.clone(), hits(simplified)), "{traditional}");
            }
        }
        assert!(index.variants().len() < 60);
        assert!(titled(&["Kettle", "Drill"]).variants().is_empty());
    }

    #[test]
    fn every_text_is_found() {
        let mut builder = Builder::new(Options::default()).unwrap();
        let lines = "{\"id\":\"a\",\"title\":\"Kettle\",\"tags\":[\"kitchen\"],\"maker\":\"Ann\",\"url\":\"https://kettle.example\"}\n\
            {\"id\":\"b\",\"title\":\"Cup\",\"text\":\"For tea.\",\"cast\":[\"Tom Hanks\"],\"price\":5}\n";
        builder.push(lines.as_bytes()).unwrap();
        let bytes = builder.finish().unwrap().assemble(&[1.0, 0.0, 0.0, 1.0], "e").unwrap();
        let catalogue = Catalogue::open(bytes).unwrap();
        let index = Index::open(words(&catalogue).unwrap(), catalogue.content()).unwrap();
        let found = |text: &str| {
            let hits = index.search(&Query::new(text, &index, false), &Default::default(), None);
            hits.iter().map(|hit| hit.row).collect::<Vec<_>>()
        };
        for (text, rows) in [
            ("kettle", vec![0]),
            ("ANN", vec![0]),
            ("hanks", vec![1]),
            ("kitchens", vec![0]),
            ("example", vec![]),
            ("en", vec![]),
        ] {
            assert_eq!(found(text), rows, "{text}");
        }
    }
}
