//! `predilect train`.

use predilect_builder::events::{LearnOptions, teach};
use predilect_core::{Catalogue, CatalogueError};
use predilect_eval::data::{Dataset, Item};
use predilect_eval::models::Settings;
use predilect_eval::train::{Loss, TrainOptions, TrainReport, train as fit};
use serde_json::json;

use crate::args::{LossArg, TrainArgs};
use crate::build::{acts, summary};
use crate::failure::Failure;
use crate::files;
use crate::table::{number, render, text};

/// Trains, learns from all events, writes.
pub fn train(args: &TrainArgs) -> Result<(), Failure> {
    args.output.as_deref().map_or(Ok(()), files::check_writable)?;
    let data = |error: CatalogueError| Failure::data(error.to_string());
    let catalogue = Catalogue::open(files::read(&args.catalogue)?).map_err(data)?;
    let people = acts(&args.events, &catalogue)?;
    let item = |row| Item { id: catalogue.id(row).to_owned(), ..Item::default() };
    let set = Dataset { name: String::new(), items: catalogue.items().map(item).collect(), people };
    let learn = LearnOptions { min_people: args.min_people, ..LearnOptions::default() };
    let settings = Settings { learn, ..Settings::default() };
    let say = |what: &str| {
        if !args.quiet {
            eprintln!("{what}");
        }
    };
    let trained = fit(&set, catalogue.bytes(), &settings, &options(args.loss, args.seed), &say)
        .map_err(|error| Failure::data(error.to_string()))?
        .ok_or_else(|| Failure::data(format!("{}: too few events to train on", args.events.display())))?;
    let better = trained.is_better();
    let mut learn = settings.learn;
    learn.weights = Some(trained.weights.clone()).filter(|_| better);
    let (bytes, learned) = teach(&catalogue, &set.people, &learn).map_err(data)?;
    if let Some(path) = &args.output {
        files::write(path, &bytes)?;
    }
    if args.json {
        println!("{}", json!({"training": trained, "used": better, "events": learned, "output": args.output}));
    } else {
        print!("{}{}", report(&trained), summary(&learned));
        println!(
            "{}",
            if better { "The trained weights are used." } else { "No better than the usual weights, which stay." }
        );
    }
    Ok(())
}

/// How to train, from the options.
pub fn options(loss: LossArg, seed: u64) -> TrainOptions {
    let loss = match loss {
        LossArg::CrossEntropy => Loss::CrossEntropy,
        LossArg::Pairwise => Loss::Pairwise,
        LossArg::Squared => Loss::Squared,
    };
    TrainOptions { loss, seed, ..TrainOptions::default() }
}

fn report(trained: &TrainReport) -> String {
    let shown = |value: f64| format!("{value:.4}");
    let row = |(before, after): (&(&str, predilect_eval::stats::Mean), &(&str, predilect_eval::stats::Mean))| {
        vec![before.0.to_owned(), shown(before.1.value), shown(after.1.value), shown(after.1.error)]
    };
    let columns = [text("questions", 20), number("usual"), number("trained"), number("±")];
    let rows: Vec<Vec<String>> = trained.before.iter().zip(&trained.after).map(row).collect();
    format!(
        "{} questions, {} of other people to judge by (nDCG@10), {} whose answer is no candidate\n{}all: {:+.4} ± {:.4}, l2 {}\n",
        trained.questions,
        trained.held,
        trained.missed,
        render(&columns, &rows),
        trained.gain.value,
        trained.gain.error,
        trained.l2
    )
}
