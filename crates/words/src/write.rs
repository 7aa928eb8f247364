//! Texts of items -> the bytes of an index.
//!
//! # Layout, format 2
//! Integers are little endian, a varint has seven bits a byte, the lowest first.
//!
//! | bytes | meaning |
//! |---|---|
//! | 8 | `predword` |
//! | u32 | format |
//! | u64 | XXH3-64 of all that follows |
//! | u64 | content of the catalogue that it belongs to |
//! | u32 | number of items `n` |
//! | u32, u32, u32 | number of terms, bytes of the dictionary, bytes of the postings |
//! | u32 | number of variants of characters; they and this are not in format 1 |
//! | variants | ascending, each as varints: code points since the one before, less one (the first since U+3400), then how far its form is from the form before (the first from U+3400), zigzag |
//! | u8 `[n]`, u16 `[n]` | terms in each title and in the rest of each item, at most 255 and 65,535 |
//! | dictionary | terms, ascending by their bytes: bytes shared with the term before (0 for every sixteenth), bytes that follow, those, then as varints the number of items and the bytes of its postings |
//! | postings | for each item of a term a varint `2 * gap + more`: rows since the one before (the first counts from -1) less one; with `more` a byte follows, times in the title * 16 + times in the rest, at most 15 each; without it, once in the rest |

use std::collections::{HashMap, HashSet};

use xxhash_rust::xxh3::xxh3_64;

use crate::fold::is_han;
use crate::{FORMAT, Variants, Zone, analyse};

pub(crate) const MAGIC: &[u8; 8] = b"predword";
/// Terms between two that are written whole.
pub(crate) const BLOCK: usize = 16;
/// Bytes before the variants.
pub(crate) const HEAD: usize = HEAD_1 + 4;
/// Bytes before the lengths of the items in format 1.
pub(crate) const HEAD_1: usize = 8 + 4 + 8 + 8 + 4 * 4;
/// Variants and their forms are counted from here.
pub(crate) const FIRST_HAN: u32 = 0x3400;

/// Collects items and writes their index.
#[derive(Debug, Default)]
pub struct Writer {
    variants: Variants,
    terms: HashMap<String, Postings>,
    titles: Vec<u8>,
    rests: Vec<u16>,
}

#[derive(Debug, Default)]
struct Postings {
    bytes: Vec<u8>,
    items: u32,
    /// Row and counts of the latest item, not yet among the bytes.
    open: Option<(u32, [u32; 2])>,
    /// First row that the next gap counts from.
    next: u32,
}

impl Writer {
    /// Joins the characters of items with their variants.
    pub fn new(variants: Variants) -> Self {
        Self { variants, ..Self::default() }
    }

    /// Adds the next item.
    pub fn item<'a>(&mut self, texts: impl IntoIterator<Item = (Zone, &'a str)>) {
        let row = self.titles.len() as u32;
        let mut lengths = [0usize; 2];
        for (zone, text) in texts {
            let zone = usize::from(zone == Zone::Rest);
            analyse(text, &self.variants, |token| {
                lengths[zone] += 1;
                match self.terms.get_mut(token.term) {
                    Some(postings) => postings.count(row, zone),
                    None => self.terms.entry(token.term.to_owned()).or_default().count(row, zone),
                }
            });
        }
        self.titles.push(lengths[0].min(usize::from(u8::MAX)) as u8);
        self.rests.push(lengths[1].min(usize::from(u16::MAX)) as u16);
    }

    /// The index of all items, for a catalogue of this content. Equal items give equal bytes.
    pub fn finish(self, content: u64) -> Vec<u8> {
        let mut terms: Vec<(String, Postings)> = self.terms.into_iter().collect();
        terms.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let (mut dictionary, mut postings) = (Vec::new(), Vec::new());
        let mut before = "";
        for (at, (term, list)) in terms.iter_mut().enumerate() {
            list.close();
            let shared = if at % BLOCK == 0 { 0 } else { shared(before, term) };
            dictionary.extend([shared as u8, (term.len() - shared) as u8]);
            dictionary.extend(&term.as_bytes()[shared..]);
            varint(&mut dictionary, list.items);
            varint(&mut dictionary, list.bytes.len() as u32);
            postings.append(&mut list.bytes);
            before = term;
        }
        let variants = occurring(&self.variants, &terms);
        let mut rest = Vec::new();
        rest.extend(content.to_le_bytes());
        for count in [self.titles.len(), terms.len(), dictionary.len(), postings.len(), variants.len()] {
            rest.extend((count as u32).to_le_bytes());
        }
        let mut last = (FIRST_HAN, FIRST_HAN);
        for (variant, form) in variants {
            varint(&mut rest, variant - last.0);
            let step = form as i32 - last.1 as i32;
            varint(&mut rest, (step << 1 ^ step >> 31) as u32);
            last = (variant + 1, form);
        }
        rest.extend(&self.titles);
        self.rests.iter().for_each(|length| rest.extend(length.to_le_bytes()));
        rest.append(&mut dictionary);
        rest.append(&mut postings);
        let mut out = MAGIC.to_vec();
        out.extend(FORMAT.to_le_bytes());
        out.extend(xxh3_64(&rest).to_le_bytes());
        out.append(&mut rest);
        out
    }
}

impl Postings {
    fn count(&mut self, row: u32, zone: usize) {
        match &mut self.open {
            Some((open, counts)) if *open == row => counts[zone] += 1,
            _ => {
                self.close();
                let mut counts = [0; 2];
                counts[zone] = 1;
                self.open = Some((row, counts));
            }
        }
    }

    fn close(&mut self) {
        let Some((row, [title, rest])) = self.open.take() else { return };
        let more = (title, rest) != (0, 1);
        varint(&mut self.bytes, (row - self.next) << 1 | u32::from(more));
        if more {
            self.bytes.push((title.min(15) << 4 | rest.min(15)) as u8);
        }
        self.next = row + 1;
        self.items += 1;
    }
}

/// The pairs whose form is in a term; nobody finds an item by others.
fn occurring(variants: &Variants, terms: &[(String, Postings)]) -> Vec<(u32, u32)> {
    if variants.is_empty() {
        return Vec::new();
    }
    let own: HashSet<char> = terms.iter().flat_map(|(term, _)| term.chars()).filter(|c| is_han(*c)).collect();
    let pairs = variants.pairs().iter().filter(|(_, form)| own.contains(form));
    pairs.map(|&(variant, form)| (variant as u32, form as u32)).collect()
}

fn shared(a: &str, b: &str) -> usize {
    a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count()
}

fn varint(out: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
