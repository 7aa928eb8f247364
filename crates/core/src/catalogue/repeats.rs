//! Items that say the same: pairs of a row and the first row that does.

use super::{CatalogueError, Labels, corrupt};

/// Pairs as labels, one for all that say the same.
pub(super) fn read(pairs: impl Iterator<Item = u32>, count: usize) -> Result<Labels, CatalogueError> {
    let flat: Vec<u32> = pairs.collect();
    let (pairs, _) = flat.as_chunks::<2>();
    // Of each row its label, or none.
    let mut label = vec![u32::MAX; count];
    let (mut labels, mut last) = (0, None);
    for &[row, first] in pairs {
        let fits = first < row && (row as usize) < count && last.is_none_or(|last| last < row);
        if !fits || label[row as usize] != u32::MAX {
            return Err(corrupt("repeats are not in order"));
        }
        last = Some(row);
        if label[first as usize] == u32::MAX {
            label[first as usize] = labels;
            labels += 1;
        }
        label[row as usize] = label[first as usize];
    }
    let (mut offsets, mut values) = (vec![0], Vec::new());
    for &own in &label {
        values.extend((own != u32::MAX).then_some(own));
        offsets.push(values.len() as u32);
    }
    Ok(Labels::new(vec![String::new(); labels as usize], offsets, values))
}
