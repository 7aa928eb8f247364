//! Arguments of the commands that answer from a catalogue.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::ModelArgs;

const RECOMMEND_EXAMPLES: &str = "\
Examples:
  predilect recommend shop.predilect --like kettle-1 --like tea-7
  predilect recommend shop.predilect --buy phone-2 --rate case-9=1 -k 5 --filter price<=50
  predilect recommend demo.predilect --about '我喜欢看电影和旅游' --filter section=culture
  predilect recommend films.predilect --like heat-1995 --text 'something lighter for tonight'
  predilect recommend shop.predilect --surface together --of kettle-1 --of tea-7 --cap category=2
Without any taste, popular and recent items are shown.

Filters: field=value, field!=value, field=a,b (any of them), price>=5, price<=20; all must hold.
A JSON object is taken as the engine takes it: --filter '{\"tags\": [\"tea\", \"coffee\"]}'";

/// `recommend`.
#[derive(Debug, Args)]
#[command(after_help = RECOMMEND_EXAMPLES)]
pub struct RecommendArgs {
    /// Catalogue file
    pub catalogue: PathBuf,
    /// An item that is liked; may be repeated, as all of these
    #[arg(long, value_name = "ID")]
    pub like: Vec<String>,
    /// An item that is not liked
    #[arg(long, value_name = "ID")]
    pub dislike: Vec<String>,
    /// An item that was bought
    #[arg(long, value_name = "ID")]
    pub buy: Vec<String>,
    /// An item that was seen
    #[arg(long, value_name = "ID")]
    pub view: Vec<String>,
    /// An item that was opened
    #[arg(long, value_name = "ID")]
    pub click: Vec<String>,
    /// An item that was waved away
    #[arg(long, value_name = "ID")]
    pub dismiss: Vec<String>,
    /// Stars for an item, 1 to 5
    #[arg(long, value_name = "ID=STARS")]
    pub rate: Vec<String>,
    /// A taste in words; needs the encoder
    #[arg(long, value_name = "TEXT")]
    pub about: Vec<String>,
    /// A topic that is liked, by its name; may be repeated
    #[arg(long, value_name = "NAME")]
    pub follow: Vec<String>,
    /// Also show what is known of the taste: interests with their names
    #[arg(long)]
    pub taste: bool,
    /// What the list is
    #[arg(long, value_enum, value_name = "NAME", default_value_t = SurfaceArg::ForYou)]
    pub surface: SurfaceArg,
    /// What a list of similar, together or because is about; may be repeated
    #[arg(long, value_name = "ID")]
    pub of: Vec<String>,
    /// Most items with the same label of a field; may be repeated
    #[arg(long, value_name = "FIELD=N")]
    pub cap: Vec<String>,
    /// How far a field's mix of labels is to follow what the person likes, 0 to 1; may be repeated
    #[arg(long, value_name = "FIELD=SHARE")]
    pub calibrate: Vec<String>,
    /// How different the items are from each other, 0 to 1 [default: .3 for for-you, because and trending, else 0]
    #[arg(long, value_name = "SHARE")]
    pub diversity: Option<f64>,
    /// How much chance may decide, 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    pub explore: f64,
    /// Seed of that chance
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Time of the request, milliseconds since 1970 [default: now]
    #[arg(long, value_name = "MS")]
    pub now: Option<i64>,
    /// Also show what was bought, liked, rated or dismissed
    #[arg(long)]
    pub include_owned: bool,
    /// What is asked for now, in words; needs the index of words or the encoder
    #[arg(long, value_name = "TEXT")]
    pub text: Option<String>,
    #[command(flatten)]
    pub look: LookArgs,
    #[command(flatten)]
    pub list: ListArgs,
}

/// What a list is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SurfaceArg {
    /// What the person may like
    ForYou,
    /// What resembles the items of --of
    Similar,
    /// What people turn to who turn to the items of --of
    Together,
    /// What was begun (--click) without an opinion
    Continue,
    /// What many turned to lately
    Trending,
    /// What lies close to one item, ordered for the person
    Because,
}

/// What every list takes.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// How many items
    #[arg(short, value_name = "N", default_value_t = 10)]
    pub k: usize,
    /// Condition on fields, such as section=shop; may be repeated
    #[arg(long, value_name = "CONDITION")]
    pub filter: Vec<String>,
    /// Print the engine's reply as JSON
    #[arg(long)]
    pub json: bool,
}

/// `similar`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  predilect similar shop.predilect kettle-1 -k 5 --filter lang=en")]
pub struct SimilarArgs {
    /// Catalogue file
    pub catalogue: PathBuf,
    /// The item
    pub id: String,
    #[command(flatten)]
    pub list: ListArgs,
}

const SEARCH_EXAMPLES: &str = "\
Examples:
  predilect search shop.predilect 'something warm to drink' -k 5
  predilect search shop.predilect 'wh-1000xm4' --by words
  predilect search shop.predilect 'ket' --by words --prefix       as somebody types

By words needs the index that `build` and `index` write beside the catalogue, by meaning the encoder.";

/// `search`.
#[derive(Debug, Args)]
#[command(after_help = SEARCH_EXAMPLES)]
pub struct SearchArgs {
    /// Catalogue file
    pub catalogue: PathBuf,
    /// What to look for
    pub text: String,
    /// The last word may be the beginning of a word
    #[arg(long)]
    pub prefix: bool,
    #[command(flatten)]
    pub look: LookArgs,
    #[command(flatten)]
    pub list: ListArgs,
}

const ASK_EXAMPLES: &str = "\
Examples:
  predilect build faq.jsonl -o faq.predilect --max-chars 5000
  predilect ask faq.predilect 'I want to send something back'
  predilect ask faq.predilect '东西不喜欢想退货' --lang zh

Each item is a question (title) and its answer (text).";

/// `ask`.
#[derive(Debug, Args)]
#[command(after_help = ASK_EXAMPLES)]
pub struct AskArgs {
    /// Catalogue file
    pub catalogue: PathBuf,
    /// The question
    pub question: String,
    /// Language of the answer [default: any]
    #[arg(long, value_name = "CODE")]
    pub lang: Option<String>,
    /// Items at most, the answer among them
    #[arg(short, value_name = "N", default_value_t = 4)]
    pub k: usize,
    /// Condition on fields of the items that may answer, such as section=orders; may be repeated
    #[arg(long, value_name = "CONDITION")]
    pub filter: Vec<String>,
    #[command(flatten)]
    pub look: LookArgs,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// How a text is looked for.
#[derive(Debug, Args)]
pub struct LookArgs {
    /// How to look for the text [default: both, where there is an index of words and an encoder]
    #[arg(long, value_enum, value_name = "HOW")]
    pub by: Option<ByArg>,
    /// Index of words [default: the catalogue's name with the extension words]
    #[arg(long, value_name = "FILE")]
    pub words: Option<PathBuf>,
    #[command(flatten)]
    pub model: ModelArgs,
}

/// How a search looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ByArg {
    /// For items with the words of the text
    Words,
    /// For items whose meaning is close
    Meaning,
    /// For both
    Both,
}
