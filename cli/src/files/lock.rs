//! One writer at a time: a lock on the secrets folder itself, so that no lock file stays behind. It ends with its holder,
//! however that ends.

use std::fs::{File, TryLockError};
use std::io;
use std::process::Stdio;

use rustix::io::Errno;

use super::{FileError, SecretsFolder};

/// The right to change what is in the folder, until it is dropped.
#[derive(Debug)]
pub(crate) struct FolderLock {
    /// `None` where the folder is not there or its file system knows no locks.
    folder: Option<File>,
}

impl SecretsFolder {
    /// Takes the lock; `None` while somebody else has it.
    pub(crate) fn try_lock(&self) -> Result<Option<FolderLock>, FileError> {
        let failed = |source| FileError::new("lock the folder", self.path(), source);
        let folder = match File::open(self.path()) {
            Ok(folder) => folder,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Some(FolderLock { folder: None })),
            Err(error) => return Err(failed(error)),
        };
        match folder.try_lock() {
            Ok(()) => Ok(Some(FolderLock { folder: Some(folder) })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) if is_unsupported(&error) => Ok(Some(FolderLock { folder: None })),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}

impl FolderLock {
    /// The lock as a program's standard input, from which nothing can be read: as long as the program runs, the folder
    /// stays locked, even if this process is killed before it.
    pub(crate) fn for_program(&self) -> io::Result<Stdio> {
        self.folder.as_ref().map_or(Ok(Stdio::null()), |folder| folder.try_clone().map(Stdio::from))
    }
}

/// Whether the file system, or the server behind it, cannot lock a folder. NFS says `EBADF`: it wants a file that is
/// open for writing.
fn is_unsupported(error: &io::Error) -> bool {
    let errno = Errno::from_io_error(error);
    error.kind() == io::ErrorKind::Unsupported
        || matches!(errno, Some(Errno::BADF | Errno::NOLCK | Errno::NOSYS | Errno::NOTSUP | Errno::INVAL))
}

#[cfg(test)]
mod tests {
    use std::process::{Child, Command};
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    /// Whether the lock becomes free: a program that another test starts holds every file for a moment.
    fn becomes_free(folder: &SecretsFolder) -> bool {
        let waiting = File::open(folder.path()).unwrap();
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || sender.send(waiting.lock()));
        // A limit only tells that it never does.
        receiver.recv_timeout(Duration::from_mins(5)).is_ok_and(|locked| locked.is_ok())
    }

    fn long_program(lock: &FolderLock) -> Child {
        Command::new("sleep").arg("600").stdin(lock.for_program().unwrap()).spawn().unwrap()
    }

    #[test]
    fn the_folder_has_one_holder_at_a_time() {
        let base = tempfile::tempdir().unwrap();
        let folder = SecretsFolder::existing(base.path());
        let first = folder.try_lock().unwrap().expect("it is free");
        assert!(folder.try_lock().unwrap().is_none());
        drop(first);
        assert!(becomes_free(&folder));
    }

    #[test]
    fn a_program_keeps_the_lock_of_a_holder_that_is_gone() {
        let base = tempfile::tempdir().unwrap();
        let folder = SecretsFolder::existing(base.path());
        let first = folder.try_lock().unwrap().expect("it is free");
        let mut program = long_program(&first);
        drop(first);
        assert!(folder.try_lock().unwrap().is_none());
        program.kill().and_then(|()| program.wait()).unwrap();
        assert!(becomes_free(&folder));
    }

    #[test]
    fn a_folder_that_is_not_there_needs_no_lock() {
        let base = tempfile::tempdir().unwrap();
        assert!(SecretsFolder::existing(&base.path().join("none")).try_lock().unwrap().is_some());
    }

    #[test]
    fn only_locks_that_cannot_be_are_done_without() {
        for errno in [Errno::BADF, Errno::NOLCK, Errno::NOSYS, Errno::NOTSUP, Errno::INVAL] {
            assert!(is_unsupported(&errno.into()), "{errno}");
        }
        assert!(!is_unsupported(&Errno::INTR.into()) && !is_unsupported(&Errno::IO.into()));
    }
}
