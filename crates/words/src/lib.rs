//! Search by words: one analyser for items and queries, and a compact BM25 index.
//!
//! Nothing here does I/O. [`analyse`] cuts a text into terms that compare as readers compare words: case, width, accents and
//! English plurals aside, pairs of characters where a script has no spaces. [`Writer`] makes the bytes of an index of items
//! with a title and other texts, whose Han characters it joins with their [`Variants`], [`Index`] answers from them, [`Query::marks`] says where a text matches.
//!
//! ```
//! use predilect_words::{Index, Options, Query, Writer, Zone};
//!
//! let mut writer = Writer::default();
//! writer.item([(Zone::Title, "Café chairs"), (Zone::Rest, "Oak, for two")]);
//! writer.item([(Zone::Title, "咖喱炒蟹"), (Zone::Rest, "家常海鲜")]);
//! let index = Index::open(writer.finish(7), 7)?;
//! let found = |text| index.search(&Query::new(text, &index, false), &Options::default(), None);
//! assert_eq!(found("CAFE chair")[0].row, 0);
//! assert_eq!(found("炒蟹")[0].row, 1);
//! # Ok::<(), predilect_words::WordsError>(())
//! ```

mod analyse;
mod error;
mod fold;
mod index;
mod marks;
mod order;
mod query;
mod search;
mod stem;
mod variants;
mod write;

pub use analyse::{Kind, Token, analyse};
pub use error::WordsError;
pub use index::Index;
pub use marks::Marks;
pub use query::Query;
pub use search::{Hit, Options, Weights};
pub use stem::stem;
pub use variants::Variants;
pub use write::Writer;

/// Version of the layout that this code writes. It also reads 1, which has no variants.
pub const FORMAT: u32 = 2;

/// Whether a field of an item is a text to search; ids, dates and codes are not.
pub fn is_searched(field: &str) -> bool {
    !matches!(field, "id" | "lang" | "date" | "date_text")
}

/// Whether a text is an address: a link or embedded data, which nobody searches for.
pub fn is_address(text: &str) -> bool {
    let scheme = text.split_once(':').map_or("", |(scheme, _)| scheme);
    matches!(scheme, "http" | "https" | "data" | "ftp" | "mailto" | "file" | "blob") && !text.contains(' ')
}

/// Where a text of an item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    /// Its title.
    Title,
    /// Everything else.
    Rest,
}
