//! The calls with JSON text in and out, as bindings use them.

use predilect_core::Event;
use predilect_core::event::Millis;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::cursor::{Cursor, Shown};
use crate::{ByMeaning, ByWords, Engine, EngineError, RecommendRequest, SearchRequest, Told};

fn read<T: DeserializeOwned>(call: &'static str, text: &str) -> Result<T, EngineError> {
    serde_json::from_str(text).map_err(|error| EngineError::Request { call, what: error.to_string() })
}

// Once, not in each call: the code that reads a request weighs kilobytes in wasm.
#[inline(never)]
fn searched(call: &'static str, text: &str) -> Result<SearchRequest, EngineError> {
    read(call, text)
}

fn write<T: Serialize>(value: &T) -> Result<String, EngineError> {
    serde_json::to_string(value).map_err(|error| EngineError::Request { call: "reply", what: error.to_string() })
}

impl Engine {
    /// [`Engine::record`] of one event or a list of them.
    ///
    /// # Errors
    /// As the call itself; text that is not such JSON is refused by name.
    pub fn record_json(&mut self, text: &str) -> Result<(), EngineError> {
        // Decided by the first character, so that the message of a bad event names its field.
        let events = if text.trim_start().starts_with('[') {
            read("record", text)?
        } else {
            vec![read::<Event>("record", text)?]
        };
        self.record(events)
    }

    /// [`Engine::recommend`], with a cursor as `next` where the list goes on.
    ///
    /// # Errors
    /// As the call itself; text that is not such JSON is refused by name.
    pub fn recommend_json(&self, text: &str) -> Result<String, EngineError> {
        self.recommend_told_json(text, Told::default())
    }

    /// As [`Engine::recommend_json`], for a request in words of which something is known.
    ///
    /// # Errors
    /// As [`Engine::recommend_json`].
    pub fn recommend_told_json(&self, text: &str, told: Told) -> Result<String, EngineError> {
        self.listed(text, None, Shown::default(), told)
    }

    /// Goes on with a list: [`Engine::page`] from the cursor `after`, by `k` items or as many as before.
    ///
    /// # Errors
    /// [`EngineError::Cursor`] for a text that is no cursor of this catalogue, or as for [`Engine::recommend_json`].
    pub fn more_json(&self, after: &str, k: Option<usize>) -> Result<String, EngineError> {
        self.more_told_json(after, k, Told::default())
    }

    /// As [`Engine::more_json`], for a request in words of which something is known.
    ///
    /// # Errors
    /// As [`Engine::more_json`].
    pub fn more_told_json(&self, after: &str, k: Option<usize>, told: Told) -> Result<String, EngineError> {
        let cursor = Cursor::read(after, &self.catalogue)?;
        self.listed(cursor.request, Some(k.unwrap_or(cursor.k)), cursor.shown, told)
    }

    /// The request of the list that a cursor goes on with, as it came.
    ///
    /// # Errors
    /// [`EngineError::Cursor`].
    pub fn request_of<'a>(&self, after: &'a str) -> Result<&'a str, EngineError> {
        Ok(Cursor::read(after, &self.catalogue)?.request)
    }

    // Once, not in both: each would carry the code that reads a request.
    #[inline(never)]
    fn listed(&self, text: &str, k: Option<usize>, shown: Shown, told: Told) -> Result<String, EngineError> {
        let mut request: RecommendRequest = read("recommend", text)?;
        request.told = told;
        request.k = k.unwrap_or(request.k);
        let (mut reply, shown) = self.page(&request, shown)?;
        reply.next = shown.map(|shown| Cursor { k: request.k, shown, request: text }.write(&self.catalogue));
        write(&reply)
    }

    /// [`Engine::search`].
    ///
    /// # Errors
    /// As the call itself; text that is not such JSON is refused by name.
    pub fn search_json(
        &self,
        words: Option<ByWords<'_>>,
        meaning: Option<ByMeaning<'_>>,
        text: &str,
    ) -> Result<String, EngineError> {
        write(&self.search(words, meaning, &searched("search", text)?)?)
    }

    /// [`Engine::ask`].
    ///
    /// # Errors
    /// As the call itself; text that is not such JSON is refused by name.
    pub fn ask_json(
        &self,
        words: Option<ByWords<'_>>,
        meaning: Option<ByMeaning<'_>>,
        text: &str,
    ) -> Result<String, EngineError> {
        write(&self.ask(words, meaning, &searched("ask", text)?)?)
    }

    /// [`Engine::pool`] and [`Engine::allowed`].
    ///
    /// # Errors
    /// As the call itself; text that is not such JSON is refused by name.
    pub fn allowed_json(&self, text: &str) -> Result<(usize, Vec<u32>), EngineError> {
        let request = searched("search", text)?;
        Ok((Self::pool(request.k), self.allowed(&request)?))
    }

    /// [`Engine::items`] for a list of ids.
    ///
    /// # Errors
    /// As the call itself; text that is not such JSON is refused by name.
    pub fn items_json(&self, text: &str) -> Result<String, EngineError> {
        let ids: Vec<String> = read("items", text)?;
        write(&self.items(&ids)?)
    }

    /// [`Engine::predict_ratings`] for a list of ids.
    ///
    /// # Errors
    /// As the call itself; text that is not such JSON is refused by name.
    pub fn predict_ratings_json(&self, text: &str) -> Result<String, EngineError> {
        let ids: Vec<String> = read("predictRatings", text)?;
        write(&self.predict_ratings(&ids))
    }

    /// [`Engine::topics`].
    ///
    /// # Errors
    /// Only if they cannot be written.
    pub fn topics_json(&self, lang: Option<&str>, examples: usize) -> Result<String, EngineError> {
        write(&self.topics(lang, examples))
    }

    /// [`Engine::profile_reply`].
    ///
    /// # Errors
    /// Only if it cannot be written.
    pub fn profile_json(&self, now: Millis, lang: Option<&str>) -> Result<String, EngineError> {
        write(&self.profile_reply(now, lang))
    }

    /// [`Engine::map`].
    ///
    /// # Errors
    /// Only if it cannot be written.
    pub fn map_json(&self, now: Millis, k: usize, lang: Option<&str>) -> Result<String, EngineError> {
        write(&self.map(now, k, lang))
    }

    /// [`Engine::forget`] of `{"item": id}`, `{"interest": key}`, `{"before": ms}` or `{"all": true}`.
    ///
    /// # Errors
    /// As the call itself; text that is not such JSON is refused by name.
    pub fn forget_json(&mut self, text: &str) -> Result<(), EngineError> {
        self.forget(&read("forget", text)?)
    }

    /// [`Engine::merge`].
    ///
    /// # Errors
    /// As the call itself; text that is not such JSON is refused by name.
    pub fn merge_json(&mut self, text: &str) -> Result<String, EngineError> {
        write(&self.merge(read("merge", text)?)?)
    }

    /// [`Engine::info`].
    ///
    /// # Errors
    /// Only if it cannot be written.
    pub fn info_json(&self) -> Result<String, EngineError> {
        write(&self.info())
    }
}
