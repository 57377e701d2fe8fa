//! What can be typed after `iac key`.

use clap::{Args, Subcommand, ValueEnum};

use super::{ListOptions, Typed, present};
use crate::config::Key;

#[derive(Debug, Args)]
pub(crate) struct KeyCommand {
    #[command(flatten)]
    pub(crate) options: KeyOptions,
    #[command(subcommand)]
    pub(crate) verb: KeyVerb,
}

#[derive(Debug, Args)]
pub(crate) struct KeyOptions {
    /// Name of the key pair
    #[arg(long, global = true, value_name = "NAME")]
    key_name: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyVerb {
    /// Make a key pair on this machine and import its public key into AWS
    Create {
        /// Kind of key
        #[arg(long = "type", value_name = "TYPE", default_value = "ed25519")]
        kind: KeyType,
    },
    /// List the key pairs of the region that `iac` made
    List(ListOptions),
    /// Delete the key pair and its private key file
    Delete {
        /// Also delete a key pair that `iac` did not make
        #[arg(long)]
        force: bool,
    },
}

/// The kinds of key pair that EC2 imports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeyType {
    Ed25519,
    Rsa,
}

impl KeyCommand {
    /// The settings that were typed.
    pub(super) fn typed(&self) -> Typed {
        present([(Key::KeyName, &self.options.key_name)])
    }
}
