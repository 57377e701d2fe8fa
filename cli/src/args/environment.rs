//! What can be typed after `iac plan`, `up`, `status` and `down`.

use clap::Args;

use super::{Span, Typed, WaitFor, present};
use crate::config::Key;

/// Which environment is meant, and what is wanted of it beyond the settings.
#[derive(Debug, Args)]
pub(crate) struct EnvironmentOptions {
    /// Name of the environment and of its instance
    #[arg(long, value_name = "NAME")]
    instance_name: Option<String>,
    /// Name of the key pair
    #[arg(long, value_name = "NAME")]
    key_name: Option<String>,
    /// Name or id of the security group
    #[arg(long, value_name = "NAME|ID")]
    security_group: Option<String>,
    /// Instance type [default: c6a.xlarge, or t3.micro for `standard`]
    #[arg(long, value_name = "TYPE")]
    instance_type: Option<String>,
    /// Networks that may use SSH, separated by commas, or `auto` for this machine's address
    #[arg(long, value_name = "CIDRS|auto")]
    ssh_from: Option<String>,
    /// DNS name of the instance
    #[arg(long, value_name = "NAME")]
    fqdn: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct PlanOptions {
    #[command(flatten)]
    pub(crate) environment: EnvironmentOptions,
    /// Exit with status 3 if there is anything to do
    #[arg(long)]
    pub(crate) check: bool,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct UpOptions {
    #[command(flatten)]
    pub(crate) environment: EnvironmentOptions,
    /// Do not ask
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// Stop and start the instance if a change needs that
    #[arg(long)]
    pub(crate) allow_restart: bool,
    /// Terminate the instance and launch another if a change needs that; its data is lost
    #[arg(long)]
    pub(crate) replace: bool,
    /// What to wait for [default: ready, or ssh for `standard`]
    #[arg(long, value_name = "STATE")]
    pub(crate) wait: Option<WaitFor>,
    /// How long to wait
    #[arg(long, value_name = "SPAN", default_value = "10m")]
    pub(crate) timeout: Span,
    /// If the console shows no host key, trust the key that the server shows, once
    #[arg(long)]
    pub(crate) accept_host_key: bool,
}

#[derive(Debug, Args)]
pub(crate) struct StatusOptions {
    #[command(flatten)]
    pub(crate) environment: EnvironmentOptions,
    /// Show every environment of the region, and what is left of those that are gone
    #[arg(long)]
    pub(crate) all: bool,
    /// Show every environment of every region of the account
    #[arg(long)]
    pub(crate) all_regions: bool,
    /// Exit with status 3 if the environment differs from the settings or, with `--all`, if there are leftovers
    #[arg(long)]
    pub(crate) check: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DownOptions {
    #[command(flatten)]
    pub(crate) environment: EnvironmentOptions,
    /// Do not ask
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// Keep the key pair and its private key file
    #[arg(long)]
    pub(crate) keep_key: bool,
    /// Instead of this environment, remove what is left of environments that are gone; keeps key files
    #[arg(long, conflicts_with = "keep_key")]
    pub(crate) leftovers: bool,
    /// How long to wait
    #[arg(long, value_name = "SPAN", default_value = "10m")]
    pub(crate) timeout: Span,
}

impl EnvironmentOptions {
    /// The settings that were typed.
    pub(super) fn typed(&self) -> Typed {
        present([
            (Key::InstanceName, &self.instance_name),
            (Key::KeyName, &self.key_name),
            (Key::SecurityGroup, &self.security_group),
            (Key::InstanceType, &self.instance_type),
            (Key::SshFrom, &self.ssh_from),
            (Key::Fqdn, &self.fqdn),
        ])
    }
}
