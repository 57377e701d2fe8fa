//! Why a file or folder of this machine cannot be worked with: what was tried, where, and the system's reason.

use std::io;
use std::path::{Path, PathBuf};

use iac_core::fetched::EntryError;

/// How much a login shell may write of its own before that line.
pub(super) const MOST_NOISE: u64 = 1 << 20;

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

/// Why what came is not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReceiveError {
    /// This machine cannot write it.
    #[error(transparent)]
    File(#[from] FileError),
    /// An entry of the archive could harm this machine.
    #[error("`{}` is refused", entry.display())]
    Entry { entry: PathBuf, source: EntryError },
    /// The login shell there writes so much that the script's own output is not looked for any more.
    #[error("the login shell there writes more than {} KiB before the copy begins", MOST_NOISE >> 10)]
    Noise,
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
