//! Phrases of a catalogue: what its items are about, in their own words.
//!
//! Labels are phrases as they stand. In texts with spaces a phrase is one to three words that come again; in Chinese and Japanese,
//! where no dictionary is at hand, two to six characters that stick together more than chance would have it and stand in
//! changing company on both sides (cohesion and branching, after Jin and Tanaka-Ishii, 2006). Everything is counted in whole
//! numbers, so that equal catalogues give equal phrases on every machine.

mod grams;
mod rank;
mod scan;
mod stop;
mod text;

pub use rank::Keyphrase;

use std::collections::HashMap;

use predilect_core::CatalogueError;
use predilect_core::catalogue::Catalogue;

use grams::Grams;
use scan::Vocabulary;
use text::Text;

/// A phrase and the items that have it.
#[derive(Debug, Clone, PartialEq)]
pub struct Phrase {
    /// As it is written most often.
    pub text: String,
    /// Whether it is a label of an item.
    pub label: bool,
    /// Whether it is written without spaces, as Chinese and Japanese are.
    pub wide: bool,
    /// Number of its words or characters.
    pub length: usize,
    /// Whether each of its words begins with a capital letter.
    pub name: bool,
    /// What it is made of, for comparing phrases: forms of a word are one.
    pub(crate) keys: Vec<u32>,
    /// Rows that have it, ascending.
    pub rows: Vec<u32>,
}

impl Phrase {
    /// Whether one of two phrases is part of the other, or they are the same but for a few characters.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        let (short, long) = if self.keys.len() <= other.keys.len() { (self, other) } else { (other, self) };
        let shared = short.keys.iter().filter(|key| long.keys.contains(key)).count();
        if self.wide && other.wide {
            2 * shared >= short.keys.len().min(4)
        } else {
            shared > 0 && shared * 2 >= short.keys.len()
        }
    }
}

/// The phrases of a catalogue.
#[derive(Debug)]
pub struct Phrases {
    /// All of them, in the order in which items have them.
    pub list: Vec<Phrase>,
    /// Phrases of each item, ascending, and how prominent they are there.
    of_row: Vec<Vec<(u32, Prominence)>>,
}

/// Where an item has a phrase: the most telling place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Prominence {
    /// In its text.
    Text,
    /// In its title.
    Title,
    /// Among its labels.
    Label,
}

impl Phrases {
    /// Finds the phrases of all items.
    ///
    /// # Errors
    /// [`CatalogueError::Corrupt`] if the stored fields are no JSON.
    pub fn find(catalogue: &Catalogue) -> Result<Self, CatalogueError> {
        let mut words = Vocabulary::new();
        let texts = text::read(catalogue, &mut words)?;
        let least = match catalogue.len() {
            ..2000 => 2,
            2000..20_000 => 3,
            _ => 5,
        };
        let grams = Grams::count(&texts, &words, least);
        Ok(Self::collect(&texts, &words, grams))
    }

    /// Phrases of an item, ascending.
    pub fn of(&self, row: usize) -> &[(u32, Prominence)] {
        self.of_row.get(row).map_or(&[], Vec::as_slice)
    }

    fn collect(texts: &[Text], words: &Vocabulary, grams: Grams) -> Self {
        let mut list: Vec<Phrase> = Vec::new();
        let mut surfaces: Vec<HashMap<String, u32>> = Vec::new();
        let mut numbers: HashMap<u64, u32> = HashMap::new();
        let mut of_row = Vec::with_capacity(texts.len());
        for (row, text) in texts.iter().enumerate() {
            let mut own: Vec<(u32, Prominence)> = Vec::new();
            let mut meet = |hash: u64, keys: &[u32], prominence: Prominence, written: String, weight: u32| {
                let number = *numbers.entry(hash).or_insert_with(|| {
                    let wide = keys.first().is_some_and(|&key| scan::is_char(key));
                    list.push(Phrase {
                        text: String::new(),
                        label: false,
                        wide,
                        length: keys.len(),
                        name: false,
                        keys: keys.to_vec(),
                        rows: Vec::new(),
                    });
                    surfaces.push(HashMap::new());
                    list.len() as u32 - 1
                });
                *surfaces[number as usize].entry(written).or_default() += weight;
                list[number as usize].label |= prominence == Prominence::Label;
                own.push((number, prominence));
            };
            grams.each(text, words, |hash, at, length| {
                let prominence = if at < text.title { Prominence::Title } else { Prominence::Text };
                // What begins a sentence or stands in a title may be written large for that alone.
                let plain = prominence == Prominence::Text && at > 0 && text.tokens[at - 1] != scan::BREAK;
                let written = words.write(&text.tokens[at..at + length]);
                meet(hash, &text.keys[at..at + length], prominence, written, if plain { 4 } else { 1 });
            });
            for label in &text.labels {
                meet(grams::hash(&label.keys), &label.keys, Prominence::Label, label.text.clone(), 2);
            }
            own.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
            own.dedup_by_key(|entry| entry.0);
            own.iter().for_each(|(number, _)| list[*number as usize].rows.push(row as u32));
            of_row.push(own);
        }
        for (phrase, forms) in list.iter_mut().zip(surfaces) {
            let best = forms.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(&a.0)));
            phrase.text = best.map(|(text, _)| text).unwrap_or_default();
            phrase.name = !phrase.wide && phrase.text.split(' ').all(|word| word.starts_with(char::is_uppercase));
        }
        Self { list, of_row }
    }
}
