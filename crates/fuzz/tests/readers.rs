//! The short run: every reader with its valid inputs, with what was found before, and with changes that a seed repeats.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use predilect_fuzz::mutate::mutate;
use predilect_fuzz::{READERS, Reader, Rng, Shape};

/// Changed inputs a reader.
fn runs(reader: &Reader) -> usize {
    match reader.name {
        "model" | "tokenizer" | "manifest" => 600,
        "catalogue" | "items" | "events" => 1500,
        _ => 3000,
    }
}

fn short(name: &str) {
    let reader = predilect_fuzz::reader(name).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("regressions").join(name);
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        (reader.read)(&std::fs::read(entry.unwrap().path()).unwrap());
    }
    let seeds = (reader.seeds)();
    seeds.iter().for_each(|seed| (reader.read)(seed));
    let mut rng = Rng::new(8);
    for run in 0..runs(reader) {
        let seed = rng.pick(&seeds);
        let input = mutate(reader.shape, seed, &mut rng);
        let read = std::panic::catch_unwind(|| (reader.read)(&input));
        if read.is_err() {
            let path = std::env::temp_dir().join(format!("predilect-fuzz-{name}-{run}"));
            std::fs::write(&path, &input).unwrap();
            panic!("{name}: input {run} broke it; it is kept in {}", path.display());
        }
    }
}

macro_rules! short {
    ($($name:ident),*) => {
        $(#[test] fn $name() { short(stringify!($name)); })*
        #[test]
        fn every_reader_is_run() {
            assert_eq!(READERS.iter().map(|reader| reader.name).collect::<Vec<_>>(), [$(stringify!($name)),*]);
        }
    };
}

short!(catalogue, snapshot, requests, filter, items, words, query, events, options, manifest, tokenizer, model);

/// Changes that no checksum gives away get past the first checks; else the run would test these alone.
#[test]
fn changed_files_are_opened() {
    let mut rng = Rng::new(1);
    let mut opened = |reader: &Reader, opens: fn(&[u8]) -> bool| {
        let seeds = (reader.seeds)();
        let changed = (0..300).map(|_| {
            let seed = rng.pick(&seeds);
            mutate(reader.shape, seed, &mut rng)
        });
        changed.filter(|input| !seeds.contains(input) && opens(input)).count()
    };
    let find = |shape| READERS.iter().find(|reader| reader.shape == shape).unwrap();
    let catalogues = opened(find(Shape::Catalogue), |input| predilect_engine::Engine::open(input.to_vec()).is_ok());
    assert!(catalogues > 30, "{catalogues} of 300 changed catalogues were opened");
    let snapshots = opened(find(Shape::Snapshot), |input| {
        let catalogue = (predilect_fuzz::reader("catalogue").unwrap().seeds)().swap_remove(0);
        predilect_engine::Engine::open(catalogue).unwrap().restore(input).is_ok()
    });
    assert!(snapshots > 30, "{snapshots} of 300 changed snapshots were restored");
}
