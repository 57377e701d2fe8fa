//! The configuration file: TOML to keys, values and lines, with every mistake found at once.

use std::collections::BTreeMap;
use std::path::Path;

use iac_core::suggest;
use toml::de::{DeTable, DeValue};

use super::key::{Key, Table};
use super::value::Raw;

/// A mistake in a configuration file, with the line it stands on (from 1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mistake {
    pub(crate) line: usize,
    pub(crate) text: String,
    /// The keys whose values it hides: what was meant for them is not known.
    pub(crate) hides: Vec<Key>,
}

/// What a file says: its values with their lines, and its mistakes.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    pub(crate) values: BTreeMap<Key, (Raw, usize)>,
    pub(crate) mistakes: Vec<Mistake>,
}

/// Reads the text of a configuration file.
pub(crate) fn read(text: &str) -> Contents {
    let (document, errors) = DeTable::parse_recoverable(text);
    let mut contents = Contents::default();
    if !errors.is_empty() {
        contents.mistakes = syntax_mistakes(text, &errors);
        return contents;
    }
    for (name, value) in document.get_ref() {
        match (name.get_ref().as_ref(), value.get_ref()) {
            ("iac", DeValue::Table(tables)) => contents.read_tables(text, tables),
            (name, _) => {
                let line = line_of(text, value.span().start);
                contents.mistake(
                    line,
                    format!("`{name}` does not belong here; settings stand below `[iac.aws]`"),
                    Key::ALL.to_vec(),
                );
            }
        }
    }
    contents
}

impl Contents {
    fn mistake(&mut self, line: usize, text: String, hides: Vec<Key>) {
        self.mistakes.push(Mistake { line, text, hides });
    }

    fn read_tables(&mut self, text: &str, tables: &DeTable<'_>) {
        for (name, value) in tables {
            let line = line_of(text, name.span().start);
            match (name.get_ref().as_ref(), value.get_ref()) {
                ("aws", DeValue::Table(table)) => self.read_keys(text, Table::Aws, table),
                ("enclave", DeValue::Table(table)) => self.read_keys(text, Table::Enclave, table),
                (other, _) => {
                    self.mistake(
                        line,
                        format!("`iac.{other}` is unknown; the tables are `[iac.aws]` and `[iac.enclave]`"),
                        Key::ALL.to_vec(),
                    );
                }
            }
        }
    }

    fn read_keys(&mut self, text: &str, table: Table, entries: &DeTable<'_>) {
        for (name, value) in entries {
            let line = line_of(text, name.span().start);
            let name = name.get_ref().as_ref();
            match table.keys().find(|key| key.name() == name) {
                Some(key) => {
                    self.values.insert(key, (Raw::from_toml(value.get_ref()), line));
                }
                None => {
                    let (text, meant) = unknown(name, table);
                    self.mistake(line, text, meant.into_iter().collect());
                }
            }
        }
    }
}

/// What is said of a key that is not known, and the key that was probably meant.
fn unknown(name: &str, table: Table) -> (String, Option<Key>) {
    let place = Key::ALL.iter().find(|key| key.name() == name && key.table() != table);
    if let Some(key) = place.filter(|key| **key != Key::SessionToken) {
        return (format!("`{name}` belongs below `{}`", key.table().header()), Some(*key));
    }
    match suggest::nearest(name, table.keys().map(Key::name)) {
        Some(near) => {
            let meant = table.keys().find(|key| key.name() == near);
            (format!("unknown key `{name}`; did you mean `{near}`?"), meant)
        }
        None => (format!("unknown key `{name}` in `{}`", table.header()), None),
    }
}

/// The parser's complaints, one a line of the file, with the line itself where quotes are missing.
fn syntax_mistakes(text: &str, errors: &[toml::de::Error]) -> Vec<Mistake> {
    let mut mistakes: Vec<Mistake> = Vec::new();
    for error in errors {
        let line = line_of(text, error.span().map_or(0, |span| span.start));
        if mistakes.iter().any(|mistake| mistake.line == line) {
            continue;
        }
        let source = text.lines().nth(line - 1).unwrap_or_default();
        let text = unquoted(source).unwrap_or_else(|| error.message().to_owned());
        mistakes.push(Mistake { line, text, hides: Key::ALL.to_vec() });
    }
    mistakes
}

/// Quotes that text editors and web pages make of those that TOML takes.
const TYPOGRAPHIC: [char; 12] = [
    '\u{201c}', '\u{201d}', '\u{201e}', '\u{201f}', '\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}', '\u{ab}', '\u{bb}',
    '\u{2033}', '`',
];

/// Recognises `key = value` where the value is text without quotes, or with quotes that TOML does not take, and shows a
/// line that it takes.
fn unquoted(line: &str) -> Option<String> {
    let (name, value) = line.split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    let key = Key::ALL.iter().find(|key| key.name() == name)?;
    let is_typographic = value.contains(TYPOGRAPHIC);
    if value.is_empty() || (value.starts_with(['"', '\'', '[', '{']) && !is_typographic) {
        return None;
    }
    let quotes = if is_typographic { "other quotes" } else { "quotes" };
    if key.is_secret() {
        return Some(format!("`{name}` needs {quotes} round its value: `{name} = \"…\"`"));
    }
    let line = quoted(name, value)?;
    Some(format!("`{name} = {value}` needs {quotes}: `{line}`"))
}

/// The same line with quotes as TOML takes them, where there is one: a list or table keeps its form, anything else is text.
fn quoted(name: &str, value: &str) -> Option<String> {
    let straight = format!("{name} = {}", value.replace(TYPOGRAPHIC, "\""));
    let (text, comment) = match value.split_once(" #") {
        Some((text, comment)) => (text.trim_end(), format!(" #{comment}")),
        None => (value, String::new()),
    };
    let bare = text.trim_matches(|quote| TYPOGRAPHIC.contains(&quote) || matches!(quote, '"' | '\''));
    let lines = [straight, format!("{name} = \"{bare}\"{comment}"), format!("{name} = '{bare}'{comment}")];
    lines.into_iter().find(|line| DeTable::parse_recoverable(line).1.is_empty())
}

/// The line of a byte offset, counted from 1.
fn line_of(text: &str, offset: usize) -> usize {
    let end = offset.min(text.len());
    text.as_bytes()[..end].split(|byte| *byte == b'\n').count()
}

/// How a file is named in messages.
pub(crate) fn shown(path: &Path) -> String {
    iac_core::text::plain(&path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(line: &str) -> String {
        let contents = read(&format!("[iac.aws]\n{line}\n"));
        let said: Vec<_> =
            contents.mistakes.into_iter().map(|mistake| format!("{}: {}", mistake.line, mistake.text)).collect();
        said.join("\n")
    }

    #[test]
    fn a_line_with_quotes_that_toml_does_not_take_is_shown_with_those_it_takes() {
        for (line, valid) in [
            ("region = us-east-1", "region = \"us-east-1\""),
            ("region = us-east-1 # Virginia", "region = \"us-east-1\" # Virginia"),
            ("region = “us-east-1”", "region = \"us-east-1\""),
            ("region = “us-east-1” # „home“", "region = \"us-east-1\" # \"home\""),
            ("region = ‘us-east-1’", "region = \"us-east-1\""),
            ("region = „us-east-1“", "region = \"us-east-1\""),
            ("region = «us-east-1»", "region = \"us-east-1\""),
            ("region = `us-east-1`", "region = \"us-east-1\""),
            ("region = \"us-east-1”", "region = \"us-east-1\""),
            ("region = “us-east-1", "region = \"us-east-1\""),
            (
                "ssh_from = [“203.0.113.0/24”, “198.51.100.0/24”]",
                "ssh_from = [\"203.0.113.0/24\", \"198.51.100.0/24\"]",
            ),
            ("tags = { team = “red” }", "tags = { team = \"red\" }"),
            ("ssh_config = C:\\ssh", "ssh_config = 'C:\\ssh'"),
        ] {
            let said = said(line);
            assert!(
                said.starts_with(&format!("2: `{line}` needs ")) && said.ends_with(&format!(": `{valid}`")),
                "{said}"
            );
            assert!(DeTable::parse_recoverable(valid).1.is_empty(), "{valid}");
        }
    }

    #[test]
    fn where_no_quotes_would_help_the_parser_speaks_and_no_secret_is_shown() {
        assert!(!said("region = a\"b'c").contains("needs"), "{}", said("region = a\"b'c"));
        for secret in ["secret_key = SECRET", "secret_key = “SECRET”", "secret_key = \"SECRET”"] {
            let said = said(secret);
            assert!(said.contains("`secret_key = \"…\"`") && !said.contains("SECRET"), "{said}");
        }
    }
}
