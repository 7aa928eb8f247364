//! Orders. Each sort that a program instantiates weighs some kilobytes in wasm, so all of them are these two.

/// Indices that bring `keys` into descending order; equal keys keep their order.
pub fn descending(keys: impl IntoIterator<Item = f64>) -> Vec<usize> {
    let mut order: Vec<(f64, u32)> = keys.into_iter().zip(0..).collect();
    order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    order.into_iter().map(|(_, at)| at as usize).collect()
}

/// Brings `list` into the order given by the indices, each of which comes once.
pub fn reorder<T>(list: Vec<T>, order: &[usize]) -> Vec<T> {
    let mut slots: Vec<Option<T>> = list.into_iter().map(Some).collect();
    order.iter().filter_map(|&at| slots.get_mut(at).and_then(Option::take)).collect()
}

/// Two numbers as one that sorts by the first, then the second.
pub(crate) fn pair(first: u32, second: u32) -> u64 {
    u64::from(first) << 32 | u64::from(second)
}

/// The second number of a pair.
pub(crate) fn second(pair: u64) -> u32 {
    pair as u32
}

/// Sorts pairs and drops repeated ones.
pub(crate) fn ascending(pairs: &mut Vec<u64>) {
    pairs.sort_unstable();
    pairs.dedup();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_keys_keep_their_order() {
        let order = descending([1.0, 3.0, 1.0, -0.5, 3.0]);
        assert_eq!(order, [1, 4, 0, 2, 3]);
        assert_eq!(reorder(vec!["a", "b", "c", "d", "e"], &order), ["b", "e", "a", "c", "d"]);
    }

    #[test]
    fn pairs_sort_by_first_then_second() {
        let mut pairs = vec![pair(2, 1), pair(1, 9), pair(1, 3), pair(2, 1)];
        ascending(&mut pairs);
        assert_eq!(pairs.iter().map(|&p| (p >> 32, second(p))).collect::<Vec<_>>(), [(1, 3), (1, 9), (2, 1)]);
    }
}
