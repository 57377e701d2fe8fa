//! What a faulty configuration means to a person.

use super::{Error, Kind};
use crate::aws::ConnectError;
use crate::config::{ConfigError, Key, shown};

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        let message = error.to_string();
        match error {
            ConfigError::Absent(_) => Self::new(Kind::ConfigUnreadable, message)
                .hint("write a sample there with `iac config init`, or name another file with `--config-file`"),
            ConfigError::Unreadable { reason, .. } => Self::new(Kind::ConfigUnreadable, message)
                .cause(reason)
                .hint("make it a text file that you can read, or name another with `--config-file`"),
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
        }
    }
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
