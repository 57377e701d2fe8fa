//! What is said where others can write what `iac` relies on: whoever can change the configuration chooses the AWS that is
//! asked; whoever can change the host keys, the machine that is believed.

use std::path::{Path, PathBuf};

use iac_core::quote;
use iac_core::text::plain;

use crate::config::{CredentialSource, Settings};
use crate::files::{SecretsFolder, Writable, writable_by_others};

/// What others can write, and what to do about it.
#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) found: String,
    pub(crate) mend: String,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.found, self.mend)
    }
}

/// A warning for each file and folder that others can write, of those that this command's settings name.
pub(crate) fn warnings(settings: &Settings) -> Vec<String> {
    let mut warnings: Vec<(PathBuf, String)> = Vec::new();
    for (what, path) in used(settings) {
        for writable in writable_by_others(&path) {
            if !warnings.iter().any(|(known, _)| *known == writable.path) {
                let text = said(what, &path, &writable).to_string();
                warnings.push((writable.path, text));
            }
        }
    }
    warnings.into_iter().map(|(_, text)| text).collect()
}

/// What others can write of one thing, in words.
pub(crate) fn found(what: &str, path: &Path) -> Vec<Finding> {
    writable_by_others(path).iter().map(|writable| said(what, path, writable)).collect()
}

/// What the settings name, as far as it is there.
fn used(settings: &Settings) -> Vec<(&'static str, PathBuf)> {
    let mut used = Vec::new();
    used.extend(settings.config_path().map(|path| ("the configuration file", path.to_owned())));
    if let CredentialSource::Csv { path, .. } = &settings.credentials {
        used.push(("the credentials file", path.clone()));
    }
    used.extend(settings.ssh_config.clone().map(|path| ("the OpenSSH configuration", path)));
    if let Some(folder) = settings.optional_secrets_folder() {
        used.push(("the secrets folder", folder.to_owned()));
        used.push(("the host keys", SecretsFolder::existing(folder).known_hosts()));
    }
    used.retain(|(_, path)| path.exists());
    used
}

fn said(what: &str, path: &Path, writable: &Writable) -> Finding {
    let place = writable.path.display().to_string();
    // A path that no shell takes as a word is shown as it is.
    let word = quote::word(&place).unwrap_or_else(|_| place.clone());
    let thing = if writable.is_above {
        format!("the folder `{place}`, and so replace {what} `{}`", path.display())
    } else {
        format!("{what} `{place}`")
    };
    let found = plain(&format!("others can write {thing}"));
    match writable.owner {
        Some(owner) => Finding { found, mend: format!("it belongs to user {owner}; make it yours with `chown`") },
        None => Finding {
            found: format!("{found} (mode {:o})", writable.mode),
            mend: plain(&format!("`chmod go-w {word}`")),
        },
    }
}
