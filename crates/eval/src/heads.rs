//! How well a head learns from a few labelled texts, beside logistic regression over words.

use std::collections::HashMap;

use predilect_core::candidates::mix;
use predilect_heads::{Example, FitOptions, Head, HeadError, Sparse, fit, scores, train};
use serde::Serialize;

use crate::stats::Mean;

/// Labelled texts and their vectors.
#[derive(Debug)]
pub struct Labelled<'a> {
    /// The texts.
    pub texts: &'a [String],
    /// Index of each text's label.
    pub classes: &'a [usize],
    /// The labels.
    pub labels: &'a [String],
    /// A vector a text, one after the other.
    pub vectors: &'a [f32],
}

/// What to measure.
#[derive(Debug, Clone, PartialEq)]
pub struct HeadsOptions {
    /// Labelled examples in all, of each label as many.
    pub sizes: Vec<usize>,
    /// Draws of examples for each size.
    pub seeds: u64,
    /// Measure on the texts that choices are made on, not on those of the test.
    pub validation: bool,
    /// Penalty of the head, and of the regression over words.
    pub l2: [f64; 2],
}

/// Accuracy of a method with so many examples.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HeadsRow {
    /// Examples it was trained on.
    pub examples: usize,
    /// `head` or `words`.
    pub method: &'static str,
    /// Share of held-out texts that get their label, mean over draws, with the standard deviation of the draws.
    pub accuracy: Mean,
}

/// The parts of the texts: those that examples are drawn from, and those that are judged. Equal texts are in one part.
fn parts(texts: &[String], validation: bool) -> (Vec<usize>, Vec<usize>) {
    let part = |text: &String| text.bytes().fold(7, |hash, byte| mix(hash, u64::from(byte))) % 4;
    let judged = if validation { 1 } else { 0 };
    let of = |is: &dyn Fn(u64) -> bool| (0..texts.len()).filter(|&at| is(part(&texts[at]))).collect();
    (of(&|part| part >= 2), of(&|part| part == judged))
}

/// Trains and judges every method at every size.
///
/// # Errors
/// [`HeadError::Examples`] where a label has fewer examples than a size asks for.
pub fn measure(data: &Labelled<'_>, options: &HeadsOptions) -> Result<Vec<HeadsRow>, HeadError> {
    let (pool, judged) = parts(data.texts, options.validation);
    let words = Words::new(data.texts, &pool);
    let bags: Vec<Sparse> = data.texts.iter().map(|text| words.bag(text)).collect();
    let d = data.vectors.len() / data.texts.len().max(1);
    let vector = |at: usize| &data.vectors[at * d..(at + 1) * d];
    let mut rows = Vec::new();
    for &size in &options.sizes {
        let mut accuracies = [Vec::new(), Vec::new()];
        for seed in 0..options.seeds {
            let drawn = draw(data, &pool, size, seed)?;
            let classes: Vec<usize> = drawn.iter().map(|&at| data.classes[at]).collect();
            let vectors: Vec<f32> = drawn.iter().flat_map(|&at| vector(at)).copied().collect();
            let fit_head = FitOptions { l2: options.l2[0], ..FitOptions::default() };
            let head = train("eval", "", data.labels, &vectors, &classes, &fit_head)?;
            accuracies[0].push(share(&judged, |at| of_head(&head, vector(at), data.labels) == data.classes[at]));
            let example = |&at: &usize| Example { values: bags[at].clone(), class: data.classes[at] };
            let examples: Vec<Example> = drawn.iter().map(example).collect();
            let fit_words = FitOptions { l2: options.l2[1], ..FitOptions::default() };
            let weights = fit(&examples, words.len(), data.labels.len(), &fit_words);
            let say = |at: usize| largest(&scores(&weights, words.len(), &bags[at]));
            accuracies[1].push(share(&judged, |at| say(at) == data.classes[at]));
        }
        for (method, values) in ["head", "words"].into_iter().zip(&accuracies) {
            rows.push(HeadsRow { examples: size, method, accuracy: spread(values) });
        }
    }
    Ok(rows)
}

fn of_head(head: &Head, vector: &[f32], labels: &[String]) -> usize {
    let answer = head.classify(vector, "").ok().and_then(|mut answers| answers.pop());
    answer.and_then(|answer| labels.iter().position(|label| *label == answer.label)).unwrap_or(usize::MAX)
}

/// As many examples of each label, drawn from the pool.
fn draw(data: &Labelled<'_>, pool: &[usize], size: usize, seed: u64) -> Result<Vec<usize>, HeadError> {
    let each = size / data.labels.len();
    let mut drawn = Vec::new();
    for (class, label) in data.labels.iter().enumerate() {
        let mut own: Vec<usize> = pool.iter().copied().filter(|&at| data.classes[at] == class).collect();
        if own.len() < each {
            let what = format!("label \"{label}\" has {} texts to draw from, {each} are asked for", own.len());
            return Err(HeadError::Examples { what });
        }
        own.sort_by_key(|&at| mix(mix(seed, 77), at as u64));
        drawn.extend(&own[..each]);
    }
    Ok(drawn)
}

fn share(judged: &[usize], right: impl Fn(usize) -> bool) -> f64 {
    judged.iter().filter(|&&at| right(at)).count() as f64 / judged.len().max(1) as f64
}

fn spread(values: &[f64]) -> Mean {
    let n = values.len() as f64;
    let value = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - value).powi(2)).sum::<f64>() / (n - 1.0).max(1.0);
    Mean { value, error: variance.sqrt() }
}

fn largest(scores: &[f64]) -> usize {
    (0..scores.len()).fold(0, |best, at| if scores[at] > scores[best] { at } else { best })
}

/// TF-IDF of words, pairs of words and pairs of characters; document frequencies are those of the pool, labels unseen.
struct Words {
    number: HashMap<String, (u32, f64)>,
}

impl Words {
    fn new(texts: &[String], pool: &[usize]) -> Self {
        let mut frequency: HashMap<String, u32> = HashMap::new();
        for &at in pool {
            let mut own = terms(&texts[at]);
            own.sort_unstable();
            own.dedup();
            own.into_iter().for_each(|term| *frequency.entry(term).or_default() += 1);
        }
        let mut terms: Vec<(String, u32)> = frequency.into_iter().filter(|(_, count)| *count >= 2).collect();
        terms.sort();
        let weight = |count: u32| (pool.len() as f64 / f64::from(count)).ln() + 1.0;
        let number = (0..).zip(terms).map(|(at, (term, count))| (term, (at, weight(count)))).collect();
        Self { number }
    }

    fn len(&self) -> usize {
        self.number.len()
    }

    /// Of length 3, as the vectors of a head are.
    fn bag(&self, text: &str) -> Sparse {
        let mut counts: HashMap<u32, f64> = HashMap::new();
        for term in terms(text) {
            if let Some(&(at, weight)) = self.number.get(&term) {
                *counts.entry(at).or_default() += weight;
            }
        }
        let length = counts.values().map(|v| v * v).sum::<f64>().sqrt().max(1e-9);
        let mut bag: Sparse = counts.into_iter().map(|(at, v)| (at, (3.0 * v / length) as f32)).collect();
        bag.sort_unstable_by_key(|entry| entry.0);
        bag
    }
}

fn terms(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty()).collect();
    let mut out: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    out.extend(words.windows(2).map(|pair| pair.join(" ")));
    for word in words.iter().filter(|word| word.chars().any(|c| c > '\u{2e80}')) {
        let chars: Vec<char> = word.chars().collect();
        out.extend(chars.windows(2).map(|pair| pair.iter().collect::<String>()));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_tell_are_learned_and_parts_are_apart() {
        let texts: Vec<String> = (0..400)
            .map(|i| format!("{} thing number {i}", if i % 2 == 0 { "bad dull" } else { "good fine" }))
            .collect();
        let classes: Vec<usize> = (0..400).map(|i| i % 2).collect();
        let labels = ["no".to_owned(), "yes".to_owned()];
        let vectors: Vec<f32> = classes.iter().flat_map(|&class| [1.0, class as f32 - 0.5, 0.1]).collect();
        let data = Labelled { texts: &texts, classes: &classes, labels: &labels, vectors: &vectors };
        let (pool, judged) = parts(&texts, false);
        assert!(pool.iter().all(|at| !judged.contains(at)) && !pool.is_empty() && !judged.is_empty());
        let options = HeadsOptions { sizes: vec![8, 32], seeds: 3, validation: false, l2: [1.0, 1.0] };
        let rows = measure(&data, &options).unwrap();
        assert!(rows.iter().all(|row| row.accuracy.value > 0.95), "{rows:?}");
        let many = HeadsOptions { sizes: vec![4000], ..options };
        assert!(matches!(measure(&data, &many), Err(HeadError::Examples { .. })));
    }
}
