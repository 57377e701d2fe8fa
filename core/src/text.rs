//! How a string that somebody else wrote is put on one line of a terminal. Names, tags, console output and addresses
//! are data: an escape sequence in one must never reach the terminal as a command.

use std::fmt::Write as _;

/// Returns the text with every character that could steer a terminal written as an escape, such as `\u{1b}`.
///
/// Besides control characters these are the line and paragraph separators and the marks that reverse the direction of
/// the text around them. Nothing else changes, a `\` included, so ordinary text is shown as it is.
#[must_use]
pub fn plain(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if steers_terminal(character) {
            write!(shown, "{}", character.escape_default()).expect("writing to a string cannot fail");
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Returns the text as [`plain`] shows it, cut to at most `limit` characters, with `…` where something was left out.
#[must_use]
pub fn excerpt(text: &str, limit: usize) -> String {
    let (mut shown, mut room) = (String::new(), limit);
    for character in text.chars() {
        let piece = plain(character.encode_utf8(&mut [0; 4]));
        let Some(left) = room.checked_sub(piece.chars().count()) else {
            return shown + "…";
        };
        room = left;
        shown += &piece;
    }
    shown
}

fn steers_terminal(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{feff}')
        || matches!(character, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_are_shown_and_ordinary_text_is_kept() {
        assert_eq!(plain("\u{1b}[31mred\u{9b}0m\n\u{7f}"), r"\u{1b}[31mred\u{9b}0m\n\u{7f}");
        assert_eq!(plain("abc\u{202e}cba"), r"abc\u{202e}cba");
        assert_eq!(plain(r#"Größe "*" \ 日本"#), r#"Größe "*" \ 日本"#);
    }

    #[test]
    fn an_excerpt_says_that_it_is_one() {
        assert_eq!(excerpt("12345", 5), "12345");
        assert_eq!(excerpt("123456", 5), "12345…");
        assert_eq!(excerpt("日\t本本", 4), r"日\t本…");
        assert_eq!(excerpt("\u{1b}\u{1b}", 8), r"\u{1b}…");
    }
}
