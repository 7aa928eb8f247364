//! `predilect eval`.

use std::path::Path;

use predilect_builder::events::LearnOptions;
use predilect_builder::{Builder, Options};
use predilect_core::Catalogue;
use predilect_core::rank::{Signal, Weights};
use predilect_encoder::Encoder;
use predilect_eval::data::Dataset;
use predilect_eval::models::Settings;
use predilect_eval::read;
use predilect_eval::report::{Report, Section, Table, html};
use predilect_eval::run::Outcome;
use predilect_eval::search::{Corpus, SearchOptions, measure};
use predilect_eval::stats::Mean;
use predilect_eval::suite::{SuiteOptions, suite};
use serde_json::{Map, Value, json};

use crate::args::{EvalArgs, EvalAskArgs, EvalReasonsArgs, EvalSearchArgs, EvalStepsArgs, Study};
use crate::failure::Failure;
use crate::table::{number, render, text};
use crate::train::options;
use crate::{answer, files, heads, model};

/// Reads the data, measures, prints.
pub fn eval(args: &EvalArgs) -> Result<(), Failure> {
    match &args.study {
        Some(Study::Heads(args)) => return heads::eval(args),
        Some(Study::Search(args)) => return search(args),
        Some(Study::Steps(args)) => return steps(args),
        Some(Study::Ask(args)) => return ask(args),
        Some(Study::Reasons(args)) => return reasons(args),
        None => {}
    }
    let path = args.data.as_deref().ok_or_else(|| Failure::usage("eval: name the data"))?;
    let mut data = read::read(path).map_err(|error| Failure::data(error.to_string()))?;
    if let Some(path) = &args.texts {
        let mut films = Vec::new();
        files::stream(path, |bytes, _| {
            films.extend_from_slice(bytes);
            Ok(())
        })?;
        let films = String::from_utf8_lossy(&films);
        let matched = read::add_texts(&mut data, &films)
            .map_err(|error| Failure::data(format!("{}: {error}", path.display())))?;
        eprintln!("{matched} items have a text");
    }
    let data = data.with_support(args.min_acts);
    if let Some(path) = &args.items {
        return files::write(path, records(&data).as_bytes());
    }
    let catalogue = args.catalogue.as_deref().map(files::read).transpose()?;
    let learn = learn(args)?;
    let weights = weights(&args.weight)?;
    let (diversity, calibration) = (args.diversity, args.calibration);
    let engine = Settings { diversity, calibration, learn, weights: Some(weights), ..Settings::default() };
    let wanted = SuiteOptions {
        k: args.k,
        seed: args.seed,
        validation: args.validation,
        only: args.protocol.iter().map(|protocol| protocol.name().to_owned()).collect(),
        engine_only: args.engine_only,
        people: args.people as usize,
        ablation: args.ablation,
        engine,
        train: args.train.then(|| options(args.loss, args.seed)),
    };
    let say = |what: &str| {
        if !args.quiet {
            eprintln!("{what}");
        }
    };
    let report = suite(&data, catalogue.as_deref(), &wanted, &say).map_err(|error| Failure::data(error.to_string()))?;
    if let Some(path) = &args.html {
        files::write(path, html(&report).as_bytes())?;
    }
    if args.json {
        println!("{}", serde_json::to_string_pretty(&report).map_err(|error| Failure::data(error.to_string()))?);
    } else {
        print(&report);
    }
    Ok(())
}

/// Measures search, prints.
fn search(args: &EvalSearchArgs) -> Result<(), Failure> {
    let mut options = SearchOptions {
        validation: args.validation,
        weights: Default::default(),
        fusions: args.fusions,
        seed: args.seed,
    };
    for change in &args.weight {
        let refuse = || {
            let known = "saturation, title, title-length, length";
            Failure::usage(format!("--weight {change}: expected NAME=VALUE with a number from 0 on, one of {known}"))
        };
        let (name, value) = change.split_once('=').ok_or_else(refuse)?;
        let weights = &mut options.weights;
        let slot = match name {
            "saturation" => &mut weights.saturation,
            "title" => &mut weights.title,
            "title-length" => &mut weights.length[0],
            "length" => &mut weights.length[1],
            _ => return Err(refuse()),
        };
        *slot = value.parse().ok().filter(|value| *value >= 0.0).ok_or_else(refuse)?;
    }
    let encoder = model::load(&args.model.model)?;
    let encode = encode(&encoder);
    let mut tables = Vec::new();
    for pair in &args.pairs {
        let (asked, items) = pair.split_once('-').unwrap_or((pair, pair));
        let (items, asked) = (corpus(&args.data, items)?, corpus(&args.data, asked)?);
        let table = measure(pair, &items, &asked, encoder.fingerprint(), &encode, &options);
        tables.push(table.map_err(|error| Failure::data(error.to_string()))?);
    }
    show(&tables, args.json)
}

/// Measures answers, prints.
fn ask(args: &EvalAskArgs) -> Result<(), Failure> {
    let encoder = model::load(&args.model.model)?;
    let encode = encode(&encoder);
    let (mut tables, mut all) = (Vec::new(), Vec::new());
    for language in &args.languages {
        let corpus = corpus(&args.data, language)?;
        let cases = predilect_eval::ask::ask(&corpus, encoder.fingerprint(), &encode, args.validation, args.seed)
            .map_err(|error| Failure::data(error.to_string()))?;
        tables.push(predilect_eval::ask::table(language, &cases, args.validation, args.seed));
        all.extend(cases);
    }
    if args.validation {
        tables.push(predilect_eval::ask::fitted(&all));
    }
    show(&tables, args.json)
}

/// Questions and paragraphs of a language.
fn corpus(folder: &Path, language: &str) -> Result<Corpus, Failure> {
    let path = folder.join(format!("xquad.{language}.json"));
    Corpus::read(&files::read(&path)?).map_err(|error| Failure::data(format!("{}: {error}", path.display())))
}

fn encode(encoder: &Encoder) -> impl Fn(&[String]) -> Result<Vec<f32>, String> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    move |texts: &[String]| {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        encoder.encode_parallel(&texts, threads, &|_| true).map_err(|error| error.to_string())
    }
}

/// Measures reasons, prints.
fn reasons(args: &EvalReasonsArgs) -> Result<(), Failure> {
    let mut engine = answer::open(&args.catalogue)?;
    let table = predilect_eval::reasons::measure(&mut engine, args.people, args.seed)
        .map_err(|error| Failure::data(error.to_string()))?;
    show(&[table], args.json)
}

/// Prints tables, or their JSON.
fn show(tables: &[Table], json: bool) -> Result<(), Failure> {
    if json {
        println!("{}", serde_json::to_string_pretty(tables).map_err(|error| Failure::data(error.to_string()))?);
        return Ok(());
    }
    for table in tables {
        println!("\n{}\n{}", table.name, table.note);
        print!("{}", numbers(table));
    }
    Ok(())
}

/// How to learn, from the options.
fn learn(args: &EvalArgs) -> Result<LearnOptions, Failure> {
    let mut learn = LearnOptions { min_people: args.min_people, ..LearnOptions::default() };
    for change in &args.learn {
        let known = "handoff, half-life-steps, half-life-days, ridge, shrink, together";
        let refuse =
            || Failure::usage(format!("--learn {change}: expected NAME=VALUE with a value above 0, one of {known}"));
        let (name, value) = change.split_once('=').ok_or_else(refuse)?;
        let slot = match name {
            "handoff" => &mut learn.handoff,
            "half-life-steps" => &mut learn.half_life_steps,
            "half-life-days" => &mut learn.half_life_days,
            "ridge" => &mut learn.ridge,
            "shrink" => &mut learn.shrink,
            "together" => &mut learn.together,
            _ => return Err(refuse()),
        };
        *slot = value.parse().ok().filter(|value| *value > 0.0).ok_or_else(refuse)?;
    }
    Ok(learn)
}

fn weights(changes: &[String]) -> Result<Weights, Failure> {
    let mut weights = Weights::for_events();
    for change in changes {
        let refuse = || {
            Failure::usage(format!(
                "--weight {change}: expected SIGNAL=WEIGHT, one of {}",
                Signal::ALL.map(Signal::name).join(", ")
            ))
        };
        let (name, weight) = change.split_once('=').ok_or_else(refuse)?;
        let signal = Signal::ALL.into_iter().find(|own| own.name() == name).ok_or_else(refuse)?;
        weights.set(signal, weight.parse().map_err(|_| refuse())?);
    }
    Ok(weights)
}

/// The items as records that `predilect build` reads.
fn records(data: &Dataset) -> String {
    let mut out = String::new();
    for item in &data.items {
        let mut record = Map::new();
        record.insert("id".to_owned(), json!(item.id));
        for (name, value) in [("title", &item.title), ("text", &item.text)] {
            if !value.is_empty() {
                record.insert(name.to_owned(), json!(value));
            }
        }
        if let Some(year) = item.year {
            record.insert("year".to_owned(), json!(year));
        }
        record.insert("tags".to_owned(), json!(item.tags));
        out.push_str(&format!("{}\n", Value::Object(record)));
    }
    out
}

fn print(report: &Report) {
    println!("{}: {} items, {} people, {} acts", report.data, report.items, report.people, report.acts);
    for section in &report.sections {
        let bytes =
            section.bytes_per_item.map_or_else(String::new, |b| format!(", {b:.1} bytes an item besides vectors"));
        let against = section.against.as_ref().map_or_else(String::new, |own| format!("; nDCG less that of {own}"));
        println!("\n{} ({} cases{bytes}{against})", section.name, section.cases);
        print!("{}", outcomes(section));
    }
    for table in &report.tables {
        println!("\n{}\n{}", table.name, table.note);
        print!("{}", numbers(table));
    }
}

fn numbers(table: &Table) -> String {
    let mut columns = vec![text("", 40)];
    table.columns.iter().for_each(|name| columns.extend([number(name), number("±")]));
    let row = |row: &predilect_eval::report::Row| {
        let mut cells = vec![row.name.clone()];
        for cell in &row.cells {
            cells.extend([cell.value, cell.error].map(|value| shown(value, 4)));
        }
        cells
    };
    render(&columns, &table.rows.iter().map(row).collect::<Vec<_>>())
}

/// Nothing where a number is not known.
fn shown(value: f64, digits: usize) -> String {
    if value.is_nan() { String::new() } else { format!("{value:.digits$}") }
}

fn outcomes(section: &Section) -> String {
    let columns = [
        text("model", 30),
        number("nDCG"),
        number("±"),
        number("less"),
        number("±"),
        number("HR"),
        number("±"),
        number("MRR"),
        number("recall"),
        number("MAP"),
        number("AUC"),
        number("cover"),
        number("divers"),
        number("novel"),
        number("KL"),
        number("±"),
        number("popular"),
        number("s"),
    ];
    let row = |o: &Outcome| {
        let mut cells = vec![o.model.clone()];
        let (ndcg, hit) = (o.mean("nDCG"), o.mean("HR"));
        let less = o.difference.map_or(Mean::exact(f64::NAN), |difference| difference.mean);
        let first = [
            ndcg.value,
            ndcg.error,
            less.value,
            less.error,
            hit.value,
            hit.error,
            o.mean("MRR").value,
            o.mean("recall").value,
            o.mean("MAP").value,
        ];
        cells.extend(first.map(|value| shown(value, 4)));
        let l = &o.lists;
        let more = [
            o.mean("AUC").value,
            l.coverage,
            l.diversity,
            l.novelty,
            l.calibration,
            l.calibration_error,
            l.popularity_share,
        ];
        cells.extend(more.map(|value| format!("{value:.3}")));
        cells.push(format!("{:.1}", o.seconds));
        cells
    };
    render(&columns, &section.outcomes.iter().map(row).collect::<Vec<_>>())
}

/// What the steps of vectors cost, on the items of a file.
fn steps(args: &EvalStepsArgs) -> Result<(), Failure> {
    let data = |error: &dyn std::fmt::Display| Failure::data(format!("{}: {error}", args.input.display()));
    let encoder = model::load(&args.model.model)?;
    let mut builder = Builder::new(Options::default()).map_err(|error| data(&error))?;
    files::stream(&args.input, |bytes, _| builder.push(bytes).map_err(|error| data(&error)))?;
    let items = builder.finish().map_err(|error| data(&error))?;
    let vectors = heads::encode(&encoder, &items.texts(0..items.len()))?;
    let bytes = items.assemble(&vectors, encoder.fingerprint()).map_err(|error| data(&error))?;
    let catalogue = Catalogue::open(bytes).map_err(|error| data(&error))?;
    let report = predilect_eval::steps::steps(&catalogue, &vectors).map_err(|error| data(&error))?;
    if args.json {
        println!("{}", json!(report));
        return Ok(());
    }
    let share = |mean: &Mean| format!("{:.1} ± {:.1} %", 100.0 * mean.value, 100.0 * mean.error);
    println!("{} items, {} of them asked for; beside steps as fine as a byte has:", report.items, report.asked);
    println!("  the nearest item is the same    {}", share(&report.nearest));
    println!("  of the ten nearest are the same {}", share(&report.ten));
    println!("  bits a value, at least          {:.2} instead of {:.2}", report.bits[0], report.bits[1]);
    Ok(())
}
