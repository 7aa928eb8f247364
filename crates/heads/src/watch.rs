//! A watch over stories: of which tags more are negative lately than before, beyond what chance explains.
//!
//! Each tag has a table of two by two, lately and before by negative and not; Fisher's exact test (one-sided) says how likely so many or
//! more would be negative lately if nothing had changed, and the procedure of Benjamini and Hochberg keeps the expected share of false
//! alarms among all alarms below a bound, however many tags are watched.

use serde::Serialize;

/// A story, as the watch sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Story<'a> {
    /// Day since 1970.
    pub day: i64,
    /// Its tags, as indices; each once.
    pub tags: &'a [u32],
    /// Whether it is negative.
    pub negative: bool,
}

/// What counts as lately, and what as a rise.
#[derive(Debug, Clone, PartialEq)]
pub struct WatchOptions {
    /// Days that are lately, `today` the last; at least 1.
    pub days: i64,
    /// Days before those that they are compared with; at least 1.
    pub against: i64,
    /// Stories that a tag must have lately, and before.
    pub least: usize,
    /// Least rise of the share that is negative, 0..=1.
    pub rise: f64,
    /// Expected share of false alarms among all, at most.
    pub false_alarms: f64,
}

impl Default for WatchOptions {
    fn default() -> Self {
        Self { days: 7, against: 28, least: 5, rise: 0.1, false_alarms: 0.05 }
    }
}

/// Stories of a tag in a span of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Count {
    /// All of them.
    pub stories: usize,
    /// Those that are negative.
    pub negative: usize,
}

impl Count {
    /// The share that is negative, 0..=1.
    pub fn share(self) -> f64 {
        self.negative as f64 / self.stories.max(1) as f64
    }

    fn add(&mut self, negative: bool) {
        self.stories += 1;
        self.negative += usize::from(negative);
    }
}

/// How a tag fares.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Watched {
    /// The tag.
    pub tag: u32,
    /// Its stories lately.
    pub lately: Count,
    /// Its stories before.
    pub before: Count,
    /// How likely so many or more would be negative if nothing had changed, 0..=1.
    pub p: f64,
    /// Whether that is an alarm.
    pub alert: bool,
}

/// The tags with stories enough, the least likely rise first, equal ones by tag. Stories from after `today` are not looked at.
pub fn watch(stories: &[Story<'_>], today: i64, options: &WatchOptions) -> Vec<Watched> {
    let tags = stories.iter().flat_map(|story| story.tags).max().map_or(0, |&tag| tag as usize + 1);
    let mut counts = vec![[Count::default(); 2]; tags];
    for story in stories {
        let age = today - story.day;
        let span = usize::from(age >= options.days);
        if (0..options.days + options.against).contains(&age) {
            story.tags.iter().for_each(|&tag| counts[tag as usize][span].add(story.negative));
        }
    }
    let mut watched: Vec<Watched> = (0..)
        .zip(&counts)
        .filter(|(_, [lately, before])| lately.stories.min(before.stories) >= options.least.max(1))
        .map(|(tag, &[lately, before])| Watched { tag, lately, before, p: fisher(lately, before), alert: false })
        .collect();
    watched.sort_by(|a, b| a.p.total_cmp(&b.p));
    let count = watched.len() as f64;
    let passes = |(at, own): (usize, &Watched)| own.p <= options.false_alarms * (at + 1) as f64 / count;
    let alarms = watched.iter().enumerate().filter(|&own| passes(own)).map(|(at, _)| at + 1).max().unwrap_or(0);
    for own in &mut watched[..alarms] {
        own.alert = own.lately.share() - own.before.share() >= options.rise;
    }
    watched
}

/// Probability of so many negative ones lately, or more, with the margins given (hypergeometric).
fn fisher(lately: Count, before: Count) -> f64 {
    let negative = lately.negative + before.negative;
    let all = lately.stories + before.stories;
    let log_all = choose(all, lately.stories);
    let term = |hits: usize| (choose(negative, hits) + choose(all - negative, lately.stories - hits) - log_all).exp();
    let fits = |hits: &usize| lately.stories - hits <= all - negative;
    (lately.negative..=negative.min(lately.stories)).filter(fits).map(term).sum::<f64>().min(1.0)
}

/// Logarithm of the binomial coefficient.
fn choose(n: usize, k: usize) -> f64 {
    (1..=k.min(n - k)).map(|i| (((n - i + 1) as f64) / i as f64).ln()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn count(negative: usize, stories: usize) -> Count {
        Count { stories, negative }
    }

    /// Numbers from 0 to 1 of a seed (splitmix64).
    fn chance(mut seed: u64) -> impl FnMut() -> f64 {
        move || {
            seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = seed;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
        }
    }

    /// Stories of thirty tags over 35 days; of tag 0 the share of negative ones is another in the last week.
    fn month(seed: u64, lately: f64) -> Vec<(i64, Vec<u32>, bool)> {
        let mut chance = chance(seed);
        let mut out = Vec::new();
        for day in 0..35 {
            for tag in 0..30 {
                for _ in 0..4 {
                    let share = if tag == 0 && day >= 28 { lately } else { 0.2 };
                    out.push((day, vec![tag], chance() < share));
                }
            }
        }
        out
    }

    fn watched(stories: &[(i64, Vec<u32>, bool)]) -> Vec<Watched> {
        let stories: Vec<Story<'_>> =
            stories.iter().map(|(day, tags, negative)| Story { day: *day, tags, negative: *negative }).collect();
        watch(&stories, 34, &WatchOptions::default())
    }

    #[test]
    fn fisher_is_that_of_the_lady_tasting_tea() {
        // Three of four cups right: (16 + 1) / 70.
        assert!((fisher(count(3, 4), count(1, 4)) - 17.0 / 70.0).abs() < 1e-12);
        assert!((fisher(count(4, 4), count(0, 4)) - 1.0 / 70.0).abs() < 1e-12);
        assert!((fisher(count(0, 4), count(4, 4)) - 1.0).abs() < 1e-12);
        assert_eq!(fisher(count(0, 3), count(0, 9)), 1.0);
        assert!((fisher(count(5, 5), count(5, 5)) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_rise_raises_an_alert_and_chance_seldom_does() {
        let alerts = |seed: u64, lately: f64| {
            watched(&month(seed, lately)).into_iter().filter(|own| own.alert).map(|own| own.tag).collect::<Vec<_>>()
        };
        let (mut found, mut false_alarms) = (0, 0);
        for seed in 0..200 {
            found += usize::from(alerts(seed, 0.7).contains(&0));
            false_alarms += usize::from(!alerts(seed, 0.2).is_empty());
        }
        assert!(found >= 180, "{found} of 200 rises were found");
        assert!(false_alarms <= 16, "{false_alarms} of 200 quiet months had an alert; 5 in 100 may");
    }

    #[test]
    fn spans_end_where_they_should() {
        let story = |day: i64, negative: bool| (day, vec![0, 1], negative);
        // Lately: days 28 to 34; before: days 0 to 27; the day before and tomorrow do not count.
        let days = [(28, true), (34, true), (27, false), (0, false), (-1, true), (35, true)];
        let stories: Vec<_> = days.iter().flat_map(|&(day, negative)| vec![story(day, negative); 5]).collect();
        let all = watched(&stories);
        assert_eq!(all.iter().map(|own| own.tag).collect::<Vec<_>>(), [0, 1]);
        assert_eq!((all[0].lately, all[0].before), (count(10, 10), count(0, 10)));
        assert!(all[0].alert);
        // Too few stories lately tell nothing.
        assert!(watched(&stories[2..]).iter().all(|own| own.lately.stories >= 5));
        assert!(watched(&stories[6..]).is_empty());
        assert!(watched(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn p_is_a_probability_and_falls_with_more_bad_news(
            before in 1..60_usize, bad in 0..60_usize, lately in 1..60_usize, hits in 0..60_usize,
        ) {
            let (bad, hits) = (bad.min(before), hits.min(lately));
            let p = fisher(count(hits, lately), count(bad, before));
            prop_assert!((0.0..=1.0).contains(&p));
            if hits < lately {
                prop_assert!(fisher(count(hits + 1, lately), count(bad, before)) <= p + 1e-9);
            }
        }
    }
}
