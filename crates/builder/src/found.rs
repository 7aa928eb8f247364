//! What a build found of its items, in words.

use std::fmt::Write;

use predilect_core::catalogue::Catalogue;

/// Groups of repeats that are named.
const SHOWN: usize = 5;
/// Topics that are named.
const TOPICS: usize = 16;

/// Topics, and items that say the same, in a few lines for people.
pub fn found(catalogue: &Catalogue) -> String {
    let mut out = String::new();
    let topics = catalogue.topics();
    let upper: Vec<&str> =
        topics.tree.iter().filter(|topic| topic.parent.is_none()).map(|topic| topic.name(0)).collect();
    if !upper.is_empty() {
        let parts = topics.tree.len() - upper.len();
        let more = if upper.len() > TOPICS { ", …" } else { "" };
        let shown = upper.iter().take(TOPICS).copied().collect::<Vec<_>>().join("; ");
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{} topics with {parts} parts: {shown}{more}", upper.len());
    }
    if let Some(labels) = catalogue.repeats() {
        let mut groups: Vec<Vec<&str>> = vec![Vec::new(); labels.names.len()];
        for item in catalogue.items() {
            labels.of(item.row()).iter().for_each(|&group| groups[group as usize].push(catalogue.id(item)));
        }
        let repeats: usize = groups.iter().map(|group| group.len() - 1).sum();
        let _ = writeln!(out, "{repeats} items say the same as another and never share a list with it:");
        for group in groups.iter().take(SHOWN) {
            let _ = writeln!(out, "  {}", group.join(" = "));
        }
        if groups.len() > SHOWN {
            let _ = writeln!(out, "  and {} more groups", groups.len() - SHOWN);
        }
    }
    out
}
