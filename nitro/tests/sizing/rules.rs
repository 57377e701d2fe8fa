//! The rules of enclaves and their parents, each as a question to what the allocator would set aside.
//!
//! `starts_all` plays the allocator and nitro-cli through, page by page: what keeps the rules must also work.

use std::collections::BTreeMap;

use nitro::sizing::{Demand, Parent};

/// The huge pages of Nitro's processors in MiB, small ones first: those of x86 and those that Graviton has besides.
const PAGES: [&[u64]; 2] = [&[2, 1024], &[2, 32, 1024]];

/// The rules that the kind of a type breaks, whatever its size.
pub(crate) fn broken_by_kind(demand: &Demand, parent: &Parent) -> Vec<&'static str> {
    let runs = demand.architecture().is_none_or(|wanted| parent.architectures.contains(&wanted));
    [
        ("support", parent.supports_enclaves || parent.bare_metal),
        ("bare_metal", !parent.bare_metal),
        ("architecture", runs),
    ]
    .into_iter()
    .filter_map(|(rule, is_kept)| (!is_kept).then_some(rule))
    .collect()
}

/// Whether this many vCPUs may be set aside: whole cores, enough of them, one core left for the parent.
pub(crate) fn cpus_are_right(cpu_count: u32, demand: &Demand, parent: &Parent, threads: u32) -> bool {
    let cores_of_one = (1..=demand.cpu_count()).find(|cores| cores * threads >= demand.cpu_count()).unwrap();
    cpu_count.is_multiple_of(threads)
        && cpu_count / threads >= cores_of_one * demand.enclaves()
        && cpu_count < parent.vcpus
        && (parent.vcpus - cpu_count) / threads >= 1
}

/// Whether this much memory may be set aside: whole pages, whole GiB for each of several enclaves, enough left for the
/// parent.
pub(crate) fn memory_is_right(memory_mib: u64, demand: &Demand, parent: &Parent) -> bool {
    let (each, enclaves) = (demand.memory_mib(), u64::from(demand.enclaves()));
    let is_enough = match enclaves {
        1 => memory_mib >= each,
        several => memory_mib / 1024 >= (0..several).map(|_| each.div_ceil(1024)).sum(),
    };
    memory_mib.is_multiple_of(2) && is_enough && leaves_enough(memory_mib, parent)
}

/// The most memory that could be set aside; it keeps the rules if any amount does, since more serves enclaves no worse.
pub(crate) fn most_memory(parent: &Parent) -> Option<u64> {
    // Fifteen sixteenths, multiplied first: what a division drops would be missing fifteen times.
    let share = (parent.memory_mib * 15 / 16).saturating_sub(512) & !1;
    leaves_enough(share, parent).then_some(share)
}

fn leaves_enough(memory_mib: u64, parent: &Parent) -> bool {
    let left = parent.memory_mib.checked_sub(memory_mib).and_then(|left| left.checked_sub(512));
    left.is_some_and(|left| left * 16 >= parent.memory_mib)
}

/// Whether all enclaves start on the pages of every processor.
pub(crate) fn starts(memory_mib: u64, demand: &Demand) -> bool {
    PAGES.iter().all(|sizes| starts_all(memory_mib, demand, sizes))
}

/// Sets memory aside as the allocator does, largest pages first, then starts the enclaves one after the other as nitro-cli
/// does: largest pages first as far as they fit, then the smallest that is left.
fn starts_all(mut memory_mib: u64, demand: &Demand, sizes: &[u64]) -> bool {
    let mut free = BTreeMap::new();
    for size in sizes.iter().rev() {
        free.insert(*size, memory_mib / size);
        memory_mib %= size;
    }
    (0..demand.enclaves()).all(|_| {
        let mut needed = demand.memory_mib();
        for (size, pages) in free.iter_mut().rev() {
            let taken = (needed / size).min(*pages);
            (needed, *pages) = (needed - taken * size, *pages - taken);
        }
        while needed > 0 {
            let Some((size, pages)) = free.iter_mut().find(|(_, pages)| **pages > 0) else { return false };
            (needed, *pages) = (needed.saturating_sub(*size), *pages - 1);
        }
        true
    })
}
