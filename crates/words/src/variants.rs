//! Characters that are written in several ways, and the one form in which they are compared.
//!
//! Traditional and simplified Chinese, and what Taiwan and Hong Kong write otherwise, are joined character by character, so that places
//! in a text stay what they are. The whole table is the builder's; an index carries the pairs that can matter for its items, and
//! queries are read by those.

use crate::fold::is_han;

/// Variants -> the form in which each is compared. A form is never a variant itself, so that folding twice is folding once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Variants(Vec<(char, char)>);

impl Variants {
    /// A table of pairs (variant, form), ascending by variant.
    ///
    /// # Errors
    /// What contradicts: a character with two forms, a form that has another form, or a character that is not Han.
    pub fn new(pairs: Vec<(char, char)>) -> Result<Self, &'static str> {
        let table = Self(pairs);
        if table.0.windows(2).any(|two| two[0].0 >= two[1].0) {
            return Err("variants do not ascend, each with one form");
        }
        if table.0.iter().any(|&(variant, form)| !is_han(variant) || !is_han(form)) {
            return Err("a variant is not a Han character");
        }
        if table.0.iter().any(|&(_, form)| table.find(form).is_some()) {
            return Err("the form of a variant is a variant");
        }
        Ok(table)
    }

    /// The form in which a character is compared.
    pub fn fold(&self, c: char) -> char {
        self.find(c).unwrap_or(c)
    }

    /// Number of variants.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether every character is compared as it is.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All pairs (variant, form), ascending.
    pub fn pairs(&self) -> &[(char, char)] {
        &self.0
    }

    fn find(&self, c: char) -> Option<char> {
        if !is_han(c) {
            return None;
        }
        self.0.binary_search_by_key(&c, |pair| pair.0).ok().map(|at| self.0[at].1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::{HEAD, HEAD_1, MAGIC};
    use crate::{Index, Options, Query, WordsError, Writer, Zone};
    use proptest::prelude::*;

    #[test]
    fn what_contradicts_itself_is_refused() {
        for (pairs, expected) in [
            (vec![('裏', '里'), ('裡', '里'), ('電', '电')], Ok(3)),
            (vec![('電', '电'), ('裡', '里')], Err("variants do not ascend, each with one form")),
            (vec![('乾', '干'), ('乾', '乾')], Err("variants do not ascend, each with one form")),
            (vec![('a', '电')], Err("a variant is not a Han character")),
            (vec![('電', 'あ')], Err("a variant is not a Han character")),
            (vec![('台', '坮'), ('臺', '台')], Err("the form of a variant is a variant")),
            (vec![('台', '台')], Err("the form of a variant is a variant")),
        ] {
            assert_eq!(Variants::new(pairs).map(|table| table.len()), expected);
        }
    }

    fn table() -> Variants {
        Variants::new(vec![('發', '发'), ('裏', '里'), ('裡', '里'), ('電', '电'), ('髮', '发')]).unwrap()
    }

    fn index(variants: Variants) -> Vec<u8> {
        let mut writer = Writer::new(variants);
        writer.item([(Zone::Title, "電影 1"), (Zone::Rest, "看")]);
        writer.item([(Zone::Title, "电视"), (Zone::Rest, "在家里看")]);
        writer.finish(0)
    }

    /// An index of this format with these bytes as its table.
    fn forged(format: u32, count: u32, table: &[u8]) -> Result<Index, WordsError> {
        let plain = index(Variants::default());
        let count = if format == 1 { Vec::new() } else { count.to_le_bytes().to_vec() };
        let rest = [&plain[20..HEAD_1], &count, table, &plain[HEAD..]].concat();
        let checksum = xxhash_rust::xxh3::xxh3_64(&rest);
        Index::open([MAGIC.as_slice(), &format.to_le_bytes(), &checksum.to_le_bytes(), &rest].concat(), 0)
    }

    fn found(index: &Index, text: &str) -> Vec<u32> {
        let mut rows: Vec<u32> =
            index.search(&Query::new(text, index, true), &Options::default(), None).iter().map(|hit| hit.row).collect();
        rows.sort_unstable();
        rows
    }

    #[test]
    fn an_index_carries_what_its_items_need() {
        let index = Index::open(index(table()), 0).unwrap();
        assert_eq!(index.variants().pairs(), [('裏', '里'), ('裡', '里'), ('電', '电')]);
        for (text, rows) in [
            ("電", vec![0, 1]),
            ("电", vec![0, 1]),
            ("電影", vec![0]),
            ("电影", vec![0]),
            ("家裏", vec![1]),
            ("發", vec![]),
        ] {
            assert_eq!(found(&index, text), rows, "{text}");
        }
        let marks = Query::new("电影", &index, false).marks("看🎮電影", 80).unwrap();
        assert_eq!(marks.ranges, [(3, 5)]);
    }

    #[test]
    fn an_index_without_variants_still_opens() {
        let index = forged(1, 0, &[]).unwrap();
        assert!(index.variants().is_empty());
        assert_eq!((found(&index, "電影"), found(&index, "电影"), found(&index, "家里")), (vec![0], vec![], vec![1]));
        assert!(matches!(forged(3, 0, &[]), Err(WordsError::Version { found: 3 })));
    }

    #[test]
    fn hostile_tables_are_refused() {
        assert!(forged(2, 1, &[0, 2]).is_ok());
        for (count, table, expected) in [
            (u32::MAX, &[][..], "a variant"),
            (1, &[], "a variant is its own form"),
            (2, &[0, 2, 0, 0], "a form that is a variant"),
            (1, &[0xff, 0xff, 0xff, 0xff, 0x0f, 0], "no character"),
            (1, &[0, 0xff, 0xff, 0xff, 0xff, 0x0f], "no character"),
            (1, &[0xff, 0xff, 0xff, 0xff, 0xff, 0x0f], "no number"),
            (1, &[0, 0x80, 0x80, 4], "no Han character"),
            (0, &[0, 2], "bytes that nobody counted"),
        ] {
            assert!(matches!(forged(2, count, table), Err(WordsError::Corrupt { .. })), "{expected}");
        }
    }

    fn han() -> impl Strategy<Value = char> {
        prop::char::range('\u{4e00}', '\u{4e80}')
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(pairs in prop::collection::btree_map(han(), han(), 0..6), c in han()) {
            if let Ok(table) = Variants::new(pairs.into_iter().collect()) {
                prop_assert_eq!(table.fold(table.fold(c)), table.fold(c));
            }
        }

        #[test]
        fn variants_are_found_alike(title in "[電影发發髮里裡裏a ]{1,8}") {
            let variants = table();
            let plain: String = title.chars().map(|c| variants.fold(c)).collect();
            let mut writer = Writer::new(variants);
            writer.item([(Zone::Title, title.as_str())]);
            let index = Index::open(writer.finish(0), 0).unwrap();
            let hits = |text: &str| index.search(&Query::new(text, &index, false), &Options::default(), None);
            prop_assert_eq!(hits(&title), hits(&plain));
            let marks = |text: &str, of: &str| Query::new(text, &index, false).marks(of, 80);
            prop_assert_eq!(marks(&title, &title), marks(&plain, &plain));
            prop_assert_eq!(marks(&plain, &title), marks(&title, &plain));
        }
    }
}
