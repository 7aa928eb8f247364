//! What the person's choices say about the weights of the ranking.

use predilect_core::rank::{Choice, Gauge, PersonalConfig, RankConfig, Signals, Weights, factors};
use predilect_core::taste::{Chosen, Gathered, choices, fold, items};
use predilect_core::{Catalogue, ItemIdx, Profile, TasteConfig};

/// Choices whose signals were measured before; none changes as long as events only come after them.
#[derive(Debug, Default)]
pub(crate) struct Choices {
    known: Vec<(Chosen, Choice)>,
}

impl Choices {
    /// Items that were taken, and those that were passed over.
    pub(crate) fn met(&self) -> [Vec<ItemIdx>; 2] {
        let of =
            |list: fn(&Chosen) -> &Vec<ItemIdx>| self.known.iter().flat_map(|(own, _)| list(own)).copied().collect();
        [of(|own| &own.taken), of(|own| &own.passed)]
    }

    /// The weights of the catalogue and the factors on them that the profile's choices make.
    pub(crate) fn weights(
        &mut self,
        profile: &Profile,
        catalogue: &Catalogue,
        config: &TasteConfig,
    ) -> (Weights, Signals) {
        let weights = catalogue.learned().map_or_else(Weights::default, |learned| learned.weights.clone());
        let personal = PersonalConfig::default();
        let chosen = choices(profile.events(), &items(profile, catalogue), personal.choices);
        let mut known = std::mem::take(&mut self.known);
        for chosen in chosen {
            let found = known.iter().position(|(own, _)| *own == chosen);
            let choice = match found {
                Some(at) => known.swap_remove(at).1,
                None => measure(&chosen, profile, catalogue, config),
            };
            self.known.push((chosen, choice));
        }
        let list: Vec<Choice> = self.known.iter().map(|(_, choice)| choice.clone()).collect();
        let factors = factors(&weights, &list, &personal);
        (Weights(std::array::from_fn(|i| weights.0[i] * factors[i])), factors)
    }
}

/// The signals of a choice when it was made.
fn measure(chosen: &Chosen, profile: &Profile, catalogue: &Catalogue, config: &TasteConfig) -> Choice {
    let now = profile.events()[chosen.before].at;
    let taste = fold(&mut Gathered::default(), &profile.before(chosen.before), catalogue, config, now);
    let rank = RankConfig::default();
    let gauge = Gauge::new(&taste, catalogue, &rank, now);
    let read = |list: &[ItemIdx]| list.iter().map(|&item| gauge.read(item).signals).collect();
    Choice { taken: read(&chosen.taken), passed: read(&chosen.passed) }
}
