//! Predicted stars beside given ones.

use predilect_core::candidates::{chance, mix};
use predilect_engine::EngineError;

use crate::data::{Act, Dataset};
use crate::metrics::rating;
use crate::models::{EngineModel, Settings, lesson};
use crate::report::{Row, Table};
use crate::run::SEED;
use crate::stats::{Mean, mean, paired};

/// Share of the ratings that is known.
const KNOWN: f64 = 0.8;

/// A rating that is to be predicted, by whoever has learned from the others.
struct Question {
    item: usize,
    given: f64,
}

/// Predicts a random fifth of all ratings by the engine and by means; nothing where there are no ratings.
///
/// # Errors
/// If the catalogue cannot be opened.
pub fn table(data: &Dataset, catalogue: &[u8], settings: &Settings, seed: u64) -> Result<Option<Table>, EngineError> {
    let (mut train, mut asked): (Vec<Vec<Act>>, Vec<Vec<Question>>) = Default::default();
    for (person, acts) in data.people.iter().enumerate() {
        let known = |at: usize| chance(mix(seed, person as u64), at as u64) < KNOWN;
        let question =
            |(at, act): (usize, &Act)| Some(Question { item: act.item, given: act.stars()? }).filter(|_| !known(at));
        train.push(acts.iter().enumerate().filter(|(at, _)| known(*at)).map(|(_, act)| *act).collect());
        asked.push(acts.iter().enumerate().filter_map(question).collect());
    }
    let given: Vec<f64> = asked.iter().flatten().map(|question| question.given).collect();
    if given.is_empty() {
        return Ok(None);
    }
    let lesson = lesson(catalogue, &data.items, &train, &settings.learn)?;
    let mut engine = EngineModel::new(catalogue, &lesson, &data.items, settings.clone())?;
    let means = Means::of(&train, data.items.len());
    let mut own = Vec::with_capacity(given.len());
    for (acts, questions) in train.iter().zip(&asked) {
        let items: Vec<usize> = questions.iter().map(|question| question.item).collect();
        own.extend(engine.stars(acts, &items).into_iter().map(|stars| stars.unwrap_or(means.all)));
    }
    let each = |predict: &dyn Fn(usize, usize) -> f64| -> Vec<f64> {
        let people = asked.iter().enumerate();
        people.flat_map(|(person, list)| list.iter().map(move |question| predict(person, question.item))).collect()
    };
    let rows = [
        (settings.name.clone(), own.clone()),
        ("mean of all".to_owned(), each(&|_, _| means.all)),
        ("mean of the item".to_owned(), each(&|_, item| means.items[item])),
        (
            "mean of person and item".to_owned(),
            each(&|person, item| means.people[person] + means.items[item] - means.all),
        ),
    ];
    let wrong = |predicted: &[f64]| -> Vec<f64> {
        predicted.iter().zip(&given).map(|(predicted, given)| (predicted.clamp(1.0, 5.0) - given).abs()).collect()
    };
    let row = |(name, predicted): (String, Vec<f64>)| {
        let errors = wrong(&predicted);
        let pairs: Vec<(f64, f64)> =
            predicted.iter().zip(&given).map(|(predicted, given)| (predicted.clamp(1.0, 5.0), *given)).collect();
        let cells =
            vec![mean(&errors, SEED), paired(&errors, &wrong(&own), SEED).mean, Mean::exact(rating(&pairs).rmse)];
        Row { name, cells }
    };
    let note = format!(
        "{} ratings, a random fifth, predicted from the others, seed {seed}. Mean absolute error in stars, less that of {}, and root \
         of the mean squared error.",
        given.len(),
        settings.name
    );
    let columns = vec!["MAE", "less", "RMSE"];
    Ok(Some(Table { name: "stars".to_owned(), note, columns, rows: rows.into_iter().map(row).collect() }))
}

/// Means of ratings.
struct Means {
    all: f64,
    people: Vec<f64>,
    items: Vec<f64>,
}

impl Means {
    fn of(train: &[Vec<Act>], items: usize) -> Self {
        let mut people = Vec::with_capacity(train.len());
        let mut sums = vec![(0.0, 0.0); items];
        let add = |sum: &mut (f64, f64), stars: f64| *sum = (sum.0 + stars, sum.1 + 1.0);
        let mut all = (0.0, 0.0);
        for acts in train {
            let mut own = (0.0, 0.0);
            for (item, stars) in acts.iter().filter_map(|act| Some((act.item, act.stars()?))) {
                [&mut all, &mut own, &mut sums[item]].into_iter().for_each(|sum| add(sum, stars));
            }
            people.push(own);
        }
        let all = all.0 / all.1.max(1.0);
        let mean =
            |list: Vec<(f64, f64)>| list.into_iter().map(|(sum, n)| if n > 0.0 { sum / n } else { all }).collect();
        Self { all, people: mean(people), items: mean(sums) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic::synthetic;

    #[test]
    fn means_by_hand() {
        let act = |item, stars| Act { item, kind: predilect_core::EventKind::Rating, value: Some(stars), at: 0 };
        let means = Means::of(&[vec![act(0, 1.0), act(1, 3.0)], vec![act(0, 5.0)], vec![]], 3);
        assert_eq!((means.all, means.people, means.items), (3.0, vec![2.0, 5.0, 3.0], vec![3.0, 3.0, 3.0]));
    }

    #[test]
    fn who_likes_a_topic_is_known_by_it() {
        let (mut data, catalogue) = synthetic(1);
        // Half of the topics are to one half of the people's liking, the rest to the other's; all means say nothing.
        for (person, acts) in data.people.iter_mut().enumerate() {
            let all: Vec<Act> =
                (0..40).map(|at| Act { item: (person * 7 + at * 3) % data.items.len(), ..acts[0] }).collect();
            *acts = all;
            acts.iter_mut().for_each(|act| act.value = Some(if act.item % 2 == person % 2 { 5.0 } else { 2.0 }));
        }
        let found = table(&data, &catalogue, &Settings::default(), 1).expect("opens").expect("has ratings");
        let of = |name: &str| found.cell(name, "MAE").expect("a cell").value;
        assert!(of("predilect") < 0.5 * of("mean of person and item"), "{found:?}");
    }
}
