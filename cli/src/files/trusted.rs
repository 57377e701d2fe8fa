//! The tool's own `known_hosts`: the proven host keys, each under the id of its instance.
//!
//! An edit reads, changes and writes the file, so it takes the folder's lock as proof that nobody else does so now.

use iac_core::console::HostKey;
use iac_core::known_hosts::{Place, with_host, without_host};

use super::whole::{self, Found};
use super::{FileError, FolderLock, SecretsFolder};

impl SecretsFolder {
    /// Reads the file's text; one that is not there is empty.
    pub(crate) fn read_known_hosts(&self) -> Result<String, FileError> {
        let path = self.known_hosts();
        let invalid = |reason: &str| FileError::new("read", &path, std::io::Error::other(reason.to_owned()));
        match whole::read(&path)? {
            Found::Nothing => Ok(String::new()),
            Found::File { content, .. } => String::from_utf8(content).map_err(|_| invalid("it is not text")),
            Found::Other => Err(invalid("it is no ordinary file")),
        }
    }

    /// Trusts exactly these keys for an instance, which is in that place as far as it is known.
    pub(crate) fn trust_host(
        &self,
        _: &FolderLock,
        instance_id: &str,
        keys: &[HostKey],
        place: Option<&Place>,
    ) -> Result<(), FileError> {
        let edited = with_host(&self.read_known_hosts()?, instance_id, keys, place);
        self.write_known_hosts(&edited.map_err(|error| self.not_edited(error))?)
    }

    /// Forgets the keys of instances; a file without them is not touched.
    pub(crate) fn forget_hosts(&self, _: &FolderLock, instance_ids: &[&str]) -> Result<(), FileError> {
        let text = self.read_known_hosts()?;
        let edited = instance_ids.iter().try_fold(text.clone(), |text, id| without_host(&text, id));
        let edited = edited.map_err(|error| self.not_edited(error))?;
        if edited == text { Ok(()) } else { self.write_known_hosts(&edited) }
    }

    /// A file with nothing in it goes, so that the last instance leaves nothing.
    fn write_known_hosts(&self, text: &str) -> Result<(), FileError> {
        if text.is_empty() {
            return whole::remove(&self.known_hosts());
        }
        whole::write(&self.known_hosts(), text.as_bytes())
    }

    fn not_edited(&self, error: iac_core::known_hosts::KnownHostsError) -> FileError {
        FileError::new("edit", &self.known_hosts(), std::io::Error::other(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(base64: &str) -> [HostKey; 1] {
        [HostKey { algorithm: "ssh-ed25519".to_owned(), base64: base64.to_owned() }]
    }

    #[test]
    fn instances_come_and_go_and_the_last_leaves_no_file() {
        let base = tempfile::tempdir().unwrap();
        let folder = SecretsFolder::existing(base.path());
        let lock = folder.try_lock().unwrap().expect("it is free");
        folder.forget_hosts(&lock, &["i-1"]).unwrap();
        folder.trust_host(&lock, "i-1", &keys("AAAA"), None).unwrap();
        folder.trust_host(&lock, "i-2", &keys("BBBB"), None).unwrap();
        folder.trust_host(&lock, "i-1", &keys("CCCC"), None).unwrap();
        assert_eq!(folder.read_known_hosts().unwrap(), "i-2 ssh-ed25519 BBBB\ni-1 ssh-ed25519 CCCC\n");
        folder.forget_hosts(&lock, &["i-2"]).unwrap();
        assert_eq!(folder.read_known_hosts().unwrap(), "i-1 ssh-ed25519 CCCC\n");
        folder.forget_hosts(&lock, &["i-1"]).unwrap();
        assert!(!folder.known_hosts().exists());
    }

    #[test]
    fn a_file_that_is_not_ours_to_understand_is_never_written_over() {
        let base = tempfile::tempdir().unwrap();
        let folder = SecretsFolder::existing(base.path());
        let lock = folder.try_lock().unwrap().expect("it is free");
        std::fs::write(folder.known_hosts(), b"i-1 ssh-ed25519 \xff\n").unwrap();
        assert!(folder.trust_host(&lock, "i-1", &keys("AAAA"), None).is_err());
        assert!(folder.forget_hosts(&lock, &["i-1"]).is_err());
        assert_eq!(std::fs::read(folder.known_hosts()).unwrap(), b"i-1 ssh-ed25519 \xff\n");
    }
}
