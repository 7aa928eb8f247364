//! Search: what was found by words and what by meaning, as one list.

use predilect_core::order::{descending, reorder};
use predilect_core::request::WORDS;
use predilect_core::{Bitmap, ItemIdx, Query, Reason, ReasonKind, Request};
use predilect_search::{Rows, top_k};

use crate::request::{By, RecommendRequest, Reply, SearchRequest, check_k};
use crate::{Engine, EngineError};

/// Items that each side proposes at least.
const POOL: usize = 200;

/// What was found by words: rows and their scores, 0..=1.
#[derive(Debug, Clone, Copy)]
pub struct ByWords<'a> {
    /// Rows, in any order.
    pub rows: &'a [u32],
    /// A score each.
    pub scores: &'a [f32],
}

/// A text's vector, and the fingerprint of the encoder that made it.
#[derive(Debug, Clone, Copy)]
pub struct ByMeaning<'a> {
    /// The vector.
    pub vector: &'a [f32],
    /// The fingerprint.
    pub encoder: &'a str,
}

/// Items with what the words say for each, and the meaning.
pub(crate) type Found = Vec<(ItemIdx, [f64; 2])>;

impl Engine {
    /// How many items a search by words should propose for a list of `k`.
    pub fn pool(k: usize) -> usize {
        k.max(POOL)
    }

    /// The rows that a search may find, 32 a word, the first in the lowest bit; empty where all may be found.
    ///
    /// # Errors
    /// As for [`Engine::recommend`].
    pub fn allowed(&self, request: &SearchRequest) -> Result<Vec<u32>, EngineError> {
        check_k("search", request.k)?;
        if request.filter.is_empty() {
            return Ok(Vec::new());
        }
        let allowed = self.filter(&request.filter)?;
        let words = (0..allowed.len().div_ceil(64)).map(|at| allowed.word(at));
        Ok(words.flat_map(|word| [word as u32, (word >> 32) as u32]).collect())
    }

    /// Items that fit a text: by words, by meaning, or by both, whose scores are then added, weighed. By meaning alone a score is a
    /// cosine, by words alone the share of the query that an item answers.
    ///
    /// # Errors
    /// Refuses a vector of another encoder or dimension, rows and scores that are none, or as for [`Engine::recommend`].
    pub fn search(
        &self,
        words: Option<ByWords<'_>>,
        meaning: Option<ByMeaning<'_>>,
        request: &SearchRequest,
    ) -> Result<Reply, EngineError> {
        check_k("search", request.k)?;
        let allowed = self.filter(&request.filter)?;
        let by = by(words.is_some(), meaning.is_some());
        let query = meaning.map(|meaning| self.query(meaning)).transpose()?;
        let found = self.look(words, query.as_ref(), request.k, &allowed)?;
        let reply = |&(item, parts): &(ItemIdx, [f64; 2])| {
            let kinds = [ReasonKind::Words, ReasonKind::Match];
            let mut reasons = Vec::new();
            for side in if parts[1] > parts[0] { [1, 0] } else { [0, 1] } {
                if parts[side] != 0.0 || (side == 1 && by == By::Meaning) {
                    reasons
                        .push(Reason { text: Some(request.text.clone()), ..Reason::plain(kinds[side], parts[side]) });
                }
            }
            self.reply_item(item, parts[0] + parts[1], reasons)
        };
        let items = found.iter().take(request.k).map(reply).collect::<Result<_, _>>()?;
        Ok(Reply { items, by: Some(by), because: None, next: None })
    }

    /// A request in words, and the allowed items that fit it best.
    pub(crate) fn wish(
        &self,
        text: &str,
        request: &RecommendRequest,
        allowed: &Bitmap,
    ) -> Result<(Request, Vec<ItemIdx>), EngineError> {
        let told = &request.told;
        let query = told.by_meaning().map(|meaning| self.query(meaning)).transpose()?;
        let found = self.look(told.by_words(), query.as_ref(), POOL, allowed)?;
        let mut words = None;
        if let Some(by_words) = told.by_words() {
            let shares = words.insert(vec![0.0; self.catalogue.len()]);
            for (item, [share, _]) in self.found(by_words, allowed)?.0 {
                shares[item.row()] = share as f32;
            }
        }
        let nearest = found.into_iter().map(|(item, _)| item).collect();
        Ok((Request { text: text.to_owned(), weight: request.text_weight, words, query }, nearest))
    }

    /// The direction of a text.
    pub(crate) fn query(&self, ByMeaning { vector, encoder }: ByMeaning<'_>) -> Result<Query, EngineError> {
        Ok(self.catalogue.project(&self.vector(vector, encoder, "the query")?))
    }

    /// Allowed items that either side proposes for `k` places, best first, with what each side adds.
    pub(crate) fn look(
        &self,
        words: Option<ByWords<'_>>,
        query: Option<&Query>,
        k: usize,
        allowed: &Bitmap,
    ) -> Result<Found, EngineError> {
        let both = words.is_some() && query.is_some();
        let (mut found, seen) = self.found(words.unwrap_or(ByWords { rows: &[], scores: &[] }), allowed)?;
        if let Some(query) = query {
            let pool = if both { Self::pool(k) } else { k };
            for hit in &top_k(Rows::from(&self.catalogue), None, &[query], pool, allowed)[0] {
                if !seen.contains(hit.item.row()) {
                    found.push((hit.item, [0.0, 0.0]));
                }
            }
            for (item, parts) in &mut found {
                let cosine = self.catalogue.similarity(query, *item);
                let close = if both { (1.0 - WORDS) * self.catalogue.affinity(cosine) } else { f64::from(cosine) };
                *parts = [WORDS * parts[0], close];
            }
        }
        let order = descending(found.iter().map(|(_, [words, meaning])| words + meaning));
        Ok(reorder(found, &order))
    }

    /// What was found by words, each row once, and which rows these are.
    fn found(&self, ByWords { rows, scores }: ByWords<'_>, allowed: &Bitmap) -> Result<(Found, Bitmap), EngineError> {
        let share = |score: &f32| (0.0..=1.0).contains(score);
        if rows.len() != scores.len() || !scores.iter().all(share) {
            let what = "the words have rows and scores that are none".to_owned();
            return Err(EngineError::Request { call: "search", what });
        }
        let mut seen = Bitmap::empty(self.catalogue.len());
        let mut found = Vec::new();
        for (&row, &score) in rows.iter().zip(scores) {
            // A row beyond the end is not allowed.
            if allowed.contains(row as usize) && !seen.contains(row as usize) {
                seen.insert(row as usize);
                found.push((ItemIdx(row), [f64::from(score), 0.0]));
            }
        }
        Ok((found, seen))
    }
}

/// How a search looks that has these sides.
pub(crate) fn by(words: bool, meaning: bool) -> By {
    match (words, meaning) {
        (true, true) => By::Both,
        (true, false) => By::Words,
        (false, _) => By::Meaning,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use predilect_core::catalogue::{CatalogueParts, ItemParts, write};
    use serde_json::{Value, json};

    fn engine() -> Engine {
        let item = |n: usize| ItemParts {
            id: format!("i{n}"),
            fields: json!({"title": format!("Item {n}"), "group": (["a", "b"][n % 2])}).as_object().cloned().unwrap(),
        };
        let items: Vec<_> = (0..4).map(item).collect();
        let vectors = [1.0, 0.0, 0.8, 0.6, 0.0, 1.0, -1.0, 0.1];
        let parts = CatalogueParts { name: "t", encoder: "e", dimension: 2, vectors: &vectors, items: &items };
        Engine::open(write(&parts).unwrap()).unwrap()
    }

    fn request(filter: Value) -> SearchRequest {
        SearchRequest { text: "tea".to_owned(), k: 10, filter: filter.as_object().cloned().unwrap() }
    }

    const WORDS_FOUND: ByWords<'_> = ByWords { rows: &[2, 3], scores: &[0.9, 0.4] };
    const MEANING: ByMeaning<'_> = ByMeaning { vector: &[1.0, 0.0], encoder: "e" };

    fn ids(reply: &Reply) -> Vec<&str> {
        reply.items.iter().map(|item| item.id.as_str()).collect()
    }

    #[test]
    fn each_side_alone_and_both() {
        let engine = engine();
        let search = |words, meaning| engine.search(words, meaning, &request(json!({}))).unwrap();
        let (words, meaning) = (search(Some(WORDS_FOUND), None), search(None, Some(MEANING)));
        let both = search(Some(WORDS_FOUND), Some(MEANING));
        assert_eq!((words.by, meaning.by, both.by), (Some(By::Words), Some(By::Meaning), Some(By::Both)));
        assert_eq!((ids(&words), ids(&meaning)), (vec!["i2", "i3"], vec!["i0", "i1", "i2", "i3"]));
        assert_eq!(both.items.len(), 4);
        assert_eq!(both.items[0].id, "i2");
        for item in both.items.iter().chain(&words.items).chain(&meaning.items) {
            assert!((item.reasons.iter().map(|reason| reason.part).sum::<f64>() - item.score).abs() < 1e-12);
            assert!(item.reasons.windows(2).all(|pair| pair[0].part >= pair[1].part));
        }
        let first = &words.items[0];
        assert!((first.score - 0.9).abs() < 1e-6 && first.reasons[0].kind == ReasonKind::Words);
        assert!(search(None, Some(MEANING)).items.iter().all(|item| item.reasons[0].kind == ReasonKind::Match));
    }

    #[test]
    fn a_filter_holds_for_both_sides() {
        let engine = engine();
        let request = request(json!({"group": "a"}));
        assert_eq!(engine.allowed(&request).unwrap(), [0b101, 0]);
        let reply = engine.search(Some(WORDS_FOUND), Some(MEANING), &request).unwrap();
        assert_eq!(ids(&reply), ["i2", "i0"]);
    }

    #[test]
    fn what_the_words_cannot_have_found_is_refused_or_left_out() {
        let engine = engine();
        let search = |rows: &[u32], scores: &[f32]| {
            engine.search(Some(ByWords { rows, scores }), None, &request(json!({}))).map(|reply| reply.items.len())
        };
        for (rows, scores) in [(&[0, 1][..], &[0.5][..]), (&[0], &[f32::NAN]), (&[0], &[2.0]), (&[0], &[-0.1])] {
            assert_eq!(search(rows, scores).unwrap_err().code(), "bad-request");
        }
        assert_eq!(search(&[0, 0, 9, u32::MAX], &[0.5; 4]).unwrap(), 1);
        assert_eq!(search(&[], &[]).unwrap(), 0);
    }
}
