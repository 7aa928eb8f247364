//! The int8 path against tract's own f32 operators, over the ways in which a model can be written.

mod support;

use predilect_encoder::{Compute, Encoder, EncoderError};
use support::{HIDDEN, PLAIN, Style, cosine, manifest, model, tokenizer};

const TEXTS: [&str; 6] = ["green tea", "绿茶", "a", "the quick brown fox jumps over", "电影 film", "zzz ✈ zzz"];

fn load(style: Style, compute: Compute) -> Result<Encoder, EncoderError> {
    let (model, tokenizer) = (model(style), tokenizer(support::VOCABULARY));
    Encoder::load_with(&model, &tokenizer, &manifest(&model, &tokenizer), compute)
}

fn styles() -> impl Iterator<Item = Style> {
    (0..16).map(|bits| Style {
        quantised: bits & 1 == 0,
        operators: bits & 2 == 0,
        transposed: bits & 4 != 0,
        counted: bits & 8 != 0,
        causal: false,
    })
}

#[test]
fn int8_is_close_to_f32_for_every_way_of_writing_a_model() {
    for style in styles() {
        let int8 = load(style, Compute::Int8).unwrap_or_else(|e| panic!("{style:?}: {e}"));
        let f32 = load(style, Compute::F32).unwrap_or_else(|e| panic!("{style:?}: {e}"));
        assert_eq!((int8.compute(), f32.compute()), (Compute::Int8, Compute::F32));
        let (a, b) = (int8.encode(&TEXTS).unwrap(), f32.encode(&TEXTS).unwrap());
        for (i, (a, b)) in a.chunks(HIDDEN).zip(b.chunks(HIDDEN)).enumerate() {
            assert!(cosine(a, b) > 0.998, "{style:?}, text {i}: {}", cosine(a, b));
        }
    }
}

#[test]
fn storage_does_not_change_int8_vectors() {
    let plain = load(PLAIN, Compute::Int8).unwrap().encode(&TEXTS).unwrap();
    let written_out = load(Style { operators: false, ..PLAIN }, Compute::Int8).unwrap().encode(&TEXTS).unwrap();
    assert_eq!(plain, written_out);
}

#[test]
fn a_mask_that_is_not_of_padding_is_refused() {
    let error = load(Style { causal: true, ..PLAIN }, Compute::Int8).unwrap_err();
    assert!(matches!(&error, EncoderError::Unsupported(why) if why.contains("mask")), "{error}");
    assert_eq!(error.code(), "model-unsupported");
}

#[test]
fn vectors_have_length_one_and_do_not_depend_on_the_batch() {
    let encoder = load(PLAIN, Compute::Auto).unwrap();
    let many: Vec<&str> = TEXTS.iter().copied().cycle().take(700).collect();
    let all = encoder.encode(&many).unwrap();
    for (i, vector) in all.chunks(HIDDEN).enumerate() {
        assert!((cosine(vector, vector) - 1.0).abs() < 1e-5);
        assert_eq!(vector, encoder.encode(&many[i..=i]).unwrap());
        if i > 20 {
            break;
        }
    }
    for threads in [0, 1, 3] {
        assert_eq!(encoder.encode_parallel(&many, threads, &|_| true).unwrap(), all);
    }
    assert!(encoder.encode(&[]).unwrap().is_empty());
    assert!(encoder.encode_parallel(&[], 2, &|_| true).unwrap().is_empty());
}

#[test]
fn progress_counts_up_to_all_and_can_stop() {
    let encoder = load(PLAIN, Compute::Auto).unwrap();
    let many: Vec<&str> = TEXTS.iter().copied().cycle().take(900).collect();
    let last = std::sync::atomic::AtomicUsize::new(0);
    let progress = |done: usize| {
        last.fetch_max(done, std::sync::atomic::Ordering::Relaxed);
        true
    };
    encoder.encode_parallel(&many, 2, &progress).unwrap();
    assert_eq!(last.into_inner(), many.len());
    let error = encoder.encode_parallel(&many, 2, &|_| false).unwrap_err();
    assert_eq!(error.code(), "aborted");
}
