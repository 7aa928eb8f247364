//! The long run of one reader: libFuzzer keeps the inputs that reach new code, and changes those further.
//!
//! `PREDILECT_READER` names the reader; where `PREDILECT_SEEDS` names a folder, its valid inputs are written there first.
//! `npm run fuzz` builds it with the counters that libFuzzer reads, and runs it for every reader.

#![no_main]

use std::path::Path;
use std::sync::LazyLock;

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use predilect_fuzz::{Reader, Rng, mutate::mutate, reader};

static READER: LazyLock<&'static Reader> = LazyLock::new(|| {
    let name = std::env::var("PREDILECT_READER").unwrap_or_default();
    reader(&name).unwrap_or_else(|| panic!("PREDILECT_READER is \"{name}\", which is no reader"))
});

fuzz_target!(
    init: {
        // libFuzzer's own hook ends the process at any panic; those of the tokenizer's library are caught by the encoder.
        let end = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !panic.location().is_some_and(|place| place.file().contains("/tokenizers-")) {
                end(panic);
            }
        }));
        if let Ok(folder) = std::env::var("PREDILECT_SEEDS") {
            for (at, seed) in (READER.seeds)().iter().enumerate() {
                std::fs::write(Path::new(&folder).join(format!("seed-{at}")), seed).expect("the folder can be written");
            }
        }
    },
    |data: &[u8]| (READER.read)(data)
);

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let mut rng = Rng::new(u64::from(seed));
    let changed = mutate(READER.shape, &data[..size], &mut rng);
    // Its own changes know which bytes are compared with what.
    if changed.len() > max_size || rng.once_in(3) {
        return fuzzer_mutate(data, size, max_size);
    }
    data[..changed.len()].copy_from_slice(&changed);
    changed.len()
});
