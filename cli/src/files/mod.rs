//! The secrets folder: private keys, the tool's own `known_hosts`, and the marks of launches under way. Beside it, what is
//! fetched from an instance.
//!
//! Every file in it is private from its first byte, appears whole or not at all, and is never written over by another
//! one of its kind. What the files mean is decided elsewhere.

mod error;
mod launch;
mod lock;
mod receive;
mod trusted;
mod unpack;
mod whole;
mod writers;

use std::path::{Path, PathBuf};

use iac_core::key_work::KeyFileName;
use iac_core::name::KeyName;

pub(crate) use error::{FileError, ReceiveError};
pub(crate) use lock::FolderLock;
pub(crate) use receive::Incoming;
pub(crate) use whole::{
    Found, is_own, make_folder, make_private, publish, read, remove, rename_new, sync, unfinished, write_new,
};
pub(crate) use writers::{Writable, writable_by_others};

/// The folder that the setting `secrets_folder` names.
#[derive(Debug, Clone)]
pub(crate) struct SecretsFolder {
    path: PathBuf,
}

impl SecretsFolder {
    /// Opens the folder, making it and its missing parents for nobody but this user; one that exists is left as it is.
    pub(crate) fn open(path: &Path) -> Result<Self, FileError> {
        whole::make_folder(path).map(|()| Self::existing(path))
    }

    /// Takes the folder as it is, which may be not there at all: then nothing is in it.
    pub(crate) fn existing(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Where one of the three files of a key pair lies.
    pub(crate) fn key_file(&self, key: &KeyName, name: KeyFileName) -> PathBuf {
        self.path.join(name.of(key))
    }

    /// The private half of a finished key pair: `NAME.pem`.
    pub(crate) fn pem(&self, key: &KeyName) -> PathBuf {
        self.key_file(key, KeyFileName::Pem)
    }

    /// The tool's own `known_hosts`; it may not be there yet.
    pub(crate) fn known_hosts(&self) -> PathBuf {
        self.path.join("known_hosts")
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777
    }

    #[test]
    fn missing_folders_are_made_private_and_existing_ones_stay_as_they_are() {
        let base = tempfile::tempdir().unwrap();
        std::fs::set_permissions(base.path(), PermissionsExt::from_mode(0o755)).unwrap();
        let path = base.path().join("deep/er");
        SecretsFolder::open(&path).unwrap();
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o700, 0o700));
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o750)).unwrap();
        SecretsFolder::open(&path).unwrap();
        assert_eq!((mode(&path), mode(base.path())), (0o750, 0o755));
    }

    #[test]
    fn a_file_in_the_folders_place_is_an_error_that_names_it() {
        let base = tempfile::tempdir().unwrap();
        let path = base.path().join("file");
        std::fs::write(&path, "").unwrap();
        let error = SecretsFolder::open(&path).unwrap_err();
        assert_eq!(error.to_string(), format!("cannot create the folder `{}`", path.display()));
    }
}
