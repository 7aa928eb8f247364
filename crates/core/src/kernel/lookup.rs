//! Sums of table look-ups: codes of 4 bits choose what counts, for 16 rows at a time (André and others, 2015).

/// Rows of a block, whose codes lie together column by column.
pub const ROWS: usize = 16;
/// The most that a table holds, so that four of them fit in a byte.
pub const MOST: u8 = 63;

/// Sum of what the tables hold for the codes of each row: of column `j` the low half chooses from table `2 j`, the high half
/// from table `2 j + 1`. Bit `i` of the answer says that sum `i` is at most `limit`; the sums are there if any is. There
/// is an even number of columns, at most 256, and no entry above [`MOST`].
pub fn look_up(columns: &[[u8; ROWS]], tables: &[[u8; ROWS]], limit: u16, sums: &mut [u16; ROWS]) -> u16 {
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    return super::simd::look_up(columns, tables, limit, sums);
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    scalar(columns, tables, limit, sums)
}

/// The definition.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
fn scalar(columns: &[[u8; ROWS]], tables: &[[u8; ROWS]], limit: u16, sums: &mut [u16; ROWS]) -> u16 {
    *sums = [0; ROWS];
    for (column, tables) in columns.iter().zip(tables.as_chunks::<2>().0) {
        for (sum, &code) in sums.iter_mut().zip(column) {
            *sum += u16::from(tables[0][usize::from(code & 15)]) + u16::from(tables[1][usize::from(code >> 4)]);
        }
    }
    sums.iter().enumerate().fold(0, |near, (i, &sum)| near | u16::from(sum <= limit) << i)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_by_hand() {
        let columns = [[0x21; ROWS], std::array::from_fn(|i| i as u8)];
        let mut tables = [[0; ROWS]; 4];
        (tables[0][1], tables[1][2], tables[2][5], tables[3][0]) = (7, 11, 13, 1);
        let mut sums = [0; ROWS];
        assert_eq!(look_up(&columns, &tables, 19, &mut sums), !(1 << 5));
        assert_eq!((sums[4], sums[5]), (19, 32));
    }
}
