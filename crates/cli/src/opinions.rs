//! `predilect opinions` and `predilect alerts`: what a head makes of reviews and of news.

use std::collections::HashSet;

use predilect_builder::{Builder, Options};
use predilect_core::catalogue::{Column, days_since_1970};
use predilect_core::{Catalogue, ItemIdx};
use predilect_heads::{Answer, Count, Head, Story, WatchOptions, Watched, watch};
use serde_json::{Map, Value, json};

use crate::args::{AlertsArgs, OpinionsArgs};
use crate::failure::Failure;
use crate::heads::{encode, failure, head};
use crate::table::{number, render, text};
use crate::{files, model};

/// Says again and again what the alerts are not.
const DISCLAIMER: &str = "A share of stories that a small model takes for negative. It may be wrong, it knows nothing of \
their weight, and it is no advice to buy or to sell.";

/// Turns reviews into ratings.
pub fn opinions(args: &OpinionsArgs) -> Result<(), Failure> {
    files::check_writable(&args.output)?;
    let head = head(&args.head)?;
    let [positive, negative] = [label(&head, &args.positive)?, label(&head, &args.negative)?];
    let mut bytes = Vec::new();
    files::stream(&args.reviews, |piece, _| {
        bytes.extend_from_slice(piece);
        Ok(())
    })?;
    let mut reviews: Vec<(Map<String, Value>, String)> = Vec::new();
    for (at, line) in String::from_utf8_lossy(&bytes).lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let wrong = |what: &str| {
            let line = at + 1;
            Failure::data(format!(
                "{}, line {line}: {what}; expected {{\"item\": …, \"text\": …}}",
                args.reviews.display()
            ))
        };
        let mut review: Map<String, Value> = serde_json::from_str(line).map_err(|error| wrong(&error.to_string()))?;
        if !review.contains_key("item") {
            return Err(wrong("no item"));
        }
        let Some(Value::String(text)) = review.remove("text") else { return Err(wrong("no text")) };
        // Who wrote it tells nothing here; each counts as a person.
        review.entry("user").or_insert_with(|| json!(format!("review {}", at + 1)));
        review.entry("time").or_insert(json!(0));
        reviews.push((review, text));
    }
    let encoder = model::load(&args.model.model)?;
    let rated = |review: &Map<String, Value>| ["rating", "stars"].iter().any(|name| review.contains_key(*name));
    let unrated: Vec<usize> = (0..reviews.len()).filter(|&at| !rated(&reviews[at].0)).collect();
    let texts: Vec<String> = unrated.iter().map(|&at| reviews[at].1.clone()).collect();
    let answers = head.classify(&encode(&encoder, &texts)?, encoder.fingerprint()).map_err(failure)?;
    let mut sum = 0.0;
    for (&at, answer) in unrated.iter().zip(&answers) {
        let stars = stars(answer, positive, negative);
        sum += stars;
        reviews[at].0.insert("rating".to_owned(), json!(stars));
    }
    let out: String = reviews.iter().map(|(review, _)| format!("{}\n", Value::Object(review.clone()))).collect();
    files::write(&args.output, out.as_bytes())?;
    println!(
        "{}: {} ratings, {} of them by their words ({:.2} stars on average)",
        args.output.display(),
        reviews.len(),
        unrated.len(),
        sum / unrated.len().max(1) as f64
    );
    Ok(())
}

/// The stars that a text sounds like, 1 to 5: three, and two for how sure it is that it is good or bad.
fn stars(answer: &Answer, positive: usize, negative: usize) -> f64 {
    let sure = answer.probabilities[positive] - answer.probabilities[negative];
    ((3.0 + 2.0 * sure) * 100.0).round() / 100.0
}

fn label(head: &Head, name: &str) -> Result<usize, Failure> {
    head.labels.iter().position(|own| own == name).ok_or_else(|| {
        Failure::usage(format!("the head \"{}\" has no label \"{name}\"; it has {}", head.name, head.labels.join(", ")))
    })
}

/// Tells of which tags more stories are negative lately than before.
pub fn alerts(args: &AlertsArgs) -> Result<(), Failure> {
    let head = head(&args.head)?;
    let negative = label(&head, &args.negative)?;
    let data = |error: &dyn std::fmt::Display| Failure::data(format!("{}: {error}", args.stories.display()));
    let mut builder = Builder::new(Options::default()).map_err(|error| data(&error))?;
    files::stream(&args.stories, |bytes, _| builder.push(bytes).map_err(|error| data(&error)))?;
    let items = builder.finish().map_err(|error| data(&error))?;
    let encoder = model::load(&args.model.model)?;
    let vectors = encode(&encoder, &items.texts(0..items.len()))?;
    let answers = head.classify(&vectors, encoder.fingerprint()).map_err(failure)?;
    let bytes = items.assemble(&vectors, encoder.fingerprint()).map_err(|error| data(&error))?;
    let catalogue = Catalogue::open(bytes).map_err(|error| data(&error))?;
    let Some((_, Column::Label(tags))) = catalogue.column(&args.field) else {
        return Err(data(&format!(
            "its records have no labels in \"{}\"; name another field with --field",
            args.field
        )));
    };
    let Some((_, Column::Number(days))) = catalogue.column("date") else {
        return Err(data(&"its records have no date"));
    };
    // A story that was printed twice is one story.
    let mut told = HashSet::new();
    let counts = |row: &usize| {
        let group = catalogue.repeats().and_then(|repeats| repeats.of(*row).first());
        days[*row].is_finite() && group.is_none_or(|group| told.insert(*group))
    };
    let kept: Vec<usize> = (0..catalogue.len()).filter(counts).collect();
    let story = |&row: &usize| {
        let negative = answers[row].probabilities[negative] >= 0.5;
        Story { day: days[row] as i64, tags: tags.of(row), negative }
    };
    let stories: Vec<Story<'_>> = kept.iter().map(story).collect();
    let latest = stories.iter().map(|story| story.day).max().unwrap_or(0);
    let today = match &args.today {
        Some(date) => days_since_1970(date)
            .ok_or_else(|| Failure::usage(format!("--today {date}: expected a date such as 2026-03-01")))?,
        None => latest,
    };
    let options = WatchOptions {
        days: i64::from(args.days),
        against: i64::from(args.against),
        least: args.least as usize,
        ..WatchOptions::default()
    };
    let watched = watch(&stories, today, &options);
    let name = |tag: u32| tags.names[tag as usize].as_str();
    if args.json {
        let rows: Vec<Value> = (watched.iter())
            .map(|own| json!({"tag": name(own.tag), "lately": own.lately, "before": own.before, "p": own.p, "alert": own.alert}))
            .collect();
        println!("{}", json!({"stories": stories.len(), "watched": rows, "note": DISCLAIMER}));
        return Ok(());
    }
    let shown: Vec<_> = watched.iter().filter(|own| own.alert || args.all).collect();
    if shown.is_empty() {
        println!(
            "no alert: of {} {} with {} stories or more none has more negative ones than chance explains",
            watched.len(),
            args.field,
            options.least
        );
    } else {
        let share = |count: Count| format!("{:.0} % of {}", 100.0 * count.share(), count.stories);
        let row = |own: &&Watched| {
            let mark = if own.alert { "!" } else { "" };
            vec![
                mark.to_owned(),
                name(own.tag).to_owned(),
                share(own.lately),
                share(own.before),
                format!("{:.4}", own.p),
            ]
        };
        let rows: Vec<_> = shown.iter().map(row).collect();
        let columns = [text("", 1), text("tag", 30), number("negative lately"), number("before"), number("p")];
        print!("{}", render(&columns, &rows));
    }
    println!("{DISCLAIMER}");
    for own in shown.iter().filter(|own| own.alert) {
        println!("\n{}:", name(own.tag));
        let lately =
            |story: &Story<'_>| (0..options.days).contains(&(today - story.day)) && story.tags.contains(&own.tag);
        for (&row, _) in kept.iter().zip(&stories).filter(|(_, story)| story.negative && lately(story)) {
            println!("  {}", catalogue.title(ItemIdx(row as u32)));
        }
    }
    Ok(())
}
