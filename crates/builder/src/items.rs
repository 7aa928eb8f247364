//! The second half of a build: texts out, vectors in, bytes of a catalogue out.

use std::ops::Range;

use predilect_core::catalogue::{self, Catalogue, CatalogueParts, Change, Found, ItemParts};
use predilect_search::Rows;

use crate::{
    alike::{self, Words},
    compose,
    error::BuilderError,
    item::Item,
    options::{Options, Role},
    phrases::Phrases,
    report::Report,
    topics,
};

/// Items below which it shows nothing that two of them share a word.
const FEW: usize = 100;

/// Clean items, in the order of their records, and the report about them.
pub struct Items {
    options: Options,
    items: Vec<Item>,
    report: Report,
    before: Option<Catalogue>,
}

impl Items {
    pub(crate) fn new(options: Options, items: Vec<Item>, report: Report) -> Self {
        Self { options, items, report, before: None }
    }

    /// What was read, kept, dropped and changed.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Number of items.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is none; never after a successful build.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Id of an item.
    pub fn id(&self, row: usize) -> Option<&str> {
        self.items.get(row).map(|item| item.id.as_str())
    }

    /// What is to be encoded for an item: title, text, tags and category as sentences, cut to what a short-context
    /// encoder reads. Never empty.
    pub fn text(&self, row: usize) -> Option<String> {
        self.items.get(row).map(|item| compose::text(item, &self.options.encode_also))
    }

    /// The texts of a range of items, clamped to those that exist.
    pub fn texts(&self, rows: Range<usize>) -> Vec<String> {
        let end = rows.end.min(self.items.len());
        (rows.start.min(end)..end).filter_map(|row| self.text(row)).collect()
    }

    /// The catalogue will have the topics of this earlier one, with their names, if half of its items are as they were there; what is
    /// new gets the topic that it is closest to.
    ///
    /// # Errors
    /// [`BuilderError::Catalogue`] for a catalogue that is damaged.
    pub fn keep_topics(&mut self, catalogue: Vec<u8>) -> Result<(), BuilderError> {
        self.before = Some(Catalogue::open(catalogue)?);
        Ok(())
    }

    /// Writes the catalogue file. `vectors` holds one vector of equal length per item, in the order of the texts;
    /// `fingerprint` names the encoder that made them. Equal arguments give equal bytes.
    ///
    /// # Errors
    /// [`BuilderError::Vectors`] if the values do not divide into one vector an item, [`BuilderError::Catalogue`] if the
    /// catalogue refuses one, with its id.
    pub fn assemble(&self, vectors: &[f32], fingerprint: &str) -> Result<Vec<u8>, BuilderError> {
        let count = self.items.len();
        if vectors.is_empty() || !vectors.len().is_multiple_of(count.max(1)) {
            return Err(BuilderError::Vectors { values: vectors.len(), items: count });
        }
        let items = self.parts();
        let parts = CatalogueParts {
            name: &self.options.name,
            encoder: fingerprint,
            dimension: vectors.len() / count,
            vectors,
            items: &items,
        };
        let written = Catalogue::open(catalogue::write(&parts)?)?;
        let outline = predilect_search::measure(Rows::from(&written));
        let words = Words::read(&written)?;
        let alike = if count < FEW { vec![Vec::new(); count] } else { alike::links(&written, &words) };
        let repeats = alike::repeats(&written, &words);
        let topics = topics::topics(&written, &Phrases::find(&written)?, self.before.as_ref());
        let found = Found { outline, alike, topics, repeats };
        Ok(catalogue::measured(&written, &found)?)
    }

    /// Puts the items into a catalogue, in the place of those with the same ids, and takes those of the ids `remove` out.
    /// Vectors and fingerprint are as for [`Items::assemble`].
    ///
    /// # Errors
    /// [`BuilderError::Vectors`], or [`BuilderError::Catalogue`] for a catalogue that is damaged or of another encoder.
    pub fn amend(
        &self,
        catalogue: Vec<u8>,
        remove: &[String],
        vectors: &[f32],
        fingerprint: &str,
    ) -> Result<Vec<u8>, BuilderError> {
        if !vectors.len().is_multiple_of(self.items.len().max(1)) {
            return Err(BuilderError::Vectors { values: vectors.len(), items: self.items.len() });
        }
        let change = Change { remove, put: &self.parts(), vectors, encoder: fingerprint };
        Ok(catalogue::amend(catalogue, &change)?)
    }

    fn parts(&self) -> Vec<ItemParts> {
        let stored = |item: &Item| {
            let mut fields = item.fields.clone();
            fields.retain(|name, _| self.options.stores(name));
            ItemParts { id: item.id.clone(), fields }
        };
        self.items.iter().map(stored).collect()
    }
}

/// Takes the items of the ids `remove` out of a catalogue; ids that it does not have are passed over.
///
/// # Errors
/// [`BuilderError::Catalogue`] for a catalogue that is damaged.
pub fn remove(catalogue: Vec<u8>, remove: &[String]) -> Result<Vec<u8>, BuilderError> {
    Ok(catalogue::amend(catalogue, &Change { remove, put: &[], vectors: &[], encoder: "" })?)
}

impl Options {
    /// Whether a field goes into the catalogue file.
    pub(crate) fn stores(&self, name: &str) -> bool {
        let named = |list: &[String]| list.iter().any(|own| own == name);
        let is_role = Role::ALL.iter().any(|role| role.name() == name) || matches!(name, "date_text" | "year");
        !named(&self.drop) && (self.fields.is_empty() || is_role || named(&self.fields))
    }
}
