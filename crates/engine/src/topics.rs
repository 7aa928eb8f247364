//! Topics: what a person may choose from before anything is known of them, and what their interests are called.

use predilect_core::catalogue::Column;
use predilect_core::event::Millis;
use predilect_core::order::descending;
use predilect_core::taste::{Evidence, Origin};
use predilect_core::{ItemIdx, Query, Typed};
use serde::Serialize;

use crate::{Engine, EngineError};

/// Words that say what an interest is about, at most.
const KEYWORDS: usize = 5;
/// Share of an interest's weight that must be of a topic for it to have its name.
const MOST: f64 = 0.5;

/// A topic and its parts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TopicReply {
    /// Its name, which no other topic has.
    pub name: String,
    /// What it is about, the most telling first.
    pub keywords: Vec<String>,
    /// Items in it and in its parts.
    pub count: usize,
    /// Ids of items from its middle, those that many like first.
    pub examples: Vec<String>,
    /// Its parts, the largest first.
    pub topics: Vec<TopicReply>,
}

impl Engine {
    /// The topics of the catalogue, the largest first, those without items left out: with names in a language, where they have
    /// one in it, and at most so many examples each.
    pub fn topics(&self, lang: Option<&str>, examples: usize) -> Vec<TopicReply> {
        let topics = self.catalogue.topics();
        let language = lang.map_or(0, |code| topics.language(code));
        let mut items = vec![Vec::new(); topics.tree.len()];
        for item in self.catalogue.items() {
            topics.above(item).for_each(|topic| items[topic].push(item));
        }
        self.level(&mut items, None, language, examples)
    }

    /// `items` are those of each topic, taken out as they are told.
    fn level(
        &self,
        items: &mut [Vec<ItemIdx>],
        parent: Option<u16>,
        language: usize,
        examples: usize,
    ) -> Vec<TopicReply> {
        let mut level = Vec::new();
        for (at, topic) in self.catalogue.topics().tree.iter().enumerate() {
            if topic.parent != parent || items[at].is_empty() {
                continue;
            }
            let rows = std::mem::take(&mut items[at]);
            level.push(TopicReply {
                name: topic.name(language).to_owned(),
                keywords: topic.keywords.get(language).cloned().unwrap_or_default(),
                count: rows.len(),
                examples: if examples > 0 { self.examples(at, &rows, examples) } else { Vec::new() },
                // Of two levels, the lower has no parts.
                topics: if parent.is_none() {
                    self.level(items, Some(at as u16), language, examples)
                } else {
                    Vec::new()
                },
            });
        }
        level
    }

    /// Of the items closest to the centre those that are most popular.
    fn examples(&self, topic: usize, rows: &[ItemIdx], examples: usize) -> Vec<String> {
        let Some(centre) = self.catalogue.topic_centre(topic) else { return Vec::new() };
        let centre = Query::new(&centre);
        let near = descending(rows.iter().map(|&item| f64::from(self.catalogue.similarity(&centre, item))));
        let middle: Vec<ItemIdx> = near.into_iter().take(4 * examples).map(|at| rows[at]).collect();
        let liked = descending(middle.iter().map(|&item| self.catalogue.popularity(item)));
        liked.into_iter().take(examples).map(|at| self.catalogue.id(middle[at]).to_owned()).collect()
    }

    /// Adds a topic to what the person likes, or with a weight below 0 does not: as a text of its name, whose vector is the centre of its
    /// items. Returns that vector, which another catalogue of the same encoder understands as well.
    ///
    /// # Errors
    /// [`EngineError::UnknownTopic`], or as [`Engine::describe`] for the time and the weight.
    pub fn follow(&mut self, name: &str, at: Millis, weight: f64) -> Result<Vec<f32>, EngineError> {
        let topic = self.topic(name)?;
        let Some(vector) = self.catalogue.topic_vector(topic) else {
            return Err(EngineError::UnknownTopic { name: name.to_owned() });
        };
        let values = vector.as_slice().to_vec();
        self.choices.take();
        self.profile.describe(Typed { text: name.to_owned(), vector, weight, at })?;
        Ok(values)
    }

    pub(crate) fn topic(&self, name: &str) -> Result<usize, EngineError> {
        let found = self.catalogue.topics().find(name);
        found.ok_or_else(|| EngineError::UnknownTopic { name: name.to_owned() })
    }

    /// The name of an interest of several items, where most of it is of one topic, and words that say what it is about.
    pub(crate) fn interest_name(&self, origin: &Origin, lang: Option<&str>) -> (Option<String>, Vec<String>) {
        let Origin::Items(evidence) = origin else { return (None, Vec::new()) };
        let topics = self.catalogue.topics();
        let language = topics.language(lang.or_else(|| self.catalogue.language(evidence[0].item)).unwrap_or_default());
        let total: f64 = evidence.iter().map(|own| own.weight).sum();
        let mut weights = vec![0.0; topics.tree.len()];
        for own in evidence {
            topics.above(own.item).for_each(|topic| weights[topic] += own.weight / total);
        }
        let mut best: Option<(usize, f64)> = None;
        for (topic, weight) in weights.into_iter().enumerate() {
            // Of a topic and a part that hold as much the part says more.
            if weight >= MOST
                && best.is_none_or(|(other, most)| weight > most || topics.tree[topic].parent == Some(other as u16))
            {
                best = Some((topic, weight));
            }
        }
        let topic = best.map(|(topic, _)| &topics.tree[topic]);
        let mut words = self.shared(evidence, total);
        words.extend(topic.and_then(|topic| topic.keywords.get(language)).into_iter().flatten().cloned());
        let mut keywords: Vec<String> = Vec::new();
        for word in words {
            if keywords.len() < KEYWORDS && !keywords.contains(&word) {
                keywords.push(word);
            }
        }
        // Who likes one item likes that item; what it stands for shows with the second.
        let name = topic.filter(|_| evidence.len() > 1).map(|topic| topic.name(language).to_owned());
        (name, keywords)
    }

    /// Labels that half of an interest has, by how much more often than others.
    fn shared(&self, evidence: &[Evidence], total: f64) -> Vec<String> {
        let (mut words, mut gains) = (Vec::new(), Vec::new());
        for (head, column) in self.catalogue.columns() {
            let Column::Label(labels) = column else { continue };
            if head.name == "lang" {
                continue;
            }
            let mut weights = vec![0.0; labels.names.len()];
            for own in evidence {
                labels.of(own.item.row()).iter().for_each(|&label| weights[label as usize] += own.weight / total);
            }
            for (label, weight) in weights.into_iter().enumerate().filter(|(_, weight)| *weight >= MOST) {
                let gain = weight - f64::from(labels.uses[label]) / self.catalogue.len() as f64;
                if gain > 0.0 && labels.names[label].chars().any(char::is_alphabetic) {
                    words.push(labels.names[label].clone());
                    gains.push(gain);
                }
            }
        }
        predilect_core::order::reorder(words, &descending(gains))
    }
}
