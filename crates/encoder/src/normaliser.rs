//! The normaliser of a tokenizer: that of `tokenizers`, but for one step that many files have. "Two spaces or more become one" is a
//! regular expression there, which a browser would compile at every load of the encoder.

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use tokenizers::normalizers::NormalizerWrapper;
use tokenizers::tokenizer::pattern::Pattern;
use tokenizers::{NormalizedString, Normalizer, Offsets, Result};

/// What is done to a text before it is cut, in this order.
#[derive(Debug)]
pub(crate) struct Steps(Vec<Step>);

#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "a tokenizer has few")]
enum Step {
    /// Two spaces or more become this.
    Spaces(String),
    Other(NormalizerWrapper),
}

impl<'de> Deserialize<'de> for Steps {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Steps, D::Error> {
        let steps = match Value::deserialize(deserializer)? {
            Value::Object(mut whole) if whole.get("type").is_some_and(|kind| kind == "Sequence") => {
                match whole.remove("normalizers") {
                    Some(Value::Array(steps)) => steps,
                    _ => return Err(D::Error::custom("a sequence of normalizers has none")),
                }
            }
            single => vec![single],
        };
        steps.into_iter().map(step).collect::<std::result::Result<_, _>>().map(Steps).map_err(D::Error::custom)
    }
}

fn step(json: Value) -> serde_json::Result<Step> {
    if json["type"] == "Replace"
        && json["pattern"]["Regex"] == " {2,}"
        && let Some(content) = json["content"].as_str()
    {
        return Ok(Step::Spaces(content.to_owned()));
    }
    serde_json::from_value(json).map(Step::Other)
}

impl Normalizer for Steps {
    fn normalize(&self, text: &mut NormalizedString) -> Result<()> {
        self.0.iter().try_for_each(|step| match step {
            Step::Spaces(content) => text.replace(Runs, content),
            Step::Other(step) => step.normalize(text),
        })
    }
}

/// Two spaces or more.
struct Runs;

impl Pattern for Runs {
    fn find_matches(&self, inside: &str) -> Result<Vec<(Offsets, bool)>> {
        let mut parts = Vec::new();
        let (mut from, mut at) = (0, 0);
        for part in inside.as_bytes().chunk_by(|a, b| (*a == b' ') == (*b == b' ')) {
            if part[0] == b' ' && part.len() > 1 {
                if from < at {
                    parts.push(((from, at), false));
                }
                from = at + part.len();
                parts.push(((at, from), true));
            }
            at += part.len();
        }
        if from < at || parts.is_empty() {
            parts.push(((from, at), false));
        }
        Ok(parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SPACES: &str = r#"{"type":"Replace","pattern":{"Regex":" {2,}"},"content":"_"}"#;
    const CASE: &str = r#"{"type":"Lowercase"}"#;

    proptest! {
        /// Texts, and where their letters come from, are as `tokenizers` leaves them.
        #[test]
        fn equals_the_reference(text in "[a语B \u{3000}]{0,20}", first in any::<bool>()) {
            let parts = if first { [SPACES, CASE] } else { [CASE, SPACES] };
            for json in [format!(r#"{{"type":"Sequence","normalizers":[{}]}}"#, parts.join(",")), SPACES.to_owned()] {
                let own: Steps = serde_json::from_str(&json).expect("steps");
                prop_assert!(own.0.iter().any(|step| matches!(step, Step::Spaces(_))));
                let reference: NormalizerWrapper = serde_json::from_str(&json).expect("steps");
                let (mut got, mut expected) = (NormalizedString::from(&*text), NormalizedString::from(&*text));
                own.normalize(&mut got).expect("normalised");
                reference.normalize(&mut expected).expect("normalised");
                prop_assert_eq!(got, expected);
            }
        }
    }

    #[test]
    fn what_is_no_normaliser() {
        let read = |json: &str| serde_json::from_str::<Steps>(json);
        assert!(read(r#"{"type":"Sequence","normalizers":[{"type":"Lowercase"},{"type":"NFC"}]}"#).is_ok());
        for json in ["[]", "{}", "1", r#"{"type":"Sequence"}"#, r#"{"type":"Sequence","normalizers":[1]}"#] {
            assert!(read(json).is_err(), "{json}");
        }
    }
}
