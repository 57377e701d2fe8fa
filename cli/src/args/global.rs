//! The options that every command takes, before or after it.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Typed, present};
use crate::config::Key;

/// Options that every command takes, before or after it.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalOptions {
    /// Configuration file [default: ~/.config/bky/iac/config.toml]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config_file: Option<PathBuf>,
    /// How results are written [default: text on a terminal, otherwise json]
    #[arg(long, global = true, value_name = "FORMAT")]
    pub(crate) output: Option<Format>,
    /// Say more on stderr; twice shows every AWS call
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// AWS region
    #[arg(long, global = true)]
    region: Option<String>,
    /// CSV file with an access key, as downloaded from AWS
    #[arg(long, global = true, value_name = "FILE")]
    cred_file: Option<String>,
    /// User to take, if the credentials file holds several
    #[arg(long, global = true, value_name = "USER")]
    cred_user: Option<String>,
    /// Profile of AWS's shared configuration files
    #[arg(long, global = true)]
    profile: Option<String>,
    /// Account the credentials must belong to
    #[arg(long, global = true, value_name = "ID")]
    account: Option<String>,
    /// Address of the AWS API, for a sandbox or a private endpoint
    #[arg(long, global = true, value_name = "URL")]
    endpoint_url: Option<String>,
    /// Folder of the private keys
    #[arg(long, global = true, value_name = "FOLDER")]
    secrets_folder: Option<String>,
    /// Refused: a secret must not be on a command line
    #[arg(long, global = true, hide = true, value_name = "SECRET", num_args = 0..=1, default_missing_value = "")]
    pub(crate) secret_key: Option<String>,
    /// Refused together with the secret
    #[arg(long, global = true, hide = true, value_name = "KEY", num_args = 0..=1, default_missing_value = "")]
    pub(crate) access_key: Option<String>,
}

/// How results are written to stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Tables and lines for people
    Text,
    /// One JSON document
    Json,
}

impl GlobalOptions {
    /// The settings that were typed.
    pub(super) fn typed(&self) -> Typed {
        present([
            (Key::Region, &self.region),
            (Key::CredFile, &self.cred_file),
            (Key::CredUser, &self.cred_user),
            (Key::Profile, &self.profile),
            (Key::Account, &self.account),
            (Key::EndpointUrl, &self.endpoint_url),
            (Key::SecretsFolder, &self.secrets_folder),
        ])
    }
}
