//! Copying a file or folder from an instance over one connection: a script there writes it to its output, and it is put
//! together here beside its destination.
//!
//! It is whole when the script says so by its status, which OpenSSH hands on only over a connection that held to the end.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use iac_core::quote;

use super::{SshError, Target, told};
use crate::files::{Incoming, ReceiveError};

/// Runs on the instance, by `sh`; its exit statuses are those of [`Withheld`].
const SCRIPT: &str = include_str!("give.sh");

/// Why a copy from an instance did not succeed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DownloadError {
    /// What came cannot be put on this machine.
    #[error(transparent)]
    Receive(#[from] ReceiveError),
    /// OpenSSH failed.
    #[error(transparent)]
    Ssh(#[from] SshError),
    /// The instance refused; the text is what its programs said.
    #[error("the instance refused the copy")]
    Withheld(Withheld, String),
}

/// What the script on the instance ended with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Withheld {
    /// There is nothing of that name.
    Missing,
    /// It cannot be read.
    Closed,
    /// It is neither a file nor a folder.
    Special,
    /// There is no `tar`.
    NoTar,
    /// Reading failed, or it changed meanwhile.
    NotRead,
    /// Something else, with its status.
    Other(u8),
}

impl Withheld {
    fn of(status: u8) -> Self {
        match status {
            71 => Self::Missing,
            72 => Self::Closed,
            73 => Self::Special,
            74 => Self::NoTar,
            76 => Self::NotRead,
            other => Self::Other(other),
        }
    }
}

impl Target {
    /// Copies a file or folder of the instance into `place`, counting the bytes; it does not have its name yet.
    pub(crate) async fn download(
        &self,
        path: &str,
        place: PathBuf,
        received: Arc<AtomicU64>,
    ) -> Result<Incoming, DownloadError> {
        let words = ["exec", "sh", "-c", SCRIPT, "iac", path].map(str::to_owned);
        let line = quote::command(&words).expect("arguments of a process hold no NUL");
        let (output, incoming) = self.drained(&line, move |out| Incoming::receive(&place, out, &received)).await?;
        if let Some(failure) = output.failure {
            return Err(SshError::from(failure).into());
        }
        match (output.status, incoming) {
            (0, incoming) => Ok(incoming?),
            // Where this machine took no more, the script's end is only what followed.
            (_, Err(error)) if error.is_ours() => Err(error.into()),
            (status, _) => {
                let said = told(&output.stderr);
                Err(DownloadError::Withheld(Withheld::of(status), said))
            }
        }
    }
}
