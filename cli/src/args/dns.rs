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
    /// Name that leads to the instance
    #[arg(long, global = true, value_name = "NAME")]
    fqdn: Option<String>,
    /// Name of the instance
    #[arg(long, global = true, value_name = "NAME")]
    instance_name: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DnsVerb {
    /// Make the name lead to the instance, or follow its changed address
    Create {
        /// Replace also records that `iac` did not make
        #[arg(long)]
        force: bool,
        /// How long to wait for the instance's address
        #[arg(long, value_name = "SPAN", default_value = "10m")]
        timeout: Span,
    },
    /// List the names of the account's public zones that `iac` made
    List,
    /// Show what the name leads to, and whose it is
    Describe,
    /// Delete the name's record
    Delete {
        /// Delete also a record that `iac` did not make
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
