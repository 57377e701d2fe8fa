//! What can be typed after `iac doctor`.

use clap::{Args, Subcommand};

use super::{Typed, present};
use crate::config::Key;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct DoctorCommand {
    /// Name of the instance
    #[arg(long, value_name = "NAME")]
    instance_name: Option<String>,
    /// Name of the key pair
    #[arg(long, value_name = "NAME")]
    key_name: Option<String>,
    /// Instance type [default: c6a.xlarge]
    #[arg(long, value_name = "TYPE")]
    instance_type: Option<String>,
    /// Subnet to launch in [default: the default VPC's]
    #[arg(long, value_name = "ID")]
    subnet_id: Option<String>,
    #[command(subcommand)]
    pub(crate) verb: Option<DoctorVerb>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DoctorVerb {
    /// Explain nitro-cli's error codes: what causes them, and what to do
    Explain {
        /// Codes such as `E39` [default: those in nitro-cli's output on stdin]
        #[arg(value_name = "CODE")]
        codes: Vec<String>,
    },
}

impl DoctorCommand {
    pub(super) fn typed(&self) -> Typed {
        present([
            (Key::InstanceName, &self.instance_name),
            (Key::KeyName, &self.key_name),
            (Key::InstanceType, &self.instance_type),
            (Key::SubnetId, &self.subnet_id),
        ])
    }
}
