//! Whatever comes in: no panic, and every record is accounted for.

#![allow(clippy::unwrap_used)]

use predilect_builder::{Builder, Options};
use predilect_core::Catalogue;
use proptest::prelude::*;

fn check(input: &[u8], cut: usize, keep_duplicates: bool) -> Result<(), TestCaseError> {
    let options = Options { keep_duplicates, max_chars: 40, ..Options::default() };
    let run = |pieces: &[&[u8]]| {
        let mut builder = Builder::new(options.clone()).map_err(|error| error.to_string())?;
        for piece in pieces {
            builder.push(piece).map_err(|error| error.to_string())?;
        }
        builder.finish().map_err(|error| error.to_string())
    };
    let cut = cut.min(input.len());
    let whole = run(&[input]);
    let pieces = run(&[&input[..cut], &input[cut..]]);
    match (whole, pieces) {
        (Ok(whole), Ok(pieces)) => {
            let report = whole.report();
            prop_assert_eq!(report, pieces.report());
            prop_assert_eq!(report.read, report.kept + report.dropped_total());
            prop_assert_eq!(report.kept, whole.len());
            prop_assert!(whole.texts(0..whole.len()).iter().all(|text| !text.trim().is_empty()));
            prop_assert_eq!(report.languages.values().sum::<usize>(), whole.len());
            let vectors: Vec<f32> = (0..whole.len() * 2).map(|i| 1.0 + i as f32).collect();
            let catalogue = Catalogue::open(whole.assemble(&vectors, "f").unwrap()).unwrap();
            prop_assert_eq!(catalogue.len(), whole.len());
        }
        (Err(whole), Err(pieces)) => prop_assert_eq!(whole, pieces),
        (whole, pieces) => prop_assert!(false, "pieces differ: {:?} {:?}", whole.err(), pieces.err()),
    }
    Ok(())
}

/// Fragments that parsers care about, in any order.
fn fragments() -> impl Strategy<Value = Vec<u8>> {
    let fragment = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "\n",
        "\r\n",
        "\t",
        ";",
        "|",
        " ",
        "id",
        "title",
        "text",
        "tags",
        "\"id\":",
        "\"title\":",
        "\"text\":\"<p>a &amp; b</p>\"",
        "\"x\"",
        "1",
        "null",
        "{\"id\":1,\"title\":\"a\"}\n",
        "{\"title\":\"b\"}\n",
        "{\"id\":2,\"text\":\"中文。\"}\n",
        "id,title\n",
        "3,c\n",
        "\u{feff}",
        "<b",
        "&#",
        "é",
        "👩\u{200d}🚀",
        "\u{301}",
        "\0",
        "a long run of words that will be cut because it is over forty characters",
    ]);
    prop::collection::vec(fragment, 0..40).prop_map(|parts| parts.concat().into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(input in prop::collection::vec(any::<u8>(), 0..300), cut in 0_usize..300) {
        check(&input, cut, false)?;
    }

    #[test]
    fn almost_right_bytes(input in fragments(), cut in 0_usize..200, keep in any::<bool>()) {
        check(&input, cut, keep)?;
    }

    #[test]
    fn records_with_any_values(
        rows in prop::collection::vec(("[a-c]{0,2}", "\\PC{0,60}", prop::option::of("\\PC{0,60}")), 1..12),
        cut in 0_usize..400,
    ) {
        let lines: Vec<String> = rows
            .iter()
            .map(|(id, title, text)| serde_json::json!({"id": id, "title": title, "text": text, "note": title}).to_string())
            .collect();
        check(lines.join("\n").as_bytes(), cut, false)?;
    }
}
