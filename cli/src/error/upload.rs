//! What a copy that did not succeed means to a person, and what to do about it.

use std::io::ErrorKind;

use super::{Error, Kind};
use crate::files::ReceiveError;
use crate::ssh::SourceError;

impl From<SourceError> for Error {
    fn from(error: SourceError) -> Self {
        Self::new(Kind::CopyFailed, error.to_string()).cause(error.source)
    }
}

impl From<ReceiveError> for Error {
    fn from(error: ReceiveError) -> Self {
        let message = error.to_string();
        match error {
            ReceiveError::File(error) => {
                let failed = Self::new(Kind::CopyFailed, message).cause(&error.source);
                match error.source.kind() {
                    ErrorKind::StorageFull | ErrorKind::QuotaExceeded => failed.hint("make room there"),
                    ErrorKind::AlreadyExists => failed.hint("look at it, and replace it with `--replace`"),
                    ErrorKind::NotFound | ErrorKind::NotADirectory => failed.hint("name a folder that is there"),
                    _ => failed,
                }
            }
            ReceiveError::Entry { source, .. } => Self::new(Kind::CopyFailed, message).cause(source).hint(
                "nothing is kept of the copy; look at the folder on the instance, or fetch what is in it piece by piece",
            ),
            ReceiveError::Noise => Self::new(Kind::CopyFailed, message)
                .hint("look at what it writes with `iac deploy run true`, and at `~/.bashrc` there"),
            ReceiveError::Answer(source) => Self::new(Kind::CopyFailed, message)
                .cause(source)
                .hint("the login shell there must print nothing of its own: look with `iac deploy run true`"),
        }
    }
}
