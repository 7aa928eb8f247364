//! Changes to bytes, and to text as bytes.

use crate::Rng;

/// What parsers of text trip over.
const FRAGMENTS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\\u0000",
    "\\ud800",
    "\n",
    "\r\n",
    "\r",
    "\t",
    ";",
    "|",
    " ",
    "\0",
    "\u{feff}",
    "\"\"",
    "null",
    "true",
    "-",
    "-0",
    "0.1e-400",
    "1e999",
    "NaN",
    "9223372036854775808",
    "1e18",
    "<!doctype html>",
    "<b>",
    "&#x1F600;",
    "é",
    "e\u{301}",
    "👩\u{200d}🚀",
    "中文",
    "\u{202e}",
    "\u{3000}",
    "id",
    "title",
    "2024-02-30",
    "9999999999999-01-01",
    "1970-01-01T00:00:00Z",
];

/// Longest input that a repetition makes.
const MOST: usize = 1 << 20;

/// Changes a few bytes.
pub fn change(input: &[u8], rng: &mut Rng) -> Vec<u8> {
    let mut out = input.to_vec();
    let at = rng.below(out.len() + 1);
    let most = if rng.once_in(4) { out.len() + 1 } else { 8 };
    let end = (at + 1 + rng.below(most)).min(out.len());
    match rng.below(8) {
        0 => out.truncate(at),
        1 => drop(out.drain(at.min(end)..end)),
        2 => {
            let piece = out[at.min(end)..end].to_vec();
            let into = rng.below(out.len() + 1);
            for _ in 0..1 + rng.below(20) {
                if out.len() + piece.len() < MOST {
                    out.splice(into..into, piece.iter().copied());
                }
            }
        }
        3 | 4 => drop(out.splice(at..at, rng.pick(FRAGMENTS).bytes())),
        5 => drop(out.splice(at.min(end)..end, rng.pick(FRAGMENTS).bytes())),
        6 => {
            for byte in out.iter_mut().take(end).skip(at) {
                *byte = rng.bits() as u8;
            }
        }
        _ => {
            if let Some(byte) = out.get_mut(at) {
                *byte ^= 1 << rng.below(8);
            }
        }
    }
    out
}
