//! Why a file or folder of this machine cannot be worked with: what was tried, where, and the system's reason.

use std::io;
use std::path::{Path, PathBuf};

/// A failed effect on a file or folder.
#[derive(Debug, thiserror::Error)]
#[error("cannot {doing} `{}`", path.display())]
pub(crate) struct FileError {
    /// What was tried, as it follows `cannot`.
    pub(crate) doing: &'static str,
    pub(crate) path: PathBuf,
    pub(crate) source: io::Error,
}

impl FileError {
    pub(super) fn new(doing: &'static str, path: &Path, source: impl Into<io::Error>) -> Self {
        Self { doing, path: path.to_owned(), source: source.into() }
    }

    /// Whether something is there already, where nothing may be written over.
    pub(crate) fn is_in_the_way(&self) -> bool {
        self.source.kind() == io::ErrorKind::AlreadyExists
    }
}
