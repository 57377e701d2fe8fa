//! What can be typed after `iac security-group`.

use clap::{Args, Subcommand};

use super::{ListOptions, Span, Typed, present};
use crate::config::Key;

#[derive(Debug, Args)]
pub(crate) struct SecurityGroupCommand {
    #[command(flatten)]
    pub(crate) options: SecurityGroupOptions,
    #[command(subcommand)]
    pub(crate) verb: SecurityGroupVerb,
}

#[derive(Debug, Args)]
pub(crate) struct SecurityGroupOptions {
    /// Name or id of the security group
    #[arg(long, global = true, value_name = "NAME|ID")]
    security_group: Option<String>,
    /// Subnet whose VPC the group belongs to [default: the default VPC]
    #[arg(long, global = true, value_name = "ID")]
    subnet_id: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SecurityGroupVerb {
    /// Make the group, or correct the SSH rules of one that `iac` made
    Create {
        /// Networks that may use SSH, separated by commas, or `auto` for this machine's address
        #[arg(long, value_name = "CIDRS|auto")]
        ssh_from: Option<String>,
        /// Port that SSH listens on [default: 22]
        #[arg(long, value_name = "PORT")]
        ssh_port: Option<String>,
        /// Also change a group that `iac` did not make
        #[arg(long)]
        force: bool,
    },
    /// List the security groups of the region that `iac` made, with their rules
    List(ListOptions),
    /// Delete the group
    Delete {
        /// Also delete a group that `iac` did not make
        #[arg(long)]
        force: bool,
        /// How long to wait until no network interface uses the group
        #[arg(long, value_name = "SPAN", default_value = "10m")]
        timeout: Span,
    },
}

impl SecurityGroupCommand {
    /// The settings that were typed.
    pub(super) fn typed(&self) -> Typed {
        let mut typed =
            present([(Key::SecurityGroup, &self.options.security_group), (Key::SubnetId, &self.options.subnet_id)]);
        if let SecurityGroupVerb::Create { ssh_from, ssh_port, .. } = &self.verb {
            typed.extend(present([(Key::SshFrom, ssh_from), (Key::SshPort, ssh_port)]));
        }
        typed
    }
}
