//! Items by the words of their title, tags and text: TF-IDF with cosine, or BM25 (Robertson et al., 1994).

use std::collections::{BTreeMap, HashMap};

use super::{Model, faded};
use crate::data::Item;
use crate::split::Case;

/// How words are weighed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weighting {
    /// `(1 + ln tf) ln(n / df)`, vectors of length 1.
    TfIdf,
    /// `idf tf (k1 + 1) / (tf + k1 (1 - b + b length / mean length))`, k1 = 1.2, b = .75; the history is the query.
    Bm25,
}

/// Words of each item.
pub struct Content {
    weighting: Weighting,
    /// Items with each word.
    postings: Vec<Vec<(usize, f64)>>,
    /// Weight of each word in an item taken as a query.
    queries: Vec<Vec<(usize, f64)>>,
}

impl Content {
    /// Reads the items.
    pub fn learn(items: &[Item], weighting: Weighting) -> Self {
        let mut vocabulary: HashMap<String, usize> = HashMap::new();
        let mut counts: Vec<BTreeMap<usize, f64>> = Vec::new();
        for item in items {
            let mut own = BTreeMap::new();
            let text = format!("{} {} {}", item.title, item.tags.join(" "), item.text).to_lowercase();
            for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() > 1) {
                let next = vocabulary.len();
                *own.entry(*vocabulary.entry(word.to_owned()).or_insert(next)).or_insert(0.0) += 1.0;
            }
            counts.push(own);
        }
        let mut frequency = vec![0.0; vocabulary.len()];
        counts.iter().flat_map(BTreeMap::keys).for_each(|word| frequency[*word] += 1.0);
        let n = items.len() as f64;
        let lengths: Vec<f64> = counts.iter().map(|own| own.values().sum()).collect();
        let mean_length = (lengths.iter().sum::<f64>() / n.max(1.0)).max(1.0);
        let mut postings = vec![Vec::new(); vocabulary.len()];
        let mut queries = Vec::new();
        for (item, own) in counts.iter().enumerate() {
            let weight = |(&word, &tf): (&usize, &f64)| {
                let df = frequency[word];
                let value = match weighting {
                    Weighting::TfIdf => (1.0 + tf.ln()) * (n / df).ln(),
                    Weighting::Bm25 => {
                        let idf = (1.0 + (n - df + 0.5) / (df + 0.5)).ln();
                        idf * tf * 2.2 / (tf + 1.2 * (0.25 + 0.75 * lengths[item] / mean_length))
                    }
                };
                (word, value)
            };
            let mut weights: Vec<(usize, f64)> = own.iter().map(weight).collect();
            if weighting == Weighting::TfIdf {
                let norm = weights.iter().map(|(_, value)| value * value).sum::<f64>().sqrt().max(1e-12);
                weights.iter_mut().for_each(|(_, value)| *value /= norm);
            }
            weights.iter().for_each(|&(word, value)| postings[word].push((item, value)));
            queries.push(match weighting {
                Weighting::TfIdf => weights,
                Weighting::Bm25 => weights.into_iter().map(|(word, _)| (word, 1.0)).collect(),
            });
        }
        Self { weighting, postings, queries }
    }
}

impl Model for Content {
    fn name(&self) -> String {
        match self.weighting {
            Weighting::TfIdf => "TF-IDF".to_owned(),
            Weighting::Bm25 => "BM25".to_owned(),
        }
    }

    fn scores(&mut self, case: &Case) -> Vec<f64> {
        let mut words: BTreeMap<usize, f64> = BTreeMap::new();
        for (item, weight) in faded(&case.history, None) {
            self.queries[item].iter().for_each(|&(word, value)| *words.entry(word).or_insert(0.0) += weight * value);
        }
        let mut scores = vec![0.0; self.queries.len()];
        for (word, weight) in words {
            self.postings[word].iter().for_each(|(item, value)| scores[*item] += weight * value);
        }
        scores
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Act;
    use predilect_core::EventKind;

    #[test]
    fn shared_rare_words_count_most() {
        let item = |title: &str| Item { title: title.to_owned(), ..Item::default() };
        let items = [item("green tea pot"), item("tea cup"), item("green car"), item("pot of soup"), item("car tea")];
        for weighting in [Weighting::TfIdf, Weighting::Bm25] {
            let history = vec![Act { item: 0, kind: EventKind::Like, value: None, at: 0 }];
            let scores = Content::learn(&items, weighting).scores(&Case { history, ..Case::default() });
            assert!(scores[2] > scores[4] && scores[3] > 0.0, "{scores:?}");
        }
    }
}
