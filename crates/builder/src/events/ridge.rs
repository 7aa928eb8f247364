//! Small symmetric systems of equations.

/// Solves `(a + ridge I) x = b` for a symmetric positive definite `a` of `b.len()` rows, in place: `b` becomes `x`.
/// False if the matrix is not positive definite.
pub(super) fn solve(a: &mut [f64], ridge: f64, b: &mut [f64]) -> bool {
    let n = b.len();
    for i in 0..n {
        a[i * n + i] += ridge;
    }
    // Cholesky: a = l l^T, with l in the lower half.
    for j in 0..n {
        let (above, rest) = a.split_at_mut(j * n + n);
        let row = &mut above[j * n..];
        let pivot = row[j] - row[..j].iter().map(|v| v * v).sum::<f64>();
        if pivot <= 1e-9 {
            return false;
        }
        let pivot = pivot.sqrt();
        row[j] = pivot;
        for other in rest.chunks_exact_mut(n) {
            let dot: f64 = other[..j].iter().zip(&row[..j]).map(|(x, y)| x * y).sum();
            other[j] = (other[j] - dot) / pivot;
        }
    }
    for i in 0..n {
        let dot: f64 = (0..i).map(|k| a[i * n + k] * b[k]).sum();
        b[i] = (b[i] - dot) / a[i * n + i];
    }
    for i in (0..n).rev() {
        let dot: f64 = (i + 1..n).map(|k| a[k * n + i] * b[k]).sum();
        b[i] = (b[i] - dot) / a[i * n + i];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solves_by_hand() {
        // (2 1; 1 2) + I = (3 1; 1 3); x = (1, 2) gives b = (5, 7).
        let mut b = [5.0, 7.0];
        assert!(solve(&mut [2.0, 1.0, 1.0, 2.0], 1.0, &mut b));
        assert!((b[0] - 1.0).abs() < 1e-12 && (b[1] - 2.0).abs() < 1e-12);
        assert!(!solve(&mut [0.0, 1.0, 1.0, 0.0], 0.0, &mut [1.0, 1.0]));
    }
}
