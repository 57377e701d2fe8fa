//! What can be typed after `iac dns`.

use clap::{Args, Subcommand};

use super::{Span, Typed, present};
use crate::config::Key;

#[derive(Debug, Args)]
pub(crate) struct DnsCommand {
    #[command(flatten)]
    pub(crate) options: DnsOptions,
    #[command(subcommand)]
    pub(crate) verb: DnsVerb,
}

#[derive(Debug, Args)]
pub(crate) struct DnsOptions {
    /// DNS name of the instance
    #[arg(long, global = true, value_name = "NAME")]
    fqdn: Option<String>,
    /// Name of the instance
    #[arg(long, global = true, value_name = "NAME")]
    instance_name: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DnsVerb {
    /// Make a DNS record for the instance, or update it after the address has changed
    Create {
        /// Also replace records that `iac` did not make
        #[arg(long)]
        force: bool,
        /// How long to wait for the instance's address
        #[arg(long, value_name = "SPAN", default_value = "10m")]
        timeout: Span,
    },
    /// List the names that `iac` made in the account's public zones
    List,
    /// Show the address of the name, and the environment that it belongs to
    Describe,
    /// Delete the name's record
    Delete {
        /// Also delete a record that `iac` did not make
        #[arg(long)]
        force: bool,
    },
}

impl DnsCommand {
    /// The settings that were typed.
    pub(super) fn typed(&self) -> Typed {
        present([(Key::Fqdn, &self.options.fqdn), (Key::InstanceName, &self.options.instance_name)])
    }
}
