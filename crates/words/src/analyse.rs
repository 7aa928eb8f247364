//! A text -> its terms. The same for items and queries, which is all that makes one find the other.
//!
//! Words between spaces are folded and lose an English plural; `don't` is one word, `1,000` and `3.5` are numbers, `U.S.A.` is `usa`,
//! `WH-1000XM4` is its parts and, joined, a word of its own. Where a script has no spaces, terms are pairs of neighbouring
//! characters; the last character of a run is a term by itself, so that all places of a character are the terms that begin
//! with it. Han characters are compared in the one form that [`Variants`] gives them.

use crate::fold::{Class, class, fold, voiced};
use crate::stem::stem;
use crate::variants::Variants;

/// Longest term, in bytes; the rest of a longer one counts as if it were not there.
pub(crate) const MAX_TERM: usize = 60;

/// What a term is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A word between spaces or signs.
    Word,
    /// Words that a hyphen joins, as one.
    Joined,
    /// Two neighbouring characters of a script without spaces.
    Pair,
    /// One such character between others.
    Single,
    /// The last of several such characters.
    Last,
}

/// A term, and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    /// The form in which it is compared; never empty, [`MAX_TERM`] bytes at most.
    pub term: &'a str,
    /// The same before its plural was taken off.
    pub word: &'a str,
    /// First byte in the text.
    pub start: usize,
    /// Byte behind the last.
    pub end: usize,
    /// What it is.
    pub kind: Kind,
}

/// Tells the terms of a text in order.
pub fn analyse(text: &str, variants: &Variants, emit: impl FnMut(Token<'_>)) {
    let mut cutter = Cutter {
        emit,
        variants,
        word: String::new(),
        start: 0,
        end: 0,
        apostrophe: None,
        points: 0,
        compound: String::new(),
        compound_start: 0,
        wide: None,
        stemmed: String::new(),
    };
    for (start, raw) in text.char_indices() {
        let end = start + raw.len_utf8();
        fold(raw, &mut |c| cutter.take(c, start, end, &text[end..]));
    }
    cutter.end_word();
    cutter.end_run();
}

struct Cutter<'a, F> {
    emit: F,
    variants: &'a Variants,
    word: String,
    start: usize,
    end: usize,
    /// Where in the word the part behind an apostrophe begins.
    apostrophe: Option<usize>,
    /// Points within the word so far.
    points: usize,
    /// What hyphens joined so far.
    compound: String,
    compound_start: usize,
    wide: Option<Wide>,
    stemmed: String,
}

/// The latest character of a run.
struct Wide {
    c: char,
    start: usize,
    end: usize,
    alone: bool,
}

impl<F: FnMut(Token<'_>)> Cutter<'_, F> {
    fn take(&mut self, c: char, start: usize, end: usize, rest: &str) {
        match class(c) {
            Class::Mark => {
                if !self.word.is_empty() {
                    self.end = end;
                }
                if let Some(wide) = &mut self.wide {
                    wide.end = end;
                }
            }
            Class::Word => {
                self.end_run();
                self.push(c, start, end);
            }
            Class::Wide => {
                self.end_word();
                let c = first(rest).and_then(|mark| voiced(c, mark)).unwrap_or_else(|| self.variants.fold(c));
                let before = self.wide.take();
                if let Some(before) = &before {
                    self.characters(&[before.c, c], before.start, end, Kind::Pair);
                }
                self.wide = Some(Wide { c, start, end, alone: before.is_none() });
            }
            Class::Gap => {
                self.end_run();
                if !self.word.is_empty() && !self.goes_on(c, end, rest) {
                    self.end_word();
                }
            }
        }
    }

    fn push(&mut self, c: char, start: usize, end: usize) {
        if self.word.is_empty() {
            self.start = start;
            self.points = 0;
        }
        if self.word.len() + c.len_utf8() <= MAX_TERM {
            self.word.push(c);
        }
        self.end = end;
    }

    /// Whether a sign does not end what it stands in.
    fn goes_on(&mut self, sign: char, end: usize, rest: &str) -> bool {
        let next = first(rest);
        let before = self.word.chars().next_back();
        let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        match sign {
            '+' if next == Some('+') || before == Some('+') => {
                self.push('+', end - 1, end);
                before != Some('+')
            }
            '#' if self.word.len() <= 2 && !next.is_some_and(|c| class(c) == Class::Word) => {
                self.push('#', end - 1, end);
                false
            }
            _ if !next.is_some_and(|c| class(c) == Class::Word) => false,
            '\'' | '’' => {
                self.apostrophe = Some(self.word.len());
                true
            }
            '.' if is_digit(before) && is_digit(next) => {
                self.push('.', end - 1, end);
                true
            }
            // Letters with a point each.
            '.' => {
                self.points += 1;
                self.word.chars().count() == self.points && !rest.chars().nth(1).is_some_and(char::is_alphanumeric)
            }
            ',' if is_digit(before) => {
                let digits = rest.char_indices().take(4).take_while(|(at, _)| is_digit(first(&rest[*at..])));
                digits.count() == 3
            }
            '-' | '_' | '‐' | '‑' => {
                self.end_part();
                true
            }
            _ => false,
        }
    }

    /// Ends a part of what a hyphen goes on with.
    fn end_part(&mut self) {
        if self.compound.is_empty() {
            self.compound_start = self.start;
        }
        self.emit_word();
        if self.compound.len() + self.word.len() <= MAX_TERM {
            self.compound.push_str(&self.word);
        }
        self.word.clear();
    }

    fn end_word(&mut self) {
        if self.word.is_empty() {
            self.compound.clear();
            return;
        }
        if self.compound.is_empty() {
            self.emit_word();
        } else {
            self.end_part();
            std::mem::swap(&mut self.word, &mut self.compound);
            self.start = self.compound_start;
            self.emit(Kind::Joined);
            self.compound.clear();
        }
        self.word.clear();
    }

    fn emit_word(&mut self) {
        if let Some(at) = self.apostrophe.take()
            && self.word.get(at..) == Some("s")
        {
            self.word.truncate(at);
        }
        self.emit(Kind::Word);
    }

    fn emit(&mut self, kind: Kind) {
        if self.word.is_empty() {
            return;
        }
        self.stemmed.clone_from(&self.word);
        stem(&mut self.stemmed);
        (self.emit)(Token { term: &self.stemmed, word: &self.word, start: self.start, end: self.end, kind });
    }

    fn end_run(&mut self) {
        if let Some(Wide { c, start, end, alone }) = self.wide.take() {
            self.characters(&[c], start, end, if alone { Kind::Single } else { Kind::Last });
        }
    }

    fn characters(&mut self, characters: &[char], start: usize, end: usize, kind: Kind) {
        let mut bytes = [0; 8];
        let mut length = 0;
        for c in characters {
            length += c.encode_utf8(&mut bytes[length..]).len();
        }
        // Whole characters are UTF-8.
        let term = std::str::from_utf8(&bytes[..length]).unwrap_or_default();
        (self.emit)(Token { term, word: term, start, end, kind });
    }
}

/// The first character of what follows, folded.
fn first(rest: &str) -> Option<char> {
    let mut found = None;
    fold(rest.chars().next()?, &mut |c| {
        found.get_or_insert(c);
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn terms(text: &str) -> String {
        folded(text, &Variants::default())
    }

    fn folded(text: &str, variants: &Variants) -> String {
        let mut out = Vec::new();
        analyse(text, variants, |token| out.push(token.term.to_owned()));
        out.join(" ")
    }

    #[test]
    fn table() {
        for (text, expected) in [
            ("Café CHAIRS", "cafe chair"),
            ("Ｆｕｌｌ　ｗｉｄｔｈ １２", "full width 12"),
            ("e\u{301}clair", "eclair"),
            ("don't O’Brien's dogs'", "dont obrien dog"),
            ("U.S.A. and e.g. J.R.R. Tolkien, node.js", "usa and eg jrr tolkien node js"),
            ("1,000 or 1,2 at 3.5 v1.2.", "1000 or 1 2 at 3.5 v1.2"),
            ("Sony WH-1000XM4", "sony wh 1000xm4 wh1000xm4"),
            ("spider-man -- well-known_name-", "spider man spiderman well known name wellknownname"),
            ("C++ and C# #1 f#m", "c++ and c# 1 f m"),
            ("咖喱炒蟹", "咖喱 喱炒 炒蟹 蟹"),
            ("iPhone手机 壳", "iphone 手机 机 壳"),
            ("ｶﾞｲﾄﾞ ガイド カ\u{3099}", "ガイ イド ド ガイ イド ド ガ"),
            ("한국어", "한국 국어 어"),
            ("Straße Łódź Øre Việt", "strasse lodz ore viet"),
            ("שָׁלוֹם مُحَمَّد", "שלום محمد"),
            ("🎮 <b>bold</b> \u{fffd}", "b bold b"),
            ("", ""),
        ] {
            assert_eq!(terms(text), expected, "{text}");
        }
    }

    #[test]
    fn variants_are_one_character_each() {
        let variants = Variants::new(vec![('㔋', '𪟎'), ('裏', '里'), ('裡', '里'), ('電', '电')]).unwrap();
        assert_eq!(folded("電影 iPhone裡 裏, 㔋㔋", &variants), folded("电影 iPhone里 里, 𪟎𪟎", &variants));
        let mut places = Vec::new();
        analyse("看電影", &variants, |token| places.push((token.term.to_owned(), token.start, token.end)));
        assert_eq!(places, [("看电".into(), 0, 6), ("电影".into(), 3, 9), ("影".into(), 6, 9)]);
    }

    #[test]
    fn long_words_are_cut() {
        let word = "a".repeat(100_000);
        assert_eq!(terms(&word).len(), MAX_TERM);
        assert!(terms(&format!("{word}-{word}")).split(' ').all(|term| term.len() <= MAX_TERM));
    }

    proptest! {
        #[test]
        fn tokens_are_in_order_and_within_the_text(text in "\\PC{0,60}") {
            let mut last = 0;
            analyse(&text, &Variants::default(), |token| {
                assert!(!token.term.is_empty() && token.term.len() <= MAX_TERM);
                assert!(token.start < token.end && text.get(token.start..token.end).is_some());
                assert!(token.end >= last);
                last = token.end;
            });
        }

        #[test]
        fn case_and_width_make_no_difference(text in "[ -~]{0,40}") {
            let wide: String = text.chars().map(|c| match c {
                '!'..='~' => char::from_u32(c as u32 + 0xfee0).unwrap(),
                c => c,
            }).collect();
            prop_assert_eq!(terms(&text), terms(&text.to_ascii_uppercase()));
            prop_assert_eq!(terms(&text), terms(&wide));
        }
    }
}
