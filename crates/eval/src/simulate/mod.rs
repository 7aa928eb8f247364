//! A simulation: made-up newcomers who look at lists, click, drift, and one day change their taste altogether.
//!
//! It answers what recorded data cannot: what happens when the next list depends on the clicks on the last one. It cannot
//! show how good a recommender is for people: they love tags, nothing else, and looking is all that a place is worth. Equal
//! seeds give equal people, who meet every recommender with the same luck.

mod person;
mod seat;

pub use person::Habits;

use std::collections::BTreeMap;

use predilect_core::EventKind;
use predilect_core::candidates::mix;
use predilect_core::event::Millis;
use predilect_engine::EngineError;

use crate::data::{Act, Dataset};
use crate::models::{Content, EngineModel, ItemKnn, Popular, Random, Settings, Weighting, lesson};
use crate::report::{Row, Table};
use crate::run::SEED;
use crate::stats::{Mean, mean, paired};
use person::{Look, Person, World};
use seat::{Seat, Who};

/// How much is simulated.
#[derive(Debug, Clone, PartialEq)]
pub struct Sizes {
    /// Number of people.
    pub people: usize,
    /// Lists that each is shown. After half of them all tastes change.
    pub rounds: usize,
    /// Length of a list.
    pub k: usize,
    /// Diversity of the engine's lists; a page that does not say asks for .3.
    pub diversity: f64,
    /// How people behave.
    pub habits: Habits,
    /// Only the engine: as it is, with weights as shipped, and frozen.
    pub engine_only: bool,
}

impl Default for Sizes {
    fn default() -> Self {
        Self { people: 100, rounds: 80, k: 10, diversity: 0.3, habits: Habits::default(), engine_only: false }
    }
}

/// Clicks after which the frozen recommender learns no more.
const FROZEN: usize = 10;
/// Lists of one visit; there is one visit a day.
const VISIT: usize = 5;
const MINUTE: Millis = 60_000;
const DAY: Millis = 24 * 60 * MINUTE;
/// Lists over which a level is averaged.
const WINDOW: usize = 10;
/// Share of the level before a change at which a recommender has recovered.
const RECOVERED: f64 = 0.9;

/// Shows lists to newcomers by the engine, by it without what came after the first clicks, and by baselines; all have learned
/// from `data` before.
///
/// # Errors
/// If the catalogue cannot be opened.
pub fn drift(
    data: &Dataset,
    catalogue: &[u8],
    engine: &Settings,
    sizes: &Sizes,
    seed: u64,
) -> Result<Vec<Table>, EngineError> {
    let world = World::new(&data.items);
    let lesson = lesson(catalogue, &data.items, &data.people, &engine.learn)?;
    let items = data.items.len();
    let own = |what: &str, learns_until: usize, views: bool, personal: bool| -> Result<Seat<'_>, EngineError> {
        let settings = Settings { k: sizes.k, diversity: sizes.diversity, personal, ..engine.clone() };
        let model = EngineModel::new(catalogue, &lesson, &data.items, settings)?;
        Ok(Seat { name: format!("{}{what}", engine.name), who: Who::Engine(Box::new(model)), learns_until, views })
    };
    let mut seats = vec![
        own("", usize::MAX, true, true)?,
        own(", weights as shipped", usize::MAX, true, false)?,
        own(", frozen", FROZEN, true, true)?,
        own(", clicks only", usize::MAX, false, true)?,
        own(", clicks only, frozen", FROZEN, false, true)?,
        Seat::of(Random { items, seed }),
        Seat::of(Popular::learn(&data.people, items)),
        Seat::of(ItemKnn::learn(&data.people, items, 20, 10.0, Some(4.0))),
        Seat::of(Content::learn(&data.items, Weighting::TfIdf)),
        Seat { name: "who knows the taste".to_owned(), who: Who::Knows, learns_until: usize::MAX, views: false },
    ];
    if sizes.engine_only {
        seats.truncate(3);
    }
    let start = data.people.iter().flatten().map(|act| act.at).max().unwrap_or(0) + DAY;
    let stories: Vec<Vec<Story>> = seats
        .iter_mut()
        .map(|seat| (0..sizes.people).map(|p| story(seat, &world, sizes, mix(seed, p as u64), start)).collect())
        .collect();
    Ok(vec![table(&seats, &stories, sizes, &world, seed)])
}

/// What happened to one person.
struct Story {
    /// Clicks on each list.
    clicks: Vec<f64>,
    /// The lists.
    lists: Vec<Vec<usize>>,
}

fn story(seat: &mut Seat<'_>, world: &World, sizes: &Sizes, seed: u64, start: Millis) -> Story {
    let mut person = Person::new(world, &sizes.habits, seed);
    let mut story = Story { clicks: Vec::new(), lists: Vec::new() };
    let (mut history, mut taken): (Vec<Act>, Vec<usize>) = Default::default();
    for round in 0..sizes.rounds {
        let number = round as u64 + 1;
        person.drift(number);
        if round == sizes.rounds / 2 {
            person.change(number);
        }
        let now = start + (round / VISIT) as i64 * DAY + (round % VISIT) as i64 * 2 * MINUTE;
        let list = seat.list(&person, &history, &taken, now, sizes.k);
        let before = taken.len();
        for (place, &item) in list.iter().enumerate() {
            let look = person.look(item, place, number);
            let kinds: &[EventKind] = match look {
                Look::Unseen => &[],
                Look::Passed => &[EventKind::View],
                Look::Clicked => &[EventKind::Click],
                Look::Liked => &[EventKind::Click, EventKind::Like],
            };
            let act = |&kind| Act { item, kind, value: None, at: now + 1000 * (place as i64 + 1) };
            history.extend(kinds.iter().map(act));
            if matches!(look, Look::Clicked | Look::Liked) {
                taken.push(item);
            }
        }
        story.clicks.push((taken.len() - before) as f64);
        story.lists.push(list);
    }
    story
}

fn table(seats: &[Seat<'_>], stories: &[Vec<Story>], sizes: &Sizes, world: &World, seed: u64) -> Table {
    let change = sizes.rounds / 2;
    let window = WINDOW.min(change);
    let over = |stories: &[Story], from: usize, until: usize| -> Vec<f64> {
        stories.iter().map(|story| average(&story.clicks[from..until])).collect()
    };
    let all = |stories: &[Story]| over(stories, 0, sizes.rounds);
    let mut rows = Vec::new();
    for (seat, own) in seats.iter().zip(stories) {
        let part = |from, until| mean(&over(own, from, until), SEED);
        let variety = |from: usize| {
            let bits = |story: &Story| entropy(&story.lists[from..from + window], world);
            mean(&own.iter().map(bits).collect::<Vec<_>>(), SEED)
        };
        let cells = vec![
            mean(&all(own), SEED),
            paired(&all(own), &all(&stories[0]), SEED).mean,
            part(0, window),
            part(change - window, change),
            part(change, change + window),
            part(sizes.rounds - window, sizes.rounds),
            Mean::exact(until_good(own, 0, change, window)),
            Mean::exact(until_good(own, change, change, window)),
            variety(0),
            variety(sizes.rounds - window),
        ];
        rows.push(Row { name: seat.name.clone(), cells });
    }
    let first = &seats[0].name;
    let columns =
        vec!["clicks", "less", "first", "before", "after", "last", "arrives", "recovers", "tags", "tags last"];
    let Habits { noise, patience, drift, whim, outspoken } = sizes.habits;
    let note = format!(
        "{} made-up people, {} lists of {} each, {VISIT} a day, seed {seed}; noise {noise}, patience {patience}, drift {drift}, \
         whim {whim}, outspoken {outspoken}. All tastes change after list {change}; frozen ones learn nothing after {FROZEN} \
         clicks; clicks only: not told what was passed over. Clicks a list: of all lists, less those of {first}, of the first \
         {window}, of {window} before and after the change, of the last {window}; clicks from the first list on, and after \
         the change, until {RECOVERED} of the level before it is there; entropy of the tags shown, first and last {window} lists, bits. It shows how recommenders \
         follow clicks, not how well they serve people, who love more than tags.",
        sizes.people, sizes.rounds, sizes.k
    );
    Table { name: "drifting tastes".to_owned(), note, columns, rows }
}

/// Mean clicks of a person on the lists `from` one on, until half a window is at nine tenths of the level before the change.
fn until_good(stories: &[Story], from: usize, change: usize, window: usize) -> f64 {
    let at = |round: usize| average(&stories.iter().map(|story| story.clicks[round]).collect::<Vec<_>>());
    let curve: Vec<f64> = (0..stories.first().map_or(0, |story| story.clicks.len())).map(at).collect();
    let level = RECOVERED * average(&curve[change - window..change]);
    let later = &curve[from..];
    let good = later.windows((window / 2).max(1)).position(|part| average(part) >= level);
    // A sum of nothing would be -0.
    good.map_or(f64::NAN, |lists| later[..lists].iter().fold(0.0, |sum, clicks| sum + clicks))
}

/// Entropy of the tags of all items of some lists, bits.
fn entropy(lists: &[Vec<usize>], world: &World) -> f64 {
    let mut counts: BTreeMap<usize, f64> = BTreeMap::new();
    lists
        .iter()
        .flatten()
        .flat_map(|&item| &world.tags[item])
        .for_each(|&tag| *counts.entry(tag).or_insert(0.0) += 1.0);
    let total: f64 = counts.values().sum();
    counts.values().map(|count| -count / total * (count / total).log2()).sum()
}

fn average(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic::{TOPICS, synthetic};

    #[test]
    fn the_engine_follows_a_taste() {
        let (data, catalogue) = synthetic(1);
        let sizes = Sizes { people: 60, rounds: 36, ..Sizes::default() };
        let engine = Settings::default();
        let found = drift(&data, &catalogue, &engine, &sizes, 1).expect("opens").remove(0);
        let before = |name: &str| found.cell(name, "before").expect("a cell");
        let (own, random) = (before("predilect, clicks only"), before("random"));
        assert!(own.value > random.value + 2.0 * (own.error + random.error), "{found:?}");
        assert!(before("who knows the taste").value > own.value, "{found:?}");
        let frozen = found.cell("predilect, frozen", "less").expect("a cell");
        assert!(frozen.value + 2.0 * frozen.error < 0.0, "what comes after ten clicks is worth something: {frozen:?}");
        let again = drift(&data, &catalogue, &engine, &sizes, 1).expect("opens").remove(0);
        assert_eq!(format!("{found:?}"), format!("{again:?}"), "seeded");
    }

    #[test]
    fn clicks_until_lists_are_good_by_hand() {
        // Level 4 before the change; 0 and 2 clicks on the way, then 4 again.
        let story = |clicks: [f64; 8]| Story { clicks: clicks.to_vec(), lists: Vec::new() };
        let stories =
            [story([1.0, 3.0, 4.0, 4.0, 0.0, 2.0, 4.0, 4.0]), story([1.0, 3.0, 4.0, 4.0, 0.0, 2.0, 4.0, 4.0])];
        assert_eq!(until_good(&stories, 4, 4, 2), 2.0);
        assert_eq!(until_good(&stories, 0, 4, 2), 4.0);
        assert!(until_good(&[story([4.0, 4.0, 4.0, 4.0, 0.0, 0.0, 0.0, 0.0])], 4, 4, 2).is_nan());
    }

    #[test]
    fn entropy_by_hand() {
        let (data, _) = synthetic(1);
        let world = World::new(&data.items);
        assert_eq!(entropy(&[vec![0, TOPICS], vec![2 * TOPICS]], &world), 0.0);
        assert_eq!(entropy(&[vec![0, 1], vec![2, 3]], &world), 2.0);
    }
}
