//! Quoting for the shell on the other side of an SSH connection: the one place that does it.

use thiserror::Error;

/// Why words cannot be quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum QuoteError {
    /// No shell can pass it on.
    #[error("a word for the remote shell holds a NUL character")]
    Nul,
}

/// Quotes one word so that a POSIX shell reads exactly this word.
pub fn word(word: &str) -> Result<String, QuoteError> {
    shlex::try_quote(word).map(Into::into).map_err(|_| QuoteError::Nul)
}

/// Quotes a command so that a POSIX shell reads exactly these words.
pub fn command(words: &[String]) -> Result<String, QuoteError> {
    shlex::try_join(words.iter().map(String::as_str)).map_err(|_| QuoteError::Nul)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use proptest::prelude::*;

    use super::*;

    /// What the shell itself makes of a command line, each word ended by a NUL.
    fn words_of_shell(line: &str) -> Vec<String> {
        let script = format!("printf '%s\\0' {line}");
        let output = Command::new("sh").args(["-c", &script]).output().expect("`sh` should run");
        assert!(output.status.success(), "{script}");
        let text = String::from_utf8(output.stdout).expect("what went in was UTF-8");
        text.split_terminator('\0').map(str::to_owned).collect()
    }

    #[test]
    fn plain_words_stay_plain() {
        assert_eq!(word("ls"), Ok("ls".to_owned()));
        assert_eq!(command(&["cat".to_owned(), "a b".to_owned(), String::new()]), Ok("cat 'a b' ''".to_owned()));
    }

    #[test]
    fn nul_is_refused() {
        assert_eq!(word("a\0b"), Err(QuoteError::Nul));
        assert_eq!(command(&["a".to_owned(), "\0".to_owned()]), Err(QuoteError::Nul));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn the_shell_reads_the_same_words(words in proptest::collection::vec("[ -~\n\t'\"$`\\\\!äß日]{0,8}", 1..20)) {
            let line = command(&words).expect("no NUL");
            prop_assert_eq!(&words_of_shell(&line), &words);
            prop_assert_eq!(words_of_shell(&word(&words[0]).expect("no NUL")), &words[..1]);
        }
    }
}
