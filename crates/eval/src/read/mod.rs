//! Readers of public data sets and of plain files.
//!
//! | layout | recognised by |
//! |---|---|
//! | MovieLens latest, latest-small | a folder with `ratings.csv` and `movies.csv` |
//! | MovieLens 1M | a folder with `ratings.dat` and `movies.dat` |
//! | MovieLens 100K | a folder with `u.data` and `u.item` |
//! | MIND | a folder with `behaviors.tsv` and `news.tsv` |
//! | events | a `.csv`, `.tsv` or `.jsonl` file, as for `predilect build --events`: `user,item,kind or rating,time` |
//! | sequences | any other text file: a line a person, `user item item item ...` in order of time |

mod events;
mod films;
mod mind;
mod movielens;
mod sequences;

use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::data::Dataset;

pub use films::add_texts;

/// Why a data set cannot be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// A file cannot be read.
    #[error("{path}: cannot be read: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Nothing that a reader knows.
    #[error(
        "{0}: no known data set; expected a folder with ratings.csv, ratings.dat, u.data or behaviors.tsv, or a file of events"
    )]
    Unknown(PathBuf),
    /// A line does not say what it should.
    #[error("{path}, line {line}: {what}")]
    Line {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// What was found and what was expected.
        what: String,
    },
}

/// Reads a data set of any of the layouts above.
///
/// # Errors
/// Names the file and line that cannot be read.
pub fn read(path: &Path) -> Result<Dataset, ReadError> {
    let has = |name: &str| path.join(name).is_file();
    if has("ratings.csv") && has("movies.csv") {
        movielens::latest(path)
    } else if has("ratings.dat") {
        movielens::one_million(path)
    } else if has("u.data") {
        movielens::hundred_thousand(path)
    } else if has("behaviors.tsv") {
        mind::read(path)
    } else if path.is_file() {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("csv" | "tsv" | "json" | "jsonl") => events::read(path),
            _ => sequences::read(path),
        }
    } else {
        Err(ReadError::Unknown(path.to_owned()))
    }
}

fn name(path: &Path) -> String {
    path.file_stem().map_or_else(|| "data".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// Lines of a file, in UTF-8 or, where they are not, Latin-1.
fn lines(path: &Path) -> Result<Vec<String>, ReadError> {
    let bytes = std::fs::read(path).map_err(|source| ReadError::File { path: path.to_owned(), source })?;
    let text = String::from_utf8(bytes)
        .unwrap_or_else(|error| error.into_bytes().into_iter().map(char::from).collect::<String>());
    Ok(text.lines().map(str::to_owned).collect())
}

/// Cells of every line of a file, split at `separator`; at least `least` of them.
fn cells(path: &Path, separator: &str, least: usize) -> Result<Vec<Vec<String>>, ReadError> {
    let split = |(at, line): (usize, String)| {
        let cells: Vec<String> = line.split(separator).map(str::to_owned).collect();
        match cells.len() {
            found if found < least => Err(bad(path, at, format!("found {found} cells, expected {least}"))),
            _ => Ok(cells),
        }
    };
    lines(path)?.into_iter().enumerate().filter(|(_, line)| !line.is_empty()).map(split).collect()
}

fn bad(path: &Path, line: usize, what: impl Into<String>) -> ReadError {
    ReadError::Line { path: path.to_owned(), line: line + 1, what: what.into() }
}

fn number<T: std::str::FromStr>(path: &Path, line: usize, name: &str, text: &str) -> Result<T, ReadError> {
    text.trim().parse().map_err(|_| bad(path, line, format!("{name} is \"{text}\", expected a number")))
}

/// Records of a table whose cells may be quoted, the heading first.
fn table(path: &Path, separator: u8) -> Result<Vec<csv::StringRecord>, ReadError> {
    let file = std::fs::File::open(path).map_err(|source| ReadError::File { path: path.to_owned(), source })?;
    let mut reader = csv::ReaderBuilder::new().delimiter(separator).has_headers(false).from_reader(file);
    let record = |(at, record): (usize, csv::Result<csv::StringRecord>)| {
        record.map_err(|error| bad(path, at, error.to_string()))
    };
    reader.records().enumerate().map(record).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use predilect_core::EventKind;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).expect("a file");
        }
        folder
    }

    #[test]
    fn movielens_latest() {
        let folder = folder(&[
            ("ratings.csv", "userId,movieId,rating,timestamp\n1,7,4.5,20\n1,5,0.5,10\n2,7,3,5\n"),
            (
                "movies.csv",
                "movieId,title,genres\n5,\"Net, The (1995)\",Action|Crime\n7,Heat (1995),(no genres listed)\n",
            ),
        ]);
        let data = read(folder.path()).expect("reads");
        assert_eq!((data.items.len(), data.people.len(), data.acts()), (2, 2, 3));
        let first = data.people[0][0];
        assert_eq!((data.items[first.item].title.as_str(), first.at), ("The Net", 10_000));
        assert_eq!(data.items[first.item].tags, ["Action", "Crime"]);
        assert_eq!(first.value, Some(1.0), "half a star is the engine's lowest");
        assert!(data.items[data.people[1][0].item].tags.is_empty());
    }

    #[test]
    fn movielens_one_million_and_hundred_thousand() {
        let million =
            folder(&[("ratings.dat", "1::7::5::100\n"), ("movies.dat", "7::Am\u{e9}lie (2001)::Comedy|Romance\n")]);
        let data = read(million.path()).expect("reads");
        assert_eq!(
            (data.items[0].title.as_str(), data.items[0].year, data.people[0][0].value),
            ("Amélie", Some(2001), Some(5.0))
        );
        let flags = "|0".repeat(18);
        let small = folder(&[
            ("u.data", "1\t7\t4\t100\n"),
            ("u.item", &format!("7|Toy Story (1995)|01-Jan-1995||http://x{}|1\n", flags)),
        ]);
        let data = read(small.path()).expect("reads");
        assert_eq!(
            (data.items[0].title.as_str(), data.items[0].tags.as_slice()),
            ("Toy Story", &["Western".to_owned()][..])
        );
    }

    #[test]
    fn mind() {
        let folder = folder(&[
            ("behaviors.tsv", "1\tU1\t11/13/2019 8:36:57 AM\tN1 N2\tN3-1 N1-0\n"),
            (
                "news.tsv",
                "N1\tsports\tgolf\tA title\tAn abstract\turl\t[]\t[]\nN2\tnews\tx\tB\t\t\t\t\nN3\tnews\tx\tC\t\t\t\t\n",
            ),
        ]);
        let data = read(folder.path()).expect("reads");
        let acts = &data.people[0];
        assert_eq!(acts.iter().map(|act| data.items[act.item].id.as_str()).collect::<Vec<_>>(), ["N1", "N2", "N3"]);
        assert_eq!(acts[2].at, 1_573_634_217_000);
        assert_eq!(data.items[0].tags, ["sports", "golf"]);
    }

    #[test]
    fn events_and_sequences() {
        let folder = folder(&[
            ("a.csv", "user,item,kind,time\nu,x,purchase,1700000000\nu,y,view,1700000001000\n"),
            ("b.csv", "user_id,item_id,rating,timestamp\nu,x,2.5,2023-11-14T00:00:00Z\n"),
            ("c.txt", "1 10 11 12\n2 11 10\n"),
            ("d.csv", "user,item,rating,time\nu,x,many,1\n"),
        ]);
        let a = read(&folder.path().join("a.csv")).expect("reads");
        assert_eq!((a.people[0][0].kind, a.people[0][0].at), (EventKind::Purchase, 1_700_000_000_000));
        assert_eq!(a.people[0][1].at, 1_700_000_001_000);
        let b = read(&folder.path().join("b.csv")).expect("reads");
        assert_eq!((b.people[0][0].value, b.people[0][0].at), (Some(2.5), 1_699_920_000_000));
        let c = read(&folder.path().join("c.txt")).expect("reads");
        assert_eq!(c.people[0].iter().map(|act| c.items[act.item].id.as_str()).collect::<Vec<_>>(), ["10", "11", "12"]);
        let error = read(&folder.path().join("d.csv")).expect_err("is refused").to_string();
        assert!(error.contains("many"), "{error}");
        assert!(matches!(read(&folder.path().join("none")), Err(ReadError::Unknown(_))));
    }
}
