//! `iac config`: the sample, what is in force, and whether it holds together.

use std::path::{Path, PathBuf};

use iac_core::table::{self, Cell};
use serde::Serialize;

use super::writable;
use crate::args::ConfigVerb;
use crate::config::{self, ConfigError, Environment, Key, Settings, Source};
use crate::credentials;
use crate::error::{Error, Kind, Result, file_failed};
use crate::files::{self, FileError};
use crate::ui::Ui;

/// A setting as `config show` prints it.
#[derive(Debug, Serialize)]
struct Shown {
    key: &'static str,
    value: Option<String>,
    source: Option<String>,
}

/// What `config check` found.
#[derive(Debug, Serialize)]
struct Checked {
    file: Option<PathBuf>,
    warnings: Vec<String>,
}

/// Runs `iac config` with or without a verb. Only `show` and `check` read the present configuration.
pub(super) fn run(
    ui: &Ui,
    verb: Option<&ConfigVerb>,
    environment: &Environment,
    config_file: Option<&Path>,
    load: impl FnOnce() -> std::result::Result<Settings, ConfigError>,
) -> Result<()> {
    match verb {
        None => ui.text(&config::sample(&home(environment))),
        Some(ConfigVerb::Init) => init(ui, environment, config_file),
        Some(ConfigVerb::Show) => show(ui, &load()?),
        Some(ConfigVerb::Check) => check(ui, environment, &load()?),
    }
}

fn home(environment: &Environment) -> PathBuf {
    environment.home().unwrap_or_else(|| PathBuf::from("/home/you"))
}

fn init(ui: &Ui, environment: &Environment, config_file: Option<&Path>) -> Result<()> {
    let (path, _) = config::file_path(environment, config_file);
    let path = path.ok_or_else(|| {
        Error::new(Kind::SettingMissing, "`HOME` is not set, so there is no place for the configuration file")
            .hint("name the file: `iac config init --config-file /path/to/config.toml`")
    })?;
    let failed = |error: FileError| {
        file_failed(format!("cannot write `{}`", config::shown(&path)), &error.source, "`--config-file`")
    };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        files::make_folder(folder).map_err(failed)?;
    }
    let sample = config::sample(&home(environment));
    files::write_new(&path, sample.as_bytes())
        .map_err(|error| if error.is_in_the_way() { exists(&path) } else { failed(error) })?;
    let written = Checked { file: Some(path.clone()), warnings: Vec::new() };
    ui.data(&written, |_| format!("wrote {}; edit it, then run `iac config check`", path.display()))
}

fn exists(path: &Path) -> Error {
    Error::new(Kind::ConfigExists, format!("there is a configuration file already: `{}`", path.display()))
        .hint("see what is in force with `iac config show`, or print the sample with `iac config`")
}

fn show(ui: &Ui, settings: &Settings) -> Result<()> {
    let shown: Vec<Shown> = Key::ALL.iter().map(|key| show_one(settings, *key)).collect();
    ui.data(&shown, |width| {
        let rows = shown.iter().map(|shown| {
            let value = shown.value.clone().unwrap_or_else(|| "-".into());
            vec![Cell::id(shown.key), Cell::id(&value), Cell::sentence(&short(settings, shown.source.as_deref()))]
        });
        let file = settings.config_path().filter(|file| file.exists());
        let file = file.map(|file| format!("file: {}\n\n", table::plain(&file.display().to_string())));
        file.unwrap_or_default() + &table::table(&["KEY", "VALUE", "SOURCE"], &rows.collect::<Vec<_>>(), width)
    })
}

/// A source without the path of the file, which stands once above all settings.
fn short(settings: &Settings, source: Option<&str>) -> String {
    let source = source.unwrap_or_default();
    let file = settings.config_path().map(|file| file.display().to_string());
    let line = file.as_deref().and_then(|file| source.strip_prefix(file)?.strip_prefix(':'));
    line.map_or_else(|| source.to_owned(), |line| format!("file, line {line}"))
}

fn show_one(settings: &Settings, key: Key) -> Shown {
    let written = settings.written(key);
    let source = settings.source(key);
    let (value, source) = match written {
        Some(_) if key.is_secret() => (Some("***".to_owned()), Some(source)),
        Some(value) => (Some(value), Some(source)),
        None => {
            let default = settings.default(key);
            let source = default.is_some().then_some(Source::Default);
            (default, source)
        }
    };
    Shown { key: key.name(), value, source: source.map(|source| source.to_string()) }
}

fn check(ui: &Ui, environment: &Environment, settings: &Settings) -> Result<()> {
    credentials::read(&settings.credentials)?;
    let mut warnings = settings.warnings(environment);
    warnings.extend(writable::warnings(settings));
    let checked = Checked { file: settings.config_path().map(Path::to_owned), warnings };
    ui.data(&checked, |_| {
        let mut lines: Vec<String> = checked.warnings.iter().map(|warning| format!("warning: {warning}")).collect();
        lines.push(match &checked.file {
            Some(file) if file.exists() => format!("{}: no mistakes", file.display()),
            Some(file) => format!("{}: not there; flags, environment and defaults apply", file.display()),
            None => "no configuration file; flags, environment and defaults apply".to_owned(),
        });
        lines.join("\n")
    })
}
