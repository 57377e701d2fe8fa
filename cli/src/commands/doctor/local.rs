//! The checks on this machine: configuration, programs, and the files that hold secrets.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use iac_core::doctor::Check;
use iac_core::public_key::has_passphrase;
use iac_core::quote;

use super::names::{CREDENTIALS_FILE, PRIVATE_KEY, SECRETS_FOLDER};
use super::of_error;
use crate::config::{CredentialSource, Environment, Key, Settings, Source, Unsound};
use crate::credentials;
use crate::error::Error;
use crate::files::{self, Found, SecretsFolder};
use crate::ssh;
use crate::work::writable;

/// The permission bits of everybody but a file's owner.
const OF_OTHERS: u32 = 0o077;

/// Whether flags, environment and file hold together.
pub(super) fn configuration(settings: &Settings, unsound: Option<&Unsound>, environment: &Environment) -> Check {
    const NAME: &str = "configuration";
    if let Some(unsound) = unsound {
        return of_error(NAME, unsound.error.clone());
    }
    let mut warnings = settings.warnings(environment);
    let file = settings.config_path().filter(|path| path.exists());
    let holds_secret = matches!(settings.source(Key::SecretKey), Source::File { .. });
    if let Some(mode) = file.filter(|_| holds_secret).and_then(mode).filter(|mode| mode & OF_OTHERS != 0) {
        warnings.push(format!("it holds a secret, and others can read it (mode {mode:o})"));
    }
    let writable = file.map(|file| writable::found("the configuration file", file)).unwrap_or_default();
    warnings.extend(writable.iter().map(ToString::to_string));
    match (file, settings.config_path()) {
        (Some(file), _) if warnings.is_empty() => Check::ok(NAME, format!("{}: no mistakes", file.display())),
        (Some(_), _) => Check::warning(NAME, warnings.join("; "), "`iac config check` lists what to change"),
        (None, Some(path)) => {
            let found = format!("there is no `{}`; flags, environment and defaults apply", path.display());
            Check::warning(NAME, found, "write a sample there with `iac config init`")
        }
        (None, None) => {
            let found = "`HOME` is not set; flags, environment and defaults apply";
            Check::warning(NAME, found, "set `HOME`, or name a file with `--config-file`")
        }
    }
}

/// Whether OpenSSH is there and new enough.
pub(super) async fn programs() -> Check {
    const NAME: &str = "programs";
    match ssh::version().await {
        Ok(version) if version.is_enough() => Check::ok(NAME, version.name.clone()),
        Ok(version) => {
            Check::failed(NAME, format!("`ssh` is {}", version.name), "install OpenSSH's client, 8.5 or newer")
        }
        Err(error) => of_error(NAME, error),
    }
}

/// Whether the files that hold secrets are there and for nobody else.
pub(super) fn files(settings: &Settings) -> [Check; 3] {
    [credentials_file(settings), secrets_folder(settings), private_key(settings)]
}

fn credentials_file(settings: &Settings) -> Check {
    const NAME: &str = CREDENTIALS_FILE;
    let CredentialSource::Csv { path, .. } = &settings.credentials else {
        return Check::not_checked(NAME, "the credentials come from elsewhere");
    };
    match credentials::read(&settings.credentials) {
        Err(error) => of_error(NAME, error),
        Ok(_) => private(NAME, path, mode(path).unwrap_or(0), "600", &[("the credentials file", path)]),
    }
}

fn secrets_folder(settings: &Settings) -> Check {
    const NAME: &str = SECRETS_FOLDER;
    let path = match settings.secrets_folder() {
        Ok(path) => path,
        Err(error) => return of_error(NAME, error),
    };
    if !path.exists() {
        return Check::ok(NAME, format!("{} is not there yet; `iac key create` makes it", path.display()));
    }
    if !path.is_dir() {
        return Check::failed(NAME, format!("{} is no folder", path.display()), "set `secrets_folder` to a folder");
    }
    match unfinished(path) {
        Ok(Some((file, mend))) => Check::warning(NAME, format!("{} was left behind", path.join(file).display()), mend),
        Ok(None) => {
            let known_hosts = SecretsFolder::existing(path).known_hosts();
            let protected = [("the secrets folder", path), ("the host keys", known_hosts.as_path())];
            private(NAME, path, mode(path).unwrap_or(0), "700", &protected)
        }
        Err(error) => Check::failed(
            NAME,
            format!("cannot read {}: {error}", path.display()),
            "make it a folder of your own, of mode 700",
        ),
    }
}

/// What an interrupted command left in the folder, and the command that finishes it.
fn unfinished(folder: &Path) -> std::io::Result<Option<(String, &'static str)>> {
    const ENDINGS: [(&str, &str); 3] = [
        (".pem.new", "finish it with `iac key create`"),
        (".pem.deleting", "finish it with `iac key delete`"),
        (".launch", "finish it with `iac instance create`, or end it with `iac instance terminate`"),
    ];
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort_unstable();
    let mut unfinished = names.into_iter().filter_map(|name| {
        let (_, mend) = ENDINGS.iter().find(|(ending, _)| name.ends_with(ending))?;
        Some((name, *mend))
    });
    if let Some(left) = unfinished.next() {
        return Ok(Some(left));
    }
    let left = files::unfinished(folder).map_err(|error| error.source)?;
    let name = left.first().and_then(|path| path.file_name()).map(|name| name.to_string_lossy().into_owned());
    Ok(name.map(|name| (name, "delete it, or leave it to the next `iac down`")))
}

fn private_key(settings: &Settings) -> Check {
    const NAME: &str = PRIVATE_KEY;
    let (folder, name) = match (settings.secrets_folder(), settings.key_name()) {
        (Ok(folder), Ok(name)) => (folder, name),
        (_, Err(error)) => return of_error(NAME, error),
        (Err(_), _) => return Check::not_checked(NAME, "`secrets_folder` is not set"),
    };
    let path = SecretsFolder::existing(folder).pem(name);
    match files::read(&path) {
        Ok(Found::File { content, .. }) if has_passphrase(&String::from_utf8_lossy(&content)) => Check::failed(
            NAME,
            format!("{} has a passphrase, and a host is waited for without a person who types it", path.display()),
            "use a pair without one: `iac key create --key-name NAME`",
        ),
        Ok(Found::File { mode, .. }) => private(NAME, &path, mode, "600", &[]),
        Ok(Found::Nothing) => {
            Check::warning(NAME, format!("{} is not there", path.display()), "make the pair with `iac key create`")
        }
        Ok(Found::Other) => Check::failed(
            NAME,
            format!("{} is no ordinary file", path.display()),
            "put the private key there, or set another `key_name`",
        ),
        Err(error) => of_error(NAME, Error::from(error)),
    }
}

/// Whether nobody but its owner can read what lies there, or write what is to be protected.
fn private(name: &'static str, path: &Path, mode: u32, wanted: &str, protected: &[(&str, &Path)]) -> Check {
    if let Some(writable) = protected.iter().flat_map(|(what, path)| writable::found(what, path)).next() {
        return Check::warning(name, writable.found, writable.mend);
    }
    if mode & OF_OTHERS == 0 {
        return Check::ok(name, path.display().to_string());
    }
    let found = format!("others can read {} (mode {mode:o})", path.display());
    let path = path.display().to_string();
    // A path that no shell takes as a word is shown as it is.
    let word = quote::word(&path).unwrap_or(path);
    Check::warning(name, found, format!("`chmod {wanted} {word}`"))
}

fn mode(path: &Path) -> Option<u32> {
    std::fs::metadata(path).ok().map(|metadata| metadata.permissions().mode() & 0o777)
}
