//! Topics: a tree of two levels over the items of a catalogue.

use serde::{Deserialize, Serialize};

use super::{Catalogue, CatalogueError, ItemIdx, corrupt};
use crate::vector::{Query, UnitVector};

/// A topic, in the order in which parents come before their parts.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Topic {
    /// The topic it is a part of, an index into the tree; none for one of the upper level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<u16>,
    /// Its name in each language of [`Topics::languages`], empty where it has none; one at least is not.
    pub names: Vec<String>,
    /// What it is about, in each language, the most telling first.
    pub keywords: Vec<Vec<String>>,
}

/// The topics of a catalogue.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Topics {
    /// Languages of names, as item fields have them, the most frequent first.
    pub languages: Vec<String>,
    /// All topics; empty where the items were too few.
    pub tree: Vec<Topic>,
    /// Of each item the topic of the lowest level, an index into the tree; empty if the tree is.
    #[serde(skip)]
    pub of_item: Vec<u16>,
}

impl Topic {
    /// Its name in the language of this number, or the first that there is.
    pub fn name(&self, language: usize) -> &str {
        let own = self.names.get(language).filter(|name| !name.is_empty());
        own.or_else(|| self.names.iter().find(|name| !name.is_empty())).map_or("", String::as_str)
    }
}

impl Topics {
    /// Number of a language, the first where names have none in it.
    pub fn language(&self, code: &str) -> usize {
        self.languages.iter().position(|own| own == code).unwrap_or(0)
    }

    /// The topic that has this name in any language.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.tree.iter().position(|topic| topic.names.iter().any(|own| own == name))
    }

    /// Whether an item is in a topic or in a part of it.
    pub fn holds(&self, topic: usize, item: ItemIdx) -> bool {
        let Some(&own) = self.of_item.get(item.row()) else { return false };
        usize::from(own) == topic || self.tree[usize::from(own)].parent.map(usize::from) == Some(topic)
    }

    /// Refuses what does not fit together or the catalogue.
    pub(super) fn check(&self, count: usize) -> Result<(), CatalogueError> {
        let languages = self.languages.len();
        for (at, topic) in self.tree.iter().enumerate() {
            let shape = topic.names.len() == languages && topic.keywords.len() == languages;
            let parent = topic.parent.map(usize::from);
            let above = parent.is_none_or(|parent| parent < at && self.tree[parent].parent.is_none());
            if !shape || !above || topic.name(0).is_empty() {
                return Err(corrupt(format!("topic {at} has no name, or a parent that is none")));
            }
        }
        let fits = self.of_item.iter().all(|&topic| usize::from(topic) < self.tree.len());
        if !fits || self.of_item.len() != if self.tree.is_empty() { 0 } else { count } {
            return Err(corrupt("an item has a topic that does not exist"));
        }
        Ok(())
    }
}

impl Catalogue {
    /// Its topics.
    pub fn topics(&self) -> &Topics {
        &self.topics
    }

    /// The mean direction of the items of a topic among the rows; none for one without items.
    pub fn topic_centre(&self, topic: usize) -> Option<UnitVector> {
        let mut sum = vec![0.0_f32; self.header().dimension];
        for item in self.items().filter(|&item| self.topics.holds(topic, item)) {
            let (row, scale) = self.vector(item);
            for (sum, &value) in sum.iter_mut().zip(row) {
                *sum += f32::from(value) * scale;
            }
        }
        UnitVector::new(&sum).ok()
    }

    /// The same as a vector of the encoder, for profiles: [`Catalogue::project`] leads back to the centre.
    pub fn topic_vector(&self, topic: usize) -> Option<UnitVector> {
        self.topic_centre(topic).map(|centre| self.space().lift(&centre))
    }

    /// The topic of the lowest level whose centre is closest to a direction, given all centres.
    pub(super) fn closest_topic(centres: &[Option<Query>], row: &[i8], scale: f32) -> u16 {
        let mut best = (0, f32::NEG_INFINITY);
        for (at, centre) in centres.iter().enumerate() {
            let near = centre.as_ref().map_or(f32::NEG_INFINITY, |centre| centre.similarity(row, scale));
            if near > best.1 {
                best = (at as u16, near);
            }
        }
        best.0
    }

    /// Centres of the topics that have no parts.
    pub(super) fn topic_centres(&self) -> Vec<Option<Query>> {
        let tree = &self.topics.tree;
        let lowest = |topic: usize| tree.iter().all(|other| other.parent.map(usize::from) != Some(topic));
        let centre = |topic| self.topic_centre(topic).filter(|_| lowest(topic)).map(|centre| Query::new(&centre));
        (0..tree.len()).map(centre).collect()
    }
}
