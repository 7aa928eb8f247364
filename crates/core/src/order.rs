//! Orders. Each sort that a program instantiates weighs some kilobytes in wasm, so all of them are one.

#[inline(never)]
fn sort(keys: &mut [u128]) {
    keys.sort_unstable();
}

/// Indices that bring `keys` into descending order; equal keys keep their order.
pub fn descending(keys: impl IntoIterator<Item = f64>) -> Vec<usize> {
    // As `f64::total_cmp` does: the bits of positive numbers ascend with them, those of negative ones descend.
    let falling = |key: f64| {
        let bits = key.to_bits();
        if bits >> 63 == 1 { bits } else { !bits & (u64::MAX >> 1) }
    };
    let mut order: Vec<u128> = keys.into_iter().zip(0..).map(|(key, at)| u128::from(falling(key)) << 32 | at).collect();
    sort(&mut order);
    order.into_iter().map(|entry| entry as u32 as usize).collect()
}

/// Indices of the `limit` largest of `keys`, which are above 0, in descending order; equal keys keep their order.
pub fn largest(keys: &[f64], limit: usize) -> Vec<usize> {
    const BINS: usize = 512;
    let most = keys.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    let bin = |key: f64| ((key / most * (BINS - 1) as f64) as usize).min(BINS - 1);
    let mut counts = [0_usize; BINS];
    keys.iter().for_each(|&key| counts[bin(key)] += 1);
    // The lowest bin that still has some of them.
    let (mut least, mut above) = (BINS, 0);
    while least > 0 && above < limit {
        least -= 1;
        above += counts[least];
    }
    let some: Vec<usize> = (0..keys.len()).filter(|&at| bin(keys[at]) >= least).collect();
    descending(some.iter().map(|&at| keys[at])).into_iter().take(limit).map(|at| some[at]).collect()
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

/// Sorts numbers and drops repeated ones.
pub(crate) fn ascending(pairs: &mut Vec<u64>) {
    let mut wide: Vec<u128> = pairs.iter().map(|&pair| u128::from(pair)).collect();
    sort(&mut wide);
    pairs.clear();
    pairs.extend(wide.into_iter().map(|pair| pair as u64));
    pairs.dedup();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_keys_keep_their_order() {
        let order = descending([1.0, 3.0, 1.0, -0.5, 3.0]);
        assert_eq!(order, [1, 4, 0, 2, 3]);
        let all = [f64::INFINITY, 1e300, 1.5, 0.0, -0.0, -1e-300, -1.5, -2.0, f64::NEG_INFINITY];
        let keys: Vec<f64> = all.iter().rev().copied().collect();
        let sorted: Vec<f64> = descending(keys.iter().copied()).into_iter().map(|at| keys[at]).collect();
        assert!(sorted.iter().zip(all).all(|(a, b)| a.to_bits() == b.to_bits()), "{sorted:?}");
        assert_eq!(reorder(vec!["a", "b", "c", "d", "e"], &order), ["b", "e", "a", "c", "d"]);
    }

    #[test]
    fn the_largest_are_those_of_a_sort() {
        for (count, limit) in [(0, 5), (1, 5), (40, 0), (1000, 1), (1000, 60), (1000, 999), (1000, 2000)] {
            let keys: Vec<f64> = (0..count).map(|at| 1e-9 + crate::candidates::chance(3, at / 2).powi(4)).collect();
            let mut expected = descending(keys.iter().copied());
            expected.truncate(limit);
            assert_eq!(largest(&keys, limit), expected, "{limit} of {count}");
        }
    }

    #[test]
    fn pairs_sort_by_first_then_second() {
        let mut pairs = vec![pair(2, 1), pair(1, 9), pair(1, 3), pair(2, 1)];
        ascending(&mut pairs);
        assert_eq!(pairs.iter().map(|&p| (p >> 32, second(p))).collect::<Vec<_>>(), [(1, 3), (1, 9), (2, 1)]);
    }
}
