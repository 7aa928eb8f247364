//! The command line.

mod answer;
mod opinions;
mod study;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use predilect_builder::{Format, Options};

pub use answer::{AskArgs, ByArg, ListArgs, LookArgs, RecommendArgs, SearchArgs, SimilarArgs, SurfaceArg};
pub use opinions::{AlertsArgs, OpinionsArgs};
pub use study::{
    ClassifyArgs, EstimateArgs, EvalArgs, EvalAskArgs, EvalHeadsArgs, EvalReasonsArgs, EvalSearchArgs, EvalStepsArgs,
    LossArg, Study, TrainArgs, TrainHeadArgs,
};

/// Build catalogues of items for recommendations in the browser, and try them out.
///
/// A catalogue is one file: cleaned items, their vectors, and what filters need. A page fetches it and recommends from
/// it without any server. The commands that answer use the engine that runs in the page.
#[derive(Debug, Parser)]
#[command(name = "predilect", version, arg_required_else_help = true, max_term_width = 100)]
pub struct Predilect {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read records, clean and encode them, write a catalogue
    Build(Box<BuildArgs>),
    /// Write the index of words of a catalogue, as `build` does
    Index(IndexArgs),
    /// Learn from events what counts in the ranking, and write a catalogue that knows it
    Train(TrainArgs),
    /// Learn to tell labels apart from a few labelled texts, and write a head
    TrainHead(TrainHeadArgs),
    /// Say which label texts have, by a head or by descriptions of the labels
    Classify(ClassifyArgs),
    /// Turn reviews into ratings by a head that tells good from bad, as events that `build` learns from
    Opinions(OpinionsArgs),
    /// Tell of which tags more stories are negative lately than before
    Alerts(AlertsArgs),
    /// Show what is in a catalogue
    Inspect(InspectArgs),
    /// Recommend items for likes, dislikes and purchases
    Recommend(Box<RecommendArgs>),
    /// Show the items most similar to one
    Similar(SimilarArgs),
    /// Find items by words and by the meaning of a text, in any language the encoder knows
    Search(SearchArgs),
    /// Answer a question from a catalogue of questions and answers, or say that nothing answers it
    Ask(AskArgs),
    /// Measure recommendations on data whose answers are known, beside baselines
    Eval(Box<EvalArgs>),
    /// Count what many people like from the randomised reports of `aggregate()`
    Estimate(EstimateArgs),
}

const BUILD_EXAMPLES: &str = "\
Examples:
  predilect build items.jsonl -o shop.predilect
  predilect build books.csv -o books.predilect --title Name --tags Genres --fields price,year
  gzip -dc movies.jsonl.gz | predilect build - -o movies.predilect --encode-also cast
  predilect build items.jsonl -o shop.predilect --events events.csv   learn from what people did
  predilect build items.jsonl --dry-run        only read, clean and report; needs no encoder

Input is JSON Lines, a JSON array, or CSV/TSV with a header row, in UTF-8, plain or gzipped.
Without mapping options the usual names are found by themselves: id, title or name, text or
description or summary, tags or genres or keywords, category, date, popularity, lang. All other
fields are kept for filters and pages; --fields and --drop choose.";

/// `build`.
#[derive(Debug, Args)]
#[command(after_help = BUILD_EXAMPLES)]
pub struct BuildArgs {
    /// Files to read, `-` for standard input; ids must differ over all of them
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,
    /// Catalogue file to write
    #[arg(short, long, value_name = "FILE", required_unless_present = "dry_run")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub model: ModelArgs,
    #[command(flatten)]
    pub mapping: MappingArgs,
    /// Events of many people (user, item, kind or rating, time) to learn popularity, trends and neighbours from
    #[arg(long, value_name = "FILE")]
    pub events: Option<PathBuf>,
    /// People who must have turned to two items for the catalogue to tell that they belong together
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub min_people: u32,
    /// Keep the topics of this earlier catalogue and their names, where half of the items have the title, text, tags and category
    /// that they had; new items join them
    #[arg(long, value_name = "CATALOGUE")]
    pub topics_of: Option<PathBuf>,
    /// Write no index of words beside the catalogue (shop.words beside shop.predilect)
    #[arg(long)]
    pub no_words: bool,
    /// Read, clean and report only; write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
    /// Threads that encode [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Show no progress
    #[arg(short, long)]
    pub quiet: bool,
}

/// Which encoder.
#[derive(Debug, Args)]
pub struct ModelArgs {
    /// Folder of the encoder: manifest.json, model.onnx, tokenizer.json
    #[arg(long, value_name = "DIR", env = "PREDILECT_MODEL", default_value = "models/predilect-encoder-small")]
    pub model: PathBuf,
}

/// Field mapping and limits.
#[derive(Debug, Args)]
pub struct MappingArgs {
    /// Name of the catalogue [default: the output's file name]
    #[arg(long)]
    pub name: Option<String>,
    /// Layout of the input
    #[arg(long, value_enum, default_value_t = FormatArg::Auto)]
    pub format: FormatArg,
    /// Separator of CSV cells [default: guessed from the header row]
    #[arg(long, value_name = "CHAR")]
    pub delimiter: Option<char>,
    /// Field with the id
    #[arg(long, value_name = "FIELD", value_delimiter = ',')]
    pub id: Vec<String>,
    /// Field with the title
    #[arg(long, value_name = "FIELD", value_delimiter = ',')]
    pub title: Vec<String>,
    /// Field with the text; of several all are joined
    #[arg(long, value_name = "FIELD", value_delimiter = ',')]
    pub text: Vec<String>,
    /// Field with the tags; of several all are united
    #[arg(long, value_name = "FIELD", value_delimiter = ',')]
    pub tags: Vec<String>,
    /// Field with the category
    #[arg(long, value_name = "FIELD", value_delimiter = ',')]
    pub category: Vec<String>,
    /// Field with the date
    #[arg(long, value_name = "FIELD", value_delimiter = ',')]
    pub date: Vec<String>,
    /// Field with the popularity: sales, stars, views
    #[arg(long, value_name = "FIELD", value_delimiter = ',')]
    pub popularity: Vec<String>,
    /// Field with the language code
    #[arg(long, value_name = "FIELD", value_delimiter = ',')]
    pub lang: Vec<String>,
    /// Language of items that name none [default: detected]
    #[arg(long, value_name = "CODE")]
    pub default_lang: Option<String>,
    /// Of the other fields keep only these
    #[arg(long, value_name = "FIELD", value_delimiter = ',')]
    pub fields: Vec<String>,
    /// Leave these fields out of the catalogue (they are still encoded where they would be)
    #[arg(long, value_name = "FIELD", value_delimiter = ',')]
    pub drop: Vec<String>,
    /// Encode these fields too, after title, text, tags and category
    #[arg(long, value_name = "FIELD", value_delimiter = ',')]
    pub encode_also: Vec<String>,
    /// CSV columns that are lists, separated by `|`, `;` or `,`
    #[arg(long, value_name = "FIELD", value_delimiter = ',')]
    pub lists: Vec<String>,
    /// Longest text that is kept, in characters
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub max_chars: usize,
    /// Stop at the first bad record instead of leaving it out
    #[arg(long)]
    pub strict: bool,
    /// Keep items whose words all equal those of an earlier one
    #[arg(long)]
    pub keep_duplicates: bool,
}

/// Layout of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormatArg {
    /// By the first bytes
    Auto,
    /// One JSON object a line
    Jsonl,
    /// One JSON array of objects
    Json,
    /// Comma, semicolon, tab or bar separated
    Csv,
    /// Tab separated
    Tsv,
}

impl MappingArgs {
    /// The builder's options; `name` holds where no other is given.
    pub fn options(&self, name: &str) -> Options {
        Options {
            name: self.name.clone().unwrap_or_else(|| name.to_owned()),
            format: match self.format {
                FormatArg::Auto => Format::Auto,
                FormatArg::Jsonl => Format::Jsonl,
                FormatArg::Json => Format::Json,
                FormatArg::Csv => Format::Csv,
                FormatArg::Tsv => Format::Tsv,
            },
            delimiter: self.delimiter,
            id: self.id.clone(),
            title: self.title.clone(),
            text: self.text.clone(),
            tags: self.tags.clone(),
            category: self.category.clone(),
            date: self.date.clone(),
            popularity: self.popularity.clone(),
            lang: self.lang.clone(),
            default_lang: self.default_lang.clone(),
            fields: self.fields.clone(),
            encode_also: self.encode_also.clone(),
            drop: self.drop.clone(),
            lists: self.lists.clone(),
            max_chars: self.max_chars,
            strict: self.strict,
            keep_duplicates: self.keep_duplicates,
        }
    }
}

/// `inspect`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  predilect inspect shop.predilect\n  predilect inspect shop.predilect --item kettle-1 --item cup-3"
)]
pub struct InspectArgs {
    /// Catalogue file
    pub catalogue: PathBuf,
    /// Say how far its topics are those of another catalogue of mostly the same items
    #[arg(long, value_name = "FILE")]
    pub beside: Option<PathBuf>,
    /// Show these items instead
    #[arg(long, value_name = "ID")]
    pub item: Vec<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `index`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  predilect index shop.predilect        writes shop.words")]
pub struct IndexArgs {
    /// Catalogue file
    pub catalogue: PathBuf,
    /// File to write [default: the catalogue's name with the extension words]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}
