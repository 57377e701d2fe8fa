//! OpenSSH's programs, which do what they do better than we could: the user's agent, jump hosts and hardware keys work.
//! Connections are told to trust nothing but what we have proven.

mod download;
mod error;
mod failure;
pub(crate) mod keygen;
mod keyscan;
mod program;
mod run;
mod source;
mod target;
mod upload;
mod version;

pub(crate) use download::{DownloadError, Withheld};
pub(crate) use error::SshError;
use failure::told;
pub(crate) use failure::{Failure, TOLD, Trouble};
use program::program;
pub(crate) use source::{Source, SourceError};
pub(crate) use target::Target;
pub(crate) use upload::{Refusal, UploadError};
pub(crate) use version::version;
