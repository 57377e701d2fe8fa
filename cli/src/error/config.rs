//! What a faulty configuration means to a person.

use super::{Error, Kind};
use crate::aws::ConnectError;
use crate::config::{ConfigError, Key};

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
            ConfigError::Missing(key) => missing(key, message),
        }
    }
}

impl From<ConnectError> for Error {
    fn from(error: ConnectError) -> Self {
        match error {
            ConnectError::NoRegion => missing(Key::Region, error.to_string()),
        }
    }
}

fn missing(key: Key, message: String) -> Error {
    Error::new(Kind::SettingMissing, message).hint(format!(
        "set `{}` below `{}` in the configuration file, `{}` in the environment, or `{}`",
        key.name(),
        key.table().header(),
        key.variable(),
        key.flag()
    ))
}
