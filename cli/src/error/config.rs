//! What a faulty configuration means to a person.

use iac_core::partition::Partition;

use super::aws::MEND_PROFILE;
use super::{Error, Kind};
use crate::aws::{ConnectError, Needs, ProfileError};
use crate::config::{ConfigError, Key, shown};

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        let message = error.to_string();
        match error {
            ConfigError::Absent(_) => Self::new(Kind::ConfigUnreadable, message)
                .hint("write a sample there with `iac config init`, or use another file with `--config-file`"),
            ConfigError::Unreadable { reason, .. } => Self::new(Kind::ConfigUnreadable, message)
                .cause(reason)
                .hint("make it a text file that you can read, or use another file with `--config-file`"),
            ConfigError::Invalid { mistakes } => mistakes
                .iter()
                .fold(Self::new(Kind::ConfigInvalid, message), Self::cause)
                .hint("`iac config` prints a sample with comments"),
            ConfigError::Missing { keys, no_file } => {
                let error = Self::new(Kind::SettingMissing, message);
                let error = no_file.iter().fold(error, |error, path| {
                    error.hint(format!("there is no `{}`: `iac config init` writes one to fill in", shown(path)))
                });
                keys.into_iter().fold(error, set_it)
            }
        }
    }
}

impl From<ConnectError> for Error {
    fn from(error: ConnectError) -> Self {
        match error {
            ConnectError::NoRegion => set_it(Self::new(Kind::SettingMissing, error.to_string()), Key::Region),
            ConnectError::Profile(error) => error.into(),
        }
    }
}

impl From<ProfileError> for Error {
    fn from(error: ProfileError) -> Self {
        let message = error.to_string();
        let unusable = Self::new(Kind::ProfileUnusable, message);
        match error {
            ProfileError::Missing(_) => unusable
                .hint("list the profiles with `aws configure list-profiles`")
                .hint("set `profile`, or `AWS_PROFILE`, to one of them"),
            ProfileError::Unreadable(cause) => unusable.cause(cause).hint(MEND_PROFILE),
            ProfileError::AwsCli { name, needs, cause } => unusable.cause(cause).hint(match needs {
                Needs::MfaCode => format!(
                    "run the command on a terminal, where the AWS CLI asks for the code and remembers the session; the AWS CLI \
                     must be installed, and `aws sts get-caller-identity --profile {name}` must work"
                ),
                Needs::LoginSession => format!(
                    "sign in with `aws login --profile {name}`; this needs version 2.32 or newer of the AWS CLI"
                ),
            }),
        }
    }
}

/// A region whose ARNs cannot be written, because nobody knows what they begin with.
pub(crate) fn unknown_partition(region: &str) -> Error {
    let known: Vec<&str> = Partition::ALL.iter().map(Partition::name).collect();
    Error::new(Kind::SettingInvalid, format!("`region`: `{region}` lies in no partition of AWS that `iac` knows"))
        .cause(format!("it knows {}", known.join(", ")))
        .hint("check `region`, or use a newer `iac`")
}

/// Adds every way to set a setting.
fn set_it(error: Error, key: Key) -> Error {
    error.hint(format!(
        "set `{}` below `{}` in the configuration file, `{}` in the environment, or `{}`",
        key.name(),
        key.table().header(),
        key.variable(),
        key.flag()
    ))
}
