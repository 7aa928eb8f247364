//! How far predicted stars are from given ones.

use serde::Serialize;

/// Of all predictions.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct RatingMetrics {
    /// Mean absolute error, stars.
    pub mae: f64,
    /// Mean squared error, stars squared.
    pub mse: f64,
    /// Its root, stars.
    pub rmse: f64,
}

/// Metrics of pairs of predicted and given stars.
pub fn rating(pairs: &[(f64, f64)]) -> RatingMetrics {
    let n = pairs.len().max(1) as f64;
    let mae = pairs.iter().map(|(predicted, given)| (predicted - given).abs()).sum::<f64>() / n;
    let mse = pairs.iter().map(|(predicted, given)| (predicted - given).powi(2)).sum::<f64>() / n;
    RatingMetrics { mae, mse, rmse: mse.sqrt() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let found = rating(&[(4.0, 5.0), (3.0, 1.0), (2.0, 2.0), (4.5, 3.5)]);
        assert_eq!((found.mae, found.mse), (1.0, 1.5));
        assert!((found.rmse - 1.5_f64.sqrt()).abs() < 1e-12);
    }
}
