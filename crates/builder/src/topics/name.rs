//! Names of topics: the phrases that most of a topic's items have and few others do.

use std::collections::BTreeMap;

use predilect_core::catalogue::Topic;

use crate::phrases::{Phrase, Phrases, Prominence};

/// Phrases that are weighed for a topic, and kept with it.
const WEIGHED: usize = 24;
const KEPT: usize = 5;
/// Share of a topic's items below which one phrase alone does not name it.
const ALONE: f64 = 0.3;
/// Score below which a phrase names nothing.
const LEAST: f64 = 0.01;
/// Items of a language below which a topic has no name in it.
const SPOKEN: usize = 3;

/// A topic to be named.
pub(super) struct Unnamed {
    pub parent: Option<usize>,
    /// Ascending.
    pub rows: Vec<u32>,
}

/// A phrase as the name of a topic.
struct Candidate {
    topic: usize,
    phrase: u32,
    score: f64,
    /// Share of the topic's items of the language that have it.
    covers: f64,
}

/// Names topics in the languages of their items. No two have the same name, and none that of a word in its parent's.
pub(super) fn name(topics: &[Unnamed], phrases: &Phrases, languages: &[&str]) -> (Vec<String>, Vec<Topic>) {
    let mut spoken: BTreeMap<&str, usize> = BTreeMap::new();
    languages.iter().for_each(|language| *spoken.entry(language).or_default() += 1);
    let all = languages.len();
    let mut spoken: Vec<(&str, usize)> =
        spoken.into_iter().filter(|(_, count)| *count >= SPOKEN && 20 * count >= all).collect();
    spoken.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let empty = |topic: &Unnamed| Topic {
        parent: topic.parent.map(|at| at as u16),
        names: vec![String::new(); spoken.len().max(1)],
        keywords: vec![Vec::new(); spoken.len().max(1)],
    };
    let mut named: Vec<Topic> = topics.iter().map(empty).collect();
    for (number, &(language, count)) in spoken.iter().enumerate() {
        let wide = matches!(language, "zh" | "ja");
        let mut candidates: Vec<Candidate> = Vec::new();
        for (at, topic) in topics.iter().enumerate() {
            let own: Vec<u32> = topic.rows.iter().copied().filter(|&row| languages[row as usize] == language).collect();
            if own.len() >= SPOKEN {
                candidates.extend(weigh(at, &own, phrases, languages, (language, count), wide));
            }
        }
        candidates.sort_by(|a, b| b.score.total_cmp(&a.score).then((a.topic, a.phrase).cmp(&(b.topic, b.phrase))));
        settle(topics, &candidates, phrases, number, &mut named);
    }
    let mut languages: Vec<String> = spoken.into_iter().map(|(language, _)| language.to_owned()).collect();
    if languages.is_empty() {
        languages.push("und".to_owned());
    }
    (languages, named)
}

fn weigh(
    topic: usize,
    own: &[u32],
    phrases: &Phrases,
    languages: &[&str],
    (language, count): (&str, usize),
    wide: bool,
) -> Vec<Candidate> {
    // Of each phrase the items that have it, and those where it stands out.
    let mut inside: BTreeMap<u32, (usize, usize)> = BTreeMap::new();
    for &row in own {
        for (phrase, prominence) in phrases.of(row as usize) {
            let entry = inside.entry(*phrase).or_default();
            entry.0 += 1;
            entry.1 += usize::from(*prominence > Prominence::Text);
        }
    }
    let least = (own.len() as f64 * 0.06).max(2.0);
    let mut list: Vec<Candidate> = Vec::new();
    for (number, (with, prominent)) in inside {
        let phrase = &phrases.list[number as usize];
        if (with as f64) < least || phrase.wide != wide {
            continue;
        }
        let everywhere = phrase.rows.iter().filter(|&&row| languages[row as usize] == language).count();
        let share = own.len() as f64 / count as f64;
        // What is only mentioned names half as well.
        let covers = 0.5 * (with + prominent) as f64 / own.len() as f64;
        let precise = with as f64 / everywhere as f64;
        // No better than chance is worth nothing.
        let lift = ((precise - share) / (1.0 - share).max(1e-9)).max(0.0);
        let score = lift * covers.sqrt() * covers.sqrt().sqrt() * fits(phrase, prominent > 0);
        list.push(Candidate { topic, phrase: number, score, covers });
    }
    list.retain(|candidate| candidate.score >= LEAST);
    list.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.phrase.cmp(&b.phrase)));
    list.truncate(WEIGHED);
    list
}

/// How well a phrase looks as a name.
fn fits(phrase: &Phrase, prominent: bool) -> f64 {
    let length = match (phrase.wide, phrase.length) {
        (true, 2) | (false, 1..=3) => 1.0,
        (true, 3..=5) => 0.9,
        _ => 0.7,
    };
    let place = match (phrase.label, prominent) {
        (true, _) => 1.4,
        // A given name alone tells little.
        _ if phrase.name && phrase.length == 1 => 0.4,
        (_, true) => 1.0,
        _ => 0.5,
    };
    length * place
}

/// Gives topics their phrases, the best fit first.
fn settle(topics: &[Unnamed], candidates: &[Candidate], phrases: &Phrases, language: usize, named: &mut [Topic]) {
    let phrase = |candidate: &Candidate| &phrases.list[candidate.phrase as usize];
    let mut first: Vec<Option<&Candidate>> = vec![None; topics.len()];
    let mut second = first.clone();
    let mut taken: Vec<u32> = Vec::new();
    let clash = |candidate: &Candidate, first: &[Option<&Candidate>]| {
        // Of a parent and its parts, and of the parts, none is named by what another is.
        let parent = topics[candidate.topic].parent;
        let kin =
            |at: usize| Some(at) == parent || topics[at].parent == Some(candidate.topic) || topics[at].parent == parent;
        (0..topics.len()).any(|at| kin(at) && first[at].is_some_and(|own| phrase(own).overlaps(phrase(candidate))))
    };
    // The upper level chooses before its parts.
    for lower in [false, true] {
        let level = || candidates.iter().filter(|candidate| topics[candidate.topic].parent.is_some() == lower);
        for candidate in level() {
            if first[candidate.topic].is_none() && !taken.contains(&candidate.phrase) && !clash(candidate, &first) {
                first[candidate.topic] = Some(candidate);
                taken.push(candidate.phrase);
            }
        }
        for candidate in level() {
            let Some(own) = first[candidate.topic] else { continue };
            let more = own.covers < ALONE && candidate.score > 0.5 * own.score && !taken.contains(&candidate.phrase);
            let apart = new(phrase(candidate), phrase(own)) && !clash(candidate, &first);
            if more && apart && second[candidate.topic].is_none() {
                second[candidate.topic] = Some(candidate);
                taken.push(candidate.phrase);
            }
        }
    }
    for (at, topic) in named.iter_mut().enumerate() {
        let Some(own) = first[at] else { continue };
        let between = if phrase(own).wide { "、" } else { ", " };
        let mut text = phrase(own).text.clone();
        if let Some(other) = second[at] {
            text = format!("{text}{between}{}", phrase(other).text);
        }
        topic.names[language] = text;
        let mut words: Vec<&Phrase> = Vec::new();
        for candidate in candidates.iter().filter(|candidate| candidate.topic == at) {
            if words.len() < KEPT && !words.iter().any(|other| other.overlaps(phrase(candidate))) {
                words.push(phrase(candidate));
            }
        }
        topic.keywords[language] = words.iter().map(|phrase| phrase.text.clone()).collect();
    }
}

/// Whether a phrase speaks of other items than one that is there.
fn new(phrase: &Phrase, other: &Phrase) -> bool {
    let both = phrase.rows.iter().filter(|row| other.rows.binary_search(row).is_ok()).count();
    !phrase.overlaps(other) && 2 * both < phrase.rows.len()
}
