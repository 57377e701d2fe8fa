//! What `deploy copy` reads on this machine: a file as its bytes, a folder as an archive.
//!
//! Whatever can be found out is found out before a connection is made; what changes while it is read makes the copy fail,
//! so that nothing half old and half new arrives.

use std::fs::{self, File, Metadata};
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// The name of a folder's content in its archive.
const CONTENT: &str = "new";
/// The last entry of an archive: without it, an archive that broke off between two files looks whole.
const COMPLETE: &str = "complete";

/// How many bytes are read and written at once; a pipe holds 64 KiB.
const AT_ONCE: usize = 256 * 1024;

/// A file or folder that is to be copied.
#[derive(Debug)]
pub(crate) struct Source {
    /// The name it has, if it has one and it is text.
    pub(crate) name: Option<String>,
    /// Its permission bits.
    pub(crate) mode: u32,
    /// How many bytes its files hold.
    pub(crate) size: u64,
    content: Content,
}

#[derive(Debug)]
enum Content {
    File {
        path: PathBuf,
        file: File,
    },
    /// Everything in it, folders before what they hold.
    Folder {
        path: PathBuf,
        entries: Vec<(PathBuf, Metadata)>,
    },
}

/// Why something cannot be copied.
#[derive(Debug, thiserror::Error)]
#[error("cannot read `{}`", path.display())]
pub(crate) struct SourceError {
    pub(crate) path: PathBuf,
    pub(crate) source: io::Error,
}

/// Why a copy was not sent whole.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    /// A file of this machine cannot be read, or changed meanwhile.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The other side takes no more.
    #[error("the other side stopped reading")]
    Refused(#[source] io::Error),
}

impl Source {
    /// Looks at a file or folder, following a link to it.
    pub(crate) fn open(path: &Path) -> Result<Self, SourceError> {
        let failed = |source| SourceError { path: path.to_owned(), source };
        let metadata = fs::metadata(path).map_err(failed)?;
        let name = match path.file_name() {
            Some(name) => Some(name.to_owned()),
            None => fs::canonicalize(path).map_err(failed)?.file_name().map(ToOwned::to_owned),
        };
        let name = name.and_then(|name| name.into_string().ok());
        let (content, size) = if metadata.is_dir() {
            let mut entries = Vec::new();
            list(path, Path::new(""), &mut entries)?;
            let files = entries.iter().filter(|(_, metadata)| metadata.is_file());
            let size = files.map(|(_, metadata)| metadata.len()).sum();
            (Content::Folder { path: path.to_owned(), entries }, size)
        } else if metadata.is_file() {
            let file = File::open(path).map_err(failed)?;
            (Content::File { path: path.to_owned(), file }, metadata.len())
        } else {
            return Err(failed(io::Error::other("it is neither a file nor a folder")));
        };
        Ok(Self { name, mode: metadata.permissions().mode() & 0o7777, size, content })
    }

    pub(crate) fn is_folder(&self) -> bool {
        matches!(self.content, Content::Folder { .. })
    }

    /// Writes the content, counting the bytes of files that were read.
    pub(crate) fn send(self, out: impl Write, sent: &AtomicU64) -> Result<(), SendError> {
        let mut out = BufWriter::with_capacity(AT_ONCE, out);
        match self.content {
            Content::File { path, file } => {
                let mut reader = Exactly { file, left: self.size, path: &path, failed: None, sent };
                let copied = io::copy(&mut reader, &mut out).map(drop);
                reader.verdict(copied)?;
            }
            Content::Folder { path, entries } => send_folder(&path, &entries, &mut out, sent)?,
        }
        out.flush().map_err(SendError::Refused)
    }
}

/// Lists a folder, links as links.
fn list(root: &Path, folder: &Path, entries: &mut Vec<(PathBuf, Metadata)>) -> Result<(), SourceError> {
    let here = root.join(folder);
    let failed = |source| SourceError { path: here.clone(), source };
    let mut names = fs::read_dir(&here)
        .and_then(|found| found.map(|entry| entry.map(|entry| entry.file_name())).collect::<io::Result<Vec<_>>>())
        .map_err(failed)?;
    names.sort();
    for name in names {
        let relative = folder.join(name);
        let path = root.join(&relative);
        let failed = |source| SourceError { path: path.clone(), source };
        let metadata = fs::symlink_metadata(&path).map_err(failed)?;
        let kind = metadata.file_type();
        if !kind.is_file() && !kind.is_dir() && !kind.is_symlink() {
            return Err(failed(io::Error::other("it is neither a file, a folder nor a link")));
        }
        entries.push((relative.clone(), metadata));
        if kind.is_dir() {
            list(root, &relative, entries)?;
        }
    }
    Ok(())
}

fn send_folder(
    root: &Path,
    entries: &[(PathBuf, Metadata)],
    out: &mut impl Write,
    sent: &AtomicU64,
) -> Result<(), SendError> {
    let mut archive = tar::Builder::new(out);
    let own = fs::metadata(root).map_err(|source| SourceError { path: root.to_owned(), source })?;
    let content = Path::new(CONTENT);
    archive.append_data(&mut header(&own), content, io::empty()).map_err(SendError::Refused)?;
    for (relative, metadata) in entries {
        let (path, name) = (root.join(relative), content.join(relative));
        let failed = |source| SourceError { path: path.clone(), source };
        let mut header = header(metadata);
        if metadata.is_file() {
            let file = File::open(&path).map_err(failed)?;
            let mut reader = Exactly { file, left: metadata.len(), path: &path, failed: None, sent };
            let appended = archive.append_data(&mut header, &name, &mut reader);
            reader.verdict(appended)?;
        } else if metadata.is_symlink() {
            let to = fs::read_link(&path).map_err(failed)?;
            archive.append_link(&mut header, &name, to).map_err(SendError::Refused)?;
        } else {
            archive.append_data(&mut header, &name, io::empty()).map_err(SendError::Refused)?;
        }
    }
    let mut last = tar::Header::new_gnu();
    last.set_mode(0o600);
    last.set_size(0);
    archive.append_data(&mut last, COMPLETE, io::empty()).map_err(SendError::Refused)?;
    archive.into_inner().map(drop).map_err(SendError::Refused)
}

/// What an archive says of an entry: its type, mode, size and time, and nobody's name.
fn header(metadata: &Metadata) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_metadata(metadata);
    header.set_mode(metadata.mode() & 0o7777);
    header.set_uid(0);
    header.set_gid(0);
    header
}

/// Reads the size that a file had when it was looked at: not more, and less is an error.
struct Exactly<'a> {
    file: File,
    left: u64,
    path: &'a Path,
    /// Why reading failed, so that it is told apart from a failure to write.
    failed: Option<io::Error>,
    sent: &'a AtomicU64,
}

impl Exactly<'_> {
    fn verdict(self, result: io::Result<()>) -> Result<(), SendError> {
        match (self.failed, result) {
            (Some(source), _) => Err(SourceError { path: self.path.to_owned(), source }.into()),
            (None, result) => result.map_err(SendError::Refused),
        }
    }
}

impl Read for Exactly<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).map_or(buffer.len(), |left| left.min(buffer.len()));
        if most == 0 {
            return Ok(0);
        }
        let read = match self.file.read(&mut buffer[..most]) {
            Ok(0) => Err(io::Error::other("it became shorter while it was copied")),
            read => read,
        };
        match read {
            Ok(read) => {
                self.left -= read as u64;
                self.sent.fetch_add(read as u64, Ordering::Relaxed);
                Ok(read)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                self.failed = Some(error);
                Err(io::Error::other("the file cannot be read"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn sent(source: Source) -> Result<(Vec<u8>, u64), SendError> {
        let (mut bytes, count) = (Vec::new(), AtomicU64::new(0));
        source.send(&mut bytes, &count)?;
        Ok((bytes, count.into_inner()))
    }

    #[test]
    fn a_file_is_its_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a:b");
        fs::write(&path, b"\0\xff\r\n").unwrap();
        fs::set_permissions(&path, PermissionsExt::from_mode(0o751)).unwrap();
        let source = Source::open(&path).unwrap();
        assert_eq!((source.name.as_deref(), source.mode, source.size), (Some("a:b"), 0o751, 4));
        assert_eq!(sent(source).unwrap(), (b"\0\xff\r\n".to_vec(), 4));
    }

    #[test]
    fn a_file_that_changes_is_not_sent_as_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "12345678").unwrap();
        let (longer, shorter) = (Source::open(&path).unwrap(), Source::open(&path).unwrap());
        fs::write(&path, "123456789").unwrap();
        assert_eq!(sent(longer).unwrap().0, b"12345678");
        fs::write(&path, "123").unwrap();
        let error = sent(shorter).unwrap_err();
        assert_eq!(error.to_string(), format!("cannot read `{}`", path.display()));
    }

    #[test]
    fn a_folder_is_an_archive_that_says_when_it_is_whole() {
        let base = tempfile::tempdir().unwrap();
        let root = base.path().join("r");
        fs::create_dir_all(root.join("sub/empty")).unwrap();
        fs::write(root.join("sub/f"), "content").unwrap();
        symlink("nowhere", root.join("link")).unwrap();
        let source = Source::open(&root).unwrap();
        assert_eq!((source.name.as_deref(), source.size, source.is_folder()), (Some("r"), 7, true));
        let (bytes, count) = sent(source).unwrap();
        let mut archive = tar::Archive::new(bytes.as_slice());
        let names: Vec<String> =
            archive.entries().unwrap().map(|entry| entry.unwrap().path().unwrap().display().to_string()).collect();
        assert_eq!(count, 7);
        assert_eq!(names, ["new", "new/link", "new/sub", "new/sub/empty", "new/sub/f", "complete"]);
    }

    #[test]
    fn a_path_without_a_name_has_that_of_its_folder() {
        let here = std::env::current_dir().unwrap();
        let name = here.file_name().unwrap().to_str();
        assert_eq!(Source::open(Path::new(".")).unwrap().name.as_deref(), name);
        assert_eq!(Source::open(&here.join("src/..")).unwrap().name.as_deref(), name);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let gone = folder.path().join("gone");
        assert_eq!(Source::open(&gone).unwrap_err().path, gone);
        let pipe = folder.path().join("pipe");
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        assert_eq!(Source::open(&pipe).unwrap_err().path, pipe);
        assert_eq!(Source::open(folder.path()).unwrap_err().path, pipe);
    }
}
