//! Texts -> tokens: words where scripts have spaces, characters where they have none, and breaks that no phrase crosses.

use std::collections::HashMap;

use super::stop::Stop;
use crate::clean::is_wide;
use crate::variants::variants;

/// Where a phrase must end: punctuation, a number, an emoji, the end of a field.
pub(super) const BREAK: u32 = u32::MAX;
/// Tokens from here on are characters.
const WIDE: u32 = 1 << 31;
/// Longest word that is one; longer ones are data.
const LONGEST: usize = 40;

/// The words of a catalogue. Forms of a word (case, plural) are different surfaces of one key.
pub(super) struct Vocabulary {
    stop: Stop,
    surfaces: HashMap<String, u32>,
    pub texts: Vec<String>,
    /// Surface -> key.
    key_of: Vec<u32>,
    keys: HashMap<String, u32>,
    /// By key: whether it may neither begin nor end a phrase, and whether it is too short to be one alone.
    is_stop: Vec<bool>,
    is_short: Vec<bool>,
}

/// Whether a token stands for a character.
pub(super) fn is_char(token: u32) -> bool {
    token >= WIDE && token != BREAK
}

fn char_of(token: u32) -> char {
    char::from_u32(token & !WIDE).unwrap_or(' ')
}

impl Vocabulary {
    pub(super) fn new() -> Self {
        Self {
            stop: Stop::new(),
            surfaces: HashMap::new(),
            texts: Vec::new(),
            key_of: Vec::new(),
            keys: HashMap::new(),
            is_stop: Vec::new(),
            is_short: Vec::new(),
        }
    }

    /// Adds the tokens of a text, and a break.
    pub(super) fn read(&mut self, text: &str, out: &mut Vec<u32>) {
        let mut chars = text.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            if !c.is_alphanumeric() {
                if !c.is_whitespace() {
                    brk(out);
                }
            } else if is_wide(c) && !is_hangul(c) {
                out.push(WIDE | c as u32);
            } else {
                let mut end = at + c.len_utf8();
                while let Some(&(next, c)) = chars.peek() {
                    let inner = matches!(c, '\'' | '’' | '-')
                        && text[next + c.len_utf8()..]
                            .chars()
                            .next()
                            .is_some_and(|c| c.is_alphanumeric() && !is_wide(c));
                    if !inner && (!c.is_alphanumeric() || is_wide(c) && !is_hangul(c)) {
                        break;
                    }
                    end = next + c.len_utf8();
                    chars.next();
                }
                self.word(&text[at..end], out);
            }
        }
        brk(out);
    }

    fn word(&mut self, text: &str, out: &mut Vec<u32>) {
        let mut letters = text.chars().filter(|c| c.is_alphabetic());
        let number = text.starts_with(|c: char| c.is_numeric()) && !letters.any(char::is_uppercase);
        if number || text.len() > LONGEST || !text.chars().any(char::is_alphabetic) {
            return brk(out);
        }
        if let Some(&surface) = self.surfaces.get(text) {
            return out.push(surface);
        }
        let lower = text.to_lowercase().replace('’', "'");
        let stem = stem(&lower);
        let key = match self.keys.get(stem.as_str()) {
            Some(&key) => key,
            None => {
                let key = self.is_stop.len() as u32;
                self.is_stop.push(self.stop.word(&lower) || self.stop.word(&stem));
                let short = lower.chars().count();
                self.is_short.push(short < 2 || short < 3 && text.chars().any(char::is_lowercase));
                self.keys.insert(stem, key);
                key
            }
        };
        let surface = self.texts.len() as u32;
        self.texts.push(text.to_owned());
        self.key_of.push(key);
        self.surfaces.insert(text.to_owned(), surface);
        out.push(surface);
    }

    /// What forms of a word, or variants of a character, have in common; breaks are their own.
    pub(super) fn key(&self, token: u32) -> u32 {
        match token {
            BREAK => BREAK,
            WIDE.. => WIDE | variants().fold(char_of(token)) as u32,
            _ => self.key_of[token as usize],
        }
    }

    /// Whether keys may be a phrase by what they begin and end with.
    pub(super) fn may_be(&self, keys: &[u32]) -> bool {
        let (Some(&first), Some(&last)) = (keys.first(), keys.last()) else { return false };
        if is_char(first) {
            return keys.len() > 1 && !self.stop.wide(&keys.iter().map(|&key| char_of(key)).collect::<String>());
        }
        let stop = |key: u32| self.is_stop[key as usize];
        !stop(first) && !stop(last) && (keys.len() > 1 || !self.is_short[first as usize])
    }

    /// Tokens as they were written.
    pub(super) fn write(&self, tokens: &[u32]) -> String {
        if tokens.first().is_some_and(|&token| is_char(token)) {
            return tokens.iter().map(|&token| char_of(token)).collect();
        }
        let words: Vec<&str> = tokens.iter().map(|&token| self.texts[token as usize].as_str()).collect();
        words.join(" ")
    }
}

fn brk(out: &mut Vec<u32>) {
    if out.last().is_some_and(|&last| last != BREAK) {
        out.push(BREAK);
    }
}

fn is_hangul(c: char) -> bool {
    matches!(c, '\u{ac00}'..='\u{d7af}')
}

/// A word without the ending of the plural or of possession.
fn stem(lower: &str) -> String {
    let word = lower.strip_suffix("'s").unwrap_or(lower);
    let cut = |by: usize| &word[..word.len() - by];
    if !word.is_ascii() || word.len() < 4 || word.ends_with("ss") || word.ends_with("us") || word.ends_with("is") {
        word.to_owned()
    } else if word.ends_with("ies") && word.len() > 4 {
        format!("{}y", cut(3))
    } else if ["ches", "shes", "sses", "xes", "zes"].iter().any(|end| word.ends_with(end)) {
        cut(2).to_owned()
    } else if word.ends_with('s') {
        cut(1).to_owned()
    } else {
        word.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let (mut words, mut out) = (Vocabulary::new(), Vec::new());
        words.read(text, &mut out);
        out.iter().map(|&token| if token == BREAK { "|".to_owned() } else { words.write(&[token]) }).collect()
    }

    #[test]
    fn tokens() {
        for (text, expected) in [
            ("Slow-cooked beans, 45 minutes", "Slow-cooked beans | minutes |"),
            ("煮10分钟😀好吃", "煮 | 分 钟 | 好 吃 |"),
            ("喝Oolong茶", "喝 Oolong 茶 |"),
            ("it’s Lee Sedol's 3D go", "it’s Lee Sedol's 3D go |"),
            ("<b>한국어 책</b>", "b | 한국어 책 | b |"),
            ("-- 12 345 😀 …", ""),
        ] {
            assert_eq!(read(text).join(" "), expected, "{text}");
        }
    }

    #[test]
    fn variants_of_a_character_have_one_key() {
        let (mut words, mut out) = (Vocabulary::new(), Vec::new());
        words.read("電影", &mut out);
        words.read("电影", &mut out);
        let keys: Vec<u32> = out.iter().map(|&token| words.key(token)).collect();
        assert_eq!(keys[..3], keys[3..]);
        assert_ne!(out[..3], out[3..]);
        assert_eq!(words.write(&out[..2]), "電影");
    }

    #[test]
    fn forms_of_a_word() {
        for (form, of) in [
            ("noodles", "noodle"),
            ("berries", "berry"),
            ("dishes", "dish"),
            ("glass", "glass"),
            ("Virus", "virus"),
            ("this", "this"),
        ] {
            assert_eq!(stem(&form.to_lowercase()), of);
        }
    }
}
