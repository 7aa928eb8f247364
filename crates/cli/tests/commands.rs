//! The commands as a person runs them. What needs no encoder uses catalogues with given vectors.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use flate2::{Compression, write::GzEncoder};
use predilect_builder::{Builder, Options};
use serde_json::{Value, json};
use tempfile::TempDir;

const ITEMS: &str = r#"{"id":"kettle","title":"Kettle","text":"Boils water for tea.","tags":["tea"],"category":"kitchen","price":30,"lang":"en"}
{"id":"cup","title":"Tea cup","tags":["tea"],"category":"kitchen","price":5,"lang":"en"}
{"id":"teapot","title":"茶壶","text":"泡茶用的壶。","tags":["tea"],"category":"kitchen","price":20,"lang":"zh"}
{"id":"drill","title":"Drill","text":"Makes holes.","tags":["tools"],"category":"workshop","price":80,"lang":"en"}
{"id":"saw","title":"Saw","tags":["tools"],"category":"workshop","price":15,"lang":"en"}
"#;

fn run(folder: &Path, args: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_predilect"))
        .args(args)
        .current_dir(folder)
        .env_remove("PREDILECT_MODEL")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The command may end before it reads all.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

fn stdout(folder: &Path, args: &[&str]) -> String {
    let output = run(folder, args, b"");
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Exit code and standard error.
fn failure(folder: &Path, args: &[&str], input: &[u8]) -> (i32, String) {
    let output = run(folder, args, input);
    assert!(output.stdout.is_empty(), "{args:?} printed {}", String::from_utf8_lossy(&output.stdout));
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

/// A folder with `items.jsonl` and `shop.predilect`, whose vectors put tea things and tools at a right angle.
fn shop() -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("items.jsonl"), ITEMS).unwrap();
    let mut builder = Builder::new(Options { name: "shop".into(), ..Options::default() }).unwrap();
    builder.push(ITEMS.as_bytes()).unwrap();
    let vectors = [1.0, 0.1, 0.9, 0.2, 0.8, 0.1, 0.1, 1.0, 0.2, 0.9];
    let bytes = builder.finish().unwrap().assemble(&vectors, "0123456789abcdef").unwrap();
    fs::write(folder.path().join("shop.predilect"), bytes).unwrap();
    folder
}

fn ids(json: &str) -> Vec<String> {
    let reply: Value = serde_json::from_str(json).unwrap();
    reply["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

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

#[test]
fn recommend_and_similar_answer_from_the_engine() {
    let folder = shop();
    let all = |args: &[&str]| ids(&stdout(folder.path(), &[args, &["--json"]].concat()));
    let time = ["--now", "1700000000000", "--diversity", "0"];
    assert_eq!(all(&["similar", "shop.predilect", "drill", "-k", "1"]), ["saw"]);
    assert_eq!(
        all(&["similar", "shop.predilect", "kettle", "-k", "5", "--filter", "price<=20", "--filter", "lang!=zh"])[..1],
        ["cup"]
    );
    let liked = all(&[&["recommend", "shop.predilect", "--like", "kettle", "-k", "2"], &time[..]].concat());
    assert_eq!(liked.len(), 2);
    assert!(liked.contains(&"cup".to_owned()) && liked.contains(&"teapot".to_owned()), "{liked:?}");
    let tools = all(&[
        &["recommend", "shop.predilect", "--buy", "drill", "--filter", "price>=10", "--filter", "price<=20", "-k", "2"],
        &time[..],
    ]
    .concat());
    assert_eq!(tools[0], "saw");
    assert!(!tools.contains(&"cup".to_owned()) && !tools.contains(&"kettle".to_owned()), "{tools:?}");
    let either =
        all(&[&["recommend", "shop.predilect", "--filter", "{\"category\": [\"workshop\"]}", "-k", "9"], &time[..]]
            .concat());
    assert_eq!(either.len(), 2);
    let capped = all(&[&["recommend", "shop.predilect", "--cap", "category=1", "-k", "9"], &time[..]].concat());
    assert!(!capped.is_empty() && capped.len() < all(&["recommend", "shop.predilect", "-k", "9"]).len(), "{capped:?}");
    let begun = ["recommend", "shop.predilect", "--surface", "continue", "--click", "saw", "--click", "cup"];
    assert_eq!(all(&begun), ["cup", "saw"]);
    let reply: Value = serde_json::from_str(&stdout(
        folder.path(),
        &["recommend", "shop.predilect", "--like", "kettle", "-k", "1", "--json"],
    ))
    .unwrap();
    let reason = &reply["items"][0]["reasons"][0];
    assert_eq!((&reason["kind"], &reason["event"]["item"]), (&json!("interest"), &json!("kettle")));
    let table = stdout(folder.path(), &["recommend", "shop.predilect", "--like", "kettle", "-k", "3"]);
    assert!(table.contains("like: Kettle") && table.contains("茶壶"), "{table}");
}

/// The encoder of this checkout, where it is there.
fn model() -> Option<PathBuf> {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/predilect-encoder-small").canonicalize().ok()?;
    folder.join("model.onnx").is_file().then_some(folder)
}

#[test]
fn build_and_search_with_the_real_encoder() {
    let Some(model) = model() else {
        eprintln!("left out: models/predilect-encoder-small is not there");
        return;
    };
    let model = model.to_str().unwrap();
    let folder = shop();
    let build = |output: &str, threads: &str| {
        stdout(
            folder.path(),
            &["build", "items.jsonl", "-o", output, "--name", "real", "--model", model, "--threads", threads, "-q"],
        )
    };
    let text = build("one.predilect", "1");
    assert!(text.contains("one.predilect: 5 items"), "{text}");
    build("two.predilect", "2");
    let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
    assert_eq!(read("one.predilect"), read("two.predilect"), "threads change nothing");
    let found =
        ids(&stdout(folder.path(), &["search", "one.predilect", "茶杯和茶壶", "--model", model, "-k", "3", "--json"]));
    assert!(found.contains(&"teapot".to_owned()) && found.contains(&"cup".to_owned()), "{found:?}");
    let about = ids(&stdout(
        folder.path(),
        &["recommend", "one.predilect", "--about", "woodwork and tools", "--model", model, "-k", "2", "--json"],
    ));
    assert!(["saw", "drill"].contains(&about[0].as_str()), "{about:?}");
    let (code, message) = failure(folder.path(), &["search", "shop.predilect", "tea", "--model", model], b"");
    assert_eq!(code, 1);
    assert!(message.contains("the query comes from encoder") && message.contains("0123456789abcdef"), "{message}");
}

#[test]
fn events_of_many_people_link_items() {
    let Some(model) = model() else {
        eprintln!("left out: models/predilect-encoder-small is not there");
        return;
    };
    let folder = shop();
    // Six people bought drill and saw, four cup and teapot; everybody has a line that says nothing.
    let mut events = "user,item,kind,time\n".to_owned();
    for person in 0..10 {
        let (first, second) = if person < 6 { ("drill", "saw") } else { ("cup", "teapot") };
        events += &format!(
            "p{person},{first},buy,1700000000\np{person},{second},buy,1700000060\np{person},gone,buy,1700000090\n"
        );
    }
    fs::write(folder.path().join("events.csv"), events).unwrap();
    let told = stdout(
        folder.path(),
        &[
            "build",
            "items.jsonl",
            "-o",
            "learned.predilect",
            "--events",
            "events.csv",
            "--model",
            model.to_str().unwrap(),
            "-q",
        ],
    );
    assert!(told.contains("20 events of 10 people: 2 neighbours of 2 items, 2 links"), "{told}");
    assert!(told.contains("1 pairs of items kept, 1 that fewer than 5 people link left out"), "{told}");
    let kinds = |args: &[&str], id: &str| -> Vec<String> {
        let all = [&["recommend", "learned.predilect", "-k", "5", "--json"], args].concat();
        let reply: Value = serde_json::from_str(&stdout(folder.path(), &all)).unwrap();
        let item = reply["items"].as_array().unwrap().iter().find(|item| item["id"] == id).unwrap().clone();
        let kind = |reason: &Value| reason["kind"].as_str().unwrap().to_owned();
        item["reasons"].as_array().unwrap().iter().map(kind).collect()
    };
    assert_eq!(kinds(&[], "drill"), ["popular"]);
    assert!(kinds(&["--buy", "drill"], "saw").contains(&"together".to_owned()));
    assert!(!kinds(&["--buy", "cup"], "teapot").contains(&"together".to_owned()), "four people leave no trace");
}

#[test]
fn what_counts_is_learned_from_events() {
    let folder = shop();
    // Everybody turns to kettle, teapot, cup and, later, drill and saw: too few acts are left to ask anything else.
    let items = ["kettle", "teapot", "cup", "drill", "saw"];
    let mut events = "user,item,kind,time\n".to_owned();
    for person in 0..20 {
        for (at, item) in items.iter().cycle().skip(person % 5).take(5).enumerate() {
            events += &format!("p{person},{item},buy,{}\n", 1_700_000_000 + 86_400 * at);
        }
    }
    fs::write(folder.path().join("events.csv"), &events).unwrap();
    let train = ["train", "shop.predilect", "--events", "events.csv"];
    let told = stdout(folder.path(), &[&train[..], &["-o", "trained.predilect", "-q"]].concat());
    assert!(
        told.contains("questions") && told.contains("newcomers") && told.contains("100 events of 20 people"),
        "{told}"
    );
    let report: Value =
        serde_json::from_str(&stdout(folder.path(), &[&train[..], &["--dry-run", "--json", "-q"]].concat())).unwrap();
    assert!(report["training"]["held"].as_u64() > Some(0), "{report}");
    assert_eq!(report["output"], Value::Null);
    let inspect = stdout(folder.path(), &["inspect", "trained.predilect", "--json"]);
    assert!(inspect.contains("\"people\":20"), "{inspect}");
    fs::write(folder.path().join("few.csv"), "user,item,kind,time\na,kettle,buy,1700000000\n").unwrap();
    let (code, message) =
        failure(folder.path(), &["train", "shop.predilect", "--events", "few.csv", "--dry-run", "-q"], b"");
    assert!(code == 1 && message.contains("too few events"), "{message}");
}

#[test]
fn search_by_words_needs_no_encoder() {
    let folder = shop();
    let said = stdout(folder.path(), &["index", "shop.predilect"]);
    assert!(said.starts_with("shop.words: ") && said.contains("bytes an item"), "{said}");
    for (text, more, expected) in [
        ("kettles", &[][..], &["kettle"][..]),
        ("ketle", &[], &["kettle"]),
        ("tea", &["--filter", "price<=10"], &["cup"]),
        ("dri", &["--prefix"], &["drill"]),
        ("泡茶", &[], &["teapot"]),
        ("nothing of this", &[], &[]),
    ] {
        let args = [&["search", "shop.predilect", text, "--by", "words", "--json"], more].concat();
        let reply: Value = serde_json::from_str(&stdout(folder.path(), &args)).unwrap();
        let items = reply["items"].as_array().unwrap();
        assert_eq!(reply["by"], "words");
        assert_eq!(items.iter().map(|item| item["id"].as_str().unwrap()).collect::<Vec<_>>(), expected, "{text}");
        for item in items {
            assert_eq!(item["reasons"][0]["kind"], "words");
            assert_eq!(item["reasons"][0]["part"], item["score"]);
        }
    }
    let json = |args: &[&str]| -> Value { serde_json::from_str(&stdout(folder.path(), args)).unwrap() };
    let asked = json(&["recommend", "shop.predilect", "--text", "a kettle please", "--by", "words", "--json"]);
    assert_eq!((&asked["by"], &asked["items"][0]["id"]), (&Value::from("words"), &Value::from("kettle")));
    assert_eq!(asked["items"][0]["reasons"][0]["text"], "a kettle please");
    let answer = json(&["ask", "shop.predilect", "Which drill is there?", "--by", "words", "--json"]);
    assert_eq!(answer["answer"].get("id").or(answer["others"][0].get("id")), Some(&Value::from("drill")));
    let unsure = stdout(folder.path(), &["ask", "shop.predilect", "Where is my zebra?", "--by", "words"]);
    assert!(unsure.contains("not sure"), "{unsure}");

    // An index of other items, a damaged one, and none.
    let path = folder.path().join("shop.words");
    let mut bytes = fs::read(&path).unwrap();
    bytes[30] ^= 1;
    fs::write(&path, &bytes).unwrap();
    let (code, message) = failure(folder.path(), &["search", "shop.predilect", "tea", "--by", "words"], b"");
    assert!(code == 1 && message.contains("damaged"), "{message}");
    let mut builder = Builder::new(Options::default()).unwrap();
    builder.push(b"{\"id\":\"a\",\"title\":\"Other\"}").unwrap();
    fs::write(folder.path().join("other.predilect"), builder.finish().unwrap().assemble(&[1.0], "e").unwrap()).unwrap();
    stdout(folder.path(), &["index", "other.predilect", "-o", "shop.words"]);
    let (code, message) = failure(folder.path(), &["search", "shop.predilect", "tea", "--by", "words"], b"");
    assert!(code == 1 && message.contains("other items"), "{message}");
    fs::remove_file(path).unwrap();
    let (code, message) = failure(folder.path(), &["search", "shop.predilect", "tea", "--by", "words"], b"");
    assert!(code == 1 && message.contains("shop.words"), "{message}");
}

#[test]
fn reviews_become_ratings_and_bad_news_an_alert() {
    let Some(model) = model() else {
        eprintln!("left out: models/predilect-encoder-small is not there");
        return;
    };
    let model = model.to_str().unwrap();
    let folder = TempDir::new().unwrap();
    let write = |name: &str, lines: &[Value]| {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        fs::write(folder.path().join(name), text).unwrap();
    };
    let good = ["Very happy with it", "Excellent, I love it", "质量很好，非常满意", "Record sales and rising profits"];
    let bad =
        ["It broke, a waste of money", "Awful and disappointing", "质量太差，非常失望", "Heavy losses and layoffs"];
    let labelled = |texts: &[&str], label: &str| -> Vec<Value> {
        texts.iter().map(|text| json!({"text": text, "label": label})).collect()
    };
    write("labelled.jsonl", &[labelled(&good, "pos"), labelled(&bad, "neg")].concat());
    stdout(folder.path(), &["train-head", "labelled.jsonl", "-o", "tone.json", "--model", model]);

    write(
        "reviews.jsonl",
        &[
            json!({"item": "pot", "text": "I am very happy with this excellent pot"}),
            json!({"item": "cup", "user": "u", "time": 5, "text": "太差了，很失望"}),
            json!({"item": "cup", "text": "no words needed", "rating": 2}),
        ],
    );
    let head = ["--head", "tone.json", "--model", model];
    let said =
        stdout(folder.path(), &[&["opinions", "reviews.jsonl", "-o", "ratings.jsonl"], head.as_slice()].concat());
    assert!(said.contains("3 ratings, 2 of them by their words"), "{said}");
    let ratings = fs::read_to_string(folder.path().join("ratings.jsonl")).unwrap();
    let ratings: Vec<Value> = ratings.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let stars: Vec<f64> = ratings.iter().map(|rating| rating["rating"].as_f64().unwrap()).collect();
    assert!(stars[0] > 3.5 && stars[1] < 2.5 && stars[2] == 2.0, "{stars:?}");
    assert!(ratings.iter().all(|rating| rating.get("text").is_none()) && ratings[1]["user"] == "u");
    let (code, message) = failure(
        folder.path(),
        &[&["opinions", "reviews.jsonl", "-o", "x", "--positive", "good"], head.as_slice()].concat(),
        b"",
    );
    assert!(code == 2 && message.contains("no label \"good\"; it has neg, pos"), "{message}");

    // Of two companies one has bad news in the last week.
    let story = |day: usize, company: &str, text: &str| {
        let date = format!("2026-{:02}-{:02}", 1 + day / 31, 1 + day % 31);
        json!({"id": format!("{day} {company} {text}"), "title": format!("{company}, day {day}"), "text": text, "tags": [company], "date": date})
    };
    let mut news: Vec<Value> = (0..35)
        .flat_map(|day| {
            let acme =
                if day >= 28 { "Heavy losses, layoffs, disappointing" } else { "Record sales, rising profits, happy" };
            [story(day, "Acme", acme), story(day, "Borel", "Record sales, rising profits, happy")]
        })
        .collect();
    write("news.jsonl", &news);
    let found = stdout(folder.path(), &[&["alerts", "news.jsonl", "--json"], head.as_slice()].concat());
    let found: Value = serde_json::from_str(&found).unwrap();
    let alerts: Vec<&str> = (found["watched"].as_array().unwrap().iter())
        .filter(|own| own["alert"] == true)
        .map(|own| own["tag"].as_str().unwrap())
        .collect();
    assert_eq!(alerts, ["Acme"], "{found}");
    assert!(found["note"].as_str().unwrap().contains("no advice"));
    news.iter_mut().for_each(|story| story["date"] = json!("2026-01-01"));
    write("one-day.jsonl", &news);
    let quiet = stdout(folder.path(), &[&["alerts", "one-day.jsonl"], head.as_slice()].concat());
    assert!(quiet.contains("no alert") && quiet.contains("no advice"), "{quiet}");
}
