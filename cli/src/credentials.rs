//! Reads the access key that the settings name, when a command needs it.

use iac_core::credentials_csv::{self, CsvError};

use crate::config::{CredentialSource, StaticKey};
use crate::error::{Error, Kind, Result};

/// The access key of the environment, of the configuration file or of a CSV file; `None` leaves it to AWS's chain.
pub(crate) fn read(source: &CredentialSource) -> Result<Option<StaticKey>> {
    let (path, user) = match source {
        CredentialSource::Static(key) => return Ok(Some(key.clone())),
        CredentialSource::Csv { path, user } => (path, user.as_deref()),
        CredentialSource::Profile(_) | CredentialSource::Chain => return Ok(None),
    };
    let failed = |cause: String, hint: &str| {
        let message = format!("cannot use the credentials file `{}`", path.display());
        Error::new(Kind::CredentialsFile, message).cause(cause).hint(hint)
    };
    let bytes = std::fs::read(path).map_err(|error| {
        failed(error.to_string(), "make it a file that you can read, or set `cred_file` to another one")
    })?;
    let key = credentials_csv::access_key(&bytes, user).map_err(|error| match error {
        CsvError::SeveralUsers(_) | CsvError::UnknownUser { .. } => {
            failed(error.to_string(), "choose one of them with `cred_user` or `--cred-user`")
        }
        error => failed(
            error.to_string(),
            "download a new access key from the IAM console, or set `cred_file` to the right file",
        ),
    })?;
    Ok(Some(StaticKey { id: key.id, secret: key.secret, session_token: None }))
}
