//! What an instance type has, as EC2 describes it, and what of it a parent keeps for itself.

use crate::eif::Architecture;

/// What the parent's own system needs on top of its share, in MiB: the least on which Amazon Linux 2023 runs.
const SYSTEM_MIB: u64 = 512;

/// One part in this many of an instance's memory stays with the parent besides.
const SHARE: u64 = 16;

/// The facts of an instance type that sizing asks for
/// (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceTypeInfo.html>).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parent {
    /// `VCpuInfo.DefaultVCpus`.
    pub vcpus: u32,
    /// `VCpuInfo.DefaultCores`; EC2 leaves it out for some types.
    pub cores: Option<u32>,
    /// `VCpuInfo.DefaultThreadsPerCore`, 2 with SMT and 1 without; EC2 leaves it out for some types.
    pub threads_per_core: Option<u32>,
    /// `MemoryInfo.SizeInMiB`.
    pub memory_mib: u64,
    /// The architectures it runs that enclaves run on too; empty for all others.
    pub architectures: Vec<Architecture>,
    /// Whether `NitroEnclavesSupport` is `supported`.
    pub supports_enclaves: bool,
    /// `BareMetal`.
    pub bare_metal: bool,
}

impl Parent {
    /// How many vCPUs share a core: as EC2 says, or as follows from the number of cores.
    ///
    /// `None` where EC2 says neither, or says what does not add up: cores could not be told from halves of them.
    #[must_use]
    pub fn threads(&self) -> Option<u32> {
        let derived = self.cores.filter(|cores| *cores > 0).map(|cores| self.vcpus / cores);
        let threads = self.threads_per_core.or(derived).filter(|threads| *threads > 0)?;
        let cores = self.cores.unwrap_or(self.vcpus / threads);
        (cores.checked_mul(threads) == Some(self.vcpus)).then_some(threads)
    }

    /// The memory in MiB that the parent keeps for its own system: 512 MiB and a sixteenth of what EC2 says it has.
    ///
    /// AWS gives no such rule. The sixteenth covers what firmware and kernel take before the allocator counts, some 3 to 6
    /// parts in a hundred; without it the allocator's pages could not be had, or the host would be short of memory.
    #[must_use]
    pub const fn own_memory_mib(&self) -> u64 {
        SYSTEM_MIB + self.memory_mib.div_ceil(SHARE)
    }
}
