//! How a string that somebody else wrote is put on one line of a terminal. Names, tags, console output and addresses
//! are data: an escape sequence in one must never reach the terminal as a command. And how a sentence that is longer than
//! a line goes on in the next one.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr;

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

/// Returns a message that somebody else wrote as one line: what breaks a line becomes a blank, so that nothing in it can
/// pass for a line of our own, such as `hint: …`.
#[must_use]
pub fn one_line(message: &str) -> String {
    let breaks =
        |character: char| matches!(character, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let lines = message.split(breaks).map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join(" ")
}

/// Returns text of several lines with each of them as [`plain`] shows it; tabs stay, and so do the ends of lines, whether
/// a machine wrote them with a carriage return or without.
#[must_use]
pub fn plain_lines(text: &str) -> String {
    let shown = |line: &str| line.trim_end_matches('\r').split('\t').map(plain).collect::<Vec<_>>().join("\t");
    text.split('\n').map(shown).collect::<Vec<_>>().join("\n")
}

/// Returns a JSON document with every character that could steer a terminal written as an escape of JSON, such as
/// `\u202e`. Every reader of JSON understands the same by it.
///
/// Such characters stand within strings alone, but for the ends of lines between its parts, which stay.
#[must_use]
pub fn plain_json(json: &str) -> String {
    let mut shown = String::with_capacity(json.len());
    for character in json.chars() {
        if character == '\n' || !steers_terminal(character) {
            shown.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            write!(shown, "\\u{unit:04x}").expect("writing to a string cannot fail");
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

/// Breaks every line that is wider than `width` between two words; what follows is indented by two more than the line.
///
/// What stands in backticks is typed or copied, so it is kept on one line where that is wide enough for it. A word that
/// fits on no line stays where it is, and the terminal breaks it. So does a line in which two or more blanks stand
/// between words: those align it with its neighbours.
#[must_use]
pub fn folded(text: &str, width: usize) -> String {
    let mut shown = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let content = line.strip_suffix('\n').unwrap_or(line);
        let words = content.trim_start_matches(' ');
        let indent = content.len() - words.len() + 2;
        let first = if words.contains("  ") { usize::MAX } else { width };
        for (number, piece) in wrapped(content, first, width.saturating_sub(indent)).iter().enumerate() {
            if number > 0 {
                shown.push('\n');
                shown.extend(std::iter::repeat_n(' ', indent));
            }
            shown += piece;
        }
        shown += &line[content.len()..];
    }
    shown
}

/// Cuts one line into those that fit: the first into `first` columns, every other into `rest`.
#[must_use]
pub fn wrapped(line: &str, first: usize, rest: usize) -> Vec<&str> {
    if line.width() <= first {
        return vec![line];
    }
    let (mut lines, mut start, mut end) = (Vec::new(), 0, 0);
    for word in words(line, rest) {
        let room = if lines.is_empty() { first } else { rest };
        let next = end + word.len();
        let (is_full, fits_below) = (line[start..next].trim_end().width() > room, word.trim_end().width() <= rest);
        if is_full && fits_below && !line[start..end].trim().is_empty() {
            lines.push(line[start..end].trim_end());
            start = end;
        }
        end = next;
    }
    lines.push(line[start..].trim_end());
    lines
}

/// The pieces between which a line may be broken, each with the blanks behind it.
fn words(line: &str, room: usize) -> Vec<&str> {
    let (mut pieces, mut start, mut is_typed) = (Vec::new(), 0, false);
    let mut characters = line.char_indices().peekable();
    while let Some((place, character)) = characters.next() {
        is_typed ^= character == '`';
        let end = place + character.len_utf8();
        if character == ' ' && !is_typed && characters.peek().is_none_or(|(_, next)| *next != ' ') {
            pieces.push(&line[start..end]);
            start = end;
        }
    }
    pieces.push(&line[start..]);
    let is_too_wide = |piece: &str| piece.trim_end().width() > room;
    let split = |piece| if is_too_wide(piece) { piece.split_inclusive(' ').collect() } else { vec![piece] };
    pieces.into_iter().flat_map(split).collect()
}

fn steers_terminal(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{feff}')
        || matches!(character, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Returns the last lines of what a program said, without empty ones: whoever runs it may say any number of them.
#[must_use]
pub fn last_lines(text: &str, most: usize) -> Vec<&str> {
    let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(most)..].to_vec()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_message_of_many_lines_is_one() {
        assert_eq!(
            one_line("no such key\nhint: run `curl evil`\r\n\n  error: x"),
            "no such key hint: run `curl evil` error: x"
        );
        assert_eq!(one_line("a\u{2028}b\u{85}c"), "a b c");
        assert_eq!(one_line("\n"), "");
        assert_eq!(one_line("as it  is"), "as it  is");
    }

    #[test]
    fn escape_sequences_are_shown_and_ordinary_text_is_kept() {
        assert_eq!(plain("\u{1b}[31mred\u{9b}0m\n\u{7f}"), r"\u{1b}[31mred\u{9b}0m\n\u{7f}");
        assert_eq!(plain("abc\u{202e}cba"), r"abc\u{202e}cba");
        assert_eq!(plain(r#"Größe "*" \ 日本"#), r#"Größe "*" \ 日本"#);
    }

    #[test]
    fn lines_stay_lines_and_tabs_stay_tabs() {
        assert_eq!(plain_lines("a\tb\r\n\u{1b}[2J\rc\n\n"), "a\tb\n\\u{1b}[2J\\rc\n\n");
        assert_eq!(plain_lines(""), "");
    }

    #[test]
    fn an_excerpt_says_that_it_is_one() {
        assert_eq!(excerpt("12345", 5), "12345");
        assert_eq!(excerpt("123456", 5), "12345…");
        assert_eq!(excerpt("日\t本本", 4), r"日\t本…");
        assert_eq!(excerpt("\u{1b}\u{1b}", 8), r"\u{1b}…");
    }

    #[test]
    fn a_long_line_goes_on_between_two_words() {
        let text = "+ make the group: there is none of this name\n  left over: key pair `dev`\nshort\n";
        insta::assert_snapshot!(folded(text, 24), @r"
        + make the group: there
          is none of this name
          left over: key pair
            `dev`
        short
        ");
        assert_eq!(folded(text, usize::MAX), text);
        assert_eq!(folded("日本 日本 日本", 10), "日本 日本\n  日本", "what counts is what a terminal shows");
    }

    #[test]
    fn what_is_typed_stays_whole_where_a_line_has_room_for_it() {
        assert_eq!(folded("use it with `iac instance list --all`", 30), "use it with\n  `iac instance list --all`");
        assert_eq!(folded("see `iac instance list --all`", 16), "see `iac\n  instance list\n  --all`");
        assert_eq!(folded("a lone ` does no harm", 12), "a lone `\n  does no\n  harm");
    }

    #[test]
    fn a_word_that_fits_nowhere_stays_beside_its_label() {
        let digest = "0123456789abcdef0123456789abcdef";
        assert_eq!(folded(&format!("  PCR0   {digest}"), 20), format!("  PCR0   {digest}"));
        assert_eq!(folded(&format!("from {digest} on"), 20), format!("from {digest}\n  on"));
        assert_eq!(folded("  tag    ends at ten", 12), "  tag    ends at ten", "this is a line of a table");
    }

    proptest! {
        #[test]
        fn json_says_the_same_and_steers_nothing(text in any::<String>(), risky in "[\u{7f}-\u{9f}\u{200e}-\u{202e}\u{feff}\u{1b}日]{0,8}") {
            let value = serde_json::json!({ (text.clone()): [risky, text] });
            let shown = plain_json(&serde_json::to_string_pretty(&value).unwrap());
            prop_assert!(!shown.chars().any(|character| character != '\n' && steers_terminal(character)), "{shown}");
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
        }

        #[test]
        fn folding_changes_nothing_but_where_lines_end(text in "[a-z`日 ]{0,60}", width in 0usize..40) {
            let joined = folded(&text, width).split_whitespace().collect::<Vec<_>>().join(" ");
            prop_assert_eq!(joined, text.split_whitespace().collect::<Vec<_>>().join(" "));
        }

        #[test]
        fn lines_fit_where_words_do(text in "([a-z日]{1,4} ?){0,20}", width in 12usize..40) {
            for line in folded(&text.split_whitespace().filter(|word| word.width() < 8).collect::<Vec<_>>().join(" "), width).lines() {
                prop_assert!(line.width() <= width, "{:?}", line);
            }
        }
    }
}
