//! Dirty input -> report, as tables.

#![allow(clippy::unwrap_used)]

use predilect_builder::{Builder, BuilderError, Items, Options};
use predilect_core::Catalogue;
use serde_json::{Value, json};

fn build(options: Value, input: &[u8]) -> Result<Items, BuilderError> {
    let mut builder = Builder::new(Options::from_json(&options.to_string())?)?;
    builder.push(input)?;
    builder.finish()
}

/// `reason line field` of every dropped record and note that has a sample.
fn outcome(items: &Items) -> String {
    let report = serde_json::to_value(items.report()).unwrap();
    let mut lines: Vec<(u64, String)> = Vec::new();
    for list in ["dropped", "notes"] {
        for tally in report[list].as_array().unwrap() {
            for sample in tally["samples"].as_array().unwrap() {
                let line = sample["line"].as_u64().unwrap();
                let field = sample["field"].as_str().map(|field| format!(" {field}")).unwrap_or_default();
                lines.push((line, format!("{line} {}{field}", tally["reason"].as_str().unwrap())));
            }
        }
    }
    lines.sort();
    lines.into_iter().map(|(_, line)| line).collect::<Vec<_>>().join("; ")
}

/// Fields of the items as they are read back from the file.
fn stored(items: &Items) -> Vec<Value> {
    let vectors: Vec<f32> = (0..items.len()).flat_map(|row| [1.0, row as f32]).collect();
    let catalogue = Catalogue::open(items.assemble(&vectors, "f").unwrap()).unwrap();
    catalogue.items().map(|item| serde_json::from_str(catalogue.fields(item).unwrap().get()).unwrap()).collect()
}

const GOOD: &str =
    "{\"id\":\"ok1\",\"title\":\"One\"}\n{\"id\":\"ok2\",\"title\":\"Two\"}\n{\"id\":\"ok3\",\"title\":\"Three\"}\n";

#[test]
fn dirty_lines() {
    for (line, expected) in [
        ("{\"id\":\"a\",\"title\":\"A\"}", ""),
        ("", ""),
        ("   \r", ""),
        ("{\"id\":\"a\",\"title\":\"A\"", "4 syntax"),
        ("not json", "4 syntax"),
        ("[1]", "4 syntax"),
        ("\"text\"", "4 syntax"),
        ("{\"id\":\"a\",\"title\":\"A\"},", "4 syntax"),
        ("{\"id\":\"a\",\"title\":\"\\ud800\"}", "4 syntax"),
        ("{\"id\":\"a\"}", "4 empty title"),
        ("{\"id\":\"a\",\"title\":\" \\u200b \",\"text\":\"<p></p>\"}", "4 empty title"),
        ("{\"id\":\"a\",\"title\":{\"en\":\"A\"}}", "4 bad-field title"),
        ("{\"id\":[1],\"title\":\"A\"}", "4 bad-field id"),
        ("{\"id\":true,\"title\":\"A\"}", "4 bad-field id"),
        ("{\"id\":\"ok2\",\"title\":\"A\"}", "4 duplicate-id id"),
        ("{\"id\":\"a\",\"title\":\" two! \"}", "4 duplicate-content"),
        ("{\"id\":\"a\",\"title\":\"two\",\"year\":1999}", ""),
        ("{\"id\":\"a\",\"text\":\"A\"}", "4 no-title title"),
        ("{\"id\":\"a\",\"text\":\"# A\\nB\"}", "4 title-from-heading title"),
        ("{\"id\":\"a\",\"text\":\"#A\\nB\"}", "4 no-title title"),
        ("{\"title\":\"A\"}", "4 id-made id"),
        ("{\"id\":\"a\",\"title\":\"A\",\"date\":\"soon\"}", "4 date-unknown date"),
        ("{\"id\":\"a\",\"title\":\"A\",\"popularity\":\"high\"}", "4 popularity-unknown popularity"),
        ("{\"id\":\"a\",\"title\":\"A\",\"popularity\":-1}", "4 popularity-unknown popularity"),
        ("{\"id\":\"a\",\"title\":\"A\",\"popularity\":null,\"text\":null,\"tags\":null,\"date\":\"\"}", ""),
        ("{\"id\":\"a\",\"title\":\"A\",\"lang\":\"klingon speech\"}", "4 lang-unknown lang"),
        ("{\"id\":\"a\",\"title\":\"A\",\"maker\":{\"name\":\"B\"}}", "4 value-dropped"),
    ] {
        let items = build(json!({}), format!("{GOOD}{line}\n").as_bytes()).unwrap();
        assert_eq!(outcome(&items), expected, "{line}");
        let report = items.report();
        assert_eq!(report.read, report.kept + report.dropped_total(), "{line}");
    }
}

#[test]
fn not_utf8_names_the_byte() {
    let mut input = GOOD.as_bytes().to_vec();
    input.extend_from_slice(b"{\"id\":\"a\",\"title\":\"caf\xe9\"}\n");
    let items = build(json!({}), &input).unwrap();
    assert_eq!(outcome(&items), "4 encoding");
    let message = &items.report().dropped[0].samples[0].message;
    assert!(message.contains("byte 23") && message.contains("0xE9") && message.contains("UTF-8"), "{message}");
}

#[test]
fn whole_input_errors() {
    for (options, input, expected) in [
        (json!({}), &b""[..], "the input holds no record; expected JSON Lines"),
        (json!({}), b" \n\n", "the input holds no record"),
        (json!({}), b"[]", "the input holds no record"),
        (json!({}), b"name,price\n", "the input holds no record"),
        (
            json!({}),
            b"{\n  \"items\": []\n}\n",
            "3 of 3 records are unusable, more than half; the first: line 1: the JSON object does not end on its line",
        ),
        (json!({}), b"[{\"id\":1,\"title\":\"A\"}", "line 1: the JSON array is not closed; the input is cut off"),
        (json!({}), b"[{\"id\":1,\"title\":\"A\"}]\n]", "line 2: text after the end of the JSON array"),
        (json!({}), b"\x1f\x8b\x08\x00", "the input is gzip; unpack it first"),
        (json!({}), b"\xff\xfei\x00d\x00", "the input is UTF-16"),
        (json!({}), b"PK\x03\x04", "the input is a zip or Excel file"),
        (json!({}), b"\x00\x01\x02\x03", "the input is binary"),
        (
            json!({}),
            b"a,b\n1,2\n",
            "1 of 1 records are unusable, more than half; the first: line 2: title: found no title and no text, expected one of them; the record has: a, b",
        ),
        (
            json!({"title": ["naem"]}),
            b"id,name\n1,A\n",
            "no record has the field `naem` that --title names; fields found: id, name",
        ),
        (json!({"drop": ["colour"]}), b"id,name\n1,A\n", "no record has the field `colour` that --drop names"),
        (
            json!({"strict": true}),
            b"{\"id\":1,\"title\":\"A\"}\n{\"id\":2,\"title\":[3]}\n",
            "line 2: title: found a list, expected a text",
        ),
        (
            json!({"strict": true}),
            b"id,title\n1,A\n\n1,B\n",
            "line 4: id: \"1\" is already the id of line 2, expected one of its own",
        ),
        (json!({"max-chars": 3}), b"", "max-chars is 3, expected 40 to 100000"),
        (json!({"delimiter": "\n"}), b"", "delimiter is '\\n', expected one ASCII character"),
        (json!({"titel": ["x"]}), b"", "builder options: unknown field `titel`"),
    ] {
        let error = build(options, input).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(
            error.starts_with(expected),
            "{:?}\n found    {error}\n expected {expected}",
            String::from_utf8_lossy(input)
        );
    }
}

#[test]
fn names_are_found_and_fields_are_typed() {
    let csv = "\u{feff}SKU;Name;Description;Genres;Price;In Stock;Zip;Cast;Website\r\n\
        001;\"Kettle; large\";\"Boils\nwater\";Tea|Home;19.90;true;01234;Ann|Bo;https://x.org/?a=1&copy=2\r\n\
        002;Cup;Holds tea;Tea;5;false;12345;Cy;\r\n";
    let items = build(json!({}), csv.as_bytes()).unwrap();
    assert_eq!(outcome(&items), "");
    let report = serde_json::to_value(items.report()).unwrap();
    assert_eq!((&report["format"], &report["delimiter"]), (&json!("csv"), &json!(";")));
    assert_eq!(report["mapping"]["title"], json!({"Name": 2}));
    assert_eq!(report["mapping"]["id"], json!({"SKU": 2}));
    assert_eq!(
        stored(&items)[0],
        json!({"id": "001", "title": "Kettle; large", "text": "Boils water", "tags": ["Tea", "Home"], "Price": 19.9,
            "In Stock": true, "Zip": "01234", "Cast": ["Ann", "Bo"], "Website": "https://x.org/?a=1&copy=2"})
    );
    assert_eq!(stored(&items)[1]["Price"], json!(5));
    assert_eq!(stored(&items)[1]["Cast"], json!(["Cy"]));
}

#[test]
fn chosen_fields() {
    let input = b"{\"id\":1,\"name\":\"A\",\"head\":\"B\",\"body\":\"Long body\",\"artist\":\"Ann\",\"price\":3,\"note\":\"x\"}";
    let options = json!({"title": ["head"], "text": ["name", "body"], "fields": ["price"], "drop": ["text"], "encode-also": ["artist"]});
    let items = build(options, input).unwrap();
    assert_eq!(items.text(0).unwrap(), "B. A Long body. Ann");
    assert_eq!(stored(&items)[0], json!({"id": "1", "title": "B", "price": 3}));
    let names: Vec<&str> = items.report().fields.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(names, ["title", "price"]);
}

#[test]
fn equal_input_in_any_pieces_gives_equal_bytes() {
    for input in [
        "{\"id\":\"é1\",\"title\":\"Müller\"}\r\n{\"title\":\"二\"}\n\n{\"id\":3,\"title\":\"\\u00e9\"}",
        " [ {\"id\":1,\"title\":\"a\\\"]}\"}\n , {\"id\":2,\"title\":\"[\\\\\"} ]\n ",
        "id\ttitle\n1\t\"a\tb\"\n2\t\"c\n\"\"d\"\"\"\n",
    ] {
        let whole = build(json!({}), input.as_bytes()).unwrap();
        let mut builder = Builder::new(Options::default()).unwrap();
        for byte in input.bytes() {
            builder.push(&[byte]).unwrap();
        }
        let pieces = builder.finish().unwrap();
        assert_eq!(whole.report(), pieces.report(), "{input}");
        assert!(whole.len() >= 2);
        let vectors: Vec<f32> = (0..whole.len() * 3).map(|i| 1.0 + i as f32).collect();
        assert_eq!(whole.assemble(&vectors, "f").unwrap(), pieces.assemble(&vectors, "f").unwrap());
    }
}

#[test]
fn array_lines_are_those_of_the_elements() {
    let items =
        build(json!({}), b"[\n {\"id\": 1,\n  \"title\": \"A\"},\n {\"id\": 2},\n {\"id\": 3, \"title\": \"C\"},\n]")
            .unwrap();
    assert_eq!(outcome(&items), "4 empty title");
}

#[test]
fn several_inputs() {
    let mut builder = Builder::new(Options::default()).unwrap();
    builder.begin("a.jsonl").unwrap();
    builder.push(b"{\"id\":1,\"title\":\"A\",\"price\":\"7\"}").unwrap();
    builder.begin("b.csv").unwrap();
    builder.push(b"id,title,price\n1,B,7\n2,C,8\n").unwrap();
    let items = builder.finish().unwrap();
    let sample = &items.report().dropped[0].samples[0];
    assert_eq!(sample.place(), "b.csv, line 2");
    assert_eq!(sample.text(), "id: \"1\" is already the id of a.jsonl, line 1, expected one of its own");
    // A number in a JSON string is a text; in a table there is nothing else to write it as.
    assert_eq!(stored(&items)[0]["price"], json!("7"));
    assert_eq!(stored(&items)[1]["price"], json!(8));

    let mut builder = Builder::new(Options::default()).unwrap();
    builder.begin("c.jsonl").unwrap();
    let error = builder.push(b"PK\x03\x04").unwrap_err().to_string();
    assert_eq!(error, "c.jsonl: the input is a zip or Excel file; export it as CSV in UTF-8");
}

#[test]
fn vectors_must_fit() {
    let items = build(json!({}), GOOD.as_bytes()).unwrap();
    assert!(matches!(items.assemble(&[], "f"), Err(BuilderError::Vectors { values: 0, items: 3 })));
    assert!(matches!(items.assemble(&[1.0; 4], "f"), Err(BuilderError::Vectors { values: 4, items: 3 })));
    let error = items.assemble(&[1.0, 0.0, f32::NAN, 0.0, 1.0, 0.0], "f").unwrap_err().to_string();
    assert!(error.contains("ok2") && error.contains("not finite"), "{error}");
}

#[test]
fn languages() {
    let input = "{\"id\":1,\"title\":\"红烧肉\",\"text\":\"一道家常菜\"}\n{\"id\":2,\"title\":\"Stew\",\"lang\":\"en-GB\"}\n\
        {\"id\":3,\"text\":\"A slow dish of beef and carrots that everybody in the village likes\"}\n{\"id\":4,\"title\":\"42\"}\n";
    let items = build(json!({}), input.as_bytes()).unwrap();
    let report = serde_json::to_value(items.report()).unwrap();
    assert_eq!(report["languages"], json!({"zh": 1, "en": 2, "und": 1}));
    let items = build(json!({"default-lang": "fr"}), input.as_bytes()).unwrap();
    assert_eq!(serde_json::to_value(items.report()).unwrap()["languages"], json!({"fr": 3, "en": 1}));
}
