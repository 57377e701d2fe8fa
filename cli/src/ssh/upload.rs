//! Copying a file or folder to an instance over one connection: the bytes go to a script there, which puts them beside the
//! destination and renames.
//!
//! Not `scp`: when a connection breaks, nobody is left who could remove what `scp` has written, while the script notices
//! that its input is not whole and cleans up. It also takes every path literally.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use iac_core::destination::Destination;
use iac_core::quote;

use super::source::{SendError, Source, SourceError};
use super::{SshError, Target, told};

/// Runs on the instance, by `sh`; its exit statuses are those of [`Refusal`].
const SCRIPT: &str = include_str!("place.sh");

/// Why nothing, or not all, was put into its place.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UploadError {
    /// A file of this machine cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// OpenSSH failed.
    #[error(transparent)]
    Ssh(#[from] SshError),
    /// The instance refused; the text is what its programs said.
    #[error("the instance refused the copy")]
    Refused(Refusal, String),
}

/// What the script on the instance ended with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The folder it should go into is not there.
    NoFolder,
    /// A folder is in the place of a file.
    IsFolder,
    /// A file is in the place of a folder.
    IsFile,
    /// There is no `tar`.
    NoTar,
    /// The folder cannot be written to.
    FolderClosed,
    /// The content cannot be written; the disk is full, for instance.
    NotWritten,
    /// The content did not arrive whole.
    Incomplete,
    /// The content is there, but cannot be put into its place.
    NotPlaced,
    /// All is done, but what stood there before cannot be removed.
    NotRemoved,
    /// Something else, with its status.
    Other(u8),
}

impl Refusal {
    fn of(status: u8) -> Self {
        match status {
            71 => Self::NoFolder,
            72 => Self::IsFolder,
            73 => Self::IsFile,
            74 => Self::NoTar,
            75 => Self::FolderClosed,
            76 => Self::NotWritten,
            77 => Self::Incomplete,
            78 => Self::NotPlaced,
            79 => Self::NotRemoved,
            other => Self::Other(other),
        }
    }
}

impl Target {
    /// Copies a file or folder to its destination, counting the bytes under way.
    pub(crate) async fn upload(
        &self,
        source: Source,
        destination: &Destination,
        sent: Arc<AtomicU64>,
    ) -> Result<(), UploadError> {
        let line = line(&source, destination);
        let (output, fed) = self.fed(&line, move |input| source.send(input, &sent)).await?;
        if let Err(SendError::Source(error)) = fed {
            return Err(error.into());
        }
        if let Some(failure) = output.failure {
            return Err(SshError::from(failure).into());
        }
        match output.status {
            0 => Ok(()),
            status => {
                let said = told(&output.stderr);
                Err(UploadError::Refused(Refusal::of(status), said))
            }
        }
    }
}

/// The command line for the shell there.
fn line(source: &Source, destination: &Destination) -> String {
    let kind = if source.is_folder() { "folder" } else { "file" };
    let mode = format!("{:04o}", source.mode);
    let size = source.size.to_string();
    let words = ["exec", "sh", "-c", SCRIPT, "iac", kind, &destination.folder, &destination.path, &mode, &size];
    quote::command(&words.map(str::to_owned)).expect("arguments of a process hold no NUL")
}
