//! Room for a few items of each label.

use crate::catalogue::{ItemIdx, Labels};

pub(super) struct Caps<'a>(Vec<(&'a Labels, u32, Vec<u32>)>);

impl<'a> Caps<'a> {
    pub(super) fn new(caps: &[(&'a Labels, u32)]) -> Self {
        Self(caps.iter().map(|&(labels, most)| (labels, most, vec![0; labels.names.len()])).collect())
    }

    /// Whether there is room for every label of an item.
    pub(super) fn allow(&self, item: ItemIdx) -> bool {
        let room = |(labels, most, counts): &(&Labels, u32, Vec<u32>)| {
            labels.of(item.row()).iter().all(|&label| counts[label as usize] < *most)
        };
        self.0.iter().all(room)
    }

    pub(super) fn take(&mut self, item: ItemIdx) {
        for (labels, _, counts) in &mut self.0 {
            labels.of(item.row()).iter().for_each(|&label| counts[label as usize] += 1);
        }
    }
}
