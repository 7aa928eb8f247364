//! `predilect train-head`, `predilect classify` and `predilect eval heads`.

use std::path::Path;

use predilect_encoder::Encoder;
use predilect_eval::heads::{HeadsOptions, Labelled, measure};
use predilect_heads::{FitOptions, Head, HeadError, train};
use serde::Deserialize;
use serde_json::json;

use crate::args::{ClassifyArgs, EvalHeadsArgs, TrainHeadArgs};
use crate::failure::Failure;
use crate::table::{number, render, text};
use crate::{files, model};

/// A line of a file of labelled texts.
#[derive(Deserialize)]
struct Line {
    text: String,
    label: String,
}

struct Lines {
    texts: Vec<String>,
    classes: Vec<usize>,
    /// In alphabetical order.
    labels: Vec<String>,
}

/// Trains a head on labelled texts and writes it.
pub fn train_head(args: &TrainHeadArgs) -> Result<(), Failure> {
    files::check_writable(&args.output)?;
    let lines = read(&args.labelled)?;
    let encoder = model::load(&args.model.model)?;
    let vectors = encode(&encoder, &lines.texts)?;
    let options = FitOptions { l2: args.l2, ..FitOptions::default() };
    let head = train(&args.name, encoder.fingerprint(), &lines.labels, &vectors, &lines.classes, &options);
    let head = head.map_err(failure)?;
    let file = head.to_json();
    files::write(&args.output, file.as_bytes())?;
    println!(
        "{}: head \"{}\" of {} labels ({}) from {} examples, {} bytes, encoder {}",
        args.output.display(),
        head.name,
        head.labels.len(),
        head.labels.join(", "),
        head.examples,
        file.len(),
        head.encoder
    );
    Ok(())
}

/// Says what a head makes of texts.
pub fn classify(args: &ClassifyArgs) -> Result<(), Failure> {
    let encoder = model::load(&args.model.model)?;
    let head = match &args.head {
        Some(path) => head(path)?,
        None => {
            let pair = |given: &String| {
                let pair = given.split_once('=').filter(|(label, text)| !label.is_empty() && !text.is_empty());
                let pair =
                    pair.ok_or_else(|| Failure::usage(format!("--label {given}: expected LABEL=DESCRIPTION")))?;
                Ok((pair.0.to_owned(), pair.1.to_owned()))
            };
            let pairs: Vec<(String, String)> = args.label.iter().map(pair).collect::<Result<_, Failure>>()?;
            let (labels, texts): (Vec<String>, Vec<String>) = pairs.into_iter().unzip();
            let vectors = encode(&encoder, &texts)?;
            let classes: Vec<usize> = (0..labels.len()).collect();
            Head::prototypes("described", encoder.fingerprint(), &labels, &vectors, &classes, 0).map_err(failure)?
        }
    };
    let answers = head.classify(&encode(&encoder, &args.texts)?, encoder.fingerprint()).map_err(failure)?;
    if args.json {
        println!("{}", serde_json::to_string(&answers).map_err(|error| Failure::data(error.to_string()))?);
        return Ok(());
    }
    let rows: Vec<Vec<String>> = (answers.iter().zip(&args.texts))
        .map(|(answer, text)| vec![answer.label.clone(), format!("{:.3}", answer.confidence), text.clone()])
        .collect();
    print!("{}", render(&[text("label", 30), number("sure"), text("text", 80)], &rows));
    Ok(())
}

/// Reads a head.
pub fn head(path: &Path) -> Result<Head, Failure> {
    let head = Head::from_json(&String::from_utf8_lossy(&files::read(path)?));
    head.map_err(|error| Failure::data(format!("{}: {error}", path.display())))
}

/// Measures heads on held-out labelled texts.
pub fn eval(args: &EvalHeadsArgs) -> Result<(), Failure> {
    let lines = read(&args.labelled)?.spread(args.limit);
    let encoder = model::load(&args.model.model)?;
    let vectors = encode(&encoder, &lines.texts)?;
    let data = Labelled { texts: &lines.texts, classes: &lines.classes, labels: &lines.labels, vectors: &vectors };
    let mut all = Vec::new();
    for &l2 in &args.l2 {
        let words = args.words_l2.unwrap_or(l2);
        let options =
            HeadsOptions { sizes: args.sizes.clone(), seeds: args.seeds, validation: args.validation, l2: [l2, words] };
        all.extend(measure(&data, &options).map_err(failure)?.into_iter().map(|row| (l2, row)));
    }
    if args.json {
        let rows: Vec<_> = all.iter().map(|(l2, row)| json!({"l2": l2, "row": row})).collect();
        println!("{}", json!({"texts": lines.texts.len(), "labels": lines.labels, "rows": rows}));
        return Ok(());
    }
    let row = |(l2, row): &(f64, predilect_eval::heads::HeadsRow)| {
        let (mean, error) = (row.accuracy.value, row.accuracy.error);
        vec![
            row.examples.to_string(),
            row.method.to_owned(),
            format!("{l2}"),
            format!("{mean:.3}"),
            format!("{error:.3}"),
        ]
    };
    let rows: Vec<Vec<String>> = all.iter().map(row).collect();
    let columns = [number("examples"), text("method", 10), number("l2"), number("accuracy"), number("sd of draws")];
    println!("{} texts, labels {}", lines.texts.len(), lines.labels.join(", "));
    print!("{}", render(&columns, &rows));
    Ok(())
}

impl Lines {
    /// At most so many of them, evenly.
    fn spread(self, limit: usize) -> Self {
        let count = self.texts.len();
        if count <= limit {
            return self;
        }
        let kept = |at: &usize| at * limit / count != (at + 1) * limit / count;
        let (texts, classes) = (self.texts.into_iter().enumerate(), &self.classes);
        let texts = texts.filter(|(at, _)| kept(at)).map(|(_, text)| text).collect();
        let classes = (0..count).filter(kept).map(|at| classes[at]).collect();
        Self { texts, classes, labels: self.labels }
    }
}

fn read(path: &Path) -> Result<Lines, Failure> {
    let mut bytes = Vec::new();
    files::stream(path, |piece, _| {
        bytes.extend_from_slice(piece);
        Ok(())
    })?;
    let mut lines: Vec<Line> = Vec::new();
    for (at, line) in String::from_utf8_lossy(&bytes).lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let read: Line = serde_json::from_str(line).map_err(|error| {
            let line = at + 1;
            Failure::data(format!("{}, line {line}: {error}; expected {{\"text\": …, \"label\": …}}", path.display()))
        })?;
        lines.push(read);
    }
    let mut labels: Vec<String> = lines.iter().map(|line| line.label.clone()).collect();
    labels.sort();
    labels.dedup();
    let class = |line: &Line| labels.iter().position(|label| *label == line.label).unwrap_or(0);
    let classes = lines.iter().map(class).collect();
    Ok(Lines { classes, texts: lines.into_iter().map(|line| line.text).collect(), labels })
}

/// The vectors of texts, on all cores.
pub fn encode(encoder: &Encoder, texts: &[String]) -> Result<Vec<f32>, Failure> {
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    encoder.encode_parallel(&texts, threads, &|_| true).map_err(|error| Failure::data(error.to_string()))
}

/// An error of a head, as the command line's.
pub fn failure(error: HeadError) -> Failure {
    Failure::data(error.to_string())
}
