//! The items that match a query best.

use crate::index::{Index, Posting};
use crate::order::ln;
use crate::query::{Query, Wanted};

/// How matches are weighed: BM25F (Robertson, Zaragoza and Taylor, Simple BM25 extension to multiple weighted fields, 2004)
/// of a title and the rest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// How soon more of the same stops counting, above 0.
    pub saturation: f32,
    /// What a term in the title counts beside one in the rest.
    pub title: f32,
    /// How much the length of a title, and of the rest, thins out what is in it, 0..=1.
    pub length: [f32; 2],
}

impl Default for Weights {
    fn default() -> Self {
        Self { saturation: 1.2, title: 8.0, length: [0.5, 0.6] }
    }
}

/// What is wanted of a search.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// Items at most.
    pub k: usize,
    /// How matches are weighed.
    pub weights: Weights,
}

impl Default for Options {
    fn default() -> Self {
        Self { k: 10, weights: Weights::default() }
    }
}

/// An item that matches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Its row.
    pub row: u32,
    /// How well, above 0 and below 1: 1 would be all terms of the query, without end.
    pub score: f32,
}

/// Whether `a` comes before `b`.
fn before(a: &Hit, b: &Hit) -> std::cmp::Ordering {
    b.score.total_cmp(&a.score).then(a.row.cmp(&b.row))
}

impl Index {
    /// The best items, best first, equal ones by their rows. `allowed` has a bit for each row, the first in the lowest of the
    /// first word; rows beyond it are not allowed.
    pub fn search(&self, query: &Query, options: &Options, allowed: Option<&[u32]>) -> Vec<Hit> {
        let mut sums = vec![0f32; self.len()];
        let mut touched: Vec<u32> = Vec::new();
        let mut counts = vec![0f32; if query.wanted.iter().any(|w| w.entries.len() > 1) { self.len() } else { 0 }];
        let mut counted: Vec<u32> = Vec::new();
        let is_allowed =
            |row: u32| allowed.is_none_or(|bits| bits.get(row as usize / 32).is_some_and(|w| w >> (row % 32) & 1 == 1));
        let mut total = 0f64;
        for wanted in &query.wanted {
            let rarity = wanted.weight * self.rarity(wanted);
            total += rarity;
            let saturation = options.weights.saturation;
            let mut add = |row: u32, count: f32| {
                let sum = &mut sums[row as usize];
                if *sum == 0.0 {
                    touched.push(row);
                }
                *sum += rarity as f32 * count / (saturation + count);
            };
            if let [(entry, weight)] = wanted.entries[..] {
                for posting in self.postings(entry).filter(|posting| is_allowed(posting.row)) {
                    add(posting.row, weight * self.count(posting, &options.weights));
                }
                continue;
            }
            for &(entry, weight) in &wanted.entries {
                for posting in self.postings(entry).filter(|posting| is_allowed(posting.row)) {
                    let count = &mut counts[posting.row as usize];
                    if *count == 0.0 {
                        counted.push(posting.row);
                    }
                    *count += weight * self.count(posting, &options.weights);
                }
            }
            for row in counted.drain(..) {
                add(row, std::mem::take(&mut counts[row as usize]));
            }
        }
        let scale = 1.0 / total.max(f64::MIN_POSITIVE) as f32;
        let mut hits: Vec<Hit> = touched.iter().map(|&row| Hit { row, score: sums[row as usize] * scale }).collect();
        if options.k < hits.len() {
            hits.select_nth_unstable_by(options.k, before);
            hits.truncate(options.k);
        }
        hits.sort_unstable_by(before);
        hits
    }

    /// How much a term says: little if many items have it.
    fn rarity(&self, wanted: &Wanted) -> f64 {
        let all = self.len() as f64;
        let having: u64 = wanted.entries.iter().map(|(entry, _)| u64::from(entry.items)).sum();
        let having = (having as f64).min(all);
        ln(1.0 + (all - having + 0.5) / (having + 0.5))
    }

    /// How often a term is in an item, as the places and their lengths count.
    fn count(&self, posting: Posting, weights: &Weights) -> f32 {
        let [title, rest] = self.lengths(posting.row);
        let thin = |times: u8, length: u16, zone: usize| {
            let part = weights.length[zone];
            f32::from(times) / (1.0 - part + part * f32::from(length) / self.means[zone])
        };
        weights.title * thin(posting.title, title, 0) + thin(posting.rest, rest, 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Variants, Writer, Zone, analyse};
    use proptest::prelude::*;

    type Item = (String, String);

    fn index(items: &[Item]) -> Index {
        let mut writer = Writer::default();
        for (title, rest) in items {
            writer.item([(Zone::Title, title.as_str()), (Zone::Rest, rest.as_str())]);
        }
        Index::open(writer.finish(1), 1).unwrap()
    }

    fn terms(text: &str) -> Vec<String> {
        let mut out = Vec::new();
        analyse(text, &Variants::default(), |token| out.push(token.term.to_owned()));
        out
    }

    /// BM25F from the texts alone.
    fn brute(items: &[Item], query: &Query) -> Vec<Hit> {
        let weights = Weights::default();
        let n = items.len() as f64;
        let texts: Vec<[Vec<String>; 2]> = items.iter().map(|(title, rest)| [terms(title), terms(rest)]).collect();
        let mean = |zone: usize| (texts.iter().map(|t| t[zone].len()).sum::<usize>() as f64 / n).max(1e-3);
        let mut scores = vec![0.0; items.len()];
        let mut total = 0.0;
        for wanted in &query.wanted {
            let mut forms: Vec<&String> =
                texts.iter().flatten().flatten().filter(|term| wanted.accepts(term)).collect();
            forms.sort();
            forms.dedup();
            let having: usize =
                forms.iter().map(|f| texts.iter().filter(|t| t.iter().flatten().any(|u| u == *f)).count()).sum();
            let having = (having as f64).min(n);
            let rarity = wanted.weight * (1.0 + (n - having + 0.5) / (having + 0.5)).ln();
            total += rarity;
            // Each form counts what the query says it does.
            let weight = |form: &str| {
                let at = forms.iter().position(|own| *own == form).unwrap();
                let mut entries = wanted.entries.clone();
                entries.sort_by_key(|(entry, _)| entry.start);
                f64::from(entries[at].1)
            };
            for (score, text) in scores.iter_mut().zip(&texts) {
                let mut count = 0.0;
                for (zone, boost) in [(0, f64::from(weights.title)), (1, 1.0)] {
                    let part = f64::from(weights.length[zone]);
                    for form in &forms {
                        let times = text[zone].iter().filter(|term| term == form).count().min(15) as f64;
                        count +=
                            weight(form) * boost * times / (1.0 - part + part * text[zone].len() as f64 / mean(zone));
                    }
                }
                *score += rarity * count / (f64::from(weights.saturation) + count);
            }
        }
        let mut hits: Vec<Hit> = scores
            .iter()
            .enumerate()
            .filter(|(_, score)| **score > 0.0)
            .map(|(row, score)| Hit { row: row as u32, score: (score / total) as f32 })
            .collect();
        hits.sort_by(before);
        hits
    }

    fn words() -> impl Strategy<Value = String> {
        prop::collection::vec("[ab]{1,3}|tea|teas|kettle|海鲜|蟹", 0..8).prop_map(|words| words.join(" "))
    }

    fn scores(hits: &[Hit]) -> Vec<f32> {
        hits.iter().map(|hit| hit.score).collect()
    }

    proptest! {
        #[test]
        fn it_is_bm25f(items in prop::collection::vec((words(), words()), 1..40), text in words(), prefix: bool, k in 1..50usize) {
            let index = index(&items);
            let query = Query::new(&text, &index, prefix);
            let hits = index.search(&query, &Options { k, ..Options::default() }, None);
            let expected = brute(&items, &query);
            prop_assert_eq!(hits.len(), k.min(expected.len()));
            for (hit, own) in scores(&hits).iter().zip(scores(&expected)) {
                prop_assert!((hit - own).abs() < 1e-5, "{} {}", hit, own);
            }
            for hit in &hits {
                let own = expected.iter().find(|own| own.row == hit.row).expect("it matches");
                prop_assert!((hit.score - own.score).abs() < 1e-5);
                prop_assert!(hit.score > 0.0 && hit.score < 1.0);
            }
        }

        #[test]
        fn a_filter_inside_is_a_filter_behind(
            items in prop::collection::vec((words(), words()), 1..70), text in words(), bits in prop::collection::vec(any::<u32>(), 0..3),
        ) {
            let index = index(&items);
            let query = Query::new(&text, &index, true);
            let options = Options { k: 5, ..Options::default() };
            let inside = index.search(&query, &options, Some(&bits));
            let mut behind = index.search(&query, &Options { k: items.len(), ..options }, None);
            behind.retain(|hit| bits.get(hit.row as usize / 32).is_some_and(|word| word >> (hit.row % 32) & 1 == 1));
            behind.truncate(5);
            prop_assert_eq!(inside, behind);
        }

        #[test]
        fn what_is_damaged_is_refused(items in prop::collection::vec((words(), words()), 1..10), at: prop::sample::Index, bit in 0..8u32, cut: prop::sample::Index) {
            let mut writer = Writer::default();
            items.iter().for_each(|(title, rest)| writer.item([(Zone::Title, title.as_str()), (Zone::Rest, rest.as_str())]));
            let bytes = writer.finish(1);
            let mut changed = bytes.clone();
            changed[at.index(bytes.len())] ^= 1 << bit;
            prop_assert!(Index::open(changed, 1).is_err());
            prop_assert!(Index::open(bytes[..cut.index(bytes.len())].to_vec(), 1).is_err());
            prop_assert!(Index::open(bytes, 2).is_err());
        }
    }

    #[test]
    fn titles_count_more() {
        let items =
            [("plain", "kettle kettle for tea"), ("Kettle", "plain")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        let index = index(&items);
        let hits = index.search(&Query::new("kettles", &index, false), &Options::default(), None);
        assert_eq!(hits.iter().map(|hit| hit.row).collect::<Vec<_>>(), [1, 0]);
    }

    #[test]
    fn nothing_is_an_index_too() {
        let index = Index::open(Writer::default().finish(3), 3).unwrap();
        assert!(index.is_empty());
        assert!(index.search(&Query::new("tea", &index, true), &Options::default(), None).is_empty());
    }
}
