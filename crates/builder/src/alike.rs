//! Which items say the same: by the rare words they share, and by their vectors.
//!
//! Names (of people, places, makers, series) say most about what goes with what, and are what a small encoder knows least of. So
//! items are compared by their words (TF-IDF, cosine), of Chinese and Japanese texts by pairs of characters; the closest ones
//! by their vectors too. The square of the sum is the weight, so that one close item says more than many distant ones.

use std::collections::HashMap;

use predilect_core::catalogue::{Catalogue, Links, MAX_LINKS};
use predilect_core::{CatalogueError, ItemIdx};
use serde_json::{Map, Value};

use crate::clean::is_wide;
use crate::variants::variants;

/// Items that an item is like, at most.
const NEAREST: usize = 6;
/// Items that share words which are compared by their vectors.
const COMPARED: usize = 40;
/// Affinity counts this much beside words.
const BY_VECTOR: f64 = 0.3;
/// Similarity below which two items say different things.
const LEAST: f64 = 0.1;
/// Words that more items have tell little and cost most.
const COMMON: usize = 2000;
/// Items of fewer different words are names, and two names are two things.
const STORY: usize = 8;
/// Two items that share so much of their words say the same if their vectors are so close; or so much if they are closer.
const SHARED: f64 = 0.8;
const NEAR: f64 = 0.5;
const RETOLD: f64 = 0.4;
const CLOSE: f64 = 0.8;
/// Fields that are no words.
const SILENT: [&str; 6] = ["id", "url", "image", "lang", "date", "date_text"];

/// Links to each item from those it is most alike, with weights above 0.
///
/// # Errors
/// [`CatalogueError::Corrupt`] if the stored fields are no JSON.
pub(crate) fn links(catalogue: &Catalogue, words: &Words) -> Links {
    let mut scores = vec![0.0_f32; catalogue.len()];
    let mut links: Links = vec![Vec::new(); catalogue.len()];
    for item in catalogue.items() {
        let query = catalogue.query(item);
        let mut near: Vec<(ItemIdx, f32)> = Vec::new();
        for (other, words) in words.closest(item.row(), &mut scores) {
            let affinity = catalogue.affinity(catalogue.similarity(&query, other)).max(0.0);
            let alike = f64::from(words) + BY_VECTOR * affinity;
            if alike >= LEAST {
                near.push((other, (alike * alike) as f32));
            }
        }
        strongest(&mut near, NEAREST);
        near.iter().for_each(|&(other, weight)| links[other.row()].push((item, weight)));
    }
    for row in &mut links {
        strongest(row, MAX_LINKS);
        row.sort_by_key(|link| link.0);
    }
    links
}

/// Items that say the same as an earlier one, with the first that does, ascending. Items of two languages never do, for a
/// translation is something of its own to who reads one of them.
///
/// Nearly all words are shared, or many are and the vectors agree: what was reprinted under another title, shortened or retold
/// keeps its names and numbers; what differs by numbers is a size, a volume or a year. A text that shares no rare word with another is not found to be the same.
pub(crate) fn repeats(catalogue: &Catalogue, words: &Words) -> Vec<(u32, u32)> {
    let mut scores = vec![0.0_f32; catalogue.len()];
    let mut first: Vec<u32> = (0..catalogue.len() as u32).collect();
    for item in catalogue.items().filter(|item| words.count[item.row()] >= STORY) {
        let query = catalogue.query(item);
        let mut best: Option<(f64, u32)> = None;
        for (other, shared) in words.closest(item.row(), &mut scores) {
            // Each repeats one that repeats none: chains of small changes do not make one of everything.
            if other >= item
                || first[other.row()] != other.0
                || words.language[other.row()] != words.language[item.row()]
            {
                continue;
            }
            let near = catalogue.affinity(catalogue.similarity(&query, other));
            let same = says_the_same(f64::from(shared), near) && words.same_numbers(item.row(), other.row());
            if same && best.is_none_or(|(most, row)| (f64::from(shared), other.0) > (most, row)) {
                best = Some((f64::from(shared), other.0));
            }
        }
        if let Some((_, row)) = best {
            first[item.row()] = row;
        }
    }
    (0..).zip(first).filter(|(row, first)| row != first).collect()
}

fn says_the_same(shared: f64, near: f64) -> bool {
    shared >= SHARED && near >= NEAR || shared >= RETOLD && near >= CLOSE
}

fn strongest(list: &mut Vec<(ItemIdx, f32)>, limit: usize) {
    list.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    list.truncate(limit);
}

/// Words of items, by item and by word.
pub(crate) struct Words {
    language: Vec<String>,
    /// Different words of each item.
    count: Vec<usize>,
    /// Numbers in title and text of each item, ascending.
    numbers: Vec<Vec<String>>,
    of_item: Vec<Vec<(u32, f32)>>,
    of_word: Vec<Vec<(u32, f32)>>,
}

impl Words {
    pub(crate) fn read(catalogue: &Catalogue) -> Result<Self, CatalogueError> {
        let mut language = Vec::with_capacity(catalogue.len());
        let mut numbers = Vec::with_capacity(catalogue.len());
        let mut vocabulary: HashMap<String, u32> = HashMap::new();
        let mut counts: Vec<Vec<(u32, f32)>> = Vec::with_capacity(catalogue.len());
        for item in catalogue.items() {
            let mut own: Vec<u32> = Vec::new();
            let mut hear = |word: String| {
                let next = vocabulary.len() as u32;
                own.push(*vocabulary.entry(word).or_insert(next));
            };
            let fields = catalogue.object(item)?;
            numbers.push(numbers_of(&fields));
            language.push(fields.get("lang").and_then(Value::as_str).unwrap_or_default().to_owned());
            for (_, value) in fields.iter().filter(|(name, _)| !SILENT.contains(&name.as_str())) {
                match value {
                    Value::String(text) => each_word(text, &mut hear),
                    Value::Array(list) => {
                        list.iter().filter_map(Value::as_str).for_each(|text| each_word(text, &mut hear))
                    }
                    _ => {}
                }
            }
            own.sort_unstable();
            counts.push(own.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as f32)).collect());
        }
        let count = counts.iter().map(Vec::len).collect();
        let mut frequency = vec![0_usize; vocabulary.len()];
        counts.iter().flatten().for_each(|(word, _)| frequency[*word as usize] += 1);
        let all = counts.len() as f32;
        let mut of_word = vec![Vec::new(); frequency.len()];
        for (item, own) in counts.iter_mut().enumerate() {
            for (word, count) in own.iter_mut() {
                *count = (1.0 + count.ln()) * (all / frequency[*word as usize] as f32).ln();
            }
            let length = own.iter().map(|(_, weight)| weight * weight).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
            own.iter_mut().for_each(|(_, weight)| *weight /= length);
            own.retain(|(word, _)| (2..=COMMON).contains(&frequency[*word as usize]));
            own.iter().for_each(|&(word, weight)| of_word[word as usize].push((item as u32, weight)));
        }
        Ok(Self { language, count, numbers, of_item: counts, of_word })
    }

    /// Whether one of two items has no number that the other lacks.
    fn same_numbers(&self, a: usize, b: usize) -> bool {
        let within = |a: &[String], b: &[String]| a.iter().all(|number| b.binary_search(number).is_ok());
        let (a, b) = (&self.numbers[a], &self.numbers[b]);
        within(a, b) || within(b, a)
    }

    /// The other items that share most, with the cosine of their words. `scores` is all 0 before and after.
    fn closest(&self, item: usize, scores: &mut [f32]) -> Vec<(ItemIdx, f32)> {
        let mut touched: Vec<u32> = Vec::new();
        for &(word, weight) in &self.of_item[item] {
            for &(other, own) in &self.of_word[word as usize] {
                if scores[other as usize] == 0.0 {
                    touched.push(other);
                }
                scores[other as usize] += weight * own;
            }
        }
        let score = |other: u32| (ItemIdx(other), std::mem::take(&mut scores[other as usize]));
        let mut near: Vec<(ItemIdx, f32)> = touched.into_iter().map(score).collect();
        near.retain(|(other, _)| other.row() != item);
        if near.len() > COMPARED {
            near.select_nth_unstable_by(COMPARED, |a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            near.truncate(COMPARED);
        }
        near
    }
}

fn numbers_of(fields: &Map<String, Value>) -> Vec<String> {
    let texts = ["title", "text"].into_iter().filter_map(|name| fields.get(name)?.as_str());
    let digits = texts.flat_map(|text| text.split(|c: char| !c.is_ascii_digit())).filter(|digits| !digits.is_empty());
    let mut numbers: Vec<String> = digits.map(str::to_owned).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// Words of letters and digits, in lower case; of scripts without spaces every two characters that stand together.
fn each_word(text: &str, hear: &mut impl FnMut(String)) {
    let mut word = String::new();
    let mut wide: Option<char> = None;
    for c in text.chars().flat_map(char::to_lowercase).chain([' ']) {
        if c.is_alphanumeric() && is_wide(c) {
            let c = variants().fold(c);
            if let Some(before) = wide {
                hear([before, c].iter().collect());
            }
            wide = Some(c);
        } else {
            wide = None;
        }
        if c.is_alphanumeric() && !is_wide(c) {
            word.push(c);
        } else if word.chars().nth(1).is_some() {
            hear(std::mem::take(&mut word));
        } else {
            word.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use predilect_core::catalogue::{CatalogueParts, ItemParts, write};

    #[test]
    fn traditional_and_simplified_words_are_the_same() {
        assert_eq!(words("臺灣電影"), words("台湾电影"));
    }

    fn words(text: &str) -> Vec<String> {
        let mut out = Vec::new();
        each_word(text, &mut |word| out.push(word));
        out
    }

    fn catalogue(titles: &[&str]) -> Catalogue {
        let item = |(row, title): (usize, &&str)| ItemParts {
            id: format!("i{row}"),
            fields: serde_json::json!({"title": title, "url": "https://same.example/words"})
                .as_object()
                .unwrap()
                .clone(),
        };
        let items: Vec<ItemParts> = titles.iter().enumerate().map(item).collect();
        let vectors: Vec<f32> =
            (0..titles.len()).flat_map(|row| (0..8).map(move |j| if j == row % 8 { 1.0 } else { 0.0 })).collect();
        let parts = CatalogueParts { name: "t", encoder: "e", dimension: 8, vectors: &vectors, items: &items };
        Catalogue::open(write(&parts).unwrap()).unwrap()
    }

    #[test]
    fn words_of_both_kinds_of_script() {
        assert_eq!(words("The X-Men, a 2nd time"), ["the", "men", "2nd", "time"]);
        assert_eq!(words("铁观音 tea 茶"), ["铁观", "观音", "tea"]);
        assert_eq!(words("喝Oolong茶叶"), ["oolong", "茶叶"]);
    }

    #[test]
    fn what_says_the_same_is_found() {
        let story = "The river rose four metres overnight and reached the old mill before dawn on Friday";
        let text = |row: usize, fields: Value| ItemParts {
            id: format!("i{row}"),
            fields: fields.as_object().cloned().unwrap(),
        };
        let items = [
            text(0, serde_json::json!({"title": "Flood at the mill", "text": story, "lang": "en"})),
            text(
                1,
                serde_json::json!({"title": "Bakery wins a prize", "text": "Its rye bread convinced the jury", "lang": "en"}),
            ),
            text(2, serde_json::json!({"title": "Water in the valley", "text": story, "lang": "en"})),
            text(3, serde_json::json!({"title": "Flood at the mill", "text": story, "lang": "de"})),
            text(
                4,
                serde_json::json!({"title": "Night flood", "text": "The river rose four metres and reached the old mill", "lang": "en"}),
            ),
            text(5, serde_json::json!({"title": "Four mills on the river", "text": "A walk for Friday", "lang": "en"})),
        ];
        // The fifth is close to the first, the sixth is not; others show which words are common.
        let mut near =
            vec![[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.1], [1.0, 0.0, 0.0], [1.0, 0.1, 0.0], [0.0, 0.3, 1.0]];
        let mut items = items.to_vec();
        for row in 6..40 {
            let text_of = format!(
                "on the {} a {} came at the end {row}00",
                ["hill", "road"][row % 2],
                ["cat", "bus", "friend"][row % 3]
            );
            items.push(text(row, serde_json::json!({"title": format!("Page {row}00"), "text": text_of, "lang": "en"})));
            near.push([-1.0, (row % 7) as f32, (row % 5) as f32]);
        }
        let parts =
            CatalogueParts { name: "t", encoder: "e", dimension: 3, vectors: near.as_flattened(), items: &items };
        let opened = Catalogue::open(write(&parts).unwrap()).unwrap();
        let mut found = repeats(&opened, &Words::read(&opened).unwrap());
        found.retain(|(row, _)| *row < 6);
        assert_eq!(
            found,
            [(2, 0), (4, 0)],
            "another headline, shortened; not in another language, not the same words only"
        );
    }

    #[test]
    fn rare_words_decide() {
        let opened =
            catalogue(&["Star Quest IV", "Star Quest V", "The Star of Paris", "Paris diary", "红茶入门", "正山红茶"]);
        let links = links(&opened, &Words::read(&opened).unwrap());
        let from = |row: usize| links[row].iter().map(|link| link.0.0).collect::<Vec<_>>();
        assert_eq!((from(4), from(5)), (vec![5], vec![4]));
        assert_eq!(from(0), [1], "a word that many have is not enough");
        assert_eq!(from(3), [2]);
        assert!(links.iter().flatten().all(|link| link.1 > 0.0));
    }
}
