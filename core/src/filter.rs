//! EC2 reads the values of `Filters` as patterns. A name is no pattern, so it is escaped before it goes there, and what
//! comes back is still compared exactly.

/// Returns the pattern that matches this text alone: `*`, `?` and `\` get a `\` before them.
///
/// See <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html>.
#[must_use]
pub fn filter_pattern(literal: &str) -> String {
    let mut pattern = String::with_capacity(literal.len());
    for character in literal.chars() {
        if matches!(character, '*' | '?' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// EC2's matching, written down from its documentation: the oracle of the property below.
    fn matches(pattern: &[char], text: &[char]) -> bool {
        match (pattern, text) {
            ([], []) => true,
            (['*', rest @ ..], _) => matches(rest, text) || (!text.is_empty() && matches(pattern, &text[1..])),
            (['?', rest @ ..], [_, text @ ..]) => matches(rest, text),
            (['\\', literal, rest @ ..] | [literal, rest @ ..], [first, text @ ..]) => {
                literal == first && matches(rest, text)
            }
            _ => false,
        }
    }

    #[test]
    fn wildcards_lose_their_meaning() {
        assert_eq!(filter_pattern(r"dev?*\ it's"), r"dev\?\*\\ it's");
    }

    proptest! {
        #[test]
        fn a_pattern_matches_its_own_text_alone(name in r"[ab*?\\]{0,6}", other in r"[ab*?\\]{0,6}") {
            let pattern: Vec<_> = filter_pattern(&name).chars().collect();
            let (own, foreign): (Vec<_>, Vec<_>) = (name.chars().collect(), other.chars().collect());
            prop_assert!(matches(&pattern, &own));
            prop_assert_eq!(matches(&pattern, &foreign), name == other);
        }
    }
}
