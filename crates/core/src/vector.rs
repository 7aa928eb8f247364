//! Vectors: unit vectors of an encoder, int8 rows of a catalogue, and the integer dot product between them.
//!
//! A stored row is `d` values in -127..=127 with one `f32` scale; `value * scale` has unit length. A query keeps 14 bits,
//! so that only the rows carry a visible rounding error. All products are integers: every path, scalar or SIMD, native or
//! wasm, gives the same sum and therefore the same score.

use thiserror::Error;

use crate::kernel::dot;

/// Largest dimension for which the integer dot product cannot overflow: `d * 127 * 8191 < 2^31`.
pub const MAX_DIMENSION: usize = 2048;

const QUERY_MAX: f32 = 8191.0;
const ROW_MAX: f32 = 127.0;
/// Step of the values in a catalogue, as a share of their root mean square: of 1,000 items 948 keep their nearest one, and each 9.5
/// of their 10 nearest (films by their texts, beside steps as fine as a byte has; `predilect eval steps`).
const STEP: f32 = 0.24;

/// Why numbers are not a usable vector.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum VectorError {
    /// Two vectors that must meet have different lengths.
    #[error("vector has {found} values, expected {expected}; encode it with the encoder of the catalogue")]
    Dimension {
        /// Values that were given.
        found: usize,
        /// Values that are needed.
        expected: usize,
    },
    /// A value is NaN or infinite.
    #[error("vector value {at} is not finite; encode the text again")]
    NotFinite {
        /// Index of the first such value.
        at: usize,
    },
    /// All values are zero, so there is no direction.
    #[error("vector has length 0 and no direction; encode a text that is not empty")]
    Zero,
    /// The dimension is 0 or above [`MAX_DIMENSION`].
    #[error("dimension {0} is outside 1..={MAX_DIMENSION}")]
    Unsupported(usize),
}

/// Cosine of the angle between two vectors of any length, in -1..=1.
///
/// # Errors
/// [`VectorError::Dimension`] names both dimensions; a zero or non-finite vector is refused too.
pub fn cosine(a: &[f32], b: &[f32]) -> Result<f32, VectorError> {
    if a.len() != b.len() {
        return Err(VectorError::Dimension { found: b.len(), expected: a.len() });
    }
    let a = UnitVector::new(a)?;
    let b = UnitVector::new(b)?;
    Ok(a.dot(&b))
}

/// A finite vector of Euclidean length 1.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitVector(Vec<f32>);

impl UnitVector {
    /// Scales `values` to length 1. Values that have it already, as far as `f32` can tell, stay as they are: what is written and
    /// read again is the same.
    ///
    /// # Errors
    /// Refuses an empty, too long, zero or non-finite vector.
    pub fn new(values: &[f32]) -> Result<Self, VectorError> {
        if values.is_empty() || values.len() > MAX_DIMENSION {
            return Err(VectorError::Unsupported(values.len()));
        }
        if let Some(at) = values.iter().position(|v| !v.is_finite()) {
            return Err(VectorError::NotFinite { at });
        }
        let norm = values.iter().map(|&v| f64::from(v) * f64::from(v)).sum::<f64>().sqrt();
        if norm == 0.0 {
            return Err(VectorError::Zero);
        }
        // Rounding every value to `f32` moves a length of 1 by half of this at most.
        if (norm - 1.0).abs() <= f64::from(f32::EPSILON) {
            return Ok(Self(values.to_vec()));
        }
        Ok(Self(values.iter().map(|&v| (f64::from(v) / norm) as f32).collect()))
    }

    /// The values, `d` of them.
    pub fn as_slice(&self) -> &[f32] {
        &self.0
    }

    /// Number of values.
    pub fn dimension(&self) -> usize {
        self.0.len()
    }

    /// Cosine with a vector of the same dimension.
    pub fn dot(&self, other: &Self) -> f32 {
        self.0.iter().zip(&other.0).map(|(&x, &y)| f64::from(x) * f64::from(y)).sum::<f64>() as f32
    }
}

/// A query direction in 14-bit integers.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    values: Vec<i16>,
    scale: f32,
}

impl Query {
    /// Quantises a unit vector.
    pub fn new(vector: &UnitVector) -> Self {
        Self::from_values(vector.as_slice())
    }

    /// Quantises finite values of any length; zero values give a query that scores 0 everywhere.
    pub fn from_values(values: &[f32]) -> Self {
        let norm = dot_f32(values, values).sqrt();
        let top = values.iter().fold(0.0_f32, |m, v| m.max(v.abs()));
        if top == 0.0 || norm == 0.0 {
            return Self { values: vec![0; values.len()], scale: 0.0 };
        }
        let inverse = QUERY_MAX / top;
        Self {
            values: values.iter().map(|&v| (v * inverse).round_ties_even() as i16).collect(),
            scale: 1.0 / (inverse * norm),
        }
    }

    /// The quantised values.
    pub fn values(&self) -> &[i16] {
        &self.values
    }

    /// Cosine with a row from the integer dot product of both.
    pub fn score(&self, dot: i32, row_scale: f32) -> f32 {
        dot as f32 * row_scale * self.scale
    }

    /// Cosine with a row.
    pub fn similarity(&self, row: &[i8], row_scale: f32) -> f32 {
        self.score(dot(row, &self.values), row_scale)
    }
}

/// Dot product of two equally long slices, in a fixed order over 32 lanes, so that it is fast and equal everywhere.
pub(crate) fn dot_f32(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; 32];
    let (a, b) = (a.as_chunks::<32>(), b.as_chunks::<32>());
    for (x, y) in a.0.iter().zip(b.0) {
        for i in 0..32 {
            lanes[i] += x[i] * y[i];
        }
    }
    for ((lane, &x), &y) in lanes.iter_mut().zip(a.1).zip(b.1) {
        *lane += x * y;
    }
    lanes.iter().sum()
}

/// A row of int8 values and its scale; `values * scale` has length 1.
pub fn quantise_row(vector: &UnitVector) -> (Vec<i8>, f32) {
    quantise(vector, 0.0)
}

/// The same with all values of one step, [`STEP`] of what a value is on average: there are fewer different ones, so that a server's
/// compression takes a quarter off a catalogue, and a direction turns by four degrees.
pub fn compact_row(vector: &UnitVector) -> (Vec<i8>, f32) {
    quantise(vector, STEP / (vector.dimension() as f32).sqrt())
}

fn quantise(vector: &UnitVector, least: f32) -> (Vec<i8>, f32) {
    let top = vector.as_slice().iter().fold(0.0_f32, |m, v| m.max(v.abs()));
    let inverse = 1.0 / (top / ROW_MAX).max(least);
    let row: Vec<i8> = vector.as_slice().iter().map(|&v| (v * inverse).round_ties_even() as i8).collect();
    let square: i64 = row.iter().map(|&v| i64::from(v) * i64::from(v)).sum();
    (row, (1.0 / (square as f64).sqrt()) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cosine_names_both_dimensions() {
        let error = cosine(&[1.0, 1.0], &[1.0, 0.0, 1.0]).unwrap_err();
        assert_eq!(error, VectorError::Dimension { found: 3, expected: 2 });
        assert!(error.to_string().contains('3') && error.to_string().contains('2'));
    }

    #[test]
    fn bad_numbers_are_refused_by_name() {
        assert_eq!(UnitVector::new(&[0.0, f32::NAN]), Err(VectorError::NotFinite { at: 1 }));
        assert_eq!(UnitVector::new(&[f32::INFINITY]), Err(VectorError::NotFinite { at: 0 }));
        assert_eq!(UnitVector::new(&[0.0, 0.0]), Err(VectorError::Zero));
        assert_eq!(UnitVector::new(&[]), Err(VectorError::Unsupported(0)));
    }

    #[test]
    fn longest_vectors_do_not_overflow() {
        let ones = UnitVector::new(&vec![1.0; MAX_DIMENSION]).unwrap();
        let (row, scale) = quantise_row(&ones);
        assert!((Query::new(&ones).similarity(&row, scale) - 1.0).abs() < 1e-3);
    }

    #[test]
    fn what_has_length_one_stays_as_it_is() {
        // Scaled twice, this one moves in its last bits.
        let values = [0.115305655, 0.8881651, 0.8881651, 0.08414196, 0.20879674, 0.33345148, 0.20879674, 0.17763303];
        let once = UnitVector::new(&values).unwrap();
        assert_ne!(once.as_slice(), values);
        assert_eq!(UnitVector::new(once.as_slice()), Ok(once));
    }

    proptest! {
        #[test]
        fn scaling_twice_is_scaling_once(values in prop::collection::vec(-1.0_f32..1.0, 1..40)) {
            let Ok(once) = UnitVector::new(&values) else { return Ok(()) };
            prop_assert_eq!(UnitVector::new(once.as_slice()).unwrap(), once);
        }

        #[test]
        fn int8_cosine_is_close(a in prop::collection::vec(-1.0_f32..1.0, 48), b in prop::collection::vec(-1.0_f32..1.0, 48)) {
            let (Ok(a), Ok(b)) = (UnitVector::new(&a), UnitVector::new(&b)) else { return Ok(()) };
            let (row, scale) = quantise_row(&a);
            prop_assert!((Query::new(&b).similarity(&row, scale) - a.dot(&b)).abs() < 0.02);
        }
    }
}
