//! What can be typed after `iac host`.

use clap::{Args, Subcommand, ValueEnum};

use super::{TargetOptions, Typed, present};
use crate::config::Key;

#[derive(Debug, Args)]
pub(crate) struct HostCommand {
    #[command(flatten)]
    pub(crate) target: TargetOptions,
    #[command(flatten)]
    pub(crate) enclave: EnclaveOptions,
    #[command(subcommand)]
    pub(crate) verb: HostVerb,
}

/// What the enclaves of a host get.
#[derive(Debug, Args)]
pub(crate) struct EnclaveOptions {
    /// CPUs for enclaves [default: 2]
    #[arg(long, global = true, value_name = "COUNT")]
    cpu_count: Option<String>,
    /// Memory for enclaves [default: 1024]
    #[arg(long, global = true, value_name = "MIB")]
    memory_mib: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum HostVerb {
    /// Print the user data that `instance create` gives the host for its first boot
    Script {
        /// What to print
        #[arg(long, value_name = "FORM", default_value = "cloud-config")]
        format: ScriptForm,
    },
    /// Make a running instance ready for enclaves; steps already done are skipped
    Setup,
    /// Check whether the host is ready for enclaves, and say how to repair it
    Status {
        /// Repair what can be repaired on the host
        #[arg(long)]
        fix: bool,
    },
}

/// Which form of the set-up to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ScriptForm {
    /// The whole user data: host keys, the end of `ttl`, the set-up
    CloudConfig,
    /// Only the set-up, as a shell script for root
    Sh,
}

impl HostCommand {
    /// The settings that were typed.
    pub(super) fn typed(&self) -> Typed {
        let mut typed = self.target.typed();
        typed.extend(self.enclave.typed());
        typed
    }
}

impl EnclaveOptions {
    /// The settings that were typed.
    pub(super) fn typed(&self) -> Typed {
        present([(Key::CpuCount, &self.cpu_count), (Key::MemoryMib, &self.memory_mib)])
    }
}
