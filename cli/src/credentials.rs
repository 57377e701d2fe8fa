//! Reads the access key that the settings name, when a command needs it.

use iac_core::credentials_csv;

use crate::config::{CredentialSource, StaticKey};
use crate::error::{Error, Kind, Result};

/// The access key of the environment, of the configuration file or of a CSV file; `None` leaves it to AWS's chain.
pub(crate) fn read(source: &CredentialSource) -> Result<Option<StaticKey>> {
    let (path, user) = match source {
        CredentialSource::Static { key, .. } => return Ok(Some(key.clone())),
        CredentialSource::Csv { path, user } => (path, user.as_deref()),
        CredentialSource::Profile(_) | CredentialSource::Chain => return Ok(None),
    };
    let failed = |cause: String| {
        Error::new(Kind::CredentialsFile, format!("no access key in the credentials file `{}`", path.display()))
            .cause(cause)
    };
    let hint = "download a new access key from the IAM console, or set `cred_file` to the right file";
    let bytes = std::fs::read(path).map_err(|error| failed(error.to_string()).hint(hint))?;
    let key = credentials_csv::access_key(&bytes, user).map_err(|error| match error {
        credentials_csv::CsvError::SeveralUsers(_) => {
            failed(error.to_string()).hint("choose one with `cred_user` or `--cred-user`")
        }
        error => failed(error.to_string()).hint(hint),
    })?;
    Ok(Some(StaticKey { id: key.id, secret: key.secret, session_token: None }))
}
