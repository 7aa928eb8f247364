//! MIND: news with histories and impressions. A click is an act; the history comes before it, without times of its own.

use std::collections::HashSet;
use std::path::Path;

use predilect_core::EventKind;
use predilect_core::catalogue::days_since_1970;

use super::{ReadError, bad, cells, name, number};
use crate::data::{Dataset, Gather};

pub(super) fn read(folder: &Path) -> Result<Dataset, ReadError> {
    let mut gather = Gather::new(&name(folder));
    let mut known: HashSet<(String, String)> = HashSet::new();
    let path = folder.join("behaviors.tsv");
    for (at, row) in cells(&path, "\t", 5)?.iter().enumerate() {
        let (person, time) = (&row[1], millis(&path, at, &row[2])?);
        let history: Vec<&str> = row[3].split_whitespace().collect();
        let clicked = row[4].split_whitespace().filter_map(|shown| shown.strip_suffix("-1"));
        let before = history.iter().enumerate().map(|(i, item)| (*item, time - (history.len() - i) as i64));
        for (item, when) in before.chain(clicked.map(|item| (item, time))).collect::<Vec<_>>() {
            if known.insert((person.clone(), item.to_owned())) {
                gather.act(person, item, EventKind::Click, None, when);
            }
        }
    }
    for row in cells(&folder.join("news.tsv"), "\t", 5)? {
        let item = gather.item(&row[0]);
        item.title.clone_from(&row[3]);
        item.text.clone_from(&row[4]);
        item.tags = vec![row[1].clone(), row[2].clone()];
    }
    Ok(gather.finish())
}

/// `11/13/2019 8:36:57 AM`, taken as UTC.
fn millis(path: &Path, at: usize, text: &str) -> Result<i64, ReadError> {
    let expected = || bad(path, at, format!("time is \"{text}\", expected month/day/year hour:minute:second AM or PM"));
    let words: Vec<&str> = text.split_whitespace().collect();
    let [date, clock, half] = words[..] else { return Err(expected()) };
    let parts = |text: &str, by: char| -> Result<Vec<i64>, ReadError> {
        text.split(by).map(|part| number(path, at, "time", part)).collect()
    };
    let (date, clock) = (parts(date, '/')?, parts(clock, ':')?);
    let ([month, day, year], [hour, minute, second]) = (&date[..], &clock[..]) else { return Err(expected()) };
    let days = days_since_1970(&format!("{year:04}-{month:02}-{day:02}")).ok_or_else(expected)?;
    let hour = hour % 12 + if half == "PM" { 12 } else { 0 };
    Ok(((days * 24 + hour) * 60 + minute) * 60_000 + second * 1000)
}
