//! Unpacking an archive that an instance sends, into a new folder.
//!
//! The sender may be hostile. Folders and files are made anew, never opened; symbolic links come last, so that nothing is
//! written through one; what else an archive can hold is refused. The archive is read header by header: asked for whole
//! entries, the `tar` crate reads a name of any length into memory first.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use iac_core::fetched::{EntryError, LONGEST_NAME, MOST_KEPT, check_link, place};
use tar::{Entry, EntryType};

use super::error::{FileError, ReceiveError};

/// How many bytes are read at once; a pipe holds 64 KiB.
pub(super) const AT_ONCE: usize = 256 * 1024;

/// Unpacks an archive into a new folder and returns the permissions that the archive gives the folder itself.
pub(super) fn unpack(from: &mut impl Read, folder: &Path) -> Result<u32, ReceiveError> {
    make_folder(folder)?;
    let (mut names, mut later) = (Names::default(), Later::default());
    let mut archive = tar::Archive::new(&mut *from);
    for entry in archive.entries().map_err(ReceiveError::Answer)?.raw(true) {
        let mut entry = entry.map_err(ReceiveError::Answer)?;
        match entry.header().entry_type() {
            EntryType::GNULongName => names.own = Some(long_name(&mut entry)?),
            EntryType::GNULongLink => names.target = Some(long_name(&mut entry)?),
            _ => take(&mut entry, std::mem::take(&mut names), folder, &mut later)?,
        }
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

/// The names of the next entry that are too long for its own header.
#[derive(Debug, Default)]
struct Names {
    own: Option<PathBuf>,
    target: Option<PathBuf>,
}

/// Reads the content of a header that holds a name, which ends with a NUL.
fn long_name(header: &mut Entry<'_, impl Read>) -> Result<PathBuf, ReceiveError> {
    if header.size() > LONGEST_NAME {
        let entry = header.path().map_err(ReceiveError::Answer)?.into_owned();
        return Err(ReceiveError::Entry { entry, source: EntryError::TooLong });
    }
    let mut name = Vec::new();
    header.read_to_end(&mut name).map_err(ReceiveError::Answer)?;
    name.truncate(name.iter().position(|&byte| byte == 0).unwrap_or(name.len()));
    Ok(OsString::from_vec(name).into())
}

/// What is done once every file is written, by place.
#[derive(Debug, Default)]
struct Later {
    modes: BTreeMap<PathBuf, u32>,
    links: BTreeMap<PathBuf, PathBuf>,
    /// How many bytes all these names have.
    kept: usize,
}

impl Later {
    /// Counts names that are kept in memory.
    fn keep(&mut self, names: &[&Path]) -> Result<(), EntryError> {
        self.kept += names.iter().map(|name| name.as_os_str().len() + 64).sum::<usize>();
        if self.kept > MOST_KEPT { Err(EntryError::TooMany) } else { Ok(()) }
    }
}

/// Writes one entry of an archive, or notes it for later.
fn take(entry: &mut Entry<'_, impl Read>, names: Names, folder: &Path, later: &mut Later) -> Result<(), ReceiveError> {
    let own = entry.path().map_err(ReceiveError::Answer)?.into_owned();
    let name = names.own.unwrap_or(own);
    let refused = |source| ReceiveError::Entry { entry: name.clone(), source };
    let place = place(&name).map_err(refused)?;
    let path = folder.join(&place);
    let mode = entry.header().mode().map_err(ReceiveError::Answer)?;
    match entry.header().entry_type() {
        EntryType::Directory => {
            later.keep(&[&place]).map_err(refused)?;
            if !place.as_os_str().is_empty() {
                make_folder(&path)?;
            }
            later.modes.insert(place, mode);
        }
        EntryType::Symlink => {
            let own = entry.link_name().map_err(ReceiveError::Answer)?.unwrap_or_default().into_owned();
            let target = names.target.unwrap_or(own);
            check_link(&place, &target).map_err(refused)?;
            later.keep(&[&place, &target]).map_err(refused)?;
            later.links.insert(place, target);
        }
        EntryType::Regular => {
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
pub(super) fn limit_mode(path: &Path, mode: u32) -> Result<(), FileError> {
    let limited = fs::symlink_metadata(path)
        .and_then(|found| fs::set_permissions(path, Permissions::from_mode(found.permissions().mode() & mode & 0o777)));
    limited.map_err(|source| FileError::new("change the permissions of", path, source))
}

/// Writes a new file with these permissions, those that this user's mask allows.
pub(super) fn write_file(from: &mut impl Read, path: &Path, mode: u32) -> Result<File, ReceiveError> {
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
