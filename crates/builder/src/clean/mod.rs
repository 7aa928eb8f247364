//! Text as people write it into data files -> text that can be shown and encoded.

mod html;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Cleans prose: HTML elements and entities are resolved, then as [`plain`].
pub(crate) fn prose(text: &str) -> String {
    plain(&html::to_text(text))
}

/// Cleans a value that may be code or an address: control and invisible characters are removed, white space is
/// collapsed to single spaces, Unicode is composed (NFC, which changes no character's look).
pub(crate) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut previous = ' ';
    let mut space = false;
    for c in text.nfc() {
        if c.is_whitespace() {
            space = true;
        } else if c.is_control() || is_invisible(c) || (is_joiner(c) && !joins(previous)) {
            // A removed character separates nothing: "so\u{ad}ft" is one word.
        } else {
            if space && !out.is_empty() {
                out.push(' ');
            }
            space = false;
            out.push(c);
            previous = c;
        }
    }
    // Joiners that ended up last join nothing.
    out.truncate(out.trim_end_matches(is_joiner).len());
    out
}

/// The Markdown heading (`# …`) that a text begins with, and what follows it.
pub(crate) fn heading(text: &str) -> Option<(&str, &str)> {
    let (line, rest) = text.trim_start().split_once('\n')?;
    let heading = line.trim_start_matches('#').strip_prefix(' ')?.trim();
    (line.starts_with('#') && !heading.is_empty()).then_some((heading, rest))
}

/// Characters that show nothing, or only turn the direction of what others wrote.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{fdd0}'..='\u{fdef}' | '\u{e0000}'..='\u{e007f}')
        || (c as u32) & 0xfffe == 0xfffe
}

/// Zero-width (non-)joiners: part of the spelling in some scripts and of emoji, litter elsewhere.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

fn joins(previous: char) -> bool {
    !previous.is_ascii() && !is_han(previous) && !previous.is_whitespace()
}

/// A character of Chinese or Japanese writing, where words are not separated by spaces.
pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

/// Han, kana, Hangul: about one token a character instead of one in four.
pub(crate) fn is_wide(c: char) -> bool {
    is_han(c)
        || matches!(c, '\u{3040}'..='\u{30ff}' | '\u{ac00}'..='\u{d7af}' | '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ff60}')
}

/// The part of `text` whose characters' costs stay within `limit`, cut after a sentence where one ends in the last
/// half, else at a space in the last quarter, else between characters; `None` if all of it fits. Cuts inside a sentence
/// are marked with `…`.
pub(crate) fn cut(text: &str, limit: usize, cost: impl Fn(char) -> usize) -> Option<String> {
    let mut spent = 0;
    let mut end = None;
    for (at, c) in text.char_indices() {
        spent += cost(c);
        if spent > limit {
            end = Some(at);
            break;
        }
    }
    let end = end?;
    let head = &text[..end];
    if let Some(stop) = last_sentence_end(text, end).filter(|&stop| stop >= end / 2) {
        return Some(head[..stop].trim_end().to_owned());
    }
    let stop = match head.rfind(' ').filter(|&stop| stop >= end / 4 * 3) {
        _ if text[end..].starts_with(' ') => end,
        Some(space) => space,
        None => before_combining(text, end),
    };
    let kept =
        head[..stop].trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '，' | '、' | ';' | '；'));
    Some(format!("{kept}…"))
}

/// Byte position after the last sentence that ends within the first `end` bytes.
fn last_sentence_end(text: &str, end: usize) -> Option<usize> {
    let mut last = None;
    let mut chars = text[..end].char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let after = at + c.len_utf8();
        let ends = match c {
            '。' | '！' | '？' => true,
            '.' | '!' | '?' | '…' => match chars.peek() {
                Some(&(_, next)) => next == ' ',
                None => text[after..].starts_with(' '),
            },
            _ => false,
        };
        if ends {
            last = Some(after);
        }
    }
    last
}

/// The last position at or before `end` where no combining mark or joined emoji is torn from its base.
fn before_combining(text: &str, mut end: usize) -> usize {
    loop {
        let next = text[end..].chars().next();
        let previous = text[..end].chars().next_back();
        let torn = next.is_some_and(|c| {
            is_combining_mark(c) || is_joiner(c) || matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}')
        }) || previous.is_some_and(is_joiner);
        match previous {
            Some(c) if torn => end -= c.len_utf8(),
            _ => return end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_table() {
        for (dirty, clean) in [
            ("  two \t\n  lines\u{a0}\u{3000}here ", "two lines here"),
            ("<p>A <b>bold</b> cat</p><p>and<br/>dog</p>", "A bold cat and dog"),
            ("<b>H</b>ello", "Hello"),
            ("5 < 6 and 7 > 2, <3", "5 < 6 and 7 > 2, <3"),
            ("a Vec<String> of List<int>", "a Vec<String> of List<int>"),
            (
                "Tom &amp; Jerry &lt;b&gt; &#39;x&#x27; &nbsp;caf&eacute; &bogus; AT&T",
                "Tom & Jerry <b> 'x' café &bogus; AT&T",
            ),
            ("x<script>alert('<b>')</script>y<style>p{}</style>z<!-- c > d -->!", "xyz!"),
            ("unclosed <b and <a href='", "unclosed <b and <a href='"),
            (
                "nul\u{0}l b\u{7}ell \u{1b}[0m so\u{ad}ft ze\u{200b}ro \u{feff}bom \u{202e}rtl",
                "null bell [0m soft zero bom rtl",
            ),
            ("e\u{301}te\u{301}", "été"),
            ("ＡＢＣ①", "ＡＢＣ①"),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
            ("a\u{200d}b 中\u{200d}文", "ab 中文"),
            ("👩\u{200d}🚀 ok", "👩\u{200d}🚀 ok"),
            ("&#0;&#xd800;&#x110000;", "&#0;&#xd800;&#x110000;"),
            ("", ""),
            ("\u{200b}\u{feff} \n", ""),
        ] {
            assert_eq!(prose(dirty), clean, "{dirty:?}");
        }
    }

    #[test]
    fn addresses_are_left_alone() {
        assert_eq!(plain("https://x.org/?a=1&copy=2&lt=<b>"), "https://x.org/?a=1&copy=2&lt=<b>");
    }

    #[test]
    fn cut_table() {
        for (text, limit, expected) in [
            ("short", 5, None),
            ("First one. Second one. Third one is long", 30, Some("First one. Second one.")),
            ("no sentence ends in this text at all, really", 24, Some("no sentence ends in this…")),
            ("这是第一句。这是第二句，还没有说完就被切断了", 10, Some("这是第一句。")),
            ("一二三四五六七八九十", 4, Some("一二三四…")),
            ("version 1.2.3 of the thing that is here", 10, Some("version…")),
            ("eee\u{301}\u{301}\u{301}", 4, Some("ee…")),
            ("👩\u{200d}🚀👩\u{200d}🚀", 4, Some("👩\u{200d}🚀…")),
        ] {
            assert_eq!(cut(text, limit, |_| 1).as_deref(), expected, "{text:?}");
        }
    }
}
