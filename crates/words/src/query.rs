//! A typed text -> the terms to look for: as written, begun, or misspelt.

use std::sync::Arc;

use crate::analyse::{Kind, MAX_TERM, Token, analyse};
use crate::index::{Entry, Index};
use crate::variants::Variants;

/// Different terms of a query that are looked for; what follows them in a longer one is not.
const MAX_WANTED: usize = 64;
/// What a word counts that only begins with what was typed, beside 1 for the word itself.
const BEGUN: f32 = 0.5;
/// What a word counts with one slip, and with two.
const SLIPS: [f32; 2] = [0.6, 0.4];

/// What a word of talk counts in a question, beside 1 for others.
const TALK: f64 = 0.25;
/// English words that a question has whatever it is about.
const TALK_WORDS: &str = " a about am an and any are as at be been by can could did do does doing for from get give got had has have he her \
here him his how i if in into is it its may me my need of on one or our out please she should so some something tell than that the \
their them there these they this those to up us want was we were what when where which who whose why will with would you your ";
/// Characters of which such Chinese words are made; the traditional ones for items that have none of them, and so do not join them.
const TALK_SIGNS: &str = "我你您他她它们的了吗呢吧啊么什怎哪谁几多少是在有要想能可以会请问给把到就都和与这那个一下妳們麼誰幾請問給與這個會嗎";

/// How a term of a query is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    /// By the same term.
    Same,
    /// By it, or by terms that begin with the word.
    Begins,
    /// By terms so many slips away.
    Slips(u8),
    /// By terms of which a beginning is so many slips away.
    BeginsWithSlips(u8),
}

/// A term that is looked for.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub term: String,
    pub word: String,
    pub how: How,
    /// How much it counts, above 0.
    pub weight: f64,
    /// One character, which also stands at the beginning of pairs.
    pub single: bool,
    /// What the index has of it, and what each counts.
    pub entries: Vec<(Entry, f32)>,
}

/// A text to search for, prepared for one index.
#[derive(Debug, Clone)]
pub struct Query {
    pub(crate) wanted: Vec<Wanted>,
    /// As the index has them: texts are read as its items were.
    pub(crate) variants: Arc<Variants>,
}

impl Query {
    /// The terms of `text`. With `prefix` its last word may be the beginning of a word. A word of English letters that the
    /// index lacks stands for those that are one slip away (a letter more, less, other, or two swapped), two from 8 letters
    /// on; shorter ones than 4 letters are taken as they are.
    pub fn new(text: &str, index: &Index, prefix: bool) -> Self {
        let mut wanted: Vec<Wanted> = Vec::new();
        let end = text.len();
        analyse(text, &index.variants, |token| {
            let seen = wanted.iter().any(|own| own.term == token.term);
            if wanted.len() < MAX_WANTED && !seen && token.kind != Kind::Last {
                let begun = prefix && token.end == end && token.kind == Kind::Word;
                wanted.extend(Wanted::new(&token, index, begun));
            }
        });
        Self { wanted, variants: Arc::clone(&index.variants) }
    }

    /// As [`Query::new`] for a question, or a request in whole sentences: words that it has whatever it is about count little. Few
    /// items are enough for them to seem rare.
    pub fn question(text: &str, index: &Index) -> Self {
        let mut query = Self::new(text, index, false);
        for wanted in &mut query.wanted {
            let word = wanted.word.as_str();
            let talk = if word.is_ascii() {
                TALK_WORDS
                    .match_indices(word)
                    .any(|(at, _)| TALK_WORDS[..at].ends_with(' ') && TALK_WORDS[at + word.len()..].starts_with(' '))
            } else {
                word.chars().all(|sign| TALK_SIGNS.contains(sign))
            };
            if talk {
                wanted.weight = TALK;
            }
        }
        query
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.wanted.is_empty()
    }
}

impl Wanted {
    fn new(token: &Token<'_>, index: &Index, begun: bool) -> Option<Self> {
        let single = token.kind == Kind::Single;
        let how = if begun || single { How::Begins } else { How::Same };
        let mut wanted = Self {
            term: token.term.to_owned(),
            word: token.word.to_owned(),
            how,
            weight: 1.0,
            single,
            entries: Vec::new(),
        };
        wanted.look(index);
        if wanted.entries.is_empty() && token.kind == Kind::Joined {
            return None;
        }
        let plain = token.term.bytes().all(|b| b.is_ascii_lowercase());
        if wanted.entries.is_empty() && plain && token.term.len() >= 4 {
            let most = if token.term.len() < 8 { 1 } else { 2 };
            wanted.entries = slips(index, &mut wanted.how, &token.term[..token.term.len().min(MAX_TERM)], most, begun);
        }
        Some(wanted)
    }

    fn look(&mut self, index: &Index) {
        if self.how == How::Same {
            self.entries.extend(index.find(&self.term).map(|entry| (entry, 1.0)));
            return;
        }
        // The stem may come before the word and not begin with it.
        if !self.term.starts_with(&self.word) {
            self.entries.extend(index.find(&self.term).map(|entry| (entry, 1.0)));
        }
        let (word, same) = (self.word.as_bytes(), self.term.as_bytes());
        let counts = if self.single { 1.0 } else { BEGUN };
        index.walk(&self.word, |term, _, entry| {
            if term.starts_with(word) {
                self.entries.push((entry, if term == same { 1.0 } else { counts }));
            }
            term.starts_with(word) || term < word
        });
    }

    /// Whether a term of an item is one of those looked for.
    pub(crate) fn accepts(&self, term: &str) -> bool {
        match self.how {
            How::Same => term == self.term,
            How::Begins => term == self.term || term.starts_with(&self.word),
            How::Slips(most) => Slips::new(&self.term, most).all(term.as_bytes()).0 <= most,
            How::BeginsWithSlips(most) => Slips::new(&self.term, most).all(term.as_bytes()).1 <= most,
        }
    }
}

/// The terms nearest to a word, at most `most` slips away; with `begun` those of which a beginning is.
fn slips(index: &Index, how: &mut How, word: &str, most: u8, begun: bool) -> Vec<(Entry, f32)> {
    let mut table = Slips::new(word, most);
    let mut found: Vec<(Entry, u8)> = Vec::new();
    let mut least = most;
    // Beginnings of this length or longer are too far away, whatever follows.
    let mut hopeless = usize::MAX;
    index.walk("", |term, shared, entry| {
        if shared >= hopeless {
            return true;
        }
        hopeless = usize::MAX;
        let mut depth = shared;
        while depth < term.len() {
            depth += 1;
            // A beginning that is near enough decides for all that follow it.
            if table.row(term, depth) > least && !(begun && table.begin[depth] <= least) {
                hopeless = depth;
                return true;
            }
        }
        let (whole, begin) = (table.whole(term.len()), table.begin[term.len()]);
        let distance = if begun { begin } else { whole };
        if distance <= least {
            least = distance;
            found.push((entry, distance));
        }
        true
    });
    *how = if begun { How::BeginsWithSlips(least) } else { How::Slips(least) };
    found.retain(|(_, distance)| *distance == least);
    let counts = SLIPS[usize::from(least.clamp(1, 2)) - 1];
    found.into_iter().map(|(entry, _)| (entry, counts)).collect()
}

/// More slips than are ever asked for.
const FAR: u8 = 100;

/// Distances (optimal string alignment: a letter more, less, other, or two neighbours swapped) between a word and the
/// beginnings of a term, row by row as the term grows.
struct Slips<'a> {
    word: &'a [u8],
    /// Distances above it are not told apart: only cells this near the diagonal are looked at.
    most: usize,
    rows: Vec<u8>,
    /// Least distance of the word to a beginning of the term, up to each length.
    begin: Vec<u8>,
}

impl<'a> Slips<'a> {
    fn new(word: &'a str, most: u8) -> Self {
        let word = word.as_bytes();
        let width = word.len() + 1;
        let mut rows = vec![FAR; width * (MAX_TERM + 1)];
        (0..width).for_each(|j| rows[j] = j as u8);
        Self { word, most: usize::from(most), rows, begin: vec![word.len() as u8; MAX_TERM + 1] }
    }

    /// Fills the row of the first `depth` bytes of `term`, when those before are; returns its least value.
    fn row(&mut self, term: &[u8], depth: usize) -> u8 {
        let width = self.word.len() + 1;
        let (before, own) = self.rows.split_at_mut(depth * width);
        let own = &mut own[..width];
        let last = &before[(depth - 1) * width..];
        let first = depth.saturating_sub(self.most);
        if first >= width {
            self.begin[depth] = self.begin[depth - 1];
            own[width - 1] = FAR;
            return FAR;
        }
        let end = (depth + self.most + 1).min(width);
        // Cells beside those that are filled may be left over from another term.
        if first == 0 {
            own[0] = depth as u8;
        } else {
            own[first - 1] = FAR;
        }
        if end < width {
            own[end] = FAR;
            own[width - 1] = FAR;
        }
        let mut least = if first == 0 { own[0] } else { FAR };
        for j in first.max(1)..end {
            let same = self.word[j - 1] == term[depth - 1];
            let mut cell = (last[j - 1] + u8::from(!same)).min(last[j] + 1).min(own[j - 1] + 1);
            if depth > 1 && j > 1 && self.word[j - 1] == term[depth - 2] && self.word[j - 2] == term[depth - 1] {
                cell = cell.min(before[(depth - 2) * width + j - 2] + 1);
            }
            own[j] = cell.min(FAR);
            least = least.min(cell);
        }
        self.begin[depth] = self.begin[depth - 1].min(own[width - 1]);
        least
    }

    fn whole(&self, depth: usize) -> u8 {
        self.rows[(depth + 1) * (self.word.len() + 1) - 1]
    }

    /// Distance to the term, and to its nearest beginning.
    fn all(&mut self, term: &[u8]) -> (u8, u8) {
        let term = &term[..term.len().min(MAX_TERM)];
        (1..=term.len()).for_each(|depth| {
            self.row(term, depth);
        });
        (self.whole(term.len()), self.begin[term.len()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Writer, Zone};
    use proptest::prelude::*;

    /// Optimal string alignment, the whole table.
    fn distance(a: &[u8], b: &[u8]) -> u8 {
        let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                table[i][j] = if i == 0 || j == 0 {
                    i + j
                } else {
                    let changed = table[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                    let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                    let swapped = if swapped { table[i - 2][j - 2] + 1 } else { usize::MAX };
                    changed.min(table[i - 1][j] + 1).min(table[i][j - 1] + 1).min(swapped)
                };
            }
        }
        table[a.len()][b.len()] as u8
    }

    fn index(words: &[String]) -> Index {
        let mut writer = Writer::default();
        words.iter().for_each(|word| writer.item([(Zone::Title, word.as_str())]));
        Index::open(writer.finish(0), 0).unwrap()
    }

    fn entries(index: &Index, mut accepts: impl FnMut(&str) -> bool) -> Vec<Entry> {
        let mut out = Vec::new();
        index.walk("", |term, _, entry| {
            if accepts(std::str::from_utf8(term).unwrap()) {
                out.push(entry);
            }
            true
        });
        out
    }

    fn found(wanted: &Wanted) -> Vec<Entry> {
        let mut found: Vec<Entry> = wanted.entries.iter().map(|(entry, _)| *entry).collect();
        found.sort_by_key(|entry| entry.start);
        found
    }

    proptest! {
        #[test]
        fn slips_are_those_of_the_definition(
            words in prop::collection::vec("[abc]{3,9}", 1..60), word in "[abc]{4,9}", begun: bool,
        ) {
            let index = index(&words);
            let query = Query::new(&word, &index, begun);
            let [wanted] = &query.wanted[..] else { panic!("one word") };
            let of = |term: &str| {
                let whole = distance(wanted.term.as_bytes(), term.as_bytes());
                let begin = (0..=term.len()).map(|n| distance(wanted.term.as_bytes(), &term.as_bytes()[..n])).min().unwrap();
                if begun { begin } else { whole }
            };
            let most = if wanted.term.len() < 8 { 1 } else { 2 };
            let expected = match wanted.how {
                How::Same => entries(&index, |term| term == wanted.term),
                How::Begins => entries(&index, |term| term == wanted.term || term.starts_with(&wanted.word)),
                _ => {
                    let mut least = most;
                    entries(&index, |term| { least = least.min(of(term)); false });
                    entries(&index, |term| of(term) == least)
                }
            };
            prop_assert_eq!(found(wanted), expected.clone());
            prop_assert_eq!(entries(&index, |term| wanted.accepts(term)), expected);
        }

        #[test]
        fn beginnings_are_all_found(words in prop::collection::vec("[a-e海鲜蟹]{1,4}", 1..80), word in "[a-e海鲜蟹]{1,2}") {
            let index = index(&words);
            for wanted in Query::new(&word, &index, true).wanted {
                if matches!(wanted.how, How::Same | How::Begins) {
                    prop_assert_eq!(found(&wanted), entries(&index, |term| wanted.accepts(term)));
                }
            }
        }
    }

    #[test]
    fn numbers_and_short_words_are_taken_as_they_are() {
        let index = index(&["wh1000xm4".into(), "tea".into(), "kettle".into(), "ketchup".into()]);
        let found = |text, prefix| Query::new(text, &index, prefix).wanted[0].entries.len();
        assert_eq!((found("wh1000xm3", false), found("tee", false), found("ketle", false)), (0, 0, 1));
        assert_eq!((found("ket", true), found("ket ", true), found("kett", true), found("ketth", true)), (2, 0, 1, 2));
    }

    #[test]
    fn talk_counts_little_in_a_question() {
        let index = index(&["will".into(), "parcel".into(), "包裹".into()]);
        for (text, weights) in [
            ("When will my parcel come?", vec![TALK, TALK, TALK, 1.0, 1.0]),
            ("WILL", vec![TALK]),
            ("rewill", vec![1.0]),
            ("我的包裹", vec![TALK, 1.0, 1.0]),
        ] {
            let found: Vec<f64> = Query::question(text, &index).wanted.iter().map(|wanted| wanted.weight).collect();
            assert_eq!(found, weights, "{text}");
            assert!(Query::new(text, &index, false).wanted.iter().all(|wanted| wanted.weight == 1.0));
        }
    }

    #[test]
    fn a_query_has_bounds() {
        let index = index(&["a".into()]);
        let long: String = (0..100_000).map(|n| format!("w{n} ")).collect();
        assert_eq!(Query::new(&long, &index, true).wanted.len(), MAX_WANTED);
        assert!(Query::new(" \u{fffd}🎮 ", &index, true).is_empty());
    }
}
