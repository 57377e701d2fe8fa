//! Why a program of OpenSSH did not do its work.

use std::io;

use super::Failure;

/// A program that is not there, did not run, or failed in what it is for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SshError {
    /// The program is not installed.
    #[error("`{0}` is not installed")]
    Missing(&'static str),
    /// The program is there, but did not run.
    #[error("cannot start `{program}`")]
    NotStarted {
        /// Its name.
        program: &'static str,
        /// What the system says.
        source: io::Error,
    },
    /// What OpenSSH is to write to cannot be made or read; the system says where.
    #[error("cannot work with a temporary file")]
    Temporary(#[source] io::Error),
    /// The instance sends more than is kept in memory; the program was ended.
    #[error("the instance sent more than {} MiB", .0 >> 20)]
    TooMuch(u64),
    /// OpenSSH itself failed, not the command on the instance.
    #[error(transparent)]
    Connection(Box<Failure>),
}

impl SshError {
    /// Takes apart why a program could not be started.
    pub(crate) fn start(program: &'static str, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::NotFound => Self::Missing(program),
            _ => Self::NotStarted { program, source },
        }
    }
}

impl From<Failure> for SshError {
    fn from(failure: Failure) -> Self {
        Self::Connection(Box::new(failure))
    }
}
