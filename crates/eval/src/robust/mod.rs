//! Robustness: how much lists change when what is known is incomplete, out of order, forged or contradicted.
//!
//! Everything is asked for the last act of each person, as in the warm protocol. Texts with typos are not part of this: they
//! need the encoder.

mod damage;

use predilect_core::EventKind;
use predilect_core::candidates::mix;
use predilect_core::event::Millis;
use predilect_engine::EngineError;

use crate::data::{Act, Dataset};
use crate::metrics::ranking;
use crate::models::{EngineModel, Lesson, Model, Settings, lesson};
use crate::report::{Row, Table};
use crate::run::{SEED, best};
use crate::split::{Case, Split, leave_last_out};
use crate::stats::{Mean, mean, paired};
use damage::{drop_some, hostile, shuffle_some};

/// Share of events that are dropped or shuffled.
const DAMAGED: f64 = 0.1;
/// Hostile accounts.
const ACCOUNTS: [usize; 3] = [1, 4, 20];
/// Items that hostile accounts push.
const PUSHED: usize = 10;
/// Neighbours of a disliked item that should drop.
const NEIGHBOURS: usize = 10;
/// Affinity from which an item is a neighbour of a disliked one.
const CLOSE: f64 = 0.5;
/// Acts of somebody else that stand before a person's own.
const OTHERS: usize = 20;
/// Own acts after which the others' should be forgotten.
const OWN: [usize; 5] = [1, 3, 5, 10, 20];
const DAY: Millis = 86_400_000;

/// All of it, for the act `back` before the last.
///
/// # Errors
/// If the catalogue cannot be opened.
pub fn tables(
    data: &Dataset,
    catalogue: &[u8],
    settings: &Settings,
    back: usize,
    seed: u64,
) -> Result<Vec<Table>, EngineError> {
    let split = leave_last_out(data, back);
    let bench = Bench { data, catalogue, settings };
    let whole = bench.learn(&split.train)?;
    let plain = bench.ask(&whole, &split.cases, &split.cases)?;
    Ok(vec![
        bench.damaged(&split, &whole, &plain, seed)?,
        bench.hostile(&split, &plain)?,
        bench.disliked(&split, &whole)?,
        bench.changed(&split, &whole)?,
    ])
}

struct Bench<'a> {
    data: &'a Dataset,
    catalogue: &'a [u8],
    settings: &'a Settings,
}

/// What the engine answers to a case.
struct Answer {
    list: Vec<usize>,
    ndcg: f64,
}

impl Bench<'_> {
    fn learn(&self, train: &[Vec<Act>]) -> Result<Lesson, EngineError> {
        lesson(self.catalogue, &self.data.items, train, &self.settings.learn)
    }

    /// Asks `cases`; what is known in those of `masks` at the same place is no answer.
    fn ask(&self, lesson: &Lesson, cases: &[Case], masks: &[Case]) -> Result<Vec<Answer>, EngineError> {
        let settings = self.settings.clone();
        let mut engine = EngineModel::new(self.catalogue, lesson, &self.data.items, settings)?;
        let k = self.settings.k;
        let answer = |(case, mask): (&Case, &Case)| {
            let mut scores = engine.scores(case);
            mask.history.iter().for_each(|act| scores[act.item] = f64::NAN);
            Answer { list: best(&scores, k), ndcg: ranking(&scores, &case.targets, k).ndcg }
        };
        Ok(cases.iter().zip(masks).map(answer).collect())
    }

    /// Histories and training parts with gaps and in a wrong order.
    fn damaged(&self, split: &Split, whole: &Lesson, plain: &[Answer], seed: u64) -> Result<Table, EngineError> {
        let profiles = |change: &dyn Fn(&[Act], u64) -> Vec<Act>| -> Vec<Case> {
            let changed = |(at, case): (usize, &Case)| Case {
                history: change(&case.history, mix(seed, at as u64)),
                ..case.clone()
            };
            split.cases.iter().enumerate().map(changed).collect()
        };
        let train = |change: &dyn Fn(&[Act], u64) -> Vec<Act>| -> Vec<Vec<Act>> {
            split.train.iter().enumerate().map(|(at, acts)| change(acts, mix(seed, at as u64))).collect()
        };
        let dropped = |acts: &[Act], seed: u64| drop_some(acts, DAMAGED, seed);
        let shuffled = |acts: &[Act], seed: u64| shuffle_some(acts, DAMAGED, seed);
        let mut rows = Vec::new();
        for (name, change) in [("dropped", &dropped as &dyn Fn(&[Act], u64) -> Vec<Act>), ("shuffled", &shuffled)] {
            // What was dropped from a profile is known to the person all the same: it is masked as before.
            let found = self.ask(whole, &profiles(change), &split.cases)?;
            rows.push(row(format!("profile: 10% {name}"), plain, &found));
            let found = self.ask(&self.learn(&train(change))?, &split.cases, &split.cases)?;
            rows.push(row(format!("training: 10% {name}"), plain, &found));
        }
        let note = "Share of each list that stays, and nDCG less that of the undamaged engine.".to_owned();
        Ok(Table { name: "damaged events".to_owned(), note, columns: vec!["list stays", "nDCG less"], rows })
    }

    /// Accounts that push a few items beside what everybody turns to.
    fn hostile(&self, split: &Split, plain: &[Answer]) -> Result<Table, EngineError> {
        let (pushed, _) = hostile(&split.train, self.data.items.len(), PUSHED);
        let reached = |answers: &[Answer]| -> Vec<f64> {
            answers.iter().map(|answer| f64::from(answer.list.iter().any(|item| pushed.contains(item)))).collect()
        };
        let before = reached(plain);
        let mut rows = vec![Row {
            name: "none".to_owned(),
            cells: vec![Mean::exact(1.0), Mean::exact(0.0), mean(&before, SEED), Mean::exact(0.0)],
        }];
        for accounts in ACCOUNTS {
            let mut train = split.train.clone();
            train.extend(vec![hostile(&split.train, self.data.items.len(), PUSHED).1; accounts]);
            let found = self.ask(&self.learn(&train)?, &split.cases, &split.cases)?;
            let mut row = row(format!("{accounts} hostile"), plain, &found);
            let after = reached(&found);
            row.cells.extend([mean(&after, SEED), paired(&after, &before, SEED).mean]);
            rows.push(row);
        }
        let note = format!(
            "Each account turns to {PUSHED} items that hardly anybody knows, each beside one of the most popular, in turns. \
             Share of each list that stays, nDCG less that without them, share of people whose list has a pushed item, and \
             what the accounts add to it. People that link a pair: {} at least.",
            self.settings.learn.min_people
        );
        let columns = vec!["list stays", "nDCG less", "reached", "added"];
        Ok(Table { name: "hostile accounts".to_owned(), note, columns, rows })
    }

    /// The first item of each list is disliked; the items closest to it must lose.
    fn disliked(&self, split: &Split, whole: &Lesson) -> Result<Table, EngineError> {
        // Diversity asks for other items than before at every place: scores are compared without.
        let settings = Settings { diversity: 0.0, ..self.settings.clone() };
        let mut engine = EngineModel::new(self.catalogue, whole, &self.data.items, settings)?;
        let (mut fell, mut places, mut others) = (Vec::new(), Vec::new(), Vec::new());
        for case in &split.cases {
            let before = engine.scores(case);
            let order = best(&before, usize::MAX);
            let Some((&first, rest)) = order.split_first() else { continue };
            let mut history = case.history.clone();
            history.push(Act { item: first, kind: EventKind::Dislike, value: None, at: case.now });
            let after = engine.scores(&Case { history, ..case.clone() });
            let order_after = best(&after, usize::MAX);
            let place = |order: &[usize], item: usize| order.iter().position(|own| *own == item).unwrap_or(order.len());
            // Without the item itself, which is gone.
            let lost = |item: usize| place(&order_after, item) as f64 - (place(&order, item) as f64 - 1.0);
            let mut near: Vec<(usize, f64)> = rest.iter().map(|&item| (item, engine.affinity(first, item))).collect();
            near.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            let (close, far): (Vec<_>, Vec<_>) = near.into_iter().take(rest.len()).partition(|near| near.1 >= CLOSE);
            for &(item, _) in close.iter().take(NEIGHBOURS) {
                fell.push(f64::from(after[item] < before[item]));
                places.push(lost(item));
            }
            others.extend(far.iter().map(|&(item, _)| lost(item)));
        }
        let cells = vec![mean(&fell, SEED), mean(&places, SEED), mean(&others, SEED)];
        let note = format!(
            "The first item of each list is disliked. Its neighbours are those among the 100 best with an affinity of {CLOSE} \
             or more, at most {NEIGHBOURS}: share whose score falls, places they lose; places all others lose. Means over items."
        );
        let rows = vec![Row { name: format!("one dislike, {} neighbours", fell.len()), cells }];
        let columns = vec!["score falls", "places lost", "others"];
        Ok(Table { name: "one dislike".to_owned(), note, columns, rows })
    }

    /// A person goes on as somebody else: how soon lists are as good as without that past.
    fn changed(&self, split: &Split, whole: &Lesson) -> Result<Table, EngineError> {
        let mut rows = Vec::new();
        for own in OWN {
            let (mut alone, mut burdened) = (Vec::new(), Vec::new());
            for (at, case) in split.cases.iter().enumerate() {
                let history = &case.history[case.history.len().saturating_sub(own)..];
                let past = &split.cases[(at + split.cases.len() / 2) % split.cases.len()].history;
                let first = history[0].at;
                let known =
                    |act: &&Act| history.iter().all(|own| own.item != act.item) && !case.targets.contains(&act.item);
                let past: Vec<Act> = past.iter().filter(known).take(OTHERS).copied().collect();
                let moved = |(back, act): (usize, &Act)| Act {
                    at: (first - DAY - 1000 * (past.len() - back) as i64).max(0),
                    ..*act
                };
                let both = past.iter().enumerate().map(moved).chain(history.iter().copied()).collect();
                alone.push(Case { history: history.to_vec(), ..case.clone() });
                burdened.push(Case { history: both, ..case.clone() });
            }
            let ndcg = |answers: Vec<Answer>| -> Vec<f64> { answers.iter().map(|answer| answer.ndcg).collect() };
            let (alone, burdened) =
                (ndcg(self.ask(whole, &alone, &split.cases)?), ndcg(self.ask(whole, &burdened, &split.cases)?));
            let cells = vec![mean(&alone, SEED), mean(&burdened, SEED), paired(&burdened, &alone, SEED).mean];
            rows.push(Row { name: format!("{own} own acts"), cells });
        }
        let note = format!(
            "nDCG after a person's latest acts alone, after {OTHERS} acts of somebody else on the day before them, and the \
             difference."
        );
        let columns = vec!["alone", "after others", "less"];
        Ok(Table { name: "another's past".to_owned(), note, columns, rows })
    }
}

/// Share of each list that stays, and the change of nDCG.
fn row(name: String, plain: &[Answer], found: &[Answer]) -> Row {
    let stays = |(a, b): (&Answer, &Answer)| {
        a.list.iter().filter(|item| b.list.contains(item)).count() as f64 / a.list.len().max(1) as f64
    };
    let stays: Vec<f64> = plain.iter().zip(found).map(stays).collect();
    let ndcg = |answers: &[Answer]| -> Vec<f64> { answers.iter().map(|answer| answer.ndcg).collect() };
    Row { name, cells: vec![mean(&stays, SEED), paired(&ndcg(found), &ndcg(plain), SEED).mean] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic::synthetic;

    #[test]
    fn lists_withstand_what_may_happen() {
        let (data, catalogue) = synthetic(1);
        let found = tables(&data, &catalogue, &Settings::default(), 0, 1).expect("opens");
        let cell = |table: usize, row: &str, column: &str| found[table].cell(row, column).expect("a cell").value;
        assert!(cell(0, "profile: 10% dropped", "list stays") > 0.7, "{:?}", found[0]);
        assert!(cell(0, "training: 10% shuffled", "list stays") > 0.4, "{:?}", found[0]);
        assert!(cell(1, "1 hostile", "added").abs() < 0.05, "{:?}", found[1]);
        let row = found[2].rows[0].name.clone();
        assert_eq!(cell(2, &row, "score falls"), 1.0, "{:?}", found[2]);
        assert!(cell(2, &row, "places lost") > cell(2, &row, "others"));
        let less = |own: &str| cell(3, own, "less").abs();
        assert!(less("20 own acts") <= less("1 own acts") + 0.05, "{:?}", found[3]);
    }
}
