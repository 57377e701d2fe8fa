//! Key pairs: made, imported and deleted together with their files, and the private half of one found.
//!
//! What to do after any interruption is decided by `iac_core::key_work`; here its facts are found and its steps done.

mod deleting;
mod ensure;
mod import;
mod making;
mod private_half;

use std::path::{Path, PathBuf};

use iac_core::key_work::{FileState, KeyFileName, KeyFiles};
use iac_core::name::KeyName;

use crate::error::{Made, Result};
use crate::files::{self, FileError, Found, SecretsFolder};
use crate::ssh::keygen::{self, PrivateKey};

pub(crate) use deleting::{Deleting, take_away};
pub(crate) use ensure::ensure;
pub(crate) use making::Making;
pub(crate) use private_half::{private_half, private_half_of, private_half_of_pair};

/// Looks at the three files of a key pair.
pub(crate) async fn key_files(folder: &SecretsFolder, key: &KeyName) -> Result<KeyFiles> {
    let [pem, new, deleting] = KeyFileName::ALL.map(|name| folder.key_file(key, name));
    let (pem, new, deleting) = tokio::try_join!(file_state(&pem), file_state(&new), file_state(&deleting))?;
    Ok(KeyFiles { pem, new, deleting })
}

/// Looks at one file and, where it is a private key, at its public half.
pub(crate) async fn file_state(path: &Path) -> Result<FileState> {
    let content = match files::read(path)? {
        Found::Nothing => return Ok(FileState::Absent),
        Found::Other => return Ok(FileState::Unreadable),
        Found::File { content, .. } => content,
    };
    Ok(match keygen::public_half(&content).await? {
        PrivateKey::Of(public_key) => FileState::Key(public_key),
        PrivateKey::Unreadable(_) => FileState::Unreadable,
    })
}

/// Removes `NAME.pem.new` and the public half that `ssh-keygen` wrote beside it.
fn remove_new(folder: &SecretsFolder, key: &KeyName) -> std::result::Result<(), FileError> {
    let new = folder.key_file(key, KeyFileName::New);
    files::remove(&public_beside(&new)).and_then(|()| files::remove(&new))
}

/// Where `ssh-keygen` writes the public half of the key in this file.
fn public_beside(private: &Path) -> PathBuf {
    let mut path = private.as_os_str().to_owned();
    path.push(".pub");
    path.into()
}

fn made_file(path: &Path) -> Made {
    Made { kind: "file", id: path.display().to_string(), name: None }
}

fn made_pair(name: &KeyName, id: &str) -> Made {
    Made { kind: "key pair", id: id.to_owned(), name: Some(name.to_string()) }
}
