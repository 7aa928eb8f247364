//! What the person's choices say about the weights of the ranking.

use predilect_core::rank::{Choice, Gauge, PersonalConfig, RankConfig, SIGNALS, Signals, Weights, factors};
use predilect_core::taste::{Chosen, Gathered, choices, fold};
use predilect_core::{Catalogue, ItemIdx, Profile, Taste, TasteConfig};

/// Events before a choice from which its signals are measured: what is older changed little of that list.
const LOOK_BACK: usize = 300;

/// What is learned from a profile, for as long as events only come after those it holds.
#[derive(Debug)]
pub(crate) struct Choices {
    /// Events it was learned from.
    events: usize,
    known: Vec<(Chosen, Choice)>,
    /// The taste before the latest list, whose choice changes with each event on it.
    before: Option<(usize, Taste)>,
    factors: Signals,
}

impl Default for Choices {
    fn default() -> Self {
        Self { events: 0, known: Vec::new(), before: None, factors: [1.0; SIGNALS] }
    }
}

impl Choices {
    /// The factors on the weights, in the order of the signals.
    pub(crate) fn factors(&self) -> &Signals {
        &self.factors
    }

    /// Items that were taken, and those that were passed over.
    pub(crate) fn met(&self) -> [Vec<ItemIdx>; 2] {
        let of =
            |list: fn(&Chosen) -> &Vec<ItemIdx>| self.known.iter().flat_map(|(own, _)| list(own)).copied().collect();
        [of(|own| &own.taken), of(|own| &own.passed)]
    }

    /// Learns what is new of a profile.
    pub(crate) fn learn(&mut self, profile: &Profile, catalogue: &Catalogue, weights: &Weights, config: &TasteConfig) {
        if self.events == profile.events().len() {
            return;
        }
        self.events = profile.events().len();
        let personal = PersonalConfig::default();
        let mut known = std::mem::take(&mut self.known);
        for chosen in choices(profile.events(), |event| catalogue.find(&event.item), personal.choices) {
            let choice = match known.iter().position(|(own, _)| *own == chosen) {
                Some(at) => known.swap_remove(at).1,
                None => self.measure(&chosen, profile, catalogue, config),
            };
            self.known.push((chosen, choice));
        }
        self.factors = factors(weights, self.known.iter().map(|(_, choice)| choice), &personal);
    }

    /// The signals of a choice when it was made.
    fn measure(&mut self, chosen: &Chosen, profile: &Profile, catalogue: &Catalogue, config: &TasteConfig) -> Choice {
        let now = profile.events()[chosen.before].at;
        let kept = self.before.take().filter(|(before, _)| *before == chosen.before);
        let taste = kept.map_or_else(
            || fold(&mut Gathered::default(), &profile.before(chosen.before, LOOK_BACK), catalogue, config, now),
            |(_, taste)| taste,
        );
        let rank = RankConfig::default();
        let gauge = Gauge::new(&taste, catalogue, &rank, now);
        let read = |list: &[ItemIdx]| list.iter().map(|&item| gauge.read(item).signals).collect();
        let choice = Choice { taken: read(&chosen.taken), passed: read(&chosen.passed) };
        self.before = Some((chosen.before, taste));
        choice
    }
}
