//! A row of a file of events -> a person and an event.

use predilect_core::EventKind;
use predilect_core::catalogue::days_since_1970;
use predilect_core::event::{Event, Millis};
use serde_json::Value;

use super::text;
use crate::input::Record;

const PERSON: [&str; 8] = ["user", "person", "userid", "user_id", "visitor", "visitorid", "session", "session_id"];
const ITEM: [&str; 8] = ["item", "itemid", "item_id", "movieid", "product", "product_id", "asin", "id"];
const KIND: [&str; 5] = ["kind", "event", "action", "type", "event_type"];
const VALUE: [&str; 5] = ["rating", "stars", "score", "value", "seconds"];
const TIME: [&str; 5] = ["time", "at", "timestamp", "date", "datetime"];

/// Below this a number is taken for seconds: milliseconds reach it in March 1973, seconds in the year 5138.
const SECONDS_BELOW: f64 = 1e11;

pub(super) fn event(record: &Record) -> Result<(String, Event), String> {
    let find = |names: &[&str]| {
        names.iter().find_map(|name| {
            let field = record.fields.iter().find(|(own, _)| own.to_lowercase() == *name);
            field.map(|(_, value)| value).filter(|value| !value.is_null())
        })
    };
    let named = |names: &[&str]| match find(names).map(text) {
        Some(text) if !text.is_empty() => Ok(text),
        _ => Err(format!("no {}; expected a column of that name", names[0])),
    };
    let (person, item, time) = (named(&PERSON)?, named(&ITEM)?, named(&TIME)?);
    let value = find(&VALUE).map(text).filter(|text| !text.is_empty());
    let number =
        value.as_deref().map(|text| text.parse().map_err(|_| format!("value is \"{text}\", expected a number")));
    let number: Option<f64> = number.transpose()?;
    let kind = match find(&KIND).map(text) {
        Some(name) => kind(&name).ok_or_else(|| {
            format!("kind is \"{name}\", expected view, click, like, dislike, rating, purchase, dwell or dismiss")
        })?,
        None if number.is_some() => EventKind::Rating,
        None => EventKind::Click,
    };
    let value = match kind {
        // Half a star is less than the engine's lowest.
        EventKind::Rating => number.map(|stars| stars.max(1.0)),
        EventKind::Dwell => number,
        _ => None,
    };
    let at = millis(&time).ok_or_else(|| format!("time is \"{time}\", expected milliseconds, seconds or a date"))?;
    let event = Event { kind, item, at, value };
    event.validate().map_err(|error| error.to_string())?;
    Ok((person, event))
}

fn kind(name: &str) -> Option<EventKind> {
    let lower = name.to_lowercase();
    let known = match lower.as_str() {
        "buy" | "order" | "transaction" => "purchase",
        "favourite" | "favorite" | "upvote" | "thumbs_up" | "wishlist" => "like",
        "downvote" | "thumbs_down" => "dislike",
        "pageview" | "impression" => "view",
        "open" | "addtocart" | "cart" => "click",
        other => other,
    };
    serde_json::from_value(Value::from(known)).ok()
}

fn millis(text: &str) -> Option<Millis> {
    if let Ok(number) = text.parse::<f64>() {
        return Some(if number.abs() < SECONDS_BELOW { number * 1000.0 } else { number } as Millis);
    }
    let days = days_since_1970(text)?;
    let clock: Vec<i64> = match text.get(11..19) {
        Some(clock) => clock.split(':').map(str::parse).collect::<Result<_, _>>().ok()?,
        None => vec![0, 0, 0],
    };
    let [hour, minute, second] = clock[..] else { return None };
    Some((days * 86_400 + hour * 3600 + minute * 60 + second) * 1000)
}
