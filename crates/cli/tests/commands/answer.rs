//! Recommendations and searches.

use super::*;

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
