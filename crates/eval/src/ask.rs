//! Answers: a question whose paragraph is in the base is to be answered by it, one whose paragraph was left out is to be refused.
//!
//! Data is that of [`crate::search`]. Half of the paragraphs make a base, the others a second one; every question is asked of both,
//! so that it has an answer once. Each base is made twice: of bare paragraphs, and of entries as a service desk has them, with the
//! first question of each paragraph as title; that question is then not asked.

use predilect_core::candidates::mix;
use predilect_engine::{ByMeaning, ByWords, Engine, SearchRequest, Signs};
use predilect_words::Query;
use serde_json::json;

use crate::report::{Row, Table};
use crate::search::{Corpus, Encode, SearchError, chooses, prepare};
use crate::stats::{Mean, mean};

/// How a question is looked for.
const WAYS: [&str; 3] = ["words", "meaning", "both"];
/// What bases are made of.
const BASES: [&str; 2] = ["paragraphs", "entries"];

/// A question asked of a base in one way.
#[derive(Debug, Clone)]
pub struct Case {
    /// Place in [`WAYS`].
    way: usize,
    /// Place in [`BASES`].
    base: usize,
    /// Whether the base has the paragraph.
    here: bool,
    /// Whether what was found first is the paragraph.
    first: bool,
    /// What told how sure that is.
    signs: Option<Signs>,
    /// How sure it was, 0..=1.
    confidence: f64,
    answered: bool,
    /// What is found for questions without an answer, and its spread.
    doubt: [f64; 2],
}

/// Asks all questions of one half of the articles.
///
/// # Errors
/// [`SearchError`].
pub fn ask(
    corpus: &Corpus,
    encoder: &str,
    encode: Encode<'_>,
    validation: bool,
    seed: u64,
) -> Result<Vec<Case>, SearchError> {
    let first = |paragraph: usize| corpus.questions.iter().position(|(_, own, _)| *own == paragraph);
    let asked: Vec<usize> =
        (0..corpus.questions.len()).filter(|&at| chooses(seed, corpus.questions[at].2) == validation).collect();
    let texts: Vec<String> = asked.iter().map(|&at| corpus.questions[at].0.clone()).collect();
    let vectors = encode(&texts).map_err(SearchError::Encode)?;
    let dimension = vectors.len() / texts.len().max(1);
    let mut cases = Vec::new();
    for (half, base) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
        let here = |paragraph: usize| mix(!seed, paragraph as u64) & 1 == half;
        let records = (0..corpus.paragraphs.len()).filter(|&own| here(own)).map(|own| {
            let mut record = json!({"id": format!("p{own}"), "text": corpus.paragraphs[own]});
            if let Some(at) = first(own).filter(|_| base == 1) {
                record["title"] = json!(corpus.questions[at].0);
            }
            record
        });
        let (engine, index) = prepare(records, encoder, encode)?;
        let options = predilect_words::Options { k: Engine::pool(1), ..Default::default() };
        let by_words = |text: &str| -> (Vec<u32>, Vec<f32>) {
            index.search(&Query::question(text, &index), &options, None).iter().map(|hit| (hit.row, hit.score)).unzip()
        };
        engine.probed(engine.probes().iter().map(|text| by_words(text)).collect());
        for (&at, vector) in asked.iter().zip(vectors.chunks(dimension)) {
            let (text, own, _) = &corpus.questions[at];
            if base == 1 && first(*own) == Some(at) {
                continue;
            }
            let (rows, scores) = by_words(text);
            for way in 0..WAYS.len() {
                let words = (way != 1).then_some(ByWords { rows: &rows, scores: &scores });
                let meaning = (way != 0).then_some(ByMeaning { vector, encoder });
                let request = SearchRequest { text: text.clone(), k: 1, filter: Default::default() };
                let judged = engine.judge(words, meaning, &request)?;
                let reply = engine.ask(words, meaning, &request)?;
                let id = format!("p{own}");
                let best = reply.answer.as_ref().or(reply.others.first());
                cases.push(Case {
                    way,
                    base,
                    here: here(*own),
                    first: best.is_some_and(|best| best.id == id),
                    signs: judged.first().map(|(_, signs)| *signs),
                    confidence: best.map_or(0.0, |best| best.confidence),
                    answered: reply.answer.is_some(),
                    doubt: engine.doubt(words.is_some(), meaning.is_some())?,
                });
            }
        }
    }
    Ok(cases)
}

/// What became of the questions of a language.
pub fn table(name: &str, cases: &[Case], validation: bool, seed: u64) -> Table {
    let rows = [0, 1].into_iter().flat_map(|base| (0..WAYS.len()).map(move |way| (base, way))).map(|(base, way)| {
        let own: Vec<&Case> = cases.iter().filter(|case| case.base == base && case.way == way).collect();
        let share = |here: bool, of: fn(&Case) -> bool| {
            let values: Vec<f64> =
                own.iter().filter(|case| case.here == here).map(|case| f64::from(u8::from(of(case)))).collect();
            mean(&values, seed)
        };
        let off: Vec<f64> =
            own.iter().map(|case| (case.confidence - f64::from(u8::from(case.here && case.first))).powi(2)).collect();
        Row {
            name: format!("{}, {}", BASES[base], WAYS[way]),
            cells: vec![
                share(true, |case| case.answered && case.first),
                share(true, |case| case.answered && !case.first),
                share(true, |case| !case.answered),
                share(false, |case| !case.answered),
                share(false, |case| case.answered),
                mean(&off, seed),
            ],
        }
    });
    let count = |base: usize| cases.iter().filter(|case| case.base == base && case.way == 0 && case.here).count();
    let part = if validation { "validation" } else { "test" };
    Table {
        name: format!("answers, {name} ({part}, {} questions of paragraphs, {} of entries)", count(0), count(1)),
        note: "of questions whose paragraph is in the base, and of the same ones where it is left out; Brier: mean squared error of \
            the confidence over both"
            .to_owned(),
        columns: vec!["right", "wrong", "refused", "left out: refused", "left out: answered", "Brier"],
        rows: rows.collect(),
    }
}

/// The weights of the confidence that fit best, by way to look, and the mean of what is found for questions without an answer.
pub fn fitted(cases: &[Case]) -> Table {
    let rows = (0..WAYS.len()).map(|way| {
        let own: Vec<&Case> = cases.iter().filter(|case| case.way == way).collect();
        let signs =
            own.iter().filter_map(|case| Some(([1.0, case.signs?.above, case.signs?.ahead], case.here && case.first)));
        let examples: Vec<([f64; 3], bool)> = signs.collect();
        let average = |at: usize| own.iter().map(|case| case.doubt[at]).sum::<f64>() / own.len().max(1) as f64;
        let mut cells = fit(&examples).to_vec();
        cells.extend([average(0), average(1)]);
        Row { name: WAYS[way].to_owned(), cells: cells.into_iter().map(Mean::exact).collect() }
    });
    Table {
        name: "weights of the confidence".to_owned(),
        note: "logistic regression over both kinds of bases and all languages; mean of the bases' own score of no answer, and spread".to_owned(),
        columns: vec!["constant", "above", "ahead", "usual", "spread"],
        rows: rows.collect(),
    }
}

/// Logistic regression by Newton's method, with a trace of L2 for cases that can be told apart exactly.
fn fit(examples: &[([f64; 3], bool)]) -> [f64; 3] {
    let mut weights = [0.0; 3];
    for _ in 0..30 {
        let mut slope = weights.map(|weight| -1e-3 * weight);
        let mut bend = [[0.0; 3]; 3];
        (0..3).for_each(|i| bend[i][i] = 1e-3);
        for (values, is) in examples {
            let sum: f64 = values.iter().zip(&weights).map(|(value, weight)| value * weight).sum();
            let p = 1.0 / (1.0 + (-sum).exp());
            for i in 0..3 {
                slope[i] += (f64::from(u8::from(*is)) - p) * values[i];
                (0..3).for_each(|j| bend[i][j] += p * (1.0 - p) * values[i] * values[j]);
            }
        }
        let step = solve(bend, slope);
        (0..3).for_each(|i| weights[i] += step[i]);
    }
    weights
}

/// The solution of three equations whose matrix is positive definite.
fn solve(mut left: [[f64; 3]; 3], mut right: [f64; 3]) -> [f64; 3] {
    for i in 0..3 {
        for below in i + 1..3 {
            let times = left[below][i] / left[i][i];
            (i..3).for_each(|j| left[below][j] -= times * left[i][j]);
            right[below] -= times * right[i];
        }
    }
    for i in (0..3).rev() {
        right[i] = (right[i] - (i + 1..3).map(|j| left[i][j] * right[j]).sum::<f64>()) / left[i][i];
    }
    right
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_answered_where_their_paragraph_is() {
        let words =
            ["kettle", "drill", "saddle", "violin", "tractor", "lantern", "anchor", "pillow", "compass", "ladder"];
        let paragraph = |word: &str| {
            format!(
                r#"{{"context": "The {word} of model {word} weighs much. It is made in a town.", "qas": [
                {{"question": "Where is the {word} made?", "id": "", "answers": []}}, {{"question": "What weighs the {word} model?", "id": "", "answers": []}}]}}"#
            )
        };
        let article = |word: &&str| format!(r#"{{"title": "a", "paragraphs": [{}]}}"#, paragraph(word));
        let file = format!(r#"{{"data": [{}]}}"#, words.iter().map(article).collect::<Vec<_>>().join(","));
        let corpus = Corpus::read(file.as_bytes()).expect("a corpus");
        // Vectors that say nothing: words must do.
        let encode = |texts: &[String]| Ok(vec![1.0; 2 * texts.len()]);
        let mut cases = ask(&corpus, "e", &encode, true, 1).expect("asked");
        cases.extend(ask(&corpus, "e", &encode, false, 1).expect("asked"));
        let table = table("en", &cases, true, 1);
        for base in BASES {
            let cell = |column: &str| table.cell(&format!("{base}, words"), column).expect("a cell").value;
            assert!(cell("right") > 0.9 && cell("left out: refused") > 0.9, "{table:?}");
            assert!((cell("right") + cell("wrong") + cell("refused") - 1.0).abs() < 1e-9);
        }
        assert_eq!(fitted(&cases).rows.len(), 3);
    }

    #[test]
    fn the_regression_finds_its_weights() {
        let weights = [-1.0, 2.0, 0.5];
        let mut examples = Vec::new();
        for case in 0..20_000_u64 {
            let draw = |at: u64| (mix(at, case) >> 11) as f64 / (1_u64 << 53) as f64;
            let values = [1.0, 4.0 * draw(1) - 2.0, 4.0 * draw(2) - 2.0];
            let sum: f64 = values.iter().zip(&weights).map(|(value, weight)| value * weight).sum();
            examples.push((values, draw(3) < 1.0 / (1.0 + (-sum).exp())));
        }
        for (found, weight) in fit(&examples).iter().zip(weights) {
            assert!((found - weight).abs() < 0.1, "{found} {weight}");
        }
    }
}
