//! MovieLens in its three layouts. Times are seconds; half stars below 1 count as the engine's lowest, 1.

use std::path::Path;

use predilect_core::EventKind;

use super::{ReadError, cells, name, number, table};
use crate::data::{Dataset, Gather};

/// Genres of MovieLens 100K in the order of their flags.
const GENRES: [&str; 19] = [
    "unknown",
    "Action",
    "Adventure",
    "Animation",
    "Children",
    "Comedy",
    "Crime",
    "Documentary",
    "Drama",
    "Fantasy",
    "Film-Noir",
    "Horror",
    "Musical",
    "Mystery",
    "Romance",
    "Sci-Fi",
    "Thriller",
    "War",
    "Western",
];

pub(super) fn latest(folder: &Path) -> Result<Dataset, ReadError> {
    let mut gather = Gather::new(&name(folder));
    let path = folder.join("ratings.csv");
    for (at, row) in table(&path, b',')?.iter().enumerate().skip(1) {
        rating(&mut gather, &path, at, [0, 1, 2, 3].map(|i| row.get(i).unwrap_or_default()))?;
    }
    for row in table(&folder.join("movies.csv"), b',')?.iter().skip(1) {
        film(
            &mut gather,
            row.get(0).unwrap_or_default(),
            row.get(1).unwrap_or_default(),
            row.get(2).unwrap_or_default(),
        );
    }
    Ok(gather.finish())
}

pub(super) fn one_million(folder: &Path) -> Result<Dataset, ReadError> {
    let mut gather = Gather::new(&name(folder));
    let path = folder.join("ratings.dat");
    for (at, row) in cells(&path, "::", 4)?.iter().enumerate() {
        rating(&mut gather, &path, at, [&row[0], &row[1], &row[2], &row[3]])?;
    }
    for row in cells(&folder.join("movies.dat"), "::", 3)? {
        film(&mut gather, &row[0], &row[1], &row[2]);
    }
    Ok(gather.finish())
}

pub(super) fn hundred_thousand(folder: &Path) -> Result<Dataset, ReadError> {
    let mut gather = Gather::new(&name(folder));
    let path = folder.join("u.data");
    for (at, row) in cells(&path, "\t", 4)?.iter().enumerate() {
        rating(&mut gather, &path, at, [&row[0], &row[1], &row[2], &row[3]])?;
    }
    for row in cells(&folder.join("u.item"), "|", 5 + GENRES.len())? {
        let flags = row[5..].iter().zip(GENRES).filter(|(flag, _)| *flag == "1");
        let genres: Vec<&str> = flags.map(|(_, genre)| genre).collect();
        film(&mut gather, &row[0], &row[1], &genres.join("|"));
    }
    Ok(gather.finish())
}

fn rating(gather: &mut Gather, path: &Path, at: usize, [user, item, stars, time]: [&str; 4]) -> Result<(), ReadError> {
    let stars: f64 = number(path, at, "rating", stars)?;
    let seconds: i64 = number(path, at, "timestamp", time)?;
    gather.act(user, item, EventKind::Rating, Some(stars.clamp(1.0, 5.0)), seconds * 1000);
    Ok(())
}

fn film(gather: &mut Gather, id: &str, title: &str, genres: &str) {
    let (title, year) = titled(title);
    let item = gather.item(id);
    item.title = title;
    item.year = year;
    item.tags =
        genres.split('|').filter(|genre| !genre.is_empty() && !genre.starts_with('(')).map(str::to_owned).collect();
}

/// `("The Net", 1995)` for `Net, The (1995)`; other names in brackets go.
fn titled(text: &str) -> (String, Option<u32>) {
    let text = text.trim();
    let (text, year) = match text.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')) {
        Some((before, year)) if year.len() == 4 => match year.parse() {
            Ok(year) => (before.trim(), Some(year)),
            Err(_) => (text, None),
        },
        _ => (text, None),
    };
    let text = text.split(" (").next().unwrap_or(text);
    for article in ["The", "A", "An"] {
        if let Some(rest) = text.strip_suffix(article).and_then(|rest| rest.strip_suffix(", ")) {
            return (format!("{article} {rest}"), year);
        }
    }
    (text.to_owned(), year)
}
