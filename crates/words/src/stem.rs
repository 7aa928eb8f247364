//! English plurals. A light stemmer joins what readers take for one word and seldom more.

/// The stem of a lower-case word of English letters; anything else as it is. After Harman's S-stemmer (How effective is
/// suffixing?, 1991).
pub fn stem(word: &mut String) {
    if word.len() < 4 || !word.bytes().all(|b| b.is_ascii_lowercase()) {
        return;
    }
    let length = word.len();
    if word.ends_with("ies") {
        if !word.ends_with("eies") && !word.ends_with("aies") && length > 4 {
            word.truncate(length - 3);
            word.push('y');
        }
    } else if word.ends_with("es") {
        if ["ches", "shes", "sses", "xes", "zes"].iter().any(|end| word.ends_with(end)) {
            word.truncate(length - 2);
        } else if !["aes", "ees", "oes"].iter().any(|end| word.ends_with(end)) {
            word.truncate(length - 1);
        }
    } else if word.ends_with('s') && !word.ends_with("us") && !word.ends_with("ss") && !word.ends_with("is") {
        word.truncate(length - 1);
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn table() {
        for (word, expected) in [
            ("teapots", "teapot"),
            ("batteries", "battery"),
            ("watches", "watch"),
            ("boxes", "box"),
            ("houses", "house"),
            ("glass", "glass"),
            ("virus", "virus"),
            ("gas", "gas"),
            ("ties", "ties"),
            ("naïves", "naïves"),
        ] {
            let mut word = word.to_owned();
            super::stem(&mut word);
            assert_eq!(word, expected);
        }
    }
}
