//! The four layers, strongest first: flags, environment, file, defaults.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::environment::Environment;
use super::file::{self, Mistake};
use super::key::{Key, Noun};
use super::value::Raw;

/// Where a value comes from, strongest first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    Flag(String),
    Variable(String),
    File { path: PathBuf, line: usize },
    Default,
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Flag(flag) => write!(f, "flag {flag}"),
            Self::Variable(name) => write!(f, "environment {name}"),
            Self::File { path, line } => write!(f, "{}:{line}", file::shown(path)),
            Self::Default => f.write_str("default"),
        }
    }
}

/// Why there are no settings.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("there is no configuration file `{}`", file::shown(.0))]
    Absent(PathBuf),
    #[error("cannot read the configuration file `{}`", file::shown(.path))]
    Unreadable { path: PathBuf, reason: String },
    #[error("the configuration has {}", count(.mistakes))]
    Invalid { mistakes: Vec<Finding> },
    /// `no_file` is where a configuration file was looked for and there was none.
    #[error("{}", not_set(.keys))]
    Missing { keys: Vec<Key>, no_file: Option<PathBuf> },
}

/// Mistakes, and the keys of which they leave open what is meant.
#[derive(Debug)]
pub(crate) struct Unsound {
    pub(crate) error: ConfigError,
    pub(crate) keys: BTreeSet<Key>,
}

/// A mistake with the place where it was made. They are listed as the layers are: flags, environment, the file by lines.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    pub(crate) source: Source,
    pub(crate) text: String,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.source, self.text)
    }
}

fn count(mistakes: &[Finding]) -> String {
    match mistakes.len() {
        1 => "a mistake".to_owned(),
        many => format!("{many} mistakes"),
    }
}

fn not_set(keys: &[Key]) -> String {
    let names: Vec<String> = keys.iter().map(|key| format!("`{}`", key.name())).collect();
    match names.as_slice() {
        [] | [_] => format!("{} is not set", names.concat()),
        [first @ .., last] => format!("{} and {last} are not set", first.join(", ")),
    }
}

/// The merged layers before their values are understood.
#[derive(Debug, Default)]
pub(crate) struct Layers {
    values: BTreeMap<Key, (Raw, Source)>,
    findings: Vec<Finding>,
    /// Why the file could not be read.
    unread: Option<ConfigError>,
    /// The keys of which a mistake leaves open what is meant.
    unsound: BTreeSet<Key>,
    /// The file that was looked for, whether or not it is there.
    pub(crate) path: Option<PathBuf>,
    /// Whether it is there.
    was_read: bool,
}

impl Layers {
    /// Merges what was typed, the environment and the file.
    pub(crate) fn merge(
        typed: Vec<(Key, String)>,
        environment: &Environment,
        noun: Option<Noun>,
        config_file: Option<&Path>,
    ) -> Self {
        let mut layers = Self::default();
        for (key, value) in typed {
            layers.values.insert(key, (Raw::Text(value), Source::Flag(key.flag())));
        }
        for key in Key::ALL.iter().copied() {
            let names = [Some(key.variable()), noun.map(|noun| key.variable_of(noun))];
            for name in names.into_iter().flatten() {
                if let Some(value) = environment.text(&name) {
                    layers.values.entry(key).or_insert((Raw::Text(value), Source::Variable(name)));
                }
            }
        }
        if let Err(error) = layers.read_file(environment, config_file) {
            layers.hide(Key::ALL);
            layers.unread = Some(error);
        }
        layers
    }

    fn read_file(&mut self, environment: &Environment, config_file: Option<&Path>) -> Result<(), ConfigError> {
        let (path, must_exist) = file_path(environment, config_file);
        self.path.clone_from(&path);
        let Some(path) = path else { return Ok(()) };
        let text = match std::fs::read(&path).map(String::from_utf8) {
            Ok(Ok(text)) => text,
            Ok(Err(_)) => return Err(unreadable(path, "it is not UTF-8 text")),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return if must_exist { Err(ConfigError::Absent(path)) } else { Ok(()) };
            }
            Err(error) => return Err(unreadable(path, error.to_string())),
        };
        self.was_read = true;
        let contents = file::read(&text);
        for Mistake { line, text, hides } in contents.mistakes {
            self.hide(&hides);
            self.findings.push(Finding { source: Source::File { path: path.clone(), line }, text });
        }
        for (key, (raw, line)) in contents.values {
            self.values.entry(key).or_insert((raw, Source::File { path: path.clone(), line }));
        }
        Ok(())
    }

    /// Notes that the file's values of these keys are not known; a stronger layer makes up for it.
    fn hide(&mut self, keys: &[Key]) {
        self.unsound.extend(keys.iter().filter(|key| !self.values.contains_key(key)));
    }

    /// The value of a key and its source.
    pub(crate) fn get(&self, key: Key) -> Option<&(Raw, Source)> {
        self.values.get(&key)
    }

    /// The error of values that no layer sets and the command needs.
    pub(crate) fn missing(&self, keys: Vec<Key>) -> ConfigError {
        ConfigError::Missing { keys, no_file: self.path.clone().filter(|_| !self.was_read) }
    }

    /// Reads a value; what is wrong with it, a line each, is kept for [`Layers::finish`].
    pub(crate) fn read<T>(&mut self, key: Key, reader: impl FnOnce(&Raw) -> Result<T, String>) -> Option<T> {
        let (raw, source) = self.values.get(&key)?;
        match reader(raw) {
            Ok(value) => Some(value),
            Err(mistakes) => {
                let finding = |text| Finding { source: source.clone(), text: format!("`{}`: {text}", key.name()) };
                self.findings.extend(mistakes.lines().map(finding));
                self.unsound.insert(key);
                None
            }
        }
    }

    /// Reads a path: absolute in a file and in the environment; when typed, it may be relative to the present folder.
    pub(crate) fn read_path(&mut self, key: Key, present_folder: Option<&Path>) -> Option<PathBuf> {
        let typed = matches!(self.values.get(&key)?.1, Source::Flag(_));
        self.read(key, |raw| super::value::path_from(raw, present_folder.filter(|_| typed)))
    }

    /// Ends the reading: all mistakes at once, or none.
    pub(crate) fn finish(&mut self) -> Option<Unsound> {
        let mut mistakes = std::mem::take(&mut self.findings);
        mistakes.sort();
        let invalid = (!mistakes.is_empty()).then_some(ConfigError::Invalid { mistakes });
        let error = self.unread.take().or(invalid)?;
        Some(Unsound { error, keys: std::mem::take(&mut self.unsound) })
    }
}

fn unreadable(path: PathBuf, reason: impl Into<String>) -> ConfigError {
    ConfigError::Unreadable { path, reason: reason.into() }
}

/// The file to read, and whether its absence is an error: it is when somebody named it.
pub(crate) fn file_path(environment: &Environment, config_file: Option<&Path>) -> (Option<PathBuf>, bool) {
    if let Some(path) = config_file {
        return (Some(path.to_owned()), true);
    }
    if let Some(path) = environment.text("BKY_IAC_CONFIG_FILE") {
        return (Some(path.into()), true);
    }
    (environment.home().map(|home| home.join(".config/bky/iac/config.toml")), false)
}
