//! A rotation that puts the directions in which a catalogue's items differ most in front.
//!
//! Cosines stay as they are, and a search may judge most rows by their leading values. The subspace comes from orthogonal
//! iteration on their second moment (Golub and Van Loan, Matrix Computations, 8.2), in one fixed order of
//! operations, so that it is the same on every machine.

/// Leading directions that are looked for, as a share of the dimension; the rest completes the basis.
const LEADING: f64 = 0.4;
const ROUNDS: usize = 12;
/// What is left of a direction once it is spoken for by others.
const SPENT: f64 = 1e-6;
/// A value of 1 as it is stored.
const ONE: f64 = 32_767.0;

/// Orthonormal rows, `d` of them, as 16-bit numbers for -1..=1, for vectors of `d` values.
pub(super) fn fit(vectors: impl Iterator<Item = Vec<f64>>, d: usize) -> Vec<i16> {
    let moment = second_moment(vectors, d);
    let mut by_energy: Vec<usize> = (0..d).collect();
    by_energy.sort_by(|&a, &b| moment[b][b].total_cmp(&moment[a][a]).then(a.cmp(&b)));
    let unit = |at: usize| (0..d).map(|j| f64::from(u8::from(j == at))).collect::<Vec<f64>>();
    let leading = (d as f64 * LEADING) as usize;
    let mut basis: Vec<Vec<f64>> = by_energy[..leading].iter().map(|&at| unit(at)).collect();
    for _ in 0..ROUNDS {
        let next = basis.iter().map(|row| times(row, &moment));
        basis = next.fold(Vec::new(), orthogonal);
    }
    let basis = by_energy.into_iter().map(unit).fold(basis, orthogonal);
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

/// The transpose of `rotation` times `vector`: what [`turn`] made it of.
pub(super) fn turn_back(rotation: &[i16], vector: &[f32]) -> Vec<f64> {
    let mut out = vec![0.0; vector.len()];
    for (row, &value) in rotation.chunks_exact(vector.len()).zip(vector) {
        let factor = f64::from(value) / ONE;
        out.iter_mut().zip(row).for_each(|(out, &r)| *out += factor * f64::from(r));
    }
    out
}

/// The sum of `v v'`.
fn second_moment(vectors: impl Iterator<Item = Vec<f64>>, d: usize) -> Vec<Vec<f64>> {
    let mut moment = vec![vec![0.0; d]; d];
    for vector in vectors {
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
    fn skewed(count: u64) -> Vec<Vec<f64>> {
        let direction = |m: u64| (0..D as u64).map(move |j| chance(m, j) - 0.5);
        let vector = |i: u64| {
            let mut sum = vec![0.0; D];
            for m in 0..6 {
                let factor = (chance(1000 + i, m) - 0.5) * 4.0;
                sum.iter_mut().zip(direction(m)).for_each(|(s, v)| *s += factor * v);
            }
            sum.iter_mut().zip(direction(50 + i)).for_each(|(s, v)| *s += 0.2 * v);
            sum
        };
        (0..count).map(vector).collect()
    }

    fn dot<T: Copy + Into<f64>>(a: &[T], b: &[T]) -> f64 {
        a.iter().zip(b).map(|(&a, &b)| a.into() * b.into()).sum()
    }

    #[test]
    fn products_stay_and_leading_values_carry_most() {
        let vectors = skewed(300);
        let rotation = fit(vectors.iter().cloned(), D);
        assert_eq!(rotation.len(), D * D);
        let after: Vec<Vec<f32>> = vectors.iter().map(|v| turn(&rotation, v)).collect();
        for i in 0..50 {
            let (a, b) = (&vectors[i], &vectors[i + 50]);
            let allowed = 1e-3 * (dot(a, a) * dot(b, b)).sqrt();
            assert!((dot(a, b) - dot(&after[i], &after[i + 50])).abs() < allowed);
        }
        let leading = |part: usize| after.iter().map(|v| dot(&v[..part], &v[..part])).sum::<f64>();
        let before = vectors.iter().map(|v| dot(&v[..8], &v[..8])).sum::<f64>() / leading(D);
        assert!(before < 0.5 && leading(8) > 0.95 * leading(D), "{before} {}", leading(8) / leading(D));
    }

    #[test]
    fn flat_vectors_still_give_a_basis() {
        let length = |row: &[i16]| row.iter().map(|&v| f64::from(v).powi(2)).sum::<f64>().sqrt() / ONE;
        for vectors in [vec![vec![1.0; D]; 40], Vec::new()] {
            let rotation = fit(vectors.into_iter(), D);
            assert_eq!(rotation.len(), D * D);
            assert!(rotation.chunks(D).all(|row| (length(row) - 1.0).abs() < 1e-3));
        }
    }
}
