//! What goes together: by how much likelier an item is for people who turned to another one than for everybody.
//!
//! The share of the people of `a` who also turned to `b` is drawn towards the share of all people, as if `shrink` more people
//! of `a` had done as everybody does; what is left above that share is the weight of the link. Links are kept where they
//! will matter most: a link's weight times the people of `a`, over the whole catalogue, so that what many people turn to has
//! many links and what hardly anybody does has few.

use predilect_core::ItemIdx;
use predilect_core::catalogue::Links;

use super::learn::LearnOptions;

/// Items of a history that are paired; work grows with their square.
const MAX_HISTORY: usize = 500;
/// Most links of an item.
const MAX_ROW: usize = 128;

/// Learns from histories of different items, oldest first; `support` is how many histories have an item.
pub(super) fn together(histories: &[Vec<usize>], support: &[u32], options: &LearnOptions) -> Links {
    let recent = |history: &Vec<usize>| history.len().saturating_sub(MAX_HISTORY);
    let recent: Vec<&[usize]> = histories.iter().map(|history| &history[recent(history)..]).collect();
    let mut people: Vec<Vec<u32>> = vec![Vec::new(); support.len()];
    for (person, history) in recent.iter().enumerate() {
        history.iter().for_each(|&item| people[item].push(person as u32));
    }
    let all = histories.iter().filter(|history| !history.is_empty()).count().max(1) as f64;
    let share = |item: usize| f64::from(support[item]) / all;
    let mut both = vec![0_u32; support.len()];
    let mut links: Links = Vec::with_capacity(support.len());
    for (item, people) in people.iter().enumerate() {
        let mut touched: Vec<usize> = Vec::new();
        for &person in people {
            for &other in recent[person as usize].iter().filter(|&&other| other != item) {
                if both[other] == 0 {
                    touched.push(other);
                }
                both[other] += 1;
            }
        }
        let mut row: Vec<(ItemIdx, f32)> = Vec::new();
        for other in touched {
            let count = std::mem::take(&mut both[other]);
            let drawn = (f64::from(count) + options.shrink * share(other)) / (people.len() as f64 + options.shrink);
            let lift = drawn - share(other);
            if count >= options.min_people.max(1) && lift > 0.0 {
                row.push((ItemIdx(other as u32), lift as f32));
            }
        }
        row.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        row.truncate(MAX_ROW);
        links.push(row);
    }
    keep(&mut links, support, (options.together * support.len() as f64) as usize);
    links.iter_mut().for_each(|row| row.sort_by_key(|link| link.0));
    links
}

/// Keeps the `limit` links that matter most; of equal ones at the limit, all or none.
fn keep(links: &mut Links, support: &[u32], limit: usize) {
    let matter = |row: usize, weight: f32| weight * support[row] as f32;
    let mut all: Vec<f32> =
        links.iter().enumerate().flat_map(|(row, links)| links.iter().map(move |link| matter(row, link.1))).collect();
    if all.len() > limit {
        let least = *all.select_nth_unstable_by(limit, |a, b| b.total_cmp(a)).1;
        for (row, links) in links.iter_mut().enumerate() {
            links.retain(|link| matter(row, link.1) > least);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_a_share_by_hand() {
        // Five of six people of 0 turned to 1, five of eight of all.
        let mut histories = vec![vec![0, 1]; 5];
        histories.extend([vec![0], vec![2], vec![2]]);
        let options = LearnOptions { min_people: 5, shrink: 20.0, ..LearnOptions::default() };
        let links = together(&histories, &[6, 5, 2], &options);
        let expected = (5.0 + 20.0 * 5.0 / 8.0) / 26.0 - 5.0 / 8.0;
        assert_eq!(links[0].len(), 1);
        assert!(links[0][0].0 == ItemIdx(1) && (f64::from(links[0][0].1) - expected).abs() < 1e-6, "{links:?}");
        let few = together(&histories, &[6, 5, 2], &LearnOptions { min_people: 6, ..options });
        assert!(few.iter().all(Vec::is_empty), "what fewer people link leaves no trace");
    }

    #[test]
    fn the_links_of_many_people_are_kept() {
        let mut histories = vec![vec![0, 1]; 30];
        histories.extend(vec![vec![2, 3]; 6]);
        histories.extend(vec![vec![4]; 30]);
        let options = LearnOptions { together: 0.2, ..LearnOptions::default() };
        let links = together(&histories, &[30, 30, 6, 6, 30], &options);
        assert_eq!(links.iter().map(Vec::len).collect::<Vec<_>>(), [0, 0, 0, 0, 0], "equal ones at the limit: none");
        let links = together(&histories, &[30, 30, 6, 6, 30], &LearnOptions { together: 0.4, ..options });
        assert_eq!(links.iter().map(Vec::len).collect::<Vec<_>>(), [1, 1, 0, 0, 0]);
    }
}
