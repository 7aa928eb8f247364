//! Keyphrases and topics of made-up catalogues: what they are called, and what stays when a few items come and go.

use predilect_builder::phrases::Phrases;
use predilect_builder::{Builder, Options};
use predilect_core::{Catalogue, ItemIdx};
use serde_json::{Value, json};

/// Subjects with words of their own, in two languages.
const SUBJECTS: [(&str, [&str; 4], &str, [&str; 4]); 6] = [
    ("tea", ["green tea", "kettle", "oolong", "teapot"], "茶", ["绿茶", "茶壶", "乌龙茶", "普洱"]),
    ("space", ["black hole", "rocket", "moon", "telescope"], "太空", ["黑洞", "火箭", "月球", "望远镜"]),
    ("bread", ["sourdough", "oven", "rye", "yeast"], "面包", ["酵母", "烤箱", "黑麦", "面团"]),
    ("chess", ["opening", "endgame", "rook", "gambit"], "象棋", ["开局", "残局", "车马", "棋手"]),
    ("music", ["violin", "string quartet", "cello", "concert"], "音乐", ["小提琴", "四重奏", "大提琴", "音乐会"]),
    ("garden", ["rose", "compost", "seeds", "greenhouse"], "园艺", ["玫瑰", "堆肥", "种子", "温室"]),
];

fn chance(seed: usize, at: usize) -> f64 {
    predilect_core::candidates::chance(seed as u64, at as u64)
}

/// Item `i` is about one subject, in a language by turns; its vector is its subject's, with noise.
fn record(i: usize) -> (Value, Vec<f32>) {
    let about = i % SUBJECTS.len();
    let (label, words, wide_label, wide_words) = SUBJECTS[about];
    let (a, b) = ((chance(i, 1) * 4.0) as usize, (chance(i, 2) * 4.0) as usize);
    let item = if (i / SUBJECTS.len()).is_multiple_of(2) {
        json!({"id": format!("i{i}"), "lang": "en", "category": label, "title": format!("A note on the {} 😀", words[a]),
            "text": format!("<p>The {} came with number {i}, and the {} stayed until the end.</p>", words[a], words[b])})
    } else {
        json!({"id": format!("i{i}"), "lang": "zh", "category": wide_label, "title": format!("说说{}", wide_words[a]),
            "text": format!("这次的{}和第{i}个{}都很不错。", wide_words[a], wide_words[b])})
    };
    let value = |j: usize| (chance(i, 10 + j) - 0.5) as f32 * 0.5 + if j == about { 1.0 } else { 0.0 };
    (item, (0..12).map(value).collect())
}

fn build(rows: impl Iterator<Item = usize>) -> Catalogue {
    let mut builder = Builder::new(Options { keep_duplicates: true, ..Options::default() }).expect("builds");
    let mut vectors = Vec::new();
    for i in rows {
        let (item, vector) = record(i);
        builder.push(format!("{item}\n").as_bytes()).expect("builds");
        vectors.extend(vector);
    }
    Catalogue::open(builder.finish().expect("builds").assemble(&vectors, "e").expect("builds")).expect("builds")
}

fn names(catalogue: &Catalogue, row: usize) -> (String, String) {
    let topics = catalogue.topics();
    let own = &topics.tree[usize::from(topics.of_item[row])];
    let upper = own.parent.map_or(own, |parent| &topics.tree[usize::from(parent)]);
    (upper.name(0).to_owned(), own.name(0).to_owned())
}

#[test]
fn phrases_are_words_of_the_items() {
    let catalogue = build(0..240);
    let phrases = Phrases::find(&catalogue).unwrap();
    let texts: Vec<&str> = phrases.list.iter().map(|phrase| phrase.text.as_str()).collect();
    for expected in
        ["black hole", "green tea", "string quartet", "sourdough", "小提琴", "乌龙茶", "黑洞", "tea", "太空"]
    {
        assert!(texts.contains(&expected), "{expected} among {texts:?}");
    }
    for text in &texts {
        let fine = text.chars().any(char::is_alphabetic) && !text.contains(['<', '😀']);
        assert!(fine && !["the", "p", "until", "和第", "说说", "都很"].contains(text), "{text}");
    }
    for row in 0..12 {
        let key = phrases.key(&catalogue, ItemIdx(row), 4);
        let (label, words, wide_label, wide_words) = SUBJECTS[row as usize % SUBJECTS.len()];
        let own =
            |text: &str| text == label || text == wide_label || words.contains(&text) || wide_words.contains(&text);
        assert!(!key.is_empty() && own(&key[0].text), "{row}: {key:?}");
    }
}

#[test]
fn topics_have_names_in_both_languages_and_all_differ() {
    let catalogue = build(0..240);
    let topics = catalogue.topics();
    assert_eq!(topics.of_item.len(), 240);
    let mut all: Vec<&String> =
        topics.tree.iter().flat_map(|topic| &topic.names).filter(|name| !name.is_empty()).collect();
    let count = all.len();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), count, "{all:?}");
    let upper = topics.tree.iter().filter(|topic| topic.parent.is_none()).count();
    assert!((4..=8).contains(&upper), "{upper}");
    for (label, _, wide, _) in SUBJECTS {
        assert!(topics.find(label).is_some() && topics.find(wide).is_some(), "{label}: {all:?}");
    }
    // Most items are in a topic called by their subject.
    let right = (0..240).filter(|&row| names(&catalogue, row).0.contains(SUBJECTS[row % 6].0)).count();
    assert!(right > 220, "{right}");
}

#[test]
fn few_items_have_no_topics() {
    assert!(build(0..8).topics().tree.is_empty());
    assert!(!build(0..30).topics().tree.is_empty());
}

#[test]
fn a_rebuild_keeps_most_topics() {
    let whole = build(0..300);
    let fewer: Vec<usize> = (0..300).filter(|i| i % 50 != 7).collect();
    let other = build(fewer.iter().copied());
    let same = fewer.iter().enumerate().filter(|&(row, &i)| names(&other, row).0 == names(&whole, i).0).count();
    assert!(same * 10 > fewer.len() * 8, "{same} of {} keep the name of their topic", fewer.len());
    assert_eq!(build(0..300).bytes(), whole.bytes());
}

#[test]
fn topics_are_kept_where_most_items_are() {
    let rows = |rows: std::ops::Range<usize>, before: Option<&Catalogue>, drop: &dyn Fn(usize) -> bool| {
        let mut builder = Builder::new(Options { keep_duplicates: true, ..Options::default() }).expect("builds");
        let mut vectors = Vec::new();
        for i in rows.filter(|&i| !drop(i)) {
            let (mut item, vector) = record(i);
            // Prices are others each time.
            item["price"] = json!(i + before.map_or(0, |_| 1));
            builder.push(format!("{item}\n").as_bytes()).expect("builds");
            vectors.extend(vector);
        }
        let mut items = builder.finish().expect("builds");
        if let Some(before) = before {
            items.keep_topics(before.bytes().to_vec()).expect("is a catalogue");
        }
        Catalogue::open(items.assemble(&vectors, "e").expect("builds")).expect("builds")
    };
    let before = rows(0..240, None, &|_| false);
    // Some go, some come, and one subject is gone altogether.
    let after = rows(0..270, Some(&before), &|i| i % 9 == 0 || i % SUBJECTS.len() == 3);
    for item in after.items() {
        if let Some(was) = before.find(after.id(item)) {
            assert_eq!(names(&after, item.row()), names(&before, was.row()), "{}", after.id(item));
        }
    }
    let of = |catalogue: &Catalogue, id: usize| names(catalogue, catalogue.find(&format!("i{id}")).unwrap().row()).0;
    for new in (240..270).filter(|i| i % 9 != 0 && i % SUBJECTS.len() != 3) {
        let mut like = (0..240).filter(|i| i % 9 != 0 && i % SUBJECTS.len() == new % SUBJECTS.len());
        assert!(like.any(|old| of(&after, new) == of(&after, old)), "{new} is of its subject");
    }
    assert!(after.topics().tree.len() < before.topics().tree.len(), "what nothing is of is gone");
    // Where most is new, the topics are those of a fresh build.
    assert_eq!(rows(200..600, Some(&before), &|_| false).topics(), rows(200..600, None, &|_| false).topics());
}
