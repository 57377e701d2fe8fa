//! The tool's own `known_hosts` file in the secrets folder: which host keys are proven, under the ids of the instances.
//!
//! OpenSSH reads the file while we change it, and several `iac` may change it at once, so it appears whole (written
//! beside and renamed) and is changed under a lock.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use iac_core::console::HostKey;
use iac_core::known_hosts;
use rustix::fs::{FlockOperation, flock};

/// The file, which need not exist.
#[derive(Debug, Clone)]
pub(crate) struct KnownHosts {
    path: PathBuf,
}

/// Why the file could not be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KnownHostsError {
    /// The system refused.
    #[error("cannot {verb} `{}`: {reason}", path.display())]
    File {
        /// What was tried.
        verb: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: io::Error,
    },
    /// The instance id is none.
    #[error(transparent)]
    Id(#[from] known_hosts::KnownHostsError),
}

impl KnownHosts {
    /// The file of this secrets folder.
    pub(crate) fn of(secrets_folder: &Path) -> Self {
        Self { path: secrets_folder.join("known_hosts") }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether a host key of the instance is known.
    pub(crate) fn has(&self, instance_id: &str) -> Result<bool, KnownHostsError> {
        let text = match fs::read_to_string(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            text => text.map_err(|error| self.failed("read", error))?,
        };
        Ok(known_hosts::has_host(&text, instance_id)?)
    }

    /// Keeps these keys as the instance's only ones.
    pub(crate) fn keep(&self, instance_id: &str, keys: &[HostKey]) -> Result<(), KnownHostsError> {
        self.change(|text| known_hosts::with_host(text, instance_id, keys))
    }

    /// Removes the instance, if it is there.
    pub(crate) fn forget(&self, instance_id: &str) -> Result<(), KnownHostsError> {
        if !self.has(instance_id)? {
            return Ok(());
        }
        self.change(|text| known_hosts::without_host(text, instance_id))
    }

    fn change(
        &self,
        edit: impl FnOnce(&str) -> Result<String, known_hosts::KnownHostsError>,
    ) -> Result<(), KnownHostsError> {
        let mut file = self.locked().map_err(|error| self.failed("open", error))?;
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(|error| self.failed("read", error))?;
        let edited = edit(&text)?;
        self.replace(&edited).map_err(|error| self.failed("write", error))
    }

    /// Opens the file and locks it; a file that was replaced while we waited for the lock is not the one to change.
    fn locked(&self) -> io::Result<File> {
        loop {
            let file = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(&self.path)?;
            flock(&file, FlockOperation::LockExclusive)?;
            let (ours, named) = (file.metadata()?, fs::metadata(&self.path));
            if named.is_ok_and(|named| (named.dev(), named.ino()) == (ours.dev(), ours.ino())) {
                return Ok(file);
            }
        }
    }

    fn replace(&self, text: &str) -> io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("/"));
        let mut file = tempfile::Builder::new().prefix(".known_hosts.").tempfile_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(&self.path).map(drop).map_err(|error| error.error)
    }

    fn failed(&self, verb: &'static str, reason: io::Error) -> KnownHostsError {
        KnownHostsError::File { verb, path: self.path.clone(), reason }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn key(base64: &str) -> HostKey {
        HostKey { algorithm: "ssh-ed25519".to_owned(), base64: base64.to_owned() }
    }

    #[test]
    fn keys_come_and_go() {
        let folder = tempfile::tempdir().expect("a folder");
        let known = KnownHosts::of(folder.path());
        assert!(!known.has("i-1").expect("no file is no key"));
        known.forget("i-1").expect("nothing to forget");
        assert!(!known.path().exists());
        known.keep("i-1", &[key("AAAA")]).expect("kept");
        known.keep("i-2", &[key("BBBB")]).expect("kept");
        known.keep("i-1", &[key("CCCC")]).expect("kept");
        let text = fs::read_to_string(known.path()).expect("the file");
        assert_eq!(text, "i-2 ssh-ed25519 BBBB\ni-1 ssh-ed25519 CCCC\n");
        assert_eq!(fs::metadata(known.path()).expect("the file").permissions().mode() & 0o777, 0o600);
        known.forget("i-2").expect("forgotten");
        assert!(known.has("i-1").expect("read") && !known.has("i-2").expect("read"));
        assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 1, "nothing else is left");
    }

    #[test]
    fn no_change_at_the_same_time_is_lost() {
        let folder = tempfile::tempdir().expect("a folder");
        let known = KnownHosts::of(folder.path());
        std::thread::scope(|scope| {
            for number in 0..8 {
                let known = &known;
                scope.spawn(move || {
                    for round in 0..8 {
                        known.keep(&format!("i-{number}{round}"), &[key("AAAA")]).expect("kept");
                    }
                });
            }
        });
        assert_eq!(fs::read_to_string(known.path()).expect("the file").lines().count(), 64);
    }

    #[test]
    fn the_file_is_named_in_the_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let known = KnownHosts::of(&folder.path().join("gone"));
        let error = known.keep("i-1", &[key("AAAA")]).expect_err("there is no such folder");
        assert!(error.to_string().starts_with(&format!("cannot open `{}`: ", known.path().display())), "{error}");
    }
}
