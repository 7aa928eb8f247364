//! A report as one page of HTML without scripts: tables, and bars with their standard errors.

use std::fmt::Write;

use super::{Report, Section, Table};

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#1c2733}\
table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}th,td{padding:.25rem .5rem;text-align:right;border-bottom:1px solid #dde3ea}\
th:first-child,td:first-child{text-align:left}small{color:#5b6b7a}rect{fill:#3f7ac2}rect.own{fill:#c2663f}line{stroke:#1c2733}text{font-size:12px}";

/// The page.
pub fn html(report: &Report) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write(report, &mut out);
    out
}

fn write(report: &Report, out: &mut String) -> std::fmt::Result {
    let title = escape(&report.data);
    writeln!(
        out,
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title><style>{STYLE}</style>"
    )?;
    writeln!(
        out,
        "<h1>{title}</h1><p>{} items, {} people, {} acts; lists of {}. ",
        report.items, report.people, report.acts, report.k
    )?;
    writeln!(
        out,
        "Full ranking, what a person knows is masked, ties count their average place; ± is a bootstrap standard error.</p>"
    )?;
    for section in &report.sections {
        table(section, out)?;
        bars(section, out)?;
    }
    report.tables.iter().try_for_each(|table| numbers(table, out))?;
    writeln!(out, "</html>")
}

fn numbers(table: &Table, out: &mut String) -> std::fmt::Result {
    write!(out, "<h2>{}</h2><p>{}</p><table><tr><th>", escape(&table.name), escape(&table.note))?;
    table.columns.iter().try_for_each(|name| write!(out, "<th>{}", escape(name)))?;
    writeln!(out, "</tr>")?;
    for row in &table.rows {
        write!(out, "<tr><td>{}", escape(&row.name))?;
        for cell in &row.cells {
            match (cell.value.is_nan(), cell.error.is_nan()) {
                (true, _) => write!(out, "<td>")?,
                (_, true) => write!(out, "<td>{:.4}", cell.value)?,
                _ => write!(out, "<td>{:.4}<br><small>±{:.4}</small>", cell.value, cell.error)?,
            }
        }
        writeln!(out, "</tr>")?;
    }
    writeln!(out, "</table>")
}

fn table(section: &Section, out: &mut String) -> std::fmt::Result {
    write!(out, "<h2>{}</h2><p>{} cases", escape(&section.name), section.cases)?;
    if let Some(bytes) = section.bytes_per_item {
        write!(out, "; {bytes:.1} bytes an item besides vectors")?;
    }
    if let Some(own) = &section.against {
        write!(out, "; less: nDCG less that of {}, with the probability of such a difference by chance", escape(own))?;
    }
    writeln!(out, ".</p><table><tr><th>model")?;
    let Some(first) = section.outcomes.first() else { return writeln!(out, "</table>") };
    first.means.iter().try_for_each(|(name, _)| write!(out, "<th>{name}"))?;
    write!(out, "<th>less")?;
    writeln!(out, "<th>coverage<th>diversity<th>novelty<th>KL<th>±<th>popular</tr>")?;
    for outcome in &section.outcomes {
        write!(out, "<tr><td>{}", escape(&outcome.model))?;
        outcome
            .means
            .iter()
            .try_for_each(|(_, m)| write!(out, "<td>{:.4}<br><small>±{:.4}</small>", m.value, m.error))?;
        match &outcome.difference {
            Some(d) => write!(out, "<td>{:+.4}<br><small>±{:.4}, p {:.3}</small>", d.mean.value, d.mean.error, d.p)?,
            None => write!(out, "<td>")?,
        }
        let l = &outcome.lists;
        let more = [l.coverage, l.diversity, l.novelty, l.calibration, l.calibration_error, l.popularity_share];
        more.iter().try_for_each(|value| write!(out, "<td>{value:.3}"))?;
        writeln!(out, "</tr>")?;
    }
    writeln!(out, "</table>")
}

fn bars(section: &Section, out: &mut String) -> std::fmt::Result {
    const WIDTH: f64 = 560.0;
    let top = section.outcomes.iter().map(|o| o.mean("nDCG")).map(|m| m.value + m.error).fold(1e-9, f64::max);
    let height = section.outcomes.len() * 22 + 4;
    writeln!(out, "<svg viewBox=\"0 0 800 {height}\" role=\"img\" aria-label=\"nDCG of {}\">", escape(&section.name))?;
    for (row, outcome) in section.outcomes.iter().enumerate() {
        let (y, mean) = (row * 22, outcome.mean("nDCG"));
        let at = |value: f64| 200.0 + value.max(0.0) / top * WIDTH;
        let class = if outcome.model.starts_with("predilect") { " class=\"own\"" } else { "" };
        writeln!(out, "<text x=\"192\" y=\"{}\" text-anchor=\"end\">{}</text>", y + 15, escape(&outcome.model))?;
        writeln!(
            out,
            "<rect{class} x=\"200\" y=\"{}\" width=\"{:.1}\" height=\"16\"/>",
            y + 3,
            at(mean.value) - 200.0
        )?;
        let (low, high) = (at(mean.value - mean.error), at(mean.value + mean.error));
        writeln!(out, "<line x1=\"{low:.1}\" x2=\"{high:.1}\" y1=\"{0}\" y2=\"{0}\"/>", y + 11)?;
    }
    writeln!(out, "</svg>")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
