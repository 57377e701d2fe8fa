//! What a host says of itself, fact by fact, as its script frames it.

use std::collections::BTreeMap;

/// One fact: what was said, and the status of what said it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What was said, as it was, its last newline too.
    pub text: String,
    /// The exit status; 0 where it is so.
    pub status: u8,
}

/// Everything that a host said in one connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts(BTreeMap<String, Fact>);

/// The fact that is told last; without it the answer was cut off.
const LAST: &str = "log";

impl Facts {
    /// Reads the answer of the script; `None` where it was cut off.
    #[must_use]
    pub fn read(said: &str) -> Option<Self> {
        let mut facts = BTreeMap::new();
        let mut rest = said;
        while let Some((_, begun)) = rest.split_once("@begin ") {
            let (name, after) = begun.split_once('\n')?;
            // A text without its last newline keeps that secret: the script adds one of its own, taken off here.
            let end = format!("\n@end {name} ");
            let (text, after) = after.split_once(&end)?;
            let (status, after) = after.split_once('\n')?;
            facts.insert(name.to_owned(), Fact { text: text.to_owned(), status: status.parse().ok()? });
            rest = after;
        }
        facts.contains_key(LAST).then_some(Self(facts))
    }

    /// Returns what was said, where what said it ended well.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).filter(|fact| fact.status == 0).map(|fact| fact.text.as_str())
    }

    /// Returns what was said, whatever the status; nothing where it was not asked.
    #[must_use]
    pub fn said(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |fact| &fact.text)
    }

    /// Tells whether something is so.
    #[must_use]
    pub fn holds(&self, name: &str) -> bool {
        self.text(name).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_byte_for_byte() {
        let said = "a banner\n@begin allocator\n---\r\n\nlast\n@end allocator 0\n\
                    @begin device\n\n@end device 1\n@begin log\nx\n\n@end log 0\n";
        let facts = Facts::read(said).expect("a whole answer");
        assert_eq!(facts.text("allocator"), Some("---\r\n\nlast"));
        assert_eq!(facts.text("log"), Some("x\n"));
        assert_eq!((facts.text("device"), facts.said("device"), facts.holds("device")), (None, "", false));
        assert!(!facts.holds("unasked"));
    }

    #[test]
    fn an_answer_that_was_cut_off_is_none() {
        let whole = "@begin clock\n1\n\n@end clock 0\n@begin log\n\n@end log 1\n";
        assert!(Facts::read(whole).is_some());
        for length in 0..whole.len() {
            assert_eq!(Facts::read(&whole[..length]), None, "{length}");
        }
    }
}
