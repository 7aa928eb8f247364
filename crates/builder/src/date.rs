//! Dates as people write them -> `YYYY-MM-DD`.

use predilect_core::catalogue::days_since_1970;
use serde_json::Value;

/// What a date field says.
#[derive(Debug, PartialEq)]
pub(crate) enum Date {
    /// A day as `YYYY-MM-DD`.
    Day(String),
    /// A year alone, which is no day.
    Year(i64),
    /// Something else.
    Unknown,
}

const SECONDS: std::ops::Range<f64> = 1e8..1e10;
const MILLISECONDS: std::ops::Range<f64> = 1e11..1e13;

/// Reads a date: ISO 8601 with or without a time, `2024/3/1`, `20240301`, `2024-03` (its first day), `1 March 2024`,
/// `March 1, 2024`, `2024年3月1日`, or Unix time in seconds or milliseconds. Days come before months in some countries
/// and after them in others, so `3/4/2024` is unknown.
pub(crate) fn read(value: &Value) -> Date {
    match value {
        Value::Number(number) => number.as_f64().map_or(Date::Unknown, from_number),
        Value::String(text) => from_text(text.trim()),
        _ => Date::Unknown,
    }
}

fn from_number(number: f64) -> Date {
    if number.fract() == 0.0 && (1000.0..2300.0).contains(&number) {
        return Date::Year(number as i64);
    }
    if number.fract() == 0.0 && (10_000_101.0..23_000_000.0).contains(&number) {
        let number = number as i64;
        return day(number / 10_000, number / 100 % 100, number % 100);
    }
    let days = if SECONDS.contains(&number) {
        number / 86_400.0
    } else if MILLISECONDS.contains(&number) {
        number / 86_400_000.0
    } else {
        return Date::Unknown;
    };
    let (year, month, date) = civil(days.floor() as i64);
    day(year, month, date)
}

fn from_text(text: &str) -> Date {
    if let Ok(number) = text.parse::<f64>()
        && text.bytes().all(|b| b.is_ascii_digit() || b == b'.')
    {
        return from_number(number);
    }
    let parts = parts(text);
    match parts.as_slice() {
        [Part::Number(year, 4), Part::Number(month, 1..=2)] => day(*year, *month, 1),
        [Part::Number(year, 4), Part::Number(month, 1..=2), Part::Number(date, 1..=2), ..] => day(*year, *month, *date),
        [Part::Number(date, 1..=2), Part::Month(month), Part::Number(year, 4), ..]
        | [Part::Month(month), Part::Number(date, 1..=2), Part::Number(year, 4), ..] => day(*year, *month, *date),
        _ => Date::Unknown,
    }
}

enum Part {
    /// Value and number of digits.
    Number(i64, usize),
    Month(i64),
}

/// Numbers and month names up to the time of day or anything unexpected.
fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if first.is_ascii_digit() {
            let length = rest.bytes().take_while(u8::is_ascii_digit).count();
            match rest[..length].parse() {
                Ok(number) => parts.push(Part::Number(number, length)),
                Err(_) => break,
            }
            length
        } else if first.is_ascii_alphabetic() {
            let length = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
            match month(&rest[..length]) {
                Some(month) => parts.push(Part::Month(month)),
                None => break,
            }
            length
        } else if matches!(first, '-' | '/' | '.' | ',' | ' ' | '年' | '月' | '日') {
            first.len_utf8()
        } else {
            break;
        };
        rest = &rest[length..];
    }
    parts
}

fn month(word: &str) -> Option<i64> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let word = word.to_ascii_lowercase();
    let at = MONTHS
        .iter()
        .position(|name| word.len() >= 3 && (*name == word || (word.len() <= 4 && name.starts_with(&word))))?;
    Some(at as i64 + 1)
}

fn day(year: i64, month: i64, date: i64) -> Date {
    let text = format!("{year:04}-{month:02}-{date:02}");
    if days_since_1970(&text).is_some() { Date::Day(text) } else { Date::Unknown }
}

/// Year, month and day of days since 1970 (Howard Hinnant, "chrono-compatible low-level date algorithms").
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let date = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, date)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn table() {
        for (value, expected) in [
            (json!("2024-03-01"), Some("2024-03-01")),
            (json!(" 2024-03-01T23:59:59+08:00 "), Some("2024-03-01")),
            (json!("2024-03-01 10:00"), Some("2024-03-01")),
            (json!("2024/3/1"), Some("2024-03-01")),
            (json!("2024.03.01"), Some("2024-03-01")),
            (json!("2024-03"), Some("2024-03-01")),
            (json!("20240229"), Some("2024-02-29")),
            (json!("20230229"), None),
            (json!("1 March 2024"), Some("2024-03-01")),
            (json!("Sept. 3, 1999"), Some("1999-09-03")),
            (json!("2024年3月1日"), Some("2024-03-01")),
            (json!(1_709_251_200), Some("2024-03-01")),
            (json!("1709251200"), Some("2024-03-01")),
            (json!(1_709_251_200_000_i64), Some("2024-03-01")),
            (json!("3/4/2024"), None),
            (json!("2024-13-01"), None),
            (json!("date not known"), None),
            (json!("c.1790–5"), None),
            (json!("99999999999999999999-01-01"), None),
            (json!(true), None),
            (json!(-1), None),
        ] {
            let found = match read(&value) {
                Date::Day(day) => Some(day),
                _ => None,
            };
            assert_eq!(found.as_deref(), expected, "{value}");
        }
        assert_eq!(read(&json!(1994)), Date::Year(1994));
        assert_eq!(read(&json!("1826")), Date::Year(1826));
    }
}
