//! The characters of Chinese that are written in several ways, each with the form in which it is compared.
//!
//! Of the table an index of words carries what its items need (`predilect_words::Variants`). Where simplification made one character of
//! several (乾 and 干, 髮 and 發), they compare equal: a search is to find, and the characters beside tell them apart.

use std::sync::OnceLock;

use predilect_words::Variants;

const TABLE: &str = include_str!("variants.txt");

/// All variants.
pub(crate) fn variants() -> &'static Variants {
    static VARIANTS: OnceLock<Variants> = OnceLock::new();
    VARIANTS.get_or_init(|| {
        let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
        let pairs = lines.flat_map(|line| {
            let form = line.chars().next();
            line.chars().skip(1).filter_map(move |variant| Some((variant, form?)))
        });
        let mut pairs: Vec<(char, char)> = pairs.collect();
        pairs.sort_unstable();
        // The table is part of this crate, and a test reads it.
        Variants::new(pairs).unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
        assert_eq!(variants().len(), lines.map(|line| line.chars().count() - 1).sum::<usize>());
        assert!(variants().len() > 3000);
    }

    #[test]
    fn what_is_written_in_several_ways_is_one() {
        for same in [
            "电電",
            "影",
            "里裡裏",
            "为為爲",
            "台臺檯枱颱",
            "干乾幹",
            "后後",
            "面麵",
            "发髮發",
            "只隻衹",
            "卫衛衞",
            "着著",
            "么麼",
        ] {
            let form = same.chars().next().unwrap();
            assert!(same.chars().all(|c| variants().fold(c) == form), "{same}");
        }
        for different in ["干千", "日曰", "テデ", "電车"] {
            let forms: Vec<char> = different.chars().map(|c| variants().fold(c)).collect();
            assert_ne!(forms[0], forms[1]);
        }
    }
}
