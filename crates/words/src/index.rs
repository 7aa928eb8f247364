//! An index in memory. Everything in its bytes is checked once, when it is opened.

use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use crate::analyse::MAX_TERM;
use crate::write::{BLOCK, FIRST_HAN, HEAD, HEAD_1, MAGIC};
use crate::{FORMAT, Variants, WordsError};

/// The words of a catalogue's items.
#[derive(Debug)]
pub struct Index {
    bytes: Vec<u8>,
    content: u64,
    items: usize,
    terms: usize,
    /// How its characters are folded; queries and texts to mark are read in the same way.
    pub(crate) variants: Arc<Variants>,
    /// Where the lengths of items, the dictionary and the postings begin.
    lengths: usize,
    dictionary: usize,
    postings: usize,
    /// For every block of terms, where it and its first postings begin.
    blocks: Vec<(u32, u32)>,
    /// Mean number of terms in a title and in the rest.
    pub(crate) means: [f32; 2],
}

/// A term of the dictionary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Items that have it.
    pub items: u32,
    /// Where its postings are, among all of them.
    pub start: u32,
    pub end: u32,
}

/// An item that has a term, and how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Posting {
    pub row: u32,
    pub title: u8,
    pub rest: u8,
}

const fn corrupt(what: &'static str) -> WordsError {
    WordsError::Corrupt { what }
}

impl Index {
    /// Opens the bytes of an index of the catalogue with this content, and checks all of them.
    ///
    /// # Errors
    /// [`WordsError`] says whether the bytes are something else, damaged, of another version or of another catalogue.
    pub fn open(bytes: Vec<u8>, content: u64) -> Result<Self, WordsError> {
        let index = Self::read(bytes)?;
        if index.content != content {
            return Err(WordsError::Foreign { found: index.content, expected: content });
        }
        Ok(index)
    }

    /// As [`Index::open`], whatever it belongs to.
    ///
    /// # Errors
    /// As for [`Index::open`].
    pub fn read(bytes: Vec<u8>) -> Result<Self, WordsError> {
        if bytes.get(..MAGIC.len()) != Some(MAGIC) {
            let start: String =
                bytes.iter().take(12).map(|&b| if b.is_ascii_graphic() { char::from(b) } else { '.' }).collect();
            let start = if start.is_empty() { "nothing".to_owned() } else { format!("\"{start}\"") };
            return Err(WordsError::NotWords { start });
        }
        let number = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
        let long = |at: usize| Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?));
        let format = number(8).ok_or(corrupt("it ends within its head"))?;
        let head = match format {
            1 => HEAD_1,
            FORMAT => HEAD,
            found => return Err(WordsError::Version { found }),
        };
        let (Some(checksum), Some(content), Some(items), Some(terms), Some(dictionary), Some(postings)) =
            (long(12), long(20), number(28), number(32), number(36), number(40))
        else {
            return Err(corrupt("it ends within its head"));
        };
        let [items, terms, dictionary, postings] = [items, terms, dictionary, postings].map(u64::from);
        if xxh3_64(&bytes[20..]) != checksum {
            return Err(corrupt("its checksum does not match"));
        }
        let (variants, lengths) = if format == 1 { (Variants::default(), head) } else { variants(&bytes)? };
        if lengths as u64 + 3 * items + dictionary + postings != bytes.len() as u64 {
            return Err(corrupt("its parts do not add up to its length"));
        }
        // They add up to the length, so all of them are lengths.
        let [items, terms, dictionary, postings] = [items, terms, dictionary, postings].map(|n| n as usize);
        let dictionary_at = lengths + 3 * items;
        let mut index = Self {
            content,
            items,
            terms,
            variants: Arc::new(variants),
            lengths,
            dictionary: dictionary_at,
            postings: dictionary_at + dictionary,
            blocks: Vec::new(),
            means: [0.0; 2],
            bytes,
        };
        index.check(dictionary, postings)?;
        let mean = |total: u64| (total as f64 / (items.max(1)) as f64).max(1e-3) as f32;
        let lengths = (0..items as u32).map(|row| index.lengths(row));
        let sums = lengths
            .fold([0, 0], |sums: [u64; 2], [title, rest]| [sums[0] + u64::from(title), sums[1] + u64::from(rest)]);
        index.means = sums.map(mean);
        Ok(index)
    }

    /// Walks through the dictionary and all postings once.
    fn check(&mut self, dictionary: usize, postings: usize) -> Result<(), WordsError> {
        if self.terms > dictionary {
            return Err(corrupt("it has more terms than bytes"));
        }
        let mut blocks = Vec::with_capacity(self.terms.div_ceil(BLOCK));
        let bytes = &self.bytes[self.dictionary..self.postings];
        let lists = &self.bytes[self.postings..];
        let (mut at, mut list) = (0, 0usize);
        let (mut term, mut before) = (Vec::with_capacity(MAX_TERM), Vec::with_capacity(MAX_TERM));
        for n in 0..self.terms {
            if n % BLOCK == 0 {
                blocks.push((at as u32, list as u32));
            }
            let (Some(&shared), Some(&more)) = (bytes.get(at), bytes.get(at + 1)) else {
                return Err(corrupt("its dictionary ends within a term"));
            };
            let (shared, more) = (usize::from(shared), usize::from(more));
            let suffix = bytes.get(at + 2..at + 2 + more).ok_or(corrupt("its dictionary ends within a term"))?;
            if shared > term.len() || shared + more > MAX_TERM || n % BLOCK == 0 && shared != 0 {
                return Err(corrupt("a term shares more than there is"));
            }
            before.clone_from(&term);
            term.truncate(shared);
            term.extend(suffix);
            if term <= before || std::str::from_utf8(&term).is_err() {
                return Err(corrupt("its terms are not ascending texts"));
            }
            at += 2 + more;
            let items = varint(bytes, &mut at).ok_or(corrupt("its dictionary ends within a term"))?;
            let length = varint(bytes, &mut at).ok_or(corrupt("its dictionary ends within a term"))? as usize;
            let own = lists.get(list..list.saturating_add(length)).ok_or(corrupt("postings lie outside of it"))?;
            list += length;
            let (mut read, mut rows, mut next) = (0, 0, 0u64);
            while read < own.len() {
                let word = varint(own, &mut read).ok_or(corrupt("postings are cut off"))?;
                if word & 1 == 1 {
                    if own.get(read) == Some(&0) {
                        return Err(corrupt("an item has a term no times"));
                    }
                    read += 1;
                }
                next += u64::from(word >> 1) + 1;
                rows += 1;
            }
            if rows != items || read != own.len() || next > self.items as u64 {
                return Err(corrupt("postings do not fit its items"));
            }
        }
        if at != dictionary || list != postings {
            return Err(corrupt("something is left over"));
        }
        self.blocks = blocks;
        Ok(())
    }

    /// Number of items.
    pub fn len(&self) -> usize {
        self.items
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.items == 0
    }

    /// Number of different terms.
    pub fn terms(&self) -> usize {
        self.terms
    }

    /// What it belongs to.
    pub fn content(&self) -> u64 {
        self.content
    }

    /// The variants of its items' characters.
    pub fn variants(&self) -> &Variants {
        &self.variants
    }

    /// Terms in the title and in the rest of an item.
    #[inline]
    pub(crate) fn lengths(&self, row: u32) -> [u16; 2] {
        let row = row as usize;
        let rest = self.lengths + self.items + 2 * row;
        [u16::from(self.bytes[self.lengths + row]), u16::from_le_bytes([self.bytes[rest], self.bytes[rest + 1]])]
    }

    /// The items of a term.
    pub(crate) fn postings(&self, entry: Entry) -> impl Iterator<Item = Posting> + '_ {
        let bytes = &self.bytes[self.postings + entry.start as usize..self.postings + entry.end as usize];
        let (mut at, mut next) = (0, 0);
        std::iter::from_fn(move || {
            let word = varint(bytes, &mut at)?;
            let row = next + (word >> 1);
            next = row + 1;
            let (mut title, mut rest) = (0, 1);
            if word & 1 == 1 {
                let counts = *bytes.get(at)?;
                at += 1;
                (title, rest) = (counts >> 4, counts & 15);
            }
            Some(Posting { row, title, rest })
        })
    }

    /// Walks through the terms from the first block that may hold `from` on, until `visit` says false.
    pub(crate) fn walk(&self, from: &str, mut visit: impl FnMut(&[u8], usize, Entry) -> bool) {
        let bytes = &self.bytes[self.dictionary..self.postings];
        let first = |block: &(u32, u32)| {
            let at = block.0 as usize;
            &bytes[at + 2..at + 2 + usize::from(bytes[at + 1])]
        };
        let block = self.blocks.partition_point(|block| first(block) <= from.as_bytes()).saturating_sub(1);
        let Some(&(at, start)) = self.blocks.get(block) else { return };
        let (mut at, mut start) = (at as usize, start);
        let mut term = [0; 256];
        while at < bytes.len() {
            let (shared, more) = (usize::from(bytes[at]), usize::from(bytes[at + 1]));
            term[shared..shared + more].copy_from_slice(&bytes[at + 2..at + 2 + more]);
            at += 2 + more;
            // Checked when it was opened.
            let items = varint(bytes, &mut at).unwrap_or_default();
            let end = start + varint(bytes, &mut at).unwrap_or_default();
            if !visit(&term[..shared + more], shared, Entry { items, start, end }) {
                return;
            }
            start = end;
        }
    }

    /// The entry of a term.
    pub(crate) fn find(&self, wanted: &str) -> Option<Entry> {
        let mut found = None;
        self.walk(wanted, |term, _, entry| {
            if term == wanted.as_bytes() {
                found = Some(entry);
            }
            term < wanted.as_bytes()
        });
        found
    }
}

/// The table of variants behind the head, and where it ends.
fn variants(bytes: &[u8]) -> Result<(Variants, usize), WordsError> {
    const CUT: WordsError = corrupt("its variants are cut off");
    let count = bytes.get(HEAD - 4..HEAD).and_then(|count| count.try_into().ok()).map(u32::from_le_bytes).ok_or(CUT)?;
    let (mut at, mut next, mut form) = (HEAD, FIRST_HAN, FIRST_HAN);
    let mut pairs = Vec::new();
    for _ in 0..count {
        let variant = next.saturating_add(varint(bytes, &mut at).ok_or(CUT)?);
        let step = varint(bytes, &mut at).ok_or(CUT)?;
        form = form.wrapping_add(step >> 1 ^ (step & 1).wrapping_neg());
        let pair = char::from_u32(variant).zip(char::from_u32(form));
        pairs.push(pair.ok_or(corrupt("a variant is no character"))?);
        next = variant + 1;
    }
    Ok((Variants::new(pairs).map_err(corrupt)?, at))
}

/// A number of at most 32 bits.
#[inline]
fn varint(bytes: &[u8], at: &mut usize) -> Option<u32> {
    let mut value = 0;
    for shift in [0, 7, 14, 21, 28] {
        let byte = *bytes.get(*at)?;
        *at += 1;
        value |= u32::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return (shift < 28 || byte < 16).then_some(value);
        }
    }
    None
}
