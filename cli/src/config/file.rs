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

/// Recognises `key = value` where the value is text without its quotes, which TOML does not take.
fn unquoted(line: &str) -> Option<String> {
    let (name, value) = line.split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    let key = Key::ALL.iter().find(|key| key.name() == name)?;
    if value.is_empty() || value.starts_with(['"', '\'', '[', '{']) {
        return None;
    }
    Some(if key.is_secret() {
        format!("`{name}` needs quotes round its value: `{name} = \"…\"`")
    } else {
        format!("`{name} = {value}` needs quotes: `{name} = \"{value}\"`")
    })
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
