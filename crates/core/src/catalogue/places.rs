//! Rows by id: open addressing over XXH3, made when a catalogue is opened.

use xxhash_rust::xxh3::xxh3_64;

/// Stands for no row.
const FREE: u32 = u32::MAX;

/// Where the row of an id is found. Half of the places or more are free, so that searches are short.
#[derive(Debug)]
pub(super) struct Places(Vec<u32>);

impl Places {
    /// The places of `count` rows. Answers a row whose id an earlier one has, if there is one.
    pub fn new<'a>(count: usize, id: impl Fn(u32) -> &'a [u8]) -> Result<Self, u32> {
        let mut places = Self(vec![FREE; (2 * count).next_power_of_two()]);
        for row in 0..count as u32 {
            let at = places.seek(id(row), &id);
            if places.0[at] != FREE {
                return Err(row);
            }
            places.0[at] = row;
        }
        Ok(places)
    }

    /// The row whose id is `wanted`.
    pub fn find<'a>(&self, wanted: &[u8], id: impl Fn(u32) -> &'a [u8]) -> Option<u32> {
        let row = self.0[self.seek(wanted, &id)];
        (row != FREE).then_some(row)
    }

    /// The place of an id, or the free one where it would be put.
    fn seek<'a>(&self, wanted: &[u8], id: &impl Fn(u32) -> &'a [u8]) -> usize {
        let last = self.0.len() - 1;
        let mut at = xxh3_64(wanted) as usize & last;
        while self.0[at] != FREE && id(self.0[at]) != wanted {
            at = (at + 1) & last;
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_is_found_and_no_other() {
        for count in [0, 1, 2, 3, 1000] {
            let ids: Vec<String> = (0..count).map(|i| format!("id {i}")).collect();
            let id = |row: u32| ids[row as usize].as_bytes();
            let places = Places::new(count, id).unwrap();
            for (row, text) in ids.iter().enumerate() {
                assert_eq!(places.find(text.as_bytes(), id), Some(row as u32));
            }
            assert_eq!(places.find(b"id", id), None);
            assert_eq!(places.find(b"", id), None);
        }
    }

    #[test]
    fn repeated_ids_are_told() {
        let ids = ["a", "b", "a"];
        assert_eq!(Places::new(3, |row| ids[row as usize].as_bytes()).unwrap_err(), 2);
    }
}
