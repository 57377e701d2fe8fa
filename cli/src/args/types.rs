//! What can be typed after `iac types`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Typed, present};
use crate::config::Key;

#[derive(Debug, Args)]
pub(crate) struct TypesCommand {
    /// Also list the types that cannot host it, each with its reasons
    #[arg(long)]
    pub(crate) all: bool,
    /// Architecture of the enclave's image [default: that of --eif, or `x86_64`]
    #[arg(long, value_name = "ARCH")]
    pub(crate) arch: Option<Processor>,
    /// Enclave image to make room for; it needs four times its size in memory
    #[arg(long, value_name = "FILE")]
    pub(crate) eif: Option<PathBuf>,
    /// CPUs of the enclave [default: 2]
    #[arg(long, value_name = "COUNT")]
    cpu_count: Option<String>,
    /// Memory of the enclave [default: 1024]
    #[arg(long, value_name = "MIB")]
    memory_mib: Option<String>,
    /// How many such enclaves run at the same time, at most 4
    #[arg(long, value_name = "COUNT", default_value = "1", value_parser = clap::value_parser!(u32).range(1..=4))]
    pub(crate) enclaves: u32,
}

/// The processors that enclaves run on, as EC2 names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Processor {
    #[value(name = "x86_64")]
    X86_64,
    #[value(name = "arm64")]
    Arm64,
}

impl TypesCommand {
    pub(super) fn typed(&self) -> Typed {
        present([(Key::CpuCount, &self.cpu_count), (Key::MemoryMib, &self.memory_mib)])
    }
}
