//! The error codes of nitro-cli, E00 to E60: what is behind each, and what mends it.
//!
//! nitro-cli says at which of its own steps it gave up. What a person wants to know is what on the host made it so; that
//! was read from its source (version 1.5.2) and from
//! <https://docs.aws.amazon.com/enclaves/latest/user/cli-errors.html>, and is told here in words of our own.

mod codes;

use std::fmt;

use serde::{Serialize, Serializer};
use thiserror::Error;

use self::codes::CODES;

/// A code, from 0 to 60, written `E39`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Code(u8);

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "E{:02}", self.0)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What a code means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The code.
    pub code: Code,
    /// What failed, in a few words.
    pub failed: &'static str,
    /// What is behind it.
    pub cause: &'static str,
    /// What to do.
    pub mend: &'static str,
}

/// A text that is no code of nitro-cli.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` is no error code of nitro-cli, which go from E00 to E60")]
pub struct UnknownCode(String);

/// Explains a code as people type it: `E39`, `e39` or `39`.
///
/// # Errors
/// The text is something else, or a code that nitro-cli does not have.
pub fn explain(text: &str) -> Result<Explanation, UnknownCode> {
    let trimmed = text.trim();
    let digits = trimmed.strip_prefix(['E', 'e']).unwrap_or(trimmed);
    let is_number = (1..=2).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.parse().ok().filter(|_| is_number);
    number.and_then(explanation).ok_or_else(|| UnknownCode(trimmed.chars().take(40).collect()))
}

/// Finds the codes in what nitro-cli printed, each once, in the order in which they stand there.
#[must_use]
pub fn explain_output(output: &str) -> Vec<Explanation> {
    let words = output.split(|c: char| !c.is_ascii_alphanumeric());
    let numbers = words.filter(|word| word.len() == 3).filter_map(|word| word.strip_prefix('E'));
    let found = numbers.filter_map(|digits| explanation(digits.parse().ok()?));
    found.fold(Vec::new(), |mut unique, each| {
        if !unique.contains(&each) {
            unique.push(each);
        }
        unique
    })
}

fn explanation(number: u8) -> Option<Explanation> {
    let (failed, cause, mend) = *CODES.get(usize::from(number))?;
    Some(Explanation { code: Code(number), failed, cause, mend })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_cause_and_a_mend_of_its_own_words() {
        assert_eq!(CODES.len(), 61);
        for number in 0..=60 {
            let Explanation { code, failed, cause, mend } = explanation(number).expect("there is one");
            assert_eq!(explain(&code.to_string()).map(|each| each.failed), Ok(failed));
            for text in [failed, cause, mend] {
                assert!(text.len() > 8 && !text.ends_with('.') && text.trim() == text, "{code}: {text}");
                assert!(
                    text.chars().next().is_some_and(|first| !first.is_uppercase() || text.starts_with("KMS")),
                    "{code}: {text}"
                );
            }
        }
        assert!(explanation(61).is_none());
        let unique: std::collections::BTreeSet<_> = CODES.iter().map(|(failed, ..)| failed).collect();
        assert_eq!(unique.len(), CODES.len());
    }

    #[test]
    fn a_code_is_taken_as_people_type_it() {
        for text in ["E39", "e39", "39", " E39\n"] {
            assert_eq!(explain(text).map(|each| each.code), Ok(Code(39)), "{text}");
        }
        assert_eq!(explain("E5").map(|each| each.code.to_string()), Ok("E05".to_owned()));
        for text in ["", "E", "E61", "E390", "F39", "+9", "EE3", "E3.", "255"] {
            assert!(explain(text).is_err(), "{text}");
        }
        assert_eq!(
            explain("E99").expect_err("no such code").to_string(),
            "`E99` is no error code of nitro-cli, which go from E00 to E60"
        );
    }

    #[test]
    fn codes_are_found_in_what_nitro_cli_prints() {
        let output = "Start allocating memory...\n[ E27 ] Insufficient memory available. User provided `memory` is 4096 MB\n\
                      For more details, please visit https://docs.aws.amazon.com/enclaves/latest/user/cli-errors.html#E27\n\
                      Action: Run Enclave\n[ E39 ] Enclave process connection failure. (os error 11) E99 E270 XE39 e40";
        let codes: Vec<_> = explain_output(output).iter().map(|each| each.code.to_string()).collect();
        assert_eq!(codes, ["E27", "E39"]);
        assert_eq!(explain_output("all is well"), Vec::new());
    }
}
