//! Why an instance type cannot be the parent of the wanted enclaves: which rule it breaks, and by how much.

use serde::Serialize;
use thiserror::Error;

use crate::eif::Architecture;

/// The rule that an instance type breaks, by its name in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Rule {
    /// Enclaves need a virtual instance.
    BareMetal,
    /// The type must support enclaves.
    Support,
    /// It must run the image's code.
    Architecture,
    /// Whole cores must be known from halves.
    Threads,
    /// Whole cores for enclaves, and one for the parent.
    Cpus,
    /// Huge pages for enclaves, and memory for the parent.
    Memory,
}

/// One rule that an instance type breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Refusal {
    /// There is no hypervisor that could set an enclave apart.
    #[error("it is bare metal, and enclaves need a virtual instance")]
    BareMetal,
    /// EC2 says that the type has no enclaves.
    #[error("it does not support enclaves")]
    Unsupported,
    /// The image's code does not run on it.
    #[error("it does not run {} code", ec2_name(*.wanted))]
    Architecture {
        /// What the image was made for.
        wanted: Architecture,
    },
    /// EC2 does not say how many vCPUs share a core.
    #[error("EC2 does not say how many vCPUs share one of its cores")]
    ThreadsUnknown,
    /// Too few vCPUs.
    #[error("{} missing: {enclaves} for enclaves and {parent} for the parent, of {has}", vcpus(*.missing))]
    TooFewCpus {
        /// What enclaves need, in whole cores.
        enclaves: u64,
        /// The core that stays with the parent.
        parent: u64,
        /// What the type has.
        has: u64,
        /// By how many vCPUs.
        missing: u64,
    },
    /// Too little memory.
    #[error("{missing} MiB of memory missing: {enclaves} for enclaves and {parent} for the parent, of {has}")]
    TooLittleMemory {
        /// What enclaves need, in huge pages.
        enclaves: u64,
        /// What stays with the parent.
        parent: u64,
        /// What the type has.
        has: u64,
        /// By how many MiB.
        missing: u64,
    },
}

impl Refusal {
    /// The rule that is broken.
    #[must_use]
    pub const fn rule(&self) -> Rule {
        match self {
            Self::BareMetal => Rule::BareMetal,
            Self::Unsupported => Rule::Support,
            Self::Architecture { .. } => Rule::Architecture,
            Self::ThreadsUnknown => Rule::Threads,
            Self::TooFewCpus { .. } => Rule::Cpus,
            Self::TooLittleMemory { .. } => Rule::Memory,
        }
    }
}

/// The architecture in EC2's words, which are those of the instance type and of its machine images.
const fn ec2_name(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::X86_64 => "x86_64",
        Architecture::Aarch64 => "arm64",
    }
}

fn vcpus(count: u64) -> String {
    format!("{count} vCPU{}", if count == 1 { "" } else { "s" })
}
