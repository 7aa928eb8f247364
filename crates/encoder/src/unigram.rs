//! The model of a tokenizer that knows pieces and their scores, in a hundredth of the memory and load time that hash maps of
//! hash maps take: ids are those of `tokenizers`, whose other parts are used as they are.

use serde::de::{DeserializeOwned, Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use tokenizers::models::ModelWrapper;
use tokenizers::models::unigram::UnigramTrainer;
use tokenizers::{Model, Result, Token};

/// How much worse than the worst piece an unknown character is, as in SentencePiece.
const UNKNOWN_PENALTY: f64 = 10.0;

/// No piece.
const NONE: u32 = u32::MAX;

/// What turns words into pieces.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "a tokenizer has one")]
pub(crate) enum Pieces {
    Unigram(Unigram),
    Other(ModelWrapper),
}

/// Pieces with scores; a text is cut into those with the largest sum.
#[derive(Debug)]
pub(crate) struct Unigram {
    /// All pieces, one after the other, and where each ends.
    text: String,
    ends: Vec<u32>,
    scores: Vec<f64>,
    trie: Trie,
    least: f64,
    unknown: Option<u32>,
    byte_fallback: bool,
}

/// Prefixes of pieces; the children of a prefix lie together, by their last byte. Number 0 is the empty prefix.
#[derive(Debug, Default)]
struct Trie {
    /// Last byte.
    bytes: Vec<u8>,
    /// Where its children begin; they end where those of the next prefix begin.
    children: Vec<u32>,
    /// The piece that it is, or [`NONE`].
    pieces: Vec<u32>,
}

/// Reads `model` of `tokenizer.json`. Its pieces are many: they are read once where the kind of model comes before them, as
/// `tokenizers` writes it.
impl<'de> Deserialize<'de> for Pieces {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Pieces, D::Error> {
        deserializer.deserialize_map(PiecesVisitor)
    }
}

struct PiecesVisitor;

impl<'de> Visitor<'de> for PiecesVisitor {
    type Value = Pieces;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the model of a tokenizer")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Pieces, A::Error> {
        let is_unigram = |known: &Map<String, Value>| known.get("type").is_some_and(|kind| kind == "Unigram");
        let mut known = Map::new();
        let mut vocab: Option<Vec<(String, f64)>> = None;
        while let Some(key) = map.next_key::<String>()? {
            if key == "vocab" && is_unigram(&known) {
                vocab = Some(map.next_value()?);
            } else {
                known.insert(key, map.next_value()?);
            }
        }
        if !is_unigram(&known) {
            return again(&Value::Object(known)).map(Pieces::Other);
        }
        let mut take = |key: &str| known.remove(key).unwrap_or_default();
        let vocab = match vocab {
            Some(vocab) => vocab,
            None => again(&take("vocab"))?,
        };
        let unknown: Option<u32> = again(&take("unk_id"))?;
        let byte_fallback: Option<bool> = again(&take("byte_fallback"))?;
        Unigram::new(&vocab, unknown, byte_fallback.unwrap_or(false)).map(Pieces::Unigram).map_err(Error::custom)
    }
}

/// Reads what was read before its kind was known. From bytes, so that the code is the one that reads the file.
fn again<T: DeserializeOwned, E: Error>(value: &Value) -> std::result::Result<T, E> {
    serde_json::to_vec(value).and_then(|json| serde_json::from_slice(&json)).map_err(E::custom)
}

impl Pieces {
    /// Highest id, plus one.
    pub(crate) fn size(&self) -> usize {
        match self {
            Pieces::Unigram(unigram) => unigram.ends.len(),
            Pieces::Other(model) => model.get_vocab().values().max().map_or(0, |&id| id as usize + 1),
        }
    }
}

impl Unigram {
    fn new(vocab: &[(String, f64)], unknown: Option<u32>, byte_fallback: bool) -> std::result::Result<Unigram, String> {
        if unknown.is_some_and(|id| id as usize >= vocab.len()) {
            return Err("its unknown piece is not one of its pieces".into());
        }
        let mut text = String::with_capacity(vocab.iter().map(|(piece, _)| piece.len()).sum());
        let mut ends = Vec::with_capacity(vocab.len());
        for (piece, _) in vocab {
            text.push_str(piece);
            ends.push(u32::try_from(text.len()).map_err(|_| "its pieces are too long")?);
        }
        Ok(Unigram {
            text,
            ends,
            scores: vocab.iter().map(|&(_, score)| score).collect(),
            trie: Trie::new(vocab),
            least: vocab.iter().map(|&(_, score)| score).fold(f64::INFINITY, f64::min),
            unknown,
            byte_fallback,
        })
    }

    fn piece(&self, id: u32) -> Option<&str> {
        let id = id as usize;
        let from = id.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.text.get(from as usize..*self.ends.get(id)? as usize)
    }

    /// The best pieces of a text: where they are, and whether each is a known one. What is unknown lies together.
    fn cut(&self, text: &str) -> Result<Vec<(Range<usize>, bool)>> {
        // Of the best way to each place: the score, where its last piece begins, and which it is.
        let mut best: Vec<Option<(f64, usize, u32)>> = vec![None; text.len() + 1];
        for (at, character) in text.char_indices() {
            let so_far = if at == 0 { 0.0 } else { best[at].map_or(0.0, |(score, ..)| score) };
            let mut reach = |end: usize, score: f64, piece: u32| {
                let score = score + so_far;
                if best[end].is_none_or(|(known, ..)| score > known) {
                    best[end] = Some((score, at, piece));
                }
            };
            let single = at + character.len_utf8();
            let mut is_single = false;
            self.trie.prefixes(&text.as_bytes()[at..], |length, piece| {
                is_single |= at + length == single;
                reach(at + length, self.scores[piece as usize], piece);
            });
            if !is_single {
                let unknown = self.unknown.ok_or("a character is unknown, and there is no piece for such")?;
                reach(single, self.least - UNKNOWN_PENALTY, unknown);
            }
        }
        let mut cut: Vec<(Range<usize>, bool)> = Vec::new();
        let mut end = text.len();
        while end > 0 {
            let (_, from, piece) = best[end].ok_or("no piece ends here")?;
            let known = Some(piece) != self.unknown;
            match cut.last_mut() {
                Some((next, false)) if !known => next.start = from,
                _ => cut.push((from..end, known)),
            }
            end = from;
        }
        cut.reverse();
        Ok(cut)
    }

    /// A piece for each byte of an unknown text, where there are such.
    fn bytes(&self, text: &str) -> Option<Vec<(u32, String)>> {
        let of = |byte: u8| {
            let piece = format!("<0x{byte:02X}>");
            self.trie.find(piece.as_bytes()).map(|id| (id, piece))
        };
        if self.byte_fallback { text.bytes().map(of).collect() } else { None }
    }

    fn tokenize(&self, text: &str) -> Result<Vec<Token>> {
        let mut tokens = Vec::new();
        for (range, _) in self.cut(text)? {
            let offsets = (range.start, range.end);
            let piece = &text[range];
            if let Some(id) = self.trie.find(piece.as_bytes()) {
                tokens.push(Token::new(id, piece.to_owned(), offsets));
            } else if let Some(bytes) = self.bytes(piece) {
                tokens.extend(bytes.into_iter().map(|(id, byte)| Token::new(id, byte, offsets)));
            } else {
                let unknown = self.unknown.ok_or("a character is unknown, and there is no piece for such")?;
                tokens.push(Token::new(unknown, piece.to_owned(), offsets));
            }
        }
        Ok(tokens)
    }
}

impl Trie {
    fn new(vocab: &[(String, f64)]) -> Trie {
        let mut sorted: Vec<(&[u8], u32)> =
            vocab.iter().zip(0..).map(|((piece, _), id)| (piece.as_bytes(), id)).collect();
        sorted.sort_unstable();
        let mut trie = Trie::default();
        // Prefixes in the order of their numbers: the pieces that begin with each, and its length.
        let mut open = VecDeque::from([(sorted.as_slice(), 0)]);
        trie.bytes.push(0);
        while let Some((mut all, length)) = open.pop_front() {
            let mut piece = NONE;
            // Of equal pieces the last counts.
            while let Some((&(bytes, id), rest)) = all.split_first()
                && bytes.len() == length
            {
                (piece, all) = (id, rest);
            }
            trie.pieces.push(piece);
            trie.children.push(trie.bytes.len() as u32);
            for child in all.chunk_by(|(a, _), (b, _)| a[length] == b[length]) {
                trie.bytes.push(child[0].0[length]);
                open.push_back((child, length + 1));
            }
        }
        trie.children.push(trie.bytes.len() as u32);
        trie
    }

    /// The prefix that is longer by a byte.
    fn child(&self, prefix: usize, byte: u8) -> Option<usize> {
        let (from, to) = (self.children[prefix] as usize, self.children[prefix + 1] as usize);
        self.bytes[from..to].binary_search(&byte).ok().map(|at| from + at)
    }

    /// Calls `each` with the length and the number of every piece that the bytes begin with.
    fn prefixes(&self, bytes: &[u8], mut each: impl FnMut(usize, u32)) {
        let mut prefix = 0;
        for (length, &byte) in (1..).zip(bytes) {
            let Some(longer) = self.child(prefix, byte) else { return };
            prefix = longer;
            if self.pieces[prefix] != NONE {
                each(length, self.pieces[prefix]);
            }
        }
    }

    fn find(&self, bytes: &[u8]) -> Option<u32> {
        let prefix = bytes.iter().try_fold(0, |prefix, &byte| self.child(prefix, byte))?;
        Some(self.pieces[prefix]).filter(|&piece| piece != NONE)
    }
}

impl Model for Pieces {
    type Trainer = UnigramTrainer;

    fn tokenize(&self, text: &str) -> Result<Vec<Token>> {
        match self {
            Pieces::Unigram(unigram) => unigram.tokenize(text),
            Pieces::Other(model) => model.tokenize(text),
        }
    }

    fn token_to_id(&self, token: &str) -> Option<u32> {
        match self {
            Pieces::Unigram(unigram) => unigram.trie.find(token.as_bytes()),
            Pieces::Other(model) => model.token_to_id(token),
        }
    }

    fn id_to_token(&self, id: u32) -> Option<String> {
        match self {
            Pieces::Unigram(unigram) => unigram.piece(id).map(str::to_owned),
            Pieces::Other(model) => model.id_to_token(id),
        }
    }

    fn get_vocab(&self) -> HashMap<String, u32> {
        match self {
            Pieces::Unigram(unigram) => (0..).map_while(|id| Some((unigram.piece(id)?.to_owned(), id))).collect(),
            Pieces::Other(model) => model.get_vocab(),
        }
    }

    fn get_vocab_size(&self) -> usize {
        match self {
            Pieces::Unigram(unigram) => unigram.ends.len(),
            Pieces::Other(model) => model.get_vocab_size(),
        }
    }

    fn save(&self, folder: &Path, prefix: Option<&str>) -> Result<Vec<PathBuf>> {
        match self {
            Pieces::Unigram(_) => Err("a tokenizer is only read here".into()),
            Pieces::Other(model) => model.save(folder, prefix),
        }
    }

    fn get_trainer(&self) -> UnigramTrainer {
        UnigramTrainer::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tokenizers::models::unigram::Unigram as Reference;

    proptest! {
        /// Ids and places are those of `tokenizers`.
        #[test]
        fn equals_the_reference(
            mut pieces in prop::collection::vec(("[a-cé语 ]{1,4}", -9i8..0), 0..40),
            bytes in any::<bool>(),
            kind_first in any::<bool>(),
            text in "[a-fé语言<unk> ]{0,30}",
        ) {
            pieces.push(("<unk>".into(), 0));
            if bytes {
                pieces.extend((0..=255u8).map(|byte| (format!("<0x{byte:02X}>"), -9)));
            }
            let unknown = pieces.iter().position(|(piece, _)| piece == "<unk>").unwrap_or_default();
            let vocab: Vec<(String, f64)> = pieces.into_iter().map(|(piece, score)| (piece, f64::from(score) * 0.7)).collect();
            let pairs = serde_json::to_string(&vocab).expect("JSON");
            let kind = r#""type":"Unigram""#;
            // As `tokenizers` writes it, and with the kind behind the pieces.
            let (first, last) = if kind_first { (kind, "\"x\":0") } else { ("\"x\":0", kind) };
            let json = format!(r#"{{{first},"unk_id":{unknown},"vocab":{pairs},"byte_fallback":{bytes},{last}}}"#);
            let own: Pieces = serde_json::from_str(&json).expect("a sound vocabulary");
            let reference = Reference::from(vocab, Some(unknown), bytes).expect("a sound vocabulary");
            let (got, expected) = (own.tokenize(&text).expect("pieces"), reference.tokenize(&text).expect("pieces"));
            prop_assert_eq!(got, expected);
            for id in 0..own.size() as u32 + 1 {
                prop_assert_eq!(own.id_to_token(id), reference.id_to_token(id));
            }
            for word in text.split(' ') {
                prop_assert_eq!(own.token_to_id(word), reference.token_to_id(word));
            }
        }
    }

    fn read(json: &str) -> std::result::Result<Pieces, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn without_a_piece_for_the_unknown() {
        let pieces = read(r#"{"type":"Unigram","unk_id":null,"vocab":[["a",-1]]}"#).expect("a sound vocabulary");
        assert_eq!(pieces.tokenize("aa").map(|tokens| tokens.len()).ok(), Some(2));
        assert!(pieces.tokenize("ab").is_err());
    }

    #[test]
    fn what_is_no_vocabulary() {
        for vocab in ["{}", "[1]", "[[]]", r#"[["a"]]"#, r#"[["a",1,2]]"#, r#"[[1,"a"]]"#, r#"[["a",null]]"#, "null"] {
            for json in
                [format!(r#"{{"type":"Unigram","vocab":{vocab}}}"#), format!(r#"{{"vocab":{vocab},"type":"Unigram"}}"#)]
            {
                assert!(read(&json).is_err(), "{json}");
            }
        }
        assert!(read(r#"{"type":"Unigram","unk_id":1,"vocab":[["a",-1]]}"#).is_err());
        assert!(read(r#"{"type":"Unigram"}"#).is_err());
        assert!(read(r#"{"type":"Nothing"}"#).is_err() && read("[]").is_err());
    }

    #[test]
    fn other_kinds_are_read_by_tokenizers() {
        let json = r###"{"type":"WordPiece","unk_token":"?","continuing_subword_prefix":"##","max_input_chars_per_word":9,"vocab":{"?":0,"a":1,"##b":2}}"###;
        let ids: Vec<u32> = read(json)
            .map(|pieces| pieces.tokenize("ab").expect("pieces"))
            .expect("a sound vocabulary")
            .iter()
            .map(|token| token.id)
            .collect();
        assert_eq!(ids, [1, 2]);
    }
}
