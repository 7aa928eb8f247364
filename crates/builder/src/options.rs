//! What a caller may choose about a build.

use serde::{Deserialize, Serialize};

use crate::error::BuilderError;

/// How records are laid out in the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Decided by the first bytes: `{` is JSON Lines, `[` a JSON array, anything else a table with a header row.
    #[default]
    Auto,
    /// One JSON object a line.
    Jsonl,
    /// One JSON array of objects.
    Json,
    /// Separated by commas, or by semicolons, tabs or bars if the header row holds more of these.
    Csv,
    /// Separated by tabs.
    Tsv,
}

/// Field mapping and limits of a build. Every field has a default. As JSON, keys are the names of the
/// command line's options, and unknown ones are refused.
///
/// A mapping is a list of source field names. Empty means: the first of the usual names that a record has (see
/// [`Role`]), whatever its case. Names that are given must exist in at least one record, and are all used, in order:
/// texts are joined, lists united, of the others the first that is not empty is taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Options {
    /// Name of the catalogue, shown by `info()`.
    pub name: String,
    /// Layout of the input.
    pub format: Format,
    /// Separator of table cells; guessed from the header row if absent. One ASCII character.
    pub delimiter: Option<char>,
    /// Source of the item id. Without an id, one is made from a hash of the record's content.
    pub id: Vec<String>,
    /// Source of the title.
    pub title: Vec<String>,
    /// Source of the text.
    pub text: Vec<String>,
    /// Source of the tags.
    pub tags: Vec<String>,
    /// Source of the category.
    pub category: Vec<String>,
    /// Source of the date.
    pub date: Vec<String>,
    /// Source of the popularity (any number that grows with it: sales, stars, views).
    pub popularity: Vec<String>,
    /// Source of the language (a code such as `en` or `zh-CN`).
    pub lang: Vec<String>,
    /// Language of items that name none; detected from their text if absent.
    pub default_lang: Option<String>,
    /// If not empty: of the fields with no role, only these are kept in the catalogue.
    pub fields: Vec<String>,
    /// Fields that are encoded after title, text, tags and category, such as an artist or a cast.
    pub encode_also: Vec<String>,
    /// Fields that are left out of the catalogue after they were encoded.
    pub drop: Vec<String>,
    /// Table columns that are lists, split at `|`, else `;`, else `,`.
    pub lists: Vec<String>,
    /// Longest text or other field that is kept, in characters; 40 to 100,000.
    pub max_chars: usize,
    /// A bad record ends the build instead of being left out and reported.
    pub strict: bool,
    /// Items whose words all equal those of an earlier item are kept too.
    pub keep_duplicates: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            name: "catalogue".into(),
            format: Format::Auto,
            delimiter: None,
            id: Vec::new(),
            title: Vec::new(),
            text: Vec::new(),
            tags: Vec::new(),
            category: Vec::new(),
            date: Vec::new(),
            popularity: Vec::new(),
            lang: Vec::new(),
            default_lang: None,
            fields: Vec::new(),
            encode_also: Vec::new(),
            drop: Vec::new(),
            lists: Vec::new(),
            max_chars: 1000,
            strict: false,
            keep_duplicates: false,
        }
    }
}

impl Options {
    /// Reads options from a JSON object; an absent key has its default.
    ///
    /// # Errors
    /// [`BuilderError::Options`] for text that is no such object, an unknown key, or a value out of range.
    pub fn from_json(json: &str) -> Result<Self, BuilderError> {
        let options: Self =
            serde_json::from_str(json).map_err(|error| BuilderError::Options(format!("builder options: {error}")))?;
        options.check()?;
        Ok(options)
    }

    /// Refuses impossible values.
    pub(crate) fn check(&self) -> Result<(), BuilderError> {
        if !(40..=100_000).contains(&self.max_chars) {
            let message = format!("max-chars is {}, expected 40 to 100000", self.max_chars);
            return Err(BuilderError::Options(message));
        }
        if let Some(delimiter) = self.delimiter
            && (!delimiter.is_ascii() || matches!(delimiter, '"' | '\n' | '\r'))
        {
            let message = format!("delimiter is {delimiter:?}, expected one ASCII character such as `,` or `;`");
            return Err(BuilderError::Options(message));
        }
        if let Some(both) = self.fields.iter().find(|name| self.drop.contains(name)) {
            let message = format!("field `{both}` is both kept (fields) and left out (drop); name it once");
            return Err(BuilderError::Options(message));
        }
        Ok(())
    }

    pub(crate) fn sources(&self, role: Role) -> &[String] {
        match role {
            Role::Id => &self.id,
            Role::Title => &self.title,
            Role::Text => &self.text,
            Role::Tags => &self.tags,
            Role::Category => &self.category,
            Role::Date => &self.date,
            Role::Popularity => &self.popularity,
            Role::Lang => &self.lang,
        }
    }
}

/// What a source field means to the recommender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The caller's name of an item.
    Id,
    /// Headline.
    Title,
    /// One or more sentences.
    Text,
    /// Short words about the item.
    Tags,
    /// The one group it belongs to.
    Category,
    /// When it appeared.
    Date,
    /// How much it is used by everybody.
    Popularity,
    /// Language code.
    Lang,
}

impl Role {
    /// Every role, in the order in which item fields are written.
    pub const ALL: [Self; 8] =
        [Self::Id, Self::Title, Self::Text, Self::Lang, Self::Category, Self::Tags, Self::Date, Self::Popularity];

    /// Name of the item field, and of the option that maps it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Title => "title",
            Self::Text => "text",
            Self::Tags => "tags",
            Self::Category => "category",
            Self::Date => "date",
            Self::Popularity => "popularity",
            Self::Lang => "lang",
        }
    }

    /// Usual source names in lower case, the first found wins.
    pub const fn usual_names(self) -> &'static [&'static str] {
        match self {
            Self::Id => &["id", "_id", "item_id", "itemid", "product_id", "uuid", "sku", "slug", "asin", "isbn"],
            Self::Title => &["title", "name", "headline", "product_name", "标题", "名称"],
            Self::Text => &[
                "text",
                "description",
                "summary",
                "plot",
                "overview",
                "abstract",
                "body",
                "content",
                "desc",
                "描述",
                "简介",
                "正文",
            ],
            Self::Tags => &["tags", "genres", "keywords", "categories", "labels", "topics", "genre", "标签"],
            Self::Category => &["category", "product_category", "section", "department", "类别", "分类"],
            Self::Date => {
                &["date", "published", "published_at", "release_date", "pubdate", "created_at", "updated", "日期"]
            }
            Self::Popularity => &["popularity", "stars", "views", "downloads", "sales", "votes"],
            Self::Lang => &["lang", "language", "locale", "语言"],
        }
    }
}
