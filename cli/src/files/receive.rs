//! What comes from an instance, put together beside its destination and renamed into its place once it is whole.
//!
//! The sender may be hostile, and a login shell there may write something of its own before the sender does.

use std::fs::{self, Permissions};
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use tempfile::TempDir;

use super::error::{FileError, MOST_NOISE, ReceiveError};
use super::unpack::{AT_ONCE, limit_mode, unpack, write_file};

/// How the line begins that says what comes; `give.sh` writes it.
const MARK: &str = "@iac ";
/// The name of what comes, in the folder it is put together in.
const CONTENT: &str = "new";

/// A file or folder that has come and is not in its place yet; dropping it leaves nothing.
#[derive(Debug)]
pub(crate) struct Incoming {
    work: TempDir,
    content: Content,
}

#[derive(Debug, Clone, Copy)]
enum Content {
    File,
    /// A folder, with its permissions: one that may not be written to could not be moved.
    Folder {
        mode: u32,
    },
}

impl Incoming {
    /// Puts together what comes, in a new folder inside `folder`.
    pub(crate) fn receive(folder: &Path, from: impl Read, received: &AtomicU64) -> Result<Self, ReceiveError> {
        let failed = |source| FileError::new("write to the folder", folder, source);
        let work = tempfile::Builder::new().prefix(".iac-fetch.").tempdir_in(folder).map_err(failed)?;
        let mut from = BufReader::with_capacity(AT_ONCE, Counted { from, received });
        let path = work.path().join(CONTENT);
        let head = head(&mut from)?;
        let content = if head == "folder" {
            Content::Folder { mode: unpack(&mut from, &path)? }
        } else {
            let mode = head.strip_prefix("file ").and_then(|mode| u32::from_str_radix(mode, 8).ok());
            let file = write_file(&mut from, &path, mode.ok_or_else(|| unexpected(&head))?)?;
            file.sync_all().map_err(|source| FileError::new("write", &path, source))?;
            Content::File
        };
        Ok(Self { work, content })
    }

    pub(crate) fn is_folder(&self) -> bool {
        matches!(self.content, Content::Folder { .. })
    }

    /// Gives it its name: one that must be free, or in the place of what has it now, which is of the same kind.
    pub(crate) fn settle(self, path: &Path, replace: bool) -> Result<(), FileError> {
        let content = self.work.path().join(CONTENT);
        let failed = |source: io::Error| FileError::new("replace", path, source);
        if !replace || path.symlink_metadata().is_err() {
            super::rename_new(&content, path)?;
        } else if self.is_folder() {
            // What was there goes with the work folder.
            renameat_with(CWD, &content, CWD, path, RenameFlags::EXCHANGE).map_err(|errno| failed(errno.into()))?;
        } else {
            fs::rename(&content, path).map_err(failed)?;
        }
        match self.content {
            Content::Folder { mode } => limit_mode(path, mode),
            Content::File => Ok(()),
        }
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        // A folder that nobody may write to could not be emptied.
        open_folders(self.work.path());
    }
}

/// Lets the folders below this one be emptied.
fn open_folders(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            // Where that fails, removing it fails too, and the folder stays for its owner to see.
            fs::set_permissions(entry.path(), Permissions::from_mode(0o700)).ok();
            open_folders(&entry.path());
        }
    }
}

/// The line before the content, without its mark; what a login shell writes before it is skipped.
fn head(from: &mut impl BufRead) -> Result<String, ReceiveError> {
    let mut before = from.take(MOST_NOISE);
    let mut line = Vec::new();
    loop {
        line.clear();
        if before.read_until(b'\n', &mut line).map_err(ReceiveError::Answer)? == 0 {
            let ended = || ReceiveError::Answer(io::Error::other("it ended before the copy began"));
            return Err(if before.limit() == 0 { ReceiveError::Noise } else { ended() });
        }
        let text = String::from_utf8_lossy(&line);
        if let Some(head) = text.strip_prefix(MARK).and_then(|head| head.strip_suffix('\n')) {
            return Ok(head.to_owned());
        }
    }
}

fn unexpected(head: &str) -> ReceiveError {
    ReceiveError::Answer(io::Error::other(format!("it begins with `{}`", iac_core::text::excerpt(head, 40))))
}

/// Counts what is read.
struct Counted<'a, R> {
    from: R,
    received: &'a AtomicU64,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer)?;
        self.received.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of this answer, or what is in the file that it makes.
    fn received(answer: &[u8]) -> String {
        let folder = tempfile::tempdir().unwrap();
        match Incoming::receive(folder.path(), answer, &AtomicU64::new(0)) {
            Ok(incoming) => fs::read_to_string(incoming.work.path().join(CONTENT)).unwrap(),
            Err(error) => {
                assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left");
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                format!("{error}: {}", cause.unwrap_or_default())
            }
        }
    }

    #[test]
    fn what_a_login_shell_writes_first_is_skipped() {
        assert_eq!(received(b"@iac file 644\ncontent"), "content");
        assert_eq!(received(b"Welcome!\n\xff no line end\n@iac file 644\n@iac file 600\n"), "@iac file 600\n");
        let loud = [vec![b'x'; 1 << 20], b"\n@iac file 644\ncontent".to_vec()].concat();
        assert!(received(&loud).contains("more than 1024 KiB"), "{}", received(&loud));
        assert!(received(b"Welcome!\n").contains("it ended before the copy began"));
        assert!(received(b"@iac pipe\n").contains("it begins with `pipe`"));
    }
}
