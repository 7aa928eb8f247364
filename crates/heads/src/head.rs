//! The head as a file, and how one is made.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::fit::{Example, FitOptions, fit, softmax};

/// Version of the file.
pub const FORMAT: u32 = 1;
/// Most labels, values of a vector, and characters of a label.
const LABELS: usize = 100;
const VALUES: usize = 2048;
const LABEL: usize = 100;
/// Examples of the rarest label below which means of classes say more than a line between them.
const FEW: usize = 4;
/// How sharply a difference of cosines tells one label from another, for prototypes.
const SHARP: f64 = 8.0;

/// A classifier over the vectors of one encoder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// [`FORMAT`].
    pub predilect_head: u32,
    /// Name for people.
    pub name: String,
    /// Fingerprint of the encoder whose vectors it reads.
    pub encoder: String,
    /// The labels, two or more.
    pub labels: Vec<String>,
    /// Labelled texts it was made from; 0 for descriptions.
    pub examples: usize,
    /// Of each label a weight for every value of a vector.
    pub weights: Vec<Vec<f32>>,
    /// Of each label its offset.
    pub offsets: Vec<f32>,
}

/// What a head says of a text.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// The most probable label.
    pub label: String,
    /// Its probability, 0..=1.
    pub confidence: f64,
    /// Probabilities of all labels, in the order of the head.
    pub probabilities: Vec<f64>,
}

/// Why there is no head, or no answer.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum HeadError {
    /// The file is none, or contradicts itself.
    #[error("head: {what}; train it again")]
    Corrupt {
        /// What is wrong.
        what: String,
    },
    /// Vectors of another encoder.
    #[error("the head was trained with encoder {expected}, these vectors come from {found}; train it again")]
    Encoder {
        /// Fingerprint of the vectors.
        found: String,
        /// Fingerprint that the head names.
        expected: String,
    },
    /// Examples that nothing can be learned from.
    #[error("cannot train a head: {what}")]
    Examples {
        /// What is wrong.
        what: String,
    },
}

impl HeadError {
    /// Stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Corrupt { .. } => "head-corrupt",
            Self::Encoder { .. } => "encoder-mismatch",
            Self::Examples { .. } => "bad-input",
        }
    }
}

impl Head {
    /// Reads a file.
    ///
    /// # Errors
    /// [`HeadError::Corrupt`] for text that is no head, of another version, or with numbers that do not fit together.
    pub fn from_json(text: &str) -> Result<Self, HeadError> {
        let corrupt = |what: String| HeadError::Corrupt { what };
        let head: Self = serde_json::from_str(text).map_err(|error| corrupt(error.to_string()))?;
        if head.predilect_head != FORMAT {
            let found = head.predilect_head;
            return Err(corrupt(format!("it has format {found}, this version reads {FORMAT}")));
        }
        head.check().map_err(corrupt)?;
        Ok(head)
    }

    fn check(&self) -> Result<(), String> {
        let labels = self.labels.len();
        let d = self.weights.first().map_or(0, Vec::len);
        if !(2..=LABELS).contains(&labels)
            || self.labels.iter().any(|label| label.is_empty() || label.len() > 4 * LABEL)
        {
            return Err(format!("{labels} labels, expected 2 to {LABELS}, each a short text"));
        }
        let same = |at: usize| self.labels[..at].contains(&self.labels[at]);
        if let Some(at) = (0..labels).find(|&at| same(at)) {
            return Err(format!("label \"{}\" comes twice", self.labels[at]));
        }
        let shape = self.weights.len() == labels && self.offsets.len() == labels && (1..=VALUES).contains(&d);
        if !shape || self.weights.iter().any(|own| own.len() != d) {
            return Err("weights do not fit the labels".to_owned());
        }
        if self.weights.iter().flatten().chain(&self.offsets).any(|value| !value.is_finite()) {
            return Err("a weight is not finite".to_owned());
        }
        Ok(())
    }

    /// The file.
    pub fn to_json(&self) -> String {
        // Plain numbers and texts can always be written.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Values of the vectors it reads.
    pub fn dimension(&self) -> usize {
        self.weights.first().map_or(0, Vec::len)
    }

    /// What it says of each of some vectors, one after the other, of the encoder `fingerprint`.
    ///
    /// # Errors
    /// [`HeadError::Encoder`] for another encoder, [`HeadError::Corrupt`] for vectors of another length.
    pub fn classify(&self, vectors: &[f32], fingerprint: &str) -> Result<Vec<Answer>, HeadError> {
        if fingerprint != self.encoder {
            let (found, expected) = (fingerprint.to_owned(), self.encoder.clone());
            return Err(HeadError::Encoder { found, expected });
        }
        let d = self.dimension();
        if !vectors.len().is_multiple_of(d) {
            return Err(HeadError::Corrupt {
                what: format!("it reads vectors of {d} values, found {}", vectors.len()),
            });
        }
        Ok(vectors.chunks_exact(d).map(|vector| self.answer(vector)).collect())
    }

    fn answer(&self, vector: &[f32]) -> Answer {
        let score = |(own, offset): (&Vec<f32>, &f32)| {
            f64::from(*offset) + own.iter().zip(vector).map(|(w, v)| f64::from(*w) * f64::from(*v)).sum::<f64>()
        };
        let mut probabilities: Vec<f64> = self.weights.iter().zip(&self.offsets).map(score).collect();
        softmax(&mut probabilities);
        let mut best = 0;
        for at in 1..probabilities.len() {
            if probabilities[at] > probabilities[best] {
                best = at;
            }
        }
        Answer { label: self.labels[best].clone(), confidence: probabilities[best], probabilities }
    }

    /// A head of one mean vector a label: a text gets the label whose mean it is closest to (nearest class mean). With one
    /// description a label it needs no example.
    ///
    /// # Errors
    /// [`HeadError::Examples`] as for [`train`].
    pub fn prototypes(
        name: &str,
        encoder: &str,
        labels: &[String],
        vectors: &[f32],
        classes: &[usize],
        examples: usize,
    ) -> Result<Self, HeadError> {
        let d = shape(labels, vectors, classes)?;
        let mut means = vec![vec![0.0_f64; d]; labels.len()];
        for (vector, &class) in vectors.chunks_exact(d).zip(classes) {
            means[class].iter_mut().zip(vector).for_each(|(sum, &v)| *sum += f64::from(v));
        }
        means.iter_mut().for_each(|mean| unit(mean));
        // What all labels have in common tells them apart no more than the language they are in does.
        let centre: Vec<f64> =
            (0..d).map(|j| means.iter().map(|mean| mean[j]).sum::<f64>() / means.len() as f64).collect();
        let mut weights = Vec::new();
        let mut offsets = Vec::new();
        for mean in &means {
            let mut own: Vec<f64> = mean.iter().zip(&centre).map(|(m, c)| m - c).collect();
            unit(&mut own);
            offsets.push(-(SHARP * own.iter().zip(&centre).map(|(w, c)| w * c).sum::<f64>()) as f32);
            weights.push(own.iter().map(|w| (SHARP * w) as f32).collect());
        }
        let (name, encoder, labels) = (name.to_owned(), encoder.to_owned(), labels.to_vec());
        let head = Self { predilect_head: FORMAT, name, encoder, labels, examples, weights, offsets };
        head.check().map_err(|what| HeadError::Examples { what })?;
        Ok(head)
    }
}

/// Fits a head to labelled vectors, one after the other, `classes[i]` being the label of the `i`th. Means of classes where a label has
/// few examples, else logistic regression over vectors from which their mean is taken, scaled so that `l2` means the same
/// for every encoder.
///
/// # Errors
/// [`HeadError::Examples`]: fewer than two labels, a label without an example, vectors that do not divide.
pub fn train(
    name: &str,
    encoder: &str,
    labels: &[String],
    vectors: &[f32],
    classes: &[usize],
    options: &FitOptions,
) -> Result<Head, HeadError> {
    let d = shape(labels, vectors, classes)?;
    let rarest = (0..labels.len()).map(|label| classes.iter().filter(|&&class| class == label).count()).min();
    if rarest.is_some_and(|rarest| rarest < FEW) {
        return Head::prototypes(name, encoder, labels, vectors, classes, classes.len());
    }
    let n = classes.len() as f64;
    let mean: Vec<f64> =
        (0..d).map(|j| vectors.chunks_exact(d).map(|vector| f64::from(vector[j])).sum::<f64>() / n).collect();
    let left = |vector: &[f32]| vector.iter().zip(&mean).map(|(&v, m)| f64::from(v) - m).collect::<Vec<f64>>();
    let spread = vectors.chunks_exact(d).map(|vector| left(vector).iter().map(|v| v * v).sum::<f64>()).sum::<f64>() / n;
    // Vectors have length 3 on average: with the usual penalty their products reach the bend of the softmax.
    let scale = 3.0 / spread.sqrt().max(1e-6);
    let example = |(vector, &class): (&[f32], &usize)| Example {
        values: (0..).zip(left(vector).iter().map(|v| (v * scale) as f32)).collect(),
        class,
    };
    let examples: Vec<Example> = vectors.chunks_exact(d).zip(classes).map(example).collect();
    let fitted = fit(&examples, d, labels.len(), options);
    let (mut weights, mut offsets) = (Vec::new(), Vec::new());
    for own in fitted.chunks_exact(d + 1) {
        let narrow: Vec<f32> = own[..d].iter().map(|w| short(w * scale)).collect();
        let shift: f64 = narrow.iter().zip(&mean).map(|(w, m)| f64::from(*w) * m).sum();
        offsets.push((own[d] - shift) as f32);
        weights.push(narrow);
    }
    let (name, encoder, labels) = (name.to_owned(), encoder.to_owned(), labels.to_vec());
    let head = Head { predilect_head: FORMAT, name, encoder, labels, examples: classes.len(), weights, offsets };
    head.check().map_err(|what| HeadError::Examples { what })?;
    Ok(head)
}

/// To three decimals, for the size of the file.
fn short(value: f64) -> f32 {
    ((value * 1000.0).round() / 1000.0) as f32
}

fn shape(labels: &[String], vectors: &[f32], classes: &[usize]) -> Result<usize, HeadError> {
    let refuse = |what: String| Err(HeadError::Examples { what });
    if labels.len() < 2 {
        return refuse(format!("found {} labels, expected two or more", labels.len()));
    }
    if let Some(label) = (0..labels.len()).find(|label| !classes.contains(label)) {
        return refuse(format!("label \"{}\" has no example", labels[label]));
    }
    if classes.iter().any(|&class| class >= labels.len())
        || !vectors.len().is_multiple_of(classes.len())
        || vectors.is_empty()
    {
        return refuse(format!("{} values do not divide into {} vectors", vectors.len(), classes.len()));
    }
    Ok(vectors.len() / classes.len())
}

fn unit(vector: &mut [f64]) {
    let length = vector.iter().map(|v| v * v).sum::<f64>().sqrt().max(1e-12);
    vector.iter_mut().for_each(|v| *v /= length);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels() -> Vec<String> {
        ["down", "up"].map(str::to_owned).to_vec()
    }

    /// Vectors along one axis, in a narrow cone as encoders make them.
    fn cone(count: usize) -> (Vec<f32>, Vec<usize>) {
        let vector = |i: usize| {
            let side = if i.is_multiple_of(2) { -0.2 } else { 0.2 };
            [1.0, side + 0.01 * (i % 7) as f32, 0.05 * (i % 3) as f32]
        };
        ((0..count).flat_map(vector).collect(), (0..count).map(|i| i % 2).collect())
    }

    #[test]
    fn what_is_trained_is_read_and_tells_apart() {
        for count in [2, 6, 40] {
            let (vectors, classes) = cone(count);
            let head = train("t", "e", &labels(), &vectors, &classes, &FitOptions::default()).unwrap();
            assert_eq!(Head::from_json(&head.to_json()).unwrap(), head);
            let (vectors, classes) = cone(60);
            let answers = head.classify(&vectors, "e").unwrap();
            for (answer, class) in answers.iter().zip(classes) {
                assert_eq!(answer.label, head.labels[class], "{count}");
                assert!((answer.probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-9 && answer.confidence >= 0.5);
            }
        }
    }

    #[test]
    fn refusals() {
        let (vectors, classes) = cone(10);
        let head = train("t", "e", &labels(), &vectors, &classes, &FitOptions::default()).unwrap();
        assert!(matches!(head.classify(&vectors, "other"), Err(HeadError::Encoder { .. })));
        assert!(matches!(head.classify(&vectors[1..], "e"), Err(HeadError::Corrupt { .. })));
        let json = head.to_json();
        for (from, to) in [
            ("\"predilect_head\":1", "\"predilect_head\":2"),
            ("\"down\"", "\"up\""),
            ("\"offsets\":[", "\"offsets\":[0.5,"),
            ("\"weights\":[[", "\"weights\":[[1e39,"),
            ("\"name\"", "\"title\""),
        ] {
            assert!(json.contains(from));
            let error = Head::from_json(&json.replacen(from, to, 1)).unwrap_err();
            assert_eq!(error.code(), "head-corrupt", "{to}");
        }
        assert!(Head::from_json("").is_err());
        let none = train("t", "e", &labels(), &vectors, &[0; 10], &FitOptions::default());
        assert!(none.unwrap_err().to_string().contains("\"up\" has no example"));
    }
}
