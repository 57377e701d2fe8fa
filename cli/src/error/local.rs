//! What a failure on this machine, of a file or of a program of OpenSSH, means to a person.

use std::io::ErrorKind;

use super::{Error, Kind};
use crate::files::FileError;
use crate::ssh::keygen::KeygenError;

impl From<FileError> for Error {
    fn from(error: FileError) -> Self {
        let hint = match error.source.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Some("make room there, then run the command again"),
            ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => {
                Some("set `secrets_folder` to a folder that this user may write to, or change its permissions")
            }
            ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::AlreadyExists => {
                Some("check the setting `secrets_folder`")
            }
            _ => None,
        };
        let error = Self::new(Kind::FileFailed, error.to_string()).cause(&error.source);
        match hint {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }
}

impl From<KeygenError> for Error {
    fn from(error: KeygenError) -> Self {
        let message = error.to_string();
        match error {
            KeygenError::NotInstalled => tool_missing(message),
            KeygenError::NotStarted(cause) => Self::new(Kind::ToolFailed, message).cause(cause),
            KeygenError::Failed(said) => Self::new(Kind::ToolFailed, message).cause(said),
            KeygenError::Answer(cause) => Self::new(Kind::ToolFailed, message).cause(cause),
        }
    }
}

/// A program of OpenSSH that is not there.
fn tool_missing(message: String) -> Error {
    Error::new(Kind::ToolMissing, message).hint(
        "install OpenSSH's client, for instance with `apt-get install openssh-client` or `dnf install openssh-clients`",
    )
}
