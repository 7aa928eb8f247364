//! `predilect inspect`.

use predilect_builder::phrases::Phrases;
use predilect_core::Catalogue;
use predilect_core::catalogue::{Column, ColumnKind};
use predilect_core::rank::Signal;
use predilect_engine::{Engine, TopicReply};
use serde_json::{Value, json};

use crate::args::InspectArgs;
use crate::compare::{Agreement, compare};
use crate::failure::Failure;
use crate::files;
use crate::table::{self, number, text};

/// Keyphrases shown of an item.
const KEYPHRASES: usize = 6;
/// Labels shown of a field.
const LABELS: usize = 5;

/// Shows what a catalogue is made of, or some of its items.
pub fn inspect(args: &InspectArgs) -> Result<(), Failure> {
    let bytes = files::read(&args.catalogue)?;
    let size = bytes.len();
    let engine =
        Engine::open(bytes).map_err(|error| Failure::data(format!("{}: {error}", args.catalogue.display())))?;
    if let Some(path) = &args.beside {
        let other = Catalogue::open(files::read(path)?)
            .map_err(|error| Failure::data(format!("{}: {error}", path.display())))?;
        let Agreement { items, same_name, rand } = compare(engine.catalogue(), &other);
        println!("{items} items in both");
        for (level, at) in [("upper", 0), ("lower", 1)] {
            let (same, rand) = (100.0 * same_name[at], rand[at]);
            println!("  {level} topics: {same:.1} % have a topic of the same name, adjusted Rand index {rand:.3}");
        }
        return Ok(());
    }
    if !args.item.is_empty() {
        return items(&engine, args);
    }
    let header = engine.catalogue().header();
    if args.json {
        let mut info = serde_json::to_value(engine.info()).map_err(|error| Failure::data(error.to_string()))?;
        if let Value::Object(info) = &mut info {
            info.insert("bytes".into(), json!(size));
            info.insert("format".into(), json!(header.format));
            info.insert("background".into(), json!(header.background));
            info.insert("learned".into(), json!(header.learned));
            info.insert("topics".into(), json!(engine.topics(None, 0)));
            info.insert("repeats".into(), json!(header.repeats));
        }
        println!("{info}");
        return Ok(());
    }
    println!("name        {}", header.name);
    println!("items       {}", header.count);
    println!("encoder     {}, {} values a vector", header.encoder, header.dimension);
    println!("background  {:.3} mean similarity of two items", header.background);
    println!("checksum    {} (matches)", header.checksum);
    println!("file        {size} bytes, format {}", header.format);
    if let Some(learned) = &header.learned {
        let stars = learned.stars.map_or_else(String::new, |stars| format!(", {stars:.2} stars on average"));
        println!("learned     from {} events of {} people{stars}", learned.events, learned.people);
        let weight = |signal: &Signal| format!("{} {:.3}", signal.name(), learned.weights.of(*signal));
        println!("weights     {}", Signal::ALL.iter().map(weight).collect::<Vec<_>>().join(", "));
    }
    print!("{}", tree(&engine));
    println!("\nfields to filter by");
    print!(
        "{}",
        table::render(&[text("field", 30), text("kind", 6), number("items"), text("values", 100)], &columns(&engine))
    );
    Ok(())
}

/// The topics, parts indented, with the words of each.
fn tree(engine: &Engine) -> String {
    fn level(topics: &[TopicReply], indent: usize, rows: &mut Vec<Vec<String>>) {
        for topic in topics {
            let name = format!("{}{}", "  ".repeat(indent), topic.name);
            rows.push(vec![name, topic.count.to_string(), topic.keywords.join(", ")]);
            level(&topic.topics, indent + 1, rows);
        }
    }
    let mut out = String::new();
    for language in &engine.catalogue().topics().languages {
        let mut rows = Vec::new();
        level(&engine.topics(Some(language), 0), 0, &mut rows);
        let columns = [text("topic", 40), number("items"), text("about", 60)];
        out.push_str(&format!("\ntopics, {language}\n{}", table::render(&columns, &rows)));
    }
    out
}

fn columns(engine: &Engine) -> Vec<Vec<String>> {
    let row = |(head, column): &(predilect_core::catalogue::ColumnHead, Column)| {
        let (kind, count, values) = match column {
            Column::Number(values) => {
                let known = values.iter().copied().filter(|value| !value.is_nan());
                let (count, min, max) = known
                    .fold((0, f64::INFINITY, f64::NEG_INFINITY), |(n, min, max), v| (n + 1, v.min(min), v.max(max)));
                match head.kind {
                    ColumnKind::Date => ("date", count, format!("{} to {}", day(min), day(max))),
                    _ => ("number", count, format!("{min} to {max}")),
                }
            }
            Column::Label(labels) => {
                let counts = labels.counts();
                let shown =
                    counts.iter().take(LABELS).map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>();
                let more = counts.len().saturating_sub(LABELS);
                let more = if more > 0 { format!(", and {more} more") } else { String::new() };
                let count = labels.offsets.windows(2).filter(|pair| pair[1] > pair[0]).count();
                ("label", count, format!("{}{more}", shown.join(", ")))
            }
        };
        vec![head.name.clone(), kind.to_owned(), count.to_string(), values]
    };
    engine.catalogue().columns().iter().map(row).collect()
}

/// Days since 1970 as a date.
fn day(days: f64) -> String {
    // Fliegel and Van Flandern's formula, from Julian day numbers.
    let mut l = days as i64 + 2_440_588 + 68_569;
    let n = 4 * l / 146_097;
    l -= (146_097 * n + 3) / 4;
    let i = 4000 * (l + 1) / 1_461_001;
    l = l - 1461 * i / 4 + 31;
    let j = 80 * l / 2447;
    let date = l - 2447 * j / 80;
    l = j / 11;
    format!("{:04}-{:02}-{date:02}", 100 * (n - 49) + i + l, j + 2 - 12 * l)
}

fn items(engine: &Engine, args: &InspectArgs) -> Result<(), Failure> {
    let phrases = Phrases::find(engine.catalogue()).map_err(|error| Failure::data(error.to_string()))?;
    let found = engine.items(&args.item).map_err(|error| Failure::data(error.to_string()))?;
    for (id, fields) in args.item.iter().zip(found) {
        let Some(fields) = fields else {
            return Err(Failure::data(format!(
                "item \"{id}\" is not in {}; use an id that it holds",
                args.catalogue.display()
            )));
        };
        if args.json {
            println!("{fields}");
            continue;
        }
        let fields: Value = serde_json::from_str(fields.get()).map_err(|error| Failure::data(error.to_string()))?;
        println!("{id}");
        for (name, value) in fields.as_object().into_iter().flatten().filter(|(name, _)| *name != "id") {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            println!("  {name:<12} {value}");
        }
        if let Some(item) = engine.catalogue().find(id) {
            let key = phrases.key(engine.catalogue(), item, KEYPHRASES);
            let texts: Vec<&str> = key.iter().map(|phrase| phrase.text.as_str()).collect();
            println!("  {:<12} {}", "keyphrases", texts.join(" · "));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use predilect_core::catalogue::days_since_1970;

    #[test]
    fn days_read_back() {
        for date in ["1970-01-01", "1969-12-31", "2000-02-29", "1900-03-01", "2026-11-21"] {
            assert_eq!(super::day(days_since_1970(date).unwrap() as f64), date);
        }
    }
}
