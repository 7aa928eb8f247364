//! Characters as they compare: case, width, accents and marks aside.

/// What a character does in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// Part of a word between spaces.
    Word,
    /// Of a script without spaces between words, or whose words are mostly pairs of characters.
    Wide,
    /// A mark on the character before, or something without a shape of its own.
    Mark,
    /// Everything else.
    Gap,
}

/// Half-width katakana from U+FF65 on, as full-width ones.
const KATAKANA: &str = "・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン";

/// Base letters of ranges of Latin letters: first character of the range, then one letter each. `.` is not of this table.
const LATIN: [(u32, &[u8]); 5] = [
    (
        0xc0,
        b"aaaaaa.ceeeeiiiidnooooo.ouuuuy..aaaaaa.ceeeeiiiidnooooo.ouuuuy.yaaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii..jjkkkllllll..llnnnnnn.nnoooooo..rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs",
    ),
    (0x1cd, b"aaiioouuuuuuuuuu"),
    (0x1de, b"aaaa....ggkkoooo..j...gg..nnaa....aaaaeeeeiiiioooorrrruuuusstt..hh"),
    (0x226, b"aaeeooooooooyy"),
    (
        0x1e00,
        b"aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmmmmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvvwwwwwwwwwwxxxxyyzzzzzzhtwy.s....aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeeeeeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy......",
    ),
];

/// The form in which a character is compared; most become one, some two or none.
pub(crate) fn fold(c: char, out: &mut impl FnMut(char)) {
    let code = c as u32;
    if c.is_ascii() {
        return out(c.to_ascii_lowercase());
    }
    let plain = match code {
        // Full-width letters, and the space.
        0xff01..=0xff5e => return fold(shifted(code - 0xfee0), out),
        0x3000 => ' ',
        0xff65..=0xff9d => KATAKANA.chars().nth((code - 0xff65) as usize).unwrap_or(c),
        0xff9e..=0xff9f => shifted(code - 0xff9e + 0x3099),
        _ => match c {
            'Æ' | 'æ' | 'Ǽ' | 'ǽ' | 'Ǣ' | 'ǣ' => return pair('a', 'e', out),
            'Œ' | 'œ' => return pair('o', 'e', out),
            'ß' | 'ẞ' => return pair('s', 's', out),
            'Þ' | 'þ' => return pair('t', 'h', out),
            'Ĳ' | 'ĳ' => return pair('i', 'j', out),
            'ﬁ' => return pair('f', 'i', out),
            'ﬂ' => return pair('f', 'l', out),
            'ﬀ' => return pair('f', 'f', out),
            'Ơ' | 'ơ' => 'o',
            'Ư' | 'ư' => 'u',
            '²' | '³' => shifted(code - 0xb2 + 0x32),
            '¹' => '1',
            'ς' => 'σ',
            _ => latin(code).unwrap_or(c),
        },
    };
    plain.to_lowercase().for_each(out);
}

fn pair(a: char, b: char, out: &mut impl FnMut(char)) {
    out(a);
    out(b);
}

fn shifted(code: u32) -> char {
    char::from_u32(code).unwrap_or(' ')
}

fn latin(code: u32) -> Option<char> {
    let (first, letters) = LATIN.iter().rev().find(|(first, _)| *first <= code)?;
    let letter = *letters.get((code - first) as usize)?;
    (letter != b'.').then_some(char::from(letter))
}

/// What a folded character does.
pub(crate) fn class(c: char) -> Class {
    if c.is_ascii() {
        return if c.is_ascii_alphanumeric() { Class::Word } else { Class::Gap };
    }
    match c as u32 {
        // Combining marks, Hebrew points, Arabic vowels and stretching, joiners, soft hyphen, variation selectors.
        0x300..=0x36f
        | 0x591..=0x5bd
        | 0x5bf
        | 0x5c1..=0x5c2
        | 0x5c4..=0x5c5
        | 0x5c7
        | 0x64b..=0x652
        | 0x640
        | 0x200b..=0x200f
        | 0xad
        | 0xfe00..=0xfe0f
        | 0xfeff => Class::Mark,
        // Marks that make a kana voiced are put together with it.
        0x3099..=0x309a => Class::Mark,
        // Thai, Lao, Myanmar, Khmer; kana, bopomofo, Han, Hangul.
        0xe01..=0xe3a | 0xe40..=0xe4e | 0xe81..=0xebd | 0xec0..=0xecd | 0x1000..=0x103f | 0x1780..=0x17d3 => {
            Class::Wide
        }
        0x3005..=0x3007 | 0x3041..=0x309f | 0x30a1..=0x30fa | 0x30fc..=0x30ff | 0x3105..=0x312f => Class::Wide,
        0xac00..=0xd7a3 => Class::Wide,
        _ if is_han(c) => Class::Wide,
        _ if c.is_alphanumeric() => Class::Word,
        _ => Class::Gap,
    }
}

/// Whether a character is one of those that Chinese and Japanese share.
pub(crate) fn is_han(c: char) -> bool {
    matches!(c as u32, 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff | 0x20000..=0x323af)
}

/// A kana with the mark that follows it: カ and ゛ are ガ.
pub(crate) fn voiced(kana: char, mark: char) -> Option<char> {
    let code = kana as u32;
    let in_katakana = if code >= 0x30a1 { code - 0x60 } else { code };
    let step = match (in_katakana, mark as u32) {
        (0x304b..=0x3062, 0x3099) if in_katakana % 2 == 1 => 1,
        (0x3064..=0x3068, 0x3099) if in_katakana.is_multiple_of(2) => 1,
        (0x306f..=0x307d, 0x3099) if in_katakana.is_multiple_of(3) => 1,
        (0x306f..=0x307d, 0x309a) if in_katakana.is_multiple_of(3) => 2,
        (0x3046, 0x3099) => 0x4e,
        _ => return None,
    };
    char::from_u32(code + step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

    fn folded(text: &str) -> String {
        let mut out = String::new();
        text.chars().for_each(|c| fold(c, &mut |c| out.push(c)));
        out
    }

    #[test]
    fn latin_letters_lose_what_unicode_calls_marks() {
        for c in (0xc0..0x250).chain(0x1e00..0x1f00).filter_map(char::from_u32).filter(|c| c.is_alphabetic()) {
            let plain: String = c.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect();
            if plain != c.to_lowercase().to_string()
                && plain.is_ascii()
                && plain.chars().all(char::is_alphabetic)
                && plain.len() == 1
            {
                assert_eq!(folded(&c.to_string()), plain, "{c}");
            }
        }
    }

    #[test]
    fn width_is_nothing() {
        for c in (0xff01..=0xff5e).chain(0xff66..=0xff9d).filter_map(char::from_u32) {
            let plain: String = c.nfkc().flat_map(char::to_lowercase).collect();
            assert_eq!(folded(&c.to_string()), plain, "{c}");
        }
    }

    #[test]
    fn voiced_kana_are_those_of_unicode() {
        // But for four that nobody writes: ヷ, ヸ, ヹ, ヺ.
        for kana in (0x3041..=0x3096).chain(0x30a1..=0x30ee).filter_map(char::from_u32) {
            for mark in ['\u{3099}', '\u{309a}'] {
                let composed: String = [kana, mark].iter().collect::<String>().nfc().collect();
                let expected = if composed.chars().count() == 1 { composed.chars().next() } else { None };
                assert_eq!(voiced(kana, mark), expected, "{kana} {mark:?}");
            }
        }
    }
}
