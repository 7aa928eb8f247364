//! Which sequences of words or characters are phrases.

use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_64;

use super::scan::{BREAK, Vocabulary, is_char};
use super::text::Text;

/// Most words and characters of a phrase that texts show.
const WORDS: usize = 3;
const CHARS: usize = 6;
/// A label that texts are searched for has at most as many.
const LABEL: usize = 8;
/// A phrase that is part of a longer one in this share of its places is none of its own.
const WITHIN: f64 = 0.7;
/// How many times more often than by chance words or characters must meet.
const COHESION: [f64; 2] = [6.0, 12.0];
/// Share of its places in which characters may have the same neighbour.
const BOUND: f64 = 0.65;
/// Neighbours that are told apart on each side.
const NEIGHBOURS: usize = 24;

/// What is counted of a sequence.
#[derive(Debug, Default)]
struct Gram {
    /// Items that have it, and the last of them.
    df: u32,
    last: u32,
    /// Times it occurs.
    count: u32,
    /// Times that the most frequent phrase around it occurs.
    within: u32,
    label: bool,
    kept: bool,
    /// Of characters: what stands before and after, and how often.
    sides: [Vec<(u32, u32)>; 2],
}

type Counts = HashMap<u64, Gram>;

/// The sequences that are phrases.
pub(super) struct Grams(Counts);

pub(super) fn hash(keys: &[u32]) -> u64 {
    let mut bytes = [0_u8; 4 * 64];
    let mut end = 0;
    for key in keys.iter().take(64) {
        bytes[end..end + 4].copy_from_slice(&key.to_le_bytes());
        end += 4;
    }
    xxh3_64(&bytes[..end])
}

/// Calls for every sequence of `length` words, or of characters, that no break interrupts.
fn each_window(text: &Text, length: usize, mut call: impl FnMut(usize, &[u32])) {
    for (at, window) in text.keys.windows(length).enumerate() {
        let wide = is_char(window[0]);
        if window.iter().all(|&key| key != BREAK && is_char(key) == wide) {
            call(at, window);
        }
    }
}

fn longest(key: u32) -> usize {
    if is_char(key) { CHARS } else { WORDS }
}

impl Grams {
    /// Counts all sequences that `least` items have, length by length (a sequence is no more frequent than its parts), and keeps
    /// those that are phrases.
    pub(super) fn count(texts: &[Text], words: &Vocabulary, least: u32) -> Self {
        let mut counts = Counts::new();
        let mut totals = [0_u64; 2];
        for length in 1..=CHARS {
            let mut level = Counts::new();
            for (row, text) in texts.iter().enumerate() {
                each_window(text, length, |_, keys| {
                    if length > longest(keys[0]) {
                        return;
                    }
                    if length == 1 {
                        totals[usize::from(is_char(keys[0]))] += 1;
                    } else if !counts.contains_key(&hash(&keys[1..]))
                        || !counts.contains_key(&hash(&keys[..length - 1]))
                    {
                        return;
                    }
                    let gram = level.entry(hash(keys)).or_default();
                    if gram.count == 0 || gram.last != row as u32 {
                        gram.df += 1;
                        gram.last = row as u32;
                    }
                    gram.count += 1;
                });
            }
            counts.extend(level.into_iter().filter(|(_, gram)| gram.df >= least));
        }
        let mut grams = Self(counts);
        grams.mark_labels(texts);
        grams.neighbours(texts);
        grams.keep(texts, words, totals);
        grams
    }

    fn mark_labels(&mut self, texts: &[Text]) {
        for label in texts.iter().flat_map(|text| &text.labels) {
            if label.keys.len() <= LABEL && !label.keys.contains(&BREAK) {
                self.0.entry(hash(&label.keys)).or_default().label = true;
            }
        }
    }

    fn neighbours(&mut self, texts: &[Text]) {
        let mut edge = BREAK;
        for text in texts {
            for length in 2..=CHARS {
                each_window(text, length, |at, keys| {
                    let Some(gram) = self.0.get_mut(&hash(keys)).filter(|_| is_char(keys[0])) else { return };
                    let before = at.checked_sub(1).and_then(|at| text.keys.get(at));
                    for (side, near) in gram.sides.iter_mut().zip([before, text.keys.get(at + length)]) {
                        // An end of the sentence is a neighbour that no other place has.
                        let near = near.copied().filter(|&key| is_char(key)).unwrap_or_else(|| {
                            edge -= 1;
                            edge
                        });
                        match side.iter().position(|entry| entry.0 == near) {
                            Some(known) => side[known].1 += 1,
                            None if side.len() < NEIGHBOURS => side.push((near, 1)),
                            None => {}
                        }
                    }
                });
            }
        }
    }

    /// From the longest to the shortest, so that parts know what they are part of.
    fn keep(&mut self, texts: &[Text], words: &Vocabulary, totals: [u64; 2]) {
        for length in (1..=LABEL).rev() {
            let mut done: HashMap<u64, ()> = HashMap::new();
            for text in texts {
                each_window(text, length, |_, keys| {
                    let own = hash(keys);
                    if self.0.contains_key(&own) && done.insert(own, ()).is_none() {
                        self.judge(own, keys, words, totals);
                    }
                });
            }
        }
        self.0.retain(|_, gram| gram.kept);
    }

    fn judge(&mut self, own: u64, keys: &[u32], words: &Vocabulary, totals: [u64; 2]) {
        let (wide, length) = (is_char(keys[0]), keys.len());
        let count_of = |keys: &[u32]| self.0.get(&hash(keys)).map_or(0, |gram| gram.count);
        let gram = &self.0[&own];
        let chance = |split: usize| {
            f64::from(count_of(&keys[..split])) * f64::from(count_of(&keys[split..]))
                / totals[usize::from(wide)].max(1) as f64
        };
        let sticks = (1..length).all(|split| f64::from(gram.count) >= COHESION[usize::from(wide)] * chance(split));
        let bound = |side: &Vec<(u32, u32)>| {
            let most = side.iter().map(|entry| entry.1).max().unwrap_or(0);
            f64::from(most) <= (BOUND * f64::from(gram.count)).max(1.0)
        };
        let free = f64::from(gram.within) < WITHIN * f64::from(gram.count);
        let kept = gram.label
            || words.may_be(keys) && free && (length == 1 || sticks) && (!wide || gram.sides.iter().all(bound));
        let around = gram.within.max(if kept { gram.count } else { 0 });
        for part in [&keys[1..], &keys[..length - 1]] {
            if let Some(part) = self.0.get_mut(&hash(part)).filter(|_| length > 1) {
                part.within = part.within.max(around);
            }
        }
        if let Some(gram) = self.0.get_mut(&own) {
            gram.kept = kept;
        }
    }

    /// Calls for every phrase in a text with its hash, place and length.
    pub(super) fn each(&self, text: &Text, words: &Vocabulary, mut call: impl FnMut(u64, usize, usize)) {
        for length in 1..=LABEL {
            each_window(text, length, |at, keys| {
                let own = hash(keys);
                if self.0.contains_key(&own) && (length > 1 || words.may_be(keys)) {
                    call(own, at, length);
                }
            });
        }
    }
}
