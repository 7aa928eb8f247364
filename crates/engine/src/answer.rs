//! Answers: which item of a knowledge base answers a question, and how sure that is.
//!
//! Nobody has to say what the base can answer. Some of its own items are asked for while they are left out, among those of their
//! language: what is found then is what is found for a question without an answer. The confidence in an item is a logistic
//! function of how far its score stands out from that, in spreads, and of how far behind the next one is, as a share.

use std::cell::RefCell;

use predilect_core::candidates::by_chance;
use predilect_core::order::descending;
use predilect_core::{Bitmap, ItemIdx};
use serde_json::{Map, Value};

use crate::request::{AnswerReply, AnsweredItem, By, SearchRequest, check_k};
use crate::search::{ByMeaning, ByWords, Found, by};
use crate::{Engine, EngineError};

/// Items that are asked for while they are left out.
const PROBES: usize = 64;
/// Room of a probe, in letters; it ends with the clause that reaches a part of it.
const ROOM: usize = 200;
const CLAUSE: usize = 25;
/// Probes that a base is expected to be like before its own are looked at.
const USUAL: f64 = 8.0;
/// Least difference between what nothing answers and what is answered, in scores.
const SPREAD: f64 = 0.02;
/// Confidence from which an answer is given.
const SURE: f64 = 0.5;

/// How sure an item is, by how far it stands out. Fitted by `predilect eval ask --validation`.
struct Scale {
    /// Score of what is found for a question without an answer, and its spread, where too few items tell.
    usual: [f64; 2],
    /// Of the logistic function: the constant, a spread above what is usual, and the whole score above the next.
    weights: [f64; 3],
}

fn scale(by: By) -> Scale {
    match by {
        By::Words => Scale { usual: [0.13, 0.09], weights: [-3.7, 1.2, 5.2] },
        By::Meaning => Scale { usual: [0.27, 0.13], weights: [-2.8, 1.6, 5.8] },
        By::Both => Scale { usual: [0.16, 0.1], weights: [-3.7, 1.5, 5.5] },
    }
}

/// What is found for questions without an answer.
#[derive(Debug, Default)]
pub(crate) struct Doubt {
    /// What the words find for each probe.
    words: Vec<(Vec<u32>, Vec<f32>)>,
    /// Score and spread by way to look, once they were needed.
    known: [Option<[f64; 2]>; 3],
}

/// Where the engine keeps it.
pub(crate) type Doubts = RefCell<Doubt>;

/// What tells whether an item is the answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Signs {
    /// How far its score is above what is found for questions without an answer, in spreads.
    pub above: f64,
    /// How far the first is above the next item of its language, others how far they are behind the first: as a share of the higher of
    /// the two scores.
    pub ahead: f64,
}

impl Engine {
    /// Texts that the words must be asked for before they answer the first question, as [`Engine::probed`] tells; none when
    /// they have been. The same for the same catalogue.
    pub fn probes(&self) -> Vec<String> {
        if !self.doubts.borrow().words.is_empty() {
            return Vec::new();
        }
        self.left_out().into_iter().map(|item| probe(&self.catalogue.object(item).unwrap_or_default())).collect()
    }

    /// Takes what the words find for probes, in their order.
    pub fn probed(&self, found: Vec<(Vec<u32>, Vec<f32>)>) {
        *self.doubts.borrow_mut() = Doubt { words: found, known: [None; 3] };
    }

    /// The item that answers a question, if any does, and others that may.
    ///
    /// # Errors
    /// As for [`Engine::search`].
    pub fn ask(
        &self,
        words: Option<ByWords<'_>>,
        meaning: Option<ByMeaning<'_>>,
        request: &SearchRequest,
    ) -> Result<AnswerReply, EngineError> {
        check_k("ask", request.k)?;
        let by = by(words.is_some(), meaning.is_some());
        let judged = self.judge(words, meaning, request)?;
        let [constant, above, ahead] = scale(by).weights;
        let sure: Vec<f64> = judged
            .iter()
            .map(|(_, signs)| 1.0 / (1.0 + (-(constant + above * signs.above + ahead * signs.ahead)).exp()))
            .collect();
        let mut others = Vec::new();
        for at in descending(sure.iter().copied()).into_iter().take(request.k) {
            others.push(self.answered(judged[at].0, sure[at])?);
        }
        let is_sure = others.first().is_some_and(|first| first.confidence >= SURE);
        let answer = is_sure.then(|| others.remove(0));
        Ok(AnswerReply { status: if is_sure { "answered" } else { "unsure" }, answer, others, by })
    }

    /// Items found for a question, best first, with what tells whether they are its answer.
    ///
    /// # Errors
    /// As for [`Engine::search`].
    pub fn judge(
        &self,
        words: Option<ByWords<'_>>,
        meaning: Option<ByMeaning<'_>>,
        request: &SearchRequest,
    ) -> Result<Vec<(ItemIdx, Signs)>, EngineError> {
        let allowed = self.filter(&request.filter)?;
        let query = meaning.map(|meaning| self.query(meaning)).transpose()?;
        let found = self.look(words, query.as_ref(), Self::pool(request.k), &allowed)?;
        let [usual, spread] = self.doubt(words.is_some(), meaning.is_some())?;
        let by = by(words.is_some(), meaning.is_some());
        let score = |(_, parts): &(ItemIdx, [f64; 2])| self.score(*parts, by);
        let signs = |(at, own): (usize, &(ItemIdx, [f64; 2]))| {
            // What says the same in another language is no rival of the first.
            let rivals = |item: ItemIdx| at > 0 || self.catalogue.language(item) == self.catalogue.language(own.0);
            let rival = found.iter().enumerate().find(|(other, (item, _))| *other != at && rivals(*item));
            // Where nothing else is found, half of what is usual stands for it.
            let rival = rival.map_or(0.0, |(_, other)| score(other)).max(0.5 * usual);
            let own_score = score(own);
            let ahead = (own_score - rival) / own_score.max(rival);
            (own.0, Signs { above: (own_score - usual) / spread, ahead })
        };
        Ok(found.iter().enumerate().take(request.k + 1).filter(|(_, own)| score(own) > 0.0).map(signs).collect())
    }

    /// Score of what is found for a question without an answer, and its spread, where these sides look.
    ///
    /// # Errors
    /// As for [`Engine::search`].
    pub fn doubt(&self, words: bool, meaning: bool) -> Result<[f64; 2], EngineError> {
        let by = by(words, meaning);
        if let Some(known) = self.doubts.borrow().known[by as usize] {
            return Ok(known);
        }
        let (mut best, mut languages) = (Vec::new(), Vec::<(Option<&str>, Bitmap)>::new());
        let none: (Vec<u32>, Vec<f32>) = Default::default();
        for (at, item) in self.left_out().into_iter().enumerate() {
            let doubts = self.doubts.borrow();
            let (rows, scores) = doubts.words.get(at).unwrap_or(&none);
            let query = self.catalogue.query(item);
            let words = (by != By::Meaning).then_some(ByWords { rows, scores });
            let language = self.catalogue.language(item);
            let at = languages.iter().position(|(own, _)| *own == language).unwrap_or_else(|| {
                languages.push((language, self.all_of(language)));
                languages.len() - 1
            });
            let peers = &mut languages[at].1;
            peers.remove(item.row());
            let found: Found = self.look(words, (by != By::Words).then_some(&query), 1, peers)?;
            peers.insert(item.row());
            best.push(found.first().map_or(0.0, |(_, parts)| self.score(*parts, by)));
        }
        let order = descending(best.iter().copied());
        let share = |share: f64| order.get((share * order.len() as f64) as usize).map_or(0.0, |&at| best[at]);
        let (middle, high) = (share(0.5), share(0.16));
        let own = order.len() as f64 / (order.len() as f64 + USUAL);
        let [usual, spread] = scale(by).usual;
        let known = [own * middle + (1.0 - own) * usual, (own * (high - middle) + (1.0 - own) * spread).max(SPREAD)];
        self.doubts.borrow_mut().known[by as usize] = Some(known);
        Ok(known)
    }

    /// What sides that look in this way say of an item, with what is usual between items at 0.
    fn score(&self, [words, meaning]: [f64; 2], by: By) -> f64 {
        if by == By::Meaning { self.catalogue.affinity(meaning as f32) } else { words + meaning }
    }

    /// The items that are asked for while they are left out.
    fn left_out(&self) -> Vec<ItemIdx> {
        by_chance(&Bitmap::full(self.catalogue.len()), PROBES, 0)
    }

    /// The items of a language.
    fn all_of(&self, language: Option<&str>) -> Bitmap {
        let mut all = Bitmap::empty(self.catalogue.len());
        self.catalogue
            .items()
            .filter(|item| self.catalogue.language(*item) == language)
            .for_each(|item| all.insert(item.row()));
        all
    }

    fn answered(&self, item: ItemIdx, confidence: f64) -> Result<AnsweredItem, EngineError> {
        let object = self.catalogue.object(item)?;
        let text = |name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
        let question = text("title");
        let text = text("text").or_else(|| question.clone()).unwrap_or_default();
        let id = self.catalogue.id(item).to_owned();
        Ok(AnsweredItem { id, question, text, confidence, fields: self.catalogue.fields(item)? })
    }
}

/// What somebody might ask whom the item would answer: its title, else the first clause of its text that says something.
fn probe(fields: &Map<String, Value>) -> String {
    let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
    let title = text("title");
    let mut room = 0;
    let mut out = String::new();
    for letter in if title.is_empty() { text("text") } else { title }.chars() {
        let ends = matches!(letter, ',' | '.' | ';' | '，' | '。' | '；' | '、') && room >= CLAUSE;
        if room >= ROOM || (ends && title.is_empty()) {
            break;
        }
        out.push(letter);
        // A sign of Chinese says as much as three letters.
        room += if letter > '\u{2e80}' { 3 } else { 1 };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use predilect_core::catalogue::{CatalogueParts, ItemParts, write};
    use serde_json::json;

    fn engine(fields: &[Value]) -> Engine {
        let item = |(n, fields): (usize, &Value)| ItemParts {
            id: format!("i{n}"),
            fields: fields.as_object().cloned().unwrap(),
        };
        let items: Vec<_> = fields.iter().enumerate().map(item).collect();
        let vectors: Vec<f32> = (0..items.len()).flat_map(|n| [(n as f32).cos(), (n as f32).sin(), 0.2]).collect();
        let parts = CatalogueParts { name: "t", encoder: "e", dimension: 3, vectors: &vectors, items: &items };
        Engine::open(write(&parts).unwrap()).unwrap()
    }

    fn request(k: usize) -> SearchRequest {
        SearchRequest { text: "?".to_owned(), k, filter: Map::new() }
    }

    #[test]
    fn probes_are_titles_or_the_first_clause() {
        for (fields, expected) in [
            (json!({"title": "How, exactly, is it done?", "text": "So."}), "How, exactly, is it done?".to_owned()),
            (json!({"text": "Yes, it is a long sentence, with a clause."}), "Yes, it is a long sentence".to_owned()),
            (json!({"text": "对，这是一个比较长的句子，还有下文。"}), "对，这是一个比较长的句子".to_owned()),
            (json!({"text": "x".repeat(900)}), "x".repeat(ROOM)),
            (json!({"price": 3}), String::new()),
        ] {
            assert_eq!(probe(fields.as_object().unwrap()), expected);
        }
    }

    #[test]
    fn what_stands_out_is_the_answer_and_what_does_not_is_not() {
        let entry = |n: usize| json!({"title": format!("Question {n}?"), "text": format!("Answer {n}."), "lang": (["en", "zh"][n % 2])});
        let engine = engine(&(0..12).map(entry).collect::<Vec<_>>());
        let probes = engine.probes();
        assert_eq!(probes.len(), 12);
        // Each probe finds others a little.
        engine.probed((0..12).map(|n| ((0..12).collect(), vec![0.1 + 0.02 * n as f32; 12])).collect());
        assert!(engine.probes().is_empty(), "once is enough");
        let ask = |rows: &[u32], scores: &[f32]| engine.ask(Some(ByWords { rows, scores }), None, &request(3)).unwrap();

        let clear = ask(&[4, 2, 7], &[0.9, 0.2, 0.1]);
        let answer = clear.answer.as_ref().unwrap();
        assert_eq!((clear.status, clear.by, answer.id.as_str()), ("answered", By::Words, "i4"));
        assert_eq!((answer.question.as_deref(), answer.text.as_str()), (Some("Question 4?"), "Answer 4."));
        assert!(answer.confidence > 0.9 && clear.others.len() == 2 && clear.others[0].confidence < 0.1);

        let close = ask(&[4, 2], &[0.3, 0.29]);
        assert!(close.status == "unsure" && close.answer.is_none() && close.others.len() == 2);
        // Its translation is no rival.
        assert_eq!(ask(&[4, 5], &[0.9, 0.88]).status, "answered");
        assert_eq!(ask(&[4, 2], &[0.2, 0.0]).status, "unsure", "no better than what nothing answers");
        let nothing = ask(&[], &[]);
        assert!(nothing.status == "unsure" && nothing.others.is_empty());
    }

    #[test]
    fn a_base_is_judged_by_itself_and_however_small() {
        let empty = engine(&[]);
        assert!(empty.probes().is_empty());
        assert_eq!(empty.ask(Some(ByWords { rows: &[], scores: &[] }), None, &request(1)).unwrap().status, "unsure");
        let one = engine(&[json!({"title": "Only this"})]);
        let reply = one.ask(Some(ByWords { rows: &[0], scores: &[0.95] }), None, &request(1)).unwrap();
        assert_eq!(reply.answer.unwrap().text, "Only this");
        let same = engine(&(0..40).map(|n| json!({"title": format!("Q {n}")})).collect::<Vec<_>>());
        let doubt = |score: f32| {
            same.probed((0..40).map(|_| ((0..40).collect(), vec![score; 40])).collect());
            same.doubt(true, false).unwrap()
        };
        assert!(doubt(0.6)[0] > doubt(0.1)[0] + 0.3);
        assert!(doubt(0.6)[1] >= SPREAD);
    }

    #[test]
    fn bad_requests_are_refused() {
        let engine = engine(&[json!({"title": "Q"})]);
        let ask = |words, meaning, k| engine.ask(words, meaning, &request(k)).map(|_| ()).map_err(|error| error.code());
        assert_eq!(ask(Some(ByWords { rows: &[0], scores: &[2.0] }), None, 1), Err("bad-request"));
        assert_eq!(ask(None, Some(ByMeaning { vector: &[1.0], encoder: "e" }), 1), Err("dimension-mismatch"));
        assert_eq!(ask(None, Some(ByMeaning { vector: &[1.0, 0.0, 0.0], encoder: "f" }), 1), Err("encoder-mismatch"));
        assert_eq!(ask(None, Some(ByMeaning { vector: &[1.0, 0.0, 0.0], encoder: "e" }), 0), Err("bad-request"));
    }
}
