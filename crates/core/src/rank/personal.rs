//! Weights of one person: those of the catalogue, moved by what the person chose from what was shown to them.
//!
//! A choice is a list of which something was taken and something was seen and passed over. For all pairs of the two, the taken one
//! should have the higher score: a logistic loss (as BPR, Rendle et al., 2009) over the logarithms of factors on the weights, drawn
//! towards 0 (L2) and bounded. How sharply scores decide is a parameter of its own, so that only the proportions of the weights
//! change. All of it is worked out anew from the choices: what is forgotten was never learned.

use super::weights::{SIGNALS, Signal, Signals, Weights};

/// How far choices move weights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PersonalConfig {
    /// Latest choices that count.
    pub choices: usize,
    /// How strongly factors are drawn to 1, in choices; above 0.
    pub pull: f64,
    /// Largest factor on a weight; the smallest is its inverse. At least 1.
    pub most: f64,
}

impl Default for PersonalConfig {
    fn default() -> Self {
        Self { choices: 30, pull: 0.05, most: 8.0 }
    }
}

/// What a person took of what they saw, and what they passed over, in signals at that time; neither is empty.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Choice {
    /// Items that were taken.
    pub taken: Vec<Signals>,
    /// Items that were seen and passed over.
    pub passed: Vec<Signals>,
}

/// Steps of the descent.
const STEPS: usize = 40;

/// The factors on the weights, in the order of the signals; 1 where nothing is learned.
pub fn factors<'a>(
    weights: &Weights,
    choices: impl Iterator<Item = &'a Choice> + Clone,
    config: &PersonalConfig,
) -> Signals {
    let mut logs = [0.0; SIGNALS];
    let mut sharpness = 0.0_f64;
    let limit = config.most.ln();
    for _ in 0..STEPS {
        // First and second derivatives, of the factors and of the sharpness.
        let (mut slope, mut curve) = (logs.map(|log| 2.0 * config.pull * log), [2.0 * config.pull; SIGNALS]);
        let (mut sharp_slope, mut sharp_curve) = (0.0, 1e-6);
        let now: Signals = std::array::from_fn(|i| weights.0[i] * logs[i].exp() * sharpness.exp());
        for choice in choices.clone() {
            let share = 1.0 / choice.passed.len() as f64;
            for taken in &choice.taken {
                for passed in &choice.passed {
                    let ahead: Signals = std::array::from_fn(|i| now[i] * (taken[i] - passed[i]));
                    let margin: f64 = ahead.iter().sum();
                    let wrong = share / (1.0 + margin.exp());
                    let bend = wrong / (1.0 + (-margin).exp());
                    for i in 0..SIGNALS {
                        slope[i] -= wrong * ahead[i];
                        curve[i] += bend * ahead[i] * ahead[i];
                    }
                    sharp_slope -= wrong * margin;
                    sharp_curve += bend * margin * margin;
                }
            }
        }
        for signal in Signal::ALL.into_iter().filter(|signal| signal.is_learned()) {
            let i = signal as usize;
            logs[i] = (logs[i] - 0.5 * slope[i] / curve[i]).clamp(-limit, limit);
        }
        sharpness = (sharpness - 0.5 * (sharp_slope / sharp_curve).clamp(-1.0, 1.0)).clamp(-5.0, 5.0);
    }
    logs.map(f64::exp)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(taken: Signal, passed: Signal) -> Choice {
        let one = |signal: Signal| {
            let mut signals = [0.0; SIGNALS];
            signals[signal as usize] = 0.5;
            vec![signals]
        };
        Choice { taken: one(taken), passed: one(passed) }
    }

    fn of(choices: &[Choice]) -> Signals {
        factors(&Weights::default(), choices.iter(), &PersonalConfig::default())
    }

    #[test]
    fn what_is_chosen_for_counts_more_and_only_that() {
        assert_eq!(of(&[]), [1.0; SIGNALS]);
        let few = of(&vec![choice(Signal::Interest, Signal::Popular); 2]);
        let many = of(&vec![choice(Signal::Interest, Signal::Popular); 20]);
        let (interest, popular) = (Signal::Interest as usize, Signal::Popular as usize);
        assert!(1.0 < few[interest] && few[interest] < many[interest], "{few:?} {many:?}");
        assert!(1.0 > few[popular] && few[popular] > many[popular]);
        assert_eq!(many[Signal::Session as usize], 1.0);
        let back = of(&vec![choice(Signal::Popular, Signal::Interest); 20]);
        assert!(back[interest] < 1.0 && back[popular] > 1.0);
    }

    #[test]
    fn factors_are_bounded_and_promises_kept() {
        let config = PersonalConfig::default();
        for (a, b) in [(Signal::Fresh, Signal::Interest), (Signal::Seen, Signal::Negative)] {
            let found = of(&vec![choice(a, b); 30]);
            assert!(found.iter().all(|factor| (1.0 / config.most..=config.most).contains(factor)), "{found:?}");
            assert_eq!((found[Signal::Seen as usize], found[Signal::Negative as usize]), (1.0, 1.0));
        }
    }
}
