//! Which language an item is in: what it says itself, else what its letters and words show.

use std::collections::BTreeMap;

use whatlang::{Lang, Script};

/// Code of items whose language is not known.
pub(crate) const UNKNOWN: &str = "und";

/// A code (`en`, `zh-Hans-CN`, `pt_BR`) or an English or own name of a language as its two or three letter code.
pub(crate) fn normalise(text: &str) -> Option<String> {
    let lower = text.trim().to_lowercase();
    let code = lower.split(['-', '_']).next().unwrap_or_default();
    if (2..=3).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_lowercase()) {
        let short = Lang::from_code(code).and_then(two_letters).unwrap_or(code);
        return Some(if short == "und" { return None } else { short.to_owned() });
    }
    match lower.as_str() {
        "中文" | "汉语" | "漢語" | "普通话" | "简体中文" | "繁體中文" | "chinese" | "mandarin" => {
            return Some("zh".into());
        }
        _ => {}
    }
    let named =
        Lang::all().iter().find(|lang| lang.eng_name().to_lowercase() == lower || lang.name().to_lowercase() == lower);
    named.and_then(|lang| two_letters(*lang)).map(str::to_owned)
}

/// What the letters and words of one text show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Guess {
    script: Script,
    /// Known only where the text is long or distinct enough.
    lang: Option<&'static str>,
}

/// Looks at one text; `None` if it has no letters.
pub(crate) fn guess(text: &str) -> Option<Guess> {
    let info = whatlang::detect(text)?;
    // Writing that serves one language decides; short words in a shared one do not.
    let certain = matches!(
        info.script(),
        Script::Mandarin | Script::Hiragana | Script::Katakana | Script::Hangul | Script::Thai | Script::Greek
    );
    let lang = if certain || info.is_reliable() { two_letters(info.lang()) } else { None };
    Some(Guess { script: info.script(), lang })
}

/// Languages of many texts; a text that does not show its own gets the most frequent one of its script.
pub(crate) fn settle(guesses: &[Option<Guess>]) -> Vec<Option<&'static str>> {
    let mut counts: BTreeMap<usize, BTreeMap<&'static str, usize>> = BTreeMap::new();
    for guess in guesses.iter().flatten() {
        if let Some(lang) = guess.lang {
            *counts.entry(guess.script as usize).or_default().entry(lang).or_default() += 1;
        }
    }
    let usual = |script: Script| {
        let langs = counts.get(&(script as usize))?;
        // Of equal counts the alphabetically first, so that the answer never depends on the order of items.
        langs.iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0))).map(|(lang, _)| *lang)
    };
    guesses.iter().map(|guess| guess.and_then(|guess| guess.lang.or_else(|| usual(guess.script)))).collect()
}

fn two_letters(lang: Lang) -> Option<&'static str> {
    Some(match lang {
        Lang::Epo => "eo",
        Lang::Eng => "en",
        Lang::Rus => "ru",
        Lang::Cmn => "zh",
        Lang::Spa => "es",
        Lang::Por => "pt",
        Lang::Ita => "it",
        Lang::Ben => "bn",
        Lang::Fra => "fr",
        Lang::Deu => "de",
        Lang::Ukr => "uk",
        Lang::Kat => "ka",
        Lang::Ara => "ar",
        Lang::Hin => "hi",
        Lang::Jpn => "ja",
        Lang::Heb => "he",
        Lang::Yid => "yi",
        Lang::Pol => "pl",
        Lang::Amh => "am",
        Lang::Jav => "jv",
        Lang::Kor => "ko",
        Lang::Nob => "nb",
        Lang::Dan => "da",
        Lang::Swe => "sv",
        Lang::Fin => "fi",
        Lang::Tur => "tr",
        Lang::Nld => "nl",
        Lang::Hun => "hu",
        Lang::Ces => "cs",
        Lang::Ell => "el",
        Lang::Bul => "bg",
        Lang::Bel => "be",
        Lang::Mar => "mr",
        Lang::Kan => "kn",
        Lang::Ron => "ro",
        Lang::Slv => "sl",
        Lang::Hrv => "hr",
        Lang::Srp => "sr",
        Lang::Mkd => "mk",
        Lang::Lit => "lt",
        Lang::Lav => "lv",
        Lang::Est => "et",
        Lang::Tam => "ta",
        Lang::Vie => "vi",
        Lang::Urd => "ur",
        Lang::Tha => "th",
        Lang::Guj => "gu",
        Lang::Uzb => "uz",
        Lang::Pan => "pa",
        Lang::Aze => "az",
        Lang::Ind => "id",
        Lang::Tel => "te",
        Lang::Pes => "fa",
        Lang::Mal => "ml",
        Lang::Ori => "or",
        Lang::Mya => "my",
        Lang::Nep => "ne",
        Lang::Sin => "si",
        Lang::Khm => "km",
        Lang::Tuk => "tk",
        Lang::Aka => "ak",
        Lang::Zul => "zu",
        Lang::Sna => "sn",
        Lang::Afr => "af",
        Lang::Lat => "la",
        Lang::Slk => "sk",
        Lang::Cat => "ca",
        Lang::Tgl => "tl",
        Lang::Hye => "hy",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes() {
        for (text, code) in [
            ("en", Some("en")),
            ("zh-CN", Some("zh")),
            ("zh_Hant_TW", Some("zh")),
            ("ENG", Some("en")),
            ("cmn", Some("zh")),
            ("English", Some("en")),
            ("中文", Some("zh")),
            ("Deutsch", Some("de")),
            ("yue", Some("yue")),
            ("und", None),
            ("", None),
            ("klingon speech", None),
            ("e1", None),
        ] {
            assert_eq!(normalise(text).as_deref(), code, "{text}");
        }
    }

    #[test]
    fn short_texts_follow_the_long_ones() {
        let texts = [
            "A platform for sharing files with your friends and your family, without an account",
            "Box",
            "这是一道家常菜",
            "레시피",
            "12 345",
        ];
        let guesses: Vec<_> = texts.iter().map(|text| guess(text)).collect();
        assert_eq!(settle(&guesses), [Some("en"), Some("en"), Some("zh"), Some("ko"), None]);
        assert_eq!(settle(&[None, guess("Box")]), [None, None]);
    }
}
