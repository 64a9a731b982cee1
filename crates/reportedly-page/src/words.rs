//! How long a text is, in words, in any script.

use reportedly_text::is_unspaced;

/// Characters of a script without spaces that count as one word: the usual figure for Chinese and Japanese news.
const CHARACTERS_A_WORD: usize = 2;

/// The number of words in a text. Korean has spaces and is counted by them, though its words say more.
pub(crate) fn count(text: &str) -> usize {
    let (mut words, mut unspaced, mut in_word) = (0, 0, false);
    let mut bytes = text.as_bytes();
    loop {
        // Most texts are plain letters, for the most part: no branches for these.
        let plain = bytes.iter().position(|b| !b.is_ascii()).unwrap_or(bytes.len());
        for b in &bytes[..plain] {
            let letter = b.is_ascii_alphanumeric();
            words += usize::from(letter && !in_word);
            in_word = letter | (in_word & !matches!(b, b'\t'..=b'\r' | b' '));
        }
        let at = text.len() - bytes.len() + plain;
        let Some(c) = text[at..].chars().next() else { break };
        if is_unspaced(c) {
            unspaced += 1;
            in_word = false;
        } else if c.is_alphanumeric() {
            words += usize::from(!in_word);
            in_word = true;
        } else if c.is_whitespace() {
            in_word = false;
        }
        bytes = &text.as_bytes()[at + c.len_utf8()..];
    }
    words + unspaced / CHARACTERS_A_WORD
}

/// Whether a text ends as a sentence does, quotation marks and brackets aside.
pub(crate) fn ends_sentence(text: &str) -> bool {
    let end = text.trim_end_matches(|c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '"' | '\'' | '”' | '’' | '»' | '«' | '“' | '‹' | '›' | ')' | ']' | '」' | '』' | '）'
            )
    });
    matches!(
        end.chars().next_back(),
        Some('.' | '!' | '?' | '…' | '。' | '！' | '？' | '؟' | '।' | '۔' | '።' | '։' | ':' | '：' | ';')
    ) || end.chars().next_back().is_some_and(|c| ('\u{e00}'..='\u{e7f}').contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_count_alike_in_all_scripts() {
        for (text, words) in [
            ("", 0),
            ("The bridge will close on Friday.", 6),
            ("Die Brücke wird gesperrt – ab Freitag.", 6),
            ("市长说大桥将于周五关闭。", 5),
            ("다리가 금요일에 닫힌다.", 3),
        ] {
            assert_eq!(count(text), words, "{text}");
        }
    }
}
