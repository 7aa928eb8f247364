//! Where a text matches a query, and which part of it to show.

use crate::analyse::{Kind, analyse};
use crate::query::Query;

/// Places in a text, counted in UTF-16 code units as JavaScript does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marks {
    /// First unit of the part to show.
    pub start: u32,
    /// Unit behind its last.
    pub end: u32,
    /// What matches within that part, in order: first unit, unit behind the last.
    pub ranges: Vec<(u32, u32)>,
}

/// Units of text shown before the first match of an excerpt.
const LEAD: u32 = 30;

/// A place in the text, in bytes and in units.
#[derive(Clone, Copy, Default)]
struct Place {
    byte: usize,
    unit: u32,
}

impl Place {
    /// Moves on to a byte at the beginning of a character.
    fn go(mut self, text: &str, byte: usize) -> Self {
        self.unit += text[self.byte..byte].chars().map(|c| c.len_utf16() as u32).sum::<u32>();
        self.byte = byte;
        self
    }
}

impl Query {
    /// Where `text` matches, within an excerpt of about `room` units around as many different terms as possible; nothing if it
    /// does not match.
    pub fn marks(&self, text: &str, room: u32) -> Option<Marks> {
        // Byte ranges that match, and by which term.
        let mut found: Vec<(usize, usize, usize)> = Vec::new();
        analyse(text, &self.variants, |token| {
            let Some(which) = self.wanted.iter().position(|wanted| wanted.accepts(token.term)) else { return };
            // Of a pair that begins with a character, the character.
            let alone = self.wanted[which].single && token.kind == Kind::Pair;
            let first = text[token.start..].chars().next().map_or(0, char::len_utf8);
            found.push((token.start, if alone { token.start + first } else { token.end }, which));
        });
        found.sort_unstable();
        let mut place = Place::default();
        let mut ranges: Vec<(u32, u32, usize)> = Vec::with_capacity(found.len());
        for (start, end, which) in found {
            place = place.go(text, start);
            ranges.push((place.unit, place.go(text, end).unit, which));
        }
        let (from, _) = (0..ranges.len())
            .map(|at| (at, self.worth(&ranges[at..], room)))
            .max_by_key(|(at, worth)| (*worth, usize::MAX - at))?;
        let (start, end) = excerpt(text, ranges[from].0, room);
        let mut joined: Vec<(u32, u32)> = Vec::new();
        // What is longer than the excerpt is marked as far as it is shown.
        for (a, b, _) in ranges.into_iter().filter(|(a, _, _)| (start..end).contains(a)) {
            let b = b.min(end);
            match joined.last_mut() {
                Some(last) if a <= last.1 => last.1 = last.1.max(b),
                _ => joined.push((a, b)),
            }
        }
        (!joined.is_empty()).then_some(Marks { start, end, ranges: joined })
    }

    /// Different terms within an excerpt that begins with the first range.
    fn worth(&self, ranges: &[(u32, u32, usize)], room: u32) -> u32 {
        let end = ranges[0].0 + room.saturating_sub(LEAD);
        let terms =
            ranges.iter().take_while(|(_, b, _)| *b <= end).fold(0u64, |terms, (.., which)| terms | 1 << (which % 64));
        terms.count_ones()
    }
}

/// The part of a text to show for a match that begins at a unit: whole where it is short, else cut at spaces if there are any near.
fn excerpt(text: &str, hit: u32, room: u32) -> (u32, u32) {
    let total: u32 = text.chars().map(|c| c.len_utf16() as u32).sum();
    if total <= room {
        return (0, total);
    }
    let from = hit.saturating_sub(LEAD).min(total - room);
    // A cut is made before a word, else between any two characters.
    let (mut unit, mut start, mut end) = (0, None, None);
    let mut after_gap = true;
    for c in text.chars() {
        if start.is_none() && (unit == 0 && from == 0 || unit >= from && (after_gap || unit >= hit || wide(c))) {
            start = Some(unit);
        }
        if let Some(start) = start
            && unit <= start + room
            && (c.is_whitespace() || wide(c))
        {
            end = Some(unit);
        }
        after_gap = c.is_whitespace();
        unit += c.len_utf16() as u32;
    }
    let start = start.unwrap_or(hit);
    if total <= start + room {
        return (start, total);
    }
    // Where no space is near, between two characters.
    let end = end.filter(|&end| end > start + room / 2).unwrap_or_else(|| {
        let mut unit = 0;
        text.chars()
            .map(|c| {
                unit += c.len_utf16() as u32;
                unit
            })
            .take_while(|&unit| unit <= start + room)
            .last()
            .unwrap_or(total)
    });
    (start, end)
}

fn wide(c: char) -> bool {
    crate::fold::class(c) == crate::fold::Class::Wide
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Index, Writer, Zone};
    use proptest::prelude::*;

    fn marked(text: &str, query: &str, prefix: bool, room: u32) -> Option<String> {
        let mut writer = Writer::default();
        writer.item([(Zone::Rest, text)]);
        let index = Index::open(writer.finish(0), 0).unwrap();
        let marks = Query::new(query, &index, prefix).marks(text, room)?;
        assert!(!marks.ranges.is_empty(), "{text}: {query}");
        let units: Vec<u16> = text.encode_utf16().collect();
        let mut out = String::new();
        let mut at = marks.start;
        for (a, b) in marks.ranges {
            let piece = |a: u32, b: u32| String::from_utf16(&units[a as usize..b as usize]).unwrap();
            out.push_str(&format!("{}[{}]", piece(at, a), piece(a, b)));
            at = b;
        }
        out.push_str(&String::from_utf16(&units[at as usize..marks.end as usize]).unwrap());
        Some(out)
    }

    #[test]
    fn table() {
        for (text, query, prefix, expected) in [
            ("Two Café chairs", "cafe CHAIR", false, Some("Two [Café] [chairs]")),
            ("Kettles boil", "ket", true, Some("[Kettles] boil")),
            ("Kettles boil", "ketle", false, Some("[Kettles] boil")),
            ("🎮 game 咖喱炒蟹", "咖喱炒", false, Some("🎮 game [咖喱炒]蟹")),
            ("新鲜海鲜", "鲜", false, Some("新[鲜]海[鲜]")),
            ("nothing here", "tea", false, None),
        ] {
            assert_eq!(marked(text, query, prefix, 80).as_deref(), expected, "{text}: {query}");
        }
    }

    #[test]
    fn an_excerpt_is_where_most_terms_are() {
        let text = format!("tea {} black tea from Assam {}", "and so on ".repeat(30), "and on ".repeat(30));
        let excerpt = marked(&text, "assam tea", false, 80).unwrap();
        assert!(excerpt.contains("[tea] from [Assam]") && excerpt.chars().count() < 90, "{excerpt}");
        let text = format!("{}咖喱炒蟹{}", "别的菜。".repeat(40), "很好吃。".repeat(40));
        let excerpt = marked(&text, "炒蟹", false, 40).unwrap();
        assert!(excerpt.contains("咖喱[炒蟹]") && excerpt.chars().count() < 50, "{excerpt}");
    }

    #[test]
    fn a_word_longer_than_an_excerpt_is_marked_as_far_as_it_is_shown() {
        let text = format!("ab{} and more", "x".repeat(200));
        let shown = marked(&text, "ab", true, 80).unwrap();
        assert!(shown.starts_with("[abxxx") && shown.ends_with(']') && shown.len() < 90, "{shown}");
    }

    proptest! {
        #[test]
        fn places_are_in_the_text(text in "\\PC{0,160}", query in "\\PC{0,10}", room in 20..60u32) {
            // Panics where a place cuts a character.
            marked(&text, &query, true, room);
            let own: String = text.chars().take(12).collect();
            marked(&text, &own, true, room);
        }
    }
}
