//! Topics: a tree of two levels over the items of a catalogue.
//!
//! In the file the tree is text, for a page need not carry a reader of more JSON than it has: a line with the languages, then one a
//! topic, of cells between tabs: the number of its parent or nothing, then for each language its name and its keywords, with
//! U+001F between them.

use super::{Catalogue, CatalogueError, ItemIdx, corrupt};
use crate::vector::{Query, UnitVector};

/// A topic, in the order in which parents come before their parts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Topic {
    /// The topic it is a part of, an index into the tree; none for one of the upper level.
    pub parent: Option<u16>,
    /// Its name in each language of [`Topics::languages`], empty where it has none; one at least is not.
    pub names: Vec<String>,
    /// What it is about, in each language, the most telling first.
    pub keywords: Vec<Vec<String>>,
}

/// The topics of a catalogue.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Topics {
    /// Languages of names, as item fields have them, the most frequent first.
    pub languages: Vec<String>,
    /// All topics; empty where the items were too few.
    pub tree: Vec<Topic>,
    /// Of each item the topic of the lowest level, an index into the tree; empty if the tree is.
    pub of_item: Vec<u16>,
}

impl Topic {
    /// Its name in the language of this number, or the first that there is.
    pub fn name(&self, language: usize) -> &str {
        let own = self.names.get(language).filter(|name| !name.is_empty());
        own.or_else(|| self.names.iter().find(|name| !name.is_empty())).map_or("", String::as_str)
    }
}

/// Stands between a name and keywords.
const UNIT: char = '\u{1f}';

/// More topics than a builder makes; work on them stays small.
const MAX_TOPICS: usize = 1024;

impl Topics {
    /// The tree as the file has it, without the items.
    pub(super) fn to_text(&self) -> String {
        let mut text = self.languages.join("\t");
        for topic in &self.tree {
            text.push('\n');
            text.extend(topic.parent.map(|parent| parent.to_string()));
            for (name, keywords) in topic.names.iter().zip(&topic.keywords) {
                text.push('\t');
                text.push_str(name);
                for keyword in keywords {
                    text.push(UNIT);
                    text.push_str(keyword);
                }
            }
        }
        text
    }

    /// The tree of such a text; nothing if it is none.
    pub(super) fn from_text(text: &str) -> Option<Self> {
        let mut lines = text.split('\n');
        let languages = lines.next()?.split('\t').map(str::to_owned).collect();
        let mut tree = Vec::new();
        for line in lines {
            let mut cells = line.split('\t');
            let parent = cells.next().filter(|parent| !parent.is_empty());
            let mut topic = Topic { parent: parent.map(str::parse).transpose().ok()?, ..Topic::default() };
            for cell in cells {
                let mut parts = cell.split(UNIT).map(str::to_owned);
                topic.names.push(parts.next()?);
                topic.keywords.push(parts.collect());
            }
            tree.push(topic);
        }
        Some(Self { languages, tree, of_item: Vec::new() })
    }

    /// Number of a language, the first where names have none in it.
    pub fn language(&self, code: &str) -> usize {
        self.languages.iter().position(|own| own == code).unwrap_or(0)
    }

    /// The topic that has this name in any language.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.tree.iter().position(|topic| topic.names.iter().any(|own| own == name))
    }

    /// The topics that an item is in: the lowest, and the one that it is a part of.
    pub fn above(&self, item: ItemIdx) -> impl Iterator<Item = usize> + use<> {
        let own = self.of_item.get(item.row()).map(|&own| usize::from(own));
        let parent = own.and_then(|own| self.tree[own].parent).map(usize::from);
        own.into_iter().chain(parent)
    }

    /// Whether an item is in a topic or in a part of it.
    pub fn holds(&self, topic: usize, item: ItemIdx) -> bool {
        self.above(item).any(|own| own == topic)
    }

    /// Topics that have no parts: those that items are given to.
    pub fn lowest(&self) -> impl Iterator<Item = usize> + '_ {
        let has_part = |topic: usize| self.tree.iter().any(|other| other.parent.map(usize::from) == Some(topic));
        (0..self.tree.len()).filter(move |&topic| !has_part(topic))
    }

    /// Refuses what does not fit together or the catalogue.
    pub(super) fn check(&self, count: usize) -> Result<(), CatalogueError> {
        let languages = self.languages.len();
        if self.tree.len() > MAX_TOPICS {
            return Err(corrupt(format!("{} topics, expected {MAX_TOPICS} at most", self.tree.len())));
        }
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
        UnitVector::new(&self.sum(self.items().filter(|&item| self.topics.holds(topic, item)))).ok()
    }

    /// The same as a vector of the encoder, for profiles: [`Catalogue::project`] leads back to the centre.
    pub fn topic_vector(&self, topic: usize) -> Option<UnitVector> {
        self.topic_centre(topic).map(|centre| self.space().lift(&centre))
    }

    /// The topic whose centre is closest to a row, given the centres of all topics; none for those that do not count.
    pub fn closest_topic(centres: &[Option<Query>], row: &[i8], scale: f32) -> u16 {
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
        let mut centres = vec![None; self.topics.tree.len()];
        for topic in self.topics.lowest() {
            centres[topic] = self.topic_centre(topic).map(|centre| Query::new(&centre));
        }
        centres
    }
}

#[cfg(test)]
mod tests {
    use super::super::{CatalogueParts, Change, Found, ItemParts, amend, measured, write};
    use super::*;
    use crate::candidates::chance;

    const D: usize = 10;

    fn vector(side: usize, seed: u64) -> Vec<f32> {
        // In a cone, on one of three sides.
        let value = |j: usize| {
            0.2 * chance(seed, j as u64) as f32 + if j == side { 0.9 } else { 0.0 } + if j == 9 { 1.5 } else { 0.0 }
        };
        (0..D).map(value).collect()
    }

    fn plain(count: u64) -> Catalogue {
        let lang = |i: u64| if i.is_multiple_of(2) { "en" } else { "zh" };
        let item = |i: u64| ItemParts {
            id: format!("i{i}"),
            fields: serde_json::json!({"title": format!("Item {i}"), "lang": lang(i)}).as_object().cloned().unwrap(),
        };
        let items: Vec<ItemParts> = (0..count).map(item).collect();
        let vectors: Vec<f32> = (0..count).flat_map(|i| vector(i as usize % 3, i)).collect();
        let parts = CatalogueParts { name: "t", encoder: "e", dimension: D, vectors: &vectors, items: &items };
        Catalogue::open(write(&parts).unwrap()).unwrap()
    }

    fn topic(parent: Option<u16>, names: [&str; 2]) -> Topic {
        Topic { parent, names: names.map(str::to_owned).to_vec(), keywords: vec![vec![names[0].to_owned()], vec![]] }
    }

    fn tree(count: u64) -> Topics {
        Topics {
            languages: vec!["en".to_owned(), "zh".to_owned()],
            tree: vec![topic(None, ["Food", "美食"]), topic(Some(0), ["Tea", ""]), topic(None, ["", "太空"])],
            of_item: (0..count).map(|i| (i % 3) as u16).collect(),
        }
    }

    fn found(topics: Topics, count: usize, repeats: Vec<(u32, u32)>) -> Found {
        Found { outline: None, alike: vec![vec![]; count], topics, repeats }
    }

    #[test]
    fn what_is_written_is_read_and_follows_its_items() {
        let topics = tree(120);
        let bytes = measured(&plain(120), &found(topics.clone(), 120, vec![(3, 0), (6, 0), (7, 1)])).unwrap();
        let read = Catalogue::open(bytes.clone()).unwrap();
        assert_eq!(read.topics(), &topics);
        assert!(topics.holds(0, ItemIdx(1)) && topics.holds(1, ItemIdx(1)) && !topics.holds(1, ItemIdx(0)));
        assert_eq!((topics.tree[1].name(1), topics.tree[2].name(0), topics.find("太空")), ("Tea", "太空", Some(2)));
        let groups = read.repeats().unwrap();
        assert_eq!((groups.of(0), groups.of(3), groups.of(6), groups.of(2)), (&[0][..], &[0][..], &[0][..], &[][..]));

        let put = [ItemParts { id: "new".to_owned(), fields: Default::default() }];
        let remove = ["i0".to_owned()];
        let change = Change { remove: &remove, put: &put, vectors: &vector(1, 999), encoder: "e" };
        let amended = Catalogue::open(amend(bytes, &change).unwrap()).unwrap();
        assert_eq!(amended.topics().of_item[0], 1, "what stays keeps its topic");
        assert_eq!(amended.topics().of_item[119], 1, "what comes gets the one it is closest to");
        let groups = amended.repeats().unwrap();
        assert_eq!((groups.of(2), groups.of(5)), (&[0][..], &[0][..]), "without the first, the others are a group");
    }

    #[test]
    fn a_centre_leads_to_the_encoder_and_back() {
        for count in [30, 150] {
            let bytes = measured(&plain(count), &found(tree(count), count as usize, vec![])).unwrap();
            let catalogue = Catalogue::open(bytes).unwrap();
            let centre = catalogue.topic_centre(2).unwrap();
            let back = catalogue.topic_vector(2).unwrap();
            let again = Query::new(&centre);
            let (row, scale) = crate::vector::quantise_row(&catalogue.space().project(&back));
            assert!(again.similarity(&row, scale) > 0.999, "{count}");
            assert_eq!(catalogue.topic_vector(9), None);
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let with = |change: &dyn Fn(&mut Topics)| {
            let mut topics = tree(30);
            change(&mut topics);
            measured(&plain(30), &found(topics, 30, vec![]))
        };
        assert!(with(&|_| {}).is_ok());
        let cases: [&dyn Fn(&mut Topics); 6] = [
            &|topics| topics.of_item[4] = 3,
            &|topics| topics.of_item.truncate(29),
            &|topics| topics.tree[0].names = vec![String::new(), String::new()],
            &|topics| topics.tree[1].parent = Some(1),
            &|topics| topics.tree[0].parent = Some(2),
            &|topics| topics.tree[2].keywords.truncate(1),
        ];
        for (at, case) in cases.iter().enumerate() {
            assert!(matches!(with(case), Err(CatalogueError::Corrupt { .. })), "{at}");
        }
        assert!(matches!(
            with(&|topics| topics.tree[0].names[0] = "a\tb".to_owned()),
            Err(CatalogueError::Parts { .. })
        ));
        for pairs in [vec![(0, 0)], vec![(1, 2)], vec![(40, 1)], vec![(3, 1), (2, 1)], vec![(3, 1), (3, 1)]] {
            let refused = measured(&plain(30), &found(Topics::default(), 30, pairs.clone()));
            assert!(matches!(refused, Err(CatalogueError::Corrupt { .. })), "{pairs:?}");
        }
    }
}
