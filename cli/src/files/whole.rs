//! Single files: read, written whole, renamed without replacing, removed, and their names made to last.

use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{CWD, OFlags, RenameFlags, renameat_with};
use rustix::io::Errno;
use tempfile::NamedTempFile;

use super::FileError;

/// No file of this folder is longer; what is longer is not read into memory.
const LONGEST: u64 = 1 << 20;

/// What stands under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    Nothing,
    /// A file, with its permission bits.
    File {
        content: Vec<u8>,
        mode: u32,
    },
    /// No ordinary file, one that is far too long, or a link into nothing.
    Other,
}

/// Reads a file of moderate size.
pub(crate) fn read(path: &Path) -> Result<Found, FileError> {
    let failed = |source: io::Error| FileError::new("read", path, source);
    // Without NONBLOCK, opening a pipe would wait for somebody to write.
    let flags = i32::try_from(OFlags::NONBLOCK.bits()).expect("open flags fit an int");
    let mut file = match OpenOptions::new().read(true).custom_flags(flags).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(if path.symlink_metadata().is_ok() { Found::Other } else { Found::Nothing });
        }
        Err(error) => return Err(failed(error)),
    };
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() || metadata.len() > LONGEST {
        return Ok(Found::Other);
    }
    let mut content = Vec::new();
    file.read_to_end(&mut content).map_err(failed)?;
    Ok(Found::File { content, mode: metadata.permissions().mode() & 0o777 })
}

/// How the name of a file begins that is not in its place yet, and how many letters and digits follow: so many that nobody
/// names a file of his own so.
const UNFINISHED: (&str, usize) = (".iac-", 16);
/// How long a file may be written; what is older was left by a run that was killed.
const WRITTEN_WITHIN: Duration = Duration::from_hours(1);

/// The files in a folder that were never put in their place, in the order of their names.
pub(crate) fn unfinished(folder: &Path) -> Result<Vec<PathBuf>, FileError> {
    let failed = |source: io::Error| FileError::new("look into the folder", folder, source);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if !entry.file_name().to_str().is_some_and(is_unfinished) {
            continue;
        }
        // Without following a link: only an ordinary file was ever made here.
        let Ok(metadata) = entry.path().symlink_metadata() else { continue };
        let age = metadata.modified().ok().and_then(|time| time.elapsed().ok());
        if metadata.is_file() && age.is_some_and(|age| age > WRITTEN_WITHIN) {
            found.push(entry.path());
        }
    }
    found.sort_unstable();
    Ok(found)
}

fn is_unfinished(name: &str) -> bool {
    let random = name.strip_prefix(UNFINISHED.0);
    random.is_some_and(|random| random.len() == UNFINISHED.1 && random.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// The builder of a file that is not in its place yet.
fn unfinished_file() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(UNFINISHED.0).rand_bytes(UNFINISHED.1);
    builder
}

/// Writes a file that only this user can read; it appears whole, in the place of an older one.
pub(super) fn write(path: &Path, content: &[u8]) -> Result<(), FileError> {
    let failed = |source: io::Error| FileError::new("write", path, source);
    let mut file = private_beside(path).map_err(failed)?;
    file.write_all(content).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    keep_names(path)
}

/// Writes a file that everybody may read; it appears whole, in the place of an older one.
pub(crate) fn publish(path: &Path, content: &[u8]) -> Result<(), FileError> {
    let failed = |source: io::Error| FileError::new("write", path, source);
    let mut file =
        unfinished_file().permissions(Permissions::from_mode(0o644)).tempfile_in(folder_of(path)).map_err(failed)?;
    file.write_all(content).map_err(failed)?;
    file.persist(path).map(drop).map_err(|error| failed(error.error))
}

/// Writes a file that only this user can read; it appears whole, and never in the place of another.
pub(crate) fn write_new(path: &Path, content: &[u8]) -> Result<(), FileError> {
    let failed = |source: io::Error| FileError::new("write", path, source);
    let mut file = private_beside(path).map_err(failed)?;
    file.write_all(content).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
    file.persist_noclobber(path).map_err(|error| failed(error.error))?;
    keep_names(path)
}

/// A file in the folder of the one it is to become, which this user alone can read and write, whatever the umask leaves.
fn private_beside(path: &Path) -> io::Result<NamedTempFile> {
    let file = unfinished_file().tempfile_in(folder_of(path))?;
    file.as_file().set_permissions(Permissions::from_mode(0o600))?;
    Ok(file)
}

/// Makes a folder and its missing parents for nobody but this user, whatever the umask leaves; one that exists stays as
/// it is.
pub(crate) fn make_folder(path: &Path) -> Result<(), FileError> {
    let is_missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
    let missing: Vec<&Path> = path.ancestors().take_while(is_missing).collect();
    let private = |folder: &Path| {
        DirBuilder::new().mode(0o700).create(folder)?;
        std::fs::set_permissions(folder, Permissions::from_mode(0o700))
    };
    for folder in missing.into_iter().rev() {
        match private(folder) {
            // Another run has made it meanwhile.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            result => result.map_err(|source| FileError::new("create the folder", path, source))?,
        }
    }
    // What is there and no folder is told by whoever makes folders.
    let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|source| FileError::new("create the folder", path, source))
}

/// Renames a file to a name that must be free.
pub(crate) fn rename_new(from: &Path, to: &Path) -> Result<(), FileError> {
    let failed = |source: io::Error| FileError::new("rename a file to", to, source);
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // Not every file system can; there a second name comes first, and the old one goes after.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
            std::fs::hard_link(from, to).and_then(|()| std::fs::remove_file(from)).map_err(failed)?;
        }
        result => result.map_err(|errno| failed(errno.into()))?,
    }
    keep_names(to)
}

/// Removes a file; one that is not there is as good as removed.
///
/// Linux asks first whether anything may be removed at all, so on a read-only file system what is not there is refused too.
pub(crate) fn remove(path: &Path) -> Result<(), FileError> {
    let is_there = || !path.symlink_metadata().is_err_and(|error| error.kind() == io::ErrorKind::NotFound);
    match std::fs::remove_file(path) {
        Ok(()) => keep_names(path),
        Err(error) if is_there() => Err(FileError::new("remove", path, error)),
        Err(_) => Ok(()),
    }
}

/// Tells whether a file is this user's.
pub(crate) fn is_own(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| metadata.uid() == rustix::process::getuid().as_raw())
}

/// Makes a file one that only this user can read.
pub(crate) fn make_private(path: &Path) -> Result<(), FileError> {
    let set = std::fs::set_permissions(path, Permissions::from_mode(0o600));
    set.map_err(|source| FileError::new("change the permissions of", path, source))
}

/// Makes a file that another program wrote outlast a loss of power, its name too.
pub(crate) fn sync(path: &Path) -> Result<(), FileError> {
    let synced = File::open(path).and_then(|file| file.sync_all());
    synced.map_err(|source| FileError::new("write", path, source))?;
    keep_names(path)
}

/// Makes a rename or removal outlast a loss of power, on file systems where a folder can be synced, and in folders that this
/// user may open: one in which only names may be changed cannot be.
fn keep_names(path: &Path) -> Result<(), FileError> {
    use io::ErrorKind::{InvalidInput, PermissionDenied, Unsupported};
    let folder = folder_of(path);
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        Err(error) if !matches!(error.kind(), InvalidInput | PermissionDenied | Unsupported) => {
            Err(FileError::new("write to the folder", folder, error))
        }
        _ => Ok(()),
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_name_until_it_is_in_its_place() {
        let base = tempfile::tempdir().unwrap();
        let file = private_beside(&base.path().join("new")).unwrap();
        let name = file.path().file_name().unwrap().to_str().unwrap().to_owned();
        assert!(is_unfinished(&name), "{name}");
        for other in [".iac-notes", ".iac-0123456789abcde", ".iac-0123456789abcde.", "iac-0123456789abcdef", ".iac-"] {
            assert!(!is_unfinished(other), "{other}");
        }
    }

    fn file(content: &str, mode: u32) -> Found {
        Found::File { content: content.into(), mode }
    }

    #[test]
    fn a_file_is_private_and_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, "older and longer").unwrap();
        make_private(&path).unwrap();
        assert_eq!(read(&path).unwrap(), file("older and longer", 0o600));
        std::fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        write(&path, b"new").unwrap();
        assert_eq!(read(&path).unwrap(), file("new", 0o600));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else stays in the folder");
    }

    #[test]
    fn a_new_file_never_takes_the_place_of_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        write_new(&path, b"1").unwrap();
        assert!(write_new(&path, b"2").unwrap_err().is_in_the_way());
        assert_eq!(read(&path).unwrap(), file("1", 0o600));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else stays in the folder");
        assert!(!write_new(&folder.path().join("none/b"), b"1").unwrap_err().is_in_the_way());
    }

    #[test]
    fn a_rename_never_replaces() {
        let folder = tempfile::tempdir().unwrap();
        let [from, to] = ["from", "to"].map(|name| folder.path().join(name));
        write(&from, b"1").unwrap();
        rename_new(&from, &to).unwrap();
        assert_eq!((read(&from).unwrap(), read(&to).unwrap()), (Found::Nothing, file("1", 0o600)));
        write(&from, b"2").unwrap();
        assert!(rename_new(&from, &to).unwrap_err().is_in_the_way());
        assert_eq!((read(&from).unwrap(), read(&to).unwrap()), (file("2", 0o600), file("1", 0o600)));
    }

    #[test]
    fn what_is_no_ordinary_file_is_seen_but_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let [link, pipe, long] = ["link", "pipe", "long"].map(|name| folder.path().join(name));
        std::os::unix::fs::symlink("nowhere", &link).unwrap();
        rustix::fs::mknodat(CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        File::create(&long).unwrap().set_len(LONGEST + 1).unwrap();
        for path in [folder.path(), &link, &pipe, &long] {
            assert_eq!(read(path).unwrap(), Found::Other, "{}", path.display());
        }
        assert_eq!(read(&folder.path().join("none")).unwrap(), Found::Nothing);
    }

    #[test]
    fn removing_twice_is_removing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        write(&path, b"1").unwrap();
        assert!(remove(&path).and_then(|()| remove(&path)).is_ok());
        assert_eq!(read(&path).unwrap(), Found::Nothing);
        assert!(remove(folder.path()).is_err());
    }
}
