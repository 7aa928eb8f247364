//! `predilect recommend`, `similar`, `search`, `ask`: requests to the engine, replies as tables.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use predilect_core::catalogue::ColumnKind;
use predilect_core::{Event, EventKind, Reason, Surface};
use predilect_engine::{AnsweredItem, Engine, EngineError, RecommendRequest, Reply, SearchRequest};
use predilect_words::{Index, Query};
use serde_json::{Map, Value, json};

use crate::args::{AskArgs, ListArgs, RecommendArgs, SearchArgs, SimilarArgs, SurfaceArg};
use crate::failure::Failure;
use crate::look::{Looked, found, look};
use crate::table::{self, number, text};
use crate::{files, model};

/// `predilect recommend`.
pub fn recommend(args: &RecommendArgs) -> Result<(), Failure> {
    let mut engine = open(&args.catalogue)?;
    let now = args.now.unwrap_or_else(now);
    engine.record(events(args, now)?).map_err(failure)?;
    if !args.about.is_empty() {
        let encoder = model::load(&args.look.model.model)?;
        for text in &args.about {
            let vector =
                encoder.encode(&[text]).map_err(|error| Failure::usage(format!("--about \"{text}\": {error}")))?;
            engine.describe(text, &vector, encoder.fingerprint(), now, 1.0).map_err(failure)?;
        }
    }
    for topic in &args.follow {
        engine.follow(topic, now, 1.0).map_err(failure)?;
    }
    if args.taste {
        print!("{}", taste(&engine, now));
    }
    let filter = filter(&args.list.filter, &engine)?;
    let asked = |text: &String| {
        let request = SearchRequest { text: text.clone(), k: args.list.k, filter: filter.clone() };
        Ok(look(&args.look, &args.catalogue, &engine, &request, &|index| Query::question(text, index))?.told)
    };
    let told = args.text.as_ref().map(asked).transpose()?.unwrap_or_default();
    let request = RecommendRequest {
        k: args.list.k,
        seed: args.seed,
        text: args.text.clone(),
        told,
        filter,
        surface: match args.surface {
            SurfaceArg::ForYou => Surface::ForYou,
            SurfaceArg::Similar => Surface::Similar,
            SurfaceArg::Together => Surface::Together,
            SurfaceArg::Continue => Surface::Continue,
            SurfaceArg::Trending => Surface::Trending,
            SurfaceArg::Because => Surface::Because,
        },
        items: args.of.clone(),
        caps: by_field("--cap", "category=2", &args.cap)?,
        calibration: by_field("--calibrate", "tags=0.3", &args.calibrate)?,
        diversity: args.diversity,
        explore: args.explore,
        include_owned: args.include_owned,
        ..RecommendRequest::new(now)
    };
    show(&engine.recommend(&request).map_err(failure)?, &args.list, &engine)
}

/// Interests by their names.
fn taste(engine: &Engine, now: i64) -> String {
    let profile = engine.profile_reply(now, None);
    let row = |interest: predilect_engine::InterestReply| {
        vec![interest.name, format!("{:.2}", interest.weight), interest.keywords.join(", "), interest.label]
    };
    let columns = [text("interest", 30), number("share"), text("about", 50), text("from", 40)];
    table::render(&columns, &profile.interests.into_iter().map(row).collect::<Vec<_>>())
}

/// `predilect similar`.
pub fn similar(args: &SimilarArgs) -> Result<(), Failure> {
    let engine = open(&args.catalogue)?;
    let request = RecommendRequest {
        surface: Surface::Similar,
        items: vec![args.id.clone()],
        k: args.list.k,
        filter: filter(&args.list.filter, &engine)?,
        ..RecommendRequest::new(now())
    };
    show(&engine.recommend(&request).map_err(failure)?, &args.list, &engine)
}

/// `predilect search`.
pub fn search(args: &SearchArgs) -> Result<(), Failure> {
    let engine = open(&args.catalogue)?;
    let request =
        SearchRequest { text: args.text.clone(), k: args.list.k, filter: filter(&args.list.filter, &engine)? };
    let told =
        look(&args.look, &args.catalogue, &engine, &request, &|index| Query::new(&args.text, index, args.prefix))?.told;
    show(&engine.search(told.by_words(), told.by_meaning(), &request).map_err(failure)?, &args.list, &engine)
}

/// `predilect ask`.
pub fn ask(args: &AskArgs) -> Result<(), Failure> {
    let engine = open(&args.catalogue)?;
    let mut filter = filter(&args.filter, &engine)?;
    filter.extend(args.lang.as_ref().map(|lang| ("lang".to_owned(), json!(lang))));
    let request = SearchRequest { text: args.question.clone(), k: args.k, filter };
    let question = |index: &Index| Query::question(&args.question, index);
    let Looked { told, index } = look(&args.look, &args.catalogue, &engine, &request, &question)?;
    if let Some(index) = index {
        let probe = |text: &String| found(&index, &Query::question(text, &index), args.k, None);
        engine.probed(engine.probes().iter().map(probe).collect());
    }
    let reply = engine.ask(told.by_words(), told.by_meaning(), &request).map_err(failure)?;
    if args.json {
        println!("{}", serde_json::to_string(&reply).map_err(|error| Failure::data(error.to_string()))?);
        return Ok(());
    }
    match &reply.answer {
        Some(answer) => println!("{}\n", answer.text),
        None => println!("not sure that anything here answers this\n"),
    }
    let row = |item: &AnsweredItem| {
        let question = item.question.as_ref().unwrap_or(&item.text).clone();
        vec![format!("{:.2}", item.confidence), question, item.id.clone()]
    };
    let rows: Vec<_> = reply.answer.iter().chain(&reply.others).map(row).collect();
    print!("{}", table::render(&[number("sure"), text("question", 60), text("id", 40)], &rows));
    Ok(())
}

/// Opens a catalogue for a person of whom nothing is known.
pub fn open(path: &Path) -> Result<Engine, Failure> {
    Engine::open(files::read(path)?).map_err(|error| Failure::data(format!("{}: {error}", path.display())))
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_millis());
    i64::try_from(since).unwrap_or(0)
}

/// An error of the engine, as the command line's.
pub fn failure(error: EngineError) -> Failure {
    match error.code() {
        "bad-request" | "bad-event" => Failure::usage(error.to_string()),
        _ => Failure::data(error.to_string()),
    }
}

fn events(args: &RecommendArgs, at: i64) -> Result<Vec<Event>, Failure> {
    let plain = [
        (EventKind::View, &args.view),
        (EventKind::Click, &args.click),
        (EventKind::Like, &args.like),
        (EventKind::Purchase, &args.buy),
        (EventKind::Dislike, &args.dislike),
        (EventKind::Dismiss, &args.dismiss),
    ];
    let mut events: Vec<Event> = plain
        .into_iter()
        .flat_map(|(kind, ids)| ids.iter().map(move |id| Event { kind, item: id.clone(), at, value: None }))
        .collect();
    for rating in &args.rate {
        let parsed = rating.rsplit_once('=').and_then(|(id, stars)| Some((id, stars.parse().ok()?)));
        let Some((id, stars)) = parsed else {
            return Err(Failure::usage(format!("--rate {rating}: expected ID=STARS, such as --rate kettle-1=4")));
        };
        events.push(Event { kind: EventKind::Rating, item: id.to_owned(), at, value: Some(stars) });
    }
    Ok(events)
}

/// Numbers by field, of an option that takes FIELD=NUMBER.
fn by_field(option: &str, example: &str, values: &[String]) -> Result<Map<String, Value>, Failure> {
    let read = |value: &String| {
        let parsed = value.rsplit_once('=').and_then(|(field, number)| Some((field, number.parse::<Value>().ok()?)));
        let Some((field, number)) = parsed.filter(|(_, number)| number.is_number()) else {
            return Err(Failure::usage(format!(
                "{option} {value}: expected a field and a number, such as {option} {example}"
            )));
        };
        Ok((field.to_owned(), number))
    };
    values.iter().map(read).collect()
}

/// Conditions of the command line as the filter that the engine takes.
fn filter(conditions: &[String], engine: &Engine) -> Result<Map<String, Value>, Failure> {
    let mut all = Map::new();
    for condition in conditions {
        if condition.trim_start().starts_with('{') {
            let more: Map<String, Value> = serde_json::from_str(condition)
                .map_err(|error| Failure::usage(format!("--filter {condition}: is not a JSON object: {error}")))?;
            all.extend(more);
            continue;
        }
        let operators = [("!=", "not"), (">=", "min"), ("<=", "max"), ("=", "")];
        let parts = operators
            .iter()
            .filter_map(|(operator, key)| Some((condition.find(operator)?, *operator, *key)))
            .min_by_key(|(at, operator, _)| (*at, std::cmp::Reverse(operator.len())));
        let Some((at, operator, key)) = parts.filter(|(at, ..)| *at > 0) else {
            let message =
                format!("--filter {condition}: expected field=value, field!=value, field>=number or field<=number");
            return Err(Failure::usage(message));
        };
        let (field, value) = (condition[..at].trim(), condition[at + operator.len()..].trim());
        let kind = engine.catalogue().column(field).map(|(kind, _)| kind);
        let typed = |text: &str| match (kind, text.parse::<f64>()) {
            (Some(ColumnKind::Number | ColumnKind::Date), Ok(number)) => json!(number),
            _ => json!(text),
        };
        let mut values: Vec<Value> = value.split(',').map(|part| typed(part.trim())).collect();
        let value = if values.len() == 1 { values.remove(0) } else { Value::Array(values) };
        match (all.get_mut(field), key) {
            // `price>=5` and `price<=20` are one range.
            (Some(Value::Object(range)), "min" | "max") => {
                range.insert(key.to_owned(), value);
            }
            (_, "") => {
                all.insert(field.to_owned(), value);
            }
            _ => {
                all.insert(field.to_owned(), json!({key: value}));
            }
        }
    }
    Ok(all)
}

fn show(reply: &Reply, args: &ListArgs, engine: &Engine) -> Result<(), Failure> {
    if args.json {
        println!("{}", serde_json::to_string(reply).map_err(|error| Failure::data(error.to_string()))?);
        return Ok(());
    }
    if reply.items.is_empty() {
        println!("nothing found; loosen the filter or ask for what is owned with --include-owned");
        return Ok(());
    }
    let rows = reply.items.iter().enumerate().map(|(at, item)| {
        let fields: Value = serde_json::from_str(item.fields.get()).unwrap_or_default();
        let why = item.reasons.first().map(|reason| why(reason, engine)).unwrap_or_default();
        vec![(at + 1).to_string(), format!("{:.3}", item.score), title(&fields), why, item.id.clone()]
    });
    let columns = [number("#"), number("score"), text("title", 44), text("why", 40), text("id", 40)];
    print!("{}", table::render(&columns, &rows.collect::<Vec<_>>()));
    Ok(())
}

/// The title, or the beginning of the text where there is none.
fn title(fields: &Value) -> String {
    let title = ["title", "text", "id"].iter().find_map(|name| fields.get(name)?.as_str());
    title.unwrap_or_default().to_owned()
}

/// The largest reason in a few words.
fn why(reason: &Reason, engine: &Engine) -> String {
    let kind = serde_json::to_value(reason.kind).ok();
    let kind = kind.as_ref().and_then(Value::as_str).unwrap_or_default();
    match (&reason.event, &reason.text) {
        (Some(cause), _) => {
            let verb = serde_json::to_value(cause.kind).ok();
            let verb = verb.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned();
            let fields = engine.items(std::slice::from_ref(&cause.item)).ok().and_then(|mut found| found.pop()?);
            let fields: Value = fields.and_then(|text| serde_json::from_str(text.get()).ok()).unwrap_or_default();
            format!("{verb}: {}", title(&fields))
        }
        (None, Some(text)) => format!("{kind}: {text}"),
        (None, None) => kind.to_owned(),
    }
}
