//! The report as people read it.

use std::fmt::{self, Write};

use serde::Serialize;
use serde_json::Value;

use crate::{
    options::Role,
    report::{Report, Tally},
};

/// Samples shown of each reason.
const SHOWN: usize = 3;

impl Report {
    /// The report in a few lines of plain text: what was read, kept, left out and why, changed, and what is in it.
    pub fn summary(&self) -> String {
        let mut out = String::new();
        // Writing to a string cannot fail.
        let _ = self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) -> fmt::Result {
        let left_out = self.dropped_total();
        writeln!(out, "{} read ({}), {} kept, {left_out} left out", self.read, self.layout(), self.kept)?;
        for tally in &self.dropped {
            tallied(out, "left out", tally)?;
        }
        for tally in &self.notes {
            tallied(out, "changed", tally)?;
        }
        let mut languages: Vec<_> = self.languages.iter().collect();
        languages.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        writeln!(out, "  languages  {}", join(languages.iter().map(|(code, count)| format!("{code} {count}"))))?;
        let text = self.text_chars;
        let lengths = format!("{} characters, 95 of 100 up to {}, longest {}", text.median, text.p95, text.max);
        writeln!(out, "  title+text median {lengths}")?;
        let field = |f: &crate::FieldReport| format!("{} ({}, {}, {})", f.name, name(&f.kind), f.count, bytes(f.bytes));
        writeln!(out, "  fields     {}", join(self.fields.iter().map(field)))?;
        let renamed = Role::ALL.iter().filter_map(|role| {
            let sources = self.mapping.get(role.name())?;
            let all: Vec<&str> = sources.keys().map(String::as_str).collect();
            (all != [role.name()]).then(|| format!("{} from {}", role.name(), all.join(", ")))
        });
        let renamed = join(renamed);
        if !renamed.is_empty() {
            writeln!(out, "  mapping    {renamed}")?;
        }
        Ok(())
    }

    fn layout(&self) -> String {
        match self.delimiter {
            Some('\t') | None => name(&self.format),
            Some(delimiter) => format!("{}, separated by `{delimiter}`", name(&self.format)),
        }
    }
}

fn tallied<T: Serialize>(out: &mut String, what: &str, tally: &Tally<T>) -> fmt::Result {
    writeln!(out, "  {what:<10} {} {}", tally.count, name(&tally.reason))?;
    for sample in tally.samples.iter().take(SHOWN) {
        writeln!(out, "               {}: {}", sample.place(), sample.text())?;
    }
    match tally.count.saturating_sub(SHOWN) {
        0 => Ok(()),
        more => writeln!(out, "               and {more} more"),
    }
}

/// The name that the JSON report has for it.
fn name(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(name)) => name,
        _ => String::new(),
    }
}

fn bytes(count: usize) -> String {
    match count {
        0..1024 => format!("{count} B"),
        1024..1_048_576 => format!("{:.1} KiB", count as f64 / 1024.0),
        _ => format!("{:.1} MiB", count as f64 / 1_048_576.0),
    }
}

fn join(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}
