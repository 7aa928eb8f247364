//! What is learned from events and reviews.

use super::*;

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
