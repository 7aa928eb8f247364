//! Arguments of the commands that read opinions.

use std::path::PathBuf;

use clap::{Args, value_parser};

use super::ModelArgs;

const OPINIONS_EXAMPLES: &str = "\
Examples:
  predilect opinions reviews.jsonl --head sentiment.json -o ratings.jsonl
  predilect build shop.csv --events ratings.jsonl -o shop.predilect

Input is JSON Lines of {\"item\": …, \"text\": …}, with \"user\" and \"time\" where they are known; a review that has a \"rating\"
keeps it. Three stars, and up to two more or less as the head is sure that the text is positive or negative.";

/// `opinions`.
#[derive(Debug, Args)]
#[command(after_help = OPINIONS_EXAMPLES)]
pub struct OpinionsArgs {
    /// Reviews
    pub reviews: PathBuf,
    /// File of a head (`train-head`)
    #[arg(long, value_name = "FILE")]
    pub head: PathBuf,
    /// Its label for good ones
    #[arg(long, value_name = "LABEL", default_value = "pos")]
    pub positive: String,
    /// Its label for bad ones
    #[arg(long, value_name = "LABEL", default_value = "neg")]
    pub negative: String,
    /// Events to write, JSON Lines
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    #[command(flatten)]
    pub model: ModelArgs,
}

const ALERTS_EXAMPLES: &str = "\
Examples:
  predilect alerts news.jsonl --head sentiment.json
  predilect alerts news.csv --head tone.json --negative bad --field company --days 3 --against 30

Records are read as by `build`; they need a date and labels. A tag is watched if it has stories enough; an alert is a share of
negative stories that rose by ten points or more, and by more than chance explains (Fisher's exact test, one-sided; of all
alerts 5 in 100 may be false ones, by Benjamini and Hochberg). Stories that say the same count once.";

/// `alerts`.
#[derive(Debug, Args)]
#[command(after_help = ALERTS_EXAMPLES)]
pub struct AlertsArgs {
    /// Stories, as for `build`
    pub stories: PathBuf,
    /// File of a head (`train-head`)
    #[arg(long, value_name = "FILE")]
    pub head: PathBuf,
    /// Its label for negative stories
    #[arg(long, value_name = "LABEL", default_value = "neg")]
    pub negative: String,
    /// Field whose labels are watched
    #[arg(long, value_name = "FIELD", default_value = "tags")]
    pub field: String,
    /// Days that are lately
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = value_parser!(u16).range(1..))]
    pub days: u16,
    /// Days before those that they are compared with
    #[arg(long, value_name = "N", default_value_t = 28, value_parser = value_parser!(u16).range(1..))]
    pub against: u16,
    /// Stories that a tag needs in either span
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = value_parser!(u32).range(1..))]
    pub least: u32,
    /// The last day [default: of the latest story]
    #[arg(long, value_name = "DATE")]
    pub today: Option<String>,
    /// Show all that is watched, not only alerts
    #[arg(long)]
    pub all: bool,
    #[command(flatten)]
    pub model: ModelArgs,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}
