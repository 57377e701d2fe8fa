//! What comes from an instance, put together beside its destination and renamed into its place once it is whole.
//!
//! The sender may be hostile. Folders and files are made anew, never opened; symbolic links come last, so that nothing is
//! written through one; what else an archive can hold is refused.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use iac_core::fetched::{EntryError, check_link, place};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use tempfile::TempDir;

use super::FileError;

/// How many bytes are read at once; a pipe holds 64 KiB.
const AT_ONCE: usize = 256 * 1024;
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

/// Why what came is not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReceiveError {
    /// This machine cannot write it.
    #[error(transparent)]
    File(#[from] FileError),
    /// An entry of the archive could harm this machine.
    #[error("`{}` is refused", entry.display())]
    Entry { entry: PathBuf, source: EntryError },
    /// What came is not what the script sends.
    #[error("the answer cannot be understood")]
    Answer(#[source] io::Error),
}

impl ReceiveError {
    /// Whether this machine ended the copy, and not the sender by sending too little.
    pub(crate) fn is_ours(&self) -> bool {
        !matches!(self, Self::Answer(_))
    }
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

/// The line before the content.
fn head(from: &mut impl BufRead) -> Result<String, ReceiveError> {
    let mut line = Vec::new();
    from.take(16).read_until(b'\n', &mut line).map_err(ReceiveError::Answer)?;
    let text = String::from_utf8_lossy(&line);
    text.strip_suffix('\n').map(str::to_owned).ok_or_else(|| unexpected(&text))
}

fn unexpected(head: &str) -> ReceiveError {
    ReceiveError::Answer(io::Error::other(format!("it begins with `{head}`")))
}

/// Writes a new file with these permissions, those that this user's mask allows.
fn write_file(from: &mut impl Read, path: &Path, mode: u32) -> Result<File, ReceiveError> {
    let failed = |source| FileError::new("write", path, source);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode & 0o777).open(path).map_err(failed)?;
    let mut buffer = vec![0; AT_ONCE];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(file),
            Ok(read) => file.write_all(&buffer[..read]).map_err(failed)?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(ReceiveError::Answer(error)),
        }
    }
}

/// Unpacks an archive into a new folder and returns the permissions that the archive gives the folder itself.
fn unpack(from: &mut impl Read, folder: &Path) -> Result<u32, ReceiveError> {
    make_folder(folder)?;
    let mut later = Later::default();
    let mut archive = tar::Archive::new(&mut *from);
    for entry in archive.entries().map_err(ReceiveError::Answer)? {
        take(&mut entry.map_err(ReceiveError::Answer)?, folder, &mut later)?;
    }
    // What pads the archive is read too, or its writer would fail.
    io::copy(from, &mut io::sink()).map_err(ReceiveError::Answer)?;
    for (place, target) in &later.links {
        // Below another link, the place would not be where its name says.
        if place.ancestors().skip(1).any(|above| later.links.contains_key(above)) {
            return Err(ReceiveError::Entry { entry: place.clone(), source: EntryError::LinkOutside });
        }
        let path = folder.join(place);
        symlink(target, &path).map_err(|source| FileError::new("create the link", &path, source))?;
    }
    // From the innermost on: a folder may take the right to enter it away.
    let own = later.modes.remove(Path::new("")).unwrap_or(0o777);
    for (place, mode) in later.modes.iter().rev() {
        limit_mode(&folder.join(place), *mode)?;
    }
    Ok(own)
}

/// What is done once every file is written, by place.
#[derive(Debug, Default)]
struct Later {
    modes: BTreeMap<PathBuf, u32>,
    links: BTreeMap<PathBuf, PathBuf>,
}

/// Writes one entry of an archive, or notes it for later.
fn take(entry: &mut tar::Entry<'_, impl Read>, folder: &Path, later: &mut Later) -> Result<(), ReceiveError> {
    let name = entry.path().map_err(ReceiveError::Answer)?.into_owned();
    let refused = |source| ReceiveError::Entry { entry: name.clone(), source };
    let place = place(&name).map_err(refused)?;
    let path = folder.join(&place);
    let mode = entry.header().mode().map_err(ReceiveError::Answer)?;
    match entry.header().entry_type() {
        tar::EntryType::Directory => {
            if !place.as_os_str().is_empty() {
                make_folder(&path)?;
            }
            later.modes.insert(place, mode);
        }
        tar::EntryType::Symlink => {
            let target = entry.link_name().map_err(ReceiveError::Answer)?.unwrap_or_default().into_owned();
            check_link(&place, &target).map_err(refused)?;
            later.links.insert(place, target);
        }
        tar::EntryType::Regular => {
            let modified = entry.header().mtime().map_err(ReceiveError::Answer)?;
            let file = write_file(entry, &path, mode)?;
            let modified = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(modified));
            // A time that this file system cannot keep is no reason to refuse the file.
            modified.map(|modified| file.set_modified(modified).ok());
        }
        _ => return Err(refused(EntryError::Kind)),
    }
    Ok(())
}

/// Makes a folder that this user can fill.
fn make_folder(path: &Path) -> Result<(), FileError> {
    let created = DirBuilder::new().mode(0o777).create(path).and_then(|()| {
        let mode = fs::symlink_metadata(path)?.permissions().mode();
        fs::set_permissions(path, Permissions::from_mode(mode & 0o777 | 0o700))
    });
    created.map_err(|source| FileError::new("create the folder", path, source))
}

/// Takes from a folder what its original does not allow.
fn limit_mode(path: &Path, mode: u32) -> Result<(), FileError> {
    let limited = fs::symlink_metadata(path)
        .and_then(|found| fs::set_permissions(path, Permissions::from_mode(found.permissions().mode() & mode & 0o777)));
    limited.map_err(|source| FileError::new("change the permissions of", path, source))
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
