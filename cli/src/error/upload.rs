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
                    ErrorKind::StorageFull | ErrorKind::QuotaExceeded => failed.hint("free some space there"),
                    ErrorKind::AlreadyExists => failed.hint("look at it; to replace it, use `--replace`"),
                    ErrorKind::NotFound | ErrorKind::NotADirectory => failed.hint("use a folder that exists"),
                    _ => failed,
                }
            }
            ReceiveError::Entry { source, .. } => Self::new(Kind::CopyFailed, message).cause(source).hint(
                "the incomplete copy was removed; look at the folder on the instance, or fetch its files one by one",
            ),
            ReceiveError::Noise => Self::new(Kind::CopyFailed, message).hint(
                "see what the login shell prints with `iac deploy run true`, and check `~/.bashrc` on the instance",
            ),
            ReceiveError::Answer(source) => Self::new(Kind::CopyFailed, message).cause(source).hint(
                "the login shell on the instance must print nothing of its own: check with `iac deploy run true`",
            ),
        }
    }
}
