//! Plain text tables, aligned by the width that characters have on a terminal.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A column: its heading, the most cells of width it may take, and whether it holds numbers.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Heading.
    pub name: &'static str,
    /// Longer values end in `…`.
    pub max: usize,
    /// Aligned to the right.
    pub right: bool,
}

/// A column of texts.
pub const fn text(name: &'static str, max: usize) -> Column {
    Column { name, max, right: false }
}

/// A column of numbers.
pub const fn number(name: &'static str) -> Column {
    Column { name, max: 20, right: true }
}

/// Lays rows out under a heading.
pub fn render(columns: &[Column], rows: &[Vec<String>]) -> String {
    let rows: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().zip(columns).map(|(cell, column)| fit(cell, column.max)).collect()).collect();
    let widths: Vec<usize> = columns
        .iter()
        .enumerate()
        .map(|(at, column)| {
            let cells = rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.width());
            cells.max().unwrap_or(0).max(column.name.width())
        })
        .collect();
    let heading: Vec<String> = columns.iter().map(|column| column.name.to_owned()).collect();
    let mut out = String::new();
    for row in std::iter::once(&heading).chain(&rows) {
        let mut line = String::new();
        for ((cell, column), width) in row.iter().zip(columns).zip(&widths) {
            let gap = " ".repeat(width.saturating_sub(cell.width()));
            let (before, after) = if column.right { (gap.as_str(), "") } else { ("", gap.as_str()) };
            line.push_str(&format!("{before}{cell}{after}  "));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// The beginning of `text` that fits into `max` cells, on one line.
pub fn fit(text: &str, max: usize) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.width() <= max {
        return text;
    }
    let mut width = 1;
    let mut out = String::new();
    for c in text.chars() {
        width += c.width().unwrap_or(0);
        if width > max {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_take_two_cells() {
        let rows =
            [vec!["1".to_owned(), "咖喱炒蟹".to_owned(), "x".to_owned()], vec!["20".into(), "tea".into(), "y".into()]];
        let table = render(&[number("n"), text("title", 20), text("id", 5)], &rows);
        assert_eq!(table, " n  title     id\n 1  咖喱炒蟹  x\n20  tea       y\n");
    }

    #[test]
    fn long_values_are_cut_to_their_cells() {
        assert_eq!(fit("咖喱炒蟹", 6), "咖喱…");
        assert_eq!(fit("咖喱炒蟹", 8), "咖喱炒蟹");
        assert_eq!(fit("a\nb", 8), "a b");
    }
}
