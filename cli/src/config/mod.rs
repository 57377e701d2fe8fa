//! The effective settings: flags, environment, file and defaults merged, each value with its source.
//!
//! Nothing outside this folder reads the environment or the configuration file. What a command needs it asks of
//! [`Settings`], whose methods say what is missing and where to set it.

mod credentials;
mod environment;
mod file;
mod key;
mod layers;
mod sample;
mod settings;
pub(crate) mod value;

pub(crate) use credentials::{CredentialSource, StaticKey};
pub(crate) use environment::{Environment, Surroundings};
pub(crate) use file::shown;
pub(crate) use key::{Key, Noun};
pub(crate) use layers::{ConfigError, Source, Unsound, file_path};
pub(crate) use sample::sample;
pub(crate) use settings::Settings;
