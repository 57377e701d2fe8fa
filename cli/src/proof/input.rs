//! Reading the files that proof is about. They come from anyone, so none is read further than anything honest is long.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use thiserror::Error;

use super::{ProofError, encoding};

/// Documents are at most 16 KiB; as a list of numbers in UTF-16 they take ten times that.
const LONGEST_DOCUMENT: u64 = 256 * 1024;

/// A receipt holds a document in base64 and a record of some twenty lines.
const LONGEST_RECEIPT: u64 = 256 * 1024;

/// Certificates, measurements, and bytes to compare with are far smaller.
const LONGEST_OTHER: u64 = 1024 * 1024;

/// Why a file's content cannot be had; the name stands in backticks already.
#[derive(Debug, Error)]
pub(crate) enum InputError {
    #[error("cannot read {name}")]
    Unreadable { name: String, source: io::Error },
    #[error("{name} is a folder")]
    Folder { name: String },
    #[error("{name} is no ordinary file, and an enclave image is read more than once")]
    NotAFile { name: String },
    #[error("{name} has more than {limit} bytes")]
    TooLong { name: String, limit: u64 },
    #[error("{name} is a Git LFS pointer, which stands for the file itself")]
    LfsPointer { name: String },
}

/// How the files begin that Git LFS leaves in the place of those that were not fetched.
const LFS_POINTER: &[u8] = b"version https://git-lfs.github.com/spec/";

/// Refuses the pointer that stands for a file which was not fetched.
pub(super) fn refuse_pointer(content: &[u8], name: impl FnOnce() -> String) -> Result<(), InputError> {
    if content.starts_with(LFS_POINTER) { Err(InputError::LfsPointer { name: name() }) } else { Ok(()) }
}

/// What a file is called in messages; `-` is stdin.
pub(crate) fn name_of(path: &Path) -> String {
    if path.as_os_str() == "-" { "stdin".to_owned() } else { format!("`{}`", path.display()) }
}

/// Reads a document's bytes from a file or stdin, in whichever form they are there.
pub(crate) fn document(path: &Path) -> Result<Vec<u8>, ProofError> {
    let content = file_or_stdin(path, LONGEST_DOCUMENT)?;
    encoding::decode(content).map_err(|source| ProofError::Encoding { name: name_of(path), source })
}

/// Reads a receipt from a file or stdin.
pub(crate) fn receipt(path: &Path) -> Result<Vec<u8>, InputError> {
    Ok(encoding::utf8(file_or_stdin(path, LONGEST_RECEIPT)?))
}

/// Reads another file of moderate size that holds text, or bytes that cannot be taken for text.
pub(crate) fn small(path: &Path) -> Result<Vec<u8>, InputError> {
    Ok(encoding::utf8(file(path, LONGEST_OTHER)?))
}

/// Reads bytes that are to be expected, of which there must be some.
pub(crate) fn bytes(path: &Path) -> Result<Vec<u8>, ProofError> {
    let bytes = file(path, LONGEST_OTHER)?;
    if bytes.is_empty() { Err(ProofError::NothingExpected { name: name_of(path) }) } else { Ok(bytes) }
}

fn file_or_stdin(path: &Path, limit: u64) -> Result<Vec<u8>, InputError> {
    if path.as_os_str() == "-" {
        return limited(io::stdin().lock(), name_of(path), limit);
    }
    file(path, limit)
}

fn file(path: &Path, limit: u64) -> Result<Vec<u8>, InputError> {
    let name = name_of(path);
    match File::open(path) {
        Ok(file) => limited(file, name, limit),
        Err(source) => Err(InputError::Unreadable { name, source }),
    }
}

fn limited(reader: impl Read, name: String, limit: u64) -> Result<Vec<u8>, InputError> {
    let mut content = Vec::new();
    match reader.take(limit + 1).read_to_end(&mut content) {
        Ok(length) if length as u64 > limit => Err(InputError::TooLong { name, limit }),
        Ok(_) => refuse_pointer(&content, || name).map(|()| content),
        Err(source) if source.kind() == io::ErrorKind::IsADirectory => Err(InputError::Folder { name }),
        Err(source) => Err(InputError::Unreadable { name, source }),
    }
}
