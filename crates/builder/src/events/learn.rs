//! What a catalogue learns: which items people turn to close to each other, how many turn to each, how many lately.
//!
//! Neighbours come from ridge regressions, one an item, of its own column of co-occurrences on those of the items that
//! occur with it most: EASE (Steck, 2019) restricted to a neighbourhood, as in SLIM (Ning and Karypis, 2011). Two steps
//! of one history occur together by `2^(-distance / half_life)`, so that what follows shortly counts most; that kernel is
//! positive definite, which keeps the regression well posed. Only items that enough people turned to within the window of
//! each other enter: what few people did leaves no trace in the file.

use predilect_core::ItemIdx;
use predilect_core::catalogue::{Learned, LearnedHead, Links, percentiles};
use predilect_core::rank::Weights;
use serde::Serialize;

use super::Act;
use super::ridge::solve;
use super::together::together;

/// How to learn.
#[derive(Debug, Clone, PartialEq)]
pub struct LearnOptions {
    /// People who must have turned to two items for them to be neighbours, at least 1.
    pub min_people: u32,
    /// Neighbours kept of an item.
    pub neighbours: usize,
    /// Steps between two items of a history after which they occur together half.
    pub half_life: f64,
    /// Steps beyond which they do not occur together.
    pub window: usize,
    /// Items that enter the regression of one.
    pub breadth: usize,
    /// Ridge of the regressions, in co-occurrences.
    pub ridge: f64,
    /// Links to what goes together with an item, on average.
    pub together: f64,
    /// People that draw a share towards everybody's, see [`super::together`].
    pub shrink: f64,
    /// Items a person must have turned to for what comes next to count as much as what goes together.
    pub handoff: f64,
    /// Steps back after which an item of a person's history counts half when recommending.
    pub half_life_steps: f64,
    /// Days after which what a person did counts half for their interests.
    pub half_life_days: f64,
    /// Days after which an event counts half for the trend.
    pub trend_days: f64,
    /// Trained weights of the ranking, if there are any.
    pub weights: Option<Weights>,
}

impl Default for LearnOptions {
    fn default() -> Self {
        Self {
            min_people: 5,
            neighbours: 19,
            half_life: 10.0,
            window: 50,
            breadth: 50,
            ridge: 20.0,
            together: 10.0,
            shrink: 20.0,
            handoff: 10.0,
            half_life_steps: 4.0,
            half_life_days: 365.0,
            trend_days: 30.0,
            weights: None,
        }
    }
}

/// What was learned, in numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LearnReport {
    /// Events that were used.
    pub events: usize,
    /// People who did them.
    pub people: usize,
    /// Items that have neighbours.
    pub items: usize,
    /// Neighbours that are kept.
    pub neighbours: usize,
    /// Links between what goes together that are kept.
    pub together: usize,
    /// Pairs of items that occur together and were seen with enough people.
    pub pairs_kept: usize,
    /// Pairs that too few people link; nothing of them is in the catalogue.
    pub pairs_dropped: usize,
    /// People who must link a pair.
    pub min_people: u32,
    /// Bytes an item that all of it takes.
    pub bytes_per_item: f64,
}

/// Ratings that draw the mean of an item towards that of all.
const CAUTION: f64 = 3.0;

/// Learns from histories, each oldest first. `alike` are the links of a catalogue between items that say the same, a row an item;
/// of these, those to items that fewer than `min_people` people turned to are kept: of the others, events tell more.
pub fn learn(people: &[Vec<Act>], mut alike: Links, options: &LearnOptions) -> (Learned, LearnReport) {
    let count = alike.len();
    let histories: Vec<Vec<usize>> = people.iter().map(|acts| steps(acts)).collect();
    let mut support = vec![0_u32; count];
    histories.iter().flatten().for_each(|&item| support[item] += 1);
    let common = Common::count(&histories, &support, count, options);
    let mut weights: Vec<Vec<(ItemIdx, f32)>> = vec![Vec::new(); count];
    for item in 0..count {
        for (other, weight) in common.regress(item, options) {
            weights[other].push((ItemIdx(item as u32), weight as f32));
        }
    }
    for row in &mut weights {
        row.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        row.truncate(options.neighbours);
        row.sort_by_key(|entry| entry.0);
    }
    let together = together(&histories, &support, options);
    alike.iter_mut().for_each(|row| row.retain(|link| support[link.0.row()] < options.min_people));
    let (mean, stars) = stars(people, count, options).unzip();
    let stars = stars.unwrap_or_default();
    let head = LearnedHead {
        events: people.iter().map(Vec::len).sum(),
        people: people.iter().filter(|acts| !acts.is_empty()).count().max(1),
        min_people: options.min_people,
        half_life_steps: options.half_life_steps,
        half_life_days: options.half_life_days,
        handoff: options.handoff,
        stars: mean,
        weights: options.weights.clone().unwrap_or_else(Weights::for_events),
    };
    let entries = |links: &Links| links.iter().map(Vec::len).sum::<usize>();
    let kinds = [entries(&weights), entries(&together), entries(&alike)];
    let entry_bytes = if count <= 1 << 16 { 3 } else { 5 };
    let report = LearnReport {
        events: head.events,
        people: head.people,
        items: weights.iter().filter(|row| !row.is_empty()).count(),
        neighbours: kinds[0],
        together: kinds[1],
        pairs_kept: common.kept / 2,
        pairs_dropped: common.dropped / 2,
        min_people: options.min_people,
        // Support, trend, stars, and the number of links of each kind that there is.
        bytes_per_item: (3 + usize::from(!stars.is_empty()) + kinds.iter().filter(|entries| **entries > 0).count())
            as f64
            + (kinds.iter().sum::<usize>() * entry_bytes) as f64 / count.max(1) as f64,
    };
    let trend = trend(people, &support, options);
    (Learned { head, support, trend, stars, next: weights, together, alike }, report)
}

/// The items a person turned to, each once, by their last act on it.
fn steps(acts: &[Act]) -> Vec<usize> {
    let mut seen = std::collections::HashSet::new();
    let mut steps: Vec<usize> = acts.iter().rev().map(|act| act.item).filter(|item| seen.insert(*item)).collect();
    steps.reverse();
    steps
}

/// Which items occur together, and how strongly.
struct Common {
    /// Other items of each item in ascending order, with the strength.
    rows: Vec<Vec<(u32, f32)>>,
    /// Those that enough people link, the strongest first.
    linked: Vec<Vec<u32>>,
    /// How often each item occurs.
    own: Vec<f64>,
    kept: usize,
    dropped: usize,
}

impl Common {
    fn count(histories: &[Vec<usize>], support: &[u32], count: usize, options: &LearnOptions) -> Self {
        let fade: Vec<f32> = (0..=options.window).map(|d| (-(d as f64) / options.half_life).exp2() as f32).collect();
        let mut places: Vec<Vec<(u32, u32)>> = vec![Vec::new(); count];
        for (person, history) in histories.iter().enumerate() {
            for (at, &item) in history.iter().enumerate() {
                places[item].push((person as u32, at as u32));
            }
        }
        let own: Vec<f64> = support.iter().map(|&n| f64::from(n)).collect();
        let mut common = Self { rows: Vec::new(), linked: Vec::new(), own, kept: 0, dropped: 0 };
        let mut strength = vec![0.0_f32; count];
        let mut people = vec![0_u32; count];
        for (item, places) in places.iter().enumerate() {
            let mut touched: Vec<u32> = Vec::new();
            for &(person, at) in places {
                let (history, at) = (&histories[person as usize], at as usize);
                let from = at.saturating_sub(options.window);
                let to = (at + options.window + 1).min(history.len());
                for (place, &other) in history[from..to].iter().enumerate().filter(|(_, other)| **other != item) {
                    if people[other] == 0 {
                        touched.push(other as u32);
                    }
                    people[other] += 1;
                    strength[other] += fade[(from + place).abs_diff(at)];
                }
            }
            touched.sort_unstable();
            let enough = |other: &&u32| people[**other as usize] >= options.min_people.max(1);
            let mut linked: Vec<u32> = touched.iter().filter(enough).copied().collect();
            common.kept += linked.len();
            common.dropped += touched.len() - linked.len();
            // How much more than its own frequency explains.
            let lift = |&other: &u32| f64::from(strength[other as usize]) / common.own[other as usize].sqrt();
            linked.sort_by(|a, b| lift(b).total_cmp(&lift(a)).then(a.cmp(b)));
            linked.truncate(options.breadth);
            common.linked.push(linked);
            common.rows.push(touched.iter().map(|&other| (other, strength[other as usize])).collect());
            for &other in &touched {
                strength[other as usize] = 0.0;
                people[other as usize] = 0;
            }
        }
        common
    }

    fn strength(&self, a: u32, b: u32) -> f64 {
        let row = &self.rows[a as usize];
        row.binary_search_by_key(&b, |entry| entry.0).map_or(0.0, |at| f64::from(row[at].1))
    }

    /// Weights above 0 of the items that predict `item`.
    fn regress(&self, item: usize, options: &LearnOptions) -> Vec<(usize, f64)> {
        let linked = &self.linked[item];
        let n = linked.len();
        let mut matrix = vec![0.0; n * n];
        for i in 0..n {
            matrix[i * n + i] = self.own[linked[i] as usize];
            for j in 0..i {
                let value = self.strength(linked[i], linked[j]);
                matrix[i * n + j] = value;
                matrix[j * n + i] = value;
            }
        }
        let target: Vec<f64> = linked.iter().map(|&other| self.strength(item as u32, other)).collect();
        let mut ridge = options.ridge;
        // The window cuts the kernel off, which can leave it slightly indefinite; a larger ridge always heals that.
        for _ in 0..20 {
            let mut weights = target.clone();
            if solve(&mut matrix.clone(), ridge, &mut weights) {
                let found = linked.iter().map(|&other| other as usize).zip(weights);
                return found.filter(|(_, weight)| *weight > 0.0).collect();
            }
            ridge = ridge * 2.0 + 1.0;
        }
        Vec::new()
    }
}

/// Percentiles of recent events; the latest event is now.
/// Mean of all ratings, and of each item's, drawn towards it by as many as leave no trace.
fn stars(people: &[Vec<Act>], count: usize, options: &LearnOptions) -> Option<(f64, Vec<f32>)> {
    let (mut sums, mut counts) = (vec![0.0; count], vec![0_u32; count]);
    for (item, stars) in people.iter().flatten().filter_map(|act| Some((act.item, act.stars()?))) {
        sums[item] += stars;
        counts[item] += 1;
    }
    let all = counts.iter().sum::<u32>();
    let mean = sums.iter().sum::<f64>() / f64::from(all);
    let drawn = |(sum, n): (f64, u32)| {
        let known = if n < options.min_people { 0.0 } else { 1.0 };
        (mean + known * (sum - f64::from(n) * mean) / (f64::from(n) + CAUTION)) as f32
    };
    (all > 0).then(|| (mean, sums.into_iter().zip(counts).map(drawn).collect()))
}

fn trend(people: &[Vec<Act>], support: &[u32], options: &LearnOptions) -> Vec<f32> {
    let now = people.iter().flatten().map(|act| act.at).max().unwrap_or(0);
    let mut recent = vec![0.0; support.len()];
    for act in people.iter().flatten() {
        recent[act.item] += (-((now - act.at) as f64) / 86_400_000.0 / options.trend_days).exp2();
    }
    let enough = |(&recent, &n): (&f64, &u32)| (n >= options.min_people && n > 0).then_some(recent);
    percentiles(&recent.iter().zip(support).map(enough).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use predilect_core::EventKind;

    fn histories(lists: &[(&[usize], usize)]) -> Vec<Vec<Act>> {
        let acts = |items: &[usize]| {
            let act = |(at, &item): (usize, &usize)| Act { item, kind: EventKind::Click, value: None, at: at as i64 };
            items.iter().enumerate().map(act).collect::<Vec<_>>()
        };
        lists.iter().flat_map(|(items, times)| std::iter::repeat_n(acts(items), *times)).collect()
    }

    #[test]
    fn few_people_leave_no_trace() {
        let people = histories(&[(&[0, 1], 5), (&[2, 3], 4)]);
        let (learned, report) = learn(&people, vec![vec![]; 4], &LearnOptions::default());
        assert_eq!(learned.next[0].iter().map(|n| n.0.0).collect::<Vec<_>>(), [1]);
        assert!(learned.next[2].is_empty() && learned.next[3].is_empty());
        assert_eq!((report.pairs_kept, report.pairs_dropped), (1, 1));
        assert_eq!(learned.support, [5, 5, 4, 4]);
        assert_eq!((learned.trend[0] > 0.0, learned.trend[2]), (true, 0.0));
    }

    #[test]
    fn a_pair_is_a_regression_by_hand() {
        // Strength 10 * 2^(-1/10), own 10, ridge 20.
        let (learned, _) = learn(&histories(&[(&[0, 1], 10)]), vec![vec![]; 2], &LearnOptions::default());
        let expected = 10.0 * (-0.1_f64).exp2() / 30.0;
        assert!((f64::from(learned.next[0][0].1) - expected).abs() < 1e-6);
    }

    #[test]
    fn what_follows_shortly_counts_most() {
        let far: Vec<usize> = (0..30).collect();
        let (learned, _) =
            learn(&histories(&[(&far, 10)]), vec![vec![]; 30], &LearnOptions { ridge: 100.0, ..Default::default() });
        let of = |item: u32| learned.next[0].iter().find(|n| n.0.0 == item).map_or(0.0, |n| n.1);
        assert!(of(1) > of(6) && of(6) >= of(25), "{:?}", learned.next[0]);
    }
}
