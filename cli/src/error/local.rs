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
pub(super) fn tool_missing(message: String) -> Error {
    Error::new(Kind::ToolMissing, message).hint(
        "install OpenSSH's client, for instance with `apt-get install openssh-client` or `dnf install openssh-clients`",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(error: impl Into<Error>) -> String {
        let error = error.into();
        let lines = error.lines().into_iter().map(|(label, text)| format!("{label}: {text}"));
        format!("{}\n{}", error.kind().code(), lines.collect::<Vec<_>>().join("\n"))
    }

    fn file_error(kind: ErrorKind) -> FileError {
        FileError { doing: "write", path: "/secrets/dev.pem".into(), source: kind.into() }
    }

    #[test]
    fn what_a_file_lacks_is_said_with_what_to_do() {
        insta::assert_snapshot!(lines(file_error(ErrorKind::StorageFull)), @"
        file_failed
        error: cannot write `/secrets/dev.pem`
        caused by: no storage space
        hint: make room there, then run the command again
        ");
        insta::assert_snapshot!(lines(file_error(ErrorKind::ReadOnlyFilesystem)), @"
        file_failed
        error: cannot write `/secrets/dev.pem`
        caused by: read-only filesystem or storage medium
        hint: set `secrets_folder` to a folder that this user may write to, or change its permissions
        ");
        insta::assert_snapshot!(lines(file_error(ErrorKind::NotADirectory)), @"
        file_failed
        error: cannot write `/secrets/dev.pem`
        caused by: not a directory
        hint: check the setting `secrets_folder`
        ");
        insta::assert_snapshot!(lines(file_error(ErrorKind::Other)), @"
        file_failed
        error: cannot write `/secrets/dev.pem`
        caused by: other error
        ");
    }

    #[test]
    fn a_program_that_is_missing_is_told_from_one_that_fails() {
        insta::assert_snapshot!(lines(KeygenError::NotInstalled), @"
        tool_missing
        error: `ssh-keygen` is not installed
        hint: install OpenSSH's client, for instance with `apt-get install openssh-client` or `dnf install openssh-clients`
        ");
        insta::assert_snapshot!(lines(KeygenError::Failed("signal: 25".to_owned())), @"
        tool_failed
        error: `ssh-keygen` failed
        caused by: signal: 25
        ");
        insta::assert_snapshot!(lines(KeygenError::NotStarted(ErrorKind::PermissionDenied.into())), @"
        tool_failed
        error: cannot start `ssh-keygen`
        caused by: permission denied
        ");
    }
}
