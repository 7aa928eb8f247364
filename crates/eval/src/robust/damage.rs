//! What can happen to events on their way.

use predilect_core::EventKind;
use predilect_core::candidates::{chance, mix};

use crate::data::Act;

/// Items that are popular enough for a hostile account to stand beside.
const POPULAR: usize = 40;

/// Without a share of the acts, chosen by chance; at least one stays.
pub fn drop_some(acts: &[Act], share: f64, seed: u64) -> Vec<Act> {
    let kept: Vec<Act> =
        acts.iter().enumerate().filter(|(at, _)| chance(seed, *at as u64) >= share).map(|(_, act)| *act).collect();
    if kept.is_empty() { acts.to_vec() } else { kept }
}

/// A share of the acts trade their times with others; in order of the new times.
pub fn shuffle_some(acts: &[Act], share: f64, seed: u64) -> Vec<Act> {
    let mut acts = acts.to_vec();
    for at in 0..acts.len() {
        if chance(seed, at as u64) < share {
            let other = (mix(mix(seed, 1), at as u64) % acts.len() as u64) as usize;
            let (a, b) = (acts[at].at, acts[other].at);
            (acts[at].at, acts[other].at) = (b, a);
        }
    }
    acts.sort_by_key(|act| act.at);
    acts
}

/// Items to push, the least known of those that somebody knows, and the history of an account that pushes them: each beside
/// one of the most popular items, over and over.
pub fn hostile(train: &[Vec<Act>], items: usize, pushed: usize) -> (Vec<usize>, Vec<Act>) {
    let mut support = vec![0_usize; items];
    train.iter().flatten().for_each(|act| support[act.item] += 1);
    let mut order: Vec<usize> = (0..items).filter(|&item| support[item] > 0).collect();
    order.sort_by(|&a, &b| support[b].cmp(&support[a]).then(a.cmp(&b)));
    let targets: Vec<usize> = order.iter().rev().take(pushed).copied().collect();
    let start = train.iter().flatten().map(|act| act.at).max().unwrap_or(0);
    let mut history: Vec<Act> = Vec::new();
    for (at, &popular) in order.iter().take(POPULAR).enumerate() {
        for item in [popular, targets[at % targets.len()]] {
            let time = start + history.len() as i64 * 1000;
            history.push(Act { item, kind: EventKind::Rating, value: Some(5.0), at: time });
        }
    }
    (targets, history)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn acts(count: usize) -> Vec<Act> {
        (0..count).map(|item| Act { item, kind: EventKind::Like, value: None, at: item as i64 }).collect()
    }

    #[test]
    fn a_share_is_dropped() {
        let left = drop_some(&acts(1000), 0.1, 1).len();
        assert!((860..940).contains(&left), "{left}");
        assert_eq!(drop_some(&acts(3), 1.0, 1).len(), 3, "never all");
    }

    #[test]
    fn a_shuffled_history_has_the_same_acts_and_times() {
        let before = acts(200);
        let after = shuffle_some(&before, 0.1, 1);
        let moved = before.iter().zip(&after).filter(|(a, b)| a.item != b.item).count();
        assert!((15..60).contains(&moved), "{moved}");
        let mut items: Vec<usize> = after.iter().map(|act| act.item).collect();
        items.sort_unstable();
        assert!(items.iter().copied().eq(0..200) && after.iter().map(|act| act.at).eq(0..200));
    }

    #[test]
    fn a_hostile_account_stands_between_the_popular() {
        let mut train = vec![acts(60); 5];
        train.push(acts(70));
        let (targets, history) = hostile(&train, 80, 3);
        assert_eq!(targets, [69, 68, 67]);
        assert_eq!(history[..4].iter().map(|act| act.item).collect::<Vec<_>>(), [0, 69, 1, 68]);
        assert_eq!(history.len(), 80);
    }
}
