//! Rows and queries as the shaders read them.

use predilect_core::Query;

/// Rows of a tile.
pub(crate) const TILE: usize = 64;
/// Values of a piece: four words of four.
pub(crate) const PIECE: usize = 16;

/// Pieces of a row, the last one filled up with zeros.
pub(crate) fn steps(dimension: usize) -> usize {
    dimension.div_ceil(PIECE)
}

/// Whole rows as tiles: piece 0 of 64 rows, piece 1 of 64 rows and so on; the last tile is filled up with zeros.
pub(crate) fn tiles(values: &[i8], dimension: usize) -> Vec<u8> {
    let (rows, steps) = (values.len() / dimension, steps(dimension));
    let mut out = vec![0; rows.div_ceil(TILE) * TILE * steps * PIECE];
    for (row, values) in values.chunks_exact(dimension).enumerate() {
        for (step, piece) in values.chunks(PIECE).enumerate() {
            let at = place(row, step, steps);
            out[at..at + piece.len()].copy_from_slice(bytemuck::cast_slice(piece));
        }
    }
    out
}

/// Byte at which a piece of a row starts.
pub(crate) fn place(row: usize, step: usize, steps: usize) -> usize {
    ((row / TILE * steps + step) * TILE + row % TILE) * PIECE
}

/// Of each query its high and its low halves, value = 128 * high + low, in whole pieces.
pub(crate) fn halves(queries: &[&Query], dimension: usize) -> Vec<u8> {
    let width = steps(dimension) * PIECE;
    let mut out = vec![0; queries.len() * 2 * width];
    for (query, out) in queries.iter().zip(out.chunks_exact_mut(2 * width)) {
        for (j, &value) in query.values().iter().enumerate() {
            let high = (value + 64) >> 7;
            // Both are within -64..=64: values have 14 bits.
            out[j] = high.to_le_bytes()[0];
            out[width + j] = (value - 128 * high).to_le_bytes()[0];
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use predilect_core::UnitVector;

    #[test]
    fn tiles_hold_every_value_where_place_says() {
        let dimension = 20;
        let values: Vec<i8> = (0..70 * dimension).map(|i| (i % 255) as u8 as i8).collect();
        let tiles = tiles(&values, dimension);
        assert_eq!(tiles.len(), 2 * 64 * 2 * 16);
        for (i, &value) in values.iter().enumerate() {
            let (row, j) = (i / dimension, i % dimension);
            assert_eq!(tiles[place(row, j / PIECE, 2) + j % PIECE] as i8, value, "row {row}, value {j}");
        }
        let zeros = tiles.iter().filter(|&&byte| byte == 0).count();
        assert_eq!(zeros, tiles.len() - values.iter().filter(|&&value| value != 0).count());
    }

    #[test]
    fn halves_add_up_to_the_query() {
        let query = Query::new(&UnitVector::new(&[1.0, -1.0, 0.0, 0.5, -0.007, 0.0081]).unwrap());
        let halves = halves(&[&query, &query], 6);
        assert_eq!(halves.len(), 2 * 2 * 16);
        for (j, &value) in query.values().iter().enumerate() {
            assert_eq!(i16::from(halves[32 + j] as i8) * 128 + i16::from(halves[48 + j] as i8), value);
        }
    }
}
