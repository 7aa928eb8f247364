//! `predilect build`.

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::time::Instant;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use predilect_builder::events::{self, Act, EventReader, LearnOptions, LearnReport};
use predilect_builder::{Builder, BuilderError, Items};
use predilect_core::{Catalogue, CatalogueError, ItemIdx};
use predilect_encoder::{Encoder, EncoderError};
use serde_json::json;

use crate::args::BuildArgs;
use crate::failure::Failure;
use crate::{files, index, model};

/// Reads, cleans, encodes, writes.
pub fn build(args: &BuildArgs) -> Result<(), Failure> {
    // What can fail at once fails before minutes of work.
    let encoder = if args.dry_run {
        None
    } else {
        args.output.as_deref().map_or(Ok(()), files::check_writable)?;
        Some(model::load(&args.model.model)?)
    };
    let before = args.topics_of.as_deref().map(files::read).transpose()?;
    let mut items = read(args)?;
    if let (Some(bytes), Some(path)) = (before, &args.topics_of) {
        items.keep_topics(bytes).map_err(|error| Failure::data(format!("{}: {error}", path.display())))?;
    }
    if !args.json {
        print!("{}", items.report().summary());
    }
    let (Some(encoder), Some(output)) = (encoder, &args.output) else {
        if args.json {
            println!("{}", json!({"report": items.report(), "output": null}));
        }
        return Ok(());
    };

    let started = Instant::now();
    let vectors = encode(&encoder, &items, args)?;
    let seconds = started.elapsed().as_secs_f64();
    let bytes = items.assemble(&vectors, encoder.fingerprint()).map_err(|error| Failure::data(error.to_string()))?;
    let (bytes, learned) = match &args.events {
        Some(path) => learn(path, bytes, args.min_people)?,
        None => (bytes, None),
    };
    let opened = Catalogue::open(bytes).map_err(|error| Failure::data(error.to_string()))?;
    let (found, topics) = (predilect_builder::found(&opened), opened.header().topics);
    let repeats = opened.header().repeats;
    files::write(output, opened.bytes())?;
    let size = opened.bytes().len();
    let words = if args.no_words { None } else { Some(index::write(&opened, &index::beside(output))?) };

    let rate = items.len() as f64 / seconds.max(1e-9);
    if args.json {
        let output = json!({
            "file": output, "bytes": size, "dimension": encoder.dimension(), "fingerprint": encoder.fingerprint(),
            "encodeSeconds": seconds, "textsPerSecond": rate, "topics": topics, "repeats": repeats, "words": words,
        });
        println!("{}", json!({"report": items.report(), "events": learned, "output": output}));
    } else {
        print!("{found}");
        if let Some(learned) = &learned {
            print!("{}", summary(learned));
        }
        println!(
            "{}: {} items, {:.2} MB, encoder {}, {seconds:.1} s of encoding ({rate:.0} texts a second)",
            output.display(),
            items.len(),
            size as f64 / 1e6,
            encoder.fingerprint()
        );
        if let Some(words) = &words {
            println!("{}", index::summary(words));
        }
    }
    Ok(())
}

/// Reads a file of events about the items of a catalogue; says what is left out.
pub fn acts(path: &Path, catalogue: &Catalogue) -> Result<Vec<Vec<Act>>, Failure> {
    let mut reader = EventReader::default();
    files::stream(path, |bytes, _| reader.push(bytes).map_err(failure))?;
    let histories = reader.finish().map_err(|error| Failure::data(format!("{}: {error}", path.display())))?;
    if let Some(first) = &histories.first_bad {
        eprintln!("{}: {} of {} rows left out; {first}", path.display(), histories.bad, histories.read);
    }
    Ok(histories.acts(|id| catalogue.find(id).map(ItemIdx::row)))
}

/// The catalogue with what it learns from a file of events.
fn learn(path: &Path, catalogue: Vec<u8>, min_people: u32) -> Result<(Vec<u8>, Option<LearnReport>), Failure> {
    let data = |error: CatalogueError| Failure::data(error.to_string());
    let opened = Catalogue::open(catalogue).map_err(data)?;
    let options = LearnOptions { min_people, ..LearnOptions::default() };
    let (bytes, report) = events::teach(&opened, &acts(path, &opened)?, &options).map_err(data)?;
    Ok((bytes, Some(report)))
}

/// What was learned, in words.
pub fn summary(report: &LearnReport) -> String {
    format!(
        "{} events of {} people: {} neighbours of {} items, {} links between what goes together, {:.1} bytes an item; {} pairs of items kept, {} that fewer than {} people link left out\n",
        report.events,
        report.people,
        report.neighbours,
        report.items,
        report.together,
        report.bytes_per_item,
        report.pairs_kept,
        report.pairs_dropped,
        report.min_people
    )
}

fn read(args: &BuildArgs) -> Result<Items, Failure> {
    let options = args.mapping.options(&default_name(args));
    let mut builder = Builder::new(options).map_err(failure)?;
    let sizes = args.inputs.iter().map(|path| std::fs::metadata(path).map_or(0, |file| file.len()));
    let bar = bar(args.quiet, sizes.sum(), "reading  {bar:30} {bytes}/{total_bytes} {msg}");
    let mut before = 0;
    for path in &args.inputs {
        if args.inputs.len() > 1 {
            builder.begin(&short_name(path)).map_err(failure)?;
        }
        let mut last = 0;
        files::stream(path, |bytes, so_far| {
            builder.push(bytes).map_err(failure)?;
            last = so_far;
            bar.set_position(before + so_far);
            bar.set_message(format!("{} records", builder.read()));
            Ok(())
        })?;
        before += last;
    }
    bar.finish_and_clear();
    builder.finish().map_err(failure)
}

fn encode(encoder: &Encoder, items: &Items, args: &BuildArgs) -> Result<Vec<f32>, Failure> {
    let texts = items.texts(0..items.len());
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let threads =
        args.threads.map_or_else(|| std::thread::available_parallelism().map_or(1, NonZero::get), usize::from);
    let bar = bar(args.quiet, texts.len() as u64, "encoding {bar:30} {pos}/{len} {per_sec}, {eta} left");
    let progress = |done: usize| {
        bar.set_position(done as u64);
        true
    };
    let vectors = encoder.encode_parallel(&texts, threads, &progress).map_err(|error| match error {
        EncoderError::EmptyText { index } => Failure::data(format!(
            "item \"{}\": nothing of its text can be encoded; give it a title in words or leave it out",
            items.id(index).unwrap_or_default()
        )),
        error => Failure::data(error.to_string()),
    })?;
    bar.finish_and_clear();
    Ok(vectors)
}

fn bar(quiet: bool, length: u64, template: &str) -> ProgressBar {
    let bar = ProgressBar::new(length);
    bar.set_draw_target(if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr_with_hz(8) });
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

fn failure(error: BuilderError) -> Failure {
    match error {
        BuilderError::Options(_) | BuilderError::UnknownField { .. } => Failure::usage(error.to_string()),
        error => Failure::data(error.to_string()),
    }
}

fn short_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// `shop` for `out/shop.predilect`.
fn default_name(args: &BuildArgs) -> String {
    let path: Option<&PathBuf> = args.output.as_ref().or(args.inputs.first());
    path.and_then(|path| path.file_stem())
        .map_or_else(|| "catalogue".to_owned(), |stem| stem.to_string_lossy().into_owned())
}
