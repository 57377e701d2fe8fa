//! What a copy that did not succeed means to a person, and what to do about it.

use super::{Error, Kind};
use crate::ssh::SourceError;

impl From<SourceError> for Error {
    fn from(error: SourceError) -> Self {
        Self::new(Kind::CopyFailed, error.to_string()).cause(error.source)
    }
}
