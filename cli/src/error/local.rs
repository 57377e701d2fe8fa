//! What a failure on this machine, of a file or of a program of OpenSSH, means to a person.

use std::io::ErrorKind;

use super::{Error, Kind};
use crate::files::FileError;
use crate::ssh::keygen::KeygenError;

/// A file of the secrets folder; whoever works with another one says which setting or argument names it.
impl From<FileError> for Error {
    fn from(error: FileError) -> Self {
        file_failed(error.to_string(), &error.source, "`secrets_folder`")
    }
}

/// A file that cannot be worked with, with what to do; `setting` is what names it, as it is typed.
pub(crate) fn file_failed(message: String, source: &std::io::Error, setting: &str) -> Error {
    let hint = match source.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            Some("free some space there, then run the command again".to_owned())
        }
        ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => {
            Some(format!("allow this user to read and write there, or set {setting} to another place"))
        }
        ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::IsADirectory | ErrorKind::AlreadyExists => {
            Some(format!("check {setting}"))
        }
        _ => None,
    };
    let error = Error::new(Kind::FileFailed, message).cause(source);
    match hint {
        Some(hint) => error.hint(hint),
        None => error,
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
        hint: free some space there, then run the command again
        ");
        insta::assert_snapshot!(lines(file_error(ErrorKind::ReadOnlyFilesystem)), @"
        file_failed
        error: cannot write `/secrets/dev.pem`
        caused by: read-only filesystem or storage medium
        hint: allow this user to read and write there, or set `secrets_folder` to another place
        ");
        insta::assert_snapshot!(lines(file_error(ErrorKind::NotADirectory)), @"
        file_failed
        error: cannot write `/secrets/dev.pem`
        caused by: not a directory
        hint: check `secrets_folder`
        ");
        let receipt =
            file_failed("cannot write `/r`".to_owned(), &ErrorKind::PermissionDenied.into(), "`--write-receipt`");
        insta::assert_snapshot!(lines(receipt), @"
        file_failed
        error: cannot write `/r`
        caused by: permission denied
        hint: allow this user to read and write there, or set `--write-receipt` to another place
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
