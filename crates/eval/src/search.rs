//! Search: a question is to find the paragraph that answers it, by words, by meaning, and by both.
//!
//! Data is that of SQuAD and XQuAD (Artetxe et al., On the cross-lingual transferability of monolingual representations, 2020): articles with
//! paragraphs, paragraphs with questions. All paragraphs of a file are the items, half of the articles give the questions
//! that choices are made on, the other half those of the test.

use predilect_builder::{Builder, BuilderError, Options};
use predilect_core::candidates::mix;
use predilect_core::{Catalogue, CatalogueError};
use predilect_engine::{ByMeaning, ByWords, Engine, EngineError, Reply, SearchRequest};
use predilect_words::{Index, Query, Weights, WordsError};
use serde::Deserialize;
use serde_json::{Value, json};
use thiserror::Error;

use crate::report::{Row, Table};
use crate::stats::{mean, paired};

/// Length of the lists.
const K: usize = 10;
/// What the ranks of a fusion by ranks are added to (Cormack, Clarke and Büttcher, Reciprocal rank fusion, 2009).
const RANK: f64 = 60.0;

/// Why it cannot be measured.
#[derive(Debug, Error)]
pub enum SearchError {
    /// The file is not of that form.
    #[error("not a file of questions: {0}; expected data > paragraphs > qas as XQuAD has them")]
    Form(#[from] serde_json::Error),
    /// The paragraphs make no catalogue.
    #[error(transparent)]
    Build(#[from] BuilderError),
    /// The catalogue cannot be opened.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// Its index of words cannot be opened.
    #[error(transparent)]
    Words(#[from] WordsError),
    /// The engine refuses a question.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A text cannot be encoded.
    #[error("{0}")]
    Encode(String),
    /// Two files that are to be translations of each other are not.
    #[error("the files have {0} and {1} questions; give translations of the same questions")]
    Different(usize, usize),
}

/// Paragraphs, and questions that each is the answer to.
#[derive(Debug)]
pub struct Corpus {
    /// The paragraphs.
    pub paragraphs: Vec<String>,
    /// Each with the number of its paragraph and of its article.
    pub questions: Vec<(String, usize, usize)>,
}

#[derive(Deserialize)]
struct File {
    data: Vec<Article>,
}

#[derive(Deserialize)]
struct Article {
    paragraphs: Vec<Paragraph>,
}

#[derive(Deserialize)]
struct Paragraph {
    context: String,
    qas: Vec<Question>,
}

#[derive(Deserialize)]
struct Question {
    question: String,
}

impl Corpus {
    /// Reads a file in the form of SQuAD.
    ///
    /// # Errors
    /// [`SearchError::Form`].
    pub fn read(bytes: &[u8]) -> Result<Self, SearchError> {
        let file: File = serde_json::from_slice(bytes)?;
        let mut corpus = Self { paragraphs: Vec::new(), questions: Vec::new() };
        for (article, Article { paragraphs }) in file.data.into_iter().enumerate() {
            for Paragraph { context, qas } in paragraphs {
                let own = corpus.paragraphs.len();
                corpus.questions.extend(qas.into_iter().map(|qa| (qa.question, own, article)));
                corpus.paragraphs.push(context);
            }
        }
        Ok(corpus)
    }
}

/// Texts to vectors, one after the other.
pub type Encode<'a> = &'a dyn Fn(&[String]) -> Result<Vec<f32>, String>;

/// What is measured, and how.
#[derive(Debug, Clone, Copy)]
pub struct SearchOptions {
    /// With the questions that choices are made on.
    pub validation: bool,
    /// How words are weighed.
    pub weights: Weights,
    /// Also measure other ways to put both together.
    pub fusions: bool,
    /// Seed of the split and of the errors.
    pub seed: u64,
}

/// Measures questions of one file against the paragraphs of another, which is its translation, or the same.
///
/// # Errors
/// [`SearchError`].
pub fn measure(
    name: &str,
    items: &Corpus,
    asked: &Corpus,
    encoder: &str,
    encode: Encode<'_>,
    options: &SearchOptions,
) -> Result<Table, SearchError> {
    if items.questions.len() != asked.questions.len() {
        return Err(SearchError::Different(items.questions.len(), asked.questions.len()));
    }
    let paragraphs = items.paragraphs.iter().enumerate();
    let (engine, index) =
        prepare(paragraphs.map(|(at, text)| json!({"id": format!("p{at}"), "text": text})), encoder, encode)?;
    let chosen: Vec<&(String, usize, usize)> =
        asked.questions.iter().filter(|(.., article)| chooses(options.seed, *article) == options.validation).collect();
    let texts: Vec<String> = chosen.iter().map(|(text, ..)| text.clone()).collect();
    let vectors = encode(&texts).map_err(SearchError::Encode)?;
    let dimension = engine.catalogue().header().dimension;

    let mut systems: Vec<(String, Vec<usize>)> = Vec::new();
    let mut note = |system: &str, rank: usize| match systems.iter_mut().find(|(own, _)| own == system) {
        Some((_, ranks)) => ranks.push(rank),
        None => systems.push((system.to_owned(), vec![rank])),
    };
    for ((text, paragraph, _), vector) in chosen.iter().zip(vectors.chunks(dimension)) {
        let id = format!("p{paragraph}");
        let request = |k| SearchRequest { text: text.clone(), k, filter: Default::default() };
        let search = predilect_words::Options { k: Engine::pool(K), weights: options.weights };
        let hits = index.search(&Query::new(text, &index, false), &search, None);
        let (rows, scores): (Vec<u32>, Vec<f32>) = hits.iter().map(|hit| (hit.row, hit.score)).unzip();
        let words = Some(ByWords { rows: &rows, scores: &scores });
        let meaning = Some(ByMeaning { vector, encoder });
        let by_words = engine.search(words, None, &request(Engine::pool(K)))?;
        let by_meaning = engine.search(None, meaning, &request(Engine::pool(K)))?;
        note("words (BM25)", place(&by_words, &id));
        note("meaning (vectors)", place(&by_meaning, &id));
        note("both", place(&engine.search(words, meaning, &request(K))?, &id));
        if options.fusions {
            for (system, rank) in others(&engine, &by_words, &by_meaning, vector, &id) {
                note(&system, rank);
            }
        }
    }
    let rows = systems.iter().map(|(system, ranks)| row(system, ranks, &systems, options.seed));
    let part = if options.validation { "validation" } else { "test" };
    Ok(Table {
        name: format!("search, {name} ({part}, {} questions, {} paragraphs)", chosen.len(), items.paragraphs.len()),
        note: "share of questions whose paragraph is first; mean of 1/its place, 0 behind the tenth; and `both` less the system, question by question".to_owned(),
        columns: vec!["accuracy@1", "MRR@10", "both less it", "p"],
        rows: rows.collect(),
    })
}

/// The engine and the index of words over records.
pub(crate) fn prepare(
    records: impl IntoIterator<Item = Value>,
    encoder: &str,
    encode: Encode<'_>,
) -> Result<(Engine, Index), SearchError> {
    let mut builder = Builder::new(Options { max_chars: 10_000, keep_duplicates: true, ..Options::default() })?;
    for record in records {
        builder.push(format!("{record}\n").as_bytes())?;
    }
    let built = builder.finish()?;
    let vectors = encode(&built.texts(0..built.len())).map_err(SearchError::Encode)?;
    let catalogue = Catalogue::open(built.assemble(&vectors, encoder)?)?;
    let index = Index::open(predilect_builder::words(&catalogue)?, catalogue.content())?;
    Ok((Engine::open(catalogue.into_bytes())?, index))
}

/// Whether the questions of an article are those that choices are made on.
pub(crate) fn chooses(seed: u64, article: usize) -> bool {
    mix(seed, article as u64) & 1 == 0
}

/// The place of an item in a list, from 1; 0 where it is not.
fn place(reply: &Reply, id: &str) -> usize {
    reply.items.iter().position(|item| item.id == id).map_or(0, |at| at + 1)
}

/// Other ways to put both together: by ranks, by weighed scores, by scores stretched to what each list spans.
fn others(engine: &Engine, words: &Reply, meaning: &Reply, vector: &[f32], id: &str) -> Vec<(String, usize)> {
    let Ok(unit) = predilect_core::UnitVector::new(vector) else { return Vec::new() };
    let query = engine.catalogue().project(&unit);
    let mut ids: Vec<&str> = words.items.iter().chain(&meaning.items).map(|item| item.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    let rank = |reply: &Reply, id: &str| match place(reply, id) {
        0 => 0.0,
        place => 1.0 / (RANK + place as f64),
    };
    let score = |id: &str| words.items.iter().find(|item| item.id == id).map_or(0.0, |item| item.score);
    let affinity = |id: &str| {
        let item = engine.catalogue().find(id);
        item.map_or(0.0, |item| engine.catalogue().affinity(engine.catalogue().similarity(&query, item)))
    };
    let best_word = words.items.first().map_or(1.0, |item| item.score);
    let best_affinity = ids.iter().map(|id| affinity(id)).fold(1e-9, f64::max);
    let best = |score: &dyn Fn(&str) -> f64| {
        let own = score(id);
        let ahead = ids.iter().filter(|other| score(other) > own).count();
        if ids.contains(&id) { ahead + 1 } else { 0 }
    };
    let mut out = vec![("both, by ranks".to_owned(), best(&|id| rank(words, id) + rank(meaning, id)))];
    for percent in [20, 30, 35, 40, 45, 50, 55, 60, 65, 70, 80] {
        let w = f64::from(percent) / 100.0;
        out.push((format!("both, words {percent} of 100"), best(&|id| w * score(id) + (1.0 - w) * affinity(id))));
        out.push((
            format!("both, words {percent} of 100, stretched"),
            best(&|id| w * score(id) / best_word + (1.0 - w) * affinity(id) / best_affinity),
        ));
    }
    out
}

fn reciprocal(ranks: &[usize]) -> Vec<f64> {
    ranks.iter().map(|&rank| if (1..=K).contains(&rank) { 1.0 / rank as f64 } else { 0.0 }).collect()
}

fn row(system: &str, ranks: &[usize], systems: &[(String, Vec<usize>)], seed: u64) -> Row {
    let first: Vec<f64> = ranks.iter().map(|&rank| f64::from(u8::from(rank == 1))).collect();
    let own = reciprocal(ranks);
    let both = systems.iter().find(|(name, _)| name == "both").map_or_else(Vec::new, |(_, ranks)| reciprocal(ranks));
    let difference = paired(&both, &own, seed);
    let p = crate::stats::Mean::exact(difference.p);
    Row { name: system.to_owned(), cells: vec![mean(&first, seed), mean(&own, seed), difference.mean, p] }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"{"version": "1", "data": [
        {"title": "a", "paragraphs": [{"context": "The kettle boils water for tea.", "qas": [{"question": "What boils water?", "id": "1", "answers": []}]}]},
        {"title": "b", "paragraphs": [{"context": "A drill makes holes.", "qas": [{"question": "What makes holes?", "id": "2", "answers": []}]}]}]}"#;

    #[test]
    fn a_question_finds_its_paragraph() {
        let corpus = Corpus::read(FILE.as_bytes()).unwrap();
        assert_eq!((corpus.paragraphs.len(), corpus.questions.len()), (2, 2));
        // Vectors that say nothing: words must do.
        let encode = |texts: &[String]| Ok(vec![1.0; 2 * texts.len()]);
        let mut asked = 0;
        for validation in [true, false] {
            for seed in 0..4 {
                let options = SearchOptions { validation, weights: Weights::default(), fusions: true, seed };
                let table = measure("en", &corpus, &corpus, "e", &encode, &options).unwrap();
                if let Some(first) = table.cell("words (BM25)", "accuracy@1") {
                    assert_eq!(first.value, 1.0);
                    asked += 1;
                }
            }
        }
        assert!(asked >= 4);
    }

    #[test]
    fn what_is_no_such_file_is_refused() {
        assert!(matches!(Corpus::read(b"[]"), Err(SearchError::Form(_))));
    }
}
