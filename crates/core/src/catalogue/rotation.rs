//! A rotation that puts the directions in which a catalogue's items differ most in front.
//!
//! Cosines stay as they are, and a search may judge most rows by their leading values. The subspace comes from orthogonal
//! iteration on the second moment of a sample (Golub and Van Loan, Matrix Computations, 8.2), in one fixed order of
//! operations, so that it is the same on every machine.

/// Rows that the second moment is taken of, spread evenly.
const SAMPLE: usize = 8192;
/// Leading directions that are looked for, as a share of the dimension; the rest completes the basis.
const LEADING: f64 = 0.4;
const ROUNDS: usize = 12;
/// What is left of a direction once it is spoken for by others.
const SPENT: f64 = 1e-6;
/// A value of 1 as it is stored.
const ONE: f64 = 32_767.0;

/// Orthonormal rows, `d` of them, as 16-bit numbers for -1..=1; none where the vectors have no `d` directions.
pub(super) fn fit(vectors: &[Vec<f32>]) -> Vec<i16> {
    let Some(d) = vectors.first().map(Vec::len) else { return Vec::new() };
    let moment = second_moment(vectors, d);
    let mut byenergy: Vec<usize> = (0..d).collect();
    byenergy.sort_by(|&a, &b| moment[b][b].total_cmp(&moment[a][a]).then(a.cmp(&b)));
    let unit = |at: usize| (0..d).map(|j| f64::from(u8::from(j == at))).collect::<Vec<f64>>();
    let leading = (d as f64 * LEADING) as usize;
    let mut basis: Vec<Vec<f64>> = byenergy[..leading].iter().map(|&at| unit(at)).collect();
    for _ in 0..ROUNDS {
        let next = basis.iter().map(|row| times(row, &moment));
        basis = next.fold(Vec::new(), orthogonal);
    }
    let basis = byenergy.into_iter().map(unit).fold(basis, orthogonal);
    if basis.len() < d {
        return Vec::new();
    }
    basis.iter().flatten().map(|value| (value * ONE).round() as i16).collect()
}

/// `rotation` times `vector`, summed over eight lanes in one order.
pub(super) fn turn(rotation: &[i16], vector: &[f64]) -> Vec<f32> {
    let vector: Vec<f32> = vector.iter().map(|&v| v as f32).collect();
    let product = |row: &[i16]| {
        let mut lanes = [0.0_f32; 8];
        for (row, vector) in row.chunks(8).zip(vector.chunks(8)) {
            lanes.iter_mut().zip(row.iter().zip(vector)).for_each(|(lane, (&r, v))| *lane += f32::from(r) * v);
        }
        lanes.iter().sum::<f32>() / ONE as f32
    };
    rotation.chunks_exact(vector.len()).map(product).collect()
}

/// The sum of `v v'` over a sample of the vectors.
fn second_moment(vectors: &[Vec<f32>], d: usize) -> Vec<Vec<f64>> {
    let mut moment = vec![vec![0.0; d]; d];
    let count = vectors.len().min(SAMPLE);
    for vector in (0..count).map(|i| &vectors[i * vectors.len() / count]) {
        let vector: Vec<f64> = vector.iter().map(|&v| f64::from(v)).collect();
        moment.iter_mut().zip(&vector).for_each(|(row, &value)| add(row, value, &vector));
    }
    moment
}

fn times(row: &[f64], matrix: &[Vec<f64>]) -> Vec<f64> {
    let mut out = vec![0.0; row.len()];
    matrix.iter().zip(row).for_each(|(other, factor)| add(&mut out, *factor, other));
    out
}

/// `sum += factor * row`
fn add(sum: &mut [f64], factor: f64, row: &[f64]) {
    sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += factor * value);
}

/// Adds to an orthonormal basis what a row has beyond it, if that is anything (Gram and Schmidt, twice for exactness).
fn orthogonal(mut basis: Vec<Vec<f64>>, mut row: Vec<f64>) -> Vec<Vec<f64>> {
    let before = length(&row);
    for _ in 0..2 {
        for other in &basis {
            let along: f64 = row.iter().zip(other).map(|(a, b)| a * b).sum();
            add(&mut row, -along, other);
        }
    }
    let left = length(&row);
    if left > SPENT * before {
        row.iter_mut().for_each(|value| *value /= left);
        basis.push(row);
    }
    basis
}

fn length(row: &[f64]) -> f64 {
    row.iter().map(|value| value * value).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::candidates::chance;

    const D: usize = 30;

    /// Vectors whose energy lies in a few directions, none of them an axis.
    fn skewed(count: u64) -> Vec<Vec<f32>> {
        let direction = |m: u64| (0..D as u64).map(move |j| (chance(m, j) - 0.5) as f32);
        let vector = |i: u64| {
            let mut sum = vec![0.0; D];
            for m in 0..6 {
                let factor = (chance(1000 + i, m) - 0.5) as f32 * 4.0;
                sum.iter_mut().zip(direction(m)).for_each(|(s, v)| *s += factor * v);
            }
            sum.iter_mut().zip(direction(50 + i)).for_each(|(s, v)| *s += 0.2 * v);
            sum
        };
        (0..count).map(vector).collect()
    }

    fn turned(rotation: &[i16], vector: &[f32]) -> Vec<f32> {
        turn(rotation, &vector.iter().map(|&v| f64::from(v)).collect::<Vec<_>>())
    }

    fn dot(a: &[f32], b: &[f32]) -> f32 {
        a.iter().zip(b).map(|(a, b)| a * b).sum()
    }

    #[test]
    fn products_stay_and_leading_values_carry_most() {
        let vectors = skewed(300);
        let rotation = fit(&vectors);
        assert_eq!(rotation.len(), D * D);
        let after: Vec<Vec<f32>> = vectors.iter().map(|v| turned(&rotation, v)).collect();
        for i in 0..50 {
            let (a, b) = (&vectors[i], &vectors[i + 50]);
            let allowed = 1e-3 * (dot(a, a) * dot(b, b)).sqrt();
            assert!((dot(a, b) - dot(&after[i], &after[i + 50])).abs() < allowed);
        }
        let energy = |part: &dyn Fn(&[f32]) -> f32, all: &[Vec<f32>]| all.iter().map(|v| part(v)).sum::<f32>();
        let share = |all: &[Vec<f32>]| energy(&|v| dot(&v[..8], &v[..8]), all) / energy(&|v| dot(v, v), all);
        assert!(share(&vectors) < 0.5 && share(&after) > 0.95, "{} {}", share(&vectors), share(&after));
    }

    #[test]
    fn flat_vectors_still_give_a_basis() {
        let rotation = fit(&vec![vec![1.0; D]; 40]);
        assert_eq!(rotation.len(), D * D);
        assert!(fit(&[]).is_empty());
        let length = |row: &[i16]| row.iter().map(|&v| f64::from(v).powi(2)).sum::<f64>().sqrt() / ONE;
        assert!(rotation.chunks(D).all(|row| (length(row) - 1.0).abs() < 1e-3));
    }
}
