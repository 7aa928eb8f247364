//! Ablation: the engine without one of its parts, to see what each is worth.
//!
//! A part is switched off from outside, by what a catalogue or a request may say: the code is that of the page. A part whose
//! weight is 0 anyway has no row.

use predilect_core::rank::{Signal, Weights};

use crate::models::Settings;

/// Diversity that a page asks for where it says nothing.
const USUAL_DIVERSITY: f64 = 0.3;
/// Calibration for a page that wants some.
const SOME_CALIBRATION: f64 = 0.3;
/// A half-life that no history outlasts.
const ENDLESS: f64 = 1e9;
/// Steps after which the trail alone counts.
const AT_ONCE: f64 = 1e-3;

/// The engine as it is, and without each of its parts in turn.
pub fn variants(whole: &Settings) -> Vec<Settings> {
    let mut all = vec![whole.clone()];
    for (name, signals) in SIGNALS {
        let mut weights = weights(whole);
        if signals.iter().any(|&signal| weights.of(signal) != 0.0) {
            signals.iter().for_each(|&signal| weights.set(signal, 0.0));
            all.push(Settings { name: format!("without {name}"), weights: Some(weights), ..whole.clone() });
        }
    }
    let mut steps = whole.clone();
    steps.learn.half_life_steps = ENDLESS;
    all.push(Settings { name: "without fading of steps".to_owned(), ..steps });
    let mut known = whole.clone();
    known.learn.handoff = AT_ONCE;
    all.push(Settings { name: "without hand-off".to_owned(), ..known });
    all.push(Settings { name: "without ageing of events".to_owned(), ageing: false, ..whole.clone() });
    let (name, diversity) = toggled("diversity", whole.diversity, USUAL_DIVERSITY);
    all.push(Settings { name, diversity, ..whole.clone() });
    let (name, calibration) = toggled("calibration", whole.calibration, SOME_CALIBRATION);
    all.push(Settings { name, calibration, ..whole.clone() });
    all
}

/// A part that has an amount: none of it, or `some` where there is none.
fn toggled(part: &str, amount: f64, some: f64) -> (String, f64) {
    if amount > 0.0 { (format!("without {part}"), 0.0) } else { (format!("with {part} {some}"), some) }
}

/// Parts that are signals.
const SIGNALS: [(&str, &[Signal]); 11] = [
    ("interests", &[Signal::Interest, Signal::KnownInterest]),
    ("gate on interests", &[Signal::KnownInterest]),
    ("session", &[Signal::Session]),
    ("what comes next", &[Signal::Neighbour]),
    ("what goes together", &[Signal::Together]),
    ("what says the same", &[Signal::Alike]),
    ("labels", &[Signal::Facet, Signal::RecentFacet]),
    ("popularity", &[Signal::Popular]),
    ("trend", &[Signal::Trend]),
    ("freshness", &[Signal::Fresh]),
    ("dislikes", &[Signal::Negative]),
];

fn weights(settings: &Settings) -> Weights {
    settings.weights.clone().unwrap_or_else(Weights::for_events)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_part_is_off_at_a_time() {
        let whole = Settings::default();
        let all = variants(&whole);
        assert_eq!(all[0], whole);
        let shipped = weights(&whole);
        for variant in &all[1..] {
            let off = Signal::ALL.iter().filter(|&&signal| weights(variant).of(signal) != shipped.of(signal)).count();
            let elsewhere = usize::from(variant.learn != whole.learn)
                + usize::from(variant.ageing != whole.ageing)
                + usize::from(variant.diversity != whole.diversity)
                + usize::from(variant.calibration != whole.calibration);
            assert!(off.min(1) + elsewhere == 1, "{}", variant.name);
        }
        assert!(all.iter().all(|variant| variant.name != "without trend"), "its weight is 0 as shipped");
    }
}
