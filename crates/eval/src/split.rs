//! Protocols: what a model may learn from, and what it is asked afterwards.
//!
//! | protocol | learns from | is asked for |
//! |---|---|---|
//! | [`leave_last_out`] | all but the last act of each person (or all before the last but `back`) | that act |
//! | [`temporal`] | everything before a point in time | what people known by then did after it |
//! | [`random`] | a random share of each person's acts | the rest |
//! | [`cold_items`] | the acts on most items | likes among the items left out, which the model knows by their content only |
//! | [`cold_users`] | most people | acts 11 to 20 of the others (or ten later ones), after their first 0, 1, 3, 5, 10 |

use predilect_core::candidates::{chance, mix};
use predilect_core::event::Millis;

use crate::data::{Act, Dataset};

/// A question: what does this person turn to next?
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Case {
    /// Whose question it is, by the place among the data set's people.
    pub person: usize,
    /// What the person did before, oldest first. Masked: never right.
    pub history: Vec<Act>,
    /// Right answers, at least one.
    pub targets: Vec<usize>,
    /// The moment of the question.
    pub now: Millis,
}

/// What to learn from and what to ask.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Split {
    /// Name for reports.
    pub name: String,
    /// Histories to learn from, oldest first.
    pub train: Vec<Vec<Act>>,
    /// The questions.
    pub cases: Vec<Case>,
    /// Only these items may be answered, if given; by item.
    pub pool: Option<Vec<bool>>,
}

/// Numbers of first events of people who were unknown.
pub const FIRST_EVENTS: [usize; 5] = [0, 1, 3, 5, 10];
/// Shortest history that a person needs for the protocol.
const COLD_LEAST: usize = 5;
/// Stars from which an act on a cold item is wanted.
const LIKED: f64 = 4.0;

/// The last act of each person is the question; with `back` above 0, everything after the act asked for is taken away,
/// which makes validation parts that do not touch the test.
pub fn leave_last_out(data: &Dataset, back: usize) -> Split {
    let mut split =
        Split { name: format!("leave-last-out{}", if back > 0 { " (validation)" } else { "" }), ..Split::default() };
    for (person, acts) in data.people.iter().enumerate() {
        let known = acts.len().saturating_sub(1 + back);
        split.train.push(acts[..known].to_vec());
        if known > 0 {
            let asked = acts[known];
            split.cases.push(Case {
                person,
                history: acts[..known].to_vec(),
                targets: vec![asked.item],
                now: asked.at,
            });
        }
    }
    split
}

/// Everything before the time by which `share` of all acts had happened is known.
pub fn temporal(data: &Dataset, share: f64) -> Split {
    let mut times: Vec<Millis> = data.people.iter().flatten().map(|act| act.at).collect();
    times.sort_unstable();
    let Some(&cut) = times.get(((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1))) else {
        return Split::default();
    };
    let mut split = Split { name: "global temporal".to_owned(), ..Split::default() };
    for (person, acts) in data.people.iter().enumerate() {
        let (before, after) = acts.split_at(acts.partition_point(|act| act.at < cut));
        split.train.push(before.to_vec());
        ask(&mut split, person, before, after.iter().map(|act| act.item), cut);
    }
    split
}

/// Each act is known with probability `share`.
pub fn random(data: &Dataset, share: f64, seed: u64) -> Split {
    let mut split = Split { name: "random".to_owned(), ..Split::default() };
    for (person, acts) in data.people.iter().enumerate() {
        let known = |at: usize| chance(mix(seed, person as u64), at as u64) < share;
        let part = |wanted: bool| -> Vec<Act> {
            acts.iter().enumerate().filter(|(at, _)| known(*at) == wanted).map(|(_, act)| *act).collect()
        };
        let (before, after) = (part(true), part(false));
        let now = acts.last().map_or(0, |act| act.at);
        ask(&mut split, person, &before, after.iter().map(|act| act.item), now);
        split.train.push(before);
    }
    split
}

/// `share` of the items is taken out of everything that is learned from; who likes five of them and did something to five
/// others is asked for them.
pub fn cold_items(data: &Dataset, share: f64, seed: u64) -> Split {
    let cold: Vec<bool> = (0..data.items.len()).map(|item| chance(seed, item as u64) < share).collect();
    let mut split = Split { name: "cold items".to_owned(), ..Split::default() };
    for (person, acts) in data.people.iter().enumerate() {
        let (out, known): (Vec<Act>, Vec<Act>) = acts.iter().partition(|act| cold[act.item]);
        let liked: Vec<usize> =
            out.iter().filter(|act| act.stars().is_none_or(|stars| stars >= LIKED)).map(|act| act.item).collect();
        if known.len() >= COLD_LEAST && liked.len() >= COLD_LEAST {
            let now = acts.last().map_or(0, |act| act.at);
            ask(&mut split, person, &known, liked.into_iter(), now);
        }
        split.train.push(known);
    }
    split.pool = Some(cold);
    split
}

/// One person in `folds` is unknown; after their first `known` acts they are asked for the ten from `from` on.
pub fn cold_users(data: &Dataset, known: usize, from: usize, fold: usize, folds: usize) -> Split {
    let mut split = Split { name: format!("cold users, {known} events"), ..Split::default() };
    for (person, acts) in data.people.iter().enumerate() {
        if person % folds != fold {
            split.train.push(acts.clone());
        } else if acts.len() > from {
            let asked = &acts[from..acts.len().min(from + 10)];
            ask(&mut split, person, &acts[..known], asked.iter().map(|act| act.item), asked[0].at);
        }
    }
    split
}

fn ask(split: &mut Split, person: usize, history: &[Act], targets: impl Iterator<Item = usize>, now: Millis) {
    let mut targets: Vec<usize> = targets.filter(|item| history.iter().all(|act| act.item != *item)).collect();
    targets.sort_unstable();
    targets.dedup();
    if !targets.is_empty() && (!history.is_empty() || split.name.starts_with("cold users")) {
        split.cases.push(Case { person, history: history.to_vec(), targets, now });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use predilect_core::EventKind;

    fn data() -> Dataset {
        let act = |item, at| Act { item, kind: EventKind::Click, value: None, at };
        let people = (0..40).map(|p| (0..20).map(|i| act((p + i * 3) % 60, i as i64)).collect()).collect();
        Dataset { items: vec![Default::default(); 60], people, ..Dataset::default() }
    }

    #[test]
    fn nothing_asked_for_is_learned() {
        let data = data();
        for split in [leave_last_out(&data, 0), leave_last_out(&data, 2), temporal(&data, 0.5), random(&data, 0.8, 1)] {
            assert!(!split.cases.is_empty(), "{}", split.name);
            for case in &split.cases {
                assert!(case.targets.iter().all(|target| case.history.iter().all(|act| act.item != *target)));
            }
        }
        let last = leave_last_out(&data, 2);
        assert!(last.train.iter().all(|acts| acts.len() == 17) && last.cases[0].targets == [51]);
        let temporal = temporal(&data, 0.5);
        assert!(temporal.train.iter().flatten().all(|act| act.at < 10));
        let cold = cold_items(&data, 0.3, 1);
        let pool = cold.pool.unwrap();
        assert!(cold.train.iter().flatten().all(|act| !pool[act.item]));
        assert!(cold.cases.iter().flat_map(|case| &case.targets).all(|target| pool[*target]));
        let users = cold_users(&data, 3, 10, 1, 5);
        assert_eq!((users.train.len(), users.cases.len(), users.cases[0].history.len()), (32, 8, 3));
        let choices = cold_users(&data, 3, 15, 1, 5);
        let asked = |split: &Split| split.cases.iter().map(|case| case.targets.len()).collect::<Vec<_>>();
        assert_eq!((asked(&users), asked(&choices)), (vec![10; 8], vec![5; 8]));
    }
}
