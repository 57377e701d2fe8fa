//! The decision: does a demand fit on an instance type, and what must the allocator set aside?

use serde::Serialize;

use super::{Demand, Parent, Refusal};

/// The smallest huge page, in MiB; nothing smaller is given to an enclave.
const SMALL_PAGE_MIB: u64 = 2;
/// The largest huge page of these processors, in MiB.
const LARGE_PAGE_MIB: u64 = 1024;

/// What `nitro-enclaves-allocator` must set aside, and what stays with the parent.
///
/// `cpu_count` and `memory_mib` are the values of the keys of those names in `/etc/nitro_enclaves/allocator.yaml`
/// (<https://docs.aws.amazon.com/enclaves/latest/user/nitro-enclave-cli-install.html>).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Allocation {
    /// vCPUs for enclaves: whole cores.
    pub cpu_count: u32,
    /// Memory for enclaves in MiB: whole huge pages.
    pub memory_mib: u64,
    /// How many vCPUs share a core.
    pub threads_per_core: u32,
    /// vCPUs that stay with the parent: whole cores, at least one.
    pub parent_vcpus: u32,
    /// Memory that stays with the parent in MiB, firmware and kernel included.
    pub parent_memory_mib: u64,
}

impl Demand {
    /// The vCPUs that these enclaves take in whole cores, where this many share one.
    #[must_use]
    pub fn vcpus(&self, threads_per_core: u32) -> u64 {
        u64::from(self.cpu_count()).next_multiple_of(u64::from(threads_per_core.max(1))) * u64::from(self.enclaves())
    }

    /// The memory in MiB that these enclaves take in whole huge pages.
    #[must_use]
    pub fn pages_mib(&self) -> u64 {
        let page = if self.enclaves() == 1 { SMALL_PAGE_MIB } else { LARGE_PAGE_MIB };
        self.memory_mib().div_ceil(page).saturating_mul(u64::from(self.enclaves())).saturating_mul(page)
    }

    /// Says what the allocator of an instance type must set aside for these enclaves.
    ///
    /// # Errors
    /// Every rule that the type breaks, the one that says most first; at least one.
    pub fn fit(&self, parent: &Parent) -> Result<Allocation, Vec<Refusal>> {
        let mut refusals = self.refusals_of_kind(parent);
        let cpus = self.cpus(parent).map_err(|refusal| refusals.push(refusal));
        let memory = self.memory(parent).map_err(|refusal| refusals.push(refusal));
        match (cpus, memory) {
            (Ok((cpu_count, threads_per_core)), Ok(memory_mib)) if refusals.is_empty() => Ok(Allocation {
                cpu_count,
                memory_mib,
                threads_per_core,
                parent_vcpus: parent.vcpus - cpu_count,
                parent_memory_mib: parent.memory_mib - memory_mib,
            }),
            _ => Err(refusals),
        }
    }

    /// What the type is, rather than how large it is.
    fn refusals_of_kind(&self, parent: &Parent) -> Vec<Refusal> {
        let mut refusals = Vec::new();
        if parent.bare_metal {
            refusals.push(Refusal::BareMetal);
        } else if !parent.supports_enclaves {
            refusals.push(Refusal::Unsupported);
        }
        if let Some(wanted) = self.architecture().filter(|wanted| !parent.architectures.contains(wanted)) {
            refusals.push(Refusal::Architecture { wanted });
        }
        refusals
    }

    /// The vCPUs of whole cores that enclaves need, and how many share a core.
    fn cpus(&self, parent: &Parent) -> Result<(u32, u32), Refusal> {
        let threads_per_core = parent.threads().ok_or(Refusal::ThreadsUnknown)?;
        let (threads, has) = (u64::from(threads_per_core), u64::from(parent.vcpus));
        let enclaves = self.vcpus(threads_per_core);
        let missing = (enclaves + threads).saturating_sub(has);
        match u32::try_from(enclaves) {
            Ok(cpu_count) if missing == 0 => Ok((cpu_count, threads_per_core)),
            _ => Err(Refusal::TooFewCpus { enclaves, parent: threads, has, missing }),
        }
    }

    /// The memory in whole pages that enclaves need.
    fn memory(&self, parent: &Parent) -> Result<u64, Refusal> {
        let enclaves = self.pages_mib();
        let (own, has) = (parent.own_memory_mib(), parent.memory_mib);
        match enclaves.saturating_add(own).saturating_sub(has) {
            0 => Ok(enclaves),
            missing => Err(Refusal::TooLittleMemory { enclaves, parent: own, has, missing }),
        }
    }
}
