//! What a command line that cannot be parsed means to a person: `clap`'s one text, taken apart into what is wrong and what
//! to type.

use super::{Error, Kind};

impl Error {
    /// Reads `clap`'s text: what is wrong, with the values or names that it lists, then tips, then how the command is used.
    /// Where a command is missing, or is none, its list says more than its usage.
    pub(crate) fn usage(text: &str) -> Self {
        let mut paragraphs = text.strip_prefix("error: ").unwrap_or(text).split("\n\n").map(str::trim);
        let mut lines = paragraphs.next().unwrap_or_default().lines().map(str::trim);
        let error = Self::new(Kind::Usage, lines.next().unwrap_or_default());
        let error = lines.filter(|line| !line.is_empty()).fold(error, Self::cause);
        paragraphs.flat_map(str::lines).map(str::trim).filter(|line| !line.is_empty()).fold(error, |error, line| {
            if let Some(tip) = line.strip_prefix("tip: ") {
                error.hint(tip)
            } else if let Some(usage) = line.strip_prefix("Usage: ") {
                how(error, usage)
            } else if line.starts_with("For more information") {
                error
            } else {
                error.cause(line)
            }
        })
    }
}

/// Says how the command is used, and where all of it stands.
fn how(error: Error, usage: &str) -> Error {
    let is_name = |word: &&str| word.starts_with(|first: char| first.is_ascii_lowercase());
    let command = usage.split(' ').take_while(is_name).collect::<Vec<_>>().join(" ");
    if usage.ends_with(" <COMMAND>") {
        return error.hint(format!("see every command with `{command} --help`"));
    }
    error.hint(format!("type `{usage}`")).hint(format!("see every option with `{command} --help`"))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::Arguments;

    fn refused(words: &[&str]) -> String {
        let refusal = Arguments::try_parse_from(["iac"].iter().chain(words)).expect_err("refused");
        let lines = Error::usage(&refusal.render().to_string()).lines().into_iter();
        lines.map(|(label, text)| format!("{label}: {text}")).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn what_is_wrong_is_told_from_what_to_type() {
        insta::assert_snapshot!(refused(&["key", "list", "--everyon"]), @"
        error: unexpected argument '--everyon' found
        hint: a similar argument exists: '--everyone'
        hint: type `iac key list --everyone`
        hint: see every option with `iac key list --help`
        ");
        insta::assert_snapshot!(refused(&["key", "lsit"]), @"
        error: unrecognized subcommand 'lsit'
        hint: a similar subcommand exists: 'list'
        hint: see every command with `iac key --help`
        ");
        insta::assert_snapshot!(refused(&["deploy", "run"]), @"
        error: the following required arguments were not provided:
        caused by: <LINE>
        hint: type `iac deploy run <LINE>`
        hint: see every option with `iac deploy run --help`
        ");
        insta::assert_snapshot!(refused(&["eif", "show"]), @"
        error: the following required arguments were not provided:
        caused by: <FILE>
        hint: type `iac eif show <FILE>`
        hint: see every option with `iac eif show --help`
        ");
    }

    #[test]
    fn no_paragraph_is_lost() {
        let error = Error::usage("error: first\n  listed\n\nsomething new\n\n  tip: try\n\nUsage: iac\n");
        let lines: Vec<String> = error.lines().into_iter().map(|(label, text)| format!("{label}: {text}")).collect();
        assert_eq!(
            lines,
            [
                "error: first",
                "caused by: listed",
                "caused by: something new",
                "hint: try",
                "hint: type `iac`",
                "hint: see every option with `iac --help`"
            ]
        );
    }
}
