//! From records to a catalogue, and what becomes of bad input.

use super::*;

#[test]
fn dry_run_reports() {
    let folder = shop();
    let dirty = format!("{ITEMS}not json\n{{\"id\":\"kettle\",\"title\":\"Again\"}}\n");
    fs::write(folder.path().join("dirty.jsonl"), &dirty).unwrap();
    let text = stdout(folder.path(), &["build", "dirty.jsonl", "--dry-run", "--quiet"]);
    for part in [
        "7 read (jsonl), 5 kept, 2 left out",
        "left out   1 syntax\n               line 6: is not JSON: expected ident at column 2",
        "line 7: id: \"kettle\" is already the id of line 1, expected one of its own",
        "languages  en 4, zh 1",
        "price (number, 5, 9 B)",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
    let json: Value =
        serde_json::from_str(&stdout(folder.path(), &["build", "dirty.jsonl", "--dry-run", "--json"])).unwrap();
    assert_eq!(
        (&json["report"]["read"], &json["report"]["kept"], &json["output"]),
        (&json!(7), &json!(5), &json!(null))
    );
    assert_eq!(json["report"]["dropped"][0]["samples"][0]["line"], json!(6));
}

#[test]
fn standard_input_and_gzip() {
    let folder = shop();
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(ITEMS.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let args = ["build", "-", "--dry-run", "--quiet"];
    for input in [ITEMS.as_bytes(), &packed] {
        let output = run(folder.path(), &args, input);
        assert!(String::from_utf8_lossy(&output.stdout).starts_with("5 read (jsonl), 5 kept, 0 left out"));
    }
    let (code, message) = failure(folder.path(), &args, &packed[..packed.len() / 2]);
    assert_eq!((code, message.as_str()), (1, "predilect: -: the gzip data is cut off; fetch the file again\n"));
}

#[test]
fn bad_input_is_told_in_one_line() {
    let folder = shop();
    let build = |more: &[&'static str]| [&["build", "-", "--dry-run"], more].concat();
    for (args, input, code, expected) in [
        (build(&[]), "", 1, "the input holds no record"),
        (
            build(&["--strict"]),
            "{\"title\":\"A\"}\n{\"title\":[1]}\n",
            1,
            "line 2: title: found a list, expected a text",
        ),
        (
            build(&["--title", "naem"]),
            "id,name\n1,A\n",
            2,
            "no record has the field `naem` that --title names; fields found: id, name",
        ),
        (build(&["--max-chars", "3"]), "{}", 2, "max_chars is 3, expected 40 to 100000"),
        (vec!["build", "gone.jsonl", "--dry-run"], "", 1, "gone.jsonl: cannot be read: No such file"),
        (
            vec!["build", "items.jsonl", "-o", "x", "--model", "gone"],
            "",
            1,
            "gone: there is no encoder (no manifest.json); name its folder with --model",
        ),
        (vec!["build", "items.jsonl", "-o", "gone/x"], "", 2, "gone/x: the folder gone does not exist; make it first"),
        (vec!["inspect", "items.jsonl"], "", 1, "items.jsonl: "),
        (vec!["similar", "shop.predilect", "spoon"], "", 1, "item \"spoon\" is not in the catalogue \"shop\""),
        (
            vec!["recommend", "shop.predilect", "--like", "spoon"],
            "",
            1,
            "item \"spoon\" is not in the catalogue \"shop\"",
        ),
        (vec!["recommend", "shop.predilect", "--rate", "cup"], "", 2, "--rate cup: expected ID=STARS"),
        (vec!["recommend", "shop.predilect", "--rate", "cup=9"], "", 2, "rating of item \"cup\": value is 9"),
        (vec!["recommend", "shop.predilect", "--filter", "colour=red"], "", 2, "filter: no field \"colour\""),
        (vec!["recommend", "shop.predilect", "--filter", "price"], "", 2, "--filter price: expected field=value"),
        (vec!["recommend", "shop.predilect", "-k", "0"], "", 2, "recommend: k is 0"),
        (
            vec!["recommend", "shop.predilect", "--cap", "category=x"],
            "",
            2,
            "--cap category=x: expected a field and a number",
        ),
        (
            vec!["recommend", "shop.predilect", "--surface", "similar"],
            "",
            2,
            "recommend: items: found 0 ids, expected 1",
        ),
    ] {
        let (found, message) = failure(folder.path(), &args, input.as_bytes());
        assert_eq!(found, code, "{args:?}: {message}");
        assert!(message.starts_with(&format!("predilect: {expected}")), "{args:?}: {message}");
        assert_eq!(message.lines().count(), 1, "{message}");
    }
}

#[test]
fn damaged_catalogues_are_told_apart() {
    let folder = shop();
    let good = fs::read(folder.path().join("shop.predilect")).unwrap();
    let mut flipped = good.clone();
    *flipped.last_mut().unwrap() ^= 1;
    for (bytes, expected) in [
        (&good[..good.len() - 10], "catalogue is cut off"),
        (&flipped, "catalogue is damaged"),
        (b"<!doctype html><title>Not found</title>", "not a catalogue"),
        (b"", "not a catalogue"),
    ] {
        fs::write(folder.path().join("bad"), bytes).unwrap();
        let (code, message) = failure(folder.path(), &["inspect", "bad"], b"");
        assert_eq!(code, 1);
        assert!(message.starts_with(&format!("predilect: bad: {expected}")), "{message}");
    }
}

#[test]
fn a_failed_build_leaves_the_old_file() {
    let folder = shop();
    let before = fs::read(folder.path().join("shop.predilect")).unwrap();
    let (code, _) = failure(folder.path(), &["build", "items.jsonl", "-o", "shop.predilect", "--model", "gone"], b"");
    assert_eq!(code, 1);
    assert_eq!(fs::read(folder.path().join("shop.predilect")).unwrap(), before);
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn inspect_shows_what_is_there() {
    let folder = shop();
    let text = stdout(folder.path(), &["inspect", "shop.predilect"]);
    for part in [
        "name        shop",
        "items       5",
        "encoder     0123456789abcdef, 2 values",
        "price     number      5  5 to 80",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
    let json: Value = serde_json::from_str(&stdout(folder.path(), &["inspect", "shop.predilect", "--json"])).unwrap();
    assert_eq!((&json["count"], &json["languages"]), (&json!(5), &json!({"en": 4, "zh": 1})));
    let item = stdout(folder.path(), &["inspect", "shop.predilect", "--item", "teapot"]);
    assert!(item.contains("茶壶") && item.contains("泡茶用的壶。"), "{item}");
}
