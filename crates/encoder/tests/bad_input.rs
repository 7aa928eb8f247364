//! Files that are not what they should be, and texts that nobody expects.

mod support;

use predilect_encoder::{Encoder, EncoderError, Manifest};
use support::{HIDDEN, PLAIN, cosine, manifest, model, tokenizer};

fn files() -> (Vec<u8>, Vec<u8>, Manifest) {
    let (model, tokenizer) = (model(PLAIN), tokenizer(support::VOCABULARY));
    let manifest = manifest(&model, &tokenizer);
    (model, tokenizer, manifest)
}

fn encoder() -> Encoder {
    let (model, tokenizer, manifest) = files();
    Encoder::load(&model, &tokenizer, &manifest).expect("the files belong together")
}

/// Loads files as if they had been published that way: the manifest agrees with them.
fn load_as_published(model: &[u8], tokenizer: &[u8]) -> Result<Encoder, EncoderError> {
    Encoder::load(model, tokenizer, &manifest(model, tokenizer))
}

#[test]
fn a_changed_byte_is_found_by_its_hash() {
    let (mut model, mut tokenizer, manifest) = files();
    let at = model.len() / 2;
    model[at] ^= 1;
    let error = Encoder::load(&model, &tokenizer, &manifest).unwrap_err();
    assert!(matches!(error, EncoderError::Hash { .. }), "{error}");
    assert_eq!(error.code(), "model-corrupt");
    model[at] ^= 1;
    let at = tokenizer.len() - 30;
    tokenizer[at] ^= 1;
    assert!(matches!(Encoder::load(&model, &tokenizer, &manifest), Err(EncoderError::Hash { .. })));
}

#[test]
fn a_truncated_file_says_how_long_it_should_be() {
    let (model, tokenizer, manifest) = files();
    let error = Encoder::load(&model[..1000], &tokenizer, &manifest).unwrap_err();
    assert!(error.to_string().contains("1000 bytes"), "{error}");
    assert_eq!(error.code(), "model-corrupt");
}

#[test]
fn a_model_cut_anywhere_is_an_error_and_no_panic() {
    let (model, tokenizer, _) = files();
    for length in (0..model.len()).step_by(211) {
        let error = load_as_published(&model[..length], &tokenizer).expect_err("a cut model");
        assert!(matches!(error.code(), "model-corrupt" | "model-unsupported"), "{length}: {error}");
    }
}

#[test]
fn flipped_bytes_never_panic() {
    let (model, tokenizer, _) = files();
    let mut state = 1u64;
    for _ in 0..300 {
        let mut model = model.clone();
        for _ in 0..3 {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let at = (state >> 33) as usize % model.len();
            model[at] = (state >> 20) as u8;
        }
        // Most changes hit weights, and give an encoder of other vectors.
        let manifest = manifest(&model, &tokenizer);
        if let Ok(encoder) = Encoder::load_with(&model, &tokenizer, &manifest, predilect_encoder::Compute::Int8) {
            let _ = encoder.encode(&["green tea"]);
        }
    }
}

#[test]
fn a_web_page_in_place_of_a_file_is_named() {
    let (model, tokenizer, manifest) = files();
    let page = b"\n<!doctype html><title>Not found</title>";
    for (model, tokenizer) in [(&page[..], &tokenizer[..]), (&model[..], &page[..])] {
        let error = Encoder::load(model, tokenizer, &manifest).unwrap_err();
        assert!(matches!(error, EncoderError::Html(_)), "{error}");
        assert_eq!(error.code(), "model-corrupt");
    }
    assert!(Manifest::from_json("<html>").unwrap_err().to_string().contains("HTML"));
}

#[test]
fn a_tokenizer_of_another_encoder_is_refused() {
    let (model, _, _) = files();
    let error = load_as_published(&model, &tokenizer(support::VOCABULARY + 40)).unwrap_err();
    assert!(matches!(error, EncoderError::Mismatch { tokens: 100, rows: 60 }), "{error}");
}

#[test]
fn bytes_that_are_no_tokenizer_are_refused() {
    let (model, _, _) = files();
    for json in [&b""[..], b"{}", b"{\"version\":\"1.0\"}", b"\xff\xfe"] {
        assert!(matches!(load_as_published(&model, json), Err(EncoderError::Tokenizer(_))));
    }
}

#[test]
fn added_tokens_that_would_take_minutes_are_refused() {
    let (model, tokenizer, _) = files();
    let text = String::from_utf8(tokenizer).unwrap();
    let unknown = r#""content":"<unk>""#;
    assert_eq!(text.matches(unknown).count(), 1);
    let longer = |length: usize| text.replace(unknown, &format!(r#""content":"{}""#, "x".repeat(length))).into_bytes();
    // Read, and then found to have more tokens than the model.
    let error = load_as_published(&model, &longer(256)).unwrap_err();
    assert!(matches!(error, EncoderError::Mismatch { .. }), "{error}");
    let error = load_as_published(&model, &longer(257)).unwrap_err();
    assert!(matches!(&error, EncoderError::Tokenizer(what) if what.contains("257 bytes")), "{error}");
}

#[test]
fn a_manifest_that_contradicts_itself_is_refused() {
    let (model, tokenizer, manifest) = files();
    let mut other = manifest.clone();
    other.dimension = HIDDEN * 2;
    assert!(matches!(Encoder::load(&model, &tokenizer, &other), Err(EncoderError::Manifest(_))));
    other.fingerprint = other.computed_fingerprint();
    let error = Encoder::load(&model, &tokenizer, &other).unwrap_err();
    assert!(matches!(error, EncoderError::Dimension { expected: 48, found: 24 }), "{error}");
    assert_eq!(error.code(), "dimension-mismatch");
    let mut other = manifest;
    other.max_tokens = 500;
    other.fingerprint = other.computed_fingerprint();
    assert!(matches!(Encoder::load(&model, &tokenizer, &other), Err(EncoderError::Manifest(_))));
    assert!(Manifest::from_json("{\"id\":\"x\"}").unwrap_err().to_string().contains("missing field"));
}

#[test]
fn an_empty_text_is_named_by_its_position() {
    let encoder = encoder();
    for blank in ["", " \t\n", "\u{3000}"] {
        let error = encoder.encode(&["tea", blank, "tea"]).unwrap_err();
        assert!(matches!(error, EncoderError::EmptyText { index: 1 }), "{error}");
        assert_eq!(error.code(), "empty-text");
        assert!(encoder.token_ids(blank).is_err());
    }
}

#[test]
fn odd_texts_get_a_unit_vector() {
    let encoder = encoder();
    let long_word = "a".repeat(100_000);
    let long_chinese = "绿茶".repeat(20_000);
    let long_text = "green tea ".repeat(10_000);
    let texts = [
        long_word.as_str(),
        &long_chinese,
        &long_text,
        "✈✈✈✈",
        "a\u{0}b\u{1b}[31m\u{7f}",
        "\u{fffd}\u{fffd}",
        "👩‍👩‍👧‍👦 🇨🇳",
        "e\u{301}\u{301}\u{301}",
        "<s></s><pad>",
    ];
    for text in texts {
        let ids = encoder.token_ids(text).unwrap();
        assert!(ids.len() <= 16 && ids.len() > 2, "{} tokens", ids.len());
        let vector = encoder.encode(&[text]).unwrap();
        assert!((cosine(&vector, &vector) - 1.0).abs() < 1e-5);
    }
}
