//! `predilect`: builds catalogues and answers from them with the engine that runs in the page.
//!
//! Exit codes: 0 done, 1 the data or a file is not usable, 2 the command line is not.

mod answer;
mod args;
mod build;
mod compare;
mod estimate;
mod eval;
mod failure;
mod files;
mod heads;
mod index;
mod inspect;
mod look;
mod model;
mod opinions;
mod table;
mod train;

use std::process::ExitCode;

use clap::Parser;

use args::{Command, Predilect};

fn main() -> ExitCode {
    let command = Predilect::parse().command;
    let outcome = match command {
        Command::Build(args) => build::build(&args),
        Command::Index(args) => index::index(&args),
        Command::Train(args) => train::train(&args),
        Command::TrainHead(args) => heads::train_head(&args),
        Command::Classify(args) => heads::classify(&args),
        Command::Opinions(args) => opinions::opinions(&args),
        Command::Alerts(args) => opinions::alerts(&args),
        Command::Inspect(args) => inspect::inspect(&args),
        Command::Recommend(args) => answer::recommend(&args),
        Command::Similar(args) => answer::similar(&args),
        Command::Search(args) => answer::search(&args),
        Command::Ask(args) => answer::ask(&args),
        Command::Eval(args) => eval::eval(&args),
        Command::Estimate(args) => estimate::estimate(&args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("predilect: {failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}
