//! The options of the commands that measure: `eval` and `estimate`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::ModelArgs;

const EVAL_EXAMPLES: &str = "\
Examples:
  predilect eval ml-latest-small --texts movies.jsonl.gz --items items.jsonl   write the items as records
  predilect build items.jsonl -o films.predilect --keep-duplicates             encode them once
  predilect eval ml-latest-small --catalogue films.predilect --html report.html
  predilect eval ml-latest-small --catalogue films.predilect --protocol warm --validation
  predilect eval ml-latest-small --catalogue films.predilect --protocol warm --ablation

Data: a folder of MovieLens (100K, 1M, latest) or MIND, a CSV of events (user, item, kind or rating,
time), or a text file of sequences (user item item ...). The engine learns from the training part
only. Choose with --validation; look at the test once.";

/// `eval`.
#[derive(Debug, Args)]
#[command(after_help = EVAL_EXAMPLES, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct EvalArgs {
    /// What else to measure
    #[command(subcommand)]
    pub study: Option<Study>,
    /// Folder or file of the data
    #[arg(required = true)]
    pub data: Option<PathBuf>,
    /// Catalogue with the vectors of the items; without it only baselines are measured
    #[arg(long, value_name = "FILE")]
    pub catalogue: Option<PathBuf>,
    /// Only these protocols; may be repeated [default: all]
    #[arg(long, value_enum, value_name = "NAME")]
    pub protocol: Vec<ProtocolArg>,
    /// Measure on the parts that choices are made on, not on the test
    #[arg(long)]
    pub validation: bool,
    /// Instead of baselines, measure the engine without each of its parts
    #[arg(long, requires = "catalogue")]
    pub ablation: bool,
    /// Measure the engine and popularity only
    #[arg(long)]
    pub engine_only: bool,
    /// Leave out items with fewer acts
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub min_acts: usize,
    /// People who must have turned to two items for them to be neighbours
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub min_people: u32,
    /// Weight of a signal of the ranking, to choose it on validation: interest, known-interest, session, neighbour,
    /// together, alike, facet, popular, trend, fresh, negative, seen; may be repeated
    #[arg(long, value_name = "SIGNAL=WEIGHT")]
    pub weight: Vec<String>,
    /// How a catalogue learns, to choose it on validation: handoff, half-life-steps, half-life-days, ridge, shrink, together;
    /// may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    pub learn: Vec<String>,
    /// Also measure the engine with weights that were trained on what each protocol may learn from
    #[arg(long, requires = "catalogue")]
    pub train: bool,
    /// What the training minimises
    #[arg(long, value_enum, value_name = "NAME", default_value_t = LossArg::CrossEntropy)]
    pub loss: LossArg,
    /// Length of the lists
    #[arg(short, value_name = "N", default_value_t = 10)]
    pub k: usize,
    /// How different the items of a list are to be, 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub diversity: f64,
    /// How far the tags of a list are to follow those of what the person likes, 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub calibration: f64,
    /// Seed of all random choices
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Made-up people of the protocol `drift`
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    pub people: u32,
    /// Texts of films (JSON Lines with title, year, text), matched by title and year
    #[arg(long, value_name = "FILE")]
    pub texts: Option<PathBuf>,
    /// Write the items as records for `predilect build`, and measure nothing
    #[arg(long, value_name = "FILE")]
    pub items: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Also write a page with plots
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Do not say what is being done
    #[arg(short, long)]
    pub quiet: bool,
}

/// What `eval` measures besides recommendations.
#[derive(Debug, Subcommand)]
pub enum Study {
    /// Measure how well heads learn from a few labelled texts, beside logistic regression over words
    Heads(EvalHeadsArgs),
    /// Measure how often a question finds its paragraph, by words, by meaning and by both
    Search(EvalSearchArgs),
    /// Measure what the steps of vectors cost, which are coarse for the sake of bytes on the wire
    Steps(EvalStepsArgs),
    /// Measure how often a question is answered, and refused where nothing answers it
    Ask(EvalAskArgs),
    /// Measure how often an item falls without the event that its reason names
    Reasons(EvalReasonsArgs),
}

/// `eval steps`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  predilect eval steps items.jsonl")]
pub struct EvalStepsArgs {
    /// Records, as for `build`
    pub input: PathBuf,
    #[command(flatten)]
    pub model: ModelArgs,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

const EVAL_HEADS_EXAMPLES: &str = "\
Examples:
  predilect eval heads reviews.jsonl --sizes 8,32,128
  predilect eval heads reviews.jsonl --validation --l2 0.1,1,10      to choose the penalty

Data: JSON Lines of {\"text\": …, \"label\": …}. Examples are drawn from half of the texts; a quarter is for
choices, a quarter for the test.";

/// `eval heads`.
#[derive(Debug, Args)]
#[command(after_help = EVAL_HEADS_EXAMPLES)]
pub struct EvalHeadsArgs {
    /// Labelled texts
    pub labelled: PathBuf,
    #[command(flatten)]
    pub model: ModelArgs,
    /// Labelled examples, of all labels together
    #[arg(long, value_name = "N", value_delimiter = ',', default_value = "8,32,128")]
    pub sizes: Vec<usize>,
    /// Draws of examples at each size
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub seeds: u64,
    /// Texts that are used at most, spread evenly over the file
    #[arg(long, value_name = "N", default_value_t = 4000)]
    pub limit: usize,
    /// Penalty; of several each is measured
    #[arg(long, value_name = "L2", value_delimiter = ',', default_value = "10")]
    pub l2: Vec<f64>,
    /// Penalty of the regression over words [default: the same]
    #[arg(long, value_name = "L2")]
    pub words_l2: Option<f64>,
    /// Measure on the texts that choices are made on, not on those of the test
    #[arg(long)]
    pub validation: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

const EVAL_ASK_EXAMPLES: &str = "\
Examples:
  predilect eval ask xquad
  predilect eval ask xquad --validation                to fit the weights of the confidence

Data: as for `eval search`. Every question is asked where its paragraph is and where it is left out.";

/// `eval ask`.
#[derive(Debug, Args)]
#[command(after_help = EVAL_ASK_EXAMPLES)]
pub struct EvalAskArgs {
    /// Folder with xquad.en.json and xquad.zh.json
    pub data: PathBuf,
    /// Languages
    #[arg(long, value_name = "LANG", value_delimiter = ',', default_value = "en,zh")]
    pub languages: Vec<String>,
    #[command(flatten)]
    pub model: ModelArgs,
    /// Ask the questions that choices are made on, not those of the test, and fit the weights to them
    #[arg(long)]
    pub validation: bool,
    /// Seed of the split and of the errors
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

const EVAL_REASONS_EXAMPLES: &str = "\
Example:
  predilect eval reasons shop.predilect --people 500

Lists are made for made-up people; of each item every event that a reason names is taken away in turn.";

/// `eval reasons`.
#[derive(Debug, Args)]
#[command(after_help = EVAL_REASONS_EXAMPLES)]
pub struct EvalReasonsArgs {
    /// Catalogue file
    pub catalogue: PathBuf,
    /// Made-up people
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub people: u64,
    /// Seed of what they do
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

const TRAIN_HEAD_EXAMPLES: &str = "\
Example:
  predilect train-head reviews.jsonl -o sentiment.json --name sentiment

Input is JSON Lines of {\"text\": …, \"label\": …}. With fewer than four examples of a label the head compares a
text with the mean of each label's, with more it is a logistic regression.";

/// `train-head`.
#[derive(Debug, Args)]
#[command(after_help = TRAIN_HEAD_EXAMPLES)]
pub struct TrainHeadArgs {
    /// Labelled texts
    pub labelled: PathBuf,
    /// Head to write
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Its name
    #[arg(long, default_value = "head")]
    pub name: String,
    #[command(flatten)]
    pub model: ModelArgs,
    /// Penalty of large weights, above 0
    #[arg(long, value_name = "L2", default_value_t = 10.0)]
    pub l2: f64,
}

const CLASSIFY_EXAMPLES: &str = "\
Examples:
  predilect classify --head sentiment.json '好评，物流很快'
  predilect classify --label 'sport=a match or a race' --label 'money=banks and shares' 'The final ended in a draw'";

/// `classify`.
#[derive(Debug, Args)]
#[command(after_help = CLASSIFY_EXAMPLES)]
pub struct ClassifyArgs {
    /// Texts
    #[arg(required = true)]
    pub texts: Vec<String>,
    /// File of a head
    #[arg(long, value_name = "FILE", required_unless_present = "label", conflicts_with = "label")]
    pub head: Option<PathBuf>,
    /// A label and what it means, in place of a head; two or more
    #[arg(long, value_name = "LABEL=DESCRIPTION")]
    pub label: Vec<String>,
    #[command(flatten)]
    pub model: ModelArgs,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

const EVAL_SEARCH_EXAMPLES: &str = "\
Examples:
  predilect eval search xquad                          English, Chinese, and Chinese questions for English text
  predilect eval search xquad --validation --fusions   to choose weights

Data: a folder with files in the form of SQuAD, named *.LANG.json, that are translations of each other.
Half of the articles give the questions for choices, the other half those of the test.";

/// `eval search`.
#[derive(Debug, Args)]
#[command(after_help = EVAL_SEARCH_EXAMPLES)]
pub struct EvalSearchArgs {
    /// Folder with xquad.en.json and xquad.zh.json
    pub data: PathBuf,
    /// Languages of questions and text
    #[arg(long, value_name = "LANG[-LANG]", value_delimiter = ',', default_value = "en,zh,zh-en")]
    pub pairs: Vec<String>,
    #[command(flatten)]
    pub model: ModelArgs,
    /// Measure with the questions that choices are made on, not with those of the test
    #[arg(long)]
    pub validation: bool,
    /// Also measure other ways to put words and meaning together
    #[arg(long, requires = "validation")]
    pub fusions: bool,
    /// Weight of BM25, to choose it on validation: saturation, title, title-length, length; may be repeated
    #[arg(long, value_name = "NAME=VALUE", requires = "validation")]
    pub weight: Vec<String>,
    /// Seed of the split and of the errors
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// A protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProtocolArg {
    /// The last act of each person
    Warm,
    /// What happens after a point in time
    Temporal,
    /// A random fifth of the acts
    Random,
    /// Items nobody has turned to
    ColdItems,
    /// People after their first 0, 1, 3, 5, 10 events
    ColdUsers,
    /// A random fifth of the ratings, in stars
    Rating,
    /// Made-up people whose tastes drift and change, list after list
    Drift,
    /// Events with gaps, out of order or forged, one dislike, another's past
    Robust,
}

impl ProtocolArg {
    /// The suite's name for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Warm => "warm",
            Self::Temporal => "temporal",
            Self::Random => "random",
            Self::ColdItems => "cold-items",
            Self::ColdUsers => "cold-users",
            Self::Rating => "rating",
            Self::Drift => "drift",
            Self::Robust => "robust",
        }
    }
}

const ESTIMATE_EXAMPLES: &str = "\
Examples:
  predilect estimate reports.jsonl                      how many people like which topic, and how sure that is
  predilect estimate --simulate 10000 --topics 16       how large the error of 10,000 reports would be

A report says little about its person, so that only the counts of many mean something: the error of a count
grows with the square root of the number of reports. Counts can come out below 0; they are right on average.";

/// `estimate`.
#[derive(Debug, Args)]
#[command(after_help = ESTIMATE_EXAMPLES)]
pub struct EstimateArgs {
    /// Reports as JSON Lines, `-` for standard input, plain or gzipped
    #[arg(required_unless_present = "simulate", value_name = "REPORTS")]
    pub reports: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Draw the reports of so many people by chance instead, many times, and compare the error with the theory
    #[arg(long, value_name = "PEOPLE", conflicts_with = "reports", value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    pub simulate: Option<u32>,
    /// Topics of the simulation
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u32).range(2..=64))]
    pub topics: u32,
    /// Privacy loss of a report in the simulation
    #[arg(long, default_value_t = 1.0)]
    pub epsilon: f64,
    /// How often it is repeated
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(2..=100_000))]
    pub trials: u32,
    /// Seed of its chance
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
}

const TRAIN_EXAMPLES: &str = "\
Examples:
  predilect train shop.predilect --events events.csv -o shop.predilect
  predilect train shop.predilect --events events.csv --dry-run            only say what it would bring

Acts that the catalogue has not learned from are questions; weights are fitted so that what people did turn to
stands first, and judged on other people. Weights that are no better than the usual ones are not used.";

/// `train`.
#[derive(Debug, Args)]
#[command(after_help = TRAIN_EXAMPLES)]
pub struct TrainArgs {
    /// Catalogue file
    pub catalogue: PathBuf,
    /// Events of many people (user, item, kind or rating, time)
    #[arg(long, value_name = "FILE")]
    pub events: PathBuf,
    /// Catalogue file to write; may be the one that is read
    #[arg(short, long, value_name = "FILE", required_unless_present = "dry_run")]
    pub output: Option<PathBuf>,
    /// Train and report only; write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// What is minimised
    #[arg(long, value_enum, value_name = "NAME", default_value_t = LossArg::CrossEntropy)]
    pub loss: LossArg,
    /// People who must have turned to two items for the catalogue to tell that they belong together
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub min_people: u32,
    /// Seed of all random choices
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
    /// Do not say what is being done
    #[arg(short, long)]
    pub quiet: bool,
}

/// A loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LossArg {
    /// Softmax over all candidates of a list
    CrossEntropy,
    /// Logistic over pairs of candidates
    Pairwise,
    /// Squared error of the difference of pairs
    Squared,
}
